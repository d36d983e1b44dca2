r"""Losses with an entry for every sample whose derivative is that of their sum.

`L = \frac12 (z - y)^2` for vectors z and y has one. Where the words say that "the loss is summed over the samples", a
derivative of such a loss is that of the sum of its entries; nothing but the words decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.expr import Expr, Index, total, value
from chainrule.sheet.frame import Frame
from chainrule.sheet.names import Ref
from chainrule.sheet.shapes import Val, scalar
from chainrule.sheet.spelling import names_loss
from chainrule.sheet.statements import Sentence

LOSS = r"\b(?:loss(?:es)?|costs?|errors?|objectives?|gradients?)\b"
ADDED = r"\b(?:summed|added(?: up)?|sum|add up|adds up|sums up)\b"
OVER = r"[^.;]{0,20}?\b(?:over|across|of|for)\b[^.;]{0,40}?\b"
MANY = r"(?:samples?|examples?|data(?: ?points?| ?set)?|points|observations|instances|rows|entries|batch|patterns)\b"
SUMMED = re.compile(
    rf"{LOSS}[^.;]{{0,60}}?{ADDED}{OVER}{MANY}|{ADDED}[^.;]{{0,30}}?{LOSS}{OVER}{MANY}|{LOSS}{OVER}{MANY}[^.;]{{0,20}}?{ADDED}",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|never|no|instead|rather|without|unlike|average|averaged|mean)\b", re.IGNORECASE)


def says_summed(sentences: Iterable[Sentence]) -> bool:
    """Whether the words say that the losses of the samples are added up."""
    parts = (part for s in sentences for part in re.split(r"[.;](?:\s|$)", s.text))
    return any(SUMMED.search(part) and not DENIED.search(part) for part in parts)


def pooled(frame: Frame, name: Ref | None, val: Val) -> Val:
    """What is differentiated: the sum of its entries where it is a loss with an entry for every sample."""
    if not frame.world.pooled or name is None or name.subs or name.labels or not names_loss(name.base) or not val.dims:
        return val
    dims = val.dims

    def whole() -> Expr:
        letters = [Index(f"·p{k}", frame.dims.dim(d)) for k, d in enumerate(dims)]
        term = val.at(*(value(i) for i in letters))
        for index in letters:
            term = total(index, term)
        return term

    return scalar(whole)
