"""The surface tree: mathematics as it stands on the page, committed to nothing.

The grammar (`read.grammar`) builds it, the sheet (`chainrule.sheet`) decides what it means. A node is frozen and
knows its place in the source text (`Span`, character offsets, end exclusive), so that every later message can point
at it. `W x`, `f(x)` and `w_{ij}` stay juxtapositions, scripts and fences here: whether they are products, calls or
components is not known before shapes and definitions are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets in the source text of one document."""

    start: int
    end: int

    def join(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


class Remembering:
    """Room on a node for the nodes directly below it and for all that it is made of, once somebody has asked; no fields
    of it, so no part of what makes two nodes equal."""

    __slots__ = ("below", "whole")
    below: tuple[Node, ...]
    whole: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Node(Remembering):
    """Any piece of the surface tree."""

    span: Span


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A printed number, kept as its characters: `0.5`, `0.`, `12`, `1e-3` (`text` has no spaces)."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """One name: a letter, a control word (`text` without the backslash: `alpha`) or a word (`ReLU`, `margin`).

    `style` holds the typefaces, outermost first, from a closed set: "bold", "cal", "bb", "frak", "sans", "tt",
    "rm" (upright: `\\mathrm`, `\\text`, `\\operatorname`, `\\mbox`, a backslashless `\\DeclareMathOperator` name).
    A plain italic letter and a control word such as `\\sigma` or `\\exp` have the empty style.
    """

    text: str
    style: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accent(Node):
    """An accent over a body.

    `\\hat`, `\\tilde`, `\\bar` (also `\\overline`), `\\vec`, `\\dot`, `\\ddot`, `\\check`, `\\breve`, `\\underline`.
    """

    kind: str
    body: Node


@dataclass(frozen=True, slots=True)
class Script(Node):
    """A base with what hangs on it: subscript, superscript, primes. `x_i'^2` has all three. At least one is there."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Fenced(Node):
    """A body between delimiters. `open`/`close` are one of ( ) [ ] { } | ‖ ⟨ ⟩ ⌊ ⌋ ⌈ ⌉ or "" for an invisible one.

    TeX's own braces never make a `Fenced`; `\\{` does. `\\|`, `\\Vert`, `||` are "‖". `mended` says that the closing
    delimiter is missing and stands where it can only be meant: at the end of the side.
    """

    open: str
    body: Node
    close: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Fraction(Node):
    """`\\frac`, `\\tfrac`, `\\dfrac`, `\\cfrac`, `\\over`. A slash is a `Factor.op` instead."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    """`\\sqrt[degree]{body}`."""

    body: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class Big(Node):
    """The sign of a big operator, without what it acts on: `\\sum_{i=1}^n`, `\\prod`, `\\int`, `\\max_j`, `\\lim`.

    `op` is the word: sum, prod, int, max, min, sup, inf, argmax, argmin, lim. `\\max`/`\\min` are a `Big` only when
    they carry a subscript (or underset) and are followed by no parenthesised list; else they are a `Name`.
    `count` is the letter that says how many terms a sum has, where the sum does not say it (`sheet.sums.mean_counts`).
    """

    op: str
    sub: Node | None = None
    sup: Node | None = None
    count: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a `Product` with the sign that stands before it.

    `op` is "" for the first factor and for juxtaposition, else one of
    "cdot" "times" "odot" "circ" "*" "/" "otimes" "oplus" "." (a full stop used as a product sign) "bullet" "ast",
    or any other binary sign by its control word: "cup" "cap" "setminus" "star" "wedge" "vee" "ominus" "oslash".
    """

    op: str
    node: Node


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Two or more factors in the order written; `Big` and `\\frac{\\partial}{\\partial x}` are factors too."""

    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a `Sum`: sign "+", "-", "±" or "∓". The first term has "+" unless a sign is written."""

    sign: str
    node: Node


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms with signs; a lone negated term is a `Sum` of one."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Infix(Node):
    """Two sides of a separator that binds weaker than `+` and stronger than a comma: "|" (given), ":" and ";".

    Also "‖" (`KL(p \\| q)`) and "or" between conditions.
    `p(y \\mid x)` has a `Fenced` whose body is `Infix("|", y, x)`; `\\{x : x > 0\\}` has ":".
    """

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comma(Node):
    """A list: `a, b`. Items may be relations: `i = 1, \\dots, N` is Comma(Relation(i, =, 1), Dots, N)."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One relation sign of a chain and its right side.

    `op` is normalised: "=" ":=" "=:" "≡" "≈" "≠" "<" ">" "≤" "≥" "∈" "∉" "⊂" "∼" "∝" "→" (also \\to,
    \\mapsto, \\rightarrow) "←" (\\leftarrow, \\gets: an update) "⇒" "⇔".
    `\\overset{!}{=}`, `\\stackrel{..}{=}` are "=". `==` is "=". Rarer signs: "≪" "≫" "∋" "⊃" "⊥" "≻" "≺" "⪰" "⪯".
    """

    op: str
    span: Span
    node: Node


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A chain `first op node op node ...`. `first` is `Missing` when the row begins with the sign."""

    first: Node
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """`pmatrix`, `bmatrix`, `vmatrix` (`env` says which), `array` and `smallmatrix`.

    Rows as written, ragged or not; dots are `Dots` cells.
    """

    env: str
    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a `cases`: its value and its condition (`None`: "otherwise")."""

    value: Node
    condition: Node | None


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """`cases`, `dcases`, `rcases`, or a `\\left\\{ \\begin{array}`; "if", "for", "when", commas are dropped."""

    rows: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Brace(Node):
    """`\\underbrace{body}_{note}`, `\\overbrace{body}^{note}`; also `\\underset`/`\\overset` on a non-relation.

    The note is parsed too: `=: \\tilde a_j` is a `Relation` whose first side is `Missing`; words are a `Text`.
    """

    body: Node
    note: Node | None


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Words inside a formula: `\\text{if }`, `\\quad\\text{for all}`, with the words as `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Differential(Node):
    """The sign of a differential, the d of `dX` and `d(XY)`, or of a directional derivative, the D of `Df(x)[h]` and
    `D_v f(x)`, as a factor before what it acts on. The grammar reads a name; `sheet.derivatives.differentials` and
    `sheet.derivatives.directions` put this sign in its place where a document speaks of such things."""

    sub: Node | None = None


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """`\\dots`, `\\cdots`, `\\vdots`, `\\ddots`, `...`."""


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """Nothing, where something could stand: the left side of `&= x`, an empty cell, a base of `{}^T`."""


@dataclass(frozen=True, slots=True)
class Unread(Node):
    """The smallest region that could not be read; `code` is a reason code, `reason` one sentence for a person."""

    code: str
    reason: str


#: What a field holds that holds no other piece of the tree.
_LEAVES = frozenset({"Span", "str", "int", "bool", "tuple[str, ...]"})
_PIECES: tuple[type, ...] = (*Node.__subclasses__(), Factor, Term, Link, Case)

#: For each kind of node (and of factor, term, link, case) the fields that hold other pieces of the tree.
FIELDS_BELOW = {kind: tuple(f.name for f in fields(kind) if f.type not in _LEAVES) for kind in _PIECES}
#: For each kind the fields that say what is written, without where.
FIELDS_WRITTEN = {kind: tuple(f.name for f in fields(kind) if f.name != "span") for kind in _PIECES}
