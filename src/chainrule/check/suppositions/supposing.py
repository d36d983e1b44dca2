"""What an undefined function or quantity may be, found by supposing: a usual activation that makes a line true.

`\\partial p_i / \\partial z_j = p_i (\\delta_{ij} - p_j)` says what p is as surely as a definition does. The line is
`assumed`, and p is softmax(z) from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chainrule.check.comparison.lines import Lines
from chainrule.check.records.need import CONSTANTS
from chainrule.check.suppositions.error_terms import error_terms
from chainrule.read.tree import Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.letters.writings import maximal
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import Ref, reference
from chainrule.sheet.syntax.spelling import spelled_out
from chainrule.sheet.words.cues import applied, has_slope

RECOVERED = ("sigmoid", "tanh", "softmax", "relu")


@dataclass(frozen=True)
class Guess:
    """What a name is supposed to be: a function by its role, or a quantity by a definition."""

    base: str
    role: str
    text: str
    site: Site | None = None


def take(world: World, guess: Guess) -> None:
    """Put a guess into the world."""
    if guess.site is not None:
        world.sites[guess.base] = [guess.site]
    else:
        world.roles[guess.base] = guess.role
    world.derived.clear()


@contextmanager
def supposed(world: World, guess: Guess) -> Iterator[None]:
    """The world with a guess in it."""
    before = world.roles.get(guess.base)
    take(world, guess)
    try:
        yield
    finally:
        if guess.site is not None:
            del world.sites[guess.base]
        elif before is None:
            del world.roles[guess.base]
        else:
            world.roles[guess.base] = before
        world.derived.clear()


def holds(lines: Lines, e: Equation, guess: Guess) -> bool:
    """Whether the sides of a line are equal once a guess is taken; that both are zero, as for the softmax of a number,
    bears nothing out."""
    with supposed(lines.world, guess):
        trial = lines.alone(e, lines.world)
        return trial.agree(e) and not trial.usual(e).comparer.vanishes(trial.usual(e).typed[e.position][1])


def alone(world: World, e: Equation, functions: set[str]) -> bool:
    """Whether a line speaks of functions of one argument, and of what they make of it, alone."""
    if not any(b in functions for side in (e.lhs, e.rhs) for b in names_in(world, side)):
        return False
    rest = {r.base for side in (e.lhs, e.rhs) for r in maximal(side, world.glossary)} - functions
    values = {b for b in rest for s in world.sites.get(b, ()) if names_in(world, s.body) & functions}
    return len({b for b in rest - values if not is_function_word(b) and b not in CONSTANTS}) <= 1


def recover(lines: Lines, e: Equation) -> Guess | None:
    """What a line that differentiates an undefined name says that it is, when one usual activation fits best."""
    scores: dict[Guess, int] = {}
    for guess, related in (*_quantities(lines, e), *_functions(lines, e)):
        if holds(lines, e, guess):
            scores[guess] = sum(holds(lines, x, guess) for x in related)
    for site, text, related in error_terms(lines, e):
        guess = Guess(site.base, "", text, site)
        if holds(lines, e, guess) and (score := sum(holds(lines, x, guess) for x in related)):
            scores[guess] = score
    best = [g for g, score in scores.items() if score == max(scores.values())]
    if len(best) > 1:
        best = [g for g in best if g.role in lines.world.spoken]
    return best[0] if len(best) == 1 else None


def _quantities(lines: Lines, e: Equation) -> Iterator[tuple[Guess, list[Equation]]]:
    """`\\partial p / \\partial z = ...` with p undefined: p may be an activation of z."""
    world = lines.world
    parts = derivative_of(e.lhs)
    p, q = _asserted(world, e) or (None, None)
    if parts is None or p is None or q is None or world.defined(p.base) or p.postfix or p.primes or p.base == q.base:
        return
    whole = _whole(world, parts[1])
    if whole is None or p.base in world.independent:
        return
    labels = tuple(s for n, s in enumerate(p.subs) if world.family(p.base).slot(n) == "label")
    others = [(x, _asserted(world, x)) for x in lines.equations if x is not e]
    related = [x for x, o in others if o is not None and (o[0].base, o[1].base) == (p.base, q.base)]
    line = e.line
    for role in RECOVERED:
        span = parts[1].span
        body = Product(span, (Factor("", Name(span, role)), Factor("", Fenced(span, "(", whole, ")"))))
        text = (
            f"{spelled_out(p.base)} is taken to be the {role} of {spelled_out(q.base)}: line {line} is its derivative"
        )
        site = Site(p.base, Ref(p.base, labels, p.labels), body, e.position, assumed=text, read_off=(e.position,))
        yield Guess(p.base, role, text, site), related


def _functions(lines: Lines, e: Equation) -> Iterator[tuple[Guess, list[Equation]]]:
    """`f'(z) = f(z) (1 - f(z))` with f undefined: f may be an activation."""
    world = lines.world
    names = {b for side in (e.lhs, e.rhs) for b in applied(side, world)}
    names -= {*world.roles, *dict(world.customary)}
    line = e.line
    if len(names) == 1 and alone(world, e, names) and (has_slope(e.lhs) or has_slope(e.rhs)):
        base = names.pop()
        for role in RECOVERED:
            yield Guess(base, role, f"{spelled_out(base)} is taken to be the {role}: line {line} is its derivative"), []


def _asserted(world: World, e: Equation) -> tuple[Ref, Ref] | None:
    """The names above and below in a line that begins with one derivative."""
    parts = derivative_of(e.lhs) if e.op == "=" else None
    top, bottom = (None, None) if parts is None else (reference(x, world.glossary) for x in parts)
    return None if top is None or bottom is None else (top, bottom)


def _whole(world: World, node: Node) -> Node | None:
    """The tensor that a component belongs to: `z` for `z_j`."""
    ref = reference(node, world.glossary)
    if ref is None or ref.postfix:
        return None
    family = world.family(ref.base)
    if all(family.slot(n) != "axis" for n in range(len(ref.subs))):
        return node
    if not isinstance(node, Script) or any(family.slot(n) != "axis" for n in range(len(ref.subs))):
        return None
    return replace(node, sub=None) if node.sup is not None or node.primes else node.base
