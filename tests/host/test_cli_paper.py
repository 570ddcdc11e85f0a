"""Report, card and trumpet as a person types them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host.cli_desk import ROOT, Terminal, in_folder

DAY = "host_tools/examples/day_night.toml"


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of these tests' own."""
    path = tmp_path_factory.mktemp("paper")
    for patch in in_folder(path):
        patch.chdir(ROOT)
        yield path


@pytest.fixture(scope="module")
def pump() -> Terminal:
    """A virtual pump that has run for two hours."""
    pump = Terminal("sim:paper")
    pump.do(f"program {DAY} --override first --yes", "start", 'sim wait "125 min"')
    return pump


def test_a_report_is_written_of_the_log_and_the_status_of_now(
    pump: Terminal, folder: Path
) -> None:
    told = pump.json(f"report --out {folder}/far/report.html")
    page = Path(told["file"]).read_text()
    assert told["told"] == [] and "In 2 journaled hours 16.0 µL" in page and "running" in page
    assert "In 2 of these hours the pump did not know the time" in page
    assert "first" in page and "<script" not in page
    serial = pump.json("status")["serial"]
    missing = Terminal("")(f"report --kept {serial} --out {folder}/none.html")
    assert missing.exit == 8 and "no pump" in missing.err  # a simulated pump has its own record
    pump.do(f"report --kept {serial} --out {folder}/kept.html")
    assert "running" in (folder / "kept.html").read_text()
    refused = pump(f"report --out {folder}/far/report.html/x.html")
    assert refused.exit == 8 and "cannot be written" in refused.err


@pytest.mark.req("REC-6")
def test_a_card_is_drawn_of_the_status_of_now(pump: Terminal, folder: Path) -> None:
    told = pump.json(f'card --contact "Robin" --out {folder}/card.svg')
    status = pump.json("status")
    assert told["card"]["Serial"] == status["serial"] and "Contact: Robin" in told["text"]
    assert "<svg" in (folder / "card.svg").read_text()
    assert pump(f"card --out {folder}/card.doc").exit == 2
    assert pump(f"card --contact {'x' * 81} --out {folder}/card.svg").exit == 2


def test_a_trumpet_comes_from_a_log_or_from_a_simulation(pump: Terminal, folder: Path) -> None:
    log = folder / "scale.csv"
    rows = [f"{minute},{minute * 1.01:.3f}" for minute in range(121)]
    log.write_text("\n".join(["time_min,volume_ul", *rows]))
    told = pump.json(f'trumpet --rate "60 uL/h" --scale {log} --out {folder}/a.png')
    assert told["mean_percent"] == pytest.approx(1) and told["period_min"] == [60, 120]
    assert [one["minutes"] for one in told["windows"]] == [2, 5, 11, 19, 31]
    told = pump.json(f'trumpet --rate "400 uL/h" --for "6 min" --out {folder}/b.svg')
    assert told["source"] == "a simulated pump" and told["period_min"] == [3, 6]
    assert (folder / "a.png").stat().st_size > 9000 and (folder / "b.svg").is_file()


def test_a_log_that_cannot_be_used_says_where(pump: Terminal, folder: Path) -> None:
    log = folder / "bad.csv"
    log.write_text("time_s,mass_mg\n0,0\n5,heavy\n")
    typed = pump(f'trumpet --rate "60 uL/h" --scale {log}')
    assert typed.exit == 8 and "line 3: a value is no number" in typed.err
    assert pump(f'trumpet --rate "60 uL/h" --scale {folder}/none.csv').exit == 8
    assert pump('trumpet --rate "60 mg/h"').exit == 2


def test_a_log_may_begin_anew_beside_the_old_one(pump: Terminal) -> None:
    pump.do("log")
    known = pump.json("log")
    assert known["new"] == 0 and known["all"] > 3
    again = pump.json("log --new-volume")
    assert again["new"] == again["all"] >= known["all"]
