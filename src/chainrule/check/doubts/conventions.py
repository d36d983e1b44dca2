r"""Conventions that a document mixes: logarithms to another base, sums and means, a loss and a log-likelihood.

A line that is right only under another convention than the rest is no mistake where the document gives ground for it;
without that a missing sign or factor is one. Logarithms are read otherwise where a line writes them in another way than
the document does (`logarithms`); for the rows of `CONVENTIONS` the words before the line must say it, and the line is
`assumed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import dims_of
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import differentiated
from chainrule.check.records.report import Note
from chainrule.expr import Expr, const, mul, power, size
from chainrule.read.tree import Fenced, Name, Node, Number, Product
from chainrule.sheet.arrays.pooled import MANY
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.words.logarithms import BASES, written_bases

Factors = Callable[[Lines, Equation, Variant, Different], Iterator[tuple[Expr, str]]]


@dataclass(frozen=True)
class Convention:
    """A row: what the words before a line must say and must not, and the factors between its sides that they explain,
    each with how it is said of the line."""

    name: str
    said: re.Pattern[str]
    unsaid: re.Pattern[str]
    factors: Factors


def other_convention(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A line that is right but for a factor which the words before it speak of."""
    words = words_before(lines, e)
    for row in CONVENTIONS if words else ():
        if not row.said.search(words) or row.unsaid.search(words):
            continue
        for factor, text in row.factors(lines, e, variant, different):
            if _equal(lines, e, variant, factor):
                return assumed("convention", text)
    return None


def words_before(lines: Lines, e: Equation) -> str:
    """The last sentence before a formula, in its paragraph or in the one above it."""
    words = e.cue or lines.world.told.get(e.position, "")
    return words.rstrip(" .:,").rpartition(". ")[2]


def _equal(lines: Lines, e: Equation, variant: Variant, factor: Expr) -> bool:
    frame, lhs, rhs = variant.typed[e.position]
    scaled = Val(lhs.shape, lambda *terms: mul(factor, lhs.at(*terms)), lhs.jacobian, lhs.derived, lhs.literal)
    return isinstance(variant.comparer.compare(scaled, rhs, lines.condition(e, frame)), Same)


# --------------------------------------------------------------------------------------------- sums and means, signs


def over_the_number(lines: Lines, e: Equation, variant: Variant, different: Different) -> Iterator[tuple[Expr, str]]:
    """The mean where the document defines the sum."""
    for number, name in _numbers(lines, e, variant, different):
        yield power(number, const(-1)), f"right for the mean over {name}; it is defined as the sum"


def times_the_number(lines: Lines, e: Equation, variant: Variant, different: Different) -> Iterator[tuple[Expr, str]]:
    """The sum where the document defines the mean."""
    for number, name in _numbers(lines, e, variant, different):
        yield number, f"right for the sum over {name}; it is defined as the mean"


def _numbers(lines: Lines, e: Equation, variant: Variant, different: Different) -> Iterator[tuple[Expr, str]]:
    """How many there are of what a mean may be over: the numbers that the words call one of samples, or else those that
    a sum of the line runs over, or of the definition of what it differentiates."""
    universe = variant.universe
    within = sorted(dims_of(different.terms, universe.definitions))
    sized = {universe.dims.find(f"={name}"): name for name in sorted(universe.sized)}
    names = {d: universe.dims.known(d.name) or sized.get(d.name, "n") for d in within}
    text = re.sub(r"[\\\s{}]", " ", e.document.text)
    summed = _summed(lines, e, variant)
    for dim in [d for d in within if _counts_samples(names[d], text)] or [d for d in within if d.name in summed]:
        yield size(dim), names[dim]


def _counts_samples(name: str, text: str) -> bool:
    """Whether words say that a number is one of samples: "N training examples", "a batch of size B"."""
    written = rf"\$ ?{re.escape(name)} ?\$"
    said = rf"{written} (?:[\w-]+ ){{0,2}}{MANY}|{NUMBER_OF}\W{{0,3}}(?:is |be |by |of )?{written}"
    return re.search(said, text) is not None


def _summed(lines: Lines, e: Equation, variant: Variant) -> set[str]:
    """The dimensions that the sums of a line run over, and those in the definition of what it differentiates."""
    universe = variant.universe
    bases = {b for side in (e.lhs, e.rhs) for n in walk(side) for b in differentiated(lines.world, n)}
    owners = {f"@{e.position}", *(i.shown for i in universe.instances.values() if i.base in bases)}
    sums = (d for d in universe.dims.parent if ":Σ" in d)
    return {universe.dims.find(d) for d in sums if d.partition(":")[0].partition("#")[0] in owners}


def constant_factor(lines: Lines, e: Equation, variant: Variant, different: Different) -> Iterator[tuple[Expr, str]]:
    """A positive constant that the words leave out."""
    ratio = different.ratio
    if ratio is not None and 0.01 < ratio < 100:
        yield const(round(ratio * 720)) * const(1) / 720, "right up to a constant factor, as the words before it say"
    for number, name in _numbers(lines, e, variant, different):
        for factor in (number, power(number, const(-1))):
            yield factor, f"right up to the factor {name}, as the words before it say"


def other_sign(lines: Lines, e: Equation, variant: Variant, different: Different) -> Iterator[tuple[Expr, str]]:
    """The log-likelihood where the document defines a loss, or the loss where it defines the log-likelihood."""
    here, there = _kind(words_before(lines, e)), _kind(_words_of_definition(lines, e))
    if here and there and here != there:
        yield const(-1), f"right for the {here}; what it differentiates is defined as the {there}"


NEGATIVE = re.compile(r"\bnegative|\bminus\b|\bNLL\b|\bloss\b|\bcost\b", re.IGNORECASE)
MAXIMUM = re.compile(r"\bmaxim", re.IGNORECASE)
LIKELIHOOD = re.compile(r"\b(?:log[- ]?)?likelihood\b", re.IGNORECASE)


def _kind(words: str) -> str:
    """Whether words speak of a loss or of a log-likelihood; of a maximum of a loss nobody speaks."""
    if NEGATIVE.search(words):
        return "" if MAXIMUM.search(words) else "loss"
    return "log-likelihood" if LIKELIHOOD.search(words) else ""


def _words_of_definition(lines: Lines, e: Equation) -> str:
    """The words before the definition of what a line differentiates, where there is one."""
    world = lines.world
    bases = {b for side in (e.lhs, e.rhs) for n in walk(side) for b in differentiated(world, n)}
    sites = [s for b in bases for s in (world.site(b, e.position), world.function(b, e.position)) if s is not None]
    places = {s.position for s in sites}
    origins = [x for x in lines.equations if x.position in places]
    return words_before(lines, origins[0]) if len(origins) == 1 else ""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


NEVER = _words(r"(?!)")
NUMBER_OF = rf"\b(?:number of (?:[\w-]+ ){{0,2}}{MANY}|batch(?: of)? size)"
AVERAGED = r"\baverag(?:e|es|ed|ing)\b|\bmean (?:over|loss|gradient|of (?:the |all )?(?:loss|gradient))"
SUMMED = (
    r"\b(?:sum(?:s|med|ming)?|total|add(?:ing|ed)? up|accumulat(?:e|es|ed|ing)) (?:\w+ ){0,3}?"
    r"(?:samples|examples|data|dataset|batch|points|observations|instances|gradients)\b"
)
LEFT_OUT = (
    r"\b(?:ignor|drop(?!out)p?|omit|neglect|disregard|absorb|leav\w+ out|up to)\w*\b[^.]{0,40}?\b"
    r"(?:(?:constant|scalar|scaling|numerical) factors?|factors?|multipliers?)\b"
)
CONVENTIONS: tuple[Convention, ...] = (
    Convention("mean", _words(AVERAGED), _words(r"\bsum\b"), over_the_number),
    Convention("sum", _words(SUMMED), _words(AVERAGED), times_the_number),
    Convention("log-likelihood", LIKELIHOOD, NEVER, other_sign),
    Convention("loss", NEGATIVE, NEVER, other_sign),
    Convention("factor", _words(LEFT_OUT), _words(r"\bsigns?\b"), constant_factor),
)


# --------------------------------------------------------------------------------------------- logarithms


def logarithms(lines: Lines, e: Equation) -> Iterator[tuple[Note, str]]:
    r"""The readings of a line that writes `\log` or `\ln` in a document of `\log_2`, or of base 2 by its words: with
    natural logarithms all over, unless the document converts (`\ln 2`), and with a bare `\log` to the base of the
    document; each with the function that custom then makes of a logarithm."""
    own = written_bases(e.lhs, e.rhs)
    if own != {""}:
        return
    others = [side for x in lines.equations if x.chain != e.chain for side in (x.lhs, x.rhs)]
    told = lines.world.roles.get("log")
    converted = {b for b in ("2", "10") if any(_converts(side, b) for side in others)}
    bases = {b for b in ("2", "10") if b in converted | written_bases(*others) or BASES[b] == told}
    if len(bases) != 1:
        return
    base = bases.pop()
    if BASES[base] != told:
        yield Note("logarithm", f"read with logarithms to base {base}, as the sheet has them elsewhere"), BASES[base]
    if base not in converted and not any(_converts(side, base) for side in (e.lhs, e.rhs)):
        yield Note("logarithm", f"right with natural logarithms; the sheet has logarithms to base {base}"), "log"


def _converts(side: Node, base: str) -> bool:
    """Whether the natural logarithm of the base itself stands in a formula: `\\ln 2`, `\\ln(2)`."""
    rows = [n.factors for n in walk(side) if isinstance(n, Product)]
    pairs = ((a.node, b.node.body if isinstance(b.node, Fenced) else b.node) for row in rows for a, b in pairwise(row))
    return any(isinstance(a, Name) and a.text == "ln" and isinstance(b, Number) and b.text == base for a, b in pairs)
