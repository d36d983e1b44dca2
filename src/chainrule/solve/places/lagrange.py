r"""Extrema under constraints: where all derivatives of a Lagrangian are zero, `2 x + \lambda = 0`, `x + y - 1 = 0`.

The equations are solved one after the other, each for an unknown that it has one value for, so that no root is lost:
what stands before the unknown has no other unknown in it, or cannot be zero. What the place is, numbers tell: the
second derivatives along the constraints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chainrule.calculus import contract, derivative
from chainrule.check.comparison.lines import Variant
from chainrule.derive.cancel import cancelled, merged, spread
from chainrule.derive.equations import Linear, linear_in
from chainrule.derive.logarithms import undone
from chainrule.derive.sheets import functions_of, name_of
from chainrule.expr import (
    ZERO,
    Apply,
    Definition,
    Definitions,
    Dim,
    Expr,
    Index,
    Mul,
    Symbol,
    component,
    substitute,
    value,
)
from chainrule.sheet.records.statements import Equation
from chainrule.solve.forms.entries import over_arrays
from chainrule.solve.forms.writing import Way
from chainrule.solve.places.stationary import (
    ANY,
    CLOSE,
    DRAWS,
    MODES,
    Numbers,
    Slope,
    Unsolved,
    gradient_of,
    is_singular,
    number_of,
    numbers_for,
)
from chainrule.solve.question import fits
from chainrule.write.derivation import Line

MOST_WAYS, TRIES = 3, 3 * DRAWS
SINGULAR = "the derivatives of the Lagrangian are zero at no place or at more than one"
DEPENDS = "Whether it is a minimum or a maximum under the constraint depends on numbers that are not given."


@dataclass(frozen=True)
class Extremum:
    """The derivatives by every unknown, the equations in the order in which they are solved, and what every unknown
    is; the multipliers, one for each of so many constraints, stand last."""

    slopes: tuple[Slope, ...]
    steps: tuple[Linear, ...]
    ends: tuple[Expr, ...]
    constraints: int
    kinds: frozenset[str] = frozenset()


def extremum_of(variant: Variant, pairs: Sequence[tuple[Equation, Equation]], constraints: int, kind: str) -> Extremum:
    """The only place where all derivatives are zero, each with its variable, multipliers last. Raises `Unsolved`."""
    slopes = tuple(gradient_of(variant, slope, by) for slope, by in pairs)
    unknowns = [s[2] for s in slopes]
    if any(s[3] != 1 for s in slopes) or len(set(unknowns)) < len(unknowns):
        raise Unsolved("what is asked for is no quantity of the sheet")
    steps = _eliminated(slopes, unknowns)
    ends = dict[Symbol, Expr]()
    axes = {e.unknown: e.axes for e in steps}
    for e in reversed(steps):
        put = {u: Definition(u, axes[u], t).at for u, t in ends.items()}
        ends[e.unknown] = contract(undone(contract(spread(contract(substitute(e.solution, put))))))
    found = Extremum(slopes, tuple(steps), tuple(ends[u] for u in unknowns), constraints)
    return replace(found, kinds=_try(variant, found, kind))


def _over(u: Symbol) -> tuple[Index, ...]:
    return tuple(Index(f"υ{k}", dim) for k, dim in enumerate(u.axes))


def _slope_by(term: Expr, u: Symbol) -> Expr:
    """The derivative by the entries of an unknown, over `_over(u)`."""
    return contract(derivative(term, component(u, *map(value, _over(u))), Definitions()))


def _eliminated(slopes: Sequence[Slope], unknowns: Sequence[Symbol]) -> list[Linear]:
    """The equations, each solved for an unknown that then stands in none of those behind it."""
    left = [(term, axes) for term, axes, _, _ in slopes]
    todo, found = list(unknowns), list[Linear]()
    while todo:
        tried = ((k, _solved(t, axes, u)) for k, (t, axes) in enumerate(left) for u in todo)
        choices = [(k, e) for k, e in tried if e is not None and _is_exact(e, unknowns)]
        if not all(t.symbols & set(unknowns) for t, _ in left):
            raise Unsolved(SINGULAR)
        if not choices:
            raise Unsolved(
                "the derivatives of the Lagrangian are not linear in the unknowns and the multipliers together, "
                "and no closed form of their roots is known here"
            )
        k, e = min(choices, key=lambda c: (c[1].side != "number", c[1].of, bool(c[1].by.symbols)))
        put = Definition(e.unknown, e.axes, e.solution).at
        rest = [x for n, x in enumerate(left) if n != k]
        left = [(contract(spread(contract(substitute(t, {e.unknown: put})))), axes) for t, axes in rest]
        found.append(e)
        todo.remove(e.unknown)
    return found


def _solved(term: Expr, axes: tuple[Index, ...], u: Symbol) -> Linear | None:
    """The equation for an unknown of as many entries as there are equations; with a matrix before it only where that
    is square."""
    if u not in term.symbols or tuple(i.dim for i in axes) != u.axes:
        return None
    return linear_in(term, axes, u)


def _is_exact(e: Linear, unknowns: Sequence[Symbol]) -> bool:
    r"""Whether an equation has one solution whatever the other unknowns are: nothing of them stands before the unknown,
    or what that makes is not zero, as in `\lambda \theta_k = -n_k`."""
    divided = e.factor.factors if isinstance(e.factor, Mul) else (e.factor,)
    if any(f.symbols & set(unknowns) and not (isinstance(f, Apply) and f.name == "exp") for f in divided):
        return False  # where that is zero, the equation holds, too
    if not e.by.symbols & set(unknowns):
        return True
    return e.side == "number" and e.right is not ZERO and not e.right.symbols & set(unknowns)


# -------------------------------------------------------------------------------------------------- tried


def _try(variant: Variant, x: Extremum, kind: str) -> frozenset[str]:
    """Look at the place with numbers: what it is, where it matters. Raises `Unsolved` where it is none, or not what is
    asked for."""
    kinds = {_kind(variant, x, mode, seed) for mode in MODES for seed in range(TRIES)} - {None}
    if "no" in kinds or not kinds:
        raise Unsolved("the solution that was found does not make the derivatives zero where it was tried")
    if kinds == {"many"}:
        raise Unsolved(SINGULAR)
    if kinds == {"stuck"}:
        raise Unsolved(
            "the equations are solved by inverting a matrix that has no inverse with the numbers of the sheet"
        )
    found = frozenset(k for k in kinds if k not in (None, "many", "stuck", "only"))
    if kind not in ("", ANY) and found and not fits(kind, found):
        what = min(found) if len(found) == 1 else "place of changing kind"
        raise Unsolved(f"all derivatives are zero at one place only, and that is no {kind} but a {what}")
    return found if kind else frozenset()


def _kind(variant: Variant, x: Extremum, mode: str, seed: int) -> str | None:
    """What the place is for some numbers: "minimum", "maximum", "saddle point"; "only" where the constraints leave
    nothing else; "no" where the derivatives do not vanish, "many" where others solve the equations too, "stuck" where
    a matrix on the way has no inverse; None where nothing can be told."""
    unknowns = [s[2] for s in x.slopes]
    terms = [s[0] for s in x.slopes] + list(x.ends)
    symbols = sorted({s for t in terms for s in t.symbols} - set(unknowns))
    data, sizes = numbers_for(variant, unknowns, symbols, mode, seed)
    with np.errstate(all="ignore"):
        if any(is_singular(e, data, sizes) for e in x.steps):
            return "stuck"
        ends = [number_of(t, s[1], data, sizes) for t, s in zip(x.ends, x.slopes, strict=True)]
        known = data | dict(zip(unknowns, ends, strict=True))
        zeros = [number_of(t, axes, known, sizes) for t, axes, _, _ in x.slopes]
        bend = _bend(x, known, sizes)
    if not np.isfinite(bend).all():
        return None
    if np.linalg.matrix_rank(bend) < len(bend):
        return "many"
    if not all(np.isfinite(v).all() for v in (*ends, *zeros)):
        return None
    most = max(np.abs(v).max() for v in ends)
    if max(np.abs(v).max() for v in zeros) > CLOSE * (1 + np.abs(bend).max() * most):
        return "no"
    return _along(bend, len(bend) - sum(_count(u, sizes) for u in unknowns[len(unknowns) - x.constraints :]))


def _count(u: Symbol, sizes: dict[Dim, int]) -> int:
    return int(np.prod([sizes[d] for d in u.axes]))


def _bend(x: Extremum, known: dict[Symbol, Numbers], sizes: dict[Dim, int]) -> Numbers:
    """The derivatives of all equations by all unknowns."""
    unknowns = [s[2] for s in x.slopes]
    rows = []
    for (term, axes, _, _), v in zip(x.slopes, unknowns, strict=True):
        blocks = [number_of(_slope_by(term, u), (*axes, *_over(u)), known, sizes) for u in unknowns]
        rows.append([b.reshape(_count(v, sizes), _count(u, sizes)) for b, u in zip(blocks, unknowns, strict=True)])
    return np.block(rows)


def _along(bend: Numbers, free: int) -> str:
    """What the second derivatives say along the constraints, of which the first derivatives stand behind the first
    `free` columns."""
    across = bend[free:, :free]
    rank = int(np.linalg.matrix_rank(across)) if across.size else 0
    along = np.linalg.svd(across)[2][rank:].T if across.size else np.eye(free)
    if not along.size:
        return "only"
    turns = np.linalg.eigvalsh(along.T @ bend[:free, :free] @ along)
    return "minimum" if turns.min() > 0 else "maximum" if turns.max() < 0 else "saddle point"


# -------------------------------------------------------------------------------------------------- written


def ways_under(variant: Variant, x: Extremum, asked: Sequence[str]) -> Iterator[Way]:
    """The derivatives set to zero, the unknowns one by one, and what they are in the end; `asked` are the derivatives
    as they are written."""
    terms = [*x.ends, *(s[0] for s in x.slopes), *(e.solution for e in x.steps)]
    symbols = sorted({s for t in terms for s in t.symbols} | {s[2] for s in x.slopes})
    names = {s: name_of(variant.universe, s) for s in symbols} | functions_of(variant.universe)

    def texts(term: Expr, axes: tuple[Index, ...]) -> list[str]:
        plain = merged(cancelled(contract(term)))
        return list(
            dict.fromkeys(w.result.right for t in (plain, term) for w in over_arrays(variant, t, axes, names, ""))
        )

    def where(e: Linear) -> str:
        by = texts(e.by, e.by_axes) if e.side != "number" else []
        return f"${names[e.unknown]}$" + (f", where ${by[0]}$ is invertible" if by else "")

    slopes = [texts(t, axes) for t, axes, _, _ in x.slopes]
    solved = [
        (e, texts(contract(undone(e.solution)), e.axes))
        for e in x.steps
        if e.solution.symbols & {s[2] for s in x.slopes}
    ]
    ends = [texts(t, s[1]) for t, s in zip(x.ends, x.slopes, strict=True)]
    if not all(slopes) or not all(t for _, t in solved) or not all(ends):
        return
    free = len(x.slopes) - x.constraints
    for k in range(MOST_WAYS):
        zero = [
            Line("zero", a, f"{_at(t, k)} = 0", _why(n, free))
            for n, (a, t) in enumerate(zip(asked, slopes, strict=True))
        ]
        steps = [Line("solution", names[e.unknown], _at(t, k), f"Solved for {where(e)}:") for e, t in solved]
        last = [Line("solution", names[s[2]], _at(t, k), "Put in:") for s, t in zip(x.slopes, ends, strict=True)]
        last = [*last[free:], *last[:free]]
        after = DEPENDS if len(x.kinds) > 1 else ""
        yield Way((*zero, *steps, *last[:-1]), last[-1], after=after)
        yield Way((*zero, *last[:-1]), last[-1], after=after)


def _at(texts: Sequence[str], k: int) -> str:
    return texts[min(k, len(texts) - 1)]


def _why(n: int, free: int) -> str:
    if n == 0:
        return "The derivatives of the Lagrangian are zero where"
    return "and where" if n < free else "and where the constraint holds:"
