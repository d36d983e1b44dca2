"""Whether a refutation stands where no small edit repairs the line: a reading that nothing bears out is no ground.

That two sides differ at certified numbers proves a line wrong only if it and the definitions behind it were read as
their author means them. Authors slip by small edits, and a repair that is found bears the reading out: misreadings
differ by anything. Without a repair a refutation still stands where nothing had to be guessed, where there is little to
misread, or where the chain itself comes back to what its first side is. Otherwise the line is `unsupported:
uncorroborated`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.forms import has_derivative, has_derivative_node
from chainrule.check.comparison.lines import EQUALITIES, Lines, Variant
from chainrule.check.doubts.anew import unsettled_second
from chainrule.check.records.need import CONSTANTS
from chainrule.read.tree import Accent, Big, Cases, Node, Root
from chainrule.sheet.arrays.dropped import has_wholes
from chainrule.sheet.inference.candidates import candidates, is_quantity
from chainrule.sheet.records.definable import site_key
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference, walk


def corroborated(lines: Lines, e: Equation, variant: Variant, different: Different) -> bool:
    """Whether something other than a repair bears out how a refuted line is read; that a derivative is zero does not
    where the sheet says nothing of how one thing depends on the other."""
    if 0 in (different.lhs, different.rhs) and has_derivative(e) and lines.has_vanishing(e, variant):
        return False
    return (
        elementary(lines, e)
        or firm(lines, e, variant, bool(different.left_symbols | different.right_symbols))
        or healed(lines, e)
    )


def firm(lines: Lines, e: Equation, variant: Variant, free: bool) -> bool:
    """Whether the meaning of every name behind a line is told before it, once and outright, or borne out by a line that
    holds, and nothing is left out; `free`: whether its sides rest on symbols without a definition."""
    world = lines.world
    direct = names_in(world, e.lhs, e.rhs)
    if has_wholes(world, e):
        return False
    names = lines_of(world, [e])[0].names
    names = names - (_bound(world, names) - direct)
    bodies = [s.body for table in (world.sites, world.functions) for n in names for s in table.get(n, ())]
    if any(left_out(node) for node in (e.lhs, e.rhs, *bodies)):
        return False
    tables = [s for table in (world.sites, world.functions) for n in names if (s := table.get(n))]
    here = e.section
    if any(all(s.assumed is not None and s.position > e.position for s in sites) for sites in tables):
        return False  # a meaning that only a later line suggests
    if any(all(s.position > e.position and s.section != here for s in sites) for sites in tables):
        return False  # or that only a later section gives
    if any(t.ambient and t.instance.base in names for t in variant.universe.tensors.values()):
        return False  # a letter that the left side of a definition leaves out may be no index at all
    seconds = (unsettled_second(lines, x, variant) for x in lines.equations if x.position < e.position)
    if any(second is not None and second[1] is None and second[0].base in names for second in seconds):
        return False
    if f"@{e.position}" in variant.universe.odd:
        return False  # matrices where the line speaks of vectors or of numbers
    ref = reference(e.lhs, world.glossary)
    if not e.link and ref is not None and world.defined(ref.base):
        return False  # a second formula for a name, unlike the first, may define it anew
    if free and any(is_numeric(side) for side in (e.lhs, e.rhs)):
        return False  # a number for what is free may be a condition: `|u|^2 = 1`
    mentioned = {n for n in names if n in direct or world.defined(n)}  # what only definitions mention, their types tell
    loose = {n for n in mentioned if not _told(world, n, e)}
    return not loose - borne_out(lines, e, variant, loose)


def _bound(world: World, names: Iterable[str]) -> set[str]:
    """The parameters of the functions among some names: what stands for any argument is none of the quantities."""
    sites = (s for n in names for s in world.functions.get(n, ()))
    refs = (reference(p, world.glossary) for s in sites for p in s.params or ())
    return {r.base for r in refs if r is not None}


def borne_out(lines: Lines, e: Equation, variant: Variant, names: set[str]) -> set[str]:
    """Those of some names that stand in a claim elsewhere which holds as they are read."""
    found: set[str] = set()
    for x in lines.equations:
        mine = (names - found) & names_in(lines.world, x.lhs, x.rhs)
        claim = mine and x.position in variant.typed and not lines.world.defines(x.position)
        apart = x.document is not e.document or x.chain != e.chain
        if claim and apart and isinstance(lines.outcome(x, variant), Same):
            found |= mine
    return found


def grounded_under(lines: Lines, e: Equation, variant: Variant, origins: Sequence[Equation], known: set[str]) -> bool:
    """Whether a line and the conditions it fails under are about names alone that are told, stand in a claim that
    holds, or are `known` from a line that follows from conditions."""
    world = lines.world
    about = {n for x in (e, *origins) for side in (x.lhs, x.rhs) for n in names_in(world, side)}
    loose = {n for n in about if not _told(world, n, e)} - known
    return not loose - borne_out(lines, e, variant, loose)


def left_out(root: Node) -> bool:
    """Whether a formula leaves to its reader over what a sum runs."""
    return any(isinstance(node, Big) and node.sub is None for node in walk(root))


def _told(world: World, base: str, e: Equation) -> bool:
    """Whether a name is defined by one formula that stands before a line, or nothing about it had to be guessed."""
    if base in world.hidden or (world.dropped is not None and base in world.dropped.slots):
        return False  # what a text says in part, or an index that it may leave out
    if (
        is_function_word(base)
        or base in world.roles
        or base in DEFAULT_ROLES
        or base in world.glossary.bound
        or base in world.size_names
    ):
        return True
    sites = (*world.sites.get(base, ()), *world.functions.get(base, ()))
    if sites:
        return _defined_once(world, sites, e)
    family = world.family(base)
    if family.declared_rank is not None or family.domain_kind is not None or base in CONSTANTS:
        return True
    reading = world.readings.get(base)
    usual = reading is None or reading == candidates(family)[0][0]
    # A vector or matrix without indices is known to be one only by how it is written: F^T F, x_i.
    guessed = reading is not None and reading.axes > max(family.sub_counts, default=0) and not family.transposed
    usual = usual and not guessed
    return usual and not (reading is not None and reading.split) and is_quantity(family) and "(" not in base


def _defined_once(world: World, sites: Sequence[Site], e: Equation) -> bool:
    """Whether one formula before a line, in its own part if there is one there, defines each tensor of a name."""
    before = [s for s in sites if s.position <= e.position and s.assumed is None]
    here = [s for s in before if s.section == e.section] or before
    positions = {s.position for s in here}
    return bool(here) and len({site_key(world, s.ref) for s in here}) == len(positions)


def elementary(lines: Lines, e: Equation) -> bool:
    """Sums, products and powers of numbers and of plain names that nothing defines: there is little to misread."""
    return all(_plain(lines, side) for side in (e.lhs, e.rhs))


def _plain(lines: Lines, side: Node) -> bool:
    if has_derivative_node(side) or any(isinstance(n, (Big, Accent, Cases, Root)) for n in walk(side)):
        return False
    names = names_in(lines.world, side)
    if names & lines.world.hidden.keys():
        return False
    return not any(lines.world.defined(n) or lines.world.family(n).called or is_function_word(n) for n in names)


def healed(lines: Lines, e: Equation) -> bool:
    """Whether the chain of a line comes back: its last sides equal the first one, so what stands between is a slip."""
    chain = sorted(
        (x for x in lines.chain(e) if x.op in EQUALITIES),
        key=lambda x: x.link,
    )
    head = chain[0].lhs
    return any(_equal(lines, x, head) for x in chain if x.link > e.link or (x is e and e.lhs is not head))


def _equal(lines: Lines, x: Equation, head: Node) -> bool:
    """Whether the right side of an equation equals the head of its chain, in the world as it is otherwise."""
    direct = replace(x, lhs=head)
    trial = lines.with_line(direct)
    return isinstance(trial.outcome(direct, trial.variant()), Same)
