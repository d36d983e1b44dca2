r"""Macro expansion over tokens.

What a macro's body brings carries the place of the whole call; what was written as an argument keeps its own place.
Expansion is bounded twice: a macro inside itself more than `MAX_NESTING` times is a loop, and a formula that grows
beyond `MAX_TOKENS` stops growing. Either leaves one token of kind "unread" where it happened.
"""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.read.common_macros import COMMON_MACROS
from chainrule.read.document import Macro
from chainrule.read.symbols import COMMANDS
from chainrule.read.tokens import Token, tokenize

MAX_NESTING = 50
MAX_TOKENS = 20_000
_LEAVE = "leave-macro"


def expand(tokens: list[Token], macros: Mapping[str, Macro]) -> list[Token]:
    """The tokens with every macro call replaced by what it stands for."""
    if not any(t.kind == "command" and (_own(t.text, macros) or t.text in COMMON_MACROS) for t in tokens):
        return tokens
    return _Expansion(tokens, macros).run()


def _own(name: str, macros: Mapping[str, Macro]) -> Macro | None:
    return macros.get(name) or macros.get("\\" + name)


def _common(name: str, following: Token | None) -> Macro | None:
    r"""What most preambles mean by a control word that neither the document nor TeX defines. What stands for a single
    letter takes no argument: in `\bs{x}` the word is a typeface of somebody's own."""
    macro = COMMON_MACROS.get(name) if name not in COMMANDS else None
    takes = following is not None and following.kind == "{"
    return None if macro is None or (takes and macro.arity == 0) else macro


class _Expansion:
    """One run over a stack of tokens still to be read; `nesting` counts the calls each macro is inside of."""

    def __init__(self, tokens: list[Token], macros: Mapping[str, Macro]) -> None:
        self.rest = tokens[::-1]
        self.out: list[Token] = []
        self.macros = macros
        self.nesting: dict[str, int] = {}
        self.read = 0

    def run(self) -> list[Token]:
        while self.rest:
            token = self.rest.pop()
            macro = self._meaning(token) if token.kind == "command" else None
            if token.kind == _LEAVE:
                self.nesting[token.text] -= 1
            elif macro is None:
                self.out.append(token)
            elif not self._call(token, macro):
                break
        return self.out

    def _meaning(self, token: Token) -> Macro | None:
        """The macro behind a control word: the document's own, or a common one."""
        return _own(token.text, self.macros) or _common(token.text, self.rest[-1] if self.rest else None)

    def _call(self, token: Token, macro: Macro) -> bool:
        """Put the body of a call in front of what is still to be read; False when the bounds say stop."""
        self.read += 1
        depth = self.nesting.get(macro.name, 0)
        self._drop_star(macro)
        if depth >= MAX_NESTING or self.read > MAX_TOKENS or len(self.out) + len(self.rest) > MAX_TOKENS:
            return self._stop(token)
        arguments = self._arguments(macro)
        end = max(self.last_end, token.end)
        self.nesting[macro.name] = depth + 1
        self.rest.append(Token(_LEAVE, macro.name, token.start, end))
        self.rest.extend(reversed(self._body(macro, arguments, token.start, end)))
        return True

    def _drop_star(self, macro: Macro) -> None:
        r"""`\norm*{x}` is the norm of x: a star between a macro and its braces only fits the size of delimiters."""
        if macro.arity and len(self.rest) > 1 and self.rest[-1].text == "*" and self.rest[-2].kind == "{":
            self.rest.pop()

    def _stop(self, token: Token) -> bool:
        reason = f"macro-loop|\\{token.text} expands to itself or without end; give it a body that does not use it"
        self.out.append(Token("unread", reason, token.start, token.end))
        return False

    def _body(self, macro: Macro, arguments: list[list[Token]], start: int, end: int) -> list[Token]:
        """The body at the place of the call, its parameters replaced; defaults (no place of their own) go there too."""
        body: list[Token] = []
        template = iter(tokenize(macro.body, 0, len(macro.body)))
        for token in template:
            if token.kind != "#":
                body.append(token.moved(start, end))
                continue
            number = next(template, token).text
            index = int(number[0]) if number[0].isdigit() else 0
            if 1 <= index <= len(arguments):
                body.extend(t if t.start >= 0 else t.moved(start, end) for t in arguments[index - 1])
            body.extend(t.moved(start, end) for t in tokenize(number[1:], 0, len(number) - 1))
        return body

    def _arguments(self, macro: Macro) -> list[list[Token]]:
        self.last_end = -1
        arguments: list[list[Token]] = []
        if macro.default is not None:
            arguments.append(self._optional(macro.default))
        while len(arguments) < macro.arity:
            arguments.append(self._argument())
        return arguments

    def _optional(self, default: str) -> list[Token]:
        self._leave_finished()
        if self.rest and self.rest[-1].text == "[":
            return self._until("[", "]")
        return [t.moved(-1, -1) for t in tokenize(default, 0, len(default))]

    def _argument(self) -> list[Token]:
        """A group without its braces, or a single token (one digit of a number)."""
        self._leave_finished()
        if not self.rest or self.rest[-1].kind == "}":
            return []
        if self.rest[-1].kind == "{":
            return self._until("{", "}")
        token = self.rest.pop()
        self.last_end = max(self.last_end, token.end)
        if token.kind != "number" or len(token.text) == 1:
            return [token]
        first, rest = split_number(token)
        self.rest.append(rest)
        return [first]

    def _leave_finished(self) -> None:
        """A call whose body ends here takes its arguments from behind: the macro around it is finished."""
        while self.rest and self.rest[-1].kind == _LEAVE:
            self.nesting[self.rest.pop().text] -= 1

    def _until(self, opening: str, closing: str) -> list[Token]:
        """The tokens up to the partner of the bracket that comes next, both brackets taken away."""
        self.rest.pop()
        depth, inside = 1, list[Token]()
        while self.rest:
            self._leave_finished()
            token = self.rest.pop() if self.rest else Token(closing, closing, 0, 0)
            sign = token.text if token.kind in ("open", "close") and opening == "[" else token.kind
            depth += (sign == opening) - (sign == closing)
            self.last_end = max(self.last_end, token.end)
            if depth == 0:
                break
            inside.append(token)
        return inside


def split_number(token: Token) -> tuple[Token, Token]:
    """The first digit of a number and the rest: TeX reads `x^23` as x squared, times three."""
    own = token.end - token.start == len(token.text)
    middle = token.start + 1 if own else token.end
    first = Token("number", token.text[0], token.start, middle, token.space)
    return first, Token("number", token.text[1:], middle if own else token.start, token.end)
