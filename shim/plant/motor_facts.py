"""What the other two pump motors are like: data, with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnipolarFacts:
    """28BYJ-48 at 5 V behind a ULN2003, its supply behind a high-side switch.

    Data sheets of the motor: 64 half-steps a turn of the rotor, gear 1:64, pull-in 500 to 600
    half-steps/s: a pattern that is held shorter does not take the rotor along. `rotor_at` is the
    pattern (0 to 7, coil A alone is 0) that the rotor stands at when power comes; None: drawn from
    the seed, as nobody knows it.
    """

    enable_level: int = 0
    wake_ns: int = 2_000_000
    settle_ns: int = 1_800_000
    steps_per_turn: int = 4096
    rotor_at: int | None = None


@dataclass(frozen=True)
class DcFacts:
    """Small geared DC motor with its pump head; positions in millionths of a turn of the rollers.

    Times of a 6 V gear motor of 10 mm: the brushes stick for `lag_ns`, then the speed follows the
    voltage with `run_up_ns`; without voltage it runs out with `run_out_ns`.
    """

    enable_level: int = 0
    steps_per_turn: int = 1_000_000
    full_speed_steps_s: float = 100_000.0
    lag_ns: int = 2_000_000
    run_up_ns: float = 10e6
    run_out_ns: float = 6e6
