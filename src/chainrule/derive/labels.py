r"""What letters of a formula are by custom: labels, the y of `\log p_y` and of `\operatorname{softmax}(W x)_y`, which
no sum runs over; square matrices, the X of `X^2`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from chainrule.read.tree import Big, Comma, Factor, Fenced, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.arrays.ones import ONES_NAMES, SIZES_BELOW
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS


def labels_in(equations: Iterable[Equation]) -> list[str]:
    """The letters that stand in subscripts as labels: of a group, of a name that has an index elsewhere, and letters
    that are indices by custom. An index of the left side, `z_i = ...`, is none."""
    sides = [(e.lhs, e.rhs) for e in equations if e.own]
    parts = [n for _, rhs in sides for n in walk(rhs)]
    bound = {x for lhs, _ in sides for n in walk(lhs) if isinstance(n, Script) and n.sub for x in _letters(n.sub)}
    bound |= {x for n in parts if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    scripts = [
        (n.base, _letters(n.sub)) for n in parts if isinstance(n, Script) and n.sub is not None and not _has_a_size(n)
    ]
    indexed = {node_key(base) for base, letters in scripts if bound & set(letters)}
    found: dict[str, None] = dict.fromkeys(_labels_of_samples(parts))
    for base, letters in scripts:
        for x in (x for x in letters if x not in bound):
            if isinstance(base, Fenced) or x in INDEX_LETTERS or node_key(base) in indexed:
                found[x] = None
    return list(found)


def _has_a_size(node: Script) -> bool:
    r"""Whether a subscript says how many ones there are, `\mathbf{1}_n`."""
    ones = isinstance(node.base, Name) and " ".join((*node.base.style, node.base.text)) in ONES_NAMES
    return ones and isinstance(node.sub, Name) and node.sub.text in SIZES_BELOW


def _labels_of_samples(parts: Iterable[Node]) -> Iterator[str]:
    r"""The y_i of `s_{i y_i}` and of `\sum_{j \neq y_i}`."""
    for n in parts:
        if isinstance(n, Script) and n.sub is not None:
            places = [*(n.sub.items if isinstance(n.sub, Comma) else ()), n.sub]
            places += [f.node for f in n.sub.factors] if isinstance(n.sub, Product) else []
        elif isinstance(n, Big) and isinstance(n.sub, Relation):
            places = [link.node for link in n.sub.links if link.op == "≠"]
        else:
            continue
        for x in places:
            match x:
                case Script(base=Name(text=y), sub=Name(text=i), sup=None, primes=0) if len(y) == len(i) == 1:
                    yield f"{y}_{i}"


def counted_in(equations: Iterable[Equation]) -> Iterator[tuple[str, str]]:
    r"""The names that are taken at a neighbour of what a sum runs over, x and t+1 of `\sum_t x_t x_{t+1}`."""
    sides = [(e, n) for e in equations if e.own for n in walk(e.rhs)]
    bound = {x for _, n in sides if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    for e, n in sides:
        if isinstance(n, Script) and isinstance(n.sub, Sum) and len(n.sub.terms) == 2:
            letter, number = (t.node for t in n.sub.terms)
            if isinstance(letter, Name) and letter.text in bound and isinstance(number, Number):
                yield e.text(n.base), e.text(n)


def squares_in(equations: Iterable[Equation], told: Container[str]) -> list[str]:
    """The capital letters that are raised to whole powers, `X^2`, of which nothing is told: of a matrix it is X X."""
    parts = (n for e in equations if e.own for n in walk(e.rhs))
    raised = (n.base.text for n in parts if isinstance(n, Script) and isinstance(n.base, Name) and _is_whole(n.sup))
    return [x for x in dict.fromkeys(raised) if len(x) == 1 and x.isupper() and x not in told]


def _is_whole(exponent: Node | None) -> bool:
    return isinstance(exponent, Number) and exponent.text.isdigit() and int(exponent.text) > 1


def _letters(sub: Node) -> list[str]:
    """The single letters of a subscript."""
    match sub:
        case Name(text=text, style=()) if len(text) == 1:
            return [text]
        case Comma(items=items):
            return [x for item in items for x in _letters(item)]
        case Product(factors=factors) if all(isinstance(f, Factor) and f.op == "" for f in factors):
            return [x for f in factors for x in _letters(f.node)]
    return []
