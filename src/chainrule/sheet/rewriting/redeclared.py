r"""Names that are declared anew: "A \in R^{m \times n}" in one example, "now let A \in R^{n \times n}" in the next.

From there on the letter stands for another quantity, of a shape of its own; what was said of the first holds of the
first alone. A declaration in a section speaks of the whole section, unless that had declared the name before. Where
something that was built from the first is used beside the letter later on, it still is the first. A size that is
declared a vector is one from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Accent, Comma, Fenced, Name, Node, Product
from chainrule.sheet.letters.writings import maximal
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.names import Glossary, reference, spelled, walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.spelling import ANY
from chainrule.sheet.words.declared import ShapeFact, real_space


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an equation declares a name to be, and from where on that holds."""

    base: str
    shape: ShapeFact
    equation: Equation
    start: int


def with_redeclared(sheet: Sheet) -> Sheet:
    """The sheet with another name for each quantity that is declared anew under the letter of an earlier one."""
    anew = list(_anew(sheet))
    if not anew:
        return sheet
    numbers = {id(d): n for n, d in enumerate(anew, start=1)}
    same = sheet.glossary.same
    for d in anew:
        copy_uses(sheet.glossary, d.base, f"{ANY}{numbers[id(d)]}({d.base})")
        for writing in [w for w, base in same.items() if base == d.base]:
            same[f"{ANY}{numbers[id(d)]}({writing})"] = f"{ANY}{numbers[id(d)]}({d.base})"
    before, done = sheet.glossary.rewritten, dict[tuple[int, tuple[int, ...]], Node]()

    def held(position: int, scope: Scope) -> dict[str, int]:
        return {d.base: numbers[id(d)] for d in anew if d.start <= position and scope.sees(d.equation.scope)}

    def out(node: Node, position: int, scope: Scope) -> Node:
        kinds = held(position, scope)
        return done.setdefault((id(node), tuple(kinds.values())), _renamed(node, kinds, same))

    scopes = {e.position: e.scope for e in sheet.equations}
    sheet.equations = [
        replace(e, lhs=out(e.lhs, e.position, e.scope), rhs=out(e.rhs, e.position, e.scope)) for e in sheet.equations
    ]
    sheet.expressions = [(scope, at, out(node, at, scope)) for scope, at, node in sheet.expressions]
    sheet.sentences = [
        replace(s, formulas=tuple(out(n, s.position, s.scope) for n in s.formulas)) for s in sheet.sentences
    ]
    sheet.glossary.rewritten = lambda node, at: _renamed(before(node, at), held(at, scopes.get(at, Scope())), same)
    return sheet


def _anew(sheet: Sheet) -> Iterator[Declaration]:
    """The declarations that give a name another shape than the one before them does, in order."""
    latest: dict[str, list[Declaration]] = {}
    sizes: dict[str, Declaration] = {}
    for d in _declarations(sheet):
        size = sizes.get(d.base)
        sizes |= {x: d for x in d.shape.dims if x is not None and x not in sizes}
        if size is not None and size.start < d.start and d.shape.dims:
            yield _from_its_section(sheet, d)  # D counts the columns of X in one section, and is a vector of the next
        earlier = [x for x in latest.get(d.base, ()) if d.equation.scope.sees(x.equation.scope)]
        latest.setdefault(d.base, []).append(d)
        if earlier and _differ(earlier[-1].shape, d.shape):
            again = any(x.equation.scope == d.equation.scope for x in earlier)
            starts = (d,) if again else (_from_its_section(sheet, d), d)
            yield from [x for x in starts if not _still_used(sheet, x)][:1]


def _declarations(sheet: Sheet) -> Iterator[Declaration]:
    """`A, B \\in \\mathbb{R}^{n \\times n}` and `A = B^T B \\in \\mathbb{R}^{n \\times n}`."""
    heads: dict[tuple[int, int], Equation] = {}
    for e in sheet.equations:
        head = heads.setdefault((id(e.document), e.chain), e)
        shape = real_space(e.rhs) if e.op == "∈" else None
        side = e.lhs if e is head or head.op not in DEFINING else head.lhs
        for item in side.items if isinstance(side, Comma) else (side,) if shape is not None else ():
            if isinstance(item, Name) and shape is not None:
                yield Declaration(sheet.glossary.same.get(spelled(item), spelled(item)), shape, e, head.position)


def _differ(one: ShapeFact, other: ShapeFact) -> bool:
    """Whether two shapes are of different quantities; a size as a number may be that of an example."""
    numbers = any(d is None or d.isdigit() for shape in (one, other) for d in shape.dims)
    return one != other and not numbers


def _from_its_section(sheet: Sheet, d: Declaration) -> Declaration:
    """A declaration that is the first of its section speaks of all of it."""
    here = (e.position for e in sheet.equations if e.scope == d.equation.scope)
    return replace(d, start=min(here, default=d.start))


def _still_used(sheet: Sheet, d: Declaration) -> bool:
    """Whether what an earlier formula builds from the name stands beside it later."""
    built, own = {d.base}, set[str]()
    for e in sheet.equations:
        call = isinstance(e.lhs, Product) and isinstance(e.lhs.factors[-1].node, Fenced)
        ref = reference(e.lhs.factors[0].node if isinstance(e.lhs, Product) and call else e.lhs, sheet.glossary)
        if ref is None or e.op not in DEFINING:
            continue
        if e.position >= d.start:
            own.add(ref.base)
        elif _names(sheet, e.rhs) & built:
            built.add(ref.base)
    built -= own | {d.base}
    later = (e for e in sheet.equations if e.position >= d.start and e.scope.sees(d.equation.scope))
    return any(
        d.base in found and found & built for e in later for found in [_names(sheet, e.lhs) | _names(sheet, e.rhs)]
    )


def _names(sheet: Sheet, node: Node) -> set[str]:
    return {ref.base for ref in maximal(node, sheet.glossary)} | {spelled(n) for n in walk(node) if isinstance(n, Name)}


def copy_uses(glossary: Glossary, old: str, new: str) -> None:
    """What the glossary says of a name, said of another one too."""
    for group in (glossary.labelled, glossary.named, glossary.totals, glossary.marked, glossary.quantities):
        if old in group:
            group.add(new)
    if old in glossary.indexed:
        glossary.indexed[new] = set(glossary.indexed[old])
    if old in glossary.slots:
        glossary.slots[new] = glossary.slots[old]
    glossary.sizes |= {(new, letter) for base, letter in glossary.sizes if base == old}


def _renamed(node: Node, kinds: dict[str, int], same: dict[str, str]) -> Node:
    """A formula with the names of what was declared anew, in any of their writings."""
    if not kinds:
        return node
    if isinstance(node, Name):
        number = kinds.get(same.get(spelled(node), spelled(node)))
        return node if number is None else Accent(node.span, f"{ANY}{number}", node)
    return with_parts(node, lambda part: _renamed(part, kinds, same))
