"""How fast the command line is there."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tools.bench import Figure

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def bench_help() -> Figure:
    """`picodose --help`, from nothing to its end, best of five (target: at most 400 ms)"""
    command = [sys.executable, "-m", "host_tools.cli", "--help"]
    return Figure(min(_wall_ms(command) for _ in range(ROUNDS)), "ms")


def _wall_ms(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return (time.perf_counter() - started) * 1000
