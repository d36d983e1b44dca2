"""Conditions: those that restrict indices, and those that a document imposes, as a slope set to zero or an extreme.

Which condition holds where is found here; `check.conditions` judges under them.
"""
