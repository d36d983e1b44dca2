r"""Newton's method: its rule in an exercise that names it, and the rule itself where it is asked for.

Whether it goes to a root of a function or to a minimum of it the words say; where they say both or neither, nothing is
made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chainrule.read.tree import Number, Relation, Script, Span
from chainrule.sheet.records.statements import Scope, Sentence, Sheet
from chainrule.solve.losses import arguments_of
from chainrule.solve.orders import ANY_ORDER, VERB
from chainrule.solve.question import Expansion, Formula, Question, Summand
from chainrule.solve.said.expansions import called_name, defining, in_pieces
from chainrule.solve.said.phrases import ASK, FORMULA, MARKS, name_in, part

NEWTON = re.compile(r"\bnewton\b", re.IGNORECASE)
UNIT = r"(?:method|iterations?|updates?|steps?|rule|formula)"
NAMED = (
    r"(?:(?:updates?|iterations?|steps?|rule|formula) )*(?:(?:of|by|with|using) )?(?:the )?"
    rf"(?<![\w-])newton(?:['’]s)?(?:[ -]raphson)?(?: {UNIT})+"
)
RULE = re.compile(
    rf"{VERB}[^.;?]{{0,30}}?(?:\bnewton(?:['’]s)?(?:[ -]raphson)? {UNIT}\b(?! from)|\bof newton\b)", re.IGNORECASE
)
ROOT = (
    rf"(?:roots?|zeros?) of (?:the function )?(?P<root>{FORMULA})"
    rf"|(?:solv(?:e|es|ing)|solutions? of) (?:the equation )?(?P<equation>{FORMULA})|(?P<a_root>roots?|zeros?)"
)
MINIMUM = (
    r"(?:(?:local|global) )?(?:(?:min|max)im(?:um|a|i[sz]ers?|i[sz]es?|i[sz]ing)|extrem(?:um|a)|"
    rf"(?:stationary|critical) points?)(?: (?:of )?(?:the function )?(?P<minimum>{FORMULA})|(?P<a_minimum>))"
)
GOAL = re.compile(rf"(?<![\w-])(?:{ROOT}|{MINIMUM})(?![\w-])", re.IGNORECASE)
WORDS = re.compile(
    r"(?<![\w-])(?:we|you|us|let|it|is|are|be|shall|should|use[sd]?|using|apply|applied|applies|to|towards?|for|of|the|an?|"
    r"its|in|order|by|with|via|at|from|and|then|now|next|first|finds?|finding|found|approximat(?:e|es|ing)|"
    r"comput(?:e|es|ing)|determin(?:e|es|ing)|seek|sought|want|perform|carry|out|do|run|make|take|execute|give|calculate|"
    r"start(?:s|ed|ing)?|begin(?:s|ning)?|iterations?|steps?|updates?|one|two|three|four|five|six|seven|eight|nine|ten|\d+|"
    r"exercise|problem)(?![\w-])",
    re.IGNORECASE,
)
"""Words that say nothing else of the method than that it is used."""
ABOUT_IT = re.compile(r"\b(?:steps?|iterat\w*|updat\w*|methods?|newton)\b", re.IGNORECASE)
TOLD = re.compile(r"\b(?:steps?|iterat\w*|updat\w*|hessian|second derivatives?)\b", re.IGNORECASE)
METHOD = re.compile(r"\b(?:methods?|newton)\b", re.IGNORECASE)
FROM = re.compile(
    r"\b(?:from|start(?:ing|s|ed)?(?: from| at| with| in)?|initiali[sz]\w+(?: at| with| by)?|initial \w+)\b"
    r"(?:\s+(?:at|from|the|with|by|an?|initial|starting|point|value|guess|position|is|of|weights?))*\s*"
    r"(?P<at>⟦\d+⟧(?:\s*(?:,|and|, and)\s*⟦\d+⟧)*)",
    re.IGNORECASE,
)
"""Where updates start."""
LABELS = re.compile(rf"^\W*\(?\w{{1,4}}[.)](?=\W)|{MARKS}$", re.IGNORECASE)
KINDS = ("root", "minimum")


@dataclass(frozen=True)
class Goal:
    """Where the method goes: a kind, "" for none, and the function, "" for one without a name."""

    kind: str = ""
    name: str = ""


def goal_of(sentence: str, formulas: Sequence[Formula]) -> Goal | None:
    """Where a sentence says that the method goes; None where it says anything else, too."""
    plain = LABELS.sub(" ", FROM.sub(" ", re.sub(NAMED, " ", " ".join(sentence.split()), flags=re.IGNORECASE)))
    found = list(_goals(plain, formulas))
    left = GOAL.sub(" ", plain)
    if None in found or len(set(found)) > 1 or "⟦" in left or re.search(r"\w", WORDS.sub(" ", left)):
        return None
    return found[0] if found else Goal()


def _goals(text: str, formulas: Sequence[Formula]) -> Iterator[Goal | None]:
    """The goals of a text; None for one of something that has no name, "the root of f(x) - 3"."""
    for m in GOAL.finditer(text):
        if m["a_root"] is not None or m["a_minimum"] is not None:
            yield Goal(KINDS[0] if m["a_root"] else KINDS[1])
            continue
        f = formulas[int((m["root"] or m["equation"] or m["minimum"]).strip("⟦⟧"))]
        name = _equated(f) if m["equation"] else name_in(f)
        yield Goal(KINDS[1] if m["minimum"] else KINDS[0], name) if name else None


def _equated(f: Formula) -> str:
    """f(x) of `f(x) = 0`."""
    node = f.node
    if not isinstance(node, Relation) or len(node.links) != 1 or node.links[0].op != "=":
        return ""
    end = node.links[0].node
    return name_in(part(f, node.first)) if isinstance(end, Number) and float(end.text) == 0 else ""


def told_goal(sheet: Sheet, scope: Scope, offset: int, own: Goal) -> Goal | None:
    """The goal of a sentence with what those before it say, where it leaves something unsaid; None where they say
    anything else of the method, or name several goals."""
    parts = [(t, list[Formula]()) for t in _titles(sheet)]
    for s in _before(sheet, scope, offset):
        formulas = [Formula(n, n.span, s.document.source(n.span)) for n in s.formulas]
        parts += [(t, formulas) for t in re.split(r"(?<=[.?!;]) ", s.text)]
    if any(goal_of(_order(t), f) is None for t, f in parts if METHOD.search(t) or _tells(t)):
        return None
    if own.name:
        return own
    told = {goal_of(_order(t), f) if ABOUT_IT.search(t) else _another(t) for t, f in parts} - {Goal()}
    known = {g for g in told if g is not None}
    names = {g.name.split("(")[0] for g in known if g.name}
    kinds = {g.kind for g in (own, *known) if g.kind}
    fits = None not in told and len(names) < 2 and len(kinds) == 1 and kinds <= set(KINDS)
    return Goal(kinds.pop(), "".join(names)) if fits else None


def _tells(sentence: str) -> bool:
    """Whether a sentence that orders nothing speaks of steps: "every step is halved"."""
    return TOLD.search(sentence) is not None and not (ANY_ORDER.match(sentence) or sentence.rstrip().endswith("?"))


def _order(sentence: str) -> str:
    """A sentence without the words that ask."""
    asked = re.match(ASK, sentence, re.IGNORECASE)
    return sentence if asked is None else sentence[asked.end() :]


def _another(sentence: str) -> Goal:
    """The goal of a sentence that is not about the method: some other one."""
    return Goal("another") if any(m[0].endswith("⟧") for m in GOAL.finditer(sentence)) else Goal()


def names_newton(sheet: Sheet, scope: Scope, sentence: str) -> bool:
    """Whether an exercise speaks of the method."""
    texts = [*_titles(sheet), *(s.text for s in _before(sheet, scope, None))]
    return any(NEWTON.search(t) for t in (sentence, *texts))


def _titles(sheet: Sheet) -> list[str]:
    return sheet.titles if len({e.scope.number for e in sheet.equations}) < 2 else []


def _before(sheet: Sheet, scope: Scope, offset: int | None) -> list[Sentence]:
    """The sentences of an exercise, as far as an offset."""
    seen = [s for s in sheet.sentences if scope.sees(s.scope)]
    return [s for s in seen if offset is None or min((x.start for x in s.spans), default=0) < offset]


def step(kind: str, function: str, x: str, many: bool = False) -> str:
    r"""`x - \frac{f(x)}{f'(x)}`, for a minimum `x - \frac{f'(x)}{f''(x)}`; of `many` entries with the Hessian."""
    if many:
        return rf"{x} - \left(\nabla^2 {function}({x})\right)^{{-1}} \nabla {function}({x})" if kind == KINDS[1] else ""
    over, below = ("", "'") if kind == KINDS[0] else ("'", "''")
    return rf"{x} - \frac{{{function}{over}({x})}}{{{function}{below}({x})}}"


def newton_asked(sentence: str, formulas: list[Formula], place: Span, words: str) -> Iterator[Question]:
    """The rule, in words; a sentence that says more of it is open."""
    plain = " ".join(sentence.split())
    asked = re.match(ASK, plain, re.IGNORECASE)
    if RULE.search(sentence) is None or asked is None:
        return
    goal = _ruled_goal(plain[asked.end() :], formulas)
    told = None if goal is None else Expansion(goal.kind, 0, goal.name, "")
    yield Question("", place, 0, words=words, expansion=told)


def _ruled_goal(clause: str, formulas: Sequence[Formula]) -> Goal | None:
    """The goal of what is asked for, `Newton's rule for f` names only the function."""
    only = re.fullmatch(rf"(?:the |an? )*{NAMED} (?:of|for) (?:the function )?(?P<of>{FORMULA}){MARKS}", clause, re.I)
    if only is None:
        begins = re.match(rf"(?:the |an? )*{NAMED}", clause, re.IGNORECASE)
        return None if begins is None or FROM.search(clause) else goal_of(clause, formulas)
    name = name_in(formulas[int(only["of"].strip("⟦⟧"))])
    return Goal("", name) if name else None


def ruled(q: Question, sheet: Sheet, scope: Scope) -> list[Question]:
    """The questions for the derivatives, and behind them the one for the rule."""
    e = q.expansion
    assert e is not None
    goal = told_goal(sheet, scope, q.span.start, Goal(e.kind))
    goal = goal if goal is None or not e.name else replace(goal, name=e.name)
    line = None if goal is None else defining(goal.name, sheet, scope, q.end)
    args = [] if line is None else arguments_of(line)
    if goal is None or line is None or len(args) != 1 or isinstance(args[0], Script) or in_pieces(line, sheet):
        return [q]
    name, kind = called_name(line), goal.kind
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
