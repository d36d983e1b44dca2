r"""Signs that a formula lost with its preamble, or by a slip: the `^` of a transpose, the `_` of a delta, and what a
macro around a remark was.

`out` is what was read of a formula, `rest` what is still to be read, the next sign last.
"""

from __future__ import annotations

import re

from chainrule.read.symbols import COMMANDS
from chainrule.read.tokens import Token

TRANSPOSES = frozenset(["top", "intercal"])
_OPERANDS = frozenset(["letter", "name", "word", "close", "right", "}", "prime", "number"])
_REACH = 200
"""How many signs back a superscript is looked for."""


def is_bare(before: list[Token]) -> bool:
    r"""Whether a transpose stands right behind an operand without the `^` that a lost macro brought: `\theta\T x`. In
    `W^{(1)\top}` it stands in a superscript."""
    if not before or before[-1].kind not in _OPERANDS or (len(before) > 1 and before[-2].kind == "^"):
        return False
    depth, near = 0, before[-_REACH:]
    for token, earlier in zip(reversed(near), [*reversed(near[:-1]), None], strict=True):
        depth += (token.kind == "{") - (token.kind == "}")
        if depth > 0:
            if earlier is not None and earlier.kind == "^":
                return False
            depth = 0
    return True


def is_kronecker(rest: list[Token]) -> bool:
    r"""Whether two letters in braces follow a delta, `\delta{ij}`, whose `_` was forgotten: they are no factor of it.
    What is still to be read has its next sign last."""
    following = rest[-1:-5:-1]
    if [t.kind for t in following] != ["{", "letter", "letter", "}"] or any(t.space for t in following[0:3:2]):
        return False
    one, other = following[1].text, following[2].text
    return (one + other).islower() and one != other


CONDITIONS = frozenset({"if", "for", "when", "where", "unless", "provided", "given", "assuming", "with", "whenever"})


REASONS = frozenset({"as", "because", "since", "by", "using", "from", "note", "recall"})


def is_said(out: list[Token], rest: list[Token], said: list[Token], text: str) -> bool:
    r"""Whether the argument of an unknown control word at the end of a row, `&& \why{chain rule}`, speaks of the
    row: a formula between dollars, several words, or one word behind a wide space or an alignment mark. After a sign it
    is an operand."""
    before = out[-1].kind if out else ""
    if before in _SIGNS or not _ends_a_row(rest):
        return False
    words = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) >= WORD]
    first = re.match(r"\W*([^\W\d_]+)", text)
    word = "" if first is None else first[1].lower()
    if word in CONDITIONS or (word not in REASONS and any(t.kind == "rel" or t.text in "<>=" for t in said)):
        return False  # a condition is more than a remark
    several = any(t.kind == "letter" and t.space for t in said)
    return any(t.kind == "$" for t in said) or (bool(words) and (several or before in ("&", "quad")))


def _ends_a_row(rest: list[Token]) -> bool:
    """Whether a row ends here, but for a full stop, spaces and what is only for the eye."""
    for token in reversed(rest):
        kind = COMMANDS.get(token.text, ("", ""))[0] if token.kind == "command" else token.kind
        if kind not in _IDLE:
            return kind in ("row", "end")
    return True


WORD = 4
"""How many letters in a row are a word at least."""
_IDLE = frozenset(["space", "quad", "dot", "comma", "&"])
_SIGNS = frozenset(["", "rel", "sum", "prod", "open", "^", "_", "frac"])
