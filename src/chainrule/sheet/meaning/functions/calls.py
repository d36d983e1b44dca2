"""Where a function is applied in a row of factors, and how far its argument reaches: `\\log 2\\pi`, `f(x) (1 - x)`."""

from __future__ import annotations

from itertools import pairwise

from chainrule.expr import const, indicator
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Factor,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.arrays import algebra
from chainrule.sheet.arrays.components import components
from chainrule.sheet.definitions.maps import is_function, is_sign
from chainrule.sheet.meaning.functions.functions import applied, builtin, looks_around
from chainrule.sheet.meaning.operations.arithmetic import postfixed
from chainrule.sheet.meaning.operations.conditions import condition
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.sites import Site
from chainrule.sheet.statistics.random_names import expected, is_expectation
from chainrule.sheet.syntax.arguments import arguments, pattern
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import Ref, reference, split_subscript, split_superscript, walk
from chainrule.sheet.syntax.normal_laws import LETTERS_OF_NORMAL
from chainrule.sheet.syntax.spelling import spelled_out


def function_ref(frame: Frame, node: Node) -> Ref | None:
    """A node as a function name with its scripts; `\\log_2`, `\\sin^2`, `f_3'`."""
    if isinstance(node, (Name, Script, Accent)):
        return reference(node, frame.world.glossary)
    return None


def function_name(frame: Frame, node: Node, following: Node | None) -> bool:
    """Whether a node is a function applied to what follows."""
    if is_indicator(node) and isinstance(fence_of(following), Fenced):
        return True
    ref = function_ref(frame, node)
    if ref is None:
        return False
    if ref.base in frame.args:
        return False
    if builtin(frame, ref.base, frame.position) is not None:
        return True
    fence = fence_of(following)
    if fence is None or fence.open not in "([{":
        return False
    if ref.base in frame.world.maps and ref.bare and fence.open == "(":
        return True
    site = frame.world.function(ref.base, frame.position)
    if site is not None:
        if _of_more_subscripts(site, ref):
            return False
        return not (_stands_alone(frame, ref.base, fence) or _of_components_only(frame, site, fence))
    if ref.base in LETTERS_OF_NORMAL and ref.bare and pattern(fence, frame.world.glossary).given:
        return True
    family = frame.world.family(ref.base)
    if _inverted(ref) and not family.calls_with_names:  # `\\Sigma^{-1} (x - m)`
        return False
    return not family.variable and ref.base not in frame.world.sites and fence.open == "("


def _inverted(ref: Ref) -> bool:
    """Whether a name carries the sign of an inverse."""
    powers = (p.node for p in ref.postfix if p.op == "pow")
    return any(isinstance(n, Sum) and [t.sign for t in n.terms] == ["-"] for n in powers)


def _of_more_subscripts(site: Site, ref: Ref) -> bool:
    """`r_{ij} (x_i - m_j)` after `r_j(x) = ...`: a value of the function, which is a factor before what follows."""
    return 0 < len(site.ref.subs) < len(ref.subs)


def _stands_alone(frame: Frame, base: str, fence: Fenced) -> bool:
    """`s (1 - s)`: a function that stands without an argument inside the parentheses is a factor before them."""
    applied_to = {id(p.factors[n].node) for p in walk(fence) if isinstance(p, Product) for n in _calls_in(p)}
    scripted = {id(n.base) for n in walk(fence) if isinstance(n, Script) and function_ref(frame, n) is not None}
    for node in walk(fence):  # the f of f_1 is no name of its own
        ref = None if id(node) in scripted else function_ref(frame, node)
        if ref is not None and ref.base == base and id(node) not in applied_to:
            return True
    return False


def _of_components_only(frame: Frame, site: Site, fence: Fenced) -> bool:
    """`y_k (1 - e^{z_k} / S)` after `y_k(z_k) = ...`: what is made of all components of z is applied to z or to one of
    them, and is a factor before anything else."""
    args = arguments(fence)
    p = reference(site.params[0], frame.world.glossary) if site.params and len(site.params) == len(args) == 1 else None
    if p is None or not p.subs or not looks_around(frame, site, p):
        return False
    return reference(args[0], frame.world.glossary) is None and isinstance(args[0], Sum)


def _calls_in(product: Product) -> list[int]:
    """Positions of factors that are directly followed by parentheses."""
    factors = product.factors
    return [n for n in range(len(factors) - 1) if factors[n + 1].op == "" and fence_of(factors[n + 1].node) is not None]


def raises_a_logarithm(node: Node, after: Node) -> bool:
    r"""`\log(x)^{-1}`: the inverse of the logarithm, or the logarithm of the inverse."""
    raised = isinstance(after, Script) and isinstance(after.base, Fenced) and after.sup is not None and not after.sub
    return raised and isinstance(node, Name) and node.text in LOGARITHMS


def has_raised_logarithm(side: Node) -> bool:
    """Whether such a power stands in a formula."""
    rows = [n.factors for n in walk(side) if isinstance(n, Product)]
    return any(raises_a_logarithm(a.node, b.node) for row in rows for a, b in pairwise(row) if not b.op)


def fence_of(node: Node | None) -> Fenced | None:
    if isinstance(node, Script):
        return fence_of(node.base)
    return node if isinstance(node, Fenced) else None


def called(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """A function applied to the factors after it, or None when factor n is no function."""
    node = factors[n].node
    following = factors[n + 1] if n + 1 < len(factors) else None
    after = following.node if following is not None and following.op == "" else None
    if is_indicator(node):
        return _indicator(frame, node, after, n)
    if not function_name(frame, node, after):
        return None
    ref = function_ref(frame, node)
    assert ref is not None
    fence = fence_of(after)
    if frame.choices.inside and after is not None and raises_a_logarithm(node, after):
        return applied(frame, ref, (after,)), n + 2
    if fence is not None and fence.open in "([{":
        val = applied(frame, ref, arguments(fence), pattern(fence, frame.world.glossary))
        return hung(frame, val, after), n + 2
    if fence is not None and fence.open in "|‖":
        val = applied(frame, ref, (fence,))
        return hung(frame, val, after), n + 2
    if after is None:
        raise Untyped(f"the function {spelled_out(ref.base)} without an argument", "untyped")
    end = _argument_end(frame, factors, n + 1)
    argument = rest_of(factors[n + 1 : end])
    return applied(frame, ref, (argument,)), end


def _argument_end(frame: Frame, factors: tuple[Factor, ...], n: int) -> int:
    """Where the argument of a function without parentheses ends: `\\log 2\\pi`, `\\log \\hat y_i`, `\\ln \\sum ...`,
    `\\log \\mathbb{E}[u]`."""
    if isinstance(factors[n].node, Big):
        return len(factors)
    mean = expected(factors, n)
    if mean is not None and is_expectation(frame.world, mean):
        return mean.end
    if n + 2 < len(factors) and is_sign(frame.world, factors[n].node) and is_function(frame.world, factors[n + 1].node):
        return n + 3
    if n + 1 < len(factors) and function_name(frame, factors[n].node, factors[n + 1].node):
        return _argument_end(frame, factors, n + 1) if fence_of(factors[n + 1].node) is None else n + 2
    end = n + 1
    while end < len(factors) and factors[end].op == "" and _goes_on(factors[n:end], factors[end].node):
        following = factors[end + 1].node if end + 1 < len(factors) else None
        if function_name(frame, factors[end].node, following):
            break
        end += 1
    return end


def _goes_on(before: tuple[Factor, ...], node: Node) -> bool:
    r"""Whether the argument of a function without parentheses goes on: with letters and numbers, with a power behind a
    multiple of pi (`\log 2\pi\sigma^2`), with a ratio of densities behind another one."""
    if isinstance(node, (Name, Number)):
        return True
    if isinstance(node, Fraction) and all(isinstance(f.node, Fraction) for f in before):
        return all(_has_call(x) for x in (node, *(f.node for f in before)))
    numbers = isinstance(before[0].node, Number) and any(getattr(f.node, "text", "") == "pi" for f in before)
    return numbers and isinstance(node, Script) and isinstance(node.base, Name) and isinstance(node.sup, Number)


def _has_call(ratio: Node) -> bool:
    """Whether both parts of a fraction are calls of functions."""
    parts = (ratio.numerator, ratio.denominator) if isinstance(ratio, Fraction) else ()
    calls = [len(p.factors) == 2 and isinstance(p.factors[1].node, Fenced) for p in parts if isinstance(p, Product)]
    return len(calls) == 2 and all(calls)


def hung(frame: Frame, val: Val, node: Node | None) -> Val:
    """Scripts on the parentheses of a call belong to its value: `\\sigma(z)_i`, `f(x)^2`."""
    if not isinstance(node, Script):
        return val
    val = hung(frame, val, node.base)
    if node.sub is not None:
        val = components(frame, val, split_subscript(node.sub, "", frame.world.glossary)[1])
    if node.sup is not None:
        _, labels, ops = split_superscript(node.sup, "", frame.world.glossary)
        if labels:
            raise Untyped("a label on the value of a function", "untyped")
        val = postfixed(frame, val, ops)
    return val


def is_indicator(node: Node) -> bool:
    """𝟙 and its spellings."""
    match node:
        case Name(text="1", style=style):
            return bool(style)
        case Name(text="I" | "mathbbm" | "Ind", style=style):
            return "bb" in style
        case Number(text="1"):
            return True
        case Script(base=base, sup=None):
            return is_indicator(base) and not isinstance(base, Number)
    return False


def _indicator(frame: Frame, node: Node, after: Node | None, n: int) -> tuple[Val, int] | None:
    """𝟙[j = k], 1(k == i), 𝟙{z > 0}."""
    fence = fence_of(after)
    if fence is None or (isinstance(node, Number) and not isinstance(fence.body, (Relation, Comma))):
        return None
    body = fence.body
    holds = isinstance(body, Relation) or (isinstance(body, Comma) and all(isinstance(i, Relation) for i in body.items))
    if not holds:
        if isinstance(node, (Number, Script)) or node == Name(node.span, "1", ("bold",)):
            return None
        positive = algebra.mapped(lambda x: indicator(">", x, const(0)), frame.value(body))
        return positive, n + 2
    return hung(frame, condition(frame, body), after), n + 2
