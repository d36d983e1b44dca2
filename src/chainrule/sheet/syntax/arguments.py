r"""The arguments of a call as written: `p(y | x; \theta)`, `l(\mu | x_1, \dots, x_n)`, `P(Y = 1 | x)`, `KL(q \| p)`.

Bars, semicolons and commas separate alike. A whole data set, however it is spelled (`x_1, \dots, x_n`, `\{x_i\}`,
`x_{1:n}`), is the bare name of its members. `Y = 1` is the argument Y at a given value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Comma, Dots, Fenced, Infix, Name, Node, Number, Relation, Script
from chainrule.sheet.syntax.names import Glossary, is_sequence, node_key, reference
from chainrule.sheet.syntax.patterns import generalised

EACH = "each "  # before the name of a member, where the bare name is the whole sample
SEPARATORS = frozenset({";", "|", ":", "‖"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """The names before and behind the bar, `y=1` for a value of y; None where no name stands: a number, a formula."""

    variables: tuple[str | None, ...]
    given: tuple[str | None, ...] = ()

    @property
    def names(self) -> set[str]:
        """All names."""
        return {stem(x) for x in (*self.variables, *self.given) if x is not None}

    @property
    def shown(self) -> str:
        """As it is written after the letter of the density."""
        before, behind = (", ".join(str(x) for x in part) for part in (self.variables, self.given))
        return f"({before} | {behind})" if behind else f"({before})"


def stem(name: str) -> str:
    """The y of `y=1` and of a member of y."""
    return name.removeprefix(EACH).split("=")[0]


def arguments(node: Node) -> tuple[Node, ...]:
    """The arguments of a parenthesised list: `(a, b; c)` -> a, b, c; a single expression is one argument."""
    body = node.body if isinstance(node, Fenced) else node
    return tuple(_whole(item) for item in _without_dots(_items(body)))


def parts(node: Node) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    r"""The arguments before and behind the first bar or semicolon: `p(x, z | y; \theta)` -> (x, z), (y, \theta)."""
    before: list[Node] = []
    behind: list[Node] = []
    for sign, item in _signed(node.body if isinstance(node, Fenced) else node):
        (behind if behind or sign in SEPARATORS else before).append(item)
    one, two = (tuple(_whole(x) for x in _without_dots(part)) for part in (before, behind))
    return one, two


def _signed(node: Node, sign: str = ",") -> Iterator[tuple[str, Node]]:
    """The arguments in order, each with the separator before it."""
    match node:
        case Comma(items=items):
            for n, item in enumerate(items):
                yield from _signed(item, "," if n else sign)
        case Infix(op=op, left=left, right=right) if op in SEPARATORS:
            yield from _signed(left, sign)
            yield from _signed(right, op)
        case _:
            yield sign, node


def _items(node: Node) -> list[Node]:
    return [item for _, item in _signed(node)]


def _without_dots(items: list[Node]) -> list[Node]:
    """`x_1, x_2, \\dots, x_n` as the one name x, and `g(x_1), \\dots, g(x_n)` as one list."""
    found: list[Node] = []
    n = 0
    while n < len(items):
        if not isinstance(items[n], Dots):
            found.append(items[n])
            n += 1
            continue
        last = items[n + 1] if n + 1 < len(items) else None
        stem = _stem(last) if last is not None else _stem(found[-1]) if found else None
        while found and stem is not None and node_key(_stem(found[-1])) == node_key(stem):
            found.pop()
        if stem is not None:
            found.append(stem)
        elif found and last is not None and (run := _run(found, items[n], last)) is not None:
            found = run
        n += 2
    return found


def _run(found: list[Node], dots: Node, last: Node) -> list[Node] | None:
    """The items before dots, those that the dots go on with as one list with the last one; None where they go on with
    none."""
    pattern = generalised(found[-1], last)
    if pattern is None:
        return None
    begins = len(found) - 1
    while begins and (before := generalised(found[begins - 1], last)) and node_key(before[0]) == node_key(pattern[0]):
        begins -= 1
    span = found[begins].span.join(last.span)
    return [*found[:begins], Fenced(span, "(", Comma(span, (*found[begins:], dots, last)), ")")]


def _stem(node: Node | None) -> Node | None:
    """The name under a subscript or a label in parentheses; a power of entries is that of the name."""
    if not isinstance(node, Script) or node.primes:
        return None
    if node.sub is not None and isinstance(node.sup, Number):
        return replace(node, sub=None)
    return node.base if node.sub is not None or isinstance(node.sup, Fenced) else None


def _whole(node: Node) -> Node:
    """`\\{x_i\\}`, `\\{x_i\\}_{i=1}^n` and `x_{1:n}` as the name x; anything else as it is."""
    if isinstance(node, Script) and is_sequence(node):
        node = node.base
    if isinstance(node, Fenced) and node.open in "{(" and (stem := _stem(node.body)) is not None:
        return stem
    if isinstance(node, Script) and isinstance(node.sub, Infix) and node.sub.op == ":" and node.sup is None:
        return node.base
    return node


def plain(node: Node) -> Node:
    """The y of `Y = y` and the Y of `Y = 1`; any other parameter as it is."""
    if isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "=":
        return node.links[0].node if isinstance(node.links[0].node, Name) else node.first
    return node


def pattern(fence: Node, glossary: Glossary) -> Pattern:
    """The names among the arguments of a call: `y` for `Y = y`, `y=1` for `y = 1`, `c` for `c = k`."""

    def name(node: Node) -> str | None:
        ref, at = reference(plain(node), glossary), point(node)
        if isinstance(node, Relation) and isinstance(at, Name):
            drawn = reference(node.first, glossary)
            ref = ref if drawn is None or drawn.base[:1].lower() == at.text[:1].lower() else drawn
        value = f"={at.text}" if isinstance(at, Number) else ""
        if ref is None:
            return None
        return (EACH if ref.subs and ref.base in glossary.whole else "") + ref.base + value

    variables, given = (tuple(map(name, part)) for part in parts(fence))
    return Pattern(variables, given)


def point(node: Node) -> Node | None:
    """The value given in `Y = 1`; None for any other argument."""
    if isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "=":
        return node.links[0].node
    return None
