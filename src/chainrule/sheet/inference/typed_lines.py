"""An equation as two values, and whether their shapes fit."""

from __future__ import annotations

from dataclasses import replace

from chainrule.expr import Expr, delta, mul
from chainrule.read.tree import Big, Name, Node, Script
from chainrule.sheet.arrays.algebra import same_shape
from chainrule.sheet.conditions.extremes import bodies
from chainrule.sheet.inference.identity_left_out import with_identity
from chainrule.sheet.meaning.operations.implied import summed_over, with_strays_summed
from chainrule.sheet.records.frame import USUAL, Choices, Frame
from chainrule.sheet.records.shapes import Dims, Untyped, Val, scalar
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.names import children, letter_of, walk


def type_line(universe: Universe, e: Equation, choices: Choices = USUAL) -> tuple[Frame, Val, Val]:
    """Both sides of an equation as values; raises `Untyped`."""
    below = bodies(e.lhs, e.rhs, universe.world)
    if below is not None:
        e = replace(e, lhs=below[0], rhs=below[1])
    frame = Frame(universe, f"@{e.position}", e.position, choices=choices, statement=(e.lhs, e.rhs))
    if universe.world.einstein:
        frame = frame.child(einstein=frozenset(universe.world.free_letters.get(e.position, ())))
    if e.position in universe.world.indexed_by:
        e = replace(e, lhs=with_strays_summed(frame, e.lhs), rhs=with_strays_summed(frame, e.rhs))
    lhs, rhs = _sides(frame, e)
    if frame.free.keys() & both_index_and_number(e.lhs, e.rhs):  # `n x_n`: read from the left, the first n is none yet
        lhs, rhs = _sides(frame, e)
    if choices.entrywise:
        lhs, rhs = as_diagonal(frame.dims, lhs, rhs), as_diagonal(frame.dims, rhs, lhs)
    if (nth := choices.identity) is not None:
        lhs, rhs = with_identity(frame.dims, lhs, rhs, nth), with_identity(frame.dims, rhs, lhs, nth)
    if universe.world.einstein:
        lhs, rhs = _identified(frame, e, lhs, rhs), _identified(frame, e, rhs, lhs)
    return frame, lhs, rhs


def _sides(frame: Frame, e: Equation) -> tuple[Val, Val]:
    lhs = _over_samples(frame, e.lhs) if frame.choices.total else frame.value(e.lhs)
    return lhs, frame.value(e.rhs)


def both_index_and_number(*sides: Node) -> set[str]:
    """The letters that stand alone in some formulas, in no range of a sum there, and below a name as well."""
    below, alone, ranges, todo = set[str](), set[str](), set[str](), list(sides)
    while todo:
        node = todo.pop()
        if isinstance(node, Big):
            ranges |= {
                n.text for part in (node.sub, node.sup) if part is not None for n in walk(part) if isinstance(n, Name)
            }
        elif isinstance(node, Script):
            below |= {x for n in walk(node.sub) if (x := letter_of(n)) is not None} if node.sub is not None else set()
            todo.append(node.base)
        elif (letter := letter_of(node)) is not None:
            alone.add(letter)
        else:
            todo += children(node)
    return alone & below - ranges


def as_diagonal(dims: Dims, val: Val, other: Val) -> Val:
    """An array beside the derivative of one array by another of its shape is the diagonal of that; a number beside the
    derivative of a vector by a number, or of a number by a vector, is every entry of it."""
    jacobian = other.jacobian
    if jacobian is None or (val.scalar and val.derived):
        return val
    if val.scalar and other.kind in ("column", "row"):
        return replace(other, at=lambda *_: val.at(), jacobian=None)
    above, below = ([dims.find(d) for d in group] for group in (jacobian.above_dims, jacobian.below_dims))
    if above != below or len(above) not in (1, 2) or [dims.find(d) for d in val.dims] not in ([], above):
        return val
    n = len(above)

    def at(*places: Expr) -> Expr:
        same = (delta(a, b) for a, b in zip(places[:n], places[n:], strict=True))
        return mul(val.at(*places[: len(val.dims)]), *same)

    return Val(other.shape, at, None, val.derived)


def _identified(frame: Frame, e: Equation, val: Val, other: Val) -> Val:
    """In index notation a tensor is its components: A^T beside A_{lk} is (A^T)_{kl}, in the order of ∂X_{kl}."""
    letters = frame.world.free_letters.get(e.position, ())
    if not other.scalar or not val.dims or len(val.dims) != len(letters) or not set(letters) <= set(frame.free):
        return val
    terms = []
    for letter, axis in zip(letters, val.dims, strict=True):
        dim, term = frame.free_letter(letter)
        frame.dims.unify(dim, axis)
        terms.append(term)
    return scalar(lambda: val.at(*(t() for t in terms)), val.derived)


def _over_samples(frame: Frame, node: Node) -> Val:
    """One sample's quantity summed over the data set: the other meaning of a symbol that both share."""
    dim = f"{frame.owner}:samples"
    inner = frame.bind("·n", dim)
    return summed_over(inner, ["·n"], inner.child(lift=inner.letters["·n"]).value(node))


def misfits(universe: Universe, e: Equation) -> bool:
    """Whether the shapes of a line are what keeps it from having a meaning."""
    try:
        _, lhs, rhs = type_line(universe, e)
        return mismatch(universe, lhs, rhs)
    except Untyped as error:
        return error.code == "shape"
    except RecursionError:
        return False


def mismatch(universe: Universe, lhs: Val, rhs: Val) -> bool:
    """Whether the sides have different shapes; a gradient may be the transpose of the other side."""
    if _zero(rhs) or _zero(lhs):
        return False
    try:
        if same_shape(universe.dims, lhs, rhs):
            return False
        if {lhs.kind, rhs.kind} == {"row", "column"} and (lhs.derived or rhs.derived or lhs.literal or rhs.literal):
            universe.dims.unify(lhs.dims[0], rhs.dims[0])
            return False
    except Untyped:
        return True
    return True


def _zero(val: Val) -> bool:
    return val.scalar and val.literal
