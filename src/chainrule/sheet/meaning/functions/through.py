r"""The value of a function at an argument that reaches it through other names: `L(w) = (y - t)^2` with `y = wx`.

L(3) is the value where y is that of w = 3, so the definitions that rest on the parameter are written out before the
argument takes its place.
"""

from __future__ import annotations

from chainrule.sheet.arrays.components import ref_value
from chainrule.sheet.meaning.derivatives.put_for import put_for
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference


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
    return put_for(frame, val, ref_value(frame, param), argument)
