"""What sentences ask for: every verb, and the ways to ask for the place where a derivative is zero."""

from __future__ import annotations

import pytest

from chainrule.read.load import from_text
from chainrule.sheet.syntax.names import Glossary
from chainrule.solve.orders import VERBS
from chainrule.solve.question import Question
from chainrule.solve.questions import questions


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
    r"Find the optimal $w$.",
    r"Which is the best-fitting slope $w$?",
    r"Calculate the minimising weight $w$.",
    r"Find the MAP estimate $w_{MAP}$.",
    r"Determine $w_{\mathrm{MAP}}$.",
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
        r"Compute the optimal loss $L$.",
        r"Draw a MAP of $L$.",
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


# -------------------------------------------------------------------------------------------------- other languages

LW, LB = r"\frac{\partial L}{\partial w}", r"\frac{\partial L}{\partial b}"


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        (r"Berechnen Sie $\frac{\partial L}{\partial w}$.", [LW]),
        (r"Bestimme $\frac{\partial L}{\partial w}$ und $\frac{\partial L}{\partial b}$.", [LW, LB]),
        (r"Ermitteln Sie die partielle Ableitung von $L$ nach $w$.", [LW]),
        (r"Leiten Sie den Gradienten von $L$ bezüglich $w$ und $b$ her.", [LW, LB]),
        (r"Wie lautet die Ableitung von $L$ in Bezug auf $w$?", [LW]),
        (r"Finde die Hesse-Matrix von $L$ nach $w$.", [r"\frac{\partial^2 L}{\partial w \partial w^\top}"]),
        (r"Werten Sie den Gradienten von $L$ an der Stelle $(2, 5)$ aus.", [r"\nabla L"]),
        (r"Bestimmen Sie $\nabla L(w)$ und die Hesse-Matrix.", [r"\nabla L(w)", r"\nabla^2"]),
        (r"Évaluer le gradient de $L$ au point $(2, 5)$.", [r"\nabla L"]),
        (r"Evalúe el gradiente de $L$ en el punto $(2, 5)$.", [r"\nabla L"]),
        (r"Zeigen Sie, dass $\frac{\partial L}{\partial w} = x$.", [LW]),
        (r"Calculer $\frac{\partial L}{\partial w}$ et $\frac{\partial L}{\partial b}$.", [LW, LB]),
        (r"Calculez la dérivée de $L$ par rapport à $w$.", [LW]),
        (r"Déterminer le gradient de $L$ par rapport à $w$ et $b$.", [LW, LB]),
        (r"Trouvez la dérivée partielle de $L$ selon $w$.", [LW]),
        (r"Quelle est la dérivée de $L$ par rapport à $w$ ?", [LW]),
        (r"Donner la hessienne de $L$ par rapport à $w$.", [r"\frac{\partial^2 L}{\partial w \partial w^\top}"]),
        (r"Montrer que $\frac{\partial L}{\partial w} = x$.", [LW]),
        (r"Calcule la derivada de $L$ con respecto a $w$ y $b$.", [LW, LB]),
        (r"Hallar el gradiente de $L$ respecto a $w$.", [LW]),
        (r"Encuentre la derivada parcial de $L$ respecto de $w$.", [LW]),
        (r"Determine la derivada de $L$ respecto a $w$.", [LW]),
        (r"Demuestre que $\frac{\partial L}{\partial w} = x$.", [LW]),
    ],
)
def test_derivatives_in_other_languages(text: str, tex: list[str]) -> None:
    assert [q.tex for q in asked(text)] == tex


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"Für welches $w$ ist der Gradient null?", ("w",)),
        (r"Für welchen Wert $w$ verschwindet die Ableitung?", ("w",)),
        (r"Setzen Sie die Ableitung gleich null und lösen Sie nach $w$ auf.", ("w",)),
        (r"Bestimmen Sie den Maximum-Likelihood-Schätzer von $w$.", ("w",)),
        (r"Welches $w$ minimiert $L$?", ("w", "L")),
        (r"Minimieren Sie $L$ nach $w$.", ("L", "w")),
        (r"Maximiere $L$ nach $w$.", ("L", "w")),
        (r"Pour quel $w$ le gradient est-il nul ?", ("w",)),
        (r"En quel $w$ le gradient s'annule-t-il ?", ("w",)),
        (r"Déterminer l'estimateur du maximum de vraisemblance de $w$.", ("w",)),
        (r"Trouver $w$ qui minimise $L$.", ("w", "L")),
        (r"Minimiser $L$ par rapport à $w$.", ("L", "w")),
        (r"¿Para qué valor de $w$ es cero el gradiente?", ("w",)),
        (r"Halle el estimador de máxima verosimilitud de $w$.", ("w",)),
    ],
)
def test_places_in_other_languages(text: str, said: tuple[str, ...]) -> None:
    (found,) = asked(text)
    assert found.root is not None
    assert found.root.said == said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Führen Sie zwei Schritte des Gradientenverfahrens durch.", 2),
        ("Führe drei Aktualisierungen aus.", 3),
        ("Führen Sie vier Iterationen durch.", 4),
        ("Effectuer deux étapes de descente de gradient.", 2),
        ("Effectuez trois itérations.", 3),
        ("Effectue quatre pas de descente.", 4),
        ("Realice dos pasos de descenso.", 2),
        ("Realiza tres iteraciones.", 3),
    ],
)
def test_updates_in_other_languages(text: str, count: int) -> None:
    assert [q.updates for q in asked(text)] == [count]


def test_all_parameters_in_other_languages() -> None:
    for text in (
        r"Berechnen Sie den Gradienten des Fehlers nach allen Parametern.",
        r"Calculer le gradient de l'erreur par rapport à tous les paramètres.",
    ):
        assert [q.tex for q in asked(text)] == [r"\frac{\partial }{\partial }"]


@pytest.mark.parametrize(
    "text",
    [
        r"Compute $\frac{\partial L}{\partial w}$ if we add the penalty $w^2$.",
        r"What is $\frac{\partial L}{\partial w}$ when the loss is replaced by $2 L$?",
        r"Berechnen Sie $\frac{\partial L}{\partial w}$, wenn $w^2$ addiert wird.",
        r"Donner la dérivée de $L$ par rapport à $w$ si on ajoute $w^2$.",
    ],
)
def test_what_changes_the_sheet_is_open(text: str) -> None:
    assert [bool(q.words) for q in asked(text)] == [True]


def test_the_loss_in_words() -> None:
    found = asked(r"Derive the gradient of the loss with respect to $W$ and $b$.")
    assert [q.tex for q in found] == [r"\frac{\partial }{\partial W}", r"\frac{\partial }{\partial b}"]


def test_a_derivative_and_updates_in_one_sentence() -> None:
    found = asked(r"Compute $\frac{\partial L}{\partial w}$ and perform two updates of gradient descent.")
    assert [(q.tex, q.updates) for q in found if q.tex] == [(LW, 0)]
    assert [q.updates for q in found if not q.tex] == [2]


def test_all_partial_derivatives() -> None:
    for text in ("Compute all partial derivatives.", "Find all first-order partial derivatives of the function."):
        assert [q.tex for q in asked(text)] == [r"\frac{\partial }{\partial }"]


def test_several_kinds_of_derivatives_at_once() -> None:
    for text in (
        r"Compute the gradient and the Hessian of $J$.",
        r"Find the first and second derivatives of $J$.",
        r"Differentiate $J$ twice.",
        r"Determine the gradient vector and Hessian matrix of $J$.",
    ):
        assert [q.tex for q in asked(text)] == [r"\nabla J", r"\nabla^2 J"]
    found = asked(r"Find the gradient of $E$ and the least-squares estimate.")
    assert [q.tex for q in found if q.root is None] == [r"\nabla E"]
    assert [q.root.said for q in found if q.root is not None] == [("E",)]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        (r"Compute the gradient of $f$ at $w = (1, 2)$.", ("w = (1, 2)",)),
        (r"Compute $f'(x)$ at $x = 0$ and $x = 1$.", ("x = 0", "x = 1")),
        (r"Compute the gradient of $g$ at the point $(1, 2)$.", ("(1, 2)",)),
        (r"Find $\frac{\partial f}{\partial x}$ and evaluate it at $(x, y) = (1, 2)$.", ("x = 1, y = 2",)),
        (r"What is the gradient of $f$ for $k \neq y$?", ()),
    ],
)
def test_points(text: str, points: tuple[str, ...]) -> None:
    (found,) = asked(text)
    assert found.points == points


@pytest.mark.parametrize(
    "text",
    [
        "State the update for one sample.",
        r"Compute the gradient of $f$. Explain why it is zero there.",
        r"Show that $s(-z) = 1 - s(z)$.",
        "Implement gradient descent.",
        "Sketch the function.",
    ],
)
def test_no_order_is_passed_over(text: str) -> None:
    assert [bool(q.words) for q in asked(text)][-1:] == [True]


@pytest.mark.parametrize("text", ["Give your answer in matrix form.", "Show all your work.", "Simplify the result."])
def test_how_to_answer_is_no_question(text: str) -> None:
    assert asked(text) == []
