r"""Slopes that words set to zero and that no line writes: "setting the derivative with respect to $\mu$ to zero",
"maximising over $w$ gives", and estimates that a theorem states before its proof.

Which function is meant is told by its arguments: the last one before that depends on the variable; of an estimate that
is stated first, the first one after it. That is a guess where there are several such functions. What is said so is
therefore only `supposed`: a line may follow from it, and contradicts it only by a slip where one function alone can be
meant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chainrule.read.tree import Factor, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.conditions.extremes import place
from chainrule.sheet.conditions.imposed import differentiated_by, differentiates
from chainrule.sheet.records.statements import Equation, Sentence, Sheet, with_zeros
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Glossary, reference, walk
from chainrule.sheet.syntax.solution_marks import core
from chainrule.sheet.syntax.spelling import look
from chainrule.sheet.words.wording import CONSTRAINED
from chainrule.sheet.words.zero_words import SET_TO_ZERO

_BY = r"(?:with\s+(?:respect|regard)\s+to|w\.?\s?r\.?\s?t\.?)\s+(?:the\s+(?:\w+\s+){1,2})?⟦(\d+)⟧"
SLOPE = re.compile(
    rf"\b(?:derivatives?|gradients?|partials?|differentiat\w+|derive)\b[^.;]{{0,60}}?{_BY}", re.IGNORECASE
)
EXTREME = re.compile(
    rf"\b(?:maximi[sz]|minimi[sz]|optimi[sz])\w+\b[^.;]{{0,40}}?(?:{_BY}|\b(?:over|in|for)\s+⟦(\d+)⟧)[^.;]*"
    r"\b(?:gives?|yields?|leads?|obtain|get|find|result\w*|solution)\b",
    re.IGNORECASE,
)
DERIVATIVE = re.compile(r"\b(?:derivatives?|gradients?|slopes?)\b", re.IGNORECASE)
# Words that say of a name that it is where a function is extreme, and words that say it is another estimate.
ESTIMATE = re.compile(
    r"\b(?:maximum[- ]likelihood|(?-i:MLE|MAP)|maximum\s+a\s+posteriori|maximi[sz]\w+|minimi[sz]\w+|optim\w+"
    r"|least[- ]squares|(?:critical|stationary)\s+point)\b",
    re.IGNORECASE,
)
# Words that call what follows them such a place, "the minimizer is": where no line writes a slope, no others do.
LEADING = re.compile(
    rf"(?:{ESTIMATE.pattern})[^.,;:]*?\b(?:is|are|equals|reads)(?:\s+(?:then|simply|thus|therefore|given\s+by))*\s*:?\s*\Z",
    re.IGNORECASE,
)
# Words right before a formula that call it what solves the problem at hand, the only ones in their sentence but for
# those that say no more, and words that say what is to be extreme.
SOLVED = re.compile(
    r"\b(?:solutions?|solved?|solving|minimi[sz]\w+|maximi[sz]\w+|optimum|optimal\w*|updates?|estimat\w+|gives?|yields?|get"
    r"|obtain|find|lösung|solución)\b",
    re.IGNORECASE,
)
_PLAIN_WORDS = (
    "the its it this that has have a an we get obtain find give gives giving yield yields is are then given by "
    "closed form unique analytic analytical explicit exact least squares problem loss cost objective function "
    "parameter parameters in weight weights vector for of to so thus hence therefore and over with respect w r t "
    "maximum likelihood which where m step algebra la est sont die ist lautet optimale donnée par es óptima "
    "expression formula terms following"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
EXTREMISED = re.compile(
    r"\b(?:(?:arg)?minimi[sz]\w*|(?:arg)?maximi[sz]\w*|argmin|argmax|optimi[sz]\w*|optimal|least[- ]squares|m-step)\b",
    re.IGNORECASE,
)
# Words right before a formula that say that it is what is to be extreme, and not what by.
OBJECTIVE = re.compile(
    r"\b(?:mini|maxi)mi[sz]\w*(?:\s+(?!(?:with|over|w|by|in|for|using|subject|when|if|to)\b)[\w-]+){0,4}\s*:?\s*\Z",
    re.IGNORECASE,
)
OTHERWISE = re.compile(rf"\b(?:(?:un)?biased\b|moments?\b|corrected\b|{CONSTRAINED})", re.IGNORECASE)


@dataclass(frozen=True)
class Objective:
    """A function that a line defines, as it stands there, with what it depends on."""

    equation: Equation
    over: frozenset[str]
    arguments: tuple[Node, ...] = ()


def supposed(sheet: Sheet) -> Iterator[Equation]:
    """What is said of slopes in words before an equation, as `\\nabla_v f = 0`."""
    objectives = [o for e in sheet.equations if (o := _objective(e, sheet.glossary)) is not None]
    slopes = [e for e in sheet.equations if differentiates(e.lhs)]
    positions = sorted(e.position for e in sheet.equations)
    said: dict[int, list[Sentence]] = {}
    for s in sheet.sentences:
        after = bisect_right(positions, s.position)
        if after < len(positions):
            said.setdefault(positions[after], []).append(s)
    for e in sheet.equations:
        if not e.own or e.link or e.source != "formula" or place(e, sheet.glossary) is not None:
            continue
        words = [*said.get(e.position, []), *_in_its_paragraph(e, sheet.sentences)]
        here = [o for o in objectives if o.equation.position < e.position and _holds(o, e)]
        sloped = here and any(here[-1].equation.position < x.position < e.position for x in slopes)
        told = False
        for variable, end in (*_set_to_zero(e, words, [] if sloped else here), *_estimate(e, words, sheet, here)):
            ref = reference(variable, sheet.glossary)
            if ref is None or _written(sheet, e, core(ref.base)):
                continue
            meant = [o for o in objectives if _depends(o, e, core(ref.base)) and o.equation.position < end]
            if meant:
                told = True
                yield _slope(e, end, variable, meant[-1], "supposed alone" if len(meant) == 1 else "supposed")
        if not told:
            yield from _tried(e, words, sheet, here)


def _in_its_paragraph(e: Equation, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The words that lead to an equation within a paragraph, from the last full stop on."""
    words = e.cue.rsplit(". ", 1)[-1]
    around = (s for s in sentences if s.document is e.document and s.position >= e.position)
    paragraph = next(around, None) if words else None
    if paragraph is not None and paragraph.text.startswith(e.cue):
        yield replace(paragraph, text=words)


def _set_to_zero(
    e: Equation, sentences: Iterable[Sentence], objectives: Sequence[Objective]
) -> Iterator[tuple[Node, int]]:
    """The variables whose slopes the words before an equation set to zero, and where the function stands before; the
    only variable of the last function, where they name none."""
    for s in sentences:
        text = with_zeros(s.text, s.formulas)
        zero = SET_TO_ZERO.search(text)
        found = SLOPE.search(text) if zero else EXTREME.search(text)
        if OTHERWISE.search(text):
            continue
        if found is not None:
            yield s.formulas[int(next(n for n in found.groups() if n is not None))], e.position
        elif zero and DERIVATIVE.search(text) and objectives and len(objectives[-1].arguments) == 1:
            yield objectives[-1].arguments[0], e.position


def _estimate(
    e: Equation, sentences: Iterable[Sentence], sheet: Sheet, objectives: Sequence[Objective]
) -> Iterator[tuple[Node, int]]:
    """The variable of an estimate that words announce, `\\hat\\lambda`, and where it is first differentiated by; where
    it never is, that of the functions before."""
    words = " ".join([*(s.text for s in sentences), e.cue])[-200:]
    ref = reference(e.lhs, sheet.glossary)
    if ref is None or core(ref.base) == ref.base or not ESTIMATE.search(words) or OTHERWISE.search(words):
        return
    for x in sheet.equations:
        if x.document is e.document and x.position > e.position and e.scope.sees(x.scope):
            for node in differentiated_by(x.lhs):
                if isinstance(node, Node) and _base(node, sheet.glossary) == core(ref.base):
                    yield node, x.position
                    return
    if not LEADING.search(words):
        return
    before = (x for o in reversed(objectives) for x in o.arguments if _base(x, sheet.glossary) == core(ref.base))
    if (variable := next(before, None)) is not None:
        yield variable, e.position


def _tried(
    e: Equation, sentences: Sequence[Sentence], sheet: Sheet, objectives: Sequence[Objective]
) -> Iterator[Equation]:
    """The slope that a formula may solve which words call a solution, where they say that a function before it is to be
    minimised: "the closed-form solution is". It is in force only where the formula does solve it."""
    ref = reference(e.lhs, sheet.glossary)
    words = " ".join([*(s.text for s in sentences), e.cue or e.lead])[-200:]
    if ref is None or e.op != "=" or is_numeric(e.rhs) or not _only_calls_it_a_solution(words):
        return
    plain = replace(ref, base=core(ref.base)).key
    for o in reversed(objectives):
        nodes = (n for side in (o.equation.lhs, o.equation.rhs) for n in walk(side))
        variable = next((n for n in nodes if (r := reference(n, sheet.glossary)) is not None and r.key == plain), None)
        if variable is None:
            continue
        start = o.equation.position
        said = [s.text for s in sheet.sentences if s.document is e.document and start <= s.position <= e.position + 2]
        if EXTREMISED.search(" ".join((o.equation.cue, o.equation.lead, *said))) and not _written(
            sheet, e, core(ref.base)
        ):
            yield _slope(e, e.position, variable, o, "tried")
        return


def _only_calls_it_a_solution(words: str) -> bool:
    """Whether the sentence right before a formula says that it solves the problem at hand, and nothing else."""
    sentence = re.split(r"[.;!?]\s", re.sub(r"⟦\d+⟧", " ", words))[-1]
    others = _PLAIN.union(x.lower() for x in SOLVED.findall(sentence))
    return SOLVED.search(sentence) is not None and others.issuperset(re.findall(r"[^\W\d_]+", sentence.lower()))


def _written(sheet: Sheet, e: Equation, base: str) -> bool:
    """Whether a line before an equation is a derivative by a variable."""
    before = (x for x in sheet.equations if x.document is e.document and x.position < e.position)
    here = (x for x in before if e.scope.sees(x.scope) and differentiates(x.lhs))
    nodes = (node for x in here for node in differentiated_by(x.lhs) if isinstance(node, Node))
    return any(_base(node, sheet.glossary) == base for node in nodes)


def _base(node: Node, glossary: Glossary) -> str | None:
    ref = reference(node, glossary)
    return None if ref is None else core(ref.base)


def _objective(e: Equation, glossary: Glossary) -> Objective | None:
    """`\\ell(\\mu, \\Sigma) = ...`, `Q = ...`: what defines a function of names, or a loss by all that it has."""
    if e.link or not e.own or e.op not in ("=", ":=", "≡") or differentiates(e.lhs) or differentiates(e.rhs):
        return None
    named = reference(e.lhs, glossary)
    called = OBJECTIVE.search(e.cue or e.lead)
    if named is not None and named.bare and (look(named.base) == "loss" or called):
        return Objective(e, frozenset(r.base for n in walk(e.rhs) if (r := reference(n, glossary)) is not None))
    factors = e.lhs.factors if isinstance(e.lhs, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[1].node, Fenced) or factors[1].node.open != "(":
        return None
    refs = [reference(x, glossary) for x in (factors[0].node, *arguments(factors[1].node))]
    over = frozenset(r.base for r in refs[1:] if r is not None)
    return None if None in refs else Objective(e, over, arguments(factors[1].node))


def _depends(o: Objective, e: Equation, base: str) -> bool:
    """Whether a function that holds at an equation depends on a name."""
    return base in o.over and _holds(o, e)


def _holds(o: Objective, e: Equation) -> bool:
    """Whether a function holds at an equation."""
    return o.equation.document is e.document and e.scope.sees(o.equation.scope)


def _slope(e: Equation, end: int, variable: Node, found: Objective, source: str) -> Equation:
    """The slope as an equation with the place of the line it is said before; it stands behind its function."""
    at = found.equation.lhs
    nabla = Script(at.span, Name(at.span, "nabla"), variable)
    lhs = Product(at.span, (Factor("", nabla), Factor("", Fenced(at.span, "(", at, ")"))))
    return replace(
        e, position=end, own=False, lhs=lhs, op="=", rhs=Number(at.span, "0"), chain=-(10**6) - e.position, cue="",
        source=source, spelled=None, sign=None,
    )  # fmt: skip
