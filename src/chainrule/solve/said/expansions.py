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

from chainrule.read.tree import Name, Product, Relation, Script, Span
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.solve.losses import arguments_of, is_called, loss_of, stands_before
from chainrule.solve.orders import VERB
from chainrule.solve.points import points_of
from chainrule.solve.question import Expansion, Formula, Question, Summand

WHAT = re.compile(
    r"\b(?P<taylor>(?:taylor|maclaurin)\b[^.;?⟦]{0,20}?\b(?:polynomials?|expansions?|series|approximations?)"
    r"|(?:quadratic|linear|(?:first|second|third)[- ]order) approximations?)\b"
    r"|\b(?P<plane>tangent planes?)\b|\b(?P<line>tangents?(?: lines?)?|lineari[sz]ations?)\b",
    re.IGNORECASE,
)
ORDERS = {
    1: r"first[- ]order|\blinear\b|lineari[sz]|(?:order|degree) (?:1|one)\b|(?:the )?first order",
    2: r"second[- ]order|\bquadratic\b|(?:order|degree) (?:2|two)\b|second[- ]degree",
    3: r"third[- ]order|\bcubic\b|(?:order|degree) (?:3|three)\b|third[- ]degree",
    4: r"fourth[- ]order|(?:order|degree) (?:4|four)\b|fourth[- ]degree",
}
ORDER_IN_TEX = re.compile(r"\b(?:order|degree) ⟦(\d+)⟧", re.IGNORECASE)
AROUND = re.compile(
    r"\b(?:around|about|near|in|to|through|with the expansion point)\b(?=\s+(?:the )?(?:points? )?⟦)", re.I
)
OF = re.compile(r"\b(?:of|to|for)\s+(?:the )?(?:graph of )?(?:\w+ ){0,2}?⟦(\d+)⟧", re.IGNORECASE)
NAMES = "TPQ"
EXACT = 4
"""So many decimals a number has at most that is taken for all of it."""


def expansions(sentence: str, formulas: list[Formula], place: Span, words: str) -> Iterator[Question]:
    """What a sentence asks for, with its words where the order or the point in numbers is missing."""
    verb = re.search(VERB, sentence, re.IGNORECASE)
    said = [] if verb is None else list(WHAT.finditer(sentence, verb.start()))
    if not said:
        return
    _, everywhere = points_of(AROUND.sub("at", sentence), formulas)
    for found, end in zip(said, [*(m.start() for m in said[1:]), len(sentence)], strict=True):
        begin = sentence[: found.start()].rfind(" and ") if found is not said[0] else 0
        own = sentence[max(begin, 0) : end]
        clause, points = points_of(AROUND.sub("at", sentence[found.start() : end]), formulas)
        if re.search(r"\bmaclaurin\b", found[0], re.IGNORECASE):
            points = points or ("0",)
        points = points or everywhere
        order = 1 if found["taylor"] is None else _order(own, formulas)
        of = OF.search(clause)
        name = "" if of is None else name_in(formulas[int(of[1])])
        kind = "plane" if found["plane"] else "line" if found["line"] else "taylor"
        told = Expansion(kind, order, name, points[0]) if order and len(points) == 1 else None
        yield Question("", place, 0, words=words, expansion=told)


def _order(sentence: str, formulas: list[Formula]) -> int:
    """The order of a polynomial; 0 where none or several are named."""
    told = {k for k, pattern in ORDERS.items() if re.search(pattern, sentence, re.IGNORECASE)}
    told |= {int(t) for n in ORDER_IN_TEX.findall(sentence) if (t := formulas[int(n)].tex.strip()) in "1234"}
    return told.pop() if len(told) == 1 else 0


def name_in(f: Formula) -> str:
    """The function of `f`, `f(x)` or `f(x) = x^2`."""
    node = f.node.first if isinstance(f.node, Relation) else f.node
    node = node.factors[0].node if is_called(node) and isinstance(node, Product) else node
    return (
        f.tex[node.span.start - f.span.start : node.span.end - f.span.start].strip() if isinstance(node, Name) else ""
    )


# -------------------------------------------------------------------------------------------------- what is meant


def expanded(q: Question, sheet: Sheet, scope: Scope) -> list[Question]:
    """The questions for values and derivatives at the point, and behind them the one for the polynomial."""
    e = q.expansion
    assert e is not None
    name = e.name or loss_of(sheet, scope, q.end).split("(")[0].strip()
    line = defining(name, sheet, scope, q.end)
    args = [] if line is None else [line.document.source(x.span).strip() for x in arguments_of(line)]
    at = _values(e.point, args)
    if line is None or not at or any(isinstance(x, Script) for x in arguments_of(line)):
        return [q]
    if (e.kind == "plane" and len(args) < 2) or (len(args) > 1 and e.order > 2):
        return [q]
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
    """The equation of `f(x, y) = ...`."""
    for e in reversed(sheet.equations):
        called = e.lhs.factors[0].node if isinstance(e.lhs, Product) and is_called(e.lhs) else None
        before = stands_before(e, scope, offset) and e.op in DEFINING and not e.link and e.spelled is None
        if called is not None and before and e.document.source(called.span).strip() == name:
            return e
    return None


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
