"""Lines that speak of the target of a loss under another name: verified where they hold so, and what is wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.ratios import is_simple
from chainrule.check.diagnosis.diagnose import suggest
from chainrule.check.diagnosis.edits.table import PLAIN_SLIPS
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.check.suppositions.other_names import other_names
from chainrule.check.suppositions.supposing import Guess, holds, take
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def renamed(judge: Judge, e: Equation, doubtful: Finding | None) -> Finding | None:
    """A line that holds where a name which nobody defines is the target that the loss has under another name; the name
    stands for it from there on, until a line holds with the target of another loss."""
    if doubtful is None or doubtful.code != "undefined-symbol":
        return None
    before = {base: judge.world.sites.pop(base) for base in judge.other_names}
    guesses = [Guess(site.base, "", text, site) for site, text in other_names(judge, e)]
    guesses = [guess for guess in guesses if holds(judge, e, guess)]
    judge.world.sites.update(before)
    if len(guesses) != 1:
        return None
    take(judge.world, guesses[0])
    judge.other_names[guesses[0].base] = guesses[0].text
    judge.variants.clear()
    return judge.claim(e)


def of_another_loss(judge: Judge, e: Equation, variant: Variant, outcome: Different) -> Finding | None:
    """A line that does not hold with such a name: it may speak of another loss, if no slip of the pen is all that keeps
    it from being true."""
    names = judge.other_names.keys() & lines_of(judge.world, [e])[0].names
    factor = outcome.ratio is not None and is_simple(outcome.ratio)
    if not names or factor or suggest(judge, judge.budget, e, variant, outcome.ratio, rules=PLAIN_SLIPS) is not None:
        return None
    base = min(names)
    text = f"{spelled_out(base)} is never defined; in other lines {judge.other_names[base]}"
    return assumed("undefined-symbol", text, needs=(Need("definition", Instance(base)),))
