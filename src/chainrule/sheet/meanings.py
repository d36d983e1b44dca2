"""All meanings of surface nodes: to import this module registers them in `frame.MEANINGS`."""

from chainrule.sheet.meaning import (
    arithmetic,
    conditions,
    differentials,
    fences,
    lists,
    matrices,
    names,
    products,
    sums,
)

__all__ = ["arithmetic", "conditions", "differentials", "fences", "lists", "matrices", "names", "products", "sums"]
