"""From weighed water to the volume of a step: staged, committed, and used from then on (DEL-4)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from host_tools.link import RefusedError
from picodose import codes
from picodose.record import settings
from picodose.record.slots import choose, pack
from picodose.therapy import calibration
from picodose.therapy.prescription import encode
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.plant import Bench, Tolerances
from shim.plant.facts import PlantFacts, TubeFacts
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx
from tests.scenario.journal_view import active, journal

DATE_S = 845_000_000
WATER_UG_ML = 998_200
RATES = (60_000_000, 200_000_000, 600_000_000)
MASS = encode(
    {"v": 2, "mode": "const", "fluid": "demo-baclofen", "conc_ug_ml": 500, "rate_nl_h": 24_000}
)
SLOTS = ("data/settings.a", "data/settings.b")


def points(nl_per_1000_steps: int) -> list[list[int]]:
    """Nine weighings of a pump whose thousand steps give this volume."""
    ug = nl_per_1000_steps * WATER_UG_ML * 8 // 1_000_000
    return [[rate, 8_000, ug] for rate in RATES for _ in range(3)]


def told(rig: Rig) -> set[str]:
    """What the pages of the status say of the calibration."""
    return {rig.client.request("status", page=page)["calibration"] for page in range(3)}


def refusal(rig: Rig, raw: bytes, kind: str = "calibration") -> int:
    """The code with which staging is refused."""
    with pytest.raises(RefusedError) as refused:
        rig.client.stage(raw, kind)
    return int(refused.value.code)


def raw_of(weighed: list[list[int]]) -> bytes:
    """The payload of such weighings."""
    head = {"pump": "therapy-step", "wall_s": DATE_S, "density_ug_ml": WATER_UG_ML}
    return calibration.encode({**head, "points": weighed})


@pytest.fixture
def rig() -> Rig:
    """A pump that has just come up."""
    return Rig()


@pytest.mark.req("DEL-4")
def test_an_uncalibrated_pump_says_so_on_every_page_and_refuses_mass(rig: Rig) -> None:
    assert told(rig) == {"uncalibrated"}
    assert refusal(rig, MASS, "rx") == codes.RX_MASS
    assert rig.status()["mode"] == "none"
    rig.start(const_rx(24_000))
    assert (rig.status()["state"], told(rig)) == ("running", {"uncalibrated"})


@pytest.mark.req("DEL-4")
def test_the_nominal_value_is_accepted_by_name_alone_and_outlives_a_power_cut(rig: Rig) -> None:
    nominal = {"pump": "therapy-step", "wall_s": 0, "density_ug_ml": 0, "points": []}
    summary = rig.client.stage(calibration.encode(nominal), "calibration")
    assert (summary["new_nl"], summary["new_steps"], summary["needs"]) == (25, 2, "nominal")
    with pytest.raises(RefusedError, match="OVERRIDE"):
        rig.client.commit(summary["digest"])
    assert told(rig) == {"uncalibrated"}
    rig.client.commit(summary["digest"], "nominal")
    (entry,) = journal(rig, codes.EV_CALIBRATED)
    assert (entry.a, entry.b, entry.c) == (25, 2, 0)
    rig.power_cut()
    assert told(rig) == {"nominal"}
    summary = rig.client.stage(MASS)
    rig.client.commit(summary["digest"], summary["needs"])
    rig.power_cut()
    assert (rig.status()["mode"], active(rig)) == ("const", [])


def dose(rig: Rig) -> tuple[int, float]:
    """Edges and dispensed microlitres of the same order: 100 uL in 12 s."""
    begun_ns, before_nl = rig.now_ns, rig.bench.now.dispensed_fl
    rig.client.load(bolus_rx(100_000, 600_000))
    rig.run_for(620_000)
    return rig.steps(begun_ns), (rig.bench.now.dispensed_fl - before_nl) / 1e9


@pytest.mark.req("DEL-4")
def test_weighed_water_makes_the_next_dose_right() -> None:
    """The tube gives 11 % less than its maker says; the scale under its tip finds that out."""
    facts = replace(PlantFacts(), tube=TubeFacts(nominal_nl=35_600))
    rig = Rig(bench=Bench(3, Tolerances(), facts))
    steps, given_ul = dose(rig)
    assert steps == 8_000 and given_ul == pytest.approx(89, rel=0.05)
    true_nl = given_ul * 1_000 / steps
    weighed = []
    for rate_nl_h in RATES:
        for _ in range(3):
            before_mg = rig.bench.scale_mg()
            run = rig.client.request("calibrate_run", amount_nl=200_000, rate_nl_h=rate_nl_h)
            rig.run_for(20_000)
            weighed_ug = round((rig.bench.scale_mg() - before_mg) * 1_000)
            weighed.append([rate_nl_h, run["steps"], weighed_ug])
    summary = rig.client.calibrate(weighed, DATE_S, WATER_UG_ML)
    assert (summary["old_nl"], summary["old_steps"]) == (25, 2)
    assert summary["new_nl"] / summary["new_steps"] == pytest.approx(true_nl, rel=0.002)
    assert (summary["speeds"], summary["repeats"], summary["needs"]) == (3, 3, "")
    assert 0 < summary["worst_ppm"] < 5_000
    (entry,) = journal(rig, codes.EV_CALIBRATED)
    assert (entry.a, entry.b, entry.c) == (summary["new_nl"], summary["new_steps"], 9)
    for again in (False, True):
        if again:
            rig.power_cut()
        assert told(rig) == {"calibrated"}
        steps, given_ul = dose(rig)
        assert steps == 100_000 * summary["new_steps"] // summary["new_nl"] > 8_600
        assert given_ul == pytest.approx(100, rel=0.003)


@pytest.mark.req("DEL-4")
def test_raw_points_fit_and_date_stand_in_flash(rig: Rig) -> None:
    summary = rig.client.calibrate(points(12_000), DATE_S, WATER_UG_ML)
    stored, _ = from_flash(rig)
    assert stored.cal_raw == raw_of(points(12_000))
    assert (stored.nl_num, stored.steps_den) == (summary["new_nl"], summary["new_steps"])
    assert stored.calibrated_s == DATE_S


@pytest.mark.req("DEL-4", "LIM-2")
def test_what_was_counted_keeps_its_volume(rig: Rig) -> None:
    rig.start(const_rx(1_000_000))
    rig.run_for(600_000)
    rig.stop()
    keys = ("delivered_nl", "reservoir_nl", "mode", "digest", "confirmed_steps")

    def counted() -> list[Any]:
        status = rig.client.status()
        return [status[key] for key in keys]

    def booked_nl() -> list[float]:
        plan, windows = rig.parts.plan, rig.parts.caps.windows
        return [window._sum * plan.nl_num / plan.steps_den for window in windows]

    before, booked = counted(), booked_nl()
    assert booked[0] > 160_000
    summary = rig.client.calibrate(points(11_000), DATE_S, WATER_UG_ML)
    for again in (False, True):
        if again:
            rig.power_cut()
        after = counted()
        assert [abs(a - b) <= 1 for a, b in zip(after[:2], before[:2], strict=True)] == [True] * 2
        assert after[2:] == before[2:]
        # whole steps, rounded up in each bucket: never less, and one a bucket more at most
        assert all(0 <= a - b <= 60 * 12 for a, b in zip(booked_nl(), booked, strict=True))
    caps = [window.cap_steps for window in rig.parts.caps.windows]
    new_nl, new_steps = summary["new_nl"], summary["new_steps"]
    assert caps == [cap_nl * new_steps // new_nl for cap_nl in (1_500_000, 25_000_000)]
    rig.client.calibrate(points(13_000), DATE_S, WATER_UG_ML)
    assert abs(counted()[0] - before[0]) <= 2


@pytest.mark.req("DEL-4", "LIM-6")
def test_the_guards_bucket_is_as_large_in_volume_as_before(rig: Rig) -> None:
    rig.client.calibrate(points(10_800), DATE_S, WATER_UG_ML)
    rig.start(const_rx(1_000_000))
    rig.parts.guard.tokens = 300  # 26 steps/s go out; the nominal 23 would not last
    rig.run_for(300_000)
    assert (rig.status()["state"], active(rig)) == ("running", [])
    rig.stop()
    reply = rig.client.request("calibrate_run", amount_nl=1_000_000, rate_nl_h=600_000_000)
    assert reply["steps"] > 88_000
    rig.run_for(12_000)
    assert (rig.status()["state"], active(rig)) == ("stopped", [])


@pytest.mark.req("DEL-4")
def test_only_a_stopped_pump_is_calibrated_and_what_is_refused_changes_nothing(rig: Rig) -> None:
    good, bad = raw_of(points(12_000)), raw_of(points(12_000)[:-1])
    assert refusal(rig, bad) == codes.RX_CALIBRATION
    assert refusal(rig, good, "other") == codes.LINK_FIELD
    summary = rig.client.stage(const_rx(24_000))
    rig.client.stage(good, "calibration")
    with pytest.raises(RefusedError, match="STAGED_OTHER"):
        rig.client.commit(summary["digest"], summary["needs"])
    rig.start(const_rx(24_000))
    assert refusal(rig, good) == codes.NOT_STOPPED
    rig.stop()
    summary = rig.client.stage(good, "calibration")
    rig.client.request("start")
    with pytest.raises(RefusedError, match="NOT_STOPPED"):
        rig.client.commit(summary["digest"])
    rig.stop()
    with pytest.raises(RefusedError, match="NOT_STAGED"):
        rig.client.commit(summary["digest"])
    rig.client.load(bolus_rx(5_000, 60_000))
    assert refusal(rig, good) in (codes.BUSY_BOLUS, codes.NOT_STOPPED)
    assert (told(rig), rig.parts.plan.nl_num) == ({"uncalibrated"}, 25)


@pytest.mark.req("DEL-4", "ALM-4")
def test_an_old_calibration_is_told_and_a_new_one_ends_that(rig: Rig) -> None:
    rig.client.calibrate(points(12_000), DATE_S, WATER_UG_ML)
    rig.client.request("clock", wall_s=DATE_S + 365 * 86_400 - 60)
    rig.run_for(30_000)
    assert active(rig) == []
    rig.run_for(60_000)
    assert active(rig) == [codes.AL_CALIBRATION_DUE]
    rig.client.calibrate(points(12_000), DATE_S + 365 * 86_400, WATER_UG_ML)
    rig.run_for(20_000)
    assert active(rig) == []


def from_flash(rig: Rig) -> tuple[settings.Settings, FileSystem]:
    """The settings that flash holds, and its file system."""
    fs = FileSystem(NorFlash(rig.pico.flash.data))
    fs.mount()
    _, payload, _ = choose(*(fs.read_bytes(name) for name in SLOTS))
    return settings.unpack(payload), fs


@pytest.mark.req("DEL-4", "REC-4")
@pytest.mark.parametrize("what", ["ratio", "points", "torn"])
def test_a_calibration_that_does_not_fit_its_weighings_is_a_memory_fault(
    rig: Rig, what: str
) -> None:
    rig.client.calibrate(points(12_000), DATE_S, WATER_UG_ML)
    rig.start(const_rx(24_000))
    rig.pico.power_cut()
    stored, fs = from_flash(rig)
    if what == "ratio":
        stored.nl_num += 1
    if what == "points":
        fields = json.loads(stored.cal_raw)
        fields["points"][0][2] += 9
        stored.cal_raw = calibration.encode(fields)
    for name in SLOTS:
        fs.write_bytes(name, pack(9, stored.pack())[: 300 if what == "torn" else None])
    steps = rig.steps()
    rig.boot()
    assert active(rig)[0] == codes.AL_MEMORY
    with pytest.raises(RefusedError, match="NOT_FIT|NOT_PROGRAMMED"):
        rig.client.request("start")
    assert (rig.status()["state"], rig.steps()) == ("stopped", steps)
