r"""Functions given by their components: `f(x)_i = ...` is `f_i(x) = ...`, and is written so everywhere.

And a component without its index: the softmax in `p_k = softmax(z) = \frac{e^{z_k}}{\sum_j e^{z_j}}` is its entry k.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Accent, Big, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.letters.component_letters import SOFT, plain_key
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import letter_of, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Whole = tuple[object, object] | None

ENTRIES = "entries"
"""Marks the names whose entries are those of a softmax."""
DEFINES = frozenset({"=", ":=", "≡"})


def by_components(formulas: Iterable[Node]) -> frozenset[object]:
    """The functions for whose components a document has a formula."""
    found = set()
    for node in formulas:
        match node:
            case Relation(first=Product(factors=(f, args)), links=(link, *_)) if link.op in DEFINES and not args.op:
                if _is_name(f.node) and _component(args.node) is not None:
                    found.add(node_key(f.node))
    return frozenset(found)


def with_component_names(node: Node, functions: frozenset[object]) -> Node:
    """A formula with the index of such a function on its name."""
    return rebuilt(node, lambda part: _moved(part, functions)) if functions else node


def _moved(node: Node, functions: frozenset[object]) -> Node | None:
    if not isinstance(node, Product):
        return None
    out: list[Factor] = []
    for factor in node.factors:
        before = out[-1] if out and not factor.op else None
        script = _component(factor.node)
        if before is None or script is None or node_key(before.node) not in functions:
            out.append(replace(factor, node=with_component_names(factor.node, functions)))
            continue
        name = Script(before.node.span.join(script.span), before.node, script.sub, primes=0)
        call = (replace(before, node=name), Factor("", with_component_names(script.base, functions)))
        if script.sup is None:
            out[-1:] = call
        else:
            whole = Fenced(name.span, "(", Product(name.span, (replace(call[0], op=""), call[1])), ")")
            out[-1] = replace(before, node=Script(name.span, whole, None, script.sup))
    return out[0].node if len(out) == 1 else replace(node, factors=tuple(out))


def _component(node: Node) -> Script | None:
    """`(x)_i` behind a function."""
    hung = isinstance(node, Script) and isinstance(node.base, Fenced) and node.base.open == "(" and node.sub is not None
    return node if hung and isinstance(node, Script) and not node.primes else None


def softened_by_entries(formulas: Sequence[Node]) -> dict[Whole, set[str]]:
    """The names in a softmax whose entries a sum of the document runs over, with the letters below them; none where
    `softmax(z_i)` may have them as vectors."""
    nodes = [n for f in formulas for n in walk(f)]
    inside = [z for n in nodes for z in _softened(n)]
    if not inside:
        return {}
    letters: dict[Whole, set[str]] = {}
    for n in (n for n in nodes if isinstance(n, Script) and n.sub is not None):
        letters.setdefault(_whole(n), set()).update(x for x in (letter_of(n.sub),) if x is not None)
    sums = [n for n in nodes if isinstance(n, Product) and any(isinstance(f.node, Big) for f in n.factors)]
    summed = {_whole(n) for x in sums for n in walk(x) if isinstance(n, Script) and letter_of(n.sub) in _running(x)}
    parts = {_whole(z) for z in inside if not _is_plain(z)}
    wholes = dict.fromkeys(_whole(z) for z in inside if _is_plain(z))
    found = {z: set() if z in parts else letters[z] for z in wholes if z in summed}
    relations = [n for n in nodes if isinstance(n, Relation) and with_entries_of_softmax(n, found) != n]
    sides = [x for r in relations for x in (r.first, *(link.node for link in r.links)) if isinstance(x, Script)]
    return found | {(ENTRIES, plain_key(x.base)): set() for x in sides if plain_key(x.base)}


def with_entries_of_softmax(node: Node, wholes: dict[Whole, set[str]]) -> Node:
    """A chain of equal entries k, with k below the softmax of all of z that stands among them, or in a logarithm."""
    if not isinstance(node, Relation) or any(link.op not in DEFINES for link in node.links):
        return node
    sides = [node.first, *(link.node for link in node.links)]
    for n, side in enumerate(sides):
        z = next((z for part in walk(side) for z in _softened(part) if _is_plain(z) and _whole(z) in wholes), None)
        if z is None:
            continue
        others = sides[:n] + sides[n + 1 :]
        alone = isinstance(side, Product) and len(side.factors) == 2 and z in _softened(side)
        sure = [p for x in others for p in _free_places(x, z)]
        places = sure or [x.sub for x in others if isinstance(x, Script) and x.sub is not None and alone]
        letters = {letter_of(p) for p in places}
        if len(letters) != 1 or not (sure or letters <= wholes[_whole(z)]):
            continue
        if not alone:
            sides[n] = rebuilt(side, partial(_entry, place=places[0])) if _is_logarithm(side, letters) else side
        elif all(letters & _letters(x) or isinstance(x, (Name, Accent)) for x in others):
            sides = [x if letters & _letters(x) else _at(x, places[0]) for x in sides]
    sides = _beside_entries(sides, wholes)
    links = (replace(link, node=side) for link, side in zip(node.links, sides[1:], strict=True))
    return replace(node, first=sides[0], links=tuple(links))


def _beside_entries(sides: list[Node], wholes: dict[Whole, set[str]]) -> list[Node]:
    """`p_i = softmax(z - c)` with i below the softmax, where another line says that p_k is an entry of one."""
    found = []
    for n, side in enumerate(sides):
        others = (x for x in _parts_of(sides[:n] + sides[n + 1 :]) if isinstance(x, Script) and x.sub is not None)
        places = [x.sub for x in others if (ENTRIES, plain_key(x.base)) in wholes and letter_of(x.sub)]
        letters = {letter_of(p) for p in places if p is not None}
        if places and places[0] is not None and len(letters) == 1 and not letters & _letters(side):
            side = rebuilt(side, partial(_entry, place=places[0]))
        found.append(side)
    return found


def _parts_of(nodes: list[Node]) -> Iterator[Node]:
    return (n for node in nodes for n in walk(node))


def _softened(node: Node) -> Iterator[Node]:
    """The names z of `softmax(z)` in a product, with the mark of a layer or a sample on them if they have one."""
    for word, arguments in pairwise(node.factors) if isinstance(node, Product) else ():
        z = arguments.node.body if isinstance(arguments.node, Fenced) and not arguments.op else None
        if z is not None and isinstance(word.node, Name) and word.node.text in SOFT and _whole(z):
            yield z


def _is_plain(z: Node) -> bool:
    return not isinstance(z, Script) or z.sub is None


def _is_logarithm(side: Node, letters: set[str | None]) -> bool:
    """Whether a side without these letters has a logarithm."""
    return not letters & _letters(side) and any(isinstance(n, Name) and n.text in LOGARITHMS for n in walk(side))


def _is_softmax(word: Node) -> bool:
    return isinstance(word, Name) and word.text in SOFT


def _entry(node: Node, place: Node) -> Node | None:
    """A product with an entry of each softmax in it."""
    if not isinstance(node, Product) or not any(_is_softmax(f.node) for f in node.factors):
        return None
    factors: list[Factor] = []
    for f in node.factors:
        word = factors[-1] if factors and isinstance(f.node, Fenced) and not f.op else None
        if word is not None and _is_softmax(word.node):
            call = Product(word.node.span.join(f.node.span), (replace(word, op=""), f))
            factors[-1] = replace(word, node=_at(call, place))
        else:
            factors.append(f)
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))


def _whole(node: Node) -> Whole:
    """A name without its typeface and its subscript, and its mark; None for anything else."""
    match node:
        case Script(base=base, sup=Fenced() | None as mark, primes=0):
            return (plain_key(base), mark and node_key(mark)) if plain_key(base) else None
        case Name() | Accent():
            return plain_key(node), None
    return None


def _free_places(side: Node, of: Node) -> list[Node]:
    """The letters below a name that nothing on this side runs over."""
    below = (n.sub for n in walk(side) if isinstance(n, Script) and n.sub is not None and _whole(n) == _whole(of))
    return [sub for sub in below if letter_of(sub) not in _running(side) | {None}]


def _running(side: Node) -> set[str]:
    return {x for n in walk(side) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}


def _letters(side: Node) -> set[str | None]:
    return {letter_of(n) for n in walk(side) if isinstance(n, Name)}


def _at(side: Node, place: Node) -> Node:
    named = isinstance(side, (Name, Accent))
    return Script(side.span, side if named else Fenced(side.span, "(", side, ")"), place)


def _is_name(node: Node) -> bool:
    name = node.body if isinstance(node, Accent) else node
    return isinstance(name, Name) and name.text not in FUNCTIONS
