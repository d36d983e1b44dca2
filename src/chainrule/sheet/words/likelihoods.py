"""Words for densities, likelihoods and their logarithms, in the languages that derivations are most often written in.

>>> bool(LIKELIHOOD.search("The log-likelihood is")), bool(LOGARITHM.search("log-likelihood"))
(True, True)
>>> bool(LIKELIHOOD.search("取对数似然函数")), bool(NEGATIVE.search("the negative log-likelihood"))
(True, True)
>>> bool(STATED.fullmatch("Taking the logarithm gives")), bool(STATED.fullmatch("To compare with the likelihood, take"))
(True, False)
"""

from __future__ import annotations

import re

_LOG = r"(?:log(?:arithm\w*)?|ln)"
LIKELIHOOD = re.compile(
    rf"\b(?:{_LOG}[\s$-]*(?:of\s+(?:the|this)\s+)?)?likelihoods?\b|\bNLL\b|\b(?:log-?)?plausibilit\w+|\b(?:log-?)?vraisemblance"
    r"|\b(?:log-?)?vero(?:similitud|ssimilhança|simiglianza)|(?:对数|對數)?似然|対?数?尤度|правдоподоби"
    r"|\btak\w+\s+(?:the\s+|its\s+|natural\s+)*log(?:arithm)?s?\b|取(?:自然)?(?:对数|對數)",
    re.IGNORECASE,
)
LOGARITHM = re.compile(r"log|\bln|对数|對數|対数|\bNLL\b", re.IGNORECASE)
NEGATIVE = re.compile(r"\bnegative\b|\bminus\b|\bNLL\b|负|負", re.IGNORECASE)
DENSITY = re.compile(
    r"\bdensit\w+|\bp[dm]f\b|\bmass\s+function|\bprobabilit\w+|\bdistribut\w+|\blikelihood\b|\bmodel\b"
    r"|\bwahrscheinlich\w+|\bverteilung\w*|\bdichte\w*|\bdensité|\bdensidad|概率|密度|分布",
    re.IGNORECASE,
)
# What says of a formula no more than that it is the likelihood, or what comes out when logarithms are taken.
_BEFORE = (
    r"(?:(?:so|thus|hence|then|now|and|therefore|finally|next|for|given|its|our|the|this|we|of|with|independent|i\.?i\.?d\.?"
    r"|samples?|observations?|points?|data|corresponding|resulting|joint|negative|have|get|obtain|that)\b|⟦\d+⟧|[\s,*_$-])*"
)
_BEHIND = (
    r"(?:\s*\bfunctions?\b)?(?:\s*\b(?:of|for)\b\s+(?:(?:the|this|a|an|of|all|both|our|observed|whole|sides?|samples?|data(?:set)?"
    r"|observations?|them|these|those|model|parameters?|likelihood|function|product)\b|⟦\d+⟧|\s)+)?\s*,?\s*"
    r"(?:\b(?:is|becomes|reads|equals|gives|yields|we\s+(?:get|obtain|have|find)|it\s+follows|as\s+follows|by|given|thus|then"
    r"|therefore|hence|simply|equal\s+to|to)\b\s*)*[:=,\s为是為]*"
)
STATED = re.compile(rf"{_BEFORE}(?:{LIKELIHOOD.pattern}){_BEHIND}", re.IGNORECASE)
