r"""Equations behind one brace: a system of them, or one equation case by case.

`\begin{cases} z = w x \\ a = f(z) \end{cases}` are two equations. Where all of them say what one name is and each but
the last has its condition, they are that name's cases.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.grammar.formula import Row
from chainrule.read.tree import Case, Cases, Dots, Link, Missing, Relation
from chainrule.sheet.syntax.names import node_key

EQUATIONS = frozenset({"=", ":="})


def _joined(node: Cases) -> Cases:
    """Rows that are aligned at their signs, `a &= b`, and no value with a condition behind it."""
    return replace(node, rows=tuple(_aligned(case) or case for case in node.rows))


def _aligned(case: Case) -> Case | None:
    signed = isinstance(case.condition, Relation) and isinstance(case.condition.first, Missing)
    if not signed or not isinstance(case.condition, Relation):
        return None
    span = case.value.span.join(case.condition.span)
    return Case(Relation(span, case.value, case.condition.links), None)


def _equations(node: Cases) -> list[Relation]:
    """The equations of a system, which dots may cut short; none where a row is anything else."""
    rows = [case.value for case in node.rows if not isinstance(case.value, Dots)]
    equations = [value for value in rows if isinstance(value, Relation)]
    return equations if len(equations) == len(rows) and all(e.links[0].op in EQUATIONS for e in equations) else []


def _derivatives_listed(row: Row, node: Relation) -> list[Row]:
    r"""`\frac{\partial C}{\partial A} = \begin{cases} \partial c_1 / \partial a_1 = b_1 \\ ... \end{cases}`: what the
    derivative is made of, one equation each."""
    last = node.links[-1].node
    last = _joined(last) if isinstance(last, Cases) else last
    equations = _equations(last) if isinstance(last, Cases) else []
    if not equations or not isinstance(last, Cases) or any(case.condition is not None for case in last.rows):
        return [row]
    head = replace(node, links=node.links[:-1]) if len(node.links) > 1 else node.first
    return [Row(head.span, head, row.tag), *(Row(e.span, e, row.tag) for e in equations)]


def systems(row: Row) -> list[Row]:
    """A row as the rows it stands for."""
    if isinstance(row.node, Relation):
        return _derivatives_listed(row, row.node)
    node = _joined(row.node) if isinstance(row.node, Cases) else None
    equations = [] if node is None else _equations(node)
    if node is None or not equations:
        return [row]
    node = replace(node, rows=tuple(case for case in node.rows if not isinstance(case.value, Dots)))
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
