"""The value that a function has where all its derivatives are zero, and what the place is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.calculus import contract
from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Variant
from chainrule.derive.cancel import cancelled, merged, spread
from chainrule.derive.logarithms import undone
from chainrule.derive.sheets import functions_of, name_of
from chainrule.expr import Definition, Expr, Index, substitute
from chainrule.read.tree import Comma, Fenced, Node, Product
from chainrule.sheet.records.statements import Equation
from chainrule.solve.forms.entries import over_arrays
from chainrule.solve.forms.wholes import symmetric
from chainrule.solve.forms.writing import Way
from chainrule.solve.places.lagrange import extremum_of
from chainrule.solve.places.stationary import ANY, Unsolved, in_terms_of
from chainrule.write.derivation import Line

NO_FUNCTION = "the value there is written for a function of what is sought, $f(x) = ...$; ask for the place without it"


def values_at(
    variant: Variant, loss: Equation, pairs: Sequence[tuple[Equation, Equation]], kind: str, nature: bool
) -> Iterator[Way]:
    """`f(2, -1) = -3`, with what the place is where that is asked. Raises `Unsolved`."""
    arguments = _arguments(loss.lhs)
    if not arguments or loss.position in variant.failed:
        raise Unsolved(NO_FUNCTION)
    found = extremum_of(variant, pairs, 0, kind or ANY)
    unknowns = [s[2] for s in found.slopes]
    axes = {s[2]: s[1] for s in found.slopes}
    ends = dict(zip(unknowns, found.ends, strict=True))
    top, free = term_of(variant, variant.typed[loss.position][1])
    if free or top.free:
        raise Unsolved("the function is no scalar")
    for u in unknowns:
        top = in_terms_of(variant, top, u)
    put = {u: Definition(u, axes[u], t).at for u, t in ends.items()}
    value = contract(undone(contract(spread(contract(substitute(top, put))))))
    value = merged(cancelled(contract(spread(symmetric(value, variant)))))
    names = {s: name_of(variant.universe, s) for t in (value, *found.ends) for s in t.symbols}
    names |= functions_of(variant.universe)

    def texts(term: Expr, over: tuple[Index, ...]) -> list[str]:
        return list(dict.fromkeys(w.result.right for w in over_arrays(variant, term, over, names, "")))

    places = {name_of(variant.universe, u): texts(ends[u], axes[u]) for u in unknowns}
    written = [places.get(text, [text]) for text in (loss.document.source(x.span) for x in arguments)]
    head = loss.text(loss.lhs).partition("(")[0].removesuffix(r"\left").strip()
    what = f"It is a {min(found.kinds)}." if nature and len(found.kinds) == 1 else ""
    why = f"The {kind or 'value there'} is:" if kind else "The value there is:"
    for right in texts(value, ()) if all(written) else ():
        left = rf"{head}\left({', '.join(x[0] for x in written)}\right)"
        yield Way((), Line("value", left, right, why), after=what)


def _arguments(lhs: Node) -> list[Node]:
    """x and y of `f(x, y)`."""
    factors = lhs.factors if isinstance(lhs, Product) else ()
    fence = factors[1].node if len(factors) == 2 else None
    body = fence.body if isinstance(fence, Fenced) else None
    return list(body.items) if isinstance(body, Comma) else [] if body is None else [body]
