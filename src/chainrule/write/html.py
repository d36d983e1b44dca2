"""The report as a piece of HTML that stands on its own: no script, no link, every text escaped.

Mathematics is written between `\\(` and `\\)`, which notebooks typeset; elsewhere the TeX is readable as it is.
"""

from __future__ import annotations

from html import escape

from chainrule.check.records.report import Counterexample, DocumentReport, Report, Statement, Suggestion
from chainrule.write.sentences import digits_of, evidence, summary, total
from chainrule.write.source import plain
from chainrule.write.tex import display, typesets
from chainrule.write.values import Grid, apart, grid

STYLE = """
.chainrule{font:14px/1.45 system-ui,sans-serif;max-width:70em}
.chainrule table{border-collapse:collapse;width:100%}
.chainrule td,.chainrule th{padding:.35em .7em;text-align:left;vertical-align:top;border-top:1px solid #8883}
.chainrule thead th{font-weight:600;opacity:.7;border:0}
.chainrule td.line{text-align:right;opacity:.6;font-variant-numeric:tabular-nums}
.chainrule tr.refuted{background:#c0392b12}
.chainrule .pill{border-radius:1em;padding:.1em .7em;color:#fff;font-size:12px;white-space:nowrap}
.chainrule .pill.refuted{background:#c0392b}.chainrule .pill.verified{background:#1e8449}
.chainrule .pill.assumed{background:#9a6700}.chainrule .pill.definition{background:#2471a3}
.chainrule .pill.unsupported{background:#7d3c98}
.chainrule .code,.chainrule .dim{opacity:.7;font-size:12px}
.chainrule table.numbers{width:auto;margin:.4em 0;font-family:ui-monospace,monospace;font-size:12px}
.chainrule table.numbers td{border:0;padding:0 .5em}
.chainrule table.grid{width:auto;margin:.15em 0;border-left:1px solid;border-right:1px solid;border-radius:4px}
.chainrule table.grid td{text-align:right}
.chainrule .differs{color:#c0392b;font-weight:700}
.chainrule code{white-space:pre-wrap;overflow-wrap:anywhere}
"""


def to_html(report: Report) -> str:
    """A styled `<div>` with one table per document."""
    parts = [_document(d) for d in report.documents]
    parts += [f"<p><b>In all:</b> {escape(total(report.documents))}</p>"] if len(report.documents) > 1 else []
    return f'<div class="chainrule"><style>{STYLE}</style>{"".join(parts)}</div>'


def _document(document: DocumentReport) -> str:
    head = f"<p><b>{_text(document.path)}</b>: {escape(summary(document.statements))}</p>"
    notes = [f"problem [{p.code}]: {p.message}" for p in document.problems]
    notes += [f"convention: {c}" for c in document.conventions]
    listed = "".join(f'<p class="dim">{_text(note)}</p>' for note in notes)
    if not document.statements:
        return head + listed
    columns = "<thead><tr><th>line</th><th>statement</th><th>verdict</th><th>why</th></tr></thead>"
    rows = "".join(_row(s) for s in document.statements)
    return f"{head}{listed}<table>{columns}<tbody>{rows}</tbody></table>"


def _row(s: Statement) -> str:
    code = f' <span class="code">{_text(s.code)}</span>' if s.code != s.verdict else ""
    pill = f'<span class="pill {s.verdict}">{s.verdict}</span>{code}'
    return (
        f'<tr class="{s.verdict}"><td class="line">{s.line}</td><td title="{_text(s.tex)}">{_formula(s)}</td>'
        f"<td>{pill}</td><td>{_why(s)}</td></tr>"
    )


def _formula(s: Statement) -> str:
    return _math(s.tex) if typesets(s) else f"<code>{_text(s.tex)}</code>"


def _why(s: Statement) -> str:
    parts = [_text(s.message)]
    parts += [f'<div class="dim">{_text(evidence(s.evidence))}</div>'] if s.evidence else []
    parts += [_counterexample(s.counterexample, digits_of(s.evidence))] if s.counterexample else []
    parts += [_suggestion(s.suggestion)] if s.suggestion else []
    parts += [f"<div>assuming: {_text(a)}</div>" for a in s.assumptions]
    parts += [f"<div>note: {_text(n.message)}</div>" for n in s.notes]
    return "".join(parts)


def _suggestion(found: Suggestion) -> str:
    why = "; ".join(part for part in (found.edit, found.explains) if part)
    return f'<div>try: {_math(found.tex)} <span class="dim">{_text(why)}</span></div>'


def _counterexample(found: Counterexample, digits: int) -> str:
    left, right = apart(found.lhs, found.rhs, digits)
    rows = [_numbers(name, grid(value)) for name, value in found.values.items()]
    rows += [_numbers("left side", left), _numbers("right side", right, left)]
    where = f'<div class="dim">the sides differ at {_text(found.where)}</div>' if found.where else ""
    return f'<table class="numbers">{"".join(rows)}</table>{where}'


def _numbers(name: str, table: Grid, against: Grid | None = None) -> str:
    label = _text(name)
    if len(table) == 1 and len(table[0]) == 1:
        return f"<tr><td>{label}</td><td>=</td><td>{_cell(table, against, 0, 0)}</td></tr>"
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(table, against, i, j)}</td>' for j in range(len(row)))}</tr>"
        for i, row in enumerate(table)
    )
    return f'<tr><td>{label}</td><td>=</td><td><table class="grid">{rows}</table></td></tr>'


def _cell(table: Grid, against: Grid | None, i: int, j: int) -> str:
    """A number, marked where the other side has another one."""
    text = escape(table[i][j])
    same = against is None or (i < len(against) and j < len(against[i]) and against[i][j] == table[i][j])
    return text if same else f'<span class="differs">{text}</span>'


def _math(tex: str) -> str:
    return rf"\({_text(display(tex))}\)"


def _text(text: str) -> str:
    return escape(plain(text))
