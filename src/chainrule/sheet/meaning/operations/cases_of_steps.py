"""Cases by the layer or time a formula is for: `a^{(l)} = x` if l = 1, `\\sigma(z^{(l)})` if l > 1.

Such a letter stands for a number while a line is read, so that one row is the formula for it, and what the others would
be there has no shape to fit. A line is put to the test at each of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import eq, ge, gt, le, lt, ne

from chainrule.read.tree import Case, Cases, Comma, Dots, Fenced, Name, Node, Number, Relation, Sum, Text
from chainrule.sheet.definitions.recurrence import step_letters
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.syntax.names import shifted_letter, walk

FIRST = frozenset((op, n) for ops, n in ((">≥≠", "0"), (">≥≤<≠", "1"), ("≥<", "2")) for op in ops)
"""What sets the first step apart from others: `l > 1`, `t < 1`, `l \\ge 2`."""
COMPARED = {"=": eq, "≡": eq, "≠": ne, "<": lt, ">": gt, "≤": le, "≥": ge}


def at_its_step(frame: Frame, node: Cases) -> Node | None:
    """The row of cases by a layer or time that the line is read for; None where other things make the cases."""
    letters = (set(frame.labels) | frame.used | step_letters(frame.world, node)) - set(frame.letters)
    if not letters or not any(_compared(case.condition, letters) for case in node.rows):
        return None
    if any(_goes_on(case.condition, letters) for case in node.rows):
        raise Untyped("a case that begins at a later step is not put to use", "ambiguous")
    for case in node.rows:
        if case.condition is None or isinstance(case.condition, Text) or _holds(frame, case.condition, letters):
            return case.value
    raise Untyped("the cases do not say what holds otherwise", "ambiguous")


def at_a_step(frame: Frame, node: Relation) -> bool | None:
    """Whether a condition on a layer or time holds for the one that a line is read for; None for other conditions."""
    letters = (set(frame.labels) | frame.used) - set(frame.letters)
    sides = (node.first, *(link.node for link in node.links))
    about = all(shifted_letter(s) in letters or isinstance(s, (Name, Number, Sum)) for s in sides)
    if not about or not any(shifted_letter(s) in letters for s in sides):
        return None
    try:
        return _holds(frame, node, letters)
    except Untyped:
        return None


def steps_named(frame: Frame, node: Node, letters: set[str]) -> Iterator[tuple[str, int]]:
    """The layers or times that have a row of their own in the cases of a formula, with their letters."""
    for case in (case for n in walk(node) if isinstance(n, Cases) for case in n.rows):
        yield from _named(frame, case, letters)


def _named(frame: Frame, case: Case, letters: set[str]) -> Iterator[tuple[str, int]]:
    relation = _relation(case)
    if relation is None or relation.links[0].op != "=" or (letter := shifted_letter(relation.first)) not in letters:
        return
    step = frame.label(relation.links[0].node)
    if isinstance(step, int):
        yield letter, step


def _relation(case: Case) -> Relation | None:
    node = case.condition.body if isinstance(case.condition, Fenced) else case.condition
    return node if isinstance(node, Relation) else None


def _goes_on(node: Node | None, letters: set[str]) -> bool:
    """Whether a condition speaks of steps behind a named one, `t > T`, which is no last step then."""
    for n in walk(node) if node is not None else ():
        sides = [n.first, *(link.node for link in n.links)] if isinstance(n, Relation) else []
        for one, link, other in zip(sides, n.links if isinstance(n, Relation) else (), sides[1:], strict=False):
            lower = {">": other, "<": one}.get(link.op)
            upper = {">": one, "<": other}.get(link.op)
            if upper is not None and shifted_letter(upper) in letters and _is_last(lower):
                return True
    return False


def _is_last(node: Node | None) -> bool:
    letter = None if node is None else shifted_letter(node)
    return letter is not None and letter.isupper()


def _compared(node: Node | None, letters: set[str]) -> bool:
    return node is not None and any(
        shifted_letter(side) in letters
        for n in walk(node)
        if isinstance(n, Relation)
        for side in (n.first, *(link.node for link in n.links))
    )


def _holds(frame: Frame, node: Node, letters: set[str]) -> bool:
    match node:
        case Fenced(body=body):
            return _holds(frame, body, letters)
        case Comma(items=(Relation() as first, Dots(), last)) if first.links[0].op == "=":
            return _between(frame, first, last)
        case Comma(items=items):
            return all(_holds(frame, i, letters) for i in items if not isinstance(i, Text))
        case Relation(first=first, links=links):
            sides = [first, *(link.node for link in links)]
            return all(_link(frame, sides[n], link.op, link.node, letters) for n, link in enumerate(links))
    raise Untyped("this is no condition on a step", "untyped")


def _between(frame: Frame, first: Relation, last: Node) -> bool:
    """`l = 2, ..., L - 1`."""
    step, low, high = (_number(frame, n) for n in (first.first, first.links[0].node, last))
    return low <= step <= high


def _link(frame: Frame, a: Node, op: str, b: Node, letters: set[str]) -> bool:
    if not letters & {shifted_letter(a), shifted_letter(b)}:
        return True  # the L = 3 of "if l = L = 3" says what L is
    if op not in COMPARED:
        raise Untyped(f"the relation {op} is no condition", "relation")
    if any(isinstance(side, Number) and (op, side.text) not in FIRST and op != "=" for side in (a, b)):
        raise Untyped("a case that begins at a later step is not put to use", "ambiguous")  # only early ones are tried
    return bool(COMPARED[op](_number(frame, a), _number(frame, b)))


def _number(frame: Frame, node: Node) -> int:
    label = frame.label(node)
    if not isinstance(label, int):
        raise Untyped("a step is compared with what is none", "untyped")
    return label
