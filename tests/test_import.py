"""Heavy libraries are guests: they come when they are used, not when the package is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

GUESTS = ("torch", "jax", "sympy", "antlr4", "rich", "typer", "flint", "nbformat", "markdown_it", "numpy", "pylatexenc")


def loaded(code: str) -> set[str]:
    """The top-level modules that are loaded after running code in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_loads_no_guest() -> None:
    assert loaded("import chainrule") & set(GUESTS) == set()


def test_the_test_can_fail() -> None:
    assert "rich" in loaded("import chainrule, rich")


def test_checking_loads_no_framework() -> None:
    modules = loaded("import chainrule; chainrule.check('Let $f(x) = x^2$. Then $f(1) = 1$.')")
    assert modules & {"torch", "jax", "sympy", "antlr4", "rich", "typer", "nbformat"} == set()


def test_help_does_not_load_the_engine() -> None:
    assert loaded("import chainrule.cli") & {"numpy", "flint"} == set()


@pytest.mark.parametrize(
    "first", ["import chainrule", "import chainrule.check.records.report", "from chainrule import Report"]
)
def test_check_is_a_function_and_a_room_in_any_order_of_imports(first: str) -> None:
    code = f"{first}\nimport chainrule, chainrule.check.records.report\nassert callable(chainrule.check)"
    assert loaded(code)


def test_public_names() -> None:
    import chainrule

    assert dir(chainrule) == sorted(chainrule.__all__)
    assert [name for name in chainrule.__all__ if not hasattr(chainrule, name)] == []
    with pytest.raises(AttributeError, match="public names are"):
        _ = chainrule.nothing
