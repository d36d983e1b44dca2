r"""The lines of a derivation in TeX, and the code of its result: what every view of it is drawn from.

`result` is the derivative alone, `brief` its chain of cotangents, `full` also the forward quantities and the reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal

from chainrule.calculus.arrays.notation import Array, walk
from chainrule.derive.cases import by_cases
from chainrule.derive.gradient import Derivation, Written, written
from chainrule.derive.kronecker import Pairs
from chainrule.derive.layout import in_numerator_layout
from chainrule.derive.recheck import confirmed_turned
from chainrule.derive.record import Answer
from chainrule.expr.index import Dim, Symbol
from chainrule.write.array_numpy import Spelling, to_numpy
from chainrule.write.array_tex import Names, RowName, factor, to_tex
from chainrule.write.term_numpy import NoCode, term_to_numpy
from chainrule.write.term_tex import LETTERS, TermWriter, raised, subscripted

LONGEST = 600
"""A result is written out in the inputs alone up to this many operations; longer ones keep the names of quantities."""

MOST_CHARACTERS = 20_000
"""The longest code that is given."""

READABLE = 60
"""A result that stands alone has at most this many operations."""

BETTER_IN_COMPONENTS = frozenset({"prod", "argmax", "argmin", "max", "min", "onehot", "unit"})
"""Operations that textbooks write with indices."""

Depth = Literal["full", "brief", "result"]
Form = Literal["matrix", "index"]
Layout = Literal["denominator", "numerator"]


@dataclass(frozen=True)
class View:
    """How a derivation is written."""

    depth: Depth = "full"
    form: Form = "matrix"
    layout: Layout = "denominator"
    letters: tuple[str, ...] = tuple(LETTERS)


@dataclass(frozen=True)
class Line:
    """One equation: the rule or the kind of line, both sides in TeX, and why it holds."""

    rule: str
    left: str
    right: str
    why: str = ""

    @property
    def tex(self) -> str:
        """left = right."""
        return f"{self.left} = {self.right}"


@dataclass(frozen=True)
class ByVec:
    """A Hessian by vec(W) in TeX and in NumPy, and what its names stand for."""

    tex: str
    numpy: str
    where: str = ""


class Page:
    """The lines of one derivation."""

    def __init__(self, answer: Answer, derivation: Derivation, view: View) -> None:
        self.answer, self.derivation, self.view = answer, derivation, view
        self.names: dict[Symbol, str] = dict(answer.problem.names)
        taken = {*self.names.values(), *self.dimensions()}
        self.letters = tuple(x for x in view.letters if x not in taken)  # a bound k would capture the place k of x_{kj}
        self.bars = {symbol: bar for bar, symbol in derivation.cotangents.items()}
        self.names |= {bar: self.by(symbol) for symbol, bar in self.bars.items()}
        self.turned = confirmed_turned(derivation) if view.layout == "numerator" else None
        if self.turned is not None:
            self.names |= {bar: RowName(self.names[bar]) for bar in self.turned.rows}
            self.names |= {image: self.names[bar] for image, bar in self.turned.matrices.items()}

    def by(self, symbol: Symbol) -> str:
        r"""\frac{\partial L}{\partial W}."""
        return rf"\frac{{\partial {self.answer.of}}}{{\partial {self.answer.problem.names[symbol]}}}"

    def side(self, w: Written) -> tuple[str, bool]:
        """The TeX of a term, and whether it is in components."""
        if w.form is not None and self.view.form == "matrix" and not _better_in_components(w.form):
            return to_tex(w.form, self.names), False
        letters = dict(zip(w.indices, self.letters, strict=False))
        return TermWriter(self.names, self.letters).write(by_cases(w.term, w.indices), letters), bool(w.indices)

    def line(self, rule: str, symbol: Symbol, w: Written, why: str) -> Line:
        """An equation for a derivative by a symbol."""
        right, index = self.side(w)
        letters = list(self.letters[: len(w.indices)]) if index else []
        left = self.second(symbol, letters) if len(w.indices) > len(symbol.axes) or self.is_second(w) else ""
        return Line(rule, left or self.first(symbol, letters), right, why)

    def is_second(self, w: Written) -> bool:
        """Whether this is the second derivative by a scalar."""
        return self.derivation.order == 2 and w.term is self.derivation.result.term

    def first(self, symbol: Symbol, letters: Sequence[str]) -> str:
        r"""\frac{\partial L}{\partial W_{ij}}."""
        if not letters:
            return self.by(symbol)
        entry = subscripted(self.answer.problem.names[symbol], letters)
        return rf"\frac{{\partial {self.answer.of}}}{{\partial {entry}}}"

    def second(self, symbol: Symbol, letters: Sequence[str]) -> str:
        r"""\frac{\partial^2 L}{\partial x \partial x^{\top}}."""
        of, name, rank = self.answer.of, self.answer.problem.names[symbol], len(symbol.axes)
        if letters:
            below = rf"\partial {subscripted(name, letters[:rank])} \partial {subscripted(name, letters[rank:])}"
        else:
            turned, squared = raised(name, r"\top"), raised(name, "2")
            below = rf"\partial {name} \partial {turned}" if rank else rf"\partial {squared}"
        return rf"\frac{{\partial^2 {of}}}{{{below}}}"

    def forward(self) -> Iterator[Line]:
        """The quantities on the way to the loss, and the loss."""
        for w in self.derivation.forward:
            assert w.symbol is not None
            right, index = self.side(w)
            name = self.names[w.symbol]
            yield Line("definition", subscripted(name, self.letters[: len(w.indices)]) if index else name, right)
        yield Line("definition", self.answer.of, self.side(written(None, (), self.answer.problem.loss))[0])

    def steps(self) -> Iterator[Line]:
        """The derivatives from the loss down to the target."""
        forms = [s.right.form for s in self.derivation.steps] if self.turned is None else self.turned.forms
        for step, form in zip(self.derivation.steps, forms, strict=True):
            yield self.line(step.rule, step.by, replace(step.right, form=form), step.why)

    def result(self) -> Line:
        """The derivative, through the quantities that have names; alone, in the inputs where that is not too long."""
        w = (self.alone() if self.view.depth == "result" else None) or self.derivation.result
        if self.turned is not None:
            alone = w is not self.derivation.result
            rank = len(self.derivation.wrt.axes)
            w = replace(w, form=in_numerator_layout(w.form, rank, self.turned) if alone else self.turned.forms[-1])
        return self.line("result", self.derivation.wrt, w, "")

    def alone(self) -> Written | None:
        """The derivative in the inputs, if it can be read."""
        whole = self.derivation.whole
        if whole is None or (whole.form is not None and size(whole.form) > READABLE):
            return None
        return whole

    def numpy(self) -> str | None:
        """A NumPy expression in the names of the inputs, through assignments inside it when it is long."""
        spelling, whole = self.spelling(), self.derivation.whole
        if whole is not None and whole.form is not None and size(whole.form) <= LONGEST:
            code, rank = to_numpy(whole.form, spelling), whole.form.rank
        else:
            parts = self.in_parts(spelling) or self.in_components(spelling)
            if parts is None:
                return None
            code, rank = parts, len(self.derivation.result.indices)
        turned = self.view.layout == "numerator" and self.derivation.order == 1 and rank == 2
        return f"({code}).T" if turned else code

    def in_components(self, spelling: Spelling) -> str | None:
        """The code of what has no matrix form, if it is not too long."""
        whole = self.derivation.whole
        if whole is None:
            return None
        try:
            code = term_to_numpy(whole.term, whole.indices, spelling)
        except NoCode:
            return None
        return code if len(code) <= MOST_CHARACTERS else None

    def kronecker(self) -> ByVec | None:
        r"""The Hessian by vec(W), `I \otimes X^{\top} X`, or a sum of such products over samples."""
        found = self.derivation.kronecker
        if found is None:
            return None
        spelling = self.spelling()
        symbols = dict(spelling.symbols)
        for quantity in self.derivation.forward:
            if quantity.form is None or quantity.symbol is None:
                return None
            symbols[quantity.symbol] = f"({to_numpy(quantity.form, Spelling(symbols, spelling.sizes))})"
        told = Spelling(symbols, spelling.sizes)
        if not found.rows:
            return ByVec(*self.products(found.pairs, self.names, told))
        (dim,) = {whole.axes[0].name for whole in found.rows.values()}
        letter = self.letters[0]
        names = self.names | {row: subscripted(self.names[whole], [letter]) for row, whole in found.rows.items()}
        variables = self.variables(found.rows)
        tex, code = self.products(found.sample, names, Spelling(symbols | variables, spelling.sizes))
        matrices = ", ".join(symbols[whole] for whole in found.rows.values())
        several = len(found.rows) > 1
        code = f"sum({code} for {', '.join(variables.values())} in {f'zip({matrices})' if several else matrices})"
        body = tex if len(found.sample) == 1 else rf"\left({tex}\right)"
        tex = rf"\sum_{{{letter} = 1}}^{{{dim}}} {body}"
        if found.pairs:
            front, first = self.products(found.pairs, self.names, told)
            tex, code = f"{front} + {tex}", f"{first} + {code}"
        said = [
            f"${names[row]}$ is row ${letter}$ of ${names[whole]}$ as a column" for row, whole in found.rows.items()
        ]
        return ByVec(tex, code, " and ".join(said))

    @staticmethod
    def products(pairs: Pairs, names: Names, spelling: Spelling) -> tuple[str, str]:
        """The sum of Kronecker products in TeX and in NumPy."""
        tex = " + ".join(rf"{factor(a, names)} \otimes {factor(b, names)}" for a, b in pairs)
        return tex, " + ".join(f"np.kron({to_numpy(a, spelling)}, {to_numpy(b, spelling)})" for a, b in pairs)

    def dimensions(self) -> set[str]:
        """The names of the dimensions."""
        return {dim.name for symbol in self.derivation.problem.inputs.values() for dim in symbol.axes}

    def variables(self, rows: Iterable[Symbol]) -> dict[Symbol, str]:
        """Names in NumPy for the rows of matrices, which no input has."""
        found = dict[Symbol, str]()
        for k, row in enumerate(rows):
            name = f"row{k}"
            while name in self.derivation.problem.inputs:
                name += "_"
            found[row] = name
        return found

    def in_parts(self, spelling: Spelling) -> str | None:
        """`((v0 := X @ W), ..., result)[-1]`: every quantity is computed once."""
        symbols, parts = dict(spelling.symbols), list[str]()
        pairs = [(w.symbol, w) for w in self.derivation.forward]
        pairs += [(self.bars[s.by], s.right) for s in self.derivation.steps[:-1] if s.by in self.bars]
        for k, (symbol, w) in enumerate(pairs):
            if w.form is None or symbol is None:
                return None
            name = f"v{k}"
            while name in self.derivation.problem.inputs:
                name += "_"
            parts.append(f"({name} := {to_numpy(w.form, Spelling(symbols, spelling.sizes))})")
            symbols[symbol] = name
        if self.derivation.result.form is None:
            return None
        last = to_numpy(self.derivation.result.form, Spelling(symbols, spelling.sizes))
        return f"({', '.join(parts)}, {last})[-1]" if parts else last

    def spelling(self) -> Spelling:
        """The names of the inputs, and `X.shape[0]` for dimensions."""
        inputs = self.derivation.problem.inputs
        sizes: dict[Dim, str] = {}
        for name, symbol in inputs.items():
            for k, dim in enumerate(symbol.axes):
                sizes.setdefault(dim, str(dim.fixed) if dim.fixed is not None else f"{name}.shape[{k}]")
        symbols = {s: n for n, s in inputs.items()} | {s: str(k) for s, k in self.answer.problem.places.items()}
        return Spelling(symbols, sizes)


def _better_in_components(a: Array) -> bool:
    """Whether textbooks write an array with indices; cases are so, where they are not multiplied with a matrix."""
    return _has(a, BETTER_IN_COMPONENTS) or (_has(a, {"where"}) and not _has(a, {"matmul"}))


def _has(a: Array, operations: AbstractSet[str]) -> bool:
    return any(node.op in operations or (node.op == "entry" and node.axes) for node in walk(a))


def size(a: Array) -> int:
    """The number of operations of an array when it is written out."""
    counted: dict[Array, int] = {}
    for node in walk(a):
        counted[node] = 1 + sum(counted[x] for x in node.args)
    return counted[a]
