"""Letters in subscripts that may be names rather than indices: the gates of `W_{oi}`, `W_{oh}`, `b_o`.

Two free indices over one axis may coincide, and a line that forgets that case is wrong. But a letter that no sum, range
or delta of the document ever lets run, and that stands beside another letter wherever it is a subscript, may as well
name a part of the network; then it never coincides with another one.
"""

from __future__ import annotations

from itertools import combinations

from chainrule.check.comparison.compare import Different, Same, guard
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.expr import Expr, indicator, mul
from chainrule.read.tree import Name, Node, Product, Relation, Script
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.letters_of_scripts import bare_names
from chainrule.sheet.syntax.names import KRONECKER, letter_of, reference, walk


def letters_that_name(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that holds wherever two letters of one axis differ, when one of them may be a name."""
    frame = variant.typed[e.position][0]
    names = {x for x in frame.free if _may_name(lines.world, x)}
    apart: dict[tuple[str, str], Expr] = {}
    for a, b in combinations(sorted(frame.free), 2):
        (dim_a, term_a), (dim_b, term_b) = frame.free_letter(a), frame.free_letter(b)
        if {a, b} & names and frame.dims.find(dim_a) == frame.dims.find(dim_b):
            apart[a, b] = indicator("!=", term_a(), term_b())
    if not apart:
        return None
    _, lhs, rhs = variant.typed[e.position]
    found = guard(lambda: variant.comparer.compare(lhs, rhs, mul(*apart.values())))
    if not isinstance(found, Same):
        return None
    pairs = ", ".join(f"{a} and {b}" for a, b in apart)
    return assumed("condition", f"the letters {pairs} name different parts here, they are no indices that may coincide")


def _may_name(world: World, letter: str) -> bool:
    """Whether nothing lets a letter run, and it never is a subscript alone."""
    if letter in world.glossary.bound:
        return False
    beside = False
    for e in world.equations:
        for side in (e.lhs, e.rhs):
            for node in walk(side):
                if isinstance(node, Script) and node.sub is not None:
                    if _is(node.sub, letter):
                        return False
                    beside |= any(_is(part, letter) for part in walk(node.sub))
    return beside


def _is(node: Node, letter: str) -> bool:
    return isinstance(node, Name) and node.text == letter


def index_as_a_number(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A letter of indices that is read as a number, `V^{jb}` to the power of j times b, or `h^i` to that of an i that
    stands nowhere but above names: it may be meant as an index."""
    instances = variant.universe.instances
    sides = [side for x in lines.equations for side in (x.lhs, x.rhs)]
    scripts = [n for side in sides for n in walk(side) if isinstance(n, Script) and isinstance(n.sup, Name | Product)]
    above = {n.text for s in scripts if isinstance(s.sup, Product) for n in walk(s.sup) if isinstance(n, Name)}
    alone = {s.sup.text for s in scripts if isinstance(s.sup, Name) and reference(s.base, lines.world.glossary)}
    above |= alone - {n.text for side in sides for n in bare_names(side)}
    for symbol in sorted(different.left_symbols | different.right_symbols):
        base = instances[symbol].base if symbol in instances else ""
        if base in above & {"i", "j"} and not symbol.axes and not lines.world.defined(base):
            return Finding("unsupported", "index-scope", f"the letter {base} is read as a number, and may be an index")
    return None


def labels_that_run(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    r"""A letter that tells quantities apart, the i of an `x_i` beside x_{i-1} in a rule, that is compared
    with another in the same line, `\mathbb{1}[i = j]`: the x_i may be entries, of which it is the place."""
    frame = variant.typed[e.position][0]
    parts = [n for side in (e.lhs, e.rhs) for n in walk(side)]
    refs = (reference(n, lines.world.glossary) for n in parts if not lines.world.defined(KRONECKER))
    deltas = (r for r in refs if r is not None and r.base == KRONECKER and not r.labels)
    compared = [x for n in parts if isinstance(n, Relation) for x in (n.first, *(link.node for link in n.links))]
    letters = {letter_of(n) for n in (*compared, *(s for r in deltas for s in r.subs))}
    both = sorted(frame.used & frame.free.keys() & letters)
    if not both:
        return None
    text = f"the letter {both[0]} tells quantities apart and is compared as an index in this line"
    return Finding("unsupported", "index-scope", text)


def of_some_labels(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    r"""A line under a condition that cannot be put to use, `i \neq j` where i or j is a label of names and no index: it
    is said of some of these names only, and which these are is not known."""
    if not e.conditions or e.position not in variant.typed:
        return None
    frame = variant.typed[e.position][0]
    indices = set(frame.free) | set(frame.letters)
    subs = [n.sub for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script) and n.sub is not None]
    below = {letter for sub in subs for n in walk(sub) if (letter := letter_of(n)) is not None}
    refs = (r for side in (e.lhs, e.rhs) for r in references(side, lines.world))
    labels = {letter for r in refs for n in r.labels if (letter := letter_of(n)) is not None}
    for c in e.conditions:
        letters = {x for side in (c.first, c.links[0].node) if (x := letter_of(side)) is not None}
        if len(letters) == 2 and letters <= below and letters & labels - indices:
            one, other = sorted(letters)
            text = f"it is said of some {one} and {other} only, which are labels here and no indices"
            return Finding("unsupported", "index-scope", text)
    return None
