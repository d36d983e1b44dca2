"""Differentials: `dX` is the change of X, and d before anything else its derivative along all such changes."""

from __future__ import annotations

from chainrule.calculus import tangent
from chainrule.expr import Expr, Symbol
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.spelling import CHANGE

# What is symmetric or diagonal stays so while it changes.
KEPT = {"symmetric": "symmetric", "covariance": "symmetric", "diagonal": "diagonal"}


def differential(frame: Frame, val: Val) -> Val:
    """The differential of a value, shaped like it."""
    if not frame.owner.startswith("@"):
        raise Untyped("a differential inside of a definition", "operator")
    universe = frame.universe
    varying = universe.world.varying if frame.choices.varying is None else frame.choices.varying

    def changes(symbol: Symbol) -> Symbol | None:
        if symbol in universe.changes.values():
            raise Untyped("a differential of a differential", "operator")
        instance = universe.instances.get(symbol)
        if instance is None or symbol.kind == "integer":
            return None
        if instance.base in varying:
            return change_of(universe, symbol, instance)
        universe.unchanging.setdefault(frame.owner, set()).add(instance.base)
        return None

    def at(*terms: Expr) -> Expr:
        return tangent(val.at(*terms), changes, universe.definitions)

    return Val(val.shape, at)


def change_of(universe: Universe, symbol: Symbol, instance: Instance) -> Symbol:
    """The symbol of the change of a symbol."""
    if symbol not in universe.changes:
        change = Symbol(f"d{symbol.name}", symbol.axes)
        base = CHANGE + instance.base
        universe.changes[symbol] = change
        universe.instances[change] = Instance(base, instance.labels, instance.primes, instance.sampled, instance.step)
        kind = universe.world.family(instance.base).domain_kind
        universe.world.family(base).domain_kind = KEPT.get(kind or "")
    return universe.changes[symbol]
