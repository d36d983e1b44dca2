"""Titles and their numbers: `## 1.1`, `Exercise 1.1. Log-Likelihood`, `1.2 (a).`, `Problem 3 (a)`, `(ii)`, `**b)**`.

`label` reads the number and the part out of the title of a real heading. `marker` decides whether a line of running
text is a heading at all, or begins with one: a false heading closes a scope that is still needed, so a line that may
just as well be prose ("1. Compute the mean", "(1) holds") is left to be prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SOLUTION = r"(?:(?:solutions?|answers?|lösung(?:en)?)\s+(?:(?:to|of|for|zu|zur|von)\s+)?)"
_EXERCISE = (
    r"(?:exercises?|ex|problems?|questions?|tasks?|parts?|aufgaben?|(?:haus|übungs)aufgaben?|übung(?:en)?|teil"
    r"|exercices?|ejercicios?|problemas?|esercizi?o?|opgaven?|oppgave|uppgift|zadanie|задача|упражнение)"
)
_KEYWORD = rf"(?P<keyword>{_SOLUTION}?{_EXERCISE}\b\.?|{_SOLUTION}(?=\d)|(?-i:Q)\s?(?=\d))"
_ROMAN = r"[ivx]{1,5}|[IVX]{1,5}"
_LABEL = (
    r"(?:(?P<number>\d{1,3}(?:\.\d{1,3}){0,3})(?![\d%])\.?)?"
    rf"(?:(?<=[\d.])(?P<bare>(?-i:[a-z]))(?!\w)|\s*(?:\((?P<inner>[A-Za-z]|{_ROMAN})\)|(?P<half>[A-Za-z]|{_ROMAN})\)))?"
)
_MARKUP = r"(?:[*_]{1,3}|\\[A-Za-z]+\*?[^\S\n]*|[{\[]){0,6}"
_AFTER = r"(?P<after>[*_}\]]*[.:]?[*_}\]]*(?=\s|$)[^\S\n]*(?:[-–—]+(?=\s)[^\S\n]*)?)"
_MARKER = re.compile(rf"(?P<markup>[^\S\n]*{_MARKUP})(?:{_KEYWORD}\s*(?=[\d(\w]))?{_LABEL}{_AFTER}", re.IGNORECASE)
_TITLE = re.compile(
    rf"\W*?(?:{_KEYWORD}\s*)?(?:\((?P<lone>\d{{1,3}})\)|{_LABEL})(?=[\s.:)\-–—*_}}\]]|$)", re.IGNORECASE
)
_LABELLED = re.compile(r"[^\n]{0,80}?[\d)]")  # quick to say that most lines are no heading
_LONGEST_TITLE = 60
_IN_PARENTHESES = re.compile(rf"\([^()\n]{{2,{_LONGEST_TITLE}}}\)(?P<after>[*_}}\]]*[.:]?[*_}}\]]*)(?=\s|$)[^\S\n]*")


@dataclass(frozen=True, slots=True)
class Label:
    """What identifies a heading: "1.1" and "a" of "Exercise 1.1 (a)"; either may be empty. `section`: a number before a
    title ("2. Training"), which only counts the sections of one text."""

    number: str = ""
    part: str = ""
    section: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Marker:
    """A heading at the start of a line: it fills the first `length` characters."""

    length: int
    title: str
    label: Label
    level: int


def label(title: str) -> Label:
    """The number and the part in the title of a heading.

    >>> label("Exercise 1.1. Log-Likelihood"), label("2.c"), label("Derivatives")
    (Label(number='1.1', part=''), Label(number='2', part='c'), Label(number='', part=''))
    """
    found = _TITLE.match(title.strip()) if _LABELLED.match(title) else None
    if not found:
        return Label()
    titled = bool(re.search(r"[^\W\d_]{2}", title.strip()[found.end() :]))
    section = bool(found["number"]) and not found["keyword"] and not _part(found) and titled
    return Label(found["lone"] or found["number"] or "", _part(found), section)


def marker(line: str, *, starts: bool, ends: bool) -> Marker | None:
    """The heading that a line of running text is, or begins with.

    `starts` and `ends` say whether the paragraph starts and ends with this line.

    >>> marker("Exercise 1.1. Log-Likelihood", starts=True, ends=True).label
    Label(number='1.1', part='')
    >>> marker("**Problem 5 (Ridge).** Let", starts=True, ends=False).label
    Label(number='5', part='')
    >>> marker("(b) The gradient is", starts=True, ends=False).length
    4
    >>> marker("1. Compute the mean:", starts=True, ends=True) is None
    True
    """
    found = _MARKER.match(line) if _LABELLED.match(line) else None
    if not found or not (found["number"] or _part(found)):
        return None
    rest = line[found.end() :].rstrip()
    whole = Marker(len(line), line.strip(" \t*_:"), _label(found), _level(found))
    if not rest and (starts or _stands_out(found)):
        return whole if _is_certain(found, ends) else None
    if not starts:
        return None
    if _part(found) and not found["keyword"]:
        return _leading(found) if _leads(rest) else None
    return _titled(found, rest, ends, whole)


def _titled(found: re.Match[str], rest: str, ends: bool, whole: Marker) -> Marker | None:
    """`Exercise 2. Title`, `1.1 Title`; with a sentence behind it only the number is the heading."""
    separated, named = _is_separated(found), bool(found["keyword"])
    beside = _IN_PARENTHESES.match(rest) if named else None  # `**Problem 5 (Ridge).** Let`
    if beside is not None and (beside["after"] or beside.end() == len(rest)):
        length = found.end() + beside.end()
        return Marker(length, found.string[:length].strip(" \t*_:"), _label(found), _level(found))
    closed = re.search(r"[*_}]", found["after"])  # the end of bold type ends the title
    if (
        ends
        and not closed
        and _is_title(rest)
        and ((separated and named) or rest[0].isupper())
        and (named or _is_deep(found))
    ):
        return whole
    return _leading(found) if separated and named else None


def _leading(found: re.Match[str]) -> Marker:
    return Marker(found.end("after"), found.group().strip(" \t*_:-–—"), _label(found), _level(found))


def _label(found: re.Match[str]) -> Label:
    return Label(found["number"] or "", _part(found))


def _part(found: re.Match[str]) -> str:
    return (found["bare"] or found["inner"] or found["half"] or "").lower()


def _level(found: re.Match[str]) -> int:
    """Below every `#` heading: 6 for "Exercise 1", 7 for "Exercise 1.1", 8 for "(a)"."""
    return 8 if _part(found) else 6 + _is_deep(found)


def _is_deep(found: re.Match[str]) -> bool:
    return "." in (found["number"] or "")


def _is_separated(found: re.Match[str]) -> bool:
    """Whether a sign stands between the label and what follows: "2.", "2:", "2 -"."""
    end = max(found.end(group) for group in ("number", "bare", "inner", "half"))
    return bool(re.search(r"[^\s()]", found.string[end : found.end()]))


def _stands_out(found: re.Match[str]) -> bool:
    """Whether a line within a paragraph can be a heading: it is bold, or names an exercise."""
    return bool(found["keyword"]) or "*" in found["markup"] or "__" in found["markup"] or "\\" in found["markup"]


def _is_certain(found: re.Match[str], ends: bool) -> bool:
    """A line with nothing but a label: a bare number is one only as "1.2." or in bold."""
    if found["keyword"] or _part(found):
        return True
    return ends and _is_deep(found) and (_is_separated(found) or bool(found["markup"].strip()))


def _leads(rest: str) -> bool:
    """Whether text may follow a part: not "(a) = 3", not "(a) and (b) show"."""
    return not re.match(r"[=<>^_+*/]|(?:and|or|und|oder|&|to|bis)\b", rest)


def _is_title(rest: str) -> bool:
    return len(rest) <= _LONGEST_TITLE and rest[-1] not in ".?!:;," and not re.search(r"[$\\=<>|]", rest)
