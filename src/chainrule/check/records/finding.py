"""What was found of one equation."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.check.records.need import Need
from chainrule.check.records.report import Counterexample, Evidence, Kind, Note, Suggestion, Verdict


@dataclass
class Finding:
    """What was found of one equation: everything in its statement that is not about where it stands."""

    verdict: Verdict
    code: str
    message: str
    kind: Kind = "claim"
    evidence: Evidence | None = None
    counterexample: Counterexample | None = None
    suggestion: Suggestion | None = None
    assumptions: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    needs: tuple[Need, ...] = ()


def assumed(code: str, text: str, kind: Kind = "claim", needs: tuple[Need, ...] = ()) -> Finding:
    """A line that rests on what the document never says, which the text names."""
    return Finding("assumed", code, text, kind, assumptions=(text,), needs=needs)


def is_laid_out_oddly(found: Finding) -> bool:
    """Whether a line was found to hold in another layout than usual only."""
    return any(note.code == "layout" for note in found.notes)
