"""Values in code without a language are those of the document; a line that has them wrong is refuted."""

from __future__ import annotations

import chainrule

SHEET = """
```{info}
x₁ = 30
η (learning rate) = 0.5
```
```
w_1 = 0.002
b = 0.1
```
$$ z = x_1 w_1 + b $$
$$ z = 30 \\cdot {put_in} + 0.1 $$
"""


def _verdict(put_in: str, info: str = "") -> str:
    sheet = SHEET.replace("{info}", info).replace("{put_in}", put_in)
    return chainrule.check(sheet).statements[-1].verdict


def test_values_are_put_in() -> None:
    assert _verdict("0.002") == "verified"
    assert _verdict("0.003") == "refuted"


def test_a_program_gives_no_values() -> None:
    assert _verdict("0.002", "python") == "assumed"


def test_a_block_with_another_line_gives_no_values() -> None:
    sheet = "```\nb = 7\nprint(b)\n```\n$$ a = b + 1 $$\n$$ a = 8 $$"
    assert chainrule.check(sheet).statements[-1].verdict != "verified"
