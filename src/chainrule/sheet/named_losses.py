r"""Losses that words name and no formula gives: "the cross-entropy loss L" beside `\hat y = \mathrm{softmax}(o)`.

The loss is then the cross-entropy of the one prediction that is computed by a softmax, or by a sigmoid, and of what the
lines subtract from it. A document with a formula for a loss is left alone, and one that names another loss as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.grammar import parse
from chainrule.read.tree import Accent, Big, Fenced, Fraction, Name, Node, Number, Product, Script, Span, Sum
from chainrule.sheet.meaning.differentials import above
from chainrule.sheet.names import EACH, Ref, letter_of, reference, walk
from chainrule.sheet.rebuilding import rebuilt
from chainrule.sheet.scan import references
from chainrule.sheet.spelling import ANY, names_loss, spelled_out
from chainrule.sheet.statements import Equation, Sentence
from chainrule.sheet.totals import total_of
from chainrule.sheet.world import DEFAULT_ROLES, Site, World

CROSS_ENTROPY = re.compile(
    r"cross[- ]?entrop|kreuzentropie|entrop[ií]a cruzada|entropie crois[ée]e"
    r"|кросс-?\s?энтропи|перекр[её]стн\w+ энтропи|交叉[熵墒]|交差エントロピー|교차\s?엔트로피|크로스\s?엔트로피",
    re.IGNORECASE,
)
OTHERWISE = re.compile(
    r"\b(?:quadrati|squar|MSE|Brier|Euclid|hinge|likelihood|log-?lik|maximi[sz]|smoothing|focal|weighted|regulari[sz]"
    r"|average|mean)"
    r"|quadrat|carr[ée]|cuadr[aá]|квадрат|平方|二乗|제곱",
    re.IGNORECASE,
)
# The loss of one prediction p and its target y, by the function that computes the prediction.
FORMULAS = {"softmax": r"CE(y, p)", "sigmoid": r"-(y \log(p) + (1 - y) \log(1 - p))"}
IN_WORDS = -1
"""Where a definition stands that only words give: before all formulas."""


def named_losses(world: World, sentences: Iterable[Sentence], equations: list[Equation]) -> None:
    """Give the loss that nobody defines the formula of its name."""
    sentences = list(sentences)
    text = " ".join(s.text for s in sentences)
    if not CROSS_ENTROPY.search(text) or OTHERWISE.search(text):
        return
    losses = _losses(world, equations)
    predictions = list(_predictions(world, equations))
    if len(losses) != 1 or len(predictions) != 1:
        return
    (prediction, how, step), loss = predictions[0], losses[0]
    if not any(CROSS_ENTROPY.search(s.text) and _speaks_of(world, s, loss) for s in sentences):
        return
    target = _target(world, equations, prediction)
    if target is None or (loss.base.endswith(EACH) and step is None):
        return
    body = _with(_parsed(FORMULAS[how]), {"y": target, "p": prediction})
    world.family("CE").called = world.family("CE").calls_with_names = 1
    if step is not None and loss.base.endswith(EACH):
        mine = reference(prediction, world.glossary)
        world.family(loss.base).slots |= world.family(mine.base).slots if mine is not None else {}
        loss = replace(loss, subs=(step,)) if loss.subs else replace(loss, labels=(step,))
    elif step is not None:
        body = _with(_parsed(r"\sum_t x"), {"t": step, "x": body})
    assumed = (
        f"{spelled_out(loss.base.removesuffix(EACH))} is read as the cross-entropy after a {how}, which words name"
    )
    world.sites[loss.base] = [Site(loss.base, loss, body, IN_WORDS, assumed=assumed)]


def _speaks_of(world: World, s: Sentence, loss: Ref) -> bool:
    """Whether the loss, or the total of it, stands in a paragraph."""
    bases = {r.base.removesuffix(EACH) for formula in s.formulas for r in references(formula, world)}
    return loss.base.removesuffix(EACH) in bases


def _parsed(text: str) -> Node:
    return parse(text, Span(0, len(text)), {})[0].node


def _with(node: Node, parts: dict[str, Node]) -> Node:
    """A formula with others in the place of its letters."""
    return rebuilt(node, lambda n: parts.get(n.text) if isinstance(n, Name) else None)


def _losses(world: World, equations: list[Equation]) -> list[Ref]:
    """What is differentiated and customary for a loss, of a total its terms; none where one has a formula."""
    found: dict[str, Ref] = {}
    for node in (n for e in equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Fraction)):
        top = above(node.numerator)
        ref = None if top is None or top.body is None else reference(top.body, world.glossary)
        named = ref is not None and names_loss(ref.base.removesuffix(EACH)) and not ref.base.startswith(ANY)
        if ref is None or not named or ref.primes or ref.postfix:
            continue
        for s in world.sites.get(ref.base, ()):
            total = total_of(s.body)
            part = None if total is None else reference(total.body, world.glossary)
            if part is None or part.base != ref.base + EACH:
                return []
            found[part.base] = part
        if ref.base not in world.sites:
            found[ref.base] = ref
    known = any(names_loss(base.removesuffix(EACH)) for base in world.functions)
    return [] if known or any(base in world.sites for base in found) else list(found.values())


def _predictions(world: World, equations: list[Equation]) -> Iterator[tuple[Node, str, Node | None]]:
    """The names that a softmax computes, else those that a sigmoid does and nothing else is computed from; each with
    the letter of its step, if it has one."""
    ways: dict[str, dict[str, tuple[Node, Node | None]]] = {}
    for e in equations:
        ref = reference(e.lhs, world.glossary) if e.op == "=" and not e.link else None
        sites = world.sites.get(ref.base, ()) if ref is not None else ()
        body = next((s.body for s in sites if s.position == e.position), None)
        marks = (*ref.subs, *ref.labels) if ref is not None else ()
        how = None if body is None else _computed_by(world, body)
        if ref is None or body is None or how is None or ref.base[:1].isupper() or len(marks) > 1:
            continue
        if not marks or _carried(world, body, letter_of(marks[0])):
            ways.setdefault(how, {})[ref.base] = (e.lhs, marks[0] if marks else None)
        elif isinstance(body, Fraction) and isinstance(e.lhs, Script) and not ref.labels:
            ways.setdefault(how, {})[ref.base] = (e.lhs.base, None)  # an entry of the softmax
    used = {r.base for sites in world.sites.values() for s in sites for r in references(s.body, world)}
    for how in FORMULAS:
        found = [(node, how, step) for base, (node, step) in ways.get(how, {}).items() if base not in used]
        yield from found
        if found:
            return


def _carried(world: World, body: Node, letter: str | None) -> bool:
    """Whether what a prediction is computed from has its letter: `softmax(o_t)`, a step, not `softmax(o)_i`."""
    fence = body.factors[1].node if isinstance(body, Product) and len(body.factors) == 2 else None
    refs = references(fence, world) if fence is not None else ()
    return letter is not None and any(letter_of(x) == letter for r in refs for x in (*r.subs, *r.labels))


def _computed_by(world: World, body: Node) -> str | None:
    """The function of `\\mathrm{softmax}(o)` and `\\sigma(z)`, and of their formulas."""
    if isinstance(body, Fraction):
        one = isinstance(body.numerator, Number) and body.numerator.text == "1"
        sums = any(isinstance(n, Big) and n.op == "sum" for n in walk(body.denominator))
        raised = _is_exponential(body.numerator)
        plus_one = isinstance(body.denominator, Sum) and any(_is_exponential(t.node) for t in body.denominator.terms)
        return "softmax" if sums and raised else "sigmoid" if one and plus_one and not sums else None
    if not isinstance(body, Product) or len(body.factors) != 2 or not isinstance(body.factors[1].node, Fenced):
        return None
    ref = reference(body.factors[0].node, world.glossary)
    role = None if ref is None else world.roles.get(ref.base) or DEFAULT_ROLES.get(ref.base) or ref.base.lower()
    return role if role in FORMULAS else None


def _is_exponential(node: Node) -> bool:
    """`e^z` and `\\exp(z)`."""
    first = node.factors[0].node if isinstance(node, Product) else node
    base = first.base if isinstance(first, Script) and first.sup is not None else first
    return isinstance(base, Name) and base.text in ("e", "exp") and (first is not base or first is not node)


def _target(world: World, equations: list[Equation], prediction: Node) -> Node | None:
    """What the lines subtract from the prediction, or that is subtracted from, with the scripts of the prediction."""
    mine = reference(prediction, world.glossary)
    found: dict[str, Node] = {}
    for part in (n for e in equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Sum)):
        refs = [(t, reference(t.node, world.glossary)) for t in part.terms]
        if mine is None or len(refs) != 2 or {t.sign for t, _ in refs} != {"+", "-"}:
            continue
        for (_, a), (term, b) in (refs, refs[::-1]):
            if a is not None and b is not None and a.base == mine.base != b.base and len(a.subs) == len(b.subs):
                found[b.base] = term.node
    if len(found) != 1:
        return None
    base, node = next(iter(found.items()))
    bare = node.base if isinstance(node, Script) else node
    if world.defined(base) or not isinstance(bare, (Name, Accent)):
        return None
    return replace(prediction, base=bare) if isinstance(prediction, Script) else bare
