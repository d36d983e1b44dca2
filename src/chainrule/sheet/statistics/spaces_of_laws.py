r"""Where what has a law lies: "let $p = \mathcal{N}(m, S)$ in $\mathbb{R}^d$", "both laws are $k$-dimensional"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from chainrule.read.tree import Comma, Infix, Link, Name, Node, Relation
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.syntax.names import Glossary, reference
from chainrule.sheet.syntax.normal_laws import density, normal_density, normal_parameters
from chainrule.sheet.words.declared import Fact, ShapeFact, from_relation, real_space

DIMENSIONAL = re.compile(r"⟦(\d+)⟧ ?-? ?dimensional\b")


def spaces_of_laws(sentences: Iterable[Sentence], glossary: Glossary) -> Iterator[Fact]:
    """What sentences with laws say of the spaces of their variables."""
    for s in sentences:
        variables = [v for node in s.formulas for v in _variables(node)]
        refs = [r for v in variables if (r := reference(v, glossary)) is not None and r.bare]
        spaces = [n for n in s.formulas if real_space(n) is not None]
        sizes = [s.formulas[int(m[1])] for m in DIMENSIONAL.finditer(s.text)]
        if not refs or len(spaces) + len(sizes) != 1:
            continue
        for variable, ref in zip(variables, refs, strict=False):
            for space in spaces:
                yield from from_relation(Relation(variable.span, variable, (Link("∈", space.span, space),)), glossary)
            for size in sizes:
                if isinstance(size, Name):
                    yield Fact("shape", ref, ShapeFact("vector", (size.text,)))


def of_their_means(equations: Iterable[Equation], facts: Sequence[Fact], glossary: Glossary) -> Iterator[Fact]:
    r"""What is drawn from a normal law lies where its mean does: `x_i \sim \mathcal{N}(\mu, \Sigma)` with
    `\mu \in \mathbb{R}^d`."""
    shapes = {f.ref.base: f.data for f in facts if f.kind == "shape" and f.ref is not None and f.ref.bare}
    known = {f.ref.base for f in facts if f.kind == "shape" and f.ref is not None}
    for e in (e for e in equations if e.op == "∼"):
        parameters = normal_parameters(e.rhs)
        mean = None if parameters is None else reference(parameters[0], glossary)
        space = shapes.get(mean.base) if mean is not None and mean.bare else None
        if not isinstance(space, ShapeFact) or space.rank not in ("column", "vector"):
            continue
        drawn = e.lhs.left if isinstance(e.lhs, Infix) and e.lhs.op == "|" else e.lhs
        for item in drawn.items if isinstance(drawn, Comma) else (drawn,):
            ref = reference(item, glossary)
            if ref is not None and ref.base not in known:
                yield Fact("shape", ref, space)


def _variables(node: Node) -> Iterator[Node]:
    """The variables of the laws in a formula."""
    for link in node.links if isinstance(node, Relation) else ():
        found = normal_density(link.node)
        named = density(node.first) if isinstance(node, Relation) and normal_parameters(link.node) else None
        if found is not None:
            yield found[0]
        elif named is not None and named.fence is None and link.op == "∼":
            yield named.name
        elif named is not None and named.variable is not None:
            yield named.variable
