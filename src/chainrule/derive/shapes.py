"""Shapes of a Python-style formula: given for some names, found for the others from their use.

NumPy's rules decide: `@` contracts the last axis with the first, entrywise operations align axes from the right. Where
several shapes are possible the customs of the field choose (capital letters are matrices, Greek names are scalars, and
what is added or subtracted has the shape of its partner) and say so; what they leave open is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, product

from chainrule.derive.losses import reduction_of
from chainrule.derive.operations import axis_of, keeps_axes
from chainrule.derive.refusals import WORDS, impossible, no_arity, refuse, refuse_early
from chainrule.derive.sums import by_letter, letters
from chainrule.derive.table import OPERATIONS
from chainrule.expr.index import Dim
from chainrule.read.python import SIZED, Formula, FormulaError, postorder

SCALARS = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "eps",
        "zeta",
        "eta",
        "theta",
        "kappa",
        "lam",
        "lambda_",
        "lmbda",
        "mu",
        "nu",
        "rho",
        "sigma",
        "tau",
        "lr",
        "C",
    ]
)
"""Names that stand for scalars unless a shape is given."""

MOST_READINGS = 20_000
LETTERS = ["n", "d", "h", "k", "m", "p", "q", "r", "s", "t", "u", "v"]


class Size:
    """The size of an axis before its name is known: two of them are made one by `unify`."""

    __slots__ = ("name", "parent")

    def __init__(self, name: str | None = None) -> None:
        self.name, self.parent = name, self

    def root(self) -> Size:
        """The size this one was made equal to."""
        node = self.parent
        if node is self:
            return self
        while node.parent is not node:
            node.parent = node.parent.parent
            node = node.parent
        return node


class Clash(Exception):
    """Two sizes cannot be equal."""


def unify(a: Size, b: Size) -> None:
    """Make two sizes equal."""
    a, b = a.root(), b.root()
    if a is b:
        return
    if a.name is not None and b.name is not None and a.name != b.name:
        raise Clash(f"{a.name} and {b.name}")
    if a.name is None:
        a, b = b, a
    b.parent = a


Shape = tuple[Size, ...]


@dataclass
class Shapes:
    """The dimensions of every name, and what was assumed to find them."""

    dims: dict[str, tuple[Dim, ...]]
    assumptions: list[str] = field(default_factory=list)
    labels: frozenset[str] = frozenset()
    """The names that stand in subscripts."""
    counts: frozenset[str] = frozenset()
    """Names that are sizes of axes, the n of `sum(x) / n`."""
    sized: dict[Formula, tuple[Dim, ...]] = field(default_factory=dict)
    """The axes of arrays that are made by their sizes, `eye(n)`."""


def infer(
    formulas: Sequence[Formula], defined: Sequence[str | None], given: Mapping[str, tuple[str, ...]], text: str
) -> Shapes:
    """Shapes of all names; `defined[k]` is the name that formula k defines. The last formula is a scalar."""
    nodes = formulas[0].nodes if len(formulas) == 1 else [node for formula in formulas for node in formula.nodes]
    refuse(nodes, text)
    refuse_early(formulas, defined, text)
    of_name = {size: Size(size) for shape in given.values() for size in shape}
    used, labels = _names(nodes)
    counts = frozenset([n for n in used if n in of_name and n not in given and n not in defined])
    names = [n for n in used if n not in defined and n not in counts]
    open_names = [n for n in names if n not in given and n not in labels]
    chosen = labels
    if open_names:
        ranks = {n: len(s) for n, s in given.items()} | dict.fromkeys(counts, 0)
        ranks |= {n: rank for n, rank in labels.items() if n not in given and n in names}
        chosen = _ranks(formulas, defined, open_names, ranks, text) | ranks
    sizes = {
        n: tuple([of_name[size] for size in given[n]] if n in given else [Size() for _ in range(chosen[n])])
        for n in names
    }
    shapes: dict[str, Shape] = sizes | dict.fromkeys(counts, ())
    sized: dict[Formula, Shape] = {}
    for formula, name in zip(formulas, defined, strict=True):
        shape = _shape(formula, shapes, text, sized)
        if name is not None:
            shapes[name] = shape
            sizes_by_name = formula.op in ("shape", "len") and formula.args[0].op == "name"
            if sizes_by_name:
                shapes[f"{name} ="] = (shapes[str(formula.args[0].value)][axis_of(formula) or 0],)
        elif shape:
            raise FormulaError(_no_scalar(f"a {WORDS[len(shape)]}"), text)
    assumed: list[str] = []
    if open_names:
        said = [f"{n} is a {WORDS[chosen[n]]}" for n in open_names]
        assumed = [f"no shape is given: {', '.join(said)}"]
    made = {node: _told(shape, text) for node, shape in sized.items()}
    return Shapes(_named(sizes), assumed, frozenset(labels), counts, made)


def _no_scalar(found: str) -> str:
    return f"a scalar is needed and the expression is {found}: write for example sum(...), or other shapes with --shape"


def _told(shape: Shape, text: str) -> tuple[Dim, ...]:
    names = [s.root().name for s in shape]
    if None in names:
        raise FormulaError("nothing says how large an array of ones or an identity is: write eye(n) or eye(3)", text)
    return tuple(Dim(str(name)) for name in names)


def _names(nodes: Iterable[Formula]) -> tuple[list[str], dict[str, int]]:
    """The names, in the order of the text, and those that stand in subscripts, which are labels, with their ranks."""
    found: list[tuple[int, str]] = []
    labels: dict[str, int] = {}
    for node in nodes:
        op = node.op
        if op == "name":
            found.append((node.column, str(node.value)))
        elif op in _PICKING and node.args[1].op == "name":
            labels[str(node.args[1].value)] = _PICKING[op]
    found.sort()
    return list(dict.fromkeys([name for _, name in found])), labels


_PICKING = {"[]": 0, "rows[]": 1}
"""Subscripts, with the ranks of the labels in them."""


def _ranks(
    formulas: Sequence[Formula], defined: Sequence[str | None], names: list[str], given: dict[str, int], text: str
) -> dict[str, int]:
    """The ranks of the names without a shape, by the cheapest reading."""
    unscaled: tuple[int, int, dict[str, int]] | None = None
    for customary in (True, False):
        choices = [_choices(n, customary) for n in names]
        total = 1
        for c in choices:
            total *= len(c)
        if total > MOST_READINGS:
            raise FormulaError(f"too many names without a shape: give --shape for some of {', '.join(names)}")
        found: dict[int, list[dict[str, int]]] = {}
        for ranks in product(*choices):
            reading = dict(zip(names, ranks, strict=True))
            cost, rank = _cost(formulas, defined, given | reading)
            if cost is not None and not rank:
                found.setdefault(cost, []).append(reading)
            elif cost is not None and (unscaled is None or cost < unscaled[0]):
                unscaled = cost, rank, reading
        if found:
            return _only(found[min(found)])
        if unscaled is not None:
            _, rank, reading = unscaled
            said = ", ".join(f"{n} a {WORDS[r]}" for n, r in reading.items())
            raise FormulaError(_no_scalar(f"a {WORDS[rank]} (with {said})"), text)
    no_arity(formulas, text)
    raise FormulaError(
        f"no shapes of {', '.join(names)} make the expression a scalar: a loss is needed, such as "
        "sum(...), or give shapes with --shape",
        text,
    )


def _choices(name: str, customary: bool) -> tuple[int, ...]:
    if not customary:
        return (0, 1, 2)
    if name in SCALARS:
        return (0,)
    return (2,) if name[0].isupper() else (0, 1)


def _only(readings: list[dict[str, int]]) -> dict[str, int]:
    first = readings[0]
    if len(readings) == 1:
        return first
    options = {n: sorted({r[n] for r in readings}) for n in first}
    asked = "; ".join(
        f"{n} may be a {' or a '.join(WORDS[r] for r in ranks)}" for n, ranks in options.items() if len(ranks) > 1
    )
    one = next(n for n, ranks in options.items() if len(ranks) > 1)
    hint = f'--shape "{one}: n" (or "{one}:" for a scalar)'
    raise FormulaError(f"the shapes are ambiguous: {asked}. Write for example {hint}")


def _cost(formulas: Sequence[Formula], defined: Sequence[str | None], ranks: dict[str, int]) -> tuple[int | None, int]:
    """What a reading has to assume (None when it is impossible), and the rank of what is to be a scalar."""
    known, cost = dict(ranks), 0
    rank = 0
    for formula, name in zip(formulas, defined, strict=True):
        done: dict[Formula, int] = {}
        for node in postorder(formula):
            if node.op == "name":
                done[node] = known[str(node.value)]
                continue
            found, extra = _rank(node, [done[a] for a in node.args], known)
            if found is None:
                return None, 0
            done[node], cost = found, cost + extra
        rank = done[formula]
        if name is not None:
            known[name] = rank
    return cost, rank


def _rank(node: Formula, args: list[int], known: Mapping[str, int]) -> tuple[int | None, int]:
    if node.op == "number":
        return 0, 0
    if node.op == "name":
        return known[str(node.value)], 0
    return OPERATIONS[node.op].rank(node, args)


def _sizes(node: Formula, shapes: Mapping[str, Shape]) -> Shape:
    """The axes of `eye(n)` and `ones((n, X.shape[1]))`."""
    found = []
    for size in node.options["sizes"]:  # type: ignore[attr-defined]
        if isinstance(size, tuple):
            name, k = size
            if k >= len(shapes.get(name, ())):
                raise FormulaError(f"{node.op}: {name} has no axis {k}")
            found.append(shapes[name][k])
        else:
            found.append(shapes[f"{size} ="][0] if f"{size} =" in shapes else Size(size))
    return (found[0], found[0]) if node.op in ("eye", "identity") else tuple(found)


def _shape(root: Formula, shapes: Mapping[str, Shape], text: str, sized: dict[Formula, Shape]) -> Shape:
    done: dict[Formula, Shape] = {}
    for node in root.nodes:
        op = node.op
        if op == "number":
            done[node] = ()
        elif op == "name":
            done[node] = shapes[node.value]  # type: ignore[index]
        elif op in SIZED:
            done[node] = sized[node] = _sizes(node, shapes)
        else:
            args, operation = [done[a] for a in node.args], OPERATIONS[op]
            ranks = [len(a) for a in args]
            if operation.rank(node, ranks)[0] is None:
                raise impossible(node, ranks, text)
            try:
                done[node] = SHAPES[operation.shape](node, args)
            except Clash as clash:
                raise FormulaError(f"the sizes {clash} do not fit in {node.op}", text, node.column) from None
    return done[root]


def _entrywise(node: Formula, args: list[Shape]) -> Shape:
    if len(args) == 1:
        return args[0]
    longest = max(args, key=len)
    found = list(longest)
    for shape in args:
        if shape == longest:
            continue
        for k in range(1, len(shape) + 1):
            a, b = found[-k].root(), shape[-k].root()
            if a.name == "1" and b.name != "1":
                found[-k] = b
            elif b.name != "1":
                unify(a, b)
    return tuple(found)


def _matmul(node: Formula, args: list[Shape]) -> Shape:
    left, right = args
    unify(left[-1], right[0])
    return (*left[:-1], *right[1:])


def _square(node: Formula, args: list[Shape]) -> Shape:
    unify(args[0][0], args[0][1])
    return args[0]


def _gone(node: Formula, args: list[Shape]) -> Shape:
    axis, shape = axis_of(node), args[0]
    gone = range(len(shape)) if axis is None else (axis % len(shape),)
    if keeps_axes(node):
        return tuple(Size("1") if k in gone else s for k, s in enumerate(shape))
    return tuple(s for k, s in enumerate(shape) if k not in gone)


def _diag(node: Formula, args: list[Shape]) -> Shape:
    (shape,) = args
    if len(shape) == 1:
        return (shape[0], shape[0])
    unify(*shape)
    return (shape[0],)


def _einsum(node: Formula, args: list[Shape]) -> Shape:
    at = by_letter(node, args)
    for first, *rest in at.values():
        for other in rest:
            unify(first, other)
    return tuple(at[x][0] for x in letters(node)[1])


def _solve(node: Formula, args: list[Shape]) -> Shape:
    _square(node, args[:1])
    return _matmul(node, args)


def _pick(node: Formula, args: list[Shape]) -> Shape:
    return (*args[1], *args[0][1:])


def _pick_rows(node: Formula, args: list[Shape]) -> Shape:
    unify(args[0][0], args[1][0])
    return args[1]


def _loss(node: Formula, args: list[Shape]) -> Shape:
    """Both arguments are alike; without a reduction every entry has a loss."""
    shape = _entrywise(node, args)
    return shape if reduction_of(node) == "none" else ()


SHAPES: dict[str, Callable[[Formula, list[Shape]], Shape]] = {
    "pick": _pick,
    "einsum": _einsum,
    "solve": _solve,
    "size": lambda node, args: (),
    "pick rows": _pick_rows,
    "entrywise": _entrywise,
    "matmul": _matmul,
    "square": _square,
    "scalar of square": lambda node, args: (_square(node, args), ())[1],
    "gone": _gone,
    "same": lambda node, args: args[0],
    "transposed": lambda node, args: args[0][::-1],
    "outer": lambda node, args: (*args[0], *args[1]),
    "diag": _diag,
    "loss": _loss,
    "loss over classes": lambda node, args: _loss(node, args)[:-1],
    "inner": lambda node, args: (_entrywise(node, args), ())[1],
}


def _named(sizes: dict[str, Shape]) -> dict[str, tuple[Dim, ...]]:
    """The dimensions of every name, with letters for the sizes that nobody named."""
    unnamed = [root for shape in sizes.values() for s in shape if (root := s.root()).name is None]
    if unnamed:
        taken = {s.root().name for shape in sizes.values() for s in shape}
        letters = (letter for letter in chain(LETTERS, (f"n{k}" for k in count(1))) if letter not in taken)
        for root in dict.fromkeys(unnamed):
            root.name = next(letters)
    return {n: tuple([Dim(str(s.root().name)) for s in shape]) for n, shape in sizes.items()}
