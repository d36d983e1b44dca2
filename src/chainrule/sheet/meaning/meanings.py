"""All meanings of surface nodes: to import this module registers them in `frame.MEANINGS`."""

from chainrule.sheet.meaning import names, products
from chainrule.sheet.meaning.derivatives import differentials
from chainrule.sheet.meaning.operations import arithmetic, conditions, fences, lists, matrices, sums

__all__ = ["arithmetic", "conditions", "differentials", "fences", "lists", "matrices", "names", "products", "sums"]
