r"""Gradients by the names they have in code, where no word says so: `dZ = A - Y`, `dW = \frac{1}{m} dZ X^T`.

A differential is never equal to what has no differential in it. So where a `dX` is, all of these are gradients of the
loss. Of a loss that is a mean over m examples, what is written with 1/m is the gradient; what is written without it is
that of the sum, m times as much, as the course notes have it from which the names spread. A small letter without a mark
is about one example, and its name the gradient of the loss of one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from chainrule.read.tree import Big, Fenced, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.derivatives.degrees import degree, integrates, is_derivative
from chainrule.sheet.derivatives.forward import changing_names, goes_forward
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.spelling import look, names_loss

SMALL = re.compile(
    r"\bdifferentials?\b|\binfinitesimal|\bFr[eé]chet\b|\bincrements?\b|\b(?:small|tiny) change|\bperturb|\bvirtual\b",
    re.IGNORECASE,
)
FEW = 2
"""How many quantities have to be given a `dX` before the form of the lines says what it is."""
STEPS = frozenset({"eta", "alpha", "epsilon", "dt"})
"""A small change is written with a step; a gradient is not."""


@dataclass(frozen=True)
class Meaning:
    """What a `dX` is the gradient of: a loss, so many times."""

    loss: Node
    count: Node | None = None


@dataclass
class Used:
    """The meanings of the names with a d, each from some line on."""

    usual: Meaning
    lines: dict[object, list[tuple[int, Meaning]]] = field(default_factory=dict)

    def at(self, variable: Node, position: int) -> Meaning:
        """The meaning that a name has at a line: that of the last line before it that says something of it, else of the
        first."""
        found = self.lines.get(node_key(variable)) or self.lines.get(node_key(stem(variable)))
        if not found:
            return self.usual
        n = bisect_right([p for p, _ in found], position)
        return found[max(n - 1, 0)][1]


def gradients_by_use(sheet: Sheet, named: list[tuple[Equation, Node]]) -> Used | None:
    """The gradients of a document by the equations that begin with `dX`, each with its X; None where nothing shows that
    they are gradients, or of what."""
    if len({node_key(x) for _, x in named}) < FEW or not any(_is_no_differential(e.rhs) for e, _ in named):
        return None
    if any(SMALL.search(s.text) for s in sheet.sentences):
        return None
    sides = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    if any(map(integrates, sides)) or any(takes_a_step(e.rhs) for e, _ in named):
        return None
    losses = list(losses_defined(sheet))
    if not losses or any(of_a_loss(x, losses) for _, x in named) or any(goes_forward(sheet, e) for e, _ in named):
        return None
    mean = next(((loss, count) for loss, count in losses if count is not None), None)
    single = next((loss for loss, count in losses if count is None), None)
    if mean is None:
        assert single is not None
        return Used(Meaning(single))
    if not any(_divides(e.rhs, mean[1]) for e, _ in named):
        return None  # nothing shows whether they are those of the mean or of the sum
    return _of_a_mean(sheet, sorted(named, key=lambda x: x[0].position), mean, single)


def _of_a_mean(sheet: Sheet, named: list[tuple[Equation, Node]], mean: tuple[Node, Node], single: Node | None) -> Used:
    """The meanings beside a loss that is a mean: where some line about parameters is divided by the number of examples,
    all are gradients of the mean; those of what is computed on the way, where the first of them is."""
    whole, of_sum = Meaning(mean[0]), Meaning(*mean)
    computed = {node_key(stem(e.lhs)) for e in sheet.equations if not e.link} | {node_key(Name(mean[0].span, "X"))}
    starts = [e for e, x in named if _is_no_differential(e.rhs) and node_key(stem(x)) in computed]
    first = bool(starts) and all(_divides(e.rhs, mean[1]) for e in starts)
    some = any(_divides(e.rhs, mean[1]) for e, _ in named)
    used = Used(whole if first else of_sum)
    for e, variable in named:
        if single is not None and _is_small(variable) and _is_of_one(e.rhs) and not _divides(e.rhs, mean[1]):
            meaning = Meaning(single)
        else:
            on_the_way = node_key(stem(variable)) in computed
            meaning = whole if first or (some and not on_the_way) else of_sum
        for key in {node_key(variable), node_key(stem(variable))}:
            used.lines.setdefault(key, []).append((e.position, meaning))
    return used


def _is_of_one(side: Node) -> bool:
    """Whether a formula speaks of no matrices and of no marked examples."""
    names = [n for n in walk(side) if isinstance(n, Name) and len(n.text) == 1]
    marked = any(isinstance(n, Fenced) and n.open == "(" and isinstance(n.body, Name) for n in _above(side))
    return not marked and not any(n.text.isupper() and n.text != "T" for n in names)


def _above(side: Node) -> Iterator[Node]:
    for node in walk(side):
        if isinstance(node, Script) and node.sup is not None:
            yield from walk(node.sup)


def of_a_loss(variable: Node, losses: list[tuple[Node, Node | None]]) -> bool:
    """`dL` is the differential of a loss, and no gradient of it."""
    return any(node_key(stem(variable)) == node_key(_called(loss) or loss) for loss, _ in losses)


def _is_no_differential(side: Node) -> bool:
    """`A - Y`: no differential in it, and no number."""
    return not is_numeric(side) and not is_derivative(side) and degree(side) == 0


def takes_a_step(side: Node) -> bool:
    """Whether a letter for a step stands in a formula."""
    return any(isinstance(n, Name) and n.text in STEPS for n in walk(side))


def losses_defined(sheet: Sheet) -> Iterator[tuple[Node, Node | None]]:
    """The losses that a document defines, each with the number of examples that it is a mean over. What is computed
    from a `dO` belongs to the way back and is no loss."""
    for e in sheet.equations:
        name = _called(e.lhs)
        backward = next(changing_names(e.rhs), None) is not None
        defines = e.op in DEFINING and not e.link and e.source == "formula" and not backward
        if defines and name is not None and is_loss(name):
            yield e.lhs, _mean_of(e.rhs)


def is_loss(node: Node) -> bool:
    """Whether a bare name looks like a loss; the keys K, the values V and a number N do not."""
    return isinstance(node, Name) and (names_loss(spelled(node)) or look(spelled(node)) == "calligraphic")


def _called(node: Node) -> Name | None:
    """The L of `L` and of `L(a, y)`."""
    if isinstance(node, Product) and len(node.factors) == 2:
        node = node.factors[0].node
    return node if isinstance(node, Name) else None


def _mean_of(body: Node) -> Node | None:
    """The m of `\\frac{1}{m} \\sum_{i=1}^m`."""
    sums = [n.sup for n in walk(body) if isinstance(n, Big) and n.op == "sum" and n.sup is not None]
    return next((x for x in sums if _divides(body, x)), None)


def _divides(side: Node, count: Node) -> bool:
    """Whether a formula is divided by a number of examples."""
    for node in walk(side):
        if isinstance(node, Fraction):
            below = [f.node for f in node.denominator.factors] if isinstance(node.denominator, Product) else []
            if any(node_key(x) == node_key(count) for x in (node.denominator, *below)):
                return True
    return False


def _is_small(variable: Node) -> bool:
    """A small letter without a mark for the example."""
    core = stem(variable)
    marked = any(isinstance(n, Script) and n.sup is not None and not isinstance(n.sup, Number) for n in walk(variable))
    return isinstance(core, Name) and core.text[:1].islower() and not marked


def stem(node: Node) -> Node:
    """The name without its scripts."""
    while isinstance(node, Script):
        node = node.base
    return node
