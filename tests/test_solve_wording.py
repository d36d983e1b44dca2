"""What sentences ask for: every verb, and the ways to ask for the place where a derivative is zero."""

from __future__ import annotations

import pytest

from chainrule.read.load import from_text
from chainrule.sheet.names import Glossary
from chainrule.solve.question import Question
from chainrule.solve.questions import questions
from chainrule.solve.wording import VERBS


def asked(text: str) -> list[Question]:
    return questions(from_text(text, "sheet.md", "markdown"), Glossary())


PLACES = (
    r"For which $w$ is the gradient zero?",
    r"For what value of $w$ does the derivative vanish?",
    r"At which $w$ is the slope $0$?",
    r"Where is the gradient of $L$ zero?",
    r"With $b$ held fixed, for which $w$ is the gradient zero?",
    r"For which $w$ is $L$ minimal?",
    r"Set the derivative to zero and solve for $w$.",
    r"Set $\frac{\partial L}{\partial w} = 0$ and solve for $w$.",
    r"(c) Now set it to zero and solve.",
    r"Solve $\nabla_w L = 0$ for $w$.",
    r"Find the minimizer of $L$.",
    r"Find the MLE of $w$.",
    r"Derive the normal equations.",
    r"Derive the maximum likelihood estimator for $w$.",
    r"What is the optimal value of $w$?",
    r"Compute the stationary points of $L$.",
    r"Find the $w$ that minimizes $L$.",
    r"Find the value of $w$ for which the gradient vanishes.",
    r"Which $w$ minimises $L$?",
    r"Minimise $L$ over $w$.",
    r"Show that the minimiser of $L$ is $w = b$.",
    r"Show that the gradient is zero at $w = b$.",
)


@pytest.mark.parametrize("text", PLACES)
def test_where_a_derivative_is_zero(text: str) -> None:
    (found,) = asked(text)
    assert found.root is not None


@pytest.mark.parametrize(
    "text",
    [
        r"Is the minimiser of $L$ unique?",
        r"The gradient is zero where $w = b$.",
        r"We find the minimiser of $L$ below.",
        r"At the minimum the gradient is zero.",
        r"Compute $\nabla_w L$ at the minimum.",
        r"Explain why the gradient is zero at $w = 0$.",
        r"Derive $\frac{\partial L}{\partial z}$, then find the gradient of $L$ with respect to $W$.",
        r"Perform two steps of gradient descent to minimise $L$.",
    ],
)
def test_no_question_for_a_place(text: str) -> None:
    assert [q for q in asked(text) if q.root is not None] == []


def test_the_names_of_a_place() -> None:
    (found,) = asked(r"With $V$ fixed, find the $U$ that minimises $J$.")
    assert found.root is not None
    assert (found.root.said, found.root.kind) == (("U", "J"), "minimum")
    (found,) = asked(r"Find the maximum likelihood estimates of $\mu$ and $v$.")
    assert found.root is not None
    assert (found.root.said, found.root.kind) == ((r"\mu", "v"), "")
    (found,) = asked(r"Maximise $\ell$ over $p$.")
    assert found.root is not None
    assert found.root.kind == "maximum"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_asks(verb: str) -> None:
    ask = (
        f"{verb[0].upper()}{verb[1:]} " + r"$\frac{\partial L}{\partial w}$" + ("?" if verb.startswith("what") else ".")
    )
    assert [q.tex for q in asked(ask)] == [r"\frac{\partial L}{\partial w}"]
