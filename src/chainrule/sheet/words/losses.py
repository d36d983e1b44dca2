r"""Losses told in words alone: "we train with the cross-entropy $L$", and behind it $\partial L/\partial z = p - y$.

What such words mean is standard but for factors, and the lines of the sheet say between which two names: they have the
difference of a prediction and a target. Here stand the formulas that may be meant; which one, if any, the lines bear
out is found by `check.told_in_words`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from chainrule.read.tree import Big, Fenced, Fraction, Name, Node, Number, Product
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import LOGARITHMS, is_function_word
from chainrule.sheet.syntax.names import Ref, reference, spelled, walk
from chainrule.sheet.syntax.spelling import letter_in, names_loss
from chainrule.sheet.words.predictions import Named, index_letters, prediction_and_target, variables
from chainrule.sheet.words.told_formulas import Told

CROSS_ENTROPY = (
    r"cross[- ]?entrop(?:y|ies)|kreuzentropie|entropie crois[ée]e|entrop[ií]a (?:cruzada|incrociata)"
    r"|перекр[её]стн\w+ энтропи|кросс-?\s?энтропи|交叉熵|交差エントロピー|(?:교차|크로스) ?엔트로피"
)
"""A cross-entropy in the languages that derivations are most often written in."""
_ENTROPY = (
    rf"{CROSS_ENTROPY}|softmax loss|log(?:istic|arithmic)? loss"
    r"|(?:minus|negative) (?:of )?(?:the )?log[- ]?likelihood|NLL|log[- ]likelihood (?:loss|cost)"
)
_LIKELIHOOD = (
    r"log[- ]?likelihood|log-?vraisemblance|log-?vero(?:similitud|ssimilhança|simiglianza)|log-?plausibilit"
    r"|логарифм\w* правдоподоби|对数似然|對數似然|対数尤度|로그 ?(?:가능도|우도)|לוג[- ־]נראות"
)
_SQUARES = (
    r"squared?[- ](?:error|loss|difference|residual|deviation)|mean[- ]squares?|sum of squares|MSE|SSE|RSS"
    r"|quadratic (?:loss|cost|error)|least[- ]squares|L2 loss|quadratische\w* (?:fehler|abweichung)"
    r"|erreurs? quadratique|err\w+ (?:cuadr[áa]tic|quadr[áa]tic)o|среднеквадратич|均方(?:误差|誤差)"
    r"|平方(?:误差|誤差|損失|损失)|二乗(?:和)?誤差|제곱 ?오차"
)


@dataclass(frozen=True)
class Kind:
    """A kind of loss: its name, the words for it, what the sheet has where its outputs are of that kind, and what it is
    of a prediction P and a target Y, by entries that are summed and of whole arrays; and what of the prediction for the
    true class alone, where the target is a distribution."""

    name: str
    words: re.Pattern[str]
    output: re.Pattern[str]
    entry: str
    whole: str
    picked: str = ""
    factors: tuple[str, ...] = ("",)

    @property
    def over_entries(self) -> str:
        r"""What it is of two vectors, with a letter that nobody uses; `\langle y, \log p \rangle` may be of numbers."""
        return self.entry.replace("SUM", r"\sum_\kappa").replace("Y", r"Y_\kappa").replace("P", r"P_\kappa")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{pattern})", re.IGNORECASE)


_BINARY = r"[Y \log P + (1 - Y) \log (1 - P)]"
_BINARIES = r"[\langle Y, \log P \rangle + \langle 1 - Y, \log (1 - P) \rangle]"
_HALVES = (r"\frac{1}{2} ", "")
_OF_CLASSES = re.compile(
    r"softmax|(?:e\s*\^|\\exp)(?:(?!\n\s*\n)[\s\S]){0,60}\\sum|categorical|multi-?class", re.IGNORECASE
)
_OF_TWO = re.compile(r"sigmoid|logistic|logit|binary|bernoulli|1\s*\+\s*(?:e\s*\^|\\exp)|\\sigma", re.IGNORECASE)
_OF_COUNTS = re.compile(r"poisson|пуассон|泊松|ポアソン|포아송", re.IGNORECASE)
_ANY = re.compile("")
KINDS = (
    Kind(
        "cross-entropy", _words(_ENTROPY), _OF_CLASSES, r"-SUM Y \log P", r"-\langle Y, \log P \rangle", r"-SUM \log P"
    ),
    Kind("cross-entropy", _words(_ENTROPY), _OF_TWO, f"-SUM {_BINARY}", f"-{_BINARIES}"),
    Kind(
        "log-likelihood", _words(_LIKELIHOOD), _OF_CLASSES, r"SUM Y \log P", r"\langle Y, \log P \rangle", r"SUM \log P"
    ),
    Kind("log-likelihood", _words(_LIKELIHOOD), _OF_TWO, f"SUM {_BINARY}", _BINARIES),
    Kind("cross-entropy", _words(_ENTROPY), _OF_COUNTS, r"-SUM [Y \log P - P]", ""),
    Kind("log-likelihood", _words(_LIKELIHOOD), _OF_COUNTS, r"SUM [Y \log P - P]", ""),
    Kind("squared error", _words(_SQUARES), _ANY, "SUM (P - Y)^2", r"\langle P - Y, P - Y \rangle", factors=_HALVES),
)
LIKELIHOODS = frozenset({"ell", "l", "LL", "ll"})
"""Letters and words for the logarithm of a likelihood."""
SIGNS = re.compile(r"\{\s*-\s*1|1\s*,\s*-\s*1\s*\\?\}|\\pm\s*1\b")
"""Labels that are 1 and -1, which no binary cross-entropy is written for."""
NEGATED = re.compile(_ENTROPY, re.IGNORECASE)
AGAINST = re.compile(
    r"\b(?:unlike|instead of|rather than|not|no|than|without|opposed to|contrast (?:to|with)|weighted|masked|focal"
    r"|balanced|penali[sz]ed|regulari[sz]ed|smoothed|tempered|modified|generali[sz]ed|robust)\s+(?:[\w-]+\s+){0,3}\Z",
    re.IGNORECASE,
)
"""What stands before the name of a loss that is set off against the one at hand, or is another one than the usual."""


MORE_TERMS = re.compile(
    r"(?<![A-Za-z])(?:p[eé]nal|r[eé]gulari|regolari|strafterm|штраф|регуляри|正则|正則|惩罚|罰則|규제|정규화"
    r"|weight[- ]decay\b|ridge\b|lasso\b|elastic net\b|label smoothing\b|class weights\b)",
    re.IGNORECASE,
)
"""The names of what is added to a loss, penalties in the languages of `CROSS_ENTROPY` and the methods called after
them, or of what changes its terms, wherever the text speaks of it. No mechanism takes the place of these words: the
lines that leave the penalty out hold by the loss without it, as if it were the one that the words name."""


def losses_told(sheet: Sheet) -> Iterator[Told]:
    """The formulas that may be meant where words name the loss which a sheet differentiates and never defines."""
    kinds = [] if any(MORE_TERMS.search(s.text) for s in sheet.sentences) else _kinds(sheet)
    loss = _undefined_loss(sheet) if kinds else None
    pair = prediction_and_target(sheet) if loss is not None else None
    if loss is None or pair is None:
        return
    if len({k.name for k in kinds}) > 1:  # both words for one thing: what is minimised has the sign of an entropy
        likelihood = loss.text.startswith(r"\ln") or letter_in(loss.ref.base) in LIKELIHOODS
        kinds = [k for k in kinds if (k.name == "log-likelihood") == likelihood]
    prediction, target = pair
    letters = index_letters(prediction.ref if target is None else target.ref)
    free = [x for x in letters if x not in index_letters(loss.ref)]
    means = [rf"\frac{{1}}{{{n}}} " for n in _counts(sheet)] + [""]
    parts = {"SUM": " ".join(rf"\sum_{{{x}}}" for x in free), "P": prediction.text}
    for kind in kinds:
        form = kind.picked if target is None else kind.entry if free else kind.whole
        if kind.picked and target is not None and _are_vectors(prediction, target):
            form = kind.over_entries
        for mean, factor in product(means, kind.factors if form else ()):
            named = parts if target is None else {**parts, "Y": target.text}
            formula = f"{loss.text} = {_put_in(f'{mean}{factor}', form, named)}"
            text = f"The {kind.name} is ${formula}$."
            if kind.picked and target is not None and not free:
                text += f"\n\n${target.text}$ is a probability distribution."
            yield Told(kind.name, loss.text, formula, text, len(means) + len(kind.factors) > 2)


def _are_vectors(prediction: Named, target: Named) -> bool:
    """Whether two names are the whole vectors of classes: neither has an index or is a matrix."""
    return all(n.ref.bare and not letter_in(n.ref.base).isupper() for n in (prediction, target))


def _kinds(sheet: Sheet) -> list[Kind]:
    """The kinds of the one loss that the words name; none where they name several."""
    words = [*(s.text for s in sheet.sentences), *sheet.titles]
    named = [k for k in KINDS if any(_speaks(k, text) for text in words)]
    if len({k.name == "squared error" for k in named}) > 1:
        return []
    texts = [d.text for d in {id(e.document): e.document for e in sheet.equations}.values()]
    signs = any(SIGNS.search(text) for text in texts)
    return [k for k in named if any(k.output.search(text) for text in texts) and not (signs and k.output is _OF_TWO)]


def _speaks(kind: Kind, text: str) -> bool:
    """Whether words name a kind of loss; a likelihood that is taken with the other sign is a cross-entropy."""
    if kind.name == "log-likelihood":
        text = NEGATED.sub("", text)
    return any(not AGAINST.search(text[: m.start()]) for m in kind.words.finditer(text))


def _put_in(factor: str, form: str, parts: dict[str, str]) -> str:
    """A form with its names, and a factor behind its sign."""
    sign, body = ("-", form[1:]) if form.startswith("-") else ("", form)
    return f"{sign}{factor}" + re.sub(
        r"(?<![A-Za-z\\])(?:SUM|P|Y)(?![A-Za-z])",
        lambda m: parts["SUM"] if m[0] == "SUM" else f"{{{parts[m[0]]}}}",
        body,
    )


# ------------------------------------------------------------------------------------- the loss


def _undefined_loss(sheet: Sheet) -> Named | None:
    """The only loss that is differentiated and never defined, as it is written most often; without a customary letter,
    what is differentiated alone."""
    tops = [name for e in sheet.equations for side in (e.lhs, e.rhs) for name in _tops(sheet, e, side)]
    tops += [name for e in sheet.equations for name in _terms(sheet, e)]
    open_ones = [name for name in tops if not _defined(sheet, name.ref)]
    by = {b for e in sheet.equations for side in (e.lhs, e.rhs) for b in variables(sheet, side)}
    found = [n for n in open_ones if names_loss(n.ref.base)] or [
        n for n in open_ones if n.ref.base not in by and n.ref.bare
    ]
    if len({n.ref.base for n in found}) != 1:
        return None
    most = Counter(n.text for n in found).most_common(1)[0][0]
    return next(n for n in found if n.text == most)


def _tops(sheet: Sheet, e: Equation, side: Node) -> Iterator[Named]:
    """What a formula differentiates: names, and logarithms of names."""
    for part in walk(side):
        top = above(part.numerator) if isinstance(part, Fraction) and below(part.denominator) is not None else None
        body = None if top is None else top.body
        if isinstance(part, Product) and len(part.factors) > 1 and nabla_of(part.factors[0].node) is not None:
            body = part.factors[1].node
        if body is not None and (named := _named(sheet, e, body)) is not None:
            yield named


def _terms(sheet: Sheet, e: Equation) -> Iterator[Named]:
    r"""The L_t of `L = \sum_t L_t`."""
    head = reference(e.lhs, sheet.glossary) if e.op in DEFINING else None
    factors = e.rhs.factors if head is not None and names_loss(head.base) and isinstance(e.rhs, Product) else ()
    if any(isinstance(f.node, Big) for f in factors):
        named = _named(sheet, e, factors[-1].node)
        yield from [] if named is None else [named]


def _named(sheet: Sheet, e: Equation, body: Node) -> Named | None:
    """`L`, `L(w)`, `\\ln L`."""
    nodes = [f.node for f in body.factors] if isinstance(body, Product) else [body]
    log = isinstance(nodes[0], Name) and spelled(nodes[0]) in LOGARITHMS
    name = nodes[1 if log and len(nodes) > 1 else 0]
    ref = reference(name, sheet.glossary)
    if (
        ref is None
        or ref.postfix
        or is_function_word(ref.base)
        or any(not isinstance(n, Fenced) for n in nodes[2 if log else 1 :])
    ):
        return None
    return Named(ref, (r"\ln " if log else "") + e.document.source(name.span).strip())


def _defined(sheet: Sheet, ref: Ref) -> bool:
    """Whether a formula says what a name is, with as many subscripts: `L(w) = ...`, `\\ln L = ...`, `... = L`."""
    for e in (x for x in sheet.equations if x.op in DEFINING):
        head, right = _named(sheet, e, e.lhs), reference(e.rhs, sheet.glossary)
        refs = [None if head is None else head.ref, right]
        if any(r is not None and r.base == ref.base and len(r.subs) == len(ref.subs) for r in refs):
            return True
    return False


def _counts(sheet: Sheet) -> list[str]:
    r"""The counts that lines with derivatives are divided by, most often first: the N of `\frac{1}{N} X^T (P - Y)`."""
    found = Counter[str]()
    for e in (x for x in sheet.equations if any(variables(sheet, x.lhs)) or any(_tops(sheet, x, x.lhs))):
        for part in (n for n in walk(e.rhs) if isinstance(n, Fraction) and isinstance(n.numerator, Number)):
            if isinstance(part.denominator, Name):
                found[e.document.source(part.denominator.span).strip()] += 1
    return [text for text, _ in found.most_common(1)]
