r"""Verified lines with a sum that may not go over the whole of an axis.

The sizes of a document are found from all its lines, so that a line with a wrong limit makes two of them equal, and is
right then. Where nothing else says that they are, it verifies nothing: neither a sum that stops elsewhere than sums
over the same place do in other lines, `\sum_{i=1}^d f(y_i)` of y_1 to y_m, nor one up to a size with the mark of a
layer, `\sum_{k=0}^{M^{l-1}-1} x^l_k`, where a shape that is told or a definition has another size at that place, or
has that one elsewhere only; nor one that begins at 1 where other lines begin at 0. Where numbers begin at 0
the last one is one less than the size, and from 1 to that is no whole axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chainrule.check.records.finding import Finding
from chainrule.read.tree import Big, Comma, Fenced, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import Ref, children, letter_of, node_key, reference, shifted_letter, size_name, walk
from chainrule.sheet.syntax.parts import factors_of

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

Size = tuple[object, object]
"""The letter of a size and its layer, counted from that of the name whose axis it is."""
Slot = tuple[str, int]


@dataclass(frozen=True)
class Limit:
    """A sum: its letter, its first number, the size in its upper limit, and what is added to that."""

    letter: str
    first: str
    size: Node
    more: int


@dataclass
class Sizes:
    """The sizes of the axes of names, as told or as definitions sum over them, and all that are in use there."""

    shapes: dict[str, tuple[Size | None, ...]] = field(default_factory=dict)
    summed: dict[Slot, set[Size]] = field(default_factory=dict)
    used: set[object] = field(default_factory=set)

    def at(self, slot: Slot) -> set[Size]:
        """What is known of one axis; a shape comes first."""
        base, place = slot
        shape = self.shapes.get(base, ())
        told = shape[place] if place < len(shape) else None
        return {told} if told is not None else self.summed.get(slot, set())


def of_whole_axes(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line that sums up to a size."""
    limits = [(side, x) for side in (e.lhs, e.rhs) for x in _limits(side)] if found.verdict == "verified" else []
    text = _stops_elsewhere(judge, e) or _starts_elsewhere(judge, e) if limits else None
    if text is None and any(_is_marked(x.size) for _, x in limits):
        text = _leaves_its_layer(judge, e, limits)
    return found if text is None else Finding("unsupported", "index-scope", text)


def _stops_elsewhere(judge: Judge, e: Equation) -> str | None:
    """What speaks against a sum to one size over a place that other lines sum over to another one."""
    others: dict[Slot, set[str]] = {}
    for _, limit, slots in (s for x in judge.equations if x.chain != e.chain for s in _plain_sums(judge, x)):
        for slot in slots:
            others.setdefault(slot, set()).add(limit)
    for letter, limit, slots in _plain_sums(judge, e):
        known = set().union(*(others.get(s, set()) for s in slots))
        elsewhere = any(limit in limits and not limits & known for limits in others.values())
        if known and limit not in known and elsewhere and not judge.world.defined(limit):
            return f"the sum over {letter} goes to {limit}, and in other lines to {min(known)}"
    return None


def _starts_elsewhere(judge: Judge, e: Equation) -> str | None:
    """What speaks against a sum from 1, or from 0, over a place that other lines sum over from the other one, to the
    same size: all of one axis are as many for both. An entry with the number 0 tells the two apart."""
    others: dict[tuple[Slot, object], set[str]] = {}
    for _, slot, limit in (s for x in judge.equations if x.chain != e.chain for s in _to_the_size(judge, x)):
        others.setdefault((slot, node_key(limit.size)), set()).add(limit.first)
    for letter, slot, limit in _to_the_size(judge, e):
        known = others.get((slot, node_key(limit.size)), set())
        if known and limit.first not in known and not _has_entry_zero(judge, slot[0]):
            return f"the sum over {letter} begins at {limit.first}, and in other lines at {min(known)}"
    return None


def _to_the_size(judge: Judge, e: Equation) -> Iterator[tuple[str, Slot, Limit]]:
    """The sums of a line from 0 or 1 up to a size, with the places where their letters stand; a letter that is a number
    as well, `n c_n x^{n-1}`, may make the first term zero."""
    for side in (e.lhs, e.rhs):
        for limit in (x for x in _limits(side) if x.more == 0 and x.first in ("0", "1")):
            if limit.letter in _on_the_line(side):
                continue
            yield from ((limit.letter, slot, limit) for slot in _slots(_places(judge, side, limit.letter)))


def _on_the_line(side: Node) -> set[str]:
    """The letters that stand in no subscript and in no limit."""
    found, todo = set[str](), [side]
    while todo:
        node = todo.pop()
        if (letter := letter_of(node)) is not None:
            found.add(letter)
        if isinstance(node, Script):
            todo += [n for n in (node.base, node.sup) if n is not None]
        elif not isinstance(node, Big):
            todo += children(node)
    return found


def _has_entry_zero(judge: Judge, base: str) -> bool:
    """Whether `x_0` stands somewhere."""
    refs = (r for x in judge.equations for side in (x.lhs, x.rhs) for r in references(side, judge.world))
    return any(r.base == base and any(isinstance(s, Number) and s.text == "0" for s in r.subs) for r in refs)


def _plain_sums(judge: Judge, e: Equation) -> Iterator[tuple[str, str, set[Slot]]]:
    """The letters that a line sums over up to a plain size, each with the size and the places where it stands."""
    for side in (e.lhs, e.rhs):
        limits: dict[str, set[str]] = {}
        for x in filter(_is_whole, _limits(side)):
            if (name := size_name(x.size)) is not None:
                limits.setdefault(x.letter, set()).add(name)
        for letter, names in limits.items():
            if len(names) == 1:
                yield letter, min(names), set(_slots(_places(judge, side, letter)))


def _leaves_its_layer(judge: Judge, e: Equation, limits: list[tuple[Node, Limit]]) -> str | None:
    """What speaks against a sum up to a size with a mark."""
    sizes, from_zero = _sizes(judge, e), _counts_from_zero(judge)
    for side, x in ((side, x) for side, x in limits if _is_marked(x.size)):
        places = list(_places(judge, side, x.letter))
        known = [(sizes.at((ref.base, n)), _size(x.size, ref)) for ref, n in places]
        differs = any(told and size not in told for told, size in known)
        said = any(size in told for told, size in known)
        beyond = x.more != 0 and not (_is_whole(x) and (said or _is_new(judge, e, x, set(_slots(places)), sizes)))
        one_more = (x.first, x.more) == ("0", 0) and (said or from_zero)
        if differs or beyond or one_more:
            return f"nothing says that the sum over {x.letter} ends there"
    return None


def _is_new(judge: Judge, e: Equation, limit: Limit, slots: set[Slot], sizes: Sizes) -> bool:
    """Whether a size is that of no other axis, in definitions or in other lines, and no other one that of this axis."""
    if node_key(limit.size) in sizes.used:
        return False
    for side in (side for x in judge.equations if x.chain != e.chain for side in (x.lhs, x.rhs)):
        for other in _limits(side):
            same = node_key(other.size) == node_key(limit.size)
            if same != bool(slots & set(_slots(_places(judge, side, other.letter)))):
                return False
    return True


def _slots(places: Iterable[tuple[Ref, int]]) -> Iterator[Slot]:
    yield from ((ref.base, n) for ref, n in places)


def _counts_from_zero(judge: Judge) -> bool:
    """Whether some sum of a document goes from 0 to one less than a size with a mark."""
    limits = (x for e in judge.equations for side in (e.lhs, e.rhs) for x in _limits(side))
    return any(_is_marked(x.size) and _is_whole(x) and x.first == "0" for x in limits)


def _sizes(judge: Judge, e: Equation) -> Sizes:
    found = Sizes()
    for x in judge.equations:
        if x.op == "∈":
            for item in x.lhs.items if isinstance(x.lhs, Comma) else (x.lhs,):
                ref = reference(item, judge.world.glossary)
                if ref is not None and isinstance(x.rhs, Script) and x.rhs.sup is not None:
                    axes = (None,) * len(ref.subs)
                    found.shapes[ref.base] = (*axes, *(_size(f, ref) for f in [f.node for f in factors_of(x.rhs.sup)]))
                    found.used |= {node_key(f) for f in [f.node for f in factors_of(x.rhs.sup)]}
    for site in (s for sites in judge.world.sites.values() for s in sites if s.position != e.position):
        shape = _shape(judge, site.body, site.ref, found) if not site.ref.subs else None
        if shape is not None:
            found.shapes.setdefault(site.base, shape)
        for limit in _limits(site.body):
            found.used.add(node_key(limit.size))
            if _is_whole(limit):
                for ref, n in _places(judge, site.body, limit.letter):
                    found.summed.setdefault((ref.base, n), set()).add(_size(limit.size, ref))
    return found


def _shape(judge: Judge, node: Node, of: Ref, sizes: Sizes) -> tuple[Size | None, ...] | None:
    """The shape of a product of names with told ones, or of the first such term of a sum."""
    if isinstance(node, Sum):
        return next((s for t in node.terms if (s := _shape(judge, t.node, of, sizes))), None)
    factors = [f.node for f in node.factors if f.op in ("", "cdot")] if isinstance(node, Product) else [node]
    refs = [reference(f, judge.world.glossary) for f in factors]
    shapes = [_moved(sizes.shapes.get(r.base), r, of) if r and not (r.postfix or r.subs) else None for r in refs]
    known = [s for s in shapes if s]
    if len(known) != len(shapes) or (isinstance(node, Product) and len(factors) != len(node.factors)):
        return None
    return known[0] if len(known) == 1 else (*known[0][:-1], *known[-1][1:])


def _moved(shape: tuple[Size | None, ...] | None, ref: Ref, of: Ref) -> tuple[Size | None, ...] | None:
    """A shape with its layers counted from that of another name."""
    if shape is None:
        return None
    own, other = (_layer(r.labels[0]) if r.labels else None for r in (ref, of))
    if own == other:
        return shape
    if own is None or other is None or own[0] != other[0]:
        return None
    step = own[1] - other[1]
    return tuple((s[0], s[1] + step) if s and isinstance(s[1], int) else s for s in shape)


def _limits(side: Node) -> Iterator[Limit]:
    for node in walk(side):
        if isinstance(node, Big) and isinstance(node.sub, Relation) and node.sup is not None:
            letter, first = letter_of(node.sub.first), node.sub.links[0].node
            if letter is not None and isinstance(first, Number):
                size, more = _without_number(node.sup)
                yield Limit(letter, first.text, size, more)


def _without_number(high: Node) -> tuple[Node, int]:
    if isinstance(high, Sum) and len(high.terms) == 2 and isinstance(high.terms[1].node, Number):
        number = high.terms[1]
        if isinstance(number.node, Number) and number.node.text.isdigit():
            return high.terms[0].node, int(number.node.text) * (-1 if number.sign == "-" else 1)
    return high, 0


def _is_whole(limit: Limit) -> bool:
    return (limit.first, limit.more) in (("0", -1), ("1", 0))


def _is_marked(size: Node) -> bool:
    """`M^l`, `n^{(l-1)}`."""
    return isinstance(size, Script) and isinstance(size.base, Name) and _layer(size.sup) is not None


def _size(node: Node, ref: Ref) -> Size:
    """A size, as it is for a name with a layer."""
    layer = _layer(node.sup) if isinstance(node, Script) else None
    if layer is None or not isinstance(node, Script):
        return node_key(node), None
    own = _layer(ref.labels[0]) if ref.labels else None
    base = node_key(node.base)
    return (base, layer[1] - own[1]) if own is not None and own[0] == layer[0] else (base, layer)


def _layer(mark: Node | None) -> tuple[str, int] | None:
    """The letter of a layer and what is added to it."""
    mark = mark.body if isinstance(mark, Fenced) else mark
    if mark is None:
        return None
    core, more = _without_number(mark)
    letter = shifted_letter(core)
    return (letter, more) if letter is not None and isinstance(core, Name) else None


def _places(judge: Judge, side: Node, letter: str) -> Iterator[tuple[Ref, int]]:
    """The names with a letter below them, each with its place."""
    for ref in references(side, judge.world):
        yield from ((ref, n) for n, s in enumerate(ref.subs) if letter_of(s) == letter)
