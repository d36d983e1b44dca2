r"""Commas between factors that were thin spaces, `\tfrac12,x^\top x`, until Markdown took their backslash for its own.

A comma on the right of a relation, with no space around it or one on both sides, is a list as a rule. A document
shows that its commas were spaces where a list makes no sense: behind a fraction of numbers or a difference in
parentheses that another factor follows, before the dx of an integral, and with a space before it behind a sum; and
nowhere is `\,` left. Then so are the others between two operands, but those between names alone only with a space
before them.

>>> with_spaces([r"J = a^\top b - \tfrac12,a^\top K a", r"g = -y,\log p", r"\theta = w,b"])
['J = a^\\top b - \\tfrac12 a^\\top K a', 'g = -y \\log p', '\\theta = w,b']
>>> with_spaces([r"g = -y,\log p"])
['g = -y,\\log p']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.read.symbols import CASE_ENVIRONMENTS, MATRIX_ENVIRONMENTS

_SIGN = re.compile(
    r"\\\\|\\(?:begin|end)\s*\{(?P<env>[A-Za-z]+)\*?\}|\\(?P<word>[A-Za-z]+)|\\[\s\S]"
    r"|[(\[{]|[)\]}]|[,=&]|(?<=[^\s(\[{,=&+-])\s*[+-]"
)
_RELATIONS = frozenset(
    ["approx", "propto", "equiv", "le", "leq", "ge", "geq", "Rightarrow", "implies", "to", "triangleq"]
)
# What applies to all of the group behind it, which is one operand and no list.
_OVER_ONE = re.compile(r"\\(?P<word>exp|log|ln|sqrt|boxed|[td]?frac)\s*(?:\\left|\\[bB]igg?l?)?\s*\Z")
_OPENING, _CLOSING = frozenset(["(", "[", "{", "\\{"]), frozenset([")", "]", "}", "\\}"])
_TABLES = MATRIX_ENVIRONMENTS | CASE_ENVIRONMENTS
_PART = r"\{\s*[^{}]+\s*\}"
_FRACTION = re.compile(rf"\\[a-z]*frac\s*(?:\d\s*\d|\d\s*\{{\d+\}}|{_PART}\s*\d|{_PART}\s*\{{\s*\d+\s*\}})\Z")
_OPERAND = re.compile(
    r"\\(?!(?:[cl]?dots[a-z]?|text|mbox|q?quad|forall|where|in|to|sim|cdot|times|le|ge|leq|geq)(?![A-Za-z]))[A-Za-z]+|[A-Za-z(\[|]|\\[{|]"
)
_ENDS = re.compile(r"[A-Za-z0-9)\]}|'*]\Z")
_DOTS = re.compile(r"(?:\\[cl]?dots[a-z]?|\.\.)\Z")
_NAME = re.compile(r"\s*\\?[A-Za-z]+(?:_(?:\w|\{[^{}]*\}))?(?:'|\^(?:\*|\{[^{}]*\}))?\s*[.;]?\s*")
_VOLUME = re.compile(r"d(?:[A-Za-z]|\\[A-Za-z]+|\{)")


@dataclass(frozen=True, slots=True)
class _Comma:
    """A comma between two operands on the right of a relation: where it stands, and what is left and right of it."""

    at: int
    left: str
    right: str
    sums: bool
    """Whether the side left of it has more than one term, or a sign."""
    related: bool
    """Whether a relation follows what is right of it: another equation may begin there."""
    spaced: bool
    """Whether a space stands before it too, as around the `\\,` of `a \\, b` and before no comma of a list."""


def with_spaces(formulas: list[str]) -> list[str]:
    """The formulas of a document, with spaces for such commas."""
    if any("\\," in formula for formula in formulas):
        return formulas
    found = [list(_commas(formula)) if "," in formula else [] for formula in formulas]
    if not any(_is_space(comma) for commas in found for comma in commas):
        return formulas
    return [_without(f, [c.at for c in cs if _may_be_space(c)]) for f, cs in zip(formulas, found, strict=True)]


def _without(formula: str, places: list[int]) -> str:
    return "".join(" " if i in places else c for i, c in enumerate(formula)) if places else formula


def _is_space(comma: _Comma) -> bool:
    """Whether a comma makes no sense as one."""
    if "\\int" in comma.left and _VOLUME.match(comma.right):
        return True
    if not _may_be_space(comma):
        return False
    if comma.spaced and comma.sums:
        return True
    if _FRACTION.search(comma.left):
        return comma.sums or not _NAME.fullmatch(comma.right)
    return _ends_with_a_sum(comma.left) and not comma.right.startswith(("(", "[", "\\left"))


def _may_be_space(comma: _Comma) -> bool:
    listed = _NAME.fullmatch(comma.left) and _NAME.fullmatch(comma.right)
    numbered = comma.left.strip().isdigit() and _NAME.fullmatch(comma.right)
    return not (comma.related or (listed and not comma.spaced) or numbered)


def _ends_with_a_sum(left: str) -> bool:
    """Whether what stands left of a comma ends with a sum in parentheses that is no argument."""
    depth = 0
    for i in range(len(left) - 1, -1, -1):
        depth += (left[i] in ")]}") - (left[i] in "([{")
        if depth == 0:
            inside = re.sub(r"\([^()]*\)|\{[^{}]*\}", "", left[i + 1 : -1])
            before = re.sub(r"\\(?:left|[bB]igg?l?)\s*\Z", "", left[:i]).rstrip()
            return (
                left[i] == "("
                and re.search(r"[^\s,(]\s*[+-]", inside) is not None
                and before[-1:] in ("", "+", "-", "=")
            )
    return False


def _commas(formula: str) -> Iterator[_Comma]:
    """The commas between two operands, outside of what may hold a list."""
    groups: list[_Group] = []
    side, sums = None, False  # where the side begins that is being read, and whether it has a sign
    numerator = -1  # where one ended
    signs = list(_SIGN.finditer(formula))
    for n, found in enumerate(signs):
        sign = found.group()
        if sign == "\\\\" or (sign == "&" and not _relates(signs, n + 1)) or (found["env"] or "*") in _TABLES:
            side = None
        elif sign in _OPENING:
            over = _OVER_ONE.search(formula, max(0, found.start() - 24), found.start())
            word = over["word"] if over else "frac" if found.start() == numerator else ""
            groups.append(_Group(side, sums, over is not None and "frac" in word))
            side, sums = (found.end() if word not in ("", "boxed") and side is not None else None), False
        elif sign in _CLOSING:
            group = groups.pop() if groups else _Group(None, False, False)
            side, sums, numerator = group.side, group.sums, found.end() if group.numerator else -1
        elif sign == "=" or found["word"] in _RELATIONS:
            side, sums = found.end(), False
        elif sign[-1] in "+-":
            sums = True
        elif sign == "," and side is not None:
            comma = _comma(formula, found.start(), side, signs[n + 1 :], sums)
            if comma is not None:
                yield comma
            else:
                side = None


@dataclass(frozen=True, slots=True)
class _Group:
    """What stands around an open group, and whether it is the first one of a fraction."""

    side: int | None
    sums: bool
    numerator: bool


def _relates(signs: list[re.Match[str]], n: int) -> bool:
    return n < len(signs) and (signs[n].group() == "=" or signs[n]["word"] in _RELATIONS)


def _comma(formula: str, at: int, side: int, behind: list[re.Match[str]], sums: bool) -> _Comma | None:
    left, right = formula[side:at], formula[at + 1 :]
    spaced = left[-1:].isspace() and right[:1].isspace()
    left, right = (left.rstrip(), right.lstrip()) if spaced else (left, right)
    if not _ENDS.search(left) or _DOTS.search(left) or not _OPERAND.match(right):
        return None
    depth = 0
    for found in behind:
        sign = found.group()
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0 or (depth == 0 and (sign in (",", "&", "\\\\", "=") or found["word"] in _RELATIONS)):
            related = depth == 0 and (sign == "=" or found["word"] in _RELATIONS)
            right = formula[at + 1 : found.start()]
            return _Comma(at, left, right.lstrip() if spaced else right, sums, related, spaced)
    return _Comma(at, left, right, sums, False, spaced)
