r"""What sentences ask for: a verb and a derivative or a name, a derivative in words, updates.

The formulas of a paragraph stand in its words as ⟦0⟧, ⟦1⟧, ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Fenced, Missing, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.conditions.restrictions import indices, restriction
from chainrule.sheet.syntax.names import letter_of
from chainrule.solve.question import Formula, Question
from chainrule.solve.roots import roots, shown_roots
from chainrule.solve.translation import english
from chainrule.trace.quantities import is_derivative

VERBS = (
    "compute", "calculate", "derive", "find", "determine", "give", "work out", "evaluate", "write down", "write out",
    "obtain", "state", "what is", "what are", "differentiate", "complete", "answer", "express", "provide", "fill in",
)  # fmt: skip
VERB = rf"\b(?:{'|'.join(VERBS)})\b"
DERIVATIVE = r"(?P<what>(?:sub)?gradient|(?:partial )?derivative|hessian|jacobian)s?"
SHOW = re.compile(
    r"\b(?:show|prove|verify|confirm|check|demonstrate|convince yourself|deduce|conclude)\b[^⟦.]{0,60}?\bthat\b",
    re.IGNORECASE,
)
LISTED = r"(?P<cases>⟦\d+⟧(?:\s*(?:,|and|, and|or|(?:, )?and (?:for|if|when))\s*⟦\d+⟧)*)"
CASE = re.compile(
    r"(?P<of>⟦\d+⟧)\s*,?\s*(?:first |separately )?(?:for|if|when|in|where)\s+"
    r"(?:(?:the|both|cases?|of|that|where|when) ){0,3}\s*" + LISTED,
    re.IGNORECASE,
)
CASES = re.compile(r"\bcases?\b[^⟦.]{0,20}" + LISTED, re.IGNORECASE)
EVERYTHING = re.compile(
    rf"\b{DERIVATIVE}\b[^⟦.]{{0,60}}?\b(?:with respect to|wrt|by|for|of)\s+(?:all|every|each|both|the)\s+"
    r"(?:\w+\s+){0,3}?(?:parameters?|weights?(?: matrices)?(?: and bias(?:es)?)?)\b"
    r"|\ball (?:first[- ]order |the )?(?:partial )?(?P<listed>derivatives)\b",
    re.IGNORECASE,
)
ORDER = re.compile(rf"\W*(?:\(?\w{{1,4}}[.)]\W*)?(?:now |then |also |next,? )?{VERB}", re.IGNORECASE)
"""A sentence that begins with a verb."""
PLAIN_ORDER = re.compile(
    r"\W*(?:\(?\w{1,4}[.)]\W*)?(?:find|compute|calculate|determine|derive)\s+"
    r"(?!the following|all of|each of)\w+\s+\w+[^:]*$",
    re.IGNORECASE,
)
"""A sentence that orders something without a formula: "find the maximum likelihood estimates"."""
STOP = re.compile(
    r"\b(?:where|with (?!respect)|for|given|if|using|when|assuming|under|as a function|at which|such that|so that|"
    r"from|starting|then use)\b",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b(?:if|when|suppose|assum\w+|after|instead)\b[^.?]{0,40}?\b(?:add|adding|added|replaced?|replacing|removed?|dropped)\b",
    re.IGNORECASE,
)
"""What is asked is not about what the sheet defines: "if we add the penalty"."""
ALL = r"\frac{\partial }{\partial }"
"""Asks for the derivatives by all parameters."""
SENTENCE = re.compile(r"[^.?!;]*(?:[.?!;](?!\s|$)[^.?!;]*)*[.?!;]?")
BY = r"(?:with respect to|wrt|by)\s+(?:(?:the|each|its|all|both|parameters?|weights?|input|vector|matrix|bias)\s+)*"
LIST = (
    r"(?P<by>⟦\d+⟧(?:\s*(?:,|and|, and|,? as well as)\s*"
    r"(?:by |to |the |with respect |wrt |bias |weights? |matrix |vector )*⟦\d+⟧)*)"
)
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
    r"(?:updates?|steps?|iterations?|iterates|epochs?)\b",
    re.IGNORECASE,
)
TWICE = re.compile(r"\b(?:update|iterate|repeat)\b[^.;?!]{0,60}?\b(?P<count>once|twice|three times)\b", re.IGNORECASE)


def asked(words: str, formulas: list[Formula], span: Span, text: str) -> Iterator[Question]:
    """What the sentences of a paragraph ask for; the paragraph is the `span` of the `text`."""
    told = False
    anything = False
    for match in SENTENCE.finditer(words):
        own, sentence = match[0], english(match[0])
        updates = _updates(sentence)
        told = told or updates > 0  # what is then asked of the numbers, "what is the new loss?", the tables say
        here = [formulas[int(n)] for n in re.findall(r"⟦(\d+)⟧", sentence)]
        if updates:
            yield Question("", here[-1].span if here else _place(own, span, text), 0, updates=updates)
        shown = SHOW.search(sentence)
        if shown is not None:
            anything = True
            claims = list(_shown(sentence[shown.end() :], formulas))
            yield from claims or shown_roots(sentence[shown.end() :], formulas)
            continue
        if updates:
            yield from (q for q in _sentence(sentence, formulas, span) if re.search(r"\\partial|\\nabla", q.tex))
            continue
        if CHANGED.search(sentence) and ORDER.match(sentence.replace("*", "")):
            anything = True
            yield Question("", here[-1].span if here else _place(own, span, text), 0, words=_plain(own, formulas))
            continue
        places = list(roots(sentence, formulas, _place(own, span, text)))
        found = [q for q in _sentence(sentence, formulas, span) if not places or r"\partial" in q.tex] + places
        yield from found
        anything = anything or bool(found)
        open_one = sentence.rstrip().endswith("?") and re.search(r"\w", sentence) is not None
        ordered = ORDER if here else PLAIN_ORDER
        open_one = open_one or (not anything and not sentence.rstrip().endswith(":") and bool(ordered.match(sentence)))
        if not (found or told) and open_one:
            yield Question("", here[-1].span if here else _place(own, span, text), 0, words=_plain(own, formulas))


def _plain(sentence: str, formulas: list[Formula]) -> str:
    return re.sub(r"⟦(\d+)⟧", lambda m: f"${formulas[int(m[1])].tex.strip()}$", sentence.strip())


def _place(sentence: str, span: Span, text: str) -> Span:
    """Where the words of a sentence without formulas stand in its paragraph."""
    words = r"\s+".join(map(re.escape, sentence.split()))
    found = re.compile(words).search(text, span.start, span.end) if words else None
    return span if found is None else Span(*found.span())


def _sentence(sentence: str, formulas: list[Formula], span: Span) -> Iterator[Question]:
    """What one sentence asks for with a verb."""
    verb = re.search(VERB, sentence, re.IGNORECASE)
    if verb is not None:
        found = list(_by_cases(sentence, sentence[verb.start() :], formulas, span))
        ordered = ORDER.match(sentence) is not None
        yield from found or (_whole(sentence[verb.end() :], formulas) if ordered else ())


def _whole(clause: str, formulas: list[Formula]) -> Iterator[Question]:
    """The formula right behind a verb, whatever it is, where nothing else is asked."""
    first = re.match(r"[^⟦.]{0,40}(⟦\d+⟧)", _until_stop(clause))
    f = None if first is None else _formula(first[1], formulas)
    if f is not None and not isinstance(f.node, Relation | Comma | Missing):
        yield Question(f.tex.strip().rstrip(".,;"), f.span, 0)


def _by_cases(sentence: str, clause: str, formulas: list[Formula], span: Span) -> Iterator[Question]:
    """The derivatives and names of a clause, each for the cases that it is asked for."""
    told = CASES.search(sentence)
    everywhere = [] if told is None else _formulas(told["cases"], formulas)
    rest = clause if told is None else clause.replace(told[0], " ", 1)
    for match in CASE.finditer(rest):
        asked_for = _formula(match["of"], formulas)
        cases = _cases(asked_for, _formulas(match["cases"], formulas))
        if cases:
            for q in _named(match["of"], formulas):
                yield from (replace(q, case=case) for case in cases)
            rest = rest.replace(match[0], " ", 1)
    for said, found in _in_words(rest, formulas, span):
        yield from found
        rest = rest.replace(said, " ", 1)
    for number in re.findall(r"⟦\d+⟧", _until_stop(rest)):
        cases = _cases(_formula(number, formulas), everywhere)
        for q in _named(number, formulas):
            yield from (replace(q, case=case) for case in cases or [""])


def _formulas(listed: str, formulas: list[Formula]) -> list[Formula]:
    return [_formula(x, formulas) for x in re.findall(r"⟦\d+⟧", listed)]


def _cases(of: Formula, listed: list[Formula]) -> list[str]:
    """The relations in a list that restrict the indices of a formula, in TeX; none where one of them is another."""
    used, found = indices(of.node), list[str]()
    for f in listed:
        only = restriction(f.node)
        sides = () if only is None else (only.first, only.links[0].node)
        if only is None or only.links[0].op not in ("=", "≠") or not used & {letter_of(x) for x in sides}:
            return []
        found.append(f.tex.strip())
    return found


def _shown(clause: str, formulas: list[Formula]) -> Iterator[Question]:
    """A derivative that is to be shown to equal something."""
    for number in re.findall(r"⟦\d+⟧", clause):
        f = _formula(number, formulas)
        for node in f.node.items if isinstance(f.node, Comma) else (f.node,):
            if isinstance(node, Relation) and is_derivative(node.first) and node.links[0].op in ("=", "≡"):
                end = f.tex[node.links[0].node.span.start - f.span.start : node.span.end - f.span.start]
                yield Question(_text(f, node.first), f.span, 0, shown=end.strip().rstrip(".,;"))


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


def _in_words(clause: str, formulas: list[Formula], span: Span) -> Iterator[tuple[str, list[Question]]]:
    """Derivatives in words, each with the words."""
    found = False
    for match in IN_WORDS.finditer(clause):
        of = match["of"] or match["of2"]
        body = "" if of is None else _formula(of, formulas).tex
        fs = [_formula(number, formulas) for number in re.findall(r"⟦\d+⟧", match["by"])]
        found = True
        yield match[0], [Question(_derivative(match["what"] or "", body, n), f.span, 0) for f in fs for n in _names(f)]
    every = None if found else EVERYTHING.search(clause)
    if every is not None:
        yield every[0], [Question(ALL, span, 0)]
    plain = None if found or every else PLAIN_GRADIENT.search(clause)
    if plain is not None:
        f = _formula(plain["of"], formulas)
        if isinstance(f.node, (Name, Script, Accent)) or _is_call(f.node):
            sign = r"\nabla^2" if plain["what"].lower() == "hessian" else r"\nabla"
            yield plain[0], [Question(f"{sign} {f.tex}", f.span, 0)]


def _is_call(node: Node) -> bool:
    """`f(x)`, `f'(0)`."""
    factors = node.factors if isinstance(node, Product) else ()
    return len(factors) == 2 and isinstance(factors[0].node, (Name, Script)) and isinstance(factors[1].node, Fenced)


def _formula(placeholder: str, formulas: list[Formula]) -> Formula:
    return formulas[int(placeholder.strip("⟦⟧"))]


def _names(f: Formula) -> list[str]:
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


def _until_stop(clause: str) -> str:
    """The words behind a verb that say what is asked for."""
    stop = STOP.search(clause)
    return clause[: stop.start()] if stop else clause


def _named(number: str, formulas: list[Formula]) -> Iterator[Question]:
    r"""The names and derivatives of a formula; of `\delta = \frac{\partial L}{\partial z}` both."""
    f = _formula(number, formulas)
    for node in f.node.items if isinstance(f.node, Comma) else (f.node,):
        body, name = node, ""
        if isinstance(node, Relation) and is_derivative(node.links[-1].node) and node.links[-1].op in ("=", ":="):
            body, name = node.links[-1].node, _text(f, node.first)
        if is_derivative(body) or _is_call(body) or isinstance(body, (Name, Script, Accent)):
            yield Question(_text(f, body), f.span, 0, named=name)


def _text(f: Formula, node: Node) -> str:
    """A part of a formula in TeX."""
    return f.tex[node.span.start - f.span.start : node.span.end - f.span.start].replace("&", "").strip()
