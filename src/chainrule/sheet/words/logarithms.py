"""To which base the logarithms of a document are: what the words say of `\\log`, and the bases that formulas write."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.read.tree import Fenced, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import node_key, walk

BASES = {"2": "log2", "10": "log10", "two": "log2", "ten": "log10"}
DECLARING = r"(?:all|every|throughout|denotes?|stands for|means|taken|uses?|where|here|are|is|sind|ist|sont|est)"
LOGARITHM = r"(?:\blog(?:arithm)?(?:s|en|us|mes?)?\b|对数)"
BASE = r"(?:\b(?:base|Basis)[- ](2|10|two|ten)\b|以\s*(2|10)\s*为底)"
TOLD = (
    re.compile(rf"\b{DECLARING}\b[^.;]*?{LOGARITHM}[^.;]*?{BASE}", re.IGNORECASE),
    re.compile(rf"{LOGARITHM}[^.;]*?\b{DECLARING}\b[^.;]*?{BASE}", re.IGNORECASE),
    re.compile(rf"\b{DECLARING}\b[^.;]*?{BASE}[- ]{LOGARITHM}", re.IGNORECASE),
    re.compile(rf"{LOGARITHM}{BASE}|{BASE}的?{LOGARITHM}", re.IGNORECASE),
)
OTHERWISE = re.compile(
    r"\b(?:natural|instead|rather|unlike|not|any base|change of base|convert|if|or|could|may|can)\b", re.IGNORECASE
)


def note_logarithms(world: World, sentences: Iterable[Sentence], equations: Iterable[Equation]) -> None:
    """Give `\\log` the base that the words or a formula of a document say it has; none where they name several."""
    told = {role for s in sentences for part in _parts(s) if (role := _role(part)) is not None}
    told |= {role for e in equations if (role := _converted(e)) is not None}
    if len(told) == 1 and "log" not in world.functions:
        world.roles["log"] = told.pop()


def _converted(e: Equation) -> str | None:
    """`\\log u = \\frac{\\ln u}{\\ln 10}` says that this logarithm is to base 10."""
    if not isinstance(e.rhs, Fraction):
        return None
    left, top, bottom = (_of(node) for node in (e.lhs, e.rhs.numerator, e.rhs.denominator))
    if left is None or bottom is None or left[0] != "log" or bottom[0] != "ln" or not isinstance(bottom[1], Number):
        return None
    same = top is not None and top[0] == "ln" and node_key(top[1]) == node_key(left[1])
    return BASES.get(bottom[1].text) if same else None


def _of(node: Node) -> tuple[str, Node] | None:
    """A bare logarithm and what it is of."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[0].node, Name) or not is_log(factors[0].node):
        return None
    inner = factors[1].node
    return factors[0].node.text, inner.body if isinstance(inner, Fenced) else inner


def _parts(sentence: Sentence) -> list[str]:
    """The sentences of a paragraph, with a `\\log` and numbers among its formulas as words."""
    text = sentence.text
    for n, formula in enumerate(sentence.formulas):
        if isinstance(formula, (Name, Number)):
            text = text.replace(f"⟦{n}⟧", formula.text)
    return re.split(r"[.;。]\s*", text)


def _role(text: str) -> str | None:
    found = next((m for pattern in TOLD if (m := pattern.search(text)) is not None), None)
    if found is None or OTHERWISE.search(text):
        return None
    return BASES[next(x for x in found.groups() if x is not None).lower()]


def written_bases(*nodes: Node) -> set[str]:
    """The bases that logarithms are written with: 2 of `\\log_2`, and "" of a bare `\\log` or `\\ln`."""
    found, below = set[str](), set[int]()
    for node in (n for side in nodes for n in walk(side)):
        if isinstance(node, Script) and is_log(node.base):
            below.add(id(node.base))
            found.add(node.sub.text if isinstance(node.sub, Number) else "")
        elif is_log(node) and id(node) not in below:
            found.add("")
    return found


def is_log(node: Node) -> bool:
    """The word of a logarithm."""
    return isinstance(node, Name) and node.text in ("log", "ln")
