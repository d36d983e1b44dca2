"""A question as lines to be read, and what can be said to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from chainrule.check.lines import Lines
from chainrule.expr import Model, evaluate
from chainrule.expr.model import Array
from chainrule.read.document import Document
from chainrule.read.grammar import parse
from chainrule.read.tree import Fraction, Node, Product, Script, Span
from chainrule.sheet.glossary import tidy
from chainrule.sheet.meaning.differentials import above, below, nabla_of
from chainrule.sheet.names import reference, walk
from chainrule.sheet.restrictions import restriction
from chainrule.sheet.shapes import Untyped
from chainrule.sheet.statements import Equation, Sheet
from chainrule.solve.derivations import ways
from chainrule.solve.question import Question
from chainrule.solve.updating import Item, tables
from chainrule.solve.writing import Way
from chainrule.trace.quantities import BEHIND, Asked, is_derivative, question
from chainrule.trace.run import Computed, Program, shaped
from chainrule.write.derivation import Line
from chainrule.write.trace_views import Detail
from chainrule.write.trace_views import tex as numbers_tex


@dataclass
class Draft:
    """A question with the ways to answer it that are left, its numbers, and why it has no answer."""

    number: int
    question: Question
    ways: list[Way] = field(default_factory=list)
    numbers: str = ""
    tables: list[Item] = field(default_factory=list)
    why_not: str = ""
    dropped: set[int] = field(default_factory=set)

    @property
    def way(self) -> Way | None:
        return self.ways[0] if self.ways else None


class Asking:
    """A question as lines to be read: what is asked, and of a derivative the loss and the variable."""

    def __init__(self, draft: Draft, sheet: Sheet, template: Equation) -> None:
        case = _parsed(draft.question.case, template.document) if draft.question.case else None
        only = None if case is None else restriction(case)
        template = replace(template, conditions=() if only is None else (only,))
        self.draft, self.sheet, self.template = draft, sheet, template
        self.quantity: Asked | None = None
        self.parts: list[Equation] = []
        self.loss: Equation | None = None
        self.variable: Equation | None = None
        if draft.question.updates:
            return
        tex = draft.question.tex
        node = _parsed(tex, template.document)
        node = None if node is None else tidy(node, sheet.glossary)
        if isinstance(node, Fraction) and "/" in tex:
            tex = _stacked(node, tex)
            draft.question, node = replace(draft.question, tex=tex), _parsed(tex, template.document)
        if node is not None:
            line = self._line(node, tex, 0)
            self.quantity = Asked(node, line, line, "value", tex)
            self._take_apart(node)

    def _line(self, node: Node, tex: str, k: int) -> Equation:
        line = question(self.template, node, 3 * BEHIND + 10 * self.draft.number + k)
        return replace(line, spelled=(tex, tex), conditions=self.template.conditions)

    def _take_apart(self, node: Node) -> None:
        top, by = _parts(node)
        if top is None or by is None:
            return
        body = self._called(top) or top
        self.loss = self._line(body, self.draft.question.tex, 1)
        self.loss = replace(self.loss, spelled=(_source(top, self.draft.question.tex),) * 2)
        self.variable = self._line(by, _source(by, self.draft.question.tex), 2)
        self.parts = [self.loss, self.variable]

    def _seen(self) -> list[Equation]:
        """The equations that the question may lean on."""
        return [e for e in self.sheet.equations if self.template.scope.sees(e.scope)]

    def is_formula(self) -> bool:
        """Whether a formula is asked for that is no name and no derivative: it tells shapes as any line does."""
        node = None if self.quantity is None else self.quantity.node
        return node is not None and not is_derivative(node) and reference(node, self.sheet.glossary) is None

    def formula(self) -> str | None:
        """What defines a name that is asked for, as the sheet writes it."""
        assert self.quantity is not None
        own = reference(self.quantity.node, self.sheet.glossary)
        for e in self._seen():
            if own is not None and not e.link and e.spelled is None and reference(e.lhs, self.sheet.glossary) == own:
                return e.text(e.rhs)
        return None

    def _called(self, top: Node) -> Node | None:
        """Of a function the value at its parameters: `L(w)` for L."""
        ref = reference(top, self.sheet.glossary)
        for e in self._seen():
            lhs = e.lhs
            if isinstance(lhs, Product) and len(lhs.factors) == 2 and ref is not None:
                other = reference(lhs.factors[0].node, self.sheet.glossary)
                if other is not None and other.base == ref.base:
                    return lhs
        return None


def _parsed(tex: str, document: Document) -> Node | None:
    rows = parse(tex, Span(0, len(tex)), document.macros, False)
    return rows[0].node if len(rows) == 1 else None


def _stacked(node: Fraction, tex: str) -> str:
    r"""`\frac{\partial L}{\partial z}` for `\partial L / \partial z`."""
    return rf"\frac{{{_source(node.numerator, tex)}}}{{{_source(node.denominator, tex)}}}"


def _source(node: Node, tex: str) -> str:
    return tex[node.span.start : node.span.end]


def _parts(node: Node) -> tuple[Node | None, Node | None]:
    """The loss and the one variable of a first derivative."""
    if isinstance(node, Fraction):
        top, bottom = above(node.numerator), below(node.denominator)
        if top is not None and top.order == 1 and top.body is not None and bottom is not None and len(bottom[1]) == 1:
            return top.body, bottom[1][0]
    if isinstance(node, Product) and (nabla := nabla_of(node.factors[0].node)) is not None and nabla[0]:
        return node.factors[1].node, nabla[0][0]
    return None, None


def answer_value(a: Asking, program: Program, why: dict[int, str], detail: Detail) -> None:
    """A derivation where a derivative is asked for, and the number where there is one."""
    assert a.quantity is not None
    tex, variant = a.draft.question.tex, program.variant
    computed = next((c for c in program.computed if c.asked is a.quantity), None)
    if computed is not None:
        a.draft.numbers = numbers_tex(_numbers(program, computed), detail)
    failed = variant.failed.get(a.quantity.line.position)
    if failed is None and Lines.has_vanishing(a.quantity.line, variant):
        names = [e.spelled[0] for e in a.parts if e.spelled is not None]
        how = f"how {names[0]} depends on {names[1]}" if len(names) == 2 else f"what {tex} is"
        failed = Untyped(f"the sheet does not say {how}")
    if failed is not None:
        a.draft.why_not = failed.message
        return
    if any(is_derivative(n) or _is_slope(n) for n in walk(a.quantity.node)):
        a.draft.ways = list(ways(variant, a.quantity.line, tex, a.loss, a.variable))
    if computed is not None:
        a.draft.ways.append(Way((), Line("result", tex, a.draft.numbers)))
        if (formula := a.formula()) is not None:
            a.draft.ways.append(Way((), Line("result", tex, f"{formula} = {a.draft.numbers}")))
    a.draft.ways = list(dict.fromkeys(a.draft.ways))
    if a.draft.question.shown:
        a.draft.ways = _shown(a.draft.ways, a.draft.question.shown)
    if not a.draft.ways:
        a.draft.why_not = why.get(a.quantity.line.position, "no form of it was found")


def _shown(ways: list[Way], claim: str) -> list[Way]:
    """Ways that end in what is to be shown, and behind them those that end in what holds instead."""
    ends = [w if _alike(w.result.right, claim) else _ending(w, claim) for w in ways]
    note = f"${claim}$ does not follow from what the sheet says; this does:"
    return [*ends, *(replace(w, note=note) for w in ways)]


def _ending(way: Way, claim: str) -> Way:
    return replace(way, result=replace(way.result, right=f"{way.result.right} = {claim}"))


def _alike(a: str, b: str) -> bool:
    """Whether two formulas differ in blanks and the size of brackets only."""
    plain = [re.sub(r"\\left(?![a-z])|\\right(?![a-z])|\s", "", x) for x in (a, b)]
    return plain[0] == plain[1]


def _is_slope(node: Node) -> bool:
    """`f'(x)`."""
    return isinstance(node, Product) and isinstance(node.factors[0].node, Script) and node.factors[0].node.primes > 0


def _numbers(program: Program, computed: Computed) -> Array:
    model = Model(program.sizes, dict(program.values), program.variant.universe.definitions)
    return shaped(evaluate(computed.term, computed.axes, model)[0], program, computed)


def answer_updates(draft: Draft, program: Program, detail: Detail) -> None:
    """The tables of so many updates."""
    if program.moving:
        draft.tables = tables(program, draft.question.updates, detail)
    else:
        draft.why_not = "the sheet has no update rule, or the parameters have no numbers"
