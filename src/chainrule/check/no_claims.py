"""The lines of a document that claim nothing: declarations, ranges, definitions, update rules, lines nobody can judge.

Each row of `NO_CLAIMS` knows one kind of line and gives its verdict, or None for any other line; the order of the rows
is the order in which they are asked. A line that no row knows is a claim, and the `Judge` compares its sides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import has_derivative, has_differentials, is_differential, is_range, updates
from chainrule.check.comparison.lines import EQUALITIES
from chainrule.check.conditions.signs import by_its_form
from chainrule.check.named_alike import named_alike
from chainrule.check.numbers.numbers import unsaid
from chainrule.check.readings.both_signs import both_signs
from chainrule.check.readings.closed_elsewhere import closed_elsewhere
from chainrule.check.readings.known_densities import known_density
from chainrule.check.readings.said_likelihoods import said_likelihood
from chainrule.check.readings.slopes_by_words import said_slope
from chainrule.check.readings.up_to_a_constant import up_to_a_constant
from chainrule.check.records.finding import Finding
from chainrule.check.solved_lines import solves
from chainrule.read.tree import Fenced, Name, Node, Product, Unread
from chainrule.sheet.conditions.extremes import place
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.derivatives.differentials import has_signs
from chainrule.sheet.derivatives.gradient_names import named_gradient
from chainrule.sheet.letters.glossary import is_kronecker_value
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import KRONECKER, node_key, reference, walk
from chainrule.sheet.syntax.one_by_one import each_by_itself
from chainrule.sheet.syntax.parts import core_of

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

DECLARING = {
    "∈": "declares where a name lives",
    "∉": "is a condition",
    "⊂": "declares a set",
    "∼": "declares a distribution",
    "≠": "is a condition",
    "<": "is a condition",
    ">": "is a condition",
    "≤": "is a condition",
    "≥": "is a condition",
    **dict.fromkeys("≻⪰≺⪯", "is a condition"),
    "←": "is an update rule",
    "→": "is a map or a limit",
}

UNJUDGED = (
    "differentials such as dL are judged where the document speaks of them and every term of the line has exactly one"
)


def unread(judge: Judge, e: Equation) -> Finding | None:
    """A side that could not be read."""
    found = next((n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Unread)), None)
    if found is None:
        return None
    closed = closed_elsewhere(judge, e) if found.code == "unbalanced" else None
    return closed or Finding("unsupported", found.code, found.reason)


def restriction(judge: Judge, e: Equation) -> Finding | None:
    """`i = 1, ..., n` and conditions: what they restrict an index to."""
    if e.source == "condition" or is_range(e) or e.position in judge.world.between_indices:
        return Finding("definition", "range", f"{e.text(e.lhs)} {e.op} {e.text(e.rhs)} restricts an index", "range")
    return None


def contradicted_shape(judge: Judge, e: Equation) -> Finding | None:
    """A declaration of a shape that another one contradicts."""
    ref = reference(e.lhs, judge.world.glossary)
    if e.op != "∈" or ref is None or ref.base not in judge.world.contradictions:
        return None
    message = f"{e.text(e.lhs)} is {judge.world.contradictions[ref.base]}; the first is used"
    return Finding("unsupported", "shape", message, "definition")


def proportional(judge: Judge, e: Equation) -> Finding | None:
    r"""`p \propto q`, where the sides show whether their ratio is constant."""
    return up_to_a_constant(judge, e) if e.op == "∝" else None


def declaration(judge: Judge, e: Equation) -> Finding | None:
    """A relation that declares, or one that is not judged."""
    if e.op in DECLARING:
        code = "update" if e.op == "←" else "declaration"
        return Finding("definition", code, f"the relation {e.op} {DECLARING[e.op]}", "definition")
    ref = reference(e.lhs, judge.world.glossary)
    if not e.display and ref is not None and ref.base == KRONECKER and is_kronecker_value(e.lhs, e.rhs):
        return Finding("definition", "declaration", "says which values the Kronecker delta takes", "definition")
    return None if e.op in EQUALITIES else Finding("unsupported", "relation", f"relations with {e.op} are not judged")


def entries(judge: Judge, e: Equation) -> Finding | None:
    """What is known to declare, and values of some entries of a name."""
    if e.position in judge.world.declaring:
        return Finding("definition", "declaration", judge.world.declaring[e.position], "definition")
    if e.position in judge.world.partial and not has_derivative(e):
        return Finding("definition", "declaration", "gives some entries of a name their value", "definition")
    return None


def gradient_name(judge: Judge, e: Equation) -> Finding | None:
    r"""`dW = \frac{\partial L}{\partial W}`."""
    if named_gradient(e.lhs, e.rhs) is None:
        return None
    return Finding("definition", "definition", "says what names with a d stand for", "definition")


def changes(judge: Judge, e: Equation) -> Finding | None:
    """A line of differentials, where the document speaks of them."""
    if has_signs(e):
        return judge.of_changes(e)
    if is_differential(e.lhs, judge.world) or has_differentials(judge.world, e.lhs, e.rhs):
        return Finding("unsupported", "operator", UNJUDGED)
    return None


def given_value(judge: Judge, e: Equation) -> Finding | None:
    """A value that the text gives, the name of an extreme's place, numbers of a slope that nothing else says."""
    name = e.text(e.lhs)
    if e.source in ("prose", "given"):
        return Finding("definition", "definition", f"the text gives {name} its value", "definition")
    if place(e, judge.world.glossary) is not None:
        return Finding("definition", "definition", f"says what {name} is the place of", "definition")
    if e.position in judge.variant().settled.slopes:
        message = f"gives {name} its numbers; nothing else says what they are"
        return Finding("definition", "definition", message, "definition")
    return None


def function_alone(judge: Judge, e: Equation) -> Finding | None:
    r"""`\text{softmax} = [0.2, 0.8]`: the result of a function under its name, which says nothing of the function."""
    name = e.lhs.text if isinstance(e.lhs, Name) else ""
    known = len(name) > 2 and is_function_word(name) and not judge.world.defined(name)
    if not known or not is_arithmetic(judge.world, e.rhs):
        return None
    return Finding("unsupported", "untyped", f"{name} stands alone; the line does not say what it is taken of")


def second_formula(judge: Judge, e: Equation) -> Finding | None:
    """A second formula for a name: a claim in the world in which it does not define the name."""
    return judge.claim_without(e) if e.position in judge.world.seconds.equal else None


def definition(judge: Judge, e: Equation) -> Finding | None:
    """The equation that a name's meaning is taken from."""
    if not defines(judge, e):
        return None
    told = unsaid(judge, e) or judge.step(e) or known_density(judge, e)
    told = told or said_likelihood(judge, e) or said_slope(judge, e) or solves(judge, e) or named_alike(judge, e)
    return told or judge.definition(e)


def defines(judge: Judge, e: Equation) -> bool:
    """Whether this very equation is what a name's meaning is taken from, or would be if it had one."""
    world = judge.world
    if any(h.site.position == e.position for h in world.hidden.values()):
        return True
    sites = [s for group in (world.sites, world.functions) for found in group.values() for s in found]
    items = [e.lhs, e.rhs, *(value for _, value in each_by_itself(e.lhs, e.rhs))]
    return any(
        s.position == e.position and s.assumed is None and any((s.written or s.body) is i for i in items) for s in sites
    )


def named(judge: Judge, e: Equation) -> Node:
    r"""The side of a definition that names something: the right one at the end of `L_z = p - y = \delta`."""
    sites = (s for found in judge.world.sites.values() for s in found if s.position == e.position)
    return e.rhs if any(s.body is e.lhs for s in sites) else e.lhs


def update(judge: Judge, e: Equation) -> Finding | None:
    r"""`w = w - \eta g`: a new value for an old name."""
    if not updates(judge.world, e) or e.position in judge.world.rearranged:
        return None
    return Finding("definition", "update", "an update rule: the name stands on both sides", "definition")


def dependence(judge: Judge, e: Equation) -> Finding | None:
    r"""`\eta^a = \eta^a(x^T \beta)`: a name, and the same with what it depends on, which has no such name in it."""
    factors = e.rhs.factors if isinstance(e.rhs, Product) else ()
    core = core_of(e.lhs)
    if len(factors) != 2 or factors[1].op or not isinstance(core, Name) or node_key(factors[0].node) != node_key(e.lhs):
        return None
    call = factors[1].node
    if not isinstance(call, Fenced) or call.open != "(" or any(node_key(n) == node_key(core) for n in walk(call)):
        return None
    return Finding("definition", "declaration", f"says what {e.text(e.lhs)} depends on", "definition")


NO_CLAIMS: tuple[Callable[[Judge, Equation], Finding | None], ...] = (
    unread,
    restriction,
    contradicted_shape,
    by_its_form,
    proportional,
    declaration,
    entries,
    gradient_name,
    changes,
    given_value,
    function_alone,
    second_formula,
    both_signs,
    definition,
    dependence,
    update,
)
