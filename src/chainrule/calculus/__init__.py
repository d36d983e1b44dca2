"""Derivatives of typed expressions: forward and reverse accumulation, and the contraction of deltas."""

from __future__ import annotations

from chainrule.calculus.derivative import derivative, resolve
from chainrule.calculus.matrix import NoMatrixForm, matrix_form
from chainrule.calculus.reverse import gradients
from chainrule.calculus.rules import RULES, Rule
from chainrule.calculus.simplify import contract
from chainrule.calculus.tangent import tangent

__all__ = ["RULES", "NoMatrixForm", "Rule", "contract", "derivative", "gradients", "matrix_form", "resolve", "tangent"]
