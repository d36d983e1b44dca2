r"""Densities share a letter: `p(x)`, `p(x | z)` and `p(z | x)` are different functions, told apart by their arguments.

What stands before the bar is the variable, what stands behind it is given. A call means the definition whose variables
it has; it may leave out what that has behind the bar, or name more there, as long as the formula does not tell the two
apart. `p(3)` is the function p(x) at a place, but `p(z)` is another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Accent, Factor, Fenced, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import EACH, Pattern, pattern, stem
from chainrule.sheet.syntax.bound_letters import running_letters
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Glossary, Ref, node_key, reference, walk
from chainrule.sheet.syntax.normal_laws import is_density


def apart(world: World, site: Site, now: Pattern, body: Node) -> bool:
    """Whether a formula for a density is of another one than a site is: of other variables, or given other things."""
    before = site.pattern
    if before is None or not is_density(site.base):
        return False
    if before.variables != now.variables:
        return True
    left_out = {stem(x) for x in set(before.given) ^ set(now.given) if x is not None}
    if left_out & variables(world):
        return True
    here = before.names & {r.base for r in references(body, world)} - now.names
    there = now.names & {r.base for r in references(site.body, world)} - before.names
    return bool(left_out) and not here | there


def listed(world: World, base: str, params: tuple[Node, ...], body: Node) -> bool:
    """Whether a number is the value of a function at other names than those of which it is known by numbers already:
    `f(z) = 0.3` beside `f(x) = 0.8`."""
    sites = world.functions.get(base, [])
    return bool(sites) and is_numeric(body) and _numbers(sites) and not any(_at(s, params) for s in sites)


def numbered(ref: Ref) -> tuple[object, ...]:
    """What the name of a function, one of several, has below: the 2 of `g_2(x)`, the k = 2 of `g_{k=2}(x)`."""
    return (*(sub.text for sub in ref.subs if isinstance(sub, Number)), *holding(ref))


def holding(ref: Ref) -> tuple[object, ...]:
    """What the name of a function holds at a value: the x = a of `f_{x=a}(y)`."""
    return tuple(node_key(s) for s in ref.subs if isinstance(s, Relation) and [x.op for x in s.links] == ["="])


def _numbers(sites: list[Site]) -> bool:
    return all(is_numeric(s.body) for s in sites)


def _at(site: Site, args: tuple[Node, ...]) -> bool:
    """Whether the value of a function is the one at some arguments."""
    return [node_key(p) for p in site.params or ()] == [node_key(a) for a in args]


def variables(world: World) -> frozenset[str]:
    """The names that stand before the bar of any density: `p(x)` leaves out a parameter of `p(x | w)`, no variable."""
    if "variables" not in world.derived:
        found = (x for base, c, _ in _called(world) if is_density(base) for x in c.variables)
        world.derived["variables"] = frozenset(stem(x) for x in found if x is not None)
    return world.derived["variables"]


def varied(world: World, base: str) -> bool:
    """Whether a function is called with different arguments of one number, `f(a, s)` and `f(b, s)`, or for each value
    of a letter: `\\sum_a f(a, s)`."""
    if "varied" not in world.derived:
        seen: dict[tuple[str, int], set[object]] = {}
        for name, call, key in _called(world):
            keys = seen.setdefault((name, len(call.variables) + len(call.given)), set())
            keys |= {key} | ({name} if call.names & world.glossary.bound else set())
        world.derived["varied"] = frozenset(name for (name, _), keys in seen.items() if len(keys) > 1)
    return base in world.derived["varied"]


def _called(world: World) -> Iterator[tuple[str, Pattern, object]]:
    """All calls in the formulas of a world: the letter, the names and the whole of the arguments."""
    nodes = (n for e in world.equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product))
    for node in nodes:
        for factor, after in pairwise(node.factors):
            fence = after.node.base if isinstance(after.node, Script) else after.node
            ref = reference(factor.node, world.glossary) if isinstance(fence, Fenced) and after.op == "" else None
            if ref is not None and isinstance(fence, Fenced) and fence.open == "(":
                yield ref.base, pattern(fence, world.glossary), node_key(fence.body)


def of_others(world: World, base: str, now: Pattern, body: Node) -> bool:
    """Whether a formula mentions a density only in calls of others with its letter: `p(x | z) p(z)` of p(x, z)."""
    if not is_density(base):
        return False
    called = {id(f.node): c for n in walk(body) if isinstance(n, Product) for f, c in _calls(n, world.glossary)}
    for node in walk(body):
        ref = reference(node, world.glossary) if isinstance(node, (Name, Accent, Script)) else None
        if ref is not None and ref.base == base:
            other = called.get(id(node))
            if other is None or (other.variables, set(other.given)) == (now.variables, set(now.given)):
                return False
    return True


def _calls(product: Product, glossary: Glossary) -> Iterator[tuple[Factor, Pattern]]:
    """The factors with parentheses behind them, and what stands in these."""
    for factor, after in pairwise(product.factors):
        fence = after.node.base if isinstance(after.node, Script) else after.node
        if after.op == "" and isinstance(fence, Fenced):
            yield factor, pattern(fence, glossary)


def versions(world: World, base: str, position: int) -> list[Site]:
    """The definitions of the one function that was last defined under a letter."""
    sites, held = world.functions.get(base, []), world.function(base, position)
    if held is None or held.pattern is None:
        return sites
    now, body = held.pattern, held.body
    return [s for s in sites if s is held or not apart(world, s, now, body)]


def chosen(world: World, ref: Ref, position: int, call: Pattern | None, args: tuple[Node, ...]) -> Site | None:
    """The definition that a call at a position means; None for a density of which only others are defined, and for a
    function that is known by its numbers at other arguments."""
    base = ref.base
    sites = world.functions.get(base, [])
    if len({numbered(s.ref) for s in sites}) > 1:
        return world.latest([s for s in sites if numbered(s.ref) == numbered(ref)], position)
    if len(sites) > 1 and _numbers(sites) and not is_density(base, call):
        found = [s for s in sites if _at(s, args)]
        return world.latest(found, position) if found else None
    if call is None or not is_density(base) or any(s.pattern is None for s in sites):
        return world.function(base, position)
    alike = [s for s in sites if _members(s.pattern or Pattern(())) == _members(call)]
    for fits in (_same, _alike, _elsewhere):
        found = [s for s in alike if fits(world, s, call)]
        if found:
            return world.latest(found, position)
    found = [s for s in sites if _of_any_sample(world, s, call)]
    return world.latest(found, position) if found else None


def _of_any_sample(world: World, defined: Site, call: Pattern) -> bool:
    r"""Whether a call is at a sample, `p(x_i | r)` and `P(X_i = x_i | r)`, of what has a formula for any value,
    `p(x | r)` and `P(X = x | r)`, which is no product over samples."""
    site = defined.pattern or Pattern(())
    before, now = (tuple(None if x is None else stem(x).lower() for x in c.variables) for c in (site, call))
    if before != now or None in now or any(_members(site)) or len(now) != 1:
        return False
    itself = any(r.base == defined.base for r in references(defined.body, world))
    one, other = set(site.given), set(_stems(call.given))
    return not itself and (one <= other or other <= one) and not (one ^ other) & variables(world)


def _members(call: Pattern) -> tuple[bool, ...]:
    """Which variables of a call are members of a sample that stands under their letter too."""
    return tuple(x is not None and x.startswith(EACH) for x in call.variables)


def _same(_world: World, defined: Site, call: Pattern) -> bool:
    site = defined.pattern or Pattern(())
    return site.variables == call.variables and set(site.given) == set(call.given)


def _alike(world: World, defined: Site, call: Pattern) -> bool:
    """The same variables, maybe at a value, and what only one of the two is given is a parameter."""
    site = defined.pattern or Pattern(())
    if site.variables not in (call.variables, _stems(call.variables)):
        return False
    one, other = set(site.given), set(_stems(call.given))
    return (one <= other or other <= one) and not (one ^ other) & variables(world)


def _stems(names: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(None if x is None else x.split("=")[0] for x in names)


def _elsewhere(_world: World, defined: Site, call: Pattern) -> bool:
    """As many arguments at each side of the bar, each in its own place, or a number, a formula or another index."""
    site, places = defined.pattern or Pattern(()), running_letters(defined.body)
    if (len(site.variables), len(site.given)) != (len(call.variables), len(call.given)):
        return False
    pairs = zip((*site.variables, *site.given), (*call.variables, *call.given), strict=True)
    return all(a == b or a in places or (b is None and a is not None and "=" not in a) for a, b in pairs)


def in_order(site: Site, call: Pattern | None, args: tuple[Node, ...]) -> tuple[Node, ...]:
    """The arguments in the order of the parameters of a density; a parameter that is left out stands for itself."""
    before, params = site.pattern, site.params or ()
    if call is None or before is None or not is_density(site.base):
        return args
    names, given = (*before.variables, *before.given), _stems((*call.variables, *call.given))
    if before.variables != _stems(call.variables) or len(given) != len(args) or len(set(given)) != len(given):
        return args
    if not (set(names) <= set(given) or set(given) <= set(names)):
        return args
    at = dict(zip(given, args, strict=True))
    return tuple(at.get(name, param) for name, param in zip(names, params, strict=True))
