"""How much heap the whole pump leaves free on the official firmware."""

from __future__ import annotations

import pytest

from host_tools.link import LinkClient
from shim.emulated.pico import EmulatedPico
from tests.emulator.conftest import Boards
from tests.emulator.watch import connected
from tests.scenario.delivery_rig import week_rx

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
AFTER_BOOT_BYTES, STAGED_BYTES = 90_000, 80_000
FULLEST_WEEK = week_rx(
    [0, 1, 2, 3, 4, 5, 6],
    [[[60 * h, 100_000 + 1000 * h + day, 500, 60_000] for h in range(24)] for day in range(7)],
)
ROUND_MS = 10_000
COMMANDS = 20  # one every three minutes, for an hour
NOISE_BYTES = 512  # of the answer under way


def heap_free(pico: EmulatedPico, client: LinkClient) -> int:
    """What the pump says is free, after the collection of its next slow round."""
    pico.run_for(ROUND_MS)
    return int(client.request("status", page=2)["heap_free"])


def test_the_heap_has_room_after_boot(boards: Boards) -> None:
    found = boards.run("pump", lambda pico: heap_free(pico, connected(pico)))
    assert found >= AFTER_BOOT_BYTES


def test_the_heap_has_room_while_the_fullest_week_is_staged(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[int, int]:
        client = connected(pico)
        client.stage(FULLEST_WEEK)
        staged = heap_free(pico, client)
        client.stop()  # what is staged is forgotten
        return staged, heap_free(pico, client)

    staged, forgotten = boards.run("pump", body, wall_limit_s=800)
    assert staged >= STAGED_BYTES
    assert forgotten >= AFTER_BOOT_BYTES - NOISE_BYTES


def test_an_hour_s_commands_take_nothing_of_the_heap(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[int, int]:
        client = connected(pico)
        client.request("clock", wall_s=845_000_000)
        first = heap_free(pico, client)
        for number in range(COMMANDS):
            client.request("status", page=number % 2)
        client.request("clock", wall_s=845_003_600)
        return first, heap_free(pico, client)

    first, last = boards.run("pump", body, wall_limit_s=800)
    assert last >= first - NOISE_BYTES
