r"""Exercises without numbers: sections under mere titles that each say what is given, ask something and stand alone.
So are cases: sections that each begin with a law of their own, `p = \mathcal{N}(\mu_1, \sigma_1^2)`.

They are exercises of their own where a name has one meaning in one of them and another in the next. A section that
needs what another one defines goes on with it, and then all share their names, as the sections of a text do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from chainrule.read.document import Heading
from chainrule.read.tree import Comma, Fenced, Node, Product
from chainrule.sheet.letters.writings import maximal
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.names import node_key, reference
from chainrule.sheet.syntax.normal_laws import density, normal_density, normal_parameters

GIVES = re.compile(r"\b(?:let|consider|suppose|given|assume|define|for|with)\b", re.IGNORECASE)
ASKS = re.compile(
    r"(?:^|[.!?:;]\s+|⟧ )(?:(?:now|then|also|hence),? )?(?:Find|Compute|Calculate|Derive|Determine|Differentiate|"
    r"Evaluate|Show|Prove|Minimi[sz]e|Maximi[sz]e|What (?:is|are)|Where is|For (?:which|what)|Which|Perform|"
    r"Write down)\b"
)


@dataclass
class _Section:
    """A titled part: what it says, what it defines, and the names it uses."""

    title: str
    equations: list[Equation] = field(default_factory=list)
    words: str = ""
    defined: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    laws: dict[str, str] = field(default_factory=dict)
    """The names that it gives normal laws, as they are written."""


def with_own_sections(sheet: Sheet, headings: list[tuple[Heading, int]]) -> None:
    """Give sections that stand alone the numbers of exercises: their titles; with each heading comes the count of the
    section that it begins."""
    titled = _outermost(headings)
    if len(set(titled.values())) < 2 or any(e.scope.number for e in sheet.equations):
        return
    parts = _sections(sheet, titled)
    full = [p for p in parts.values() if p.equations]
    if len(full) < 2:
        return
    number = dict(_titles(sheet, titled))
    if any(_clash([p.laws for p in full])):
        number = dict(_by_laws(number, parts))
    elif not all(_stands_alone(p, full) for p in full) or not any(_clash([p.defined for p in full])):
        return

    def moved(scope: Scope, own: bool = True) -> Scope:
        return replace(scope, number=number.get(scope.section, "")) if own else scope

    sheet.equations = [replace(e, scope=moved(e.scope, e.own)) for e in sheet.equations]
    sheet.unread = [replace(e, scope=moved(e.scope, e.own)) for e in sheet.unread]
    sheet.sentences = [replace(s, scope=moved(s.scope, s.own)) for s in sheet.sentences]
    sheet.expressions = [(moved(scope), at, node) for scope, at, node in sheet.expressions]


def _outermost(headings: list[tuple[Heading, int]]) -> dict[int, str]:
    """The titles of the outermost level that has several, "" for those above them."""
    plain = [(h, count) for h, count in headings if not h.part]
    levels = Counter(h.level for h, _ in plain)
    level = min((x for x, times in levels.items() if times > 1), default=0)
    titles = Counter(h.title for h, _ in plain)
    return {
        count: "" if h.level < level else h.title if titles[h.title] == 1 else f"{h.title} ({count})"
        for h, count in plain
        if h.level <= level
    }


def _titles(sheet: Sheet, titled: dict[int, str]) -> Iterator[tuple[int, str]]:
    """The title that every count of sections and items stands under."""
    scopes = [*(e.scope for e in sheet.equations), *(s.scope for s in sheet.sentences)]
    last = max((s.section for s in scopes), default=0)
    title = ""
    for count in range(last + 1):
        title = titled.get(count, title)
        yield count, title


def _sections(sheet: Sheet, titled: dict[int, str]) -> dict[str, _Section]:
    under = dict(_titles(sheet, titled))
    parts = {title: _Section(title) for title in titled.values() if title}
    for e in sheet.equations:
        title = under.get(e.scope.section, "")
        if not e.own or title not in parts:
            continue
        part = parts[title]
        part.equations.append(e)
        part.used |= {ref.base for side in (e.lhs, e.rhs) for ref in maximal(side, sheet.glossary)}
        for base in _said(sheet, e):
            part.defined.setdefault(base, e.text(e.rhs))
        if (normal_parameters(e.rhs) or normal_density(e.rhs)) and (named := density(e.lhs)) is not None:
            part.laws.setdefault(str(node_key(named.name)), e.text(e.rhs))
    for s in sheet.sentences:
        if s.own and under.get(s.scope.section, "") in parts:
            parts[under[s.scope.section]].words += f" {s.text}"
    return parts


def _said(sheet: Sheet, e: Equation) -> Iterator[str]:
    """The names that an equation defines or declares."""
    if e.link or e.op not in (*DEFINING, "∈"):
        return
    for node in e.lhs.items if isinstance(e.lhs, Comma) else (e.lhs,):
        for part in _parts(node):
            ref = reference(part, sheet.glossary)
            if ref is not None:
                yield ref.base


def _parts(node: Node) -> tuple[Node, ...]:
    """f and its parameters of `f(x, y)`, else the node."""
    fence = node.factors[1].node if isinstance(node, Product) and len(node.factors) == 2 else None
    if not isinstance(node, Product) or not isinstance(fence, Fenced) or fence.body is None:
        return (node,)
    return (node.factors[0].node, *(fence.body.items if isinstance(fence.body, Comma) else (fence.body,)))


def _stands_alone(part: _Section, full: list[_Section]) -> bool:
    foreign = {b for other in full if other is not part for b in other.defined} - part.defined.keys()
    asks = ASKS.search(part.words) is not None and GIVES.search(part.words) is not None
    return asks and not part.used & foreign


def _clash(full: list[dict[str, str]]) -> Iterator[bool]:
    """Whether a name of one section has another meaning in another."""
    for n, one in enumerate(full):
        for other in full[:n]:
            yield any(other.get(b, text) != text for b, text in one.items())


def _by_laws(number: dict[int, str], parts: dict[str, _Section]) -> Iterator[tuple[int, str]]:
    """The title of the last section with a law up to each count; "" before the first one."""
    last = ""
    for count, title in number.items():
        last = title if title in parts and parts[title].laws else last
        yield count, last
