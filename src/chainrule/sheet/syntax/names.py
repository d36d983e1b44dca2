"""Names: what in `\\hat{a}_{ij}^{(l)T}` is the name, what an index, what a label, what an operation.

A `Ref` is a name taken apart: the base with its accents and word subscripts (`s_{hid}`), index slots, label slots
(layer, sample or time in a superscript), primes, and the postfix operations left over (transpose, power).
What a letter means depends on the whole document, so a `Glossary` is collected first (`sheet.letters.glossary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from chainrule.read import tree
from chainrule.read.tree import (
    FIELDS_BELOW,
    FIELDS_WRITTEN,
    Accent,
    Brace,
    Comma,
    Factor,
    Fenced,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Script,
    Sum,
    Text,
)
from chainrule.sheet.syntax.script_words import (
    INDEX_LETTERS,
    STAR_WORDS,
    WORD,
    hyphenated,
    is_capital,
    is_mark,
    is_superscript_word,
    is_transpose,
    is_word,
    juxtaposed_letters,
    word_above,
)

# Of these, the ones that number samples, entries and times even beside word-like subscripts (`b_f`, `b_i`, but `x_t`).
COUNTING_LETTERS = frozenset("jkt")
# Signs that look like names to the grammar but never name a quantity.
NO_QUANTITIES = frozenset({"partial", "nabla", "bb R", "bb N", "bb Z", "bb E"})
KRONECKER = "Kronecker delta"
# L_i is one term of the total L where the document says `L = \\sum_i L_i`: a name of its own.
SLOTS = frozenset("•∘ι")  # what runs along a list, a matrix with dots, or a slice
EACH = "_each"


@dataclass(frozen=True, slots=True)
class Postfix:
    """An operation hung on a name: transpose ("T"), or a power ("pow"), or one of every entry ("each")."""

    op: str
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A name taken apart."""

    base: str
    subs: tuple[Node, ...] = ()
    labels: tuple[Node, ...] = ()
    primes: int = 0
    postfix: tuple[Postfix, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What the reference says, without where it stands."""
        post = tuple((p.op, None if p.node is None else node_key(p.node)) for p in self.postfix)
        return self.base, tuple(map(node_key, self.subs)), tuple(map(node_key, self.labels)), self.primes, post

    @property
    def bare(self) -> bool:
        """True for a name with nothing but word subscripts on it."""
        return not (self.subs or self.labels or self.primes or self.postfix)


@dataclass
class Glossary:
    """What the letters of a document are used for, collected before anything is read."""

    bound: set[str] = field(default_factory=set)
    label_letters: set[str] = field(default_factory=set)
    layers: set[str] = field(default_factory=set)
    labelled: set[str] = field(default_factory=set)
    indexed: dict[str, set[int]] = field(default_factory=dict)
    lone_delta: bool = False
    lone_t: bool = False
    plain_numbers: set[str] = field(default_factory=set)
    error_delta: bool = False
    named: set[str] = field(default_factory=set)
    sizes: set[tuple[str, str]] = field(default_factory=set)
    naming: set[str] = field(default_factory=set)
    totals: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)
    running: set[str] = field(default_factory=set)
    bracketed: set[tuple[str, str]] = field(default_factory=set)
    offsets: set[str] = field(default_factory=set)
    apart: set[tuple[str, str]] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    gates: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)
    slots: dict[str, int] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    known: dict[int, tuple[Node, Ref | None]] = field(default_factory=dict, repr=False)
    settled: bool = False
    implied: bool = False
    quantities: set[str] = field(default_factory=set)
    vector: Name | None = None
    primed_by: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    left_open: dict[str, set[str]] = field(default_factory=dict)
    always_open: dict[str, set[str]] = field(default_factory=dict)
    orders: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    told_orders: dict[str, tuple[str, str]] = field(default_factory=dict)
    written_out: tuple[Callable[[Node], Node], ...] = ()
    rewritten: Callable[[Node, int], Node] = lambda node, _position: node
    # Names that were taken for a loss of another name, by the position of the formula: nothing says that they are one.
    taken_for: dict[int, tuple[str, str]] = field(default_factory=dict)

    def is_index(self, letter: str, base: str, slot: int) -> bool:
        """Whether a single letter in a subscript of `base` is an index rather than part of the name."""
        if (base, letter) in self.sizes or letter in self.naming:
            return False
        if letter in self.bound or letter in SLOTS or slot in self.indexed.get(base, ()):
            return True
        return letter in INDEX_LETTERS and (letter in COUNTING_LETTERS or base not in self.named)

    def renamed(self, ref: Ref) -> Ref:
        """The reference under the one name for its writings."""
        return replace(ref, base=self.same[ref.base])

    def is_label(self, sup: Node, base: str) -> bool:
        """Whether a superscript tells tensors apart: `a^{l}` beside `a^{l+1}`, so `b^l`, `a^L` and `a^0` too."""
        letter = shifted_letter(sup)
        if letter in self.layers or (isinstance(sup, Name) and (base, sup.text) in self.bracketed):
            return True
        lone = (isinstance(sup, Number) and sup.text.isdigit()) or (isinstance(sup, Name) and len(sup.text) == 1)
        return lone and base in self.labelled and not is_transpose(sup)


def node_key(value: object) -> object:
    """A node without its spans: equal for what is written alike."""
    if isinstance(value, tuple):
        return tuple([node_key(v) for v in value])
    if isinstance(value, (Node, tree.Factor, tree.Term, tree.Link, tree.Case)):
        parts = tuple([node_key(getattr(value, name)) for name in FIELDS_WRITTEN[type(value)]])
        return (type(value).__name__, *parts)
    return value


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node; the F of a Frobenius norm is a mark and none."""
    try:
        return node.below
    except AttributeError:
        found = _children(node)
        object.__setattr__(node, "below", found)  # nodes are frozen, and what is below them never changes
        return found


def _children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Script) and isinstance(node.base, Fenced) and node.base.open == "‖" and _is_frobenius(node.sub):
        return tuple(n for n in (node.base, node.sup) if isinstance(n, Node))
    found: list[Node] = []
    for name in FIELDS_BELOW[type(node)]:
        _collect(getattr(node, name), found)
    return tuple(found)


def _is_frobenius(sub: Node | None) -> bool:
    return isinstance(sub, Name) and sub.text == "F"


def _collect(value: object, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)
    elif isinstance(value, (tree.Factor, tree.Term, tree.Link)):
        found.append(value.node)
    elif isinstance(value, tree.Case):
        found.append(value.value)
        if value.condition is not None:
            found.append(value.condition)


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    try:
        return iter(node.whole)
    except AttributeError:
        found, stack = [], [node]
        while stack:
            top = stack.pop()
            found.append(top)
            stack.extend(children(top))
        object.__setattr__(node, "whole", tuple(found))  # as what is directly below it
        return iter(found)


def letter_of(node: Node | None) -> str | None:
    """The letter of a plain name, with its primes (`j'` is another letter than `j`); None for anything else."""
    match node:
        case Name(text=text):
            return text
        case Script(base=Name(text=text), sub=None, sup=None, primes=primes) if len(text) == 1 and primes:
            return text + "'" * primes
    return None


def outside_letters(node: Node) -> set[str]:
    """The letters in subscripts of a formula that stand outside of its big operators."""
    found: set[str] = set()
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Product):
            at = next((n for n, f in enumerate(top.factors) if isinstance(f.node, tree.Big)), len(top.factors))
            stack += [f.node for f in top.factors[:at]]
            continue
        if isinstance(top, Script) and top.sub is not None:
            found |= {x for n in walk(top.sub) if (x := letter_of(n)) is not None}
        stack += children(top)
    return found


def size_name(node: Node) -> str | None:
    """A size as a name: `n`, `H_{out}`, `k_1`; None for anything else."""
    match node:
        case Name(text=text):
            return text
        case Script(base=Name(text=text), sub=Node() as sub, sup=None, primes=0):
            return f"{text}_{''.join(getattr(n, 'text', '') for n in sorted(walk(sub), key=lambda n: n.span.start))}"
    return None


def spelled(name: Name) -> str:
    """A name with its typefaces, as one word; upright words carry no typeface, they are names as they are."""
    style = [s for s in name.style if s != "rm"]
    return " ".join([*style, name.text])


# -------------------------------------------------------------------------------------------------- subscripts


def split_subscript(sub: Node, base: str, glossary: Glossary) -> tuple[str, tuple[Node, ...]]:
    """The word part and the index slots of a subscript: `hid` -> ("hid", ()), `ij` -> ("", (i, j))."""
    match sub:
        case Comma(items=items):
            parts = [split_subscript(item, base, glossary) for item in items]
            return "".join(w for w, _ in parts), tuple(s for _, slots in parts for s in slots)
        case Name(text=text) if len(text) == 1 or WORD.fullmatch(text):
            return _split_name(sub, base, glossary)
        case Product():
            return _split_product(sub, base, glossary)
        case Fenced(open="[" | "(", body=body):
            word, slots = split_subscript(body, base, glossary)
            return (word, slots) if slots else ("", (body,))
        case Brace(body=body):
            return split_subscript(body, base, glossary)
        case Text(text=text):
            return text.strip(), ()
        case Sum(terms=terms) if len(terms) > 1 and (words := hyphenated(terms)) is not None:
            return words, ()
        case Number(text="0") if base in glossary.offsets:
            return "0", ()
        case Number(text=text) if (base, text) in glossary.apart:
            return text, ()
        case Number(text=text) if text.isdigit() and 1 < len(text) == glossary.slots.get(base):
            return "", tuple(Number(sub.span, digit) for digit in text)  # `K_{12}` beside `K_{mn}`
    return "", (sub,)


def _split_name(sub: Name, base: str, glossary: Glossary) -> tuple[str, tuple[Node, ...]]:
    text = sub.text
    if not base and len(text) == 1 and text.islower() and not sub.style:
        return "", (sub,)  # a value has no name that a letter could belong to: `(W x)_y`
    if len(text) == 1 and not sub.style:
        return ("", (sub,)) if glossary.is_index(text, base, 0) else (text, ())
    if len(text) == 1 or text in glossary.bound:
        return ("", (sub,)) if text in glossary.bound else (text, ())
    return text, ()


def _split_product(sub: Product, base: str, glossary: Glossary) -> tuple[str, tuple[Node, ...]]:
    text = juxtaposed_letters(sub)
    if text is not None and is_word(text) and len(glossary.indexed.get(base, ())) < len(text):
        return text, ()
    nodes = [f.node for f in sub.factors]
    starred = isinstance(nodes[-1], Name) and nodes[-1].text in STAR_WORDS  # `j*` is one certain index
    if starred or any(f.op not in ("", "*") for f in sub.factors):
        return "", (sub,)
    word, slots = "", []
    for n, node in enumerate(nodes):
        letter = letter_of(node)
        following = nodes[n + 1] if n + 1 < len(nodes) else None
        fenced_next = isinstance(following, Fenced)
        if letter is not None and _numbered(letter, following, base, glossary) and isinstance(following, Number):
            word += letter + following.text
            continue
        if isinstance(node, Number) and n and _numbered(letter_of(nodes[n - 1]), node, base, glossary):
            continue
        if isinstance(node, Fenced) and node.open == "[":
            inner_word, inner = split_subscript(node.body, base, glossary)
            word += inner_word
            slots += list(inner)
        elif letter is not None and (fenced_next or (text is not None and _label_word(text, base, glossary))):
            word += letter
        else:
            slots.append(node)
    return word, tuple(slots)


def _numbered(letter: str | None, following: Node | None, base: str, glossary: Glossary) -> bool:
    """`h1` in `net_{h1}`: a letter that is no index, with its number, names a unit."""
    plain = letter is not None and isinstance(following, Number) and following.text.isdigit()
    return plain and letter is not None and not (letter in glossary.alone and glossary.is_index(letter, base, 0))


def _label_word(text: str, base: str, glossary: Glossary) -> bool:
    """Two letters that name rather than index: one of them is neither bound nor a usual index letter."""
    if base == "delta" or len(glossary.indexed.get(base, ())) >= len(text):
        return False
    return any(c not in INDEX_LETTERS and c not in glossary.bound for c in text) and not any(
        c in glossary.bound for c in text
    )


# -------------------------------------------------------------------------------------------------- superscripts


def shifted_letter(node: Node) -> str | None:
    """The letter of `l`, `l+1`, `l-1`; None for anything else."""
    match node:
        case Name(text=text) if len(text) == 1:
            return text
        case Sum(terms=(first, *rest)) if all(isinstance(t.node, Number) for t in rest):
            return letter_of(first.node)
    return None


def split_superscript(
    sup: Node, base: str, glossary: Glossary, *, of_group: bool = False
) -> tuple[str, tuple[Node, ...], tuple[Postfix, ...]]:
    r"""Name part, labels and postfix operations of a superscript.

    On a group, `(h^t)^2` and `(\hat y)^2`, a number is no label, whatever numbers the name carries elsewhere.
    """
    if of_group and isinstance(sup, Number) and sup.text.isdigit():
        return "", (), (Postfix("pow", sup),)
    word = word_above(sup, base)
    if word is not None and base not in ("e", "exp"):
        return f"^{word}", (), ()
    match sup:
        case Fenced(open="(", body=Sum(terms=(_, _, *_) as terms)) if all(isinstance(t.node, Number) for t in terms):
            return "", (), (Postfix("pow", sup),)
        case Fenced(open="(" | "[" | "⟨" | "{", body=Comma(items=items)) if all(map(_is_mark_of_one, items)):
            return "", items, ()  # `x^{(p,3)}`: sample and layer side by side
        case Fenced(open="(" | "[" | "⟨" | "{", body=body):
            if isinstance(body, Product) and juxtaposed_letters(body) in glossary.pairs and is_capital(base):
                return f"^{juxtaposed_letters(body)}", (), ()
            return "", (body,), ()
        case Script(base=Fenced() as fence, sub=None, sup=Node() as inner):
            word, labels, ops = split_superscript(fence, base, glossary)
            more_word, more_labels, more = split_superscript(inner, base, glossary)
            return word + more_word, labels + more_labels, ops + more
        case Product(factors=factors) if all(f.op == "" for f in factors):
            text = juxtaposed_letters(sup)
            if base != "e" and (is_superscript_word(text) or (text in glossary.pairs and is_capital(base))):
                return f"^{text}", (), ()
            if all(isinstance(f.node, (Fenced, Number)) or is_mark(f.node) for f in factors) and not isinstance(
                factors[0].node, Number
            ):
                parts = [split_superscript(f.node, base, glossary) for f in factors]
                return (
                    "".join(p[0] for p in parts),
                    tuple(x for p in parts for x in p[1]),
                    tuple(x for p in parts for x in p[2]),
                )
        case Product(factors=(Factor(node=Missing()), Factor(op="odot" | "circ", node=exponent))):
            return "", (), (Postfix("each", exponent),)
        case Sum(terms=(term,)) if term.sign == "-" and is_transpose(term.node):
            return "", (), (Postfix("pow", Number(sup.span, "-1")), Postfix("T"))
        case Comma(items=items):
            parts = [split_superscript(item, base, glossary) for item in items]
            marks = tuple(x for p in parts for x in p[1])
            if not any(p[0] for p in parts[1:]) and (marks == parts[0][1] or all(p[1] for p in parts)):
                return parts[0][0], marks, tuple(x for p in parts for x in p[2])
        case Name(text=text) if text in STAR_WORDS:
            return "^*" if text in {"ast", "star", "*"} else "^" + text, (), ()
        case Name(text=text) if text in glossary.above:
            return f"^{text}", (), ()
    if is_transpose(sup):
        return "", (), (Postfix("T"),)
    if _is_intended_transpose(sup, base, glossary):
        return "", (), (Postfix("T"),)
    if glossary.is_label(sup, base):
        return "", (sup,), ()
    return "", (), (Postfix("pow", sup),)


def _is_mark_of_one(node: Node) -> bool:
    """A letter, a whole number, or a letter counted up or down: one of several marks that stand side by side."""
    number = isinstance(node, Number) and node.text.isdigit()
    letter = shifted_letter(node)
    return number or (letter is not None and len(letter) == 1)


def _is_intended_transpose(sup: Node, base: str, glossary: Glossary) -> bool:
    """`u^t v`: a lone small t is a transpose unless t is an index, a label or a number, or u a number."""
    taken = "t" in glossary.bound or glossary.lone_t or glossary.is_label(sup, base) or base in glossary.plain_numbers
    return isinstance(sup, Name) and sup.text == "t" and not taken


# -------------------------------------------------------------------------------------------------- references


def reference(node: Node, glossary: Glossary) -> Ref | None:
    """A node as a name with what hangs on it, or None when its core is no name."""
    ref = _raw(node, glossary)
    return ref if ref is None or ref.base not in glossary.same else glossary.renamed(ref)


def _raw(node: Node, glossary: Glossary) -> Ref | None:
    """The reference as it is written, before different writings of one name are brought together."""
    if not isinstance(node, (Name, Script, Accent, Brace, Fenced)):
        return None
    if not glossary.settled:
        return _reference(node, glossary)
    found = glossary.known.get(id(node))
    if found is None:
        found = glossary.known[id(node)] = (node, _reference(node, glossary))
    return found[1]


def _reference(node: Node, glossary: Glossary) -> Ref | None:
    match node:
        case Name():
            base = spelled(node)
            return None if base in NO_QUANTITIES else Ref(base)
        case Accent(kind=kind, body=body):
            inner = _raw(body, glossary)
            return None if inner is None else replace(inner, base=f"{kind}({inner.base})")
        case Brace(body=body):
            return _raw(body, glossary)
        case Fenced(open="(", body=Script() | Accent() as body, close=")"):
            inner = _raw(body, glossary)
            return inner if inner is not None and not inner.postfix else None
        case Script():
            return _script_reference(node, glossary)
    return None


def is_sequence(node: Script) -> bool:
    """`(a_i)_{i=1}^n`, `\\{x_i\\}_{i=1}^n`, `(a_{ij})_{i=1, j=1}`: all of some indexed values."""
    first = node.sub.items[0] if isinstance(node.sub, Comma) and node.sub.items else node.sub
    return isinstance(node.base, Fenced) and isinstance(first, tree.Relation) and letter_of(first.first) is not None


def _script_reference(node: Script, glossary: Glossary) -> Ref | None:
    if is_sequence(node):
        return None
    ref = _raw(node.base, glossary)
    if ref is None:
        return None
    if ref.postfix and (node.sub is not None or node.primes):
        return None
    base, subs, labels, postfix = ref.base, ref.subs, ref.labels, ref.postfix
    if node.sub is not None:
        word, slots = split_subscript(node.sub, base, glossary)
        base = f"{base}_{word}" if word else base
        subs += slots
    if node.sup is not None:
        power = isinstance(node.base, Fenced) or bool(labels)
        word, more, ops = split_superscript(node.sup, base, glossary, of_group=power)
        base += word
        labels += more
        postfix += ops
    if labels and base in glossary.marked:
        subs, labels = labels + subs, ()
    primes = ref.primes + node.primes
    if base == "delta" and len(subs) == 2 and not (labels or primes or glossary.error_delta):
        base = KRONECKER
    if base in glossary.totals and 0 < len(subs) + len(labels) <= 2:
        base += EACH
    return Ref(base, subs, labels, primes, postfix)
