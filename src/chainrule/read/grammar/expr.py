"""The expression parser: one formula's signs to a tree.

A group is read from left to right into a flat list of operands and operators; scripts and primes attach to the last
operand at once, everything else waits for `fold`. Fences and plain braces live on an explicit stack of frames, so that
a missing partner costs one frame and nothing nests in Python; only braced arguments recurse, at most `MAX_DEPTH` deep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from chainrule.read.expand import split_number
from chainrule.read.grammar.fold import Item, Op, extent, fold
from chainrule.read.grammar.partners import closes_at_end, is_slash, of_bars, opens_at, takes_operand
from chainrule.read.symbols import CLOSER, GREEK
from chainrule.read.tokens import Token
from chainrule.read.tree import (
    Big,
    Cases,
    Comma,
    Fenced,
    Missing,
    Name,
    Node,
    Relation,
    Script,
    Span,
    Unread,
)

MAX_DEPTH = 60
BOUNDARIES = frozenset(["}", "&", "row", "end", "break"])
_SCRIPTED = frozenset(["^", "_", "prime"])
_RUNNING = frozenset(["=", "∈", "≠", "<", "≤"])


class TooDeep(Exception):
    """The formula nests deeper than `MAX_DEPTH`."""


@dataclass(slots=True)
class Frame:
    """An open fence, brace or group: what was read in it so far, and the style to go back to."""

    opening: str
    start: int
    style: tuple[str, ...]
    explicit: bool = False
    typeface: bool = False
    items: list[Item] = field(default_factory=list)


class Parser:
    """Reads a list of tokens; `handlers` says what each kind of token does (see `grammar_atoms`)."""

    def __init__(self, tokens: list[Token], handlers: Mapping[str, Callable[[Parser, Token], None]]) -> None:
        self.tokens = tokens
        self.handlers = handlers
        self.pos = 0
        self.depth = 0
        self.in_script = 0
        self.style: tuple[str, ...] = ()
        self.stack: list[Frame] = []
        self.bars = bar_counts(tokens)

    # -- the cursor -------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token | None:
        """The token that comes next, or None."""
        place = self.pos + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def peek_kind(self, ahead: int = 0) -> str:
        """The kind of the token that comes next, "" at the end."""
        token = self.peek(ahead)
        return token.kind if token else ""

    def peek_text(self) -> str:
        """The text of the token that comes next, "" at the end."""
        token = self.peek()
        return token.text if token else ""

    def here(self) -> int:
        """The offset in the text where the parser stands."""
        token = self.peek()
        return token.start if token else (self.tokens[-1].end if self.tokens else 0)

    # -- groups -----------------------------------------------------------------------------------------------------

    def parse(self, stop: frozenset[str] = frozenset(), row: bool = False) -> Node:
        """Read up to a token of a kind in `stop` (left unread) or the end, and fold."""
        self.enter()
        outer, style, at = self.stack, self.style, self.here()
        self.stack = [Frame("", at, style)]
        while (token := self.peek()) is not None:
            if token.kind in stop and len(self.stack) == 1:
                break
            if token.kind in BOUNDARIES:
                if self._boundary(token, stop):
                    break
            else:
                self.pos += 1
                self.handlers[token.kind](self, token)
        self.close_down_to(0)
        items = self.stack[0].items
        self.stack, self.style = outer, style
        self.depth -= 1
        return fold(items, at, row)

    def enter(self) -> None:
        """One level deeper."""
        self.depth += 1
        if self.depth + len(self.stack) > MAX_DEPTH:
            raise TooDeep

    def _boundary(self, token: Token, stop: frozenset[str]) -> bool:
        """Deal with a token that may end the group; True when it does."""
        brace = max((i for i, f in enumerate(self.stack) if f.opening == "brace"), default=0)
        if token.kind == "}" and brace:
            self.close_down_to(brace)
            self.pos += 1
            self._close_brace(token.end)
            return False
        if token.kind in stop and not (brace and token.kind in ("&", "row")):
            return True
        self.pos += 1
        if token.kind == "break":
            self.close_down_to(brace)
        elif token.kind in ("}", "end"):
            self.add(Unread(Span(token.start, token.end), "unbalanced", "this closes nothing that is open; remove it"))
        return False

    def argument(self) -> Node:
        """A braced argument, or what a single token stands for (a fence is read up to its partner)."""
        token = self.peek()
        if token is None or (token.kind in BOUNDARIES) or token.kind in ("right", "close"):
            return Missing(Span(self.here(), self.here()))
        if token.kind == "{":
            self.pos += 1
            node = self.parse(frozenset("}"))
            if self.peek_kind() != "}":
                return Unread(node.span, "unbalanced", "'{' is never closed; write the missing '}'")
            self.pos += 1
            return node
        return self._single(token)

    def _single(self, token: Token) -> Node:
        self.enter()
        outer, style = self.stack, self.style
        self.stack = [Frame("", token.start, style)]
        if token.kind == "number" and len(token.text) > 1:
            token, self.tokens[self.pos] = split_number(token)
        else:
            self.pos += 1
        if token.kind == "letter" or token.text in GREEK:  # `\frac n2`, `\frac\lambda2`: the digit is another argument
            self.add(Name(Span(token.start, token.end), token.text, self.style))
        else:
            self.handlers[token.kind](self, token)
        while len(self.stack) > 1 and (following := self.peek()) is not None:
            if following.kind == "}" and any(f.opening == "brace" for f in self.stack):
                self._boundary(following, frozenset())
            elif following.kind in BOUNDARIES:
                break
            else:
                self.pos += 1
                self.handlers[following.kind](self, following)
        self.close_down_to(0)
        items = self.stack[0].items
        self.stack, self.style = outer, style
        self.depth -= 1
        return fold(items, token.start)

    # -- operands and operators -------------------------------------------------------------------------------------

    @property
    def items(self) -> list[Item]:
        """What the innermost open group holds so far."""
        return self.stack[-1].items

    def add(self, item: Item) -> None:
        """Put an operand or operator into the innermost open group."""
        self.stack[-1].items.append(item)

    def operand_ended(self) -> bool:
        """Whether an operand stands right before, that is not a function or big operator waiting for its own."""
        items = self.items
        return bool(items) and not isinstance(items[-1], Op) and not takes_operand(items[-1])

    # -- frames -----------------------------------------------------------------------------------------------------

    def open(self, opening: str, start: int, explicit: bool = False) -> None:
        """Open a fence or a brace."""
        if self.depth + len(self.stack) >= MAX_DEPTH:
            raise TooDeep
        self.stack.append(Frame(opening, start, self.style, explicit))

    def _close_brace(self, end: int) -> None:
        r"""The end of a plain brace group. Its items join the group around it, as on the page, unless the braces say
        what a function, a big operator, a slash or a script applies to."""
        frame = self.stack.pop()
        self.style = frame.style
        if not frame.items:
            return
        around = self.items
        before = around[-1] if around else None
        typeface = frame.typeface and all(isinstance(i, Name) for i in frame.items)  # `\mathbf{c b}^T` is c b^T
        kept = (
            (self.peek_kind() in _SCRIPTED and not typeface)
            or is_slash(before)
            or (self.peek_kind() == "prod" and self.tokens[self.pos].text == "/")
            or (isinstance(before, Node) and takes_operand(before))
            or any(isinstance(i, Op) and i.kind == "over" for i in frame.items)
        )
        items: list[Item] = [fold(frame.items, frame.start)] if kept else frame.items
        around.extend(_covering(items, Span(frame.start, max(frame.start, end))))

    def close_fence(self, closing: str, token: Token) -> None:
        """A closing delimiter: close the nearest frame it fits; frames above stay open for ever, so they are unread."""
        place = self._partner(closing, token.kind == "right")
        if place is None and closing == ")" and token.kind == "close" and self._drop_stray(token):
            return
        if place is None:
            reason = f"'{closing or '.'}' closes nothing that is open; remove it or open the fence"
            self.add(Unread(Span(token.start, token.end), "unbalanced", reason))
            return
        self.close_down_to(place)
        frame = self.stack.pop()
        if frame.explicit:
            self.style = frame.style
        body = fold(frame.items, frame.start + 1)
        span = Span(frame.start, token.end).join(body.span)
        if isinstance(body, Cases) and (frame.opening, closing) == ("{", ""):
            self.add(replace(body, span=span))
        else:
            self.add(of_bars(self.tokens, Fenced(span, frame.opening, body, closing)))
            self._undo_big(body)

    def _drop_stray(self, token: Token) -> bool:
        """A parenthesis at the end of a side that nothing opens, where one place says what any other does."""
        start = opens_at(self.items) if self._side_ends() else None
        if start is None:
            return False
        inside = self.items[start:]
        span = extent(inside, token.start).join(Span(token.start, token.end))
        self.items[start:] = [Fenced(span, "(", fold(inside, span.start), ")", mended=True)]
        return True

    def _side_ends(self) -> bool:
        """Whether a side of a relation ends here, but for a full stop or a comma."""
        if self.peek_kind() == "break" and self.peek_kind(1) == "rel":
            return True
        ahead = 1 if self.peek_kind() in ("dot", "comma") else 0
        return self.peek_kind(ahead) in ("", "rel", "row", "end", "&", "}") and (ahead == 0 or not self.peek(1))

    def _partner(self, closing: str, explicit: bool) -> int | None:
        """The place of the frame that a closing delimiter closes."""
        for place in range(len(self.stack) - 1, 0, -1):
            frame = self.stack[place]
            if frame.opening == "brace":
                return None
            if explicit:
                if frame.explicit:
                    return place
            elif frame.explicit:
                return None
            elif CLOSER.get(frame.opening) == closing or (
                _is_interval(frame, closing) and place == len(self.stack) - 1
            ):
                return place
        return None

    def close_down_to(self, place: int) -> None:
        """Give up the frames above a place: each becomes one unread operand of the group around it."""
        while len(self.stack) - 1 > place:
            frame = self.stack.pop()
            sign = "{" if frame.opening == "brace" else frame.opening
            reason = f"'{sign}' is never closed; write the missing '{CLOSER.get(sign, sign)}'"
            lost, kept = _rescue(frame.items)
            span = Span(frame.start, frame.start + 1).join(extent(lost, frame.start))
            if (
                frame.opening == "("
                and not frame.explicit
                and len(self.stack) - 1 == place
                and closes_at_end(lost, self.items)
            ):
                self.add(Fenced(span, "(", fold(lost, frame.start + 1), ")", mended=True))
            else:
                self.add(Unread(span, "unbalanced", reason))
            self.items.extend(kept)
            self.style = frame.style

    def _undo_big(self, body: Node) -> None:
        r"""`\max_j(a, b)` is the function of a list, not a big operator."""
        if len(self.items) > 1 and isinstance(body, Comma):
            big = self.items[-2]
            if isinstance(big, Big) and big.op in ("max", "min", "sup", "inf") and (big.sub or big.sup):
                self.items[-2] = Script(big.span, Name(big.span, big.op), big.sub, big.sup)


def _is_interval(frame: Frame, closing: str) -> bool:
    """A half-open interval: `[0, 1)` and `(0, 1]` hold exactly two things."""
    commas = sum(isinstance(i, Op) and i.kind == "comma" for i in frame.items)
    return not frame.explicit and frame.opening + closing in ("[)", "(]") and commas == 1


def _covering(items: list[Item], span: Span) -> list[Item]:
    """Items that left their braces: the first and the last reach to where the braces stood."""
    items = items.copy()
    for place, edge in ((0, Span(span.start, span.start)), (-1, Span(span.end, span.end))):
        item = items[place]
        wider = item.span.join(edge)
        items[place] = item._replace(span=wider) if isinstance(item, Op) else replace(item, span=wider)
    return items


def _rescue(items: list[Item]) -> tuple[list[Item], list[Item]]:
    """What an unclosed fence holds up to the next relation sign, and the chain that goes on there."""
    for i, item in enumerate(items):
        if isinstance(item, Op) and item.kind == "rel" and i:
            return items[:i], items[i:]
    return items, []


_OPENING = frozenset(["{", "open", "left", "begin"])
_CLOSING = frozenset(["}", "close", "right", "end"])
_SEGMENTS = frozenset(["rel", "comma", "implies", "&", "row", "break", "text"])


def bar_counts(tokens: list[Token]) -> dict[int, int]:
    """For every bar, how many bars of its kind stand from it to the end of its segment of its group, itself included.

    An even number where nothing is open means that the bar opens a fence, an odd one that it is a separator.
    """
    counts: dict[int, int] = {}
    levels: list[dict[str, list[int]]] = [{}]
    for i, token in enumerate(tokens):
        if token.kind == "bar":
            levels[-1].setdefault(token.text, []).append(i)
        elif token.kind in _OPENING:
            levels.append({})
        elif token.kind in _CLOSING:
            _count(levels.pop() if len(levels) > 1 else levels[0], counts)
        elif token.kind in _SEGMENTS:
            _count(levels[-1], counts)
    for level in levels:
        _count(level, counts)
    return counts


def _count(level: dict[str, list[int]], counts: dict[int, int]) -> None:
    for places in level.values():
        counts.update((place, len(places) - k) for k, place in enumerate(places))
    level.clear()


def is_range(node: Node | None) -> bool:
    r"""Whether a subscript says over what a sign runs: `i = 1`, `i \in S`, `j \ne y_i`, `i = 1, j \ne i`."""
    first = node.items[0] if isinstance(node, Comma) else node
    return isinstance(first, Relation) and all(link.op in _RUNNING for link in first.links)
