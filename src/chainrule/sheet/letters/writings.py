r"""One name in two writings: the vector `\mathbf{x}` and its components `x_i`, the matrix `W` and its entries `w_{ij}`.

Two writings are one name when one of them always carries indices, more of them than the other ever does, so that no
place of the document can tell them apart, and no formula gives the one by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Accent, Comma, Factor, Fenced, Matrix, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.letters.vectors_written_out import vectors_written_out
from chainrule.sheet.syntax.names import Glossary, Ref, children, letter_of, reference
from chainrule.sheet.syntax.script_words import is_transpose

Uses = dict[str, set[int]]


def bring_together(nodes: Iterable[Node], glossary: Glossary) -> None:
    """Note in the glossary which writings are one name: the components under the name of the whole."""
    nodes = list(nodes)
    uses: Uses = {}
    given: set[str] = set()
    by_entries: set[str] = set()
    gathered: set[tuple[str, str]] = set()
    explained: set[tuple[str, str]] = set()
    spoken_of: set[str] = set()
    for node in nodes:
        alone = reference(node, glossary)
        if alone is not None and alone.bare:
            spoken_of.add(alone.base)  # "where the $x$ on top is that below": a component as much as the whole
        arguments = _arguments(node, glossary)
        spoken_of |= arguments
        for ref in maximal(node, glossary) if alone is None or not alone.bare else ():
            if ref.subs or ref.base not in arguments:
                uses.setdefault(ref.base, set()).add(len(ref.subs))
        first = reference(node.first, glossary) if isinstance(node, Relation) and node.links[0].op == "=" else None
        if first is not None and isinstance(node, Relation):
            given.add(first.base)
            if len(first.subs) == 2:
                by_entries.add(first.base)
            gathered |= {(first.base, x) for link in node.links for x in _cells(link.node, glossary)}
            if first.bare and all(_lists_entries(link.node, glossary) for link in node.links):
                continue  # `\mathbf{y} = (y_1, y_2, y_3)^T` says which letter the entries have
            computed = [x.node for x in node.links if not (x is not node.links[0] and _in_places(x.node, glossary))]
            explained |= {(first.base, r.base) for side in computed for r in maximal(side, glossary)}
    for base in spoken_of - uses.keys():
        uses[base] = {0}
    for base in _with_row_and_column(nodes, glossary) - given:
        if uses.get(base) == {1} and any(uses.get(w) == {0} for w in _capitals(base)):
            uses[base] = {glossary.slots.setdefault(base, 2)}
    for entries, capital in _beside_their_capital(nodes, glossary):
        if entries not in given and (capital in by_entries or (capital, entries) in gathered):
            glossary.slots[entries] = 2
            glossary.same[entries] = capital
    for entries in sorted(uses.keys() - glossary.same.keys()):
        wholes = [w for w in (f"bold {entries}", f"vec({entries})", _bold_inside(entries)) if w in uses]
        if not wholes and min(uses[entries]) == 2 and entries not in given:
            wholes = [w for w in _capitals(entries) if uses.get(w) == {0}]
        wholes = [w for w in wholes if not explained & {(w, entries), (entries, w)}]
        if len(wholes) == 1 and min(uses[entries]) > max(uses[wholes[0]]):
            whole = _matrix_of_rows(wholes[0], entries, uses, given)
            glossary.same |= {entries: wholes[0]} if whole is None else {entries: whole, wholes[0]: whole}
    for entries, capital in vectors_written_out(nodes, glossary).items():
        if uses.get(entries) == {1} and uses.get(capital) == {0}:
            glossary.same[capital] = entries  # a number below a capital would be that of a layer


def _beside_their_capital(nodes: list[Node], glossary: Glossary) -> Iterator[tuple[str, str]]:
    r"""Small letters that have a row and a column wherever they stand, with their capital: the o of
    `\frac{\partial L}{\partial o_{ij}}` after `O_{ij} = \ldots`, and no value of it beside it."""
    together: dict[str, set[str]] = {}
    other: set[str] = set()
    for node in nodes:
        refs = list(maximal(node, glossary))
        for ref in refs:
            together.setdefault(ref.base, set()).update(r.base for r in refs if r.subs)
            if ref.labels or ref.primes or not _has_row_and_column(ref):
                other.add(ref.base)
    for base in sorted(together.keys() - other):
        capitals = [w for w in _capitals(base) if w in together and w not in together[base]]
        if len(capitals) == 1:
            yield base, capitals[0]


def _has_row_and_column(ref: Ref) -> bool:
    texts = [sub.text if isinstance(sub, Number) else "" for sub in ref.subs]
    return len(texts) == 2 or (len(texts) == 1 and len(texts[0]) == 2 and texts[0].isdigit())


def _with_row_and_column(nodes: list[Node], glossary: Glossary) -> set[str]:
    """The names below which nothing but two digits stands, of several rows and several columns: `v_{11}`, `v_{21}`."""
    places: dict[str, set[str]] = {}
    for ref in (ref for node in nodes for ref in maximal(node, glossary)):
        sub = ref.subs[0] if len(ref.subs) == 1 and not ref.labels else None
        places.setdefault(ref.base, set()).add(sub.text if isinstance(sub, Number) else "")
    return {
        base
        for base, texts in places.items()
        if all(len(text) == 2 and text.isdigit() and "0" not in text for text in texts)
        and all(len({text[n] for text in texts}) > 1 for n in (0, 1))
    }


def _arguments(node: Node, glossary: Glossary) -> set[str]:
    r"""The z of `\sigma(z) = \frac{1}{1 + e^{-z}}` and of "where $\sigma'(z)$ is": any argument, and no quantity."""
    call = node.first if isinstance(node, Relation) else node
    match call:
        case Product(factors=(_, Factor(op="", node=Fenced(open="(", body=body)))):
            items = body.items if isinstance(body, Comma) else (body,)
            refs = [reference(x, glossary) for x in items]
            return {r.base for r in refs if r is not None} if all(r is not None and r.bare for r in refs) else set()
    return set()


def _matrix_of_rows(rows: str, entries: str, uses: Uses, given: set[str]) -> str | None:
    r"""The W of `w_{ji}`, where `\mathbf{w}_j` are rows of it and stand nowhere without their number."""
    capital = rows.removeprefix("bold ").upper()
    whole = f"bold {capital}"
    three = uses[rows] == {1} and min(uses[entries]) == 2 and uses.get(whole) == {0}
    return whole if three and len(capital) == 1 and not given & {rows, entries} else None


def _lists_entries(node: Node, glossary: Glossary) -> bool:
    """Whether a formula is nothing but the numbered entries of one name in their places, in a row or a column."""
    while isinstance(node, (Script, Fenced)):
        if isinstance(node, Script) and (node.sub is not None or node.sup is None or not is_transpose(node.sup)):
            return False
        node = node.base if isinstance(node, Script) else node.body
    match node:
        case Comma(items=listed):
            items = list(listed)
        case Matrix(rows=rows) if len(rows) == 1 or {len(row) for row in rows} == {1}:
            items = [item for row in rows for item in row]
        case _:
            return False
    refs = [reference(item, glossary) for item in items]
    numbers = [str(n) for n in range(1, len(refs) + 1)]
    subs = [r.subs[0] if r is not None and len(r.subs) == 1 else None for r in refs]
    found = [sub.text if isinstance(sub, Number) else "" for sub in subs]
    return len(refs) > 1 and found == numbers and len({r.base for r in refs if r is not None}) == 1


def _in_places(node: Node, glossary: Glossary) -> bool:
    r"""Whether a formula is a matrix of the numbered entries of one name in their places: the end of
    `Z = X W = \begin{pmatrix} z_{11} & z_{12} \\ z_{21} & z_{22} \end{pmatrix}` says which letter they have."""
    if not isinstance(node, Matrix):
        return False
    cells = [(r, c, reference(x, glossary)) for r, row in enumerate(node.rows, 1) for c, x in enumerate(row, 1)]
    found = {ref.base for r, c, ref in cells if ref is not None and _numbers(ref) == f"{r}{c}"}
    return len(cells) > 1 and len(found) == 1 and all(ref is not None and _numbers(ref) for _, _, ref in cells)


def _cells(node: Node, glossary: Glossary) -> set[str]:
    """The one name whose entries, counted from 0, fill a matrix."""
    cells = [reference(x, glossary) for row in (node.rows if isinstance(node, Matrix) else ()) for x in row]
    found = {"" if ref is None or not _has_row_and_column(ref) else ref.base for ref in cells}
    zero = len(cells) > 1 and cells[0] is not None and "0" in _numbers(cells[0])
    return found if len(found) == 1 and zero else set()


def _numbers(ref: Ref) -> str:
    """The digits of a name's subscripts; none where one is no number."""
    digits = [n.text for n in ref.subs if isinstance(n, Number)]
    return "".join(digits) if len(digits) == len(ref.subs) else ""


def _capitals(base: str) -> Iterator[str]:
    """`A` and `bold A` for `a`, `hat(R)` and `hat(bold R)` for `hat(r)`."""
    head, open_, rest = base.rpartition("(")
    letter = rest.rstrip(")")
    if letter[:1].islower():
        capital = letter[:1].upper() + letter[1:] + rest[len(letter) :]
        yield from (f"{head}{open_}{capital}", f"{head}{open_}bold {capital}")


def _bold_inside(base: str) -> str:
    """`hat(y)` in bold: `hat(bold y)`."""
    head, open_, rest = base.rpartition("(")
    return f"{head}(bold {rest}" if open_ else ""


def maximal(node: Node, glossary: Glossary) -> Iterator[Ref]:
    """The names of a formula with all that hangs on each, and the names in their scripts that are no index letters."""
    stack = [node]
    while stack:
        top = stack.pop()
        ref = reference(top, glossary) if isinstance(top, (Name, Accent, Script)) else None
        if ref is None:
            stack += children(top)
            continue
        yield ref
        scripts = (*ref.subs, *ref.labels, *(p.node for p in ref.postfix if p.node is not None))
        stack += [s for s in scripts if letter_of(s) is None]
