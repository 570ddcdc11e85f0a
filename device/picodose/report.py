"""What status and hello tell: short (key, value) pairs, one page to a reply of at most 480
bytes.
"""

from micropython import const

from picodose import VERSION, states

_UNKNOWN = const(-1)


def hello(parts) -> list:
    """Who this is. `bench` 1: the link is open without keys (bench mode)."""
    return [
        ("name", "picodose"),
        ("note", "bench demo, water only, not a medical device"),
        ("version", VERSION),
        ("profile", parts.profile.NAME),
        ("serial", parts.serial()),
        ("bench", parts.profile.BENCH_MODE),
        ("boot", parts.accounts.boot),
        ("keys", parts.keys.roles()),
    ]


def status(pump, page: int) -> list:
    """Page 0 therapy and volumes, 1 alarms, 2 battery, reservoir, clock and memory, 3 what the
    identity card needs beside them (REC-6); each tells whether this is bench mode
    (SEC-1) and whether the pump is calibrated (DEL-4).
    """
    parts = pump.parts
    rows = (_therapy, _alarms, _supplies, _identity)[page](pump, parts, parts.clock.now_ms())
    return rows + [("bench", parts.profile.BENCH_MODE), ("calibration", parts.calibration)]


def _therapy(pump, parts, now_ms: int) -> list:
    ledger, plan, fill = parts.ledger, parts.plan, parts.settings.fill
    confirmed = ledger.confirmed
    running = parts.delivery.running
    bolus = parts.order.bolus
    return [
        ("state", "decommissioned" if pump.ended.is_on else states.NAMES[pump.state]),
        ("mode", pump.rx.mode if pump.rx else "none"),
        ("digest", pump.rx.digest if pump.rx else 0),
        ("rate_nl_h", parts.bridge.rate_nl_h(parts.order.rate_nl_h(now_ms)) if running else 0),
        ("bolus_nl", bolus.remaining_nl(now_ms) if bolus else 0),
        ("granted_steps", ledger.granted),
        ("commanded_steps", ledger.commanded),
        ("confirmed_steps", confirmed),
        ("uncertain_steps", parts.accounts.uncertain_steps),
        ("delivered_nl", fill.before_nl + fill.counted_nl(confirmed, plan.nl_num, plan.steps_den)),
        ("missed_nl", parts.accounts.missed_nl()),
        ("tick_ms", parts.granter.tick_ms),
        ("trial_left_s", pump.trial.left_s()),
        ("bridge_nl", plan.nl(parts.bridge.left())),
    ]


def _alarms(_pump, parts, now_ms: int) -> list:
    active = parts.alarms.active()
    return [
        ("highest", parts.alarms.highest()),
        ("active", ",".join([str(code) for code in active])),
        ("paused_s", parts.alerts.paused_s(now_ms)),
        ("uptime_ms", now_ms),
        ("selftest", parts.selftest_mask),
        ("not_checked", parts.unchecked_mask),
        ("reset", parts.boot.reason),
    ]


def _supplies(pump, parts, now_ms: int) -> list:
    wall_s = parts.wall.wall_s(now_ms)
    remaining_nl = parts.accounts.reservoir_nl()
    return [
        ("battery_mv", parts.battery.idle_mv),
        ("battery_tier", parts.battery.tier),
        ("battery_days", parts.accounts.battery_days(now_ms)),
        ("temperature_dc", parts.temperature.now_dc),
        ("time_left_h", parts.battery.time_left_h()),
        ("reservoir_nl", remaining_nl),
        ("refill_wall_s", parts.accounts.refill_wall_s(pump.rx, wall_s)),
        ("wall_s", _UNKNOWN if wall_s is None else wall_s),
        ("running_ms", parts.accounts.running_ms(now_ms)),
        ("heap_free", parts.heap_free),
        ("events", parts.journal.events.next_seq),
        ("faults", parts.journal.faults.next_seq),
    ]


def _identity(pump, parts, _now_ms: int) -> list:
    """`caps`: seconds of a window:nL, with commas between; `build`: of the program's SHA-256."""
    profile, fill = parts.profile, parts.settings.fill
    held = fill if fill.fluid or not pump.rx else pump.rx
    return [
        ("fluid", held.fluid),
        ("conc_ug_ml", held.conc_ug_ml),
        ("rate_max_nl_h", profile.RATE_MAX_NL_H),
        ("bolus_max_nl", profile.BOLUS_MAX_NL),
        ("caps", ",".join(["%d:%d" % (cap[0] // 1000, cap[2]) for cap in profile.CAPS])),
        ("build", parts.build),
    ]
