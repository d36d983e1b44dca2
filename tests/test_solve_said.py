"""`chainrule solve`: what words must say for a likelihood or a rule of updates, and what keeps them back."""

from __future__ import annotations

import re

import pytest

import chainrule

COUNTS = r"Let $k_1, \dots, k_m$ be i.i.d. with $k_i \sim \mathrm{Poisson}(\mu)$."
FIND = r"Find the maximum likelihood estimate of $\mu$."
WEIGHTS = r"Let $w = 1$, $v = 2$, $x = 1$ and $L = (v w x - 1)^2$."


def open_in(text: str) -> bool:
    """Whether the last question of a sheet is open."""
    return bool(chainrule.solve(text).questions[-1].why_not)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (rf"{COUNTS} {FIND}", r"\frac{1}{m} \sum_{i} k_i"),
        (rf"The numbers of cars $k_1, \dots, k_m$ are Poisson distributed with rate $\mu$. {FIND}", r"\frac{1}{m}"),
        (rf"Counts $k_i \sim \mathrm{{Poisson}}(\mu)$, $i = 1, \dots, m$, are observed. {FIND}", r"\frac{1}{m}"),
        (
            r"Let $t_1, \dots, t_n \sim \mathrm{Exp}(\mu)$ with rate $\mu$. Find the MLE of $\mu$.",
            r"\frac{n}{\sum_{i} t_i}",
        ),
        (
            r"Let $x_1, \dots, x_n \sim \mathcal{N}(\mu, 9)$ be independent. State the log-likelihood $\ell(\mu)$.",
            r"2 \pi \cdot 9",
        ),
    ],
)
def test_a_likelihood_is_told_by_the_name_of_a_law(text: str, held: str) -> None:
    found = chainrule.solve(text)
    assert [q for q in found.questions if q.why_not] == []
    assert held in found.text


@pytest.mark.parametrize(
    "text",
    [
        rf"{COUNTS} Each has the weight $w_i$. {FIND}",
        rf"{COUNTS} Only the first $r$ of them are used. {FIND}",
        rf"{COUNTS} Beside them $z_1, \dots, z_r$ are observed. {FIND}",
        rf"{COUNTS} Let $z_1, \dots, z_r$ be Poisson with rate $\mu$. {FIND}",
        rf"{COUNTS} The rate $\mu$ has an exponential prior. {FIND}",
        rf"{COUNTS} It is known that $\mu > 3$. {FIND}",
        rf"{COUNTS} Find the maximum likelihood estimate of $\gamma = e^{{-\mu}}$.",
        rf"{COUNTS} Let $s = \sum_i k_i$. {FIND}",
        rf"{COUNTS} State the average log-likelihood $\ell(\mu)$.",
        rf"{COUNTS} State the log-likelihood of $k_1$.",
        rf"{COUNTS} The negative log-likelihood is halved, which gives $L(\mu)$. Compute $\frac{{d L}}{{d \mu}}$.",
        rf"{COUNTS} Let $L(\mu)$ be the likelihood. Compute $\frac{{d}}{{d\mu}} \log L(\mu)$.",
        rf"{COUNTS} Compute the derivative of the likelihood $L(\mu)$ with respect to $\mu$.",
        r"Let $t_1, \dots, t_n \sim \mathrm{Exp}(\mu)$. Find the MLE of $\mu$.",
        r"Let $t_i \sim \mathrm{Exp}(\mu)$ for $i = 1, \dots, n$ with $\mathbb{E}[t_i] = \mu$. Find the MLE of $\mu$.",
        r"Flips $y_1, \dots, y_n$ are Bernoulli with probability $p$ of failure. Find the MLE of $p$.",
        r"Zeiten $t_1, \dots, t_n$ sind im Mittel $\mu$, $t_i \sim \mathrm{Exp}(\mu)$. Find the MLE of $\mu$.",
        r"Calls $x_1, \dots, x_n$ are, unlike those that are Poisson with rate $\mu$, uniform. Find the MLE of $\mu$.",
        r"Let $x_1, \dots, x_n \sim \mathrm{Exp}(\mu)$. Show that the MLE is $\hat\mu = \bar x$.",
    ],
)
def test_what_else_is_said_of_the_data_keeps_a_likelihood_back(text: str) -> None:
    assert open_in(text)


def test_a_log_likelihood_has_the_sign_of_its_name() -> None:
    assert open_in(rf"{COUNTS} State the log-likelihood $\ell(\mu)$. State the negative log-likelihood $\ell(\mu)$.")
    found = chainrule.solve(rf"{COUNTS} State the negative log-likelihood $N(\mu)$.")
    assert r"N(\mu) = -\sum_{i=1}^{m}" in found.text


def moved(text: str) -> set[str]:
    """The parameters that a sheet updates."""
    return set(re.findall(r"^(\w)' = ", chainrule.solve(text).text, re.MULTILINE)) - {"L"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (rf"{WEIGHTS} Perform two updates of gradient descent with learning rate $0.1$.", {"w", "v"}),
        (rf"{WEIGHTS} Only $w$ is trained. Perform one update with learning rate $0.1$.", {"w"}),
        (rf"{WEIGHTS} $v$ is kept fixed throughout. Perform one update with learning rate $0.1$.", {"w"}),
        (rf"{WEIGHTS} Keep $w$ fixed. Perform one update with learning rate $0.1$.", {"v"}),
        (rf"{WEIGHTS} Perform one step of gradient descent with learning rate $0.1$ while $v$ stays fixed.", {"w"}),
        (
            rf"{WEIGHTS} What if only $w$ is updated? Perform one update of $w$ and $v$ with learning rate $0.1$.",
            {"w", "v"},
        ),
    ],
)
def test_weights_are_left_out_by_a_plain_sentence(text: str, names: set[str]) -> None:
    assert moved(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Neither $w$ is fixed nor $v$. Perform two updates of gradient descent with learning rate $0.1$.",
        "In the first update $v$ is fixed. Perform two updates of gradient descent with learning rate $0.1$.",
        "At first $v$ is not trained. Later it is. Perform two updates with learning rate $0.1$.",
        r"With $v$ fixed compute $\frac{\partial L}{\partial w}$. Perform one update with learning rate $0.1$.",
        "Perform one update of $w$ and $v$ with learning rate $0.1$, but keep $v$ fixed.",
        "All but $v$ are updated. Perform one update with learning rate $0.1$.",
        "First $w$ is updated, and its new value serves for $v$. Perform one update with learning rate $0.1$.",
        "Perform two updates with learning rate $0.1$ at first and $0.05$ afterwards.",
        "The learning rate is $0.1$ for $w$ and $0.2$ for $v$. Perform one update of gradient descent.",
        "Perform one step of gradient descent with learning rate $0.1$. The gradient is cut at $1$.",
        "Perform one step of signed gradient descent with learning rate $0.1$.",
        "Perform one step of gradient descent with learning rate $0.1$. A velocity is kept with the gradient.",
        r"Perform one step of gradient descent with learning rate $0.1$ on $L + w^2$.",
        "Perform two steps with learning rate $0.1$ that ascend $L$.",
        "The weights are tied, $v = 2 w$ always. Perform two updates with learning rate $0.1$.",
        "After each sample the weights move. Perform one update with learning rate $0.1$.",
        "Half of the weights stay as they are. Perform one update with learning rate $0.1$.",
        "The layers are trained one after the other. Perform one update with learning rate $0.1$.",
        "The first layer is frozen. Perform one update with learning rate $0.1$.",
        "Perform two updates with learning rate $0.1$: $w$ by gradient descent, $v$ by gradient ascent.",
        "To descend on $L$ is gradient ascent on $-L$. Perform two updates with learning rate $0.1$.",
    ],
)
def test_words_that_order_more_than_gradient_descent_keep_its_rule_back(text: str) -> None:
    assert open_in(f"{WEIGHTS} {text}")
    assert moved(f"{WEIGHTS} {text}") == set()


def test_ascent_goes_up() -> None:
    found = chainrule.solve(rf"{WEIGHTS} Perform one step of gradient ascent for $w$ with learning rate $0.1$.")
    assert r"w' = w + 0.1 \frac{\partial L}{\partial w}" in found.text
