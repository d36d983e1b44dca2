"""A question as lines to be read, and what can be said to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.doubts.beside_a_sum import beside_sums
from chainrule.derive.sheets import BEHIND, question, unread
from chainrule.expr import Model, Reduce, evaluate
from chainrule.expr.model import Array
from chainrule.expr.walks import walk as every_term
from chainrule.read.document import Document
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Fenced, Fraction, Node, Product, Span
from chainrule.sheet.conditions.restrictions import restriction
from chainrule.sheet.inference.unreadable import names_below
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import letter_in, names_loss
from chainrule.solve.arrays_untold import functions_of_vectors
from chainrule.solve.derivations import ways
from chainrule.solve.forms.entries import carried_out
from chainrule.solve.forms.writing import Way
from chainrule.solve.kinds import is_operator, is_slope
from chainrule.solve.parts import parts_of
from chainrule.solve.question import Question
from chainrule.solve.roots import derivative
from chainrule.solve.rules import with_rule
from chainrule.solve.said.expansions import put_together, words_before
from chainrule.solve.said.newton import rule_of
from chainrule.solve.untold import vector_or_number
from chainrule.solve.updating import Item, final, tables
from chainrule.trace.lost import why_lost
from chainrule.trace.naming import named
from chainrule.trace.quantities import Asked, is_derivative
from chainrule.trace.record import Trouble
from chainrule.trace.run import STUCK, Computed, Program, shaped
from chainrule.write.derivation import Line
from chainrule.write.trace_views import Detail
from chainrule.write.trace_views import tex as numbers_tex

NO_FORM = "no form of it was found that the checker can read"
MOST_BESIDE, MOST_UNDER = 3, 8
"""As many other unknowns are looked at together with one, and under constraints."""
PRIME = re.compile(r"(?<![A-Za-z\\])(\\?[A-Za-z]+)'(?=\\left\()")
"""The derivative of a function in an answer."""
ZERO = re.compile(r"0|\\(?:mathbf|boldsymbol|vec|bm) *\{?0\}?")
PLACES = 3 + 2 * MOST_UNDER
"""Positions for the lines of one question."""


@dataclass
class Draft:
    """A question with the ways to answer it that are left, its numbers, why it has no answer, the number of its
    exercise, the letters that what is asked about rests on, and the way that was confirmed beside other answers."""

    number: int
    question: Question
    ways: list[Way] = field(default_factory=list)
    numbers: str = ""
    tables: list[Item] = field(default_factory=list)
    why_not: str = ""
    lost: str = ""
    dropped: set[int] = field(default_factory=set)
    exercise: str = ""
    rests: frozenset[str] = frozenset()
    confirmed: Way | None = None

    @property
    def way(self) -> Way | None:
        return self.ways[0] if self.ways else None


class Asking:
    """A question as lines to be read: what is asked, and of a derivative the loss and the variable."""

    def __init__(self, draft: Draft, sheet: Sheet, template: Equation) -> None:
        case = read_formula(draft.question.case, template.document) if draft.question.case else None
        only = None if case is None else restriction(case)
        template = replace(template, conditions=() if only is None else (only,))
        self.draft, self.sheet, self.template = draft, sheet, template
        self.quantity: Asked | None = None
        self.parts: list[Equation] = []
        self.loss: Equation | None = None
        self.variable: Equation | None = None
        self.others: list[tuple[Equation, Equation]] = []
        self.order = 1
        if draft.question.updates or draft.question.words:
            return
        tex = draft.question.tex
        node = read_formula(tex, template.document)
        node = None if node is None else sheet.glossary.rewritten(tidy(node, sheet.glossary), template.position)
        if isinstance(node, Fraction) and "/" in tex:
            tex = _stacked(node, tex)
            draft.question, node = replace(draft.question, tex=tex), read_formula(tex, template.document)
        if node is not None:
            line = self._line(node, tex, 0)
            self.quantity = Asked(node, line, line, "value", tex, line.position)
            self._take_apart(node)
        root = draft.question.root
        if root is not None and self.loss is not None:
            for k, by in enumerate(root.beside[: MOST_UNDER if draft.question.extremum else MOST_BESIDE]):
                self._beside(by, 3 + 2 * k)

    def _beside(self, by: str, k: int) -> None:
        """The derivative by another unknown, as a line."""
        assert self.loss is not None and self.loss.spelled is not None
        tex = derivative(self.loss.spelled[0], by)
        slope, name = (read_formula(t, self.template.document) for t in (tex, by))
        if slope is not None and name is not None:
            lines = self._line(tidy(slope, self.sheet.glossary), tex, k), self._line(name, by, k + 1)
            self.others.append(lines)
            self.parts += lines

    def _line(self, node: Node, tex: str, k: int) -> Equation:
        line = question(self.template, node, 3 * BEHIND + PLACES * self.draft.number + k)
        return replace(line, spelled=(tex, tex), conditions=self.template.conditions)

    def _take_apart(self, node: Node) -> None:
        """The loss and the variable as lines of their own; of `\\nabla f` the parameter of f."""
        top, by, self.order = parts_of(node)
        if top is None:
            return
        tex, called = self.draft.question.tex, self._called(top)
        name, spelled = by, "" if by is None else _source(by, tex)
        if by is None and called is not None and isinstance(fence := called.factors[1].node, Fenced):
            name, spelled = fence.body, self.template.document.source(fence.body.span)
        if name is None or reference(name, self.sheet.glossary) is None:
            return
        self.loss = replace(self._line(called or top, tex, 1), spelled=(_source(top, tex),) * 2)
        self.variable = self._line(name, spelled, 2)
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

    def _called(self, top: Node) -> Product | None:
        """Of a function the value at its parameters: `L(w)` for L."""
        ref = reference(top, self.sheet.glossary)
        for e in self._seen():
            lhs = e.lhs
            if isinstance(lhs, Product) and len(lhs.factors) == 2 and ref is not None:
                other = reference(lhs.factors[0].node, self.sheet.glossary)
                if other is not None and other.key[:2] == ref.key[:2]:
                    return lhs
        return None


def read_formula(tex: str, document: Document) -> Node | None:
    """A formula in TeX as a tree; None where it is none."""
    rows = parse(tex, Span(0, len(tex)), document.macros, False)
    return rows[0].node if len(rows) == 1 else None


def _stacked(node: Fraction, tex: str) -> str:
    r"""`\frac{\partial L}{\partial z}` for `\partial L / \partial z`."""
    return rf"\frac{{{_source(node.numerator, tex)}}}{{{_source(node.denominator, tex)}}}"


def _source(node: Node, tex: str) -> str:
    return tex[node.span.start : node.span.end]


def answer_value(a: Asking, program: Program, general: Program | None, why: dict[int, str], detail: Detail) -> None:
    """A derivation where a derivative is asked for, and the number where there is one; `general` is the sheet without
    the numbers of its samples."""
    assert a.quantity is not None
    tex, variant = a.draft.question.tex, program.variant
    computed = next((c for c in program.computed if c.asked is a.quantity), None)
    if _is_given(a):
        a.draft.why_not = f"${tex}$ has the number that the sheet gives it; say what else is sought, as in $w^*$"
        return
    unwanted = computed is not None and (_is_counted(a.quantity.node, program) or _is_of_any_size(computed))
    if unwanted or a.draft.question.general:
        computed = None
    lost = "" if computed is None else _lost(program, computed)
    computed = None if lost else computed
    if computed is not None:
        a.draft.numbers = numbers_tex(_numbers(program, computed), detail)
    failed = variant.failed.get(a.quantity.line.position)
    names = [e.spelled[0] for e in a.parts if e.spelled is not None]
    how = f"how {_named(names[0])} depends on {_named(names[1])}" if len(names) == 2 else f"what {_named(tex)} is"
    if failed is None and Lines.has_vanishing(a.quantity.line, variant):
        failed = Untyped(f"the sheet does not say {how}")
    failed = _unread(variant, a, failed is None) or failed
    if failed is None and a.loss is not None and a.variable is not None:
        failed = _drawn_with_it(variant.universe.world, a.loss, a.variable)
    if failed is None and a.variable is not None and vector_or_number(variant, a._seen(), a.variable.lhs):
        failed = Untyped(f"the sheet does not say whether {_named(names[-1])} is a number or a vector")
    if failed is not None:
        a.draft.why_not = failed.message
        return
    if any(is_derivative(n) or is_slope(n) or is_operator(n) for n in walk(a.quantity.node)):
        sheets = [variant] if general is None else [general.variant, variant]
        found = [w for v in sheets for w in ways(v, a.quantity.line, tex, a.loss, a.variable, a.order)]
        a.draft.ways = [w for w in found if not _says_nothing(w, tex)]
        a.draft.why_not = f"the sheet does not say {how}" if found and not a.draft.ways else ""
    elif lost and not a.draft.question.partial:
        a.draft.why_not = lost
    elif a.formula() is None and a.draft.question.named != tex:
        found = list(carried_out(variant, a.quantity.line, tex))  # the J_f of a function, the H of a loss
        a.draft.ways = [w for w in found if not _says_nothing(w, tex)]
    if computed is not None:
        a.draft.ways.append(Way((), Line("result", tex, a.draft.numbers)))
        if (formula := a.formula()) is not None:
            a.draft.ways.append(Way((), Line("result", tex, f"{formula} = {a.draft.numbers}")))
    if a.draft.question.written:
        a.draft.ways = [Way((), Line("result", tex, a.draft.question.written))]
    a.draft.ways = list(dict.fromkeys(a.draft.ways))
    if a.draft.question.partial:
        a.draft.ways = _fillings(a.draft.ways)
    if a.draft.question.cell:
        number = [Way((), Line("result", tex, a.draft.numbers))] if a.draft.numbers else []
        a.draft.ways = number or [Way((), w.result) for w in a.draft.ways]
    if a.draft.question.rule and a.variable is not None and a.variable.spelled is not None:
        a.draft.ways = with_rule(a.draft.ways, a.draft.question, a.variable.spelled[0])
    if a.draft.question.shown:
        a.draft.ways = shown_ways(a.draft.ways, a.draft.question.shown)
    if a.draft.ways:
        a.draft.why_not = ""
    elif not a.draft.why_not:
        trouble = why.get(a.quantity.line.position, "")
        trouble = "" if a.loss is not None and trouble.endswith("no number") else trouble
        a.draft.why_not = lost or trouble or NO_FORM


def _is_given(a: Asking) -> bool:
    r"""Whether words ask for a name that nothing but printed numbers is said of: "find $a$" beside $a = 0$ is about
    another a, which no line tells; a blank only repeats what stands there."""
    assert a.quantity is not None
    ref = reference(a.quantity.node, a.sheet.glossary)
    said = [e for e in a._seen() if not e.link and e.spelled is None and reference(e.lhs, a.sheet.glossary) == ref]
    in_words = a.draft.question.blank is None and not a.draft.question.cell
    return ref is not None and in_words and bool(said) and all(is_literal(e.rhs) for e in said)


def _unread(variant: Variant, a: Asking, answered: bool) -> Untyped | None:
    """Why a formula that what is asked for rests on could not be read, if that is so; of what can be answered besides,
    one that speaks of the variable."""
    world, definitions = variant.universe.world, variant.universe.definitions
    lines = [*([a.loss] if a.loss is not None else []), *([a.quantity.line] if a.quantity is not None else [])]
    spoken = names_below(world, {ref.base for line in lines for _, ref in named(line.lhs, world)})
    a.draft.rests = frozenset(map(letter_in, spoken))
    by = None if a.variable is None else reference(a.variable.lhs, world.glossary)
    for base in functions_of_vectors(world, (x for e in a._seen() for x in (e.lhs, e.rhs))):
        if base in spoken and base not in world.maps:
            return Untyped(f"nothing says what the function {base} is; give its values a name, as in $w^\\top x_i$")
    for base in sorted(spoken & world.hidden.keys()):
        hidden = world.hidden[base]
        if not answered or (by is not None and by.base != base and by.base in names_below(world, hidden.names)):
            return Untyped(f"the formula in line {hidden.line} could not be read: {hidden.why.message}")
    typed = [variant.typed[line.position][1] for line in lines if line.position in variant.typed]
    symbols = definitions.ordered(sorted({s for val in typed for s in term_of(variant, val)[0].symbols}))
    whys = () if answered else (why for s in symbols if (why := unread(variant, s)) is not None)
    return next((Untyped(f"a formula that it rests on could not be read: {why.message}") for why in whys), None)


def _named(tex: str) -> str:
    """A formula in a sentence."""
    return f"${tex}$" if re.search(r"[\\_^(]", tex) else tex


def _drawn_with_it(world: World, loss: Equation, variable: Equation) -> Untyped | None:
    r"""`u_o` beside `\sum_k` over u: the derivative depends on whether o is one of the k, which nothing says."""
    by = reference(variable.lhs, world.glossary)
    letters = [letter for base, letter in sorted(beside_sums(world, loss)) if by is not None and base == by.base]
    if not letters or by is None or by.bare:
        return None
    return Untyped(
        f"the sheet does not say whether the sum over {by.base} runs over {letters[0]}, too; "
        rf"write what it leaves out, as in $\sum_{{k \neq {letters[0]}}}$"
    )


def _fillings(ways: list[Way]) -> list[Way]:
    """What may stand in a blank beside other factors: a derivative on the way, or what it is."""
    steps = [line for way in ways for line in reversed(way.steps)]
    texts = [t for line in steps for t in (line.left, line.right)] + [way.result.right for way in ways]
    found = [rf"\left({t}\right)" if re.search(r" [-+] |\\odot|^-", t) else t for t in texts]
    return [Way((), Line("result", "", t)) for t in dict.fromkeys(found)]


def shown_ways(ways: list[Way], claim: str) -> list[Way]:
    """Ways that end in what is to be shown, and behind them those that end in what holds instead."""
    set_to_zero = ZERO.fullmatch(claim.strip()) is not None  # `... = 0` behind a formula would be read as a condition
    ends = [w if _alike(w.result.right, claim) else _ending(w, claim) for w in ways]
    ends = [w for w in ends if w in ways or not set_to_zero]
    note = f"${claim}$ does not follow from what the sheet says; this does:"
    return [*ends, *(replace(w, note=note) for w in ways)]


def _ending(way: Way, claim: str) -> Way:
    return replace(way, result=replace(way.result, right=f"{way.result.right} = {claim}"))


def _says_nothing(way: Way, tex: str) -> bool:
    """Whether a way answers with the question, or with another writing of it: `\\ell` for `\\ell(w)`."""
    if any(_alike(_bare(way.result.right), _bare(asked)) for asked in (tex, way.result.left)):
        return True
    if re.sub(r"[^A-Za-z\d']", "", way.result.right) == re.sub(r"[^A-Za-z\d']", "", tex):
        return True  # `x^{(1)}` for `x_1`
    return any(_is_asked_for(m[1], tex, way.result.right) for m in PRIME.finditer(way.result.right))


def _is_asked_for(name: str, tex: str, right: str) -> bool:
    r"""Whether `L'` in an answer is what the question is about: `L'(p)` for `\frac{dL}{dp}`, and of a loss, which is
    something definite, `L'(p) / L(p)` for `\frac{d}{dp} \log L(p)`."""
    alone = _bare(right).strip() == f"{name}'"
    called = re.search(rf"(?<![A-Za-z\\]){re.escape(name)}\s*(?:\\left\s*)?\(", tex) is not None
    named = re.search(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", tex.replace("d" + name, " " + name)) is not None
    return (alone and named) or (called and names_loss(name.lstrip("\\")))


def _bare(tex: str) -> str:
    r"""A name or a derivative of a name without its arguments and with one kind of d."""
    plain = tex.replace(r"\partial", "d").replace(r"\mathrm{d}", "d")
    return re.sub(r"\\left\([^()]*\\right\)|\([^()]*\)", "", plain)


def _alike(a: str, b: str) -> bool:
    """Whether two formulas differ in blanks, the size of brackets and braces around one letter only."""
    plain = [re.sub(r"\\left(?![a-z])|\\right(?![a-z])|\s", "", x) for x in (a, b)]
    plain = [re.sub(r"(?<=[_^])\{(\w)\}", r"\1", x) for x in plain]
    return plain[0] == plain[1]


def _is_counted(node: Node, program: Program) -> bool:
    """Whether a quantity changes with the step and the sheet counts steps: `\\nabla f(w)` is not that at w_0."""
    bases = {ref.base for _, ref in named(node, program.variant.universe.world)}
    return bool(bases & program.updates.labels.keys())


def _is_of_any_size(computed: Computed) -> bool:
    """Whether nothing with numbers is in a term, so that only its size would be one, `\\frac1n \\mathbf 1`."""
    sized = any(isinstance(x, Reduce) for x in every_term(computed.term))
    return not computed.term.symbols and (bool(computed.axes) or sized)


def _lost(program: Program, computed: Computed) -> str:
    """Why a quantity is no number, where it is infinite."""
    model = Model(program.sizes, dict(program.values), program.variant.universe.definitions)
    evaluate(computed.term, computed.axes, model)
    why = why_lost(computed.term, model, program.variant)
    return f"it is no number here: {why}" if why else ""


def _numbers(program: Program, computed: Computed) -> Array:
    model = Model(program.sizes, dict(program.values), program.variant.universe.definitions)
    return shaped(evaluate(computed.term, computed.axes, model)[0], program, computed)


def answer_updates(draft: Draft, program: Program, troubles: Sequence[Trouble], detail: Detail) -> None:
    """The tables of so many updates."""
    stuck = next((t for t in troubles if STUCK in t.message), None)
    if program.moving and draft.question.final:
        draft.tables = final(program, draft.question, detail)
        draft.why_not = "" if draft.tables else f"the updates give no {draft.question.final}"
    elif program.moving:
        draft.tables = tables(program, draft.question, detail)
        draft.lost = program.lost
    elif stuck is not None:
        draft.why_not = f"{stuck.name}: {stuck.message}"
    else:
        draft.why_not = program.updates.held or "the sheet has no update rule, or the parameters have no numbers"


def answer_expansions(drafts: Sequence[Draft]) -> None:
    """Polynomials of the numbers that other questions were answered by."""
    numbers = {d.question.tex: d.numbers for d in drafts if d.numbers}
    for d in drafts:
        e, tex = d.question.expansion, d.question.tex
        if e is not None and e.summands and not e.order:
            slopes = [x.way.result.right for v in e.summands for x in drafts if x.question.tex == v.value and x.way]
            d.ways = [Way((), Line("rule", *rule_of(e, tex, slopes)))] if len(slopes) == len(e.summands) else []
            d.why_not = "" if d.ways else "a derivative of it is not known"
            continue
        values = [] if e is None else [numbers.get(s.value) for s in e.summands]
        if e is None or not values:
            continue
        if None in values:
            d.why_not = f"{e.summands[values.index(None)].value} has no number"
            continue
        right = put_together(e, [v for v in values if v is not None])
        d.ways = [Way((), Line("result", tex, right, words_before(e, tex)))]
