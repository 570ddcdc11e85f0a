"""Every command of the command line once in its good case, on virtual pumps."""

from __future__ import annotations

import ast
import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.alarms import ALARMS
from host_tools.cli import helps, problems, remedies
from host_tools.faults import FAULTS
from picodose import codes
from tests.host.cli_desk import ROOT, Terminal, check_line, in_folder

DAY = "host_tools/examples/day_night.toml"
TRIAL = "host_tools/examples/trial.toml"


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing of this file's tests touches the host's own folders."""
    path = tmp_path_factory.mktemp("cli")
    for patch in in_folder(path):
        patch.chdir(ROOT)
        yield path


@pytest.fixture(scope="module")
def pump() -> Terminal:
    """A virtual pump that nobody has touched but these tests, each of which leaves it stopped."""
    pump = Terminal("sim:commands")
    pump.do('sim new --at "2026-11-23 08:00"', "clock --set")
    return pump


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Let a person type these lines when asked."""
    stdin = io.StringIO("".join(f"{line}\n" for line in lines))
    monkeypatch.setattr(stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", stdin)


def test_every_command_has_a_help_with_an_example_that_can_be_typed() -> None:
    names = []
    for _, name, function in helps.functions():
        names.append(name)
        check_line(helps.example(function))
        check_line(f"picodose {name} --help")
    wanted = """ports status program start stop bolus cancel prime refill bridge calibrate battery
        alarms sound-test pause-audio ack clock log monitor enroll keys maintenance flash doctor
        decommission"""
    assert set(wanted.split()) <= set(names)


def test_every_remedy_can_be_typed() -> None:
    for line in remedies.REFUSALS.values():
        check_line(line.format(again="picodose start", argument="plan.toml"))
    for file in (ROOT / "host_tools/cli").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "next_line":
                if isinstance(node.value, ast.Constant):
                    check_line(str(node.value.value))
    with pytest.raises(AssertionError):
        check_line("make coffee")


def test_exit_codes_are_told_apart_and_stand_in_the_readme() -> None:
    numbers = [code for code, _ in problems.FAMILIES.values()]
    assert sorted(set(numbers)) == numbers == list(range(11))


def test_the_clock_is_the_story_s_own_and_is_set_only_by_the_command() -> None:
    pump = Terminal("sim:clock")
    pump.do('sim new --at "2026-11-23 08:00"')
    assert pump.json("clock")["offset_s"] is None
    assert pump.json("clock --set")["offset_s"] == 0
    assert "2026-11-23 08:00" in pump("clock").out


@pytest.mark.req("ALM-1", "ALM-5")
def test_alarms_are_listed_with_their_words_and_acknowledged(pump: Terminal) -> None:
    pump.do(f"program {DAY} --override first --yes", "start", 'sim cut "2 s"')
    found = [one["code"] for one in pump.json("alarms")["alarms"]]
    assert codes.AL_CLOCK_LOST in found
    assert ALARMS[codes.AL_CLOCK_LOST].words[:30] in pump("alarms").out.replace("\n", " ")
    assert 0 < pump.json('pause-audio "2 min"')["paused_s"] <= 120
    assert pump.json("sound-test")["error"]["name"] == "ALARM_ACTIVE"
    assert set(pump.json("ack")["acknowledged"]) == set(found)
    pump.do("clock --set")
    assert pump.json("alarms")["alarms"] == []
    pump.do("sound-test", "alarms --all", "stop")


def test_an_alarm_that_does_not_exist_is_a_mistake_of_the_command_line(pump: Terminal) -> None:
    assert pump("ack coffee").exit == 2
    assert pump('pause-audio "11 min"').exit == 2


def test_prime_stays_on_the_line_until_the_tube_is_full(
    pump: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pump('prime "400 uL"').exit == 2  # nobody there to say that the end is over a cup
    typing(monkeypatch, "no")
    assert pump('prime "400 uL"').exit == 9
    typing(monkeypatch, "yes")
    before = pump.json("sim scale")["dispensed_nl"]
    assert pump('prime "400 uL"').exit == 0
    assert 380_000 < pump.json("sim scale")["dispensed_nl"] - before < 420_000
    assert pump.json("status")["state"] == "stopped"


def test_a_refill_with_a_strange_residue_is_explained_before_a_start(pump: Terminal) -> None:
    pump.do('sim pour "18 mL"')
    told = pump.json('refill --measured "10 mL" --filled "18 mL"')
    assert (told["filled_nl"], told["blocked"]) == (18_000_000, 1)
    assert pump.json("start")["error"]["code"] in (codes.NOT_EXPLAINED, codes.NOT_FIT)
    pump.do('refill --explain "it was spilt"', "ack")
    assert pump.json("start")["state"] == "running"
    pump.do("stop")
    assert pump.json('refill --measured "17.9 mL" --filled "18 mL"')["blocked"] == 0
    assert pump('refill --measured "1 mL"').exit == 2


def test_bridge_and_battery_tell_what_the_pump_tells(pump: Terminal) -> None:
    assert pump.json("bridge")["bridge_nl"] == 0
    assert pump.json("battery")["tier"] == "good"
    assert pump.json("battery --new")["battery_mv"] > 6000


def test_the_log_is_read_once_shown_followed_and_written(pump: Terminal, folder: Path) -> None:
    first = pump.json("log --last 3")
    assert (first["new"] > 0, first["gaps"], len(first["entries"])) == (True, 0, 3)
    assert pump.json("log")["new"] == 0
    assert len(pump.json('log --last 0 --for "2 s"')["entries"]) == 0
    written, lines = folder / "log.csv", folder / "log.jsonl"
    pump.do(f"log --csv {written} --jsonl {lines}")
    rows = list(csv.DictReader(written.read_text().splitlines()))
    assert len(rows) == first["all"] == len(lines.read_text().splitlines())
    assert json.loads(lines.read_text().splitlines()[0])["words"] == rows[0]["words"]
    typed = pump(f"log --csv {folder}/no/such/log.csv")
    assert typed.exit == 8


def test_monitor_shows_the_status_until_its_time_is_over(pump: Terminal) -> None:
    before = pump.json("status")["uptime_ms"]
    told = pump.json('monitor --for "5 s"')
    assert 4_000 <= told["uptime_ms"] - before <= 6_000


def test_a_trial_is_scored_reported_and_made_permanent() -> None:
    pump = Terminal("sim:trial")
    pump.do('sim new --at "2026-11-23 08:00"', "clock --set", "calibrate --nominal --yes")
    assert pump(f"trial start {DAY} --yes").exit == 2  # it would never end
    assert "mass per 24 h" in pump(f"trial start {TRIAL} --override first --yes").out
    assert pump.json("bolus --patient")["bolus_nl"] == 5_000
    pump.do('trial score 7 "walks without a break"', 'sim wait "1 h"', "trial score 3")
    told = pump.json("trial report")
    assert [(one["score"], one["text"]) for one in told["scores"]] == [
        (7, "walks without a break"),
        (3, ""),
    ]
    assert 6 * 86400 < told["trial_left_s"] < 7 * 86400
    pump.do("trial convert --override convert --yes")
    assert pump.json("status")["trial_left_s"] == -1
    assert pump.json("trial convert --yes")["error"]["family"] == "usage"


@pytest.mark.req("DEL-4")
def test_a_calibration_is_kept_and_the_next_dose_changes_by_it(folder: Path) -> None:
    pump = Terminal("sim:scale")
    asked_nl, before = 100_000, dispensed(pump)
    told = pump.json('calibrate --yes --amount "100 uL"')
    assert len(told["points"]) == 9 and abs(told["change_percent"]) > 1
    assert pump.json("status")["calibration"] == "calibrated"
    after = dispensed(pump)
    assert abs(after - asked_nl) < abs(before - asked_nl) / 10
    assert abs(after - asked_nl) < asked_nl / 200


def dispensed(pump: Terminal) -> float:
    """What a bolus of 100 uL really gives, nL."""
    before: float = pump.json("sim scale")["dispensed_nl"]
    pump.do('bolus "100 uL" --over "10 min"', 'sim wait "11 min"')
    after: float = pump.json("sim scale")["dispensed_nl"]
    return after - before


def test_weights_are_typed_and_a_calibration_that_was_broken_off_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pump = Terminal("sim:typed")
    typing(monkeypatch, "10.0", "heavy", "10.1")
    typed = pump('calibrate --typed --yes --amount "100 uL"')
    assert (typed.exit, "keeps its old calibration" in typed.err) == (9, True)
    grams = [f"{n / 10:.1f}" for n in range(1, 10)]
    lines = [line for pair in zip(grams, grams[1:], strict=False) for line in pair]
    typing(monkeypatch, *lines)  # one weighing is there, eight are left
    assert pump('calibrate --typed --yes --resume --amount "100 uL"').exit == 0


def test_weighings_that_contradict_each_other_are_not_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pump = Terminal("sim:typed")
    lines = ["0.0", "0.1"] * 8 + ["0.0", "0.2"]
    typing(monkeypatch, *lines)
    typed = pump('calibrate --typed --yes --amount "100 uL"')
    assert (typed.exit, "make no calibration" in typed.err) == (5, True)


def test_a_key_is_enrolled_while_service_is_held_and_then_needed(folder: Path) -> None:
    pump = Terminal("sim:keys")
    pump.do(f"program {DAY} --override first --yes")
    assert pump("enroll").exit == 7
    pump.do('sim press service "30 s"')
    assert pump.json("enroll --role clinician")["role"] == "clinician"
    assert [one["mine"] for one in pump.json("keys")["keys"]] == [True]
    assert pump.json("start")["state"] == "running"
    (folder / "keys.sim.keys").rename(folder / "away.keys")
    typed = pump("start")
    assert (typed.exit, "from power-on for 3 s" in typed.err) == (7, True)
    assert pump("stop").exit == 0  # STOP needs no key
    assert pump("enroll --role king").exit == 2


def test_maintenance_opens_the_prompt_and_every_command_says_so() -> None:
    pump = Terminal("sim:prompt")
    pump.do("maintenance --yes", 'sim wait "5 s"')
    typed = pump("status")
    assert (typed.exit, "prompt" in typed.err) == (10, True)
    pump.do('sim cut "1 s"', "status")


@pytest.mark.req("THER-12")
def test_decommission_reads_the_record_first_and_forgets_the_key(folder: Path) -> None:
    pump = Terminal("sim:end")
    pump.do(f"program {DAY} --override first --yes")
    assert pump("decommission another").exit == 5
    told = pump.json("decommission therapy-step")
    assert told["events"] + told["faults"] == pump.json("log")["all"] - 1 >= 4
    assert pump.json("status")["state"] == "decommissioned"
    assert pump("start").exit == 5
    pump.do('sim cut "1 s"', "decommission therapy-step --commission")
    assert pump.json("status")["mode"] == "none"


def test_a_flat_battery_gets_fresh_cells_with_the_power_off() -> None:
    pump = Terminal("sim:cells")
    pump.do("sim fault battery", 'sim wait "1 h"')
    assert pump.json("battery")["tier"] == "end of service"
    typed = pump("sim fault battery --off")
    assert "Next: picodose battery --new" in typed.out
    pump.do("battery --new", 'sim wait "1 min"')
    assert pump.json("battery")["tier"] == "good"
    assert pump.json("status")["boot"] == 2


def test_faults_of_the_bench_are_made_and_mended(pump: Terminal) -> None:
    for fault in set(FAULTS) - {"battery"}:
        pump.do(f"sim fault {fault}", f"sim fault {fault} --off")
    assert pump("sim fault earthquake").exit == 2
    pump.do('sim press patient "300 ms"')
    assert pump("sim press doorbell").exit == 2
    assert pump("sim wait 1s --port /dev/ttyACM0").exit == 2
