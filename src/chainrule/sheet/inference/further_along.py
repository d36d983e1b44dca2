r"""Definitions by the next side of their chain: `L(\mu) = f X_i(x_i) = \prod_i e^{-(x_i - \mu)^2}`.

Where the first side gives a name no meaning, the author goes on to say what it is equal to; the next side with a
meaning is taken for the definition, and whatever rests on it says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.sheet.inference.unreadable import failure
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.spelling import spelled_out


def take_the_next(world: World, config: Config, equations: list[Equation], deadline: Callable[[], None]) -> bool:
    """Give names whose formula has no meaning the one behind it in its chain; whether there were any."""
    found = False
    for e in equations:
        behind = [x for x in equations if x.link and x.chain == e.chain and x.document is e.document]
        if e.link or e.op not in DEFINING or not behind or any(x.op not in DEFINING for x in behind):
            continue
        tables = [t for t in (world.sites, world.functions) for sites in t.values() if any(_at(s, e) for s in sites)]
        if not tables:
            continue
        deadline()
        why = failure(world, config, e)
        if why is None or why.code not in UNREADABLE:
            continue
        for further in behind:
            line = e.document.position(further.rhs.span.start)[0]
            readable = not is_numeric(further.rhs) and failure(world, config, replace(e, lhs=further.rhs)) is None
            if readable:
                for table in tables:
                    for base, sites in table.items():
                        table[base] = [_by(s, further, line) if _at(s, e) else s for s in sites]
                found = True
                break
    if found:
        world.derived.clear()
    return found


UNREADABLE = frozenset({"untyped", "index-scope", "shape"})
"""The codes of sides that say nothing."""


def _at(site: Site, e: Equation) -> bool:
    return site.position == e.position and site.assumed is None


def _by(site: Site, further: Equation, line: int) -> Site:
    name = spelled_out(site.base)
    text = f"{name} is taken from line {line}: it is what its formula is equal to there, which could not be read"
    return replace(site, body=further.rhs, written=None, assumed=text)
