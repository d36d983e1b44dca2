"""The report as a notebook shows it: a table with typeset mathematics, or Markdown where HTML is not shown."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.check import report
from chainrule.write.html import to_html
from chainrule.write.markdown import to_markdown


@dataclass(frozen=True)
class Report(report.Report):
    """A report that renders as the value of a notebook cell."""

    def _repr_html_(self) -> str:
        return to_html(self)

    def _repr_markdown_(self) -> str:
        return to_markdown(self)
