"""To which base the logarithms of a document are: what the words say of `\\log`, and the bases that formulas write."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.read.tree import Name, Node, Number, Script
from chainrule.sheet.names import walk
from chainrule.sheet.statements import Sentence
from chainrule.sheet.world import World

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


def note_logarithms(world: World, sentences: Iterable[Sentence]) -> None:
    """Give `\\log` the base that the words of a document say it has; none where they name several."""
    told = {role for s in sentences for part in _parts(s) if (role := _role(part)) is not None}
    if len(told) == 1 and "log" not in world.functions:
        world.roles["log"] = told.pop()


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
