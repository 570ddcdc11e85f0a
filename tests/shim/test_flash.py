"""The flash model and the littlefs on it: time, torn operations, power cuts, wear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shim.filesystem import FileSystem
from shim.flash import FAILED, PAGE_BYTES, SECTOR_BYTES, NorFlash

Run = Callable[..., list[str]]


def test_programming_only_clears_bits_and_an_erase_sets_them() -> None:
    flash = NorFlash()
    assert flash.program(1, 0, b"\x0f" * PAGE_BYTES) == 0
    assert flash.program(1, 0, b"\xf5" * PAGE_BYTES) == 0
    assert flash.read(1, 0, 2) == b"\x05\x05"
    assert flash.erase(1) == 0
    assert flash.read(1, 0, 2) == b"\xff\xff"
    assert (flash.ops, flash.erases[1], flash.erases[0]) == (3, 1, 0)


def test_an_erase_takes_45_ms_and_each_page_0_7_ms() -> None:
    spans: list[int] = []
    flash = NorFlash(on_stall=spans.append)
    flash.erase(0)
    flash.program(0, 0, b"\0" * 600)
    assert spans == [45_000_000, 700_000, 700_000, 700_000]


@pytest.mark.parametrize(("fraction", "done"), [(0.0, 0), (0.5, 128), (1.0, 256)])
def test_a_cut_page_is_undone_half_done_or_done(fraction: float, done: int) -> None:
    flash = NorFlash(cut_at_op=1, cut_fraction=fraction)
    assert flash.program(0, 0, b"\0" * 512) == FAILED
    assert flash.read(0, 256, 256) == b"\0" * done + b"\xff" * (256 - done)
    assert flash.erase(0) == FAILED
    assert flash.read(0, 0, 1) == b"\0"


@pytest.mark.parametrize(("fraction", "done"), [(0.0, 0), (0.5, 2048), (1.0, 4096)])
def test_a_cut_erase_is_torn(fraction: float, done: int) -> None:
    flash = NorFlash(bytearray(bytes(212 * SECTOR_BYTES)), cut_at_op=0, cut_fraction=fraction)
    assert flash.erase(2) == FAILED
    expected = b"\xff" * done + bytes(SECTOR_BYTES - done)
    assert flash.read(2, 0, SECTOR_BYTES) == expected


def test_an_image_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="not 868352"):
        NorFlash(bytearray(10))


def test_files_survive_a_remount_and_an_unreadable_flash_is_silently_remade() -> None:
    flash = NorFlash()
    fs = FileSystem(flash)
    assert fs.mount_or_format() is True
    fs.write_bytes("a", b"data")
    again = FileSystem(flash)
    assert again.mount_or_format() is False
    assert again.read_bytes("a") == b"data"
    flash.data[: 2 * SECTOR_BYTES] = bytes(2 * SECTOR_BYTES)
    torn = FileSystem(flash)
    assert torn.mount_or_format() is True
    assert not torn.exists("a")


def test_a_board_whose_file_system_was_lost_has_no_main_program(make_pico: Any) -> None:
    pico = make_pico("print('here')")
    pico.run_for(100)
    pico.flash.data[: 2 * SECTOR_BYTES] = bytes(2 * SECTOR_BYTES)
    pico.power_cut()
    pico.run_for(1000)
    assert pico.console.count(b"here") == 1
    assert pico.at_repl and pico.program.formatted


def test_an_exception_raised_while_the_flash_works_ends_the_call_with_it() -> None:
    class Boom(BaseException):
        pass

    def boom(_ns: int) -> None:
        raise Boom

    flash = NorFlash()
    fs = FileSystem(flash)
    fs.mount_or_format()
    flash.on_stall = boom
    with pytest.raises(Boom):
        fs.write_bytes("a", bytes(5000))


WRITER = """
    import os, time
    def save(text):
        with open("new", "w") as f:
            f.write(text)
        os.rename("new", "kept")
    if "kept" not in os.listdir():
        save("old" * 500)
        print("saved old")
    with open("kept") as f:
        print("found", f.read()[:3])
    time.sleep_ms(500)
    save("new" * 500)
    print("saved new")
    time.sleep_ms(60_000)
"""


@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
def test_after_a_cut_at_any_operation_the_file_is_the_old_or_the_new_one(
    make_pico: Any, fraction: float
) -> None:
    first = make_pico(WRITER)
    first.until(lambda: b"found old" in first.console, 2000)
    image, begin = first.flash_image(), first.flash.ops
    first.until(lambda: b"saved new" in first.console, 2000)
    outcomes = []
    for op in range(first.flash.ops - begin):
        pico = make_pico(WRITER, flash=image)
        pico.flash.cut_at_op, pico.flash.cut_fraction = op, fraction
        pico.until(lambda pico=pico: pico.console.count(b"found") == 2, 5000)
        assert pico.boots == 2
        outcomes.append(pico.console.replace(b"\r\n", b" ").split()[3])
    assert set(outcomes) <= {b"old", b"new"}
    assert outcomes == sorted(outcomes, reverse=True)
    assert outcomes[0] == b"old" and len(outcomes) >= 5


def test_a_write_masks_interrupts_so_that_hard_timers_are_late_and_catch_up(run: Run) -> None:
    printed = run("""
        import machine, time
        seen = []
        def tick_isr(t):
            seen.append(time.ticks_us())
        timer = machine.Timer(period=10, callback=tick_isr, hard=True)
        start = time.ticks_us()
        with open("f", "wb") as f:
            f.write(bytes(6000))
        time.sleep_ms(20)
        gaps = [time.ticks_diff(b, a) for a, b in zip(seen, seen[1:])]
        print(max(gaps) // 1000, min(gaps) < 100, len(seen))
        print(time.ticks_diff(time.ticks_us(), start) // 10000)
    """)
    longest_ms, back_to_back, calls = printed[0].split()
    assert int(longest_ms) in range(40, 56)
    assert back_to_back == "True"
    assert calls == printed[1]


@pytest.mark.parametrize("stall_ms", [5, 45, 122, 400])
def test_a_stall_of_any_length_can_be_set(make_pico: Any, stall_ms: int) -> None:
    pico = make_pico("""
        import time
        start = time.ticks_ms()
        f = open("f", "wb")
        f.write(bytes(3000))
        f.close()
        print(time.ticks_diff(time.ticks_ms(), start))
    """)
    pico.flash.timing.erase_ns = stall_ms * 1_000_000
    pico.flash.timing.program_ns = 0
    pico.run_for(5000)
    erases = sum(pico.flash.erases)
    assert erases >= 1
    span_ms = int(pico.console.split()[0])
    assert span_ms == erases * stall_ms


def test_files_and_folders_answer_as_micropython_does(run: Run) -> None:
    assert run(
        """
        import os
        os.mkdir("/d")
        with open("/d/a.txt", "w") as f:
            print(f.write("one\\ntwo\\n"), f.tell())
        with open("d/a.txt") as f:
            print([line for line in f], f.seek(0), f.readline())
        with open("d/a.txt", "ab") as f:
            f.write(b"three")
        buffer = bytearray(4)
        with open("d/a.txt", "rb") as f:
            print(f.readinto(buffer), buffer, f.read())
        print(os.listdir("d"), list(os.ilistdir("/d")), os.stat("d/a.txt")[6], os.stat("d")[0])
        print(os.statvfs("/")[:3], os.getcwd(), os.sep)
        for call in (lambda: open("none"), lambda: os.remove("none"), lambda: os.rmdir("d")):
            try:
                call()
            except OSError as e:
                print(e.errno, e.args[0], e)
        f.close()
        try:
            f.read()
        except OSError as e:
            print(e.errno)
        """,
        3000,
    ) == [
        "8 8",
        "['one\\n', 'two\\n'] 0 one",
        "",
        "4 bytearray(b'one\\n') b'two\\nthree'",
        "['a.txt'] [('a.txt', 32768, 0, 13)] 13 16384",
        "(4096, 4096, 212) / /",
        "2 2 [Errno 2] ENOENT",
        "2 2 [Errno 2] ENOENT",
        "39 39 [Errno 39] ENOTEMPTY",
        "9",
    ]


def test_a_failing_flash_is_an_io_error_for_the_device(make_pico: Any) -> None:
    pico = make_pico("""
        import time
        time.sleep_ms(100)
        try:
            with open("f", "wb") as f:
                f.write(bytes(6000))
            print("written")
        except OSError as e:
            print(e.errno)
    """)
    pico.run_for(80)
    pico.flash.fail_programs = True
    pico.run_for(30_000)
    assert pico.console.split()[0] in (b"5", b"28")


def test_a_file_used_against_its_mode_is_refused_and_an_unknown_letter_reads(run: Run) -> None:
    printed = run(
        """
        with open("a.txt", "wb") as f:
            f.write(b"kept")
            try:
                f.read()
            except NotImplementedError as error:
                print(error)
        with open("a.txt", "q") as f:
            print(f.read())
            try:
                f.write("x")
            except NotImplementedError as error:
                print(error)
        """
    )
    against = "a file is read or written against the mode it was opened with"
    assert printed == [against, "kept", against]
