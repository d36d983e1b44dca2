r"""From control words to signs: the pass between macro expansion and parsing.

It drops what only concerns the look of a page (spacing, sizes, labels, colours), opens what is transparent
(`\boxed{..}`), turns words (`\text`, `\operatorname`, `\mathrm`) into names or texts, joins `\left` with its
delimiter and `\not` with its relation, and gives every other control word its kind from the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.grammar.lost_signs import TRANSPOSES, is_bare, is_kronecker, is_said
from chainrule.read.symbols import (
    CHARACTERS,
    CLOSER,
    COMMANDS,
    ENVIRONMENT_ARGUMENTS,
    FUNCTIONS,
    GREEK,
    LIMITS,
    NEGATED,
    TEXT_WORDS,
)
from chainrule.read.tokens import Token

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_OPENERS = {**{o: o for o in CLOSER}, "<": "⟨", ".": ""}
_CLOSERS = {**{c: c for c in CLOSER.values()}, ">": "⟩", ".": ""}
_FORMULA_KINDS = frozenset(
    ["letter", "number", "rel", "sum", "prod", "comma", "_", "^", "open", "close", "prime", "dots"]
)


def layout(tokens: list[Token]) -> list[Token]:
    """The signs of a formula, ready for the grammar."""
    return _Layout(tokens).run()


class _Layout:
    """One pass over a stack of tokens still to be read; a handler may put tokens back onto it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.rest = tokens[::-1]
        self.out: list[Token] = []
        self.pairs = _size_pairs(tokens)
        self.last = tokens[-1] if tokens else Token("", "", 0, 0)

    def run(self) -> list[Token]:
        rest, out = self.rest, self.out
        while rest:
            token = rest.pop()
            if token.kind == "command":
                kind, value = self.pairs.get(token.text) or COMMANDS.get(token.text, ("unknown", token.text))
                token = Token(kind, value, token.start, token.end, token.space)
            handler = _HANDLERS.get(token.kind)
            if handler is not None:
                handler(self, token)
            elif token.kind not in _SILENT:
                out.append(token)
        return out

    def next_kind(self) -> str:
        """The kind of the token that comes next, its control word looked up."""
        if not self.rest:
            return ""
        token = self.rest[-1]
        return COMMANDS.get(token.text, ("unknown", ""))[0] if token.kind == "command" else token.kind

    def group(self) -> list[Token]:
        """Take the braced group (without braces) or the single token that comes next."""
        if not self.rest or self.rest[-1].kind == "}":
            return []
        token = self.last = self.rest.pop()
        return self._until(token, "{", "}") if token.kind == "{" else [token]

    def optional(self) -> None:
        """Drop a bracketed argument if one comes next."""
        if self.rest and self.rest[-1].kind == "open" and self.rest[-1].text == "[":
            self._until(self.rest.pop(), "[", "]")

    def _until(self, first: Token, opening: str, closing: str) -> list[Token]:
        depth, inside, self.last = 1, list[Token](), first
        while self.rest:
            self.last = self.rest.pop()
            sign = self.last.text if opening == "[" else self.last.kind
            depth += (sign == opening) - (sign == closing)
            if depth == 0:
                break
            inside.append(self.last)
        return inside


def _size_pairs(tokens: list[Token]) -> dict[str, tuple[str, str]]:
    r"""Lost abbreviations of `\left` and `\right`: unknown `\lxx` before opening, `\rxx` before closing delimiters."""
    after: dict[str, set[str]] = {}
    for token, following in pairwise(tokens):
        if token.kind == "command" and token.text[0] in "lr" and token.text not in COMMANDS:
            kind = COMMANDS.get(following.text, ("", ""))[0] if following.kind == "command" else following.kind
            after.setdefault(token.text, set()).add(kind)
    pairs: dict[str, tuple[str, str]] = {}
    for name, kinds in after.items():
        partner = "r" + name[1:]
        if name[0] == "l" and kinds <= {"open", "bar"} and after.get(partner, {""}) <= {"close", "bar", "dot"}:
            pairs |= {name: ("left", ""), partner: ("right", "")}
    return pairs


_SILENT = frozenset(["space", "$", "#"])


def _drop(state: _Layout, token: Token) -> None:
    """A command for the eye: gone with as many arguments as its value says (a "+" allows a bracketed one)."""
    if token.text.endswith("+"):
        state.optional()
    for _ in range(int(token.text[0])):
        state.group()


def _textual(state: _Layout, token: Token) -> None:
    r"""`\text{..}`: an identifier, words, or mathematics between `$` signs and single letters."""
    inside = state.group()
    put: list[Token] = []
    parts = _split_dollars(inside)
    formula = all(_is_formula(words) for words, _ in parts) and not _is_letter(parts)
    if not formula:
        parts = [_spoken_of(words, mathematics) for words, mathematics in parts]
    for words, mathematics in parts:
        put.extend(words if formula or _is_comparison(words) else _words(words, token, prose=len(parts) > 1))
        put.extend(mathematics)
    state.rest.extend(reversed(_covering(put, token.start, state.last.end)))


def _covering(tokens: list[Token], start: int, end: int) -> list[Token]:
    """Tokens that stand for a whole command: the first and the last reach to its edges."""
    if tokens and start <= tokens[0].start and tokens[-1].end <= end:
        tokens[0] = tokens[0]._replace(start=start)
        tokens[-1] = tokens[-1]._replace(end=end)
    return tokens


def _is_letter(parts: list[tuple[list[Token], list[Token]]]) -> bool:
    """Whether a text is one letter only: an upright name."""
    return len(parts) == 1 and not parts[0][1] and [t.kind for t in _plain(parts[0][0])] == ["letter"]


_LONE_SIGNS = (["prod"], ["rel"], ["implies"])


def _spoken_of(words: list[Token], mathematics: list[Token]) -> tuple[list[Token], list[Token]]:
    r"""Words with what stands behind them, which is no formula where it is a lone sign: "where $\odot$ is ..."."""
    kinds = [COMMANDS.get(t.text, ("",))[0] for t in _plain(mathematics)]
    return ([*words, *mathematics], []) if kinds in _LONE_SIGNS else (words, mathematics)


def _split_dollars(tokens: list[Token]) -> list[tuple[list[Token], list[Token]]]:
    """Alternating words and formulas of a text."""
    parts: list[tuple[list[Token], list[Token]]] = [([], [])]
    inside = False
    for token in tokens:
        if token.kind == "$":
            inside = not inside
            if inside is False:
                parts.append(([], []))
        else:
            parts[-1][inside].append(token)
    return parts


def _plain(words: list[Token]) -> list[Token]:
    return [t for t in words if t.kind not in ("space", "{", "}")]


def _is_formula(words: list[Token]) -> bool:
    """Single letters and signs only (`p = m`), no letter directly after another, and calls: `softmax(x)`."""
    plain = _plain(words)
    glued = any(a.kind == b.kind == "letter" and not b.space for a, b in pairwise(plain))
    if len(plain) > 3 and plain[-1].text == ")":
        signs = [t for n, t in enumerate(plain) if not _is_call(plain, n)]
        return not glued and all(t.kind in _FORMULA_KINDS for t in signs)
    return not glued and all(t.kind in _FORMULA_KINDS for t in plain)


def _is_call(plain: list[Token], n: int) -> bool:
    """Whether the word of a function stands at a place, right before its argument."""
    return (
        plain[n].kind == "word" and plain[n].text in FUNCTIONS and plain[n + 1 :][:1] != [] and plain[n + 1].text == "("
    )


def _is_comparison(words: list[Token]) -> bool:
    r"""What goes on with a formula inside words: the `> 0` of `\text{if $x$ > 0}`."""
    plain = _plain(words)
    return bool(plain) and plain[0].kind == "rel" and all(t.kind in ("rel", "number", "sum") for t in plain)


def _words(tokens: list[Token], at: Token, prose: bool = False) -> list[Token]:
    """What a run of text stands for: an identifier, unless mathematics beside it in the same text makes it `prose`, a
    punctuation mark, a `text` token, or nothing."""
    text = _spelling(tokens)
    bare = text.strip()
    if not bare:
        return []
    start, end = tokens[0].start, tokens[-1].end
    if bare in (",", ".", ";"):
        return [Token(*CHARACTERS[bare], start, end)]
    word = bare.rstrip(".")
    if _IDENTIFIER.fullmatch(word) and word.lower() not in TEXT_WORDS and not (prose and len(word) > 1):
        return _identifier(word, at.text, start, end)
    return [Token("text", bare, start, end)]


def _identifier(word: str, style: str, start: int, end: int) -> list[Token]:
    """A name of one or more letters, inside a style if the command has one."""
    kind = "letter" if style and len(word) == 1 else "word"
    name = Token(kind, word, start, end)
    if not style:
        return [name]
    return [Token("style", style, start, end), Token("{", "{", start, end), name, Token("}", "}", start, end)]


def _spelling(tokens: list[Token]) -> str:
    """The characters of a text; spaces as written, styles and braces left out."""
    pieces: list[str] = []
    for token in tokens:
        pieces.append(" " if token.space else "")
        if token.kind == "command":
            kind = COMMANDS.get(token.text, ("unknown", ""))[0]
            pieces.append(" " if kind in ("quad", "drop") else "" if kind in _STYLING else token.text)
        elif token.kind == "space":
            pieces.append(" ")
        elif token.kind not in ("{", "}"):
            pieces.append(token.text)
    return "".join(pieces)


_STYLING = frozenset(["style", "switch", "textual", "ident"])


def _ident(state: _Layout, token: Token) -> None:
    r"""`\mathrm{..}` and its like: one name if the group spells one, else the group as it stands."""
    if state.next_kind() != "{":
        single = state.group()
        put = (
            _identifier(single[0].text, token.text, *single[0][2:4])
            if single and single[0].kind == "letter"
            else single
        )
        state.rest.extend(reversed(_covering(put, token.start, state.last.end)))
        return
    brace = state.rest[-1]
    inside = state.group()
    word = re.sub(r"\s", "", _spelling(inside))
    plain = all(
        t.kind != "command" or t.text in FUNCTIONS or COMMANDS.get(t.text, ("",))[0] in _NEUTRAL for t in inside
    )
    if plain and _IDENTIFIER.fullmatch(word):
        put = _identifier(word, token.text, inside[0].start, inside[-1].end)
        state.rest.extend(reversed(_covering(put, token.start, state.last.end)))
        return
    if token.text:
        state.out.append(Token("style", token.text, token.start, token.end))
    state.rest.extend(reversed([brace, *inside, state.last]))


_UPRIGHT = {"rm": "", "": "", "sans": "sans", "tt": "tt"}
_NEUTRAL = frozenset(["switch", "textual", "ident", "drop"])


def _switch(state: _Layout, token: Token) -> None:
    r"""`{\rm out}` and `\rm{out}`: the letters after an upright switch are one word."""
    if state.next_kind() == "{" and token.text in _UPRIGHT:
        _ident(state, token._replace(text=_UPRIGHT[token.text]))
        return
    state.out.append(token)
    letters: list[Token] = []
    while token.text in _UPRIGHT and state.next_kind() == "letter" and not (letters and state.rest[-1].space):
        letters.append(state.rest.pop())
    if len(letters) > 1:
        word = "".join(t.text for t in letters)
        state.out.append(Token("word", word, letters[0].start, letters[-1].end, letters[0].space))
    else:
        state.out.extend(letters)


def _environment(state: _Layout, token: Token) -> None:
    r"""`\begin{name}` and `\end{name}` with the name as value; column specifications are dropped."""
    name = _spelling(state.group()).strip().removesuffix("*")
    if token.kind == "begin":
        state.optional()
        for _ in range(ENVIRONMENT_ARGUMENTS.get(name, 0)):
            state.group()
    state.out.append(Token(token.kind, name, token.start, max(token.end, state.last.end)))


def _tex_table(state: _Layout, token: Token) -> None:
    r"""Plain TeX's `\pmatrix{a & b \cr c & d}` as an environment."""
    inside = state.group()
    end = inside[-1].end if inside else token.end
    state.out.append(Token("begin", token.text, token.start, token.end))
    state.rest.append(Token("end", token.text, end, end))
    state.rest.extend(reversed(inside))


def _left(state: _Layout, token: Token) -> None:
    r"""`\left(`: the delimiter becomes the value; "" for `\left.`."""
    sign = state.rest.pop() if state.rest else Token("dot", ".", token.end, token.end)
    if sign.kind == "command":
        sign = sign._replace(text=COMMANDS.get(sign.text, ("", "."))[1])
    if token.kind == "middle":
        state.out.append(Token("infix", sign.text or "|", token.start, sign.end, token.space))
        return
    table = _OPENERS if token.kind == "left" else _CLOSERS
    text = table.get(sign.text, (_OPENERS | _CLOSERS).get(sign.text, ""))
    state.out.append(Token(token.kind, text, token.start, sign.end, token.space))


def _not(state: _Layout, token: Token) -> None:
    following = state.rest.pop() if state.rest else token
    value = COMMANDS.get(following.text, ("", following.text))[1] if following.kind == "command" else following.text
    state.out.append(Token("rel", NEGATED.get(value, "¬" + value), token.start, following.end))


def _stack(state: _Layout, token: Token) -> None:
    r"""`\overset{!}{=}` is the relation itself; on anything else the grammar reads note and body."""
    note = _braced(state)
    body = _braced(state)
    sign = [t for t in body if t.kind not in ("{", "}")]
    kinds = {COMMANDS.get(t.text, ("", ""))[0] if t.kind == "command" else t.kind for t in sign}
    if kinds in ({"rel"}, {"implies"}):
        state.rest.extend(reversed([t.moved(token.start, body[-1].end) for t in sign]))
        return
    state.out.append(token)
    state.rest.extend(reversed([*note, *body]))


def _braced(state: _Layout) -> list[Token]:
    """The next argument with its braces."""
    if state.next_kind() != "{":
        return state.group()
    brace = state.rest[-1]
    inside = state.group()
    return [brace, *inside, state.last]


def _arrow(state: _Layout, token: Token) -> None:
    state.optional()
    state.group()
    state.out.append(Token("implies" if token.text == "⇒" else "rel", token.text, token.start, token.end))


def _function(state: _Layout, token: Token) -> None:
    r"""`\arg\max` is one word."""
    if token.text == "arg" and (following := _after_spaces(state)) is not None and following.text in ("max", "min"):
        token = token._replace(text="arg" + following.text, end=following.end)
        while state.rest.pop() is not following:
            pass
    if token.text in TRANSPOSES and is_bare(state.out):
        state.out.append(Token("^", "^", token.start, token.start))
    state.out.append(token)
    if token.text == "delta" and is_kronecker(state.rest):
        state.out.append(Token("_", "_", state.rest[-1].start, state.rest[-1].start))


def _after_spaces(state: _Layout) -> Token | None:
    for token in reversed(state.rest):
        if token.kind != "space":
            return token
    return None


def _unknown(state: _Layout, token: Token) -> None:
    """A control word nobody defines: a name, or unread together with its arguments when it has some."""
    if token.text in LIMITS:
        state.out.append(token._replace(kind="name"))
        return
    groups: list[list[Token]] = []
    while state.next_kind() == "{":
        groups.append(_braced(state))
    arguments = [group for group in groups if len(group) > 2]
    if not arguments:
        state.out.append(token._replace(kind="word"))
        return
    if len(arguments) == 1 and _is_name(arguments[0]):  # a typeface or an accent of some kind: a name of its own
        state.out.append(token._replace(kind="accent"))
        state.rest.extend(reversed(arguments[0]))
        return
    end = groups[-1][-1].end
    said = arguments[0][1:-1]
    if len(groups) == 1 and is_said(state.out, state.rest, said, _spelling(said)):  # `&& \\why{chain rule}`
        state.out.append(Token("text", _spelling(said).strip(), token.start, end, token.space))
        return
    reason = (
        f"unknown-macro|\\{token.text} is not a known command and the document does not define it; "
        f"define it with \\newcommand or write what it stands for"
    )
    state.out.append(Token("unread", reason, token.start, end, token.space))


def _is_name(group: list[Token]) -> bool:
    r"""Whether a group holds one letter and nothing else: `{x}`, `{\mu}`."""
    inside = group[1:-1]
    return len(inside) == 1 and (
        inside[0].kind == "letter" or (inside[0].kind == "command" and inside[0].text in GREEK)
    )


def _unsupported(state: _Layout, token: Token) -> None:
    end = token.end
    for _ in range(int(token.text)):
        state.group()
        end = max(end, state.last.end)
    reason = "unsupported-notation|stacked fractions are not read; write the fraction out"
    state.out.append(Token("unread", reason, token.start, end, token.space))


def _atop(state: _Layout, token: Token) -> None:
    r"""`\sum_{i < j \atop i \ne k}` says below a sum what `\substack` says; elsewhere it is a stacked fraction."""
    depth = 0
    for n in range(len(state.out) - 1, 0, -1):
        depth += (state.out[n].kind == "}") - (state.out[n].kind == "{")
        if depth < 0:
            break
    if depth < 0 and state.out[n - 1].kind == "_":
        start = state.out[n].start
        state.out.insert(n, Token("substack", "", start, start))
        state.out.append(Token("row", "", token.start, token.end))
    else:
        _unsupported(state, token)


_HANDLERS = {
    "atop": _atop,
    "drop": _drop,
    "textual": _textual,
    "ident": _ident,
    "begin": _environment,
    "end": _environment,
    "tex-table": _tex_table,
    "left": _left,
    "right": _left,
    "middle": _left,
    "not": _not,
    "switch": _switch,
    "stack": _stack,
    "arrow": _arrow,
    "name": _function,
    "word": _function,
    "unknown": _unknown,
    "unsupported": _unsupported,
}


# -- lines of their own, without a sign between them ------------------------------------------------------------------

_IN_ROWS = frozenset(["row", "&", "begin"])
_OPENING, _CLOSING = frozenset(["{", "open", "left"]), frozenset(["}", "close", "right"])
# With which an equation neither begins nor ends.
_BETWEEN = frozenset(["rel", "sum", "prod", "^", "_", "big", "implies", "comma"])
_EQUAL = frozenset(["=", ":="])


def with_lines_as_rows(text: str, tokens: list[Token]) -> list[Token]:
    """The tokens of a display with its lines as rows, where each is an equation by itself, closed, and none goes on
    with the one before it. TeX runs such lines together; their author means two equations."""
    if any(t.kind in _IN_ROWS for t in tokens):
        return tokens
    lines = list(_lines(text, tokens))
    if len(lines) < 2 or not all(map(_is_equation, lines)):
        return tokens
    ends = (line[-1].end for line in lines)
    rows = [[*line, Token("row", "\\\\", end, end)] for line, end in zip(lines, ends, strict=True)]
    return [t for row in rows for t in row][:-1]


def _lines(text: str, tokens: list[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for token in tokens:
        if line and "\n" in text[line[-1].end : token.start]:
            yield line
            line = []
        line.append(token)
    if line:
        yield line


def _is_equation(line: list[Token]) -> bool:
    """Whether a line has one sign of equality at least that stands between two sides, and is closed."""
    depth, equal = 0, False
    for token in line:
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        equal |= depth == 0 and token.kind == "rel" and token.text in _EQUAL
        if depth < 0:
            return False
    return equal and depth == 0 and line[0].kind not in _BETWEEN and line[-1].kind not in _BETWEEN - {"comma"}
