"""What each kind of surface node means: one module per subject, registered in `frame.MEANINGS` by node type.

`operations` has numbers, sums and matrices, `functions` calls, `derivatives` derivatives; names and products need all
of them and stand beside them.
"""
