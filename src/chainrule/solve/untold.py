"""What a sheet takes for granted, said in a sentence: that the x of `W x` is a vector, that units have one weight, that
the losses of the samples are added up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from chainrule.check.comparison.exact import typed_again
from chainrule.check.comparison.lines import Variant
from chainrule.check.engine import judge_for
from chainrule.check.judge import Judge
from chainrule.check.records.clock import Clock
from chainrule.check.records.options import Options
from chainrule.read.document import Document
from chainrule.read.load import from_text
from chainrule.read.tree import Name, Node, Product, Script, Sum
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS
from chainrule.sheet.syntax.spelling import look, names_loss
from chainrule.solve.arrays_untold import arrays_untold
from chainrule.solve.losses import is_array
from chainrule.solve.question import Question
from chainrule.solve.upstream import given_by
from chainrule.trace.naming import named

Told = dict[tuple[str, str], dict[str, str]]
"""By exercise and kind ("scalar", "vector", "sum") the names concerned: base and TeX."""
MATRICES = frozenset({"X", "Phi", "A", "B", "H", "M", "P", "Q", "R", "S", "U", "V", "W", "Theta", "Psi"})
"""Letters of the data and of weights, a matrix where they stand before a vector."""
SINGLE = re.compile(r"\b(?:one|single)[- ](?:\w+ )?(?:unit|neuron|node|input|hidden)|\bscalars?\b", re.IGNORECASE)


def vectors_untold(sheet: Sheet, options: Options, clock: Clock) -> Told:
    """The names, in TeX, that stand behind a matrix and are read as numbers for want of a word about them."""
    told: Told = {}
    for number, mine in exercises(sheet).items():
        found = told.setdefault((number, "vector"), {})
        judge = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock)
        for e in (x for x in mine if x.spelled is None):
            for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
                behind = [b for a, b in _pairs(node) if _is_matrix(judge.world, a)]
                inner = [n for a, b in _pairs(node) for n in _inner(judge.world, a, b)]
                beside = _beside(judge.variant(), e, node, "column") if isinstance(node, Sum) else []
                beside = [n for n in beside if not _is_one_of_several(judge, mine, n)]
                for name in (*behind, *beside, *inner):
                    base = _loose(judge.world, name)
                    if base is not None:
                        found.setdefault(base, e.document.source(name.span))
                found.update(x for n in inner for x in _samples(judge.world, mine, n))
    return told


def _is_one_of_several(judge: Judge, mine: list[Equation], name: Node) -> bool:
    r"""Whether another name of the same letter, the `b^{(2)}` beside `b^{(1)}`, is added to what begins with no matrix:
    what is said of one would be said of both."""
    own = reference(name, judge.world.glossary)
    sums = (n for e in mine if e.spelled is None for n in walk(e.rhs) if isinstance(n, Sum))
    for node in sums if isinstance(name, Script) and own is not None else ():
        others = [reference(t.node, judge.world.glossary) for t in node.terms]
        several = any(r is not None and own is not None and r.base == own.base and r.key != own.key for r in others)
        heads = [t.node.factors[0].node for t in node.terms if isinstance(t.node, Product)]
        if several and not any(_is_matrix(judge.world, h) for h in heads):
            return True
    return False


def vector_or_number(variant: Variant, seen: Iterable[Equation], name: Node) -> bool:
    r"""Whether a name that is read as a number for want of a word is added to a vector, as the `b^{(1)}` beside which
    `b^{(2)}` is a number: nothing says what it is."""
    world = variant.universe.world
    own = reference(name, world.glossary)
    if own is None or _loose(world, name) is None:
        return False
    sums = ((e, n) for e in seen if e.spelled is None for n in walk(e.rhs) if isinstance(n, Sum))
    beside = (reference(n, world.glossary) for e, node in sums for n in _beside(variant, e, node, "column"))
    return any(r is not None and r.key == own.key for r in beside)


def _samples(world: World, mine: list[Equation], name: Node) -> Iterator[tuple[str, str]]:
    r"""The base and the TeX of `x^{(i)}`, where `\theta^\top x` stands for every sample and nobody says what one is."""
    ref = reference(name, world.glossary)
    if ref is None or ref.base not in world.glossary.running or world.family(ref.base).declared_rank is not None:
        return
    for e in (x for x in mine if x.spelled is None):
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script)):
            one = reference(node, world.glossary)
            if one is not None and one.base == ref.base and len(one.subs) == 1 and not one.postfix:
                yield ref.base, e.document.source(node.span)
                return


def scalars_untold(sheet: Sheet, options: Options, clock: Clock) -> Told:
    """The capital letters that are read as matrices where the words speak of single units and a loss has axes."""
    told: Told = {}
    for number, mine in exercises(sheet).items():
        scope = mine[-1].scope
        if not any(SINGLE.search(s.text) for s in sheet.sentences if scope.sees(s.scope)):
            continue
        judge = judge_for(sheet, scope, mine[-1].position, options, clock)
        found = told.setdefault((number, "scalar"), {})
        for e in mine if _arrays(judge) else ():
            for node, ref in (x for side in (e.lhs, e.rhs) for x in named(side, judge.world) if e.spelled is None):
                reading = judge.world.readings.get(ref.base)
                if reading is not None and reading.axes == 2 and look(ref.base) == "upper":
                    found.setdefault(str(ref.key), e.document.source(node.span))
    return told


def sums_untold(sheet: Sheet, options: Options, clock: Clock) -> Told:
    """The losses that have an entry for every sample, where no word says that these are added up."""
    told: Told = {}
    for number, mine in exercises(sheet).items():
        judge = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock)
        losses = {base: e for base, e in _arrays(judge).items() if names_loss(base) and base not in judge.world.pooled}
        told[number, "sum"] = {base: e.text(e.lhs) for base, e in losses.items()}
    return told


def matrices_untold(sheet: Sheet, options: Options, clock: Clock) -> Told:
    """The X of `X w` with a vector w and the T of `O - T` with a matrix O, where they are read as numbers or rows for
    want of a word about them."""
    told: Told = {}
    for number, mine in exercises(sheet).items():
        if any(SINGLE.search(s.text) for s in sheet.sentences if mine[-1].scope.sees(s.scope)):
            continue
        found = told.setdefault((number, "matrix"), {})
        judge = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock)
        world = judge.world
        for e in (x for x in mine if x.spelled is None):
            for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
                data = [a for a, b in _pairs(node) if _is_data(judge, e, a, b)]
                beside = _beside(judge.variant(), e, node, "matrix") if isinstance(node, Sum) else []
                for name in [*data, *(n for n in beside if _is_number(world, n))]:
                    ref = reference(name, world.glossary)
                    if ref is not None and world.family(ref.base).declared_rank is None:
                        found.setdefault(ref.base, e.document.source(name.span))
    return told


def _is_data(judge: Judge, e: Equation, name: Node, behind: Node) -> bool:
    """Whether a letter for matrices stands before a vector and is read as none."""
    world = judge.world
    ref = reference(name, world.glossary) if isinstance(name, Name) else None
    of = reference(behind, world.glossary) if isinstance(behind, Name | Script) else None
    if ref is None or of is None or ref.base not in MATRICES or world.makes(ref) or _axes(world, ref.base) == 2:
        return False
    val = typed_again(judge.variant(), e, behind) if world.defined(of.base) else None
    return _axes(world, of.base) == 1 or (val is not None and val.kind == "column")


def _is_number(world: World, name: Node) -> bool:
    """Whether a capital letter that nothing defines is read as a number."""
    ref = reference(name, world.glossary)
    capital = ref is not None and ref.base.rpartition(" ")[2][:1].isupper()
    return ref is not None and capital and not world.makes(ref) and _axes(world, ref.base) == 0


def entries_untold(sheet: Sheet, options: Options, clock: Clock) -> Told:
    """The names that are read as numbers for want of a word about them, and are multiplied entry by entry, stand in an
    inner product or in a norm."""
    told: Told = {}
    for number, mine in exercises(sheet).items():
        world = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock).world
        told |= {(number, kind): names for kind, names in arrays_untold(world, mine).items()}
    return told


def functions_untold(sheet: Sheet, options: Options, clock: Clock) -> Told:
    """The losses that nobody defines, with what they are functions of."""
    told: Told = {}
    for number, mine in exercises(sheet).items():
        world = judge_for(sheet, mine[-1].scope, mine[-1].position, options, clock).world
        for (base, name), by in given_by(sheet, world, mine).items():
            told.setdefault((number, f"a function of {_listed(by)}"), {})[base] = name
    return told


def _axes(world: World, base: str) -> int | None:
    reading = world.readings.get(base)
    return None if reading is None else reading.axes


UNTOLD = (scalars_untold, vectors_untold, matrices_untold, entries_untold, sums_untold, functions_untold)


def untold(sheet: Sheet, said: Told, options: Options, clock: Clock) -> Told:
    """What is to be said next, beyond what is said already: of the first kind that finds anything."""
    for find in UNTOLD:
        found = {
            k: {b: n for b, n in v.items() if b not in said.get(k, ())} for k, v in find(sheet, options, clock).items()
        }
        if any(found.values()):
            return {k: v for k, v in found.items() if v}
    return {}


def exercises(sheet: Sheet) -> dict[str, list[Equation]]:
    """The equations of each exercise by its number, its context's too."""
    numbers = dict.fromkeys(e.scope.number for e in sheet.equations)
    return {n: [e for e in sheet.equations if e.scope.number == n] for n in numbers}


def _arrays(judge: Judge) -> dict[str, Equation]:
    """The losses that are arrays, with the equations that define them."""
    variant, glossary = judge.variant(), judge.world.glossary
    named = [(r.base, e) for e in judge.equations if (r := reference(e.lhs, glossary)) is not None and not e.link]
    known = [(base, e) for base, e in named if names_loss(base) and e.position in variant.typed]
    return {base: e for base, e in known if not is_array(e.rhs) and variant.typed[e.position][1].dims}


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    factors = node.factors if isinstance(node, Product) else ()
    return [(a.node, b.node) for a, b in pairwise(factors) if b.op in ("", "cdot")]


def _beside(variant: Variant, e: Equation, node: Sum, kind: str) -> list[Node]:
    """The names that are added to a vector or a matrix: the b of `W x + b`."""
    names: list[Node] = [t.node for t in node.terms if isinstance(t.node, Name | Script)]
    vals = [typed_again(variant, e, t.node) for t in node.terms] if names else []
    return names if any(v is not None and v.kind == kind for v in vals) else []


def _inner(world: World, a: Node, b: Node) -> list[Node]:
    """The names of an inner product, `w^\\top x` with small letters, if they are read as anything but vectors."""
    turned = isinstance(a, Script) and isinstance(a.sup, Name) and a.sup.text in TRANSPOSE_WORDS and a.sub is None
    if not isinstance(a, Script) or not turned or not isinstance(a.base, Name) or not isinstance(b, Name):
        return []
    names: list[Node] = [a.base, b]
    refs = [reference(n, world.glossary) for n in names]
    free = all(r is not None and not world.defined(r.base) and look(r.base) == "lower" for r in refs)
    free = free and not any(r is not None and world.family(r.base).called for r in refs)
    return names if free else []


def _is_matrix(world: World, node: Node) -> bool:
    """Whether a factor is a capital letter that is no number."""
    ref = reference(node, world.glossary) if isinstance(node, (Name, Script)) else None
    if ref is None or world.defined(ref.base) or look(ref.base) != "upper":
        return False
    family = world.family(ref.base)
    return family.declared_rank != "scalar" and not any(family.slot(n) == "axis" for n in range(len(ref.subs)))


def _loose(world: World, node: Node) -> str | None:
    """The base of a small letter that is read as a number, if nobody says what it is; a number below tells such names
    apart, `x_1`."""
    ref = reference(node, world.glossary) if isinstance(node, Name | Script) else None
    if ref is not None and (
        ref.postfix or ref.primes or any(world.family(ref.base).slot(n) != "label" for n in range(len(ref.subs)))
    ):
        return None
    if ref is None or world.makes(ref) or look(ref.base) != "lower":
        return None
    reading = world.readings.get(ref.base)
    untold = world.family(ref.base).declared_rank is None
    return ref.base if untold and reading is not None and reading.axes != 1 else None


def with_told(document: Document, said: Told, firsts: Mapping[str, Question], latex: bool) -> Document:
    """The document with sentences, before the first question of each exercise, that say what some names are."""
    text = document.text
    for number, first in sorted(firsts.items(), key=lambda x: x[1].span.start, reverse=True):
        sentences = [_sentence(what, list(names.values())) for (n, what), names in said.items() if _holds_in(n, number)]
        at = _before(document.text, first.span.start)
        text = f"{text[:at]}{' '.join(sentences)}\n\n{text[at:]}" if sentences else text
    return from_text(text, document.path, "latex" if latex else "markdown")


OPENS = re.compile(r"[ \t]*\\begin\{(?:enumerate|itemize|description|parts|subparts|questions)\}(?:\[[^\]]*\])?\s*\Z")
HEADS = re.compile(r"\s*(?:#+ .*|\\(?:sub)*section\*?\{.*\}|\\maketitle)[ \t]*\n")
"""What opens a list, where no sentence may stand before the first item, and headings."""


def _before(text: str, offset: int) -> int:
    """Where a sentence may stand before the paragraph at an offset: behind a heading, in the body of a document, not
    between the beginning of a list and its first item."""
    body = re.search(r"\\begin\{document\}[ \t]*\n?", text)
    at = max(text.rfind("\n\n", 0, offset) + 2 if "\n\n" in text[:offset] else 0, 0 if body is None else body.end())
    while (heading := HEADS.match(text, at, offset)) is not None:
        at = heading.end()
    while (opens := OPENS.search(text[:at])) is not None:
        at = opens.start()
    return at


def _holds_in(outer: str, number: str) -> bool:
    """Whether what is said of one exercise is to be known in another."""
    return outer in ("", number) or number.startswith(outer + ".")


def _sentence(what: str, names: list[str]) -> str:
    listed = ", ".join(f"${n}$" for n in names)
    if what == "sum":
        return f"The losses {listed} of the samples are added up."
    if what.startswith("a function"):
        return f"The loss {listed} is {what}."
    several = {"matrix": "matrices"}.get(what, f"{what}s")
    return f"Here {listed} {f'are {several}' if len(names) > 1 else f'is a {what}'}."


def _listed(names: list[str]) -> str:
    return " and ".join(f"${n}$" for n in names)
