"""Lines that a slip of the pen keeps from following from the conditions before them.

A line that fails where the conditions of its document hold may rest on one more condition, which was not read. But
where one sign, factor or transpose is all that keeps it from following, it is wrong: nobody states by such an edit of
what follows something else that holds as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.check.conditions.imposed import Conditions
from chainrule.check.diagnosis.diagnose import Bench, Repair, edited, search
from chainrule.check.diagnosis.edits.places import Side
from chainrule.check.diagnosis.edits.table import SLIPS, Edit, Rule
from chainrule.check.diagnosis.probe import Probe
from chainrule.check.records.budget import COMPARED, Budget
from chainrule.sheet.records.statements import Equation


@dataclass(kw_only=True)
class UnderConditions(Bench):
    """One line that does not follow from the conditions in force, to try edits of it on."""

    conditions: Conditions

    def probe(self, which: str, side: Side) -> Probe | None:
        """No numbers are looked at beside those that solve the conditions."""
        return None

    def sides(self) -> list[str]:
        """The left side of a link stands when the link before it was found to hold."""
        before = self.before()
        stands = before is not None and before.position in self.lines.holding
        return ["rhs"] if stands or self._plain(self.e.lhs) else ["rhs", "lhs"]

    def candidate(self, which: str, edit: Edit) -> Equation | None:
        """The line with an edit made, unless both sides read the same then: that would follow from nothing."""
        found = super().candidate(which, edit)
        other = self.e.text(self.e.lhs if which == "rhs" else self.e.rhs)
        return None if edited(self.e, which, edit).split() == other.split() else found

    def holds(self, candidate: Equation) -> bool:
        """Whether a candidate follows from the conditions, or holds without them."""
        self.budget.spend(COMPARED)
        return self.conditions.follows(candidate) or super().holds(candidate)


def slip(conditions: Conditions, budget: Budget, e: Equation, rules: tuple[Rule, ...] = SLIPS) -> Repair | None:
    """The slip that keeps a line from following from the conditions in force, if it is one; any mistake in `rules` for
    a line that fits no shapes, and so says nothing else."""
    return search(UnderConditions(conditions.lines, budget, e, conditions.variant, rules, conditions=conditions))
