r"""The parameters of a normal distribution as moments of what is drawn from it: after `x \sim \mathcal{N}(\mu, \Sigma)`
\mu is \mathbb{E}[x], and \Sigma is \mathbb{E}[(x - \mu)(x - \mu)^\top].

What holds for every distribution with these two moments holds for the normal one, so that expectations of linear and
quadratic functions can be judged. The law is told by a `\sim`, or by a density whose formula is the normal one.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Comma, Factor, Fenced, Fraction, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.records.world import NORMAL, Site, World
from chainrule.sheet.statistics.distributions import LETTERS_OF_NORMAL, NAMES
from chainrule.sheet.statistics.overloads import is_density
from chainrule.sheet.statistics.random_names import ONLY_EXPECTATION, made_of
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.spelling import look

BEFORE_ALL = 0
Law = tuple[Node, Node, Node]


def moments_of_laws(world: World) -> None:
    """Define the parameters of the laws of random names, where nothing else says what they are."""
    if not world.of_chance:
        return
    world.of_known_laws |= made_of(world, set(_with_densities(world)))  # more is true of these than of any distribution
    laws = [law for law in (*_told(world), *_by_formula(world)) if _random(world, law[0])]
    drawn = {node_key(variable) for variable, _, _ in laws}
    if len(drawn) != len({tuple(map(node_key, law)) for law in laws}):
        return  # one name with two laws
    for variable, mean, spread in laws:
        ref = _open(world, mean)
        off = Fenced(variable.span, "(", Sum(variable.span, (Term("+", variable), Term("-", mean))), ")")
        found = [] if ref is None else [(ref.base, _expected(variable, variable))]
        second = _spread(world, variable, off, spread) if found or _is_a_mean(world, mean, variable) else None
        for base, body in (*found, *((second,) if second is not None else ())):
            world.sites[base] = [Site(base, Ref(base), body, BEFORE_ALL)]
            world.derived.clear()


def _with_densities(world: World) -> Iterator[str]:
    """The random names of which a formula gives the density."""
    for base, sites in world.functions.items():
        for site in sites if is_density(base) else ():
            ref = reference(site.params[0], world.glossary) if site.params else None
            if ref is not None and ref.base in world.random:
                yield ref.base


def _is_a_mean(world: World, mean: Node, variable: Node) -> bool:
    r"""Whether the sheet itself says `\mu = \mathbb{E}[x]`."""
    ref = reference(mean, world.glossary)
    found = [] if ref is None else world.sites.get(ref.base, [])
    written = (node_key(n) for s in found for n in walk(s.body))
    return len(found) == 1 and node_key(_expected(variable, variable).factors[1].node) in written


def _spread(world: World, variable: Node, off: Fenced, spread: Node) -> tuple[str, Node] | None:
    r"""The name of a spread and its formula: the root of a mean square for `\sigma^2`, a covariance for a matrix."""
    span = variable.span
    square = isinstance(spread, Script) and spread.sub is None and isinstance(spread.sup, Number)
    if square and isinstance(spread, Script) and getattr(spread.sup, "text", "") == "2":
        ref = _open(world, spread.base)
        mean = _expected(variable, Script(span, off, None, Number(span, "2"), 0))
        half = Fraction(span, Number(span, "1"), Number(span, "2"))
        return None if ref is None else (ref.base, Script(span, Fenced(span, "(", mean, ")"), None, half, 0))
    ref = _open(world, spread)
    if ref is None or not look(ref.base).endswith("upper"):
        return None
    turned = Script(span, off, None, Name(span, "T"), 0)
    return ref.base, _expected(variable, Product(span, (Factor("", off), Factor("", turned))))


def _expected(variable: Node, body: Node) -> Product:
    sign = Script(variable.span, Name(variable.span, *_parts(ONLY_EXPECTATION)), variable, None, 0)
    return Product(variable.span, (Factor("", sign), Factor("", Fenced(variable.span, "[", body, "]"))))


def _parts(base: str) -> tuple[str, tuple[str, ...]]:
    *style, text = base.split(" ")
    return text, tuple(style)


def _random(world: World, variable: Node) -> bool:
    ref = reference(variable, world.glossary)
    return ref is not None and ref.bare and ref.base in world.random and not world.defined(ref.base)


def _open(world: World, node: Node) -> Ref | None:
    """A plain name that nothing says anything of, and that nobody differentiates by."""
    ref = reference(node, world.glossary)
    family = None if ref is None else world.families.get(ref.base)
    open_ = ref is not None and ref.bare and family is not None and not (family.by or family.called)
    return ref if open_ and ref is not None and not world.defined(ref.base) and ref.base not in world.random else None


def _told(world: World) -> Iterator[Law]:
    r"""`x \sim \mathcal{N}(\mu, \sigma^2)`, `p(x) \sim N(\mu, \Sigma)`."""
    for e in (e for e in world.equations if e.op == "∼"):
        factors = e.rhs.factors if isinstance(e.rhs, Product) else ()
        ref = reference(factors[0].node, world.glossary) if len(factors) == 2 else None
        word = "" if ref is None else ref.base
        normal = word in LETTERS_OF_NORMAL or word == "cal N" or NAMES.get(word, "") == NORMAL
        given = factors[1].node if normal else None
        items = given.body.items if isinstance(given, Fenced) and isinstance(given.body, Comma) else ()
        call = e.lhs.factors if isinstance(e.lhs, Product) and len(e.lhs.factors) == 2 else ()
        variable = arguments(call[1].node)[0] if call and isinstance(call[1].node, Fenced) else e.lhs
        if len(items) == 2:
            yield variable, items[0], items[1]


def _by_formula(world: World) -> Iterator[Law]:
    r"""`p(x) = c\, e^{-(x - \mu)^2 / (2 \sigma^2)}`, whatever stands before the exponential."""
    for base, sites in world.functions.items():
        for site in sites if is_density(base) else ():
            found = _normal(site.body)
            if found is not None and site.params and node_key(site.params[0]) == node_key(found[0]):
                yield found


def _normal(body: Node) -> Law | None:
    """The variable, the mean and the variance of a product with one exponential, of minus a square over twice one."""
    factors = body.factors if isinstance(body, Product) else ()
    powers: list[Node] = []
    for n, f in enumerate(factors):
        node, after = f.node, factors[n + 1].node if n + 1 < len(factors) else None
        if isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "e" and node.sup is not None:
            powers.append(node.sup)
        elif isinstance(node, Name) and node.text == "exp" and isinstance(after, Fenced):
            powers.append(after.body)
    exponent = powers[0] if len(powers) == 1 else None
    if not isinstance(exponent, Sum) or [t.sign for t in exponent.terms] != ["-"]:
        return None
    square, double = _quotient(exponent.terms[0].node)
    if not (isinstance(square, Script) and isinstance(square.base, Fenced) and isinstance(square.base.body, Sum)):
        return None
    terms = square.base.body.terms
    twice = double.factors if isinstance(double, Product) else ()
    if [t.sign for t in terms] != ["+", "-"] or getattr(square.sup, "text", "") != "2" or len(twice) != 2:
        return None
    constant = all(terms[0].node is not n and node_key(n) != node_key(terms[0].node) for n in walk(factors[0].node))
    if getattr(twice[0].node, "text", "") != "2" or not constant:
        return None
    return terms[0].node, terms[1].node, twice[1].node


def _quotient(node: Node) -> tuple[Node | None, Node | None]:
    r"""Both parts of `\frac{a}{b}` and `\frac{1}{b} a`."""
    if isinstance(node, Fraction):
        return node.numerator, node.denominator
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) == 2 and isinstance(factors[0].node, Fraction) and not factors[1].op:
        one = getattr(factors[0].node.numerator, "text", "") == "1"
        return (factors[1].node, factors[0].node.denominator) if one else (None, None)
    return None, None
