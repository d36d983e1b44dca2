"""Values that stand in plain words or in code, `w1 = 0.15` or "a = 0.5", of names that the formulas use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.document import Document, Words
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Node, Number, Span
from chainrule.sheet.records.statements import Equation, Sentence, Sheet
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

GIVEN = re.compile(
    r"(?<![\w\\^{}=.<>!])(?P<letter>[A-Za-z]{1,6}?)_?(?P<number>\d{0,2})\s*=\s*(?P<value>-?(?:\d+(?:\.\d+)?|\.\d+))"
    r"(?![\w%]|\.\d|\s*[-+*/^=(×])"
)
SUPPOSING = re.compile(r"\b(?:if|iff|when|whenever|for|case|unless|until|while|except|where)\b[^.;:]*$", re.IGNORECASE)
LISTING = re.compile(r"(?:\b(?:with|and|let|set|take|given)|,)\s*$", re.IGNORECASE)
MOST_VALUES = 200


def plain_values(sheet: Sheet, document: Document) -> list[Equation]:
    """The values in the words of a worked example, as equations."""
    if not any("." in n.text for e in sheet.equations for n in walk(e.rhs) if isinstance(n, Number)):
        return []
    used = {r.key for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side) if (r := _plain(sheet, n))}
    found: list[Equation] = []
    for piece in document.pieces:
        if not isinstance(piece, Words) or "=" not in piece.text:
            continue
        sentence = next((s for s in sheet.sentences if s.document is document and _holds(s, piece)), None)
        for match in GIVEN.finditer(piece.text) if sentence is not None and len(found) < MOST_VALUES else ():
            name = next((n for n in _names(match) if (r := _plain(sheet, n)) and r.key in used), None)
            value = _parsed(match["value"])
            if name is None or value is None or literal_number(value) is None or sentence is None:
                continue
            before = piece.text[: match.start()]
            counts = letter_of(name) in INDEX_LETTERS and before.strip() and not LISTING.search(before)
            if SUPPOSING.search(before) or counts:
                continue
            spelled = match[0].partition("=")[0].strip(), match["value"]
            found.append(
                Equation(
                    sentence.position, document, True, piece.span, name, "=", value, sentence.scope,
                    -sentence.position, 0, False, source="prose", spelled=spelled,
                )
            )  # fmt: skip
    return found


def _plain(sheet: Sheet, node: Node) -> Ref | None:
    ref = reference(node, sheet.glossary)
    return ref if ref is not None and not (ref.primes or ref.postfix or ref.labels) else None


def _names(match: re.Match[str]) -> Iterator[Node]:
    """The name as it stands, and with its number as an index."""
    letter, number = match["letter"], match["number"]
    greek = [f"\\{letter}"] if len(letter) > 1 else []
    for stem in (letter, *greek):
        for text in (stem + number, f"{stem}_{{{number}}}") if number else (stem,):
            node = _parsed(text)
            if node is not None:
                yield node


def _parsed(text: str) -> Node | None:
    rows = parse(text, Span(0, len(text)), {}, False)
    return rows[0].node if len(rows) == 1 else None


def _holds(s: Sentence, piece: Words) -> bool:
    return " ".join(piece.text.split()) in s.text
