"""The loss and the norms of the gradients over the steps, as a picture. Only this file imports matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.expr.model import Array
from chainrule.trace.record import Quantity, Trace
from chainrule.write.readable import readable

COLOURS = ("#1f5fa8", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#be185d", "#0e7490", "#4b5563")
SUFFIXES = (".svg", ".png", ".pdf")


@dataclass(frozen=True)
class Curve:
    """A series of numbers with its name."""

    name: str
    steps: list[int]
    numbers: list[float]


def curves(trace: Trace) -> tuple[list[Curve], list[Curve]]:
    """The losses (summed where they are given for every sample), and the norms of the gradients."""
    losses = [_curve(trace, q, _total) for q in trace.quantities if q.loss]
    gradients = [_curve(trace, q, _norm) for q in trace.quantities if q.kind == "gradient" and not q.loss]
    gradients = gradients or [_curve(trace, q, _norm) for q in trace.quantities if q.kind == "direction"]
    return [c for c in losses if c.steps], [c for c in gradients if c.steps]


def _curve(trace: Trace, q: Quantity, measure: Callable[[Array], float]) -> Curve:
    here = [s for s in trace.steps if s.exercise == q.exercise and q.name in s.values]
    return Curve(readable(q.name), [s.number for s in here], [measure(s.values[q.name]) for s in here])


def _total(numbers: Array) -> float:
    return float(np.sum(numbers))


def _norm(numbers: Array) -> float:
    return float(np.linalg.norm(numbers.ravel()))


def plot(trace: Trace, path: str) -> None:
    """Write the picture; the suffix of the file says which kind. Raises `ImportError` without matplotlib."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "chainrule"
    from matplotlib import pyplot
    from matplotlib.ticker import MaxNLocator

    losses, gradients = curves(trace)
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axis, found, title in zip(axes, (losses, gradients), ("loss", "norm of the gradients"), strict=True):
        for k, curve in enumerate(found):
            colour = COLOURS[k % len(COLOURS)]
            axis.plot(curve.steps, curve.numbers, marker="o", markersize=4, color=colour, label=curve.name)
        positive = [x for c in found for x in c.numbers if np.isfinite(x)]
        if positive and min(positive) > 0 and max(positive) > 100 * min(positive):
            axis.set_yscale("log")
        axis.set_title(title, loc="left", fontsize=11)
        axis.set_xlabel("updates")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(True, color="#e5e7eb")
        axis.spines[["top", "right"]].set_visible(False)
        if found:
            axis.legend(frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None)
    pyplot.close(figure)
