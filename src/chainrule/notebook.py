"""What Python gets: reports, derivations and traces that render as the value of a notebook cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.check.records import report
from chainrule.derive.record import Answer
from chainrule.expr.model import Array
from chainrule.solve.record import Answered, Solution
from chainrule.trace.record import Trace
from chainrule.write import derivation_views, trace_views
from chainrule.write.derivation import View
from chainrule.write.html import to_html
from chainrule.write.markdown import to_markdown


@dataclass(frozen=True)
class Report(report.Report):
    """A report that renders as the value of a notebook cell."""

    def _repr_html_(self) -> str:
        return to_html(self)

    def _repr_markdown_(self) -> str:
        return to_markdown(self)


@dataclass(frozen=True)
class Derived:
    """Derivatives that render as the value of a notebook cell; `tex` and `numpy` are those of the first result."""

    answer: Answer

    @property
    def record(self) -> dict[str, Any]:
        """The JSON record `chainrule.derive/1`."""
        return derivation_views.to_record(self.answer, View())

    @property
    def tex(self) -> str:
        """The first result in TeX."""
        return str(self.record["results"][0]["tex"])

    @property
    def numpy(self) -> str | None:
        """NumPy code of the first result, in the names of the expression."""
        found = self.record["results"][0]["numpy"]
        return None if found is None else str(found)

    def to(self, format: str = "text", view: View | None = None) -> str:
        """The derivation as text, markdown, latex, html or json."""
        return VIEWS[format](self.answer, view or View())

    def __str__(self) -> str:
        return self.to("text")

    def _repr_markdown_(self) -> str:
        return self.to("markdown")

    def _repr_latex_(self) -> str:
        return derivation_views.to_displayed(self.answer, View("brief"))

    def _repr_html_(self) -> str | None:
        try:
            return derivation_views.to_fragment(self.answer, View())
        except ImportError:
            return None  # without latex2mathml a notebook shows the Markdown


@dataclass(frozen=True)
class Traced:
    """The numbers of a sheet, step by step; `traced["w"]` is the array of w over the steps."""

    trace: Trace

    @property
    def record(self) -> dict[str, Any]:
        """The JSON record `chainrule.trace/1`."""
        return trace_views.to_record(self.trace)

    @property
    def names(self) -> list[str]:
        """The names of the quantities."""
        return list(dict.fromkeys([*self.trace.given, *(n for s in self.trace.steps for n in s.values)]))

    def __getitem__(self, name: str) -> Array:
        """The numbers of a quantity: over the steps at its front axis, or those that are given once."""
        import numpy as np

        if name in self.trace.given:
            return self.trace.given[name]
        found = [s.values[name] for s in self.trace.steps if name in s.values]
        if not found:
            raise KeyError(f"{name!r}; the quantities are {', '.join(self.names)}")
        return np.stack(found)

    def to(self, format: str = "text", digits: int = 8, whole: bool = True) -> str:
        """The trace as text, markdown, latex, html, csv or json."""
        return trace_views.VIEWS[format](self.trace, trace_views.Detail(digits, whole))

    def plot(self, path: str) -> None:
        """Draw the loss and the norms of the gradients into a file; needs matplotlib."""
        from chainrule.write.plot import plot

        plot(self.trace, path)

    def __str__(self) -> str:
        return self.to("text", whole=False)

    def _repr_markdown_(self) -> str:
        return self.to("markdown", whole=False)


@dataclass(frozen=True)
class Solved:
    """A solution sheet that renders as the value of a notebook cell."""

    solution: Solution

    @property
    def text(self) -> str:
        """The solution sheet, in the writing of the sheet."""
        return self.solution.text

    @property
    def questions(self) -> list[Answered]:
        """What was asked, and why there is no answer where there is none."""
        return self.solution.questions

    def __str__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


VIEWS = {
    "text": derivation_views.to_text,
    "markdown": derivation_views.to_markdown,
    "latex": derivation_views.to_latex,
    "html": derivation_views.to_html,
    "json": derivation_views.to_json,
}
