"""A reset anywhere between taking a patient's request and answering it, then the host repeats:
never a second bolus, never a lost lockout, never a bolus that nobody wrote down (THER-11).
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

import pytest

from picodose import codes
from shim.strict import Strict
from tests.scenario.delivery_rig import Rig, patient_rx
from tests.scenario.journal_view import journal

AMOUNT_NL, DURATION_MS, LOCKOUT_MS = 5_000, 20_000, 600_000
BASAL_NL_H = 24_000
ANSWERED_MS = 3_000
ALLOWED = {0, codes.LINK_DONE, codes.PATIENT_LOCKOUT}


class Asked(NamedTuple):
    """A running pump that was just sent a request, and the request's line."""

    rig: Rig
    line: bytes
    from_ns: int


def running(strict: Strict | None = None) -> Rig:
    """A pump at its basal rate that allows patient boluses."""
    rig = Rig(strict=strict)
    rig.start(patient_rx(BASAL_NL_H, [AMOUNT_NL, DURATION_MS, LOCKOUT_MS, 3]))
    rig.run_for(3_300)
    return rig


def ask(rig: Rig) -> Asked:
    """Send the request; its line may be sent again."""
    _row, line, _id = rig.client._encode("patient_bolus", {})
    asked = Asked(rig, line, rig.now_ns)
    rig.pico.send(line)
    rig.run_for(ANSWERED_MS)
    return asked


def code_of(rig: Rig, line: bytes) -> int:
    """Send this line; the code of the refusal, 0 for "done"."""
    rig.pico.receive()
    rig.pico.send(line)
    rig.run_for(ANSWERED_MS)
    answers = [text for text in rig.pico.receive().decode().splitlines() if text[:1] == "{"]
    reply: dict[str, Any] = json.loads(answers[-1].rsplit(" ", 1)[0])
    return 0 if reply["ok"] else int(reply["code"])


def judge(asked: Asked, where: object) -> None:
    """After the reset: boot, repeat, and look at the pin and the journal."""
    rig = asked.rig
    rig.boot()
    code = code_of(rig, asked.line)
    assert code in ALLOWED, where
    rig.run_for(DURATION_MS + 10_000)
    hours = (rig.now_ns - asked.from_ns) / 3.6e12
    extra_nl = rig.steps(asked.from_ns) * 12.5 - BASAL_NL_H * hours
    assert extra_nl <= AMOUNT_NL + 50, where
    if not code:
        assert extra_nl >= AMOUNT_NL - 150, "what was done is done whole, but for the restart"
    begun = [entry.c for entry in journal(rig, codes.EV_BOLUS_BEGIN)]
    over = [entry.c for entry in journal(rig, codes.EV_BOLUS_END, codes.EV_BOLUS_CUT)]
    assert set(begun) <= set(over) and len(set(over)) == len(over), where
    assert len(over) == 1, where
    assert code_of(rig, rig.client._encode("patient_bolus", {})[1]) == codes.PATIENT_LOCKOUT, where


@lru_cache(maxsize=1)
def operations() -> int:
    """Flash operations between taking the request and answering it."""
    rig = running()
    before = rig.pico.flash.ops
    ask(rig)
    return rig.pico.flash.ops - before


def reset_at_operation(operation: int, kind: str) -> None:
    """Half of this flash operation is done; then the power fails, or the chip is reset."""
    rig = running()
    flash, usual = rig.pico.flash, rig.pico.flash.on_stall
    if kind == "power":
        flash.cut_at_op, flash.cut_fraction = flash.ops + operation, 0.5
    else:
        left = [operation]

        def reset_there(span_ns: int) -> None:
            usual(span_ns // 2)
            left[0] -= 1
            if left[0] == -1:
                rig.pico.reset(kind)

        flash.on_stall = reset_there
    boots = rig.pico.boots
    asked = ask(rig)
    flash.on_stall = usual
    assert rig.pico.boots > boots, operation
    judge(asked, (operation, kind))


@pytest.mark.req("THER-11")
def test_a_power_cut_half_way_through_the_record_gives_no_second_bolus() -> None:
    assert operations() >= 3
    reset_at_operation(1, "power")


@pytest.mark.slow
@pytest.mark.req("THER-11")
@pytest.mark.parametrize("kind", ["power", "watchdog"])
def test_a_reset_at_any_flash_operation_gives_no_second_bolus(kind: str) -> None:
    for operation in range(operations()):
        reset_at_operation(operation, kind)


@lru_cache(maxsize=1)
def lines() -> tuple[int, int]:
    """Numbers of the first and the last line of device code on the way to the answer."""
    strict = Strict(count_lines=True)
    rig = running(strict)
    first = strict.lines
    ask(rig)
    return first, strict.lines


def reset_at_line(line: int, kind: str) -> None:
    """The power fails, or the chip is reset, before this line of device code runs."""
    strict = Strict(count_lines=True)
    rig = running(strict)
    if kind != "power":
        rig.pico.power_cut = lambda *_: rig.pico.reset(kind)  # type: ignore[method-assign]
    strict.cut_at_line = line
    boots = rig.pico.boots
    asked = ask(rig)
    assert rig.pico.boots > boots, line
    strict.cut_at_line = None
    judge(asked, (line, kind))


@pytest.mark.req("THER-11")
def test_a_reset_before_a_line_in_the_middle_gives_no_second_bolus() -> None:
    first, last = lines()
    assert last - first > 500
    reset_at_line((first + last) // 2, "watchdog")


@pytest.mark.slow
@pytest.mark.req("THER-11")
@pytest.mark.parametrize("kind", ["power", "watchdog"])
def test_a_reset_before_any_line_of_the_way_gives_no_second_bolus(kind: str, seed: int) -> None:
    first, last = lines()
    stride = (last - first) // 12
    for line in range(first + 1 + seed % stride, last, stride):
        reset_at_line(line, kind)
