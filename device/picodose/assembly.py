"""Builds every object of the pump once and recovers what flash and scratch registers kept. No
policy.
"""

from micropython import const

from picodose import custody, startup
from picodose.accounts import Accounts, recover
from picodose.alerts import Alerts
from picodose.bridge import Bridge
from picodose.buttons import Buttons
from picodose.controller import Controller, LinkPart
from picodose.delivery.delivery import Delivery
from picodose.delivery.dosing import Dosing
from picodose.delivery.granter import Granter
from picodose.delivery.guard import Guard
from picodose.delivery.ledger import Ledger
from picodose.delivery.plan import Plan
from picodose.facade import Facade
from picodose.flow_watch import FlowWatch
from picodose.hal import drives
from picodose.hal.adc import Adc
from picodose.hal.beeper_pio import Beeper
from picodose.hal.beeper_sense import BeeperSense
from picodose.hal.buttons import Button
from picodose.hal.chip import noise, serial
from picodose.hal.clock import Clock
from picodose.hal.dosing_timer import DosingTimer
from picodose.hal.driver import Driver
from picodose.hal.index_sensor import IndexSensor
from picodose.hal.memory import free_bytes
from picodose.hal.program_files import program_intact
from picodose.hal.scratch import Scratch
from picodose.hal.storage import Storage
from picodose.hal.usb import Usb, Wake, ctrl_c
from picodose.hal.watchdog import Watchdog
from picodose.journal import Journal
from picodose.link.keys import Keys
from picodose.link.service import Link
from picodose.monitor import Monitor
from picodose.pump import Pump
from picodose.record.settings import Settings
from picodose.record.slots import SlotPair
from picodose.safety.alarms import Alarms
from picodose.safety.battery import Battery
from picodose.safety.temperature import CHANNEL, Temperature
from picodose.therapy.caps import Caps
from picodose.therapy.limits import Limits
from picodose.therapy.order import Order
from picodose.therapy.reservoir import Reservoir
from picodose.therapy.wallclock import WallClock

_FOR_PYRIGHT = const(0)
if _FOR_PYRIGHT:
    from types import ModuleType

    from picodose.hal.bootstrap import Boot
    from picodose.hal.edge_counter import EdgeCounter
    from picodose.hal.pulse_port import Port

_SM_STEP = const(0)
_SM_GUARD = const(4)
_SM_BEEPER = const(5)
_SM_INDEX = const(6)


class Parts:
    """The wired pump: plain attributes, set once at boot."""

    profile: "ModuleType"
    boot: "Boot"
    limits: "Limits"
    calibration: "str"
    clock: "Clock"
    wake: "Wake"
    scratch: "Scratch"
    driver: "Driver"
    pulse: "Port"
    edges: "EdgeCounter"
    index: "IndexSensor | None"
    beeper: "Beeper"
    buttons: "tuple[Button, Button]"
    timer: "DosingTimer"
    store: "Storage"
    watchdog: "Watchdog"
    reservation_slots: "SlotPair"
    settings_slots: "SlotPair"
    settings: "Settings"
    wall: "WallClock"
    journal: "Journal"
    alarms: "Alarms"
    alerts: "Alerts"
    battery: "Battery"
    plan: "Plan"
    caps: "Caps"
    reservoir: "Reservoir"
    order: "Order"
    accounts: "Accounts"
    keys: "Keys"
    guard: "Guard"
    dosing: "Dosing"
    ledger: "Ledger"
    granter: "Granter"
    bridge: "Bridge"
    delivery: "Delivery"
    chip_adc: "Adc"
    temperature: "Temperature"
    selftest_mask: "int"
    heap_free = 0  # until the monitor has looked
    unchecked_mask: "int"


def build(profile, boot) -> Controller:
    """Wire the pump for a profile (a module of numbers) and bring it to its state before the
    reset.
    """
    startup.check_profile(profile, drives.pulse_us(profile))
    parts = Parts()
    parts.profile, parts.boot = profile, boot
    _hardware(parts, profile)
    mark = custody.mark_of(parts.store)
    parts.reservation_slots = SlotPair(parts.store, "reserve")
    parts.settings_slots = SlotPair(parts.store, "settings")
    record, older, record_state = startup.load_record(parts.reservation_slots)
    counted = recover(record, older, parts.scratch.recover())
    parts.settings, settings_state = startup.load_settings(
        parts.settings_slots, profile, counted[0], startup.ended(parts.store)
    )
    parts.limits = Limits(
        profile.RATE_MIN_NL_H,
        profile.RATE_MAX_NL_H,
        profile.BOLUS_MAX_NL,
        profile.BOLUS_RATE_MAX_NL_H,
        profile.CAPS,
        profile.STEP_MAX_NL,
    )
    record.boot = record.boot + 1 & 0xFFFF
    _state(parts, profile, record)
    _delivery(parts, profile, record, counted)
    rx, settings_state = startup.load_prescription(parts, settings_state)
    lost = custody.lost(mark, record_state, settings_state)
    if profile.FIXED_RATE_NL_H:
        rx = startup.fixed_rate(profile, parts.limits)
    pump = Pump(parts, rx)
    adc, parts.chip_adc = Adc(profile.PIN_VBAT), Adc(CHANNEL)
    lost = custody.open_boot(parts, pump.boluses, record, mark, settings_state, lost)
    parts.selftest_mask = startup.self_test(parts, adc, parts.buttons, lost)
    stay_stopped = startup.book_reset(parts, record, parts.clock.now_ms())
    startup.resume(parts, pump, record, stay_stopped)
    return _controller(parts, pump, Monitor(parts, pump, adc))


def _hardware(parts, profile) -> None:
    parts.clock, parts.wake, parts.scratch = Clock(), Wake(), Scratch()
    parts.driver = Driver(
        profile.PIN_ENABLE, profile.PIN_DIR, profile.ENABLE_ON, profile.DIR_FORWARD
    )
    parts.pulse, parts.edges = drives.build(profile, _SM_STEP, _SM_GUARD)
    parts.index = None if profile.PIN_INDEX is None else IndexSensor(_SM_INDEX, profile.PIN_INDEX)
    parts.beeper = Beeper(_SM_BEEPER, profile.PIN_BEEPER)
    parts.hears_beeper = BeeperSense(profile.PIN_BEEPER_SENSE).hears
    parts.buttons = (
        Button(profile.PIN_PATIENT, parts.wake),
        Button(profile.PIN_SERVICE, parts.wake),
    )
    parts.timer, parts.store, parts.watchdog = DosingTimer(), Storage(), Watchdog()
    parts.free_bytes, parts.program_intact = free_bytes, program_intact
    parts.noise, parts.ctrl_c, parts.serial = noise, ctrl_c, serial


def _state(parts, profile, record) -> None:
    parts.wall = WallClock(record.mark_s)
    parts.journal = Journal(parts.store, parts.clock, parts.wall, record.boot)
    parts.alarms = Alarms()
    parts.alerts = Alerts(parts.alarms, parts.journal, parts.beeper, parts.clock)
    parts.battery = Battery(profile, record.battery_tier, parts.boot.reason == "power")
    parts.temperature = Temperature(profile.TEMPERATURE_DC, profile.BATTERY_VREF_MV)
    parts.plan = Plan(parts.settings.nl_num, parts.settings.steps_den)
    parts.caps = Caps(profile.CAPS)
    parts.reservoir = Reservoir(
        parts.settings.fill.filled_nl, profile.RESERVOIR_LOW_NL, profile.RESERVOIR_EMPTY_NL
    )
    parts.order = Order(parts.wall)
    parts.accounts = Accounts(parts.reservation_slots, record, parts)
    parts.alerts.keep_in(parts.accounts)
    parts.keys = Keys(SlotPair(parts.store, "keys"), parts)


def _delivery(parts, profile, record, counted: tuple) -> None:
    parts.guard = Guard(
        parts.edges,
        parts.pulse,
        parts.driver,
        profile.GUARD_REFILL_MS,
        profile.GUARD_REFILL_STEPS,
        profile.GUARD_CAPACITY_STEPS,
    )
    parts.dosing = Dosing(parts.pulse, parts.guard, parts.scratch)
    parts.ledger = Ledger(parts.dosing, counted[0])
    startup.use_calibration(parts)
    parts.granter = Granter(
        parts.order,
        parts.plan,
        parts.caps,
        parts.ledger,
        parts.dosing,
        parts.accounts.cover,
        1_000_000 // profile.STEPS_PER_S_MAX,
        profile.RATE_MAX_NL_H,
    )
    parts.bridge = Bridge(parts)
    parts.accounts.take_over(record, counted)
    parts.delivery = Delivery(
        parts.pulse,
        parts.driver,
        parts.timer,
        parts.clock,
        parts.dosing,
        parts.guard,
        parts.ledger,
        parts.granter,
        profile.WAKE_MS,
    )


def _controller(parts, pump, monitor) -> Controller:
    usb = Usb(parts.wake)
    pin = parts.profile.PIN_PRESSURE
    flow = FlowWatch(parts, pump, None if pin is None else Adc(pin))
    facade = Facade(pump, parts)
    link = LinkPart(Link(usb, facade, parts.keys))
    woken = (pump, link, Buttons(parts, pump, facade.press))
    others = (pump.trial, pump.ended, parts.alerts, monitor, flow, parts.journal)
    return Controller(parts, usb, link, pump, woken, others)
