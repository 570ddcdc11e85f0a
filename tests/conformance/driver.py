"""Runs the probe on a world and collects its facts; `python -m tests.conformance.driver` records.

A fact is a line `= key: value`.  Each section is asked for by name over the serial port, so
that the bench can set voltages, press buttons and pull resets at the right moment.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from shim.emulated.image import compiled_image
from shim.emulated.pico import EmulatedPico
from shim.virtual_pico import VirtualPico
from tests.conformance.differences import Difference, write_differences

HERE = Path(__file__).parent
PROBE = HERE / "probe"
GOLDEN = HERE / "firmware-v1.27.0.txt"
DIFFERENCES = HERE / "differences.txt"

Facts = dict[str, str]
Pico = EmulatedPico | VirtualPico
_SECTION_LIMIT_MS = 20_000
_BOOT_LIMIT_MS = 8_000

MODULES = (
    "machine rp2 micropython time os sys select gc io json binascii struct array hashlib"
    " collections errno"
).split()
MILLIVOLTS = (0, 1, 500, 1650, 2999, 3299, 3300, 4000)
RESETS = ("forced", "watchdog", "soft")  # by the firmware itself
PLAIN = (
    "surface.wrong_calls surface.shown numbers.integers numbers.floats numbers.ticks"
    " library.jsons library.bytes_and_text library.containers files.basics pins.levels pins.keeps"
    " pins.open_drain"
    " pins.adc_forms timers.periodic timers.by_frequency timers.late timers.allocation"
    " timers.queue timers.preemption waiting.wakes waiting.ipoll waiting.output pio.words"
    " pio.refused pio.fifo pio.halts pio.irqs"
).split()


class Probe:
    """One world with the probe waiting for its first section."""

    def __init__(self, pico: Pico) -> None:
        self.pico = pico
        self.facts: Facts = {}
        self._wait_ready(0)

    def ask(self, section: str) -> None:
        """Run one section and keep its facts."""
        start = len(self.pico.console)
        self.pico.send(section.encode() + b"\n")
        end = f"= done: {section}\r\n".encode()
        self.pico.until(lambda: end in self.pico.console[start:], _SECTION_LIMIT_MS)
        self.pico.run_for(1)
        self._collect(self.pico.console[start:])

    def reset_by(self, section: str) -> None:
        """Run a section that ends in a reset, then wait for the probe again."""
        start = len(self.pico.console)
        self.pico.send(section.encode() + b"\n")
        self._wait_ready(start)

    def reset_with(self, act: Callable[[], None]) -> None:
        """Let the bench reset the board, then wait for the probe again."""
        start = len(self.pico.console)
        act()
        self._wait_ready(start)

    def _wait_ready(self, start: int) -> None:
        self.pico.until(lambda: b"probe ready" in self.pico.console[start:], _BOOT_LIMIT_MS)
        self.pico.run_for(5)

    def _collect(self, printed: bytes) -> None:
        for line in printed.decode(errors="replace").splitlines():
            if line.startswith("= ") and not line.startswith("= done: "):
                key, _, value = line[2:].partition(": ")
                assert key not in self.facts, f"two facts named {key}"
                self.facts[key] = value


def collect(pico: Pico) -> Facts:
    """Every fact of the probe on one world."""
    probe = Probe(pico)
    for module in MODULES:
        probe.ask(f"surface.names {module}")
    for section in PLAIN:
        probe.ask(section)
    _ask_with_bench(probe)
    _ask_resets(probe)
    return probe.facts


def _ask_with_bench(probe: Probe) -> None:
    pico = probe.pico
    for millivolts in MILLIVOLTS:
        pico.set_adc_mv(0, millivolts)
        probe.ask(f"pins.adc {millivolts}")
    _later(pico, 20, lambda: pico.press("patient", 30))
    probe.ask("pins.buttons")
    _later(pico, 50, lambda: pico.send(b"\x00\x01\x04\xffz"))
    probe.ask("waiting.input_bytes")
    for kind in ("soft", "hard"):
        probe.ask(f"timers.death {kind}")


def _ask_resets(probe: Probe) -> None:
    pico = probe.pico
    probe.ask("resets.read power_on")
    for kind in RESETS:
        probe.ask("resets.mark")
        probe.facts.pop("reset.marked")
        probe.reset_by(f"resets.{kind}")
        probe.ask(f"resets.read {kind}")
    probe.ask("resets.mark")
    probe.reset_with(lambda: pico.reset("run_pin"))
    probe.ask("resets.read run_pin")
    probe.reset_with(lambda: pico.power_cut(10))
    probe.ask("resets.read power_cut")
    probe.ask("resets.fed 4")  # last: a watchdog that was started cannot be stopped


def _later(pico: Pico, ms: int, act: Callable[[], None]) -> None:
    """Let the bench act `ms` from now, while a section runs."""
    if isinstance(pico, VirtualPico):
        pico.clock.after(ms * 1_000_000, act)
    else:
        pico.at(pico.now_ns + ms * 1_000_000, act)


def on_firmware() -> Facts:
    """The facts of the official firmware in the emulator."""
    return collect(EmulatedPico(flash=compiled_image(PROBE)))


def on_shim() -> Facts:
    """The facts of the virtual Pico."""
    return collect(VirtualPico(PROBE))


def read_golden() -> Facts:
    """The facts as recorded."""
    lines = GOLDEN.read_text().splitlines()
    return dict(line.partition(": ")[::2] for line in lines if not line.startswith("#"))


def write_golden(facts: Facts) -> None:
    """Record the facts of the firmware, sorted by key."""
    head = "# Facts of the official MicroPython v1.27.0 (Pico W) in the emulated RP2040.\n"
    head += "# Made by `python -m tests.conformance.driver firmware`; do not edit.\n"
    GOLDEN.write_text(head + "".join(f"{key}: {facts[key]}\n" for key in sorted(facts)))


def compare(firmware: Facts, shim: Facts) -> list[Difference]:
    """Every fact on which the two worlds disagree; a missing fact reads `-`."""
    keys = sorted({*firmware, *shim})
    pairs = [(key, firmware.get(key, "-"), shim.get(key, "-")) for key in keys]
    return [Difference(*pair, reason="") for pair in pairs if pair[1] != pair[2]]


def main(arguments: list[str]) -> int:
    """`firmware` records the golden file, `shim` updates the list of differences."""
    if arguments == ["firmware"]:
        write_golden(on_firmware())
        return 0
    if arguments == ["shim"]:
        open_reasons = write_differences(DIFFERENCES, compare(read_golden(), on_shim()))
        print(f"{open_reasons} differences without a reason in {DIFFERENCES.name}")
        return 1 if open_reasons else 0
    print("usage: python -m tests.conformance.driver firmware|shim", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
