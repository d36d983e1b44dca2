r"""The mistakes people make, as a table of small edits: what each one changes, smallest and most frequent first.

An edit replaces one piece of the source text, so that a repaired line keeps everything else as its author wrote it.
Nothing here says that an edit is right: `check.diagnose` tries them and compares numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from chainrule.check.places import QUANTITY, Side, Unit, is_index, is_transpose
from chainrule.read.tree import (
    Accent,
    Comma,
    Dots,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.names import reference

MOST_OF_ONE_RULE = 6

# A function and the ones it is taken for.
KINDRED = {
    "sin": ("cos",),
    "cos": ("sin",),
    "sinh": ("cosh",),
    "cosh": ("sinh",),
    "tan": ("cot",),
    "exp": ("log",),
    "log": ("exp",),
    "ln": ("exp",),
    "tanh": ("sigma",),
    "sigma": ("tanh",),
    "sigmoid": ("tanh",),
    "max": ("min",),
    "min": ("max",),
}
OTHER_NUMBERS = {"0": ("1",), "1": ("2", "0"), "2": ("1", "3"), "3": ("2",), "4": ("2",)}


@dataclass(frozen=True, slots=True)
class Edit:
    r"""`text` in place of the characters from `start` to `end`; `edit` names the change, `explains` says it in words.

    >>> Edit(2, 3, "+", "+ for -", "the sign before b is wrong").applied("a - b", 0, 5)
    'a + b'
    """

    start: int
    end: int
    text: str
    edit: str
    explains: str

    def applied(self, text: str, start: int, end: int) -> str:
        """The source from `start` to `end` with this edit made."""
        return text[start : self.start] + self.text + text[self.end : end]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of mistake: its reason code, its edits of a side, and whether they only multiply the side by a number."""

    name: str
    code: str
    edits: Callable[[Side], Iterator[Edit]]
    scales: bool = False


def short(source: str) -> str:
    """Source for a message: on one line, its middle left out when it is long."""
    line = " ".join(source.split())
    return line if len(line) <= 48 else line[:24].rstrip() + r" \ldots " + line[-16:].lstrip()


def grouped(source: str) -> str:
    """Source in parentheses."""
    return rf"\left({source}\right)" if re.search(r"\\(d?frac|sum|prod|begin|left)", source) else f"({source})"


def whole(side: Side, node: Node, prefix: str = "", suffix: str = "") -> Edit:
    """A prefix and a suffix around a node; parentheses around a sum, braces where TeX needs them in an exponent."""
    span, source = side.span(node), side.source(node)
    inner = grouped(source) if isinstance(node, Sum) else source
    if prefix.rstrip()[-1:].isdigit() and inner[:1].isdigit():
        prefix = prefix.rstrip() + r" \cdot "
    text = prefix + inner + suffix
    return Edit(span.start, span.end, "{" + text + "}" if side.bare_script(span) else text, "", "")


def said(edit: Edit, what: str, explains: str) -> Edit:
    """An edit with its words."""
    return Edit(edit.start, edit.end, edit.text, what, explains)


# ---------------------------------------------------------------------------------------------------- signs


def signs(side: Side) -> Iterator[Edit]:
    """Plus for minus and minus for plus before one term, wherever a sum stands."""
    for node in (p.node for p in side.places if p.role != "index"):
        if not isinstance(node, Sum):
            continue
        for before, term in pairwise(node.terms):
            place = side.sign(side.span(before.node).end, term.node)
            if place is None or term.sign not in "+-":
                continue
            new, old = ("+", "-") if term.sign == "-" else ("-", "+")
            words = f"the sign before {short(side.source(term.node))} is wrong"
            yield Edit(place.start, place.end, new, f"{new} for {old}", words)


def turned(side: Side) -> Iterator[Edit]:
    """`b - a` for `a - b`."""
    for node in side.in_role(*QUANTITY, "base", "exponent"):
        match node:
            case Sum(terms=(first, second)) if first.sign == "+" and second.sign == "-":
                a, b = side.span(first.node), side.span(second.node)
                left, right = side.source(first.node), side.source(second.node)
                text = right + side.text[a.end : b.start] + left
                words = f"the difference of {short(left)} and {short(right)} is taken the wrong way round"
                yield Edit(a.start, b.end, text, f"{short(text)} for {short(side.text[a.start : b.end])}", words)


def leading_minus(side: Side) -> Iterator[Edit]:
    """A minus at the beginning of the side, of a sum, parentheses, an exponent or an entry, added or removed."""
    for place in side.places:
        node = place.node
        if isinstance(node, Sum) and place.role != "index":
            yield from _first_sign(side, node)
        if place.role == "side" and not (isinstance(node, Sum) and len(node.terms) == 1):
            yield said(whole(side, node, "-"), "- added", "the sign of the whole side is wrong")
        elif place.role in ("body", "exponent", "cell") and not isinstance(node, (Sum, Comma, Dots, Relation)):
            yield said(whole(side, node, "-"), "- added", f"a minus is missing before {short(side.source(node))}")


def _first_sign(side: Side, node: Sum) -> Iterator[Edit]:
    """The sign of the first term of a sum."""
    first, start = node.terms[0], side.span(node).start
    words = f"the sign before {short(side.source(first.node))} is wrong"
    place = side.sign(start, first.node)
    if first.sign == "-" and place is not None:
        yield Edit(place.start, place.end, "", "- removed", words)
    elif first.sign == "+" and place is None:
        yield Edit(start, start, "-", "- added", words)


# ---------------------------------------------------------------------------------------------------- transposes


def operands(side: Side) -> Iterator[Node]:
    """Names and parentheses that stand as a quantity and may be more than a number."""
    for node in side.in_role(*QUANTITY):
        core = node.base if isinstance(node, Script) else node
        named = isinstance(core, (Name, Accent)) and not _flat(side, node) and not side.is_function(node, None)
        if named or (isinstance(core, Fenced) and core.open in ("(", "[")):
            yield node


def _flat(side: Side, node: Node) -> bool:
    """Whether a name is no quantity, or a number by its reading."""
    ref = reference(node, side.glossary)
    return ref is None or side.axes.get(ref.base, 2) <= len(ref.subs)


def transposes(side: Side) -> Iterator[Edit]:
    """A transpose added to or taken from one name or parenthesis."""
    for node in operands(side):
        old = side.source(node)
        new = transposed(side, node)
        if new is not None:
            span = side.span(node)
            yield Edit(span.start, span.end, new, f"{short(new)} for {short(old)}", _transpose_words(node, side))


def _transpose_words(node: Node, side: Side) -> str:
    if isinstance(node, Script) and is_transpose(node.sup):
        return f"{short(side.source(node.base))} must not be transposed"
    return f"{short(side.source(node))} must be transposed"


def transposed(side: Side, node: Node) -> str | None:
    """The source of a node with its transpose added or removed; None where it would clash with another superscript."""
    old = side.source(node)
    if not isinstance(node, Script) or node.sup is None:
        return old + side.transpose
    if is_transpose(node.sup):
        return _without_superscript(side, node)
    end = side.span(node.sup).end
    if isinstance(node.sup, Fenced) and side.text[end : end + 1] == "}":
        cut = end - side.span(node).start
        return old[:cut] + side.transpose.lstrip("^{ ").rstrip("} ") + old[cut:]
    return None


def _without_superscript(side: Side, node: Script) -> str | None:
    """The source of a node without its superscript."""
    assert node.sup is not None
    span, sup = side.span(node), side.span(node.sup)
    before, after = side.text[span.start : sup.start], side.text[sup.end : span.end]
    opening = re.search(r"\^\s*(\{\s*)?\Z", before)
    if opening is None:
        return None
    return before[: opening.start()] + (re.sub(r"^\s*\}", "", after) if opening.group(1) else after)


# ---------------------------------------------------------------------------------------------------- order


def products(side: Side) -> Iterator[Product]:
    """All products."""
    return (n for n in side.in_role(*QUANTITY, "base", "exponent") if isinstance(n, Product))


def order(side: Side) -> Iterator[Edit]:
    """Two adjacent factors exchanged; a transpose stays in its place or goes along."""
    for product in products(side):
        for a, b in pairwise(side.units(product)):
            if {a.kind, b.kind} <= {"operand", "call"} and b.op in ("", "cdot", "times") and _matters(side, a, b):
                yield from _exchanged(side, a, b)


def _matters(side: Side, a: Unit, b: Unit) -> bool:
    return not any(u.kind == "operand" and isinstance(u.node, (Name, Script)) and _flat_name(side, u) for u in (a, b))


def _flat_name(side: Side, unit: Unit) -> bool:
    return reference(unit.node, side.glossary) is not None and _flat(side, unit.node)


def _exchanged(side: Side, a: Unit, b: Unit) -> Iterator[Edit]:
    first, second = side.text[a.span.start : a.span.end], side.text[b.span.start : b.span.end]
    gap, old = side.text[a.span.end : b.span.start], side.text[a.span.start : b.span.end]
    gap = gap if gap else " "
    texts = [second + gap + first]
    if _is_transposed(a.node) != _is_transposed(b.node):
        one, other = transposed(side, a.node), transposed(side, b.node)
        if one is not None and other is not None and a.kind == b.kind == "operand":
            texts.insert(0, other + gap + one)
    for text in texts:
        words = f"{short(first)} and {short(second)} stand in the wrong order"
        yield Edit(a.span.start, b.span.end, text, f"{short(text)} for {short(old)}", words)


def _is_transposed(node: Node) -> bool:
    return isinstance(node, Script) and is_transpose(node.sup)


def symmetric(side: Side) -> Iterator[Edit]:
    """`(A + A^\\top) x` for `2 A x`: only a symmetric matrix equals its transpose."""
    for product in products(side):
        for a, b in pairwise(side.units(product)):
            if not (isinstance(a.node, Number) and a.node.text == "2" and b.kind == "operand" and b.op == ""):
                continue
            old, other = side.source(b.node), transposed(side, b.node)
            if other is not None and not _flat(side, b.node) and isinstance(b.node, (Name, Script)):
                words = f"{short(old)} is not said to be symmetric"
                text = f"({old} + {other})"
                before = short(side.text[a.span.start : b.span.end])
                yield Edit(a.span.start, b.span.end, text, f"{text} for {before}", words)


# ---------------------------------------------------------------------------------------------------- indices


def index_order(side: Side) -> Iterator[Edit]:
    """`W_{ji}` for `W_{ij}`."""
    for node in side.in_role("index"):
        match node:
            case Product(factors=(first, second)) if first.op == second.op == "":
                a, b = first.node, second.node
            case Comma(items=(a, b)):
                pass
            case _:
                continue
        if is_index(a, side.glossary) and is_index(b, side.glossary):
            one, two = side.span(a), side.span(b)
            new = side.source(b) + side.text[one.end : two.start] + side.source(a)
            old = side.text[one.start : two.end]
            yield Edit(one.start, two.end, new, f"{new} for {old}", f"the subscripts {old} are exchanged")


def indices(side: Side) -> Iterator[Edit]:
    """Another index letter of the line in one place."""
    for node in side.in_role("index"):
        if is_index(node, side.glossary):
            old = side.source(node)
            for letter in side.letters:
                if letter != old:
                    span = side.span(node)
                    yield Edit(span.start, span.end, letter, f"{letter} for {old}", f"the index {old} is wrong")


def labels(side: Side) -> Iterator[Edit]:
    """Another layer or time of the line in one place."""
    for node in side.in_role("label"):
        old, span = side.source(node), side.span(node)
        for label in side.labels:
            if label != old:
                yield Edit(span.start, span.end, label, f"({label}) for ({old})", f"the superscript ({old}) is wrong")


# ---------------------------------------------------------------------------------------------------- numbers


def number_removed(side: Side) -> Iterator[Edit]:
    """A numeric factor or denominator too many."""
    for product in products(side):
        units = side.units(product)
        for n, unit in enumerate(units):
            if unit.kind == "number" and len(units) > 1:
                source = side.source(unit.node)
                yield said(_dropped(units, n), f"factor {source} removed", f"the factor {source} does not belong there")
    for node in side.in_role(*QUANTITY):
        if isinstance(node, Fraction) and side.kind(node.denominator) == "number" and side.kind(node) != "number":
            source, span = side.source(node.denominator), side.span(node)
            body = side.source(node.numerator)
            text = grouped(body) if isinstance(node.numerator, Sum) else body
            words = f"the division by {source} does not belong there"
            yield Edit(span.start, span.end, text, f"division by {source} removed", words)


def number_added(side: Side) -> Iterator[Edit]:
    """A numeric factor missing before the whole side."""
    numbers = ["2", r"\frac{1}{2}", *(rf"\frac{{1}}{{{n}}}" for n in side.sizes), *side.sizes]
    for number in numbers:
        yield said(whole(side, side.node, number + " "), f"factor {number} added", f"a factor {number} is missing")


def number_added_inside(side: Side) -> Iterator[Edit]:
    """A numeric factor missing before one term, an argument or an exponent."""
    for node in side.in_role("term", "body", "exponent"):
        if isinstance(node, (Comma, Dots)) or side.kind(node) == "number":
            continue
        source = short(side.source(node))
        for number in ("2", r"\frac{1}{2}"):
            words = f"a factor {number} is missing before {source}"
            yield said(whole(side, node, number + " "), f"factor {number} added", words)


def other_numbers(side: Side) -> Iterator[Edit]:
    """1 for 2, 2 for 1, and their like."""
    for place in side.places:
        if isinstance(place.node, Number) and place.role != "exponent":
            span, old = side.span(place.node), place.node.text
            for new in OTHER_NUMBERS.get(old, ()):
                yield Edit(span.start, span.end, new, f"{new} for {old}", f"the number {old} is wrong")


def exponents(side: Side) -> Iterator[Edit]:
    """A square too many, a square missing, another exponent."""
    for node in side.in_role(*QUANTITY):
        span, old = side.span(node), side.source(node)
        if isinstance(node, Script) and isinstance(node.sup, Number):
            new = _without_superscript(side, node)
            base, power = short(side.source(node.base)), node.sup.text
            if new is not None:
                words = f"{base} does not stand to the power {power} here"
                yield Edit(span.start, span.end, new, f"exponent {power} removed", words)
            inner = side.span(node.sup)
            for n in OTHER_NUMBERS.get(node.sup.text, ()):
                yield Edit(inner.start, inner.end, n, f"exponent {n} for {power}", f"the exponent of {base} is wrong")
        elif isinstance(node, Fenced) or (_unpowered(node) and reference(node, side.glossary) is not None):
            what = f"{short(old)}^2 for {short(old)}"
            yield Edit(span.end, span.end, "^2", what, f"{short(old)} must be squared")


def _unpowered(node: Node) -> bool:
    return isinstance(node, Name) or (isinstance(node, Script) and node.sup is None)


# ---------------------------------------------------------------------------------------------------- functions


def functions(side: Side) -> Iterator[Edit]:
    """A kindred function: sin for cos, log for exp, max for min."""
    for node in side.in_role(*QUANTITY):
        name = node.base if isinstance(node, Script) else node
        if isinstance(name, Name) and name.text in KINDRED:
            span, old = side.span(name), side.source(name)
            for other in KINDRED[name.text]:
                new = old.replace(name.text, other) if other in ("cos", "sin") else "\\" + other
                new = _apart(new, side.text[span.end : span.end + 1])
                words = f"the function {old} is wrong"
                yield Edit(span.start, span.end, new, f"{new.strip()} for {old}", words)


def _apart(word: str, after: str) -> str:
    """A control word that does not run into the letter after it."""
    return word + " " if after.isalpha() else word


def primes(side: Side) -> Iterator[Edit]:
    """f' for f, f for f'."""
    for node in side.in_role(*QUANTITY):
        if isinstance(node, Script) and node.primes:
            span, old = side.span(node), side.source(node)
            new = re.sub(r"'|\^\s*\{?\s*\\prime\s*\}?", "", old, count=1)
            if new != old:
                words = f"{old} is the derivative, the function itself is needed"
                yield Edit(span.start, span.end, new, f"{new} for {old}", words)
    for product in products(side):
        for unit in side.units(product):
            name = unit.node.base if isinstance(unit.node, Script) else unit.node
            if unit.kind == "call" and isinstance(name, Name):
                end, old = side.span(name).end, side.source(name)
                yield Edit(end, end, "'", f"{old}' for {old}", f"the derivative of {old} is needed, not {old}")


# ---------------------------------------------------------------------------------------------------- dropped and added


def _dropped(units: list[Unit], n: int) -> Edit:
    """A unit of a product left out, with the sign before it."""
    if n:
        return Edit(units[n - 1].span.end, units[n].span.end, "", "", "")
    return Edit(units[0].span.start, units[1].span.start, "", "", "")


def factor_dropped(side: Side) -> Iterator[Edit]:
    """A factor too many."""
    for product in products(side):
        units = side.units(product)
        for n, unit in enumerate(units):
            if unit.kind in ("operand", "call") and len(units) > 1:
                source = short(side.text[unit.span.start : unit.span.end])
                yield said(_dropped(units, n), f"factor {source} removed", f"the factor {source} does not belong there")


def term_dropped(side: Side) -> Iterator[Edit]:
    """A term too many."""
    for node in (p.node for p in side.places if p.role != "index"):
        if not isinstance(node, Sum) or len(node.terms) < 2:
            continue
        for n, term in enumerate(node.terms):
            span, source = side.span(term.node), short(side.source(term.node))
            if n:
                start, end = side.span(node.terms[n - 1].node).end, span.end
            else:
                start, end = side.span(node).start, side.span(node.terms[1].node).start
                sign = side.sign(span.end, node.terms[1].node)
                end = sign.start if sign is not None and node.terms[1].sign == "-" else end
            yield Edit(start, end, "", f"term {source} removed", f"the term {source} does not belong there")


def factor_added(side: Side) -> Iterator[Edit]:
    """A factor missing: something that the other side or a definition mentions."""
    for mention in side.mentions:
        words = f"the factor {short(mention)} is missing"
        what = f"factor {short(mention)} added"
        yield said(whole(side, side.node, suffix=" " + mention), what, words)
        yield said(whole(side, side.node, suffix=r" \odot " + mention), what, words)
        yield said(whole(side, side.node, prefix=mention + " "), what, words)
        if re.fullmatch(r"\\?\w+", mention) and "(" not in mention and side.axes.get(mention.lstrip("\\"), 2) > 0:
            flipped = mention + side.transpose
            what = f"factor {flipped} added"
            words = f"the factor {flipped} is missing"
            yield said(whole(side, side.node, prefix=flipped + " "), what, words)
            yield said(whole(side, side.node, suffix=" " + flipped), what, words)


def product_signs(side: Side) -> Iterator[Edit]:
    r"""A matrix product where entries are multiplied, or the other way round."""
    for product in products(side):
        units = side.units(product)
        for a, b in pairwise(units):
            if not {a.kind, b.kind} <= {"operand", "call"}:
                continue
            if b.op in ("odot", "circ", "*", "ast"):
                words = "the product here is a matrix product, not entry by entry"
                yield Edit(a.span.end, b.span.start, " ", "matrix product for elementwise product", words)
            elif b.op in ("", "cdot", "times") and _matters(side, a, b):
                words = "the product here is entry by entry"
                yield Edit(a.span.end, b.span.start, r" \odot ", r"\odot added", words)


def complements(side: Side) -> Iterator[Edit]:
    """`1 - x` for `x`, `x` for `1 - x`."""
    for node in side.in_role(*QUANTITY, "base"):
        match node:
            case Sum(terms=(first, second)) if isinstance(first.node, Number) and first.node.text == "1":
                if second.sign == "-":
                    span, old, new = side.span(node), side.source(node), side.source(second.node)
                    yield Edit(span.start, span.end, new, f"{new} for {short(old)}", f"1 minus {short(new)} is wrong")
            case Name() | Script() | Accent() if reference(node, side.glossary) is not None:
                if not side.is_function(node, None):
                    span, old = side.span(node), side.source(node)
                    what = f"(1 - {short(old)}) for {short(old)}"
                    yield Edit(span.start, span.end, f"(1 - {old})", what, f"{short(old)} must be 1 minus {short(old)}")


def components(side: Side) -> Iterator[Edit]:
    """One component where the whole vector stands."""
    span, source = side.span(side.node), side.source(side.node)
    for letter in side.letters:
        text = rf"\left({source}\right)_{{{letter}}}"
        words = "the other side is one component, so this side must be one too"
        yield Edit(span.start, span.end, text, f"component {letter} of this side", words)


RULES: tuple[Rule, ...] = (
    Rule("sign of a term", "sign", signs),
    Rule("difference turned round", "sign", turned),
    Rule("leading minus", "sign", leading_minus),
    Rule("numeric factor removed", "factor", number_removed, scales=True),
    Rule("numeric factor added", "factor", number_added, scales=True),
    Rule("transpose", "transposed", transposes),
    Rule("subscripts exchanged", "index", index_order),
    Rule("order of factors", "transposed", order),
    Rule("numeric factor inside", "factor", number_added_inside),
    Rule("matrix taken as symmetric", "transposed", symmetric),
    Rule("index", "index", indices),
    Rule("label", "index", labels),
    Rule("number", "factor", other_numbers, scales=True),
    Rule("exponent", "unequal", exponents),
    Rule("function", "wrong-function", functions),
    Rule("derivative of a function", "wrong-function", primes),
    Rule("factor missing", "factor", factor_added),
    Rule("factor too many", "factor", factor_dropped),
    Rule("term too many", "missing-term", term_dropped),
    Rule("complement", "unequal", complements),
    Rule("product sign", "unequal", product_signs),
    Rule("component", "shape", components),
)


def edits(side: Side, ratio: bool = False) -> Iterator[tuple[Rule, Edit]]:
    """All edits of a side: some of every rule in the order of the table, then the rest.

    When one side is a constant multiple of the other (`ratio`), the rules that multiply come first.
    """
    rules = sorted(RULES, key=lambda r: not r.scales) if ratio else RULES
    waiting = [(rule, rule.edits(side)) for rule in rules]
    for rule, found in waiting:
        yield from ((rule, edit) for edit in islice(found, MOST_OF_ONE_RULE))
    for rule, found in waiting:
        yield from ((rule, edit) for edit in found)
