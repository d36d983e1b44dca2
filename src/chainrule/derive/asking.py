"""What `derive` is asked about a sheet or a formula in TeX: the loss, the names, and the problem that they state."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from chainrule.check.comparison.lines import EQUALITIES, Lines, Variant
from chainrule.check.engine import judge_for, read_sheet
from chainrule.check.records.clock import Clock, DeadlinePassed
from chainrule.check.records.options import DEFAULTS, Options
from chainrule.derive.activations import with_activations
from chainrule.derive.build import Problem
from chainrule.derive.labels import counted_in, labels_in, squares_in
from chainrule.derive.names import python_name, tex_name
from chainrule.derive.readings import WORDS, as_factors, settle
from chainrule.derive.sheets import BEHIND, problem_of, question, with_letters
from chainrule.expr.errors import ExprError
from chainrule.expr.index import Dim, Symbol
from chainrule.expr.nodes import Unknown
from chainrule.expr.walks import walk
from chainrule.read.document import Document
from chainrule.read.grammar.formula import parse
from chainrule.read.load import KINDS, from_text
from chainrule.read.python import FormulaError
from chainrule.read.tree import Fenced, Node, Product, Relation, Span
from chainrule.sheet.inference.unreadable import names_below
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.spelling import names_loss

DOLLARS = re.compile(r"\A\s*(\$\$?|\\\[|\\\()(.*?)(\$\$?|\\\]|\\\))\s*\Z", re.DOTALL)
NAME = re.compile(r"([A-Za-z]\w*'*|\\[A-Za-z]+ ?[\w^{}\\]*)(\([\w, ]*\))?", re.ASCII)
"""What a loss may be called: `loss`, `J_1`, `\\mathcal{L}`, `\\ell`."""
NO_SHAPE = "no shape is given: "
Shapes = Mapping[str, tuple[str, ...]]


def is_tex(text: str) -> bool:
    r"""Whether a formula is TeX: it has a backslash, braces or dollars, or a power that Python does not read.

    >>> is_tex(r"\frac12 \|X w - y\|^2"), is_tex("x^T A x"), is_tex("sum((X @ w - y)**2)"), is_tex("x^2")
    (True, True, False, False)
    """
    if re.search(r"[\\{}$]", text):
        return True
    if "^" not in text or re.search(r"[A-Za-z]{2,}", text):
        return False
    try:
        ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return False


def is_sheet(path: Path) -> bool:
    """Whether a file holds a sheet rather than Python-style text."""
    if path.suffix.lower() == ".py":
        return False
    return path.suffix.lower() in KINDS or is_tex(path.read_text(encoding="utf-8", errors="replace"))


def called(of: str | None, taken: Container[str]) -> str:
    """What an expression is called. Raises `FormulaError` when a name in it is called so."""
    if of is not None and of in taken:
        raise FormulaError(f"{of} is what the expression is called, and it occurs in it: give another name with --of")
    if of is not None and not NAME.fullmatch(of):
        raise FormulaError(
            f"--of is what the expression is called, a name such as L, J_1 or \\mathcal{{L}}; found {of!r}"
        )
    return of or next(x for x in ("L", "J", "E", "f", "loss") if x not in taken)


def formula_sheet(tex: str, of: str | None) -> tuple[Document, str | None]:
    """A sheet of one formula, or of the equations that a text in TeX holds; and what the formula is called."""
    body = DOLLARS.sub(r"\2", tex).strip().rstrip(".,")
    rows = parse(body, Span(0, len(body)), {}, True)
    own = any(isinstance(r.node, Relation) and any(link.op == "=" for link in r.node.links) for r in rows)
    if not own:
        of = called(of, set(re.findall(r"(?<![A-Za-z\\])[A-Za-z]", body)) | {m for m in (of,) if m and m in body})
        body = f"{of} = {body}"
    return from_text(f"$$\n{body}\n$$\n", "<expression>", "markdown"), of


def stated(
    document: Document, of: str | None, shapes: Shapes, context: Sequence[Document] = (), options: Options = DEFAULTS
) -> tuple[str, Problem]:
    """The loss of a sheet, in its TeX, and the problem it states. Raises `FormulaError`."""
    clock = Clock(options.deadline)
    try:
        return _stated(document, of, shapes, context, options, clock)
    except Untyped as error:
        raise FormulaError(f"{of or 'the loss'} could not be read: {error.message}") from None
    except DeadlinePassed:
        raise FormulaError("the time was over before the sheet was read") from None
    except (ExprError, RecursionError) as error:
        raise FormulaError(f"{of or 'the loss'} could not be read: {error}") from None


def _stated(
    document: Document, of: str | None, shapes: Shapes, context: Sequence[Document], options: Options, clock: Clock
) -> tuple[str, Problem]:
    around = [*context, *([_declared(shapes)] if shapes else [])]
    sheet = read_sheet(document, around, clock)
    loss = _loss(sheet, of)
    only_formulas = not any(s.own for s in sheet.sentences)
    if only_formulas:
        _refuse_neighbours(sheet)
    if only_formulas and (squares := squares_in(sheet.equations, shapes)):
        size = next(x for x in ("n", "m", "k", "N", "M", "K") if x not in _words(sheet) | set(_dims(shapes)))
        square = {**shapes, **dict.fromkeys(squares, (size, size))}
        try:
            name, found = _stated(document, of, square, context, options, clock)
            rest = [a.removeprefix(NO_SHAPE) for a in found.assumptions]
            shown = NO_SHAPE + ", ".join([*(f"{x} is a square matrix" for x in squares), *rest])
            return name, replace(found, assumptions=[shown])
        except (Untyped, FormulaError, ExprError):
            pass  # the letter is no matrix
    if only_formulas and (labels := labels_in(sheet.equations)):
        taken = _words(sheet) | set(_dims(shapes))
        sheet = read_sheet(document, [*around, _labels(labels, taken)], clock)
        loss = _loss(sheet, of)
    scope = loss.scope
    until = max(e.position for e in sheet.equations if e.scope.number == scope.number)
    judge = judge_for(sheet, scope, until, options, clock)
    if only_formulas:
        as_factors(judge.world)
    line = question(loss, loss.lhs, BEHIND)
    lines = [e for e in judge.equations if e.op in EQUALITIES and e.source != "condition"]
    chosen = settle(judge.world, [*lines, line], line, clock.check)
    variant = Lines(judge.world, [*judge.equations, line], options, clock.check).variant()
    problem = problem_of(variant, line)
    _refuse_unread(problem, variant, loss)
    _refuse_unknown(problem)
    instances = variant.universe.instances
    open_names = {n: i.base for n, s in problem.inputs.items() if s.kind == "real" and (i := instances.get(s))}
    told = {n: chosen[base].axes for n, base in open_names.items() if base in chosen}
    said = ", ".join(f"{n} is a {WORDS[axes]}" for n, axes in told.items() if axes < len(WORDS))
    problem = with_letters(problem, lambda dim: _size(variant.universe, dim), _words(sheet))
    _refuse_endless(problem)
    problem = replace(problem, assumptions=[NO_SHAPE + said] if said else [])
    return loss.text(_head(loss.lhs)), with_activations(problem)


def _refuse_neighbours(sheet: Sheet) -> None:
    for name, place in counted_in(sheet.equations):
        raise FormulaError(
            f"{place} is counted up in a sum, and sums over neighbours are not read in a formula: give the shifted "
            f"sequence a name of its own, such as z with the index of the sum for {place}, beside {name}"
        )


def _refuse_unread(problem: Problem, variant: Variant, loss: Equation) -> None:
    """Raise `FormulaError` at a quantity between the loss and the variables whose formula could not be read."""
    world = variant.universe.world
    for base in sorted(names_below(world, {ref.base for ref in references(loss.rhs, world)}) & world.hidden.keys()):
        hidden = world.hidden[base]
        raise FormulaError(f"the formula of {base} in line {hidden.line} could not be read: {hidden.why.message}")
    for symbol in problem.inputs.values():
        if (why := variant.settled.broken.get(symbol)) is not None:
            raise FormulaError(f"the formula of {problem.names[symbol]} could not be read: {why.message}")


def _refuse_unknown(problem: Problem) -> None:
    """Raise `FormulaError` at a function that nobody defines, unless it is one of one number, as f of `f(w^T x)`."""
    for term in walk(problem.loss, *(d.body for d in problem.definitions.values())):
        if isinstance(term, Unknown) and (len(term.args) != 1 or term.args[0][0]):
            name = problem.names.get(Symbol(term.name), term.name)
            raise FormulaError(
                f"nothing says what the function {name} is: write its formula in its place, or define it in a sheet"
            )


def _refuse_endless(problem: Problem) -> None:
    """Raise `FormulaError` at a sum over what no array has: nothing says how many terms it has."""
    known = {dim for s in problem.inputs.values() for dim in s.axes}
    known |= {dim for dims in problem.ranges.values() for dim in dims}
    terms = walk(problem.loss, *(d.body for d in problem.definitions.values()))
    ranges = {i.dim for t in terms for scope, _ in t.scopes for i in scope}
    if loose := sorted(d.name for d in ranges - known if d.fixed is None):
        raise FormulaError(
            f"a sum up to {loose[0]} runs over an index that no array has, so that nothing says how many terms there "
            f"are: write the number of terms in front of it"
        )


def _declared(shapes: Shapes) -> Document:
    """The shapes as a context document."""
    said = []
    for name, dims in shapes.items():
        tex = tex_name(name) if name.isidentifier() else name
        size = r" \times ".join(dims)
        space = f"^{{{size}}}" if dims else ""
        said.append(rf"${tex} \in \mathbb{{R}}{space}$")
    return from_text(f"Let {', '.join(said)}.\n", "<shapes>", "markdown")


def _labels(labels: list[str], taken: set[str]) -> Document:
    """The labels as a context document."""
    size = next(x for x in ("K", "C", "M", "D", "N", "Q", "R") if x not in taken)
    said = ", ".join(rf"${x} \in \{{1, \dots, {size}\}}$" for x in labels)
    return from_text(f"Let {said}.\n", "<labels>", "markdown")


def _dims(shapes: Shapes) -> Iterator[str]:
    return (dim for dims in shapes.values() for dim in dims)


def _loss(sheet: Sheet, of: str | None) -> Equation:
    """The equation that defines what is to be differentiated; without a name for it, the only loss."""
    defined, losses = dict[str, Equation](), list[str]()
    for e in sheet.equations:
        ref = reference(_head(e.lhs), sheet.glossary)
        if e.op in EQUALITIES and ref is not None and not e.link and not ref.postfix:
            name = e.text(_head(e.lhs))
            losses += [name] if names_loss(ref.base) and name not in defined else []
            defined.setdefault(name, e)
    losses = losses or list(defined)[-1:]
    if of is None and len(losses) == 1:
        return defined[losses[0]]
    for name, e in defined.items() if of is not None else ():
        if name == of or python_name(name) == python_name(str(of)):
            return e
    if not defined:
        raise FormulaError("the sheet defines no loss: write it as an equation, such as $L = ...$")
    what = "the sheet defines several losses" if of is None else f"the sheet does not define {of}"
    raise FormulaError(
        f"{what}; it defines {', '.join(defined)}"
        + (f': write --of "{losses[-1]}"' if losses else "; write the loss as an equation, such as $L = ...$")
    )


def _head(lhs: Node) -> Node:
    """L of `L(w)`."""
    called = isinstance(lhs, Product) and len(lhs.factors) == 2 and isinstance(lhs.factors[1].node, Fenced)
    return lhs.factors[0].node if called and isinstance(lhs, Product) else lhs


def _words(sheet: Sheet) -> set[str]:
    """The letters that the sheet uses."""
    sides = (re.sub(r"\\[A-Za-z]+", " ", e.text(side)) for e in sheet.equations for side in (e.lhs, e.rhs))
    return {letter for side in sides for letter in re.findall(r"[A-Za-z]", side)}


def _size(universe: Universe, dim: Dim) -> str | None:
    """The size of a dimension as the sheet writes it."""
    dims = universe.dims
    known = dims.known(dim.name)
    same = (n for n in sorted(universe.world.size_names) if dims.find(f"={n}") == dims.find(dim.name))
    return known or next(same, None)
