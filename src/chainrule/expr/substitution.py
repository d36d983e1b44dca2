"""Replacing indices and symbols in a term, without capture, over the shared graph and without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from chainrule.expr.index import Index, Symbol
from chainrule.expr.nodes import BOUND, BUILD, Component, Derivative, Expr, IndexValue, Scope, make, union


def value(index: Index) -> IndexValue:
    """The integer an index stands for."""
    return cast(IndexValue, make(IndexValue, index))


Image = Expr | Symbol | Callable[..., Expr]


class _Env:
    """A mapping during substitution; entering a scope derives another one, remembered so that memos are shared."""

    def __init__(self, indices: dict[Index, Expr], symbols: Mapping[Symbol, Image]) -> None:
        self.indices, self.symbols = indices, symbols
        self.captures = union(e.free for e in indices.values())
        self._inner: dict[tuple[Index, ...], tuple[tuple[Index, ...], _Env]] = {}

    def touches(self, node: Expr) -> bool:
        return not node.free.isdisjoint(self.indices) or not node.symbols.isdisjoint(self.symbols)

    def enter(self, bound: tuple[Index, ...]) -> tuple[tuple[Index, ...], _Env]:
        """The bound indices, renamed where an image would be captured, and the mapping inside."""
        if not bound or (self.captures.isdisjoint(bound) and not any(i in self.indices for i in bound)):
            return bound, self
        if bound not in self._inner:
            kept = {i: e for i, e in self.indices.items() if i not in bound}
            taken = {i.name for i in union(e.free for e in kept.values())}
            names = tuple(self._rename(i, taken) for i in bound)
            kept |= {i: value(j) for i, j in zip(bound, names, strict=True) if i != j}
            self._inner[bound] = names, _Env(kept, self.symbols)
        return self._inner[bound]

    @staticmethod
    def _rename(index: Index, taken: set[str]) -> Index:
        if index.name not in taken:
            return index
        names = (f"{BOUND}'{k}" for k in range(len(taken) + 1))
        name = next(n for n in names if n not in taken)
        taken.add(name)
        return Index(name, index.dim)


def substitute(expr: Expr, mapping: Mapping[Index, Expr] | Mapping[Symbol, Image] | Mapping[Any, Any]) -> Expr:
    """Replace indices by terms and symbols by symbols or by functions of their index terms, without capture.

    A function given for a symbol must not bring in free indices named like bound ones (`•k`).

    >>> from chainrule.expr import Dim, component
    >>> n = Dim("n"); i, j = Index("i", n), Index("j", n); x = Symbol("x", (n,))
    >>> substitute(component(x, i) + 1, {i: value(j)})
    1 + x[j]
    """
    indices = {k: cast(Expr, v) for k, v in mapping.items() if isinstance(k, Index) and v is not value(k)}
    symbols = {k: v for k, v in mapping.items() if isinstance(k, Symbol)}
    root = (expr, _Env(indices, symbols))
    done: dict[tuple[Expr, _Env], Expr] = {}
    stack = [root]
    while stack:
        node, env = stack[-1]
        if (node, env) in done or not env.touches(node):
            done.setdefault((node, env), node)
            stack.pop()
            continue
        inner = [(names, (body, inside)) for bound, body in node.scopes for names, inside in [env.enter(bound)]]
        if waiting := [item for _, item in inner if item not in done]:
            stack += reversed(waiting)
            continue
        done[node, env] = _replaced(node, env, tuple((names, done[item]) for names, item in inner))
        stack.pop()
    return done[root]


def _replaced(node: Expr, env: _Env, scopes: tuple[Scope, ...]) -> Expr:
    if isinstance(node, IndexValue):
        return env.indices.get(node.index, node)
    if isinstance(node, Derivative) and node.target.symbol in env.symbols:
        raise ValueError(f"carry out the derivative by {node.target.symbol.name} before replacing it")
    if isinstance(node, Component) and node.symbol in env.symbols:
        image, given = env.symbols[node.symbol], [body for _, body in scopes]
        if isinstance(image, Symbol):
            return cast(Expr, BUILD["component"](image, *given))
        return image if isinstance(image, Expr) else image(*given)
    return node if scopes == node.scopes else node.with_scopes(scopes)
