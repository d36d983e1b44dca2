r"""TeX of matrix expressions, in the notation of textbooks: `X^{\top} (\hat y - y)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from chainrule.calculus.arrays.notation import Array, coefficient, divides, number, walk
from chainrule.calculus.arrays.products import power, product, split, transpose
from chainrule.expr.index import Symbol

SUM, PRODUCT, HADAMARD, POWER, ATOM = range(5)
"""How tightly a written form binds; a looser one inside a tighter place is put into parentheses."""

Names = Mapping[Symbol, str]
Written = tuple[str, int]


class RowName(str):
    """The name of a vector that is a row, as gradients are in numerator layout."""

    __slots__ = ()


def to_tex(array: Array, names: Names | None = None) -> str:
    r"""The TeX of an array; `names` are written for symbols in place of their own.

    >>> from chainrule.calculus import matrix_form
    >>> from chainrule.expr import Dim, Index, Symbol, component
    >>> i = Index("i", Dim("n")); x = component(Symbol("x", (i.dim,)), i)
    >>> to_tex(matrix_form(2 * x, (i,)))
    '2 x'
    """
    return _write(array, names or {})[0]


def factor(array: Array, names: Names) -> str:
    """The TeX of an array as a factor, in parentheses where it is a sum."""
    return _at(array, names, PRODUCT)


def _write(a: Array, names: Names) -> Written:
    return _ROWS[a.op](a, names)


def _at(a: Array, names: Names, least: int) -> str:
    """The form where only one that binds at least this tightly may stand."""
    text, binds = _write(a, names)
    return text if binds >= least else rf"\left({text}\right)"


def fraction(value: Fraction) -> str:
    r"""-\frac{1}{2}."""
    sign = "-" if value < 0 else ""
    value = abs(value)
    return sign + (
        str(value.numerator) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    )


def _number(a: Array, names: Names) -> Written:
    assert isinstance(a.data, Fraction)
    return fraction(a.data), ATOM if a.data >= 0 else SUM


def _symbol(a: Array, names: Names) -> Written:
    assert isinstance(a.data, Symbol)
    name = names.get(a.data, a.data.name)
    binds = POWER if name.startswith(r"\frac") else ATOM
    if isinstance(name, RowName):
        return _scripted(name if binds == ATOM else rf"\left({name}\right)", r"\top"), POWER
    return name, binds


def _transpose(a: Array, names: Names) -> Written:
    return _scripted(_at(a.args[0], names, ATOM), r"\top"), POWER


def _scripted(base: str, script: str) -> str:
    plain = "^" not in base or base.startswith(r"\left(")
    return f"{base}^{{{script}}}" if plain else f"{{{base}}}^{{{script}}}"


def _inverse(a: Array, names: Names) -> Written:
    (body,) = a.args
    if body.op == "transpose":
        return _scripted(_at(body.args[0], names, ATOM), r"-\top"), POWER
    if (over := _turned_over(body)) is not None:
        return _scripted(_at(over, names, ATOM), r"-\top"), POWER
    return _scripted(_at(body, names, ATOM), "-1"), POWER


def _turned_over(a: Array) -> Array | None:
    """The transpose of a sum of matrices, where a transpose around it is shorter than those in it."""
    if a.op != "add" or a.rank != 2:
        return None
    found = transpose(a)
    return found if found.op == "add" and found.turns + 1 < a.turns else None


def _matmul(a: Array, names: Names) -> Written:
    return " ".join(_at(f, names, POWER) for f in a.args), PRODUCT


def _inner(a: Array, names: Names) -> Written:
    left, right = a.args
    return rf"{_row(left, names)} {_at(right, names, PRODUCT if right.op == 'matmul' else POWER)}", PRODUCT


def _row(vector: Array, names: Names) -> str:
    """A vector as a row that is a factor."""
    text, binds = _as_row(vector, names)
    return text if binds > SUM else rf"\left({text}\right)"


def _as_row(vector: Array, names: Names) -> Written:
    scalars, core = split(vector)
    if scalars:
        factor = _at(product(*scalars), names, PRODUCT) if len(scalars) == 1 else _write(product(*scalars), names)[0]
        factor = "-1" if factor == r"\left(-1\right)" else factor
        return f"-{_row(core, names)}" if factor == "-1" else f"{factor} {_row(core, names)}", SUM + 1
    if _is_row(vector, names):
        return names[vector.data], POWER  # type: ignore[index]
    if vector.op == "matmul":
        *front, last = vector.args
        return " ".join([_row(last, names), *(_at(transpose(f), names, POWER) for f in reversed(front))]), PRODUCT
    if vector.op in ("add", "product") and _holds_row(vector, names):
        if vector.op == "add":
            return _signed(_as_row(t, names)[0] for t in vector.args), SUM
        parts = [_as_row(f, names) for f in sorted(vector.args, key=lambda f: not _holds_row(f, names))]
        return r" \odot ".join(text if binds >= POWER else rf"\left({text}\right)" for text, binds in parts), SUM
    return _scripted(_at(vector, names, ATOM), r"\top"), POWER


def _holds_row(a: Array, names: Names) -> bool:
    return any(_is_row(node, names) for node in walk(a))


def _is_row(a: Array, names: Names) -> bool:
    return a.op == "symbol" and isinstance(names.get(a.data), RowName)  # type: ignore[arg-type]


def _outer(a: Array, names: Names) -> Written:
    left, right = a.args
    return rf"{_at(left, names, PRODUCT if left.op == 'matmul' else POWER)} {_row(right, names)}", PRODUCT


def _called(name: str) -> Callable[[Array, Names], Written]:
    def row(a: Array, names: Names) -> Written:
        return rf"{name}\left({', '.join(_write(x, names)[0] for x in a.args)}\right)", ATOM

    return row


def _entry(a: Array, names: Names) -> Written:
    base, label = (_at(x, names, ATOM) for x in a.args)
    return (f"{base}_{{{label}}}" if "_" not in base else rf"\left({base}\right)_{{{label}}}"), ATOM


def _frobenius(a: Array, names: Names) -> Written:
    left, right = a.args
    if left.like(right):
        return rf"\lVert {_write(left, names)[0]} \rVert_F^2", ATOM
    return rf"\operatorname{{tr}}\left({_row(left, names)} {_at(right, names, POWER)}\right)", ATOM


def _sum(a: Array, names: Names) -> Written:
    (body,) = a.args
    if body.rank == 1:
        return rf"\mathbf{{1}}^{{\top}} {_at(body, names, POWER)}", PRODUCT
    return rf"\mathbf{{1}}^{{\top}} {_at(body, names, POWER)} \mathbf{{1}}", PRODUCT


def _product(a: Array, names: Names) -> Written:
    assert isinstance(a.data, Fraction)
    below = [turned(f) for f in a.args if divides(f)]
    above = [f for f in a.args if not divides(f)]
    text = _factors(abs(a.data), above, [f for f in below if not f.axes], names)
    for f in (f for f in below if f.axes):
        text = rf"{text or chr(92) + 'mathbf{1}'} \oslash {_at(f, names, POWER)}"
    binds = HADAMARD - 1 if sum(bool(f.axes) for f in a.args) < 2 else SUM + 1
    return ("-" + text, SUM) if a.data < 0 else (text, binds)


def turned(f: Array) -> Array:
    """A^c for A^-c."""
    assert isinstance(f.data, Fraction)
    return power(f.args[0], -f.data)


def _factors(coefficient: Fraction, above: list[Array], below: list[Array], names: Names) -> str:
    above = sorted(above, key=lambda f: not _is_derivative(f, names))
    scalars, arrays = [f for f in above if not f.axes], [f for f in above if f.axes]
    lone = len(scalars) == 1 and not arrays and coefficient.numerator == 1
    top = [str(coefficient.numerator)] if coefficient.numerator != 1 else []
    top += [_scalar(f, names, lone and bool(below or coefficient.denominator != 1)) for f in scalars]
    bottom = [str(coefficient.denominator)] if coefficient.denominator != 1 else []
    alone = len(below) == 1 and not bottom
    bottom += [_scalar(f, names, alone) for f in below]
    if below and len(arrays) == 1:
        top.append(_write(arrays[0], names)[0] if not top else _at(arrays[0], names, PRODUCT))
        arrays = []
    written = r" \odot ".join(_at(f, names, POWER if len(arrays) > 1 else PRODUCT) for f in arrays)
    front = " ".join(top)
    if bottom:
        front = rf"\frac{{{front or 1}}}{{{' '.join(bottom)}}}"
    if front and len(arrays) > 1:
        written = rf"\left({written}\right)"
    return " ".join(part for part in (front, written) if part) or "1"


def _is_derivative(f: Array, names: Names) -> bool:
    r"""`\frac{\partial L}{\partial z}`, which stands before what it is multiplied with."""
    return f.op == "symbol" and isinstance(f.data, Symbol) and names.get(f.data, "").startswith(r"\frac{\partial ")


def _scalar(f: Array, names: Names, alone: bool) -> str:
    """A scalar factor: an inner product beside other factors needs parentheses."""
    if alone:
        return _write(f, names)[0]
    return _at(f, names, POWER)


def _add(a: Array, names: Names) -> Written:
    if (over := _turned_over(a)) is not None:
        return _scripted(rf"\left({_add(over, names)[0]}\right)", r"\top"), POWER
    return _signed(_at(t, names, PRODUCT if t.op == "add" else SUM) for t in a.args), SUM


def _signed(terms: Iterable[str]) -> str:
    """The sum of terms that may begin with a minus."""
    text = ""
    for written in terms:
        if text:
            text += f" - {written[1:]}" if written.startswith("-") else f" + {written}"
        else:
            text = written
    return text


def _power(a: Array, names: Names) -> Written:
    base = a.args[0]
    if not isinstance(a.data, Fraction):
        exponent = _write(_bare(a.args[1]), names)[0]
        return _scripted(_at(_bare(base), names, ATOM), rf"\odot ({exponent})" if base.axes else exponent), POWER
    if a.data == Fraction(1, 2):
        if not a.axes and base.op == "inner" and base.args[0].like(base.args[1]):
            return rf"\lVert {_write(base.args[0], names)[0]} \rVert", ATOM
        if not a.axes and base.op == "frobenius" and base.args[0].like(base.args[1]):
            return rf"\lVert {_write(base.args[0], names)[0]} \rVert_F", ATOM
        return rf"\sqrt{{{_write(base, names)[0]}}}", ATOM
    if not a.axes and a.data.denominator == 2 and base.op == "inner" and base.args[0].like(base.args[1]) and a.data > 0:
        return rf"\lVert {_write(base.args[0], names)[0]} \rVert^{{{a.data.numerator}}}", ATOM
    if a.data < 0:
        lower = turned(a)
        if not a.axes:
            return rf"\frac{{1}}{{{_write(lower, names)[0]}}}", ATOM
        return rf"\mathbf{{1}} \oslash {_at(lower, names, POWER)}", SUM + 1
    if a.axes:
        return _scripted(_at(base, names, ATOM), rf"\odot {fraction(a.data)}"), POWER
    return _scripted(_at(base, names, ATOM), fraction(a.data)), POWER


FUNCTION_NAMES = {
    "sigmoid": r"\sigma", "tanh": r"\tanh", "exp": r"\exp", "log": r"\log", "sin": r"\sin", "cos": r"\cos",
    "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh", "arctan": r"\arctan", "arcsin": r"\arcsin",
    "arccos": r"\arccos", "max": r"\max", "min": r"\min",
}  # fmt: skip


def _bare(a: Array) -> Array:
    """A scalar that is only spread, where a function takes it entry by entry."""
    if a.op == "spread" and not a.args[0].axes:
        return a.args[0]
    if a.op == "product" and a.axes:
        own = [f for f in a.args if f.axes]
        if len(own) == 1 and own[0].op == "spread" and own[0].args[0] == number(1):
            return product(Array("product", tuple(f for f in a.args if not f.axes), (), a.data))
    return a


def _function(a: Array, names: Names) -> Written:
    word = str(a.data)
    inside = ", ".join(_write(_bare(x), names)[0] for x in a.args)
    if word == "abs" and not a.axes:
        return rf"\left|{inside}\right|", ATOM
    head = FUNCTION_NAMES.get(word, rf"\operatorname{{{word.replace('_', '')}}}")
    return rf"{head}\left({inside}\right)", ATOM


_RELATIONS = {"==": "=", "!=": r"\neq", "<": "<", "<=": r"\leq"}


def _compare(a: Array, names: Names) -> Written:
    return rf"\mathbb{{1}}\left[{_related(a, names)}\right]", ATOM


def _rank_of_side(a: Array) -> int:
    """What stands on the left of a comparison: a formula before a name, a name before a number."""
    inner = a.args[0] if a.op == "spread" else a
    return 0 if _is_number(inner) else 1 if inner.op == "symbol" and not inner.axes else 2


def _related(a: Array, names: Names) -> str:
    """a < b, numbers and thresholds on the right."""
    left, right = a.args
    relation = _RELATIONS[str(a.data)]
    if _rank_of_side(left) < _rank_of_side(right):
        left, right, relation = right, left, {"<": ">", r"\leq": r"\geq"}.get(relation, relation)
    left, right = (x.args[0] if x.op == "spread" and _is_number(x) else x for x in (left, right))
    return f"{_write(left, names)[0]} {relation} {_write(right, names)[0]}"


def _is_number(a: Array) -> bool:
    return a.op == "number" or (a.op == "spread" and a.args[0].op == "number")


def _where(a: Array, names: Names) -> Written:
    condition, *cases = a.args
    test = _related(condition, names) if condition.op == "compare" else f"{_write(condition, names)[0]} = 1"
    yes, no = (_write(_bare(x), names)[0] for x in cases)
    return rf"\begin{{cases}} {yes} & \text{{if }} {test} \\ {no} & \text{{otherwise}} \end{{cases}}", ATOM


def _spread(a: Array, names: Names) -> Written:
    (inner,) = a.args
    ones = r"\mathbf{1}"
    if not inner.axes:
        block = ones if a.rank == 1 else rf"{ones} {ones}^{{\top}}"
        if inner.op == "number" and coefficient(inner) < 0:
            return f"-{_spread(Array('spread', (number(-coefficient(inner)),), a.axes), names)[0]}", SUM
        text = _at(inner, names, PRODUCT)
        if text == "0":
            return r"\mathbf{0}", ATOM
        return (block, ATOM if a.rank == 1 else PRODUCT) if text == "1" else (f"{text} {block}", PRODUCT)
    if inner.axes[0] == a.axes[0]:
        return rf"{_at(inner, names, POWER)} {ones}^{{\top}}", PRODUCT
    return rf"{ones} {_row(inner, names)}", PRODUCT


def _trace(a: Array, names: Names) -> Written:
    """tr A, or tr A^T where that has fewer transposes."""
    inside = min((a.args[0], transpose(a.args[0])), key=lambda x: x.turns)
    return rf"\operatorname{{tr}}\left({_write(inside, names)[0]}\right)", ATOM


_ROWS: dict[str, Callable[[Array, Names], Written]] = {
    "symbol": _symbol,
    "number": _number,
    "size": lambda a, names: (a.data.name if a.data else "", ATOM),  # type: ignore[union-attr]
    "constant": lambda a, names: (r"\pi", ATOM),
    "prod": _called(r"\prod"),
    "argmax": _called(r"\arg\max"),
    "argmin": _called(r"\arg\min"),
    "onehot": _called(r"\operatorname{onehot}"),
    "entry": _entry,
    "ones": lambda a, names: (r"\mathbf{1}", ATOM),
    "identity": lambda a, names: ("I", ATOM),
    "unit": lambda a, names: (f"e_{{{_write(a.args[0], names)[0]}}}", ATOM),
    "row": lambda a, names: _as_row(a.args[0], names),
    "transpose": _transpose,
    "matmul": _matmul,
    "inner": _inner,
    "outer": _outer,
    "trace": _trace,
    "frobenius": _frobenius,
    "sum": _sum,
    "diag": _called(r"\operatorname{diag}"),
    "diagonal": _called(r"\operatorname{diag}"),
    "inverse": _inverse,
    "det": _called(r"\det"),
    "product": _product,
    "add": _add,
    "power": _power,
    "function": _function,
    "softmax": _called(r"\operatorname{softmax}"),
    "max": _called(r"\max"),
    "min": _called(r"\min"),
    "compare": _compare,
    "where": _where,
    "spread": _spread,
}
