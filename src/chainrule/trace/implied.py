"""Gradient descent that is only spoken of: "perform three updates with learning rate 0.1"."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Fraction, Node, Number, Product, Sum
from chainrule.sheet.records.statements import Sentence, Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.sheet.words.translation import english
from chainrule.sheet.words.wording import NAMES
from chainrule.trace.plain_orders import parts, speaks, why_not_plain
from chainrule.trace.rules import (
    CUE,
    Rule,
    Updates,
    add_equation,
    base_of,
    callee_base,
    refs,
    speaks_of_updates,
    unprimed,
)
from chainrule.trace.trained import trained, unclear, untold, without_clauses

RATE = re.compile(
    r"\b(?:(?:learning[- ])?rate|step[- ]?(?:size|length|width))\b"
    r"[^.;⟦]{0,40}?(?:⟦(?P<formula>\d+)⟧|(?P<number>\d*\.?\d+))",
    re.IGNORECASE,
)
Names = tuple[object, ...]
EVERY = re.compile(r"\b(?:all|every|each|both|the)\b[^.;⟦]{0,20}?\b(?:weights|parameters|bias(?:es)?)\b", re.IGNORECASE)
WEIGHTS = frozenset({"w", "W", "b", "theta", "Theta", "V", "U", "v", "u", "beta"})
DATA = frozenset({"x", "X", "y", "Y", "t", "T"})
"""Letters of inputs and targets, which nobody updates unless a sentence says so."""
COUNTS = frozenset("nNmMkKdDTpJ")
SPOKEN = re.compile(
    r"\b(?:descent|updat\w+|iterations?|steps?)\b[^.;⟦]{0,40}?\b(?:for|of|on|to|in|update|updates) "
    r"(?:both |all |each |the |weights |parameters |matri(?:x|ces) |vectors? )*" + NAMES,
    re.IGNORECASE,
)
"""What a sentence says is updated: "three steps of gradient descent for $V$ and $u$"."""
TRAINED = re.compile(
    r"\b(?:train|update|updating|optimi[sz]e|learn|adjust"
    r"|(?:new|updated) (?:(?:values?|estimates?|iterates?) (?:of |for )?)?)\s*"
    r"(?:both |all |the |weights |parameters )*" + NAMES,
    re.IGNORECASE,
)
"""And before it: "train $a$ and $b$ by gradient descent"."""
ASCENT, DESCENT = re.compile(r"\bascent\b", re.IGNORECASE), re.compile(r"\bdescent\b", re.IGNORECASE)
DOUBT = "which weights are updated is not plainly said; write the rule of each"
BOTH_WAYS = "the words have both ascent and descent; write the rules"
RATE_NAMES = ("eta", "alpha", "lr", "epsilon", "varepsilon", "lambda", "gamma", "mu")


def with_implied(sheet: Sheet, updates: Updates, wanted: Sequence[str]) -> None:
    """Gradient descent that is only spoken of: "perform three updates with learning rate 0.1"."""
    sheet = replace(sheet, sentences=[replace(s, text=english(s.text)) for s in sheet.sentences])
    rate = rate_of(sheet)
    if rate is None or not speaks_of_updates(sheet):
        return
    every = any(CUE.search(s.text) and EVERY.search(s.text) for s in sheet.sentences)
    loss, parameters, doubt = _loss_and_parameters(sheet, wanted, every)
    words = [s.text for s in sheet.sentences] + sheet.titles
    up, down = (any(way.search(t) for t in words) for way in (ASCENT, DESCENT))
    updates.held = untold(sheet) or doubt or _not_plain(sheet, rate) or (BOTH_WAYS if up and down else "")
    if updates.held:
        updates.notes.append(updates.held)
        return
    sign = "+" if up else "-"
    for text in parameters if loss else ():
        tex = rf"{text}' = {text} {sign} {rate} \frac{{\partial {loss}}}{{\partial {text}}}"
        e = add_equation(sheet, tex)
        base = None if e is None else base_of(sheet, e.lhs)
        if e is not None and base is not None:
            updates.rules.append(Rule(unprimed(e.lhs), base, e))
            updates.notes.append(f"no update rule is written for {text}; it is taken as {tex}")


def _not_plain(sheet: Sheet, rate: str) -> str:
    """Why the words order another thing than gradient descent, if that is so."""
    value = next((e.text(e.rhs).strip() for e in sheet.equations if e.text(e.lhs).strip() == rate), rate)
    for s in sheet.sentences:
        for part in parts(s):
            clauses = without_clauses(part)
            why = why_not_plain(sheet, s, clauses, value) if speaks(part) else ""
            if why:
                return why
    return ""


def with_each(sheet: Sheet, updates: Updates, wanted: Sequence[str]) -> None:
    r"""`\theta \leftarrow \theta - \eta \frac{\partial E}{\partial \theta}`: the rule of every weight; and that of each
    layer, `W^{(l)} \leftarrow W^{(l)} - \eta \frac{\partial E}{\partial W^{(l)}}`."""
    for rule in list(updates.rules):
        if rule.equation.spelled is not None:
            continue
        each = _numbered(sheet, rule)
        if each and unclear(sheet, _given(sheet, rule.base)):
            updates.notes.append(DOUBT)
            updates.rules.remove(rule)
            sheet.equations.remove(rule.equation)
            continue
        if not each and _stands_for_all(sheet, rule):
            each = [(text, _named(rule, text)) for text in _loss_and_parameters(sheet, wanted)[1]]
        for parameter, rhs in each:
            added = add_equation(sheet, f"{parameter}' = {rhs}")
            base = None if added is None else base_of(sheet, added.lhs)
            if added is not None and base is not None:
                updates.rules.append(Rule(unprimed(added.lhs), base, added))
        if each:
            updates.rules.remove(rule)
            sheet.equations.remove(rule.equation)


def _named(rule: Rule, parameter: str) -> str:
    """The right side of a rule with the name of a parameter for that of all."""
    name = rule.equation.document.source(rule.name.span)
    text = re.compile(re.escape(name) + ("(?![A-Za-z])" if name[-1:].isalpha() else ""))
    return text.sub(parameter.replace("\\", r"\\"), rule.equation.text(rule.equation.rhs))


def _numbered(sheet: Sheet, rule: Rule) -> list[tuple[str, str]]:
    r"""The weights of `w_k \leftarrow w_k - \eta \frac{\partial L}{\partial w_k}` where the sheet has numbers for w_1
    and w_2 and speaks of no w but these, or of `W^{(l)} \leftarrow ...` where it has numbers for layers, with the right
    side of each."""
    own = reference(rule.name, sheet.glossary)
    marks = () if own is None else (*own.subs, *own.labels)
    letter = letter_of(marks[0]) if len(marks) == 1 else None
    if own is None or letter is None:
        return []
    others = (e for e in sheet.equations if e.position != rule.equation.position)
    uses = [r for e in others for side in (e.lhs, e.rhs) for r in refs(sheet, side) if r.base == own.base and r.subs]
    if not all(isinstance(s, Number) for r in uses for s in r.subs):
        return []
    given = _given(sheet, own.base)
    return [(text, _at(rule, letter, ref)) for text, ref in (given[key] for key in trained(sheet, given))]


def _given(sheet: Sheet, base: str) -> dict[Hashable, tuple[str, Ref]]:
    """The names with this base that have numbers."""
    refs_of = ((e, reference(e.lhs, sheet.glossary)) for e in sheet.equations if (is_literal(e.rhs) or is_zero(e.rhs)))
    return {ref.key: (e.text(e.lhs), ref) for e, ref in refs_of if ref is not None and ref.base == base}


def _at(rule: Rule, letter: str, ref: Ref) -> str:
    """The right side of a rule with the number of a weight for the letter, and for what is counted from it."""
    number = next((int(s.text) for s in (*ref.subs, *ref.labels) if isinstance(s, Number)), 0)

    def counted(found: re.Match[str]) -> str:
        return str(number + int((found["by"] or "0").replace(" ", "")))

    name = re.escape(letter)
    in_scripts = rf"(?<=[_^]){name}(?![A-Za-z])|(?<=[({{\[,]){name}(?P<by>\s*[-+]\s*\d+)?(?=[)}}\],])"
    return re.sub(in_scripts, counted, rule.equation.text(rule.equation.rhs))


def _stands_for_all(sheet: Sheet, rule: Rule) -> bool:
    """Whether the name of a rule stands nowhere but in the rule."""
    others = (e for e in sheet.equations if e.position != rule.equation.position)
    return not any(ref.base == rule.base for e in others for side in (e.lhs, e.rhs) for ref in refs(sheet, side))


def _loss_and_parameters(sheet: Sheet, wanted: Sequence[str], every: bool = False) -> tuple[str, list[str], str]:
    """What is differentiated and by which names that have numbers; else, or where words speak of every one, the loss
    and what looks like a weight; and why words leave open which of them are updated, if they do. What an order names
    is what it is about, whatever is said elsewhere."""
    given = {
        ref.key: (e.text(e.lhs), ref.base)
        for e in sheet.equations
        if (is_literal(e.rhs) or is_zero(e.rhs)) and (ref := reference(e.lhs, sheet.glossary)) is not None
    }
    losses, by = list[str](), [key for key, (text, _) in given.items() if text in wanted]
    by += [key for _, _, x in sheet.expressions for n in walk(x) if (key := _by_key(sheet, n)) in given]
    for e in sheet.equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
            top = above(node.numerator) if isinstance(node, Fraction) else None
            if (key := _by_key(sheet, node)) in given and e.spelled is None:
                by.append(key)
                if top is not None and top.body is not None:
                    losses.append(e.document.source(top.body.span))
    for e in sheet.equations:
        base = callee_base(sheet, e.lhs) or base_of(sheet, e.lhs)
        if base is not None and names_loss(base) and e.spelled is None and not e.link:
            lhs = e.lhs.factors[0].node if isinstance(e.lhs, Product) else e.lhs
            losses.append(e.document.source(lhs.span))
    if not losses and (function := _only_function(sheet, given)) is not None:
        return function[0], [given[key][0] for key in trained(sheet, function[1])], ""
    spoken = [key for s in sheet.sentences for key in _spoken_of(sheet, s) if key in given]
    arguments = dict(_functions(sheet, given)).get(next(iter(losses), ""), [])
    if arguments and not spoken:
        return losses[0], [given[key][0] for key in trained(sheet, arguments)], ""
    listed = given if every else by or given
    letters = {key: _letter(given[key][1]) for key in listed}
    weights = [key for key, x in letters.items() if x in WEIGHTS or (key in by and (every or x not in DATA))]
    factors = coefficients(sheet, losses[:1])
    weights = [key for key in listed if key in weights or (not by and key in factors and letters[key] not in DATA)]
    besides = [key for key, (_, base) in given.items() if key not in listed and _letter(base) not in DATA]
    besides = [key for key in besides if key in factors or _letter(given[key][1]) in WEIGHTS]
    keys = list(dict.fromkeys(spoken or weights or by))
    updated = trained(sheet, keys)
    likely = {*keys, *(key for key, (_, base) in given.items() if base[:1] in WEIGHTS)}
    beside_spoken = every and spoken and not {*weights, *factors & given.keys()} <= {*spoken}
    untold = besides or (not by and _unknown(sheet, given, keys))
    doubtful = updated != keys or beside_spoken if spoken else unclear(sheet, likely) or untold
    doubt = DOUBT if doubtful else ""
    return next(iter(losses), ""), [given[key][0] for key in updated], doubt


def _letter(base: str) -> str:
    return base.split(" ")[-1].split("_")[0]


def coefficients(sheet: Sheet, losses: Sequence[str]) -> set[Names]:
    r"""The names that stand in the sums of a model as a summand or before another name, m and q in `\hat y = m x + q`:
    whatever their letters, they are trained. In a loss they may as well weigh a penalty."""
    found = set[Names]()
    for e in sheet.equations:
        own = e.document.source(e.lhs.span).split("(")[0].strip() if e.spelled is None else ""
        if (
            own in losses
            or e.link
            or is_literal(e.rhs)
            or names_loss(base_of(sheet, e.lhs) or callee_base(sheet, e.lhs) or "")
        ):
            continue
        for term in (t.node for n in walk(e.rhs) if isinstance(n, Sum) for t in n.terms):
            first = term.factors[0].node if isinstance(term, Product) and len(term.factors) == 2 else term
            ref = reference(first, sheet.glossary)
            found |= set() if ref is None else {ref.key}
    return found


def _unknown(sheet: Sheet, given: Mapping[Names, tuple[str, str]], keys: Sequence[Names]) -> bool:
    """Whether other names have numbers that are neither of data, nor a customary rate or constant, nor a count: nothing
    says whether they are trained."""
    used = {r.key for e in sheet.equations if not is_literal(e.rhs) for r in refs(sheet, e.rhs)}
    values = {ref.key: e.rhs for e in sheet.equations if (ref := reference(e.lhs, sheet.glossary)) is not None}
    for key, (_, base) in given.items():
        letter = _letter(base)
        count = isinstance(values.get(key), Number) and letter in COUNTS
        if key in used and key not in keys and len(letter) == 1 and letter not in DATA and not count:
            return True
    return False


def _only_function(sheet: Sheet, given: Mapping[Names, object]) -> tuple[str, list[Names]] | None:
    """The one function that the sheet defines of names that have numbers, `f(x, y) = ...`, with these names."""
    found = dict(_functions(sheet, given))
    return next(iter(found.items())) if len(found) == 1 else None


def _functions(sheet: Sheet, given: Mapping[Names, object]) -> Iterator[tuple[str, list[Names]]]:
    """The functions of names that have numbers, `J(w, b) = ...`, by their TeX."""
    for e in sheet.equations:
        if callee_base(sheet, e.lhs) is None or e.link or e.spelled is not None or not isinstance(e.lhs, Product):
            continue
        inner = e.lhs.factors[1].node
        body = inner.body if isinstance(inner, Fenced) else None
        refs_of = [reference(x, sheet.glossary) for x in (body.items if isinstance(body, Comma) else [body]) if x]
        keys = [ref.key for ref in refs_of if ref is not None and ref.key in given]
        if keys and len(keys) == len(refs_of):
            yield e.document.source(e.lhs.factors[0].node.span), keys


def _spoken_of(sheet: Sheet, s: Sentence) -> Iterator[object]:
    """The names that a sentence says are updated."""
    for found in (*SPOKEN.finditer(s.text), *TRAINED.finditer(s.text)):
        for number in re.findall(r"\d+", found[1]):
            node = s.formulas[int(number)]
            for item in node.items if isinstance(node, Comma) else (node,):
                ref = reference(item, sheet.glossary)
                yield from () if ref is None else (ref.key,)


def _by_key(sheet: Sheet, node: Node) -> object:
    """The name that a derivative is taken by."""
    if isinstance(node, Fraction) and above(node.numerator) is not None:
        bottom = below(node.denominator)
        named = [] if bottom is None else bottom[1]
    else:
        nabla = nabla_of(node)
        named = [] if nabla is None else nabla[0]
    ref = reference(named[0], sheet.glossary) if named else None
    return None if ref is None else ref.key


def rate_of(sheet: Sheet) -> str | None:
    """The learning rate as it is to be written in a rule: a name that has a number, or the number."""
    for s in sheet.sentences:
        for found in RATE.finditer(s.text):
            if found["number"]:
                return found["number"]
            source = s.sources[int(found["formula"])].strip("$ ")
            return source.partition("=")[0].strip()
    for e in sheet.equations:
        ref = reference(e.lhs, sheet.glossary)
        if ref is not None and ref.bare and ref.base in RATE_NAMES:
            return e.text(e.lhs)
    return None
