r"""Matrices that are symmetric only where a sentence supposes it: `If $A$ is symmetric, this is $2 A x$`.

A list of rules speaks of any A, and of a symmetric one for one of its items. What is told outright anywhere, `let $A$
be symmetric`, holds throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chainrule.read.grammar.connectives import CONNECTIVES
from chainrule.sheet.records.statements import Equation, Scope, Sentence
from chainrule.sheet.syntax.names import Glossary, reference
from chainrule.sheet.words.denials import is_denied
from chainrule.sheet.words.prose import COMPILED

Place = tuple[str, str, int]
IFS = "|".join(re.escape(word) for word, tag in CONNECTIVES.items() if tag == "if")
SUPPOSED = re.compile(rf"(?:\b(?:{IFS}|when|whenever|case)\b[^.;]*|\bfor (?:(?:an?|any|all) )?)\Z", re.IGNORECASE)
"""Words behind which a matrix is symmetric for their sentence only."""
ROWS = tuple((row, build) for name, row, build in COMPILED if name.startswith("symmetric"))


def place(scope: Scope) -> Place:
    """The section or item that a statement stands in."""
    return scope.number, scope.part, scope.section


def supposed_symmetric(
    sentences: Iterable[Sentence], declaring: Iterable[Equation], glossary: Glossary
) -> dict[str, frozenset[Place]]:
    """Where the matrices are supposed to be symmetric that no sentence and no line calls so outright."""
    places: dict[str, set[Place]] = {}
    outright = set()
    for base, where, supposed in (*_told(sentences, glossary), *_written(declaring, glossary)):
        places.setdefault(base, set()).add(where)
        if not supposed:
            outright.add(base)
    return {base: frozenset(found) for base, found in places.items() if base not in outright}


def _told(sentences: Iterable[Sentence], glossary: Glossary) -> Iterator[tuple[str, Place, bool]]:
    """The matrices that sentences call symmetric, where, and whether it is only supposed."""
    for s in sentences:
        for row, build in ROWS:
            for match in (m for m in row.finditer(s.text) if not is_denied(m, s.text)):
                supposed = SUPPOSED.search(s.text[: match.start()]) is not None
                yield from (
                    (f.ref.base, place(s.scope), supposed)
                    for f in build(match, s, glossary)
                    if f.kind == "symmetric" and f.ref is not None
                )


def _written(declaring: Iterable[Equation], glossary: Glossary) -> Iterator[tuple[str, Place, bool]]:
    r"""The matrices of lines such as `A = A^T`."""
    for e in declaring:
        for ref in (r for side in (e.lhs, e.rhs) if (r := reference(side, glossary)) is not None):
            yield ref.base, place(e.scope), not e.display and SUPPOSED.search(e.cue) is not None
