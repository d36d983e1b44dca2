r"""Where a formula begins and ends: `$..$`, `$$..$$`, `\(..\)`, `\[..\]` and the display environments.

`Formulas.at(offset)` answers for one opening delimiter. What decides that a delimiter is *not* closed is the same for
all of them: a formula holds no paragraph of prose, and no second opening of its own kind. An unclosed formula ends at
the next blank line, so that the rest of the document is still read.

A dollar is also money. `$5 and $6` opens nothing: the closing dollar must not look like an opening one (a space
before it and none after it) behind words or a bare number, and a digit after it needs TeX inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule.read.regions import Regions
from chainrule.read.tree import Span

_ROWS = ("equation", "align", "alignat", "xalignat", "flalign", "gather", "multline", "eqnarray", "dmath", "darray")
_ONE = ("displaymath", "math")
DISPLAY = frozenset({*_ROWS, *(name + "*" for name in _ROWS), *_ONE, "dgroup", "dgroup*"})
"""Environments that are a formula by themselves."""

INNER = frozenset(
    {
        *("aligned", "alignedat", "split", "gathered", "multlined", "array", "cases", "dcases", "rcases"),
        *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix"),
    }
)
"""Environments that stand inside a formula; bare in the text they are a display, kept with their `\\begin..\\end`."""

BEGIN = re.compile(r"\\begin\s*\{\s*([A-Za-z]+\*?)\s*\}")
_ARGUMENTS = re.compile(r"(?:[^\S\n]*\[[^\[\]\n]*\])?(?:(?<=at\})\s*\{\d*\}|(?<=at\*\})\s*\{\d*\})?")
_DOUBLE = re.compile(r"\\[\s\S]|\$\$")
_SINGLE = re.compile(r"\\(?:text[a-z]*|[mh]box)\s*(?=\{)|\\[\s\S]|\$")
_TEX = re.compile(r"\\[A-Za-z]|\^|\b[A-Za-z]_|_\{|[=<>]")
_STRONG_TEX = re.compile(r"\\[A-Za-z]|[\^_]")
_NAMES = re.compile(r"\s*[A-Za-z]{1,2}\d?(?:\s*,\s*[A-Za-z]{1,2}\d?)+\s*")
"""`$ dV, dQ $`: names with commas between them."""
_LAST_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}[,.;:]?\s*$|^[\d.,]+\W*$")
_CONNECTIVE = re.compile(r"\s(?:and|or|to|per|for|from|at|in|is|was|each|of|an?(?=\s+[A-Za-z]{2}))\s")
_COMMAND = re.compile(r"\\(?:text[a-z]*|mbox|operatorname\*?|math[a-z]+|label|tag)\s*\{[^{}]*\}|\\[A-Za-z]+")
_PROSE = re.compile(r"(?:(?<![A-Za-z\\])[A-Za-z]{2,}[,.;:]?\s+){3}[A-Za-z]{2,}|^[ ]{0,3}#{1,6} |^[^\S\n]*```", re.M)
_BLANK = re.compile(r"\n[^\S\n]*(?=\n)")
_WORD = re.compile(r"[A-Za-z]{2,}")


def is_prose(text: str) -> bool:
    r"""Whether a stretch of text has a sentence in it (four words in a row), not counting `\text{..}` and commands."""
    return bool(_PROSE.search(_COMMAND.sub(" ", text)))


def looks_like_tex(text: str) -> bool:
    """Whether a stretch of text has a command, a script or a sign of a relation in it."""
    return bool(_TEX.search(text))


def trimmed(text: str, start: int, end: int) -> Span:
    """A range without the white space at its ends."""
    body = text[start:end]
    stripped = body.strip()
    start += len(body) - len(body.lstrip()) if stripped else 0
    return Span(start, start + len(stripped))


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula: `outer` with its delimiters, `inner` the TeX alone. `closer` is what was expected at its end."""

    outer: Span
    inner: Span
    display: bool
    env: str = ""
    closer: str = ""
    closed: bool = True


@dataclass(frozen=True)
class Formulas:
    r"""Finds the end of the formula that opens at an offset of the text.

    `markdown` reads a dollar as possible money and knows `\\(..\\)` (a backslash that Markdown takes away);
    `shorthands` are macros that stand for `\begin{env}` or `\end{env}`: {"be": ("begin", "equation")}.

    >>> text = "Let $x$ be"
    >>> Formulas(Regions(text)).at(4).inner
    Span(start=5, end=6)
    """

    regions: Regions
    markdown: bool = False
    shorthands: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def at(self, offset: int) -> Formula | None:
        """The formula whose opening delimiter stands at `offset`; None when none opens there."""
        text = self.regions.text
        if text.startswith("$$", offset):
            return self._double(offset)
        if text.startswith("$", offset):
            return self._single(offset)
        for opener, (closer, steps, markdown_only) in _BRACKETS.items():
            if text.startswith(opener, offset) and markdown_only <= self.markdown:
                return self._bracket(offset, opener, closer, steps)
        return self._environment(offset)

    def alone(self, start: int, end: int) -> Formula:
        """The formula that fills a range by itself (a fence, a cell); an environment that fills it is peeled."""
        return self._display(Span(start, end), start, end)

    def _double(self, offset: int) -> Formula | None:
        text = self.regions.text
        close = self._search(_DOUBLE, "$$", offset + 2, len(text))
        if close is None or self._prose_after_blank_line(offset + 2, close):
            found = self._unclosed(offset, offset + 2, "$$", True)
            return found if _TEX.search(text, found.inner.start, found.inner.end) or not self.markdown else None
        return self._display(Span(offset, close + 2), offset + 2, close)

    def _single(self, offset: int) -> Formula | None:
        text, end = self.regions.text, self.regions.paragraph_end(offset)
        close = self._closing_dollar(offset + 1, end)
        inside = text[offset + 1 : end if close is None else close]
        if close is not None and self._closes(inside, text[close + 1 : close + 2]):
            tick = 1 if len(inside) > 2 and inside[0] == inside[-1] == "`" else 0
            inner = trimmed(text, offset + 1 + tick, close - tick)
            return Formula(Span(offset, close + 1), inner, False)
        if self.markdown and (not _TEX.search(inside) or inside[:1].isdigit() or inside[:1].isspace()):
            return None
        stop = offset + 1 + len(inside)
        return Formula(Span(offset, stop), trimmed(text, offset + 1, stop), False, closer="$", closed=False)

    def _closing_dollar(self, start: int, end: int) -> int | None:
        """The next dollar of this nesting: those inside `\\text{..}` open formulas of their own."""
        while found := _SINGLE.search(self.regions.text, start, end):
            if found.group() == "$":
                return found.start()
            group = self.regions.closing_brace(found.end()) if len(found.group()) > 2 else None
            start = group + 1 if group is not None and group < end else found.end()
        return None

    def _closes(self, inside: str, after: str) -> bool:
        """Whether the dollar between `inside` and `after` closes the one before `inside`."""
        if not inside.strip():
            return False
        spaced = inside[0].isspace(), inside[-1].isspace()
        if spaced == (False, True) and (after.isalnum() or after in ("\\", "(", "[", "{")):
            return not _LAST_WORD.search(inside) and (not self.markdown or bool(_TEX.search(inside)))
        return not self.markdown or self._is_not_money(inside, after, any(spaced))

    def _is_not_money(self, inside: str, after: str, spaced: bool) -> bool:
        if after.isdigit():
            return bool(_STRONG_TEX.search(inside))
        if spaced:
            return bool(_TEX.search(inside) or _NAMES.fullmatch(inside)) or len(inside.split()) == 1
        return not (inside[0].isdigit() and _CONNECTIVE.search(inside) and not _STRONG_TEX.search(inside))

    def _bracket(self, offset: int, opener: str, closer: str, steps: re.Pattern[str]) -> Formula | None:
        text, start, display = self.regions.text, offset + len(opener), opener[-1] == "["
        end = len(text) if display else self.regions.paragraph_end(offset)
        close = self._search(steps, closer, start, end)
        if close is None or (display and self._prose_after_blank_line(start, close)):
            return None if opener[1] == "\\" else self._unclosed(offset, start, closer, display)
        outer = Span(offset, close + len(closer))
        return self._display(outer, start, close) if display else Formula(outer, trimmed(text, start, close), False)

    def _search(self, pattern: re.Pattern[str], closer: str, start: int, end: int) -> int | None:
        """The first place where `pattern`, which also steps over escapes, finds `closer`; None at a second opening."""
        opener = closer.translate(_MIRROR)
        for found in pattern.finditer(self.regions.text, start, end):
            if found.group() == closer:
                return found.start()
            if found.group() == opener:
                return None
        return None

    def _environment(self, offset: int) -> Formula | None:
        text = self.regions.text
        begin = BEGIN.match(text, offset)
        env, start = (begin.group(1), begin.end()) if begin else self._shorthand(offset)
        if env in INNER and begin:
            return self._inner_environment(offset, start, env)
        if env not in DISPLAY:
            return None
        arguments = _ARGUMENTS.match(text, start)
        start = arguments.end() if arguments else start
        end = self._end_of(env, start)
        closer = f"\\end{{{env}}}"
        if end is None or self._prose_after_blank_line(start, end.start):
            return self._unclosed(offset, start, closer, env != "math", env)
        return Formula(Span(offset, end.end), trimmed(text, start, end.start), env != "math", env)

    def _shorthand(self, offset: int) -> tuple[str, int]:
        found = _CONTROL_WORD.match(self.regions.text, offset)
        kind, env = self.shorthands.get(found.group(1), ("", "")) if found else ("", "")
        return (env, found.end()) if found and kind == "begin" else ("", offset)

    def _end_of(self, env: str, start: int) -> Span | None:
        """Where the environment ends; None when another one of its name begins before that."""

        def words(kind: str) -> str:
            names = [name for name, stands_for in self.shorthands.items() if stands_for == (kind, env)]
            return "".join(rf"|\\{re.escape(name)}(?![A-Za-z])" for name in names)

        name = rf"\s*\{{\s*{re.escape(env)}\s*\}}"
        pattern = re.compile(rf"(?P<begin>\\begin{name}{words('begin')})|\\end{name}{words('end')}")
        found = pattern.search(self.regions.text, start)
        return Span(*found.span()) if found and not found.group("begin") else None

    def _inner_environment(self, offset: int, start: int, env: str) -> Formula:
        depth = 1
        for found in re.compile(rf"\\(begin|end)\s*\{{\s*{env}\s*\}}").finditer(self.regions.text, start):
            depth += 1 if found.group(1) == "begin" else -1
            if depth == 0 and not self._prose_after_blank_line(start, found.start()):
                return Formula(Span(offset, found.end()), Span(offset, found.end()), True)
            if depth in (0, 20):
                break
        return self._unclosed(offset, offset, f"\\end{{{env}}}", True)

    def _display(self, outer: Span, start: int, end: int) -> Formula:
        """A display; when one display environment is all it holds, that environment names it."""
        text = self.regions.text
        inner = trimmed(text, start, end)
        begin = BEGIN.match(text, inner.start, inner.end)
        if begin and begin.group(1) in DISPLAY:
            within = self._environment(inner.start)
            if within and within.closed and within.outer.end == inner.end:
                return Formula(outer, within.inner, True, within.env)
        return Formula(outer, inner, True)

    def _unclosed(self, offset: int, start: int, closer: str, display: bool, env: str = "") -> Formula:
        end = self.regions.paragraph_end(start)
        return Formula(Span(offset, end), trimmed(self.regions.text, start, end), display, env, closer, False)

    def _prose_after_blank_line(self, start: int, end: int) -> bool:
        blank = self.regions.paragraph_end(start)
        return blank < end and any(_is_text(part) for part in _BLANK.split(self.regions.text[blank:end]))


def _is_text(paragraph: str) -> bool:
    """Whether a paragraph cannot be inside of a formula: a sentence, another formula, or words without any TeX."""
    bare = _COMMAND.sub(" ", paragraph)
    return bool(_PROSE.search(bare) or "$" in bare or (_WORD.search(bare) and not _TEX.search(paragraph)))


_CONTROL_WORD = re.compile(r"\\([A-Za-z]+)")
_MIRROR = str.maketrans(")]", "([")
_ESCAPE = re.compile(r"\\[\s\S]")
_BRACKETS = {  # opening: its closing, what a search for it steps over, whether Markdown alone knows it
    "\\(": ("\\)", _ESCAPE, False),
    "\\[": ("\\]", _ESCAPE, False),
    "\\\\(": ("\\\\)", re.compile(r"\\\\[()]|\\[\s\S]"), True),
    "\\\\[": ("\\\\]", re.compile(r"\\\\[\[\]]|\\[\s\S]"), True),
}
