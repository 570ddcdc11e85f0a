"""Out of service: nothing that was ordered is left in flash, wherever a cut comes (THER-12)."""

from __future__ import annotations

from functools import lru_cache

import pytest

from host_tools.link import PumpError, RefusedError
from picodose import codes
from picodose.record.journal import unpack_entry
from tests.scenario.delivery_rig import Rig, const_rx, day_rx
from tests.scenario.journal_view import active, in_flash, journal
from tests.willing import WillingClient

FIRST, SECOND = (
    const_rx(123_457),
    day_rx([[0, 133_331, 0, 0], [77, 141_113, 2_003, 61_001]], 7_919),
)
TRACES = (b"123457", b"133331", b"141113", b"[77,", b"61001", b"7919", b'"mode":"day","fluid"')
NAME = "therapy-step"
WIPED_MS = 120_000


@lru_cache(maxsize=1)
def lived_in() -> bytes:
    """The flash of a stopped pump that had two prescriptions and journaled its life."""
    rig = Rig()
    rig.start(FIRST)
    rig.run_for(20_000)
    rig.client.load(SECOND)
    rig.run_for(20_000)
    rig.stop()
    rig.run_for(1_000)
    return rig.pico.flash_image()


def pump() -> Rig:
    """That pump, booted anew."""
    rig = Rig()
    rig.pico.power_cut()
    rig.pico.flash.data[:] = lived_in()
    rig.boot()
    return rig


def traces(rig: Rig) -> list[bytes]:
    """What the raw flash still tells of the therapy; the program itself has none of it."""
    image = rig.pico.flash_image()
    return [trace for trace in TRACES if trace in image]


def refusal(rig: Rig, command: str, **values: int | str) -> RefusedError:
    """How a request is refused."""
    with pytest.raises(RefusedError) as refused:
        rig.client.request(command, **values)
    return refused.value


def assert_gone(rig: Rig, granted: int) -> None:
    """Only status, log and commission are answered; the record is there, the therapy is not."""
    status = rig.client.status()
    assert (status["state"], status["mode"], status["digest"]) == ("decommissioned", "none", 0)
    assert status["granted_steps"] == granted and active(rig) == []
    assert traces(rig) == []
    for command, values in (
        ("start", {}),
        ("bolus", {"amount_nl": 500, "duration_ms": 60_000}),
        ("stage_begin", {"kind": "rx", "length": 2, "crc": "00000000"}),
        ("commit", {"digest": 0, "override": ""}),
        ("clock", {"wall_s": 850_000_000}),
        ("score", {"score": 1, "text": ""}),
        ("decommission", {"name": NAME}),
    ):
        assert refusal(rig, command, **values).code == codes.DECOMMISSIONED, command
    kinds = [entry.kind for entry in journal(rig)]
    assert codes.EV_COMMIT in kinds and codes.EV_START in kinds


@pytest.mark.req("THER-12")
def test_the_flash_of_a_pump_in_service_tells_its_prescriptions() -> None:
    """Guards the test below against looking for what was never there."""
    rig = pump()
    assert traces(rig) == list(TRACES)


@pytest.mark.req("THER-12")
def test_it_takes_a_stopped_pump_and_its_name() -> None:
    rig = pump()
    wrong = refusal(rig, "decommission", name="picodose")
    assert (wrong.code, wrong.limit) == (codes.WRONG_NAME, NAME)
    rig.client.request("start")
    assert refusal(rig, "decommission", name=NAME).code == codes.NOT_STOPPED
    assert refusal(rig, "commission", name=NAME).code == codes.NOT_STOPPED
    assert rig.status()["state"] == "running"


@pytest.mark.req("THER-12")
def test_nothing_of_the_therapy_is_left_in_the_raw_flash_and_the_record_is() -> None:
    rig = pump()
    granted = rig.status()["granted_steps"]
    assert granted > 50
    before = journal(rig)
    events, faults = rig.client.decommission(NAME)
    assert [unpack_entry(raw) for raw in events] == before and faults == []
    rig.run_for(WIPED_MS)
    assert_gone(rig, granted)
    assert journal(rig)[: len(before)] == before
    assert refusal(rig, "commission", name=NAME).code == codes.NOT_STOPPED
    rig.power_cut()
    assert_gone(rig, granted)
    entries = len(journal(rig))
    assert refusal(rig, "commission", name="other").code == codes.WRONG_NAME
    rig.client.request("commission", name=NAME)
    assert rig.client.stage(FIRST)["needs"] == "first", "what ran before is forgotten"
    rig.start(FIRST)
    rig.run_for(60_000)
    assert rig.status()["granted_steps"] > granted and len(journal(rig)) > entries
    rig.power_cut()
    assert rig.status()["state"] == "running"


@lru_cache(maxsize=1)
def operations() -> int:
    """How many flash operations the whole of it takes."""
    rig = pump()
    before = rig.pico.flash.ops
    rig.client.request("decommission", name=NAME)
    rig.run_for(WIPED_MS)
    return rig.pico.flash.ops - before


def cut(operation: int, fraction: float) -> None:
    """Cut there, boot: the old pump, or one that completes what was begun."""
    rig = pump()
    granted = rig.status()["granted_steps"]
    boots, known = rig.pico.boots, len(in_flash(rig.pico.flash_image(), codes.EV_COMMIT))
    rig.pico.flash.cut_at_op = rig.pico.flash.ops + operation
    rig.pico.flash.cut_fraction = fraction
    answered = True
    try:
        rig.client.request("decommission", name=NAME)
    except PumpError:
        answered = False
    rig.run_for(WIPED_MS)
    where = (operation, fraction)
    assert rig.pico.boots > boots, ("the cut did not come", where)
    rig.boot()
    rig.run_for(WIPED_MS)
    if rig.status()["state"] == "stopped":
        assert not answered and operation < 4, where
        assert rig.status()["mode"] == "day" and active(rig) in ([], [codes.AL_POWER_LOST]), where
    else:
        assert_gone(rig, granted)
        assert len(in_flash(rig.pico.flash_image(), codes.EV_COMMIT)) == known, where


@pytest.mark.req("THER-12", "REC-1")
@pytest.mark.parametrize("operation", [0, 5, 400])
def test_a_cut_in_the_middle_is_completed_at_the_next_boot(operation: int) -> None:
    cut(operation, 0.5)


@pytest.mark.slow
@pytest.mark.req("THER-12", "REC-1")
@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
def test_a_cut_at_any_operation_is_completed_at_the_next_boot(fraction: float) -> None:
    """Every one at the beginning and at the end, and one in some hundred of the zeros between."""
    total = operations()
    assert total > 6 * 100, "most of it is overwriting what the program leaves free"
    middle = list(range(24, total - 12, total // 9))
    for operation in [*range(24), *middle, *range(total - 12, total)]:
        cut(operation, fraction)


@pytest.mark.req("THER-12")
def test_a_host_sees_the_same_after_a_new_connection() -> None:
    rig = pump()
    rig.client.request("decommission", name=NAME)
    rig.run_for(3_000)
    second = WillingClient(rig.client.transport)
    assert second.connect()["name"] == "picodose"
    assert second.request("status", page=0)["state"] == "decommissioned"
