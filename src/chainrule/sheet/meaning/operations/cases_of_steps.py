"""Cases by the layer or time a formula is for: `a^{(l)} = x` if l = 1, `\\sigma(z^{(l)})` if l > 1.

Such a letter stands for a number while a line is read, so that one row is the formula for it, and what the others would
be there has no shape to fit. A line is put to the test at each of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne

from chainrule.read.tree import Big, Case, Cases, Comma, Dots, Fenced, Name, Node, Number, Relation, Sum, Text
from chainrule.sheet.definitions.recurrence import label_nodes, step_letters
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import shifted_letter, walk

FIRST = frozenset((op, n) for ops, n in ((">≥≠", "0"), (">≥≤<≠", "1"), ("≥<", "2")) for op in ops)
"""What sets the first step apart from others: `l > 1`, `t < 1`, `l \\ge 2`."""
COMPARED = {"=": eq, "≡": eq, "≠": ne, "<": lt, ">": gt, "≤": le, "≥": ge}


def at_its_step(frame: Frame, node: Cases) -> Node | None:
    """The row of cases by a layer or time that the line is read for, or the rows left for it to be told apart by what
    else they ask for, `i = k, l \\ge 1`; None where other things alone make the cases."""
    letters = (set(frame.labels) | frame.used | step_letters(frame.world, node)) - set(frame.letters)
    asked = [_asked(case.condition, letters) for case in node.rows]
    if not letters or not any(steps for steps, _ in asked):
        return None
    if any(
        shifted_letter(x) in letters for _, rest in asked for n in rest for a, _, b in comparisons(n) for x in (a, b)
    ):
        return None
    if any(side not in last_steps(frame.world) for steps, _ in asked for c in steps for side in _capitals(c)):
        raise Untyped("a case that begins at a later step is not put to use", "ambiguous")
    rows: list[Case] = []
    for case, (steps, rest) in zip(node.rows, asked, strict=True):
        if not all(_holds(frame, c, letters) for c in steps):
            continue
        if not rest and (steps or case.condition is None or isinstance(case.condition, Text)):
            rows.append(replace(case, condition=None))
            break
        rows.append(replace(case, condition=_all_of(rest) or case.condition))
    if not rows:
        raise Untyped("the cases do not say what holds otherwise", "ambiguous")
    return rows[0].value if rows[0].condition is None else replace(node, rows=tuple(rows))


def _asked(condition: Node | None, letters: set[str]) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """What a condition asks of a step, and what it asks of other things."""
    if isinstance(condition, Fenced):
        return _asked(condition.body, letters)
    parts: tuple[Node, ...] = () if condition is None or isinstance(condition, Text) else (condition,)
    if isinstance(condition, Comma) and not any(isinstance(i, Dots) for i in condition.items):
        parts = tuple(i for i in condition.items if not isinstance(i, Text))
    steps = tuple(p for p in parts if _by_steps(p, letters))
    return steps, tuple(p for p in parts if p not in steps)


def _all_of(parts: tuple[Node, ...]) -> Node | None:
    return Comma(span=parts[0].span, items=parts) if len(parts) > 1 else next(iter(parts), None)


def at_a_step(frame: Frame, node: Relation) -> bool | None:
    """Whether a condition on a layer or time holds for the one that a line is read for; None for other conditions."""
    letters = (set(frame.labels) | frame.used) - set(frame.letters)
    sides = (node.first, *(link.node for link in node.links))
    about = all(shifted_letter(s) in letters or isinstance(s, (Name, Number, Sum)) for s in sides)
    if not about or not any(shifted_letter(s) in letters for s in sides):
        return None
    if _switches(frame.world) & set(_capitals(node)):
        return None
    try:
        return _holds(frame, node, letters)
    except Untyped:
        return None


def last_steps(world: World) -> frozenset[str]:
    """The capitals that are the last layer or time: a name has it as a label, `a^{(L)}`, a sum or list ends there, or
    cases have a row for it, `t = T`; and none has one for what comes behind it."""
    if "last steps" not in world.derived:
        nodes = [n for part in _formulas(world) for n in walk(part)]
        labels = (x for part in _formulas(world) for ref in references(part, world) for x in label_nodes(world, ref))
        ends = (n.sup for n in nodes if isinstance(n, Big) and n.sup is not None)
        lists = (i for n in nodes if isinstance(n, Comma) for i in n.items)
        equal = (link.node for n in nodes if isinstance(n, Relation) for link in n.links if link.op == "=")
        found = {x for part in (*labels, *ends, *lists, *equal) if (x := capital(part)) is not None}
        world.derived["last steps"] = frozenset(found) - _switches(world)
    return frozenset(world.derived["last steps"])


def _switches(world: World) -> frozenset[str]:
    """The capitals with a row for what comes at or behind them, `k \\ge K` and `t > T`: a rule changes there."""
    if "switches" not in world.derived:
        cases = (n for part in _formulas(world) for n in walk(part) if isinstance(n, Cases))
        found = {x for n in cases for case in n.rows for x in _gone_beyond(case.condition, has_rest(n))}
        world.derived["switches"] = frozenset(found)
    return frozenset(world.derived["switches"])


def _formulas(world: World) -> Iterator[Node]:
    for e in world.equations:
        yield from (e.lhs, e.rhs)
    yield from (s.body for sites in world.sites.values() for s in sites)


def _gone_beyond(node: Node | None, rest: bool) -> Iterator[str]:
    """The capitals that a condition goes beyond; with a row for the rest, `k \\le K` leaves what comes behind to it."""
    links = list(comparisons(node))
    for a, op, b in links:
        low = {">": b, "≥": b, "<": a, "≤": a}.get(op)
        high = {"≤": b, "≥": a}.get(op) if rest and len(links) == 1 else None
        yield from (x for side in (low, high) if side is not None and (x := capital(side)) is not None)


def has_rest(cases: Cases) -> bool:
    """Whether the last row is for all that the others leave."""
    return cases.rows[-1].condition is None or isinstance(cases.rows[-1].condition, Text)


def comparisons(node: Node | None) -> Iterator[tuple[Node, str, Node]]:
    """The comparisons of a condition, two sides each."""
    for n in walk(node) if node is not None else ():
        sides = [n.first, *(link.node for link in n.links)] if isinstance(n, Relation) else []
        for link, (a, b) in zip(n.links if isinstance(n, Relation) else (), pairwise(sides), strict=True):
            yield a, link.op, b


def capital(node: Node | None) -> str | None:
    letter = None if node is None else shifted_letter(node)
    return letter if letter is not None and letter.isupper() else None


def _capitals(condition: Node) -> set[str]:
    """The capitals that a step is compared with; that of `L = 3` is told by itself."""
    pairs = [(a, b) for a, _, b in comparisons(condition) if not isinstance(a, Number) and not isinstance(b, Number)]
    return {x for pair in pairs for side in pair if (x := capital(side)) is not None}


def _by_steps(node: Node, letters: set[str]) -> bool:
    """Whether every comparison of a condition is one of a step with a number or a last step, or says what number the
    last step has, the `L = 3` of "if l = L = 3". Where an index or a value is compared, steps do not make the cases."""
    links = list(comparisons(node))
    return (
        bool(links)
        and all(_of_a_step(a, b, letters) for a, _, b in links)
        and any(shifted_letter(side) in letters for a, _, b in links for side in (a, b))
    )


def _of_a_step(a: Node, b: Node, letters: set[str]) -> bool:
    steps = [side for side in (a, b) if shifted_letter(side) in letters]
    bounds = [side for side in (a, b) if isinstance(side, Number) or capital(side) is not None]
    return len(bounds) == 2 or (len(steps) == 1 and len(bounds) == 1)


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
