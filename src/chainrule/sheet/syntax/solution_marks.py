"""The marks of a solution, `\\hat\\mu_{MLE}` and `w^*`, and the name without them."""

from __future__ import annotations

import re

# What marks the name of a solution, as it stands in a base name; an estimate is named by its acronym: `w_{RR}`.
MARKED = re.compile(r"(?:hat|tilde|widehat)\((?P<inner>.*)\)")
MARKS = re.compile(r"(?:\^\*|_\*|_(?:[A-Z]{2,4}|mle|ml|map|ls|ols|opt|ridge|min|max|best|sol))(?=\)?$)")


def core(base: str) -> str:
    """The name of an unknown without the marks of a solution.

    >>> core("hat(mu)_MLE"), core("vec(w^*)"), core("alpha^*"), core("bar(x)")
    ('mu', 'vec(w)', 'alpha', 'bar(x)')

    A star beside a tilde is the mark, and the tilde belongs to the name: `\\tilde w^*` solves for `\\tilde w`.

    >>> core("tilde(w)^*"), core("tilde(w^*)"), core("tilde(w)")
    ('tilde(w)', 'tilde(w)', 'w')
    """
    bare = MARKS.sub("", base)
    inner = MARKED.fullmatch(bare) if bare == base or not bare.startswith("tilde(") else None
    return inner["inner"] if inner else bare
