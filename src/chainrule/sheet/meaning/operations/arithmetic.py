"""Numbers, sums of terms, fractions, roots and powers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction as Rational

from chainrule.expr import const, div, power
from chainrule.read import tree
from chainrule.read.tree import Big, Factor, Fenced, Fraction, Name, Node, Number, Product, Root, Script, Sum, Term
from chainrule.sheet.arrays import algebra
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.literals import decimal
from chainrule.sheet.syntax.names import Postfix, outside_letters, reference, walk

MOST_TERMS = 200
BESIDE = (1.0, 0.4, 0.4)
"""How far a number, or a vector, is from what is usually added to an array of more axes."""
WEIGHTS = ("w", "u", "v", "t")
"""What the names of weights begin with: W, U, V, Theta."""


def number(_: Frame, node: Number) -> Val:
    exact = decimal(node.text)
    if exact is None:
        raise Untyped("a number with too many digits", "too-large")
    return scalar(const(exact), literal=True)


OF_MATRICES = frozenset({"exp", "log", "ln", "sin", "cos", "sqrt"})
"""Functions that right behind a trace or a determinant are those of the whole matrix, a series in its powers."""
SQUARE = "^2"  # what custom makes of the square of a vector


def postfixed(frame: Frame, val: Val, ops: tuple[Postfix, ...]) -> Val:
    """Transposes and powers, in the order written."""
    for op in ops:
        if op.op == "T":
            frame.dims.stretched += val.scalar
            val = val.transposed()
        elif op.op == "each" and op.node is not None:
            val = algebra.raised(frame.dims, val, frame.value(op.node))
        elif op.node is not None:
            val = raised(frame, val, op.node)
    return val


def raised(frame: Frame, val: Val, exponent: Node) -> Val:
    """A power: an inverse for a matrix to the -1, a matrix power for a square matrix, else entry by entry."""
    if _is_minus_one(exponent):
        if val.kind in ("column", "row") and frame.world.entrywise:
            return algebra.raised(frame.dims, val, scalar(const(-1)))
        return algebra.inverted(frame.dims, val)
    n = _whole(frame, exponent)
    if n is not None and _is_square(frame, val):
        return _matrix_power(frame, val, n)
    if _is_square(frame, val):
        if (below := _negative_whole(exponent)) is not None:
            return _matrix_power(frame, algebra.inverted(frame.dims, val), below)
        raise Untyped("a square matrix to a power that is no whole number", "operator")
    if n == 2 and val.kind in ("column", "row"):
        frame.universe.squared = True
        if dict(frame.world.customary).get(SQUARE) == "inner":
            return algebra.inner(frame.dims, val, val)
    if n is not None and not isinstance(exponent, Number):
        return algebra.raised(frame.dims, val, scalar(const(n)))
    if val.kind == "row" and isinstance(exponent, Name):
        raise Untyped(f"a row vector to the power of {exponent.text}", "shape")  # `(x^T)^V`: a sign too many
    return algebra.raised(frame.dims, val, frame.value(exponent))


def _is_square(frame: Frame, val: Val) -> bool:
    return val.kind == "matrix" and frame.dims.find(val.dims[0]) == frame.dims.find(val.dims[1])


def known_square(frame: Frame, node: Node, val: Val) -> Val:
    """What a trace or a determinant is taken of, which is square: a matrix in it that nothing else says to be square is
    read once more, so that its powers are matrix powers. Its exponential is that of a matrix, which is not read."""
    match node:
        case Script(base=Name(text="e"), sup=exponent) if exponent is not None and frame.value(exponent).dims:
            raise Untyped("the exponential of a matrix", "operator")
        case Product(factors=(Factor(node=Name(text=word)), Factor(node=Fenced()))) if word in OF_MATRICES:
            raise Untyped(f"the function {word} of a matrix", "operator")
    powers = [] if any(isinstance(n, Big) for n in walk(node)) else [n for n in walk(node) if _is_power(n)]
    bases = [frame.value(n.base) for n in powers if isinstance(n, Script)]
    rectangular = [v for v in (val, *bases) if v.kind == "matrix" and not _is_square(frame, v)]
    for v in rectangular:
        frame.dims.unify(v.dims[0], v.dims[1])
    return frame.value(node) if rectangular else val


def _is_power(node: Node) -> bool:
    return isinstance(node, Script) and node.sub is None and isinstance(node.sup, Number) and node.sup.text.isdigit()


def _matrix_power(frame: Frame, val: Val, n: int) -> Val:
    if n > 16:
        raise Untyped("a matrix power above 16", "too-large")
    result = val if n else algebra.identity(val.dims[0])
    for _ in range(n - 1):
        result = algebra.matmul(frame.dims, result, val)
    return result


def _whole(frame: Frame, exponent: Node) -> int | None:
    """A number, or what is counted with layers or steps that stand in the same line: `(W^T)^{T - i}` beside `o_i`."""
    if isinstance(exponent, Number):
        return int(exponent.text) if exponent.text.isdigit() else None
    letters = {n.text for n in walk(exponent) if isinstance(n, Name)}
    if not letters & (frame.labels.keys() | frame.used) or any(frame.world.defined(x) for x in letters):
        return None
    n = frame.label(exponent)
    return n if isinstance(n, int) and n >= 0 else None


def _negative_whole(node: Node) -> int | None:
    """2 of `X^{-2}`."""
    match node:
        case Sum(terms=(Term(sign="-", node=Number(text=text)),)) if text.isdigit():
            return int(text)
        case Number(text=text) if text[:1] == "-" and text[1:].isdigit():
            return int(text[1:])
    return None


def _is_minus_one(node: Node) -> bool:
    match node:
        case Number(text="-1"):
            return True
        case Sum(terms=(term,)):
            return term.sign == "-" and isinstance(term.node, Number) and term.node.text == "1"
    return False


def total(frame: Frame, node: Sum) -> Val:
    """A sum of terms with their signs; a \\sum reaches over later terms that use its letter: `\\sum_i a_i + b_i`."""
    if len(node.terms) > MOST_TERMS:
        raise Untyped(f"a sum of {len(node.terms)} written terms (at most {MOST_TERMS})", "too-large")
    if len(node.terms) > 1:  # the pair in `(1 - h_j h_j) w_j` is that of the product around it
        frame = frame.child(implied={})
    result: Val | None = None
    whole, parts = set[str](), set[str]()
    numbers = identities = False
    ranks: list[int] = []
    for term in gathered(frame, _reached(frame, node)):
        if term.sign not in "+-":
            raise Untyped("a sign ± has two values", "untyped")
        val = frame.value(term.node)
        ref = reference(term.node, frame.world.glossary)
        if ref is not None and (ref.bare or (ref.subs and val.scalar)):
            (parts if ref.subs else whole if val.dims else set()).add(ref.base)
        numbers |= val.scalar and ref is not None and ref.bare and not ref.postfix and ref.base[-1:].isupper()
        identities |= _is_identity(frame, term.node) and not val.scalar
        ranks += [len(val.dims)] if any(isinstance(n, Name) for n in walk(term.node)) else []
        signed = val if term.sign == "+" else algebra.negated(val)
        if result is not None and result.kind == "matrix" and val.kind == "column" and _is_layer(frame, node, term):
            frame.dims.unify(str(val.shape[0]), str(result.shape[0]))
        result = signed if result is None else algebra.plus(frame.dims, result, signed)
    assert result is not None
    if numbers and identities:
        raise Untyped("a number is added to a multiple of the identity matrix", "shape")  # the K of `\\lambda I + K`
    if whole & parts:
        raise Untyped("a vector and one of its components are added", "shape")  # `x - x_k` is between points
    frame.dims.stretched += max((BESIDE[min(rank, 2)] for rank in ranks if rank < max(ranks)), default=0.0)
    return result


def _is_layer(frame: Frame, node: Sum, bias: tree.Term) -> bool:
    """Whether a sum is `W X + b`, weights before what they act on: then b has an entry for each row of W."""
    first, second = node.terms[0].node, bias.node
    if len(node.terms) != 2 or not isinstance(first, tree.Product) or len(first.factors) != 2:
        return False
    refs = [reference(n, frame.world.glossary) for n in (*(f.node for f in first.factors), second)]
    if any(r is None for r in refs):
        return False
    weights, inputs = (str(r.base.rpartition(" ")[2])[:1].lower() in WEIGHTS for r in refs[:2] if r is not None)
    return weights and not inputs


def _is_identity(frame: Frame, node: Node) -> bool:
    """Whether a term is the identity matrix, with numbers before it perhaps."""
    last = node.factors[-1].node if isinstance(node, tree.Product) else node
    ref = reference(last, frame.world.glossary)
    return ref is not None and ref.bare and not ref.postfix and frame.world.family(ref.base).identity


def _reached(frame: Frame, node: Sum) -> tuple[tree.Term, ...]:
    """Under the reading that ∂/∂x before a sum is meant for all its terms, the sum put in parentheses behind it."""
    if frame.choices.reach != "sum" or not before_sum(node):
        return node.terms
    first, *later = node.terms
    assert isinstance(first.node, tree.Product)
    at = _operator_at(first.node.factors)
    assert at is not None
    rest = first.node.factors[at + 1 :]
    body = rest[0].node if len(rest) == 1 else tree.Product(first.node.span, (replace(rest[0], op=""), *rest[1:]))
    inside = Sum(node.span, (tree.Term("+", body), *later))
    acted = tree.Product(node.span, (*first.node.factors[: at + 1], tree.Factor("", inside)))
    return (replace(first, node=acted),)


def before_sum(node: Node) -> bool:
    """`∂/∂x a + b + c`, `s ∂/∂x a + b`: an operator in the first of several terms, and no derivative in the others."""
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return False
    first, *later = node.terms
    factors = first.node.factors if isinstance(first.node, tree.Product) else ()
    if _operator_at(factors) is None or any(f.op == "=" for f in factors):
        return False
    return not any(_is_operator(n) or _is_derivative(n) for t in later for n in walk(t.node))


def _operator_at(factors: Sequence[tree.Factor]) -> int | None:
    """Where the last operator of a product stands, if it acts on something."""
    at = max((n for n, f in enumerate(factors) if _is_operator(f.node)), default=None)
    return at if at is not None and at + 1 < len(factors) else None


def _is_derivative(node: Node) -> bool:
    top = node.numerator if isinstance(node, Fraction) else None
    head = top.factors[0].node if isinstance(top, tree.Product) else top
    return isinstance(head, Name) and head.text in ("partial", "d", "nabla")


def _free_beside(frame: Frame, part: Node) -> set[str]:
    """The letters that stand outside of all sums on the other side of the line: there they are no letters of a sum."""
    sides = [side for side in frame.statement if len(frame.statement) > 1 and all(n is not part for n in walk(side))]
    return {x for side in sides for x in outside_letters(side) - _summed(side)}


def _summed(side: Node) -> set[str]:
    """The letters that big operators bind in a formula."""
    return {x for n in walk(side) if isinstance(n, tree.Big) and n.sub is not None for x in _running(n.sub)}


def gathered(frame: Frame, terms: tuple[tree.Term, ...]) -> tuple[tree.Term, ...]:
    r"""Later terms up to the last one with a letter that a big sum binds and nothing else are put under it, and what
    stands before the sum is before them all: `-\frac1n \sum_i a_i + b_i + c` is `-\frac1n \sum_i (a_i + b_i) + c`."""
    for n, term in enumerate(terms[:-1]):
        factors = term.node.factors if isinstance(term.node, tree.Product) else ()
        at = next((k for k, f in enumerate(factors) if isinstance(f.node, tree.Big) and f.node.op == "sum"), None)
        if at is None or at + 1 >= len(factors):
            continue
        big = factors[at].node
        assert isinstance(big, tree.Big)
        letters = set() if big.sub is None else _running(big.sub)
        letters -= set(frame.letters) | set(frame.free) | set(frame.labels) | frame.used
        last = max((k for k, t in enumerate(terms) if letters & _subscript_letters(t.node)), default=0)
        if last <= n or letters & _free_beside(frame, term.node):
            continue
        body = factors[at + 1].node if at + 2 == len(factors) else tree.Product(term.node.span, factors[at + 1 :])
        inside = Sum(term.node.span, (tree.Term("+", body), *terms[n + 1 : last + 1]))
        whole = tree.Product(term.node.span, (*factors[: at + 1], tree.Factor("", inside)))
        return (*terms[:n], replace(term, node=whole), *gathered(frame, terms[last + 1 :]))
    return terms


def _running(sub: Node) -> set[str]:
    r"""The letters that a big operator runs over, without those it only compares them to: j in `j = 1, j \neq i`."""
    items = sub.items if isinstance(sub, tree.Comma) else (sub,)
    heads = [item.first if isinstance(item, tree.Relation) else item for item in items]
    return {x for head in heads for x in bound_letters(head)}


def _is_operator(node: Node) -> bool:
    """`\\frac{\\partial}{\\partial w}`: a fraction with nothing but the sign above."""
    return isinstance(node, Fraction) and isinstance(node.numerator, Name) and node.numerator.text in ("partial", "d")


def _subscript_letters(node: Node) -> set[str]:
    """Letters that stand in subscripts and labels of a formula outside of sums that bind them."""
    bound = {x for n in walk(node) if isinstance(n, tree.Big) and n.sub is not None for x in bound_letters(n.sub)}
    scripts = [n for n in walk(node) if isinstance(n, Script)]
    subs = [n.sub for n in scripts if n.sub is not None]
    subs += [n.sup for n in scripts if isinstance(n.sup, tree.Fenced)]
    return {n.text for s in subs for n in walk(s) if isinstance(n, Name)} - bound


def quotient(frame: Frame, node: Fraction) -> Val:
    """A fraction that is no derivative: a quotient, entry by entry."""
    a, b = frame.value(node.numerator), frame.value(node.denominator)
    return algebra.elementwise(frame.dims, div, a, b, what="numerator and denominator")


def root(frame: Frame, node: Root) -> Val:
    degree = node.degree
    n = int(degree.text) if isinstance(degree, Number) and degree.text.isdigit() else 2
    if degree is not None and not isinstance(degree, Number):
        raise Untyped("a root of symbolic degree", "untyped")
    return algebra.mapped(lambda x: power(x, const(Rational(1, n))), frame.value(node.body))


MEANINGS[Number] = number


MEANINGS[Sum] = total


MEANINGS[Root] = root
