"""What each kind of surface node means: one module per subject, registered in `frame.MEANINGS` by node type."""

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
