r"""What quantities are called at each step: `s'_{hid}`, `w^{(2)}`, `\frac{\partial L'}{\partial w'}`."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Accent, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.arrays.tensors import updating
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import Ref, children, reference
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.trace.quantities import Asked
from chainrule.trace.record import Version
from chainrule.trace.rules import CLOCK, Updates


def pieces_of(asked: Asked, updates: Updates, world: World) -> tuple[str | Version, ...]:
    """The name of a quantity as its author writes it, with a place for the version behind each name that changes."""
    spelled = asked.source.spelled is not None and asked.source.source != "implied"
    if asked.of_family:
        return _marked(asked, updates, world)
    if spelled or updates.style not in ("prime", "step"):
        return (asked.name,)
    return pieces(asked.node, asked.source, updates, world)


def _marked(asked: Asked, updates: Updates, world: World) -> tuple[str | Version, ...]:
    """The name of one of a family, `h_2`: the version stands behind the letter."""
    ref = reference(asked.node, world.glossary)
    version = None if ref is None else _version(ref, updates, world)
    end = _core(asked.node) - asked.node.span.start
    return (asked.name,) if version is None else (asked.name[:end], version, asked.name[end:])


def pieces(node: Node, e: Equation, updates: Updates, world: World) -> tuple[str | Version, ...]:
    """A formula of an equation as its author writes it, with a place for the version behind each name that changes."""
    text, found, at, end = written_in(e), list[str | Version](), node.span.start, node.span.end
    callee = _called(node)
    for part, ref in named(node, world):
        version = _version(ref, updates, world)
        if version is None or (part is callee and version.script == "'") or part.span.start < at or part.span.end > end:
            continue
        core, rest = updates.marks.get((e.document.path, part.span.start), (_core(part), _core(part)))
        if e.source == "implied":
            core = rest = _core(part)
        tail = text[rest : part.span.end]
        tail = tail.replace("'", "") if version.script == "'" else tail
        bare = text[: part.span.start].rstrip()[-1:] in ("_", "^")
        found += [text[at : part.span.start] + "{" * bare + text[part.span.start : core], version, tail + "}" * bare]
        at = part.span.end
    return (*found, text[at:end])


def _called(node: Node) -> Node | None:
    """The L of `L(w')`: a prime of its own would make it a derivative."""
    factors = node.factors if isinstance(node, Product) else ()
    return factors[0].node if len(factors) == 2 and isinstance(factors[1].node, Fenced) else None


def written_in(e: Equation) -> str:
    """The text that the spans of an equation are places of."""
    return " = ".join(e.spelled) if e.source == "implied" and e.spelled is not None else e.document.text


def _version(ref: Ref, updates: Updates, world: World) -> Version | None:
    if updates.style == "step":
        if ref.base not in updates.labels:
            return None
        return Version(updates.script.get(ref.base, "^{(•)}"), updates.labels[ref.base] + ref.primes)
    return Version("'", ref.primes) if updating(world, ref.base) or ref.base in updates.bases else None


def named(node: Node, world: World) -> Iterator[tuple[Node, Ref]]:
    """The whole names in a formula, in reading order."""
    ref = reference(node, world.glossary) if isinstance(node, (Name, Script, Accent)) else None
    if ref is not None and ref.base != CLOCK:
        yield node, ref
        return
    for part in sorted(children(node), key=lambda n: n.span.start):
        yield from named(part, world)


def _core(node: Node) -> int:
    """Where the letter of a name ends, before its scripts."""
    while isinstance(node, Script):
        node = node.base
    return node.span.end


def bases_of(node: Node, world: World) -> set[str]:
    """The names in a quantity; of a call, `L(w)`, the one that is called."""
    if isinstance(node, Product):
        return {ref.base for _, ref in list(named(node, world))[:1]}
    return {ref.base for _, ref in named(node, world)}


def losses_of(nodes: list[Node], world: World) -> set[str]:
    """What the sheet differentiates; where it differentiates nothing, the names that are customary for a loss."""
    found: set[str] = set()
    for node in nodes:
        top = above(node.numerator) if isinstance(node, Fraction) and below(node.denominator) is not None else None
        if top is not None and top.body is not None:
            found |= bases_of(top.body, world)
        elif isinstance(node, Product) and nabla_of(node.factors[0].node) is not None:
            found |= {ref.base for part in node.factors[1:2] for _, ref in named(part.node, world)}
    names = {ref.base for node in nodes if not isinstance(node, Product) for _, ref in list(named(node, world))[:1]}
    return found or {base for base in names if names_loss(base)}
