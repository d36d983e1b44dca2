"""The verdicts on conditions and on what is said under them.

A condition is a definition: it says where what follows holds. A line after it that is no identity is verified when it
follows, and refuted when it contradicts or when a slip is all that keeps it from following; where none of these is
certain, it is a condition of its own or `assumed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.check.comparison.compare import Different, Outcome, Same, Unclear
from chainrule.check.comparison.forms import idle_letters
from chainrule.check.comparison.lines import Lines
from chainrule.check.conditions.held import Another, Contradicts, Follows, Judged, Open
from chainrule.check.conditions.imposed import Conditions
from chainrule.check.conditions.slips import slip
from chainrule.check.conditions.zero_parameters import parameter_made_zero
from chainrule.check.diagnosis.diagnose import Repair
from chainrule.check.doubts.corroborate import grounded_under
from chainrule.check.doubts.doubts import numbers_put_in
from chainrule.check.doubts.unknowns import unknown_functions
from chainrule.check.records.budget import Budget
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need, differentiated, differentiated_by
from chainrule.check.records.report import Evidence, Note
from chainrule.read.tree import Big
from chainrule.sheet.conditions.imposed import SUPPOSED, differentiates
from chainrule.sheet.definitions.put_in import paired, shown_ref
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Imposed
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.words.wording import ANOTHER_ESTIMATE, CONCLUDED, OWN_CASE


def imposed(
    conditions: Conditions, budget: Budget, e: Equation, condition: Imposed, outcome: Outcome
) -> Finding | None:
    """The verdict on a line that sets something to zero; None when it is to be judged like any other."""
    if isinstance(outcome, Same) or (isinstance(outcome, Different) and _never(outcome)):
        return None
    if isinstance(outcome, Unclear) and outcome.code not in ("no-valid-points", "undecided", "undefined-symbol"):
        conditions.hold(condition)
        return None
    if not differentiates(e.lhs) and not differentiates(e.rhs):
        concerned = conditions.concern(e)
        judged = conditions.judge(e) if concerned else conditions.restated(e)
        doubtful = isinstance(judged, Contradicts) and bool(conditions.supposed(judged))
        judged = Open(None) if doubtful else judged
        certain = isinstance(outcome, Different)
        found = _finding(conditions, budget, e, judged, certain)
        if found is None and certain:
            found = _slipped(conditions, budget, e, solved=True)
        conditions.forget(judged)
        if found is not None:
            return found
        if concerned and not isinstance(judged, Open):
            return assumed("condition", "set to zero; whether the conditions before it make it so is not decided")
    side, other = (e.rhs, e.lhs) if e.text(e.lhs) == "0" else (e.lhs, e.rhs)
    given = parameter_made_zero(conditions.lines, e, side) if is_zero(other) else None
    if given is not None:
        text = f"this makes {given.text(given.lhs)} zero, which is given as {given.text(given.rhs)} before"
        return Finding("unsupported", "condition", text)
    conditions.hold(condition)
    value = "zero" if is_zero(other) else e.text(other)
    return Finding(
        "definition", "condition", f"{e.text(side)} is set to {value}: what follows holds there", "definition"
    )


def over(lines: Lines, conditions: Conditions) -> Conditions:
    """The same conditions, in force over lines in which other names are defined."""
    other = Conditions(lines, since=conditions.since, unread=[*conditions.unread], confirmed=set(conditions.confirmed))
    other.waiting = [*(h.imposed for h in conditions.held), *conditions.to_come()]
    return other


def take_up(conditions: Conditions, other: Conditions) -> None:
    """Put in force what was imposed over other lines."""
    mine = {h.equation.position for h in conditions.held}
    for imposed in (h.imposed for h in other.held if h.equation.position not in mine):
        conditions.hold(imposed)


def _never(outcome: Different) -> bool:
    """Whether nothing is left that the sides could be equal for."""
    return not outcome.left_symbols and not outcome.right_symbols


def under(conditions: Conditions, budget: Budget, e: Equation, outcome: Outcome) -> Finding | None:
    """The verdict on a line under the conditions before it; None when they do not concern it."""
    solves = e.position in conditions.lines.world.solutions
    if not isinstance(outcome, Different) and not (isinstance(outcome, Unclear) and outcome.code == "no-valid-points"):
        return _solution(conditions, e) if solves and isinstance(outcome, Unclear) else None
    constraint = isinstance(outcome, Different) and conditions.constrains(e) and not _never(outcome)
    concerned = conditions.concern(e)
    judged = conditions.judge(e)
    if isinstance(judged, Open) and judged.another is not None:
        return _one_of_several(conditions, judged.another)
    if constraint and not concerned and isinstance(judged, Follows):
        conditions.move(judged, e.scope.section)
    untold = isinstance(outcome, Different) and (
        _of_samples(conditions, e)
        or _untold(conditions, e, outcome)
        or _of_numbers(conditions, e, outcome)
        or _of_its_solution(conditions, e)
        or _of_another_unknown(conditions, e)
    )
    doubtful = isinstance(judged, Contradicts) and bool(conditions.supposed(judged))
    untold = untold or of_its_own(e)
    if isinstance(judged, Contradicts) and (untold or doubtful or _of_unknown(conditions, judged)):
        judged = Open(None)
    if isinstance(judged, Contradicts) and is_literal(e.rhs) and (data := _unprinted(conditions, judged)):
        shown = ", ".join(sorted(data))
        return assumed("undefined-symbol", f"a number that solves the condition for some {shown}, not given here")
    found = _finding(conditions, budget, e, judged, certain=isinstance(outcome, Different))
    if found is not None:
        return found
    if doubtful and not untold and (found := _slipped(conditions, budget, e)) is not None:
        return found
    if solves and not concerned:
        return _solution(conditions, e, supposed="perhaps" if doubtful else "")
    if constraint and not (isinstance(judged, Open) and judged.determined):
        conditions.hold(Imposed(e.position, e, None, frozenset(), e.scope.section))
        message = f"{e.text(e.lhs)} is set to {e.text(e.rhs)}: what follows holds there"
        return Finding("definition", "condition", message, "definition")
    if concerned and (names := numbers_for(conditions.lines.world, e)):
        conditions.hold(Imposed(e.position, e, None, frozenset(), e.scope.section))
        shown = ", ".join(map(shown_ref, names))
        needs = tuple(Need("number", Instance(r.base)) for r in names)
        return assumed("undefined-symbol", f"the numbers put in for {shown} are not given in the document", needs=needs)
    if isinstance(outcome, Different) and not untold and (found := _slipped(conditions, budget, e)) is not None:
        return found
    if concerned:
        return assumed("condition", "not true in general; whether the conditions before it make it so is not decided")
    return None


def _of_samples(conditions: Conditions, e: Equation) -> bool:
    r"""Whether a line shares names with a condition that sums over a letter which stands nowhere, `\sum_i y - m = 0`:
    these may be names of one sample there."""
    world = conditions.lines.world
    idle = [h.equation for h in conditions.held if idle_letters(h.equation)]
    names = {n for o in idle for side in (o.lhs, o.rhs) for n in names_in(world, side)}
    return bool(names & set().union(names_in(world, e.lhs), names_in(world, e.rhs)))


def of_its_own(e: Equation) -> bool:
    """Whether the sentence before a line says that it holds in a case of its own, or gives another estimate."""
    words = e.cue.rsplit(". ", 1)[-1]
    return ANOTHER_ESTIMATE.search(words) is not None or OWN_CASE.search(words) is not None


def _one_of_several(conditions: Conditions, found: Another) -> Finding:
    """The verdict on a line that gives one of several solutions."""
    if not found.points:
        return assumed("condition", "the conditions before it have several solutions; this line may give one of them")
    evidence = Evidence("sampled", found.points, {}, conditions.lines.options.seed)
    note = Note("condition", "the conditions before it have other solutions too")
    return Finding("verified", "sampled", "solves the conditions before it", evidence=evidence, notes=(note,))


def _untold(conditions: Conditions, e: Equation, different: Different) -> bool:
    """Whether a line speaks of a function that nobody defines, and may be what says which one it is."""
    return unknown_functions(conditions.lines, e, conditions.variant, different) is not None


def _of_unknown(conditions: Conditions, judged: Contradicts) -> bool:
    """Whether a condition is one on a quantity that nobody defines, `\\nabla_w L = 0` for some L."""
    universe, unknown = conditions.variant.universe, conditions.variant.settled.unknown
    bases = {universe.instances[s].base for s in unknown if s in universe.instances}
    return any(names_in(universe.world, side) & bases for o in judged.origins for side in (o.lhs, o.rhs))


def _unprinted(conditions: Conditions, judged: Contradicts) -> set[str]:
    """The data that conditions rest on and that have no numbers: `\\mu_1 = 1.5` may be true of some."""
    held = [h for h in conditions.held if h.equation in judged.origins]
    unknown = set().union(*(h.unknowns for h in held))
    if not unknown:
        return set()
    instances = conditions.variant.universe.instances
    free = {s for h in held for s in conditions.data(h)}
    return {instances[s].shown for s in free if s in instances and instances[s].base not in unknown}


def _of_numbers(conditions: Conditions, e: Equation, different: Different) -> bool:
    """Whether numbers from nowhere stand for what the formula of a name rests on, other than what conditions give."""
    ref, instances = reference(e.lhs, conditions.lines.world.glossary), conditions.variant.universe.instances
    if ref is None or not conditions.lines.world.defined(ref.base):
        return False
    solved = {base for h in conditions.held for base in h.unknowns}
    behind = {instances[s].base for s in different.left_symbols if s in instances}
    return bool(behind - solved) and numbers_put_in(conditions.lines, e, conditions.variant, different) is not None


def _of_another_unknown(conditions: Conditions, e: Equation) -> bool:
    r"""`Similarly, \Sigma_k = ...` behind a slope by \mu_k: what gives an array that the conditions are not solved for
    is the solution of one that nobody writes."""
    world = conditions.lines.world
    ref = reference(e.lhs, world.glossary)
    unknowns = {base for h in conditions.held for base in h.unknowns}
    if e.link or ref is None or ref.postfix or not unknowns or ref.base in unknowns or world.defined(ref.base):
        return False
    reading = world.readings.get(ref.base)
    return reading is not None and reading.axes - len(ref.subs) > 0 and not world.family(ref.base).by


def _of_its_solution(conditions: Conditions, e: Equation) -> bool:
    r"""`w_{MAP} = \frac{b}{a}` where the slope by w of what was called `w_{MAP}` was set to zero: true of w."""
    world = conditions.lines.world
    ref = reference(e.lhs, world.glossary)
    chains = {h.equation.chain for h in conditions.held}
    slopes = [side for x in conditions.lines.equations if x.chain in chains for side in (x.lhs, x.rhs)]
    of_it = (s for s in slopes if ref is not None and ref.base in differentiated(world, s))
    variables = (v for s in of_it for v in differentiated_by(s))
    return any(conditions.follows(replace(e, lhs=v)) for v in variables)


def numbers_for(world: World, e: Equation) -> list[Ref]:
    """The names without a definition that numbers stand for in `a_1 (1) + 0 (-1)` after `a_1 y_1 + a_2 y_2`; none where
    the two are built differently otherwise."""
    names = [reference(node, world.glossary) for node, _ in paired(e.lhs, e.rhs) or ()]
    plain = [r for r in names if r is not None and not r.postfix and not r.primes and not world.defined(r.base)]
    return plain if len(plain) == len(names) else []


def _solution(conditions: Conditions, e: Equation, supposed: str = "") -> Finding:
    """A solution that could not be checked against its condition: from here on it is what the line says."""
    conditions.hold(Imposed(e.position, e, None, frozenset(), e.scope.section, supposed=supposed))
    note = Note("condition", "not checked against the condition it is to solve")
    return Finding("definition", "definition", f"gives {e.text(e.lhs)} its meaning", "definition", notes=(note,))


def _finding(
    conditions: Conditions, budget: Budget, e: Equation, judged: Judged | None, certain: bool
) -> Finding | None:
    """The verdict on a line that follows from conditions, or contradicts them."""
    if isinstance(judged, Follows):
        return following(conditions, e, judged)
    if not isinstance(judged, Contradicts) or not certain:
        return None
    repair = slip(conditions, budget, e)
    world = conditions.lines.world
    strange = _counts(world, [e]) - _counts(world, judged.origins)  # how many there are, where no condition says it
    stands = repair is not None or (
        not strange and grounded_under(conditions.lines, e, conditions.variant, judged.origins, conditions.confirmed)
    )
    return _contradicting(conditions, judged, repair) if stands else None


def _counts(world: World, equations: Iterable[Equation]) -> set[str]:
    r"""The sizes that some lines speak of, by themselves or as the end of a sum, also in the definitions behind them:
    the N of `\lambda = N`, and not that of `N_k`."""
    names = {n for x in equations for side in (x.lhs, x.rhs) for n in names_in(world, side)}
    bodies = [s.body for table in (world.sites, world.functions) for n in names for s in table.get(n, ())]
    sides = [side for x in equations for side in (x.lhs, x.rhs)]
    refs = {r.base for side in (*sides, *bodies) for r in references(side, world) if r.bare}
    ends = (n.sup for side in (*sides, *bodies) for n in walk(side) if isinstance(n, Big) and n.sup is not None)
    return (refs | {r.base for n in ends if (r := reference(n, world.glossary)) is not None}) & world.size_names


def _slipped(conditions: Conditions, budget: Budget, e: Equation, solved: bool = False) -> Finding | None:
    """The verdict on a line that a slip alone keeps from following; `solved`: from conditions that are to be solved for
    their own unknowns, so that another one for these is a claim, as is what words conclude."""
    there = conditions.against(e)
    if there is None or (solved and not CONCLUDED.search(e.cue) and not _of_slopes(conditions, there)):
        return None
    repair = slip(conditions, budget, e)
    return None if repair is None else _contradicting(conditions, there, repair)


def _of_slopes(conditions: Conditions, there: Contradicts) -> bool:
    """Whether conditions are to be solved for their own unknowns, apart from lines that give a name its meaning."""
    held = [h for h in conditions.held if h.equation in there.origins]
    return all(h.unknowns or h.equation.position in conditions.lines.world.solutions for h in held)


def _contradicting(conditions: Conditions, there: Contradicts, repair: Repair | None) -> Finding:
    shown = there.counterexample
    numbers = f"the left side is {shown.lhs:.6g}, the right side is {shown.rhs:.6g}"
    place = f" in {shown.where}" if shown.where else ""
    return Finding(
        "refuted",
        "unequal" if repair is None else repair.code,
        f"the sides differ where the condition on {_where(there)} holds: {numbers}{place}",
        evidence=Evidence("sampled", 1, there.sizes, conditions.lines.options.seed, "128 bits"),
        counterexample=shown,
        suggestion=None if repair is None else repair.suggestion,
    )


def following(conditions: Conditions, e: Equation, judged: Follows) -> Finding:
    """A line that holds wherever the conditions do, which bears out how its names are read; as far as
    what stands beside a slope is that slope."""
    doubtful = conditions.only_by_another_slope(e, judged)
    if doubtful is not None:
        line = doubtful.line
        return assumed("condition", f"follows from what line {line} sets to zero, which was only assumed")
    conditions.confirm(e, judged)
    evidence = Evidence("sampled", judged.points, judged.sizes, conditions.lines.options.seed)
    note = Note("condition", f"follows from the condition on {_where(judged)}")
    return Finding(
        "verified", "sampled", "both sides agree wherever the condition holds", evidence=evidence, notes=(note,)
    )


def _where(found: Follows | Contradicts) -> str:
    spans = ((o, o.lhs.span if o.source in SUPPOSED else o.span) for o in found.origins)
    lines = sorted({str(o.document.position(span.start)[0]) for o, span in spans}, key=int)
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(lines)}"
