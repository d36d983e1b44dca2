r"""Newton's method: its rule in an exercise that names it, and the rule itself where it is asked for.

Whether it goes to a root of a function or to a minimum of it the words say; where they say both or neither, nothing is
made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule.read.tree import Script, Span
from chainrule.sheet.records.statements import Scope, Sheet
from chainrule.solve.losses import arguments_of, loss_of
from chainrule.solve.orders import VERB
from chainrule.solve.question import Expansion, Formula, Question, Summand
from chainrule.solve.said.expansions import OF, defining, name_in

NEWTON = re.compile(r"\bnewton\b", re.IGNORECASE)
RULE = re.compile(
    rf"{VERB}[^.;?]{{0,30}}?\bnewton(?:['’]s)?(?:[ -]raphson)? (?:method|iterations?|updates?|steps?|rule|formula)\b"
    r"(?! from)",
    re.IGNORECASE,
)
TO_ROOT = re.compile(r"\b(?:roots?|zeros?|solv(?:e|es|ing))\b", re.IGNORECASE)
TO_MINIMUM = re.compile(r"\b(?:minim\w+|maxim\w+|optimi\w+|extrem\w+|stationary|critical)\b", re.IGNORECASE)
KINDS = ("root", "minimum")


def goes_to(text: str) -> str:
    """Where the words say that the method goes: to a "root", to a "minimum", or ""."""
    found = [bool(TO_ROOT.search(text)), bool(TO_MINIMUM.search(text))]
    return KINDS[found.index(True)] if sum(found) == 1 else ""


def newton_of(sheet: Sheet, scope: Scope, sentence: str, offset: int) -> str:
    """Where the method goes that an exercise names: in the sentence that asks, else in the last one before it that
    names the method, else in all of them."""
    if NEWTON.search(sentence) and (kind := goes_to(sentence)):
        return kind
    texts = _texts(sheet, scope, offset)
    named = [part for t in texts for part in re.split(r"(?<=[.?!;]) ", t) if NEWTON.search(part)]
    told = [kind for part in named if (kind := goes_to(part))]
    return told[-1] if told else goes_to(" ".join(texts)) if named else ""


def names_newton(sheet: Sheet, scope: Scope, sentence: str) -> bool:
    """Whether an exercise speaks of the method."""
    return any(NEWTON.search(t) for t in (sentence, *_texts(sheet, scope, None)))


def _texts(sheet: Sheet, scope: Scope, offset: int | None) -> list[str]:
    """The titles and sentences of an exercise, as far as an offset."""
    titles = sheet.titles if len({e.scope.number for e in sheet.equations}) < 2 else []
    seen = [s for s in sheet.sentences if scope.sees(s.scope)]
    before = [s for s in seen if offset is None or min((x.start for x in s.spans), default=0) <= offset]
    return [*titles, *(s.text for s in before)]


def step(kind: str, function: str, x: str, many: bool = False) -> str:
    r"""`x - \frac{f(x)}{f'(x)}`, for a minimum `x - \frac{f'(x)}{f''(x)}`; of `many` entries with the Hessian."""
    if many:
        return rf"{x} - \left(\nabla^2 {function}({x})\right)^{{-1}} \nabla {function}({x})" if kind == KINDS[1] else ""
    over, below = ("", "'") if kind == KINDS[0] else ("'", "''")
    return rf"{x} - \frac{{{function}{over}({x})}}{{{function}{below}({x})}}"


def newton_asked(sentence: str, formulas: list[Formula], place: Span, words: str) -> Iterator[Question]:
    """The rule, in words."""
    found = RULE.search(sentence)
    if found is None:
        return
    of = OF.search(sentence[found.start() :])
    name = "" if of is None else name_in(formulas[int(of[1])])
    yield Question("", place, 0, words=words, expansion=Expansion(goes_to(sentence), 0, name, ""))


def ruled(q: Question, sheet: Sheet, scope: Scope) -> list[Question]:
    """The questions for the derivatives, and behind them the one for the rule."""
    e = q.expansion
    assert e is not None
    name = e.name or loss_of(sheet, scope, q.end).split("(")[0].strip()
    line = defining(name, sheet, scope, q.end)
    kind = e.kind or newton_of(sheet, scope, q.words, q.end)
    args = [] if line is None else arguments_of(line)
    if line is None or not kind or len(args) != 1 or isinstance(args[0], Script):
        return [q]
    x = line.document.source(args[0].span).strip()
    slopes = [f"{name}'({x})", f"{name}''({x})"][: 1 + KINDS.index(kind)]
    body = "" if kind == KINDS[1] else line.text(line.rhs)
    plain = replace(q, words="", expansion=None, general=True)
    told = Expansion(kind, 0, name, body, tuple(Summand("", s, "", 1) for s in slopes))
    return [*(replace(plain, tex=t) for t in slopes), replace(plain, tex=x, expansion=told)]


def rule_of(e: Expansion, x: str, slopes: Sequence[str]) -> tuple[str, str]:
    """Both sides of the rule: with the names of the derivatives, and with what they are."""
    over, below = (e.point, slopes[0]) if e.kind == KINDS[0] else (slopes[0], slopes[1])
    return rf"{x} \leftarrow {step(e.kind, e.name, x)}", rf"{x} - \frac{{{over}}}{{{below}}}"
