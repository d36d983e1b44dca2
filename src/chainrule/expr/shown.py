"""Terms as plain text, for messages of this package and for tests."""

from __future__ import annotations

from chainrule.expr.nodes import (
    BUILD,
    Add,
    Apply,
    Component,
    Const,
    Expr,
    IndexValue,
    Indicator,
    Mul,
    Power,
    Reduce,
    Unknown,
)

SHOWN_DEPTH = 12


def show(expr: Expr, depth: int = SHOWN_DEPTH) -> str:
    """A plain text form for messages of this package and for tests; deep parts are an ellipsis."""
    if depth == 0:
        return "…"
    kids = [show(child, depth - 1) for child in expr.children]
    match expr:
        case Const():
            return str(expr.value)
        case IndexValue():
            return expr.index.name
        case Component():
            return expr.symbol.name + (f"[{', '.join(kids)}]" if kids else "")
        case Add():
            return " + ".join(kids)
        case Mul():
            return " * ".join(f"({k})" if isinstance(f, Add) else k for k, f in zip(kids, expr.factors, strict=True))
        case Power():
            return f"({kids[0]})^({kids[1]})"
        case Reduce():
            return f"{expr.op}[{expr.index.name}:{expr.index.dim.name}]({kids[0]})"
        case Indicator():
            return f"[{kids[0]} {expr.rel} {kids[1]}]"
        case Apply():
            return f"{expr.name}({', '.join(kids)})"
        case Unknown():
            return f"{expr.name}{expr.slots or ''}({', '.join(kids[: len(expr.args)])})"
    return f"{type(expr).__name__}({', '.join(kids)})"


BUILD["show"] = show
