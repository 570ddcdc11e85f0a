"""Cases for the unix port: the shared vector files, and one hand-checked case for each module of
therapy/, safety/ and record/.
"""
# mypy: ignore-errors
# runs on MicroPython, which has no typing module

from picodose import codes, units
from picodose.record import fill, journal, past, reservation, settings, slots
from picodose.safety import (
    alarm_table,
    alarms,
    battery,
    flow,
    pause,
    selftest,
    temperature,
    tones,
    watchdog,
)
from picodose.safety.cycles import Cycles
from picodose.safety.debounce import Debounce
from picodose.therapy import calibration, change, fluids, patient, ranges
from picodose.therapy.admission import Forecast, admit
from picodose.therapy.bolus import Bolus
from picodose.therapy.caps import Caps
from picodose.therapy.limits import Limits
from picodose.therapy.order import Order
from picodose.therapy.prescription import parse
from picodose.therapy.reservoir import EMPTY, LOW, Reservoir
from picodose.therapy.schedule import Schedule
from picodose.therapy.wallclock import WallClock
from picodose.therapy.weekcurve import WeekCurve

ALL = (
    "bad_prescriptions",
    "good_prescriptions",
    "arithmetic",
    "a_fluid",
    "a_calibration",
    "a_day",
    "a_clock_set_back",
    "a_week_curve",
    "an_order",
    "a_cap",
    "records",
    "a_journal",
    "an_alarm",
    "a_pause",
    "a_temperature",
    "a_button",
    "a_patient",
    "a_melody",
    "a_flow",
    "a_battery",
    "policies",
)
LIMITS = Limits(
    250,
    1_000_000,
    500_000,
    1_000_000,
    ((3_600_000, 60_000, 1_500_000), (86_400_000, 1_800_000, 20_000_000)),
)


def raw_of(text):
    """Bytes of a vector, in which backslash x and two hex digits stand for one byte."""
    parts = text.split("\\x")
    out = parts[0].encode()
    for part in parts[1:]:
        out += bytes([int(part[:2], 16)]) + part[2:].encode()
    return out


def vectors(name):
    with open("tests/vectors/" + name) as file:
        for line in file:
            if line[0] != "#":
                yield line.rstrip("\n").split("\t")


def verdict(raw):
    """Name of the refusal, or the re-read bytes of what was accepted."""
    try:
        return parse(raw, LIMITS).raw
    except codes.Refused as refused:
        return codes.name_of(refused.code)


def bad_prescriptions(check):
    for code, what, text in vectors("bad_prescriptions.txt"):
        check.equal(what, verdict(raw_of(text)), code)


def good_prescriptions(check):
    for what, text in vectors("good_prescriptions.txt"):
        check.equal(what, verdict(raw_of(text)), raw_of(text))


def arithmetic(check):
    check.equal("floor", units.mul_div_floor(1 << 62, 3, 2), 3 << 61)
    check.equal("half up", units.mul_div_half_up(5, 1, 2), 3)
    check.equal("ceil", units.div_ceil(7, 2), 4)
    check.equal("lowest rate", ranges.check_rate("rate_nl_h", 250, LIMITS), None)
    check.equal("mass order", units.volume_of_mass_nl(999, 500), 1998)


def a_fluid(check):
    check.equal("library", fluids.intact(), True)
    row = fluids.find("demo-baclofen")
    check.equal("soft", fluids.check_bolus(50_001, 1_000, row), ("bolus_high",))
    text = [t for w, t in vectors("good_prescriptions.txt") if w == "constant"][0]
    rx = parse(text.encode(), LIMITS)
    check.equal("water", rx.overrides, ())
    check.equal("half", change.change_percent(40_000, 960_000, rx), -50)
    check.equal("first", change.needed(rx, None), ("first",))


class Profile:
    """What a calibration is judged by; the numbers of profiles/therapy_step.py."""

    NAME = "therapy-step"
    NL_NUM, STEPS_DEN = 25, 2
    RATE_MIN_NL_H, PRIME_RATE_NL_H = 250, 600_000_000
    CALIBRATION_MIN_NL, CALIBRATION_MAX_NL = 20_000, 1_000_000
    CALIBRATION_POINT_PPM, CALIBRATION_NOMINAL_PPM = 30_000, 150_000


def a_calibration(check):
    points = [[rate, 80_000, 960_000 + 10 * rate] for rate in (250, 500, 750)] * 3
    fields = {
        "pump": Profile.NAME,
        "wall_s": 820_540_800,
        "density_ug_ml": 998_200,
        "points": points,
    }
    raw = calibration.encode(fields)
    found = (8_700_661, 720_000, 820_540_800, 2_590, 3, 3)
    check.equal("fit", calibration.fit(raw, Profile), found)
    fields["points"] = points[1:]
    try:
        code = calibration.fit(calibration.encode(fields), Profile)
    except codes.Refused as refused:
        code = refused.code
    check.equal("two repeats", code, codes.RX_CALIBRATION)


def a_day(check):
    text = [t for w, t in vectors("good_prescriptions.txt") if w == "day with a bolus"][0]
    rx = parse(text.encode(), LIMITS)
    wall = WallClock()
    plan = Schedule(rx)
    check.equal("fallback", plan.rate_nl_h(0, wall), 8_000)
    wall.set(0, 6 * 3600)
    check.equal("boundary", plan.next_boundary_ms(0, wall), 3_600_000)
    check.equal("across", plan.units(0, 7_200_000, wall), (8_000 + 20_000) * 3_600_000)
    due = plan.bolus_due(3_599_000, 3_601_000, wall)
    check.equal("bolus", due, (3_600_000, 2_000, 300_000, 1))
    check.equal("total", rx.total_24h_nl(), 7 * 8_000 + 17 * 20_000 + 2_000)
    check.equal("highest", rx.rate_max_nl_h(), 44_000)


def a_clock_set_back(check):
    text = [t for w, t in vectors("good_prescriptions.txt") if w == "day with a bolus"][0]
    plan = Schedule(parse(text.encode(), LIMITS))
    wall = WallClock()
    wall.set(0, 7 * 3600)
    check.equal("given", plan.bolus_due(0, 2_000, wall)[0], 0)
    wall.set(60_000, 7 * 3600 - 60)
    check.equal("not again", plan.bolus_due(60_000, 20 * 3_600_000, wall), None)
    check.equal("skipped", wall.set(120_000, 7 * 3600 + 3600) is not None, True)


def a_week_curve(check):
    day = ((60, 1_000, 0, 0), (120, 2_000, 500, 600_000))
    curve = WeekCurve((day,), (0,) * 7)
    cuts = sorted(curve.cuts_ms(0, curve.whole_ms()))
    check.equal("cuts", cuts, [3_600_000, 7_200_000, 7_800_000])
    day_ms = 86_400_000
    check.equal("day", curve.largest_window_units(day_ms), (1_000 + 46_000 + 500) * 3_600_000)
    check.equal("highest", curve.rate_max_nl_h(), 2_000 + 3_000)
    check.equal("an hour", curve.largest_window_units(3_600_000), (2_000 + 500) * 3_600_000)
    night = curve.volume_units(23 * 3_600_000, 26 * 3_600_000)
    check.equal("midnight", night, (2 * 2_000 + 1_000) * 3_600_000)
    week = WeekCurve((day, ((0, 9_000, 0, 0),)), (0, 0, 0, 0, 0, 0, 1))
    friday = (2_000, 4 * day_ms + 7_200_000, 5 * day_ms + 3_600_000)
    check.equal("Friday's last step, on Saturday", week.basal(5 * day_ms), friday)
    check.equal("Sunday", week.volume_units(6 * day_ms, 7 * day_ms), 9_000 * 24 * 3_600_000)
    check.equal("Monday", week.volume_units(7 * day_ms, 7 * day_ms + 60_000), 9_000 * 60_000)


def an_order(check):
    text = [t for w, t in vectors("good_prescriptions.txt") if w == "constant"][0]
    order = Order(WallClock())
    check.equal("stopped", (order.units(0, 1_000), order.rate_nl_h(0)), (0, 0))
    order.schedule = Schedule(parse(text.encode(), LIMITS))
    order.bolus = Bolus(1, 0, 1_000, 60_000, 5_000)
    check.equal("both", order.units(0, 65_000), 20_000 * 65_000 + 1_000 * 3_600_000)
    check.equal("rate", (order.rate_nl_h(4_999), order.rate_nl_h(5_000)), (20_000, 80_000))
    check.equal("begins", order.next_change_ms(0, 9_000), 5_000)
    check.equal("ends", order.next_change_ms(5_000, 90_000), 65_000)


def a_cap(check):
    caps = Caps(((3_600_000, 60_000, 100), (86_400_000, 1_800_000, 150)))
    caps.grant(100, 2_000)
    check.equal("full", caps.room(3_602_000), 0)
    phase_ms, counts, totals = caps.save(3_605_000)
    check.equal("an hour later", caps.room(3_605_000), 50)
    again = Caps(((3_600_000, 60_000, 100), (86_400_000, 1_800_000, 150)))
    again.restore(0, phase_ms, counts, totals)
    check.equal("after a power loss", again.room(0), 50)
    bolus = Bolus(1, 0, 1_000, 60_000, 0)
    try:
        admit(again, 0, Forecast(None, WallClock(), [bolus], 25, 2), bolus.end_ms)
        check.equal("admission", "accepted", "refused")
    except codes.Refused as refused:
        check.equal("admission", refused.code, codes.CAP_ROOM)


def records(check):
    for a, b, which in ((7, 8, 1), (8, 7, 0), (0xFFFFFFFF, 0, 1)):
        found = slots.choose(slots.pack(a, b"old or new"), slots.pack(b, b"old or new"))
        check.equal("newest", found[2], which)
    kept = settings.unpack(settings.Settings(b"bench", 25, 2, fill.Fill(9), 1, 2, b"rx").pack())
    check.equal("settings", (kept.profile, kept.nl_num, kept.rx_raw), (b"bench", 25, b"rx"))
    record = reservation.Reservation()
    record.confirmed = (1 << 63) + 5
    check.equal("length", len(record.pack()), 500)
    rows = past.extended(((10_000, 240_000, 0, 3_600),), None, past.NEVER_S, 90_000)
    check.equal("past", past.unpack(past.pack(rows)), rows)
    check.equal("a day later", past.extended(rows, None, past.NEVER_S, 90_001), ())
    check.equal("64 bit", reservation.unpack(record.pack()).confirmed, (1 << 63) + 5)


class Files:
    """The store port in memory."""

    def __init__(self):
        self.files = {}

    def read_at(self, name, offset, length):
        return self.files.get(name, b"")[offset : offset + length]

    def size(self, name):
        return len(self.files.get(name, b""))

    def append(self, name, data):
        self.files[name] = self.files.get(name, b"") + data

    def remove(self, name):
        self.files.pop(name, None)


def a_journal(check):
    files = Files()
    ring = journal.Ring(files, "ev", 3)
    for i in range(400):
        ring.add((1, codes.EV_HOUR, 0, i << 32, None, -i, i, 0), True, i)
    files.append("ev00", b"torn")
    again = journal.Ring(files, "ev", 3)
    again.recover()
    check.equal("next after a torn tail", again.next_seq, 512)
    entry = journal.unpack_entry(again.read(399, 1)[0])
    check.equal("entry", (entry[0], entry[4], entry[5], entry[6]), (399, 399 << 32, None, -399))


def an_alarm(check):
    state = alarms.Alarms()
    state.raise_(codes.AL_LOW_RESERVOIR, 0)
    state.raise_(codes.AL_EMPTY, 0)
    check.equal("listed", state.active(), [codes.AL_EMPTY, codes.AL_LOW_RESERVOIR])
    check.equal("heard", state.burst(0), tones.HIGH)
    check.equal("stops the pump", state.blocking(), codes.AL_EMPTY)
    rows = [row[0] for row in alarm_table.ROWS]
    check.equal("one row a code", len(set(rows)), len(rows))


def a_temperature(check):
    chip = temperature.Temperature((20, 550), 3300)
    raw = 706 * 65535 // 3300
    hot = 640 * 65535 // 3300
    bad = [chip.sample(16 * value, 16, 0, 0) for value in (raw, hot, hot, hot)]
    check.equal("believed at the third", bad, [False, False, False, True])
    check.equal("degrees", chip.now_dc, 654)  # 65.35 by hand; the reading is cut to 12709


def a_pause(check):
    silence = pause.AudioPause()
    silence.ask(1_000, 600_000)
    ends = [silence.ends_ms(heard_ms) for heard_ms in (1_000, 12_000, 595_000)]
    check.equal("alone, lived, in time", ends, [121_000, 22_000, 601_000])


def a_button(check):
    contact = Debounce(False, 0)
    check.equal("edge", contact.look(True, 100), False)
    check.equal("press", contact.look(True, 130), True)
    check.equal("stuck", (contact.look(True, 30_130), contact.stuck), (False, True))
    cycles = Cycles()
    stops = [cycles.stopped_by(120, t_ms) for t_ms in (0, 1, 600_000, 600_001, 600_002)]
    check.equal("cycles", stops, [False, False, False, False, True])


def a_patient(check):
    allowed = (1000, 60_000, 3_600_000, 2)
    check.equal("lockout", patient.lockout_ms(allowed, 10, 3_600_000), 10_000)
    for starts, now_ms, code in (([10], 3_609_999, 81), ([10, 20], 3_610_000, 82)):
        try:
            patient.check(allowed, 10, starts, now_ms)
            check.equal("refused", None, code)
        except codes.Refused as refused:
            check.equal("refused", refused.code, code)
    patient.check(allowed, 10, [10, 0], 3_610_000)


def a_melody(check):
    starts = [start for period, start, length in tones.notes(tones.HIGH)]
    check.equal("high", starts, [0, 224, 447, 835, 1058, 1750, 1974, 2197, 2585, 2808])


def a_flow(check):
    under = flow.Under(0, 1 << 29)
    check.equal("open window", under.judge(299_999, (1 << 29) + 40, 1 << 29, 0), -1)
    check.equal("five of forty", under.judge(300_000, (1 << 29) + 40, (1 << 29) + 40, 5), 5)
    rotor = flow.Rotor(800, 0, 65535)
    check.equal("mark", rotor.judge(850, 0), 0)
    check.equal("no mark", rotor.judge(1701, 0), 1)
    leak = flow.Leak(3000, 200, 0)
    check.equal("leak", (leak.judge(0, 200), leak.judge(0, 201)), (False, True))


def a_battery(check):
    curve = ((6000, 10000), (5000, 5000), (4000, 0))
    check.equal("left", battery.left_of(5500, curve), 7500)


def policies(check):
    tank = Reservoir(20_000_000, 2_000_000, 1_000_000)
    check.equal("low", tank.tier(18_000_000), LOW)
    check.equal("empty", tank.tier(19_000_000), EMPTY)
    check.equal("ram", selftest.ram_holds(bytearray(300)), True)
    history = [watchdog.NEVER_S] * 3
    check.equal("first timeout", watchdog.timed_out(history, 5)[1], False)
