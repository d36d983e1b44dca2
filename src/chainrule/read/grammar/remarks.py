r"""What is said beside a relation on its line: `&= b \quad (\text{because } c = d)`, `& \text{linear}`.

A remark stands behind a wide space or an even alignment mark, in words or in a fence of its own that holds words, or
behind nothing in a fence that begins with a word such as "since". It is no factor of the side it stands beside.
"""

from __future__ import annotations

import re

from chainrule.read.grammar.connectives import CONNECTIVES, OTHERWISE
from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tokens import Token

LEADING = frozenset(
    ["because", "since", "as", "by", "using", "from", "where", "note", "see", "with", "recall", "applying", "due"]
)
"""Words that a fence behind a formula begins with when it only says something of it."""

_SPACES = frozenset(["quad", "&"])
_PUNCTUATION = frozenset(["comma", "dot"])
# A number of an equation as authors write it by hand: (3), (2.1), (iv), (4a), (*).
_NUMBER = re.compile(r"\d{1,3}(?:[.-]\d{1,3})?[a-z]?|[ivxIVX]{1,5}|[a-zA-Z]|\*{1,3}|ast|star")
_END_SIGNS = frozenset(["Box", "square", "blacksquare", "qed"])
_TICKS = frozenset(["checkmark", "✓", "✔", "✅"])
_SIGNS = frozenset(["rel", "sum", "prod", "_", "^"])


def without_remarks(tokens: list[Token], depth: list[int]) -> tuple[list[Token], list[list[Token]]]:
    """The tokens of a row without the remarks beside its relation, and the tokens of each remark."""
    cuts = [i for i, t in enumerate(tokens) if depth[i] == 0 and (t.kind == "quad" or separates(tokens, i))]
    kept: list[Token] = []
    remarks: list[list[Token]] = []
    for start, end in zip([0, *cuts], [*cuts, len(tokens)], strict=True):
        part = tokens[start:end]
        remark = _remark(part) if _is_said(kept) else None
        if remark is None:
            kept += part
        else:
            remarks.append(remark)
    behind = _fence_at_end(kept)
    if behind is not None and _is_said(kept[:behind]) and _begins_with_a_word(kept[behind + 1 :]):
        remarks.insert(0, _opened(kept[behind:]))
        kept = kept[:behind]
    return kept, remarks


def said_by_words(tokens: list[Token], depth: list[int]) -> int:
    r"""Where what belongs to the words right behind it begins: the X^T of `= b \qquad X^T \text{ taken out}`; the end
    if nothing does."""
    cuts = [i for i, t in enumerate(tokens) if depth[i] == 0 and (t.kind == "quad" or separates(tokens, i))]
    at = next((i for i in reversed(cuts) if any(t.kind not in _SPACES | _PUNCTUATION for t in tokens[i:])), None)
    if at is None or tokens[-1].kind in _SPACES or not _is_said(tokens[:at]):
        return len(tokens)
    behind = [t.kind for t in tokens[at:] if t.kind not in _SPACES]
    return len(tokens) if "rel" in behind or behind[0] in _SIGNS else at


def without_end_sign(row: list[Token]) -> list[Token]:
    r"""A row without the sign that ends a proof behind a wide space, `a = b \qquad \Box`, and without the mark of what
    was checked, which is no quantity anywhere: `a = b \checkmark`."""
    last = len(row) - 1
    while last > 0 and row[last].kind in _SPACES | _PUNCTUATION:
        last -= 1
    if last > 0 and row[last].text in _TICKS:
        return row[:last]
    if last < 1 or row[last].text not in _END_SIGNS or row[last].kind != "name" or row[last - 1].kind not in _SPACES:
        return row
    return row[:last]


def without_own_number(row: list[Token]) -> list[Token]:
    r"""A row without the number that dots lead to: `a = b \quad \cdots (3)`, `a = b \dots (ii)`. Dots that multiply,
    as in `n(n-1) \cdots (1)`, stand behind a parenthesis and by themselves."""
    fence = _fence_at_end(row)
    if fence is None or not _is_said(row[:fence]):
        return row
    at = fence
    while at and row[at - 1].kind in ("dots", *_SPACES):
        at -= 1
    leading = [t.kind for t in row[at:fence]]
    number = "".join(t.text for t in _inside(row, fence))
    product = len(leading) == 1 and (row[at - 1].kind == "close" or (len(number) == 1 and number.isalpha()))
    if "dots" not in leading or product or row[at - 1].kind in _SIGNS | _PUNCTUATION or not _NUMBER.fullmatch(number):
        return row
    return row[:at]


def without_leading_number(row: list[Token]) -> list[Token]:
    r"""A row without the number it begins with, set apart by a space or an alignment mark: `(2) \quad & a = b`."""
    end = next((i for i, t in enumerate(row) if t.kind == "close"), 0)
    number = "".join(t.text for t in row[1:end])
    if not (row and row[0].kind == "open" and row[0].text == "(" and _NUMBER.fullmatch(number)):
        return row
    rest = row[end + 1 :]
    apart = bool(rest) and rest[0].kind in ("quad", "&")
    return rest[1:] if apart and any(t.kind == "rel" for t in rest) else row


def _inside(row: list[Token], fence: int) -> list[Token]:
    """The tokens of a fence that begins at a place and ends a row, commas and stops behind it left out."""
    return _opened(row[fence:])


def separates(tokens: list[Token], i: int) -> bool:
    """Whether an alignment mark stands between two equations rather than at a sign: `a &= b & c &= d`."""
    if tokens[i].kind != "&":
        return False
    before = next((t.kind for t in reversed(tokens[:i]) if t.kind not in _SPACES), "rel")
    after = next((t.kind for t in tokens[i + 1 :] if t.kind not in _SPACES), "")
    return before != "rel" and after not in ("rel", "sum", "prod")


def _is_said(tokens: list[Token]) -> bool:
    """Whether a whole relation stands here: something a remark can be about."""
    signs = [t.kind for t in tokens if t.kind not in _SPACES]
    return "rel" in signs and signs[-1] not in _SIGNS


def _remark(part: list[Token]) -> list[Token] | None:
    """The tokens of a remark; None for a part of a formula."""
    signs = [t for t in part if t.kind not in _SPACES]
    if _fence_at_end(signs) == 0 and any(t.kind == "text" for t in signs):
        return _opened(signs)
    if _begins_with_what_was_done(part, signs):
        return [Token("text", " ".join(t.text for t in signs), signs[0].start, signs[-1].end)]
    plain = [t for t in _opened(signs) if t.kind not in _PUNCTUATION]
    if not plain or any(t.kind not in ("word", "text") for t in plain) or all(t.kind == "text" for t in plain):
        return None
    words = " ".join(t.text for t in plain)
    return [Token("text", words, plain[0].start, plain[-1].end)]


def _begins_with_what_was_done(part: list[Token], signs: list[Token]) -> bool:
    r"""`&& \text{replace } k`, `\quad \text{product rule for } (a - b)`: words that put no second formula beside the
    first. A single word behind a wide space may be a name."""
    if len(signs) < 2 or any(t.kind == "rel" for t in signs):
        return False
    words = re.sub(r"^\W+|\W+$", "", signs[0].text.lower())
    named = signs[0].kind == "word" and (part[0].kind != "&" or words in FUNCTIONS or signs[1].kind == "open")
    if signs[0].kind not in ("text", "word") or named or not words:
        return False
    return not any(words == w or words.split()[0] == w for w in (*CONNECTIVES, *OTHERWISE))


def _opened(signs: list[Token]) -> list[Token]:
    """The tokens inside a fence that is all there is but for a full stop; any other tokens as they are."""
    return signs[1 : max(i for i, t in enumerate(signs) if t.kind == "close")] if _fence_at_end(signs) == 0 else signs


def _fence_at_end(tokens: list[Token]) -> int | None:
    """The place of the parenthesis or bracket that the last token closes."""
    end = len(tokens)
    while end and tokens[end - 1].kind in _SPACES | _PUNCTUATION:
        end -= 1
    if not end or tokens[end - 1].kind != "close" or tokens[end - 1].text not in (")", "]"):
        return None
    depth = 0
    for i in range(end - 1, -1, -1):
        depth += (tokens[i].kind == "close") - (tokens[i].kind == "open")
        if depth == 0:
            return i
    return None


def _begins_with_a_word(tokens: list[Token]) -> bool:
    words = tokens[0].text.split() if tokens and tokens[0].kind == "text" else []
    return bool(words) and words[0].lower().strip(",.:") in LEADING
