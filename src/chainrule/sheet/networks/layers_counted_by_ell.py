r"""Layers that are counted by \ell: `z^\ell = w^\ell a^{\ell-1} + b^\ell`, `h_{\ell+1} = f(h_\ell)`.

The sign is a loss as a rule. Where it stands below and above names alone, and in sentences, it is the letter l.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Big, Comma, Dots, Fenced, Name, Node, Number, Relation, Script, Sum
from chainrule.sheet.syntax.names import children, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

SIGN, LETTER = "ell", "l"
COUNTING = (Name, Number, Sum, Comma, Relation, Dots, Fenced)


def counted_by_ell(formulas: list[Node]) -> bool:
    """Whether \\ell only counts in a document, and the letter l does not stand for anything else."""
    names = {n.text for f in formulas for n in walk(f) if isinstance(n, Name)}
    return SIGN in names and LETTER not in names and SIGN not in {x for f in formulas for x in _on_the_line(f)}


def with_plain_letter(node: Node, _found: bool) -> Node:
    """A formula with the letter in the place of the sign."""
    return rebuilt(node, lambda n: replace(n, text=LETTER) if isinstance(n, Name) and n.text == SIGN else None)


def _on_the_line(node: Node) -> Iterator[str]:
    """The names outside of scripts and limits; none where a formula only counts: `\\ell`, `\\ell = 1, \\dots, L`."""
    if all(isinstance(n, COUNTING) for n in walk(node)):
        return
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Name):
            yield top.text
        scripts = (top.sub, top.sup) if isinstance(top, (Script, Big)) else ()
        stack += [child for child in children(top) if not any(child is s for s in scripts)]
