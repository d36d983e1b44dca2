"""One formula, one tree: what stands on the left of each table is what `dump` shows on the right."""

from __future__ import annotations

import pytest

from chainrule.read.grammar.formula import dump, parse
from chainrule.read.tree import Big, Name, Relation, Script, Span


def tree(tex: str) -> str:
    """The dumps of all rows."""
    return " ; ".join(dump(row.node) for row in parse(tex, Span(0, len(tex)), {}, True))


PRECEDENCE = [
    ("a + b c - d", "(+ a +(* b c) -d)"),
    ("-a b", "(+ -(* a b))"),
    (r"a \cdot -b + c", "(+ (* a cdot:(+ -b)) +c)"),
    (r"a \times b / c", "(* a times:b /:c)"),
    (r"X \cdot w^T \circ y", "(* X cdot:(w ^T) circ:y)"),
    (r"\tilde{W}^T . \delta.", "(* ((tilde W) ^T) .:delta)"),
    (r"i = 1, \dots, N", "(, (rel i = 1) ... N)"),
    ("A, B = 1, 2", "(, A (rel B = 1) 2)"),
    (r"p(y \mid x)", "(* p (() (| y x)))"),
    (r"P(Y = y | X = x)", "(* P (() (| (rel Y = y) (rel X = x))))"),
    (r"\{x : x > 0\}", "({} (: x (rel x > 0)))"),
    (r"y \mid x \sim N", "(rel (| y x) ∼ N)"),
    (r"\sum_i -2 x_i", "(* (sum _i) (+ -2) (x _i))"),
    (r"\sum_i x_i - 2", "(+ (* (sum _i) (x _i)) -2)"),
    ("a != b == c <= d", "(rel a ≠ b = c ≤ d)"),
    (r"a \not= b \notin C", "(rel a ≠ b ∉ C)"),
    (r"x_1, \ldots x_n", "(, (x _1) ... (x _n))"),
    (r"f(\cdot, x)", "(* f (() (, cdot x)))"),
]

SCRIPTS = [
    ("x'^2", "(x ' ^2)"),
    ("f'_3", "(f ' _3)"),
    ("f_3'", "(f ' _3)"),
    ("x^{T}'", "((x ^T) ')"),
    (r"x^{\prime\prime} y^{'} z^\prime", "(* (x '') (y ') (z '))"),
    ("s''_{hid}", "(s '' _(* h i d))"),
    ("x_i^{(l)}", "(x _i ^(() l))"),
    ("x^{(l)}_i", "(x _i ^(() l))"),
    ("X^{(i)}{}^T", "((X ^(() i)) ^T)"),
    ("{}^T x", "(* (? ^T) x)"),
    (r"x^\top + x^{\mathsf T} + x^\mathsf{T}", "(+ (x ^top) +(x ^sans.T) +(x ^sans.T))"),
    ("w^* + w^{*} + w^{+}", "(+ (w ^*) +(w ^*) +(w ^+))"),
    ("x^23", "(* (x ^2) 3)"),
    ("x^{23}", "(x ^23)"),
    ("10^{-3} + x^-1", "(+ (10 ^(+ -3)) +(x ^(+ -1)))"),
    (r"\mathbf{z_1}_{ij}", "((bold.z _1) _(* i j))"),
    ("w5 * x1", "(* (w _5) *:(x _1))"),
    ("w 5 + u_{o1}", "(+ (* w 5) +(u _(* o 1)))"),
    (r"\alpha_1 - \alpha3", "(+ (alpha _1) -(alpha _3))"),
    ("9^{9^9}", "(9 ^(9 ^9))"),
    (r"[w_{ij}]_{i=1, \dots, d, j=1}", "(([] (w _(* i j))) _(, (rel i = 1) ... d (rel j = 1)))"),
    (r"\hat{y}_i \hat y_i \widehat{x} \overline{x}", "(* ((hat y) _i) ((hat y) _i) (hat x) (bar x))"),
]

NAMES = [
    (r"\text{sign}(t) \text{margin}", "(* rm.sign (() t) rm.margin)"),
    (r"ReLU(x) + tanh x + softmax(z)_i", "(+ (* rm.ReLU (() x)) +(* rm.tanh x) +(* rm.softmax ((() z) _i)))"),
    ("y_ilog(p) + ylog(p)", "(+ (* (y _i) rm.log (() p)) +(* y rm.log (() p)))"),
    (r"\operatorname{arg\,min}_x f", "(* (argmin _x) f)"),
    (r"\mathrm{tr}(A) \mathrm{x+y}", "(+ (* rm.tr (() A) x) +y)"),
    (r"\mathrm{P} \rm{out} \textbf{x} {\rm out}", "(* rm.P rm.out bold.x rm.out)"),
    (r"\mathbf{\hat y - y} \bm\theta {\bf w} \bf{v}", "(+ (hat bold.y) -(* bold.y bold.theta bold.w bold.v))"),
    (r"\mathbb{1}[a] \mathbb{I}(b) \mathbf{1} {\bf 0} 𝟙", "(* bb.1 ([] a) bb.I (() b) bold.1 bold.0 bb.1)"),
    (r"\mathcal{L} \mathscr{L} \mathbb R \mathfrak{g}", "(* cal.L cal.L bb.R frak.g)"),
    (r"\softmax(z) \Var(x) \bx^T", "(* softmax (() z) Var (() x) (bold.x ^T))"),
    (r"\norm{x}_2 + \inner{a}{b} + \abs{c}", "(+ ((‖‖ x) _2) +(⟨⟩ (, a b)) +(|| c))"),
    (r"d\_out", "rm.d_out"),
    ("ŷ = σ(Wᵀx) · ½ − x²", "(rel (hat y) = (+ (* sigma (() (* (W ^T) x)) cdot:(frac 1 2)) -(x ^2)))"),
    ("𝐱 ∈ ℝ", "(rel bold.x ∈ bb.R)"),
]

NUMBERS = [
    ("0.5 .5 1{,}000 1e-3", "(* 0.5 .5 1000 1e-3)"),
    ("1,000", "(, 1 000)"),
    ("x = 1.", "(rel x = 1)"),
    (r"\begin{bmatrix} 0. & 1. \\ -2 & .5 \end{bmatrix}", "(bmatrix [0. 1.] [(+ -2) .5])"),
]

FENCES = [
    (r"|a||b| + |a - |b||", "(+ (* (|| a) (|| b)) +(|| (+ a -(|| b))))"),
    (r"|| w ||_2^2 = \|w\|^2 = \left\|w\right\|", "(rel ((‖‖ w) _2 ^2) = ((‖‖ w) ^2) = (‖‖ w))"),
    (r"KL(p \| q)", "(* rm.KL (() (‖ p q)))"),
    (r"x \in [0, 1) \cup (2, 3]", "(rel x ∈ (* ([) (, 0 1)) cup:((] (, 2 3))))"),
    (r"\left.\frac{df}{dx}\right|_{x=0}", "((.| (frac (* d f) (* d x))) _(rel x = 0))"),
    (r"f(x)|_{x=0}", "((.| (* f (() x))) _(rel x = 0))"),
    (r"\bigl[ a \bigr] \langle x, y \rangle", "(* ([] a) (⟨⟩ (, x y)))"),
    (r"\lVert x \rVert \lfloor y \rfloor", "(* (‖‖ x) (⌊⌋ y))"),
]

BIG = [
    (r"\sum\limits_{i}^n x", "(* (sum _i ^n) x)"),
    (r"\sum_{\substack{i=1 \\ i \ne j}} x", "(* (sum _(, (rel i = 1) (rel i ≠ j))) x)"),
    (r"\max_j x_j", "(* (max _j) (x _j))"),
    (r"\max_j(a, b)", "(* (max _j) (() (, a b)))"),
    (r"\max(0, x)", "(* max (() (, 0 x)))"),
    (r"\underset{w, b}{\text{min}} L", "(* (min _(, w b)) L)"),
    (r"\arg\max_x f + \argmin_{x} g", "(+ (* (argmax _x) f) +(* (argmin _x) g))"),
    (r"\displaystyle{\minimize_{w}} f", "(* (min _w) f)"),
    (r"\Pi_{j=1}^n f_j + \Pi_0", "(+ (* (prod _(rel j = 1) ^n) (f _j)) +(Pi _0))"),
    (r"\sum_{j \notin \{k, y_i\}} p_j", "(* (sum _(rel j ∉ ({} (, k (y _i))))) (p _j))"),
]

COMMANDS = [
    (r"\frac12 \tfrac 1 2 {a \over b}", "(* (frac 1 2) (frac 1 2) (frac a b))"),
    (
        r"\binom{n}{k} = n! \dbinom ab",
        "(rel (* rm.binom (() (, n k))) = (* (* rm.factorial (() n)) (* rm.binom (() (, a b)))))",
    ),
    ("2 x_i! (n - k)!", "(* 2 (* rm.factorial (() (x _i))) (* rm.factorial (() (+ n -k))))"),
    (r"\sqrt[3]{x} \sqrt x \sqrt{2\pi}", "(* (root x 3) (root x) (root (* 2 pi)))"),
    (r"\frac d {dh} f", "(* (frac d (* d h)) f)"),
    (r"\underbrace{a}_{=: \tilde{a}} b", "(* (brace a (rel ? =: (tilde a))) b)"),
    (r"\underbrace{a}_{\text{see Eq. 2}}", '(brace a "see Eq. 2")'),
    (r"y \stackrel{\text{def}}{=} x \overset{!}{\le} z", "(rel y = x ≤ z)"),
    (r"\boxed{a = b}", "(rel a = b)"),
    (r"\textcolor{red}{a} \cancel{b} \bbox[red]{c} \color{blue} d", "(* a b c d)"),
    (r"a\,b\;c\!d\:e\ f~g \quad h", "(* a b c d e f g h)"),
    (r"{1 - a}(b)", "(+ 1 -(* a (() b)))"),
    (r"\log{2\pi} {\partial L}/{\partial x}", "(* log (* 2 pi) (* partial L) /:(* partial x))"),
    (r"\begin{pmatrix} a \\ \vdots \\ b \end{pmatrix}", "(pmatrix [a] [...] [b])"),
    (r"\left[\begin{array}{c|c} a & b \\ \hline c & d \end{array}\right]", "([] (array [a b] [c d]))"),
    (r"\begin{pmatrix} | & | \\ u & v \end{pmatrix}", "(pmatrix [... ...] [u v])"),
    (r"\begin{bmatrix} a \\ \\ b \\ \end{bmatrix}", "(bmatrix [a] [b])"),
]

CASES = [
    (r"\begin{cases} 1, & \text{if } i = j \\ 0, & \text{otherwise}. \end{cases}", "(cases [1 if (rel i = j)] [0])"),
    (
        r"\left\{\begin{array}{ll} x & x > 0 \\ 0 & else \end{array}\right.",
        "(cases [x if (rel x > 0)] [0])",
    ),
    (r"\begin{cases} x, x > 0 \\ 0, x \le 0 \end{cases}", "(cases [x if (rel x > 0)] [0 if (rel x ≤ 0)])"),
    (
        r"\begin{cases} 1 & \text{if } 0 \le a < K \text{ and } b > 0 \\ 0 & \text{else} \end{cases}",
        "(cases [1 if (, (rel 0 ≤ a < K) (rel b > 0))] [0])",
    ),
]


@pytest.mark.parametrize(
    ("tex", "shown"),
    [row for table in (PRECEDENCE, SCRIPTS, NAMES, NUMBERS, FENCES, BIG, COMMANDS, CASES) for row in table],
)
def test_the_tree_of_a_formula(tex: str, shown: str) -> None:
    assert tree(tex) == shown


def test_a_determinant_after_a_function_and_after_a_factor() -> None:
    shown = "(+ (* log (|| Sigma)) +(* ((() (* 2 pi)) ^(* n /:2)) ((|| Sigma) ^(* 1 /:2))))"
    assert tree(r"\log |\Sigma| + (2\pi)^{n/2} |\Sigma|^{1/2}") == shown


def test_single_letters_in_a_text_are_mathematics_and_words_are_not() -> None:
    letters = r"\begin{cases} 0 & \text{p $\ne$ m} \\[2ex] a & \text{p = m} \end{cases}"
    assert tree(letters) == "(cases [0 if (rel p ≠ m)] [a if (rel p = m)])"
    words = r"\begin{cases} 0 & \text{margin kept} \\ a & \text{if margin kept} \end{cases}"
    assert tree(words) == '(cases [0 if "margin kept"] [a if "if margin kept"])'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{a}{b}", r"\frac{b}{a}"),
        ("x_i^2", "x_2^i"),
        ("f'(x)", "f(x)'"),
        (r"\mathbf{x}", "x"),
        (r"(AB)^T", "AB^T"),
        (r"\sum_i a_i b", r"b \sum_j a_j"),
        ("a - (b - c)", "a - b - c"),
        (r"\max_j x", r"\min_j x"),
    ],
)
def test_different_mathematics_has_different_trees(one: str, other: str) -> None:
    assert tree(one) != tree(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{1}{2}", r"\dfrac 12"),
        (r"\left( a \right)", "(a)"),
        (r"a \le b", r"a \leqslant b"),
        ("x_i^2", "x^2_i"),
        (r"{\bf x}", r"\mathbf{x}"),
        (r"\displaystyle \sum\nolimits_i x", r"\sum_i x"),
        ("a&=&b", "a = b"),
        ("x''", r"x^{\prime\prime}"),
    ],
)
def test_two_spellings_of_one_formula_have_one_tree(one: str, other: str) -> None:
    assert tree(one) == tree(other)


def test_spans_are_places_in_the_whole_text() -> None:
    text = r"Let $\mathbf{x}_i = \frac{1}{2} \hat{y}$ be"
    (row,) = parse(text, Span(5, text.rindex("$")), {}, False)
    node = row.node
    assert isinstance(node, Relation)
    assert text[node.first.span.start : node.first.span.end] == r"\mathbf{x}_i"
    assert text[node.links[0].span.start : node.links[0].span.end] == "="
    assert text[node.links[0].node.span.start : node.links[0].node.span.end] == r"\frac{1}{2} \hat{y}"
    assert isinstance(node.first, Script)
    assert node.first.base == Name(Span(5, 15), "x", ("bold",))


def test_a_big_operator_keeps_its_place() -> None:
    tex = r"a + \sum_{i=1}^n b"
    node = parse(tex, Span(0, len(tex)), {}, True)[0].node
    found = [n for n in _nodes(node) if isinstance(n, Big)]
    assert [tex[n.span.start : n.span.end] for n in found] == [r"\sum_{i=1}^n"]


def _nodes(value: object) -> list[object]:
    if isinstance(value, tuple):
        return [n for part in value for n in _nodes(part)]
    if hasattr(value, "__dataclass_fields__"):
        return [value, *(n for name in value.__dataclass_fields__ for n in _nodes(getattr(value, name)))]
    return []
