"""Bad input: the place and the reason are named, the rest of the document is checked, and the deadline holds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chainrule import cli
from chainrule.check.engine import check_document
from chainrule.check.records.options import Options
from chainrule.read.load import from_text

HEAD = "# Notes\n\n"  # what is bad begins on line 3
REST = "\n\nLet $q(u) = u^2$. Then $q'(u) = 2u$ and $q'(u) = 3u$.\n"
REST_VERDICTS = {"q(u) = u^2": "definition", "q'(u) = 2u": "verified", "q'(u) = 3u": "refuted"}

DEADLINE = 5.0
GRACE = 3.0  # the step in which the deadline is noticed, on a machine that has other things to do


def call(*args: str, stdin: bytes | None = None) -> Any:
    """The command in this process: whatever it was given, it ends in time and without a traceback."""
    began = time.monotonic()
    result = CliRunner().invoke(cli.app, ["check", "--deadline", f"{DEADLINE:g}", *args], input=stdin)
    assert time.monotonic() - began < DEADLINE + GRACE
    assert "Traceback" not in result.output
    assert "internal-error" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def record(path: Path, *args: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the record of one document."""
    result = call(str(path), *args, "--format", "json")
    (document,) = json.loads(result.stdout)["documents"]
    return result.exit_code, document


def told(document: dict[str, Any]) -> set[str]:
    """The codes of everything that is said of line 3, and of the document as a whole."""
    there = [s for s in document["statements"] if s["line"] <= 3 <= s["end_line"] or s["line"] == 3]
    assert all(s["message"] for s in there)
    return {s["code"] for s in there} | {p["code"] for p in document.get("problems", [])}


def rest(document: dict[str, Any]) -> dict[str, str]:
    return {s["tex"]: s["verdict"] for s in document["statements"] if s["tex"] in REST_VERDICTS}


def gap(reason: str, run: bool = True) -> pytest.MarkDecorator:
    """A case that the engine does not handle yet: this fails as soon as it does. What takes minutes is not run."""
    return pytest.mark.xfail(strict=True, reason=reason, run=run)


def nested(opening: str, inside: str, closing: str, times: int) -> str:
    return opening * times + inside + closing * times


# name, mathematics on line 3, the codes of which one at least must be told
BAD = [
    ("brace never closed", r"$$\frac{\partial L}{\partial w = x$$", "unbalanced"),
    ("brace never closed, inline", r"$\frac{\partial L}{\partial w = x$", "unbalanced"),
    ("brace closed twice", "$$a = b}$$", "unbalanced"),
    ("parenthesis never closed", "$$a = (b + c$$", "unbalanced"),
    ("left without right", r"$$\left( a = b$$", "unbalanced"),
    ("unknown macro", r"$$a = \foo{b c} + 1$$", "unknown-macro"),
    ("unknown environment", r"$$\begin{diagram} a & b \end{diagram}$$", "unknown-environment"),
    ("delta of three indices", r"$${\delta_{ij}}_k = 1$$", "untyped"),
    ("tower of nines", "$$9^{9^9} = 9^{9^9} + 1$$", "too-large"),
    ("defined as a tower of nines", "$$a = 9^{9^9}$$", "too-large definition"),
    ("factorial of a tower", "$$10^{10^{10}}! = 1$$", "too-large"),
    ("defined as a factorial of a tower", "$$b = 10^{10^{10}}!$$", "too-large definition"),
    ("ragged rows", r"$$A = \begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}$$", "unread shape ragged"),
    ("a million terms", r"$$\sum_{i=1}^{1000000} i = 500000500000$$", "proved sampled digits"),
    ("a million terms, wrong", r"$$\sum_{i=1}^{1000000} i = 5$$", "unequal factor undecided too-large"),
    ("a million factors", r"$$\prod_{i=1}^{1000000} i = 5$$", "unequal factor no-valid-points too-large"),
    ("10^9 terms", r"$$\sum_{i=1}^{1000000000} \sin(i) = 5$$", "too-large deadline"),
    ("10^9 terms, written as a power", r"$$\sum_{i=1}^{10^9} i^2 = 5$$", "unequal undecided too-large deadline"),
    ("derivative of order 100", r"$$\frac{d^{100}}{dx^{100}} \sin(x^2) = 1$$", "too-large deadline undecided unequal"),
    ("cycle", "$a = b + 1$, $b = a + 1$ and $a = 3$", "cyclic"),
    ("cycle of functions", "$f(x) = g(x) + 1$, $g(x) = f(x) + 1$ and $f(2) = 3$", "cyclic too-deep"),
    ("recursion without a start", "$f(x) = f(x - 1) + 1$ and $f(2) = 3$", "cyclic undefined-symbol"),
    ("defined twice", "$a = 3$ and $a = 4$", "unequal factor redefined"),
    ("defined twice by formulas", "$a = s^2$ and $a = s^3$", "unequal factor redefined"),
    ("two shapes", r"$x \in \mathbb{R}^3$ and $x \in \mathbb{R}^4$", "shape contradiction"),
    ("shapes that do not fit", r"$W \in \mathbb{R}^{3 \times 2}$, $v \in \mathbb{R}^5$ and $y = W v$", "shape"),
    ("dimension below zero", r"$x \in \mathbb{R}^{-3}$", "shape unread declaration"),
    ("dimension of a billion", r"$A \in \mathbb{R}^{10^9 \times 10^9}$, $A A = A$", "too-large unequal"),
    ("input", r"\input{other}", "input-refused"),
    ("input in a formula", r"$$a = \input{/etc/passwd}$$", "input-refused unknown-macro"),
    ("display never closed", "$$a = b", "unclosed-math"),
    ("bracket display never closed", r"\[a = b", "unclosed-math"),
    ("align never closed", r"\begin{align} a &= b", "unclosed-math"),
    ("control characters", "$$a = \x01\x02\x1b[31m b$$ \x07", "unread unbalanced"),
    ("5,000 digits", "$$1.5 = " + "9" * 5000 + "$$", "too-large unequal wrong-digit factor"),
    ("5,000 digits, defined", "$$c = 0." + "3" * 5000 + "$$", "too-large definition"),
    ("large exponent", "$$a = 1e999999$$", "too-large definition"),
    ("large exponent, power", "$$a = 10^{999999}$$", "too-large definition"),
    ("small exponent", "$$2^{-999999999} = 0$$", "too-large unequal undecided"),
    ("large exponent of a sum", "$$(2s + 1)^{100000} = 2s$$", "too-large unequal undecided no-valid-points"),
    ("division by zero", r"$$\frac{1}{0} = 1$$", "no-valid-points undecided"),
    ("300 subscripts", f"$${nested('a_{', 'b', '}', 300)} = 1$$", "too-deep"),
    ("5,000 subscripts", f"$${nested('a_{', 'b', '}', 5000)} = 1$$", "too-deep too-long"),
    ("5,000 braces", f"$${nested('{', 'a', '}', 5000)} = 1$$", "too-deep"),
    ("5,000 braces never closed", f"$${'{' * 5000}a = 1$$", "too-deep unbalanced"),
    ("2,000 fractions", f"$${nested(chr(92) + 'frac{1}{', 'a', '}', 2000)} = 1$$", "too-deep too-long"),
    ("60 calls", f"$${nested(chr(92) + 'sin(', 'x', ')', 60)} = 1$$", "too-deep undefined-symbol unequal"),
    ("5,000 primes", f"$$f{chr(39) * 5000}(x) = 1$$", "no-valid-points undefined-symbol too-large"),
    ("name of 10,000 letters", rf"$$\mathrm{{{'a' * 10_000}}} = 1$$", "definition undefined-symbol too-large"),
    ("macro of 10,000 letters", f"$$\\{'b' * 10_000} = 2$$", "unknown-macro definition"),
    ("1,000 letters side by side", f"$${'abcdefghij' * 100} = 3$$", "too-large too-deep too-long undefined-symbol"),
    ("10,000 letters side by side", f"$${'abcdefghij' * 1000} = 3$$", "too-large too-deep too-long"),
    ("sum of 600 terms", f"$$y = {' + '.join(f'x_{{{i}}}' for i in range(600))}$$", "definition too-large too-long"),
    ("20,000 letters and more", f"$${'x + ' * 20_000} x = 1$$", "too-long"),
    ("macro that calls itself", r"\newcommand{\a}{\a} $$\a = 1$$", "macro-loop unknown-macro unread too-long"),
]  # fmt: skip

GAPS = {
    "input": "only the LaTeX reader mentions \\input",
}
ENDLESS: set[str] = set()


def cases() -> list[Any]:
    return [pytest.param(*row, id=row[0], marks=marks(row[0])) for row in BAD]


def marks(name: str) -> list[pytest.MarkDecorator]:
    return [gap(GAPS[name], run=name not in ENDLESS)] if name in GAPS else []


@pytest.mark.parametrize(("name", "bad", "codes"), cases())
def test_bad_mathematics(tmp_path: Path, name: str, bad: str, codes: str) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(HEAD + bad + REST, encoding="utf-8")
    status, document = record(sheet)
    assert told(document) & set(codes.split())
    assert rest(document) == REST_VERDICTS
    assert status == 1


FILES = [
    ("empty", "sheet.md", b"", "empty-document"),
    ("blank", "sheet.md", b" \n\n\t\n", "empty-document"),
    ("binary", "sheet.md", bytes(range(256)) * 40, "binary-file"),
    ("null character", "sheet.md", b"$a = \x00 b$", "binary-file"),
    ("latin-1", "sheet.md", "Für $a = b$".encode("latin-1"), "not-utf8"),
    ("utf-16", "sheet.md", "Let $a = b$".encode("utf-16"), "not-utf8"),
    ("10 MB", "sheet.md", b"Let $x = 1$.\n" * 800_000, "too-large"),
    ("notebook that is no JSON", "sheet.ipynb", b'{"cells": [', "invalid-notebook"),
    ("notebook without cells", "sheet.ipynb", b"[1, 2]", "invalid-notebook"),
    ("nested notebook", "sheet.ipynb", b"[" * 100_000, "invalid-notebook"),
]


@pytest.mark.parametrize(("name", "file", "content", "code"), FILES, ids=[row[0] for row in FILES])
def test_bad_files(tmp_path: Path, name: str, file: str, content: bytes, code: str) -> None:
    (tmp_path / file).write_bytes(content)
    (tmp_path / "good.md").write_text(REST)
    result = call(str(tmp_path / file), str(tmp_path / "good.md"), "--format", "json")
    bad, good = json.loads(result.stdout)["documents"]
    assert [p["code"] for p in bad["problems"]] == [code]
    assert bad["problems"][0]["message"]
    assert rest(good) == REST_VERDICTS
    if code != "empty-document":
        assert f"{tmp_path / file}: error [{code}]: " in result.stderr


@pytest.mark.parametrize("name", ["gone.md", "no/such/folder", "x" * 10_000, "a\x00b.md"])
def test_missing_file(name: str) -> None:
    result = call(name)
    assert result.exit_code == 2
    assert "error [" in result.stderr


def test_folder_without_sheets(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    result = call(str(tmp_path))
    assert result.exit_code == 2
    assert "error [no-sheets]: " in result.stderr


def test_missing_context(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(REST)
    status, document = record(sheet, "--context", str(tmp_path / "exercise.md"))
    assert status == 2
    assert [p["code"] for p in document["problems"]] == ["missing-context"]
    assert rest(document) == REST_VERDICTS


@pytest.mark.parametrize(
    ("front", "told_of"),
    [
        ("+++\na = = 3\n+++\n", True),
        ("+++\nnever = 'closed'\n\n", True),
        ("+++\na = " + "[" * 5000 + "\n+++\n", True),
        ("---\na: [1, 2\nb: {\n---\n", False),  # the front matter of a site generator, not ours to judge
    ],
)
def test_front_matter_that_is_not_valid(tmp_path: Path, front: str, told_of: bool) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(front + REST)
    _, document = record(sheet)
    assert ("invalid-front-matter" in {p["code"] for p in document.get("problems", [])}) is told_of
    assert rest(document) == REST_VERDICTS


def test_input_of_a_latex_document_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.tex"
    secret.write_text("$s = 12345$")
    sheet = tmp_path / "sheet.tex"
    sheet.write_text(r"\documentclass{article}\begin{document}\input{secret}" + REST + r"\end{document}")
    _, document = record(sheet)
    assert "input-refused" in {p["code"] for p in document["problems"]}
    assert "12345" not in json.dumps(document)
    assert rest(document) == REST_VERDICTS


def many(count: int) -> str:
    pair = "$$y_{%d} = s^2 + %d s$$\n\n$$\\frac{d y_{%d}}{d s} = 2 s + %d$$\n\n"
    return "".join(pair % (i, i, i, i) for i in range(count))


@gap("the deadline is not looked at while a sheet is gathered and built; both are quadratic in the formulas", run=False)
def test_two_thousand_formulas_end_at_the_deadline_with_what_was_reached(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(many(1000))
    began = time.monotonic()
    _, document = record(sheet, "--deadline", "2")
    assert time.monotonic() - began < 2 + GRACE / 2
    assert len(document["statements"]) == 2000
    assert document["counts"]["verified"] > 0
    late = [s for s in document["statements"] if s["verdict"] == "unsupported"]
    assert {s["code"] for s in late} == {"deadline"}


def test_a_deadline_of_nothing_judges_nothing(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(many(3))
    status, document = record(sheet, "--deadline", "0")
    assert status == 0
    assert {s["code"] for s in document["statements"]} == {"deadline"}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 0),
        (b"\xff\xfe\x00", 2),
        (b"$$" + b"{" * 5000 + b"a" + b"}" * 5000 + b" = 1$$" + REST.encode(), 1),
        (b"$$9^{9^9} = 10^{10^{10}}!$$" + REST.encode(), 1),
        (b"$$a = \\begin{pmatrix} \x1b[31m" + REST.encode(), 1),
    ],
    ids=["empty", "utf-16", "braces", "tower", "control"],
)
def test_the_command_itself(content: bytes, status: int) -> None:
    command = [sys.executable, "-m", "chainrule", "check", "-", "--deadline", "5"]
    done = subprocess.run(command, input=content, capture_output=True, timeout=60, check=False)
    assert done.returncode == status
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Warning" not in done.stderr


SHEETS = (
    r"""Let $x \in \mathbb{R}^{n}$, $A \in \mathbb{R}^{n \times n}$ and $g(x) = x^T A x$.

\begin{align}
\nabla g(x) &= (A + A^T) x \\
\frac{\partial g}{\partial A} &= x x^T
\end{align}

$$h(t) = \begin{cases} t^2 & t > 0 \\ 0 & \text{otherwise} \end{cases}, \quad h'(t) = 2t \text{ for } t > 0$$
""",
    r"""We set $\alpha = 0.1$ and $w = 2$. With $J(w) = \frac{1}{2} (w - 3)^2$ the step is
$$w' = w - \alpha \frac{dJ}{dw} = 2 + 0.1 = 2.1$$

$$M = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}, \quad \det M = -2$$

Here $\sigma(z) = \frac{1}{1 + e^{-z}}$, so $\sigma'(z) = \sigma(z) (1 - \sigma(z))$.
""",
    r"""Let $p_i = \frac{e^{z_i}}{\sum_{j=1}^{k} e^{z_j}}$ and $L = -\sum_i y_i \log p_i$, where $y$ is one-hot.

$$\frac{\partial L}{\partial z_j} = p_j - y_j, \qquad \delta = \frac{\partial L}{\partial z} = p - y$$
""",
)
SIGNS = "{}()[]_^\\$&=+-*/'|,.;:!0179xyzWijn∑∂ℝ\n "


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """One of the sheets after a few deletions, repetitions, exchanges and slips of the finger."""
    text = draw(st.sampled_from(SHEETS))
    for _ in range(draw(st.integers(1, 5))):
        i, j = sorted((draw(st.integers(0, len(text) - 1)), draw(st.integers(0, len(text) - 1))))
        part = text[i : i + draw(st.sampled_from((1, 1, 2, 8)))]
        text = draw(
            st.sampled_from(
                (
                    text[:i] + text[i + len(part) :],
                    text[:i] + part + text[i:],
                    text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :],
                    text[:i] + draw(st.sampled_from(SIGNS)) + text[i:],
                )
            )
        )
        text = text or "$"
    return text


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_a_slip_of_the_finger_never_raises(text: str) -> None:
    report = check_document(from_text(text), (), Options(deadline=DEADLINE))
    assert all(s.message and 1 <= s.line <= text.count("\n") + 1 for s in report.statements)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.text(st.sampled_from(SIGNS + "\\frac{}sum_^"), max_size=80).map(lambda s: f"${s}$ $$a = {s}$$"))
def test_random_signs_never_raise(text: str) -> None:
    check_document(from_text(text), (), Options(deadline=DEADLINE))
