"""Data flows one way: a room imports only rooms before it. Every import is read, also those inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "chainrule"

# Later entries may import earlier ones. What is solved is written and then read back, so `solve` comes after `write`;
# what stands after it is the thin layer that people call.
ORDER = (
    *("read", "expr", "calculus", "sheet", "check", "derive", "trace", "compile", "fit", "write", "solve"),
    *("arrays", "notebook", "api", "batch", "web", "lsp", "cli", "__main__"),
)
MOST_MODULES = 30  # in one folder; a newcomer finds the place of a change by the names of the folders
ROOT_NAMES = {"__version__"}  # all that a module may take from the package itself


def imports(tree: ast.AST, package: list[str]) -> Iterator[tuple[int, str]]:
    """The absolute dotted names of all imports with their lines; `from a import b` counts as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parts = [*base, *((node.module or "").split(".") if node.module else [])]
            yield from ((node.lineno, ".".join([*parts, alias.name])) for alias in node.names)


def backward(path: Path, root: Path) -> Iterator[str]:
    """The imports of one file that step back."""
    parts = [root.name, *path.relative_to(root).with_suffix("").parts]
    room = parts[1]
    for line, name in imports(ast.parse(path.read_text(encoding="utf-8")), parts[:-1]):
        target = name.split(".")
        if target[0] != root.name or target[1:2] == [room] or target[1] in ROOT_NAMES:
            continue
        if target[1] not in ORDER or ORDER.index(target[1]) > ORDER.index(room):
            yield f"{path.relative_to(root)}:{line} imports {name}"


def steps_back(root: Path) -> list[str]:
    """Every import of a tree that does not go to an earlier room. The public face `__init__.py` may name anything."""
    files = sorted(path for path in root.rglob("*.py") if path != root / "__init__.py")
    return [found for path in files for found in backward(path, root)]


def circle(root: Path, room: str) -> list[str] | None:
    """Modules of one room that import each other in a circle, those for types included; what is imported from a folder
    imports the folder's `__init__.py` first."""
    files = {".".join(p.relative_to(root.parent).with_suffix("").parts): p for p in (root / room).rglob("*.py")}
    graph = {}
    for name, path in files.items():
        found = {x for _, x in imports(ast.parse(path.read_text(encoding="utf-8")), name.split(".")[:-1])}
        targets = {y for x in found for y in (x, x.rpartition(".")[0]) if y in files and y != name}
        inside = name.rpartition(".")[0]
        folders = {f"{y.rpartition('.')[0]}.__init__" for y in targets if y.rpartition(".")[0] != inside}
        graph[name] = targets | (folders & files.keys()) - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def at_run_time(tree: ast.Module) -> ast.Module:
    """A module without what it imports for its types alone."""
    tree.body = [n for n in tree.body if not (isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")]
    return tree


def folder_circle(root: Path, room: str) -> list[str] | None:
    """Folders of one room that need each other in a circle when they run."""
    files = {".".join(p.relative_to(root.parent).with_suffix("").parts): p for p in (root / room).rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for name, path in files.items():
        inside = name.rpartition(".")[0]
        found = {x for _, x in imports(at_run_time(ast.parse(path.read_text(encoding="utf-8"))), inside.split("."))}
        targets = {y.rpartition(".")[0] for x in found for y in (x, x.rpartition(".")[0]) if y in files}
        graph.setdefault(inside, set()).update(targets - {inside})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def crowded(root: Path) -> list[str]:
    """The folders with more modules than one subject has."""
    folders = {path.parent for path in root.rglob("*.py")}
    modules = {folder: sum(p.stem != "__init__" for p in folder.glob("*.py")) for folder in folders}
    return sorted(f"{folder.relative_to(root)}: {n}" for folder, n in modules.items() if n > MOST_MODULES)


def test_no_folder_holds_more_modules_than_one_subject_has() -> None:
    assert crowded(SOURCE) == []


def test_a_crowded_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "sheet" / "sums").mkdir(parents=True)
    for n in range(MOST_MODULES + 1):
        (tmp_path / "sheet" / "sums" / f"m{n}.py").write_text("")
    assert crowded(tmp_path) == [f"sheet/sums: {MOST_MODULES + 1}"]


@pytest.mark.parametrize("room", ["sheet", "check"])
def test_data_flows_one_way_between_the_folders_of_a_room(room: str) -> None:
    assert folder_circle(SOURCE, room) is None


@pytest.mark.parametrize(
    ("line", "wrong"),
    [("from chainrule.sheet.b.y import z", True), ("if TYPE_CHECKING:\n    from chainrule.sheet.b.y import z", False)],
)
def test_a_circle_of_folders_is_found(tmp_path: Path, line: str, wrong: bool) -> None:
    root = tmp_path / "chainrule"
    for folder, name, text in (("a", "x", line), ("a", "w", "w = 1"), ("b", "y", "from chainrule.sheet.a.w import w")):
        (root / "sheet" / folder).mkdir(parents=True, exist_ok=True)
        (root / "sheet" / folder / f"{name}.py").write_text(text + "\n")
    assert circle(root, "sheet") is None
    assert (folder_circle(root, "sheet") is not None) is wrong


def test_the_folders_of_a_room_say_what_they_hold_and_import_nothing() -> None:
    for path in (p for room in ("sheet", "check") for p in (SOURCE / room).rglob("*/__init__.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree) and len(tree.body) == 1, path


def test_no_modules_of_the_sheet_import_each_other_in_a_circle() -> None:
    assert circle(SOURCE, "sheet") is None


def test_a_circle_is_found(tmp_path: Path) -> None:
    root = tmp_path / "chainrule"
    (root / "sheet").mkdir(parents=True)
    (root / "sheet" / "a.py").write_text("from chainrule.sheet.b import x\n")
    (root / "sheet" / "b.py").write_text("if TYPE_CHECKING:\n    from chainrule.sheet.a import y\n")
    assert circle(root, "sheet") == ["chainrule.sheet.a", "chainrule.sheet.b", "chainrule.sheet.a"]


def test_a_circle_through_a_folder_is_found(tmp_path: Path) -> None:
    root = tmp_path / "chainrule"
    (root / "sheet" / "deep").mkdir(parents=True)
    (root / "sheet" / "deep" / "__init__.py").write_text("from chainrule.sheet.deep import b\n")
    (root / "sheet" / "deep" / "b.py").write_text("from chainrule.sheet.a import x\n")
    (root / "sheet" / "deep" / "c.py").write_text("y = 1\n")
    (root / "sheet" / "a.py").write_text("from chainrule.sheet.deep.c import y\n")
    assert circle(root, "sheet") is not None


def test_no_room_imports_a_later_one() -> None:
    assert steps_back(SOURCE) == []


def test_every_folder_and_module_has_its_place() -> None:
    names = {p.stem for p in SOURCE.iterdir() if p.suffix == ".py" or (p.is_dir() and any(p.glob("*.py")))}
    assert names - {"__init__"} - set(ORDER) == set()


@pytest.mark.parametrize(
    ("room", "line", "wrong"),
    [
        ("check", "from chainrule.write.text import x", True),
        ("check", "def f():\n    import chainrule.write.text", True),
        ("check", "from ..write import text", True),
        ("check", "from chainrule import cli", True),
        ("check", "from chainrule import check_all", True),
        ("read", "if True:\n    from chainrule.expr import nodes", True),
        ("check", "from chainrule.read.tree import Span", False),
        ("check", "from .report import Report", False),
        ("check", "from chainrule import __version__", False),
        ("check", "import numpy", False),
    ],
)
def test_the_test_can_fail(tmp_path: Path, room: str, line: str, wrong: bool) -> None:
    root = tmp_path / "chainrule"
    (root / room).mkdir(parents=True)
    (root / room / "some.py").write_text(line + "\n")
    assert bool(steps_back(root)) is wrong
