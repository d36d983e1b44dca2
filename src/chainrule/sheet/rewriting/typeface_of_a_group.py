r"""A typeface around a name and its scripts, `\boldsymbol{u_w}`, `\mathbf{u_o^T v_c}`, is that of the name: the w is
the index w, the T transposes. A bold index below a plain name, `\theta_{\boldsymbol{i}}`, is that index."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.syntax.rebuilding import rebuilt

INDICES = frozenset("ijkmn")
OPERATORS = frozenset({"nabla", "partial", "E"})
"""Names whose subscript is a quantity in its own typeface: `\\boldsymbol{\\nabla_x f}`, `\\mathbf{E}_{\\mathbf{x}}`."""


def plain_scripts(node: Node) -> Node | None:
    r"""`\boldsymbol{u_w}` as `\boldsymbol{u}_w`; None for anything else."""
    if not isinstance(node, Script):
        return None
    core = node.base.body if isinstance(node.base, Accent) else node.base
    if not isinstance(core, Name) or core.text in OPERATORS:
        return None
    if not core.style:
        bold = isinstance(node.sub, Name) and node.sub.style == ("bold",) and node.sub.text in INDICES
        return replace(node, sub=replace(node.sub, style=())) if bold and isinstance(node.sub, Name) else None
    sub, sup = (_plain(part, core.style) for part in (node.sub, node.sup))
    return None if sub is node.sub and sup is node.sup else replace(node, sub=sub, sup=sup)


def _plain(script: Node | None, style: tuple[str, ...]) -> Node | None:
    """A script of letters without a typeface that is that of the name below it."""
    if script is None or not _of_letters(script):
        return script
    return rebuilt(script, lambda n: replace(n, style=()) if isinstance(n, Name) and n.style == style else None)


def _of_letters(script: Node) -> bool:
    """`i`, `ij`, `i,j`, `(l)`, `T`: letters and numbers side by side."""
    match script:
        case Name() | Number():
            return True
        case Fenced(body=body):
            return _of_letters(body)
        case Comma(items=items):
            return all(map(_of_letters, items))
        case Product(factors=factors):
            return all(not f.op and _of_letters(f.node) for f in factors)
    return False
