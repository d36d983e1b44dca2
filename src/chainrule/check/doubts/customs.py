"""The readings a line leaves open by custom: how far ∂/∂x reaches, row or column gradients, a loss over the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Same
from chainrule.check.comparison.forms import has_derivative, has_operator_before_product
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.doubts.conventions import logarithms
from chainrule.check.records.report import Note
from chainrule.read.tree import Big, Node, Number, Script
from chainrule.sheet.arrays.tensors import liftable
from chainrule.sheet.definitions.recurrence import one_step
from chainrule.sheet.infer import LAYOUTS
from chainrule.sheet.inference.identity_left_out import MOST_WAYS
from chainrule.sheet.meaning.functions.calls import has_raised_logarithm
from chainrule.sheet.meaning.operations.arithmetic import SQUARE, before_sum
from chainrule.sheet.records.configurations import Config, Step
from chainrule.sheet.records.frame import USUAL, Choices
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.shapes import Layout
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import walk

SHAPES = frozenset({"shape", "shape-of-sides"})
ENTRYWISE = Choices(entrywise=True)
ENTRYWISE_HELD = Choices(entrywise=True, explicit=True)
WAYS = tuple(Choices(identity=n) for n in range(MOST_WAYS))
Custom = tuple[Note, Callable[[], Variant]]


def customs(lines: Lines, e: Equation) -> list[Custom]:
    """The other readings that custom allows for this line, each with the note that says so."""
    found: list[Custom] = []
    usual = lines.usual(e)
    config = usual.universe.config

    def other(code: str, message: str, layout: Layout | None = None, choices: Choices = USUAL) -> None:
        own = replace(choices, varying=usual.choices.varying)
        found.append((Note(code, message), lambda: lines.variant(layout, own, config)))

    if has_operator_before_product(e):
        other("reach", "read with the derivative operator acting on the next factor only", choices=Choices("factor"))
    if any(before_sum(n) for side in (e.lhs, e.rhs) for n in walk(side)):
        other("reach", "read with the derivative operator acting on the whole sum", choices=Choices("sum"))
    if has_raised_logarithm(e.lhs) or has_raised_logarithm(e.rhs):
        message = "the power behind the parentheses is read as one of what the logarithm is of"
        other("reach", message, choices=Choices(inside=True))
    owner = f"@{e.position}"
    if owner in usual.universe.laid_out or (e.position in usual.failed and has_derivative(e)):
        for layout in LAYOUTS[1:]:
            message = f"right in {layout.gradient} layout for gradients and {layout.jacobian} layout for Jacobians"
            other("layout", message, layout)
    if owner in usual.universe.between:
        message = "derivatives of intermediate quantities are taken with the other quantities held fixed"
        other("explicit", message, choices=Choices(explicit=True))
    if has_derivative(e) and (_misfits(e, usual) or _beside_a_number(e, usual)):
        message = "read entry by entry: the derivative of each entry by its own argument"
        other("entrywise", message, choices=ENTRYWISE)
        other("explicit", f"{message}, with the other quantities held fixed", choices=ENTRYWISE_HELD)
    if _of_more_axes(e, usual):
        for way in WAYS:
            other("identity", "the factor of a product, times the identity that is left out", choices=way)
    if _misfits(e, usual) and usual.universe.squared and _squares_are_norms(lines, e, usual):
        note = Note("square", "the square of a vector is read as its squared norm")
        found.append((note, lambda: squares_as_norms(lines, config)))
    if owner in usual.universe.ordered:
        other(
            "order", "the matrices of a product over steps are read in the other order", choices=Choices(backwards=True)
        )
    if sums_over_samples(lines.world, e):
        other("data-sum", "the left side is read as the total over the data set", choices=Choices(total=True))
    for note, log in logarithms(lines, e):
        customary = (*lines.world.customary, ("log", log))
        found.append((note, lambda customary=customary: lines.variant(config=config, customary=customary)))  # type: ignore[misc]
    step, only = one_step(lines.world, e)
    if step is not None and not only and (step.summed or by_steps(lines)):
        found.append((one_step_note(step), lambda: lines.variant(config=Config(step=step))))
    return found


def _misfits(e: Equation, usual: Variant) -> bool:
    return e.position in usual.failed and usual.failed[e.position].code in SHAPES


def _of_more_axes(e: Equation, usual: Variant) -> bool:
    """Whether one side is a derivative with two axes more than the other side, which has some."""
    _, lhs, rhs = usual.typed.get(e.position, (None, None, None))
    if lhs is None or rhs is None or not (lhs.jacobian or rhs.jacobian):
        return False
    fewer, more = sorted((len(lhs.dims), len(rhs.dims)))
    return fewer > 0 and more == fewer + 2


def _beside_a_number(e: Equation, usual: Variant) -> bool:
    """Whether one side is a number and the other an array."""
    _, lhs, rhs = usual.typed.get(e.position, (None, None, None))
    return lhs is not None and rhs is not None and lhs.scalar != rhs.scalar


def _squares_are_norms(lines: Lines, e: Equation, usual: Variant) -> bool:
    """Whether a line squares a vector itself, or another line says that it is the norm: `v^2 = v^T v`."""
    if _has_square(e.lhs, e.rhs):
        return True
    others = (x for x in lines.equations if _has_square(x.lhs, x.rhs) and _misfits(x, usual))
    norms = squares_as_norms(lines, usual.universe.config)
    return any(isinstance(lines.outcome(x, norms), Same) for x in others)


def _has_square(*nodes: Node) -> bool:
    powers = (n.sup for node in nodes for n in walk(node) if isinstance(n, Script))
    return any(isinstance(sup, Number) and sup.text == "2" for sup in powers)


def squares_as_norms(lines: Lines, config: Config) -> Variant:
    """All lines typed with the square of a vector as its squared norm."""
    return lines.variant(config=config, customary=(*lines.world.customary, (SQUARE, "inner")))


def fitting(lines: Lines, e: Equation) -> Iterator[Variant]:
    """The customary readings under which the sides of a line may fit that otherwise do not."""
    yield from with_an_identity(lines, e)
    usual = lines.usual(e)
    if not _misfits(e, usual):
        return
    if has_derivative(e):
        yield lines.variant(choices=ENTRYWISE)
        yield lines.variant(choices=ENTRYWISE_HELD)
    if usual.universe.squared and _squares_are_norms(lines, e, usual):
        yield squares_as_norms(lines, usual.universe.config)


def with_an_identity(lines: Lines, e: Equation) -> Iterator[Variant]:
    """The ways in which a factor beside a derivative with two axes more fits it, times the identity left out."""
    if _of_more_axes(e, lines.usual(e)):
        yield from (lines.variant(choices=way) for way in WAYS)


def by_steps(lines: Lines) -> bool:
    """Whether the document takes derivatives by shared weights one step at a time: a line that can only mean that."""
    return any(one_step(lines.world, e)[1] for e in lines.equations)


def one_step_note(step: Step) -> Note:
    """What is said of a line that speaks of one step of a recurrence."""
    return Note("one-step", f"the derivative by a weight is that by its copy in step {step.letter} alone")


def sums_over_samples(world: World, e: Equation) -> bool:
    """Whether the right side sums over samples of names that the left side has for one sample."""
    if any(isinstance(n, Big) for n in walk(e.lhs)):
        return False  # a sum is a total already
    bases = names_in(world, e.lhs)
    return any(liftable(world, b) for b in bases)
