"""Names as arrays: which subscripts are axes, the values of whole tensors, of their parts and of single components."""
