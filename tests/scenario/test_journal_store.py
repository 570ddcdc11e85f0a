"""The journal on the board's littlefs: a month of it, read while dosing (REC-2)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from picodose import codes
from shim.virtual_pico import REPO_DEVICE_DIR, VirtualPico
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import Entry, in_flash, journal

MONTH = """
from picodose.hal.storage import Storage
from picodose.record.journal import Ring

store = Storage()
events, faults = Ring(store, "e", 48), Ring(store, "f", 9)
for n in range({events}):
    events.add((1, 179, 0, n * 432_000, None, n, -n, n & 0xFFFF), n % 10 == 0, n)
events.flush()
for n in range({faults}):
    faults.add((1, 168, 3, n, None, n, 0, 0), True, n)
again = Ring(store, "e", 48)
again.recover()
print("next", again.next_seq, "read", len(again.read(0, 6)))
"""

# The sources of the whole pump would fill the flash; a board has a tenth of them, compiled.
NOT_NEEDED = ("__pycache__", "therapy", "link", "safety", "delivery", "profiles")


def month(folder: Path, events: int, faults: int) -> VirtualPico:
    """A board that only writes a journal, and has done so."""
    shutil.copytree(REPO_DEVICE_DIR, folder, ignore=shutil.ignore_patterns(*NOT_NEEDED))
    (folder / "main.py").write_text(MONTH.format(events=events, faults=faults))
    pico = VirtualPico(folder)
    pico.until(lambda: pico.at_repl, 3_600_000)
    assert b"Traceback" not in pico.console, pico.console[-500:]
    return pico


def whole(entries: list[Entry], last: int, count: int) -> bool:
    """The newest `count` entries are there, in order, each with what was written."""
    return [(e.seq, e.a) for e in entries][-count:] == [(n, n) for n in range(last - count, last)]


@pytest.mark.slow
@pytest.mark.req("REC-2")
def test_a_month_of_two_hundred_entries_a_day_and_a_thousand_faults_stay_readable(
    tmp_path: Path,
) -> None:
    pico = month(tmp_path / "device", 7_000, 1_300)
    assert whole(in_flash(pico.flash_image()), 7_000, 30 * 200)
    assert whole(in_flash(pico.flash_image(), prefix="f"), 1_300, 1_000)
    assert b"next 7000 read 6" in pico.console, "reading from 0 begins at the oldest entry"


@pytest.mark.req("REC-2")
def test_entries_come_back_with_sequence_and_checksum(tmp_path: Path) -> None:
    pico = month(tmp_path / "device", 300, 20)
    assert whole(in_flash(pico.flash_image()), 300, 300)
    assert whole(in_flash(pico.flash_image(), prefix="f"), 20, 20)


@pytest.mark.req("REC-2")
def test_the_journal_is_read_while_dosing_and_no_step_is_late() -> None:
    rig = Rig()
    rig.start(const_rx(1_000_000))
    rig.run_for(5_000)
    for _ in range(30):  # something to read
        rig.client.request("clock", wall_s=820_540_800)
    start_ns = rig.now_ns
    for _ in range(40):
        assert len(journal(rig, codes.EV_CLOCK_SET)) == 30
        rig.run_for(50)
    assert len(rig.rises(start_ns)) >= 40
    gaps_ns = [b - a for a, b in zip(rig.rises(start_ns), rig.rises(start_ns)[1:], strict=False)]
    assert max(gaps_ns) < 100_000_000  # 22 a second are 45 ms apart
    assert rig.status()["missed_nl"] == 0


@pytest.mark.req("REC-2")
def test_an_ordinary_entry_is_in_flash_within_a_minute_and_eight_do_not_wait() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.run_for(3_600_000 - rig.now_ns / 1e6 + 30_000)
    (hour,) = rig.parts.journal.events._pending  # the hourly line waits in RAM
    assert in_flash(rig.pico.flash_image(), codes.EV_HOUR) == []
    rig.run_for(60_000)
    assert len(in_flash(rig.pico.flash_image(), codes.EV_HOUR)) == 1
    assert rig.parts.journal.events._pending == []
    assert len(hour) == 32


@pytest.mark.req("REC-2")
def test_what_matters_is_in_flash_when_the_reply_comes() -> None:
    rig = Rig()
    rig.client.load(const_rx(24_000))
    assert in_flash(rig.pico.flash_image(), codes.EV_COMMIT)
    rig.client.request("start")
    assert in_flash(rig.pico.flash_image(), codes.EV_START)
    rig.client.request("clock", wall_s=820_540_800)
    assert in_flash(rig.pico.flash_image(), codes.EV_CLOCK_SET)[-1].wall_s == 820_540_800
    rig.stop()
    stop = in_flash(rig.pico.flash_image(), codes.EV_STOP)[-1]
    assert (stop.boot, stop.b) == (1, 0)


@pytest.mark.req("REC-2")
def test_a_journal_that_flash_refuses_is_an_alarm_and_does_not_fill_the_ram() -> None:
    rig = Rig()
    rig.start(const_rx(24_000))
    rig.pico.flash.fail_programs = True
    for number in range(40):
        rig.client.request("clock", wall_s=820_540_800 + number)
    rig.run_for(20_000)
    assert codes.AL_MEMORY in rig.parts.alarms.active()
    assert rig.status()["state"] == "stopped"
    assert len(rig.parts.journal.events._pending) <= 16
