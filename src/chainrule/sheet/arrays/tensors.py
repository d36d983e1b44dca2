"""The tensor of an instance: from the equation that defines it, or from the reading of its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from chainrule.expr import Expr, component, const
from chainrule.read import tree
from chainrule.read.tree import Comma, Fenced, Matrix, Name, Node, Number, Script, Sum
from chainrule.sheet.arrays.completed import completed
from chainrule.sheet.arrays.zeros import starts_with_zero
from chainrule.sheet.records.families import Instance, Label, Reading
from chainrule.sheet.records.frame import Frame, index_term
from chainrule.sheet.records.shapes import RANKS, Untyped, Val
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.sizes import named_dim
from chainrule.sheet.records.universe import Cycle, Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric, is_zero, literal_matrix
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out
from chainrule.sheet.syntax.steps_of_cases import numbered_steps


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
        result = _copy(frame, instance) or _defined(frame, instance) or _declared(frame, instance)
    finally:
        del universe.building[key]
    cache[key] = result
    return result


def copied(frame: Frame, base: str) -> int | None:
    """The step whose copy of a shared weight is meant, where the line tells steps apart."""
    step = frame.universe.config.step
    told = base in frame.world.copies or (step is not None and base in step.weights)
    return frame.step if told else None


def instance_of(frame: Frame, base: str, labels: list[Label], primes: int, sampled: bool) -> Instance:
    """The tensor that a name with its labels means; the label of a copy of a shared weight is its step."""
    if base in frame.world.copies and len(labels) == 1 and isinstance(labels[0], int):
        return Instance(base, (), primes, sampled, labels[0])
    return Instance(base, tuple(labels), primes, sampled, copied(frame, base))


def _copy(frame: Frame, instance: Instance) -> Tensor | None:
    """The copy of a weight at one step: a variable of its own with the value of the weight."""
    if instance.step is None:
        return None
    whole = tensor(frame, replace(instance, step=None))
    universe, epoch = frame.universe, frame.epoch

    def at(*terms: Expr) -> Expr:
        return component(universe.symbol(whole.instance, whole.axes, epoch), *terms)

    return Tensor(instance, whole.axes, whole.row, body=_of_shape(whole.axes, whole.row, at))


def matched(site: Site, instance: Instance, frame: Frame) -> dict[str, int] | None:
    """The label letters under which a site defines an instance: `a^{(l+1)} = ...` defines a^{(3)} with l = 2."""
    family = frame.world.family(instance.base)
    patterns = [s for n, s in enumerate(site.ref.subs) if family.slot(n) == "label"] + list(site.ref.labels)
    if len(patterns) != len(instance.labels):
        return None
    found: dict[str, int] = {}
    for pattern, label in zip(patterns, instance.labels, strict=True):
        bound = _match_label(pattern, label, frame, 0 if _starts_at_zero(frame.world, site) else 1)
        if bound is None or any(found.get(k, v) != v for k, v in bound.items()):
            return None
        found |= bound
    return found


def _starts_at_zero(world: World, rule: Site) -> bool:
    """Whether a rule from one step to the next, `x_{n+1} = ...`, has a start x_0, alone or among its cases."""
    if "0" in numbered_steps(rule.body):
        return True
    starts = (x for s in world.sites.get(rule.base, ()) for x in (*s.ref.subs, *s.ref.labels))
    return any(isinstance(x, Number) and x.text == "0" for x in starts)


def _match_label(pattern: Node, label: Label, frame: Frame, least: int) -> dict[str, int] | None:
    letter, offset = _affine(pattern)
    if letter is None or (letter.isupper() and letter not in frame.world.glossary.bound):
        try:
            fixed = frame.child(labels={}, used=set()).label(pattern)
        except Untyped:
            return None  # `\\alpha_{j*}` says nothing of other places
        return {} if fixed == label else None
    if not isinstance(label, int):
        return None
    n = label - offset
    allowed = frame.world.ranges.get(letter)
    if allowed is not None and all(isinstance(a, int) for a in allowed):
        return {letter: n} if n in allowed else None
    return {letter: n} if n >= least else None


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
        if labels and max(labels.values()) >= frame.universe.top and _rises(frame.world, site):
            continue  # a rule from the next layer on ends with the last one
        lift = (instance.sampled or instance.drawn) and not axis_subs(frame, site.ref)
        if lift and instance.sampled and not _of_every_sample(frame.world, site):
            continue
        found.append((site, labels, shift, lift))
    found.sort(key=lambda f: (f[2], bool(f[1])))
    return found


def _of_every_sample(world: World, site: Site) -> bool:
    """Whether the formula of a bare name gives its value for each sample. The y_1 beside `y = w x`, `w = 3` and `x = 4`
    is a name of its own, for these are numbers of one case; zeros are zero everywhere, and so is a number that a name
    has which stands elsewhere with the letter of an index only, `\\gamma = 1` beside \\gamma_i."""
    family = world.family(site.base)
    if is_numeric(site.body) and family.lettered and family.bare <= sum(s.ref.bare for s in world.sites[site.base]):
        return True
    if is_zero(site.body) or any(base != site.base and liftable(world, base) for base in _bases(world, site)):
        return True
    return any(base in world.readings and base not in world.sites for base in reached(world, site.base))


def _rises(world: World, site: Site) -> bool:
    """Whether a definition leads to its own name at a later step: `\\delta^l = W^{l+1} \\delta^{l+1}`."""
    if site.base not in _bases(world, site):
        return False
    refs = (r for n in walk(site.body) if (r := reference(n, world.glossary)) is not None and r.base == site.base)
    return any(_affine(x)[0] is not None and _affine(x)[1] > 0 for r in refs for x in (*r.subs, *r.labels))


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
            step=_step(frame, site, labels),
            statement=(site.body,),
            depth=frame.depth,
            active=frame.active,
        )
        data = literal_matrix(site.body)
        if data is not None and not lift:
            return _data_tensor(frame, instance, site, data, owner)
        if _begins_with_zero(frame.world, site) or starts_with_zero(frame.world, site):
            return _zeros(frame, instance, site)
        lead: list[tuple[str, str]] = []
        if lift:
            dim = f"{owner}.sample"
            sample = (dim, index_term("·s", dim, frame.dims))
            inner = inner.child(outcome=sample) if instance.drawn else inner.child(lift=sample)
            lead.append(("·s", dim))
        for sub in completed(frame.world, instance.base, axis_subs(frame, site.ref), (site.body,)):
            letter = letter_of(sub)
            if letter is None:
                raise Untyped(f"{spelled_out(instance.base)} is defined for single components only", "untyped")
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
        if len(axes) == len(frame.world.family(instance.base).declared_dims):
            _declare_dims(frame, instance, axes)
        reading = frame.world.readings.get(instance.base)
        either = body.kind == "column" or (body.scalar and len(axes) == 1)
        lying = (reading is not None and reading.row) or _is_one_row(frame.world, site)
        row = body.kind == "row" or (either and lying)
        return Tensor(instance, axes, row, tuple(lead), body, assumed=site.assumed, ambient=ambient)
    return None


def _is_one_row(world: World, site: Site) -> bool:
    """`W^{[2]} = [1, 1]` beside a matrix W^{[1]} is a matrix of one row, and no column."""
    if not _is_list(site.body) or not site.ref.labels:
        return False
    return any(_is_printed_matrix(s.body) for s in world.sites[site.base])


def _is_printed_matrix(node: Node) -> bool:
    """A printed matrix with several rows and columns, or the identity."""
    core = node.base if isinstance(node, Script) else node
    if isinstance(core, Name):
        return core.text == "I"
    return isinstance(node, Matrix) and len(node.rows) > 1 and len(node.rows[0]) > 1


def _is_list(node: Node) -> bool:
    return isinstance(node, Fenced) and node.open == "[" and isinstance(node.body, Comma)


def _begins_with_zero(world: World, site: Site) -> bool:
    """`h_0 = 0`, where `h_t` is defined through `h_{t-1}`: zeros in the shape of the steps that follow. A list of zeros
    has a shape of its own."""
    if any(isinstance(n, Comma | Matrix) for n in walk(site.body)):
        return False
    if not (is_zero(site.body) and any(map(is_zero, (*site.ref.subs, *site.ref.labels)))):
        return False
    rules = (s for s in world.sites[site.base] if s is not site and (s.ref.subs or s.ref.labels))
    return any(site.base in reached(world, base) for s in rules for base in _bases(world, s))


def _zeros(frame: Frame, instance: Instance, site: Site) -> Tensor:
    told = frame.world.readings.get(instance.base) if site.ref.bare else None
    reading = first_step(frame, instance) if told is None else told
    names = frame.universe.axis_names(instance, reading.axes, frame.epoch)
    _declare_dims(frame, instance, names)
    return Tensor(instance, names, reading.row, body=_of_shape(names, reading.row, lambda *_: const(0)))


def _of_shape(axes: tuple[str, ...], row: bool, at: Callable[..., Expr]) -> Val:
    """The value with these axes; a vector lies in a row or in a column."""
    shapes: dict[int, tuple[str | None, ...]] = {0: (None, None), 1: (None, *axes) if row else (*axes, None)}
    return Val(shapes.get(len(axes), axes), at)


def _step(frame: Frame, site: Site, labels: dict[str, int]) -> int | None:
    """The step a definition speaks of: that of its label, or of the step letter in a body whose name has no label."""
    step = frame.universe.config.step
    if len(labels) == 1:
        return next(iter(labels.values()))
    unmarked = step is not None and not (labels or site.ref.labels or site.ref.subs)
    if step is None or not unmarked or not any(isinstance(n, Name) and n.text == step.letter for n in walk(site.body)):
        return None
    return frame.universe.letter(step.letter)


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


def _declared(frame: Frame, instance: Instance) -> Tensor:
    """A name without a definition: its reading says how many axes it has."""
    reading = frame.world.readings.get(instance.base)
    stepped = bool(instance.labels) and instance.base in frame.world.sites
    family = frame.world.family(instance.base)
    own = family.rank_of(instance.labels)
    if reading is None or (stepped and not reading.split) or _of_another(frame.world, instance):
        reading = first_step(frame, instance)
        own = family.labelled_ranks.get(instance.labels)
    axes, row = reading.axes, reading.row
    if reading.split and not instance.sampled:
        axes -= 1
    if own is not None:
        axes, row = RANKS[own], row and RANKS[own] == 1
    axes += instance.drawn
    names = frame.universe.axis_names(instance, axes, frame.epoch)
    _declare_dims(frame, instance, names)
    return Tensor(instance, names, row)


def _of_another(world: World, instance: Instance) -> bool:
    """Whether a reading speaks of the start of the updates `w' = ...` and the instance is another one, `w_k`; or of
    `z^{(1)}`, which is defined, and the instance is `z_o`."""
    sites = world.sites.get(instance.base, ())
    if not instance.labels:
        return bool(sites) and all(s.ref.labels for s in sites)
    return bool(sites) and all(s.ref.primes and not s.ref.labels for s in sites)


def first_step(frame: Frame, instance: Instance) -> Reading:
    """What `h_0` is in `h_t = f(W h_{t-1})`, which nobody defines: it has the shape that the step after it then has."""
    world, base = frame.world, instance.base
    if frame.universe.first_steps is not None:
        return frame.universe.first_steps
    least = Reading(max(world.family(base).sub_counts, default=0))
    if not instance.labels:
        return _like_a_step(world, base) or least
    if not world.sites.get(base):
        return least
    readings = tuple((n, world.readings.get(n)) for n in reached(world, base))
    key = (base, readings, tuple(world.conventions.values()))
    if key not in world.first_steps:
        shapes = [Reading(1), Reading(1, True), Reading(2)]
        whole = world.readings.get(base)  # of the x in `f(x)`
        guesses = [*([whole] if whole is not None else []), least, *(r for r in shapes if r.axes > least.axes)]
        world.first_steps[key] = next((r for r in guesses if _repeats(frame, instance, r)), least)
    return world.first_steps[key]


def _like_a_step(world: World, base: str) -> Reading | None:
    """What the w of `f(w)` is where the sheet gives w_0 numbers: an array like that."""
    sites = world.sites.get(base, ())
    data = next((d for s in sites if s.ref.subs or s.ref.labels if (d := literal_matrix(s.body)) is not None), None)
    if data is None:
        return None
    rows, columns = len(data), len(data[0])
    return Reading((rows > 1) + (columns > 1), rows == 1 and columns > 1)


def _repeats(frame: Frame, first: Instance, guess: Reading) -> bool:
    """Whether the step after the first has the shape that is guessed for the first steps of all states."""
    apart = Universe(frame.world, frame.universe.config, first_steps=guess)
    after = Instance(first.base, tuple(n + 1 if isinstance(n, int) else n for n in first.labels), first.primes)
    try:
        found = tensor(Frame(apart, "first step", frame.position), after)
    except (Untyped, RecursionError):
        return False
    return found.body is not None and Reading(len(found.axes), found.row) == guess


def reached(world: World, base: str) -> tuple[str, ...]:
    """All names that the definitions of a name lead to, in order."""
    found: set[str] = set()
    todo = [base]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [n for site in world.sites.get(name, ()) for n in _bases(world, site)]
    return tuple(sorted(found))


def _declare_dims(frame: Frame, instance: Instance, names: tuple[str, ...]) -> None:
    """Give the axes of a name the dimensions its declaration states."""
    family = frame.world.family(instance.base)
    loose = family.domain_kind == "orthogonal" and not family.declared_dims  # of other matrices the columns are meant
    if (loose or family.domain_kind in ("symmetric", "covariance")) and len(names) >= 2:
        frame.dims.unify(names[-2], names[-1])
    declared = family.labelled_dims.get(instance.labels, family.declared_dims if not family.labelled_dims else ())
    for name, dim in zip(reversed(names), reversed(declared), strict=False):
        if dim is None:
            continue
        if dim.isdigit():
            frame.dims.fix(name, int(dim))
        else:
            frame.dims.unify(name, named_dim(frame, dim, strong=True))
