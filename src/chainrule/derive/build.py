"""A Python-style formula with shapes, as terms: definitions of its intermediate quantities and a scalar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from chainrule.calculus import contract, matrix_form
from chainrule.calculus.arrays.notation import Array
from chainrule.calculus.derivative import numbered
from chainrule.derive.letters import Letters
from chainrule.derive.names import tex_name
from chainrule.derive.operations import VALUES_WITH_NAMES, axis_of
from chainrule.derive.operators import Made
from chainrule.derive.shapes import Shapes, infer
from chainrule.derive.table import OPERATIONS
from chainrule.derive.tensor import Tensor
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.errors import ExprError
from chainrule.expr.folding import fold, folded
from chainrule.expr.index import Dim, Symbol
from chainrule.expr.making import make, value
from chainrule.expr.nodes import Component, Expr
from chainrule.expr.terms import const, delta, size
from chainrule.read.python import SIZED, Formula, FormulaError, parse, postorder

MOST_FOLDED = 40
SOFTMAX_INSIDE = frozenset({"logsumexp", "log_softmax"})
"""Functions whose derivative is the softmax of their argument, which gets a name for that."""


@dataclass
class Problem:
    """What is to be differentiated: a scalar `loss` over `inputs`, through the definitions of `named` quantities.

    `values` are those that stand for the value of a function: derivatives are written through them. `names` is the TeX
    of every symbol, `minted` the symbols that the author did not name,
    `ranges` the axes that labels are places of, `places` the labels that are numbers, counted from 0.
    """

    loss: Expr
    inputs: dict[str, Symbol]
    definitions: Definitions
    named: list[Symbol] = field(default_factory=list)
    values: set[Symbol] = field(default_factory=set)
    names: dict[Symbol, str] = field(default_factory=dict)
    minted: set[Symbol] = field(default_factory=set)
    ranges: dict[Symbol, list[Dim]] = field(default_factory=dict)
    places: dict[Symbol, int] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)

    @property
    def known_names(self) -> set[str]:
        """The names of the author."""
        return {*self.inputs, *(s.name for s in self.named if s not in self.minted)}


def build(text: str, given: Mapping[str, tuple[str, ...]]) -> Problem:
    """The problem that a formula states. Raises `FormulaError`.

    >>> problem = build("sum((X @ w - y)**2)", {})
    >>> problem.inputs["X"].axes, problem.assumptions
    ((Dim(name='n', low=1), Dim(name='d', low=1)), ['no shape is given: X is a matrix, w is a vector, y is a vector'])
    """
    text = text.strip()  # columns are counted from its first sign
    defined, formulas = parse(text)
    if defined[-1] is not None:
        raise FormulaError(
            f"the last line defines {defined[-1]}; write the scalar to differentiate as the last line", text
        )
    if "I" in text and "I" not in {*given, *defined} and any(_is_one(node) for f in formulas for node in postorder(f)):
        try:
            found = stated_by([_with_identity(f) for f in formulas], defined, given, text)
            return replace(found, assumptions=[*found.assumptions, "I is the identity matrix"])
        except FormulaError:
            pass  # the letter is another array
    return stated_by(formulas, defined, given, text)


def _is_one(node: Formula) -> bool:
    return node.op == "name" and node.value == "I"


def _with_identity(root: Formula) -> Formula:
    """The formula with the identity matrix for the name I."""
    done: dict[Formula, Formula] = {}
    for node in postorder(root):
        if _is_one(node):
            done[node] = Formula("eye", options={"sizes": (None,)}, column=node.column)
        else:
            done[node] = node.over(tuple([done[a] for a in node.args]))
    return done[root]


def stated_by(
    formulas: list[Formula], defined: list[str | None], given: Mapping[str, tuple[str, ...]], text: str = ""
) -> Problem:
    """The problem that formulas state, the last of which is the loss. Raises `FormulaError`."""
    shapes = infer(formulas, defined, given, text)
    try:
        return _Builder(shapes, text).build(formulas, defined)
    except ExprError as error:
        raise FormulaError(f"the expression cannot be worked out: {error}", text) from None


def plain_form(made: Made) -> tuple[Array, dict[Symbol, str]]:
    """The matrix form of a formula, without names of ours, and the TeX of its names. Raises `NoMatrixForm`."""
    names, done = dict[Symbol, str](), dict[Formula, Tensor]()
    sizes = {**made.given, **{n: body.dims for n, body in made.defined.items()}}
    for node in postorder(made.formula):
        if node.op == "number":
            done[node] = Tensor(const(node.value))  # type: ignore[arg-type]
        elif node.op == "name":
            name = str(node.value)
            symbol = Symbol(name, tuple(map(Dim, sizes[name])))
            names[symbol] = tex_name(name)
            done[node] = read(symbol)
        else:
            done[node] = OPERATIONS[node.op].build(node, [done[a] for a in node.args])
    found = done[made.formula]
    return matrix_form(contract(found.term), found.axes), names


def read(symbol: Symbol) -> Tensor:
    """The tensor of a symbol."""
    return Tensor.later(symbol.axes, 0, lambda axes: make(Component, symbol, tuple([value(i) for i in axes])))


class _Builder:
    def __init__(self, shapes: Shapes, text: str) -> None:
        self.text, self.sized = text, shapes.sized
        self.sizes = {name: Tensor(size(Dim(name))) for name in shapes.counts}
        self.terms: dict[Expr, Symbol] = {}
        labels = shapes.labels
        self.inputs = {n: Symbol(n, dims, "integer" if n in labels else "real") for n, dims in shapes.dims.items()}
        self.problem = Problem(const(0), self.inputs, Definitions(), assumptions=shapes.assumptions)
        self.problem.names = {s: tex_name(n) for n, s in self.inputs.items()}
        self.known: dict[str, Symbol] = dict(self.inputs)
        self.letters = Letters(self.inputs)

    def build(self, formulas: list[Formula], defined: list[str | None]) -> Problem:
        """Every line in turn; the last one is the loss."""
        self.letters.reserved |= {name for name in defined if name is not None}
        for formula, name in zip(formulas, defined, strict=True):
            tensor = self.tensor(formula, name)
            if name is not None and formula.op in ("shape", "len"):
                self.sizes[name] = tensor
            elif name is None:
                self.problem.loss = tensor.term
            elif name not in self.known:
                self.define(name, tensor, tex_name(name))
            elif tensor.term.symbols != {self.known[name]}:
                raise FormulaError(f"{name} is defined twice", self.text)
        fold_minted(self.problem)
        self.problem.names |= self.letters.shortened(self.problem.minted)
        return self.problem

    def tensor(self, root: Formula, name: str | None) -> Tensor:
        """The tensor of a formula; activations and what goes into them become quantities of their own, under the name
        that the line gives where it gives one."""
        done: dict[Formula, Tensor] = {}
        for node in postorder(root):
            if node.op == "number":
                done[node] = Tensor(const(node.value))  # type: ignore[arg-type]
            elif node.op == "name":
                done[node] = self.sizes.get(str(node.value)) or read(self.known[str(node.value)])
            elif node.op in SIZED:
                done[node] = _sized(node, self.sized[node])
            else:
                args, operation = [done[a] for a in node.args], OPERATIONS[node.op]
                if operation.names_value or operation.names_argument:
                    args = [self.named(a, "z") for a in args]
                if node.op in ("[]", "rows[]"):
                    label, args[1] = self.label(node.args[1])
                    self.problem.ranges.setdefault(label, []).append(args[0].dims[0 if node.op == "[]" else -1])
                if node.op in SOFTMAX_INSIDE and _along_last(node, args[0]):
                    self.named(OPERATIONS["softmax"].build(node, args), "p", is_value=True)
                found = operation.build(node, args)
                if operation.names_value:
                    letter = "h" if node.op in VALUES_WITH_NAMES else "p"
                    given = name if node is root and name not in self.known else None
                    found = self.named(found, letter, is_value=True, given=given)
                done[node] = found
        return done[root]

    def minted(self, t: Tensor, letter: str) -> Symbol:
        """A quantity under a letter of ours."""
        name, tex = self.letters.mint(letter, len(t.dims))
        symbol = self.define(name, t, tex)
        self.problem.minted.add(symbol)
        return symbol

    def label(self, node: Formula) -> tuple[Symbol, Tensor]:
        """The label in a subscript; a number, counted from 0 as NumPy does, is a label whose value is known."""
        if node.op == "name":
            symbol = self.known[str(node.value)]
        else:
            assert isinstance(node.value, Fraction)
            symbol = Symbol(str(node.value + 1), (), "integer")
            self.problem.places[symbol] = int(node.value)
            self.problem.names[symbol] = symbol.name
        return symbol, read(symbol)

    def named(self, t: Tensor, letter: str, is_value: bool = False, given: str | None = None) -> Tensor:
        """The tensor as a quantity of its own, unless it is one; `given` is the author's name for it."""
        key = t.at(numbered("λ", t.dims))
        if isinstance(key, Component):
            return t
        if key in self.terms:
            return read(self.terms[key])
        symbol = self.minted(t, letter) if given is None else self.define(given, t, tex_name(given))
        self.terms[key] = symbol
        if is_value:
            self.problem.values.add(symbol)
        return read(symbol)

    def define(self, name: str, t: Tensor, tex: str) -> Symbol:
        if name in self.known:
            raise FormulaError(f"{name} is defined twice", self.text)
        symbol = Symbol(name, t.dims)
        indices = numbered("λ", symbol.axes)
        body = contract(t.at(indices))
        self.problem.definitions.add(Definition(symbol, indices, body))
        self.problem.named.append(symbol)
        self.problem.names[symbol] = tex
        self.known[name] = symbol
        return symbol


def _sized(node: Formula, dims: tuple[Dim, ...]) -> Tensor:
    """`eye(n)`, `ones((n, d))`, `zeros(n)`."""
    if node.op in ("eye", "identity"):
        return Tensor.later(dims, 0, lambda axes: delta(*map(value, axes)))
    return Tensor.later(dims, 0, lambda axes: const(int(node.op == "ones")))


def fold_minted(problem: Problem) -> None:
    """A quantity that has a name is written by it wherever it stands, so that there is one path through it."""
    if len(problem.minted) > MOST_FOLDED:
        return
    for symbol in [s for s in problem.named if s in problem.minted]:
        fold(problem.definitions, symbol)
        problem.loss = folded(problem.loss, problem.definitions[symbol])


def _along_last(node: Formula, t: Tensor) -> bool:
    """Whether a function of the softmax kind runs along the last axis."""
    axis = axis_of(node)
    if axis is None:
        return len(t.dims) == 1 or node.op == "log_softmax"
    return axis % len(t.dims) == len(t.dims) - 1
