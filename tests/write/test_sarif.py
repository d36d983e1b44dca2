"""The structure that code-scanning services ask of a SARIF log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chainrule.check.records.report import DocumentReport, Note, Report
from chainrule.write.places import line_hashes, relative, uri
from chainrule.write.sarif import to_sarif


def log(report: Report) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(to_sarif(report))
    return data


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from strings(child)


def test_structure(report: Report) -> None:
    data = log(report)
    assert data["version"] == "2.1.0"
    assert data["$schema"].startswith("https://")
    (run,) = data["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "chainrule"
    assert all(rule[key]["text"] for rule in driver["rules"] for key in ("shortDescription", "fullDescription", "help"))
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert set(result["partialFingerprints"]) == {"primaryLocationLineHash"}
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
    assert "" not in list(strings(data))


def test_levels_and_order(report: Report) -> None:
    found = [(r["ruleId"], r["level"]) for r in log(report)["runs"][0]["results"]]
    assert found == [
        ("refuted/transposed", "error"),
        ("refuted/wrong-digit", "error"),
        ("unsupported/unknown-macro", "note"),
        ("assumed/undefined-symbol", "note"),
    ]


def test_region_and_message(report: Report) -> None:
    result = log(report)["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "notes/a%20sheet.md"
    assert place["region"] == {"startLine": 4, "startColumn": 3, "endLine": 4, "endColumn": 21}
    assert result["message"]["text"].endswith("Try: \\delta x^T")


def test_no_empty_strings_even_when_the_record_has_them(report: Report) -> None:
    bare = replace(report.statements[1], message="", code="never-heard-of")
    data = log(Report((replace(report.documents[0], statements=(bare,)),)))
    assert "" not in list(strings(data))
    assert data["runs"][0]["tool"]["driver"]["rules"][0]["id"] == "refuted/never-heard-of"


def test_unreadable_file_is_a_notification(document: DocumentReport) -> None:
    failed = DocumentReport("gone.md", (), (Note("missing-file", "there is no such file"),))
    (invocation,) = log(Report((document, failed)))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["level"] == "error"
    assert "invocations" not in log(Report((document,)))["runs"][0]


def test_paths(tmp_path: Path) -> None:
    assert uri(str(tmp_path / "a" / "b c.md"), tmp_path) == "a/b%20c.md"
    assert uri("/elsewhere/x.md", tmp_path) == "file:///elsewhere/x.md"
    assert relative("a/b.md") == "a/b.md"


def direct_hash(characters: str) -> str:
    """The definition, written out: the sum of c_k 37^(99-k) over 100 characters, zeros where the file has ended."""
    codes = [ord(c) for c in characters][:100]
    codes += [0] * (100 - len(codes))
    return format(sum(c * 37 ** (99 - k) for k, c in enumerate(codes)) % 2**64, "x")


def test_line_hashes() -> None:
    end = "\uffff"
    assert line_hashes("a b\n\tc\r\nd") == [
        direct_hash("ab\nc\nd" + end) + ":1",
        direct_hash("c\nd" + end) + ":1",
        direct_hash("d" + end) + ":1",
    ]


def test_equal_lines_are_counted() -> None:
    same = "x" * 120 + "\n"
    first, second, third, _ = line_hashes(same * 3)
    assert first.split(":")[0] == second.split(":")[0] == third.split(":")[0]
    assert [h.split(":")[1] for h in (first, second, third)] == ["1", "2", "3"]


@pytest.mark.parametrize("prefix", ["", "one more line\n", "two\nlines\n"])
def test_hash_follows_a_line(prefix: str) -> None:
    assert line_hashes(prefix + "the line\nrest")[prefix.count("\n")] == line_hashes("the line\nrest")[0]
