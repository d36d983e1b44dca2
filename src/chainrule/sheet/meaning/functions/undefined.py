r"""Functions that nobody defines: some smooth function of its arguments, or the bare quantity where they never vary.

`L(\theta)` beside `\partial L / \partial \theta` is the quantity L, of which the document says what it depends on. A
function that is called with different arguments, `\pi(a | s)` and `\pi(b | s)`, is a function of them, and one with its
parameter as a subscript, `\pi_\theta(a | s)`, is a function of that too. A density is positive, and over a variable
that is an index its values sum to one.
"""

from __future__ import annotations

from functools import partial

from chainrule.expr import Expr, Index, apply, div, total, unknown, value
from chainrule.read.tree import Node
from chainrule.sheet.arrays import algebra
from chainrule.sheet.arrays.components import ref_value
from chainrule.sheet.definitions.maps import Map, map_of
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Frame, Letter
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.records.sizes import named_dim
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.overloads import varied
from chainrule.sheet.syntax.arguments import Pattern, stem
from chainrule.sheet.syntax.names import Ref, letter_of, reference
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.spelling import look

ELEMENTWISE_LETTERS = frozenset({"f", "g", "h", "phi", "psi", "sigma", "rho", "a", "varphi", "varsigma", "theta"})


def undefined(frame: Frame, ref: Ref, args: tuple[Node, ...], call: Pattern | None) -> Val:
    """The value of a function without a definition."""
    world = frame.world
    declared = None if ref.primes or ref.labels or ref.subs else map_of(world, ref.base, frame.position)
    if declared is not None and len(args) == 1:
        return _mapped(frame, ref.base, frame.value(args[0]), declared)
    family = world.family(ref.base)
    turned = family.values_transposed  # nobody transposes a number
    known = ref.base in world.readings or not turned
    named = (family.differentiated or family.graded_alone) and not varied(world, ref.base) and known
    if not ref.primes and (named or ref.base in world.sites) and plain_names(frame, args):
        return ref_value(frame, Ref(ref.base, ref.subs, ref.labels))
    density = call is not None and _is_of_chance(world, ref.base, call) and world.probabilistic
    labels = [frame.label(s) for s in ref.subs] + [frame.label(x) for x in ref.labels]
    instance = Instance(ref.base, tuple(labels))
    name = instance.shown + (call.shown if call is not None and density else "")
    frame.universe.called[name] = instance
    axes = [_axis(frame, a, f"{name}({n})", density) for n, a in enumerate(args)]
    vals = [frame.value(a) if axis is None else scalar(axis[1]) for a, axis in zip(args, axes, strict=True)]
    slots = ((0, ()),) * ref.primes
    elementwise = len(vals) == 1 and _is_elementwise(frame, ref.base) and not vals[0].scalar
    vector = look(ref.base) == "bold lower" and not elementwise
    matrix = False
    if turned and not elementwise:
        matrix = ref.base.rpartition(" ")[2][:1].isupper()
        vector = not matrix
    parameter = _parameter(frame, ref.base)
    if len(vals) == 1 and (vals[0].scalar or elementwise) and not (vector or matrix or density) and parameter is None:
        return algebra.mapped(lambda x: unknown(name, (((), x),), slots), vals[0])
    if ref.primes:
        raise Untyped("a prime on an unknown function of several variables", "untyped")
    vals += [] if parameter is None else [parameter]
    if call is not None and density:
        over = axes[: len(call.variables)]
        return scalar(lambda: _density(frame, name, vals, [f"{name}({n})" for n in range(len(over)) if all(over)]))
    if matrix:
        pair = frame.universe.axis_names(instance, 2, frame.epoch)
        return Val(pair, lambda i, j: unknown(name, (*_scopes(frame, vals), ((), i), ((), j))))
    if not vector:
        return scalar(lambda: unknown(name, _scopes(frame, vals)))
    dims = frame.universe.axis_names(instance, 1, frame.epoch)
    return Val((*dims, None), lambda i: unknown(name, (*_scopes(frame, vals), ((), i))))


def _is_of_chance(world: World, base: str, call: Pattern) -> bool:
    r"""Whether a call is of a density, by its letter or as what an expectation draws that variable from."""
    return is_density(base, call) or any((base, stem(v)) in world.drawn for v in call.variables if v is not None)


def _mapped(frame: Frame, base: str, val: Val, declared: Map) -> Val:
    """A function of all entries of its argument, with values where it is said to lead."""
    if declared.start is not None and len(declared.start.dims) == len(val.dims):
        for dim, name in zip(val.dims, declared.start.dims, strict=True):
            _sized(frame, dim, name)
    axes = []
    for n, name in enumerate(declared.end.dims):
        own = frame.universe.axis_names(Instance(base), len(declared.end.dims), frame.epoch)[n]
        axes.append(own if name is None else frame.new_dim(base))
        _sized(frame, axes[-1], name)
    frame.universe.called[base] = Instance(base)
    shape = (*axes, *(None,) * (2 - len(axes)))
    return Val(shape, lambda *places: unknown(base, (*_scopes(frame, [val]), *(((), p) for p in places))))


def _sized(frame: Frame, dim: str, name: str | None) -> None:
    """Give an axis the size that was declared for it."""
    if name is not None and name.isdigit():
        frame.dims.fix(dim, int(name))
    elif name is not None:
        frame.dims.unify(dim, named_dim(frame, name, strong=True))


def _is_elementwise(frame: Frame, base: str) -> bool:
    """Whether a letter is one of those of activations, and no gradient is taken of it, as of a number."""
    return base.split()[-1] in ELEMENTWISE_LETTERS and not frame.world.family(base).graded


def _scopes(frame: Frame, vals: list[Val]) -> list[tuple[tuple[Index, ...], Expr]]:
    """The arguments of an unknown function, each with the indices of its entries."""
    found = []
    for val in vals:
        indices = tuple(algebra.fresh(frame.dims, d) for d in val.dims)
        found.append((indices, val.at(*(value(i) for i in indices))))
    return found


def _density(frame: Frame, name: str, vals: list[Val], over: list[str]) -> Expr:
    """A positive function; divided by its sum over the variables that run over an axis."""
    weight = apply("exp", unknown(name, _scopes(frame, vals)))
    if not over:
        return weight
    running = [algebra.fresh(frame.dims, dim) for dim in over]
    places = [scalar(partial(value, i)) for i in running]
    whole = apply("exp", unknown(name, _scopes(frame, [*places, *vals[len(over) :]])))
    for i in running:
        whole = total(i, whole)
    return div(weight, whole)


def _axis(frame: Frame, arg: Node, axis: str, density: bool) -> Letter | None:
    """The index that an argument is: a letter that runs over something, which is one set for a place of a function."""
    letter = letter_of(arg)
    found = None if letter is None else frame.letter(letter)
    if found is None and letter is not None and density and letter in frame.world.glossary.bound:
        family = frame.world.families.get(letter)
        if family is None or not (family.by or family.declared_rank or frame.world.defined(letter)):
            found = frame.free_letter(letter)
    if found is not None:
        frame.dims.unify(found[0], axis)
    return found


def _parameter(frame: Frame, base: str) -> Val | None:
    r"""The value of the $\theta$ in `f_\theta(x)`, where the document differentiates by it."""
    name = frame.world.parameter_of(base)
    return None if name is None else ref_value(frame, Ref(name))


def plain_names(frame: Frame, args: tuple[Node, ...]) -> bool:
    """Whether all arguments of a call are names."""
    return all(reference(a, frame.world.glossary) is not None for a in args)
