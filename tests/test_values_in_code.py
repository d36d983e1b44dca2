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


def test_another_block_gives_another_number() -> None:
    found = chainrule.check(
        SHEET.replace("{info}", "").replace("{put_in}", "0.002") + "```\nb = 0.3\n```\n$$ z = 0.36 $$"
    )
    assert [s.verdict for s in found.statements[-2:]] == ["definition", "verified"]


def test_a_computed_number_is_judged_in_a_block() -> None:
    sheet = "$$ c = 0.5 + 2 \\cdot 0.1 $$\n```\nc = {value}\n```"
    verdicts = [chainrule.check(sheet.replace("{value}", x)).statements[-1].verdict for x in ("0.7", "0.8")]
    assert verdicts == ["verified", "refuted"]
