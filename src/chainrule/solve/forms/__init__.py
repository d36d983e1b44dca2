"""How answers are written that are no derivations: over arrays, in entries, as sums over samples or words."""
