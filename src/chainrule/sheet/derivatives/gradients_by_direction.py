r"""Gradients by the names they have in code, known by the way they go: `dW^{[l]} = dz^{[l]} a^{[l-1]T}` behind
`z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}`.

The differential of z is made of those of W, a and b. Where that of W is made of that of z instead, it is no
differential: the lines go backward, and what they speak of are gradients of a loss, which need not have a formula.
Where a change of variables is turned round, `dx = Q^{-1} dy`, differentials go backward too. But what z is made of has
no differential that is made of that of z alone where z is made of two quantities: both have gradients.
Course notes for m examples divide by m where they come to parameters: what is computed on the way is the gradient of
the sum then, m times as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Accent, Comma, Fenced, Fraction, Name, Node, Number, Product, Script, Span, Sum
from chainrule.sheet.derivatives.degrees import integrates, is_derivative
from chainrule.sheet.derivatives.forward import changing_names, goes_forward
from chainrule.sheet.derivatives.gradients_by_use import (
    FEW,
    SMALL,
    Meaning,
    Used,
    losses_defined,
    of_a_loss,
    stem,
    takes_a_step,
)
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.names import letter_of, node_key, shifted_letter, walk
from chainrule.sheet.syntax.script_words import is_transpose

UNNAMED = "loss"
BACKWARD = re.compile(r"\bback[\s-]?prop|\bbackwards?[\s-](?:pass|propagat|sweep)", re.IGNORECASE)


def gradients_by_direction(sheet: Sheet, named: list[tuple[Equation, Node]]) -> Used | None:
    """The gradients of a document by the equations that begin with `dX`, each with its X, where these go backward."""
    if len({node_key(x) for _, x in named}) < FEW or any(SMALL.search(s.text) for s in sheet.sentences):
        return None
    sides = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    if any(map(integrates, sides)) or any(takes_a_step(e.rhs) for e, _ in named):
        return None
    losses = list(losses_defined(sheet))
    if any(count is not None for _, count in losses) or len({node_key(x) for x, _ in losses}) > 1:
        return None  # what is said of a mean, or of several losses, is known by its form
    if any(of_a_loss(x, losses) for _, x in named) or any(goes_forward(sheet, e) for e, _ in named):
        return None
    backward = [(e, x) for e, x in named if _goes_backward(sheet, e, x)]
    if not _of_one_quantity(sheet, named) or any(_turns_round(sheet, e) for e, _ in named):
        return None
    if not _speaks_of_networks(sheet, [e for e, _ in backward]):
        return None
    if _names_of_their_own(sheet, named):
        return None
    loss = losses[0][0] if losses else Name(Span(0, 0), UNNAMED, ("rm",))
    return _with_counts(sheet, named, loss)


def _of_one_quantity(sheet: Sheet, named: list[tuple[Equation, Node]]) -> bool:
    """Whether the d's of two names are made of that of one quantity which is computed from both."""
    for x in _computed(sheet):
        own = node_key(stem(x.lhs))
        inside = {node_key(stem(n)) for n in walk(x.rhs) if isinstance(n, (Name, Script, Accent))} - {own}
        before = {
            node_key(stem(variable))
            for e, variable in named
            if own in {node_key(stem(n)) for n in changing_names(e.rhs)}
        }
        if len(before & inside) >= FEW:
            return True
    return False


def _turns_round(sheet: Sheet, e: Equation) -> bool:
    r"""Whether an inverse stands in a line, `Q^{-1} dy`, or a quotient that no quantity is computed with, as in
    `\frac{dy}{2 x}` behind `y = x^2`: both turn a differential round. A number of examples stands in no formula."""
    known = {node_key(n) for x in _computed(sheet) for n in walk(x.rhs)}
    divisors = {node_key(n) for x in _computed(sheet) for n in _divisors(x.rhs)}
    inverse = any(isinstance(n, Script) and n.sup is not None and _is_negative(n.sup) for n in walk(e.rhs))
    strange = (n for n in _divisors(e.rhs) if node_key(n) not in divisors)
    return inverse or any(not isinstance(n, Name) or node_key(n) in known for n in strange)


def _divisors(side: Node) -> Iterator[Node]:
    for node in walk(side):
        if isinstance(node, Fraction) and not is_derivative(node):
            yield node.denominator
        elif isinstance(node, Product):
            yield from (f.node for f in node.factors if f.op in ("/", "oslash"))


def _is_negative(sup: Node) -> bool:
    return isinstance(sup, Sum) and sup.terms[0].sign == "-"


def _computed(sheet: Sheet) -> Iterator[Equation]:
    """The equations that say what a quantity is computed from; the update of a parameter says nothing of that."""
    for x in sheet.equations:
        if x.link or x.op not in DEFINING or next(changing_names(x.lhs), None) is not None:
            continue
        if not any(node_key(n) == node_key(x.lhs) for n in walk(x.rhs)):
            yield x


def _names_of_their_own(sheet: Sheet, named: list[tuple[Equation, Node]]) -> bool:
    """Whether a d stands before something that is no quantity of the document: the `dh_{next}` of code is what comes
    from the next step, and no gradient by an h_next; and a c_p beside c may be an entry of it or not."""
    lines = {e.position for e, _ in named}
    others = [side for e in sheet.equations if e.position not in lines for side in (e.lhs, e.rhs)]
    known = {_without_numbers(n) for side in others for n in walk(side) if isinstance(n, (Name, Script))}
    variables = [x for e, x in named for x in (x, *changing_names(e.rhs))]
    bare = {node_key(x) for x in variables if isinstance(x, Name)}
    beside = any(isinstance(x, Script) and isinstance(x.sub, Name) and node_key(x.base) in bare for x in variables)
    return beside or any(_without_numbers(x) not in known for x in variables)


def _without_numbers(node: Node) -> object:
    """A name with the words below it; which layer, step or entry is meant is left out."""
    while isinstance(node, Fenced) or (isinstance(node, Script) and isinstance(node.base, Fenced)):
        node = node.body if isinstance(node, Fenced) else node.base  # a column of a matrix, which is one example
    if not isinstance(node, Script):
        return node_key(node), None
    sub = node.sub.body if isinstance(node.sub, Fenced) else node.sub
    parts = sub.items if isinstance(sub, Comma) else () if sub is None else (sub,)
    places = [f.node for f in sub.factors] if isinstance(sub, Product) else parts
    capital = isinstance(node.base, Name) and node.base.text.isupper()
    if capital and len(places) == 2 and all(letter_of(x) is not None for x in places):
        return node_key(node.base), None  # an entry of a matrix, and no word such as "in"
    counted = all(isinstance(x, Number) or shifted_letter(x) is not None for x in parts)
    return node_key(node.base), None if counted or sub is None else node_key(sub)


def _speaks_of_networks(sheet: Sheet, backward: list[Equation]) -> bool:
    """Whether words or transposes bear it out."""
    if any(BACKWARD.search(text) for text in (*(s.text for s in sheet.sentences), *sheet.titles)):
        return True
    powers = (n.sup for e in backward for n in walk(e.rhs) if isinstance(n, Script) and n.sup is not None)
    return any(is_transpose(n) for sup in powers for n in walk(sup))


def _with_counts(sheet: Sheet, named: list[tuple[Equation, Node]], loss: Node) -> Used | None:
    """The meanings where lines about parameters are divided by a number of examples, or none are."""
    computed = {node_key(stem(e.lhs)) for e in _computed(sheet)}
    parameters = [e for e, x in named if node_key(stem(x)) not in computed]
    counts = {e.position: _count(e.rhs) for e, _ in named}
    told = {node_key(c): c for e in parameters if (c := counts[e.position]) is not None}
    others = [e for e, x in named if e not in parameters and counts[e.position] is not None]
    if not told and not others:
        return Used(Meaning(loss))
    divided = sum(counts[e.position] is not None for e in parameters)
    if others or len(told) > 1 or divided < FEW or 2 * divided <= len(parameters):
        return None
    (count,) = told.values()
    used = Used(Meaning(loss, count))
    for e, variable in named:
        if e in parameters:
            for key in {node_key(variable), node_key(stem(variable))}:
                used.lines.setdefault(key, []).append((e.position, Meaning(loss)))
    return used


def _count(side: Node) -> Node | None:
    r"""The m of `\frac{1}{m}`."""
    for node in walk(side):
        one = isinstance(node, Fraction) and isinstance(node.numerator, Number) and node.numerator.text == "1"
        if one and isinstance(node, Fraction) and isinstance(node.denominator, Name):
            return node.denominator
    return None


def _goes_backward(sheet: Sheet, e: Equation, variable: Node) -> bool:
    """Whether the d of a name is made of that of something that is computed from it."""
    own = node_key(variable)
    after = {node_key(x) for x in changing_names(e.rhs)} - {own}
    return any(
        node_key(x.lhs) in after and any(node_key(n) == own for n in walk(x.rhs) if isinstance(n, (Name, Script)))
        for x in _computed(sheet)
    )
