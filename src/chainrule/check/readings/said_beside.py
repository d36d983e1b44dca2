r"""What words behind a line in its row suppose: `&= 2 A x \quad \text{if $A$ is symmetric}`, `\tag{if A is symmetric}`.

Such a line is judged where what is supposed holds, if that can be read, and refutes nothing if it cannot. Conditions on
indices are the reader's (`sheet.conditions`), and are none of these. What a sentence supposes in one section, `If A is
symmetric, $\nabla x^T A x = 2 A x$`, says nothing of the A in another item of a list of rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different
from chainrule.check.conditions import given
from chainrule.check.readings.meant import Meant, within
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.read.tree import Link, Relation
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.spelling import spelled_out
from chainrule.sheet.words.supposed_symmetric import place

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

SUPPOSING = r"(?:if|when|assuming|provided|given|for|since|as)\b"
PROVISO = re.compile(
    r"[^\\]*?(?:\\[,;:! ]|\\q?quad|[\s&,(~])*\\(?:text[a-z]*|mbox|hbox|mathrm|tag\*?)\s*\{[\s(,]*"
    rf"(?P<words>{SUPPOSING}(?:[^=<>\n{{}}]|\{{[^{{}}]*\}})*)",
    re.IGNORECASE,
)
"""The words in a box behind a formula; a reason, "since", or a range, "for all inputs", supposes nothing by itself."""
OPEN = re.compile(r"(?:if|when|assuming|provided)\b", re.IGNORECASE)
ROW = re.compile(r"(?:[^\\${]|\\(?!\\|end\b|\])[\s\S]|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*")
"""What is left of a row: up to a new one or the end of the formula, with the boxes in it whole."""
RELATION = re.compile(r"\\(?:ne|neq|leq?|geq?|in|to)\b")
SYMMETRIC = re.compile(r"\bsymmetric\b", re.IGNORECASE)
DENIED = re.compile(r"\b(?:not|non|no|never|unless|skew|anti)\b|n['’]t\b", re.IGNORECASE)
CASE = re.compile(r"\b(?:if|when|whenever|for|case)\W*$", re.IGNORECASE)
SIGNS = frozenset({"<", ">", "≤", "≥"})
END = re.compile(r"[.;]\s|\n\s*\n|\n\s*[-*\d]")
"""What ends the sentence that a case is told in."""
BEHIND = re.compile(
    r"(?:[\s,;&($~]|\\q?quad|\\[,;:! ]|\\(?:text[a-z]*|mbox|mathrm)\s*\{\s*(?:if|for|when|where|whenever)?\s*\}"
    r"|\b(?:if|for|when|whenever)\b)*"
)
"""What is between a line and its case."""
NAME = re.compile(
    rf"\b{SUPPOSING}\s+(?:that\s+)?[$\\({{]*(?:(?:math\w+|bm|boldsymbol)\s*\{{)?\\?(?P<name>[A-Za-z]+)", re.IGNORECASE
)


def proviso(e: Equation) -> str:
    """The words behind a line that suppose something other than a relation of indices; "" if none do."""
    row = None if e.spelled is not None else ROW.match(e.document.text, e.rhs.span.end)
    found = None if row is None else PROVISO.match(row[0])
    return found["words"] if found is not None and not RELATION.search(found["words"]) else ""


def under_a_proviso(judge: Judge, e: Equation) -> Finding | None:
    """A line that holds where a matrix is symmetric, as the words behind it suppose."""
    words = proviso(e)
    if not SYMMETRIC.search(words) or DENIED.search(words):
        return None
    for base in _named(judge, e, words):
        families = {**judge.world.families, base: replace(judge.world.family(base), domain_kind="symmetric")}
        found = within(judge, replace(judge.world, families=families, derived={})).claim(e)
        if found.verdict == "verified":
            note = Note("condition", f"where {spelled_out(base)} is symmetric, as is said beside the line")
            return replace(found, notes=(*found.notes, note))
    return None


def supposed_beside(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A line that its author only claims under a condition which could not be read."""
    words = proviso(e)
    if OPEN.match(words):
        yield Meant(f"holds under a condition that could not be read: {words.strip(' ().,')}", e, judge, tried=False)


def in_its_case(judge: Judge, e: Equation) -> Finding:
    r"""The verdict on a line with its case behind it, `f'(x) = 2 x, \quad x > 0`, or before it, `For $x > 0$, ...`: it
    is judged there, and throughout where that decides nothing."""
    cases = () if e.conditions else [*_behind(judge, e)] or [*_before(judge, e)]
    tried = [_where(judge, e, x) for x in cases]
    for there in (x for x in tried if x.verdict == "verified"):
        return there
    found = judge.claim(e)
    if found.verdict == "refuted" and any(x.verdict != "refuted" for x in tried):
        return Finding("unsupported", "ambiguous", "not decided in the case that is said beside the line")
    wrong = next((x for x in tried if x.verdict == "refuted"), None)
    return wrong if wrong is not None and found.verdict == "assumed" else found


def _where(judge: Judge, e: Equation, case: Equation) -> Finding:
    """The verdict on a line where its case is so."""
    line = replace(e, conditions=(Relation(case.span, case.lhs, (Link(case.op, case.span, case.rhs),)),))
    trial = judge.with_line(line)
    trial.conditions = given.over(trial, judge.conditions)
    found = trial.claim(line)
    said = f"where {case.text(case.lhs)} {case.op} {case.text(case.rhs)}, as is said beside the line"
    return replace(found, notes=(*found.notes, Note("condition", said)))


def _behind(judge: Judge, e: Equation) -> Iterator[Equation]:
    """The inequality right behind a line, in its row or in its sentence."""
    behind = (x for x in judge.equations if x.document is e.document and x.span.start >= e.span.end)
    x = min(behind, key=lambda x: x.span.start, default=None)
    if x is not None and x.op in SIGNS and BEHIND.fullmatch(e.document.text[e.span.end : x.span.start]):
        yield x


def _before(judge: Judge, e: Equation) -> Iterator[Equation]:
    """The inequalities that the sentence of a line begins with, where it tells of a case."""
    for x, _ in _cases_told(judge, e):
        if not any(x in _behind(judge, y) for y in judge.equations if y.op == "="):
            yield x


def _cases_told(judge: Judge, e: Equation) -> Iterator[tuple[Equation, set[str]]]:
    """The inequalities before a line in its sentence that tell of a case, each with the names of the line in it."""
    names = names_in(judge.world, e.lhs, e.rhs)
    for x in (x for x in judge.equations if x.op in SIGNS and not x.display and x.document is e.document):
        between = e.document.text[x.span.end : e.span.start]
        if x.span.end > e.span.start or END.search(between) or any(c.span == x.span for c in e.conditions):
            continue
        told = {b for side in (x.lhs, x.rhs) for b in names_in(judge.world, side)} & names
        if told and (x.source == "condition" or CASE.search(x.cue)):
            yield x, told


def in_a_case_before(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`If $|r| \\le d$, then $h'(r) = r$`: a line in a sentence that tells of a case, where no line holds it."""
    for x, told in _cases_told(judge, e):
        if not all(judge.world.family(b).domain_kind for b in told):
            case = Relation(x.span, x.lhs, (Link(x.op, x.span, x.rhs),))
            line = replace(e, conditions=(*e.conditions, case))
            trial = judge.with_line(line)
            if isinstance(trial.outcome(line, trial.usual(line)), Different):
                continue  # wrong there, too
            text = f"holds in a case that is not put to use: {x.text(x.lhs)} {x.op} {x.text(x.rhs)}"
            yield Meant(text, e, judge, tried=False)


def _named(judge: Judge, e: Equation, words: str) -> list[str]:
    """The names of a line that the words speak of; all that may be matrices where they name none."""
    bases = sorted(names_in(judge.world, e.lhs, e.rhs))
    said = NAME.search(words)
    meant = [b for b in bases if said is not None and b.split()[-1] == said["name"]]
    if said is not None and _is_a_name(said):  # `since B is symmetric` supposes nothing of another
        return meant
    return meant or [b for b in bases if (r := judge.world.readings.get(b)) is not None and r.axes == 2]


def _is_a_name(said: re.Match[str]) -> bool:
    r"""Whether `if B is`, `if $\Sigma$ is`, and no word as in `for a symmetric matrix`, `as it is`."""
    return (len(said["name"]) == 1 and said["name"] != "a") or said.string[said.start("name") - 1] == "\\"


def where_symmetric(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line whose matrices are any, unless they are supposed to be symmetric where it stands."""
    elsewhere = _symmetric_elsewhere(judge.world, e) if found.verdict == "verified" else []
    if not elsewhere:
        return found
    again = of_any_matrix(judge, e).claim(e)
    if again.verdict == "verified":
        return again
    text = f"right if {spelled_out(elsewhere[0])} is symmetric, which is only supposed elsewhere"
    return Finding("unsupported", "ambiguous", text)


def of_any_matrix(judge: Judge, e: Equation) -> Judge:
    """The judge of a line to which no matrix is symmetric that is only supposed to be so elsewhere."""
    world, elsewhere = judge.world, _symmetric_elsewhere(judge.world, e)
    families = {b: replace(world.family(b), domain_kind=None, declared_rank="matrix") for b in elsewhere}
    return within(judge, replace(world, families=world.families | families, derived={})) if elsewhere else judge


def _symmetric_elsewhere(world: World, e: Equation) -> list[str]:
    """The matrices of a line that are supposed to be symmetric in other sections only."""
    here, places = place(e.scope), world.supposed_symmetric
    names = names_in(world, e.lhs, e.rhs) if places else set()
    return [b for b in sorted(names) if here not in places.get(b, (here,))]
