r"""Laws in one dimension beside those in many: `q(z) = \mathcal{N}(z; \mu, \sigma^2)` under one title, and under the
next `\frac12 \sum_j (\mu_j^2 + \sigma_j^2 - \log \sigma_j^2 - 1)`, or a vector z that is made of something.

Where the law stands, its variable, mean and deviation are numbers of their own; their letters are vectors elsewhere.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from chainrule.read.document import Document, Heading
from chainrule.read.tree import Comma, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.conditions.titles import reach, titles_above
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.statistics.normal_formulas import by_formula
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import spelled, walk
from chainrule.sheet.syntax.normal_laws import density, normal_density, normal_parameters
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS
from chainrule.sheet.syntax.spelling import APART

OF_ARRAYS = frozenset({"I", "diag", "tr", "det"})
ENTRYWISE = frozenset({"odot", "circ"})


@dataclass(frozen=True)
class _Law:
    """A law of a number: the equation that says it, its variable, and all letters of it."""

    equation: Equation
    variable: str
    letters: frozenset[str]


def in_one_dimension(sheet: Sheet) -> Sheet | None:
    """A sheet in which the letters of such laws are names of their own where these stand; None without an occasion."""
    laws = [law for e in sheet.equations if (law := _law(e)) is not None]
    letters = frozenset(x for law in laws for x in law.letters)
    arrays = {e.chain for e in sheet.equations if _of_arrays(e, letters)} if letters else set()
    here = {e.position for law in laws for e in _around(sheet, law, arrays)}
    here -= {e.position for e in sheet.equations if e.chain in arrays}
    variables = {law.variable for law in laws}
    elsewhere = any(e.position not in here and _says(e) in variables for e in sheet.equations)
    if not here or not (elsewhere or any(_indexed(e, letters) for e in sheet.equations)):
        return None
    copy = replace(sheet, glossary=replace(sheet.glossary))
    return throughout(copy, lambda node: _renamed(node, letters), sentences=True, kept=_Outside(here))


@dataclass(frozen=True)
class _Outside(Container[int]):
    """All positions but some."""

    inside: set[int]

    def __contains__(self, position: object) -> bool:
        return position not in self.inside


def _law(e: Equation) -> _Law | None:
    """The law of a number that an equation gives, with a square or a number as its variance."""
    found: tuple[Node | None, Node, Node] | None
    if e.op == "∼":
        parameters = normal_parameters(e.rhs)
        found = None if parameters is None else (e.lhs, *parameters)
    else:
        named = density(e.lhs) if e.op in DEFINING else None
        parameters = normal_parameters(e.rhs)
        own = None if named is None or parameters is None else (named.variable, *parameters)
        found = None if named is None else own or normal_density(e.rhs) or by_formula(e.rhs)
    if found is None:
        return None
    variable, mean, variance = found
    square = variance.base if isinstance(variance, Script) and getattr(variance.sup, "text", "") == "2" else None
    if not (isinstance(variable, Name) and isinstance(square, Name) and not variable.style and not square.style):
        return None
    if not (is_numeric(mean) or (isinstance(mean, Name) and not mean.style)):
        return None
    return _Law(e, spelled(variable), frozenset(spelled(n) for n in (variable, mean, square) if isinstance(n, Name)))


def _around(sheet: Sheet, law: _Law, arrays: set[int]) -> Iterator[Equation]:
    """The lines of the section that a law stands in, and of those that go on with it: the next ones under the same
    title, until one is about arrays or gives its variable a meaning."""
    document, at = law.equation.document, law.equation.span.start
    own = [e for e in sheet.equations if e.document is document]
    above = titles_above(document, at)
    if not above:
        yield from own
        return
    for start, end in _sections(document, above[-1]):
        lines = [e for e in own if start <= e.span.start < end]
        if not start <= at < end and any(e.chain in arrays or _says(e) == law.variable for e in lines):
            return
        yield from lines


def _sections(document: Document, title: Heading) -> Iterator[tuple[int, int]]:
    """The section under a title, and those behind it under titles of the same rank."""
    yield reach(document, title)
    for p in document.pieces:
        if isinstance(p, Heading) and p.span.start > title.span.start:
            if p.level < title.level:
                return
            if p.level == title.level:
                yield reach(document, p)


def _says(e: Equation) -> str:
    """The letter that a line gives a meaning, by a formula or by what it is drawn from."""
    return spelled(e.lhs) if isinstance(e.lhs, Name) and (e.op in DEFINING or e.op == "∼") else ""


def _indexed(e: Equation, letters: frozenset[str]) -> bool:
    r"""Whether one of the letters stands with an index: `\sigma_j`, but not the `\sigma_1` of one of two laws."""
    scripts = (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script) and n.sub is not None)
    return any(
        isinstance(n.base, Name) and spelled(n.base) in letters and not isinstance(n.sub, (Number, Comma))
        for n in scripts
    )


def _of_arrays(e: Equation, letters: frozenset[str]) -> bool:
    """Whether a line has one of the letters with an index, or signs of vectors and matrices."""
    return _indexed(e, letters) or any(_is_of_arrays(n) for side in (e.lhs, e.rhs) for n in walk(side))


def _is_of_arrays(node: Node) -> bool:
    if isinstance(node, Product):
        return any(f.op in ENTRYWISE for f in node.factors)
    if isinstance(node, Script):
        return isinstance(node.sup, Name) and node.sup.text in TRANSPOSE_WORDS
    return (isinstance(node, Fenced) and node.open == "‖") or (isinstance(node, Name) and node.text in OF_ARRAYS)


def _renamed(node: Node, letters: frozenset[str]) -> Node:
    """A formula with the letters of laws in one dimension as names of their own."""
    return rebuilt(node, lambda n: _apart(n) if isinstance(n, Name) and spelled(n) in letters else None)


def _apart(name: Name) -> Node:
    return replace(name, style=(APART,))
