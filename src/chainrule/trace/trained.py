r"""Which parameters words leave out of the updates: "only $w_2$ and $b_2$ are trained", "$V$ stays fixed".

Only a sentence that says this plainly leaves weights out. Where another one may ("the first layer is frozen", "they are
updated in turns"), no rule is made up: what is meant is not what gradient descent on all of them at once would do.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from chainrule.read.tree import Comma
from chainrule.sheet.records.statements import Sentence, Sheet
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.words.wording import NAMES
from chainrule.trace.plain_orders import MOVES, parts, strange
from chainrule.trace.rules import CUE

Key = TypeVar("Key", bound=Hashable)
_TRAINED = r"(?:re)?(?:train\w*|updat\w+|learn\w+|adapt\w*|adjust\w*|optimi[sz]\w+|tuned|trainable)"
_THE = r"(?:the |both |all |weights? |parameters? |bias(?:es)? |matri(?:x|ces) |vectors? |layers? )*"
_STILL = (
    r"(?:fixed|frozen|constant|unchanged|untouched|alone|as (?:it|they) (?:is|are)"
    r"|at (?:its|their) (?:initial )?values?)"
)
HELD = re.compile(
    rf"\b(?:only|fix(?:ed|ing)?|frozen|freez(?:e|ing)|constant|unchanged|untouched|tied|alternat\w+|in turns?"
    rf"|stay(?:s|ing)?|remain(?:s|ing)?|leav(?:e|ing)|kept|keep(?:ing)?|hold(?:ing)?"
    rf"|(?:after|for) (?:each|every) (?:single )?(?:sample|example|pattern)|(?:sample|example) by (?:sample|example)"
    rf"|one after (?:the other|another)|(?:not|never|n't) (?:be )?(?:being )?{_TRAINED})\b",
    re.IGNORECASE,
)
"""What a sentence says that may leave weights out of the updates, or order these."""
PARTS = re.compile(r"\b(?:layers?|weights?|bias(?:es)?|parameters?|units?|neurons?|embeddings?)\b", re.IGNORECASE)
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
            about = PARTS.search(part) or MOVES.search(part) or not keys.isdisjoint(_keys(s, part, sheet))
            if about and HELD.search(part) and not list(_plainly(s, part, sheet)):
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
    """Why no rule can be made up of what a title says, if that is so: "# Training with momentum"."""
    titles = sheet.titles if len({e.scope.number for e in sheet.equations}) < 2 else []
    words = [w for text in titles for w in re.findall(r"[^\W\d_]{2,}", text) if CUE.search(w)]
    method = strange(" ".join(words))
    return f"gradient descent is not meant alone ('{method}'), and its rule is not written; write it" if method else ""


def names_trained(text: str) -> bool:
    """Whether a sentence says plainly which weights are updated."""
    return without_clauses(text) != text


def _keys(s: Sentence, names: str, sheet: Sheet) -> Iterator[Hashable]:
    for number in re.findall(r"⟦(\d+)⟧", names):
        node = s.formulas[int(number)]
        for item in node.items if isinstance(node, Comma) else (node,):
            ref = reference(item, sheet.glossary)
            yield from () if ref is None else (ref.key,)
