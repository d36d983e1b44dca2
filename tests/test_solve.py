"""`chainrule solve`: every question is answered in its place, the author's text stays, every line is read back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import chainrule
from chainrule.cli import app
from chainrule.solve.run import SolveError

# Sheets with questions, each with what its solution must hold (TeX, without blanks).
SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "logistic regression, one sample": (
        r"""Let $x, w \in \mathbb{R}^d$, $y \in \mathbb{R}$, $z = w^\top x$, $\hat y = \sigma(z)$ with the
        logistic sigmoid $\sigma$, and $$L = -y \log \hat y - (1 - y) \log(1 - \hat y).$$

        1. Compute $\frac{\partial L}{\partial \hat y}$.
        2. Compute $\frac{\partial L}{\partial z}$.
        3. Compute $\nabla_w L$.
        """,
        (
            r"\frac{1-y}{1-\haty}-\frac{y}{\haty}",
            r"\frac{\partialL}{\partialz}=\haty-y",
            r"\frac{\partialL}{\partialz}x",
        ),
    ),
    "logistic regression, all samples": (
        r"""Let $x_i \in \mathbb{R}^d$ with labels $y_i \in \{0, 1\}$, $p_i = \sigma(w^\top x_i)$ where $\sigma$ is the
        sigmoid, and $$L(w) = -\sum_{i=1}^n \left[ y_i \log p_i + (1 - y_i) \log (1 - p_i) \right].$$
        Find $\nabla_w L$.""",
        (r"\nabla_wL=\sum_{i}\left(p_i-y_i\right)x_i",),
    ),
    "softmax regression": (
        r"""Let $z = W x$, $W \in \mathbb{R}^{K \times d}$, $x \in \mathbb{R}^d$, 
        $p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$ and $L = -\sum_k y_k \log p_k$ with a one-hot vector $y$.

        Derive $\frac{\partial L}{\partial z_k}$, then find the gradient of $L$ with respect to $W$.""",
        (r"p_{i}-y_{i}", r"\frac{\partialL}{\partialz}x^{\top}"),
    ),
    "quadratic form": (
        r"""For $A \in \mathbb{R}^{n \times n}$ and $b, x \in \mathbb{R}^n$, let $f(x) = \frac12 x^\top A x - b^\top x$.
        $$\nabla f(x) = ?$$
        $$\nabla^2 f(x) = ?$$""",
        (r"\frac{1}{2}Ax+\frac{1}{2}A^{\top}x-b", r"\frac{1}{2}\left(A+A^{\top}\right)"),
    ),
    "calculus": (
        r"""Let $f(x) = \log(1 + e^x)$. Find the derivative of $f$ with respect to $x$. Compute $f'(0)$.""",
        (r"\sigma\left(x\right)", "f'(0)=0.5"),
    ),
    "two exercises": (
        r"""## Exercise 1
Let $y = \tanh(a x + b)$ with scalars. Compute $\frac{\partial y}{\partial a}$ and $\frac{\partial y}{\partial b}$.

## Exercise 2
Let $u, v \in \mathbb{R}^n$ and $s = u^\top v$. Compute $\frac{\partial s}{\partial u}$.""",
        (r"\frac{\partials}{\partialu}=v",),
    ),
    "blanks in LaTeX": (
        r"""\documentclass{article}
\begin{document}
Let $q = \sum_{i=1}^n (y_i - a x_i - c)^2$.
\begin{align*}
\frac{\partial q}{\partial a} &= \_\_\_\_ \\
\frac{\partial q}{\partial c} &= \underline{\hspace{3cm}}
\end{align*}
\end{document}
""",
        (r"-2\sum_{i}\left(y_i-x_ia-c\right)x_i",),
    ),
    "ridge regression in LaTeX": (
        r"""\documentclass{article}
\begin{document}
Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^n$, $\lambda > 0$ and
\[ J(w) = \|X w - y\|^2 + \lambda \|w\|^2 . \]
\begin{enumerate}
\item Compute the gradient of $J$ with respect to $w$.
\item Compute the Hessian of $J$ with respect to $w$.
\item What is $\frac{\partial J}{\partial \lambda}$?
\item Complete: \[ \frac{\partial J}{\partial y} = \ldots \]
\end{enumerate}
\end{document}
""",
        (r"X^{\top}X+\lambdaI", r"w^{\top}w", r"2\left(y-Xw\right)"),
    ),
    "shapes that nobody tells": (
        r"""Let $z = W x + b$, $h = \operatorname{ReLU}(z)$ and $L = \frac12 \|h - t\|^2$.

        Derive the gradients of $L$ with respect to $W$, $b$ and $x$.""",
        (r"Here$x$,$b$,$t$arevectors", r"\frac{\partialL}{\partialz}x^{\top}", r"W^{\top}\frac{\partialL}{\partialz}"),
    ),
    "a graph with numbers": (
        r"""$x = 2$, $y = -1$, $z = 3$ and $f = (x + y) z$, $q = x + y$.

- $q = ?$
- $f = ?$
- $\frac{\partial f}{\partial q} = ?$
- $\frac{\partial f}{\partial z} = \ldots$
""",
        ("$q=1$", "$f=3$", r"\frac{\partialf}{\partialq}=z", r"\frac{\partialf}{\partialz}=1"),
    ),
    "a neuron with updates": (
        r"""One neuron with $w_1 = 0.5$, $w_2 = -0.3$, $b = 0.1$ gets $x_1 = 1$, $x_2 = 2$; the target is $t = 1$.
$z = w_1 x_1 + w_2 x_2 + b$, $a = \frac{1}{1 + e^{-z}}$, $E = \frac12 (t - a)^2$.
$$w_1^{new} = w_1 - \eta \frac{\partial E}{\partial w_1}, \quad w_2^{new} = w_2 - \eta \frac{\partial E}{\partial w_2}$$
with $\eta = 0.5$.

(a) Fill in: $z = ?$, $a = ?$, $E = ?$

(b) Compute $\frac{\partial E}{\partial w_1}$ and $\frac{\partial E}{\partial w_2}$.

(c) Perform two updates.""",
        ("z=0", "a=0.5", "E=0.125", r"\left(a-t\right)\left(1-a\right)a", "w'_1=0.5625", "w''_1="),
    ),
    "steps with numbers": (
        r"""We minimise $f(x) = x^4 - 3x^2 + x$ with $x_{k+1} = x_k - \alpha f'(x_k)$, $x_0 = 2$, $\alpha = 0.01$.

Carry out three steps.""",
        ("x_{1}=1.79", "x_{2}=1.65798644", "x_{3}="),
    ),
    "a network with data": (
        r"""Let $X = \begin{bmatrix} 1 & 0.5 \\ -0.3 & 2 \\ 0.7 & -1.2 \end{bmatrix}$,
$y = \begin{bmatrix} 1 \\ -0.5 \\ 0.25 \end{bmatrix}$, $V = \begin{bmatrix} 0.3 & -0.1 \\ 0.4 & 0.5 \end{bmatrix}$ and
$u = \begin{bmatrix} 0.7 \\ -0.2 \end{bmatrix}$.

$$s = X V, \quad h = \tanh(s), \quad p = h u, \quad L = \frac{1}{2} \|p - y\|^2$$

1. Fill in: $$h = ?$$
2. Compute $\frac{\partial L}{\partial u}$ and $\frac{\partial L}{\partial V}$.
3. Perform two updates of gradient descent with learning rate $\eta = 0.1$.
""",
        (r"h^{\top}\frac{\partialL}{\partialp}", r"X^{\top}\frac{\partialL}{\partials}", r"V'=V-\eta", "L'=", "V''="),
    ),
    "two layers": (
        r"""Let $a = W^{(1)} x$, $h = \tanh(a)$, $o = W^{(2)} h$, $p = \operatorname{softmax}(o)$, 
        $L = -\sum_k y_k \log p_k$ for a one-hot $y$.

        Compute $\frac{\partial L}{\partial o}$, $\frac{\partial L}{\partial W^{(2)}}$,
        $\frac{\partial L}{\partial W^{(1)}}$.""",
        (r"\frac{\partialL}{\partialo}=p-y", r"{W^{(2)}}^{\top}\frac{\partialL}{\partialo}"),
    ),
    "mean with a penalty": (
        r"""Let $K = \frac{1}{n} \sum_{i=1}^n (w^\top x_i - y_i)^2 + \lambda \|w\|^2$ with $w, x_i \in \mathbb{R}^d$.
        Compute $\nabla_w K$ and $\frac{\partial K}{\partial \lambda}$.""",
        (r"\frac{\partialK}{\partial\lambda}=w^{\top}w",),
    ),
    "covariance": (
        r"""Let $\mathcal{L} = \log\det \Sigma + \operatorname{tr}(\Sigma^{-1} S)$ for positive definite matrices
        $\Sigma$ and $S$.
        What is $\frac{\partial \mathcal{L}}{\partial S}$?""",
        (r"\Sigma^{-\top}",),
    ),
    "second derivatives": (
        r"""Let $g(u) = \sin(u)$ and $u = x^2 y$. Find $\frac{\partial g}{\partial x}$ and
        $\frac{\partial^2 g}{\partial x \partial y}$.""",
        (r"\cos\left(u\right)",),
    ),
    "functions that nobody defines": (
        r"""A chain of layers of one unit each, with differentiable activations $f_1, f_2$:
        $$s_1 = W_1 x_{in}, \quad z_1 = f_1(s_1), \quad s_{out} = W_{out} z_1, \quad z_{out} = f_2(s_{out}).$$
        The loss is $\mathcal{L} = \frac{1}{2} (z_{out} - y_{gt})^2$.

        Compute $\frac{\partial \mathcal{L}}{\partial W_{out}}$ and $\frac{\partial \mathcal{L}}{\partial W_1}$.""",
        (r"f'_2\left(s_{out}\right)", r"\frac{\partial\mathcal{L}}{\partials_1}"),
    ),
    "entries of a matrix": (
        r"""All are scalars: $x_1, x_2$, the output $y$ and the target $t$. With $g(x) = 0.5x^2$,
        $z_3 = x_1 w_{13}$, $z_4 = x_2 w_{24}$, $a_i = g(z_i)$ for $i = 3, 4$, $y = a_3 + a_4$ and
        $l = \tfrac{1}{2}(y - t)^2$.

        Find the gradient of $l$ with respect to $w_{13}$ and $w_{24}$.""",
        (r"\frac{\partiall}{\partialw_{13}}",),
    ),
    "a loss for each sample, added up": (
        r"""Let $A = \begin{bmatrix} 1 & 0.5 \\ -0.3 & 2 \\ 0.7 & -1.2 \end{bmatrix}$,
        $t = \begin{bmatrix} 1 \\ 0 \\ 0.5 \end{bmatrix}$, $v = \begin{bmatrix} 0.3 \\ -0.1 \end{bmatrix}$,
        $$q = \sigma(A v), \quad E = (q - t)^2$$
        with the sigmoid $\sigma$. The errors of the samples are added up.

        (a) Compute $E$ and $\frac{\partial E}{\partial v}$.

        (b) Perform two updates of $v$ with learning rate 0.5.""",
        (
            r"\frac{\partialE}{\partialv}=A^{\top}",
            r"\frac{\partialE}{\partialv}=\begin{bmatrix}",
            r"v''=\begin{bmatrix}",
            r"E'=\begin{bmatrix}",
        ),
    ),
    "a loss for each sample, and no word about their sum": (
        r"""# Exercise 1
        Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^n$, $s = X w$ and
        $L = \frac12 (s - y)^2$.

        Compute $\frac{\partial L}{\partial w}$.

        # Exercise 2
        Let $L = a^2 b$ with scalars. Compute $\frac{\partial L}{\partial a}$.""",
        (r"Thelossesofthesamplesareaddedup.Compute", r"X^{\top}\frac{\partialL}{\partials}", "2ba"),
    ),
    "the gradient of a function of two numbers": (
        r"""$f(x, y) = x^2 y + \sin y$. Find the gradient of $f$.""",
        ("2yx", r"x^{2}+\cos\left(y\right)"),
    ),
}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module", params=SHEETS)
def solved(request: pytest.FixtureRequest) -> tuple[str, chainrule.Solved]:
    text = re.sub(r"(?m)^        ", "", SHEETS[request.param][0])
    return request.param, chainrule.solve(text)


def test_every_question_has_an_answer(solved: tuple[str, chainrule.Solved]) -> None:
    name, found = solved
    assert [q for q in found.questions if q.why_not] == []
    assert [part for part in SHEETS[name][1] if part not in squeezed(found.text)] == []


def test_every_line_is_read_back_and_right(solved: tuple[str, chainrule.Solved]) -> None:
    (document,) = chainrule.check(solved[1].text).documents
    assert [
        (s.line, s.verdict, s.tex) for s in document.statements if s.verdict not in ("verified", "definition")
    ] == []
    assert any(s.verdict == "verified" for s in document.statements)


def test_the_text_of_the_author_stays(solved: tuple[str, chainrule.Solved]) -> None:
    name, found = solved
    text = re.sub(r"(?m)^        ", "", SHEETS[name][0])
    at = 0
    for line in text.splitlines():
        kept = re.split(r"\?|\\ldots|\\_|\\underline", line)[0].rstrip(" =")
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
        (r"Let $L = w^2$. Perform two updates.", "no update rule"),
    ],
)
def test_what_cannot_be_answered_is_said_in_its_place(text: str, said: str) -> None:
    found = chainrule.solve(text)
    (question,) = (q for q in found.questions if q.why_not)
    assert said in question.why_not
    assert "Not answered" in found.text


def test_a_wrong_answer_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from chainrule.solve import asking
    from chainrule.solve.writing import Way
    from chainrule.write.derivation import Line

    def wrong(*_: object) -> list[Way]:
        return [Way((), Line("result", r"\frac{\partial L}{\partial w}", "3 w x^2"))]

    monkeypatch.setattr(asking, "ways", wrong)
    found = chainrule.solve(r"Let $L = (w x)^2$ be scalar. Compute $\frac{\partial L}{\partial w}$.")
    assert "3 w x^2" not in found.text
    assert "could not be confirmed" in found.questions[0].why_not


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
