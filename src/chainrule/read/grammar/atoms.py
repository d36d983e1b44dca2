"""What each kind of token does to the parser: names, numbers, fractions, accents, scripts, fences, signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.read.grammar.expr import BOUNDARIES, Parser, is_range
from chainrule.read.grammar.fold import Item, Op, called, extent, fold
from chainrule.read.grammar.tables import environment, substack
from chainrule.read.symbols import GREEK, LIMITS, SIGNS_AS_ACCENTS
from chainrule.read.tokens import Token
from chainrule.read.tree import (
    Accent,
    Big,
    Brace,
    Comma,
    Dots,
    Factor,
    Fenced,
    Fraction,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Root,
    Script,
    Span,
    Sum,
    Term,
    Text,
    Unread,
)

_SERIES = {"Sigma": "sum", "Pi": "prod"}


def _span(token: Token) -> Span:
    return Span(token.start, token.end)


def _to(parser: Parser, start: int, *nodes: Node | None) -> Span:
    """From an offset to the token before the cursor."""
    span = Span(start, max(start, parser.tokens[parser.pos - 1].end))
    for node in nodes:
        span = span.join(node.span) if node else span
    return span


# -- names and numbers ----------------------------------------------------------------------------------------------


def _factorial(parser: Parser, token: Token) -> bool:
    """`x!`: the sign behind an operand."""
    before = parser.items[-1] if parser.operand_ended() else None
    if not isinstance(before, Node) or isinstance(before, (Unread, Text, Dots)) or parser.peek_text() == "!":
        return False
    parser.items[-1] = called(_to(parser, before.span.start, before), "factorial", before)
    return True


def _binomial(parser: Parser, token: Token) -> None:
    top = parser.argument()
    bottom = parser.argument()
    both = Comma(top.span.join(bottom.span), (top, bottom))
    parser.add(called(_to(parser, token.start, top, bottom), "binom", both))


def _name(parser: Parser, token: Token) -> None:
    if token.text == "!" and _factorial(parser, token):
        return
    name = Name(_span(token), token.text, parser.style)
    parser.add(_with_digits(parser, token, name) if token.kind == "letter" or token.text in GREEK else name)


def _with_digits(parser: Parser, token: Token, name: Name) -> Node:
    """`w5`, as people write it without TeX: a letter with digits glued to it is a letter with an index."""
    digits = parser.peek()
    if parser.in_script or digits is None or digits.kind != "number" or not digits.text.isdigit():
        return name
    if digits.start != token.end or digits.space:
        return name
    parser.pos += 1
    return Script(Span(token.start, digits.end), name, Number(_span(digits), digits.text))


def _word(parser: Parser, token: Token) -> None:
    style = parser.style if "rm" in parser.style else (*parser.style, "rm")
    parser.add(Name(_span(token), token.text, style))


def _number(parser: Parser, token: Token) -> None:
    if token.text in ("0", "1") and parser.style and _stands_alone(parser):
        parser.add(Name(_span(token), token.text, parser.style))
    else:
        parser.add(Number(_span(token), token.text))


def _stands_alone(parser: Parser) -> bool:
    r"""Whether a styled digit is all there is to the style: `\mathbb{1}`, `{\bf 0}`."""
    before = [t.kind for t in parser.tokens[max(0, parser.pos - 3) : parser.pos - 1]]
    if before[-1:] == ["style"]:
        return True
    if before == ["style", "{"] and parser.peek_kind() == "_":  # `\mathbf{1_n}`
        return True
    return (before == ["style", "{"] or before[-1:] == ["switch"]) and parser.peek_kind() in ("}", "")


def _text(parser: Parser, token: Token) -> None:
    word = token.text.strip(" ,.").lower()
    if word in ("and", "or"):
        parser.add(Op("comma" if word == "and" else "or", word, _span(token)))
    else:
        parser.add(Text(_span(token), token.text))


def _dots(parser: Parser, token: Token) -> None:
    parser.add(Dots(_span(token)))


def _unread(parser: Parser, token: Token) -> None:
    code, _, reason = token.text.partition("|")
    parser.add(Unread(_span(token), code, reason))


def _unknown_sign(parser: Parser, token: Token) -> None:
    parser.add(Unread(_span(token), "unknown-sign", f"the sign '{token.text}' has no known meaning in mathematics"))


# -- commands with arguments ------------------------------------------------------------------------------------------


def _fraction(parser: Parser, token: Token) -> None:
    top = parser.argument()
    bottom = parser.argument()
    parser.add(Fraction(_to(parser, token.start, top, bottom), top, bottom))


def _root(parser: Parser, token: Token) -> None:
    degree = None
    following = parser.peek()
    if following is not None and following.kind == "open" and following.text == "[":
        parser.pos += 1
        degree = parser.parse(frozenset(["close"]))
        parser.pos += parser.peek_kind() == "close"
    body = parser.argument()
    parser.add(Root(_to(parser, token.start, body), body, degree))


def _accent(parser: Parser, token: Token) -> None:
    body = parser.argument()
    parser.add(Accent(_to(parser, token.start, body), token.text, body))


def _style(parser: Parser, token: Token) -> None:
    outer = parser.style
    around = tuple(x for x in outer if x != "bold") if token.text in _ALPHABETS and _among_others(parser) else outer
    parser.style = outer if _holds_relation(parser) else _within(around, token.text)
    if parser.peek_kind() == "{":
        parser.open("brace", token.start)
        parser.stack[-1].style = outer
        parser.stack[-1].typeface = True
        parser.pos += 1
    else:
        node = parser.argument()
        parser.style = outer
        parser.add(replace(node, span=_to(parser, token.start, node)))


_ALPHABETS = frozenset({"cal", "frak"})
"""Alphabets of their own, which TeX does not set in bold: `\\mathbf{\\frac{\\partial \\mathcal{L}}{\\partial X}}`."""


def _among_others(parser: Parser) -> bool:
    """Whether a letter of its own alphabet is not all that the bold around it is of."""
    before = [t.kind for t in parser.tokens[max(0, parser.pos - 3) : parser.pos - 1]]
    return before != ["style", "{"]


def _holds_relation(parser: Parser) -> bool:
    r"""Whether the group that comes next is a whole formula: `\mathbf{a = b}` is in bold, its names are not."""
    depth = 0
    for token in parser.tokens[parser.pos :]:
        depth += (token.kind == "{") - (token.kind == "}")
        if depth == 1 and token.kind == "rel":
            return True
        if depth <= 0:
            break
    return False


def _switch(parser: Parser, token: Token) -> None:
    if parser.peek_kind() == "{":
        _style(parser, token) if token.text else None
    elif token.text:
        parser.style = _within(parser.style, token.text)


def _within(around: tuple[str, ...], style: str) -> tuple[str, ...]:
    r"""A typeface within others; one within itself, `\boldsymbol{\mathbf{x}}`, is that one."""
    return around if style in around else (*around, style)


def _brace(parser: Parser, token: Token) -> None:
    body = parser.argument()
    note = None
    if parser.peek_kind() == token.text:
        parser.pos += 1
        note = parser.argument()
    parser.add(Brace(_to(parser, token.start, body, note), body, note))


def _stack(parser: Parser, token: Token) -> None:
    note = parser.argument()
    body = parser.argument()
    span = _to(parser, token.start, note, body)
    if isinstance(body, Name) and body.text in LIMITS and token.text == "_":
        parser.add(Big(span, LIMITS[body.text], note))
    elif isinstance(body, Big) and token.text == "_":
        parser.add(Big(span, body.op, note, body.sup))
    elif token.text == "^" and (kind := _accent_of(note)) is not None and _is_letter(body):
        parser.add(Accent(span, kind, body))
    else:
        parser.add(Brace(span, body, note))


def _accent_of(note: Node) -> str | None:
    r"""The accent that a sign set over a letter stands for: `\overset{\sim}{C}` is `\tilde{C}`."""
    match note:
        case Accent(kind=kind, body=Missing()):
            return kind
        case Name(text=text):
            return SIGNS_AS_ACCENTS.get(text)
    return None


def _is_letter(node: Node) -> bool:
    core = node.base if isinstance(node, Script) else node
    return isinstance(core, Name) and core.text.isalpha()


# -- scripts ----------------------------------------------------------------------------------------------------------


def _script(parser: Parser, token: Token) -> None:
    parser.in_script += 1
    primes = _leading_primes(parser) if token.kind == "^" else 0
    script = None if primes < 0 else _signed(parser) or parser.argument()
    if token.kind == "_" and script is not None:
        script = _with_more_digits(parser, script)
    parser.in_script -= 1
    base = _base(parser, token)
    if primes:
        base = _attach(base, _to(parser, base.span.start), primes=abs(primes))
    if script is not None and not (primes and isinstance(script, Missing)):
        span = _to(parser, base.span.start, base, script)
        base = _attach(base, span, sub=script) if token.kind == "_" else _attach(base, span, sup=script)
    parser.add(base)


def _with_more_digits(parser: Parser, sub: Node) -> Node:
    """`E_y1` and `w_12` as people type them: TeX would lower one character only, but a number follows no name."""
    digits = parser.peek()
    alone = isinstance(sub, (Name, Number)) and parser.tokens[parser.pos - 1].kind in ("letter", "number")
    if not alone or digits is None or digits.kind != "number" or not digits.text.isdigit() or digits.space:
        return sub
    if digits.start != sub.span.end or digits.end == digits.start:
        return sub
    parser.pos += 1
    span = Span(sub.span.start, digits.end)
    if isinstance(sub, Number):
        return Number(span, sub.text + digits.text)
    return Product(span, (Factor("", sub), Factor("", Number(_span(digits), digits.text))))


RAISED = frozenset({"number", "letter", "{", "frac", "sqrt", "name", "accent", "left"})
"""What may follow a sign that is raised without braces."""


def _signed(parser: Parser) -> Node | None:
    r"""`x^-1`, `e^-{x^2}`, `e^-\frac{x}{2}` as people type them: TeX would raise the sign only."""
    sign, following = parser.peek(), parser.peek(1)
    if sign is None or following is None or sign.kind != "sum" or following.kind not in RAISED:
        return None
    if following.space:
        return None
    parser.pos += 1
    operand = parser.argument()
    return Sum(_to(parser, sign.start, operand), (Term(sign.text, operand),))


def _leading_primes(parser: Parser) -> int:
    r"""How many primes a superscript begins with (`^{\prime\prime T}`); they are taken. Negative: it was `^\prime`."""
    if parser.peek_kind() == "prime":
        count = len(parser.tokens[parser.pos].text)
        parser.pos += 1
        return -count
    count = 0
    while parser.peek_kind() == "{" and parser.peek_kind(1 + count) == "prime":
        count += 1
    if count:
        parser.pos += count
        brace = parser.tokens[parser.pos - count]
        parser.tokens[parser.pos] = brace
    return count


def _prime(parser: Parser, token: Token) -> None:
    count = 1
    while parser.peek_kind() == "prime":
        parser.pos += 1
        count += 1
    base = _base(parser, token)
    parser.add(_attach(base, _to(parser, base.span.start, base), primes=count))


def _base(parser: Parser, token: Token) -> Node:
    """The operand a script belongs to: the last one of the group, or nothing."""
    if parser.items and not isinstance(parser.items[-1], Op):
        base = parser.items.pop()
        assert isinstance(base, Node)
        return base
    return Missing(Span(token.start, token.start))


def _attach(base: Node, span: Span, sub: Node | None = None, sup: Node | None = None, primes: int = 0) -> Node:
    """The base with one more script; a place that is taken makes a script of a script."""
    if isinstance(base, Big) and not primes and not (sub and base.sub) and not (sup and base.sup):
        return Big(span, base.op, sub or base.sub, sup or base.sup)
    if isinstance(base, Script):
        free = not (sub and base.sub) and not (sup and base.sup) and not (primes and base.sup)
        if free:
            return _limits(Script(span, base.base, sub or base.sub, sup or base.sup, primes + base.primes))
    return _limits(Script(span, base, sub, sup, primes))


def _limits(script: Script) -> Node:
    r"""`\max_j` and `\Pi_{j=1}^n` are big operators, `\max` and `\Pi_0` are names."""
    name = script.base
    if not isinstance(name, Name) or script.primes or script.sub is None:
        return script
    if name.text in LIMITS:
        return Big(script.span, LIMITS[name.text], script.sub, script.sup)
    if name.text in _SERIES and not name.style and is_range(script.sub):
        return Big(script.span, _SERIES[name.text], script.sub, script.sup)
    return script


# -- fences -----------------------------------------------------------------------------------------------------------


def _open(parser: Parser, token: Token) -> None:
    parser.open(token.text, token.start)


def _open_brace(parser: Parser, token: Token) -> None:
    parser.open("brace", token.start)


def _left(parser: Parser, token: Token) -> None:
    parser.open(token.text, token.start, explicit=True)


def _close(parser: Parser, token: Token) -> None:
    parser.close_fence(token.text, token)


def _bar(parser: Parser, token: Token) -> None:
    """A bar opens, closes, separates (`p(y | x)`) or evaluates (`f(x)|_{x=0}`)."""
    top = parser.stack[-1]
    ended = parser.operand_ended() or (top.opening == "(" and _is_sign_alone(top.items))
    left = parser.bars.get(parser.pos - 1, 1)
    if top.opening == token.text and not top.explicit and (ended or (left == 1 and _is_complete(top.items))):
        parser.close_fence(token.text, token)
    elif token.text == "‖" and top.opening == "|" and ended and token.end - token.start == 2:
        _two_bars(parser, token)
    elif ended and parser.peek_kind() == "_":
        _evaluation(parser, token)
    elif not ended or left % 2 == 0:
        parser.open(token.text, token.start)
    else:
        parser.add(Op("infix", token.text, _span(token)))


def _is_complete(items: list[Item]) -> bool:
    r"""Whether what stands inside a bar may end: `\|\cdot\|` holds a sign alone, `|a - |` goes on."""
    return bool(items) and (len(items) == 1 or not isinstance(items[-1], Op))


def _is_sign_alone(items: list[Item]) -> bool:
    r"""Whether a sign stands for an argument: `\pi(\cdot | s)`."""
    return len(items) == 1 and isinstance(items[0], Op) and items[0].kind == "prod"


def _two_bars(parser: Parser, token: Token) -> None:
    """`|a||b|` and `|a + |b||`: two single bars that stand together, the first of which closes."""
    first = token._replace(text="|", end=token.start + 1)
    second = token._replace(text="|", start=token.start + 1)
    parser.close_fence("|", first)
    if parser.stack[-1].opening == "|":
        parser.close_fence("|", second)
    else:
        parser.open("|", second.start)


def _evaluation(parser: Parser, token: Token) -> None:
    """`f(x)|_{x=0}`: the bar closes the term before it."""
    items, term = parser.items, list[Item]()
    while items and not (isinstance(items[-1], Op) and items[-1].kind != "prod"):
        term.insert(0, items.pop())
    body = fold(term, token.start)
    parser.add(Fenced(extent(term, token.start).join(_span(token)), "", body, "|"))


# -- signs ------------------------------------------------------------------------------------------------------------


def _operator(parser: Parser, token: Token) -> None:
    parser.add(Op(token.kind, token.text, _span(token)))


def _implies(parser: Parser, token: Token) -> None:
    parser.add(Op("rel", token.text, _span(token)))


def _dot(parser: Parser, token: Token) -> None:
    r"""A dot between factors; `.*` and `.\times` are the elementwise product of code."""
    if parser.operand_ended() and parser.peek_text() in ("*", "times"):
        parser.pos += 1
        parser.add(Op("prod", "odot", _span(token)))
    elif parser.operand_ended() and parser.peek_kind() not in (
        "",
        "quad",
        "comma",
        "rel",
        "close",
        "right",
        *BOUNDARIES,
    ):
        parser.add(Op("prod", ".", _span(token)))


def _big(parser: Parser, token: Token) -> None:
    parser.add(Big(_span(token), token.text))


def _skip(parser: Parser, token: Token) -> None:
    """A quad inside an expression is a space."""


HANDLERS: dict[str, Callable[[Parser, Token], None]] = {
    "letter": _name,
    "name": _name,
    "word": _word,
    "number": _number,
    "text": _text,
    "dots": _dots,
    "unread": _unread,
    "unknown-sign": _unknown_sign,
    "frac": _fraction,
    "binom": _binomial,
    "sqrt": _root,
    "accent": _accent,
    "style": _style,
    "switch": _switch,
    "brace": _brace,
    "stack": _stack,
    "^": _script,
    "_": _script,
    "prime": _prime,
    "open": _open,
    "{": _open_brace,
    "left": _left,
    "close": _close,
    "right": _close,
    "bar": _bar,
    "rel": _operator,
    "sum": _operator,
    "prod": _operator,
    "comma": _operator,
    "infix": _operator,
    "over": _operator,
    "implies": _implies,
    "dot": _dot,
    "big": _big,
    "quad": _skip,
    "begin": environment,
    "substack": substack,
}
