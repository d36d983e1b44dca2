r"""What is missing in a wrong side, found from its numbers: a term that it lacks, or a factor of one of its terms.

The difference of the two sides must be a simple multiple of the missing term, and the quotient one of the missing
factor. So quantities of the document and products of a few of them are compared with difference and quotient, which
is a matter of microseconds each, and only those that fit become edits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

import numpy as np

from chainrule.check.diagnosis.edits.edit import Edit, Rule, grouped, said, short, whole
from chainrule.check.diagnosis.edits.places import Side
from chainrule.check.diagnosis.probe import Probe, Quantity, same
from chainrule.expr.model import Array
from chainrule.read.tree import Comma, Node, Relation, Sum

MISSING_TERM = Rule("term missing", "missing-term", "exactly one term", lambda side: iter(()))
MISSING_FACTOR = Rule("factor missing", "factor", "exactly one factor", lambda side: iter(()))
MOST_PRODUCTS = 3000
MOST_FITTING = 5
MOST_PLACES = 6
MOST_ALIKE = 6
LONGEST_FACTOR = 32
SIMPLE = tuple(Fraction(n, d) for d in (1, 2, 3, 4) for n in (1, 2, 3, 4) if Fraction(n, d).denominator == d)


@dataclass(frozen=True)
class Fit:
    """A quantity that times a simple number is what is missing; the least `cost` is the smallest edit."""

    text: str
    minus: bool
    cost: tuple[int, ...]


def missing(probe: Probe, side: Side, atoms: list[Quantity]) -> Iterator[tuple[Rule, Edit]]:
    """Edits that add a term to a side or to parentheses in it, or a factor to one of its terms; short ones first."""
    terms = _terms(probe, side)
    if terms is None:
        return
    with np.errstate(all="ignore"):
        times = list(_coefficients(probe, side, terms))
        added, multiplied = ([], []) if times else _lacking(probe, side, terms, atoms)
    yield from ((MISSING_FACTOR, edit) for edit in times)
    yield from ((MISSING_TERM, edit) for edit in sorted(added, key=_length))
    yield from ((MISSING_FACTOR, edit) for edit in sorted(multiplied, key=_length))


def _coefficients(probe: Probe, side: Side, terms: list[tuple[Node, Quantity]]) -> Iterator[Edit]:
    """A number before one term, or before the whole side."""
    alike = all(_shaped(q, probe.target) for _, q in terms)
    gap = [(side.node, _total(terms), probe.target.numbers)] if alike and len(terms) > 1 else []
    for node, numbers, wanted in [*gap, *((node, q.numbers, wanted) for node, q, wanted in _wanted(probe, terms))]:
        fit = _fit(wanted, Quantity("1", "", (), numbers), probe)
        if fit is not None and not fit.minus and fit.text != "1":
            number = fit.text.removesuffix(" 1")
            before = "" if node is side.node else f" before {short(side.source(node))}"
            words = f"a factor {number} is missing{before}"
            yield said(whole(side, node, number + " "), f"factor {number} added", words)


def _total(terms: list[tuple[Node, Quantity]]) -> Array:
    return np.asarray(sum((q.numbers for _, q in terms), np.zeros(())))


def _lacking(
    probe: Probe, side: Side, terms: list[tuple[Node, Quantity]], atoms: list[Quantity]
) -> tuple[list[Edit], list[Edit]]:
    """The edits that add a term and those that add a factor."""
    ones = [*atoms, *(_transposed(side, a) for a in atoms if a.kind in ("row", "column", "matrix"))]
    found = list(islice(_products(probe, ones), MOST_PRODUCTS))
    added = [*_inside(probe, side, ones), *_outside(probe, side, terms, found)]
    factors = [q for q in found if len(q.text) <= LONGEST_FACTOR]
    wanted = _wanted(probe, terms)
    return added, [e for node, q, numbers in wanted for e in _factors(probe, side, node, q, numbers, factors)]


def _length(edit: Edit) -> int:
    return len(edit.text) - (edit.end - edit.start)


def _terms(probe: Probe, side: Side) -> list[tuple[Node, Quantity]] | None:
    """The terms of a side with their numbers, signs included."""
    node = side.node
    parts = [(t.node, t.sign) for t in node.terms] if isinstance(node, Sum) else [(node, "+")]
    found = []
    for part, sign in parts:
        one = probe.quantity(part, "")
        if one is None:
            return None
        found.append((part, replace(one, numbers=-one.numbers) if sign == "-" else one))
    return found


def _shaped(found: Quantity, like: Quantity) -> bool:
    return found.kind == like.kind and found.dims == like.dims and found.numbers.shape == like.numbers.shape


def _wanted(probe: Probe, terms: list[tuple[Node, Quantity]]) -> Iterator[tuple[Node, Quantity, Array]]:
    """Each term with what it would have to be so that the sides agree."""
    target = probe.target.numbers
    for n, (node, q) in enumerate(terms):
        others = [r.numbers for m, (_, r) in enumerate(terms) if m != n]
        if all(o.shape == target.shape for o in others):
            yield node, q, target - sum(others, np.zeros(()))


def _outside(probe: Probe, side: Side, terms: list[tuple[Node, Quantity]], found: list[Quantity]) -> Iterator[Edit]:
    """A term added to the whole side."""
    if not all(_shaped(q, probe.target) for _, q in terms):
        return
    gap = probe.target.numbers - _total(terms)
    for fit in _fitting(gap, [c for c in found if _shaped(c, probe.target)], probe):
        yield _term_added(side, side.node, fit)


def _inside(probe: Probe, side: Side, atoms: list[Quantity]) -> Iterator[Edit]:
    """A term added in parentheses, a numerator or a denominator: by its numbers where all the rest only multiplies."""
    whole_side = probe.quantity(side.node, "")
    for node in islice(side.in_role("body", "numerator", "denominator"), MOST_PLACES):
        inner = None if isinstance(node, Comma | Relation) else probe.quantity(node, "")
        if inner is None or whole_side is None:
            continue
        alike = [a for a in (*atoms, _one_like(inner)) if _shaped(a, inner)]
        spread = inner.numbers.reshape(*inner.numbers.shape, *(1,) * (whole_side.numbers.ndim - inner.numbers.ndim))
        if inner.kind == "scalar" and whole_side.numbers.shape == probe.target.numbers.shape:
            for times in (probe.target.numbers / whole_side.numbers, whole_side.numbers / probe.target.numbers):
                gap = (spread * times - spread).reshape(times.shape)
                fits = [_first_axis(gap, inner)] if gap.shape != inner.numbers.shape else [gap]
                yield from (_term_added(side, node, fit) for g in fits for fit in _fitting(g, alike, probe))
        else:
            fits_all = [Fit(a.text, minus, (0,)) for a in alike[:MOST_ALIKE] for minus in (True, False)]
            yield from (_term_added(side, node, fit) for fit in fits_all)


def _first_axis(gap: Array, inner: Quantity) -> Array:
    """A gap that must be the same along the axes that only the whole side has: its first entries there."""
    for _ in range(gap.ndim - inner.numbers.ndim):
        gap = gap[..., 0]
    return gap


def _one_like(inner: Quantity) -> Quantity:
    return Quantity("1", inner.kind, inner.dims, np.ones_like(inner.numbers))


def _factors(
    probe: Probe, side: Side, node: Node, term: Quantity, wanted: Array, found: list[Quantity]
) -> Iterator[Edit]:
    """A factor that makes one term what it must be, on either side of it or entry by entry."""
    for q in found:
        for before, behind, numbers in _multiplied(probe, term, q):
            fit = _fit(wanted, Quantity(q.text, "", (), numbers), probe)
            if fit is not None and fit.cost[0] == 0 and not fit.minus:
                edit = whole(side, node, before, behind)
                yield said(edit, f"factor {short(q.text)} added", f"the factor {short(q.text)} is missing")


def _multiplied(probe: Probe, term: Quantity, q: Quantity) -> Iterator[tuple[str, str, Array]]:
    """What to write before and behind a term to multiply it, and its numbers then."""
    lead, before, behind = 1 + len(probe.letters), f"{q.text} ", f" {q.text}"
    if "scalar" in (q.kind, term.kind):
        x, y = q.numbers, term.numbers
        x = x.reshape(*x.shape, *(1,) * max(0, y.ndim - lead)) if q.kind == "scalar" else x
        y = y.reshape(*y.shape, *(1,) * max(0, x.ndim - lead)) if term.kind == "scalar" else y
        yield ("", behind, x * y) if term.kind == "scalar" else (before, "", x * y)
        return
    if _shaped(q, term):
        yield "", rf" \odot {q.text}", q.numbers * term.numbers
    for a, b, place in ((q, term, (before, "")), (term, q, ("", behind))):
        product = _product(probe, a, b)
        if product is not None and "odot" not in product.text:
            yield *place, product.numbers


def _term_added(side: Side, node: Node, fit: Fit) -> Edit:
    sign, end = "-" if fit.minus else "+", side.span(node).end
    text = short(fit.text)
    words = f"the term {'-' if fit.minus else ''}{text} is missing"
    return Edit(end, end, f" {sign} {fit.text}", f"{sign} {text} added", words)


def _fitting(gap: Array, candidates: list[Quantity], probe: Probe) -> list[Fit]:
    """The quantities of which a gap is a simple multiple, the simplest first."""
    found = {fit.text: fit for c in candidates if (fit := _fit(gap, c, probe)) is not None}
    return sorted(found.values(), key=lambda f: f.cost)[:MOST_FITTING]


def _fit(gap: Array, found: Quantity, probe: Probe) -> Fit | None:
    """A quantity times the number that makes it the gap, if that number is a simple one or a size."""
    if gap.shape != found.numbers.shape or not _in_proportion(gap, found.numbers):
        return None
    mask = np.isfinite(gap) & np.isfinite(found.numbers)
    a, b = gap[mask], found.numbers[mask]
    square = float(b @ b) if b.size else 0.0
    if not 1e-18 < square < 1e18:
        return None
    times = float(a @ b) / square
    if abs(times) < 1e-6 or not same(a, times * b):
        return None
    near = Fraction(times).limit_denominator(4)
    if abs(near) in SIMPLE and abs(float(near) - times) < 1e-9 * abs(times):
        text = _times(abs(near), found.text)
        return Fit(text, near < 0, (int(abs(near) != 1), len(found.text), len(text)))
    for dim, size in probe.model.sizes.items():
        name = probe.universe.dims.names.get(probe.universe.dims.find(dim.name))
        if name is not None and abs(abs(times) * size - 1) < 1e-9:
            return Fit(rf"\frac{{1}}{{{name}}} {found.text}", times < 0, (2, len(found.text)))
    return None


def _in_proportion(a: Array, b: Array) -> bool:
    """Whether two entries of each have the same ratio: cheap, and true of few that are no multiples."""
    left, right = float(a.flat[0] * b.flat[-1]), float(a.flat[-1] * b.flat[0])
    return not abs(left - right) > 1e-6 * (abs(left) + abs(right)) + 1e-9


def _times(number: Fraction, text: str) -> str:
    """A number before a quantity."""
    if text == "1" or number == 1:
        return text if number == 1 else _shown(number)
    return f"{_shown(number)} {text}" if not text[:1].isdigit() else rf"{_shown(number)} \cdot {text}"


def _shown(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else rf"\frac{{{number.numerator}}}{{{number.denominator}}}"


# -------------------------------------------------------------------------------------------------- products


def _products(probe: Probe, ones: list[Quantity]) -> Iterator[Quantity]:
    """The quantities themselves, products of two, and a number times a product of two."""
    yield from ones
    pairs = [p for a in ones for b in ones if (p := _product(probe, a, b)) is not None]
    yield from pairs
    for a in (q for q in ones if q.kind == "scalar"):
        for pair in pairs:
            if a.text not in pair.text and (p := _product(probe, a, pair)) is not None:
                yield p


def _transposed(side: Side, a: Quantity) -> Quantity:
    kind = {"row": "column", "column": "row"}.get(a.kind, a.kind)
    numbers = a.numbers.swapaxes(-1, -2) if a.kind == "matrix" else a.numbers
    text = a.text[: -len(side.transpose)] if a.text.endswith(side.transpose) else _one(a.text) + side.transpose
    return Quantity(text, kind, a.dims[::-1], numbers)


def _one(text: str) -> str:
    """A formula that a transpose or a factor can stand beside."""
    return grouped(text) if " + " in text or " - " in text or "^" in text else text


def _product(probe: Probe, a: Quantity, b: Quantity) -> Quantity | None:
    """Two quantities side by side as matrix algebra multiplies them; equal shapes entry by entry."""
    text, lead = _beside(a.text, b.text), 1 + len(probe.letters)
    x, y = a.numbers, b.numbers
    if "scalar" in (a.kind, b.kind):
        if b.kind == "scalar" and (a.kind != "scalar" or b.text < a.text):
            return None  # the number stands first
        x = x.reshape(*x.shape, *(1,) * (y.ndim - lead))
        return Quantity(text, b.kind, b.dims, x * y)
    match a.kind, b.kind:
        case "matrix", "column" if a.dims[1] == b.dims[0]:
            return Quantity(text, "column", a.dims[:1], np.einsum("...ij,...j->...i", x, y))
        case "row", "matrix" if a.dims[0] == b.dims[0]:
            return Quantity(text, "row", b.dims[1:], np.einsum("...i,...ij->...j", x, y))
        case "matrix", "matrix" if a.dims[1] == b.dims[0]:
            return Quantity(text, "matrix", (a.dims[0], b.dims[1]), x @ y)
        case "column", "row":
            return Quantity(text, "matrix", (a.dims[0], b.dims[0]), np.einsum("...i,...j->...ij", x, y))
        case "row", "column" if a.dims == b.dims:
            return Quantity(text, "scalar", (), np.einsum("...i,...i->...", x, y))
    if a.kind == b.kind and a.dims == b.dims and a.text < b.text:
        return Quantity(rf"{a.text} \odot {b.text}", a.kind, a.dims, x * y)
    return None


def _beside(a: str, b: str) -> str:
    """Two factors; a letter times itself is its square."""
    return f"{a}^2" if a == b and re.fullmatch(r"\\[A-Za-z]+|[A-Za-z]", a) else f"{a} {b}"
