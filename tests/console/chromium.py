"""A console as a person starts it, and a Chromium (Debian's) that looks at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.conftest import ROOT

PICTURES = ROOT / "out" / "console"
WIDE, NARROW = (1280, 900), (390, 844)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_SLOW_MS = 20_000
"""How long a state of the page may take where two cores are busy; no test waits for it to pass."""


def chromium() -> str:
    """Its path; where it is missing the test fails, because nothing else looks at the page."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("no Chromium on this machine: sudo apt-get install chromium", pytrace=False)
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium with a fresh profile."""
    path = chromium()
    expect.set_options(timeout=_SLOW_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*_FLAGS], headless=True)
        yield opened
        opened.close()


@contextmanager
def console(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A console on a free port: its address, and its process."""
    typed = [sys.executable, "-m", "host_tools.console", "--web", "0", "--no-show", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTEST_CURRENT_TEST", None)  # it is a person who starts it
    running = subprocess.Popen(
        typed, cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield _address(running), running
    finally:
        running.terminate()
        running.communicate()


def _address(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    said = running.stdout.readline()
    found = re.match(r"bench console: (http://\S+)", said)
    assert found, said + running.stdout.read()
    return found[1]


class Person:
    """Somebody at one address; `strange` gathers what must never happen in any window."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.strange: list[str] = []
        self._windows = browser.new_context(viewport=_size(WIDE), locale="en-GB")
        self._browser = browser

    def opens(self, size: tuple[int, int] = WIDE, elsewhere: bool = False) -> Page:
        """Open the page and wait until it shows a pump; elsewhere: in a browser without a past."""
        made = self._browser.new_context(locale="en-GB") if elsewhere else self._windows
        page = made.new_page()
        page.set_viewport_size(_size(size))
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self.strange.append(str(error)))
        page.goto(self.address)
        expect(page.locator("body[data-live]")).to_be_visible()
        expect(page.locator("#state")).to_have_text(re.compile("stopped|running|bolus"))
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.strange.append(f"asked another machine: {url}")


def _size(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}


def press(page: Page, name: str) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=name, exact=True).click()


def bolus(page: Page, amount_ul: str = "4", over_min: str = "10") -> None:
    """Give a bolus by its dialog."""
    press(page, "Bolus …")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount").fill(amount_ul)
    dialog.get_by_label("Over", exact=True).fill(over_min)
    press(page, "Give bolus")
    expect(page.locator("#state")).to_have_text("bolus")


def commit(page: Page) -> None:
    """Override what the summary asks to, and commit."""
    expect(page.get_by_role("button", name="Commit")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        box.click()
    press(page, "Commit")
    expect(page.get_by_text("The draft is what the pump has in force.")).to_be_visible()


def picture(page: Page, name: str, whole: bool = False) -> None:
    """Keep what is seen in out/console/, when short messages have gone."""
    expect(page.locator(".q-notification")).to_have_count(0)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
