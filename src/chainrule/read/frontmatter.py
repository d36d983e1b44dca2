"""The front matter of a document: a table of TOML between `+++` lines, before everything else.

`---` lines fence the YAML of blogs and site generators. It is no mathematics and is skipped; only a key for this
program there is worth a word, since it would otherwise be ignored in silence.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from chainrule.read.document import Problem
from chainrule.read.tree import Span

_TOML = re.compile(r"\+\+\+[^\S\n]*\n(?P<body>(?:.*\n)*?)\+\+\+[^\S\n]*(?:\n|\Z)")
_YAML = re.compile(r"---[^\S\n]*\n(?P<body>(?:.*\n)*?)(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)")
_YAML_LINE = re.compile(r"\s*$|\s+\S|#|- |[\w\"'][^:]*:(?:\s|$)|[\]}],?$")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class FrontMatter:
    """The table, the offset behind the fence, and what was wrong."""

    table: dict[str, object] = field(default_factory=dict)
    end: int = 0
    problems: tuple[Problem, ...] = ()


def front_matter(text: str) -> FrontMatter:
    """The front matter at the very start of a text.

    >>> front_matter("+++\\nsize = 3\\n+++\\n# Title").table
    {'size': 3}
    """
    if text.startswith("+++"):
        return _toml(text)
    return _yaml(text) if text.startswith("---") else FrontMatter()


def _toml(text: str) -> FrontMatter:
    fenced = _TOML.match(text)
    if not fenced:
        first = text.partition("\n")[0]
        if first.strip() != "+++":
            return FrontMatter()
        reason = "front matter opens with +++ on line 1 and is never closed; write a line +++ behind it"
        return FrontMatter(end=len(first), problems=(Problem("invalid-front-matter", reason, Span(0, 3)),))
    try:
        return FrontMatter(tomllib.loads(fenced["body"]), fenced.end())
    except RecursionError:
        return _invalid(fenced, "it is nested too deeply")
    except ValueError as error:  # also what int() says of a number with thousands of digits
        return _invalid(fenced, str(error))


def _invalid(fenced: re.Match[str], reason: str) -> FrontMatter:
    at = _AT_LINE.search(reason)
    line = int(at.group(1)) + 1 if at else 1
    message = f"line {line}: the front matter is not valid TOML: {_AT_LINE.sub('', reason).strip()}; it is ignored"
    return FrontMatter({}, fenced.end(), (Problem("invalid-front-matter", message, _line(fenced.string, line)),))


def _yaml(text: str) -> FrontMatter:
    fenced = _YAML.match(text)
    if not fenced or not fenced["body"].strip() or not all(map(_YAML_LINE.match, fenced["body"].split("\n"))):
        return FrontMatter()  # a rule at the top of the page
    own = re.search(r"^chainrule\b.*$", fenced["body"], re.M)
    if not own:
        return FrontMatter(end=fenced.end())
    message = "front matter for chainrule is TOML between +++ lines, not YAML between --- lines; this table is ignored"
    start = fenced.start("body") + own.start()
    problem = Problem("invalid-front-matter", message, Span(start, start + len(own.group())))
    return FrontMatter({}, fenced.end(), (problem,))


def _line(text: str, number: int) -> Span:
    """The span of a line by its number, counted from 1."""
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    return Span(start, end if end >= 0 else len(text))
