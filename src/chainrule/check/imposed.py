"""Lines that follow from a condition the document imposes: judged at points where the condition holds.

What a condition says is taken from the derivative it sets to zero, where the document says what that is, else from the
side that stands beside the zero. A line follows when both sides agree at every solution found and differ elsewhere; it
contradicts the condition when they differ at every one, an enclosure proves it at one of them, and no parameter of the
document is left that could make both hold. Anything else decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import thread_time

import numpy as np

from chainrule.check.compare import LEAST, Comparer, Same, relative_gaps
from chainrule.check.held import Contradicts, Follows, Held, Judged, Open, Sides, Unsolved
from chainrule.check.lines import Lines, Variant
from chainrule.check.points import MODES, dims_of, free_symbols, needy_symbols, reach
from chainrule.check.report import Counterexample
from chainrule.check.sizes import SIZES, sizes_for
from chainrule.check.solve import Residual, Solution, System, enclosed, solve
from chainrule.check.writing import names_of
from chainrule.expr import Definitions, Dim, Expr, ExprError, Index, Symbol, Unknown, const, evaluate
from chainrule.expr.model import Array
from chainrule.read.tree import Number
from chainrule.sheet.imposed import core, differentiates, is_zero
from chainrule.sheet.infer import mismatch, names_in, type_line
from chainrule.sheet.names import reference
from chainrule.sheet.scan import references
from chainrule.sheet.shapes import Untyped, Val
from chainrule.sheet.sites import call_form
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import Imposed

AGREE, DIFFER = 1e-8, 1e-4
SECONDS_FOR_ALL = 3  # of processor time, for the conditions of one world
MOST_TRIED = 5  # systems of other sizes and signs, where none has told anything


@dataclass
class Conditions:
    """The conditions of a world that are in force at the line being judged."""

    lines: Lines
    held: list[Held] = field(default_factory=list)
    since: int = 0  # where the lines begin that are judged here; conditions before them are in force already
    waiting: list[Imposed] | None = None
    unsure: bool = False
    known: set[str] = field(default_factory=set)  # the unknowns of conditions that those in force imply
    solved: dict[object, Solution | None] = field(default_factory=dict)
    spent: float = 0.0
    confirmed: set[str] = field(default_factory=set)  # the names of lines that follow

    @property
    def variant(self) -> Variant:
        return self.lines.variant()

    def catch_up(self, position: int) -> None:
        """Put the conditions in force that words, or lines judged elsewhere, imposed before a position."""
        if self.waiting is None:
            self.waiting = [c for c in self.lines.world.imposed if c.said or c.position < self.since]
        while self.waiting and self.waiting[0].position < position:
            condition = self.waiting.pop(0)
            if condition.said or not self._identity(condition.equation):
                self.hold(condition)

    def _identity(self, e: Equation) -> bool:
        """Whether a line of zero holds for all values, so that it says nothing of where others hold."""
        sides = self.sides(e)
        return sides is not None and isinstance(self.lines.outcome(e, self.variant), Same)

    def hold(self, condition: Imposed) -> None:
        """Put a condition in force; one that could not be read leaves everything after it unsure."""
        residual = self._residual(condition)
        if residual is None:
            self.unsure = True
        elif self._implied(residual, condition.equation):
            self.known |= condition.unknowns
        else:
            self.held.append(Held(residual, condition.unknowns, condition.section, condition.equation))

    def _implied(self, residual: Residual, e: Equation) -> bool:
        """Whether the conditions in force already say that a term vanishes."""
        if any(h.residual == residual for h in self.held):
            return True
        sides = Sides(residual.term, const(0), residual.axes)
        chosen = list(self._relevant(self.held, sides))
        return bool(chosen) and isinstance(self._under(chosen, sides, e), Follows)

    def _residual(self, condition: Imposed) -> Residual | None:
        head = None if condition.head is None else self._vanishing(condition.head)
        if head is not None:
            return head
        if condition.said:
            return None if condition.head is None else self._written(condition.head)
        sides = self.sides(condition.equation)
        return None if sides is None or not self._free(sides.difference.term) else sides.difference

    def _vanishing(self, head: Equation) -> Residual | None:
        """The derivative on the left of a line, when the document says what is differentiated; where the line itself
        only holds if something unsaid does, it is what the line says that is set to zero."""
        if head.position not in self.variant.typed or head.position in self.lines.unsettled:
            return None
        val = self.variant.typed[head.position][1]
        try:
            term = self.variant.comparer.terms(val, list(axes := _axes(self.variant, val)))
        except (Untyped, ExprError, RecursionError, ValueError):
            return None
        if not self._free(term) or any(isinstance(t, Unknown) for t in reach([term], self._definitions)):
            return None
        return Residual(term, _over(axes, term))

    def _written(self, head: Equation) -> Residual | None:
        """What stands last beside a derivative: set to zero where the derivative itself says nothing."""
        beside = [x for x in self._chain(head) if not differentiates(x.rhs) and not is_zero(x.rhs)]
        sides = self.sides(beside[-1]) if beside else None
        return None if sides is None or not self._free(sides.right) else Residual(sides.right, sides.axes)

    @property
    def _definitions(self) -> Definitions:
        return self.variant.universe.definitions

    def _free(self, term: Expr) -> set[Symbol]:
        """The symbols a term can be solved for; none for what could not be given a meaning."""
        symbols = free_symbols([term], self._definitions)
        return set() if symbols & set(self.variant.settled.broken) else symbols

    def sides(self, e: Equation) -> Sides | None:
        """Both sides of a typed line as terms."""
        if e.position not in self.variant.typed or e.position in self.variant.failed:
            return None
        _, lhs, rhs = self.variant.typed[e.position]
        axes = _axes(self.variant, lhs if lhs.dims else rhs)
        try:
            left, right = (self.variant.comparer.terms(v, list(axes)) for v in (lhs, rhs))
        except (Untyped, ExprError, RecursionError, ValueError):
            return None
        return Sides(left, right, _over(axes, left, right))

    # ------------------------------------------------------------------------------------------ judging

    def concern(self, e: Equation) -> bool:
        """Whether a condition in force restricts what an equation is about."""
        self.catch_up(e.position)
        if not self.held or self._derives(e) or self._ends_in_zero(e):
            return False
        sides = self.sides(e)
        if sides is None:
            return False
        symbols = self._free(sides.difference.term)
        solved = e.position in self.lines.world.solutions
        near = [h for h in self.held if solved or h.section == e.scope.section]
        bases = self._bases(near)
        return any(self._restricted(h, bases) & symbols for h in near)

    def constrains(self, e: Equation) -> bool:
        """`u^T u = 1`, `\\sum_i p_i = 1`: a number for an expression of names that the document defines nowhere."""
        world = self.lines.world
        if e.link or not isinstance(e.rhs, Number) or differentiates(e.lhs) or e.op != "=":
            return False
        named = reference(e.lhs, world.glossary)
        if (named is not None and (e.display or not named.subs)) or call_form(e.lhs, world) is not None:
            return False
        sides = self.sides(e)
        known = any(world.defined(base) for base in names_in(world, e.lhs))
        return sides is not None and not known and all(self._solvable(s) for s in self._free(sides.difference.term))

    def _derives(self, e: Equation) -> bool:
        """A chain with a derivative in it holds for all values, unless it is the derivative at what solves a condition:
        `\\frac{d^2\\ell}{d\\theta^2}(\\hat\\theta)`."""
        sides = [side for x in self._chain(e) for side in (x.lhs, x.rhs)]
        world = self.lines.world
        at_solution = any(r.base in world.aliases for side in sides for r in references(side, world))
        return not at_solution and any(differentiates(side) for side in sides)

    def _ends_in_zero(self, e: Equation) -> bool:
        """What is set to zero further on in a chain is rewritten before, by identities or by what is known already."""
        return any(x.position > e.position and is_zero(x.rhs) for x in self._chain(e))

    def _chain(self, e: Equation) -> list[Equation]:
        return [x for x in self.lines.equations if x.document is e.document and x.chain == e.chain]

    def restated(self, e: Equation) -> Follows | None:
        """Whether an equation says once more what conditions of other sections say: they are in force here then."""
        judged = self.judge(e)
        if not isinstance(judged, Follows):
            return None
        self.move(judged, e.scope.section)
        return judged

    def move(self, judged: Follows, section: int) -> None:
        """Put the conditions that a line says once more in force in its section."""
        self.held = [replace(h, section=section) if h.equation in judged.origins else h for h in self.held]

    def judge(self, e: Equation) -> Judged | None:
        """What the conditions in force say of an equation: those of its section, then all, then the last."""
        first: Judged | None = None
        for n, (near, found) in enumerate(self._trials(e)):
            if isinstance(found, Follows):
                return found
            first = found if n == 0 and near else first
        return None if self._ends_in_zero(e) else first

    def against(self, e: Equation) -> Contradicts | None:
        """Numbers at which conditions in force hold and an equation does not, whether or not that proves it wrong."""
        for _, found in self._trials(e):
            there = found.there if isinstance(found, Open) else found
            if isinstance(there, Contradicts):
                return there
        return None

    def follows(self, candidate: Equation) -> bool:
        """Whether an equation in the place of a line of the sheet holds wherever the conditions in force do."""
        universe, typed = self.variant.universe, self.variant.typed
        kept, before = universe.mark(), typed.get(candidate.position)
        axes = {universe.dims.find(d) for dims in universe.shapes.values() for d in dims}
        try:
            frame, lhs, rhs = type_line(universe, candidate, self.variant.choices)
            if mismatch(universe, lhs, rhs) or not universe.dims.apart(axes):
                return False
            typed[candidate.position] = frame, lhs, rhs
            return any(isinstance(found, Follows) for _, found in self._trials(candidate))
        except (Untyped, RecursionError):
            return False
        finally:
            typed.pop(candidate.position, None)
            typed |= {} if before is None else {candidate.position: before}
            universe.back(kept)

    def _trials(self, e: Equation) -> Iterator[tuple[bool, Judged | None]]:
        """What groups of conditions in force say of an equation, and whether they are those of its section."""
        self.catch_up(e.position)
        sides = self.sides(e) if self.held and not self._derives(e) else None
        if sides is None:
            return
        here = [h for h in self.held if h.section == e.scope.section]
        tried: list[list[Held]] = []
        for group in (here, self.held, self.held[-1:]):
            chosen = list(self._relevant(group, sides))
            if chosen and chosen not in tried:
                tried.append(chosen)
                yield group is here, self._under(chosen, sides, e)

    def _relevant(self, group: list[Held], sides: Sides) -> Iterator[Held]:
        """The conditions that a line rests on, directly or through the unknowns of others."""
        symbols = self._free(sides.difference.term)
        bases = self._bases(group)
        left = list(group)
        grown = True
        while grown:
            grown = False
            for h in list(left):
                if (own := self._restricted(h, bases)) & symbols:
                    left.remove(h)
                    grown = True
                    symbols |= own
                    yield h

    def _restricted(self, held: Held, bases: set[str]) -> set[Symbol]:
        """What a condition restricts: its unknowns, or all its names when it says of none, and what later lines give as
        its solution (a multiplier)."""
        free = self._free(held.residual.term)
        named = {s for s in free if self._base_of(s) in self._given}
        return (_unknowns(held, bases, self.variant) or free) | named

    def _bases(self, held: list[Held]) -> set[str]:
        """The base names that conditions are to be solved for."""
        return self.known.union(*(h.unknowns for h in held)) if any(h.unknowns for h in held) else set()

    def _under(self, held: list[Held], sides: Sides, e: Equation) -> Judged | None:
        """A line under some conditions, solved for their unknowns; multipliers join where these do not suffice."""
        residuals = [h.residual for h in held]
        every = frozenset(s for r in residuals for s in self._free(r.term) if self._solvable(s))
        for unknowns in self._choices(held):
            started = thread_time()
            if self.spent > SECONDS_FOR_ALL:
                return None
            try:
                system = System(residuals, unknowns, self._definitions)
                found = self._compared(system, held, sides, e, zero=unknowns == every) if unknowns else None
            except (ExprError, Untyped, RecursionError, ValueError, np.linalg.LinAlgError):
                return None
            finally:
                self.spent += thread_time() - started
            if not isinstance(found, Unsolved):
                return found
        return None

    def _choices(self, held: list[Held]) -> Iterator[frozenset[Symbol]]:
        """What conditions may be solved for, in the order in which it is tried: what they are said to be solved for
        and what the document differentiates by, what later lines give, and multipliers."""
        free = [{s for s in self._free(h.residual.term) if self._solvable(s)} for h in held]
        every = {s for found in free for s in found}
        declared = {s for h in held for s in _unknowns(h, self._bases(held), self.variant)}
        declared |= {s for s in every if declared and self._by(s)}
        given = {s for s in every if self._base_of(s) in self._given}
        filled = {s for found in free if not found & declared for s in found}
        tried = [declared | filled, {s for s in declared | filled | every if not s.axes or s in declared | filled}]
        if given and all(found & (declared | given) for found in free):
            tried.insert(1 if declared else 0, declared | given)
        yield from dict.fromkeys(map(frozenset, tried))

    @cached_property
    def _given(self) -> set[str]:
        """The base names that lines of the document give as solutions of conditions."""
        world = self.lines.world
        lines = (e for e in self.lines.equations if e.position in world.solutions)
        refs = (reference(e.lhs, world.glossary) for e in lines)
        return {self._base(ref.base) for ref in refs if ref is not None}

    def _base_of(self, symbol: Symbol) -> str | None:
        instance = self.variant.universe.instances.get(symbol)
        return None if instance is None else instance.base

    def _solvable(self, symbol: Symbol) -> bool:
        """Whether a symbol may take any real value."""
        instance = self.variant.universe.instances.get(symbol)
        domain = None if instance is None else self.lines.world.family(instance.base).domain_kind
        return (
            symbol.kind == "real" and symbol not in self.variant.settled.data and domain in (None, "positive", "unit")
        )

    def _compared(
        self, system: System, held: list[Held], sides: Sides, e: Equation, zero: bool
    ) -> Judged | Unsolved | None:
        """The sides at solutions of a system; `Unsolved` when none was found that tells anything."""
        terms = [sides.left, sides.right, *(r.term for r in system.residuals)]
        symbols, needy = free_symbols(terms, self._definitions), needy_symbols(terms, self._definitions)
        dims = dims_of(terms, self._definitions) | {i.dim for i in sides.axes}
        agreeing = differing = tried = 0
        shown: dict[str, int] = {}
        witness: tuple[Solution, int, Array] | None = None
        for mode in MODES:
            if mode.endswith("needed") and not needy:
                continue
            for variant in range(len(SIZES)):
                if tried >= MOST_TRIED and not agreeing + differing:
                    return Unsolved()
                tried += 1
                sizes = sizes_for(self.variant.universe, dims, variant)
                found = self._solved(system, symbols, sizes, mode, needy)
                if found is None:
                    continue
                telling = found.valid if zero and found.trivial.all() else found.valid & ~found.trivial
                a, b = (evaluate(t, sides.axes, found.model) for t in (sides.left, sides.right))
                telling &= np.isfinite(a.reshape(len(a), -1)).all(axis=1) & np.isfinite(b.reshape(len(b), -1)).all(
                    axis=1
                )
                mask = np.broadcast_to(telling.reshape(-1, *[1] * (a.ndim - 1)), a.shape)
                entries = relative_gaps(a, b, mask)
                gaps = entries.reshape(len(a), -1).max(axis=1)
                agreeing += int((telling & (gaps <= AGREE)).sum())
                differing += int((telling & (gaps >= DIFFER)).sum())
                if ((gaps > AGREE) & (gaps < DIFFER)).any() or (agreeing and differing and not system.linear):
                    return None  # of one linear family of solutions, those that agree do so by their numbers
                shown = {self.variant.universe.dims.shown(d.name): n for d, n in sizes.items()}
                if differing and witness is None:
                    witness = found, int(np.argmax(gaps)), entries[int(np.argmax(gaps))]
            if agreeing >= LEAST and not differing:
                return Follows(agreeing, shown, tuple(h.equation for h in held))
            if differing >= LEAST and witness is not None:
                return self._refutation(system, held, sides, e, witness, shown)
        return Unsolved() if not agreeing + differing else None

    def _solved(
        self, system: System, symbols: set[Symbol], sizes: dict[Dim, int], mode: str, needy: set[Symbol]
    ) -> Solution | None:
        """The solutions of a system, found once for all lines about the same symbols."""
        key = (system.residuals, system.unknowns, frozenset(symbols), frozenset(sizes.items()), mode, frozenset(needy))
        if key not in self.solved:
            comparer: Comparer = self.variant.comparer
            self.solved[key] = solve(system, comparer.model(symbols, sizes, mode, needy, 6))
        return self.solved[key]

    def _refutation(
        self,
        system: System,
        held: list[Held],
        sides: Sides,
        e: Equation,
        witness: tuple[Solution, int, Array],
        shown: dict[str, int],
    ) -> Contradicts | Open | None:
        """The certified counterexample to a line that differs at every solution, when that proves it wrong."""
        there = None if self.unsure else self._witness(system, held, sides, witness, shown)
        scalars = {s for r in system.residuals for s in self._free(r.term) if not s.axes and self._solvable(s)}
        entries = system.flat(witness[0].model).shape[1]
        determined = witness[0].equations == entries and scalars <= {*system.unknowns} and not witness[0].trivial.all()
        return there if self._settled(system, sides, e, witness[0]) else Open(there, determined)

    def _witness(
        self,
        system: System,
        held: list[Held],
        sides: Sides,
        witness: tuple[Solution, int, Array],
        shown: dict[str, int],
    ) -> Contradicts | None:
        """Numbers that surely solve the conditions and at which the sides surely differ."""
        solution, point, gaps = witness
        balls = enclosed(system, solution.model, point)
        if balls is None:
            return None
        place = np.unravel_index(int(np.argmax(gaps)), gaps.shape)
        left, right = (np.asarray(evaluate(t, sides.axes, balls))[(0, *place)] for t in (sides.left, sides.right))
        if not (left.is_finite() and right.is_finite()) or left.overlaps(right):
            return None
        terms = [sides.left, sides.right, *(r.term for r in system.residuals)]
        names = names_of(self.variant.universe, sorted(free_symbols(terms, self._definitions)))
        values = {name: np.asarray(solution.model.values[s])[point].tolist() for s, name in names.items()}
        where = f"entry ({','.join(str(int(n) + 1) for n in place)})" if place else None
        numbers = Counterexample(values, float(left.mid()), float(right.mid()), where)
        return Contradicts(numbers, shown, tuple(h.equation for h in held))

    def _settled(self, system: System, sides: Sides, e: Equation, solution: Solution) -> bool:
        """Whether the conditions leave no parameter free that could make the line hold as well."""
        line = self._free(sides.difference.term)
        given = {s for r in system.residuals for s in self._free(r.term)}
        named = reference(e.lhs, self.lines.world.glossary)
        instances = self.variant.universe.instances
        unknown = {instances[s].base for s in system.unknowns if s in instances}
        solves = named is not None and self._base(core(named.base)) in unknown
        if not (line <= given if solves else line == given):
            return False
        model = solution.model
        parameters = {s for s in line | given if s in system.unknowns or self._by(s)}
        count = sum(int(np.prod([model.size(d) for d in s.axes], dtype=int)) for s in parameters)
        entries = int(np.prod([model.size(i.dim) for i in sides.axes], dtype=int))
        return solution.equations + entries > count

    def _base(self, base: str) -> str:
        return self.lines.world.aliases.get(base, base)

    def _by(self, symbol: Symbol) -> bool:
        instance = self.variant.universe.instances.get(symbol)
        return instance is not None and self.lines.world.family(instance.base).by > 0


def _axes(variant: Variant, val: Val) -> tuple[Index, ...]:
    dims = variant.universe.dims
    return tuple(Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(val.dims))


def _over(axes: Iterable[Index], *terms: Expr) -> tuple[Index, ...]:
    """The axes of a side, then the free letters of its line."""
    free = {i for t in terms for i in t.free}
    return (*axes, *sorted(free - set(axes)))


def _unknowns(held: Held, bases: set[str], variant: Variant) -> set[Symbol]:
    """The symbols of a condition that are to be solved for, given the base names of all unknowns."""
    definitions, instances = variant.universe.definitions, variant.universe.instances
    aliases = variant.universe.world.aliases
    names = {aliases.get(b, b) for b in bases}
    return {s for s in free_symbols([held.residual.term], definitions) if s in instances and instances[s].base in names}
