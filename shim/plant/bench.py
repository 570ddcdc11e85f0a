"""The bench: all parts wired to a board's lines and its battery pin.

    bench = Bench(seed=7)
    bench.attach(world)
    world.run_for(60_000)
    print(bench.dispensed_nl)

Invariant: `water_balance_fl()` is 0 whatever happened. A Bench can be pickled; it keeps its state
but not the board it was wired to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from shim.plant.battery import Battery
from shim.plant.beeper import Beeper
from shim.plant.catheter import AIR, WATER, FluidPath
from shim.plant.facts import FL_PER_NL, PlantFacts, Tolerances
from shim.plant.head import PumpHead
from shim.plant.pumps import Edge, motor_of, wires_of
from shim.plant.reservoir import Reservoir
from shim.plant.scale import Scale
from shim.plant.sensors import IndexSensor, PressureSensor
from shim.plant.tube import Tube
from shim.plant.wire import Wire


class LineLike(Protocol):
    """What the bench needs of a GPIO line."""

    def level(self) -> int:
        """0 or 1."""

    def drive(self, level: int | None) -> None:
        """Drive the line from outside; None lets go."""

    def listen(self, listener: Any) -> None:
        """Report edges and trains to `listener` from now on."""


class LinesLike(Protocol):
    """Lines by GPIO number."""

    def __getitem__(self, number: int, /) -> LineLike:
        """The line of that GPIO."""


class WorldLike(Protocol):
    """What the bench needs of a world: a virtual Pico or an emulated one."""

    @property
    def now_ns(self) -> int:
        """Virtual time."""

    @property
    def lines(self) -> LinesLike:
        """The board's GPIO lines."""

    def set_adc_mv(self, channel: int, source: Callable[[int], float]) -> None:
        """Millivolts at an ADC pin as a function of time."""


@dataclass(frozen=True)
class PlantState:
    """The plant at one instant; exact volumes in femtolitres."""

    t_ns: int
    position_steps: int
    pulses: int
    lost_steps: int
    dispensed_fl: int
    reservoir_fl: int
    battery_mv: float
    driver_enabled: bool


class Bench:
    """Motor, tube, water, battery, beeper and scale. Faults are set on the parts or by name:
    `stall()`, `kink(True)`, `clog(times)`, `tear(True)`, `loosen(True)`, `air(nl)`, `leak(ppm)`,
    `battery.fault = "open"`."""

    def __init__(
        self,
        seed: int = 0,
        tolerances: Tolerances | None = None,
        facts: PlantFacts | None = None,
    ) -> None:
        self.facts = facts or PlantFacts()
        spread = tolerances or Tolerances()
        f = self.facts
        self.reservoir = Reservoir(f.reservoir)
        self.path = FluidPath(f.path, self.reservoir)
        self.tube = Tube(f.tube, seed, spread.tube_ppm)
        moved = None if f.pins.index is None else self._show_index
        self.head = PumpHead(self.tube, self.path, self._now_ns, moved)
        self.motor = motor_of(f.motor, self.head, seed)
        self.index = IndexSensor(f.sensors)
        self.pressure = PressureSensor(f.sensors, seed, spread.noise)
        self.battery = Battery(
            f.battery, seed, spread.capacity_ppm, spread.divider_ppm, spread.noise
        )
        self.beeper = Beeper(self.battery.beeper.add)
        self.scale = Scale(f.scale, seed, spread.noise)
        self._world: WorldLike | None = None
        self._seen_ns = 0

    def attach(self, world: WorldLike) -> None:
        """Wire the bench to a board and switch its supply on."""
        pins, lines, motor = self.facts.pins, world.lines, self.motor
        self._world, self._seen_ns = world, world.now_ns
        motor.begin(world.now_ns, lines[pins.dir].level(), lines[pins.enable].level())
        self.battery.idle.switch(world.now_ns, True)
        self.battery.motor.switch(world.now_ns, motor.draws)
        for gpio, edge, train in wires_of(motor, pins):
            wire = Wire(edge, train, motor.step_pulse) if train else Wire(self._loaded(edge))
            lines[gpio].listen(wire)
        lines[pins.enable].listen(Wire(self._enable_edge))
        lines[pins.beeper].listen(Wire(self.beeper.edge, self.beeper.train))
        if pins.ear is not None:  # who looks at it looks edge by edge
            lines[pins.beeper].listen(Wire(self._hear, lambda *_train: None))
        world.set_adc_mv(pins.battery_adc_channel, self.battery.adc_mv)
        if pins.pressure_adc_channel is not None:
            world.set_adc_mv(pins.pressure_adc_channel, self._pressure_mv)
        self._show_index()

    def at(self, t_ns: int) -> PlantState:
        """The plant at t_ns, which is not before the last `at`. Raises ValueError if it is."""
        if t_ns < self._seen_ns:
            raise ValueError(f"the plant is at {self._seen_ns} ns already, not at {t_ns} ns")
        self._seen_ns = t_ns
        self.motor.settle(t_ns)
        self.path.settle(t_ns)
        return PlantState(
            t_ns, self.motor.position_steps, self.motor.pulses, self.motor.lost_steps,
            self.path.out_fl[WATER], self.reservoir.volume_fl,
            self.battery.terminal_mv(t_ns), self.motor.enabled,
        )  # fmt: skip

    @property
    def now(self) -> PlantState:
        """The plant at the board's present time."""
        return self.at(self._now_ns())

    @property
    def dispensed_fl(self) -> int:
        """Water that left the catheter's tip, exact."""
        return self.now.dispensed_fl

    @property
    def dispensed_nl(self) -> float:
        """Water that left the catheter's tip."""
        return self.dispensed_fl / FL_PER_NL

    @property
    def reservoir_nl(self) -> float:
        """Water in the bag, the unusable residue included."""
        return self.reservoir.volume_fl / FL_PER_NL

    @property
    def steps_moved(self) -> int:
        """Rotor position in pulses, forward positive."""
        return self.now.position_steps

    @property
    def turns(self) -> float:
        """Turns of the pump head since it was wired, forward positive: what an index sensor
        sees.
        """
        return self.steps_moved / float(self.facts.motor.steps_per_turn)

    @property
    def steps_lost(self) -> int:
        """Pulses seen that did not turn the rotor; `motor.lost` tells why."""
        return self.now.lost_steps

    @property
    def battery_mv(self) -> float:
        """Voltage at the battery's terminals under its present load."""
        return self.now.battery_mv

    def scale_mg(self) -> float:
        """What the scale under the tip shows now."""
        state = self.now
        return self.scale.reading_mg(state.dispensed_fl, state.t_ns)

    def supply(self, on: bool, t_ns: int | None = None) -> None:
        """The battery was taken out or put back: the board draws nothing meanwhile."""
        self.battery.idle.switch(self.now.t_ns if t_ns is None else t_ns, on)

    def supply_gap(self, off_ms: float) -> None:
        """The battery is out for off_ms from now; call it beside `world.power_cut(off_ms)`."""
        t_ns = self.now.t_ns
        self.battery.idle.switch(t_ns, False)
        self.battery.idle.switch(t_ns + round(off_ms * 1e6), True)

    def stall(self, on: bool = True, for_ms: float = 0) -> None:
        """Fault: something holds the rotor; with for_ms (a magnetic field) it ends by itself."""
        t_ns = self.now.t_ns  # a pulse that is high already still counts
        self.head.held_until_ns = t_ns + round(for_ms * 1e6) if on and for_ms else 0
        self.motor.stalled = on and not for_ms

    def kink(self, on: bool) -> None:
        """Fault: the tube is kinked; letting go releases what the swollen tube holds."""
        t_ns = self.now.t_ns
        if on:
            self.path.kink()
        else:
            self.path.release(t_ns)

    def clog(self, times: float, over_ms: float = 0) -> None:
        """Fault: the way out resists so many times as hard (1: free again), now or slowly. Only a
        path with a resistance can clog."""
        self.path.throttle.clog(times, self.now.t_ns, round(over_ms * 1e6))

    def tear(self, on: bool) -> None:
        """Fault: the catheter is torn off before its valve: what is pumped runs out there."""
        self.now  # noqa: B018
        self.path.torn = on

    def loosen(self, on: bool) -> None:
        """Fault: the tube is off the pump's outlet."""
        self.now  # noqa: B018
        self.path.loosen(on)

    def air(self, volume_nl: int) -> None:
        """Fault: a bubble at the inlet, which the next strokes draw; it reaches the tip a dead
        volume later."""
        self.reservoir.bubble_fl += volume_nl * FL_PER_NL

    def leak(self, ppm: int) -> None:
        """Fault: this part of the flow (0 to 1_000_000) is lost at the tip itself."""
        self.path.leak_ppm = ppm

    def pressure_kpa(self) -> float:
        """Gauge pressure behind the pump head."""
        self.now  # noqa: B018
        return self.path.pressure_kpa()

    def water_balance_fl(self) -> int:
        """Water put in minus water found anywhere; 0 or this plant lies."""
        path, bag = self.path, self.reservoir
        found = bag.volume_fl + bag.drained_fl + path.water_fl()
        found += path.out_fl[WATER] + path.leaked_fl[WATER]
        return bag.filled_fl + path.primed_fl - found

    def air_out_fl(self) -> int:
        """Air that left the tip."""
        self.now  # noqa: B018
        return self.path.out_fl[AIR]

    def _now_ns(self) -> int:
        return self._world.now_ns if self._world else self._seen_ns

    def _show_index(self) -> None:
        """The rotor moved, or stands where it did: the index line shows the disk."""
        pin = self.facts.pins.index
        if pin is not None and self._world is not None:
            level = self.index.level(self.head.position_steps)
            if self._world.lines[pin].level() != level:
                self._world.lines[pin].drive(level)

    def _hear(self, _t_ns: int, level: int) -> None:
        if self.facts.pins.ear is not None and self._world is not None:
            self._world.lines[self.facts.pins.ear].drive(0 if self.beeper.dead else level)

    def _pressure_mv(self, t_ns: int) -> float:
        self.path.settle(t_ns)
        return self.pressure.mv(self.path.pressure_kpa(), t_ns)

    def _enable_edge(self, t_ns: int, level: int) -> None:
        self.motor.enable_edge(t_ns, level)
        self.battery.motor.switch(t_ns, self.motor.draws)

    def _loaded(self, edge: Edge) -> Edge:
        """A listener of the motor's, after which the battery knows what the motor draws."""

        def then_load(t_ns: int, level: int) -> None:
            edge(t_ns, level)
            self.battery.motor.switch(t_ns, self.motor.draws)

        return then_load

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_world": None}
