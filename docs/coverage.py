"""`make coverage` writes docs/coverage.md from what the test sheets expect; `--check` fails when it is stale."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"
sys.path.insert(0, str(ROOT / "tests"))

from test_sheets import SHEETS, Line, lines, sheets  # noqa: E402

HEADING = re.compile(r"^#+\s+(.*)$|^\\(?:sub)*section\*?\{(.*)\}")
COMMENT = re.compile(r"\s*(?:<!--.*|(?<!\\)%.*)$")
SHOWN = ("verified", "refuted", "assumed", "unsupported")
HEAD = """# What is covered today

Written by `make coverage` from what the sheets of `tests/sheets` expect of every line; the tests hold each of them.
A section is one construct. *Not yet* counts lines that the checker does not meet today, marked `xfail` in the sheet.
"""


def sections(sheet: str) -> Iterator[tuple[str, list[Line]]]:
    """The headings of a sheet with the lines below each."""
    text = (SHEETS / sheet).read_text(encoding="utf-8").splitlines()
    starts = [(n, m[1] or m[2]) for n, row in enumerate(text, start=1) if (m := HEADING.match(row))]
    expected = lines(sheet)
    edges = [*([] if starts and starts[0][0] == 1 else [(0, sheet)]), *starts, (len(text) + 1, "")]
    for (first, title), (after, _) in pairwise(edges):
        yield title, [x for x in expected if first <= x.number < after]


def example(found: list[Line]) -> str:
    """The source of the first line that is judged."""
    judged = [x for x in found if any(v in SHOWN for e in x.expected for v in e.verdicts)]
    for line in judged[:1]:
        row = (SHEETS / line.sheet).read_text(encoding="utf-8").splitlines()[line.number - 1]
        return f"`{COMMENT.sub('', row).strip()}`"
    return ""


def counted(found: list[Line]) -> str:
    """How many lines have which verdict."""
    verdicts = Counter(e.verdicts[0] for x in found if not x.fails for e in x.expected)
    failing = sum(len(x.expected) for x in found if x.fails)
    parts = [f"{verdicts[v]} {v}" for v in SHOWN if verdicts[v]] + ([f"{failing} not yet"] if failing else [])
    return ", ".join(parts)


def page() -> str:
    """The whole page."""
    rows = [HEAD]
    for sheet in sheets():
        rows.append(f"## {sheet}\n")
        for title, found in sections(sheet):
            if counts := counted(found):
                rows.append(f"- **{title}**: {counts}. {example(found)}".rstrip())
        rows.append("")
    return "\n".join(rows).rstrip() + "\n"


def main() -> int:
    """Write the page, or say whether it is stale."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    return 0 if PAGE.read_text(encoding="utf-8") == page() else 1


if __name__ == "__main__":
    sys.exit(main())
