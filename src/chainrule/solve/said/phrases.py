r"""What a sentence must say, as a whole, for a rule that knows only this: a sentence with one word more asks for
something else, "the error of the Taylor polynomial", "the damped Newton method", "the tangent line of the inverse".
"""

from __future__ import annotations

import re

from chainrule.read.tree import Comma, Fenced, Name, Node, Product, Relation
from chainrule.solve.losses import is_called
from chainrule.solve.orders import ANY_VERB, START
from chainrule.solve.question import Formula

FORMULA = r"⟦\d+⟧"
ASK = (
    rf"{START}(?:compute|calculate|derive|find|determine|give|work out|write down|write out|obtain|state|what is|"
    r"what are)\b\s*"
)
MARKS = r"\s*(?:\(\d+ ?(?:points?|pts?\.?|marks?|p\.?)\))?[\s.?!;:*]*"
"""The end of a sentence, with what it counts for."""
FUNCTION = rf"(?:the )?(?:graph of )?(?:the )?(?:function )?(?P<of>{FORMULA})"


def name_in(f: Formula) -> str:
    """The function of `f`, `f(x)` or `f(x) = x^2`, as it is written; "" of anything else."""
    node: Node | None = f.node
    if isinstance(node, Relation):
        defines = len(node.links) == 1 and node.links[0].op in ("=", ":=")
        return f.tex.strip().rstrip(".,;") if defines and name_in(part(f, node.first)) else ""
    if isinstance(node, Product) and is_called(node):
        fence = node.factors[1].node
        body = fence.body if isinstance(fence, Fenced) else None
        inside = body.items if isinstance(body, Comma) else (body,)
        node = node if all(isinstance(x, Name) for x in inside) else None
    elif not isinstance(node, Name):
        node = None
    return "" if node is None else part(f, node).tex.strip()


def part(f: Formula, node: Node) -> Formula:
    """A part of a formula as a formula."""
    return Formula(node, node.span, f.tex[node.span.start - f.span.start : node.span.end - f.span.start])


def apart(sentence: str, at: int) -> tuple[str, str]:
    """What is ordered before the "and find" in front of an offset, and the rest."""
    cut = max((m.start() for m in re.finditer(rf",? and (?={ANY_VERB})", sentence[:at], re.I)), default=0)
    return sentence[:cut], sentence[cut:]
