r"""Lines that hold up to a constant: `\log p(x \mid \mu) = -\frac{1}{2} (x - \mu)^2 + \text{const}`, `f \propto g`.

What is left out depends on none of the names that the document is about there: those that it differentiates by or looks
for extremes over, and those that the function at the head of the chain is called with. So the slopes by
these of both sides are equal, or of their logarithms where one is proportional to the other; and the line is wrong
where the slopes differ by every name of its right side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different, Outcome, Same
from chainrule.check.diagnosis.diagnose import Bench, Repair, search
from chainrule.check.doubts.corroborate import corroborated
from chainrule.check.doubts.doubts import doubt
from chainrule.check.records.finding import Finding
from chainrule.check.records.need import CONSTANTS, differentiated_by
from chainrule.check.records.report import Counterexample, Evidence, Note
from chainrule.read.tree import Accent, Big, Factor, Fenced, Infix, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.conditions.extremes import extremal
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import Ref, children, letter_of, reference, walk
from chainrule.sheet.syntax.parts import terms_of

if TYPE_CHECKING:
    from chainrule.check.comparison.lines import Variant
    from chainrule.check.judge import Judge

WORDS = frozenset({"const", "constant", "constants", "cst", "cte"})
LETTER = re.compile(r"[cCkKZ]")
SAID = r"\b(?:constants?|independent of|(?:does|do) not depend)\b"
"""What is said of a letter for a constant, near by."""
SLOPE = {"=": r"\frac{{\partial}}{{\partial {}}} \left(0\right)",
         "∝": r"\frac{{\partial}}{{\partial {}}} \left(\log\left(0\right)\right)"}  # fmt: skip
MOST = 6
BARS = frozenset({"|", "∣", "‖"})


def up_to_a_constant(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a line whose right side is said to lack a constant; None for any other line."""
    slopes = _slopes(judge, e)
    if slopes is None:
        return None
    found = {base: slopes.outcome(base) for base in slopes.names}
    if e.op == "=" and not slopes.in_words() and slopes.equal():
        return None  # a letter that nothing needs may be another name
    same = [base for base, outcome in found.items() if isinstance(outcome, Same)]
    if any(about and about <= set(same) for about in slopes.groups()):
        return _verified(judge, e, slopes, found)
    return slopes.refuted(found) or _unsettled(slopes, found, same)


def holds_but_for_a_constant(judge: Judge, line: Equation) -> bool:
    """Whether a line holds but for a constant that the text leaves out without a word."""
    terms = line.rhs.terms if isinstance(line.rhs, Sum) else (Term("+", line.rhs),)
    longer = replace(line, rhs=Sum(line.rhs.span, (*terms, Term("+", Name(line.rhs.span, "const")))))
    found = up_to_a_constant(judge.with_line(longer), longer)
    return found is not None and found.verdict == "verified"


def _unsettled(slopes: Slopes, found: dict[str, Outcome], same: list[str]) -> Finding | None:
    """What is left over is a constant for some names only, and which of them count is not said."""
    apart = [base for base, outcome in found.items() if isinstance(outcome, Different)]
    if not same or not apart or len(same) + len(apart) < len(found):
        return None
    some, others = (", ".join(slopes.names[base] for base in bases) for bases in (same, apart))
    what = "the ratio" if slopes.e.op == "∝" else "what is left over"
    return Finding("unsupported", "ambiguous", f"{what} changes with {others}, and not with {some}")


def _slopes(judge: Judge, e: Equation) -> Slopes | None:
    if e.op == "∝":
        sides = (e.lhs, e.rhs)
    elif e.op == "=" and any(_constants(judge, e, side) for side in (e.lhs, e.rhs)):
        sides = (_without(judge, e, e.lhs), _without(judge, e, e.rhs))
    else:
        return None
    if any(_is_free(judge, side) for side in sides):
        return None  # what is left over may be the same for every index alone
    names: dict[str, str] = {}
    for node, ref in (*_names(judge, sides[1]), *_names(judge, sides[0])):
        if _varies(judge, ref.base):
            shown = node.base if isinstance(node, Script) and ref.postfix else node
            names.setdefault(judge.world.aliases.get(ref.base, ref.base), e.text(shown))
    return Slopes(judge, e, sides, names) if 0 < len(names) <= MOST else None


def _outside(judge: Judge, head: Node) -> set[str]:
    """The names of a formula that stand in no density with a bar."""
    stack, found = [head], set[str]()
    while stack:
        node = stack.pop()
        if isinstance(node, Infix) and node.op in BARS:
            continue
        ref = reference(node, judge.world.glossary) if isinstance(node, (Name, Accent, Script)) else None
        if ref is None:
            stack += children(node)
        else:
            found.add(judge.world.aliases.get(ref.base, ref.base))
    return found


def _is_free(judge: Judge, side: Node) -> bool:
    """Whether a name has an index that nothing runs over: `\\log p_k = z_k + c`."""
    bound = {x for n in walk(side) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    letters = {x for _, ref in _names(judge, side) for sub in ref.subs if (x := letter_of(sub)) is not None}
    return bool(letters - bound)


def _names(judge: Judge, side: Node) -> Iterator[tuple[Node, Ref]]:
    stack = [side]
    while stack:
        node = stack.pop()
        ref = reference(node, judge.world.glossary) if isinstance(node, (Name, Accent, Script)) else None
        if ref is None:
            stack += children(node)
        else:
            yield node, ref


def _varies(judge: Judge, base: str) -> bool:
    """Whether a name is a quantity: no function, letter of an index, size or number."""
    world = judge.world
    if is_function_word(base) or base in CONSTANTS or base in world.roles or base in world.functions:
        return False
    return base not in world.glossary.bound and base not in world.size_names


def _constants(judge: Judge, e: Equation, side: Node) -> list[Node]:
    """The terms of a side that stand for a constant: the word, or a letter that nothing defines where one is said."""
    if not isinstance(side, Sum):
        return []
    return [t.node for t in side.terms if _is_constant(judge, e, t.node)]


def _is_constant(judge: Judge, e: Equation, node: Node) -> bool:
    text = _word(node)
    if text in WORDS:
        return True
    if not LETTER.fullmatch(text) or not _is_said(e.document.text, text):
        return False
    ref = reference(node, judge.world.glossary)
    if ref is None or judge.world.defined(ref.base) or ref.base in judge.world.size_names:
        return False
    return all(_only_added(judge, ref.base, x) for x in judge.equations)


def _only_added(judge: Judge, base: str, e: Equation) -> bool:
    """Whether a letter stands in a line as a term of its own alone, and in no definition: it is no constant else."""
    sides = [terms_of(side) for side in (e.lhs, e.rhs)]
    refs = [reference(t, judge.world.glossary) for terms in sides for t in terms]
    alone = sum(r is not None and r.bare and r.base == base for r in refs)
    every = sum(r.base == base for side in (e.lhs, e.rhs) for r in references(side, judge.world))
    defines = any(
        s.position == e.position
        for found in (*judge.world.sites.values(), *judge.world.functions.values())
        for s in found
    )
    return every == 0 or (every == alone and not defines)


def _is_said(text: str, letter: str) -> bool:
    """Whether the words near a letter between the signs of a formula call it a constant."""
    formula = rf"(?:\$|\\\()\s*{letter}\s*(?:\$|\\\))"
    said = re.compile(rf"{SAID}[^.$]{{0,40}}{formula}|{formula}[^.$]{{0,60}}{SAID}", re.IGNORECASE)
    return said.search(text) is not None


def _word(node: Node) -> str:
    """A name, or letters in a row: `const`, without anything that makes a word of it."""
    if isinstance(node, Fenced):
        return _word(node.body)
    if isinstance(node, Product) and all(f.op == "" for f in node.factors):
        return "".join(
            [f.node.text if isinstance(f.node, Name) and len(f.node.text) == 1 else " " for f in node.factors]
        )
    return node.text if isinstance(node, Name) else " "


def _without(judge: Judge, e: Equation, side: Node) -> Node:
    gone = _constants(judge, e, side)
    if not gone or not isinstance(side, Sum):
        return side
    terms = tuple(t for t in side.terms if not any(t.node is g for g in gone))
    if len(terms) == 1 and terms[0].sign == "+":
        return terms[0].node
    return replace(side, terms=terms) if terms else Number(side.span, "0")


@dataclass
class Slopes:
    """The slopes of both sides, without their constants, by each of the names on the right."""

    judge: Judge
    e: Equation
    sides: tuple[Node, Node]
    names: dict[str, str]

    def line(self, base: str, sides: tuple[Node, Node] | None = None) -> Equation:
        """The equation between the slopes by one name."""
        bench = Bench(self.judge, self.judge.budget, self.e, self.judge.variant())
        operator = bench.read(SLOPE[self.e.op].format(self.names[base]))
        assert operator is not None
        left, right = (_put(operator, side) for side in sides or self.sides)
        return replace(self.e, lhs=left, rhs=right, op="=", conditions=self.e.conditions)

    def alone(self, base: str) -> tuple[Judge, Equation, Variant]:
        """The line of one name by itself."""
        line = self.line(base)
        trial = self.judge.alone(line, self.judge.world)
        return trial, line, trial.usual(line)

    def in_words(self) -> bool:
        """Whether the constant is a word."""
        constants = [c for side in (self.e.lhs, self.e.rhs) for c in _constants(self.judge, self.e, side)]
        return any(_word(c) in WORDS for c in constants)

    def equal(self) -> bool:
        """Whether the sides are equal without any constant."""
        plain = replace(self.e, lhs=self.sides[0], rhs=self.sides[1])
        trial = self.judge.alone(plain, self.judge.world)
        return isinstance(trial.outcome(plain, trial.usual(plain)), Same)

    def outcome(self, base: str) -> Outcome:
        """How the slopes by one name compare."""
        trial, line, variant = self.alone(base)
        return trial.outcome(line, variant)

    def groups(self) -> list[set[str]]:
        """The names that the constant must not depend on, in each reading of what the line is about."""
        world = self.judge.world
        by: set[str] = set()
        for x in self.judge.equations:
            for node in (n for side in (x.lhs, x.rhs) for n in walk(side)):
                refs = (reference(v, world.glossary) for v in differentiated_by(node))
                by |= {world.aliases.get(r.base, r.base) for r in refs if r is not None}
            for side in (x.lhs, x.rhs):
                by |= {b for operator in extremal(side, world.glossary).operators for b in operator.over}
        groups = (group & self.names.keys() for group in self._called_with(by & self.names.keys()))
        return [group for group in groups if group]

    def _called_with(self, by: set[str]) -> list[set[str]]:
        """By the names that the head of the chain is called with; a density is one of what stands before its bar, or of
        its parameters."""
        world = self.judge.world
        head = next((x.lhs for x in self.judge.chain(self.e) if x.link == 0), self.e.lhs)
        bars = [n for n in walk(head) if isinstance(n, Infix) and n.op in BARS]
        if not bars:
            return [by | names_in(world, head)]
        behind = {b for bar in bars for b in names_in(world, bar.right)}
        before = {b for bar in bars for b in names_in(world, bar.left)} | _outside(self.judge, head)
        behind -= before
        return [before, (by & behind) or behind]

    def about(self) -> set[str]:
        """All names that the constant must not depend on, in one reading or another."""
        return set().union(*self.groups())

    def refuted(self, found: dict[str, Outcome]) -> Finding | None:
        """Wrong where an edit of the line makes the slopes equal by all that it is about; or where they differ by
        every name, and other lines bear the reading out."""
        apart = {base: outcome for base, outcome in found.items() if isinstance(outcome, Different)}
        base = min(self.about() & apart.keys(), default=None)
        if base is None or any(not group & apart.keys() for group in self.groups()):
            return None
        trial, line, variant = self.alone(base)
        if doubt(trial, line, variant, apart[base]) is not None:
            return None
        bench = _Bench(self.judge, self.judge.budget, self.e, self.judge.variant(), slopes=self)
        repair = search(bench)
        borne_out = apart.keys() == found.keys() and corroborated(trial, line, variant, apart[base])
        return self.wrong(base, apart, repair) if repair is not None or borne_out else None

    def wrong(self, base: str, apart: dict[str, Different], repair: Repair | None) -> Finding:
        """The verdict on a line whose slopes differ by some names."""
        different = apart[base]
        names = ", ".join(self.names[b] for b in apart)
        left_out = "the ratio" if self.e.op == "∝" else "what is left over"
        by = f" by {repair.differ}" if repair is not None and repair.differ else ""
        return Finding(
            "refuted",
            repair.code if repair is not None else "unequal",
            f"the sides differ{by}: {left_out} is no constant, it changes with {names}",
            evidence=Evidence("sampled", 1, different.sizes, self.judge.options.seed, "128 bits"),
            counterexample=Counterexample(
                different.values, different.lhs, different.rhs, f"the slope by {self.names[base]}"
            ),
            suggestion=None if repair is None else repair.suggestion,
        )


@dataclass
class _Bench(Bench):
    """Edits of a line that are judged by the slopes of its sides."""

    slopes: Slopes | None = None

    def fits(self, candidate: Equation) -> bool:
        return all(super(_Bench, self).fits(x) for x in self._lines(candidate))

    def confirmed(self, candidate: Equation) -> bool:
        return all(super(_Bench, self).confirmed(x) for x in self._lines(candidate))

    def _lines(self, candidate: Equation) -> list[Equation]:
        assert self.slopes is not None
        left, right = candidate.lhs, candidate.rhs
        if candidate.op != "∝":
            left, right = (_without(self.slopes.judge, candidate, side) for side in (left, right))
        return [self.slopes.line(base, (left, right)) for base in sorted(self.slopes.about())]

    def probe(self, which: str, side: object) -> None:
        return None


def _put(operator: Node, body: Node) -> Node:
    """The operator before a body, in the place of its zero."""
    if isinstance(operator, Number):
        return body
    if isinstance(operator, Fenced):
        return replace(operator, body=_put(operator.body, body), span=body.span)
    assert isinstance(operator, Product)
    *first, last = operator.factors
    return replace(operator, factors=(*first, Factor(last.op, _put(last.node, body))), span=body.span)


def _verified(judge: Judge, e: Equation, slopes: Slopes, found: dict[str, Outcome]) -> Finding:
    same = [slopes.names[b] for b, outcome in found.items() if isinstance(outcome, Same)]
    points = min(outcome.points for outcome in found.values() if isinstance(outcome, Same))
    words = "a factor" if e.op == "∝" else "a constant"
    note = Note("constant", f"the sides differ by {words} that does not change with {', '.join(same)}")
    message = f"the sides are equal up to {words}"
    evidence = Evidence("sampled" if points else "proved", points=points or None, seed=judge.options.seed)
    return Finding("verified", evidence.method, message, evidence=evidence, notes=(note,))
