r"""One matrix in two typefaces: `\boldsymbol{x W_1 + b_1}` and later `W_1^T`, or bold in the exercise and light in its
answer.

A capital that stands in bold and plain with the same subscripts is one quantity and is read in bold throughout. It is
two where both stand in one formula, where the plain one is defined or declared before its use, and where it is a size,
a label or the sign of a transpose somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Big, Name, Node, Product, Script, Sum
from chainrule.sheet.records.statements import DEFINING_LEFT, Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.words.declared import real_space

PLAIN: tuple[str, ...] = ()
BOLD = ("bold",)


def with_one_typeface(sheet: Sheet) -> Sheet:
    """The sheet with such capitals in bold everywhere."""
    letters = _of_one(sheet) - _of_two(sheet)
    if not letters:
        return sheet

    def written(node: Node) -> Node:
        return rebuilt(node, lambda part: _in_bold(part, letters))

    return throughout(sheet, written, sentences=True)


def _of_one(sheet: Sheet) -> set[str]:
    """The capitals that stand in both typefaces with the same subscripts."""
    uses: dict[tuple[str, ...], set[tuple[str, object]]] = {PLAIN: set(), BOLD: set()}
    for node in _formulas(sheet):
        for name, sub in _capitals(node):
            uses[name.style].add((name.text, None if sub is None else _word(sub) or node_key(sub)))
    return {letter for letter, _ in uses[PLAIN] & uses[BOLD]}


def _word(sub: Node) -> str:
    """A word of more than two letters, also where it is set as a product: `J_{n e g}`."""
    match sub:
        case Name(text=text):
            return text if len(text) > 2 else ""
        case Product(factors=factors) if all(isinstance(f.node, Name) and not f.op for f in factors):
            text = "".join(getattr(f.node, "text", "") for f in factors)
            return text if len(text) > 2 else ""
        case Sum(terms=terms):
            words = [_word(t.node) for t in terms]
            return "".join(f"{t.sign}{w}" for t, w in zip(terms, words, strict=True)).lstrip("+") if all(words) else ""
    return ""


def _of_two(sheet: Sheet) -> set[str]:
    """The capitals that are something else in plain than in bold."""
    found = {letter for node in _formulas(sheet) for letter in _marks(node)}
    met: set[str] = set()
    for e in sheet.equations:
        here = {(name.text, name.style) for side in (e.lhs, e.rhs) for name, _ in _capitals(side)}
        plain = {letter for letter, style in here if style == PLAIN}
        found |= {letter for letter in plain if (letter, BOLD) in here}
        head = reference(e.lhs, sheet.glossary)
        if head is not None and not e.link and e.op in DEFINING_LEFT:
            found.add(head.base)
        found |= plain - met if real_space(e.rhs) is not None else set()
        met |= plain
    return found


def _formulas(sheet: Sheet) -> Iterator[Node]:
    yield from (side for e in sheet.equations for side in (e.lhs, e.rhs))
    yield from (node for _, _, node in sheet.expressions)


def _capitals(node: Node) -> Iterator[tuple[Name, Node | None]]:
    """Capitals in bold or plain, Greek ones among them, each with its subscript."""
    scripted = {id(n.base): n.sub for n in walk(node) if isinstance(n, Script)}
    for part in walk(node):
        if isinstance(part, Name) and _is_capital(part) and part.style in (PLAIN, BOLD):
            yield part, scripted.get(id(part))


def _is_capital(name: Name) -> bool:
    return name.text[:1].isupper() and (len(name.text) == 1 or name.text[1:].islower())


def _marks(node: Node) -> Iterator[str]:
    """The plain letters that stand above a name or at a big operator: transposes, labels and sizes."""
    for part in walk(node):
        if isinstance(part, (Script, Big)):
            marks = [part.sup] if isinstance(part, Script) else [part.sub, part.sup]
            yield from (n.text for m in marks if m is not None for n in walk(m) if isinstance(n, Name) and not n.style)


def _in_bold(node: Node, letters: set[str]) -> Node | None:
    return replace(node, style=BOLD) if isinstance(node, Name) and node.text in letters and not node.style else None
