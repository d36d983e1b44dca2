r"""Means and variances told in words alone: "$\mu$ is the batch mean", and behind it $\partial \mu/\partial x_i = 1/m$.

Of what, say the lines that have the difference `x_i - \mu`; over how many, those that divide by a count. Whether that
is meant, the lines bear out (`check.told_in_words`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from chainrule.read.tree import Big, Fraction, Name, Node, Product, Script, Sum
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.words.predictions import Named, defines, index_letters, variables
from chainrule.sheet.words.told_formulas import Told

_MEAN = (
    r"(?i:means?|averages?|mittelwert\w*|moyennes?|medias?|média|средн\w+|均值|平均|평균)"
    r"(?![- ](?i:square|absolute|field))"
)
_VARIANCE = r"(?i:variances?|varianz\w*|varianzas?|variância|дисперси\w+|方差|分散|분산)"
_IS = (
    r"\s*(?:,\s*)?(?:(?:is|are|be|denotes?|represents?|as|est|ist|es|é|—|–|是|为|は|는|은)\s*|(?=the\b|its\b|their\b))"
)
_AND = r"(?:\s*(?:and|und|et|y|e|и|和|、)\s*⟦\d+⟧)?"
_BEFORE = r"(?:[^\W\d_]+[ -]){0,4}?"


_FIRST = rf"⟦(\d+)⟧{_IS}{_BEFORE}"
_SECOND = rf"⟦\d+⟧\s*(?:and|und|et|y|e|и|和|、)\s*⟦(\d+)⟧{_IS}{_BEFORE}{_MEAN}\s*(?:and|und|et|y|e|и|和)\s*{_BEFORE}"
# The phrases that call a name so: `$\mu$ is the batch mean`, `the mean $\mu$`, `$m$ and $v$ are the mean and variance`.
MEANS = tuple(map(re.compile, (rf"⟦(\d+)⟧{_AND}{_IS}{_BEFORE}{_MEAN}", rf"{_MEAN}[^.;⟦]{{0,12}}⟦(\d+)⟧")))
VARIANCES = tuple(
    map(re.compile, (f"{_FIRST}{_VARIANCE}", f"{_SECOND}{_VARIANCE}", rf"{_VARIANCE}[^.;⟦]{{0,12}}⟦(\d+)⟧"))
)


def moments_told(sheet: Sheet) -> Iterator[Told]:
    """The formulas that may be meant where words call a name without a formula a mean, and another one a variance."""
    by = {b for e in sheet.equations for side in (e.lhs, e.rhs) for b in variables(sheet, side)}
    for node, text in _called(sheet, MEANS):
        mean = reference(node, sheet.glossary)
        data = None if mean is None or defines(sheet, mean) else _data(sheet, mean.base)
        count = _count(sheet)
        if data is None or count is None or data.ref.base not in by:
            continue  # a mean that the data do not move is a parameter
        letter = index_letters(data.ref)[0]
        over = rf"\frac{{1}}{{{count}}} \sum_{{{letter}=1}}^{{{count}}}"
        formulas = [f"{text} = {over} {data.text}"]
        for square, spelled in _called(sheet, VARIANCES)[:1]:
            if spelled != text and not _defined_square(sheet, square):
                formulas.append(rf"{spelled} = {over} ({data.text} - {text})^2")
        yield Told("mean", text, " and ".join(formulas), " ".join(f"It is ${f}$." for f in formulas), True, False)
        return


def _called(sheet: Sheet, phrases: tuple[re.Pattern[str], ...]) -> list[tuple[Node, str]]:
    """The names that words call so, with their text."""
    found: dict[str, tuple[Node, str]] = {}
    for s in sheet.sentences:
        for m in (m for pattern in phrases for m in pattern.finditer(s.text)):
            n = int(m[1])
            found.setdefault(s.sources[n].strip(), (s.formulas[n], s.sources[n].strip()))
    return list(found.values())


def _defined_square(sheet: Sheet, node: Node) -> bool:
    """Whether a formula says what a name or its square is."""
    base = node.base if isinstance(node, Script) and node.sub is None else node
    ref = reference(base, sheet.glossary)
    heads = (
        e.lhs.base if isinstance(e.lhs, Script) and e.lhs.sub is None else e.lhs
        for e in sheet.equations
        if e.op in ("=", ":=")
    )
    return ref is None or any(
        r is not None and r.base == ref.base for h in heads if (r := reference(h, sheet.glossary))
    )


def _data(sheet: Sheet, mean: str) -> Named | None:
    r"""The x_i of the differences `x_i - \mu` that stand in most lines."""
    counted = Counter[str]()
    first: dict[str, Named] = {}
    for e in sheet.equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Sum) and len(n.terms) == 2):
            one, other = (reference(t.node, sheet.glossary) for t in node.terms)
            if one is None or other is None or other.base != mean or node.terms[1].sign != "-":
                continue
            if len(index_letters(one)) == 1 and not one.postfix and not defines(sheet, one):
                text = e.document.source(node.terms[0].node.span).strip()
                counted[text] += 1
                first.setdefault(text, Named(one, text))
    return first[counted.most_common(1)[0][0]] if counted else None


def _count(sheet: Sheet) -> str | None:
    r"""The count that lines divide by most often, or that sums end at: the m of `\frac{1}{m}` and of `\sum_{i=1}^m`."""
    found = Counter[str]()
    for e in sheet.equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
            found.update(_source(e, n) for n in _counting(node) if isinstance(n, Name) and len(n.text) == 1)
    return found.most_common(1)[0][0] if found else None


def _counting(node: Node) -> Iterator[Node]:
    match node:
        case Fraction(denominator=below):
            yield from [f.node for f in below.factors] if isinstance(below, Product) else [below]
        case Big(op="sum", sup=Node() as end):
            yield end


def _source(e: Equation, node: Node) -> str:
    return e.document.source(node.span).strip()
