"""Printed numbers: a value is right when it rounds to the digits printed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chainrule.read.tree import Comma, Fenced, Matrix, Node, Number, Product, Script, Sum
from chainrule.sheet.syntax.script_words import is_transpose


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its exact value and the size of one unit in its last place."""

    value: Fraction
    unit: Fraction
    text: str


def printed(node: Node) -> Printed | None:
    """A printed number, or None."""
    sign = 1
    while True:
        if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0].sign in "+-":
            sign = -sign if node.terms[0].sign == "-" else sign
            node = node.terms[0].node
        elif isinstance(node, Fenced) and node.open == "(" and isinstance(node.body, Sum):
            node = node.body  # `-(-0.25)`
        else:
            break
    if isinstance(node, Product):
        return _scaled(node, sign)
    if not isinstance(node, Number) or len(node.text) > 60:
        return None
    mantissa, _, exponent = node.text.lower().partition("e")
    if exponent and abs(int(exponent)) > 300:
        return None
    scale = Fraction(10) ** int(exponent or 0)
    whole, _, decimals = mantissa.partition(".")
    value = Fraction(int((whole or "0") + decimals), 10 ** len(decimals)) * scale
    return Printed(sign * value, scale / 10 ** len(decimals), ("-" if sign < 0 else "") + node.text)


def _scaled(node: Product, sign: int) -> Printed | None:
    r"""A decimal times a power of ten, `6.2 \times 10^{-4}`, printed to the digits of the decimal."""
    if len(node.factors) != 2:
        return None
    decimal, power = (f.node for f in node.factors)
    if not (
        isinstance(decimal, Number) and "." in decimal.text and isinstance(power, Script) and power.sup is not None
    ):
        return None
    if not isinstance(power.base, Number) or power.base.text != "10" or "e" in decimal.text.lower():
        return None
    number, exponent = printed(decimal), printed(power.sup)
    if (
        number is None
        or exponent is None
        or exponent.unit != 1
        or abs(exponent.value) > 300
        or power.sub
        or power.primes
    ):
        return None
    scale = Fraction(10) ** int(exponent.value)
    text = f"{'-' if sign < 0 else ''}{decimal.text}e{int(exponent.value)}"
    return Printed(sign * number.value * scale, number.unit * scale, text)


def printed_table(node: Node) -> list[list[Printed]] | None:
    """A printed matrix, a single number as 1×1, a list of decimals as a row, or what these are transposed; None when
    any cell is no number."""
    single = printed(node)
    if single is not None:
        return [[single]]
    if isinstance(node, Script) and node.sup is not None and is_transpose(node.sup) and node.sub is None:
        turned = printed_table(node.base) if isinstance(node.base, (Fenced, Matrix)) else None
        return None if turned is None else [list(column) for column in zip(*turned, strict=True)]
    if isinstance(node, Fenced) and node.open in "([" and isinstance(node.body, Comma):
        row = [printed(item) for item in node.body.items]
        decimal = any(c is not None and "." in c.text for c in row)
        return [[c for c in row if c is not None]] if decimal and None not in row else None
    if not isinstance(node, Matrix) or not node.rows or len({len(r) for r in node.rows}) != 1:
        return None
    rows = [[printed(cell) for cell in row] for row in node.rows]
    if any(c is None for row in rows for c in row):
        return None
    return [[c for c in row if c is not None] for row in rows]


def rounds_to(value: float, cell: Printed) -> bool:
    """Whether a value rounds to the printed digits (half a unit in the last place, and a few roundings of a float)."""
    slack = Fraction(1, 2) * cell.unit + Fraction(1, 2**49) * abs(Fraction(value))
    return abs(Fraction(value) - cell.value) <= slack


def shown(value: float, cell: Printed) -> str:
    """A value with as many decimals as the printed number has."""
    mantissa, _, exponent = cell.text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    if exponent:
        return f"{value / 10.0 ** int(exponent):.{decimals}f}e{int(exponent)}"
    return f"{value:.{decimals}f}"


def truncates_to(value: float, cell: Printed) -> bool:
    """Whether a value has the printed digits, at least three of them, when the rest is cut off and not rounded."""
    if abs(cell.value) < 100 * cell.unit or (value > 0) != (cell.value > 0):
        return False
    return 0 <= abs(Fraction(value)) - abs(cell.value) < cell.unit


def may_be(value: float, cell: Printed) -> bool:
    """Whether a value has the printed digits, rounded or cut off."""
    return rounds_to(value, cell) or truncates_to(value, cell)
