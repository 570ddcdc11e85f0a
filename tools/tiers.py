"""`make test-all`: the tiers of proof, each timed; all run even when one fails."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.table import table

_PYTEST = ("-m", "pytest", "-q", "-n", "2", "--durations=5", "-m")


@dataclass(frozen=True)
class Tier:
    """A name and the arguments for Python that run it."""

    name: str
    arguments: tuple[str, ...]


TIERS = (
    Tier("fast", (*_PYTEST, "not slow and not emu")),
    # The longest begin first, and a worker asks for the next when it has nothing but one left.
    Tier("slow", (*_PYTEST, "slow and not emu", "--maxschedchunk", "1")),
    # One file stays on one worker: it shares one booted firmware among its tests.
    Tier("emulator", (*_PYTEST, "emu", "--dist", "loadfile", "--no-loadscope-reorder")),
    Tier("unix port", ("tests/upy/run.py",)),
    Tier("sabotage", ("-m", "tools.sabotage")),
    Tier("size", ("-m", "tools.size")),
    Tier("trace", ("-m", "tools.trace")),
)


@dataclass(frozen=True)
class Outcome:
    """How a tier went, and its own closing line."""

    tier: str
    passed: bool
    took_s: float
    closing: str


def run(tier: Tier) -> Outcome:
    """Run one tier, its output passed on as it comes."""
    print(f"\n==== {tier.name}", flush=True)
    started = time.perf_counter()
    command = [sys.executable, *tier.arguments]
    closing = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.strip() or closing
    took_s = time.perf_counter() - started
    return Outcome(tier.name, process.returncode == 0, took_s, closing)


def run_all(tiers: Sequence[Tier], run_one: Callable[[Tier], Outcome] = run) -> int:
    """Run every tier, print the closing table; 1 when any failed."""
    outcomes = [run_one(tier) for tier in tiers]
    rows = [
        (o.tier, "passed" if o.passed else "FAILED", f"{o.took_s:.0f} s", o.closing)
        for o in outcomes
    ]
    total_s = sum(outcome.took_s for outcome in outcomes)
    print("\n" + table(("tier", "verdict", "took", "closing line"), rows))
    print(f"all tiers: {total_s / 60:.1f} min")
    return int(not all(outcome.passed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(run_all(TIERS))
