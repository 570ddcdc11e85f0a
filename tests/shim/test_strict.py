"""Strict modes: small ints in interrupts, preemption at any bytecode, cuts at any line; faults."""

from __future__ import annotations

from typing import Any

import pytest

from shim.errors import StrictError
from shim.strict import Strict
from shim.strict.int31 import guarded_compile

GOOD = """
class Dosing:
    def __init__(self, sm, mem32):
        self.acc = 0
        self.sm = sm
        self.armed = True
        self.mem32 = mem32
        self.word = 0x40058014
    def tick_isr(self, timer):
        '''Docstrings are free.'''
        self.acc += 3
        while self.acc >= 10 and self.armed:
            self.acc -= 10
            self.sm.put(self.acc, 1)
        a = self.acc
        b = min(a, 5)
        a, b = b, a
        for i in range(b):
            self.mem32[self.word] = self.acc | i
        self.helper_isr(~a & 0xFF)
    def helper_isr(self, x):
        self.acc = (self.acc + x) % 7
"""


def namespace(source: str) -> dict[str, Any]:
    from shim.strict import int31

    names: dict[str, Any] = int31.builtins()
    exec(guarded_compile(source, "x.py"), names)
    return names


def test_an_interrupt_handler_in_small_ints_runs_as_written() -> None:
    class Port:
        words: list[tuple[int, int]] = []

        def put(self, value: int, shift: int) -> None:
            self.words.append((value, shift))

    memory: dict[int, int] = {}
    dosing = namespace(GOOD)["Dosing"](Port(), memory)
    for _ in range(4):
        dosing.tick_isr(None)
    plain: dict[str, Any] = {}
    exec(GOOD, plain)
    port = Port()
    port.words = []
    other = plain["Dosing"](port, {})
    for _ in range(4):
        other.tick_isr(None)
    assert dosing.acc == other.acc
    assert Port.words == port.words and memory == other.mem32


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("x = [1]", "list"),
        ("x = (1, a)", "tuple"),
        ("x = {}", "dict"),
        ("x = f'{a}'", "f-string"),
        ("x = data[1:2]", "slice"),
        ("x = lambda: 0", "lambda"),
        ("x = [i for i in data]", "comprehension"),
        ("x = a / 2", "division"),
        ("a /= 2", "division"),
        ("x = divmod(a, 2)", "divmod"),
        ("f_isr(*data)", "star"),
        ("raise ValueError", "exception"),
        ("print(a)", "print"),
        ("helper(a)", "helper"),
        ("import time", "import"),
        ("x = 1.5", "small int"),
        ("x = 0x40000000", "small int"),
        ("with a: pass", "with"),
    ],
)
def test_a_construct_that_allocates_is_refused_with_file_and_line(
    statement: str, reason: str
) -> None:
    source = f"def tick_isr(a, data):\n    a = 1\n    {statement}\n"
    with pytest.raises(StrictError, match=rf"x\.py:3: .*{reason}"):
        guarded_compile(source, "x.py")
    guarded_compile(source.replace("tick_isr", "tick"), "x.py")


@pytest.mark.parametrize(
    "body",
    [
        "return a + 1",
        "a += 1",
        "return a << 1",
        "return -a * 2",
        "return self.big",
        "return self.floating",
        "return data[0]",
        "self.put_isr",
        "return abs(a * a)",
    ],
)
def test_a_value_past_31_bits_a_float_or_a_bound_method_stops_the_test_at_its_line(
    body: str,
) -> None:
    source = (
        "class C:\n    big = 1 << 30\n    floating = 0.5\n    def put_isr(self): pass\n"
        f"    def tick_isr(self, a, data):\n        {body}\n"
    )
    handler = namespace(source)["C"]()
    with pytest.raises(StrictError, match=r"x\.py:6"):
        handler.tick_isr((1 << 30) - 1, [1 << 30])


def test_the_limits_themselves_are_small_ints() -> None:
    tick = namespace("def tick_isr(a):\n    return a + 0\n")["tick_isr"]
    assert tick((1 << 30) - 1) == (1 << 30) - 1
    assert tick(-(1 << 30)) == -(1 << 30)
    with pytest.raises(StrictError):
        tick(-(1 << 30) - 1)


def test_a_broken_rule_on_the_device_comes_out_of_run_for(make_pico: Any) -> None:
    main = """
        import machine, time
        class Count:
            n = (1 << 30) - 3
        def tick_isr(t):
            Count.n += 1
        timer = machine.Timer(period=10, callback=tick_isr, hard=True)
        time.sleep_ms(1_000)
        print("survived")
    """
    pico = make_pico(main, strict=Strict(int31_isr=True))
    with pytest.raises(StrictError, match=r"main\.py:6"):
        pico.run_for(2000)
    pico.run_for(2000)
    assert pico.boots == 1 and pico.now_ns > 2_000_000_000
    relaxed = make_pico(main)
    relaxed.run_for(2000)
    assert b"survived" in relaxed.console


RACE = """
import time
class Shared:
    a = 0
    b = 0
def tick_isr(t):
    Shared.a += 1
    Shared.b += 1
def torn():
    a = Shared.a
    b = Shared.b
    return a != b
"""
RACE_MAIN = """
    import machine, time
    from delivery import race
    timer = machine.Timer(period=1000, callback=race.tick_isr, hard=True)
    print("torn", race.torn())
    print("torn", race.torn())
"""


def test_preemption_at_every_bytecode_finds_a_torn_read_that_plain_running_never_shows(
    make_pico: Any,
) -> None:
    files = {"delivery/race.py": RACE}
    plain = make_pico(RACE_MAIN, files=files)
    plain.run_for(60_000)
    assert b"True" not in plain.console

    count = Strict(preempt_folder="delivery/")
    counted = make_pico(RACE_MAIN, files=files, strict=count)
    counted.run_for(60_000)
    assert count.opcodes > 20 and count.preemptions == 0

    torn = []
    for at in range(1, count.opcodes + 1):
        strict = Strict(preempt_folder="delivery/", preempt_at=at.__eq__)
        pico = make_pico(RACE_MAIN, files=files, strict=strict)
        pico.run_for(60_000)
        torn.append(b"True" in pico.console)
    assert 0 < sum(torn) < len(torn)


def test_preemption_fires_at_every_kth_bytecode(make_pico: Any) -> None:
    strict = Strict(preempt_folder="delivery/", preempt_at=lambda number: number % 5 == 0)
    pico = make_pico(RACE_MAIN, files={"delivery/race.py": RACE}, strict=strict)
    pico.run_for(60_000)
    assert strict.preemptions >= 3


CUT_MAIN = """
    import time
    x = 1
    y = 2
    print("end")
    time.sleep_ms(60_000)
"""


def test_the_power_can_be_cut_before_every_line_and_the_program_starts_again(
    make_pico: Any,
) -> None:
    count = Strict(count_lines=True)
    make_pico(CUT_MAIN, strict=count).run_for(500)
    assert count.lines == 1 + 5  # the empty boot.py is one
    for line in range(1, count.lines + 1):
        strict = Strict(cut_at_line=line)
        pico = make_pico(CUT_MAIN, strict=strict)
        pico.run_for(500)
        assert pico.boots == 2
        assert pico.console.count(b"end") == (2 if line == count.lines else 1)


TICKING = """
    import machine, time
    count = 0
    loops = 0
    def tick_isr(t):
        global count
        count += 1
    timer = machine.Timer(period=100, callback=tick_isr, hard=True)
    time.sleep_ms(50)
    while True:
        loops += 1
        time.sleep_ms(100)
        print(count, loops)
"""


def test_fault_dead_timers_stops_callbacks_and_nothing_else(make_pico: Any) -> None:
    pico = make_pico(TICKING)
    pico.run_for(500)
    pico.fault("dead_timers")
    pico.run_for(500)
    first, last = pico.console.split(b"\r\n")[3].split(), pico.console.split(b"\r\n")[-2].split()
    assert first[0] == last[0] and int(last[1]) - int(first[1]) == 5


def test_fault_hang_stops_the_program_and_not_the_interrupts(make_pico: Any) -> None:
    pico = make_pico(TICKING)
    pico.run_for(500)
    before = pico.console
    pico.fault("hang", ms=1000)
    pico.run_for(990)
    assert pico.console == before
    pico.run_for(300)
    count, loops = map(int, pico.console.split(b"\r\n")[-2].split())
    assert count - loops >= 8


def test_fault_mask_holds_interrupts_up_for_a_span(make_pico: Any) -> None:
    pico = make_pico(TICKING)
    pico.run_for(480)
    pico.fault("mask", ms=400)
    pico.run_for(390)
    held = int(pico.console.split(b"\r\n")[-2].split()[0])
    pico.run_for(200)
    later = int(pico.console.split(b"\r\n")[-2].split()[0])
    assert held == 4 and later >= 9


def test_tracing_modes_give_the_benchs_own_tracer_back(make_pico: Any) -> None:
    import sys

    before = sys.gettrace()
    pico = make_pico(CUT_MAIN, strict=Strict(count_lines=True))
    pico.run_for(10)
    assert sys.gettrace() is before
    pico.power_cut()
    pico.run_for(100)
    assert sys.gettrace() is before


def test_fault_stuck_pin_holds_an_output_too(make_pico: Any) -> None:
    pico = make_pico("""
        from machine import Pin
        import time
        Pin(2, Pin.OUT, value=1)
        time.sleep_ms(60_000)
    """)
    pico.fault("stuck_pin", gpio=2, level=0)
    pico.run_for(100)
    assert pico.lines[2].level() == 0
    pico.fault("stuck_pin", gpio=2, level=None)
    assert pico.lines[2].level() == 1


def test_fault_stuck_pin_holds_an_input(make_pico: Any) -> None:
    pico = make_pico("""
        import time
        from machine import Pin
        pin = Pin(10, Pin.IN, Pin.PULL_UP)
        while True:
            print(pin.value())
            time.sleep_ms(100)
    """)
    pico.run_for(150)
    pico.fault("stuck_pin", gpio=10, level=0)
    pico.run_for(100)
    pico.fault("stuck_pin", gpio=10, level=None)
    pico.run_for(100)
    assert pico.console.split() == [b"1", b"1", b"0", b"1"]
    with pytest.raises(KeyError):
        pico.fault("gremlin")
