"""What "the loss" is where a question does not name it, and by what it is derived where a question says "all"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Fenced, Matrix, Name, Node, Product, Script
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sentence, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import Ref, children, reference
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.solve.question import FORWARD, LOSS, PREDICTION, Question
from chainrule.trace.implied import DATA, WEIGHTS, coefficients
from chainrule.trace.rules import callee_base, refs

WORD = r"(?:loss|cost|error|objective|risk|energy|criterion|likelihood|function)"
SAID = re.compile(rf"\b{WORD}s?\b(?: function)?[^⟦.]{{0,30}}$", re.IGNORECASE)
BEFORE = re.compile(rf"\b{WORD}s?(?: function)?(?:(?!respect|wrt|\bby\b)[^⟦.]){{0,30}}⟦(\d+)⟧", re.IGNORECASE)

ALL_OF = re.compile(r"\\frac\{\\partial (?P<of>[^{}].*)\}\{\\partial \}")
"""The derivatives of something by all that it depends on."""


def completed(q: Question, sheet: Sheet, scope: Scope) -> list[Question]:
    r"""`\frac{\partial }{\partial w}` with the loss of the sheet above; for all parameters one question for each."""
    if q.tex in (r"\nabla", r"\nabla^2", LOSS):
        loss = loss_of(sheet, scope, q.end)
        return [replace(q, tex=loss if q.tex == LOSS else f"{q.tex} {loss}")]
    if q.tex in (FORWARD, PREDICTION):
        return [replace(q, tex=tex) for tex in _values(sheet, scope, q.end, q.tex == PREDICTION)] or [
            replace(q, tex="", words="the values of the network, of which no formula speaks")
        ]
    if r"\partial }" not in q.tex and r"\partial^2 }" not in q.tex:
        return [q]
    own = ALL_OF.fullmatch(q.tex)
    loss = own["of"] if own is not None else loss_of(sheet, scope, q.end)
    tex = q.tex
    for d in (r"\partial", r"\partial^2") if own is None else ():
        tex = tex.replace(rf"{d} }}", rf"{d} {loss}}}", 1)
    if r"{\partial }" not in tex:
        return [replace(q, tex=tex)]
    return [
        replace(q, tex=tex.replace(r"{\partial }", rf"{{\partial {w}}}"))
        for w in parameters_of(sheet, scope, q.end, loss)
    ]


def _values(sheet: Sheet, scope: Scope, offset: int, predicted: bool) -> list[str]:
    """The names, in TeX, that formulas before a question define, the loss last; or of these the one that the loss is
    made of and the others lead to."""
    before = [e for e in sheet.equations if stands_before(e, scope, offset) and e.spelled is None and not e.link]
    before = [e for e in before if e.op in DEFINING and not is_literal(e.rhs) and not is_array(e.rhs)]
    made = {ref.key: e for e in before if (ref := reference(e.lhs, sheet.glossary)) is not None and not ref.primes}
    made = {key: e for key, e in made.items() if not any(isinstance(n, Name) for n in key_subs(e, sheet))}
    loss = loss_of(sheet, scope, offset)
    if not predicted:
        names = dict.fromkeys(e.text(e.lhs).strip() for e in made.values())
        return [*(n for n in names if n != loss), *([loss] if names else [])]
    of_loss = [e for e in before if e.text(e.lhs).strip() == loss]
    inside = [ref.key for e in of_loss for ref, _ in names_in(sheet, e.rhs) if ref.key in made]
    inside = [k for k in dict.fromkeys(inside) if made[k].text(made[k].lhs).strip() != loss]
    return [made[inside[0]].text(made[inside[0]].lhs).strip()] if len(inside) == 1 else []


def key_subs(e: Equation, sheet: Sheet) -> tuple[Node, ...]:
    """The subscripts of the name that a formula defines."""
    ref = reference(e.lhs, sheet.glossary)
    return () if ref is None else ref.subs


def loss_of(sheet: Sheet, scope: Scope, offset: int, besides: Collection[str] = ()) -> str:
    """The name, in TeX, of what a question at an offset means by the loss: the latest before it that the words call so
    or that has a customary name, else what is defined last. A function or a loss in the paragraph of the question goes
    before all others; what is `besides` the loss is none."""
    found = [c for c in _candidates(sheet, scope, offset) if c[2] not in besides]
    best = max((rank for rank, _, _ in found), default=0)
    return max(((where, tex) for rank, where, tex in found if rank == best), default=((0, 0), "L"))[1]


def _candidates(sheet: Sheet, scope: Scope, offset: int) -> Iterator[tuple[int, tuple[int, int], str]]:
    """Rank, place and name of everything that may be meant. What other formulas are made of is no loss for being called
    a function, as the activations are."""
    before = [e for e in sheet.equations if stands_before(e, scope, offset) and e.spelled is None]
    made = {b for e in before if e.op in DEFINING and not e.link for b in _bases(sheet, e.rhs)}
    known = {b for e in before if e.op in DEFINING and not e.link for b in [_defined(sheet, e)] if b is not None}
    for e in before:
        base = _defined(sheet, e)
        if base is None or e.link or e.op not in DEFINING or is_literal(e.rhs) or is_array(e.rhs):
            continue
        loss = (SAID.search(e.cue) is not None and base not in made) or names_loss(base)
        near = e.own and "\n\n" not in e.document.text[e.span.start : offset]
        rank = 3 if near and (loss or (is_called(e.lhs) and base not in made)) else 2 if loss else 1
        yield rank, (e.position, 1), e.text(e.lhs)
    for s in sheet.sentences:
        if stands_before(s, scope, offset):
            for found in BEFORE.finditer(s.text):
                node, tex = s.formulas[int(found[1])], s.sources[int(found[1])].strip("$ ")
                base = _base(sheet, node.factors[0].node if isinstance(node, Product) and is_called(node) else node)
                if base is not None and base not in made:
                    yield 2 if base in known or names_loss(base) or is_called(node) else 0, (s.position, 0), tex


def is_array(node: Node) -> bool:
    r"""Whether a formula is no number to be seen: a matrix written out, `\operatorname{diag}(c_1, ...)`."""
    head = node.factors[0].node if isinstance(node, Product) else node
    return isinstance(head, Matrix) or (isinstance(head, Name) and head.text == "diag")


def _defined(sheet: Sheet, e: Equation) -> str | None:
    """The name that a formula defines."""
    return callee_base(sheet, e.lhs) or _base(sheet, e.lhs)


def _bases(sheet: Sheet, node: Node) -> set[str]:
    return {ref.base for ref, _ in names_in(sheet, node)}


def stands_before(x: Equation | Sentence, scope: Scope, offset: int) -> bool:
    start = x.span.start if isinstance(x, Equation) else min((s.start for s in x.spans), default=0)
    return scope.sees(x.scope) and (not x.own or start < offset)


def _base(sheet: Sheet, node: Node) -> str | None:
    ref = reference(node, sheet.glossary)
    return None if ref is None or ref.primes or ref.postfix else ref.base


def is_called(node: Node) -> bool:
    """`L(w)`."""
    factors = node.factors if isinstance(node, Product) else ()
    return len(factors) == 2 and isinstance(factors[0].node, Name) and isinstance(factors[1].node, Fenced)


def parameters_of(sheet: Sheet, scope: Scope, offset: int, loss: str = "") -> list[str]:
    r"""The names, in TeX, that a loss is differentiated by: the arguments of `\ell(\mu, v)`, if it is defined so, else
    the weights before a place: those with a customary letter that no formula defines. The `\hat y` of `L(y, \hat y)`,
    which another formula defines, is no parameter, nor is the y beside it."""
    seen = [e for e in sheet.equations if stands_before(e, scope, offset) and e.spelled is None]
    head = loss.split("(")[0].strip()
    made = {_base(sheet, e.lhs) for e in seen if not e.link and e.op in DEFINING and not is_literal(e.rhs)}
    for e in reversed(seen):
        called = e.lhs.factors[0].node if isinstance(e.lhs, Product) and is_called(e.lhs) and not e.link else None
        if called is not None and e.document.source(called.span) == head:
            named = [x for x in arguments_of(e) if reference(x, sheet.glossary) is not None]
            if any(_base(sheet, x) in made for x in named):
                break
            return [e.document.source(x.span) for x in named]
    found: dict[str, str] = {}
    factors = coefficients(sheet, [loss])
    used = _below(sheet, seen, loss)
    for e in (e for e in seen if used is None or _defined(sheet, e) in used):
        for ref, node in (pair for side in (e.lhs, e.rhs) for pair in names_in(sheet, side)):
            letter = ref.base.split(" ")[-1].split("_")[0].split("^")[0]
            weighs = letter in WEIGHTS or (ref.key in factors and letter not in DATA)
            if ref.base not in made and weighs and not ref.primes and not ref.postfix:
                found.setdefault(str(ref.key), e.document.source(node.span))
    return list(found.values())


def _below(sheet: Sheet, seen: Sequence[Equation], loss: str) -> set[str] | None:
    """The names that a loss rests on, and its own; None where no formula is that of the loss."""
    tops = [_defined(sheet, e) for e in seen if e.text(e.lhs).split("(")[0].strip() == loss.split("(")[0].strip()]
    found = {base for base in tops if base is not None}
    left = list(found)
    while left:
        base = left.pop()
        more = {r.base for e in seen if _defined(sheet, e) == base for r in refs(sheet, e.rhs)} - found
        found |= more
        left += more
    return found or None


def arguments_of(e: Equation) -> list[Node]:
    r"""The names in parentheses of `\ell(\mu, v) = ...`."""
    fence = e.lhs.factors[1].node if isinstance(e.lhs, Product) and is_called(e.lhs) else None
    body = fence.body if isinstance(fence, Fenced) else None
    return list(body.items) if isinstance(body, Comma) else [] if body is None else [body]


def names_in(sheet: Sheet, node: Node) -> Iterator[tuple[Ref, Node]]:
    """The whole names in a formula, in reading order."""
    ref = reference(node, sheet.glossary) if isinstance(node, (Name, Script, Accent)) else None
    if ref is not None:
        yield ref, node
        return
    for part in sorted(children(node), key=lambda n: n.span.start):
        yield from names_in(sheet, part)
