"""A trace as text, Markdown, LaTeX, HTML, CSV and JSON: the numbers of every step under the names they then have."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from chainrule.expr.model import Array
from chainrule.trace.record import Quantity, Step, Trace, Trouble
from chainrule.write.derivation_views import PREAMBLE
from chainrule.write.page import displayed, mathml, page, worded
from chainrule.write.readable import readable as shortened
from chainrule.write.sentences import WIDTH, wrapped
from chainrule.write.source import plain
from chainrule.write.tex import display, inert
from chainrule.write.values import MAX_COLUMNS, MAX_ROWS, aligned

SCHEMA = "chainrule.trace/1"
ROW = re.compile(r"\[\s*((?:-?[\d.e+-]+|null)(?:,\s*(?:-?[\d.e+-]+|null))*)\s*\]")
"""A list of numbers in JSON, to be written on one line."""


@dataclass(frozen=True)
class Detail:
    """How many decimals are written, and whether large arrays are written whole."""

    digits: int = 8
    whole: bool = True


def number(x: float, digits: int) -> str:
    """A number with at most so many decimals; one that these would make zero, and a huge one, with an exponent.

    >>> number(0.458, 8), number(-0.0, 8), number(1/3, 4), number(2.5e-11, 8), number(3.0, 8)
    ('0.458', '0', '0.3333', '2.5e-11', '3')
    """
    if not np.isfinite(x):
        return "nan" if np.isnan(x) else "inf" if x > 0 else "-inf"
    if x and (abs(x) < 0.5 * 10.0**-digits or abs(x) >= 1e15):
        mantissa, _, exponent = f"{x:.{max(digits - 1, 0)}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}"
    text = f"{x:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def cells(numbers: Array, detail: Detail) -> list[list[str]]:
    """Rows of cells; of a tensor with more axes, its slices below each other."""
    table = numbers.reshape(1, 1) if numbers.ndim == 0 else numbers.reshape(-1, numbers.shape[-1])
    if detail.whole:
        return [[number(float(x), detail.digits) for x in row] for row in table]
    rows, columns = table.shape
    kept = table[: rows if rows <= MAX_ROWS else MAX_ROWS - 1, : columns if columns <= MAX_COLUMNS else MAX_COLUMNS - 1]
    found = [[number(float(x), detail.digits) for x in row] + ["…"] * (columns > MAX_COLUMNS) for row in kept]
    return [*found, ["⋮"]] if rows > MAX_ROWS else found


def tex(numbers: Array, detail: Detail) -> str:
    r"""A number, or `\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}`."""
    rows = cells(numbers, detail)
    if numbers.ndim == 0:
        return _tex_number(rows[0][0])
    body = r" \\ ".join(" & ".join(_tex_number(c) for c in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def _tex_number(text: str) -> str:
    signs = {"nan": r"\text{nan}", "inf": r"\infty", "-inf": r"-\infty", "…": r"\dots", "⋮": r"\vdots"}
    mantissa, e, exponent = text.partition("e")
    return signs.get(text) or (rf"{mantissa} \cdot 10^{{{exponent}}}" if e else text)


def readable(name: str) -> str:
    """A name for a terminal."""
    return plain(shortened(name))


# -------------------------------------------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Line:
    """A quantity at a step with its numbers, or why it has none."""

    name: str
    numbers: Array | None
    trouble: Trouble | None = None

    @property
    def tex(self) -> str:
        """The name for a page that typesets it."""
        return display(self.name) if inert(self.name) else r"\text{a name with commands}"


@dataclass(frozen=True)
class Part:
    """A heading with its lines."""

    heading: str
    lines: list[Line]


def parts(trace: Trace) -> Iterator[Part]:
    """What is given, then every step in the order of the sheet; what could not be computed stands in its place."""
    if trace.given:
        yield Part("Given", [Line(name, numbers) for name, numbers in trace.given.items()])
    seen: set[str] = set()
    for step in trace.steps:
        first = step.exercise not in seen
        seen.add(step.exercise)
        yield Part(_heading(step, trace), list(_lines(trace, step, first)))


def _heading(step: Step, trace: Trace) -> str:
    where = f"Exercise {step.exercise}: " if step.exercise else ""
    if step.number == 0:
        moving = any(s.number for s in trace.steps if s.exercise == step.exercise)
        return where + ("Before the first update" if moving else "Values")
    return f"{where}After {step.number} update{'s' * (step.number > 1)}"


def _lines(trace: Trace, step: Step, first: bool) -> Iterator[Line]:
    here: list[Quantity | Trouble] = [
        q for q in trace.quantities if q.exercise == step.exercise and q.name in step.values
    ]
    troubles: list[Quantity | Trouble] = [t for t in trace.troubles if t.exercise == step.exercise] if first else []
    for item in sorted([*here, *troubles], key=lambda x: x.order):
        if isinstance(item, Trouble):
            yield Line(item.name, None, item)
        else:
            yield Line(item.at(step.number), step.values[item.name])


def _said(trouble: Trouble) -> str:
    return f"not computed (line {trouble.line}): "


# -------------------------------------------------------------------------------------------------- views


def to_text(trace: Trace, detail: Detail) -> str:
    """Tables for a terminal, each behind its name."""
    out: list[str] = []
    for part in parts(trace):
        out += ["", part.heading, ""]
        width = max((len(readable(x.name)) for x in part.lines), default=0)
        for line in part.lines:
            name = readable(line.name)
            if line.trouble is not None or line.numbers is None:
                message = f"{_said(line.trouble)}{_plain(line.trouble.message)}" if line.trouble else ""
                out.append(wrapped(message, f"  {name:>{width}}   ", " " * (width + 5)))
                continue
            rows = _fitting(cells(line.numbers, detail), WIDTH - width - 5, detail)
            out += [f"  {name if k == 0 else '':>{width}} {'=' if k == 0 else ' '} {row}" for k, row in enumerate(rows)]
            out += [""] if len(rows) > 1 else []
    out += ["\n" + wrapped(_plain(note), "note: ") for note in trace.notes]
    return "\n".join(line.rstrip() for line in out).strip("\n").replace("\n\n\n", "\n\n") + "\n"


def _fitting(rows: list[list[str]], room: int, detail: Detail) -> list[str]:
    """The rows of an array; columns that do not fit into the room are left out, where arrays need not be whole."""
    lines = aligned(_points_below(rows))
    while not detail.whole and len(lines[0]) > room and len(rows[0]) > 2:
        kept = len(rows[0]) - (2 if rows[0][-1] == "…" else 1)
        rows = [[*row[:kept], "…"] if len(row) > 1 else row for row in rows]
        lines = aligned(_points_below(rows))
    return lines


def _points_below(rows: list[list[str]]) -> list[list[str]]:
    """Cells with blanks behind them, so that the decimal points of a column stand below each other."""
    tails = [max((len(_tail(row[j])) for row in rows if j < len(row)), default=0) for j in range(len(rows[0]))]
    return [
        [c + " " * (tails[j] - len(_tail(c))) if _tail(c) is not None else c for j, c in enumerate(r)] for r in rows
    ]


def _tail(cell: str) -> str:
    """The decimals of a cell, with their point."""
    return "." + cell.partition(".")[2] if "." in cell else ""


def _plain(words: str) -> str:
    return readable(words.replace("$", "")) if "\\" in words else plain(words.replace("$", ""))


def to_markdown(trace: Trace, detail: Detail) -> str:
    """Markdown with displayed formulas, as code-hosting sites typeset it."""
    blocks: list[str] = []
    for part in parts(trace):
        blocks.append(f"## {part.heading}")
        blocks += [
            f"$${x.tex} = {tex(x.numbers, detail)}$$" if x.numbers is not None else f"${x.tex}$: {_reason(x)}"
            for x in part.lines
        ]
    blocks += [f"Note: {dollars(n)}" for n in trace.notes]
    return "\n\n".join(blocks) + "\n"


def _reason(line: Line) -> str:
    return "" if line.trouble is None else _said(line.trouble) + dollars(line.trouble.message)


def dollars(words: str) -> str:
    """Words in which names are TeX, for Markdown and LaTeX: every word of TeX in dollars, up to its closing brace, but
    what stands in dollars already."""
    return "".join(x if x.startswith("$") else _dollars(x) for x in re.split(r"(\$[^$]+\$)", words))


def _dollars(words: str) -> str:
    found, open_one = list[str](), ""
    for word in words.split(" "):
        whole = f"{open_one} {word}" if open_one else word
        open_one = whole if whole.count("{") > whole.count("}") else ""
        if not open_one:
            is_tex = "\\" in whole or "_" in whole or "^" in whole
            name = whole.rstrip(",.;:")
            found.append(f"${name}${whole[len(name) :]}" if is_tex and "$" not in whole else whole)
    return " ".join([*found, open_one] if open_one else found)


def to_latex(trace: Trace, detail: Detail) -> str:
    """A LaTeX document that compiles with amsmath and amssymb."""
    columns = max((v.shape[-1] for s in trace.steps for v in s.values.values() if v.ndim), default=1)
    columns = max([columns, *(v.shape[-1] for v in trace.given.values() if v.ndim)])
    blocks: list[str] = [rf"\setcounter{{MaxMatrixCols}}{{{columns}}}"] if columns > 10 else []
    for part in parts(trace):
        blocks.append(rf"\section*{{{part.heading}}}")
        blocks += [
            f"\\[\n{x.tex} = {tex(x.numbers, detail)}\n\\]" if x.numbers is not None else f"${x.tex}$: {_reason(x)}"
            for x in part.lines
        ]
    blocks += [f"Note: {dollars(n)}" for n in trace.notes]
    return PREAMBLE + "\n\n".join(blocks) + "\n\\end{document}\n"


def to_html(trace: Trace, detail: Detail) -> str:
    """A page that stands on its own, its mathematics in MathML."""
    body: list[str] = []
    for part in parts(trace):
        body.append(f"<h2>{escape(part.heading)}</h2>")
        for x in part.lines:
            if x.numbers is not None:
                body.append(displayed(f"{x.tex} = {tex(x.numbers, detail)}"))
            else:
                body.append(f"<p>{mathml(x.tex, 'inline')}: {worded(_reason(x))}</p>")
    body += [f"<p>Note: {worded(dollars(n))}</p>" for n in trace.notes]
    return page(f"Trace of {trace.path}", "\n".join(body))


def to_csv(trace: Trace, detail: Detail) -> str:
    """One number a line: step, exercise, name, row, column (from 1; empty for a scalar), value. Step "" is given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["step", "exercise", "name", "row", "column", "value"])
    rows: list[tuple[str, str, str, Array]] = [("", "", name, numbers) for name, numbers in trace.given.items()]
    rows += [(str(s.number), s.exercise, name, v) for s in trace.steps for name, v in s.values.items()]
    for step, exercise, name, numbers in rows:
        table = cells(numbers, Detail(detail.digits))
        for i, row in enumerate(table, start=1):
            for j, text in enumerate(row, start=1):
                place = ["", ""] if numbers.ndim == 0 else [i, j]
                writer.writerow([step, exercise, name, *place, text])
    return out.getvalue()


def to_record(trace: Trace) -> dict[str, Any]:
    """The JSON record `chainrule.trace/1`, its numbers in full precision."""
    steps = []
    for s in trace.steps:
        here = [q for q in trace.quantities if q.exercise == s.exercise and q.name in s.values]
        found: dict[str, Any] = {"step": s.number}
        if s.exercise:
            found["exercise"] = s.exercise
        found["values"] = {name: _listed(v) for name, v in s.values.items()}
        found["names"] = {q.name: q.at(s.number) for q in here if q.at(s.number) != q.name}
        steps.append(found)
    given = {name: _listed(v) for name, v in trace.given.items()}
    missing = [{"name": t.name, "line": t.line, "message": t.message} for t in trace.troubles]
    return {
        "schema": SCHEMA, "path": trace.path, "given": given, "updates": trace.rules, "steps": steps,
        "missing": missing, "notes": trace.notes,
    }  # fmt: skip


def _listed(numbers: Array) -> Any:
    """Lists of numbers; what is not finite is null."""
    if numbers.ndim == 0:
        return float(numbers) if np.isfinite(numbers) else None
    return [_listed(x) for x in numbers]


def to_json(trace: Trace, detail: Detail) -> str:
    """The record as text."""
    text = json.dumps(to_record(trace), ensure_ascii=False, indent=1)
    return ROW.sub(lambda m: f"[{' '.join(m[1].split())}]", text) + "\n"


VIEWS = {
    "text": to_text,
    "markdown": to_markdown,
    "latex": to_latex,
    "html": to_html,
    "csv": to_csv,
    "json": to_json,
}
