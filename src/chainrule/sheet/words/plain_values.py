"""Values that stand in plain words or in code, `w1 = 0.15` or "a = 0.5", of names that the formulas use.

As in code, an underscore may join a word to a letter, `y_true = 1`, and a list of numbers or of such lists may be what
an array consists of: `x = [1.0, 2.0]`, `W = [[0.1, 0.2], [0.3, 0.4]]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.document import Document, Words
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Fenced, Node, Number, Span
from chainrule.sheet.records.statements import Equation, Sentence, Sheet
from chainrule.sheet.syntax.literals import literal_matrix, literal_number, matrix_of_lists
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

NUMBER = r"[-−]?(?:\d+(?:\.\d*)?|\.\d+)"
LIST = rf"[\[(]\s*{NUMBER}(?:\s*,\s*{NUMBER})+\s*[\])]"
ROWS = r"\[\s*\[[-−\d.,\s]+\](?:\s*,\s*\[[-−\d.,\s]+\])*\s*\]"
GIVEN = re.compile(
    r"(?<![\w\\^{}=.<>!])(?P<name>(?P<letter>[A-Za-z]{1,6}?)_?(?P<number>\d{0,2})|[A-Za-z]{1,8}_[A-Za-z]{1,8})"
    rf"\s*=\s*(?P<value>-?(?:\d+(?:\.\d+)?|\.\d+)|{LIST}|{ROWS})"
    r"(?![\w%]|\.\d|\s*[-+*/^=×@]|\s*\((?![A-Za-z]{2,}[ ,)]|\d+ [a-z]{2}))"
)
SUPPOSING = re.compile(r"\b(?:if|iff|when|whenever|for|case|unless|until|while|except|where)\b[^.;:]*$", re.IGNORECASE)
LISTING = re.compile(r"(?:\b(?:with|and|let|set|take|given)|,)\s*$", re.IGNORECASE)
MOST_VALUES = 200


def plain_values(sheet: Sheet, document: Document) -> list[Equation]:
    """The values in the words of a worked example, as equations."""
    if not any("." in n.text for e in sheet.equations for n in walk(e.rhs) if isinstance(n, Number)):
        return []
    refs = [r for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side) if (r := plain_ref(sheet, n))]
    used, arrays = {r.key for r in refs}, {r.base for r in refs}
    found: list[Equation] = []
    for piece in document.pieces:
        if not isinstance(piece, Words) or "=" not in piece.text:
            continue
        sentence = next((s for s in sheet.sentences if s.document is document and _holds(s, piece)), None)
        for match in GIVEN.finditer(piece.text) if sentence is not None and len(found) < MOST_VALUES else ():
            value = _value(match["value"].replace("−", "-"))
            if value is None or sentence is None:
                continue
            whole = literal_number(value) is None  # an array may stand in the formulas by its components alone
            named = ((n, plain_ref(sheet, n)) for n in _names(match))
            name = next((n for n, r in named if r and (r.key in used or (whole and r.bare and r.base in arrays))), None)
            if name is None:
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


def plain_ref(sheet: Sheet, node: Node) -> Ref | None:
    """A name without primes, operations and labels."""
    ref = reference(node, sheet.glossary)
    return ref if ref is not None and not (ref.primes or ref.postfix or ref.labels) else None


def _names(match: re.Match[str]) -> Iterator[Node]:
    """The name as it stands, and with its number as an index."""
    letter, number = match["letter"], match["number"]
    if letter is None:
        stem, _, below = match["name"].partition("_")
        spelled = (parsed(rf"{stem}_{{\text{{{below}}}}}"), parsed(f"{stem}_{{{below}}}"))
        yield from (node for node in spelled if node is not None)
        return
    greek = [f"\\{letter}"] if len(letter) > 1 else []
    for stem in (letter, *greek):
        for text in (stem + number, f"{stem}_{{{number}}}") if number else (stem,):
            node = parsed(text)
            if node is not None:
                yield node


def parsed(text: str) -> Node | None:
    """The formula that a stretch of plain text is."""
    rows = parse(text, Span(0, len(text)), {}, False)
    return rows[0].node if len(rows) == 1 else None


def _value(text: str) -> Node | None:
    """A printed number, a list of numbers as a formula has it, or a list of lists as a matrix."""
    value = parsed(text)
    matrix = None if value is None else matrix_of_lists(value)
    if matrix is not None:
        return matrix if literal_matrix(matrix) is not None else None
    known = value is not None and (literal_number(value) is not None or isinstance(value, Fenced))
    return value if known else None


def _holds(s: Sentence, piece: Words) -> bool:
    return " ".join(piece.text.split()) in s.text
