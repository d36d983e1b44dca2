"""Vectors that a sheet takes for granted: the x of `W x` where W is a matrix and nothing says what x is."""

from __future__ import annotations

import re
from itertools import pairwise

from chainrule.check.clock import Clock
from chainrule.check.engine import judge_for
from chainrule.check.exact import typed_again
from chainrule.check.lines import Variant
from chainrule.check.options import Options
from chainrule.read.document import Document
from chainrule.read.load import from_text
from chainrule.read.tree import Name, Node, Product, Script, Sum
from chainrule.sheet.names import reference, walk
from chainrule.sheet.spelling import look
from chainrule.sheet.statements import Equation, Sheet
from chainrule.sheet.world import World
from chainrule.solve.questions import Question
from chainrule.trace.naming import named
from chainrule.trace.rules import names_loss

SINGLE = re.compile(r"\b(?:one|single)[- ](?:\w+ )?(?:unit|neuron|node|input|hidden)|\bscalars?\b", re.IGNORECASE)


def vectors_untold(sheet: Sheet, options: Options, clock: Clock) -> list[str]:
    """The names, in TeX, that stand behind a matrix and are read as numbers for want of a word about them."""
    own = [e for e in sheet.equations if e.own]
    found: dict[str, str] = {}
    for number in dict.fromkeys(e.scope.number for e in own):
        mine = [e for e in own if e.scope.number == number]
        judge = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock)
        for e in (x for x in mine if x.spelled is None):
            for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
                behind = [b for a, b in _pairs(node) if _is_matrix(judge.world, a)]
                beside = _beside(judge.variant(), e, node) if isinstance(node, Sum) else []
                for name in (*behind, *beside):
                    base = _loose(judge.world, name)
                    if base is not None:
                        found.setdefault(base, e.document.source(name.span))
    return list(found.values())


def scalars_untold(sheet: Sheet, options: Options, clock: Clock) -> list[str]:
    """The capital letters that are read as matrices where the words speak of single units and a loss has axes."""
    if not any(SINGLE.search(s.text) for s in sheet.sentences):
        return []
    own = [e for e in sheet.equations if e.own and e.spelled is None]
    judge = judge_for(sheet, own[-1].scope, own[-1].position, options, clock)
    variant = judge.variant()
    losses = [e for e in judge.equations if (r := reference(e.lhs, sheet.glossary)) is not None and names_loss(r.base)]
    if not any(e.position in variant.typed and variant.typed[e.position][1].dims for e in losses):
        return []
    found: dict[str, str] = {}
    for e in own:
        for node, ref in (x for side in (e.lhs, e.rhs) for x in named(side, judge.world)):
            reading = judge.world.readings.get(ref.base)
            if reading is not None and reading.axes == 2 and look(ref.base) == "upper":
                found.setdefault(str(ref.key), e.document.source(node.span))
    return list(found.values())


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    factors = node.factors if isinstance(node, Product) else ()
    return [(a.node, b.node) for a, b in pairwise(factors) if b.op in ("", "cdot")]


def _beside(variant: Variant, e: Equation, node: Sum) -> list[Node]:
    """The names that are added to a vector: the b of `W x + b`."""
    names: list[Node] = [t.node for t in node.terms if isinstance(t.node, Name)]
    others = [t.node for t in node.terms if t.node not in names] or [t.node for t in node.terms]
    vals = [typed_again(variant, e, x) for x in others] if names else []
    return names if any(v is not None and v.kind == "column" for v in vals) else []


def _is_matrix(world: World, node: Node) -> bool:
    """Whether a factor is a capital letter that is no number."""
    ref = reference(node, world.glossary) if isinstance(node, (Name, Script)) else None
    if ref is None or ref.subs or world.defined(ref.base) or look(ref.base) != "upper":
        return False
    return world.family(ref.base).declared_rank != "scalar"


def _loose(world: World, node: Node) -> str | None:
    """The base of a small letter that is read as a number, if nobody says what it is."""
    ref = reference(node, world.glossary) if isinstance(node, Name) else None
    if ref is None or world.defined(ref.base) or look(ref.base) != "lower":
        return None
    reading = world.readings.get(ref.base)
    untold = world.family(ref.base).declared_rank is None
    return ref.base if untold and reading is not None and reading.axes == 0 else None


def with_told(document: Document, names: list[str], what: str, first: Question, latex: bool) -> Document:
    """The document with a sentence, before the first question, that says what some names are."""
    at = document.text.rfind("\n\n", 0, first.span.start)
    at = 0 if at < 0 else at + 2
    listed = ", ".join(f"${n}$" for n in names)
    said = f"Here {listed} {f'are {what}s' if len(names) > 1 else f'is a {what}'}.\n\n"
    text = document.text[:at] + said + document.text[at:]
    return from_text(text, document.path, "latex" if latex else "markdown")
