"""Derivations as JSON, Markdown, LaTeX, HTML and text: views of one record, at three depths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from chainrule.derive.gradient import Derivation
from chainrule.derive.record import Answer
from chainrule.expr.index import Symbol
from chainrule.write.breaking import WIDEST, broken, broken_alone, width
from chainrule.write.derivation import Line, Page, View
from chainrule.write.page import displayed, worded
from chainrule.write.page import page as whole_page
from chainrule.write.readable import readable
from chainrule.write.sentences import WIDTH, wrapped
from chainrule.write.tex import in_print, in_words

SCHEMA = "chainrule.derive/1"


def to_record(answer: Answer, view: View) -> dict[str, Any]:
    """The JSON record `chainrule.derive/1`."""
    results = [_result(answer, d, view) for d in answer.derivations]
    return {"schema": SCHEMA, "of": answer.of, "results": results}


def _result(answer: Answer, derivation: Derivation, view: View) -> dict[str, Any]:
    page = Page(answer, derivation, view)
    result = page.result()
    found: dict[str, Any] = {
        "wrt": next(n for n, s in derivation.problem.inputs.items() if s == derivation.wrt),
        "order": derivation.order,
        "shape": [i.dim.name for i in derivation.result.indices],
        "tex": result.right,
        "numpy": page.numpy(),
        "where": [line.tex for line in page.forward()] if derivation.forward else [],
        "steps": [],
    }
    if view.depth != "result":
        found["steps"] = [{"rule": s.rule, "tex": s.tex, "why": s.why} for s in page.steps()]
    if (by_vec := page.kronecker()) is not None:
        found["kronecker"] = {"tex": by_vec.tex, "numpy": by_vec.numpy}
        if by_vec.where:
            found["kronecker"]["where"] = by_vec.where
    found["assumptions"] = list(answer.problem.assumptions)
    found["notes"] = [*derivation.notes, *_about_layout(view)]
    return found


def remarks(answer: Answer, view: View) -> list[str]:
    """What a page says below its lines: what was assumed, and which option changes nothing."""
    said = [f"Assumed: {note}." for note in answer.problem.assumptions]
    return [*said, *(f"{note[0].upper()}{note[1:]}." for note in _about_layout(view))]


def _about_layout(view: View) -> list[str]:
    return ["components are the same in both layouts"] if (view.form, view.layout) == ("index", "numerator") else []


def to_json(answer: Answer, view: View) -> str:
    """The record as text."""
    return json.dumps(to_record(answer, view), ensure_ascii=False, indent=1) + "\n"


@dataclass
class Section:
    """A piece of a page: a heading, words (with `$...$`), and lines of mathematics."""

    heading: str = ""
    words: str = ""
    lines: list[Line] = field(default_factory=list)


def sections(answer: Answer, view: View) -> Iterator[Section]:
    """The page: what is given, then for every name its derivation."""
    pages = [Page(answer, d, view) for d in answer.derivations]
    if view.depth == "full":
        yield Section(words=_given(answer))
        forward = {line.tex: line for page in pages for line in page.forward()}
        yield Section(lines=list(forward.values()))
    shown: set[str] = set()
    for page in pages:
        name = answer.problem.names[page.derivation.wrt]
        alone = view.depth == "result" and page.alone() is not None
        lines = [page.result()] if alone else list(page.steps())
        fresh = [line for line in lines if line.tex not in shown]
        shown |= {line.tex for line in fresh}
        if view.depth == "full":
            yield Section(heading=f"The derivative by ${name}$")
            for line in fresh or lines[-1:]:
                yield Section(words=_reason(line), lines=[line])
        else:
            yield Section(lines=fresh)
        if (by_vec := page.kronecker()) is not None:
            vec = rf"\operatorname{{vec}}\left({name}\right)"
            where = f", where {by_vec.where}" if by_vec.where else ""
            yield Section(words=f"By ${vec}$, column by column, the Hessian is ${by_vec.tex}${where}.")


def _given(answer: Answer) -> str:
    parts = []
    for symbol in answer.problem.inputs.values():
        tex = answer.problem.names[symbol]
        if symbol.kind == "integer":
            size = min((d.name for d in answer.problem.ranges.get(symbol, ())), default="k")
            parts.append(rf"${_entry(tex, symbol)} \in \{{1, \dots, {size}\}}$")
            continue
        dims = r" \times ".join(d.name for d in symbol.axes)
        parts.append(rf"${tex} \in \mathbb{{R}}{f'^{{{dims}}}' if dims else ''}$")
    return f"Let {', '.join(parts)}."


def _entry(tex: str, symbol: Symbol) -> str:
    return f"{tex}_{{i}}" if symbol.axes else tex


def _reason(line: Line) -> str:
    return f"{line.why[0].upper()}{line.why[1:]}:" if line.why else ""


def to_markdown(answer: Answer, view: View) -> str:
    """Markdown with displayed formulas, as code-hosting sites typeset it."""
    blocks: list[str] = []
    for s in sections(answer, view):
        blocks += [f"## {s.heading}"] if s.heading else []
        blocks += [s.words] if s.words else []
        blocks += [f"$$\n{line.tex}\n$$" for line in s.lines]
    blocks += remarks(answer, view)
    return "\n\n".join(blocks) + "\n"


PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath,amssymb}
\setlength{\parindent}{0pt}
\begin{document}
"""


def to_latex(answer: Answer, view: View) -> str:
    """A LaTeX document that compiles with amsmath and amssymb."""
    blocks: list[str] = []
    for s in sections(answer, view):
        blocks += [rf"\section*{{{s.heading}}}"] if s.heading else []
        blocks += [_latex_words(s.words)] if s.words else []
        blocks += [f"\\[\n{broken(line.left, line.right)}\n\\]" for line in s.lines]
    blocks += [in_words(remark) for remark in remarks(answer, view)]
    return PREAMBLE + in_print("\n\n".join(blocks)) + "\n\\end{document}\n"


def _latex_words(words: str) -> str:
    """Words whose wide formulas, which no line would hold, are displayed."""
    parts = words.split("$")
    wide = [bool(k % 2) and width(part) > WIDEST / 2 for k, part in enumerate(parts)]
    if not any(wide):
        return words
    shown = [
        f"\n\\[\n{broken_alone(p)}\n\\]\n" if w else f"${p}$" if k % 2 else p
        for k, (p, w) in enumerate(zip(parts, wide, strict=True))
    ]
    return "".join(shown).replace("\\]\n.", "\\]").strip()


def to_text(answer: Answer, view: View) -> str:
    """Unicode mathematics for a terminal, the signs of equality below each other."""
    out: list[str] = []
    found = list(sections(answer, view))
    width = max((len(readable(line.left)) for s in found for line in s.lines), default=0)
    for s in found:
        if s.heading:
            out += ["", _plain(s.heading), ""]
        elif s.words and not s.lines:
            out += [_plain(s.words), ""]
        for line in s.lines:
            reason = f"    ({_plain(line.why)})" if line.why else ""
            formula = f"  {readable(line.left):>{width}} = {readable(line.right)}"
            apart = reason and len(formula + reason) > WIDTH
            out += [formula, f"{'':>{width + 1}}{reason}"] if apart else [formula + reason]
    for note in answer.problem.assumptions:
        out += ["", wrapped(note, "assumed: ")]
    out += [line for note in _about_layout(view) for line in ("", note)]
    return "\n".join(out).strip("\n") + "\n"


def _plain(words: str) -> str:
    parts = words.split("$")
    return "".join(readable(p) if k % 2 else p for k, p in enumerate(parts))


def to_displayed(answer: Answer, view: View) -> str:
    """The equations alone, one below the other, as notebooks typeset TeX."""
    lines = [rf"{line.left} &= {line.right}" for s in sections(answer, view) for line in s.lines]
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}\n$$"


def to_html(answer: Answer, view: View) -> str:
    """A page that stands on its own, its mathematics in MathML."""
    return whole_page(f"Derivatives of {answer.text}", to_fragment(answer, view))


def to_fragment(answer: Answer, view: View) -> str:
    """What stands in the body of such a page."""
    body: list[str] = []
    for s in sections(answer, view):
        body += [f"<h2>{worded(s.heading)}</h2>"] if s.heading else []
        body += [f"<p>{worded(s.words)}</p>"] if s.words else []
        body += [displayed(line.tex) for line in s.lines]
    body += [f"<p>{escape(remark)}</p>" for remark in remarks(answer, view)]
    return "\n".join(body)
