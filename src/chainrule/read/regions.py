"""What a reader must know of a text at any offset: where its paragraph and line end, where a brace is closed.

Each answer is computed once for the whole text, in one pass, so that a scan that asks at every formula stays linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

_BLANK_LINE = re.compile(r"\n[^\S\n]*(?=\n)")
_BRACE = re.compile(r"\\[\s\S]|[{}]")


class Regions:
    """A text with its paragraph ends and its pairs of braces.

    >>> regions = Regions("a {b {c}}\\n\\nd")
    >>> regions.paragraph_end(0), regions.line_end(11), regions.closing_brace(2)
    (9, 12, 8)
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _blank_lines(self) -> list[int]:
        return [found.start() for found in _BLANK_LINE.finditer(self.text)]

    @cached_property
    def _braces(self) -> dict[int, int]:
        partners: dict[int, int] = {}
        opened: list[int] = []
        for found in _BRACE.finditer(self.text):
            if found.group() == "{":
                opened.append(found.start())
            elif found.group() == "}" and opened:
                partners[opened.pop()] = found.start()
        return partners

    def paragraph_end(self, offset: int) -> int:
        """The offset of the next blank line, or the end of the text."""
        nth = bisect_left(self._blank_lines, offset)
        return self._blank_lines[nth] if nth < len(self._blank_lines) else len(self.text)

    def line_end(self, offset: int) -> int:
        """The offset of the next line feed, or the end of the text."""
        end = self.text.find("\n", offset)
        return end if end >= 0 else len(self.text)

    def closing_brace(self, offset: int) -> int | None:
        """The offset of the brace that closes the one at `offset`; None when it is never closed."""
        return self._braces.get(offset)
