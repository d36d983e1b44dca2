r"""Gradients as sums over samples, `\sum_{i} (p_i - y_i) x_i`, where a sheet speaks of one sample and never of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.calculus import NoMatrixForm, contract, matrix_form
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.writing import uses, written
from chainrule.derive.cancel import cancelled, merged, spread
from chainrule.derive.gradient import Derivation
from chainrule.derive.sheets import name_of
from chainrule.expr import (
    Add,
    Component,
    Definition,
    Expr,
    Index,
    Reduce,
    Symbol,
    component,
    mul,
    substitute,
    value,
    walk,
)
from chainrule.expr.walks import factors_in
from chainrule.sheet.syntax.names import letter_of
from chainrule.solve.forms.writing import Way, size_of, with_sizes
from chainrule.write.array_tex import to_tex
from chainrule.write.derivation import Line
from chainrule.write.term_tex import TermWriter


def over_samples(variant: Variant, found: Derivation, tex: str) -> Iterator[Way]:
    r"""`\sum_{i} (p_i - y_i) x_i`: a sum over samples, where the sheet speaks of one sample and never of all."""
    term, axes = found.result.term, found.result.indices
    of = {s: bar for bar, s in found.cotangents.items()}
    bars = {of[step.by]: step for step in found.steps[:-1] if step.by in of}
    while open_ones := [b for b in bars if b in term.symbols]:
        known = bars[open_ones[0]].right
        term = substitute(term, {open_ones[0]: Definition(open_ones[0], known.indices, known.term).at})
    yield from as_sum(variant, cancelled(contract(term)), tuple(axes), tex)


def as_sum(variant: Variant, term: Expr, axes: tuple[Index, ...], tex: str) -> Iterator[Way]:
    """A term that is a sum over samples, with the letter that the sheet gives to a sample, and what has no samples: as
    it is, or multiplied out where that is shorter."""
    texts = [
        _as_sum(variant, t, axes) for t in dict.fromkeys((merged(term), merged(cancelled(contract(spread(term))))))
    ]
    known = [t for t in texts if t]
    if known:
        yield Way((), with_sizes(variant, Line("result", tex, min(known, key=len))))


def _as_sum(variant: Variant, term: Expr, axes: tuple[Index, ...]) -> str:
    parts = [term] if not isinstance(term, Add) else sorted(term.terms, key=lambda t: not _holds_sum(t))
    if not _holds_sum(parts[0]):
        return ""
    names: dict[Symbol, str] = {s: name_of(variant.universe, s) for s in term.symbols}
    try:
        sums = [_one_sum(variant, p, axes, names) for p in parts if _holds_sum(p)]
        rest = [to_tex(matrix_form(p, axes), names) for p in parts if not _holds_sum(p)]
    except (NoMatrixForm, KeyError, StopIteration):
        return ""
    known = [x for x in sums if x is not None]
    if len(known) != len(sums):
        return ""
    first, *others = sorted([*known, *rest], key=lambda r: not axes and r.startswith("-"))
    return first + "".join(f" - {r[1:].strip()}" if r.startswith("-") else f" + {r}" for r in others)


def _holds_sum(term: Expr) -> bool:
    """Whether a term is a sum, or something times one."""
    factors = factors_in(term)
    return sum(isinstance(f, Reduce) and f.op == "sum" and bool(f.symbols) for f in factors) == 1


def _one_sum(variant: Variant, term: Expr, axes: tuple[Index, ...], names: dict[Symbol, str]) -> str | None:
    """`-\\frac1n \\sum_{i} (y_i - p_i) x_i`; None where the sum is not over samples. Raises `NoMatrixForm`."""
    factors = factors_in(term)
    whole = next(f for f in factors if isinstance(f, Reduce) and f.symbols)
    front, letters = [f for f in factors if f is not whole], set[str]()
    body = _of_one(variant, whole.body, whole.index, names, letters)
    if any(f.free for f in front) or whole.index in body.free or len(letters) != 1:
        return None
    inside = to_tex(matrix_form(body, axes), names)
    inside = rf"\left({inside}\right)" if isinstance(body, Add) else inside
    before = TermWriter(names).write(mul(*front), {}) if front else ""
    before = "-" if before == "-1" else before
    return rf"{before} \sum_{{{letters.pop()}}} {inside}".strip()


def at_samples(variant: Variant, term: Expr, free: list[Index], axes: tuple[Index, ...], tex: str) -> Iterator[Way]:
    r"""`\frac{\partial p_i}{\partial w} = p_i (1 - p_i) x_i`: an array of one sample, with its letter."""
    names: dict[Symbol, str] = {s: name_of(variant.universe, s) for s in term.symbols}
    for index in free:
        letters = set[str]()
        term = _of_one(variant, term, index, names, letters)
        if letters != {index.name}:
            return
    if set(free) & set(term.axes):
        return
    try:
        right = to_tex(matrix_form(term, axes), names)
    except (NoMatrixForm, KeyError, StopIteration):
        return
    yield Way((), with_sizes(variant, Line("result", tex, right)))


def _of_one(variant: Variant, body: Expr, index: Index, names: dict[Symbol, str], letters: set[str]) -> Expr:
    """The summand with `x_i` for the sample i of x; `letters` are those that the sheet gives to samples."""
    ones: dict[Symbol, Callable[..., Expr]] = {}
    silent, spoken = list[Symbol](), set[str]()
    for symbol in sorted(body.symbols):
        instance = variant.universe.instances.get(symbol)
        places = [t for t in walk(body) if isinstance(t, Component) and t.symbol == symbol]
        if not symbol.axes or not all(t.indices[0] is value(index) for t in places) or instance is None:
            continue
        name = written(variant.universe, replace(instance, sampled=True))
        found = re.search(r"_\{?([a-z])\}?", name)
        last = found is not None and found[1] == size_of(variant, index.dim.name)  # x_n of x_1, ..., x_n
        if found is not None and last:
            name, found = name[: found.start()] + name[found.end() :], None
        number = re.search(r"_(?:\{(?:\d+|[A-Z])\}|\d|[A-Z])$", name)  # x_1 and x_N of x_1, ..., x_N
        if number is not None:
            name, last = name[: number.start()], True
        if found is None and not (instance.sampled or last):
            continue
        one = Symbol(f"{symbol.name} at one sample", symbol.axes[1:], symbol.kind)
        names[one] = name
        ones[symbol] = _without_first(one)
        if found is None:
            silent.append(one)
            spoken |= _letter_of(variant, instance.base)
        else:
            letters.add(found[1])
    if silent and not letters:
        letters.add(min(spoken, default="i"))
    for one in silent:
        names[one] += f"_{min(letters)}"
    return substitute(body, ones) if ones else body


def _letter_of(variant: Variant, base: str) -> set[str]:
    """The letter that the sheet gives to a sample of a name."""
    sizes = variant.universe.world.size_names
    subs = (ref.subs[0] for _, _, ref in uses(variant.universe, base) if ref.subs)
    found = next((x for s in subs if (x := letter_of(s)) is not None and x not in sizes), None)
    return set() if found is None else {found}


def _without_first(one: Symbol) -> Callable[..., Expr]:
    return lambda *terms: component(one, *terms[1:])
