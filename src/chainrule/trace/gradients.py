r"""The gradients in update rules: by what a bare `\nabla L(w)` is taken."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Comma, Factor, Fenced, Name, Node, Product, Script, Sum
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.rules import Updates, base_of, callee_base, matters, unprimed


def with_gradients_named(sheet: Sheet, updates: Updates) -> None:
    r"""Say by what the bare `\nabla L` of the rules, and of the names that stand for it, is taken."""
    rules = {r.equation.position: r for r in updates.rules}
    parameter = next((r.name for r in updates.rules if matters(sheet, r.base)), None)
    for n, e in enumerate(sheet.equations):
        rule = rules.get(e.position)
        by = parameter if rule is None or not matters(sheet, rule.base) else rule.name
        if by is None or (rule is None and not any(nabla_of(x) is not None for x in walk(e.rhs))):
            continue
        body = _gradients_named(sheet, e.rhs, by)
        if body is not e.rhs:
            sheet.equations[n] = replace(e, rhs=body)
            if rule is not None:
                updates.rules[updates.rules.index(rule)] = replace(rule, equation=sheet.equations[n])


def _gradients_named(sheet: Sheet, body: Node, name: Node) -> Node:
    r"""A bare `\nabla L(w)` in the rule of w is `\nabla_w L`; what L depends on is known by its definition."""
    functions = {callee_base(sheet, e.lhs) for e in sheet.equations}

    def choose(node: Node) -> Node | None:
        if not isinstance(node, Product):
            return None
        out: list[Factor] = []
        for n, factor in enumerate(node.factors):
            bare = isinstance(factor.node, Name) and factor.node.text == "nabla"
            if bare and _shifted_at_most(sheet, node.factors[n + 1 :], name):
                by = _argument(sheet, node.factors[n + 1 :]) or name
                out.append(Factor(factor.op, Script(factor.node.span, factor.node, by)))
            elif not _called(sheet, out[-1].node if out else None, factor, functions):
                out.append(replace(factor, node=rebuilt(factor.node, choose)))
        if len(out) == 1:
            return out[0].node
        same = len(out) == len(node.factors) and all(a.node is b.node for a, b in zip(out, node.factors, strict=True))
        return node if same else replace(node, factors=tuple(out))

    return rebuilt(body, choose)


def _argument(sheet: Sheet, after: tuple[Factor, ...]) -> Node | None:
    r"""The w of `\nabla L(w)`."""
    for factor in after[1:2]:
        if isinstance(factor.node, Fenced) and reference(factor.node.body, sheet.glossary) is not None:
            return unprimed(factor.node.body)
    return None


def _shifted_at_most(sheet: Sheet, after: tuple[Factor, ...], name: Node) -> bool:
    r"""Whether the gradient at a point is that of the formula there by w: at `w`, and at `w` plus something else, as
    in `\nabla L(w - \gamma v)`, but not at `2 w`."""
    point = next((f.node.body for f in after[1:2] if isinstance(f.node, Fenced)), None)
    if not isinstance(point, Sum):
        return point is None or reference(point, sheet.glossary) is not None or isinstance(point, Comma)
    base = base_of(sheet, name)
    holding = [t for t in point.terms if any(base_of(sheet, n) == base for n in walk(t.node))]
    return all(t.sign == "+" and base_of(sheet, t.node) == base for t in holding) and len(holding) <= 1


def _called(sheet: Sheet, before: Node | None, factor: Factor, functions: set[str | None]) -> bool:
    """Whether `(w)` only says at what parameters: `L(w)` where L is defined by a formula and not as a function."""
    if before is None or factor.op or not isinstance(factor.node, Fenced) or factor.node.open != "(":
        return False
    base = base_of(sheet, before)
    if base is None or base in functions or not any(base_of(sheet, e.lhs) == base for e in sheet.equations):
        return False
    inside = factor.node.body
    items = inside.items if isinstance(inside, Comma) else (inside,)
    return all(reference(x, sheet.glossary) is not None for x in items)
