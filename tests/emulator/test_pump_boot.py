"""The pump from power-on to ready on the official firmware: times, heap, pins, torn records."""

from __future__ import annotations

import pytest

from picodose.link import canon, frame
from picodose.record import reservation
from picodose.record.slots import choose
from shim.emulated.fork import in_fork
from shim.emulated.image import read_files
from shim.emulated.pico import EmulatedPico
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.virtual_pico import VirtualPico
from tests.emulator.conftest import BATTERY_MV, Boards
from tests.emulator.watch import BEEPER, ENABLE, STEP, Edges, connected, constant

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
READY = b"picodose: ready."
BOOT_WITH_PROOF_MS = 1600
BOOT_MS = 1200
RATE_NL_H = 1_000_000
OPERATIONS = (2, 3, 4)  # flash operations of a start: 1 is the journal's, these the record's
FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)


def until_ready(pico: EmulatedPico, start: int) -> None:
    """Run until the console says ready after its byte number `start`."""
    pico.until(lambda: READY in pico.console[start:], 4000)


@pytest.mark.req("SAF-1")
def test_power_on_to_ready_with_the_watchdog_proof(boards: Boards) -> None:
    pico = boards.booted("pump")
    assert pico.now_ns <= BOOT_WITH_PROOF_MS * 1_000_000
    assert pico.console.count(READY) == 1
    page = boards.run("pump", lambda pico: connected(pico).request("status", page=1))
    assert (page["reset"], page["selftest"]) == ("power", 0), "the proof has passed"


@pytest.mark.req("SAF-2")
def test_nothing_moves_or_sounds_from_power_on_to_ready(boards: Boards) -> None:
    boards.booted("pump")
    assert [boards.since_power_on["pump"][n].ns for n in (STEP, ENABLE, BEEPER)] == [[], [], []]


def test_a_reset_without_the_proof_is_ready_sooner_and_moves_nothing(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[float, list[list[tuple[int, int]]]]:
        edges = [Edges(pico, line) for line in (STEP, ENABLE, BEEPER)]
        start, reset_ns = len(pico.console), pico.now_ns
        pico.reset("forced")
        until_ready(pico, start)
        return (pico.now_ns - reset_ns) / 1e6, [line.ns for line in edges]

    took_ms, edges = boards.run("pump", body)
    assert took_ms <= BOOT_MS
    assert edges == [[], [], []]


@pytest.mark.req("SAF-2")
def test_a_watchdog_reset_while_dosing_takes_the_driver_off_at_once(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[int, int, list[tuple[int, int]], list[int]]:
        client = connected(pico)
        client.load(constant(RATE_NL_H))
        client.request("start")
        on_level = pico.lines[ENABLE].level()
        pico.run_for(1500)
        steps, enable = Edges(pico, STEP), Edges(pico, ENABLE)
        reset_ns, start = pico.now_ns, len(pico.console)
        pico.reset("watchdog")
        off_level = pico.lines[ENABLE].level()
        until_ready(pico, start)
        before_ns = [t_ns for t_ns in steps.rises_ns() if t_ns > reset_ns]
        return on_level, off_level, enable.ns, before_ns

    on_level, off_level, enable, rises = boards.run("pump", body)
    assert (on_level, off_level) == (0, 1)
    assert enable[0][1] == 1
    assert all(t_ns > enable[-1][0] for t_ns in rises), "a step before the driver was on again"


@pytest.mark.req("SAF-1", "REC-5")
def test_a_soft_reset_from_the_maintenance_prompt_goes_back_to_work(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> dict[str, object]:
        start = len(pico.console)
        pico.send(b"\x03")
        pico.until(lambda: b">>> " in pico.console[start:], 3000)
        pico.run_for(2000)  # a board that has run for longer than any boot
        start = len(pico.console)
        pico.send(b"\x04")
        until_ready(pico, start)
        return connected(pico).request("status", page=1)

    page = boards.run("pump", body)
    assert (page["reset"], page["selftest"]) == ("soft", 0)


START = frame.encode(canon.flat([("id", 1000), ("cmd", "start")]))


def loaded(pico: EmulatedPico) -> bytes:
    """Load a prescription; the file system with it, not yet started."""
    connected(pico).load(constant(RATE_NL_H))
    return pico.flash_image()


def cut_in_start(pico: EmulatedPico, operation: int, fraction: float) -> bytes:
    """Cut the power inside a flash operation of a start; the file system after it."""
    pico.cut_power_at_flash_op(operation, fraction)
    pico.send(START)
    pico.until(lambda: pico.power_cuts > 0, 500)
    pico.check()
    return pico.flash_image()


def with_data_of(torn: bytes) -> bytes:
    """A virtual pump's disk (it runs sources) with the records of a board's."""
    flash = NorFlash(bytearray(VirtualPico().flash_image()))
    fs = FileSystem(flash)
    fs.mount()
    for name, raw in read_files(torn).items():
        if name.startswith("data/"):
            fs.write_bytes(name, raw)
    return bytes(flash.data)


def judge(before: bytes, torn: bytes) -> tuple[bool, str]:
    """Was the new record committed, and what does a virtual pump with these data do?

    Fails when the record is neither the old one nor the new one.
    """
    old, found = newest(before), newest(torn)
    committed = found[0] != old[0]
    if committed:
        assert (found[0], found[1].flags) == (old[0] + 1, reservation.RUNNING)
    else:
        assert found[1].pack() == old[1].pack()
    virtual = VirtualPico(flash=with_data_of(torn))
    virtual.set_adc_mv(0, BATTERY_MV)
    virtual.run_for(3000)
    return committed, str(connected(virtual).request("status", page=0)["state"])


@pytest.mark.req("REC-1", "REC-5")
def test_fifteen_power_cuts_in_the_reservation_write_leave_the_old_or_the_new_record(
    boards: Boards,
) -> None:
    def body(pico: EmulatedPico) -> tuple[bytes, list[bytes]]:
        before = loaded(pico)
        torn = [
            in_fork(lambda op=op, part=part: cut_in_start(pico, op, part))  # type: ignore[misc]
            for op in OPERATIONS
            for part in FRACTIONS
        ]
        return before, torn

    before, images = boards.run("pump", body)
    verdicts = [judge(before, torn) for torn in images]
    assert len(verdicts) == 15
    assert set(verdicts) == {(True, "running"), (False, "stopped")}


@pytest.mark.req("REC-1", "REC-5")
def test_the_board_itself_comes_back_from_a_torn_record(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[bytes, bytes, str]:
        before = loaded(pico)
        torn = cut_in_start(pico, OPERATIONS[-1], 0.5)
        until_ready(pico, len(pico.console))
        return before, torn, connected(pico).request("status", page=0)["state"]

    before, torn, state = boards.run("pump", body, wall_limit_s=600)
    assert judge(before, torn)[1] == state


def newest(image: bytes) -> tuple[int, reservation.Reservation]:
    """Sequence number and content of the reservation record in force."""
    files = read_files(image)
    seq, payload, _ = choose(files.get("data/reserve.a"), files.get("data/reserve.b"))
    return seq, reservation.unpack(payload)
