r"""Words in the letters of formulas: `rms(x) = \sqrt{\frac1n \sum_i x_i^2}`, `std = \sqrt{v}`, `dout \cdot \gamma`.

TeX sets them as products of letters, and a reader sees that they are none: three letters or more stand together at the
head of a definition, or again and again, and some of them stand nowhere for themselves. (Words below and
above a name are read anyway, `sheet.syntax.script_words`.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Factor, Fenced, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.syntax.function_words import CAPITALISED
from chainrule.sheet.syntax.names import children, walk
from chainrule.sheet.syntax.rebuilding import with_parts

DEFINES = frozenset({"=", ":=", "≡"})
LEAST, MOST = 3, 24
"""How many letters a word has at least and at most; two are a product as a rule."""


def words_of(formulas: Iterable[Node]) -> frozenset[str]:
    """The words that the letters of a document's formulas spell; two capitals that are defined together, `FL(p) = ...`,
    and of which neither stands anywhere else, are one too."""
    formulas = list(formulas)
    runs = Counter(run for formula in formulas for run in _runs(formula))
    alone = {x for run in runs if len(run) < LEAST for x in run} - {""}
    heads = {run for formula in formulas for run in _head(formula)}
    found = set[str]()
    for run, times in runs.items():
        head = run in heads
        told = (head or times > 1) and len(set(run) - alone) >= (1 if head else 2)
        if LEAST <= len(run) <= MOST and (told or run in CAPITALISED):
            found.add(run)
        elif head and times > 1 and len(run) == 2 and run.isupper() and run not in CAPITALISED:
            others = {x for other in runs if run not in other for x in other}
            found |= set() if others & {*run} else {run}
    return frozenset(found)


def with_words(node: Node, words: frozenset[str]) -> Node:
    """A formula with such words as names."""
    if isinstance(node, Product):
        factors = tuple(_joined(node.factors, words))
        node = factors[0].node if len(factors) == 1 else replace(node, factors=factors)
    scripts = (node.sub, node.sup) if isinstance(node, Script) else ()
    return with_parts(node, lambda part: part if any(part is s for s in scripts) else with_words(part, words))


def _runs(node: Node) -> Iterator[str]:
    """The letters that stand together, and those that stand for themselves."""
    if isinstance(node, Product):
        groups = list(_groups(node.factors))
        for group in groups:
            run = "".join(_letter(f.node) for f in group)
            yield from [run] if run else _runs(group[0].node)
            for f in group:
                yield from _letters_of_scripts(f.node) if run else ()
    elif _letter(node):
        yield _letter(node)
        yield from _letters_of_scripts(node)
    else:
        for part in children(node):
            yield from _runs(part)


def _letters_of_scripts(node: Node) -> Iterator[str]:
    """All letters below and above a name, each for itself."""
    for script in (node.sub, node.sup) if isinstance(node, Script) else ():
        yield from (x for n in walk(script) if (x := _letter(n))) if script is not None else ()


def _head(node: Node) -> Iterator[str]:
    """The word that a formula defines: `rms(x)_i = ...`, `std = ...`, `std_j = ...`."""
    if isinstance(node, Relation) and node.links[0].op in DEFINES and isinstance(node.first, Product):
        first, *others = _groups(node.first.factors)
        if all(len(group) == 1 and _is_argument(group[0]) for group in others[:1]) and len(others) < 2:
            yield "".join(_letter(f.node) for f in first)


def _is_argument(factor: Factor) -> bool:
    node = factor.node.base if isinstance(factor.node, Script) else factor.node
    return not factor.op and isinstance(node, Fenced) and node.open == "("


def _groups(factors: tuple[Factor, ...]) -> Iterator[list[Factor]]:
    """Factors, letters that stand together in one group; a script ends it."""
    group: list[Factor] = []
    for factor in factors:
        before = group[-1].node if group else None
        joined = isinstance(before, Name) and _letter(before) and _letter(factor.node) and not factor.op
        if not (joined and before is not None and before.span.end == factor.node.span.start):
            if group:
                yield group
            group = []
        group.append(factor)
    yield group


def _letter(node: Node) -> str:
    """The letter that a factor is, with or without scripts."""
    name = node.base if isinstance(node, Script) else node
    plain = isinstance(name, Name) and not name.style and len(name.text) == 1 and name.text.isascii()
    return name.text if plain and isinstance(name, Name) and name.text.isalpha() else ""


def _joined(factors: tuple[Factor, ...], words: frozenset[str]) -> Iterator[Factor]:
    """Factors, with the word that ends a group of letters as one of them."""
    for group in _groups(factors):
        run = "".join(_letter(f.node) for f in group)
        word = max((w for w in words if run.endswith(w)), key=len, default="")
        at = len(group) - len(word)
        yield from group[:at] if word else group
        if word:
            first, last = group[at], group[-1].node
            span = Span(first.node.span.start, (last.base if isinstance(last, Script) else last).span.end)
            name = Name(span, CAPITALISED.get(word, word), ("rm",))
            yield replace(first, node=replace(last, base=name) if isinstance(last, Script) else name)
