"""A letter for the loss that a document uses for another loss too: L is the cross-entropy of one section, and later
"the gradient dO = \\partial L / \\partial O" speaks of whatever loss stands behind the layer O.

Where a line differentiates a defined loss by nothing that its definition rests on, it speaks of another one, which the
document leaves open. So it does where the loss is defined in later sections only, under titles that are none of the
line's, and is nowhere said to rest on the variable: `\\partial l / \\partial \\gamma` before `l = \\sum_t l_t`.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.document import Heading
from chainrule.read.tree import Accent, Fraction, Name, Node, Product
from chainrule.sheet.conditions.titles import beside
from chainrule.sheet.definitions.named_columns import told_columns
from chainrule.sheet.letters.writings import maximal
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference, spelled, walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.spelling import ANY, look

PROBABILITIES = frozenset({"P", "Pr"})


def with_other_losses(sheet: Sheet) -> Sheet:
    """The sheet with the losses that are not the defined one under a name of their own."""
    below_of = _names_below(sheet)
    losses = {base for base in below_of if look(base) == "loss"}
    later = _defined(sheet)
    if not losses and not later:
        return sheet
    others = {
        e.position: {b for b in losses if _other(sheet, e, b, below_of)}
        | {b for b in later if _of_a_later_section(sheet, e, b, later[b], below_of)}
        for e in sheet.equations
    }
    if not any(others.values()):
        return sheet
    before, done = sheet.glossary.rewritten, dict[tuple[int, frozenset[str]], Node]()

    def out(node: Node, position: int) -> Node:
        return _renamed(node, frozenset(others.get(position, ())))

    def side(node: Node, position: int) -> Node:
        return done.setdefault((id(node), frozenset(others.get(position, ()))), out(node, position))

    sheet.equations = [replace(e, lhs=side(e.lhs, e.position), rhs=side(e.rhs, e.position)) for e in sheet.equations]
    sheet.glossary.rewritten = lambda node, position: out(before(node, position), position)
    return sheet


def _other(sheet: Sheet, e: Equation, base: str, below_of: dict[str, set[str]]) -> bool:
    """Whether a line differentiates a loss, and by nothing that has to do with what its definition rests on; a total
    whose terms nobody defines, `L = \\sum_t L_t`, may rest on anything."""
    by, plain = _variables(sheet, e, base)
    rests = _closure(base, below_of)
    if any(look(name) == "loss" and name not in below_of for name in rests - {base}):
        return False
    if any(name.rpartition(" ")[2] in PROBABILITIES and name not in below_of for name in rests):
        return False  # a probability that nothing defines may depend on anything
    return bool(by) and not plain and not any(rests & _closure(variable, below_of) for variable in by)


def _variables(sheet: Sheet, e: Equation, base: str) -> tuple[list[str], bool]:
    """What a line differentiates a name by, and whether the name stands elsewhere in it."""
    by = [variable for node in (e.lhs, e.rhs) for above_it, variable in _slopes(sheet, node) if above_it == base]
    return by, any(base == b for node in (e.lhs, e.rhs) for b in _elsewhere(sheet, node))


def _defined(sheet: Sheet) -> dict[str, list[Equation]]:
    """The equations for each name that a document both differentiates and has a formula for, where it has sections."""
    if sum(isinstance(p, Heading) for e in sheet.equations[:1] for p in e.document.pieces) < 2:
        return {}
    tops = {base for e in sheet.equations for side in (e.lhs, e.rhs) for base, _ in _slopes(sheet, side)}
    found: dict[str, list[Equation]] = {}
    for e in sheet.equations:
        ref = reference(e.lhs.factors[0].node if isinstance(e.lhs, Product) else e.lhs, sheet.glossary)
        if ref is not None and ref.base in tops and e.op in DEFINING:
            found.setdefault(ref.base, []).append(e)
    return found


def _of_a_later_section(
    sheet: Sheet, e: Equation, base: str, defined: list[Equation], below_of: dict[str, set[str]]
) -> bool:
    """Whether a line differentiates what only sections behind its own define, by nothing that this rests on."""
    if any(x.position <= e.position or not beside(x, e) for x in defined):
        return False
    by, plain = _variables(sheet, e, base)
    others = {name: below for name, below in below_of.items() if name != base}
    rests = {y for x in defined for name in _names(sheet, x.rhs) | _names(sheet, x.lhs) for y in _closure(name, others)}
    return bool(by) and not plain and not rests.intersection(by)


def _names_below(sheet: Sheet) -> dict[str, set[str]]:
    """For each name on the left of an equation, the names on its right, and further along in its chain; for what is
    differentiated, the variables."""
    found: dict[str, set[str]] = {}
    heads: dict[tuple[int, int], Node] = {}
    for e in sheet.equations:
        head = heads.setdefault((id(e.document), e.chain), e.lhs)
        name = head.factors[0].node if isinstance(head, Product) else head
        ref = reference(name, sheet.glossary)
        if ref is not None and e.op in DEFINING:
            found.setdefault(ref.base, set()).update(_names(sheet, e.rhs), _names(sheet, e.lhs))
    for base, variable in (pair for e in sheet.equations for x in (e.lhs, e.rhs) for pair in _slopes(sheet, x)):
        if look(base) != "loss":
            found.setdefault(base, set()).add(variable)
    for named in told_columns(sheet.sentences, sheet.glossary):
        found.setdefault(named.vector.base, set()).update(_names(sheet, named.matrix))
    return found


def _names(sheet: Sheet, node: Node) -> set[str]:
    refs = [ref for ref in maximal(node, sheet.glossary) if not is_function_word(ref.base)]
    return {ref.base for ref in refs if not (ref.bare and ref.base == "e")}  # pi may be a variable


def _closure(base: str, below_of: dict[str, set[str]]) -> set[str]:
    """All names that a name rests on."""
    found: set[str] = set()
    todo = [base]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += below_of.get(name, ())
    return found


def _slopes(sheet: Sheet, node: Node) -> list[tuple[str, str]]:
    """The names that a formula differentiates, each with a name that it is differentiated by."""
    found = []
    for part in walk(node):
        top, bottom = (above(part.numerator), below(part.denominator)) if isinstance(part, Fraction) else (None, None)
        body = None if top is None or top.body is None else reference(top.body, sheet.glossary)
        if body is not None and bottom is not None:
            refs = [reference(v, sheet.glossary) for v in bottom[1]]
            found += [(body.base, "" if r is None else r.base) for r in refs]
    return found


def _elsewhere(sheet: Sheet, node: Node) -> list[str]:
    """The names in a formula outside of what is differentiated as a bare name."""
    if isinstance(node, Fraction):
        top, bottom = above(node.numerator), below(node.denominator)
        if top is not None and bottom is not None and isinstance(top.body, Name):
            return []
    ref = reference(node, sheet.glossary)
    own = [] if ref is None else [ref.base]
    found: list[str] = []

    def down(part: Node) -> Node:
        found.extend(_elsewhere(sheet, part))
        return part

    with_parts(node, down)
    return own + found


def _renamed(node: Node, bases: frozenset[str]) -> Node:
    """A formula with another name for some losses."""
    if isinstance(node, Name):
        return Accent(node.span, ANY, node) if spelled(node) in bases else node
    return with_parts(node, lambda part: _renamed(part, bases)) if bases else node
