"""Products: juxtaposition, dots, stars and signs like ⊙ and ⊗ by shape, from left to right."""

from __future__ import annotations

from dataclasses import replace

from chainrule.expr import mul
from chainrule.expr.functions import lookup
from chainrule.read.tree import (
    Big,
    Comma,
    Differential,
    Factor,
    Fenced,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Script,
    Sum,
    Text,
)
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.derivatives import differentials
from chainrule.sheet.meaning.derivatives.directional import along
from chainrule.sheet.meaning.derivatives.tangents import differential
from chainrule.sheet.meaning.derivatives.whole import by_all_arguments, partial_at
from chainrule.sheet.meaning.functions.calls import called, function_name
from chainrule.sheet.meaning.functions.jacobians import applied_after_another, at_a_point
from chainrule.sheet.meaning.functions.outcomes import over_outcomes
from chainrule.sheet.meaning.functions.under_laws import under_a_law
from chainrule.sheet.meaning.operations.convolutions import no_convolution
from chainrule.sheet.meaning.operations.expectations import expectation
from chainrule.sheet.meaning.operations.implied import implied_sums, summed_over
from chainrule.sheet.meaning.operations.implied_through import opened
from chainrule.sheet.meaning.operations.kronecker import kronecker
from chainrule.sheet.meaning.operations.sums import acted_on, big, sums_over
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

MOST_FACTORS = 200
DOTS = frozenset({"cdot", "."})
FACING = frozenset({"", "cdot", ".", "*", "times"})
"""Signs before a matrix with a gradient on their left, which then is a row."""
HADAMARD = frozenset({"odot", "circ", "ast", "bullet"})
QUOTIENTS = frozenset({"oslash", "⊘"})
ELEMENTWISE = HADAMARD | QUOTIENTS
WEAKER = ELEMENTWISE | {"otimes"}
"""Signs that bind weaker than juxtaposition."""

OUT_OF_BOUNDS = frozenset({"too-deep", "too-large"})


def product(frame: Frame, node: Product) -> Val:
    """The factors from left to right; an elementwise sign binds weaker than juxtaposition if that fits."""
    return evaluate(frame, node.factors)


def evaluate(frame: Frame, factors: tuple[Factor, ...]) -> Val:
    """The value of a run of factors."""
    if len(factors) > MOST_FACTORS:
        raise Untyped(f"a product of {len(factors)} factors (at most {MOST_FACTORS})", "too-large")
    groups = _groups(factors)
    if any(g[0].op == "otimes" for g in groups[1:]):
        return _joined(frame, groups)
    if len(groups) > 1 and any(len(g) > 1 for g in groups):
        kept = frame.universe.mark()
        try:
            return _joined(frame, groups)
        except Untyped as error:
            if error.code in OUT_OF_BOUNDS:  # a second try at every level of a formula would take forever
                raise
            frame.universe.back(kept)
    return _left_to_right(frame, factors)


def _groups(factors: tuple[Factor, ...]) -> list[tuple[Factor, ...]]:
    """Factors cut before each sign that binds weaker, but not in what a sum before it runs over."""
    groups: list[list[Factor]] = [[]]
    for n, factor in enumerate(factors):
        group = groups[-1]
        summed = any(sums_over(f.node, group[at + 1 :], factors[n:]) for at, f in enumerate(group))
        if factor.op in WEAKER and group and not summed:
            groups.append([])
        groups[-1].append(factor)
    return [tuple(g) for g in groups]


def _joined(frame: Frame, groups: list[tuple[Factor, ...]]) -> Val:
    result = _left_to_right(frame, (Factor("", groups[0][0].node), *groups[0][1:]))
    before = groups[0]
    for group in groups[1:]:
        val = _left_to_right(frame, (Factor("", group[0].node), *group[1:]))
        no_convolution(frame, group[0].op, (before, result), (group, val))
        before, result = group, combine(frame, group[0].op, result, val)
    return result


def _left_to_right(frame: Frame, factors: tuple[Factor, ...]) -> Val:
    def is_argument(n: int) -> bool:
        return n > 0 and not factors[n].op and function_name(frame, factors[n - 1].node, factors[n].node)

    if (whole := opened(frame, factors, is_argument)) is not None:
        return frame.value(whole)
    result: Val | None = None
    n = 0
    implied = implied_sums(frame, factors)
    inner = implied[0] if implied else frame
    dotted = False
    while n < len(factors):
        val, n_next = operand(inner, factors, n)
        if result is not None:
            if dotted and factors[n].op in DOTS and not val.scalar:
                raise Untyped("a dot product of three vectors", "shape")
            if not factors[n].op and val.kind == "column" and _lies_beside(factors[n - 1].node, factors[n].node):
                val = val.transposed()
            elif result.kind == val.kind == "column" and _lies_beside(factors[n].node, factors[n - 1].node):
                result = result.transposed()
            no_convolution(inner, factors[n].op, (factors[n - 1 : n], result), (factors[n:n_next], val))
            vectors = not (result.scalar or val.scalar)
            entrywise = factors[n].op in ("", "cdot") and _entry_by_entry(inner, result, val, factors[n - 1 : n_next])
            result = combine(inner, "odot" if entrywise else factors[n].op, result, val)
            dotted = vectors and result.scalar and factors[n].op in DOTS
        else:
            result = val
        n = n_next
    assert result is not None
    return result if implied is None else summed_over(inner, implied[1], result)


def _lies_beside(column: Node, node: Node) -> bool:
    r"""`\begin{bmatrix} 2 \\ 3 \end{bmatrix} [1, 4]`: a list beside a printed column lies in a row."""
    printed = isinstance(column, Matrix) and len(column.rows) > 1 and all(len(row) == 1 for row in column.rows)
    return printed and isinstance(node, Fenced) and node.open == "[" and isinstance(node.body, Comma)


def _entry_by_entry(frame: Frame, a: Val, b: Val, factors: tuple[Factor, ...]) -> bool:
    """`Z \\sigma(Z)`, `P (1 - P)`: of two matrices of one shape, where one is a function of entries or a number more or
    less, the product is meant so too, unless the shape is square."""
    if not a.kind == b.kind == "matrix":
        return False
    rows, cols = (frame.dims.find(d) for d in a.dims)
    same = [rows, cols] == [frame.dims.find(d) for d in b.dims] and rows != cols
    if not same:
        return False
    names = (n for f in factors for n in walk(f.node))
    sums = (f.node.body for f in factors if isinstance(f.node, Fenced))
    return any(isinstance(n, Name) and _maps_entries(frame.world, n.text) for n in names) or any(
        isinstance(n, Sum) and any(isinstance(t.node, Number) for t in n.terms) for n in sums
    )


def _maps_entries(world: World, word: str) -> bool:
    """Whether a name is a function of numbers, which takes arrays entry by entry."""
    record = lookup(world.roles.get(word) or dict(world.customary).get(word, word))
    return record is not None and record.arity == 1


def combine(frame: Frame, op: str, a: Val, b: Val) -> Val:
    """Two factors under a product sign, by shape."""
    dims = frame.dims
    if op == "/":
        return algebra.elementwise(dims, lambda x, y: x / y, a, b, what="numerator and denominator")
    if op in HADAMARD:
        return algebra.hadamard(dims, a, b)
    if op in QUOTIENTS:
        return algebra.elementwise(dims, lambda x, y: x / y, a, b, what="the sides of ⊘")
    if op == ":":
        return algebra.inner(dims, a, b)
    if op == "otimes":
        if len(a.dims) == len(b.dims) == 1 and not frame.world.kronecker:
            return Val((a.dims[0], b.dims[0]), lambda i, j: mul(a.at(i), b.at(j)), None, a.derived or b.derived)
        return kronecker(dims, a, b)
    if op == "oplus":
        raise Untyped("the sign ⊕ has no meaning here", "operator")
    chained = algebra.contract_chain(dims, a, b, frame.world.layout)
    if chained is not None:
        return chained
    convention = frame.world.conventions.get(op or "juxtaposition", "")
    if (convention == "hadamard" or frame.choices.entrywise) and _elementwise(op, a, b):
        return algebra.hadamard(dims, a, b)
    if a.kind == b.kind and a.kind in ("column", "row"):
        if convention == "inner":
            return algebra.inner(dims, a, b)
        raise Untyped("a product of two column vectors is neither an inner nor an outer product", "shape")
    if (a.kind, b.kind) == ("column", "matrix") and a.derived and op in FACING:
        frame.universe.flipped.setdefault(frame.owner, []).append(b)
        return algebra.matmul(dims, a.transposed(), b)
    return algebra.matmul(dims, a, b)


def _elementwise(op: str, a: Val, b: Val) -> bool:
    """What a sign multiplies elementwise by convention: not a column with a row after it, which are an outer product,
    and matrices only where the sign is written."""
    if len(a.dims) == 1 and len(b.dims) == 1:
        return a.kind == b.kind
    return op != "" and a.kind == b.kind


def operand(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int]:
    """The operand that begins at factor n, and where the next one begins."""
    node = factors[n].node
    rest = factors[n + 1 :]
    if isinstance(node, Big):
        if not rest:
            raise Untyped(f"a {node.op} with nothing after it", "untyped")
        end = n + 1 + acted_on(node, rest)
        return big(frame, node, factors[n + 1 : end]), end
    if isinstance(node, Differential):
        return along(frame, factors, n) or _changed(frame, factors, n + 1)
    if isinstance(node, Text):
        raise Untyped(f"the words “{node.text.strip()}” stand inside a product", "untyped")
    variables = differentials.operator(node)
    if variables is not None:
        return _operator(frame, variables, factors, n)
    whole = by_all_arguments(frame, factors, n) or partial_at(frame, factors, n)
    if whole is not None:
        return whole
    at_point = at_a_point(frame, factors, n) or applied_after_another(frame, factors, n)
    if at_point is not None:
        return at_point
    nabla = nabla_of(node)
    if nabla is not None and rest:
        flat = _transposed_gradient(frame, nabla, factors, n + 1)
        if flat is not None:
            return flat
        end = operand_end(frame, factors, n + 1) if frame.choices.reach == "factor" else len(factors)
        return differentials.gradient(frame, *nabla, rest_of(factors[n + 1 : end])), end
    call = expectation(frame, factors, n) or under_a_law(frame, factors, n)
    call = call or over_outcomes(frame, factors, n) or called(frame, factors, n)
    if call is not None:
        return call
    return frame.value(node), n + 1


def _transposed_gradient(
    frame: Frame, nabla: tuple[list[Node], int], factors: tuple[Factor, ...], n: int
) -> tuple[Val, int] | None:
    """`\\nabla f(x)^T h`, `\\nabla f^T h`: a scalar has no transpose, so that of its gradient is meant."""
    called_there = n + 1 < len(factors) and function_name(frame, factors[n].node, factors[n + 1].node)
    end = n + 2 if called_there else n + 1
    last = factors[end - 1].node
    if not isinstance(last, Script) or not isinstance(last.sup, Name) or last.sup.text not in TRANSPOSE_WORDS:
        return None
    bare = last.base if last.sub is None and not last.primes else replace(last, sup=None)
    body = rest_of((*factors[n : end - 1], replace(factors[end - 1], node=bare)))
    if end == len(factors) or not _is_scalar(frame, body):
        return None
    return differentials.gradient(frame, *nabla, body).transposed(), end


def _is_scalar(frame: Frame, node: Node) -> bool:
    """Whether a formula is a number; what has no meaning by itself is none."""
    kept = frame.universe.mark()
    try:
        return frame.value(node).scalar
    except Untyped:
        frame.universe.back(kept)
        return False


def _changed(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int]:
    """The differential of the operand that begins at factor n; `dF(X)` is that of F(X) even where F is a quantity, for
    nothing else puts a lone name into parentheses."""
    if n == len(factors):
        raise Untyped("a differential of nothing", "untyped")
    val, end = operand(frame, factors, n)
    behind = factors[end] if end == n + 1 and end < len(factors) and factors[end].op == "" else None
    fence = behind.node if behind is not None and not isinstance(factors[n].node, Fenced) else None
    if isinstance(fence, Fenced) and reference(fence.body, frame.world.glossary) is not None:
        val, end = evaluate(frame, (Factor("", factors[n].node), factors[end])), end + 1
    return differential(frame, val), end


def _operator(frame: Frame, variables: list[Node], factors: tuple[Factor, ...], n: int) -> tuple[Val, int]:
    """A derivative operator acts on the whole product after it, or (the other reading) on the next operand only."""
    rest = factors[n + 1 :]
    if not rest:
        raise Untyped("a derivative operator with nothing after it", "untyped")
    end = len(factors)
    if frame.choices.reach == "factor":
        end = operand_end(frame, factors, n + 1)
    if end < len(factors) or len(rest) > 1:
        frame.counter.append(1)
    return differentials.derived(frame, rest_of(factors[n + 1 : end]), variables), end


def operand_end(frame: Frame, factors: tuple[Factor, ...], n: int) -> int:
    """Where the operand that begins at factor n ends."""
    node = factors[n].node
    if isinstance(node, Big):
        return n + 1 + acted_on(node, factors[n + 1 :])
    if n + 1 < len(factors) and function_name(frame, node, factors[n + 1].node):
        fenced = isinstance(factors[n + 1].node, Fenced)
        return n + 2 if fenced else operand_end(frame, factors, n + 1)  # `\\log p(x)`
    return n + 1


MEANINGS[Product] = product
