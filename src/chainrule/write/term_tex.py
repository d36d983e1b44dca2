r"""TeX of terms in components: `\sum_{k} W_{ik} x_{k}`, with letters for indices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chainrule.calculus import NoMatrixForm, matrix_form
from chainrule.expr.index import Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import (
    Add,
    Apply,
    Component,
    Const,
    Determinant,
    Expr,
    IndexValue,
    Indicator,
    Inverse,
    Mul,
    Piecewise,
    Power,
    Reduce,
    Unknown,
)
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import component, const, mul, power
from chainrule.expr.walks import rebuilt, walk
from chainrule.write.array_tex import FUNCTION_NAMES, fraction, to_tex

SUM, PRODUCT, POWER, ATOM = range(4)
LETTERS = ["i", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "u", "v", "a", "b", "c", "d"]


class TermWriter:
    r"""Writes terms; `names` for symbols, the letters of `write` for free indices, others of `letters` for bound ones.

    >>> from chainrule.expr import Dim, component, reduce
    >>> n = Dim("n"); i, k = Index("i", n), Index("k", n)
    >>> A, x = Symbol("A", (n, n)), Symbol("x", (n,))
    >>> TermWriter({}).write(reduce("sum", k, component(A, i, k) * component(x, k)), {i: "i"})
    '\\sum_{j} A_{ij} x_{j}'
    """

    def __init__(self, names: Mapping[Symbol, str], letters: Sequence[str] = LETTERS) -> None:
        self.names, self.letters = names, letters

    def write(self, term: Expr, letters: Mapping[Index, str]) -> str:
        """The TeX of a term."""
        return self.form(term, dict(letters))[0]

    def form(self, term: Expr, letters: dict[Index, str]) -> tuple[str, int]:
        return _ROWS[type(term)](term, letters, self)

    def at(self, term: Expr, letters: dict[Index, str], least: int) -> str:
        """The form where only one that binds at least this tightly may stand."""
        text, binds = self.form(term, letters)
        return text if binds >= least else rf"\left({text}\right)"

    def matrix(self, body: Expr, row: Index, col: Index, letters: dict[Index, str], least: int) -> str:
        """A matrix without its indices; where it has no matrix notation, its general entry in brackets."""
        slices, names = self.sliced(body, (row, col), letters)
        try:
            form = matrix_form(slices, (row, col))
        except NoMatrixForm:
            entry, inside, i, j = self.opened(body, letters, row, col)
            return rf"\left[{self.form(entry, inside)[0]}\right]_{{{i}{j}}}"
        text = to_tex(form, {**self.names, **names})
        return text if least == SUM or form.op == "symbol" else rf"\left({text}\right)"

    def sliced(self, body: Expr, axes: tuple[Index, ...], letters: dict[Index, str]) -> tuple[Expr, dict[Symbol, str]]:
        r"""The body with `\Sigma_{k}` as a name of its own for the matrix that `\Sigma` has at a fixed k."""
        given = body.free.difference(axes)
        slices, names = dict[Expr, Expr](), dict[Symbol, str]()
        for term in walk(body):
            if not isinstance(term, Component):
                continue
            fixed = [place.free <= given for place in term.indices]
            if not any(fixed) or all(fixed):
                continue
            at = [self.form(place, letters)[0] for place, held in zip(term.indices, fixed, strict=True) if held]
            name = subscripted(self.names.get(term.symbol, term.symbol.name), at)
            own = Symbol(name, tuple(d for d, held in zip(term.symbol.axes, fixed, strict=True) if not held))
            slices[term] = component(own, *(p for p, held in zip(term.indices, fixed, strict=True) if not held))
            names[own] = name
        return (rebuilt(body, lambda old, new: slices.get(old, new)) if slices else body), names

    def opened(self, body: Expr, letters: dict[Index, str], *bound: Index) -> tuple[Any, ...]:
        """The body and the letters for its bound indices, which no letter in sight carries."""
        inside, names = dict(letters), list[str]()
        for index in bound:
            letter = next(x for x in (*self.letters, *(f"i_{{{k}}}" for k in range(1, 99))) if x not in inside.values())
            held = Index(f"letter {letter}", index.dim)
            body = substitute(body, {index: value(held)})
            inside[held] = letter
            names.append(letter)
        return body, inside, *names


def subscripted(name: str, places: Sequence[str]) -> str:
    """`W_{ij}`, `z_{out, j}`."""
    script = "".join(places) if all(len(p) == 1 for p in places) else ", ".join(places)
    if not places:
        return name
    if name.endswith("}") and "_{" in name:
        return f"{name[:-1]}, {script}}}"
    if (inner := re.fullmatch(r"(.*)_([^\W_]|\\[A-Za-z]+)", name)) is not None:
        return f"{inner[1]}_{{{inner[2]}, {script}}}"
    return f"{name}_{{{script}}}"


def raised(name: str, script: str) -> str:
    r"""`x^{\top}`, and `{w^{(1)}}^{\top}` of a name that has something above already."""
    return rf"{{{name}}}^{{{script}}}" if "^" in name else f"{name}^{{{script}}}"


def _component(term: Component, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    name = w.names.get(term.symbol, term.symbol.name)
    places = [w.form(t, letters)[0] for t in term.indices]
    if not places:
        return name, ATOM
    simple = all(len(p) == 1 for p in places)
    script = "".join(places) if simple else ", ".join(places)
    if name.startswith(r"\frac{\partial ") and r"}{\partial " in name:
        front, _, below = name.rpartition(r"}{\partial ")
        return rf"{front}}}{{\partial {subscripted(below.removesuffix('}'), places)}}}", ATOM
    if "_" in name or name.startswith(r"\frac"):
        return rf"\left({name}\right)_{{{script}}}", ATOM
    return f"{name}_{{{script}}}", ATOM


def _mul(term: Mul, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    factors = sorted(term.factors, key=lambda f: _rank(f, w))
    number = factors[0].value if isinstance(factors[0], Const) else None
    rest = factors if number is None else factors[1:]
    above = [f for f in rest if not _divides(f)]
    below = [power(f.base, const(-f.exponent.value)) for f in rest if _divides(f)]  # type: ignore[attr-defined]
    over = [] if number is None or abs(number.numerator) == 1 else [str(abs(number.numerator))]
    under = [] if number is None or number.denominator == 1 else [str(number.denominator)]
    divided = bool(below or under)
    top = over + [w.at(f, letters, SUM if divided and not over and len(above) == 1 else PRODUCT) for f in above]
    bottom = under + [w.at(f, letters, SUM if not under and len(below) == 1 else PRODUCT) for f in below]
    text = " ".join(top) or "1"
    if bottom:
        text = rf"\frac{{{text}}}{{{' '.join(bottom)}}}"
    return ("-" + text, SUM) if number is not None and number < 0 else (text, PRODUCT)


def _rank(factor: Expr, w: TermWriter) -> int:
    """Numbers first, then derivatives, sums last."""
    if isinstance(factor, Component) and w.names.get(factor.symbol, "").startswith(r"\frac{\partial "):
        return 1
    return 0 if isinstance(factor, Const) else 3 if isinstance(factor, Reduce) else 2


def _divides(f: Expr) -> bool:
    return isinstance(f, Power) and isinstance(f.exponent, Const) and f.exponent.value < 0


def _add(term: Add, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    text = ""
    for part in sorted(term.terms, key=lambda t: _late(t, w.form(t, letters)[0])):
        written = w.at(part, letters, SUM)
        if not text:
            text = written
        else:
            text += f" - {written[1:]}" if written.startswith("-") else f" + {written}"
    return text, SUM


def _late(term: Expr, text: str) -> int:
    """What is subtracted stands behind, what has an index before what has none."""
    return 0 if not text.startswith("-") else 1 if term.axes else 2


def _power(term: Power, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    if isinstance(term.exponent, Const):
        exponent = term.exponent.value
        if exponent == 1 / const(2).value:
            return rf"\sqrt{{{w.form(term.base, letters)[0]}}}", ATOM
        if exponent < 0:
            return rf"\frac{{1}}{{{w.form(power(term.base, const(-exponent)), letters)[0]}}}", ATOM
        base = w.at(term.base, letters, ATOM)
        return f"{base}^{{{fraction(exponent)}}}", POWER
    return f"{w.at(term.base, letters, ATOM)}^{{{w.form(term.exponent, letters)[0]}}}", POWER


def _apply(term: Apply, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    inside = ", ".join(w.form(a, letters)[0] for a in term.args)
    if term.name == "abs":
        return rf"\left|{inside}\right|", ATOM
    head = FUNCTION_NAMES.get(term.name, rf"\operatorname{{{term.name.replace('_', '')}}}")
    return rf"{head}\left({inside}\right)", ATOM


_BIG = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min", "argmax": r"\arg\max", "argmin": r"\arg\min"}


def _reduce(term: Reduce, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    if term.index not in term.body.free and term.op == "sum":
        return term.index.dim.name, ATOM
    body, inside, letter = w.opened(term.body, letters, term.index)
    if term.op == "prod" and isinstance(body, Piecewise) and body.cases[0][1] is const(1) and len(body.cases) == 1:
        condition = body.cases[0][0]
        if isinstance(condition, Indicator) and condition.rel == "==":
            other = next(s for s in (condition.a, condition.b) if w.form(s, inside)[0] != letter)
            range_ = rf"{letter} \neq {w.form(other, inside)[0]}"
            return rf"\prod_{{{range_}}} {w.at(body.otherwise, inside, PRODUCT)}", PRODUCT
    if term.op == "sum" and isinstance(body, Mul):
        left_out = next((f for f in body.factors if _leaves_out(f, letter, inside, w)), None)
        if isinstance(left_out, Indicator):
            rest = mul(*(f for f in body.factors if f is not left_out))
            range_ = f"{letter} {_related(left_out, inside, w).removeprefix(letter).strip()}"
            return rf"\sum_{{{range_}}} {w.at(rest, inside, PRODUCT)}", PRODUCT
    return rf"{_BIG[term.op]}_{{{letter}}} {w.at(body, inside, PRODUCT)}", PRODUCT


def _leaves_out(factor: Expr, letter: str, letters: dict[Index, str], w: TermWriter) -> bool:
    r"""Whether a factor is `[j \neq y]` for the letter that is summed over."""
    if not isinstance(factor, Indicator) or factor.rel != "!=":
        return False
    return w.form(factor.a, letters)[0] == letter and isinstance(factor.b, Component | IndexValue)


_RELATIONS = {"==": "=", "!=": r"\neq", "<": "<", "<=": r"\leq"}


def _side(a: Expr) -> int:
    """What stands on the left of a comparison: a formula before a name, a name before a number."""
    threshold = isinstance(a, Component) and not a.indices and a.symbol.kind != "integer"
    return 0 if isinstance(a, Const) else 1 if threshold else 2


def _related(term: Indicator, letters: dict[Index, str], w: TermWriter) -> str:
    """a < b, numbers and thresholds on the right."""
    a, b, relation = term.a, term.b, _RELATIONS[term.rel]
    if _side(a) < _side(b):
        a, b, relation = b, a, {"<": ">", r"\leq": r"\geq"}.get(relation, relation)
    return f"{w.form(a, letters)[0]} {relation} {w.form(b, letters)[0]}"


def _indicator(term: Indicator, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    if term.rel == "==" and isinstance(term.a, IndexValue | Const) and isinstance(term.b, IndexValue | Const):
        return rf"\delta_{{{w.form(term.a, letters)[0]}{w.form(term.b, letters)[0]}}}", ATOM
    return rf"\mathbb{{1}}\left[{_related(term, letters, w)}\right]", ATOM


def _condition(term: Expr, letters: dict[Index, str], w: TermWriter) -> str:
    if isinstance(term, Indicator):
        return _related(term, letters, w)
    return f"{w.form(term, letters)[0]} = 1"


def _piecewise(term: Piecewise, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    rows = []
    for condition, item in term.cases:
        rows.append(rf"{w.form(item, letters)[0]} & \text{{if }} {_condition(condition, letters, w)}")
    rows.append(rf"{w.form(term.otherwise, letters)[0]} & \text{{otherwise}}")
    written = r" \\ ".join(rows)
    return rf"\begin{{cases}} {written} \end{{cases}}", ATOM


def _inverse(term: Inverse, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    i, j = (w.form(t, letters)[0] for t in (term.i, term.j))
    return rf"\left({w.matrix(term.body, term.row, term.col, letters, ATOM)}^{{-1}}\right)_{{{i}{j}}}", ATOM


def _determinant(term: Determinant, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    return rf"\det\left({w.matrix(term.body, term.row, term.col, letters, SUM)}\right)", ATOM


def _unknown(term: Unknown, letters: dict[Index, str], w: TermWriter) -> tuple[str, int]:
    """`f_1'(s)`, for a function of one number."""
    if len(term.args) != 1 or term.args[0][0] or any(slot != (0, ()) for slot in term.slots):
        raise KeyError(term.name)
    name = w.names.get(Symbol(term.name), term.name)
    core, sub, rest = name.partition("_")
    inside = w.form(term.args[0][1], letters)[0]
    return rf"{core}{chr(39) * len(term.slots)}{sub}{rest}\left({inside}\right)", ATOM


_ROWS: dict[type[Expr], Callable[[Any, dict[Index, str], TermWriter], tuple[str, int]]] = {
    Const: lambda t, letters, w: (fraction(t.value), ATOM if t.value >= 0 else SUM),
    IndexValue: lambda t, letters, w: (letters[t.index], ATOM),
    Component: _component,
    Mul: _mul,
    Add: _add,
    Power: _power,
    Apply: _apply,
    Reduce: _reduce,
    Indicator: _indicator,
    Piecewise: _piecewise,
    Inverse: _inverse,
    Determinant: _determinant,
    Unknown: _unknown,
}
