"""Formulas as they are written, each for itself: names taken apart, the signs of derivatives, words that are functions.

Nothing here knows the document a formula stands in, beyond the glossary it is handed.
"""
