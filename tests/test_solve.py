"""`chainrule solve`: every question is answered in its place, the author's text stays, every line is read back."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.latex_syntax import faults
from typer.testing import CliRunner

import chainrule
from chainrule.cli import app
from chainrule.solve.run import SolveError

SOLVING = Path(__file__).parent / "solving"
SHEETS = {p.stem: p for p in sorted(SOLVING.iterdir()) if p.suffix in (".md", ".tex") and ".context" not in p.name}
HOLDS = tomllib.loads((SOLVING / "holds.toml").read_text(encoding="utf-8"))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def context_of(path: Path) -> Path | None:
    """`name.context.md` beside a sheet, where that is."""
    context = path.with_suffix(".context.md")
    return context if context.exists() else None


@pytest.fixture(scope="module", params=SHEETS)
def solved(request: pytest.FixtureRequest) -> tuple[str, chainrule.Solved]:
    path = SHEETS[request.param]
    return request.param, chainrule.solve(path, context_of(path))


def test_every_sheet_says_what_its_solution_holds() -> None:
    assert HOLDS.keys() == SHEETS.keys()


def test_every_question_has_an_answer(solved: tuple[str, chainrule.Solved]) -> None:
    name, found = solved
    assert [q for q in found.questions if q.why_not] == []
    assert [part for part in HOLDS[name] if part not in squeezed(found.text)] == []


def test_every_line_is_read_back_and_right(solved: tuple[str, chainrule.Solved], tmp_path: Path) -> None:
    path = tmp_path / SHEETS[solved[0]].name
    path.write_text(solved[1].text, encoding="utf-8")
    (document,) = chainrule.check(path, context_of(SHEETS[solved[0]])).documents
    assert [
        (s.line, s.verdict, s.tex) for s in document.statements if s.verdict not in ("verified", "definition")
    ] == []
    assert any(s.verdict == "verified" for s in document.statements)


def test_no_formula_stops_tex(solved: tuple[str, chainrule.Solved]) -> None:
    assert faults(solved[1].text, SHEETS[solved[0]].read_text(encoding="utf-8")) == []


BLANKS = re.compile(
    r"\?|\\[lc]?dots\b|(?:\\_\s*)+|\\underline\{\\hspace\{[^}]*\}\}|\\(?:square|Box)\b"
    r"|(?<=\| )(?:\.{3}|_{3}|\$\\dots\$|(?=\|))"
)


def test_the_text_of_the_author_stays(solved: tuple[str, chainrule.Solved]) -> None:
    """All of it but the blanks, in its order."""
    name, found = solved
    at = 0
    for line in SHEETS[name].read_text(encoding="utf-8").splitlines():
        for kept in BLANKS.split(line):
            place = found.text.find(kept.strip(), at)
            assert place >= 0, kept
            at = place + len(kept.strip())


# -------------------------------------------------------------------------------------------------- not answered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"Let $L = (w x)^2$ be scalar. Compute $\frac{\partial Q}{\partial w}$.", "Q"),
        (r"Let $z = w x$ and $a = f(z)$. $$a = ?$$", "nothing defines"),
        (
            r"Let $L = (w x)^2$ with $x = 2$. Compute $\frac{\partial L}{\partial q}$.",
            "does not say how L depends on q",
        ),
        (
            r"Let $z = \frac{w}{$ and $L = z^2$. Compute $\frac{dL}{dw}$.",
            "line 1 could not be read: '{' is never closed",
        ),
        (r"Let $L = w^{9^{9^{9}}}$. Compute $\frac{dL}{dw}$.", "could not be read: (9) to the power 387420489"),
        (
            r"Let $E = \sum_{n=1}^N (t_n - w^\top \phi(x_n))^2$. Compute the gradient of $E$ with respect to $w$.",
            "what the function phi is",
        ),
        (r"Let $L = w^2$. Perform two updates.", "no update rule"),
        (r"Let $L(u) = (u - 3)^2$ with $u = 1$. Compute $u$.", "the number that the sheet gives it"),
        (
            r"Let $g(s) = s^2$. Do one step of gradient descent from $s_0 = 1$ with rate $0.1$."
            "\n\n"
            r"Do two steps of gradient descent from $s_0 = 2$ with rate $0.1$.",
            "an exercise of their own",
        ),
        (
            r"For vectors $a, u_1, \dots, u_N$ let "
            r"$J = -\log \sigma(u_o^\top a) - \sum_{k=1}^K \log \sigma(-u_k^\top a)$. "
            r"Compute $\frac{\partial J}{\partial u_o}$.",
            r"\sum_{k \neq o}",
        ),
        (r"Let $p = \ln(x - 1)$ with $x = 1$. Compute $p$.", "the logarithm of 0"),
        (
            "Let $L = (w x - y)^2$ with $x = 1$, $y = 2$ and $w = 0$.\n\n(a) Do one step of gradient descent with rate "
            "$0.1$.\n\n(b) Do one step of Newton's method, $w' = w - \\frac{\\partial L}{\\partial w} / "
            "\\frac{\\partial^2 L}{\\partial w^2}$.",
            "is of another method",
        ),
        (
            r"Let $p = w x$ and $L = (p - y)^2 + c w^2$ with $w = 1$, $c = 0.1$, $x = 2$ and $y = 1$. "
            r"Do one step of gradient descent with rate $0.1$.",
            "not plainly said",
        ),
        (
            r"Let $a = W^{(1)} x + b^{(1)}$, $h = \sigma(a)$, $z = w^{(2)\top} h + b^{(2)}$ with the sigmoid "
            r"$\sigma$, $x \in \mathbb{R}^D$ and $h \in \mathbb{R}^M$. The loss is $E = \frac{1}{2}(z - y)^2$. "
            r"Compute $\frac{\partial E}{\partial b^{(1)}}$.",
            "a number or a vector",
        ),
        (r"1.5 Give the curvature of $w^2$ at length.", "only derivatives"),
        (r"Let $f(x) = x^2 - 2$ and $x_0 = 1$. Newton's method is used. Compute $x_1$.", "no number"),
        (r"Let $L = w^2$. Is $L$ convex?", "only derivatives, values and updates are answered"),
        (r"Let $L = (w x)^2$ with $x = 2$. $$\frac{\partial L}{\partial w} = \_\_\_ + 7 w$$", "could not be confirmed"),
        (r"Let $g(s) = e^s + s^2$. Find the minimiser of $g$.", "not linear in s"),
        (r"Let $g(s) = s^3 - 3 s$. For which $s$ is the gradient zero?", "not linear in s"),
        (r"Let $g(s) = k s$. Where is the derivative zero?", "does not depend on s"),
        (r"Let $g(s) = s^2 - 2 k s$. Find the maximum of $g$.", "no maximum but a minimum"),
        (r"For $w, x \in \mathbb{R}^d$ let $L(w) = (w^\top x - y)^2$. Find the minimiser of $L$.", "more than one w"),
        (r"Let $g(s) = s^2 - 2 k s$. Show that the minimiser is $s = 2 k$.", "not what the sheet says s is"),
        (r"Let $g(s) = s^3$. Compute all higher derivatives of $g$.", "say which derivatives"),
        (r"Let $g(s, t) = s^3 t$. Compute $\frac{\partial^3 g}{\partial s \partial t}$.", "order 3 by 2 variables"),
        (r"Minimise $f(x, y) = x^2 + y^2$ subject to $x + y \ge 1$.", "one equation each"),
        (r"Let $f(x, y) = x^2 + y^2$ with the constraint $x \ge 1$. Find the minimum of $f$.", "one equation each"),
        (r"Minimise $f(x, y) = x^2 + y^2$ subject to $x + y = 1$, where $x \ge 0$.", "one equation each"),
        (r"Minimise $-\sum_{i=1}^n p_i \log p_i$ subject to $\sum_{i=1}^n p_i = 1$.", "to be told"),
        (r"Compute the minimum value of $u^\top u$ subject to $a^\top u = 2$.", "the place of an extremum"),
        (
            r"Let $Q = \begin{pmatrix} 1 & 0 \\ 0 & 0 \end{pmatrix}$ and $a = (1, 2)^\top$. "
            r"Find the minimum of $f(x) = \frac12 x^\top Q x$ over $x$ subject to $a^\top x = 1$.",
            "no inverse",
        ),
        (r"Maximise $f(s, t) = s^2 t$ subject to $s + t = 3$.", "not linear"),
        (r"Let $f(s, t) = s t^2$. Find the extremum of $f(s, t)$ subject to $s + \log t = 1$.", "not linear"),
        (r"Maximise $f(u, v, w) = u v w$ subject to $u + v + w = 3$.", "not linear"),
        (r"Maximise $f(s, t) = s + t$ subject to $s^2 + t^2 = 1$.", "not linear"),
        (r"Maximise $f(s, t) = s^2 + t^2$ subject to $s + t = 1$.", "no maximum but a minimum"),
        (r"Minimise $f(s, t) = s^2 - 3 t^2$ subject to $s + t = 1$.", "no minimum but a maximum"),
        (r"Minimise $f(s, t) = (s + t)^2$ subject to $s + t = 1$.", "at more than one"),
        (r"Minimise $f(s, t) = s^2 + t^2$ subject to $s + t = 1$ and $2 s + 2 t = 3$.", "at no place"),
        (
            r"Let $h(s, t) = s^2 + t^2$. Compute $\frac{\partial h}{\partial s}$."
            "\n\n"
            r"Using Lagrange multipliers, determine where $h$ is smallest on the line $s + t = 4$.",
            "only derivatives",
        ),
        (r"Let $g(s) = s^2$. Compute $g'(s)$. Explain why it vanishes at the origin.", "only derivatives"),
        (r"Let $g(s) = s^2$. Write down the likelihood.", "only derivatives"),
        (
            r"Let $p_1 = 1$, $p_2 = 2$ and $L = p_1^2 + p_2^2$."
            "\n\n"
            r"Perform one update $p_j \leftarrow p_j - 0.1 \frac{\partial L}{\partial p_j}$, but only if $L > 1$.",
            "only derivatives",
        ),
        (
            r"Let $x = 1$, $a = 2$, $b = 3$ and $L = (a b x)^2$. The hidden weights are frozen."
            "\n\n"
            r"Do one step of gradient descent with rate $0.1$.",
            "which weights are updated is not plainly said",
        ),
        (
            r"Times $t_1, \dots, t_n$ have mean $\theta$, $t_i \sim \mathrm{Exp}(\theta)$. Find the MLE of $\theta$.",
            "does not say what L is",
        ),
        (r"Let $x_1, \dots, x_n \sim \mathcal N(\mu, \sigma)$. Find the MLE of $\mu$.", "does not say what L is"),
        (r"Draws $k_i \sim \mathrm{Geometric}(p)$ are made. Find the MLE of $p$.", "does not say what L is"),
        (
            r"Let $L(w) = (w - 3)^2$ and $w = 1$. Perform two steps of gradient descent with momentum $0.9$ and "
            r"learning rate $0.1$.",
            "may mean another method ('momentum')",
        ),
        (
            r"Let $f(x) = x^3 - x$. Do two Newton steps from $x_0 = 1$ with rate $0.1$.",
            "may mean another method ('Newton')",
        ),
        (r"Let $f(x) = x^3$. Give the Taylor polynomial of $f$ at $x = 1$.", "with the order"),
        (r"Let $f(x) = x^3$. Give the tangent line of $f$ at $x_0$.", "at a point in numbers"),
        (r"Let $f(x_1, x_2) = x_1 x_2$. Find the tangent plane at $(1, 2)$.", "as f(x) or f(x, y)"),
        (r"Let $k(x) = \frac1x$ and $c = k(0)$. Compute $c$.", "a division by zero"),
        (r"Let $f(x) = g(x)^2$. Show that $f(-x) = f(x)$.", "only derivatives"),
        (
            r"Let $f(x) = g(A x + b)$ where $g : \mathbb{R}^m \to \mathbb{R}$. Compute $\nabla f(x)$.",
            "nothing defines",
        ),
    ],
)
def test_what_cannot_be_answered_is_said_in_its_place(text: str, said: str) -> None:
    found = chainrule.solve(text)
    (question,) = (q for q in found.questions if q.why_not)
    assert said in question.why_not
    assert "Not answered" in found.text


def test_a_supposition_that_is_not_put_in_is_said() -> None:
    text = r"Let $L = (w x)^2 + \lambda w^2$ be scalar. What is $\frac{\partial L}{\partial w}$"
    assert r"without the supposition $\lambda = 0$" in chainrule.solve(rf"{text} if $\lambda = 0$?").text
    assert "supposition" not in chainrule.solve(f"{text}?").text


def test_a_wrong_answer_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from chainrule.solve import asking
    from chainrule.solve.forms.writing import Way
    from chainrule.write.derivation import Line

    def wrong(*_: object) -> list[Way]:
        return [Way((), Line("result", r"\frac{\partial L}{\partial w}", "3 w x^2"))]

    monkeypatch.setattr(asking, "ways", wrong)
    found = chainrule.solve(r"Let $L = (w x)^2$ be scalar. Compute $\frac{\partial L}{\partial w}$.")
    assert "3 w x^2" not in found.text
    assert "could not be confirmed" in found.questions[0].why_not


def test_a_place_has_a_name_of_its_own_beside_the_numbers_of_the_sheet() -> None:
    found = chainrule.solve(
        r"""Let $f(s) = (s - k)^2$ with $k = 2$ and $s = 1$.

        1. Where is the minimum of $f$?
        2. Perform two updates $s \leftarrow s - \eta \nabla f(s)$ with $\eta = 0.1$."""
    )
    assert [q.why_not for q in found.questions] == ["", ""]
    assert "s^* = k = 2" in found.text and "f(s') = 0.64" in found.text and "s'' = 1.36" in found.text


def test_a_point_that_is_asked_about_elsewhere_is_no_part_of_a_minimum() -> None:
    found = chainrule.solve(
        r"""Let $m(x, y) = x^2 + x y + y^2 - 3 x$.

1. Find the minimiser of $m$.
2. Evaluate $\frac{\partial m}{\partial x}$ at $x = 0$."""
    )
    assert "x^* = 2" in found.text
    assert "= 0" not in found.text.partition("Solved for")[2].partition("2. Evaluate")[0]


def test_a_point_does_not_keep_another_unknown_from_its_answer() -> None:
    found = chainrule.solve(
        r"""Let $m(x, y, z) = x^2 + x y + y^2 - 3 x + (z - x)^2$.

1. Find the minimiser of $m$.
2. Evaluate $\frac{\partial m}{\partial y}$ at $y = 0$."""
    )
    assert next(q.asked for q in found.questions if not q.why_not) == r"\frac{\partial m}{\partial z}"


def test_the_loss_beside_other_values_is_answered_too() -> None:
    found = chainrule.solve(r"""Let $z = 2 w$ and $L = z^2$ with $w = 0.5$.

1. Compute $z$ and the loss.""")
    assert [p for p in ("z = 1", "L = 1") if p not in found.text] == []


def test_the_matrix_of_the_data_is_said_where_it_would_be_read_as_a_row() -> None:
    found = chainrule.solve(
        r"""Let $r = y - X w$.

1. $L = \frac{1}{2n} \|r\|_2^2 + \lambda_1 \|w\|_1$. Compute $\frac{\partial L}{\partial w}$.
2. Let $H = \sum_i h(r_i)$ with $h(r) = \begin{cases} r^2 & |r| \le \delta \\ \delta |r| & |r| > \delta \end{cases}$."""
    )
    assert "Here $X$ is a matrix." in found.text
    assert r"- X^{\top} \frac{\partial L}{\partial r}" in found.text


def test_nothing_asked() -> None:
    with pytest.raises(SolveError, match="no question was found"):
        chainrule.solve(r"Let $L = w^2$. Then $\frac{\partial L}{\partial w} = 2 w$.")


def test_statements_are_no_questions() -> None:
    text = r"We compute $L = w^2$ and find that $a = 2$. Derive $\frac{\partial L}{\partial w}$."
    assert [q.asked for q in chainrule.solve(text).questions] == [r"\frac{\partial L}{\partial w}"]


def test_the_command(tmp_path: Path) -> None:
    sheet, context, out = tmp_path / "questions.md", tmp_path / "context.md", tmp_path / "out.md"
    sheet.write_text("$$\\frac{\\partial L}{\\partial w} = ?$$\n")
    context.write_text("Let $L = w^3$ be scalar.\n")
    found = CliRunner().invoke(app, ["solve", str(sheet), "--context", str(context), "-o", str(out)])
    assert found.exit_code == 0, found.output
    assert out.read_text() == "$$\\frac{\\partial L}{\\partial w} = 3 w^{2}$$\n"
    bad = CliRunner().invoke(app, ["solve", str(sheet)])
    assert bad.exit_code == 1
    assert "not answered" in bad.output
    assert CliRunner().invoke(app, ["solve", str(context)]).exit_code == 2


def test_what_is_said_twice_in_two_ways_is_asked_back() -> None:
    found = chainrule.solve(
        r"""A unit computes $o = \sum_i w_i x_i$. Over a data set $E = \frac12 \sum_{d=1}^D (t_d - o_d)^2$ with
        $o_d = \sum_i w_i x_{di}$. Derive $\frac{\partial E}{\partial w_i}$."""
    )
    assert "another formula than before" in found.questions[0].why_not


@pytest.mark.parametrize(
    ("text", "constrained"),
    [
        (r"Consider $f(x, y) = x^2 + 2 y^2$ subject to $x + y = 3$. Then find the minimum of $f$.", True),
        (
            r"This is no hard exercise. Consider $f(x, y) = x^2 + 2 y^2$ on the line $x + y = 3$. It is not linear "
            r"in $x$. Find the minimum of $f$.",
            True,
        ),
        (
            r"Consider $f(x, y) = x^2 + 2 y^2$ subject to $x + y = 3$. Drop the constraint. Find the minimum of $f$.",
            False,
        ),
        (
            r"The function $f(x, y) = x^2 + 2 y^2$ had its minimum on the line $x + y = 3$. Find the minimum of $f$.",
            False,
        ),
        (
            r"Consider $f(x, y) = x^2 + 2 y^2$. Does its minimum lie on the line $x + y = 3$? Find the minimum of $f$.",
            False,
        ),
        (r"Let $f(x, y) = x^2 + 2 y^2$, not subject to $x + y = 3$. Find the minimum of $f$.", False),
    ],
)
def test_a_constraint_told_before_holds_unless_it_is_taken_back(text: str, constrained: bool) -> None:
    assert ("x = 2" in chainrule.solve(text).text) is constrained


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            r"Let $f(x) = x^\top x$. Compute $\nabla f(x)$ and write down Newton's update rule.",
            "write down Newton's update rule.",
        ),
        (r"Let $f(x, y) = x^2 y$. Find the normal of the tangent plane of $f$ at $(1, 2)$.", "tangent plane"),
        (
            r"Let $f(x) = x^2$. Compute the derivative of $f$ and the normal line and the tangent at $x = 1$.",
            "tangent",
        ),
    ],
)
def test_nothing_that_is_ordered_is_passed_over(text: str, said: str) -> None:
    assert any(said in q.asked and q.why_not for q in chainrule.solve(text).questions)


@pytest.mark.parametrize("asked", ["Find the minimiser of $f$.", "Find the optimal $u$ and $v$."])
def test_a_saddle_point_is_no_optimum_though_it_is_least_in_each_unknown(asked: str) -> None:
    found = chainrule.solve(rf"Let $f(u, v) = u^2 + 4 u v + v^2 - 2 u$. {asked}")
    assert all("a saddle point" in q.why_not for q in found.questions)
    assert "= 0" not in found.text


def test_an_estimate_is_not_shown_to_be_zero_by_setting_it_to_zero() -> None:
    found = chainrule.solve(
        r"Let $\ell(\theta) = -\frac{1}{2} \sum_{i=1}^n (x_i - \theta)^2$ with numbers $x_i$. "
        r"Show that the gradient of $\ell$ is zero at $\theta = 0$."
    )
    assert "$0$ does not follow" in found.text
    assert r"x_i = 0" not in found.text
