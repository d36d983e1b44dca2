"""The state of reading one document piece by piece: what a formula goes on with, what it stands under, and which
equations it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from chainrule.read import tree
from chainrule.read.document import Document, Heading, Math, Words
from chainrule.read.grammar.formula import Row
from chainrule.read.tree import (
    Brace,
    Comma,
    Factor,
    Fenced,
    Link,
    Missing,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Span,
    Sum,
    Unread,
)
from chainrule.sheet.conditions.cases_in_items import leads_an_item
from chainrule.sheet.conditions.conditions_in_subscripts import lifted
from chainrule.sheet.conditions.restrictions import (
    AFTER_CUE,
    BESIDE_CUE,
    BOTH_CUE,
    CASE_CUE,
    COLON,
    GENERAL,
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
    restricted,
    restriction,
    told_restriction,
)
from chainrule.sheet.conditions.told_in_clauses import holds_in_force
from chainrule.sheet.conditions.told_of_entries import told_of_entries
from chainrule.sheet.records.statements import Equation, Scope, Sentence, Sheet, with_zeros
from chainrule.sheet.syntax.chains import given_at, side_by_side
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, TRANSPOSE_WORDS
from chainrule.sheet.syntax.systems import systems

GREEK_NAMES = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
CELL = re.compile(r"\s*(?:\$|\\\))?[ \t]*[|&][ \t]*(?:\$|\\\()?\s*")
"""What is between the formulas of two cells of a table."""
BEGINS_A_CELL = re.compile(r"[ \t]*\|.*\|[ \t]*(?:\$|\\\()?[ \t]*")
"""What stands on the line before a formula that begins a cell of a table, and not the first of its row."""
GOES_ON = re.compile(
    r"(?:[\s,;:]|\b(?:which|(?:which|that|this|it) (?:is|equals|gives)|and|so|then|or|hence|thus|therefore|i\.e\.)"
    r"(?!\w))*",
    re.IGNORECASE,
)
"""What may stand between a formula and a sign that goes on with it: "$a = b$, which is $= c$"."""
ALSO = re.compile(r"(?:[\s,$]|\\q?quad|\\[,;:! ]|\\text(?=\{)|[{}]|\b(?:and|und|et|y|e)\b|[且和и])*")
"""What is between two restrictions that hold together."""
LONE_GREEK = re.compile(rf"(?<!\w)[{''.join(GREEK_NAMES)}](?!\w)")
ALTERNATIVE_CUE = re.compile(r"\b(if|iff|when|whenever|where|or|for|case|that|either)\s*[,(]?\s*$", re.IGNORECASE)
EVENT_CUE = re.compile(
    r"(\b(probability|chance|odds|prob\.)(?=\W)[^.;:⟦]*|\b(class|label|event|outcome))\s*\(?\s*$", re.IGNORECASE
)
"""What stands before an event: "the probability to find $y = 1$", "samples of class $y = 0$"."""
EXERCISE = re.compile(
    r"\W*(?:(?:next|another|second|third|last|further|similar)\s+)?(?:exercise|example|problem|question|task|aufgabe"
    r"|beispiel|exercice|exemple|ejercicio|ejemplo|esercizio|esempio|opgave|voorbeeld)[*_}]*\s*[.:]",
    re.IGNORECASE,
)
"""What begins an exercise without a number."""
CASE = re.compile(r"\W*(?:case|fall|cas|caso|situation|scenario)\s*\(?(?:\d+|[ivxIVX]+|[A-Z])\b", re.IGNORECASE)


@dataclass
class Walk:
    """The state of reading one document piece by piece."""

    document: Document
    own: bool
    sheet: Sheet
    position: int
    scope: Scope = field(default_factory=Scope)
    chain: int = 0
    last: Node | None = None
    beside: Node | None = None
    alone: Node | None = None
    """The last formula in a line of text that is no relation."""
    behind: tuple[int, bool] = (0, True)
    """How many of the words stand before the end of the last formula, and whether that is a display."""
    head: Node | None = None
    hanging: bool = False
    dangling: Link | None = None
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
    headings: list[tuple[Heading, int]] = field(default_factory=list)
    exercise: int | None = None
    """The level of the heading that names the exercise, "Question 7"; None where a number counts sections."""

    def heading(self, piece: Heading) -> None:
        self.sheet.titles.append(piece.title)
        inside = piece.section and self.exercise is not None and piece.level > self.exercise
        numbered = piece.number and not inside  # "1.1 Stationarity" below "Question 7" counts its sections
        number = piece.number if numbered else self.scope.number
        part = piece.part or ("" if numbered else self.scope.part)
        counted = piece.section if numbered else self.scope.counted
        if numbered:
            self.exercise = None if piece.section else piece.level
        self.scope = Scope(number, part, self.scope.section + 1, counted)
        self.headings.append((piece, self.scope.section))
        told = told_restriction(piece.title, piece.span, self.letters)
        self.conditions = () if told is None else (told,)
        self.last, self.lead, self.hanging = None, piece.title, False

    def item(self) -> None:
        """A list item or a case begins: a section of its own without a title."""
        self.scope = replace(self.scope, section=self.scope.section + 1)

    def flush(self) -> None:
        """The end of a paragraph: its words and inline formulas become a sentence."""
        if any(w.strip() for w in self.words):
            self.lead = self.cue
            self.sheet.sentences.append(
                Sentence(
                    " ".join("".join(self.words).split()),
                    tuple(n for n, _ in self.formulas),
                    tuple(self.document.source(s).strip() for _, s in self.formulas),
                    tuple(s for _, s in self.formulas),
                    self.scope,
                    self.position,
                    self.document,
                    self.own,
                )
            )
        if "".join(self.words).strip() == "⟦0⟧" and not isinstance(self.formulas[0][0], (Relation, Comma, Missing)):
            self.last, self.chain = self.formulas[0][0], self.chain + 1  # its paragraph is as good as a display
        self.words, self.formulas, self.behind = [], [], (0, True)
        self.beside = None

    def prose(self, piece: Words) -> None:
        """Words as they are, with a lone Greek letter as the formula it is: "α is set to 0.1"."""
        if not self.words and (CASE.match(piece.text) or EXERCISE.match(piece.text)):
            self.item()
        self.dangling = None if piece.text.strip() else self.dangling
        self.otherwise(piece.text)
        self.hanging = self.hanging and (not piece.text.strip() or _goes_on(piece.text, bool(self.words)))
        if GENERAL.search(piece.text):
            self.conditions = ()
        told = told_restriction(piece.text, piece.span, self.letters)
        if told is not None:
            self.conditions = (told,)
        end = 0
        for match in LONE_GREEK.finditer(piece.text):
            self.words.append(piece.text[end : match.start()] + f"⟦{len(self.formulas)}⟧")
            start = piece.span.start + match.start()
            span = Span(start, start + 1) if self.document.text[start : start + 1] == match.group(0) else piece.span
            self.formulas.append((tree.Name(span, GREEK_NAMES[match.group(0)]), span))
            end = match.end()
        self.words.append(piece.text[end:])

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

    @property
    def cue(self) -> str:
        return " ".join(with_zeros("".join(self.words), [n for n, _ in self.formulas]).split())[-160:]

    def math(self, piece: Math, rows: tuple[Row, ...]) -> None:
        cue = self.cue
        word = self.document.source(piece.span).strip()
        if not piece.display and OTHERWISE.fullmatch(word):
            self.otherwise(word.capitalize())  # "when $otherwise$"
        self.inline = piece.span.start
        self.lead = "" if cue else self.lead
        branch: object = None
        for row, only, restricts in restricted([part for r in rows for part in systems(r)], self.document.text):
            if restricts:
                self.restricting(restriction(row.node), piece.display, cue)
                continue
            if only is not None and branch not in (None, node_key(only)) and self.head is not None:
                self.last = self.head
            branch = None if only is None else node_key(only)
            node, within = lifted(row.node)
            if within is not None and (only is None or node_key(only) == node_key(within)):
                row, only = replace(row, node=node), within
            self.only = only
            self.row(row, piece, cue)
            self.only = None
        self.hanging, self.lead = piece.display, ""
        end = "." * word.endswith(".")  # the full stop of a sentence that ends with the formula
        if piece.display:
            self.words.append(f"{end} " if self.words else " ")
            self.behind = len(self.words), True
        else:
            node = rows[0].node if rows else Missing(piece.span)
            self.words.append(f" ⟦{len(self.formulas)}⟧{end} ")
            self.formulas.append((node, piece.span))
            # of a list of declarations, "$h \\in R^k, W \\in R^{d × k}$", each is one
            self.formulas += [(r.node, piece.span) for r in rows[1:] if _declares_a_whole(r.node)]
            self.behind = len(self.words), False

    def row(self, row: Row, piece: Math, cue: str) -> None:
        node = self.joined(row.node, piece.display)
        if isinstance(node, Comma) and any(isinstance(item, Relation) for item in node.items):
            for relation in side_by_side(node):
                self.relation(relation, relation.span, piece, cue)
        elif (value := _value_beside(node)) is not None:
            self.holding_where(value)
        elif isinstance(node, Relation):
            before = self.last
            self.relation(node, row.span, piece, cue)
            self.last = before if before is not None and row.tag == "where" else self.last  # `& \because c = d`
        else:
            self.expression(node, row.span, piece)

    def joined(self, node: Node, display: bool) -> Node:
        """A formula that goes on with a display whose last sign has nothing behind it: `$$ a = $$ $$ b $$`; one that
        begins as that display does, or with a sign of its own, needs no other."""
        before, self.dangling = self.dangling, None
        first = node.first if isinstance(node, Relation) else node
        again = node_key(first) in [node_key(n) for n in (self.head, self.last) if n is not None]
        own = again or isinstance(first, (Missing, Comma, tree.Text))
        if before is not None and display and not own:
            link = replace(before, node=first)
            more = node.links if isinstance(node, Relation) else ()
            node = Relation(node.span, Missing(Span(node.span.start, node.span.start)), (link, *more))
        if not isinstance(node, Relation) or not isinstance(node.links[-1].node, Missing) or not display:
            return node
        self.dangling = node.links[-1]
        return replace(node, links=node.links[:-1]) if len(node.links) > 1 else node.first

    def relation(self, node: Relation, span: Span, piece: Math, cue: str) -> None:
        node = given_at(node)
        first = node.first
        alone = not "".join(self.words).strip()  # `$= c$` in a paragraph of its own goes on with the one before
        if not (piece.display or isinstance(first, Missing)) and self.condition(node, cue):
            return
        if isinstance(first, Missing):
            before = self.last if piece.display or alone else self._gone_on_with()
            if not piece.display and self._in_a_cell(node.span.start):
                before = None  # what the cells of other rows say is not gone on with
            if self.alone is not None and CELL.fullmatch(self.document.text, self.alone.span.end, node.span.start):
                before, self.chain = self.alone, self.chain + 1  # `| $a$ | $= c$ |`
            if before is not None:
                first = before
            elif len(node.links) > 1:
                first, node = node.links[0].node, replace(node, links=node.links[1:])
        else:
            self.chain += 1
            self.head = first
            self.only = self.only or told_of_entries(cue, first)
        sides = [first, *(link.node for link in node.links)]
        start, left = 0, first
        for n, link in enumerate(node.links):
            if n and node.links[n - 1].op == "→":  # `x \mapsto y = ...` says what y is
                self.chain, start = self.chain + 1, n
            self.add(span, left, link.op, link.node, n - start, piece.display, cue, sign=link.span)
            left = left if link.op == "∈" else link.node  # `A \in S = B` goes on with A
        for side in sides if not isinstance(node.first, Missing) else sides[1:]:
            self.braces(side, piece, cue)
        if piece.display or alone or self.last is None:
            self.last = left
        self.beside = None if piece.display else left

    def _in_a_cell(self, start: int) -> bool:
        text = self.document.text
        return BEGINS_A_CELL.fullmatch(text, text.rfind("\n", 0, start) + 1, start) is not None

    def _adjoins(self) -> bool:
        """Whether no word stands between this formula and the inline formula before it: the chain goes on."""
        return bool(self.words) and "".join(self.words).rstrip().endswith("⟧")

    def _gone_on_with(self) -> Node | None:
        """The formula that an inline one which begins with a sign goes on with: none behind words that name something
        else, "row sum $= 0$, rank $= 1$"."""
        words, display = self.behind
        if not GOES_ON.fullmatch("".join(self.words[words:])):
            return None
        if not display and self.beside is self.alone:
            self.chain += 1  # behind an expression: `$a b$ $= c$`
        return self.last if display else self.beside

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

    def braces(self, side: Node, piece: Math, cue: str) -> None:
        """Equations that stand under or over a brace: `\\underbrace{x}_{= y}`, `_{=: z}`."""
        for node in walk(side):
            if isinstance(node, Brace) and isinstance(node.note, Relation) and isinstance(node.note.first, Missing):
                before = node.body
                for n, link in enumerate(node.note.links):
                    span = Span(node.body.span.start, link.node.span.end)
                    if link.op == "=:":
                        self.add(span, link.node, "=:", before, n, piece.display, cue, source="brace")
                    else:
                        self.add(span, before, link.op, link.node, n, piece.display, cue, source="brace")
                    before = link.node

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

    def expression(self, node: Node, span: Span, piece: Math) -> None:
        self.sheet.expressions.append((self.scope, self.position, node))
        if piece.display and not isinstance(node, tree.Text):  # words beside a line do not end its chain
            self.last = node if not isinstance(node, (Missing, Unread)) else None
            self.chain += 1
        self.alone = None if piece.display or isinstance(node, Missing) else node
        self.beside = None if isinstance(node, (Unread, tree.Text)) else self.alone
        if any(isinstance(n, Unread) for n in walk(node)):
            self.position += 1
            self.sheet.unread.append(
                Equation(
                    self.position, self.document, self.own, span, node, "", Missing(span), self.scope, self.chain, 0,
                    piece.display, source="unread",
                )
            )  # fmt: skip


def _declares_a_whole(node: Node) -> bool:
    """Whether a relation is about a name without subscripts; what holds of one of many is said beside it."""
    if not isinstance(node, Relation):
        return False
    return not (isinstance(node.first, tree.Script) and node.first.sub is not None)


def _goes_on(text: str, within: bool) -> bool:
    """Whether words behind a displayed formula lead to a condition on it: "if", in small letters; in a script without
    capitals only `within` the paragraph."""
    word = text.strip()
    return AFTER_CUE.fullmatch(text) is not None and (within or word.lower() != word.upper())


def _value_beside(node: Node) -> Relation | None:
    """A number for something, in parentheses of its own."""
    body = node.body if isinstance(node, Fenced) and node.open == "(" else None
    given = isinstance(body, Relation) and len(body.links) == 1 and body.links[0].op == "="
    return body if given and isinstance(body, Relation) and isinstance(body.links[0].node, Number) else None


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
