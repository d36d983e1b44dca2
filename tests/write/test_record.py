"""The JSON contract, and the schema that describes it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from chainrule.check.records.report import Counterexample, Report
from chainrule.write.record import to_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    data = json.loads((ROOT / "docs" / "check.schema.json").read_text())
    Draft202012Validator.check_schema(data)
    return Draft202012Validator(data)


def test_record_is_what_the_schema_says(report: Report, schema: Draft202012Validator) -> None:
    data = json.loads(to_json(report))
    schema.validate(data)
    first = data["documents"][0]["statements"][1]
    assert first["counterexample"]["where"] == "entry (1,2)"
    assert "notes" not in first
    assert data["documents"][0]["counts"]["refuted"] == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [("verdict", "wrong"), ("line", 0), ("assumptions", []), ("extra", 1), ("code", ""), ("lhs", None)],
)
def test_schema_can_fail(report: Report, schema: Draft202012Validator, key: str, value: Any) -> None:
    data = json.loads(to_json(report))
    data["documents"][0]["statements"][1][key] = value
    with pytest.raises(ValidationError):
        schema.validate(data)


def test_infinity_is_not_written_as_a_number(report: Report, schema: Draft202012Validator) -> None:
    odd = replace(report.statements[1], counterexample=Counterexample({"x": float("nan")}, float("inf"), [1.0, 2]))
    text = to_json(Report((replace(report.documents[0], statements=(odd,)),)))
    data = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    schema.validate(data)
    assert data["documents"][0]["statements"][0]["counterexample"]["lhs"] == "inf"
