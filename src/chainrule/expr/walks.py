"""Ways through the nodes of a term: all of them, children first, and terms rebuilt from below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainrule.expr.index import Symbol
from chainrule.expr.nodes import NOTHING, Add, Expr, Mul


def walk(*roots: Expr) -> list[Expr]:
    """Every node under the roots once, children before parents."""
    done: dict[Expr, None] = {}
    stack = [*reversed(roots)]
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif waiting := [child for child in node.children if child not in done]:
            waiting.reverse()
            stack += waiting
        else:
            done[node] = None
            stack.pop()
    return list(done)


def rebuilt(
    expr: Expr, change: Callable[[Expr, Expr], Expr], kinds: int = 0, symbols: frozenset[Symbol] = NOTHING
) -> Expr:
    """A term rebuilt from below: `change(old, new)` is what stands for a node `old`, which is `new` with its parts
    changed, and the very same node where none of them was. Terms without all of some kinds and symbols inside stay.

    >>> from chainrule.expr import Symbol, component, const
    >>> x = component(Symbol("x"))
    >>> rebuilt(2 * x + 1, lambda old, new: const(3) if old is x else new)
    7
    """
    if expr.kinds & kinds != kinds or not symbols <= expr.symbols:
        return expr
    done: dict[Expr, Expr] = {}
    stack = [expr]
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        waiting = []
        for child in node.children:
            if child not in done:
                if child.kinds & kinds != kinds or not symbols <= child.symbols:
                    done[child] = child
                else:
                    waiting.append(child)
        if waiting:
            waiting.reverse()
            stack += waiting
            continue
        done[node] = change(node, over(node, [done[child] for child in node.children]))
        stack.pop()
    return done[expr]


def over(node: Expr, children: Sequence[Expr]) -> Expr:
    """The term over other children, through its smart constructor; the very same one where they are the same."""
    for old, new in zip(node.children, children, strict=True):
        if old is not new:
            break
    else:
        return node
    if not node.BINDS:
        return node.with_children(*children)
    return node.with_scopes([(bound, new) for (bound, _), new in zip(node.scopes, children, strict=True)])


def factors_in(term: Expr) -> tuple[Expr, ...]:
    """The factors of a product; of anything else it alone."""
    return term.factors if isinstance(term, Mul) else (term,)


def terms_in(term: Expr) -> tuple[Expr, ...]:
    """The terms of a sum; of anything else it alone."""
    return term.terms if isinstance(term, Add) else (term,)
