"""chainrule: reads gradient derivations as people write them and says of every line whether it holds.

>>> import chainrule
>>> report = chainrule.check("Let $f(x) = x^2$. Then $f'(x) = 2x$.")  # doctest: +SKIP

Public names are listed in `__all__` and loaded when first used, so that `import chainrule` stays quick; functions of
formulas (`chainrule.sum`, `chainrule.tanh`) are beside them, by their names in NumPy.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import chainrule.check as _check_room
import chainrule.derive as _derive_room
import chainrule.solve as _solve_room
import chainrule.trace as _trace_room

if TYPE_CHECKING:
    from chainrule.api import Derived as Derived
    from chainrule.api import FormulaError as FormulaError
    from chainrule.api import InputError as InputError
    from chainrule.api import Report as Report
    from chainrule.api import Solved as Solved
    from chainrule.api import SolveError as SolveError
    from chainrule.api import Traced as Traced
    from chainrule.api import TraceError as TraceError
    from chainrule.api import check as check
    from chainrule.api import derive as derive
    from chainrule.api import solve as solve
    from chainrule.api import trace as trace
    from chainrule.arrays import Array as Array
    from chainrule.arrays import array as array
    from chainrule.check.records.report import DocumentReport as DocumentReport
    from chainrule.check.records.report import Statement as Statement

__version__ = "0.1.0"

__all__ = [
    "Array",
    "Derived",
    "DocumentReport",
    "FormulaError",
    "InputError",
    "Report",
    "SolveError",
    "Solved",
    "Statement",
    "TraceError",
    "Traced",
    "__version__",
    "array",
    "check",
    "derive",
    "solve",
    "trace",
]

_HOMES = {
    "Array": "chainrule.arrays",
    "array": "chainrule.arrays",
    "Derived": "chainrule.api",
    "FormulaError": "chainrule.api",
    "InputError": "chainrule.api",
    "Report": "chainrule.api",
    "SolveError": "chainrule.api",
    "Solved": "chainrule.api",
    "TraceError": "chainrule.api",
    "Traced": "chainrule.api",
    "DocumentReport": "chainrule.check.records.report",
    "Statement": "chainrule.check.records.report",
}


class _CallableRoom(ModuleType):
    """`chainrule.check` is a room of this package and, when called, the function `chainrule.api.check`; so are others.

    Python binds a subpackage to its name in the parent package, so that a function of the same name would be
    shadowed as soon as anything imports `chainrule.check.records.report`. A callable room is right in every order of
    imports.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return getattr(import_module("chainrule.api"), self.__name__.rpartition(".")[2])(*args, **kwargs)


for _room in (_check_room, _derive_room, _solve_room, _trace_room):
    _room.__class__ = _CallableRoom


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if not name.startswith("_") and (found := getattr(import_module("chainrule.arrays"), name, None)) is not None:
        return found
    raise AttributeError(f"module 'chainrule' has no attribute {name!r}; public names are {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
