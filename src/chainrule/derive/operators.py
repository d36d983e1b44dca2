"""Formulas made by operators: nodes that the text parser makes too, with their shapes checked as they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from numbers import Rational, Real
from typing import TypeVar

from chainrule.derive.shapes import SHAPES, Clash, Size
from chainrule.derive.table import OPERATIONS
from chainrule.read.python import Formula, FormulaError, postorder

T = TypeVar("T")
LONGEST = 2000
"""What would be longer as text is shown as dots: a part that is used twice in every step doubles."""
_order = count()
WORDS = ("a scalar", "a vector", "a matrix")


@dataclass(frozen=True)
class Made:
    """A formula with the names of its axes; `given` are the names in it with their axes, in the order of their making,
    `defined` the names that stand for formulas."""

    formula: Formula
    dims: tuple[str, ...]
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defined: Mapping[str, Made] = field(default_factory=dict)


def named(name: str, dims: tuple[str, ...]) -> Made:
    """An array by name."""
    return Made(Formula("name", value=name, column=next(_order)), dims, {name: dims})


def number(value: Real) -> Made:
    """A number, exactly as it is printed."""
    if isinstance(value, Rational):
        exact = Fraction(value)
    elif not abs(float(value)) < float("inf"):
        raise FormulaError(f"the number {value} is not finite")
    else:
        exact = Fraction(str(float(value)))
    return Made(Formula("number", value=exact), ())


def made(op: str, args: Sequence[Made], options: Mapping[str, object] | None = None) -> Made:
    """An operation on formulas. Raises `FormulaError` where the shapes do not fit."""
    given, defined = dict[str, tuple[str, ...]](), dict[str, Made]()
    for a in args:
        _join(given, a.given)
        _join(defined, a.defined)
    if both := given.keys() & defined.keys():
        raise FormulaError(f"{min(both)} stands for two things: an array and a formula")
    formula = Formula(op, tuple(a.formula for a in args), options=_by_number(op, args, options or {}))
    row = OPERATIONS[op]
    rank, _ = row.rank(formula, [len(a.dims) for a in args])
    have = " and ".join(_described(a) for a in args)
    if rank is None:
        raise FormulaError(f"{op} cannot be taken of {have}")
    try:
        shape = SHAPES[row.shape](formula, [tuple(map(Size, a.dims)) for a in args])
    except Clash as clash:
        raise FormulaError(f"the sizes {clash} do not fit in {op} of {have}") from None
    return Made(formula, tuple(str(s.root().name) for s in shape), given, defined)


def _described(a: Made) -> str:
    axes = " \N{MULTIPLICATION SIGN} ".join(a.dims)
    return WORDS[len(a.dims)] + (f" ({axes})" if axes else "")


def defined(name: str, body: Made) -> Made:
    """A formula under a name of its own, which steps and results are written with."""
    if name in body.given or name in body.defined:
        raise FormulaError(f"{name} is used already in the formula that is to be called so")
    leaf = Formula("name", value=name, column=next(_order))
    return Made(leaf, body.dims, body.given, {**body.defined, name: body})


def _join(into: dict[str, T], more: Mapping[str, T]) -> None:
    for name, what in more.items():
        if into.setdefault(name, what) != what:
            told = " and ".join(
                f"({', '.join(x)})" if isinstance(x, tuple) else "a formula" for x in (into[name], what)
            )
            raise FormulaError(f"{name} stands for two things: {told}")


def _by_number(op: str, args: Sequence[Made], options: Mapping[str, object]) -> dict[str, object]:
    """`axis="n"` is the axis of that name."""
    found = dict(options)
    for key in ("axis", "dim"):
        name = found.get(key)
        if isinstance(name, str):
            places = [k for k, dim in enumerate(args[0].dims) if dim == name]
            if len(places) != 1:
                axes = ", ".join(args[0].dims) or "no axes"
                raise FormulaError(f"{op} along {name!r}: the array has {axes}")
            found[key] = places[0]
    return found


def as_text(root: Formula) -> str:
    """The formula as Python-style text, as the parser reads it.

    >>> from chainrule.read.python import parse
    >>> as_text(parse("sum((X @ w - y)**2, axis=0)/2")[1][0])
    'sum((X @ w - y)**2, axis=0) / 2'
    """
    done: dict[Formula, tuple[str, int]] = {}
    for node in postorder(root):
        text, binds = _written(node, [done[a] for a in node.args])
        done[node] = (text, binds) if len(text) <= LONGEST else ("...", _ATOM)
    return done[root][0]


_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2, "neg": 3, "pos": 3, "**": 4}
_ATOM = 5


def _written(node: Formula, args: list[tuple[str, int]]) -> tuple[str, int]:
    def at(k: int, least: int) -> str:
        text, binds = args[k]
        return text if binds >= least else f"({text})"

    binds = _BINDS.get(node.op, _ATOM)
    match node.op:
        case "number":
            value = node.value
            assert isinstance(value, Fraction)
            text = str(value) if value.denominator == 1 else str(float(value)) if _short(value) else str(value)
            return text, 3 if value < 0 else 2 if "/" in text else _ATOM
        case "name":
            return str(node.value), _ATOM
        case "neg" | "pos":
            return f"{'-' if node.op == 'neg' else '+'}{at(0, 3)}", binds
        case "**":
            return f"{at(0, _ATOM)}**{at(1, 4)}", binds
        case "+" | "-" | "*" | "/" | "@":
            return f"{at(0, binds)} {node.op} {at(1, binds + (node.op != '+'))}", binds
        case "T":
            return f"{at(0, _ATOM)}.T", _ATOM
        case "[]":
            return f"{at(0, _ATOM)}[{args[1][0]}]", _ATOM
        case "rows[]":
            return f"{at(0, _ATOM)}[arange({args[1][0]}.shape[0]), {args[1][0]}]", _ATOM
    options = [f"{k}={v!r}" for k, v in node.options.items()]
    return f"{node.op}({', '.join([*(text for text, _ in args), *options])})", _ATOM


def _short(value: Fraction) -> bool:
    return Fraction(str(float(value))) == value
