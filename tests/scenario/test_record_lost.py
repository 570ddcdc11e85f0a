"""What flash has lost is told, nothing moves, and only a service command makes it anew (REC-4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from littlefs import lfs

from host_tools.link import PumpError, RefusedError
from picodose import codes
from picodose.safety import selftest
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import active, in_flash, journal

RX = const_rx(450_000)
SETTINGS = ("settings.a", "settings.b")
RECORD = ("reserve.a", "reserve.b")
JOURNAL = ("e00", "f00")
MARK = ("mark",)
DAY_CAP_NL = 25_000_000


def files(rig: Rig) -> dict[str, bytes]:
    """What the data folder holds."""
    fs = FileSystem(NorFlash(bytearray(rig.pico.flash.data)))
    fs.mount()
    return {name: fs.read_bytes(f"data/{name}") for name, folder, _ in fs.entries("data")
            if not folder}  # fmt: skip


def alter(rig: Rig, names: tuple[str, ...], change: Callable[[bytes], bytes | None]) -> None:
    """Change files of the data folder, None: remove; those that are not there stay so."""
    flash = NorFlash(bytearray(rig.pico.flash.data))
    fs = FileSystem(flash)
    fs.mount()
    for name, content in files(rig).items():
        if name in names:
            after = change(content)
            if after is None:
                fs.call(lfs.remove, f"data/{name}")
            else:
                fs.write_bytes(f"data/{name}", after)
    rig.pico.flash.data[:] = flash.data


def gone(_raw: bytes) -> None:
    return None


def half(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def cut_in_entry(raw: bytes) -> bytes:
    return raw[: len(raw) // 2 - 5]


def other(raw: bytes) -> bytes:
    return bytes(byte ^ 0x55 for byte in raw)


ALL = (*SETTINGS, *RECORD, *JOURNAL, *MARK)
LOSSES = {
    "settings gone": (SETTINGS, gone, 1 << selftest.SETTINGS),
    "settings cut short": (SETTINGS, half, 1 << selftest.SETTINGS),
    "settings unreadable": (SETTINGS, other, 1 << selftest.SETTINGS),
    "record gone": (RECORD, gone, 1 << selftest.RESERVATION),
    "record cut short": (RECORD, half, 1 << selftest.RESERVATION),
    "record unreadable": (RECORD, other, 1 << selftest.RESERVATION),
    "events gone": (("e00",), gone, 1 << selftest.JOURNAL),
    "journal cut short": (JOURNAL, half, 1 << selftest.JOURNAL),
    "journal cut in an entry": (JOURNAL, cut_in_entry, 1 << selftest.JOURNAL),
    "journal unreadable": (JOURNAL, other, 1 << selftest.JOURNAL),
    "mark gone": (MARK, gone, 1 << selftest.MARK),
    "mark cut short": (MARK, half, 1 << selftest.MARK),
    "all gone": (
        ALL, gone, 1 << selftest.SETTINGS | 1 << selftest.RESERVATION | 1 << selftest.MARK,
    ),
    "all but the mark gone": (
        ALL[:-1], gone, 1 << selftest.SETTINGS | 1 << selftest.RESERVATION,
    ),
}  # fmt: skip


def lost(name: str, running: bool = True) -> Rig:
    """A pump that ran, lost something while the power was off, and came up again."""
    names, change, _ = LOSSES[name]
    rig = Rig()
    rig.start(RX)
    rig.run_for(30_000)
    if not running:
        rig.stop()
    rig.pico.power_cut()
    alter(rig, names, change)
    rig.boot()
    return rig


@pytest.mark.req("REC-4")
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_told_and_nothing_moves_or_is_made_anew(name: str) -> None:
    names, _, mask = LOSSES[name]
    rig = lost(name)
    spoilt = {n: c for n, c in files(rig).items() if n in names and n not in JOURNAL}
    steps = rig.steps()
    rig.run_for(120_000)
    assert active(rig)[0] == codes.AL_MEMORY
    assert rig.client.request("status", page=1)["selftest"] == mask
    assert (rig.status()["state"], rig.steps()) == ("stopped", steps)
    with pytest.raises(RefusedError, match="NOT_FIT|NOT_PROGRAMMED"):
        rig.client.request("start")
    rig.power_cut()
    assert rig.client.request("status", page=1)["selftest"] == mask, "found anew at every boot"
    now = files(rig)
    assert {n: now[n] for n in names if n in now and n not in JOURNAL} == spoilt


@pytest.mark.req("REC-4")
def test_without_its_mark_a_file_system_is_not_written_at_all() -> None:
    rig = lost("all gone")
    image = rig.pico.flash_image()
    rig.run_for(7_200_000)
    with pytest.raises(RefusedError):
        rig.client.load(RX)
    assert rig.pico.flash_image() == image


@pytest.mark.req("REC-4")
def test_numbers_of_a_journal_that_lost_entries_are_not_used_twice() -> None:
    rig = lost("events gone")
    assert min(entry.seq for entry in in_flash(rig.pico.flash_image())) >= 128


@pytest.mark.req("REC-4")
@pytest.mark.parametrize("name", ["settings unreadable", "events gone", "mark gone", "all gone"])
def test_the_service_command_makes_anew_what_was_lost_and_only_that(name: str) -> None:
    mask = LOSSES[name][2]
    rig = lost(name)
    assert rig.client.request("service_reset")["anew"] == mask
    with pytest.raises(RefusedError, match="NOT_FIT|NOT_PROGRAMMED"):
        rig.client.request("start")
    rig.power_cut()
    rig.ack_all()
    assert (active(rig), rig.client.request("status", page=1)["selftest"]) == ([], 0)
    kept = not mask & (1 << selftest.SETTINGS | 1 << selftest.RESERVATION)
    assert rig.status()["mode"] == ("const" if kept else "none")
    assert [entry.a for entry in journal(rig, codes.EV_SERVICE_RESET)] == [mask]
    with pytest.raises(RefusedError, match="NOT_DAMAGED"):
        rig.client.request("service_reset")


@pytest.mark.req("REC-4", "LIM-2")
def test_a_day_that_no_record_tells_of_counts_as_full() -> None:
    rig = lost("record unreadable")
    rig.client.request("service_reset")
    rig.power_cut()
    rig.ack_all()
    with pytest.raises(RefusedError, match="CAP_ROOM"):
        rig.start(RX)
    rig.run_for(25 * 3_600_000)
    rig.client.request("start")
    begun_ns = rig.now_ns
    rig.run_for(60_000)
    assert rig.steps(begun_ns) > 500


@pytest.mark.slow
@pytest.mark.req("REC-4", "REC-1")
@pytest.mark.parametrize("name", ["all gone", "record gone", "settings cut short"])
def test_a_cut_in_the_service_command_leaves_it_to_be_repeated_or_done(name: str) -> None:
    whole = lost(name)
    before = whole.pico.flash.ops
    whole.client.request("service_reset")
    for operation in range(whole.pico.flash.ops - before):
        rig = lost(name)
        rig.pico.flash.cut_at_op = rig.pico.flash.ops + operation
        rig.pico.flash.cut_fraction = 0.5
        with pytest.raises((PumpError, LookupError)):
            rig.client.request("service_reset")
        rig.run_for(1_000)
        rig.boot()
        if rig.client.request("status", page=1)["selftest"]:
            rig.client.request("service_reset")
            rig.power_cut()
        rig.ack_all()
        assert rig.client.request("status", page=1)["selftest"] == 0, operation
        assert (active(rig), rig.status()["state"]) == ([], "stopped"), operation
