"""The tables, tiers and tracing behind the Makefile."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.tidy.sources import ROOT, tracked
from tools import bench, tiers, trace
from tools.patches import Patch
from tools.table import table


def test_table_puts_numbers_right_and_text_left() -> None:
    assert table(("file", "bytes"), [("a", 7), ("bb", 12)]) == (
        "file  bytes\n----  -----\na         7\nbb       12"
    )


def test_every_tier_runs_even_when_one_fails(capsys: pytest.CaptureFixture[str]) -> None:
    bad = tiers.Tier("bad", ("-c", "print('2 failed'); raise SystemExit(1)"))
    good = tiers.Tier("good", ("-c", "print('5 passed')"))
    assert tiers.run_all([bad, good]) == 1
    said = capsys.readouterr().out
    assert "bad   FAILED" in said and "good  passed" in said and "5 passed" in said
    assert tiers.run_all([good]) == 0


def test_tracing_names_each_gap_and_each_unknown_id() -> None:
    tests = {"tests/a.py::t": ["LIM-2", "LIM-99"]}
    broken = [Patch(Path("x.patch"), ("LIM-2",), "x")]
    found = trace.rows(["LIM-2", "DEL-1", "ALM-1"], tests, broken)
    wrong = trace.gaps(found, ["LIM-2", "DEL-1", "ALM-1"], ["LIM-2", "DEL-1", "ALM-1"])
    assert [line.split(":")[0] for line in wrong] == ["LIM-99", "DEL-1", "DEL-1", "ALM-1"]


def test_tracing_does_not_take_a_longer_id_for_a_shorter_one(tmp_path: Path) -> None:
    for part in ("device", "shim", "host_tools"):
        (tmp_path / part).mkdir()
    (tmp_path / "device" / "a.py").write_text('"""LIM-12"""')
    (tmp_path / "shim" / "b.py").write_text('"""LIM-1, LIM-2."""')
    assert trace.code_naming(["LIM-1", "LIM-12"], tmp_path) == {
        "LIM-1": ["shim/b.py"],
        "LIM-12": ["device/a.py"],
    }


def test_benchmark_rows_show_figure_and_target() -> None:
    def bench_sample() -> bench.Figure:
        """Speed of nothing."""
        return bench.Figure(21_000, "s/s", 20_000)

    assert bench.run(bench_sample)[:3] == ("Speed of nothing.", "21,000 s/s", ">= 20,000")
    assert bench.Figure(26, "ms", at_most=30).aim() == "<= 30"
    assert bench.Figure(26, "ms").aim() == ""


def test_make_alone_prints_every_target_and_variable() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = "setup demo test test-all sim emu-demo check fmt lint types tidy upy bench size"
    for target in [*targets.split(), "trace", "sabotage", "flash", "repl", "clean"]:
        assert f"make {target} " in said, target
    for variable in ("PORT", "RX", "SPEED", "SEED"):
        assert f"  {variable} " in said, variable


def test_locks_pin_every_package_with_a_hash() -> None:
    locks = [
        name for name in tracked() if name.startswith("requirements/") and name.endswith(".txt")
    ]
    groups = {"run", "board", "cli", "console", "test", "lint", "stubs", "emu"}
    assert {Path(name).stem for name in locks} == groups
    for name in locks:
        lines = (ROOT / name).read_text().replace("\\\n", "").splitlines()
        pins = [line for line in lines if line and line[0] not in " #"]
        assert pins and all("==" in pin and "--hash=sha256:" in pin for pin in pins), name
