"""Sums, means and integrals in all their ways of writing: with dots, without a letter, by raised indices.

A tree comes in and a tree goes out that says the same with the sums written out.
"""
