"""Letters and words in subscripts and superscripts, told apart by how they look alone."""

from __future__ import annotations

import re
from collections.abc import Collection

from chainrule.read import tree
from chainrule.read.tree import Fenced, Name, Node, Product, Script, Text

# Letters that stand for an index unless the document says otherwise.
INDEX_LETTERS = frozenset("ijklmnpqrst")
# Subscripts of several letters that are a word, though each letter could be an index.
WORD_SUBSCRIPTS = frozenset({
    "in", "out", "hid", "gt", "max", "min", "tot", "total", "true", "pred",
    "new", "old", "train", "test", "val", "reg", "loss", "enc", "dec", "emb",
    "cls", "prior", "post", "data", "mse", "nll", "mle", "map", "opt", "ref",
    "src", "tgt", "pos", "neg", "init", "final", "hinge", "hidden", "input", "output",
    "target", "label", "mean", "var", "std", "avg", "ave", "err", "bias", "sum",
    "net", "obs",
})  # fmt: skip
TRANSPOSE_WORDS = frozenset({"T", "top", "intercal", "mathsf T", "tt T", "Tr", "tr", "transp", "⊤", "ᵀ"})
STAR_WORDS = frozenset({"ast", "star", "*", "dagger", "prime", "+", "-"})
WORD = re.compile(r"[^\W\d_][\w-]*")  # `naive_softmax` is a word


def is_word(text: str) -> bool:
    return text.lower() in WORD_SUBSCRIPTS or (len(text) >= 3 and not set(text) <= INDEX_LETTERS)


def juxtaposed_letters(product: Product) -> str | None:
    """The letters of a product that is nothing but juxtaposed plain letters."""
    if all(f.op == "" and isinstance(f.node, Name) and len(f.node.text) == 1 for f in product.factors):
        return "".join(f.node.text for f in product.factors if isinstance(f.node, Name))
    return None


def is_capital(base: str) -> bool:
    """Whether a name is one capital letter, in any typeface, as those of weights are."""
    letter = base.rpartition(" ")[2]
    return len(letter) == 1 and letter.isupper()


def pairs_above(nodes: Collection[Node]) -> set[str]:
    """The `hx` and `ss` of the weights `W^{hx}`, `W^{ss}`: two small letters above capitals say from where to where, if
    there are several such pairs and their letters are no indices, or are names themselves, as the s of `s_t`."""
    scripts = [n for n in nodes if isinstance(n, tree.Script) and isinstance(n.base, Name)]
    names = {n.base.text for n in scripts if isinstance(n.base, Name)}
    found = set()
    for node in scripts:
        sup = node.sup.body if isinstance(node.sup, Fenced) else node.sup
        text = juxtaposed_letters(sup) if isinstance(sup, Product) else None
        if text is None or len(text) != 2 or not text.islower() or not is_capital(getattr(node.base, "text", "")):
            continue
        if not set(text) <= INDEX_LETTERS or set(text) <= names:
            found.add(text)
    return found if len(found) > 1 else set()


def hyphenated(terms: tuple[tree.Term, ...]) -> str | None:
    """`naive-softmax`, `softmax-CE` as the word it is, and no difference of products of letters: one part at least is
    a word, the others may be abbreviations."""
    words = [
        t.node.text if isinstance(t.node, Name) else juxtaposed_letters(t.node)
        for t in terms
        if isinstance(t.node, (Name, Product))
    ]
    parts = [w for w in words if w is not None and len(w) > 1]
    plain = any(len(w) > 2 and set(w.lower()) & set("aeiouy") for w in parts)
    short = [w for w in parts if not set(w.lower()) & set("aeiouy") or len(w) == 2]
    told = plain and len(parts) == len(terms) and all(w.isupper() for w in short)
    return "-".join(parts) if told and all(t.sign == "-" for t in terms[1:]) else None


def is_transpose(node: Node | None) -> bool:
    """Whether a superscript is the sign of a transpose."""
    return isinstance(node, Name) and node.text in TRANSPOSE_WORDS


def is_transposed(node: Node) -> bool:
    return isinstance(node, Script) and is_transpose(node.sup)


def is_superscript_word(text: str | None) -> bool:
    """`train` in `L^{train}`: letters that are a word, not a product in an exponent."""
    return text is not None and is_word(text) and bool(set(text) & set("aeiouy"))


def word_above(sup: Node, base: str) -> str | None:
    """`new` in `w^{new}` and `w^{(\\text{new})}`: a word that tells versions of a name apart, no product of letters."""
    sup = sup.body if isinstance(sup, Fenced) else sup
    text = (
        sup.text.strip()
        if isinstance(sup, (Text, Name))
        else juxtaposed_letters(sup)
        if isinstance(sup, Product)
        else None
    )
    if isinstance(sup, Text) and " " in sup.text.strip():
        return text  # `\delta_x^{\text{(from y)}}`
    if text == "tr" and base.removeprefix("cal ") in ("L", "J", "ell"):
        return text  # the loss on the training set: a number has no transpose
    return text if text in WORD_SUBSCRIPTS and len(text) > 2 else None


def is_mark(node: Node) -> bool:
    """A transpose sign or a star: what may stand beside a label, as in `W^{(2)T}`; a name there is an exponent."""
    return is_transpose(node) or (isinstance(node, Name) and node.text in STAR_WORDS)
