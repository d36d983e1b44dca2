r"""The context file of a sheet: what it leaves unsaid, as Markdown to fill in and pass back with `--context`.

Every line to fill in stands in a comment, so that a file passed back as it is says nothing; a line counts once its
comment marks are taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from chainrule.check.records.report import DocumentReport, Missing
from chainrule.write.source import plain

LISTED = 12


def to_context(document: DocumentReport, target: str | None = None) -> str:
    """The context file for one document; `target` is the path it will be written to."""
    name = plain(PurePath(document.path).name)
    lines = [f"# What {name} leaves unsaid", ""]
    if not document.missing:
        return "\n".join([*lines, "Nothing: no line rests on something that the sheet does not say.", ""])
    lines += [
        "In each entry, take the comment marks off the lines that are right, write what is known for the question",
        "marks, and check again with this file:",
        "",
        f"    chainrule check {plain(document.path)} --context {plain(target or 'FILE')}",
        "",
    ]
    for item in document.missing:
        lines += _entry(item)
    return "\n".join(lines)


def _entry(item: Missing) -> list[str]:
    words, proposals = _KINDS[item.kind](item)
    lines = [f"## ${item.name}$", "", f"{words} Wanted by {_places(item.lines)}.", ""]
    return [*lines, *(f"<!-- {p} -->" for p in proposals), ""]


def _places(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:LISTED])) + (f" and {len(lines) - LISTED} more" if len(lines) > LISTED else "")
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}"


def _shape_line(item: Missing) -> list[str]:
    if not item.shape:
        return []
    return [f"${item.name} {item.shape}$." if item.shape.startswith("\\") else f"${item.name}$ {item.shape}."]


def _definition(item: Missing) -> tuple[str, list[str]]:
    rests = f" Its uses suggest that it depends on ${item.detail}$." if item.detail else ""
    return f"Never defined.{rests}", [*_shape_line(item), f"${item.name} = ?$"]


def _function(item: Missing) -> tuple[str, list[str]]:
    own = f"${item.name}(x) = ?$"
    if item.detail:
        return f"A function that is never defined; it is read as the {item.detail}.", [
            f"${item.name}$ is the {item.detail} function.",
            own,
        ]
    return "A function that is never defined.", [own]


def _dependence(item: Missing) -> tuple[str, list[str]]:
    by = f" by ${item.detail}$" if item.detail else ""
    return f"Differentiated{by}, but nothing says how it depends on that.", [f"${item.name} = ?$"]


def _number(item: Missing) -> tuple[str, list[str]]:
    return "Numbers are worked out from it, and it has none.", [*_shape_line(item), f"${item.name} = ?$"]


def _shape(item: Missing) -> tuple[str, list[str]]:
    own = _shape_line(item) or [rf"${item.name} \in \mathbb{{R}}^{{? \times ?}}$."]
    return "Its shape is never said, and a line with it could not be given a meaning.", own


CONDITIONS = {
    "one-hot": ["${}$ is one-hot."],
    "simplex": ["${}$ is a probability distribution.", "${}$ is one-hot."],
    "ones": ["${} = 1$"],
    "normalised": ["${}$ is a unit vector."],
    "signs": ["${}$ is 1 or -1."],
    "constant": ["${}$ is constant."],
}
"""How a domain is said, by its name."""


def _condition(item: Missing) -> tuple[str, list[str]]:
    return "A line holds only under a condition on it.", [
        row.format(item.name) for row in CONDITIONS.get(item.detail, [])
    ]


_KINDS: dict[str, Callable[[Missing], tuple[str, list[str]]]] = {
    "definition": _definition,
    "function": _function,
    "dependence": _dependence,
    "number": _number,
    "shape": _shape,
    "condition": _condition,
}
