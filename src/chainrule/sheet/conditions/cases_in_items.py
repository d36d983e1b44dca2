r"""Values that begin the items of a list, each a case: "- Case $\lambda = 25$: ...", "- Case $\lambda = 0$: ...".

Where the items of a document give one name several values, each value holds in its item. A 0 or a 1 among them is no
label, whose cases hold of what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.read.document import Document, Math, Piece
from chainrule.read.grammar.formula import Row
from chainrule.read.tree import Node, Number, Relation, Span
from chainrule.sheet.syntax.names import node_key

SIGN = r"(?:[-*+]|\(?\w{1,3}[.)]|\\item\b)(?=\s)"
LEADING = re.compile(rf"\s*{SIGN}\W*(?:[^\W\d]+\W+){{0,3}}")
"""What may stand before the value of an item: its sign, and a few words."""
ENDING = re.compile(rf"\n\s*{SIGN}|\n[ \t]*\n(?=\S)|\\item\b|\\end\{{(?:itemize|enumerate)\}}")
"""What ends an item: the next one, or a paragraph that is not indented."""
LABELS = frozenset({"0", "1"})


def leads_an_item(document: Document, span: Span) -> bool:
    """Whether nothing but a few words stands between the sign of an item and a formula."""
    text = document.text
    return LEADING.fullmatch(text, text.rfind("\n", 0, span.start) + 1, span.start) is not None


def end_of_item(document: Document, span: Span) -> int | None:
    """Where the item of a formula ends; None where it goes on to the end of the text."""
    found = ENDING.search(document.text, span.end)
    return None if found is None else found.end()


def names_of_cases(document: Document, pieces: Iterable[tuple[Piece, tuple[Row, ...]]]) -> frozenset[object]:
    """The names that items begin with several values of, one of which is no label."""
    values: dict[object, set[str]] = {}
    for piece, rows in pieces:
        if isinstance(piece, Math) and not piece.display and len(rows) == 1:
            name, value = _value(rows[0].node)
            if value and leads_an_item(document, piece.span):
                values.setdefault(name, set()).add(value)
    return frozenset(name for name, found in values.items() if len(found) > 1 and not found <= LABELS)


def _value(node: Node) -> tuple[object, str]:
    link = node.links[0] if isinstance(node, Relation) and len(node.links) == 1 else None
    number = link.node if link is not None and link.op == "=" else None
    if not isinstance(node, Relation) or not isinstance(number, Number):
        return None, ""
    return node_key(node.first), number.text
