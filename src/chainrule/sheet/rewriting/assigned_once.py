r"""Arrows to the left that give a name its formula, as a listing does: `\mu \gets \frac{1}{m} \sum_i x_i`.

An arrow that changes what a name had before is an update, and so is one on a value that an update changes, or in a
circle with others. What is assigned once, from what never changes, is defined by it.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Name
from chainrule.sheet.letters.writings import maximal
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference, walk

DERIVATIVE_SIGNS = frozenset({"partial", "nabla"})


def with_assignments(sheet: Sheet) -> None:
    """Read as definitions the arrows that define."""
    arrows = {e.position: base for e in sheet.equations if (base := _assigned(sheet, e)) is not None}
    if not arrows:
        return
    needs = _needs(sheet)
    changing = {base for base in needs if base in _all_behind(needs, base)}
    changing |= {base for base in {*needs} if changing & _all_behind(needs, base)}
    once = {p for p, base in arrows.items() if base not in changing and _times(sheet, base) == 1}
    sheet.equations = [replace(e, op=":=") if e.position in once else e for e in sheet.equations]


def _assigned(sheet: Sheet, e: Equation) -> str | None:
    """The name to which an arrow assigns a formula: no number, no other name, no gradient."""
    ref = reference(e.lhs, sheet.glossary)
    if e.op != "←" or e.link or e.source != "formula" or ref is None or ref.primes:
        return None
    if is_numeric(e.rhs) or reference(e.rhs, sheet.glossary) is not None:
        return None
    signs = any(isinstance(n, Name) and n.text in DERIVATIVE_SIGNS for n in walk(e.rhs))
    return None if signs else ref.base


def _needs(sheet: Sheet) -> dict[str, set[str]]:
    """The names that each name is said in, by equations and by arrows."""
    needs: dict[str, set[str]] = {}
    for e in sheet.equations:
        ref = reference(e.lhs, sheet.glossary)
        if ref is not None and not e.link and (e.op in DEFINING or e.op == "←"):
            needs.setdefault(ref.base, set()).update(r.base for r in maximal(e.rhs, sheet.glossary))
    return needs


def _all_behind(needs: dict[str, set[str]], base: str) -> set[str]:
    found: set[str] = set()
    todo = [base]
    while todo:
        new = needs.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _times(sheet: Sheet, base: str) -> int:
    """How often a name stands alone before a sign that gives it something."""
    giving = (e for e in sheet.equations if not e.link and (e.op in DEFINING or e.op == "←"))
    refs = [reference(e.lhs, sheet.glossary) for e in giving]
    return sum(ref is not None and ref.base == base for ref in refs)
