r"""Losses with an entry for every sample whose derivative is that of their sum.

`L = \frac12 (z - y)^2` for vectors z and y has one. Where the words say that "the loss is summed over the samples", a
derivative of such a loss is that of the sum of its entries; nothing but the words decides, and they speak of one loss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.expr import Expr, Index, total, value
from chainrule.sheet.letters.totals import named
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Val, scalar
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence
from chainrule.sheet.syntax.names import Glossary, Ref, reference
from chainrule.sheet.syntax.spelling import names_loss

LOSS = r"\b(?:loss(?:es)?|costs?|errors?|objectives?|gradients?)\b"
ADDED = r"\b(?:summed|added(?: up)?|sum|add up|adds up|sums up)\b"
OVER = r"[^.;]{0,20}?\b(?:over|across|of|for)\b[^.;]{0,40}?\b"
MANY = r"(?:samples?|examples?|data(?: ?points?| ?set)?|points|observations|instances|rows|entries|batch|patterns)\b"
SUMMED = re.compile(
    rf"{LOSS}[^.;]{{0,60}}?{ADDED}{OVER}{MANY}|{ADDED}[^.;]{{0,30}}?{LOSS}{OVER}{MANY}|{LOSS}{OVER}{MANY}[^.;]{{0,20}}?{ADDED}",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|never|no|instead|rather|without|unlike|average|averaged|mean)\b", re.IGNORECASE)


def said_summed(sentences: Iterable[Sentence], equations: Iterable[Equation], glossary: Glossary) -> frozenset[str]:
    """The losses of which the words say that those of the samples are added up: the ones that are named there, or else
    the one that is defined next to the words."""
    heads = ((e, named(e.lhs, glossary)) for e in equations if not e.link and e.op in DEFINING)
    losses = [(e.position, ref.base) for e, ref in heads if ref is not None and ref.bare and names_loss(ref.base)]
    found: set[str] = set()
    for s in sentences:
        for part in re.split(r"[.;](?:\s|$)", s.text):
            if not SUMMED.search(part) or DENIED.search(part):
                continue
            refs = (reference(s.formulas[int(n)], glossary) for n in re.findall(r"⟦(\d+)⟧", part))
            meant = {r.base for r in refs if r is not None and names_loss(r.base)}
            nearest = sorted(losses, key=lambda x: abs(x[0] - s.position - 0.5))[:1]
            found |= meant or {base for _, base in nearest}
    return frozenset(found)


def pooled(frame: Frame, name: Ref | None, val: Val) -> Val:
    """What is differentiated: the sum of its entries where it is a loss with an entry for every sample."""
    if name is None or name.base not in frame.world.pooled or name.subs or name.labels or not val.dims:
        return val
    dims = val.dims

    def whole() -> Expr:
        letters = [Index(f"·p{k}", frame.dims.dim(d)) for k, d in enumerate(dims)]
        term = val.at(*(value(i) for i in letters))
        for index in letters:
            term = total(index, term)
        return term

    return scalar(whole)
