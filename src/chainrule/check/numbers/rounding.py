"""An author's rounding: what a printed number may be when rounded numbers were computed with, as on a calculator.

A result may come from the exact values of what stands behind it, or from their rounded values as printed before; a
number put in for a quantity may be its value, rounded. What lies between is no mistake, and a note says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from itertools import islice, pairwise, product

import numpy as np

from chainrule.check.comparison.digits import Printed, may_be, printed
from chainrule.check.comparison.exact import number_of, term_of, typed_again
from chainrule.check.comparison.ledger import Entry, Ledger
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.points import reach
from chainrule.expr import Component, Symbol
from chainrule.expr.model import Array
from chainrule.read import tree
from chainrule.read.tree import Node, Number, Sum, Term
from chainrule.sheet.definitions.put_in import call_of, formulas_behind, is_arithmetic, paired
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt

MOST_NUMBERS = 12
MOST_CHOICES = 64
CLOSE = 1e-9
PARTS = (tree.Name, tree.Script, tree.Accent, tree.Fraction, tree.Fenced, tree.Product, tree.Sum, tree.Root)


def note_printed(ledger: Ledger, variant: Variant, sides: list[Node], e: Equation, cells: list[list[Printed]]) -> None:
    """Note the printed value of every side of a chain that it ends."""
    for node in sides:
        numbers = None if is_arithmetic(variant.universe.world, node) else number_of(variant, e, node)
        if numbers is None:
            continue
        numbers = numbers if numbers.shape == (len(cells), len(cells[0])) else numbers.T
        ledger.add(Entry(node, _symbol(variant, e, node), cells, numbers))


def _symbol(variant: Variant, e: Equation, node: Node) -> Symbol | None:
    """The tensor that a side stands for as a whole."""
    val = typed_again(variant, e, node)
    if val is None:
        return None
    term, axes = term_of(variant, val)
    whole = isinstance(term, Component) and len(term.indices) == len(axes)
    return term.symbol if whole and isinstance(term, Component) else None


# -------------------------------------------------------------------------------------------------- other values


def other_values(ledger: Ledger, variant: Variant, e: Equation) -> Iterator[Array]:
    """The values of the left side when some of what it rests on is taken rounded, or rounded numbers in it exactly."""
    world = variant.universe.world
    if is_arithmetic(world, e.lhs):
        choices = [(n, values[0]) for n, values in unrounded(ledger, variant, e, e.lhs) if values]
        sets = [[c] for c in choices] + ([choices] if len(choices) > 1 else [])
        nodes = (with_numbers(e.lhs, dict(chosen)) for chosen in sets)
        yield from (x for node in nodes if (x := number_of(variant, e, node)) is not None)
        return
    known = _below(ledger, variant, e)
    sets_put = [{s: v} for s, v in known.items()] + ([known] if len(known) > 1 else [])
    yield from (x for put in sets_put if (x := number_of(variant, e, e.lhs, put)) is not None)
    for formula in formulas_behind(world, e.lhs, e.position):
        node = _with_printed(ledger, formula)
        if node is not formula and (x := number_of(variant, e, node, known)) is not None:
            yield x


def _below(ledger: Ledger, variant: Variant, e: Equation) -> dict[Symbol, Array]:
    """The printed values of the quantities behind the left side, by symbol."""
    term, _ = term_of(variant, variant.typed[e.position][1])
    own = term.symbol if isinstance(term, Component) else None
    symbols = {t.symbol for t in reach([term], variant.universe.definitions) if isinstance(t, Component)} - {own}
    found = {}
    for entry in ledger.entries.values():
        if entry.symbol in symbols and entry.symbol is not None:
            found[entry.symbol] = entry.rounded.reshape(1, *_shape(entry))
    return found


def _shape(entry: Entry) -> tuple[int, ...]:
    axes = len(entry.symbol.axes) if entry.symbol is not None else 0
    rows, columns = len(entry.cells), len(entry.cells[0])
    return {0: (), 1: (rows * columns,)}.get(axes, (rows, columns))


def _with_printed(ledger: Ledger, formula: Node) -> Node:
    """A formula with the derivatives and other parts in it that were printed before as those numbers."""

    def choose(node: Node) -> Node | None:
        entry = None if node is formula else ledger.of(node)
        if entry is None or entry.symbol is not None or len(entry.cells) * len(entry.cells[0]) != 1:
            return None
        return number_node(node, entry.cells[0][0].value)

    return rebuilt(formula, choose)


# -------------------------------------------------------------------------------------------------- numbers put in


def unrounded(ledger: Ledger, variant: Variant, e: Equation, side: Node) -> list[tuple[Number, list[float]]]:
    """The printed numbers in a side, each with the exact values of which it may be the rounding."""
    numbers = [n for n in walk(side) if isinstance(n, Number) and "." in n.text][:MOST_NUMBERS]
    result = side is e.lhs  # what is worked out of numbers is where none of them comes from
    pool = [v for v, _ in ledger.cells()] + ([] if result else _behind(variant, e))
    found = []
    for node in numbers:
        cell = printed(node)
        telling = not result or len(node.text.replace(".", "").strip("0")) > 1  # 0.1 may be the rounding of anything
        near = [] if cell is None or not telling else [abs(v) for v in pool if may_be(abs(v), cell)]
        near += [abs(float(c[0])) for c in ledger.cells() if c[1].text.lstrip("-") == node.text]
        found.append(
            (node, [v for v in dict.fromkeys(near) if cell is not None and abs(v - float(cell.value)) > 1e-15])
        )
    return found


def _behind(variant: Variant, e: Equation) -> list[float]:
    """The values of the parts of what the equation is about."""
    found: list[float] = []
    for formula in formulas_behind(variant.universe.world, e.lhs, e.position):
        for node in islice(_parts(formula), 40):
            value = number_of(variant, e, node)
            if value is not None:
                found += [float(v) for v in value.ravel()[:16]]
    return found


def _parts(formula: Node) -> Iterator[Node]:
    """The names, derivatives, calls and parenthesised or multiplied parts of a formula."""
    for node in walk(formula):
        if isinstance(node, PARTS):
            yield node
        if isinstance(node, tree.Product):
            yield from (call.node for a, b in pairwise(node.factors) if (call := call_of(a, b)) is not None)


def explained(ledger: Ledger, variant: Variant, e: Equation, target: Array) -> bool:
    """Whether the right side has exactly the target's value once its numbers are taken unrounded."""
    choices = [(node, values) for node, values in unrounded(ledger, variant, e, e.rhs) if values]
    if not choices:
        return False
    options = [[None, *values] for _, values in choices]
    for chosen in islice(product(*options), 1, MOST_CHOICES):
        put = {node: v for (node, _), v in zip(choices, chosen, strict=True) if v is not None}
        value = number_of(variant, e, with_numbers(e.rhs, put))
        if value is not None and same_numbers(value, target):
            return True
    return False


def same_numbers(a: Array, b: Array) -> bool:
    """Whether two matrices of numbers are equal but for floating point, up to a transpose of a vector."""
    if a.shape != b.shape and 1 in a.shape:
        a = a.T
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= CLOSE * (1 + np.abs(b))))


def slack(variant: Variant, e: Equation, side: Node, exact: Collection[str] = ()) -> Array | None:
    """How far a side may move when each of its printed numbers, but for exact ones, moves by half a unit in its last
    place."""
    middle = number_of(variant, e, side)
    if middle is None:
        return None
    total = np.zeros_like(middle)
    for node in [n for n in walk(side) if isinstance(n, Number) and "." in n.text and n.text not in exact]:
        cell = printed(node)
        if cell is None:
            return None
        moved = number_of(variant, e, with_numbers(side, {node: float(cell.value + cell.unit / 2)}))
        if moved is None:
            return None
        total = total + np.abs(moved - middle)
    return total


def wrong_number(ledger: Ledger, variant: Variant, e: Equation) -> tuple[Node, Node, float] | list[Node] | None:
    """Each number put in beside what it stands for: the first that is none of its roundings, with the right value.

    A list of what was paired when all numbers are right; None when nothing could be paired, or a part has no value,
    as the `z_i` of `p_i = e^{z_i} / S` has none in a line about `p_2`.
    """
    first: tuple[Node, Node, float] | None = None
    for formula in formulas_behind(variant.universe.world, e.lhs, e.position):
        pairs = paired(formula, e.rhs)
        if not pairs:
            continue
        wrong = next((w for node, number in pairs if (w := _wrong(ledger, variant, e, node, number)) is not None), None)
        if wrong is None and all(_is_number(variant, e, node) for node, _ in pairs):
            return [node for node, _ in pairs]
        first = first or wrong
    return first


def _is_number(variant: Variant, e: Equation, node: Node) -> bool:
    value = number_of(variant, e, node)
    return value is not None and value.size == 1


def _wrong(ledger: Ledger, variant: Variant, e: Equation, node: Node, number: Node) -> tuple[Node, Node, float] | None:
    cell, value = printed(number), number_of(variant, e, node)
    if cell is None or value is None or value.size != 1:
        return None
    entry = ledger.of(node)
    if entry is not None and any(c.value == cell.value for row in entry.cells for c in row):
        return None
    right = float(value.flat[0])
    return None if may_be(right, cell) else (node, number, right)


# -------------------------------------------------------------------------------------------------- trees


def number_node(at: Node, value: float | Fraction) -> Node:
    """A number in the place of a node."""
    text = f"{abs(float(value)):.17g}"
    node = Number(at.span, text)
    return node if value >= 0 else Sum(at.span, (Term("-", node),))


def with_numbers(side: Node, put: dict[Number, float]) -> Node:
    """A side with other values for some of its printed numbers."""
    by_id = {id(node): value for node, value in put.items()}

    def choose(node: Node) -> Node | None:
        return number_node(node, by_id[id(node)]) if id(node) in by_id else None

    return rebuilt(side, choose)
