"""The answer to `derive`: derivations with their checks, ready for every writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chainrule.derive.build import Problem, build
from chainrule.derive.gradient import Derivation, first_order, second_order
from chainrule.derive.recheck import recheck
from chainrule.read.python import FormulaError

ORDERS = (1, 2)


@dataclass(frozen=True)
class Answer:
    """What was asked (`of` in TeX, the text) and the derivations found."""

    of: str
    text: str
    problem: Problem
    derivations: tuple[Derivation, ...]


def answer(
    text: str, wrt: Sequence[str], shapes: Mapping[str, tuple[str, ...]], of: str = "L", order: int = 1
) -> Answer:
    """Derive the loss by each name. Raises `FormulaError`, and `Unsure` when a result cannot be confirmed."""
    if order not in ORDERS:
        raise FormulaError(f"order is 1 or 2, found {order}")
    problem = build(text, shapes)
    unknown = [w for w in wrt if w not in problem.inputs]
    if unknown:
        known = ", ".join(sorted(problem.inputs)) or "no names"
        raise FormulaError(f"{', '.join(unknown)} does not occur in the expression; it has {known}")
    labels = [w for w in wrt if problem.inputs[w].kind == "integer"]
    if labels:
        raise FormulaError(f"{labels[0]} is a label (it stands in a subscript); there is no derivative by a label")
    if extra := sorted(shapes.keys() - problem.inputs.keys()):
        raise FormulaError(f"--shape is given for {', '.join(extra)}, which does not occur in the expression")
    targets = [problem.inputs[w] for w in wrt]
    found = first_order(problem, targets) if order == 1 else [second_order(problem, t) for t in targets]
    for derivation in found:
        points = recheck(derivation)
        derivation.notes.append(f"agrees with finite differences at {points} random points")
    return Answer(of, text, problem, tuple(found))


def shape(text: str) -> tuple[str, tuple[str, ...]]:
    """`W: d h` as a name and its dimensions; `s:` is a scalar.

    >>> shape("W: d h"), shape("s:")
    (('W', ('d', 'h')), ('s', ()))
    """
    name, colon, dims = text.partition(":")
    found = tuple(dims.replace(",", " ").split())
    if not colon or not name.strip().isidentifier():
        raise FormulaError(
            f'a shape is written "NAME: DIMENSIONS", such as "W: d h" or "s:" for a scalar, found {text!r}'
        )
    for dim in found:
        if not (dim.isidentifier() or (dim.isascii() and dim.isdigit() and 0 < int(dim) < 10**6)):
            raise FormulaError(f"a dimension is a name or a whole number, found {dim!r} in {text!r}")
    if len(found) > 2:
        raise FormulaError(f"{name.strip()}: arrays of at most two axes are read here, found {len(found)}")
    return name.strip(), found


def dimensions(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The shapes of several names. Raises `FormulaError` when one is given twice."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, dims = shape(text)
        if found.get(name, dims) != dims:
            raise FormulaError(f"two shapes are given for {name}: {' '.join(found[name])} and {' '.join(dims)}")
        found[name] = dims
    return found
