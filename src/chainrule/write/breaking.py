r"""Equations that are too wide for a page, on several lines.

How wide TeX will set a formula is estimated by counting what is printed, which is right to about a tenth.
"""

from __future__ import annotations

import re
from collections.abc import Callable

WIDEST = 58.0
"""What fits on a line of a LaTeX article at ten points, in letters."""
INDENT = 4.0
MOST_OPENED = 6
"""So many brackets in each other are opened."""
TOKEN = re.compile(r"\\begin\{[a-z]+\*?\}|\\end\{[a-z]+\*?\}|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
OPENS, CLOSES = re.compile(r"\\left$|\\begin\{|\{$"), re.compile(r"\\right$|\\end\{|\}$")
ENDS_OPEN = re.compile(r"(?:[(\[+-]|\\cdot|\\sum_(?:\{[^{}]*\}|.))(?:\^(?:\{[^{}]*\}|.))?$")
"""What no line ends with."""
NAMES = frozenset(["exp", "log", "det", "max", "min", "arg", "sin", "cos", "tan", "sinh", "cosh", "tanh"])
WIDTHS = {
    r"\sum": 2.6, r"\prod": 2.4, r"\quad": 2.0, r"\qquad": 4.0, r"\left": 0.8, r"\right": 0.8, r"\Bigl": 0.8,
    r"\Bigr": 0.8, r"\sqrt": 1.6,
    "+": 2.2, "-": 2.2, "=": 2.4, "&": 1.0, r"\odot": 2.2, r"\oslash": 2.2, r"\otimes": 2.2, r"\,": 0.4, "i": 0.7,
    "j": 0.8, "l": 0.6, "M": 1.8, "W": 1.7, "X": 1.5, "A": 1.3, "B": 1.3, "C": 1.3, ".": 0.5, ",": 0.8,
    r"\text": 0.0, r"\operatorname": 0.6, r"\mathrm": 0.0, r"\mathbf": 0.0, r"\mathbb": 0.0, r"\tfrac": 0.0,
}  # fmt: skip
"""Widths of what is not about as wide as a letter; what stands beside a sign of an operation is counted with it."""
SMALL = 0.7
"""How much smaller scripts are."""


def broken(left: str, right: str) -> str:
    r"""The equation, on several lines where one is too narrow for it.

    >>> broken("a", "b + c")
    'a = b + c'
    """
    whole = f"{left} = {right}"
    lines = [right] if width(whole) <= WIDEST else _lines(right, WIDEST - width(left) - WIDTHS["="])
    return whole if len(lines) < 2 else _below_each_other([f"{left} &= {lines[0]}", *lines[1:]])


def broken_alone(tex: str) -> str:
    """The same for a formula without a left side."""
    lines = [tex] if width(tex) <= WIDEST else _lines(tex, WIDEST)
    return tex if len(lines) < 2 else _below_each_other([f"& {lines[0]}", *lines[1:]])


def _below_each_other(rows: list[str]) -> str:
    return "\\begin{split}\n" + " \\\\\n".join([rows[0], *(rf"&\quad {row}" for row in rows[1:])]) + "\n\\end{split}"


def _lines(tex: str, room: float, opened: int = 0) -> list[str]:
    """The formula on lines, the first of which has so much room: broken at its signs, what is too wide between its
    factors, and what is so still at the signs in its widest bracket."""
    lines = [""]
    for piece in _pieces(tex, _is_sign):
        free = (room if len(lines) == 1 else WIDEST - INDENT) - width(lines[-1])
        if width(piece) <= free:
            lines[-1] += f" {piece}" if lines[-1] else piece
            continue
        lines += _narrowed(piece, opened)
        if not lines[0]:
            del lines[0]
    return lines


def _narrowed(tex: str, opened: int) -> list[str]:
    """What has no sign to be broken at."""
    if width(tex) <= WIDEST - INDENT:
        return [tex]
    factors = _pieces(tex, _begins_factor)
    if len(factors) > 1:
        lines = [factors[0]]
        for factor in factors[1:]:
            if width(lines[-1]) + width(factor) <= WIDEST - INDENT:
                lines[-1] += f" {factor}"
            else:
                lines.append(rf"\cdot {factor}" if factor.startswith(r"\sum") else factor)
        return [part for line in lines for part in _spread(line, opened)]
    return _spread(tex, opened)


def _spread(tex: str, opened: int) -> list[str]:
    """What has nothing to be broken at but what is in its brackets."""
    if width(tex) <= WIDEST - INDENT or opened == MOST_OPENED:
        return [tex]
    wider = _with_bracket_opened(tex)
    return [tex] if wider == tex else _lines(wider, WIDEST - INDENT, opened + 1)


def _with_bracket_opened(tex: str) -> str:
    r"""The widest bracket at the outermost level as `\Bigl( .. \Bigr)`, which may end on another line; one in a
    fraction or under a root stays."""
    tokens, depth, start = TOKEN.findall(tex), 0, 0
    widest, best = 0.0, (0, 0)
    for k, token in enumerate(tokens):
        if CLOSES.match(token):
            depth -= 1
            if not depth and token == r"\right":
                found = width("".join(tokens[start : k + 2]))
                widest, best = max((widest, best), (found, (start, k)))
        if OPENS.match(token):
            if not depth:
                start = k
            depth += 1
    if not widest:
        return tex
    tokens[best[0]], tokens[best[1]] = r"\Bigl", r"\Bigr"
    return "".join(tokens)


def _is_sign(token: str, before: str) -> bool:
    """Whether a plus or a minus stands between two terms."""
    return token in ("+", "-") and before.strip()[-1:] not in ("", "(", "[")


def _begins_factor(token: str, before: str) -> bool:
    r"""Whether a sum or an operation begins here, but not what stands right behind `\sum_i`."""
    own = before.strip()
    return token in (r"\sum", r"\odot", r"\oslash") and bool(own) and not ENDS_OPEN.search(own)


def _pieces(tex: str, begins: Callable[[str, str], bool]) -> list[str]:
    """The parts of a formula at its outermost level, each with the sign or the factor that it begins with."""
    found, depth = [""], 0
    for token in TOKEN.findall(tex):
        if CLOSES.match(token):
            depth -= 1
        if not depth and begins(token, found[-1]):
            found[-1] = found[-1].rstrip()
            found.append("")
        found[-1] += token
        if OPENS.match(token):
            depth += 1
    return [piece.strip() for piece in found]


def width(tex: str) -> float:
    """About how wide a formula is set, in letters."""
    return _Ruler(TOKEN.findall(tex)).row()


class _Ruler:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = [t for t in tokens if not t.isspace()]
        self.at = 0

    def row(self, end: str = "") -> float:
        """The width up to a token that ends a group; of rows below each other, that of the widest."""
        widest = total = 0.0
        while self.at < len(self.tokens) and not (end and self.tokens[self.at].startswith(end)):
            if self.tokens[self.at] == "\\\\":
                self.at += 1
                widest, total = max(widest, total), 0.0
            else:
                total += self.atom()
        self.at += 1
        return max(widest, total)

    def atom(self) -> float:
        """The width of one token with what it is followed by."""
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            return self.row("}")
        if token in (r"\frac", r"\dfrac"):
            return max(self.atom(), self.atom()) + 0.4
        if token in "_^" and self.at < len(self.tokens):
            return self._scripts(token)
        if token.startswith(r"\begin"):
            return 2.0 + self.row(r"\end")
        if token[1:] in NAMES and token[0] == "\\":
            return len(token) - 0.6
        return WIDTHS.get(token, 1.0)

    def _scripts(self, token: str) -> float:
        """The wider one of a subscript and a superscript of the same thing."""
        own = SMALL * self.atom()
        if self.at < len(self.tokens) - 1 and self.tokens[self.at] == ("^" if token == "_" else "_"):
            self.at += 1
            return max(own, SMALL * self.atom())
        return own
