r"""Entries exchanged of an array that nobody defines: `g_{\mu\sigma} = g_{\sigma\mu}`, `K_{ij} = K_{ji}`.

Such a line contradicts nothing that is said; it holds where the array is symmetric, which the document may take for
known of a metric, a kernel or a Hessian.
"""

from __future__ import annotations

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.sheet.definitions.facts import equals_its_transpose
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import spelled_out


def symmetric_unsaid(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A line that only says that an array without a definition is symmetric."""
    base = equals_its_transpose(lines.world, e)
    if base is None or lines.world.defined(base):
        return None
    return assumed("condition", f"holds if {spelled_out(base)} is symmetric, which the document does not say")
