"""Whether words order gradient descent and no more: "perform two updates of $w$ with learning rate 0.1".

A rule that nobody writes is made up only for the plain method. What may change it has no end: clipped or normalised
gradients, a velocity, a rate for each step or each weight, another function. So the words are listed that do not
change it, and a sentence about updates or gradients that has another word leaves the rule to its author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Comma, Fraction, Node, Product, Relation
from chainrule.sheet.records.statements import Sentence, Sheet
from chainrule.sheet.syntax.derivatives import above, nabla_of
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.words import plain_words
from chainrule.sheet.words.plain_words import sentences
from chainrule.trace.rules import CUE

_WORDS = (
    # what is done, and how often
    "perform do make take run carry out apply use using start starting begin beginning show want updated trained "
    "one two three four five six ten once on at after all both each every this these "
    # the method under its plain names
    "gradients derivative derivatives partial subgradient subgradients descent ascent update updates step steps "
    "iteration iterations rule rules learning rate size length width plain vanilla simple standard ordinary batch "
    "full "
    # what it is for
    "minimise minimize minimising minimizing optimisation optimization train training objective loss error cost "
    "function "
    # what it is done to, and from where
    "weight weights parameter parameters bias biases matrix matrices vector vectors scalar value values initial "
    "point points origin output outputs input inputs target targets result results "
    # what it is done to, and with which layers and losses
    "machine model models network networks neural net layer layers hidden unit units neuron neurons perceptron data "
    "dataset label labels prediction predictions regression classification classifier logistic linear squared entropy "
    "sigmoid tanh relu softmax activation weighted backpropagation backprop chain "
    # of exercises and their answers
    "following current suppose consider assume let provide report question exercise task problem part answer answers "
    "estimate estimates mean updating "
    "method algorithm equation equations formula formulas numerical numerically symbolically analytically above here "
    "now then finally hence so it its they these your you obtain get has have was were will initialized initialised "
    "initialization initialisation denote denotes denoted called used"
)
PLAIN = frozenset(_WORDS.split())
"""The words of orders to take plain steps, by their classes; none of them names another method."""
UNITS = re.compile(
    r"\bthen (?=perform|do|make|take|run|carry|compute|calculate|apply|use|give)|\bby hand\b"
    r"|\bfirst (?=(?:two|three|four|five|⟦\d+⟧) (?:steps|updates|iterat\w+))"
    r"|\b(?:further|more|another|next) (?=(?:(?:two|three|four|five|⟦\d+⟧) )?(?:gradient )?(?:descent |ascent )?"
    r"(?:steps?|updates?|iterations?)\b)"
    r"|\bnew (?=values?\b|weights\b|parameters\b)",
    re.IGNORECASE,
)
"""Words that are plain in their place."""
SPEAKS = re.compile(
    r"\bgradients?\b|\b(?:learning )?rates?\b|\bstep (?:size|length|width)|\bascen\w+|\bsteps?\b|\bdecay\b",
    re.IGNORECASE,
)
SUPPOSES = re.compile(r"\bif\b.*\?\s*\Z", re.IGNORECASE)
"""A question about what would be."""
ORDERS = re.compile(
    r"\b(?:compute|calculate|derive|find|determine|give|state|show|prove|provide|what)\b", re.IGNORECASE
)
DERIVATIVE = re.compile(
    r"\b(?:gradients?|derivatives?|derivation|backprop\w*|jacobian|hessian)\b"
    r"(?!.*\b(?:only|instead|clip\w*|normali[sz]\w*|sample|example|noise|noisy|stochastic|batch\w*|once|random\w*)\b)",
    re.IGNORECASE,
)
"""What is ordered is a derivative, of all that the loss is of."""
WORKINGS = re.compile(
    r"\b(?:show |include |provide )?(?:each|every|all|your|the|intermediate)(?: the| your)? steps?\b"
    r"(?= of (?:your|the|this) (?:deriv|calcul|comput|sol|work|proof))|\bshow (?:all |your )+steps\b",
    re.IGNORECASE,
)
"""Steps of an answer, and of no method."""
MOVES = re.compile(r"\b(?:updat\w+|train\w*|steps?|descent|ascent|learn\w*|optimi[sz]\w+|iterat\w+)\b", re.IGNORECASE)
NUMBER = re.compile(r"⟦(\d+)⟧|(?<![\w.])\d+(?:\.\d+)?(?![\w⟧])")
COUNTED = re.compile(
    r"\s*(?:more )?(?:gradient )?(?:descent |ascent )?(?:steps?|updates?|iterations?)\b", re.IGNORECASE
)


def parts(s: Sentence, all_of_them: bool = False) -> Iterator[str]:
    """The sentences of a paragraph that are about what is done, or all that are no supposition."""
    for part in sentences(s.text):
        moves = MOVES.search(WORKINGS.sub(" ", part)) is not None
        slopes = (_is_derivative(s.formulas[int(n)]) for n in re.findall(r"⟦(\d+)⟧", part))
        derives = not all_of_them and ORDERS.search(part) and (any(slopes) or DERIVATIVE.search(part))
        if not SUPPOSES.search(part) and not (derives and not moves):
            yield part


def speaks(part: str) -> bool:
    return CUE.search(part) is not None or SPEAKS.search(part) is not None


def strange(part: str) -> str:
    """A word that is not known to leave the method as it is; "" if there is none."""
    return plain_words.strange(UNITS.sub(" ", part), PLAIN)


def why_not_plain(sheet: Sheet, s: Sentence, part: str, rate: str) -> str:
    """Why a sentence about updates orders more than gradient descent with one rate; "" if it does not."""
    word = strange(part)
    if word:
        return f"the words on the updates may mean another method ('{word}'); write the rule"
    for found in NUMBER.finditer(part):
        node = None if found[1] is None else s.formulas[int(found[1])]
        if node is not None and not is_literal(node):
            if not _is_simple(sheet, node):
                return "a formula stands beside the words on the updates; write the rule"
            continue
        text = found[0] if found[1] is None else s.sources[int(found[1])].strip("$ ")
        if text != rate and not COUNTED.match(part, found.end()):
            return f"the words on the updates have more than one number ({rate}, {text}); write the rule"
    return ""


def _is_simple(sheet: Sheet, node: Node) -> bool:
    """A name, a list of names, a derivative, a value of a function, or a relation."""
    items = node.items if isinstance(node, Comma) else (node,)
    return all(
        isinstance(x, Relation) or _is_derivative(x) or reference(x, sheet.glossary) is not None or _is_called(sheet, x)
        for x in items
    )


def _is_called(sheet: Sheet, node: Node) -> bool:
    return (
        isinstance(node, Product) and len(node.factors) == 2 and bool(reference(node.factors[0].node, sheet.glossary))
    )


def _is_derivative(node: Node) -> bool:
    return any(
        nabla_of(n) is not None or (isinstance(n, Fraction) and above(n.numerator) is not None) for n in walk(node)
    )
