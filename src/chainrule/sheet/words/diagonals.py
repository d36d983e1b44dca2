r"""Diagonal matrices whose entries words tell: "where $W$ is a diagonal matrix with $w_i$ on its diagonal".

What the words say is `W = \mathrm{diag}(w_i)`, and becomes an equation where no formula says what the matrix is. A
formula for its entries, `S_{ii} = p_i (1 - p_i)`, defines it by itself (`definitions.facts.diagonal_entries`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.read.tree import Big, Comma, Dots, Factor, Fenced, Link, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence, Sheet, trimmed
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk
from chainrule.sheet.words.denials import DENIAL
from chainrule.sheet.words.wording import IS

_NAME = r"⟦(?P<name>\d+)⟧"
_ENTRY = r"⟦(?P<entry>\d+)⟧(?!\s*-?\s*(?:th|st)\b)"
_ITH = r"(?:⟦\d+⟧|[ijkn])\s*-?\s*th"
_SIZE = r"(?:(?:⟦\d+⟧|(?!block|anti|upper|lower)\w+)[ -]){0,3}?"
_PARTS = r"(?:diagonal |main )*(?:entr(?:y|ies)|elements?|values?|components?|weights?|coefficients?)"
_HAVING = r"(?:with|whose|having|(?:(?:which|that) )?(?:has|contains)|containing|holding|formed by|made of|of)"
_THEIR = rf"(?:the |its |an? |each |all )?(?:{_ITH} )?(?:{_PARTS} )?(?:of )?"
_FILLED = rf"{_HAVING} {_THEIR}(?:(?:is|are|being|equals?|given|equal|by|to|the) )*"
_DIAGONAL_OF_OTHERS = r"(?:是|为|為)[^。，,⟦]{0,8}?(?:对角|對角)(?:矩阵|矩陣|阵|陣)?[，,]?\s*(?:其|它的)?"
_ITS_ENTRIES_OTHERS = r"(?:主)?(?:对角|對角)(?:线|線)?(?:上)?(?:的)?(?:元素?|项|項)?(?:为|是|為|等于)?\s*"

TOLD = (
    re.compile(rf"{_NAME}{IS}(?:an? |the |some |also )?{_SIZE}diagonal(?:,? (?:square )?matrix)?,? {_FILLED}{_ENTRY}"),
    re.compile(rf"\bdiagonal (?:\w+ )??matrix {_NAME},? {_FILLED}{_ENTRY}"),
    re.compile(rf"{_NAME} ?{_DIAGONAL_OF_OTHERS}{_ITS_ENTRIES_OTHERS}{_ENTRY}"),
)
ALL_OF_IT = re.compile(
    r"(?: ?(?:on|along) (?:its|the) (?:main )?diagonal)?"
    r"(?:,? (?:and )?(?:with )?(?:zeros?|0|⟦\d+⟧) (?:elsewhere|everywhere else|off the diagonal))?"
    r"(?P<range>,? (?:for |with )?(?:all |each |every )?⟦(?P<over>\d+)⟧)?"
    r"\s*(?:[.;:)。；，]|\Z|,? (?:where|so that|then|and (?:we|let))\b)"
)
"""What may stand behind the general entry: "multiplied by $c_i$" or "in the first half" tells of other entries."""
SPOKEN_OF = re.compile(r"diagonal|对角|對角")
OPEN = re.compile(
    rf"{DENIAL.pattern}|(?i:\b(?:if|when\w*|suppos\w+|assum\w+|unless|cases?|special|example|approximat\w+|off)\b)|如果|假设|假設|若"
)
"""Words of a clause that do not say for good that a matrix is diagonal."""
OTHERS = "kjtmlpqrs"
"""Letters for the second index of a diagonal matrix."""


@dataclass(frozen=True)
class Diagonal:
    """What stands on the diagonal of a matrix: a list, or a general entry with its index."""

    entry: Node
    letter: str = ""


def told_diagonals(sheet: Sheet) -> list[Equation]:
    """What words say of the entries of diagonal matrices, as equations."""
    sentences = [s for s in sheet.sentences if SPOKEN_OF.search(s.text)]
    if not sentences:
        return []
    found: dict[str, Equation] = {}
    formulas = [e for e in sheet.equations if not e.link and e.op in DEFINING and e.source == "formula"]
    for s in sentences:
        for name, entry in _told(s):
            ref, diagonal = reference(s.formulas[name], sheet.glossary), _of_words(sheet, s, name, entry)
            if ref is not None and diagonal is not None and _is_free(sheet, formulas, ref):
                found.setdefault(ref.base, _equation(s, name, diagonal))
    return list(found.values())


def _told(s: Sentence) -> Iterator[tuple[int, int]]:
    """Which formulas of a sentence are a diagonal matrix and its general entry."""
    for pattern in TOLD:
        for match in pattern.finditer(s.text):
            if not _is_open(match, s.text) and _is_all(match, s):
                yield int(match["name"]), int(match["entry"])


def _is_all(match: re.Match[str], s: Sentence) -> bool:
    """Whether nothing behind a general entry says more of it: only for which numbers it holds, if for all."""
    behind = ALL_OF_IT.match(s.text, match.end())
    if behind is None or behind["range"] is None:
        return behind is not None
    over = s.formulas[int(behind["over"])]
    return isinstance(over, (Relation, Comma)) and any(isinstance(n, Dots) for n in walk(over))


def _is_open(match: re.Match[str], text: str) -> bool:
    """Whether the clause up to the word that is said denies it, or only supposes it for a while."""
    said = SPOKEN_OF.search(text, match.start())
    before = text[: match.end() if said is None else said.start()]
    return OPEN.search(re.split(r"[.;。；]", before)[-1]) is not None


def _of_words(sheet: Sheet, s: Sentence, name: int, entry: int) -> Diagonal | None:
    """What a formula beside a matrix says of its diagonal: one with an index, a list, or an equation of either."""
    matrix, node = reference(s.formulas[name], sheet.glossary), s.formulas[entry]
    if matrix is None:
        return None
    if isinstance(node, Relation):
        if node.links[0].op not in DEFINING:
            return None
        node = node.first
    refs = [r for n in walk(node) if (r := reference(n, sheet.glossary)) is not None]
    if any(r.base == matrix.base for r in refs) or any(isinstance(n, Big) for n in walk(node)):
        return None  # `W` with the entries `W_i`: one name for the matrix and for the vector on its diagonal
    if isinstance(node, Comma):
        return Diagonal(node)
    letters = {x for r in refs if len(r.subs) == 1 and (x := letter_of(r.subs[0])) is not None}
    return Diagonal(node, letters.pop()) if len(letters) == 1 else None


def _is_diagonal_entry(sheet: Sheet, matrix: Ref, node: Node) -> bool:
    ref = reference(node, sheet.glossary)
    if ref is None or ref.base != matrix.base or len(ref.subs) != 2 or letter_of(ref.subs[0]) is None:
        return False
    return node_key(ref.subs[0]) == node_key(ref.subs[1])


def _is_free(sheet: Sheet, formulas: list[Equation], matrix: Ref) -> bool:
    """Whether no formula says what a matrix or any entry beside its diagonal is."""
    if not matrix.bare:
        return False
    own = [e for e in formulas if (r := reference(e.lhs, sheet.glossary)) is not None and r.base == matrix.base]
    once = len({node_key(e.lhs) for e in own}) <= 1 and not any(e.conditions for e in own)
    return once and all(_is_diagonal_entry(sheet, matrix, e.lhs) for e in own)


def _equation(s: Sentence, name: int, diagonal: Diagonal) -> Equation:
    """`W = \\mathrm{diag}(w_1, \\dots, w_n)`, `W_{ik} = \\mathbb{1}[i = k] w_i`."""
    span, entry = s.spans[name], Fenced(s.spans[name], "(", diagonal.entry, ")")
    matrix, body = s.formulas[name], _product(span, Name(span, "diag", ("rm",)), entry)
    if diagonal.letter:
        used = {n.text for n in walk(diagonal.entry) if isinstance(n, Name)}
        i, k = (Name(span, x) for x in (diagonal.letter, next(x for x in OTHERS if x not in {*used, diagonal.letter})))
        same = Fenced(span, "[", Relation(span, i, (Link("=", span, k),)), "]")
        matrix = Script(span, matrix, _product(span, i, k))
        body = _product(span, Name(span, "1", ("bb",)), same, entry)
    shown = trimmed(s.document.source(diagonal.entry.span))
    spelled = s.sources[name].strip("$ "), rf"\operatorname{{diag}}({shown})"
    return Equation(
        s.position, s.document, s.own, span, matrix, "=", body, s.scope, -s.position, 0, False,
        source="prose", spelled=spelled,
    )  # fmt: skip


def _product(span: Span, *factors: Node) -> Product:
    return Product(span, tuple(Factor("", f) for f in factors))
