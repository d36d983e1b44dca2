"""The report as Markdown with mathematics, for notebooks and pull requests."""

from __future__ import annotations

import re

from chainrule.check.records.report import DocumentReport, Report, Statement
from chainrule.write.sentences import evidence, summary, total
from chainrule.write.source import plain
from chainrule.write.tex import display, typesets

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$])")


def to_markdown(report: Report) -> str:
    """One list of statements per document."""
    parts = [_document(d) for d in report.documents]
    parts += [f"**In all:** {total(report.documents)}\n"] if len(report.documents) > 1 else []
    return "\n".join(parts)


def _document(document: DocumentReport) -> str:
    lines = [f"**{_escaped(document.path)}**: {summary(document.statements)}", ""]
    lines += [f"- problem {_code(p.code)}: {_escaped(p.message)}" for p in document.problems]
    lines += [_statement(s) for s in document.statements]
    return "\n".join(lines) + "\n"


def _statement(s: Statement) -> str:
    parts = [f"- line {s.line}, **{s.verdict}** {_code(s.code)}: {_formula(s)}"]
    parts += [_escaped(s.message)] if s.message else []
    parts += [f"({evidence(s.evidence)})"] if s.evidence and s.verdict == "verified" else []
    parts += [f"Try ${display(s.suggestion.tex)}$ ({_escaped(s.suggestion.explains)})."] if s.suggestion else []
    parts += [f"Assuming {_escaped(a)}." for a in s.assumptions]
    parts += [f"Note: {_escaped(n.message)}" for n in s.notes]
    return " ".join(parts)


def _formula(s: Statement) -> str:
    return f"${display(s.tex)}$" if typesets(s) else _code(s.tex)


def _code(text: str) -> str:
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{plain(text)}{blank}{fence}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", plain(text))
