"""Relations that say nothing of a quantity but restrict the indices of others: `i = j`, `k \\neq y_i`.

In a formula one stands beside the equation it belongs to (`\\frac{\\partial p_i}{\\partial z_j} = -p_i p_j, \\quad i
\\neq j`) or before it; in a sentence, after a word like "for" or "case", before or after what it restricts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from chainrule.read.grammar.connectives import CONNECTIVES
from chainrule.read.grammar.formula import Row
from chainrule.read.symbols import CONDITIONS
from chainrule.read.tree import Fenced, Infix, Link, Missing, Name, Node, Number, Product, Relation, Script, Span, Text
from chainrule.sheet.syntax.names import letter_of, node_key, shifted_letter, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

COMPARING = frozenset({"=", "≠", "<", ">", "≤", "≥"})
CASE_CUE = re.compile(r"\b(case|assum\w+|suppose|if|for|when|whenever|where)\b[^.;:]*$", re.IGNORECASE)
NAMING_CUE = re.compile(r"\b(let|denote\w*|define\w*|set|put|write|where|with)\b[^.;:]*$", re.IGNORECASE)
SETTING_CUE = re.compile(r"\b(let|denote\w*|define\w*|set|put|write)\b[^.;:]*$", re.IGNORECASE)
IFS = "|".join(re.escape(word) for word, tag in CONNECTIVES.items() if tag == "if")
IF_CUE = re.compile(rf"(?<![^\W\d_])(?:{IFS})\s*$", re.IGNORECASE)
BESIDE_CUE = re.compile(rf"⟧\s*,?\s*\(?({IFS}|iff|for)\s*$")
ONLY_CUE = re.compile(rf"⟧\s*,?\s*(?:(?:if and )?only\s+)?({IFS}|iff|for)\s*$", re.IGNORECASE)
"""Behind a value, which holds in a case: "$1$ only when"."""
AFTER_CUE = re.compile(rf"\s*,?\s*\(?({IFS}|iff|for)\s*")
BREAK = "\\\\"
CASE_WORD = re.compile(r"\b(?:case|cas|caso|fall)\b", re.IGNORECASE)
COLON = re.compile(r"[\s}$]*:")
TOLD = re.compile(r"\b(?:case|if|for|when|whenever)[:\s]\s*([a-z])\s*(==?|≠|!=)\s*([a-z])(?![\w'^])", re.IGNORECASE)
_BOTH = r"\b(?:and|or|versus|vs|und|oder|et|ou)\b"
BOTH = re.compile(rf"[^.;:]*?{_BOTH}[^.;:]*?\b([a-z])\s*(==?|≠|!=)\s*([a-z])(?![\w'^])", re.IGNORECASE)
BOTH_CUE = re.compile(rf"⟦\d+⟧(?:[^.;:⟦⟧]*{_BOTH}[^.;:⟦⟧]*|\s*[和与或及]\s*)$", re.IGNORECASE)
OTHERWISE = re.compile(
    r"\s*,?\s*\(?(?P<word>(?:(?:and|but)\s+)?(?:otherwise|else|sinon|sonst|(?:in|for) (?:all|the) other cases?)\b"
    r"|否则|否則|其他情况|其他情況)(?P<alone>[\s.,;)]*$)?",
    re.IGNORECASE,
)
VALUE_CUE = re.compile(
    r"\b(inputs?|targets?|outputs?|weights?|bias(?:es)?|values?|rate|step size|points?|example|sample)\s*$",
    re.IGNORECASE,
)
LISTED_CUE = re.compile(r"⟧\s*(?:,|and|, and)\s*$")
GENERAL = re.compile(
    r"\b(combin\w+|(?:both|all|each|either) (?:of the )?cases|in general|overall|summari\w+|altogether|together)\b",
    re.IGNORECASE,
)


def restriction(node: Node) -> Relation | None:
    """A relation of an index to an index, a label or a number, possibly in parentheses; None for anything else."""
    if isinstance(node, Fenced) and node.open == "(":
        node = node.body
    if not isinstance(node, Relation) or len(node.links) != 1 or node.links[0].op not in COMPARING:
        return None
    last = node.links[0].node
    if isinstance(last, Infix) and last.op == ":" and isinstance(last.right, Missing):
        node = replace(node, links=(replace(node.links[0], node=last.left),))
    sides = (node.first, node.links[0].node)
    return node if all(_index_like(side) for side in sides) and any(map(letter_of, sides)) else None


def with_restrictions_apart(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    r"""The rows of a formula with what restricts the indices of a side behind it, `= 0 \; (i \ne j)`, as a row behind
    the one it belongs to."""
    return tuple(part for row in rows for part in _with_restriction_apart(row))


def _with_restriction_apart(row: Row) -> tuple[Row, ...]:
    if not isinstance(row.node, Relation):
        return (row,)
    *before, last = row.node.links
    factors = last.node.factors if isinstance(last.node, Product) else ()
    behind = factors[-1].node if len(factors) > 1 and not factors[-1].op else None
    if not isinstance(last.node, Product) or not isinstance(behind, Fenced) or not _compares_indices(behind):
        return (row,)
    rest = factors[0].node if len(factors) == 2 else replace(last.node, factors=factors[:-1])
    apart = replace(row.node, links=(*before, replace(last, node=rest)))
    return replace(row, node=apart), Row(behind.span, behind, "if")


def _compares_indices(node: Node) -> bool:
    """Whether a relation says that two indices are the same or not."""
    relation = restriction(node)
    letters = [] if relation is None else [letter_of(x) for x in (relation.first, relation.links[0].node)]
    equal = relation is not None and relation.links[0].op in ("=", "≠")
    return equal and all(x is not None and x in INDEX_LETTERS for x in letters)


def condition_of_sign(node: Node, cue: str) -> Relation | None:
    """ "If $w^T x + b > 0$": what follows holds where an expression has that sign."""
    if not isinstance(node, Relation) or len(node.links) != 1 or node.links[0].op not in COMPARING - {"=", "≠"}:
        return None
    zero = any(isinstance(x, Number) and x.text == "0" for x in (node.first, node.links[0].node))
    return node if zero and IF_CUE.search(cue) else None


def _index_like(node: Node) -> bool:
    """A letter, a label `y_i`, a number: something an index can be compared to."""
    match node:
        case Name(text=text):
            return len(text) == 1
        case Number(text=text):
            return text.isdigit()
        case Script(base=Name(text=text), sub=Node(), sup=None):
            return len(text) == 1
    return False


def gives_value(relation: Relation, cue: str, listed: bool) -> bool:
    """Whether a letter compared to a number is a quantity that gets its value for an example, "for input $x = 2$",
    and no index or case: 0 and 1 are cases unless the words name a quantity or it is `listed` beside other values."""
    letter, number = letter_of(relation.first), relation.links[0].node
    if relation.links[0].op != "=" or letter is None or not isinstance(number, Number):
        return False
    named = VALUE_CUE.search(cue) is not None or (listed and LISTED_CUE.search(cue) is not None)
    return named or (letter not in INDEX_LETTERS and number.text not in ("0", "1") and letter not in "kKnNmM")


def of_a_step(name: Node, lhs: Node, rhs: Node) -> bool:
    """Whether a name is that of one step of what an equation gives from step to step: "where $x_0 = 1$" behind
    `x_{t+1} = x_t / 2` says where the steps start."""
    one = isinstance(name, Script) and any(isinstance(s, Number) for s in (name.sub, name.sup))
    if not (one and isinstance(name, Script) and isinstance(lhs, Script) and node_key(lhs.base) == node_key(name.base)):
        return False
    steps = {x for s in (lhs.sub, lhs.sup) if s is not None and (x := shifted_letter(s)) is not None}
    uses = (n for n in walk(rhs) if isinstance(n, Script) and node_key(n.base) == node_key(name.base))
    return any(s is not None and shifted_letter(s) in steps for n in uses for s in (n.sub, n.sup))


def told_restriction(text: str, span: Span, letters: frozenset[str] = INDEX_LETTERS) -> Relation | None:
    """ "If i = j" in plain words, of `letters`; "when w = o and w != o" tells of two cases and restricts nothing."""
    found = TOLD.search(text)
    if found is None or found[1] == found[3] or not {found[1], found[3]} <= letters:
        return None
    other = BOTH.match(text, found.end())
    if other is not None and {other[1], other[3]} == {found[1], found[3]}:
        return None
    op = "=" if found[2].startswith("=") else "≠"
    return Relation(span, Name(span, found[1]), (Link(op, span, Name(span, found[3])),))


def of_indices(relation: Relation, known: frozenset[str] = INDEX_LETTERS) -> bool:
    """Whether both sides are letters that are customary or `known` for indices, or one of them is and the other a
    label."""
    sides = (relation.first, relation.links[0].node)
    letters = [x for x in map(letter_of, sides) if x is not None]
    labels = [s for s in sides if isinstance(s, Script)]
    return len(letters) + len(labels) == 2 and set(letters) <= known


def index_letters(nodes: Iterable[Node]) -> frozenset[str]:
    """The letters that are customary for indices, and those that stand alone in subscripts of a document."""
    subs = (n.sub for node in nodes for n in walk(node) if isinstance(n, Script))
    own = {s.text for s in subs if isinstance(s, Name) and len(s.text) == 1 and s.text.islower() and not s.style}
    return INDEX_LETTERS | own


def negated(relation: Relation) -> Relation | None:
    """What holds otherwise: $i \\ne j$ for $i = j$; None where that is no relation of two things."""
    link = relation.links[0]
    op = {"=": "≠", "≠": "="}.get(link.op)
    return None if op is None else replace(relation, links=(replace(link, op=op),))


def opposed(one: Relation, other: Relation) -> bool:
    """Whether two conditions compare the same two things and exclude each other: `w = o` and `o ≠ w`."""
    pairs = [frozenset(node_key(side) for side in (r.first, r.links[0].node)) for r in (one, other)]
    return pairs[0] == pairs[1] and {one.links[0].op, other.links[0].op} == {"=", "≠"}


def indices(node: Node) -> set[str]:
    """The letters that stand in the subscripts and superscripts of a formula."""
    scripts = [s for n in walk(node) if isinstance(n, Script) for s in (n.sub, n.sup) if s is not None]
    return {n.text for s in scripts for n in walk(s) if isinstance(n, Name)}


def restricted(rows: Sequence[Row], text: str) -> list[tuple[Row, Relation | None, bool]]:
    """The rows of a formula with the relation that restricts each, and whether the row is such a relation itself.

    One restricts the equation before it, or those after it when there is none or where it heads them on a line of its
    own; `text` is the source.
    """
    rows = [part for row in rows for part in _led(row)]
    own = [_own_restriction(rows, n) for n in range(len(rows))]
    heads = _heads(rows, own, text)
    found: list[tuple[Row, Relation | None, bool]] = []
    before: Relation | None = None
    for n, row in enumerate(rows):
        if own[n] is not None:
            if n in heads or not any(isinstance(r.node, Relation) and own[m] is None for m, r in enumerate(rows[:n])):
                before = own[n]
            found.append((row, None, True))
            continue
        after = own[n + 1] if n + 1 < len(rows) and n + 1 not in heads else None
        found.append((row, after or before, False))
    return found


def _heads(rows: Sequence[Row], own: Sequence[Relation | None], text: str) -> set[int]:
    """The relations that head what follows, "case i = j" or "if i = j:", each on a line of its own."""
    real = [n for n, r in enumerate(rows) if not isinstance(r.node, Text)]
    between = [text[rows[a].span.end : rows[b].span.start] for a, b in pairwise(real)]
    given = {n for n, r in enumerate(own) if r is not None}
    heads = {
        n
        for n, above, below in zip(real[1:], between, between[1:], strict=False)
        if n in given
        and BREAK in above
        and BREAK in below
        and (CASE_WORD.search(above) or COLON.match(below) or _ends_in_colon(rows[n].node))
    }
    return heads if given <= heads | set(real[:1]) else set()


def _ends_in_colon(node: Node) -> bool:
    """Whether a relation has its colon within: `w = o:`."""
    last = node.links[-1].node if isinstance(node, Relation) else node
    return isinstance(last, Infix) and last.op == ":" and isinstance(last.right, Missing)


def _led(row: Row) -> list[Row]:
    """`i \\neq j: a = b` as the two relations that it is."""
    node = row.node
    if isinstance(node, Relation) and len(node.links) >= 2 and isinstance(node.links[0].node, Infix):
        colon = node.links[0].node
        if colon.op == ":" and not isinstance(colon.right, Missing):
            head = Relation(
                node.first.span.join(colon.left.span), node.first, (replace(node.links[0], node=colon.left),)
            )
            tail = Relation(colon.right.span.join(node.span), colon.right, node.links[1:])
            if restriction(head) is not None:
                return [Row(head.span, head, "if"), Row(tail.span, tail, row.tag)]
    return [row]


def _own_restriction(rows: Sequence[Row], n: int) -> Relation | None:
    """The relation a row is, if it restricts others: led to by a word, or about an index that another row uses."""
    found = restriction(rows[n].node)
    if found is None:
        return None
    if rows[n].tag in CONDITIONS:
        return found
    others = [r.node for m, r in enumerate(rows) if m != n and not isinstance(r.node, Text)]
    letters = {x for side in (found.first, found.links[0].node) if (x := letter_of(side)) is not None}
    return found if any(letters & indices(other) for other in others) else None
