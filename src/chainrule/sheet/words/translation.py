"""Questions in German, French and Spanish, with the words that matter in English.

A sentence is translated where words of it tell its language: a verb that asks, a derivative. What is left over stays as
it is; only the words that `wording` and `roots` look for count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """The verbs that tell a language, and its words with the English for them, in the order in which they are put."""

    tells: re.Pattern[str]
    words: tuple[tuple[re.Pattern[str], str], ...]


def _language(tells: str, words: dict[str, str]) -> Language:
    def whole(words: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    return Language(whole(tells), tuple((whole(pattern), english) for pattern, english in words.items()))


GERMAN = _language(
    r"berechnen?|bestimmen?|ermitteln?|ermittle|leiten?|zeigen?|führen?|finden?|für welche[snm]?|welche[sr]?|"
    r"wie lautet|setzen?|lösen?|minimieren?|maximieren?|ableitung|gradienten|werten?|geben?",
    {
        r"werten? (?:Sie )?(.*?) aus": r"evaluate \1",
        r"geben? (?:Sie )?(.*?) an": r"give \1",
        r"an der stelle|[ia]m punkt": "at the point",
        r"erste[rn]?": "first",
        r"zweite[rn]?": "second",
        r"dritte[rn]?": "third",
        r"leiten? (?:Sie )?(.*?) her": r"derive \1",
        r"führen? (?:Sie )?(.*?) (?:durch|aus)": r"perform \1",
        r"lösen? (?:Sie )?nach (.*?) auf": r"solve for \1",
        r"(?:berechnen?|bestimmen?|ermitteln?|ermittle|finden?)(?: Sie)?": "compute",
        r"zeigen?(?: Sie)?,? dass": "show that",
        r"setzen?(?: Sie)?": "set",
        r"minimieren?(?: Sie)?": "minimise",
        r"maximieren?(?: Sie)?": "maximise",
        r"unter (?:der|den) (?:neben)?bedingung(?:en)?": "subject to",
        r"wie lautet": "what is",
        r"für welche[snm]?": "for which",
        r"welche[sr]?": "which",
        r"wo": "where",
        r"minimiert": "minimises",
        r"maximiert": "maximises",
        r"(?:partiellen? )?ableitung(?:en)?": "derivative",
        r"gradient(?:en)?": "gradient",
        r"hesse-?matrix": "hessian",
        r"maximum-likelihood-schätzer": "maximum likelihood estimator",
        r"minimierer|minimum": "minimum",
        r"nach|bezüglich|in bezug auf": "with respect to",
        r"(?:gleich )?null": "to zero",
        r"verschwindet": "vanish",
        r"allen parametern": "all the parameters",
        r"wenn|falls": "if",
        r"(?:hinzu|dazu|addiert|ergänzt)\w*": "add",
        r"von|des": "of",
        r"und": "and",
        r"ist": "is",
        r"beide[ns]?": "both",
        r"(?:ihn|es|sie|diese[ns]?)(?= an\b| at\b)": "it",
        r"eine[nmrs]?": "one",
        r"mit": "with",
        r"zwei": "two",
        r"drei": "three",
        r"vier": "four",
        r"schritte|iterationen": "steps",
        r"schritt|iteration": "step",
        r"(?:update|aktualisierungs|lern)-?(?:regeln?|gleichung(?:en)?)": "update rule",
        r"lernrate|schrittweite": "learning rate",
        r"(?:des )?gradientenabstiegs?": "of gradient descent",
        r"aktualisierungen": "updates",
        r"der|die|das|den|dem": "the",
    },
)
FRENCH = _language(
    r"calcule[rz]?|détermine[rz]?|trouve[rz]?|donne[rz]?|montre[rz]?|effectue[rz]?|pour quel(?:le)?s?|quel(?:le)? est|"
    r"en quel|dérivées?|par rapport à|évalue[rz]?",
    {
        r"(?:calcule|détermine|trouve|donne|évalue)[rz]?": "compute",
        r"au point": "at the point",
        r"montre[rz]? que": "show that",
        r"effectue[rz]?": "perform",
        r"minimise[rz]": "minimise",
        r"pour quel(?:le)?s?|en quel": "for which",
        r"quel(?:le)? est": "what is",
        r"sous (?:la|les) contraintes?": "subject to",
        r"qui minimise": "that minimises",
        r"dérivées?(?: partielles?)?": "derivative",
        r"hessienne": "hessian",
        r"estimateur du maximum de vraisemblance": "maximum likelihood estimator",
        r"minimum|minimiseur": "minimum",
        r"par rapport à|selon": "with respect to",
        r"est-(?:il|elle)": "is",
        r"nul(?:le)?": "zero",
        r"s'annule(?:-t-(?:il|elle))?": "vanish",
        r"tous les paramètres": "all the parameters",
        r"et": "and",
        r"deux": "two",
        r"trois": "three",
        r"quatre": "four",
        r"étapes|pas|itérations": "steps",
        r"si": "if",
        r"ajoute": "add",
        r"de|du|des": "of",
        r"le|la|les": "the",
    },
)
SPANISH = _language(
    r"calcul[ae]r?|determinar?|hall[ae]r?|encuentr[ae]|demuestr[ae]|muestr[ae]|reali[zc][ae]|para qué|derivadas?|"
    r"gradiente|eval[uú][ae]r?",
    {
        r"(?:calcul[ae]|determin[ae]|hall[ae]|eval[uú][ae])r?|encuentr[ae]": "compute",
        r"en el punto": "at the point",
        r"(?:demuestr|muestr)[ae] que": "show that",
        r"reali[zc][ae]": "perform",
        r"para qué(?: valor de)?": "for which",
        r"derivadas?(?: parcial(?:es)?)?": "derivative",
        r"gradiente": "gradient",
        r"(?:con )?respecto (?:a|de)": "with respect to",
        r"estimador de máxima verosimilitud": "maximum likelihood estimator",
        r"es": "is",
        r"cero|nulo|nula": "zero",
        r"y": "and",
        r"dos": "two",
        r"tres": "three",
        r"pasos|iteraciones": "steps",
        r"de|del": "of",
        r"el|la|los|las": "the",
    },
)
LANGUAGES = (GERMAN, FRENCH, SPANISH)


def english(sentence: str) -> str:
    """A sentence with the words that matter in English."""
    told = max(LANGUAGES, key=lambda language: len(language.tells.findall(sentence)))
    if told.tells.search(sentence) is None:
        return sentence
    sentence = re.sub(
        r"\b([ld])['’](?=\w|⟦)", lambda m: "the " if m[1] in "lL" else "of ", sentence, flags=re.IGNORECASE
    )
    for pattern, word in told.words:
        sentence = pattern.sub(word, sentence)
    return sentence
