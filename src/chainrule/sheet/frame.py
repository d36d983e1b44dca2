"""A frame: the letters, labels, arguments and definitions under which a formula is given meaning.

`Frame.value` turns a surface node into a `Val`; what each kind of node means stands in the modules of
`sheet.meaning`, one subject each, registered in `MEANINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from chainrule.expr import Component, Expr, Index, add, component, const, mul, size, value
from chainrule.read import tree
from chainrule.read.tree import Matrix, Name, Node, Number, Script, Sum, Unread
from chainrule.sheet.names import Ref, letter_of, reference, walk
from chainrule.sheet.shapes import Dims, Untyped, Val, scalar
from chainrule.sheet.world import Cycle, Instance, Label, Site, Universe, World

Term = Callable[[], Expr]
Letter = tuple[str, Term]
MEANINGS: dict[type[Node], Callable[[Frame, Any], Val]] = {}
MAX_DEPTH = 120


@dataclass(frozen=True)
class Tensor:
    """An instance with its axes, its orientation, and its defining value if it has one."""

    instance: Instance
    axes: tuple[str, ...]
    row: bool = False
    lead: tuple[tuple[str, str], ...] = ()
    body: Val | None = None
    data: tuple[tuple[Fraction, ...], ...] | None = None
    assumed: str | None = None
    ambient: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """Readings a line leaves open: how far a derivative operator reaches, and which statement-level variants are tried."""

    reach: str = "product"
    explicit: bool = False
    total: bool = False


@dataclass
class Frame:
    """Everything the meaning of a node depends on besides the node."""

    universe: Universe
    owner: str
    position: int
    letters: dict[str, Letter] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    args: dict[str, Val] = field(default_factory=dict)
    free: dict[str, str] = field(default_factory=dict)
    shift: int = 0
    lift: Letter | None = None
    choices: Choices = Choices()
    depth: int = 0
    counter: list[int] = field(default_factory=lambda: [0])
    einstein: frozenset[str] | None = None
    used: set[str] = field(default_factory=set)
    active: tuple[int, ...] = ()

    @property
    def world(self) -> World:
        return self.universe.world

    @property
    def dims(self) -> Dims:
        return self.universe.dims

    @property
    def epoch(self) -> int:
        return self.world.epoch(self.position)

    def child(self, **changes: Any) -> Frame:
        """This frame with some of it replaced."""
        return replace(self, **changes)

    def new_dim(self, hint: str) -> str:
        """A new dimension variable."""
        self.counter[0] += 1
        return f"{self.owner}:{hint}{self.counter[0]}"

    def value(self, node: Node) -> Val:
        """The meaning of a node."""
        if self.depth > MAX_DEPTH:
            raise Untyped("nested too deeply", "too-deep")
        if isinstance(node, Unread):
            raise Untyped(node.reason, node.code)
        meaning = MEANINGS.get(type(node))
        if meaning is None:
            raise Untyped(f"{type(node).__name__.lower()} has no value here", "untyped")
        self.depth += 1
        try:
            return meaning(self, node)
        finally:
            self.depth -= 1

    def scalar_term(self, node: Node, what: str = "this") -> Term:
        """The term of something that must be a scalar."""
        val = self.value(node)
        if not val.scalar:
            raise Untyped(f"{what} must be a scalar", "shape")
        return val.at

    # ------------------------------------------------------------------------------------------ letters

    def bind(self, letter: str, dim: str) -> Frame:
        """A child frame in which a letter is an index over a dimension."""
        dims = self.dims
        term = _index_term(letter, dim, dims)
        return self.child(letters={**self.letters, letter: (dim, term)})

    def free_letter(self, letter: str) -> Letter:
        """A letter that nothing binds is a free index of the whole statement."""
        if letter not in self.free:
            self.free[letter] = f"{self.owner}:{letter}"
        dim = self.free[letter]
        return dim, _index_term(letter, dim, self.dims)

    def letter(self, letter: str) -> Letter | None:
        """What a letter ranges over here, if it is an index."""
        if letter in self.letters:
            return self.letters[letter]
        if letter in self.free:
            return self.free_letter(letter)
        return None

    def index_term(self, node: Node, axis: str) -> Term:
        """The index term of a subscript over an axis: a letter, a number, `i+m`, a label `y_i`."""
        match node:
            case Number(text=text) if text.isdigit():
                n = int(text)
                self.dims.at_least(axis, n)
                if n == 0:
                    self.dims.low(axis, 0)
                return lambda: const(n)
            case Name(text=text) if not self._is_label_symbol(text):
                dim, term = self.letter(text) or self.free_letter(text)
                self.dims.unify(dim, axis)
                return term
            case Sum(terms=terms):
                parts = [(t.sign, self._shifted(t.node)) for t in terms]
                self._note_span(terms, axis)
                return lambda: add(*(p() if sign == "+" else mul(const(-1), p()) for sign, p in parts))
        return self._label_term(node, axis)

    def _note_span(self, terms: tuple[tree.Term, ...], axis: str) -> None:
        """`X_{i+m}`: the axis must reach as far as i + m can."""
        if any(t.sign == "-" and not isinstance(t.node, Number) for t in terms):
            return
        letters = [self.letter(x) for t in terms if (x := letter_of(t.node)) is not None]
        offsets = [int(t.node.text) * (1 if t.sign == "+" else -1) for t in terms if isinstance(t.node, Number)]
        self.dims.span(axis, tuple(found[0] for found in letters if found is not None), sum(offsets))

    def _is_label_symbol(self, text: str) -> bool:
        family = self.world.families.get(text)
        return text not in self.letters and family is not None and family.integer and 0 in family.sub_counts

    def _shifted(self, node: Node) -> Term:
        match node:
            case Number(text=text) if text.isdigit():
                return lambda: const(int(text))
            case Name(text=text) if text in self.world.size_names:
                return self.value(node).at
            case Name(text=text):
                return (self.letter(text) or self.free_letter(text))[1]
        return self.scalar_term(node, "an index")

    def _label_term(self, node: Node, axis: str) -> Term:
        """An index that is data: `y_i` in `p_{y_i}`; its symbol takes integer values over the axis."""
        ref = reference(node, self.world.glossary)
        if ref is None:
            raise Untyped("this subscript is no index", "untyped")
        family = self.world.family(ref.base)
        family.integer = True
        family.domain = axis
        if not self.world.defined(ref.base):
            term = self.scalar_term(node, "a label")
            return term
        return self.scalar_term(node, "a label")

    # ------------------------------------------------------------------------------------------ labels

    def label(self, node: Node) -> Label:
        """The value of a label: a layer or time number, or a word."""
        number = self._label_number(node)
        if number is not None:
            return number
        match node:
            case Name(text=text):
                return text
            case tree.Text(text=text):
                return text.strip()
            case tree.Relation(first=first):
                return self.label(first)
        ref = reference(node, self.world.glossary)
        if ref is not None:
            return self.universe.config.top
        raise Untyped("this label is neither a letter, a number nor a word", "untyped")

    def _label_number(self, node: Node) -> int | None:
        match node:
            case Number(text=text) if text.isdigit():
                return int(text)
            case Name(text=text) if len(text) == 1:
                return self._label_letter(text)
            case Sum(terms=terms):
                result = 0
                for term in terms:
                    n = self._label_number(term.node)
                    if n is None:
                        return None
                    result += n if term.sign == "+" else -n
                return result
            case Script() | tree.Fraction():
                return self.universe.config.top
        return None

    def _label_letter(self, letter: str) -> int | None:
        if letter in self.labels:
            return self.labels[letter]
        if letter in self.letters:
            raise Untyped(f"the label {letter} is an index here", "index-scope")
        if letter.isupper() and letter not in self.world.glossary.bound:
            return self.universe.config.top
        self.used.add(letter)
        return self.universe.config.letters.get(letter, 2)


def _index_term(letter: str, dim: str, dims: Dims) -> Term:
    return lambda: value(Index(letter, dims.dim(dim)))


# -------------------------------------------------------------------------------------------------- instances


def matched(site: Site, instance: Instance, frame: Frame) -> dict[str, int] | None:
    """The label letters under which a site defines an instance: `a^{(l+1)} = ...` defines a^{(3)} with l = 2."""
    family = frame.world.family(instance.base)
    patterns = [s for n, s in enumerate(site.ref.subs) if family.slot(n) == "label"] + list(site.ref.labels)
    if len(patterns) != len(instance.labels):
        return None
    found: dict[str, int] = {}
    for pattern, label in zip(patterns, instance.labels, strict=True):
        bound = _match_label(pattern, label, frame)
        if bound is None or any(found.get(k, v) != v for k, v in bound.items()):
            return None
        found |= bound
    return found


def _match_label(pattern: Node, label: Label, frame: Frame) -> dict[str, int] | None:
    letter, offset = _affine(pattern)
    if letter is None or (letter.isupper() and letter not in frame.world.glossary.bound):
        fixed = frame.child(labels={}, used=set()).label(pattern)
        return {} if fixed == label else None
    if not isinstance(label, int):
        return None
    n = label - offset
    allowed = frame.world.ranges.get(letter)
    if allowed is not None and all(isinstance(a, int) for a in allowed):
        return {letter: n} if n in allowed else None
    return {letter: n} if n >= 1 else None


def _affine(node: Node) -> tuple[str | None, int]:
    """`l+1` as ("l", 1); (None, 0) for anything else."""
    match node:
        case Name(text=text) if len(text) == 1:
            return text, 0
        case tree.Relation(first=first):
            return _affine(first)
        case Sum(terms=(first, second)) if isinstance(second.node, Number) and second.node.text.isdigit():
            letter = letter_of(first.node)
            step = int(second.node.text)
            return letter, step if second.sign == "+" else -step
    return None, 0


def updating(world: World, base: str) -> bool:
    """Whether a name changes from one update to the next: `w' = ...` is there, or it depends on such a name."""
    if "updating" not in world.derived:
        roots = {b for b, sites in world.sites.items() if any(s.ref.primes for s in sites)}
        world.derived["updating"] = _dependants(world, roots, lambda site: True)
    return base in world.derived["updating"]


def liftable(world: World, base: str) -> bool:
    """Whether the bare name is one sample of a data set: it is split, or its definition uses a split name."""
    if "liftable" not in world.derived:
        roots = {b for b, r in world.readings.items() if r.split}
        world.derived["liftable"] = _dependants(world, roots, lambda site: not site.ref.subs) if roots else frozenset()
    return world.aliases.get(base, base) in world.derived["liftable"]


def _dependants(world: World, roots: set[str], counts: Callable[[Site], bool]) -> frozenset[str]:
    """The names whose definitions reach one of the roots."""
    found = set(roots)
    grew = True
    while grew:
        grew = False
        for base, sites in world.sites.items():
            if base not in found and any(counts(s) and not found.isdisjoint(_bases(world, s)) for s in sites):
                found.add(base)
                grew = True
    return frozenset(found)


def _bases(world: World, site: Site) -> frozenset[str]:
    """The names in the body of a definition."""
    key = id(site)
    if key not in world.bodies:
        refs = (reference(n, world.glossary) for n in walk(site.body))
        world.bodies[key] = frozenset(world.aliases.get(r.base, r.base) for r in refs if r is not None)
    return world.bodies[key]


def tensor(frame: Frame, instance: Instance) -> Tensor:
    """The tensor of an instance: from its definition, or from the reading of its name."""
    universe = frame.universe
    key = (instance, frame.epoch)
    cache: dict[object, Tensor] = universe.tensors
    if key in cache:
        return cache[key]
    if key in universe.building:
        round_trip = list(universe.building)
        positions = tuple(universe.building[k] for k in round_trip[round_trip.index(key) :])
        raise Cycle(positions, instance.base)
    universe.building[key] = 0
    try:
        result = _defined(frame, instance) or _declared(frame, instance)
    finally:
        del universe.building[key]
    cache[key] = result
    return result


def _sites(frame: Frame, instance: Instance) -> list[tuple[Site, dict[str, int], int, bool]]:
    """Sites that define an instance, with label letters, prime shift and whether to lift to samples."""
    found = []
    for site in frame.world.sites_for(instance.base, frame.position):
        labels = matched(site, instance, frame)
        shift = instance.primes - site.ref.primes
        if labels is None or shift < 0:
            continue
        if shift and not updating(frame.world, instance.base):
            continue
        found.append((site, labels, shift, instance.sampled and not axis_subs(frame, site.ref)))
    found.sort(key=lambda f: (f[2], bool(f[1])))
    return found


def axis_subs(frame: Frame, ref: Ref) -> list[Node]:
    """The subscripts of a reference that are array axes."""
    family = frame.world.family(ref.base)
    return [s for n, s in enumerate(ref.subs) if family.slot(n) == "axis"]


def _defined(frame: Frame, instance: Instance) -> Tensor | None:
    for site, labels, shift, lift in _sites(frame, instance):
        frame.universe.building[instance, frame.epoch] = site.position
        owner = f"{instance.shown}{'°' if instance.sampled else ''}#{frame.epoch}"
        inner = Frame(
            frame.universe,
            owner,
            max(site.position, frame.position),
            labels=labels,
            shift=shift,
            depth=frame.depth,
            active=frame.active,
        )
        data = literal_matrix(site.body)
        if data is not None and not lift:
            return _data_tensor(frame, instance, site, data, owner)
        lead: list[tuple[str, str]] = []
        if lift:
            dim = f"{owner}.sample"
            inner = inner.child(lift=(dim, _index_term("·s", dim, frame.dims)))
            lead.append(("·s", dim))
        for sub in axis_subs(frame, site.ref):
            letter = letter_of(sub)
            if letter is None:
                raise Untyped(f"{instance.base} is defined for single components only", "untyped")
            dim = f"{owner}.{letter}"
            inner = inner.bind(letter, dim)
            lead.append((letter, dim))
        if frame.world.einstein:
            inner = inner.child(einstein=frozenset(letter for letter, _ in lead))
        body = inner.value(site.body)
        # letters that the left side leaves out belong to it all the same: `s = \\log a_i` is s_i
        ambient = tuple(sorted(inner.free))
        lead[:0] = [(letter, inner.free[letter]) for letter in ambient]
        axes = (*(d for _, d in lead), *body.dims)
        return Tensor(instance, axes, body.kind == "row", tuple(lead), body, assumed=site.assumed, ambient=ambient)
    return None


def _data_tensor(
    frame: Frame, instance: Instance, site: Site, data: tuple[tuple[Fraction, ...], ...], owner: str
) -> Tensor:
    rows, cols = len(data), len(data[0])
    axes = []
    for n, extent in enumerate((rows, cols)):
        if extent > 1 or (n == 0 and rows == cols == 1):
            axes.append(f"{owner}.{n}")
            frame.dims.fix(axes[-1], extent)
    return Tensor(instance, tuple(axes), rows == 1 and cols > 1, data=data, assumed=site.assumed)


def literal_matrix(node: Node) -> tuple[tuple[Fraction, ...], ...] | None:
    """The entries of a matrix of printed numbers, or None."""
    if not isinstance(node, Matrix) or not node.rows or len({len(r) for r in node.rows}) != 1:
        return None
    rows = [[literal_number(cell) for cell in row] for row in node.rows]
    if any(x is None for row in rows for x in row):
        return None
    return tuple(tuple(x for x in row if x is not None) for row in rows)


def literal_number(node: Node) -> Fraction | None:
    """A printed number with its sign, or None."""
    match node:
        case Number(text=text):
            return decimal(text)
        case Sum(terms=(term,)) if term.sign in "+-":
            inner = literal_number(term.node)
            return None if inner is None else (inner if term.sign == "+" else -inner)
    return None


def decimal(text: str) -> Fraction | None:
    """An exact decimal; None when it has absurdly many digits."""
    if len(text) > 400:
        return None
    mantissa, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > 400:
        return None
    return Fraction(text if not text.endswith(".") else text + "0")


def _declared(frame: Frame, instance: Instance) -> Tensor:
    """A name without a definition: its reading says how many axes it has."""
    reading = frame.world.readings.get(instance.base)
    if reading is None:
        axes = max(frame.world.family(instance.base).sub_counts, default=0)
        row = False
    else:
        axes, row = reading.axes, reading.row
        if reading.split and not instance.sampled:
            axes -= 1
    names = frame.universe.axis_names(instance, axes, frame.epoch)
    declare(frame, instance, names, sampled=instance.sampled)
    return Tensor(instance, names, row)


def declare(frame: Frame, instance: Instance, names: tuple[str, ...], sampled: bool) -> None:
    """Give the axes of an undefined name the dimensions its declaration states."""
    family = frame.world.family(instance.base)
    if family.domain_kind in ("symmetric", "covariance") and len(names) >= 2:
        frame.dims.unify(names[-2], names[-1])
    declared = family.labelled_dims.get(instance.labels, family.declared_dims if not family.labelled_dims else ())
    for name, dim in zip(reversed(names), reversed(declared), strict=False):
        if dim is None:
            continue
        if dim.isdigit():
            frame.dims.fix(name, int(dim))
        else:
            frame.dims.unify(name, named_dim(frame, dim, strong=True))


def named_dim(frame: Frame, name: str, strong: bool = False) -> str:
    """The dimension that a size name stands for."""
    dim = f"={name}"
    if strong and dim not in frame.dims.names:
        frame.dims.name(dim, name)
    frame.universe.sized.add(name)
    return dim


# -------------------------------------------------------------------------------------------------- references


def ref_value(frame: Frame, ref: Ref) -> Val:
    """The value of a name with its subscripts, without its postfix operations."""
    base = frame.world.aliases.get(ref.base, ref.base)
    if base in frame.args and not ref.primes:
        return components(frame, frame.args[base], ref.subs)
    family = frame.world.family(base)
    axis_nodes = [s for n, s in enumerate(ref.subs) if family.slot(n) == "axis"]
    labels = [frame.label(s) for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
    labels += [frame.label(x) for x in ref.labels]
    primes = ref.primes + (frame.shift if frame.shift and updating(frame.world, base) else 0)
    reading = frame.world.readings.get(base)
    sampled = bool(axis_nodes) and reading is not None and reading.split
    instance = Instance(base, tuple(labels), primes, sampled)
    if not axis_nodes and frame.lift is not None and liftable(frame.world, base):
        return _lifted(frame, replace(instance, sampled=True))
    whole = tensor(frame, instance)
    return _part(frame, whole, axis_nodes)


def _lifted(frame: Frame, instance: Instance) -> Val:
    assert frame.lift is not None
    whole = tensor(frame, instance)
    dim, term = frame.lift
    frame.dims.unify(whole.axes[0], dim)
    return _view(frame, whole, [term], 1)


def _part(frame: Frame, whole: Tensor, nodes: list[Node]) -> Val:
    n = len(whole.ambient)
    if n + len(nodes) > len(whole.axes):
        raise Untyped(f"{whole.instance.shown} has {len(whole.axes) - n} axes but {len(nodes)} subscripts", "shape")
    terms = []
    for letter, axis in zip(whole.ambient, whole.axes, strict=False):
        dim, term = frame.letter(letter) or frame.free_letter(letter)
        frame.dims.unify(dim, axis)
        terms.append(term)
    terms += [frame.index_term(node, axis) for node, axis in zip(nodes, whole.axes[n:], strict=False)]
    return _view(frame, whole, terms, n + len(nodes))


def _view(frame: Frame, whole: Tensor, lead: list[Term], count: int) -> Val:
    """The tensor with its first axes fixed, as a value."""
    rest = whole.axes[count:]
    universe, epoch, instance = frame.universe, frame.epoch, whole.instance

    def at(*terms: Expr) -> Expr:
        symbol = universe.symbol(instance, whole.axes, epoch)
        return component(symbol, *(t() for t in lead), *terms)

    match len(rest):
        case 0:
            shape: tuple[str | None, ...] = (None, None)
        case 1:
            shape = (None, rest[0]) if whole.row else (rest[0], None)
        case _:
            shape = rest
    return Val(shape, at)


def components(frame: Frame, val: Val, subs: tuple[Node, ...]) -> Val:
    """Components of any value: `(Wx)_i`, `softmax(z)_j`, `(A^T)_{kl}`."""
    if not subs:
        return val
    if (len(subs) == 1 and len(val.dims) == 1) or len(subs) == len(val.dims):
        terms = [frame.index_term(s, d) for s, d in zip(subs, val.dims, strict=True)]
        return scalar(lambda: val.at(*(t() for t in terms)), val.derived)
    if len(subs) == 1 and val.kind == "matrix":
        term = frame.index_term(subs[0], val.dims[0])
        return Val((val.dims[1], None), lambda j: val.at(term(), j), None, val.derived)
    raise Untyped(f"{len(subs)} subscripts on something with {len(val.dims)} axes", "shape")


def target(frame: Frame, val: Val) -> Callable[..., Component]:
    """A value as the variable of a derivative: every entry must be one component of a symbol."""

    def at(*terms: Expr) -> Component:
        term = val.at(*terms)
        if not isinstance(term, Component):
            raise Untyped("a derivative is taken with respect to a name or a component of one", "untyped")
        return term

    return at


def size_value(frame: Frame, name: str) -> Val | None:
    """A size used as a number: the N of `\\frac{1}{N}`; a plain number when nothing has N entries after all."""
    world, universe = frame.world, frame.universe
    if name not in world.size_names or world.family(name).declared_rank not in (None, "scalar"):
        return None
    position = frame.position

    def at() -> Expr:
        if name in universe.sized:
            return size(universe.dims.dim(f"={name}"))
        return component(universe.symbol(Instance(name), (), world.epoch(position)))

    return scalar(at)
