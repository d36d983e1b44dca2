r"""The value of a function at an argument that reaches it through other names: `L(w) = (y - t)^2` with `y = wx`.

L(3) is the value where y is that of w = 3, so the definitions that rest on the parameter are written out before the
argument takes its place.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.calculus import resolve
from chainrule.expr import Component, Definitions, Expr, Symbol, substitute, value
from chainrule.sheet import algebra
from chainrule.sheet.components import ref_value
from chainrule.sheet.frame import Frame
from chainrule.sheet.names import Ref, reference
from chainrule.sheet.scan import references
from chainrule.sheet.shapes import Untyped, Val
from chainrule.sheet.world import Site, World

MOST_STEPS = 50


def rests_on(world: World, site: Site, param: Ref) -> bool:
    """Whether a name in the body of a function is defined by its parameter, directly or through others."""
    own = {r.base for p in site.params or () if (r := reference(p, world.glossary)) is not None}
    seen, todo = set(own), [r.base for r in references(site.body, world) if r.base not in own]
    while todo:
        base = todo.pop()
        if base in seen:
            continue
        seen.add(base)
        named = {r.base for s in world.sites.get(base, ()) for r in references(s.body, world)}
        if param.base in named:
            return True
        todo += named
    return False


def at_argument(frame: Frame, val: Val, param: Ref, argument: Val) -> Val:
    """A value in which a parameter stands by its own name, with the argument in its place everywhere."""
    whole = ref_value(frame, param)
    if whole.kind != argument.kind:
        raise Untyped("an argument of another shape than the parameter", "shape")
    for one, other in zip(whole.dims, argument.dims, strict=True):
        frame.dims.unify(one, other)

    def at(*terms: Expr) -> Expr:
        variable = whole.at(*(value(algebra.fresh(frame.dims, d)) for d in whole.dims))
        assert isinstance(variable, Component)
        term = _written_out(resolve(val.at(*terms), definitions), variable.symbol, definitions)
        return substitute(term, {variable.symbol: argument.at})

    definitions = frame.universe.definitions
    return replace(val, at=at, jacobian=None)


def _written_out(term: Expr, variable: Symbol, definitions: Definitions) -> Expr:
    """A term with the formulas of all names in it that rest on a variable."""
    for _ in range(MOST_STEPS):
        inner = {s: definitions[s].at for s in term.symbols if definitions.depends(s, variable)}
        if not inner:
            return term
        term = resolve(substitute(term, inner), definitions)
    raise Untyped("too many definitions behind a function", "too-deep")
