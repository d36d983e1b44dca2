"""Derivatives from Python: arrays by name, operators as NumPy code reads."""

import numpy as np

import chainrule as cr

X, W, w, y = cr.array("X", "n d"), cr.array("W", "d h"), cr.array("w", "h"), cr.array("y", "n")
scores = (X @ W).named("S")
L = cr.sum((cr.tanh(scores) @ w - y) ** 2) / 2

found = cr.derive(L, wrt=[w, scores])
print(found)
print("In TeX:", found.tex)

numbers = {"X": np.ones((2, 3)), "W": np.eye(3), "w": np.ones(3), "y": np.zeros(2)}
print("In numbers:", eval(found.numpy, {"np": np, **numbers}))
