"""What the words of a document say about its names: shapes, roles of functions, values, one-hot vectors, signs.

A sentence has its inline formulas as ⟦0⟧, ⟦1⟧, ...; each row of `PATTERNS` is an English phrase with what it declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from chainrule.read.tree import Comma, Fenced, Node, Number, Product, Relation, Sum
from chainrule.sheet.letters.index_letters import IMPLIED, sums_are_implied
from chainrule.sheet.records.statements import Equation, Sentence, Sheet
from chainrule.sheet.syntax.names import Glossary, Ref, reference
from chainrule.sheet.words.declared import (
    Fact,
    ShapeFact,
    all_times,
    dimension,
    from_relation,
    relations_of,
    shape_of,
    sized,
)
from chainrule.sheet.words.denials import is_denied
from chainrule.sheet.words.one_hot import OF_ENTRIES, OF_ROWS, OF_VECTORS, SUPPOSED
from chainrule.sheet.words.wording import ENTRY, IS, NAMES

FUNCTION_ROLES = {
    "sigmoid": "sigmoid",
    "logistic": "sigmoid",
    "softmax": "softmax",
    "soft-max": "softmax",
    "rectified linear": "relu",
    "relu": "relu",
    "hyperbolic tangent": "tanh",
    "softplus": "softplus",
    "natural logarithm": "log",
    "identity function": "identity",
    "digamma": "digamma",
}


def _refs(sentence: Sentence, names: str, glossary: Glossary) -> list[Ref]:
    """The names behind a list of placeholders."""
    found = []
    for number in re.findall(r"⟦(\d+)⟧", names):
        node = sentence.formulas[int(number)]
        if isinstance(node, Relation):
            node = node.first
        for item in node.items if isinstance(node, Comma) else (node,):
            ref = reference(item, glossary)
            if ref is not None:
                found.append(ref)
    return found


Build = Callable[[re.Match[str], Sentence, Glossary], list[Fact]]


def _subjects(m: re.Match[str], s: Sentence, g: Glossary) -> list[Ref]:
    """The names that a phrase is about: the last of several that are listed, where its verb is singular, as in
    "$x, w \\in \\mathbb{R}^d$ and $\\sigma$ is the sigmoid"; in "does not depend on x, u and v are scalars" not the x,
    in "the gradient of f is a row vector" not the f."""
    names = m.group(1)
    if GOVERNED.search(m.string[: m.start(1)]):
        first = re.match(r"⟦\d+⟧(?:\s*,)?", names)
        names = names[first.end() :] if first and first.group().endswith(",") else ""
    alone = names and SINGULAR.search(m.group(0)) and not PLURAL.search(m.group(0))
    return _refs(s, re.findall(r"⟦\d+⟧", names)[-1] if alone else names, g)


def _shaped(rank: str) -> Build:
    return lambda m, s, g: [Fact("shape", r, ShapeFact(rank)) for r in _subjects(m, s, g)]


def _sized(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """`$W$ is an $m \\times n$ matrix`, `a matrix of size $m \\times n$`, `a $d$-dimensional vector`."""
    size = s.formulas[int(m.group(2) or m.group(3))]
    inside = size.body if isinstance(size, Fenced) and size.open == "(" else size
    parts = inside.items if isinstance(inside, Comma) else (inside,)
    if isinstance(inside, Product) and all(f.op in ("times", "*") for f in inside.factors[1:]):
        parts = tuple(f.node for f in inside.factors)
    dims = tuple(map(dimension, parts))
    if None in dims or len(dims) > 2 or (len(dims) == 2) != ("matri" in m.group(0)):
        return []
    shape = ShapeFact("vector", dims) if len(dims) == 1 else shape_of(dims)
    return [Fact("shape", r, shape) for r in _subjects(m, s, g)]


def _kind(kind: str) -> Build:
    return lambda m, s, g: [Fact(kind, r) for r in _subjects(m, s, g)]


def _of_rows(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """ "the rows of Y are one-hot": a matrix, with a 1 in each row."""
    shape = ShapeFact("matrix", (), passing=True)
    if SUPPOSED.search(s.text[: m.start()]):
        return []
    return [f for r in _refs(s, m["matrix"], g) if r.bare for f in (Fact("shape", r, shape), Fact("one-hot", r))]


def _of_a_size(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """`$A$ is $n \\times n$ symmetric`: what stands between is no other name, but a size."""
    size = s.formulas[int(m.group("size"))]
    times = isinstance(size, Product) and len(size.factors) == 2 and size.factors[1].op == "times"
    return _symmetric(m, s, g) if times else []


def _symmetric(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """`$A \\in ..., $D \\in ...$ symmetric` says it of D; with "are" or "both" of all that are listed."""
    names = m.group(1)
    if not PLURAL.search(m.group(0)):
        names = re.findall(r"⟦\d+⟧", names)[-1]
    return [Fact("symmetric", r) for r in _refs(s, names, g)]


def _ones(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """ "1 is an n × n matrix of all ones", "the all-ones vector e": a matrix, a row or a column of ones."""
    group = {name: s.formulas[int(found.strip("⟦⟧"))] for name, found in m.groupdict().items() if found}
    if "one" in group and getattr(group["one"], "text", "") != "1":
        return []  # "$y$ is the vector of all $y_i$"
    size = group.get("size")
    parts = [f.node for f in size.factors] if isinstance(size, Product) and all_times(size) else [size]
    dims = tuple(dimension(part) for part in parts if part is not None)
    rank = next((word for word in ("matrix", "row") if re.search(rf"\b{word}\b", m.group(0))), "column")
    others = set(m.groupdict().values())
    name = re.findall(r"⟦\d+⟧", next(x for x in m.groups() if x and x not in others))[-1]
    return [Fact("ones", r, ShapeFact(rank, dims)) for r in _refs(s, name, g) if not r.postfix]


def _orthogonal(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """What is only supposed, denied or asked says nothing."""
    supposed = re.search(r"\b(?:if|were|would|not|never|unless|suppose|assume|case|general)\b|\?", s.text.lower())
    return [] if supposed else [Fact("orthogonal", r) for r in _subjects(m, s, g)]


def _role(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    phrase = m.group(2).lower()
    if VALUE_OF.search(phrase) or VALUE_AFTER.match(m.string[m.end() :]):
        return []
    role = next((v for k, v in FUNCTION_ROLES.items() if k in phrase), None)
    return [] if role is None else [Fact("role", r, role) for r in _subjects(m, s, g)]


def _called(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """ "the logistic sigmoid σ": the name may be the function or its value; how it is used tells."""
    role = next(v for k, v in FUNCTION_ROLES.items() if k in m.group(2).lower())
    node = s.formulas[int(m.group(1))]
    ref = reference(node, g)
    return [] if ref is None or not ref.bare else [Fact("called", ref, role)]


def _value(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    if PART_OF.search(m.string[: m.start(1)]):
        return []  # "the first entry of y is 1", "the derivative with respect to y is 1" say nothing of y
    refs = _refs(s, m.group(1), g)
    text = m.group(2)
    placed = re.fullmatch(r"⟦(\d+)⟧", text)
    node: Node | None = s.formulas[int(placed.group(1))] if placed else None
    if node is None:
        span = refs and s.formulas[int(re.findall(r"⟦(\d+)⟧", m.group(1))[0])].span
        node = Number(span, text) if span else None
    if node is None or not isinstance(node, (Number, Sum)):
        return []
    return [Fact("value", r, node) for r in refs]


def _frontier(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    below = [s.formulas[int(n)] for n in re.findall(r"⟦(\d+)⟧", m.group(2))]
    return [Fact("frontier", r, tuple(below)) for r in _refs(s, m.group(1), g)]


def _unit_vector(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    return [Fact("unit vector", r) for r in _refs(s, f"⟦{m.group(1)}⟧", g)]


def _of_entries(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """ "only the k-th entry of y is 1": what is said of one entry and of no other is said of y."""
    return [Fact("one-hot", r) for r in _refs(s, m.group(1), g) if not r.subs]


def _all_scalars(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    return [Fact("shape", r, ShapeFact("scalar")) for r in _refs(s, s.text[: m.end()], g)]


def _scalar_before(m: re.Match[str], s: Sentence, g: Glossary) -> list[Fact]:
    """ "the constant Δ > 0", "the margin M": a number, where no equation says otherwise."""
    node = s.formulas[int(m.group(1).strip("⟦⟧"))]
    if isinstance(node, Relation) and node.links[0].op not in ("<", ">", "≤", "≥"):
        return []
    ref = reference(node.first if isinstance(node, Relation) else node, g)
    kind = "constant number" if "constant" in m.group(0).lower() else "shape"
    return [Fact(kind, ref, ShapeFact("scalar"))] if ref is not None and ref.bare else []


def _einstein(_m: re.Match[str], s: Sentence, _g: Glossary) -> list[Fact]:
    return [Fact("einstein", None)] if sums_are_implied(s.text) else []


GOVERNED = re.compile(r"\b(?:on|of|by|to|from|in|over)\s*\Z", re.IGNORECASE)
PART_OF = re.compile(
    rf"\b(?:{ENTRY}|sum|norm|length|size|rank|gradient|derivative) (?:of|in)\s*\Z"
    r"|\b(?:respect to|wrt|w\.?r\.?t\.?|derivatives? (?:of ⟦\d+⟧ )?by)\s*\Z",
    re.IGNORECASE,
)
SINGULAR = re.compile(r"\b(?:is|denotes|represents|stands for|means|refers to|indicates)\b")
PLURAL = re.compile(r"\b(?:are|both|all|be)\b")
NUMBER = r"(-?\d+(?:\.\d+)?|⟦\d+⟧)(?![\w⟧])(?!\.\d)"
SET_TO = r"\s*(?:is set to|is fixed at|is fixed to|equals|is|be|of|to be|set to)\s+"
NO_CASE = r"(?!,?\s*(?:if|for|when|and only|or|iff|otherwise|in|at)\b)"
FUNCTION = r"([^.;:⟦]*?(?:function|activation|unit|softmax|sigmoid))"
VALUES = r"(?:outputs?|results?|values?|predictions?|probabilit(?:y|ies)|scores?|inputs?|arguments?|derivatives?)"
# "y is the softmax output", "y is the output of the softmax": y is a value, and no function.
VALUE_AFTER = re.compile(rf"\s*\W?\s*(?:\w+\s+)?{VALUES}\b", re.IGNORECASE)
VALUE_OF = re.compile(rf"\b{VALUES}\b[^,;]*\b(?:of|from|by|after|to|for)\b", re.IGNORECASE)
TRUTH = r"(?:correct|true|target|actual|ground[- ]truth) (?:class|label|category|word|index)\b"
WHICH = r"(?:(?:⟦\d+⟧|\w)\s*(?:-|–|\^)?\s*(?:th|st|nd|rd)?\s+)?"
ONE_NAME = r"(⟦\d+⟧)(?! *⟦)"
WITH_SIZES = (
    r"(?:(?:\w+[- ]){0,2}?⟦(\d+)⟧ ?-?(?: ?dimensional)? (?:\w+[- ]){0,2}?(?:matri(?:x|ces)|vectors?)\b"
    r"|(?:\w+[- ]){0,2}?matri(?:x|ces) (?:of|with) (?:the )?(?:sizes?|shapes?|dimensions?) ⟦(\d+)⟧)"
)
QUANTITIES = r"scalars?|constants?|real numbers?|margins?|temperatures?|(?:learning|decay) rates?|step[- ]sizes?"
WORDS_OF_ROLES = "|".join(FUNCTION_ROLES)
THE = r"(?:an? |the |all )?"
BESIDE = r"(?i:\b(?:let|where|with|given|for|and) |, )(⟦\d+⟧),? an? (?:\w+[- ]){0,2}?"
"""What stands for a verb in "let $y \\in \\mathbb{R}^n$ and $D$ a diagonal matrix"; a name behind the noun is meant
instead."""
DATA = r"(?:data|dataset|design matrix|data matrix|targets?|labels?|observations|responses?|training inputs)\b"
DEFINITE = r"(?:positive[- ](?:semi-?)?definite|(?-i:S?PS?D))"
ARRAY = r"(?:\w+[- ]){0,2}?(?:column |row )?(?:vector|matrix|column|row)"
THE_ONES = r"(?:all |only |entirely )?(?:the )?(?:ones\b|1['’]?s\b|(?P<one>⟦\d+⟧)(?:\s?['’]?s\b)?)"
FULL_OF = r"(?:(?:that is |which is )?(?:full |made |consisting |composed |filled )?(?:of|with)|containing)"
ALL_ONES = r"(?:all[- ]ones? (?:column |row )?(?:vector|matrix)|ones[- ](?:vector|matrix))"
OF_ONES = rf"(?:\b{ARRAY} {FULL_OF} {THE_ONES}|{ALL_ONES})"
SIZED = r"(?:(?P<size>⟦\d+⟧)\s*(?:-\s*)?(?:dimensional\s+)?)?"
SYMMETRIC_ELSEWHERE = (
    r"(?:对称|對稱|対称|대칭|đối xứng|симметрич|simétric|simmetric|symétri|symmetrisch|symetrycz)(?!性|轴|軸|성)"
)
LED_ELSEWHERE = r"(?:其中|[这這][里裡]|[令设設]|。|\A)\s*"
"""What a sentence in Chinese begins with that says something for good; one that supposes it has another word there."""
DEPENDENCE = r"(?:does not depend on|do not depend on|is not a function of|independent of)"
PATTERNS: tuple[tuple[str, str, Build], ...] = (
    ("row vector", NAMES + IS + r"(?:\w+ ){0,3}?row vectors?", _shaped("row")),
    ("column vector", NAMES + IS + r"(?:\w+ ){0,3}?column vectors?", _shaped("column")),
    ("vector", NAMES + IS + THE + r"(?:\w+[- ]){0,2}?vectors?\b(?! of matri)", _shaped("vector")),
    ("matrix", NAMES + IS + THE + r"(?:\w+[- ]){0,2}?matri(?:x|ces)\b", _shaped("matrix")),
    ("vector beside", BESIDE + r"vector\b(?! (?:of matri|norm|space|field|product|form|⟦))", _shaped("vector")),
    ("matrix beside", BESIDE + r"matrix\b(?! (?:norm|product|equation|form|⟦))", _shaped("matrix")),
    ("diagonal beside", BESIDE + r"(?<!block )diagonal matrix\b(?! (?:of|⟦))", _kind("diagonal")),
    ("definite beside", BESIDE + rf"{DEFINITE} matrix\b(?! ⟦)", _kind("covariance")),
    ("sized", NAMES + IS + THE + WITH_SIZES, _sized),
    ("identity", NAMES + IS + THE + r"(?:⟦\d+⟧ )?(?:identity|unit) matri(?:x|ces)\b", _kind("identity")),
    ("identity before", r"\b(?:identity|unit) matri(?:x|ces) " + NAMES, _kind("identity")),
    ("ones", NAMES + rf"(?:{IS}(?:an? |the )?|,? (?:an? |the ))" + SIZED + OF_ONES, _ones),
    ("ones around", rf"\b(?:vector|matrix|column|row) {ONE_NAME} {FULL_OF} {THE_ONES}", _ones),
    (
        "ones before",
        OF_ONES + r"(?: ⟦\d+⟧)??[\s,(]*(?:denoted by |written |called |as )?(?:an? |the )?(?:bold )?" + ONE_NAME,
        _ones,
    ),
    ("scalar", NAMES + IS + THE + r"(?:\w+ ){0,2}?scalars?\b", _shaped("scalar")),
    ("scalar before", rf"\b(?:{QUANTITIES})\s*" + ONE_NAME, _scalar_before),
    ("all scalars", r"all are scalars(?:, and so (?:is|are) ⟦\d+⟧)?", _all_scalars),
    ("label of the truth", NAMES + IS + r"(?:the )?(?:index of the )?" + TRUTH, _kind("label")),
    ("truth of a label", TRUTH + r"(?: is| be|,)? " + ONE_NAME, _kind("label")),
    *((name, pattern, _kind("one-hot")) for name, pattern in OF_VECTORS),
    *((name, pattern, _of_rows) for name, pattern in OF_ROWS),
    *((name, pattern, _of_entries) for name, pattern in OF_ENTRIES),
    (
        "unit vector",
        NAMES + IS + r"(?:the )?" + WHICH + r"(?:\w+ ){0,2}?(?:basis|unit|base) vectors?",
        _kind("unit vector"),
    ),
    ("column of the identity", NAMES + IS + r"(?:the )?" + WHICH + r"columns? of the identity", _kind("unit vector")),
    ("unit vectors before", r"(?:standard|canonical|natural|Euclidean) basis vectors? ⟦(\d+)⟧", _unit_vector),
    (
        "distribution",
        NAMES + IS + r"(?:an? |the )?(?:\w+ ){0,2}?(?:distribution over|probability (?:distribution|vector))",
        _kind("simplex"),
    ),
    ("sums to one", NAMES + r"[^.⟦]{0,40}?\b(?:sums?|adds? up|that sums?) to (?:one|1)\b", _kind("simplex")),
    ("role", NAMES + r"\s*(?:\(\))?" + IS + r"(?:the |an? )?" + FUNCTION, _role),
    ("role before", rf"(?i)\b(?=(?:{WORDS_OF_ROLES})\b[^⟦.]{{0,24}}⟦(\d+)⟧)({WORDS_OF_ROLES})\b", _called),
    ("role of symbol", r"symbol\s+" + NAMES + IS + r"(?:the )?([^.;:⟦]*)", _role),
    ("value", NAMES + SET_TO + NUMBER + NO_CASE, _value),
    ("constant", NAMES + IS + r"(?:\w+ ){0,2}?constants?\b", _kind("constant")),
    (
        "data",
        NAMES + rf"(?:{IS}{THE}|,? (?:the |our |its |an? ))(?:training |observed |true |input |given )?" + DATA,
        _kind("given"),
    ),
    ("data before", r"(?i)\b" + DATA + r"(?: (?:matrix|vector|set))? " + NAMES, _kind("given")),
    ("independent", NAMES + r"[^.⟦]{0,40}?" + DEPENDENCE, _kind("independent")),
    ("symmetric", NAMES + r"[^.⟦]{0,40}?\bsymmetric\b(?! about)", _symmetric),
    ("symmetric of a size", NAMES + IS + r"(?:an? )?⟦(?P<size>\d+)⟧,? (?:and )?(?:\w+ ){0,2}?symmetric\b", _of_a_size),
    ("symmetric elsewhere", NAMES + rf"[^.。，⟦]{{0,25}}?{SYMMETRIC_ELSEWHERE}", _kind("symmetric")),
    ("symmetric before elsewhere", SYMMETRIC_ELSEWHERE + r"\w{0,4} ?" + NAMES, _kind("symmetric")),
    (
        "symmetric before",
        r"\bsymmetric (?!(?:and|with|but|while|where|if)\b)(?:\w+ ){0,3}?" + NAMES,
        _kind("symmetric"),
    ),
    (
        "diagonal",
        NAMES + IS + r"(?:an? |the |some )?(?:⟦\d+⟧,? )?(?:\w+ ){0,2}?(?<!block )diagonal\b(?! (?:entr|element|of))",
        _kind("diagonal"),
    ),
    (
        "diagonal before",
        r"(?<!block )\bdiagonal (?:\w+ ){0,2}?(?:matrix|matrices) (?:of \w+ )?" + NAMES,
        _kind("diagonal"),
    ),
    (
        "diagonal elsewhere",
        LED_ELSEWHERE + NAMES + r" ?[是为為](?:[^。，,⟦块塊]{0,8}?)[对對]角(?:矩阵|矩陣|阵|陣)(?![^。⟦]*[对對]角)",
        _kind("diagonal"),
    ),
    (
        "orthogonal",
        NAMES + IS + r"(?:\w+ ){0,2}?(?:orthogonal|unitary)\b(?! (?:proj|compl|to\b))",
        _orthogonal,
    ),
    (
        "orthonormal columns",
        NAMES + r" ?,? (?:with|which has|has|have|having|whose) (?:columns are )?orthonormal\b",
        _kind("orthonormal columns"),
    ),
    (
        "orthogonal before",
        r"\b(?:orthogonal|unitary) (?!proj|compl)(?:\w+ )?(?:matrix|matrices|factors?) " + NAMES,
        _orthogonal,
    ),
    ("covariance", r"\bcovariance (?:\(\w+\) )?(?:matri(?:x|ces) )?" + NAMES, _kind("covariance")),
    (
        "precision",
        r"(?i)(?<!cross )(?<!cross-)\bprecision\)? matrix (?:\(\w+\) )?(?P<names>⟦\d+⟧)"
        r"(?!,? (?:and |or )?⟦| (?:\w+ ){0,2}?not\b)",
        _kind("covariance"),
    ),
    (
        "of covariance",
        r"\bmatri(?:x|ces) of (?:the )?(?:variances?[- ](?:and )?)?covariances?,? " + NAMES,
        _kind("covariance"),
    ),
    ("definite before", rf"(?i)\b{DEFINITE}\s+(?:matri(?:x|ces)\s+)?" + NAMES, _kind("covariance")),
    ("definite after", NAMES + IS + rf"(?:\w+,? ){{0,3}}?{DEFINITE}\b", _kind("covariance")),
    ("covariance after", NAMES + IS + r"(?:\w+ ){0,3}?covariance\b", _kind("covariance")),
    ("frontier", NAMES + IS + r"an? (?:\w+ )?function of\s+" + NAMES, _frontier),
    ("summation convention", f"(?i){IMPLIED.pattern}", _einstein),
)
# Rows with any words between a name and what is said of it.
DENIABLE = frozenset({"symmetric", "symmetric of a size", "symmetric before", "sums to one", "precision"})
COMPILED = tuple((name, re.compile(pattern), build) for name, pattern, build in PATTERNS)


def facts_of(sentence: Sentence, glossary: Glossary) -> list[Fact]:
    """Everything the pattern rows find in one sentence, and what its inline relations declare."""
    found: list[Fact] = []
    for node in sentence.formulas:
        found += sized(node, glossary)
        for relation in relations_of(node):
            found += from_relation(relation, glossary)
    for name, pattern, build in COMPILED:
        for match in pattern.finditer(sentence.text):
            if name not in DENIABLE or not is_denied(match, sentence.text):
                found += build(match, sentence, glossary)
    return found


def told_values(sheet: Sheet) -> list[Equation]:
    """Values that words give to names, as equations: "α is set to 0.1" is `\\alpha = 0.1`."""
    found = []
    for s in sheet.sentences:
        for fact in facts_of(s, sheet.glossary):
            if fact.kind != "value" or fact.ref is None or not fact.ref.bare or not isinstance(fact.data, Node):
                continue
            n = next((n for n, node in enumerate(s.formulas) if reference(node, sheet.glossary) == fact.ref), None)
            if n is None:  # "the probability that $y = 0$ is 0.3" gives y no value
                continue
            source = s.sources[n].strip("$ ")
            name = source if source.isascii() else "\\" + fact.ref.base
            value = getattr(fact.data, "text", "")
            span = s.spans[n]
            found.append(
                Equation(
                    s.position, s.document, s.own, span, s.formulas[n], "=", fact.data, s.scope, -s.position, 0, False,
                    source="prose", spelled=(name, value),
                )
            )  # fmt: skip
    return found
