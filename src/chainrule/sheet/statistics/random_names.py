r"""Names that are random: those that an expectation runs over without an index, `\mathbb{E}[(y - w^\top x)^2]`.

What holds for every distribution holds for those with finitely many equally likely outcomes, and a line that fails for
one of them is wrong: a random name has one value for each outcome, and its expectation is the mean of those.

Random is what words or a `\sim` call so, what stands below an expectation, what is the whole argument of one or of a
variance, and else the letters that stand for data, unless the sheet differentiates by them or gives them a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chainrule.read.tree import Accent, Comma, Factor, Fenced, Infix, Name, Node, Product, Relation, Script, Sum
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.names import children, node_key, reference, spelled, walk
from chainrule.sheet.syntax.spelling import look
from chainrule.sheet.words.laws_otherwise import meant_otherwise

ONLY_EXPECTATION = "bb E"
SPREADS = frozenset({"Var", "var", "Cov", "cov", "bb V", "Variance", "Covariance"})
WORDS = re.compile(r"\bexpect(?:ed|ations?)\b|\brandom\b|\bvarian|\bcovarian|\bdistribut", re.IGNORECASE)
VARIABLES = re.compile(r"\brandom (?:variable|vector)", re.IGNORECASE)
# Where E[x] and Var[x] are statistics of a batch, which change with every x of it.
OVER_A_BATCH = re.compile(r"\b(?:batch|layer|group|instance)[- ]?norm", re.IGNORECASE)
SAID_RANDOM = re.compile(
    r"\brandom (?:\w+ ){0,2}?(?:variables?|vectors?|matrix|matrices|input|features?|quantit\w+)\s+"
    r"(⟦\d+⟧(?:(?:,| and|, and) ⟦\d+⟧)*)"
    r"|(⟦\d+⟧(?:(?:,| and|, and) ⟦\d+⟧)*) (?:is|are|be) (?:an? |the )?(?:\w+ )?random\b"
)
# What is said of a distribution beyond its being one: lines may rest on it.
LAWS = re.compile(
    r"\b(?:zero|unit)[- ](?:mean|variance)|\bmean (?:zero|0)\b|\bindependen|\buncorrelated|\bi\.?i\.?d\b|\bunbiased"
    r"|\b(?:exponential(?:ly)?|poisson|bernoulli|binomial|laplac\w*|geometric|gamma|beta|cauchy)\b[^.;]{0,20}\b(?:distribut|law\b"
    r"|densit|random)"
    r"|\bgaussian|\bnormal(?:ly)?\b|\bwhite\b|\bcent(?:er|re)d\b|\buniform|\bsymmetric(?:ally)? distrib|\bmartingale",
    re.IGNORECASE,
)
SAID_FIXED = re.compile(
    r"\b(?:fixed|deterministic|non-?random|not random|treat\w* as constants?|condition(?:al|ally|ed|ing) on)\b",
    re.IGNORECASE,
)
DATA_LETTERS = frozenset({"x", "y", "z", "X", "Y", "Z", "xi", "zeta", "epsilon", "varepsilon", "omega"})


@dataclass(frozen=True)
class Expected:
    """An expectation or a spread: its word, what stands below it, its arguments, where the next factor begins, and the
    names behind a bar, on which it is conditioned."""

    word: str
    sub: Node | None
    arguments: tuple[Node, ...]
    end: int
    hung: Node
    given: tuple[Node, ...] = ()

    @property
    def spread(self) -> bool:
        return self.word in SPREADS


def expected(factors: tuple[Factor, ...], n: int) -> Expected | None:
    r"""The expectation that begins at factor n: `\mathbb{E}_x[...]`, `E[...]`, `\mathbb{E} x x^\top`, `Var(...)`."""
    node, sub = factors[n].node, None
    if isinstance(node, Script) and node.sup is None and not node.primes:
        sub, node = node.sub, node.base
    word = spelled(node) if isinstance(node, Name) else ""
    if word not in EXPECTATIONS | SPREADS or n + 1 >= len(factors) or factors[n + 1].op:
        return None
    after = factors[n + 1].node
    fence = after.base if isinstance(after, Script) else after
    if isinstance(fence, Fenced) and fence.open in "([{":
        inside = fence.body.items if isinstance(fence.body, Comma) else (fence.body,)
        if word not in SPREADS and fence.open == "(" and isinstance(fence.body, Sum):
            end = _end_of_groups(factors, n + 1)
            body = Product(after.span.join(factors[end - 1].node.span), (Factor("", after), *factors[n + 2 : end]))
            return Expected(word, sub, (body,), end, body)
        inside, given = _before_the_bar(inside)
        if len(inside) == 1 or (len(inside) == 2 and word in SPREADS):
            return Expected(word, sub, inside, n + 2, after, given)
        return None
    if word != ONLY_EXPECTATION:
        return None
    rest = factors[n + 1 :]
    body = Product(rest[0].node.span.join(rest[-1].node.span), (Factor("", rest[0].node), *rest[1:]))
    return Expected(word, sub, (body,), len(factors), body)


def _before_the_bar(inside: tuple[Node, ...]) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    r"""The arguments of an expectation and the names that it is conditioned on: `y \mid X`, `u, v \mid X, Z`."""
    at = next((n for n, item in enumerate(inside) if isinstance(item, Infix) and item.op == "|"), None)
    if at is None:
        return inside, ()
    bar = inside[at]
    assert isinstance(bar, Infix)
    given = (bar.right, *inside[at + 1 :])
    if not all(isinstance(g, (Name, Script, Accent)) for g in given):
        return inside, ()
    return (*inside[:at], bar.left), given


def _end_of_groups(factors: tuple[Factor, ...], n: int) -> int:
    r"""Where an expectation of groups in parentheses ends: `\mathbb{E} (x - \mu)(x - \mu)^\top`, `E (x - c)^2`."""
    end = n + 1
    while end < len(factors) and not factors[end].op:
        after = factors[end].node
        fence = after.base if isinstance(after, Script) else after
        if not (isinstance(fence, Fenced) and fence.open == "(" and isinstance(fence.body, Sum)):
            break
        end += 1
    return end


def whole(node: Node) -> Expected | None:
    """The expectation or the spread that a whole side is."""
    factors = node.factors if isinstance(node, Product) else ()
    found = expected(factors, 0) if factors else None
    return found if found is not None and found.end == len(factors) else None


def is_expectation(world: World, found: Expected) -> bool:
    """Whether the sheet means an expectation: a plain E may be a loss, which has a formula or a derivative."""
    if found.word == ONLY_EXPECTATION:
        return world.of_chance
    family = world.families.get(found.word)
    called = found.sub is None and not found.spread and getattr(found.hung, "open", "[") == "("
    own = called and family is not None and (family.differentiated or family.graded or family.by > 0)
    return not (own or world.defined(found.word)) and world.of_chance


def expectations_in(node: Node) -> Iterator[Expected]:
    """All expectations of a formula, those inside of others too."""
    products = [part for part in walk(node) if isinstance(part, Product)]
    for factors in (p.factors for p in products):
        for n in range(len(factors)):
            found = expected(factors, n)
            if found is not None:
                yield found


def run_over(found: Expected) -> tuple[tuple[Node, ...], Node | None]:
    r"""The variables below an expectation, and what they are drawn from: `x, y \sim p`, `(x, y) \sim p`, `p(x)`."""
    variables: list[Node] = []
    law: Node | None = None
    for item in _items(found.sub):
        if isinstance(item, Relation) and len(item.links) == 1 and item.links[0].op in ("∼", "∈"):
            variables += _items(item.first.body if isinstance(item.first, Fenced) else item.first)
            law = item.links[0].node
        elif isinstance(item, Product) and len(item.factors) == 2 and isinstance(item.factors[1].node, Fenced):
            law, inside = item.factors[0].node, item.factors[1].node.body
            variables += _items(inside.left if isinstance(inside, Infix) else inside)
        else:
            variables.append(item)
    return tuple(variables), law


def variables_below(world: World, found: Expected) -> set[str]:
    r"""The names of the variables below an expectation: the p of `\mathbb{E}_p[f(x)]` is a density and none."""
    bases = {_base(world, v) for v in run_over(found)[0]} - {""}
    return {b for b in bases if not is_called(world, b)}


def is_called(world: World, base: str) -> bool:
    """Whether a name is one of a function."""
    family = world.families.get(base)
    return base in world.functions or (family is not None and family.called > 0 and not family.operand)


def _items(node: Node | None) -> tuple[Node, ...]:
    return () if node is None else node.items if isinstance(node, Comma) else (node,)


def named_laws(world: World, equations: Iterable[Equation]) -> tuple[bool, frozenset[tuple[str, str]]]:
    """Whether an expectation says what it is over: a density, which sums to one; and their names, each with that of its
    variable."""
    found = (f for e in equations for side in (e.lhs, e.rhs) for f in expectations_in(side))
    pairs = [(law, v) for variables, law in map(run_over, found) if law is not None for v in variables]
    names = {(_base(world, _called(law)), _base(world, v)) for law, v in pairs}
    return bool(pairs), frozenset((law, v) for law, v in names if law and v)


def _called(law: Node) -> Node:
    r"""The name of a law: the `\pi_\theta` of `\pi_\theta(\cdot | s)`."""
    return law.factors[0].node if isinstance(law, Product) and len(law.factors) == 2 else law


def _held(world: World, found: list[Expected]) -> frozenset[str] | None:
    r"""The names that all expectations are conditioned on, `\mathbb{E}[y \mid X]`: under one condition they are
    expectations like any others, in which these names are given. None where they are not all under the same."""
    conditions = {frozenset(node_key(g) for g in f.given) for f in found}
    if len(conditions) > 1:
        return None
    return frozenset(b for f in found for g in f.given if (b := _base(world, g)))


DEVIATION = re.compile(r"\bstandard deviations?\b|\bstd\b", re.IGNORECASE)


def note_chance(world: World, equations: Iterable[Equation], sentences: Iterable[Sentence]) -> None:
    """Whether the sheet speaks of chance at all, and whether it says something of a distribution."""
    texts = [s.text for s in sentences]
    found = [f for e in equations for side in (e.lhs, e.rhs) for f in expectations_in(side)]
    world.held = _held(world, found)
    firm = any(f.word == ONLY_EXPECTATION or run_over(f)[1] is not None for f in found)
    firm = firm or sum(getattr(f.hung, "open", "") == "[" and not f.spread for f in found) > 1  # `E[X]`, `E[X^2]`
    drawn = any(e.op == "∼" for e in equations)
    if all(f.spread for f in found):  # the variance of data, where nothing else speaks of what is random
        world.of_chance = bool(found) and any(VARIABLES.search(t) for t in texts)
    else:
        world.of_chance = firm or drawn or any(WORDS.search(t) for t in texts)
    world.of_chance &= not any(OVER_A_BATCH.search(t) for t in texts)
    world.lawful = any(LAWS.search(t) for t in texts)
    world.law_in_words = any(map(meant_otherwise, texts))
    world.deviations = any(DEVIATION.search(t) for t in texts)


def note_random(world: World, equations: list[Equation], sentences: list[Sentence]) -> None:
    """Find the random names of a world, and those whose formulas are made of them."""
    found = [f for e in equations for s in (e.lhs, e.rhs) for f in expectations_in(s) if is_expectation(world, f)]
    if not found:
        return
    laws = _laws(world, equations, found)
    named = {b for b in laws if b} | _said(world, sentences)
    named |= {b for f in found for a in f.arguments if (b := _base(world, a)) and _may_vary(world, b)}
    fixed = any(SAID_FIXED.search(s.text) for s in sentences)
    for f in (f for f in found if f.sub is None):
        inside = {b for a in f.arguments for n in walk(a) if (b := _base(world, n))}
        if not (fixed and inside & named):
            named |= {b for b in inside if _letter(b) in DATA_LETTERS and _may_vary(world, b)}
    named -= world.held or set()
    unclear = {b for b in named if len(laws.get(b, set())) > 1 or any(_varies(world, law) for law in laws.get(b, ()))}
    called = {b for b, known in laws.items() if any(isinstance(n, Fenced) for x in known for n in walk(x.node))}
    world.random = made_of(world, named - unclear)
    if world.held is not None and world.held & (world.random | unclear):
        world.held = None  # given, and random or made of what is
    world.of_known_laws = made_of(world, called)
    world.unclear = made_of(world, unclear)


def _laws(world: World, equations: list[Equation], found: list[Expected]) -> dict[str, set[_Law]]:
    """What each name is drawn from, below expectations and in the text; "" for what expectations say of all names."""
    laws: dict[str, set[_Law]] = {}
    pairs = [run_over(f) for f in found]
    pairs += [(_items(e.lhs), e.rhs) for e in equations if e.op == "∼"]
    for variables, law in pairs:
        for base in (b for v in variables if (b := _base(world, v))):
            if law is None and is_called(world, base):
                continue
            known = laws.setdefault(base, set())
            known |= set() if law is None else {_Law(node_key(law), law)}
    return laws


@dataclass(frozen=True)
class _Law:
    key: object
    node: Node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Law) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def _varies(world: World, law: _Law) -> bool:
    """Whether what a name is drawn from has a parameter that the sheet differentiates by."""
    return any((b := _base(world, n)) and world.family(b).by for n in walk(law.node))


def _said(world: World, sentences: Iterable[Sentence]) -> set[str]:
    found: set[str] = set()
    for s in sentences:
        for match in SAID_RANDOM.finditer(s.text):
            for number in re.findall(r"⟦(\d+)⟧", match[0]):
                node = s.formulas[int(number)]
                for item in _items(node.first if isinstance(node, Relation) else node):
                    found |= {b for b in (_base(world, item),) if b}
    return found


def _may_vary(world: World, base: str) -> bool:
    """Whether a name is neither a variable of the sheet nor given by a formula."""
    family = world.families.get(base)
    return family is not None and not family.by and not family.graded and not world.defined(base)


def _base(world: World, node: Node) -> str:
    """The name of a node, without its subscripts; empty for what is none."""
    ref = reference(node, world.glossary)
    return "" if ref is None or ref.base in EXPECTATIONS | SPREADS else ref.base


def _letter(base: str) -> str:
    letter = base.rpartition(" ")[2].split("_")[0]
    return "" if look(base).endswith("upper") and "bold" in base else letter.removeprefix("vec(").rstrip(")")


def made_of(world: World, roots: set[str]) -> frozenset[str]:
    """The names whose formulas have some random ones outside of expectations, and those themselves."""
    found = set(roots)
    grew = bool(found)
    while grew:
        grew = False
        for base, sites in world.sites.items():
            if base not in found and any(found & set(outside(world, s.body)) for s in sites):
                found.add(base)
                grew = True
    return frozenset(found)


def outside(world: World, node: Node) -> Iterator[str]:
    """The names of a formula that stand outside of its expectations."""
    base = _base(world, node)
    if base:
        yield base
    parts: Iterable[Node] = children(node)
    if isinstance(node, Product):
        kept, n = [], 0
        while n < len(node.factors):
            found = expected(node.factors, n)
            if found is not None and is_expectation(world, found):
                n = found.end
            else:
                kept.append(node.factors[n].node)
                n += 1
        parts = kept
    for part in parts:
        yield from outside(world, part)
