"""`chainrule solve`: a place that no number tells, a direction, a second place and a kink are never passed over."""

from __future__ import annotations

import pytest

import chainrule

SURFACE, BOWL = r"Let $g(u, v) = u v^2$. ", r"Let $q(s) = (s - 2)^4$. "


@pytest.mark.parametrize(
    "text",
    [
        SURFACE + r"Find the directional derivative of $g$ at $(2, 1)$ along $(0, 1)$.",
        SURFACE + r"Calculate the gradient of $g$ in the direction $(1, 1)$.",
        SURFACE + r"Compute the derivative of $g$ with respect to $u$ at $(2, 1)$ and with respect to $v$ at $(1, 3)$.",
        SURFACE + r"Compute the gradient of $g$ at the point where $v = 2 u$.",
        BOWL + r"Let $h(s) = s^3$. Find the derivative of $q$ at $s = 0$ and of $h$ at $s = 1$.",
        BOWL + r"What is the value of the second derivative of $q$ at its minimum?",
        BOWL + r"What is $q'(s)$, and for which $s$ is $q$ equal to $16$?",
        r"Let $Q = (s - 2)^4$. Find $\frac{dQ}{ds}$ at $s = 1$ and $s = 3$.",
    ],
)
def test_another_place_is_said_to_be_open(text: str) -> None:
    assert any(q.why_not for q in chainrule.solve(text).questions)
    assert "In numbers" not in chainrule.solve(text).text


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (BOWL + r"Find $q'(s)$ at $s = 1$ and $s = 3$.", (r"q'(1) = -4", r"q'(3) = 4")),
        (BOWL + r"Find $\frac{dq}{ds}$ at $s = 1$ and $s = 3$.", (r"(1) = -4", r"(3) = 4")),
        (
            BOWL + r"Let $h(s) = s^3$. Find the derivative of $q$ at $s = 3$. Find the derivative of $h$ at $s = 1$.",
            (r"\nabla q(3) = 4", r"\nabla h(1) = 3"),
        ),
        (SURFACE + r"Find $\nabla g$ and evaluate it at $(2, 1)$.", (r"(2, 1) = 1", r"(2, 1) = 4")),
    ],
)
def test_numbers_at_several_places_are_those_of_the_places(text: str, holds: tuple[str, ...]) -> None:
    found = chainrule.solve(text)
    assert [q for q in found.questions if q.why_not] == []
    assert [x for x in holds if x not in found.text] == []
    assert "In numbers" not in found.text


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (r"Let $h = |u|$ and $u = 0$. Compute $\frac{\partial h}{\partial u}$.", 0),
        (r"Let $z = a p$, $a = 0$, $p = 2$ and $h = \max(0, z)$. Compute $\frac{\partial h}{\partial a}$.", 0),
        (r"Let $z = a p$, $a = 1$, $p = 2$ and $h = \max(0, z)$. Compute $\frac{\partial h}{\partial a}$.", 1),
        (
            r"Let $a = 2$, $b = 0$ and $h = a^2 + |b|$. Compute $\frac{\partial h}{\partial a}$ and "
            r"$\frac{\partial h}{\partial b}$.",
            1,
        ),
    ],
)
def test_no_number_at_a_kink_of_what_is_no_function(text: str, numbers: int) -> None:
    assert chainrule.solve(text).text.count("In numbers") == numbers
