r"""What variables are drawn from: `x_i \sim \mathcal N(\mu, \sigma^2)`, `y | x \sim \mathrm{Bernoulli}(p)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Comma, Fenced, Infix, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.records.world import DEFAULT_ROLES, NORMAL, World
from chainrule.sheet.statistics.random_names import whole
from chainrule.sheet.syntax.arguments import Pattern, arguments, pattern, stem
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.normal_laws import LETTERS_OF_NORMAL
from chainrule.sheet.syntax.parts import factors_of
from chainrule.sheet.syntax.spelling import look

# The words of a distribution with the name of its formula.
NAMES: dict[str, str] = {
    **dict.fromkeys(("Normal", "Gaussian", "Gauss"), NORMAL),
    **dict.fromkeys(("Bernoulli", "Bern", "Ber"), "Bernoulli"),
    **dict.fromkeys(("Binomial", "Binom", "Bin"), "Binomial"),
    **dict.fromkeys(("Poisson", "Poiss", "Pois", "Poi"), "Poisson"),
    **dict.fromkeys(("Exponential", "Expo", "Exp"), "Exponential"),
    **dict.fromkeys(("Laplace", "Lap"), "Laplace"),
    **dict.fromkeys(("Categorical", "Cat"), "Categorical"),
    "Beta": "Beta",
}


def is_named_density(base: str, call: Pattern) -> bool:
    r"""Whether a call is of a density whose word says what it is: `\mathrm{Poisson}(k | \lambda)`."""
    return base in NAMES and bool(call.given)


def told_by(world: World, call: Pattern, position: int) -> tuple[str, tuple[Node, ...]] | None:
    """The word and the parameters of the distribution that a variable is said to have; X for x too."""
    variable = call.variables[0]
    before: list[tuple[str, tuple[Node, ...]]] = []
    after: list[tuple[str, tuple[Node, ...]]] = []
    for e in world.equations:
        if e.op != "∼" or variable is None:
            continue
        names = {r.base for n in _drawn(e.lhs) if (r := reference(n, world.glossary)) is not None}
        values = {x for x in pattern(e.lhs, world.glossary).given if x is not None and "=" in x}
        found = _call(world, e.rhs)
        if found is not None and values <= set(call.given) and stem(variable).lower() in {x.lower() for x in names}:
            (before if e.position < position else after).append((found[0].base, found[1]))
    return before[-1] if before else after[0] if after else None


def density_of(world: World, drawn: Node, law: Node) -> Product | None:
    r"""The density of what is drawn from a law that its word tells: `\mathcal{N}(x_i | m, v)` for
    `x_i \sim \mathcal{N}(m, v)`, and of a sample for `x_1, \dots, x_n`."""
    variables = {base: n for n in _drawn(drawn) if (base := _sampled(world, n)) is not None}
    found = _call(world, law)
    if len(variables) != 1 or found is None or not isinstance(law, Product) or len(law.factors) != 2:
        return None
    if not _is_normal(found[0].base) and found[0].base not in NAMES:
        return None
    given = found[1][0] if len(found[1]) == 1 else Comma(law.span, found[1])
    fence = Fenced(law.span, "(", Infix(law.span, "|", next(iter(variables.values())), given), ")")
    return replace(law, factors=(law.factors[0], replace(law.factors[1], node=fence)))


def _sampled(world: World, node: Node) -> str | None:
    """The name of one of several samples, or of what is drawn once."""
    ref = reference(node, world.glossary)
    return None if ref is None or ref.postfix or len(ref.subs) > 1 else ref.base


def _drawn(node: Node) -> Iterator[Node]:
    """The variables before the sign: `x_1, \\dots, x_n`, `y | x`."""
    match node:
        case Comma(items=items):
            yield from items
        case Infix(op="|", left=left):
            yield left
        case _:
            yield node


def _call(world: World, node: Node) -> tuple[Ref, tuple[Node, ...]] | None:
    """A word and what stands in the parentheses behind it."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) < 2 or factors[1].op or not isinstance(fence := factors[1].node, Fenced):
        return None
    ref = reference(factors[0].node, world.glossary)
    return None if ref is None else (ref, arguments(fence))


def note_covariances(world: World) -> None:
    r"""The Σ of `\mathcal N(x | \mu, \Sigma)` and of `\mathrm{Cov}(x) = \Sigma` is symmetric and positive definite."""
    for base in _spreads(world):
        family = world.family(base)
        family.domain_kind = family.domain_kind or "covariance"
    for base in _in_normal_densities(world):
        family = world.family(base)
        if not (family.by or family.declared_rank or world.defined(base)):
            family.domain_kind = family.domain_kind or "covariance"
    for node in (n for e in world.equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        for n in range(len(node.factors) - 1):
            found = _call(world, Product(node.span, node.factors[n : n + 2]))
            if found is None or not _is_normal(found[0].base) or len(found[1]) not in (2, 3):
                continue
            ref = reference(found[1][-1], world.glossary)
            if ref is not None and look(ref.base).endswith("upper"):
                family = world.family(ref.base)
                family.domain_kind = family.domain_kind or "covariance"


def _spreads(world: World) -> Iterator[str]:
    r"""The matrices that a line says are the spread of something, `\mathrm{Var}(\varepsilon \mid X) = \Omega`."""
    for e in (e for e in world.equations if e.op in ("=", ":=", "=:")):
        for side, other in ((e.lhs, e.rhs), (e.rhs, e.lhs)):
            found, ref = whole(side), reference(other, world.glossary)
            one = found is not None and found.spread and len(found.arguments) == 1
            if one and ref is not None and ref.bare and look(ref.base).endswith("upper"):
                yield ref.base


def _in_normal_densities(world: World) -> Iterator[str]:
    r"""The matrices of which a formula has the inverse and the determinant, `-y^T K^{-1} y - \log |K|`: nothing but the
    covariance of a normal density stands so."""
    for side in (s for e in world.equations for s in (e.lhs, e.rhs)):
        inverted, measured = set[str](), set[str]()
        for node in walk(side):
            ref = reference(node, world.glossary) if isinstance(node, Script) else None
            if ref is not None and any(_is_minus_one(p.node) for p in ref.postfix if p.op == "pow"):
                inverted.add(ref.base)
            if isinstance(node, Fenced) and node.open == "|":
                measured |= _measured(world, node.body)
            for first, second in pairwise(node.factors if isinstance(node, Product) else ()):
                if isinstance(first.node, Name) and first.node.text == "det" and not second.op:
                    inner = second.node.body if isinstance(second.node, Fenced) else second.node
                    measured |= _measured(world, inner)
        yield from (b for b in inverted & measured if b.rpartition(" ")[2][:1].isupper())


def _measured(world: World, node: Node) -> set[str]:
    r"""The name of which a determinant is taken, times a number or not: `|K|`, `|2 \pi K|`."""
    factors = factors_of(node)
    ref = reference(factors[-1].node, world.glossary)
    scaled = all(not f.op for f in factors) and all(is_numeric(f.node) or _is_pi(f.node) for f in factors[:-1])
    return {ref.base} if ref is not None and scaled else set()


def _is_pi(node: Node) -> bool:
    return isinstance(node, Name) and node.text == "pi" and not node.style


def _is_minus_one(node: Node | None) -> bool:
    match node:
        case Sum(terms=(Term(sign="-", node=Number(text="1")),)) | Number(text="-1"):
            return True
    return False


def _is_normal(word: str) -> bool:
    return word in LETTERS_OF_NORMAL or NAMES.get(word, DEFAULT_ROLES.get(word)) == NORMAL
