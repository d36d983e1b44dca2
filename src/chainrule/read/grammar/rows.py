r"""The layout of a formula above its expressions: rows, pieces of a row, and chains that run over several rows.

A piece ends at `\\`, at an arrow (`\implies`), at words (`\text{and}`), and at a `\quad`, a comma or an even `&` when
each side has a relation of its own. What only restricts the indices of the piece before it (`, \quad i \neq j`) is
tagged as if a word had led to it. A row that starts with a relation or a binary operator goes on with the piece
before it: the two are joined here, as tokens, so the expression parser only ever sees whole chains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.grammar.connectives import CONNECTIVES
from chainrule.read.grammar.equation_arrays import with_equations
from chainrule.read.grammar.remarks import (
    said_by_words,
    separates,
    without_end_sign,
    without_leading_number,
    without_own_number,
    without_remarks,
)
from chainrule.read.symbols import ARITY, COMPARING, CONDITIONS, ROW_ENVIRONMENTS
from chainrule.read.tokens import Token

_OPENER = {"}": "{", "end": "begin", "right": "left"}
_OPENING, _CLOSING = frozenset(_OPENER.values()), frozenset(_OPENER)
_LASTING = frozenset(["for", "where", "s.t."])
_UNBOX = frozenset(["rel", "row", "implies", "text", "quad"])
_BARS = ("|", "‖")
_TRAILING = frozenset(["comma", "dot", "quad", "&"])


@dataclass(frozen=True, slots=True)
class Piece:
    """The tokens of one relation or expression, and the word or arrow that led to it; `words` when it is only words."""

    tokens: list[Token]
    tag: str = ""
    words: bool = False


def pieces(tokens: list[Token]) -> list[Piece]:
    """The pieces of a formula in order, chains joined."""
    flat = _unboxed(_with_lone_bars(_without_idle_braces(with_equations(tokens))))
    indices = _script_letters(flat)
    found: list[Piece] = []
    for row in _joined_fences(_rows(flat)):
        for piece in _restrictions_tagged(_row_pieces(row), indices):
            _append(found, piece)
    return found


def _without_idle_braces(tokens: list[Token]) -> list[Token]:
    r"""Without the braces around words that begin a cell, `0 & {\mbox{if}} & x < 0`, and around all that stands in a
    fence, `\left\{ { .. } \right.`."""
    idle: set[int] = set()
    for i, j in partners(tokens).items():
        before = tokens[i - 1].kind if i else ""
        words = j == i + 2 and tokens[i + 1].kind == "text" and before in ("&", "row", "begin", "quad", "comma")
        fenced = before == "left" and j + 1 < len(tokens) and tokens[j + 1].kind == "right"
        if tokens[i].kind == "{" and (words or fenced):
            idle |= {i, j}
    return [t for i, t in enumerate(tokens) if i not in idle] if idle else tokens


def _with_lone_bars(tokens: list[Token]) -> list[Token]:
    r"""A bar that is made to close what no such bar has opened divides, `KL(q \rVert p)`, and so does one that is made
    to open and that nothing closes: `p(y \lvert x)`."""
    out: list[Token] = []
    opened: list[tuple[str, int]] = []
    for token in tokens:
        if token.kind == "close" and token.text in _BARS and token.text not in [text for text, _ in opened[-1:]]:
            out.append(token._replace(kind="bar"))
            continue
        if token.kind in ("open", "{", "begin", "left"):
            opened.append((token.text, len(out)))
        elif token.kind in ("close", "}", "end", "right"):
            while token.text not in _BARS and opened and opened[-1][0] in _BARS and token.kind != "right":
                at = opened.pop()[1]
                out[at] = out[at]._replace(kind="bar")
            if opened:
                opened.pop()
        out.append(token)
    return out


# -- boxes and alignment environments around rows ---------------------------------------------------------------------


def partners(tokens: list[Token]) -> dict[int, int]:
    """For every opening brace, environment and `\\left` that is closed, the place of what closes it."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    count = Counter[str]()
    for i, token in enumerate(tokens):
        if token.kind in _OPENING:
            waiting.append(i)
            count[token.kind] += 1
        elif token.kind in _CLOSING and count[_OPENER[token.kind]]:
            while tokens[waiting[-1]].kind != _OPENER[token.kind]:
                count[tokens[waiting.pop()].kind] -= 1
            count[_OPENER[token.kind]] -= 1
            pairs[waiting.pop()] = i
    return pairs


def _unboxed(tokens: list[Token]) -> list[Token]:
    """Without the alignment environments on the outer level and without braces around whole rows (`\\boxed{a = b}`)."""
    tokens = _continued_fences(tokens)
    pairs = partners(tokens)
    around = _braces_around_rows(tokens, pairs)
    dropped: set[int] = set()
    i = 0
    while i < len(tokens):
        end = pairs.get(i)
        if end is None:
            i = _behind_arguments(tokens, i, pairs)
        elif i in around or _is_box(tokens, i, end, pairs):
            dropped.update((i, end))
            i += 1
        else:
            i = end + 1
    return [t for i, t in enumerate(tokens) if i not in dropped]


def _is_box(tokens: list[Token], i: int, end: int, pairs: dict[int, int]) -> bool:
    """Whether what opens here and its partner only surround rows."""
    token = tokens[i]
    if token.kind == "begin":
        return token.text in ROW_ENVIRONMENTS
    return token.kind == "left" and pairs.get(i + 1) == end - 1 and _is_system(tokens, i)


def _behind_arguments(tokens: list[Token], i: int, pairs: dict[int, int]) -> int:
    """The place behind a token and the braced arguments it takes."""
    arguments = 1 if tokens[i].kind in ("^", "_") else ARITY.get(tokens[i].kind, 0)
    i += 1
    while arguments and i in pairs and tokens[i].kind == "{":
        i = pairs[i] + 1
        arguments -= 1
    return i


def _braces_around_rows(tokens: list[Token], pairs: dict[int, int]) -> set[int]:
    """The brace groups that hold a relation, a line break or words, themselves or in an inner one, innermost first."""
    found: set[int] = set()
    for start in sorted((i for i in pairs if tokens[i].kind == "{"), reverse=True):
        own = list(_own_level(tokens, start + 1, pairs[start], pairs))
        needs_braces = any(tokens[i].kind in ("switch", "over") for i in own)
        if not needs_braces and any(i in found or _is_row_sign(tokens[i]) for i in own):
            found.add(start)
    return found


def _own_level(tokens: list[Token], i: int, end: int, pairs: dict[int, int]) -> Iterator[int]:
    """The places of a group that are not inside an inner one or an argument."""
    while i < end:
        yield i
        i = pairs[i] + 1 if i in pairs else _behind_arguments(tokens, i, pairs)


def _is_row_sign(token: Token) -> bool:
    return token.kind in _UNBOX or (token.kind == "begin" and token.text in ROW_ENVIRONMENTS)


def _is_system(tokens: list[Token], i: int) -> bool:
    r"""Whether `\left\{` opens a row and holds aligned rows: equations side by side, not the cases of a value."""
    inside = tokens[i + 1].kind == "begin" and tokens[i + 1].text in ROW_ENVIRONMENTS
    return inside and all(t.kind in ("&", "quad", "row", "begin") for t in tokens[max(0, i - 1) : i])


def _continued_fences(tokens: list[Token]) -> list[Token]:
    r"""Without `\right. \\ \left.`, the way to break a line inside a fence."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.kind == "right" and token.text == "":
            after = i + 1
            while after < len(tokens) and tokens[after].kind in ("row", "&", "quad"):
                after += 1
            if after > i + 1 and after < len(tokens) and tokens[after].kind == "left" and tokens[after].text == "":
                i = after + 1
                continue
        out.append(token)
        i += 1
    return out


# -- rows -------------------------------------------------------------------------------------------------------------


def _rows(tokens: list[Token]) -> list[list[Token]]:
    """Cut at the line breaks outside of everything that is opened and closed again."""
    rows: list[list[Token]] = [[]]
    pairs = partners(tokens)
    closing = set(pairs.values())
    depth = 0
    for i, token in enumerate(tokens):
        depth += (i in pairs) - (i in closing)
        if token.kind == "row" and depth == 0:
            rows.append([])
        else:
            rows[-1].append(token)
    ended = (without_leading_number(without_own_number(without_end_sign(row))) for row in rows)
    return [row for row in ended if any(t.kind not in _TRAILING for t in row)]


def _joined_fences(rows: list[list[Token]]) -> list[list[Token]]:
    """Rows with an open parenthesis together with the rows after them that close it, if that makes it even."""
    out: list[list[Token]] = []
    i = 0
    while i < len(rows):
        end = _closing_row(rows, i)
        out.append([t for row in rows[i : end + 1] for t in row])
        i = end + 1
    return out


def _closing_row(rows: list[list[Token]], i: int) -> int:
    balance = _balance(rows[i])
    for end in range(i + 1, min(i + 5, len(rows))):
        if balance <= 0 or _starts_with(rows[end], "rel"):
            break
        balance += _balance(rows[end])
        if balance == 0:
            return end
    return i


def _balance(row: list[Token]) -> int:
    return sum((t.kind == "open") - (t.kind == "close") for t in row)


def _starts_with(row: list[Token], *kinds: str) -> bool:
    first = next((t for t in row if t.kind not in ("&", "quad")), None)
    return first is not None and first.kind in kinds


# -- pieces of a row --------------------------------------------------------------------------------------------------


def _row_pieces(row: list[Token]) -> list[Piece]:
    r"""A row cut at arrows and words, then at wide spaces, then at commas. A formula without a relation behind words
    beside an equation, `\text{transpose of } W`, or right before them, `W \text{ transposed}`, belongs to them."""
    depth = _levels(row)
    found: list[Piece] = []
    tag, start, aside = "", 0, False
    for i, token in enumerate(row):
        if depth[i] == 0 and token.kind in ("implies", "text"):
            words = token.kind == "text" and not _is_connective(token)
            said = words and not token.text.lstrip().startswith("(")
            end = start + said_by_words(row[start:i], depth[start:i]) if said else i
            found.extend(
                _columns(row[start:end], depth[start:end], tag) if not aside or _relates(row[start:end]) else []
            )
            tag, aside = _tag_of(token, tag), False
            if words:
                found.append(Piece([token], words=True))
                aside = i > 0 and row[i - 1].kind in ("&", "quad") and _relates(row[:i])
            start = i + 1
    found.extend(_columns(row[start:], depth[start:], tag) if not aside or _relates(row[start:]) else [])
    return found


def _relates(tokens: list[Token]) -> bool:
    return any(t.kind == "rel" for t in tokens)


def _restrictions_tagged(found: list[Piece], indices: set[str]) -> list[Piece]:
    """The pieces of a row; one that compares an index after the first of them is a condition even without a word."""
    return [
        Piece(p.tokens, "if") if n and not (p.tag or p.words) and _compares_index(p.tokens, indices) else p
        for n, p in enumerate(found)
    ]


def _compares_index(tokens: list[Token], indices: set[str]) -> bool:
    """`i \\neq j`, `(k = y_i)`: a letter of `indices` compared to a letter, a label or a number."""
    if _is_remark(tokens):
        tokens = tokens[1:-1]
    signs = [t for t in tokens if t.kind not in _TRAILING and t.kind not in ("{", "}")]
    kinds = [t.kind for t in signs]
    if kinds[:3] not in (["letter", "rel", "letter"], ["letter", "rel", "number"]):
        return False
    labelled = kinds[3:] in ([], ["_", "letter"]) and (not kinds[3:] or kinds[2] == "letter")
    return labelled and signs[1].text in COMPARING and signs[0].text in indices


def _script_letters(tokens: list[Token]) -> set[str]:
    """The letters in subscripts and superscripts."""
    pairs = partners(tokens)
    found: set[str] = set()
    for i, token in enumerate(tokens):
        if token.kind in ("_", "^") and i + 1 < len(tokens):
            end = pairs.get(i + 1, i + 1)
            found |= {t.text for t in tokens[i + 1 : end + 1] if t.kind == "letter"}
    return found


def _is_remark(part: list[Token]) -> bool:
    """A relation in parentheses after a wide space: `\\quad (i \\neq j)`."""
    closed = len(part) > 2 and part[0].kind == "open" and part[0].text == "(" and part[-1].kind == "close"
    return closed and any(t.kind == "rel" for t in part) and sum(t.kind == "open" for t in part) == 1


def _levels(row: list[Token]) -> list[int]:
    """How deep each token stands in braces, environments and, if they are in order, parentheses."""
    hard: list[int] = []
    soft: list[int] = []
    a = b = 0
    for token in row:
        if token.kind in _CLOSING:
            a, b = a - 1, b - 1
        elif token.kind == "close":
            b -= 1
        hard.append(a)
        soft.append(b)
        if token.kind in _OPENING:
            a, b = a + 1, b + 1
        elif token.kind == "open":
            b += 1
    return soft if b == a and min(soft, default=0) >= 0 else hard


def _word(token: Token) -> str:
    return token.text.strip(" ,.:;()~").lower()


def _is_connective(token: Token) -> bool:
    return _word(token) in CONNECTIVES or not _word(token)


def _tag_of(token: Token, before: str) -> str:
    """The tag that an arrow or a word gives to what follows; after "and" a condition goes on."""
    if token.kind == "implies":
        return "where" if token.text == "∵" else "implies"
    return CONNECTIVES.get(_word(token), "") or (before if before in CONDITIONS and _is_connective(token) else "")


def _columns(tokens: list[Token], depth: list[int], tag: str) -> list[Piece]:
    """Cut at wide spaces and even alignment marks where both sides have a relation; then at commas. What is said beside
    a relation comes last."""
    tokens, remarks = without_remarks(tokens, depth)
    depth = _levels(tokens)
    cuts = [i for i, t in enumerate(tokens) if depth[i] == 0 and (t.kind == "quad" or separates(tokens, i))]
    found: list[Piece] = []
    for part in _cut(tokens, depth, cuts):
        if not found or not _is_number(part):
            found.extend(_at_commas(part, tag if not found else ""))
    for remark in remarks:
        found.extend(replace(p, tag=p.tag or "where") for p in _row_pieces(remark))
    return found


def _cut(tokens: list[Token], depth: list[int], cuts: list[int]) -> list[list[Token]]:
    """Cut before a part that has a relation, if the first part has one too; others stay with what is before them."""
    parts: list[list[Token]] = []
    for start, end in zip([0, *(c + 1 for c in cuts)], [*cuts, len(tokens)], strict=True):
        part = tokens[start:end]
        related = any(t.kind == "rel" and depth[start + i] == 0 for i, t in enumerate(part))
        related = related or _is_remark(_stripped(part))
        if not parts or (related and _has_relation(parts[0])) or _is_number(part):
            parts.append(part)
        else:
            parts[-1] = [*parts[-1], tokens[start - 1], *part]
    return parts


def _has_relation(tokens: list[Token]) -> bool:
    return any(t.kind == "rel" and d == 0 for t, d in zip(tokens, _levels(tokens), strict=True))


def _is_number(part: list[Token]) -> bool:
    """An equation number after a wide space: `(5.2)`."""
    signs = [t for t in part if t.kind not in _TRAILING]
    return [t.kind for t in signs] == ["open", "number", "close"]


def _at_commas(tokens: list[Token], tag: str) -> list[Piece]:
    tokens = _without_remark(tokens)
    depth = _levels(tokens)
    cuts = [i for i, t in enumerate(tokens) if depth[i] == 0 and (t.kind == "comma" or t.text == ";")]
    parts = [part for part in map(_stripped, _cut(tokens, depth, cuts)) if part]
    return [Piece(part, tag if i == 0 or tag in _LASTING else "") for i, part in enumerate(parts)]


def _stripped(tokens: list[Token]) -> list[Token]:
    """Without punctuation and spaces at the ends."""
    start, end = 0, len(tokens)
    while start < end and (tokens[start].kind in _TRAILING or tokens[start].text == ";"):
        start += 1
    while end > start and (tokens[end - 1].kind in _TRAILING or tokens[end - 1].text == ";"):
        end -= 1
    return tokens[start:end]


def _without_remark(tokens: list[Token]) -> list[Token]:
    """Without a word in parentheses before the formula: `(Mean) \\mu = ..`."""
    tokens = _stripped(tokens)
    end = next((i for i, t in enumerate(tokens) if t.kind != "letter" and i), 0)
    long_enough = end >= 4 and tokens[0].text == "(" and not any(t.space for t in tokens[2:end])
    if not long_enough or tokens[end].text != ")" or not _starts_with(tokens[end + 1 :], "name", "letter", "accent"):
        return tokens
    return tokens[end + 1 :]


# -- chains over several rows -----------------------------------------------------------------------------------------


def _append(found: list[Piece], piece: Piece) -> None:
    """Add a piece, or join it to the chain it goes on with."""
    before = next((i for i in range(len(found) - 1, -1, -1) if _is_chain(found[i])), None)
    restricted = bool(found) and found[-1].tag in ("if", "for") and _starts_with(piece.tokens, "rel")
    if piece.words or before is None or restricted or not _goes_on(found[before], piece):
        found.append(piece)
        return
    last = found[before]
    at = piece.tokens[0].start
    joined = [*last.tokens, Token("break", "", at, at), *piece.tokens]
    found[before] = Piece(joined, last.tag)


def _is_chain(piece: Piece) -> bool:
    return not piece.words and piece.tag not in CONDITIONS


def _goes_on(last: Piece, piece: Piece) -> bool:
    first, end = piece.tokens[0], last.tokens[-1]
    if piece.tag in CONDITIONS:
        return False
    if first.kind == "rel" or end.kind in ("rel", "sum"):
        return True
    if piece.tag:
        return False
    if first.kind == "prod":
        return True
    return first.kind == "sum" and (first.text == "+" or not _has_relation(piece.tokens))
