"""Which names a definition can be of, which definitions are of the same tensor, and whether a formula uses it."""

from __future__ import annotations

from chainrule.read.tree import Fenced, Node, Number, Product
from chainrule.sheet.records.references import references
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments, plain
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import KRONECKER, Ref, letter_of, node_key, reference
from chainrule.sheet.syntax.normal_laws import LETTERS_OF_NORMAL, is_density


def call_form(node: Node, world: World) -> tuple[Ref, tuple[Node, ...]] | None:
    """`f(x, y)` as a name and its arguments, each a name."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op != "":
        return None
    fence = node.factors[1].node
    if not isinstance(fence, Fenced) or fence.open != "(":
        return None
    ref = reference(node.factors[0].node, world.glossary)
    if ref is None or ref.primes or ref.postfix:
        return None
    params = tuple(plain(p) if is_density(ref.base) else p for p in arguments(fence))
    return (ref, params) if all(reference(p, world.glossary) is not None for p in params) else None


def site_key(world: World, ref: Ref) -> tuple[int, tuple[object, ...]]:
    """What tells definitions of one base apart: primes and labels, not the axis letters."""
    family = world.family(ref.base)
    labels = [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"] + list(ref.labels)
    return ref.primes, tuple(node_key(x) for x in labels)


def definable(world: World, ref: Ref) -> bool:
    """A name whose subscripts are distinct letters or labels can stand on the left of a definition."""
    if ref.postfix and not is_square(ref):
        return False
    if ref.base == KRONECKER or is_function_word(ref.base) or (ref.bare and ref.base in ("e", "pi")):
        return False
    if ref.primes and ref.base in world.functions:
        return False
    if ref.bare and ref.base in world.glossary.bound and ref.base not in world.families:
        return False
    family = world.family(ref.base)
    letters = [letter_of(s) for n, s in enumerate(ref.subs) if family.slot(n) == "axis"]
    return None not in letters and len(set(letters)) == len(letters)


def is_square(ref: Ref) -> bool:
    """`\\sigma^2 = ...` defines the square as a name of its own."""
    if len(ref.postfix) != 1 or ref.postfix[0].op != "pow":
        return False
    node = ref.postfix[0].node
    return isinstance(node, Number) and node.text == "2" and not ref.primes


def mentions(world: World, node: Node, ref: Ref) -> bool:
    """Whether a formula uses the very tensor that a reference names, and not as a label, the g of `g = W^{(g)} h`: then
    it is an update, not a definition. The `\\sigma^2` of `\\sigma = \\sqrt{\\sigma^2 + \\epsilon}` is a name of its own
    where the square is defined, and the N of `N_k = \\sum_{n=1}^N r_{nk}` is a size, or a density."""
    own = site_key(world, ref)
    uses = references(node, world, labels=False)
    uses = (part for part in uses if not (is_square(part) and f"{part.base}^2" in world.sites))
    others = world.size_names | LETTERS_OF_NORMAL
    uses = (part for part in uses if not (ref.subs and part.bare and part.base in others))
    return any(part.base == ref.base and site_key(world, part) == own for part in uses)
