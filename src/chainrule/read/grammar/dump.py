"""A tree on one line, for tests and debugging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule.read.tree import (
    Accent,
    Big,
    Brace,
    Cases,
    Comma,
    Differential,
    Dots,
    Fenced,
    Fraction,
    Infix,
    Matrix,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Root,
    Script,
    Sum,
    Text,
    Unread,
)


def dump(node: Node | None) -> str:
    r"""A compact s-expression: `x_i^2` is `(x _i ^2)`, `-a b` is `(+ -(* a b))`, `a = b` is `(rel a = b)`.

    >>> from chainrule.read.tree import Span
    >>> dump(Script(Span(0, 3), Name(Span(0, 1), "x"), Name(Span(2, 3), "i")))
    '(x _i)'
    """
    return "?" if node is None else _DUMP[type(node)](node)


def _all(nodes: tuple[Node, ...]) -> str:
    return " ".join(dump(n) for n in nodes)


def _script(node: Script) -> str:
    return f"({dump(node.base)}{' ' + chr(39) * node.primes if node.primes else ''}{_scripts(node)})"


def _scripts(node: Script | Big) -> str:
    sub = f" _{dump(node.sub)}" if node.sub else ""
    return sub + (f" ^{dump(node.sup)}" if node.sup else "")


def _product(node: Product) -> str:
    return "(* " + " ".join((f.op + ":" if f.op else "") + dump(f.node) for f in node.factors) + ")"


def _sum(node: Sum) -> str:
    first, *others = node.terms
    shown = ("" if first.sign == "+" and others else first.sign) + dump(first.node)
    return "(+ " + " ".join([shown, *(t.sign + dump(t.node) for t in others)]) + ")"


def _relation(node: Relation) -> str:
    return "(rel " + " ".join([dump(node.first), *(f"{link.op} {dump(link.node)}" for link in node.links)]) + ")"


def _matrix(node: Matrix) -> str:
    return f"({node.env} " + " ".join(f"[{_all(row)}]" for row in node.rows) + ")"


def _cases(node: Cases) -> str:
    rows = (f"[{dump(r.value)}{' if ' + dump(r.condition) if r.condition else ''}]" for r in node.rows)
    return "(cases " + " ".join(rows) + ")"


_DUMP: dict[type, Callable[[Any], str]] = {
    Number: lambda n: n.text,
    Name: lambda n: ".".join((*n.style, n.text)),
    Accent: lambda n: f"({n.kind} {dump(n.body)})",
    Script: _script,
    Fenced: lambda n: f"({n.open or '.'}{n.close or '.'} {dump(n.body)})",
    Fraction: lambda n: f"(frac {dump(n.numerator)} {dump(n.denominator)})",
    Root: lambda n: f"(root {dump(n.body)}{' ' + dump(n.degree) if n.degree else ''})",
    Big: lambda n: f"({n.op}{_scripts(n)})" if n.sub or n.sup else n.op,
    Product: _product,
    Sum: _sum,
    Infix: lambda n: f"({n.op} {dump(n.left)} {dump(n.right)})",
    Comma: lambda n: f"(, {_all(n.items)})",
    Relation: _relation,
    Matrix: _matrix,
    Cases: _cases,
    Brace: lambda n: f"(brace {dump(n.body)}{' ' + dump(n.note) if n.note else ''})",
    Text: lambda n: f'"{n.text}"',
    Differential: lambda n: f"(d _{dump(n.sub)})" if n.sub else "d",
    Dots: lambda n: "...",
    Missing: lambda n: "?",
    Unread: lambda n: f"!{n.code}",
}
