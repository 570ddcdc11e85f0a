"""Even flow: the delivery code on the shim's timer and PIO, at rates far above any therapy."""

from __future__ import annotations

import pytest

from tests.scenario.delivery_rig import MS, S, board, most_in

PUMP = """
    import gc
    from machine import Pin
    from picodose.delivery.dosing import Dosing
    from picodose.delivery.granter import Granter
    from picodose.delivery.ledger import Ledger
    from picodose.delivery.plan import Plan
    from picodose.hal.clock import Clock
    from picodose.hal.dosing_timer import DosingTimer
    from picodose.hal.pulse_pio import PulsePort
    from picodose.hal.scratch import Scratch

    STEPS_S, TICK_MS, WRITES = {steps_s}, {tick_ms}, {writes}
    NL_H = STEPS_S * 45_000  # 12.5 nL a step


    class Order:
        def units(self, t0_ms, t1_ms):
            return NL_H * (t1_ms - t0_ms)

        def next_change_ms(self, t_ms, limit_ms):
            return limit_ms


    class Open:  # neither caps nor guard have a say in evenness
        def room(self, start_ms):
            return 1 << 20

        def grant(self, steps, end_ms):
            pass

        def tick_isr(self, commanded):
            return 0

        def note_isr(self, burst):
            pass


    clock, timer, port = Clock(), DosingTimer(), PulsePort(0, 2)
    dosing = Dosing(port, Open(), Scratch())
    ledger = Ledger(dosing)
    granter = Granter(
        Order(), Plan(25, 2), Open(), ledger, dosing, lambda steps, now_ms: True, 50, NL_H
    )
    port.begin(TICK_MS)
    dosing.arm()
    timer.begin(TICK_MS, dosing.tick_isr)
    granter.begin(clock.now_ms() + TICK_MS, TICK_MS)
    print("go")
    rubbish, turn = [], 0
    while True:
        due_ms = granter.run(clock.now_ms())
        ledger.collect()
        while clock.now_ms() < due_ms:
            rubbish = [bytearray(100) for _ in range(20)]
            clock.sleep_ms(7)
            turn += 1
            if WRITES and turn % 60 == 0:
                with open("/log", "ab") as file:
                    file.write(bytes(256))
            if turn % 10 == 0:
                gc.collect()
"""


def errors_of(steps_s: int, tick_ms: int, writes: bool, ms: int) -> tuple[list[float], list[int]]:
    """Steps ahead (+) or behind (-) of an even train at every rise, and the rises."""
    pico = board(main=PUMP.format(steps_s=steps_s, tick_ms=tick_ms, writes=writes))
    record = pico.trace()
    pico.until(lambda: b"go" in pico.console, 5000)
    start_ns = pico.now_ns
    pico.run_for(ms)
    rises = list(record.rises("STEP", 0, pico.now_ns))
    first_ns = start_ns + tick_ms * MS
    return [k - (t_ns - first_ns) * steps_s / S for k, t_ns in enumerate(rises)], rises


def rounding(steps_s: int, tick_ms: int) -> float:
    """Steps that a tick's train runs ahead: spacing is whole us, and 16 us are kept free."""
    return steps_s * (steps_s * tick_ms / 1000 * 1e-6 + 16e-6)


EVEN = [(5, 1000), (17, 1000), (222, 500), (1333, 100), (5000, 20), (13_333, 10), (20_000, 10)]


@pytest.mark.req("DEL-8")
@pytest.mark.parametrize(("steps_s", "tick_ms"), EVEN)
def test_flow_is_even_while_the_loop_allocates_and_collects(steps_s: int, tick_ms: int) -> None:
    errors, rises = errors_of(steps_s, tick_ms, False, 5000 if steps_s > 100 else 20_000)
    assert len(rises) > 2 * steps_s
    assert max(map(abs, errors)) <= 1 + rounding(steps_s, tick_ms)


@pytest.mark.req("DEL-8", "DEL-6")
@pytest.mark.parametrize(("steps_s", "tick_ms"), [(5, 1000), (222, 500), (1333, 100), (9_000, 20)])
def test_a_file_written_meanwhile_delays_steps_by_an_erase_and_never_bunches_them(
    steps_s: int, tick_ms: int
) -> None:
    errors, rises = errors_of(steps_s, tick_ms, True, 12_000)
    assert max(errors) <= 1 + rounding(steps_s, tick_ms)
    assert min(errors) >= -1 - steps_s * (0.050 + tick_ms / 1000)
    assert errors[-1] > -1 - steps_s * 0.050
    spacing = [b - a for a, b in zip(rises, rises[1:], strict=False)]
    assert min(spacing) >= S / steps_s / 2 - 2_000
    assert most_in(rises[: 40 * steps_s], 100 * MS) <= 2 * steps_s * 0.1 + 1
