"""The report on a terminal: what needs a reader's eye in full, what is fine in one line each."""

from __future__ import annotations

from typing import Any, Literal

from rich.console import Console
from rich.text import Text

from chainrule.check.records.report import Counterexample, DocumentReport, Evidence, Report, Statement, Suggestion
from chainrule.write.readable import readable
from chainrule.write.sentences import count, digits_of, evidence, summary, total
from chainrule.write.source import Marked, cells, clip, excerpt, plain
from chainrule.write.values import Grid, aligned, apart, grid

Detail = Literal["quiet", "normal", "verbose"]

STYLES = {
    "refuted": "bold red",
    "verified": "green",
    "assumed": "yellow",
    "definition": "cyan",
    "unsupported": "magenta",
}
IN_FULL: dict[Detail, frozenset[str]] = {
    "quiet": frozenset({"refuted"}),
    "normal": frozenset({"refuted", "assumed", "unsupported"}),
    "verbose": frozenset(STYLES),
}
INDENT = "   "
GUTTER = 5
BAR = " " * GUTTER + " | "
MAX_ROWS = 3  # of a repaired side
LEAST = 20  # a column of words never gets narrower


def write_text(report: Report, console: Console, detail: Detail = "normal") -> None:
    """Print a report, document by document, and a total when there are several."""
    for document in report.documents:
        _document(document, console, detail)
    if len(report.documents) > 1:
        _line(console, Text(f"in all: {total(report.documents)}", "bold"))


def _document(document: DocumentReport, console: Console, detail: Detail) -> None:
    _line(console, Text(plain(document.path), "bold underline"))
    for problem in document.problems:
        _words(console, f"{INDENT}problem [{plain(problem.code)}]: ", problem.message, "yellow")
    for convention in document.conventions if detail != "quiet" else ():
        _words(console, f"{INDENT}convention: ", convention, "dim")
    was_full = True
    for s in document.statements:
        full = s.verdict in IN_FULL[detail]
        if full or (was_full and detail != "quiet"):
            console.print()
        if full:
            _full(s, document, console)
        elif detail != "quiet":
            _compact(s, console)
        was_full = full
    console.print()
    _line(console, _coloured_summary(document))
    if wanting := {line for item in document.missing for line in item.lines}:
        words = f"{count(len(wanting), 'line')} {'rests' if len(wanting) == 1 else 'rest'} on what the sheet never says"
        _words(console, "", f"{words}; chainrule context {document.path} -o FILE writes what to fill in", "dim")
    console.print()


def _coloured_summary(document: DocumentReport) -> Text:
    text = Text(summary(document.statements))
    for verdict, style in STYLES.items():
        text.highlight_regex(rf"\d+ {verdict}s?\b", style)
    return text


def _compact(s: Statement, console: Console) -> None:
    """`   12  verified    ∂L/∂x = Wᵀ δ    proved` in one line of the console's width."""
    lead = f"{s.line:>{GUTTER}}  {s.verdict:<11} "
    tail = f"  {evidence(s.evidence)}" if s.evidence else ""
    tail += "".join(f"  note [{plain(n.code)}]" for n in s.notes)
    tail = clip(tail, console.width // 3)
    tex = clip(plain(readable(s.tex)), max(LEAST, console.width - cells(lead) - cells(tail)))
    gap = " " * max(0, console.width - cells(lead) - cells(tex) - cells(tail))
    line = Text.assemble((lead[:GUTTER], "dim"), (lead[GUTTER:], STYLES[s.verdict]), tex, gap, (tail, "dim"))
    _line(console, line)


def _full(s: Statement, document: DocumentReport, console: Console) -> None:
    place = f"{plain(document.path)}:{s.line}:{s.column}"
    _line(console, Text.assemble((place, "bold"), "  ", (f"{s.verdict} [{plain(s.code)}]", STYLES[s.verdict])))
    _excerpt(excerpt(document.text, s, console.width - len(BAR)), s, console)
    if s.counterexample and not _in_words(s.counterexample):
        _counterexample(s.counterexample, s.evidence, console)
    if s.suggestion:
        _suggestion(s.suggestion, console)
    if s.evidence:
        _words(console, f"{INDENT}evidence: ", evidence(s.evidence), "dim")
    for assumption in s.assumptions if s.assumptions != (s.message,) else ():
        _words(console, f"{INDENT}assuming: ", said(assumption), "yellow")
    for note in s.notes:
        _words(console, f"{INDENT}note [{plain(note.code)}]: ", said(note.message), "blue")


def _excerpt(rows: list[Marked], s: Statement, console: Console) -> None:
    """The source with carets; a short message stands behind the last carets, a longer one below them.

    Where the source was cut, the whole statement follows in a shorter writing.
    """
    message = plain(said(s.message) if s.verdict != "unsupported" else s.message)
    for i, row in enumerate(rows):
        label = str(row.number) if row.number else ""
        _line(console, Text.assemble((f"{label:>{GUTTER}} | ", "dim"), row.text))
        if not row.marks:
            continue
        carets = Text.assemble((BAR, "dim"), (" " * row.indent + "^" * row.marks, STYLES[s.verdict]))
        fits = carets.cell_len + 1 + cells(message) <= console.width
        if fits and i == len(rows) - 1:
            _line(console, carets.append(" " + message))
            return
        _line(console, carets)
    if not rows:
        _line(console, Text.assemble((BAR, "dim"), clip(plain(s.tex), console.width - len(BAR))))
    elif any(row.text.endswith("…") and row.indent + row.marks == cells(row.text) for row in rows):
        _words(console, BAR.replace("|", ":"), clip(readable(s.tex), MAX_ROWS * (console.width - len(BAR))), "dim")
    if message:
        _words(console, BAR.replace("|", "="), message, "dim")


def said(message: str) -> str:
    """A sentence with the TeX in it in the shorter writing."""
    return readable(message) if "\\" in message else message


def _in_words(found: Counterexample) -> bool:
    """Two shapes, which the message has told already."""
    return isinstance(found.lhs, str) and isinstance(found.rhs, str) and not found.values


def _counterexample(found: Counterexample, kind: Evidence | None, console: Console) -> None:
    """Each symbol's value, then both sides, in one column of equal signs. A printed digit needs the sides only."""
    left, right = apart(found.lhs, found.rhs, digits_of(kind))
    values = {} if kind and kind.method == "digits" else found.values
    rows = [(plain(readable(name)), grid(value), "none") for name, value in values.items()]
    rows += [("left side", left, "bold"), ("right side", right, "bold")]
    width = min(max(cells(name) for name, _, _ in rows), console.width // 3)
    where = f" (the sides differ at {plain(found.where)})" if found.where else ""
    _words(console, INDENT, f"numbers{where}:", "none")
    for name, table, style in rows:
        _table(name, table, style, width, console)


def _table(name: str, table: Grid, style: str, width: int, console: Console) -> None:
    name = clip(name, width)
    blank = " " * (width - cells(name))
    for i, line in enumerate(aligned(table)):
        lead = f"{INDENT}  {name}{blank} = " if i == 0 else f"{INDENT}  {'':>{width}}   "
        _line(console, Text(lead).append(clip(line, max(LEAST, console.width - cells(lead))), style))


def _suggestion(found: Suggestion, console: Console) -> None:
    """The repaired side and the edit in words; where that takes more than a line, the edit first and the side below."""
    why = "; ".join(plain(part) for part in (found.edit, found.explains) if part)
    whole = f"{found.tex} ({why})" if why else found.tex
    lead = f"{INDENT}try: "
    if not why or cells(lead + plain(whole)) <= console.width:
        _words(console, lead, whole, "bold green")
        return
    _words(console, lead, why, "bold green")
    if not found.edit.startswith(found.tex):
        side = clip(plain(found.tex), MAX_ROWS * (console.width - len(lead)))
        _words(console, " " * len(lead), side, "none")


def _words(console: Console, lead: str, words: str, style: str) -> None:
    """Words after a label, wrapped to the width with the label's width as indent."""
    margin = cells(lead)
    body = Text(plain(words))
    for i, line in enumerate(body.wrap(console, max(LEAST, console.width - margin)) or [Text()]):
        _line(console, Text.assemble((lead if i == 0 else " " * margin, style), line))


def _line(console: Console, text: Text) -> None:
    text.rstrip()
    console.print(text, soft_wrap=True, highlight=False, markup=False)


def console_for(stream: Any, no_color: bool = False, width: int | None = None) -> Console:
    """A console that prints plain text unless `stream` is a terminal."""
    return Console(file=stream, no_color=no_color or None, width=width, highlight=False, emoji=False)
