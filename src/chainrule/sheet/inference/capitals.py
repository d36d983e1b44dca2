r"""A capital letter for all that a small one has an index for: `X` beside `x_i`, `V` beside the weights `v_i`.

By custom the matrix `X` holds the samples `x_i`, `y` their targets, and `V` has the weights `v_i` on its diagonal; few
documents say so. The custom is followed where the document leaves nothing else open: nobody defines the capital, and
what stands beside it ties each of its dimensions to the samples or to the entries of one, so that it is known whether
the samples are its rows or its columns. Whatever rests on it says that it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Factor, Fenced, Link, Name, Node, Number, Product, Relation, Script, Span
from chainrule.sheet.inference.candidates import is_quantity
from chainrule.sheet.inference.typed_lines import mismatch, type_line
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.shapes import Dims, Untyped
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import capitals, spelled_out

HOW = {
    "rows": "has the {} as its rows",
    "columns": "has the {} as its columns",
    "diagonal": "has the {} on its diagonal",
}
TYPED = frozenset({"=", ":=", "≡", "=:", "≈"})


def stack(world: World, config: Config, equations: list[Equation]) -> None:
    """Define the capitals that can only be what holds all of some indexed quantities."""
    for capital, one, letter in list(_pairs(world, equations)):
        votes = _votes(world, config, equations, (capital, one, letter))
        if world.readings.get(capital) == Reading():
            as_matrix = replace(world, readings={**world.readings, capital: Reading(2)}, derived={})
            other = _votes(as_matrix, config, equations, (capital, one, letter))
            votes = other if len(other) >= len(votes) else []
        counts = sorted(((votes.count(how), how) for how in HOW), reverse=True)
        if counts[0][0] > counts[1][0]:
            how = counts[0][1]
            text = f"{spelled_out(capital)} is not defined; it {HOW[how].format(_shown(world, one))}"
            world.sites[capital] = [Site(capital, Ref(capital), _body(one, letter, how), -1, assumed=text)]
            world.derived.clear()


def _shown(world: World, one: Node) -> str:
    ref = reference(one, world.glossary)
    return "" if ref is None else f"{spelled_out(ref.base)}_{letter_of((*ref.subs, *ref.labels)[0])}"


def _pairs(world: World, equations: Iterable[Equation]) -> Iterator[tuple[str, Node, str]]:
    """A capital without a definition, a place of the small letter with an index alone, and the index."""
    places: dict[str, tuple[Node, str]] = {}
    for e in equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script)):
            ref = reference(node, world.glossary)
            if ref is not None and ref.base not in places and (found := _indexed(world, node, ref)) is not None:
                places[ref.base] = found
    small: dict[str, list[tuple[Node, str]]] = {}
    for base, place in places.items():
        for capital in capitals(base):
            small.setdefault(capital, []).append(place)
    for capital, found_places in small.items():
        if len(found_places) == 1 and _is_open(world, capital):
            yield (capital, *found_places[0])


def _indexed(world: World, node: Script, ref: Ref) -> tuple[Node, str] | None:
    """`x_i` for `x_i` and `x_i^T`, `x^{(i)}` as it is."""
    if ref.primes or len(ref.subs) + len(ref.labels) != 1:
        return None
    letter = letter_of((*ref.subs, *ref.labels)[0])
    if letter is None or letter not in world.glossary.bound:
        return None
    if ref.postfix:
        return (replace(node, sup=None), letter) if ref.subs and node.sub is not None else None
    return node, letter


def _is_open(world: World, capital: str) -> bool:
    family = world.families.get(capital)
    if family is None or world.defined(capital) or capital in world.aliases or is_function_word(capital):
        return False
    unscripted = family.sub_counts <= {0} and not family.differentiated and is_quantity(family)
    return unscripted and not family.by and capital not in world.size_names | world.independent


# -------------------------------------------------------------------------------------------------- what fits


def _votes(
    world: World, config: Config, equations: Iterable[Equation], pair: tuple[str, Node, str]
) -> list[str | None]:
    """What each line with the capital that fits says of how the samples lie in it, beside the lines without it."""
    lines = [x for x in lines_of(world, equations) if x.equation.op in TYPED and x.equation.source == "formula"]
    universe = Universe(world, config)
    of_one = _of_any(world, pair[1])
    for line in lines:
        if pair[0] not in line.names and line.equation.position not in of_one:
            _fitting(universe, line.equation)
    votes = []
    for line in lines:
        if pair[0] in line.names and (kept := _fitting(universe, line.equation)) is not None:
            votes.append(_arrangement(universe, line.equation.position, *pair))
            universe.back(kept)
    return votes


def _of_any(world: World, one: Node) -> set[int]:
    """The lines that define functions of any sample, `h(x) = w^T x`: their x has no index, as it is one of the x_i."""
    ref = reference(one, world.glossary)
    return {
        site.position
        for sites in world.functions.values()
        for site in sites
        if any(ref is not None and reference(p, world.glossary) == Ref(ref.base) for p in site.params or ())
    }


def _fitting(universe: Universe, e: Equation) -> tuple[Dims, frozenset[object]] | None:
    """Where typing stood before a line that fits; None for one that does not, which leaves nothing behind."""
    kept = universe.mark()
    try:
        _, lhs, rhs = type_line(universe, e)
        if not mismatch(universe, lhs, rhs):
            return kept
    except (Untyped, RecursionError):
        pass  # a line that does not fit says nothing
    universe.back(kept)
    return None


def _arrangement(universe: Universe, position: int, capital: str, one: Node, letter: str) -> str | None:
    """How the samples lie in the capital, if the dimensions of both are the same ones and tell it."""
    frame = Frame(universe, f"stack {capital}", position)
    samples = frame.new_dim(letter)
    kept = universe.mark()
    try:
        sample = frame.bind(letter, samples).value(one)
        whole = frame.value(_name(one.span, capital))
    except (Untyped, RecursionError):
        universe.back(kept)
        return None
    find = universe.dims.find
    axes = [find(d) for d in whole.dims]
    if len(axes) != 2 or len(sample.dims) > 1:
        return None
    ends = [find(samples), *(find(d) for d in sample.dims)]
    if len(ends) == 1:
        return "diagonal" if axes == ends * 2 and _always_indexed(universe.world, one) else None
    if ends[0] == ends[1]:
        return None
    return "rows" if axes == ends else "columns" if axes == ends[::-1] else None


def _always_indexed(world: World, one: Node) -> bool:
    """Whether a small letter never stands alone: a vector `x` beside its entries `x_i` is no list of weights."""
    ref = reference(one, world.glossary)
    return ref is not None and world.family(ref.base).sub_counts == {1} and ref.base != "sigma"


def _name(span: Span, base: str) -> Name:
    *style, text = base.split(" ")
    return Name(span, text, tuple(style))


def _body(one: Node, letter: str, how: str) -> Node:
    """`((x_i)_{i=1})^T`, `(x_i)_{i=1}` or `diag((v_i)_{i=1})`, as a person would write it."""
    span = Span(one.span.start, one.span.end)
    over = Relation(span, Name(span, letter), (Link("=", span, Number(span, "1")),))
    every: Node = Script(span, Fenced(span, "(", one, ")"), over)
    match how:
        case "rows":
            return Script(span, Fenced(span, "(", every, ")"), None, Name(span, "T"))
        case "diagonal":
            return Product(span, (Factor("", Name(span, "diag")), Factor("", Fenced(span, "(", every, ")"))))
    return every
