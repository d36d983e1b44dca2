"""Which letters are indices where the text says that sums are implied: any that subscripts share, not only i, j, k."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from chainrule.read.tree import Accent, Big, Comma, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.parts import terms_of
from chainrule.sheet.syntax.script_words import WORD_SUBSCRIPTS

# Ways to say that sums are implied, in a few languages.
IMPLIED = re.compile(
    r"einstein\w*(?:['’]s)?[- ](?:\w+ ){0,2}?(?:sum|notation|convention|ind)|\bin einstein\b|summenkonvention"
    r"|(?:sum\w*|somm\w*|notaci\w+|notation|conven\w+)[^.;]{0,24}?\beinstein"
    r"|(?:爱因斯坦|愛因斯坦|アインシュタイン)(?:求和|の縮約|の和|标记|記法)"
    r"|\bsummation convention|\btensor notation|\brepeated[- ](?:index|indices|subscripts?)\b"
    r"|\b(?:index|indices|subscripts?) (?:that |which )?(?:is |are )?repeated"
    r"|\b(?:drop|omit|suppress|leave out)\w* (?:all |the |of )*(?:sum|summation|sigma) (?:sign|symbol)"
    r"|\b(?:sum|summation|sigma) (?:sign|symbol)s? (?:(?:has|have) been|is|are|was|were) (?:dropped|omitted|suppressed)"
    r"|\b(?:sum|summation)s?(?: over [^.;]{0,20}?ind(?:ex|ices)| over ⟦\d+⟧)? (?:is|are) (?:implied|understood)"
    r"|\b(?:implied|implicit) (?:sum|summation)s?\b",
    re.IGNORECASE,
)
SPOKEN = re.compile(r"\b(?:index|indicial|tensor|component|subscript)[- ](?:notation|calculus|form)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(?:not|no|without|avoid\w*|instead of|n't|never|abandon\w*)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)


def sums_are_implied(text: str) -> bool:
    """Whether a text says that repeated indices are summed over."""
    return any(not DENIED.search(text[: m.start()]) for m in IMPLIED.finditer(text))


def sums_in_index_notation(text: str, formulas: Iterable[Node]) -> bool:
    r"""Whether a document speaks of index notation, writes no sign of a sum, and leaves one out: in
    `z_b = W_{bh} x_h` the letter h stands on two factors and not on the left."""
    formulas = list(formulas)
    if not SPOKEN.search(text) or any(isinstance(n, Big) for f in formulas for n in walk(f)):
        return False
    return any(_leaves_out_a_sum(f) for f in formulas)


def _leaves_out_a_sum(formula: Node) -> bool:
    if not isinstance(formula, Relation) or not isinstance(formula.first, Script) or formula.first.sub is None:
        return False
    left = set(_letters(formula.first.sub))
    for term in (t for link in formula.links if link.op in ("=", ":=") for t in terms_of(link.node)):
        factors = [f.node for f in term.factors] if isinstance(term, Product) else []
        below = Counter(x for n in factors if isinstance(n, Script) and n.sub is not None for x in set(_letters(n.sub)))
        if left and any(times > 1 and letter not in left for letter, times in below.items()):
            return True
    return False


def shared_letters(nodes: Iterable[Node]) -> set[str]:
    """Small letters that stand beside another one in a subscript, `W_{ab}`, or alone under two different names."""
    shared: set[str] = set()
    under: dict[str, set[object]] = {}
    for node in nodes:
        if not isinstance(node, Script) or node.sub is None:
            continue
        letters = _letters(node.sub)
        if len(letters) > 1:
            shared.update(letters)
        elif letters and isinstance(node.base, (Name, Accent)):
            under.setdefault(letters[0], set()).add(node_key(node.base))
    return shared | {x for x, bases in under.items() if len(bases) > 1}


def _letters(sub: Node) -> list[str]:
    """The letters of a subscript of one or more single small letters, none where it is anything else."""
    match sub:
        case Product(factors=factors):
            items = [f.node for f in factors]
        case Comma(items=found):
            items = list(found)
        case _:
            items = [sub]
    letters = [n.text for n in items if isinstance(n, Name) and len(n.text) == 1 and n.text.islower() and not n.style]
    return letters if len(letters) == len(items) and "".join(letters) not in WORD_SUBSCRIPTS else []
