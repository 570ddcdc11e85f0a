"""Each power-on check has a fault that it finds, and what it finds blocks start (SAF-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from host_tools.link import RefusedError
from picodose import codes
from picodose.safety import selftest
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.image import prepared_image
from shim.plant import Bench, PlantFacts, Tolerances
from shim.plant.facts import PinFacts
from shim.virtual_pico import REPO_DEVICE_DIR
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx
from tests.scenario.journal_view import active, in_flash, journal

RX = const_rx(150_000)


def edit(rig: Rig, path: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file in the flash, as bit rot or a person would."""
    flash = NorFlash(bytearray(rig.pico.flash.data))
    fs = FileSystem(flash)
    fs.mount()
    fs.write_bytes(path, change(fs.read_bytes(path)))
    rig.pico.flash.data[:] = flash.data


def flipped(raw: bytes) -> bytes:
    """One bit in the middle of the payload."""
    at = len(raw) // 2
    return raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]


def settings_flipped(rig: Rig) -> None:
    for slot in ("a", "b"):
        edit(rig, f"data/settings.{slot}", flipped)


def reservation_flipped(rig: Rig) -> None:
    for slot in ("a", "b"):
        edit(rig, f"data/reserve.{slot}", flipped)


def reservation_gone(rig: Rig) -> None:
    for slot in ("a", "b"):
        edit(rig, f"data/reserve.{slot}", lambda _raw: b"")


def program_altered(rig: Rig) -> None:
    edit(rig, "picodose/therapy/caps.py", lambda raw: raw.replace(b"> 0", b">= 0") + b"#\n")


def adc_open(rig: Rig) -> None:
    rig.bench.battery.fault = "open"


def driver_stuck_on(rig: Rig) -> None:
    rig.pico.fault("stuck_pin", gpio=6, level=0)


def patient_button_stuck(rig: Rig) -> None:
    rig.pico.lines[10].drive(0)


def watchdog_without_teeth(rig: Rig) -> None:
    def no_bite(timeout_ms: int) -> None:
        assert timeout_ms in (100, 8000)

    rig.pico.chip.watchdog.start = no_bite  # type: ignore[method-assign]


def booted(rig: Rig, spoil: Callable[[Any], None]) -> None:
    """Boot with something spoilt in the program's world before main.py runs."""
    pico = rig.pico
    usual = type(pico)._boot_when_due

    def boot_when_due(end_ns: int) -> None:
        boots = pico.boots
        usual(pico, end_ns)
        if pico.boots > boots:
            spoil(pico.program)

    pico._boot_when_due = boot_when_due  # type: ignore[method-assign]


class StuckBit(bytearray):
    """A piece of RAM in which bit 3 of cell 5 never falls."""

    def __setitem__(self, at: Any, value: Any) -> None:
        super().__setitem__(at, value | 8 if at == 5 else value)


def ram_stuck(rig: Rig) -> None:
    def spoil(program: Any) -> None:
        def ram(*given: Any) -> bytearray:
            return StuckBit(*given) if given == (256,) else bytearray(*given)

        program.loader._builtins["bytearray"] = ram

    booted(rig, spoil)


def clock_stopped(rig: Rig) -> None:
    def spoil(program: Any) -> None:
        catalog = program.catalog
        usual = catalog.names

        def names(module: str) -> Any:
            found = usual(module)
            if module == "time":
                found["ticks_us"] = lambda: 4711
            return found

        catalog.names = names

    booted(rig, spoil)


CHECKS = [
    (settings_flipped, selftest.SETTINGS, codes.AL_MEMORY),
    (reservation_flipped, selftest.RESERVATION, codes.AL_MEMORY),
    (reservation_gone, selftest.RESERVATION, codes.AL_MEMORY),
    (ram_stuck, selftest.RAM, codes.AL_SELF_TEST),
    (program_altered, selftest.PROGRAM, codes.AL_SELF_TEST),
    (adc_open, selftest.ADC, codes.AL_SELF_TEST),
    (driver_stuck_on, selftest.DRIVER, codes.AL_SELF_TEST),
    (patient_button_stuck, selftest.BUTTONS, codes.AL_SELF_TEST),
    (watchdog_without_teeth, selftest.WATCHDOG, codes.AL_SELF_TEST),
    (clock_stopped, selftest.CLOCK, codes.AL_SELF_TEST),
]


@pytest.mark.req("SAF-1", "ALM-5")
@pytest.mark.parametrize(
    ("spoil", "check", "alarm"), CHECKS, ids=[row[0].__name__ for row in CHECKS]
)
def test_each_check_finds_its_fault_before_any_motion_and_blocks_start(
    spoil: Callable[[Rig], None], check: int, alarm: int
) -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(10_000)
    spoil(rig)
    steps = rig.steps()
    rig.power_cut()
    rig.run_for(10_000)
    assert rig.client.request("status", page=1)["selftest"] == 1 << check
    assert alarm in active(rig)
    assert journal(rig, codes.EV_SELF_TEST)[-1].a == 1 << check
    with pytest.raises(RefusedError, match="NOT_FIT|NOT_PROGRAMMED"):
        rig.client.request("start")
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.load(bolus_rx(500, 60_000))
    rig.client.request("ack", code=alarm)
    with pytest.raises(RefusedError, match="NOT_FIT|NOT_PROGRAMMED"):
        rig.client.request("start")
    rig.run_for(10_000)
    assert (rig.status()["state"], rig.steps()) == ("stopped", steps)


EAR = "from profiles.therapy_step import *\nPIN_BEEPER_SENSE = 12\n"


def with_ear() -> Rig:
    """A board with a microphone beside the piezo."""
    rig = Rig(EAR)
    rig.bench = Bench(0, Tolerances.none(), PlantFacts(pins=PinFacts(ear=12)))
    rig.bench.attach(rig.pico)
    rig.power_cut()
    rig.ack_all()
    return rig


def results(rig: Rig) -> tuple[int, int]:
    """Masks of what the self-test found wrong and of what it could not check."""
    page = rig.client.request("status", page=1)
    (last,) = journal(rig, codes.EV_SELF_TEST)[-1:]
    assert (last.a, last.b) == (page["selftest"], page["not_checked"])
    return page["selftest"], page["not_checked"]


@pytest.mark.req("SAF-1", "LIM-1")
def test_a_library_of_fluids_with_one_limit_altered_blocks_start() -> None:
    path = "picodose/therapy/fluids.py"
    text = (REPO_DEVICE_DIR / path).read_bytes()
    altered = text.replace(b"1000 60000", b"1000 90000", 1)
    assert altered != text
    active_py = {"profiles/active.py": b"from profiles.therapy_step import *\n"}
    rig = Rig()
    rig.pico.power_cut()
    rig.pico.flash.data[:] = prepared_image(REPO_DEVICE_DIR, {path: altered, **active_py})
    rig.boot()
    assert results(rig) == (1 << selftest.LIBRARY, 1 << selftest.BEEPER)
    rig.client.load(RX)
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")


@pytest.mark.req("ALM-5", "SAF-1")
def test_a_beeper_that_nobody_can_hear_is_not_checked_and_one_with_an_ear_passes() -> None:
    assert results(Rig()) == (0, 1 << selftest.BEEPER)
    assert results(with_ear()) == (0, 0)


@pytest.mark.req("ALM-5", "SAF-1")
@pytest.mark.parametrize("fault", ["dead", "cut wire", "always heard"])
def test_a_beeper_that_is_not_heard_or_for_ever_blocks_start(fault: str) -> None:
    rig = with_ear()
    rig.client.load(RX)
    if fault == "dead":
        rig.bench.beeper.dead = True
    elif fault == "cut wire":
        rig.pico.fault("stuck_pin", gpio=15, level=0)
    else:
        rig.pico.fault("stuck_pin", gpio=12, level=1)
    rig.power_cut()
    assert results(rig) == (1 << selftest.BEEPER, 0)
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")


@pytest.mark.req("SAF-1", "REC-1")
def test_an_unreadable_record_is_not_replaced_by_an_empty_one() -> None:
    rig = Rig()
    rig.start(const_rx(1_000_000))
    rig.run_for(60_000)
    reservation_flipped(rig)
    for _ in range(3):
        rig.power_cut()
        rig.run_for(20_000)
        assert codes.AL_MEMORY in active(rig), "an empty cap ring would allow the volume twice"
        failed = rig.client.request("status", page=1)["selftest"]
        assert failed == 1 << selftest.RESERVATION, "found anew at every boot"
        rig.client.request("ack", code=codes.AL_MEMORY)
        with pytest.raises(RefusedError, match="NOT_FIT"):
            rig.client.request("start")


@pytest.mark.req("SAF-1")
def test_one_damaged_slot_is_no_loss() -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(10_000)
    edit(rig, "data/reserve.a", flipped)
    rig.power_cut()
    assert (rig.client.request("status", page=1)["selftest"], rig.status()["state"]) == (
        0,
        "running",
    )


@pytest.mark.req("SAF-1")
def test_a_board_that_was_never_programmed_passes_after_any_number_of_power_cuts() -> None:
    rig = Rig()
    for _ in range(3):
        rig.power_cut()
        assert (active(rig), rig.status()["mode"]) == ([], "none")
    rig.start(RX)


@pytest.mark.req("SAF-1")
def test_the_watchdog_is_proved_once_at_each_power_on_and_at_no_other_reset() -> None:
    rig = Rig()
    assert rig.pico.boots == 2  # one of them bitten on purpose
    rig.power_cut()
    assert rig.pico.boots == 4
    rig.pico.reset("forced")
    rig.boot()
    assert rig.pico.boots == 5
    assert [entry.a for entry in journal(rig, codes.EV_BOOT)] == [0, 0, 2]


@pytest.mark.req("SAF-1")
def test_a_mark_without_a_timeout_is_a_fault_and_not_tried_again() -> None:
    rig = Rig()
    rig.pico.power_cut()
    rig.run_for(60)  # in the 100 ms that the watchdog is given
    rig.pico.reset("forced")
    boots = rig.pico.boots
    rig.boot()
    assert rig.pico.boots == boots + 1
    assert rig.client.request("status", page=1)["selftest"] == 1 << selftest.WATCHDOG


@pytest.mark.req("SAF-1")
def test_the_self_test_is_in_the_journal_before_the_driver_comes_on() -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(10_000)
    images: list[bytes] = []

    class AtEnable:
        def edge(self, _t_ns: int, level: int) -> None:
            if level == 0 and not images:
                images.append(bytes(rig.pico.flash.data))

    rig.pico.power_cut(100)
    rig.run_for(50)
    rig.pico.lines[6].listen(AtEnable())  # type: ignore[arg-type]
    rig.run_for(3_000)
    boot = max(entry.boot for entry in in_flash(images[0]))
    kinds = [entry.kind for entry in in_flash(images[0]) if entry.boot == boot]
    assert {codes.EV_SELF_TEST, codes.EV_BOOT, codes.EV_START} <= set(kinds)


@pytest.mark.req("SAF-1")
def test_a_stuck_service_button_is_a_fault_and_a_held_one_opens_maintenance() -> None:
    rig = Rig()
    rig.pico.lines[11].drive(0)
    rig.pico.power_cut()
    rig.run_for(15_000)
    rig.client.connect()
    assert rig.client.request("status", page=1)["selftest"] == 1 << selftest.BUTTONS
    rig.pico.power_cut()
    rig.run_for(4_000)
    rig.pico.lines[11].drive(None)
    rig.run_for(2_000)
    assert rig.pico.at_repl and b"maintenance" in rig.pico.console
