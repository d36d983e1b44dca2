"""The command line with the real readers and a stub for the engine: what is printed where, and the exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import chainrule
from chainrule import cli
from chainrule.check.records.options import Options
from chainrule.check.records.report import DocumentReport, Statement
from chainrule.read.document import Document

COMMAND = [sys.executable, "-m", "chainrule"]
OPTIONS = Options()
RIGHT = "$1 + 1 = 2$\n"
WRONG = "$1 + 1 = 3$\n"


def judged(
    document: Document, context: Sequence[Document] = (), options: Options = OPTIONS, progress: Any = None
) -> DocumentReport:
    """Stands in for the engine: one statement, refuted when the text holds a 3."""
    if "crash" in document.text:
        raise ZeroDivisionError("secret text of the document")
    wrong = "3" in document.text
    verdict, code = ("refuted", "unequal") if wrong else ("verified", "proved")
    seen = f"{len(context)} context, seed {options.seed}, deadline {options.deadline:g}"
    s = Statement("s1", 1, 2, 1, 11, "1 + 1 = 2", "1 + 1", "=", "2", "claim", verdict, code, seen)  # type: ignore[arg-type]
    return DocumentReport(document.path, (s,), text=document.text)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import chainrule.batch

    monkeypatch.setattr(chainrule.batch, "check_document", judged)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.md").write_text(RIGHT)
    (tmp_path / "wrong.md").write_text(WRONG)
    (tmp_path / "crash.md").write_text("$1 + 1 = 2$ crash\n")
    return tmp_path


def call(*args: str, stdin: str | bytes | None = None) -> Any:
    return CliRunner().invoke(cli.app, ["check", *args], input=stdin)


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["right.md"], 0),
        (["wrong.md"], 1),
        (["right.md", "wrong.md"], 1),
        (["gone.md"], 2),
        (["right.md", "gone.md"], 2),
        (["wrong.md", "gone.md"], 1),
        (["crash.md", "right.md"], 2),
        (["right.md", "--context", "gone.md"], 2),
        (["right.md", "--quiet", "--verbose"], 2),
        (["right.md", "--format", "pdf"], 2),
        (["right.md", "-o", "no/such/folder.json"], 2),
        ([], 2),
    ],
)
def test_exit_status(args: list[str], status: int) -> None:
    assert call(*args).exit_code == status


def test_one_bad_file_does_not_stop_the_rest(here: Path) -> None:
    (here / "binary.md").write_bytes(b"\x00\x01\x02" * 50)
    result = call("gone.md", "binary.md", "wrong.md", "--format", "json")
    documents = json.loads(result.stdout)["documents"]
    assert [d["path"] for d in documents] == ["gone.md", "binary.md", "wrong.md"]
    assert [d.get("problems", [{}])[0].get("code") for d in documents] == ["missing-file", "binary-file", None]
    assert "gone.md: error [missing-file]: " in result.stderr
    assert "binary.md: error [binary-file]: " in result.stderr


def test_a_defect_is_told_without_a_traceback_or_the_document() -> None:
    result = call("crash.md", "right.md")
    assert "crash.md: error [internal-error]: " in result.stderr
    assert "ZeroDivisionError at test_cli.py:" in result.stderr
    assert "Traceback" not in result.output
    assert "secret" not in result.output
    assert "1 verified" in result.stdout


def test_missing_context_is_named_and_the_sheet_is_checked_without_it() -> None:
    result = call("right.md", "--context", "exercise.md", "--format", "json")
    (document,) = json.loads(result.stdout)["documents"]
    assert document["statements"][0]["message"].startswith("0 context")
    assert document["problems"][0]["code"] == "missing-context"
    assert "exercise.md: error [missing-context]" in result.stderr


def test_options_reach_the_engine() -> None:
    result = call("right.md", "--context", "wrong.md", "--seed", "7", "--deadline", "3", "--format", "json")
    message = json.loads(result.stdout)["documents"][0]["statements"][0]["message"]
    assert message == "1 context, seed 7, deadline 3"


def test_folders_stand_for_their_sheets_and_nothing_is_checked_twice(here: Path) -> None:
    result = call("wrong.md", ".", "wrong.md", "--format", "json")
    paths = [d["path"] for d in json.loads(result.stdout)["documents"]]
    assert paths == ["wrong.md", "crash.md", "right.md"]


def test_empty_folder(here: Path) -> None:
    (here / "empty").mkdir()
    result = call("empty")
    assert result.exit_code == 2
    assert "empty: error [no-sheets]: " in result.stderr


def test_standard_input() -> None:
    result = call("-", "--format", "json", stdin=WRONG)
    assert json.loads(result.stdout)["documents"][0]["path"] == "<stdin>"
    assert result.exit_code == 1
    bad = call("-", stdin=b"\xff\xfe\xff")
    assert "<stdin>: error [not-utf8]: " in bad.stderr
    assert bad.exit_code == 2


@pytest.mark.parametrize(
    ("format", "begins"), [("text", "wrong.md"), ("json", "{"), ("sarif", "{"), ("github", "::error file=wrong.md")]
)
def test_formats_and_output_file(here: Path, format: str, begins: str) -> None:
    printed = call("wrong.md", "--format", format).stdout
    assert printed.startswith(begins)
    result = call("wrong.md", "--format", format, "-o", "report")
    assert result.stdout == ""
    assert result.exit_code == 1
    assert (here / "report").read_text() == printed


def test_version_and_explain() -> None:
    run = CliRunner().invoke
    assert run(cli.app, ["--version"]).stdout == f"chainrule {chainrule.__version__}\n"
    assert "A sign is wrong." in run(cli.app, ["explain", "sign"]).stdout
    assert "transposed" in run(cli.app, ["explain"]).stdout
    unknown = run(cli.app, ["explain", "transpose"])
    assert unknown.exit_code == 2
    assert "did you mean transposed" in unknown.stderr


def test_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.batch.check_document", interrupted)
    result = call("right.md")
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_closed_pipe_is_quiet() -> None:
    with subprocess.Popen([*COMMAND, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_interrupt_of_the_process_is_quiet() -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    hear = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a background job is deaf to it
    start = f"{hear}; from chainrule.cli import main; main()"
    with subprocess.Popen([sys.executable, "-c", start, "check", "-"], **pipes) as process:  # type: ignore[call-overload]
        process.stdin.write(b"x" * 1_000_000)  # more than a pipe holds: returns when the command is reading
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert error == b""
    assert process.returncode == 130
