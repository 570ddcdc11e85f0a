"""The host's record of a pump's log: whole, compared, never replaced."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from host_tools.book import Book, BookError, Pump, Told, pull
from host_tools.link import LinkClient, LinkLostError, SimTransport
from host_tools.sim_server import virtual_pump
from picodose import codes
from tests.book.log_maker import HELLO, WALL_S, entry, hours


def met(book: Book) -> Pump:
    """The pump of these tests."""
    return book.meet(HELLO, "sim:", WALL_S)


def counted(told: Told) -> tuple[int, int]:
    """New and known."""
    return told.new, told.known


def test_the_same_log_twice_changes_nothing(tmp_path: Path) -> None:
    with Book(tmp_path / "far" / "book.db") as book:
        pump = met(book)
        assert counted(book.add(pump, 0, hours(range(300)))) == (300, 0)
        before = list(book.db.iterdump())
        assert counted(book.add(pump, 0, hours(range(300)))) == (0, 300)
        assert list(book.db.iterdump()) == before
    with Book(tmp_path / "far" / "book.db") as again:
        assert [e.seq for e in again.entries(again.pump("e66118604b"), 0, since=296)] == [
            297, 298, 299,
        ]  # fmt: skip


def test_a_gap_is_told_until_its_entries_come() -> None:
    with Book() as book:
        pump = met(book)
        book.add(pump, 1, [*hours(range(5, 8)), *hours(range(128, 130), boot=2)])
        first, second = book.gaps(pump, 1)
        assert (first.first, first.last, second.first, second.last) == (0, 4, 8, 127)
        assert "no longer" in first.sentence() and "restarted" in second.sentence()
        book.add(pump, 1, hours(range(5)))
        book.add(pump, 1, hours(range(8, 100)))
        (left,) = book.gaps(pump, 1)
        assert left.sentence().startswith("faults 100 to 127 are missing (28)")
        assert book.gaps(pump, 0) == []


def test_a_changed_entry_is_told_and_neither_it_nor_what_follows_is_taken() -> None:
    with Book() as book:
        pump = met(book)
        book.add(pump, 0, hours(range(10)))
        other = entry(7, kind=codes.EV_STOP)
        told = book.add(pump, 0, [*hours(range(5, 7)), other, *hours(range(8, 20))])
        (changed,) = told.changed
        assert (changed.seq, changed.had, changed.got) == (7, entry(7, a=107), other)
        assert "107 steps" in changed.sentence() and "stopped" in changed.sentence()
        assert [e.a for e in book.entries(pump, 0)] == [100 + seq for seq in range(10)]
        assert "picodose log --new-volume" in " ".join(told.sentences())


def test_an_erased_pump_begins_a_new_volume_and_the_old_one_is_kept() -> None:
    with Book() as book:
        pump = met(book)
        book.add(pump, 0, hours(range(10)))
        second = book.new_volume(pump)
        assert counted(book.add(second, 0, [entry(0, kind=codes.EV_STOP)])) == (1, 0)
        assert len(book.entries(pump)) == 10 and len(book.entries(second)) == 1
        assert met(book) == second


@pytest.mark.parametrize("raws", [
    [entry(0), bytes(32)], [entry(0), entry(0)[:31]], [entry(2), entry(1)], [entry(0), entry(0)],
])  # fmt: skip
def test_a_log_that_cannot_be_right_is_refused_whole(raws: list[bytes]) -> None:
    with Book() as book:
        pump = met(book)
        with pytest.raises(BookError, match="not taken"):
            book.add(pump, 0, raws)
        assert book.entries(pump) == []


def test_a_record_of_newer_tools_or_of_no_tools_is_refused(tmp_path: Path) -> None:
    newer, none = tmp_path / "newer.db", tmp_path / "none.db"
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    none.write_bytes(b"a letter to a friend" * 100)
    for path, words in ((newer, "version 99"), (none, "cannot be opened")):
        with pytest.raises(BookError, match=words):
            Book(path)


def test_a_pump_that_was_never_met_is_named_with_those_that_were() -> None:
    with Book() as book:
        met(book)
        with pytest.raises(BookError) as failed:
            book.pump("e6")
        assert "e66118604b" in failed.value.cause


class Broken(LinkClient):
    """A client whose link dies at its n-th request from now on."""

    left = 10**9

    def request(self, cmd: str, **fields: int | str) -> dict[str, object]:
        """As the client does, until the link dies."""
        self.left -= 1
        if self.left < 0:
            raise LinkLostError("gone", safe="yes", cause="the cable", command="again")
        return super().request(cmd, **fields)


def test_a_pump_s_log_is_read_on_from_where_it_was_broken_off() -> None:
    world = virtual_pump()
    world.run_for(3000)
    client = Broken(SimTransport(world))
    hello = client.connect()
    for shift_s in range(30):
        client.request("clock", wall_s=WALL_S + shift_s * 7)
    with Book() as book:
        pump = book.meet(hello, "sim:", WALL_S)
        steps: list[tuple[int, int, int]] = []
        client.left = 3
        with pytest.raises(LinkLostError):
            pull(book, pump, client, lambda *at: steps.append(at))
        client.left = 10**9
        told = pull(book, pump, client, lambda *at: steps.append(at))
        assert told.new > 30 and not list(told.sentences())
        assert counted(pull(book, pump, client)) == (0, 2 if book.newest(pump, 1) else 1)
        words = [e.words() for e in book.entries(pump, 0)]
        assert sum("clock set" in word for word in words) == 30 and steps[-1][1] <= steps[-1][2]


def test_a_pump_whose_flash_was_erased_is_noticed_at_the_next_reading() -> None:
    with Book() as book:
        pump = met(book)
        book.add(pump, 0, hours(range(400)))
        world = virtual_pump()
        world.run_for(3000)
        client = LinkClient(SimTransport(world))
        client.connect()
        told = pull(book, pump, client)
        assert [(c.ring, c.seq, c.got) for c in told.changed] == [(0, 399, None)]
        assert "end before 399" in " ".join(told.sentences())
