r"""Which parameters words leave out of the updates: "only $w_2$ and $b_2$ are trained", "$V$ stays fixed".

Where words say so of weights that they do not name ("the first layer is frozen"), or order the updates one after the
other ("first $w$, then $b$"), no rule is made up: what the sheet means is not what gradient descent on all of them at
once would do.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from chainrule.read.tree import Comma
from chainrule.sheet.records.statements import Sentence, Sheet
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.words.wording import NAMES

Key = TypeVar("Key", bound=Hashable)
_TRAINED = r"(?:re)?(?:train\w*|updat\w+|learn\w+|adapt\w*|adjust\w*|optimi[sz]\w+|tuned|trainable)"
_THE = r"(?:the |both |all |weights? |parameters? |bias(?:es)? |matri(?:x|ces) |vectors? |layers? )*"
_BE = r"(?:is|are|be|being|stays?|remains?|gets?|was|were|will be|should be|shall be|may be|can be)"
_STILL = r"(?:fixed|frozen|constant|unchanged|untouched|at (?:its|their) (?:initial )?values?)"
_NOT = rf"(?:not|never|n't) (?:be )?(?:being )?{_TRAINED}"
_PARTS = r"(?:the )?(?:\w+ ){0,3}(?:layers?|weights?|bias(?:es)?|parameters?|units?|neurons?)"
ONLY = (
    re.compile(rf"\bonly {_THE}{NAMES} (?:{_BE} )?{_TRAINED}", re.IGNORECASE),
    re.compile(rf"\b{_TRAINED} only (?:of |for |to |in )?{_THE}{NAMES}", re.IGNORECASE),
    re.compile(rf"\bonly {_TRAINED} {_THE}{NAMES}", re.IGNORECASE),
)
FIXED = (
    re.compile(rf"{NAMES} (?:{_BE} )?(?:both |all )?(?:{_BE} |kept |held |left ){{0,2}}{_STILL}", re.IGNORECASE),
    re.compile(rf"{NAMES} (?:{_BE} |do |does |did )?{_NOT}", re.IGNORECASE),
    re.compile(
        rf"\b(?:keep|keeping|hold|holding|leave|leaving|with|while|for|treat(?:ing)?) {_THE}{NAMES} (?:as )?{_STILL}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:freez(?:e|ing)|fix(?:ing)?|frozen|fixed) {_THE}{NAMES}", re.IGNORECASE),
    re.compile(rf"\b(?:not|never|n't|without) {_TRAINED} {_THE}{NAMES}", re.IGNORECASE),
)
UNNAMED = re.compile(
    rf"\b(?:layers?|weights?|bias(?:es)?|parameters?|units?|neurons?|embeddings?|encoder|decoder)\b[^.;,⟦⟧]{{0,30}}?"
    rf"\b(?:{_STILL}|{_NOT})"
    rf"|\bonly {_PARTS} {_BE} {_TRAINED}|\b{_TRAINED} only {_PARTS}\b(?! {NAMES})|\bfreez(?:e|ing) {_PARTS}\b(?! ⟦)",
    re.IGNORECASE,
)
IN_TURN = re.compile(
    r"\bfirst\b[^.;]{0,40}⟦\d+⟧[^.;]{0,80}\bthen\b[^.;]{0,40}⟦\d+⟧|\balternat\w+|\bone after (?:the other|another)\b"
    r"|\bcoordinate[- ]wise\b|\bin turns?\b",
    re.IGNORECASE,
)
METHOD = re.compile(
    r"\b(?:momentum|nesterov\w*|adam\w*|rmsprop|adagrad|newton|conjugate gradients?|line search)\b"
    r"|\b(?:steps?|updates?|descent|SGD)\b[^.;]{0,60}?\bweight decay\b"
    r"|\b(?:after|for) (?:each|every) (?:single )?(?:sample|example|pattern|data point)\b"
    r"|\b(?:sample|example) by (?:sample|example)\b",
    re.IGNORECASE,
)
"""Other methods than gradient descent on the whole loss."""
UPDATING = re.compile(r"\b(?:updat\w+|train\w*|steps?|descent|learn\w*|optimi[sz]\w+|iterat\w+)\b", re.IGNORECASE)


def trained(sheet: Sheet, keys: Iterable[Key]) -> list[Key]:
    """Of the names of parameters those that words do not leave out."""
    keys = list(keys)
    only: set[Hashable] = {key for s in sheet.sentences for key in _said(s, ONLY, sheet)}
    fixed: set[Hashable] = {key for s in sheet.sentences for key in _said(s, FIXED, sheet)}
    kept = [key for key in keys if key in only] if only & set(keys) else keys
    return [key for key in kept if key not in fixed]


def untold(sheet: Sheet) -> str:
    """Why no rule can be made up, if that is so."""
    titles = sheet.titles if len({e.scope.number for e in sheet.equations}) < 2 else []
    for text in (*titles, *(s.text for s in sheet.sentences)):
        method = METHOD.search(text)
        if method is not None:
            return f"gradient descent is not meant alone ('{method[0].lower()}'), and its rule is not written; write it"
    for s in sheet.sentences:
        found = UNNAMED.search(s.text)
        if found is not None and not names_trained(s.text):
            return f"some weights are not updated ('{found[0]}'), but they are not named; write the rules of the others"
        if IN_TURN.search(s.text) and UPDATING.search(s.text):
            return "the parameters are updated one after the other; write the rule of each"
    return ""


def names_trained(text: str) -> bool:
    """Whether a sentence names what is updated, or what is not."""
    return any(p.search(text) for p in (*ONLY, *FIXED))


def _said(s: Sentence, patterns: tuple[re.Pattern[str], ...], sheet: Sheet) -> Iterator[Hashable]:
    for pattern in patterns:
        for found in pattern.finditer(s.text):
            for number in re.findall(r"⟦(\d+)⟧", found[1]):
                node = s.formulas[int(number)]
                for item in node.items if isinstance(node, Comma) else (node,):
                    ref = reference(item, sheet.glossary)
                    yield from () if ref is None else (ref.key,)
