r"""Functions of the document differentiated by all their arguments at once, at any point.

`\nabla f(x, y)`, `\nabla f(1, 2)`, `\nabla^2 f`, `H_f(1, 2)` and `\mathbf H E(\mathbf w)` where the text speaks of the
Hessian, and a partial derivative at a point, `\frac{\partial f}{\partial x}(1, 2)`.
"""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.calculus import derivative, resolve
from chainrule.expr import Component, Expr, Index, Symbol, component, const, substitute, value
from chainrule.read.tree import Accent, Factor, Fenced, Fraction, Name, Node, Number, Script
from chainrule.sheet.definitions.maps import HESSIAN_LETTERS, is_hessian
from chainrule.sheet.definitions.parts import vector_of_entries
from chainrule.sheet.meaning.derivatives import differentials
from chainrule.sheet.meaning.operations.arithmetic import postfixed
from chainrule.sheet.meaning.operations.lists import listed
from chainrule.sheet.meaning.operations.stacked import chosen, counted
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Dims, Untyped, Val, scalar
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import Postfix, Ref, node_key, reference, split_superscript


@dataclass(frozen=True)
class StandIn:
    """A variable in the place of an argument while a function is differentiated: a scalar, or a vector over `dim`."""

    name: str
    dim: str | None
    dims: Dims

    @property
    def symbol(self) -> Symbol:
        """Only asked for once dimensions are settled."""
        return Symbol(self.name, () if self.dim is None else (self.dims.dim(self.dim),))

    def at(self, *terms: Expr) -> Component:
        """The stand-in, or an entry of it."""
        found = component(self.symbol, *terms)
        assert isinstance(found, Component)
        return found

    def val(self) -> Val:
        """The stand-in as a value."""
        return Val((self.dim, None), self.at)


@dataclass(frozen=True)
class Point:
    """The body of a function over stand-ins, and the values that are put in afterwards."""

    frame: Frame
    body: Val
    stand_ins: list[StandIn]
    values: list[Val]
    params: list[Val | None]

    def term(self) -> Expr:
        """The body, with what depends on the parameters by its definition written out: p = w^T x in f(w) = p^2."""
        definitions, term = self.frame.universe.definitions, self.body.at()
        for param, stand_in in zip(self.params, self.stand_ins, strict=True):
            own = None if param is None else param.at(*(value(i) for i in _places(stand_in, param)))
            if not isinstance(own, Component) or own.symbol.axes != stand_in.symbol.axes:
                continue
            term = resolve(term, definitions)
            above = [s for s in definitions.ordered(sorted(term.symbols)) if s in definitions and s != own.symbol]
            for s in reversed([s for s in above if definitions.depends(s, own.symbol)]):
                term = substitute(term, {s: definitions[s].at})
            term = substitute(term, {own.symbol: stand_in.at})
        return term

    def put(self, term: Expr) -> Expr:
        """The arguments in the place of their stand-ins."""
        table = {s.symbol: v.at for s, v in zip(self.stand_ins, self.values, strict=True)}
        return substitute(resolve(term, self.frame.universe.definitions), table)

    def argument(self, n: int) -> Component:
        """The stand-in for an argument, or the entry of the one vector that they all are."""
        first = self.stand_ins[0]
        if len(self.stand_ins) > 1 or first.dim is None:
            return self.stand_ins[n].at()
        return first.at(const(n + self.frame.dims.dim(first.dim).low))

    def by(self, term: Expr, variable: Component) -> Expr:
        """A derivative that is still over the stand-ins."""
        return derivative(term, variable, self.frame.universe.definitions)


def by_all_arguments(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """∇ or a Hessian of a function of the document, from factor n on; None when it is something else."""
    node = factors[n].node
    own = _hessian_of(frame.world, node)
    nabla = nabla_of(node)
    ref: Ref | None
    ops: tuple[Postfix, ...]
    if own is not None:
        order, at, ref, ops = 2, n + 1, Ref(own), ()
    elif nabla is not None and not nabla[0] and n + 1 < len(factors):
        order, at = nabla[1], n + 2
        ref, ops = _function(frame.world, factors[n + 1].node)
    elif is_hessian_sign(frame.world, node) and n + 1 < len(factors) and factors[n + 1].op == "":
        order, at = 2, n + 2
        ref, ops = _function(frame.world, factors[n + 1].node)
    else:
        return None
    site = None if ref is None else frame.world.function(ref.base, frame.position)
    if site is None or not site.params or site.position in frame.active:
        return None
    args: tuple[Node, ...] | None = None
    if at < len(factors) and factors[at].op == "" and (fence := _fence(frame.world, factors[at].node)) is not None:
        args, ops = arguments(fence[0]), (*ops, *fence[1])
        at += 1
    if order == 1 and not _needed(frame, site, args, ops):
        return None
    point = _point(frame, site, args)
    return None if point is None else (postfixed(frame, _differentiated(point, order), ops), at)


def _needed(frame: Frame, site: Site, args: tuple[Node, ...] | None, ops: tuple[Postfix, ...]) -> bool:
    """Whether ∇ is of several arguments, at a point that is no name, or transposed as a whole."""
    return len(site.params or ()) > 1 or bool(ops) or not all(reference(a, frame.world.glossary) for a in args or ())


def is_hessian_sign(world: World, node: Node) -> bool:
    """`\\mathbf H` before a function, where the text speaks of a Hessian and H has no other meaning."""
    if not world.hessian or not isinstance(node, (Name, Accent)):
        return False
    ref = reference(node, world.glossary)
    return ref is not None and ref.base.split()[-1] in HESSIAN_LETTERS and not world.defined(ref.base)


def _hessian_of(world: World, node: Node) -> str | None:
    ref = reference(node, world.glossary) if isinstance(node, (Name, Script)) else None
    return None if ref is None or ref.subs or ref.labels or ref.primes or ref.postfix else is_hessian(world, ref.base)


def _function(world: World, node: Node) -> tuple[Ref | None, tuple[Postfix, ...]]:
    """A function of the document and what hangs on its name: `E^{-1}` behind a Hessian sign."""
    ref = reference(node, world.glossary)
    if ref is None or ref.base not in world.functions or ref.subs or ref.labels or ref.primes:
        return None, ()
    return Ref(ref.base), ref.postfix


def _fence(world: World, node: Node) -> tuple[Fenced, tuple[Postfix, ...]] | None:
    """Parentheses with what is raised on them."""
    if isinstance(node, Fenced) and node.open == "(":
        return node, ()
    if isinstance(node, Script) and isinstance(node.base, Fenced) and node.sub is None and node.sup is not None:
        word, labels, ops = split_superscript(node.sup, "", world.glossary)
        return None if word or labels or node.base.open != "(" else (node.base, ops)
    return None


# -------------------------------------------------------------------------------------------------- at a point


def _point(frame: Frame, site: Site, args: tuple[Node, ...] | None) -> Point | None:
    """The function of a site over stand-ins; without arguments, at its own parameters."""
    params = site.params or ()
    refs = [reference(p, frame.world.glossary) for p in params]
    vector = vector_of_entries(frame.world, params)
    given = params if args is None else args
    if vector is not None:
        bases, values = [vector], [listed(frame, given) if len(given) > 1 else frame.value(given[0])]
    elif all(r is not None and r.bare for r in refs):
        bases = [r.base for r in refs if r is not None]
        whole = len(params) == 1 and len(given) > 1
        values = [listed(frame, given)] if whole else [frame.value(g) for g in given]
    else:
        return None
    if len(bases) != len(values) or any(v.kind not in ("scalar", "column") for v in values):
        return None
    stand_ins, bound = [], dict(frame.args)
    for n, (base, val) in enumerate(zip(bases, values, strict=True)):
        stand_ins.append(StandIn(f"argument {n + 1} of {site.base}", val.shape[0], frame.dims))
        bound[base] = stand_ins[-1].val()
    active = (*frame.active, site.position)
    own = [_own_value(frame, p) if vector is None else None for p in params[: len(bases)]]
    inner = frame.child(owner=frame.owner_in(site.base), args=bound, depth=frame.depth + 1, active=active)
    body = inner.value(site.body)
    return Point(frame, body, stand_ins, values, own) if body.scalar else None


def _own_value(frame: Frame, param: Node) -> Val | None:
    """What a parameter is outside of its function; None where it has no meaning there, or is made of something."""
    ref = reference(param, frame.world.glossary)
    sites = frame.world.sites.get("" if ref is None else ref.base, ())
    made = (s for s in sites if not (s.ref.primes or s.ref.labels or s.ref.subs))
    if ref is None or ref.base in frame.args or any(not (is_literal(s.body) or is_zero(s.body)) for s in made):
        return None
    if ref.base in frame.world.functions:
        return None
    kept = frame.universe.mark()
    try:
        return frame.value(param)
    except Untyped:
        frame.universe.back(kept)
        return None


def _places(stand_in: StandIn, param: Val) -> list[Index]:
    return [Index(f"·p{k}", dim) for k, dim in enumerate(stand_in.symbol.axes)] if param.dims else []


def _differentiated(point: Point, order: int) -> Val:
    """The gradient or the Hessian of a function at a point: over its scalar arguments, or over its one vector."""
    if order > 2:
        raise Untyped(f"the derivative of order {order} is no matrix", "untyped")
    first = point.stand_ins[0]
    _note_taken(point)
    if len(point.stand_ins) == 1:
        dim = first.dim
        if dim is None:
            slope = [first.at()] * order
            return scalar(lambda: point.put(_repeated(point, point.term(), slope)), derived=True)
        shape = (dim, None) if order == 1 else (dim, dim)
        return Val(
            shape,
            lambda *t: point.put(_repeated(point, point.term(), [first.at(x) for x in t])),
            derived=True,
        )
    if any(s.dim is not None for s in point.stand_ins):
        raise Untyped("a gradient by several vectors at once", "untyped")
    n = len(point.stand_ins)
    dims = [point.frame.new_dim("by") for _ in range(order)]
    for dim in dims:
        point.frame.dims.fix(dim, n)

    def at(*terms: Expr) -> Expr:
        return _entry(point, [counted(point.frame, d, t) for d, t in zip(dims, terms, strict=True)], [])

    return Val((dims[0], dims[1] if order == 2 else None), at, derived=True)


def _note_taken(point: Point) -> None:
    """Leave for the judge whether the function depends on its arguments at all."""

    def sample(s: StandIn) -> tuple[Expr, Expr, Expr]:
        places = () if s.dim is None else (value(Index("·d0", point.frame.dims.dim(s.dim))),)
        body = point.term()
        return body, s.at(*places), point.by(body, s.at(*places))

    found = point.frame.universe.taken.setdefault(point.frame.owner, [])
    found += [lambda s=s: sample(s) for s in point.stand_ins]  # type: ignore[misc]


def _entry(point: Point, terms: list[Expr], by: list[Component]) -> Expr:
    """The entry of a gradient or Hessian at index terms, each of which picks the argument to differentiate by."""
    if not terms:
        return point.put(_repeated(point, point.term(), by))
    return chosen(terms[0], [lambda s=s: _entry(point, terms[1:], [*by, s.at()]) for s in point.stand_ins])


def _repeated(point: Point, term: Expr, by: list[Component]) -> Expr:
    for variable in by:
        term = point.by(term, variable)
    return term


def partial_at(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    r"""A derivative of a function at a point: `\frac{\partial f}{\partial x}(1, 2)`, `\frac{df}{dw}(w)`.

    With one argument the parentheses hold a name or a number; a sum in them may as well be a factor.
    """
    node = factors[n].node
    following = factors[n + 1] if n + 1 < len(factors) else None
    if not isinstance(node, Fraction) or following is None or following.op:
        return None
    fence, parts = _fence(frame.world, following.node), differentials.taken_apart(node)
    if fence is None or parts is None or parts[0].body is None:
        return None
    ref, ops = _function(frame.world, parts[0].body)
    site = None if ref is None or ops else frame.world.function(ref.base, frame.position)
    args = arguments(fence[0])
    if site is None or site.params is None or len(site.params) != len(args):
        return None
    if len(args) == 1 and not (isinstance(args[0], Number) or reference(args[0], frame.world.glossary)):
        return None
    places = [_place(site, v) for v in parts[1]]
    point = _point(frame, site, args)
    if point is None or None in places or len(point.stand_ins) not in (1, len(args)):
        return None
    if len(args) == 1:
        return postfixed(frame, _differentiated(point, len(places)), fence[1]), n + 2
    by = [p for p in places if p is not None]
    val = scalar(lambda: point.put(_repeated(point, point.term(), [point.argument(p) for p in by])), derived=True)
    return postfixed(frame, val, fence[1]), n + 2


def _place(site: Site, variable: Node) -> int | None:
    """Which argument of a function a variable is."""
    keys = [node_key(p) for p in site.params or ()]
    return keys.index(node_key(variable)) if node_key(variable) in keys else None
