"""What the letters of a document are used for, collected from all its formulas before anything is read: the glossary.

It tells indices from names and labels from axes by use alone; no shapes, no values.
"""
