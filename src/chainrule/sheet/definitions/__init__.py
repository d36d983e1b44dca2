"""Which equation defines which name: directly, in passing, through a function, anew, or for all steps at once.

The sites of a world are the result; the second of two equations is a claim.
"""
