"""One small edit of the source text, and a kind of mistake as a row of the table of edits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chainrule.check.diagnosis.edits.places import Side
from chainrule.read.tree import (
    Node,
    Sum,
)


@dataclass(frozen=True, slots=True)
class Edit:
    r"""`text` in place of the characters from `start` to `end`; `edit` names the change, `explains` says it in words.

    >>> Edit(2, 3, "+", "+ for -", "the sign before b is wrong").applied("a - b", 0, 5)
    'a + b'
    """

    start: int
    end: int
    text: str
    edit: str
    explains: str

    def applied(self, text: str, start: int, end: int) -> str:
        """The source from `start` to `end` with this edit made."""
        return text[start : self.start] + self.text + text[self.end : end]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of mistake: its reason code, in what the sides differ then, its edits, whether they only scale a side, and
    whether they are slips of the pen: nobody makes another statement on purpose by such an edit of a true one."""

    name: str
    code: str
    differ: str
    edits: Callable[[Side], Iterator[Edit]]
    scales: bool = False
    slip: bool = False


def short(source: str) -> str:
    """Source for a message: on one line, its middle left out when it is long."""
    line = " ".join(source.split())
    return line if len(line) <= 48 else line[:24].rstrip() + r" \ldots " + line[-16:].lstrip()


def grouped(source: str) -> str:
    """Source in parentheses."""
    return rf"\left({source}\right)" if re.search(r"\\(d?frac|sum|prod|begin|left)", source) else f"({source})"


def whole(side: Side, node: Node, prefix: str = "", suffix: str = "") -> Edit:
    """A prefix and a suffix around a node; parentheses around a sum, braces where TeX needs them in an exponent."""
    span, source = side.span(node), side.source(node)
    inner = grouped(source) if isinstance(node, Sum) else source
    if prefix.rstrip()[-1:].isdigit() and inner[:1].isdigit():
        prefix = prefix.rstrip() + r" \cdot "
    text = prefix + inner + suffix
    return Edit(span.start, span.end, "{" + text + "}" if side.bare_script(span) else text, "", "")


def said(edit: Edit, what: str, explains: str) -> Edit:
    """An edit with its words."""
    return Edit(edit.start, edit.end, edit.text, what, explains)
