"""From equations and sentences to the world of a scope: families of names, their definitions, facts and conventions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import chainrule.sheet.meaning.meanings  # noqa: F401 (registers what nodes mean)
from chainrule.read import tree
from chainrule.read.tree import Accent, Name, Node, Relation
from chainrule.sheet.arrays.columns import note_columns
from chainrule.sheet.arrays.joined import standing_lists
from chainrule.sheet.arrays.kronecker_signs import note_kronecker
from chainrule.sheet.arrays.orthogonal import note_orthogonal
from chainrule.sheet.arrays.pooled import said_summed
from chainrule.sheet.arrays.scan import Scan
from chainrule.sheet.arrays.size_products import note_size_products
from chainrule.sheet.arrays.slots import Slots
from chainrule.sheet.arrays.terms_of_totals import summands
from chainrule.sheet.conditions.imposed import impose, name_solutions, solves, under_one_heading
from chainrule.sheet.conditions.signs_of_cases import without_signs_of_cases
from chainrule.sheet.conditions.surfaces import note_surfaces
from chainrule.sheet.definitions.alike_layers import alike_layers
from chainrule.sheet.definitions.asserted_slopes import asserted_slopes
from chainrule.sheet.definitions.by_gradient import by_gradient
from chainrule.sheet.definitions.by_inverse import by_expectation, by_factors, by_inverse
from chainrule.sheet.definitions.called_terms import called_terms
from chainrule.sheet.definitions.copies import find_copies
from chainrule.sheet.definitions.densities_in_chains import densities_in_chains
from chainrule.sheet.definitions.facts import (
    apply_fact,
    declares_symmetry,
    diagonal_entries,
    equals_its_transpose,
    note_entries,
    note_independence,
    note_offsets,
    note_sums_to_one,
    note_written_out,
)
from chainrule.sheet.definitions.functions_of_expressions import functions_of_expressions
from chainrule.sheet.definitions.inner_names import name_what_stands_inside
from chainrule.sheet.definitions.log_of_the_unknown import name_probabilities
from chainrule.sheet.definitions.maps import note_compositions, note_maps
from chainrule.sheet.definitions.midway import define_midway, names_at_the_end
from chainrule.sheet.definitions.named_columns import name_columns
from chainrule.sheet.definitions.parts import numbered_parts
from chainrule.sheet.definitions.pre_activations import name_pre_activations
from chainrule.sheet.definitions.put_in import read_off
from chainrule.sheet.definitions.redefine import begins_an_example
from chainrule.sheet.definitions.rows_by_products import vectors_as_rows
from chainrule.sheet.definitions.sites import add_sites, implicit_site, look_through
from chainrule.sheet.definitions.trial_values import end_values
from chainrule.sheet.derivatives.differentials import note_changes
from chainrule.sheet.letters.eulers_number import note_eulers_number
from chainrule.sheet.letters.vectors_written_out import sizes_written_out
from chainrule.sheet.meaning.operations.sums import runs_over
from chainrule.sheet.networks.alike_errors import alike_errors
from chainrule.sheet.networks.copied_layers import copied_layers
from chainrule.sheet.networks.labels_by_class import labels_by_class
from chainrule.sheet.networks.named_slopes import named_behind
from chainrule.sheet.numbers.one_by_one import Grid, assemble, listed_entries
from chainrule.sheet.numbers.starting_values import starts
from chainrule.sheet.numbers.told import take_told
from chainrule.sheet.numbers.upstream import note_slopes
from chainrule.sheet.numbers.values_of_their_own import values_of_their_own
from chainrule.sheet.numbers.zero_starts import zero_starts
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, Scope, Sentence, Sheet, with_zeros
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.distributions import note_covariances
from chainrule.sheet.statistics.laws import note_laws
from chainrule.sheet.statistics.means import sample_means
from chainrule.sheet.statistics.models import DEFINING, Otherwise, as_models, without_loose
from chainrule.sheet.statistics.random_names import named_laws, note_chance, note_random
from chainrule.sheet.statistics.spaces_of_laws import of_their_means, spaces_of_laws
from chainrule.sheet.statistics.targets import targets_of_cross_entropies
from chainrule.sheet.sums.convention import free_letters, whole_tensors
from chainrule.sheet.sums.sets_of_pairs import INDICATOR
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.literals import literal_matrix
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk
from chainrule.sheet.syntax.spelling import look
from chainrule.sheet.words import one_hot
from chainrule.sheet.words.called_slopes import called_slopes
from chainrule.sheet.words.cues import roles_from_cues, roles_in
from chainrule.sheet.words.declared import Fact, ShapeFact, from_relation, sized
from chainrule.sheet.words.logarithms import note_logarithms
from chainrule.sheet.words.sizes_in_words import all_facts
from chainrule.sheet.words.supposed_symmetric import supposed_symmetric
from chainrule.sheet.words.wording import HESSIAN

COLUMN_WORDS = re.compile(r"\bcolumns\b|\bcolumn\b(?![- ]vector)", re.IGNORECASE)
CONVOLUTION_WORDS = re.compile(
    r"\bconvol\w+|\bcross-?\s?correlat\w+|\bCNNs?\b|卷[积積]|畳み込み|합성곱|\bсв[её]рт\w+|\bFaltung\w*", re.IGNORECASE
)
ENTRY_WORDS = re.compile(r"\b(?:element|entry|component|coordinate)[- ]?wise\b|\breciprocals?\b", re.IGNORECASE)
ROW_WORDS = re.compile(
    r"\b(?:us\w+|as|are|with|treat\w*|assum\w+|work\w*)\s+(?:an?\s+)?row[- ]vectors?\b"
    r"|\bvectors?\b[^.;]{0,30}\b(?:are|as|is|be)\s+(?:\w+\s+)?rows\b(?! of)"
    r"|\brow[- ](?:vector )?(?:convention|notation|form|layout)\b",
    re.IGNORECASE,
)
PROBABILITY_WORDS = re.compile(
    r"probabilit|one[- ]hot|softmax|distribution|likelihood|cross[- ]entropy|classif|\bdensit|\bpolic(?:y|ies)\b"
    r"|wahrscheinlich|verteilung|vraisemblance|vero(?:similitud|ssimilhan)|概率|分布|似然|策略|機率|確率|尤度|확률|분포",
    re.IGNORECASE,
)

# Algorithms that compute some quantities first and hold them fixed in the next step.
STEP_WORDS = re.compile(
    r"(?<![A-Za-z])(?:[EM](?:-?\s?step|\s?步)|EM(?![A-Za-z]))|[Ee]xpectation[- ][Mm]aximi|[Rr]esponsibilit|[Ll]atent|"
    r"[Mm]ixture|[Vv]ariational"
)

# Words for the two steps themselves, in which the weights are numbers.
STEPS_OF_EM = re.compile(
    r"(?<![A-Za-z])(?:[EM](?:-?\s?step|\s?步)|EM(?![A-Za-z]))|[Ee]xpectation[- ][Mm]aximi|[Rr]esponsibilit"
)

# Documents in any language that take a logarithm of a quantity are most often about probabilities.
OF_PROBABILITIES = LOGARITHMS | {"softmax"}
DECOMPOSITION_WORDS = re.compile(
    r"\b(SVD|singular[- ]value|orthogonal|orthonormal|unitary|eigen\w*|spectral|diagonali[sz]\w+|QR|Cholesky)\b",
    re.IGNORECASE,
)


def visible(sheet: Sheet, scope: Scope, until: int) -> list[Equation]:
    """The equations that the statements of a scope may lean on: none from a later part of the exercise."""
    return [e for e in sheet.equations if scope.sees(e.scope) and e.position <= until]


def build(sheet: Sheet, scope: Scope, until: int, otherwise: Otherwise = DEFINING) -> World:
    """The world that the statements of a scope live in, up to a position; some equations are no definitions."""
    equations = visible(sheet, scope, until)
    sentences = [
        s for s in sheet.sentences if scope.sees(s.scope) and (s.scope.part == scope.part or s.position <= until)
    ]
    mentions = [node for seen, position, node in sheet.expressions if scope.sees(seen) and position <= until]
    world = World(scope.number, sheet.glossary, equations=equations)
    words = {n.text for e in equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Name)}
    _by_words(world, sheet, scope, sentences, words)
    facts = _facts(world, sentences, words, mentions)
    grids = _by_use(world, facts, mentions)
    assemble(world, grids)
    numbered_parts(world, equations)
    world.parameter = _parameter(world, equations)
    world.told = told_before(sentences)
    note_surfaces(world, equations)
    world.joined = {node_key(n) for e in equations for side in (e.lhs, e.rhs) for n in standing_lists(side)}
    note_size_products(world, equations)
    note_orthogonal(world, equations)
    note_maps(world, equations, sentences)
    note_kronecker(world, equations, sentences)
    impose(world, equations, told_before(under_one_heading(sentences, equations)), otherwise.solved)
    name_solutions(world, equations, otherwise.solved)
    world.told_functions = {f.ref.base for f in facts if f.kind == "role" and f.ref is not None}
    equations = without_loose(world, as_models(world, equations, otherwise.models), otherwise.loose)
    spoken = [(at, node) for seen, at, node in sheet.expressions if scope.sees(seen)]
    world.named_last = names_at_the_end(world, equations, spoken) | named_behind(world, equations)
    for e in equations:
        _by_equation(world, e, equations)
    by_gradient(world, equations)
    for fact in facts:
        apply_fact(world, fact)
    _by_what_is_said(world, sentences, equations)
    _by_other_definitions(world, sentences, equations)
    take_told(world, sentences, equations)
    end_values(world, equations)
    read_off(world, equations)
    world.runs_over = runs_over(world)
    note_slopes(world, equations)
    if world.einstein:
        free_letters(world, equations)
        whole_tensors(world)
    world.parameter = _parameter(world, equations)
    _aliases(world)
    note_random(world, equations, sentences)
    note_laws(world)
    return world


def _by_words(world: World, sheet: Sheet, scope: Scope, sentences: Sequence[Sentence], words: set[str]) -> None:
    """What the words alone say of a scope: its conventions, its subject, and what they call its formulas."""
    equations = world.equations
    world.einstein = sheet.glossary.implied
    world.rowwise = any(ROW_WORDS.search(s.text) for s in sentences)
    world.entrywise = any(ENTRY_WORDS.search(s.text) for s in sentences)
    world.columnwise = any(COLUMN_WORDS.search(s.text) for s in sentences)
    world.convolving = any(CONVOLUTION_WORDS.search(s.text) for s in sentences)
    world.probabilistic = any(PROBABILITY_WORDS.search(s.text) for s in sentences) or bool(words & OF_PROBABILITIES)
    world.hot = one_hot.places(sentences, sheet.glossary)
    world.decomposed = any(DECOMPOSITION_WORDS.search(s.text) for s in sentences)
    nearby = (s for s in sentences if replace(scope, counted=False).sees(s.scope))
    world.pooled = said_summed(nearby, equations, sheet.glossary)
    texts = [*sheet.titles, *(s.text for s in sentences)]
    world.stepwise = any(map(STEP_WORDS.search, texts))
    world.in_steps = any(map(STEPS_OF_EM.search, texts))
    world.hessian = any(HESSIAN.search(s.text) for s in sentences)
    world.called = called_slopes(equations, sentences)
    note_chance(world, equations, sentences)
    names_a_law, world.drawn = named_laws(world, equations)
    world.probabilistic |= names_a_law


def _facts(world: World, sentences: Sequence[Sentence], words: set[str], mentions: Sequence[Node]) -> list[Fact]:
    """What is declared of names, in sentences, in displays and by the sizes that formulas have."""
    equations, glossary = world.equations, world.glossary
    facts = [f for s in sentences for f in all_facts(s, glossary)]
    facts += spaces_of_laws(sentences, glossary)
    for e in equations:
        if e.display and e.source == "formula":
            facts += from_relation(Relation(e.span, e.lhs, (tree.Link(e.op, e.span, e.rhs),)), glossary, e.link)
    facts += list(of_their_means(equations, facts, glossary))
    vectors = [f.ref.base for f in facts if f.kind == "one-hot" and f.ref is not None]
    world.hot = one_hot.with_the_true_class(world.hot, vectors, sentences)
    facts = without_signs_of_cases(facts, sentences, equations, glossary)
    facts += [Fact("binary", Ref(name)) for name in sorted(words) if name.startswith(INDICATOR)]
    for node in mentions:
        facts += sized(node, glossary)
    shaped = {f.ref.base for f in facts if f.kind == "shape" and f.ref is not None}
    sizes = sizes_written_out(equations, glossary)
    facts += [Fact("shape", Ref(x), ShapeFact("vector", (str(n),))) for x, n in sizes.items() if x not in shaped]
    return facts


def _by_use(world: World, facts: Sequence[Fact], mentions: Sequence[Node]) -> dict[str, Grid]:
    """The uses of every name, and what its subscripts are; the names that are given entry by entry."""
    equations = world.equations
    scan = Scan(world)
    used = {letter_of(n) for e in equations if e.source != "condition" for s in (e.lhs, e.rhs) for n in walk(s)}
    for (_, number), chain in groupby(equations, key=lambda e: (id(e.document), e.chain)):
        sides = [(e, side) for e in chain for side in (e.lhs, e.rhs)]
        # the o of "for $w = o$" is an index where it stands nowhere else, and no quantity
        kept = [side for e, side in sides if e.source != "condition" or letter_of(side) in {None, *used}]
        scan.chain(kept, written=number >= 0)
    for node in mentions:
        scan.mention(node)
    grids = listed_entries(world, equations)
    Slots(scan).decide(equations, facts, grids, values_of_their_own(world, equations, mentions))
    return grids


def _by_equation(world: World, e: Equation, equations: list[Equation]) -> None:
    """What one equation defines, or solves."""
    solved = solves(world, e)
    if (solved and begins_an_example(e)) or starts(world, e, equations):
        add_sites(world, replace(e, source="given"))
        return
    if solved:
        world.solutions.add(e.position)
        return
    if not declares_symmetry(world, e):
        add_sites(world, e)
        by_inverse(world, e)
        by_factors(world, e)
        by_expectation(world, e)


def _by_what_is_said(world: World, sentences: Sequence[Sentence], equations: list[Equation]) -> None:
    """What lines and words say of names that the equations have defined, or left open."""
    symmetric = [e for e in equations if e.position in world.declaring and equals_its_transpose(world, e)]
    world.supposed_symmetric = supposed_symmetric(sentences, symmetric, world.glossary)
    note_written_out(world)
    diagonal_entries(world, equations)
    vectors_as_rows(world)
    note_changes(world, equations)
    note_logarithms(world, sentences, equations)
    note_eulers_number(world, equations)
    note_covariances(world)
    note_offsets(world)
    note_columns(world, equations)
    name_columns(world, sentences, equations)
    world.spoken = {role for s in sentences for role in roles_in(s.text)}
    roles_from_cues(world, equations, sentences)
    for e in equations:
        look_through(world, e)
        implicit_site(world, e)
        note_independence(world, e)
        note_sums_to_one(world, e)
        note_entries(world, e)


def _by_other_definitions(world: World, sentences: Sequence[Sentence], equations: list[Equation]) -> None:
    """Definitions that no equation writes down by itself: by words, by other equations, by what lines have alike."""
    targets_of_cross_entropies(world, sentences, equations)
    labels_by_class(world)
    name_probabilities(world, equations)
    densities_in_chains(world, equations)
    functions_of_expressions(world, equations)
    note_compositions(world)
    zero_starts(world)
    define_midway(world, equations)
    name_what_stands_inside(world, equations)
    name_pre_activations(world, equations)
    find_copies(world, equations)
    for e, ref, body in summands(world, equations):
        world.sites[ref.base] = [Site(ref.base, ref, body, e.position, section=e.section, own=e.own)]
    alike_errors(world)
    alike_layers(world, equations)
    asserted_slopes(world, equations)
    copied_layers(world, equations)
    called_terms(world, equations)
    sample_means(world, equations)


def told_before(sentences: Iterable[Sentence]) -> dict[int, str]:
    """The words that stand right before each equation."""
    told: dict[int, str] = {}
    for s in sentences:
        told[s.position] = f"{told.get(s.position, '')} {with_zeros(s.text, s.formulas)}"
    return told


def _parameter(world: World, equations: Iterable[Equation]) -> Node | None:
    """The variable of a bare ∇: the only name the document differentiates by, of those without a definition first."""
    by = [b for b, f in world.families.items() if f.by and (f.sub_counts <= {0} or f.bare)]
    by = [b for b in by if not world.defined(b)] or by
    usual = [b for b in ("bold theta", "theta", "bold w", "vec(w)", "w", "beta", "bold x", "x") if _has(world, b)][:1]
    if len(by) != 1 or (look(by[0]) == "lower" and usual and look(usual[0]) == "bold lower"):
        by = usual
    for e in equations:
        for node in (*walk(e.lhs), *walk(e.rhs)):
            ref = reference(node, world.glossary) if isinstance(node, (Name, Accent)) else None
            if by and ref is not None and ref.base == by[0]:
                return node
    return None


def _has(world: World, base: str) -> bool:
    return base in world.families and not world.defined(base)


def _aliases(world: World) -> None:
    """In a worked example, an undefined name that differs only by case from one that has numbers is that one."""
    data = {b: s for b, sites in world.sites.items() for s in sites if literal_matrix(s.body) is not None}
    for base, family in list(world.families.items()):
        if world.defined(base) or family.declared_rank is not None or family.called:
            continue
        twins = [b for b in data if b != base and b.lower() == base.lower()]
        if len(twins) == 1 and family.sub_counts <= {0}:
            world.aliases[base] = twins[0]
