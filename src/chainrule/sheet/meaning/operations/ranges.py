"""The range of a bound letter: its dimension takes the limits that fit it, what else they say becomes a condition.

`\\sum_{i=1}^n` and `\\sum_{i=0}^{n-1}` run over a whole axis of size n. `\\sum_{i=0}^{H-k}` says how long the axis of i
is. `\\sum_{i=2}^{n}`, `\\sum_{j=i}^{n}` and `\\sum_{t=1}^{T-1} x_t x_{t+1}` run over a part of an axis.
"""

from __future__ import annotations

from chainrule.expr import Expr, add, const, indicator
from chainrule.read.tree import Fenced, Node, Number, Script, Sum
from chainrule.sheet.meaning.operations.binders import Binder
from chainrule.sheet.records.frame import Frame, Term
from chainrule.sheet.records.linear import Linear, linear
from chainrule.sheet.records.shapes import Measure, Untyped
from chainrule.sheet.records.sizes import measured, sizes_of, with_marked_sizes
from chainrule.sheet.syntax.bound_letters import letters_of
from chainrule.sheet.syntax.names import letter_of, reference, walk

MOST_TERMS = 2**20
"""A sum with fixed limits has at most this many terms."""


def bounded(frame: Frame, dim: str, binder: Binder, body: Node) -> list[Term]:
    """Give the dimension of a bound letter its limits; the conditions on the letter that are left over.

    A range from 1 that has as many indices as its axis is the whole axis, also where an index 0 is written somewhere.
    """
    own = frame.letters[binder.letter][1]
    first = _first(frame, dim, binder.low)
    apart = (first == 1 or binder.low is None) and _beside_zero(frame, binder.letter, body)
    if apart:
        frame.dims.zero(dim)
        first = 1
    whole = not apart and not (first == 1 and _only_counted(frame, binder.letter, body))
    tests = [] if binder.high is None else _until(frame, dim, binder.high, first, whole, apart, own)
    stated = binder.low is not None and first not in (0, 1)
    if apart or stated or (tests and first == 1):
        tests = [_from(frame, dim, own, binder.low, first), *tests]
    return tests


def from_below(frame: Frame, dim: str, binder: Binder) -> Frame:
    """The frame in which a letter that starts below zero, `\\sum_{j=-m}^m`, is an index from 1 moved down."""
    low, high = (None if node is None else sizes_of(frame, node) for node in (binder.low, binder.high))
    if low is None or high is None or not (low.constant < 0 or any(n < 0 for _, n in low.parts)):
        return frame
    index = frame.letters[binder.letter][1]
    length = Linear.of((*high.parts, *((x, -n) for x, n in low.parts)))
    frame.dims.low(dim, 1)
    frame.dims.measure(Measure(dim, Linear(length.parts, high.constant - low.constant + 1)))

    def term() -> Expr:
        return add(index(), measured(frame, low), const(-1))

    letters = {**frame.letters, binder.letter: (dim, term)}
    return frame.child(letters=letters, below=frame.below | {binder.letter})


def _first(frame: Frame, dim: str, low: Node | None) -> int | None:
    """The number a range starts at, if it is one; axes begin at 0 or 1."""
    number = None if low is None else _whole(low)
    if number in (0, 1):
        frame.dims.low(dim, number)
    return number


def _from(frame: Frame, dim: str, own: Term, low: Node | None, first: int | None) -> Term:
    """The letter is no less than its lower limit, where its axis begins before that."""
    form = sizes_of(frame, low) if first is None and low is not None else None
    if form is not None and (form.constant < 0 or any(n < 0 for _, n in form.parts)):
        raise Untyped("a sum that starts below zero", "untyped")
    start = frame.scalar_term(low, "the lower limit of a sum") if first is None and low is not None else None

    def at() -> Expr:
        if first is not None and frame.dims.dim(dim).low >= first:
            return const(1)
        return indicator("<=", const(first or 0) if start is None else start(), own())

    return at


def _until(frame: Frame, dim: str, high: Node, first: int | None, whole: bool, apart: bool, own: Term) -> list[Term]:
    """The upper limit: the size of the axis where it can be, a condition where the axis may go on.

    A letter that only counts has no axis of its own, and none that begins at zero is its `whole`."""
    if isinstance(high, Fenced):
        return []  # the size of a set: `|V|`
    last = _whole(high)
    if last is not None:
        return _fixed(frame, dim, first, last, apart)
    form = sizes_of(frame, high)
    if form is None and isinstance(high, Sum) and not any(frame.letter(x) is not None for x in letters_of(high)):
        form = with_marked_sizes(frame, high)
    if form is None:
        return _beyond_sizes(frame, high, own)
    start = frame.dims.first if first is None else min(first, 1)
    counted = len(form.parts) == 1 and form.parts[0][1] == 1 and form.constant == start - 1
    if counted and (whole or (not apart and frame.dims.first_of(form.parts[0][0]) == 1)):
        frame.dims.unify(dim, form.parts[0][0])
        return []
    frame.dims.measure(Measure(dim, form, last=True))
    return [lambda: indicator("<=", own(), measured(frame, form))]


def _fixed(frame: Frame, dim: str, first: int | None, last: int, apart: bool) -> list[Term]:
    low = 1 if first is None else first
    if not 0 <= last - low < MOST_TERMS:
        raise Untyped(f"a sum from {low} to {last} is out of bounds (at most {MOST_TERMS} terms)", "too-large")
    frame.dims.fix(dim, last - (0 if apart else min(low, 1)) + 1)
    return []


def _beyond_sizes(frame: Frame, high: Node, own: Term) -> list[Term]:
    """A limit that is another index (`\\sum_{j=1}^{i}`, `\\sum_{j=1}^{i-1}`), or a size with a label."""
    if any(frame.letter(x) is not None for x in letters_of(high)):
        stop = frame.scalar_term(high, "the upper limit of a sum")
        return [lambda: indicator("<=", own(), stop())]
    ref = reference(high, frame.world.glossary)
    if ref is None:
        raise Untyped("a sum up to an expression", "untyped")
    for label in (*ref.subs, *ref.labels):
        frame.label(label)
    return []


def _only_counted(frame: Frame, letter: str, body: Node) -> bool:
    """Whether a letter stands below no name: `\\sum_{n=1}^N n x^n`."""
    refs = (reference(node, frame.world.glossary) for node in walk(body) if isinstance(node, Script))
    return not any(letter in letters_of(s) for ref in refs if ref is not None for s in (*ref.subs, *ref.labels))


def _beside_zero(frame: Frame, letter: str, body: Node) -> bool:
    """Whether a letter is an index of a name whose component 0 stands apart: `w_0 + \\sum_{j=1}^d w_j x_j`."""
    for node in walk(body):
        ref = reference(node, frame.world.glossary) if isinstance(node, Script) else None
        if ref is not None:
            zeros = frame.world.family(ref.base).zeros
            if any(n in zeros for n, s in enumerate(ref.subs) if letter_of(s) == letter):
                return True
    return False


def _whole(node: Node) -> int | None:
    """The value of a limit made of whole numbers: `10`, `2+1`, `10^2`; None for anything else or out of bounds."""

    def power(part: Node) -> Linear | None:
        match part:
            case Script(base=Number(text=base), sub=None, sup=Number(text=exponent), primes=0):
                if base.isdigit() and exponent.isdigit() and len(base) < 5 and int(exponent) <= 12:
                    return Linear(constant=int(base) ** int(exponent))
        return None

    form = linear(node, power)
    return None if form is None or form.parts else form.constant
