r"""What is written in a way of its own, written the usual way before anything is read of it.

Each row of `WRITINGS` knows one way: `\sum_{\forall n}`, `\hat{R(w)}`, `\theta{_k}`, `1_{i = j}`. None of them needs to
know what the document says; what does stands in `glossary.tidy`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Dots,
    Factor,
    Fenced,
    Fraction,
    Infix,
    Link,
    Matrix,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    Text,
)
from chainrule.sheet.derivatives.bare_slopes import SQUASHING
from chainrule.sheet.derivatives.before_a_sign import before_a_sign, sign_above
from chainrule.sheet.records.families import FUNCTION_LETTERS
from chainrule.sheet.rewriting.typeface_of_a_group import plain_scripts
from chainrule.sheet.statistics.marked_squares import marked_square, marked_square_behind
from chainrule.sheet.sums.limits_alone import over_their_letter
from chainrule.sheet.syntax.bound_letters import ORDERS
from chainrule.sheet.syntax.function_words import CAPITALISED
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS
from chainrule.sheet.syntax.slices import in_brackets, slices

EVERY = frozenset({"for all", "all", "each", "every", "any", "for each", "for every"})
ROWS = frozenset({"row", "rows", "rowwise", "row-wise"})
INDICATORS = frozenset({"1", "I", "chi", "mathbbm", "Ind"})
CONDITION_SIGNS = frozenset({"=", "≠", "<", ">", "≤", "≥", "∈", "∉"})

Writing = Callable[[Node], Node | None]


def usual(node: Node) -> Node:
    """A formula with every such writing replaced."""
    if not any(writing(n) is not None for n in walk(node) for writing in _BY_KIND.get(type(n), ())):
        return node  # nothing to replace in most formulas
    for _, writing in WRITINGS:
        node = rebuilt(node, lambda n, writing=writing: _within(writing(n), writing))  # type: ignore[misc]
    return node


def _within(found: Node | None, writing: Writing) -> Node | None:
    """What was replaced, with the same writing replaced inside it; what is found there is another node."""
    return None if found is None else rebuilt(found, lambda n: None if n is found else writing(n))


def over_all(node: Node) -> Node | None:
    r"""`\sum_{\forall n}`, `\sum_{\forall_n}`, `\sum_{\text{all } n}`: the sum over n; `j=1; j \ne i` and
    `i : m_i < 1` with a comma."""
    match node:
        case Big(sub=Product(factors=(first, *rest))) if rest and _is_every(first.node):
            letters = tuple(f for f in rest if not isinstance(f.node, Text))
            sub = letters[0].node if len(letters) == 1 else Product(node.span, letters)
            return replace(node, sub=sub) if letters else None
        case Big(sub=Script(base=base, sub=Node() as letter, sup=None, primes=0)) if _is_every(base):
            return replace(node, sub=letter)
        case Big(sub=Relation(first=Product(factors=(first, second))) as range_) if _is_every(first.node):
            return replace(node, sub=replace(range_, first=second.node))
        case Big(sup=Missing()):
            return replace(node, sup=None)
        case Big(sub=Fenced(open="{", body=Infix(op=":" | "|") as chosen)) if _compares(chosen.right):
            return replace(node, sub=_with_comma(chosen))
        case Big(sub=Infix(op=";" | ":" | "|") as chosen) if _compares(chosen.right):
            return replace(node, sub=_with_comma(chosen))
    return None


def _compares(condition: Node) -> bool:
    """Whether a condition is none on what a set holds: those are read with the set (`sums.sets_of_pairs`)."""
    return isinstance(condition, Relation) and all(link.op in ORDERS for link in condition.links)


def _with_comma(chosen: Infix) -> Comma:
    """A letter with its range, then the condition on it: `i : m_i < 1`."""
    before = chosen.left.items if isinstance(chosen.left, Comma) else (chosen.left,)
    return Comma(chosen.span, (*before, chosen.right))


def one_below_the_other(node: Node) -> Node | None:
    """`[a; b]`, as code has it: a below one another what rows of a matrix are."""
    if not isinstance(node, Fenced) or (node.open, node.close) != ("[", "]") or not isinstance(node.body, Infix):
        return None
    rows: list[tuple[Node, ...]] = []
    rest: Node = node.body
    while isinstance(rest, Infix) and rest.op == ";":
        rows.append((rest.right,))
        rest = rest.left
    if not rows or any(isinstance(n, (Missing, Relation, Infix)) for row in (*rows, (rest,)) for n in row):
        return None
    return Matrix(node.span, "bmatrix", ((rest,), *reversed(rows)))


def _is_every(node: Node) -> bool:
    upright = isinstance(node, Name) and "rm" in node.style
    return (isinstance(node, Text) or upright) and getattr(node, "text", "").strip().lower() in EVERY


def of_a_list(node: Node) -> Node | None:
    r"""`\max(\{a, b\})` as `\max\{a, b\}`, and `\max(\{x_j\}_{j=1}^i)` as `\max_{j=1}^i x_j`."""
    if not isinstance(node, Product):
        return None
    factors = list(node.factors)
    for n, (f, g) in enumerate(pairwise(node.factors), start=1):
        if not isinstance(f.node, Name) or f.node.text not in ("max", "min") or g.op:
            continue
        match g.node.body if isinstance(g.node, Fenced) and g.node.open == "(" else g.node:
            case Fenced(open="{", body=Comma()) as items:
                factors[n] = Factor("", items)
            case Script(base=Fenced(open="{", body=x), sub=Relation() as over, sup=Node() as end, primes=0):
                factors[n - 1 : n + 1] = Factor(f.op, Big(f.node.span, f.node.text, over, end)), Factor("", x)
                return replace(node, factors=tuple(factors))
    return None if factors == list(node.factors) else replace(node, factors=tuple(factors))


def of_an_event(node: Node) -> Node | None:
    r"""`\mathbb{P}[Y = 1 | x]` and `\Pr\{a | s\}` as `P(...)`: brackets of any kind hold the event of a probability."""
    if not isinstance(node, Product):
        return None
    factors = list(node.factors)
    for n, (f, g) in enumerate(pairwise(node.factors), start=1):
        event, letter = g.node, isinstance(f.node, Name) and f.node.text in ("P", "Pr", "Prob")
        if not letter or g.op or not isinstance(event, Fenced) or event.open not in ("[", "{"):
            continue
        if isinstance(event.body, Relation) or any(isinstance(x, Infix) and x.op == "|" for x in walk(event.body)):
            factors[n] = Factor("", replace(event, open="(", close=")"))
    return None if factors == list(node.factors) else replace(node, factors=tuple(factors))


def hung_apart(node: Node) -> Node | None:
    r"""`\theta{_k}`: scripts in braces of their own belong to the name before them."""
    if not isinstance(node, Product):
        return None
    factors: list[Factor] = []
    for f in node.factors:
        before = factors[-1].node if factors else None
        hangs = isinstance(f.node, Script) and isinstance(f.node.base, Missing) and f.op == ""
        if (
            hangs
            and isinstance(f.node, Script)
            and isinstance(before, (Name, Accent))
            and _is_script_of_its_own(f.node)
        ):
            whole = replace(f.node, base=before, span=before.span.join(f.node.span))
            factors[-1] = replace(factors[-1], node=whole)
        else:
            factors.append(f)
    if len(factors) == len(node.factors):
        return None
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))


def _is_script_of_its_own(node: Script) -> bool:
    r"""Whether braces hold a subscript, or a transpose: `\theta{_k}`, `W{^T}`."""
    return node.sub is not None or (isinstance(node.sup, Name) and node.sup.text in ("T", "top", "intercal"))


def over_a_call(node: Node) -> Node | None:
    r"""`\hat{R(w)}`: the accent is that of the function's name."""
    match node:
        case Accent(
            body=Product(factors=(Factor(node=Name() | Script() as name), Factor(op="", node=Fenced(open="("))))
        ):
            assert isinstance(node.body, Product)
            call = node.body.factors
            return replace(node.body, span=node.span, factors=(Factor("", replace(node, body=name)), *call[1:]))
    return None


def indicator(node: Node) -> Node | None:
    r"""`1_{i=j}`, `\mathbb{1}_{\{z > 0\}}`, `I(i = j)`, `\mathbf{1}_{[i \ne j]}`: all as `\mathbb{1}[i = j]`."""
    match node:
        case Script(base=base, sub=Node() as sub, sup=sup, primes=0) if _is_sign(base):
            condition = _condition(sub)
            if condition is None:
                return None
            written = bracket(node, condition)
            return written if sup is None else Script(node.span, Fenced(node.span, "(", written, ")"), None, sup)
        case Product(factors=factors):
            return _with_brackets(node, factors)
    return None


def _with_brackets(node: Product, factors: tuple[Factor, ...]) -> Node | None:
    out: list[Factor] = []
    for f in factors:
        sign = out[-1].node if out else None
        if f.op == "" and isinstance(sign, Name) and sign.text == "I" and isinstance(f.node, Fenced):
            condition = _condition(f.node)
            if condition is not None:
                out[-1] = Factor(out[-1].op, bracket(f.node, condition))
                continue
        out.append(f)
    if len(out) == len(factors):
        return None
    return out[0].node if len(out) == 1 else replace(node, factors=tuple(out))


def bracket(node: Node, condition: Relation) -> Product:
    r"""`\mathbb{1}[condition]`, where a node stands."""
    sign = Name(node.span, "1", ("bb",))
    return Product(node.span, (Factor("", sign), Factor("", Fenced(node.span, "[", condition, "]"))))


def _is_sign(node: Node) -> bool:
    return (isinstance(node, Number) and node.text == "1") or (isinstance(node, Name) and node.text in INDICATORS)


def _condition(node: Node) -> Relation | None:
    while isinstance(node, Fenced):
        node = node.body
    holds = isinstance(node, Relation) and all(link.op in CONDITION_SIGNS for link in node.links)
    return node if holds and isinstance(node, Relation) and not isinstance(node.first, Missing) else None


def plain_word(node: Node) -> Node | None:
    r"""`\mathbf{tr}`, `\mathbb{log}`, `\mathrm{Log}`: the word of a function in any typeface is that function."""
    if not isinstance(node, Name) or not (
        node.text in CAPITALISED or (node.text in FUNCTIONS and set(node.style) - {"rm"})
    ):
        return None
    return replace(node, text=CAPITALISED.get(node.text, node.text), style=())


def function_by_its_word(node: Node) -> Node | None:
    r"""`g_{\text{ReLU}}(z)`, `f_{softmax}(z)`: the word below says which function the letter stands for."""
    match node:
        case Script(base=Name(text=letter, style=()), sub=Text() | Name() as said, sup=None):
            word = said.text.strip()
            known = letter in FUNCTION_LETTERS | {"sigma"} and (word in SQUASHING or word in ("softmax", "Softmax"))
            name = Name(node.span, word, ("rm",))
            return (Script(node.span, name, None, None, node.primes) if node.primes else name) if known else None
    return None


def row_by_row(node: Node) -> Node | None:
    r"""`\text{softmax}_{\text{row}}(S)`: a softmax of a matrix is that of its rows."""
    match node:
        case Script(base=Name(text="softmax" | "Softmax") as word, sub=Text() | Name() as said, sup=None, primes=0):
            return word if said.text.strip().lower() in ROWS else None
    return None


def one_of_places(node: Node) -> Node | None:
    r"""`k = \{1, \dots, K\}`: a letter of indices is one of these, and no set."""
    match node:
        case Relation(
            first=Name(text=text, style=()),
            links=(Link(op="=", node=Fenced(open="{", body=Comma(items=items))) as link,),
        ):
            if text in INDEX_LETTERS and isinstance(items[0], Number) and any(isinstance(x, Dots) for x in items):
                return replace(node, links=(replace(link, op="∈"),))
    return None


def raised_exp(node: Node) -> Node | None:
    r"""`\exp^{-x^2}` without an argument: e to that power."""
    if not isinstance(node, Product):
        return None
    after = [*node.factors[1:], Factor("", Missing(node.span))]
    raised = [
        _is_raised_exp(f.node) and not isinstance(g.node, Fenced) for f, g in zip(node.factors, after, strict=True)
    ]
    if not any(raised):
        return None
    bases = (replace(f, node=_eulers(f.node)) if r else f for f, r in zip(node.factors, raised, strict=True))
    return replace(node, factors=tuple(bases))


def _is_raised_exp(node: Node) -> bool:
    own = isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "exp" and node.sub is None
    return own and isinstance(node, Script) and node.sup is not None and not isinstance(node.sup, Number)


def _eulers(node: Node) -> Node:
    return replace(node, base=Name(node.base.span, "e")) if isinstance(node, Script) else node


def list_of_parameters(node: Node) -> Node | None:
    r"""`\theta = \{\pi_k, \mu_k\}_{k=1}^K`: says what \theta is short for, and gives it no value."""
    match node:
        case Relation(
            links=(Link(op="=", node=Script(base=Fenced(open="{" | "(", body=Comma()), sub=Relation())) as link,)
        ):
            return replace(node, links=(replace(link, op="∈"),))
    return None


def constant_vector(node: Node) -> Node | None:
    r"""`\vec{0}`, `\underline{1}`: the vector of zeros or ones, as `\mathbf{0}`."""
    match node:
        case Accent(kind="vec" | "underline", body=Number(text="0" | "1" as text)):
            return Name(node.span, text, ("bold",))
    return None


def with_commas(node: Node) -> Node | None:
    r"""`\begin{bmatrix} a, b \\ c, d \end{bmatrix}`: commas between the entries of a row for the usual signs."""
    if not isinstance(node, Matrix) or any(len(row) != 1 for row in node.rows):
        return None
    rows = tuple(cell.items for (cell,) in node.rows if isinstance(cell, Comma))
    return replace(node, rows=rows) if len(rows) == len(node.rows) and len(set(map(len, rows))) == 1 else None


def positive_part(node: Node) -> Node | None:
    r"""`[1 - m]_+`, `(x - c)_+^2`: what is in brackets, and 0 where that is negative."""
    match node:
        case Script(base=Fenced(open="(" | "[" | "{" | "|", body=body), sub=Name(text="+"), primes=0):
            assert node.sub is not None
            inside = Fenced(node.base.span, "(", body, ")")
            part = Product(node.span, (Factor("", Name(node.sub.span, "relu", ("rm",))), Factor("", inside)))
            return part if node.sup is None else Script(node.span, Fenced(node.span, "(", part, ")"), None, node.sup)
    return None


def prime_beside_a_mark(node: Node) -> Node | None:
    r"""`g^{[l]\prime}(z)`, `g^{\prime(l)}(z)`, `{g^{[l]}}'(z)`: the prime is that of the function, not of its mark."""
    match node:
        case Script(base=Name() | Accent(), sup=Script(base=Fenced(open="[" | "("), sub=None, sup=None) as above):
            return replace(node, sup=above.base, primes=node.primes + above.primes)
        case Script(base=Script(base=Name(), sup=Fenced(open="[" | "("), primes=0) as inner, sub=None, sup=None):
            return replace(inner, span=node.span, primes=node.primes)
    return None


#: What is written another way, with the kinds of node that a row replaces.
WRITINGS: tuple[tuple[tuple[type[Node], ...], Writing], ...] = (
    ((Product,), over_their_letter),
    ((Big,), over_all),
    ((Product,), hung_apart),
    ((Product,), of_a_list),
    ((Accent,), over_a_call),
    ((Script, Product), indicator),
    ((Name,), plain_word),
    ((Script,), row_by_row),
    ((Script,), function_by_its_word),
    ((Relation,), one_of_places),
    ((Relation,), list_of_parameters),
    ((Product,), raised_exp),
    ((Accent,), constant_vector),
    ((Product,), marked_square_behind),
    ((Script,), marked_square),
    ((Script,), plain_scripts),
    ((Product,), of_an_event),
    ((Product,), in_brackets),
    ((Script,), slices),
    ((Fenced,), one_below_the_other),
    ((Matrix,), with_commas),
    ((Fraction,), sign_above),
    ((Sum,), before_a_sign),
    ((Script,), positive_part),
    ((Script,), prime_beside_a_mark),
)

_BY_KIND = {
    kind: tuple(writing for kinds, writing in WRITINGS if kind in kinds)
    for kind in {kind for kinds, _ in WRITINGS for kind in kinds}
}
