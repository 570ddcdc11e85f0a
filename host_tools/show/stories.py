"""The stories as data: a pump, a prescription, what a person or the bench does and when.

A story says nothing of what the pump shall do then: that is seen in its picture and its journal.
"""

from __future__ import annotations

from dataclasses import dataclass

from shim.plant.facts import PathFacts, PlantFacts, ReservoirFacts, TubeFacts
from shim.plant.pumps import DC, ULN2003


@dataclass(frozen=True)
class Pump:
    """A profile of device/profiles, the bench that has its motor and sensors, more facts of it."""

    profile: str
    facts: PlantFacts
    more: str = ""


_PATH_NL = 10_010
_SHORT = PathFacts(dead_volume_nl=_PATH_NL, swell_max_nl=1_000)
PUMPS = {
    "step/dir": Pump("therapy_step", PlantFacts()),
    "with sensors": Pump("sensed_step", PlantFacts.sensed()),
    "ULN2003": Pump("uln2003", ULN2003),
    "DC": Pump("dc", DC),
    "wide tube": Pump("therapy_step", PlantFacts(tube=TubeFacts(nominal_nl=41_600))),
    "short path": Pump(
        "therapy_step",
        PlantFacts(path=_SHORT, reservoir=ReservoirFacts(conc_ug_ml=500)),
        f"PATH_NL = {_PATH_NL}\n",
    ),
}
"""By the name in a picture."""

Act = tuple[float, str] | tuple[float, str, tuple[int | str, ...]]
"""Minute of the story, a deed of stage.py, its arguments."""


@dataclass(frozen=True)
class Story:
    """about: one sentence. rx: a prescription file's text, or the name of an example file."""

    about: str
    rx: str
    hours: float
    acts: tuple[Act, ...] = ()
    pumps: tuple[str, ...] = ("step/dir",)
    clock: bool = True  # somebody sets the clock before the start


def _const(rate: str, more: str = "") -> str:
    return f'mode = "const"\nfluid = "water"\nrate = "{rate}"\n{more}'


MASS = (
    'mode = "const"\nfluid = "demo-baclofen"\nconcentration = "{ug_ml} ug/mL"\nrate = "10 ug/h"\n'
)
"""The same mass an hour at any concentration."""
_PATIENT = '[patient]\nvolume = "20 uL"\nover = "5 min"\nlockout = "1 h"\nmax_per_24h = 3\n'

STORIES = {
    "week": Story("Two patterns over a week; the second from Saturday on.", "week.toml", 168),
    "periodic": Story("The same amount every four hours, start to start.", "periodic.toml", 24),
    "patient": Story(
        "The patient's button: given, refused in the lockout, given again.",
        _const("30 uL/h", _PATIENT),
        3,
        ((20, "press"), (50, "press"), (110, "press")),
    ),
    "bolus": Story(
        "A clinician's bolus on top of the basal rate, and one that a stop ends.",
        _const("30 uL/h"),
        2,
        ((20, "bolus", (20, 10)), (60, "bolus", (20, 20)), (66, "stop"),
         (90, "start")),
    ),
    "trial": Story(
        "A trial until two in the afternoon, with two scores; it stops itself.",
        _const("20 uL/h", '[trial]\nuntil = "2026-03-02 14:00"\n'),
        15,
        ((360, "score", (4, "a little better")), (720, "score", (8, "good"))),
    ),
    "prime": Story(
        "The tube is filled from stopped; the third time in a day is refused.",
        _const("100 uL/h"),
        1,
        ((2, "stop"), (5, "prime", (400,)), (10, "prime", (200,)),
         (15, "prime", (200,)), (20, "start")),
    ),
    "refill": Story(
        "A residue that is not the expected one blocks the start until it is explained.",
        _const("500 uL/h"),
        4,
        ((90, "stop"), (95, "refill", (-3000, 18_000)), (100, "start"),
         (110, "explain"), (112, "ack"), (115, "start")),
    ),
    "power": Story(
        "Ten minutes without power: therapy goes on from then, nothing is made up.",
        _const("100 uL/h"),
        2,
        ((60, "lose_power", (600,)), (80, "ack")),
    ),
    "alarms": Story(
        "Heard: no time of day (medium), a blocked outlet (high), a forgotten start (low).",
        'mode = "day"\nfluid = "water"\nfallback = "20 mL/h"\n[[step]]\nat = "00:00"\n'
        'rate = "20 mL/h"\n',
        0.45,
        ((3, "kink", ("on",)), (5, "kink", ("off",)), (6, "ack"), (22, "set_clock"),
         (23, "start")),
        ("with sensors",),
        clock=False,
    ),
    "occlusion": Story(
        "The outlet is blocked: alarm and stop; freed, acknowledged and started again.",
        _const("20 mL/h"),
        0.2,
        ((4, "kink", ("on",)), (7, "kink", ("off",)), (8, "ack"), (8.5, "start")),
        ("with sensors",),
    ),
    "leak": Story(
        "The catheter tears; a start against the same leak, three times, locks the pump out.",
        _const("20 mL/h"),
        0.25,
        ((3, "tear", ("open",)), (5, "ack"), (5.1, "start"), (7, "ack"), (7.1, "start"),
         (9, "ack"), (9.1, "start"), (11, "tear", ("whole",)), (12, "ack"), (12.5, "start")),
        ("with sensors",),
    ),
    "drives": Story(
        "The same prescription on a step/dir, a ULN2003 and a DC pump.",
        _const("200 uL/h"),
        1,
        ((20, "bolus", (50, 10)),),
        ("step/dir", "ULN2003", "DC"),
    ),
    "calibration": Story(
        "Its tube gives 4 % more than nominal; nine weighed runs put that right.",
        _const("100 uL/h"),
        2,
        ((45, "stop"), (50, "calibrate"), (60, "start")),
        ("wide tube",),
    ),
    "bridge": Story(
        "A stronger fluid: the old one leaves the tube at the same mass an hour, then the rate.",
        MASS.format(ug_ml=500),
        3,
        ((30, "change", (2000,)),),
        ("short path",),
    ),
}  # fmt: skip
"""Name to story."""
