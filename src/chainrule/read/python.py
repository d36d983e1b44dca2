"""Python-style text of a formula, as NumPy code reads: parsed with `ast`, never evaluated.

    sum((tanh(relu(X @ W) @ w) - y) ** 2) / 2

A leading module name is dropped (`np.exp`, `torch.exp`, `jnp.exp`); methods are calls (`x.sum(axis=0)`).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

MAX_LENGTH = 100_000
MAX_NODES = 200_000

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
    """A formula that cannot be read: what, where, and what to write instead."""

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
    """The part of a long text around a column."""
    start = max(0, min(column - width // 2, len(text) - width))
    return text[start : start + width], column - start


@dataclass(frozen=True, eq=False)
class Formula:
    """A node: an operation by name with arguments, options (`axis`), and the column where it stands."""

    op: str
    args: tuple[Formula, ...] = ()
    value: str | Fraction | None = None
    options: dict[str, object] = field(default_factory=dict)
    column: int = 0

    @cached_property
    def nodes(self) -> list[Formula]:
        """Every node once, arguments before what is done with them."""
        if not self.args:
            return [self]
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
        column = (error.offset or 1) - 1 if isinstance(error, SyntaxError) else None
        said = (
            error.msg if isinstance(error, SyntaxError) else "it nests too deeply; give names to its parts, one a line"
        )
        raise FormulaError(f"the expression is no Python-style formula: {said}", source, column) from None
    reader = _Reader(source)
    names, formulas = list[str | None](), list[Formula]()
    for line in lines:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=body):
                names.append(name)
            case ast.Expr(value=body):
                names.append(None)
            case _:
                raise reader.fail("a line is an expression or an assignment to one name", line)
        formulas.append(reader.read(body))
    if not formulas:
        raise FormulaError("the expression is empty")
    return names, formulas


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.nodes = text, 0

    def fail(self, message: str, node: ast.AST) -> FormulaError:
        return FormulaError(message, self.text, getattr(node, "col_offset", None))

    def read(self, root: ast.expr) -> Formula:
        """Without recursion: a chain of a thousand operations is a deep tree."""
        done: dict[int, Formula] = {}
        stack: list[tuple[ast.expr, list[ast.expr] | None]] = [(root, None)]
        while stack:
            node, operands = stack.pop()
            if operands is None:
                self.nodes += 1
                if self.nodes > MAX_NODES:
                    raise self.fail("the expression is too large", node)
                operands = self.operands(node)
                if operands:
                    stack.append((node, operands))
                    stack += [(child, None) for child in reversed(operands)]
                    continue
            done[id(node)] = self.node(node, tuple([done[id(c)] for c in operands]))
        return done[id(root)]

    def operands(self, node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.Name | ast.Constant):
            return []
        match node:
            case ast.BinOp():
                return [node.left, node.right]
            case ast.UnaryOp():
                return [node.operand]
            case ast.Call() if self.called(node) in SIZED:
                return []
            case ast.Call():
                return self.arrays(node)
            case ast.Compare(left=left, comparators=[right]):
                return [left, right]
            case ast.IfExp():
                return [node.test, node.body, node.orelse]
            case ast.Attribute(attr="T"):
                return [node.value]
            case ast.Subscript() if _size(node) is not None:
                return [node.value.value] if isinstance(node.value, ast.Attribute) else []
            case ast.Subscript():
                return [node.value, *_labels(node.slice)]
        return []

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

    def node(self, node: ast.expr, args: tuple[Formula, ...]) -> Formula:
        column = node.col_offset
        match node:
            case ast.Name():
                return Formula("name", value=node.id, column=column)
            case ast.Constant(value=bool() | complex() | str() | bytes() | None):
                raise self.fail(f"{node.value!r} is no number", node)
            case ast.Constant(value=int() | float() as number):
                return Formula("number", value=self.number(number, node), column=column)
            case ast.BinOp() if type(node.op) in BINARY:
                return Formula(BINARY[type(node.op)], args, column=column)
            case ast.Compare(ops=[relation]) if type(relation) in RELATIONS:
                return Formula(RELATIONS[type(relation)], args, column=column)
            case ast.IfExp():
                return Formula("where", args, column=column)
            case ast.UnaryOp() if type(node.op) in UNARY:
                return Formula(UNARY[type(node.op)], args, column=column)
            case ast.Attribute(attr="T"):
                return Formula("T", args, column=column)
            case ast.Subscript() if (size := _size(node)) is not None:
                return Formula("shape", args, options={"axis": size[1]}, column=column)
            case ast.Subscript() if len(args) == 2:
                return Formula("rows[]" if isinstance(node.slice, ast.Tuple) else "[]", args, column=column)
            case ast.Subscript():
                raise self.fail("a subscript is a label, z[y], or one in every row, Z[arange(n), y]", node)
            case ast.Attribute() if _is_module(node.value):
                return Formula("name", value=node.attr, column=column)
            case ast.Call() if self.called(node) in SIZED:
                return Formula(self.called(node), options={"sizes": self.sizes(node)}, column=column)
            case ast.Call():
                return Formula(self.called(node), args, options=self.options(node), column=column)
        if isinstance(node, ast.BinOp) and type(node.op) in HINTS:
            raise self.fail(HINTS[type(node.op)], node)
        raise self.fail(f"{_kind(node)} is not read in a formula", node)

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
        if not node.keywords and len(node.args) < 2 and isinstance(node.func, ast.Name):
            return found
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


_KINDS: dict[type[ast.AST], str] = {
          ast.Subscript: "a subscript", ast.Compare: "a comparison of more than two",
          ast.BoolOp: "and/or", ast.Lambda: "lambda",
          ast.IfExp: "if/else", ast.List: "a list", ast.Tuple: "a tuple", ast.Attribute: "an attribute",
          ast.ListComp: "a comprehension", ast.NamedExpr: "an assignment"}  # fmt: skip


def _kind(node: ast.AST) -> str:
    return _KINDS.get(type(node), f"this ({type(node).__name__})")
