"""What the tests of the deck share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.deck_bench import CONST, Bench


@pytest.fixture(scope="module")
def pump() -> Iterator[Bench]:
    """A pump with a program; each test starts it."""
    pump = Bench(prepared=True)
    pump.program(CONST.format(8))
    yield pump
    pump.deck.close()
