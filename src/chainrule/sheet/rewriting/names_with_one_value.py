"""`b_1 = b_2 = 0`: names that are given one value together, each by an equation of its own. They are no formulas of
each other: what is differentiated by the one does not move the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import Ref, node_key, reference


def given_one_by_one(sheet: Sheet) -> None:
    """Give every name of such a chain its value, where no formula, and no line before it, says what one of them is."""
    found: list[Equation] = []
    chains = [list(group) for _, group in groupby(sheet.equations, key=lambda e: (e.document.path, e.chain))]
    fresh = max((e.chain for e in sheet.equations), default=0)
    for chain in chains:
        if len(chain) > 1 and _is_given(sheet, chain):
            found += [replace(e, rhs=chain[-1].rhs, chain=fresh + n, link=0) for n, e in enumerate(chain, start=1)]
            fresh += len(chain)
        else:
            found += chain
    sheet.equations = found


def _is_given(sheet: Sheet, chain: list[Equation]) -> bool:
    """Whether a chain has names only before a value, and they are told by nothing else."""
    if any(e.op != "=" or e.source != "formula" for e in chain) or not is_literal(chain[-1].rhs):
        return False
    refs = [reference(e.lhs, sheet.glossary) for e in chain]
    if any(r is None or r.primes or r.postfix for r in refs):
        return False
    told = [e for e in sheet.equations if e.op in DEFINING and not e.link and e.chain != chain[0].chain]
    others = [e for e in told if e.position < chain[0].position or not is_literal(e.rhs)]
    names = {_written(r) for r in refs if r is not None}
    return not any(r is not None and _written(r) in names for r in (reference(e.lhs, sheet.glossary) for e in others))


def _written(ref: Ref) -> object:
    """What tells a name with its labels from others, wherever it stands."""
    return ref.base, ref.primes, tuple(map(node_key, (*ref.subs, *ref.labels))), len(ref.subs), bool(ref.postfix)
