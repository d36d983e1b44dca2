"""`chainrule context`: what a sheet leaves unsaid, written down, filled in, and passed back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import chainrule
from chainrule import cli
from chainrule.check.records.report import Missing

# A sheet, what its context file is to be answered with (a pattern of the proposal, the line to write), and the
# verdicts of its last line before and after.
CASES = [
    pytest.param(
        r"$$ h = f(z), \qquad \frac{\partial h}{\partial z} = 1 - h^2 $$",
        [(r"<!-- \$f\(x\) = \?\$ -->", r"$f(x) = \tanh(x)$")],
        "assumed", "verified", id="a function",
    ),
    pytest.param(
        r"$$ h = f(z), \qquad \frac{\partial h}{\partial z} = 1 - h^2 $$",
        [(r"<!-- \$f\(x\) = \?\$ -->", r"$f(x) = \sin(x)$")],
        "assumed", "refuted", id="a function that makes the line wrong",
    ),
    pytest.param(
        r"$$ \frac{\partial R}{\partial w} = 2 \lambda w $$",
        [(r"<!-- \$\\lambda = \?\$ -->", r"$R = \lambda w^2$")],
        "assumed", "verified", id="what the loss is",
    ),
    pytest.param(
        r"$$ q = 2 v $$" + "\n\n" + r"$$ q = 3.14 $$",
        [(r"<!-- \$v = \?\$ -->", r"$v = 1.57$")],
        "assumed", "verified", id="a number",
    ),
    pytest.param(
        r"$$ q = 2 v $$" + "\n\n" + r"$$ q = 3.14 $$",
        [(r"<!-- \$v = \?\$ -->", r"$v = 1.5$")],
        "assumed", "refuted", id="a number that makes the line wrong",
    ),
    pytest.param(
        r"Let $p = \mathrm{softmax}(o)$ be probabilities, $\ell = -\sum_k t_k \log p_k$." + "\n\n"
        r"$$ \frac{\partial \ell}{\partial o} = p - t $$",
        [(r"<!-- (\$t\$ is one-hot\.) -->", r"\1")],
        "assumed", "verified", id="a condition",
    ),
    pytest.param(
        r"The differential is $$ d(V u) = V \, du. $$",
        [(r"<!-- (\$V\$ is constant\.) -->", r"\1")],
        "assumed", "verified", id="a constant",
    ),
]  # fmt: skip


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, [*args])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


@pytest.mark.parametrize(("text", "answers", "before", "after"), CASES)
def test_a_filled_in_file_decides(
    tmp_path: Path, text: str, answers: list[tuple[str, str]], before: str, after: str
) -> None:
    sheet, told = tmp_path / "sheet.md", tmp_path / "told.md"
    sheet.write_text(text)
    assert run("context", str(sheet), "-o", str(told))[0] == 0
    blank = told.read_text()
    unchanged = chainrule.check(sheet, context=told).statements
    assert unchanged[-1].verdict == before == chainrule.check(sheet).statements[-1].verdict
    for pattern, line in answers:
        blank, n = re.subn(pattern, line.replace("\\", "\\\\") if "\\1" not in line else line, blank)
        assert n == 1, f"{pattern} is not proposed in\n{blank}"
    told.write_text(blank)
    assert chainrule.check(sheet, context=told).statements[-1].verdict == after


def test_shapes_are_suggested_by_use() -> None:
    text = r"""Let $x \in \mathbb{R}^d$ and $y = A x$ with $y \in \mathbb{R}^m$.

$$ \frac{\partial \ell}{\partial x} = A^\top c $$
"""
    (document,) = chainrule.check(text).documents
    assert {(m.name, m.shape) for m in document.missing} >= {("A", r"\in \mathbb{R}^{m \times d}")}


def test_every_line_that_wants_a_name_is_listed() -> None:
    text = "$$ q = 2 v $$\n\n$$ q = 3.14 $$\n\n$$ r = 3 v $$\n\n$$ r = 4.71 $$\n"
    (document,) = chainrule.check(text).documents
    numbers = [m for m in document.missing if m.name == "v"]
    assert numbers == [Missing("v", "number", shape=r"\in \mathbb{R}", lines=(3, 7))]


def test_the_report_points_to_it(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(r"$$ \frac{\partial R}{\partial w} = 2 \lambda w $$")
    assert f"chainrule context {sheet} -o FILE" in " ".join(run("check", str(sheet))[1].split())
    sheet.write_text("$$ x + x = 2x $$")
    assert "chainrule context" not in run("check", str(sheet))[1]


def test_a_sheet_that_says_everything(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text("$$ x + x = 2x $$")
    status, text = run("context", str(sheet))
    assert status == 0
    assert "Nothing: no line rests on something" in text


def test_answers_are_never_overwritten(tmp_path: Path) -> None:
    sheet, told = tmp_path / "sheet.md", tmp_path / "told.md"
    sheet.write_text("$$ q = 2 v $$")
    told.write_text("answers")
    assert run("context", str(sheet), "-o", str(told))[0] == 2
    assert told.read_text() == "answers"


@pytest.mark.parametrize("name", ["gone.md", "."])
def test_what_cannot_be_read(tmp_path: Path, name: str) -> None:
    assert run("context", str(tmp_path / name))[0] == 2
