"""Reads the Markdown cells of a notebook; code and its output are left out."""

from __future__ import annotations

import json
import warnings


class NotANotebook(ValueError):
    """The text is no notebook; the message says why."""


def markdown_cells(text: str) -> list[str]:
    """The sources of the Markdown cells of a notebook, in order."""
    try:
        content = json.loads(text)
    except RecursionError:
        raise NotANotebook("its JSON is nested too deeply") from None
    except ValueError as error:
        raise NotANotebook(f"it is not JSON ({error})") from None
    if not isinstance(content, dict):
        raise NotANotebook("its JSON is not an object with `cells`")
    return [_source(cell) for cell in _cells(text) if _is_markdown(cell)]


def _cells(text: str) -> list[dict[str, object]]:
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without an id and the like: nothing that concerns the mathematics
            notebook = nbformat.reads(text, as_version=4)
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise NotANotebook(f"its structure is not that of a notebook ({type(error).__name__}: {error})") from None
    if not isinstance(cells, list):
        raise NotANotebook("its `cells` are not a list")
    return cells


def _is_markdown(cell: object) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "markdown"


def _source(cell: dict[str, object]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
