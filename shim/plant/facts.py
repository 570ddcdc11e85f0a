"""What the parts on the bench are like: data, with the source of each figure.

Nothing here is read by the firmware; a board that differs is another instance of these classes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shim.plant.motor_facts import DcFacts, UnipolarFacts

FL_PER_NL = 1_000_000  # volumes are booked in whole femtolitres: 12.5 nL is 12_500_000 fl


@dataclass(frozen=True)
class PinFacts:
    """GPIO numbers of the wiring and the resistors on the board (gpio, level they pull to).

    `step` is the pulse pin of a step/dir driver, the switch of a DC pump, coil A of four.
    """

    step: int = 2
    dir: int = 3
    enable: int = 6
    beeper: int = 15
    battery_adc_channel: int = 0
    index: int | None = None  # the rotor's index sensor, where one is fitted
    pressure_adc_channel: int | None = None  # the pressure sensor behind the pump head
    ear: int | None = None  # a microphone's comparator beside the piezo
    pulls: tuple[tuple[int, int], ...] = ((2, 0), (3, 0), (6, 1), (15, 0))


@dataclass(frozen=True)
class MotorFacts:
    """Driver and motor. Timing: TI DRV8825 data sheet (STEP 1.9 us, DIR 650 ns, wake 1.7 ms).

    Speeds are in pulses (microsteps) a second for a small NEMA 17 at 1/16 step: about 1000 full
    steps/s from rest and 1500 with a ramp. SLEEP is tied high, so a disabled driver keeps its
    microstep and goes on where it was; with ENABLE and SLEEP wired together
    (`sleeps_when_disabled`) it forgets it and the rotor falls to the nearest full step.
    """

    enable_level: int = 0
    forward_level: int = 1
    wake_ns: int = 1_700_000
    pulse_min_ns: int = 1_900
    dir_setup_ns: int = 650
    microsteps: int = 16
    pull_in_steps_s: float = 20_500.0
    max_steps_s: float = 24_000.0
    max_accel_steps_s2: float = 120_000.0
    sleeps_when_disabled: bool = False

    @property
    def steps_per_turn(self) -> int:
        """Of a motor with 200 full steps a turn."""
        return 200 * self.microsteps


@dataclass(frozen=True)
class TubeFacts:
    """Pump tubing: nominal volume of one pulse as a ratio, the rollers' pulsation, and wear.

    Wear: what a turn delivers falls evenly with the turns made, until `wear_max_ppm` is lost; the
    makers of peristaltic tubing give 10 to 20 % over its life.
    """

    nominal_nl: int = 40_000
    per_steps: int = 3_200
    pulsation_nl: float = 0.0
    pulsation_steps: int = 400  # pulses between two rollers: 8 rollers on a 3200-pulse turn
    wear_ppm_per_turn: int = 0
    wear_max_ppm: int = 200_000


@dataclass(frozen=True)
class PathFacts:
    """Tube and catheter behind the pump head: dead volume, and how much a kinked tube swells.

    `swell_max_nl` must be smaller than the dead volume: a flattened tube still holds water.
    `compliance_nl_kpa`: volume that each kPa adds (stiff 2 m infusion lines: 50 to 200), so that
    the rotor is held at 200 kPa. `resistance_pa_h_ml`: Hagen-Poiseuille, 128 x viscosity x length
    / (pi x bore^4): water in 0.9 m of 0.75 mm bore (400 uL) is 32 Pa for each mL/h. 0: whatever
    is pushed in leaves at once. `valve_kpa`: an anti-siphon valve at the tip (ambulatory sets: 1
    to 2 psi) keeps the line under its opening pressure; 0: no valve. Dry, it holds no air back.
    """

    dead_volume_nl: int = 400_000
    swell_max_nl: int = 20_000
    primed: bool = True
    compliance_nl_kpa: int = 100
    resistance_pa_h_ml: float = 0.0
    valve_kpa: int = 0


@dataclass(frozen=True)
class SensorFacts:
    """Rotor index and line pressure.

    Index: a slotted disk, high for half of `index_steps` pulses of real rotor motion (four marks
    on the 3200-pulse turn); a half must be longer than the pulses of one dosing tick. Pressure: a
    3.3 V gauge sensor, ratiometric 10 to 90 % over 0 to 100 kPa (the usual transfer function of
    board-mount sensors), total error band 1.5 %.
    """

    index_steps: int = 800
    zero_mv: float = 330.0
    mv_per_kpa: float = 26.4
    noise_mv: float = 2.0
    offset_kpa: float = 0.5  # one sigma of the error band


@dataclass(frozen=True)
class ReservoirFacts:
    """The water bag: what is in it at the start and what no pump stroke can get out of it.

    `conc_ug_ml`: of what is dissolved in it, and in the primed path, at the start.
    """

    filled_nl: int = 20_000_000
    residue_nl: int = 1_000_000
    conc_ug_ml: int = 0


@dataclass(frozen=True)
class BatteryFacts:
    """Four alkaline AA cells behind a 1:2 divider.

    `cell_mv`: rest voltage of one cell against the used part of its capacity (shape of published
    100 mA curves of AA cells, rounded). Resistance of a cell grows from fresh to flat. Currents
    are taken from the battery: Pico awake at 6 V, chopper driver holding or moving, piezo.
    """

    cells: int = 4
    capacity_mah: float = 2_200.0
    cell_mv: tuple[tuple[float, float], ...] = (
        (0.00, 1600.0), (0.03, 1530.0), (0.10, 1460.0), (0.20, 1390.0), (0.30, 1340.0),
        (0.40, 1300.0), (0.50, 1268.0), (0.60, 1235.0), (0.70, 1200.0), (0.80, 1160.0),
        (0.90, 1100.0), (0.95, 1040.0), (1.00, 900.0), (1.05, 500.0), (1.10, 0.0),
    )  # fmt: skip
    fresh_mohm: float = 150.0
    flat_mohm: float = 600.0
    idle_ma: float = 25.0
    motor_ma: float = 75.0
    beeper_ma: float = 8.0
    divider_num: int = 1
    divider_den: int = 2
    noise_mv: float = 2.0


@dataclass(frozen=True)
class ScaleFacts:
    """Bench scale: water at 20 degrees C, 0.1 mg display, its repeatability as a sigma."""

    density_mg_per_ul: float = 0.9982
    resolution_mg: float = 0.1
    noise_mg: float = 0.1


@dataclass(frozen=True)
class PlantFacts:
    """Everything on the bench."""

    pins: PinFacts = field(default_factory=PinFacts)
    motor: MotorFacts | UnipolarFacts | DcFacts = field(default_factory=MotorFacts)
    tube: TubeFacts = field(default_factory=TubeFacts)
    path: PathFacts = field(default_factory=PathFacts)
    reservoir: ReservoirFacts = field(default_factory=ReservoirFacts)
    battery: BatteryFacts = field(default_factory=BatteryFacts)
    scale: ScaleFacts = field(default_factory=ScaleFacts)
    sensors: SensorFacts = field(default_factory=SensorFacts)

    @classmethod
    def sensed(cls) -> PlantFacts:
        """The bench with index and pressure sensor fitted, a valve at the tip, and a real tube."""
        return cls(
            pins=PinFacts(index=7, pressure_adc_channel=1),
            tube=TubeFacts(pulsation_nl=400.0, wear_ppm_per_turn=4),
            path=PathFacts(resistance_pa_h_ml=32.0, valve_kpa=7),
        )


@dataclass(frozen=True)
class Tolerances:
    """One-sigma spread of the parts, drawn once from the seed; `Tolerances.none()` is exact."""

    tube_ppm: float = 15_000.0
    capacity_ppm: float = 30_000.0
    divider_ppm: float = 3_000.0
    noise: float = 1.0  # factor on every noise figure

    @classmethod
    def none(cls) -> Tolerances:
        """Ideal parts without noise: the plant agrees with arithmetic to the femtolitre."""
        return cls(0.0, 0.0, 0.0, 0.0)
