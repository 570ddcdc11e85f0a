"""The power fails at any flash operation: every stored item is the old or the new one (REC-1).

Each case boots a prepared flash, does one thing, and cuts the power at one operation of it, done
to 0, 50 or 100 %. The pins' own count is the judge of what the pump must at least account for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import pytest

from host_tools.link import PumpError, RefusedError
from picodose import codes
from picodose.record import reservation, slots
from shim.emulated.fork import in_fork
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx, day_rx
from tests.scenario.journal_view import active, in_flash, journal

OLD, NEW = const_rx(450_000), day_rx([[0, 600_000, 0, 0]], fallback_nl_h=600_000)
STEP_MS = 100  # 450 uL/h
RATIOS = (("uncalibrated", 25, 2), ("calibrated", 9 * 96_000, 9 * 8_000))  # nL, steps
BASE_STEPS = 600  # about what the prepared pump has delivered


class Base(NamedTuple):
    """A flash to begin with, and the edges that its pump had made."""

    flash: bytes
    steps: int
    digest: int


@lru_cache(maxsize=2)
def base(running: bool) -> Base:
    """A pump that was programmed, ran half a minute, and is running or stopped."""
    rig = Rig()
    rig.start(OLD)
    rig.run_for(BASE_STEPS * STEP_MS)
    digest = rig.status()["digest"]
    if not running:
        rig.stop()
    return Base(rig.pico.flash_image(), rig.steps(), digest)


def boot(running: bool, count_lines: bool = False) -> Rig:
    """That pump, booted anew and running or stopped as before; its lines of code may count."""
    rig = Rig()
    rig.pico.power_cut()
    rig.pico.strict.count_lines = count_lines
    rig.pico.flash.data[:] = base(running).flash
    rig.record = type(rig.record)()
    rig.record.attach(rig.pico.lines, {"STEP": 2})
    rig.boot()
    return rig


class Deed(NamedTuple):
    """What is done, whether the pump runs before it, states allowed afterwards."""

    running: bool
    do: Callable[[Rig], object]
    states: tuple[str, str]  # if the cut comes first, if it comes last
    before: Callable[[Rig], object] = lambda _: None  # after the boot, and not cut
    alarm: int = 0  # of its own, which may be there or not
    ends: bool = False  # the deed ends that alarm, else it raises it
    kept: Callable[[Rig, bool], object] = lambda _rig, _done: None  # its own items, after the boot


def commit(rig: Rig) -> None:
    rig.client.load(NEW)


def calibrate(rig: Rig) -> None:
    """The scale found that a step gives 4 % less than nominal."""
    points = [[rate_nl_h, 8_000, 96_000] for rate_nl_h in (10**7, 10**8, 6 * 10**8)]
    rig.client.calibrate(points * 3, 845_000_000, 1_000_000)


def reserve(rig: Rig) -> None:
    """The reservation of this boot runs out: the next is written while dosing."""
    left = rig.parts.accounts.reserved - rig.parts.ledger.granted
    rig.run_for(left * STEP_MS + 4_000)


def start(rig: Rig) -> None:
    rig.client.request("start")


def stop(rig: Rig) -> None:
    rig.client.stop()


def bolus(rig: Rig) -> None:
    rig.client.load(bolus_rx(5_000, 60_000))


def set_clock(rig: Rig) -> None:
    rig.client.request("clock", wall_s=820_540_800)


def flush(rig: Rig) -> None:
    """An ordinary entry, the hourly line, goes out after its minute."""
    monitor = next(part for part in rig.loop._parts if hasattr(part, "_hour_ms"))
    monitor._hour_ms = 0
    rig.run_for(75_000)


def watchdog_alarm(rig: Rig) -> None:
    """A reset by the watchdog, whose alarm is held until it is acknowledged."""
    rig.pico.reset("watchdog")
    rig.boot()
    assert active(rig) == [codes.AL_WATCHDOG]


def ack(rig: Rig) -> None:
    rig.client.request("ack", code=codes.AL_WATCHDOG)


def aged(rig: Rig) -> None:
    """The record says *replace soon*; a fresh battery was fitted while the power was off."""
    names = ("data/reserve.a", "data/reserve.b")
    rig.pico.power_cut()
    fs = FileSystem(NorFlash(rig.pico.flash.data))
    fs.mount()
    seq, payload, which = slots.choose(*(fs.read_bytes(name) for name in names))
    record = reservation.unpack(payload)
    record.battery_tier, record.soon_s = 1, 0
    fs.write_bytes(names[which], slots.pack(seq, record.pack()))
    rig.boot()
    assert rig.client.request("status", page=2)["battery_tier"] == 1
    assert active(rig) == [codes.AL_REPLACE_SOON]


def battery_new(rig: Rig) -> None:
    rig.client.request("battery")


FILLED_NL = 7_000_000


def left_nl(rig: Rig) -> int:
    return int(rig.client.request("status", page=2)["reservoir_nl"])


def refill(rig: Rig) -> None:
    measured_nl = left_nl(rig)
    rig.client.request(
        "refill", measured_nl=measured_nl, filled_nl=FILLED_NL, fluid="saline", conc_ug_ml=9000
    )


def one_fill(rig: Rig, done: bool) -> None:
    """Volume, fluid and history are all of the new fill, or all of the one before it."""
    try:
        row = rig.client.request("refill_log", index=0)
        assert (row["count"], row["filled_nl"]) == (1, FILLED_NL)
    except RefusedError:
        assert left_nl(rig) > FILLED_NL and not done
        rig.client.request("start")
    else:
        assert left_nl(rig) == FILLED_NL
        with pytest.raises(RefusedError, match="OTHER_FLUID"):
            rig.client.request("start")


def trip(rig: Rig) -> None:
    """The guard's bucket is empty; the trip is journaled and held."""
    boots = rig.pico.boots
    rig.parts.guard.tokens = -1_000
    rig.pico.until(lambda: rig.pico.lines[6].level() == 1, 10_000)
    rig.run_for(1_000)
    if rig.pico.boots > boots:
        raise LookupError("the power went first")


DEEDS = {
    "commit": Deed(False, commit, ("stopped", "stopped")),
    "commit while running": Deed(True, commit, ("running", "running")),
    "calibration": Deed(False, calibrate, ("stopped", "stopped")),
    "reservation": Deed(True, reserve, ("running", "running")),
    "start": Deed(False, start, ("stopped", "running")),
    "stop": Deed(True, stop, ("running", "stopped")),
    "bolus": Deed(True, bolus, ("running", "running")),
    "bolus from stopped": Deed(False, bolus, ("stopped", "stopped")),
    "clock": Deed(True, set_clock, ("running", "running")),
    "journal": Deed(True, flush, ("running", "running")),
    "ack": Deed(False, ack, ("stopped", "stopped"), watchdog_alarm, codes.AL_WATCHDOG, ends=True),
    "battery new": Deed(
        False, battery_new, ("stopped", "stopped"), aged, codes.AL_REPLACE_SOON, ends=True
    ),
    "refill": Deed(False, refill, ("stopped", "stopped"), kept=one_fill),
    "guard trip": Deed(True, trip, ("running", "stopped"), alarm=codes.AL_OVER_DELIVERY),
}


@lru_cache(maxsize=len(DEEDS))
def operations(name: str) -> int:
    """How many flash operations a deed takes."""
    deed = DEEDS[name]
    rig = boot(deed.running)
    deed.before(rig)
    before = rig.pico.flash.ops
    deed.do(rig)
    return rig.pico.flash.ops - before


@lru_cache(maxsize=1)
def ready(name: str) -> Rig:
    """The pump before its deed, to be touched in forks alone."""
    rig = boot(DEEDS[name].running)
    DEEDS[name].before(rig)
    return rig


def cut(name: str, operation: int, fraction: float) -> None:
    """Do it, cut there, boot, and judge; in a fork of the pump that is ready for it."""
    new_digest()  # once, not once a fork
    rig = ready(name)

    def arm() -> None:
        rig.pico.flash.cut_at_op = rig.pico.flash.ops + operation
        rig.pico.flash.cut_fraction = fraction

    in_fork(lambda: judge(rig, name, arm, (name, operation, fraction)))


def judge(rig: Rig, name: str, arm: Callable[[], None], where: tuple[object, ...]) -> None:
    """Arm the cut, do it, boot; every stored item must be the old or the new one. The pump is
    spent.
    """
    deed, prepared = DEEDS[name], base(DEEDS[name].running)
    entries = {entry.seq for entry in in_flash(rig.pico.flash_image())}
    boots = rig.pico.boots
    arm()
    done = True
    try:
        deed.do(rig)
    except (PumpError, LookupError, AttributeError):
        done = False
    rig.run_for(1_000)
    assert rig.pico.boots > boots, "the cut did not come"
    edges = prepared.steps + rig.steps()
    rig.boot()
    status = rig.status()
    assert [code for code in active(rig) if code != deed.alarm] in (
        [],
        [codes.AL_POWER_LOST],
        [codes.AL_POWER_LOST, codes.AL_CLOCK_LOST],
    ), where
    assert status["state"] in deed.states, where
    assert status["digest"] in (prepared.digest, new_digest()), where
    if status["digest"] != prepared.digest:
        assert deed.do is commit, where
    counts = (status["calibration"], rig.parts.plan.nl_num, rig.parts.plan.steps_den)
    assert counts in (RATIOS[done:] if deed.do is calibrate else RATIOS[:1]), where
    if codes.AL_OVER_DELIVERY in active(rig):
        assert status["state"] == "stopped", where
    if done:
        assert status["state"] == deed.states[1], where
        assert not deed.alarm or (deed.alarm in active(rig)) != deed.ends, where
    assert status["granted_steps"] >= edges, where
    deed.kept(rig, done)
    window = rig.parts.caps.windows[-1]
    assert window.total(rig.parts.clock._ms) >= edges, where
    readable = journal(rig)
    sequence = [entry.seq for entry in readable]
    assert sequence == sorted(set(sequence)), where
    assert entries <= set(sequence), ("an entry that was in flash is gone", where)
    assert readable[-1].boot == max(entry.boot for entry in readable)


@lru_cache(maxsize=1)
def new_digest() -> int:
    """The digest that the pump gives the new prescription."""
    rig = Rig()
    return int(rig.client.load(NEW)["digest"])


@pytest.mark.req("REC-1")
@pytest.mark.parametrize(
    "name",
    [
        "commit",
        pytest.param("calibration", marks=pytest.mark.req("DEL-4")),
        "reservation",
        pytest.param("refill", marks=pytest.mark.req("RES-2")),
    ],
)
def test_a_cut_half_way_through_any_operation_leaves_the_old_or_the_new(name: str) -> None:
    assert operations(name) >= 2
    for operation in range(operations(name)):
        cut(name, operation, 0.5)


@pytest.mark.slow
@pytest.mark.req("REC-1")
@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", list(DEEDS))
def test_a_cut_at_any_operation_of_any_deed_leaves_the_old_or_the_new(
    name: str, fraction: float
) -> None:
    for operation in range(operations(name)):
        cut(name, operation, fraction)


def first_boot_operations() -> int:
    """How many flash operations a new board's first boot takes."""
    count = Rig().pico.flash.ops
    assert count >= 4
    return count


def cut_first_boot(operation: int, fraction: float) -> None:
    """The power of a new board fails there; it comes up all the same and can be programmed."""
    rig = Rig.__new__(Rig)
    rig.__dict__.update(_unbooted(operation, fraction).__dict__)
    rig.run_for(4_000)
    rig.boot()
    where = (operation, fraction)
    assert (active(rig), rig.status()["state"]) == ([], "stopped"), where
    rig.start(OLD)


@pytest.mark.req("REC-1")
def test_a_cut_in_the_very_first_boot_leaves_a_board_that_still_comes_up() -> None:
    for operation in range(0, first_boot_operations(), 3):
        cut_first_boot(operation, 0.5)


@pytest.mark.slow
@pytest.mark.req("REC-1")
@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
def test_a_cut_at_any_operation_of_the_very_first_boot_leaves_a_board_that_still_comes_up(
    fraction: float,
) -> None:
    for operation in range(first_boot_operations()):
        cut_first_boot(operation, fraction)


def _unbooted(operation: int, fraction: float) -> Rig:
    """A new board whose power fails once, at this operation of its first boot."""

    class CutFirst(Rig):
        def boot(self, ms: float = 3000) -> None:
            self.pico.flash.cut_at_op = operation
            self.pico.flash.cut_fraction = fraction

    return CutFirst()
