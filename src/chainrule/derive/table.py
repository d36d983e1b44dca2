"""All operations that a Python-style formula may say."""

from __future__ import annotations

from chainrule.derive import operations
from chainrule.derive.losses import LOSSES

OPERATIONS = {**operations.OPERATIONS, **LOSSES}
