"""SARIF 2.1.0 as code-scanning services read it: refuted lines are errors, unjudged and assumed ones are notes.

Only what a service shows is written: rules with their help, and for each result a message, one place and a
fingerprint. No string is empty, and the number of results stays below the limit of an upload.
"""

from __future__ import annotations

from typing import Any

from chainrule import __version__
from chainrule.check.records.report import DocumentReport, Report, Statement
from chainrule.write.codes import GROUPS, Code, find
from chainrule.write.places import line_hashes, uri
from chainrule.write.record import dumps

LEVELS = {"refuted": "error", "unsupported": "note", "assumed": "note"}
MAX_RESULTS = 25_000
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(report: Report) -> str:
    """The report as a SARIF log."""
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]})


def _run(report: Report) -> dict[str, Any]:
    found = [(d, s) for d in report.documents for s in d.statements if s.verdict in LEVELS]
    found.sort(key=lambda pair: pair[1].verdict != "refuted")  # stable: an upload keeps the first results
    found = found[:MAX_RESULTS]
    rules = list(dict.fromkeys((s.verdict, s.code or s.verdict) for _, s in found))
    places = {d.path: (uri(d.path), line_hashes(d.text)) for d in report.documents}
    problems = [(d, p) for d in report.documents for p in d.problems]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "chainrule", "version": __version__, "rules": [_rule(*key) for key in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(s, rules.index((s.verdict, s.code or s.verdict)), *places[d.path]) for d, s in found],
    }
    if problems:
        run["invocations"] = [
            {
                "executionSuccessful": all(d.text for d in report.documents),
                "toolExecutionNotifications": [_notification(d, p.code, p.message) for d, p in problems],
            }
        ]
    return run


def _rule_id(verdict: str, code: str) -> str:
    return f"{verdict}/{code}"


def _rule(verdict: str, code: str) -> dict[str, Any]:
    row = next(iter(find(code, verdict)), Code(verdict, code, code.replace("-", " "), GROUPS[verdict]))
    examples = "".join(f"\n\n{word}: {line}" for word, line in (("Wrong", row.wrong), ("Right", row.right)) if line)
    marked = "".join(f"\n\n{word}: `{line}`" for word, line in (("Wrong", row.wrong), ("Right", row.right)) if line)
    return {
        "id": _rule_id(verdict, code),
        "name": "".join(word.capitalize() for word in f"{verdict}-{code}".split("-")),
        "shortDescription": {"text": row.meaning},
        "fullDescription": {"text": row.why},
        "help": {"text": row.why + examples, "markdown": row.why + marked},
        "defaultConfiguration": {"level": LEVELS[verdict]},
        "properties": {"tags": ["mathematics", verdict]},
    }


def _result(s: Statement, rule: int, place: str, hashes: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": _rule_id(s.verdict, s.code or s.verdict),
        "ruleIndex": rule,
        "level": LEVELS[s.verdict],
        "message": {"text": _message(s)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": place}, "region": _region(s)}}],
    }
    if s.line <= len(hashes):
        result["partialFingerprints"] = {"primaryLocationLineHash": hashes[s.line - 1]}
    return result


def _message(s: Statement) -> str:
    text = s.message or f"{s.verdict}: {s.code}"
    if s.suggestion:
        text += f" Try: {s.suggestion.tex}"
    return text


def _region(s: Statement) -> dict[str, int]:
    return {"startLine": s.line, "startColumn": s.column, "endLine": s.end_line, "endColumn": s.end_column}


def _notification(document: DocumentReport, code: str, message: str) -> dict[str, Any]:
    return {
        "level": "warning" if document.text else "error",
        "descriptor": {"id": code},
        "message": {"text": message or code},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(document.path)}}}],
    }
