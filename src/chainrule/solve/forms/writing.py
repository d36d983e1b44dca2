"""What an answer is written with: the names and sizes of the sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.writing import base_of
from chainrule.expr import (
    Definitions,
    Expr,
    Symbol,
    substitute,
)
from chainrule.write.derivation import Line
from chainrule.write.term_tex import LETTERS


def letters_of(variant: Variant, free: Sequence[str], names: Mapping[Symbol, str]) -> tuple[str, ...]:
    """Letters for indices: those of the question, then those that the sheet sums over, then any that name nothing."""
    texts = list(names.values())
    taken = {x for text in texts for x in re.findall(r"(?<![\\A-Za-z])[a-z](?![A-Za-z])", text)} - set(free)
    own = sorted(x for x in variant.universe.world.glossary.bound if len(x) == 1 and x.isalpha())
    return tuple(dict.fromkeys([*free, *(x for x in (*own, *LETTERS) if x not in taken)]))


SYMMETRIC = frozenset({"symmetric", "covariance", "diagonal"})
"""What words make a matrix its own transpose."""
SIZE = re.compile(r"(?:(?<=left\()|(?<![^\s{}\\^]))(?!left\()[^\s{}\\^]*[#:][^\s{}\\^]*")
"""A dimension by the name that it has here, `x#1:0`, perhaps behind a bracket that opens."""


def with_sizes(variant: Variant, line: Line) -> Line:
    """Dimensions under the names that the sheet gives them, declared or the limit of a sum; samples with marks."""

    def shown(found: re.Match[str]) -> str:
        size = size_of(variant, found[0]) or "n"
        factor = size.isdigit() and re.search(r"[\w})]\s+$", found.string[: found.start()]) is not None
        return rf"\cdot {size}" if factor else size

    return replace(line, right=_not_turned(variant, with_marks(variant, SIZE.sub(shown, line.right))))


def _not_turned(variant: Variant, tex: str) -> str:
    """A symmetric matrix without signs of transposition."""
    world = variant.universe.world
    for base in (b for b, family in world.families.items() if family.domain_kind in SYMMETRIC):
        name = re.escape(base_of(variant.universe, base))
        tex = re.sub(rf"(?<![A-Za-z\\]){name}\^\{{\\top\}}", lambda m: m[0].removesuffix(r"^{\top}"), tex)
        tex = re.sub(rf"(?<![A-Za-z\\]){name}\^\{{-\\top\}}", lambda m: m[0].replace(r"-\top", "-1"), tex)
    return tex


def with_marks(variant: Variant, tex: str) -> str:
    r"""`x^{(i)}_j` for `x_{ij}`, where the sheet writes the letter of a sample as a mark in parentheses."""
    for base in sorted(variant.universe.world.glossary.running):
        name = base_of(variant.universe, base)
        below = r"_(?:\{(?P<several>[^{}]*)\}|(?P<one>\w))(?P<above>\^(?:\{[^{}]*\}|\w))?"
        tex = re.sub(rf"(?<![A-Za-z\\{{]){re.escape(name)}{below}", partial(_marked, name), tex)
    return tex


def _marked(name: str, m: re.Match[str]) -> str:
    sample, *rest = re.findall(r"[A-Za-z]|\d+", m["several"] or m["one"])
    whole = rf"{name}^{{({sample})}}" + (f"_{{{''.join(rest)}}}" if rest else "")
    return rf"{{{whole}}}{m['above']}" if m["above"] else whole


def size_of(variant: Variant, dim: str) -> str | None:
    """The name of a dimension in the sheet: declared, or the limit of a sum."""
    dims = variant.universe.dims
    limits = {dims.find(k): k[1:] for k in sorted(dims.parent, reverse=True) if k.startswith("=")}
    return dims.known(dim) or limits.get(dims.find(dim))


def written_without_ours(variant: Variant, term: Expr, definitions: Definitions) -> Expr:
    """The term without the derivatives that only have names of ours."""
    instances = variant.universe.instances
    while ours := sorted(s for s in term.symbols if s in definitions and s not in instances):
        term = substitute(term, {ours[0]: definitions[ours[0]].at})
    return term


@dataclass(frozen=True)
class Way:
    """One way to write an answer: lines before the result, the result, and sentences before and behind all."""

    steps: tuple[Line, ...]
    result: Line
    note: str = ""
    after: str = ""
