"""Big operators: sums, products and extrema over index letters; over layers or times they are written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from functools import reduce as reduce_left
from itertools import pairwise

from chainrule.expr import Expr, IndexValue, apply, const, mul, piecewise, reduce, total
from chainrule.read.tree import Accent, Big, Factor, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.arrays import algebra
from chainrule.sheet.conditions.extremes import KINDS, variables
from chainrule.sheet.meaning.operations.binders import Binder, binders
from chainrule.sheet.meaning.operations.conditions import condition
from chainrule.sheet.meaning.operations.implied import summed_over
from chainrule.sheet.meaning.operations.ranges import bounded, from_below
from chainrule.sheet.meaning.operations.sums_along_axes import along_a_numbered_axis, along_an_axis
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Dims, Run, Untyped, Val, scalar
from chainrule.sheet.records.sizes import named_dim
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.given_samples import given_samples
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

MOST_NUMBERED = 6  # a sum over labels is written out; labels beyond this are sample numbers of a large set
PLACES = ("argmax", "argmin")
"""Operators whose value is an index: where the extreme is."""


def big(frame: Frame, node: Big, rest: tuple[Factor, ...]) -> Val:
    """A big operator on the product after it."""
    if node.op not in ("sum", "prod", "max", "min", *PLACES):
        raise Untyped(f"the operator {node.op} is not supported", "operator")
    if node.op in KINDS and variables(node.sub, frame.world.glossary):
        raise Untyped("an extreme over what is no index is compared with another one only", "operator")
    if node.sub is None:
        if node.op != "sum":
            raise Untyped(f"a {node.op} without a range", "ambiguous")
        return _unlettered(frame, node, _body(rest))
    numbered = along_a_numbered_axis(frame, node, _body(rest))
    if numbered is not None:
        return numbered
    return _bound_sum(frame, node, binders(frame, node), _body(rest))


def acted_on(node: Big, rest: tuple[Factor, ...]) -> int:
    """How many of the factors after a big operator it acts on: all, but a product only up to the last one with its
    letter, and not on another product over the same letter: `\\prod_{i<k} x_i \\prod_{i>k} x_i`; a likelihood of powers
    has its plain factors in any order, `\\prod_i \\lambda^{x_i} e^{-\\lambda}`."""
    letters = set(bound_letters(node.sub)) if node.sub is not None else set()
    if node.op != "prod" or not letters:
        return len(rest)
    end = next((n for n, f in enumerate(rest) if n and _binds(f.node, letters)), len(rest))
    last = [n for n, f in enumerate(rest[:end]) if letters & {x for part in walk(f.node) if (x := letter_of(part))}]
    last_one = max(last, default=end - 1)
    if any(_has_in_exponent(f.node, letters) for f in rest[: last_one + 1]):
        return last_one + 1 + _plain_factors(rest[last_one + 1 : end])
    return last_one + 1 + _with_its_matrix(rest, last_one)


def sums_over(node: Node, before: Sequence[Factor], rest: Sequence[Factor]) -> bool:
    """Whether a node is a sum over a letter that stands in the `rest` of its factors, `\\sum_t d_t \\odot s_t`, or in
    none of them: the letter of an axis, `\\sum_j G \\odot A`."""
    if not isinstance(node, Big) or node.op != "sum" or node.sub is None:
        return False
    letters = set(bound_letters(node.sub))
    first, further = (any(letter_of(part) in letters for f in some for part in walk(f.node)) for some in (before, rest))
    return further or not first


def _has_in_exponent(node: Node, letters: set[str]) -> bool:
    """Whether a formula has a power whose exponent has one of some letters: `\\theta^{x_i}`."""
    powers = (
        n.sup for n in walk(node) if isinstance(n, Script) and n.sup is not None and not isinstance(n.sup, Fenced)
    )
    return any(letters & {x for part in walk(sup) if (x := letter_of(part))} for sup in powers)


def _plain_factors(rest: tuple[Factor, ...]) -> int:
    """How many factors there are before one that is a call or another big operator: `p(\\theta)` after a product is a
    factor beside it."""
    for n, f in enumerate(rest):
        called = n + 1 < len(rest) and isinstance(rest[n + 1].node, Fenced) and not rest[n + 1].op
        word = isinstance(f.node, Name) and f.node.text == "exp"
        if isinstance(f.node, Big) or (called and not word and isinstance(f.node, (Name, Script, Accent))):
            return n
    return len(rest)


def _with_its_matrix(rest: tuple[Factor, ...], n: int) -> bool:
    """Whether the matrix behind `diag(...)` belongs to it: `\\prod_j diag(f'(z_j)) W` is a product of Jacobians."""
    word = rest[n - 1].node if n > 0 else None
    named = isinstance(word, Name) and word.text.lower() == "diag"
    after = rest[n + 1] if n + 1 < len(rest) else None
    return named and after is not None and after.op == "" and isinstance(after.node, (Name, Script))


def _binds(node: Node, letters: set[str]) -> bool:
    return isinstance(node, Big) and node.sub is not None and bool(letters & set(bound_letters(node.sub)))


def _unlettered(frame: Frame, node: Big, body: Node) -> Val:
    """`\\sum x_i w_{ij}`, `\\sum f(x^{(i)})` with no range: over what it runs over in a definition, else over letters
    that are nothing yet, else over the axes that are left."""
    inside = {x for n in walk(body) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    subs = [s for ref in references(body, frame.world) for s in (*ref.subs, *_sample_marks(frame.world, ref))]
    known = {*frame.letters, *frame.free, *inside}
    letters = list(frame.world.runs_over.get(node_key(body), ()))
    if not letters or (set(letters) & set(frame.letters) and not frame.nested):
        letters = sorted({x for s in subs if (x := letter_of(s)) is not None and x in INDEX_LETTERS} - known)
    if any(_labels_with(frame, x, body) for x in letters):
        return _bound_sum(frame, node, [Binder(x) for x in letters], body)
    inner = frame
    for letter in letters:
        inner = inner.bind(letter, frame.new_dim("Σ" + letter))
    inner.free = frame.free
    val = inner.value(body)
    if letters:
        return summed_over(inner, letters, val)
    if val.scalar and (_chained(inner, body) or _entry_by_entry(inner, body)):
        return val
    if val.scalar:
        raise Untyped("a sum that does not say over what", "ambiguous")
    if len(val.dims) == 1:
        _counted(frame, node, val.dims[0])
    return algebra.summed(frame.dims, val)


def _chained(frame: Frame, body: Node) -> bool:
    r"""Whether the terms of a sum are those of the chain rule, which its product adds up by itself:
    `\sum \frac{\partial L}{\partial z} \frac{\partial z}{\partial c}` for a vector z."""
    while isinstance(body, Product) and len(body.factors) == 1:
        body = body.factors[0].node
    slopes = [f.node for f in body.factors if isinstance(f.node, Fraction)] if isinstance(body, Product) else []
    for one, other in pairwise(slopes):
        a, b = frame.value(one), frame.value(other)
        if (a.dims or b.dims) and algebra.contract_chain(frame.dims, a, b, frame.world.layout) is not None:
            return True
    return False


def _entry_by_entry(frame: Frame, body: Node) -> bool:
    r"""Whether the terms of a sum are the products of the entries of two vectors, `\sum y \cdot \log(p)`, which their
    inner product adds up by itself."""
    factors = body.factors if isinstance(body, Product) else ()
    dots = [n for n, f in enumerate(factors) if f.op in ("cdot", "*", "times")]
    if len(dots) != 1 or any(r.postfix for r in references(body, frame.world)):
        return False
    parts = (factors[: dots[0]], factors[dots[0] :])
    values = [frame.value(p[0].node if len(p) == 1 else Product(body.span, p)) for p in parts]
    return all(len(v.dims) == 1 for v in values)


def _counted(frame: Frame, node: Big, dim: str) -> None:
    """What a mean divides by is the number of terms, unless they turn out to be another number."""
    if node.count:
        frame.universe.counted.append((dim, named_dim(frame, node.count)))


def runs_over(world: World) -> dict[object, tuple[str, ...]]:
    """What the sums without a range in the definitions of a world run over: the index letters that the left side has
    not, where the same sum is written in several of them, the same in all."""
    found: dict[object, set[tuple[str, ...]]] = {}
    tables = (world.sites, world.functions)
    for site in (s for table in tables for sites in table.values() for s in sites):
        params = [r for p in site.params or () if (r := reference(p, world.glossary)) is not None]
        given = {letter_of(s) for ref in (site.ref, *params) for s in ref.subs}
        for part in (n for n in walk(site.body) if isinstance(n, Product)):
            for n, factor in enumerate(part.factors[:-1]):
                if isinstance(factor.node, Big) and factor.node.op == "sum" and factor.node.sub is None:
                    body = _body(part.factors[n + 1 :])
                    refs = references(body, world)
                    subs = {letter_of(s) for r in refs for s in (*r.subs, *_sample_marks(world, r))} & INDEX_LETTERS
                    found.setdefault(node_key(body), set()).add(tuple(sorted(x for x in subs - given if x)))
    return {key: next(iter(ways)) for key, ways in found.items() if len(ways) == 1}


def _sample_marks(world: World, ref: Ref) -> tuple[Node, ...]:
    """The marks of a name that may number samples, `x^{(i)}`, and no layers."""
    return tuple(x for x in ref.labels if letter_of(x) not in world.glossary.layers)


def _body(rest: tuple[Factor, ...]) -> Product:
    """What a big operator acts on: the whole product after it."""
    return Product(rest[0].node.span.join(rest[-1].node.span), (Factor("", rest[0].node), *rest[1:]))


def _bound_sum(frame: Frame, node: Big, letters: list[Binder], body: Node) -> Val:
    binder, *others = letters
    if _between_bounds(binder, body):
        raise Untyped(
            f"a sum from {binder.letter} of terms without it; which letter runs is not written", "index-scope"
        )
    if _labels_with(frame, binder.letter, body):
        return _unrolled(frame, node, binder, others, body)
    along = None if others else along_an_axis(frame, node, binder, body)
    if along is not None:
        return along
    dim = frame.new_dim("Σ" + binder.letter)
    if _runs_idly(binder, body):
        frame.dims.unify(dim, f"∑{binder.letter}")
    inner = frame.bind(binder.letter, dim).child(summed=frame.summed | {binder.letter})
    _counted(frame, node, dim)
    if node.op == "sum" and not binder.conditions:
        idle = binder.high is None and all(n.text != binder.letter for n in walk(body) if isinstance(n, Name))
        frame.dims.runs.append(Run(binder.letter, frame.owner, dim, idle))
    inner.free = frame.free
    letter_term = inner.letters[binder.letter][1]
    inner = from_below(inner, dim, binder)
    tests = bounded(inner, dim, binder, body) if binder.letter not in inner.below else []
    val = _bound_sum(inner, node, others, body) if others else inner.value(body)
    tests += [condition(inner, c).at for c in binder.conditions]

    def at(*terms: Expr) -> Expr:
        entry = val.at(*terms)
        if node.op in PLACES and not val.scalar:
            raise Untyped(f"the {node.op} of what is no scalar", "shape")
        if node.op == "sum":
            entry = mul(*(test() for test in tests), entry)
        elif tests and node.op == "prod":
            entry = piecewise([(mul(*(test() for test in tests)), entry)], const(1))
        elif tests:
            raise Untyped(f"a {node.op} with a condition", "operator")
        term = letter_term()
        assert isinstance(term, IndexValue)
        index = term.index
        if node.op in PLACES and index not in entry.free:
            raise Untyped(f"the {node.op} of what does not depend on {binder.letter}", "ambiguous")
        return total(index, entry) if node.op == "sum" else reduce(node.op, index, entry)

    return Val(val.shape, at, None, val.derived)


def _between_bounds(binder: Binder, body: Node) -> bool:
    r"""`\sum_N^t L_t`, where both letters may be bounds: the upper one stands in what is summed and the lower one does
    not."""
    high = None if binder.low is not None or binder.high is None else letter_of(binder.high)
    inside = {x for n in walk(body) if (x := letter_of(n)) is not None}
    return high is not None and high in inside and binder.letter not in inside


def _runs_idly(binder: Binder, body: Node) -> bool:
    r"""Whether nothing in a sum has its letter, and no range is written: the data of `\sum_x \sum_k y_k \log s_k` are
    as many in every line."""
    free = binder.low is None and binder.high is None and not binder.conditions
    return free and not any(letter_of(n) == binder.letter for n in walk(body))


def _labels_with(frame: Frame, letter: str, body: Node) -> bool:
    """Whether a letter stands in a label (layer, time) somewhere in what is summed: then the sum is written out."""
    for part in walk(body):
        ref = reference(part, frame.world.glossary) if isinstance(part, (Script, Accent)) else None
        if ref is None:
            continue
        family = frame.world.family(ref.base)
        slots = list(ref.labels) + [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
        if any(isinstance(n, Name) and n.text == letter for s in slots for n in walk(s)):
            return True
    return False


def _unrolled(frame: Frame, node: Big, binder: Binder, others: list[Binder], body: Node) -> Val:
    """A sum over layers, times or labelled samples, written out term by term; so is a product, and the largest one."""
    if binder.conditions or node.op in PLACES:
        raise Untyped(f"a {node.op} over labels" + " with a condition" * bool(binder.conditions), "operator")
    joins: dict[str, Callable[[Dims, Val, Val], Val]] = {"sum": algebra.plus, "prod": partial(_next_factor, frame)}
    join = joins.get(node.op, partial(_larger, node.op))
    vals: list[Val] = []
    for n in _label_range(frame, binder, body):
        inner = frame.child(labels={**frame.labels, binder.letter: n})
        inner.letters = {k: v for k, v in frame.letters.items() if k != binder.letter}
        inner.letters[binder.letter] = (frame.new_dim(binder.letter), _constant(n))
        inner.free = frame.free
        vals.append(_bound_sum(inner, node, others, body) if others else inner.value(body))
    if not vals and node.op == "prod":
        return scalar(const(1))
    if not vals:
        raise Untyped("a sum over no labels", "untyped")
    if node.op == "prod" and any(v.kind == "matrix" and v.jacobian is None for v in vals):
        frame.universe.ordered.add(frame.owner)
        forwards = frame.world.layout.jacobian == "denominator"
        vals = vals if forwards != frame.choices.backwards else vals[::-1]
    return reduce_left(partial(join, frame.dims), vals)


def _next_factor(frame: Frame, dims: Dims, a: Val, b: Val) -> Val:
    """One more factor of a product over labels: derivatives chain, matrices multiply, the rest entry by entry."""
    chained = algebra.contract_chain(dims, a, b, frame.world.layout)
    if chained is not None:
        return chained
    return algebra.matmul(dims, a, b) if "matrix" in (a.kind, b.kind) else algebra.hadamard(dims, a, b)


def _larger(op: str, dims: Dims, a: Val, b: Val) -> Val:
    return algebra.elementwise(dims, lambda *t: apply(op, *t), a, b, what=f"what a {op} is taken of")


def _constant(n: int) -> Callable[[], Expr]:
    return lambda: const(n)


def _label_range(frame: Frame, binder: Binder, body: Node) -> range | tuple[int, ...]:
    allowed = frame.world.ranges.get(binder.letter)
    if binder.high is None and allowed is not None:
        return tuple(a for a in allowed if isinstance(a, int))
    low = 1 if binder.low is None else frame.label(binder.low)
    if not isinstance(low, int):
        raise Untyped("a sum over labels that starts at a word", "untyped")
    given = given_samples(frame.world, binder.letter, body)
    high = given or max(frame.universe.top, frame.world.last_numbered(MOST_NUMBERED))
    if isinstance(binder.high, Name) and len(binder.high.text) == 1 and frame.world.is_count(binder.high.text):
        if low == 1:
            frame.dims.fix(named_dim(frame, binder.high.text), high)
    elif binder.high is not None:
        top = frame.label(binder.high)
        high = top if isinstance(top, int) else high
    if high - low > 64:
        raise Untyped("a sum over more than 64 labels", "too-large")
    return range(low, high + 1)


def lone(_: Frame, node: Big) -> Val:
    """A big operator standing alone."""
    raise Untyped(f"a {node.op} with nothing after it", "untyped")


MEANINGS[Big] = lone
