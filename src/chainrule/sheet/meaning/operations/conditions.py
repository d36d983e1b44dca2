"""Conditions as 0 or 1, entry by entry, and cases."""

from __future__ import annotations

import operator
from fractions import Fraction
from itertools import pairwise

from chainrule.expr import Expr, const, indicator, mul, piecewise
from chainrule.read import tree
from chainrule.read.tree import Cases, Comma, Dots, Fenced, Name, Node, Relation, Text
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.operations.cases_of_steps import at_its_step
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import letter_of, reference
from chainrule.sheet.syntax.patterns import same_form
from chainrule.sheet.syntax.script_words import juxtaposed_letters

COMPARISONS = {"=": "==", "≡": "==", "≠": "!=", "<": "<", ">": ">", "≤": "<=", "≥": ">="}


OTHERWISE = frozenset({"otherwise", "else", "other", "others", "elsewhere"})
COMPLEMENTS = {"=": "≠", "≠": "=", ">": "≤", "≤": ">", "<": "≥", "≥": "<"}
TURNED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}
HOLDS = {"=": operator.eq, "≠": operator.ne, "<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge}


def condition(frame: Frame, node: Node) -> Val:
    """A condition as 0 or 1, entry by entry: `j = k`, `z > 0`, `j \\notin \\{k, y_i\\}`; commas and "and" multiply."""
    match node:
        case Relation(first=first, links=links):
            sides = [first, *(link.node for link in links)]
            parts = [_link(frame, sides[n], link.op, link.node) for n, link in enumerate(links)]
        case Comma(items=items):
            parts = [condition(frame, i) for i in items if not isinstance(i, Text)]
        case tree.Product(factors=factors):
            parts = [condition(frame, f.node) for f in factors if not isinstance(f.node, Text)]
        case Fenced(body=body):
            return condition(frame, body)
        case _:
            raise Untyped("this is no condition", "untyped")
    result = parts[0]
    for part in parts[1:]:
        result = algebra.hadamard(frame.dims, result, part)
    return result


def _link(frame: Frame, a: Node, op: str, b: Node) -> Val:
    if op in ("∈", "∉"):
        return _membership(frame, a, op, b)
    relation = COMPARISONS.get(op)
    if relation is None:
        raise Untyped(f"the relation {op} is no condition", "relation")
    left, right = compared(frame, a, b)
    return algebra.elementwise(frame.dims, lambda x, y: indicator(relation, x, y), left, right, what="the sides")


def compared(frame: Frame, a: Node, b: Node) -> tuple[Val, Val]:
    """Two sides of a comparison; letters on it are indices over the same range."""
    for x, y in ((a, b), (b, a)):
        letter, other = letter_of(x), letter_of(y)
        if letter and other and is_index_letter(frame, letter) and is_index_letter(frame, other):
            dim_x, _ = frame.letter(letter) or frame.free_letter(letter)
            dim_y, _ = frame.letter(other) or frame.free_letter(other)
            frame.dims.unify(dim_x, dim_y)
        elif letter and is_index_letter(frame, letter) and _is_label(frame, y) and frame.letter(letter) is None:
            frame.free_letter(letter)
    return frame.value(a), frame.value(b)


def _is_label(frame: Frame, node: Node) -> bool:
    """`y_i` in `j = y_i`: a name whose values are integers."""
    ref = reference(node, frame.world.glossary)
    return ref is not None and frame.world.family(ref.base).integer


def is_index_letter(frame: Frame, letter: str) -> bool:
    """Whether a letter stands for an index here: bound, already used as a subscript, or nothing else at all."""
    if frame.letter(letter) is not None:
        return True
    core = letter.rstrip("'")
    family = frame.world.families.get(core)
    unused = family is None or (family.operand == 0 and not family.integer)
    return len(core) == 1 and unused and not frame.world.defined(core)


def _membership(frame: Frame, a: Node, op: str, b: Node) -> Val:
    if not isinstance(b, Fenced) or b.open != "{":
        raise Untyped("membership in something that is no list", "untyped")
    items = b.body.items if isinstance(b.body, Comma) else (b.body,)
    if any(isinstance(i, Dots) for i in items):
        raise Untyped("membership in a range", "untyped")
    rel = "==" if op == "∈" else "!="
    parts = []
    for item in items:
        left, right = compared(frame, a, item)
        parts.append((left.at, right.at))

    def at() -> Expr:
        terms = [indicator(rel, x(), y()) for x, y in parts]
        if rel == "!=":
            return mul(*terms)
        return indicator(">", sum(terms[1:], terms[0]), const(0))

    return scalar(at)


def cases(frame: Frame, node: Cases) -> Val:
    """`cases`: the first row whose condition holds; the last row must be "otherwise" or the complement of the first."""
    if (chosen := at_its_step(frame, node)) is not None:
        return frame.value(chosen)
    rows = list(node.rows)
    last = rows[-1]
    if not _is_otherwise(last.condition) and not _complementary(rows):
        raise Untyped("the cases do not say what holds otherwise", "ambiguous")
    vals = [frame.value(r.value) for r in rows]
    conditions = [condition(frame, r.condition) for r in rows[:-1] if r.condition is not None]
    if len(conditions) != len(rows) - 1:
        raise Untyped("a case without a condition before the last", "ambiguous")

    def pick(*terms: Expr) -> Expr:
        n = len(conditions)
        return piecewise(list(zip(terms[:n], terms[n:-1], strict=True)), terms[-1])

    return algebra.elementwise(frame.dims, pick, *conditions, *vals, what="the cases")


def _is_otherwise(node: Node | None) -> bool:
    """No condition, any words, or `w = others`."""
    if isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "=":
        return _word(node.links[0].node) in OTHERWISE and letter_of(node.first) is not None
    return node is None or isinstance(node, Text) or _word(node) in OTHERWISE


def _word(node: Node) -> str | None:
    """The word that a name, a text or letters side by side spell."""
    match node:
        case Text(text=text) | Name(text=text):
            return text.strip().lower()
        case tree.Product():
            return juxtaposed_letters(node)
    return None


def _complementary(rows: list[tree.Case]) -> bool:
    """Two rows whose conditions are each other's complement, `i = j` and `i \\neq j`, or several that leave no number
    out: `z < 0`, `0 \\le z \\le 1` and `z > 1`."""
    relations = [r.condition for r in rows if isinstance(r.condition, Relation)]
    if len(relations) != len(rows):
        return False
    if len(rows) != 2 or any(len(r.links) != 1 for r in relations):
        return _cover_the_line(relations)
    a, b = relations
    return (COMPLEMENTS.get(a.links[0].op) == b.links[0].op and same_form(a.first, b.first)) or _cover_the_line(
        relations
    )


def _cover_the_line(relations: list[Relation]) -> bool:
    """Whether conditions that compare one thing to numbers hold, one or the other, whatever it is."""
    told = [bounds for r in relations for bounds in _bounds(r)]
    numbers = sorted({bound for _, _, bound in told if bound is not None})
    if not numbers or not all(bound is not None and same_form(told[0][0], node) for node, _, bound in told):
        return False
    between = [(x + y) / 2 for x, y in pairwise(numbers)]
    points = [numbers[0] - 1, *numbers, *between, numbers[-1] + 1]
    return all(any(all(_holds(x, op, b) for _, op, b in _bounds(r)) for r in relations) for x in points)


def _bounds(relation: Relation) -> list[tuple[Node, str, Fraction | None]]:
    """`0 \\le z < 1` as what is compared, the sign and the number, for each of its signs."""
    sides = [relation.first, *(link.node for link in relation.links)]
    found = []
    for a, link, b in zip(sides, relation.links, sides[1:], strict=False):
        number = literal_number(a)
        if number is None:
            found.append((a, link.op, literal_number(b)))
        else:
            found.append((b, TURNED.get(link.op, link.op), number))
    return found


def _holds(x: Fraction, op: str, bound: Fraction | None) -> bool:
    if bound is None or op not in HOLDS:
        return False
    return bool(HOLDS[op](x, bound))


MEANINGS[Cases] = cases


MEANINGS[Relation] = condition
