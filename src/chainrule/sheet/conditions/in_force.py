"""The conditions that a document imposes on the formulas that are read: what is in force, and on what it is laid."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from chainrule.read import tree
from chainrule.read.document import Document
from chainrule.read.tree import Factor, Fenced, Link, Node, Number, Product, Relation, Script, Span, Sum
from chainrule.sheet.conditions.cases_in_items import leads_an_item
from chainrule.sheet.conditions.restrictions import (
    BESIDE_CUE,
    BOTH_CUE,
    CASE_CUE,
    COLON,
    IF_CUE,
    NAMING_CUE,
    ONLY_CUE,
    OTHERWISE,
    condition_of_sign,
    gives_value,
    negated,
    of_a_step,
    of_indices,
    opposed,
    restriction,
)
from chainrule.sheet.conditions.told_in_clauses import holds_in_force
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, TRANSPOSE_WORDS

ALSO = re.compile(r"(?:[\s,$]|\\q?quad|\\[,;:! ]|\\text(?=\{)|[{}]|\b(?:and|und|et|y|e)\b|[且和и])*")
"""What is between two restrictions that hold together."""
ALTERNATIVE_CUE = re.compile(r"\b(if|iff|when|whenever|where|or|for|case|that|either)\s*[,(]?\s*$", re.IGNORECASE)
EVENT_CUE = re.compile(
    r"(\b(probability|chance|odds|prob\.)(?=\W)[^.;:⟦]*|\b(class|label|event|outcome))\s*\(?\s*$", re.IGNORECASE
)
"""What stands before an event: "the probability to find $y = 1$", "samples of class $y = 0$"."""


@dataclass
class InForce:
    """The state of reading one document, as far as conditions need it: what was read, and what is in force."""

    document: Document
    own: bool
    sheet: Sheet
    position: int
    scope: Scope = field(default_factory=Scope)
    chain: int = 0
    hanging: bool = False
    lead: str = ""
    only: Relation | None = None
    conditions: tuple[Relation, ...] = ()
    heads: set[int] = field(default_factory=set)
    cases: frozenset[object] = frozenset()
    """The names that items of a list begin with several values of."""
    inline: int = -1
    letters: frozenset[str] = INDEX_LETTERS
    words: list[str] = field(default_factory=list)
    formulas: list[tuple[Node, Span]] = field(default_factory=list)

    def add(
        self,
        span: Span,
        lhs: Node,
        op: str,
        rhs: Node,
        link: int,
        display: bool,
        cue: str,
        source: str = "formula",
        sign: Span | None = None,
    ) -> None:
        self.position += 1
        conditions = self.conditions if self.only is None else (self.only,)
        self.sheet.equations.append(
            Equation(
                self.position, self.document, self.own, span, lhs, op, rhs, self.scope, self.chain, link, display,
                cue, conditions, source, sign=sign, lead=self.lead,
            )
        )  # fmt: skip

    def condition(self, node: Relation, cue: str) -> bool:
        """`Assume first the case $k \\neq y_i$:` restricts what follows, up to the next such line or heading."""
        if node_key(node.first) in self.cases and leads_an_item(self.document, node.span):
            return False  # a value for this item
        if EVENT_CUE.search(cue) and self._beside_value():
            return False  # a value for an example: "the input $x = 3$ with label $y = 0$"
        signed = condition_of_sign(node, cue)
        found = restriction(node) or signed
        against = found is not None and any(opposed(found, c) for c in self.conditions)
        cased = against or CASE_CUE.search(cue) or IF_CUE.search(cue)
        if found is not None and CASE_CUE.search(cue) and gives_value(found, cue, self._beside_value()):
            self.chain += 1
            link = node.links[0]
            self.add(node.span, node.first, link.op, link.node, 0, False, cue, source="given")
            return True
        alternative = ALTERNATIVE_CUE.search(cue) or EVENT_CUE.search(cue)
        constraint = _is_compound(node.first) and holds_in_force(cue) and not EVENT_CUE.search(cue)
        starts = any(of_a_step(node.first, e.lhs, e.rhs) for e in self.sheet.equations)
        event = signed is None and len(node.links) == 1 and not constraint and not starts
        if event and alternative and _is_label(node.links[0].node):
            self.chain += 1
            self.add(node.span, node.first, node.links[0].op, node.links[0].node, 0, False, cue, source="condition")
            return True
        names = (
            found is not None and found.links[0].op == "=" and NAMING_CUE.search(cue)
        )  # "with $j \neq i$" names none
        if found is None or not (cased or (of_indices(found, self.letters) and not names)):
            return False
        beside = self.formulas[-1][0] if self.formulas and BESIDE_CUE.search(cue) else None
        if ONLY_CUE.search(cue) and self.formulas and _is_label(self.formulas[-1][0]):
            self.restricting(found, False, cue)  # "which is $1$ only when $k = p$"
            return True
        # "if $j \\ne i$:" is about what follows
        leads = COLON.match(self.document.text, node.span.end) or self.inline in self.heads
        also = self._also(node)
        if not leads and (self.hanging or isinstance(beside, Relation)):
            self.restrict_last(found)
        elif not leads and against and self.formulas and self._both(cue):
            self.conditions = ()
        else:
            self.conditions = (*self.conditions, found) if also else (found,)
        self.restricting(found, False, cue)
        return True

    def _also(self, node: Relation) -> bool:
        """Whether a restriction stands right behind another one: `$k = i$ and $l \\ne j$`."""
        last = self.sheet.equations[-1] if self.conditions and self.sheet.equations else None
        if last is None or last.source != "condition" or last.document is not self.document:
            return False
        return ALSO.fullmatch(self.document.text, last.span.end, node.span.start) is not None

    def _both(self, cue: str) -> bool:
        """Whether the condition in force was only named beside this one: "the two cases $i = j$ and $i \\ne j$"."""
        before = restriction(self.formulas[-1][0])
        return before is not None and BOTH_CUE.search(cue) is not None and before in self.conditions

    def _of_a_value(self) -> bool:
        """Whether 0 or 1 stands right before the words that come next."""
        return self._adjoins() and _is_label(self.formulas[-1][0])

    def _beside_value(self) -> bool:
        """Whether the inline formula before this one gives a name its numbers."""
        before = self.formulas[-1][0] if self.formulas else None
        last = self.sheet.equations[-1] if self.sheet.equations else None
        if not isinstance(before, Relation) or last is None or last.rhs is not before.links[-1].node:
            return False
        names = {n.text for n in walk(last.rhs) if isinstance(n, tree.Name)}
        return last.source in ("formula", "given") and names <= TRANSPOSE_WORDS

    def restricting(self, node: Relation | None, display: bool, cue: str) -> None:
        """A relation that only restricts indices, kept as the statement it is."""
        if node is not None:
            self.add(node.span, node.first, node.links[0].op, node.links[0].node, 0, display, cue, source="condition")

    def restrict_last(self, only: Relation) -> None:
        """`$a = b$ for $i \\neq j$`: the words after an equation restrict the chain it ends."""
        equations = self.sheet.equations
        for n in range(len(equations) - 1, -1, -1):
            if equations[n].chain != self.chain or equations[n].document is not self.document:
                break
            if equations[n].source == "formula":
                equations[n] = replace(equations[n], conditions=(only,))

    def holding_where(self, value: Relation) -> None:
        """`a = b \\quad (c = 0)`: the chain before a value in parentheses holds where that is so."""
        equations = self.sheet.equations
        for n in range(len(equations) - 1, -1, -1):
            if equations[n].chain != self.chain or equations[n].document is not self.document:
                break
            equations[n] = replace(equations[n], beside=value)

    def otherwise(self, text: str) -> None:
        """ "$c = d$ otherwise": what is not the condition before restricts this equation, or what the word begins."""
        found = OTHERWISE.match(text)
        before = next((e for e in reversed(self.sheet.equations) if e.source == "condition"), None)
        if found is None or before is None or before.scope.section != self.scope.section:
            return
        condition = Relation(before.span, before.lhs, (Link(before.op, before.span, before.rhs),))
        if self._of_a_value():
            return  # "and $0$ otherwise" says the other value of what has one for each case
        only = negated(condition)
        adjoins = self.hanging or (self._adjoins() and isinstance(self.formulas[-1][0], Relation))
        # the line above stands under the condition already, so that the word can only lead to the next one
        in_force = self.hanging and node_key(condition) in map(node_key, self.conditions)
        begins = found["word"][0].isupper() or in_force
        if only is not None and adjoins and not begins and found["alone"] is not None:
            self.restrict_last(only)
        elif only is not None and (begins or not adjoins):
            self.conditions = (only,)

    def _adjoins(self) -> bool:
        """Whether no word stands between this formula and the inline formula before it: the chain goes on."""
        return bool(self.words) and "".join(self.words).rstrip().endswith("⟧")


def _is_label(node: Node) -> bool:
    """0, 1 or -1: the values of a label with two values, which name a case."""
    if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0].sign in "+-":
        node = node.terms[0].node
        return isinstance(node, Number) and node.text == "1"
    return isinstance(node, Number) and node.text in ("0", "1", "-1")


def _is_compound(node: Node) -> bool:
    r"""A sum, a product or a norm, as what constraints are about, "that $\sum_k p_k = 1$": no label that may have a
    value."""
    match node:
        case Product(factors=(_, Factor(op="", node=Fenced(open="(" | "[")))):
            return False
        case Product() | Sum():
            return True
        case Fenced(open="(" | "[" | "{", body=body):
            return _is_compound(body)
        case Fenced() | Script(base=Fenced(open="‖" | r"\|" | "||")):
            return True
    return False
