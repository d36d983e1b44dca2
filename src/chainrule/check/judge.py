"""From an equation to its verdict.

A line is a declaration, a definition, a printed number, or a claim. A claim is verified when both sides are equal under
the definitions of its scope, refuted when certified numbers show that they are not, and anything else is `assumed` (it
rests on something the document never says) or `unsupported` (it could not be read, typed or decided). The readings a
line leaves open by custom (how far ∂/∂x reaches, row or column gradients, a loss summed over the data) are tried in a
fixed order, and a line that holds only under another one than its document's says so in a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from chainrule.calculus import resolve
from chainrule.check.compare import Comparer, Different, Outcome, Same, Unclear, guard
from chainrule.check.diagnose import Budget, suggest
from chainrule.check.digits import Printed, printed_table, rounds_to, shown
from chainrule.check.options import Options
from chainrule.check.points import free_symbols
from chainrule.check.report import Counterexample, Evidence, Kind, Note, Suggestion, Verdict
from chainrule.check.settle import Settled, settle
from chainrule.expr import BALL, Const, Dim, Expr, Model, Symbol, Unknown, evaluate
from chainrule.expr.index import Index
from chainrule.expr.model import Array
from chainrule.read.tree import Accent, Script, Comma, Dots, Fraction, Name, Node, Number, Product, Relation, Sum, Unread
from chainrule.sheet.build import call_form, is_numeric, references, site_key
from chainrule.sheet.frame import Choices, Frame, liftable
from chainrule.sheet.infer import layouts, lines_of, mismatch, names_in, type_line
from chainrule.sheet.meaning.atoms import condition as condition_value
from chainrule.sheet.meaning.differentials import above, below, nabla_of, sign_of
from chainrule.sheet.names import letter_of, reference, walk
from chainrule.sheet.shapes import Layout, Untyped, Val, describe
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import Config, Site, Universe, World

EQUALITIES = frozenset({"=", ":=", "≡", "=:", "≈"})
MOVING_ON = re.compile(r"\b(let us|let's|now|consider|revisit|instead|another|next|similarly|let)\b", re.IGNORECASE)
DECLARING = {
    "∈": "declares where a name lives",
    "∉": "is a condition",
    "⊂": "declares a set",
    "∼": "declares a distribution",
    "≠": "is a condition",
    "<": "is a condition",
    ">": "is a condition",
    "≤": "is a condition",
    "≥": "is a condition",
    "←": "is an update rule",
    "→": "is a map or a limit",
}


@dataclass
class Finding:
    """What was found of one equation."""

    verdict: Verdict
    code: str
    message: str
    kind: Kind = "claim"
    evidence: Evidence | None = None
    counterexample: Counterexample | None = None
    suggestion: Suggestion | None = None
    assumptions: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass
class Variant:
    """One way to read the open choices of a world, with every line typed under it."""

    universe: Universe
    settled: Settled
    comparer: Comparer
    typed: dict[int, tuple[Frame, Val, Val]] = field(default_factory=dict)
    failed: dict[int, Untyped] = field(default_factory=dict)


@dataclass
class Judge:
    """Judges the equations of one world."""

    world: World
    equations: list[Equation]
    options: Options
    deadline: Callable[[], None]
    variants: dict[object, Variant] = field(default_factory=dict)
    findings: dict[int, Finding] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    # ---------------------------------------------------------------------------------------- typing

    def variant(
        self, layout: Layout | None = None, choices: Choices = Choices(), letters: tuple[tuple[str, int], ...] = ()
    ) -> Variant:
        """All lines of the world typed under the given choices, settled into numbers; made once."""
        layout = layout or self.world.layout
        key = (layout, choices, letters)
        if key not in self.variants:
            self.variants[key] = self._typed(layout, choices, dict(letters))
        return self.variants[key]

    def _typed(self, layout: Layout, choices: Choices, letters: dict[str, int]) -> Variant:
        world = self.world if layout == self.world.layout else replace(self.world, layout=layout)
        universe = Universe(world, Config(letters))
        typed: dict[int, tuple[Frame, Val, Val]] = {}
        failed: dict[int, Untyped] = {}
        for e in self.equations:
            self.deadline()
            if e.op not in EQUALITIES or e.source == "condition":
                continue
            kept = universe.dims.copy()
            try:
                frame, lhs, rhs = type_line(universe, e, choices)
                typed[e.position] = (frame, lhs, rhs)
                if mismatch(universe, lhs, rhs):
                    raise Untyped(
                        f"the left side is {describe(lhs, universe.dims)}, the right side is "
                        f"{describe(rhs, universe.dims)}", "shape-of-sides",
                    )  # fmt: skip
            except Untyped as error:
                universe.dims.__dict__.update(kept.__dict__)
                failed[e.position] = error
            except RecursionError:
                universe.dims.__dict__.update(kept.__dict__)
                failed[e.position] = Untyped("nested too deeply", "too-deep")
        settled = settle(universe)
        return Variant(universe, settled, Comparer(settled, self.options.seed, self.deadline), typed, failed)

    # ---------------------------------------------------------------------------------------- verdicts

    def judge(self, e: Equation) -> Finding:
        """The verdict on one equation."""
        unread = next((n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Unread)), None)
        if unread is not None:
            return Finding("unsupported", unread.code, unread.reason)
        if e.source == "condition" or is_range(e):
            return Finding("definition", "range", f"{e.text(e.lhs)} {e.op} {e.text(e.rhs)} restricts an index", "range")
        if e.op in DECLARING:
            code = "update" if e.op == "←" else "declaration"
            return Finding("definition", code, f"the relation {e.op} {DECLARING[e.op]}", "definition")
        if e.op not in EQUALITIES:
            return Finding("unsupported", "relation", f"relations with {e.op} are not judged")
        if e.position in self.world.symmetries:
            return Finding("definition", "declaration", "declares a symmetric matrix", "definition")
        if is_differential(e.lhs):
            return Finding("unsupported", "operator", "differentials such as dL standing alone are not judged")
        if e.source == "prose":
            return Finding("definition", "definition", f"the text gives {e.text(e.lhs)} its value", "definition")
        if self.defines(e):
            return self.definition(e)
        if updates(self.world, e):
            return Finding("definition", "update", "an update rule: the name stands on both sides", "definition")
        return self.claim(e)

    def defines(self, e: Equation) -> bool:
        """Whether this very equation is what a name's meaning is taken from."""
        sites = [s for group in (self.world.sites, self.world.functions) for found in group.values() for s in found]
        bodies = (e.lhs, e.rhs)
        items = [i for b in bodies for i in (b, *(b.items if isinstance(b, Comma) else ()))]
        return any(s.position == e.position and s.assumed is None and any(s.body is i for i in items) for s in sites)

    def definition(self, e: Equation) -> Finding:
        """A definition, unless its right side cannot be given a meaning."""
        variant = self.variant()
        failed = variant.failed.get(e.position)
        shown_name = e.text(e.lhs)
        if failed is not None and failed.code == "cyclic":
            return Finding("unsupported", "cyclic", failed.message, "definition")
        if failed is not None and not is_numeric(e.rhs):
            note = Note("untyped", f"the meaning of {shown_name} is not used: {failed.message}")
            return Finding("definition", "definition", f"gives {shown_name} its meaning", "definition", notes=(note,))
        kind: Kind = "definition"
        return Finding("definition", "definition", f"gives {shown_name} its meaning", kind)

    def claim(self, e: Equation) -> Finding:
        """A claim or a printed number: the outcome under the document's reading, then under the other customs."""
        if e.op == "≈" and printed_table(e.rhs) is None:
            return Finding("unsupported", "relation", "an approximation of one formula by another is not judged")
        assumed = self._implicit(e)
        if assumed is not None:
            return Finding("assumed", "implicit-definition", assumed, assumptions=(assumed,))
        table = printed_table(e.rhs)
        if table is not None and (any("." in c.text for row in table for c in row) or len(table) > 1):
            return self.numeric(e, table)
        outcome = self.outcome(e, self.variant())
        if isinstance(outcome, Same):
            return self.verified(e, self.variant(), outcome)
        for note, make in self.customs(e):
            other = make()
            result = self.outcome(e, other)
            if isinstance(result, Same):
                found = self.verified(e, other, result)
                return replace(found, notes=(*found.notes, note))
        if isinstance(outcome, Different):
            again = self.defined_anew(e)
            if again is not None:
                return again
            if e.position in self.world.circular:
                return Finding("unsupported", "cyclic", self.world.circular[e.position])
            return self.refuted(e, self.variant(), outcome)
        return self.unclear(e, outcome)

    def defined_anew(self, e: Equation) -> Finding | None:
        """A second, different equation for a defined name, away from the first, may be a new definition of it."""
        if e.link:
            return None
        form = call_form(e.lhs, self.world)
        ref = form[0] if form is not None else reference(e.lhs, self.world.glossary)
        if ref is None:
            return None
        first = self.world.function(ref.base, e.position) or self.world.site(ref.base, e.position)
        if first is None or first.position >= e.position:
            return None
        origin = next((x for x in self.equations if x.position == first.position), None)
        between = {x.chain for x in self.equations if first.position < x.position < e.position and x.link == 0}
        other_form = form is not None and first.params is not None and _forms(form[1]) != _forms(first.params)
        if origin is None or (origin.document is e.document and len(between) < 2 and not other_form):
            return None
        if not other_form and names_in(self.world, first.body) == names_in(self.world, e.rhs) and not self.moves_on(origin, e):
            return None
        line = origin.document.position(origin.span.start)[0]
        text = f"{e.text(e.lhs)} was defined differently on line {line}; this line may define it anew"
        return Finding("assumed", "redefinition", text, assumptions=(text,))

    def moves_on(self, origin: Equation, e: Equation) -> bool:
        """Whether the text between two equations turns to another case: "Let us revisit ...", "now consider ..."."""
        return any(MOVING_ON.search(x.cue) for x in self.equations if origin.position < x.position <= e.position)

    def _implicit(self, e: Equation) -> str | None:
        for sites in self.world.sites.values():
            for s in sites:
                if s.position == e.position and s.assumed is not None:
                    return s.assumed
        return None

    def outcome(self, e: Equation, variant: Variant) -> Outcome:
        """How the two sides of an equation compare under a variant."""
        failed = variant.failed.get(e.position)
        if failed is not None:
            return Unclear(failed.code, failed.message)
        frame, lhs, rhs = variant.typed[e.position]

        def call() -> Outcome:
            condition = self.condition(e, frame)
            return variant.comparer.compare(lhs, rhs, condition)

        first = guard(call)
        letters = frame.used - {"T"}
        if isinstance(first, Same) and self.empty(e, variant):
            text = f"the document does not say how {e.text(e.lhs)} depends on the variable it is differentiated by"
            return Unclear("undefined-symbol", text)
        if isinstance(first, Same) and letters and variant.universe.config.letters == {}:
            return self._elsewhere(e, variant, letters, first)
        return first

    def empty(self, e: Equation, variant: Variant) -> bool:
        """A derivative in the line vanishes only because nothing says how one quantity depends on the other."""
        if is_zero(e.rhs) or is_zero(e.lhs) or not has_derivative(e):
            return False
        definitions = variant.universe.definitions
        for sample in variant.universe.taken.get(f"@{e.position}", ()):
            body, change = sample()
            change = resolve(change, definitions)
            if isinstance(change, Const) and change.value == 0 and free_symbols([body], definitions):
                return True
        _, lhs, rhs = variant.typed[e.position]
        dims = variant.universe.dims
        for side in (lhs, rhs):
            axes = [Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(side.dims)]
            term = variant.comparer.terms(side, axes)
            if not (isinstance(term, Const) and term.value == 0):
                return False
        return True

    def _elsewhere(self, e: Equation, variant: Variant, letters: set[str], first: Same) -> Outcome:
        """A line about a general layer or time must hold for another one too."""
        world = variant.universe.world
        for choice in self._letter_values(letters):
            other = self.variant(world.layout, variant_choices(variant, e), choice)
            if e.position in other.failed:
                continue
            again = self.outcome(e, other)
            if isinstance(again, Different):
                return again
        return first

    def _letter_values(self, letters: set[str]) -> list[tuple[tuple[str, int], ...]]:
        found = []
        ranges = {x: self.world.ranges[x] for x in letters if x in self.world.ranges}
        if ranges:
            for n in range(max(len(v) for v in ranges.values())):
                found.append(tuple((x, int(v[n % len(v)])) for x, v in sorted(ranges.items())))
            return found[1:]
        return [tuple((x, 1) for x in sorted(letters))]

    def condition(self, e: Equation, frame: Frame) -> Expr | None:
        """The restriction the text puts on this line: `the case $k \\neq y_i$`."""
        if not e.conditions:
            return None
        relation: Relation = e.conditions[0]
        letters = {x for side in (relation.first, relation.links[0].node) if (x := letter_of(side))}
        if not letters <= set(frame.free) | set(frame.letters) and not letters & set(frame.free):
            return None
        val = condition_value(frame, relation)
        return val.at() if val.scalar else None

    def customs(self, e: Equation) -> list[tuple[Note, Callable[[], Variant]]]:
        """The other readings that custom allows for this line, each with the note that says so."""
        found: list[tuple[Note, Callable[[], Variant]]] = []
        if has_operator_before_product(e):
            message = "read with the derivative operator acting on the next factor only"
            found.append((Note("reach", message), lambda: self.variant(choices=Choices("factor"))))
        universe = self.variant().universe
        owner = f"@{e.position}"
        if owner in universe.laid_out or (e.position in self.variant().failed and has_derivative(e)):
            for layout in layouts(self.equations)[1:]:
                message = f"right in {layout.gradient} layout for gradients and {layout.jacobian} layout for Jacobians"
                found.append((Note("layout", message), lambda x=layout: self.variant(x)))  # type: ignore[misc]
        if owner in universe.between:
            message = "derivatives of intermediate quantities are taken with the other quantities held fixed"
            found.append((Note("explicit", message), lambda: self.variant(choices=Choices(explicit=True))))
        if sums_over_samples(self.world, e):
            message = "the left side is read as the total over the data set"
            found.append((Note("data-sum", message), lambda: self.variant(choices=Choices(total=True))))
        return found

    # ---------------------------------------------------------------------------------------- findings

    def verified(self, e: Equation, variant: Variant, same: Same) -> Finding:
        """Equal: verified, or assumed when it rests on what the document never says."""
        frame, lhs, rhs = variant.typed[e.position]
        evidence = Evidence(
            "proved" if same.method == "proved" else "sampled",  # type: ignore[arg-type]
            points=same.points or None,
            sizes=same.sizes,
            seed=self.options.seed if same.points else None,
        )
        notes: list[Note] = []
        if same.one_sided:
            notes.append(Note("one-sided", "a condition in this line had the same truth value at every sample point"))
        if e.text(e.lhs) == e.text(e.rhs):
            notes.append(Note("restated", "the line repeats the one before it"))
        if {lhs.kind, rhs.kind} == {"row", "column"}:
            notes.append(Note("layout", "right up to a transpose: one side is a row, the other a column"))
        message = "holds by the definitions" if same.method == "proved" else "both sides agree at every sample point"
        assumptions = self.assumptions(e, variant)
        return Finding(
            "verified", evidence.method, message, evidence=evidence, assumptions=assumptions, notes=tuple(notes)
        )

    def assumptions(self, e: Equation, variant: Variant) -> tuple[str, ...]:
        """What a line rests on that the document does not say."""
        names = {x for side in (e.lhs, e.rhs) for x in names_in(self.world, side)}
        found = []
        for symbol, text in variant.settled.assumed.items():
            instance = variant.universe.instances.get(symbol)
            if instance is not None and instance.base in names:
                found.append(text)
        for base in sorted(variant.universe.roles_taken & names):
            found.append(f"{base} is not defined; it is read as the logistic sigmoid")
        for symbol, below_names in variant.settled.unknown.items():
            instance = variant.universe.instances.get(symbol)
            if instance is not None and instance.base in names:
                found.append(f"{symbol.name} is some differentiable function of {', '.join(below_names)}")
        return tuple(dict.fromkeys(found))

    def refuted(self, e: Equation, variant: Variant, different: Different) -> Finding:
        """Not equal: refuted, unless something the document never says could make it true."""
        if recurrent(self.world) and has_derivative(e):
            message = "weights are shared over steps; the line does not say whether one step or all of them are meant"
            return Finding("unsupported", "ambiguous", message)
        if self.world.einstein and self.stray_letters(e, variant):
            message = "a letter stands alone in this line; which sums are implied is not written"
            return Finding("unsupported", "index-scope", message)
        missing = self.missing(e, variant, different) or self.constrained(e, variant, different)
        if missing is not None:
            return missing
        code, message = difference(different)
        repair = suggest(self, e, variant, different.ratio)
        code = repair.code if repair is not None and code == "unequal" else code
        return Finding(
            "refuted",
            code,
            message,
            evidence=Evidence("sampled", 1, different.sizes, self.options.seed, "128 bits"),
            counterexample=Counterexample(different.values, different.lhs, different.rhs, different.where),
            suggestion=None if repair is None else repair.suggestion,
            assumptions=self.assumptions(e, variant),
        )

    def missing(self, e: Equation, variant: Variant, different: Different) -> Finding | None:
        """Whether an undefined name could make the line true: then it is assumed, not wrong."""
        left, right = different.terms
        settled = variant.settled
        if is_zero(e.rhs) and self.chain_has_derivative(e):
            text = f"{e.text(e.lhs)} is set to zero: a condition, not a consequence"
            return Finding("assumed", "condition", text, assumptions=(text,))
        bare_zero = isinstance(left, Const) and left.value == 0 and has_derivative_node(e.lhs)
        if bare_zero and not (isinstance(right, Const)):
            by = "the variable it is differentiated by"
            text = f"the document does not say how {e.text(e.lhs)} depends on {by}"
            return Finding("assumed", "undefined-symbol", text, assumptions=(text,))
        for side, other, symbols in ((e.lhs, e.rhs, different.right_symbols), (e.rhs, e.lhs, different.left_symbols)):
            if has_decimals(side) and not has_decimals(other) and symbols - set(settled.data):
                names = ", ".join(sorted(s.name for s in symbols - set(settled.data)))
                text = f"the numbers put in for {names} are not given in the document"
                return Finding("assumed", "undefined-symbol", text, assumptions=(text,))
        known = {s for s in different.left_symbols | different.right_symbols if s in settled.data}
        new = different.right_symbols - different.left_symbols - known
        new = {s for s in new if not self.is_variable(variant, s)}
        direct = names_in(self.world, e.lhs)
        lost = {
            s
            for s in different.left_symbols - different.right_symbols - known
            if variant.universe.instances[s].base in direct and not self.introduced(variant, s)
        }
        for symbol in sorted(new | lost):
            side = "right" if symbol in new else "left"
            text = f"{symbol.name} is never defined and stands on the {side} side only"
            return Finding("assumed", "undefined-symbol", text, assumptions=(text,))
        functions = [{(u.name, len(u.slots)) for u in unknown_functions(t, variant)} for t in (left, right)]
        named = {name for name, _ in functions[0] | functions[1]}
        loose = {name for name, _ in functions[0] ^ functions[1]} | (named - {s.name for s in settled.unknown})
        loose |= variant.universe.roles_taken & (names_in(self.world, e.lhs) | names_in(self.world, e.rhs))
        if loose:
            name = sorted(loose)[0]
            text = f"{name} is never defined; this line may be what says what it is"
            return Finding("assumed", "undefined-symbol", text, assumptions=(text,))
        return None

    def chain_has_derivative(self, e: Equation) -> bool:
        """Whether any side of the chain a line belongs to is a derivative."""
        same = [x for x in self.equations if x.document is e.document and x.chain == e.chain]
        return any(has_derivative_node(x.lhs) for x in same)

    def constrained(self, e: Equation, variant: Variant, different: Different) -> Finding | None:
        """Whether a constraint that such sheets leave unsaid (entries that sum to one) would make the line true."""
        if not self.world.probabilistic:
            return None
        symbols = {s for s in different.left_symbols | different.right_symbols if not self.is_variable(variant, s)}
        for symbol in sorted(s for s in symbols if s.axes and s in variant.universe.instances):
            family = self.world.family(variant.universe.instances[symbol].base)
            before = family.domain_kind
            probes = {"one-hot": ("ones",)}.get(before or "", ("simplex", "one-hot") if before is None else ())
            for probe in probes:
                family.domain_kind = probe
                try:
                    again = self.fresh_outcome(e, variant)
                finally:
                    family.domain_kind = before
                if isinstance(again, Same):
                    what = {"ones": "is 1 at this index"}.get(probe, "sums to one")
                    text = f"holds if {symbol.name} {what}, which the document does not say here"
                    return Finding("assumed", "condition", text, assumptions=(text,))
        return None

    def is_variable(self, variant: Variant, symbol: Symbol) -> bool:
        """Whether the document differentiates by a symbol: then it is no given label or probability."""
        instance = variant.universe.instances.get(symbol)
        return instance is not None and self.world.family(instance.base).by > 0

    def fresh_outcome(self, e: Equation, variant: Variant) -> Outcome:
        """The comparison once more, with newly drawn numbers."""
        comparer = Comparer(variant.settled, self.options.seed, self.deadline)
        frame, lhs, rhs = variant.typed[e.position]
        return guard(lambda: comparer.compare(lhs, rhs, self.condition(e, frame)))

    def stray_letters(self, e: Equation, variant: Variant) -> set[str]:
        """Free letters of a line that the first side of its chain does not have."""
        same = [x for x in self.equations if x.document is e.document and x.chain == e.chain]
        first = {n.text for n in walk(min(same, key=lambda x: x.link).lhs) if isinstance(n, Name)}
        return set(variant.typed[e.position][0].free) - first

    def introduced(self, variant: Variant, symbol: Symbol) -> bool:
        """Whether the document introduces a symbol as given: by a declaration, or in the body of a definition."""
        instance = variant.universe.instances.get(symbol)
        if instance is None:
            return False
        family = self.world.family(instance.base)
        return family.declared_rank is not None or family.by > 0 or instance.base in self.world.independent

    def unclear(self, e: Equation, outcome: Unclear | Outcome) -> Finding:
        """No decision: a shape mismatch between grounded sides is wrong, everything else is unsupported."""
        assert isinstance(outcome, Unclear)
        if outcome.code == "undefined-symbol":
            return Finding("assumed", outcome.code, outcome.message, assumptions=(outcome.message,))
        if outcome.code == "shape-of-sides" and self.world.einstein:
            message = "a whole tensor is equated with its components; " + outcome.message
            return Finding("unsupported", "untyped", message)
        if outcome.code == "shape-of-sides":
            variant = self.variant()
            if self.grounded(e) and e.position in variant.typed:
                _, lhs, rhs = variant.typed[e.position]
                return self.shape_refuted(e, variant, lhs, rhs, outcome)
            return Finding("unsupported", "untyped", outcome.message)
        if outcome.code == "shape" and not self.world.einstein and self.grounded(e):
            repair = suggest(self, e, self.variant())
            if repair is not None:
                shapes = Counterexample({}, e.text(e.lhs), e.text(e.rhs), outcome.message)
                return Finding(
                    "refuted", "shape", f"the shapes do not fit: {outcome.message}", counterexample=shapes,
                    suggestion=repair.suggestion,
                )  # fmt: skip
        code = "untyped" if outcome.code == "shape" else outcome.code
        return Finding("unsupported", code, outcome.message)

    def shape_refuted(self, e: Equation, variant: Variant, lhs: Val, rhs: Val, outcome: Unclear) -> Finding:
        """Two sides of known, different shapes."""
        dims = variant.universe.dims
        fix = None
        if lhs.scalar and rhs.kind == "column" and len(variant.typed[e.position][0].free) == 1:
            letter = next(iter(variant.typed[e.position][0].free))
            fix = Suggestion(
                f"\\left({e.text(e.rhs)}\\right)_{{{letter}}}", f"component {letter} of the right side",
                "the left side is one component, so the right side must be one too",
            )  # fmt: skip
        shapes = {"left side": describe(lhs, dims), "right side": describe(rhs, dims)}
        return Finding(
            "refuted",
            "shape",
            outcome.message,
            counterexample=Counterexample({}, shapes["left side"], shapes["right side"]),
            suggestion=fix,
        )

    def grounded(self, e: Equation) -> bool:
        """Whether the shapes of all names in a line are known rather than guessed."""
        for base in lines_of(self.world, [e])[0].names:
            family = self.world.family(base)
            if self.world.defined(base) or family.declared_rank is not None or family.differentiated:
                continue
            if base in self.world.glossary.bound or base in self.world.size_names or not family.operand:
                continue
            if family.sub_counts and min(family.sub_counts) > 0:
                continue
            return False
        return True

    # ---------------------------------------------------------------------------------------- numbers

    def numeric(self, e: Equation, table: list[list[Printed]]) -> Finding:
        """A printed number or table: every cell must round to its printed digits."""
        variant = self.variant()
        failed = variant.failed.get(e.position)
        if failed is not None:
            return self.unclear(e, Unclear(failed.code, failed.message))
        frame, lhs, _ = variant.typed[e.position]

        def call() -> Outcome:
            return self._digits(variant, lhs, table)

        try:
            outcome = guard(call)
        except _Wrong as wrong:
            return self._wrong_digits(e, wrong, table)
        if isinstance(outcome, Same):
            evidence = Evidence("digits", seed=None)
            return Finding("verified", "digits", "every printed digit is right", "numeric", evidence)
        assert isinstance(outcome, Unclear)
        if outcome.code == "undefined-symbol":
            return Finding("assumed", outcome.code, outcome.message, "numeric", assumptions=(outcome.message,))
        found = self.unclear(e, outcome)
        return replace(found, kind="numeric")

    def _digits(self, variant: Variant, lhs: Val, table: list[list[Printed]]) -> Outcome:
        comparer = variant.comparer
        dims = variant.universe.dims
        axes = [Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(lhs.dims)]
        term = comparer.terms(lhs, axes)
        from chainrule.check.points import dims_of, free_symbols, sizes_for

        definitions = variant.universe.definitions
        symbols = free_symbols([term], definitions)
        broken = [s for s in sorted(symbols) if s in variant.settled.broken]
        if broken:
            return Unclear("poisoned", variant.settled.broken[broken[0]].message)
        open_symbols = sorted(s.name for s in symbols if s not in variant.settled.data)
        if open_symbols or term.free - set(axes):
            return Unclear("undefined-symbol", f"{', '.join(open_symbols) or 'an index'} has no number")
        sizes = sizes_for(variant.universe, dims_of([term], definitions) | {i.dim for i in axes}, 0)
        exact = self._exact(comparer, term, axes, symbols, sizes)
        wanted = (len(table), len(table[0]))
        if exact.shape != wanted:
            if exact.T.shape != wanted:
                shape = "×".join(map(str, exact.shape))
                return Unclear("shape-of-sides", f"the left side is {shape}, the table is {wanted[0]}×{wanted[1]}")
            exact = exact.T
        bad = [
            (i, j, float(exact[i, j]))
            for i, row in enumerate(table)
            for j, cell in enumerate(row)
            if not rounds_to(float(exact[i, j]), cell)
        ]
        if bad:
            raise _Wrong(bad)
        return Same("digits", 1)

    def _exact(
        self, comparer: Comparer, term: Expr, axes: list[Index], symbols: set[Symbol], sizes: dict[Dim, int]
    ) -> Array:
        """The values of a term from exact decimals, computed in balls, as a matrix."""
        key = ("balls", tuple(sorted(sizes.items())))
        model = comparer.models.get(key)
        if model is None:
            definitions = comparer.settled.universe.definitions
            model = Model(sizes, {}, definitions, 1, arithmetic=BALL, seed=self.options.seed, deadline=self.deadline)
            comparer.models[key] = model
        values = model.values
        assert isinstance(values, dict)
        for symbol in symbols - set(values):
            values[symbol] = _decimal_balls(symbol, sizes, comparer.settled)
        balls = np.asarray(evaluate(term, axes, model)[0], dtype=object)
        middles = np.array([float(x.mid()) for x in balls.ravel()])
        return middles.reshape(balls.shape if balls.ndim == 2 else (-1, 1))

    def _wrong_digits(self, e: Equation, wrong: _Wrong, table: list[list[Printed]]) -> Finding:
        i, j, right = wrong.cells[0]
        cell = table[i][j]
        value_text = shown(right, cell)
        where = f"entry ({i + 1},{j + 1})" if len(table) > 1 or len(table[0]) > 1 else None
        more = f", and {len(wrong.cells) - 1} more" if len(wrong.cells) > 1 else ""
        place = f"{where} is printed as" if where else "printed as"
        message = f"{place} {cell.text} but is {value_text}{more}"
        tex = e.text(e.rhs).replace(cell.text, value_text, 1) if e.text(e.rhs).count(cell.text) == 1 else value_text
        return Finding(
            "refuted", "wrong-digit", message, "numeric",
            evidence=Evidence("digits"),
            counterexample=Counterexample({"printed": cell.text, "right": value_text}, right, float(cell.value), where),
            suggestion=Suggestion(tex, f"{value_text} for {cell.text}", "the value recomputed from the definitions"),
        )  # fmt: skip


class _Wrong(Exception):
    """Cells whose digits are wrong, with their right values."""

    def __init__(self, cells: list[tuple[int, int, float]]) -> None:
        super().__init__(cells)
        self.cells = cells


def _decimal_balls(symbol: Symbol, sizes: dict[Dim, int], settled: Settled) -> Array:
    """The data of a symbol as balls of its exact decimals, for one sample point."""
    from flint import arb, fmpq

    cells = [arb(fmpq(x.numerator, x.denominator)) for row in settled.data[symbol] for x in row]
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array.reshape(1, *(sizes[d] for d in symbol.axes))


def recurrent(world: World) -> bool:
    """Whether a name is defined through itself at an earlier step: `h_t = f(a_t)`, `a_t = W h_{t-1}`."""
    for base, sites in world.sites.items():
        for site in sites:
            letters = {letter_of(s) for s in site.ref.subs} - {None}
            if letters and _steps_back(world, base, site, {x for x in letters if x}, frozenset()):
                return True
    return False


def _steps_back(world: World, base: str, site: Site, letters: set[str], seen: frozenset[str]) -> bool:
    """Whether the body of a definition leads back to a name at a shifted step."""
    for ref in references(site.body, world):
        shifted = any(isinstance(s, Sum) and any(letter_of(t.node) in letters for t in s.terms) for s in ref.subs)
        if ref.base == base and shifted and len(ref.subs) == len(site.ref.subs):
            return True
        if ref.base not in seen and ref.base != base:
            for other in world.sites.get(ref.base, ()):
                if _steps_back(world, base, other, letters, seen | {ref.base}):
                    return True
    return False


def _forms(params: tuple[Node, ...]) -> tuple[str, ...]:
    """Whether each argument of a function is a bare name or carries indices: `f(x)` beside `f(x_i)`."""
    return tuple(type(p).__name__ for p in params)


def is_differential(node: Node) -> bool:
    """`dL`, `\\partial x` standing alone: a d and one name."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op:
        return False
    return sign_of(node.factors[0].node) is not None and isinstance(node.factors[1].node, (Name, Script, Accent))


def is_zero(node: Node) -> bool:
    """A printed zero."""
    return getattr(node, "text", None) == "0"


def has_decimals(node: Node) -> bool:
    """Whether printed decimals stand in a formula: numbers put in for names."""
    return any(isinstance(n, Number) and "." in n.text for n in walk(node))


def variant_choices(variant: Variant, e: Equation) -> Choices:
    """The choices a variant was typed under."""
    frame = variant.typed[e.position][0]
    return frame.choices


def unknown_functions(term: Expr, variant: Variant) -> set[Unknown]:
    """The unknown functions a term rests on, through definitions."""
    from chainrule.check.points import reach

    return {t for t in reach([term], variant.universe.definitions) if isinstance(t, Unknown)}


def difference(different: Different) -> tuple[str, str]:
    """The reason code and a sentence for a certified difference."""
    ratio = different.ratio
    where = f" in {different.where}" if different.where else ""
    numbers = f"the left side is {different.lhs:.6g}, the right side is {different.rhs:.6g}{where}"
    if ratio is not None and abs(ratio + 1) < 1e-9:
        return "sign", f"the sides differ by their sign: {numbers}"
    if ratio is not None and ratio != 0:
        return "factor", f"the right side is {ratio:.6g} times the left side: {numbers}"
    return "unequal", f"the sides differ: {numbers}"


def is_range(e: Equation) -> bool:
    """`i = 1, \\dots, N`, `i = 3, 4`: what a letter runs over."""
    if e.op != "=" or letter_of(e.lhs) is None or not isinstance(e.rhs, Comma):
        return False
    return any(isinstance(i, Dots) for i in e.rhs.items) or all(is_numeric(i) or letter_of(i) for i in e.rhs.items)


def updates(world: World, e: Equation) -> bool:
    """`w = w - \\alpha \\nabla L`: the very name on the left stands on the right too."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or e.link or ref.postfix:
        return False
    for node in walk(e.rhs):
        other = reference(node, world.glossary)
        if other is not None and other.base == ref.base and site_key(world, other) == site_key(world, ref):
            return other.key == ref.key
    return False


def has_derivative(e: Equation) -> bool:
    """Whether any derivative stands in an equation."""
    return has_derivative_node(e.lhs) or has_derivative_node(e.rhs)


def has_derivative_node(node: Node) -> bool:
    for part in walk(node):
        if isinstance(part, Fraction) and above(part.numerator) is not None and below(part.denominator) is not None:
            return True
        if nabla_of(part) is not None:
            return True
    return False


def has_operator_before_product(e: Equation) -> bool:
    """`∂/∂x f g`: the operator may reach over the product or only to f."""
    for side in (e.lhs, e.rhs):
        for part in walk(side):
            if not isinstance(part, Product):
                continue
            for n, factor in enumerate(part.factors[:-2]):
                node = factor.node
                if isinstance(node, Fraction):
                    top, bottom = above(node.numerator), below(node.denominator)
                    if top is not None and top.body is None and bottom is not None and n + 2 < len(part.factors):
                        return True
    return False


def sums_over_samples(world: World, e: Equation) -> bool:
    """Whether the right side sums over samples of names that the left side has for one sample."""
    bases = names_in(world, e.lhs)
    return any(liftable(world, b) for b in bases)


__all__ = ["Finding", "Judge"]
