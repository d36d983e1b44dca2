"""The state of reading one document piece by piece: what a formula goes on with, what it stands under, and which
equations it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from chainrule.read import tree
from chainrule.read.document import Heading, Math, Words
from chainrule.read.grammar.formula import Row
from chainrule.read.tree import Brace, Comma, Fenced, Link, Missing, Node, Number, Relation, Span, Unread
from chainrule.sheet.conditions.conditions_in_subscripts import lifted
from chainrule.sheet.conditions.in_force import InForce
from chainrule.sheet.conditions.restrictions import (
    AFTER_CUE,
    GENERAL,
    OTHERWISE,
    restricted,
    restriction,
    told_restriction,
)
from chainrule.sheet.conditions.told_of_entries import told_of_entries
from chainrule.sheet.records.statements import Equation, Scope, Sentence, with_zeros
from chainrule.sheet.syntax.chains import given_at, side_by_side
from chainrule.sheet.syntax.names import node_key, walk
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
LONE_GREEK = re.compile(rf"(?<!\w)[{''.join(GREEK_NAMES)}](?!\w)")
EXERCISE = re.compile(
    r"\W*(?:(?:next|another|second|third|last|further|similar)\s+)?(?:exercise|example|problem|question|task|aufgabe"
    r"|beispiel|exercice|exemple|ejercicio|ejemplo|esercizio|esempio|opgave|voorbeeld)[*_}]*\s*[.:]",
    re.IGNORECASE,
)
"""What begins an exercise without a number."""
CASE = re.compile(r"\W*(?:case|fall|cas|caso|situation|scenario)\s*\(?(?:\d+|[ivxIVX]+|[A-Z])\b", re.IGNORECASE)


@dataclass
class Walk(InForce):
    """The state of reading one document piece by piece."""

    last: Node | None = None
    beside: Node | None = None
    alone: Node | None = None
    """The last formula in a line of text that is no relation."""
    behind: tuple[int, bool] = (0, True)
    """How many of the words stand before the end of the last formula, and whether that is a display."""
    head: Node | None = None
    dangling: Link | None = None
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

    def _gone_on_with(self) -> Node | None:
        """The formula that an inline one which begins with a sign goes on with: none behind words that name something
        else, "row sum $= 0$, rank $= 1$"."""
        words, display = self.behind
        if not GOES_ON.fullmatch("".join(self.words[words:])):
            return None
        if not display and self.beside is self.alone:
            self.chain += 1  # behind an expression: `$a b$ $= c$`
        return self.last if display else self.beside

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
