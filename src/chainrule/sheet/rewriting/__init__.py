"""What a document writes in a way of its own, written the usual way before its formulas are read.

Each module is one habit: it says by what the habit is known, and gives the same formulas without it.
"""
