"""Time as an argument: h(t) and h(t-1) are states of one recurrence, as h^{(t)} and h^{(t-1)} are.

A name that is called with one letter, and with that letter and a whole number more or less, runs over discrete steps,
where the letter stands nowhere else on the line; so do the other names that are called with that letter alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Big, Factor, Fenced, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import children, reference, walk
from chainrule.sheet.syntax.rebuilding import with_parts

Steps = dict[str, set[tuple[str, int] | None]]


def with_time_arguments(sheet: Sheet) -> Sheet:
    """The sheet with discrete times as marks of the names that are called with them."""
    calls = _calls(sheet)
    stepping = [found for found in calls.values() if len(found) > 1 and None not in found]
    letters = {at[0] for found in stepping for at in found if at is not None and at[1]}
    letters -= {x for e in sheet.equations for side in (e.lhs, e.rhs) for x in _loose(side, sheet)}
    bases = {base for base, found in calls.items() if all(at is not None and at[0] in letters for at in found)}
    if not bases:
        return sheet
    before, done = sheet.glossary.rewritten, dict[int, Node]()

    def out(node: Node) -> Node:
        if id(node) not in done:
            done[id(node)] = _marked(node, sheet, bases)
        return done[id(node)]

    sheet.glossary.rewritten = lambda node, position: _marked(before(node, position), sheet, bases)
    sheet.equations = [replace(e, lhs=out(e.lhs), rhs=out(e.rhs)) for e in sheet.equations]
    sheet.expressions = [(scope, position, out(node)) for scope, position, node in sheet.expressions]
    return sheet


def _calls(sheet: Sheet) -> Steps:
    """For each name, with what it is called: a letter and how many steps more, or None for anything else."""
    found: Steps = {}
    for node in (n for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side)):
        for first, second in pairwise(node.factors if isinstance(node, Product) else ()):
            base = _called(sheet, first, second)
            fence = _fence(second.node)
            if base is not None and fence is not None:
                found.setdefault(base, set()).add(_step(fence.body))
    return found


def _loose(node: Node, sheet: Sheet) -> Iterator[str]:
    """The letters that stand on the line of a formula and not in a call, a script or a limit."""
    if isinstance(node, Name):
        yield node.text
    elif isinstance(node, Script):
        yield from _loose(node.base, sheet)
    elif isinstance(node, Product):
        for n, factor in enumerate(node.factors):
            if n == 0 or _called(sheet, node.factors[n - 1], factor) is None:
                yield from _loose(factor.node, sheet)
    elif not isinstance(node, Big):
        for child in children(node):
            yield from _loose(child, sheet)


def _called(sheet: Sheet, first: Factor, second: Factor) -> str | None:
    """The name before a parenthesis, where nothing stands above it yet."""
    if second.op or _fence(second.node) is None or not isinstance(first.node, (Name, Script, Accent)):
        return None
    ref = reference(first.node, sheet.glossary)
    plain = ref is not None and not (ref.labels or ref.postfix or ref.primes) and not is_function_word(ref.base)
    return ref.base if plain and ref is not None else None


def _fence(node: Node) -> Fenced | None:
    """The parenthesis of `(t)` and `(t)^T`."""
    core = node.base if isinstance(node, Script) and node.sub is None and not node.primes else node
    return core if isinstance(core, Fenced) and core.open == "(" else None


def _step(node: Node) -> tuple[str, int] | None:
    """`t - 1` as ("t", -1)."""
    match node:
        case Name(text=text) if len(text) == 1 and text.islower():
            return text, 0
        case Sum(terms=(first, second)) if first.sign == "+" and isinstance(second.node, Number):
            at = _step(first.node)
            whole = second.node.text.isdigit() and second.sign in "+-"
            return (at[0], int(second.sign + second.node.text)) if at is not None and at[1] == 0 and whole else None
    return None


def _marked(node: Node, sheet: Sheet, bases: set[str]) -> Node:
    """A formula with the times of some names as marks above them."""
    if not isinstance(node, Product):
        return with_parts(node, lambda part: _marked(part, sheet, bases))
    out: list[Factor] = []
    rest = list(node.factors)
    while rest:
        first = rest.pop(0)
        if rest and _called(sheet, first, rest[0]) in bases:
            out.append(Factor(first.op, _with_mark(first.node, rest.pop(0).node)))
        else:
            out.append(Factor(first.op, _marked(first.node, sheet, bases)))
    return out[0].node if len(out) == 1 else replace(node, factors=tuple(out))


def _with_mark(name: Node, call: Node) -> Node:
    """A name with its time above it; what stands above the parenthesis belongs to the whole."""
    fence, span = _fence(call), name.span.join(call.span)
    marked = replace(name, span=span, sup=fence) if isinstance(name, Script) else Script(span, name, None, fence)
    return marked if not isinstance(call, Script) else replace(call, span=span, base=Fenced(span, "(", marked, ")"))
