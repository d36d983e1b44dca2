"""Sheets that carry the expected verdict of every relation in a comment on the line where the relation ends.

    $$ z = W x $$ <!-- definition -->
    \\frac{\\partial L}{\\partial z} &= y - p \\\\ % refuted: sign try: p - y
    \\frac{d}{dx} f(x) &= g(x) % xfail verified ## why the checker is not there yet

Several relations on a line are listed in order, with commas between them; `refuted|unsupported` allows either. What
follows the colon is the code of the verdict or of one of its notes, what follows `try:` the repaired side. `xfail`
before the verdicts marks what the checker does not meet today; after the colon it marks only the code and the repair.
Every relation of a sheet must be expected. A sheet `name.md` is read with `name.context.md` where that exists.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from chainrule.check.engine import check_document
from chainrule.check.records import budget
from chainrule.check.records.options import Options
from chainrule.check.records.report import VERDICTS, DocumentReport, Statement
from chainrule.read.load import load

SHEETS = Path(__file__).parent / "sheets"
SUFFIXES = (".md", ".tex", ".txt")

_WORD = "|".join(VERDICTS)
_COMMENT = re.compile(rf"(?:(?<!\\)%|<!--)\s*(?P<xfail>xfail\s+)?(?P<body>(?:{_WORD})\b.*?)\s*(?:-->\s*)?$")
_ONE = re.compile(rf"(?P<verdicts>(?:{_WORD})(?:\|(?:{_WORD}))*)(?::\s*(?P<xfail>xfail\s+)?(?P<code>[a-z-]+))?$")


@dataclass(frozen=True)
class Expected:
    """What is expected of one relation."""

    verdicts: tuple[str, ...]
    code: str = ""
    code_fails: bool = False
    repair: str = ""


@dataclass(frozen=True)
class Line:
    """The expectations of one line of a sheet, in order."""

    sheet: str
    number: int
    expected: tuple[Expected, ...]
    fails: bool = False
    why: str = ""

    @property
    def id(self) -> str:
        """Where it stands: `dense_layer.md:12`."""
        return f"{self.sheet}:{self.number}"


def sheets() -> list[str]:
    """The names of the sheets; contexts are no sheets of their own."""
    return sorted(p.name for p in SHEETS.iterdir() if p.suffix in SUFFIXES and ".context." not in p.name)


def expectation(sheet: str, number: int, text: str) -> Line | None:
    """The expectations that a line of text carries, if any."""
    found = _COMMENT.search(text)
    if found is None:
        return None
    body, _, why = found["body"].partition(" ## ")
    body, _, repair = body.partition(" try: ")
    rows = [_ONE.match(part.strip()) for part in body.split(",")]
    if not all(rows):
        raise ValueError(f"{sheet}:{number}: not an expectation: {body!r}")
    expected = [Expected(tuple(r["verdicts"].split("|")), r["code"] or "", bool(r["xfail"])) for r in rows if r]
    if repair:
        last = expected[-1]
        expected[-1] = Expected(last.verdicts, last.code, last.code_fails, repair.strip())
    return Line(sheet, number, tuple(expected), bool(found["xfail"]), why.strip())


def lines(sheet: str) -> list[Line]:
    """The lines of a sheet that carry expectations."""
    text = (SHEETS / sheet).read_text(encoding="utf-8")
    found = (expectation(sheet, n, line) for n, line in enumerate(text.splitlines(), start=1))
    return [line for line in found if line is not None]


@cache
def report(sheet: str) -> tuple[DocumentReport, list[str]]:
    """What the checker says of a sheet, and the warnings it gives; each sheet is checked once."""
    path = SHEETS / sheet
    around = path.with_suffix(f".context{path.suffix}")
    context = [load(around)] if around.exists() else []
    with warnings.catch_warnings(record=True) as warned, pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("always")
        patch.setattr(budget, "SECONDS_FOR_ALL", 120.0)  # a busy machine must not change what is found
        found = check_document(load(path), context, Options(deadline=120.0))
    return found, [f"{w.filename}:{w.lineno}: {w.message}" for w in warned]


@cache
def checked(sheet: str) -> dict[int, list[Statement]]:
    """The statements of a sheet by the line on which they end."""
    found: dict[int, list[Statement]] = {}
    for statement in report(sheet)[0].statements:
        found.setdefault(statement.end_line, []).append(statement)
    return found


def shown(statements: list[Statement]) -> str:
    """What the checker said, for a person who reads the failure."""
    return "\n".join(f"  {s.tex}\n    {s.verdict} [{s.code}] {s.message}" for s in statements) or "  no statement"


def meets(statement: Statement, want: Expected) -> bool:
    """Whether a statement has the code and the repair that are expected."""
    codes = {statement.code, *(note.code for note in statement.notes)}
    repair = statement.suggestion.tex if statement.suggestion else ""
    return (not want.code or want.code in codes) and (not want.repair or squeezed(repair) == squeezed(want.repair))


def squeezed(tex: str) -> str:
    """TeX without what does not change how it reads."""
    return re.sub(r"\\(?:left|right|,|;|!|quad)(?![a-zA-Z])|[\s{}&]", "", tex)


def marks(line: Line, fails: bool) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True, reason=line.why)] if fails else []


LINES = [line for sheet in sheets() for line in lines(sheet)]
CODES = [(line, n, want) for line in LINES for n, want in enumerate(line.expected) if want.code or want.repair]


@pytest.mark.parametrize("line", [pytest.param(x, id=x.id, marks=marks(x, x.fails)) for x in LINES])
def test_verdicts(line: Line) -> None:
    found = checked(line.sheet).get(line.number, [])
    said = f"{line.id} expects {', '.join('|'.join(x.verdicts) for x in line.expected)}; found\n{shown(found)}"
    assert len(found) == len(line.expected), said
    assert all(s.verdict in x.verdicts for s, x in zip(found, line.expected, strict=True)), said


@pytest.mark.parametrize(
    ("line", "n"), [pytest.param(x, n, id=x.id, marks=marks(x, x.fails or w.code_fails)) for x, n, w in CODES]
)
def test_codes_and_repairs(line: Line, n: int) -> None:
    found = checked(line.sheet).get(line.number, [])
    assert len(found) > n and meets(found[n], line.expected[n]), f"{line.expected[n]}; found\n{shown(found)}"


@pytest.mark.parametrize("sheet", sheets())
def test_every_relation_is_expected(sheet: str) -> None:
    expected = {line.number for line in lines(sheet)}
    more = [s for number, found in checked(sheet).items() for s in found if number not in expected]
    assert not more, f"{sheet} has relations that no comment expects:\n{shown(more)}"


WARNED: frozenset[str] = frozenset()
"""The sheets on which arithmetic still warns."""


@pytest.mark.parametrize(
    "sheet", [pytest.param(x, marks=pytest.mark.xfail(strict=True) if x in WARNED else ()) for x in sheets()]
)
def test_checking_warns_of_nothing(sheet: str) -> None:
    assert report(sheet)[1] == []


@pytest.mark.parametrize("sheet", sheets())
def test_evidence_comes_with_every_verdict(sheet: str) -> None:
    """A refuted relation shows numbers or shapes on both sides, a verified one says what it rests on."""
    for statement in (s for found in checked(sheet).values() for s in found):
        if statement.verdict == "refuted":
            assert statement.counterexample is not None, shown([statement])
            assert statement.counterexample.lhs != statement.counterexample.rhs, shown([statement])
        if statement.verdict == "verified":
            assert statement.evidence is not None, shown([statement])
            assert statement.evidence.method != "sampled" or statement.evidence.points, shown([statement])


INSIDE = re.compile(r"\b(?:cal|bold|bb|frak) \w|°|#\d|·")
"""What names have inside and nobody writes: typefaces as words, marks of samples, redefinitions and bound indices."""


@pytest.mark.parametrize("sheet", sheets())
def test_names_are_shown_as_they_are_written(sheet: str) -> None:
    for s in (s for found in checked(sheet).values() for s in found):
        said = [s.message, *s.assumptions, *(s.counterexample.values if s.counterexample else ())]
        assert not any(INSIDE.search(text) for text in said), f"line {s.line}: {said}"


def test_an_expectation_is_read() -> None:
    line = expectation("s.md", 3, r"$$ a = b = c $$ <!-- xfail definition, refuted|assumed: sign try: x, y ## why -->")
    assert line == Line("s.md", 3, (Expected(("definition",)), Expected(("refuted", "assumed"), "sign", False, "x, y")),
                        True, "why")  # fmt: skip
    later = expectation("s.tex", 4, r"  a &= b \\ % refuted: xfail index")
    assert later == Line("s.tex", 4, (Expected(("refuted",), "index", True),))


@pytest.mark.parametrize("text", ["$a = b$ % a remark", r"5\% verified", "it is verified", "<!-- a comment -->"])
def test_other_comments_are_no_expectation(text: str) -> None:
    assert expectation("s.md", 1, text) is None


def test_a_mistyped_expectation_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"s\.md:7: not an expectation"):
        expectation("s.md", 7, "$a = b$ <!-- verified, refutted -->")
