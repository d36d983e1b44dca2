"""What an answer is written with: the names and sizes of the sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chainrule.check.lines import Variant
from chainrule.check.writing import base_of, uses, written
from chainrule.expr import (
    Expr,
    Symbol,
    substitute,
)
from chainrule.sheet.world import Universe
from chainrule.write.derivation import Line


def name_of(universe: Universe, symbol: Symbol) -> str:
    """A symbol in the TeX of the sheet, without the letters of its axes."""
    instance = universe.instances.get(symbol)
    if instance is None:
        return symbol.name
    if instance.labels:
        return written(universe, replace(instance, sampled=False))
    bare = (e.document.source(node.span) for e, node, ref in uses(universe, instance.base) if ref.bare)
    return next(bare, None) or base_of(universe, instance.base) + "'" * instance.primes


def functions_of(universe: Universe) -> dict[Symbol, str]:
    """The functions that nobody defines, in the TeX of the sheet."""
    return {Symbol(name): written(universe, instance) for name, instance in universe.called.items()}


def with_sizes(variant: Variant, line: Line) -> Line:
    """Dimensions under the names that the sheet gives them."""
    dims = variant.universe.dims
    right = re.sub(r"[^\s{}\\]*[#:][^\s{}\\]*", lambda m: dims.shown(m[0]), line.right)
    return replace(line, right=right)


def written_without_ours(variant: Variant, term: Expr) -> Expr:
    """The term without the derivatives that only have names of ours."""
    definitions, instances = variant.universe.definitions, variant.universe.instances
    while ours := sorted(s for s in term.symbols if s in definitions and s not in instances):
        term = substitute(term, {ours[0]: definitions[ours[0]].at})
    return term


@dataclass(frozen=True)
class Way:
    """One way to write an answer: lines before the result, and the result."""

    steps: tuple[Line, ...]
    result: Line
