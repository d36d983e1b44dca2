r"""The next value of what a slope is set to zero by: `\mu_k^{(t+1)} = ...`, `\sigma_k^{[m+1]}`, `\pi_k^{new}`.

Where a document differentiates by the name of one component and sets that to zero, the new value is the solution,
`\hat\mu_k`; a `\theta^{new}` alone may be another estimate. A
value that the one before it goes into, `w^{(t+1)} = w^{(t)} - \eta g`, is a step and no solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chainrule.read.tree import Accent, Big, Fenced, Fraction, Name, Node, Product, Relation, Script, Sum, Text
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import juxtaposed_letters

Bare = tuple[str, tuple[str, ...]]
SEARCHES = frozenset({"argmin", "argmax"})
COUNTING = frozenset("ktnm")


@dataclass(frozen=True)
class NewValues:
    r"""The names whose new values solve a slope that is set to zero, and those whose new values are said to be a place,
    `x_{k+1} = \arg\min_x ...`: there a step may be counted below the name, or without parentheses."""

    solving: frozenset[Bare]
    placed: frozenset[Bare]
    counters: frozenset[str]
    """The letters that count steps below names: the k of `z_k` beside `x_{k+1}`."""

    def __bool__(self) -> bool:
        return bool(self.solving or self.placed)

    def marks(self, script: Script) -> bool:
        """Whether a script makes a new value of one of these names."""
        bare = _bare(script)
        return (bare in self.solving and is_new(script.sup)) or (bare in self.placed and _is_next(script))


def new_values(formulas: Iterable[Node]) -> NewValues:
    """The names of a document whose new values are solutions."""
    relations = [f for f in formulas if isinstance(f, Relation)]
    parts = [n for f in relations for n in walk(f)]
    hats = {_bare(n.body) for n in parts if isinstance(n, Accent) and n.kind == "hat"}
    vanishing = {b for f in relations if any(is_zero(x.node) for x in f.links) for b in _variables(f.first)}
    given: set[Bare] = set()
    stepped: set[Bare] = set()
    placed: set[Bare] = set()
    counters: set[str] = set()
    for f in relations:
        behind = [n for link in f.links for n in walk(link.node)]
        if isinstance(f.first, Script) and _is_next(f.first) and (next_ := _bare(f.first)) is not None:
            placed |= {next_} if any(_searches(n, next_) for n in behind) else set()
            below = shifted_letter(f.first.sub) if f.first.sub is not None and next_ in placed else None
            counters |= {below} if below is not None and f.first.sup is None else set()
        for new in {b for b in _new(f.first) if b is not None}:
            stepped |= {new for n in behind if isinstance(n, Script) and n.sup is not None and _older(n, new)}
            given |= set() if any(_operates(n) for n in behind) else {new}
    counters -= {x for n in parts if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    return NewValues(frozenset((given & vanishing) - stepped - hats), frozenset(placed - hats), frozenset(counters))


def with_hats(node: Node, names: NewValues) -> Node:
    """A formula with the new values of these names as solutions."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or part.primes:
            return None
        if not names.marks(part):
            old = _bare(part) in names.placed and _is_old(part, names.counters)
            return Accent(part.span, "check", part.base) if old else _counted(part, names.counters)
        hat = Accent(part.span, "hat", part.base)
        kept = None if part.sub is not None and _is_count(part.sub) else part.sub
        return hat if kept is None else Script(part.span, hat, kept, None, 0)

    return rebuilt(node, choose)


def _counted(script: Script, counters: frozenset[str]) -> Script | None:
    """`z_k` as the z of step k, where k counts the steps."""
    if script.sub is None or script.sup is not None or not isinstance(script.base, Name):
        return None
    if shifted_letter(script.sub) not in counters:
        return None
    return Script(script.span, script.base, None, Fenced(script.sub.span, "(", script.sub, ")"), 0)


def _is_next(script: Script) -> bool:
    """`x_{k+1}`, `x^{k+1}`, `x^{(k+1)}`."""
    above = script.sup is not None and (is_new(script.sup) or _is_count(script.sup))
    return above or (script.sup is None and script.sub is not None and _is_count(script.sub))


def _is_old(script: Script, counters: frozenset[str]) -> bool:
    """`v^{(t)}`, `v^k`, `v_k`: the value before the next one, which is another quantity than the variable."""
    if script.sub is not None:
        return script.sup is None and isinstance(script.sub, Name) and script.sub.text in counters
    inside = script.sup.body if isinstance(script.sup, Fenced) and script.sup.open in "([" else script.sup
    return isinstance(inside, Name) and inside.text in COUNTING


def _is_count(mark: Node) -> bool:
    return isinstance(mark, Sum) and shifted_letter(mark) is not None and [t.sign for t in mark.terms] == ["+", "+"]


def _searches(node: Node, bare: Bare) -> bool:
    """Whether a search for the place of an extreme is over a plain name."""
    return isinstance(node, Big) and node.op in SEARCHES and node.sub is not None and _bare(node.sub) == bare


def is_new(sup: Node | None) -> bool:
    """`(t+1)`, `[m+1]`, `new`: the mark of the next value."""
    inside = sup.body if isinstance(sup, Fenced) else sup
    if isinstance(sup, Fenced) and isinstance(inside, Sum):
        return _is_count(inside)
    text = inside.text.strip() if isinstance(inside, (Text, Name)) else None
    text = juxtaposed_letters(inside) if isinstance(inside, Product) else text
    return text == "new"


def _bare(node: Node) -> Bare | None:
    """The letter of a name, whatever hangs on it."""
    name = node.base if isinstance(node, Script) else node
    return (name.text, name.style) if isinstance(name, Name) else None


def _variables(side: Node) -> Iterator[Bare]:
    """The plain names that a side differentiates by, squares of them too."""
    for part in walk(side):
        bottom = below(part.denominator) if isinstance(part, Fraction) and above(part.numerator) is not None else None
        nabla = nabla_of(part)
        for variable in bottom[1] if bottom is not None else nabla[0] if nabla is not None else ():
            marked = isinstance(variable, Script) and isinstance(variable.sup, Fenced)
            bare = None if marked else _bare(variable)
            if bare is not None:
                yield bare


def _new(side: Node) -> Iterator[Bare | None]:
    """The new values that a side is, or is a power of: `(\\sigma^{[m+1]})^2`."""
    if isinstance(side, Script) and isinstance(side.base, Fenced) and side.sup is not None:
        side = side.base.body
    if isinstance(side, Script) and is_new(side.sup) and side.sub is not None:
        yield _bare(side)


def _older(script: Script, new: Bare) -> bool:
    return _bare(script) == new and not is_new(script.sup)


def _operates(node: Node) -> bool:
    """Whether a derivative or a search for a minimum stands in a formula: then it is a step of an algorithm."""
    searched = isinstance(node, Big) and node.op not in ("sum", "prod")
    derived = isinstance(node, Fraction) and below(node.denominator) is not None and above(node.numerator) is not None
    return searched or derived or nabla_of(node) is not None
