"""Expansions, tangents and Newton's method: a sentence that says one thing more asks for something else."""

from __future__ import annotations

import pytest

import chainrule

EXPONENTIAL, BOWL = r"Let $f(x) = e^x$. ", r"Let $f(x, y) = x^2 + y^2$. "
QUARTIC = r"Let $f(x) = x^4 - 4 x^2 + x$. "

OTHER_EXPANSIONS = [
    EXPONENTIAL + r"Compute the second-order Taylor polynomial of $f(2 x)$ at $x = 0$.",
    EXPONENTIAL + r"Compute the second-order Taylor polynomial of $f^2$ at $x = 0$.",
    EXPONENTIAL + r"Let $g(x) = \sin x$. Find the second-order Taylor polynomial of $f g$ at $x = 0$.",
    EXPONENTIAL + r"Find the tangent line of $\log f$ at $x = 0$.",
    EXPONENTIAL + r"Find the tangent line of $f'$ at $x = 0$.",
    EXPONENTIAL + r"Find the second-order Taylor polynomial of the derivative of $f$ at $x = 1$.",
    EXPONENTIAL + r"Find the tangent line of the inverse of $f$ at $x = 2$.",
    EXPONENTIAL + r"What is the error of the second-order Taylor polynomial of $f$ at $x = 0$ for $x = 1$?",
    EXPONENTIAL + r"Find the second non-zero term of the Maclaurin series of order 2 of $f$.",
    EXPONENTIAL + r"Write down the Taylor series of $f$ at $x = 0$ and state the linear term.",
    EXPONENTIAL + r"Find the point where the tangent line of $f$ at $x = 1$ meets the graph again.",
    EXPONENTIAL + r"Find the tangent line of $f$ at $x = 1$ and evaluate it at $x = 2$.",
    EXPONENTIAL + r"Find the tangent line of $f$ and evaluate it at $x = 2$.",
    EXPONENTIAL + r"Find the normal line and the tangent line of $f$ at $x = 1$.",
    EXPONENTIAL + r"Find the tangent line of $f$ which passes through $x = 1$ on the axis.",
    EXPONENTIAL + r"Find the tangent line of $f$ at $x = 0$ that is parallel to $y = x$.",
    EXPONENTIAL + r"Derive the Newton step for $f$ by minimising its second-order Taylor polynomial at $x = 0$.",
    EXPONENTIAL + r"Give the Taylor polynomial of degree 2 of $f(x) = \cos x$ at $x = 0$.",
    EXPONENTIAL + r"Find the second-order Taylor polynomial of $f$ at $x = 1$ and its remainder.",
    r"Let $f(x) = x^2$ and $h(x) = x^3$. Find the tangent line at $x = 1$.",
    BOWL + r"Find the tangent line to the level curve of $f$ at $(1, 2)$.",
    BOWL + r"Find the tangent line of $f$ at $(1, 2)$.",
    BOWL + r"Find the tangent plane of the surface $x^2 + y^2 + z^2 = 9$ at $(2, 2)$.",
    BOWL + r"Find the tangent plane of $f(y, x)$ at $(1, 2)$.",
    BOWL + r"Compute the linear approximation of $f$ with respect to $x$ at $(0, 1)$.",
    BOWL + r"Give the linearisation of $f$ at $(2, 0)$ in the direction $(1, 1)$.",
    BOWL + r"Give the second-order Taylor polynomial of $f$ in $y$ at $(2, 0)$.",
    BOWL + r"Determine where the tangent plane of $f$ at $(0, 1)$ meets the axis.",
    r"Let $f(x, y) = x y$ with $y = x^2$. Find the tangent plane of $f$ at $(1, 1)$.",
]

OTHER_STEPS = [
    QUARTIC
    + r"Use Newton's method to find the zero of the derivative of $f$. Perform two Newton steps from $x_0 = 2$.",
    QUARTIC + r"We solve $\min_x f(x)$ by Newton's method. Perform two Newton steps from $x_0 = 1$.",
    QUARTIC + r"Perform one Newton step to solve $f(x) = 1$, starting at $x_0 = 1$.",
    QUARTIC + r"Perform one Gauss-Newton step for the minimum of $f$, starting at $x_0 = 1$.",
    QUARTIC + r"Perform two steps of the damped Newton method for the minimum of $f$, starting at $x_0 = 1$.",
    QUARTIC + r"Perform two Newton steps for the double root of $f$, starting at $x_0 = 2$.",
    QUARTIC + r"The square root of $3$ is sought. We use Newton's method. Perform two steps from $x_0 = 2$.",
    QUARTIC + r"A zero-mean noise is added. Newton's method is used: perform two steps from $x_0 = 1$.",
    QUARTIC + r"Find the root of $f$ by bisection and compare with Newton's method. Perform two steps from $x_0 = 1$.",
    QUARTIC + r"We seek the minimum with a Newton method whose slopes are fixed. Perform two steps from $x_0 = 1$.",
    QUARTIC + r"Perform two steps of Newton's method from $x_0 = 1$.",
    QUARTIC + r"Let $g(x) = x^2$. Newton's method finds the root of $f$. Gradient descent finds the minimum of $g$. "
    r"Perform two updates from $x_0 = 3$.",
    r"Let $F(p) = p^\top p - 1$ with $p \in \mathbb{R}^2$. Perform one step of Newton's method for the zero of $F$, "
    r"starting at $p_0 = (1, 1)^\top$.",
    QUARTIC + r"The Hessian is kept in every step. Perform two Newton steps for the minimum of $f$ from $x_0 = 1$.",
    QUARTIC + r"Perform two Newton steps for the root of $f$ from $x_0 = 1$. Only half of each step is taken.",
    QUARTIC + r"Write down Newton's method for the stationary points of $f'$.",
    QUARTIC + r"Write down Newton's iteration for the root of $f(x) - 3$.",
    QUARTIC + r"Write down the Newton update for the minimum of $f(x)^2$.",
    QUARTIC + r"Write down Newton's update rule to solve the score equation.",
    QUARTIC + r"Write down the simplified Newton method for a root of $f$.",
    QUARTIC + r"Write down Newton's update rule with step size $t$ for the minimum of $f$.",
]

BROKEN = [
    (r"f(x) = \max(0, x)$", "0"),
    (r"f(x) = |x|$", "0"),
    (r"f(x) = |x - 2| x$", "2"),
    (r"f(x) = x^2$ for $x < 1$ and $f(x) = 3 x$ for $x \ge 1$", "1"),
    (r"f(x) = x$ for $x < 1$ and $f(x) = x + 1$ for $x \ge 1$", "1"),
    (r"f(x) = \begin{cases} x & x > 0 \\ e^x - 1 & x \le 0 \end{cases}$", "0"),
]


@pytest.mark.parametrize("text", OTHER_EXPANSIONS)
def test_no_expansion_answers_another_question(text: str) -> None:
    found = chainrule.solve(text)
    assert not any(f"{x}_{k}(" in found.text for x in "TPQ" for k in "123")
    assert any(q.why_not for q in found.questions)


@pytest.mark.parametrize("text", OTHER_STEPS)
def test_no_step_of_another_method_or_to_another_goal(text: str) -> None:
    found = chainrule.solve(text)
    assert "Each step" not in found.text
    assert r"\leftarrow" not in found.text
    assert any(q.why_not for q in found.questions)


def test_two_starts_of_one_exercise_are_not_mixed_up() -> None:
    found = chainrule.solve(
        r"Let $f(x) = x^3 - x - 1$ and $g(x) = x^2 - 2$. Perform two Newton steps for the root of $g$, starting at "
        r"$x_0 = 1$. Then perform one Newton step for the root of $f$, starting at $x_0 = 2$."
    )
    assert [q.why_not != "" for q in found.questions] == [True, True]


@pytest.mark.parametrize(("function", "at"), BROKEN)
def test_no_slope_where_a_function_has_a_kink_or_a_jump(function: str, at: str) -> None:
    slope = chainrule.solve(rf"Let ${function}. Compute $f'({at})$.")
    assert "kink" in slope.questions[0].why_not
    line = chainrule.solve(rf"Let ${function}. Find the tangent line of $f$ at $x = {at}$.")
    assert f"f'({at}) has no number" in [q.why_not for q in line.questions]


def test_a_slope_beside_a_kink_is_given() -> None:
    found = chainrule.solve(
        r"Let $f(x) = x^2$ for $x < 1$ and $f(x) = 3 x$ for $x \ge 1$. Compute $f'(2)$ and $f'(0)$."
    )
    assert [p for p in ("f'(2) = 3", "f'(0) = 0") if p not in found.text] == []


def test_no_number_at_a_kink_that_the_words_name() -> None:
    found = chainrule.solve(r"Let $f(x) = \operatorname{relu}(x - 1)$. What is the derivative of $f$ at $x = 1$?")
    assert r"\mathbb{1}" in found.text
    assert r"\nabla f = 0" not in found.text


def test_a_kink_along_another_variable_does_not_matter() -> None:
    found = chainrule.solve(r"Let $f(x, y) = |x| + y^2$. Find $\frac{\partial f}{\partial y}(0, 1)$.")
    assert r"\frac{\partial f}{\partial y}(0, 1) = 2" in found.text


def test_a_second_derivative_that_is_zero_is_no_gap() -> None:
    found = chainrule.solve(r"Let $f(x, y) = x^2 + y$. Find the second-order Taylor polynomial of $f$ at $(0, 0)$.")
    assert [q for q in found.questions if q.why_not] == []
    assert "= y + x^{2}" in found.text


@pytest.mark.parametrize("at", ["-20 x", "20 x"])
def test_no_polynomial_of_numbers_that_are_rounded_to_a_few_digits(at: str) -> None:
    found = chainrule.solve(rf"Let $f(x) = e^{{{at}}}$. Find the second-order Taylor polynomial of $f$ at $x = 1$.")
    assert "T_2(x) =" not in found.text.replace("T_2(x)$", "") or at == "20 x"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (r"Let $h(t) = t^3$. Find the tangent line of $h$ at $t = 1$ (2 points).", r"= 1 + 3 \left(t - 1\right)"),
        (r"Let $h(t) = t^3$. Determine the linear approximation to $h$ near $t = 1$.", r"= 1 + 3 \left(t - 1\right)"),
        (r"Let $h(t) = e^t$. State the Maclaurin series of $h(t)$ up to order $2$.", r"= 1 + t + \frac{1}{2} t^{2}"),
        (r"Let $h(t) = t^2 - 2$. Perform one Newton step towards a root of $h$, starting at $t_0 = 1$.", "= 1.5"),
        (r"Let $h(t) = t^2 - 2$. We find the root of $h$ by Newton's method. Do one step from $t_0 = 1$.", "= 1.5"),
        (r"Let $h(t) = t^2 - 2$. Do one Newton step for the minimum of $h$, starting from $t_0 = 1$.", "= 0"),
        (r"Let $h(t) = t^2 - 2$. Write down Newton's method for solving $h(t) = 0$.", r"\frac{t^2 - 2}{2 t}"),
    ],
)
def test_what_is_said_in_other_words_is_answered(text: str, holds: str) -> None:
    found = chainrule.solve(text)
    assert [q for q in found.questions if q.why_not] == []
    assert holds in found.text
