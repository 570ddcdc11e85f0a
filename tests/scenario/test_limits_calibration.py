"""A calibration that changes after a litre: what was counted stays, nothing is made up (LIM-4)."""

from __future__ import annotations

import pytest

from picodose.record import reservation, settings
from picodose.record.slots import choose, pack
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from tests.scenario.delivery_rig import (
    STEP_NL_DEN,
    STEP_NL_NUM,
    WIDE,
    Rig,
    S,
    board,
    const_rx,
)
from tests.scenario.test_limits_stalls import assert_no_catch_up

LITRE_STEPS = 80_000_000  # of 12.5 nL
SLOTS = ("data/reserve.a", "data/reserve.b")
SETTINGS = ("data/settings.a", "data/settings.b")
COUNTS = ("granted_steps", "commanded_steps", "confirmed_steps")
RATES = (("from profiles.therapy_step import *\n", 1_000_000), (WIDE, 60_000_000))


def mounted(image: bytes) -> tuple[FileSystem, NorFlash]:
    """The file system of a copy of this flash, and that copy."""
    flash = NorFlash(bytearray(image))
    fs = FileSystem(flash)
    fs.mount()
    return fs, flash


def after_a_litre(image: bytes) -> bytes:
    """That flash, whose record has counted a litre more; the reservoir was filled there."""
    fs, flash = mounted(image)
    seq, payload, which = choose(*(fs.read_bytes(name) for name in SLOTS))
    record = reservation.unpack(payload)
    for name in ("granted", "confirmed", "reserved"):
        setattr(record, name, getattr(record, name) + LITRE_STEPS)
    fs.write_bytes(SLOTS[which], pack(seq, record.pack()))
    seq, payload, which = choose(*(fs.read_bytes(name) for name in SETTINGS))
    stored = settings.unpack(payload)
    stored.fill.at_steps = record.granted
    fs.write_bytes(SETTINGS[which], pack(seq, stored.pack()))
    return bytes(flash.data)


def reserved(image: bytes) -> int:
    """The steps that the record of this flash has reserved."""
    fs, _flash = mounted(image)
    _, payload, _ = choose(*(fs.read_bytes(name) for name in SLOTS))
    return reservation.unpack(payload).reserved


def calibrated(profile: str, nl_num: int, steps_den: int) -> str:
    """The profile with another volume of a step."""
    return f"{profile}NL_NUM, STEPS_DEN = {nl_num}, {steps_den}\n"


def reprogrammed(image: bytes, profile: str) -> bytes:
    """The program with this profile, and the data of that flash."""
    (old, _), (new, flash) = mounted(image), mounted(board(profile).flash_image())
    new.make_folder("data")
    for name, _folder, _size in old.entries("data"):
        new.write_bytes(f"data/{name}", old.read_bytes(f"data/{name}"))
    return bytes(flash.data)


def cut_to(rig: Rig, image: bytes) -> None:
    """Cut the power; this is in flash when it comes back."""
    rig.pico.power_cut()
    rig.pico.flash.data[:] = image
    rig.boot()


@pytest.mark.req("LIM-4")
@pytest.mark.parametrize("percent", [pytest.param(-5, marks=pytest.mark.slow), 5])
@pytest.mark.parametrize(("profile", "rate_nl_h"), RATES, ids=["therapy", "bench"])
def test_a_calibration_changed_after_a_litre_makes_up_nothing(
    profile: str, rate_nl_h: int, percent: int
) -> None:
    rig = Rig(profile)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(10_000)
    cut_to(rig, after_a_litre(rig.pico.flash_image()))
    assert rig.status()["state"] == "running"
    rig.run_for(60_000)
    assert rig.status()["confirmed_steps"] > LITRE_STEPS

    nl_num, steps_den = STEP_NL_NUM * (100 + percent), STEP_NL_DEN * 100
    old, cut_ns = rig.pico.flash_image(), rig.now_ns
    cut_to(rig, reprogrammed(old, calibrated(profile, nl_num, steps_den)))
    assert (rig.status()["state"], rig.steps(cut_ns) > 0) == ("running", True)
    first_ns = rig.rises(cut_ns)[0]
    for _ in range(12):
        rig.run_for(5_300)
        status = rig.status()
        # A count is made of steps: those of the old calibration, and each edge since.
        ahead = [status[key] - reserved(old) - rig.steps(cut_ns) for key in COUNTS]
        assert ahead[0] >= ahead[1] >= ahead[2]
        per_s = rate_nl_h * steps_den / nl_num / 3600
        # Told once a segment of 2 s, a burst in hand not yet; granted two segments ahead.
        assert -3 * per_s - 2 <= ahead[2] and ahead[0] <= 4 * per_s + 2
    rises = rig.rises(cut_ns)
    assert_no_catch_up(rises, per_s, status["tick_ms"])
    minute = sum(first_ns <= t_ns < first_ns + 60 * S for t_ns in rises)
    assert abs(minute - 60 * per_s) <= 1
    rig.stop()
    status = rig.status()
    assert {status[key] for key in COUNTS} == {reserved(old) + rig.steps(cut_ns)}
