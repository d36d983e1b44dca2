r"""Reads Markdown: `$..$`, `$$..$$`, `\(..\)`, `\[..\]`, ```` ```math ````, bare environments, headings, lists, tables.

One walk from left to right decides what is what, and the first that opens wins: a formula may run over lines that
would be a list, a title or a rule in plain Markdown (`= x`, `- y`, `+ z` at the start of a line), and code, comments,
links and tags may hold dollars. A general Markdown parser takes such lines out of the formula before anybody looks
for mathematics, and has no character offsets; that is why the block structure is read here. Indented lines are not
code: a display under a list item is indented.

Block quotes lose their `>` (blanks stand there in the text), titles keep their formulas: a `Math` behind the `Heading`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.read.bare_brackets import MESSAGE, bare_display, bare_inline, lost_parentheses
from chainrule.read.document import Macro, Piece, Problem
from chainrule.read.formulas import Formula, Formulas, looks_like_tex
from chainrule.read.headings import label, marker
from chainrule.read.macros import declaration_at, declarations, says_more
from chainrule.read.pieces import Pieces, Rule, cleaner
from chainrule.read.regions import Regions
from chainrule.read.tree import Span
from chainrule.read.values_in_code import values_in_code

_SPECIAL = re.compile(r"[\n\\$`<\]|]")
_SPECIAL_OR_PARENTHESIS = re.compile(r"[\n\\$`<\]|(]")
_CODE_REACH = 5000
_LEAD_REACH = 200
_LINE_REACH = 2000
_BOLD = ("*", "_")
_INDENT = re.compile(r"[^\S\n]*")

_BLANK = re.compile(r"[^\S\n]*(?:\n[^\S\n]*)*(?=\n|\Z)")
_FENCE = re.compile(r"[^\S\n]*(?P<ticks>`{3,}|~{3,})(?P<info>[^`\n]*)(?:\n|$)")
_MATH_TICKS = re.compile(r"[^\S\n]*`{3,}[^\S\n]*math[^\S\n]+(?=[^\s`])")
_CLOSING_TICKS = re.compile("`{2,}")
_HASHES = re.compile(r" {0,3}(?P<hashes>#{1,6})(?:[^\S\n]+(?P<title>[^\n]*?))?[^\S\n]*#*[^\S\n]*(?=\n|$)")
_UNDERLINED = re.compile(r" {0,3}(?P<title>[^\s|>][^\n]*)\n {0,3}(?P<line>=+|--+)[^\S\n]*(?=\n|$)")
_OPENS_FORMULA = re.compile(r"^\$\$|\\\[|\\begin\b")
_RULE = re.compile(r" {0,3}([-*_])(?:[^\S\n]*\1){2,}[^\S\n]*(?=\n|$)")
_ITEM = re.compile(r"[^\S\n]*(?:[-*+]|\d{1,9}[.)])(?=[^\S\n]|$)[^\S\n]*", re.M)
_DELIMITER_ROW = re.compile(r"[^\S\n]*\|?[^\S\n]*:?-+:?[^\S\n]*(?:\|[^\S\n]*:?-+:?[^\S\n]*)*\|?[^\S\n]*(?=\n|$)")
_HIDDEN_TAG = re.compile(r"<(?P<tag>pre|script|style|textarea)\b[^<>]*>", re.I)
_MATH_TYPE = re.compile(r"\btype\s*=\s*[\"']math/(?:la)?tex(?P<mode>\s*;\s*mode\s*=\s*display)?\s*[\"']", re.I)
_CDATA = re.compile(r"\s*(?:%\s*<!\[CDATA\[)?(?P<formula>[\s\S]*?)(?:%\s*\]\]>)?\s*")
_TAG = re.compile(r"</?[A-Za-z](?:[^<>$\"\n]++|\"[^\"<>\n]*+\"|\n(?=\S))*+>")
_COMMENT = re.compile(r"[^\S\n]*<!--")
_TICKS = re.compile("`+")
_TARGET = re.compile(r"\]\((?:[^()\s]*(?:\([^()\s]*\)[^()\s]*)*|[^()\n$]*(?:\([^()\n$]*\)[^()\n$]*)*)\)")
_QUOTED = re.compile(r"^(?: {0,3}>)+ ?", re.M)
_LEAD = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*[*_]*")
_TRAIL = re.compile(r"(?:[^\S\n]|[.,;:*_\\])*(?:\{#[^{}\n]*\})?[^\S\n]*(?=\n|\Z)")

PLAIN: tuple[Rule, ...] = (
    ("comment", re.compile(r"<!--[\s\S]*?(?:-->|\Z)"), " "),
    ("picture", re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)"), " "),
    ("link", re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)"), r"\1"),
    ("link target", _TARGET, ""),
    ("tag", _TAG, ""),
    ("ticks of code", re.compile("`+"), ""),
    ("stars of emphasis", re.compile(r"\*+(?=[^\s*]|$)|(?:^|(?<=[^\s*]))\*+"), ""),
    ("label", re.compile(r"\\(?:label|(?:eq|auto|c)?ref|tag)\*?\{[^{}\n]*\}"), ""),
    ("underscores of emphasis", re.compile(r"(?<![\w\\])_+(?=[\w*])|(?<=[\w.,:;!?)])_+(?![\w{\\])"), ""),
    ("line break", re.compile(r"\\(?:\\|$)", re.M), " "),
    ("escape", re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
"""What is taken away from words, in order."""

_clean = cleaner(PLAIN)


def unquoted(text: str) -> str:
    """The text with blanks in place of the `>` of block quotes, where every line of a paragraph has one."""
    if ">" not in text:
        return text
    blocks = re.split(r"(\n[^\S\n]*(?=\n))", text)
    return "".join(_unquoted_block(block) for block in blocks)


def _unquoted_block(block: str) -> str:
    lines = [line for line in block.split("\n") if line.strip()]
    if lines and all(map(_QUOTED.match, lines)):
        return _QUOTED.sub(lambda found: " " * len(found.group()), block)
    return block


class Markdown:
    """One walk through a Markdown text. `pieces`, `problems` and `macros` are what it found."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.regions = Regions(text)
        self.formulas = Formulas(self.regions, markdown=True)
        self.found = Pieces(text, _clean)
        self.macros: dict[str, Macro] = {}
        self.text = text
        self.words_from = start  # where the words that are not yet a piece begin
        self.in_title = False
        self.title_end = start
        self.in_table = False
        self.fresh = True  # the next line starts a paragraph
        self.missing: set[str] = set()  # what closes nothing from here on
        self.special = _SPECIAL_OR_PARENTHESIS if lost_parentheses(text) else _SPECIAL
        self._walk(start)

    @property
    def pieces(self) -> list[Piece]:
        """The pieces in reading order."""
        return self.found.pieces

    @property
    def problems(self) -> list[Problem]:
        """What was wrong."""
        return self.found.problems

    def _walk(self, offset: int) -> None:
        offset = self._line(offset)
        while special := self.special.search(self.text, offset):
            offset = self._HANDLERS[special.group()](self, special.start())
        self._pause(len(self.text))

    # What stands between formulas.

    def _words(self, end: int, then: int) -> None:
        """Keeps the words up to `end`; the next ones begin at `then`."""
        if not self.in_title:
            self.found.words(self.words_from, end)
        self.words_from = then

    def _pause(self, end: int, then: int | None = None) -> None:
        self._words(end, end if then is None else then)
        self.found.pause(end)
        self.in_title = False
        self.fresh = True

    # Lines.

    def _line(self, start: int) -> int:
        """Reads what a line begins with; answers where its text goes on."""
        if start >= len(self.text):
            return start
        for reader in self._LINES:
            offset = reader(self, start)
            if offset is not None:
                return offset
        self.fresh = False
        return start

    def _blank(self, start: int) -> int | None:
        blank = _BLANK.match(self.text, start)
        if not blank:
            return None
        self._pause(start, blank.end())
        self.in_table = False
        return blank.end()

    def _comment_line(self, start: int) -> int | None:
        """A comment at the start of a line; the paragraph may still be to come."""
        found = _COMMENT.match(self.text, start)
        return self._comment(found.end() - len("<!--")) if found else None

    def _fence(self, start: int) -> int | None:
        formula = self._formula_between_ticks(start)
        if formula:
            return self._formula(formula)
        fence = _FENCE.match(self.text, start)
        if not fence:
            return None
        closing = re.compile(rf"^[^\S\n]*{fence['ticks'][0]}{{{len(fence['ticks'])},}}[^\S\n]*$", re.M)
        closed = closing.search(self.text, fence.end())
        stop, end = closed.span() if closed else (len(self.text), len(self.text))
        self._words(start, end)
        if fence["info"].strip().strip("{}").lower() == "math":
            self._formula(self.formulas.alone(fence.end(), stop))
        else:
            self.found.pause(start)
        for line in values_in_code(self.text, fence.end(), stop) if not fence["info"].strip() else ():
            self._formula(Formula(line, line, False))
        self.words_from = end
        self.fresh = True
        return end

    def _formula_between_ticks(self, start: int) -> Formula | None:
        """A fence of mathematics whose formula begins on the line of its ticks, as it may end on that of the others.

        For a Markdown parser this is code within a line, or a fence that only its own line closes; authors write it for
        a display. Ticks are no mathematics: two of them close it, where the third was forgotten.
        """
        opening = _MATH_TICKS.match(self.text, start)
        if not opening:
            return None
        closing = _CLOSING_TICKS.search(self.text, opening.end())
        first_line = opening.end(), self.regions.line_end(start)
        if not closing or not (closing.start() < first_line[1] or looks_like_tex(self.text[slice(*first_line)])):
            return None
        outer = Span(opening.start() + opening.group().index("`"), closing.end())
        return replace(self.formulas.alone(opening.end(), closing.start()), outer=outer)

    def _hashes(self, start: int) -> int | None:
        found = _HASHES.match(self.text, start)
        return self._title(found, len(found["hashes"])) if found else None

    def _underlined(self, start: int) -> int | None:
        found = _UNDERLINED.match(self.text, start) if self.fresh else None
        if (
            not found
            or _ITEM.match(self.text, start)
            or _OPENS_FORMULA.search(found["title"])
            or found["title"].count("$") % 2
        ):
            return None
        return self._title(found, 1 if found["line"][0] == "=" else 2)

    def _title(self, found: re.Match[str], level: int) -> int:
        self._pause(found.start())
        title = found["title"] or ""
        self.found.heading(Span(*found.span()), level, title, label(_clean(title)))
        self.in_title, self.title_end = True, found.end()
        return found.start("title") if title else found.end()

    def _rule(self, start: int) -> int | None:
        found = _RULE.match(self.text, start)
        if found:
            self._pause(start, found.end())
        return found.end() if found else None

    def _item(self, start: int) -> int | None:
        item = _ITEM.match(self.text, start)
        if not item:
            return None
        self._pause(start, item.end())
        self.found.item(start)
        while nested := _ITEM.match(self.text, item.end()):
            item = nested
        self.words_from = item.end()
        fenced = self._fence(item.end())
        return self._marked(item.end(), 1) if fenced is None else fenced

    def _row(self, start: int) -> int | None:
        end = self.regions.line_end(start)
        if _DELIMITER_ROW.fullmatch(self.text, start, end) and "|" in self.text[start:end]:
            self._pause(start, end)
            self.in_table = True
            return end
        heads = "|" in self.text[start:end] and _DELIMITER_ROW.match(self.text, end + 1)
        if heads and "|" in heads.group():
            self.in_table = True
        if self.in_table:
            self._pause(start)
            return start
        return None

    def _bare_display(self, start: int) -> int | None:
        indent = _INDENT.match(self.text, start)
        formula = bare_display(self.text, indent.end() if indent else start)
        if not formula:
            return None
        if all(problem.message != MESSAGE for problem in self.found.problems):
            self.found.problem("eaten-sign", MESSAGE, formula.outer)
        return self._formula(formula)

    def _paragraph(self, start: int) -> int | None:
        offset = self._marked(start, 0)
        return offset if offset > start else None

    def _marked(self, start: int, depth: int) -> int:
        """The heading that a line of text begins with ("(a) The gradient is"), if it does."""
        end = self.regions.line_end(start)
        if end - start > _LINE_REACH or not (self.fresh or self.text[start:end].lstrip()[:1] in _BOLD):
            self.fresh = False
            return start
        found = marker(self.text[start:end], starts=self.fresh, ends=self.regions.paragraph_end(start) == end)
        self.fresh = False
        if not found:
            return start
        self._words(start, start + found.length)
        self.found.marker(start, found, depth)
        self.fresh = found.length == end - start
        return start + found.length

    # Signs within a line.

    def _line_feed(self, offset: int) -> int:
        if self.in_title:
            offset = max(offset, self.title_end)
            self._pause(offset)
        return self._line(offset + 1)

    def _dollar(self, offset: int) -> int:
        formula = self.formulas.at(offset)
        return self._formula(formula) if formula else offset + (2 if self.text.startswith("$$", offset) else 1)

    def _backslash(self, offset: int) -> int:
        if declared := declaration_at(self.regions, offset):
            self.macros[declared.macro.name] = declared.macro
            self._words(offset, declared.span.end)
            return declared.span.end
        formula = self.formulas.at(offset)
        return self._formula(formula) if formula else min(offset + 2, len(self.text))

    def _formula(self, formula: Formula) -> int:
        outer = formula.outer
        self._words(outer.start, outer.end)
        declared = list(declarations(self.regions, formula.inner.start, formula.inner.end))
        self.macros.update({found.macro.name: found.macro for found in declared})
        if not declared or says_more(self.text, formula.inner, declared):
            self.found.formula(formula if self._is_display(formula) else replace(formula, display=False, env=""))
        self.fresh = formula.display
        return outer.end

    def _is_display(self, formula: Formula) -> bool:
        r"""`$$x$$` between words on its line is inline; a formula over several lines, or alone on one, is a display."""
        start, end = formula.outer.start, formula.outer.end
        if not formula.display or formula.env or not self.text.startswith("$$", start) or "\n" in self.text[start:end]:
            return formula.display
        if self.in_table or self.in_title:
            return False
        line = self.text.rfind("\n", max(0, start - _LEAD_REACH), start) + 1
        return bool(
            (line or start < _LEAD_REACH) and _LEAD.fullmatch(self.text, line, start) and _TRAIL.match(self.text, end)
        )

    def _backtick(self, offset: int) -> int:
        formula = self._formula_between_ticks(offset)
        if formula:
            return self._formula(formula)
        run = _TICKS.match(self.text, offset)
        start = run.end() if run else offset + 1
        end = min(self.regions.paragraph_end(offset), offset + _CODE_REACH)
        for closing in _TICKS.finditer(self.text, start, end):
            if len(closing.group()) == start - offset:
                quoted = start - offset == 2 and "''" in self.text[start : closing.start()]  # ``words'' as TeX quotes
                return start if quoted else closing.end()
        return start

    def _angle(self, offset: int) -> int:
        if self.text.startswith("<!--", offset):
            return self._comment(offset)
        tag = _TAG.match(self.text, offset)
        hidden = _HIDDEN_TAG.match(self.text, offset)
        if hidden and (kind := _MATH_TYPE.search(hidden.group())):
            return self._tagged_formula(offset, hidden, display=kind["mode"] is not None)
        end = self._find(f"</{hidden['tag']}>", offset) if hidden else None
        if end is not None:
            self._words(offset, end)
        elif self.text.startswith("<code", offset):
            close = self.text.find("</code>", offset, offset + _LINE_REACH)
            end = close if close >= 0 else None
        return end or (tag.end() if tag else offset + 1)

    def _tagged_formula(self, offset: int, tag: re.Match[str], *, display: bool) -> int:
        """`<script type="math/tex; mode=display">`, as MathJax and kramdown write formulas."""
        end = self._find(f"</{tag['tag']}>", offset)
        if end is None:
            return tag.end()
        inside = _CDATA.fullmatch(self.text, tag.end(), end - len(f"</{tag['tag']}>"))
        assert inside is not None
        formula = self.formulas.alone(*inside.span("formula"))
        return self._formula(replace(formula, outer=Span(offset, end), display=display))

    def _comment(self, offset: int) -> int:
        end = self._find("-->", offset)
        if end is None:
            end = len(self.text)
            message = "the comment that opens with <!-- hides the rest of the document; write --> where it ends"
            self.found.problem("unclosed-comment", message, Span(offset, offset + 4))
        self._words(offset, end)
        return end

    def _find(self, closer: str, offset: int) -> int | None:
        """The offset behind the next `closer`; a closer that is nowhere behind one offset is not looked for again."""
        if closer in self.missing:
            return None
        end = self.text.find(closer, offset)
        if end < 0:
            self.missing.add(closer)
        return end + len(closer) if end >= 0 else None

    def _bracket(self, offset: int) -> int:
        target = _TARGET.match(self.text, offset)
        return target.end() if target else offset + 1

    def _parenthesis(self, offset: int) -> int:
        formula = bare_inline(self.text, offset)
        return self._formula(formula) if formula else offset + 1

    def _bar(self, offset: int) -> int:
        if self.in_table:
            self._pause(offset, offset + 1)
        return offset + 1

    _LINES = (_blank, _comment_line, _fence, _hashes, _underlined, _rule, _row, _item, _bare_display, _paragraph)
    _HANDLERS = {  # noqa: RUF012
        "\n": _line_feed,
        "\\": _backslash,
        "$": _dollar,
        "`": _backtick,
        "<": _angle,
        "]": _bracket,
        "|": _bar,
        "(": _parenthesis,
    }
