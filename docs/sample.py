"""`make sample` writes what `make demo` prints into README.md; `--check` fails when it is stale, numbers aside."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SHEET = "examples/backprop_with_a_mistake.md"
BLOCK = re.compile(r"(<!-- sample: begin -->\n```\n)(.*?)(```\n<!-- sample: end -->)", re.S)
NUMBER = re.compile(r"-?\d[\d.e+]*")


def printed() -> str:
    """What the command says of the sheet, without blanks at the ends of lines."""
    command = [sys.executable, "-m", "chainrule", "check", SHEET]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.strip().splitlines())


def words(text: str) -> list[str]:
    """The text without its numbers and without the blanks that align them."""
    return NUMBER.sub("0", text).split()


def main() -> int:
    readme = README.read_text(encoding="utf-8")
    block = BLOCK.search(readme)
    if block is None:
        sys.exit("README.md has no sample block")
    output = printed()
    if "--check" in sys.argv[1:]:
        return 0 if words(block[2]) == words(output) else 1
    README.write_text(readme[: block.start(2)] + output + readme[block.end(2) :], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
