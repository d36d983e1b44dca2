"""Sizes for the dimensions of a statement: pairwise different where they are free, so that a transpose shows.

What the document says of sizes holds: `m = n - k + 1`, a sum from 0 to H - k. Of the sizes in such an equation the one
is computed that is largest, so that all come out positive: n = m + k - 1. Axes that are indexed by `i + m` are as long
as that gets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chainrule.check.comparison.large_sizes import with_smaller_sizes
from chainrule.expr import Dim
from chainrule.sheet.records.families import ORTHONORMAL
from chainrule.sheet.records.linear import Linear
from chainrule.sheet.records.shapes import Dims, Reach, Untyped
from chainrule.sheet.records.universe import Universe

SIZES = ((2, 3, 4, 5, 6, 7), (3, 2, 5, 4, 6, 7), (4, 3, 2, 5, 6, 7))
SMALL = (2,) * 6
"""Sizes to fall back on where the usual ones make another size negative."""
LARGEST = 64


def sizes_for(
    universe: Universe, dims: Iterable[Dim], variant: int, tall: Iterable[tuple[Dim, Dim]] = ()
) -> dict[Dim, int]:
    """A size for every dimension: the declared one, what others make it, or the next unused small number; of a `tall`
    pair the first is no smaller, if that can be."""
    wanted = sorted(set(dims))
    table = with_smaller_sizes(universe)
    always = _tall(universe)
    pairs = sorted({(table.find(a.name), table.find(b.name)) for a, b in tall})
    for above in ([*always, *pairs], always) if pairs else (always,):
        for pool in (SIZES[variant % len(SIZES)], SMALL):
            found = _Choice(table, wanted, list(pool), above).made()
            if found is not None:
                return {dim: found[table.find(dim.name)] for dim in wanted}
    raise Untyped("no small sizes meet what the document says of its sizes", "no-valid-points")


def _tall(universe: Universe) -> list[tuple[str, str]]:
    """The dimensions of the matrices whose columns are orthonormal: these have at least as many rows."""
    families, find = universe.world.families, universe.dims.find
    axes = [
        symbol.axes
        for symbol, instance in universe.instances.items()
        if (family := families.get(instance.base)) is not None and family.domain_kind in ORTHONORMAL
    ]
    return sorted({(find(a[-2].name), find(a[-1].name)) for a in axes if len(a) > 1})


@dataclass
class _Choice:
    """One attempt: sizes by the representative of each dimension, where the first of a `tall` pair is no smaller."""

    table: Dims
    wanted: list[Dim]
    pool: list[int]
    tall: list[tuple[str, str]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def made(self) -> dict[str, int] | None:
        """The sizes, or None when one comes out wrong."""
        rules = self._rules()
        products = self._products()
        parts = [x for pairs in products.values() for pair in pairs for x in pair]
        names = list(
            dict.fromkeys(
                [*(self.table.find(d.name) for d in self.wanted), *parts, *(x for r in rules for x, _ in r.parts)]
            )
        )
        self.sizes = {x: self.table.sizes[x] for x in names if x in self.table.sizes}
        computed = _computed(rules, set(self.sizes))
        ruled = {x for r in rules for x, _ in r.parts}
        reached = [self._renamed(r) for r in self.table.growing()]
        later = ({r.axis for r in reached} - ruled) | computed.keys() | products.keys()
        for name in names:
            if name not in self.sizes and name not in later:
                self.sizes[name] = self._next(name)
        for _ in range(len(names) + 1):
            for name in names:
                if name not in self.sizes:
                    self._work_out(name, computed.get(name), [r for r in reached if r.axis == name])
            for name, pairs in products.items():
                if name not in self.sizes and all(x in self.sizes for x in pairs[0]):
                    self.sizes[name] = self.sizes[pairs[0][0]] * self.sizes[pairs[0][1]]
        for name in names:
            if name not in self.sizes:
                self.sizes[name] = self._next(name)
        for rows, columns in self.tall:
            if self.sizes.get(rows, LARGEST) < self.sizes.get(columns, 0):
                self.sizes[rows], self.sizes[columns] = self.sizes[columns], self.sizes[rows]
        pairs_of = [(self.sizes[dim], pair) for dim, pairs in products.items() for pair in pairs]
        of_pairs = all(n == self.sizes[one] * self.sizes[other] for n, (one, other) in pairs_of)
        return self.sizes if of_pairs and self._fits(rules) else None

    def _products(self) -> dict[str, list[tuple[str, str]]]:
        """The dimensions wanted that consist of pairs, and of which, with those that these consist of."""
        find, found = self.table.find, dict[str, list[tuple[str, str]]]()
        names, grew = {find(d.name) for d in self.wanted}, True
        while grew:
            grew = False
            for dim, (one, other) in self.table.products.items():
                pair = (find(one), find(other))
                if find(dim) in names and pair not in found.get(find(dim), []):
                    found.setdefault(find(dim), []).append(pair)
                    names |= set(pair)
                    grew = True
        return found

    def _rules(self) -> list[Linear]:
        """What is said of sizes, as forms that are zero, about the dimensions wanted and those that belong to them."""
        table = self.table
        everything: list[Linear] = []
        for m in table.measures:
            if m.last and table.find(m.dim) in {table.find(x) for x, _ in m.form.parts}:
                continue  # a sum over a part of its axis
            start = table.first_of(m.dim) - 1 if m.last else 0
            shift = max((r.letters.constant for r in table.reaches if self._own(r, m.dim)), default=0) if m.last else 0
            form = m.form.renamed(table.find) + Linear(((table.find(m.dim), -1),), max(shift, 0) - start)
            if form.parts and form not in everything:
                everything.append(form)
        names, found = {table.find(d.name) for d in self.wanted}, list[Linear]()
        grew = True
        while grew:
            new = [f for f in everything if f not in found and not names.isdisjoint(dict(f.parts))]
            found += new
            names |= {x for f in new for x, _ in f.parts}
            grew = bool(new)
        return found

    def _own(self, reach: Reach, dim: str) -> bool:
        """Whether an axis is indexed by its own letter and a number more: `x_t x_{t+1}`."""
        root = self.table.find(dim)
        return self.table.find(reach.axis) == root and [self.table.find(x) for x, _ in reach.letters.parts] == [root]

    def _renamed(self, reach: Reach) -> Reach:
        find = self.table.find
        return Reach(find(reach.axis), reach.letters.renamed(find), reach.sizes.renamed(find))

    def _next(self, name: str) -> int:
        """The next unused size that is large enough, and small enough for a fixed axis that it is an index of."""
        least = self._least(name)
        fixed = [self._renamed(r) for r in self.table.reaches if r.rising]
        most = min((x for r in fixed if (x := self._room(name, r)) is not None), default=LARGEST)
        size = next((s for s in self.pool if least <= s <= most), max(least, min(2, most)))
        if size in self.pool and len(set(self.pool)) > 1:
            self.pool.remove(size)
        return size

    def _least(self, name: str) -> int:
        return self.table.least.get(name, 1) + (1 if self.table.first_of(name) == 0 and name in self.table.least else 0)

    def _room(self, name: str, reach: Reach) -> int | None:
        """How large a dimension may be so that an axis of fixed size is not left."""
        times = dict(reach.letters.parts).get(name)
        if times is None or reach.axis not in self.table.sizes:
            return None
        others = Linear.of(((x, n) for x, n in reach.letters.parts if x != name), reach.letters.constant)
        rest = self._last(Reach(reach.axis, others, reach.sizes), 2)
        if rest is None or times < 1:
            return None
        end = self.table.first_of(reach.axis) + self.table.sizes[reach.axis] - 1
        return max(1, (end - rest) // times - self.table.first_of(name) + 1)

    def _last(self, reach: Reach, otherwise: int | None = None) -> int | None:
        """The largest value of an index expression; None while a size in it is open."""
        last = reach.letters.constant
        for name, times in reach.letters.parts:
            size = self.sizes.get(name, otherwise)
            if size is None:
                return None
            last += times * (self.table.first_of(name) + size - 1)
        for name, times in reach.sizes.parts:
            size = self.sizes.get(name, otherwise)
            if size is None:
                return None
            last += times * size
        return last

    def _work_out(self, name: str, rule: Linear | None, reached: list[Reach]) -> None:
        """The size of a computed dimension, or of an axis indexed by sums of letters, once its parts are known."""
        if rule is not None:
            own = dict(rule.parts)[name]
            others = [(x, n) for x, n in rule.parts if x != name]
            if all(x in self.sizes for x, _ in others):
                self.sizes[name] = -own * (rule.constant + sum(n * self.sizes[x] for x, n in others))
            return
        ends = [self._last(r) for r in reached if name not in dict(r.letters.parts)]
        if reached and None not in ends:
            last = max((e for e in ends if e is not None), default=0)
            self.sizes[name] = max(last - self.table.first_of(name) + 1, self._least(name), 1 if ends else 2)

    def _fits(self, rules: list[Linear]) -> bool:
        positive = all(0 < n <= LARGEST or name in self.table.sizes for name, n in self.sizes.items())
        told = all(self.sizes[x] == n for x, n in self.table.sizes.items() if x in self.sizes)
        tall = all(self.sizes[a] >= self.sizes[b] for a, b in self.tall if a in self.sizes and b in self.sizes)
        return (
            positive
            and told
            and tall
            and all(r.constant + sum(n * self.sizes[x] for x, n in r.parts) == 0 for r in rules)
        )


def _computed(rules: list[Linear], fixed: set[str]) -> dict[str, Linear]:
    """Which dimension each rule computes: one that is then sure to be positive, where there is one."""
    found: dict[str, Linear] = {}
    for rule in rules:
        open_ones = [(x, n) for x, n in rule.parts if x not in fixed and x not in found and abs(n) == 1]
        largest = [x for x, n in open_ones if all(n * m < 0 for y, m in rule.parts if y != x)]
        chosen = next(iter(largest or [x for x, _ in open_ones]), None)
        if chosen is not None:
            found[chosen] = rule
    return found
