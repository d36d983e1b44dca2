"""Why a certified difference may still be no mistake: something the document never says could make the line true.

Each doubt is a row of `DOUBTS`, asked in that order; the first that applies is the finding of the line. What rests on
something unsaid is `assumed`; where it is not even clear what the line claims, it is `unsupported`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.forms import has_decimals, has_derivative_node
from chainrule.check.comparison.influence import cancels
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.writing import name_of, names_of
from chainrule.check.doubts.anew import claimed, defined_anew, defined_elsewhere, on_what_is_redefined, other_indices
from chainrule.check.doubts.another_step import of_another_step
from chainrule.check.doubts.beside_a_sum import beside_a_sum
from chainrule.check.doubts.constant_feature import bias_among_weights, constant_feature, of_so_many_components
from chainrule.check.doubts.conventions import other_convention
from chainrule.check.doubts.corroborate import borne_out
from chainrule.check.doubts.defined_later import defined_later
from chainrule.check.doubts.entrywise import entry_by_entry
from chainrule.check.doubts.fixed import held_fixed
from chainrule.check.doubts.grouped import grouped_otherwise
from chainrule.check.doubts.last_step import at_the_last_step
from chainrule.check.doubts.letters import index_as_a_number, labels_that_run, letters_that_name, of_some_labels
from chainrule.check.doubts.logarithm_meant import logarithm_meant
from chainrule.check.doubts.of_chance import of_chance
from chainrule.check.doubts.one_name_or_two import (
    entries_apart,
    label_left_out,
    row_and_column,
    two_losses,
    two_typefaces,
)
from chainrule.check.doubts.paths import beside_the_path, by_some_paths, other_paths, unsaid_path
from chainrule.check.doubts.picked import picked
from chainrule.check.doubts.renamed import renamed
from chainrule.check.doubts.reparametrised import reparametrised
from chainrule.check.doubts.short_for_a_value import short_for_a_value
from chainrule.check.doubts.squares import squares_of_vectors
from chainrule.check.doubts.supposed_orthogonal import supposed_orthogonal
from chainrule.check.doubts.supposed_symmetric import symmetric_unsaid
from chainrule.check.doubts.totals_by_calls import total_of_calls
from chainrule.check.doubts.unknowns import said_in_plain_text, unknown_functions
from chainrule.check.doubts.unsaid import (
    computed_in_secret,
    constrained,
    factors_of_a_matrix,
    imposed,
    not_the_label,
    number_of_ones,
    of_a_target,
    tied,
)
from chainrule.check.doubts.where_it_holds import where_it_holds, where_it_vanishes
from chainrule.check.numbers.counted_from_one import counted_from_one
from chainrule.check.numbers.written_out import put_in_one_by_one
from chainrule.check.numbers.zero_slopes import slopes_of_values, zero_slopes
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need, NeedKind, dependences, depends
from chainrule.check.suppositions import opaque as results
from chainrule.check.suppositions.of_differentials import of_what_is_undefined
from chainrule.check.suppositions.samplewise import samplewise
from chainrule.expr import Const, Symbol
from chainrule.read.tree import Fenced, Fraction, Node, Number, Product
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.definitions.recurrence import label_nodes, one_step, states, variables
from chainrule.sheet.letters.totals import total_of
from chainrule.sheet.records.configurations import Config, Held
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivatives import above
from chainrule.sheet.syntax.literals import is_literal, is_numeric
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

Doubt = Callable[[Lines, Equation, Variant, Different], Finding | None]


def doubt(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """The finding of a line whose sides differ, when that proves nothing; None when the line is wrong."""
    variant = lines.shown_by(variant, different)
    return next((found for ask in DOUBTS if (found := ask(lines, e, variant, different)) is not None), None)


# ---------------------------------------------------------------------------------------- what the line claims


def unread_formula(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A name that a line of another section comes to again with another formula, `\\nu = f(u) = g(w)`, which does not
    fit the shapes that the names in it are read with: it may be what the name is from there on."""
    names = lines_of(lines.world, [e])[0].names
    for x in lines.equations:
        name = None if x.link or x.position >= e.position or x.chain == e.chain else claimed(lines, x)
        if name is None or name[0].base not in names:
            continue
        base = name[0].base
        site = lines.world.function(base, e.position) or lines.world.site(base, e.position)
        if site is None or site.position >= x.position or site.section == x.section:
            continue
        for link in lines.chain(x):
            failed = variant.failed.get(link.position)
            if failed is not None and failed.code in ("shape", "shape-of-sides"):
                line = link.line
                text = f"what line {line} says of {spelled_out(base)} does not fit: {failed.message}"
                return Finding("unsupported", "ambiguous", text)
    return None


def circular(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """An equation that only goes round in a circle with earlier ones was left out of the definitions."""
    why = lines.world.circular.get(e.position)
    return None if why is None else Finding("unsupported", "cyclic", why)


def one_step_or_all(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A derivative by a weight that all steps share: the line may speak of one step, and does not say so."""
    step, only = one_step(lines.world, e)
    if step is None or only or not isinstance(lines.outcome(e, lines.variant(config=Config(step=step))), Same):
        return None
    message = "weights are shared over steps; the line does not say whether one step or all of them are meant"
    return Finding("unsupported", "ambiguous", message)


def one_cell(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A derivative by one state of a recurrence, right if the other states of the earliest step are held fixed."""
    held = states(lines.world)
    if len(held) < 2:
        return None
    frame = Frame(variant.universe, "one cell", e.position)
    labels = {tuple(frame.label(x) for x in label_nodes(lines.world, ref)) for ref in variables(lines.world, e, held)}
    if not labels:
        return None
    letters = tuple((x, 2) for x in sorted(variant.typed[e.position][0].used))
    config = replace(variant.universe.config, letters=letters, held=Held(held, min(labels, key=str)))
    if not isinstance(lines.outcome(e, lines.variant(config=config)), Same):
        return None
    message = "right with the other states of the step held fixed; the line does not say whether their paths count"
    return Finding("unsupported", "ambiguous", message)


def terms_of_totals(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """L_t where only the total `L = \\sum_t ...` is defined: its term is never said to be one."""
    for ref in (r for side in (e.lhs, e.rhs) for r in references(side, lines.world) if r.subs or r.labels):
        sites = lines.world.sites.get(ref.base, ())
        if sites and all(s.ref.bare and total_of(s.body) is not None for s in sites):
            text = f"{spelled_out(ref.base)} is defined as a total; its terms are never defined"
            return assumed("undefined-symbol", text, needs=(Need("definition", Instance(ref.base)),))
    return None


# ---------------------------------------------------------------------------------------- what is never said


def opaque(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A derivative through a quantity that is known by its number alone."""
    return results.opaque(lines, e, variant)


def vanishing(lines: Lines, e: Equation, _variant: Variant, different: Different) -> Finding | None:
    """A derivative that is zero only because nothing says how one quantity depends on the other."""
    left, right = different.terms
    for side, term, other in ((e.lhs, left, right), (e.rhs, right, left)):
        zero = isinstance(term, Const) and term.value == 0 and has_derivative_node(side)
        if zero and (
            not isinstance(other, Const)
            or beside_the_path(lines, e)
            or not (different.left_symbols | different.right_symbols)
        ):
            needs = dependences(lines.world, e, (side,))
            return assumed("undefined-symbol", depends(lines.world, e, side), needs=needs)
    return None


def numbers_put_in(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """One side has numbers in the place of names that the document gives no numbers for."""
    sides = ((e.lhs, e.rhs, different.right_symbols), (e.rhs, e.lhs, different.left_symbols))
    for side, other, symbols in sides:
        free = symbols - set(variant.settled.data)
        put_in = has_decimals(side) or from_nowhere(lines, side, other) or _called_with_numbers(side, other)
        if (found := put_in_one_by_one(lines, side, other)) is not None:
            return found
        if free and put_in and not has_decimals(other):
            names = ", ".join(names_of(variant.universe, sorted(free)).values())
            needs = _needs("number", variant, free)
            text = f"the numbers put in for {names} are not given in the document"
            return assumed("undefined-symbol", text, needs=needs)
    return None


def _called_with_numbers(side: Node, other: Node) -> bool:
    """`f(0)` for `f(w x + b)`: one function, of numbers alone on one side."""
    calls = [n.factors for n in (side, other) if isinstance(n, Product) and len(n.factors) == 2]
    if len(calls) != 2 or not all(isinstance(factors[1].node, Fenced) for factors in calls):
        return False
    same = node_key(calls[0][0].node) == node_key(calls[1][0].node)
    return same and is_literal(calls[0][1].node) and not is_literal(calls[1][1].node)


def from_nowhere(lines: Lines, side: Node, other: Node) -> bool:
    """Whether a side of numbers alone has some that the other side and the definitions behind it do not have."""
    world = lines.world
    if not (is_numeric(side) or is_arithmetic(world, side)):
        return False
    names = names_in(world, other)
    bodies = [s.body for table in (world.sites, world.functions) for n in names for s in table.get(n, ())]
    known = {n.text for node in (other, *bodies) for n in walk(node) if isinstance(n, Number)}
    return not {n.text for n in walk(side) if isinstance(n, Number)} <= known | {"0", "1", "2"}


def _of_numbers(lines: Lines, e: Equation) -> bool:
    """Whether all names on the left side of a line stand for printed numbers."""
    names = names_in(lines.world, e.lhs)
    sites = [lines.world.site(base, e.position) for base in names]
    return bool(names) and all(s is not None and is_numeric(s.body) for s in sites)


def one_sided_names(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A name without a definition that stands on one side only."""
    left, right = different.left_symbols, different.right_symbols
    known = {s for s in left | right if s in variant.settled.data}
    unknown = [side for side, own in ((e.lhs, left), (e.rhs, right)) if own - known]  # the n of `... = n` is known
    refs = [reference(side, lines.world.glossary) for side in unknown]
    alone = any(r is not None and not (r.postfix or r.primes) for r in refs)
    unshared = left - known and not (left & right) - known
    if left <= known and right - known and _of_numbers(lines, e):
        symbol = min(right - known)
        text = f"{name_of(variant.universe, symbol)} is never defined and stands on the right side only"
        return assumed("undefined-symbol", text, needs=_needs("definition", variant, {symbol}))
    if alone and unshared and not has_derivative_node(e.lhs) and not has_derivative_node(e.rhs):
        # `\Sigma^{-1} = K`, `z = w h + b` with numbers for all but z: what shares nothing is said by the line
        symbol = min(right - known or left - known)
        on = "right" if right - known else "left"
        text = f"{name_of(variant.universe, symbol)} is never defined and stands on the {on} side only"
        return assumed("undefined-symbol", text, needs=_needs("definition", variant, {symbol}))
    cases = (side for c in e.conditions for side in (c.first, *(link.node for link in c.links)))
    told = {base for side in cases for base in names_in(lines.world, side)}  # `f'(x) = 2, \quad x > 1`
    direct = names_in(lines.world, e.lhs) - told
    new = {s for s in right - left - known if not (_is_variable(lines, variant, s) or _of_a_law(variant, s))}
    lost = {
        s
        for s in left - right - known
        if variant.universe.instances[s].base in direct
        and not (_introduced(lines, variant, s) or _of_a_law(variant, s))
    }
    apart = {s for s in right - left - known if _twin(variant, s, left - right - known)}
    new |= apart
    if lost and not new and _all_given(lines, e, variant, (left | right) - known):
        return None
    written = direct & names_in(lines.world, e.rhs)
    for symbol in sorted(new | lost):
        side = "right" if symbol in new else "left"
        if variant.universe.instances[symbol] == Instance(variant.universe.instances[symbol].base) and (
            variant.universe.instances[symbol].base in written
        ):
            continue  # it stands on both, and is of no account in one of them
        if cancels(lines, variant, different.terms[symbol in new], symbol):
            continue
        text = f"{name_of(variant.universe, symbol)} is never defined and stands on the {side} side only"
        return assumed("undefined-symbol", text, needs=_needs("definition", variant, {symbol}))
    return None


def _of_a_law(variant: Variant, symbol: Symbol) -> bool:
    r"""Whether a name is a parameter of a law that is told: the m of `p = \mathcal{N}(m, S)`."""
    instance = variant.universe.instances[symbol]
    return (instance.base, tuple(map(str, instance.labels))) in variant.universe.world.parameters_of_laws


def _twin(variant: Variant, symbol: Symbol, others: set[Symbol]) -> bool:
    """Whether one of some symbols has the letter of another in another typeface: x beside a bold x."""
    instances = variant.universe.instances
    bases = {instances[s].base for s in others if s in instances}
    own = instances[symbol].base if symbol in instances else ""
    return any(b != own and _letter(b) == _letter(own) for b in bases)


def _letter(base: str) -> str:
    return re.sub(r"^(?:bold |vec\()+|\)$", "", base)


def _all_given(lines: Lines, e: Equation, variant: Variant, symbols: set[Symbol]) -> bool:
    """Whether every symbol of a line stands for anything at all in some claim that holds: `A` and `X` in
    `\\nabla_X \\mathrm{tr}(AX) = A^T`, and no derivative vanishes. None of them then depends on another unsaid. A name
    with a prime, e' beside e, may be the derivative of the one without."""
    instances = [i for s in symbols if (i := variant.universe.instances.get(s)) is not None]
    if lines.has_vanishing(e, variant) or any(i.primes for i in instances):
        return False
    names = {i.base for i in instances}
    return borne_out(lines, e, variant, names) == names


def _needs(kind: NeedKind, variant: Variant, symbols: set[Symbol]) -> tuple[Need, ...]:
    """The same need for several symbols."""
    instances = variant.universe.instances
    return tuple(Need(kind, instances[s]) for s in sorted(symbols) if s in instances)


def _is_variable(lines: Lines, variant: Variant, symbol: Symbol) -> bool:
    """Whether the document differentiates by a symbol: then it is no given label or probability. One that it also
    differentiates itself, the e of `\\frac{\\partial e}{\\partial y}` that no line says anything else of, depends on
    others and lacks its formula."""
    instance = variant.universe.instances.get(symbol)
    if instance is None:
        return False
    family = lines.world.family(instance.base)
    return family.by > 0 and (lines.world.defined(instance.base) or not _moves(lines, instance.base))


def _moves(lines: Lines, base: str) -> bool:
    """Whether a derivative is taken of a name, and of nothing else with it."""
    if not lines.world.family(base).differentiated:
        return False
    sides = (side for e in lines.equations for side in (e.lhs, e.rhs))
    tops = (above(n.numerator) for side in sides for n in walk(side) if isinstance(n, Fraction))
    refs = (reference(top.body, lines.world.glossary) for top in tops if top is not None and top.body is not None)
    return any(ref is not None and ref.base == base for ref in refs)


def _introduced(lines: Lines, variant: Variant, symbol: Symbol) -> bool:
    """Whether the document introduces a symbol as given: by a declaration, or as what it differentiates by."""
    instance = variant.universe.instances.get(symbol)
    if instance is None:
        return False
    family = lines.world.family(instance.base)
    told = family.declared_rank is not None or family.domain_kind is not None
    return told or family.by > 0 or instance.base in lines.world.independent | lines.world.varying


def of_a_density_unsaid(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A line with a density that has no formula, though another one of its letter has: `p(x_n | m)` beside p(y | x)."""
    if e.position not in lines.world.lacking or has_derivative_node(e.lhs) or has_derivative_node(e.rhs):
        return None
    return assumed("undefined-symbol", "a density of this line is never defined; the line may be what says what it is")


DOUBTS: tuple[Doubt, ...] = (
    of_a_density_unsaid,
    number_of_ones,
    index_as_a_number,
    labels_that_run,
    counted_from_one,
    zero_slopes,
    slopes_of_values,
    unread_formula,
    of_another_step,
    by_some_paths,
    defined_anew,
    on_what_is_redefined,
    defined_elsewhere,
    other_indices,
    circular,
    of_chance,
    where_it_holds,
    where_it_vanishes,
    one_step_or_all,
    one_cell,
    at_the_last_step,
    terms_of_totals,
    total_of_calls,
    samplewise,
    of_what_is_undefined,
    letters_that_name,
    short_for_a_value,
    reparametrised,
    renamed,
    logarithm_meant,
    opaque,
    of_some_labels,
    vanishing,
    held_fixed,
    defined_later,
    of_a_target,
    picked,
    numbers_put_in,
    one_sided_names,
    unknown_functions,
    said_in_plain_text,
    other_paths,
    unsaid_path,
    row_and_column,
    entries_apart,
    two_typefaces,
    two_losses,
    label_left_out,
    entry_by_entry,
    grouped_otherwise,
    constrained,
    supposed_orthogonal,
    symmetric_unsaid,
    not_the_label,
    beside_a_sum,
    constant_feature,
    bias_among_weights,
    of_so_many_components,
    imposed,
    tied,
    factors_of_a_matrix,
    squares_of_vectors,
    computed_in_secret,
    other_convention,
)
