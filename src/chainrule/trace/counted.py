r"""Counted versions: `w_{t+1} = w_t - \eta g_t`, `\theta^{(k)} = \theta^{(k-1)} - ...`, from `w_0` on."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Accent, Name, Node, Script, Sum
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.earlier import earlier, with_earlier
from chainrule.trace.marks import Mark, script_ends, step_mark, taken_off
from chainrule.trace.rules import (
    CLOCK,
    Counted,
    Updates,
    add_equation,
    base_of,
    counted,
    descends,
    rewrite,
    speaks_of_updates,
    version,
)


def with_counts(sheet: Sheet, updates: Updates) -> None:
    r"""`w_{t+1} = w_t - \eta g_t`, `\theta^{(k)} = \theta^{(k-1)} - ...`; numbers are versions of the same names."""
    after: dict[str, int] = {}
    places: dict[str, str] = {}
    rules = [e for e in sheet.equations if not e.link and e.op in ("=", ":=", "←", "≡")]
    letter = next((x for e in rules for x in _letters(e.lhs) if _is_update(sheet, e, x)), None)
    if letter is None:
        return
    for e in rules:
        left = counted(sheet, e.lhs, frozenset({letter}))
        if left is not None and _goes_on(sheet, e, left):
            after[left.base], places[left.base] = left.mark.offset, left.mark.place
    first = next(iter(after.values()))
    started = [
        c.mark.offset - after[c.base] + first
        for e in sheet.equations
        if (c := _counted_number(sheet, e.lhs, after)) is not None and not e.link and c.mark.place == places[c.base]
    ]
    letters = frozenset({letter})
    twice = any(_two_back(sheet, n, letters, after) for e in sheet.equations for n in walk(e.rhs))
    start = max(started) if twice and started else min(started, default=0)
    updates.clock, updates.style = start - (first - 1), "step"
    updates.labels = {b: n - 1 + updates.clock for b, n in after.items()}
    _fill_labels(sheet, updates, letters, after, places)
    indexed = _indexed(sheet, letters, after)

    held: dict[str, Node] = {}

    def before(node: Node, bare: Node, base: str) -> Node:
        held.setdefault(base, bare)
        return replace(earlier(bare), span=node.span)

    def choose(node: Node) -> Node | None:
        found = counted(sheet, node, letters)
        if found is not None and _two_back(sheet, node, letters, after):
            return before(node, found.bare, found.base)
        if found is not None and found.base in updates.labels and places.get(found.base) == found.mark.place:
            ahead = found.mark.offset - after[found.base] + 1 if found.base in after else 0
            return version(node, rebuilt(found.bare, choose), max(ahead, 0))
        number = _counted_number(sheet, node, after)
        if number is not None and places[number.base] == number.mark.place:
            if twice and number.mark.offset == updates.labels[number.base] - 1:
                return before(node, number.bare, number.base)
            return version(node, number.bare, max(number.mark.offset - updates.labels[number.base], 0))
        return None

    def count(node: Node) -> Node | None:
        if isinstance(node, Name) and node.text == letter and not node.style:
            return Name(node.span, CLOCK)
        return None

    concerned = {
        e.position
        for e in sheet.equations
        if any(counted(sheet, n, letters) is not None for side in (e.lhs, e.rhs) for n in walk(side))
    }
    rewrite(sheet, choose)
    with_earlier(sheet, updates, held)
    uses = False
    for n, e in enumerate(sheet.equations):
        if e.position in concerned:
            rhs = rebuilt(e.rhs, count)
            uses = uses or rhs is not e.rhs
            sheet.equations[n] = replace(e, rhs=rhs)
    if uses or indexed:
        add_equation(sheet, f"{CLOCK} = {updates.clock}", first=True)


def _two_back(sheet: Sheet, node: Node, letters: frozenset[str], after: dict[str, int]) -> bool:
    """Whether a name of a rule stands for its value one step before the last."""
    found = counted(sheet, node, letters)
    return found is not None and found.base in after and found.mark.offset == after[found.base] - 2


def _letters(node: Node) -> list[str]:
    return list(dict.fromkeys(m.letter for n in walk(node) if (m := step_mark(n)) is not None and m.letter))


def _goes_on(sheet: Sheet, e: Equation, left: Counted) -> bool:
    """Whether the right side has the same name at an earlier step."""
    letters = frozenset({left.mark.letter or ""})
    found = (counted(sheet, n, letters) for n in walk(e.rhs))
    return any(c is not None and c.base == left.base and c.mark.offset < left.mark.offset for c in found)


def _is_update(sheet: Sheet, e: Equation, letter: str) -> bool:
    """Whether an equation is an update whose steps are counted by a letter."""
    left = counted(sheet, e.lhs, frozenset({letter}))
    return left is not None and _goes_on(sheet, e, left) and (descends(sheet, e) or _told(sheet, e, left))


def _told(sheet: Sheet, e: Equation, left: Counted) -> bool:
    """Whether the words speak of updates, and the rule is a step from where one is."""
    words = speaks_of_updates(sheet)
    terms = e.rhs.terms if isinstance(e.rhs, Sum) else ()
    letters = frozenset({left.mark.letter or ""})
    steps = (counted(sheet, t.node, letters) for t in terms)
    return words and any(c is not None and c.base == left.base for c in steps)


def _counted_number(sheet: Sheet, node: Node, after: dict[str, int]) -> Counted | None:
    """`w_0` and `w^{(2)}` of a name that is updated."""

    def test(part: Node) -> Mark | None:
        mark = step_mark(part)
        return mark if mark is not None and mark.letter is None else None

    found = taken_off(node, test) if isinstance(node, (Script, Accent)) else None
    base = None if found is None else base_of(sheet, found[0])
    return None if found is None or base not in after else Counted(found[0], base, found[1])


def _fill_labels(
    sheet: Sheet, updates: Updates, letters: frozenset[str], after: dict[str, int], places: dict[str, str]
) -> None:
    """What has a version without being updated: `g_t = \\nabla L(w_t)`; and how each name writes its versions."""
    for e in sheet.equations:
        left = counted(sheet, e.lhs, letters)
        if left is not None and left.base not in after:
            updates.labels.setdefault(left.base, updates.clock + left.mark.offset)
            places.setdefault(left.base, left.mark.place)
    numbered: dict[str, str] = {}
    for e in sheet.equations:
        for node in (*walk(e.lhs), *walk(e.rhs)) if e.spelled is None else ():
            found = counted(sheet, node, letters) or _counted_number(sheet, node, after)
            if found is None or places.get(found.base) != found.mark.place:
                continue
            ends = script_ends(e.document.text, found.mark.node.span)
            if ends is not None:
                updates.marks[e.document.path, node.span.start] = ends
                mark, text = found.mark.node.span, e.document.text
                script = f"{text[ends[0] : mark.start]}•{text[mark.end : ends[1]]}".replace(" ", "")
                script = script if "{" in script else f"{script[0]}{{{script[1:]}}}"
                (numbered if found.mark.letter is None else updates.script).setdefault(found.base, script)
    updates.script = numbered | updates.script


def _indexed(sheet: Sheet, letters: frozenset[str], after: dict[str, int]) -> bool:
    """Whether data are indexed by the step: `x_t` is the sample of step t."""
    for e in sheet.equations:
        for node in (*walk(e.lhs), *walk(e.rhs)):
            found = counted(sheet, node, letters)
            if found is not None and found.base not in after:
                return True
    return False
