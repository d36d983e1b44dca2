"""The names that a formula speaks of, each with its scripts."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Accent, Name, Node, Script
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, children, reference


def references(node: Node, world: World, labels: bool = True) -> Iterator[Ref]:
    """All references in a formula, outermost ones, and those in their scripts, with those in `labels` or without."""
    stack = [node]
    while stack:
        top = stack.pop()
        ref = reference(top, world.glossary) if isinstance(top, (Name, Accent, Script)) else None
        if ref is not None:
            yield ref
            stack += [*ref.subs, *(ref.labels if labels else ()), *(p.node for p in ref.postfix if p.node is not None)]
        else:
            stack += children(top)
