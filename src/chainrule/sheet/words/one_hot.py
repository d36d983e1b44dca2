r"""One-hot vectors in words: that a vector is one, and where its 1 is, "$y$ is one-hot with a 1 for the true word $o$".

Of the place the letter is kept, for each such vector; nothing where the words name none or several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chainrule.read.tree import Name, Node, Relation
from chainrule.sheet.records.statements import Sentence
from chainrule.sheet.syntax.names import Glossary, letter_of, reference
from chainrule.sheet.words.wording import ENTRY, IS, NAMES

HOT = r"(?i:one[-_ ]hot)\b"
NO_MATRIX = r"(?!(?:[- ]\w+){0,3}?[- ](?i:matri[xz]))"
# What stands between a vector and the word in other languages: "$y$ ist ein One-Hot-Vektor", "$y$ は one-hot".
_COPULAS = "es est ist é è sea soit sei seja as als como comme come как это является"
_ARTICLES = "un une ein eine einen um uma uno una le la el il o der die das the an?"
_VECTORS = "vector vecteur vektor vetor vettore вектор"
_BETWEEN = "|".join(f"{_COPULAS} {_ARTICLES} {_VECTORS}".split())
_CHARACTERS = r"(?:は|が|を|是|为|為|는|은)\s*(?:[\u4e00-\u9fff]{1,8}[的の]\s*)?"
LINKED = rf"\s*,?\s*(?:(?i:(?:(?:{_BETWEEN})\b|[—–-])\s*){{1,4}}|{_CHARACTERS})"
_DENIED_BEHIND = r"[^.。;⟦]*(?:ではな|でな|아니)"
_OF_ANOTHER = r"(?:[- ]\w+){0,2} ?⟦"
HOT_ANYWHERE = rf"(?:(?i:one[-_ –]hot)|独热|獨熱|ワンホット|원[- ]?핫)(?!{_DENIED_BEHIND}|{_OF_ANOTHER})"
ONLY = rf"(?i:\b(?:only|exactly|just) (?:\S+ ){{0,3}}?{ENTRY} (?:of|in)) "
ONE_ALONE = r"(?:exactly one|a single|only one) 1(?![\w-]|\.\d)"
A_ONE = r"(?:1|one)(?! of\b)(?![\w-]|\.\d)"
ZEROS = r"\s*(?:is|has|contains) (?:all )?(?:zeros?|0s?)\b(?: everywhere)?,? (?:except|but)"
AS = r"(?:(?:as|como|comme|als) )?(?:(?:the|an?|its|un|el|le|der|ein|vector|vecteur|vektor) )*"
# Phrases about vectors, and about one entry of a vector and no other.
OF_VECTORS: tuple[tuple[str, str], ...] = (
    ("one-hot", rf"{NAMES}{IS}(?:\w+ ){{0,3}}?{HOT}{NO_MATRIX}"),
    ("one-hot beside", rf"{NAMES},? {AS}(?:true |corresponding )?{HOT}{NO_MATRIX}"),
    ("one-hot in other words", rf"(⟦\d+⟧){LINKED}{HOT_ANYWHERE}{NO_MATRIX}"),
    ("one-hot label", rf"{HOT}{NO_MATRIX}(?:-\w+)? (?:\w+ ){{0,3}}{NAMES}"),
    ("zeros but one", rf"{NAMES}{ZEROS}(?: for)? (?:an?|one) (?:single )?{A_ONE}"),
    ("a single one", rf"{NAMES}\s*(?:has|contains) {ONE_ALONE}"),
)
_SO = r"(?:an? |the |all |each |also |both |encoded |corresponding )*"
_LABELS = r"(?:[- ](?:encoded|coded|encoding|label|labels|target|targets|indicator|class))*"
_ENDS = (
    r"(?=\s*(?:[.;:,)](?!\s*(?:times|scaled|multiplied|except|or)\b)|\Z|and (?:the|let|we)\b"
    r"|of the (?:labels|classes|targets)\b))"
)
# Phrases about the rows of a matrix, or about a matrix of such rows, with nothing behind that makes other rows of them.
OF_ROWS: tuple[tuple[str, str], ...] = (
    (
        "one-hot rows",
        rf"\b(?:[Rr]ows?|[Ll]ines?) of (?P<matrix>⟦\d+⟧){IS}{_SO}{HOT}{_LABELS}(?: vectors?| rows?)?{_ENDS}",
    ),
    ("one-hot matrix", rf"(?P<matrix>⟦\d+⟧){IS}{_SO}{HOT}{_LABELS} matrix{_ENDS}"),
    ("one-hot matrix before", rf"\b{HOT}{_LABELS} matrix (?P<matrix>⟦\d+⟧){_ENDS}"),
)
SUPPOSED = re.compile(r"(?i)\b(?:if|when\w*|unless|suppos\w+|case|not|no|never|sums?|some|most|were|would)\b[^.;]*\Z")
"""What stands before rows that are one-hot for a while, or not at all."""
OF_ENTRIES: tuple[tuple[str, str], ...] = (
    ("one entry is one", rf"{ONLY}{NAMES}\s*(?:is|equals|has|being)\s+(?:set to )?{A_ONE}"),
)

VECTOR = r"⟦(?P<vector>\d+)⟧"
PLACE = r"(?:⟦(?P<place>\d+)⟧|\b(?P<letter>[b-z])\b)(?:[-– ]*(?:th|st|nd|rd)\b)?"
ONE = r"(?:is|equals|being|is set to|set to|equal to|has|,) (?:an? )?(?:1|one|⟦(?P<one>\d+)⟧)(?!\d)"
CLASS = r"(?:class|label|category|word|token|index)"
SO_HOT = rf"{VECTOR}[^.;⟦]{{0,60}}?\b{HOT}"
WITH_A_ONE = r"\bwith (?:an?|its|the) (?:single |only )?(?:1|one|⟦(?P<one>\d+)⟧)"
IS_A = r"(?:is|being|be) (?:an? )?"
IN_CASE = r"(?:when|if|iff|if and only if|only if|for)"
BUT_AT = r"(?: for)?(?: an? (?:single )?(?:1|one))?(?: at| in)? (?:the )?"
# Phrases that say where the 1 is.
WHERE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{SO_HOT}[^.;⟦]{{0,30}}?{WITH_A_ONE} (?:for|at|in|on)\b[^.;⟦]{{0,40}}?{PLACE}",
        rf"\b(?P<plain>[b-z]) {IS_A}{HOT}[^.;⟦]{{0,30}}?{WITH_A_ONE} (?:for|at|in|on)\b[^.;⟦]{{0,40}}?{PLACE}",
        rf"{SO_HOT}[^.;⟦]{{0,20}}? (?:of|for) (?:the )?(?:\w+ ){{0,2}}?{CLASS} {PLACE}",
        rf"\b{HOT}[^.;⟦]{{0,20}}?{VECTOR} (?:of|for) (?:the )?(?:\w+ ){{0,2}}?{CLASS} {PLACE}",
        rf"{SO_HOT}[^.;⟦]{{0,30}}?(?:whose|where|as|since|and) (?:only )?(?:the |its )?{PLACE} {ENTRY} {ONE}",
        rf"{SO_HOT}[^.;⟦]{{0,30}}?(?P<entry_is>⟦\d+⟧)(?! {IN_CASE})",
        rf"\b[Oo]nly (?:the )?{PLACE} {ENTRY} (?:of|in) {VECTOR} {ONE}",
        rf"\b[Oo]nly (?P<entry>⟦\d+⟧) {ONE}",
        rf"{VECTOR}{ZEROS}{BUT_AT}(?:{ENTRY} )?{PLACE}",
        rf"(?P<said>⟦\d+⟧) {IN_CASE} (?P<when>⟦\d+⟧)",
    )
)

TRUE = r"(?:true|correct|target|actual|gold|right|observed|ground[- ]truth)"
# Phrases that name the true class, of which a one-hot vector of labels is 1.
OF_THE_CLASS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{PLACE} {IS_A}(?:the )?(?:(?:index|number|position) of )?(?:the )?{TRUE} {CLASS}\b",
        r"\b(?:[Tt]he|[Ww]ith|[Oo]f|[Ff]or|[Aa]|[Ii]ts) (?:(?:an?|the) )?(?:(?:index|number) of the )?"
        rf"{TRUE} {CLASS}(?: is)?,? {PLACE}",
    )
)


def with_the_true_class(hot: dict[str, str], bases: Iterable[str], sentences: Iterable[Sentence]) -> dict[str, str]:
    """The places of the 1 of one-hot vectors; of one that no words put anywhere it is the letter of the true class."""
    letters = set[str]()
    for s in sentences:
        for m in (m for pattern in OF_THE_CLASS for m in pattern.finditer(s.text)):
            place = m["letter"] or letter_of(s.formulas[int(m["place"])])
            letters |= {place} if place is not None else set()
    vectors = list(bases)
    letters -= {base.removeprefix("bold ") for base in vectors}  # "the true class $y$" beside a vector y
    return dict.fromkeys(vectors, letters.pop()) | hot if len(letters) == 1 else hot


def places(sentences: Iterable[Sentence], glossary: Glossary) -> dict[str, str]:
    """For each one-hot vector the letter of the place of its 1."""
    found: dict[str, set[str]] = {}
    for s in sentences:
        for m in (m for pattern in WHERE for m in pattern.finditer(s.text)):
            for base, letter in _told(m, s, glossary):
                found.setdefault(base, set()).add(letter)
    return {base: letters.pop() for base, letters in found.items() if len(letters) == 1}


def _told(m: re.Match[str], s: Sentence, glossary: Glossary) -> Iterator[tuple[str, str]]:
    groups = m.groupdict()
    one = groups.get("one")
    if one and getattr(s.formulas[int(one)], "text", "") != "1":
        return
    if groups.get("said"):
        yield from _when(_formula(s, groups["said"]), _formula(s, groups["when"]), glossary)
    elif groups.get("entry_is"):
        yield from _entry_is(s.formulas[int(groups["vector"])], _formula(s, groups["entry_is"]), glossary)
    elif groups.get("entry"):
        yield from _entry(_formula(s, groups["entry"]), glossary)
    elif groups.get("plain"):
        place = groups["letter"] or letter_of(s.formulas[int(groups["place"])])
        yield from ((f"{face}{groups['plain']}", place) for face in ("", "bold ") if place is not None)
    else:
        ref = reference(s.formulas[int(groups["vector"])], glossary)
        place = groups["letter"] or letter_of(s.formulas[int(groups["place"])])
        if ref is not None and place is not None:
            yield ref.base, place


def _entry(node: Node, glossary: Glossary) -> Iterator[tuple[str, str]]:
    """`y_k`: the vector and the place."""
    ref = reference(node, glossary)
    place = letter_of(ref.subs[0]) if ref is not None and len(ref.subs) == 1 else None
    if ref is not None and place is not None:
        yield ref.base, place


def _entry_is(vector: Node, said: Node, glossary: Glossary) -> Iterator[tuple[str, str]]:
    """`y` is one-hot with `y_k = 1`."""
    ref = reference(vector, glossary)
    for base, place in _entry(said.first, glossary) if _is_one(said) and isinstance(said, Relation) else ():
        if ref is not None and ref.base == base:
            yield base, place


def _when(said: Node, when: Node, glossary: Glossary) -> Iterator[tuple[str, str]]:
    """`y_w = 1` when `w = o`: the place is o."""
    if not (_is_one(said) and isinstance(said, Relation) and isinstance(when, Relation) and len(when.links) == 1):
        return
    place = letter_of(when.links[0].node) if isinstance(when.links[0].node, Name) else None
    for base, letter in _entry(said.first, glossary):
        if letter == letter_of(when.first) and when.links[0].op in ("=", "==", "≡") and place is not None:
            yield base, place


def _is_one(node: Node) -> bool:
    """`a = 1`."""
    links = node.links if isinstance(node, Relation) else ()
    return [link.op for link in links] == ["="] and getattr(links[0].node, "text", "") == "1"


def _formula(s: Sentence, placeholder: str) -> Node:
    return s.formulas[int(placeholder.strip("⟦⟧"))]
