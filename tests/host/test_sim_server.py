"""The virtual pump behind a real socket and a real pseudo-terminal, spoken to by pyserial."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.link import RefusedError, SerialTransport
from host_tools.rx import limits_of, read_plan
from host_tools.sim_server import PtyWire, SimServer, SocketWire, Wire, virtual_pump
from picodose import codes
from tests.host.cli_desk import Terminal, in_folder
from tests.host.link_world import LinkWorld
from tests.willing import WillingClient

DAY = "host_tools/examples/day_night.toml"
ROOT = Path(__file__).resolve().parent.parent.parent
PLAN = read_plan(ROOT / "host_tools" / "examples" / "day_night.toml", limits_of())


class Stepped(SerialTransport):
    """A real pyserial port whose server runs in this thread, pass by pass: no real time."""

    def __init__(self, url: str, server: SimServer) -> None:
        super().__init__(url)
        self._server = server

    def now_ns(self) -> int:
        return self._server.now_ns

    def read(self, wait_ns: int) -> bytes:
        self._server.serve_pass(2.0)
        return super().read(1_000_000)


@pytest.fixture
def socket_wire() -> Iterator[SocketWire]:
    wire = SocketWire()
    yield wire
    wire.close()


@pytest.fixture
def pty_wire() -> Iterator[PtyWire]:
    wire = PtyWire()
    yield wire
    wire.close()


def dose_for_a_minute(url: str, wire: Wire) -> dict[str, object]:
    """The whole way on the real device code: hello, load, clock, start, a minute, stop."""
    server = SimServer(virtual_pump(), [wire])
    server.serve_pass(3000)
    client = WillingClient(Stepped(url, server))
    assert client.connect()["name"] == "picodose"
    assert client.load(PLAN.raw)["total_24h_nl"] == PLAN.rx.total_24h_nl()
    client.request("clock", wall_s=845_000_000)
    client.request("start")
    assert client.request("status", page=0)["state"] == "running"
    server.serve_pass(60_000)
    client.stop()
    status = client.status()
    client.close()
    return status


@pytest.mark.req("LNK-1")
def test_a_pyserial_client_doses_through_a_socket(socket_wire: SocketWire) -> None:
    status = dose_for_a_minute(socket_wire.url, socket_wire)
    assert status["state"] == "stopped"
    # 60 s at 8 uL/h are 133 nL: ten whole steps of 12.5 nL
    assert status["delivered_nl"] == 125


@pytest.mark.req("LNK-1")
def test_a_pyserial_client_doses_through_a_pseudo_terminal(pty_wire: PtyWire) -> None:
    status = dose_for_a_minute(pty_wire.path, pty_wire)
    assert (status["state"], status["delivered_nl"]) == ("stopped", 125)


@pytest.mark.req("LNK-2")
def test_a_new_connection_takes_the_place_of_the_old_one(socket_wire: SocketWire) -> None:
    world = LinkWorld()
    server = SimServer(world, [socket_wire])
    first = WillingClient(Stepped(socket_wire.url, server))
    first.connect()
    first.close()
    second = WillingClient(Stepped(socket_wire.url, server))
    assert second.connect()["model"] == "fake"
    second.close()


@pytest.mark.req("LNK-2")
def test_a_host_that_never_reads_does_not_hold_the_pump_up(pty_wire: PtyWire) -> None:
    world = LinkWorld()
    server = SimServer(world, [pty_wire])
    fd = os.open(pty_wire.path, os.O_RDWR | os.O_NOCTTY)
    for _ in range(3000):
        os.write(fd, b"?\n")
        server.serve_pass(3)
    os.write(fd, b"STOP\n")
    server.serve_pass(10)
    os.close(fd)
    assert world.pump.calls == [("stop", "link")]


def test_a_refusal_of_the_real_pump_reaches_the_person_in_words(socket_wire: SocketWire) -> None:
    server = SimServer(virtual_pump(), [socket_wire])
    server.serve_pass(3000)
    client = WillingClient(Stepped(socket_wire.url, server))
    client.connect()
    with pytest.raises(RefusedError) as refused:
        client.request("start")
    assert refused.value.code == codes.NOT_PROGRAMMED
    assert "Nothing was changed" in str(refused.value)
    client.close()


@pytest.mark.slow
def test_the_command_line_works_at_a_virtual_pump_in_real_time(
    socket_wire: SocketWire, tmp_path: Path
) -> None:
    over = threading.Event()

    def serve() -> None:
        server = SimServer(virtual_pump(), [socket_wire])
        server.serve_pass(3000)
        server.run(over.is_set)

    serving = threading.Thread(target=serve)
    serving.start()
    for patch in in_folder(tmp_path):
        patch.chdir(ROOT)
        pump = Terminal(socket_wire.url)
        told = pump.json("status")
        pump.do("clock --set", f"program {DAY} --override first --yes", "start", "log", "stop")
        over.set()
    serving.join()
    assert (told["kind"], told["world"]) == ("board", socket_wire.url)


def test_the_command_says_how_to_connect_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    kept = tmp_path / "flash.bin"
    command = [sys.executable, "-m", "host_tools.sim_server", "--port", "0", "--flash", str(kept)]
    # A shell's background job ignores Ctrl-C and hands that down; a person's terminal does not.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, usual)
    assert server.stdout is not None
    said = "".join(server.stdout.readline() for _ in range(4))
    url = re.search(r"socket://\S+", said)
    assert url and re.search(r"serial port +/dev/\S+", said)
    # A hello that falls into the boot is lost, as on the board; the client says it again.
    client = WillingClient(SerialTransport(url[0]), timeout_s=3)
    assert client.connect()["name"] == "picodose"
    client.close()
    server.send_signal(signal.SIGINT)
    rest, _ = server.communicate(timeout=30)
    assert (server.returncode, "switched off" in rest) == (0, True)
    assert kept.stat().st_size > 0
