"""`make bench`: how fast sheets are checked and derivatives taken; the tables are kept in `benchmarks/RESULTS.md`.

Warm: statements per second in one process, sheets that stay the same checked again and again. Cold: seconds of
`chainrule check` from a fresh start. Every number is given twice, by the clock on the wall and by the time the
processor worked; they come apart when the machine has other things to do. Where the folder `../shared` is there, its
sheets are measured too; of those only file names are told.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import chainrule
from benchmarks import derivation

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.md"))
SHARED = ROOT.parent / "shared"
HERE = Path(__file__).resolve().parent

DERIVATIVES = """\
From the expression to the simplified derivative, in processor time, each tool in its own process: the median of as many
repetitions as fit into a second (at most 400); caches are emptied before each, theirs and ours. Beside ours in the same
run: SymPy's `MatrixExpr.diff` and tensorgrad's `full_simplify`, and how many times longer they take. Ours begins with
text and ends with steps and matrix notation; theirs begins with operators in Python. The second column is what of ours
goes into reading the text, inferring shapes and building the expression; in brackets stands how many times longer the
others take from the built expression on. Ours does not contain the comparison with finite differences that
`chainrule derive` makes before it shows anything, and the others do not make; the third column has it. A dash: the tool
does not do it, does it wrong, or is not there (`pip install 'chainrule[bench]'`)."""
ROUNDS = 5
SEEDS_TARGET = 2.5  # seconds, both seed sheets from a cold start
DEADLINE = 20.0
SLOW = "corpus: slow, "


@dataclass(frozen=True)
class Row:
    """One measured number, by the wall clock and by processor time."""

    what: str
    wall: float
    cpu: float
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Time:
    """Seconds that something took."""

    wall: float
    cpu: float


@contextmanager
def stopwatch() -> Iterator[list[Time]]:
    """A list that holds the time of the block afterwards, with that of the processes it waited for."""
    taken: list[Time] = []
    wall, cpu = perf_counter(), _processor()
    yield taken
    taken.append(Time(perf_counter() - wall, _processor() - cpu))


def _processor() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def middle(times: Iterable[Time]) -> Time:
    """The median of both clocks."""
    walls, cpus = zip(*((t.wall, t.cpu) for t in times), strict=True)
    return Time(median(walls), median(cpus))


def together(times: Iterable[Time]) -> Time:
    """The sum of both clocks."""
    walls, cpus = zip(*((t.wall, t.cpu) for t in times), strict=True)
    return Time(sum(walls), sum(cpus))


def seconds(what: str, time: Time, note: str = "") -> Row:
    """A row of seconds."""
    return Row(what, time.wall, time.cpu, "s", note)


def generated(layers: int) -> str:
    """A network of scalar layers: one definition and two derivatives for each."""
    lines = ["Let $\\sigma(t) = \\frac{1}{1 + e^{-t}}$, and let $x_0$ be a number.\n"]
    for i in range(1, layers + 1):
        lines += [f"$$a_{{{i}}} = w_{{{i}}} x_{{{i - 1}}} + b_{{{i}}}, \\quad x_{{{i}}} = \\sigma(a_{{{i}}})$$\n"]
        lines += [f"$$\\frac{{\\partial x_{{{i}}}}}{{\\partial a_{{{i}}}}} = x_{{{i}}} (1 - x_{{{i}}})$$\n"]
        lines += [f"$$\\frac{{\\partial a_{{{i}}}}}{{\\partial w_{{{i}}}}} = x_{{{i - 1}}}$$\n"]
    return "\n".join(lines)


def warm() -> Iterator[Row]:
    """Statements per second, the median of several rounds after one that is not counted."""
    sheets = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES}
    sheets |= {f"{n} layers, generated": generated(n) for n in (5, 20)}
    for name, text in sheets.items():
        rounds = [_checked(text) for _ in range(ROUNDS + 1)]
        count, time = rounds[0][1], middle(time for time, _ in rounds[1:])
        yield Row(f"warm: {name}", count / time.wall, count / time.cpu, "statements/s", f"{count} statements")


def _checked(source: str | Path) -> tuple[Time, int]:
    with stopwatch() as taken:
        report = chainrule.check(source, deadline=DEADLINE)
    return taken[0], len(report.statements)


def cold() -> Iterator[Row]:
    """Seconds of the command from a fresh start."""
    yield seconds("cold: import chainrule", _command([sys.executable, "-c", "import chainrule"]))
    yield seconds(f"cold: chainrule check {EXAMPLES[0].name}", _check(EXAMPLES[0]))


def seeds() -> Iterator[Row]:
    """The seed sheets, each in a process of its own."""
    sheets = sorted(p for p in (SHARED / "seeds").glob("*.md") if not p.name.endswith(".context.md"))
    times = [_check(p, p.with_suffix(".context.md")) for p in sheets]
    yield from (seconds(f"cold: seed {p.name}", t) for p, t in zip(sheets, times, strict=True))
    if times:
        yield seconds("cold: seeds together", together(times), f"target {SEEDS_TARGET}")


def corpus() -> Iterator[Row]:
    """Every document of the corpus once, in one process."""
    paths = sorted(p for p in (SHARED / "corpus" / "dev").glob("*") if p.suffix in {".md", ".tex", ".txt", ".ipynb"})
    if not paths:
        return
    timed = [(path.name, *_checked(path)) for path in paths]
    times = [time for _, time, _ in timed]
    said = f"{len(timed)} documents, {sum(count for *_, count in timed)} statements"
    yield seconds("corpus: all documents", together(times), said)
    yield seconds("corpus: median document", middle(times))
    for name, time, count in sorted(timed, key=lambda row: -row[1].cpu)[:3]:
        yield seconds(f"{SLOW}{name}", time, f"{count} statements")


def derivatives() -> str:
    """A table of the times of derivatives, and how many times longer other tools take."""
    head = ("expression to derivative", "chainrule", "of it reading", "with numeric re-check")
    cells: list[tuple[str, ...]] = [(*head, "SymPy diff", "tensorgrad full_simplify")]
    for case, mine, others in derivation.compared():
        told = (_times(others.get(tool), mine) for tool in ("sympy", "tensorgrad"))
        times = (sum(mine), mine[0], sum(others["rechecked"]))
        cells.append((case, *(f"{seconds * 1e3:.2f} ms" for seconds in times), *told))
    text = _aligned(cells)
    rows = [("layers", "ms a layer, with the check by finite differences")]
    rows += [(str(layers), f"{seconds * 1e3:.2f}") for layers, seconds in derivation.by_layers()]
    return f"{text}\n\n{_aligned(rows)}"


def _times(seconds: derivation.Seconds | None, mine: derivation.Seconds) -> str:
    if seconds is None:
        return "-"
    if seconds[1] == float("inf"):
        return f"over {derivation.LIMIT:.0f} s"
    return f"{sum(seconds) * 1e3:.1f} ms, {sum(seconds) / sum(mine):.1f} times ({seconds[1] / mine[1]:.1f})"


def _check(sheet: Path, context: Path | None = None) -> Time:
    extra = ["--context", str(context)] if context and context.exists() else []
    return _command([sys.executable, "-m", "chainrule", "check", str(sheet), *extra])


def _command(command: list[str], rounds: int = 3) -> Time:
    """The median of a few runs, somewhere else than in the sources."""
    times = []
    with tempfile.TemporaryDirectory() as away:
        for _ in range(rounds):
            with stopwatch() as taken:
                done = subprocess.run(command, cwd=away, stdout=subprocess.DEVNULL, check=False)
            times += taken
            if done.returncode not in (0, 1):
                raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}")
    return middle(times)


def table(rows: list[Row]) -> str:
    """The rows in Markdown, which also reads well on a terminal."""
    cells = [("what", "wall", "processor", "unit", "")]
    cells += [(r.what, f"{r.wall:.3g}", f"{r.cpu:.3g}", r.unit, r.note) for r in rows]
    return _aligned(cells)


def _aligned(cells: list[tuple[str, ...]]) -> str:
    """Rows as a table, the first of them its head."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without ../shared, and nothing is written")
    quick = parser.parse_args().quick
    rows = [*warm(), *cold(), *(() if quick else (*seeds(), *corpus()))]
    print(table(rows))
    if quick:
        return
    derived = derivatives()
    print(f"\n{derived}")
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    machine = f"{os.cpu_count()} cores, {load}, Python {platform.python_version()}, chainrule {chainrule.__version__}"
    kept = [row for row in rows if not row.what.startswith(SLOW)]  # names of documents that are not ours stay here
    (HERE / "results.json").write_text(
        json.dumps({"machine": machine, "rows": [vars(r) for r in rows]}, indent=1) + "\n"
    )
    (HERE / "RESULTS.md").write_text(
        f"# Last measured\n\nBy `make bench` on {machine}.\n\n## Sheets\n\n{table(kept)}\n\n"
        f"## Derivatives\n\n{DERIVATIVES}\n\n{derived}\n"
    )


if __name__ == "__main__":
    main()
