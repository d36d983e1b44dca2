"""Conditions that documents leave unsaid: entries that sum to one, a symmetric matrix, an index that is not the label.

A line whose sides differ may still hold under one of these. Where trying it makes the sides equal, the line is
`assumed` and names the condition; a relation that can only be meant as a condition itself is assumed as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chainrule.check.comparison.compare import Different, Outcome, Same, Screen, guard
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import needy_symbols
from chainrule.check.comparison.writing import name_of
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.check.records.report import Evidence, Note
from chainrule.expr import Symbol
from chainrule.read.tree import Big, Link, Name, Node, Number, Relation, Sum
from chainrule.sheet.records.families import ORTHONORMAL, Family
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.counted_ones import has_row, ones_meet, ones_times_ones, open_count, told_counts
from chainrule.sheet.syntax.names import letter_of, node_key, reference, walk

COVARIANCES = frozenset({"Sigma", "bold Sigma"})


@dataclass(frozen=True)
class Asked:
    """A symbol of a line that is asked whether a condition may be unsaid of it: `given` where the document does not
    differentiate by it, `needy` where it stands in a logarithm or a root, `varied` in a line with a derivative."""

    world: World
    family: Family
    symbol: Symbol
    given: bool
    needy: bool
    varied: bool


def _probabilities(a: Asked) -> bool:
    """A sheet about probabilities may leave unsaid that they sum to one; of the targets of a cross-entropy also one
    that differentiates by them."""
    return (a.given or a.family.base in a.world.targets) and a.world.probabilistic and bool(a.symbol.axes)


def _picks_one(a: Asked) -> bool:
    """Labels may be one-hot, in a table one of them a row; a square matrix is no such table, and nothing that stands in
    a logarithm has zeros."""
    return _probabilities(a) and not a.needy and not (len(a.symbol.axes) == 2 and a.symbol.axes[0] == a.symbol.axes[1])


def _table_of_probabilities(a: Asked) -> bool:
    """One distribution in each column of a table."""
    return _probabilities(a) and len(a.symbol.axes) == 2


def _may_be_symmetric(a: Asked) -> bool:
    """A square matrix never introduced, indexed or transposed may be meant symmetric; one in R^{n×n} is any matrix. A
    matrix Σ among probabilities is a covariance, and one whose definition could not be read may be anything."""
    axes, family = a.symbol.axes, a.family
    if not a.given or len(axes) < 2 or axes[-2] != axes[-1]:
        return False
    if family.base in a.world.hidden:
        return True
    if family.declared_rank is not None and not family.passing:
        return False
    if a.world.probabilistic and family.base in COVARIANCES:
        return True
    return len(axes) == 2 and family.sub_counts <= {0} and not family.transposed


def _a_direction(a: Asked) -> bool:
    """A vector may be meant to have length one, also where it is looked for; not while it varies."""
    return len(a.symbol.axes) == 1 and not a.varied


def _a_label(a: Asked) -> bool:
    """Labels of two classes may be 1 and -1, one for each sample; nobody takes the logarithm of a label."""
    return a.given and not a.needy and len(a.symbol.axes) <= 1 and (a.family.declared_rank is None or a.family.passing)


# What to try, how it is said, and of what, by the domain that is known of a name.
UNSAID: dict[str | None, tuple[tuple[str, str, Callable[[Asked], bool]], ...]] = {
    "one-hot": (("ones", "is 1 at this index", _probabilities),),
    None: (
        ("simplex", "sums to one", _probabilities),
        ("one-hot", "sums to one", _picks_one),
        ("simplex down", "sums to one over its first index", _table_of_probabilities),
        ("symmetric", "is symmetric", _may_be_symmetric),
        ("normalised", "has length one", _a_direction),
        ("signs", "is 1 or -1", _a_label),
    ),
}


def constrained(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """Whether a constraint that such sheets leave unsaid (sums to one, is symmetric) would make the line true."""
    instances = variant.universe.instances
    symbols = {s for s in different.left_symbols | different.right_symbols if s in instances}
    needy = needy_symbols(different.terms, variant.universe.definitions)
    for symbol in sorted(s for s in symbols if s.axes or instances[s].labels):
        family = lines.world.family(instances[symbol].base)
        given = _given(lines, variant, symbol)
        asked = Asked(lines.world, family, symbol, given, symbol in needy, has_derivative(e))
        before = family.domain_kind
        for probe, what, possible in UNSAID.get(before, ()):
            if not possible(asked):
                continue
            family.domain_kind = probe
            try:
                again = compared_again(lines, e, variant)
            finally:
                family.domain_kind = before
            if isinstance(again, Same):
                text = f"holds if {name_of(variant.universe, symbol)} {what}, which the document does not say here"
                return assumed("condition", text, needs=(Need("condition", instances[symbol], probe),))
    return None


def of_a_target(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A line that holds for distributions alone, about the target of what words call a cross-entropy: that is one."""
    instances = variant.universe.instances
    for symbol in sorted(s for s in different.left_symbols | different.right_symbols if s in instances and s.axes):
        family = lines.world.family(instances[symbol].base)
        if family.base not in lines.world.targets or family.domain_kind is not None:
            continue
        family.domain_kind = "simplex"
        try:
            again = compared_again(lines, e, variant)
        finally:
            family.domain_kind = None
        if isinstance(again, Same):
            evidence = Evidence("sampled", again.points, sizes=again.sizes, seed=lines.options.seed)
            name = name_of(variant.universe, symbol)
            note = Note("condition", f"{name} sums to one, as the target of a cross-entropy does")
            message = "both sides agree at every sample point"
            return Finding("verified", "sampled", message, evidence=evidence, notes=(note,))
    return None


def _given(lines: Lines, variant: Variant, symbol: Symbol) -> bool:
    """Whether a symbol is no variable of the document: what it differentiates by is constrained by nothing, and
    neither is what has a differential, nor that."""
    instance = variant.universe.instances.get(symbol)
    if instance is None or symbol in variant.universe.changes.values():
        return False
    variable = lines.world.family(instance.base).by > 0 or instance.base in lines.world.varying
    return not variable or instance.base in COVARIANCES


def compared_again(lines: Lines, e: Equation, variant: Variant) -> Outcome:
    """The comparison once more, with newly drawn numbers."""
    comparer = Screen(variant.settled, lines.options.seed, lines.deadline)
    frame, lhs, rhs = variant.typed[e.position]
    return guard(lambda: comparer.compare(lhs, rhs, lines.condition(e, frame)))


def not_the_label(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line about a class j beside the label y_i may be meant for all classes but that one."""
    for apart, words in apart_from_labels(lines, e, variant):
        if isinstance(compared_again(lines, apart, variant), Same):
            return assumed("condition", f"holds for {words}, which the document does not say here")
    return None


def apart_from_labels(lines: Lines, e: Equation, variant: Variant) -> Iterator[tuple[Equation, str]]:
    """A line that is free of conditions, restricted to the indices that are not the label beside them."""
    if e.conditions or e.position not in variant.typed:
        return
    free = set(variant.typed[e.position][0].free)
    for label, origin in _labels(lines, e):
        letters = {x for n in walk(label) if (x := letter_of(n)) in lines.world.glossary.bound}
        for letter in sorted(free - letters) if letters <= free else ():
            apart = Relation(label.span, Name(label.span, letter), (Link("≠", label.span, label),))
            yield replace(e, conditions=(apart,)), f"{letter} ≠ {origin.document.source(label.span)}"


def _labels(lines: Lines, e: Equation) -> Iterator[tuple[Node, Equation]]:
    """The labels in a line or in the definitions behind it, as subscripts or in the range of a sum: `s_{y_i}`,
    `\\sum_{k \\ne y_i}`; each with the equation where it stands."""
    found: set[object] = set()
    for x in (e, *behind(lines, e)):
        for side in (x.lhs, x.rhs):
            subs = [sub for ref in references(side, lines.world) for sub in ref.subs]
            ranges = [n.sub for n in walk(side) if isinstance(n, Big) and isinstance(n.sub, Relation)]
            for node in (*subs, *(link.node for r in ranges for link in r.links if link.op == "≠")):
                label = reference(node, lines.world.glossary)
                if label is None or isinstance(node, Name) or not lines.world.family(label.base).integer:
                    continue
                if node_key(node) not in found:
                    found.add(node_key(node))
                    yield node, x


def behind(lines: Lines, e: Equation) -> Iterator[Equation]:
    """The equations that define what a line rests on."""
    tables = (lines.world.sites, lines.world.functions)
    names = lines_of(lines.world, [e])[0].names
    positions = {s.position for table in tables for base in names for s in table.get(base, ())}
    yield from (x for x in lines.equations if x.position in positions and x is not e)


# ---------------------------------------------------------------------------------------- conditions themselves


def imposed(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """`w^T w = 1`: what equates free names with a number constrains them; so does `a = b` within a sentence."""
    if e.link or has_derivative(e) or any(x.chain == e.chain and x is not e for x in lines.equations):
        return None
    if isinstance(e.rhs, Number) or isinstance(e.lhs, Number):
        names = names_in(lines.world, e.lhs, e.rhs)
        families = [lines.world.families[n] for n in names if n in lines.world.families]
        told = any(f.domain_kind is not None for f in families)
        if families and not told and not any(lines.world.defined(n) for n in names):
            return assumed("condition", f"{e.text(e.lhs)} = {e.text(e.rhs)} is a condition on names that are free")
    sides = [reference(side, lines.world.glossary) for side in (e.lhs, e.rhs)]
    if not e.display and all(r is not None and not r.postfix for r in sides):
        return assumed("condition", f"{e.text(e.lhs)} = {e.text(e.rhs)} is a condition, not a consequence")
    if eliminated(lines.world, e) is not None:
        return assumed("condition", f"{e.text(e.lhs)} is given by other components of a free name: a condition on them")
    return None


def eliminated(world: World, e: Equation) -> str | None:
    """The name without a definition whose last component is given by the others: `\\pi_K = 1 - \\pi_1 - \\ldots`."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or len(ref.subs) != 1 or ref.postfix or ref.primes or world.defined(ref.base):
        return None
    last = getattr(ref.subs[0], "text", "")
    if not (last.isdigit() or last.isupper() or last in world.size_names) or not isinstance(e.rhs, Sum):
        return None
    return ref.base if any(r.base == ref.base for r in references(e.rhs, world)) else None


def tied(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """An earlier relation between free names that was only assumed (`a_1 = a_3 + a_4`) may be what a line rests on."""
    free, names = _free(lines, e), lines_of(lines.world, [e])[0].names
    for x in lines.equations:
        if x.position not in lines.conditional or x.position >= e.position or x.chain == e.chain:
            continue
        if (free and free == _free(lines, x)) or eliminated(lines.world, x) in names:
            line = x.line
            return assumed("condition", f"not true in general; it may rest on line {line}, which was only assumed")
    return None


def _free(lines: Lines, e: Equation) -> set[str]:
    """The names of a line without derivatives that has nothing but names without a definition."""
    names = names_in(lines.world, e.lhs, e.rhs)
    plain = not has_derivative(e) and not any(lines.world.defined(n) for n in names)
    return names if plain else set()


USED = ORTHONORMAL | {"diagonal", "identity"}


def factors_of_a_matrix(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """Matrices that the text calls orthogonal, or factors of a decomposition, have properties that are not used."""
    if not lines.world.decomposed:
        return None
    for symbol in sorted(different.left_symbols | different.right_symbols):
        instance = variant.universe.instances.get(symbol)
        family = None if instance is None else lines.world.family(instance.base)
        used = family is None or family.domain_kind in USED
        whole = family is not None and not used and (family.transposed or family.sub_counts != {1})  # v_n are samples
        if instance is not None and family is not None and len(symbol.axes) == 2 and family.by == 0 and whole:
            text = f"rests on what the text says of {name_of(variant.universe, symbol)} as a factor of a matrix"
            return assumed("condition", text, needs=(Need("condition", instance, "orthogonal"),))
    return None


def computed_in_secret(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """`\\\\hat y` that nobody defines may rest on a name that stands on one side only."""
    if not different.left_symbols ^ different.right_symbols:
        return None
    for symbol in sorted(different.left_symbols & different.right_symbols):
        instance = variant.universe.instances.get(symbol)
        if instance is None or "(" not in instance.base or symbol in variant.settled.data:
            continue
        family = lines.world.family(instance.base)
        undeclared = family.declared_rank is None or family.passing
        if family.by == 0 and undeclared and instance.base not in lines.world.independent:
            text = f"{name_of(variant.universe, symbol)} is never defined; what it is computed from is not said"
            return assumed("undefined-symbol", text, needs=(Need("definition", instance),))
    return None


def number_of_ones(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """`\\mathbf{1}^T \\mathbf{1}` is a number that nobody knows where nothing says how many ones these are."""
    counted = any(told_counts(x.rhs) for x in lines.equations)
    summed = any(open_count(x.rhs) for x in lines.equations)
    sides = [] if counted else [e.lhs, e.rhs]
    meeting = [side for side in sides if ones_meet(side) or (summed and has_row(side))]
    parts = [*meeting, *(p for side in (e.lhs, e.rhs) for p in walk(side) if ones_times_ones(p))]
    ones = [n for part in parts for n in walk(part) if isinstance(n, Name) and n.text == "1"]
    bases = {ref.base for n in ones if (ref := reference(n, lines.world.glossary)) is not None and ref.bare}
    if not ones or any(lines.world.family(b).declared_dims for b in bases):
        return None
    if not meeting and any(symbol.axes for symbol in different.left_symbols | different.right_symbols):
        return None  # what stands beside them may say it
    return Finding("unsupported", "ambiguous", "how many ones the vector of ones has is not said")
