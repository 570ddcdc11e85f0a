"""The bench console in a real browser, used as a person uses it.

Every test finds the same console with a stopped pump, whatever the others have done to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.console.chromium import (
    NARROW,
    WIDE,
    Person,
    bolus,
    browser,
    commit,
    console,
    picture,
    press,
)  # fmt: skip
from tests.console.chromium import chromium as found

pytestmark = pytest.mark.slow(80)
LOOKS = """() => getComputedStyle(document.body).backgroundColor"""
CLIPPED = """() => [...document.querySelectorAll("button, h1, h2, dd, .q-field__label")]
  .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.innerText)"""
AT = "([x, y]) => document.elementFromPoint(x, y).closest('button')?.id"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def somebody(chromium: Browser) -> Iterator[Person]:
    """At a console of ten times real time, with the usual virtual pump."""
    with console("--speed", "10") as (address, _):
        yield Person(chromium, address)


@pytest.fixture(scope="module")
def window(somebody: Person) -> Page:
    """One window for all tests: opening one is what costs."""
    return somebody.opens()


@pytest.fixture
def page(somebody: Person, window: Page) -> Iterator[Page]:
    """That window, on a stopped pump in order; afterwards nothing strange has happened."""
    window.locator("#stop").click()
    expect(window.locator("#state")).to_have_text("stopped")
    for name in ("Mend: kink", "Accept the nominal value", "Acknowledge all", "Understood"):
        found = window.get_by_role("button", name=name, exact=True).first
        if found.is_visible():
            found.click()
            expect(found).to_be_hidden()
    yield window
    assert somebody.strange == []


def volume_nl(shown: Locator) -> float:
    """The number of a tile."""
    number, unit = shown.inner_text().split(" ")
    return float(number) * {"µL": 1e3, "mL": 1e6}[unit]


def test_a_bolus_is_seen_to_arrive(page: Page) -> None:
    expect(page.get_by_text("VIRTUAL PUMP", exact=False).first).to_contain_text("sensed")
    expect(page.get_by_text("not a medical device", exact=False)).to_be_visible()
    dispensed = page.locator("#now-dispensed")
    before = dispensed.inner_text()
    bolus(page)
    press(page, "× 60")
    expect(dispensed).not_to_have_text(before)
    expect(page.locator("#now-rate")).to_have_text("24 µL/h")
    expect(page.locator("#reached")).to_have_text(re.compile(r"reached: × \d"))
    expect(page.locator(".chart svg").first).to_be_visible()


def test_a_program_is_written_checked_committed_started_broken_and_mended(page: Page) -> None:
    page.get_by_label("step 1 rate").fill("9.5")
    press(page, "Add a step")
    press(page, "Remove step 6")
    press(page, "Check with the pump …")
    expect(page.get_by_role("dialog")).to_contain_text("total per 24 h")
    expect(page.get_by_role("button", name="Commit")).to_be_disabled()
    picture(page, "1280-light-program")
    press(page, "Discard")
    expect(page.get_by_text("The pump has no prescription yet")).to_be_visible()
    press(page, "Check the draft with the pump …")
    commit(page)
    press(page, "Start it")
    expect(page.locator("#state")).to_have_text("running")
    press(page, "Break: kink")
    press(page, "× 600")
    alarm = page.locator(".alarms li").filter(has_text="The outlet is blocked.")
    expect(alarm).to_contain_text("high")
    expect(page.locator(".glance")).to_contain_text("occlusion")
    press(page, "× 10")
    page.evaluate("window.scrollTo(0, 0)")
    picture(page, "1280-light-alarm")
    press(page, "Mend: kink")
    page.get_by_role("button", name="Acknowledge occlusion").click()
    expect(alarm).to_be_hidden()
    expect(page.get_by_role("list", name="Journal")).to_contain_text("occlusion")


def test_a_mistake_in_the_program_is_told_with_its_line(page: Page) -> None:
    page.get_by_label("step 2 rate").fill("fast")
    press(page, "Check with the pump …")
    told = page.get_by_role("alert").filter(has_text="What happened")
    expect(told).to_contain_text(re.compile(r"line \d+"))
    for part in ("Is the pump safe", "Likely cause", "Next"):
        expect(told).to_contain_text(part)
    press(page, "Understood")
    expect(told).to_be_hidden()
    press(page, "Example")
    expect(page.get_by_label("step 2 rate")).to_have_value("24")


def test_a_power_cut_alarms_is_heard_and_acknowledged(page: Page) -> None:
    page.get_by_role("button", name="Sound: off").click()
    bolus(page)
    press(page, "Cut power 5 s")
    alarm = page.locator(".alarms li").filter(has_text="power lost")
    expect(alarm).to_contain_text("The power was lost. Nothing is made up.")
    expect(alarm).to_contain_text("medium")
    expect(page.locator("body")).to_have_attribute("data-heard", re.compile("medium|high"))
    page.get_by_role("button", name="Acknowledge power lost").click()
    expect(alarm).to_be_hidden()
    press(page, "Set the clock")
    expect(page.get_by_text("Its clock is not set")).to_be_hidden()


def test_stop_acts_at_once_over_an_open_dialog_and_by_the_keys(page: Page) -> None:
    bolus(page)
    press(page, "Refill …")
    page.locator("#stop").click()
    expect(page.locator("#stop-said")).to_have_text("The pump has answered to STOP.")
    expect(page.locator("#state")).to_have_text("stopped")
    press(page, "Change nothing")
    bolus(page)
    page.get_by_label("Title").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#state")).to_have_text("stopped")


def test_a_reload_and_a_second_browser_see_the_same(somebody: Person, page: Page) -> None:
    bolus(page)
    page.get_by_label("Title").fill("Mine")
    other = somebody.opens(NARROW, elsewhere=True)
    expect(other.locator("#state")).to_have_text("bolus")
    expect(other.get_by_label("Title")).to_have_value("Mine")
    other.get_by_label("Title").fill("Ours")
    expect(page.get_by_label("Title")).to_have_value("Ours")
    other.locator("#stop").click()
    expect(page.locator("#state")).to_have_text("stopped")
    page.reload()
    expect(page.locator("body[data-live]")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Ours")
    programmed = other.locator("#now-programmed").inner_text()
    expect(page.locator("#now-programmed")).to_have_text(programmed)
    assert volume_nl(page.locator("#now-programmed")) > 0
    other.close()


def test_a_refill_is_told_and_the_reservoir_is_drawn_by_it(page: Page) -> None:
    press(page, "Refill …")
    page.get_by_label("Measured residue").fill("499.9")
    page.get_by_label("Filled with").fill("1e999")
    press(page, "Refilled")
    expect(page.get_by_text("Write two numbers in mL.")).to_be_visible()
    page.get_by_label("Filled with").fill("400")
    press(page, "Refilled")
    expect(page.locator("#reservoir")).to_have_text("400 mL")


def test_what_is_old_looks_old_until_the_pump_is_back(page: Page) -> None:
    press(page, "Unplug")
    old = page.get_by_role("alert").filter(has_text="what you see is")
    expect(old).to_contain_text("s old. The pump goes on by itself")
    expect(page.locator("body")).to_have_class(re.compile(r"\bstale\b"))
    page.evaluate("window.scrollTo(0, 0)")
    picture(page, "1280-light-stale")
    press(page, "Plug in")
    expect(old).to_be_hidden()
    expect(page.locator("body")).not_to_have_class(re.compile(r"\bstale\b"))
    expect(page.locator(".glance:empty")).to_be_hidden()


def test_the_patient_s_button_is_held_and_the_rest_is_done_by_the_keyboard_too(page: Page) -> None:
    _tab_to(page, "Patient button")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.down("Space")
    expect(page.locator(".patient.held")).to_be_visible()
    expect(page.locator(".patient.held")).to_be_hidden()  # half a second later it is asked
    page.keyboard.up("Space")
    newest = page.get_by_role("list", name="Journal").get_by_role("listitem").first
    expect(newest).to_contain_text(re.compile("refused|bolus"))  # the pump decides, and says so
    _tab_to(page, "Bolus …")
    page.keyboard.press("Enter")
    _tab_to(page, "Give bolus")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("bolus")
    _tab_to(page, "× 60")
    page.keyboard.press("Space")
    faster = page.get_by_role("button", name="× 60", exact=True)
    expect(faster).to_have_attribute("aria-pressed", "true")


def _tab_to(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip() == name:
            return
    pytest.fail(f"no way to {name} by Tab")


def test_nothing_is_cut_off_and_stop_stays_in_view_narrow_wide_light_and_dark(page: Page) -> None:
    for size in (WIDE, NARROW):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        _fits(page, size)
        for look in ("light", "dark"):
            page.emulate_media(color_scheme=look)
            expect(page.locator(f"body.body--{look}")).to_be_visible()
            channels = [int(found) for found in re.findall(r"\d+", page.evaluate(LOOKS))]
            assert (sum(channels[:3]) < 200) == (look == "dark")
            picture(page, f"{size[0]}-{look}", whole=True)


def _fits(page: Page, size: tuple[int, int]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(CLIPPED) == []
    _is_in_view(page, size)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    _is_in_view(page, size)
    press(page, "Bolus …")
    _is_in_view(page, size)
    assert page.evaluate(CLIPPED) == []
    picture(page, f"{size[0]}-bolus")
    press(page, "Give nothing")
    page.evaluate("window.scrollTo(0, 0)")


def _is_in_view(page: Page, size: tuple[int, int]) -> None:
    box = page.locator("#stop").bounding_box()
    assert box and box["x"] >= 0 and box["y"] >= 0
    assert box["x"] + box["width"] <= size[0] and box["y"] + box["height"] <= size[1]
    assert page.evaluate(AT, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]) == "stop"


def test_light_and_dark_can_be_chosen_and_stay_chosen(page: Page) -> None:
    tool = page.get_by_role("button", name="Theme")
    tool.click()
    tool.click()
    expect(tool).to_have_text("Theme: dark")
    page.reload()
    expect(page.locator("body[data-live]")).to_be_visible()
    expect(tool).to_have_text("Theme: dark")
    expect(page.locator("body.body--dark")).to_be_visible()
    tool.click()
    expect(tool).to_have_text("Theme: system")


def test_without_a_chromium_a_test_fails_and_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.fail.Exception, match="sudo apt-get install chromium"):
        found()


def test_without_the_console_the_page_says_so_and_stop_says_what_to_do(chromium: Browser) -> None:
    with console("--profile", "therapy_step") as (address, running):
        page = Person(chromium, address).opens()
        running.terminate()
        running.wait()
        expect(page.locator("#cut-off")).to_contain_text("lost the console")
        page.locator("#stop").click()
        expect(page.locator("#stop-said")).to_contain_text("switch off its power")
