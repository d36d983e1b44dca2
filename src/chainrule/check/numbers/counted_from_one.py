r"""Entries by numbers, `X_{11}` and on, of arrays whose formulas count from 0: `O_{ij} = \sum_{m=0}^{k-1} F_m X_{i+m}`.

An example after such a formula may count from 1 all the same. Where no line of the document has an entry with the
number 0, a line that is wrong when counted from 0 may be right when counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Number
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import Ref
from chainrule.sheet.syntax.spelling import spelled_out


def counted_from_one(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A line about numbered entries of an array that is counted from 0, none of which has the number 0 anywhere."""
    instances = variant.universe.instances
    symbols = different.left_symbols | different.right_symbols
    from_zero = {instances[s].base for s in symbols if s in instances and any(d.low == 0 for d in s.axes)}
    from_zero |= {r.base for r in _entries(lines, [e]) if _counts_from_zero(variant, r)}
    here = from_zero & {r.base for r in _entries(lines, [e])}
    if not here or any(r.base in here and _has_zero(r) for r in _entries(lines, lines.equations)):
        return None
    text = f"the formulas for {spelled_out(min(here))} count from 0; whether its entries in this line do is not said"
    return Finding("unsupported", "index-scope", text)


def _counts_from_zero(variant: Variant, ref: Ref) -> bool:
    """Whether an axis of a name begins at 0, also of one that a formula defines."""
    tensors = (t for t in variant.universe.tensors.values() if t.instance.base == ref.base)
    return any(variant.universe.dims.dim(axis).low == 0 for t in tensors for axis in t.axes)


def _entries(lines: Lines, equations: Iterable[Equation]) -> list[Ref]:
    """The names whose subscripts are numbers."""
    refs = (r for e in equations for side in (e.lhs, e.rhs) for r in references(side, lines.world))
    return [r for r in refs if r.subs and all(isinstance(s, Number) for s in r.subs)]


def _has_zero(ref: Ref) -> bool:
    return any(isinstance(s, Number) and s.text == "0" for s in ref.subs)
