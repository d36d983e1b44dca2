r"""The likelihood of data whose law is told by its name alone: "$x_i \sim \mathrm{Poisson}(\lambda)$".

It is said in the paragraph of the first question, as a sum over the samples of the logarithm of that law, which the
checker knows; a question for it is answered by what that logarithm is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chainrule.read.document import Document
from chainrule.read.load import from_text
from chainrule.read.tree import Fenced, Name, Node, Product, Script
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sentence, Sheet
from chainrule.sheet.records.world import NORMAL
from chainrule.sheet.statistics.distributions import NAMES
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import reference, spelled, walk
from chainrule.sheet.syntax.normal_laws import NORMAL_WORDS, is_density
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.solve.losses import is_called, names_in
from chainrule.solve.question import Question
from chainrule.solve.said.plain_samples import IN_WORDS, MENTION, is_plain, samples_of
from chainrule.trace.rules import callee_base

ASKS = re.compile(r"\blikelihoods?\b|\b(?-i:MLEs?|NLL)\b", re.IGNORECASE)
FOR_ITSELF = re.compile(
    r"^\W*(?:\(?\w{1,4}[.)]\W*)?(?:write down|state|give|find|derive|determine|set up|formulate|what is|compute)\b"
    r"[^.;?]{0,20}?\b(?:negative )?log[- ]?likelihood(?: function)?\b(?! estimat)(?![^.;?]*\band\b)",
    re.IGNORECASE,
)
LOGARITHMS: dict[str, tuple[str, ...]] = {
    "Poisson": (r"{x} \log {a}", r"- {a}", r"- \log\left({x}!\right)"),
    "Bernoulli": (r"{x} \log {a}", r"+ \left(1 - {x}\right) \log\left(1 - {a}\right)"),
    "Exponential": (r"\log {a}", r"- {a} {x}"),
    "Laplace": (r"-\log\left(2 {c}\right)", r"- \frac{{\left|{x} - {a}\right|}}{{{b}}}"),
    NORMAL: (r"-\frac{{1}}{{2}} \log\left(2 \pi {c}\right)", r"- \frac{{\left({x} - {a}\right)^2}}{{2 {c}}}"),
}
"""The logarithm of a law at x, with its parameters a and b, as its terms; c is b as a factor behind others."""


@dataclass(frozen=True)
class Law:
    """A law in TeX: the word before the parentheses, its name here, and the parameters with their trees."""

    word: str
    name: str
    parameters: tuple[str, ...]
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Likelihood:
    """What is said: the name of the log-likelihood, the sum that it is, and what that comes to ("" if unknown)."""

    name: str
    formula: str
    closed: str
    vectors: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        which = "negative log-likelihood" if self.formula.startswith("-") else "log-likelihood"
        told = f"Here {' and '.join(f'${v}$' for v in self.vectors)} are vectors. " if self.vectors else ""
        return f"{told}The {which} is ${self.name} = {self.formula}$."


def with_likelihoods(
    document: Document, sheet: Sheet, found: Sequence[tuple[Question, Scope]]
) -> tuple[Document, dict[str, Likelihood]]:
    """The document with the likelihood in the paragraph of the first question of each exercise that asks about one, and
    what was said, by the number of the exercise."""
    text, said = document.text, dict[str, Likelihood]()
    firsts = {scope.number: (q, scope) for q, scope in reversed(found)}
    for number, (q, scope) in sorted(firsts.items(), key=lambda x: x[1][0].end, reverse=True):
        asked = [x for x, s in found if s.number == number]
        likelihood = likelihood_of(sheet, scope, asked)
        if likelihood is not None:
            said[number] = likelihood
            text = f"{text[: q.end].rstrip()} {likelihood.sentence}{text[q.end :]}"
    latex = document.path.endswith(".tex") or r"\begin{document}" in document.text
    return (from_text(text, document.path, "latex" if latex else "markdown") if said else document), said


def asked_for(q: Question, said: Likelihood | None) -> Question | None:
    """A question with what was said: one for the likelihood itself is answered by what it comes to. None for one that
    the sentence itself answers."""
    if said is None or q.root is not None:
        return q
    plain = [re.sub(r"\s|\$", "", x) for x in (q.tex, said.name, said.name.split("(")[0])]
    if plain[0] in plain[1:] or (q.words and FOR_ITSELF.search(q.words)):
        return replace(q, tex=said.name, words="", written=said.closed) if said.closed else None
    return q


def likelihood_of(sheet: Sheet, scope: Scope, asked: Sequence[Question]) -> Likelihood | None:
    """The log-likelihood of the data of an exercise; None where the sheet gives one, or tells no law for certain."""
    sentences = [s for s in sheet.sentences if scope.sees(s.scope)]
    seen = [e for e in sheet.equations if scope.sees(e.scope) and e.spelled is None]
    if not any(ASKS.search(s.text) for s in sentences) or any(_gives_one(sheet, e) for e in seen):
        return None
    laws = [(e, law) for e in seen if e.op == "∼" and (law := _law(e)) is not None]
    drawn = sum(e.op == "∼" for e in seen)
    words = list(_law_in_words(sentences))
    if len(laws) == drawn == 1:
        e, law = laws[0]
        samples = samples_of(sentences, e.lhs, e.document.source(e.lhs.span).strip())
    elif not drawn and len(words) == 1:
        law, samples = words[0], samples_of(sentences, None, "")
    else:
        return None
    if samples is None or not all(map(_is_plain, law.nodes)):
        return None
    if not is_plain(sheet, sentences, seen, law.name, law.parameters, law.nodes, samples, not drawn):
        return None
    named = _named(sentences)
    if named is None:
        return None
    wanted = {t for q in asked if q.root is not None for t in q.root.said}
    (head, sign), x, letter = named, samples.one, samples.letter
    name = head or rf"\ell{_parameters(sheet, law, letter, wanted)}"
    total = rf"{sign}\sum_{{{letter}=1}}^{{{samples.last}}}"
    many = law.name == NORMAL and re.match(r"(?:\\(?:math\w+|boldsymbol)\{?\s*)?(?:\\?[A-Z])", law.parameters[-1])
    vectors = (x, law.parameters[0]) if many and isinstance(law.nodes[0], Name) else ()
    closed = "" if many else _closed(law, x, total)
    formula = rf"{total} \log {law.word}({x} \mid {', '.join(law.parameters)})"
    return Likelihood(name, formula, closed, vectors)


def _gives_one(sheet: Sheet, e: Equation) -> bool:
    """Whether an equation says what a loss or a density is."""
    if e.op not in DEFINING or e.link or is_literal(e.rhs):
        return False
    ref, called = reference(e.lhs, sheet.glossary), callee_base(sheet, e.lhs)
    base = called or ("" if ref is None else ref.base)
    return names_loss(base) or (called is not None and is_density(base))


def _law(e: Equation) -> Law | None:
    """The law behind a sign."""
    factors = e.rhs.factors if isinstance(e.rhs, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(fence := factors[1].node, Fenced):
        return None
    head = factors[0].node
    word = spelled(head) if isinstance(head, Name) else ""
    name = NORMAL if word in NORMAL_WORDS else NAMES.get(word.split(" ")[-1], "")
    nodes = arguments(fence)
    source = e.document.source
    law = Law(source(head.span).strip(), name, tuple(source(n.span).strip() for n in nodes), nodes)
    return law if name in LOGARITHMS and len(nodes) == (1 + ("{c}" in "".join(LOGARITHMS[name]))) else None


def _law_in_words(sentences: Sequence[Sentence]) -> Iterator[Law]:
    for s in sentences:
        for name, pattern in IN_WORDS.items():
            for found in pattern.finditer(s.text):
                numbers = [int(n) for n in found.groups()]
                nodes = tuple(s.formulas[n] for n in numbers)
                word = r"\mathcal{N}" if name == NORMAL else rf"\mathrm{{{name}}}"
                yield Law(word, name, tuple(s.sources[n].strip("$ ") for n in numbers), nodes)


def _is_plain(node: Node) -> bool:
    r"""A parameter that means what it does: no $\sigma$ in the place of a variance, no relation."""
    if isinstance(node, Name) and node.text == "sigma":
        return False
    return not any(type(n).__name__ in ("Relation", "Missing", "Unread") for n in walk(node))


def _is_power(node: Node) -> bool:
    return isinstance(node, Script) and node.sup is not None and is_literal(node.sup)


def _named(sentences: Sequence[Sentence]) -> tuple[str, str] | None:
    """The name that the sheet gives to the log-likelihood, and its sign; None where it has two."""
    heads, signs = dict[str, None](), set[str]()
    for s in sentences:
        for found in MENTION.finditer(s.text):
            signs.add("-" if found["sign"] or found["nll"] else "")
            node = None if found["name"] is None else s.formulas[int(found["name"])]
            if isinstance(node, Name) or (node is not None and is_called(node)):
                heads[s.sources[int(found["name"])].strip("$ ").rstrip(".,;")] = None
    if len(signs) > 1 or len(heads) > 1:
        return None
    return next(iter(heads), ""), next(iter(signs), "")


def _parameters(sheet: Sheet, law: Law, letter: str, wanted: set[str]) -> str:
    r"""`(\mu, \sigma^2)`: the parameters of a law; none where they change with the sample."""
    found = []
    for text, node in zip(law.parameters, law.nodes, strict=True):
        names = [n for _, n in names_in(sheet, node)]
        if any(isinstance(n, Name) and n.text == letter for n in walk(node)) or len(names) != 1:
            return ""
        base = text.split("^")[0].strip()
        found.append(base if _is_power(node) and base in wanted and text not in wanted else text)
    return f"({', '.join(found)})"


def _closed(law: Law, x: str, total: str) -> str:
    """The sum with the logarithm of the law written out."""
    number, name = re.compile(r"\d+(?:\.\d+)?"), re.compile(r"\\?[A-Za-z]+(?:[_^]\{?\\?\w+\}?)*")
    plain = [t if number.fullmatch(t) or name.fullmatch(t) else rf"\left({t}\right)" for t in law.parameters]
    behind = rf"\cdot {plain[-1]}" if number.fullmatch(plain[-1]) else plain[-1]
    terms = [t.format(x=x, a=plain[0], b=plain[-1], c=behind) for t in LOGARITHMS[law.name]]
    return rf"{total} \left({' '.join(terms)}\right)"
