"""The front matter gives a sheet what neither it nor its context says."""

import pytest

from chainrule.check.engine import check_document
from chainrule.read.load import from_text

GIVEN = "+++\ngiven = 'Let $f(x) = x^3$.'\n+++\n\n"


@pytest.mark.parametrize(
    ("head", "claim", "verdict"),
    [
        (GIVEN, "f'(x) = 3 x^2", "verified"),
        (GIVEN, "f'(x) = 2 x^2", "refuted"),
        ("", "f'(x) = 3 x^2", "assumed"),
        ("+++\ngiven = 3\n+++\n\n", "f'(x) = 3 x^2", "assumed"),
    ],
)
def test_what_is_given_is_used(head: str, claim: str, verdict: str) -> None:
    report = check_document(from_text(f"{head}$$ {claim} $$\n", kind="markdown"))
    assert [s.verdict for s in report.statements] == [verdict]
