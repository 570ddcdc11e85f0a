"""Two published rules for the most that a window may hold, each standing alone on the device.

Both were proved wrong (docs/ROLLING_CAPS.md); here they take the place of the admission check, and
the grant check is switched off. The rest of the pump is as it is.
"""

from __future__ import annotations

from shim.virtual_pico import REPO_DEVICE_DIR

_CAPS, _ADMISSION = "picodose/therapy/caps.py", "picodose/therapy/admission.py"

_NO_GRANT_CHECK = """

def _room(self, start_ms):
    return 1 << 20


Caps.room = _room
"""

_ANSWER = """
        if steps > window.cap_steps:
            cap_steps = window.cap_steps
            raise Refused(codes.CAP_ROOM, "volume", steps, cap_steps, "a published rule")
"""

_LOOK_BACK = (
    '''

def admit(caps, now_ms, forecast, end_ms):
    """What was delivered in the window, and what is asked for."""
    for window in caps.windows:
        steps = window.total(now_ms)
        for bolus in forecast._boluses:
            steps += bolus.amount_nl * forecast._steps_den // forecast._nl_num
'''
    + _ANSWER
)

_PRESENT_BASAL = (
    '''

_given = []


def admit(caps, now_ms, forecast, end_ms):
    """The boluses of the window, what is asked for, and a window of basal at the present rate."""
    schedule = forecast._schedule
    rate_nl_h = schedule.rate_nl_h(now_ms, forecast._wall) if schedule else 0
    for window in caps.windows:
        since_ms = now_ms - window.window_ms
        boluses = [bolus for bolus in _given if bolus.end_ms > since_ms] + forecast._boluses
        nl = sum([bolus.amount_nl for bolus in boluses])
        nl += rate_nl_h * window.window_ms // 3600000
        steps = nl * forecast._steps_den // forecast._nl_num
'''
    + _ANSWER
    + "    _given.extend(forecast._boluses)\n"
)


def _overlay(rule: str) -> tuple[tuple[str, bytes], ...]:
    texts = {_CAPS: _NO_GRANT_CHECK, _ADMISSION: rule}
    return tuple(
        (path, (REPO_DEVICE_DIR / path).read_bytes() + text.encode())
        for path, text in texts.items()
    )


LOOKING_BACK_ONLY = _overlay(_LOOK_BACK)
BOLUSES_AND_PRESENT_BASAL = _overlay(_PRESENT_BASAL)
