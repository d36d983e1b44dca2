r"""The questions of a sheet: blanks (`\frac{\partial L}{\partial W} = ?`), and sentences that ask for something.

A sentence asks with a verb ("compute $\nabla_w L$"), for a derivative in words ("the gradient of $L$ with respect to
$w$ and $b$"), or for updates ("perform three steps of gradient descent").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.document import Break, Document, Heading, Math, Words
from chainrule.read.grammar.formula import Row, parse
from chainrule.read.tree import Comma, Relation, Span
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.syntax.names import Glossary
from chainrule.sheet.words.translation import english
from chainrule.solve.cells import cells
from chainrule.solve.kinds import KINDS
from chainrule.solve.orders import EACH, FINAL, LEADS, NEW, VERB
from chainrule.solve.question import Formula, Question
from chainrule.solve.wording import asked

BLANK = re.compile(
    r"(?:\s|\\[,;:! ]|\\quad|\\qquad|\?|\\_|_|\.\.\.+|…|\\[lc]?dots\b|\\square|\\Box|\\text\{\s*[?_]*\s*\}|"
    r"\\(?:underline|boxed|fbox)\s*\{(?:\s|\\[a-z]?phantom\{[^{}]*\}|\\hspace\*?\{[^{}]*\}|\\q?quad|\?)*\}|"
    r"\\[a-z]?phantom\{[^{}]*\}|\\hspace\*?\{[^{}]*\})*"
)


MARKER = re.compile(r"^\W*(?:\w{1,4}[.)]|\d+(?:\.\d+)+)\s")
DERIVATIVE_ENDS = re.compile(rf"{KINDS}(?: with respect to (?:its|the) (?:argument|variable|input))?$", re.IGNORECASE)
EACH_FIRST = re.compile(rf"^\W*{EACH},?\s*", re.IGNORECASE)
"""A sentence before a list that ends with what is asked of every item, or begins with these."""
THE_LISTED = re.compile(
    r"\b(?:(?:each|all|every(?: one)?) of )?(?:the following|these|the) (?:\w+ ){0,2}?"
    r"(?:functions?|expressions?|losses|forms?|terms)(?: below)?\b|\beach of (?:the following|these)\b",
    re.IGNORECASE,
)
OF_LISTED = re.compile(rf"\b(?:{KINDS}|differentiate)\b[^⟦]*(?:{THE_LISTED.pattern})[^⟦]*⟦", re.IGNORECASE)
"""The items of a list, in a sentence that says by what they are differentiated."""
STATES = re.compile(r"^(?:(?!\bwhere\b|\bwith\b).)*⟧,? (?:is|are)\b", re.IGNORECASE)
LABEL = re.compile(r"\W*\w{1,4}\W*")
INNER = re.compile(
    r"(?P<blank>(?:\\_\s*)+|\?+|\\(?:square|Box)\b|\\(?:underline|boxed)\s*\{(?:\s|\\q?quad|\\hspace\*?\{[^{}]*\}|\?)*\}|"
    r"(?<=\()\s*\\?[lc]?(?:dots\b|\.\.)\.?\s*(?=\\right\)|\)))"
)
"""A blank among other factors: `\\_\\_\\_ \\, x^\\top`, `A^\\top (\\dots)`."""


def questions(document: Document, glossary: Glossary) -> list[Question]:
    """All questions in reading order."""
    found: list[Question] = []
    lead, of_lead = NO_LEAD, 0  # and how many questions its own sentence asks, which the items of its list ask instead
    for words, formulas, span in _paragraphs(document, glossary):
        if not formulas and LABEL.fullmatch(words.strip()):
            continue  # "(a)" before an item
        item = lead if formulas and not _asks(words) and not STATES.search(words) else NO_LEAD
        whole, known = item.of(MARKER.sub("", words), formulas) if item.words else (words, formulas)
        blanks = [*_blanks(document, formulas), *cells(document, formulas)]
        filled = {q.tex for q in blanks}
        in_words = [q for q in asked(whole, known, span, document.text) if not (q.words and blanks)]
        in_words = [q for q in in_words if q.tex not in filled or q.case or q.shown]
        in_words = [q if q.span.start >= span.start else replace(q, span=formulas[0].span) for q in in_words]
        if item.words and of_lead:
            found, of_lead = found[:-of_lead], 0
        found += [replace(q, end=span.end) for q in (*blanks, *in_words)]
        between = STATES.search(words) and not blanks and not in_words
        own = _lead(words, formulas)
        instead = own.formulas or (not formulas and EACH_FIRST.search(words))
        of_lead = len(in_words) if instead else of_lead if between else 0
        lead = item if item.words else own if own.words or not STATES.search(words) else lead
    return list(_after_updates(sorted(found, key=lambda q: (q.end, q.span.start)), document))


def _after_updates(found: list[Question], document: Document) -> Iterator[Question]:
    """What is asked of the updates that an earlier question of the exercise ordered: "what is the loss after them?"."""
    before: Question | None = None
    for q in found:
        asked_for = FINAL.search(q.words) or NEW.search(q.words) if q.words and before is not None else None
        if asked_for is not None and before is not None and not _exercise_between(document, before, q):
            kind = "loss" if asked_for.groupdict().get("loss") else "parameters"
            yield replace(q, words="", updates=before.updates, since=before.since, method=before.method, final=kind)
            continue
        if q.words and NEW.search(q.words):
            q = replace(q, words="", updates=1)
        if q.further and before is not None and not _exercise_between(document, before, q):
            q = replace(q, since=before.since + before.updates, method=q.method or before.method)
        if q.final and before is None:
            q = replace(q, final="")  # nothing else carries the updates out
        before = q if q.updates else before
        yield q


def _exercise_between(document: Document, a: Question, b: Question) -> bool:
    """Whether another exercise begins between two questions; a part, "(b)", is none."""
    headings = (p for p in document.pieces if isinstance(p, Heading))
    return any(a.span.start < p.span.start < b.span.start and (p.number or not p.part) for p in headings)


def _asks(words: str) -> bool:
    return re.search(VERB, english(words), re.IGNORECASE) is not None


@dataclass(frozen=True)
class Lead:
    """What a sentence before a list asks of every item, "compute the gradients of the following functions with respect
    to ⟦0⟧", with its formulas."""

    words: str
    formulas: tuple[Formula, ...] = ()

    def of(self, item: str, formulas: list[Formula]) -> tuple[str, list[Formula]]:
        """The sentence about an item, and the formulas of both."""
        moved = re.sub(r"⟦(\d+)⟧", lambda m: f"⟦{int(m[1]) + len(formulas)}⟧", self.words)
        head, rest = item.split("⟧", 1)
        whole, replaced = THE_LISTED.subn(f"{head}⟧", moved, count=1)
        return (f"{whole}{rest}" if replaced else f"{moved} {item}"), [*formulas, *self.formulas]


NO_LEAD = Lead("")


def _lead(words: str, formulas: list[Formula]) -> Lead:
    """ "Compute the following:" before a list: the sentence that every item of it goes on with."""
    sentences = [s.strip() for s in re.split(r"(?<=[.?!])\s", words)]
    asking = [
        s for k, s in enumerate(sentences) if LEADS.search(s) or (k == len(sentences) - 1 and s[-1:] not in ".?!")
    ]
    orders = [order for s in asking if _asks(s) and ("⟦" not in (order := _from_verb(s)) or THE_LISTED.search(order))]
    lead = orders[-1].rstrip(":. ") if orders else ""
    if "⟦" in lead:
        return Lead(lead, tuple(formulas)) if OF_LISTED.search(lead) else NO_LEAD
    return Lead(f"{lead} of" if DERIVATIVE_ENDS.search(lead) else lead)


def _from_verb(sentence: str) -> str:
    """ "derive each of these" of "For vectors ⟦0⟧ and matrices ⟦1⟧ derive each of these"."""
    said = EACH_FIRST.sub("", sentence).rpartition("⟧")[2]
    verb = re.search(VERB, said, re.IGNORECASE)
    return sentence if verb is None or said == sentence else said[verb.start() :]


def _paragraphs(document: Document, glossary: Glossary) -> Iterator[tuple[str, list[Formula], Span]]:
    """Paragraphs with their formulas, displayed ones too, as ⟦0⟧, ⟦1⟧, ..."""
    words, formulas, span = "", list[Formula](), Span(0, 0)
    pieces = [*document.pieces, Break(Span(0, 0))]
    for piece, following in zip(pieces, [*pieces[1:], pieces[-1]], strict=True):
        if isinstance(piece, Break) and _goes_on(words, following):
            continue
        if isinstance(piece, (Words, Math)):
            span = piece.span if not words.strip() else span.join(piece.span)
        match piece:
            case Words():
                words += f" {piece.text}"
            case Math():
                for row in _rows(document, piece):
                    words += f" ⟦{len(formulas)}⟧ "
                    formulas.append(Formula(tidy(row.node, glossary), row.span, document.source(row.span)))
                if piece.display and re.search(r"\.\s*(?:\$\$|\\\]|\\end\{\w+\*?\})?\s*$", document.source(piece.span)):
                    words += "."
            case Heading() | Break():
                if words.strip():
                    yield _without_stops(" ".join(words.split())), formulas, span
                words, formulas = f"{piece.title}." if isinstance(piece, Heading) else "", []


def _without_stops(words: str) -> str:
    """Words without the stops of abbreviations, which end no sentence."""
    words = re.sub(r"\bw\.\s?r\.\s?t\.?", "wrt", words)
    return re.sub(
        r"\b(?:i\.\s?e|e\.\s?g|resp|cf|approx|z\.\s?B|d\.\s?h)\.",
        lambda m: m[0].replace(".", "").replace(" ", ""),
        words,
    )


def _goes_on(words: str, following: object) -> bool:
    """Whether a sentence is not at its end before a blank line, as "show that" before a displayed formula."""
    return isinstance(following, Math) and following.display and re.search(r"[^\W⟧](?<![.?!])\s*$", words) is not None


def _rows(document: Document, piece: Math) -> Iterator[Row]:
    r"""The formulas of a piece; what `\quad` sets apart from a blank is a formula of its own."""
    text, start, end = document.tex, piece.span.start, piece.span.end
    for sign in re.finditer("=", text[start:end]) if r"\begin" not in text[start:end] else ():
        blank = BLANK.match(text, piece.span.start + sign.end(), end)
        gap = None if blank is None else re.search(r"\\q?quad", blank[0])
        if blank is not None and gap is not None and blank[0][: gap.start()].strip() and blank.end() < end:
            at = blank.start() + gap.start()
            yield from parse(text, Span(start, at), document.macros, piece.display)
            start = at + len(gap[0])
    yield from parse(text, Span(start, end), document.macros, piece.display)


def _blanks(document: Document, formulas: list[Formula]) -> Iterator[Question]:
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
                inner = INNER.search(document.text, link.span.end, end)
                if inner is not None:
                    place = Span(inner.start("blank"), inner.end("blank"))
                    yield Question(document.source(before.span).strip(), f.span, 0, place, partial=True)
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
