"""A simulated pump for other programs: on a pseudo-terminal and on socket://.

`python -m host_tools.sim_server` boots the device code on the virtual Pico and lets it run until
Ctrl-C: in real time, N times faster with `--speed N`, or as fast as it goes with `--speed max`.
`--world emu` boots it on the official firmware in an emulated chip, `--world blank` that firmware
with nothing on it. One host at a time, as on a real port: a new connection takes the place of the
old one. The bench around the pump has a port of its own, the next number (host_tools/hand.py).
"""

from __future__ import annotations

import argparse
import math
import os
import pty
import select
import socket
import sys
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from host_tools.hand import BenchPort
from host_tools.link.transport import World
from shim.plant.bench import Bench
from shim.virtual_pico import VirtualPico

PASS_S = 0.005
"""Real time between two looks at world and hosts: below what a person or a reply notices."""

PASS_MAX_MS = 50.0
"""Virtual time of one pass at full speed: how late a byte of the host's can come."""

CHUNK_LEN = 4096

WORLDS = {
    "virtual": "A virtual pump (simulated, no hardware)",
    "emu": "The official firmware with the pump's program in an emulated chip (no hardware)",
    "blank": "The official firmware, with nothing else, in an emulated chip (no hardware)",
}
"""Worlds that can be served, and what they are."""


class Wire(Protocol):
    """One way in and out, as file descriptors."""

    def reading(self) -> list[int]:
        """File descriptors to wait on."""

    def read(self) -> bytes:
        """What the host has sent; never waits."""

    def write(self, data: bytes) -> None:
        """Give the host what fits; the rest is lost, as on an unread port."""

    def close(self) -> None:
        """Let go of everything."""


class PtyWire:
    """A pseudo-terminal: looks like a serial port to pyserial and mpremote."""

    def __init__(self) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)

    def reading(self) -> list[int]:
        """File descriptors to wait on."""
        return [self._ours]

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        try:
            return os.read(self._ours, CHUNK_LEN)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Give the host what fits; with nobody reading, the rest is lost."""
        try:
            os.write(self._ours, data)
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Let go of both ends."""
        os.close(self._ours)
        os.close(self._theirs)


class SocketWire:
    """A TCP port on the loopback, for pyserial's socket:// and for other machines' tunnels."""

    def __init__(self, port: int = 0) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self._server.setblocking(False)
        self._host: socket.socket | None = None
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def reading(self) -> list[int]:
        """File descriptors to wait on."""
        return [one.fileno() for one in (self._server, self._host) if one is not None]

    def read(self) -> bytes:
        """What the host has sent; never waits. Also lets a new host in."""
        self._accept()
        if self._host is None:
            return b""
        try:
            data = self._host.recv(CHUNK_LEN)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> None:
        """Give the host what fits; with nobody there, it is lost."""
        if self._host is None:
            return
        try:
            self._host.send(data)
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up()

    def close(self) -> None:
        """Hang up and stop listening."""
        self._hang_up()
        self._server.close()

    def _accept(self) -> None:
        try:
            host, _ = self._server.accept()
        except BlockingIOError:
            return
        self._hang_up()
        host.setblocking(False)
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = host

    def _hang_up(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None


class SimServer:
    """Keeps one world in step with real time and carries bytes between it and its wires."""

    def __init__(
        self,
        world: World,
        wires: list[Wire],
        speed_factor: float = 1.0,
        bench: BenchPort | None = None,
    ) -> None:
        self._world = world
        self._wires = wires
        self._speed_factor = speed_factor
        self._bench = bench

    @property
    def now_ns(self) -> int:
        """The world's virtual time."""
        return self._world.now_ns

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`. A world slower than real time is not hurried afterwards."""
        latest_s = time.monotonic()
        while not stopped():
            if self._speed_factor == math.inf:
                self.serve_pass(PASS_MAX_MS)
                continue
            select.select(self._reading(), [], [], PASS_S)
            now_s = time.monotonic()
            self.serve_pass((now_s - latest_s) * 1000 * self._speed_factor)
            latest_s = max(now_s, time.monotonic() - PASS_S)

    def serve_pass(self, ms: float) -> None:
        """Carry bytes in, let the world run for `ms`, carry bytes out."""
        if self._bench is not None:
            self._bench.serve()
        for wire in self._wires:
            data = wire.read()
            if data:
                self._world.send(data)
        if ms > 0:
            self._world.run_for(ms)
        data = self._world.receive()
        if data:
            for wire in self._wires:
                wire.write(data)

    def _reading(self) -> list[int]:
        ready = [fd for wire in self._wires for fd in wire.reading()]
        return ready + (self._bench.reading() if self._bench is not None else [])


def virtual_pump(flash: Path | None = None, seed: int = 0) -> VirtualPico:
    """Boot the device code on a bench with water and battery, on kept flash if any."""
    pump: VirtualPico = pump_of("virtual", flash, seed)[0]
    return pump


def pump_of(world: str, flash: Path | None = None, seed: int = 0) -> tuple[Any, Bench]:
    """A pump of one of WORLDS and its bench, on kept flash if any."""
    kept = flash.read_bytes() if flash is not None and flash.exists() else None
    pico = VirtualPico(flash=kept, seed=seed) if world == "virtual" else _emulated(world, kept)
    bench = Bench(seed)
    bench.attach(pico)
    return pico, bench


def _emulated(world: str, kept: bytes | None) -> Any:
    from host_tools import DEVICE_DIR
    from shim.emulated.pico import EmulatedPico

    installed = DEVICE_DIR if world == "emu" and kept is None else None
    return EmulatedPico(installed, flash=kept)


def main(argv: list[str] | None = None) -> int:
    """Serve a simulated pump until Ctrl-C."""
    args = _parser().parse_args(argv)
    try:
        tcp, terminal = SocketWire(args.port), PtyWire()
        hand = SocketWire(args.port and args.port + 1)
    except OSError as problem:
        print(
            f"port {args.port} or {args.port + 1} is taken ({problem}): make sim PORT=0",
            file=sys.stderr,
        )
        return 1
    print(_greeting(args, tcp, terminal, hand), flush=True)
    world, bench = pump_of(args.world, args.flash, args.seed)
    served = BenchPort(hand, world, bench, (tcp.url, terminal.path))
    try:
        SimServer(world, [tcp, terminal], args.speed, served).run(lambda: False)
    except KeyboardInterrupt:
        print("\nvirtual pump switched off")
    finally:
        for wire in (tcp, terminal, hand):
            wire.close()
        if args.flash is not None:
            args.flash.write_bytes(world.flash_image())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m host_tools.sim_server", description=__doc__)
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="virtual seconds a real second, or max"
    )
    parser.add_argument("--seed", type=int, default=0, help="of noise and tolerances")
    parser.add_argument(
        "--port", type=int, default=4000, help="TCP port, and the next for its bench; 0: free ones"
    )
    parser.add_argument("--flash", type=Path, help="file that keeps the flash between runs")
    parser.add_argument("--world", choices=WORLDS, default="virtual", help="what runs the pump")
    return parser


def _speed(text: str) -> float:
    speed = math.inf if text == "max" else float(text)
    if not speed > 0:
        raise argparse.ArgumentTypeError("must be above zero, or max")
    return speed


def _greeting(
    args: argparse.Namespace, tcp: SocketWire, terminal: PtyWire, hand: SocketWire
) -> str:
    pace = f"{args.speed:g} times real time"
    if args.speed in (1, math.inf):
        pace = "real time" if args.speed == 1 else "full speed"
    first = "flash" if args.world == "blank" else "status"
    return (
        f"{WORLDS[args.world]} runs at {pace}. Ctrl-C switches it off.\n"
        f"  serial port  {terminal.path}\n"
        f"  network      {tcp.url}\n"
        f"  its bench    {hand.url}\n"
        f"Try:  .venv/bin/picodose {first} --port {tcp.url}"
    )


if __name__ == "__main__":
    sys.exit(main())
