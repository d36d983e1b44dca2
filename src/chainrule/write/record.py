"""The record as JSON, schema `chainrule.check/1` (`docs/check.schema.json`)."""

from __future__ import annotations

import json
import math
from typing import Any

from chainrule.check.records.report import Report


def to_json(report: Report) -> str:
    """The report as one JSON document that any reader accepts: what is no finite number is a string."""
    return dumps(report.record())


def dumps(data: Any) -> str:
    """JSON text with a line end; characters outside ASCII stand as they are."""
    return json.dumps(_finite(data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """Replace infinities and not-a-number, which JSON does not have, by their names."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value
