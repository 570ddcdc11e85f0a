"""Cases for the unix port: one hand-checked case for each module of delivery/."""
# mypy: ignore-errors
# runs on MicroPython, which has no typing module

from picodose.delivery import granter as granters
from picodose.delivery import guard as guards
from picodose.delivery.delivery import Delivery
from picodose.delivery.dosing import Dosing
from picodose.delivery.granter import Granter
from picodose.delivery.guard import Guard
from picodose.delivery.ledger import Ledger
from picodose.delivery.plan import UNITS_PER_NL, Plan

ALL = (
    "a_plan",
    "a_dosing_tick",
    "a_full_fifo",
    "a_guard",
    "a_ledger",
    "a_granter",
    "a_grant_refused",
    "a_delivery",
)
STEP_NL_H = 45_000  # one step of 12.5 nL a second
HUGE = 1 << 20
MASK = (1 << 29) - 1


class Hardware:
    """Pulse port, edge counter, driver, timer, clock and scratch in one: it counts and notes."""

    def __init__(self):
        self.bursts = []
        self.notes = []
        self.waiting = self.reported = self.edges = self.scratch = self.ms = 0

    def ready_isr(self):
        return not self.waiting

    def burst_isr(self, count):
        self.bursts.append(count)
        self.waiting += count

    def finish(self):
        self.edges += self.waiting
        self.reported += self.waiting
        self.waiting = 0

    def collect_isr(self):
        count, self.reported = self.reported, 0
        return count

    def low16_isr(self):
        return self.edges & 0xFFFF

    def commanded_isr(self, steps):
        self.scratch = steps

    def kill_isr(self):
        self.notes.append("kill")

    def off_isr(self):
        self.notes.append("off")

    def on(self):
        self.notes.append("on")

    def stop(self):
        self.notes.append("stop")

    def end(self):
        self.notes.append("end")

    def begin(self, *_values):
        self.notes.append("begin")

    def drain(self):
        count, self.waiting = self.waiting, 0
        return count

    def now_ms(self):
        return self.ms

    def sleep_ms(self, span_ms):
        self.ms += span_ms


class Order:
    """A steady rate."""

    def __init__(self, nl_h):
        self.nl_h = nl_h

    def units(self, t0_ms, t1_ms):
        return self.nl_h * (t1_ms - t0_ms)

    def next_change_ms(self, _t_ms, limit_ms):
        return limit_ms


class Room:
    """Caps with so many steps left."""

    def __init__(self, left):
        self.left = left

    def room(self, _start_ms):
        return self.left

    def grant(self, steps, _end_ms):
        self.left -= steps


class Rig:
    """The parts of delivery/, wired to one Hardware; `covered` is what flash answers."""

    def __init__(self, steps_s, room=HUGE):
        self.hardware, self.caps, self.covered = Hardware(), Room(room), True
        pulse = self.hardware
        self.guard = Guard(pulse, pulse, pulse, 1000, 100, 1000)
        self.dosing = Dosing(pulse, self.guard, pulse)
        self.ledger = Ledger(self.dosing)
        self.granter = Granter(
            Order(steps_s * STEP_NL_H),
            Plan(25, 2),
            self.caps,
            self.ledger,
            self.dosing,
            lambda _steps, _now_ms: self.covered,
            50,
            100 * STEP_NL_H,
        )

    def begun(self):
        self.dosing.arm()
        self.granter.begin(100, 100)
        return self.granter.run(0)

    def ticks(self, count):
        for _ in range(count):
            self.dosing.tick_isr(None)
            self.hardware.finish()


def a_plan(check):
    plan = Plan(25, 2)
    check.equal("below one step", plan.steps(12 * UNITS_PER_NL), 0)
    check.equal("the rest is carried", plan.steps(13 * UNITS_PER_NL), 2)
    year = sum([plan.steps(STEP_NL_H * 3_600_000) for _ in range(24 * 365)])
    check.equal("a year", year, 365 * 86_400)
    check.equal("volume", (plan.nl(3), plan.steps_for_nl(99)), (37, 7))
    check.equal("tick", plan.tick_ms(199 * STEP_NL_H), 1000)
    check.equal("shorter tick", plan.tick_ms(200 * STEP_NL_H), 500)
    plan.scale(25_000, 500)
    check.equal("a bridge", plan.steps(STEP_NL_H * 3_600_000), 50 * 3_600)
    check.equal("its end", plan.ms_until(7, STEP_NL_H * 2_000, 2_000), 140)


def a_dosing_tick(check):
    rig = Rig(1)
    rig.dosing.arm()
    rig.dosing.publish(7, 5, HUGE, HUGE)
    rig.ticks(9)
    check.equal("evenly", rig.hardware.bursts, [1, 1, 2, 1, 2])
    check.equal("scratch", rig.hardware.scratch, 7)
    check.equal("no segment, no step", (rig.dosing.commanded, rig.dosing.starved), (7, 4))
    rig.dosing.publish(7, 5, HUGE, HUGE)
    rig.dosing.disarm()
    rig.ticks(5)
    check.equal("disarmed", rig.dosing.commanded, 7)


def a_full_fifo(check):
    rig = Rig(1)
    rig.dosing.arm()
    rig.dosing.publish(10, 10, 2, 3)
    for _ in range(7):
        rig.dosing.tick_isr(None)
    check.equal("carried", (rig.dosing.commanded, rig.dosing.owed, rig.dosing.lost), (1, 3, 3))
    rig.hardware.finish()
    rig.ticks(6)
    check.equal("at the burst limit", max(rig.hardware.bursts), 2)
    check.equal("the rest is missed", (sum(rig.hardware.bursts), rig.dosing.lost), (6, 4))


def a_guard(check):
    def tripped(edges, commanded, noted=0, capacity=1000):
        hardware = Hardware()
        guard = Guard(hardware, hardware, hardware, 1000, 0, capacity)
        guard.begin(1000)
        guard.note_isr(noted)
        hardware.edges = edges
        return guard.tick_isr(commanded), hardware.notes

    check.equal("two above", tripped(12, 10), (0, []))
    check.equal("three above", tripped(13, 10), (guards.ABOVE, ["off", "kill"]))
    check.equal("in flight", tripped(6, 10, 4), (0, []))
    check.equal("below", tripped(5, 10, 4), (guards.BELOW, ["off", "kill"]))
    check.equal("bucket", tripped(21, 21, 0, 20)[0], guards.EMPTY)


def a_ledger(check):
    rig = Rig(1)
    dosing = rig.dosing
    dosing.commanded = dosing.confirmed = MASK - 1
    ledger = Ledger(dosing, 1 << 40)
    ledger.granted += 9
    dosing.commanded, dosing.confirmed, dosing.lost = 4, 2, 1
    ledger.collect()
    counts = (ledger.granted, ledger.commanded, ledger.confirmed)
    check.equal("past the wrap", [count - (1 << 40) for count in counts], [8, 6, 4])
    check.equal("taken back", ledger.settle(2), 4)
    check.equal("all meet", (ledger.granted, ledger.confirmed), ((1 << 40) + 4,) * 2)
    check.equal("the tick's too", (dosing.commanded, dosing.confirmed), (2, 2))


def a_granter(check):
    rig = Rig(10)
    check.equal("next look", rig.begun(), 101)
    check.equal("granted", rig.ledger.granted, 20)
    check.equal("slot taken", rig.dosing.free(), False)
    rig.ticks(1)
    check.equal("two segments deep", (rig.granter.run(101), rig.ledger.granted), (2101, 40))
    rig.ticks(41)
    check.equal("every step", sum(rig.hardware.bursts), 40)
    rig.granter.run(4300)
    check.equal("a gap is missed", rig.granter.missed_units, 200 * 10 * STEP_NL_H)
    rig.granter.run(9000)
    check.equal("a dead tick", rig.granter.tripped, granters.TRIP_TICK)


def a_grant_refused(check):
    rig = Rig(10, room=7)
    rig.begun()
    check.equal("cap", (rig.ledger.granted, rig.granter.capped_steps), (7, 13))
    rig = Rig(10)
    rig.covered = False
    rig.begun()
    check.equal("flash", (rig.ledger.granted, rig.caps.left), (0, HUGE))
    rig = Rig(-1)
    rig.begun()
    check.equal("negative", (rig.ledger.granted, rig.granter.tripped), (0, granters.TRIP_PLAN))


def a_delivery(check):
    rig = Rig(10)
    port = rig.hardware
    parts = (rig.dosing, rig.guard, rig.ledger, rig.granter)
    delivery = Delivery(port, port, port, port, *parts, 5)
    check.equal("starts after the wake time", delivery.begin(100), 105)
    check.equal("looks again", delivery.run(5), 106)
    rig.ticks(10)
    rig.dosing.tick_isr(None)  # its step stays in the FIFO
    port.notes.clear()
    check.equal("taken back", delivery.halt(), 10)
    check.equal("halt", (port.notes, delivery.running), (["stop", "off", "end"], False))
    check.equal("booked", (rig.ledger.confirmed, port.scratch, port.edges), (10, 10, 10))
    check.equal("twice", delivery.halt(), 0)
