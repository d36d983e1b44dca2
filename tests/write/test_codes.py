"""The table of reason codes and the page printed from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.write.codes import CODES, GROUPS, Code, explain, find, page, similar

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "codes.md").read_text() == page(), "run `make codes`"


def test_rows_are_unique_and_complete() -> None:
    assert len({(row.group, row.code) for row in CODES}) == len(CODES)
    assert {row.group for row in CODES} == set(GROUPS)
    assert [row.code for row in CODES if not row.meaning.endswith(".") or not row.why.endswith(".")] == []


@pytest.mark.parametrize("row", [row for row in CODES if row.group == "refuted"], ids=lambda row: row.code)
def test_every_way_to_be_wrong_has_an_example(row: Code) -> None:
    assert row.wrong != row.right
    assert row.wrong
    assert row.right


def test_find_and_explain() -> None:
    assert [row.group for row in find("too-large")] == ["unsupported", "problem"]
    assert [row.group for row in find("too-large", "problem")] == ["problem"]
    assert find("nothing") == ()
    assert "transposed" in similar("transpose")
    assert explain(find("sign")[0]).startswith("sign (refuted)\n  A sign is wrong.")
