"""Einstein's convention in a scope: which letters of a line are free, and what that says of its names."""

from __future__ import annotations

from chainrule.read import tree
from chainrule.read.tree import Fraction, Node, Sum
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import letter_of, reference, walk


def whole_tensors(world: World) -> None:
    """In index notation a name has one axis for each letter it carries: no samples beside them, no rows of a matrix."""
    for family in world.families.values():
        family.full = bool(family.lettered) and max(family.sub_counts, default=0) > 0


def free_letters(world: World, equations: list[Equation]) -> None:
    """With Einstein's convention, the free indices of each chain: those of its first side, where that is a name, or
    those it differentiates by; else those of every term."""
    chains: dict[tuple[int, int], list[Equation]] = {}
    for e in equations:
        chains.setdefault((id(e.document), e.chain), []).append(e)
    for chain in chains.values():
        nodes = [chain[0].lhs, *(e.rhs for e in chain)]
        known = _named_by(nodes[0], world) or _denominator_letters(nodes, world)
        letters = known or _common_letters(nodes, world)
        for e in chain:
            world.free_letters[e.position] = letters
        world.indexed_by.update(e.position for e in chain if known)


def _denominator_letters(nodes: list[Node], world: World) -> tuple[str, ...]:
    """The letters a chain differentiates by, and those of what is differentiated where that is its first side."""
    for node in nodes:
        for part in walk(node):
            if not isinstance(part, Fraction):
                continue
            bottom = below(part.denominator)
            if bottom is None or above(part.numerator) is None:
                continue
            found = _letters_on(bottom[1][0], world)
            if found:
                top = above(part.numerator)
                over = () if part is not nodes[0] or top is None or top.body is None else _letters_on(top.body, world)
                return (*(x for x in dict.fromkeys(over) if x not in found), *found)
    return ()


def _letters_on(node: Node, world: World) -> tuple[str, ...]:
    """The letters in the subscripts of a name."""
    ref = reference(node, world.glossary)
    return tuple(x for s in (ref.subs if ref is not None else ()) if (x := letter_of(s)))


def _named_by(node: Node, world: World) -> tuple[str, ...]:
    """The letters on a name that stand there once; `x_i^2` is x_i x_i unless a formula defines the square."""
    letters, ref = _letters_on(node, world), reference(node, world.glossary)
    if ref is not None and ref.postfix and ref.postfix[0].op == "pow" and not world.defined(f"{ref.base}^2"):
        return ()
    return tuple(x for x in letters if letters.count(x) == 1)


def _common_letters(nodes: list[Node], world: World) -> tuple[str, ...]:
    """Letters that stand exactly once in every term of every side."""
    common: list[str] | None = None
    for node in nodes:
        for term in node.terms if isinstance(node, Sum) else (tree.Term("+", node),):
            counts: dict[str, int] = {}
            for ref in references(term.node, world):
                for s in ref.subs:
                    if letter := letter_of(s):
                        counts[letter] = counts.get(letter, 0) + 1
            once = [x for x, n in counts.items() if n == 1]
            common = once if common is None else [x for x in common if x in once]
    return tuple(common or ())
