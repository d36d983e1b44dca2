"""Lines that follow from a condition the document imposes: judged at points where the condition holds.

A line follows when both sides agree at every solution found and differ elsewhere; it contradicts the condition when
they differ at every one (or at some, where all solutions are one linear family, of which the others agree by their
numbers), an enclosure proves it at one of them, and no parameter of the document is left that could make both hold.
Anything else decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import thread_time

import numpy as np

from chainrule.check.comparison.compare import LEAST, Comparer, Same, relative_gaps
from chainrule.check.comparison.points import MODES, dims_of, free_symbols, needy_symbols
from chainrule.check.comparison.sizes import SIZES, sizes_for
from chainrule.check.comparison.writing import names_of
from chainrule.check.conditions.held import Another, Contradicts, Follows, Held, Judged, Open, Sides, Unsolved
from chainrule.check.conditions.roots import another_root, fails_at_another
from chainrule.check.conditions.solve import Residual, Solution, System, enclosed, solve
from chainrule.check.conditions.solved_for import Unknowns, unknowns_of
from chainrule.check.conditions.substituted import Near, substituted
from chainrule.check.records.report import Counterexample
from chainrule.expr import Dim, ExprError, Symbol, const, evaluate
from chainrule.expr.model import Array
from chainrule.read.tree import Number
from chainrule.sheet.conditions.imposed import differentiates, quantities
from chainrule.sheet.inference.typed_lines import mismatch, type_line
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.sites import Imposed
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.solution_marks import core

AGREE, DIFFER = 1e-8, 1e-4
SECONDS_FOR_ALL = 3  # of processor time, for the conditions of one world
SECONDS_TO_PUT_IN = 2  # of processor time, for what lines give put into the conditions of one world
MOST_TRIED = 5  # systems of other sizes and signs, where none has told anything


@dataclass
class Conditions(Unknowns):
    """The conditions of a world that are in force at the line being judged."""

    held: list[Held] = field(default_factory=list)
    since: int = 0  # where the lines begin that are judged here; conditions before them are in force already
    waiting: list[Imposed] | None = None
    unread: list[Imposed] = field(default_factory=list)
    solved: dict[object, Solution | None] = field(default_factory=dict)
    found: dict[object, Judged | None] = field(default_factory=dict)
    systems: dict[object, System] = field(default_factory=dict)
    trying: bool = False  # whether an edit of a line is tried, of which only matters whether it follows
    spent: float = 0.0
    put_in: float = 0.0
    confirmed: set[str] = field(default_factory=set)  # the names of lines that follow

    def catch_up(self, position: int) -> None:
        """Put the conditions in force that words, or lines judged elsewhere, imposed before a position."""
        waiting = self.to_come()
        while waiting and waiting[0].position < position:
            condition = waiting.pop(0)
            if condition.said or not self._identity(condition.equation):
                self.hold(condition)

    def to_come(self) -> list[Imposed]:
        """What is to come into force by itself, in order."""
        if self.waiting is None:
            self.waiting = [c for c in self.lines.world.imposed if self._waits(c)]
        return self.waiting

    def _waits(self, c: Imposed) -> bool:
        """Whether a condition comes into force by itself: what is only supposed holds where it is said alone."""
        if not c.supposed:
            return c.said or c.position < self.since
        return not any(c.position < x.position < self.since for x in self.lines.equations if x.own)

    def _identity(self, e: Equation) -> bool:
        """Whether a line of zero holds for all values, so that it says nothing of where others hold."""
        sides = self.sides(e)
        return sides is not None and isinstance(self.lines.outcome(e, self.variant), Same)

    def hold(self, condition: Imposed) -> None:
        """Put a condition in force; one that could not be read leaves what comes after it unsure."""
        residual = self._residual(condition)
        if residual is None:
            self.unread += [] if condition.supposed else [condition]
        elif self._implied(residual, condition.equation):
            self.known |= condition.unknowns
        else:
            self.held.append(Held(residual, condition))

    def _unsure(self, held: list[Held]) -> bool:
        """Whether a line that contradicts conditions may be about one that could not be read. What that is to be solved
        for is known, and of the conditions on slopes the last one is meant."""
        last = max((h.imposed.position for h in held if h.unknowns), default=-1)
        near = [c for c in self.unread if c.section in {h.section for h in held}]
        return any(not c.unknowns or c.position >= last for c in near)

    def _implied(self, residual: Residual, e: Equation) -> bool:
        """Whether the conditions in force already say that a term vanishes."""
        if any(h.residual == residual for h in self.held):
            return True
        sides = Sides(residual.term, const(0), residual.axes)
        chosen = list(self._relevant(self.held, sides))
        return bool(chosen) and isinstance(self._under(chosen, sides, e), Follows)

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
        near = [h for h in self.held if (solved or h.section == e.scope.section) and not h.supposed]
        bases = self._bases(near)
        return any(self._restricted(h, bases) & symbols for h in near)

    def constrains(self, e: Equation) -> bool:
        """`u^T u = 1`, `\\sum_i p_i = 1`, `Q^T Q = I`: a number, or the identity, for an expression of names that the
        document defines nowhere."""
        world = self.lines.world
        value = reference(e.rhs, world.glossary)
        orthonormal = value is not None and world.family(value.base).identity and not e.display
        given = isinstance(e.rhs, Number) or orthonormal
        if e.link or not given or differentiates(e.lhs) or e.op != "=" or e.position in world.declaring:
            return False
        named = reference(e.lhs, world.glossary)
        if (named is not None and (e.display or not named.subs)) or call_form(e.lhs, world) is not None:
            return False
        sides = self.sides(e)
        known = any(world.defined(base) for base in names_in(world, e.lhs))
        return sides is not None and not known and all(self._solvable(s) for s in self._free(sides.difference.term))

    def _derives(self, e: Equation) -> bool:
        """A line that holds for all values: a chain with a derivative in it, unless it is the derivative at what solves
        a condition: `\\frac{d^2\\ell}{d\\theta^2}(\\hat\\theta)`."""
        sides = [side for x in self.lines.chain(e) for side in (x.lhs, x.rhs)]
        world = self.lines.world
        at_solution = any(r.base in world.aliases for side in sides for r in references(side, world))
        return self._beside_solution(e) or (not at_solution and any(differentiates(side) for side in sides))

    def _beside_solution(self, e: Equation) -> bool:
        r"""Whether a line tells a solution from what it is to estimate, `\hat w = w + ...`: of w it holds for all
        values, since conditions are about \hat w there."""
        world = self.lines.world
        names = {base for side in (e.lhs, e.rhs) for base in quantities(world, side)}
        unknowns = {base for h in self.held for base in h.unknowns}
        return any(core(base) != base and core(base) in names & unknowns for base in names)

    def _ends_in_zero(self, e: Equation) -> bool:
        """What is set to zero further on in a chain is rewritten before, by identities or by what is known already."""
        return any(x.position > e.position and is_zero(x.rhs) for x in self.lines.chain(e))

    def restated(self, e: Equation) -> Follows | None:
        """Whether an equation says once more what conditions of other sections say: they are in force here then."""
        judged = self.judge(e)
        if not isinstance(judged, Follows):
            return None
        self.move(judged, e.scope.section)
        return judged

    def move(self, judged: Follows, section: int) -> None:
        """Put the conditions that a line says once more in force in its section."""
        self.held = [h.but(section=section) if h.equation in judged.origins else h for h in self.held]

    def only_by_another_slope(self, e: Equation, judged: Follows) -> Equation | None:
        """A condition that sets to zero what is not the slope it stands beside, where a line does not follow without
        it."""
        origins = [h for h in self.held if h.equation in judged.origins]
        doubtful = [h for h in origins if self.of_another_slope(h.imposed, h.residual)]
        sound, sides = [h for h in origins if h not in doubtful], self.sides(e)
        if not doubtful or (sound and sides is not None and isinstance(self._under(sound, sides, e), Follows)):
            return None
        return doubtful[0].equation

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
            if isinstance(there, Contradicts) and "perhaps" not in self.supposed(there):
                return there
        return None

    def supposed(self, found: Follows | Contradicts) -> set[str]:
        """How sure it is that the conditions are meant which a line follows from or contradicts; empty if certain."""
        return {h.supposed for h in self.held if h.supposed and h.equation in found.origins}

    def confirm(self, e: Equation, judged: Follows) -> None:
        """Take a line that follows for what bears out how its names are read, and which conditions are meant."""
        self.confirmed |= {n for side in (e.lhs, e.rhs) for n in names_in(self.lines.world, side)}
        self.held = [h.but(supposed="") if h.equation in judged.origins else h for h in self.held]

    def forget(self, found: Judged | None) -> None:
        """Drop what was only supposed, where a line does not follow from it."""
        if not isinstance(found, Follows):
            self.held = [h for h in self.held if not h.supposed]

    def follows(self, candidate: Equation) -> bool:
        """Whether an equation in the place of a line of the sheet holds wherever the conditions in force do."""
        universe, typed = self.variant.universe, self.variant.typed
        failed = self.variant.failed.pop(candidate.position, None)  # the line itself may fit no shapes
        self.trying = True
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
            self.trying = False
            typed.pop(candidate.position, None)
            typed |= {} if before is None else {candidate.position: before}
            self.variant.failed.update({} if failed is None else {candidate.position: failed})
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
        """The conditions that a line rests on, directly or through the unknowns of others; one on data alone, as that
        weights sum to one, wherever these data stand."""
        symbols = self._free(sides.difference.term)
        mentioned = set(symbols)
        bases = self._bases(group)
        left = list(group)
        grown = True
        while grown:
            grown = False
            for h in list(left):
                own, free = self._restricted(h, bases), self._free(h.residual.term)
                if own & symbols or (free & mentioned and not unknowns_of(h, bases, self.variant)):
                    left.remove(h)
                    grown = True
                    symbols |= own
                    mentioned |= free
                    yield h

    def _under(self, held: list[Held], sides: Sides, e: Equation) -> Judged | None:
        """A line under some conditions, found once."""
        key = (tuple((h.residual, h.unknowns) for h in held), sides, self.trying, len(self.unread))
        if key not in self.found:
            self.found[key] = self._solved_for(held, sides, e)
        return self.found[key]

    def _solved_for(self, held: list[Held], sides: Sides, e: Equation) -> Judged | None:
        """A line under some conditions, solved for their unknowns; multipliers join where these do not suffice."""
        residuals = [h.residual for h in held]
        every = frozenset(s for r in residuals for s in self._free(r.term) if self._solvable(s))
        tables = any(len(s.axes) > 1 for s in self._free(sides.difference.term) & every)
        if tables and isinstance(given := self._substituted(held, sides, e, every, far=False), Follows):
            return given  # Newton's method finds matrices slowly, or not at all
        for unknowns in self._choices(held):
            started = thread_time()
            if self.spent > SECONDS_FOR_ALL:
                break
            try:
                system = self._system(residuals, unknowns)
                found = self._compared(system, held, sides, e, zero=unknowns == every) if unknowns else None
            except (ExprError, Untyped, RecursionError, ValueError, np.linalg.LinAlgError):
                return None
            finally:
                self.spent += thread_time() - started
            if found is None and tables:
                break
            if not isinstance(found, Unsolved):
                return found
        return self._substituted(held, sides, e, every, far=not self.trying)

    def _system(self, residuals: Sequence[Residual], unknowns: Iterable[Symbol]) -> System:
        """The system of some conditions, whose derivatives are taken once."""
        key = (tuple(residuals), frozenset(unknowns))
        if key not in self.systems:
            self.systems[key] = System(residuals, unknowns, self._definitions)
        return self.systems[key]

    def _substituted(
        self, held: list[Held], sides: Sides, e: Equation, every: frozenset[Symbol], far: bool
    ) -> Follows | Contradicts | Open | None:
        """Where no solutions were found, whether a line gives one, or differs at one that is near to what it gives."""
        if self.put_in > SECONDS_TO_PUT_IN:
            return None
        started = thread_time()
        unknowns = {s for h in held for s in unknowns_of(h, self._bases(held), self.variant)}
        unknowns |= {
            s for s in every if e.position in self.lines.world.solutions and self._base_of(s) == self._given_by(e)
        }
        line = self._free(sides.difference.term) & every & unknowns
        about = {s: [h.residual for h in self._imposed_on(s, held)] for s in line}
        try:
            systems = {s: self._system(about[s], [s]) for s in sorted(line) if about[s]}
            found = substituted(self.variant.comparer, self._definitions, held, sides, systems, far=far)
            return self._apart(found, sides, e) if isinstance(found, Near) else found
        except (ExprError, Untyped, RecursionError, ValueError, np.linalg.LinAlgError):
            return None
        finally:
            self.put_in += thread_time() - started

    def _given_by(self, e: Equation) -> str | None:
        """The name for which a line gives a solution."""
        named = reference(e.lhs, self.lines.world.glossary)
        return None if named is None else self._base(core(named.base))

    def _imposed_on(self, unknown: Symbol, held: list[Held]) -> list[Held]:
        """The conditions that are to be solved for an unknown, else those in which it stands."""
        within = [h for h in held if unknown in free_symbols([h.residual.term], self._definitions)]
        return [h for h in within if self._base_of(unknown) in h.unknowns] or within

    def _apart(self, near: Near, sides: Sides, e: Equation) -> Contradicts | Open | None:
        """The numbers of a solution at which a line differs, if they can be enclosed."""
        a, b = (evaluate(t, sides.axes, near.solution.model) for t in (sides.left, sides.right))
        mask = np.broadcast_to(near.solution.valid.reshape(-1, *[1] * (a.ndim - 1)), a.shape)
        entries = relative_gaps(a, b, mask)
        point = int(np.argmax(entries.reshape(len(a), -1).max(axis=1)))
        if self._unsure(near.held) or entries[point].max() < DIFFER:
            return None
        there = self._witness(near.system, near.held, sides, (near.solution, point, entries[point]), near.sizes)
        return there if self._settled(near.system, sides, e, near.solution) else Open(there)

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
                if ((gaps > AGREE) & (gaps < DIFFER)).any():
                    return None
                if agreeing and differing and not system.linear:
                    return self._another(system, sides, found)
                # of one linear family of solutions, those that agree do so by their numbers
                shown = {self.variant.universe.dims.shown(d.name): n for d, n in sizes.items()}
                if differing and witness is None:
                    witness = found, int(np.argmax(gaps)), entries[int(np.argmax(gaps))]
            if agreeing >= LEAST and not differing:
                if fails_at_another(self.variant.comparer, self._definitions, system, sides):
                    return Open(None, another=Another())
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
        there = None if self._unsure(held) else self._witness(system, held, sides, witness, shown)
        scalars = {s for r in system.residuals for s in self._free(r.term) if not s.axes and self._solvable(s)}
        determined = witness[0].determines(system) and scalars <= {*system.unknowns} and not witness[0].trivial.all()
        another = None if there is None else self._another(system, sides, witness[0])
        if another is not None:
            return another
        return there if self._settled(system, sides, e, witness[0]) else Open(there, determined)

    def _another(self, system: System, sides: Sides, solution: Solution) -> Open | None:
        """What a line gives, where that is one of several solutions."""
        another = None
        if not self.trying:
            determined = solution.determines(system)
            another = another_root(self.variant.comparer, self._definitions, system, sides, determined)
        return None if another is None else Open(None, another=another)

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
        solves = self._given_by(e) in {self._base_of(s) for s in system.unknowns} - {None}
        if not (line <= given if solves else line == given):
            return False
        model = solution.model
        parameters = {s for s in line | given if s in system.unknowns or self._by(s)}
        count = sum(int(np.prod([model.size(d) for d in s.axes], dtype=int)) for s in parameters)
        entries = int(np.prod([model.size(i.dim) for i in sides.axes], dtype=int))
        return solution.equations + entries > count
