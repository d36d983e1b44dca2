r"""Versions in words and assignments: `w_{new} = w - ...`, `w^+ = ...`, `w \leftarrow ...`, `w := w - ...`.

Assignments one below the other: a parameter of the loss keeps its old value until all are updated, any other name (a
velocity) has its new one as soon as it is assigned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Node, Script, Sum
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.marks import primed, script_ends, taken_off, word_mark
from chainrule.trace.rules import Updates, base_of, descends, has_term, matters, rewrite, version


def with_words(sheet: Sheet, updates: Updates) -> None:
    """`w_{new} = w - ...`, `w^{new} = w^{old} - ...`, `w^+ = w - ...`."""
    stems: dict[str, str] = {}
    for e in sheet.equations:
        found = taken_off(e.lhs, word_mark) if not e.link else None
        if found is None or found[1].word != "new":
            continue
        base, key = base_of(sheet, found[0]), node_key(found[0])
        if base is not None and any(node_key(_bare(n)) == key for n in walk(e.rhs)):
            stems.setdefault(base, e.text(e.lhs))
    if not stems:
        return

    def choose(node: Node) -> Node | None:
        found = taken_off(node, word_mark) if isinstance(node, (Script, Accent)) else None
        if found is None or base_of(sheet, found[0]) not in stems:
            return None
        return version(node, found[0], 1 if found[1].word == "new" else 0)

    for e in sheet.equations:
        for node in (*walk(e.lhs), *walk(e.rhs)) if e.spelled is None else ():
            found = taken_off(node, word_mark) if isinstance(node, (Script, Accent)) else None
            ends = None if found is None else script_ends(e.document.text, found[1].node.span)
            if found is not None and ends is not None and base_of(sheet, found[0]) in stems:
                updates.marks[e.document.path, node.span.start] = ends
    rewrite(sheet, choose)
    updates.style = "word"


def _bare(node: Node) -> Node:
    """A name without a mark for its old version."""
    found = taken_off(node, word_mark) if isinstance(node, (Script, Accent)) else None
    return node if found is None or found[1].word != "old" else found[0]


def with_assignments(sheet: Sheet, updates: Updates) -> set[int]:
    r"""`w \leftarrow w - ...`, `w := w - ...`, `w = w - \eta \nabla L`."""
    fresh: dict[object, str] = {}
    assigned: set[int] = set()
    for n, e in enumerate(sheet.equations):
        pairs = list(_assignments(sheet, e))
        if not pairs:
            continue
        made = []
        for lhs, rhs in pairs:
            base = base_of(sheet, lhs) or ""
            known = {key for key, b in fresh.items() if b != base and not matters(sheet, b)}
            body = _after(rhs, known)
            fresh[node_key(lhs)] = base
            made.append(replace(e, lhs=primed(lhs, 1), op="=", rhs=body))
        sheet.equations[n] = made[0]
        for k, other in enumerate(made[1:], start=1):
            later = replace(other, position=e.position + k, chain=-(10**6) - e.position - k)
            made[k] = later
            sheet.equations.insert(n + k, later)
        updates.style = updates.style or "arrow"
        assigned |= {x.position for x in made}
    return assigned


def _after(body: Node, known: set[object]) -> Node:
    """A formula with the names that are assigned already as they are then."""
    return rebuilt(body, lambda node: primed(node, 1) if node_key(node) in known else None)


def _assignments(sheet: Sheet, e: Equation) -> Iterator[tuple[Node, Node]]:
    """The names and values of an assignment; of a pair, `w, b \\leftarrow ..., ...`, both."""
    if e.link or e.op not in ("←", ":=", "="):
        return
    lefts, rights = ((x.items if isinstance(x, Comma) else (x,)) for x in (e.lhs, e.rhs))
    if len(lefts) != len(rights):
        return
    for lhs, rhs in zip(lefts, rights, strict=True):
        ref = reference(lhs, sheet.glossary)
        if ref is None or ref.postfix or ref.primes:
            continue
        own = any(node_key(part) == node_key(lhs) for part in walk(rhs))
        stepping = isinstance(rhs, Sum) and any(has_term(t.node, lhs) for t in rhs.terms)
        if e.op == "←" or (own and stepping and descends(sheet, replace(e, rhs=rhs))):
            yield lhs, rhs
