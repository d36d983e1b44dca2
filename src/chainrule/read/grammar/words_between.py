r"""A word between two equations of a row, in whatever language: `a = 1 \; \text{e} \; b = 2`, `a = 1 \text{ y } b = 2`.

A word in `\text` is a name as a rule. With spaces of its own on both sides, inside its braces or as commands around it,
no sign beside it and a relation before and behind, it joins what stands there.
"""

from __future__ import annotations

import re

from chainrule.read.tokens import Token

_GAP = r"(?:\\[;:, ]|\\q?quad(?![A-Za-z])|~)"
_WORD = r"[^\W\d_]+(?: [^\W\d_]+)*"
_BETWEEN = re.compile(
    rf"{_GAP}\s*\\(?:text|textrm|mathrm|mbox)\s*\{{\s*(?P<gaps>{_WORD})\s*\}}\s*{_GAP}"
    rf"|\\(?:text|textrm|mbox)\s*\{{\s+(?P<inside>{_WORD})\s+\}}"
)
_SIGN_BEFORE = re.compile(r"[-+*/=<>(\[{,^_&]\s*\Z|\\(?:cdot|times|frac|left|approx|le|ge|leq|geq|in)\s*\Z")
_SIGN_BEHIND = re.compile(r"\s*(?:[-+*/=<>)\]},^_&]|\\(?:cdot|times|right|approx|le|ge|leq|geq|in)(?![A-Za-z]))")
_OPEN = frozenset({"{", "begin", "open", "left"})
_CLOSE = frozenset({"}", "end", "close", "right"})


def with_words_between(text: str, tokens: list[Token]) -> list[Token]:
    """The tokens with such words as words."""
    if not tokens:
        return tokens
    start, end = min(t.start for t in tokens), max(t.end for t in tokens)
    for found in _BETWEEN.finditer(text, start, end):
        word = "gaps" if found["gaps"] else "inside"
        if _SIGN_BEFORE.search(text, start, found.start()) or _SIGN_BEHIND.match(text, found.end(), end):
            continue
        inside = [n for n, t in enumerate(tokens) if found.start() <= t.start and t.end <= found.end()]
        if not inside or inside != list(range(inside[0], inside[-1] + 1)) or _is_word(tokens, inside):
            continue
        first, last = inside[0], inside[-1]
        if _relates_at_once(tokens[:first], reverse=True) and _relates_at_once(tokens[last + 1 :], reverse=False):
            said = Token("text", found[word], *found.span(word))
            tokens = [*tokens[:first], said, *tokens[last + 1 :]]
    return tokens


def _is_word(tokens: list[Token], inside: list[int]) -> bool:
    return len(inside) == 1 and tokens[inside[0]].kind == "text"


def _relates_at_once(tokens: list[Token], reverse: bool) -> bool:
    """Whether a relation stands in the same row, outside of every group, before any other words."""
    depth = 0
    for t in reversed(tokens) if reverse else tokens:
        depth += (t.kind in _OPEN) - (t.kind in _CLOSE) if not reverse else (t.kind in _CLOSE) - (t.kind in _OPEN)
        if depth < 0 or (depth == 0 and t.kind in ("row", "text", "comma")):
            return False
        if depth == 0 and t.kind == "rel":
            return True
    return False
