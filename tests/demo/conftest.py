"""One short day, lived once for all tests that only look at it."""

from __future__ import annotations

import pytest

from host_tools.demo.evidence import Evidence
from host_tools.demo.figures import Figures, figures_of
from tests.demo.short_days import live_short


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The short day of the example plan: a bolus, a power cut, every alarm."""
    return live_short("day_night")


@pytest.fixture(scope="session")
def figures(evidence: Evidence) -> Figures:
    """What the table says about it."""
    return figures_of(evidence)
