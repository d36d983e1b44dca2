"""What is written as LaTeX compiles, and no line of it runs out of the page: the catalogue, names of all kinds, traces
and solutions of sheets in LaTeX, in one run of TeX for each kind."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.test_catalogue import CASES, derived

import chainrule
from chainrule.derive.record import answer
from chainrule.write.breaking import broken, broken_alone, width
from chainrule.write.derivation import View
from chainrule.write.derivation_views import PREAMBLE, to_latex
from chainrule.write.trace_views import Detail
from chainrule.write.trace_views import to_latex as trace_to_latex

ROOT = Path(__file__).resolve().parents[1]
TOO_WIDE = 100.0
"""Points beyond the margin, of a formula with nothing in it to be broken at."""
VIEWS = (View(), View(form="index"), View(layout="numerator"))
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not there to compile with")


def log_of(bodies: list[str], folder: Path) -> str:
    """What TeX says of pages in one document; nothing is written but below the folder, and no command is run."""
    (folder / "page.tex").write_text(PREAMBLE + "\n".join(bodies) + "\n\\end{document}\n", encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "page.tex"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=100, check=False)
    return (folder / "page.log").read_text(encoding="utf-8", errors="replace")


def errors(log: str) -> list[str]:
    """What TeX stopped at."""
    return re.findall(r"^!.*(?:\n.*){0,4}", log, re.MULTILINE)


def body(document: str) -> str:
    """A document without what is around its text."""
    return document.partition("\\begin{document}")[2].rpartition("\\end{document}")[0]


@needs_tex
@pytest.mark.parametrize("view", VIEWS, ids=lambda v: f"{v.form}-{v.layout}")
def test_the_catalogue_compiles_and_stays_on_the_page(view: View, tmp_path: Path) -> None:
    log = log_of([body(to_latex(derived(case), view)) for case in CASES], tmp_path)
    assert errors(log) == []
    assert [w for w in re.findall(r"Overfull \\hbox \((\d+\.\d+)pt", log) if float(w) > TOO_WIDE] == []


@needs_tex
def test_names_of_all_kinds_compile(tmp_path: Path) -> None:
    pages = []
    for text, name in (
        ("sum((X @ θ - y_pred_2)**2) + λ * s_out_1", "θ"),
        ("sum(x_Δ * α_1)", "x_Δ"),
        ("sum(größe * naïve_2)", "größe"),
        ("sum(w_hat * maximum(0, W_ih_0))", "W_ih_0"),
    ):
        names = set(re.findall(r"[^\W\d]\w*", text)) - {"sum", "maximum", "X"}
        shapes = dict.fromkeys(names, ("n",)) if "X" not in text else {}
        pages.append(body(to_latex(answer(text, [name], shapes), View())))
    assert errors(log_of(pages, tmp_path)) == []


@needs_tex
@pytest.mark.parametrize("sheet", ["training_by_hand", "worked_numbers"])
def test_traces_compile(sheet: str, tmp_path: Path) -> None:
    found = trace_to_latex(chainrule.trace(ROOT / "examples" / f"{sheet}.md").trace, Detail())
    assert errors(log_of([body(found)], tmp_path)) == []


@needs_tex
@pytest.mark.parametrize("sheet", ["evaluated_and_stated", "relu_network_with_numbers"])
def test_solutions_compile(sheet: str, tmp_path: Path) -> None:
    solved = chainrule.solve(ROOT / "tests" / "solving" / f"{sheet}.tex")
    assert r"\mathbb{1}" not in solved.text
    assert errors(log_of([body(solved.text)], tmp_path)) == []


class TestBreaking:
    def test_what_fits_stays_on_one_line(self) -> None:
        assert broken("a", r"b + \frac{c}{d}") == r"a = b + \frac{c}{d}"

    def test_a_sum_is_broken_before_its_signs_alone(self) -> None:
        terms = [rf"\left(p_{k} + q_{k}\right) x_{{i j}} y_{{i j}}" for k in range(1, 9)]
        rows = broken("s", " - ".join(terms)).split("\n")
        assert (rows[0], rows[-1]) == (r"\begin{split}", r"\end{split}")
        assert rows[1].startswith(f"s &= {terms[0]} - {terms[1]}")
        assert all(row.startswith(r"&\quad - \left(p") for row in rows[2:-1])
        assert all(width(row) < 62 for row in rows)

    def test_a_product_is_broken_between_sums(self) -> None:
        found = broken_alone(
            r"\sum_{i} " + " ".join(rf"A_{{i k}} B_{{k {c}}} \sum_{{{c}}} x_{{{c}}}" for c in "abcdefgh")
        )
        assert r"\cdot \sum_" in found
        assert not re.search(r"\\sum_\{\w\} \\\\", found)

    def test_a_bracket_is_opened_where_nothing_else_helps(self) -> None:
        inside = " + ".join(rf"x_{{i {c}}} y_{{j {c}}} z_{{k {c}}} w_{{l {c}}}" for c in "abcdefgh")
        found = broken("s", rf"2 \left({inside}\right)")
        assert found.count(r"\Bigl(") == found.count(r"\Bigr)") == 1
        assert r"\left" not in found

    def test_what_is_broken_is_read_back(self) -> None:
        shapes = {"W": ("n", "n"), "x": ("n",), "y": ("n",)}
        page = to_latex(answer("sum((W @ W @ x - y)**2)", ["W"], shapes), View(form="index"))
        right = page[page.rindex(r"\[") :]
        assert r"\begin{split}" in right
        for text, verdict in ((page, "verified"), (page.replace(right, right.replace("- y", "+ y", 1)), "refuted")):
            assert chainrule.check(text).documents[0].statements[-1].verdict == verdict
