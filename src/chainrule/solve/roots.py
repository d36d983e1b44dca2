r"""Questions for the place where a derivative is zero: "for which $w$ is the gradient zero?", "find the minimiser of
$L$", "set the derivative to zero and solve for $\lambda$", "find the maximum likelihood estimate of $\mu$".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Missing, Name, Node, Number, Product, Relation, Script, Span
from chainrule.sheet.conditions.imposed import differentiates
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.solution_marks import core
from chainrule.solve.losses import arguments_of, is_called, loss_of, parameters_of, stands_before
from chainrule.solve.orders import LABEL
from chainrule.solve.question import OPTIMUM, Formula, Question, Root

SLOPE = r"\b(?:gradients?|derivatives?|slopes?|partials?)\b"
ZERO = r"\b(?:zero|vanish(?:es)?)\b"
PLACE = r"\b(?:" + "|".join(
    (
        "minimi[sz]ers?", "maximi[sz]ers?", "minim(?:um|a)", "maxim(?:um|a)", "argm(?:in|ax)", "optimum",
        "extrem(?:um|a)",
        "(?:minimal|maximal|smallest|largest|lowest|highest|least|greatest|extreme) (?:possible )?values?",
        "optimal (?:values?|parameters?|weights?|solution)", "(?:stationary|critical) points?",
        "maximum[- ]likelihood (?:estimat(?:e|or)s?|solution)", "(?-i:MAP)(?: estimat(?:e|or)s?| solution)?",
        "maximum[- ]a[- ]posteriori (?:estimat(?:e|or)s?|solution)", "least[- ]squares (?:estimat(?:e|or)s?|solution)",
        "closed[- ]form solution", "normal equations?", "(?-i:MLEs?)",
    )
) + r")(?!\w)"  # fmt: skip
BEGIN = (
    rf"^\W*{LABEL}(?:\([^()]*\)\W*)?(?P<clause>[^⟦.?]{{0,40}}(?:⟦\d+⟧[^⟦.?]{{0,12}})?,\s*)?"
    r"(?:now |then |also |next )?"
)
"""How a sentence that asks begins: perhaps with a number, a name in parentheses, a clause before a comma."""
ORDER = r"(?:find|compute|calculate|determine|derive|give|obtain|state|write down|what (?:is|are))\b"
BEST = r"(?:optimal|optimum|best(?:[- ]fit(?:ting)?)?|minimi[sz]ing|maximi[sz]ing)"
VALUES = r"(?:values?|loss|costs?|errors?|objective|approximations?)\b"
LEAST_OF, MOST_OF = r"(?:smallest|lowest|least)", r"(?:largest|highest|greatest)"
EXTREMAL = rf"(?:minim|maxim)(?:al|um)|{LEAST_OF}|{MOST_OF}"
GAP = r"[^.?]{0,60}?"
SENTENCES = {
    "for which w is the gradient zero?": rf"(?:for|at|where|when)\b{GAP}{SLOPE}{GAP}{ZERO}{GAP}\?",
    "for which w vanishes the gradient?": rf"(?:for|at|where|when)\b{GAP}{ZERO}{GAP}{SLOPE}{GAP}\?",
    "where is the minimum?": rf"where\b{GAP}{PLACE}{GAP}\?",
    "where is f minimal?": rf"where\b{GAP}\b(?:minim|maxim)(?:al|i[sz]ed)\b{GAP}\?",
    "for which w is L minimal?": rf"(?:for|at) (?:which|what)\b{GAP}\b(?:{EXTREMAL})\b",
    "set the derivative to zero and solve for w": rf"set\b{GAP}(?:{SLOPE}|\bit\b){GAP}{ZERO}{GAP}\bsolve\b",
    "solve ∇L = 0 for w": r"solve\b[^⟦.?]{0,20}⟦\d+⟧",
    "find the minimiser of L": rf"{ORDER} (?:\w+ (?:and \w+ )?){{0,6}}?{PLACE}",
    "find the gradient of L and the minimiser": (
        rf"{ORDER}{GAP}\band (?:{ORDER} )?(?:(?:the|its) )?(?:\w+[ -]){{0,3}}?{PLACE}"
    ),
    "find the optimal w": rf"(?:{ORDER}|which) (?:\w+ ){{0,3}}?{BEST} (?!{VALUES})(?:(?!{VALUES})[\w-]+ ){{0,3}}⟦\d+⟧",
    "find the w that minimises L": rf"{ORDER}{GAP}⟦\d+⟧{GAP}\b(?:minimi[sz]es?|maximi[sz]es?)\b",
    "find the w for which the gradient is zero": rf"{ORDER}{GAP}⟦\d+⟧{GAP}{SLOPE}{GAP}{ZERO}",
    "which w minimises L?": r"(?:which|what)\b[^⟦.?]{0,20}⟦\d+⟧ (?:minimi[sz]es|maximi[sz]es)\b",
    "minimise L over w": rf"(?:minimi[sz]e|maximi[sz]e)\b{GAP}⟦\d+⟧",
}
"""The sentences that ask for the place, by an example of each."""
ROOTS = {example: re.compile(BEGIN + pattern, re.IGNORECASE) for example, pattern in SENTENCES.items()}
FIXED = re.compile(r"⟦\d+⟧,? (?:(?:is|are|being) )?(?:held |kept )?(?:fixed|constant)\b|\b(?:fixed|given) ⟦\d+⟧")
BESIDES = re.compile(
    r"(?<=⟧),?\s*(?:where|given|assuming|provided|in terms of|as a function of|using|if|when)\b.*", re.DOTALL
)
"""What is no unknown."""
SHOWN = re.compile(rf"{PLACE}|{SLOPE}[^.?]{{0,40}}?(?:zero|vanish)", re.IGNORECASE)
LEAST = re.compile(
    rf"\b(?:minim|argmin|{LEAST_OF} (?:possible )?value)|⟦\d+⟧ (?:the )?{LEAST_OF}\b(?![- ]squares)", re.IGNORECASE
)
MOST = re.compile(
    r"\b(?:maxim(?!um[- ](?:likelihood|a[- ]posteriori))|argmax)"
    rf"|\b{MOST_OF} (?:possible )?value|⟦\d+⟧ (?:the )?{MOST_OF}\b",
    re.IGNORECASE,
)
OPTIMAL = re.compile(rf"\b(?:{BEST}|MAP)\b", re.IGNORECASE)
VALUED = re.compile(
    r"\b(?:minim(?:um|al)|maxim(?:um|al)|smallest|largest|lowest|highest|least|greatest|extreme) (?:possible )?value\b",
    re.IGNORECASE,
)
NATURE = re.compile(
    r"\bclassify\b|\b(?:minim(?:um|a)|maxim(?:um|a)) or (?:an? |the )?(?:minim|maxim)|\bnature of\b"
    r"|\b(?:which|what) (?:kind|type|sort)\b",
    re.IGNORECASE,
)
"""The value at the place, and what the place is."""
ESTIMATE = re.compile(r"_\{?\s*(?:\\(?:mathrm|text|rm|mathsf|textrm|operatorname)\s*\{?\s*)?(?:MLE?|MAP)\s*\}*\s*$")
"""A name that says by its script which estimate it is: `\\hat\\theta_{ML}`."""
UNNAMED = "the place of something that the sheet does not name as an unknown"
"""What is asked for where a question has a formula for the place, as in "the estimate of $\\mu = 1 / \\lambda$"."""
ALL = r"\frac{\partial }{\partial }"


def roots(sentence: str, formulas: list[Formula], span: Span) -> Iterator[Question]:
    """The place that a sentence asks for, with the names in it."""
    sentence = _with_zeros(sentence, formulas)
    match = next((m for pattern in ROOTS.values() if (m := pattern.search(sentence)) is not None), None)
    if match is not None:
        asked = FIXED.sub("", sentence[match.end("clause") if match["clause"] else 0 :])
        asked = BESIDES.sub("", asked)
        here = [formulas[int(n)] for n in re.findall(r"⟦(\d+)⟧", asked)]
        yield Question(ALL, here[-1].span if here else span, 0, root=_root(sentence, here))


def shown_roots(sentence: str, formulas: list[Formula]) -> Iterator[Question]:
    r"""A place that is to be shown to be something: "show that the minimiser is $w = A^{-1} b$"."""
    for n in re.findall(r"⟦(\d+)⟧", sentence) if SHOWN.search(_with_zeros(sentence, formulas)) else ():
        f, node = formulas[int(n)], formulas[int(n)].node
        named = isinstance(node, Relation) and isinstance(node.first, (Name, Script, Accent))
        if isinstance(node, Relation) and named and node.links[0].op == "=":
            claim = f.tex[node.links[0].node.span.start - f.span.start :].strip().rstrip(".,;")
            root = replace(_root(sentence, []), said=(f.part(node.first),))
            yield Question(ALL, f.span, 0, shown=claim, root=root)


def _with_zeros(sentence: str, formulas: list[Formula]) -> str:
    r"""A formula `0` as a word, and the words that `\nabla_w L = 0` says."""

    def put(match: re.Match[str]) -> str:
        node = formulas[int(match[1])].node
        if is_zero(node):
            return "zero"
        if isinstance(node, (Script, Accent)) and ESTIMATE.search(formulas[int(match[1])].tex):
            return f"maximum likelihood estimate {match[0]}"
        sets = isinstance(node, Relation) and is_zero(node.links[-1].node) and differentiates(node.first)
        return f"gradient {match[0]} zero" if sets else match[0]

    return re.sub(r"⟦(\d+)⟧", put, sentence)


def _root(sentence: str, here: list[Formula]) -> Root:
    kind, nature = _kind(sentence), NATURE.search(sentence) is not None
    said = tuple(text for f in here for text in _said(f))
    return Root("" if nature else kind, said, value=VALUED.search(sentence) is not None, nature=nature)


def _kind(sentence: str) -> str:
    named = "minimum" if LEAST.search(sentence) else "maximum" if MOST.search(sentence) else ""
    return named or (OPTIMUM if OPTIMAL.search(sentence) else "")


def _said(f: Formula) -> Iterator[str]:
    r"""The names of a formula, and of `\nabla_w L = 0` the derivative."""
    for node in f.node.items if isinstance(f.node, Comma) else (f.node,):
        if isinstance(node, Relation) and is_zero(node.links[-1].node) and node.links[-1].op == "=":
            yield f.part(node.first)
        elif not isinstance(node, Relation | Missing | Number):
            yield f.part(node)


# -------------------------------------------------------------------------------------------------- what is meant


def resolved(q: Question, sheet: Sheet, scope: Scope, parsed: dict[str, Node]) -> list[Question]:
    """The derivatives that are to be zero, one for each unknown."""
    assert q.root is not None
    slopes = [t for t in q.root.said if differentiates(parsed[t])]
    if slopes:
        return [replace(q, tex=t) for t in slopes]
    loss, unknowns, is_name = meant(q, sheet, scope, parsed)
    head = loss.split("(")[0].strip() if is_name else rf"\left({loss}\right)"
    after = [tuple(x for _, x in [*unknowns[k:], *unknowns[: k - 1]]) for k in range(1, len(unknowns) + 1)]
    many = q.root.nature and len(unknowns) > 1
    over = tuple(plain for _, plain in unknowns)
    root = replace(q.root, value=False, nature=q.root.nature and not many, over=over)
    places = [
        replace(q, tex=derivative(head, plain), root=replace(root, name=name, beside=beside))
        for (name, plain), beside in zip(unknowns, after, strict=True)
    ]
    if unknowns and (q.root.value or many):
        places.append(replace(places[0], root=replace(q.root, value=True, name="", beside=after[0])))
    return places or [replace(q, tex="", root=None, shown="", words=UNNAMED)]


def meant(q: Question, sheet: Sheet, scope: Scope, parsed: dict[str, Node]) -> tuple[str, list[tuple[str, str]], bool]:
    """What is to be extremal, in TeX, the unknowns, each as it is written and without marks, and whether the first is a
    name."""
    assert q.root is not None
    losses = [t for t in q.root.said if _is_loss(parsed[t], sheet, scope, q.end)]
    written = [t for t in q.root.said if reference(parsed[t], sheet.glossary) is None and t not in losses]
    losses += written  # no name, but what it is itself
    loss = losses[-1] if losses else loss_of(sheet, scope, q.end, q.root.said)
    names = [(t, _unmarked(parsed[t], t, sheet)) for t in q.root.said if t not in losses]
    unknowns = [(t, plain) for t, plain in names if plain]
    return loss, unknowns or [(w, w) for w in parameters_of(sheet, scope, q.end, loss)], loss not in written


def derivative(loss: str, by: str) -> str:
    """In TeX."""
    return rf"\frac{{\partial {loss}}}{{\partial {by}}}"


def _is_loss(node: Node, sheet: Sheet, scope: Scope, offset: int) -> bool:
    """Whether a formula defines what the text is, and it is no parameter of a function."""
    seen, own = _before(sheet, scope, offset), reference(node, sheet.glossary)
    parameters = [reference(x, sheet.glossary) for e in seen for x in arguments_of(e)]
    return is_called(node) or (own not in parameters and any(_defines(e, node, sheet) for e in seen))


def _before(sheet: Sheet, scope: Scope, offset: int) -> list[Equation]:
    return [e for e in sheet.equations if stands_before(e, scope, offset) and e.spelled is None and not e.link]


def _defines(e: Equation, node: Node, sheet: Sheet) -> bool:
    own, left = reference(node, sheet.glossary), e.lhs
    if isinstance(left, Product) and is_called(left):
        left = left.factors[0].node
    other = reference(left, sheet.glossary)
    named = own is not None and other is not None and own.base == other.base
    return named and e.op in DEFINING and not is_literal(e.rhs)


def _unmarked(node: Node, text: str, sheet: Sheet) -> str:
    r"""`\theta` of `\hat\theta`, `w` of `w^*`, `\sigma^2` of `\hat\sigma^2`; "" of what is no name."""
    if isinstance(node, Script) and isinstance(node.sup, Number):
        below = replace(node, sup=None) if node.sub is not None else node.base
        marked = text[below.span.start - node.span.start : node.base.span.end - node.span.start]
        plain = _unmarked(node.base, marked, sheet) if node.sub is None else ""
        return f"{plain}^{node.sup.text}" if plain else ""
    own = reference(node, sheet.glossary)
    if own is None:
        return ""
    inner, base = node, core(own.base)
    while (ref := reference(inner, sheet.glossary)) is not None and ref.base != base:
        if not isinstance(inner, (Accent, Script)):
            return text
        inner = inner.body if isinstance(inner, Accent) else inner.base
    start = node.span.start
    plain = text[inner.span.start - start : inner.span.end - start].strip()
    return plain[1:-1].strip() if plain.startswith("{") else plain
