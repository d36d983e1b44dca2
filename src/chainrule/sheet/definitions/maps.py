r"""Functions of vectors of which a sheet says where they lead, `f : \mathbb{R}^n \to \mathbb{R}^m`, and what it writes
for their derivatives: `J_f(x)`, `Df(x)`, `f \circ g`.

A function that nothing defines is one of all entries of its argument where it is declared so, or where its Jacobian is
spoken of; else the letters of activations are taken entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chainrule.read.tree import Accent, Comma, Factor, Fenced, Infix, Name, Node, Product, Script
from chainrule.sheet.records.families import FUNCTION_LETTERS
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.names import reference, spelled, walk
from chainrule.sheet.words.declared import ShapeFact, real_space

JACOBIAN_LETTERS = frozenset({"J", "Jac"})
HESSIAN_LETTERS = frozenset({"H", "Hess", "Hessian"})
DERIVATIVE_SIGNS = frozenset({"D", "bold D", "J", "bold J"})
SAID = re.compile(
    r"⟦(\d+)⟧[^.;⟦]{0,60}?\b(?:from|mapping|maps) (?:\w+ )?⟦(\d+)⟧ (?:in)?to (?:\w+ )?⟦(\d+)⟧", re.IGNORECASE
)
JACOBIAN = re.compile(r"\bjacobi", re.IGNORECASE)
ANY_VECTOR = ShapeFact("vector", (None,))
PLACE = "·u"


@dataclass(frozen=True)
class Map:
    """Where a function comes from and where it leads; None where that is not said."""

    start: ShapeFact | None
    end: ShapeFact
    position: int


def note_maps(world: World, equations: Iterable[Equation], sentences: Iterable[Sentence]) -> None:
    """Take the declarations of functions: `f : A \\to B`, "f from A to B"; and what has a Jacobian without one."""
    equations = list(equations)
    for e in (e for e in equations if e.op == "→" and isinstance(e.lhs, Infix) and e.lhs.op == ":"):
        assert isinstance(e.lhs, Infix)
        _declare(world, e.position, e.lhs.left, e.lhs.right, e.rhs)
    told = False
    for s in sentences:
        told |= JACOBIAN.search(s.text) is not None
        for match in SAID.finditer(s.text):
            _declare(world, s.position, *(s.formulas[int(n)] for n in match.groups()))
    for side in (s for e in equations for s in (e.lhs, e.rhs)) if told or world.maps else ():
        for base in _with_jacobians(world, side):
            family = world.family(base)
            as_function = base.rpartition(" ")[2] in FUNCTION_LETTERS or (family.called and not family.by)
            if base not in world.maps and as_function and not family.sloped and not world.roles.get(base):
                world.maps[base] = [Map(ANY_VECTOR, ANY_VECTOR, 0)]


def map_of(world: World, base: str, position: int) -> Map | None:
    """Where a function leads at a position: the latest declaration before it, else the first."""
    found: list[Map] = world.maps.get(base, [])
    before = [m for m in found if m.position <= position]
    return before[-1] if before else found[0] if found else None


def _declare(world: World, position: int, names: Node, start: Node, end: Node) -> None:
    value = real_space(end)
    if value is None:
        return
    source = real_space(start)
    if source is not None and source.rank == value.rank == "scalar":
        return
    for node in names.items if isinstance(names, Comma) else (names,):
        ref = reference(node, world.glossary)
        if ref is not None and ref.bare:
            world.maps.setdefault(ref.base, []).append(Map(source, value, position))
            dims = (*(source.dims if source is not None else ()), *value.dims)
            world.size_names |= {d for d in dims if d is not None and not d.isdigit()}


def _with_jacobians(world: World, side: Node) -> Iterator[str]:
    """The letters of functions whose Jacobian is written, `J_f(x)`, `Df(x)`."""
    found: list[Node] = [f for n in walk(side) if (f := below_a_jacobian(n)) is not None]
    for node in (n for n in walk(side) if isinstance(n, Product)):
        for sign, function, fence in zip(node.factors, node.factors[1:], node.factors[2:], strict=False):
            behind = not function.op and not fence.op and isinstance(fence.node, Fenced) and fence.node.open == "("
            found += [function.node] if behind and is_sign(world, sign.node) else []
    for name in (x for f in found for x in composed(f)):
        ref = reference(name, world.glossary)
        if ref is not None and ref.bare:
            yield ref.base


def below_a_jacobian(node: Node) -> Node | None:
    r"""The function of a Jacobian by its name: the f of `J_f` and `\mathbf{J}_{f \circ g}`."""
    if not isinstance(node, Script) or node.sub is None or node.sup is not None or node.primes:
        return None
    named = isinstance(node.base, Name) and node.base.text in JACOBIAN_LETTERS
    return node.sub if named and isinstance(node.sub, (Name, Product)) else None


def composed(node: Node) -> tuple[Node, ...]:
    r"""The functions of `f \circ g`, outermost first; of a name, itself; empty for anything else."""
    while isinstance(node, Fenced) and node.open == "(":
        node = node.body
    if isinstance(node, Product) and len(node.factors) > 1 and all(f.op == "circ" for f in node.factors[1:]):
        return tuple(f.node for f in node.factors)
    return (node,) if isinstance(node, (Name, Accent)) else ()


def is_function(world: World, node: Node) -> bool:
    """Whether a name is a function of the sheet: declared as a map, or with a formula."""
    ref = reference(node, world.glossary) if isinstance(node, (Name, Accent)) else None
    if ref is None:
        return False
    known = ref.base in world.maps or ref.base in world.functions
    return known or any(len(composed(s.body)) > 1 for s in world.sites.get(ref.base, ()))


def are_functions(world: World, nodes: tuple[Node, ...]) -> bool:
    """Whether all names of a composition are functions."""
    return bool(nodes) and all(is_function(world, n) for n in nodes)


def is_jacobian(world: World, node: Node) -> bool:
    """Whether a side is a Jacobian by its name, `J_f(x)`, whose meaning is known: no equation defines it."""
    first = node.factors[0].node if isinstance(node, Product) else node
    below = below_a_jacobian(first)
    return below is not None and are_functions(world, composed(below))


def is_sign(world: World, node: Node) -> bool:
    """Whether a D or J before a function is the sign of its derivative: nothing else is called so."""
    if not isinstance(node, Name) or spelled(node) not in DERIVATIVE_SIGNS or world.defined(spelled(node)):
        return False
    family = world.families.get(spelled(node))
    return family is None or not (family.by or family.declared_rank or family.differentiated)


def call(functions: tuple[Node, ...], argument: Node) -> Node:
    """Functions applied one after the other: `f(g(x))`."""
    for f in reversed(functions):
        argument = rest_of((Factor("", f), Factor("", Fenced(argument.span, "(", argument, ")"))))
    return argument


def note_compositions(world: World) -> None:
    r"""`h = f \circ g` defines a function, `h(u) = f(g(u))`."""
    for base, sites in list(world.sites.items()):
        for site in sites:
            functions = composed(site.body)
            if len(functions) < 2 or not are_functions(world, functions) or not site.ref.bare:
                continue
            place = Name(site.body.span, PLACE)
            whole = Site(base, site.ref, call(functions, place), site.position, (place,), None, site.section, site.own)
            world.functions.setdefault(base, []).append(whole)
            world.sites[base] = [s for s in world.sites[base] if s is not site]
            world.declaring[site.position] = "says which functions are applied one after the other"
        if not world.sites[base]:
            del world.sites[base]


def is_hessian(world: World, base: str) -> str | None:
    """The function f of a name `H_f`, where the text speaks of the Hessian: its meaning is known."""
    letter, _, word = base.rpartition("_")
    return word if world.hessian and word in world.functions and letter.split(" ")[-1] in HESSIAN_LETTERS else None
