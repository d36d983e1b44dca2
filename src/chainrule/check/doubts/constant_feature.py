r"""The feature that is always 1: `\partial J / \partial w_j = (z - y) x_j` behind `z = w_0 + w_1 x_1 + w_2 x_2`.

Whoever counts the bias among the weights takes x_0 for 1, and rarely says so; nor that the second feature of
`w_0 + w_1 x` is x itself. A line that holds for each of the weights then is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Big, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.letters.biases_written_out import sums_beside_products, with_bias, written_out_in
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import below
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import spelled_out

MOST_WEIGHTS = 6


def constant_feature(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """Whether a line holds for every weight that its definitions number, where the feature of the first is 1."""
    world = lines.world
    behind = list(_behind(world, e))
    for weight, letter in sorted(set(_varied(world, e))):
        numbers = sorted({n for ref in behind if ref.base == weight for n in _numbers(ref)})
        if numbers[:1] != [0] or not 1 < len(numbers) <= MOST_WEIGHTS:
            continue
        for feature in sorted(_with_letter(world, e, letter) - {weight}):
            entries = [ref for ref in behind if ref.base == feature]
            if world.defined(feature) or any(0 in _numbers(ref) for ref in entries):
                continue
            each = (_for_weight(world, e, letter, n, feature, entries) for n in numbers)
            apart = _as_behind(lines, feature, entries)
            if all(apart.with_line(line).agree(line) for line in each):
                text = f"holds if entry 0 of {spelled_out(feature)} is 1, as of a constant, which is not said"
                return assumed("condition", text)
    return None


def bias_among_weights(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    r"""A line about the weight 0 of `w^T x = w_0 + w_1 x_1 + w_2 x_2`, where w or x stand alone as well, or of
    `w_0 x_0 + w_1 x_1`: whether the vectors count from 0, and what x_0 is, is not said."""
    world = lines.world
    unsaid = dict(sums_beside_products(lines.equations, world.glossary))
    for told in (
        t for x in lines.equations for side in (x.lhs, x.rhs) for t in with_bias(side, world.glossary).items()
    ):
        if isinstance(told[1].terms[0].node, Product) and not world.defined(told[0][1]):
            unsaid |= [told]
    here = [ref for side in (e.lhs, e.rhs) for ref in references(side, world)]
    for weight, feature in sorted(unsaid):
        if any(r.base == weight and 0 in _numbers(r) for r in here):
            if any(r.base == feature and 0 in _numbers(r) for r in here):
                continue
            text = f"holds perhaps if entry 0 of {spelled_out(feature)} is 1, as of a constant, which is not said"
            return Finding("unsupported", "index-scope", text)
    return None


def of_so_many_components(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """`w^T x = w_1 x_1 + w_2 x_2` of vectors with n components: right where n is 2, which may be an example."""
    world = lines.world
    for product, written in ((e.lhs, e.rhs), (e.rhs, e.lhs), *_through(lines, e)):
        for pair, number in written_out_in(product, written, world.glossary).items():
            sizes = [d for base in pair for d in world.family(base).declared_dims]
            if not any(d is not None and d.isdigit() for d in sizes):
                names = " and ".join(sorted({spelled_out(base) for base in pair}))
                return Finding(
                    "unsupported", "index-scope", f"right if {names} have {number} components, which is not said"
                )
    return None


def _through(lines: Lines, e: Equation) -> Iterator[tuple[Node, Node]]:
    """What a line says of a name, after what its formula is."""
    ref = reference(e.lhs, lines.world.glossary)
    site = None if ref is None or not ref.bare else lines.world.site(ref.base, e.position)
    if site is not None:
        yield site.body, e.rhs


def _as_behind(lines: Lines, feature: str, entries: list[Ref]) -> Lines:
    """The lines where a feature has the axes that the definitions give it: x is a number in `w_0 + w_1 x`."""
    counts = {len(ref.subs) for ref in entries}
    if len(counts) != 1 or lines.world.family(feature).declared_rank is not None:
        return lines
    readings = {**lines.world.readings, feature: Reading(counts.pop())}
    return replace(lines, world=replace(lines.world, readings=readings, derived={}), variants={})


def _behind(world: World, e: Equation) -> Iterator[Ref]:
    """The names in the definitions that a line rests on."""
    names = lines_of(world, [e])[0].names
    for table in (world.sites, world.functions):
        for site in (s for name in sorted(names & table.keys()) for s in table[name]):
            yield from references(site.body, world)


def _varied(world: World, e: Equation) -> Iterator[tuple[str, str]]:
    """What a line differentiates by, with the one letter on it, where no sum runs over that."""
    bound = {x for n in _nodes(e) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    for node in (n for n in _nodes(e) if isinstance(n, Fraction)):
        bottom = below(node.denominator)
        for variable in () if bottom is None else bottom[1]:
            ref = reference(variable, world.glossary)
            letter = letter_of(ref.subs[0]) if ref is not None and len(ref.subs) == 1 else None
            if ref is not None and letter is not None and letter not in bound:
                yield ref.base, letter


def _nodes(e: Equation) -> Iterator[Node]:
    return (n for side in (e.lhs, e.rhs) for n in walk(side))


def _numbers(ref: Ref) -> set[int]:
    """The numbers below a name."""
    return {int(s.text) for s in ref.subs if isinstance(s, Number) and s.text.isdigit()}


def _with_letter(world: World, e: Equation, letter: str) -> set[str]:
    """The names that a letter stands below."""
    refs = (r for side in (e.lhs, e.rhs) for r in references(side, world))
    return {r.base for r in refs if letter in map(letter_of, r.subs)}


def _for_weight(world: World, e: Equation, letter: str, number: int, feature: str, entries: list[Ref]) -> Equation:
    """A line with a number in the place of its letter, and what the feature of that number is called."""

    def choose(node: Node) -> Node | None:
        ref = reference(node, world.glossary) if isinstance(node, Script) else None
        if ref is not None and isinstance(node, Script) and ref.base == feature and letter in map(letter_of, ref.subs):
            if number == 0:
                return Number(node.span, "1")
            if any(len(r.subs) == len(ref.subs) for r in entries):
                return None
            return _without(node, ref, letter)
        return Number(node.span, str(number)) if isinstance(node, Name) and node.text == letter else None

    return replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose))


def _without(node: Script, ref: Ref, letter: str) -> Node:
    """An entry without one of its subscripts."""
    left = [s for s in ref.subs if letter_of(s) != letter]
    if len(left) > 1:
        return node
    if not left and node.sup is None and not node.primes:
        return node.base
    return replace(node, sub=left[0] if left else None)
