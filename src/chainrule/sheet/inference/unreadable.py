"""Definitions that no reading gives a meaning: `X = [x_1, \\dots, x_N]^T` where lists of vectors are not read.

Such an equation says that its name depends on the names in it, and nothing more that could be used. It is taken out of
the definitions, so that the lines that rest on the name are judged for every function of those names, which holds for
the one that is meant too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from chainrule.read.tree import Name, Node, Product, Script
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import RANKS, Untyped, Val
from chainrule.sheet.records.sites import Hidden, Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Cycle, Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.script_words import is_transpose
from chainrule.sheet.syntax.spelling import look, names_loss

AGAINST_DECLARATION = "the document declares another shape"


def hide_unreadable(world: World, config: Config, equations: list[Equation], deadline: Callable[[], None]) -> bool:
    """Take the definitions without a meaning out of the world; whether there were any that other lines rest on."""
    failed: dict[str, Hidden] = {}
    for e in equations:
        site = _only_site(world, e)
        if site is None or not _used(world, e, site.base, equations):
            continue
        deadline()
        why = failure(world, config, e)
        if why is not None:
            line = e.line
            bases = frozenset(world.aliases.get(r.base, r.base) for r in references(site.body, world))
            failed[site.base] = Hidden(site, line, why, bases - {site.base})
    roots = {base: h for base, h in failed.items() if not (names_below(world, h.names) & failed.keys())}
    for base, hidden in roots.items():
        world.hide(base, hidden)
    return bool(roots)


def _only_site(world: World, e: Equation) -> Site | None:
    """What an equation defines, where it is the only definition of that name."""
    ref = reference(e.lhs, world.glossary)
    sites = world.sites.get(ref.base, []) if ref is not None and not ref.postfix else []
    alone = len(sites) == 1 and sites[0].position == e.position and sites[0].assumed is None
    return sites[0] if alone and ref is not None and ref.base not in world.functions else None


def _used(world: World, e: Equation, base: str, equations: Iterable[Equation]) -> bool:
    """Whether another line speaks of a name."""
    others = (x for x in equations if x.chain != e.chain or x.document is not e.document)
    return any(ref.base == base for x in others for side in (x.lhs, x.rhs) for ref in references(side, world))


def failure(world: World, config: Config, e: Equation) -> Untyped | None:
    """Why an equation by itself gives its name no meaning."""
    try:
        val = Frame(Universe(world, config), f"@{e.position}", e.position).value(e.lhs)
        if of_all_products(e) and loss_of_entries(world, e, val) > 1:
            return Untyped("a loss is a number, and this is a matrix", "untyped")
        return Untyped(AGAINST_DECLARATION, "untyped") if against_declaration(world, e, val) else None
    except Cycle:
        return None
    except Untyped as error:
        return error
    except RecursionError:
        return None


def of_all_products(e: Equation) -> bool:
    r"""Whether a sign is read as the matrix of all products, as in `\mathcal{E} = \sum_t p_t \otimes r_t`: in a loss it
    stands for another product."""
    return any(f.op == "otimes" for n in walk(e.rhs) if isinstance(n, Product) for f in n.factors)


def against_declaration(world: World, e: Equation, val: Val) -> bool:
    """Whether a whole name that an equation defines has another rank than the document declares: `y = A x \\in R^m`."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or not ref.bare or e.link or not world.defined(ref.base):
        return False
    family = world.family(ref.base)
    rank = RANKS.get(family.declared_rank or "")
    return rank is not None and family.declared_subs == 0 and rank != len(val.dims)


def lies_otherwise(world: World, e: Equation, val: Val) -> bool:
    """Whether a vector that is declared a row is given by a column: `p = f(z) \\in R^{1 \\times n}` with a column z."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or not ref.bare or e.link or not world.defined(ref.base):
        return False
    return world.family(ref.base).declared_rank == "row" and val.kind == "column"


def loss_of_entries(world: World, e: Equation, val: Val) -> int:
    """How many axes a loss has that should be a number: what `L(w, b) = ...` defines by a letter of losses or a name
    whose gradient is taken, or `L = ...` where L is differentiated, by a fraction or by a nabla, or a square whose
    differential is written."""
    form = call_form(e.lhs, world) if not e.link else None
    ref = form[0] if form is not None else reference(e.lhs, world.glossary)
    if ref is None or ref.subs or not (names_loss(ref.base) or world.family(ref.base).graded):
        return 0
    if ref.base in world.pooled:
        return 0  # those of its entries are added up
    family = world.family(ref.base)
    changing = family.changing and _is_square_of_small(e.rhs)
    taken = ref.bare and (family.differentiated or family.graded or changing)
    return len(val.dims) if form is not None or taken else 0


def _is_square_of_small(side: Node) -> bool:
    """Whether `(y - t)^T (y - t)` stands in a formula, for small letters."""
    for node in walk(side):
        for a, b in pairwise(node.factors) if isinstance(node, Product) else ():
            turned = isinstance(a.node, Script) and a.node.sup is not None and is_transpose(a.node.sup)
            if turned and isinstance(a.node, Script) and node_key(a.node.base) == node_key(b.node):
                return all(look(n.text).endswith("lower") for n in walk(b.node) if isinstance(n, Name))
    return False


def names_below(world: World, names: Iterable[str]) -> set[str]:
    """All names that some names rest on through definitions, themselves included."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [r.base for s in world.sites.get(name, ()) for r in references(s.body, world)]
    return found
