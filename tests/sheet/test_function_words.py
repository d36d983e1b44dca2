"""The words of functions are known before anything is given its meaning; the meanings are registered elsewhere."""

from __future__ import annotations

from chainrule.sheet.meaning.functions.structural import STRUCTURAL
from chainrule.sheet.syntax.function_words import OF_WHOLES


def test_every_function_of_whole_vectors_and_matrices_is_a_word_with_a_meaning() -> None:
    assert set(STRUCTURAL) == OF_WHOLES
