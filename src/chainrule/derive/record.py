"""The answer to `derive`: derivations with their checks, ready for every writer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.derive.asking import Shapes, called, formula_sheet, is_tex, stated
from chainrule.derive.build import Problem, build, stated_by
from chainrule.derive.gradient import Derivation, first_order, second_order
from chainrule.derive.names import python_name
from chainrule.derive.operators import Made, as_text
from chainrule.derive.recheck import recheck
from chainrule.derive.refusals import no_function
from chainrule.derive.sheets import cut
from chainrule.expr.errors import ExprError
from chainrule.expr.index import Symbol
from chainrule.read.document import Document
from chainrule.read.python import FormulaError

ORDERS = (1, 2)
CALLED = re.compile(r"\\(?:operatorname|mathrm|text)\*?\s*\{\s*([A-Za-z]{2,})\s*\}\s*(?:\\left\s*)?\(")
"""A word in TeX before parentheses: a function, and no factor."""


@dataclass(frozen=True)
class Answer:
    """What was asked (`of` in TeX, the text) and the derivations found."""

    of: str
    text: str
    problem: Problem
    derivations: tuple[Derivation, ...]


def answer(text: str, wrt: Sequence[str], shapes: Shapes, of: str | None = None, order: int = 1) -> Answer:
    """Derive the loss that a text states, in Python or in TeX, by each name. Raises `FormulaError`, and `Unsure` when a
    result cannot be confirmed."""
    if is_tex(text):
        document, found = formula_sheet(text, of)
        answered = answer_sheet(document, wrt, shapes, found, order=order)
        unknown = [word for word in CALLED.findall(text) if word in answered.problem.inputs]
        if unknown:
            raise FormulaError(no_function(unknown[0]) + rf"; write a product as {unknown[0]} \cdot (...)", text)
        return answered
    problem = build(text, shapes)
    return _answered(called(of, problem.known_names), text, problem, wrt, shapes, order)


def answer_sheet(
    document: Document,
    wrt: Sequence[str],
    shapes: Shapes,
    of: str | None = None,
    context: Sequence[Document] = (),
    order: int = 1,
) -> Answer:
    """Derive a loss that a sheet defines by each name. Raises `FormulaError` and `Unsure`."""
    written, problem = stated(document, of, shapes, context)
    return _answered(written, document.path, problem, wrt, shapes, order)


def answer_made(
    made: Made, wrt: Sequence[str], shapes: Shapes | None = None, of: str | None = None, order: int = 1
) -> Answer:
    """Derive a scalar that operators made by each name. Raises `FormulaError` and `Unsure`."""
    if made.dims:
        raise FormulaError(f"a scalar is needed and the expression has axes ({', '.join(made.dims)}): write sum(...)")
    formulas = [*(body.formula for body in made.defined.values()), made.formula]
    problem = stated_by(formulas, [*made.defined, None], dict(made.given))
    return _answered(called(of, problem.known_names), as_text(made.formula), problem, wrt, shapes or {}, order)


def _answered(of: str, text: str, problem: Problem, wrt: Sequence[str], shapes: Shapes, order: int) -> Answer:
    if order not in ORDERS:
        raise FormulaError(f"order is 1 or 2, found {order}")
    if not wrt:
        raise FormulaError("no name to derive by is given: write for example --wrt " + next(iter(problem.inputs), "w"))
    targets = list(dict.fromkeys(_target(problem, w) for w in wrt))
    known = {*problem.inputs, *(s.name for s in problem.named)}
    if extra := sorted(n for n in shapes if not {n, python_name(n)} & known):
        raise FormulaError(f"--shape is given for {', '.join(extra)}, which does not occur in the expression")
    for target in targets:
        if not _reaches(problem, target):
            name = python_name(problem.names[target])
            raise FormulaError(f"{of} does not depend on {name}: the derivative is 0; write a name that {of} rests on")
    try:
        found = _derivations(problem, targets, order)
    except ExprError as error:
        raise FormulaError(f"the derivative cannot be worked out: {error}", text) from None
    for derivation in found:
        points = recheck(derivation)
        derivation.notes.append(f"agrees with finite differences at {points} random points")
    return Answer(of, text, problem, tuple(found))


def _reaches(problem: Problem, target: Symbol) -> bool:
    """Whether the loss is written with a symbol, or with what is computed from it."""
    return not problem.loss.symbols.isdisjoint({target, *problem.definitions.dependants(target)})


def _target(problem: Problem, name: str) -> Symbol:
    """The quantity that a name stands for, in Python or in TeX."""
    made = {python_name(problem.names[s]): s for s in problem.named if s not in problem.minted}
    names = made | {s.name: s for s in made.values()} | problem.inputs
    symbol = names.get(name) or names.get(python_name(name))
    if symbol is None:
        known = [*sorted(problem.inputs), *made]
        glued = next((k for k in known if len(k) > 1 and name in k and k.isalpha()), None)
        hint = (
            f"; {glued} is one name: products are written {' @ '.join(glued)} or {' * '.join(glued)}" if glued else ""
        )
        raise FormulaError(f"{name} does not occur in the expression; it has {', '.join(known) or 'no names'}{hint}")
    if symbol.kind == "integer":
        raise FormulaError(f"{name} is a label (it stands in a subscript); there is no derivative by a label")
    return symbol


def _derivations(problem: Problem, targets: list[Symbol], order: int) -> list[Derivation]:
    """The derivatives in the order asked; a quantity with a formula of its own is varied freely."""
    if order == 2:
        return [second_order(cut(problem, t), t) for t in targets]
    inputs = [t for t in targets if t not in problem.named]
    found = {d.wrt: d for d in (first_order(problem, inputs) if inputs else [])}
    found |= {t: first_order(cut(problem, t), [t])[0] for t in targets if t in problem.named}
    return [found[t] for t in targets]


def shape(text: str) -> tuple[str, tuple[str, ...]]:
    """`W: d h` as a name and its dimensions; `s:` is a scalar.

    >>> shape("W: d h"), shape("s:")
    (('W', ('d', 'h')), ('s', ()))
    """
    name, colon, dims = text.partition(":")
    if not colon or not (name.strip().isidentifier() or re.fullmatch(r"[\\A-Za-z0-9_^{}() ']+", name)):
        raise FormulaError(
            f'a shape is written "NAME: DIMENSIONS", such as "W: d h" or "s:" for a scalar, found {text!r}'
        )
    return name.strip(), sizes(name.strip(), dims.replace(",", " ").split())


def sizes(name: str, dims: Sequence[str]) -> tuple[str, ...]:
    """The dimensions of a name, if they are some. Raises `FormulaError`."""
    for dim in dims:
        if not (dim.isidentifier() or (dim.isascii() and dim.isdigit() and 0 < int(dim) < 10**6)):
            raise FormulaError(
                f"{name}: a dimension is a name or a whole number from 1 on, found {dim!r}; write for example "
                f'"{name}: n 3"'
            )
    if len(dims) > 2:
        raise FormulaError(
            f"{name}: arrays of at most two axes are read here, found {len(dims)}: {' '.join(dims)}; "
            "write the formula with indices in TeX, or one slice of the array"
        )
    return tuple(dims)


def dimensions(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The shapes of several names. Raises `FormulaError` when one is given twice."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, dims = shape(text)
        if found.get(name, dims) != dims:
            raise FormulaError(f"two shapes are given for {name}: {' '.join(found[name])} and {' '.join(dims)}")
        found[name] = dims
    return found
