r"""Whether `\\otimes` is the Kronecker product in a sheet, and which way vec goes through a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chainrule.read.tree import Node
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.long_columns import vectorised
from chainrule.sheet.syntax.names import reference, walk

KRONECKER = re.compile(r"\bkronecker(?:'s)?[- ]+product", re.IGNORECASE)
ROWS_FIRST = re.compile(
    r"\brow[- ](?:major|wise|by[- ]row)|\bstack\w* (?:the |its |all )?rows|\brows (?:one )?(?:below|after|on top)",
    re.IGNORECASE,
)
OF_VEC = re.compile(r"\bvec\b|\bvectori[sz]|\bstack|\bflatten|\bunroll|\bcolumn (?:vector|of numbers)\b", re.IGNORECASE)
"""What a clause about rows has to speak of: a softmax that is applied row-wise tells nothing of vec."""
CLAUSES = re.compile(r"[.;](?=\s)")


def note_kronecker(world: World, equations: Sequence[Equation], sentences: Iterable[Sentence]) -> None:
    """Look for vec, and for words; a capital behind vec that nothing else is said of is a matrix."""
    sides = [side for e in equations for side in (e.lhs, e.rhs)]
    columns = [found for side in sides for n in walk(side) if (found := vectorised(n)) is not None]
    for ref in (r for inner, _ in columns if (r := reference(inner, world.glossary)) is not None):
        world.family(ref.base).stacked |= ref.bare and ref.base.rpartition(" ")[2][:1].isupper()
    texts = list(sentences)
    world.kronecker = bool(columns) or any(KRONECKER.search(s.text) for s in texts)
    told = [s for s in texts if _says_rows(s)]
    first = min((e.position for e in equations if any(has_vec(side) for side in (e.lhs, e.rhs))), default=0)
    world.rows_first = any(s.position <= first or s.text.lstrip().startswith("where ") for s in told)
    world.rows_later = bool(told) and not world.rows_first


def has_vec(side: Node) -> bool:
    """Whether vec stands in a formula."""
    return any(vectorised(n) is not None for n in walk(side))


def _says_rows(sentence: Sentence) -> bool:
    """Whether one of its clauses is about the rows that vec, or another word for it, puts one behind the other."""
    for clause in CLAUSES.split(sentence.text):
        inside = " ".join(sentence.sources[int(i)] for i in re.findall(r"⟦(\d+)⟧", clause))
        if ROWS_FIRST.search(clause) and (OF_VEC.search(clause) or "vec" in inside):
            return True
    return False
