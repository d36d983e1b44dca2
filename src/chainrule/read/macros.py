r"""The macros a document declares: `\newcommand`, `\def`, `\let`, `\DeclareMathOperator`, `\DeclarePairedDelimiter`, ..

Only declarations are read here; the grammar expands them. A declaration that is malformed or never closed is left
alone: the name then stays unknown, and the formulas that use it say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chainrule.read.document import Macro
from chainrule.read.regions import Regions
from chainrule.read.tree import Span

_COMMANDS = re.compile(
    r"\\(?:(?P<command>(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?"
    r"|(?P<document>(?:New|Renew|Provide|Declare)DocumentCommand)"
    r"|(?P<define>[gex]?def)|(?P<let>let)"
    r"|(?P<operator>DeclareMathOperator\*?)|(?P<delimiter>DeclarePairedDelimiter))(?![A-Za-z])"
)
_NAME = re.compile(r"\s*(?:\{\s*\\([A-Za-z@]+|.)\s*\}|\\([A-Za-z@]+|.))")
_ARITY = re.compile(r"\s*\[\s*(\d)\s*\]")
_DEFAULT = re.compile(r"\s*\[([^\[\]]*)\]")
_PARAMETERS = re.compile(r"\s*((?:#\d)*)\s*(?=\{)")
_LET = re.compile(r"\s*=?\s*(\\[A-Za-z@]+|\\.|[^\s\\{}])")
_SPACE = re.compile(r"\s*")
_ENVIRONMENT = re.compile(r"\s*\\(begin|end)\s*\{\s*([A-Za-z]+\*?)\s*\}\s*")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A macro with the place of its declaration."""

    span: Span
    macro: Macro


def declarations(regions: Regions, start: int, end: int) -> Iterator[Declaration]:
    r"""The declarations within a range, in order; what stands inside of a declaration is not one.

    >>> [d.macro for d in declarations(Regions(r"\def\half#1{\frac{#1}{2}}"), 0, 25)]
    [Macro(name='half', arity=1, body='\\frac{#1}{2}', default=None)]
    """
    while found := _COMMANDS.search(regions.text, start, end):
        declared = _declared(regions, found)
        start = declared.span.end if declared else found.end()
        if declared and start <= end:
            yield declared


def declaration_at(regions: Regions, offset: int) -> Declaration | None:
    """The declaration that begins at an offset, if one does."""
    found = _COMMANDS.match(regions.text, offset)
    return _declared(regions, found) if found else None


def says_more(text: str, span: Span, declared: Iterable[Declaration]) -> bool:
    """Whether a range holds more than the declarations in it."""
    start = span.start
    for one in declared:
        if text[start : one.span.start].strip():
            return True
        start = one.span.end
    return bool(text[start : span.end].strip())


def _declared(regions: Regions, found: re.Match[str]) -> Declaration | None:
    read = _READERS[found.lastgroup or ""](regions, found.end(), found.group())
    return Declaration(Span(found.start(), read[1]), read[0]) if read else None


def shorthands(macros: dict[str, Macro]) -> dict[str, tuple[str, str]]:
    r"""The macros that stand for the begin or end of an environment: `\newcommand{\be}{\begin{equation}}`."""
    found = {name: _ENVIRONMENT.fullmatch(macro.body) for name, macro in macros.items() if macro.arity == 0}
    return {name: (match.group(1), match.group(2)) for name, match in found.items() if match}


def _group(regions: Regions, offset: int) -> tuple[str, int] | None:
    """The text of the braces that open at an offset (after white space), and the offset behind them."""
    space = _SPACE.match(regions.text, offset)
    offset = space.end() if space else offset
    close = regions.closing_brace(offset)
    return None if close is None else (regions.text[offset + 1 : close], close + 1)


def _name(regions: Regions, offset: int) -> tuple[str, int] | None:
    found = _NAME.match(regions.text, offset)
    return (found.group(1) or found.group(2), found.end()) if found else None


_Read = tuple[Macro, int] | None


def _command(regions: Regions, offset: int, _: str) -> _Read:
    if (named := _name(regions, offset)) is None:
        return None
    offset = named[1]
    arity = _ARITY.match(regions.text, offset)
    default = _DEFAULT.match(regions.text, arity.end()) if arity else None
    before = default or arity
    body = _group(regions, before.end() if before else offset)
    if body is None:
        return None
    return Macro(named[0], int(arity.group(1)) if arity else 0, body[0], default.group(1) if default else None), body[1]


def _document_command(regions: Regions, offset: int, _: str) -> _Read:
    named = _name(regions, offset)
    arguments = _group(regions, named[1]) if named else None
    body = _group(regions, arguments[1]) if arguments else None
    if (
        not named
        or not arguments
        or not body
        or not re.fullmatch(r"\s*(?:o\s*|O\{[^{}]*\}\s*)?(?:m\s*)*", arguments[0])
    ):
        return None
    optional = re.match(r"\s*(?:o|O\{([^{}]*)\})", arguments[0])
    default = (optional.group(1) or "") if optional else None
    return Macro(named[0], arguments[0].count("m") + (default is not None), body[0], default), body[1]


def _define(regions: Regions, offset: int, _: str) -> _Read:
    named = _name(regions, offset)
    parameters = _PARAMETERS.match(regions.text, named[1]) if named else None
    body = _group(regions, parameters.end()) if parameters else None
    if not named or not parameters or not body:
        return None
    return Macro(named[0], parameters.group(1).count("#"), body[0]), body[1]


def _let(regions: Regions, offset: int, _: str) -> _Read:
    named = _name(regions, offset)
    found = _LET.match(regions.text, named[1]) if named else None
    return (Macro(named[0], 0, found.group(1)), found.end()) if named and found else None


def _operator(regions: Regions, offset: int, command: str) -> _Read:
    named = _name(regions, offset)
    body = _group(regions, named[1]) if named else None
    if not named or not body:
        return None
    star = "*" if command.endswith("*") else ""
    return Macro(named[0], 0, f"\\operatorname{star}{{{body[0]}}}"), body[1]


def _delimiter(regions: Regions, offset: int, _: str) -> _Read:
    r"""`\norm{x}` and `\norm[\big]{x}` are the same norm: the size is an optional first argument that is not used."""
    named = _name(regions, offset)
    left = _group(regions, named[1]) if named else None
    right = _group(regions, left[1]) if left else None
    if not named or not left or not right:
        return None
    return Macro(named[0], 2, f"\\left{left[0]} #2 \\right{right[0]}", ""), right[1]


_READERS: dict[str, Callable[[Regions, int, str], _Read]] = {
    "command": _command,
    "document": _document_command,
    "define": _define,
    "let": _let,
    "operator": _operator,
    "delimiter": _delimiter,
}
