"""The mistakes people make, one kind a module; `table.py` has them in the order in which they are tried."""
