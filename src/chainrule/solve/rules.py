r"""Update rules that are asked for: "write down the update rule of gradient descent for $w$ with learning rate $\eta$".

The answer is the derivation of the gradient and, behind it, the rule with the gradient put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Name, Script, Span
from chainrule.solve.descent import ASCENT, OTHER
from chainrule.solve.forms.writing import Way
from chainrule.solve.orders import VERB
from chainrule.solve.question import Formula, Question
from chainrule.trace.implied import RATE
from chainrule.write.derivation import Line

FILLERS = (
    "the|an?|corresponding|resulting|explicit|full|batch|its|their|weights?|parameters?|gradient|descent|ascent|"
    "gradient[- ](?:descent|ascent)"
)
ASKED = re.compile(
    rf"{VERB}(?:\s+(?:{FILLERS}))*\s+(?:updates?(?:[- ](?:rules?|equations?|formulas?))|"
    r"gradient[- ](?:descent|ascent) (?:rules?|equations?)|learning rules?)\b"
    r"|\b(?:state|write down|write out|give|derive|express|obtain|provide|what is)\s+"
    r"(?:(?:the|an?|each|corresponding|full|batch|full-batch)\s+)*"
    r"gradient[- ](?:descent|ascent) (?:updates?|steps?|iterations?)\b(?!\s*(?:from|start|at|⟦))",
    re.IGNORECASE,
)
"""Without "rule" where no verb may ask for its numbers."""
OF = re.compile(
    r"\b(?:for|of|with respect to|wrt)\s+(?:(?:the|each|both|weights?|bias(?:es)?|parameters?|vector|matrix)\s+)*"
    r"(?P<by>⟦\d+⟧(?:\s*(?:,|and|, and)\s*⟦\d+⟧)*)",
    re.IGNORECASE,
)
USUAL = r"\eta"


def rules_asked(sentence: str, formulas: list[Formula], place: Span) -> Iterator[Question]:
    """The rule of every parameter that is named, or of all; none where another method than gradient descent is meant,
    or where the sentence writes the rule itself."""
    asked = ASKED.search(sentence)
    if asked is None or OTHER.search(sentence):
        return
    rate = RATE.search(sentence)
    sign = "+" if ASCENT.search(sentence) else "-"
    told = USUAL if rate is None else rate["number"] or _last(formulas[int(rate["formula"])])
    of = OF.search(sentence[asked.end() :])
    listed = [] if of is None else [formulas[int(n)] for n in re.findall(r"\d+", of["by"])]
    names = [(text, f.span) for f in listed for text in _names(f)]
    for name, span in names or [("", place)]:
        yield Question(rf"\frac{{\partial }}{{\partial {name}}}", span, 0, rule=f"{sign} {told}")


def _names(f: Formula) -> Iterator[str]:
    for node in f.node.items if isinstance(f.node, Comma) else (f.node,):
        if isinstance(node, (Name, Script, Accent)):
            yield f.part(node)


def _last(f: Formula) -> str:
    r"""`0.1` of `\eta = 0.1`: the name, which says more than its number."""
    return f.tex.split("=")[0].strip().rstrip(".,;")


def with_rule(ways: Sequence[Way], q: Question, by: str) -> list[Way]:
    """The ways to write a gradient, each with the rule behind it."""
    return [_ruled(w, q, by) for w in ways]


def _ruled(way: Way, q: Question, by: str) -> Way:
    slope = way.result
    steps = way.steps if slope in way.steps else (*way.steps, replace(slope, why=slope.why or "derivative"))
    held = rf"\left({slope.right}\right)" if re.search(r" [-+] |^-|\\sum", slope.right) else slope.right
    general = rf"{by} {q.rule} {q.tex}"
    result = Line("rule", rf"{by} \leftarrow {general}", rf"{by} {q.rule} {held}", "So each update is:")
    return replace(way, steps=steps, result=result)
