r"""Functions with an argument held at a value below: `f_{x=a}(y)` of `f(x, y) = ...`, and the slope `f_{x=a}'(y)`."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Node, Relation
from chainrule.sheet.meaning.functions.through import rests_on
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.sites import Site
from chainrule.sheet.statistics.overloads import holding
from chainrule.sheet.syntax.names import Ref, reference, walk


def with_arguments_held(frame: Frame, ref: Ref, args: tuple[Node, ...]) -> tuple[Frame, Site, Ref] | None:
    """The frame in which the arguments below have their values, the function of the others, and its name without what
    is held; None where nothing is held below or the function is defined with just that below."""
    below = holding(ref)
    world = frame.world
    sites = world.functions.get(ref.base, [])
    if not below or not sites or any(holding(s.ref) == below for s in sites):
        return None
    held = {s.first: s.links[0].node for s in ref.subs if isinstance(s, Relation)}
    names = {name: reference(name, world.glossary) for name in held}
    wanted = {r.base for r in names.values() if r is not None and r.bare}
    fitting = [s for s in sites if len(s.params or ()) == len(args) + len(held) and wanted < _bare(frame, s)]
    site = world.latest(fitting, frame.position)
    if site is None or len(wanted) != len(held):
        raise Untyped("a function with what is no argument of it held below", "untyped")
    asked = {r.base for a in args for n in walk(a) if (r := reference(n, world.glossary)) is not None}
    if wanted & asked or any(rests_on(world, site, r) for r in names.values() if r is not None):
        raise Untyped("an argument is held below and used beside it", "untyped")
    values = {r.base: frame.value(held[name]) for name, r in names.items() if r is not None}
    left = tuple(p for p in site.params or () if (r := reference(p, world.glossary)) is None or r.base not in wanted)
    name = replace(ref, subs=tuple(s for s in ref.subs if not isinstance(s, Relation)))
    return frame.child(args={**frame.args, **values}), replace(site, params=left), name


def _bare(frame: Frame, site: Site) -> set[str]:
    refs = (reference(p, frame.world.glossary) for p in site.params or ())
    return {r.base for r in refs if r is not None and r.bare}
