"""Tools of the shim's tests: a Pico that runs a few lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from shim.virtual_pico import VirtualPico

MakePico = Callable[..., VirtualPico]


@pytest.fixture
def make_pico(tmp_path: Path) -> MakePico:
    """Build a Pico whose flash holds the given files: make_pico(main, boot=..., **facts)."""

    def make(main: str, boot: str = "", files: dict[str, str] | None = None, **facts: Any) -> Any:
        sources = {"boot.py": boot, "main.py": main, **(files or {})}
        for name, source in sources.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(source))
        return VirtualPico(tmp_path, **facts)

    return make


def lines_of(pico: VirtualPico) -> list[str]:
    """What was printed, line by line, without the prompt's banner."""
    text = pico.console.decode().replace("\r\n", "\n")
    return text.partition("MicroPython v1.27.0")[0].splitlines()


@pytest.fixture
def run(make_pico: MakePico) -> Callable[..., list[str]]:
    """Run main.py for one virtual second and give back the printed lines."""

    def run_main(main: str, ms: float = 1000, **facts: Any) -> list[str]:
        pico = make_pico(main, **facts)
        pico.run_for(ms)
        return lines_of(pico)

    return run_main
