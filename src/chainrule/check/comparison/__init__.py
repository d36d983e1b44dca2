"""Whether two sides are equal: typed lines, sample points, floats and balls.

Two sides are called different only where interval arithmetic separates them at an exactly given point.
"""
