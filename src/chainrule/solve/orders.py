"""Sentences that order or ask something, whatever it is: what nothing else recognises is said to be open."""

from __future__ import annotations

import re

from chainrule.solve.kinds import KINDS

VERBS = (
    "compute", "calculate", "derive", "find", "determine", "give", "work out", "evaluate", "write down", "write out",
    "obtain", "state", "what is", "what are", "differentiate", "complete", "answer", "express", "provide", "fill in",
)  # fmt: skip
VERB = rf"\b(?:{'|'.join(VERBS)})\b"
"""What asks for a derivative or a value."""
OTHER_VERBS = (
    "explain", "justify", "discuss", "describe", "prove", "show", "verify", "argue", "interpret", "compare", "simplify",
    "sketch", "plot", "draw", "implement", "minimi[sz]e", "maximi[sz]e", "optimi[sz]e", "solve", "name", "list",
    "rewrite", "write", "perform", "estimate", "demonstrate", "repeat", "identify", "carry out", "run",
    "update", "classify",
    "apply (?!the chain rule)",
)  # fmt: skip
LABEL = r"(?:\(?(?:\w{1,4}[.)]|\d+(?:\.\d+)+)\W*)?"
"""The number of a part: "(a)", "2.", "1.5"."""
START = rf"\W*{LABEL}(?:(?:now|then|also|next|finally|first|please|again|and),? ){{0,2}}"
ORDER = re.compile(rf"{START}(?:{VERB}|what(?:'s| (?:does|do|happens)\b)|how\b|why\b)", re.IGNORECASE)
"""A sentence that begins with a verb."""
ANY_VERB = rf"(?:{VERB}|(?:{'|'.join(OTHER_VERBS)})\b)"
ANY_ORDER = re.compile(rf"{START}{ANY_VERB}\s*(?:\b\w|⟦)", re.IGNORECASE)
LED = re.compile(
    rf"{START}(?:(?:use|apply)\b[^.?]{{0,60}}?\bto {ANY_VERB}|(?:using|by|via)\b[^.?]{{0,80}}?, {ANY_VERB})",
    re.IGNORECASE,
)
"""A method before the verb: "use Lagrange multipliers to find", "using the chain rule, compute"."""
INSTRUCTS = re.compile(
    r"\b(?:your|the final|all) (?:\w+ )?(?:answers?|results?|work(?:ings?)?|solutions?|steps?|reasoning|calculations?|"
    r"assumptions?)\b|\b(?:the|each) (?:answers?|results?)\b|\bhint\b",
    re.IGNORECASE,
)
"""How to answer, not what: "give your answer in matrix form"."""
EACH = r"(?:for|of) (?:each|every)(?: of the)? (?:functions?|expressions?|losses|loss)\b"
LEADS = re.compile(rf"\b(?:(?:following|below|each of these)\b|{EACH})|:\s*$", re.IGNORECASE)
"""What is asked stands in the list that follows."""
RESULTS = re.compile(
    r"\b(?:loss|cost|error|objective|values?|weights?|parameters?|new|updated|after|then|predictions?|outputs?)\b",
    re.IGNORECASE,
)
"""What is asked of updates that were ordered before: their tables say it."""
ROUND = r"(?:updates?|steps?|iterations?|epochs?)\b"
AFTER = (
    rf"(?:\bafter\s+updating\b|\bafter\s+(?:(?:the|these|those|all|both|last|final|of) |⟦\d+⟧ |\w+ ){{0,3}}?{ROUND})"
)
LATER = r"\b(?:new|updated|resulting)\s+(?:values? of the\s+)?"
NEW = re.compile(
    rf"{VERB}[^.;?!⟦$]{{0,30}}?\b(?:new|updated)\s+(?:(?:values?|estimates?|iterates?|vectors?|matri(?:x|ces)|of|for|the|all)\s+)*"
    r"(?:⟦\d+⟧|\$|(?:weights?|parameters?|bias(?:es)?)\b)",
    re.IGNORECASE,
)
"""The parameters after one update."""
FINAL = re.compile(
    rf"(?P<later>{LATER})?\b(?:(?P<loss>loss|cost|error|objective)|(?P<parameters>weights?|parameters?|bias(?:es)?))\b"
    rf"(?(later)|[^.?]{{0,40}}?{AFTER})",
    re.IGNORECASE,
)
"""What updates that were ordered elsewhere lead to: "what is the loss after the updates?", "what is the new cost?"."""
WRITE = re.compile(rf"^({START})write(?!\s+(?:down|out)\b)", re.IGNORECASE)
VALUE = re.compile(
    rf"{VERB}\s+(?:(?:the|its|current|initial|value|of|numerical|total|corresponding|resulting|mean|squared|cross-entropy"
    r"|error)\s+)*"
    r"(?:loss|cost|objective|error)(?:\s+or\s+(?:the )?(?:loss|cost|objective|error))?(?:\s+(?:function|value))?"
    rf"\s*(?=[.,;?!]|$|and\b|(?:for|of) (?:this|the|these)\b)(?!\s*(?:and|,)\s*(?:the\s+)?{KINDS}\s+of\b)",
    re.IGNORECASE,
)
"""The value of the loss, in words."""
OUTPUT = re.compile(
    rf"{VERB}\s+(?:(?:the|its|value|of|predicted|network(?:'s)?|model(?:'s)?|final|current|initial)\s+)*(?:output|prediction)"
    r"(?:\s+of (?:the|this) (?:\w+ )?(?:network|net|model|neuron|unit))?"
    r"\s*(?=[.,;?!]|$|and\b|for (?:this|the|these)\b)",
    re.IGNORECASE,
)
"""The value of the prediction, in words."""
VALUE_BESIDE = re.compile(
    rf"^(?!.*\b{KINDS})[^.?!]*?(?P<last>⟦\d+⟧)\s*,?\s*and\s+(?:also\s+)?(?:the value of )?"
    r"the (?:loss|cost|objective|error)(?: function| value)?\s*(?=[.,;?!]|$|(?:for|of) (?:this|the|these)\b)",
    re.IGNORECASE,
)
"""The same behind what else is asked for: "compute $z$, $\\hat y$ and the loss"."""


def is_open(sentence: str, told: bool) -> bool:
    """Whether a sentence asks for something, of which nothing was recognised; `told` are updates that were ordered."""
    plain = sentence.strip()
    if plain.endswith("?") and re.search(r"\w", plain):
        return not (told and RESULTS.search(plain))
    if INSTRUCTS.search(plain) or LEADS.search(plain):
        return False
    return (ANY_ORDER.match(plain) or LED.match(plain)) is not None


VALUE_OF = "the number of"
OPEN = (
    (rf"^{VALUE_OF} .* at ", "only a function that the sheet defines as $f(x)$ is evaluated at several points"),
    (
        r"\btaylor\b|\bmaclaurin\b|\btangents?\b|\blineari[sz]ation|\b(?:order|linear|quadratic) approx",
        "a Taylor polynomial is written with the order that is named, at a point in numbers, of a function that the "
        "sheet defines as f(x) or f(x, y)",
    ),
    (
        r"\bdirection",
        "a directional derivative needs to know whether the direction has length 1; write it as a formula, such as "
        r"$\nabla f(1, 2)^\top u$ with the numbers of $u$",
    ),
    (
        r"\b(?:derivatives?|gradients?|hessians?|jacobians?)\b.*\bat\b",
        "a place is told by numbers, at $x = 1$ or at $(1, 2)$, and each place in a sentence of its own",
    ),
    (r"\bhigher\b", "say which derivatives are meant, up to the sixth"),
    (
        r"subject to|constrain|\bs\.\s?t\.",
        "the place of an extremum is sought under constraints that are one equation each, once in an exercise, and its "
        "unknowns are to be told: minimise f(x, y), or f over x and y, subject to an equation; else write the "
        "Lagrangian and ask for its derivatives",
    ),
    (
        r"\b(?:when|if|suppos\w+|assum\w+)\b",
        "only derivatives, values and updates are answered, and none under a condition; "
        "write the changed formula and ask for it",
    ),
)
"""Why questions of some words stay open."""


def why_open(words: str) -> str:
    """Why a question that is about nothing known is not answered, and what to write instead where that is known."""
    found = (why for pattern, why in OPEN if re.search(pattern, words, re.IGNORECASE))
    return next(found, "only derivatives, values and updates are answered")
