"""The bare PIO bench as a fixture."""

from __future__ import annotations

import pytest

from tests.pio.pio_bench import Bench


@pytest.fixture
def bench() -> Bench:
    """Lazy time with closed forms, as everything but the comparison tests uses it."""
    return Bench()
