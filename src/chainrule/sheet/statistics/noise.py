r"""Models with noise: `y = X\beta + \varepsilon` says how the data arise, and y is given all the same.

Such a line defines no y, else every derivative of `y - X\beta` would vanish; what it gives a meaning to is the noise,
`y - X\beta`. It is told by a lone term that is drawn from a distribution, that the text calls noise or an error, or
that bears the letter of one while the difference stands somewhere and no formula for another name has the left side by
itself. Where the document differentiates by the left side, or the left side, that is no data.
"""

from __future__ import annotations

import re

from chainrule.read.tree import Accent, Comma, Fenced, Matrix, Name, Node, Product, Script, Sum, Term
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.solution_marks import MARKED

# Letters of noise by custom, and those of them that are nothing else beside a word for it.
LETTERS = frozenset({"epsilon", "varepsilon", "e", "u", "xi", "eta"})
FIRM = frozenset({"epsilon", "varepsilon"})
WORDS = re.compile(
    r"\b(?:nois[ey]|error terms?|random errors?|residuals?|disturbances?|errors? ⟦)"
    r"|⟦\d+⟧ (?:is|are|denotes?|being)\b[^.]{0,30}\b(?:nois[ey]|errors?)\b",
    re.IGNORECASE,
)


def models_with_noise(world: World, e: Equation, lhs: Node, rhs: Node) -> bool:
    """Take an equation for a model of data, which gives its noise a meaning and its left side none."""
    data, terms = reference(lhs, world.glossary), rhs.terms if isinstance(rhs, Sum) else ()
    if e.link or data is None or data.postfix or data.primes or len(terms) < 2:
        return False
    family = world.family(data.base)
    term = terms[-1]
    noise = reference(term.node, world.glossary) if term.sign == "+" else None
    if noise is None or noise.postfix or noise.primes or family.by or family.differentiated:
        return False
    if noise.base == data.base or world.family(noise.base).by or _named_again(world, e, {noise.base, data.base}):
        return False
    named = _letter(noise) in LETTERS and _subtracted(world, lhs, terms[:-1]) and not _by_itself(world, e, data.base)
    if not (_drawn(world, noise) or named or (_letter(noise) in FIRM and _called(world, e))):
        return False
    world.declaring[e.position] = f"says how {e.text(lhs)} arises, which is given"
    if _listed(world, noise):
        return True
    flipped = tuple(Term("-" if t.sign == "+" else "+", t.node) for t in terms[:-1])
    body = Sum(rhs.span, (Term("+", lhs), *flipped))
    section = e.section
    world.sites.setdefault(noise.base, []).append(
        Site(noise.base, noise, body, e.position, section=section, own=e.own, written=rhs)
    )
    return True


def _named_again(world: World, e: Equation, bases: set[str]) -> bool:
    """Whether another line has a formula for the noise or for the data; the list of their entries is none."""
    others = (x for x in world.equations if x is not e and not x.link and x.op in ("=", ":=", "≡"))
    formulas = (x for x in others if not isinstance(x.rhs, Matrix))
    return any((r := reference(x.lhs, world.glossary)) is not None and r.base in bases for x in formulas)


def _listed(world: World, noise: Ref) -> bool:
    """Whether the entries of the noise are written out."""
    lists = (x.lhs for x in world.equations if isinstance(x.rhs, Matrix))
    return any((r := reference(side, world.glossary)) is not None and r.base == noise.base for side in lists)


def _drawn(world: World, noise: Ref) -> bool:
    """Whether the text says what a name is drawn from."""
    drawn = (x.lhs for x in world.equations if x.op == "∼")
    items = (i for side in drawn for i in (side.items if isinstance(side, Comma) else (side,)))
    return any(r.base == noise.base for i in items if (r := reference(i, world.glossary)) is not None)


def _letter(noise: Ref) -> str:
    return noise.base.split("_")[0].rpartition(" ")[2].removeprefix("vec(").rstrip(")")


def _called(world: World, e: Equation) -> bool:
    """Whether the words beside a model call something in it noise."""
    near = (text for position, text in world.told.items() if e.position - 1 <= position <= e.position + 3)
    return bool(WORDS.search(f"{e.cue} {' '.join(near)}"))


def _subtracted(world: World, lhs: Node, rest: tuple[Term, ...]) -> bool:
    """Whether what a model says of its data without the noise is subtracted from them somewhere."""
    wanted = {node_key(t.node): t.sign for t in rest}
    for node in (n for x in world.equations for side in (x.lhs, x.rhs) for n in walk(side) if isinstance(n, Sum)):
        signs = dict(_flat(node))
        own = signs.pop(node_key(lhs), None)
        if own is not None and signs.keys() == wanted.keys():
            against = {wanted[k] != s for k, s in signs.items()}
            if against == {own == "+"}:
                return True
    return False


def _by_itself(world: World, e: Equation, base: str) -> bool:
    """Whether a formula for another plain name has the data other than as a term of a difference."""
    formulas = (x for x in world.equations if x is not e and not x.link and x.op in ("=", ":=", "≡"))
    for x in formulas:
        name = reference(x.lhs, world.glossary)
        if name is None or MARKED.fullmatch(name.base) is not None:
            continue  # an estimate is made of the data
        terms = {id(t.node) for n in walk(x.rhs) if isinstance(n, Sum) for t in n.terms}
        inner = {id(n.base) for n in walk(x.rhs) if isinstance(n, Script)}
        for n in walk(x.rhs):
            ref = reference(n, world.glossary) if isinstance(n, (Name, Script, Accent)) else None
            if ref is not None and ref.base == base and not {id(n)} & (terms | inner):
                return True
    return False


def _flat(node: Sum) -> list[tuple[object, str]]:
    """The terms of a sum with their signs, those in parentheses too."""
    found: list[tuple[object, str]] = []
    for t in node.terms:
        inner = t.node.body if isinstance(t.node, Fenced) and t.node.open == "(" else t.node
        if isinstance(inner, Product) and len(inner.factors) == 1:
            inner = inner.factors[0].node
        if isinstance(inner, Sum):
            found += [(key, sign if t.sign == "+" else "-" if sign == "+" else "+") for key, sign in _flat(inner)]
        else:
            found.append((node_key(inner), t.sign))
    return found
