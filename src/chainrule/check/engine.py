"""A document in, a report out: scopes one after the other, every statement once, always within the deadline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic

from chainrule.check.conditions.solutions import with_solutions
from chainrule.check.judge import Judge
from chainrule.check.loose_formulas import of_loose_formulas
from chainrule.check.numbers.inputs import shaped_by_numbers
from chainrule.check.one_dimension import of_one_dimension
from chainrule.check.one_entry import of_one_entry
from chainrule.check.other_sizes import of_other_sizes, opened
from chainrule.check.readings.contradicted import contradicted
from chainrule.check.readings.one_layout import of_one_layout
from chainrule.check.readings.redefinitions import with_second_formulas
from chainrule.check.readings.supposed_formulas import with_supposed_formulas
from chainrule.check.records.budget import Budget
from chainrule.check.records.clock import Clock, DeadlinePassed
from chainrule.check.records.finding import Finding
from chainrule.check.records.options import DEFAULTS, Options
from chainrule.check.records.report import DocumentReport, Missing, Note, Statement
from chainrule.check.suppositions.missing import gathered, missing_of
from chainrule.check.suppositions.models import with_models
from chainrule.check.told_in_words import with_told_formulas
from chainrule.read.document import Document
from chainrule.read.load import from_text
from chainrule.read.tree import Unread
from chainrule.sheet.build import build, visible
from chainrule.sheet.conditions.extremes import stationary
from chainrule.sheet.conditions.labels_case_by_case import with_cases_of_labels
from chainrule.sheet.conditions.said_slopes import supposed
from chainrule.sheet.definitions.midway import with_names_behind
from chainrule.sheet.definitions.squares_with_arguments import with_squares_named
from chainrule.sheet.derivatives.cotangent_names import with_cotangents
from chainrule.sheet.derivatives.differentials import with_differentials
from chainrule.sheet.derivatives.directions import with_directions
from chainrule.sheet.derivatives.gradient_names import with_gradients
from chainrule.sheet.derivatives.nabla_of_weights import with_nablas
from chainrule.sheet.gather import gather
from chainrule.sheet.infer import infer
from chainrule.sheet.inference.capitals import stack
from chainrule.sheet.inference.one_entry import strike
from chainrule.sheet.letters.biases_written_out import with_biases_written_out
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.rewriting.other_losses import with_other_losses
from chainrule.sheet.rewriting.places_in_brackets import with_places_in_brackets
from chainrule.sheet.rewriting.redeclared import with_redeclared
from chainrule.sheet.rewriting.shortened_losses import with_shortened_losses
from chainrule.sheet.rewriting.time_arguments import with_time_arguments
from chainrule.sheet.rewriting.two_typefaces import with_one_typeface
from chainrule.sheet.statistics.models import DEFINING, Otherwise
from chainrule.sheet.statistics.one_dimension import in_one_dimension
from chainrule.sheet.statistics.whole_samples import with_whole_samples
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.words.diagonals import told_diagonals
from chainrule.sheet.words.plain_values import plain_values
from chainrule.sheet.words.products_told import with_told_products
from chainrule.sheet.words.prose import told_values
from chainrule.sheet.words.tables import tabled_values
from chainrule.sheet.words.tables_of_labels import tables_of_labels
from chainrule.sheet.words.values_of_items import values_of_items

Progress = Callable[[int, int], None]
Change = Callable[[World], None]

# What is written short in a sheet, written out, each on what the one before it left.
REWRITTEN: tuple[Callable[[Sheet], Sheet], ...] = (
    with_told_products,
    with_names_behind,
    with_squares_named,
    with_cases_of_labels,
    with_places_in_brackets,
    with_shortened_losses,
    with_cotangents,
    with_gradients,
    with_nablas,
    with_differentials,
    with_directions,
    with_other_losses,
    with_time_arguments,
    with_whole_samples,
    with_biases_written_out,
)


def check_document(
    document: Document,
    context: Sequence[Document] = (),
    options: Options = DEFAULTS,
    progress: Progress | None = None,
) -> DocumentReport:
    """Check every statement of a document; `context` documents are read before it and only lend their definitions."""
    started = monotonic()
    clock = Clock(options.deadline)
    sheet, report = _checked(document, context, options, clock, progress)

    def again(text: str) -> DocumentReport:
        return _checked(document, (*context, from_text(text, document.path, "markdown")), options, clock)[1]

    return replace(with_told_formulas(report, sheet, again), seconds=monotonic() - started)


def _checked(
    document: Document, context: Sequence[Document], options: Options, clock: Clock, progress: Progress | None = None
) -> tuple[Sheet, DocumentReport]:
    """A document with its context as a sheet, and the report on it."""
    sheet = read_sheet(document, context, clock)
    own = [e for e in sheet.equations if e.own]
    findings, missing = _judged(sheet, own, options, clock, progress)
    unread = [e for e in sheet.unread if e.own]
    everything = sorted([*own, *unread], key=lambda e: (e.position, e.span.start))
    statements = tuple(
        _statement(n, e, _unread(e) if e.source == "unread" else findings.get(e.position) or _late())
        for n, e in enumerate(everything, start=1)
    )
    problems = tuple(Note(p.code, p.message) for d in (document, *context) for p in d.problems)
    if sheet.stopped is not None:
        line = document.position(sheet.stopped)[0]
        message = (
            f"the time was over when line {line} was read; what follows was not looked at; give more with --deadline"
        )
        problems += (Note("deadline", message),)
    return sheet, DocumentReport(document.path, statements, problems, (), missing, 0.0, document.text)


def read_sheet(document: Document, context: Sequence[Document], clock: Clock, by_index: bool = False) -> Sheet:
    """The equations of a document and its context, with the values its words and tables give and short forms written
    out; `by_index`: the marks of samples are indices."""
    gathered = gather(document, (*context, *stated(document)), clock.going, by_index)
    sheet = with_redeclared(with_one_typeface(gathered))
    sheet = with_told_values(
        sheet,
        [
            *tabled_values(sheet, document),
            *plain_values(sheet, document),
            *values_of_items(sheet),
            *tables_of_labels(sheet),
            *told_diagonals(sheet),
        ],
    )
    for rewritten in REWRITTEN:
        sheet = rewritten(sheet)
    return sheet


def stated(document: Document) -> tuple[Document, ...]:
    """What the front matter gives: `given = "..."` holds Markdown that is read like a context file."""
    given = document.front_matter.get("given")
    return (from_text(given, f"{document.path} (front matter)", "markdown"),) if isinstance(given, str) else ()


def with_told_values(sheet: Sheet, tabled: Sequence[Equation] = ()) -> Sheet:
    """The sheet with the values its words and tables give, each at the end of its sentence, and with what holds at the
    places of extremes before these are named, positions counted anew."""
    ordered = sorted(
        [*stationary(sheet), *supposed(sheet), *sheet.equations, *told_values(sheet), *tabled], key=lambda e: e.position
    )
    positions = [e.position for e in ordered]

    def moved(position: int) -> int:
        n = bisect_right(positions, position)
        while n < len(ordered) and ordered[n].source == "tried":
            n += 1  # words stand before what an author writes
        return 2 * n + 1

    sheet.equations = [replace(e, position=2 * n + 1) for n, e in enumerate(ordered)]
    after = {e.position: 2 * n + 1 for n, e in enumerate(ordered)}
    sheet.expressions = [(s, moved(p), n) for s, p, n in sheet.expressions]
    sheet.sentences = [replace(s, position=moved(s.position)) for s in sheet.sentences]
    sheet.unread = [replace(e, position=after.get(e.position - 1, 0) + 1) for e in sheet.unread]
    return sheet


def _judged(
    sheet: Sheet, own: list[Equation], options: Options, clock: Clock, progress: Progress | None
) -> tuple[dict[int, Finding], tuple[Missing, ...]]:
    """The findings by position, and what the lines want to be told."""
    findings: dict[int, Finding] = {}
    missing: list[Missing] = []
    done, budget = 0, Budget()
    try:
        for where in dict.fromkeys((e.scope.number, e.scope.part) for e in own):
            mine = [e for e in own if (e.scope.number, e.scope.part) == where]
            judge = judge_for(sheet, mine[0].scope, mine[-1].position, options, clock)
            judge.budget, judge.conditions.since = budget, mine[0].position
            read = {e.position: e for e in judge.equations}  # as its world reads them
            mine = [read.get(e.position, e) for e in mine]
            for e in mine:
                findings[e.position] = found = judge.judge(e)
                missing += missing_of(judge, e, found)
                done += 1
                if progress is not None:
                    progress(done, len(own))
            findings |= of_one_layout(judge, findings)
            findings |= contradicted(judge, mine, findings)
    except DeadlinePassed:
        pass  # what was not reached is reported as such by `_late`
    return findings, gathered(missing)


def judge_for(
    sheet: Sheet, scope: Scope, until: int, options: Options, clock: Clock, asked: Sequence[Equation] = ()
) -> Judge:
    """The world of a scope with its readings inferred, ready to judge; `asked` are the derivatives that are asked for
    rather than stated."""

    def changed(change: Change | None, loose: frozenset[int] = frozenset()) -> Judge:
        return _judge(sheet, scope, until, options, clock, change, asked, loose)

    usual = changed(None)
    numbers = None if asked else in_one_dimension(sheet)
    if numbers is not None:
        other = partial(_judge, numbers, scope, until, options, clock, None, asked, frozenset())
        judge = of_one_dimension(usual, other)
        if judge is not usual:
            return judge
    judge = of_loose_formulas(usual, lambda position: changed(None, frozenset({position})))
    if judge is not usual:
        return judge
    judge = of_one_entry(judge, lambda dim: changed(lambda world: strike(world, dim)))
    if judge.world.struck:
        return judge
    return of_other_sizes(judge, lambda base: changed(lambda world: opened(world, base)))


def _judge(
    sheet: Sheet,
    scope: Scope,
    until: int,
    options: Options,
    clock: Clock,
    change: Change | None,
    asked: Sequence[Equation],
    loose: frozenset[int],
) -> Judge:
    """A judge for a scope, its declarations changed, without some formulas."""
    equations = visible(sheet, scope, until)

    def read(otherwise: Otherwise) -> Judge:
        world = build(sheet, scope, until, otherwise)
        if change is not None:
            change(world)
        infer(world, Config(), [e for e in equations if e.position not in world.of_any_sample], clock.check)
        stack(world, Config(), equations)
        return Judge(world, equations, options, clock.check)

    otherwise = replace(DEFINING, loose=loose)
    judge = read(otherwise)
    for look in (partial(with_models, asked=asked), with_solutions):
        before, otherwise = otherwise, look(judge, otherwise, read)
        judge = judge if otherwise is before else read(otherwise)
    for looked_at in (with_second_formulas, with_supposed_formulas):
        world = looked_at(judge)
        judge = judge if world is judge.world else Judge(world, equations, options, clock.check)
    shaped_by_numbers(judge)
    return judge


def _late() -> Finding:
    message = "the time for this document was over before this line was reached; give more with --deadline"
    return Finding("unsupported", "deadline", message)


def _unread(e: Equation) -> Finding:
    node = next(n for n in walk(e.lhs) if isinstance(n, Unread))
    return Finding("unsupported", node.code, node.reason)


def _statement(n: int, e: Equation, found: Finding) -> Statement:
    start, end = e.lhs.span.join(e.rhs.span), e.rhs.span.end
    if not e.span.start <= e.lhs.span.start <= e.span.end:
        start = e.sign or e.rhs.span  # a formula that goes on with the chain before it begins at its relation sign
    if e.source not in ("formula", "condition"):
        start = e.span
        end = e.span.end
    line, column = e.document.position(start.start)
    end_line, end_column = e.document.position(max(end, start.start))
    lhs, rhs = e.text(e.lhs), e.text(e.rhs) if e.op else ""
    tex = f"{lhs} {e.op} {rhs}" if e.op else lhs
    return Statement(
        f"s{n}", line, column, end_line, end_column, tex, lhs, e.op or "=", rhs, found.kind, found.verdict, found.code,
        found.message, found.evidence, found.counterexample, found.suggestion, found.assumptions, found.notes,
    )  # fmt: skip
