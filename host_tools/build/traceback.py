"""`python -m host_tools.build.traceback < text`: a board's traceback in the words of the source."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from host_tools.build.install import board_names


def in_words(text: str, names: Mapping[str, str]) -> str:
    """The text with each function behind "in" called as in the source; unknown ones stay."""
    return re.sub(r"\bin (\w+)$", lambda m: f"in {names.get(m[1], m[1])}", text, flags=re.M)


if __name__ == "__main__":
    sys.stdout.write(in_words(sys.stdin.read(), board_names()))
