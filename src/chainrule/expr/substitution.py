"""Replacing indices and symbols in a term, without capture, over the shared graph and without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from chainrule.expr.index import Index, Symbol
from chainrule.expr.nodes import BOUND, BUILD, Add, Component, Derivative, Expr, IndexValue, Mul, make, union
from chainrule.expr.walks import over


def value(index: Index) -> IndexValue:
    """The integer an index stands for."""
    return cast(IndexValue, make(IndexValue, index))


Image = Expr | Symbol | Callable[..., Expr]


class _Env:
    """A mapping during substitution; entering a scope derives another one, remembered so that memos are shared."""

    def __init__(self, indices: dict[Index, Expr], symbols: Mapping[Symbol, Image], renames: bool) -> None:
        self.indices, self.symbols, self.renames = indices, symbols, renames
        self.done: dict[Expr, Expr] = {}
        self.captures = union([e.free for e in indices.values()])
        self._inner: dict[tuple[Index, ...], tuple[tuple[Index, ...], _Env]] = {}

    def touches(self, node: Expr) -> bool:
        return (bool(self.indices) and not node.free.isdisjoint(self.indices)) or (
            bool(self.symbols) and not node.symbols.isdisjoint(self.symbols)
        )

    def seen(self, node: Expr) -> Expr:
        """What stands for a node that has been replaced, or for an index."""
        if type(node) is IndexValue:
            return self.indices.get(node.index, node)
        return self.done.get(node, node)

    def enter(self, bound: tuple[Index, ...]) -> tuple[tuple[Index, ...], _Env]:
        """The bound indices, renamed where an image would be captured, and the mapping inside."""
        if not bound or (self.captures.isdisjoint(bound) and not any(i in self.indices for i in bound)):
            return bound, self
        if bound not in self._inner:
            kept = {i: e for i, e in self.indices.items() if i not in bound}
            taken = {i.name for i in union(e.free for e in kept.values())}
            names = tuple(self._rename(i, taken) for i in bound)
            kept |= {i: value(j) for i, j in zip(bound, names, strict=True) if i != j}
            self._inner[bound] = names, _Env(kept, self.symbols, False)
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
    indices, symbols = dict[Index, Expr](), dict[Symbol, Image]()
    for key, image in mapping.items():
        if isinstance(key, Symbol):
            symbols[key] = image
        elif not (type(image) is IndexValue and image.index is key):
            indices[key] = cast(Expr, image)
    outermost = _Env(indices, symbols, not symbols and _is_renaming(indices, expr))
    if not outermost.touches(expr):
        return expr
    stack = [(expr, outermost)]
    while stack:
        node, env = stack[-1]
        if node in env.done:
            stack.pop()
            continue
        inner = [(node.children, env)] if not node.BINDS else [((c,), env.enter(b)[1]) for b, c in node.scopes]
        waiting = []
        for children, inside in inner:
            for child in children:
                if child not in inside.done:
                    if not inside.touches(child):
                        inside.done[child] = child
                    elif child.flat:
                        inside.done[child] = _replaced(child, inside)
                    else:
                        waiting.append((child, inside))
        if waiting:
            stack += waiting
            continue
        env.done[node] = _scoped(node, env) if node.BINDS else _replaced(node, env)
        stack.pop()
    return outermost.done[expr]


def _is_renaming(indices: dict[Index, Expr], expr: Expr) -> bool:
    """Whether different indices of the term stay different, so that no two parts of it become equal."""
    names = {e.index for e in indices.values() if type(e) is IndexValue}
    return len(names) == len(indices) and names.isdisjoint(i for i in expr.free if i not in indices)


def _scoped(node: Expr, env: _Env) -> Expr:
    """A node that binds indices, its children replaced."""
    scopes = tuple([(names, inside.done[body]) for b, body in node.scopes for names, inside in [env.enter(b)]])
    return node if scopes == node.scopes else node.with_scopes(scopes)


def _replaced(node: Expr, env: _Env) -> Expr:
    """A node that binds nothing, its children replaced."""
    kind = type(node)
    if kind is IndexValue:
        return env.indices.get(node.index, node)  # type: ignore[attr-defined]
    if env.symbols:
        if isinstance(node, Derivative) and node.target.symbol in env.symbols:
            raise ValueError(f"carry out the derivative by {node.target.symbol.name} before replacing it")
        if isinstance(node, Component) and node.symbol in env.symbols:
            return _imaged(env.symbols[node.symbol], [env.seen(child) for child in node.children])
    children = [env.seen(child) for child in node.children]
    if env.renames and (kind is Mul or kind is Add) and _keeps_order(node, children):
        return cast(Expr, make(kind, tuple(children)))
    return over(node, children)


def _imaged(image: Image, places: list[Expr]) -> Expr:
    if isinstance(image, Symbol):
        return cast(Expr, BUILD["component"](image, *places))
    return image if isinstance(image, Expr) else image(*places)


def _keeps_order(node: Expr, children: list[Expr]) -> bool:
    """Whether the renamed terms of a sum or a product are sorted as they were, by their rough keys alone."""
    last = None
    for old, new in zip(node.children, children, strict=True):
        if old.rough != new.rough or old.rough == last:
            return False
        last = old.rough
    return True
