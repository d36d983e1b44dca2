"""The example sheets with the real engine: their verdicts, and every view of them; and the sample in the README."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import chainrule
from chainrule.api import Report
from chainrule.write.github import to_github
from chainrule.write.html import to_html
from chainrule.write.markdown import to_markdown
from chainrule.write.record import to_json
from chainrule.write.sarif import to_sarif

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = {
    "backprop_with_a_mistake": (r"\frac{\partial L}{\partial W} = x \delta^T",),
    "softmax_regression": (),
    "worked_numbers": ("-0.01821195",),
}


@pytest.fixture(scope="module", params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> tuple[str, Report]:
    return request.param, chainrule.check(ROOT / "examples" / f"{request.param}.md", deadline=60)


def test_what_is_wrong_is_refuted_and_nothing_else(example: tuple[str, Report]) -> None:
    name, report = example
    wrong = EXAMPLES[name]
    assert len(report.refuted) == len(wrong)
    assert [s.tex for s, part in zip(report.refuted, wrong, strict=True) if part not in s.tex] == []
    rest = {s.verdict for s in report.statements if s not in report.refuted}
    assert rest == {"verified", "definition"}


def test_what_is_refuted_comes_with_a_repair(example: tuple[str, Report]) -> None:
    _, report = example
    assert [s.tex for s in report.refuted if s.suggestion is None or s.counterexample is None] == []


def test_json(example: tuple[str, Report]) -> None:
    schema = json.loads((ROOT / "docs" / "check.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(to_json(example[1])), schema)


def test_sarif(example: tuple[str, Report]) -> None:
    name, report = example
    (run,) = json.loads(to_sarif(report))["runs"]
    errors = [r for r in run["results"] if r["level"] == "error"]
    assert len(errors) == len(EXAMPLES[name])
    text = (ROOT / "examples" / f"{name}.md").read_text(encoding="utf-8")
    for result in errors:
        region = result["locations"][0]["physicalLocation"]["region"]
        line = text.split("\n")[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 : region["endColumn"] - 1] in line
        assert region["endColumn"] <= len(line) + 1


def test_annotations(example: tuple[str, Report]) -> None:
    name, report = example
    lines = to_github(report).splitlines()
    assert len([line for line in lines if line.startswith("::error ")]) == len(EXAMPLES[name])
    assert f"{len(report.statements)} statements" in lines[-1]


def test_pages(example: tuple[str, Report]) -> None:
    _, report = example
    views: list[Any] = [to_html(report), to_markdown(report)]
    assert all(f"{s.line}" in view for view in views for s in report.statements)
    assert views[0].count("<tr") >= len(report.statements)


def test_the_sample_in_the_readme_is_what_the_command_prints() -> None:
    command = [sys.executable, str(ROOT / "docs" / "sample.py"), "--check"]
    assert subprocess.run(command, check=False, timeout=120).returncode == 0, "make sample"


def test_the_page_of_coverage_is_what_the_sheets_expect() -> None:
    command = [sys.executable, str(ROOT / "docs" / "coverage.py"), "--check"]
    assert subprocess.run(command, check=False, timeout=120).returncode == 0, "make coverage"


def test_the_tutorials_show_what_the_commands_print() -> None:
    command = [sys.executable, str(ROOT / "docs" / "tutorials.py"), "--check"]
    assert subprocess.run(command, check=False, timeout=240).returncode == 0, "make tutorials"
