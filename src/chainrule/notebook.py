"""The report as a notebook shows it: a table with typeset mathematics, or Markdown where HTML is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.check import report
from chainrule.derive.record import Answer
from chainrule.write import derivation_views
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


VIEWS = {
    "text": derivation_views.to_text,
    "markdown": derivation_views.to_markdown,
    "latex": derivation_views.to_latex,
    "html": derivation_views.to_html,
    "json": derivation_views.to_json,
}
