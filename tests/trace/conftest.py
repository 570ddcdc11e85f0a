"""A made-up day with the shape of a real one, for every view."""

from __future__ import annotations

from bisect import bisect_right

import pytest

from shim.trace.day import AlarmSpan, Bolus, Day, Level, Mark, Series, Span

HOUR = 3600
STEPS = ((0, 8_000), (7, 24_000), (11, 18_000), (14, 26_000), (18, 16_000), (22, 8_000))
LOSS = (18 * HOUR, 18 * HOUR + 600)
BOLUSES = ((7 * HOUR, 600, 5_000), (14 * HOUR, 600, 5_000))


def _rate(t_s: float) -> float:
    if LOSS[0] <= t_s < LOSS[1]:
        return 0
    if LOSS[1] <= t_s < 18.5 * HOUR:
        return 8_000
    return STEPS[bisect_right([h * HOUR for h, _ in STEPS], t_s) - 1][1]


def sample_day() -> Day:
    """24 h: night rate, day steps, two boluses, an outage, low battery, low reservoir."""
    times = list(range(0, 24 * HOUR + 1, 60))
    ordered, moved = [0.0], [0.0]
    for t_s in times[1:]:
        extra = sum(n / s * 60 for b, s, n in BOLUSES if b < t_s <= b + s)
        planned = STEPS[bisect_right([h * HOUR for h, _ in STEPS], t_s - 60) - 1][1]
        ordered.append(ordered[-1] + planned / 60 + extra)
        moved.append(moved[-1] + (_rate(t_s - 60) / 60 + extra) * 1.004)
    battery = [5050 - 330 * (t / 86400) - 120 * (t / 86400) ** 6 for t in times]
    edges = sorted({h * HOUR for h, _ in STEPS} | {*LOSS, int(18.5 * HOUR)})
    return Day(
        title="A day of water",
        subtitle="8 µL/h at night, four day steps, two boluses · virtual Pico, seed 1",
        start_s=0,
        duration_s=24 * HOUR,
        programmed_nl=Series(times, ordered),
        dispensed_nl=Series(times, moved),
        rate_nl_h=Series(edges, [_rate(t) for t in edges]),
        battery_mv=Series(times, battery),
        reservoir_nl=Series(times, [2_240_000 - v for v in moved]),
        battery_levels=(Level(4800, "low"), Level(4000, "end of service")),
        reservoir_levels=(Level(2_000_000, "low"), Level(1_000_000, "empty")),
        alarms=(
            AlarmSpan("low battery", "low", 16.2 * HOUR),
            AlarmSpan("low reservoir", "low", 13.8 * HOUR),
            AlarmSpan("power was lost", "medium", LOSS[1], 18.5 * HOUR),
            AlarmSpan("clock lost", "medium", LOSS[1], 18.5 * HOUR),
        ),
        boluses=tuple(Bolus(b, s, n) for b, s, n in BOLUSES),
        power_losses=(Span(*LOSS, "power lost 10 min"),),
        clock_sets=(Mark(18.5 * HOUR, "clock set"),),
        missed_nl=4_012.5,
        note="Dispensed is what the simulated plant moved; programmed is the exact integral.",
    )


@pytest.fixture
def day() -> Day:
    """The made-up day."""
    return sample_day()
