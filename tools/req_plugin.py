"""pytest plugin: pick tests by the requirement they prove, and tell which failure was a real one.

Loaded with `-p tools.req_plugin` by `make trace` and `make sabotage`; plain runs do without it.
What a search of `make sabotage` needs of Hypothesis is here, for a tree without our conftest too.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# `make sabotage` wants to know that a test notices, not by what smallest example.
settings.register_profile(
    "noticed",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)

# A patch whose effect is that code no longer loads proves nothing about the tests.
_NOT_A_KILL = (ImportError, SyntaxError, NameError)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options: what to run, where to write what was found."""
    parser.addoption("--req", help="run only tests that carry this requirement id")
    parser.addoption("--req-list", help="write node id -> requirement ids of all tests (JSON)")
    parser.addoption("--req-kill", help="stop at the first real failure and write it (JSON)")


def requirements_of(item: pytest.Item) -> list[str]:
    """Ids of every `req` mark of a test, its class and its module."""
    return sorted({str(name) for mark in item.iter_markers("req") for name in mark.args})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Write the list of marks; leave out what was not asked for; fast tests first."""
    if listing := config.getoption("--req-list"):
        found = {item.nodeid: requirements_of(item) for item in items}
        Path(str(listing)).write_text(json.dumps(found))
    if wanted := config.getoption("--req"):
        left_out = [item for item in items if wanted not in requirements_of(item)]
        items[:] = [item for item in items if wanted in requirements_of(item)]
        items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
        config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the first failure of a test's own body that is not broken loading."""
    report = yield
    file = item.config.getoption("--req-kill")
    if file and call.when == "call" and report.failed and call.excinfo:
        if not call.excinfo.errisinstance(_NOT_A_KILL):
            found = {"test": item.nodeid, "by": call.excinfo.typename}
            Path(str(file)).write_text(json.dumps(found))
            item.session.shouldstop = "a test noticed"
    return report
