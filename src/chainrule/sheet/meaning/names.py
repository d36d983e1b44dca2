"""Names and their scripts: index letters, constants of mathematics, symbols of the sheet, transposes and powers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Rational

from chainrule.expr import Expr, IndexValue, apply, const, indicator, power, substitute
from chainrule.read.tree import (
    Accent,
    Comma,
    Factor,
    Fenced,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Root,
    Script,
)
from chainrule.sheet.arrays import algebra
from chainrule.sheet.arrays.components import components, ref_value, size_value
from chainrule.sheet.arrays.ones import ONES, ones
from chainrule.sheet.definitions.put_in import bare
from chainrule.sheet.meaning.derivatives.restricted import at_point, point_of
from chainrule.sheet.meaning.functions.functions import bare_derivative, unit_vector
from chainrule.sheet.meaning.functions.jacobians import at_a_point
from chainrule.sheet.meaning.operations.arithmetic import postfixed
from chainrule.sheet.meaning.operations.fences import norm
from chainrule.sheet.meaning.operations.implied import implied_sums, summed_over
from chainrule.sheet.meaning.operations.matrices import has_ranges, is_size, ranged, sized
from chainrule.sheet.records.families import Family
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.records.sizes import named_dim
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import (
    KRONECKER,
    Postfix,
    Ref,
    is_sequence,
    letter_of,
    node_key,
    reference,
    split_subscript,
    split_superscript,
)
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

# Words that act on what follows and are nothing by themselves, also where no range stands under them.
OPERATORS = frozenset({"argmax", "argmin", "sup", "inf", "lim", "limsup", "liminf", "maximize", "minimize"})


ZERO_NAMES = frozenset({"0", "bb 0", "bold 0", "bold bb 0", "vec(0)"})  # zeros of whatever shape stands beside them


def pi() -> Expr:
    """π, as a term that both arithmetics can evaluate to any precision."""
    return apply("arccos", const(-1))


def name(frame: Frame, node: Node) -> Val:
    ref = reference(node, frame.world.glossary)
    if ref is None:
        raise Untyped("this is no name", "untyped")
    return _scripted_name(frame, ref)


def _named(frame: Frame, ref: Ref) -> Val:
    """The value of a name: an index letter, a constant of mathematics, or a symbol of the sheet."""
    world = frame.world
    if ref.base in frame.args and not ref.primes and not (ref.subs and frame.args[ref.base].scalar):
        return components(frame, frame.args[ref.base], ref.subs)
    array = None if ref.labels or ref.primes else ones(frame, ref)
    if array is not None:
        return array
    plain = not (ref.subs or ref.labels or ref.primes)
    known = world.defined(ref.base)
    primed = None if ref.subs or ref.labels or not ref.primes else frame.letter(ref.base + "'" * ref.primes)
    if primed is not None:
        return scalar(primed[1])
    if plain and known and _is_size_beside_counts(world, ref.base):
        known = False
    if plain and not known:
        letter = frame.letter(ref.base)
        if letter is not None:
            return scalar(letter[1])
        special = _special(frame, ref.base)
        if special is not None:
            return special
    if ref.primes and not (ref.subs or ref.labels):
        letter = frame.letter(ref.base + "'" * ref.primes)
        if letter is not None:
            return scalar(letter[1])
    if ref.primes:
        val = bare_derivative(frame, ref)
        if val is not None:
            return val
    rooted = not known or _is_root_of_its_square(frame, ref.base)
    if rooted and not ref.primes and world.defined(f"{ref.base}^2"):
        square = ref_value(frame, Ref(f"{ref.base}^2", ref.subs, ref.labels))
        return algebra.mapped(lambda x: power(x, const(Rational(1, 2))), square)
    if ref.base == KRONECKER:
        return _kronecker(frame, ref)
    if ref.base in world.unit_vectors and len(ref.subs) == 1 and not (known or ref.labels or ref.primes):
        return unit_vector(frame, ref.subs[0])
    if world.family(ref.base).identity and not known and ref.base not in world.readings:
        return _identity(frame, ref)
    return ref_value(frame, ref)


def _is_root_of_its_square(frame: Frame, base: str) -> bool:
    r"""`\sigma = \sqrt{\frac1n \sum_i (x_i - \mu)^2}` beside `\sigma^2 = \frac1n \sum_i (x_i - \mu)^2`: what depends on
    the one depends on the other, and a derivative by either goes through it."""
    own, square = (frame.world.site(b, frame.position) for b in (base, f"{base}^2"))
    if own is None or square is None or not isinstance(own.body, Root) or own.body.degree is not None:
        return False
    inside = bare(own.body.body)
    ref = reference(inside, frame.world.glossary)
    return node_key(inside) == node_key(bare(square.body)) or (
        ref is not None and ref.base == base and bool(ref.postfix) and _is_square(ref)
    )


def _is_size_beside_counts(world: World, base: str) -> bool:
    r"""The N of `\sum_{i=1}^N r_{ik} = N` beside `N_k = \sum_{i=1}^N r_{ik}`: the limit of a sum is no vector."""
    sites = world.sites.get(base, ())
    return base in world.size_names and base not in world.functions and all(s.ref.subs for s in sites)


def _special(frame: Frame, base: str) -> Val | None:
    if base == "pi" and _is_the_number(frame.world.family("pi")):
        return scalar(pi)
    if base == "e" and "e" not in frame.world.readings:
        return scalar(lambda: apply("exp", const(1)))
    if base in ZERO_NAMES:
        return scalar(const(0), literal=True)
    if base in OPERATORS:
        raise Untyped(f"the operator {base} is not supported", "operator")
    if base == "infty":
        raise Untyped("infinity is no number here", "untyped")
    return size_value(frame, base)


def _is_the_number(family: Family) -> bool:
    """Whether pi is 3.14159..: no line says where it lives, and it stands in no derivative by itself; beside the
    weights `\\pi_k` the bare letter is the number."""
    by = bool(family.bare_by) and family.sub_counts <= {0}
    return not family.differentiated and not by and family.declared_rank is None


def _is_square(ref: Ref) -> bool:
    first = ref.postfix[0]
    return first.op == "pow" and isinstance(first.node, Number) and first.node.text == "2"


def _kronecker(frame: Frame, ref: Ref) -> Val:
    if len(ref.subs) != 2:
        raise Untyped("a Kronecker delta has two indices", "untyped")  # `{\delta_{ij}}_k`
    dim = frame.new_dim("δ")
    a, b = (frame.index_term(s, dim) for s in ref.subs)
    return scalar(lambda: indicator("==", a(), b()))


def _identity(frame: Frame, ref: Ref) -> Val:
    dim = named_dim(frame, ref.subs[0].text) if len(ref.subs) == 1 and isinstance(ref.subs[0], Name) else None
    square = algebra.identity(dim or frame.new_dim("I"))
    return components(frame, square, ref.subs) if len(ref.subs) == 2 else square


def script(frame: Frame, node: Script) -> Val:
    if _is_exponential(frame, node) and node.sup is not None:
        return algebra.mapped(lambda x: apply("exp", x), frame.value(node.sup))
    by_name = at_a_point(frame, (Factor("", node),), 0)
    if by_name is not None:
        return by_name[0]
    implied = implied_sums(frame, (Factor("", node),))
    if implied is not None:  # X_{ii}, x_i^2
        return summed_over(*implied, script(implied[0], node))
    ref = reference(node, frame.world.glossary)
    if ref is not None:
        return _scripted_name(frame, ref)
    point = point_of(node, frame.world.glossary)
    if point is not None:
        return at_point(frame, *point)
    if isinstance(node.base, Fenced) and node.base.open == "‖":
        return _scripted_norm(frame, node, node.base)
    if isinstance(node.base, Fenced) and node.base.open == "|" and _is_norm(frame, node, node.base):
        return _scripted_norm(frame, node, node.base)
    if isinstance(node.base, Matrix) and isinstance(node.sub, Product) and is_size(node.sub) and node.sup is None:
        return sized(frame, node.base, node.sub)
    if isinstance(node.base, Fenced) and node.sub is not None and has_ranges(node.sub):
        return ranged(frame, node.base.body, node.sub)
    if is_sequence(node):
        return _sequence(frame, node)
    if node.primes:
        raise Untyped("a prime on something that is no name", "untyped")
    val = frame.value(node.base)
    if isinstance(node.base, Fenced) and node.sup is not None and isinstance(node.base.body, Comma):
        # `(1, 2)^T` lies before it is turned up, and `[h, x]^T` only where `[h, x]` does not stand as a column
        stands = not val.literal and node_key(node.base) in frame.world.joined
        val = val.transposed() if val.kind == "column" and not stands else val
    ops: tuple[Postfix, ...] = ()
    if node.sup is not None:
        word, labels, ops = split_superscript(node.sup, "", frame.world.glossary)
        if word or labels:
            raise Untyped("a label on something that is no name", "untyped")
    subs: tuple[Node, ...] = ()
    if node.sub is not None:
        subs = split_subscript(node.sub, "", frame.world.glossary)[1]
    if len(subs) == 2 and ops and ops[0].op == "T":
        subs, ops = (subs[1], subs[0]), ops[1:]
    return postfixed(frame, components(frame, val, subs), ops)


def _sequence(frame: Frame, node: Script) -> Val:
    """`(a_i)_{i=1}^n`: the values over all i as one array, the index its last axis."""
    assert isinstance(node.base, Fenced) and isinstance(node.sub, Relation)
    letter = str(letter_of(node.sub.first))
    dim = frame.new_dim(letter)
    if isinstance(node.sup, Name):
        frame.dims.unify(dim, named_dim(frame, node.sup.text))
    inner = frame.bind(letter, dim)
    val = inner.value(node.base.body)
    if len(val.dims) > 1:
        raise Untyped("a sequence of matrices", "untyped")
    bound = inner.letters[letter][1]

    def at(*terms: Expr) -> Expr:
        index = bound()
        assert isinstance(index, IndexValue)
        return substitute(val.at(*terms[:-1]), {index.index: terms[-1]})

    return Val((dim, None) if val.scalar else (val.dims[0], dim), at, None, val.derived)


def _is_exponential(frame: Frame, node: Script) -> bool:
    """`e^x`; where e is a name of the sheet or the argument of one of its functions, `e^2` and `e^T` are its own."""
    plain = isinstance(node.base, Name) and node.base.text == "e" and node.sub is None and not node.primes
    plain &= isinstance(node.base, Name) and "bold" not in node.base.style  # a bold e is a vector of errors
    own = isinstance(node.sup, Number) or (isinstance(node.sup, Name) and node.sup.text in TRANSPOSE_WORDS)
    told = frame.world.defined("e") or frame.world.family("e").domain_kind == ONES or _is_argument(frame.world, "e")
    return plain and not (own and told)


def _is_argument(world: World, base: str) -> bool:
    """Whether a function is defined with a name for its argument: `\\rho(e) = e^2`."""
    sites = (s for found in world.functions.values() for s in found)
    return any(isinstance(p, Name) and p.text == base for s in sites for p in s.params or ())


def _scripted_name(frame: Frame, ref: Ref) -> Val:
    """A name with scripts; on a full component the transpose exchanges the subscripts: X_{ij}^T is (X^T)_{ij}."""
    if len(ref.subs) == 2 and ref.postfix and ref.postfix[0].op == "T" and not _has_family_rank(frame, ref):
        ref = replace(ref, subs=(ref.subs[1], ref.subs[0]), postfix=ref.postfix[1:])
    if ref.postfix and _is_square(ref) and frame.world.defined(f"{ref.base}^2"):
        square = Ref(f"{ref.base}^2", ref.subs, ref.labels, ref.primes)
        return postfixed(frame, ref_value(frame, square), ref.postfix[1:])
    return postfixed(frame, _named(frame, ref), ref.postfix)


def _has_family_rank(frame: Frame, ref: Ref) -> bool:
    reading = frame.world.readings.get(ref.base)
    return reading is not None and reading.axes > len(ref.subs)


def _is_norm(frame: Frame, node: Script, fence: Fenced) -> bool:
    """`|w|^2`, `|w|_2`: single bars around a vector where a square or the kind of norm stands behind them."""
    kind, square = (getattr(x, "text", None) for x in (node.sub, node.sup))
    return (square == "2" or kind in ("1", "2")) and frame.value(fence.body).kind in ("column", "row")


def _scripted_norm(frame: Frame, node: Script, fence: Fenced) -> Val:
    kind = "2"
    if node.sub is not None:
        kind = node.sub.text if isinstance(node.sub, (Number, Name)) else "?"
    val = norm(frame, frame.value(fence.body), kind)
    return val if node.sup is None else postfixed(frame, val, (Postfix("pow", node.sup),))


MEANINGS[Name] = name


MEANINGS[Accent] = name


MEANINGS[Script] = script
