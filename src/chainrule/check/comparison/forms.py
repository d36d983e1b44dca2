"""Forms of equations that decide how they are judged, seen from what is written alone."""

from __future__ import annotations

from itertools import pairwise

from chainrule.read.tree import Accent, Big, Comma, Dots, Fenced, Fraction, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.records.definable import site_key
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Glossary, children, letter_of, node_key, reference, walk


def is_differential(node: Node, world: World) -> bool:
    """`dL`, `\\partial x` standing alone: a d, which is no quantity of the document, and one name."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op:
        return False
    sign = sign_of(node.factors[0].node)
    quantity = sign is not None and sign[0] == "delta" and world.defined("delta")
    return sign is not None and not quantity and isinstance(node.factors[1].node, (Name, Script, Accent))


def has_differentials(world: World, *sides: Node) -> bool:
    """`d(uv) = u \\, dv + v \\, du`, `dx \\, dy = r \\, dr \\, dt`: a d before several things outside of derivatives,
    where d is no quantity of the document; a number d, the dimension in a density, stands once."""
    family = world.families.get("d")
    if world.defined("d") or "d" in world.size_names or (family and (family.declared_rank or family.domain_kind)):
        return False
    found, stack = 0, list(sides)
    while stack:
        node = stack.pop()
        if isinstance(node, Fraction) and above(node.numerator) is not None and below(node.denominator) is not None:
            continue
        if isinstance(node, Product) and not any(f.op == "/" for f in node.factors):
            after = [behind.node for f, behind in pairwise(node.factors) if _is_d(f.node) and not behind.op]
            found += len(after) == 1 or (len(after) > 1 and not any(_is_d(n) for x in after for n in walk(x)))
        stack += [node.base] if isinstance(node, Script) else children(node)
    return found > 1


def _is_d(node: Node) -> bool:
    return isinstance(node, Name) and node.text == "d" and set(node.style) <= {"rm", "bb", "bold"}


def mended(e: Equation) -> bool:
    """Whether a parenthesis was closed where its author forgot to, or opened."""
    return _is_mended(e.lhs) or _is_mended(e.rhs)


def mended_in_a_sum(e: Equation) -> bool:
    """Whether that stands in a side of several terms, where a place before others would give them another sign."""
    return any(isinstance(side, Sum) and _is_mended(side) for side in (e.lhs, e.rhs))


def _is_mended(side: Node) -> bool:
    return any(isinstance(n, Fenced) and n.mended for n in walk(side))


def has_decimals(node: Node) -> bool:
    """Whether printed decimals stand in a formula: numbers put in for names."""
    return any(isinstance(n, Number) and "." in n.text for n in walk(node))


def is_range(e: Equation) -> bool:
    """`i = 1, \\dots, N`, `i = 3, 4`: what a letter runs over."""
    if e.op != "=" or letter_of(e.lhs) is None or not isinstance(e.rhs, Comma):
        return False
    return any(isinstance(i, Dots) for i in e.rhs.items) or all(is_numeric(i) or letter_of(i) for i in e.rhs.items)


def updates(world: World, e: Equation) -> bool:
    """`w = w - \\alpha \\nabla L`: the very name on the left stands on the right too."""
    if _next_in_time(e):
        return True
    ref = reference(e.lhs, world.glossary)
    if ref is None or e.link or ref.postfix:
        return False
    # `n = p \\sum_{i=1}^n k_i` is no update of n, and `g = W^{(g)} h` none of g
    spared = {id(n.sup) for n in walk(e.rhs) if isinstance(n, Big)}
    refs = [r for n in walk(e.rhs) if (r := reference(n, world.glossary)) is not None]
    spared |= {id(n) for r in refs for label in r.labels for n in walk(label)}
    for node in walk(e.rhs):
        other = reference(node, world.glossary) if id(node) not in spared else None
        if other is not None and other.base == ref.base and site_key(world, other) == site_key(world, ref):
            return other.key == ref.key
    return False


def _next_in_time(e: Equation) -> bool:
    """`w(t+1) = w(t) - \\alpha g`: a name at the next time is made of it at this one, whatever else t may be."""
    now = _timed(e.lhs)
    if now is None or e.link or not isinstance(now[1], Sum) or len(now[1].terms) != 2:
        return False
    time, one = now[1].terms
    if one.sign != "+" or not (isinstance(one.node, Number) and one.node.text == "1") or letter_of(time.node) is None:
        return False
    before = (_timed(n) for n in walk(e.rhs))
    this = node_key(now[0]), node_key(time.node)
    return any(found is not None and this == (node_key(found[0]), node_key(found[1])) for found in before)


def _timed(node: Node) -> tuple[Node, Node] | None:
    """The name and what stands in the parentheses of `w_{ij}(t)`; also where more factors follow."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) < 2 or factors[1].op or not isinstance(factors[1].node, Fenced) or factors[1].node.open != "(":
        return None
    return (factors[0].node, factors[1].node.body) if isinstance(factors[0].node, (Name, Script, Accent)) else None


def has_derivative(e: Equation) -> bool:
    """Whether any derivative stands in an equation."""
    return has_derivative_node(e.lhs) or has_derivative_node(e.rhs)


def has_derivative_node(node: Node) -> bool:
    """Whether a derivative stands in a formula: `\\partial f / \\partial x` in one of its writings, or a gradient."""
    for part in walk(node):
        if isinstance(part, Product) and sign_of(part.factors[0].node) is not None and _slashed(part):
            return True
        if isinstance(part, Fraction) and above(part.numerator) is not None and below(part.denominator) is not None:
            return True
        if nabla_of(part) is not None:
            return True
    return False


def has_derivative_as_factor(e: Equation, in_parentheses: bool = False) -> bool:
    """Whether a derivative is multiplied by something else, or may be: `\\nabla f A`. Such products are read in many
    ways; a gradient of one function alone is laid out in one way or the other."""
    products = (n.factors for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product))
    nodes = ([_inside(f.node) if in_parentheses else f.node for f in factors] for factors in products)
    return any(_multiplies_derivative(factors) for factors in nodes)


def _inside(node: Node) -> Node:
    return node.body if isinstance(node, Fenced) and isinstance(node.body, Fraction) else node


def _multiplies_derivative(factors: list[Node]) -> bool:
    derivatives = [n for n, f in enumerate(factors) if isinstance(f, Fraction) and below(f.denominator) is not None]
    operators = [n for n, f in enumerate(factors) if nabla_of(f) is not None]
    if not derivatives and not operators:
        return sign_of(factors[0]) is not None and any(has_derivative_node(f) for f in factors)
    first = (derivatives + operators)[0]
    rest = [f for n, f in enumerate(factors) if n != first and not isinstance(f, Number)]
    top = above(factors[first].numerator) if isinstance(factors[first], Fraction) else None  # type: ignore[attr-defined]
    if len(derivatives) + len(operators) > 1 or (top is not None and top.body is not None):
        return bool(rest)
    of_function = bool(rest) and isinstance(rest[0], Name) and is_function_word(rest[0].text)
    return len(rest) > 1 and not (first == 0 and of_function)


def _slashed(product: Product) -> bool:
    """`\\partial z / \\partial b` in a row of factors."""
    return any(f.op == "/" and sign_of(f.node) is not None for f in product.factors[1:])


def has_operator_before_product(e: Equation) -> bool:
    """`∂/∂x f(x) g`, `∂/∂x f \\cdot g`: the operator may reach over the product or only to f. Plain names in a row are
    one product: `∂/∂x x^T x`."""
    for part in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        for n, factor in enumerate(part.factors[:-2]):
            node = factor.node
            top = above(node.numerator) if isinstance(node, Fraction) else None
            bare = top is not None and top.body is None and isinstance(node, Fraction)
            if nabla_of(node) is None and not (bare and below(node.denominator) is not None):  # type: ignore[attr-defined]
                continue
            rest = part.factors[n + 1 :]
            if any(f.op for f in rest[1:]) or not all(isinstance(f.node, (Name, Script, Accent)) for f in rest):
                return True
    return False


def behind_its_sum(e: Equation) -> list[str]:
    """Letters of a sum that stand in a later term as well, `\\sum_k a_k b_k + c_k`, and nowhere on the other side: the
    sum may be meant to reach over that term."""
    found: set[str] = set()
    for side, other in ((e.lhs, e.rhs), (e.rhs, e.lhs)):
        for node in walk(side):
            if isinstance(node, Sum):
                found |= _reached_for(node) - _index_letters(other)
    return sorted(found)


def idle_letters(e: Equation) -> list[str]:
    """Letters that a sum runs over and that stand nowhere else, `\\sum_i y - \\log m`: which names are of one sample
    is not written, nor over which terms the sum reaches."""
    sides = [n for side in (e.lhs, e.rhs) for n in walk(side)]
    ranges = [n for n in sides if isinstance(n, Big) and n.op == "sum" and n.sub is not None]
    letters = {x for n in ranges if n.sub is not None for x in bound_letters(n.sub)}
    within = {id(n) for r in ranges for part in (r.sub, r.sup) if part is not None for n in walk(part)}
    used = {n.text for n in sides if isinstance(n, Name) and id(n) not in within}
    return sorted(letters - used)


def _reached_for(node: Sum) -> set[str]:
    summed: set[str] = set()
    found: set[str] = set()
    for term in node.terms:
        found |= summed & _index_letters(term.node)
        summed |= {x for n in walk(term.node) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    return found


def _index_letters(node: Node) -> set[str]:
    """The letters in the subscripts of a formula, without those that a sum in it binds."""
    scripts = [s for n in walk(node) if isinstance(n, Script) for s in (n.sub, n.sup) if s is not None]
    letters = {n.text for s in scripts for n in walk(s) if isinstance(n, Name) and len(n.text) == 1}
    bound = {x for n in walk(node) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    return letters - bound


def lists_itself(e: Equation, glossary: Glossary) -> bool:
    """`x^T = (x_1, \\dots, x_p)`: what a vector is made of, which is no claim of it."""
    ref = reference(e.lhs, glossary)
    body = e.rhs.body if isinstance(e.rhs, Fenced) else None
    items = [x for x in body.items if not isinstance(x, Dots)] if isinstance(body, Comma) else []
    own = [reference(x, glossary) for x in items]
    return ref is not None and len(own) > 1 and all(r is not None and r.base == ref.base and r.subs for r in own)
