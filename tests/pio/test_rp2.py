"""The rp2 module as the firmware shows it: names, errors, program memory, FIFO calls."""

from __future__ import annotations

from array import array

import pytest

from shim.errors import NotModelled
from shim.surface import firmware
from tests.pio import programs
from tests.pio.pio_bench import MHZ, Bench


@pytest.mark.req("SIM-3")
def test_every_name_of_the_firmware_is_there_with_its_value(bench: Bench) -> None:
    for name, entry in firmware()["rp2"].items():
        found = getattr(bench.rp2, name)
        for member, value in entry.members.items():
            assert hasattr(found, member), f"rp2.{name}.{member}"
            if value is not None:
                assert getattr(found, member) == value, f"rp2.{name}.{member}"


def test_names_without_a_model_say_so(bench: Bench) -> None:
    for call in (bench.rp2.DMA, bench.rp2.Flash, bench.rp2.bootsel_button, bench.rp2.country):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(NotImplementedError):
        bench.rp2.StateMachine(0).irq(print)


@pytest.mark.parametrize("freq", [1, 1907, 125 * MHZ + 1])
def test_a_frequency_outside_the_divider_is_refused(bench: Bench, freq: int) -> None:
    with pytest.raises(ValueError, match="freq out of range"):
        bench.rp2.StateMachine(0, bench.program(programs.endless_nop), freq=freq)


def test_the_slowest_and_the_fastest_clock_are_accepted(bench: Bench) -> None:
    program = bench.program(programs.endless_nop)
    for freq, divider in ((1908, 125 * MHZ * 256 // 1908), (125 * MHZ, 256), (-1, 256)):
        bench.rp2.StateMachine(0, program, freq=freq)
        assert bench.pios.machine(0).divider == divider


def test_numbers_outside_the_chip_are_refused(bench: Bench) -> None:
    for call, number in ((bench.rp2.StateMachine, 8), (bench.rp2.PIO, 2)):
        with pytest.raises(ValueError):
            call(number)
    with pytest.raises(ValueError):
        bench.rp2.StateMachine(0, bench.program(programs.square, set_init=0), set_base=30)


def test_programs_fill_the_memory_from_its_end_and_do_not_fit_beyond_32_words(
    bench: Bench,
) -> None:
    pio = bench.rp2.PIO(0)
    loaded = [bench.program(programs.step_program, sideset_init=2) for _ in range(4)]
    for program in loaded[:3]:
        pio.add_program(program)
    assert [program[1] for program in loaded] == [23, 14, 5, -1]
    with pytest.raises(OSError):
        pio.add_program(loaded[3])
    pio.remove_program(loaded[1])
    pio.add_program(loaded[3])
    assert (loaded[1][1], loaded[3][1]) == (-1, 14)
    with pytest.raises(ValueError, match="prog not in instruction memory"):
        pio.remove_program(loaded[1])


def test_a_program_is_loaded_once_for_all_machines_of_a_block(bench: Bench) -> None:
    program = bench.program(programs.endless_nop)
    for number in range(4):
        bench.rp2.StateMachine(number, program)
    assert bench.pios.blocks[0].used == 1 << 31


def test_one_object_a_number_and_state_machine_of_a_block(bench: Bench) -> None:
    rp2 = bench.rp2
    assert rp2.StateMachine(5) is rp2.StateMachine(5) is rp2.PIO(1).state_machine(1)
    assert repr(rp2.StateMachine(5)) == "StateMachine(5)" and repr(rp2.PIO(1)) == "PIO(1)"


def test_put_takes_numbers_and_buffers_truncates_and_shifts(bench: Bench) -> None:
    sm = bench.rp2.StateMachine(0, bench.program(programs.endless_nop))
    sm.put(-1)
    sm.put(3, 24)
    sm.put(array("H", [7]))
    sm.put(b"\x09")
    assert list(bench.pios.machine(0).tx) == [0xFFFFFFFF, 3 << 24, 7, 9]
    with pytest.raises(ValueError, match="unsupported buffer type"):
        sm.put(array("f", [1.0]))


def test_get_waits_for_a_word_and_fills_buffers(bench: Bench) -> None:
    sm = bench.rp2.StateMachine(0, bench.program(programs.in_all, autopush=True), freq=MHZ)
    sm.active(1)
    assert sm.get() == 0x00010203 and bench.clock.now_ns == 12_000
    words = array("B", [0, 0])
    assert sm.get(words, 8) is words and list(words) == [0x06, 0x0A]


def test_init_clears_fifos_and_takes_the_pin_back_from_the_cpu(bench: Bench) -> None:
    sm = bench.step_machine()
    sm.active(0)
    sm.put(5)
    bench.lines[2].set_cpu(True, 1)
    program = bench.program(programs.step_program, sideset_init=2)
    sm.init(program, freq=MHZ, sideset_base=2)
    assert sm.tx_fifo() == 0 and not sm.active()
    assert bench.lines[2].cpu_output is None and bench.lines[2].level() == 0


def test_a_soft_reset_stops_machines_and_forgets_programs(bench: Bench) -> None:
    sm = bench.step_machine()
    bench.pios.soft_reset()
    assert not sm.active() and bench.pios.blocks[0].used == 0


def test_a_jump_behind_the_programs_end_is_refused_when_it_is_loaded(bench: Bench) -> None:
    program = bench.program(programs.label_behind_the_end)
    with pytest.raises(NotModelled, match="behind the program's last instruction"):
        bench.rp2.StateMachine(4, program, in_base=2)
