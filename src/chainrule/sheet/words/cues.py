"""Roles told by the words right before a formula: "the output layer has softmax units: $y = s(z)$" says what s is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from chainrule.read.tree import Fenced, Fraction, Node, Product, Script
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.words.prose import FUNCTION_ROLES, WORDS_OF_ROLES

ROLE_WORD = re.compile(rf"\b({WORDS_OF_ROLES})(?![- ](?:loss|cost|error|cross|objective|likelihood))", re.IGNORECASE)
# Words that set a function off against the one of the formula, or speak of what goes into it.
CONTRAST = re.compile(
    r"\b(unlike|instead|rather|not|than|except|without|derivatives?|similar|like|or|before|inputs?|into|logits|scores?)\b",
    re.IGNORECASE,
)


def roles_from_cues(world: World, equations: list[Equation], sentences: Iterable[Sentence]) -> None:
    """Give a role to the one function a formula applies and nobody defines, where its sentence names one function."""
    for words, group in announced(equations, sentences):
        roles = roles_in(words)
        unknown = {b for e in group if _gives(e, world) for side in (e.lhs, e.rhs) for b in applied(side, world)}
        if len(roles) != 1 or roles == {"identity"} or roles & {world.roles.get(b) for b in unknown}:
            continue
        unknown = {b for b in unknown if b not in world.roles}
        if len(unknown) == 1:
            world.roles[unknown.pop()] = roles.pop()


def _gives(e: Equation, world: World) -> bool:
    """Whether a formula says what a name is, `y = s(z)`, in this or an earlier link: no slope and no law of s."""
    plain = e.link > 0 or reference(e.lhs, world.glossary) is not None
    return plain and not has_slope(e.lhs) and not has_slope(e.rhs)


def has_slope(node: Node) -> bool:
    """Whether a derivative or a prime stands in a formula."""
    for n in walk(node):
        if isinstance(n, Script) and n.primes:
            return True
        if nabla_of(n) is not None or (isinstance(n, Fraction) and above(n.numerator) is not None):
            return True
    return False


def announced(equations: list[Equation], sentences: Iterable[Sentence]) -> list[tuple[str, list[Equation]]]:
    """The formulas that stand right after some words, with the last sentence of these words.

    The words stand before a formula in its paragraph, or they are the paragraph before it.
    """
    ended = sorted(sentences, key=lambda s: s.position)
    positions = [s.position for s in ended]
    groups: dict[tuple[int, str], list[Equation]] = {}
    for e in equations:
        if e.source != "formula":
            continue
        latest = bisect_right(positions, e.position)
        words = e.cue or (ended[latest - 1].text if latest else "")
        groups.setdefault((id(e.document), words), []).append(e)
    return [(words.rstrip(" .:,").rpartition(".")[2], group) for (_, words), group in groups.items()]


def roles_in(sentence: str) -> set[str]:
    """The functions a sentence names, none where it sets them off against something else."""
    if CONTRAST.search(sentence):
        return set()
    return {FUNCTION_ROLES[m.group(1).lower()] for m in ROLE_WORD.finditer(sentence)}


def applied(node: Node, world: World) -> Iterator[str]:
    """The names without a definition that a formula applies to an argument."""
    for part in walk(node):
        if not isinstance(part, Product):
            continue
        for factor, following in zip(part.factors, part.factors[1:], strict=False):
            fence = following.node.base if isinstance(following.node, Script) else following.node
            ref = reference(factor.node, world.glossary)
            if ref is None or following.op or not isinstance(fence, Fenced) or is_function_word(ref.base):
                continue
            if not world.family(ref.base).variable and not world.defined(ref.base):
                yield ref.base
