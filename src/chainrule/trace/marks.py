r"""Marks that tell the versions of a quantity apart: `w_{new}`, `w^{old}`, `w^+`, `w_{t+1}`, `w^{(0)}`.

A mark is one part of a subscript or superscript. Taken off, the name of the quantity is left, and versions become
primes, which the sheet reads as "so many updates later".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from chainrule.read.tree import Accent, Comma, Fenced, Name, Node, Number, Product, Script, Span, Sum, Text

NEW_WORDS = frozenset({"new", "next", "updated", "neu", "nouveau", "nueva", "nuevo", "after", "upd", "+"})
OLD_WORDS = frozenset({"old", "current", "curr", "cur", "alt", "before", "prev", "previous"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A version: `letter` + `offset` for a counted one (letter None: the number itself), or a word; `place` is where it
    stands: "sub", "sup", or "sup(" in parentheses, so that `x^2` is no version of `x_n`."""

    node: Node
    letter: str | None = None
    offset: int = 0
    word: str | None = None
    place: str = ""


Test = Callable[[Node], Mark | None]


def word_mark(node: Node) -> Mark | None:
    """`new`, `old`, `+`."""
    text = _word(node)
    if text in NEW_WORDS:
        return Mark(node, word="new")
    return Mark(node, word="old") if text in OLD_WORDS else None


def step_mark(node: Node) -> Mark | None:
    """`t`, `t+1`, `k-1`, a whole number, or -1."""
    if isinstance(node, Number) and node.text.isdigit():
        return Mark(node, None, int(node.text))
    if isinstance(node, Name) and len(node.text) == 1 and node.text.isalpha():
        return Mark(node, node.text)
    if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0].sign == "-":
        only = node.terms[0].node
        return Mark(node, None, -int(only.text)) if isinstance(only, Number) and only.text == "1" else None
    if isinstance(node, Sum) and len(node.terms) == 2:
        first, second = node.terms
        if isinstance(first.node, Name) and first.sign == "+" and isinstance(second.node, Number):
            shift = int(second.node.text) if second.node.text.isdigit() else 0
            return Mark(node, first.node.text, shift if second.sign == "+" else -shift)
    return None


def _word(node: Node) -> str | None:
    match node:
        case Fenced(body=body):
            return _word(body)
        case Text(text=text) | Name(text=text):
            return text.strip().lower()
        case Product(factors=factors):
            letters = [f.node.text for f in factors if f.op == "" and isinstance(f.node, Name)]
            return "".join(letters).lower() if len(letters) == len(factors) else None
        case Sum(terms=()):
            return "+"
    return None


def taken_off(node: Node, test: Test) -> tuple[Node, Mark] | None:
    """A name without the first of its marks that passes the test, and that mark."""
    if isinstance(node, Accent):
        inner = taken_off(node.body, test)
        return None if inner is None else (replace(node, body=inner[0]), inner[1])
    if not isinstance(node, Script):
        return None
    for part in ("sup", "sub"):
        script = getattr(node, part)
        found = None if script is None else _without(script, test)
        if found is not None:
            rest = replace(node, sup=found[0]) if part == "sup" else replace(node, sub=found[0])
            bare = rest.sub is None and rest.sup is None and not rest.primes
            place = part + ("(" if part == "sup" and _fenced(script, found[1]) else "")
            return (rest.base if bare else rest), replace(found[1], place=place)
    inner = taken_off(node.base, test)
    return None if inner is None else (replace(node, base=inner[0]), inner[1])


def _fenced(script: Node, mark: Mark) -> bool:
    """Whether a mark stands in parentheses."""
    parts = [f.node for f in script.factors] if isinstance(script, Product) else [script]
    return any(isinstance(p, Fenced) and p.body is mark.node for p in parts)


def _without(script: Node, test: Test) -> tuple[Node | None, Mark] | None:
    """A subscript or superscript without its mark (None: nothing is left)."""
    mark = test(script.body if isinstance(script, Fenced) else script)
    if mark is not None:
        return None, mark
    if isinstance(script, Comma):
        for n, item in enumerate(script.items):
            if (mark := test(item)) is not None:
                rest = (*script.items[:n], *script.items[n + 1 :])
                return (rest[0] if len(rest) == 1 else replace(script, items=rest)), mark
    if isinstance(script, Product) and all(f.op == "" for f in script.factors):
        for n, factor in enumerate(script.factors):
            mark = test(factor.node.body) if isinstance(factor.node, Fenced) else None
            if mark is not None:
                left = (*script.factors[:n], *script.factors[n + 1 :])
                return (left[0].node if len(left) == 1 else replace(script, factors=left)), mark
    return None


def primed(node: Node, count: int) -> Node:
    """The name so many updates later."""
    if not count:
        return node
    if isinstance(node, Script):
        return replace(node, primes=node.primes + count)
    return Script(node.span, node, None, None, count)


def script_ends(text: str, mark: Span) -> tuple[int, int] | None:
    """The ends of the script that a version is: `^{(t+1)}`; None where it shares a script with something else."""
    opened = re.search(r"[_^]\s*(?P<brace>\{?)\s*(?:\\left)?(?P<fence>[(\[]?)\s*$", text[: mark.start])
    if opened is None:
        return None
    fence = r"(?:\\right)?[)\]]\s*" if opened["fence"] else ""
    closed = re.match(rf"\s*{fence}" + (r"\}" if opened["brace"] else ""), text[mark.end :])
    return None if closed is None else (opened.start(), mark.end + closed.end())
