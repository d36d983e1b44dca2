r"""Points where a function has a kink or a jump: no derivative is given there, whatever is customary.

What a function is at the point is looked at in its formula before a number is put in, `\max(0, x)`, for the derivative
of a case, `2 x` for `x < 1`, says nothing of the other one. Beside an expansion nothing is said that nobody needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chainrule.check.comparison.exact import term_of
from chainrule.derive.sheets import BEHIND, question
from chainrule.expr import FUNCTIONS, Apply, Const, Expr, Indicator, Model, evaluate
from chainrule.expr.walks import walk
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.statements import Equation
from chainrule.solve.asking import PLACES, Asking, Draft, read_formula
from chainrule.solve.losses import arguments_of
from chainrule.solve.said.expansions import called_name
from chainrule.trace.run import Program

AT = re.compile(r"(?P<head>.*)\((?P<at>\s*-?\d+(?:\.\d+)?(?:\s*,\s*-?\d+(?:\.\d+)?)*\s*)\)\s*", re.DOTALL)
SLOPE = re.compile(r"'|\\partial|\\nabla|\\prime|(?<![\\A-Za-z])d(?=[A-Za-z^ ])")
NEAR = 1e-9
COARSE = re.compile(r"-?0\.0{4,}[1-9]\d{0,3}")
"""What may be all that rounding left of a number."""
FUNCTION_OF = {f.name: f for f in FUNCTIONS}
FREE = (r"\xi", r"\zeta", r"\chi", r"\varrho", r"\kappa", r"\upsilon", r"\iota")
"""Letters for arguments that have no numbers; one that the sheet writes is left out."""
WHY = "the function has a kink or a jump there, or its formula changes; no derivative is given at such a point"


@dataclass(frozen=True)
class Place:
    """A point of a function whose derivative is asked for: `f(x)` as a line, the numbers, or the names that the sheet
    gives numbers to, and the names of the arguments that it is differentiated by."""

    line: Equation
    at: dict[str, float | str]
    by: frozenset[str]

    @property
    def is_data(self) -> bool:
        return any(isinstance(v, str) for v in self.at.values())


def place_of(a: Asking) -> Place | None:
    """The point of `f'(1)` and what it is a point of."""
    tex = a.draft.question.tex.replace(r"\left", "").replace(r"\right", "")
    found = AT.fullmatch(tex)
    head = tex if found is None else found["head"]
    if not SLOPE.search(head):
        return None
    values = None if found is None else [float(x) for x in found["at"].split(",")]
    for e in reversed(a.sheet.equations):
        name = called_name(e) if e.spelled is None else ""
        mine = name and re.search(rf"(?:^|[^\\A-Za-z]|\\[a-z]+ ){re.escape(name)}(?![A-Za-z])", head)
        if mine and (values is None or len(arguments_of(e)) == len(values)):
            return _placed(a, e, head, values)
    return None


def _placed(a: Asking, e: Equation, slope: str, values: list[float] | None) -> Place | None:
    """A point of the function of an equation, with letters for its arguments that have no numbers."""
    args = [e.document.source(x.span).strip() for x in arguments_of(e)]
    free = [x for x in FREE if x not in e.document.text][: len(args)]
    tex = f"{called_name(e)}({', '.join(free)})"
    node = read_formula(tex, e.document)
    if node is None or len(free) < len(args):
        return None
    line = question(a.template, tidy(node, a.sheet.glossary), 3 * BEHIND + PLACES * (a.draft.number + 1) - 1)
    names = [x.removeprefix("\\") for x in free]
    by = {n for n, x in zip(names, args, strict=True) if re.search(rf"\\partial {re.escape(x)}(?![A-Za-z])", slope)}
    numbers: list[float | str] = [*values] if values is not None else [x.removeprefix("\\") for x in args]
    at = dict(zip(names, numbers, strict=True))
    return Place(replace(line, spelled=(tex, tex)), at, frozenset(by or names))


def is_broken(place: Place, program: Program) -> bool:
    """Whether a function has two sides that meet at a point: a condition turns there, or the side of a kink."""
    terms, definitions = _terms(place.line, program), program.variant.universe.definitions
    symbols = {s: s.name.partition("#")[0] for t in terms for s in t.symbols}
    data = {s.name: float(v.ravel()[0]) for s, v in program.values.items() if v.size == 1}
    data |= {s.name: float(d.body.value) for s, d in definitions.items() if isinstance(d.body, Const)}
    at = {k: data.get(v) if isinstance(v, str) else v for k, v in place.at.items()}
    if None in at.values():
        return False
    given = {**program.values, **{s: np.array([at[x]], dtype=float) for s, x in symbols.items() if x in at}}
    still = {s for s, x in symbols.items() if x in place.at and x not in place.by}
    turning = [x for x in _turning(terms) if not x.symbols or not x.symbols <= still]
    return any(_is_zero(x, Model(program.sizes, given, definitions)) for x in turning)


def has_kink(a: Asking, program: Program) -> bool:
    """The same of what is no called function, `h = |u|`, at the numbers of the sheet, along the variable."""
    if a.loss is None or a.variable is None:
        return False
    definitions = program.variant.universe.definitions
    by = {s for x in _terms(a.variable, program)[:1] for s in x.symbols}
    turning = [x for x in _turning(_terms(a.loss, program)) if by & set(definitions.ordered(sorted(x.symbols)))]
    return any(_is_zero(x, Model(program.sizes, dict(program.values), definitions)) for x in turning)


def _terms(line: Equation, program: Program) -> list[Expr]:
    """What a line is, and what it is made of; nothing where it could not be read."""
    variant = program.variant
    if line.position not in variant.typed:
        return []
    term, definitions = term_of(variant, variant.typed[line.position][1])[0], variant.universe.definitions
    return [term, *(definitions[s].body for s in definitions.ordered(sorted(term.symbols)) if s in definitions)]


def _turning(terms: list[Expr]) -> Iterator[Expr]:
    """What is zero where a function changes its formula."""
    for node in walk(*terms):
        if isinstance(node, Indicator):
            yield node.a - node.b
        elif isinstance(node, Apply) and node.name in ("floor", "heaviside", "sign"):
            yield node.args[0]
        elif isinstance(node, Apply):
            yield from (kink(*node.args) for kink in FUNCTION_OF[node.name].kinks)


def _is_zero(term: Expr, model: Model) -> bool:
    """Whether a number is zero; what has none may be."""
    if term.axes or any(s not in model.values and s not in model.definitions for s in term.symbols):
        return False
    return abs(float(np.asarray(evaluate(term, (), model)).ravel()[0])) < NEAR


def without_numbers(a: Asking, place: Place | None, program: Program) -> None:
    """At a kink a derivative with a formula, `\\nabla f`, keeps that; a number, or what has no formula, is left out."""
    d = a.draft
    if not d.numbers and place is None:
        return
    if not (has_kink(a, program) if place is None else is_broken(place, program)):
        return
    d.ways = [w for w in d.ways if w.result.right != d.numbers] if place is None or place.is_data else []
    d.numbers, d.why_not = "", "" if d.ways else WHY


def without_idle(drafts: Sequence[Draft]) -> None:
    """Nothing is said of a derivative that is zero, `x^2 + y` twice by y, but its value at the point of an expansion;
    no expansion has coefficients that are rounded to a few digits."""
    by_tex = {d.question.tex: d for d in drafts}
    for d in (d for d in drafts if d.question.expansion is not None and d.question.expansion.order):
        values = [by_tex.get(s.value) for s in d.question.expansion.summands] if d.question.expansion else []
        slopes = [by_tex.get(s.slope) for s in d.question.expansion.summands] if d.question.expansion else []
        for general, value in zip(slopes, values, strict=True):
            if general is not None and general.question.general and value is not None and value.numbers == "0":
                general.why_not = ""
        if d.ways and any(value is not None and COARSE.fullmatch(value.numbers) for value in values):
            d.ways, d.why_not = [], "a number in it is too small to be written with so many decimals"
