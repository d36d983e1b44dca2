"""Whole linear forms: `i + m - 1`, `2 i + u`, `H - k + 1`, as index expressions, limits and sizes are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chainrule.read.tree import Brace, Fenced, Node, Number, Product, Sum

TIMES = frozenset({"", "cdot", "times", "*", "."})
MOST = 10**18


@dataclass(frozen=True, slots=True)
class Linear:
    """The sum of whole multiples of atoms and a constant; atoms in order, each once, none with coefficient 0."""

    parts: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    @staticmethod
    def of(parts: Iterable[tuple[str, int]], constant: int = 0) -> Linear:
        """The form with multiples of the same atom added up."""
        found: dict[str, int] = {}
        for atom, times in parts:
            found[atom] = found.get(atom, 0) + times
        return Linear(tuple((atom, times) for atom, times in sorted(found.items()) if times), constant)

    def __add__(self, other: Linear) -> Linear:
        return Linear.of((*self.parts, *other.parts), self.constant + other.constant)

    def __mul__(self, times: int) -> Linear:
        return Linear.of(((atom, times * n) for atom, n in self.parts), times * self.constant)

    def renamed(self, name: Callable[[str], str]) -> Linear:
        """The form over other atoms."""
        return Linear.of(((name(atom), n) for atom, n in self.parts), self.constant)


def linear(node: Node, atom: Callable[[Node], Linear | None]) -> Linear | None:
    """A formula as a linear form, where `atom` says what its names are; None when it is no linear form."""
    found = _linear(node, atom)
    return None if found is None or any(abs(n) > MOST for n in (found.constant, *dict(found.parts).values())) else found


def _linear(node: Node, atom: Callable[[Node], Linear | None]) -> Linear | None:
    match node:
        case Number(text=text):
            return Linear(constant=int(text)) if text.isdigit() and len(text) <= 18 else None
        case Sum(terms=terms):
            total = Linear()
            for term in terms:
                part = _linear(term.node, atom)
                if part is None or term.sign not in "+-":
                    return None
                total += part * (1 if term.sign == "+" else -1)
            return total
        case Product(factors=factors) if all(f.op in TIMES for f in factors):
            product = Linear(constant=1)
            for factor in factors:
                part = _linear(factor.node, atom)
                if part is None or (part.parts and product.parts):
                    return None
                product = part * product.constant if part.parts else product * part.constant
            return product
        case Fenced(open="(" | "[", body=body) | Brace(body=body):
            return _linear(body, atom)
    return atom(node)
