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
from chainrule.trace.plain_orders import parts, strange

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
_DO = r"(?:train|update|optimi[sz]e|adjust|adapt|learn)"
_CLAUSES = {
    "only": (
        rf"only {_THE}{NAMES} (?:is|are) (?:being |to be )?{_TRAINED}",
        rf"only {_DO} {_THE}{NAMES}",
        rf"{_DO} only {_THE}{NAMES}",
    ),
    "fixed": (
        rf"{_THE}{NAMES} (?:is|are|stays?|remains?) (?:both |all )?(?:kept |held |left )?{_STILL}",
        rf"{_THE}{NAMES} (?:is|are) not {_TRAINED}",
        rf"(?:with |while )?(?:keep|keeping|hold|holding|leave|leaving) {_THE}{NAMES} {_STILL}",
        rf"with {_THE}{NAMES} (?:kept |held )?{_STILL}",
        rf"(?:freeze|freezing|fix|fixing) {_THE}{NAMES}",
    ),
}
PLAINLY = {
    what: tuple(
        re.compile(
            rf"^(?:(?P<before>[^.?!;]*?),? (?:while |where |but |and )?)??\W*{c}(?: throughout)?\W*$", re.IGNORECASE
        )
        for c in clauses
    )
    for what, clauses in _CLAUSES.items()
}
"""A sentence that says of weights which are updated and no more: no time, no condition; before it an order at most."""


def trained(sheet: Sheet, keys: Iterable[Key]) -> list[Key]:
    """Of the names of parameters those that words do not leave out."""
    keys = list(keys)
    said = [x for s in sheet.sentences for part in parts(s) for x in _plainly(s, part, sheet)]
    only, fixed = ({key for kind, found in said if kind == what for key in found} for what in ("only", "fixed"))
    kept = [key for key in keys if key in only] if only & set(keys) else keys
    return [key for key in kept if key not in fixed]


def unclear(sheet: Sheet, keys: Iterable[Hashable]) -> str:
    """A sentence that may leave some of these parameters out, but does not plainly say so; "" if there is none."""
    keys = set(keys)
    for s in sheet.sentences:
        for part in parts(s, True):
            loosely = {key for p in (*ONLY, *FIXED) for key in _said(s, part, p, sheet)}
            if loosely & keys and not list(_plainly(s, part, sheet)):
                return part
    return ""


def without_clauses(part: str) -> str:
    """A sentence without a clause at its end that says which weights are updated."""
    found = (p.match(part) for patterns in PLAINLY.values() for p in patterns)
    return next((m["before"] or "" for m in found if m is not None), part)


def _plainly(s: Sentence, part: str, sheet: Sheet) -> Iterator[tuple[str, set[Hashable]]]:
    for what, patterns in PLAINLY.items():
        for pattern in patterns:
            found = None if part.rstrip().endswith("?") else pattern.match(part)
            if found is not None and not strange(found["before"] or ""):
                yield what, set(_keys(s, found[2], sheet))
                return


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


def _said(s: Sentence, part: str, pattern: re.Pattern[str], sheet: Sheet) -> Iterator[Hashable]:
    for found in pattern.finditer(part):
        yield from _keys(s, found[1], sheet)


def _keys(s: Sentence, names: str, sheet: Sheet) -> Iterator[Hashable]:
    for number in re.findall(r"⟦(\d+)⟧", names):
        node = s.formulas[int(number)]
        for item in node.items if isinstance(node, Comma) else (node,):
            ref = reference(item, sheet.glossary)
            yield from () if ref is None else (ref.key,)
