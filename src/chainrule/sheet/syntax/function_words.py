"""Words whose meaning is fixed, in whatever document they stand: those of the table of functions, and a few more."""

from __future__ import annotations

from chainrule.expr import functions as table

LOGARITHMS = frozenset({"log", "ln"})
CAPITALISED = {"Log": "log", "Ln": "ln", "Sin": "sin", "Cos": "cos", "Tanh": "tanh", "Sqrt": "sqrt"}
"""Functions with a capital, as some programs and handwriting have them."""

# Functions of a label rather than of a quantity.
OF_LABELS = frozenset({"onehot", "OneHot", "one_hot", "one-hot"})
OF_SQUARE = frozenset({"tr", "Tr", "trace", "Trace", "det", "Det", "logdet", "inv"})
"""What is taken of square matrices: `\\operatorname{tr}(X^2)` says that X is square, so that X^2 is X X."""

OF_WHOLES = frozenset({
    "softmax", "Softmax", "SoftMax", "logsoftmax", "log_softmax", "LogSoftmax", "logsumexp", "LSE", "lse",
    "tr", "Tr", "trace", "Trace", "det", "Det", "inv", "adj", "adjugate", "logdet", "diag", "Diag", "norm",
    "max", "maximum", "min", "minimum", "factorial", "gamma function", "binom", "vec", "Vec",
    "rowsum", "rowSum", "RowSum", "colsum", "colSum", "ColSum",
})  # fmt: skip
"""Functions of whole vectors and matrices: the keys of `sheet.meaning.structural.STRUCTURAL`."""


def is_function_word(base: str) -> bool:
    """Words whose meaning is fixed: `tanh(s) = ...` is a claim, not a definition of tanh."""
    return base in OF_WHOLES or base in OF_LABELS or table.lookup(base) is not None
