"""NumPy code of matrix expressions: one-dimensional vectors, two-dimensional matrices, no loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from chainrule.calculus.arrays.notation import Array, divides
from chainrule.calculus.arrays.products import product
from chainrule.expr.functions import BY_NAME
from chainrule.expr.index import Dim, Symbol

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)

Written = tuple[str, int]


@dataclass(frozen=True)
class Spelling:
    """How symbols are written (names, or expressions in parentheses), and an expression for the size of a dimension."""

    symbols: Mapping[Symbol, str]
    sizes: Mapping[Dim, str]


def to_numpy(array: Array, spelling: Spelling) -> str:
    """A NumPy expression; `np` is numpy, `scipy` is scipy with its special functions.

    >>> from chainrule.calculus import matrix_form
    >>> from chainrule.expr import Dim, Index, Symbol, component
    >>> n = Dim("n"); i, s = Index("i", n), Symbol("x", (n,)); x = component(s, i)
    >>> to_numpy(matrix_form(2 * x ** 2, (i,)), Spelling({s: "x"}, {n: "x.shape[0]"}))
    '2 * x ** 2'
    """
    return _write(array, spelling)[0]


def _write(a: Array, s: Spelling) -> Written:
    return _ROWS[a.op](a, s)


def _at(a: Array, s: Spelling, least: int) -> str:
    text, binds = _write(a, s)
    return text if binds >= least else f"({text})"


def _number(a: Array, s: Spelling) -> Written:
    assert isinstance(a.data, Fraction)
    text = fraction(a.data)
    return text, SUM if a.data < 0 else (ATOM if a.data.denominator == 1 else PRODUCT)


def fraction(x: Fraction) -> str:
    """3, 0.5, or 1 / 3."""
    if x.denominator == 1:
        return str(x.numerator)
    return repr(float(x)) if Fraction(str(float(x))) == x else f"{x.numerator} / {x.denominator}"


def _symbol(a: Array, s: Spelling) -> Written:
    assert isinstance(a.data, Symbol)
    return s.symbols[a.data], ATOM


def _matmul(a: Array, s: Spelling) -> Written:
    *front, last = a.args
    if last.op == "ones":
        inner = front[0] if len(front) == 1 else Array("matmul", tuple(front), (front[0].axes[0], front[-1].axes[1]))
        return (
            (f"{_at(inner.args[0], s, ATOM)}.sum(axis=0)", ATOM)
            if inner.op == "transpose"
            else (f"{_at(inner, s, ATOM)}.sum(axis=1)", ATOM)
        )
    text, binds = _write(last, s)
    if last.op == "diag" and last.rank == 2:
        text, binds = _at(front[-1], s, SIGN) + f" * {_at(last.args[0], s, SIGN)}", PRODUCT
        front = front[:-1]
    for factor in reversed(front):
        right = text if binds >= SIGN else f"({text})"
        if factor.op == "diag":
            left = _at(factor.args[0], s, ATOM)
            text = f"{left}[:, None] * {right}" if last.rank == 2 else f"{_at(factor.args[0], s, SIGN)} * {right}"
        else:
            text = f"{_at(factor, s, SIGN)} @ {right}"
        binds = PRODUCT
    return text, binds


def _binary(sign: str) -> Callable[[Array, Spelling], Written]:
    return lambda a, s: (f" {sign} ".join(_at(x, s, SIGN) for x in a.args), PRODUCT)


def _called(name: str) -> Callable[[Array, Spelling], Written]:
    return lambda a, s: (f"{name}({', '.join(_write(x, s)[0] for x in a.args)})", ATOM)


def _product(a: Array, s: Spelling) -> Written:
    assert isinstance(a.data, Fraction)
    above = [_at(f, s, SIGN) for f in a.args if not divides(f)]
    below = [_at(_turned(f), s, SIGN) for f in a.args if divides(f)]
    number = abs(a.data)
    if number.numerator != 1 or not above:
        above.insert(0, str(number.numerator))
    if number.denominator != 1:
        below.append(str(number.denominator))
    text = " / ".join([" * ".join(above), *below])
    return (f"-{text}" if len(above) == 1 and not below else f"-({text})", SUM) if a.data < 0 else (text, PRODUCT)


def _turned(f: Array) -> Array:
    assert isinstance(f.data, Fraction)
    return f.args[0] if f.data == -1 else Array("power", f.args, f.axes, -f.data)


def _add(a: Array, s: Spelling) -> Written:
    text = ""
    for term in a.args:
        term = _broadcast(term)
        written = _at(term, s, SUM)
        if term.op == "compare":
            written = f"1 * {_at(term, s, SIGN)}"
        if not text:
            text = written
        elif written.startswith("-"):
            text += f" - {written[1:]}"
        else:
            text += f" + {written}"
    return text, SUM


def _broadcast(term: Array) -> Array:
    """What NumPy spreads by itself: scalars, and rows over the rows of a matrix."""
    if term.op == "product" and term.axes:
        own = [f for f in term.args if f.axes]
        if len(own) == 1 and own[0].op == "spread":
            inner = _broadcast(own[0])
            front = Array("product", tuple(f for f in term.args if not f.axes), (), term.data)
            return product(front, inner) if inner is not own[0] else term
    if term.op == "spread" and (not term.args[0].axes or term.args[0].axes[0] == term.axes[-1]):
        return term.args[0]
    return term


def _power(a: Array, s: Spelling) -> Written:
    base = a.args[0]
    if not isinstance(a.data, Fraction):
        return f"{_at(base, s, ATOM)} ** {_at(_broadcast(a.args[1]), s, ATOM)}", POWER
    if a.data == Fraction(1, 2):
        return f"np.sqrt({_write(base, s)[0]})", ATOM
    if a.data < 0:
        return f"1 / {_at(_turned(a), s, SIGN)}", PRODUCT
    exponent = fraction(a.data)
    return f"{_at(base, s, ATOM)} ** {exponent if ' ' not in exponent else f'({exponent})'}", POWER


def _function(a: Array, s: Spelling) -> Written:
    record = BY_NAME[str(a.data)]
    args = [_broadcast(x) for x in a.args]
    simple = [f"({text})" if binds < ATOM else text for text, binds in (_write(x, s) for x in args)]
    called = [_write(x, s)[0] for x in args]
    whole = record.numpy.startswith(("np.", "scipy.")) and record.numpy.endswith(")") and record.numpy.count("(") == 1
    text = record.numpy.format(*(called if whole else simple))
    return text, ATOM if whole else SUM


_RELATIONS = {"==": "==", "!=": "!=", "<": "<", "<=": "<="}


def _compare(a: Array, s: Spelling) -> Written:
    left, right = (_broadcast(x) for x in a.args)
    relation = _RELATIONS[str(a.data)]
    if left.op == "number" and right.op != "number":
        left, right, relation = right, left, {"<": ">", "<=": ">="}.get(relation, relation)
    return f"{_at(left, s, SUM)} {relation} {_at(right, s, SUM)}", -1


def _entry(a: Array, s: Spelling) -> Written:
    base, label = _at(a.args[0], s, ATOM), _write(a.args[1], s)[0]
    return (f"{base}[np.arange({s.sizes[a.axes[0].dim]}), {label}]" if a.axes else f"{base}[{label}]"), ATOM


def _where(a: Array, s: Spelling) -> Written:
    test, yes, no = (_write(_broadcast(x), s)[0] for x in a.args)
    return f"np.where({test}, {yes}, {no})", ATOM


def _softmax(a: Array, s: Spelling) -> Written:
    inner, last = _write(a.args[0], s)[0], ", axis=-1" if a.rank == 2 else ""
    return f"scipy.special.softmax({inner}{last})", ATOM


def _extreme(name: str) -> Callable[[Array, Spelling], Written]:
    return lambda a, s: (f"np.{name}({_write(a.args[0], s)[0]}{', axis=-1' if a.axes else ''})", ATOM)


def _spread(a: Array, s: Spelling) -> Written:
    (inner,) = a.args
    if not inner.axes:
        shape = [s.sizes.get(i.dim, i.dim.name) for i in a.axes]
        return f"np.full({shape[0] if a.rank == 1 else '(' + ', '.join(shape) + ')'}, {_write(inner, s)[0]})", ATOM
    if inner.axes[0] == a.axes[0]:
        return f"{_at(inner, s, ATOM)}[:, None] * np.ones({s.sizes[a.axes[1].dim]})", PRODUCT
    return f"np.ones(({s.sizes[a.axes[0].dim]}, 1)) * {_at(inner, s, SIGN)}", PRODUCT


_ROWS: dict[str, Callable[[Array, Spelling], Written]] = {
    "symbol": _symbol,
    "number": _number,
    "size": lambda a, s: (s.sizes[a.data] if isinstance(a.data, Dim) else "", ATOM),
    "constant": lambda a, s: ("np.pi", ATOM),
    "prod": _extreme("prod"),
    "argmax": _extreme("argmax"),
    "argmin": _extreme("argmin"),
    "onehot": lambda a, s: (f"np.eye({s.sizes[a.axes[-1].dim]})[{_write(a.args[0], s)[0]}]", ATOM),
    "entry": _entry,
    "ones": lambda a, s: (f"np.ones({s.sizes[a.axes[0].dim]})", ATOM),
    "identity": lambda a, s: (f"np.eye({s.sizes[a.axes[0].dim]})", ATOM),
    "unit": lambda a, s: (f"np.eye({s.sizes[a.axes[0].dim]})[{_write(a.args[0], s)[0]}]", ATOM),
    "row": lambda a, s: _write(a.args[0], s),
    "transpose": lambda a, s: (f"{_at(a.args[0], s, ATOM)}.T", ATOM),
    "matmul": _matmul,
    "inner": _binary("@"),
    "outer": lambda a, s: (f"np.outer({', '.join(_write(x, s)[0] for x in a.args)})", ATOM),
    "trace": _called("np.trace"),
    "frobenius": lambda a, s: (f"np.sum({' * '.join(_at(x, s, SIGN) for x in a.args)})", ATOM),
    "sum": _called("np.sum"),
    "diag": _called("np.diag"),
    "diagonal": _called("np.diag"),
    "inverse": _called("np.linalg.inv"),
    "det": _called("np.linalg.det"),
    "product": _product,
    "add": _add,
    "power": _power,
    "function": _function,
    "softmax": _softmax,
    "max": _extreme("max"),
    "min": _extreme("min"),
    "compare": _compare,
    "where": _where,
    "spread": _spread,
}

__all__ = ["Spelling", "to_numpy"]
