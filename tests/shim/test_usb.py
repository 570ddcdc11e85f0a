"""The serial port: ring, Ctrl-C, deaf hosts, unplugging, polling."""

from __future__ import annotations

from typing import Any

ECHO = """
    import select, sys, time
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    while True:
        if poll.poll(60000):
            sys.stdout.buffer.write(sys.stdin.buffer.read(1))
"""


def test_a_poll_wakes_when_a_byte_comes_and_the_answer_is_received_once(make_pico: Any) -> None:
    pico = make_pico(ECHO)
    pico.run_for(100)
    pico.send(b"hello")
    pico.run_for(1)
    assert pico.receive() == b"hello"
    assert pico.receive() == b""


def test_the_input_ring_holds_511_bytes_and_the_rest_waits_at_the_host(make_pico: Any) -> None:
    pico = make_pico("""
        import sys, time
        time.sleep_ms(500)
        data = sys.stdin.buffer.read(2000)
        print(len(data), data == bytes(range(10, 50)) * 50)
    """)
    pico.run_for(100)
    pico.send(bytes(range(10, 50)) * 50)
    assert len(pico.usb.ring) == 511
    pico.run_for(1000)
    assert pico.console.startswith(b"2000 True\r\n")


def test_ctrl_c_clears_the_ring_and_raises_keyboard_interrupt(make_pico: Any) -> None:
    pico = make_pico("""
        import sys, time
        try:
            time.sleep_ms(10_000)
        except KeyboardInterrupt:
            print("interrupted", sys.stdin.read(1))
    """)
    pico.run_for(100)
    pico.send(b"lost\x03k")
    pico.run_for(100)
    assert pico.console.startswith(b"interrupted k\r\n")


def test_with_kbd_intr_off_ctrl_c_is_a_byte_like_any_other(make_pico: Any) -> None:
    pico = make_pico("""
        import micropython, sys
        micropython.kbd_intr(-1)
        print(sys.stdin.buffer.read(3))
    """)
    pico.run_for(100)
    pico.send(b"a\x03b")
    pico.run_for(100)
    assert pico.console.startswith(b"b'a\\x03b'\r\n")


def test_a_host_that_stops_reading_stalls_a_print_for_half_a_second(make_pico: Any) -> None:
    pico = make_pico("""
        import select, sys, time
        out = select.poll()
        out.register(sys.stdout, select.POLLOUT)
        time.sleep_ms(100)
        start = time.ticks_ms()
        sys.stdout.write("x" * 256)
        print_free = time.ticks_diff(time.ticks_ms(), start)
        ready = out.poll(0)
        sys.stdout.write("y" * 10)
        stalled = time.ticks_diff(time.ticks_ms(), start)
        time.sleep_ms(1000)
        print(print_free, len(ready), stalled // 10 * 10, len(out.poll(0)))
    """)
    pico.run_for(50)
    pico.usb.stop_reading()
    pico.run_for(1000)
    pico.usb.resume_reading()
    assert pico.receive() == b"x" * 256
    pico.run_for(1000)
    assert pico.receive().startswith(b"0 0 500 1\r\n")


def test_without_a_host_output_is_thrown_away_and_never_blocks(make_pico: Any) -> None:
    pico = make_pico("""
        import time
        time.sleep_ms(100)
        start = time.ticks_ms()
        for _ in range(100):
            print("x" * 100)
        took = time.ticks_diff(time.ticks_ms(), start)
        time.sleep_ms(1_000)
        print("took", took < 20)
    """)
    pico.run_for(50)
    pico.usb.disconnect()
    pico.run_for(500)
    pico.usb.connect()
    pico.run_for(1000)
    assert pico.receive().startswith(b"took True\r\n")


def test_poll_takes_any_object_with_ioctl_and_an_interrupt_wakes_it(make_pico: Any) -> None:
    pico = make_pico("""
        import io, machine, select, time
        class Wake(io.IOBase):
            def __init__(self):
                self.flag = 0
            def ioctl(self, request, flags):
                return self.flag & flags if request == 3 else -1
        wake = Wake()
        def tick_isr(t):
            wake.flag = select.POLLIN
        timer = machine.Timer(mode=0, period=300, callback=tick_isr, hard=True)
        poll = select.poll()
        poll.register(wake, select.POLLIN)
        start = time.ticks_ms()
        print(poll.poll(100), poll.poll(2000) == [(wake, 1)])
        print(time.ticks_diff(time.ticks_ms(), start))
        poll.modify(wake, select.POLLOUT)
        print(poll.poll(0))
        poll.unregister(wake)
        try:
            poll.modify(wake, 1)
        except OSError as e:
            print(e.errno)
    """)
    pico.run_for(1000)
    assert pico.console.startswith(b"[] True\r\n300\r\n[]\r\n2\r\n")


def test_the_prompt_reboots_softly_on_ctrl_d(make_pico: Any) -> None:
    pico = make_pico("print('up')")
    pico.run_for(100)
    pico.send(b"\x04")
    pico.run_for(100)
    assert pico.console.count(b"up") == 2 and b"MPY: soft reboot" in pico.console


def test_what_is_sent_while_the_board_restarts_is_lost(make_pico: Any) -> None:
    pico = make_pico(ECHO)
    pico.run_for(100)
    pico.reset("watchdog")
    pico.send(b"lost")
    pico.run_for(100)
    pico.send(b"heard")
    pico.run_for(1)
    assert pico.receive() == b"heard"


def test_a_trace_records_the_signals_of_the_board(make_pico: Any) -> None:
    pico = make_pico("""
        from machine import Pin
        step = Pin(2, Pin.OUT, value=0)
        for _ in range(3):
            step.on()
            step.off()
    """)
    trace = pico.trace()
    pico.run_for(100)
    assert trace.count_rises("STEP", 0, pico.now_ns) == 3
