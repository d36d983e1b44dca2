"""From an equation to its verdict.

A line is a declaration, a definition, a printed number, or a claim. A claim is verified when both sides are equal under
the definitions of its scope, refuted when certified numbers show that they are not, and anything else is `assumed` (it
rests on something the document never says) or `unsupported` (it could not be read, typed or decided). The readings a
line leaves open by custom (how far ∂/∂x reaches, row or column gradients, a loss summed over the data) are tried in a
fixed order, and a line that holds only under another one than its document's says so in a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from chainrule.check.comparison.compare import Different, Outcome, Same, error_code
from chainrule.check.comparison.digits import Printed, printed_table
from chainrule.check.comparison.forms import mended, mended_in_a_sum
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.ratios import is_simple
from chainrule.check.conditions import given
from chainrule.check.conditions.branches import in_a_branch
from chainrule.check.conditions.each_number import fails_for_another
from chainrule.check.conditions.extremes import of_extremes
from chainrule.check.conditions.imposed import Conditions
from chainrule.check.conditions.m_step import in_m_step
from chainrule.check.diagnosis.diagnose import Repair, suggest
from chainrule.check.diagnosis.edits.table import MISSPELT, PLAIN_SLIPS, PRODUCT_SIGN, SIGNS, SLIPS, Rule
from chainrule.check.diagnosis.uneven_dots import of_uneven_dots
from chainrule.check.distributions_as_targets import repaired_for_distributions
from chainrule.check.doubts.anew import defined_elsewhere, with_names_anew
from chainrule.check.doubts.corroborate import corroborated
from chainrule.check.doubts.customs import customs, one_step_note
from chainrule.check.doubts.doubts import doubt
from chainrule.check.doubts.picked import as_told
from chainrule.check.doubts.unlike_letters import unlike_letters
from chainrule.check.doubts.unsaid import apart_from_labels
from chainrule.check.misfits import fitting_by_custom, misfitting, misfitting_solution
from chainrule.check.names_of_targets import of_another_loss, renamed
from chainrule.check.no_claims import NO_CLAIMS, named
from chainrule.check.numbers.another_case import supposed
from chainrule.check.numbers.approximate import approximated
from chainrule.check.numbers.beyond import AT_NUMBERS, only_there
from chainrule.check.numbers.from_zero import counted_from_zero
from chainrule.check.numbers.inputs import is_decimal
from chainrule.check.numbers.numbers import behind_rounded, numeric, put_in, unconfirmed
from chainrule.check.numbers.steps import by_the_rule
from chainrule.check.numbers.zero_slopes import of_a_value
from chainrule.check.past_unread import UNREAD, past_unread
from chainrule.check.readings.ambiguous import read_otherwise
from chainrule.check.readings.any_number import of_any_number
from chainrule.check.readings.as_in_matrix_algebra import in_matrix_algebra
from chainrule.check.readings.asserted_slopes import by_what_is_asserted
from chainrule.check.readings.by_itself import by_itself
from chainrule.check.readings.flipped import flips
from chainrule.check.readings.limits_of_sums import of_whole_axes
from chainrule.check.readings.lone_rows import of_a_lone_row
from chainrule.check.readings.otherwise_declared import otherwise_declared
from chainrule.check.readings.printed_lying import of_what_lies
from chainrule.check.readings.redefinitions import without
from chainrule.check.readings.said_beside import in_its_case, under_a_proviso, where_symmetric
from chainrule.check.readings.up_to_a_constant import up_to_a_constant
from chainrule.check.records.budget import Budget
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.check.records.report import Counterexample, Evidence, Method, Note
from chainrule.check.suppositions.models import of_data
from chainrule.check.suppositions.of_differentials import of_some_changes, resting_on_constants
from chainrule.check.suppositions.rests import rests
from chainrule.check.suppositions.samplewise import of_the_sum
from chainrule.check.suppositions.supposing import recover, take
from chainrule.check.two_formulas import on_two_formulas
from chainrule.expr import ExprError
from chainrule.sheet.conditions.extremes import bodies
from chainrule.sheet.definitions.recurrence import one_step
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.spelling import spelled_out

ANEW = Note("redefinition", "unlike the definition before; what follows holds by this one")
MENDED = Note(
    "unbalanced", "a parenthesis has no partner; it is read as if the missing one stood at the edge of its side"
)
UNBALANCED = Finding(
    "unsupported",
    "unbalanced",
    "a parenthesis has no partner; with the missing one at the edge of its side, the line is wrong",
)


# The doubts that a slip of the pen settles, and which slips do. Nobody states by one sign or factor of an identity
# something else that conditions make true (`UNDER`); nor does a name that nobody knows stand by chance where another
# with its subscripts exchanged belongs. What holds for any vector, or for any number, but for a slip says nothing of
# distributions or of numbers that were put in; and no path that is left unsaid turns the sign of one term.
UNDER = {"condition": PLAIN_SLIPS}
SETTLED_BY = {
    "undefined-symbol": MISSPELT,
    "distribution": SLIPS,
    "number": PLAIN_SLIPS,
    "dependence": SIGNS + MISSPELT,
}
DISTRIBUTIONS = frozenset({"simplex", "simplex down", "one-hot", "ones"})


@dataclass
class Judge(Lines):
    """Judges the equations of one world."""

    budget: Budget = field(default_factory=Budget)
    other_names: dict[str, str] = field(default_factory=dict)  # of targets, with what they were taken for
    said: dict[int, Equation] = field(default_factory=dict)  # what words claim of a definition, by its position
    held: dict[str, Judge] = field(default_factory=dict)  # over what is computed in the E-step, held fixed

    def __post_init__(self) -> None:
        self.conditions = Conditions(self)

    def judge(self, e: Equation) -> Finding:
        """The verdict on one equation; what is out of bounds is unsupported, and costs this line only."""
        try:
            found = self.told(e, self._verdict(e))
            if found.verdict == "unsupported" and found.code in UNREAD:
                found = past_unread(self, e) or found
            if mended(e):
                doubtful = found.verdict == "refuted" and (found.suggestion is None or mended_in_a_sum(e))
                found = UNBALANCED if doubtful else replace(found, notes=(*found.notes, MENDED))
            if found.verdict in ("verified", "definition"):
                self.holding.add(e.position)
            if (found.verdict, found.code) == ("assumed", "condition"):
                self.conditional.add(e.position)
            if found.verdict in ("assumed", "unsupported"):
                self.unsettled.add(e.position)
            if found.verdict == "refuted":
                self.wrong.add(e.position)
            return found
        except Untyped as error:
            return Finding("unsupported", error.code, error.message)
        except RecursionError:
            return Finding("unsupported", "too-deep", "the formula is too long or nested too deeply")
        except ExprError as error:
            return Finding("unsupported", error_code(error), str(error))

    def told(self, e: Equation, found: Finding) -> Finding:
        """What a line lacks may be told all the same, by a definition that could not be read; what is told
        or may be read in two ways refutes nothing."""
        claim = self.said.get(e.position)  # a definition itself holds in any reading
        read = (self, e) if claim is None else (self.with_line(claim), claim)
        otherwise = read_otherwise(*read) if found.verdict == "refuted" else None
        if otherwise is not None:
            return Finding("unsupported", "ambiguous", otherwise)
        if (doubtful := on_two_formulas(self, e, found)) is not None:
            return doubtful
        told = (
            lines_of(self.world, [e])[0].names
            if (found.verdict, found.code) == ("assumed", "undefined-symbol")
            else set()
        )
        hidden = told & self.world.hidden.keys()
        if not hidden:
            return found
        base = min(hidden)
        definition = self.world.hidden[base]
        message = f"what line {definition.line} says of {spelled_out(base)} could not be read: {definition.why.message}"
        return Finding("unsupported", "poisoned", message)

    def _verdict(self, e: Equation) -> Finding:
        """What the first row that knows this kind of line says of it; a line of no such kind is a claim."""
        told = (found for row in NO_CLAIMS if (found := row(self, e)) is not None)
        first = next(told, None)
        if first is not None:
            return first
        claimed = under_a_proviso(self, e) or in_its_case(self, e)
        claimed = in_m_step(self, e, claimed)
        usual = in_matrix_algebra(self, e, claimed)
        claimed = of_a_lone_row(self, e, claimed) if usual is claimed else usual
        claimed = where_symmetric(self, e, by_what_is_asserted(self, e, claimed))
        claimed = of_a_value(self, e, claimed)
        claimed = of_whole_axes(self, e, unconfirmed(self, e, claimed))
        return of_what_lies(self, e, of_data(self.world, e, claimed))

    def claim_without(self, e: Equation) -> Finding:
        """The verdict on a second formula for a name, in the world in which it does not define the name; the conditions
        in force hold there too, and those that it imposes hold here."""
        trial = replace(self, world=without(self.world, {e.position}), variants={})
        trial.conditions = given.over(trial, self.conditions)
        found = trial.claim(e)
        given.take_up(self.conditions, trial.conditions)
        return found

    def of_changes(self, e: Equation) -> Finding:
        """The verdict on a line of differentials."""
        found = in_matrix_algebra(self, e, self.claim(e))
        if found.verdict == "verified":
            return resting_on_constants(self, e, found)
        return (of_some_changes(self, e) if found.verdict == "refuted" else None) or found

    def step(self, e: Equation) -> Finding | None:
        """The verdict on a printed step that a rule gives too; None where the rule has no number for it."""
        apart, table = by_the_rule(self, e), printed_table(e.rhs)
        if apart is None:
            return None
        if table is not None and is_decimal(table):
            found = numeric(apart, e, table)
            return found if found.verdict in ("verified", "refuted") else None
        outcome = apart.outcome(e, apart.variant())
        return self.verified(e, apart.variant(), outcome) if isinstance(outcome, Same) else None

    def definition(self, e: Equation) -> Finding:
        """A definition, unless its right side cannot be given a meaning."""
        variant = self.variant()
        hidden = next((h for h in self.world.hidden.values() if h.site.position == e.position), None)
        failed = variant.failed.get(e.position) if hidden is None else hidden.why
        shown_name = e.text(named(self, e))
        out_of_bounds = [b for b in variant.settled.broken.values() if b.code in ("too-large", "too-deep")]
        if out_of_bounds and self._broken(e, variant):
            return Finding("unsupported", out_of_bounds[0].code, out_of_bounds[0].message, "definition")
        if failed is not None and failed.code == "cyclic":
            return Finding("unsupported", "cyclic", failed.message, "definition")
        if failed is not None and failed.code == "shape":
            return Finding("unsupported", "shape", failed.message, "definition")
        if failed is not None and not is_numeric(e.rhs):
            note = Note("untyped", f"the meaning of {shown_name} is not used: {failed.message}")
            return Finding("definition", "definition", f"gives {shown_name} its meaning", "definition", notes=(note,))
        notes = (ANEW,) if e.position in self.world.seconds.anew else ()
        return Finding("definition", "definition", f"gives {shown_name} its meaning", "definition", notes=notes)

    def _broken(self, e: Equation, variant: Variant) -> bool:
        """Whether the name this equation defines could not be computed within bounds."""
        ref = reference(e.lhs, self.world.glossary)
        instances = variant.universe.instances
        return ref is not None and any(s in instances and instances[s].base == ref.base for s in variant.settled.broken)

    def claim(self, e: Equation) -> Finding:
        """A claim or a printed number: the outcome under the document's reading, then under the other customs."""
        table = printed_table(e.rhs)
        loosely = e.op == "≈" and (table is None or not is_decimal(table))
        if loosely and (found := approximated(self, e)) is not None:
            return found
        implicit = self._implicit(e)
        if implicit is not None:
            return Finding("definition", "implicit-definition", implicit, "definition")
        if table is not None and is_decimal(table):
            return self.printed(e, table)
        if (found := up_to_a_constant(self, e)) is not None:
            return found
        variant = self.usual(e)
        outcome = self.outcome(e, variant)
        if isinstance(outcome, Same) and not flips(e, variant):
            return fails_for_another(self, e, variant) or self.verified(e, variant, outcome)
        return self.by_custom(e, variant, outcome) or self.not_equal(e, variant, outcome)

    def printed(self, e: Equation, table: list[list[Printed]]) -> Finding:
        """A line that prints numbers: what is computed, to their digits."""
        found = numeric(self, e, table)
        if found.verdict != "refuted":
            return found
        otherwise = counted_from_zero(self, e, table) or supposed(e, self.world.glossary)
        usual = self.usual(e)
        others = with_names_anew(self, e, usual, unsettled=True)
        anew = (said for said, lines in others if numeric(lines, e, table).verdict != "refuted")
        return otherwise or next(anew, None) or defined_elsewhere(self, e, usual, None) or found

    def by_custom(self, e: Equation, variant: Variant, outcome: Outcome) -> Finding | None:
        """The verdict on a line that imposes a condition, or that holds only under another custom than usual."""
        condition = next((c for c in self.world.imposed if c.position == e.position and not c.said), None)
        imposed = condition and given.imposed(self.conditions, self.budget, e, condition, outcome)
        if imposed:
            return imposed
        for note, make in customs(self, e):
            other = make()
            result = self.outcome(e, other)
            if isinstance(result, Same) and not flips(e, other):
                found = self.verified(e, other, result)
                return replace(found, notes=(*found.notes, note))
        told = as_told(self, e, variant) or unlike_letters(self, e, variant) if isinstance(outcome, Different) else None
        if told is None:
            return None
        found = self.verified(e, variant, told[0])
        return replace(found, notes=(*found.notes, told[1]))

    def not_equal(self, e: Equation, variant: Variant, outcome: Outcome) -> Finding:
        """The verdict on a line whose sides are equal under no custom: at a place, in a case, under conditions, or not
        at all."""
        if isinstance(outcome, Same):
            message = "right if the gradient before the matrix is a row, and here it is a column"
            return Finding("unsupported", "layout", message)
        below = bodies(e.lhs, e.rhs, self.world) if isinstance(outcome, Different) else None
        if below is not None and isinstance(outcome, Different):
            return of_extremes(self, replace(e, lhs=below[0], rhs=below[1]), variant, outcome, below[2])
        branch = in_a_branch(self, e, outcome) or of_any_number(self, e, outcome)
        if branch is not None:
            return branch
        solution = misfitting_solution(self, e, outcome)
        restricted = solution or given.under(self.conditions, self.budget, e, outcome)
        if restricted is not None:
            return self.slipped(e, variant, outcome, UNDER, restricted) or restricted
        if isinstance(outcome, Different):
            return self.different(e, variant, outcome)
        if outcome.code == "undecided" and (close := put_in(self, e, self.variant())) is not None:
            return close
        uneven = of_uneven_dots(self, self.budget, e, variant, outcome)
        apart = uneven or fitting_by_custom(self, e, outcome) or by_itself(self, e, outcome)
        return apart or misfitting(self, e, outcome)

    def different(self, e: Equation, variant: Variant, outcome: Different) -> Finding:
        """The verdict on a certified difference: a doubt whether the line was read as it is meant, or refuted."""
        doubtful = put_in(self, e, variant) or behind_rounded(self, e, variant) or doubt(self, e, variant, outcome)
        slipped = doubtful and self.slipped(e, variant, outcome, SETTLED_BY, doubtful)
        doubtful = doubtful or of_another_loss(self, e, variant, outcome)
        return slipped or renamed(self, e, doubtful) or self.recovered(e, doubtful) or self.refuted(e, variant, outcome)

    def slipped(
        self, e: Equation, variant: Variant, outcome: Outcome, settled: Mapping[str, tuple[Rule, ...]], doubt: Finding
    ) -> Finding | None:
        """A doubtful line is wrong where a slip of the pen is all that keeps it from being true as it stands."""
        rules = settled.get(next((x for need in doubt.needs if (x := _of_what(need)) in settled), doubt.code))
        if doubt.verdict not in ("assumed", "unsupported") or rules is None or not isinstance(outcome, Different):
            return None
        return self.refuted(e, variant, outcome) if suggest(self, self.budget, e, variant, rules=rules) else None

    def recovered(self, e: Equation, doubtful: Finding | None) -> Finding | None:
        """A doubtful line that says what an undefined name is: taken from here on."""
        guess = None if doubtful is None or doubtful.code != "undefined-symbol" else recover(self, e)
        if guess is None:
            return doubtful
        take(self.world, guess)
        if guess.site is None:
            self.world.taken[guess.base] = guess.text
        self.variants.clear()
        return assumed("implicit-definition", guess.text)

    def _implicit(self, e: Equation) -> str | None:
        sites = chain.from_iterable((*self.world.sites.values(), *self.world.functions.values()))
        here = (s.assumed for s in sites if s.position == e.position and not s.read_off)
        return next((text for text in here if text is not None), None)

    def verified(self, e: Equation, variant: Variant, same: Same) -> Finding:
        """Equal: verified, or assumed when it rests on what the document never says."""
        method: Method = "proved" if same.method == "proved" else "sampled"
        evidence = Evidence(
            method,
            points=same.points or None,
            sizes=same.sizes,
            seed=self.options.seed if same.points else None,
        )
        notes: list[Note] = []
        if same.one_sided:
            notes.append(Note("one-sided", "a condition in this line had the same truth value at every sample point"))
        if same.method == "digits" and only_there(self, e, variant):
            if self._has_formula(e):  # `w' = w + g` beside `w' = w - g`, where g happens to vanish
                return assumed("condition", AT_NUMBERS.message)
            notes.append(AT_NUMBERS)
        if e.text(e.lhs) == e.text(e.rhs):
            notes.append(Note("restated", "the line repeats the one before it"))
        notes += of_the_sum(self.world, e)
        notes += otherwise_declared(self.world, e)
        step, only = one_step(self.world, e)
        if step is not None and only:
            notes.append(one_step_note(step))
        if {side.kind for side in variant.typed[e.position][1:]} == {"row", "column"}:
            notes.append(Note("layout", "right up to a transpose: one side is a row, the other a column"))
        message = "holds by the definitions" if same.method == "proved" else "both sides agree at every sample point"
        needs = rests(self.world, e, variant)
        return Finding(
            "verified", evidence.method, message, evidence=evidence, assumptions=tuple(needs), notes=tuple(notes),
            needs=tuple(needs.values()),
        )  # fmt: skip

    def _has_formula(self, e: Equation) -> bool:
        """Whether the name on the left side of a line is defined by a formula, and not by numbers."""
        ref = reference(e.lhs, self.world.glossary)
        site = None if ref is None else self.world.site(ref.base, e.position)
        return site is not None and not is_numeric(site.body)

    def refuted(self, e: Equation, variant: Variant, different: Different) -> Finding:
        """Not equal: refuted, with the numbers that show it and the smallest edit that repairs it."""
        repair = suggest(self, self.budget, e, variant, different.ratio) or self._repaired_apart(e, variant)
        repair = repair or repaired_for_distributions(self, e, variant)
        borne_out = repair is not None and repair.differ != PRODUCT_SIGN
        if not borne_out and not corroborated(self, e, variant, different):
            return uncorroborated(different)
        code, message = difference(different, None if repair is None else repair.differ)
        code = repair.code if repair is not None and code == "unequal" else code
        return Finding(
            "refuted",
            code,
            message,
            evidence=Evidence("sampled", 1, different.sizes, self.options.seed, "128 bits"),
            counterexample=Counterexample(different.values, different.lhs, different.rhs, different.where),
            suggestion=None if repair is None else repair.suggestion,
            assumptions=tuple(rests(self.world, e, variant)),
        )

    def _repaired_apart(self, e: Equation, variant: Variant) -> Repair | None:
        """The edit that makes a line true for all indices but the label, where the line fails there too."""
        for apart, words in apart_from_labels(self, e, variant):
            repair = suggest(self, self.budget, apart, variant)
            if repair is not None:
                explains = f"{repair.suggestion.explains} (for {words})"
                return replace(repair, suggestion=replace(repair.suggestion, explains=explains))
        return None


def _of_what(need: Need) -> str:
    """What a doubt is about, as a key of `SETTLED_BY`."""
    if need.kind == "condition":
        return "distribution" if need.detail in DISTRIBUTIONS else need.detail
    return need.kind if need.kind in ("number", "dependence") else ""


def uncorroborated(different: Different) -> Finding:
    """A certified difference that may be our misreading."""
    _, message = difference(different)
    message += "; but no small edit makes the line true and nothing else bears out how it was read"
    return Finding("unsupported", "uncorroborated", message)


def difference(different: Different, by: str | None = None) -> tuple[str, str]:
    """The reason code and a sentence for a certified difference; `by` is what the repair says they differ in."""
    ratio = different.ratio
    where = f" in {different.where}" if different.where else ""
    numbers = f"the left side is {different.lhs:.6g}, the right side is {different.rhs:.6g}{where}"
    if ratio is not None and abs(ratio + 1) < 1e-9:
        return "sign", f"the sides differ by their sign: {numbers}"
    if ratio is not None and is_simple(ratio):
        return "factor", f"the right side is {ratio:.6g} times the left side: {numbers}"
    return "unequal", f"the sides differ{f' by {by}' if by else ''}: {numbers}"
