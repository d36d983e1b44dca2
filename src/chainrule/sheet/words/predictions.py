r"""Predictions and targets: between which two names a loss is, as lines say that have their difference, `p - y`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Comma, Fraction, Name, Node, Number, Product, Relation, Script, Sum, Term
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk


@dataclass(frozen=True)
class Named:
    """A name in a formula, as it is written there; of an expression the name that has its letters."""

    ref: Ref
    text: str


Pair = tuple[Named, Named | None]


def prediction_and_target(sheet: Sheet) -> Pair | None:
    """The prediction and the target whose difference stands in most lines, names before expressions; the prediction for
    the true class alone where the target is an indicator."""
    by = {b for e in sheet.equations for side in (e.lhs, e.rhs) for b in variables(sheet, side)}
    counted = Counter[tuple[bool, str, str | None]]()
    first: dict[tuple[bool, str, str | None], Pair] = {}
    for e in sheet.equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Sum)):
            for named, pair in [
                *((True, p) for p in _of_names(sheet, e, node)),
                *((False, p) for p in _of_expressions(sheet, e, node, by)),
            ]:
                key = named, pair[0].text, None if pair[1] is None else pair[1].text
                counted[key] += 1
                first.setdefault(key, pair)
    best = max(counted, key=lambda key: (key[0], counted[key]), default=None)
    return None if best is None else first[best]


def _of_names(sheet: Sheet, e: Equation, node: Sum) -> Iterator[Pair]:
    """The difference of a name that is defined, or has a hat, and of one that is not."""
    if len(node.terms) != 2 or sum(t.sign == "-" for t in node.terms) != 1:
        return
    for one, other in (node.terms, node.terms[::-1]):
        prediction, target = (_single(sheet, e, t.node) for t in (one, other))
        if prediction is None or not (defines(sheet, prediction.ref) or "hat" in prediction.ref.base):
            continue
        if target is None and (picked := _picked(e, one.node, other.node)) is not None:
            yield replace(prediction, text=picked, ref=_without(prediction.ref, other.node)), None
        elif target is not None and _may_be_target(sheet, target, {*index_letters(prediction.ref)}):
            yield prediction, target


def _may_be_target(sheet: Sheet, target: Named, letters: set[str]) -> bool:
    return {*index_letters(target.ref)} <= letters and not defines(sheet, target.ref)


def _of_expressions(sheet: Sheet, e: Equation, node: Sum, by: set[str]) -> Iterator[Pair]:
    """The difference of what is computed with a parameter, and of a name: `X w - y`, `y_i - a - b x_i`."""
    for n, term in enumerate(node.terms):
        rest = (*node.terms[:n], *node.terms[n + 1 :])
        names = [r for t in rest for x in walk(t.node) if (r := reference(x, sheet.glossary)) is not None]
        target = _single(sheet, e, term.node)
        if target is None or not rest or target.ref.base in by or not any(r.base in by for r in names):
            continue
        signs = {_sign(t) for t in rest}
        if signs == {_sign(term)}:
            continue  # a sum is no difference
        if _may_be_target(sheet, target, {x for r in names for x in index_letters(r)}):
            flipped = _sign(term) == "+"
            parts = (f"{'+' if (_sign(t) == '-') == flipped else '-'} {_source(e, t.node)}" for t in rest)
            yield Named(target.ref, f"({' '.join(parts).removeprefix('+ ')})"), target


def _sign(term: Term) -> str:
    return "-" if term.sign == "-" else "+"


def _source(e: Equation, node: Node) -> str:
    return e.document.source(node.span).strip()


def _single(sheet: Sheet, e: Equation, node: Node) -> Named | None:
    ref = reference(node, sheet.glossary)
    return None if ref is None or ref.postfix else Named(ref, e.document.source(node.span).strip())


def _picked(e: Equation, node: Node, indicator: Node) -> str | None:
    r"""The prediction for the true class, which an indicator names: `p_y` of `p_k` and `\mathbb{1}[k = y]`."""
    for k, label in _equated(indicator):
        if isinstance(node, Script) and node.sub is not None and node.sup is None:
            subs = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
            if [letter_of(n) for n in subs].count(k) == 1:
                below_it = [e.document.source((label if letter_of(n) == k else n).span) for n in subs]
                return f"{e.document.source(node.base.span)}_{{{','.join(f'{{{x}}}' for x in below_it)}}}"
    return None


def _equated(indicator: Node) -> Iterator[tuple[str, Node]]:
    r"""The letters that an indicator sets equal to something: k of `\mathbb{1}[k = y]` and of `\delta_{k y}`."""
    for n in walk(indicator):
        pair: list[Node] = []
        if isinstance(n, Relation) and [link.op for link in n.links] == ["="]:
            pair = [n.first, n.links[0].node]
        elif isinstance(n, Script) and isinstance(n.base, Name) and n.base.text == "delta" and n.sub is not None:
            pair = [f.node for f in n.sub.factors] if isinstance(n.sub, Product) else []
            pair = [*n.sub.items] if isinstance(n.sub, Comma) else pair
        if len(pair) == 2:
            yield from ((x, y) for a, y in (pair, pair[::-1]) if (x := letter_of(a)) is not None)


def _without(ref: Ref, indicator: Node) -> Ref:
    """A name without the letters that an indicator has."""
    letters = {x for x, _ in _equated(indicator)}
    return replace(ref, subs=tuple(n for n in ref.subs if letter_of(n) not in letters))


def defines(sheet: Sheet, ref: Ref) -> bool:
    """Whether a formula says what a name, or one of its entries, is; `y_1 = 0` gives but a number."""
    for e in sheet.equations:
        head = reference(e.lhs, sheet.glossary) if e.op in DEFINING and not isinstance(e.rhs, Number) else None
        if head is not None and head.base == ref.base:
            return True
    return False


def variables(sheet: Sheet, side: Node) -> Iterator[str]:
    """The names that a formula differentiates by."""
    for part in (n for n in walk(side) if isinstance(n, Fraction)):
        bottom = below(part.denominator) if above(part.numerator) is not None else None
        refs = [] if bottom is None else [reference(v, sheet.glossary) for v in bottom[1]]
        yield from (r.base for r in refs if r is not None)
    for nabla in (found for n in walk(side) if (found := nabla_of(n)) is not None):
        yield from (r.base for v in nabla[0] if (r := reference(v, sheet.glossary)) is not None)


def index_letters(ref: Ref) -> list[str]:
    """The letters that a name has as indices: below it, and in parentheses above it."""
    return [x for n in (*ref.subs, *ref.labels) if (x := letter_of(n)) is not None]
