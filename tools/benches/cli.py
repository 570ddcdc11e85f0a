"""How fast the command line is there."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from tools.bench import Figure

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
_MS_PER_S = 1000


def bench_help() -> Figure:
    """CPU time of `picodose --help`, from nothing to its end, best of five"""
    command = [sys.executable, "-m", "host_tools.cli", "--help"]
    return Figure(min(_cpu_ms(command) for _ in range(ROUNDS)), "CPU ms", at_most=400)


def bench_python() -> Figure:
    """CPU time of a Python that does nothing, for comparing machines"""
    return Figure(min(_cpu_ms([sys.executable, "-c", "pass"]) for _ in range(ROUNDS)), "CPU ms")


def _cpu_ms(command: list[str]) -> float:
    before = _children_s()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return (_children_s() - before) * _MS_PER_S


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
