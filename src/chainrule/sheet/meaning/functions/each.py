r"""A vector given by its general entry: `\mathrm{diag}(p_i (1 - p_i))` has the vector of all p_i (1 - p_i) on its
diagonal, where nothing else says which i is meant, and `S(x)` is the vector of all `S(x)_i` that the sheet defines."""

from __future__ import annotations

from chainrule.expr import Expr, IndexValue, substitute
from chainrule.read.tree import Big, Node
from chainrule.sheet.records.frame import Frame, Letter
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.records.sites import Site
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import Ref, letter_of, outside_letters, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS


def by_general_entry(frame: Frame, node: Node) -> Val | None:
    """The vector whose general entry a formula is; None for a formula without one open letter in its subscripts."""
    world = frame.world
    refs = list(references(node, world))
    subs = (s for ref in refs for n, s in enumerate(ref.subs) if world.family(ref.base).slot(n) == "axis")
    letters = {x for s in subs if (x := letter_of(s)) is not None and (x in INDEX_LETTERS or x in world.glossary.bound)}
    open_letters = letters - frame.letters.keys() - set(frame.free) - frame.labels.keys() - frame.used
    summed = {x for n in walk(node) if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    open_letters = open_letters - summed or open_letters  # the j of `\\sum_j A_{ij}` is not open
    if len(open_letters) != 1:
        return None
    letter = open_letters.pop()
    inner = frame.bind(letter, frame.new_dim(f"each {letter}"))
    return at_every_place(inner.value(node), inner.letters[letter])


def at_every_place(body: Val, *places: Letter) -> Val | None:
    """The array of the numbers that a value is as its indices run over dimensions; None where it is no number."""
    if not body.scalar:
        return None

    def at(*entries: Expr) -> Expr:
        term = body.at()
        for (_, place), entry in zip(places, entries, strict=True):
            running = place()
            assert isinstance(running, IndexValue)
            term = substitute(term, {running.index: entry})
        return term

    dims = tuple(dim for dim, _ in places)
    return Val((*dims, None) if len(dims) == 1 else dims, at, None, body.derived)


def all_components(frame: Frame, inner: Frame, site: Site, ref: Ref) -> Val | None:
    """`S(x)` after `S(x)_i = ...`, in a formula without an i of its own; None where that is written or meant."""
    letters = [letter_of(s) for s in site.ref.subs]
    known = frame.letters.keys() | frame.free.keys() | {x for n in frame.statement for x in outside_letters(n)}
    if ref.subs or not letters or None in letters or not known.isdisjoint(letters):
        return None
    for letter in letters:
        inner = inner.bind(str(letter), frame.new_dim(f"each {letter}"))
    return at_every_place(inner.value(site.body), *(inner.letters[str(letter)] for letter in letters))
