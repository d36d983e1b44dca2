r"""Words between formulas, in the languages that mathematics is most often written in, and the tag they give what
follows: `if`, `for`, `where`, `implies`, `s.t.`, `or`, or none.

A single word that is also a usual name in some document (`se`, the standard error) counts in the rows of `cases`
alone.

>>> CONNECTIVES["wenn"], CONNECTIVES["si"], "sonst" in OTHERWISE
('if', 'if', True)
"""

from __future__ import annotations

from typing import Final


def _words(tag: str, *lists: str) -> dict[str, str]:
    return {word.strip(): tag for words in lists for word in words.split(",")}


CONNECTIVES: Final[dict[str, str]] = {
    **_words("implies", "so, thus, hence, therefore, then, implies, which implies, so that, iff"),
    **_words("implies", "donc, d'où, daher, somit, folglich, entonces, luego, quindi, dunque, portanto"),
    **_words("", "and, also, and also, as well as", "et, und, и, и также"),
    **_words("if", "if, when, whenever, in case, case, case when, provided, provided that, assuming"),
    **_words("if", "si, cas, lorsque, quand, falls, wenn, cuando, quando, indien, hvis, jeśli, jeżeli, gdy, pokud"),
    **_words("if", "если, при, якщо, 若, 如果, 当, もし, 만약"),
    **_words("for", "for, for all, for each, for every, for any"),
    **_words("for", "pour, pour tout, pour chaque, für, für alle, für jedes, para, para todo, para cada, voor, dla"),
    **_words("for", "для, для всех, для каждого, 对, 对于, 对所有"),
    **_words("where", "where, with, let, given, since, because, as, using, denote, define"),
    **_words("where", "où, avec, wobei, mit, donde, dove, onde, waarbij, gdzie, где, 其中"),
    **_words("s.t.", "s.t, subject to, such that, st"),
    **_words("s.t.", "tel que, tels que, sous la contrainte, sous contrainte, sodass, u.d.n"),
    **_words("s.t.", "sujeto a, soggetto a, sujeito a"),
    **_words("or", "or, otherwise, else", "ou, oder, или, 或"),
}
"""Words between two formulas of one row and the tag they give the second one."""

OTHERWISE: Final = frozenset(
    _words(
        "",
        "otherwise, else, o.w, ow, elsewhere, in other cases, in all other cases",
        "sinon, autrement, dans les autres cas, sonst, andernfalls, ansonsten, si no, sino, en otro caso",
        "en caso contrario, de lo contrario, altrimenti, caso contrário, senão, anders, ellers, annars, inaczej",
        "w przeciwnym razie, w p.p, jinak, egyébként, иначе, в противном случае, інакше",
        "否则, 其他, 其它, その他, それ以外",
    )
)
"""What a row of `cases` says in the place of a condition."""

IF_IN_CASES: Final = frozenset({"se", "om", "als", "jos", "caso"})
"""Words for "if" that elsewhere are names or words of other languages."""
