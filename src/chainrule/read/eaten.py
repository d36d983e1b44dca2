r"""What a converter took from the signs of a formula on the way to the page, put back.

Markdown engines take the backslash of `\!` and `\;` for an escape of their own and leave the sign behind it, halve
`\\` or ask for it to be doubled; what is copied out of a page or a program has entities (`&lt;`) or every backslash
twice. What was meant is as long as what stands there, so that every sign keeps its place. (Commas that were `\,` need
the whole document: `lost_spaces`.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html.entities import html5

from chainrule.read.document import Problem
from chainrule.read.lost_spaces import with_spaces
from chainrule.read.symbols import COMMANDS, SUBSCRIPTS
from chainrule.read.tree import Span

_ENTITY = re.compile(r"&(?:#(\d{2,5})|#[xX]([0-9a-fA-F]{2,4})|([A-Za-z]{2,}));")
_BACKSLASHES = re.compile(r"\\+")
_COMMAND = re.compile(r"[A-Za-z]+")
_ENVIRONMENT = re.compile(
    r"\\begin\s*\{(?P<name>[A-Za-z]+\*?)\}(?P<body>(?:(?!\\begin|\\end).)*)\\end\s*\{(?P=name)\}", re.DOTALL
)
_COLUMN = re.compile(
    r"\\begin\s*\{(?P<name>[bpvBV]?matrix|smallmatrix)\}(?P<body>(?:(?!\\begin|\\end).)+)\\end\s*\{(?P=name)\}",
    re.DOTALL,
)
_OPERATOR_AT_END = re.compile(r"(?:[-+*/=<>,^_]|\\(?:cdot|times|pm|left|quad|qquad))\s*\Z")
_HALF_BREAK = re.compile(r"(?<!\\)\\(?=\s)")
_HALF_BREAK_OF_LINE = re.compile(r"(?<!\\)\\(?=[ \t]*\n)")
_MARK = re.compile(r"(?<!\\)&")
_TWICE = re.compile(r"\\\\(?=[,;!_])")
_BRACES = re.compile(r"\\\\([{}])")
_BARS = re.compile(r"(\\*)\|")
# What no factorial stands behind: a word or sign that waits for its operand.
_WAITING = (
    r"(?:\\(?:exp|log|ln|max|min|sum|prod|int|det|Pr|nabla)(?![A-Za-z])"
    r"|\\mathbb\s*(?:\{\s*[EPV]\s*\}|[EPV])|\\operatorname\*?\s*\{[A-Za-z]+\})"
)
_SHRUNK = re.compile(
    rf"(?:{_WAITING}(?:_(?:\{{[^{{}}]*\}}|[A-Za-z]))?|=)\s*(?P<sign>!)\s*(?=\\left(?![A-Za-z])|\\[bB]igg?l?(?![A-Za-z])|[(\[{{])"
)
_NUMBERED = re.compile(r"(?<![\\A-Za-z])(?P<name>[A-Za-z])_\{(?P<sub>[\dijkmnt]{1,3})\}")
_UNNUMBERED = re.compile(r"(?<![\\A-Za-z])(?P<name>[A-Za-z])\{(?P<sub>[\dijkmnt]{1,3})\}")
_LOWERED = str.maketrans({written: sign for sign, written in SUBSCRIPTS.items()})
_BARE_SPACE = re.compile(r"[,;](?=&?=[,;])|(?<==)[,;]|(?<=,);")


def as_meant(text: str, spans: Iterable[Span]) -> tuple[str, list[Problem]]:
    r"""A text with what its formulas have lost, and what a person must be told of it.

    >>> text = r"$u = \exp!\left(x\right)$, $y &lt; 1$, $\\frac{a}{b}$, $z \in \\{0, 1\\}$"
    >>> as_meant(text, [Span(1, 24), Span(28, 36), Span(40, 52), Span(56, 72)])[0]
    '$u = \\exp \\left(x\\right)$, $y <    1$, $ \\frac{a}{b}$, $z \\in  \\{0, 1 \\}$'
    """
    spans = list(spans)
    problems: list[Problem] = []
    for message, mend in MENDS:
        mended = mend([text[s.start : s.end] for s in spans])
        changed = [(s, new) for s, new in zip(spans, mended, strict=True) if new != text[s.start : s.end]]
        if changed:
            if all(problem.message != message for problem in problems):
                problems.append(Problem("eaten-sign", message, changed[0][0]))
            text = _replaced(text, changed)
    return text, problems


def _replaced(text: str, changed: list[tuple[Span, str]]) -> str:
    parts, at = [], 0
    for span, new in changed:
        parts += [text[at : span.start], new]
        at = span.end
    return "".join([*parts, text[at:]])


def _each(mend: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    return lambda formulas: [mend(f) for f in formulas]


def _entities(formula: str) -> str:
    """Signs for their names in HTML: `&lt;`, `&amp;`, `&#39;`."""
    return _ENTITY.sub(_sign, formula) if "&" in formula else formula


def _sign(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
    sign = html5.get(f"{name};", "") if name else chr(code)
    behind = found.string[found.end() : found.end() + 1]
    width = len(found.group())
    if len(sign) != 1 or not sign.isprintable():
        return " " * width if sign.isspace() else found.group()
    return sign.rjust(width) if behind == "=" else sign.ljust(width)


def _halved(formula: str) -> str:
    r"""`\frac` for `\\frac`, where no backslash of a formula stands alone and those of commands are two."""
    runs = list(_BACKSLASHES.finditer(formula))
    if not runs or any(len(run.group()) % 2 for run in runs):
        return formula
    commands = [_COMMAND.match(formula, run.end()) for run in runs if len(run.group()) == 2]
    words = [found.group() for found in commands if found]
    if not any(word in COMMANDS and len(word) > 1 for word in words) or any(w not in COMMANDS for w in words):
        return formula
    if any(formula[r.end() : r.end() + 1].strip() == "" for r in runs if len(r.group()) == 2):
        return formula  # a break of rows
    return _BACKSLASHES.sub(lambda run: run.group()[::2].rjust(len(run.group())), formula)


def _escaped(formula: str) -> str:
    r"""`\{` for `\\{`, where every brace of that kind has its partner, `\|` for `\\|`, `\,` for `\\,`."""
    if "\\\\" not in formula:
        return formula
    formula = _TWICE.sub(" \\\\", formula)
    depth, least = 0, 0
    for found in _BRACES.finditer(formula):
        depth += 1 if found.group(1) == "{" else -1
        least = min(least, depth)
    if depth == least == 0:
        formula = _BRACES.sub(r" \\\1", formula)
    bars = [len(found.group(1)) for found in _BARS.finditer(formula)]
    if bars and len(bars) % 2 == 0 and set(bars) == {2}:
        formula = formula.replace("\\\\|", " \\|")
    return formula


def _doubled(formula: str) -> str:
    r"""`\\` for a backslash at the end of a row: `\begin{bmatrix} 1 & 2 \ 3 & 4 \end{bmatrix}`."""
    if not _HALF_BREAK.search(formula):
        return formula
    if "\\begin" not in formula:
        return _with_breaks(formula)
    return _ENVIRONMENT.sub(
        lambda e: e.group().replace(e["body"], _with_breaks(e["body"])) if e["body"] else e.group(), formula
    )


def _with_breaks(rows: str) -> str:
    """Rows with as many alignment marks each, at least one unless each stands on a line of its own."""
    if "\\\\" in rows:
        return rows
    for sign, least in ((_HALF_BREAK, 1), (_HALF_BREAK_OF_LINE, 0)):
        parts = [part for part in sign.split(rows) if part.strip()]
        marks = {len(_MARK.findall(part)) for part in parts}
        if len(parts) > 1 and len(marks) == 1 and min(marks) >= least:
            return re.sub(sign.pattern + r"[ \t\n]", r"\\\\", rows)
    return rows


def _columns(formulas: list[str]) -> list[str]:
    r"""`\\\\` for a backslash between the entries of a column, `\begin{pmatrix} 1 \ 2 \ 3 \end{pmatrix}`, in a document
    that has lost all of its breaks."""
    if any("\\\\" in f for f in formulas):
        return formulas
    return [_COLUMN.sub(lambda e: e.group().replace(e["body"], _as_column(e["body"])), f) for f in formulas]


def _as_column(body: str) -> str:
    """Entries with a backslash between them that are formulas of their own, no alignment mark among them."""
    parts = _HALF_BREAK.split(body)
    whole = all(p.strip() and p.count("{") == p.count("}") and not _OPERATOR_AT_END.search(p) for p in parts)
    if len(parts) < 2 or _MARK.search(body) or not whole:
        return body
    return re.sub(_HALF_BREAK.pattern + r"[ \t\n]", r"\\\\", body)


def _shrunk(formula: str) -> str:
    r"""A space for the `!` of `\!` behind what waits for an operand: `\exp!\left(`, `\mathbb{E}![x]`."""
    if "!" not in formula:
        return formula
    return _SHRUNK.sub(
        lambda f: f.group()[: f.start("sign") - f.start()] + " " + f.group()[f.end("sign") - f.start() :], formula
    )


def _bare_spaces(formula: str) -> str:
    r"""A space for the `;` or `,` of `\;` and `\,` at a sign of equality, `a ;=; b`, and behind a comma, `[2,;1]`."""
    return _BARE_SPACE.sub(" ", formula)


def _underscores(formulas: list[str]) -> list[str]:
    r"""`x₁₂` for `x{12}` in a document that has `x_{12}` too; `x_{1{2}}` and `x{7}` stay."""
    subscripts = {found.group("name", "sub") for f in formulas for found in _NUMBERED.finditer(f)}

    def lowered(found: re.Match[str]) -> str:
        name, sub = found.group("name", "sub")
        if (name, sub) not in subscripts:
            return found.group()
        return (name + sub.translate(_LOWERED)).ljust(len(found.group()))

    return [_UNNUMBERED.sub(lowered, f) for f in formulas]


MENDS: tuple[tuple[str, Callable[[list[str]], list[str]]], ...] = (
    ("signs stand here by their names in HTML; &lt; is read as <, and others as the signs they name", _each(_entities)),
    (r"every backslash stands here twice; \\alpha is read as \alpha", _each(_halved)),
    (r"a sign has two backslashes here; \\{ is read as \{, and \\, as a space", _each(_escaped)),
    (r"rows end with one backslash here; it is read as \\", _columns),
    (r"rows end with one backslash here; it is read as \\", _each(_doubled)),
    (r"a backslash is lost here; ! before a fence is read as the space \!", _each(_shrunk)),
    (r"a backslash is lost here; ,=, is read as = between the spaces \,", _each(_bare_spaces)),
    (
        "an underscore is lost here; digits and indices in braces are read as the subscript they are elsewhere",
        _underscores,
    ),
    (r"backslashes are lost here; commas between factors are read as the spaces \,", with_spaces),
)
"""What may have been lost, in order, with what a person is told."""
