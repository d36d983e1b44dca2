r"""Points that a derivative is asked for at: "at $w = (1, 2)$", "at the point $(1, 2)$", "at $x = 0$ and $x = 1$"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.solve.losses import arguments_of, is_called
from chainrule.solve.orders import VALUE_OF
from chainrule.solve.question import Formula, Question

AT = re.compile(
    r"\s*,?\s*(?:\band\s+)?(?:\b(?:evaluate|compute)\s+(?:it|them|both|this)\s+)?"
    r"\b(?:at|for the points?)\s+(?:the\s+)?(?:points?\s+|values?\s+|position\s+)?"
    r"(?P<at>⟦\d+⟧(?:\s*(?:,|and|, and)?\s*⟦\d+⟧)*)",
    re.IGNORECASE,
)


ZERO = re.compile(r"= *(?:0|\\(?:mathbf|boldsymbol|vec|bm) *\{?0\}?)$")


def points_of(clause: str, formulas: list[Formula]) -> tuple[str, tuple[str, ...]]:
    """The clause without the points that it names, and these: `x = 1, y = 2` or `(1, 2)`, in TeX."""
    found = list[str]()
    for match in AT.finditer(clause):
        here = [formulas[int(n)] for n in re.findall(r"\d+", match["at"])]
        parts = [p for f in here for p in _parts(f)]
        if parts and None not in parts:
            found += _joined([p for p in parts if p is not None])
            clause = clause.replace(match[0], " ", 1)
    return clause, tuple(dict.fromkeys(found))


def _parts(f: Formula) -> list[tuple[str, str] | None]:
    """The names with their values, "" for the name of a mere tuple; None for what is no point."""

    items = f.node.items if isinstance(f.node, Comma) else (f.node,)
    found: list[tuple[str, str] | None] = []
    for node in items:
        if isinstance(node, Fenced) and isinstance(node.body, Comma) and all(is_literal(x) for x in node.body.items):
            found.append(("", f.part(node)))
            continue
        single = isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "="
        if not isinstance(node, Relation) or not single or not is_literal(node.links[0].node):
            return [None]
        value = node.links[0].node
        names, values = _entries(node.first), _entries(value)
        if len(names) == len(values) > 1:
            found += [(f.part(n), f.part(v)) for n, v in zip(names, values, strict=True)]
        elif isinstance(node.first, Name | Script):
            found.append((f.part(node.first), f.part(value)))
        else:
            return [None]
    return found


def _entries(node: Node) -> tuple[Node, ...]:
    return node.body.items if isinstance(node, Fenced) and isinstance(node.body, Comma) else ()


def _joined(parts: list[tuple[str, str]]) -> list[str]:
    """`x = 1` and `y = 2` are one point, `x = 0` and `x = 1` two."""
    names = [n for n, _ in parts]
    texts = [f"{n} = {v}" if n else v for n, v in parts]
    return [", ".join(texts)] if all(names) and len(set(names)) == len(names) else texts


def with_points(q: Question, sheet: Sheet) -> list[Question]:
    r"""A question, and those for its values at points: `\nabla g(1, 2)`, `f'(0)`. A point that gives names their only
    numbers, or one of what is no function, has no question of its own."""
    plain = replace(q, points=())
    given = {" = ".join(" ".join(e.text(x).split()) for x in (e.lhs, e.rhs)) for e in sheet.equations if e.own}
    if len(q.points) == 1 and q.points[0] in given:
        return [plain]
    texts = {p: _at(q.tex, p, sheet) for p in q.points}
    here = [replace(plain, tex=t, blank=None) for t in texts.values() if t is not None]
    untold = [p for p, t in texts.items() if t is None and not set(p.split(", ")) <= given]
    words = f"{VALUE_OF} ${q.tex}$ at ${'$, $'.join(untold)}$"
    return [plain, *here, *([replace(plain, tex="", blank=None, words=words)] if untold else [])]


def points_apart(found: Iterable[tuple[Question, Scope]], sheet: Sheet) -> dict[str, set[str]]:
    """The equations of the points in an exercise that asks for values at several, `x = 1` and `x = 2`: none of them is
    what x is, nor is `w = 0` of an L(w), which may be a vector."""
    points = dict[str, set[str]]()
    origins = set[str]()
    for q, scope in found:
        points.setdefault(scope.number, set()).update(q.points)
        if any(ZERO.search(p) and _is_all(p.split(" = ")[0], sheet) for p in q.points):
            origins.add(scope.number)
    apart = {n: told for n, told in points.items() if len(told) > 1 or n in origins}
    return {n: {x for p in told for x in p.split(", ")} for n, told in apart.items()}


def _is_all(name: str, sheet: Sheet) -> bool:
    """Whether a function of the sheet has this argument and no other."""
    called = (e for e in sheet.equations if is_called(e.lhs) and e.spelled is None)
    return any([e.document.source(x.span) for x in arguments_of(e)] == [name] for e in called)


def is_place(e: Equation, places: dict[str, set[str]]) -> bool:
    """Whether an equation is no more than one of these points."""
    sides = " = ".join(" ".join(e.text(x).split()) for x in (e.lhs, e.rhs)) if e.own and e.spelled is None else ""
    return sides in places.get(e.scope.number, ())


def _at(tex: str, point: str, sheet: Sheet) -> str | None:
    head = re.sub(r"\([^()]*\)$", "", tex).strip()
    if "=" not in point:
        return f"{head}{point}" if point.startswith("(") else None
    told = dict(part.split(" = ", 1) for part in point.split(", ") if " = " in part) if point.count("=") > 1 else {}
    told = told or dict([point.split(" = ", 1)])
    for e in reversed(sheet.equations):
        called = is_called(e.lhs) and e.spelled is None and isinstance(e.lhs, Product)
        if called and isinstance(e.lhs, Product) and _is_of(head, e.document.source(e.lhs.factors[0].node.span)):
            names = [e.document.source(x.span) for x in arguments_of(e)]
            if all(n in told for n in names):
                return f"{head}({', '.join(told[n] for n in names)})"
    return None


def _is_of(head: str, function: str) -> bool:
    """Whether a derivative is one of a function: `\\nabla f`, `f'`, `\\frac{\\partial f}{\\partial x}`."""
    return re.search(rf"(?:^|[^\\A-Za-z]d?|\\[a-z]+ ){re.escape(function)}(?![A-Za-z])", head) is not None
