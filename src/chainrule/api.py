"""`chainrule.check`: the same few calls that the command line makes, for Python.

A sheet is a path, a folder of sheets, or its text; a context document is what the sheet answers, such as the exercise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path, PurePath

from chainrule.arrays import Array
from chainrule.check.engine import check_document
from chainrule.check.records.options import Options
from chainrule.derive.record import answer, answer_made, answer_sheet, sizes
from chainrule.notebook import Derived, Report, Solved, Traced
from chainrule.read.document import Document
from chainrule.read.load import KINDS, InputError, from_text, load, sheets_in
from chainrule.read.python import FormulaError
from chainrule.solve.run import SolveError, solve_document
from chainrule.trace.run import TraceError, trace_document

__all__ = [
    "Derived",
    "FormulaError",
    "InputError",
    "Report",
    "SolveError",
    "Solved",
    "TraceError",
    "Traced",
    "check",
    "derive",
    "documents",
    "solve",
    "trace",
]

Source = str | PathLike[str]

TEXT = "<text>"


def check(
    source: Source,
    context: Source | Iterable[Source] | None = None,
    *,
    deadline: float = 60.0,
    seed: int = 0,
) -> Report:
    r"""Check a sheet and say of every relation in it whether it holds.

    `source` is a path, a folder, or the text of a sheet; a string is text when it has a line end or a `$`, or when no
    file has that name and it does not look like one, as `notes.md` does. `deadline` is in seconds for each document,
    `seed` fixes the sampled points.

    >>> check(r"Let $f(x) = x^2$. Then $f'(x) = 2x$.").exit_status
    0
    """
    options = Options(deadline=deadline, seed=seed)
    around = [document for one in _several(context) for document in documents(one)]
    return Report(tuple(check_document(document, around, options) for document in documents(source)))


def derive(
    expression: Source | Array,
    wrt: str | Array | Iterable[str | Array],
    *,
    of: str | None = None,
    shapes: Mapping[str, str | Sequence[str]] | None = None,
    context: Source | Iterable[Source] | None = None,
    order: int = 1,
) -> Derived:
    r"""Derive a scalar by the names in it: steps, textbook form, NumPy code.

    `expression` is Python-style text with NumPy's meaning, lines of assignments may come first; or a formula in TeX; or
    what operators made of arrays by name (`chainrule.array`); or the path of a sheet that defines the loss `of`.
    `shapes` gives the dimensions of names, such as `{"W": "d h", "s": ""}`, for all of them, some, or none. Raises
    `FormulaError`.

    >>> print(derive("sum((X @ w - y)**2) / 2", "w").tex)
    X^{\top} \left(X w - y\right)
    >>> print(derive(r"\operatorname{tr}(A X B)", "X").tex)
    A^{\top} B^{\top}
    """
    names = _names(wrt)
    given = {n: sizes(n, s.split() if isinstance(s, str) else s) for n, s in (shapes or {}).items()}
    if isinstance(expression, Array):
        return Derived(answer_made(expression.made, names, given, of, order))
    if isinstance(expression, str) and not _is_sheet(expression):
        return Derived(answer(expression, names, given, of, order))
    around = [document for one in _several(context) for document in documents(one)]
    found = documents(expression)
    if len(found) != 1:
        raise FormulaError(f"one sheet is derived from at a time; {expression} has {len(found)}")
    return Derived(answer_sheet(found[0], names, given, of, around, order))


def _names(wrt: str | Array | Iterable[str | Array]) -> list[str]:
    """The names to derive by."""
    if isinstance(wrt, str):
        return [w.strip() for w in wrt.split(",") if w.strip()]
    found = []
    for w in [wrt] if isinstance(wrt, Array) else wrt:
        if isinstance(w, Array) and w.made.formula.op != "name":
            raise FormulaError(f"{w!r} has no name to derive by: write z = (...).named('z') and go on with z")
        found.append(str(w.made.formula.value) if isinstance(w, Array) else w)
    return found


def _is_sheet(expression: str) -> bool:
    """Whether a string is the name of a sheet, or a sheet of several formulas or with words."""
    if not _is_text(expression):
        return True
    return expression.count("$") > 2 and not expression.strip().startswith("$$")


def trace(
    source: Source,
    context: Source | Iterable[Source] | None = None,
    *,
    steps: int = 1,
    deadline: float = 60.0,
) -> Traced:
    r"""The numbers of every quantity of a sheet, at the start and after each of so many updates.

    `source` and `context` are as for `check`, but one sheet. The update rule is read from the sheet. Raises
    `TraceError` when nothing can be computed.

    >>> sheet = r"Let $w = 2$, $L = w^2$. Gradient descent: $w' = w - 0.1 \frac{\partial L}{\partial w}$."
    >>> trace(sheet, steps=3)["w"].tolist()
    [2.0, 1.6, 1.28, 1.024]
    """
    around = [document for one in _several(context) for document in documents(one)]
    if isinstance(source, Array):
        raise TraceError("this is no sheet but a formula; the trace of a matrix is chainrule.tr")
    found = documents(source)
    if len(found) != 1:
        raise TraceError(f"one sheet is traced at a time; {source} has {len(found)}")
    return Traced(trace_document(found[0], around, steps, Options(deadline=deadline)))


def solve(
    source: Source,
    context: Source | Iterable[Source] | None = None,
    *,
    digits: int = 8,
    deadline: float = 60.0,
) -> Solved:
    r"""The solution sheet of a sheet with questions: blanks filled, derivatives derived, updates carried out.

    Every line that is written has been read back and verified. Raises `SolveError` when the sheet asks nothing.

    >>> print(solve(r"Let $L = (w x - t)^2$ be scalar. $$\frac{\partial L}{\partial w} = ?$$").text)
    Let $L = (w x - t)^2$ be scalar. $$\frac{\partial L}{\partial w} = 2 \left(x w - t\right) x$$
    """
    around = [document for one in _several(context) for document in documents(one)]
    found = documents(source)
    if len(found) != 1:
        raise SolveError(f"one sheet is solved at a time; {source} has {len(found)}")
    return Solved(solve_document(found[0], around, digits, Options(deadline=deadline)))


def documents(source: Source) -> list[Document]:
    """The documents that a path, a folder or a text stands for. Raises `InputError` when one cannot be read."""
    if isinstance(source, str) and _is_text(source):
        return [from_text(source, TEXT)]
    path = Path(source)
    return [load(sheet) for sheet in sheets_in(path)] if path.is_dir() else [load(path)]


def _is_text(source: str) -> bool:
    """A string is a path when something is there, or when it is one word with the suffix of a sheet."""
    if "\n" in source or "$" in source or not source.strip():
        return True
    if len(source.split()) == 1 and PurePath(source).suffix.lower() in KINDS:
        return False
    try:
        return not Path(source).exists()
    except (OSError, ValueError):  # too long for a name, or a null character in it
        return True


def _several(context: Source | Iterable[Source] | None) -> list[Source]:
    if context is None:
        return []
    return [context] if isinstance(context, (str, PathLike)) else list(context)
