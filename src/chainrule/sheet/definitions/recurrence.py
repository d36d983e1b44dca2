"""Recurrences over steps, `h_t = f(W h_{t-1})`: which weights all steps share, and by which copies a line derives.

A weight that stands in every step is one variable for the document, and the derivative by it sums over all steps. A
line may also speak of one step alone: then the weight of that step is a variable of its own (a copy with the same
value), and only the path through that step counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Fraction, Node, Number
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import Site, Step, World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_numeric, literal_number
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, shifted_letter, walk
from chainrule.sheet.syntax.steps_of_cases import numbered_steps


def label_nodes(world: World, ref: Ref) -> list[Node]:
    """The labels of a reference: its superscripts, and the subscripts that tell tensors apart."""
    family = world.family(ref.base)
    return [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"] + list(ref.labels)


def step_letters(world: World, node: Node) -> set[str]:
    """The letters in the labels of a formula: `t` in `h_{t-1}` and in `a^{(t)}`."""
    labels = (x for ref in references(node, world) for x in label_nodes(world, ref))
    return {letter for x in labels if (letter := shifted_letter(x)) is not None and letter.islower()}


def recurrent(world: World) -> bool:
    """Whether a name is defined through itself at an earlier step: `h_t = f(a_t)`, `a_t = W h_{t-1}`."""
    if "recurrent" not in world.derived:
        found = {base for base, sites in world.sites.items() for s in sites if leads_back(world, base, s)}
        world.derived["recurrent"] = frozenset(found)
    return bool(world.derived["recurrent"])


def leads_back(world: World, base: str, site: Site) -> bool:
    """Whether a definition for a step leads back to its name at another step."""
    letters = {x for s in label_nodes(world, site.ref) if (x := letter_of(s)) is not None}
    return bool(letters) and _steps_back(world, base, site, letters, frozenset())


def _steps_back(world: World, base: str, site: Site, letters: set[str], seen: frozenset[str]) -> bool:
    """Whether the body of a definition leads back to its name at a shifted step."""
    for ref in references(site.body, world):
        shifted = any(letter_of(x) is None and shifted_letter(x) in letters for x in label_nodes(world, ref))
        if ref.base == base and shifted:
            return True
        if ref.base not in seen and ref.base != base:
            for other in world.sites.get(ref.base, ()):
                if _steps_back(world, base, other, letters, seen | {ref.base}):
                    return True
    return False


def starts_by_itself(world: World) -> bool:
    """Whether step 1 of a name has a formula of its own, `a^{(1)} = x`, beside that for any step; step 0 has none."""
    if "starts" not in world.derived:
        own = {base: [x for s in sites for x in _steps(world, s)] for base, sites in world.sites.items()}
        world.derived["starts"] = frozenset(
            b for b, steps in own.items() if {"1", ""} <= set(steps) and "0" not in steps
        )
    return bool(world.derived["starts"])


def _steps(world: World, site: Site) -> Iterator[str]:
    """The steps that a definition names: a number, nothing for a letter, and those that its cases are for."""
    for node in label_nodes(world, site.ref):
        yield node.text if isinstance(node, Number) else ""
        yield from numbered_steps(site.body)


def states(world: World) -> frozenset[str]:
    """The names whose values at one step the next step uses: `h` and `c` in an LSTM."""
    if "states" not in world.derived:
        found: set[str] = set()
        for site in (s for sites in world.sites.values() for s in sites):
            letters = {x for s in label_nodes(world, site.ref) if (x := letter_of(s)) is not None}
            for ref in references(site.body, world):
                if any(letter_of(x) is None and shifted_letter(x) in letters for x in label_nodes(world, ref)):
                    found.add(ref.base)
        world.derived["states"] = frozenset(found)
    return world.derived["states"]


def shared(world: World) -> frozenset[str]:
    """The names without a definition that stand without a label in what is defined for a general step: the weights."""
    if "shared" not in world.derived:
        sites = [s for found in world.sites.values() for s in found if step_letters(world, s.body)]
        refs = [r for s in sites if label_nodes(world, s.ref) for r in references(s.body, world)]
        labelled = {r.base for r in refs if label_nodes(world, r)}
        plain = {r.base for r in refs} - labelled - world.glossary.bound - world.copies
        world.derived["shared"] = (
            frozenset(b for b in plain if not world.defined(b)) if recurrent(world) else frozenset()
        )
    return world.derived["shared"]


def one_step(world: World, e: Equation) -> tuple[Step | None, bool]:
    """The step that a line which differentiates by shared weights can speak of, and whether it must.

    One side leaves the step out and the other depends on it: only one step can be meant, unless another line sums over
    the steps for the same derivative. A sum over the steps of what is differentiated by the weights, or a step on both
    sides, leaves it open.
    """
    weights = shared(world)
    by_weights = [body for side in (e.lhs, e.rhs) for body, ref in _derivatives(world, side) if ref.base in weights]
    if not by_weights:
        return None, False
    sums = (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Big) and n.sub is not None)
    bound = {x for n in sums if n.sub is not None for x in bound_letters(n.sub)}
    summed = {x for body in by_weights for x in step_letters(world, body)} & bound
    if summed:
        return Step(min(summed), True, weights), False
    left, right = (step_letters(world, side) - bound for side in (e.lhs, e.rhs))
    if len(left | right) != 1:
        return None, False
    return Step(min(left | right), False, weights), left != right and not _summed_elsewhere(world, e)


def _summed_elsewhere(world: World, e: Equation) -> bool:
    r"""Whether another line has a sum over steps for the same derivative: `\partial L / \partial V = \sum_t ...`."""
    others = (x for x in world.equations if x.position != e.position and node_key(x.lhs) == node_key(e.lhs))
    sums = (n for x in others for n in walk(x.rhs) if isinstance(n, Big) and n.op == "sum" and n.sub is not None)
    letters = step_letters(world, e.rhs) | step_letters(world, e.lhs)
    return any(letters.intersection(bound_letters(n.sub)) for n in sums if n.sub is not None)


def variables(world: World, e: Equation, names: frozenset[str]) -> list[Ref]:
    """The references to some names that a line differentiates by."""
    return [ref for side in (e.lhs, e.rhs) for _, ref in _derivatives(world, side) if ref.base in names]


def _derivatives(world: World, node: Node) -> Iterator[tuple[Node, Ref]]:
    """What is differentiated in a formula, and by what."""
    for part in walk(node):
        body, named = part, list[Node]()
        if isinstance(part, Fraction):
            top, bottom = above(part.numerator), below(part.denominator)
            if top is not None and bottom is not None:
                body, named = top.body or part.denominator, bottom[1]
        elif (nabla := nabla_of(part)) is not None:
            body, named = node, nabla[0]
        for variable in named:
            ref = reference(variable, world.glossary)
            if ref is not None:
                yield body, ref


def is_later_value(world: World, ref: Ref, rhs: Node) -> bool:
    """Whether a number is one that a recurrence with a start and numbers for all inputs gives: `h_2 = -0.004`."""
    step = _step_of(ref)
    return step is not None and is_numeric(rhs) and any(k < step for k in _known_from(world, ref.base))


def any_step(world: World, node: Node) -> str | None:
    """The letter of a name that such a recurrence gives a number for every step, `h_t`, where no step is named."""
    ref = reference(node, world.glossary)
    scripts = () if ref is None else _scripts(ref)
    letter = letter_of(scripts[0]) if len(scripts) == 1 else None
    return letter if ref is not None and letter is not None and _known_from(world, ref.base) else None


def _known_from(world: World, base: str) -> list[int]:
    """The steps at which a recurrence starts whose inputs all have numbers."""
    sites = world.sites.get(base, [])
    general = [s for s in sites if len(_scripts(s.ref)) == 1 and shifted_letter(_scripts(s.ref)[0]) is not None]
    started = [k for s in sites if (k := _step_of(s.ref)) is not None]
    if not general or not started or not _steps_back(world, base, general[0], _letters(general[0]), frozenset()):
        return []
    return started if _all_known(world, general[0], {base}, _letters(general[0])) else []


def _scripts(ref: Ref) -> tuple[Node, ...]:
    return (*ref.subs, *ref.labels)


def _letters(site: Site) -> set[str]:
    return {x for s in _scripts(site.ref) if (x := shifted_letter(s)) is not None}


def _step_of(ref: Ref) -> int | None:
    """The number of a step, of a name with that one script."""
    scripts = _scripts(ref)
    number = literal_number(scripts[0]) if len(scripts) == 1 else None
    return (
        int(number) if number is not None and number.denominator == 1 and not ref.primes and not ref.postfix else None
    )


def _all_known(world: World, site: Site, seen: set[str], letters: set[str]) -> bool:
    """Whether every name that a formula needs has numbers, or a formula of such names."""
    for ref in references(site.body, world):
        if ref.base in seen or ref.base in letters or is_function_word(ref.base) or ref.base in world.roles:
            continue
        sites = world.sites.get(ref.base, [])
        made = [s for s in sites if not is_numeric(s.body)]
        if not sites or not all(_all_known(world, s, {*seen, ref.base}, {*letters, *_letters(s)}) for s in made):
            return False
    return True
