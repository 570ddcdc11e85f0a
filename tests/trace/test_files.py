"""VCD and CSV: read back what was written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from vcd.reader import TokenKind, tokenize

from shim.trace import Recorder
from shim.trace.csv_view import write_dose_log, write_edges
from shim.trace.day import Day, Series
from shim.trace.track import Track
from shim.trace.vcd import write_vcd

US = 1_000


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    recorder.tracks["STEP"] = Track()
    recorder.tracks["ENABLE"] = Track(first_level=1)
    recorder.tracks["ENABLE"].edge(100 * US, 0)
    recorder.tracks["STEP"].train(2_000 * US, 1_000 * US, 5 * US, 10)
    recorder.sample("battery_mv", 0, 5000.0)
    recorder.sample("battery_mv", 4_500 * US, 4990.5)
    return recorder


def read_vcd(path: Path) -> tuple[str, list[tuple[int, str, Any]]]:
    """(timescale text, [(time, name, value)]) of a VCD file."""
    names: dict[str, str] = {}
    changes: list[tuple[int, str, Any]] = []
    now, scale = 0, ""
    with path.open("rb") as file:
        for token in tokenize(file):
            if token.kind is TokenKind.TIMESCALE:
                scale = f"{int(token.timescale.magnitude)} {token.timescale.unit.value}"
            elif token.kind is TokenKind.VAR:
                names[token.var.id_code] = token.var.reference
            elif token.kind is TokenKind.CHANGE_TIME:
                now = token.time_change
            elif token.kind is TokenKind.CHANGE_SCALAR:
                changes.append(
                    (now, names[token.scalar_change.id_code], token.scalar_change.value)
                )
            elif token.kind is TokenKind.CHANGE_REAL:
                changes.append((now, names[token.real_change.id_code], token.real_change.value))
    return scale, changes


def test_a_window_of_the_run_reads_back_edge_by_edge(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "pins.vcd"
    count = write_vcd(
        recorder, path, 3_500 * US, 5_500 * US, lines=["STEP", "ENABLE"], series=["battery_mv"]
    )
    scale, changes = read_vcd(path)
    assert scale == "1 us"
    assert sorted(changes[:3]) == [(0, "ENABLE", "0"), (0, "STEP", "0"), (0, "battery_mv", 5000.0)]
    assert changes[3:] == [
        (500, "STEP", "1"), (505, "STEP", "0"), (1000, "battery_mv", 4990.5),
        (1500, "STEP", "1"), (1505, "STEP", "0"),
    ]  # fmt: skip
    assert count == 5


def test_nanoseconds_are_kept_when_asked_for(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "pins.vcd"
    write_vcd(recorder, path, 0, 200 * US, unit="1 ns")
    scale, changes = read_vcd(path)
    assert scale == "1 ns"
    assert (100_000, "ENABLE", "0") in changes


def test_the_same_run_gives_the_same_vcd_bytes(recorder: Recorder, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_vcd(recorder, tmp_path / name, 0, 20_000 * US)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_unknown_unit_or_line_is_refused(recorder: Recorder, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_vcd(recorder, tmp_path / "x.vcd", 0, 1, unit="1 s")
    with pytest.raises(KeyError):
        write_vcd(recorder, tmp_path / "x.vcd", 0, 1, lines=["LED"])


def test_edges_of_all_lines_come_in_time_order(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "edges.csv"
    assert write_edges(recorder, path, 0, 3_001 * US) == 4
    rows = list(csv.reader(path.read_text().splitlines()))
    assert rows[0] == ["t_ns", "line", "level"]
    assert rows[1] == ["100000", "ENABLE", "0"]
    assert rows[4] == ["3000000", "STEP", "1"]


def test_the_dose_log_has_a_row_a_minute_and_the_last_instant(day: Day, tmp_path: Path) -> None:
    path = tmp_path / "dose_log.csv"
    assert write_dose_log(day, path) == 24 * 60 + 1
    rows = list(csv.DictReader(path.read_text().splitlines()))
    at_seven = rows[7 * 60]
    assert at_seven["clock"] == "07:00:00"
    assert at_seven["programmed_nl"] == "56000.0"  # 7 h at 8 uL/h
    assert at_seven["dispensed_nl"] == "56224.0"
    assert at_seven["difference_nl"] == "224.0"
    assert rows[18 * 60 + 15]["alarms"].count("+") == 3
    assert rows[-1]["rate_nl_h"] == "8000"


def test_a_series_holds_its_last_value() -> None:
    series = Series([10, 20], [1.0, 2.0])
    assert [series.at(t) for t in (0, 10, 19.9, 20, 99)] == [1.0, 1.0, 1.0, 2.0, 2.0]
    assert Series.from_points([(5_000_000_000, 7.0)], t0_ns=2_000_000_000) == Series([3.0], [7.0])
    with pytest.raises(ValueError, match="2 times but 1"):
        Series([1, 2], [1.0])
