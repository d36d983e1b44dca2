"""Updates that are asked for: the rule where the sheet does not write it with primes, and table after table."""

from __future__ import annotations

from dataclasses import replace

from chainrule.derive.sheets import BEHIND
from chainrule.expr.model import Array
from chainrule.read.tree import Name, Node, Script
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.solve.question import Question
from chainrule.trace.earlier import is_earlier
from chainrule.trace.naming import bases_of, pieces, pieces_of
from chainrule.trace.record import Step, Version
from chainrule.trace.rules import Rule, Updates
from chainrule.trace.run import Computed, Program, step_of
from chainrule.write.derivation import Line
from chainrule.write.trace_views import Detail, tex

Item = str | Line


def tables(program: Program, q: Question, detail: Detail) -> list[Item]:
    """Words and equations: the rules, then for every step what is new in it, under the names it then has."""
    first, last = q.since, q.since + q.updates
    updates = program.updates
    moving = [m for m in program.moving if not is_earlier(m.rule.name)]
    found: list[Item] = []
    updates = replace(updates, style=updates.style if _told(program) else "prime")
    if not _told(program) and not first:
        found.append("A prime stands for one update:")
        found += [_rule(m.rule, updates, program) for m in moving]
    for k in range(first, last + 1):
        step = step_of(program, k, k == last)
        lines = []
        for c in sorted(program.computed, key=lambda c: c.kind != "parameter"):
            name = _name(c, k, k == last, updates, program)
            if name is not None and c.name in step.values and c.asked.source.position < BEHIND:
                lines.append(Line("value", name, tex(_numbers(c, step, program), detail)))
        if lines:
            found += [_heading(k), *lines]
    return found


def final(program: Program, q: Question, detail: Detail) -> list[Item]:
    """What so many updates lead to: the "loss", or the "parameters"."""
    count = q.since + q.updates
    step = step_of(program, count, True)
    updates = replace(program.updates, style=program.updates.style if _told(program) else "prime")
    lines = []
    for c in program.computed:
        name = _name(c, count, True, updates, program)
        if name is not None and c.name in step.values and (c.kind == "parameter") == (q.final == "parameters"):
            lines.append(Line("value", name, tex(_numbers(c, step, program), detail)))
    return [_heading(count), *lines] if lines else []


def _told(program: Program) -> bool:
    """Whether the sheet itself says how parameters after an update are written."""
    moving = [m for m in program.moving if not is_earlier(m.rule.name)]
    return program.updates.style in ("prime", "step") and all(m.rule.equation.source != "implied" for m in moving)


def _heading(k: int) -> str:
    return "Before the first update:" if k == 0 else f"After {k} update{'s' * (k > 1)}:"


def _rule(rule: Rule, updates: Updates, program: Program) -> Line:
    """`w' = w - \\eta \\frac{\\partial L}{\\partial w}`, whatever way the sheet writes it."""
    world, e = program.variant.universe.world, rule.equation
    left, right = pieces(rule.name, e, updates, world), pieces(e.rhs, e, updates, world)
    return Line("rule", _at(left, 1), _at(right, 0))


def _at(parts: tuple[str | Version, ...], k: int) -> str:
    return "".join(p if isinstance(p, str) else p.at(k) for p in parts).strip()


def _name(c: Computed, k: int, last: bool, updates: Updates, program: Program) -> str | None:
    """What a quantity is called at a step; None where it is not written: what is given, what has no version of its own,
    and after the last update all but the parameters and the loss."""
    world = program.variant.universe.world
    kept = c.kind == "parameter" or (c.kind == "value" and any(names_loss(b) for b in bases_of(c.asked.node, world)))
    of_family = c.asked.of_family
    if c.asked.source.spelled is not None and c.asked.source.source != "implied" and not of_family:
        return None  # what another question asks for, which the sheet itself does not name
    if c.kind == "new" or (c.kind == "parameter" and k == 0) or (last and not kept):
        return None
    if of_family:
        parts = pieces_of(c.asked, updates, world)
    else:
        parts = pieces(_whole(c, program), c.asked.source, updates, world)
    versioned = any(isinstance(p, Version) for p in parts)
    return _at(parts, k) if versioned or k == 0 else None


def _whole(c: Computed, program: Program) -> Node:
    r"""Of `\hat y_i` for every i, which is as many numbers, `\hat y`."""
    node, val = c.asked.node, program.variant.typed[c.asked.line.position][2]
    letters = len(c.axes) - len(val.dims)
    if isinstance(node, Script) and node.sup is None and letters > 0:
        below = [n for n in walk(node.sub) if isinstance(n, Name)] if node.sub is not None else []
        return node.base if len(below) == letters else node
    return node


def _numbers(c: Computed, step: Step, program: Program) -> Array:
    """The numbers of a quantity, in a column where a letter counts them."""
    numbers = step.values[c.name]
    return numbers.reshape(-1, 1) if numbers.ndim == 1 and _whole(c, program) is not c.asked.node else numbers
