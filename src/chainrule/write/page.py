"""A page of HTML that stands on its own, with mathematics in MathML: no script, no link, every text escaped."""

from __future__ import annotations

import re
import unicodedata
from html import escape, unescape

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:50em;margin:2em auto;padding:0 1em;overflow-wrap:break-word}
math{font-size:1.1em;font-family:"STIX Two Math","Cambria Math","Latin Modern Math","DejaVu Math TeX Gyre",math}
p.math{overflow-x:auto;overflow-y:hidden;padding:.2em 0}
h2{margin-top:2em}
"""
STYLED = re.compile(
    r'<(mi|mn)(?P<rest>[^>]*?) mathvariant="(?P<style>bold|bold-italic|double-struck)"[^>]*>(?P<text>[^<]*)'
)
STYLES = {"bold": "BOLD", "bold-italic": "BOLD ITALIC", "double-struck": "DOUBLE-STRUCK"}
SIGNED = re.compile(r"(<mo[^>]*>(?:&#x0003D;|=)</mo>)<mo>(?=(?:&#x02212;|−)</mo>)")

WORD = re.compile(r"<mo>([A-Za-z]{2,})</mo>")
LEFT = '<mtd columnalign="left">'


def mathml(tex: str, display: str) -> str:
    """A formula as MathML. Browsers know no styles of letters, so bold ones become the characters that are; a minus
    behind a sign of equality is no difference, a function by its word no sign with space around it, and the columns of
    cases begin on the left."""
    from latex2mathml.converter import convert

    found = STYLED.sub(_in_characters, str(convert(tex, display=display)))
    found = WORD.sub(r"<mi>\1</mi>", found).replace(LEFT, '<mtd style="text-align:left">')
    return SIGNED.sub(r'\1<mo form="prefix">', found)


def _in_characters(match: re.Match[str]) -> str:
    style = STYLES[match["style"]]
    text = "".join(_styled(c, style) for c in unescape(match["text"]))
    return f"<{match[1]}>{escape(text)}"


def _styled(character: str, style: str) -> str:
    """The mathematical character of a style: 𝟏 for a bold 1; the character itself where there is none."""
    name = re.sub(r"^(?:LATIN|GREEK) (CAPITAL|SMALL) LETTER ", r"\1 ", unicodedata.name(character, ""))
    try:
        return unicodedata.lookup(f"MATHEMATICAL {style} {name}")
    except KeyError:
        return character


def worded(words: str) -> str:
    """Words with formulas between dollars."""
    return "".join(mathml(p, "inline") if k % 2 else escape(p) for k, p in enumerate(words.split("$")))


def displayed(tex: str) -> str:
    """A formula on a line of its own, which is scrolled where it is wider than the screen."""
    return f'<p class="math">{mathml(tex, "block")}</p>'


def page(title: str, body: str) -> str:
    """The whole page."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}<title>{escape(title)}</title><style>{STYLE}</style></head>\n'
        f"<body>\n{body}\n</body></html>\n"
    )
