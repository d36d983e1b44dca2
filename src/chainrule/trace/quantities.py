r"""The quantities of a sheet: what stands on the left of its equations, and the gradients in its rules.

A quantity is asked for by a line `q = q` behind the last line of the sheet, so that it is read under everything that
the sheet says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.check.comparison.forms import is_range
from chainrule.derive.sheets import BEHIND, question
from chainrule.read.tree import Accent, Brace, Fenced, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.spelling import look
from chainrule.trace.earlier import is_earlier
from chainrule.trace.rules import CLOCK, Updates


@dataclass(frozen=True)
class Asked:
    """A quantity asked for: its node, the line it is from, and the line that asks for it."""

    node: Node
    source: Equation
    line: Equation
    kind: str
    name: str
    order: int
    """Its place among what is shown: that of the line which asks for it, or for all of `h_t` of which it is one."""
    of_family: bool = False
    tried: bool = False
    """Whether no line tells that there is such a quantity: it is shown where it has a value."""


def asked(sheet: Sheet, equations: list[Equation], updates: Updates) -> list[Asked]:
    """Every quantity once, in the order of the sheet."""
    found: dict[object, Asked] = {}
    for e in equations:
        for node, kind in _of(sheet, e, updates):
            key = node_key(node)
            if key in found:
                continue
            line = question(e, node, BEHIND + len(found))
            found[key] = Asked(node, e, line, kind, source_of(e, node), line.position)
    whole = {node_key(a.node) for a in found.values() if a.kind == "parameter"}
    return [a for a in found.values() if not (a.kind == "parameter" and _part_of(sheet, a.node, whole))]


def _part_of(sheet: Sheet, node: Node, whole: set[object]) -> bool:
    """Whether a name with a letter or a number, `w_i` or the `w_0` that updates start from, is asked for beside the
    whole, w."""
    ref = reference(node, sheet.glossary)
    letters = ref is not None and bool(ref.subs) and all(isinstance(s, Name | Number) for s in ref.subs)
    return letters and isinstance(node, Script) and node_key(node.base) in whole


def source_of(e: Equation, node: Node) -> str:
    """A node as its author writes it."""
    if e.source == "implied" and e.spelled is not None:
        return " = ".join(e.spelled)[node.span.start : node.span.end]
    if e.spelled is not None:
        return e.spelled[0]
    return e.text(node).replace("\n", " ").strip()


def _of(sheet: Sheet, e: Equation, updates: Updates) -> Iterator[tuple[Node, str]]:
    if e.op not in ("=", ":=", "≡", "≈") or e.source == "condition" or is_range(e):
        return
    if any(is_earlier(n) for n in walk(e.lhs)):
        return
    rule = next((r for r in updates.rules if r.equation.position == e.position and r.equation.lhs is e.lhs), None)
    if rule is not None:
        yield rule.name, "parameter"
        for node in _derivatives(e.rhs):
            yield node, "gradient"
        for node in _slopes(e.rhs):
            yield node, "gradient"
        if updates.style in ("prime", "word"):
            yield e.lhs, "new"
        return
    lhs = e.lhs.body if isinstance(e.lhs, Brace) else e.lhs
    if is_derivative(lhs):
        yield lhs, "gradient"
    elif (call := _callee(sheet, lhs)) is not None:
        if look(call) == "loss" or _of_parameters(sheet, lhs, updates):
            yield lhs, "value"
    else:
        ref = reference(lhs, sheet.glossary)
        if ref is None or ref.postfix or ref.primes or ref.base == CLOCK or is_function_word(ref.base):
            return
        if isinstance(lhs, (Name, Script, Accent)):
            yield lhs, "parameter" if ref.base in updates.bases else "data" if is_literal(e.rhs) else "value"


def is_derivative(node: Node) -> bool:
    r"""`\frac{\partial L}{\partial w}` or `\nabla_w L` as a whole."""
    if isinstance(node, Fraction):
        top, bottom = above(node.numerator), below(node.denominator)
        return top is not None and top.body is not None and bottom is not None
    return isinstance(node, Product) and nabla_of(node.factors[0].node) is not None and len(node.factors) <= 3


def _derivatives(node: Node) -> Iterator[Node]:
    """The derivatives in a rule, whole ones only."""
    for part in walk(node):
        if isinstance(part, Fraction) and is_derivative(part):
            yield part
        elif isinstance(part, Product):
            for n, factor in enumerate(part.factors):
                if nabla_of(factor.node) is not None:
                    rest = part.factors[n:]
                    if len(rest) > 1:
                        yield replace(part, span=rest[0].node.span.join(rest[-1].node.span), factors=rest)
                    break


def _callee(sheet: Sheet, node: Node) -> str | None:
    """The base of L in `L(w)`."""
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced):
        ref = reference(node.factors[0].node, sheet.glossary)
        return None if ref is None else ref.base
    return None


def _of_parameters(sheet: Sheet, call: Node, updates: Updates) -> bool:
    """Whether a function is called with what is updated: `f(x)`."""
    refs = [reference(n, sheet.glossary) for n in walk(call.factors[1].node)] if isinstance(call, Product) else []
    bases = {r.base for r in refs if r is not None}
    return bool(bases) and bases <= updates.bases


def _slopes(node: Node) -> Iterator[Node]:
    """`f'(x)` and `f''(x)` in a rule."""
    for part in walk(node):
        for before, after in pairwise(part.factors) if isinstance(part, Product) else ():
            called = isinstance(after.node, Fenced) and after.op == ""
            if called and isinstance(before.node, Script) and before.node.primes:
                yield Product(before.node.span.join(after.node.span), (replace(before, op=""), after))
