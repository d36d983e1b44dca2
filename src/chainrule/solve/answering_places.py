"""The answers to questions for the place where a derivative is zero, and for extrema under constraints."""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.exact import rows_of
from chainrule.check.comparison.lines import Variant
from chainrule.read.tree import Product
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.solution_marks import core
from chainrule.solve.asking import NO_FORM, Asking, read_formula, shown_ways
from chainrule.solve.losses import arguments_of
from chainrule.solve.places.extreme_values import values_at
from chainrule.solve.places.lagrange import extremum_of, ways_under
from chainrule.solve.places.place_lines import ways_apart, ways_to
from chainrule.solve.places.stationary import ANY, Place, Unsolved, numbers_of, place_of
from chainrule.trace.run import Program
from chainrule.write.trace_views import Detail
from chainrule.write.trace_views import tex as numbers_tex


def answer_root(a: Asking, program: Program, detail: Detail) -> None:
    """Where the derivative is zero, and the numbers of that place where there are some."""
    q, variant = a.draft.question, program.variant
    if a.quantity is None or a.variable is None or q.root is None:
        a.draft.why_not = "what is asked for could not be read"
        return
    if (loss := _undefined(a, variant.universe.world)) is not None:
        a.draft.why_not = f"the sheet does not say what {loss} is"
        return
    try:
        if q.root.value and a.loss is not None:
            pairs = [(a.quantity.line, a.variable), *a.others]
            a.draft.ways = list(values_at(variant, a.loss, pairs, q.root.kind, q.root.nature))
            a.draft.why_not = "" if a.draft.ways else NO_FORM
            return
        place = place_of(variant, a.quantity.line, a.variable, q.root.kind or (ANY * q.root.nature), a.others)
    except (Unsolved, Untyped) as trouble:
        a.draft.why_not = str(trouble)
        return
    plain = a.variable.spelled[0] if a.variable.spelled else ""
    names = [q.root.name or plain, plain, rf"{plain}^*"]
    unknown = place.equation.unknown
    made = variant.universe.definitions.get(unknown)
    valued = unknown in program.values or rows_of(variant.settled, unknown) is not None
    valued = valued or (made is not None and not made.body.symbols)
    if valued:  # it has another value as well
        names = [q.root.name if q.root.name != plain else "", rf"{plain}^*"]
    others = {x for t in q.root.over if t != plain and (x := _base_in(t, a)) is not None}
    free = {variant.universe.instances[x].base for x in place.solution.symbols if x in variant.universe.instances}
    # what another unknown is elsewhere in the sheet says nothing of the place
    numbers = None if free & others else numbers_of(place, program.values, program.sizes, variant)
    texts = ["" if numbers is None else numbers_tex(numbers, detail), ""]
    names = list(dict.fromkeys(filter(None, names)))
    asked = [q.tex, *(slope.spelled[0] for slope, _ in a.others if slope.spelled)]
    a.draft.ways = [w for n in dict.fromkeys(texts) for w in ways_to(variant, place, asked, names, n)]
    if q.root.nature and len(place.kinds) == 1:
        a.draft.ways = [replace(w, after=f"It is a {min(place.kinds)}.") for w in a.draft.ways]
    places = _by_argument(a, variant, place) if valued and numbers is not None else []
    if places and a.loss is not None and a.loss.spelled:
        apart = ways_apart(variant, places, place, q.tex, a.loss.spelled[0], names[-1], texts[0])
        a.draft.ways = [*apart, *a.draft.ways]
    told = _marked(a, free & others)
    if told:
        a.draft.ways = [replace(w, after=w.after or told) for w in a.draft.ways]
    if q.shown:
        a.draft.ways = shown_ways(a.draft.ways, q.shown)
    if not a.draft.ways:
        a.draft.why_not = "no form of it was found"


def _marked(a: Asking, free: set[str]) -> str:
    r"""Where an estimate is written in terms of another one that is asked for, `\hat\mu`, that this is put in."""
    assert a.draft.question.root is not None
    plain = {base: t for t in a.draft.question.root.over if (base := _base_in(t, a)) in free}
    found = []
    for t in a.draft.question.root.said:
        base = _base_in(t, a)
        if base is not None and base not in free and core(base) in plain:
            found.append(f"${t}$ is put in for ${plain[core(base)]}$")
    return f"There {' and '.join(found)}." if found else ""


def _by_argument(a: Asking, variant: Variant, place: Place) -> list[Place]:
    """For every argument of the loss where it is at the place; of a loss with one unknown only that. Empty where an
    argument is not sought, or another unknown has no place of its own."""
    assert a.loss is not None and a.quantity is not None and a.variable is not None
    if not a.others:
        return [place]
    pairs = [(a.quantity.line, a.variable), *a.others]
    found = dict[str, Place]()
    for k, (slope, by) in enumerate(pairs):
        rest = [*pairs[:k], *pairs[k + 1 :]]
        try:
            found[by.text(by.lhs)] = place_of(variant, slope, by, "", rest) if k else place
        except (Unsolved, Untyped):
            return []
    arguments = [a.loss.document.source(x.span).strip() for x in arguments_of(a.loss)]
    return [found[x] for x in arguments] if set(arguments) == found.keys() else []


def _undefined(a: Asking, world: World) -> str | None:
    """The loss that a place is sought of, where the sheet does not define it."""
    lhs = None if a.loss is None else a.loss.lhs
    name = lhs.factors[0].node if isinstance(lhs, Product) else lhs
    ref = None if name is None else reference(name, world.glossary)
    known = ref is None or world.defined(ref.base) or ref.base in world.functions
    return None if known or a.loss is None or a.loss.spelled is None else a.loss.spelled[0]


def _base_in(tex: str, a: Asking) -> str | None:
    """The name that a text in TeX is."""
    node = read_formula(tex, a.template.document)
    ref = None if node is None else reference(tidy(node, a.sheet.glossary), a.sheet.glossary)
    return None if ref is None else ref.base


def answer_extremum(a: Asking, program: Program) -> None:
    """Where the derivatives of a Lagrangian are zero."""
    q, variant = a.draft.question, program.variant
    if (
        a.quantity is None
        or a.variable is None
        or q.root is None
        or len(a.others) != len(q.root.beside)
        or not q.extremum
    ):
        a.draft.why_not = "what is asked for could not be read"
        return
    pairs = [(a.quantity.line, a.variable), *a.others]
    texts = [slope.spelled[0] if slope.spelled else "" for slope, _ in pairs]
    try:
        found = extremum_of(variant, pairs, len(q.extremum.constraints), q.root.kind)
        a.draft.ways = list(ways_under(variant, found, texts))
    except (Unsolved, Untyped) as trouble:
        a.draft.why_not = str(trouble)
        return
    if not a.draft.ways:
        a.draft.why_not = "no form of it was found"
