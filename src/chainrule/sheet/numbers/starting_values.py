r"""Numbers that a method starts from: `a = 0` behind `\frac{\partial L}{\partial a} = ... = 0` may be a point and no
solution.

No words need to say so. A slope that a later line says to have another value than zero was taken at a point; and where
a condition has data without any number, a plain number that is put in for the name is no solution of it.
"""

from __future__ import annotations

from math import inf

from chainrule.read.tree import Node
from chainrule.sheet.conditions.imposed import differentiates
from chainrule.sheet.definitions.put_in import paired
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Imposed
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal, is_zero, literal_number
from chainrule.sheet.syntax.names import letter_of, node_key, reference
from chainrule.sheet.words.wording import CONCLUDED


def starts(world: World, e: Equation, equations: list[Equation]) -> bool:
    """Whether an equation that gives the unknown of a condition a number only says where to start."""
    ref = reference(e.lhs, world.glossary)
    if e.link or ref is None or ref.postfix or ref.labels or not is_literal(e.rhs) or CONCLUDED.search(e.cue):
        return False
    if ref.base in world.aliases or any(letter_of(x) is not None for x in ref.subs):
        return False  # `\hat a = 0`, `a^* = 0`, and `a_i = 0` for some i
    given = (s for s in world.sites.get(ref.base, ()) if s.onward and s.ref.key == ref.key)
    if any(node_key(s.body) == node_key(e.rhs) for s in given):
        return True
    before = [c for c in world.imposed if c.position < e.position]
    if any(_taken_there(c, e, equations) for c in before if not c.unknowns or ref.base in c.unknowns):
        return True
    conditions = [c for c in before if ref.base in c.unknowns]
    free = bool(conditions) and all(_of_free_data(world, c) for c in conditions)
    later = (x for x in equations if x.position > e.position and x.document is e.document)
    return free and any(_puts_in(e, x.lhs, x.rhs) for x in later)


def _taken_there(condition: Imposed, e: Equation, equations: list[Equation]) -> bool:
    """Whether the slope of a condition is said to be another number than zero behind a value, before the next one; that
    may be the same number again where none was given before."""
    slopes = _slopes(condition, e, equations)
    name = node_key(e.lhs)
    here = [x for x in equations if x.position > condition.position and x.document is e.document]
    values = [x for x in here if node_key(x.lhs) == name and is_literal(x.rhs)]
    first = not values or values[0].position >= e.position
    others = (x.position for x in values if not (first and node_key(x.rhs) == node_key(e.rhs)))
    end = min((p for p in others if p > e.position), default=inf)
    heads: dict[int, bool] = {}
    behind = (x for x in here if e.position < x.position < end)
    chains = (x for x in behind if heads.setdefault(x.chain, any(_is_slope_there(x.lhs, s, e) for s in slopes)))
    return any(is_literal(x.rhs) and not is_zero(x.rhs) for x in chains)


def _of_free_data(world: World, condition: Imposed) -> bool:
    """Whether a condition rests on data that the document says nothing of before it is to be solved, `\\sum_i y_i` for
    some y: a plain number is then no solution of it."""
    unknowns = {base for c in world.imposed for base in c.unknowns}
    seen: set[str] = set()
    bodies = [side for side in (condition.equation.lhs, condition.equation.rhs) if not differentiates(side)]
    while bodies:
        for r in references(bodies.pop(), world):
            base = world.aliases.get(r.base, r.base)
            if base in seen or base in unknowns or base in world.glossary.bound:
                continue
            if r.subs and not world.defined(base):
                return True
            seen.add(base)
            bodies += [s.body for table in (world.sites, world.functions) for s in table.get(base, ())]
    return False


def _slopes(condition: Imposed, e: Equation, equations: list[Equation]) -> list[Node]:
    """The derivatives that a condition sets to zero: on its side, or in a line before that gives them its formula."""
    slope = condition.head or condition.equation
    sides = {node_key(slope.lhs), node_key(slope.rhs)}
    before = (x for x in equations if x.position < e.position and x.document is e.document and not x.link)
    given = [x.lhs for x in before if differentiates(x.lhs) and node_key(x.rhs) in sides]
    return [slope.lhs, *given] if differentiates(slope.lhs) else given


def _is_slope_there(side: Node, slope: Node, e: Equation) -> bool:
    """Whether a side is the slope of a condition as it stands, or with the number of a value put in, `f'(5)`."""
    return node_key(side) == node_key(slope) or _puts_in(e, slope, side)


def _puts_in(e: Equation, formula: Node, numbers: Node) -> bool:
    """Whether a formula with numbers has that of a value in the place of its name."""
    name, number = node_key(e.lhs), literal_number(e.rhs)
    return any(node_key(a) == name and literal_number(b) == number for a, b in paired(formula, numbers) or ())
