r"""Names for known functions: `with g = \tanh`, `\phi = \operatorname{ReLU}`, where g is applied to something.

The name of a function without an argument is no quantity: such an equation is short for `g(u) = \tanh(u)`, for any u.
"""

from __future__ import annotations

from chainrule.expr import functions as table
from chainrule.read.tree import Factor, Fenced, Name, Node, Product
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference

WORDS = frozenset({"softmax"})
"""Names of functions besides the words for functions of a number."""
LETTERS = {"sigma": "sigmoid"}
"""Letters that name a function, unless the other name stands without an argument too: `s = \\sigma` beside s^2."""
ARGUMENT = "u"


def at_any_argument(world: World, e: Equation, lhs: Node, rhs: Node) -> tuple[Node, Node] | None:
    r"""The sides of `g(u) = \tanh(u)` for `g = \tanh`; None for any other equation."""
    ref = reference(lhs, world.glossary)
    if ref is None or not ref.bare or e.link or not isinstance(lhs, Name) or not isinstance(rhs, Name):
        return None
    family = world.family(ref.base)
    if not family.called or family.declared_rank or is_function_word(ref.base):
        return None
    if rhs.text in LETTERS:
        function = _letter(world, lhs, rhs)
    else:
        function = rhs if table.lookup(rhs.text) is not None or rhs.text in WORDS else None
    return None if function is None else (_at(lhs), _at(function))


def _letter(world: World, lhs: Name, rhs: Name) -> Name | None:
    """The function that a letter names, where neither name is a quantity: both are counted as such only here."""
    family, letter = world.family(lhs.text), world.family(rhs.text)
    if family.operand > sum(name.text == lhs.text for name, _ in _bare(world)):
        return None
    if (
        letter.declared_rank
        or letter.domain_kind
        or letter.operand > sum(name.text == rhs.text for _, name in _bare(world))
    ):
        return None
    family.operand = letter.operand = 0
    return rhs if letter.called else Name(rhs.span, LETTERS[rhs.text], ("rm",))


def _bare(world: World) -> list[tuple[Name, Name]]:
    """The equations of one name with another."""
    return [(x.lhs, x.rhs) for x in world.equations if isinstance(x.lhs, Name) and isinstance(x.rhs, Name)]


def _at(name: Name) -> Node:
    argument = Fenced(name.span, "(", Name(name.span, ARGUMENT), ")")
    return Product(name.span, (Factor("", name), Factor("", argument)))
