"""Names with subscripts as values: whole tensors, parts of them, and single components of any value."""

from __future__ import annotations

from dataclasses import replace

from chainrule.expr import Expr, component, const, mul, piecewise, size
from chainrule.read.tree import Node
from chainrule.sheet.arrays.completed import completed
from chainrule.sheet.arrays.tensors import Tensor, axis_subs, instance_of, liftable, tensor, updating
from chainrule.sheet.records.families import Family, Instance
from chainrule.sheet.records.frame import PICKED, Frame, Letter, Term
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref
from chainrule.sheet.syntax.spelling import look, spelled_out


def ref_value(frame: Frame, ref: Ref) -> Val:
    """The value of a name with its subscripts, without its postfix operations."""
    base = frame.world.aliases.get(ref.base, ref.base)
    if base in frame.args and not ref.primes and not (ref.subs and frame.args[base].scalar):
        return components(frame, frame.args[base], ref.subs)  # the \\mu_0 beside a number \\mu is a name of its own
    vector = vector_of(frame.world, base) if frame.args else None
    if vector is not None and vector in frame.args:
        return components(frame, frame.args[vector], ref.subs)
    family = frame.world.family(base)
    axis_nodes = [s for n, s in enumerate(ref.subs) if family.slot(n) == "axis"]
    axis_nodes = completed(frame.world, base, axis_nodes, frame.statement)
    labels = [frame.label(s) for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
    labels += [frame.label(x) for x in ref.labels]
    primes = ref.primes + (frame.shift if frame.shift and updating(frame.world, base) else 0)
    reading = frame.world.readings.get(base)
    sampled = bool(axis_nodes) and reading is not None and reading.split
    instance = instance_of(frame, base, labels, primes, sampled)
    if frame.outcome is not None and base in frame.world.random:
        return components(frame, _of_outcome(frame, replace(instance, sampled=False, drawn=True)), tuple(axis_nodes))
    if not axis_nodes and frame.lift is not None and liftable(frame.world, base):
        return _lifted(frame, replace(instance, sampled=True), frame.lift)
    whole = tensor(frame, instance)
    return _part(frame, whole, axis_nodes)


def _of_outcome(frame: Frame, instance: Instance) -> Val:
    """A random name as its value for the outcome of a frame."""
    assert frame.outcome is not None
    if any(axis_subs(frame, s.ref) for s in frame.world.sites_for(instance.base, frame.position)):
        raise Untyped(f"{spelled_out(instance.base)} is random and given by its entries", "operator")
    return _lifted(frame, instance, frame.outcome)


def _lifted(frame: Frame, instance: Instance, at: Letter) -> Val:
    whole = tensor(frame, instance)
    dim, term = at
    if not whole.axes:
        raise Untyped(f"{spelled_out(instance.base)} has no version for each sample", "shape")
    frame.dims.unify(whole.axes[0], dim)
    return _view(frame, whole, [term], 1)


def _part(frame: Frame, whole: Tensor, nodes: list[Node]) -> Val:
    n = len(whole.ambient)
    if n + len(nodes) > len(whole.axes):
        raise Untyped(
            f"{spelled_out(whole.instance.base)} has {len(whole.axes) - n} axes but {len(nodes)} subscripts", "shape"
        )
    terms = []
    for letter, axis in zip(whole.ambient, whole.axes, strict=False):
        dim, term = frame.letter(letter) or frame.free_letter(letter)
        frame.dims.unify(dim, axis)
        terms.append(term)
    if len(nodes) == 1 and len(whole.axes) == n + 2 and _picks_columns(frame.world, whole.instance.base):
        return _column(frame, whole, terms, nodes[0])
    if len(nodes) == 1 and len(whole.axes) == n + 2 and _a_vector(frame, whole):
        frame.universe.odd.add(frame.owner)
    placed = [(node, axis, frame.index_term(node, axis)) for node, axis in zip(nodes, whole.axes[n:], strict=False)]
    terms += [term for _, _, term in placed]
    part = _view(frame, whole, terms, n + len(nodes))
    return _within(frame, placed, part.transposed() if len(nodes) == 1 and _lies(frame, whole, part) else part)


def _picks_columns(world: World, base: str) -> bool:
    family = world.family(base)
    other = world.conventions.get(PICKED) == "other" and not family.picked_by_words
    return family.column or (other and is_matrix(world, family))


def _lies(frame: Frame, whole: Tensor, part: Val) -> bool:
    """Whether a sheet takes the rows of its matrices as they lie."""
    if frame.world.conventions.get(PICKED) != "row" or part.kind != "column":
        return False
    return len(whole.axes) == 2 and is_matrix(frame.world, frame.world.family(whole.instance.base))


def is_matrix(world: World, family: Family) -> bool:
    """Whether a name is declared or defined as a matrix, whose rows have one index; a capital is, if anything."""
    if family.declared_rank is not None:
        return family.declared_rank == "matrix" and family.declared_subs == 0
    sites = world.sites.get(family.base, ())
    return look(family.base).endswith("upper") and bool(sites) and not all(s.ref.subs for s in sites)


def _a_vector(frame: Frame, whole: Tensor) -> bool:
    """Whether a name that is defined as a whole never has more than one index: that it is a matrix is odd then."""
    base = whole.instance.base
    sites = frame.world.sites.get(base, ())
    return (
        max(frame.world.family(base).sub_counts, default=0) == 1 and bool(sites) and not any(s.ref.subs for s in sites)
    )


def _column(frame: Frame, whole: Tensor, lead: list[Term], node: Node) -> Val:
    """A column of a matrix, as a column."""
    rows, axis = whole.axes[-2:]
    picked = frame.index_term(node, axis)
    every = _view(frame, whole, lead, len(lead))
    val = Val((rows, None), lambda row: every.at(row, picked()))
    return _within(frame, [(node, axis, picked)], val)


def _within(frame: Frame, placed: list[tuple[Node, str, Term]], val: Val) -> Val:
    """A component in a sum whose index may leave its axis there: 0 where it does."""
    tests = [test for node, axis, term in placed if (test := frame.inside(node, axis, term)) is not None]
    if not tests:
        return val
    at = val.at
    return replace(val, at=lambda *t: piecewise([(mul(*(test() for test in tests)), at(*t))], const(0)))


def _view(frame: Frame, whole: Tensor, lead: list[Term], count: int) -> Val:
    """The tensor with its first axes fixed, as a value."""
    rest = whole.axes[count:]
    universe, epoch, instance = frame.universe, frame.epoch, whole.instance

    def at(*terms: Expr) -> Expr:
        symbol = universe.symbol(instance, whole.axes, epoch)
        return component(symbol, *(t() for t in lead), *terms)

    match len(rest):
        case 0:
            shape: tuple[str | None, ...] = (None, None)
        case 1:
            shape = (None, rest[0]) if whole.row else (rest[0], None)
        case _:
            shape = rest
    return Val(shape, at)


def components(frame: Frame, val: Val, subs: tuple[Node, ...]) -> Val:
    """Components of any value: `(Wx)_i`, `softmax(z)_j`, `(A^T)_{kl}`."""
    if not subs:
        return val
    if (len(subs) == 1 and len(val.dims) == 1) or len(subs) == len(val.dims):
        placed = [(s, d, frame.index_term(s, d)) for s, d in zip(subs, val.dims, strict=True)]
        return _within(frame, placed, scalar(lambda: val.at(*(t() for _, _, t in placed)), val.derived))
    if len(subs) == 1 and val.kind == "matrix":
        term = frame.index_term(subs[0], val.dims[0])
        return Val((val.dims[1], None), lambda j: val.at(term(), j), None, val.derived)
    raise Untyped(f"{len(subs)} subscripts on something with {len(val.dims)} axes", "shape")


def size_value(frame: Frame, name: str) -> Val | None:
    """A size used as a number: the N of `\\frac{1}{N}`; a plain number when nothing has N entries after all."""
    world, universe = frame.world, frame.universe
    if name not in world.size_names or world.family(name).declared_rank not in (None, "scalar"):
        return None
    position = frame.position

    def at() -> Expr:
        if name in universe.sized:
            return size(universe.dims.dim(f"={name}"))
        return component(universe.symbol(Instance(name), (), world.epoch(position)))

    return scalar(at)


def vector_of(world: World, base: str) -> str | None:
    """The vector whose entries a letter of another look names."""
    return next((vector for vector, (letter, _) in world.vectors.items() if letter == base != vector), None)
