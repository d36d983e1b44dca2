r"""Derivations as JSON, Markdown, LaTeX and text: views of one record, at three depths.

`result` is the derivative alone, `brief` its chain of cotangents, `full` also the forward quantities and the reasons.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from chainrule.calculus.arrays import Array
from chainrule.derive.gradient import Derivation, Written
from chainrule.derive.record import Answer
from chainrule.expr.index import Dim, Index, Symbol
from chainrule.write.array_numpy import Spelling, to_numpy
from chainrule.write.array_tex import to_tex
from chainrule.write.term_tex import LETTERS, TermWriter

SCHEMA = "chainrule.derive/1"
LONGEST = 600
"""A result is written out in the inputs alone up to this many operations; longer ones keep the names of quantities."""

Depth = Literal["full", "brief", "result"]
Layout = Literal["denominator", "numerator"]
Form = Literal["matrix", "index"]


@dataclass(frozen=True)
class View:
    """How a derivation is written."""

    depth: Depth = "full"
    layout: Layout = "denominator"
    form: Form = "matrix"


@dataclass(frozen=True)
class Line:
    """One equation of a page."""

    rule: str
    left: str
    right: str
    why: str

    @property
    def tex(self) -> str:
        """left = right."""
        return f"{self.left} = {self.right}"


class Page:
    """The lines of one derivation, in TeX."""

    def __init__(self, answer: Answer, derivation: Derivation, view: View) -> None:
        self.answer, self.derivation, self.view = answer, derivation, view
        self.names: dict[Symbol, str] = dict(answer.problem.names)
        for bar, symbol in derivation.cotangents.items():
            self.names[bar] = self.by(symbol)

    def by(self, symbol: Symbol) -> str:
        r"""\frac{\partial L}{\partial W}."""
        return rf"\frac{{\partial {self.answer.of}}}{{\partial {self.answer.problem.names[symbol]}}}"

    def left(self, symbol: Symbol, letters: list[str], index: bool) -> str:
        """The left side: the derivative by a symbol, or by its entry."""
        of, name = self.answer.of, self.answer.problem.names[symbol]
        rank = len(symbol.axes)
        if self.derivation.order == 1 or len(letters) <= rank:
            if index and letters:
                return rf"\frac{{\partial {of}}}{{\partial {_subscripted(name, letters)}}}"
            return rf"{self.by(symbol)}{self.turned(rank, index)}"
        if index:
            one, two = _subscripted(name, letters[:rank]), _subscripted(name, letters[rank:])
            return rf"\frac{{\partial^2 {of}}}{{\partial {one} \partial {two}}}"
        if rank == 0:
            return rf"\frac{{\partial^2 {of}}}{{\partial {name}^2}}"
        return rf"\frac{{\partial^2 {of}}}{{\partial {name} \partial {name}^{{\top}}}}"

    def turned(self, rank: int, index: bool) -> str:
        return ""

    def side(self, written: Written) -> tuple[str, bool]:
        """The TeX of a term, and whether it is in components."""
        if written.form is not None and self.view.form == "matrix":
            return to_tex(written.form, self.names), False
        letters = dict(zip(written.indices, LETTERS, strict=False))
        return TermWriter(self.names).write(written.term, letters), bool(written.indices)

    def line(self, rule: str, symbol: Symbol, written: Written, why: str) -> Line:
        right, index = self.side(written)
        letters = list(LETTERS[: len(written.indices)])
        return Line(rule, self.left(symbol, letters, index), right, why)

    def forward(self) -> Iterator[Line]:
        """The quantities on the way to the loss, and the loss."""
        for written in self.derivation.forward:
            assert written.symbol is not None
            right, index = self.side(written)
            name = self.names[written.symbol]
            left = _subscripted(name, list(LETTERS[: len(written.indices)])) if index else name
            yield Line("definition", left, right, "")

    def loss(self) -> Line:
        """The loss as it is written."""
        right, _ = self.side(self.answer_loss())
        return Line("definition", self.answer.of, right, "")

    def answer_loss(self) -> Written:
        from chainrule.derive.gradient import written

        return written(None, (), self.answer.problem.loss)

    def steps(self) -> Iterator[Line]:
        """The derivatives from the loss down to the target."""
        for step in self.derivation.steps:
            yield self.line(step.rule, step.by, step.right, step.why)

    def result(self) -> Line:
        """The last line: in the inputs alone when that is short, in named quantities otherwise."""
        whole = self.derivation.whole
        short = whole is not None and (whole.form is None or size(whole.form) <= LONGEST)
        written = whole if whole is not None and short and not self.derivation.forward else self.derivation.result
        return self.line("result", self.derivation.wrt, written, "")

    def numpy(self) -> str | None:
        """A NumPy expression in the names of the inputs, through assignments inside it when it is long."""
        spelling = self.spelling()
        whole = self.derivation.whole
        if whole is not None and whole.form is not None and size(whole.form) <= LONGEST:
            return self.laid_out(to_numpy(whole.form, spelling))
        return self.in_parts(spelling)

    def laid_out(self, code: str) -> str:
        return code

    def in_parts(self, spelling: Spelling) -> str | None:
        """`(Z := X @ W, ..., result)[-1]`: every quantity is computed once."""
        taken = set(self.answer.problem.inputs)
        symbols, parts = dict(spelling.symbols), list[str]()
        bars = {s: bar for bar, s in self.derivation.cotangents.items()}
        pairs = [(w.symbol, w) for w in self.derivation.forward]
        pairs += [(bars[s.by], s.right) for s in self.derivation.steps[:-1] if s.by in bars]
        for k, (symbol, written) in enumerate(pairs):
            if written.form is None or symbol is None:
                return None
            name = f"v{k}"
            while name in taken:
                name += "_"
            parts.append(f"{name} := {to_numpy(written.form, Spelling(symbols, spelling.sizes))}")
            symbols[symbol] = name
        if self.derivation.result.form is None:
            return None
        last = to_numpy(self.derivation.result.form, Spelling(symbols, spelling.sizes))
        return f"({', '.join(f'({p})' for p in parts)}, {last})[-1]" if parts else last

    def spelling(self) -> Spelling:
        inputs = self.answer.problem.inputs
        sizes: dict[Dim, str] = {}
        for name, symbol in inputs.items():
            for k, dim in enumerate(symbol.axes):
                sizes.setdefault(dim, str(dim.fixed) if dim.fixed is not None else f"{name}.shape[{k}]")
        return Spelling({s: n for n, s in inputs.items()}, sizes)


def _subscripted(name: str, letters: list[str]) -> str:
    if not letters:
        return name
    script = "".join(letters)
    if name.endswith("}") and "_{" in name:
        return f"{name[:-1]}, {script}}}"
    return f"{name}_{{{script}}}"


def size(a: Array) -> int:
    """The number of operations of an array when it is written out."""
    counted: dict[int, int] = {}
    from chainrule.calculus.arrays import walk

    for node in walk(a):
        counted[id(node)] = 1 + sum(counted[id(x)] for x in node.args)
    return counted[id(a)]


def to_record(answer: Answer, view: View | None = None) -> dict[str, Any]:
    """The JSON record `chainrule.derive/1`."""
    return {
        "schema": SCHEMA,
        "of": answer.of,
        "results": [_result(answer, d, view or View()) for d in answer.derivations],
    }


def _result(answer: Answer, derivation: Derivation, view: View) -> dict[str, Any]:
    page = Page(answer, derivation, view)
    result = page.result()
    found: dict[str, Any] = {
        "wrt": derivation.wrt.name,
        "order": derivation.order,
        "shape": [i.dim.name for i in derivation.result.indices],
        "tex": result.right,
        "numpy": page.numpy(),
    }
    if view.depth != "result":
        found["where"] = [{"tex": line.tex} for line in page.forward()]
        found["steps"] = [{"rule": s.rule, "tex": s.tex, "why": s.why} for s in page.steps()]
    found["assumptions"] = list(answer.problem.assumptions)
    found["notes"] = list(derivation.notes)
    return found


def to_json(answer: Answer, view: View | None = None) -> str:
    """The record as text."""
    return json.dumps(to_record(answer, view), ensure_ascii=False, indent=1) + "\n"


def to_markdown(answer: Answer, view: View | None = None) -> str:
    """A page of Markdown with displayed formulas."""
    view = view or View()
    blocks: list[str] = []
    for derivation in answer.derivations:
        page = Page(answer, derivation, view)
        blocks += [f"## The derivative by ${answer.problem.names[derivation.wrt]}$", *_shapes(answer)]
        blocks += [_display(page.loss().tex)]
        forward = list(page.forward())
        if forward:
            blocks += ["where", *(_display(line.tex) for line in forward)]
        if view.depth != "result":
            for line in page.steps():
                blocks += [f"{line.why[0].upper()}{line.why[1:]}:", _display(line.tex)]
        else:
            blocks += [_display(page.result().tex)]
    return "\n\n".join(blocks) + "\n"


def _shapes(answer: Answer) -> list[str]:
    words = []
    for name, symbol in sorted(answer.problem.inputs.items()):
        dims = r" \times ".join(d.name for d in symbol.axes)
        words.append(rf"${answer.problem.names[symbol]} \in \mathbb{{R}}{f'^{{{dims}}}' if dims else ''}$")
    return [f"Let {', '.join(words)}."]


def _display(tex: str) -> str:
    return f"$$\n{tex}\n$$"


__all__ = ["Index", "Line", "Page", "View", "to_json", "to_markdown", "to_record"]
