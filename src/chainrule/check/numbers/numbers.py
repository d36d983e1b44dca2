"""Printed numbers: a table must be the value of its left side to the digit, and numbers put into a formula must be
what they stand for. Rounding on the way is no mistake, and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chainrule.check.comparison.compare import Outcome, Same, Unclear, guard
from chainrule.check.comparison.digits import Printed, may_be, printed, printed_table, rounds_to, shown, truncates_to
from chainrule.check.comparison.exact import Open, exact, number_of
from chainrule.check.comparison.forms import has_decimals
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.writing import names_of, written
from chainrule.check.numbers.inputs import recovered
from chainrule.check.numbers.printed_before import of_the_data, printed_before
from chainrule.check.numbers.provenance import right_but_for_rounding
from chainrule.check.numbers.rounding import explained, note_printed, other_values, slack, wrong_number
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need, dependences, depends
from chainrule.check.records.report import Counterexample, Evidence, Note, Suggestion
from chainrule.check.suppositions.opaque import cut_off, opaque
from chainrule.check.suppositions.rests import rests
from chainrule.check.suppositions.undecided import undecided
from chainrule.expr.model import Array
from chainrule.read.tree import Factor, Fenced, Node, Number, Product, Sum
from chainrule.sheet.definitions.put_in import is_arithmetic, paired, shown_ref
from chainrule.sheet.definitions.recurrence import any_step
from chainrule.sheet.numbers.likeness import like
from chainrule.sheet.records.definable import site_key
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import letter_in

ROUNDED = Note("rounding", "right with numbers that were rounded on the way")
TRUNCATED = Note("truncated", "digits are cut off where they should be rounded")
TELLING = 100
"""How much larger than what it may be off a printed value is that tells something of where it comes from."""
Wrong = tuple[int, int, float]


def numeric(lines: Lines, e: Equation, table: list[list[Printed]]) -> Finding:
    """A printed number or table: every cell must round to its printed digits."""
    variant = lines.variant()
    failed = variant.failed.get(e.position)
    if failed is not None:
        return replace(undecided(lines, e, Unclear(failed.code, failed.message)), kind="numeric")
    inputs = recovered(lines, variant)
    found: list[Array] = []

    def call() -> Outcome:
        try:
            found.append(_as_table(exact(variant, variant.typed[e.position][1]), table))
        except Open as error:
            return error.why
        return Same("digits", 1)

    outcome = guard(call)
    if isinstance(outcome, Unclear):
        if outcome.code == "undefined-symbol":
            return _from_printed(lines, e, variant, table) or assumed(
                outcome.code, outcome.message, "numeric", outcome.needs
            )
        return replace(undecided(lines, e, outcome), kind="numeric")
    if e.position in inputs.confirmed:
        return _by_the_others(lines, e, variant, found[0], table)
    if lines.has_vanishing(e, variant):
        needs = dependences(lines.world, e, (e.lhs,))
        return assumed("undefined-symbol", depends(lines.world, e, e.lhs), "numeric", needs)
    if (letter := any_step(lines.world, e.lhs)) is not None:
        text = f"{e.text(e.lhs)} has a number for every {letter}, and which one is meant is not said"
        return Finding("unsupported", "ambiguous", text, "numeric")
    return _judged(lines, e, variant, found[0], table)


def _by_the_others(lines: Lines, e: Equation, variant: Variant, numbers: Array, table: list[list[Printed]]) -> Finding:
    """The finding on a table whose inputs were recovered: wrong by two sets of others, or right by one of them."""
    inputs = recovered(lines, variant)
    found = _judged(lines, e, variant, numbers, table)
    sure = inputs.wrong[e.position].any() if found.verdict == "refuted" else inputs.confirmed[e.position].all()
    if sure or found.verdict not in ("verified", "refuted"):
        return replace(found, assumptions=tuple(rests(lines.world, e, variant)))
    follows = _from_printed(lines, e, variant, table)
    if follows is not None:
        return follows
    needs = tuple(n for n in rests(lines.world, e, variant).values() if n.kind == "number")
    names = ", ".join(written(variant.universe, n.instance) for n in needs)
    text = f"{names} {'have' if len(needs) > 1 else 'has'} no number, and the printed ones do not determine this line"
    return assumed("undefined-symbol", text, "numeric", needs)


def _from_printed(lines: Lines, e: Equation, variant: Variant, table: list[list[Printed]]) -> Finding | None:
    """A table whose digits are those that the printed numbers right behind it make, though nothing says these."""
    numbers, behind = recovered(lines, variant).stepwise.get(e.position, (None, ()))
    telling = any(abs(c.value) >= TELLING * c.unit for row in table for c in row)
    if numbers is None or not telling or not all(rounds_to(v, table[i][j]) for i, j, v in _cells(numbers, table)):
        return None
    names = ", ".join(names_of(variant.universe, sorted(behind)).values())
    text = f"{names} {'are' if len(behind) > 1 else 'is'} taken as printed, where no definition gives a number"
    return Finding(
        "verified", "digits", "every digit follows from the printed numbers before it", "numeric",
        Evidence("digits", seed=None), assumptions=(text,),
    )  # fmt: skip


def _as_table(numbers: Array, table: list[list[Printed]]) -> Array:
    """The numbers in the shape of the table; a vector may be printed the other way."""
    wanted = (len(table), len(table[0]))
    turned = numbers if numbers.shape == wanted else numbers.T
    if turned.shape != wanted:
        shape = "×".join(map(str, numbers.shape))
        raise Open(Unclear("shape-of-sides", f"the left side is {shape}, the table is {wanted[0]}×{wanted[1]}"))
    return turned


def _judged(lines: Lines, e: Equation, variant: Variant, numbers: Array, table: list[list[Printed]]) -> Finding:
    """The finding on a table whose left side has these numbers."""
    wrong = [w for w in _cells(numbers, table) if not rounds_to(w[2], table[w[0]][w[1]])]
    notes: list[Note] = []
    if wrong:
        low, high = _between(lines, e, variant, numbers)
        off = [w for w in wrong if not _within(w, table, low, high)]
        notes += [ROUNDED] if len(off) < len(wrong) else []
        cut = [w for w in off if truncates_to(w[2], table[w[0]][w[1]])]
        notes += [TRUNCATED] if cut else []
        off = [w for w in off if w not in cut]
        if off and all(_by_one(w, table, low, high) for w in off):
            note_printed(lines.ledger, variant, _equal_sides(lines, e), e, table)  # the author goes on with it
            message = "the last digit is off by one, which numbers rounded on the way may make"
            return Finding("unsupported", "undecided", message, "numeric")
        if off:
            unsure = opaque(lines, e, variant) or cut_off(lines, e, variant) or printed_before(lines, e, table)
            unsure = unsure or of_the_data(lines, e)
            return wrong_digits(e, off, table) if unsure is None else replace(unsure, kind="numeric")
    note_printed(lines.ledger, variant, _equal_sides(lines, e), e, table)
    needs = rests(lines.world, e, variant)
    return Finding(
        "verified", "digits", "every printed digit is right", "numeric", Evidence("digits", seed=None),
        assumptions=tuple(needs), notes=tuple(notes), needs=tuple(needs.values()),
    )  # fmt: skip


def _equal_sides(lines: Lines, e: Equation) -> list[Node]:
    """The left side of a link and the sides before it that are known to be equal to it."""
    sides = [e.lhs]
    before = {x.link: x for x in lines.chain(e)}
    for link in range(e.link - 1, -1, -1):
        if link not in before or before[link].position not in lines.holding:
            break
        sides.append(before[link].lhs)
    return sides


def _cells(numbers: Array, table: list[list[Printed]]) -> list[Wrong]:
    return [(i, j, float(numbers[i, j])) for i, row in enumerate(table) for j in range(len(row))]


def _between(lines: Lines, e: Equation, variant: Variant, numbers: Array) -> tuple[Array, Array]:
    """The least and the largest value of each cell when the author may have computed with rounded numbers."""
    off = recovered(lines, variant).spread.get(e.position, 0.0)
    low, high = numbers - off, numbers + off
    for other in other_values(lines.ledger, variant, e):
        turned = other if other.shape == numbers.shape else other.T
        if turned.shape == numbers.shape:
            low, high = np.minimum(low, turned), np.maximum(high, turned)
    return low, high


def _within(wrong: Wrong, table: list[list[Printed]], low: Array, high: Array) -> bool:
    near, cell = _nearest(wrong, table, low, high)
    return rounds_to(near, cell)


def _nearest(wrong: Wrong, table: list[list[Printed]], low: Array, high: Array) -> tuple[float, Printed]:
    """The possible value of a cell that is nearest to what is printed."""
    i, j, _ = wrong
    cell = table[i][j]
    return min(max(float(cell.value), float(low[i, j])), float(high[i, j])), cell


def _by_one(wrong: Wrong, table: list[list[Printed]], low: Array, high: Array) -> bool:
    """Whether a cell is off by one in its last digit, where rounding on the way moves the value at all."""
    near, cell = _nearest(wrong, table, low, high)
    moved = float(high[wrong[:2]] - low[wrong[:2]])
    return moved > 1e-3 * float(cell.unit) and abs(near - float(cell.value)) <= 1.5 * float(cell.unit)


def wrong_digits(e: Equation, wrong: list[Wrong], table: list[list[Printed]]) -> Finding:
    """The first cell whose digits are wrong, with its right value."""
    i, j, right = wrong[0]
    cell = table[i][j]
    value_text = shown(right, cell)
    where = f"entry ({i + 1},{j + 1})" if len(table) > 1 or len(table[0]) > 1 else None
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    place = f"{where} is printed as" if where else "printed as"
    message = f"{place} {cell.text} but is {value_text}{more}"
    explains = "the value recomputed from the definitions"
    return _corrected(e, cell, right, message, explains, where)


def _corrected(e: Equation, cell: Printed, right: float, message: str, explains: str, where: str | None) -> Finding:
    value_text, text = shown(right, cell), e.text(e.rhs)
    tex = text.replace(cell.text, value_text, 1) if text.count(cell.text) == 1 else value_text
    return Finding(
        "refuted", "wrong-digit", message, "numeric",
        evidence=Evidence("digits"),
        counterexample=Counterexample({"printed": cell.text, "right": value_text}, right, float(cell.value), where),
        suggestion=Suggestion(tex, f"{value_text} for {cell.text}", explains),
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------- put in


def put_in(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    """Numbers put into a formula whose value they miss: by rounding alone, or because one of them is wrong."""
    world = variant.universe.world
    if has_decimals(e.lhs) and is_arithmetic(world, e.lhs) and not is_arithmetic(world, e.rhs):
        turned = replace(e, lhs=e.rhs, rhs=e.lhs)
        target = number_of(variant, turned, turned.lhs)
        return None if target is None else _too_close(lines, variant, turned, target)
    if not has_decimals(e.rhs) or not is_arithmetic(world, e.rhs):
        return None
    if is_arithmetic(world, e.lhs):
        return _evaluated(lines, e, variant)
    target = number_of(variant, e, e.lhs)
    if target is None:
        return None
    found = wrong_number(lines.ledger, variant, e)
    if isinstance(found, list) or explained(lines.ledger, variant, e, target):
        return _with_rounding(lines, e, variant)
    unsure = opaque(lines, e, variant)
    if unsure is not None:
        return replace(unsure, kind="numeric")
    if found is not None:
        node, number, right = found
        cell = printed(number)
        if cell is not None and _last_digit_of_a_result(right, cell):
            message = (
                f"{cell.text} is put in for {e.text(node)}, which is {shown(right, cell)}: off by one in its last digit"
            )
            return Finding("unsupported", "undecided", message, "numeric")
        before = None if cell is None else _printed_before(lines, e, node, cell)
        return (
            _wrong_number(e, e.text(node), number, right) if before is None else _put_in_again(lines, e, found, before)
        )
    if right_but_for_rounding(lines, e, variant, target):
        return _with_rounding(lines, e, variant)
    return _too_close(lines, variant, e, target)


def _evaluated(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    r"""`0.69 \tanh(0.46) = 0.69 \cdot 0.430`: parts of a formula of numbers worked out, each to its printed digits."""
    terms = [(e.lhs, e.rhs)]
    if isinstance(e.lhs, Sum) and isinstance(e.rhs, Sum) and len(e.lhs.terms) == len(e.rhs.terms):
        both = zip(e.lhs.terms, e.rhs.terms, strict=True)
        terms = [(replace(e.lhs, terms=(a,)), replace(e.rhs, terms=(b,))) for a, b in both]
    pairs = [[] if _same(variant, e, a, b) else paired(rebuilt(a, _as_part), b) for a, b in terms]
    laid = [pair for found in pairs if found is not None for pair in found]
    if None not in pairs:  # laid side by side: each number is right, or the line is wrong
        right = all(_same(variant, e, a, b) or _rounded(variant, e, a, b) for a, b in laid)
        return _with_rounding(lines, e, variant) if laid and right else None
    target = number_of(variant, e, e.lhs)
    if target is None or right_but_for_rounding(lines, e, variant, target):
        return None if target is None else _with_rounding(lines, e, variant)
    return _too_close(lines, variant, e, target)


def _as_part(node: Node) -> Node | None:
    """A number as a formula, so that it is laid beside another one and compared, and need not be the same."""
    return Product(node.span, (Factor("", node),)) if isinstance(node, Number) else None


def _rounded(variant: Variant, e: Equation, node: Node, number: Node) -> bool:
    value, cell = number_of(variant, e, node), printed(number)
    decimal = cell is not None and "." in cell.text and value is not None and value.size == 1
    return decimal and rounds_to(float(value.item()), cell)  # type: ignore[union-attr, arg-type]


def _same(variant: Variant, e: Equation, a: Node, b: Node) -> bool:
    one, other = number_of(variant, e, a), number_of(variant, e, b)
    known = one is not None and other is not None and one.shape == other.shape
    return known and bool(np.isclose(one, other, rtol=1e-12).all())  # type: ignore[arg-type]


def _put_in_again(lines: Lines, e: Equation, found: tuple[Node, Node, float], before: Equation) -> Finding:
    """A wrong number that a line before prints for the very quantity: wrong here too where it was found wrong there,
    and where it was not, that line may be about something else than we take it for."""
    node, number, right = found
    line = before.line
    links = {x.position for x in lines.chain(before) if x.link <= before.link}
    wrong = _wrong_number(e, e.text(node), number, right)
    if not links & lines.wrong or links & lines.unsettled:
        return Finding("unsupported", "undecided", f"{wrong.message}, as line {line} prints it", "numeric")
    return replace(wrong, message=f"{wrong.message}; line {line}, which is wrong, prints it so")


def _printed_before(lines: Lines, e: Equation, node: Node, cell: Printed) -> Equation | None:
    """The line that prints a wrong number for a quantity before, or for a later value of it: `w_{2,new} = 0.821`."""
    for x in (x for x in lines.equations if x.position < e.position):
        own = printed(x.rhs)
        heads = [y.lhs for y in lines.chain(x)]
        if own is not None and own.text == cell.text and any(_is_version(lines, head, node) for head in heads):
            return x
    return None


def _is_version(lines: Lines, head: Node, node: Node) -> bool:
    """Whether a name is another one but for marks: the same letter with the same numbers."""
    a, b = (reference(n, lines.world.glossary) for n in (head, node))
    if node_key(head) == node_key(node) or a is None or b is None:
        return node_key(head) == node_key(node)
    numbers = [[x.text for x in walk(n) if isinstance(x, Number)] for n in (head, node)]
    return letter_in(a.base) == letter_in(b.base) and numbers[0] == numbers[1]


def _last_digit_of_a_result(right: float, cell: Printed) -> bool:
    """Whether a number is off by one in its last digit from a computed one; what is given has no more digits."""
    units = right / float(cell.unit)
    return abs(units - round(units)) > 1e-6 and abs(right - float(cell.value)) <= 1.5 * float(cell.unit)


def _with_rounding(lines: Lines, e: Equation, variant: Variant) -> Finding:
    needs = rests(lines.world, e, variant)
    message = "the numbers put in are what they stand for, rounded"
    return Finding(
        "verified", "digits", message, "numeric", Evidence("digits"), assumptions=tuple(needs), notes=(ROUNDED,),
        needs=tuple(needs.values()),
    )  # fmt: skip


def _wrong_number(e: Equation, name: str, number: Node, right: float) -> Finding:
    cell = printed(number)
    assert cell is not None
    message = f"{cell.text} is put in for {name}, which is {shown(right, cell)}"
    return _corrected(e, cell, right, message, f"the value of {name}", None)


def _too_close(lines: Lines, variant: Variant, e: Equation, target: Array) -> Finding | None:
    """A difference that the rounding of the printed numbers could make, though nothing says where they come from: it
    did where these fix the value to a hundredth, `p_1 = 7.389 / 11.107`, which nothing else meets by chance."""
    exactly = {n.text for n in walk(e.lhs) if isinstance(n, Number)}
    value, most = number_of(variant, e, e.rhs), slack(variant, e, e.rhs, exactly)
    if value is None or most is None or value.shape != target.shape:
        return None
    if np.all(np.abs(value - target) <= most * 1.01):
        if np.all(most * TELLING <= np.abs(target)):
            return _with_rounding(lines, e, variant)
        message = "the sides agree as far as the printed digits go; what was rounded is not clear"
        return Finding("unsupported", "undecided", message, "numeric")
    return None


def behind_rounded(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    """A difference that numbers of three digits or more make that were computed with before, `p_1 = e^{z_1} / S` with
    `S = 7.389 + 2.718 + 1`."""
    worked: list[Node] = []

    def choose(node: Node) -> Node | None:
        ref = reference(node, lines.world.glossary)
        site = None if ref is None or ref.postfix else _given(lines.world, ref)
        if site is None or site.position >= e.position or literal_number(site.body) is not None:
            return None
        if not is_arithmetic(lines.world, site.body) or not any(_is_rounded(n) for n in walk(site.body)):
            return None
        worked.append(site.body)
        return Fenced(node.span, "(", site.body, ")")

    sides = [rebuilt(side, choose) for side in (e.lhs, e.rhs)]
    if not worked:
        return None
    exactly = {n.text for body in worked for n in walk(body) if isinstance(n, Number) and not _is_rounded(n)}
    values = [number_of(variant, e, side) for side in (e.lhs, e.rhs)]
    moves = [slack(variant, e, side, exactly) for side in sides]
    if any(v is None for v in (*values, *moves)):
        return None
    one, other, most = values[0], values[1], moves[0] + moves[1]  # type: ignore[operator]
    if one.shape != other.shape or not np.all(np.abs(one - other) <= most * 1.01):  # type: ignore[union-attr, operator]
        return None
    if np.all(most * TELLING <= np.abs(one)):  # type: ignore[arg-type]
        return _with_rounding(lines, e, variant)
    message = "the sides agree as far as the digits go of numbers that were computed with before"
    return Finding("unsupported", "undecided", message, "numeric")


def _is_rounded(node: Node) -> bool:
    return isinstance(node, Number) and "." in node.text and len(node.text.replace(".", "").lstrip("0")) > 2


# -------------------------------------------------------------------------------------------------- read off


def unconfirmed(lines: Lines, e: Equation, found: Finding) -> Finding:
    """A line that names got their numbers from is only as good as what confirms it: a result, or a second line."""
    sites = [s for group in lines.world.sites.values() for s in group if e.position in s.read_off]
    if found.verdict != "verified" or not sites:
        return found
    if all(len(s.read_off) > 1 for s in sites) or any(_agrees(lines, e, x) for x in lines.equations):
        return found
    text = f"{', '.join(str(s.assumed) for s in sites)}, and nothing else in the document confirms it"
    return assumed("read-off", text, "numeric", tuple(Need("number", Instance(s.base)) for s in sites))


def _agrees(lines: Lines, e: Equation, other: Equation) -> bool:
    """Whether another line prints the value that the numbers put in have: the next link, or the same left side."""
    follows = other.document is e.document and other.chain == e.chain and other.link == e.link + 1
    same = other.position != e.position and node_key(other.lhs) == node_key(e.lhs)
    table = printed_table(other.rhs) if follows or same else None
    value = number_of(lines.variant(), e, e.rhs)
    if table is None or value is None or value.shape != (len(table), len(table[0])):
        return False
    return all(may_be(v, table[i][j]) for i, j, v in _cells(value, table))


def unsaid(lines: Lines, e: Equation) -> Finding | None:
    r"""`E_2 = \frac12 (0.9 - 0.7)^2` beside `E_1 = \frac12 (t_1 - y_1)^2`: the document never gives t_2 its number, or
    gives it another one."""
    world, ref = lines.world, reference(e.lhs, lines.world.glossary)
    if ref is None or printed_table(e.rhs) is not None or not has_decimals(e.rhs) or not is_arithmetic(world, e.rhs):
        return None
    formula = like(world, ref)
    pairs = [(reference(node, world.glossary), number) for node, number in (formula and paired(formula, e.rhs)) or ()]
    for name, number in pairs:
        cell, given = printed(number), None if name is None else _given(world, name)
        right = None if given is None else literal_number(given.body)
        if name is not None and cell is not None and right is not None and not may_be(float(right), cell):
            found = _wrong_number(e, shown_ref(name), number, float(right))
            return replace(found, assumptions=() if given is None or given.assumed is None else (given.assumed,))
    missing = [r for r, _ in pairs if r is not None and _given(world, r) is None]
    if not missing:
        return None
    shown_names = ", ".join(shown_ref(r) for r in missing)
    text = f"numbers are put in for {shown_names}, which the document does not give"
    return assumed("undefined-symbol", text, "numeric", tuple(Need("number", Instance(r.base)) for r in missing))


def _given(world: World, ref: Ref) -> Site | None:
    return next((s for s in world.sites.get(ref.base, ()) if site_key(world, s.ref) == site_key(world, ref)), None)
