"""Pins, ADC, PWM, RTC, time and registers as on rp2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., list[str]]


@pytest.mark.req("CLK-1")
def test_ticks_wrap_at_thirty_bits_soon_after_start(run: Run) -> None:
    assert run(
        """
        import time
        a = time.ticks_ms()
        time.sleep_ms(6000)
        b = time.ticks_ms()
        print(b < a, time.ticks_diff(b, a), time.ticks_add(2**30 - 1, 2))
        """,
        7000,
    ) == ["True 6000 1"]


def test_tick_sums_past_half_a_period_are_refused(run: Run) -> None:
    assert run("""
        import time
        try:
            time.ticks_add(0, 1 << 29)
        except OverflowError as e:
            print(e)
        time.sleep_ms(-1)
        print(time.ticks_diff(0, 2**30 - 1), time.ticks_diff(2**29, 0))
    """) == ["ticks interval overflow", f"1 {-(2**29)}"]


def test_busy_waiting_ends_because_reading_the_clock_takes_time(run: Run) -> None:
    assert run("""
        import time
        start = time.ticks_us()
        while time.ticks_diff(time.ticks_us(), start) < 1000:
            pass
        print("done")
    """) == ["done"]


def test_the_adc_quantises_to_twelve_bits_and_stretches_to_sixteen(make_pico: Any) -> None:
    pico = make_pico("""
        import machine, time
        adc = machine.ADC(26)
        print(adc.read_u16(), machine.ADC(machine.Pin(27)).read_u16())
        time.sleep_ms(500)
        print(adc.read_u16())
        try:
            machine.ADC(5)
        except ValueError:
            print("refused")
    """)
    pico.set_adc_mv(0, lambda t_ns: 500.0 if t_ns < 300_000_000 else 5000.0)
    pico.set_adc_mv(1, -20.0)
    pico.run_for(1000)
    assert pico.console.startswith(b"9922 0\r\n65535\r\nrefused\r\n")


def test_pins_drive_read_pull_and_refuse_what_does_not_exist(run: Run) -> None:
    assert run("""
        from machine import Pin
        step = Pin(2, Pin.OUT, value=1)
        print(step.value(), step is Pin(2), step)
        step.toggle()
        print(step(), Pin(10, Pin.IN, Pin.PULL_UP).value(), Pin("GP6", Pin.IN).value())
        for number in (99, -1):
            try:
                Pin(number)
            except ValueError as e:
                print(e)
        print(hasattr(step, "mode"), hasattr(Pin, "IRQ_LOW_LEVEL"))
    """) == ["1 True Pin(GPIO2, mode=OUT)", "0 1 1", "invalid pin", "invalid pin", "False False"]


def test_a_pin_interrupt_runs_hard_at_the_edge_or_soft_from_the_queue(make_pico: Any) -> None:
    pico = make_pico("""
        from machine import Pin
        import time
        seen = []
        def button_isr(pin):
            seen.append(irq.flags())
        irq = Pin(10, Pin.IN, Pin.PULL_UP).irq(button_isr, Pin.IRQ_FALLING, hard=True)
        Pin(11, Pin.IN, Pin.PULL_UP).irq(lambda pin: seen.append(pin.value()))
        time.sleep_ms(800)
        print(seen)
    """)
    pico.run_for(100)
    pico.press("patient", 50)
    pico.run_for(200)
    pico.press("service", 50)
    pico.run_for(900)
    assert pico.console.startswith(b"[4, 0, 1]\r\n")


def test_pwm_makes_its_frequency_and_duty(make_pico: Any) -> None:
    pico = make_pico("""
        from machine import PWM, Pin
        import time
        try:
            PWM(Pin(15), freq=7)
        except ValueError as e:
            print(e)
        tone = PWM(Pin(15), freq=1000, duty_u16=70000)
        print(tone.duty_u16(), tone.freq())
        tone.duty_u16(32768)
        time.sleep_ms(100)
        tone.deinit()
    """)
    rises: list[int] = []

    class Ear:
        def edge(self, t_ns: int, level: int) -> None:
            if level:
                rises.append(t_ns)

        def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
            raise AssertionError("no train from PWM")

    pico.lines[15].listen(Ear())
    pico.run_for(500)
    assert pico.console.startswith(b"freq too small\r\n65535 1000\r\n")
    spans = {b - a for a, b in zip(rises[1:], rises[2:], strict=False)}
    assert spans == {1_000_000}
    assert len(rises) in (100, 101, 102)


def test_the_rtc_starts_in_2021_and_runs(run: Run) -> None:
    assert run(
        """
        import machine, time
        rtc = machine.RTC()
        print(rtc.datetime()[:7])
        rtc.datetime((2026, 11, 21, 0, 23, 59, 59, 0))
        time.sleep_ms(1_000)
        print(rtc.datetime()[:3], time.localtime()[:3], time.mktime(time.gmtime(77)))
    """,
        2000,
    ) == ["(2021, 1, 1, 4, 0, 0, 0)", "(2026, 11, 22) (2026, 11, 22) 77"]


def test_unknown_registers_raise_instead_of_pretending(run: Run) -> None:
    printed = run("""
        from machine import mem32, mem8
        mem32[0x4005800C] = 0x1234
        mem32[0x4005800C + 0x2000] = 1
        print(hex(mem32[0x4005800C]), mem8[0x4005800D])
        try:
            mem32[0x40010000]
        except NotImplementedError as e:
            print(e)
    """)
    assert printed == ["0x1235 18", "register 0x40010000 has no model"]


def test_device_modules_have_micropythons_surface_and_values(run: Run) -> None:
    assert run("""
        import sys, hashlib, binascii, struct, json, os, gc, micropython, errno
        print(sys.platform, sys.implementation.name, sys.maxsize)
        h = hashlib.sha256(b"a")
        print(binascii.hexlify(h.digest())[:8], hasattr(h, "hexdigest"))
        print(binascii.crc32(b"123456789"), struct.unpack("<H", b"\\1\\2"), json.loads("[1]"))
        print(gc.mem_free() > 90000, len(os.urandom(5)), errno.ENOENT)
        micropython.alloc_emergency_exception_buf(100)
        try:
            import typing
        except ImportError as e:
            print(e)
    """) == [
        "rp2 micropython 2147483647",
        "b'ca978112' False",
        "3421780262 (513,) [1]",
        "True 5 2",
        "no module named 'typing'",
    ]


def test_pin_init_takes_a_pin_back_from_the_pio(run: Run) -> None:
    printed = run("""
        import rp2
        from machine import Pin

        @rp2.asm_pio(set_init=rp2.PIO.OUT_HIGH)
        def high():
            nop()

        for mode in (Pin.IN, Pin.OUT, Pin.ALT):
            rp2.StateMachine(0).init(high, set_base=Pin(2))
            before = Pin(2).value()
            Pin(2).init(mode, value=0, alt=Pin.ALT_SPI)
            print(before, Pin(2).value())
    """)
    assert printed == ["1 0"] * 3
