r"""Names of which it is not written whether they are one: `o_{11}` beside O, `u_j` beside `u_j^l`, `y_{11}` beside y.

A line that mixes them and misses our value is not wrong where the document never says how they belong together.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.forms import has_derivative_node
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import free_symbols, reach
from chainrule.check.comparison.writing import written
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.expr import Const, Unknown
from chainrule.read.tree import Fraction, Name, Node, Number, Script
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def row_and_column(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """Derivatives of a loss by `y_{11}, y_{12}` where y is a vector: these may be entries of a matrix Y."""
    if not has_derivative_node(e.lhs) and not has_derivative_node(e.rhs):
        return None
    vectors = {i.base for s, i in variant.universe.instances.items() if len(s.axes) == 1 and not i.labels}
    for base, places in sorted(_places(lines, e).items()):
        if base in vectors and len(places) > 1 and not _held_by_entries(lines, e, variant, base):
            text = f"{spelled_out(base)} is a vector; what has a row and a column, {min(places)}, is never defined"
            return assumed("undefined-symbol", text, needs=(Need("definition", Instance(base)),))
    return None


def _places(lines: Lines, e: Equation) -> dict[str, set[str]]:
    """The entries with a row and a column that stand in a line, by the name they are of."""
    found: dict[str, set[str]] = {}
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
        ref = reference(node, lines.world.glossary) if isinstance(node, Script) and _digits(node) else None
        if ref is not None and isinstance(node, Script):
            found.setdefault(ref.base, set()).add(_digits(node))
    return {base: places for base, places in found.items() if all(len(p) == 2 and "0" not in p for p in places)}


def _held_by_entries(lines: Lines, e: Equation, variant: Variant, base: str) -> bool:
    """Whether another line with such entries of a name holds: then they are what they were taken for."""
    others = (x for x in lines.equations if x.chain != e.chain and x.position in variant.typed)
    with_entries = (x for x in others if base in _places(lines, x) and has_derivative_node(x.lhs))
    return any(isinstance(lines.outcome(x, variant), Same) for x in with_entries)


def _digits(node: Script) -> str:
    return node.sub.text if isinstance(node.sub, Number) and isinstance(node.base, Name) else ""


def entries_apart(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """An undefined loss that is differentiated by O and by `o_{11}`: no formula says that these are its entries; or an
    x_i by an x_j of the same name: whether these are its entries, which do not depend on each other, is not said."""
    universe = variant.universe
    inside = {t.name for t in reach(different.terms, universe.definitions) if isinstance(t, Unknown)}
    differentiates = has_derivative_node(e.lhs) or has_derivative_node(e.rhs)
    for loss in sorted(s for s in variant.settled.unknown if s.name in inside):
        behind = [i for s in variant.settled.unknown[loss] if (i := universe.instances.get(s)) is not None]
        inner = universe.instances.get(loss)
        beside = next((i for i in behind if inner is not None and i.base == inner.base), None)
        if inner is not None and beside is not None and differentiates and _by_its_like(lines, inner.base):
            one, other = written(universe, inner), written(universe, beside)
            text = f"the document does not say how {one} depends on {other}, or that both are entries"
            return assumed("undefined-symbol", text, needs=(Need("dependence", inner, other),))
        wholes = {i.base: i for i in behind if i.base[:1].isupper() and len(i.base) == 1}
        for entry in behind:
            whole = wholes.get(entry.base.upper()) if entry.base.islower() and entry.labels else None
            if whole is not None:
                own, all_of = written(universe, entry), written(universe, whole)
                text = f"the document does not say how {own} depends on {all_of}, or that it is an entry"
                return assumed("undefined-symbol", text, needs=(Need("dependence", entry, all_of),))
    return None


def _by_its_like(lines: Lines, base: str) -> bool:
    r"""Whether a name is differentiated by itself with another letter below it, `\partial x_i / \partial x_j`."""
    slopes = (n for x in lines.equations for side in (x.lhs, x.rhs) for n in walk(side) if isinstance(n, Fraction))
    for top, bottom in ((above(n.numerator), below(n.denominator)) for n in slopes):
        parts = () if top is None or bottom is None else (top.body, *bottom[1])
        refs = [r for n in parts if n is not None and (r := reference(n, lines.world.glossary)) is not None]
        letters = {letter_of(s) for r in refs if r.base == base for s in (*r.subs, *r.labels)} - {None}
        if len(letters) > 1:
            return True
    return False


def two_typefaces(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    r"""A line behind which there are the vectors `\mathbf{u}_k`, and a matrix with columns `u_1, u_2, \dots`: bold or
    plain may be one name. Where both stand in one formula, or one of them without a subscript, they are two; but
    `\mathbf{a}` and `a_j` in a line may be a vector and its component, also where the document has samples
    `\mathbf{a}_n`."""
    universe, families = variant.universe, lines.world.families
    for symbol in sorted(free_symbols(different.terms, universe.definitions)):
        instance = universe.instances.get(symbol)
        bold = instance.base if instance is not None else ""
        plain = bold.removeprefix("bold ")
        if plain == bold or plain not in families or families[plain].bare:
            continue
        if families[bold].sub_counts >= {0, 1} and plain in names_in(lines.world, e.lhs, e.rhs):
            text = f"whether {spelled_out(plain)} with an index is a component of {spelled_out(bold)} is not said"
            return assumed("undefined-symbol", text, needs=(Need("definition", Instance(plain)),))
        if families[bold].bare:
            continue
        counts = families[bold].sub_counts, families[plain].sub_counts
        if counts[0] != counts[1] or 0 in counts[0] or not _rests_on(lines, e, plain) or _together(lines, bold, plain):
            continue
        text = f"{spelled_out(plain)} is written in two typefaces; whether that is one name is not said"
        return assumed("undefined-symbol", text, needs=(Need("definition", Instance(plain)),))
    return None


def _rests_on(lines: Lines, e: Equation, base: str) -> bool:
    """Whether a line has a name in it, or one that a formula gives by it."""
    held = names_in(lines.world, e.lhs, e.rhs)
    heads = ((reference(x.lhs, lines.world.glossary), x.rhs) for x in lines.equations)
    given = (rhs for head, rhs in heads if head is not None and head.base in held)
    return base in held or any(base in names_in(lines.world, rhs) for rhs in given)


def _together(lines: Lines, one: str, other: str) -> bool:
    """Whether two names stand in one formula."""
    names = (names_in(lines.world, x.lhs, x.rhs) for x in lines.equations)
    return any({one, other} <= found for found in names)


def two_losses(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    r"""A line about L where the text defines a `\text{Loss}`: L may be half of that, or its mean. They are one where
    another line that says what a slope of L is holds; the chain rule holds for each of them."""
    taken = lines.world.glossary.taken_for
    if e.position not in taken:
        return None
    short, full = taken[e.position]
    others = (x for x in lines.equations if taken.get(x.position) == (short, full) and x.chain != e.chain)
    telling = (x for x in others if x.position in variant.typed and full not in names_in(lines.world, x.rhs))
    if any(isinstance(lines.outcome(x, variant), Same) for x in telling):
        return None
    text = f"the document does not say that {spelled_out(short)} is {spelled_out(full)}"
    return assumed("undefined-symbol", text, needs=(Need("definition", Instance(short)),))


def label_left_out(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """`\\partial u_j / \\partial b_j^l = 1`, where only u with a label is defined: the label may be left out."""
    universe = variant.universe
    if not any(isinstance(t, Const) and t.value == 0 for t in different.terms):
        return None
    defined = {i.base for s, i in universe.instances.items() if i.labels and universe.definitions.get(s) is not None}
    bare = {i.base for s, i in universe.instances.items() if not i.labels and universe.definitions.get(s) is None}
    for top in _tops(e):
        ref = reference(top, lines.world.glossary)
        if ref is not None and not ref.labels and ref.base in defined & bare:
            text = f"{spelled_out(ref.base)} is defined with a label, which is left out here"
            return assumed("undefined-symbol", text, needs=(Need("definition", Instance(ref.base)),))
    return None


def _tops(e: Equation) -> Iterator[Node]:
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Fraction)):
        top = above(node.numerator)
        if top is not None and top.body is not None:
            yield top.body
