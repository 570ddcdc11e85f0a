"""One verdict of many checks (SAF-1)."""

from __future__ import annotations

import pytest

from picodose.safety import selftest


@pytest.mark.req("SAF-1")
def test_a_check_that_never_reported_has_failed() -> None:
    test = selftest.SelfTest()
    assert test.failed_mask() == (1 << selftest.LIBRARY + 1) - 1
    assert test.failed_mask() & selftest.STORED == selftest.STORED
    for check in range(selftest.LIBRARY + 1):
        test.report(check, True)
    test.report(selftest.BEEPER, None)
    assert (test.failed_mask(), test.unchecked_mask()) == (0, 1 << selftest.BEEPER)
    test.report(selftest.ADC, False)
    assert test.failed_mask() == 1 << selftest.ADC


class StuckBit(bytearray):
    """Memory with one bit that reads 1 for ever."""

    def __setitem__(self, at, value) -> None:  # type: ignore[no-untyped-def]
        super().__setitem__(at, value | 4 if at == 100 else value)


class Mirrored(bytearray):
    """Memory whose address line 7 is dead: cells 128 on are cells 0 on."""

    def __setitem__(self, at, value) -> None:  # type: ignore[no-untyped-def]
        super().__setitem__(at ^ 128, value)
        super().__setitem__(at, value)


@pytest.mark.req("SAF-1")
def test_good_memory_passes_and_a_stuck_bit_or_address_line_does_not() -> None:
    assert selftest.ram_holds(bytearray(256))
    assert not selftest.ram_holds(StuckBit(256))
    assert not selftest.ram_holds(Mirrored(256))


@pytest.mark.req("SAF-1")
def test_clock_and_buttons() -> None:
    assert selftest.clock_runs(10, 10_900) and not selftest.clock_runs(10, 13_000)
    assert not selftest.clock_runs(0, 0)
    assert selftest.buttons_free((False, False)) and not selftest.buttons_free((False, True))
