"""Arrays that a sentence introduces by what they are: "for vectors $p$ and $q$", "with a matrix $W$".

An article or a bare plural introduces a name; "the vector $x$" speaks of one that is known, which may be a row of a
matrix or the value of a function. A number of its own before the names, "two vectors", changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Comma
from chainrule.sheet.records.statements import Sentence
from chainrule.sheet.syntax.names import Glossary, Ref, reference
from chainrule.sheet.words.declared import Fact, ShapeFact
from chainrule.sheet.words.wording import NAMES

BEFORE = r"\b(?:let|for|with|given|consider|and|where|by|take)"
KINDS = r"(?:(?:real|constant|fixed|given|column|square|invertible|parameter|weight|bias|input|data|design) )"
ROWS = tuple(
    (
        rank,
        re.compile(
            rf"{BEFORE} (?:an? {KINDS}{{0,2}}{rank}|"
            rf"(?P<several>(?:two|three|four|some|all|any)? ?{KINDS}{{0,2}}{plural})) "
            + NAMES.replace("(", "(?P<names>", 1),
            re.IGNORECASE,
        ),
    )
    for rank, plural in (("vector", "vectors"), ("matrix", "matrices"))
)


def introduced(s: Sentence, glossary: Glossary) -> Iterator[Fact]:
    """The plain names that a sentence introduces as vectors or matrices."""
    for rank, pattern in ROWS:
        for m in pattern.finditer(s.text):
            numbers = re.findall(r"⟦(\d+)⟧", m["names"])
            refs = list(_names(s, numbers if m["several"] else numbers[:1], glossary))
            if all(ref.bare and not glossary.indexed.get(ref.base) for ref in refs):
                yield from (Fact("shape", ref, ShapeFact(rank, passing=True)) for ref in refs)


def _names(s: Sentence, numbers: list[str], glossary: Glossary) -> Iterator[Ref]:
    for number in numbers:
        node = s.formulas[int(number)]
        for item in node.items if isinstance(node, Comma) else (node,):
            ref = reference(item, glossary)
            if ref is not None:
                yield ref
