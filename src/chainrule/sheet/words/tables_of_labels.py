r"""Tables of labels in words: "Y is the one-hot encoding of the labels" says `Y_{ij} = \mathbb{1}[j = y_i]`, where the
document picks entries by labels, `P_{i, y_i}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Comma, Name, Node, Product, Script
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.words.plain_values import parsed
from chainrule.sheet.words.wording import IS

ENCODED = r"(?:encod\w+|matrix|representation|version|labels?)"
TABLE = re.compile(rf"⟦(\d+)⟧{IS}(?:the |an? )?(?:\w+ )?one[- ]hot[- ]?(?:\w+ ){{0,2}}?{ENCODED}", re.IGNORECASE)


def tables_of_labels(sheet: Sheet) -> list[Equation]:
    """What such words say, as equations."""
    labels = {label for e in sheet.equations for side in (e.lhs, e.rhs) for label in _labels(side)}
    if len(labels) != 1:
        return []
    ((name, sample),) = labels
    other = next(x for x in "jkc" if x != sample)
    found = []
    for s in sheet.sentences:
        for match in TABLE.finditer(s.text):
            n = int(match[1])
            table = s.formulas[n]
            if not isinstance(table, Name) or not table.text.isupper() or len(table.text) != 1:
                continue
            left, right = f"{table.text}_{{{sample}{other}}}", rf"\mathbb{{1}}[{other} = {name}_{sample}]"
            sides = [parsed(text) for text in (left, right)]
            if sides[0] is not None and sides[1] is not None:
                found.append(
                    Equation(
                        s.position, s.document, s.own, s.spans[n], sides[0], "=", sides[1], s.scope, -s.position, 0,
                        False, source="prose", spelled=(left, right),
                    )
                )  # fmt: skip
    return found


def _labels(node: Node) -> Iterator[tuple[str, str]]:
    """The name and the sample of a label that picks an entry: y and i of `P_{i, y_i}`, `P_{i y_i}`, `(s_i)_{y_i}`."""
    for part in (n for n in walk(node) if isinstance(n, Script) and n.sub is not None):
        sub = part.sub
        items = (
            sub.items
            if isinstance(sub, Comma)
            else [f.node for f in sub.factors]
            if isinstance(sub, Product)
            else [sub]
        )
        for item in items:
            if isinstance(item, Script) and isinstance(item.base, Name) and item.sub is not None and item.sup is None:
                sample = letter_of(item.sub)
                if sample is not None:
                    yield item.base.text, sample
