r"""A prime on a group, `\left(\frac{1}{1 + e^{-x}}\right)'`: the derivative by the one variable that can be meant.

That is the argument of the functions with primes of the document where one of them stands in the group, or else the
only name in it. In a rule for whole functions, `(u v)' = u' v + u v'`, every name with a prime of its own changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Product, Relation, Script, Sum, Term
from chainrule.sheet.syntax.names import Glossary, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

CONSTANTS = frozenset({"e", "pi"})
HIGHEST = 3


def primed_arguments(everything: Iterable[Node]) -> Iterator[str]:
    """The x of `f'(x)`."""
    for node in everything:
        factors = node.factors if isinstance(node, Product) else ()
        for f, args in pairwise(factors):
            match f.node, args.node:
                case Script(base=Name(), primes=n), Fenced(open="(", body=Name(text=text)) if n and args.op == "":
                    yield text


def defined_by_a_call(everything: Iterable[Node]) -> Iterator[str]:
    """The g of `g(x) = ...`."""
    for node in everything:
        head = node.first if isinstance(node, Relation) and node.links[0].op in ("=", ":=") else None
        factors = head.factors if isinstance(head, Product) and len(head.factors) == 2 else ()
        match [(f.op, f.node) for f in factors]:
            case [_, Name(text=text)], ["", Fenced(open="(", body=Name())]:
                yield text


def with_primes_out(node: Node, glossary: Glossary) -> Node:
    """A formula with the primes on its groups written as derivatives."""
    if not any(_is_group(n) for n in walk(node)):
        return node
    node = rebuilt(rebuilt(rebuilt(node, _of_composed), lambda n: _primed_letters(n, glossary)), _whole_calls)
    own = {n.base.text for n in walk(node) if isinstance(n, Script) and n.primes == 1 and isinstance(n.base, Name)}
    return rebuilt(node, lambda n: _written_out(n, own if isinstance(node, Relation) else set(), glossary))


def _primed_letters(node: Node, glossary: Glossary) -> Node | None:
    r"""`g'(x)` for `g(x)'`, where g is a function of the document and x a plain name."""
    factors = node.factors if isinstance(node, Product) else ()
    for n, (f, g) in enumerate(pairwise(factors)):
        primed, name = g.node, f.node
        if not (isinstance(name, Name) and name.text not in FUNCTIONS and _is_group(primed) and not g.op):
            continue
        if isinstance(primed, Script) and primed.sup is None and _is_plain_call(name, primed.base, glossary):
            function = Script(name.span, name, primes=primed.primes)
            call = (replace(f, node=function), replace(g, node=primed.base))
            return Product(node.span, (*factors[:n], *call, *factors[n + 2 :]))
    return None


def _of_composed(node: Node) -> Node | None:
    r"""The derivative of `(g \circ f)(x)` by x for `(g \circ f)'(x)`."""
    factors = node.factors if isinstance(node, Product) else ()
    for n, (f, g) in enumerate(pairwise(factors)):
        match f.node, g.node:
            case Script(base=Fenced(open="(", body=Product() as body), sup=None), Fenced(open="(", body=Name() as by):
                if not _is_group(f.node) or g.op or not all(x.op == "circ" for x in body.factors[1:]):
                    continue
                whole: Node = Fenced(node.span, "(", Product(node.span, (replace(f, op="", node=f.node.base), g)), ")")
                for _ in range(f.node.primes):
                    whole = Fenced(node.span, "(", _derivative(whole, by), ")")
                rest = (*factors[:n], replace(f, node=whole), *factors[n + 2 :])
                return replace(whole, span=node.span) if len(rest) == 1 else Product(node.span, rest)
    return None


def _is_plain_call(name: Name, group: Node, glossary: Glossary) -> bool:
    return isinstance(group, Fenced) and isinstance(group.body, Name) and name.text in glossary.called


def _whole_calls(node: Node) -> Node | None:
    r"""`(\exp(x))'` for `\exp(x)'`: the prime behind a call is one of its value."""
    factors = node.factors if isinstance(node, Product) else ()
    at = next((n for n, (f, g) in enumerate(pairwise(factors)) if _is_primed_call(f.node, g)), None)
    if at is None:
        return None
    primed = factors[at + 1].node
    assert isinstance(primed, Script)
    call = Product(node.span, (replace(factors[at], op=""), replace(factors[at + 1], node=primed.base)))
    whole = replace(primed, base=Fenced(node.span, "(", call, ")"))
    rest = (*factors[:at], replace(factors[at], node=whole), *factors[at + 2 :])
    return replace(whole, span=node.span) if len(rest) == 1 else Product(node.span, rest)


def _is_primed_call(name: Node, argument: Factor) -> bool:
    return isinstance(name, Name) and name.text in FUNCTIONS and not argument.op and _is_group(argument.node)


def _is_group(node: Node) -> bool:
    group = isinstance(node, Script) and isinstance(node.base, Fenced) and node.base.open in "(["
    return group and isinstance(node, Script) and 0 < node.primes <= HIGHEST and node.sub is None


def _written_out(node: Node, own: set[str], glossary: Glossary) -> Node | None:
    if not (_is_group(node) and isinstance(node, Script)):
        return None
    body = with_primes_out(node.base, glossary)
    names = {n.text: n for n in walk(body) if isinstance(n, Name) and n.text not in FUNCTIONS | CONSTANTS}
    by = [names[x] for x in sorted(glossary.primed_by & names.keys())]
    if not by and len(names) == 1 and not next(iter(names)).isupper():
        by = list(names.values())
    if len(by) == 1:
        whole = body
        for _ in range(node.primes):
            whole = _derivative(whole, by[0])
    elif not by and node.primes == 1 and names and own >= names.keys():
        whole = _total(body, [names[x] for x in sorted(names)])
    else:
        return None
    if node.sup is not None:
        return Script(node.span, Fenced(node.span, "(", whole, ")"), None, node.sup)
    return replace(whole, span=node.span)


def _derivative(body: Node, by: Name) -> Product:
    sign = Name(body.span, "d")
    below = Product(body.span, (Factor("", sign), Factor("", replace(by, span=body.span))))
    return Product(body.span, (Factor("", Fraction(body.span, sign, below)), Factor("", body)))


def _total(body: Node, names: list[Name]) -> Node:
    """What a group changes by: its derivative by every name times the prime of that name."""
    terms = []
    for name in names:
        own = Script(body.span, replace(name, span=body.span), primes=1)
        product = Fenced(body.span, "(", _derivative(body, name), ")")
        terms.append(Term("+", Product(body.span, (Factor("", product), Factor("", own)))))
    return Fenced(body.span, "(", Sum(body.span, tuple(terms)), ")")
