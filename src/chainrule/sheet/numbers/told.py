"""Numbers that the words give to a role: "the inputs are 0.05 and 0.10", "a learning rate of 0.5".

They belong to the one name of the sheet that custom writes for the role, that nothing defines, and that has as many
numbered components as there are numbers. Where a line puts another number in, none of them is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Node, Number, Span
from chainrule.sheet.definitions.put_in import put_in_numbers, shown_ref
from chainrule.sheet.records.definable import definable, site_key
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, walk

IS = r"(?:\s+(?:are|is|as|of|to be|equals?|fixed at|(?:is |are )?(?:set|equal) to|be|will be))?\s*[:=]?\s*"
NUMBER = r"(?:-?(?:\d+(?:\.\d+)?|\.\d+)(?![\w%]|\.\d)|⟦\d+⟧)"
NUMBERS = rf"({NUMBER}(?:\s*(?:,|and|, and)\s*{NUMBER})*)(?!\s*[⟦=(*/+×^-])"
TARGETS = r"(?:desired|target|expected|correct|wanted|true)(?: (?:outputs?|values?|labels?))?"
ROLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("learning rate", r"\b(?:learning[- ]rate|step[- ]size)" + IS, ("eta", "alpha", "gamma", "epsilon", "lr", "mu")),
    ("input", r"\binputs?(?: values?| features?)?" + IS, ("x", "i", "in", "bold x")),
    ("target", r"\b(?:" + TARGETS + r"|targets)" + IS, ("t", "target", "y", "d", "bold t", "bold y")),
    ("bias", r"\bbias(?:es)?" + IS, ("b", "theta")),
)
COMPILED = tuple((role, re.compile(pattern + NUMBERS, re.IGNORECASE), names) for role, pattern, names in ROLES)


@dataclass(frozen=True, slots=True)
class Told:
    """The numbers that a sentence gives to a role."""

    role: str
    names: tuple[str, ...]
    numbers: tuple[Node, ...]
    sentence: Sentence


def told(sentences: Iterable[Sentence]) -> Iterator[Told]:
    """What the sentences say of roles."""
    for s in sentences:
        for role, pattern, names in COMPILED:
            for match in pattern.finditer(s.text):
                numbers = [_number(s, text) for text in re.findall(NUMBER, match.group(1))]
                if all(n is not None for n in numbers):
                    yield Told(role, names, tuple(n for n in numbers if n is not None), s)


def _number(s: Sentence, text: str) -> Node | None:
    if not text.startswith("⟦"):
        return Number(Span(0, 0), text)
    node = s.formulas[int(text.strip("⟦⟧"))]
    return node if literal_number(node) is not None else None


def take_told(world: World, sentences: Iterable[Sentence], equations: list[Equation]) -> None:
    """Give the numbers that a worked example tells of roles to the names that stand for them."""
    if not any("." in n.text for e in equations for n in walk(e.rhs) if isinstance(n, Number)):
        return
    for item in told(sentences):
        unknown = [r for r in _uses(world, equations) if not _known(world, r)]
        fitting = [refs for name in item.names if (refs := _components(unknown, name, len(item.numbers)))]
        if len(fitting) != 1 or _put_in_otherwise(world, fitting[0], item, equations):
            continue
        for ref, number in zip(fitting[0], item.numbers, strict=True):
            value = f"{shown_ref(ref)} = {float(literal_number(number) or 0):g}"
            site = Site(
                ref.base,
                ref,
                number,
                item.sentence.position - 1,
                assumed=f"{value} is told in words, as the {item.role}",
            )
            world.sites.setdefault(ref.base, []).append(site)


def _uses(world: World, equations: list[Equation]) -> list[Ref]:
    """Every name of the sheet once, without its postfix operations."""
    found: dict[object, Ref] = {}
    for e in equations:
        for ref in (r for side in (e.lhs, e.rhs) for r in references(side, world)):
            plain = replace(ref, postfix=())
            found.setdefault(plain.key, plain)
    return list(found.values())


def _known(world: World, ref: Ref) -> bool:
    if ref.base in world.functions or not definable(world, ref):
        return True
    return any(site_key(world, s.ref) == site_key(world, ref) for s in world.sites.get(ref.base, ()))


def _components(refs: list[Ref], name: str, count: int) -> list[Ref]:
    """The names that custom writes for a role, numbered from 1 to the count; the bare one for a single number."""
    if count == 1:
        return [r for r in refs if r.base == name and r.bare]
    found: dict[int, Ref] = {}
    for ref in refs:
        number = _number_of(ref, name)
        if number is not None:
            found.setdefault(number, ref)
    return [found[n] for n in sorted(found)] if sorted(found) == list(range(1, count + 1)) else []


def _number_of(ref: Ref, name: str) -> int | None:
    """2 for `x_2`, `x2` and `target_{o2}`."""
    if ref.primes or ref.labels:
        return None
    if ref.base == name and len(ref.subs) == 1 and isinstance(ref.subs[0], Number) and ref.subs[0].text.isdigit():
        return int(ref.subs[0].text)
    match = re.fullmatch(rf"{re.escape(name)}(?:_[a-z]*)?(\d)", ref.base)
    return int(match.group(1)) if match and not ref.subs else None


def _put_in_otherwise(world: World, refs: list[Ref], item: Told, equations: list[Equation]) -> bool:
    """Whether a line of the sheet puts another number in for one of the names."""
    wanted = {r.key: literal_number(n) for r, n in zip(refs, item.numbers, strict=True)}
    return any(wanted.get(r.key, v) != v for e in equations for r, _, v in put_in_numbers(world, e))
