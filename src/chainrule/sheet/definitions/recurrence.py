"""Recurrences over steps, `h_t = f(W h_{t-1})`: which weights all steps share, and by which copies a line derives.

A weight that stands in every step is one variable for the document, and the derivative by it sums over all steps. A
line may also speak of one step alone: then the weight of that step is a variable of its own (a copy with the same
value), and only the path through that step counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Fraction, Node, Number, Sum
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import Site, Step, World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_literal, is_zero, literal_number
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, shifted_letter, walk
from chainrule.sheet.syntax.steps_of_cases import numbered_steps

MOST_STEPS = 60
"""So many steps a recurrence is followed back."""
At = tuple[str, int]


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


# -------------------------------------------------------------------------------------------------- known numbers

# Where `h_t = f(h_{t-1}, x_t)` or `s_i = w^T x_i` and numbers for all it needs stand before, `h_2 = -0.004` and
# `s_1 = 1.5` are claims and no definitions.


def is_later_value(world: World, e: Equation, ref: Ref, rhs: Node) -> bool:
    """Whether a number is one that a formula with numbers for all inputs gives; what stands in one sentence with the
    inputs of its step, `x_1 = 1, y_1 = 2`, may be data of a model."""
    step = _step_of(ref)
    if step is None or not _is_number(rhs) or not _follows(world, (ref.base, step), frozenset()):
        return False
    return not _beside_inputs(world, e, ref.base, step)


def any_step(world: World, node: Node) -> str | None:
    """The letter of a name that a recurrence gives a number for every step, `h_t`, where no step is named."""
    ref = reference(node, world.glossary)
    scripts = () if ref is None else _scripts(ref)
    letter = letter_of(scripts[0]) if len(scripts) == 1 else None
    if ref is None or letter is None:
        return None
    starts = {k for s in world.sites.get(ref.base, ()) if (k := _step_of(s.ref)) is not None}
    return letter if any(_follows(world, (ref.base, k + 1), frozenset()) for k in starts) else None


def _follows(world: World, step: At, seen: frozenset[At]) -> bool:
    """Whether the formula for any step has a number at one: it has numbers for all that it needs."""
    base, k = step
    if step in seen or len(seen) > MOST_STEPS:
        return False
    general = [s for s in world.sites.get(base, ()) if _general(s)]
    return bool(general) and all(_made(world, s, _counted(s, k), seen | {step}) for s in general)


def _made(world: World, site: Site, letters: dict[str, int], seen: frozenset[At]) -> bool:
    """Whether every name that a formula needs has a number, with numbers for its letters of steps."""
    inner = {r.base for p in site.params or () if (r := reference(p, world.glossary)) is not None}
    for ref in references(site.body, world):
        if ref.base in letters or ref.base in inner or _is_function(world, ref.base):
            continue
        steps = [at for x in _scripts(ref) if (at := _at(x, letters)) is not None]
        known = _has_number(world, (ref.base, steps[0]), seen) if len(steps) == 1 else _is_known(world, ref.base, seen)
        if not known:
            return False
    return True


def _has_number(world: World, step: At, seen: frozenset[At]) -> bool:
    base, k = step
    own = [s for s in world.sites.get(base, ()) if _step_of(s.ref) == k]
    if own:  # the last start is what goes on: `x_0 = 2`, later `x_0 = 3`
        return _is_number(own[-1].body) or _made(world, own[-1], {}, seen | {step})
    if any(_general(s) for s in world.sites.get(base, ())):
        return _follows(world, step, seen)
    return _is_known(world, base, seen)


def _is_known(world: World, base: str, seen: frozenset[At]) -> bool:
    """Whether a name has numbers as a whole, or a formula of such names."""
    if (base, -1) in seen or len(seen) > MOST_STEPS:
        return False
    sites = world.sites.get(base, []) or world.functions.get(base, [])
    return bool(sites) and all(
        _is_number(s.body) or _made(world, s, dict.fromkeys(_letters_of(s), -1), seen | {(base, -1)}) for s in sites
    )


def _beside_inputs(world: World, e: Equation, base: str, step: int) -> bool:
    """Whether the numbers of the inputs of a step stand in the sentence of the line."""
    needed = {r.base for s in world.sites[base] if _general(s) for r in references(s.body, world)}
    own = {s.position for b in needed for s in world.sites.get(b, ()) if _step_of(s.ref) == step and _is_number(s.body)}
    return any(
        x.position in own and x.document is e.document and not (x.display or e.display) and _in_one_sentence(x, e)
        for x in world.equations
    )


def _in_one_sentence(first: Equation, second: Equation) -> bool:
    between = first.document.text[first.span.end : second.span.start]
    return second.span.start >= first.span.end and not any(end in between for end in (". ", ".\n", "\n\n", ": "))


def _is_function(world: World, base: str) -> bool:
    return is_function_word(base) or base in world.roles or base in dict(world.customary)


def _is_number(node: Node) -> bool:
    return is_literal(node) or is_zero(node)


def _general(site: Site) -> bool:
    scripts = _scripts(site.ref)
    return len(scripts) == 1 and shifted_letter(scripts[0]) is not None and not site.ref.primes


def _scripts(ref: Ref) -> tuple[Node, ...]:
    return (*ref.subs, *ref.labels)


def _letters_of(site: Site) -> Iterator[str]:
    return (x for s in _scripts(site.ref) if (x := shifted_letter(s)) is not None)


def _counted(site: Site, k: int) -> dict[str, int]:
    """The number of the letter of a definition at a step: t is 2 at the third step of `x_{t+1} = ...`."""
    script = _scripts(site.ref)[0]
    letter = shifted_letter(script)
    return {} if letter is None else {letter: k - _shift(script)}


def _at(script: Node, letters: dict[str, int]) -> int | None:
    letter = shifted_letter(script)
    return letters[letter] + _shift(script) if letter in letters else None


def _shift(script: Node) -> int:
    rest = script.terms[1:] if isinstance(script, Sum) else ()
    return sum(int(t.node.text) * (1 if t.sign == "+" else -1) for t in rest if isinstance(t.node, Number))


def _step_of(ref: Ref) -> int | None:
    """The number of a step, of a name with that one script."""
    scripts = _scripts(ref)
    number = literal_number(scripts[0]) if len(scripts) == 1 else None
    plain = number is not None and number.denominator == 1 and not ref.primes and not ref.postfix
    return int(number) if plain and number is not None else None
