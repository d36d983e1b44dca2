r"""The laws of a world: of variables, `x \sim \mathcal{N}(\mu, \Sigma)`, and of densities, by name or by formula; and
what has but a mean and a covariance, `\mathbb{E}[\epsilon] = 0`, `\mathrm{Var}(\epsilon) = \sigma^2`.

An expectation over what has a normal law is known for every polynomial. Which law it is over is said below the sign, by
a density, by a variable, or by the law itself; without anything there, by the one variable of the body that has a law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.calculus.normal_means import HIGHEST
from chainrule.read.tree import Comma, Infix, Name, Node, Product, Relation, Script, Sum, Term
from chainrule.sheet.records.references import references
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.normal_formulas import by_formula
from chainrule.sheet.statistics.random_names import (
    DATA_LETTERS,
    Expected,
    expectations_in,
    is_expectation,
    made_of,
    whole,
)
from chainrule.sheet.statistics.two_moments import mean_and_variance
from chainrule.sheet.syntax.arguments import parts
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.normal_laws import density, is_density, normal_density, normal_parameters
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

SECOND = 2


@dataclass(frozen=True)
class Law:
    """A law: the density that has it (empty where only the variable does), the variable, mean and spread."""

    density: str
    variable: Node
    mean: Node
    spread: Node
    position: int
    section: tuple[str, int] = ("", 0)
    given: tuple[Node, ...] = ()
    moments: int = HIGHEST
    """Up to which degree its moments are known."""

    @property
    def said(self) -> object:
        """What says the law, without where it stands."""
        return node_key(self.variable), node_key(self.mean), node_key(self.spread)


def note_laws(world: World) -> None:
    """Find the normal laws of a world. What a line says of an expectation under a law is a claim, and no definition of
    the parameters of that law."""
    if not world.of_chance or world.law_in_words:
        return  # what the words say of a law is not read
    world.of_known_laws |= made_of(world, set(_with_densities(world)))  # more is true of these than of any distribution
    laws = [_of_what_it_disturbs(world, law) for law in (*_told(world), *_of_densities(world), *_by_moments(world))]
    laws += list(_drawn_from(world, laws))
    world.laws = tuple(law for law in laws if not _circular(world, law))
    for law in world.laws:
        for base in _parameters(world, law):
            _as_parameter(world, base, law)
    refs = (r for law in world.laws for node in (law.mean, law.spread) for r in references(node, world))
    world.parameters_of_laws = frozenset((r.base, tuple(getattr(n, "text", "") for n in r.subs)) for r in refs)
    roots = {base for law in world.laws if (base := _base(world, law.variable))}
    world.of_known_laws |= made_of(world, roots & world.random)


def _as_parameter(world: World, base: str, law: Law) -> None:
    """Keep of what is said of the parameter of a law no expectation, which is what is to be shown, and what a later
    section says for itself alone, "for $\\Sigma = \\sigma^2$"."""
    sites = world.sites.get(base, [])
    kept = [s for s in sites if not any(True for _ in expectations_in(s.body))]
    kept = [replace(s, onward=s.onward or (s.position > law.position and s.section != law.section)) for s in kept]
    if kept != sites:
        world.derived.clear()
        world.sites[base] = kept
    if not kept:
        world.sites.pop(base, None)


def _with_densities(world: World) -> Iterator[str]:
    """The random names of which a formula gives the density."""
    for base, sites in world.functions.items():
        for site in sites if is_density(base) else ():
            ref = reference(site.params[0], world.glossary) if site.params else None
            if ref is not None and ref.base in world.random:
                yield ref.base


def _parameters(world: World, law: Law) -> set[str]:
    return {r.base for node in (law.mean, law.spread) for r in references(node, world)}


def _circular(world: World, law: Law) -> bool:
    """Whether the parameters of a law are said with its own variable."""
    own = _base(world, law.variable)
    return not own or own in _parameters(world, law)


def _base(world: World, node: Node) -> str:
    ref = reference(node, world.glossary) if isinstance(node, (Name, Script)) else None
    return ref.base if ref is not None and ref.bare else ""


def _by_moments(world: World) -> Iterator[Law]:
    r"""Mean and covariance of what has no formula, `\mathbb{E}[u] = 0` and `\mathrm{Cov}(u) = \sigma^2 I`."""
    means: dict[str, tuple[Node, Node]] = {}
    for e in (e for e in world.equations if e.op == "=" and not e.link):
        found = whole(e.lhs)
        if found is None or found.sub is not None or not is_expectation(world, found):
            continue
        if found.given and world.held is None:
            continue
        drawn = found.arguments[0]
        base = _base(world, drawn)
        if base and not found.spread and is_zero(e.rhs) and not _has_formula(world, base):
            means[base] = drawn, e.rhs
        variable = _squared(drawn) if not found.spread else drawn if len(found.arguments) == 1 else None
        known = None if variable is None else means.get(_base(world, variable))
        if known is not None:
            yield Law("", *known, e.rhs, e.position, e.section, moments=SECOND)


def _has_formula(world: World, base: str) -> bool:
    """Whether a name is given by more than the model of the data that it disturbs."""
    return base in world.functions or any(s.written is None for s in world.sites.get(base, ()))


def _squared(node: Node) -> Node | None:
    r"""The v of `v^2` and of `v v^\top`."""
    if isinstance(node, Script) and node.sub is None and getattr(node.sup, "text", "") == "2":
        return node.base
    factors = node.factors if isinstance(node, Product) else ()
    turned = factors[1].node if len(factors) == 2 and not factors[1].op else None
    if isinstance(turned, Script) and isinstance(turned.sup, Name) and turned.sup.text in TRANSPOSE_WORDS:
        return factors[0].node if node_key(turned.base) == node_key(factors[0].node) else None
    return None


def _of_what_it_disturbs(world: World, law: Law) -> Law:
    r"""The law of y where that of the noise in `y = X w + \epsilon` is told, which stands for `y - X w` then."""
    base = _base(world, law.variable)
    sites = list(world.sites.get(base, ())) if base else []
    model = sites[0].written if len(sites) == 1 else None
    body = sites[0].body if model is not None else None
    if not (isinstance(model, Sum) and isinstance(body, Sum)):
        return law
    mean = (*model.terms[:-1], *(() if is_zero(law.mean) else (Term("+", law.mean),)))
    return replace(law, variable=body.terms[0].node, mean=Sum(model.span, mean))


def _key(ref: Ref | None) -> str:
    """The name of a density with its numbers: `p_0` and `p_1` are two."""
    return "" if ref is None else " ".join([ref.base, *(getattr(n, "text", "?") for n in ref.subs)])


def _told(world: World) -> Iterator[Law]:
    r"""`x \sim \mathcal{N}(m, v)`, `y | x \sim \mathcal{N}(w^\top x, v)`, `k \sim \mathrm{Poisson}(\lambda)`."""
    for e in (e for e in world.equations if e.op == "∼"):
        normal = normal_parameters(e.rhs)
        found = normal or mean_and_variance(e.rhs)
        drawn = e.lhs.left if isinstance(e.lhs, Infix) and e.lhs.op == "|" else e.lhs
        named = density(drawn)
        if found is None or named is None:
            continue
        variable = drawn if named.fence is None else named.variable
        if variable is not None:
            own = None if named.fence is None else reference(named.name, world.glossary)
            moments = SECOND if normal is None else HIGHEST
            yield Law(_key(own), variable, *found, e.position, e.section, moments=moments)


def _drawn_from(world: World, laws: list[Law]) -> Iterator[Law]:
    r"""`x \sim p` for a density that has one law with the variable x."""
    for e in (e for e in world.equations if e.op == "∼" and isinstance(e.rhs, (Name, Script))):
        key = _key(reference(e.rhs, world.glossary))
        own = [law for law in laws if key and law.density == key and node_key(law.variable) == node_key(e.lhs)]
        if len({law.said for law in own}) == 1:
            yield replace(own[0], density="", position=e.position, section=(e.scope.part, e.scope.section))


def _of_densities(world: World) -> Iterator[Law]:
    r"""`p(x) = \mathcal{N}(x; \mu, \Sigma)`, and the formula itself."""
    named = {law for law, _ in world.drawn}  # by what expectations draw from, whatever the letter
    for base, sites in world.functions.items():
        for site in sites:
            by_its_formula = is_density(base) or base in named
            found = normal_density(site.body) or (by_formula(site.body) if by_its_formula else None)
            first = site.params[0] if site.params else None
            if found is not None and first is not None and node_key(first) == node_key(found[0]):
                given = tuple((site.params or ())[1:])
                yield Law(_key(site.ref), first, found[1], found[2], site.position, site.section, given)


def law_of(world: World, found: Expected, position: int) -> tuple[Law, tuple[Node, ...]] | None:
    """The law that an expectation is over, with what it is of; None where it is not known or not the only one."""
    bodies = tuple(a.left if isinstance(a, Infix) and a.op == "|" else a for a in found.arguments)
    if found.sub is None:
        known = _by_its_body(world, bodies, position)
    else:
        law = None if isinstance(found.sub, Comma) else _below(world, found.sub, bodies, position)
        known = None if law is None else (law, bodies)
    return known if known is not None and _is_given_already(world, found, known[0]) else None


def _is_given_already(world: World, found: Expected, law: Law) -> bool:
    r"""Whether a law holds under the condition of an expectation: what is given is what its parameters are made of, as
    the x of `y | x \sim \mathcal{N}(w^\top x, v)`, or what its moments are said to be under too. Of anything else that
    is given the variable has another law, `\mathbb{E}[\theta \mid y]`, `\mathbb{E}[z \mid z > c]`."""
    if law.moments == SECOND and found.given and world.held is not None:
        return True
    given = list(found.given)
    for node in (a.right for a in found.arguments if isinstance(a, Infix) and a.op == "|"):
        if not (isinstance(node, Relation) and [x.op for x in node.links] == ["="]):
            return False
        given.append(node.links[0].node)
    known = _parameters(world, law)
    return all((ref := reference(g, world.glossary)) is not None and ref.base in known for g in given)


def _by_its_body(world: World, bodies: tuple[Node, ...], position: int) -> tuple[Law, tuple[Node, ...]] | None:
    """The law of the one variable that the bodies are made of; none where one of several is not known."""
    inside = {r.base for b in bodies for r in references(b, world)}
    over: dict[str, Law] = {}
    for base in {_base(world, law.variable) for law in world.laws}:
        if inside & made_of(world, {base}):
            latest = _latest(world, base, position)
            if latest is None:
                return None
            over[base] = latest
    others = {b for b in inside if (b in world.random or b.startswith("hat(")) and not world.defined(b)}
    others -= over.keys() | _given(world, inside, over.keys())  # an estimate depends on data that are random, too
    return (next(iter(over.values())), bodies) if len(over) == 1 and not others else None


def _given(world: World, inside: set[str], over: Iterable[str]) -> set[str]:
    r"""The names beside the variable in what is made of it: the X of `y = X w + \epsilon` is no variable."""
    made = inside & made_of(world, set(over)) - set(over)
    bodies = [s.body for b in made for s in world.sites.get(b, ())]
    bodies += [law.mean for law in world.laws if _base(world, law.variable) in over]
    return {r.base for body in bodies for r in references(body, world)}


def _latest(world: World, base: str, position: int) -> Law | None:
    """The law of a variable at a position: what is drawn is told by the last section that tells it, and else by the
    formulas of densities, as far as there is one."""
    own = [law for law in world.laws if _base(world, law.variable) == base]
    told = [law for law in own if not law.density] or own
    if len({law.density for law in told}) > 1 and len({law.said for law in told}) > 1:
        return None  # of which of two densities nothing says
    before = [law for law in told if law.position <= position] or told
    near: list[Law] = [law for law in before if law.section == before[-1].section]
    if not near or len({law.said for law in near}) > 1 or _of_another_variable(world, near[-1]):
        return None
    return near[-1]


def _of_another_variable(world: World, law: Law) -> bool:
    r"""Whether a parameter of a law is drawn itself, as the f of `y = f + \epsilon` is, or made of what is: what holds
    for each value of it is not what holds on the whole."""
    drawn = {base for x in world.laws if (base := _base(world, x.variable))}
    return bool(_parameters(world, law) & made_of(world, drawn))


def _below(world: World, sub: Node, bodies: tuple[Node, ...], position: int) -> Law | None:
    """The law that is named below the sign of an expectation."""
    if isinstance(sub, Relation) and len(sub.links) == 1 and sub.links[0].op == "∼":
        variable, law = sub.first, sub.links[0].node
        direct = normal_parameters(law) or _without_variable(normal_density(law))
        if direct is not None:
            return Law("", variable, *direct, position)
        return _named(world, law, variable, position, ())
    named = density(sub)
    if named is None:
        return None
    if named.fence is not None:
        return _named(world, sub, named.variable, position, ())
    base = _base(world, sub)
    by_variable = _latest(world, base, position) if base else None
    return by_variable or _named(world, sub, None, position, bodies)


def _without_variable(found: tuple[Node, Node, Node] | None) -> tuple[Node, Node] | None:
    return None if found is None else found[1:]


def _named(world: World, law: Node, variable: Node | None, position: int, bodies: tuple[Node, ...]) -> Law | None:
    """The law of a density, over what its variable is said to be or over that of its own in the bodies."""
    named = density(law)
    ref = None if named is None else reference(named.name, world.glossary)
    own = [] if ref is None else [x for x in world.laws if x.density == _key(ref)]
    if named is not None and named.fence is not None:
        given = {node_key(n) for n in parts(named.fence)[1]}
        own = [x for x in own if _fits(world, x, given)]
    if bodies:
        inside = {r.base for b in bodies for r in references(b, world)}
        data = any(b.rpartition(" ")[2] in DATA_LETTERS for b in inside)
        own = [x for x in own if not data or inside & made_of(world, {_base(world, x.variable)})]
    same = [x for x in own if variable is None or node_key(x.variable) == node_key(variable)]
    if own and not same and (ref is None or len(own) < len(world.functions.get(ref.base, own))):
        return None  # a density of something else may have a formula of its own
    before = [x for x in same or own if x.position <= position] or same or own
    near = [x for x in before if x.section == before[-1].section]
    if not near or len({x.said for x in near}) > 1:
        return None
    found: Law = near[-1]
    variable = variable if isinstance(variable, Name) else found.variable
    moved = {node_key(variable), node_key(found.variable)}
    if len(moved) > 1 and any(node_key(n) in moved for p in (found.mean, found.spread) for n in walk(p)):
        return None
    return replace(found, variable=variable)


def _fits(world: World, law: Law, given: set[object]) -> bool:
    """Whether a law is of what is given in a call; its own parameters may be left out."""
    left_out = {r.base for n in law.given if node_key(n) not in given for r in references(n, world)}
    plain = all(isinstance(n, (Name, Script)) for n in law.given if node_key(n) not in given)
    return plain and given <= {node_key(n) for n in law.given} and left_out <= _parameters(world, law)
