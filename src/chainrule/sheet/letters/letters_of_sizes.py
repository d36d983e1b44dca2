r"""Sizes with the letter of what they are the size of, `\sqrt{d_k}` and `d_v`: the k belongs to the name, no index."""

from __future__ import annotations

from chainrule.read.tree import Big, Name, Node, Root, Script
from chainrule.sheet.syntax.bound_letters import bound_by
from chainrule.sheet.syntax.names import node_key, walk

SIZE_LETTERS = frozenset("dD")


def letters_of_sizes(nodes: list[Node]) -> set[tuple[str, str]]:
    """`\\sqrt{d_k}`, `d_v`: a size with the letter of what it is the size of; nothing beside it carries that letter."""
    found: set[tuple[str, str]] = set()
    indexed: set[tuple[str, str]] = set()
    for node in nodes:
        bound = {x for n in walk(node) for x in bound_by(n)}
        carried: dict[str, set[str]] = {}
        for part in walk(node):
            if isinstance(part, Script) and part.sub is not None:
                base = part.base.text if isinstance(part.base, Name) and not part.base.style else ""
                for letter in (n.text for n in walk(part.sub) if isinstance(n, Name)):
                    carried.setdefault(letter, set()).add(base)
        for letter, bases in carried.items():
            alone = len(bases) == 1 and letter not in bound
            (found if alone else indexed).update((base, letter) for base in bases & SIZE_LETTERS)
    return (found - indexed) | _under_roots(nodes)


def _under_roots(nodes: list[Node]) -> set[tuple[str, str]]:
    """`\\sqrt{d_k}` beside `K_{kl}`: what stands under a root wherever it stands is a size, whatever else carries k;
    but the degrees of `A_{ij} / (\\sqrt{d_i} \\sqrt{d_j})` are summed over, and so may be any `d_k` where a sum runs
    over k, unless it is the only one and stands once where nothing else carries its letter."""
    carried: dict[tuple[str, str], bool] = {}
    lonely: set[tuple[str, str]] = set()
    bound = {x for node in nodes for n in walk(node) for x in bound_by(n)}
    for node in nodes:
        parts = list(walk(node))
        rooted = {id(part.body) for part in parts if isinstance(part, Root)}
        in_scripts = [n for n in parts if isinstance(n, Script | Big)]
        for part in parts:
            match part:
                case Script(base=Name(text=base, style=()), sub=Name(text=letter), sup=None) if base in SIZE_LETTERS:
                    carried[base, letter] = carried.get((base, letter), True) and id(part) in rooted
                    others = (n for n in in_scripts if n is not part and node_key(n) != node_key(part))
                    lonely |= set() if any(letter in _in_scripts_of(n) for n in others) else {(base, letter)}
    bases = [base for base, _ in carried]
    alone = {pair for pair in lonely if bases.count(pair[0]) == 1}
    summed = {pair[0] for pair in carried if pair[1] in bound and pair not in alone}
    return {pair for pair, always in carried.items() if always and pair[0] not in summed}


def _in_scripts_of(node: Script | Big) -> set[str]:
    """The letters below and above a name or a sign."""
    return {
        n.text for script in (node.sub, node.sup) if script is not None for n in walk(script) if isinstance(n, Name)
    }
