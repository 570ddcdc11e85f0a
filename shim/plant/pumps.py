"""The three pumps of the bench: which motor, on which wires, in which facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shim.plant.dc_motor import DcMotor
from shim.plant.facts import MotorFacts, PinFacts, PlantFacts, ReservoirFacts, TubeFacts
from shim.plant.motor import Head, Motor
from shim.plant.motor_facts import DcFacts, UnipolarFacts
from shim.plant.unipolar import Unipolar

Edge = Callable[[int, int], None]
Train = Callable[[int, int, int, int], None]

STEP_DIR = PlantFacts()
"""A4988-like driver, 40 uL a turn of 3200 pulses."""

SENSED = replace(PlantFacts.sensed(), reservoir=ReservoirFacts(filled_nl=500_000_000))
"""The same with both sensors, a valve at the tip, and a large bag."""

ULN2003 = PlantFacts(
    pins=PinFacts(pulls=((2, 0), (3, 0), (4, 0), (5, 0), (6, 1), (15, 0))),
    motor=UnipolarFacts(),
    tube=TubeFacts(nominal_nl=40_960, per_steps=4_096, pulsation_steps=512),
)
"""28BYJ-48, 10 nL a half-step."""

DC = PlantFacts(
    pins=PinFacts(pulls=((2, 0), (6, 1), (15, 0))),
    motor=DcFacts(),
    tube=TubeFacts(nominal_nl=100_000, per_steps=1_000_000, pulsation_steps=125_000),
)
"""DC pump of 10 uL/s: 242 nL in an on-time of 30 ms."""


def motor_of(facts: MotorFacts | UnipolarFacts | DcFacts, head: Head, seed: int) -> Any:
    """The motor that these facts describe."""
    if isinstance(facts, UnipolarFacts):
        return Unipolar(facts, head, seed)
    return DcMotor(facts, head) if isinstance(facts, DcFacts) else Motor(facts, head)


def wires_of(motor: Any, pins: PinFacts) -> list[tuple[int, Edge, Train | None]]:
    """(GPIO, listener of edges, listener of trains or None) of a motor; ENABLE is not here."""
    if isinstance(motor, Unipolar):
        return [(pins.step + coil, motor.coil_edge(coil), None) for coil in range(4)]
    if isinstance(motor, DcMotor):
        return [(pins.step, motor.switch_edge, None)]
    return [(pins.step, motor.step_edge, motor.step_train), (pins.dir, motor.dir_edge, None)]
