"""Update rules, and what is asked of the formulas of a sheet to find them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Accent, Fenced, Fraction, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.marks import Mark, primed, step_mark, taken_off

CLOCK = "stepnumber"
"""The name of the number of a step, where a rule computes with it: `\\beta^t`."""
CUE = re.compile(
    r"descent|updat|iterat|newton|learning[- ]rate|step[- ]size|optimi[sz]|momentum|epoch|training step|fixed[- ]point"
    r"|\b(?:sgd|adam\w*|adagrad|adadelta|rms-?prop|nesterov|heavy[- ]ball)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rule:
    """One update: the name it is of, without versions, and the equation with primes."""

    name: Node
    base: str
    equation: Equation


@dataclass
class Updates:
    """What a sheet says of updates.

    `style` is how it writes versions: "prime", "step", "word", "arrow" or ""; `clock` is the value of the step letter
    at the first step, `labels` has for each counted name the label it then has, `script` how it is written, `marks`
    where the versions stand: by document and start of the name, the ends of the script. `held` says why there is no
    rule where words alone speak of one.
    """

    rules: list[Rule] = field(default_factory=list)
    style: str = ""
    clock: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    script: dict[str, str] = field(default_factory=dict)
    marks: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    summed: bool = False
    held: str = ""

    @property
    def bases(self) -> frozenset[str]:
        """The names that are updated."""
        return frozenset(r.base for r in self.rules)


def speaks_of_updates(sheet: Sheet) -> bool:
    """Whether words do; a title counts for a sheet of one exercise."""
    titles = sheet.titles if len({e.scope.number for e in sheet.equations}) < 2 else []
    return any(CUE.search(text) for text in (*(s.text for s in sheet.sentences), *titles))


def base_of(sheet: Sheet, node: Node) -> str | None:
    ref = reference(node, sheet.glossary)
    return None if ref is None else ref.base


def refs(sheet: Sheet, node: Node) -> Iterator[Ref]:
    for part in walk(node):
        ref = reference(part, sheet.glossary)
        if ref is not None:
            yield ref


def unprimed(node: Node) -> Node:
    if isinstance(node, Script) and node.primes:
        bare = replace(node, primes=0)
        return node.base if bare.sub is None and bare.sup is None else bare
    return node


def version(node: Node, bare: Node, count: int) -> Node:
    """A name with primes for its version; a later one is shown as its author writes it."""
    return replace(primed(bare, count), span=node.span)


def rewrite(sheet: Sheet, choose: Callable[[Node], Node | None]) -> None:
    """Exchange nodes all over the sheet."""
    sheet.equations = [replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose)) for e in sheet.equations]
    sheet.expressions = [(s, p, rebuilt(n, choose)) for s, p, n in sheet.expressions]
    sheet.sentences = [replace(s, formulas=tuple(rebuilt(n, choose) for n in s.formulas)) for s in sheet.sentences]


def callee_base(sheet: Sheet, lhs: Node) -> str | None:
    """The f of `f(x) = ...`."""
    if isinstance(lhs, Product) and len(lhs.factors) == 2 and isinstance(lhs.factors[1].node, Fenced):
        return base_of(sheet, lhs.factors[0].node)
    return None


def by_of(sheet: Sheet, node: Node) -> str | None:
    """The name that a derivative is taken by."""
    if isinstance(node, Fraction) and above(node.numerator) is not None:
        bottom = below(node.denominator)
        return base_of(sheet, bottom[1][0]) if bottom is not None else None
    nabla = nabla_of(node)
    return base_of(sheet, nabla[0][0]) if nabla is not None and nabla[0] else None


def matters(sheet: Sheet, base: str) -> bool:
    """Whether a name stands in what defines other names or is differentiated by: then it is a parameter."""
    for e in sheet.equations:
        own = base_of(sheet, e.lhs)
        if own != base and e.op != "←" and any(r.base == base for r in refs(sheet, e.rhs)):
            return True
        if any(by_of(sheet, n) == base for side in (e.lhs, e.rhs) for n in walk(side)):
            return True
    return False


def has_term(term: Node, name: Node) -> bool:
    """Whether a term is the name, or the name times something."""
    factors = [f.node for f in term.factors] if isinstance(term, Product) else [term]
    return any(node_key(f) == node_key(name) for f in factors)


@dataclass(frozen=True)
class Counted:
    """A name with a counted version."""

    bare: Node
    base: str
    mark: Mark


def counted(sheet: Sheet, node: Node, letters: frozenset[str] | None = None) -> Counted | None:
    def test(part: Node) -> Mark | None:
        mark = step_mark(part)
        if mark is None or (letters is not None and mark.letter not in letters):
            return None
        return mark if mark.letter is not None or letters is None else None

    found = taken_off(node, test) if isinstance(node, (Script, Accent)) else None
    base = None if found is None else base_of(sheet, found[0])
    return None if found is None or base is None else Counted(found[0], base, found[1])


def plain_base(sheet: Sheet, node: Node) -> str | None:
    found = counted(sheet, node)
    return base_of(sheet, node) if found is None else found.base


def descends(sheet: Sheet, e: Equation, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a derivative stands on the right side, or a name that is one by its definition."""
    for node in walk(e.rhs):
        if nabla_of(node) is not None or (isinstance(node, Name) and node.text in ("nabla", "Delta")):
            return True
        if isinstance(node, Fraction) and above(node.numerator) is not None and below(node.denominator) is not None:
            return True
        if isinstance(node, Script) and node.primes:
            return True
    bases = {plain_base(sheet, n) for n in walk(e.rhs)} - {None}
    others = [
        x
        for x in sheet.equations
        if x.position not in seen and x is not e and not x.link and plain_base(sheet, x.lhs) in bases
    ]
    return any(descends(sheet, x, seen | {e.position}) for x in others)


def add_equation(sheet: Sheet, tex: str, first: bool = False) -> Equation | None:
    """An equation of our own, before or after all others."""
    if not sheet.equations:
        return None
    beside = sheet.equations[0 if first else -1]
    node = parse(tex, Span(0, len(tex)), {}, True)[0].node
    if not isinstance(node, Relation) or len(node.links) != 1:
        return None
    lhs, _, rhs = tex.partition(" = ")
    position = beside.position - 1 if first else beside.position + 2
    e = replace(
        beside, position=position, span=beside.span, lhs=node.first, op="=", rhs=node.links[0].node,
        chain=-(10**6) - position, link=0, cue="", conditions=(), source="implied", spelled=(lhs, rhs), sign=None,
    )  # fmt: skip
    sheet.equations.insert(0 if first else len(sheet.equations), e)
    return e
