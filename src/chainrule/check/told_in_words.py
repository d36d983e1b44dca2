r"""Losses and means that words alone tell (`sheet.words.losses`, `moments`): which formula is meant say the lines.

The sheet is read once more with such a formula as its context. It counts where lines hold by it that do not hold
without it and none is lost, and every line that rests on it says so. What is wrong by it is wrong only where several
lines hold: words do not tell a factor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from chainrule.check.records.report import DocumentReport, Note, Statement
from chainrule.read.symbols import COMMANDS, FUNCTIONS
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.words.losses import losses_told
from chainrule.sheet.words.moments import moments_told
from chainrule.sheet.words.told_formulas import Told

MOST = 6
"""How many formulas are tried, as each costs that all lines are judged again."""
LEAST = 2
"""How many lines must hold by a formula before another is wrong by it."""
LETTER = re.compile(r"\\([A-Za-z]+)|([A-Za-z])")
OPEN = frozenset({"assumed", "unsupported"})


def with_told_formulas(report: DocumentReport, sheet: Sheet, again: Callable[[str], DocumentReport]) -> DocumentReport:
    """The report on a sheet, its losses and means read as the words tell where that is borne out; `again` gives the
    report with a text as context."""
    text = ""
    for told in (losses_told, moments_told):
        best = _best(report, told(sheet), lambda more, before=text: again(before + more))  # type: ignore[misc]
        if best is not None:
            report, text = best.report(), f"{best.told.text}\n\n"
    return report


def _best(report: DocumentReport, told: Iterator[Told], again: Callable[[str], DocumentReport]) -> Trial | None:
    """The formula by which most lines hold."""
    if not any(s.verdict in OPEN for s in report.statements):
        return None
    trials = []
    for one in islice(told, MOST):
        trials.append(Trial(one, report, again(one.text)))
        if trials[-1].borne_out and trials[-1].complete:
            break
    return max((t for t in trials if t.borne_out), key=lambda t: len(t.gained) - len(t.wrong), default=None)


def letters(tex: str) -> set[str]:
    """The letters in a formula, Greek ones too."""
    found = LETTER.findall(tex)
    return {c or x for c, x in found if not c or (COMMANDS.get(c, ("",))[0] == "name" and c not in FUNCTIONS)}


@dataclass(frozen=True)
class Trial:
    """A formula for a name, with the reports without it and with it."""

    told: Told
    before: DocumentReport
    after: DocumentReport

    @property
    def pairs(self) -> list[tuple[Statement, Statement]]:
        """Each line as judged before and after."""
        return list(zip(self.before.statements, self.after.statements, strict=False))

    @property
    def gained(self) -> list[Statement]:
        """The lines that hold by the formula and were open before."""
        return [b for a, b in self.pairs if a.verdict in OPEN and b.verdict == "verified"]

    @property
    def wrong(self) -> list[Statement]:
        """The lines that are wrong by the formula and were not before; words tell no factor."""
        wrong = [b for a, b in self.pairs if a.verdict != "refuted" and b.verdict == "refuted"]
        return [s for s in wrong if s.code != "factor" or not self.told.scaled]

    @property
    def complete(self) -> bool:
        """Whether nothing about the name is left open or is wrong."""
        return all(s.verdict in ("verified", "definition") for s in self.after.statements if self.told.name in s.tex)

    @property
    def certain(self) -> bool:
        """Whether so many lines hold by the formula that others may be wrong by it."""
        held = [b for _, b in self.pairs if b.verdict == "verified" and (b in self.gained or self.told.name in b.lhs)]
        return self.told.firm and len(held) >= LEAST and len(self.wrong) < len(held)

    @property
    def borne_out(self) -> bool:
        """Whether more lines hold by the formula and none is lost."""
        places = [[(s.line, s.column, s.tex) for s in r.statements] for r in (self.before, self.after)]
        return places[0] == places[1] and bool(self.gained) and not any(self.lost(a, b) for a, b in self.pairs)

    def lost(self, before: Statement, after: Statement) -> bool:
        """Whether a line holds no longer, or what was given or wrong is so no longer."""
        match before.verdict:
            case "verified":
                return after.verdict != "verified"
            case "refuted":
                return after.verdict != "refuted" and not self.certain
            case "definition":
                return after.verdict not in ("definition", "verified")
        return False

    def refutes(self, line: Statement) -> bool:
        """Whether a line is wrong by the formula, in names that lines which hold have too; a number, `\\lambda = 0.01`,
        says of none how the loss rests on it."""
        held = [s for s in self.after.statements if s.verdict in ("verified", "definition") and letters(s.rhs)]
        known = {x for s in held for x in letters(s.tex)}
        repaired = line.suggestion is not None or line.code == "sign"
        return self.certain and repaired and line in self.wrong and letters(line.tex) <= known

    def report(self) -> DocumentReport:
        """The report with the formula, of which the lines that rest on it say so."""
        return replace(self.after, statements=tuple(self.statements()))

    def statements(self) -> Iterator[Statement]:
        """The lines, with what they rest on; as before, where one is wrong by a formula that is not certain."""
        said = f"only words tell this, as a {self.told.kind}; it is taken to be {self.told.formula}"
        for before, after in self.pairs:
            if before.verdict != "refuted" and after.verdict == "refuted" and not self.refutes(after):
                yield before
            elif before.verdict == after.verdict or after.verdict not in ("verified", "refuted"):
                yield after
            else:
                yield replace(after, notes=(*after.notes, Note("told-in-words", said)))
