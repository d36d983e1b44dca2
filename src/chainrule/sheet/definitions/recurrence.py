"""Recurrences over steps, `h_t = f(W h_{t-1})`: which weights all steps share, and by which copies a line derives.

A weight that stands in every step is one variable for the document, and the derivative by it sums over all steps. A
line may also speak of one step alone: then the weight of that step is a variable of its own (a copy with the same
value), and only the path through that step counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chainrule.read.tree import Big, Fraction, Node, Number, Sum
from chainrule.sheet.definitions.redefine import SUPPOSING_CUE
from chainrule.sheet.records.configurations import Step
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_literal, is_zero, literal_number
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, shifted_letter, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS
from chainrule.sheet.syntax.steps_of_cases import numbered_steps

OBSERVED_CUE = re.compile(
    r"\b(?:measur\w+|observ\w+|record\w*|data\w*|targets?|labels?|ground truth|after training|train(?:ed|ing) \w+)\b"
    r"[^.;]*\Z",
    re.IGNORECASE,
)
"""What is observed is no result of a formula: words of measuring and of data for supervision, "the data are $y_1 = 2$",
"we measure $s_2 = 1.1$", and of weights "after training". A number that its formula does not give is a mistake
without them, so that nothing but words can tell."""
# Where a sentence or a row ends, or turns from what is given to what follows.
SENTENCE_ENDS = re.compile(
    r"[.;:?!]\$*\s|\n\s*(?:\n|[-*+] )|\$\$|\\\\"
    r"|\b(?:so|thus|hence|therefore|then|gets?|got|obtain\w*|giv(?:es?|ing)|yield\w*|becomes?|finds?|results?|comput\w+)\b",
    re.IGNORECASE,
)
SIGNS = {"+": 1, "-": -1}
MOST_STEPS = 40  # names and steps that may lie between a printed number and what is given


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


def is_printed_value(world: World, e: Equation, ref: Ref, rhs: Node) -> bool:
    """Whether numbers for one of a labelled family are what its general formula gives: `h_2 = -0.004` of a recurrence
    with a start, `s_1 = -1.5` of `s_i = w^T x_i`, where all that the formula needs there has numbers. At step 0 what
    is given begins."""
    at = _at(ref, {})
    if ref.primes or ref.postfix or not is_literal(rhs) or not at or 0 in at:
        return False
    if may_be_given(world, e) and not (_claimed_before(world, e, ref) and not SUPPOSING_CUE.search(e.cue)):
        return False
    sites = (s for s in world.sites.get(ref.base, ()) if s.section[0] in ("", e.scope.part) and s.own == e.own)
    found = [(s, bound) for s in sites if (bound := _bound_at(s, at))]
    return any(_step_before_is_printed(world, e, s, at, b) and Numbers(world).of_formula(s, b) for s, b in found)


def _step_before_is_printed(world: World, e: Equation, site: Site, at: tuple[int, ...], bound: dict[str, int]) -> bool:
    """Whether what a formula takes from another step is printed before: nobody can follow what no line shows."""
    steps = {(r.base, a) for r in references(site.body, world) if (a := _at(r, bound)) and a != at}
    places = [(b, a, [_bound_at(s, a) for s in world.sites.get(b, ())]) for b, a in steps]
    lines = (x for x in world.equations if x.position < e.position and is_literal(x.rhs))
    printed = {(r.base, _at(r, {})) for x in lines if (r := reference(x.lhs, world.glossary)) is not None}
    return all((b, a) in printed or {} in found or not any(found) for b, a, found in places)


def _claimed_before(world: World, e: Equation, ref: Ref) -> bool:
    """Whether a line before gives the same name numbers as a result: what goes on with them gives it no others."""
    given = {s.position for s in world.sites.get(ref.base, ())}
    before = (x for x in world.equations if x.position < e.position and x.position not in given and is_literal(x.rhs))
    return any(node_key(x.lhs) == node_key(e.lhs) for x in before)


def may_be_given(world: World, e: Equation) -> bool:
    """Whether numbers for one of a family may be data, whatever its formula gives: words suppose or observe them, or
    they stand in one sentence with those that an input of the formula is given, "$x_1 = 1$, $y_1 = 2$". A sum over as
    many terms as the script says has another length for each of them, and is not computed."""
    ref = reference(e.lhs, world.glossary)
    at = None if ref is None else _at(ref, {})
    general = [] if ref is None or not at else [s for s in world.sites.get(ref.base, ()) if _bound_at(s, at)]
    if not general or SUPPOSING_CUE.search(e.cue) or OBSERVED_CUE.search(e.cue):
        return bool(general)
    used = {r.base for s in general for r in references(s.body, world)}
    if any(_as_long_as(s) for s in general):
        return True
    inputs = {b for b in used if (found := world.sites.get(b)) and all(is_literal(s.body) for s in found)}
    beside = (x for x in world.equations if x.document is e.document and x.position < e.position and is_literal(x.rhs))
    between = [x.document.text[x.span.end : e.span.start] for x in beside if _named(world, x) in inputs]
    return any(not SENTENCE_ENDS.search(text) for text in between)


def _as_long_as(site: Site) -> bool:
    r"""Whether a formula sums up to the letter of its own name: `S_n = \sum_{k=1}^n a_k`."""
    limits = {x for n in walk(site.body) if isinstance(n, Big) and n.sup is not None and (x := shifted_letter(n.sup))}
    return bool(limits & _letters(site))


def _named(world: World, e: Equation) -> str | None:
    ref = reference(e.lhs, world.glossary)
    return None if ref is None else ref.base


def any_step(world: World, node: Node) -> str | None:
    """The letter of a name that a formula gives a number for every step, `h_t`, where no step is named."""
    ref = reference(node, world.glossary)
    letter = letter_of(_scripts(ref)[0]) if ref is not None and len(_scripts(ref)) == 1 else None
    if ref is None or letter is None:
        return None
    scripts = (s for sites in world.sites.values() for site in sites for s in _scripts(site.ref))
    steps = {k + 1 for s in scripts if (k := _whole(s, {})) is not None}
    general = [(s, b) for k in steps for s in world.sites.get(ref.base, ()) if (b := _bound_at(s, (k,)))]
    return letter if any(Numbers(world).of_formula(*found) for found in general) else None


@dataclass
class Numbers:
    """Which names have numbers at which steps, by a line of their own or by a formula of such names."""

    world: World
    known: dict[tuple[str, tuple[int, ...]], bool] = field(default_factory=dict)
    depth: int = 0

    def of_formula(self, site: Site, bound: dict[str, int]) -> bool:
        """Whether all that a formula needs has numbers, at the steps that its letters stand for."""
        if is_literal(site.body) or is_zero(site.body):
            return True
        own = {r.base for p in site.params or () if (r := reference(p, self.world.glossary)) is not None}
        own |= (
            self.world.glossary.bound
            | bound.keys()
            | self.world.roles.keys()
            | TRANSPOSE_WORDS
            | {"e", "pi", *dict(self.world.customary)} - self.world.sites.keys()
        )
        needed = (r for r in references(site.body, self.world) if r.base not in own and not is_function_word(r.base))
        return all(self.has(r, bound) for r in needed)

    def has(self, ref: Ref, bound: dict[str, int]) -> bool:
        """Whether a name has a number at the step that its scripts stand for; at every step, if they name none."""
        sites = self.world.sites.get(ref.base, []) or self.world.functions.get(ref.base, [])
        at = _at(ref, bound)
        if at is None or not any(len(_scripts(s.ref)) == len(at) for s in sites):
            return self._once(ref.base, (), [(s, {}) for s in sites])
        own = [(s, b) for s in sites if (b := _bound_at(s, at)) is not None]
        return self._once(ref.base, at, [(s, b) for s, b in own if not b] or own)

    def _once(self, base: str, at: tuple[int, ...], sites: list[tuple[Site, dict[str, int]]]) -> bool:
        """What is known of a name, looked up once; nothing is known through itself, or by too many steps."""
        if (base, at) not in self.known:
            self.known[base, at] = False
            self.depth += 1
            found = self.depth <= MOST_STEPS and bool(sites) and all(self.of_formula(s, b) for s, b in sites)
            self.depth -= 1
            self.known[base, at] = found
        return self.known[base, at]


def _scripts(ref: Ref) -> tuple[Node, ...]:
    return (*ref.subs, *ref.labels)


def _letters(site: Site) -> set[str]:
    return {x for s in _scripts(site.ref) if (x := shifted_letter(s)) is not None}


def _at(ref: Ref, bound: dict[str, int]) -> tuple[int, ...] | None:
    """The numbers that the scripts of a name stand for, if each stands for one."""
    found = [k for s in _scripts(ref) if (k := _whole(s, bound)) is not None]
    return tuple(found) if len(found) == len(_scripts(ref)) else None


def _bound_at(site: Site, at: tuple[int, ...]) -> dict[str, int] | None:
    """What the letters of a definition stand for where its name has the given scripts; None where it never has."""
    bound: dict[str, int] = {}
    if len(_scripts(site.ref)) != len(at):
        return None
    for script, number in zip(_scripts(site.ref), at, strict=True):
        letter = shifted_letter(script)
        if letter is not None and letter not in bound and (shift := _whole(script, {letter: 0})) is not None:
            bound[letter] = number - shift
        elif _whole(script, bound) != number:
            return None
    return bound


def _whole(node: Node, bound: dict[str, int]) -> int | None:
    """The whole number of `3`, of `t` and of `t - 1`, for given letters."""
    number = literal_number(node)
    if number is not None:
        return int(number) if number.denominator == 1 else None
    if isinstance(node, Sum):
        terms = [(t.sign, _whole(t.node, bound)) for t in node.terms if t.sign in SIGNS]
        signed = [SIGNS[sign] * k for sign, k in terms if k is not None]
        return sum(signed) if len(signed) == len(node.terms) else None
    letter = letter_of(node)
    return bound.get(letter) if letter is not None else None
