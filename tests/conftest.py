"""What every test shares: import paths, the `micropython` stand-in, seeds and test data.

Pure device modules are imported straight from `device/`. They may say
`from micropython import const`; that one name is given here and nothing else, so that a pure
module which reaches for hardware fails at import.
"""

from __future__ import annotations

import gc
import os
import sys
import types
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_SEED = 1


def _const(value: object) -> object:
    """MicroPython's compile-time constant: on CPython, the value itself."""
    return value


def _import_as_on_the_board() -> None:
    for folder in (str(ROOT / "device"), str(ROOT)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    stand_in = types.ModuleType("micropython")
    stand_in.const = _const  # type: ignore[attr-defined]
    sys.modules.setdefault("micropython", stand_in)


_import_as_on_the_board()

# The same examples on every run and every machine; a failure prints the line that repeats it.
# `make test SEED=7` searches elsewhere instead.
_COMMON = {"deadline": None, "database": None, "print_blob": True}
settings.register_profile(
    "pinned",
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    **_COMMON,  # type: ignore[arg-type]
)
settings.register_profile(
    "explore",
    suppress_health_check=[HealthCheck.too_slow],
    **_COMMON,  # type: ignore[arg-type]
)
SEED = int(os.environ.get("SEED") or DEFAULT_SEED)
settings.load_profile("pinned" if SEED == DEFAULT_SEED else "explore")


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed at the head of every run."""
    searched = "pinned examples" if SEED == DEFAULT_SEED else "new examples"
    return f"seed: {SEED} ({searched}; another one with SEED=n)"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several workers none shall be left alone with a long test: those begin first."""
    if hasattr(config, "workerinput"):
        items.sort(key=_known_s, reverse=True)


def _known_s(item: pytest.Item) -> int:
    """How long a test takes by its own mark, in s; 0 for most."""
    mark = item.get_closest_marker("slow")
    return int(mark.args[0]) if mark and mark.args else 0


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: all modules and tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 2)


@pytest.fixture
def seed() -> int:
    """The seed of this run, printed in the header."""
    return SEED
