"""Halt of the pulse hardware, and flash stalls: nothing more, nothing less, nothing too fast."""

from __future__ import annotations

import pytest

from tests.scenario.delivery_rig import WIDE, Rig, S, board, const_rx, most_in

MARK = 20
PULSES = 3

HALTS = """
    import time
    from machine import Pin
    from picodose.hal.pulse_pio import PulsePort

    mark = Pin(20, Pin.OUT, value=0)
    port = PulsePort(0, 2)

    def halt():
        port.stop()
        return port.drain()

    for words in range(6):  # one in work, four in the FIFO
        for cycle in range(1, 30):
            port.begin(10)
            port._span = 31  # 3 pulses of 10 us: every cycle of them is met
            for _ in range(words):
                port.burst_isr(3)
            time.sleep_us(cycle)
            unsent = halt()
            mark.value(1)
            port.begin(10)
            time.sleep_us(500)
            again = halt()
            mark.value(0)
            print(words, cycle, unsent, again)
    print("end")
"""


@pytest.mark.req("DEL-6", "DEL-2")
def test_a_halt_at_any_cycle_with_any_queue_is_exact_and_nothing_follows() -> None:
    pico = board(main=HALTS)
    record = pico.trace()
    record.attach(pico.lines, {"STEP": 2, "MARK": MARK})
    pico.until(lambda: b"end" in pico.console, 10_000)
    lines = pico.console.split(b"end")[0].splitlines()
    trials = [[int(word) for word in line.split()] for line in lines]
    marks = list(record.edges("MARK", 0, pico.now_ns))
    assert len(trials) == 6 * 29 and len(marks) == 2 * len(trials)
    before_ns, cut_short = 0, 0
    for number, (words, cycle, unsent, again) in enumerate(trials):
        halted_ns, idle_ns = marks[2 * number][0], marks[2 * number + 1][0]
        emitted = record.count_rises("STEP", before_ns, halted_ns)
        assert emitted + unsent == PULSES * words, (words, cycle)
        assert record.count_rises("STEP", halted_ns, idle_ns) == again == 0, (words, cycle)
        before_ns, cut_short = idle_ns, cut_short + (0 < unsent)
    assert cut_short > 100
    edges = list(record.edges("STEP", 0, pico.now_ns))
    assert (
        min(fall[0] - rise[0] for rise, fall in zip(edges[::2], edges[1::2], strict=False))
        >= 2_000
    )


STALLED = (("therapy_step", 500_000), (WIDE, 30_000_000))


@pytest.mark.req("DEL-6", "LIM-4")
@pytest.mark.parametrize("stall_ms", [5, 45, 122, 400])
@pytest.mark.parametrize(("profile", "rate_nl_h"), STALLED)
def test_a_flash_stall_loses_no_step_and_makes_none(
    profile: str, rate_nl_h: int, stall_ms: int
) -> None:
    rig = Rig(profile)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(6000)
    first_ns = rig.rises()[0]
    for k in range(6):
        rig.run_for(1000 + 137 * k)
        rig.stall(stall_ms)
    rig.run_for(10_000)
    span_ns = rig.now_ns - first_ns
    per_s = rate_nl_h / 3600 / 12.5
    tick = rig.status()["tick_ms"] / 1000 * per_s
    ideal = span_ns / S * per_s
    assert ideal - 2 * tick - 1 <= rig.steps() <= ideal + 1 + tick
    assert most_in(rig.rises(), S) <= 2 * per_s + 1
    assert rig.status()["missed_nl"] == 0
    rig.stop()
    rig.assert_booked()
