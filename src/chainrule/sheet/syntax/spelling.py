r"""A base name in TeX: `cal L` is `\mathcal{L}`, `hat(y)_hid` is `\hat{y}_{\text{hid}}`.

Inside, a base has its typefaces and accents as words (`sheet.syntax.names`); what a person is shown, or is to write
into a context file, is TeX that is read as the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.symbols import COMMANDS, FUNCTIONS

_STYLES = {"bold": r"\mathbf", "cal": r"\mathcal", "bb": r"\mathbb", "frak": r"\mathfrak"}
_ACCENT = re.compile(r"(\w+)\((.*)\)(.*)", re.DOTALL)
_BOLD_WORD = r"\boldsymbol"  # \mathbf leaves a Greek letter as it is

APART = "apart"
"""A typeface that nobody writes: the letter is a name of its own where it stands."""
CHANGE = "d "
"""What stands before the base of a name in that of its differential."""
ANY = "any"
"""An accent that nobody writes: the name stands for another quantity than the document defines by it; with a number
for one of several such quantities."""


def spelled_out(base: str) -> str:
    r"""A base name in TeX that is read as this very name.

    >>> print(*map(spelled_out, ("cal L", "bold theta", "hat(y)_hid", "w^*", "E_total", "sigma", "CE")))
    \mathcal{L} \boldsymbol{\theta} \hat{y}_{\text{hid}} w^* E_{\text{total}} \sigma \mathrm{CE}
    """
    if base.startswith(CHANGE):
        return "d" + spelled_out(base.removeprefix(CHANGE))
    accented = _ACCENT.fullmatch(base)
    if accented is not None:
        kind, inner, rest = accented.groups()
        if kind.rstrip("0123456789") == ANY:
            return spelled_out(inner) + _scripts(rest)
        return rf"\{kind}{{{spelled_out(inner)}}}{_scripts(rest)}"
    core = re.split(r"[_^]", base, maxsplit=1)[0]
    *styles, name = core.split(" ") if core else [""]
    text = _word(name)
    if styles == ["sf"] and name in FUNCTIONS:  # a function of the sheet under the name of a known one
        return f"\\{name}" + _scripts(base[len(core) :])
    for style in reversed([s for s in styles if s != APART]):
        sign = _BOLD_WORD if style == "bold" and text.startswith("\\") else _STYLES.get(style, r"\mathrm")
        text = f"{sign}{{{text}}}"
    return text + _scripts(base[len(core) :])


def _word(name: str) -> str:
    if len(name) <= 1 or not name.isalpha():
        return name
    control = COMMANDS.get(name, ("",))[0] == "name" and name not in FUNCTIONS
    return "\\" + name if control else rf"\mathrm{{{name}}}"


def _scripts(rest: str) -> str:
    """`_hid` and `^*` behind a base."""
    found = []
    for sign, word in re.findall(r"([_^])([^_^]+)", rest):
        found.append(f"{sign}{word}" if len(word) == 1 else rf"{sign}{{\text{{{word}}}}}")
    return "".join(found)


_RANK_IN_NAME = re.compile(r"(?<=[a-z])(?:Matrix|Vector|Scalar)\Z|\A(?:matrix|vector|scalar)(?=[A-Z])")

MINIMISED = frozenset({"L", "J", "E", "C", "ell", "Loss", "loss", "Cost", "cost", "NLL", "MSE", "SSE", "RSS", "BCE"})
"""Letters and words for what is minimised."""
COUNTS = frozenset("DKMNTV")
"""Letters that say how many there are."""


def names_loss(base: str) -> bool:
    """Whether a name is customary for what is minimised: `\\mathcal{L}`, `\\tilde J`, `E_{total}`; no bold one is."""
    style, _, letter = _core(base).rpartition(" ")
    return letter in MINIMISED and not {"bold", "bb"} & set(style.split())


def letter_in(base: str) -> str:
    """The letter of a name, without accents, scripts and typeface: y of `\\hat{\\mathbf{y}}` and of `y_{true}`."""
    return _core(base).rpartition(" ")[2]


def _core(base: str) -> str:
    """A name without its accents and scripts."""
    core = base.split("_")[0].split("^")[0]
    return core.rpartition("(")[2].rstrip(")")


def capitals(base: str) -> Iterator[str]:
    """The capitals that may hold all of a small letter: `X`, `\\mathbf{X}` for `x`, `\\mathbf{x}` and `\\vec{x}`.

    >>> list(capitals("bold x")), list(capitals("phi")), list(capitals("hat(y)"))
    (['X', 'bold X'], ['Phi', 'bold Phi'], [])
    """
    letter = base.removeprefix("bold ").removeprefix("vec(").removesuffix(")")
    if letter.isalpha() and letter[0].islower() and "(" not in letter:
        capital = letter[0].upper() + letter[1:]
        yield from (capital, f"bold {capital}")


def look(base: str) -> str:
    """The look of a name: what its typeface and case suggest."""
    core = _core(base)
    if "vec(" in base:
        return "bold lower" if not core[:1].isupper() else "bold upper"
    style, _, letter = core.rpartition(" ")
    rank = _RANK_IN_NAME.search(letter)
    if rank is not None:  # `\weightMatrix`, `inputVector`: the name says what it is
        return {"matrix": "bold upper", "vector": "bold lower"}.get(rank.group().lower(), "calligraphic")
    if core in COUNTS or names_loss(core):
        return "loss"
    if "bold" in style:
        return "bold upper" if letter[:1].isupper() else "bold lower"
    if "cal" in style:
        return "calligraphic"
    if letter[:1].isupper():
        return "upper" if len(letter) == 1 else "greek upper"
    return "lower"
