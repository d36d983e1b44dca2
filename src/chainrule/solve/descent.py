r"""Gradient descent from a point that a question names: "two steps from $x_0 = (1, 2)$ with rate $0.1$".

Where the sheet has no rule, it is said in the paragraph of the question, `x^{(k+1)} = x^{(k)} - 0.1 \nabla f(x^{(k)})`,
so that the numbers can be read beside the formula that they follow from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from chainrule.read.document import Document
from chainrule.read.load import from_text
from chainrule.read.tree import Comma, Fenced, Node, Product, Relation, Script
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.solve.losses import arguments_of, is_called, loss_of, stands_before
from chainrule.solve.question import Formula, Question, Start
from chainrule.solve.said.expansions import called_name, defining
from chainrule.solve.said.newton import FROM, NEWTON, Goal, goal_of, names_newton, told_goal
from chainrule.solve.said.newton import step as newton_step
from chainrule.trace.implied import RATE, rate_of
from chainrule.trace.rules import Updates
from chainrule.trace.updates import of_scope

OTHER = re.compile(
    r"\b(?:newton\w*|momentum|adam\w*|nesterov\w*|adagrad|rmsprop|conjugate|stochastic|line search)\b", re.I
)
"""What is another rule than that of gradient descent."""
METHODS = {
    "newton": re.compile(r"\bnewton\w*", re.IGNORECASE),
    "momentum": re.compile(r"\bmomentum\b|\bheavy[- ]ball\b|\bnesterov\w*|\bpolyak\w*", re.IGNORECASE),
    "adaptive": re.compile(r"\badam\w*|\bada\w+|\brms-?prop\b", re.IGNORECASE),
    "stochastic": re.compile(r"\bsgd\b|\bstochastic\b|\bmini-?batch\w*|\bonline\b", re.IGNORECASE),
    "descent": re.compile(r"\bgradient (?:de|a)scent\b|\bsteepest\b|\bgd\b", re.IGNORECASE),
}
"""Methods by their names, the most special first: momentum is descent, too."""
ASCENT = re.compile(r"\bascent\b", re.IGNORECASE)
DESCENT = re.compile(r"\bdescent\b", re.IGNORECASE)


def method_of(sentence: str) -> str:
    """The method that a sentence names, if any."""
    return next((name for name, said in METHODS.items() if said.search(sentence)), "")


def start_of(sentence: str, formulas: list[Formula]) -> Start | None:
    """Where the updates of a sentence start; None where it names no point or another rule than gradient descent."""
    found = FROM.search(sentence)
    both = ASCENT.search(sentence) and DESCENT.search(sentence)
    if found is None or both or OTHER.search(NEWTON.sub("", sentence)):
        return None
    aim = goal_of(sentence, formulas)
    goal = None if aim is None else (aim.kind, aim.name)
    numbers = [int(n) for n in re.findall(r"\d+", found["at"])]
    parts = [p for n in numbers for p in _parts(formulas[n])]
    told_at = " ".join(formulas[n].tex for n in numbers)
    rate = RATE.search(sentence)
    told = "" if rate is None else rate["number"] or _value(formulas[int(rate["formula"])])
    return (
        Start(
            tuple(parts),
            told,
            "+" if ASCENT.search(sentence) else "-",
            sentence,
            told_at,
            goal,
        )
        if parts and all(v for _, v in parts)
        else None
    )


def _parts(f: Formula) -> Iterator[tuple[str, str]]:
    """The names with their values; a value "" is none."""
    for node in f.node.items if isinstance(f.node, Comma) else (f.node,):
        if isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "=":
            value = node.links[0].node
            yield f.part(_plain(node.first)), f.part(value) if is_literal(value) else ""
        else:
            yield "", f.part(node) if is_literal(node) and isinstance(node, Fenced | Script) else ""


def _value(f: Formula) -> str:
    """`0.1` of `\\eta = 0.1` and of `0.1`, else the name."""
    value = f.node.links[-1].node if isinstance(f.node, Relation) else f.node
    return f.part(value)


def _plain(node: Node) -> Node:
    """x of `x_0`, `x^{(0)}` and `x^0`."""
    marks = [m for m in (node.sub, node.sup) if m is not None] if isinstance(node, Script) else []
    return node.base if isinstance(node, Script) and len(marks) == 1 and is_literal(marks[0]) else node


# -------------------------------------------------------------------------------------------------- said


def with_rules(document: Document, sheet: Sheet, asked: Sequence[tuple[Question, Scope]]) -> Document:
    """The document with the rule in the paragraph of the first question of each exercise that names where to start, if
    the sheet can be read so."""
    text = document.text
    firsts = {scope.number: (q, scope) for q, scope in reversed(asked)}
    for q, scope in sorted(firsts.values(), key=lambda x: x[0].end, reverse=True):
        others = {s for o, x in asked if x.number == scope.number and (s := o.start) is not None}
        rule = _rule(q.start, sheet, scope, q, len(others) == 1) if q.start is not None else None
        if rule is not None:
            text = f"{text[: q.end].rstrip()} {rule}{text[q.end :]}"
    return document if text == document.text else from_text(text, document.path, _kind(document))


def started_anew(asked: Iterable[Question]) -> list[Question]:
    """The questions of an exercise that begin elsewhere, or go on at another rate, than its first one."""
    starting = [q for q in asked if q.start is not None]
    return [q for q in starting if q.start != starting[0].start]


def of_another_method(asked: Sequence[tuple[Question, Scope]], updates: Updates) -> list[Question]:
    """The updates of an exercise with several methods that are not those of the rules that stand in a part of it: no
    line says that a rule holds for them."""
    asked = [(q, scope) for q, scope in asked if q.updates]
    if len({q.method for q, _ in asked if q.method}) < 2:
        return []
    written = (r.equation.scope for r in updates.rules if r.equation.own and r.equation.spelled is None)
    parts = {(s.part, s.section) for s in written}
    ruled = {q.method for q, s in asked if (s.part, s.section) in parts}
    return [q for q, _ in asked if len(ruled) != 1 or q.method not in ruled]


def _kind(document: Document) -> str:
    return "latex" if document.path.endswith(".tex") or r"\begin{document}" in document.text else "markdown"


def _rule(start: Start, sheet: Sheet, scope: Scope, q: Question, only: bool) -> str | None:
    """The sentence that says the rule; `only` says that all updates of the exercise start there."""
    offset = q.end
    if names_newton(sheet, scope, start.words):
        return _newton_rule(start, sheet, scope, q) if only else None
    loss = loss_of(sheet, scope, offset).split("(")[0].strip()
    rate = start.rate or rate_of(of_scope(sheet, scope))
    function = _function(loss, sheet, scope, offset)
    at = _named(start, [] if function is None else [_source(function, x) for x in arguments_of(function)])
    if rate is None or not at:
        return None
    if len(at) == 1 and function is not None:
        x, value = at[0]
        step = rf"{x}^{{(k+1)}} = {x}^{{(k)}} {start.sign} {rate} \nabla {loss}({x}^{{(k)}})"
        return f"Each step is ${step}$, and ${x}^{{(0)}} = {value}$."
    steps = [rf"${x} \leftarrow {x} {start.sign} {rate} \frac{{\partial {loss}}}{{\partial {x}}}$" for x, _ in at]
    return f"Each step is {' and '.join(steps)}, from {' and '.join(f'${x} = {v}$' for x, v in at)}."


def _newton_rule(start: Start, sheet: Sheet, scope: Scope, q: Question) -> str | None:
    """The step of Newton's method to the goal that the words tell."""
    goal = None if start.goal is None or start.rate else told_goal(sheet, scope, q.span.start, Goal(*start.goal))
    function = None if goal is None else defining(goal.name, sheet, scope, q.end)
    at = [] if function is None else _named(start, [_source(function, x) for x in arguments_of(function)])
    if goal is None or function is None or len(at) != 1:
        return None
    (x, value), name = at[0], called_name(function)
    counted = re.search(rf"{re.escape(x)}_\{{?0\}}?\s*=", start.told)  # the sheet gives the first value itself
    old, new = (f"{x}_k", f"{x}_{{k+1}}") if counted else (rf"{x}^{{(k)}}", rf"{x}^{{(k+1)}}")
    body = newton_step(goal.kind, name, old, value.startswith("(") or "matrix" in value)
    if not body:
        return None
    return f"Each step is ${new} = {body}$" + ("." if counted else f", and ${x}^{{(0)}} = {value}$.")


def _function(loss: str, sheet: Sheet, scope: Scope, offset: int) -> Equation | None:
    """The equation of `f(x) = ...`."""
    for e in sheet.equations:
        called = e.lhs.factors[0].node if isinstance(e.lhs, Product) and is_called(e.lhs) else None
        if called is not None and stands_before(e, scope, offset) and _source(e, called) == loss and not e.link:
            return e
    return None


def _source(e: Equation, node: Node) -> str:
    return e.document.source(node.span).strip()


def _named(start: Start, arguments: Sequence[str]) -> list[tuple[str, str]]:
    """The parameters with the values that they start at; none where the two do not fit."""
    if len(start.at) > 1 or start.at[0][0]:
        fits = all(name and (not arguments or name in arguments) for name, _ in start.at)
        return list(start.at) if fits and len(start.at) == max(1, len(arguments)) else []
    value = start.at[0][1]
    if len(arguments) == 1:
        return [(arguments[0], value)]
    entries = [x.strip() for x in re.sub(r"^\\?(?:left)?\(|\\?(?:right)?\)(?:\^.*)?$", "", value).split(",")]
    return list(zip(arguments, entries, strict=True)) if len(entries) == len(arguments) else []
