"""What the document would have to say so that a line can be decided: the record behind `assumed`.

Messages and the context file (`chainrule context`) are both made from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from chainrule.read.tree import Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference, spelled, walk
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.spelling import spelled_out

CONSTANTS = frozenset({"e", "pi", "d", "partial", "nabla", "delta"})

NeedKind = Literal["definition", "function", "dependence", "number", "shape", "condition"]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is never said of a name: what it is, of what it is a function, its number, its shape, or that it
    meets a condition (`detail`: a domain, or the source of what it is differentiated by)."""

    kind: NeedKind
    instance: Instance
    detail: str = ""


def dependences(world: World, e: Equation, sides: Iterable[Node]) -> tuple[Need, ...]:
    """What is differentiated in some sides and never said to depend on the variables: undefined names behind it."""
    nodes = [n for side in sides for n in walk(side)]
    variables = [v for node in nodes for v in _variables(node)]
    by = {ref.base for v in variables if (ref := reference(v, world.glossary)) is not None}
    detail = ", ".join(dict.fromkeys(e.text(v) for v in variables))
    top = {base for node in nodes for base in differentiated(world, node)}
    direct = {base for base in top - by if not world.defined(base)}
    behind = direct or {base for base in _undefined(world, top) - by if not introduced(world, base)}
    return tuple(Need("dependence", Instance(base), detail) for base in sorted(behind))


def depends(world: World, e: Equation, side: Node) -> str:
    """The sentence about a dependence that is never stated."""
    nodes = list(walk(side))
    variables = ", ".join(dict.fromkeys(e.text(v) for node in nodes for v in _variables(node)))
    names = dict.fromkeys(spelled_out(base) for node in nodes for base in differentiated(world, node))
    if not variables or len(names) != 1:
        return f"the document does not say how {e.text(side)} depends on the variable it is differentiated by"
    return f"the document does not say how {next(iter(names))} depends on {variables}"


def _variables(node: Node) -> list[Node]:
    """What a derivative is taken by."""
    if isinstance(node, Fraction) and above(node.numerator) is not None:
        bottom = below(node.denominator)
        return [] if bottom is None else bottom[1]
    nabla = nabla_of(node)
    return [] if nabla is None else nabla[0]


def differentiated(world: World, node: Node) -> list[str]:
    """The names that a derivative is taken of."""
    body: Node | None = None
    if isinstance(node, Fraction) and below(node.denominator) is not None:
        top = above(node.numerator)
        body = None if top is None else top.body
    elif isinstance(node, Product) and (_operator(node.factors[0].node) or nabla_of(node.factors[0].node) is not None):
        body = rest_of(node.factors[1:]) if len(node.factors) > 1 else None
    return [] if body is None else [b for b in _names(world, body) if not is_function_word(b) and b not in CONSTANTS]


def of_its_densities(world: World, e: Equation) -> bool:
    r"""Whether all that a line differentiates is made with a density of the variable, `\nabla_\theta
    \mathbb{E}_{p_\theta(x)}[b]`: what does not change then is found to be constant."""
    found = False
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
        names = differentiated(world, node)
        if not names:
            continue
        refs = [reference(v, world.glossary) for v in differentiated_by(node)]
        by = {ref.base for ref in refs if ref is not None}
        if not any(_is_law(world, b) and world.parameter_of(b) in by for b in names):
            return False
        found = True
    return found


def _is_law(world: World, base: str) -> bool:
    """Whether a name is one of a density, by its letter or as what an expectation draws from."""
    return is_density(base) or any(base == law for law, _ in world.drawn)


def of_functions_without_argument(world: World, e: Equation) -> bool:
    r"""Whether an expectation under a density speaks of `R` alone, which is a function elsewhere, `R(x)`, or has such a
    formula, `R = r(x)`: it is no constant then, though nothing shows that it changes."""
    bases = {r.base for side in (e.lhs, e.rhs) for r in references(side, world)}
    if not any(_is_law(world, b) for b in bases) or not any(map(_is_expectation, (*walk(e.lhs), *walk(e.rhs)))):
        return False
    return any(_hides_its_argument(world, b, e) for b in bases if not _is_law(world, b) and not is_function_word(b))


def _is_expectation(node: Node) -> bool:
    r"""`\mathbb{E}_{p}[R]`, `E[R]`: no loss E."""
    for f, behind in pairwise(node.factors) if isinstance(node, Product) else ():
        name = f.node.base if isinstance(f.node, Script) else f.node
        fenced = isinstance(behind.node, Fenced) and behind.node.open in ("[", "{")
        if isinstance(name, Name) and spelled(name) in EXPECTATIONS and (fenced or name.style):
            return True
    return False


def _hides_its_argument(world: World, base: str, e: Equation) -> bool:
    if not world.defined(base):
        return world.family(base).called > 0 and any(_stands_alone(world, side, base) for side in (e.lhs, e.rhs))
    bodies = (s.body for s in world.sites.get(base, ()) if not _is_expectation(s.body))
    return any(isinstance(b, Product) and len(b.factors) == 2 and isinstance(b.factors[1].node, Fenced) for b in bodies)


def _stands_alone(world: World, node: Node, base: str) -> bool:
    """Whether a name stands in a formula without an argument behind it."""
    called = {
        id(f.node)
        for part in walk(node)
        if isinstance(part, Product)
        for f, behind in pairwise(part.factors)
        if isinstance(behind.node, Fenced) and not behind.op
    }
    names = ((n, reference(n, world.glossary)) for n in walk(node) if isinstance(n, Name))
    return any(ref is not None and ref.base == base and id(n) not in called for n, ref in names)


def differentiated_by(node: Node) -> list[Node]:
    """What a derivative is taken by."""
    first = node.factors[0].node if isinstance(node, Product) else node
    bottom = below(first.denominator) if isinstance(first, Fraction) else None
    return bottom[1] if bottom is not None else (nabla_of(first) or ([],))[0]


def _operator(node: Node) -> bool:
    """`\\frac{\\partial}{\\partial x}` before what it acts on."""
    top = above(node.numerator) if isinstance(node, Fraction) else None
    return top is not None and top.body is None


def _names(world: World, node: Node) -> list[str]:
    return list(dict.fromkeys(world.aliases.get(r.base, r.base) for r in references(node, world)))


def _undefined(world: World, bases: Iterable[str]) -> set[str]:
    """The names without a definition that some names rest on."""
    found: set[str] = set()
    todo = list(bases)
    while todo:
        base = todo.pop()
        if base in found or base not in world.families or is_function_word(base) or base in CONSTANTS:
            continue
        found.add(base)
        sites = (*world.sites.get(base, ()), *world.functions.get(base, ()))
        todo += [name for site in sites for name in _names(world, site.body)]
    return {base for base in found if not world.defined(base)}


def introduced(world: World, base: str) -> bool:
    """Whether the document says of a name that it is given: declared, of a known role, an index, a size, a variable."""
    family = world.family(base)
    told = family.declared_rank is not None or family.domain_kind is not None or family.by > 0
    told = told or base in world.independent or base in world.roles
    return told or base in world.glossary.bound or base in world.size_names
