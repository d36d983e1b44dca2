r"""Reads LaTeX, with or without a preamble: dollars, `\(..\)`, `\[..\]`, display environments, sections, items, cells.

Comments and verbatim text are blanked out first (in a copy; offsets stay), so that nothing in them opens or closes
anything. A line that is only a comment is no blank line. With a `\begin{document}`, only what is inside gives pieces;
the preamble gives macros. Of text commands only their words are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.document import Macro, Piece, Problem
from chainrule.read.formulas import Formula, Formulas
from chainrule.read.headings import Label, label, marker
from chainrule.read.macros import declaration_at, declarations, says_more, shorthands
from chainrule.read.pieces import Pieces, Rule, cleaner
from chainrule.read.regions import Regions
from chainrule.read.tree import Span

_VERBATIM = "verbatim|Verbatim|lstlisting|minted|tikzpicture|comment|filecontents|alltt|asy"
_HIDDEN = re.compile(
    rf"\\begin\s*\{{(?P<env>(?:{_VERBATIM})\*?)\}}|\\(?P<off>iffalse)\b|\\verb\*?(?P<quote>[^\sA-Za-z*])[^\n]*?(?P=quote)"
    r"|\\lstinline(?P<bar>[^\sA-Za-z{\[])[^\n]*?(?P=bar)|\\[^\n]|(?P<line>^[^\S\n]*%[^\n]*(?:\n|\Z))|(?P<comment>%[^\n]*)",
    re.M,
)
_SPECIAL = re.compile(r"[\\$\n&]")
_CONTROL = re.compile(r"\\(?P<name>[A-Za-z@]+)\*?|\\[\s\S]")
_ENVIRONMENT = re.compile(r"\\(?P<kind>begin|end)\s*\{\s*(?P<env>[A-Za-z]+)\*?\s*\}(?:\s*\[[^\[\]\n]*\])?")
_EXERCISE = re.compile(r"[a-z]*(?:problem|exercise|question)", re.IGNORECASE)
"""Environments that hold one exercise each, `exercise`, `homeworkProblem`: they are counted as their class does."""
_EXERCISE_LEVEL = 6
_TABLES = frozenset({"tabular", "tabularx", "tabulary", "longtable", "tabbing"})
_ITEM = re.compile(r"\\item\b[^\S\n]*(?:\[\s*\])?[^\S\n]*")
_SECTION = re.compile(r"\\[a-z]+\*?\s*(?:\[[^\[\]\n]*\]\s*)?(?=\{)")
_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 5,
}
_INPUT = re.compile(r"\\(?:input|include|subfile)\s*\{?\s*([^\s{}\\]+)\s*\}?")
_BODY = re.compile(r"\\begin\s*\{document\}")
_BODY_END = re.compile(r"\\end\s*\{document\}")
_NOT_BLANK = re.compile(r"\S")
_OPTION = r"(?:\s*\[[^\[\]]*\])*"
_LINE_REACH = 2000

PLAIN: tuple[Rule, ...] = (
    (
        "command without words",
        re.compile(
            r"\\(?:label|(?:page|eq|c|C|auto|name|v)?ref|cite[a-zA-Z]*|nocite|includegraphics|[vh](?:space|skip)|usepackage"
            r"|documentclass|bibliography(?:style)?|(?:this)?pagestyle|setlength|setcounter|addtocounter|index|input|include"
            rf"|hypersetup|geometry|graphicspath|newtheorem|phantom|begin|end|color|url)\*?{_OPTION}\s*\{{[^{{}}]*\}}"
        ),
        " ",
    ),
    (
        "first argument",
        re.compile(r"\\(?:textcolor|colorbox|href|hyperref|setlength)\*?(?:\s*\[[^\[\]]*\])?\s*\{[^{}]*\}"),
        " ",
    ),
    ("length", re.compile(r"\\[vh]skip\s*-?[\d.]+\s*[a-z]{2}"), " "),
    ("next argument", re.compile(r"\}\s*\{"), " "),
    ("accent", re.compile(r"\\[\"'`^~]\{?([A-Za-z])\}?"), r"\1"),
    ("line break", re.compile(r"\\\\\*?(?:\[[^\[\]\n]*\])?"), " "),
    ("escape", re.compile(r"\\([%$&#_{}])"), r"\1"),
    ("command", re.compile(r"\\[A-Za-z@]+\*?(?:\[[^\[\]\n]*\])?"), " "),
    ("spacing", re.compile(r"\\[\s\S]|~"), " "),
    ("quotes", re.compile(r"``|''"), '"'),
    ("dashes", re.compile(r"-{2,3}"), "–"),
    ("braces", re.compile(r"[{}]"), ""),
)
"""What is taken away from words, in order."""

_clean = cleaner(PLAIN)


def without_comments(text: str) -> str:
    """A copy of equal length in which comments and verbatim text are blank.

    >>> without_comments("a % b")
    'a    '
    """
    parts: list[str] = []
    copied = 0
    for start, end in _hidden(text):
        if start >= copied:
            keep = "\n" if text[end - 1 : end] == "\n" and text[start:end].count("\n") > 1 else " "
            parts += (text[copied:start], " " * (end - start - 1), keep if end > start else "")
            copied = end
    return "".join((*parts, text[copied:]))


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of comments and verbatim text, from left to right."""
    missing: set[str] = set()
    offset = 0
    while found := _HIDDEN.search(text, offset):
        offset = found.end()
        closer = f"\\end{{{found['env']}}}" if found["env"] else "\\fi" if found["off"] else ""
        if closer and closer not in missing:
            end = text.find(closer, offset)
            if end < 0:
                missing.add(closer)
                continue
            offset = end + len(closer)
            yield found.start(), offset
        elif found["quote"] or found["bar"] or found["line"] or found["comment"]:
            yield found.span()


class Latex:
    """One walk through a LaTeX text. `pieces`, `problems` and `macros` are what it found."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = without_comments(text)
        self.regions = Regions(self.text)
        begin = _BODY.search(self.text, start)
        end = _BODY_END.search(self.text, begin.end()) if begin else None
        self.end = end.start() if end else len(text)
        self.macros: dict[str, Macro] = {
            found.macro.name: found.macro for found in declarations(self.regions, start, len(text))
        }
        self.formulas = Formulas(self.regions, shorthands=shorthands(self.macros))
        self.found = Pieces(self.text, _clean)
        self.words_from = begin.end() if begin else start
        self.tables = 0
        self.exercises = 0
        self.title_end = -1  # words before this offset belong to a title
        self._walk(self.words_from)

    @property
    def pieces(self) -> list[Piece]:
        """The pieces in reading order."""
        return self.found.pieces

    @property
    def problems(self) -> list[Problem]:
        """What was wrong."""
        return self.found.problems

    def _walk(self, offset: int) -> None:
        offset = self._marked(offset, 0)
        while special := _SPECIAL.search(self.text, offset, self.end):
            offset = self._HANDLERS[special.group()](self, special.start())
        self._pause(self.end, self.end)

    def _words(self, end: int, then: int) -> None:
        """Keeps the words up to `end`, less those of a title; the next ones begin at `then`."""
        start = max(self.words_from, min(self.title_end, end))
        self.found.words(start, end)
        self.words_from = then

    def _pause(self, end: int, then: int) -> int:
        self._words(end, then)
        self.found.pause(end)
        return then

    def _line_feed(self, offset: int) -> int:
        end = self.regions.line_end(offset + 1)
        if end < len(self.text) and self.text[offset + 1 : end].strip():
            return offset + 1
        if self.regions.paragraph_end(offset) != offset:
            return offset + 1
        self._pause(offset, offset)
        return self._marked(self._next_word(offset), 0)

    def _next_word(self, offset: int) -> int:
        found = _NOT_BLANK.search(self.text, offset, self.end)
        return found.start() if found else self.end

    def _marked(self, start: int, depth: int) -> int:
        """The heading that a paragraph or an item begins with ("(a) The gradient is"), if it does."""
        end = min(self.regions.line_end(start), self.end)
        control = _CONTROL.match(self.text, start)
        if end - start > _LINE_REACH or (control and (control["name"] in _LEVELS or control["name"] in self._CONTROLS)):
            return start
        ends = self.regions.paragraph_end(start) == end
        found = marker(self.text[start:end], starts=True, ends=ends)
        if not found:
            return start
        self._words(start, start + found.length)
        self.found.marker(start, found, depth)
        return start + found.length

    def _dollar(self, offset: int) -> int:
        formula = self.formulas.at(offset)
        return self._formula(formula) if formula else offset + 1

    def _formula(self, formula: Formula) -> int:
        end = min(formula.outer.end, self.end)
        self._words(formula.outer.start, end)
        declared = list(declarations(self.regions, formula.inner.start, formula.inner.end))
        if not declared or says_more(self.text, formula.inner, declared):
            self.found.formula(formula)
        return end

    def _cell(self, offset: int) -> int:
        return self._pause(offset, offset + 1) if self.tables else offset + 1

    def _backslash(self, offset: int) -> int:
        if declared := declaration_at(self.regions, offset):
            self._words(offset, declared.span.end)
            return declared.span.end
        if formula := self.formulas.at(offset):
            return self._formula(formula)
        control = _CONTROL.match(self.text, offset)
        if not control:
            return offset + 1
        if control.group() == "\\\\" and self.tables:
            return self._pause(offset, control.end())
        reader = self._CONTROLS.get(control["name"] or "")
        if reader is None and control["name"] in _LEVELS:
            return self._section(offset, control["name"])
        return reader(self, offset) if reader else control.end()

    def _section(self, offset: int, name: str) -> int:
        found = _SECTION.match(self.text, offset)
        close = self.regions.closing_brace(found.end()) if found else None
        if not found or close is None:
            return offset + 1
        self._pause(offset, offset)
        title = self.text[found.end() + 1 : close]
        self.found.heading(Span(offset, close + 1), _LEVELS[name], title, label(_clean(title)))
        self.words_from = self.title_end = close + 1
        return self._formulas_of_title(found.end() + 1, close)

    def _formulas_of_title(self, offset: int, end: int) -> int:
        while (special := _SPECIAL.search(self.text, offset, end)) is not None:
            formula = self.formulas.at(special.start()) if special.group() in "\\$" else None
            if formula and formula.outer.end <= end:
                self.found.formula(formula)
            offset = formula.outer.end if formula else special.end() + (special.group() == "\\")
        self.found.pause(end)
        return self._marked(self._next_word(end + 1), 0)

    def _item(self, offset: int) -> int:
        found = _ITEM.match(self.text, offset)
        end = found.end() if found else offset + 1
        self._pause(offset, end)
        self.found.item(offset)
        return self._marked(end, 1)

    def _begin_or_end(self, offset: int) -> int:
        found = _ENVIRONMENT.match(self.text, offset)
        if not found:
            return offset + 1
        self._pause(offset, found.end())
        if found["kind"] == "begin" and _EXERCISE.fullmatch(found["env"]):
            self.exercises += 1
            number = Label(str(self.exercises))
            self.found.heading(Span(*found.span()), _EXERCISE_LEVEL, found["env"], number)
        if found["env"] not in _TABLES:
            return self._marked(self._next_word(found.end()), 0)
        self.tables = max(0, self.tables + (1 if found["kind"] == "begin" else -1))
        columns = self.regions.closing_brace(found.end()) if found["kind"] == "begin" else None
        self.words_from = columns + 1 if columns else found.end()
        return self.words_from

    def _input(self, offset: int) -> int:
        found = _INPUT.match(self.text, offset)
        if not found:
            return offset + 1
        name = found.group(1)
        message = (
            f"the file {name!r} is not opened from here: only the document itself is read. "
            f"Pass it as a document of its own, or with --context if this one builds on it"
        )
        self.found.problem("input-refused", message, Span(*found.span()))
        self._words(offset, found.end())
        return found.end()

    def _paragraph(self, offset: int) -> int:
        return self._pause(offset, offset + len("\\par"))

    _HANDLERS = {"\n": _line_feed, "\\": _backslash, "$": _dollar, "&": _cell}  # noqa: RUF012
    _CONTROLS = {  # noqa: RUF012
        "item": _item,
        "begin": _begin_or_end,
        "end": _begin_or_end,
        "input": _input,
        "include": _input,
        "subfile": _input,
        "par": _paragraph,
    }
