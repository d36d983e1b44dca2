"""The glossary of a document: what its letters are used for, collected from every formula before anything is read.

Which letters an index runs over, which superscripts are labels, which subscripts are index slots; and whether a Δ
stands alone or belongs to the name after it (`\\Delta w`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read import tree
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Factor,
    Fenced,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.derivatives.primed_groups import defined_by_a_call, primed_arguments, with_primes_out
from chainrule.sheet.derivatives.shorthand import note_shorthand, tidied
from chainrule.sheet.letters.apart import names_apart
from chainrule.sheet.letters.component_letters import component_letters
from chainrule.sheet.letters.entries import may_be_an_entry, with_entries, with_ranges
from chainrule.sheet.letters.index_letters import shared_letters
from chainrule.sheet.letters.letters_of_results import letters_of_results
from chainrule.sheet.letters.letters_of_sizes import letters_of_sizes
from chainrule.sheet.letters.listed import note_listed
from chainrule.sheet.letters.marks_as_indices import marked_by_indices, marks_that_run
from chainrule.sheet.letters.names_above import names_above
from chainrule.sheet.letters.offsets import offsets_of
from chainrule.sheet.letters.open_letters import note_open_letters
from chainrule.sheet.letters.orders_of_letters import note_orders
from chainrule.sheet.letters.plain_numbers import plain_numbers
from chainrule.sheet.letters.small_constants import one_small_constant
from chainrule.sheet.letters.totals import totals_of
from chainrule.sheet.letters.writings import bring_together
from chainrule.sheet.sums.dots import without_dots
from chainrule.sheet.sums.drawn_letters import drawn_letters
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.literals import matrix_of_lists
from chainrule.sheet.syntax.names import (
    COUNTING_LETTERS,
    Glossary,
    children,
    letter_of,
    reference,
    shifted_letter,
    split_subscript,
    walk,
)
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, pairs_above


def collect(nodes: Iterable[Node], implied: bool = False, by_index: bool = False) -> Glossary:
    """The glossary of a document's formulas (two passes: letters first, then the names that carry them); `implied`:
    the text says that sums are; `by_index`: marks that a sum runs over are read as indices."""
    glossary = Glossary()
    nodes = list(nodes)
    everything = [n for node in nodes for n in walk(node)]
    below = {x for n in everything if isinstance(n, Script) and n.sub is not None for x in _alone(n.sub)}
    on_the_line = {n.text for node in nodes for n in _on_the_line(node) if isinstance(n, Name)}
    quantities = on_the_line - below
    for node in everything:
        _collect_letters(node, glossary, quantities)
    glossary.bound |= shared_letters(everything) if implied else set()
    glossary.bound |= drawn_letters(nodes) | component_letters(everything)
    _collect_layers(nodes, everything, glossary)
    glossary.alone = glossary.bound | {x for node in everything if isinstance(node, Script) for x in _alone(node.sub)}
    glossary.gates = _gates(everything) - glossary.bound
    glossary.above = names_above(nodes, everything, glossary)
    glossary.pairs = pairs_above(everything)
    for node in everything:
        if isinstance(node, Script) and isinstance(node.sub, Name) and isinstance(node.base, (Name, Accent)):
            stem = reference(node.base, glossary)
            letter = node.sub.text
            if stem is not None and letter not in INDEX_LETTERS and letter not in glossary.bound:
                glossary.named.add(stem.base)
    glossary.naming = (_naming(everything, glossary) - on_the_line) | (_stepped(everything) - glossary.bound)
    note_shorthand(nodes, everything, on_the_line, glossary)
    glossary.sizes = letters_of_sizes(nodes) | _counted(nodes) | letters_of_results(nodes)
    glossary.primed_by = set(primed_arguments(everything))
    glossary.called = set(defined_by_a_call(everything))
    for node in everything:
        if isinstance(node, Relation):
            _collect_companions(node, glossary)
    note_listed(everything, glossary)
    for _ in range(2):
        for node in everything:
            _collect_names(node, glossary)
    glossary.offsets = offsets_of(everything, glossary)
    glossary.apart = names_apart(everything, glossary)
    bring_together(nodes, glossary)
    one_small_constant(nodes, glossary)
    glossary.running = marks_that_run(nodes, glossary) if by_index else set()
    glossary.marked = marked_by_indices(nodes, glossary) | glossary.running
    if glossary.marked:
        bring_together(nodes, glossary)  # what has marks for its indices has a whole, too
    if any(may_be_an_entry(n) for n in everything):
        note_open_letters((n for n in everything if isinstance(n, Relation)), glossary)
        note_orders(nodes, glossary)
    glossary.totals = totals_of((n for n in everything if isinstance(n, Relation)), glossary)
    glossary.settled = True
    return glossary


def _gates(everything: Iterable[Node]) -> set[str]:
    """Letters that stand in subscripts beside another letter and nowhere else: the h of the gates `W_{oh}`, `W_{fh}`
    is no number. A letter that also stands alone or is counted up, `a_h` or `h-1`, may be one."""
    beside, other = set[str](), set[str]()
    for node in everything:
        if not isinstance(node, Script):
            continue
        for script in (node.sub, node.sup):
            factors = script.factors if isinstance(script, Product) else ()
            pair = len(factors) == 2 and all(isinstance(f.node, Name) and not f.op for f in factors)
            letters = {n.text for n in walk(script) if isinstance(n, Name)} if script is not None else set()
            (beside if pair else other).update(letters)
    return beside - other


def _naming(everything: Iterable[Node], glossary: Glossary) -> set[str]:
    """The t of `n_t` beside `n_h`, heads and tails: nothing lets it run, and all that carries it alone carries other
    small letters that are no indices, and none that run."""
    carried: dict[str, set[str]] = {}
    counting: set[str] = set()
    for node in everything:
        below, above = (node.sub, node.sup) if isinstance(node, (Script, Big)) else (None, None)
        stem = reference(node.base, glossary) if isinstance(node, Script) else None
        letter = letter_of(below)
        if letter is not None and stem is not None and stem.bare:
            carried.setdefault(stem.base, set()).add(letter)
            below = None
        counting |= {
            n.text for script in (below, above) if script is not None for n in walk(script) if isinstance(n, Name)
        }
    with_t = [letters for letters in carried.values() if "t" in letters]
    apart = all(
        not letters & glossary.bound and any(x.islower() and x not in INDEX_LETTERS for x in letters)
        for letters in with_t
    )
    return {"t"} - counting - glossary.bound if with_t and apart else set()


def _stepped(everything: Iterable[Node]) -> set[str]:
    """The s of `s_t = f(s_{t-1})`, letters for what goes from step to step: the bias b_s is that of s."""
    stems = (n.base for n in everything if isinstance(n, Script) and isinstance(n.sub, Sum) and shifted_letter(n.sub))
    return {n.text for n in stems if isinstance(n, Name) and len(n.text) == 1} - COUNTING_LETTERS


def _counted(nodes: list[Node]) -> set[tuple[str, str]]:
    """`L_n(x_1, \\ldots, x_n)`: how many there are stands in the name of what is made of all of them; n is the limit of
    sums and no sum binds it, and L has no other subscript. The t of `h_t` beside `h_{t-1}` is a step."""
    parts = [part for node in nodes for part in walk(node)]
    big = [part for part in parts if isinstance(part, Big)]
    counts = {b.sup.text for b in big if isinstance(b.sup, Name)}
    counts -= {x for b in big if b.sub is not None for x in bound_letters(b.sub)}
    subs: dict[str, set[str | None]] = {}
    shifted: dict[str, set[str | None]] = {}
    for part in parts:
        if isinstance(part, Script) and isinstance(part.base, Name) and part.sub is not None and not part.base.style:
            subs.setdefault(part.base.text, set()).add(part.sub.text if isinstance(part.sub, Name) else None)
            if isinstance(part.sub, Sum):
                shifted.setdefault(part.base.text, set()).add(shifted_letter(part.sub))
    counts -= {x for base, letters in shifted.items() for x in letters & subs[base] if x is not None}
    return {(base, str(found)) for base, (found, *others) in subs.items() if not others and found in counts}


def _alone(sub: Node | None) -> Iterator[str]:
    """The letters of a subscript that no number stands behind: i and j in `ij`, none in `h1`."""
    match sub:
        case Name(text=text):
            yield text
        case Comma(items=items):
            for item in items:
                yield from _alone(item)
        case Product(factors=factors):
            behind = [*(f.node for f in factors[1:]), None]
            yield from (
                f.node.text
                for f, n in zip(factors, behind, strict=True)
                if isinstance(f.node, Name) and not isinstance(n, Number)
            )


def _collect_letters(node: Node, glossary: Glossary, quantities: set[str]) -> None:
    """What one node says of letters; an extreme over a name that stands on the line, `\\min_w f(w)`, binds no index."""
    match node:
        case Relation(first=Script(base=Name(text="delta"), sub=Node() as sub, sup=None), links=(link, *_)):
            # δ with two subscripts on the left of an equation is a quantity of this document, unless cases define it
            if link.op in ("=", ":=") and not isinstance(link.node, tree.Cases):
                slots = split_subscript(sub, "delta", glossary)[1]
                glossary.error_delta |= len(slots) == 2 and not _is_kronecker_fact(slots, link.node)
        case Big(op="sum" | "prod", sub=Node() as sub):
            glossary.bound.update(bound_letters(sub))
        case Big(op="max" | "min" | "argmax" | "argmin", sub=Node() as sub):
            glossary.bound.update(x for x in bound_letters(sub) if x not in quantities)
        case Relation(first=Name(text=text), links=(link, *_)) if len(text) == 1 and _is_range(link.node, link.op):
            glossary.bound.add(text)
        case Relation(first=Name(text=text, style=()), links=(link,)) if len(text) == 1 and text not in quantities:
            if link.op == "∈" and _is_places(link.node):
                glossary.bound.add(text)
        case Comma(items=(Relation(first=Name(text=text), links=(link,)), *_)) if len(text) == 1:
            if isinstance(link.node, Number):
                glossary.bound.add(text)
        case Script(base=base, sup=Node() as sup) if not isinstance(sup, Fenced):
            letter = shifted_letter(sup)
            if letter is not None and isinstance(sup, Sum) and letter in INDEX_LETTERS | {"L"}:
                ref = reference(replace(node, sup=None) if node.sub or node.primes else base, glossary)
                if ref is not None:
                    glossary.label_letters.add(f"{ref.base}^{letter}")
        case Product(factors=factors):
            _collect_delta(factors, glossary)


def _collect_layers(nodes: list[Node], everything: list[Node], glossary: Glossary) -> None:
    """Letters that number layers or steps wherever they stand above a name: never a quantity on the line itself."""
    on_the_line = {n.text for node in nodes for n in _on_the_line(node) if isinstance(n, Name) and not n.style}
    glossary.label_letters = {x for x in glossary.label_letters if x.rpartition("^")[2] not in on_the_line}
    glossary.lone_t = any(_has_lone_t(node) for node in nodes)
    glossary.plain_numbers = plain_numbers(everything, glossary)
    glossary.layers = {x.rpartition("^")[2] for x in glossary.label_letters}
    for node in everything:
        if isinstance(node, Script) and node.sup is not None and shifted_letter(node.sup) in glossary.layers:
            ref = reference(replace(node, sup=None) if node.sub or node.primes else node.base, glossary)
            if ref is not None:
                glossary.labelled.add(ref.base)
    glossary.labelled |= _numbered_from_one(everything, glossary)
    glossary.bracketed = _bracketed(everything, glossary)


def _numbered_from_one(everything: list[Node], glossary: Glossary) -> set[str]:
    """The names that carry a bare 1 above them, `W^1`, `b^1`: nobody writes a first power, so W^2 is no square. One
    small letter alone may begin a polynomial, `a_1 x^1 + a_2 x^2`."""
    found = set()
    for node in everything:
        if isinstance(node, Script) and isinstance(node.sup, Number) and node.sup.text == "1":
            ref = reference(replace(node, sup=None) if node.sub or node.primes else node.base, glossary)
            if ref is not None:
                found.add(ref.base)
    return found if len(found) > 1 or any(base[-1:].isupper() for base in found) else set()


def _bracketed(everything: list[Node], glossary: Glossary) -> set[tuple[str, str]]:
    """The names with a capital in parentheses above them: `z^{H}` beside `z^{(H)}` is the same z, and no power."""
    found = set()
    for node in everything:
        mark = node.sup.body if isinstance(node, Script) and isinstance(node.sup, Fenced) else None
        if isinstance(node, Script) and isinstance(mark, Name) and len(mark.text) == 1 and mark.text.isupper():
            ref = reference(replace(node, sup=None) if node.sub or node.primes else node.base, glossary)
            found |= set() if ref is None else {(ref.base, mark.text)}
    return found


def _has_lone_t(node: Node) -> bool:
    """Whether a t without scripts stands in a formula as a term or a factor: then it is a number, no transpose sign."""
    parts = [t.node for t in node.terms] if isinstance(node, Sum) else []
    parts += [f.node for f in node.factors] if isinstance(node, Product) else []
    if any(isinstance(part, Name) and part.text == "t" and not part.style for part in parts):
        return True
    scripts = (node.sub, node.sup) if isinstance(node, (Script, Big)) else ()
    return any(_has_lone_t(child) for child in children(node) if not any(child is s for s in scripts))


def _on_the_line(node: Node) -> list[Node]:
    """The nodes of a formula outside its scripts and limits; none where it only counts: `l`, `(l - 1)`, `l < L`."""
    found, stack = [], [node]
    while stack:
        top = stack.pop()
        found.append(top)
        scripts = (top.sub, top.sup) if isinstance(top, (Script, Big)) else ()
        stack += [child for child in children(top) if not any(child is s for s in scripts)]
    return [] if all(isinstance(n, _COUNTING) for n in found) else found


_COUNTING = (Name, Number, Sum, Comma, Relation, tree.Dots, Fenced)


def is_kronecker_value(lhs: Node, rhs: Node) -> bool:
    """`\\delta_{ij} = 1`, `\\delta_{ij} = 0`: half of the definition of the Kronecker delta in words."""
    two_valued = isinstance(rhs, Number) and rhs.text in ("0", "1")
    return two_valued and isinstance(lhs, Script) and isinstance(lhs.base, Name) and lhs.base.text == "delta"


def _is_kronecker_fact(slots: tuple[Node, ...], side: Node) -> bool:
    """`\\delta_{ij} = 1` and `\\delta_{jc} = t_j` speak of the Kronecker delta: a number, or one component of a one-hot
    vector; a quantity of the document would depend on both of its letters."""
    if isinstance(side, Number):
        return side.text in ("0", "1")
    letters = [letter_of(slot) for slot in slots]
    alone = isinstance(side, Script) and side.sup is None and side.sub is not None and letter_of(side.sub) is not None
    return alone and None not in letters and isinstance(side, Script) and letter_of(side.sub) in letters


def _is_range(node: Node, op: str) -> bool:
    return op == "=" and isinstance(node, Comma) and any(isinstance(x, tree.Dots) for x in node.items)


def _is_places(node: Node) -> bool:
    """`{1, ..., K}`: what stands in a subscript and is one of these is a place."""
    if not (isinstance(node, Fenced) and node.open == "{" and isinstance(node.body, Comma)):
        return False
    first, *_, last = node.body.items
    begins = isinstance(first, Number) and first.text in ("0", "1")
    return begins and any(isinstance(x, tree.Dots) for x in node.body.items) and not isinstance(last, tree.Dots)


def _collect_delta(factors: tuple[Factor, ...], glossary: Glossary) -> None:
    last = factors[-1].node
    if isinstance(last, Name) and last.text == "Delta":
        glossary.lone_delta = True


def _collect_names(node: Node, glossary: Glossary) -> None:
    if isinstance(node, Sum) and any(isinstance(t.node, Name) and t.node.text == "Delta" for t in node.terms):
        glossary.lone_delta = True
    if not isinstance(node, Script):
        return
    ref = reference(node, glossary)
    if ref is None:
        return
    if all(letter_of(sub) is not None or isinstance(sub, Sum) for sub in ref.subs):
        glossary.slots[ref.base] = max(len(ref.subs), glossary.slots.get(ref.base, 0))
    for slot, sub in enumerate(ref.subs):
        if (letter := letter_of(sub)) and letter in glossary.bound:
            glossary.indexed.setdefault(ref.base, set()).add(slot)
    if ref.base in glossary.indexed:
        return
    # `u_o` beside `u_w` with w bound: the slot is an index slot for every letter.
    if isinstance(node.sub, Name) and len(node.sub.text) == 1:
        stem = reference(node.base, glossary)
        if stem is not None and 0 in glossary.indexed.get(stem.base, ()):
            glossary.indexed.setdefault(stem.base, set()).add(0)


def _collect_companions(relation: Relation, glossary: Glossary) -> None:
    """`\\mu_d = \\frac1N \\sum_n x_{nd}`: d stands beside a bound letter in a subscript, so it is an index, and where
    it stands alone in the same line it is the same index. So is the k of `p_k = e^{s_k} / \\sum_j e^{s_j}`, which
    stands where a bound letter does."""
    scripts = [n for n in walk(relation) if isinstance(n, Script) and n.sub is not None]
    companions: set[str] = set()
    places: dict[tuple[str, int], set[str]] = {}
    for node in scripts:
        ref = reference(node, glossary)
        letters = {x for s in ref.subs if (x := letter_of(s))} if ref is not None else set()
        if ref is not None and letters & glossary.bound:
            companions |= letters - glossary.bound
            glossary.indexed.setdefault(ref.base, set()).update(range(len(ref.subs)))
        for slot, sub in enumerate(() if ref is None else ref.subs):
            if ref is not None and (letter := letter_of(sub)) is not None:
                places.setdefault((ref.base, slot), set()).add(letter)
    companions |= {x for at in places.values() if at & glossary.bound for x in at - glossary.bound}
    for node in scripts:
        stem = reference(node.base, glossary) if isinstance(node.base, (Name, Accent)) else None
        if stem is not None and letter_of(node.sub) in companions:
            glossary.indexed.setdefault(stem.base, set()).add(0)


# -------------------------------------------------------------------------------------------------- increments


def tidy(node: Node, glossary: Glossary) -> Node:
    """A formula as it is read: increments are names; short derivatives, and sums with dots, are written out."""
    for change in glossary.written_out:
        node = change(node)
    plain = rebuilt(tidied(with_primes_out(attach_increments(node, glossary), glossary), glossary), without_dots)
    plain = rebuilt(plain, lambda n: matrix_of_lists(n) or with_entries(n))
    return with_ranges(plain, glossary) or plain


def attach_increments(node: Node, glossary: Glossary) -> Node:
    """`\\Delta w` is one name where Δ never stands alone: the Δ becomes an accent of the name after it."""
    if glossary.lone_delta:
        return node
    return _attach(node)


def _attach(node: Node) -> Node:
    if isinstance(node, Product):
        factors = _attach_factors(node.factors)
        return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))
    return with_parts(node, _attach)


def _attach_factors(factors: tuple[Factor, ...]) -> list[Factor]:
    out: list[Factor] = []
    skip = False
    for n, factor in enumerate(factors):
        if skip:
            skip = False
            continue
        after = factors[n + 1] if n + 1 < len(factors) else None
        if isinstance(factor.node, Name) and factor.node.text == "Delta" and after is not None and after.op == "":
            marked = _mark(factor.node, after.node)
            if marked is not None:
                out.append(Factor(factor.op, marked))
                skip = True
                continue
        out.append(Factor(factor.op, _attach(factor.node)))
    return out


def _mark(delta: Name, node: Node) -> Node | None:
    """The node with Δ as an accent on its innermost name."""
    match node:
        case Name() | Accent():
            return Accent(delta.span.join(node.span), "Delta", node)
        case Script(base=base):
            marked = _mark(delta, base)
            return None if marked is None else replace(node, base=marked, span=delta.span.join(node.span))
    return None
