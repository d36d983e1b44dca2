"""Rows, pieces of a row, chains over several rows, and the words and arrows between them."""

from __future__ import annotations

import pytest

from chainrule.read.grammar.formula import dump, parse
from chainrule.read.tree import Span


def rows(tex: str) -> list[str]:
    """The dumps of all rows, with "tag:" before those that have one."""
    found = parse(tex, Span(0, len(tex)), {}, True)
    return [(row.tag + ": " if row.tag else "") + dump(row.node) for row in found]


CHAINS = [
    (r"a &= b \\ &= c", ["(rel a = b = c)"]),
    (r"a + b \\ = c", ["(rel (+ a +b) = c)"]),
    (r"= b \\ = c", ["(rel ? = b = c)"]),
    (r"a &=& b \\ &\leq& c", ["(rel a = b ≤ c)"]),
    (r"a = & b \\ = & c", ["(rel a = b = c)"]),
    (r"a &= b = \\ &= c", ["(rel a = b = c)"]),
    (r"a &= b \\ & + c \\ & \cdot d", ["(rel a = (+ b +(* c cdot:d)))"]),
    (r"a &= b \\ & - c", ["(rel a = (+ b -c))"]),
    (r"a &= b + \\ & c", ["(rel a = (+ b +c))"]),
    (r"a = b \\ -c = d", ["(rel a = b)", "(rel (+ -c) = d)"]),
    (r"a = b \\ c = d", ["(rel a = b)", "(rel c = d)"]),
    (r"a &= b, \\ &= c.", ["(rel a = b = c)"]),
    (r"a &= b \tag{1} \\ \nonumber \\ &= c \label{x}", ["(rel a = b = c)"]),
    (r"a &= ( b \\ & + c ) \\ &= d", ["(rel a = (() (+ b +c)) = d)"]),
    (r"a &= \left( b \right. \\ & \left. + c \right)", ["(rel a = (() (+ b +c)))"]),
]

PIECES = [
    (r"a = b, \quad c = d", ["(rel a = b)", "(rel c = d)"]),
    ("a = b, c = d", ["(rel a = b)", "(rel c = d)"]),
    (r"a_i = g(z_i), i = 3, 4", ["(rel (a _i) = (* g (() (z _i))))", "(, (rel i = 3) 4)"]),
    (r"i = 1, \dots, N", ["(, (rel i = 1) ... N)"]),
    (r"f(a, b) = c, d = e", ["(rel (* f (() (, a b))) = c)", "(rel d = e)"]),
    (r"a &= b & c &= d", ["(rel a = b)", "(rel c = d)"]),
    (r"a = b \qquad (5.2)", ["(rel a = b)"]),
    (r"a = b \cdots (3)", ["(rel a = b)"]),
    (r"a = b \quad \cdots\cdots (ii)", ["(rel a = b)"]),
    (r"a &= b \ldots (4a) \\ c &= d \quad ②", ["(rel a = b)", "(rel c = d)"]),
    (r"a = n (n-1) \cdots (1)", ["(rel a = (* n (() (+ n -1)) ... (() 1)))"]),
    (r"a = x_1 x_2 \cdots (n)", ["(rel a = (* (x _1) (x _2) ... (() n)))"]),
    (r"a = x + \cdots (1)", ["(rel a = (+ x +(* ... (() 1))))"]),
    (r"令 a = 0，得 b = c, 其中 d = e", ['"令"', "(rel a = 0)", '"得"', "(rel b = c)", "where: (rel d = e)"]),
    (r"最大化: L = a", ['"最大化:"', "(rel L = a)"]),
    (r"損失 = \frac{和}{数}, f_総 = g", ["(rel rm.損失 = (frac rm.和 rm.数))", "(rel (f _rm.総) = g)"]),
    (r"비용(w) = b", ["(rel (* rm.비용 (() w)) = b)"]),
    (r"a = b \\ s.t. \ c = d", ["(rel a = b)", "s.t.: (rel c = d)"]),
    (r"\mathrm{s.t.} \quad c = d", ["s.t.: (rel c = d)"]),
    (r"a = s.t", ["(rel a = (* s .:t))"]),
    (r"a = b \qquad (5.2 + c)", ["(rel a = (* b (() (+ 5.2 +c))))"]),
    (r"a = b \implies c = d", ["(rel a = b)", "implies: (rel c = d)"]),
    (r"\Rightarrow a = b", ["implies: (rel a = b)"]),
    (r"\because a = b \\ \therefore c = d", ["where: (rel a = b)", "implies: (rel c = d)"]),
    (r"a = b \text{, so } c = d", ["(rel a = b)", "implies: (rel c = d)"]),
    (r"a &= b & \because c = d \\ &= e", ["(rel a = b = e)", "where: (rel c = d)"]),
    (r"a &= b && \text{linear} \\ &= e", ["(rel a = b = e)", 'where: "linear"']),
    (r"a = b \quad [\text{as } c = d] \\ = e", ["(rel a = b = e)", "where: (rel c = d)"]),
    (r"a = b (\text{since } c = d)", ["(rel a = b)", "where: (rel c = d)"]),
    (r"a = b \quad (c + d)", ["(rel a = (* b (() (+ c +d))))"]),
    (r"a = b \quad\text{and}\quad c = d", ["(rel a = b)", "(rel c = d)"]),
    (r"a = b \text{ if } x > 0 \text{ and } y < 1", ["(rel a = b)", "if: (rel x > 0)", "if: (rel y < 1)"]),
    (r"a = b \; \forall j", ["(rel a = b)", "for: j"]),
    (r"a = b, \text{ where } c = d", ["(rel a = b)", "where: (rel c = d)"]),
    (r"\text{Objective:} & f = g", ['"Objective:"', "(rel f = g)"]),
    (r"a &= b \\ \text{Given the result,} \\ &= c", ["(rel a = b = c)", '"Given the result,"']),
    (r"(Mean) \space \mu = x", ["(rel mu = x)"]),
    (r"(ab) \mu_1 + x", ["(+ (* (() (* a b)) (mu _1)) +x)"]),
]

BOXES = [
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", ["(rel a = b)", "(rel c = d)"]),
    (r"\boxed{\begin{aligned} a &= b \\ &= c \end{aligned}}", ["(rel a = b = c)"]),
    (r"\boxed{\therefore a = \begin{bmatrix} 1 \\ 2 \end{bmatrix}}", ["implies: (rel a = (bmatrix [1] [2]))"]),
    (r"\left\{\begin{aligned} a &= b \\ c &= d \end{aligned}\right.", ["(rel a = b)", "(rel c = d)"]),
    (
        r"f = \left\{\begin{aligned} & 1, & x > 0 \\ & 0, & x \le 0 \end{aligned}\right.",
        ["(rel f = (cases [1 if (rel x > 0)] [0 if (rel x ≤ 0)]))"],
    ),
    (r"\frac{a = b}{c}", ["(frac (rel a = b) c)"]),
]


@pytest.mark.parametrize(("tex", "shown"), [*CHAINS, *BOXES, *PIECES])
def test_the_rows_of_a_formula(tex: str, shown: list[str]) -> None:
    assert rows(tex) == shown


def test_nothing_comes_from_nothing() -> None:
    assert rows("") == rows(r" \label{x} \, & \\ ") == []


def test_a_row_tells_where_it_stands() -> None:
    tex = r"a &= b, \\ c &= d"
    first, second = parse(tex, Span(0, len(tex)), {}, True)
    assert tex[first.span.start : first.span.end] == "a &= b"
    assert tex[second.span.start : second.span.end] == "c &= d"
