"""Reads a file, or a text, into a `Document`; the one place where reading can fail, with an `InputError`.

Line ends are made `\\n` and a byte order mark is dropped, so lines and columns are those an editor shows. Of a notebook
only the Markdown cells are read: its `Document.text` is those cells with a blank line between them, and lines are
counted there.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from chainrule.read.document import Break, Document, Macro, Math, Piece, Problem, line_starts
from chainrule.read.eaten import as_meant
from chainrule.read.frontmatter import front_matter
from chainrule.read.lost import recovered
from chainrule.read.tokens import with_decimal_points
from chainrule.read.tree import Span

LIMIT = 4 * 1024 * 1024
"""The size in bytes above which a file is not read."""

KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".tex": "latex",
    ".ltx": "latex",
    ".ipynb": "notebook",
    ".txt": "plain",
}
"""What the suffix of a sheet says; any other suffix is plain text."""

_LATEX = re.compile(
    r"\\(?:documentclass|usepackage|begin\s*\{(?:document|itemize|enumerate|figure|proof|theorem|lemma)\}"
    r"|(?:sub)*section\*?\s*\{|item\b)"
)
_MARKDOWN = re.compile(r"\$|\\[(\[]|\\begin\b|^ {0,3}(?:#{1,6} |```|\+\+\+$)", re.M)
_TEX = re.compile(r"\$|\\[(\[]|\\begin\b")


class InputError(Exception):
    """A document that cannot be read: `code` is stable, the message says where, what and what to do instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def load(source: str | Path) -> Document:
    """The document in a file; its suffix says how it is written.

    >>> load("nowhere.md")
    Traceback (most recent call last):
    chainrule.read.load.InputError: nowhere.md: there is no such file; check the path
    """
    path = Path(source)
    text = _decoded(_bytes(path), path)
    kind = KINDS.get(path.suffix.lower(), "plain")
    if kind == "notebook":
        return _notebook(text, str(source))
    return from_text(text, str(source), kind)


def from_text(text: str, path: str = "<text>", kind: str | None = None) -> Document:
    """The document in a text; `kind` is "markdown", "latex", "plain", or guessed.

    >>> document = from_text("Let $f(x) = x^2$.")
    >>> [document.source(piece.span) for piece in document.pieces[:2]]
    ['Let', 'f(x) = x^2']
    """
    if len(text) > LIMIT:
        raise _too_large(path, len(text))
    text = _line_feeds(text)
    kind = _kind(text, kind)
    if kind == "markdown":
        text = _unquoted(text)
    front = front_matter(text)
    pieces, macros, problems = _read(kind, text, front.end)
    return _document(path, text, pieces, macros, front.table, [*front.problems, *problems])


def sheets_in(folder: Path) -> list[Path]:
    """The sheets in a folder and the folders below it, sorted; what begins with a dot is skipped."""
    if not folder.is_dir():
        raise InputError("missing-folder", f"{folder}: there is no such folder; check the path")
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(parent, name) for name in files if not name.startswith(".") and Path(name).suffix.lower() in KINDS
        ]
    return sorted(found)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(
            "is-a-folder", f"{path}: this is a folder; name a file in it, or ask for all sheets of the folder"
        )
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except (FileNotFoundError, ValueError):  # ValueError: a null character in the path
        raise InputError("missing-file", f"{path}: there is no such file; check the path") from None
    except OSError as error:
        raise InputError(
            "unreadable-file", f"{path}: the file cannot be read ({error.strerror}); check its permissions"
        ) from None
    if len(content) > LIMIT:
        raise _too_large(str(path), max(len(content), path.stat().st_size))
    return content


def _decoded(content: bytes, path: Path) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("not-utf8", f"{path}: byte 0 (line 1) opens UTF-16 text; save the file as UTF-8")
    if b"\0" in content:
        raise _binary(path, "it holds null bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = content.decode("utf-8", "replace").count("�")
        if bad > max(8, len(content) // 10):
            raise _binary(path, f"{bad} of its {len(content)} bytes are no text") from None
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte {error.start} (0x{content[error.start]:02x}, on line {line}) is not UTF-8"
        raise InputError("not-utf8", f"{path}: {what}; save the file again as UTF-8") from None


def _binary(path: Path, why: str) -> InputError:
    return InputError(
        "binary-file", f"{path}: this is not a text file ({why}); give a Markdown, LaTeX, notebook or text file"
    )


def _too_large(path: str, size: int) -> InputError:
    return InputError("too-large", f"{path}: {size} bytes are more than the limit of {LIMIT}; split the document")


def _line_feeds(text: str) -> str:
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _kind(text: str, kind: str | None) -> str:
    if kind not in (None, "markdown", "latex", "plain"):
        raise ValueError(f"kind must be 'markdown', 'latex', 'plain' or None, not {kind!r}")
    if kind == "plain":
        return "markdown" if _TEX.search(text) else "plain"
    if kind is None:
        return "latex" if _LATEX.search(text) else "markdown" if _MARKDOWN.search(text) else "plain"
    return kind


def _unquoted(text: str) -> str:
    from chainrule.read.markdown import unquoted

    return unquoted(text)


def _read(kind: str, text: str, start: int) -> tuple[list[Piece], dict[str, Macro], list[Problem]]:
    from chainrule.read.latex import Latex
    from chainrule.read.markdown import Markdown
    from chainrule.read.plain import Plain

    readers: dict[str, type[Latex] | type[Markdown] | type[Plain]] = {
        "latex": Latex,
        "markdown": Markdown,
        "plain": Plain,
    }
    reader = readers[kind](text, start)
    return reader.pieces, reader.macros, reader.problems


def _notebook(text: str, path: str) -> Document:
    """A notebook, cell by cell: what one cell leaves open does not run into the next."""
    from chainrule.read.notebook import NotANotebook, markdown_cells

    try:
        cells = [from_text(cell, path, "markdown") for cell in markdown_cells(text)]
    except NotANotebook as error:
        raise InputError("invalid-notebook", f"{path}: {error}; save it again as a Jupyter notebook") from None
    pieces: list[Piece] = []
    problems: list[Problem] = []
    macros: dict[str, Macro] = {}
    offset = 0
    for cell in cells:
        pieces += [replace(piece, span=_moved(piece.span, offset)) for piece in cell.pieces]
        problems += [
            replace(one, span=_moved(one.span, offset)) for one in cell.problems if one.code != "empty-document"
        ]
        macros |= cell.macros
        offset += len(cell.text) + 2
    table = cells[0].front_matter if cells else {}
    return _document(path, "\n\n".join(cell.text for cell in cells), pieces, macros, table, problems)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _document(
    path: str,
    text: str,
    pieces: list[Piece],
    macros: dict[str, Macro],
    table: dict[str, object],
    problems: list[Problem],
) -> Document:
    spans = [piece.span for piece in pieces if isinstance(piece, Math)]
    meant, eaten = as_meant(text, spans)
    meant = with_decimal_points(meant)
    lost, said = recovered(meant, spans, macros)
    macros, problems = {**macros, **lost}, [*problems, *eaten, *said]
    if not (macros or table or problems) and all(isinstance(piece, Break) for piece in pieces):
        pieces = []
        message = "the document holds no words and no mathematics; write formulas as $..$ or $$..$$"
        problems = [Problem("empty-document", message, Span(0, 0))]
    return Document(
        path, text, tuple(pieces), macros, table, tuple(problems), line_starts(text), "" if meant == text else meant
    )
