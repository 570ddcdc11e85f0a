"""The report states what the log says, and needs nothing but itself."""

from __future__ import annotations

from fractions import Fraction
from html.parser import HTMLParser

from host_tools.book import Book, Pump, visits
from host_tools.book.visits import Calibration, Refill, TrialStep
from host_tools.report import report_html
from host_tools.report.doses import boluses_of, hours_of, missed_by_cause
from host_tools.report.facts import accuracies, facts_of
from picodose import codes
from picodose.record.journal import pack_entry
from tests.book.log_maker import HELLO, WALL_S

MINUTE_S = 60
STATUS = {
    "state": "running", "mode": "day", "delivered_nl": 1_234_000, "missed_nl": 5_000,
    "reservoir_nl": 6_000_000, "refill_wall_s": WALL_S + 9_000_000, "battery_mv": 5900,
    "battery_tier": 0, "time_left_h": 90, "calibration": "calibrated", "active": "110,116",
}  # fmt: skip
# Minute, kind, a, b, c: two hours, a calibration between them, boluses, alarms, then a reset.
STORY = (
    (0, codes.EV_COMMIT, 77, 480_000, 1 << codes.OVERRIDES.index("first")),
    (5, codes.EV_BOLUS_BEGIN, 30_000, 600_000, 1 << 4 | 1),
    (10, codes.EV_BOLUS_END, 12_000, 18_000, 1 << 4 | 1),
    (20, codes.EV_BOLUS_BEGIN, 4_000, 60_000, 2 << 4 | 3),
    (21, codes.EV_BOLUS_END, 4_000, 0, 2 << 4 | 3),
    (30, codes.EV_ALARM, codes.AL_LOW_RESERVOIR, 0, 0),
    (60, codes.EV_HOUR, 2000, 300, 0),
    (61, codes.EV_MISSED, 300, codes.AL_CAP_REACHED, 0),
    (70, codes.EV_RUN_END, 20_000, 0, 3 << 4 | 9),
    (75, codes.EV_CALIBRATED, 13, 1, 9),
    (80, codes.EV_ALARM_CLEAR, codes.AL_LOW_RESERVOIR, 0, 0),
    (120, codes.EV_HOUR, 3000, 500, 0),
    (121, codes.EV_OVERRIDE, 1 << codes.OVERRIDES.index("bolus_high"), 40_000, 0),
    (121, codes.EV_BOLUS_BEGIN, 40_000, 600_000, 4 << 4 | 1),
    (125, codes.EV_BOLUS_CUT, 10_000, 5_000, 4 << 4 | 1),
    (130, codes.EV_ALARM, codes.AL_POWER_LOST, 0, 0),
    (190, codes.EV_HOUR, 100, 70, 0),
)
REBOOT_MIN = 125


def told(book: Book) -> Pump:
    """A pump whose log is the story."""
    pump = book.meet({**HELLO, "profile": "therapy-step"}, "sim:", WALL_S)
    raws = []
    for seq, (minute, kind, a, b, c) in enumerate(STORY):
        boot = 1 if minute < REBOOT_MIN else 2
        raws.append(
            pack_entry(seq, boot, kind, 0, minute * 60_000, WALL_S + minute * MINUTE_S, a, b, c)
        )
    book.add(pump, 0, raws)
    return pump


def test_hours_count_in_the_calibration_in_force_and_leave_runs_out() -> None:
    """The run's 20,000 nL were ordered at 12.5 nL a step, before what was weighed of them."""
    with Book() as book:
        hours = hours_of(book.entries(told(book)), Fraction(25, 2))
    assert [(h.moved_nl, h.missed_nl) for h in hours] == [
        (25_000, 300), ((3_000 - 1_600) * 13, 200), (1_300, 70),
    ]  # fmt: skip
    assert hours[1].wall_s == WALL_S + 7200


def test_boluses_say_who_asked_and_what_never_came() -> None:
    with Book() as book:
        entries = book.entries(told(book))
    found = [(b.origin, b.ordered_nl, b.cancelled_nl, b.uncertain_nl) for b in boluses_of(entries)]
    assert found == [
        ("clinician", 30_000, 18_000, 0),
        ("patient's button", 4_000, 0, 0),
        ("clinician", 40_000, 25_000, 5_000),
    ]
    assert missed_by_cause(entries) == {"cap reached": 300}


def test_a_restart_ends_what_is_not_latched() -> None:
    story = [(codes.EV_ALARM, codes.AL_LOW_RESERVOIR), (codes.EV_ALARM, codes.AL_POWER_LOST),
             (codes.EV_BOOT, 0)]  # fmt: skip
    with Book() as book:
        pump = book.meet(HELLO, "sim:", WALL_S)
        book.add(pump, 0, [
            pack_entry(seq, 1 + seq // 2, kind, 0, seq, WALL_S + seq if seq < 2 else None, a, 0, 0)
            for seq, (kind, a) in enumerate(story)
        ])  # fmt: skip
        low, power = facts_of(book, pump).alarms
    assert (low.end_s, low.how, power.end_s) == (WALL_S + 1, "the pump restarted", None)


def test_alarms_overrides_and_refills_are_stated() -> None:
    with Book() as book:
        pump = told(book)
        facts = facts_of(book, pump)
    low, power = facts.alarms
    assert (low.code, low.end_s, low.how) == (110, WALL_S + 80 * MINUTE_S, "cause gone")
    assert (power.code, power.end_s) == (108, None)
    assert [o.names for o in facts.overrides] == [("first",), ("bolus_high",)]
    first, second = accuracies(
        [Refill(1, 0, 0, 18_000_000), Refill(2, 8_000_000, 8_500_000, 20_000_000)]
    )
    assert first.percent is None
    assert (second.drawn_nl, second.gap_nl, second.percent) == (10_000_000, 500_000, -5.0)


class Outside(HTMLParser):
    """Collects what a page would fetch or run, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Whatever names another place, or is a script."""
        if tag in ("script", "link", "img", "iframe", "object"):
            self.found.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "style") and "//" in (value or ""):
                self.found.append(f"{name}={value}")
            if name.startswith("on"):
                self.found.append(name)

    def handle_data(self, data: str) -> None:
        """Text of the page."""
        self.words.append(data.strip())


def looked_at(page: str) -> Outside:
    """The page as a reader sees it."""
    outside = Outside()
    outside.feed(page)
    return outside


def test_the_page_holds_all_of_it_and_fetches_nothing() -> None:
    with Book() as book:
        pump = told(book)
        visits.keep_refills(book, pump, [Refill(WALL_S, 5_000_000, 4_000_000, 9_000_000)])
        visits.keep_calibration(
            book, pump, Calibration(WALL_S, 997_108, ((60, 2000, 25_400),), 13, 1, 310)
        )
        visits.keep_trial(book, pump, TrialStep(WALL_S, "score", "4 <of> 10"))
        visits.keep_reading(book, pump, {**STATUS, "battery_mv": 6000}, WALL_S)
        page = report_html(book, pump, STATUS, WALL_S + 200 * MINUTE_S)
    seen = looked_at(page)
    assert seen.found == [] and "@import" not in page and "url(http" not in page
    for words in (
        "Doses", "Boluses by origin", "Alarms", "Refills and their accuracy", "Limits overridden",
        "Calibrations", "Battery and reservoir", "patient's button", "bolus_high", "power lost",
        "-1000 µL", "13.0000 nL", "1.234 mL", "4 <of> 10", "low reservoir, stopped reminder",
        "cap reached",
    ):  # fmt: skip
        assert words in seen.words, words
    assert page.count("<svg") == 2 * 3 and page.count("var(--blue)") > 2
    assert page == page.encode().decode() and "#0b5394" not in page.split("</style>")[1]


def test_an_empty_record_has_a_page_too() -> None:
    with Book() as book:
        page = report_html(book, book.meet(HELLO, "sim:", WALL_S))
    assert "never read" in page and "<svg" not in page


def test_a_gap_in_the_log_stands_at_the_top() -> None:
    with Book() as book:
        pump = book.meet(HELLO, "sim:", WALL_S)
        book.add(pump, 0, [pack_entry(9, 1, codes.EV_HOUR, 0, 1, WALL_S, 1, 0, 0)])
        assert "events 0 to 8 are missing (9)" in report_html(book, pump)
