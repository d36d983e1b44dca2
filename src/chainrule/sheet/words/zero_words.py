"""Words that set a slope to zero, in the languages that derivations are most often written in.

A formula in a sentence stands as ⟦0⟧, a zero as 0. What a row of another language finds is as good as the English
phrase: a statement that the slope at hand vanishes.

>>> bool(SET_TO_ZERO.search("Setting the gradient to zero")), bool(SET_TO_ZERO.search("令偏导数为 0"))
(True, True)
"""

from __future__ import annotations

import re

_SET = r"\b(?:set(?:s|ting)?|equat(?:e|es|ing)|put(?:ting)?|let(?:ting)?)\b"
_IT = r"(?:\b(?:gradients?|derivatives?|partials?|slopes?|derived|it|this|these|them|both|result|expression)\b|⟦\d+⟧)"
_ZERO = r"(?:zero|0)\b"
_CONDITION = (
    r"\b(?:first[- ]order|optimality|stationarity)\s+(?:\w+\s+)?conditions?\b"
    r"|\bnecessary\s+conditions?\s+(?:for|of)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?(?:minim|maxim|optim|extrem|stationar)\w+"
)
ENGLISH = (
    rf"{_SET}[^.]*{_IT}[^.]*\b(?:to|equals?)\s+(?:be\s+|equal\s+)?(?:the\s+)?{_ZERO}|{_SET}\s+(?:equal\s+)?to\s+{_ZERO}"
    rf"|\b(?:requir|demand|forc)\w+\b[^.]*{_IT}[^.]*\b(?:vanish(?:es)?\b|be\s+(?:equal\s+to\s+)?{_ZERO})|{_CONDITION}"
    rf"|\b(?:gradients?|derivatives?)\b[^.]*\b(?:vanish(?:es)?\b|(?:is|are|be|equals?|becomes?)\s+(?:equal\s+to\s+)?{_ZERO})"
)
_NUMBER = r"(?<![⟦\d.])0(?![\d⟧]|\.\d)"  # and not the one of a formula, ⟦0⟧
_NULL = rf"(?:null\b|{_NUMBER})"
_ZERO_ROMANCE = rf"(?:\b(?:cero|zero|zéro|nul\w{{0,3}})\b|{_NUMBER})"
_NO = rf"(?:{_NUMBER}|零)"
_IT_CHINESE = r"(?:导|導|梯度|其|它|上式|该式|該式|结果|結果|两式|⟦\d+⟧)"
OTHERS = (
    # German
    rf"\bnull\s?(?:ge)?setz\w+|\b(?:gleich|zu)\s+{_NULL}\s+(?:ge)?setz\w+|\bsetz\w+[^.]{{0,40}}\b(?:gleich|auf|zu)\s+{_NULL}",
    r"\b(?:\w*ableitung\w*|gradient\w*)\b[^.]{0,40}\bverschwind\w+",
    # French, Spanish, Portuguese, Italian
    rf"\b(?:annul\w+|égal\w+|égal[ea]nt|posant|posons|on\s+pose|igual\w+|uguagli\w+|pon(?:endo|iamo|e|emos)|anul\w+)\b[^.]{{0,60}}{_ZERO_ROMANCE}",
    rf"\b(?:dérivées?|derivad[ao]s?|derivat[ae]|gradientes?|(?:le|les|du)\s+gradients?)\b[^.]{{0,40}}{_ZERO_ROMANCE}",
    r"\b(?:annul(?:ant|ons|er)|anul(?:ando|amos)|annullando)\b[^.]{0,40}(?:dérivée|derivada|derivata|gradient)",
    # Russian
    rf"\bприравн\w+[^.]{{0,60}}(?:нулю|{_NUMBER})|\b(?:производн\w+|градиент\w*)\b[^.]{{0,40}}(?:нулю|{_NUMBER})",
    # Chinese, Japanese, Korean
    rf"(?:令|使|让|讓|置)[^。；.]{{0,20}}{_IT_CHINESE}[^。；.]{{0,20}}(?:为|為|等于|等於|是|=)\s*{_NO}",
    rf"(?:导数?|導數?|梯度|偏导数?|偏導數?)[^。；.]{{0,20}}(?:为|為|等于|等於|=)\s*{_NO}",
    rf"(?:微分|勾配|導関数|傾き)[^。.]{{0,25}}(?:{_NO}|ゼロ)\s*(?:と|に)",
    rf"(?:미분|기울기|도함수|그래디언트)[^.]{{0,25}}(?:{_NO}|영)\s*(?:으로|로|이|인)",
)
SET_TO_ZERO = re.compile("|".join((ENGLISH, *OTHERS)), re.IGNORECASE)
"""Words that set the derivative at hand to zero."""
VANISHES = re.compile(
    rf"^(?:\W|⟦\d+⟧)*(?:(?:which|this|it|that|and|latter|expression)\s+)*(?:vanishes|(?:is|equals|becomes)\s+(?:equal\s+to\s+)?{_ZERO})",
    re.IGNORECASE,
)
"""Words right behind a slope that say of it that it vanishes: "which is zero when"."""
SEVERAL = re.compile(
    r"\b(?:gradients|derivatives|partials|both(?!\s+sides)|these|them|all|ableitungen|beiden?|dérivées|derivadas|derivate)\b"
    r"|两个|兩個|分别|分別|都|各|それぞれ|각각",
    re.IGNORECASE,
)
"""Words that say it of several derivatives."""
