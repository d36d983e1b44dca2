r"""Arrays by name, and operators that build formulas of them as NumPy code reads.

    >>> import chainrule as cr
    >>> X, W, w, y = cr.array("X", "n d"), cr.array("W", "d h"), cr.array("w", "h"), cr.array("y", "n")
    >>> L = cr.sum((cr.tanh(X @ W) @ w - y)**2) / 2
    >>> print(cr.derive(L, wrt=[w, W]).tex)
    H^{\top} \left(H w - y\right)

Every function of formulas in text is there by its name in NumPy, SciPy and torch, as `cr.softmax(z)`, as a method,
`z.sum(axis="n")`, and by NumPy's own function, `np.exp(z)`; the trace of a matrix is `cr.tr`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

from chainrule.calculus import NoMatrixForm
from chainrule.derive.build import plain_form
from chainrule.derive.operators import Made, as_text, defined, made, named, number
from chainrule.derive.table import OPERATIONS
from chainrule.read.python import SIZED, FormulaError
from chainrule.write.array_tex import to_tex
from chainrule.write.page import mathml

FUNCTIONS = (
    {name for name in OPERATIONS if name.isidentifier()}
    - {"T", "neg", "pos", "trace"}
    - SIZED
    - {"einsum", "shape", "len"}
)
UFUNCS = {
    "negative": "neg", "positive": "pos", "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "matmul": "@",
    "power": "**", "float_power": "**", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
}  # fmt: skip
"""NumPy's names for what has a sign."""


class Array:
    """An array by name, or what operators make of such arrays."""

    __iter__ = None  # an entry is taken by a label, `z[y]`; there is no first and next one
    __slots__ = ("made",)

    def __init__(self, made: Made) -> None:
        self.made = made

    @property
    def shape(self) -> tuple[str, ...]:
        """The names of the axes."""
        return self.made.dims

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.made.dims)

    @property
    def T(self) -> Array:
        """The transpose."""
        return _apply("T", self)

    def named(self, name: str) -> Array:
        """This formula under a name of its own, with which steps and results are written.

        >>> x, W = array("x", "d"), array("W", "k d")
        >>> z = (W @ x).named("z")
        >>> z, z.shape
        (z, ('k',))
        """
        return Array(defined(_identifier(name), self.made))

    @property
    def tex(self) -> str:
        r"""The formula in TeX, with the names in it written out.

        >>> (array("A", "n m") @ array("x", "m")).tex
        'A x'
        """
        form, names = plain_form(self.made)
        return to_tex(form, names)

    def __repr__(self) -> str:
        return as_text(self.made.formula)

    def _repr_latex_(self) -> str | None:
        try:
            return f"${self.tex}$"
        except NoMatrixForm:
            return None

    def _repr_html_(self) -> str | None:
        try:
            return mathml(self.tex, "inline")
        except (NoMatrixForm, ImportError):
            return None

    def __getitem__(self, label: object) -> Array:
        if isinstance(label, tuple) and len(label) == 2 and isinstance(label[0], slice | Range):
            return _apply("rows[]", self, label[1])
        return _apply("[]", self, label)

    def __getattr__(self, name: str) -> Callable[..., Array]:
        if name not in FUNCTIONS | {"trace"}:
            raise AttributeError(f"arrays of chainrule have no {name!r}")
        return lambda *args, **options: _apply(name, self, *args, **options)

    def __array_ufunc__(self, ufunc: Any, method: str, *args: object, **options: object) -> Array:
        name = UFUNCS.get(ufunc.__name__, ufunc.__name__)
        if method != "__call__" or name not in OPERATIONS:
            raise FormulaError(f"np.{ufunc.__name__}{'' if method == '__call__' else '.' + method} is not read")
        return _apply(name, *args, **options)

    def __array_function__(self, function: Any, types: object, args: Sequence[object], options: Any) -> Array:
        if function.__name__ not in FUNCTIONS | {"trace"}:
            raise FormulaError(f"np.{function.__name__} is not read")
        return _apply(function.__name__, *args, **options)

    def __lt__(self, other: object) -> Array:
        return _apply("<", self, other)

    def __le__(self, other: object) -> Array:
        return _apply("<=", self, other)

    def __gt__(self, other: object) -> Array:
        return _apply(">", self, other)

    def __ge__(self, other: object) -> Array:
        return _apply(">=", self, other)

    def __matmul__(self, other: object) -> Array:
        return _apply("@", self, other)

    def __rmatmul__(self, other: object) -> Array:
        return _apply("@", other, self)

    def __add__(self, other: object) -> Array:
        return _apply("+", self, other)

    def __radd__(self, other: object) -> Array:
        return _apply("+", other, self)

    def __sub__(self, other: object) -> Array:
        return _apply("-", self, other)

    def __rsub__(self, other: object) -> Array:
        return _apply("-", other, self)

    def __mul__(self, other: object) -> Array:
        return _apply("*", self, other)

    def __rmul__(self, other: object) -> Array:
        return _apply("*", other, self)

    def __truediv__(self, other: object) -> Array:
        return _apply("/", self, other)

    def __rtruediv__(self, other: object) -> Array:
        return _apply("/", other, self)

    def __pow__(self, other: object) -> Array:
        return _apply("**", self, other)

    def __rpow__(self, other: object) -> Array:
        return _apply("**", other, self)

    def __neg__(self) -> Array:
        return _apply("neg", self)

    def __pos__(self) -> Array:
        return self

    def __abs__(self) -> Array:
        return _apply("abs", self)


class Range:
    """All rows, `Z[cr.arange(n), y]`."""


def arange(*_: object) -> Range:
    """All rows, for the entries at labels: `Z[cr.arange("n"), y]`."""
    return Range()


def array(name: str, shape: str | Sequence[str | int] = "") -> Array:
    """An array by name, with the names of its axes; without any it is a scalar.

    >>> X, w, lam = array("X", "n d"), array("w", "d"), array("lam")
    >>> X @ w * lam
    X @ w * lam
    >>> w @ X
    Traceback (most recent call last):
    chainrule.read.python.FormulaError: the sizes d and n do not fit in @ of a vector (d) and a matrix (n × d)
    """
    from chainrule.derive.record import dimensions

    dims = shape if isinstance(shape, str) else " ".join(map(str, shape))
    return Array(named(_identifier(name), dimensions([f"{name}: {dims}"])[name]))


def _identifier(name: str) -> str:
    if not name.isidentifier():
        raise FormulaError(f"a name is written as in Python, such as W1 or y_hat, found {name!r}")
    return name


def _apply(op: str, *args: object, **options: object) -> Array:
    """An operation of the table on arrays and numbers."""
    return Array(made(op, [_made(a) for a in args], options))


def _made(value: object) -> Made:
    if isinstance(value, Array):
        return value.made
    if isinstance(value, Real) and not isinstance(value, bool):
        return number(value)
    raise FormulaError(f"arrays and numbers are combined, found {type(value).__name__}: give it a name with array(...)")


def __getattr__(name: str) -> Callable[..., Array]:
    if name not in FUNCTIONS:
        raise AttributeError(name)

    def function(*args: object, **options: object) -> Array:
        return _apply(name, *args, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` with NumPy's meaning, of arrays by name."
    return function
