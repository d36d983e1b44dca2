"""When a second equation for a defined name defines it anew, and when it is a claim about it.

It is a new definition in another part of the exercise, after words like "let now", in another case ("for y = 1: ...
for y = -1: ..."), and where a list item or a section
comes to the name first and is about something else: new names stand in the equation, or the text between had already
differentiated the earlier one. Anywhere else the name keeps its meaning.
"""

from __future__ import annotations

import re

from chainrule.read.document import Heading
from chainrule.read.tree import Fraction, Node, Number, Sum
from chainrule.read.values_in_code import in_code
from chainrule.sheet.definitions.numbers_anew import is_listed_anew, steps_on
from chainrule.sheet.definitions.parallel_sections import SEVERAL, given_in_both
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, standing_at
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import has_quantities, is_literal, is_numeric
from chainrule.sheet.syntax.names import letter_of, node_key, reference, shifted_letter, walk

# What is concluded behind such a word is a claim again: "Let $y = x^2$ ... So $y = 5$".
REDEFINING_CUE = re.compile(
    r"\b(let|now|define|redefine|consider|suppose|instead|denote|case|otherwise)\b"
    r"(?:(?!\b(?:so|thus|hence|therefore)\b)[^.:])*:?\s*$",
    re.IGNORECASE,
)
# "had we begun at w = 1.5", "on ($x = 1$) or off ($x = 0$)" give another value to what was given one before; what one
# gets, obtains or finds is a result.
OTHER_VALUE_CUE = re.compile(
    r"\b(?:if|when|with|for|had|were|say|suppos\w+|assum\w+|beg[iau]n\w*|start\w*|initiali[sz]\w*|tak(?:e|ing)|cho+s\w+"
    r"|pick\w*|set|setting|try|trying|use|using|chang\w+|replac\w+|substitut\w+|plug\w*|insert\w*)\b"
    r"(?:(?!\b(?:gets?|got|obtain\w*|giv(?:es?|en|ing)|yield\w*|becomes?|finds?|found|results?|equals?|then)\b)[^.:;])*\Z"
    r"|\(\s*\Z",
    re.IGNORECASE,
)
# "Let h_1 = 2", "if instead h_1 = 4": a number that is put in the place of one that a formula gives.
SUPPOSING_CUE = re.compile(
    r"\b(?:let|now|if|had|were|say|suppos\w+|assum\w+|imagin\w+|instead|case|otherwise|given|define|set|choose)\b"
    r"(?:(?!\b(?:so|thus|hence|therefore|then|gets?|got|obtain\w*|giv(?:es?|ing)|yield\w*|becomes?|finds?|found"
    r"|results?|equals?)\b)[^.:;])*:?\s*\Z",
    re.IGNORECASE,
)
# "Update: w_1 = 0.54", "the new weights are", "after the first M-step", "in the next iteration": what had a number has
# another one now.
STEPPED_CUE = re.compile(
    r"\b(?:updat\w+[^.;:]*:|(?:new|updated)\s+(?:weight|value|parameter|bias|coefficient)\w*"
    r"|(?:after|in|at)\s+(?:[\w-]+\s+){0,3}(?:[em]-)?(?:update|step|iteration|epoch|round(?!\s+num))s?\b)[^.;:]*\Z",
    re.IGNORECASE,
)
# "Suppose x = 2; then f(x) = -2": a number that follows from what is supposed.
RESULT_CUE = re.compile(r"\b(?:then|so|thus|hence|therefore)\b[^.:;]*\Z", re.IGNORECASE)
# A formula right behind one of these words at the beginning of a sentence is an example of its own.
EXAMPLE_CUE = re.compile(
    r"(?:\A|[.!?:])\s*(?:for|if|take|with)(?:\s+the\s+(?:function|model|case|loss))?\s*\Z", re.IGNORECASE
)
# A number right behind one of these words at the beginning of a sentence: what is said behind it is said of that value.
BEGINNING_CUE = re.compile(
    r"(?:\A|[.!?])\s*(?:now,?\s+)?(?:at|for|with|if|when|let|take|taking|suppose|set|setting|choose|choosing|put|try)"
    r"\s*\Z",
    re.IGNORECASE,
)
# A place: "the slope at $t = 4$ is 48, that at $t = -2$ is 12".
PLACE_CUE = re.compile(r"\b(?:at|around|about|near)(?:\s+the)?(?:\s+points?)?\s*\Z", re.IGNORECASE)
# What is said of the place where a slope vanishes: its number is a claim.
EXTREME = re.compile(
    r"\b(?:zero|vanish\w*|minim\w*|maxim\w*|optim\w*|stationary|critical|extrem\w*|\w+est)\b", re.IGNORECASE
)
# What is to be shown is a claim, in whatever part of an exercise.
SHOWING_CUE = re.compile(
    r"\b(?:(?:show|prove|verify|demonstrate|check) that|we claim(?: that)?)\b[^.:;]*\W*\Z", re.IGNORECASE
)
# What follows a formula that is only supposed, as in a list of rules: `h = f + g \\Rightarrow h' = f' + g'`.
SUPPOSED = re.compile(r"(?:\s|&|\\q?quad|\\[,;:! ])*(?:\\(?:Longr|R)ightarrow|\\implies|⇒)")
# "The model is": the words that lead to a formula and say what it is of.
INTRODUCED = re.compile(r"\b(?:the|our|its|an?)\s+(?:[\w-]+\s+){1,3}(?:is|reads|becomes)\s*:?\s*\Z", re.IGNORECASE)
ROW = re.compile(r"\s*\|.*\|")
ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]|\\item\b)\s")
WORD = re.compile(r"[^\W\d_]{2}")
RESTATING_CUE = re.compile(
    r"\b(recall|remember|rewrit\w+|expand\w*|simplif\w+|equivalently|thus|hence|therefore|so|becomes?|above|again)\b",
    re.IGNORECASE,
)


def redefines(world: World, earlier: Site, e: Equation) -> bool:
    """Whether an equation for a name that has a definition gives it another one."""
    if e.own != earlier.own or to_be_shown(e):
        return False
    if _slope_of_another(world, earlier, e):
        return True
    if e.source == "given" or (e.op == "=" and not e.link and steps_on(earlier.body, e.rhs)):
        return True
    numbers = is_numeric(e.rhs) and is_numeric(earlier.body)
    if numbers and is_literal(earlier.body) and in_code(e.document.text, e.span.start):
        return True  # a block of data gives a name another number than a block before
    if numbers and is_listed_anew(world, e):
        return True
    if (numbers and heading_of(e) is not None) or _in_another_row(world, earlier, e):
        return True
    if numbers and (STEPPED_CUE.search(e.cue) or (not e.display and OTHER_VALUE_CUE.search(e.cue))):
        return True
    if numbers and not e.display and PLACE_CUE.search(e.cue) and not EXTREME.search(re.split(r"[.!?;] ", e.cue)[-1]):
        return True
    if numbers and _in_another_item(world, earlier, e):
        return True
    if is_numeric(e.rhs) and not is_numeric(earlier.body) and RESULT_CUE.search(e.cue):
        return False
    if not (is_numeric(e.rhs) or e.display or e.link) and EXAMPLE_CUE.search(e.cue):
        return True
    if e.op == "=" and not REDEFINING_CUE.search(e.cue) and not has_quantities(e.rhs) and _computed(world, earlier, e):
        return False
    if e.scope.part != earlier.section[0] or e.op == ":=":
        return True
    if _says_the_same_of_another(world, earlier, e):
        return False
    if REDEFINING_CUE.search(e.cue):
        return True
    if _other_case(world, earlier, e) or _supposed_again(world, earlier, e) or _in_a_parallel(world, earlier, e):
        return True
    if e.scope.section != earlier.section[1] and _opens(world, earlier, e) and _said_alike(world, earlier, e):
        return True
    if is_numeric(e.rhs) and not is_numeric(earlier.body) and _inputs_given(world, earlier, e):
        return False
    return e.scope.section != earlier.section[1] and _opens(world, earlier, e) and _elsewhere(world, earlier, e)


def _slope_of_another(world: World, earlier: Site, e: Equation) -> bool:
    """Whether words call a formula a derivative, and another function stands between it and the earlier one: the
    Hessian of `g` behind that of `f`, both named H."""
    called = world.called.get(e.position)
    if called is None:
        return False
    functions = (s for base, found in world.functions.items() for s in found if base != earlier.base)
    return any(earlier.position < s.position < e.position and s.assumed is None for s in functions)


def _says_the_same_of_another(world: World, earlier: Site, e: Equation) -> bool:
    r"""Whether an equation repeats what the earlier one says of a name, for another layer or entry: `a^L_k = g(z^L_k)`
    behind `a^l_i = g(z^l_i)`, of the same names."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or is_numeric(e.rhs) or not (ref.labels or ref.subs):
        return False
    labels = [tuple(map(node_key, r.labels)) for r in (ref, earlier.ref)]
    numbered = any(isinstance(x, Number) for r in (ref, earlier.ref) for x in r.subs)
    elsewhere = labels[0] != labels[1] or numbered  # entries by other letters are the same entries
    return (
        elsewhere
        and bool(earlier.ref.labels or earlier.ref.subs)
        and words_in(world, e.rhs) == words_in(world, earlier.body)
    )


def of_one_layer(world: World, sites: list[Site], e: Equation) -> bool:
    r"""Whether an equation repeats for the next layer, or the last, what an earlier one says of every layer: `z^{l+1} =
    ...` and `z^L = ...` behind `z^l = ...`, of the same names."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or len(ref.labels) != 1:
        return False
    letter = (
        shifted_letter(ref.labels[0]) if isinstance(ref.labels[0], Sum) else (letter_of(ref.labels[0]) or "").lower()
    )
    every = (s for s in sites if s.ref.primes == ref.primes and [letter_of(x) for x in s.ref.labels] == [letter])
    return bool(letter) and any(words_in(world, e.rhs) == words_in(world, s.body) for s in every)


def words_in(world: World, node: Node) -> set[str]:
    """The names of quantities and functions in a formula, without the letters that run."""
    counting = world.glossary.bound | world.glossary.layers | world.size_names
    return {r.base for r in references(node, world) if r.base not in counting}


def begins_an_example(e: Equation) -> bool:
    """Whether a sentence begins with a number for a name, "At $x = 3$ ...": a value to go on with, wherever one was."""
    begins = not e.display and not e.link and is_numeric(e.rhs) and BEGINNING_CUE.search(e.cue) is not None
    rest = re.split(r"[.!?](?:\s|\Z)", e.document.text[e.span.end : e.span.end + 200])[0]
    return begins and EXTREME.search(rest) is None


def heading_of(e: Equation) -> Heading | None:
    """The heading that an equation is part of."""
    headings = (p for p in e.document.pieces if isinstance(p, Heading))
    return next((p for p in headings if p.span.start <= e.span.start < p.span.end), None)


def _in_another_row(world: World, earlier: Site, e: Equation) -> bool:
    """Whether an equation and the earlier one stand in two rows of a table, as layers or rules beside each other."""
    origin = standing_at(world.equations, earlier.position)
    if origin is None or e.link or origin.document is not e.document:
        return False
    first, second = (e.document.position(x.span.start)[0] for x in (origin, e))
    lines = e.document.text.split("\n")[first - 1 : second] if first < second else []
    return bool(lines) and all(ROW.match(line) for line in lines)


def _in_another_item(world: World, earlier: Site, e: Equation) -> bool:
    """Whether two items of a list give a name its number, each for what the item is about: "Points 1, 2: $y = 1$"."""
    origin = standing_at(world.equations, earlier.position)
    if origin is None or origin.document is not e.document or origin.scope.section == e.scope.section:
        return False
    items = [ITEM.match(_line(x)) for x in (origin, e)]
    return not (e.display or e.link or RESULT_CUE.search(e.cue)) and all(items) and _opens(world, earlier, e)


def _line(e: Equation) -> str:
    """The line of the text that an equation stands on."""
    text = e.document.text
    return text[text.rfind("\n", 0, e.span.start) + 1 :].split("\n")[0]


def to_be_shown(e: Equation) -> bool:
    """Whether the words before an equation ask to show it."""
    return SHOWING_CUE.search(e.cue or e.lead) is not None


def _other_case(world: World, earlier: Site, e: Equation) -> bool:
    """Whether the earlier definition was given for one value of something, and a line between turns to another."""
    cases = [x for x in world.equations if x.source == "condition" and x.position < e.position]
    before = [x for x in cases if x.position < earlier.position]
    between = [x for x in cases if earlier.position < x.position]
    if not before or not between:
        return False
    then, now = before[-1], between[-1]
    return node_key(then.lhs) == node_key(now.lhs) and (then.op, node_key(then.rhs)) != (now.op, node_key(now.rhs))


def _in_a_parallel(world: World, earlier: Site, e: Equation) -> bool:
    """Whether an equation opens what a section says of a name, which gives several others a formula of its own too."""
    origin = standing_at(world.equations, earlier.position)
    if origin is None or e.link:
        return False
    return given_in_both(world, origin, e, earlier.base) >= SEVERAL


def _said_alike(world: World, earlier: Site, e: Equation) -> bool:
    """Whether the same words lead to a formula and to the earlier one: "The model is" in two sections."""
    origin = standing_at(world.equations, earlier.position)
    said = [INTRODUCED.search(x.cue) for x in (origin, e) if x is not None]
    words = {m[0].lower() for m in said if m is not None}
    alike = len(said) == 2 and None not in said and len(words) == 1
    return alike and e.op == "=" and not e.link and not RESTATING_CUE.search(e.cue)


def _supposed_again(world: World, earlier: Site, e: Equation) -> bool:
    """Whether both definitions are what a rule of its own supposes, in a list without words between."""
    origin = standing_at(world.equations, earlier.position)
    if origin is None or not is_supposed(e) or not is_supposed(origin):
        return False
    told = (text for at, text in world.told.items() if earlier.position < at < e.position)
    words = (e.cue, e.lead if e.lead != origin.lead else "", *told)
    return not any(WORD.search(re.sub("⟦\\d+⟧", "", text)) for text in words)


def is_supposed(e: Equation) -> bool:
    """Whether an arrow leads from a formula to what follows from it, on the same line."""
    return not e.link and SUPPOSED.match(e.document.text, e.span.end) is not None


def _inputs_given(world: World, earlier: Site, e: Equation) -> bool:
    """Whether the section gives an input of the earlier formula a number: what it then prints is its result."""
    inputs = behind(world, earlier.body)
    here = [x for x in world.equations if x.position < e.position and x.scope.section == e.scope.section]
    refs = [reference(x.lhs, world.glossary) for x in here if is_numeric(x.rhs)]
    return any(r is not None and r.base in inputs for r in refs)


def _computed(world: World, earlier: Site, e: Equation) -> bool:
    """Whether the earlier formula has a number by then, as everything it rests on has one: what is printed is it."""
    if is_numeric(earlier.body):
        return False
    leaves = [(base, world.sites.get(base, ())) for base in behind(world, earlier.body)]
    return bool(leaves) and all(
        any(s.position < e.position and (is_literal(s.body) or _names(world, s.body)) for s in sites)
        for base, sites in leaves
        if base not in world.functions and base not in ("e", "pi") and not _applied(world, base)
    )


def _applied(world: World, base: str) -> bool:
    """Whether a name is a function that the words or custom give, `\\sigma(z)`: it needs no number."""
    return world.family(base).called > 0 and (base in world.told_functions or base in dict(world.customary))


def _opens(world: World, earlier: Site, e: Equation) -> bool:
    """Whether an equation is the first of its list item or section that mentions the name."""
    here = (x for x in world.equations if earlier.position < x.position < e.position)
    return all(x.scope.section != e.scope.section or earlier.base not in _mentioned(world, x) for x in here)


def _elsewhere(world: World, earlier: Site, e: Equation) -> bool:
    """Whether the text has left the earlier definition behind."""
    if RESTATING_CUE.search(e.cue):
        return False
    between = (x for x in world.equations if earlier.position < x.position < e.position)
    if any(_differentiates(world, x.lhs, earlier.base) for x in between):
        return True
    return bool(_names(world, e.rhs) - behind(world, earlier.body))


def _differentiates(world: World, node: Node, base: str) -> bool:
    """Whether a derivative or a gradient stands in a formula, or the name with a prime."""
    for part in walk(node):
        if nabla_of(part) is not None:
            return True
        if isinstance(part, Fraction) and above(part.numerator) is not None and below(part.denominator) is not None:
            return True
        ref = reference(part, world.glossary)
        if ref is not None and ref.base == base and ref.primes and base in world.functions:
            return True
    return False


def _mentioned(world: World, e: Equation) -> set[str]:
    return {r.base for side in (e.lhs, e.rhs) for part in walk(side) if (r := reference(part, world.glossary))}


def behind(world: World, body: Node) -> set[str]:
    """The names a formula rests on, through the definitions of these; of a function not its parameters."""
    found: set[str] = set()
    todo = [(body, frozenset[str]())]
    while todo:
        formula, bound = todo.pop()
        for base in _names(world, formula) - found - bound:
            found.add(base)
            todo += [(s.body, frozenset[str]()) for s in world.sites.get(base, ())]
            todo += [(s.body, _parameters(world, s)) for s in world.functions.get(base, ())]
    return found


def _parameters(world: World, site: Site) -> frozenset[str]:
    return frozenset(base for p in site.params or () for base in _names(world, p))


def _names(world: World, node: Node) -> set[str]:
    if is_literal(node):
        return set()  # the T of (1, 2)^T is no name
    bound = world.glossary.bound | world.size_names
    return {r.base for r in references(node, world) if r.base not in bound and not is_function_word(r.base)}
