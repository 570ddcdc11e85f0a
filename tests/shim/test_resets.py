"""Resets: what is lost, what is kept, and which cause is told."""

from __future__ import annotations

from typing import Any

import pytest

from shim.errors import Stuck
from shim.virtual_pico import VirtualPico
from shim.world import World

MAIN = """
    import machine, time
    from machine import mem32
    print(machine.reset_cause(), mem32[0x40058008], hex(mem32[0x4005800C]), hex(mem32[0x4005801C]))
    mem32[0x4005800C] = 0xABC
    machine.Pin(2, machine.Pin.OUT, value=1)
    time.sleep_ms(60_000)
"""


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("watchdog", b"3 1 0xabc 0x0\r\n"),
        ("forced", b"3 2 0xabc 0x0\r\n"),
        ("run_pin", b"1 0 0x0 0x0\r\n"),
        ("soft", b"1 0 0xabc 0x0\r\n"),
    ],
)
def test_each_reset_tells_its_cause_and_keeps_the_scratch_registers_as_silicon_does(
    make_pico: Any, kind: str, told: bytes
) -> None:
    pico = make_pico(MAIN)
    pico.run_for(100)
    assert pico.console == b"1 0 0x0 0x0\r\n"
    pico.reset(kind)
    pico.run_for(100)
    assert pico.console.endswith(told)
    assert pico.boots == 2


def test_a_power_cut_loses_ram_and_scratch_keeps_flash_and_lasts_as_long_as_told(
    make_pico: Any,
) -> None:
    pico = make_pico(MAIN)
    pico.run_for(100)
    image = pico.flash_image()
    pico.power_cut(5000)
    pico.run_for(4990)
    assert pico.boots == 1
    pico.run_for(100)
    assert pico.console == b"1 0 0x0 0x0\r\n" * 2
    assert pico.flash_image() == image


def test_outputs_float_to_the_boards_pull_at_every_hard_reset_but_stay_at_a_soft_one(
    make_pico: Any,
) -> None:
    pico = make_pico(MAIN)
    pico.run_for(100)
    assert pico.lines[2].level() == 1
    pico.reset("soft")
    assert pico.lines[2].level() == 1 and not pico.lines[2].floating
    pico.run_for(100)
    pico.reset("watchdog")
    assert pico.lines[2].level() == 0 and pico.lines[2].floating


@pytest.mark.req("REC-5")
def test_the_watchdog_bites_when_not_fed_and_marks_scratch_four(make_pico: Any) -> None:
    pico = make_pico("""
        import machine, time
        print(machine.reset_cause(), hex(machine.mem32[0x4005801C]))
        dog = machine.WDT(timeout=1000)
        for _ in range(4):
            time.sleep_ms(900)
            dog.feed()
        time.sleep_ms(60_000)
    """)
    pico.run_for(4600)
    assert pico.boots == 1
    pico.run_for(100)
    assert pico.boots == 2
    assert pico.console == b"1 0x0\r\n3 0x6ab73121\r\n"


def test_the_watchdog_goes_on_through_a_soft_reset_and_at_the_prompt(make_pico: Any) -> None:
    pico = make_pico("""
        import machine
        if machine.reset_cause() == machine.PWRON_RESET:
            machine.WDT(timeout=2000)
    """)
    pico.run_for(100)
    assert pico.at_repl
    pico.send(b"\x04")
    pico.run_for(1000)
    assert pico.boots == 2 and b"MPY: soft reboot" in pico.console
    pico.run_for(2000)
    assert pico.boots == 3


def test_the_watchdog_takes_at_most_8388_ms(run: Any) -> None:
    assert run("""
        import machine
        try:
            machine.WDT(timeout=8389)
        except ValueError as e:
            print(e)
        print(machine.WDT(0, 8388) is not None)
    """) == ["timeout exceeds 8388", "True"]


def test_finally_blocks_of_a_dead_program_reach_no_hardware(make_pico: Any) -> None:
    pico = make_pico("""
        import machine, time
        led = machine.Pin(3, machine.Pin.OUT, value=0)
        try:
            time.sleep_ms(60_000)
        finally:
            led.on()
            print("never")
    """)
    rises: list[int] = []

    class Ear:
        def edge(self, t_ns: int, level: int) -> None:
            rises.append(level)

        def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
            raise AssertionError

    pico.run_for(100)
    pico.lines[3].listen(Ear())
    pico.power_cut()
    assert rises == []
    assert b"never" not in pico.console


def test_old_timers_and_modules_are_gone_after_a_reset(make_pico: Any) -> None:
    pico = make_pico(
        """
        import machine, time, state
        def tick_isr(t):
            state.count += 1
        timer = machine.Timer(period=10, callback=tick_isr, hard=True)
        time.sleep_ms(55)
        print(state.count)
        time.sleep_ms(60_000)
        """,
        files={"state.py": "count = 0"},
    )
    pico.run_for(100)
    pico.reset("forced")
    pico.run_for(100)
    assert pico.console == b"5\r\n5\r\n"


def test_a_program_that_raises_leaves_its_traceback_and_a_prompt(make_pico: Any) -> None:
    pico = make_pico(
        "import helper\nhelper.fail()\n",
        files={"helper.py": "def fail():\n    raise ValueError('no')\n"},
    )
    pico.run_for(100)
    assert pico.at_repl
    assert (
        pico.console.decode()
        .replace("\r\n", "\n")
        .startswith(
            "Traceback (most recent call last):\n"
            '  File "main.py", line 2, in <module>\n'
            '  File "helper.py", line 2, in fail\n'
            "ValueError: no\nMicroPython v1.27.0"
        )
    )


def test_until_stops_at_the_event_and_stuck_shows_the_console(make_pico: Any) -> None:
    pico = make_pico("""
        import time
        for k in range(100):
            print("line", k)
            time.sleep_ms(100)
    """)
    pico.until(lambda: b"line 3" in pico.console, 1000)
    assert pico.now_ns // 1_000_000 in range(320, 440)
    with pytest.raises(Stuck, match="(?s)not within 50 ms.*line 3"):
        pico.until(lambda: b"line 99" in pico.console, 50)


def test_a_virtual_pico_is_a_world(make_pico: Any) -> None:
    world: World = VirtualPico(make_pico("print('hi')").device_dir)
    world.run_for(50)
    assert world.receive().startswith(b"hi") and world.lines[6].level() == 1


def test_an_unknown_reset_and_a_nested_run_are_refused(make_pico: Any) -> None:
    pico = make_pico("import time\ntime.sleep_ms(60_000)")
    with pytest.raises(ValueError, match="no such reset"):
        pico.reset("brownout")
    pico.clock.after(1000, lambda: pico.run_for(1))
    with pytest.raises(RuntimeError, match="running already"):
        pico.run_for(10)


def test_the_world_may_cut_the_power_by_an_alarm_while_the_device_waits(make_pico: Any) -> None:
    pico = make_pico("import time\nprint('up')\ntime.sleep_ms(60_000)")
    for at_ms in (100, 200):
        pico.clock.at(at_ms * 1_000_000, lambda: pico.power_cut(10))
    pico.run_for(500)
    assert pico.boots == 3 and pico.console == b"up\r\n" * 3


def test_several_picos_live_in_one_process(make_pico: Any) -> None:
    source = """
        import machine, time
        print(machine.unique_id()[:2])
        while True:
            time.sleep_ms(1_000)
    """
    one, two = make_pico(source, seed=1), make_pico(source, seed=2)
    for _ in range(3):
        one.run_for(700)
        two.run_for(1100)
    assert one.console != two.console
    assert (one.now_ns, two.now_ns) == (2_100_000_000, 3_300_000_000)


@pytest.mark.req("SIM-1")
def test_same_seed_and_script_give_the_same_console_and_flash(make_pico: Any) -> None:
    def life(seed: int) -> tuple[bytes, bytes]:
        pico = make_pico(
            """
            import os, time
            with open("log", "ab") as f:
                f.write(os.urandom(300))
            print(os.urandom(4), time.ticks_us())
            time.sleep_ms(60_000)
            """,
            seed=seed,
        )
        pico.run_for(500)
        pico.power_cut(10)
        pico.run_for(500)
        return pico.console, pico.flash_image()

    assert life(1) == life(1)
    assert life(1) != life(2)
