"""The numbers of a sheet: every quantity from the data, then one update after the other.

The sheet is read as for checking; its quantities become terms with every derivative carried out, and the terms are
evaluated in double precision. A step evaluates them at the parameters it has; the rules give those of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from chainrule.check.comparison.exact import Open, all_known, rows_of, term_of
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import dims_of, free_symbols
from chainrule.check.comparison.sizes import sizes_for
from chainrule.check.engine import judge_for, read_sheet
from chainrule.check.judge import Judge
from chainrule.check.records.clock import Clock, DeadlinePassed
from chainrule.check.records.need import depends
from chainrule.check.records.options import DEFAULTS, Options
from chainrule.derive.sheets import BEHIND, question
from chainrule.expr import Component, Const, Dim, Expr, ExprError, Index, IndexValue, Model, Symbol, evaluate
from chainrule.expr.model import Array
from chainrule.read.document import Document
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import node_key, reference
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.trace.each_step import at_each_step, step_letter
from chainrule.trace.earlier import is_earlier
from chainrule.trace.labels import with_labels_put_in
from chainrule.trace.lost import why_lost
from chainrule.trace.naming import bases_of, losses_of, named, pieces_of
from chainrule.trace.quantities import Asked, asked, source_of
from chainrule.trace.record import Quantity, Step, Trace, Trouble, Version
from chainrule.trace.rules import CLOCK, Rule, Updates
from chainrule.trace.summed import with_sums
from chainrule.trace.tuples import with_tuples_apart
from chainrule.trace.updates import of_scope, with_updates

MOST_STEPS = 100_000
SUMMED = "it has an entry for each sample, and the rules differentiate its sum"


class TraceError(ValueError):
    """The sheet cannot be traced at all; says why and what to write."""


@dataclass
class Computed:
    """A quantity as a term over its axes, with its name."""

    asked: Asked
    term: Expr
    axes: list[Index]
    pieces: tuple[str | Version, ...]

    @property
    def kind(self) -> str:
        """What the quantity is."""
        return self.asked.kind

    @property
    def name(self) -> str:
        """The name without the version."""
        name = "".join(p if isinstance(p, str) else "" for p in self.pieces)
        return self.asked.name if self.kind == "new" else name


STUCK = "its next value cannot be computed"


@dataclass
class Moving:
    """A parameter: where its numbers are kept, and the term of its next value."""

    name: str
    rule: Rule
    place: Component
    order: list[Index]
    term: Expr
    axes: list[Index]


@dataclass
class Program:
    """What is evaluated at every step of one exercise."""

    exercise: str
    variant: Variant
    updates: Updates
    sizes: dict[Dim, int]
    computed: list[Computed] = field(default_factory=list)
    moving: list[Moving] = field(default_factory=list)
    values: dict[Symbol, Array] = field(default_factory=dict)
    clock: Symbol | None = None
    lost: str = ""
    """The first quantity that was no number any more, and why."""
    stuck: set[Symbol] = field(default_factory=set)
    """What changes by a rule that cannot be computed, and all that depends on it: it has no numbers after a step."""


def trace_document(
    document: Document, context: Sequence[Document] = (), steps: int = 1, options: Options = DEFAULTS
) -> Trace:
    """The numbers of a sheet at the start and after each of so many updates. Raises `TraceError`."""
    if not 0 <= steps <= MOST_STEPS:
        raise TraceError(f"--steps is a whole number from 0 to {MOST_STEPS}, found {steps}")
    try:
        return _traced(document, context, steps, options)
    except DeadlinePassed:
        raise TraceError(
            f"{document.path}: the time of {options.deadline:g} seconds ran out; give more of it"
        ) from None


def _traced(document: Document, context: Sequence[Document], steps: int, options: Options) -> Trace:
    clock = Clock(options.deadline)
    sheet = read_sheet(document, context, clock)
    found = Trace(document.path)
    numbers = list(dict.fromkeys(e.scope.number for e in sheet.equations if e.own))
    for number in numbers:
        scope = next(e.scope for e in reversed(sheet.equations) if e.own and e.scope.number == number)
        picked, said = with_labels_put_in(with_tuples_apart(of_scope(sheet, scope)))
        seen, updates = with_updates(picked)
        found.notes += [n for n in (*said, *updates.notes) if n not in found.notes]
        _trace_exercise(found, seen, updates, number, len(numbers) > 1, steps, options, clock)
    if not found.steps:
        raise TraceError(_nothing(found))
    return found


def _nothing(found: Trace) -> str:
    why = "; ".join(f"line {t.line}: {t.name}: {t.message}" for t in found.troubles[:3])
    return (
        f"{found.path}: no quantity of this sheet has a number"
        + (f" ({why})" if why else "")
        + ("; give the data as equations, such as $x = \\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}$, or with --context")
    )


def _trace_exercise(
    found: Trace, sheet: Sheet, updates: Updates, number: str, several: bool, steps: int, options: Options, clock: Clock
) -> None:
    own = [e for e in sheet.equations if e.own and e.scope.number == number]
    program, troubles = program_of(sheet, updates, (own[-1].scope, own[-1].position), options, clock)
    program.exercise = number if several else ""
    mine = [c for c in program.computed if c.asked.source.own and c.asked.source.scope.number == number]
    if not mine:
        found.troubles += [] if several else troubles
        return
    _describe(found, program)
    found.notes += [n for n in program.updates.notes if n not in found.notes]
    found.troubles += [replace(t, exercise=program.exercise) for t in troubles]
    if not program.moving and steps and any(c.kind == "value" for c in mine):
        found.notes.append(_no_rule(program))
    for k in range((steps if program.moving else 0) + 1):
        clock.check()
        found.steps.append(step_of(program, k, k == steps))
    found.notes += [program.lost] if program.lost else []


def _no_rule(program: Program) -> str:
    where = f"exercise {program.exercise}: " if program.exercise else ""
    if program.stuck:
        return f"{where}no update can be computed, so there is one step"
    rule = r"w' = w - \eta \frac{\partial L}{\partial w}"
    return f"{where}there is no update rule, so there is one step; write one, such as {rule}"


# -------------------------------------------------------------------------------------------------- the program


def program_of(
    sheet: Sheet,
    updates: Updates,
    where: tuple[Scope, int],
    options: Options,
    clock: Clock,
    extra: Sequence[Asked] = (),
    more: Sequence[Equation] = (),
) -> tuple[Program, list[Trouble]]:
    """What can be computed in a scope up to a position, and what cannot; `extra` quantities are asked for beside those
    of the sheet, and `more` lines are read with them."""
    judge = judge_for(sheet, *where, options, clock, [q.line for q in extra])
    questions, troubles = _questions(sheet, judge, updates)
    questions += extra
    everything = [*judge.equations, *(q.line for q in questions), *_rule_lines(updates), *more]
    variant = Lines(judge.world, everything, options, clock.check).variant()
    variant.settled.recovered = judge.variant().settled.recovered
    _entries(variant, judge.equations)
    if (arrays := _loss_arrays(variant, judge.equations, updates)) and not updates.summed:
        told = replace(updates, summed=True, notes=[*updates.notes, *(f"{n}: {SUMMED}" for n in arrays.values())])
        kinds = {base: variant.typed[e.position][1].kind for base, e in _losses(variant, judge.equations)}
        return program_of(*with_sums(sheet, told, kinds), where, options, clock, extra, more)
    program = Program("", variant, updates, {})
    for q in questions:
        try:
            term, axes = _term(variant, q.line)
            if q.kind != "parameter" and Lines.has_vanishing(q.source, variant):
                raise Untyped(depends(judge.world, q.source, q.source.rhs))
            program.computed.append(Computed(q, term, axes, pieces_of(q, updates, judge.world)))
        except (Untyped, Open, ExprError, RecursionError, ValueError) as error:
            if q.tried:
                continue
            at = q.source.document.position(q.source.span.start)[0]
            troubles.append(Trouble(q.name, at, _why(error), order=q.order))
    shown = {c.asked.order for c in program.computed if c.asked.tried}
    troubles = [t for t in troubles if t.order not in shown]
    _settle(program, troubles)
    return program, troubles


def _questions(sheet: Sheet, judge: Judge, updates: Updates) -> tuple[list[Asked], list[Trouble]]:
    """The quantities of a sheet, those with a letter for a step at each step, and those whose steps nobody tells."""
    written = list(asked(sheet, judge.equations, updates))
    known = {key for q in written for key in (node_key(q.node), q.name)}
    found, troubles, made = list[Asked](), list[Trouble](), 0
    for q in written:
        letter = step_letter(q, judge.world, updates)
        each = [] if letter is None else list(at_each_step(q, letter, judge.world, judge.equations, made))
        made += len(each)
        if letter is not None and (not each or each[0].tried):
            at = q.source.document.position(q.source.span.start)[0]
            why = f"nothing says which {letter} is meant; write for example: for ${letter} = 1, 2, 3$"
            troubles.append(Trouble(q.name, at, why, order=q.order))
        new = [q] if letter is None else [x for x in each if known.isdisjoint((node_key(x.node), x.name))]
        known |= {node_key(x.node) for x in new}
        found += new
    return found, troubles


def _losses(variant: Variant, equations: list[Equation]) -> list[tuple[str, Equation]]:
    """The losses that are arrays, with the equations that define them."""
    glossary = variant.universe.world.glossary
    named = [(ref.base, e) for e in equations if (ref := reference(e.lhs, glossary)) is not None and ref.bare]
    known = [(base, e) for base, e in named if names_loss(base) and e.position in variant.typed and not e.link]
    return [(base, e) for base, e in known if variant.typed[e.position][1].kind in ("column", "row", "matrix")]


def _loss_arrays(variant: Variant, equations: list[Equation], updates: Updates) -> dict[str, str]:
    """Their names in TeX, where a rule has no meaning because of them."""
    if not any(line.position in variant.failed for line in _rule_lines(updates)):
        return {}
    return {base: source_of(e, e.lhs) for base, e in _losses(variant, equations)}


def _entries(variant: Variant, equations: list[Equation]) -> None:
    """Vectors whose entries are given one by one: `w_1 = 1`, `w_2 = 0.5` where w is (w_1, w_2)."""
    found: dict[Symbol, dict[int, Fraction]] = {}
    for e in equations:
        number = literal_number(e.rhs) if e.position in variant.typed else None
        if number is None:
            continue
        try:
            term, axes = term_of(variant, variant.typed[e.position][1])
        except (Untyped, ExprError):
            continue
        if isinstance(term, Component) and len(term.indices) == 1 and isinstance(term.indices[0], Const) and not axes:
            found.setdefault(term.symbol, {})[int(term.indices[0].value)] = number
    for symbol, entries in found.items():
        dims = variant.universe.dims
        size = dims.sizes.get(dims.find(symbol.axes[0].name), symbol.axes[0].fixed or len(entries))
        if rows_of(variant.settled, symbol) is None and sorted(entries) == list(range(1, size + 1)):
            variant.settled.data[symbol] = tuple((entries[n],) for n in sorted(entries))


def _rule_lines(updates: Updates) -> list[Equation]:
    lines = [question(r.equation, r.equation.rhs, BEHIND * 2 + n) for n, r in enumerate(updates.rules)]
    return [replace(line, lhs=r.name) for line, r in zip(lines, updates.rules, strict=True)]


def _why(error: Exception) -> str:
    return error.why.message if isinstance(error, Open) else str(error)


def _term(variant: Variant, line: Equation, side: int = 2) -> tuple[Expr, list[Index]]:
    """The term of a side (1 left, 2 right) over the letters that the line leaves open and its axes; raises when it has
    no number."""
    if line.position in variant.failed:
        raise variant.failed[line.position]
    frame, left, right = variant.typed[line.position]
    term, axes = term_of(variant, left if side == 1 else right)
    order = {letter: n for n, letter in enumerate(frame.free)}
    letters = sorted((i for i in term.axes if i not in axes), key=lambda i: order.get(i.name, len(order)))
    if Lines.has_vanishing(line, variant):
        raise Untyped(depends(variant.universe.world, line, line.rhs))
    symbols = free_symbols([term], variant.universe.definitions)
    all_known(variant, term, [*letters, *axes], {s for s in symbols if not _ticks(variant, s)})
    return term, [*letters, *axes]


def _ticks(variant: Variant, symbol: Symbol) -> bool:
    instance = variant.universe.instances.get(symbol)
    return instance is not None and instance.base == CLOCK


def _settle(program: Program, troubles: list[Trouble]) -> None:
    """Sizes, the numbers to begin with, and the parameters with their rules."""
    variant, definitions = program.variant, program.variant.universe.definitions
    terms: list[Expr] = [c.term for c in program.computed]
    axes = {i.dim for c in program.computed for i in c.axes}
    rules = []
    for rule, line in zip(program.updates.rules, _rule_lines(program.updates), strict=True):
        name = source_of(rule.equation, rule.name)
        try:
            place, now = _term(variant, line, 1)
            term, following = _term(variant, line, 2)
            if Lines.has_vanishing(rule.equation, variant):
                raise Untyped(depends(variant.universe.world, rule.equation, rule.equation.rhs))
            if not isinstance(place, Component) or len(now) != len(following):
                raise Untyped("what is on its left is no parameter of the same shape")
        except (Untyped, Open, ExprError, RecursionError, ValueError) as error:
            at = rule.equation.document.position(rule.equation.span.start)[0]
            troubles.append(Trouble(name, at, f"{STUCK}: {_why(error)}", order=line.position))
            program.stuck |= _moved_by(variant, rule)
            continue
        rules.append(Moving(name, rule, place, now, term, following))
    program.moving = rules = _free(program, rules, troubles)
    for m in rules:
        terms += [m.place, m.term]
        axes |= {i.dim for i in (*m.order, *m.axes)}
    dims = dims_of(terms, definitions) | axes
    program.sizes = sizes_for(variant.universe, dims, 0)
    symbols = {s for t in terms for s in t.symbols} | free_symbols(terms, definitions)
    symbols |= {s for m in rules for s in [m.place.symbol]}
    for symbol in symbols:
        rows = rows_of(variant.settled, symbol)
        if rows is not None:
            numbers = np.array([float(x) for row in rows for x in row])
            shape = [program.sizes.get(d, d.fixed or 1) for d in symbol.axes]
            program.values[symbol] = numbers.reshape([1, *shape])
        if _ticks(variant, symbol):
            program.clock = symbol
    if any(t for t in terms if program.clock is None):
        program.clock = next((s for s in variant.universe.instances if _ticks(variant, s)), None)
    for moving in rules:
        symbol = moving.place.symbol
        if symbol not in program.values:
            whole = definitions[symbol]
            model = Model(program.sizes, dict(program.values), definitions)
            program.values[symbol] = evaluate(whole.body, whole.indices, model)


def _moved_by(variant: Variant, rule: Rule) -> set[Symbol]:
    """What a rule changes, with all that depends on it."""
    universe = variant.universe
    ref = reference(rule.name, universe.world.glossary)
    moved = {s for s, i in universe.instances.items() if ref is not None and i.base == ref.base and not i.primes}
    return moved.union(*(universe.definitions.dependants(s) for s in moved))


def _free(program: Program, rules: list[Moving], troubles: list[Trouble]) -> list[Moving]:
    """The rules that need nothing that is stuck."""
    while caught := [m for m in rules if m.term.symbols & program.stuck]:
        for m in caught:
            at = m.rule.equation.document.position(m.rule.equation.span.start)[0]
            why = f"{STUCK}: it needs one that cannot"
            troubles.append(Trouble(m.name, at, why, order=m.rule.equation.position))
            program.stuck |= _moved_by(program.variant, m.rule)
        rules = [m for m in rules if m not in caught]
    return rules


# -------------------------------------------------------------------------------------------------- the steps


def step_of(program: Program, k: int, last: bool) -> Step:
    """The numbers of one step; the parameters then move on."""
    if program.clock is not None:
        program.values[program.clock] = np.array([float(program.updates.clock + k)])
    model = Model(program.sizes, dict(program.values), program.variant.universe.definitions)
    step = Step(k, exercise=program.exercise)
    for c in program.computed:
        if c.kind == "data" or (c.kind == "new" and last) or (k and c.term.symbols & program.stuck):
            continue
        step.values[c.name] = shaped(evaluate(c.term, c.axes, model)[0], program, c)
        program.lost = program.lost or _lost(c, program, model, k)
    following = [evaluate(m.term, m.axes, model) for m in program.moving] if not last else []
    for m, numbers in zip(program.moving, following, strict=False):
        program.values[m.place.symbol] = _put(program.values[m.place.symbol], m, numbers)
    return step


def _lost(c: Computed, program: Program, model: Model, k: int) -> str:
    why = why_lost(c.term, model, program.variant)
    name = "".join(p if isinstance(p, str) else p.at(k) for p in c.pieces)
    when = "before the first update" if k == 0 else f"after {k} update{'s' * (k > 1)}"
    return f"${name}$ is no number {when}: {why}" if why else ""


def _put(old: Array, m: Moving, numbers: Array) -> Array:
    """The numbers of a parameter with new ones at the place that the rule is about."""
    new = np.array(old, dtype=float)
    at: list[slice | int] = [slice(None)]
    axes = []
    for index in m.place.indices:
        if isinstance(index, IndexValue):
            axes.append(m.order.index(index.index))
            at.append(slice(None))
        elif isinstance(index, Const):
            at.append(int(index.value) - m.place.symbol.axes[len(at) - 1].low)
        else:
            raise TraceError(f"{m.name}: an entry at an index that is computed cannot be updated")
    new[tuple(at)] = numbers.transpose([0, *(1 + a for a in axes)])
    return new


def shaped(numbers: Array, program: Program, c: Computed) -> Array:
    """Numbers as they are printed: a column is a matrix with one column, a row one with one row."""
    val: Val = program.variant.typed[c.asked.line.position][2]
    if numbers.ndim == 1 and len(val.dims) == 1:
        return numbers.reshape(1, -1) if val.kind == "row" else numbers.reshape(-1, 1)
    return numbers


def _describe(found: Trace, program: Program) -> None:
    """The quantities of an exercise, and the numbers that stay the same."""
    updates, world = program.updates, program.variant.universe.world
    model = Model(program.sizes, dict(program.values), program.variant.universe.definitions)
    losses = losses_of([c.asked.node for c in program.computed], world)
    for c in program.computed:
        line = c.asked.source.document.position(c.asked.source.span.start)[0]
        loss = c.kind == "value" and bases_of(c.asked.node, world) <= losses
        kind = "direction" if c.kind == "value" and not loss and _moves(c, program) else c.kind
        found.quantities.append(Quantity(c.name, kind, line, c.pieces, program.exercise, loss, c.asked.order))
        if c.kind == "data":
            found.given[c.name] = shaped(evaluate(c.term, c.axes, model)[0], program, c)
    for rule in (r for r in updates.rules if not is_earlier(r.name)):
        e = rule.equation
        found.rules.append(e.document.source(e.span).strip() if e.spelled is None else " = ".join(e.spelled))


def _moves(c: Computed, program: Program) -> bool:
    """Whether a quantity stands in an update rule and has the shape of what is updated: the step itself."""
    world = program.variant.universe.world
    bases = bases_of(c.asked.node, world)
    for moving in program.moving:
        used = {ref.base for _, ref in named(moving.rule.equation.rhs, world)}
        shape = {i.dim for i in moving.axes}
        if bases <= used and {i.dim for i in c.axes} == shape and shape:
            return True
    return False
