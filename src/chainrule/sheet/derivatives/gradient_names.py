"""Gradients by the names they have in code: `dX` for `\\partial L / \\partial X`, where a document says so.

It says so by an equation, `dO = \\frac{\\partial L}{\\partial O}`, where the d may be round or a δ, or in words, "the
upstream gradient dY". From the name of one gradient the others follow. Where nothing but words tells, and a document
speaks of differentials too, `dX` is one and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from chainrule.read import tree
from chainrule.read.tree import Accent, Factor, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.derivatives.degrees import integrates, is_form
from chainrule.sheet.derivatives.forward import forward_lines
from chainrule.sheet.derivatives.gradients_by_direction import gradients_by_direction
from chainrule.sheet.derivatives.gradients_by_use import Meaning, Used, gradients_by_use, is_loss, stem
from chainrule.sheet.records.statements import Equation, Sentence, Sheet
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.script_words import is_transpose
from chainrule.sheet.syntax.slices import COLUMN, ROW

SAID = re.compile(r"\bgradients?\b|\bupstream\b", re.IGNORECASE)
DIFFERENTIALS = re.compile(
    r"\bdifferentials?\b|\binfinitesimal|\bFr[eé]chet\b|\bincrements?\b|\b(small|tiny) change|\bperturb", re.IGNORECASE
)
SIGNS = {"d": {"rm", "bold"}, "partial": set[str](), "delta": set[str]()}
"""The signs that make the name of a gradient of a name, with the faces they may have."""
NEAR = 80
"""So many letters away from a formula words still speak of it."""


@dataclass
class GradientNames:
    """The loss whose gradient a name with a d is: for single names, and for all others."""

    losses: dict[object, Node] = field(default_factory=dict)
    usual: Node | None = None
    signs: set[str] = field(default_factory=lambda: {"d"})
    """What may stand for its d: a round ∂ and a δ only where an equation says so."""

    def meaning(self, variable: Node) -> Meaning | None:
        """What the d-name of a variable is the gradient of."""
        loss = self.losses.get(node_key(stem(variable)), self.usual)
        return None if loss is None else Meaning(loss)


@dataclass
class At(GradientNames):
    """The meanings that names with a d have at a line."""

    used: Used | None = None
    position: int = 0

    def meaning(self, variable: Node) -> Meaning | None:
        return None if self.used is None else self.used.at(variable, self.position)


def with_gradients(sheet: Sheet) -> Sheet:
    """The sheet with the gradients that have such names written as derivatives; an equation that only says what the
    name is stays as it is."""
    names = gradient_names(sheet)
    named = list(_named(sheet)) if names is None else []
    used = (gradients_by_use(sheet, named) or gradients_by_direction(sheet, named)) if named else None
    if names is None and used is None:
        return sheet
    done: dict[int, Node] = {}
    forward = forward_lines(sheet)

    def at(position: int) -> GradientNames:
        return names or At(used=used, position=position)

    def out(node: Node, position: int) -> Node:
        if id(node) not in done:
            done[id(node)] = node if position in forward else written_out(node, at(position))
        return done[id(node)]

    def equation(e: Equation) -> Equation:
        if named_gradient(e.lhs, e.rhs) is None:
            return replace(e, lhs=out(e.lhs, e.position), rhs=out(e.rhs, e.position))
        of_left = not isinstance(e.lhs, Fraction)
        return replace(e, rhs=out(e.rhs, e.position)) if of_left else replace(e, lhs=out(e.lhs, e.position))

    before = sheet.glossary.rewritten
    sheet.glossary.rewritten = lambda node, position: (
        before(node, position) if position in forward else written_out(before(node, position), at(position))
    )
    sheet.equations = [equation(e) for e in sheet.equations]
    sheet.expressions = [(scope, position, out(node, position)) for scope, position, node in sheet.expressions]
    return sheet


def _named(sheet: Sheet) -> Iterator[tuple[Equation, Node]]:
    """The equations that begin with a `dX`, each with its X."""
    for e in sheet.equations:
        variable = _variable(e.lhs)
        d = e.lhs.factors[0].node if isinstance(e.lhs, Product) else None
        if variable is not None and e.op == "=" and e.source == "formula" and (d is None or _sign(d) == "d"):
            yield e, variable


def gradient_names(sheet: Sheet) -> GradientNames | None:
    """What a document says of names with a d, if it says that they are gradients."""
    sides = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    found = GradientNames()
    for e in sheet.equations:
        named = named_gradient(e.lhs, e.rhs)
        if named is not None:
            found.losses[node_key(stem(named[1]))] = named[0]
            found.signs |= {_sign(x.factors[0].node) for x in (e.lhs, e.rhs) if isinstance(x, Product)}
    losses = list({node_key(x): x for x in found.losses.values()}.values())
    if not losses and _in_words(sheet, sides):
        sought = [x for side in sides for x in losses_of(side)] or [e.lhs for e in sheet.equations if is_loss(e.lhs)]
        losses = list({node_key(x): x for x in sought}.values())
        losses = losses or [Name(tree.Span(0, 0), "loss", ("rm",))]
    found.usual = losses[0] if len(losses) == 1 else None
    return found if losses else None


def _in_words(sheet: Sheet, sides: list[Node]) -> bool:
    """Whether the words of a document call a `dX` a gradient, and nothing speaks of differentials."""
    if any(DIFFERENTIALS.search(s.text) for s in sheet.sentences) or any(is_form(x) or integrates(x) for x in sides):
        return False
    return any(map(_told, sheet.sentences))


def named_gradient(name: Node, side: Node) -> tuple[Node, Node] | None:
    """The loss and the variable of `dX = \\frac{\\partial L}{\\partial X}`, or of the same the other way round."""
    if isinstance(name, Fraction):
        name, side = side, name
    variable = _variable(name)
    top = above(side.numerator) if isinstance(side, Fraction) else None
    bottom = below(side.denominator) if isinstance(side, Fraction) else None
    if variable is None or top is None or top.body is None or bottom is None or len(bottom[1]) != 1:
        return None
    return (top.body, variable) if node_key(bottom[1][0]) == node_key(variable) else None


def written_out(node: Node, names: GradientNames) -> Node:
    """A formula with the gradients in it as derivatives."""
    if isinstance(node, Fraction) and above(node.numerator) is not None and below(node.denominator) is not None:
        return node
    if isinstance(node, Product):
        factors = _factors(node.factors, names)
        return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))
    word = _of_word(node, names) if isinstance(node, (Name, Script)) else None
    return word or with_parts(node, lambda part: written_out(part, names))


def _factors(factors: tuple[Factor, ...], names: GradientNames) -> list[Factor]:
    out: list[Factor] = []
    rest = list(factors)
    while rest:
        first = rest.pop(0)
        if _sign(first.node) in names.signs and rest and rest[0].op == "":
            gradient = _of_variable(first.node, rest[0].node, names)
            if gradient is not None:
                rest.pop(0)
                out.append(Factor(first.op, gradient))
                continue
        out.append(Factor(first.op, written_out(first.node, names)))
    return out


def _sign(node: Node) -> str:
    """The d of a name, "" for anything else."""
    known = isinstance(node, Name) and node.text in SIGNS and set(node.style) <= SIGNS[node.text]
    return node.text if known and isinstance(node, Name) else ""


def _of_variable(d: Node, variable: Node, names: GradientNames) -> Node | None:
    """d and a name as a derivative; a transpose belongs to the gradient as a whole."""
    if isinstance(variable, Fenced) and variable.open in (ROW, COLUMN):
        return _of_slice(d, variable, names)
    if not isinstance(variable, (Name, Script, Accent)):
        return None
    name, flip = _untransposed(variable)
    meaning = names.meaning(name)
    if meaning is None or (isinstance(name, Name) and _sign(name)):
        return None
    span = d.span.join(variable.span)
    partial = Name(span, "partial")
    gradient: Node = Fraction(
        span,
        Product(span, (Factor("", partial), Factor("", replace(meaning.loss, span=span)))),
        Product(span, (Factor("", partial), Factor("", name))),
    )
    if meaning.count is not None:
        counted = Product(span, (Factor("", replace(meaning.count, span=span)), Factor("", gradient)))
        gradient = Fenced(span, "(", counted, ")")
    return gradient if flip is None else Script(span, Fenced(span, "(", gradient, ")"), None, flip)


def _of_slice(d: Node, part: Fenced, names: GradientNames) -> Node | None:
    """d and a column or a row of a matrix: that of the gradient by the matrix."""
    whole = part.body
    entry = whole.base.body if isinstance(whole, Script) and isinstance(whole.base, Fenced) else None
    if not isinstance(whole, Script) or not isinstance(whole.base, Fenced) or not isinstance(entry, Script):
        return None
    gradient = _of_variable(d, entry.base if entry.sup is None else replace(entry, sub=None), names)
    if gradient is None:
        return None
    place = Script(entry.span, Fenced(entry.span, "(", gradient, ")"), entry.sub)
    return replace(part, body=replace(whole, base=replace(whole.base, body=place)))


def _of_word(node: Node, names: GradientNames) -> Node | None:
    """`\\text{dW}`: an upright word that is a d and a letter."""
    core = node.base if isinstance(node, Script) else node
    letter = _letter(core)
    if letter is None:
        return None
    return _of_variable(node, replace(node, base=letter) if isinstance(node, Script) else letter, names)


def _letter(node: Node) -> Name | None:
    if isinstance(node, Name) and len(node.text) == 2 and node.text[0] == "d" and set(node.style) & {"rm", "tt"}:
        return Name(node.span, node.text[1])
    return None


def _untransposed(node: Node) -> tuple[Node, Node | None]:
    """A name without the transpose sign above it, and that sign."""
    if not isinstance(node, Script) or node.sup is None:
        return node, None
    sup = node.sup
    if is_transpose(sup):
        bare = node.base if node.sub is None and not node.primes else replace(node, sup=None)
        return bare, sup
    if isinstance(sup, Product) and len(sup.factors) == 2 and is_transpose(sup.factors[1].node):
        return replace(node, sup=sup.factors[0].node), sup.factors[1].node
    return node, None


def _variable(node: Node) -> Node | None:
    """The X of `dX` standing alone."""
    sign = node.factors[0].node if isinstance(node, Product) else None
    if isinstance(node, Product) and len(node.factors) == 2 and sign is not None and _sign(sign):
        variable = node.factors[1]
        return variable.node if variable.op == "" and isinstance(variable.node, (Name, Script, Accent)) else None
    return _letter(node)


def _told(sentence: Sentence) -> bool:
    """Whether the words around a lone `dX` in the text call it a gradient."""
    for n, formula in enumerate(sentence.formulas):
        before, _, after = sentence.text.partition(f"⟦{n}⟧")
        if _variable(formula) is not None and (SAID.search(before[-NEAR:]) or SAID.search(after[:NEAR])):
            return True
    return False


def losses_of(node: Node) -> Iterator[Node]:
    """What a formula differentiates that looks like a loss."""
    for part in walk(node):
        top = above(part.numerator) if isinstance(part, Fraction) and below(part.denominator) is not None else None
        if top is not None and top.body is not None and is_loss(top.body):
            yield top.body
