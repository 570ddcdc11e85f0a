"""The bench on a virtual Pico: real PIO pulses, real ADC reads, power cuts."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from shim.plant import Bench, Tolerances
from shim.trace import Recorder
from shim.virtual_pico import VirtualPico

Rig = tuple[VirtualPico, Bench, Recorder]


_PULSES = """
    import rp2, time
    from machine import Pin, ADC

    @rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW)
    def pulses():
        pull(block).side(0)
        mov(x, osr).side(0)
        label("next")
        nop().side(1)[4]
        jmp(x_dec, "next").side(0)[4]

    Pin(3, Pin.OUT, value=1)
    enable = Pin(6, Pin.OUT, value=0)
    time.sleep_ms(5)
    sm = rp2.StateMachine(0, pulses, freq=10_000, sideset_base=Pin(2))
    sm.active(1)
    sm.put(1000 - 1)
    time.sleep_ms(2000)
    print("ADC", ADC(26).read_u16())
    time.sleep_ms(10_000)
"""


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A Pico that makes 1000 pulses of 1 ms from 5 ms on, a bench and a recorder on it."""
    (tmp_path / "boot.py").write_text("")
    (tmp_path / "main.py").write_text(dedent(_PULSES))
    pico = VirtualPico(tmp_path, seed=1)
    bench, recorder = Bench(1, Tolerances.none()), Recorder()
    bench.attach(pico)
    recorder.attach(pico.lines, {"STEP": 2, "ENABLE": 6})
    return pico, bench, recorder


def test_pio_pulses_turn_the_motor_and_move_their_volume(rig: Rig) -> None:
    pico, bench, recorder = rig
    pico.run_for(3000)
    assert bench.steps_moved == 1000
    assert bench.steps_lost == 0
    assert bench.dispensed_nl == 12_500
    assert recorder.count_rises("STEP", 0, pico.now_ns) == 1000
    assert len(recorder.tracks["STEP"]) < 10  # trains stay trains


def test_the_pico_measures_the_battery_under_load(rig: Rig) -> None:
    pico, bench, _ = rig
    pico.run_for(3000)
    raw = int(pico.console.split(b"ADC ")[1].split()[0])
    assert raw * 3300 / 65535 * 2 == pytest.approx(bench.battery_mv, abs=10)
    assert bench.battery_mv == pytest.approx(6400 - 4 * 0.150 * 100, abs=1)


def test_after_a_power_cut_the_pull_switches_the_driver_off_and_the_rotor_stays(rig: Rig) -> None:
    pico, bench, recorder = rig
    pico.run_for(105.5)
    moved = bench.steps_moved
    assert 0 < moved % 16
    pico.power_cut(off_ms=60_000)
    pico.run_for(50)
    assert not bench.now.driver_enabled
    assert bench.steps_moved == moved
    assert recorder.tracks["ENABLE"].level_at(pico.now_ns) == 1
    assert bench.water_balance_fl() == 0


def test_the_same_script_leaves_the_same_trace(tmp_path: Path) -> None:
    digests = set()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "boot.py").write_text("")
        (tmp_path / folder / "main.py").write_text(dedent(_PULSES))
        pico, recorder = VirtualPico(tmp_path / folder, seed=1), Recorder()
        recorder.attach(pico.lines, {"STEP": 2, "ENABLE": 6})
        pico.run_for(2500)
        digests.add(recorder.digest())
    assert len(digests) == 1
