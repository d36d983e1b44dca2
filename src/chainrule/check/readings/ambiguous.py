"""Why a refuted line may have been read otherwise than its author means it: such a line refutes nothing.

Each reason is a row of `REASONS`: what the words say in two ways, what one subscript picks, how far a sum or a
logarithm reaches. Each gives the other meanings of a line, and one that makes the line true spares it. They hold for
every kind of refutation, by numbers and by shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, islice, pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import has_derivative_node
from chainrule.check.doubts.grouped import ELEMENTWISE
from chainrule.check.readings.as_in_matrix_algebra import for_matrices
from chainrule.check.readings.beside_sections import (
    applied_in_its_section,
    by_a_section_beside,
    by_an_earlier_formula,
    by_what_is_data,
)
from chainrule.check.readings.meant import Meant, within, written, written_throughout
from chainrule.check.readings.of_another_case import (
    by_a_guess,
    by_an_end_of_a_chain,
    said_below_the_derivative,
    solved_below,
    without_end,
)
from chainrule.check.readings.reaches import (
    lost_fraction,
    operator_behind,
    reach_of_a_logarithm,
    reach_of_a_slash,
    reach_of_a_sum,
    reach_of_an_operator,
)
from chainrule.check.readings.rests_on import (
    applied,
    at_its_variable,
    by_an_unread_formula,
    by_an_unsettled_line,
    by_another_section,
    by_what_is_supposed,
    point_not_written,
    without_a_value,
)
from chainrule.check.readings.rivals import other_ranks
from chainrule.check.readings.said_beside import in_a_case_before, supposed_beside
from chainrule.check.readings.shares import shares
from chainrule.check.readings.sums_meant import (
    brackets_meant,
    implied_sum,
    letter_of_the_derivative,
    one_too_many,
    stray_letters,
    variables_of,
)
from chainrule.read.tree import Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.arrays.components import is_matrix
from chainrule.sheet.arrays.kronecker_signs import has_vec
from chainrule.sheet.definitions.facts import equals_its_transpose
from chainrule.sheet.derivatives.bare_slopes import called, uses, written_at
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.frame import PICKED
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, nabla_of
from chainrule.sheet.syntax.literals import is_numeric, is_zero
from chainrule.sheet.syntax.long_columns import VEC
from chainrule.sheet.syntax.names import node_key, reference, spelled, walk
from chainrule.sheet.syntax.spelling import look, spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

Reason = Callable[["Judge", Equation], Iterator[Meant]]
MOST_MEANINGS = 24


def read_otherwise(judge: Judge, e: Equation) -> str | None:
    """What lets a line mean something else that is true, in words; None where nothing does."""
    meanings = (meant for reason in REASONS for meant in reason(judge, e))
    return next((meant.text for meant in islice(meanings, MOST_MEANINGS) if meant.holds(judge)), None)


def two_ranks(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`X \\in R^{n \\times d}`, later "X is just a single column vector": which other names have another rank then is
    not said, so that nothing can be tried."""
    for base in sorted(lines_of(judge.world, [e])[0].names & judge.world.reshaped.keys()):
        yield Meant(f"{spelled_out(base)} is {judge.world.reshaped[base]}", e, judge, tried=False)


def row_or_column(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`a_l` beside `a_{ij}` where the words speak of columns."""
    world = judge.world
    names = sorted(lines_of(world, [e])[0].names) if world.columnwise else ()
    for base in (n for n in names if {1, 2} <= world.family(n).sub_counts and not world.family(n).picked_by_words):

        def choose(node: Node, base: str = base) -> Node | None:
            ref = reference(node, world.glossary) if isinstance(node, Script) else None
            if ref is None or ref.base != base or len(ref.subs) != 1 or not isinstance(node, Script):
                return None
            turned = Script(node.span, node.base, None, Name(node.span, "T"), 0)
            return Script(node.span, Fenced(node.span, "(", turned, ")"), node.sub, node.sup, 0)

        yield written_throughout(judge, e, choose, f"{spelled_out(base)} with one subscript may be a row or a column")


def rows_lying(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`X_i` for the row of a matrix, as a column or as it lies: most lines of a sheet say which, and some may not."""
    world = judge.world
    names = names_in(world, e.lhs, e.rhs) if PICKED in world.conventions else set()
    picked = [b for b in sorted(names) if 1 in world.family(b).sub_counts and is_matrix(world, world.family(b))]
    ways = {"column": "a row as a column", "row": "a row as it lies", "other": "a column"}
    for way, text in ways.items() if picked else ():
        if way != world.conventions[PICKED] and (way != "other" or world.columnwise):
            other = replace(world, conventions={**world.conventions, PICKED: way}, derived={})
            yield Meant(f"right if {spelled_out(picked[0])} with one subscript is {text}", e, within(judge, other))


def vectors_as_rows(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`s^T s` where the words speak of rows: an outer product, if s is one of them."""
    world = judge.world
    loose: set[str] = set()
    for product in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product) and world.rowwise):
        refs = [reference(f.node, world.glossary) for f in product.factors]
        for one, other in pairwise(refs):
            if one is None or other is None or one.subs or other.subs:
                continue
            turned = [tuple(p.op for p in r.postfix) for r in (one, other)]
            if sorted(turned) == [(), ("T",)] and all(look(r.base).endswith("lower") for r in (one, other)):
                loose |= {r.base for r in (one, other) if world.family(r.base).declared_rank in (None, "vector")}
    for n in range(1, len(loose) + 1):
        for bases in combinations(sorted(loose), n):
            text = f"{spelled_out(bases[0])} may be a row, as the words say of vectors"
            found = written(judge, e, _turning(world, set(bases)), text)
            if found is not None:
                yield found


def dots_entry_by_entry(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\frac{\partial C}{\partial A} \cdot (1 - A)` where nothing says that A is a matrix, and no document sign is one
    of products by entries: a dot may be that of numbers."""
    world = judge.world
    names = names_in(world, e.lhs, e.rhs)
    told = any(world.family(n).declared_rank or world.family(n).transposed for n in names)
    if told or not has_derivative_node(e.rhs):
        return
    signs = (f.op for x in judge.equations for n in (x.lhs, x.rhs) for p in walk(n) for f in getattr(p, "factors", ()))
    if ELEMENTWISE & {*signs}:
        return

    def choose(node: Node) -> Node | None:
        if not isinstance(node, Product) or not any(f.op == "cdot" for f in node.factors):
            return None
        return replace(node, factors=tuple(replace(f, op="odot") if f.op == "cdot" else f for f in node.factors))

    found = written(judge, e, choose, "right if the dots are products entry by entry, and nothing says what they are")
    if found is not None:
        yield replace(found, outright=True)


def one_for_the_identity(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`1 + \frac{\partial F}{\partial x}`, as one writes for numbers, for a matrix."""
    line = for_matrices(e, judge.world)
    if line is not e:
        yield Meant("right if the 1 that is added to a matrix is the identity", line, judge.with_line(line))


def slope_without_argument(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`g'` of a function that the document applies to several things: at one of them."""
    world = judge.world
    bare = {node_key(name) for side in (e.lhs, e.rhs) for name, primed, at in uses(side) if primed and not called(at)}
    every = [use for x in judge.equations for side in (x.lhs, x.rhs) for use in uses(side)] if bare else ()
    for name, _, behind in every:
        ref = reference(name, world.glossary)
        if behind is None or not called(behind) or node_key(name) not in bare or ref is None:
            continue
        text = f"at what the slope of {spelled_out(ref.base)} is taken is not written"
        found = written(judge, e, written_at({node_key(name): behind.node}), text)
        if found is not None:
            yield found


def _turning(world: World, bases: set[str]) -> Callable[[Node], Node | None]:
    """The change that makes rows of some vectors: `s^T` of s, and s of `s^T`."""

    def choose(node: Node) -> Node | None:
        ref = reference(node, world.glossary) if isinstance(node, (Name, Script)) else None
        if ref is None or ref.base not in bases or ref.subs or ref.labels or ref.primes:
            return None
        if isinstance(node, Script) and node.sup is not None:
            return node.base if [p.op for p in ref.postfix] == ["T"] and node.sub is None else None
        return Script(node.span, node, None, Name(node.span, "T"), 0)

    return choose


def direct_or_total(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\frac{\partial L}{\partial O} \frac{\partial O}{\partial A} + \frac{\partial L}{\partial A}` where L is
    written with O and A: in such a sum over paths the last derivative is the direct one."""
    world = judge.world
    by: dict[str, set[str]] = {}
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Fraction)):
        top = above(node.numerator)
        top_ref = None if top is None or top.body is None else reference(top.body, world.glossary)
        for variable in (reference(v, world.glossary) for v in variables_of(node)):
            if top_ref is not None and variable is not None:
                by.setdefault(top_ref.base, set()).add(variable.base)
    for loss, variables in by.items():
        sites = (world.site(loss, e.position), world.function(loss, e.position))
        written_with = {b for s in sites if s is not None for b in names_in(world, s.body)} & variables - {loss}
        for inner in sorted(written_with):
            for outer in sorted(written_with - {inner}):
                if inner in _all_behind(world, outer):
                    both = f"{spelled_out(inner)} and with {spelled_out(outer)}, which rests on it"
                    text = f"{spelled_out(loss)} is written with {both}; the derivative may be the direct one"
                    yield Meant(text, e, within(judge, replace(world, direct=frozenset({(loss, inner)}))))


def _all_behind(world: World, base: str) -> set[str]:
    found, todo = set[str](), [base]
    while todo:
        for s in (*world.sites.get(base := todo.pop(), ()), *world.functions.get(base, ())):
            new = names_in(world, s.body) - found
            found |= new
            todo += new
    return found


def number_for_an_array(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\\partial z_{ij} / \\partial b = 1`: what is differentiated by is a number here, whatever it is elsewhere."""
    world = judge.world
    for side, number in ((e.lhs, e.rhs), (e.rhs, e.lhs)):
        if not (is_numeric(number) and has_derivative_node(side)) or is_zero(number):
            continue
        for base in sorted(names_in(world, side) & world.readings.keys()):
            if world.family(base).declared_rank is None and world.readings[base].axes:
                other = replace(world, readings={**world.readings, base: Reading(0)}, derived={})
                name = spelled_out(base)
                text = f"an array of derivatives is equated with a number; {name} may be a number here"
                yield Meant(text, e, judge.alone(e, other))


def misread_definition(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A name whose definition goes on in a chain, `f = A x = \\sum_i a_i x_i`, and that does not fit the shapes the
    names in it are read with: these may be others."""
    world, variant = judge.world, judge.usual(e)
    names = lines_of(world, [e])[0].names
    tables = (world.sites, world.functions)
    at = {s.position: base for base in sorted(names) for table in tables for s in table.get(base, ())}
    for x in (x for x in judge.equations if x.position in at and x.chain != e.chain):
        for link in judge.chain(x):
            failed = variant.failed.get(link.position)
            if failed is None or failed.code not in ("shape", "shape-of-sides"):
                continue
            line = link.line
            text = f"what line {line} says of {spelled_out(at[x.position])} does not fit: {failed.message}"
            inside = names_in(world, link.lhs, link.rhs)
            for base in sorted(b for b in inside & world.readings.keys() if world.family(b).declared_rank is None):
                for axes in {0, 1, 2} - {world.readings[base].axes}:
                    other = replace(world, readings={**world.readings, base: Reading(axes)}, derived={})
                    yield Meant(text, e, judge.alone(e, other))


def rows_or_columns(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\operatorname{vec}_r(X)`, and vec where only words behind it speak of rows: it may put rows one behind the
    other."""
    world = judge.world
    cores = (n.base for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script))
    if any(isinstance(core, Name) and spelled(core) in VEC for core in cores):
        yield Meant("a vec with a sign of its own may go through a matrix in another way", e, judge, tried=False)
    elif world.rows_later and any(has_vec(side) for side in (e.lhs, e.rhs)):
        other = replace(world, rows_first=True, derived={})
        yield Meant("vec may put the rows one behind the other, as words behind it say", e, within(judge, other))


def names_with_a_d(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\partial J / \partial W = dZ X^T` where d is nothing but a size: dZ may be the gradient by Z, or a change."""
    world = judge.world
    if "d" not in world.size_names or world.defined("d") or not has_derivative_node(e.lhs):
        return
    for product in (n for n in walk(e.rhs) if isinstance(n, Product)):
        for one, other in pairwise(product.factors):
            ref = reference(other.node, world.glossary)
            if one.node == Name(one.node.span, "d") and not other.op and ref is not None and world.defined(ref.base):
                yield Meant(f"d{spelled_out(ref.base)} may be one name", e, judge, tried=False)


def what_was_supposed(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`Suppose x = 0. Then f(x) = ln 2.`: a value that a sentence supposes holds in its paragraph behind it too."""
    if e.display:
        return
    text = e.document.text
    for x in judge.equations:
        ref = reference(x.lhs, judge.world.glossary)
        near = x.source == "condition" and x.document is e.document and x.position < e.position
        if not near or x.op != "=" or ref is None or not ref.bare or not is_numeric(x.rhs):
            continue
        if "\n\n" in text[x.span.end : e.span.start]:
            continue

        def choose(node: Node, key: object = node_key(x.lhs), value: Node = x.rhs) -> Node | None:
            return value if isinstance(node, Name) and node_key(node) == key else None

        meant = written(judge, e, choose, f"true where {spelled_out(ref.base)} is what is supposed before it")
        if meant is not None:
            yield meant


def supposed_symmetric(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`If w_{ij} = w_{ji}, this is 2 W x`: what holds where a matrix before it is symmetric."""
    world = judge.world
    for x in (x for x in judge.equations if x.op == "=" and x.position < e.position and x is not e):
        base = equals_its_transpose(world, x)
        if base is None or x.position in world.declaring or base not in names_in(world, e.lhs, e.rhs):
            continue
        families = {**world.families, base: replace(world.family(base), domain_kind="symmetric")}
        other = replace(world, families=families, derived={})
        yield Meant(f"holds where {spelled_out(base)} is symmetric, as is supposed before it", e, within(judge, other))


def by_what_is_not_said(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\nabla J = [2 a, 2 b]^T` where a sheet only knows `J(t) = t^2`: a slope by one number, and by more here."""
    variant = judge.usual(e)
    if e.position not in variant.failed or e.position not in variant.typed:
        return
    _, left, right = variant.typed[e.position]
    bare = nabla_of(e.lhs.factors[0].node if isinstance(e.lhs, Product) else e.lhs) == ([], 1)
    if bare and left.scalar and not right.scalar:
        text = "by what the gradient is taken is not written; by what is known it is a number"
        yield Meant(text, e, judge, tried=False)


REASONS: tuple[Reason, ...] = (
    by_what_is_not_said,
    letter_of_the_derivative,
    direct_or_total,
    two_ranks,
    row_or_column,
    rows_lying,
    vectors_as_rows,
    rows_or_columns,
    names_with_a_d,
    what_was_supposed,
    supposed_symmetric,
    shares,
    supposed_beside,
    in_a_case_before,
    dots_entry_by_entry,
    slope_without_argument,
    one_for_the_identity,
    at_its_variable,
    reach_of_a_sum,
    reach_of_a_logarithm,
    reach_of_an_operator,
    operator_behind,
    reach_of_a_slash,
    lost_fraction,
    brackets_meant,
    implied_sum,
    stray_letters,
    one_too_many,
    number_for_an_array,
    misread_definition,
    by_a_guess,
    by_an_end_of_a_chain,
    said_below_the_derivative,
    without_end,
    solved_below,
    applied,
    by_an_unread_formula,
    point_not_written,
    without_a_value,
    by_an_unsettled_line,
    by_another_section,
    by_a_section_beside,
    applied_in_its_section,
    by_an_earlier_formula,
    by_what_is_data,
    by_what_is_supposed,
    other_ranks,
)
