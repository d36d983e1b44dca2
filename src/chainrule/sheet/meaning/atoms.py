"""Numbers, names, scripts, fences, sums, fractions, roots, matrices, tuples with dots, cases and conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction as Rational

from chainrule.expr import Expr, IndexValue, apply, const, div, indicator, mul, piecewise, power
from chainrule.expr import total as total_term
from chainrule.read import tree
from chainrule.read.tree import (
    Accent,
    Brace,
    Cases,
    Comma,
    Dots,
    Fenced,
    Fraction,
    Infix,
    Matrix,
    Name,
    Node,
    Number,
    Relation,
    Root,
    Script,
    Span,
    Sum,
    Text,
)
from chainrule.sheet import algebra
from chainrule.sheet.frame import (
    MEANINGS,
    Frame,
    components,
    decimal,
    named_dim,
    ref_value,
    size_value,
)
from chainrule.sheet.names import (
    KRONECKER,
    Postfix,
    Ref,
    bound_letters,
    letter_of,
    reference,
    split_subscript,
    split_superscript,
    walk,
)
from chainrule.sheet.shapes import Untyped, Val, scalar

IDENTITY_NAMES = frozenset({"I", "bold I", "bb I"})
ONES_NAMES = frozenset({"bb 1", "bold 1", "bold bb 1"})
COMPARISONS = {"=": "==", "≡": "==", "≠": "!=", "<": "<", ">": ">", "≤": "<=", "≥": ">="}
SLOT = "•"
# What a primed name without an argument means where the name is a function (`meaning.products` registers it).
BARE_DERIVATIVES: list[Callable[[Frame, Ref], Val | None]] = []


def pi() -> Expr:
    """π, as a term that both arithmetics can evaluate to any precision."""
    return apply("arccos", const(-1))


# -------------------------------------------------------------------------------------------------- names


def number(frame: Frame, node: Number) -> Val:
    exact = decimal(node.text)
    if exact is None:
        raise Untyped("a number with too many digits", "too-large")
    return scalar(const(exact), literal=True)


def name(frame: Frame, node: Node) -> Val:
    ref = reference(node, frame.world.glossary)
    if ref is None:
        raise Untyped("this is no name", "untyped")
    return _scripted_name(frame, ref)


def _named(frame: Frame, ref: Ref) -> Val:
    """The value of a name: an index letter, a constant of mathematics, or a symbol of the sheet."""
    world = frame.world
    if ref.base in frame.args and not ref.primes:
        return components(frame, frame.args[ref.base], ref.subs)
    plain = not (ref.subs or ref.labels or ref.primes)
    known = world.defined(ref.base)
    if plain and not known:
        letter = frame.letter(ref.base)
        if letter is not None:
            return scalar(letter[1])
        special = _special(frame, ref.base)
        if special is not None:
            return special
    if ref.primes and plain is False:
        for meaning in BARE_DERIVATIVES:
            val = meaning(frame, ref)
            if val is not None:
                return val
    if not known and not ref.primes and world.defined(f"{ref.base}^2"):
        square = ref_value(frame, Ref(f"{ref.base}^2", ref.subs, ref.labels))
        return algebra.mapped(lambda x: power(x, const(Rational(1, 2))), square)
    if ref.base == KRONECKER:
        return _kronecker(frame, ref)
    if ref.base in IDENTITY_NAMES and not known and ref.base not in world.readings:
        return _identity(frame, ref)
    return ref_value(frame, ref)


def _special(frame: Frame, base: str) -> Val | None:
    if base == "pi" and frame.world.family("pi").called == 0:
        return scalar(pi)
    if base == "e" and "e" not in frame.world.readings:
        return scalar(lambda: apply("exp", const(1)))
    if base in ONES_NAMES:
        dim = frame.new_dim("ones")
        return Val((dim, None), lambda _: const(1))
    if base == "infty":
        raise Untyped("infinity is no number here", "untyped")
    return size_value(frame, base)


def _is_square(ref: Ref) -> bool:
    first = ref.postfix[0]
    return first.op == "pow" and isinstance(first.node, Number) and first.node.text == "2"


def _kronecker(frame: Frame, ref: Ref) -> Val:
    dim = frame.new_dim("δ")
    a, b = (frame.index_term(s, dim) for s in ref.subs)
    return scalar(lambda: indicator("==", a(), b()))


def _identity(frame: Frame, ref: Ref) -> Val:
    dim = named_dim(frame, ref.subs[0].text) if len(ref.subs) == 1 and isinstance(ref.subs[0], Name) else None
    square = algebra.identity(dim or frame.new_dim("I"))
    return components(frame, square, ref.subs) if len(ref.subs) == 2 else square


def script(frame: Frame, node: Script) -> Val:
    if isinstance(node.base, Name) and node.base.text == "e" and node.sub is None and node.sup is not None:
        if not frame.world.defined("e") and not node.primes:
            return algebra.mapped(lambda x: apply("exp", x), frame.value(node.sup))
    ref = reference(node, frame.world.glossary)
    if ref is not None:
        return _traced(frame, ref) or _scripted_name(frame, ref)
    if isinstance(node.base, Fenced) and node.base.open == "‖":
        return _scripted_norm(frame, node, node.base)
    if isinstance(node.base, Fenced) and node.sub is not None and _has_ranges(node.sub):
        return ranged(frame, node.base.body, node.sub)
    if node.primes:
        raise Untyped("a prime on something that is no name", "untyped")
    val = frame.value(node.base)
    if isinstance(node.base, Fenced) and node.sup is not None and isinstance(node.base.body, Comma):
        val = val.transposed() if val.kind == "column" else val
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


def _traced(frame: Frame, ref: Ref) -> Val | None:
    """Einstein's convention on a single component: X_{ii} is the trace."""
    letters = [x for s in ref.subs if (x := letter_of(s)) is not None]
    repeated = {x for x in letters if letters.count(x) > 1 and x not in frame.letters}
    if frame.einstein is None or not repeated - frame.einstein:
        return None
    inner = frame
    for letter in repeated:
        inner = inner.bind(letter, frame.new_dim(letter))
    val = _scripted_name(inner, ref)
    terms = [inner.letters[x][1] for x in sorted(repeated)]

    def at() -> Expr:
        body = val.at()
        for term in terms:
            index = term()
            assert isinstance(index, IndexValue)
            body = total_term(index.index, body)
        return body

    return scalar(at)


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


def _scripted_norm(frame: Frame, node: Script, fence: Fenced) -> Val:
    kind = "2"
    if node.sub is not None:
        kind = node.sub.text if isinstance(node.sub, (Number, Name)) else "?"
    val = norm(frame, frame.value(fence.body), kind)
    return val if node.sup is None else postfixed(frame, val, (Postfix("pow", node.sup),))


def norm(frame: Frame, val: Val, kind: str) -> Val:
    """The norm of a vector or (Frobenius) of a matrix."""
    dims = frame.dims
    if kind in ("2", "F"):
        squares = algebra.summed(dims, algebra.mapped(lambda x: power(x, const(2)), val))
        return algebra.mapped(lambda x: power(x, const(Rational(1, 2))), squares)
    if kind == "1":
        return algebra.summed(dims, algebra.mapped(lambda x: apply("abs", x), val))
    raise Untyped(f"a norm of kind {kind}", "untyped")


def postfixed(frame: Frame, val: Val, ops: tuple[Postfix, ...]) -> Val:
    """Transposes and powers, in the order written."""
    for op in ops:
        if op.op == "T":
            val = val.transposed()
        elif op.node is not None:
            val = raised(frame, val, op.node)
    return val


def raised(frame: Frame, val: Val, exponent: Node) -> Val:
    """A power: an inverse for a matrix to the -1, a matrix power for a square matrix, else entry by entry."""
    if _is_minus_one(exponent):
        return algebra.inverted(frame.dims, val)
    whole = isinstance(exponent, Number) and exponent.text.isdigit()
    if val.kind == "matrix" and whole and frame.dims.find(val.dims[0]) == frame.dims.find(val.dims[1]):
        n = int(exponent.text) if isinstance(exponent, Number) else 0
        if n > 16:
            raise Untyped("a matrix power above 16", "too-large")
        result = val
        for _ in range(n - 1):
            result = algebra.matmul(frame.dims, result, val)
        return result
    return algebra.raised(frame.dims, val, frame.value(exponent))


def _is_minus_one(node: Node) -> bool:
    match node:
        case Number(text="-1"):
            return True
        case Sum(terms=(term,)):
            return term.sign == "-" and isinstance(term.node, Number) and term.node.text == "1"
    return False


# -------------------------------------------------------------------------------------------------- arithmetic


def total(frame: Frame, node: Sum) -> Val:
    """A sum of terms with their signs; a \\sum reaches over later terms that use its letter: `\\sum_i a_i + b_i`."""
    result: Val | None = None
    for term in gathered(frame, node.terms):
        if term.sign not in "+-":
            raise Untyped("a sign ± has two values", "untyped")
        val = frame.value(term.node)
        signed = val if term.sign == "+" else algebra.negated(val)
        result = signed if result is None else algebra.plus(frame.dims, result, signed)
    assert result is not None
    return result


def gathered(frame: Frame, terms: tuple[tree.Term, ...]) -> tuple[tree.Term, ...]:
    """Terms after a big sum that use the letter it binds, and that nothing else binds, are put under it."""
    for n, term in enumerate(terms[:-1]):
        factors = term.node.factors if isinstance(term.node, tree.Product) else ()
        at = next((k for k, f in enumerate(factors) if isinstance(f.node, tree.Big) and f.node.op == "sum"), None)
        if at is None or at + 1 >= len(factors):
            continue
        big = factors[at].node
        assert isinstance(big, tree.Big)
        letters = set(bound_letters(big.sub)) if big.sub is not None else set()
        letters -= set(frame.letters) | set(frame.free)
        if not any(letters & _subscript_letters(t.node) for t in terms[n + 1 :]):
            continue
        body = factors[at + 1].node if at + 2 == len(factors) else tree.Product(term.node.span, factors[at + 1 :])
        later = [replace(t, sign=t.sign if term.sign == "+" else "-" if t.sign == "+" else "+") for t in terms[n + 1 :]]
        inside = Sum(term.node.span, (tree.Term("+", body), *later))
        whole = tree.Product(term.node.span, (*factors[: at + 1], tree.Factor("", inside)))
        if all(_is_operator(f.node) for f in factors[:at]):
            return (*terms[:n], replace(term, node=whole))
    return terms


def _is_operator(node: Node) -> bool:
    """`\\frac{\\partial}{\\partial w}`: a fraction with nothing but the sign above."""
    return isinstance(node, Fraction) and isinstance(node.numerator, Name) and node.numerator.text in ("partial", "d")


def _subscript_letters(node: Node) -> set[str]:
    """Letters that stand in subscripts of a formula outside of sums that bind them."""
    bound = {x for n in walk(node) if isinstance(n, tree.Big) and n.sub is not None for x in bound_letters(n.sub)}
    subs = [n.sub for n in walk(node) if isinstance(n, Script) and n.sub is not None]
    return {n.text for s in subs for n in walk(s) if isinstance(n, Name)} - bound


def divided(frame: Frame, a: Val, b: Val) -> Val:
    """A quotient, entry by entry."""
    return algebra.elementwise(frame.dims, lambda x, y: div(x, y), a, b, what="numerator and denominator")


def root(frame: Frame, node: Root) -> Val:
    degree = node.degree
    n = int(degree.text) if isinstance(degree, Number) and degree.text.isdigit() else 2
    if degree is not None and not isinstance(degree, Number):
        raise Untyped("a root of symbolic degree", "untyped")
    return algebra.mapped(lambda x: power(x, const(Rational(1, n))), frame.value(node.body))


def fenced(frame: Frame, node: Fenced) -> Val:
    body = node.body
    if node.open == "|":
        return _bars(frame, frame.value(body))
    if node.open == "‖":
        return norm(frame, frame.value(body), "2")
    if node.open == "⟨":
        pair = body.items if isinstance(body, Comma) else (body.left, body.right) if isinstance(body, Infix) else ()
        if len(pair) != 2:
            raise Untyped("an inner product has two arguments", "untyped")
        return algebra.inner(frame.dims, frame.value(pair[0]), frame.value(pair[1]))
    if node.open in "⌊⌈":
        raise Untyped("rounding has no derivative here", "untyped")
    if isinstance(body, Relation):
        return condition(frame, body)
    if isinstance(body, Comma):
        return listed(frame, body.items)
    return frame.value(body)


def _bars(frame: Frame, val: Val) -> Val:
    if val.kind == "matrix":
        return algebra.determinant(frame.dims, val)
    if val.scalar:
        return algebra.mapped(lambda x: apply("abs", x), val)
    raise Untyped("the absolute value of a vector", "shape")


# -------------------------------------------------------------------------------------------------- lists


def listed(frame: Frame, items: tuple[Node, ...]) -> Val:
    """`(a_1, \\dots, a_n)` and `(a, b, c)` as a column."""
    if any(isinstance(i, Dots) for i in items):
        return dotted(frame, items)
    vals = [frame.value(i) for i in items]
    if not all(v.scalar for v in vals):
        raise Untyped("a list of vectors is no vector", "untyped")
    dim = frame.new_dim("list")
    frame.dims.fix(dim, len(vals))
    return Val((dim, None), lambda i: _chosen(i, [v.at for v in vals]), literal=True)


def _chosen(i: Expr, ats: list[Callable[..., Expr]]) -> Expr:
    if len(ats) == 1:
        return ats[0]()
    cases = [(indicator("==", i, const(n + 1)), at()) for n, at in enumerate(ats[:-1])]
    return piecewise(cases, ats[-1]())


def dotted(frame: Frame, items: tuple[Node, ...]) -> Val:
    """A list with dots: what changes between its first and its last item runs from one to the other."""
    real = [i for i in items if not isinstance(i, Dots)]
    if len(real) < 2:
        raise Untyped("dots need an item on both sides", "untyped")
    pattern = generalised(real[0], real[-1])
    if pattern is None:
        raise Untyped("what the dots stand for is not clear from the items around them", "ambiguous")
    general, first, last = pattern
    if not isinstance(first, Number) or first.text not in ("0", "1"):
        raise Untyped("a list with dots starts at 0 or 1", "untyped")
    dim = frame.new_dim("list")
    frame.dims.low(dim, int(first.text))
    _limit(frame, dim, last)
    inner = frame.bind(SLOT, dim)
    val = inner.value(general)
    if not val.scalar:
        raise Untyped("a list of vectors is no vector", "untyped")
    letter_index = inner.letters[SLOT][1]
    return Val((dim, None), lambda i: _put(val.at(), letter_index(), i), literal=True)


def _put(term: Expr, slot: Expr, place: Expr) -> Expr:
    from chainrule.expr import IndexValue, substitute

    assert isinstance(slot, IndexValue)
    return substitute(term, {slot.index: place})


def _limit(frame: Frame, dim: str, last: Node) -> None:
    if isinstance(last, Number) and last.text.isdigit():
        frame.dims.fix(dim, int(last.text))
    elif (letter := letter_of(last)) is not None:
        frame.dims.unify(dim, named_dim(frame, letter))


def generalised(first: Node, last: Node) -> tuple[Node, Node, Node] | None:
    """The common pattern of two items with a slot where they differ, and what stands in the slot in each."""
    found: list[tuple[Node, Node]] = []
    pattern = _pattern(first, last, found)
    if pattern is None or not found:
        return None
    low, high = found[0]
    if any(not _alike(low, a) or not _alike(high, b) for a, b in found[1:]):
        return None
    return pattern, low, high


def _alike(a: Node, b: Node) -> bool:
    return type(a) is type(b) and getattr(a, "text", None) == getattr(b, "text", None)


def _pattern(a: Node, b: Node, found: list[tuple[Node, Node]]) -> Node | None:
    if isinstance(a, Number) and isinstance(b, (Name, Number)) and getattr(a, "text", "") != getattr(b, "text", ""):
        found.append((a, b))
        return Name(a.span, SLOT)
    if type(a) is not type(b):
        return None
    changes: dict[str, object] = {}
    for f in fields(a):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if isinstance(x, Span):
            continue
        merged = _pattern_value(x, y, found)
        if merged is _NOTHING:
            return None
        changes[f.name] = merged
    return replace(a, **changes)  # type: ignore[arg-type]


_NOTHING = object()


def _pattern_value(x: object, y: object, found: list[tuple[Node, Node]]) -> object:
    if isinstance(x, Node) and isinstance(y, Node):
        merged = _pattern(x, y, found)
        return _NOTHING if merged is None else merged
    if isinstance(x, tuple) and isinstance(y, tuple):
        if len(x) != len(y):
            return _NOTHING
        items = [_pattern_value(a, b, found) for a, b in zip(x, y, strict=True)]
        return _NOTHING if any(i is _NOTHING for i in items) else tuple(items)
    if isinstance(x, (tree.Factor, tree.Term, tree.Link)) and type(x) is type(y):
        assert isinstance(y, (tree.Factor, tree.Term, tree.Link))
        sign_x = getattr(x, "op", getattr(x, "sign", ""))
        sign_y = getattr(y, "op", getattr(y, "sign", ""))
        merged = _pattern(x.node, y.node, found) if sign_x == sign_y else None
        return _NOTHING if merged is None else replace(x, node=merged)
    return x if x == y else _NOTHING


# -------------------------------------------------------------------------------------------------- matrices


def matrix(frame: Frame, node: Matrix) -> Val:
    """A matrix of scalar entries; a single column or row is a vector; dots in a column or row are understood."""
    rows = node.rows
    if not rows or len({len(r) for r in rows}) != 1:
        raise Untyped("the rows of this matrix have different lengths", "shape")
    if any(isinstance(cell, Dots) for row in rows for cell in row):
        if len(rows[0]) == 1:
            return dotted(frame, tuple(row[0] for row in rows))
        if len(rows) == 1:
            column = dotted(frame, rows[0])
            return column.transposed()
        raise Untyped("a matrix with dots in both directions", "untyped")
    cells = [[frame.value(cell) for cell in row] for row in rows]
    if not all(v.scalar for row in cells for v in row):
        raise Untyped("a matrix of blocks", "untyped")
    val = _entries(frame, [[v.at for v in row] for row in cells])
    if node.env == "vmatrix":
        return algebra.determinant(frame.dims, val)
    return val


def _entries(frame: Frame, ats: list[list[Callable[..., Expr]]]) -> Val:
    rows, cols = len(ats), len(ats[0])
    down, across = frame.new_dim("rows"), frame.new_dim("cols")
    if rows > 1:
        frame.dims.fix(down, rows)
    if cols > 1:
        frame.dims.fix(across, cols)
    if rows == 1 and cols == 1:
        return scalar(ats[0][0])
    if cols == 1:
        return Val((down, None), lambda i: _chosen(i, [row[0] for row in ats]), literal=True)
    if rows == 1:
        return Val((None, across), lambda j: _chosen(j, ats[0]), literal=True)

    def at(i: Expr, j: Expr) -> Expr:
        lines: list[Callable[..., Expr]] = [lambda row=row: _chosen(j, row) for row in ats]  # type: ignore[misc]
        return _chosen(i, lines)

    return Val((down, across), at, literal=True)


def _has_ranges(sub: Node) -> bool:
    items = sub.items if isinstance(sub, Comma) else (sub,)
    return any(isinstance(i, Relation) and i.links[0].op == "=" for i in items)


def ranged(frame: Frame, body: Node, sub: Node) -> Val:
    """`[w_{ij}]_{i=1,\\dots,d, j=1,\\dots,h}`: the first letter runs down, the second across."""
    items = sub.items if isinstance(sub, Comma) else (sub,)
    inner, dims = frame, []
    for n, item in enumerate(items):
        if not isinstance(item, Relation) or not isinstance(item.first, Name):
            continue
        letter = item.first.text
        dim = frame.new_dim(letter)
        dims.append((letter, dim))
        following = [i for i in items[n + 1 :]]
        ends = [i for i in following[: _until_relation(following)] if not isinstance(i, Dots)]
        if isinstance(item.links[0].node, Comma):
            ends = [i for i in item.links[0].node.items if not isinstance(i, Dots)]
        if ends:
            _limit(frame, dim, ends[-1])
        inner = inner.bind(letter, dim)
    if not 1 <= len(dims) <= 2:
        raise Untyped("a family of entries needs one or two ranges", "untyped")
    val = inner.value(body)
    if not val.scalar:
        raise Untyped("the entries of a matrix are scalars", "untyped")
    slots = [inner.letters[letter][1] for letter, _ in dims]

    def at(*places: Expr) -> Expr:
        term = val.at()
        for slot, place in zip(slots, places, strict=True):
            term = _put(term, slot(), place)
        return term

    shape = (dims[0][1], dims[1][1] if len(dims) == 2 else None)
    return Val(shape, at)


def _until_relation(items: list[Node]) -> int:
    return next((n for n, i in enumerate(items) if isinstance(i, Relation)), len(items))


# -------------------------------------------------------------------------------------------------- conditions


def condition(frame: Frame, node: Node) -> Val:
    """A condition as 0 or 1, entry by entry: `j = k`, `z > 0`, `j \\notin \\{k, y_i\\}`; commas and "and" multiply."""
    match node:
        case Relation(first=first, links=links):
            sides = [first, *(link.node for link in links)]
            parts = [_link(frame, sides[n], link.op, link.node) for n, link in enumerate(links)]
        case Comma(items=items):
            parts = [condition(frame, i) for i in items if not isinstance(i, Text)]
        case tree.Product(factors=factors):
            parts = [condition(frame, f.node) for f in factors if not isinstance(f.node, Text)]
        case Fenced(body=body):
            return condition(frame, body)
        case _:
            raise Untyped("this is no condition", "untyped")
    result = parts[0]
    for part in parts[1:]:
        result = algebra.hadamard(frame.dims, result, part)
    return result


def _link(frame: Frame, a: Node, op: str, b: Node) -> Val:
    if op in ("∈", "∉"):
        return _membership(frame, a, op, b)
    relation = COMPARISONS.get(op)
    if relation is None:
        raise Untyped(f"the relation {op} is no condition", "relation")
    left, right = compared(frame, a, b)
    return algebra.elementwise(frame.dims, lambda x, y: indicator(relation, x, y), left, right, what="the sides")


def compared(frame: Frame, a: Node, b: Node) -> tuple[Val, Val]:
    """Two sides of a comparison; letters on it are indices over the same range."""
    for x, y in ((a, b), (b, a)):
        letter, other = letter_of(x), letter_of(y)
        if letter and other and is_index_letter(frame, letter) and is_index_letter(frame, other):
            dim_x, _ = frame.letter(letter) or frame.free_letter(letter)
            dim_y, _ = frame.letter(other) or frame.free_letter(other)
            frame.dims.unify(dim_x, dim_y)
        elif letter and is_index_letter(frame, letter) and (ref := reference(y, frame.world.glossary)) is not None:
            if frame.world.family(ref.base).integer:
                frame.letter(letter) or frame.free_letter(letter)
    return frame.value(a), frame.value(b)


def is_index_letter(frame: Frame, letter: str) -> bool:
    """Whether a letter stands for an index here: bound, already used as a subscript, or nothing else at all."""
    if frame.letter(letter) is not None:
        return True
    family = frame.world.families.get(letter)
    return len(letter) == 1 and not frame.world.defined(letter) and (family is None or family.operand == 0)


def _membership(frame: Frame, a: Node, op: str, b: Node) -> Val:
    if not isinstance(b, Fenced) or b.open != "{":
        raise Untyped("membership in something that is no list", "untyped")
    items = b.body.items if isinstance(b.body, Comma) else (b.body,)
    if any(isinstance(i, Dots) for i in items):
        raise Untyped("membership in a range", "untyped")
    rel = "==" if op == "∈" else "!="
    parts = []
    for item in items:
        left, right = compared(frame, a, item)
        parts.append((left.at, right.at))

    def at() -> Expr:
        terms = [indicator(rel, x(), y()) for x, y in parts]
        if rel == "!=":
            return mul(*terms)
        return indicator(">", sum(terms[1:], terms[0]), const(0))

    return scalar(at)


COMPLEMENTS = {"=": "≠", "≠": "=", ">": "≤", "≤": ">", "<": "≥", "≥": "<"}


def cases(frame: Frame, node: Cases) -> Val:
    """`cases`: the first row whose condition holds; the last row must be "otherwise" or the complement of the first."""
    rows = list(node.rows)
    last = rows[-1]
    if not _is_otherwise(last.condition) and not _complementary(rows):
        raise Untyped("the cases do not say what holds otherwise", "ambiguous")
    vals = [frame.value(r.value) for r in rows]
    conditions = [condition(frame, r.condition) for r in rows[:-1] if r.condition is not None]
    if len(conditions) != len(rows) - 1:
        raise Untyped("a case without a condition before the last", "ambiguous")

    def pick(*terms: Expr) -> Expr:
        n = len(conditions)
        return piecewise(list(zip(terms[:n], terms[n:-1], strict=True)), terms[-1])

    return algebra.elementwise(frame.dims, pick, *conditions, *vals, what="the cases")


def _is_otherwise(node: Node | None) -> bool:
    return node is None or isinstance(node, Text) or (isinstance(node, Name) and node.text in ("otherwise", "else"))


def _complementary(rows: list[tree.Case]) -> bool:
    """Two rows whose conditions are each other's complement: `i = j` and `i \\neq j`."""
    if len(rows) != 2:
        return False
    a, b = rows[0].condition, rows[1].condition
    if not isinstance(a, Relation) or not isinstance(b, Relation) or len(a.links) != 1 or len(b.links) != 1:
        return False
    return COMPLEMENTS.get(a.links[0].op) == b.links[0].op and _same(a.first, b.first)


def _same(a: Node, b: Node) -> bool:
    found: list[tuple[Node, Node]] = []
    return _pattern(a, b, found) is not None and not found


def brace(frame: Frame, node: Brace) -> Val:
    return frame.value(node.body)


def relation(frame: Frame, node: Relation) -> Val:
    return condition(frame, node)


MEANINGS.update(
    {
        Number: number,
        Name: name,
        Accent: name,
        Script: script,
        Sum: total,
        Root: root,
        Fenced: fenced,
        Matrix: matrix,
        Cases: cases,
        Brace: brace,
        Relation: relation,
    }
)


def quotient(frame: Frame, node: Fraction) -> Val:
    """A fraction that is no derivative."""
    return divided(frame, frame.value(node.numerator), frame.value(node.denominator))
