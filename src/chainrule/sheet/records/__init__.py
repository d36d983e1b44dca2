"""The records that everything works on: statements, the world of a scope, dimensions and values, frames.

They hold what is found elsewhere, and find nothing themselves.
"""
