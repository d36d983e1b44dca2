r"""Words that call a formula a derivative: "the gradient of $f$ with respect to $w$ is", "its Jacobian:".

>>> found = phrase("Then the gradient of $f$ with respect to $w$ is".replace("$f$", "⟦0⟧").replace("$w$", "⟦1⟧"))
>>> found["what"], found["of"], found["by"]
('gradient', '0', '1')
>>> phrase("The Hessian matrix:")["what"], phrase("Minus the gradient is"), phrase("The gradient at ⟦0⟧ is")
('Hessian', None, None)
>>> phrase("For the mean, the gradient is"), phrase("The gradient is ⟦0⟧ and the Hessian is")["what"]
(None, 'Hessian')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from chainrule.sheet.records.sites import Called
from chainrule.sheet.records.statements import Equation, Sentence, with_zeros

_WHAT = (
    r"(?P<what>gradiente?|derivative|jacobian|hessian|ableitung|dérivée|derivada|jacobi-?matrix|jacobienne|hesse-?matrix"
    r"|hessienne)"
)
_ARTICLE = r"(?:the|its|whose|their|an?|le|la|sa|son|der|die|seine?|deren|el|su)"
_ALONG = r"(?:with\s+(?:respect|regard)\s+to|w\.?\s?r\.?\s?t\.?)"
_SIMPLY = r"(?:\s+(?:then|simply|just|thus|therefore|now|given\s+by|the\s+\w+|as))*"
_IS = (
    r"(?:is|are|equals|becomes|reads|(?:can|may)\s+be\s+(?:written|computed|expressed|found)(?:\s+(?:as|to\s+be))?|ist|lautet"
    r"|est|vaut|es|è)"
)
# What may stand before the words for a derivative in their sentence: no case, no other function, no part of one.
_PLAIN_WORDS = (
    "so then thus hence therefore and now here where with that because since as we get obtain find have compute is are "
    "the its whose gradient derivative jacobian hessian matrix of respect to w r t consider let loss function be given "
    "an input output which donc alors et also und somit ist y entonces e allora"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
CALLED = re.compile(
    rf"(?:\b{_ARTICLE}\s+|\A\s*|(?<=[.:,;])\s*)(?:(?P<more>[\w-]+)\s+)?{_WHAT}(?:\s+(?:matrix|vector|function))?(?:\s*⟦\d+⟧)?"
    rf"(?:\s*\([^()]*\))?"
    rf"(?:\s+(?:of|for|von|de|du|des|der)\b(?P<nouns>(?:\s+[\w-]+){{0,4}}?)\s*(?:⟦(?P<of>\d+)⟧)?)?"
    rf"(?:\s*,?\s+\(?{_ALONG}(?:\s+(?:the|its|all))?(?:\s+\w+){{0,2}}?\s*⟦(?P<by>\d+)⟧\)?)?"
    rf"(?:\s*,?\s*(?:(?:and|with|where|is|an?|square|symmetric)\s+)*⟦\d+⟧(?:\s+matrix)?\s*,?)*"
    rf"(?P<is>[\s,]+(?:and\s+)?{_IS}{_SIMPLY})?\s*(?P<colon>:?)\s*\Z",
    re.IGNORECASE,
)
QUALIFIED = re.compile(
    r"\b(?:approximat\w*|initial\w*|inverse\w*|diagonal\w*|regulari[sz]\w*|damp\w*|BFGS|quasi|positive definite|add\w*"
    r"|scaled|negative|modified|updated?|instead|keep|begin|start|stochastic|clipped|natural|projected|mean|average\w*"
    r"|normali[sz]ed|second|reduced|covariant|total|directional|sub|conjugate|partial|local|upstream|incoming|numerical"
    r"|half|minus|twice|squared|norm|trace|determinant|transposed?|penali[sz]\w+)\b",
    re.IGNORECASE,
)
"""What says that a formula is not the derivative of the function itself."""
OF_A_FUNCTION = frozenset(
    ("the", "this", "our", "that", "a", "its", "function", "loss", "cost", "objective", "error", "risk", "criterion")
)
"""The words for what is differentiated that say no more than that it is the function at hand."""


def phrase(words: str) -> re.Match[str] | None:
    """The words right before a formula that call it a derivative."""
    words = re.sub(r"[*_]+", "", words)
    found = CALLED.search(words)
    if found is None or not (found["is"] or found["colon"]) or QUALIFIED.search(found.group()):
        return None
    before = re.split(r"[.!?:](?:\s|\Z)", re.sub(r"⟦\d+⟧", " ", words[: found.start()]))[-1]
    return found if _PLAIN.issuperset(re.findall(r"[^\W\d_]+", before.lower())) else None


def called_slopes(equations: Iterable[Equation], sentences: Sequence[Sentence]) -> dict[int, Called]:
    """What words call a derivative, by the positions of the equations behind them."""
    found: dict[int, Called] = {}
    for e in equations:
        if e.link or e.source != "formula" or e.op not in ("=", ":="):
            continue
        words = e.cue or e.lead
        match = phrase(words)
        if match is None:
            continue
        inside = [n for n in (match["of"], match["by"]) if n is not None]
        said = next(_said(e, words, sentences), None) if inside else None
        if said is None and inside:
            continue
        of, by = (None if n is None or said is None else said.formulas[int(n)] for n in (match["of"], match["by"]))
        nouns = tuple((match["nouns"] or "").lower().split())
        found[e.position] = Called(_plainly(match.group()), of, by, nouns)
    return found


def _plainly(words: str) -> str:
    """The kind of derivative that words speak of."""
    if re.search(r"\bhess", words, re.IGNORECASE):
        return "hessian"
    return "jacobian" if re.search(r"\bjacob|\bderivative\s+matrix", words, re.IGNORECASE) else "gradient"


def _said(e: Equation, words: str, sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The paragraphs that some words before an equation may stand in, the nearest first."""
    near = (s for s in (sentences if e.cue else reversed(sentences)) if (s.position > e.position) == bool(e.cue))
    for s in near:
        if s.document is e.document and words in " ".join(with_zeros(s.text, s.formulas).split()):
            yield s
