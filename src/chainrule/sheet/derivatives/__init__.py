"""Derivatives and differentials in all their ways of writing: short, primed, bare, or under names of their own.

A tree comes in and a tree goes out that says the same with ∂ and d; what it means is said in `sheet.meaning`.
"""
