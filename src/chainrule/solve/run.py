"""A sheet with questions becomes a solution sheet.

Every question has several ways to be answered. The sheet is written with the first way of each and read back by the
checker; where a line of an answer is not verified, the next way is taken, and a question without a way left is said to
be open. So nothing stands in a solution that the checker does not confirm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.check.engine import check_document, read_sheet
from chainrule.check.records.clock import Clock, DeadlinePassed
from chainrule.check.records.options import DEFAULTS, Options
from chainrule.check.records.report import Statement
from chainrule.derive.sheets import BEHIND
from chainrule.read.document import Document
from chainrule.read.load import from_text
from chainrule.read.tree import Comma, Fenced, Number, Product, Span
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.names import reference
from chainrule.solve.answering_places import answer_extremum, answer_root
from chainrule.solve.asking import (
    Asking,
    Draft,
    answer_expansions,
    answer_updates,
    answer_value,
    read_formula,
)
from chainrule.solve.constrained import with_lagrangians, with_unknowns
from chainrule.solve.descent import of_another_method, started_anew, with_rules
from chainrule.solve.eras import eras
from chainrule.solve.kinks import place_of, without_idle, without_numbers
from chainrule.solve.losses import completed
from chainrule.solve.orders import why_open
from chainrule.solve.points import is_place, points_apart, with_points
from chainrule.solve.question import Question
from chainrule.solve.questions import BLANK, questions
from chainrule.solve.record import Answered, Solution
from chainrule.solve.roots import resolved
from chainrule.solve.said.expansions import expanded, told_apart
from chainrule.solve.said.likelihoods import asked_for, with_likelihoods
from chainrule.solve.said.newton import ruled
from chainrule.solve.sheet import Built, behind, built
from chainrule.solve.stacked import without_vec
from chainrule.solve.told_constraints import constrained
from chainrule.solve.untold import Told, untold, with_told
from chainrule.solve.written import NUMBERS, edits, ends, kept
from chainrule.trace.rules import Updates
from chainrule.trace.run import program_of
from chainrule.trace.samples import without_samples
from chainrule.trace.updates import of_scope, with_updates
from chainrule.write.derivation import Line
from chainrule.write.trace_views import Detail

VARIABLE = re.compile(r"(?:\}\{\\partial |\\nabla_)\{?([^{}]+?)\}?(?:\}$| )")
ELSEWHERE = "an exercise has one start and one rate; write these updates as an exercise of their own, `# Exercise 2`"
ANOTHER_METHOD = (
    "the rule that is written is of another method; write this one as an exercise of its own, `# Exercise 2`"
)
MOST_ROUNDS, MOST_TOLD = 12, 5
GOOD = frozenset({"verified", "definition"})


class SolveError(ValueError):
    """There is nothing to solve; says why and what to write."""


def solve_document(
    document: Document, context: Sequence[Document] = (), digits: int = 8, options: Options = DEFAULTS
) -> Solution:
    """The solution sheet of a document. Raises `SolveError` when it asks nothing."""
    try:
        by_index = _solved(document, context, digits, options, True)
        if by_index.marked and by_index.solution.open:
            one_by_one = _solved(document, context, digits, options, False)
            return min((by_index, one_by_one), key=lambda s: len(s.solution.open)).solution
        return by_index.solution
    except DeadlinePassed:
        raise SolveError(
            f"{document.path}: the time of {options.deadline:g} seconds ran out; give more of it"
        ) from None


@dataclass(frozen=True)
class _Solved:
    """A solution, and whether the sheet has marks of samples that could be read as indices."""

    solution: Solution
    marked: bool


def _solved(document: Document, context: Sequence[Document], digits: int, options: Options, by_index: bool) -> _Solved:
    clock = Clock(options.deadline)
    document, sheet, found = _told(document, context, options, clock, by_index)
    if not found:
        raise SolveError(
            f"{document.path}: no question was found; questions are blanks, such as "
            r"$\frac{\partial L}{\partial w} = ?$, and sentences such as 'compute $\nabla_w L$'"
        )
    places = points_apart(((q, _scope(sheet, q)) for q in found), sheet)
    sheet.equations = [
        replace(e, rhs=without_vec(e.rhs)) for e in sheet.equations if not _is_blank(e) and not is_place(e, places)
    ]
    found = [
        part
        for q in found
        for one in _completed(q, sheet, _scope(sheet, q), document)
        for each in _by_each(one, sheet, document)
        for part in with_points(each, sheet)
    ]
    found = list(
        {
            (q.tex, q.case, q.words, q.updates, q.final, q.root, q.rule, q.expansion, behind(document, q.span.end)): q
            for q in found
        }.values()
    )
    drafts = [Draft(n, q) for n, q in enumerate(told_apart(found))]
    _answer(drafts, document, sheet, Detail(digits), options, clock)
    latex = _is_latex(document)
    result = _confirmed(drafts, document, context, latex, options)
    lines = [document.position(d.question.span.start)[0] for d in drafts]
    answered = [
        Answered(d.question.tex or d.question.words or f"{d.question.updates} updates", line, d.why_not)
        for d, line in zip(drafts, lines, strict=True)
    ]
    return _Solved(Solution(document.path, result.text, answered), bool(sheet.glossary.running))


def _told(
    author: Document, context: Sequence[Document], options: Options, clock: Clock, by_index: bool
) -> tuple[Document, Sheet, list[Question]]:
    """The document with what it takes for granted said in sentences, and its questions."""
    document, sheet = author, read_sheet(author, context, clock, by_index)
    found = _questions(document, sheet)
    started = [(q, scope) for q in found if q.start is not None and not _has_rule(sheet, scope := _scope(sheet, q))]
    author = with_rules(author, sheet, started)
    author, likelihoods = with_likelihoods(author, sheet, [(q, _scope(sheet, q)) for q in found])
    if likelihoods:
        document, sheet = author, read_sheet(author, context, clock, by_index)
        found = _questions(document, sheet)
    extremal = [(q, _scope(sheet, q)) for q in found if q.extremum is not None]
    if extremal and author is document:
        author = with_lagrangians(author, sheet, extremal, options, clock)
    if author is not document:
        document, sheet = author, read_sheet(author, context, clock, by_index)
        found = _questions(document, sheet)
    firsts = {_scope(sheet, q).number: q for q in reversed(found)}
    said: Told = {}
    for _ in range(MOST_TOLD if found else 0):
        more = untold(sheet, said, options, clock)
        if not more:
            break
        for key, names in more.items():
            said.setdefault(key, {}).update(names)
        document = with_told(author, said, firsts, _is_latex(author))
        sheet = read_sheet(document, context, clock, by_index)
        found = _questions(document, sheet)
    with_said = (asked_for(q, likelihoods.get(_scope(sheet, q).number)) for q in found)
    return document, sheet, [q for q in with_said if q is not None]


def _questions(document: Document, sheet: Sheet) -> list[Question]:
    """The questions of a document, extrema with the constraints that their exercise tells."""
    found = questions(document, sheet.glossary)
    return [constrained(q, sheet, _scope(sheet, q), document, found) for q in found]


def _has_rule(sheet: Sheet, scope: Scope) -> bool:
    """Whether an exercise says how its parameters are updated."""
    return any(r.equation.source != "implied" for r in with_updates(of_scope(sheet, scope))[1].rules)


def _completed(q: Question, sheet: Sheet, scope: Scope, document: Document) -> list[Question]:
    """The question with what it leaves unsaid: the loss, the parameters."""
    if q.expansion is not None:
        return expanded(q, sheet, scope) if q.expansion.order else ruled(q, sheet, scope)
    if q.extremum is not None:
        return [with_unknowns(q, sheet, scope, document)]
    if q.root is None:
        return completed(q, sheet, scope)
    parsed = {t: node for t in q.root.said if (node := read_formula(t, document)) is not None}
    q = replace(q, root=replace(q.root, said=tuple(parsed)))
    return resolved(q, sheet, scope, {t: tidy(node, sheet.glossary) for t, node in parsed.items()})


def _by_each(q: Question, sheet: Sheet, document: Document) -> list[Question]:
    r"""The gradient of `f(x, y) = ...` is asked for by each of its parameters, and so is a third derivative."""
    order = re.match(r"\\nabla(?:\^(\d+))? ", q.tex)
    power = "" if order is None or order[1] is None else f"^{order[1]}"
    name = q.tex if order is None or power == "^2" else q.tex[order.end() :]
    for e in sheet.equations if name != q.tex and q.blank is None else ():
        lhs = e.lhs
        if not isinstance(lhs, Product) or len(lhs.factors) != 2:
            continue
        head = document.source(lhs.factors[0].node.span)
        if name not in (head, document.source(lhs.span)):
            continue
        name = head
        fence = lhs.factors[1].node
        if isinstance(fence, Fenced) and isinstance(fence.body, Comma):
            by = [document.source(x.span) for x in fence.body.items]
            return [replace(q, tex=rf"\frac{{\partial{power} {name}}}{{\partial {x}{power}}}") for x in by]
        if isinstance(fence, Fenced) and power:
            return [replace(q, tex=rf"\frac{{d{power} {name}}}{{d {document.source(fence.body.span)}{power}}}")]
    return [q]


def _is_latex(document: Document) -> bool:
    return document.path.endswith(".tex") or r"\begin{document}" in document.text


def _is_blank(e: Equation) -> bool:
    """Whether the right side of an equation is left open."""
    text = e.document.source(Span(e.rhs.span.start, max(e.rhs.span.end, e.rhs.span.start)))
    return e.spelled is None and e.own and BLANK.fullmatch(text.strip().rstrip(".,;")) is not None


# -------------------------------------------------------------------------------------------------- answers


def _answer(
    drafts: list[Draft], document: Document, sheet: Sheet, detail: Detail, options: Options, clock: Clock
) -> None:
    """Everything that can be said to each question, exercise by exercise."""
    scopes = [_scope(sheet, d.question) for d in drafts]
    for d, s in zip(drafts, scopes, strict=True):
        d.exercise = s.number
    for number in dict.fromkeys(s.number for s in scopes):
        mine = [(d, s) for d, s in zip(drafts, scopes, strict=True) if s.number == number]
        wanted = [m[1] for d, _ in mine if (m := VARIABLE.search(d.question.tex)) is not None]
        seen, updates = with_updates(of_scope(sheet, mine[-1][1]), wanted)
        others = of_another_method([(d.question, s) for d, s in mine], updates)
        for d, _ in mine:
            d.why_not = ANOTHER_METHOD if d.question in others else ""
        _answer_parts([d for d, _ in mine], document, seen, updates, mine[-1][1], detail, options, clock)


def _scope(sheet: Sheet, q: Question) -> Scope:
    """The exercise that a question stands in."""
    before = [(e.span.start, e.scope) for e in sheet.equations if e.own and e.spelled is None]
    before += [(s.spans[0].start, s.scope) for s in sheet.sentences if s.own and s.spans]
    near = [x for x in before if x[0] <= q.end]
    return max(near, key=lambda x: x[0])[1] if near else Scope()


def _answer_parts(
    drafts: list[Draft],
    document: Document,
    sheet: Sheet,
    updates: Updates,
    scope: Scope,
    detail: Detail,
    options: Options,
    clock: Clock,
) -> None:
    """The questions of an exercise; where names change their meaning in it, part by part."""
    until = max((e.position for e in sheet.equations if e.scope.number == scope.number), default=BEHIND - 1)
    until = max([until, *(s.position for s in sheet.sentences if s.scope.number == scope.number)])
    for era in reversed(eras(sheet, scope, [d.question for d in drafts])):
        mine = [d for d in drafts if d.question.end > era.start]
        drafts = [d for d in drafts if d not in mine]
        last = until if era.end is None else era.end - 1
        if mine:
            _answer_exercise(mine, document, era.of(sheet), updates, scope, last, detail, options, clock)


def _answer_exercise(
    drafts: list[Draft],
    document: Document,
    sheet: Sheet,
    updates: Updates,
    scope: Scope,
    until: int,
    detail: Detail,
    options: Options,
    clock: Clock,
) -> None:
    template = next((e for e in reversed(sheet.equations) if e.spelled is None), None) or _template(document)
    asked = [Asking(d, sheet, replace(template, scope=scope)) for d in drafts]
    nodes = [a.quantity.node for a in asked if a.quantity is not None]
    sheet = replace(sheet, expressions=[*sheet.expressions, *((scope, until, node) for node in nodes)])
    formulas = [replace(a.quantity.line, position=until) for a in asked if a.quantity is not None and a.is_formula()]
    sheet.equations = [*sheet.equations, *formulas]
    extra = [a.quantity for a in asked if a.quantity is not None]
    places = {a.draft.number: place for a in asked if (place := place_of(a)) is not None}
    more = [*(line for a in asked for line in a.parts), *(p.line for p in places.values())]
    program, troubles = program_of(sheet, updates, (scope, until), options, clock, extra, more)
    free = without_samples(sheet)
    general = None if free is None else program_of(free, updates, (scope, until), options, clock, extra, more)[0]
    why = {t.order: t.message for t in troubles}
    empty = not any(e.spelled is None for e in sheet.equations)
    anew = started_anew(d.question for d in drafts)
    for a in asked:
        if empty and a.loss is not None and reference(a.loss.lhs, sheet.glossary) is not None:
            a.draft.why_not = "the sheet defines nothing"
        elif a.draft.question in anew:
            a.draft.why_not = ELSEWHERE
        elif a.draft.why_not:
            continue
        elif a.draft.question.updates:
            answer_updates(a.draft, program, troubles, detail)
        elif a.draft.question.expansion is not None and a.draft.question.expansion.summands:
            continue  # it is put together of other answers
        elif a.draft.question.words:
            a.draft.why_not = why_open(a.draft.question.words)
        elif a.draft.question.extremum is not None:
            answer_extremum(a, program)
        elif a.draft.question.root is not None:
            answer_root(a, program, detail)
        elif a.quantity is not None:
            answer_value(a, program, general, why, detail)
            without_numbers(a, places.get(a.draft.number), program)
        else:
            a.draft.why_not = "what is asked for could not be read"
    answer_expansions(drafts)
    without_idle(drafts)


def _template(document: Document) -> Equation:
    """What a question of a sheet without any formula that says something looks like."""
    zero = Number(Span(0, 0), "0")
    return Equation(0, document, True, Span(0, 0), zero, "=", zero, Scope(), 0, 0, True)


# -------------------------------------------------------------------------------------------------- confirmed


def _confirmed(
    drafts: list[Draft], document: Document, context: Sequence[Document], latex: bool, options: Options
) -> Built:
    """The sheet with the first ways that the checker confirms."""
    kind = "latex" if latex else "markdown"
    options = replace(options, repairs=False)
    for given_up in (lambda d: False, lambda d: d.question.root is not None, lambda d: True):
        for d in filter(given_up, drafts):
            if d.ways:
                d.ways, d.why_not = [], "no form of the answer was confirmed"
        for _ in range(MOST_ROUNDS):
            result = built(document, edits(drafts, document), latex)
            read = from_text(result.text, document.path, kind)
            if not _take_back(drafts, result, read, check_document(read, context, options).statements):
                return result
    for d in drafts:
        if d.tables:
            d.tables, d.why_not = [], "the numbers could not be confirmed"
    return built(document, edits(drafts, document), latex)


def _take_back(drafts: list[Draft], result: Built, read: Document, statements: Sequence[Statement]) -> bool:
    """Take the next way where a line is not verified; whether there was one."""
    found = [(_offset(read, s.line, s.column), _offset(read, s.end_line, s.end_column), s.verdict) for s in statements]
    own = [s for s, (start, end, _) in zip(statements, found, strict=True) if _is_answer(start, end, result)]
    if _of_two_meanings(drafts, [s for s in statements if s not in own]):
        return True
    rules = {(d.number, k) for d in drafts for k, x in enumerate(d.tables) if isinstance(x, Line) and x.rule == "rule"}
    wrong = set()
    for key, span in result.places.items():
        verdicts = {v for start, end, v in found if start < span.end and end > span.start}
        if not verdicts or not verdicts <= GOOD or ("verified" not in verdicts and key not in rules):
            wrong.add(key)
    mine = {d.number: {k for n, k in wrong if n == d.number} for d in drafts}
    failing = [d for d in drafts if mine[d.number] and not d.tables]
    for d in (d for d in drafts if d.way is not None and not mine[d.number]):
        d.confirmed = d.way
    # what was right before fails for the sake of another answer
    failing = [d for d in failing if d.confirmed is None or d.confirmed is not d.way] or failing
    for d in failing:
        _next_way(d, mine[d.number])
    if failing or not wrong:
        return bool(wrong)
    troubled = {d.exercise for d in drafts if mine[d.number]}
    places = [d for d in drafts if d.way is not None and d.question.root is not None and d.exercise in troubled]
    for d in places:  # where a derivative is zero is not where the numbers of the sheet are
        d.ways, d.why_not = [], "the place found could not be confirmed beside the numbers of the sheet"
    for d in drafts if not places else ():
        _without(d, mine[d.number])
    return True


def _is_answer(start: int, end: int, result: Built) -> bool:
    """Whether a statement is one of ours, and not of the author's."""
    return any(start < span.end and end > span.start for span in result.places.values())


def _of_two_meanings(drafts: list[Draft], statements: Sequence[Statement]) -> bool:
    """Leave open what rests on a name with two formulas that differ, `o = \\sum_i w_i x_i` beside
    `o_d = \\sum_i w_i x_{di}`: no line says which of them is meant; whether there was such a thing."""
    anew = [(s.lhs, set(re.findall(r"[A-Za-z]+", s.lhs))) for s in statements if s.code == "redefinition"]
    found = False
    for d in (d for d in drafts if d.ways):
        for lhs, letters in anew:
            if letters & d.rests and d.ways:
                d.ways, d.why_not = (
                    [],
                    f"${lhs}$ has another formula than before; give one of the two a name of its own",
                )
                found = True
    return found


def _next_way(d: Draft, mine: set[int]) -> None:
    """Leave out the numbers, or take the next way."""
    if mine == {NUMBERS}:
        d.numbers = ""
    elif d.ways:
        d.ways.pop(0)
        if not d.ways:
            d.why_not = "the derivation found could not be confirmed"


def _without(d: Draft, mine: set[int]) -> None:
    """Leave out tables."""
    d.dropped |= mine
    valued = [k for k, x in enumerate(d.tables) if isinstance(x, Line) and x.rule == "value"]
    if d.tables and d.dropped.issuperset(valued):
        d.tables, d.why_not = [], d.lost or "the numbers could not be confirmed"
    elif any(ends(kept(d)[n + 1 :]) for n, (_, x) in enumerate(kept(d)) if isinstance(x, str)):
        d.why_not = d.lost or "the numbers of some updates could not be confirmed"


def _offset(document: Document, line: int, column: int) -> int:
    return document.line_starts[line - 1] + column - 1
