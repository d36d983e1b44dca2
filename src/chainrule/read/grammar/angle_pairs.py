r"""Inner products between the signs of less and greater, `<x, A x>`, as `\langle x, A x \rangle`.

A sign of less that stands where an operand is expected compares nothing: behind `=`, `+`, an opening bracket or at the
beginning. Behind an operand, `\frac{1}{2} <x, y>`, it opens a bracket where nothing stands behind the closing one that
`y >` could be compared with (nobody compares with `+ b`), or where the formula has another such bracket.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.read.tokens import Token

_EXPECTING = frozenset({"rel", "sum", "prod", "open", "left", "{", "&", "row"})
_OPENING = frozenset({"open", "left", "{"})
_CLOSING = frozenset({"close", "right", "}"})
_ENDING = frozenset({"row", "&", "rel", "comma", "dot", *_CLOSING})
_BREAKING = frozenset({"rel", "row", "&", "quad", "words"})


def with_angles(tokens: list[Token]) -> list[Token]:
    """The signs of a formula, such pairs as brackets."""
    pairs = [(n, end) for n, t in enumerate(tokens) if _is(t, "<") and (end := _partner(tokens, n)) is not None]
    if not pairs:
        return tokens
    sure = [_begins(tokens, start) for start, _ in pairs]
    found = {
        at: sign
        for (start, end), certain in zip(pairs, sure, strict=True)
        if certain or _ends(tokens, end, beside_another=any(sure))
        for at, sign in ((start, ("open", "⟨")), (end, ("close", "⟩")))
    }
    return [t._replace(kind=found[n][0], text=found[n][1]) if n in found else t for n, t in enumerate(tokens)]


def _is(token: Token, sign: str) -> bool:
    return token.kind == "rel" and token.text == sign


def _partner(tokens: Sequence[Token], start: int) -> int | None:
    """Where the pair ends: two things with a comma between them."""
    depth, commas = 0, list[int]()
    for n in range(start + 1, len(tokens)):
        token = tokens[n]
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        if depth < 0:
            return None
        if depth == 0 and _is(token, ">"):
            return n if len(commas) == 1 and start + 1 < commas[0] < n - 1 else None
        if depth == 0 and token.kind in _BREAKING:
            return None
        if depth == 0 and token.kind == "comma":
            commas.append(n)
    return None


def _begins(tokens: Sequence[Token], start: int) -> bool:
    """Whether an operand is expected where the pair begins."""
    return start == 0 or tokens[start - 1].kind in _EXPECTING


def _ends(tokens: Sequence[Token], end: int, beside_another: bool) -> bool:
    """Whether nothing stands behind the pair that its second thing could be compared with."""
    if end + 1 == len(tokens) or tokens[end + 1].kind in _ENDING:
        return True
    after = tokens[end + 1]
    return after.kind == "sum" and (beside_another or after.text == "+")
