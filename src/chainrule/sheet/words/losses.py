r"""Losses told in words alone: "we train with the cross-entropy $L$", and behind it $\partial L/\partial z = p - y$.

What such words mean is standard but for factors, and the lines of the sheet say between which two names: they have the
difference of a prediction and a target. Here stand the formulas that may be meant; which one, if any, the lines bear
out is found by `check.told_in_words`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from chainrule.read.tree import Big, Comma, Fenced, Fraction, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import Ref, letter_of, reference, spelled, walk
from chainrule.sheet.syntax.spelling import letter_in, names_loss

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
NEGATED = re.compile(_ENTROPY, re.IGNORECASE)
AGAINST = re.compile(
    r"\b(?:unlike|instead of|rather than|not|no|than|without|opposed to|contrast (?:to|with)|weighted|masked|focal"
    r"|balanced|penali[sz]ed|regulari[sz]ed|smoothed|tempered|modified|generali[sz]ed|robust)\s+(?:[\w-]+\s+){0,3}\Z",
    re.IGNORECASE,
)
"""What stands before the name of a loss that is set off against the one at hand, or is another one than the usual."""


@dataclass(frozen=True)
class Told:
    """What words may mean by a loss: its kind, its name, its formula in TeX, and that as a text with what goes with it;
    whether it may be meant with another factor."""

    kind: str
    loss: str
    formula: str
    text: str
    scaled: bool


@dataclass(frozen=True)
class _Named:
    """A name in a formula, as it is written there."""

    ref: Ref
    text: str


def losses_told(sheet: Sheet) -> Iterator[Told]:
    """The formulas that may be meant where words name the loss which a sheet differentiates and never defines."""
    kinds = _kinds(sheet)
    loss = _undefined_loss(sheet) if kinds else None
    pair = _pair(sheet) if loss is not None else None
    if loss is None or pair is None:
        return
    if len({k.name for k in kinds}) > 1:  # both words for one thing: what is minimised has the sign of an entropy
        likelihood = loss.text.startswith(r"\ln") or letter_in(loss.ref.base) in LIKELIHOODS
        kinds = [k for k in kinds if (k.name == "log-likelihood") == likelihood]
    prediction, target = pair
    letters = _letters(prediction.ref if target is None else target.ref)
    free = [x for x in letters if x not in _letters(loss.ref)]
    means = [rf"\frac{{1}}{{{n}}} " for n in _counts(sheet)] + [""]
    parts = {"SUM": " ".join(rf"\sum_{{{x}}}" for x in free), "P": prediction.text}
    for kind in kinds:
        form = kind.picked if target is None else kind.entry if free else kind.whole
        for mean, factor in product(means, kind.factors if form else ()):
            named = parts if target is None else {**parts, "Y": target.text}
            formula = f"{loss.text} = {_put_in(f'{mean}{factor}', form, named)}"
            text = f"The {kind.name} is ${formula}$."
            if kind.picked and target is not None and not free:
                text += f"\n\n${target.text}$ is a probability distribution."
            yield Told(kind.name, loss.text, formula, text, len(means) + len(kind.factors) > 2)


def _kinds(sheet: Sheet) -> list[Kind]:
    """The kinds of the one loss that the words name; none where they name several."""
    words = [*(s.text for s in sheet.sentences), *sheet.titles]
    named = [k for k in KINDS if any(_speaks(k, text) for text in words)]
    if len({k.name == "squared error" for k in named}) > 1:
        return []
    texts = [d.text for d in {id(e.document): e.document for e in sheet.equations}.values()]
    return [k for k in named if any(k.output.search(text) for text in texts)]


def _speaks(kind: Kind, text: str) -> bool:
    """Whether words name a kind of loss; a likelihood that is taken with the other sign is a cross-entropy."""
    if kind.name == "log-likelihood":
        text = NEGATED.sub("", text)
    return any(not AGAINST.search(text[: m.start()]) for m in kind.words.finditer(text))


def _put_in(factor: str, form: str, parts: dict[str, str]) -> str:
    """A form with its names, and a factor behind its sign."""
    sign, body = ("-", form[1:]) if form.startswith("-") else ("", form)
    return f"{sign}{factor}" + re.sub(
        r"\b(?:SUM|P|Y)\b", lambda m: parts["SUM"] if m[0] == "SUM" else f"{{{parts[m[0]]}}}", body
    )


# ------------------------------------------------------------------------------------- the loss


def _undefined_loss(sheet: Sheet) -> _Named | None:
    """The only loss that is differentiated and never defined, as it is written most often; without a customary letter,
    what is differentiated alone."""
    tops = [name for e in sheet.equations for side in (e.lhs, e.rhs) for name in _tops(sheet, e, side)]
    tops += [name for e in sheet.equations for name in _terms(sheet, e)]
    open_ones = [name for name in tops if not _defined(sheet, name.ref)]
    by = {b for e in sheet.equations for side in (e.lhs, e.rhs) for b in _variables(sheet, side)}
    found = [n for n in open_ones if names_loss(n.ref.base)] or [
        n for n in open_ones if n.ref.base not in by and n.ref.bare
    ]
    if len({n.ref.base for n in found}) != 1:
        return None
    most = Counter(n.text for n in found).most_common(1)[0][0]
    return next(n for n in found if n.text == most)


def _tops(sheet: Sheet, e: Equation, side: Node) -> Iterator[_Named]:
    """What a formula differentiates: names, and logarithms of names."""
    for part in walk(side):
        top = above(part.numerator) if isinstance(part, Fraction) and below(part.denominator) is not None else None
        body = None if top is None else top.body
        if isinstance(part, Product) and len(part.factors) > 1 and nabla_of(part.factors[0].node) is not None:
            body = part.factors[1].node
        if body is not None and (named := _named(sheet, e, body)) is not None:
            yield named


def _terms(sheet: Sheet, e: Equation) -> Iterator[_Named]:
    r"""The L_t of `L = \sum_t L_t`."""
    head = reference(e.lhs, sheet.glossary) if e.op in DEFINING else None
    factors = e.rhs.factors if head is not None and names_loss(head.base) and isinstance(e.rhs, Product) else ()
    if any(isinstance(f.node, Big) for f in factors):
        named = _named(sheet, e, factors[-1].node)
        yield from [] if named is None else [named]


def _named(sheet: Sheet, e: Equation, body: Node) -> _Named | None:
    """`L`, `L(w)`, `\\ln L`."""
    nodes = [f.node for f in body.factors] if isinstance(body, Product) else [body]
    log = isinstance(nodes[0], Name) and spelled(nodes[0]) in LOGARITHMS
    name = nodes[1 if log and len(nodes) > 1 else 0]
    ref = reference(name, sheet.glossary)
    if ref is None or ref.postfix or any(not isinstance(n, Fenced) for n in nodes[2 if log else 1 :]):
        return None
    return _Named(ref, (r"\ln " if log else "") + e.document.source(name.span).strip())


def _defined(sheet: Sheet, ref: Ref) -> bool:
    """Whether a formula says what a name is, with as many subscripts: `L(w) = ...`, `\\ln L = ...`, `... = L`."""
    for e in (x for x in sheet.equations if x.op in DEFINING):
        head, right = _named(sheet, e, e.lhs), reference(e.rhs, sheet.glossary)
        refs = [None if head is None else head.ref, right]
        if any(r is not None and r.base == ref.base and len(r.subs) == len(ref.subs) for r in refs):
            return True
    return False


# ------------------------------------------------------------------------------------- prediction and target


def _pair(sheet: Sheet) -> tuple[_Named, _Named | None] | None:
    """The prediction and the target whose difference stands in most lines; the prediction for the true class alone
    where the target is an indicator."""
    counted = Counter[tuple[str, str | None]]()
    first: dict[tuple[str, str | None], tuple[_Named, _Named | None]] = {}
    for e in sheet.equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Sum)):
            for prediction, target in _differences(sheet, e, node):
                guess = _defines(sheet, prediction.ref) or "hat" in prediction.ref.base
                if guess and (target is None or not _defines(sheet, target.ref)):
                    key = prediction.text, None if target is None else target.text
                    counted[key] += 1
                    first.setdefault(key, (prediction, target))
    return first[counted.most_common(1)[0][0]] if counted else None


def _differences(sheet: Sheet, e: Equation, node: Sum) -> Iterator[tuple[_Named, _Named | None]]:
    """The two names of a difference, in both orders."""
    if len(node.terms) != 2 or sum(t.sign == "-" for t in node.terms) != 1:
        return
    for one, other in (node.terms, node.terms[::-1]):
        prediction, target = (_single(sheet, e, t.node) for t in (one, other))
        if prediction is not None and target is not None:
            if {*_letters(target.ref)} <= {*_letters(prediction.ref)} and prediction.ref.base != target.ref.base:
                yield prediction, target
        elif prediction is not None and (picked := _picked(e, one.node, other.node)) is not None:
            yield replace(prediction, text=picked, ref=_without(prediction.ref, other.node)), None


def _single(sheet: Sheet, e: Equation, node: Node) -> _Named | None:
    ref = reference(node, sheet.glossary)
    return None if ref is None or ref.postfix else _Named(ref, e.document.source(node.span).strip())


def _picked(e: Equation, node: Node, indicator: Node) -> str | None:
    r"""The prediction for the true class, which an indicator names: `p_y` of `p_k` and `\mathbb{1}[k = y]`."""
    for k, label in _equated(indicator):
        if isinstance(node, Script) and node.sub is not None and node.sup is None:
            subs = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
            if [letter_of(n) for n in subs].count(k) == 1:
                below_it = [e.document.source((label if letter_of(n) == k else n).span) for n in subs]
                return f"{e.document.source(node.base.span)}_{{{','.join(f'{{{x}}}' for x in below_it)}}}"
    return None


def _equated(indicator: Node) -> Iterator[tuple[str, Node]]:
    r"""The letters that an indicator sets equal to something: k of `\mathbb{1}[k = y]` and of `\delta_{k y}`."""
    for n in walk(indicator):
        pair: list[Node] = []
        if isinstance(n, Relation) and [link.op for link in n.links] == ["="]:
            pair = [n.first, n.links[0].node]
        elif isinstance(n, Script) and isinstance(n.base, Name) and n.base.text == "delta" and n.sub is not None:
            pair = [f.node for f in n.sub.factors] if isinstance(n.sub, Product) else []
            pair = [*n.sub.items] if isinstance(n.sub, Comma) else pair
        if len(pair) == 2:
            yield from ((x, y) for a, y in (pair, pair[::-1]) if (x := letter_of(a)) is not None)


def _without(ref: Ref, indicator: Node) -> Ref:
    """A name without the letters that an indicator has."""
    letters = {x for x, _ in _equated(indicator)}
    return replace(ref, subs=tuple(n for n in ref.subs if letter_of(n) not in letters))


def _defines(sheet: Sheet, ref: Ref) -> bool:
    """Whether a formula says what a name, or one of its entries, is; `y_1 = 0` gives but a number."""
    for e in sheet.equations:
        head = reference(e.lhs, sheet.glossary) if e.op in DEFINING and not isinstance(e.rhs, Number) else None
        if head is not None and head.base == ref.base:
            return True
    return False


def _variables(sheet: Sheet, side: Node) -> Iterator[str]:
    """The names that a formula differentiates by."""
    for part in (n for n in walk(side) if isinstance(n, Fraction)):
        bottom = below(part.denominator) if above(part.numerator) is not None else None
        refs = [] if bottom is None else [reference(v, sheet.glossary) for v in bottom[1]]
        yield from (r.base for r in refs if r is not None)


def _letters(ref: Ref) -> list[str]:
    """The letters that a name has as indices: below it, and in parentheses above it."""
    return [x for n in (*ref.subs, *ref.labels) if (x := letter_of(n)) is not None]


def _counts(sheet: Sheet) -> list[str]:
    r"""The counts that lines with derivatives are divided by, most often first: the N of `\frac{1}{N} X^T (P - Y)`."""
    found = Counter[str]()
    for e in (x for x in sheet.equations if any(_variables(sheet, x.lhs)) or any(_tops(sheet, x, x.lhs))):
        for part in (n for n in walk(e.rhs) if isinstance(n, Fraction) and isinstance(n.numerator, Number)):
            if isinstance(part.denominator, Name):
                found[e.document.source(part.denominator.span).strip()] += 1
    return [text for text, _ in found.most_common(1)]
