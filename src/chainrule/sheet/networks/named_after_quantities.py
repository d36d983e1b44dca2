r"""Names after a quantity: the \delta_{h_1} of a unit h_1, the \delta_{h_t} of a state h_t.

Where the quantity is defined in the document it is no index. With its number it is a word below the name; with its step
it gives the name a word, and the step is that of the whole. A unit that is nothing but a place, the h_1 of `z_{h_1}`
and `a_{h_1}`, is told by standing below several names and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Factor, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.syntax.names import children, node_key, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

DEFINES = frozenset({"=", ":=", "≡"})
STEP = "t"
Quantities = frozenset[object]


def quantities_named_after(formulas: list[Node]) -> Quantities:
    """The numbered and the stepping quantities that a document defines and names others after."""
    nodes = [n for f in formulas for n in walk(f)]
    relations = [n for n in nodes if isinstance(n, Relation) and n.links[0].op in DEFINES]
    heads = {_key(r.first) for r in relations if not isinstance(r.links[0].node, Number)}  # `y_1 = 3` is a label
    named = frozenset(k for n in nodes if (below := _below(n)) is not None and (k := _key(below)) in heads) - {None}
    return named | _units(formulas)


def _units(formulas: list[Node]) -> Quantities:
    """The numbered units that stand below two names at least, and never on the line or with an index of their own. Of a
    vector p, or of entries p_i, the `p_{y_1}` may be an entry."""
    above: dict[object, set[object]] = {}
    spelled, otherwise, whole, entries = set[object](), set[object](), set[object](), set[object]()
    spoken = (isinstance(f, Script) and isinstance(f.sub, Number) for f in formulas)  # the `h_1` of "the unit h_1"
    said = [f for f, alone in zip(formulas, spoken, strict=True) if not alone]
    for node, inside in (x for f in said for x in _with_place(f)):
        below = _below(node)
        if isinstance(node, Name) and node.text in INDEX_LETTERS:
            otherwise.add(node_key(node))
        elif isinstance(node, Name | Accent) and not inside:
            whole.add(node_key(node))
        elif below is not None and isinstance(node, Script) and isinstance(below.sub, Number):
            above.setdefault(_key(below), set()).add(node_key(node.base))
            spelled |= {_key(below)} if isinstance(node.sub, Script) else set()
        elif isinstance(node, Script) and not (inside and isinstance(node.sub, Number)):
            otherwise.add(node_key(node.base))
            if any(isinstance(n, Name) and n.text in INDEX_LETTERS for n in walk(node.sub or node)):
                entries.add(node_key(node.base))
    letters = {
        k[0]
        for k, names in above.items()
        if k in spelled and isinstance(k, tuple) and len(names - whole) > 1 and names.isdisjoint(entries)
    } - otherwise
    return frozenset(k for k in above if isinstance(k, tuple) and k[0] in letters)


def _with_place(node: Node, inside: bool = False) -> Iterator[tuple[Node, bool]]:
    """All parts of a formula, each with whether it stands in a subscript."""
    yield node, inside
    for child in children(node):
        below = isinstance(node, Script) and child is node.sub
        if not (isinstance(node, Script) and child is node.base and isinstance(child, Name | Accent)):
            yield from _with_place(child, inside or below)


def with_words_below(node: Node, quantities: Quantities) -> Node:
    """A formula with such quantities as words below names."""

    def choose(part: Node) -> Node | None:
        below = _below(part)
        if below is None or not isinstance(part, Script) or _key(below) not in quantities:
            return None
        word = _word(below.base)
        if isinstance(below.sub, Number):
            return replace(part, sub=Name(below.span, word + below.sub.text, ("rm",)))
        assert isinstance(part.base, Name)
        return replace(part, base=replace(part.base, text=f"{part.base.text}_{word}"), sub=below.sub)

    return rebuilt(node, choose)


def _below(node: Node) -> Script | None:
    """The h_1 of `\\delta_{h_1}`, the h_t of `\\delta_{h_t}`, with an accent perhaps."""
    if not isinstance(node, Script) or not isinstance(node.base, (Name, Accent)) or node.sub is None:
        return None
    below = _parted(node.sub)
    if below is None or not isinstance(below.base, (Name, Accent)) or below.sup is not None or below.primes:
        return None
    if isinstance(below.sub, Number):
        return below
    return below if is_step(below.sub) and isinstance(node.base, Name) else None


def _parted(node: Node) -> Script | None:
    """`\\hat h_t` for `\\hat{h_t}`; `h_1` for `h1`."""
    match node:
        case Product(factors=(Factor(op="", node=Name() as letter), Factor(op="", node=Number() as number))):
            return Script(node.span, letter, number, None)
    if isinstance(node, Accent) and isinstance(node.body, Script):
        return replace(node.body, span=node.span, base=replace(node, body=node.body.base))
    return node if isinstance(node, Script) else None


def is_step(node: Node | None) -> bool:
    if isinstance(node, Name):
        return node.text == STEP and not node.style
    return isinstance(node, Sum) and shifted_letter(node) == STEP


def _key(node: Node) -> object:
    """What a quantity is told by: its name with its number, its name alone where it has a step."""
    script = _parted(node)
    if script is None or script.sup is not None or script.primes:
        return None
    if isinstance(script.sub, Number):
        return node_key(script.base), script.sub.text
    return (node_key(script.base), STEP) if is_step(script.sub) else None


def _word(node: Node) -> str:
    return _word(node.body) + node.kind if isinstance(node, Accent) else node.text if isinstance(node, Name) else ""
