r"""What sentences ask for: a verb and a derivative or a name, a derivative in words, updates.

The formulas of a paragraph stand in its words as ⟦0⟧, ⟦1⟧, ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Fenced, Missing, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.conditions.restrictions import indices, restriction
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import letter_of
from chainrule.sheet.words.translation import english
from chainrule.solve.constrained import CONSTRAINED, extrema
from chainrule.solve.descent import method_of, start_of
from chainrule.solve.kinds import HIGHEST, KINDS, ONE, derivative_by, gradient_of, is_slope, orders_of
from chainrule.solve.orders import ANY_VERB, FINAL, NEW, ORDER, OUTPUT, START, VALUE, VALUE_BESIDE, VERB, WRITE, is_open
from chainrule.solve.parts import parts_of
from chainrule.solve.points import points_of
from chainrule.solve.question import FORWARD, LOSS, PREDICTION, Formula, Question
from chainrule.solve.roots import roots, shown_roots
from chainrule.solve.rules import rules_asked
from chainrule.solve.said.expansions import SPOKEN, expansions
from chainrule.solve.said.newton import RULE, newton_asked
from chainrule.solve.said.phrases import apart
from chainrule.solve.said.places_told import further, is_elsewhere
from chainrule.trace.quantities import is_derivative
from chainrule.trace.trained import names_trained

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
    rf"\b{ONE}\b(?: of (?:the )?(?:[\w-]+ ){{0,3}}(?P<of_it>⟦\d+⟧))?[^⟦.]{{0,60}}?"
    r"\b(?:with respect to|wrt|by|for|of)\s+(?:all|every|each|both|the)\s+"
    r"(?:\w+\s+){0,3}?(?:parameters?|weights?(?: matrices)?(?: and bias(?:es)?)?)\b"
    r"|\ball (?:the )?(?:of the )?(?:first(?:[- ]order)? )?(?:partial )?(?P<listed>derivatives|gradients)\b"
    r"(?: of (?:the )?(?:\w+ )?(?P<of>⟦\d+⟧))?",
    re.IGNORECASE,
)
CLAIM = re.compile(
    r"\s(?:is|are|equals?|is (?:equal to|given by)|simplif(?:y|ies) to|becomes?|has the form)\s+(?P<claim>⟦\d+⟧)\W*$",
    re.IGNORECASE,
)
"""What a derivative in words is to be shown to be."""
STOP = re.compile(
    r"\b(?:where|with (?!respect)|for|given|if|using|when|assuming|under|as a function|at which|such that|so that|"
    r"from|starting|then use|in terms of|through|by means of|via)\b",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b(?:if|when|suppose|assum\w+|after|instead)\b[^.?]{0,40}?\b(?:add|adding|added|replaced?|replacing|removed?|dropped)\b",
    re.IGNORECASE,
)
"""What is asked is not about what the sheet defines: "if we add the penalty"."""
SUPPOSED = re.compile(
    r"\b(?:if|when|suppos\w+|assum\w+)(?: that)?\s+(?P<all>⟦\d+⟧(?:\s*(?:,|and|, and)\s*⟦\d+⟧)*)(?!\s*\w+)",
    re.IGNORECASE,
)
ALL = r"\frac{\partial }{\partial }"
"""Asks for the derivatives by all parameters."""
SLOPE = re.compile(r"\\partial|\\nabla|'|(?<![\\\\A-Za-z])d[A-Za-z\\\\]")
"""What a derivative has in it."""
SOMETHING_OF = re.compile(
    r"\b(?:minim\w+|maxim\w+|smallest|largest|least|greatest|lowest|highest|optim\w+|best) (?:\w+ )?of "
    r"(?:the )?(?:\w+ )?⟦\d+⟧"
    r"|\b(?!(?:values?|entry|entries|components?|elements?|coordinates?|outputs?|results?|all|each|both|any|most|some|"
    r"expressions?|formulas?|forms?|numbers?|rows?|columns?|one|two|three|steps?|derivatives?|gradients?|terms?)\b)"
    r"[\w-]+ of (?:the )?(?:\w+ )?⟦\d+⟧",
    re.IGNORECASE,
)
"""What is asked is something of a name, its tangent plane, and not the name."""
BACK = re.compile(
    r"\b(?:it|its|them|their|values?|this|these|that|those|results?|both|each|expressions?|derivatives?|gradients?)\b",
    re.IGNORECASE,
)
"""Words for what the sentence spoke of before."""
ASIDE = re.compile(
    r"(?<=\w)\s+\((?:[^()⟦\d]{4,}|\d+(?:\.\d+)?\s*(?:pts?|points?|marks?|punkte?|p)\.?)\)(?!\s*=)", re.IGNORECASE
)
"""Words in parentheses, and how much an answer is worth."""
THAT = re.compile(r"\b(?:this|these|that|those|its?|they|them)\b(?!⟦)", re.IGNORECASE)
SENTENCE = re.compile(r"[^.?!;]*(?:[.?!;](?!\s|$)[^.?!;]*)*[.?!;]?")
BY = (
    r"(?:(?:with respect to|wrt)\s+(?:[a-z][\w-]*\s+){0,6}?"
    r"|by\s+(?:(?:the|each|its|all|both|parameters?|weights?|input|vector|matrix|bias)\s+)*)"
)
LIST = (
    r"(?P<by>⟦\d+⟧(?:\s*(?:,|and|, and|,? as well as)\s*"
    r"(?:by |to |the |with respect |wrt |bias |weights? |matrix |vector )*⟦\d+⟧)*)"
)
IN_WORDS = re.compile(
    rf"\b(?:{KINDS}\b(?:[^⟦]{{0,40}}?\bof\s+(?:the\s+)?(?:[\w-]+\s+){{0,3}}(?P<of>⟦\d+⟧))?|differentiate\s+(?P<of2>⟦\d+⟧))"
    rf"[^⟦]{{0,40}}?\b{BY}{LIST}",
    re.IGNORECASE,
)
PLAIN_GRADIENT = re.compile(
    rf"\b(?:{KINDS}\s+of\s+(?:the\s+)?(?:[\w-]+\s+){{0,3}}(?P<of>⟦\d+⟧)|differentiate\s+(?P<of2>⟦\d+⟧)(?P<twice>\s+twice)?)",
    re.IGNORECASE,
)
_PASS = r"(?:pass|propagation|step|computation)(?:es|s)?\b(?! equations?)"
PASSES = re.compile(
    r"\b(?:compute|calculate|perform|carry out|do|run|execute|evaluate|complete|conduct|trace)\b[^.⟦?]{0,30}?\b"
    rf"(?:(?P<forward>forward)(?P<backward> and (?:the |one |a )?backward)?|backward)[- ]{_PASS}",
    re.IGNORECASE,
)
"""The values of a network, or its derivatives, in one phrase."""
BARE = re.compile(
    rf"\b(?:its|the|this|both)\s+{KINDS}\b(?!\s+(?:of|with respect|wrt|by|for|descent|ascent|step|method|check|is|are|"
    r"vanish\w*|zero|norm|flow)\b)",
    re.IGNORECASE,
)
"""A derivative of what is not named."""
BEHIND_A_CLAUSE = re.compile(rf"[,:;] (?:(?:now|then|also|next|and) )?{VERB}", re.IGNORECASE)
"""An order: "in addition, find"."""
COUNTS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NUMBER = rf"(?P<count>\d{{1,4}}|{'|'.join(COUNTS)}|a|an|another|a single)"
UPDATES = re.compile(
    r"\b(?:perform|carry out|do|run|make|apply|take|execute|compute|calculate|find|give|show|what|after)\b"
    rf"[^.;?!]{{0,50}}?\b{NUMBER}\s+(?:more\s+|further\s+|first\s+|next\s+)?(?:⟦\d+⟧\s+)?(?:[\w-]+\s+){{0,3}}?"
    r"(?:updates?|steps?|iterations?|iterates|epochs?)\b",
    re.IGNORECASE,
)
CARRIED_OUT = re.compile(
    r"\b(?:perform|carry out|do|run|make|apply|take|execute|repeat|iterate|update)\b", re.IGNORECASE
)
TWICE = re.compile(r"\b(?:update|iterate|repeat)\b[^.;?!]{0,60}?\b(?P<count>once|twice|three times)\b", re.IGNORECASE)
FURTHER = re.compile(
    r"\b(?:further|more|another|additional|next)\s+(?:⟦\d+⟧\s+)?(?:[\w-]+\s+){0,3}?(?:updates?|steps?|iterations?|epochs?)\b"
    r"|\bcontinue\b",
    re.IGNORECASE,
)
"""Updates that go on where others ended."""

ONCE = re.compile(
    rf"{START}update\s+(?:(?:the|all|these|both|each|its|your)\s+)*(?:\w+ )?"
    r"(?:weights?|parameters?|bias(?:es)?|⟦\d+⟧)(?!.*\b(?:rules?|equations?|formulas?)\b)",
    re.IGNORECASE,
)
"""An order of one update without its number."""
BUT = re.compile(
    r",\s*(?!(?:and then|then|and|so)?\s*(?:⟦|start|begin|initial|from|with|using|where|at|for|i\.e\.|giving|taking|by|"
    r"show|comput|calculat|find|give|report|write|state|determin|evaluat|what|how|as)|$)|\b(?:but|while|whereas|except|only)\b",
    re.IGNORECASE,
)
"""A clause that neither tells where updates start or with which numbers, nor what else is asked for."""


def asked(words: str, formulas: list[Formula], span: Span, text: str) -> Iterator[Question]:
    """What the sentences of a paragraph ask for; the paragraph is the `span` of the `text`."""
    told, open_before, before = False, False, list[Question]()
    for match in SENTENCE.finditer(words):
        own, sentence = match[0], WRITE.sub(r"\1write down", ASIDE.sub("", english(match[0])))
        updates = _updates(sentence)
        told = told or updates > 0  # what is then asked of the numbers, "what is the new loss?", the tables say
        here = [formulas[int(n)] for n in re.findall(r"⟦(\d+)⟧", sentence)]
        place = here[-1].span if here else _place(own, span, text)
        at = _place(own, span, text)
        rules = [] if updates else list(rules_asked(sentence, formulas, place))
        rules = rules or list(expansions(sentence, formulas, place, _plain(own, formulas)))
        rules = rules if rules or updates else list(newton_asked(sentence, formulas, place, _plain(own, formulas)))
        if not updates and not any(q.rule or q.expansion for q in rules):
            rules = list(_half_known(sentence, formulas, span, at)) or rules
        found = rules or list(_asked(sentence, formulas, span, at, updates > 0))
        found = found or list(_at_points(sentence, before, formulas))
        if not updates and not rules and NEW.search(sentence):
            found = [Question("", place, 0, words=_plain(own, formulas))]
        if found and open_before and THAT.search(sentence):
            found = [Question("", place, 0, words=_plain(own, formulas))]  # what it speaks of was not recognised
        before = [q for q in found if SLOPE.search(q.tex)] or before
        if found and not rules and not updates and _is_elsewhere(sentence, found, formulas):
            found = [Question("", place, 0, words=_plain(own, formulas))]
        if updates:
            ends = None if CARRIED_OUT.search(sentence) else FINAL.search(sentence)
            final = "" if ends is None else "loss" if ends["loss"] else "parameters"
            asked_for = Question("", place, 0, updates=updates, start=start_of(sentence, formulas), final=final)
            yield replace(asked_for, method=method_of(sentence), further=FURTHER.search(sentence) is not None)
        elif not found and is_open(sentence, told):
            found = [Question("", place, 0, words=_plain(own, formulas))]
        elif found and not updates and not rules:
            found += _left_over(sentence, found, formulas, span, place)
        open_before = bool(found) and all(q.words for q in found)
        supposed = _supposed(sentence, formulas)
        yield from (q if q.case or q.points else replace(q, supposed=supposed) for q in found)


def _at_points(sentence: str, before: list[Question], formulas: list[Formula]) -> Iterator[Question]:
    """The derivatives of the sentence before at points that this one names: "evaluate both at $(1, 2)$"."""
    if ORDER.match(sentence) and BACK.search(sentence):
        rest, points = points_of(sentence, formulas)
        yield from (replace(q, points=points) for q in before if points and "⟦" not in rest)


def _is_elsewhere(sentence: str, found: list[Question], formulas: list[Formula]) -> bool:
    """Whether what is asked for are derivatives at a place that nothing tells in numbers."""
    verb = re.search(VERB, sentence, re.IGNORECASE)
    known = any(q.root or q.extremum or q.words for q in found)
    return not known and is_elsewhere(sentence[verb.start() :] if verb else sentence, formulas)


def _half_known(sentence: str, formulas: list[Formula], span: Span, place: Span) -> Iterator[Question]:
    """Of a sentence that speaks of an expansion or of Newton's rule, but of something else about it, what is ordered
    before that, and the rest, which is open."""
    verb = re.search(VERB, sentence, re.IGNORECASE)
    found = None if verb is None else SPOKEN.search(sentence, verb.start()) or RULE.search(sentence)
    if found is None or not (is_open(sentence, False) or BEHIND_A_CLAUSE.search(sentence)):
        return
    head, rest = apart(sentence, found.end())
    known = [q for q in _asked(f"{head}.", formulas, span, place, False) if head]
    yield from known
    yield Question("", place, 0, words=_plain(rest if known else sentence, formulas).removeprefix("and "))


def _left_over(
    sentence: str, found: list[Question], formulas: list[Formula], span: Span, place: Span
) -> Iterator[Question]:
    """What is ordered beside what was recognised, "compute $\\nabla f$ and write down Newton's update rule", unless it
    speaks of what was: "and evaluate it"."""
    if any(q.root or q.points or q.extremum or q.shown or q.words for q in found):
        return
    for part in [*re.split(rf",?\s+and\s+(?={ANY_VERB}\b)", sentence, flags=re.IGNORECASE)[1:], *further(sentence)]:
        if not BACK.search(part) and is_open(part, False) and not list(_asked(part, formulas, span, place, False)):
            yield Question("", place, 0, words=_plain(part, formulas))


def _supposed(sentence: str, formulas: list[Formula]) -> tuple[str, ...]:
    """What a sentence asks under: "if $\\lambda = 0$", "when $X^\\top X = I$"."""
    told = [formulas[int(n)] for found in SUPPOSED.finditer(sentence) for n in re.findall(r"\d+", found["all"])]
    return tuple(
        f.tex.strip().rstrip(".,;") for f in told if isinstance(f.node, Relation) and f.node.links[0].op == "="
    )


def _asked(sentence: str, formulas: list[Formula], span: Span, place: Span, updates: bool) -> Iterator[Question]:
    """What one sentence asks for; nothing of what changes the sheet."""
    shown = SHOW.search(sentence)
    if shown is not None:
        head, claim = sentence[: shown.start()], sentence[shown.end() :]
        ordered = list(_asked(head, formulas, span, place, updates)) if re.search(VERB, head, re.IGNORECASE) else []
        claims = list(_shown(claim, formulas)) or list(_shown_in_words(claim, formulas, span))
        claims = claims or list(shown_roots(claim, formulas))
        yield from (*ordered, *claims)
        if ordered and not claims:
            end = max(q.span.end for q in ordered)
            yield Question("", Span(end, end), 0, words=_plain(sentence[shown.start() :], formulas))
    elif updates:
        yield from (q for q in _sentence(sentence, formulas, span, place) if SLOPE.search(q.tex))
    elif CONSTRAINED.search(sentence):
        places = list(extrema(sentence, formulas, place))
        yield from places
        yield from (q for q in _sentence(sentence, formulas, span, place) if places and SLOPE.search(q.tex))
    elif not (CHANGED.search(sentence) and ORDER.match(sentence.replace("*", ""))):
        places = list(roots(sentence, formulas, place))
        named = [q for q in _sentence(sentence, formulas, span, place) if not places or SLOPE.search(q.tex)]
        passes = PASSES.search(sentence) if not any(q.tex != ALL for q in named) else None
        if passes is not None and passes["forward"]:
            yield Question(FORWARD, place, 0)
        if passes is not None and passes["backward"] and not named:
            yield Question(ALL, place, 0)
        yield from (*named, *places)


def _plain(sentence: str, formulas: list[Formula]) -> str:
    return re.sub(r"⟦(\d+)⟧", lambda m: f"${formulas[int(m[1])].tex.strip()}$", sentence.strip())


def _place(sentence: str, span: Span, text: str) -> Span:
    """Where the words of a sentence without formulas stand in its paragraph."""
    words = r"\s+".join(map(re.escape, sentence.split()))
    found = re.compile(words).search(text, span.start, span.end) if words else None
    return span if found is None else Span(*found.span())


def _sentence(sentence: str, formulas: list[Formula], span: Span, place: Span) -> Iterator[Question]:
    """What one sentence asks for with a verb."""
    verb = re.search(VERB, sentence, re.IGNORECASE)
    if verb is None:
        return
    clause, points = points_of(sentence[verb.start() :], formulas)
    if VALUE.match(clause):
        yield Question(LOSS, place, 0)
    if OUTPUT.match(clause):
        yield Question(PREDICTION, place, 0)
    found = list(_by_cases(sentence, clause, formulas, span))
    ordered = ORDER.match(sentence) is not None
    found = found or list(_whole(clause[len(verb[0]) :], formulas) if ordered else ())
    yield from (replace(q, points=points) if SLOPE.search(q.tex) else q for q in found)
    beside = VALUE_BESIDE.match(clause)
    if beside is not None:
        yield Question(LOSS, _formula(beside["last"], formulas).span, 0)


def _whole(clause: str, formulas: list[Formula]) -> Iterator[Question]:
    """The formula right behind a verb, whatever it is, where nothing else is asked."""
    first = re.match(r"[^⟦.]{0,40}(⟦\d+⟧)", _until_stop(clause))
    f = None if first is None or SOMETHING_OF.search(first[0]) else _formula(first[1], formulas)
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
    for number in re.findall(r"⟦\d+⟧", SOMETHING_OF.sub(" ", _until_stop(rest))):
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
            slope = isinstance(node, Relation) and (is_derivative(node.first) or is_slope(node.first))
            if isinstance(node, Relation) and slope and node.links[0].op in ("=", "≡"):
                end = f.tex[node.links[0].node.span.start - f.span.start : node.span.end - f.span.start]
                yield Question(_text(f, node.first), f.span, 0, shown=end.strip().rstrip(".,;"))


def _shown_in_words(clause: str, formulas: list[Formula], span: Span) -> Iterator[Question]:
    """The same in words: "that the gradient of $L$ with respect to $w$ is $X^\\top r$"."""
    said = CLAIM.search(clause)
    claim = None if said is None else _formula(said["claim"], formulas)
    if said is None or claim is None or isinstance(claim.node, Relation | Comma | Missing) or is_zero(claim.node):
        return
    found = [q for _, qs in _in_words(clause[: said.start()], formulas, span) for q in qs]
    for q in found if len(found) == 1 and not found[0].words else ():
        yield replace(q, span=claim.span, shown=claim.tex.strip().rstrip(".,;"))


def _updates(sentence: str) -> int:
    """How many updates a sentence asks for; none where a clause behind them may say of which weights, or how."""
    for pattern in (UPDATES, TWICE):
        found = pattern.search(sentence)
        if found is not None and not (BUT.search(sentence, found.end()) and not names_trained(sentence)):
            word = found["count"].lower()
            special = {"once": 1, "twice": 2, "three times": 3}
            return special.get(word) or (
                int(word) if word.isdigit() else COUNTS.index(word) + 1 if word in COUNTS else 1
            )
    return 1 if ONCE.match(sentence) and not BUT.search(sentence) else 0


def _in_words(clause: str, formulas: list[Formula], span: Span) -> Iterator[tuple[str, list[Question]]]:
    """Derivatives in words, each with the words."""
    found = False
    for match in IN_WORDS.finditer(clause):
        of = match["of"] or match["of2"]
        body = "" if of is None else _body(_formula(of, formulas))
        names = [n for number in re.findall(r"⟦\d+⟧", match["by"]) for n in _names(_formula(number, formulas))]
        place = _formula(match["by"].split("⟧")[0] + "⟧", formulas).span
        orders = orders_of(match["whats"] or "derivative")
        found = True
        yield (
            match[0],
            [_asked_for(derivative_by(body, n, k), k, match[0], formulas, place) for k in orders for n in names],
        )
    every = None if found else EVERYTHING.search(clause)
    if every is not None:
        of_what = every["of"] or every["of_it"]
        function = _function(_formula(of_what, formulas)) if of_what else None
        yield every[0], [Question(ALL if function is None else derivative_by(function, "", 1), span, 0)]
    plain = None if found or every else PLAIN_GRADIENT.search(clause)
    if plain is not None:
        f = _formula(plain["of"] or plain["of2"], formulas)
        function = _function(f)
        orders = orders_of(plain["whats"] or "derivative") if plain["twice"] is None else [1, 2]
        if function is not None:
            yield plain[0], [_asked_for(gradient_of(function, k), k, plain[0], formulas, f.span) for k in orders]
    bare = None if found or every or plain else BARE.search(clause)
    told = {_order(f.node) for f in _formulas(clause, formulas)} if bare is not None else set()
    orders = [k for k in orders_of(bare["whats"]) if k not in told] if bare is not None else []
    if bare is not None and (not told - {0} or orders == [2]):
        ends = [f.span.end for f in _formulas(clause, formulas)]
        at = Span(ends[-1], ends[-1]) if ends and told - {0} else span
        yield bare[0], [_asked_for(gradient_of("", k).strip(), k, bare[0], formulas, at) for k in orders]


def _order(node: Node) -> int:
    """How often a formula is differentiated; 0 of what is no derivative, 1 where it cannot be told."""
    return parts_of(node)[2] if is_derivative(node) else 0


def _asked_for(tex: str, order: int, words: str, formulas: list[Formula], span: Span) -> Question:
    """A derivative, or the words for one of too high an order."""
    return Question("", span, 0, words=_plain(words, formulas)) if order >= HIGHEST else Question(tex, span, 0)


def _body(f: Formula) -> str:
    r"""What a derivative is of: the name in `f(x) = x^2`, any other formula with brackets."""
    named = _function(f)
    return rf"\left({f.tex.strip()}\right)" if named is None else named


def _function(f: Formula) -> str | None:
    r"""`f`, `f(x)`, and these of `f(x) = x^2`; None of any other formula."""
    node = f.node.first if isinstance(f.node, Relation) and f.node.links[0].op in ("=", ":=", "≡") else f.node
    return _text(f, node) if isinstance(node, (Name, Script, Accent)) or _is_call(node) else None


def _is_call(node: Node) -> bool:
    """`f(x)`, `f'(0)`."""
    factors = node.factors if isinstance(node, Product) else ()
    return len(factors) == 2 and isinstance(factors[0].node, (Name, Script)) and isinstance(factors[1].node, Fenced)


def _is_slope_at(node: Node) -> bool:
    r"""`f_x(2, 5)`, a derivative and where it is taken."""
    factors = node.factors if isinstance(node, Product) else ()
    return len(factors) == 2 and is_derivative(factors[0].node) and isinstance(factors[1].node, Fenced)


def _formula(placeholder: str, formulas: list[Formula]) -> Formula:
    return formulas[int(placeholder.strip("⟦⟧"))]


def _names(f: Formula) -> list[str]:
    """The names of a list, each in TeX; w of `w \\in \\mathbb{R}^d`."""
    if isinstance(f.node, Relation) and f.node.links[0].op == "∈" and not isinstance(f.node.first, Comma):
        return [_text(f, f.node.first)]
    if not isinstance(f.node, Comma):
        return [f.tex.strip()]
    start = f.span.start
    return [f.tex[x.span.start - start : x.span.end - start].strip() for x in f.node.items]


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
        if is_derivative(body) or _is_call(body) or _is_slope_at(body) or isinstance(body, (Name, Script, Accent)):
            yield Question(_text(f, body), f.span, 0, named=name)


def _text(f: Formula, node: Node) -> str:
    """A part of a formula in TeX."""
    return f.part(node).replace("&", "").strip()
