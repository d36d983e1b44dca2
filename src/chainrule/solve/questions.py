r"""The questions of a sheet: blanks (`\frac{\partial L}{\partial W} = ?`), and sentences that ask for something.

A sentence asks with a verb ("compute $\nabla_w L$"), for a derivative in words ("the gradient of $L$ with respect to
$w$ and $b$"), or for updates ("perform three steps of gradient descent").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.document import Break, Document, Heading, Math, Words
from chainrule.read.grammar import Row, parse
from chainrule.read.tree import Accent, Comma, Fenced, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.glossary import tidy
from chainrule.sheet.names import Glossary
from chainrule.trace.quantities import is_derivative

BLANK = re.compile(
    r"(?:\s|\\[,;:!]|\\quad|\\qquad|\?|\\_|_|\.\.\.+|…|\\[lc]?dots\b|\\square|\\Box|\\text\{\s*[?_]*\s*\}|"
    r"\\(?:underline|boxed|fbox)\s*\{(?:\s|\\[a-z]?phantom\{[^{}]*\}|\\hspace\*?\{[^{}]*\}|\\q?quad|\?)*\}|"
    r"\\[a-z]?phantom\{[^{}]*\}|\\hspace\*?\{[^{}]*\})*"
)
VERB = (
    r"\b(?:compute|calculate|derive|find|determine|give|work out|evaluate|write (?:down|out)|obtain|state|"
    r"what (?:is|are)|differentiate|fill in|complete|answer|express|provide)\b"
)
STOP = re.compile(
    r"\b(?:where|with (?!respect)|for|given|if|using|when|assuming|under|as a function|at which|such that|so that|"
    r"from|starting|then use)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[^.?!;]*(?:[.?!;](?!\s|$)[^.?!;]*)*[.?!;]?")
DERIVATIVE = r"(?P<what>gradient|(?:partial )?derivative|hessian|jacobian)s?"
BY = r"(?:with respect to|wrt|by)\s+(?:(?:the|each|its|all|both|parameters?|weights?|input|vector|matrix|bias)\s+)*"
LIST = r"(?P<by>⟦\d+⟧(?:\s*(?:,|and|, and|,? as well as)\s*(?:by |to |the |bias |weights? |matrix |vector )*⟦\d+⟧)*)"
IN_WORDS = re.compile(
    rf"\b(?:{DERIVATIVE}\b(?:[^⟦]{{0,40}}?\bof\s+(?:the\s+)?(?:\w+\s+){{0,2}}(?P<of>⟦\d+⟧))?|differentiate\s+(?P<of2>⟦\d+⟧))"
    rf"[^⟦]{{0,40}}?\b{BY}{LIST}",
    re.IGNORECASE,
)
PLAIN_GRADIENT = re.compile(rf"\b{DERIVATIVE}\s+of\s+(?:the\s+)?(?:\w+\s+){{0,2}}(?P<of>⟦\d+⟧)", re.IGNORECASE)
COUNTS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NUMBER = rf"(?P<count>\d{{1,4}}|{'|'.join(COUNTS)}|a|an|another|a single)"
UPDATES = re.compile(
    r"\b(?:perform|carry out|do|run|make|apply|take|execute|compute|calculate|find|give|show|what|after)\b"
    rf"[^.;?!]{{0,50}}?\b{NUMBER}\s+(?:more\s+|further\s+|first\s+|next\s+)?(?:⟦\d+⟧\s+)?(?:[\w-]+\s+){{0,3}}?"
    r"(?:updates?|steps?|iterations?|epochs?)\b",
    re.IGNORECASE,
)
TWICE = re.compile(r"\b(?:update|iterate|repeat)\b[^.;?!]{0,60}?\b(?P<count>once|twice|three times)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is asked: the value of a formula in TeX, or so many updates (`updates`); where it stands, the end of its
    paragraph, the blank to be filled where there is one, and the name that the sheet gives to what is asked."""

    tex: str
    span: Span
    end: int
    blank: Span | None = None
    updates: int = 0
    named: str = ""


@dataclass(frozen=True)
class _Formula:
    """A formula of a paragraph: what it is and where."""

    node: Node
    span: Span
    tex: str


def questions(document: Document, glossary: Glossary) -> list[Question]:
    """All questions in reading order."""
    found: list[Question] = []
    for words, formulas, span in _paragraphs(document, glossary):
        for q in (*_blanks(document, formulas), *_asked(words, formulas, span)):
            found.append(replace(q, end=span.end))
    found.sort(key=lambda q: (q.end, q.span.start))
    return list({(q.tex, q.updates, q.end): q for q in found}.values())


def _paragraphs(document: Document, glossary: Glossary) -> Iterator[tuple[str, list[_Formula], Span]]:
    """Paragraphs with their formulas, displayed ones too, as ⟦0⟧, ⟦1⟧, ..."""
    words, formulas, span = "", list[_Formula](), Span(0, 0)
    for piece in (*document.pieces, Break(Span(0, 0))):
        if isinstance(piece, (Words, Math)):
            span = piece.span if not words.strip() else span.join(piece.span)
        match piece:
            case Words():
                words += f" {piece.text}"
            case Math():
                for row in _rows(document, piece):
                    words += f" ⟦{len(formulas)}⟧ "
                    formulas.append(_Formula(tidy(row.node, glossary), row.span, document.source(row.span)))
            case Heading() | Break():
                if words.strip():
                    yield re.sub(r"w\.\s?r\.\s?t\.?", "wrt", " ".join(words.split())), formulas, span
                words, formulas = f"{piece.title}." if isinstance(piece, Heading) else "", []


def _rows(document: Document, piece: Math) -> Iterator[Row]:
    r"""The formulas of a piece; what `\quad` sets apart from a blank is a formula of its own."""
    text, start, end = document.text, piece.span.start, piece.span.end
    for sign in re.finditer("=", text[start:end]) if r"\begin" not in text[start:end] else ():
        blank = BLANK.match(text, piece.span.start + sign.end(), end)
        gap = None if blank is None else re.search(r"\\q?quad", blank[0])
        if blank is not None and gap is not None and blank[0][: gap.start()].strip() and blank.end() < end:
            at = blank.start() + gap.start()
            yield from parse(text, Span(start, at), document.macros, piece.display)
            start = at + len(gap[0])
    yield from parse(text, Span(start, end), document.macros, piece.display)


def _blanks(document: Document, formulas: list[_Formula]) -> Iterator[Question]:
    r"""`... = ?`, `= \ldots`, `= \_\_\_`, `= ` with nothing behind it: what is left of the sign is asked for."""
    for f in formulas:
        relations = f.node.items if isinstance(f.node, Comma) else (f.node,)
        for node in relations:
            if not isinstance(node, Relation) or node.links[-1].op not in ("=", ":="):
                continue
            link = node.links[-1]
            end = max(_piece_end(document, f.span), link.span.end)
            blank = BLANK.match(document.text, link.span.end, end)
            before = node.first if len(node.links) == 1 else node.links[-2].node
            if blank is None or not _is_all(document.text[blank.end() : end]):
                continue
            tex = document.source(before.span).replace("&", "").strip()
            if tex:
                yield Question(tex, f.span, 0, Span(link.span.end, blank.end()))


def _piece_end(document: Document, span: Span) -> int:
    """Where the formula ends that holds a row."""
    ends = (p.span.end for p in document.pieces if isinstance(p, Math) and p.span.start <= span.start <= p.span.end)
    end = next(ends, span.end)
    gap = re.search(r"\\q?quad", document.text[span.end : end])
    return end if gap is None else span.end + gap.start()


def _is_all(rest: str) -> bool:
    """Whether nothing is behind a blank but the end of its row."""
    return re.match(r"\s*(?:[.,;]|\\\\|\\tag|\\label|\\end|$)", rest) is not None


def _asked(words: str, formulas: list[_Formula], span: Span) -> Iterator[Question]:
    """What the sentences of a paragraph ask for."""
    for match in SENTENCE.finditer(words):
        sentence = match[0]
        updates = _updates(sentence)
        here = [formulas[int(n)] for n in re.findall(r"⟦(\d+)⟧", sentence)]
        if updates:
            yield Question("", here[-1].span if here else span, 0, updates=updates)
        verb = re.search(VERB, sentence, re.IGNORECASE)
        if verb is None:
            continue
        clause = sentence[verb.start() :]
        rest = clause
        for said, asked in _in_words(rest, formulas):
            yield from asked
            rest = rest.replace(said, " ", 1)
        yield from () if updates else _named(rest, formulas)


def _updates(sentence: str) -> int:
    for pattern in (UPDATES, TWICE):
        found = pattern.search(sentence)
        if found is not None:
            word = found["count"].lower()
            special = {"once": 1, "twice": 2, "three times": 3}
            return special.get(word) or (
                int(word) if word.isdigit() else COUNTS.index(word) + 1 if word in COUNTS else 1
            )
    return 0


def _in_words(clause: str, formulas: list[_Formula]) -> Iterator[tuple[str, list[Question]]]:
    """Derivatives in words, each with the words."""
    found = False
    for match in IN_WORDS.finditer(clause):
        of = match["of"] or match["of2"]
        body = "" if of is None else _formula(of, formulas).tex
        fs = [_formula(number, formulas) for number in re.findall(r"⟦\d+⟧", match["by"])]
        found = True
        yield match[0], [Question(_derivative(match["what"] or "", body, n), f.span, 0) for f in fs for n in _names(f)]
    plain = None if found else PLAIN_GRADIENT.search(clause)
    if plain is not None:
        f = _formula(plain["of"], formulas)
        if isinstance(f.node, (Name, Script, Accent)) or _is_call(f.node):
            yield plain[0], [Question(rf"\nabla {f.tex}", f.span, 0)]


def _is_call(node: Node) -> bool:
    """`f(x)`, `f'(0)`."""
    factors = node.factors if isinstance(node, Product) else ()
    return len(factors) == 2 and isinstance(factors[0].node, (Name, Script)) and isinstance(factors[1].node, Fenced)


def _formula(placeholder: str, formulas: list[_Formula]) -> _Formula:
    return formulas[int(placeholder.strip("⟦⟧"))]


def _names(f: _Formula) -> list[str]:
    """The names of a list, each in TeX."""
    if not isinstance(f.node, Comma):
        return [f.tex.strip()]
    start = f.span.start
    return [f.tex[x.span.start - start : x.span.end - start].strip() for x in f.node.items]


def _derivative(what: str, body: str, name: str) -> str:
    r"""\frac{\partial L}{\partial w}; the loss is filled in later where it is not named."""
    if what.lower() == "hessian":
        return rf"\frac{{\partial^2 {body}}}{{\partial {name} \partial {name}^\top}}"
    return rf"\frac{{\partial {body}}}{{\partial {name}}}"


def _named(clause: str, formulas: list[_Formula]) -> Iterator[Question]:
    r"""The names and derivatives right behind a verb; of `\delta = \frac{\partial L}{\partial z}` both."""
    stop = STOP.search(clause)
    for number in re.findall(r"⟦\d+⟧", clause[: stop.start()] if stop else clause):
        f = _formula(number, formulas)
        nodes = f.node.items if isinstance(f.node, Comma) else (f.node,)
        for node in nodes:
            body, name = node, ""
            if isinstance(node, Relation) and is_derivative(node.links[-1].node) and node.links[-1].op in ("=", ":="):
                body, name = node.links[-1].node, _text(f, node.first)
            if is_derivative(body) or _is_call(body) or isinstance(body, (Name, Script, Accent)):
                yield Question(_text(f, body), f.span, 0, named=name)


def _text(f: _Formula, node: Node) -> str:
    """A part of a formula in TeX."""
    return f.tex[node.span.start - f.span.start : node.span.end - f.span.start].strip()
