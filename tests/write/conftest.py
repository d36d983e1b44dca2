"""A hand-made report with every verdict in it, and the text it is about."""

from __future__ import annotations

import pytest

from chainrule.check.records.report import Counterexample, DocumentReport, Evidence, Note, Report, Statement, Suggestion

LINES = [
    "# Notes",
    "",
    "Let $z = W x + b$ and so on.",
    "$$dL/dW = x \\delta^T$$",
    "$$dL/db = \\delta$$",
    "$$f(x) = \\foo x$$",
    "$$u = v$$",
    "$$h_1 = \\sigma(0.3775) = 0.593369992$$",
]
TEXT = "\n".join(LINES) + "\n"


def statement(
    number: int, line: int, tex: str, verdict: str, code: str, message: str = "", **more: object
) -> Statement:
    """A statement that stands where its TeX stands in the text."""
    column = LINES[line - 1].index(tex) + 1
    left, _, right = tex.partition(" = ")
    place = (line, column, line, column + len(tex))
    kind = "definition" if verdict == "definition" else "claim"
    return Statement(f"s{number}", *place, tex, left, "=", right, kind, verdict, code, message, **more)  # type: ignore[arg-type]


REFUTED = statement(
    2,
    4,
    "dL/dW = x \\delta^T",
    "refuted",
    "transposed",
    "The left side is 2 x 3, the right side is 3 x 2.",
    evidence=Evidence("sampled", points=12, sizes={"m": 2, "n": 3}, seed=0),
    counterexample=Counterexample(
        {"x": [1.0, -0.5, 2.0], "\\delta": [0.25, -1.5]},
        [[0.25, -0.125, 0.5], [-1.5, 0.75, -3.0]],
        [[0.25, -1.5], [-0.125, 0.75], [0.5, -3.0]],
        "entry (1,2)",
    ),
    suggestion=Suggestion("\\delta x^T", "exchange the factors", "the gradient has the shape of W"),
)
STATEMENTS = (
    statement(1, 3, "z = W x + b", "definition", "definition"),
    REFUTED,
    statement(3, 5, "dL/db = \\delta", "verified", "proved", evidence=Evidence("proved")),
    statement(4, 6, "f(x) = \\foo x", "unsupported", "unknown-macro", "\\foo is not defined."),
    statement(5, 7, "u = v", "assumed", "undefined-symbol", "v is never defined.", assumptions=("v is a number",)),
    statement(
        6,
        8,
        "h_1 = \\sigma(0.3775) = 0.593369992",
        "refuted",
        "wrong-digit",
        "The value is 0.593269992.",
        evidence=Evidence("digits"),
        counterexample=Counterexample({}, 0.593269992, 0.593369992),
        notes=(Note("restated", "the same number stands on line 2"),),
    ),
)


@pytest.fixture
def text() -> str:
    return TEXT


@pytest.fixture
def refuted() -> Statement:
    return REFUTED


@pytest.fixture
def document() -> DocumentReport:
    return DocumentReport(
        "notes/a sheet.md", STATEMENTS, text=TEXT, conventions=("gradients have the parameter's shape",)
    )


@pytest.fixture
def report(document: DocumentReport) -> Report:
    return Report((document,))
