r"""Whether an exercise says nothing of its data but their law: "$x_1, \dots, x_n$ are independent with
$x_i \sim \mathrm{Poisson}(\lambda)$".

A likelihood that is made up of a law's name is right only where nothing else is said: a weight, a prior, a second
sample, a value that is known, a part of the data that is left out. What else may be said has no end, so the words that
do not change the likelihood are listed here, and an exercise with another word or another formula gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chainrule.read.tree import Comma, Dots, Infix, Name, Node, Number, Relation, Script
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence, Sheet
from chainrule.sheet.records.world import NORMAL
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.words.plain_words import strange

LOGARITHM = r"(?P<sign>negative )?log[- ]?likelihoods?(?: functions?)?|(?P<nll>\b(?-i:NLL)\b)"
MENTION = re.compile(rf"\b(?:{LOGARITHM})(?:,? ⟦(?P<name>\d+)⟧)?", re.IGNORECASE)
ESTIMATE = re.compile(
    r"\bmaximum[- ]likelihood (?:estimat(?:es?|ors?|ion)|solutions?)|\b(?-i:MLEs?)\b"
    r"|\b(?:first |second )?(?:partial )?derivatives?\b",
    re.IGNORECASE,
)
_WORDS = (
    "in was were have assume suppose consider iid independent independently identically distributed drawn draws sample "
    "samples observed observations data measured taken made derive set up formulate now then zero equal solve "
    "estimate estimates estimator estimators maximises maximizes unknown"
)
PLAIN = frozenset(_WORDS.split())
NOUNS = re.compile(
    r"(?:\A|(?<=[.;:] ))\W*(?:(?:let|for|suppose|consider|assume|given) )?(?:the )?"
    r"(?:numbers of |(?!half|some|most|none|only|\w+ed\b)[a-z]{4,} )?[a-z]{3,}s (?=⟦(\d+)⟧)",
    re.IGNORECASE,
)
"""What the data are, at the beginning of a sentence: "the numbers of calls", "coin flips"."""
LAWS = {
    "Poisson": "poisson",
    "Bernoulli": "bernoulli",
    "Exponential": "exponential(?:ly)?",
    "Laplace": "laplace",
    NORMAL: "(?:normal(?:ly)?|gaussian)",
}
_DISTRIBUTED = r"(?: distributed| distribution| random variables| variables)?"
_WITH = rf"{_DISTRIBUTED} with (?:the |an? )?(?:unknown )?"
ROLES: dict[str, tuple[str, ...]] = {
    "Poisson": ("(?:rate|mean|intensity|parameter)",),
    "Bernoulli": ("(?:(?:success )?probability|parameter)",),
    "Exponential": ("rate(?: parameter)?",),
    "Laplace": ("location", "scale"),
    NORMAL: ("mean", "(?:variance|covariance(?: matrix)?)"),
}
"""What the parameters of a law are, as they are meant here."""
IN_WORDS = {
    "Poisson": re.compile(rf"\bpoisson{_WITH}{ROLES['Poisson'][0]} ⟦(\d+)⟧", re.IGNORECASE),
    "Bernoulli": re.compile(rf"\bbernoulli{_WITH}{ROLES['Bernoulli'][0]}(?: of success)? ⟦(\d+)⟧", re.IGNORECASE),
    "Exponential": re.compile(rf"\bexponential(?:ly)?{_WITH}{ROLES['Exponential'][0]} ⟦(\d+)⟧", re.IGNORECASE),
    NORMAL: re.compile(rf"\b{LAWS[NORMAL]}{_WITH}mean ⟦(\d+)⟧ and (?:variance|covariance) ⟦(\d+)⟧", re.IGNORECASE),
}
POSITIVE = frozenset({"Poisson", "Exponential"})


@dataclass(frozen=True)
class Samples:
    """A sample in TeX, its index, the number of samples, and its name alone."""

    one: str
    letter: str
    last: str
    base: str


def samples_of(sentences: Sequence[Sentence], drawn: Node | None, source: str) -> Samples | None:
    """The one sample of an exercise, drawn by a formula (`source` is its text) or by words; None where there is another
    list, or where its number or its first index are not plain."""
    lists = {(text(s, base), text(s, last), first) for s in sentences for base, last, first in _lists(s)}
    ranges = {r for s in sentences for r in _ranges(s)}
    if len(lists) > 1 or len(ranges) > 1 or any(first != "1" for *_, first in lists):
        return None
    listed = next(iter(lists), None)
    drawn = drawn.left if isinstance(drawn, Infix) and drawn.op == "|" else drawn
    if isinstance(drawn, Script) and isinstance(drawn.sub, Name) and drawn.sup is None:
        base = source[: drawn.base.span.end - drawn.span.start].strip()
        found = Samples(source, drawn.sub.text, "", base)
    elif listed is not None and (drawn is None or isinstance(drawn, Comma)):
        letter = "i" if listed[1] != "i" else "j"
        found = Samples(f"{listed[0]}_{letter}", letter, "", listed[0])
    else:
        return None
    if (listed is not None and listed[0] != found.base) or any(letter != found.letter for letter, _ in ranges):
        return None
    numbers = {n for _, n in ranges} | ({listed[1]} if listed is not None else set())
    if not numbers and not any(isinstance(n, Name) and n.text == "n" for s in sentences for n in _nodes(s)):
        numbers = {"n"}
    return Samples(found.one, found.letter, numbers.pop(), found.base) if len(numbers) == 1 else None


def is_plain(
    sheet: Sheet, sentences: Sequence[Sentence], seen: Sequence[Equation], law: str, told: Sequence[str],
    nodes: Sequence[Node], samples: Samples, in_words: bool,
) -> bool:  # fmt: skip
    """Whether an exercise says nothing but that samples have a law with these parameters, and asks about it."""
    rated = [_rated(s, law, told) for s in sentences]
    if law == "Exponential" and not in_words and not any(rated):
        return False  # some write the mean there
    if not all(_are_plain(s, law, told, samples) for s in sentences):
        return False
    bases = {ref.base for node in nodes for n in walk(node) if (ref := reference(n, sheet.glossary)) is not None}
    return all(_says_no_more(sheet, e, law, told, bases, samples) for e in seen)


def text(s: Sentence, node: Node) -> str:
    return s.document.source(node.span).strip()


def _rated(s: Sentence, law: str, told: Sequence[str]) -> bool:
    """Whether a sentence says what the parameters of a law are."""
    return _without_roles(s, s.text, law, told) != s.text


def _without_roles(s: Sentence, words: str, law: str, told: Sequence[str]) -> str:
    for role, value in zip(ROLES[law], told, strict=False):
        own = "|".join(str(n) for n, source in enumerate(s.sources) if source.strip("$ ") == value) or "none"
        words = re.sub(rf"\b{role} ⟦(?:{own})⟧(?: of success)?", " ", words, flags=re.IGNORECASE)
        words = re.sub(rf"⟦(?:{own})⟧ (?:is|being|denotes) (?:the |a )?{role}\b", " ", words, flags=re.IGNORECASE)
    return words


def _are_plain(s: Sentence, law: str, told: Sequence[str], samples: Samples) -> bool:
    """Whether the words of a sentence are known, and its formulas speak of no single sample."""
    words = re.sub(r"\bi\.\s?i\.\s?d\.?", "iid", s.text)
    words = NOUNS.sub(lambda m: " " if _is_sample(s, int(m[1]), samples) else m[0], words)
    words = _without_roles(s, words, law, told)
    words = re.sub(rf"\b{LAWS[law]}{_DISTRIBUTED}", " ", words, flags=re.IGNORECASE)
    words = ESTIMATE.sub(" ", MENTION.sub(" ", words))
    if strange(words, PLAIN):
        return False
    return not any(_speaks_of_one(s, node, samples) for node in s.formulas)


def _is_sample(s: Sentence, number: int, samples: Samples) -> bool:
    node = s.formulas[number]
    node = node.first if isinstance(node, Relation) else node
    return text(s, node) == samples.one or any(text(s, base) == samples.base for base, *_ in _lists_in(node))


def _speaks_of_one(s: Sentence, node: Node, samples: Samples) -> bool:
    """Whether a formula has a sample that is neither the one that is drawn nor in the list of all."""
    if isinstance(node, Relation):
        node = node.first
        if text(s, node) == samples.one:
            return False
    if any(text(s, base) == samples.base for base, *_ in _lists_in(node)):
        return False
    return any(isinstance(n, (Name, Script)) and text(s, n) in (samples.base, samples.one) for n in walk(node))


def _says_no_more(
    sheet: Sheet, e: Equation, law: str, told: Sequence[str], bases: set[str], samples: Samples
) -> bool:  # fmt: skip
    """Whether an equation is the law, a range of the index, or says what a parameter is made of or where it lies."""
    left, right = e.text(e.lhs).strip(), e.text(e.rhs).strip()
    ref = reference(e.lhs, sheet.glossary)
    if e.op == "∼" or left == samples.letter:
        return True
    if e.op in DEFINING:
        return ref is not None and ref.base in bases and not is_literal(e.rhs)
    if e.op == "∈":
        zero_one = re.sub(r"\s|\\left|\\right|\\", "", right)
        return "R" in right or (law == "Bernoulli" and zero_one in ("{0,1}", "(0,1)", "[0,1]"))
    return e.op == ">" and is_zero(e.rhs) and (law in POSITIVE or left == told[-1] != told[0])


def _nodes(s: Sentence) -> Iterator[Node]:
    for node in s.formulas:
        yield from walk(node)


def _lists(s: Sentence) -> Iterator[tuple[Node, Node, str]]:
    for node in s.formulas:
        yield from _lists_in(node)


def _lists_in(node: Node) -> Iterator[tuple[Node, Node, str]]:
    r"""The base, the last index and the first one of `x_1, \dots, x_n`, and of that before a sign."""
    for part in walk(node):
        if not isinstance(part, Comma) or not any(isinstance(x, Dots) for x in part.items):
            continue
        first, last = part.items[0], part.items[-1]
        last = last.first if isinstance(last, Relation) else last
        if isinstance(last, Script) and last.sub is not None and last.sup is None:
            sub = first.sub if isinstance(first, Script) else None
            yield last.base, last.sub, sub.text if isinstance(sub, Number) else ""


def _ranges(s: Sentence) -> Iterator[tuple[str, str]]:
    r"""The letter and the end of `i = 1, \dots, n`; two empty texts where it begins elsewhere."""
    for node in s.formulas:
        first: Node | None = None
        items: tuple[Node, ...] = ()
        if isinstance(node, Relation) and isinstance(node.links[-1].node, Comma):
            first, items = node.first, node.links[-1].node.items
        elif isinstance(node, Comma) and isinstance(begin := node.items[0], Relation):
            first, items = begin.first, (begin.links[-1].node, *node.items[1:])
        if isinstance(first, Name) and any(isinstance(x, Dots) for x in items):
            plain = isinstance(one := items[0], Number) and one.text == "1"
            yield (first.text, text(s, items[-1])) if plain else ("", "")
