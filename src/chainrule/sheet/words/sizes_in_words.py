r"""Shapes that words declare: "$V$ is in $\mathbb{R}^{n \times h}$", "the matrix $V$ has shape $n \times h$", "an
$n \times h$ matrix $V$", "$K$ and $V$, all elements of $\mathbb{R}^{n \times h}$".

Each row of `ROWS` is a phrase with a name or several (`names`) and a formula that says how large they are (`size`): a
power of a set of numbers, a product of sizes with a sign of multiplication, or sizes in parentheses. A length alone is
said of many vectors at once, and of those of another line; it is left to the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Missing, Node, Product, Relation
from chainrule.sheet.records.statements import Sentence
from chainrule.sheet.syntax.names import Glossary, Ref, reference
from chainrule.sheet.words.declared import Fact, ShapeFact, dimension, real_space, shape_of
from chainrule.sheet.words.introduced import introduced
from chainrule.sheet.words.prose import facts_of
from chainrule.sheet.words.wording import NAMES

_NAMES = NAMES.replace("(", "(?P<names>", 1)
_SIZE = r"⟦(?P<size>\d+)⟧"
_ARRAYS = r"(?:matri(?:x|ces)|vectors?|arrays?|tensors?)"
# What may stand between a name and the words for its size.
_BESIDE = r"(?:,|\(|is|are|be|being|all|both|each|which|that|an?|the|of them|(?:\w+ ){0,2}?" + _ARRAYS + r")"
_OF_SIZE = r"(?:of|with|has|have|having) (?:the |an? )?(?:same )?(?:size|shape|dimension)s?(?: of| is|:)?"
_IN = r"(?:(?:elements?|members?|points?) of|(?:lies?|lives?|lying|living) in|belongs? to|in|from)"
# A size by its word and its letter, "batch size $(B)$", and the one it stands before, "hidden size $(H)$".
_MANY = r"(?:an? |the )?(?:\w+[- ]){0,3}?⟦(?P<size>\d+)⟧"
_OTHER = r"(?:an? |the )?(?:\w+[- ]){0,3}?⟦(?P<other>\d+)⟧"
ROWS = tuple(
    (rank, re.compile(pattern))
    for rank, pattern in (
        ("space", rf"{_NAMES}(?:\s*{_BESIDE})*\s*\b{_IN}\s+{_SIZE}"),
        ("space", rf"{_NAMES}(?:\s*,)? (?:all|both|each)(?: of them)? {_SIZE}"),
        ("size", rf"{_NAMES}(?:\s*{_BESIDE})*\s*\b{_OF_SIZE}\s+{_SIZE}"),
        ("size", rf"\b(?:size|shape|dimension)s? of (?:the )?(?:\w+ ){{0,2}}?{_NAMES} (?:is|are|:) {_SIZE}"),
        ("matrix", rf"{_SIZE}[- ]?(?:\w+[- ]){{0,2}}?matri(?:x|ces) {_NAMES}"),
        ("matrix", rf"{_NAMES}(?: {_BESIDE})* {_SIZE}[- ]?(?:\w+[- ]){{0,2}}?matri(?:x|ces)\b"),
        ("size", rf"{_NAMES}(?:\s*{_BESIDE})*\s*\b{_OF_SIZE} {_MANY}[- ](?:by|x|×)[- ]{_OTHER}"),
        ("product", rf"{_NAMES}\s*(?:\(\s*|: ?){_SIZE}"),
    )
)
SINGULAR = re.compile(r"\b(?:is|has|an?|lies|lives|belongs)\b")
_OF_ANOTHER = re.compile(
    r"\b(?:number|rows?|columns?|entr(?:y|ies)|elements?|components?|dimensions?|norm|gradients?|derivatives?|function"
    r"|size|shape|length|rank|depends? on)(?: of| in)?(?: the)?\s*\Z"
)
_GOVERNED = re.compile(
    r"\b(?:of|between|at|over|under|for|from|to|by|on|in|with)"
    r"(?: (?:the|an?|all|each|both|any|every)| ⟦\d+⟧| \w+)?\s*\Z"
)
"""A name behind a preposition is not what the sentence speaks of: "the eigenvalues of $W$ lie in"."""


def all_facts(sentence: Sentence, glossary: Glossary) -> list[Fact]:
    """What a sentence says, with the sizes that it gives in words."""
    return [*facts_of(sentence, glossary), *_sizes(sentence, glossary), *introduced(sentence, glossary)]


def _sizes(s: Sentence, glossary: Glossary) -> Iterator[Fact]:
    for kind, pattern in ROWS:
        for m in pattern.finditer(s.text):
            sizes = [s.formulas[int(n)] for key in ("size", "other") if (n := m.groupdict().get(key)) is not None]
            shape = _shape(sizes, kind)
            before = s.text[: m.start()]
            if shape is not None and not _OF_ANOTHER.search(before) and not _GOVERNED.search(before):
                shape = replace(shape, rank="row") if len(shape.dims) == 1 and _of_rows(m) else shape
                shape = replace(shape, passing=True)
                yield from (Fact("shape", ref, shape) for ref in _names(m, s, glossary))


def _of_rows(m: re.Match[str]) -> bool:
    """Whether a phrase calls its vectors rows."""
    return re.search(r"\brow\b", m.string[max(0, m.start() - 12) : m.end()]) is not None


def _shape(sizes: list[Node], kind: str) -> ShapeFact | None:
    r"""The shape that a formula gives: `\mathbb{R}^d`, `\in \mathbb{R}^d`, `n \times h`, `(n, h)`; or two, each for one
    size."""
    node = sizes[0]
    if kind == "space":
        if isinstance(node, Relation) and isinstance(node.first, Missing) and node.links[0].op == "∈":
            node = node.links[0].node
        return real_space(node)
    inside = node.body if isinstance(node, Fenced) and node.open in "([" else node
    if len(sizes) > 1:
        parts: tuple[Node, ...] = tuple(n.body if isinstance(n, Fenced) and n.open == "(" else n for n in sizes)
    elif isinstance(inside, Product) and all(f.op in ("times", "*") for f in inside.factors[1:]):
        parts = tuple(f.node for f in inside.factors)
    elif isinstance(inside, Comma) and inside is not node and kind == "size":
        parts = inside.items
    else:
        parts = (inside,)
    dims = tuple(map(dimension, parts))
    shape = None if None in dims else shape_of(dims)
    return shape if shape is not None and shape.rank == "matrix" else None


def _names(m: re.Match[str], s: Sentence, glossary: Glossary) -> Iterator[Ref]:
    """The names of a phrase: of a list with a singular verb the last one."""
    names = m["names"]
    between = m.string[m.end("names") : m.start("size")] if m.end("names") < m.start("size") else ""
    numbers = re.findall(r"⟦(\d+)⟧", names)
    single = SINGULAR.search(between) and not re.search(r"\b(?:are|be|all|both|each|have)\b", between)
    for number in numbers[-1:] if single else numbers:
        node = s.formulas[int(number)]
        for item in node.items if isinstance(node, Comma) else (node,):
            ref = reference(item, glossary)
            if ref is not None and not ref.postfix:
                yield ref
