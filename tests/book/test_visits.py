"""The record beside the log, its older versions, and the ways out of it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from host_tools.book import IN_MEMORY, Book, pull, visits
from host_tools.book.entries import entry_of
from host_tools.book.export import COLUMNS, write_csv, write_jsonl
from host_tools.book.visits import Calibration, Refill, TrialStep
from host_tools.link import SimTransport
from host_tools.pumps import profiles_by_name
from host_tools.report import report_html
from host_tools.sim_server import virtual_pump
from picodose import codes
from picodose.record.journal import pack_entry
from tests.book.log_maker import HELLO, WALL_S, hours
from tests.willing import WillingClient

OLDER = Path(__file__).resolve().parent / "version_1.sql"


def test_a_record_of_the_first_version_keeps_all_it_has_and_learns_the_rest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as db:
        db.executescript(OLDER.read_text())
    db.close()
    with Book(path) as book:
        (pump,) = book.pumps()
        assert [e.a for e in book.entries(pump, 0)] == [100, 101, 102]
        assert len(book.entries(pump, 1)) == 1
        assert book.db.execute("SELECT world, build FROM sessions").fetchall() == [("sim:", "")]
        assert visits.refills(book, pump) == []
        visits.keep_refills(book, pump, [Refill(1, 2, 3, 4)])
    with Book(path) as again, Book() as new:
        tables = "SELECT sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
        assert again.db.execute(tables).fetchall() == new.db.execute(tables).fetchall()


def test_what_a_visit_leaves_is_kept_once() -> None:
    calibration = Calibration(WALL_S, 997_108, ((60_000_000, 16_000, 199_422),), 25, 2, 310)
    rows = [Refill(WALL_S, 5, 6, 7), Refill(WALL_S + 9, 1, 2, 3)]
    step = TrialStep(WALL_S, "score", "4 of 10")
    with Book() as book:
        pump = book.meet(HELLO, "sim:", WALL_S)
        assert (visits.keep_refills(book, pump, rows), visits.keep_refills(book, pump, rows)) == (
            2,
            0,
        )
        for _ in range(2):
            visits.keep_calibration(book, pump, calibration)
            visits.keep_trial(book, pump, step)
            visits.keep_reading(book, pump, {"battery_mv": 6000}, WALL_S)
        assert visits.refills(book, pump) == rows
        assert visits.calibrations(book, pump) == [calibration]
        assert visits.trials(book, pump) == [step]
        assert visits.readings(book, pump) == [(WALL_S, {"battery_mv": 6000})]
        with pytest.raises(ValueError, match="none of"):
            visits.keep_trial(book, pump, TrialStep(WALL_S, "sing", ""))


@pytest.mark.req("RES-2")
def test_what_explains_a_residue_is_kept_once_and_told() -> None:
    with Book(IN_MEMORY) as book:
        pump = book.meet(HELLO, "bench", 0)
        for why in ("primed by hand", "primed by hand", "a drop beside the cup"):
            visits.keep_explanation(book, pump, 7, why)
        assert len(visits.explanations(book, pump)) == 2
        page = report_html(book, pump)
        assert "primed by hand" in page and "a drop beside the cup" in page


def test_refills_come_with_the_log() -> None:
    world = virtual_pump()
    world.run_for(3000)
    client = WillingClient(SimTransport(world))
    hello = client.connect()
    client.request("clock", wall_s=WALL_S)
    with Book() as book:
        pump = book.meet(hello, "sim:", WALL_S)
        pull(book, pump, client)
        assert visits.refills(book, pump) == []
        for filled_nl in (18_000_000, 17_000_000):
            client.request("refill", measured_nl=20_000_000, filled_nl=filled_nl,
                           fluid="water", conc_ug_ml=0)  # fmt: skip
        for _ in range(2):
            pull(book, pump, client)
        kept = visits.refills(book, pump)
        assert [(r.measured_nl, r.filled_nl) for r in kept] == [
            (20_000_000, 18_000_000), (20_000_000, 17_000_000),
        ]  # fmt: skip
        assert 0 <= kept[0].date_s - WALL_S < 60


def test_both_exports_tell_every_entry() -> None:
    with Book() as book:
        pump = book.meet(HELLO, "sim:", WALL_S)
        book.add(pump, 0, hours(range(3)))
        table, lines = io.StringIO(newline=""), io.StringIO()
        write_csv(book.entries(pump), table)
        write_jsonl(book.entries(pump), lines)
    rows = list(csv.DictReader(io.StringIO(table.getvalue())))
    objects = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert tuple(rows[0]) == COLUMNS == tuple(objects[0])
    assert [row["words"] for row in rows] == [one["words"] for one in objects]
    assert rows[1]["time"] == "2026-11-14 20:33:20" and objects[2]["a"] == 102


@pytest.mark.req("REC-2")
def test_every_event_of_the_firmware_is_told_in_words() -> None:
    kinds = {name: value for name, value in vars(codes).items() if name.startswith("EV_")}
    for seq, (name, kind) in enumerate(sorted(kinds.items())):
        for a, b, c in ((0, 0, 0), (codes.AL_EMPTY, 2, 0xFFFF), (-1, -(2**31), 1)):
            words = entry_of("events", pack_entry(seq, 1, kind, 0, 0, None, a, b, c)).words()
            assert words and name not in words, name
    unknown = entry_of("events", pack_entry(0, 1, 255, 0, 0, None, 1, 2, 3))
    assert unknown.words() == "event 255: 1, 2, 3"


@pytest.mark.parametrize(("kind", "numbers", "words"), [
    (codes.EV_STOP, (0, codes.AL_EMPTY, 0), "stopped by alarm empty"),
    (codes.EV_STOP, (9, 0, 0), "stopped"),
    (codes.EV_COMMIT, (-1, 480, 3), "ffffffff stored, 0.48 µL a day, overridden: first, change"),
    (codes.EV_BOLUS_BEGIN, (4000, 600, 2 << 4 | 3), "bolus 2 of 4 µL over 0.6 s begins, "
     "asked for by the button"),
    (codes.EV_MISSED, (7, codes.AL_CAP_REACHED, 0), "0.007 µL missed, cap reached"),
    (codes.EV_KEY_SET, (1, 2, 0), "key 1 of a clinician"),
    (codes.EV_KEY_SET, (1, 0, 0), "key 1 removed"),
    (codes.EV_BOOT, (1, 8, 0), "switched on or reset (watchdog), boot 8"),
    (codes.EV_DECOMMISSION, (0, 0, 0), "taken out of service"),
])  # fmt: skip
def test_words_tell_what_the_numbers_mean(
    kind: int, numbers: tuple[int, int, int], words: str
) -> None:
    entry = entry_of("events", pack_entry(0, 1, kind, 0, 0, None, *numbers))
    assert entry.words().endswith(words)


def test_every_profile_is_found_by_its_name() -> None:
    assert set(profiles_by_name()) == {
        "therapy-step", "bench-step", "fixed-step", "sensed-step", "uln2003", "dc",
    }  # fmt: skip
