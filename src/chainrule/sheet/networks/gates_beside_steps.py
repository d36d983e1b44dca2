r"""Gates named below a quantity beside the step, `f_t = \sigma(u_{ft})`, `o_t = \sigma(u_{o,t})`: the u of the gate f
at the step t, as `u^f_t`.

The letter names a gate where the gate with that letter is defined by the quantity that carries it, two gates at least.
A letter for any gate, `u_{kt} = \sum_i W_{ki} x_i`, leaves all as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Accent, Comma, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.networks.named_after_quantities import STEP, is_step
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

LEAST = 2
"""How many gates there are at least."""
DEFINES = frozenset({"=", ":=", "≡"})


@dataclass(frozen=True, slots=True)
class Gates:
    """The quantities that have one value for each gate, and the letters of the gates."""

    names: frozenset[object]
    letters: frozenset[str]


def gates_beside_steps(formulas: list[Node]) -> Gates | None:
    """The gates of a document whose letters stand beside the step."""
    found: dict[object, set[str]] = {}
    for relation in (n for f in formulas for n in walk(f) if isinstance(n, Relation) and n.links[0].op in DEFINES):
        head = relation.first
        if not isinstance(head, Script) or head.sup is not None or head.primes or not is_step(head.sub):
            continue
        for name, letter in (x for link in relation.links for x in _carried(link.node)):
            if letter == _letter(head.base):
                found.setdefault(name, set()).add(letter)
    carried: dict[object, set[str]] = {}
    for name, letter in (x for f in formulas for x in _carried(f)):
        carried.setdefault(name, set()).add(letter)
    names = frozenset(name for name, letters in found.items() if len(letters) >= LEAST and carried[name] == letters)
    return Gates(names, frozenset(x for name in names for x in found[name])) if names else None


def with_gates_above(node: Node, gates: Gates) -> Node:
    """A formula with the letters of the gates above."""

    def choose(part: Node) -> Node | None:
        pair = _pair(part)
        if pair is None or not isinstance(part, Script) or node_key(part.base) not in gates.names:
            return None
        gate, step = pair
        return replace(part, sub=step, sup=gate) if gate.text in gates.letters else None

    return rebuilt(node, choose)


def _carried(node: Node) -> Iterator[tuple[object, str]]:
    """The names with a letter and the step below them, each with the letter."""
    for part in walk(node):
        pair = _pair(part)
        if pair is not None and isinstance(part, Script):
            yield node_key(part.base), pair[0].text


def _pair(node: Node) -> tuple[Name, Node] | None:
    """The f and the t of `u_{ft}`, `u_{f,t-1}`."""
    if not isinstance(node, Script) or node.sup is not None or not isinstance(node.base, Name | Accent):
        return None
    match node.sub:
        case Product(factors=(first, second)) if not first.op and not second.op:
            gate, step = first.node, second.node
        case Comma(items=(gate, step)):
            pass
        case _:
            return None
    plain = isinstance(gate, Name) and len(gate.text) == 1 and gate.text != STEP and not gate.style
    return (gate, step) if plain and isinstance(gate, Name) and (is_step(step) or isinstance(step, Number)) else None


def _letter(node: Node) -> str:
    return node.text if isinstance(node, Name) else ""
