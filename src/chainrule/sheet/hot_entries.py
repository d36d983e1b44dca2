r"""Where a one-hot vector has its 1, as the words say: "$y$ is one-hot with a 1 for the true word $o$".

The letter of that place, for each such vector; nothing where the words name none or several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chainrule.read.tree import Name, Node, Number, Relation
from chainrule.sheet.names import Glossary, letter_of, reference
from chainrule.sheet.prose import ENTRY
from chainrule.sheet.statements import Sentence

NAME = r"⟦(?P<name>\d+)⟧"
PLACE = r"(?:⟦(?P<place>\d+)⟧|\b(?P<letter>[b-z])\b)"
ONE = r"(?:1|one|⟦(?P<one>\d+)⟧)"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        NAME
        + rf"[^.;⟦]{{0,60}}?\bone[-_ ]hot\b[^.;⟦]{{0,30}}?\bwith an? {ONE} (?:for|at|in|on)\b[^.;⟦]{{0,40}}?"
        + PLACE,
        r"\bonly (?:the )?(?:⟦(?P<place>\d+)⟧|(?P<letter>[b-z]))[- ]?th "
        + ENTRY
        + r" of "
        + NAME
        + rf" (?:is|equals) {ONE}(?!\d)",
        rf"\bonly (?P<entry>⟦\d+⟧) (?:is|equals) {ONE}(?!\d)",
        r"(?P<said>⟦\d+⟧) (?:when|if|iff|if and only if|only if|for) (?P<when>⟦\d+⟧)",
    )
)


def hot_entries(sentences: Iterable[Sentence], glossary: Glossary) -> dict[str, str]:
    """For each one-hot vector the letter of the place of its 1."""
    found: dict[str, set[str]] = {}
    for s in sentences:
        for pattern in PATTERNS:
            for m in pattern.finditer(s.text):
                for base, letter in _told(m, s, glossary):
                    found.setdefault(base, set()).add(letter)
    return {base: letters.pop() for base, letters in found.items() if len(letters) == 1}


def _told(m: re.Match[str], s: Sentence, glossary: Glossary) -> Iterator[tuple[str, str]]:
    groups = m.groupdict()
    if groups.get("said"):
        yield from _when(_formula(s, groups["said"]), _formula(s, groups["when"]), glossary)
        return
    one = groups.get("one")
    if one and getattr(s.formulas[int(one)], "text", "") != "1":
        return
    if groups.get("entry"):
        ref = reference(_formula(s, groups["entry"]), glossary)
        place = letter_of(ref.subs[0]) if ref is not None and len(ref.subs) == 1 else None
    else:
        ref = reference(s.formulas[int(m["name"])], glossary)
        place = m["letter"] or letter_of(s.formulas[int(m["place"])])
    if ref is not None and place is not None:
        yield ref.base, place


def _when(said: Node, when: Node, glossary: Glossary) -> Iterator[tuple[str, str]]:
    """`y_w = 1` when `w = o`: the place is o."""
    if not isinstance(said, Relation) or not isinstance(when, Relation) or len(said.links) != 1 or len(when.links) != 1:
        return
    ref, value, place = reference(said.first, glossary), said.links[0].node, when.links[0].node
    if ref is None or len(ref.subs) != 1 or not isinstance(value, Number) or value.text != "1":
        return
    same = letter_of(ref.subs[0]) == letter_of(when.first) and when.links[0].op in ("=", "==", "≡")
    if said.links[0].op == "=" and same and isinstance(place, Name) and letter_of(place) is not None:
        yield ref.base, str(letter_of(place))


def _formula(s: Sentence, placeholder: str) -> Node:
    return s.formulas[int(placeholder.strip("⟦⟧"))]
