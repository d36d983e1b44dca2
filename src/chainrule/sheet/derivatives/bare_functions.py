r"""Functions without their argument under a derivative: `\frac{\partial g}{\partial z}` and `\nabla_z g` of g(z).

Where a document applies one function to several things, `g(z)` and `g(u)`, its bare name under a derivative by one of
these is its value there. A function of one argument only, `L(w)`, is left as the quantity that it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Comma, Factor, Fenced, Fraction, Infix, Name, Node, Product, Script, Span
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Calls = dict[object, set[object]]
SIGMA = node_key(Name(Span(0, 0), "sigma"))
ENTRYWISE = frozenset({"odot", "circ"})


def applied_to(nodes: Iterable[Node]) -> Calls:
    """The names that each small letter of a document is applied to, with primes and without, where it is applied to
    more than one thing; sigma is a function wherever it is applied to something."""
    found: Calls = {}
    things: Calls = {}
    for node in (n for formula in nodes for n in walk(formula)):
        for a, b in pairwise(node.factors) if isinstance(node, Product) else ():
            name, argument = function_of(a.node), argument_of(b)
            if name is not None and argument is not None:
                found.setdefault(node_key(name), set()).update((node_key(argument), _stem(argument)))
                things.setdefault(node_key(name), set()).add(node_key(argument))
    return {name: arguments for name, arguments in found.items() if len(things[name]) > 1 or name == SIGMA}


def _stem(argument: Node) -> object:
    """The name of which `z_j^l`, `z^L` and `z` are the entries and the layers; of a formula all of it."""
    return "stem", node_key(argument.base if isinstance(argument, Script) and not argument.primes else argument)


def with_arguments(node: Node, calls: Calls) -> Node:
    """A formula with the argument of a bare function under a derivative written out."""
    return rebuilt(node, lambda part: _written_out(part, calls)) if calls else node


def _written_out(node: Node, calls: Calls) -> Node | None:
    match node:
        case Fraction(numerator=Product(factors=(sign, _)) as top):
            call = _of_fraction(node, calls)
            return call and replace(node, numerator=replace(top, factors=(sign, Factor("", call))))
        case Product(factors=factors):
            applied = [x for n in range(len(factors)) for x in _behind_nabla(factors, n, calls)]
            return None if applied == list(factors) else replace(node, factors=tuple(applied))
    return None


def _of_fraction(node: Node, calls: Calls, primes: int = 0) -> Node | None:
    """The function of `\\frac{\\partial g}{\\partial z}` at what the derivative is taken by."""
    match node:
        case Fraction(numerator=Product(factors=(sign, f)), denominator=Product(factors=(below, by))):
            if sign_of(sign.node) is not None and sign_of(sign.node) == sign_of(below.node):
                return _call(f.node, by.node, calls, primes)
    return None


def _behind_nabla(factors: tuple[Factor, ...], n: int, calls: Calls) -> tuple[Factor, ...]:
    """A factor, with its argument where it is the bare function behind a ∇; multiplied entry by entry with something,
    the ∇ of a function is its slope at every entry."""
    factor, nabla = factors[n], _nabla(factors[n - 1]) if n else None
    before, after = _nabla(factor), factors[n + 1] if n + 1 < len(factors) else None
    if factor.op in ENTRYWISE or (after is not None and after.op in ENTRYWISE):
        slope = _of_fraction(factor.node, calls, primes=1)  # beside a vector, the slope at every entry
        if slope is not None:
            return (Factor(factor.op, slope),)
    if before is not None and after is not None and _entrywise(factors, n):
        call = _call(after.node, before, calls, primes=1) if _stands_alone(factors, n + 1) else None
        return (factor,) if call is None else (Factor(factor.op, call),)
    call = None if nabla is None or not _stands_alone(factors, n) else _call(factor.node, nabla, calls)
    if call is None:
        return (factor,)
    return () if _entrywise(factors, n - 1) else (Factor(factor.op, call),)


def _entrywise(factors: tuple[Factor, ...], n: int) -> bool:
    """Whether a ∇ and what stands behind it are multiplied entry by entry with something."""
    return factors[n].op in ENTRYWISE or (n + 2 < len(factors) and factors[n + 2].op in ENTRYWISE)


def _stands_alone(factors: tuple[Factor, ...], n: int) -> bool:
    """Whether nothing that a function could be applied to stands behind a factor."""
    return not factors[n].op and (n + 1 == len(factors) or bool(factors[n + 1].op))


def _nabla(factor: Factor) -> Node | None:
    r"""The z of `\nabla_z`."""
    node = factor.node
    named = isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "nabla" and node.sup is None
    return node.sub if named and isinstance(node, Script) else None


def _call(name: Node, argument: Node, calls: Calls, primes: int = 0) -> Node | None:
    """The function at what the derivative is taken by, or is a component of, where the document applies it to that or
    to another layer of it."""
    arguments = calls.get(node_key(name), ())
    if node_key(argument) not in arguments and isinstance(argument, Script) and argument.sup is None:
        argument = argument.base if node_key(argument.base) in arguments else argument
    if node_key(argument) not in arguments and _stem(argument) not in arguments:
        return None
    function = Script(name.span, name, primes=primes) if primes else name
    return Product(name.span, (Factor("", function), Factor("", Fenced(name.span, "(", argument, ")"))))


def argument_of(factor: Factor) -> Node | None:
    """The one thing in parentheses behind a name."""
    fence = factor.node
    if factor.op or not isinstance(fence, Fenced) or fence.open != "(" or isinstance(fence.body, (Comma, Infix)):
        return None
    return fence.body


def function_of(node: Node) -> Node | None:
    """The small letter of `g(z)` and of `g'(z)`."""
    base = node.base if isinstance(node, Script) and node.primes and node.sub is None and node.sup is None else node
    small = isinstance(base, Name) and not base.style and not base.text[:1].isupper() and base.text not in FUNCTIONS
    return base if small else None
