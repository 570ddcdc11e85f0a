"""The wiring of a profile as a circuit drawing (SVG by schemdraw)."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from host_tools.wiring.wires import Wire, divider_kohm, parts, wires_of

PITCH = 2.6  # from wire to wire: a resistor and its ground fit between
_PICO_W = 4.0
_RUN = 6.6  # from the Pico to the driver
_PULL_AT = 2.2
_UP_FURTHER = 2.0  # so that a pull-up does not meet the pull-down of the wire above


def drawing(profile: ModuleType) -> str:
    """The drawing as SVG text, the same for the same profile."""
    import schemdraw

    schemdraw.use("svg")
    sheet = schemdraw.Drawing(show=False)
    sheet.config(unit=2.0, fontsize=11, font="DejaVu Sans, Verdana, sans-serif", bgcolor="white",
                 lw=1.4, margin=0.6)  # fmt: skip
    wires = {wire.role: wire for wire in wires_of(profile)}
    slots = _SLOTS[profile.DRIVER]
    pico = _pico(sheet, wires, slots)
    for role in slots:
        if role != "3V3":
            _pulled_line(sheet, getattr(pico, role), wires[role])
    draw = {"stepdir": _stepdir, "uln2003": _uln2003, "dc": _dc}[profile.DRIVER]
    draw(sheet, pico)
    _left(sheet, profile, pico)
    return str(sheet.get_imagedata("svg").decode())


_LEFT = ("BEEPER", "PATIENT", "SERVICE", "VBAT", "VSYS", "GND")
# Row of each wire on the right: gaps are room for what the driver needs.
_SLOTS = {
    "stepdir": {"STEP": 0, "DIR": 1, "ENABLE": 2, "3V3": 3},
    "uln2003": {"IN1": 0, "IN2": 1, "IN3": 2, "IN4": 3, "ENABLE": 5},
    "dc": {"ENABLE": 0, "GATE": 4},
}


def _pico(sheet: Any, wires: dict[str, Wire], slots: dict[str, int]) -> Any:
    import schemdraw.elements as elm

    rows = len(_LEFT)

    def pin(wire: Wire, side: str, slot: int) -> Any:
        gpio = wire.gpio.split()[0]
        name = f"GP{gpio}" if gpio.isdigit() else gpio
        return elm.IcPin(name=name, pin=str(wire.pin), side=side, slot=f"{rows - slot}/{rows}",
                         anchorname=wire.role)  # fmt: skip

    pins = [pin(wires[role], "right", slot) for role, slot in slots.items()]
    pins += [pin(wires[role], "left", k) for k, role in enumerate(_LEFT)]
    size = (_PICO_W, PITCH * (rows - 1) + 2.0)
    chip = elm.Ic(pins=pins, size=size, edgepadH=0, edgepadW=0, pinspacing=PITCH, leadlen=0.8,
                  plblsize=9)  # fmt: skip
    return sheet.add(chip.label("Raspberry Pi\nPico", "center"))


def _pulled_line(sheet: Any, at: Any, wire: Wire) -> None:
    """A wire to the driver with its pull resistor on the way."""
    import schemdraw.elements as elm

    up, value = wire.pulled_up, parts()["values"]["pull"]
    first = _PULL_AT + (_UP_FURTHER if up else 0)
    sheet.add(elm.Line().at(at).right(first))
    sheet.add(elm.Dot())
    sheet.push()
    side = elm.Resistor().up(1.4) if up else elm.Resistor().down(1.4)
    sheet.add(side.scale(0.6).label(value, "bottom" if up else "top", fontsize=9))
    sheet.add(elm.Vdd().scale(0.8).label("3V3", fontsize=9) if up else elm.Ground().scale(0.8))
    sheet.pop()
    sheet.add(elm.Line().right(_RUN - first))


def _block(sheet: Any, at: Any, name: str, left: list[str], right: list[str]) -> Any:
    """A block whose first left pin meets the wire that ends at `at`."""
    import schemdraw.elements as elm

    rows = max(len(left), len(right))
    pins = [
        elm.IcPin(name=pin, side=side, slot=f"{rows - k}/{rows}", anchorname=f"{side[0]}{k}")
        for side, names in (("left", left), ("right", right))
        for k, pin in enumerate(names)
        if pin
    ]
    size = (3.6, PITCH * (rows - 1) + 2.0)
    chip = elm.Ic(pins=pins, size=size, edgepadH=0, edgepadW=0, pinspacing=PITCH, leadlen=0.6)
    return sheet.add(chip.label(name, "top").theta(0).anchor("l0").at(at))


def _end(pico: Any, role: str) -> tuple[float, float]:
    """Where the wire of a role ends."""
    x, y = getattr(pico, role)
    return x + _RUN, y


def _stepdir(sheet: Any, pico: Any) -> None:
    import schemdraw.elements as elm

    left, right = ["STEP", "DIR", "ENABLE", "VDD", "GND"], ["VMOT", "1A", "1B", "2A", "2B"]
    chip = _block(sheet, _end(pico, "STEP"), "STEP/DIR driver", left, right)
    _supply(sheet, chip.r0, "motor supply", "100 µF")
    _motor(sheet, [getattr(chip, f"r{k}") for k in range(1, 5)], "stepper\nmotor")
    sheet.add(elm.Line().at(getattr(pico, "3V3")).tox(chip.l3))
    _grounded(sheet, chip.l4)


def _uln2003(sheet: Any, pico: Any) -> None:
    import schemdraw.elements as elm

    chip = _block(sheet, _end(pico, "IN1"), "ULN2003", ["IN1", "IN2", "IN3", "IN4", "GND"],
                  ["OUT1", "OUT2", "OUT3", "OUT4", "COM"])  # fmt: skip
    x, bottom = _motor(sheet, [getattr(chip, f"r{k}") for k in range(4)], "28BYJ-48")
    _grounded(sheet, chip.l4)
    switch = _switch(sheet, pico, ["OUT", "IN"])
    sheet.add(elm.Line().at(switch.r0).right(0.8))
    sheet.add(elm.Dot())
    sheet.push()
    sheet.add(elm.Line().toy(chip.r4))
    sheet.add(elm.Line().tox(chip.r4))
    sheet.pop()
    sheet.add(elm.Line().tox(x))
    sheet.add(elm.Line().toy(bottom).label("red", "bottom", fontsize=9))
    _supply(sheet, switch.r1, "motor supply, 5 V")


def _dc(sheet: Any, pico: Any) -> None:
    import schemdraw.elements as elm

    switch = _switch(sheet, pico, ["IN", "OUT"])
    _supply(sheet, switch.r0, "motor supply, 6 V")
    sheet.add(
        elm.Resistor().at(_end(pico, "GATE")).right(2.0).scale(0.6).label("100 Ω", fontsize=9)
    )
    sheet.add(elm.Line().right(4.2))
    fet = sheet.add(elm.NFet().theta(0).reverse().anchor("gate"))
    sheet.add(elm.Ground().theta(0).at(fet.source))
    sheet.add(elm.Line().at(fet.drain).up(0.6))
    low = sheet.add(elm.Dot())
    sheet.add(elm.Motor().up(2.0).label("pump\nmotor", "top"))
    high = sheet.add(elm.Dot())
    sheet.add(elm.Line().at(low.center).right(1.6))
    sheet.add(elm.Schottky().up(2.0).label(parts()["values"]["flyback"], "bottom", fontsize=9))
    sheet.add(elm.Line().tox(high.center))
    sheet.add(elm.Line().at(switch.r1).tox(high.center))
    sheet.add(elm.Line().toy(high.center))


def _switch(sheet: Any, pico: Any, right: list[str]) -> Any:
    """The switch in the motor's supply."""
    import schemdraw.elements as elm

    switch = _block(sheet, _end(pico, "ENABLE"), "", ["EN", "GND"], right)
    middle = (switch.l0[0] + 2.4, switch.l0[1] - PITCH / 2)
    sheet.add(elm.Label().theta(0).at(middle).label("high-side\nswitch"))
    _grounded(sheet, switch.l1)
    return switch


def _motor(sheet: Any, wires: list[Any], name: str) -> tuple[float, float]:
    """A motor as a box at the ends of its wires; returns the middle of its lower edge."""
    import schemdraw.elements as elm

    for wire in wires:
        sheet.add(elm.Line().at(wire).right(1.6))
    half = (wires[0][1] - wires[-1][1]) / 2 + 0.6
    x, y = wires[0][0] + 1.6, (wires[0][1] + wires[-1][1]) / 2
    sheet.add(elm.Rect(corner1=(0, -half), corner2=(2.8, half)).theta(0).at((x, y)))
    sheet.add(elm.Label().theta(0).at((x + 1.4, y)).label(name))
    return x + 1.4, y - half


def _grounded(sheet: Any, at: Any) -> None:
    import schemdraw.elements as elm

    sheet.add(elm.Line().at(at).left(0.6))
    sheet.add(elm.Ground().theta(0).scale(0.8))


def _supply(sheet: Any, at: Any, name: str, capacitor: str = "") -> None:
    """A supply, with its capacitor where there is one."""
    import schemdraw.elements as elm

    sheet.add(elm.Line().at(at).right(1.6))
    if capacitor:
        sheet.add(elm.Dot())
        sheet.push()
        part = elm.Capacitor(polar=True).down(1.2).scale(0.6)
        sheet.add(part.label(capacitor, "top", fontsize=9))
        sheet.add(elm.Ground().theta(0).scale(0.8))
        sheet.pop()
    sheet.add(elm.Line().right(1.0))
    sheet.add(elm.Dot(open=True).label(name, "right"))


def _left(sheet: Any, profile: ModuleType, pico: Any) -> None:
    """Piezo, buttons, battery and supply."""
    import schemdraw.elements as elm

    sheet.add(elm.Line().at(pico.BEEPER).left(1.2))
    sheet.add(elm.Dot())
    sheet.push()
    sheet.add(elm.Resistor().down(1.4).scale(0.6).label(parts()["values"]["pull"], "bottom",
              fontsize=9))  # fmt: skip
    sheet.add(elm.Ground().scale(0.8))
    sheet.pop()
    sheet.add(elm.Line().left(1.6))
    sheet.add(elm.Crystal().left(1.6).label("piezo"))
    sheet.add(elm.Ground().scale(0.8))
    for role in ("PATIENT", "SERVICE"):
        sheet.add(elm.Line().at(getattr(pico, role)).left(2.0))
        sheet.add(elm.Button().left(2.4).label(role))
        sheet.add(elm.Ground().scale(0.8))
    _divider(sheet, profile, pico)
    sheet.add(elm.Line().at(pico.VSYS).left(1.0))
    sheet.add(elm.Schottky().left(1.6).reverse())
    sheet.add(elm.Line().left(0.8))
    sheet.add(elm.Dot(open=True).label("5 V regulator", "left"))
    sheet.add(elm.Line().at(pico.GND).left(1.0))
    sheet.add(elm.Ground())


def _divider(sheet: Any, profile: ModuleType, pico: Any) -> None:
    import schemdraw.elements as elm

    upper, lower = divider_kohm(profile)
    sheet.add(elm.Line().at(pico.VBAT).left(1.2))
    sheet.add(elm.Dot())
    sheet.push()
    sheet.add(elm.Capacitor().down(1.2).scale(0.6).label(parts()["values"]["filter"], "bottom",
              fontsize=9))  # fmt: skip
    sheet.add(elm.Ground().scale(0.8))
    sheet.pop()
    sheet.add(elm.Line().left(2.0))
    sheet.add(elm.Dot())
    sheet.push()
    sheet.add(elm.Resistor().down(1.4).scale(0.6).label(f"{lower} kΩ", "bottom", fontsize=9))
    sheet.add(elm.Ground().scale(0.8))
    sheet.pop()
    sheet.add(elm.Resistor().left(2.4).scale(0.8).label(f"{upper} kΩ", fontsize=9))
    sheet.add(elm.Dot(open=True).label("battery +", "left"))
