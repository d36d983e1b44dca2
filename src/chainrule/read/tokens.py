r"""TeX mathematics as a flat list of tokens with their places.

A regular expression of our own, not a LaTeX walker: a derivation has thousands of tokens, each must know where it
stands, and what comes out of a macro must carry the place of the call. One pass of `re` costs about a microsecond a
token. Signs that are not ASCII are rewritten to TeX first, the rare ones with the table of `pylatexenc`.

>>> [t.text for t in tokenize(r"w_1 \cdot 0.5", 0, 13)]
['w', '_', '1', 'cdot', '0.5']
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from chainrule.read.symbols import (
    CHARACTERS,
    COMBINING,
    CONTROL_SYMBOLS,
    PLAIN_TEXT,
    QUANTITY_WORDS,
    SUBSCRIPT_WORDS,
    SUBSCRIPTS,
    SUFFIX_WORDS,
    SUPERSCRIPTS,
    UNICODE,
    WORDS,
)


class Token(NamedTuple):
    """One sign: its kind (see `symbols`), its text or value, its place, and whether a space stands before it."""

    kind: str
    text: str
    start: int
    end: int
    space: bool = False

    def moved(self, start: int, end: int) -> Token:
        """The same sign at another place."""
        return Token(self.kind, self.text, start, end, self.space)


_UNIT = r"(?:ex|em|pt|cm|mm|in|px|bp|mu|\\[A-Za-z]+)"
# The letters of scripts that are written without spaces (Chinese, Japanese, Korean), and their stops.
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WIDE_STOPS = "、。，；：！？"
_THOUSANDS = re.compile(r"[1-9]\d*(?:\{,\}\d{3})+(?:\.\d+)?")
_TOKEN = re.compile(
    rf"""
    (?P<space>[\s~]+)
  | (?P<comment>%[^\n]*)
  | (?P<row>\\\\\*?(?:\s*\[\s*-?[\d.]+\s*{_UNIT}\s*\])?)
  | (?P<sized>\\[bB]igg?[lrm]?\s*\{{\s*(?:[()\[\]|/]|\\[{{}}|]|\\[A-Za-z]+)\s*\}})
  | (?P<command>\\(?:(?:operatorname|hspace|vspace|tag)\*|[A-Za-z]+))
  | (?P<symbol>\\[\s\S]?)
  | (?P<number>[1-9]\d*(?:\{{,\}}\d{{3}})+(?!\d)(?:\.\d+)?
             | (?<![_^]\{{)\d+\{{[,.]\}}\d+
             | (?:\d*\.\d+|\d+)(?:[eE][-+]?\d+(?![A-Za-z_^]))
             | \d+\.(?=\s*(?:&|\\\\|\\end|[)\}}\],]))
             | \d*\.\d+ | \d+)
  | (?P<abbreviation>(?<![A-Za-z\\])s\.\s?t(?:\.|(?=\s*(?:[&~]|\\(?:[ ,;:!]|q?quad)))))
  | (?P<identifier>[A-Za-z]+(?:\\_[A-Za-z]{{2,}}\d*)+)
  | (?P<letters>(?:[A-Za-z](?![{"".join(COMBINING)}]))+)
  | (?P<dots>\.\.\.+)
  | (?P<sign>:[ \t]*&?[ \t]*=|=:|===?|!=|<=>|<=|>=|=>|->|\|\||[\x00-\x7f])
  | (?P<raised>[{"".join(SUPERSCRIPTS)}]+)
  | (?P<lowered>[{"".join(SUBSCRIPTS)}]+)
  | (?P<unspaced>[{_IDEOGRAPHS}][{_IDEOGRAPHS}{_WIDE_STOPS}]*(?:\s*:(?!=))?)
  | (?P<other>.[{"".join(COMBINING)}]*)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)


# Signs behind which a run without spaces is a name of the formula.
_BESIDE_NAMES = frozenset(["rel", "sum", "prod", "^", "_", "{"])
_NAME_BEFORE = re.compile(r"(?:\s*\([^()]*\)\s*:?=|\s*[-=+*/^_}<>≤≥≈])")
# `CrossEntropy(` and `layerNorm(` are words, no products of twelve letters.
_CALLED = re.compile(r"(?:[A-Z]?[a-z]{2,})(?:[A-Z][a-z]{2,})+")


# What stands behind a sign of a sum whose backslash is lost, `sum_i a_i`: its letter, and an operand. A name `sum_i`
# has a relation or another sign behind it as a rule.
_OVER = re.compile(
    r"_(?:\{[^{}]*\}|[a-z](?![A-Za-z]))(?:\^(?:\{[^{}]*\}|\w))?\s*"
    r"(?=[A-Za-z(\[{\d]|\\(?!(?:cdot|times|le|ge|leq|geq|to|in|q?quad|text)(?![A-Za-z]))[A-Za-z])"
)


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`; spaces and comments only leave a mark on the token that follows."""
    tokens: list[Token] = []
    space = False
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or ""
        if kind in ("space", "comment"):
            space = True
            continue
        tokens.extend(_READ[kind](match, tokens, space))
        space = False
    return tokens


_DECIMAL_COMMA = re.compile(r"(?<![\d_^{}])(?:0\{,\}\d+|[1-9]\d*\{,\}(?:\d{1,2}|\d{4,}))(?![\d{])")


def with_decimal_points(text: str) -> str:
    r"""The text with `1{.}125` for `1{,}125` where another number, `0{,}5`, tells of decimal commas.

    >>> with_decimal_points("0{,}5 + 1{,}125"), with_decimal_points("1{,}125 + 2{,}000")
    ('0{.}5 + 1{.}125', '1{,}125 + 2{,}000')
    """
    return re.sub(r"(?<=\d)\{,\}(?=\d)", "{.}", text) if _DECIMAL_COMMA.search(text) else text


def _row(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    return [Token("row", "\\\\", m.start(), m.end(), space)]


def _command(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    return [Token("command", m.group()[1:], m.start(), m.end(), space)]


def _sized(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    r"""A delimiter in braces of its own behind a command for its size: `\Big{(}` is the delimiter."""
    brace = m.group().index("{")
    inside = tokenize(m.string, m.start() + brace + 1, m.end() - 1)
    return [t.moved(m.start(), m.end())._replace(space=space) for t in inside[:1]]


def _symbol(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    kind, text = CONTROL_SYMBOLS.get(m.group()[1:], ("command", m.group()[1:]))
    return [Token(kind, text, m.start(), m.end(), space)]


def _number(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    r"""`1{,}000` has thousands, `0{,}5` and `2{,}75` have a decimal comma."""
    comma = "" if _THOUSANDS.fullmatch(m.group()) else "."
    return [Token("number", m.group().replace("{,}", comma).replace("{.}", "."), m.start(), m.end(), space)]


def _identifier(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    return [Token("word", m.group().replace("\\_", "_"), m.start(), m.end(), space)]


def _unspaced(m: re.Match[str], before: list[Token], space: bool) -> list[Token]:
    r"""A run of ideographs or syllables: a name where a sign of the formula stands beside it, `\frac{正}{全} = 損失`,
    else words, `令 w = 0`."""
    name = (before and before[-1].kind in _BESIDE_NAMES) or _NAME_BEFORE.match(m.string, m.end())
    kind = "word" if name else "text"
    return [Token(kind, m.group(), m.start(), m.end(), space)]


def _abbreviation(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    return [Token("text", m.group(), m.start(), m.end(), space)]


def _dots(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    return [Token("dots", "...", m.start(), m.end(), space)]


def _sign(m: re.Match[str], before: list[Token], space: bool) -> list[Token]:
    sign = m.group()
    if sign[0] == ":" and sign[-1] == "=":
        if "&" in sign and _has_relation(before):  # `i = j: &= ...` is a case and what holds in it
            places = (m.start(), m.start() + sign.index("&"), m.end() - 1)
            return [Token(*CHARACTERS[c], at, at + 1, space) for c, at in zip(":&=", places, strict=True)]
        sign = ":="  # `:&=` is aligned within the sign
    kind, text = CHARACTERS.get(sign, ("space", ""))
    return [Token(kind, text, m.start(), m.end(), space)]


def _has_relation(before: list[Token]) -> bool:
    """Whether the row of a display has a relation already."""
    for token in reversed(before):
        if token.kind == "row":
            return False
        if token.kind == "rel" or token.text in ("ne", "neq", "le", "leq", "ge", "geq", "lt", "gt", "in", "not"):
            return True
    return False


def _letters(m: re.Match[str], before: list[Token], space: bool) -> list[Token]:
    """A run of letters: a known word is one token, else each letter is. After `^` and `_` TeX takes one letter only."""
    run, at = m.group(), m.start()
    if run in PLAIN_TEXT:
        return [Token("text", run, at, m.end(), space)]
    lowered = bool(before) and before[-1].kind == "_"
    if run in ("sum", "prod") and not _scripted_before(before) and _OVER.match(m.string, m.end()):
        return [Token("big", run, at, m.end(), space)]
    if run in WORDS or run in (SUBSCRIPT_WORDS if lowered else QUANTITY_WORDS):
        return [Token("word", run, at, m.end(), space)]
    if len(run) == 1:
        return [Token("letter", run, at, at + 1, space)]
    if _CALLED.fullmatch(run) and m.string[m.end() :].startswith(("(", "\\left(")) and not _scripted_before(before):
        return [Token("word", run, at, m.end(), space)]
    head = 1 if before and before[-1].kind in ("^", "_") and run[1:] in WORDS else len(run) - len(_suffix(m))
    tokens = [Token("letter", c, at + i, at + i + 1, space and i == 0) for i, c in enumerate(run[:head])]
    return [*tokens, Token("word", run[head:], at + head, m.end())] if head < len(run) else tokens


def _scripted_before(before: list[Token]) -> bool:
    return bool(before) and before[-1].kind in ("^", "_")


def _suffix(m: re.Match[str]) -> str:
    """The function word that ends a run of letters before a parenthesis, or nothing."""
    if not m.string[m.end() :].startswith(("(", "\\left(")):
        return ""
    return next((word for word in SUFFIX_WORDS if m.group().endswith(word)), "")


def _scripted(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    """Raised and lowered characters become a script in braces."""
    mark, table = ("^", SUPERSCRIPTS) if m.lastgroup == "raised" else ("_", SUBSCRIPTS)
    tex = mark + "{" + "".join(table[c] for c in m.group()) + "}"
    return _spelled(tex, m, space)


def _other(m: re.Match[str], _: list[Token], space: bool) -> list[Token]:
    tex = _tex(m.group())
    if tex or m.group() in UNICODE:
        return _spelled(tex, m, space)
    kind = "letter" if m.group()[0].isalpha() else "unknown-sign"
    return [Token(kind, m.group(), m.start(), m.end(), space)]


def _spelled(tex: str, m: re.Match[str], space: bool) -> list[Token]:
    tokens = [t.moved(m.start(), m.end()) for t in tokenize(tex, 0, len(tex))]
    return [tokens[0]._replace(space=space), *tokens[1:]] if tokens else []


@lru_cache(maxsize=512)
def _tex(sign: str) -> str:
    """How TeX spells a sign that is not ASCII (with combining marks after it), in ASCII."""
    known = UNICODE.get(sign)
    if known is not None:
        return known + (" " if known.startswith("\\") else "")
    decomposed = unicodedata.normalize("NFD", sign)
    base, marks = decomposed[:1], decomposed[1:]
    if marks and all(c in COMBINING for c in marks):
        inner = base if base.isascii() else _tex(base)
        return "".join(f"\\{COMBINING[c]}{{" for c in reversed(marks)) + inner + "}" * len(marks)
    return _styled(sign) or _from_table(sign)


_ALPHABETS = (
    ("DOUBLE-STRUCK", "mathbb"),
    ("SCRIPT", "mathcal"),
    ("FRAKTUR", "mathfrak"),
    ("BLACK-LETTER", "mathfrak"),
    ("SANS-SERIF", "mathsf"),
    ("MONOSPACE", "mathtt"),
    ("BOLD", "mathbf"),
)


def _styled(sign: str) -> str:
    """A letter of a mathematical alphabet (bold, script, double-struck ...) as a style over the plain letter."""
    name, plain = unicodedata.name(sign[:1], ""), unicodedata.normalize("NFKC", sign)
    if plain == sign or len(plain) != 1:
        return ""
    inner = plain if plain.isascii() else _tex(plain)
    style = next((command for word, command in _ALPHABETS if word in name), "")
    return f"\\{style}{{{inner}}}" if style else inner


def _from_table(sign: str) -> str:
    from pylatexenc.latexencode import get_builtin_uni2latex_dict  # 1,500 signs; loaded for rare ones only

    tex = str(get_builtin_uni2latex_dict().get(ord(sign[0]), ""))
    if tex.startswith("\\ensuremath{") and tex.isascii():
        return tex.removeprefix("\\ensuremath{")[:-1] + " "
    return ""


_READ = {
    "abbreviation": _abbreviation,
    "unspaced": _unspaced,
    "row": _row,
    "sized": _sized,
    "command": _command,
    "symbol": _symbol,
    "number": _number,
    "identifier": _identifier,
    "letters": _letters,
    "dots": _dots,
    "sign": _sign,
    "raised": _scripted,
    "lowered": _scripted,
    "other": _other,
}
