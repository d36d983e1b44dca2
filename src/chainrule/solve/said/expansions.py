r"""Taylor polynomials, tangent lines and tangent planes at a point that is given in numbers.

Values and derivatives at the point are questions of their own, so that each is derived and confirmed; the polynomial is
put together of them, `T_2(x) = f(0) + f'(0) x + \frac{1}{2} f''(0) x^{2} = ...`, and read back as any answer is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement
from math import factorial, prod

from chainrule.read.tree import Product, Script, Span
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.solve.losses import arguments_of, is_called, stands_before
from chainrule.solve.points import points_of
from chainrule.solve.question import Expansion, Formula, Question, Summand
from chainrule.solve.said.phrases import ASK, FORMULA, FUNCTION, MARKS, name_in

ADJECTIVE = r"(?:(?:first|second|third|fourth)[- ](?:order|degree)|(?:degree|order)[- ][1-4]|linear|quadratic|cubic)"
WHAT = re.compile(
    rf"\b(?P<taylor>(?:{ADJECTIVE} )?(?:taylor|maclaurin)(?:['’]s)?(?: {ADJECTIVE})? "
    rf"(?:polynomials?|expansions?|series|approximations?)|{ADJECTIVE} approximations?|lineari[sz]ations?)\b"
    r"|\b(?P<plane>tangent planes?)\b|\b(?P<line>tangents?(?: lines?)?)\b",
    re.IGNORECASE,
)
SPOKEN = re.compile(
    rf"\b(?:taylor|maclaurin|tangents?|lineari[sz]ations?|{ADJECTIVE} approximations?)\b", re.IGNORECASE
)
ORDERS = {
    1: r"first[- ]order|\blinear\b|lineari[sz]|(?:order|degree) (?:1|one)\b|(?:the )?first order",
    2: r"second[- ]order|\bquadratic\b|(?:order|degree) (?:2|two)\b|second[- ]degree",
    3: r"third[- ]order|\bcubic\b|(?:order|degree) (?:3|three)\b|third[- ]degree",
    4: r"fourth[- ]order|(?:order|degree) (?:4|four)\b|fourth[- ]degree",
}
ORDER_IN_TEX = re.compile(r"\b(?:order|degree) ⟦(\d+)⟧", re.IGNORECASE)
AROUND = re.compile(
    r"\b(?:around|about|near|in|through|with the expansion point)\b(?=\s+(?:the )?(?:points? )?⟦)", re.I
)
AT = re.compile(
    rf"\s*,?\s*\bat (?:the )?(?:points? |values? |position )?{FORMULA}(?:(?:,|,? and) {FORMULA})*", re.IGNORECASE
)
OF = re.compile(rf"\b(?:of|to|for) {FUNCTION}", re.IGNORECASE)
DEGREE = (
    rf"(?:(?:of|to|up to|with) )?(?:the )?(?:order|degree) (?:one|two|three|four|[1-4]|{FORMULA})"
    r"|(?:up )?to (?:the )?(?:first|second|third|fourth) order"
)
ITEM = re.compile(
    rf"(?:(?:the|an?|its|formula|equations?|of|for) )*(?:{WHAT.pattern})"
    rf"(?P<rest>(?:,? (?:{OF.pattern}|{DEGREE}|at⟨\d+⟩))*)",
    re.IGNORECASE,
)
"""One polynomial or tangent: no word may stand in it but these."""
NAMES = "TPQ"
EXACT = 4
"""So many decimals a number has at most that is taken for all of it."""


def expansions(sentence: str, formulas: list[Formula], place: Span, words: str) -> Iterator[Question]:
    """What a sentence asks for, if it is made of nothing but an order, such things, functions and points; with its
    words where the function, the order or the point in numbers is missing."""
    plain, points = _marked(" ".join(sentence.split()), formulas)
    verb = re.match(ASK, plain, re.IGNORECASE)
    items = [] if verb is None else _items(plain[verb.end() :])
    names = dict.fromkeys(name_in(formulas[int(n)]) for x in items for n in _of(x["rest"]))
    everywhere = {points[int(n)] for n in re.findall(r"⟨(\d+)⟩", plain)}
    for item in items:
        own = [points[int(n)] for n in re.findall(r"⟨(\d+)⟩", item["rest"])] or list(everywhere)
        if "maclaurin" in item[0].lower():
            own = own or [("0",)]
        kind = "plane" if item["plane"] else "line" if item["line"] else "taylor"
        order = 1 if kind != "taylor" else _order(item[0], formulas)
        of = [name_in(formulas[int(n)]) for n in _of(item["rest"])] or list(names)
        known = order and len(own) == 1 and len(own[0]) == 1 and len(of) < 2 and "" not in of
        told = Expansion(kind, order, "".join(of), own[0][0]) if known else None
        yield Question("", place, 0, words=words, expansion=told)


def _marked(sentence: str, formulas: list[Formula]) -> tuple[str, list[tuple[str, ...]]]:
    """A sentence with its points as at⟨0⟩, at⟨1⟩, ..., and these."""
    found = list[tuple[str, ...]]()

    def mark(m: re.Match[str]) -> str:
        left, points = points_of(m[0], formulas)
        if left.strip():
            return m[0]
        found.append(points)
        return f" at⟨{len(found) - 1}⟩"

    return AT.sub(mark, AROUND.sub("at", sentence)), found


def _items(clause: str) -> list[re.Match[str]]:
    """What a clause lists; nothing where a word is left over."""
    found, at = list[re.Match[str]](), 0
    while (item := ITEM.match(clause, at)) is not None:
        found.append(item)
        if re.compile(MARKS).fullmatch(clause, item.end()):
            return found
        between = re.compile(r",? and |, ").match(clause, item.end())
        if between is None:
            break
        at = between.end()
    return []


def _of(rest: str) -> list[str]:
    return [m["of"].strip("⟦⟧") for m in OF.finditer(rest)]


def _order(sentence: str, formulas: list[Formula]) -> int:
    """The order of a polynomial; 0 where none or several are named."""
    told = {k for k, pattern in ORDERS.items() if re.search(pattern, sentence, re.IGNORECASE)}
    told |= {int(t) for n in ORDER_IN_TEX.findall(sentence) if (t := formulas[int(n)].tex.strip()) in "1234"}
    return told.pop() if len(told) == 1 else 0


# -------------------------------------------------------------------------------------------------- what is meant


def expanded(q: Question, sheet: Sheet, scope: Scope) -> list[Question]:
    """The questions for values and derivatives at the point, and behind them the one for the polynomial."""
    e = q.expansion
    assert e is not None
    line = defining(e.name, sheet, scope, q.end)
    args = [] if line is None else [line.document.source(x.span).strip() for x in arguments_of(line)]
    at = _values(e.point, args)
    if line is None or not at or any(isinstance(x, Script) for x in arguments_of(line)):
        return [q]
    fits = {"line": len(args) == 1, "plane": len(args) == 2, "taylor": len(args) == 1 or e.order < 3}
    if "=" in e.name and in_pieces(line, sheet):  # it is another function than before
        return [q]
    if not fits[e.kind] or any(_depends(x, line, sheet, scope) for x in args):
        return [q]
    name = called_name(line)
    summands = list(_summands(name, args, at, e.order))
    plain = replace(q, words="", expansion=None)
    slopes = [t for s in summands[1:] for t in (s.slope, s.value)]
    general = {x.slope for x in summands}
    texts = dict.fromkeys([summands[0].value, *slopes])
    parts = [replace(plain, tex=t, general=t in general) for t in texts]
    written = _text(sheet)
    letter = next((x for x in NAMES if not re.search(rf"(?<![\\A-Za-z]){x}[_(]", written)), rf"\tilde {name}")
    tex = f"{letter}_{e.order}({', '.join(args)})"
    return [*parts, replace(plain, tex=tex, expansion=replace(e, name=name, summands=tuple(summands)))]


def told_apart(found: Sequence[Question]) -> list[Question]:
    """The questions with a name of its own for every polynomial."""
    names: dict[str, set[tuple[str, str]]] = {}
    renamed = list[Question]()
    for q in found:
        if q.expansion is not None and q.expansion.summands:
            letter, rest = q.tex[0], q.tex[1:]
            what = (q.expansion.name, q.expansion.point)
            free = NAMES[NAMES.index(letter) :] if letter in NAMES else ""
            letter = next((x for x in free if names.get(x + rest, {what}) == {what}), letter)
            q = replace(q, tex=letter + rest)
            names.setdefault(q.tex, set()).add(what)
        renamed.append(q)
    return renamed


def _text(sheet: Sheet) -> str:
    return " ".join(e.document.source(e.span) for e in sheet.equations)


def defining(name: str, sheet: Sheet, scope: Scope, offset: int) -> Equation | None:
    """The equation of `f(x, y) = ...`, for the name `f` or `f(x, y)`; without a name that of the only function."""
    found = [
        e
        for e in sheet.equations
        if is_called(e.lhs)
        and stands_before(e, scope, offset)
        and e.op in DEFINING
        and not e.link
        and e.spelled is None
        and not is_literal(e.rhs)  # `f(x) = 0` is to be solved
    ]
    if not name:
        return found[-1] if len({called_name(e) for e in found}) == 1 else None
    named = [e for e in found if called_name(e) == name.split("(")[0].strip()]
    if not named:
        return None
    sides = [x for x in re.split(r":?=", "".join(name.split()), maxsplit=1) if "(" in name]
    own = ["".join(named[-1].text(x).split()) for x in (named[-1].lhs, named[-1].rhs)]
    return named[-1] if sides == own[: len(sides)] else None


def in_pieces(line: Equation, sheet: Sheet) -> bool:
    """Whether a function has several formulas: one for each case."""
    here = [e for e in sheet.equations if e.scope == line.scope and e.own == line.own and e.spelled is None]
    same = [e for e in here if e.op in DEFINING and not is_literal(e.rhs)]
    return sum(is_called(e.lhs) and called_name(e) == called_name(line) and not e.link for e in same) > 1


def called_name(e: Equation) -> str:
    """f of `f(x, y) = ...`."""
    return e.document.source(e.lhs.factors[0].node.span).strip() if isinstance(e.lhs, Product) else ""


def _depends(x: str, line: Equation, sheet: Sheet, scope: Scope) -> bool:
    """Whether an argument has a formula of its own, `y = x^2`: what the derivatives of `f(x, y)` are is told twice."""
    seen = [e for e in sheet.equations if scope.sees(e.scope) and e.spelled is None and e is not line]
    return any(e.document.source(e.lhs.span).strip() == x and not is_literal(e.rhs) for e in seen)


def _values(point: str, args: Sequence[str]) -> list[str]:
    """The numbers of a point, one for each argument: of `(1, 0)`, `x = 1`, `x = 1, y = 0`, `(x, y) = (1, 0)`, `1`."""
    if "=" in point:
        told = dict(p.split(" = ", 1) for p in point.split(", ")) if point.count("=") > 1 else {}
        told = told or dict([point.split(" = ", 1)])
        found = [told.get(x, "") for x in args]
    else:
        plain = re.sub(r"\\left|\\right", "", point).strip()
        inner = plain[1:-1] if plain.startswith("(") and plain.endswith(")") else plain
        found = [x.strip() for x in inner.split(",")]
    number = re.compile(r"-?\d+(?:\.\d+)?")
    return found if len(found) == len(args) and all(number.fullmatch(x) for x in found) else []


def _summands(name: str, args: Sequence[str], at: Sequence[str], order: int) -> Iterator[Summand]:
    where = f"({', '.join(at)})"
    yield Summand("", f"{name}{where}", "", 1)
    for k in range(1, order + 1):
        for chosen in combinations_with_replacement(range(len(args)), k):
            powers = {n: chosen.count(n) for n in dict.fromkeys(chosen)}
            many = prod(factorial(p) for p in powers.values())
            moved = " ".join(_moved(args[n], at[n], p) for n, p in powers.items())
            slope = _slope(name, [args[n] for n in chosen], len(args) == 1)
            value = f"{name}{chr(39) * k}{where}" if len(args) == 1 else f"{slope}{where}"
            yield Summand(slope if len(args) > 1 else f"{name}{chr(39) * k}({args[0]})", value, moved, many)


def _slope(name: str, by: Sequence[str], alone: bool) -> str:
    if alone:
        return ""
    power = f"^{len(by)}" if len(by) > 1 else ""
    if len(set(by)) == 1:
        return rf"\frac{{\partial{power} {name}}}{{\partial {by[0]}{power}}}"
    below = " ".join(rf"\partial {x}" for x in by)
    return rf"\frac{{\partial{power} {name}}}{{{below}}}"


def _moved(x: str, at: str, power: int) -> str:
    r"""`\left(x - 1\right)^{2}`."""
    above = f"^{{{power}}}" if power > 1 else ""
    if Fraction(at) == 0:
        return f"{x}{above}"
    sign, size = ("+", at[1:]) if at.startswith("-") else ("-", at)
    return rf"\left({x} {sign} {size}\right){above}"


# -------------------------------------------------------------------------------------------------- put together


def put_together(e: Expansion, numbers: Sequence[str]) -> str:
    """The polynomial with the names of its coefficients, and with their numbers."""
    general = [_times("", s.below, s.value, s.moved) for s in e.summands]
    terms = [t for s, n in zip(e.summands, numbers, strict=True) if (t := _term(n, s)) is not None]
    return f"{' + '.join(general)} = {_added(terms) or '0'}"


def _times(sign: str, below: int, value: str, moved: str) -> str:
    factor = rf"\frac{{1}}{{{below}}} " if below > 1 else ""
    return f"{sign}{factor}{value} {moved}".strip()


def _term(number: str, s: Summand) -> str | None:
    """One term with its sign before it; None where it is zero."""
    size, negative = number.lstrip("-"), number.startswith("-")
    if not re.fullmatch(r"\d+(?:\.\d+)?", size):  # a power of ten
        return f"{'-' if negative else '+'} {_times('', s.below, size, s.moved)}"
    if Fraction(number) == 0:
        return None
    if len(size.partition(".")[2]) <= EXACT:
        whole = Fraction(size) / s.below
        shown = str(whole) if whole.denominator == 1 else rf"\frac{{{whole.numerator}}}{{{whole.denominator}}}"
    else:
        shown = size if s.below == 1 else rf"\frac{{{size}}}{{{s.below}}}"
    shown = "" if shown == "1" and s.moved else shown
    return f"{'-' if negative else '+'} {shown} {s.moved}".strip()


def _added(terms: Sequence[str]) -> str:
    text = " ".join(" ".join(t.split()) for t in terms)
    return text[2:] if text.startswith("+ ") else f"-{text[2:]}" if text.startswith("- ") else text


def words_before(e: Expansion, tex: str) -> str:
    return f"The tangent {e.kind} is the graph of ${tex}$:" if e.kind != "taylor" else ""
