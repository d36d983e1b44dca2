r"""Names of several words: `\text{Total Loss} = (y - p)^2`, `w - \text{learning rate} \times \text{gradient}`.

Words beside a formula are a remark as a rule. Where nothing but signs stands around them, of a relation, a sum or a
product, what they say is what is equal, added or multiplied, and so a name.
"""

from __future__ import annotations

import re

from chainrule.read.grammar.connectives import CONNECTIVES, OTHERWISE
from chainrule.read.grammar.remarks import LEADING
from chainrule.read.symbols import TEXT_WORDS
from chainrule.read.tokens import Token

_PHRASE = re.compile(r"[A-Za-z][A-Za-z-]*(?: [A-Za-z][A-Za-z-]*){1,3}")
# Words that make a clause of what they stand in; "of" and "to" join words of a name.
_CLAUSE = (TEXT_WORDS | CONNECTIVES.keys() | OTHERWISE | LEADING) - {"of", "to", "st", "on", "at"}
_CLAUSE |= {"this", "that", "it", "its", "our", "get", "gives", "yields", "have", "take", "rule", "rules"}
_SIGNS = frozenset({"rel", "sum", "prod"})
_BEFORE = _SIGNS | {"open", "left", "comma"}
_BEHIND = _SIGNS | {"close", "right", "comma", "dot"}
_EDGES = frozenset({"row", "quad", "begin", "end", ""})
_OPERATORS = frozenset({"partial", "Delta", "nabla"})


def with_phrases(tokens: list[Token]) -> list[Token]:
    """The tokens with words that are a name as one word; those of a formula of words alone stay words."""
    return [_name(t) if t.kind == "text" and _is_a_name(tokens, i) else t for i, t in enumerate(tokens)]


def _name(token: Token) -> Token:
    return token._replace(kind="word", text=re.sub(r"[\s-]", "", token.text))


def _is_a_name(tokens: list[Token], i: int) -> bool:
    words = tokens[i].text.strip()
    if not _PHRASE.fullmatch(words) or _CLAUSE & {w.lower() for w in words.split()}:
        return False
    marks = [t for t in tokens[:i] if t.kind != "&"], [t for t in tokens[i + 1 :] if t.kind != "&"]
    before, behind = (marks[0] or [Token("", "", 0, 0)])[-1], (marks[1] or [Token("", "", 0, 0)])[0]
    if before.kind == "{" and behind.kind == "}":
        return _part_of_a_fraction(marks[0])
    last = behind.kind in _BEHIND or behind.kind == "}" or behind.kind in _EDGES
    if before.kind in _EDGES:
        return behind.kind in _SIGNS
    if before.kind == "name" and before.text in _OPERATORS:
        return last
    first = before.kind in _BEFORE or before.kind == "{"
    return first and last and (before.kind in _SIGNS or behind.kind in _SIGNS)


def _part_of_a_fraction(before: list[Token]) -> bool:
    """Whether a brace that just opened is the numerator or the denominator of a fraction."""
    at, depth = len(before) - 2, 0
    if at >= 0 and before[at].kind == "}":
        while at >= 0:
            depth += (before[at].kind == "}") - (before[at].kind == "{")
            at -= 1
            if depth == 0:
                break
    return at >= 0 and before[at].kind == "frac"
