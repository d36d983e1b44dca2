r"""Vectors told apart by letters: `-u_o + \sum_{w} \frac{\exp(u_w^\top v)}{\dots} u_w`, sums over the vectors of a
list, and scalars that are sums over it, too.

A sum over such a letter is written first, then what it stands in, where it is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from chainrule.calculus import NoMatrixForm, matrix_form
from chainrule.check.comparison.lines import Variant
from chainrule.expr import (
    Add,
    Component,
    Expr,
    Index,
    IndexValue,
    Indicator,
    Mul,
    Reduce,
    Symbol,
    component,
    mul,
    value,
    walk,
)
from chainrule.solve.forms.writing import Way, letters_of, with_sizes
from chainrule.write.array_tex import to_tex
from chainrule.write.derivation import Line

HELD = re.compile(r"(?P<open>[{(]?)⟪(?P<n>\d+)⟫(?P<close>[})]?)")


def in_rows(
    variant: Variant, term: Expr, axes: Sequence[Index], free: Sequence[Index], names: Mapping[Symbol, str], tex: str
) -> Iterator[Way]:
    """A vector or a number in which vectors carry the letters of the sheet."""
    letters = letters_of(variant, [i.name for i in free], names)
    try:
        right = _Rows(names, letters).write(term, tuple(axes), {i: i.name for i in free})
    except (NoMatrixForm, KeyError, StopIteration):
        return
    yield Way((), with_sizes(variant, Line("result", tex, right)))


class _Rows:
    """Writes terms, with what is held back of them."""

    def __init__(self, names: Mapping[Symbol, str], letters: Sequence[str]) -> None:
        self.names, self.letters = dict(names), letters
        self.held: list[str] = []

    def write(self, term: Expr, axes: tuple[Index, ...], letters: Mapping[Index, str]) -> str:
        """The TeX of a term. Raises `NoMatrixForm`."""
        known = self.named(term, axes, letters)
        return self.filled(to_tex(matrix_form(known, axes), self.names))

    def named(self, node: Expr, axes: tuple[Index, ...], letters: Mapping[Index, str]) -> Expr:
        """A term with a name for each vector that carries a letter, and for each sum over one."""
        if isinstance(node, Component):
            return self.row(node, letters)
        if isinstance(node, Indicator) and (test := _test(node, letters)) is not None:
            return self.hold(rf"\mathbb{{1}}[{test}]", ())
        if isinstance(node, Reduce) and node.op == "sum" and _counts_vectors(node):
            return self.sum(node, axes, letters)
        return node.with_scopes([(bound, self.named(inner, axes, letters)) for bound, inner in node.scopes])

    def row(self, node: Component, letters: Mapping[Index, str]) -> Expr:
        told = [letters.get(i.index) if isinstance(i, IndexValue) else None for i in node.indices]
        count = next((n for n, letter in enumerate(told) if letter is None), len(told))
        if not count:
            return node
        below = "".join(filter(None, told[:count]))
        one = Symbol(f"{node.symbol.name} at {below}", node.symbol.axes[count:], node.symbol.kind)
        self.names[one] = f"{self.names[node.symbol]}_{below if count == 1 else f'{{{below}}}'}"
        if re.search(r"[_^]", self.names[node.symbol]):
            raise NoMatrixForm("a name with scripts of its own")
        return component(one, *node.indices[count:])

    def sum(self, node: Reduce, axes: tuple[Index, ...], letters: Mapping[Index, str]) -> Expr:
        letter = next(x for x in self.letters if x not in letters.values())
        mine = tuple(i for i in axes if i in node.free)
        if node.free - set(mine) - letters.keys():
            raise NoMatrixForm("a sum inside another")
        known = {**letters, node.index: letter}
        factors = node.body.factors if isinstance(node.body, Mul) else (node.body,)
        others = {f: test for f in factors if isinstance(f, Indicator) and f.rel == "!=" and (test := _test(f, known))}
        rest = mul(*(f for f in factors if f not in others))
        body = self.write(rest, mine, known)
        body = rf"\left({body}\right)" if isinstance(rest, Add) else body
        return self.hold(rf"\sum_{{{', '.join(others.values()) or letter}}} {body}", mine)

    def hold(self, text: str, axes: tuple[Index, ...]) -> Expr:
        """A name for what is written already."""
        self.held.append(text)
        whole = Symbol(f"⟪{len(self.held) - 1}⟫", tuple(i.dim for i in axes))
        self.names[whole] = whole.name
        return component(whole, *map(value, axes))

    def filled(self, text: str) -> str:
        """A text with the sums in it, in parentheses where something may follow."""

        def put(found: re.Match[str]) -> str:
            inner, ends = self.held[int(found["n"])], f"{found['open']}{found['close']}"
            bare = ends in ("{}", "()") or found[0] == text or not inner.startswith(r"\sum")
            last = found.end() == len(text) and re.search(r"(?:^|[+-] )$", text[: found.start("n") - 1])
            return found["open"] + (inner if bare or last else rf"\left({inner}\right)") + found["close"]

        return HELD.sub(put, text)


def _test(node: Indicator, letters: Mapping[Index, str]) -> str | None:
    """`w = o`, `k \\neq o` of letters."""
    sides = [letters.get(x.index) if isinstance(x, IndexValue) else None for x in (node.a, node.b)]
    sign = {"==": "=", "!=": r"\neq"}.get(node.rel)
    order = list(letters.values())
    found = sorted((x for x in sides if x is not None), key=order.index, reverse=True)  # the letter of the sum first
    return None if None in sides or sign is None else f"{found[0]} {sign} {found[1]}"


def _counts_vectors(node: Reduce) -> bool:
    """Whether a sum runs over the first index of what has two, or over one beside which other vectors are counted."""
    counted = [
        t.indices
        for t in walk(node.body)
        if isinstance(t, Component) and any(isinstance(i, IndexValue) and i.index is node.index for i in t.indices)
    ]
    return any(len(at) == 2 and at[0] is value(node.index) for at in counted) and all(
        at[0] is value(node.index) for at in counted
    )
