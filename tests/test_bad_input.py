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
from chainrule.check.options import Options
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


def gap(reason: str) -> pytest.MarkDecorator:
    """A case that the engine does not handle yet: this fails as soon as it does."""
    return pytest.mark.xfail(strict=True, reason=reason)


def nested(opening: str, inside: str, closing: str, times: int) -> str:
    return opening * times + inside + closing * times


# name, mathematics on line 3, the codes of which one at least must be told
BAD = [
    ("brace never closed", r"$$\frac{\partial L}{\partial w = x$$", "unbalanced"),
    ("brace never closed, inline", r"$\frac{\partial L}{\partial w = x$", "unbalanced"),
    ("brace closed twice", "$$a = b}$$", "unbalanced"),
    ("parenthesis never closed", "$$a = (b + c$$", "unbalanced"),
    ("left without right", r"$$\left( a = b$$", "unbalanced"),
    ("unknown macro", r"$$a = \foo{b} + 1$$", "unknown-macro"),
    ("unknown environment", r"$$\begin{diagram} a & b \end{diagram}$$", "unknown-environment"),
    ("tower of nines", "$$9^{9^9} = 9^{9^9} + 1$$", "too-large"),
    ("defined as a tower of nines", "$$a = 9^{9^9}$$", "too-large definition"),
    ("factorial of a tower", "$$10^{10^{10}}! = 1$$", "too-large"),
    ("defined as a factorial of a tower", "$$b = 10^{10^{10}}!$$", "too-large definition"),
    ("ragged rows", r"$$A = \begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}$$", "unread shape ragged"),
    ("a million terms", r"$$\sum_{i=1}^{1000000} i = 500000500000$$", "proved sampled digits"),
    ("a million terms, wrong", r"$$\sum_{i=1}^{1000000} i = 5$$", "unequal factor undecided too-large"),
    ("a million factors", r"$$\prod_{i=1}^{1000000} i = 5$$", "unequal factor no-valid-points too-large"),
    ("10^18 terms", r"$$\sum_{i=1}^{10^9} \sum_{j=1}^{10^9} \sin(ij) = 5$$", "too-large deadline"),
    ("derivative of order 500", r"$$\frac{d^{500}}{dx^{500}} \sin(x^2) = 1$$", "too-large deadline undecided"),
    ("cycle", "$a = b + 1$, $b = a + 1$ and $a = 3$", "cyclic"),
    ("cycle of functions", "$f(x) = g(x) + 1$, $g(x) = f(x) + 1$ and $f(2) = 3$", "cyclic too-deep"),
    ("recursion without a start", "$f(x) = f(x - 1) + 1$ and $f(2) = 3$", "cyclic undefined-symbol"),
    ("defined twice", "$a = 3$ and $a = 4$", "unequal factor redefined"),
    ("defined twice by formulas", "$a = s^2$ and $a = s^3$", "unequal factor redefined"),
    ("two shapes", r"$x \in \mathbb{R}^3$ and $x \in \mathbb{R}^4$", "shape contradiction"),
    ("shapes that do not fit", r"$W \in \mathbb{R}^{3 \times 2}$, $v \in \mathbb{R}^5$ and $y = W v$", "shape"),
    ("dimension below zero", r"$x \in \mathbb{R}^{-3}$", "shape unread declaration"),
    ("dimension of a billion", r"$A \in \mathbb{R}^{10^9 \times 10^9}$, $A A = A$", "too-large unequal undefined-symbol"),
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
    ("large exponent of a sum", "$$(2s + 1)^{100000} = 2s$$", "too-large unequal undecided factor"),
    ("division by zero", r"$$\frac{1}{0} = 1$$", "no-valid-points undecided"),
    ("300 subscripts", f"$${nested('a_{', 'b', '}', 300)} = 1$$", "too-deep"),
    ("5,000 subscripts", f"$${nested('a_{', 'b', '}', 5000)} = 1$$", "too-deep too-long"),
    ("5,000 braces", f"$${nested('{', 'a', '}', 5000)} = 1$$", "too-deep"),
    ("5,000 braces never closed", f"$${'{' * 5000}a = 1$$", "too-deep unbalanced"),
    ("2,000 fractions", f"$${nested(chr(92) + 'frac{1}{', 'a', '}', 2000)} = 1$$", "too-deep too-long"),
    ("60 calls", f"$${nested(chr(92) + 'sin(', 'x', ')', 60)} = 1$$", "too-deep undefined-symbol unequal"),
    ("5,000 primes", f"$$f{chr(39) * 5000}(x) = 1$$", "no-valid-points undefined-symbol too-large"),
    ("name of 10,000 letters", rf"$$\mathrm{{{'a' * 10_000}}} = 1$$", "definition undefined-symbol too-large"),
    ("macro of 10,000 letters", f"$$\\{'b' * 10_000} = 2$$", "unknown-macro"),
    ("10,000 letters side by side", f"$${'abcdefghij' * 1000} = 3$$", "too-large too-deep too-long undefined-symbol"),
    ("sum of 2,000 terms", f"$$y = {' + '.join(f'x_{{{i}}}' for i in range(2000))}$$", "definition too-large too-long"),
    ("20,000 letters and more", f"$${'x + ' * 20_000} x = 1$$", "too-long"),
    ("macro that calls itself", r"\newcommand{\a}{\a}" + "\n\n" + r"$$\a = 1$$", "macro-loop unknown-macro unread too-long"),
]  # fmt: skip

GAPS: dict[str, str] = {}


def cases() -> list[Any]:
    return [pytest.param(*row, id=row[0], marks=[gap(GAPS[row[0]])] if row[0] in GAPS else []) for row in BAD]


@pytest.mark.parametrize(("name", "bad", "codes"), cases())
def test_bad_mathematics(tmp_path: Path, name: str, bad: str, codes: str) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(HEAD + bad + REST, encoding="utf-8")
    status, document = record(sheet)
    assert told(document) & set(codes.split())
    assert rest(document) == REST_VERDICTS
    assert status == 1
