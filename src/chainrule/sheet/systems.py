r"""Equations behind one brace: a system of them, or one equation case by case.

`\begin{cases} z = w x \\ a = f(z) \end{cases}` are two equations. Where all of them say what one name is and each but
the last has its condition, they are that name's cases.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.grammar import Row
from chainrule.read.tree import Case, Cases, Link, Relation
from chainrule.sheet.names import node_key

EQUATIONS = frozenset({"=", ":="})


def systems(row: Row) -> list[Row]:
    """A row as the rows it stands for."""
    node = row.node
    if not isinstance(node, Cases):
        return [row]
    equations = [case.value for case in node.rows if isinstance(case.value, Relation)]
    if len(equations) < len(node.rows) or any(e.links[0].op not in EQUATIONS for e in equations):
        return [row]
    first = equations[0]
    alike = all(len(e.links) == 1 and node_key(e.first) == node_key(first.first) for e in equations)
    conditions = [case.condition for case in node.rows]
    if alike and len(equations) > 1 and None not in conditions[:-1]:
        cases = tuple(Case(e.links[0].node, c) for e, c in zip(equations, conditions, strict=True))
        link = Link(first.links[0].op, first.links[0].span, replace(node, rows=cases))
        return [Row(row.span, Relation(row.span, first.first, (link,)), row.tag)]
    found = []
    for equation, condition in zip(equations, conditions, strict=True):
        found.append(Row(equation.span, equation, row.tag))
        if condition is not None:
            found.append(Row(condition.span, condition, "for"))
    return found
