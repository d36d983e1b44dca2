r"""Functions that nobody defines: whether a line that fails for a general one may be what says which one it is.

A line ties a function down when it has f, or one of its derivatives, on one side only (`f'(z) = f(z) (1 - f(z))`), or
speaks of f at different arguments (`f(-z) = 1 - f(z)`). A line that has the same pieces of f on both sides and fails
for a general f is wrong whatever f is.

A name that no formula defines may be defined in plain text, `with u=exp(a<sub>0</sub>)+1`, that is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.influence import function_cancels
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import reach
from chainrule.check.comparison.writing import written
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need, NeedKind
from chainrule.expr import Component, Expr, Unknown, const, substitute, walk
from chainrule.read.document import Words
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import NORMAL
from chainrule.sheet.syntax.spelling import ANY

# What a letter that custom reads as the logistic function may be instead: a line that fits one of these says so.
OTHER_ROLES = ("tanh", "relu", "softplus", "softmax", "exp")


def said_in_plain_text(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A name that no formula defines, and that plain text before the line gives a formula, in whatever language."""
    instances = variant.universe.instances
    bases = {instances[s].base for s in different.left_symbols | different.right_symbols if s in instances}
    plain = sorted(b for b in bases if b.isalpha() and not lines.world.defined(b))
    words = [p for p in e.document.pieces if isinstance(p, Words) and p.span.start < e.span.start]
    for base in plain:
        says = re.compile(rf"(?<![\w\\.^]){re.escape(base)}\s*:?=\s*[^\s=]")
        for piece in words:
            if says.search(piece.text):
                line = e.document.position(piece.span.start)[0]
                text = f"the words from line {line} on give {base} a formula that is not read"
                return Finding("unsupported", "ambiguous", text)
    return None


def unknown_functions(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A function that nobody defines, and this line may be what says what it is."""
    names = sorted(_tied(lines, e, variant, different))
    if names:
        tensors = {s.name: instance for s, instance in variant.universe.instances.items()} | variant.universe.called
        instance = tensors.get(names[0]) or Instance(names[0])
        return _loose(variant, instance, "function" if names[0] in variant.universe.called else "definition")
    roles = dict(variant.universe.world.customary)
    for base in sorted(variant.universe.roles_taken & names_in(lines.world, e.lhs, e.rhs)):
        if roles.get(base) == NORMAL:  # called with a mean and a spread, it is nothing else
            continue
        if _another(lines, e, variant, base):
            return _loose(variant, Instance(base), "function")
    return None


def _loose(variant: Variant, instance: Instance, kind: NeedKind) -> Finding:
    where = " here" if instance.base.startswith(f"{ANY}(") else ""
    text = f"{written(variant.universe, instance)} is never defined{where}; this line may be what says what it is"
    return assumed("undefined-symbol", text, needs=(Need(kind, instance),))


def _tied(lines: Lines, e: Equation, variant: Variant, different: Different) -> set[str]:
    """The unknown functions that a line, being false for general ones, ties down."""
    left, right = (_pieces(t, variant) for t in different.terms)
    one_sided = {name for name, _ in _orders(left) ^ _orders(right)}
    direct = names_in(lines.world, e.lhs, e.rhs)
    called = {name for name, instance in variant.universe.called.items() if instance.base in direct}
    return one_sided | {name for name in called if _moved(name, left, right)}


def _pieces(term: Expr, variant: Variant) -> list[Unknown]:
    """The unknown functions and their derivatives that a term depends on, through definitions."""
    found = [t for t in reach([term], variant.universe.definitions) if isinstance(t, Unknown)]
    idle = {name for name in {u.name for u in found} if function_cancels(variant, term, name)}
    return [u for u in found if u.name not in idle]


def _orders(pieces: Iterable[Unknown]) -> set[tuple[str, int]]:
    return {(u.name, len(u.slots)) for u in pieces}


def _moved(name: str, left: Iterable[Unknown], right: Iterable[Unknown]) -> bool:
    """Whether the sides have a function at different arguments made of the same quantities, whatever their indices."""
    arguments = [{a for u in side if u.name == name for a in _arguments(u)} for side in (left, right)]
    made_of = [{t.symbol for body in side for t in walk(body) if isinstance(t, Component)} for side in arguments]
    return arguments[0] != arguments[1] and made_of[0] == made_of[1]


def _arguments(u: Unknown) -> list[Expr]:
    """The arguments with all free indices alike: f(z_i) and f(z_j) say the same of f."""
    return [substitute(body, {i: const(1) for i in body.free - set(bound)}) for bound, body in u.args]


def _another(lines: Lines, e: Equation, variant: Variant, base: str) -> bool:
    """Whether a letter that custom reads as one function may be another one here, where the usual one fails."""
    rest = tuple(pair for pair in lines.world.customary if pair[0] != base)
    layout, config = variant.universe.world.layout, variant.universe.config
    general = lines.variant(layout, variant.choices, config, rest)
    outcome = lines.outcome(e, general)
    if not isinstance(outcome, Different):
        return True
    if base not in _tied(lines, e, general, outcome):
        return False
    slopes = [{n for name, n in _orders(_pieces(t, general)) if name == base} for t in outcome.terms]
    if max(slopes[0], default=0) == max(slopes[1], default=0):
        return True
    roles = (lines.variant(layout, variant.choices, config, (*rest, (base, role))) for role in OTHER_ROLES)
    return any(isinstance(lines.outcome(e, other), Same) for other in roles)
