"""The records of a check: the report, what was found of one equation, what a line needs; options, clock and budget.

Every view is drawn from them; nothing is judged here.
"""
