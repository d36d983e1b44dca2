"""Python-style text of a formula, as NumPy code reads: parsed with `ast`, never evaluated.

    sum((tanh(relu(X @ W) @ w) - y) ** 2) / 2

A leading module name is dropped (`np.exp`, `torch.exp`, `jnp.exp`); methods are calls (`x.sum(axis=0)`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from types import MappingProxyType
from typing import Any

MAX_LENGTH = 100_000
MAX_NODES = 200_000
NONE: Mapping[str, object] = MappingProxyType({})
"""The options of most operations."""

MODULES = frozenset(
    {"np", "numpy", "jnp", "jax", "torch", "F", "scipy", "special", "linalg", "nn", "functional", "math"}
)
BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
}
RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
SIZED = frozenset({"eye", "identity", "ones", "zeros"})
"""Functions of sizes: `eye(n)`, `ones((n, X.shape[1]))`."""
INFINITY = frozenset({"inf", "Inf", "infty", "Infinity"})
HINTS: dict[type[ast.operator], str] = {ast.BitXor: "^ is no power in Python: write **"}
_AXIS = ("sum", "mean", "prod", "var", "std", "amax", "amin", "logsumexp", "softmax", "log_softmax")
BY_POSITION: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_AXIS, ("axis",)),
    "norm": ("ord", "axis"),
    "matrix_power": ("n",),
}
"""The options that NumPy and torch also take without their names."""
UNARY = {ast.USub: "neg", ast.UAdd: "pos"}


class FormulaError(ValueError):
    """A formula that cannot be read: what, where (`column` counts the characters of the whole text), and what to write
    instead."""

    def __init__(self, message: str, text: str = "", column: int | None = None) -> None:
        self.text, self.column = text, column
        super().__init__(message)

    def __str__(self) -> str:
        message = super().__str__()
        if self.column is None or not self.text:
            return message
        line, at = _window(self.text, self.column)
        return f"{message}\n  {line}\n  {' ' * at}^"


def _window(text: str, column: int, width: int = 72) -> tuple[str, int]:
    """The line of a text that a column is in, of a long one the part around it."""
    first = text.rfind("\n", 0, column) + 1
    line, column = text[first:].partition("\n")[0], column - first
    start = max(0, min(column - width // 2, len(line) - width))
    return line[start : start + width], column - start


class _Places:
    """Lines and bytes, in which `ast` counts, as characters of the whole text."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines(keepends=True) or [""]
        self.starts = [0, *accumulate(map(len, self.lines))]
        self.ascii = text.isascii()

    def column(self, line: int, offset: int) -> int:
        if not self.ascii:
            offset = len(self.lines[line - 1].encode()[:offset].decode(errors="ignore"))
        return self.starts[line - 1] + offset


class Formula:
    """A node: an operation by name with arguments, options (`axis`), and the column where it stands. It is never
    changed, and is another one than all others."""

    __slots__ = ("_nodes", "args", "column", "op", "options", "value")

    def __init__(
        self,
        op: str,
        args: tuple[Formula, ...] = (),
        value: str | Fraction | None = None,
        options: Mapping[str, object] = NONE,
        column: int = 0,
    ) -> None:
        self.op, self.args, self.value, self.options, self.column = op, args, value, options, column
        self._nodes: list[Formula] | None = None

    @property
    def nodes(self) -> list[Formula]:
        """Every node once, arguments before what is done with them."""
        if self._nodes is None:
            self._nodes = self._found()
        return self._nodes

    def _found(self) -> list[Formula]:
        done: dict[Formula, None] = {}
        stack = [self]
        while stack:
            node = stack[-1]
            if node in done:
                stack.pop()
            elif waiting := [a for a in node.args if a not in done]:
                stack += reversed(waiting)
            else:
                done[node] = None
                stack.pop()
        return list(done)

    def over(self, args: tuple[Formula, ...]) -> Formula:
        """The same with other arguments."""
        return Formula(self.op, args, self.value, self.options, self.column) if args else self


def postorder(root: Formula) -> list[Formula]:
    """Every node of a formula once, arguments before what is done with them."""
    return root.nodes


def parse(text: str) -> tuple[list[str | None], list[Formula]]:
    """The formulas of a text and the names they define: assignments, one a line, then an expression.

    >>> names, formulas = parse("r = X @ w - y; np.sum(r**2)")
    >>> names, [f.op for f in formulas], formulas[0].args[0].op
    (['r', None], ['-', 'sum'], '@')
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read")
    source = text.strip()
    try:
        lines = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unread(error, source) from None
    reader = _Reader(source)
    names: list[str | None] = []
    formulas: list[Formula] = []
    for line in lines:
        if type(line) is ast.Expr:
            names.append(None)
        elif type(line) is ast.Assign and len(line.targets) == 1 and type(line.targets[0]) is ast.Name:
            names.append(line.targets[0].id)
        else:
            raise reader.fail("a line is an expression or an assignment to one name", line)
        formulas.append(reader.read(line.value))
    if not formulas:
        raise FormulaError("the expression is empty")
    return names, formulas


def _unread(error: BaseException, source: str) -> FormulaError:
    """The error for a text that Python does not read."""
    if not isinstance(error, SyntaxError):
        return FormulaError(
            "the expression is no Python-style formula: it nests too deeply; give names to its parts, one a line",
            source,
        )
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    line = min(max(error.lineno or 1, 1), len(starts))
    column = min(starts[line - 1] + (error.offset or 1) - 1, len(source))
    before, behind = source[:column].rstrip(), source[column:]
    said = error.msg or ""
    if "invalid syntax" in said and OPERAND_ENDS.search(before) and OPERAND.match(behind):
        said = "an operator is missing: write @ for a product of matrices and vectors, * for one of numbers"
    elif "forgot a comma" in said:
        said = "an operator or a comma is missing: write @ for a product of matrices and vectors, * for one of numbers"
    elif "invalid syntax" in said and not behind.strip():
        said = "it ends where another array or number is needed"
    return FormulaError(f"the expression is no Python-style formula: {said}", source, column)


OPERAND_ENDS = re.compile(r"[\w)\]]\Z")
OPERAND = re.compile(r"(?!(?:if|else|for|in|is|not|and|or|lambda|import)\b)[\w(\[]")
"""Where two names, numbers or calls meet without an operator."""


Parts = tuple[str, Sequence[ast.expr], str | Fraction | None, Mapping[str, object]]
"""An operation, what it is done with, its value and its options."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.places = text, _Places(text)

    def fail(self, message: str, node: ast.AST) -> FormulaError:
        line = getattr(node, "lineno", None)
        return FormulaError(message, self.text, line and self.places.column(line, node.col_offset))  # type: ignore[attr-defined]

    def read(self, root: ast.expr) -> Formula:
        """Without recursion: a chain of a thousand operations is a deep tree."""
        order: list[tuple[ast.expr, Parts]] = []
        stack = [root]
        while stack:
            node = stack.pop()
            row = _PARTS.get(type(node))
            if row is None:
                raise self.fail(f"{_kind(node)} is not read in a formula", node)
            parts = row(self, node)
            order.append((node, parts))
            stack += parts[1]
            if len(order) > MAX_NODES:
                raise self.fail("the expression is too large", node)
        made: list[Formula] = []
        waiting: list[Formula] = []
        order.reverse()  # arguments, the first one first, before what is done with them
        for node, (op, operands, value, options) in order:
            args: tuple[Formula, ...] = ()
            if operands:
                args = tuple(waiting[-len(operands) :])
                del waiting[-len(operands) :]
            formula = Formula(op, args, value, options, self.places.column(node.lineno, node.col_offset))
            made.append(formula)
            waiting.append(formula)
        formula._nodes = made
        return formula

    def name(self, node: ast.Name) -> Parts:
        return "name", (), node.id, NONE

    def constant(self, node: ast.Constant) -> Parts:
        if type(node.value) is not int and type(node.value) is not float:
            raise self.fail(f"{node.value!r} is no number", node)
        return "number", (), self.number(node.value, node), NONE

    def binary(self, node: ast.BinOp) -> Parts:
        op = BINARY.get(type(node.op))
        if op is None:
            raise self.fail(HINTS.get(type(node.op), f"{_kind(node)} is not read in a formula"), node)
        return op, (node.left, node.right), None, NONE

    def unary(self, node: ast.UnaryOp) -> Parts:
        op = UNARY.get(type(node.op))
        if op is None:
            raise self.fail(f"{_kind(node)} is not read in a formula", node)
        return op, (node.operand,), None, NONE

    def comparison(self, node: ast.Compare) -> Parts:
        op = RELATIONS.get(type(node.ops[0])) if len(node.ops) == 1 else None
        if op is None:
            raise self.fail(f"{_kind(node)} is not read in a formula", node)
        return op, (node.left, *node.comparators), None, NONE

    def choice(self, node: ast.IfExp) -> Parts:
        return "where", (node.test, node.body, node.orelse), None, NONE

    def attribute(self, node: ast.Attribute) -> Parts:
        if node.attr == "T":
            return "T", (node.value,), None, NONE
        if node.attr == "logabsdet" and isinstance(node.value, ast.Call) and self.called(node.value) == "slogdet":
            return self.call(node.value)
        if not _is_module(node.value):
            raise self.fail(f"{_kind(node)} is not read in a formula", node)
        return "name", (), node.attr, NONE

    def subscript(self, node: ast.Subscript) -> Parts:
        size = _size(node)
        if size is not None:
            held = (node.value.value,) if isinstance(node.value, ast.Attribute) else ()
            return "shape", held, None, {"axis": size[1]}
        if isinstance(node.value, ast.Call) and self.called(node.value) == "slogdet":
            if not isinstance(node.slice, ast.Constant) or node.slice.value != 1:
                raise self.fail("of slogdet only the logarithm is read, slogdet(A)[1]; a sign has no derivative", node)
            return self.call(node.value)
        one_by_one = _one_by_one(node)
        if one_by_one is not None:
            return "[]", one_by_one, None, NONE
        labels = _labels(node.slice)
        if not labels:
            sliced = any(isinstance(part, ast.Slice) for part in ast.walk(node.slice))
            instead = "; a part of an axis is not read: give it a name of its own" if sliced else ""
            raise self.fail(
                f"a subscript is a label, z[y], an entry, A[0, 1], a row or column, A[:, 0], or one in every row, "
                f"Z[arange(n), y]{instead}",
                node,
            )
        return "rows[]" if isinstance(node.slice, ast.Tuple) else "[]", (node.value, *labels), None, NONE

    def call(self, node: ast.Call) -> Parts:
        name = node.func.id if type(node.func) is ast.Name else self.called(node)
        if name in SIZED:
            return name, (), None, {"sizes": self.sizes(node)}
        if name == "nll_loss" and len(node.args) == 2 and isinstance(node.args[1], ast.Name):
            return "neg", (self.at_labels(node),), None, NONE
        if len(node.args) == 1 and not node.keywords and type(node.func) is ast.Name:
            return name, node.args, None, NONE
        return name, self.arrays(node), None, self.options(node)

    def at_labels(self, node: ast.Call) -> ast.expr:
        """`mean(P[arange(n), y])` of torch's `nll_loss(P, y)`, minus that: a row a sample, and labels."""
        how = self.options(node)
        reduction = how.pop("reduction", "mean")
        if how or reduction not in ("mean", "sum"):
            raise self.fail("nll_loss has the option reduction, 'mean' or 'sum', and no other here", node)
        rows = ast.Call(ast.Name("arange"), [], [])
        picked = ast.Subscript(node.args[0], ast.Tuple([rows, node.args[1]]))
        return ast.copy_location(
            ast.Call(ast.copy_location(ast.Name(str(reduction)), node), [ast.copy_location(picked, node)], []), node
        )

    def arrays(self, node: ast.Call) -> list[ast.expr]:
        """The arguments that are no options: X in `sum(X, 1)` and in `X.sum(1)`."""
        found = [*self.receiver(node.func), *node.args]
        if self.called(node) == "einsum":
            return found[1:]
        return found[:1] if self.by_position(node, found) else found

    def by_position(self, node: ast.Call, given: list[ast.expr]) -> dict[str, ast.expr]:
        """Options without their names: `sum(X, 1)`, `norm(X, "fro")`."""
        if self.called(node) == "einsum":
            return {"subscripts": given[0]} if given else {}
        names = BY_POSITION.get(self.called(node), ())
        rest = given[1:]
        if not 0 < len(rest) <= len(names) or not all(map(_is_literal, rest)):
            return {}
        return dict(zip(names, rest, strict=False))

    def receiver(self, function: ast.expr) -> list[ast.expr]:
        """x in x.sum(), nothing in np.sum()."""
        if isinstance(function, ast.Attribute) and not _is_module(function.value):
            return [function.value]
        return []

    def number(self, number: int | float, node: ast.expr) -> Fraction:
        if isinstance(number, float) and not (abs(number) < float("inf")):
            raise self.fail("the number is not finite", node)
        return Fraction(str(number)) if isinstance(number, float) else Fraction(number)

    def called(self, node: ast.Call) -> str:
        match node.func:
            case ast.Name(id=name):
                return name
            case ast.Attribute(attr=name):
                return name
        raise self.fail("only functions by name are called", node)

    def sizes(self, node: ast.Call) -> tuple[tuple[str, int] | str, ...]:
        """n of `eye(n)`, (n, 3) of `ones((n, 3))`, and X.shape[0] as ("X", 0)."""
        if len(node.args) != 1 or node.keywords:
            raise self.fail(f"{self.called(node)} takes its size, as in eye(n) and ones((n, d))", node)
        whole = node.args[0]
        parts = whole.elts if isinstance(whole, ast.Tuple | ast.List) else [whole]
        found = [_size(part) for part in parts]
        if None in found or len(found) > (1 if self.called(node) in ("eye", "identity") else 2):
            raise self.fail("a size is a name, a number or X.shape[0]; at most two of them", node)
        return tuple(size for size in found if size is not None)

    def options(self, node: ast.Call) -> dict[str, object]:
        found: dict[str, object] = {}
        given = self.by_position(node, [*self.receiver(node.func), *node.args])
        for name, value in [*given.items(), *((keyword.arg, keyword.value) for keyword in node.keywords)]:
            if name is None:
                raise self.fail("** is not read in a formula", node)
            if name in found:
                raise self.fail(f"the option {name} is given twice", node)
            if _is_infinity(value):
                found[name] = float("inf")
                continue
            try:
                found[name] = ast.literal_eval(value)
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                raise self.fail(f"the option {name} is no number", node) from None
        return found


def _labels(place: ast.expr) -> list[ast.expr]:
    """y of z[y] and of Z[arange(n), y]; nothing for a subscript of another form."""
    if isinstance(place, ast.Name | ast.Constant):
        return [place]
    match place:
        case ast.Tuple(elts=[ast.Call(func=ast.Name(id="arange") | ast.Attribute(attr="arange")), ast.Name() as label]):
            return [label]
    return []


def _one_by_one(node: ast.Subscript) -> tuple[ast.expr, ast.expr] | None:
    """The array and the one subscript that say the same as two: A[0][1] for A[0, 1], A[0] for A[0, :], and A.T[1] for
    A[:, 1]."""
    match node.slice:
        case ast.Tuple(elts=[ast.Slice(None, None, None), ast.Name() | ast.Constant() as column]):
            return ast.copy_location(ast.Attribute(node.value, "T"), node), column
        case ast.Tuple(elts=[ast.Name() | ast.Constant() as row, ast.Slice(None, None, None)]):
            return node.value, row
        case ast.Tuple(elts=[ast.Name() | ast.Constant() as row, ast.Name() | ast.Constant() as column]):
            return ast.copy_location(ast.Subscript(node.value, row), node), column
    return None


def _size(node: ast.expr) -> tuple[str, int] | str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=int() as number) if number > 0:
            return str(number)
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="shape"), slice=ast.Constant(value=0 | 1)):
            return name, int(node.slice.value == 1)  # type: ignore[attr-defined]
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return name, 0
    return None


def _is_infinity(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value="inf")]):
            return True
        case ast.Attribute(attr=name) if _is_module(node.value):
            return name in INFINITY
        case ast.Name(id=name):
            return name in INFINITY
    return False


def _is_literal(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return (isinstance(inner, ast.Constant) and isinstance(inner.value, int | str)) or _is_infinity(inner)


def _is_module(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        if node.attr not in MODULES:
            return False
        node = node.value
    return isinstance(node, ast.Name) and node.id in MODULES


_PARTS: dict[type[ast.expr], Callable[[_Reader, Any], Parts]] = {
    ast.Name: _Reader.name, ast.Constant: _Reader.constant, ast.BinOp: _Reader.binary, ast.UnaryOp: _Reader.unary,
    ast.Compare: _Reader.comparison, ast.IfExp: _Reader.choice, ast.Attribute: _Reader.attribute,
    ast.Subscript: _Reader.subscript, ast.Call: _Reader.call,
}  # fmt: skip


_KINDS: dict[type[ast.AST], str] = {
          ast.Subscript: "a subscript", ast.Compare: "a comparison of more than two",
          ast.BoolOp: "and/or", ast.Lambda: "lambda",
          ast.IfExp: "if/else", ast.List: "a list", ast.Tuple: "a tuple", ast.Attribute: "an attribute",
          ast.ListComp: "a comprehension", ast.NamedExpr: "an assignment"}  # fmt: skip


def _kind(node: ast.AST) -> str:
    return _KINDS.get(type(node), f"this ({type(node).__name__})")
