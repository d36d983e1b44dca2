r"""What words call a likelihood or its logarithm, `\ell(\theta) = ...`: a claim about what stands before it.

A formula behind "the log-likelihood is" gives a name its meaning, and is the logarithm of the likelihood before it all
the same; a likelihood is the product of a density that the document has told over its samples. The name stands for what
is written, whether or not that is right. Authors leave out constants, change the sign or take a mean without a word:
only a formula that one edit of a term makes right is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.ratios import is_simple
from chainrule.check.conditions.given import of_its_own
from chainrule.check.doubts.conventions import words_before
from chainrule.check.readings.up_to_a_constant import holds_but_for_a_constant
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.read.document import Heading, Math, Words
from chainrule.read.tree import Big, Factor, Fenced, Name, Node, Product, Script, Sum, Term
from chainrule.sheet.definitions.by_inverse import applied
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.statistics.distributions import density_of
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.words.likelihoods import (
    DENSITY,
    LIKELIHOOD,
    LOGARITHM,
    NEGATIVE,
    OF_SIGN,
    STATED,
    only_says,
    tells_samples,
)

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

DOLLARS = re.compile(r"\s*\$\$")
"""The end of a display on a line of words."""


def said_likelihood(judge: Judge, e: Equation) -> Finding | None:
    r"""The verdict on a definition that words call a likelihood or its logarithm; None where nothing decides it."""
    words = _words(judge, e)
    kind = _kind(words)
    kind = "log" if kind == "likelihood" and _is_logarithm(judge, e.lhs) else kind
    if e.link or e.op != "=" or kind is None or of_its_own(e):
        return None
    origin = next(iter(_origins(judge, e, kind)), None)
    if origin is None or _names_it(judge, origin[1], e):
        return None  # `L(\theta) = \prod_i p(x_i)` only says what it is
    side, x = origin
    by_likelihood = _is_likelihood(judge, x) and kind != "likelihood"
    between = _words_between(x, e)
    if between is None or not only_says(words if by_likelihood else f"{between} {words}"):
        return None  # what else is said may be of other samples, or of what was added to the sum
    if not by_likelihood and not _are_plain(judge, x, e):
        return None
    line = replace(e, lhs=side)
    trial = judge.with_line(line)
    found = trial.claim(line)
    judge.said[e.position] = line
    if found.verdict == "verified":
        said = "likelihood" if by_likelihood else "law" if x.op == "∼" else "density"
        note = Note("likelihood", f"by the {said} on line {x.line}")
        return replace(found, notes=(*found.notes, note))
    of_samples = by_likelihood or tells_samples(between) or _is_of_samples(judge, x)
    stated = STATED.fullmatch(words.strip()) is not None and of_samples and only_says(between)
    stated = stated and _still_holds(judge, x, e)
    certain = stated and found.verdict == "refuted" and found.suggestion is not None
    return found if certain and not _as_a_whole(trial, line) and not holds_but_for_a_constant(trial, line) else None


def _words(judge: Judge, e: Equation) -> str:
    """The last sentence before a formula, from the last display on."""
    words = words_before(judge, e)
    before = (p for p in e.document.pieces if isinstance(p, Math) and p.span.end <= e.span.start)
    shown = [p.span.end for p in before if p.display or DOLLARS.match(e.document.text, p.span.end)]
    if not shown or not e.cue:
        return words
    pieces = [p for p in e.document.pieces if shown[-1] <= p.span.start and p.span.end <= e.span.start]
    text = "".join(p.text if isinstance(p, Words) else " ⟦0⟧ " for p in pieces)
    behind = " ".join(text.split()).rstrip(" .:,").rpartition(". ")[2]
    return behind if len(behind) < len(words) else words


def _kind(words: str) -> str | None:
    """What words right before a formula call it."""
    called = list(LIKELIHOOD.finditer(words))
    if not called:
        return None
    if not any(LOGARITHM.search(c.group()) for c in called):
        return "likelihood"
    last = next(c for c in reversed(called) if LOGARITHM.search(c.group()))
    before = words[: last.start()]
    negative = OF_SIGN.search(before) is not None or NEGATIVE.search(last.group()) is not None
    if not negative and NEGATIVE.search(words):
        return None  # whose sign it is the words leave open
    return "negative" if negative else "log"


def _is_logarithm(judge: Judge, name: Node) -> bool:
    r"""Whether what words call a likelihood is its logarithm by its name: `\ell(\theta)`, `\log L(\theta)`."""
    ref = reference(_callee(name), judge.world.glossary)
    first = name.factors[0].node if isinstance(name, Product) else name
    return (ref is not None and ref.base == "ell") or (isinstance(first, Name) and first.text in ("log", "ln"))


def _origins(judge: Judge, e: Equation, kind: str) -> Iterator[tuple[Node, Equation]]:
    """What the right side should be equal to, with the equation that says so: the last likelihood, else the last
    density at the samples of the formula."""
    before = [x for x in judge.equations if x.position < e.position and x.own and not x.link and x.op in ("=", "∼")]
    for x in reversed(before):
        if x.op == "∼":
            density = density_of(judge.world, x.lhs, x.rhs)
            sampled = None if density is None else _at_samples(judge, e, replace(x, lhs=density))
            if sampled is not None:
                yield _over(*sampled, kind), x
        elif kind != "likelihood" and _is_likelihood(judge, x):
            yield applied("log", x.lhs, False) if kind == "log" else _minus(applied("log", x.lhs, False)), x
        elif _is_call(x.lhs) and _is_density(judge, x):
            sampled = _at_samples(judge, e, x)
            if sampled is not None:
                yield _over(*sampled, kind), x


def _is_likelihood(judge: Judge, x: Equation) -> bool:
    """Whether words call what an equation gives the likelihood, no logarithm of it."""
    called = _kind(_words(judge, x)) == "likelihood" and not _is_logarithm(judge, x.lhs)
    return called and reference(_callee(x.lhs), judge.world.glossary) is not None


def _callee(node: Node) -> Node:
    r"""The L of `L(\theta)`."""
    return node.factors[0].node if isinstance(node, Product) and _is_call(node) else node


def _is_call(node: Node) -> bool:
    r"""Whether a formula is a name before parentheses: `p(x \mid \theta)`."""
    return isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced)


def _is_density(judge: Judge, x: Equation) -> bool:
    """Whether an equation gives a function that words or its name call a density or a probability."""
    ref = reference(_callee(x.lhs), judge.world.glossary)
    return ref is not None and (is_density(ref.base) or DENSITY.search(_words(judge, x)) is not None)


def _at_samples(judge: Judge, e: Equation, density: Equation) -> tuple[Big, Node] | None:
    """The sign that runs over the samples of a formula, and a density with these in the place of what it is of."""
    names = names_in(judge.world, density.lhs)
    for big in (n for n in walk(e.rhs) if isinstance(n, Big) and n.op in ("sum", "prod") and n.sub is not None):
        letters = list(bound_letters(big.sub)) if big.sub is not None else []
        samples = _samples(judge, e.rhs, names, letters[0]) if len(letters) == 1 else {}
        if samples:
            return big, rebuilt(density.lhs, partial(_sample, judge, samples))
    return None


def _samples(judge: Judge, formula: Node, names: set[str], letter: str) -> dict[str, Node]:
    """What stands for some names in a formula: those which have the one index wherever they stand."""
    found: dict[str, Node] = {}
    apart: set[str] = set()
    below = {id(n.base) for n in walk(formula) if isinstance(n, Script)}
    for node in walk(formula):
        ref = reference(node, judge.world.glossary) if isinstance(node, (Name, Script)) else None
        if ref is None or id(node) in below or ref.base not in names:
            continue
        if isinstance(node, Script) and len(ref.subs) == 1 and letter_of(ref.subs[0]) == letter:
            found[ref.base] = replace(node, sup=None, primes=0)  # without the power of `y_i^b`
        else:
            apart.add(ref.base)
    return {base: node for base, node in found.items() if base not in apart}


def _sample(judge: Judge, samples: dict[str, Node], node: Node) -> Node | None:
    ref = reference(node, judge.world.glossary) if isinstance(node, (Name, Script)) else None
    return samples.get(ref.base) if ref is not None and not ref.subs[1:] else None


def _over(big: Big, call: Node, kind: str) -> Node:
    """A product of densities, or the sum of their logarithms."""
    if kind == "likelihood":
        return Product(call.span, (Factor("", replace(big, op="prod")), Factor("", call)))
    total = Product(call.span, (Factor("", replace(big, op="sum")), Factor("", applied("log", call, False))))
    return total if kind == "log" else _minus(total)


def _minus(node: Node) -> Node:
    return Sum(node.span, (Term("-", node),))


def _names_it(judge: Judge, x: Equation, e: Equation) -> bool:
    """Whether a formula is written with the likelihood, the density or the law that an equation gives."""
    named = names_in(judge.world, e.rhs)
    if x.op == "∼":
        word = reference(x.rhs.factors[0].node, judge.world.glossary) if isinstance(x.rhs, Product) else None
        return (word is not None and word.base in named) or any(_calls_a_density(judge, n) for n in walk(e.rhs))
    ref = reference(_callee(x.lhs), judge.world.glossary)
    return ref is not None and ref.base in named


def _calls_a_density(judge: Judge, node: Node) -> bool:
    """Whether a density by custom stands before parentheses in a product: `p(x_i)`."""
    for first, second in pairwise(node.factors if isinstance(node, Product) else ()):
        ref = reference(first.node, judge.world.glossary) if isinstance(second.node, Fenced) and not second.op else None
        if ref is not None and not ref.subs and is_density(ref.base):
            return True
    return False


def _words_between(x: Equation, e: Equation) -> str | None:
    """All words and titles between two equations of a document, with formulas as ⟦0⟧."""
    if x.document is not e.document:
        return None
    pieces = [p for p in x.document.pieces if x.span.end <= p.span.start < e.span.start]
    said = (p.text if isinstance(p, Words) else p.title if isinstance(p, Heading) else " ⟦0⟧ " for p in pieces)
    return " ".join("".join(said).split())


def _are_plain(judge: Judge, x: Equation, e: Equation) -> bool:
    """Whether sentences before a density that speak of its samples say nothing else of them: `$t_i$ is when the first
    of two fails` says what they are."""
    names = {ref.base for n in walk(e.rhs) if (ref := reference(n, judge.world.glossary)) is not None and ref.subs}
    letters = {re.sub(r"\W*\w*\(|\)", "", base) for base in names & names_in(judge.world, x.lhs)}
    indexed = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(letters)))})\W{{0,2}}_") if letters else None
    start = _own_start(judge, x)
    pieces = [p for p in x.document.pieces if start <= p.span.start < x.span.start]
    text = "".join(p.text if isinstance(p, Words) else f" ⟦{x.document.source(p.span)}⟧ " for p in pieces)
    sentences = re.split(r"[.;:!?]\s|(?<=⟧)\s*\n", text)
    about = [s for s in sentences if indexed is not None and any(map(indexed.search, re.findall("⟦[^⟧]*⟧", s)))]
    return all(only_says(re.sub("⟦[^⟧]*⟧", " ", s)) for s in about)


def _own_start(judge: Judge, x: Equation) -> int:
    """Where the text begins that may speak of the samples of a density: at its heading, where likelihoods stand before
    it, which are of other samples; else with its exercise or the document."""
    headings = [p.span.start for p in x.document.pieces if isinstance(p, Heading) and p.span.start < x.span.start]
    others = (y for y in judge.equations if y.own and headings and y.span.start < headings[-1])
    own = [y.span.start for y in judge.equations if y.own and y.scope.number == x.scope.number != ""]
    exercise = max((start for start in headings if own and start < min(own)), default=0)
    return headings[-1] if any(_kind(_words(judge, y)) is not None for y in others) else exercise


def _is_of_samples(judge: Judge, x: Equation) -> bool:
    r"""Whether a density is told at a sample, `p(y_i \mid x_i, w)`."""
    refs = [reference(n, judge.world.glossary) for n in walk(x.lhs) if isinstance(n, Script)]
    return any(r is not None and len(r.subs) == 1 and letter_of(r.subs[0]) is not None for r in refs)


def _still_holds(judge: Judge, x: Equation, e: Equation) -> bool:
    """Whether a formula is surely of the model of an earlier one: of the same section, without another law between."""
    between = (y for y in judge.equations if x.position < y.position < e.position)
    return x.scope.section == e.scope.section and not any(y.op == "∼" for y in between)


def _as_a_whole(trial: Judge, line: Equation) -> bool:
    """Whether a line lacks one factor: a loss is the negative of its log-likelihood, a mean a part of the sum."""
    outcome = trial.outcome(line, trial.usual(line))
    return not isinstance(outcome, Different) or (outcome.ratio is not None and is_simple(outcome.ratio))
