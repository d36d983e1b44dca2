r"""Functions that say of which function they are: `V^{\pi}(s)`, `Q^{\pi_\theta}(s, a)` where `\pi(a | s)` is one too.

What is called elsewhere is no number, so that above the name of a function it is no power: it tells whose value V is,
and its parameter is one of V. A name that has several of them, or stands without one as well, is left as it is.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Fenced, Infix, Name, Node, Product, Script
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import STAR_WORDS, is_transpose

Owner = tuple[object, Name, Node | None]
Owned = dict[object, tuple[str, Node | None]]
Parameters = dict[object, Node | None]
NO_VALUES = frozenset({"e", "exp", "log", "ln"})


def functions_above(formulas: Iterable[Node]) -> Owned:
    """The functions of another function, by name, each with the letter of that one and what stands below it."""
    formulas = list(formulas)
    called = {node_key(script) for f in formulas for script, _ in _calls(f)}
    plain: dict[str, set[Node | None]] = {}
    for script, fence in (call for f in formulas for call in _calls(f)):
        name = _owner(script, fence)
        if name is not None:
            plain.setdefault(name.text, set()).add(script.sub if isinstance(script, Script) else None)
    owners: dict[object, list[tuple[str, Node | None]]] = {}
    for base, letter, below in (x for f in formulas for script, _ in _calls(f) for x in _owned(script, plain)):
        owners.setdefault(base, []).append((letter.text, below))
    found: Owned = {}
    for base, written in owners.items():
        letters = {x for x, _ in written}
        told: Parameters = {node_key(b): b for _, b in written if b is not None}
        usual: Parameters = {node_key(b): b for x in letters for b in plain[x]}
        if base not in called and len(letters) == 1 and len(told) < 2:
            parameters = told or (usual if len(usual) == 1 else {})
            found[base] = (letters.pop(), next(iter(parameters.values()), None))
    return found


def without_owners(node: Node, owned: Owned) -> Node:
    """A formula in which what stands above these functions is left out; its subscript becomes theirs."""

    def choose(part: Node) -> Node | None:
        found = next(_owned(part, {x for x, _ in owned.values()}), None)
        letter, below = owned.get(found[0], ("", None)) if found is not None else ("", None)
        if found is None or letter != found[1].text or not isinstance(part, Script):
            return None
        return part.base if below is None else replace(part, sub=below, sup=None)

    return rebuilt(node, choose)


def _calls(formula: Node) -> Iterator[tuple[Node, Fenced]]:
    """The names before parentheses."""
    for product in (n for n in walk(formula) if isinstance(n, Product)):
        for one, after in pairwise(product.factors):
            if isinstance(after.node, Fenced) and after.node.open in "([" and not after.op:
                yield one.node, after.node


def _owner(script: Node, fence: Fenced) -> Name | None:
    r"""The letter of `\pi(a | s)`, `\pi_\theta(s)`: a Greek one, or one with something given."""
    name = script.base if isinstance(script, Script) and script.sup is None and not script.primes else script
    if not isinstance(name, Name) or name.style or name.text in STAR_WORDS or is_transpose(name):
        return None
    given = isinstance(fence.body, Infix) and fence.body.op == "|"
    return name if given or name.text in ("pi", "mu") else None


def _owned(script: Node, letters: Container[str]) -> Iterator[Owner]:
    """The function that a script is of another one: its name, the letter above it and what stands below that."""
    if not isinstance(script, Script) or script.sub is not None or script.primes or not isinstance(script.base, Name):
        return
    above = script.sup.base if isinstance(script.sup, Script) else script.sup
    below = script.sup.sub if isinstance(script.sup, Script) else None
    plain = not isinstance(script.sup, Script) or (script.sup.sup is None and not script.sup.primes)
    if plain and isinstance(above, Name) and above.text in letters and script.base.text not in NO_VALUES:
        yield node_key(script.base), above, below
