"""The command `chainrule`. Exit status: 0 nothing refuted, 1 something refuted, 2 the command could not do its work."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from chainrule import __version__

if TYPE_CHECKING:
    from chainrule.batch import Outcome
    from chainrule.read.document import Document
    from chainrule.trace.record import Trace
    from chainrule.write.text import Detail

UNABLE = 2
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Reads gradient derivations as people write them and says of every line whether it holds.",
)


class Format(StrEnum):
    """What a report is printed as."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"


def main() -> None:
    """The console entry point: an interrupt or a closed pipe ends the program quietly."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(args=[_shielded(word) for word in sys.argv[1:]])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _shielded(word: str) -> str:
    """An expression that begins with a minus, `-log(p)`, is no option: a space in front says so."""
    return f" {word}" if re.match(r"-[^-].*[()*@+/\\{}^]", word, re.DOTALL) else word


def _print_version(asked: bool) -> None:
    if asked:
        _out(f"chainrule {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def explain(
    code: Annotated[str | None, typer.Argument(help="Such as 'transposed'. Without one: list all.")] = None,
) -> None:
    """Say what a reason code means, with a wrong and a right line."""
    from chainrule.write import codes

    if code is None:
        _out(codes.listing())
        return
    rows = codes.find(code.strip("[]"))
    if not rows:
        near = ", ".join(codes.similar(code))
        _err(f"there is no code {code!r}; " + (f"did you mean {near}?" if near else "`chainrule explain` lists all"))
        raise typer.Exit(UNABLE)
    _out("\n\n".join(codes.explain(row) for row in rows) + "\n")


@app.command()
def check(
    sheets: Annotated[list[str], typer.Argument(metavar="SHEET", help="Files or folders; - is standard input.")],
    context: Annotated[list[str] | None, typer.Option(metavar="FILE", help="A document the sheets answer.")] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there.")] = None,
    deadline: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="Time for each document.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Seed of the sampled points.")] = 0,
    no_color: Annotated[bool, typer.Option("--no-color", help="Plain text, as with NO_COLOR.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only refuted lines and the summary.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every line in full.")] = False,
) -> None:
    """Check the derivations in SHEETs: every relation is verified, refuted, assumed, a definition, or unsupported."""
    if quiet and verbose:
        raise typer.BadParameter("--quiet and --verbose exclude each other")
    if output is not None and not output.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.absolute().parent}", param_hint="-o")
    outcome = _checked(sheets, context or [], deadline, seed)
    for failure in outcome.failures:
        _err(str(failure))
    _print(outcome, format, output, no_color, "quiet" if quiet else "verbose" if verbose else "normal")
    raise typer.Exit(outcome.exit_status)


@app.command()
def context(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="A file; - is standard input.")],
    known: Annotated[
        list[str] | None, typer.Option("--context", metavar="FILE", help="A document the sheet answers.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there.")] = None,
    deadline: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="Time for the document.")] = 60.0,
) -> None:
    """Write what SHEET leaves unsaid as a Markdown file to fill in and pass to `check --context`."""
    from chainrule.write.context import to_context

    if Path(sheet).is_dir():
        raise typer.BadParameter(f"{sheet} is a folder; name one sheet", param_hint="SHEET")
    if output is not None and output.exists():
        raise typer.BadParameter(f"{output} is there already; it may hold your answers", param_hint="-o")
    outcome = _checked([sheet], known or [], deadline, 0)
    for failure in outcome.failures:
        _err(str(failure))
    if outcome.failures:
        raise typer.Exit(UNABLE)
    (document,) = outcome.report.documents
    text = to_context(document, None if output is None else str(output))
    if output is None:
        _out(text)
        return
    _write(output, lambda stream: stream.write(text))


class To(StrEnum):
    """What a derivation is written as."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    html = "html"
    json = "json"


class Depth(StrEnum):
    """How much of a derivation is written."""

    full = "full"
    brief = "brief"
    result = "result"


class FormOption(StrEnum):
    """Over whole arrays, or in components."""

    matrix = "matrix"
    components = "index"


class LayoutOption(StrEnum):
    """A gradient is shaped like its parameter (denominator) or like the transpose (numerator)."""

    denominator = "denominator"
    numerator = "numerator"


@app.command()
def derive(
    expression: Annotated[
        str, typer.Argument(metavar="EXPRESSION|FILE", help="Python-style text, TeX, or a sheet that defines the loss.")
    ],
    wrt: Annotated[str, typer.Option(metavar="NAMES", help="The names to derive by, with commas.")],
    of: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the expression is called, or the loss of the sheet.")
    ] = None,
    shape: Annotated[
        list[str] | None, typer.Option(metavar="SHAPE", help='Dimensions of a name: "W: d h", "s:" for a scalar.')
    ] = None,
    order: Annotated[int, typer.Option(min=1, max=2, help="2 is the Hessian.")] = 1,
    form: Annotated[FormOption, typer.Option(help="Matrix notation, or components.")] = FormOption.matrix,
    layout: Annotated[LayoutOption, typer.Option(help="How gradients lie.")] = LayoutOption.denominator,
    steps: Annotated[Depth, typer.Option(help="How much is shown.")] = Depth.full,
    to: Annotated[To, typer.Option(help="What to write.")] = To.text,
    context: Annotated[list[str] | None, typer.Option(metavar="FILE", help="A document the sheet rests on.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there.")] = None,
) -> None:
    """Derive a scalar by names in it: steps with reasons, textbook notation, NumPy code; rechecked numerically."""
    from chainrule.derive.recheck import Unsure
    from chainrule.derive.record import answer, answer_sheet, dimensions
    from chainrule.notebook import VIEWS
    from chainrule.read.python import FormulaError
    from chainrule.write.derivation import View

    names = [w.strip() for w in wrt.split(",") if w.strip()]
    sheet = _sheet(expression, context or [])
    try:
        shapes = dimensions(shape or [])
        if sheet is None:
            found = answer(_formula(expression), names, shapes, of, order)
        else:
            found = answer_sheet(sheet[0], names, shapes, of, sheet[1], order)
    except (FormulaError, Unsure) as error:
        from chainrule.write.source import shown

        lines = ("".join(map(shown, line)) for line in f"error: {error}".splitlines())
        sys.stderr.write("\n".join(lines) + "\n")
        raise typer.Exit(UNABLE) from None
    page = VIEWS[to.value](found, View(steps.value, form.value, layout.value))
    if output is None:
        _out(page)
    else:
        _write(output, lambda stream: stream.write(page))


class TraceTo(StrEnum):
    """What a trace is written as."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    csv = "csv"
    json = "json"
    html = "html"


@app.command()
def trace(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="A file; - is standard input.")],
    context: Annotated[list[str] | None, typer.Option(metavar="FILE", help="A document the sheet answers.")] = None,
    steps: Annotated[int, typer.Option(min=0, metavar="K", help="How many updates are made.")] = 1,
    digits: Annotated[int, typer.Option(min=0, max=17, help="How many decimals are written.")] = 8,
    to: Annotated[TraceTo, typer.Option(help="What to write.")] = TraceTo.text,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Draw the loss and the norms of the gradients (svg, png or pdf)."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there.")] = None,
    deadline: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="Time for the sheet.")] = 60.0,
) -> None:
    """Compute all quantities of SHEET from its data, update after update: forward, losses, gradients, parameters."""
    from chainrule.check.records.options import Options
    from chainrule.trace.run import TraceError, trace_document
    from chainrule.write.trace_views import VIEWS, Detail

    if plot is not None and output is not None and plot.resolve() == output.resolve():
        _err(f"error: --plot and --output are the same file, {output}; give them different names")
        raise typer.Exit(UNABLE)
    document, around = _documents(sheet, context or [])
    try:
        found = trace_document(document, around, steps, Options(deadline=deadline))
    except TraceError as error:
        _err(f"error: {error}")
        raise typer.Exit(UNABLE) from None
    page = VIEWS[to.value](found, Detail(digits, to is not TraceTo.text or output is not None))
    if plot is not None:
        _plot(found, plot)
    if output is None:
        _out(page)
    else:
        _write(output, lambda stream: stream.write(page))


@app.command()
def solve(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="A file; - is standard input.")],
    context: Annotated[list[str] | None, typer.Option(metavar="FILE", help="A document the sheet answers.")] = None,
    digits: Annotated[int, typer.Option(min=0, max=17, help="How many decimals are written.")] = 8,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there.")] = None,
    deadline: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="Time for the sheet.")] = 60.0,
) -> None:
    """Answer the questions in SHEET in their places; exit status 1 when some stay open. Every line is checked."""
    from chainrule.check.records.options import Options
    from chainrule.solve.run import SolveError, solve_document

    document, around = _documents(sheet, context or [])
    try:
        found = solve_document(document, around, digits, Options(deadline=deadline))
    except SolveError as error:
        _err(f"error: {error}")
        raise typer.Exit(UNABLE) from None
    if output is None:
        _out(found.text)
    else:
        _write(output, lambda stream: stream.write(found.text))
    for question in found.open:
        _err(f"{document.path}:{question.line}: not answered: {question.asked}: {question.why_not}")
    raise typer.Exit(1 if found.open else 0)


def _plot(found: Trace, path: Path) -> None:
    from chainrule.write.plot import SUFFIXES, plot

    if path.suffix.lower() not in SUFFIXES:
        _err(f"{path}: error: a plot is written as {', '.join(SUFFIXES)}, found {path.suffix or 'no suffix'}")
        raise typer.Exit(UNABLE)
    try:
        plot(found, str(path))
    except ImportError:
        _err("error: a plot needs matplotlib: pip install 'chainrule[plot]'")
        raise typer.Exit(UNABLE) from None
    except OSError as error:
        _err(f"{path}: error: the file could not be written: {error.strerror}")
        raise typer.Exit(UNABLE) from None


def _documents(sheet: str, context: list[str]) -> tuple[Document, list[Document]]:
    """A sheet and its context, or what is wrong with them."""
    from chainrule.batch import read
    from chainrule.read.load import InputError

    try:
        return read(sheet), [read(path) for path in context]
    except InputError as error:
        _err(f"error [{error.code}]: {error.message}")
    except OSError as error:
        _err(f"error [unreadable-file]: {error.filename}: the file cannot be read ({error.strerror})")
    raise typer.Exit(UNABLE)


def _sheet(expression: str, context: list[str]) -> tuple[Document, list[Document]] | None:
    """The sheet in a file, with its context; None for an expression, and for a file with Python-style text."""
    from chainrule.derive.asking import is_sheet

    path = Path(expression)
    try:
        if len(expression) < 256 and path.is_file() and is_sheet(path):
            return _documents(expression, context)
    except (OSError, ValueError):
        pass  # what cannot be a path is an expression
    if context:
        raise typer.BadParameter("a context goes with a sheet, not with an expression", param_hint="--context")
    return None


def _formula(expression: str) -> str:
    """The text of a formula, or of the file that holds it."""
    path = Path(expression)
    try:
        if len(expression) < 256 and path.is_file():
            return path.read_text(encoding="utf-8")
        if expression.strip() and len(expression) < 256 and path.is_dir():
            raise typer.BadParameter(f"{expression} is a folder; name one sheet", param_hint="EXPRESSION|FILE")
    except (OSError, ValueError) as error:
        _err(f"{expression}: error: the file cannot be read as text: {error}")
        raise typer.Exit(UNABLE) from None
    if re.fullmatch(r"[\w./~-]+\.(md|markdown|tex|txt|ipynb|py|rst)", expression):
        raise typer.BadParameter(f"there is no file {expression}", param_hint="EXPRESSION|FILE")
    return expression


def _checked(sheets: list[str], context: list[str], deadline: float, seed: int) -> Outcome:
    """The engine is imported only when there is work, so that help and usage errors come at once."""
    from chainrule import batch
    from chainrule.check.records.options import Options
    from chainrule.write.progress import Bar

    with Bar() as bar:
        return batch.run(sheets, context, Options(deadline=deadline, seed=seed), bar)


def _print(outcome: Outcome, format: Format, output: Path | None, no_color: bool, detail: Detail) -> None:
    if output is not None:
        _write(output, lambda stream: _VIEWS[format](outcome, stream, True, detail))
        return
    _piped(lambda: _VIEWS[format](outcome, sys.stdout, no_color, detail))


def _write(output: Path, write: Callable[[TextIO], object]) -> None:
    try:
        with output.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            write(stream)
    except OSError as error:
        _err(f"{output}: error: the file could not be written: {error.strerror}")
        raise typer.Exit(UNABLE) from None


def _text(outcome: Outcome, stream: TextIO, no_color: bool, detail: Detail) -> None:
    from chainrule.write.text import console_for, write_text

    write_text(outcome.checked, console_for(stream, no_color), detail)


def _json(outcome: Outcome, stream: TextIO, no_color: bool, detail: Detail) -> None:
    from chainrule.write.record import to_json

    stream.write(to_json(outcome.report))


def _sarif(outcome: Outcome, stream: TextIO, no_color: bool, detail: Detail) -> None:
    from chainrule.write.sarif import to_sarif

    stream.write(to_sarif(outcome.report))


def _github(outcome: Outcome, stream: TextIO, no_color: bool, detail: Detail) -> None:
    from chainrule.write.github import to_github

    stream.write(to_github(outcome.report))


_VIEWS = {Format.text: _text, Format.json: _json, Format.sarif: _sarif, Format.github: _github}


def _out(text: str) -> None:
    _piped(lambda: sys.stdout.write(text))


def _err(text: str) -> None:
    from chainrule.write.source import plain

    sys.stderr.write(plain(text) + "\n")


def _piped(write: Callable[[], object]) -> None:
    """Write to standard output; a reader that has gone away, such as `head`, is not an error."""
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
