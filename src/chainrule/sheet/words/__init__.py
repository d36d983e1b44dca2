"""What the words of a document say: shapes, roles, values, one-hot vectors, bases of logarithms.

Words become facts about names; formulas stay as they are.
"""
