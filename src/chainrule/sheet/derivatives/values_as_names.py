r"""Values of a function that a document differentiates by: in `\frac{\partial L}{\partial F(x_i)}` the value is a name,
`F_i`, and nothing is said of what stands between the function and its argument.

It is one where the function is applied to one letter alone, x, whatever stands on it; and where a formula says what the
function is, to the very same thing everywhere. The t of `s(t)` beside `h(t-1)` is a step, and `s(t)` no value of s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import (
    Accent,
    Comma,
    Factor,
    Fenced,
    Fraction,
    Name,
    Node,
    Product,
    Relation,
    Script,
    Sum,
    Text,
)
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.names import COUNTING_LETTERS, letter_of, node_key, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Values = frozenset[object]
# What these are is known by custom.
KNOWN = frozenset({"sigma", "phi", "tanh", "softmax", "delta", "p", "q", "P", "Q", "pi", "E"})


def values_differentiated_by(formulas: list[Node]) -> Values:
    """The functions whose values a document differentiates by, each as the letter it is written with."""
    everything = [n for f in formulas for n in walk(f)]
    below = {_stem(f) for n in everything if isinstance(n, Fraction) for f in _below(n.denominator)} - {None}
    if not below:
        return frozenset()
    said = {_stem(f) for n in everything if isinstance(n, Relation) for f in _below(n.first, 0)}
    applied: dict[object, list[Node | None]] = {}
    steps: set[str] = set()
    for node in everything:
        for f, argument in _calls(node):
            applied.setdefault(_stem(f.node), []).append(_argument(argument))
            steps |= _step(argument)
    return frozenset(x for x in below if _of_one_letter(applied.get(x, ()), steps, alike=x in said))


def with_values_named(node: Node, values: Values) -> Node:
    """A formula with such values under names of their own."""
    return rebuilt(node, lambda part: _named(part, values))


def _named(node: Node, values: Values) -> Node | None:
    found = {id(f): a for f, a in _calls(node) if _stem(f.node) in values} if isinstance(node, Product) else {}
    if not found or not isinstance(node, Product):
        return None
    arguments = {id(a) for a in found.values()}
    factors = [
        replace(f, node=_value(f.node, found[id(f)].node)) if id(f) in found else _within(f, values)
        for f in node.factors
        if id(f) not in arguments
    ]
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))


def _within(factor: Factor, values: Values) -> Factor:
    return replace(factor, node=with_values_named(factor.node, values))


def _value(function: Node, call: Node) -> Node:
    """`F_i` for F and (x_i), with what hangs on the parentheses: `F_i^2` for `F(x_i)^2`."""
    fence = call.base if isinstance(call, Script) else call
    argument = fence.body if isinstance(fence, Fenced) else fence
    span = function.span.join(call.span)
    value = replace(function, span=span)
    while isinstance(argument, Script):
        mark = argument.sup
        if isinstance(mark, Name) and mark.text not in COUNTING_LETTERS | {"i"}:
            value = Script(span, value, Text(mark.span, mark.text), None)  # the anchor of `f(x^a)`
        elif mark is not None:
            value = Script(span, value, None, mark if isinstance(mark, Fenced) else Fenced(mark.span, "(", mark, ")"))
        if argument.sub is not None:
            value = Script(span, value, argument.sub, None)
        argument = argument.base
    return replace(call, base=value) if isinstance(call, Script) else value


def _below(node: Node, first: int = 1) -> Iterator[Node]:
    """The function of `\\\\partial F(x)`, or of `F(x)` where nothing stands before it."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) == first + 2 and (not first or sign_of(factors[0].node) is not None):
        yield from (f.node for f, _ in _calls(replace(node, factors=factors[first:])))  # type: ignore[call-arg]


def _calls(node: Node) -> Iterator[tuple[Factor, Factor]]:
    """Factors before parentheses, with these."""
    for f, g in pairwise(node.factors) if isinstance(node, Product) else ():
        fence = g.node.base if isinstance(g.node, Script) else g.node
        if not g.op and isinstance(fence, Fenced) and fence.open == "(" and _stem(f.node) is not None:
            yield f, g


def _stem(node: Node) -> object:
    """What a function is written with: its letter with accents and subscripts; None for what is known by its name."""
    core = node
    while isinstance(core, (Accent, Script)):
        if isinstance(core, Script) and (core.sup is not None or core.primes):
            return None
        core = core.body if isinstance(core, Accent) else core.base
    if not isinstance(core, Name) or core.text in FUNCTIONS | KNOWN:
        return None
    return None if len(core.text) > 1 and core.text.isupper() else node_key(node)


def _argument(call: Factor) -> Node | None:
    """What stands in the parentheses, where it is one letter with what hangs on it."""
    fence = call.node.base if isinstance(call.node, Script) else call.node
    body = fence.body if isinstance(fence, Fenced) else fence
    return None if isinstance(body, Comma) or _letter(body) is None else body


def _letter(node: Node) -> str | None:
    while isinstance(node, (Script, Accent)):
        node = node.base if isinstance(node, Script) else node.body
    return letter_of(node)


def _step(call: Factor) -> set[str]:
    """The t of `(t-1)`."""
    fence = call.node.base if isinstance(call.node, Script) else call.node
    letter = shifted_letter(fence.body) if isinstance(fence, Fenced) and isinstance(fence.body, Sum) else None
    return set() if letter is None else {letter}


def _of_one_letter(arguments: list[Node | None] | tuple[()], steps: set[str], alike: bool) -> bool:
    if any(a is None or letter_of(a) in steps for a in arguments):
        return False
    letters = {_letter(a) for a in arguments if a is not None}
    keys = {node_key(a) for a in arguments}
    return len(letters) == 1 and (not alike or len(keys) == 1)
