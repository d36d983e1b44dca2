"""Products: juxtaposition, dots and stars by shape; function application; sums and derivative operators with their reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from chainrule.expr import Expr, IndexValue, apply, const, indicator, mul, reduce, substitute, total, unknown, value
from chainrule.expr import functions as table
from chainrule.expr.tensors import log_softmax, logsumexp, softmax
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Dots,
    Factor,
    Fenced,
    Infix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    Text,
)
from chainrule.sheet import algebra
from chainrule.sheet.frame import MEANINGS, Frame, components, named_dim, ref_value
from chainrule.sheet.meaning import differentials
from chainrule.sheet.meaning.atoms import (
    BARE_DERIVATIVES,
    COMPARISONS,
    condition,
    is_index_letter,
    norm,
    postfixed,
    raised,
)
from chainrule.sheet.names import (
    Postfix,
    Ref,
    bound_letters,
    children,
    letter_of,
    reference,
    split_subscript,
    split_superscript,
    walk,
)
from chainrule.sheet.shapes import Untyped, Val, scalar
from chainrule.sheet.statements import fence_items
from chainrule.sheet.world import Cycle, Instance, Site

HADAMARD = frozenset({"odot", "circ", "ast", "bullet"})
TIGHT = ""


def product(frame: Frame, node: Product) -> Val:
    """The factors from left to right; an elementwise sign binds weaker than juxtaposition unless only the other way fits."""
    return evaluate(frame, _with_slashed_derivatives(node.factors))


def evaluate(frame: Frame, factors: tuple[Factor, ...]) -> Val:
    """The value of a run of factors."""
    groups = _groups(factors)
    if len(groups) > 1 and any(len(g) > 1 for g in groups):
        kept = frame.dims.copy()
        try:
            return _joined(frame, groups)
        except Untyped:
            frame.universe.dims.__dict__.update(kept.__dict__)
    return _left_to_right(frame, factors)


def _groups(factors: tuple[Factor, ...]) -> list[tuple[Factor, ...]]:
    """Factors cut before each elementwise sign."""
    groups: list[list[Factor]] = [[]]
    for factor in factors:
        if factor.op in HADAMARD and groups[-1]:
            groups.append([])
        groups[-1].append(factor)
    return [tuple(g) for g in groups]


def _joined(frame: Frame, groups: list[tuple[Factor, ...]]) -> Val:
    result = _left_to_right(frame, (Factor("", groups[0][0].node), *groups[0][1:]))
    for group in groups[1:]:
        val = _left_to_right(frame, (Factor("", group[0].node), *group[1:]))
        result = algebra.hadamard(frame.dims, result, val)
    return result


def _left_to_right(frame: Frame, factors: tuple[Factor, ...]) -> Val:
    result: Val | None = None
    n = 0
    implied = _implied_sums(frame, factors)
    inner = implied[0] if implied else frame
    while n < len(factors):
        val, n_next = operand(inner, factors, n)
        result = val if result is None else combine(inner, factors[n].op, result, val)
        n = n_next
    assert result is not None
    return result if implied is None else _summed_over(inner, implied[1], result)


def combine(frame: Frame, op: str, a: Val, b: Val) -> Val:
    """Two factors under a product sign, by shape."""
    dims = frame.dims
    if op == "/":
        return algebra.elementwise(dims, lambda x, y: x / y, a, b, what="numerator and denominator")
    if op in HADAMARD:
        return algebra.hadamard(dims, a, b)
    if op == "otimes":
        return _outer(frame, a, b)
    if op == "oplus":
        raise Untyped("the sign ⊕ has no meaning here", "operator")
    chained = algebra.contract_chain(dims, a, b, frame.world.layout)
    if chained is not None:
        return chained
    convention = frame.world.conventions.get(op or "juxtaposition", "")
    if convention == "hadamard" and not a.scalar and not b.scalar:
        return algebra.hadamard(dims, a, b)
    if a.kind == b.kind and a.kind in ("column", "row"):
        if convention == "inner":
            return algebra.inner(dims, a, b)
        raise Untyped("a product of two column vectors is neither an inner nor an outer product", "shape")
    return algebra.matmul(dims, a, b)


def _outer(frame: Frame, a: Val, b: Val) -> Val:
    if len(a.dims) == len(b.dims) == 1:
        return Val((a.dims[0], b.dims[0]), lambda i, j: mul(a.at(i), b.at(j)), None, a.derived or b.derived)
    raise Untyped("the sign ⊗ between matrices", "operator")


# -------------------------------------------------------------------------------------------------- implied sums


def _implied_sums(frame: Frame, factors: tuple[Factor, ...]) -> tuple[Frame, list[str]] | None:
    """Einstein's convention: a letter that stands twice in a product and not on the left side is summed over."""
    if frame.einstein is None:
        return None
    seen: Counter[str] = Counter()
    for factor in factors:
        seen += _letter_counts(factor.node, frame)
    taken = {x for f in factors for n in walk(f.node) if isinstance(n, Big) and n.sub for x in bound_letters(n.sub)}
    taken |= set(frame.letters) | frame.einstein
    repeated = [x for x, n in seen.items() if n > 1 and x not in taken]
    if not repeated:
        return None
    inner = frame
    for letter in repeated:
        inner = inner.bind(letter, frame.new_dim(letter))
    return inner, repeated


def _letter_counts(node: Node, frame: Frame) -> Counter[str]:
    """How often each letter stands in subscripts of a product; the terms of a sum in it are alternatives, not factors."""
    match node:
        case Big():
            return Counter()
        case Sum(terms=terms):
            counts: Counter[str] = Counter()
            for term in terms:
                counts |= _letter_counts(term.node, frame)
            return counts
    counts = Counter(letter for s in _slots(node, frame) if (letter := letter_of(s)) is not None)
    ref = reference(node, frame.world.glossary)
    inner = () if ref is not None else children(node)
    for child in inner:
        counts += _letter_counts(child, frame)
    return counts


def _slots(node: Node, frame: Frame) -> tuple[Node, ...]:
    """The subscripts that stand on a node itself."""
    ref = reference(node, frame.world.glossary)
    if ref is not None:
        return ref.subs
    if isinstance(node, Script) and node.sub is not None:
        return split_subscript(node.sub, "", frame.world.glossary)[1]
    return ()


def _summed_over(inner: Frame, letters: list[str], val: Val) -> Val:
    """A value summed over letters that the inner frame binds."""
    terms = [inner.letters[letter][1] for letter in letters]

    def at(*places: Expr) -> Expr:
        body = val.at(*places)
        for term in terms:
            index = term()
            assert isinstance(index, IndexValue)
            body = total(index.index, body)
        return body

    return Val(val.shape, at, None, val.derived)


# -------------------------------------------------------------------------------------------------- operands


def operand(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int]:
    """The operand that begins at factor n, and where the next one begins."""
    node = factors[n].node
    rest = factors[n + 1 :]
    if isinstance(node, Big):
        if not rest:
            raise Untyped(f"a {node.op} with nothing after it", "untyped")
        return big(frame, node, rest), len(factors)
    if isinstance(node, Text):
        raise Untyped(f"the words “{node.text.strip()}” stand inside a product", "untyped")
    variables = differentials.operator(frame, node)
    if variables is not None:
        return _operator(frame, variables, factors, n)
    nabla = differentials.nabla_of(node)
    if nabla is not None and rest:
        return differentials.gradient(frame, *nabla, differentials.rest_of(rest)), len(factors)
    call = called(frame, factors, n)
    if call is not None:
        return call
    return frame.value(node), n + 1


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
    return differentials.derived(frame, differentials.rest_of(factors[n + 1 : end]), variables), end


def operand_end(frame: Frame, factors: tuple[Factor, ...], n: int) -> int:
    """Where the operand that begins at factor n ends."""
    node = factors[n].node
    if isinstance(node, Big):
        return len(factors)
    if n + 1 < len(factors) and function_name(frame, node, factors[n + 1].node):
        return n + 2
    return n + 1


# -------------------------------------------------------------------------------------------------- functions

STRUCTURAL: dict[str, Callable[[Frame, list[Val]], Val]] = {}


def structural(*names: str) -> Callable[[Callable[[Frame, list[Val]], Val]], Callable[[Frame, list[Val]], Val]]:
    """Registers a function of whole vectors or matrices under the words documents use for it."""

    def register(f: Callable[[Frame, list[Val]], Val]) -> Callable[[Frame, list[Val]], Val]:
        for word in names:
            STRUCTURAL[word] = f
        return f

    return register


def _along(frame: Frame, a: Val, f: Callable[..., Expr]) -> Val:
    """A function of a vector with a vector result: along a vector, or along each row of a matrix."""
    if a.kind in ("column", "row"):
        dim = a.dims[0]

        def at(i: Expr) -> Expr:
            k = algebra.fresh(frame.dims, dim)
            return substitute(f(a.at(value(k)), k), {k: i})

        return Val(a.shape, at, None, a.derived)
    if a.kind == "matrix":
        cols = a.dims[1]

        def at2(i: Expr, j: Expr) -> Expr:
            k = algebra.fresh(frame.dims, cols)
            return substitute(f(a.at(i, value(k)), k), {k: j})

        return Val(a.shape, at2, None, a.derived)
    raise Untyped("this function needs a vector", "shape")


@structural("softmax", "Softmax", "SoftMax")
def _softmax(frame: Frame, args: list[Val]) -> Val:
    return _along(frame, args[0], softmax)


@structural("logsoftmax", "log_softmax", "LogSoftmax")
def _log_softmax(frame: Frame, args: list[Val]) -> Val:
    return _along(frame, args[0], log_softmax)


@structural("logsumexp", "LSE", "lse")
def _logsumexp(frame: Frame, args: list[Val]) -> Val:
    (a,) = args
    if a.kind not in ("column", "row"):
        raise Untyped("log-sum-exp needs a vector", "shape")

    def at() -> Expr:
        k = algebra.fresh(frame.dims, a.dims[0])
        return logsumexp(a.at(value(k)), k)

    return scalar(at, a.derived)


@structural("tr", "Tr", "trace", "Trace")
def _trace(frame: Frame, args: list[Val]) -> Val:
    return algebra.traced(frame.dims, args[0])


@structural("det", "Det")
def _det(frame: Frame, args: list[Val]) -> Val:
    return algebra.determinant(frame.dims, args[0])


@structural("logdet")
def _logdet(frame: Frame, args: list[Val]) -> Val:
    return algebra.mapped(lambda x: apply("log", apply("abs", x)), algebra.determinant(frame.dims, args[0]))


@structural("diag", "Diag")
def _diag(frame: Frame, args: list[Val]) -> Val:
    return algebra.diagonal(frame.dims, args[0])


@structural("norm")
def _norm(frame: Frame, args: list[Val]) -> Val:
    return norm(frame, args[0], "2")


@structural("max", "maximum")
def _max(frame: Frame, args: list[Val]) -> Val:
    return _extreme(frame, args, "max")


@structural("min", "minimum")
def _min(frame: Frame, args: list[Val]) -> Val:
    return _extreme(frame, args, "min")


def _extreme(frame: Frame, args: list[Val], op: str) -> Val:
    if len(args) == 1 and args[0].kind in ("column", "row"):
        a = args[0]

        def at() -> Expr:
            k = algebra.fresh(frame.dims, a.dims[0])
            return reduce(op, k, a.at(value(k)))

        return scalar(at, a.derived)
    if len(args) < 2:
        raise Untyped(f"{op} of one number", "untyped")
    return algebra.elementwise(frame.dims, lambda *t: apply(op, *t), *args, what=f"the arguments of {op}")


def function_ref(frame: Frame, node: Node) -> Ref | None:
    """A node as a function name with its scripts; `\\log_2`, `\\sin^2`, `f_3'`."""
    if isinstance(node, (Name, Script, Accent)):
        return reference(node, frame.world.glossary)
    return None


def builtin(frame: Frame, base: str, position: int) -> str | None:
    """The table name of a function word, through the roles a document gives its letters."""
    world = frame.world
    if world.function(base, position) is not None:
        return None
    role = world.roles.get(base)
    if role is not None:
        return role
    if base in STRUCTURAL:
        return base
    record = table.lookup(base)
    if record is not None and base not in world.sites and base not in world.readings:
        return record.name
    return None


def function_name(frame: Frame, node: Node, following: Node | None) -> bool:
    """Whether a node is a function applied to what follows."""
    if _is_indicator(node) and isinstance(_fence(following), Fenced):
        return True
    ref = function_ref(frame, node)
    if ref is None:
        return False
    if ref.base in frame.args:
        return False
    if builtin(frame, ref.base, frame.position) is not None:
        return True
    fence = _fence(following)
    if fence is None or fence.open not in "([{":
        return False
    if frame.world.function(ref.base, frame.position) is not None:
        return not _stands_alone(frame, ref.base, fence)
    return not frame.world.family(ref.base).variable and ref.base not in frame.world.sites and fence.open == "("


def _stands_alone(frame: Frame, base: str, fence: Fenced) -> bool:
    """`s (1 - s)`: a function that stands without an argument inside the parentheses is a factor before them."""
    applied_to = {id(p.factors[n].node) for p in walk(fence) if isinstance(p, Product) for n in _calls_in(p)}
    for node in walk(fence):
        ref = function_ref(frame, node)
        if ref is not None and ref.base == base and id(node) not in applied_to:
            return True
    return False


def _calls_in(product: Product) -> list[int]:
    """Positions of factors that are directly followed by parentheses."""
    factors = product.factors
    return [n for n in range(len(factors) - 1) if factors[n + 1].op == "" and _fence(factors[n + 1].node) is not None]


def _fence(node: Node | None) -> Fenced | None:
    if isinstance(node, Script):
        return _fence(node.base)
    return node if isinstance(node, Fenced) else None


def _is_indicator(node: Node) -> bool:
    """𝟙 and its spellings."""
    match node:
        case Name(text="1", style=style):
            return bool(style)
        case Name(text="I" | "mathbbm" | "Ind", style=style):
            return "bb" in style
        case Number(text="1"):
            return True
        case Script(base=base, sup=None):
            return _is_indicator(base) and not isinstance(base, Number)
    return False


def called(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """A function applied to the factors after it, or None when factor n is no function."""
    node = factors[n].node
    following = factors[n + 1] if n + 1 < len(factors) else None
    after = following.node if following is not None and following.op == "" else None
    if _is_indicator(node):
        return _indicator(frame, node, after, n)
    if not function_name(frame, node, after):
        return None
    ref = function_ref(frame, node)
    assert ref is not None
    fence = _fence(after)
    if fence is not None and fence.open in "([{":
        args = fence_items(fence)
        val = applied(frame, ref, args)
        return _hung(frame, val, after), n + 2
    if fence is not None and fence.open in "|‖":
        val = applied(frame, ref, (fence,))
        return _hung(frame, val, after), n + 2
    if after is None:
        raise Untyped(f"the function {ref.base} without an argument", "untyped")
    end = _argument_end(frame, factors, n + 1)
    argument = differentials.rest_of(factors[n + 1 : end])
    return applied(frame, ref, (argument,)), end


def _argument_end(frame: Frame, factors: tuple[Factor, ...], n: int) -> int:
    """Where the argument of a function written without parentheses ends: `\\log 2\\pi`, `\\log \\hat y_i`, `\\ln \\sum ...`."""
    if isinstance(factors[n].node, Big):
        return len(factors)
    if n + 1 < len(factors) and function_name(frame, factors[n].node, factors[n + 1].node):
        return _argument_end(frame, factors, n + 1) if _fence(factors[n + 1].node) is None else n + 2
    end = n + 1
    while end < len(factors) and factors[end].op == "" and isinstance(factors[end].node, (Name, Number)):
        following = factors[end + 1].node if end + 1 < len(factors) else None
        if function_name(frame, factors[end].node, following):
            break
        end += 1
    return end


def _hung(frame: Frame, val: Val, node: Node | None) -> Val:
    """Scripts on the parentheses of a call belong to its value: `\\sigma(z)_i`, `f(x)^2`."""
    if not isinstance(node, Script):
        return val
    val = _hung(frame, val, node.base)
    if node.sub is not None:
        val = components(frame, val, split_subscript(node.sub, "", frame.world.glossary)[1])
    if node.sup is not None:
        _, labels, ops = split_superscript(node.sup, "", frame.world.glossary)
        if labels:
            raise Untyped("a label on the value of a function", "untyped")
        val = postfixed(frame, val, ops)
    return val


def _indicator(frame: Frame, node: Node, after: Node | None, n: int) -> tuple[Val, int] | None:
    """𝟙[j = k], 1(k == i), 𝟙{z > 0}, 𝟙_{j = k}."""
    if isinstance(node, Script) and isinstance(node.sub, Relation):
        return condition(frame, node.sub), n + 1
    fence = _fence(after)
    if fence is None or (isinstance(node, Number) and not isinstance(fence.body, (Relation, Comma))):
        return None
    body = fence.body
    holds = isinstance(body, Relation) or (isinstance(body, Comma) and all(isinstance(i, Relation) for i in body.items))
    if not holds:
        if isinstance(node, Number) or node == Name(node.span, "1", ("bold",)):
            return None
        positive = algebra.mapped(lambda x: indicator(">", x, const(0)), frame.value(body))
        return positive, n + 2
    return _hung(frame, condition(frame, body), after), n + 2


def applied(frame: Frame, ref: Ref, args: tuple[Node, ...]) -> Val:
    """A function on its arguments, with primes (derivatives), a subscript (component or base) and a power on its name."""
    power = next((p for p in ref.postfix if p.op == "pow"), None)
    if power is not None and not (isinstance(power.node, Number) and power.node.text.isdigit()):
        raise Untyped("an inverse function", "untyped")
    val = _applied(frame, ref, args)
    return val if power is None or power.node is None else raised(frame, val, power.node)


def _applied(frame: Frame, ref: Ref, args: tuple[Node, ...]) -> Val:
    word = builtin(frame, ref.base, frame.position)
    if word is not None:
        return _builtin(frame, word, ref, args)
    site = frame.world.function(ref.base, frame.position)
    if site is not None:
        return _defined(frame, site, ref, args)
    return _unknown(frame, ref, args)


def _builtin(frame: Frame, word: str, ref: Ref, args: tuple[Node, ...]) -> Val:
    if word == "log" and ref.subs:
        return _log_to_base(frame, ref, args)
    vals = [frame.value(a) for a in args]
    if word in STRUCTURAL:
        if ref.primes:
            raise Untyped(f"a prime on {word}", "untyped")
        if word.lower() == "softmax" and vals[0].scalar:
            return _softmax_of_component(frame, vals[0])
        return components(frame, STRUCTURAL[word](frame, vals), ref.subs)
    record = table.lookup(word)
    assert record is not None
    if len(vals) != record.arity:
        raise Untyped(f"{word} takes {record.arity} argument(s), found {len(vals)}", "untyped")
    result = algebra.elementwise(
        frame.dims, lambda *t: _primed(word, ref.primes, t), *vals, what=f"the arguments of {word}"
    )
    return components(frame, result, ref.subs)


def _log_to_base(frame: Frame, ref: Ref, args: tuple[Node, ...]) -> Val:
    base = frame.scalar_term(ref.subs[0], "the base of a logarithm")
    inner = frame.value(args[0])
    return algebra.mapped(lambda x: apply("log", x) / apply("log", base()), inner)


def _primed(word: str, primes: int, args: tuple[Expr, ...]) -> Expr:
    """f, f', f'' of the table, as functions of the argument."""
    from chainrule.calculus import derivative
    from chainrule.expr import Component, Definitions, Symbol, component

    if primes == 0:
        return apply(word, *args)
    variable = component(Symbol("argument"))
    assert isinstance(variable, Component)
    term: Expr = apply(word, variable)
    for _ in range(primes):
        term = derivative(term, variable, Definitions())
    return substitute(term, {Symbol("argument"): lambda *_: args[0]})


def _softmax_of_component(frame: Frame, val: Val) -> Val:
    """`\\sigma(z_i)` for the softmax: the component i of softmax(z), as books write it."""
    from chainrule.expr import Component, component

    def at() -> Expr:
        term = val.at()
        if not isinstance(term, Component) or not term.indices:
            raise Untyped("softmax of a number", "shape")
        *lead, last = term.indices
        from chainrule.expr.index import Index

        k = Index("·softmax", term.symbol.axes[-1])
        return substitute(softmax(component(term.symbol, *lead, value(k)), k), {k: last})

    return scalar(at, val.derived)


def _defined(frame: Frame, site: Site, ref: Ref, args: tuple[Node, ...]) -> Val:
    """A function of the document: its body with the arguments in the place of its parameters."""
    params = site.params or ()
    if site.position in frame.active:
        raise Cycle((site.position, *frame.active))
    if len(params) != len(args) and _plain_names(frame, args):
        return Frame(frame.universe, frame.owner, frame.position, letters=frame.letters, labels=frame.labels,
                     shift=frame.shift, lift=frame.lift, choices=frame.choices, depth=frame.depth + 1,
                     counter=frame.counter, free=frame.free, used=frame.used,
                     active=(*frame.active, site.position)).value(site.body)  # fmt: skip
    if len(params) != len(args):
        raise Untyped(f"{ref.base} is defined with {len(params)} arguments, found {len(args)}", "untyped")
    inner = Frame(
        frame.universe, f"{frame.owner}/{ref.base}{len(frame.counter)}.{frame.counter[0]}", frame.position,
        letters=frame.letters, labels=frame.labels, args=dict(frame.args), shift=frame.shift, lift=frame.lift,
        choices=frame.choices, depth=frame.depth + 1, counter=frame.counter, free=frame.free, used=frame.used,
        active=(*frame.active, site.position),
    )  # fmt: skip
    for param, arg in zip(params, args, strict=True):
        inner = _bound(frame, inner, param, arg)
    if ref.primes:
        return _derivative_of_defined(frame, inner, site, ref, args)
    for pattern, sub in zip(site.ref.subs, ref.subs, strict=False):
        letter = letter_of(pattern)
        if letter is not None:
            inner = _bound_letter(frame, inner, letter, sub)
    return inner.value(site.body)


def _bound(frame: Frame, inner: Frame, param: Node, arg: Node) -> Frame:
    """One parameter bound to its argument; an argument that is the parameter itself binds nothing."""
    p = reference(param, frame.world.glossary)
    a = reference(arg, frame.world.glossary)
    if p is None:
        return inner
    if a is not None and a.key == p.key and p.base not in frame.args:
        return inner
    letter = letter_of(arg)
    if p.bare and letter is not None and len(p.base) == 1 and is_index_letter(frame, letter):
        dim, term = frame.letter(letter) or frame.free_letter(letter)
        return inner.child(letters={**inner.letters, p.base: (dim, term)})
    val = frame.value(arg)
    if p.subs or p.labels:
        return inner
    return inner.child(args={**inner.args, p.base: val})


def _bound_letter(frame: Frame, inner: Frame, letter: str, sub: Node) -> Frame:
    dim = frame.new_dim(letter)
    term = frame.index_term(sub, dim)
    return inner.child(letters={**inner.letters, letter: (dim, term)})


def bare_derivative(frame: Frame, ref: Ref) -> Val | None:
    """f' without an argument, for a function of one variable: its derivative at that variable."""
    site = frame.world.function(ref.base, frame.position) if ref.primes else None
    if site is None or not site.params or len(site.params) != 1:
        return None
    return _derivative_of_defined(frame, frame, site, ref, site.params)


BARE_DERIVATIVES.append(bare_derivative)


def _derivative_of_defined(frame: Frame, inner: Frame, site: Site, ref: Ref, args: tuple[Node, ...]) -> Val:
    """f'(u) for a function of one variable the document defines: the derivative of its body, then u in its place."""
    from chainrule.calculus import derivative
    from chainrule.expr import Component, Symbol, component

    params = site.params or ()
    p = reference(params[0], frame.world.glossary)
    if len(params) != 1 or p is None:
        raise Untyped("a prime on a function of several variables", "untyped")
    variable = component(Symbol(f"argument of {ref.base}"))
    assert isinstance(variable, Component)
    body = inner.child(args={**frame.args, p.base: scalar(variable)}).value(site.body)
    if not body.scalar:
        raise Untyped("a prime on a function of a vector", "untyped")
    definitions = frame.universe.definitions

    def at(term: Expr) -> Expr:
        result = body.at()
        for _ in range(ref.primes):
            result = derivative(result, variable, definitions)
        return substitute(result, {variable.symbol: lambda *_: term})

    return algebra.mapped(at, frame.value(args[0]))


# What an undefined function letter is by custom; said as an assumption wherever it is used.
DEFAULT_ROLES = {"sigma": "sigmoid"}
ELEMENTWISE_LETTERS = frozenset({"f", "g", "h", "phi", "psi", "sigma", "rho", "a", "varphi", "varsigma", "theta"})


def _unknown(frame: Frame, ref: Ref, args: tuple[Node, ...]) -> Val:
    """A function nobody defined: some smooth function; a known dependence (`L(\\theta)` with ∂L/∂θ) is just the name."""
    world = frame.world
    family = world.family(ref.base)
    if ref.base in DEFAULT_ROLES and ref.base not in world.sites and not ref.subs and not ref.labels and len(args) == 1:
        frame.universe.roles_taken.add(ref.base)
        return _builtin(frame, DEFAULT_ROLES[ref.base], ref, args)
    if not ref.primes and (family.differentiated or ref.base in world.sites) and _plain_names(frame, args):
        return ref_value(frame, Ref(ref.base, ref.subs, ref.labels))
    vals = [frame.value(a) for a in args]
    labels = [frame.label(s) for s in ref.subs] + [frame.label(x) for x in ref.labels]
    name = Instance(ref.base, tuple(labels)).shown
    frame.universe.assumed_functions.add(name)
    slots = ((0, ()),) * ref.primes
    if len(vals) == 1 and (vals[0].scalar or ref.base.split()[-1] in ELEMENTWISE_LETTERS):
        return algebra.mapped(lambda x: unknown(name, (((), x),), slots), vals[0])
    if ref.primes:
        raise Untyped("a prime on an unknown function of several variables", "untyped")

    def at() -> Expr:
        arguments = []
        for val in vals:
            indices = tuple(algebra.fresh(frame.dims, d) for d in val.dims)
            arguments.append((indices, val.at(*(value(i) for i in indices))))
        return unknown(name, tuple(arguments), ())

    return scalar(at)


def _plain_names(frame: Frame, args: tuple[Node, ...]) -> bool:
    return all(reference(a, frame.world.glossary) is not None for a in args)


# -------------------------------------------------------------------------------------------------- big operators


def big(frame: Frame, node: Big, rest: tuple[Factor, ...]) -> Val:
    """A big operator on the product after it."""
    if node.op not in ("sum", "prod", "max", "min"):
        raise Untyped(f"the operator {node.op} is not supported", "operator")
    if node.sub is None:
        if node.op != "sum":
            raise Untyped(f"a {node.op} without a range", "ambiguous")
        val = evaluate(frame, (Factor("", rest[0].node), *rest[1:]))
        if val.scalar:
            raise Untyped("a sum that does not say over what", "ambiguous")
        return algebra.summed(frame.dims, val)
    binders = _binders(frame, node)
    return _bound_sum(frame, node, binders, (Factor("", rest[0].node), *rest[1:]))


class Binder:
    """One letter bound by a big operator, with its range and the conditions on it."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.low: Node | None = None
        self.high: Node | None = None
        self.conditions: list[Relation] = []


def _binders(frame: Frame, node: Big) -> list[Binder]:
    """The letters of `i`, `i,j`, `i=1` (with an upper limit), `j \\neq y_i`, `j=1, j \\neq i`, `w \\in V`."""
    items = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
    binders: list[Binder] = []
    for item in items:
        match item:
            case Name(text=text):
                binders.append(Binder(text))
            case Product(factors=factors) if all(isinstance(f.node, Name) and f.op == "" for f in factors):
                binders += [Binder(f.node.text) for f in factors if isinstance(f.node, Name)]
            case Relation(first=first, links=links):
                _relation_binder(frame, item, first, links, node, binders)
            case Dots() | Number() | Sum() | Script() if binders:
                if not isinstance(item, Dots):
                    binders[-1].high = item
            case Text() | None:
                continue
            case Infix(left=left):
                if (letter := letter_of(left)) is not None:
                    binders.append(Binder(letter))
            case _:
                raise Untyped(f"what the {node.op} runs over", "untyped")
    if not binders:
        raise Untyped(f"the {node.op} binds no letter", "untyped")
    if node.sup is not None and binders[0].high is None and not isinstance(node.sup, Fenced):
        for b in binders[:1] if len(binders) > 1 and not _shared_limit(node) else binders:
            b.high = node.sup
    return binders


def _shared_limit(node: Big) -> bool:
    return isinstance(node.sub, (Product, Comma))


def _relation_binder(
    frame: Frame, item: Relation, first: Node, links: tuple[object, ...], node: Big, binders: list[Binder]
) -> None:
    link = item.links[0]
    letters = [letter_of(first)] if letter_of(first) else [letter_of(x) for x in _items(first)]
    known = {b.letter for b in binders}
    if None in letters or letters[0] in known:
        if not binders:
            raise Untyped("a sum over a condition that binds no letter", "untyped")
        binders[-1].conditions.append(item)
        return
    for letter in letters:
        binder = Binder(str(letter))
        binders.append(binder)
        if link.op == "=" and (node.sup is not None or isinstance(link.node, (Number, Comma))):
            binder.low = link.node
            if isinstance(link.node, Comma):
                binder.low, binder.high = link.node.items[0], link.node.items[-1]
        elif link.op == "∈" and not (isinstance(link.node, Fenced) and link.node.open == "{"):
            continue
        else:
            binder.conditions.append(item)


def _items(node: Node) -> tuple[Node, ...]:
    match node:
        case Comma(items=items):
            return items
        case Product(factors=factors):
            return tuple(f.node for f in factors)
    return (node,)


def _bound_sum(frame: Frame, node: Big, binders: list[Binder], factors: tuple[Factor, ...]) -> Val:
    binder, *others = binders
    if _labels_with(frame, binder.letter, factors):
        return _unrolled(frame, node, binder, others, factors)
    dim = frame.new_dim("Σ" + binder.letter)
    inner = frame.bind(binder.letter, dim)
    inner.free = frame.free
    _range(frame, dim, binder)
    val = _bound_sum(inner, node, others, factors) if others else evaluate(inner, factors)
    tests = [condition(inner, c) for c in binder.conditions]
    letter_term = inner.letters[binder.letter][1]

    def at(*terms: Expr) -> Expr:
        body = val.at(*terms)
        if node.op == "sum":
            body = mul(*(t.at() for t in tests), body)
        elif tests:
            raise Untyped(f"a {node.op} with a condition", "operator")
        term = letter_term()
        assert isinstance(term, IndexValue)
        index = term.index
        return total(index, body) if node.op == "sum" else reduce(node.op, index, body)

    return Val(val.shape, at, None, val.derived)


def _range(frame: Frame, dim: str, binder: Binder) -> None:
    """The dimension of a bound letter takes its limits: from 1 to n has size n, from 0 to n - 1 too."""
    low = 1
    if isinstance(binder.low, Number) and binder.low.text.isdigit():
        low = int(binder.low.text)
    elif binder.low is not None:
        raise Untyped("a sum that starts at a symbol", "untyped")
    if low not in (0, 1):
        raise Untyped(f"a sum that starts at {low}", "untyped")
    if binder.low is not None:
        frame.dims.low(dim, low)
    high = binder.high
    match high:
        case None:
            return
        case Number(text=text) if text.isdigit():
            frame.dims.fix(dim, int(text) - low + 1)
        case Sum(terms=(first, second)) if second.sign == "-" and _text(second.node) == "1" and low == 0:
            _limit_name(frame, dim, first.node, "")
        case _:
            _limit_name(frame, dim, high, "" if low == 1 else "+1")


def _text(node: Node) -> str:
    return getattr(node, "text", "")


def _limit_name(frame: Frame, dim: str, node: Node, suffix: str) -> None:
    ref = reference(node, frame.world.glossary)
    if ref is None:
        return
    labels = [str(frame.label(x)) for x in (*ref.subs, *ref.labels)]
    name = ref.base + "".join(labels) + suffix
    if not suffix and not labels:
        frame.dims.unify(dim, named_dim(frame, name))


def _labels_with(frame: Frame, letter: str, factors: tuple[Factor, ...]) -> bool:
    """Whether a letter stands in a label (layer, time) somewhere in the factors: then the sum is written out."""
    for factor in factors:
        for part in walk(factor.node):
            if not isinstance(part, (Script, Accent)):
                continue
            ref = reference(part, frame.world.glossary)
            if ref is None:
                continue
            family = frame.world.family(ref.base)
            slots = list(ref.labels) + [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
            if any(isinstance(n, Name) and n.text == letter for s in slots for n in walk(s)):
                return True
    return False


def _unrolled(frame: Frame, node: Big, binder: Binder, others: list[Binder], factors: tuple[Factor, ...]) -> Val:
    """A sum over layers, times or labelled samples, written out term by term."""
    if binder.conditions or node.op != "sum":
        raise Untyped("a sum over labels with a condition", "operator")
    result: Val | None = None
    for n in _label_range(frame, binder):
        inner = frame.child(labels={**frame.labels, binder.letter: n})
        inner.letters = {k: v for k, v in frame.letters.items() if k != binder.letter}
        inner.letters[binder.letter] = (frame.new_dim(binder.letter), _constant(n))
        inner.free = frame.free
        val = _bound_sum(inner, node, others, factors) if others else evaluate(inner, factors)
        result = val if result is None else algebra.plus(frame.dims, result, val)
    if result is None:
        raise Untyped("a sum over no labels", "untyped")
    return result


def _constant(n: int) -> Callable[[], Expr]:
    return lambda: const(n)


def _label_range(frame: Frame, binder: Binder) -> range | tuple[int, ...]:
    allowed = frame.world.ranges.get(binder.letter)
    if binder.high is None and allowed is not None:
        return tuple(a for a in allowed if isinstance(a, int))
    low = int(_text(binder.low)) if binder.low is not None and _text(binder.low).isdigit() else 1
    high = frame.universe.config.top
    if binder.high is not None:
        top = frame.label(binder.high)
        high = top if isinstance(top, int) else high
    if high - low > 64:
        raise Untyped("a sum over more than 64 labels", "too-large")
    return range(low, high + 1)


def _with_slashed_derivatives(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """`\\partial z / \\partial b` in a row of factors becomes the fraction it is."""
    from chainrule.read.tree import Fraction

    if differentials.sign_of(factors[0].node) is None:
        return factors
    slash = next((n for n, f in enumerate(factors) if f.op == "/"), None)
    if slash is None or slash < 2 or slash + 1 >= len(factors):
        return factors
    if differentials.sign_of(factors[slash].node) is None:
        return factors
    numerator = differentials.rest_of(factors[:slash])
    denominator = differentials.rest_of((Factor("", factors[slash].node), factors[slash + 1]))
    whole = Fraction(numerator.span.join(denominator.span), numerator, denominator)
    return (Factor("", whole), *factors[slash + 2 :])


def lone_call(frame: Frame, node: Node) -> Val:
    """A big operator or function name standing alone."""
    raise Untyped("an operator with nothing after it", "untyped")


MEANINGS[Product] = product
MEANINGS[Big] = lone_call
__all__ = ["COMPARISONS", "Postfix", "evaluate"]
