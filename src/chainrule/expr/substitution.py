"""Replacing indices and symbols in a term, without capture, over the shared graph and without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from chainrule.expr.index import BOUND, Index, Symbol
from chainrule.expr.making import make, value
from chainrule.expr.nodes import BUILD, NOTHING, Add, Component, Derivative, Expr, IndexValue, Mul, union
from chainrule.expr.walks import over

Image = Expr | Symbol | Callable[..., Expr]


class _Env:
    """A mapping during substitution; entering a scope derives another one, remembered so that memos are shared."""

    __slots__ = ("captures", "done", "indices", "inner", "renames", "symbols")

    def __init__(self, indices: dict[Index, Expr], symbols: Mapping[Symbol, Image], renames: bool) -> None:
        self.indices, self.symbols, self.renames = indices, symbols, renames
        self.done: dict[Expr, Expr] = {}
        self.captures = NOTHING.union(*[e.free for e in indices.values()])
        self.inner: dict[tuple[Index, ...], tuple[tuple[Index, ...], _Env]] = {}

    def wait(self, child: Expr, waiting: list[tuple[Expr, _Env]]) -> None:
        """Find what stands for a child, where that is seen at once; else it waits."""
        if child in self.done:
            return
        if child.free.isdisjoint(self.indices) and (not self.symbols or child.symbols.isdisjoint(self.symbols)):
            self.done[child] = child
        elif child.flat:
            self.done[child] = _replaced(child, self)
        else:
            waiting.append((child, self))

    def enter(self, bound: tuple[Index, ...]) -> tuple[tuple[Index, ...], _Env]:
        """The bound indices, renamed where an image would be captured, and the mapping inside."""
        if not bound or (self.captures.isdisjoint(bound) and self.indices.keys().isdisjoint(bound)):
            return bound, self
        if bound not in self.inner:
            kept = {i: e for i, e in self.indices.items() if i not in bound}
            taken = {i.name for i in union(e.free for e in kept.values())}
            names = tuple(self._rename(i, taken) for i in bound)
            kept |= {i: value(j) for i, j in zip(bound, names, strict=True) if i != j}
            self.inner[bound] = names, _Env(kept, self.symbols, False)
        return self.inner[bound]

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
    if expr.free.isdisjoint(mapping) and expr.symbols.isdisjoint(mapping):
        return expr
    indices: dict[Index, Expr] = {}
    symbols: dict[Symbol, Image] = {}
    for key, image in mapping.items():
        if type(key) is Symbol:
            symbols[key] = image
        elif not (type(image) is IndexValue and image.index is key):
            indices[cast(Index, key)] = cast(Expr, image)
    if (not indices or expr.free.isdisjoint(indices)) and (not symbols or expr.symbols.isdisjoint(symbols)):
        return expr
    outermost = _Env(indices, symbols, not symbols and _is_renaming(indices, expr))
    if expr.flat:
        return _replaced(expr, outermost)
    stack = [(expr, outermost)]
    while stack:
        node, env = stack[-1]
        if node in env.done:
            stack.pop()
            continue
        waiting: list[tuple[Expr, _Env]] = []
        if node.BINDS:
            for bound, child in node.scopes:
                env.enter(bound)[1].wait(child, waiting)
        else:
            for child in node.children:
                if type(child) is not IndexValue:
                    env.wait(child, waiting)
        if waiting:
            stack += waiting
            continue
        env.done[node] = _scoped(node, env) if node.BINDS else _replaced(node, env)
        stack.pop()
    return outermost.done[expr]


def _is_renaming(indices: dict[Index, Expr], expr: Expr) -> bool:
    """Whether different indices of the term stay different, so that no two parts of it become equal."""
    names: set[Index] = set()
    for image in indices.values():
        if type(image) is not IndexValue or image.index in names:
            return False
        names.add(image.index)
    return not any(i in names and i not in indices for i in expr.free)


def _scoped(node: Expr, env: _Env) -> Expr:
    """A node that binds indices, its children replaced."""
    scopes = tuple([(names, inside.done[body]) for b, body in node.scopes for names, inside in [env.enter(b)]])
    return node if scopes == node.scopes else node.with_scopes(scopes)


def _replaced(node: Expr, env: _Env) -> Expr:
    """A node that binds nothing, its children replaced."""
    kind, indices, done = type(node), env.indices, env.done
    if kind is IndexValue:
        return indices.get(node.index, node)  # type: ignore[attr-defined]
    children = [indices.get(c.index, c) if type(c) is IndexValue else done.get(c, c) for c in node.children]
    if env.symbols:
        if kind is Derivative and node.target.symbol in env.symbols:  # type: ignore[attr-defined]
            raise ValueError(f"carry out the derivative by {node.target.symbol.name} before replacing it")  # type: ignore[attr-defined]
        if kind is Component and node.symbol in env.symbols:  # type: ignore[attr-defined]
            return _imaged(env.symbols[node.symbol], children)  # type: ignore[attr-defined]
    if kind is Component:
        return make(Component, node.symbol, tuple(children))  # type: ignore[attr-defined]
    if env.renames and (kind is Mul or kind is Add) and _keeps_order(node, children):
        return make(kind, tuple(children))
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
