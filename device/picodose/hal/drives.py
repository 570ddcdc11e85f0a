"""Which pulse hardware and which eyes of the guard belong to the profile's DRIVER."""

from picodose.hal import edge_counter
from picodose.hal.coils_pio import ON_US, CoilPort
from picodose.hal.dc_pio import DcPort
from picodose.hal.pulse_pio import HIGH_US, PulsePort


def pulse_us(profile) -> int:
    """How long a step is on. Raises ValueError for a DRIVER that does not exist."""
    found = {"stepdir": HIGH_US, "uln2003": ON_US, "dc": profile.ON_US}.get(profile.DRIVER)
    if not found:
        raise ValueError("profile: DRIVER must be stepdir, uln2003 or dc")
    return found


def build(profile, sm_pulse: int, sm_guard: int) -> tuple:
    """(pulse port, the guard's counter) on these state machines."""
    pin, on_us = profile.PIN_STEP, profile.ON_US
    if profile.DRIVER == "dc":  # a board gets the drive of its profile alone: build/drive.py
        made = DcPort(sm_pulse, pin, on_us), edge_counter.on_times(sm_guard, pin, on_us)
    elif profile.DRIVER == "uln2003":
        made = CoilPort(sm_pulse, pin), edge_counter.half_steps(sm_guard, pin)
    else:
        made = PulsePort(sm_pulse, pin), edge_counter.EdgeCounter(sm_guard, pin)
    return made
