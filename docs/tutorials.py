"""The output in the tutorial pages: `<!-- run: COMMAND -->` blocks are filled with what the command prints.

`make tutorials` writes it; `--check` fails when a page is stale.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
BLOCK = re.compile(r"(<!-- run: (?P<command>.*?) -->\n)(?P<output>.*?)(<!-- end -->)", re.S)


def printed(command: str) -> str:
    """What a command prints in a shell, as a block of code that holds blocks of code."""
    runs = re.sub(r"(?<![\w/.])(chainrule|python) ", lambda m: _run(m[1]), command)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}
    done = subprocess.run(
        runs, shell=True, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, env=environment
    )
    output = "".join(f"{line.rstrip()}\n" for line in done.stdout.strip("\n").splitlines())
    return f"````\n$ {command}\n{output}````\n"


def _run(program: str) -> str:
    """A program by this interpreter."""
    return f"{sys.executable} -m chainrule " if program == "chainrule" else f"{sys.executable} "


def filled(page: str) -> str:
    """A page with the output of its commands."""
    return BLOCK.sub(lambda m: f"{m[1]}{printed(m['command'])}{m[4]}", page)


def main() -> int:
    stale = 0
    for path in sorted(DOCS.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if not BLOCK.search(page):
            continue
        new = filled(page)
        stale += new != page
        if "--check" not in sys.argv[1:]:
            path.write_text(new, encoding="utf-8")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
