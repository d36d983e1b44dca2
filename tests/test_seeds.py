"""The two seed sheets beside the checkout, where they are: every relation must be judged as its label says.

The sheets are not part of the project; without them these tests are skipped.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chainrule.check.engine import check_document
from chainrule.read.load import load

SHARED = Path(__file__).resolve().parents[2] / "shared"
SCORER = SHARED / "tools" / "score_seeds.py"
SEEDS = SHARED / "seeds"
DOCUMENTS = ("000", "002")
RIGHT = {"verified", "definition"}

pytestmark = pytest.mark.skipif(not SCORER.exists(), reason=f"the seed sheets are not here: there is no {SCORER}")


def scorer() -> Any:
    """The module that scores the seeds; its `side` brings TeX into a form that can be compared."""
    spec = importlib.util.spec_from_file_location("score_seeds", SCORER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_relation_is_as_expected_with_its_context() -> None:
    command = f"{sys.executable} -m chainrule check"
    done = subprocess.run(
        [sys.executable, str(SCORER), "--command", command, "--json"], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    score = json.loads(done.stdout)
    assert (score["right"], score["wrong"]) == (score["total"], []), json.dumps(score["wrong"], indent=1)
    assert score["total"] == 114


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_right_is_refuted_without_the_context(name: str) -> None:
    """Without the exercise less can be known, but what is known must not become wrong."""
    side = scorer().side
    rows = json.loads((SEEDS / "gold.json").read_text(encoding="utf-8"))["relations"]
    right = {(side(r["lhs"]), side(r["rhs"])) for r in rows if r["document"] == name and RIGHT & {*r["expect"]}}
    wrong = {(side(r["lhs"]), side(r["rhs"])) for r in rows if r["document"] == name and "refuted" in r["expect"]}
    refuted = [s for s in check_document(load(SEEDS / f"{name}.md")).statements if s.verdict == "refuted"]
    sides = [(side(s.lhs), side(s.rhs)) for s in refuted]
    assert right, "no labels were found"
    assert not [s.tex for s, pair in zip(refuted, sides, strict=True) if pair in right - wrong]
