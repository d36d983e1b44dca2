"""A function for another one, and the derivative of a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.check.diagnosis.edits.edit import Edit
from chainrule.check.diagnosis.edits.order import products
from chainrule.check.diagnosis.edits.places import QUANTITY, Side
from chainrule.read.tree import (
    Name,
    Script,
)

# A function and the ones it is taken for.
KINDRED = {
    "sin": ("cos",),
    "cos": ("sin",),
    "sinh": ("cosh",),
    "cosh": ("sinh",),
    "tan": ("cot",),
    "exp": ("log",),
    "log": ("exp",),
    "ln": ("exp",),
    "tanh": ("sigma",),
    "sigma": ("tanh",),
    "sigmoid": ("tanh",),
    "max": ("min",),
    "min": ("max",),
}


def functions(side: Side) -> Iterator[Edit]:
    """A kindred function: sin for cos, log for exp, max for min."""
    for node in side.in_role(*QUANTITY):
        name = node.base if isinstance(node, Script) else node
        if isinstance(name, Name) and name.text in KINDRED:
            span, old = side.span(name), side.source(name)
            for other in KINDRED[name.text]:
                new = old.replace(name.text, other) if other in ("cos", "sin") else "\\" + other
                new = _apart(new, side.text[span.end : span.end + 1])
                words = f"the function {old} is wrong"
                yield Edit(span.start, span.end, new, f"{new.strip()} for {old}", words)


def _apart(word: str, after: str) -> str:
    """A control word that does not run into the letter after it."""
    return word + " " if after.isalpha() else word


def primes(side: Side) -> Iterator[Edit]:
    """f' for f, f for f'."""
    for node in side.in_role(*QUANTITY):
        if isinstance(node, Script) and node.primes:
            span, old = side.span(node), side.source(node)
            new = re.sub(r"'|\^\s*\{?\s*\\prime\s*\}?", "", old, count=1)
            if new != old:
                words = f"{old} is the derivative, the function itself is needed"
                yield Edit(span.start, span.end, new, f"{new} for {old}", words)
    for product in products(side):
        for unit in side.units(product):
            name = unit.node.base if isinstance(unit.node, Script) else unit.node
            if unit.kind == "call" and isinstance(name, Name):
                end, old = side.span(name).end, side.source(name)
                yield Edit(end, end, "'", f"{old}' for {old}", f"the derivative of {old} is needed, not {old}")
