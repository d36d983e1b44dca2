r"""Environments inside a formula: matrices, cases, `\substack`, aligned lines."""

from __future__ import annotations

from chainrule.read.grammar.connectives import IF_IN_CASES, OTHERWISE
from chainrule.read.grammar.expr import Parser
from chainrule.read.symbols import CASE_ENVIRONMENTS, CONDITION_WORDS, MATRIX_ENVIRONMENTS, ROW_ENVIRONMENTS
from chainrule.read.tokens import Token
from chainrule.read.tree import Case, Cases, Comma, Dots, Matrix, Missing, Node, Relation, Span, Text, Unread

_ARRAYS = ROW_ENVIRONMENTS | {"array", "matrix"}
_CELL = frozenset(["&", "row", "end"])
_VALUE = frozenset(["&", "row", "end", "text", "quad"])
_LINE = frozenset(["row", "end"])
_ATOMS = frozenset(["letter", "name", "number", "accent", "style"])
_CONTINUES = frozenset(["rel", "sum", "prod"])


def environment(parser: Parser, token: Token) -> None:
    r"""`\begin{name}`: read the rows up to its `\end`."""
    name = token.text
    if name in CASE_ENVIRONMENTS or _is_left_brace(parser, token):
        parser.add(_cases(parser, token))
    elif name in MATRIX_ENVIRONMENTS:
        parser.add(_matrix(parser, token))
    elif name in ROW_ENVIRONMENTS or name == "subarray":
        parser.add(_lines(parser, token))
    else:
        end = _skip(parser)
        reason = f"the environment '{name}' is not mathematics this tool can read"
        parser.add(Unread(Span(token.start, end), "unknown-environment", reason))


def substack(parser: Parser, token: Token) -> None:
    r"""`\substack{a \\ b}` is the list a, b."""
    if parser.peek_kind() != "{":
        parser.add(parser.argument())
        return
    parser.pos += 1
    items: list[Node] = []
    while True:
        node = parser.parse(frozenset(["row", "}"]))
        items.extend(node.items if isinstance(node, Comma) else [] if isinstance(node, Missing) else [node])
        if parser.peek_kind() != "row":
            break
        parser.pos += 1
    parser.pos += parser.peek_kind() == "}"
    parser.add(_list(items, Span(token.start, parser.tokens[parser.pos - 1].end)))


def _list(items: list[Node], span: Span) -> Node:
    if len(items) == 1:
        return items[0]
    return Comma(span, tuple(items)) if items else Missing(span)


def _is_left_brace(parser: Parser, token: Token) -> bool:
    r"""An array in `\left\{ .. \right.` is a cases."""
    frame = parser.stack[-1]
    if frame.opening != "{" or not frame.explicit or frame.items or token.text not in _ARRAYS:
        return False
    depth = 1
    for place in range(parser.pos, len(parser.tokens)):
        kind = parser.tokens[place].kind
        depth += (kind == "begin") - (kind == "end")
        if depth == 0:
            after = parser.tokens[place + 1 : place + 2]
            return bool(after) and after[0].kind == "right" and after[0].text == ""
    return False


def _skip(parser: Parser) -> int:
    """Go behind the end of an environment; the offset there."""
    depth = 1
    while depth and (token := parser.peek()) is not None:
        depth += (token.kind == "begin") - (token.kind == "end")
        parser.pos += 1
    return parser.tokens[parser.pos - 1].end


def _finish(parser: Parser, token: Token, node: Node) -> Node:
    r"""Take the `\end`; without one the environment is unread."""
    if parser.peek_kind() == "end":
        parser.pos += 1
        return node
    return Unread(node.span, "unbalanced", f"\\begin{{{token.text}}} has no \\end{{{token.text}}}")


def _span(parser: Parser, token: Token) -> Span:
    end = parser.peek()
    return Span(token.start, max(token.end, end.end if end else parser.tokens[-1].end))


# -- matrices ---------------------------------------------------------------------------------------------------------


def _matrix(parser: Parser, token: Token) -> Node:
    rows: list[tuple[Node, ...]] = []
    while True:
        row = _cells(parser)
        if len(row) > 1 or not isinstance(row[0], Missing):
            rows.append(tuple(row))
        if parser.peek_kind() != "row":
            break
        parser.pos += 1
    return _finish(parser, token, Matrix(_span(parser, token), token.text, tuple(rows)))


def _cells(parser: Parser) -> list[Node]:
    cells = [_cell(parser)]
    while parser.peek_kind() == "&":
        parser.pos += 1
        cells.append(_cell(parser))
    return cells


def _cell(parser: Parser) -> Node:
    """One entry; a lone bar or dash draws a whole column or row, as dots do."""
    token = parser.peek()
    if token is not None and token.kind in ("bar", "sum") and parser.peek_kind(1) in _CELL:
        parser.pos += 1
        return Dots(Span(token.start, token.end))
    _without_dashes(parser)
    return parser.parse(_CELL)


def _without_dashes(parser: Parser) -> None:
    r"""Dashes on both sides of what stands in a cell draw it as a whole row, `- x_1^T -`, and are spaces."""
    depth, stop = 0, parser.pos
    while (token := parser.peek(stop - parser.pos)) is not None and (depth or token.kind not in _CELL):
        depth += (token.kind in ("begin", "{")) - (token.kind in ("end", "}"))
        stop += 1
    inside = [n for n in range(parser.pos, stop) if not _is_dash(parser.tokens[n])]
    if inside and parser.pos < inside[0] and inside[-1] < stop - 1:
        for n in (*range(parser.pos, inside[0]), *range(inside[-1] + 1, stop)):
            parser.tokens[n] = parser.tokens[n]._replace(kind="quad")


def _is_dash(token: Token) -> bool:
    return token.kind in ("sum", "text", "unknown-sign") and bool(token.text.strip()) and set(token.text) <= set("-–— ")


# -- cases ------------------------------------------------------------------------------------------------------------


def _cases(parser: Parser, token: Token) -> Node:
    rows: list[Case] = []
    while True:
        while parser.peek_kind() == "&":
            parser.pos += 1
        value = parser.parse(_VALUE)
        if parser.peek_kind() in ("&", "text", "quad"):
            rows.append(Case(value, _condition(parser)))
        elif not isinstance(value, Missing):
            rows.append(_split_case(value))
        if parser.peek_kind() != "row":
            break
        parser.pos += 1
    return _finish(parser, token, Cases(_span(parser, token), tuple(rows)))


def _split_case(value: Node) -> Case:
    """`0, x < 0` without an alignment mark: what is a relation is the condition."""
    if isinstance(value, Comma) and any(isinstance(item, Relation) for item in value.items[1:]):
        condition = _list(list(value.items[1:]), value.items[1].span.join(value.items[-1].span))
        return Case(value.items[0], condition)
    return Case(value, None)


def _condition(parser: Parser) -> Node | None:
    """The condition of a row without its "if"; None for "otherwise"."""
    _without_braces(parser)
    while (token := parser.peek()) is not None:
        word, length = _word(parser, token)
        if length and word in OTHERWISE:
            parser.pos += length
            parser.parse(_LINE)
            return None
        if token.kind in ("&", "quad", "comma"):
            parser.pos += 1
        elif length and word in CONDITION_WORDS:
            parser.pos += length
        elif token.kind == "word" and parser.peek_kind(1) in _ATOMS:
            parser.tokens[parser.pos] = token._replace(kind="text")  # a word of any language, and no factor
            if word not in IF_IN_CASES:
                break
            parser.pos += 1
        else:
            break
    condition = parser.parse(_LINE)
    if isinstance(condition, Missing):
        return None
    return Text(condition.span, condition.text.strip(" ,.")) if isinstance(condition, Text) else condition


def _without_braces(parser: Parser) -> None:
    r"""Braces around a whole cell, `& {\text{if } i = j} \\`, group nothing."""
    start = next((n for n in range(parser.pos, len(parser.tokens)) if parser.tokens[n].kind not in ("&", "quad")), None)
    if start is None or parser.tokens[start].kind != "{":
        return
    depth, stop = 0, start
    while stop < len(parser.tokens):
        kind = parser.tokens[stop].kind
        depth += (kind == "{") - (kind == "}")
        if depth == 0:
            break
        stop += 1
    behind = parser.tokens[stop + 1].kind if stop + 1 < len(parser.tokens) else "row"
    if stop < len(parser.tokens) and behind in _LINE:
        for n in (start, stop):
            parser.tokens[n] = parser.tokens[n]._replace(kind="quad")


def _word(parser: Parser, token: Token) -> tuple[str, int]:
    """The word at the beginning of a condition, and of how many tokens it is: plain letters may spell it too."""
    if token.kind != "letter":
        return token.text.strip(" ,.:").lower(), int(token.kind == "text")
    word, length = token.text, 1
    while (following := parser.peek(length)) is not None and following.kind == "letter" and not following.space:
        word, length = word + following.text, length + 1
    return ("if", 2) if word.startswith("if") else (word, length)


# -- lines ------------------------------------------------------------------------------------------------------------


def _lines(parser: Parser, token: Token) -> Node:
    """Aligned lines inside a formula: a line that starts with a sign goes on, relations are a list."""
    _join_lines(parser)
    items: list[Node] = []
    while True:
        node = parser.parse(_LINE)
        items.extend([] if isinstance(node, Missing) else [node])
        if parser.peek_kind() != "row":
            break
        parser.pos += 1
    return _finish(parser, token, _list(items, _span(parser, token)))


def _join_lines(parser: Parser) -> None:
    """Take away the line breaks before a sign, up to the end of this environment."""
    depth = 1
    for place in range(parser.pos, len(parser.tokens)):
        kind = parser.tokens[place].kind
        depth += (kind == "begin") - (kind == "end")
        if depth == 0:
            return
        if kind == "row" and depth == 1 and _sign_after(parser.tokens, place):
            parser.tokens[place] = parser.tokens[place]._replace(kind="quad")


def _sign_after(tokens: list[Token], place: int) -> bool:
    kinds = (t.kind for t in tokens[place + 1 :])
    return next((k for k in kinds if k not in ("&", "quad")), "") in _CONTINUES
