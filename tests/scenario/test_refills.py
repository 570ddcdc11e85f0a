"""The refill workflow on the pump: one write, a gap that must be explained, a history (RES-2)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx

ML = 1_000_000
WATER: dict[str, int | str] = {"fluid": "water", "conc_ug_ml": 0}


@pytest.fixture
def rig() -> Rig:
    """A pump that has given 1 mL of its 500 mL."""
    rig = Rig("bench_step")
    rig.start(const_rx(20 * ML))
    rig.run_for(180_000)
    rig.stop()
    return rig


def expected_nl(rig: Rig) -> int:
    """What the pump believes to be in its reservoir."""
    return int(rig.client.request("status", page=2)["reservoir_nl"])


def refusal(rig: Rig, cmd: str, **fields: int | str) -> int:
    """The code with which a request is refused."""
    with pytest.raises(RefusedError) as refused:
        rig.client.request(cmd, **fields)
    return int(refused.value.code)


@pytest.mark.req("RES-2")
def test_a_refill_starts_the_count_anew_and_stays_in_the_history(rig: Rig) -> None:
    left_nl = expected_nl(rig)
    reply = rig.client.request("refill", measured_nl=left_nl - 5, filled_nl=400 * ML, **WATER)
    assert (reply["expected_nl"], reply["gap_nl"], reply["blocked"]) == (left_nl, -5, 0)
    assert expected_nl(rig) == 400 * ML
    filled_at = rig.status()["granted_steps"]
    rig.client.request("start")
    rig.run_for(60_000)
    rig.power_cut()
    rig.stop()
    drawn_steps = rig.status()["granted_steps"] - filled_at
    assert drawn_steps > 20_000 and expected_nl(rig) == 400 * ML - drawn_steps * 25 // 2
    row = rig.client.request("refill_log", index=0)
    assert (row["count"], row["expected_nl"], row["measured_nl"]) == (1, left_nl, left_nl - 5)
    assert refusal(rig, "refill_log", index=1) == codes.RANGE


@pytest.mark.req("RES-2")
@pytest.mark.parametrize("gap_nl", [-100_001, 100_001])
def test_a_residue_that_is_not_expected_blocks_a_start_until_it_is_explained(
    rig: Rig, gap_nl: int
) -> None:
    measured_nl = expected_nl(rig) + gap_nl
    assert rig.client.request("refill", measured_nl=measured_nl, filled_nl=400 * ML, **WATER)[
        "blocked"
    ]
    assert refusal(rig, "start") == codes.NOT_FIT
    rig.power_cut()
    assert refusal(rig, "start") == codes.NOT_FIT
    rig.run_for(15_000)
    assert str(codes.AL_REFILL_MISMATCH) in rig.client.request("status", page=1)["active"]
    rig.client.request("explain")
    rig.ack_all()
    rig.client.request("start")
    assert rig.status()["state"] == "running"
    assert refusal(rig, "explain") == codes.NOTHING_TO_EXPLAIN


@pytest.mark.req("RES-2")
def test_a_refill_is_refused_while_running_while_staged_and_for_what_is_unknown(rig: Rig) -> None:
    fields = {"measured_nl": expected_nl(rig), "filled_nl": 500 * ML, **WATER}
    unknown: dict[int, dict[str, int | str]] = {
        codes.RANGE: {"filled_nl": 500 * ML + 1},
        codes.RX_FLUID: {"fluid": "wine"},
        codes.RX_CONC: {"conc_ug_ml": 5},
    }
    for code, other in unknown.items():
        assert refusal(rig, "refill", **{**fields, **other}) == code
    raw = const_rx(ML)
    rig.client.stage(raw)
    assert refusal(rig, "refill", **fields) == codes.STAGE_OPEN
    rig.stop()
    rig.client.request("start")
    assert refusal(rig, "refill", **fields) == codes.NOT_STOPPED
    assert rig.client.request("status", page=2)["reservoir_nl"] < 500 * ML


@pytest.mark.req("RES-2")
def test_another_fluid_in_the_reservoir_than_prescribed_is_not_pumped(rig: Rig) -> None:
    measured_nl = expected_nl(rig)
    rig.client.request(
        "refill", measured_nl=measured_nl, filled_nl=ML, fluid="saline", conc_ug_ml=9000
    )
    assert refusal(rig, "start") == codes.OTHER_FLUID
