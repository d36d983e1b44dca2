"""What else a line may mean: how far a sum or a logarithm reaches, another writing, another reading of a name.

A line that holds under such a reading refutes nothing.
"""
