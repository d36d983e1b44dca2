"""What is declared of names, in words or by equations that define nothing: shapes, domains, independence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chainrule.read.tree import Big, Factor, Fenced, Matrix, Node, Number, Product, Relation, Script
from chainrule.sheet.arrays.orthogonal import is_capital
from chainrule.sheet.conditions.restrictions import IFS
from chainrule.sheet.conditions.told_in_clauses import says_for_good
from chainrule.sheet.definitions.by_inverse import applied
from chainrule.sheet.definitions.sites import add_written
from chainrule.sheet.records.families import Family
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import RANKS
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of, node_key, reference
from chainrule.sheet.words.declared import Fact, ShapeFact


def apply_fact(world: World, fact: Fact) -> None:
    """Record what was declared of a name."""
    if fact.kind == "einstein":
        world.einstein = True
        return
    ref = fact.ref
    if ref is None:
        return
    family = world.family(ref.base)
    match fact.kind:
        case "shape":
            assert isinstance(fact.data, ShapeFact)
            _shape(world, family, ref, fact.data)
        case "constant number" if not family.transposed:  # "for constant A and B" may speak of matrices
            _shape(world, family, ref, ShapeFact("scalar"))
        case "role":
            role = str(fact.data)
            fixed = is_function_word(ref.base) and role != "log"  # "tanh is a rescaled sigmoid"
            if ref.base not in world.functions and role != "identity" and not fixed:
                world.roles[ref.base] = role
        case "called" if family.called and not world.defined(ref.base):
            world.roles.setdefault(ref.base, str(fact.data))
        case "symmetric" | "covariance":
            if fact.kind == "covariance" and _is_oblong(family):
                return
            if family.domain_kind != "covariance":
                family.domain_kind = fact.kind
        case "diagonal":
            family.domain_kind = "diagonal"
            if family.declared_rank is None and not ref.subs:
                family.declared_rank = "matrix"
        case "orthogonal" | "orthonormal columns" if is_capital(ref.base) and not (
            family.by or world.defined(ref.base)
        ):
            family.domain_kind = fact.kind
        case "ones" if not (ref.subs or world.defined(ref.base)):
            assert isinstance(fact.data, ShapeFact)
            family.domain_kind = fact.kind
            if family.declared_rank is None or fact.data.dims:
                family.declared_rank, family.declared_dims = fact.data.rank, fact.data.dims
                world.size_names |= {d for d in fact.data.dims if d is not None and not d.isdigit()}
        case "identity" if len(ref.subs) < 2 and not world.defined(ref.base):
            family.domain_kind = fact.kind
        case "one-hot" | "binary" | "signs" | "simplex":
            family.domain_kind = fact.kind
            if fact.kind == "one-hot" and family.declared_rank is None and not ref.subs and 2 not in family.sub_counts:
                family.declared_rank = "vector"
        case "sign":
            family.domain_kind = str(fact.data)
        case "unit vector" if len(ref.subs) == 1 and not world.defined(ref.base):
            world.unit_vectors.add(ref.base)
        case "label":
            family.integer = True
            if not ref.subs:
                family.sub_counts.add(0)
        case "constant" | "independent":
            world.independent.add(ref.base)
        case "given":
            world.given.add(ref.base)
        case "frontier":
            assert isinstance(fact.data, tuple)
            world.frontiers[ref.base] = list(fact.data)


def _is_oblong(family: Family) -> bool:
    """Whether a matrix is declared with two sizes: that between two sets, of which the one with itself is symmetric."""
    dims = family.declared_dims or ()
    return len(dims) == 2 and dims[0] != dims[1]


def _shape(world: World, family: Family, ref: Ref, shape: ShapeFact) -> None:
    """A declared shape, with the axes that the declaration itself writes as subscripts before it (`x_i \\in R^d`)."""
    if world.makes(ref) and shape.rank in ("vector", "scalar"):
        return
    subs = sum(family.slot(n) == "axis" for n in range(len(ref.subs)))
    if subs == RANKS["matrix"] and shape.rank == "matrix" and not shape.dims:
        subs = 0  # "$w_{jk}$ is the weight matrix": the matrix of these entries
    before = family.declared_dims
    if before and shape.dims and before != shape.dims and not (ref.labels or ref.subs) and _numbers(before, shape.dims):
        world.contradictions[ref.base] = (
            f"declared in R^{'×'.join(map(str, before))} and in R^{'×'.join(map(str, shape.dims))}"
        )
        return
    marked = bool(ref.subs or ref.labels or family.labelled_dims)
    if family.declared_rank is not None and not (marked or family.declared_subs):
        ranks = {RANKS.get(family.declared_rank), RANKS.get(shape.rank)}
        if None not in ranks and len(ranks) == 2:
            world.reshaped[ref.base] = f"called a {family.declared_rank} and a {shape.rank}"
    given = [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"] + list(ref.labels)
    labels = tuple(int(x.text) if isinstance(x, Number) and x.text.isdigit() else str(node_key(x)) for x in given)
    if labels and not subs and shape.rank in RANKS and (shape.dims or shape.rank == "scalar"):
        family.labelled_ranks[labels] = shape.rank
    family.passing = shape.passing and (family.declared_rank is None or family.passing)
    if family.declared_rank is None or shape.dims:
        family.declared_rank = shape.rank
        family.declared_dims = shape.dims
        family.declared_subs = subs
        if family.domain_kind == "covariance" and _is_oblong(family):
            family.domain_kind = None
        if labels or _apart_from_layers(world, ref):
            family.labelled_dims[labels] = shape.dims
        for d in shape.dims:
            if d is not None and not d.isdigit():
                world.size_names.add(d)


def _apart_from_layers(world: World, ref: Ref) -> bool:
    """Whether a bare name is none of those that formulas define under its letter, `z \\in \\mathbb{R}^K` beside
    `z^{(1)} = W^{(1)} x`: what is said of it, often as the argument of a function, is not said of these."""
    sites = world.sites.get(ref.base, ())
    return not (ref.subs or ref.labels) and bool(sites) and all(s.ref.labels for s in sites)


def note_written_out(world: World) -> None:
    """A "weight matrix" that an equation writes out as one column is a vector: the words say what it is for."""
    for base, sites in world.sites.items():
        family = world.family(base)
        bodies = [s.body for s in sites if isinstance(s.body, Matrix)]
        column = any(len(b.rows) > 1 and all(len(row) == 1 for row in b.rows) for b in bodies)
        if column and family.declared_rank == "matrix" and not family.declared_dims:
            family.declared_rank = None


def _numbers(*shapes: tuple[str | None, ...]) -> bool:
    """Whether all dimensions of some shapes are written as numbers."""
    return all(d is not None and d.isdigit() for dims in shapes for d in dims)


def note_independence(world: World, e: Equation) -> None:
    """`∂a/∂x = 0` says that a does not depend on x."""
    left = derivative_of(e.lhs)
    if left is None or e.op != "=" or not is_zero(e.rhs) or e.link:
        return
    ref = reference(left[0], world.glossary)
    if ref is not None and not world.defined(ref.base):
        world.independent.add(ref.base)


def note_offsets(world: World) -> None:
    r"""A name with an offset that is transposed in its product, `\theta^T x + \theta_0`, is a vector."""
    for base in world.glossary.offsets & world.families.keys():
        family = world.families[base]
        if family.transposed and family.declared_rank is None:
            family.declared_rank = "vector"


ONLY_IF = re.compile(rf"\b(?:{IFS}|unless|suppos\w+|case|not|neither|never|whether|only)\b[^.;]*\Z", re.IGNORECASE)
"""Words behind which `w_{ij} = w_{ji}` holds for the sentence only, or not at all."""


def declares_symmetry(world: World, e: Equation) -> bool:
    r"""`B^T = B` says that B is symmetric, and so does `w_{ij} = w_{ji}`."""
    base, left = equals_its_transpose(world, e), reference(e.lhs, world.glossary)
    if base is None or left is None or e.link or world.defined(base):
        return False
    if len(left.subs) == 2 and (e.display or e.source != "formula" or ONLY_IF.search(e.cue)):
        return False
    world.family(base).domain_kind = "symmetric"
    world.declaring[e.position] = "declares a symmetric matrix"
    return True


def equals_its_transpose(world: World, e: Equation) -> str | None:
    r"""The B of `B^T = B`, and the w of `w_{ij} = w_{ji}`."""
    left, right = reference(e.lhs, world.glossary), reference(e.rhs, world.glossary)
    if left is None or right is None or left.base != right.base:
        return None
    signs = {tuple(p.op for p in r.postfix) for r in (left, right)}
    one, other = (tuple(map(node_key, r.subs)) for r in (left, right))
    turned = signs == {("T",), ()} and one == other
    exchanged = signs == {()} and len(one) == 2 and one == other[::-1] and one != other
    return left.base if turned or exchanged else None


def note_entries(world: World, e: Equation) -> None:
    """`W = [W_{ij}]` says that W is a matrix."""
    whole, body = reference(e.lhs, world.glossary), e.rhs.base if isinstance(e.rhs, Script) else e.rhs
    entry = reference(body.body, world.glossary) if isinstance(body, Fenced) and body.open in "([" else None
    if whole is None or entry is None or not whole.bare or e.op not in ("=", ":=") or e.link:
        return
    family = world.family(whole.base)
    if entry.base == whole.base and len(entry.subs) == 2 and family.declared_rank is None:
        family.declared_rank = "matrix"


SUPPOSING = re.compile(
    rf"(?<![^\W\d_])(?:{IFS}|iff|whenever|case)(?:\s+(?:that|where|of|in\s+which))?\s*\Z", re.IGNORECASE
)


def note_sums_to_one(world: World, e: Equation) -> None:
    """`\\sum_k y_k = 1` says it of a y that nothing defines and that nothing is differentiated by."""
    ref = _summed_up(e.lhs, world.glossary)
    if ref is None or e.op != "=" or e.link or getattr(e.rhs, "text", "") != "1" or world.defined(ref.base):
        return
    if SUPPOSING.search(e.cue) or not says_for_good(e.cue):
        return
    family = world.family(ref.base)
    if not family.by and family.domain_kind is None:
        family.domain_kind = "simplex"
        world.declaring[e.position] = "declares what sums to one"


def _summed_up(node: Node, glossary: Glossary) -> Ref | None:
    """The y_k of `\\sum_k y_k`."""
    match node:
        case Product(factors=(Factor(node=Big(op="sum", sub=Node() as sub)), Factor(op="", node=Script() as entry))):
            ref = reference(entry, glossary)
            letter = letter_of(sub.first if isinstance(sub, Relation) else sub)
            if ref is not None and not (ref.labels or ref.postfix or ref.primes) and letter is not None:
                return ref if [letter_of(s) for s in ref.subs] == [letter] else None
    return None


def diagonal_entries(world: World, equations: Sequence[Equation]) -> None:
    r"""Define the matrices that words call diagonal by a formula for their general entry on the diagonal: W is diagonal
    with `W_{ii} = p_i (1 - p_i)`."""
    told: dict[str, set[object]] = {}
    for e in equations:
        if (r := reference(e.lhs, world.glossary)) is not None and len(r.subs) == 2:
            told.setdefault(r.base, set()).add(node_key(e.lhs))
    for e in equations:
        ref = reference(e.lhs, world.glossary)
        if ref is None or e.link or e.op not in DEFINING or e.source != "formula" or not isinstance(e.lhs, Script):
            continue
        if len(told.get(ref.base, ())) > 1:
            continue  # `W_{11} = 0` is of its own
        letters = [letter_of(sub) for sub in ref.subs]
        twice = len(letters) == 2 and letters[0] is not None and letters[0] == letters[1]
        plain = not (ref.labels or ref.postfix or ref.primes or e.conditions)
        if not twice or not plain or world.family(ref.base).domain_kind != "diagonal" or world.defined(ref.base):
            continue
        known = {letter_of(sub) for r in references(e.rhs, world) for sub in r.subs}
        if letters[0] in known and all(r.base != ref.base for r in references(e.rhs, world)):
            add_written(world, e, e.lhs.base, applied("diag", e.rhs, False))
