"""Words for densities, likelihoods and their logarithms, in the languages that derivations are most often written in.

>>> bool(LIKELIHOOD.search("The log-likelihood is")), bool(LOGARITHM.search("log-likelihood"))
(True, True)
>>> bool(LIKELIHOOD.search("取对数似然函数")), bool(NEGATIVE.search("the negative log-likelihood"))
(True, True)
>>> bool(STATED.fullmatch("Taking the logarithm gives")), bool(STATED.fullmatch("To compare with the likelihood, take"))
(True, False)
>>> only_says("The log-likelihood of the data is"), only_says("The penalized log-likelihood is")
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
OF_SIGN = re.compile(
    r"\b(?:negative|minus)\s+(?:of\s+)?(?:the\s+)?(?:(?:joint|total)\s+)?\Z|[负負]的?\Z", re.IGNORECASE
)
"""What stands right before a word for a log-likelihood that is taken with the other sign."""
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

# All that may be said between a density and the likelihood of samples from it, if these are to be plain samples of it.
_PLAIN_WORDS = (
    "a an the this these those that all each every our its of for from with and to in by on at as so thus "
    "hence then now therefore finally next since because we us one you it is are be let given have has "
    "get obtain find yields gives becomes reads equals follows equal simply take taking taken compute "
    "write want assume suppose consider observe observed draw drawn independent independently identically "
    "distributed i d iid sample samples observation observations data dataset set point points training "
    "trials draws number parameter parameters estimate estimating maximum maximize maximise maximizing "
    "minimize minimise likelihood likelihoods log logarithm logarithms natural ln function functions "
    "product sum both sides joint total negative minus nll corresponding resulting where density "
    "densities distribution probability mass model step solution mle called times counts tosses lives "
    "outcomes values targets labels responses example examples formulate normal gaussian bernoulli poisson exponential "
    "geometric binomial random variable variables logistic sigmoid"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
_SIGNS = frozenset(
    "的为為是函数數取得到对對似然负負样樣本数據据联聯合独獨立密度分布则則因此和其中设設给給定令由个個观觀測测值"
)
_NAMED_SAMPLES = re.compile(
    r"\b(?:independent|i\.\s?i\.\s?d\.?|iid)[\s,]+(?:⟦\d+⟧\s*)?(?:samples?|observations?|draws?|data(?:\s+points?)?)\s+"
    r"(?:⟦\d+⟧\s+)?(?:drawn\s+)?(?:from|of|with)\s+(?:this|the|that)\s+(?:distribution|density|model)",
    re.IGNORECASE,
)


def only_says(text: str) -> bool:
    """Whether words say no more than that a formula is the likelihood of samples, or its logarithm."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"⟦\d+⟧", " ", text))
    return all(word.lower() in _PLAIN or (not word.isascii() and set(word) <= _SIGNS) for word in words)


def tells_samples(text: str) -> bool:
    """Whether words call what follows samples from the density before."""
    return _NAMED_SAMPLES.search(text) is not None
