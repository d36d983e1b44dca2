r"""Extrema under constraints: "minimise $f$ subject to $g = c$". The Lagrangian is said in the paragraph that asks, so
that its derivatives can be read beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule.check.comparison.exact import typed_again
from chainrule.check.comparison.lines import Variant
from chainrule.check.engine import judge_for
from chainrule.check.records.clock import Clock
from chainrule.check.records.options import Options
from chainrule.read.document import Document
from chainrule.read.grammar.formula import parse
from chainrule.read.load import from_text
from chainrule.read.tree import Big, Comma, Missing, Name, Number, Product, Relation, Script, Span
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.names import reference, walk
from chainrule.solve.losses import arguments_of, is_called, names_in, stands_before
from chainrule.solve.question import Constraint, Extremum, Formula, Question, Root
from chainrule.solve.roots import LEAST, MOST, ORDER, derivative
from chainrule.solve.sheet import behind

CONSTRAINED = re.compile(r"\b(?:subject to|under the constraints?|constrained|s\.\s?t\.)(?!\w)", re.IGNORECASE)
"""An extremum under a condition is none where the gradient is zero."""
ONE = r"⟦\d+⟧"
LIST = rf"{ONE}(?:\s*(?:,|and|, and)\s*{ONE})*"
UNDER = re.compile(
    rf"(?:,\s*)?(?:subject to|under|s\.\s?t\.)(?:\s+(?:the|both|constraints?|conditions?|that))*:?\s*(?P<under>{LIST})",
    re.IGNORECASE,
)
SOUGHT = (
    r"(?:minimi[sz]e[sd]?|maximi[sz]e[sd]?|minim(?:um|a)|maxim(?:um|a)|minimi[sz]ers?|maximi[sz]ers?|"
    r"extrem(?:um|a)|(?:extreme|extremal|stationary|critical|optimal) points?)"
)
OBJECTIVE = re.compile(
    rf"\b{SOUGHT}(?:\s+(?:points?|of|for|the|function|objective|cost|loss|squared|norm|variance|energy|entropy|utility|product))*\s*"
    rf"(?P<of>{ONE})(?:,?\s*(?:over|with respect to|wrt|in)(?: all)?\s+(?P<over>{LIST}))?\s*$",
    re.IGNORECASE,
)
ORDERS = re.compile(
    rf"^\W*(?:\(?\w{{1,4}}[.)]\W*)?(?:[^⟦.?]{{0,40}}(?:{ONE}[^⟦.?]{{0,12}})?,\s*)?(?:(?:now|then|also|next),? )?"
    rf"(?:{ORDER}|minimi[sz]e\b|maximi[sz]e\b|which\b|for (?:which|what)\b|where\b|use\b)",
    re.IGNORECASE,
)
WHICH = re.compile(
    rf"\b(?:find|determine|which|what|compute|give)\b[^⟦.?]{{0,40}}(?P<over>{LIST})\s*(?:that|which|to)?\s*$",
    re.IGNORECASE,
)
"""The unknowns before the verb: "find the $w$ that minimises", "which $x$ and $y$ minimise"."""
EVERY = re.compile(r"\bfor (?:all|every|each|any)\b", re.IGNORECASE)
MULTIPLIER = re.compile(rf"\bmultipliers?\s+(?P<all>{LIST})", re.IGNORECASE)
LETTERS = (r"\lambda", r"\mu", r"\nu", r"\kappa")
NAMES = (r"\mathcal{L}", r"\Lambda", r"\mathcal{J}")
SAID = re.compile(r"With the multipliers? (?P<by>\$[^$]*\$(?: and \$[^$]*\$)*) the Lagrangian is \$(?P<name>[^$=]*) =")


def extrema(sentence: str, formulas: list[Formula], place: Span) -> Iterator[Question]:
    """The extremum that a sentence asks for under equations; nothing where a constraint is none, or is one of many."""
    under = UNDER.search(sentence)
    head = "" if under is None else sentence[: under.start()]
    found = OBJECTIVE.search(head)
    if under is None or found is None or not ORDERS.search(head) or EVERY.search(sentence[under.end() :]):
        return
    listed = _formulas(under["under"], formulas)
    beside = _formulas(sentence[under.end() :], formulas)
    of = formulas[int(found["of"].strip("⟦⟧"))]
    constraints = constraints_of([*listed, *(f for f in beside if isinstance(f.node, Relation))])[: len(listed)]
    if not constraints:
        return
    before = WHICH.search(head[: found.start()])
    told = found["over"] or (before["over"] if before is not None else "")
    over = [t for f in _formulas(told, formulas) for t in _parts(f)]
    letters = MULTIPLIER.search(sentence)
    by = [] if letters is None else [t for f in _formulas(letters["all"], formulas) for t in _parts(f)]
    kind = "minimum" if LEAST.search(head) else "maximum" if MOST.search(head) else ""
    words = re.sub(r"⟦(\d+)⟧", lambda m: f"${formulas[int(m[1])].tex.strip()}$", sentence.strip())
    name, body = _sides(of)
    e = Extremum(kind, name, body, tuple(over), constraints, tuple(by), words)
    yield Question("", place, 0, extremum=e)


def constraints_of(told: Sequence[Formula]) -> tuple[Constraint, ...]:
    """Equations as constraints; nothing where one is none."""
    return tuple(map(_constraint, told)) if all(map(_is_equation, told)) else ()


def _sides(f: Formula) -> tuple[str, str]:
    """The name of what is to be extremal, and what it is: the right side of an equation, else all of it."""
    if not _is_equation(f):
        return _plain(f.tex), _plain(f.tex)
    c = _constraint(f)
    return c.left, c.right


def _constraint(f: Formula) -> Constraint:
    assert isinstance(f.node, Relation)
    left, right = f.node.first, f.node.links[0].node
    a, b = (_plain(f.part(n)) for n in (left, right))
    return Constraint(a, b, f.span, isinstance(right, Number | Name | Script | Product))


def _formulas(listed: str, formulas: list[Formula]) -> list[Formula]:
    return [formulas[int(n)] for n in re.findall(r"⟦(\d+)⟧", listed)]


def _plain(tex: str) -> str:
    return tex.replace("&", "").strip().rstrip(".,;").strip()


def _parts(f: Formula) -> list[str]:
    nodes = f.node.items if isinstance(f.node, Comma) else (f.node,)
    return [_plain(f.part(n)) for n in nodes]


def _is_equation(f: Formula) -> bool:
    links = f.node.links if isinstance(f.node, Relation) else ()
    return len(links) == 1 and links[0].op == "=" and not isinstance(links[0].node, Missing)


# -------------------------------------------------------------------------------------------------- said


def with_lagrangians(
    document: Document, sheet: Sheet, asked: Sequence[tuple[Question, Scope]], options: Options, clock: Clock
) -> Document:
    """The document with the Lagrangian in the paragraph of the first question of each exercise."""
    text = document.text
    firsts = {scope.number: (q, scope) for q, scope in reversed(asked)}
    for q, scope in sorted(firsts.values(), key=lambda x: x[0].end, reverse=True):
        sentence = _sentence(q, sheet, scope, document, options, clock)
        if sentence is not None:
            at = behind(document, q.end)  # a formula on lines of its own ends behind its last sign
            gap = " " if document.text[q.end : at].strip() in ("", "$", ".") else "\n"
            text = f"{text[:at].rstrip()}{gap}{sentence}{text[at:]}"
    latex = document.path.endswith(".tex") or r"\begin{document}" in document.text
    return document if text == document.text else from_text(text, document.path, "latex" if latex else "markdown")


def _sentence(
    q: Question, sheet: Sheet, scope: Scope, document: Document, options: Options, clock: Clock
) -> str | None:
    e = q.extremum
    mine = [x for x in sheet.equations if x.own and scope.sees(x.scope)]
    if e is None or not mine or not unknowns_of(q, sheet, scope, document):
        return None
    free = [x for x in LETTERS if x not in document.text]
    by = [*e.multipliers, *free][: len(e.constraints)]
    name = next((n for n in NAMES if not re.search(_spelled(n), document.text)), None)
    if len(by) < len(e.constraints) or name is None:
        return None
    judge = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock)
    terms = [_times(letter, c, judge.variant(), mine) for letter, c in zip(by, e.constraints, strict=True)]
    told = [x if rf"{x}^\top" in t else rf"{x} \in \mathbb{{R}}" for x, t in zip(by, terms, strict=True)]
    multipliers = " and ".join(f"${x}$" for x in told)  # said to be numbers, for `\lambda (x - 1)` may be a value
    line = _defining(e.name, sheet, scope, q.end)
    body = e.of if line is None else line.text(line.rhs)
    many = "s" * (len(by) > 1)
    return f"With the multiplier{many} {multipliers} the Lagrangian is ${name} = {' + '.join([body, *terms])}$."


def _times(letter: str, c: Constraint, variant: Variant, mine: Sequence[Equation]) -> str:
    r"""`\lambda (x + y - 1)`, and `\lambda^\top (A x - b)` of a constraint with many entries."""
    line = next((x for x in mine if c.span.start <= x.span.start < c.span.end), None)
    val = None if line is None else typed_again(variant, line, line.lhs)
    turned = r"^\top" if val is not None and val.kind == "column" else ""
    right = "" if c.right == "0" else f" - {c.right}" if c.simple else rf" - \left({c.right}\right)"
    return rf"{letter}{turned} \left({c.left}{right}\right)"


def written_out(of: str, sheet: Sheet, scope: Scope, offset: int) -> str:
    """What an objective is: of a name the formula that defines it."""
    line = _defining(of, sheet, scope, offset)
    return of if line is None else line.text(line.rhs)


def _defining(of: str, sheet: Sheet, scope: Scope, offset: int) -> Equation | None:
    head = of.split("(")[0].replace(r"\left", "").strip()
    for x in reversed([x for x in sheet.equations if _before(x, scope, offset)]):
        left = x.lhs.factors[0].node if isinstance(x.lhs, Product) and is_called(x.lhs) else x.lhs
        if x.document.source(left.span).strip() == head:
            return x
    return None


def _before(x: Equation, scope: Scope, offset: int) -> bool:
    return stands_before(x, scope, offset) and x.spelled is None and not x.link and x.op in DEFINING


def _spelled(name: str) -> str:
    r"""A pattern for `\mathcal{L}` and `\mathcal L`."""
    return re.escape(name).replace(r"\{", r"\s*\{?").replace(r"\}", "")


# -------------------------------------------------------------------------------------------------- what is meant


def unknowns_of(q: Question, sheet: Sheet, scope: Scope, document: Document) -> list[str]:
    """What is sought, in TeX: what is named, the arguments of the function, or the names that the objective and the
    constraints share and that nothing defines."""
    e = q.extremum
    assert e is not None
    line = _defining(e.name, sheet, scope, q.end)
    named = list(e.over)
    if not named and line is not None:
        named = [line.document.source(x.span) for x in arguments_of(line)]
    if not named:
        defined = [reference(x.lhs, sheet.glossary) for x in sheet.equations if _before(x, scope, q.end)]
        made = {str(ref.key) for ref in defined if ref is not None}
        under = {key for c in e.constraints for t in (c.left, c.right) for key in _named(t, sheet, document)}
        shared = _named(e.of if line is None else line.text(line.rhs), sheet, document)
        named = [text for key, text in shared.items() if key in under and key not in made]
    return named


def _named(tex: str, sheet: Sheet, document: Document) -> dict[str, str]:
    """The names in a formula, without marks; none of a sum, whose entries are no unknowns by themselves."""
    nodes = [tidy(row.node, sheet.glossary) for row in parse(tex, Span(0, len(tex)), document.macros, False)]
    if any(isinstance(part, Big) for node in nodes for part in walk(node)):
        return {}
    found: dict[str, str] = {}
    for node in nodes:
        for ref, name in names_in(sheet, node):
            plain = name.base if isinstance(name, Script) and ref.postfix else name
            found.setdefault(str(ref.key), tex[plain.span.start : plain.span.end])
    return found


def with_unknowns(q: Question, sheet: Sheet, scope: Scope, document: Document) -> Question:
    """The question as one for where the derivatives of the Lagrangian are zero; as it is where none was said."""
    e, said = q.extremum, SAID.search(document.text, q.span.start, q.end)
    assert e is not None
    if said is None:
        return replace(q, words=e.words)
    by = [x.partition(r"\in")[0].strip() for x in re.findall(r"\$([^$]*)\$", said["by"])]
    unknowns = [*unknowns_of(q, sheet, scope, document), *by]
    root = Root(e.kind, name=unknowns[0], beside=tuple(unknowns[1:]))
    return replace(q, tex=derivative(said["name"].strip(), unknowns[0]), root=root)
