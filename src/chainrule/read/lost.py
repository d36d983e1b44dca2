r"""Control words whose definition a document has lost: what an abbreviation must stand for.

Notes copied out of a course leave their preamble behind, and `\si`, `\fr{a}{b}`, `\nm{x}` stay. Such a word is read
as the standard command that it abbreviates: the same first letter, the other letters in their order, and as many
arguments. Where two standard commands with different meanings fit, nothing is chosen, and a word without arguments
stays a name of its own unless the document also writes the letter out that it abbreviates.

>>> stands_for("fr", 2), stands_for("nm", 1), stands_for("foo", 1)
('\\frac{#1}{#2}', '\\left\\Vert #1\\right\\Vert ', None)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from chainrule.read.common_macros import COMMON_MACROS
from chainrule.read.document import Macro, Problem
from chainrule.read.symbols import COMMANDS, GREEK, LIMITS
from chainrule.read.tree import Span

_AROUND_LETTERS = {
    **{word: rf"\{word}{{#1}}" for word in ("hat", "tilde", "bar", "vec", "dot", "mathbb", "mathcal", "mathrm")},
    "widehat": r"\hat{#1}",
    "widetilde": r"\tilde{#1}",
    "overline": r"\bar{#1}",
    **dict.fromkeys(("mathbf", "boldsymbol", "bold"), r"\mathbf{#1}"),
}
_AROUND = {
    "norm": r"\left\Vert #1\right\Vert ",
    **dict.fromkeys(("abs", "absolute"), r"\left|#1\right|"),
    **dict.fromkeys(("parentheses", "parens", "brackets", "braces"), r"\left(#1\right)"),
    **dict.fromkeys(("transposed", "trans"), r"\left(#1\right)^\top "),
    "inverse": r"\left(#1\right)^{-1}",
    **dict.fromkeys(("sqrt", "squareroot"), r"\sqrt{#1}"),
    "exponential": r"\exp\left(#1\right)",
    **dict.fromkeys(("expectation", "expected"), r"\mathbb{E}\left[#1\right]"),
    "text": r"\text{#1}",
}
_PAIRS = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "fraction"), r"\frac{#1}{#2}"),
    **dict.fromkeys(("partialderivative", "partialfrac"), r"\frac{\partial #1}{\partial #2}"),
    **dict.fromkeys(("derivative", "differential", "dderivative"), r"\frac{d #1}{d #2}"),
    **dict.fromkeys(("innerproduct", "iprod", "dotproduct", "scalarproduct"), r"\left\langle #1,#2\right\rangle "),
}
_OPERATORS = {"partial": r"\partial ", "nabla": r"\nabla ", "gradient": r"\nabla "}
_LETTERS = {word: rf"\{word} " for word in GREEK if not word.startswith("var") and word != "omicron"}
# Marks of a typeface that go together, and how many words must have them.
_KINDRED = {"v": "vector or matrix", "m": "vector or matrix", "b": "bold"}
_FELLOWS = 3
_WORD = re.compile(r"\\([A-Za-z]+)")
# Words in the argument of a control word: two at least or behind an alignment mark, or a formula between dollars.
_REMARK = re.compile(r"\{(?:[^{}]*\$|[^{}\\]*[A-Za-z]{4,}\s+[A-Za-z]{2,}|[^{}\\]*[A-Za-z]{2,}\s+[A-Za-z]{4,})")
_WORD_BESIDE = re.compile(r"&\s*\\[A-Za-z]+\{[A-Za-z]{4,}\}\s*(?:\\\\|\\end|\Z)")
_ONE_LETTER = re.compile(r"\{\s*(?:[A-Za-z]|\\[A-Za-z]+)\s*\}")


def recovered(
    text: str, formulas: Iterable[Span], macros: Mapping[str, Macro]
) -> tuple[dict[str, Macro], list[Problem]]:
    r"""The macros behind the undefined control words of a document's formulas, each with a problem that says so.

    >>> recovered(r"\fr{a}{b}", [Span(0, 9)], {})[0]
    {'fr': Macro(name='fr', arity=2, body='\\frac{#1}{#2}', default=None)}
    """
    uses: dict[str, list[tuple[int, bool, Span]]] = {}
    around_words: set[str] = set()
    written: set[str] = set()
    for span in formulas:
        for found in _WORD.finditer(text, span.start, span.end):
            word = found.group(1)
            written.add(word)
            if not (word in COMMANDS or word in macros or word in COMMON_MACROS or word in LIMITS):
                uses.setdefault(word, []).append(_use(text, found, span.end))
                beside = max(span.start, text.rfind("&", span.start, found.start()))
                if _REMARK.match(text, found.end(), span.end) or _WORD_BESIDE.match(text, beside, span.end):
                    around_words.add(word)
    lone = {word for word, seen in uses.items() if seen[0][0] == 0}
    macros, problems = {}, []
    for word, seen in uses.items():
        arguments = {count for count, _, _ in seen}
        if len(arguments) != 1:
            continue
        count = arguments.pop()
        letter = all(one for _, one, _ in seen)
        body = stands_for(word, count, letter) if count else _sign(word, written, lone)
        if body is not None and not (word in around_words and "text" not in body):
            macros[word] = Macro(word, count, body)
            shown = re.sub(r"#\d", "…", body).strip()
            message = rf"\{word} is not defined in the document; it is read as {shown}"
            problems.append(Problem("lost-macro", message, seen[0][2]))
    return macros, problems


def _use(text: str, found: re.Match[str], end: int) -> tuple[int, bool, Span]:
    """How many braced arguments follow a control word, and whether it is one with a single letter in it."""
    offset, count = found.end(), 0
    letter = _ONE_LETTER.match(text, offset, end) is not None
    while offset < end and text[offset] == "{" and count < 3:
        depth = 0
        while offset < end:
            depth += (text[offset] == "{") - (text[offset] == "}")
            offset += 1
            if depth == 0:
                break
        count += 1
    return count, letter and count == 1, Span(found.start(), found.end())


def stands_for(word: str, arguments: int, letter: bool = False) -> str | None:
    """The TeX, with #1 and #2 in it, that an undefined control word abbreviates; `letter`: its argument is a letter."""
    tables = {1: (_AROUND_LETTERS, _AROUND) if letter else (_AROUND, _AROUND_LETTERS), 2: (_PAIRS,)}
    for table in tables.get(arguments, ()):
        bodies = {body for standard, body in table.items() if abbreviates(word, standard)}
        if len(bodies) == 1:
            return bodies.pop()
        if bodies:
            return None
    return None


def _sign(word: str, written: set[str], lone: set[str]) -> str | None:
    r"""A word without arguments: a derivative sign, or a Greek letter that the document also writes out.

    `\be` beside `\bx` or `\ve` follows a custom of its own (a prefix or suffix for the typeface) and is no β.
    """
    bold = _in_bold(word, lone) if len(word) == 2 else None
    if bold is not None or any(len(o) == len(word) == 2 and o != word and _alike(o, word) for o in lone):
        return bold
    operators = {body for standard, body in _OPERATORS.items() if abbreviates(word, standard)}
    letters = {body for standard, body in _LETTERS.items() if abbreviates(word, standard)}
    if len(operators | letters) != 1:
        return None
    return next(iter(operators), None) or next((b for b in letters if b.strip(" \\") in written), None)


def _in_bold(word: str, lone: set[str]) -> str | None:
    r"""`\xv` beside `\yv`, `\am`: a letter with a mark for vectors (v), matrices (m) or bold type (b) beside it.

    >>> _in_bold("xv", {"xv", "yv", "am"}), _in_bold("am", {"xv", "yv", "am"}), _in_bold("bx", {"bx", "by", "be"})
    ('\\mathbf{x}', '\\mathbf{A}', '\\mathbf{x}')
    """
    pairs = [other for other in lone if len(other) == 2]
    fellows = {
        at: sum(_KINDRED.get(o[at]) == _KINDRED.get(word[at]) for o in pairs) for at in (0, 1) if word[at] in _KINDRED
    }
    at = max(fellows, key=lambda k: fellows[k], default=None)
    if at is None or fellows[at] < _FELLOWS or sorted(fellows.values())[-2:].count(fellows[at]) > 1:
        return None
    letter = word[1 - at]
    return rf"\mathbf{{{letter.upper() if word[at] == 'm' else letter}}}"


def _alike(a: str, b: str) -> bool:
    return a[0] == b[0] or a[-1] == b[-1]


def abbreviates(word: str, standard: str) -> bool:
    """Whether the letters of a word, two at least, stand in a longer one in their order, the first letter first.

    >>> abbreviates("gm", "gamma"), abbreviates("Si", "sigma")
    (True, False)
    """
    if not 2 <= len(word) <= len(standard) or word[0] != standard[0]:
        return False
    rest = iter(standard)
    return all(letter in rest for letter in word)
