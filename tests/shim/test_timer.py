"""machine.Timer behaves as measured on the firmware, its traps included."""

from __future__ import annotations

from collections.abc import Callable

Run = Callable[..., list[str]]


def test_a_hard_timer_calls_back_on_time_while_the_main_program_sleeps(run: Run) -> None:
    assert run("""
        import machine, time
        seen = []
        def tick_isr(t):
            seen.append(time.ticks_ms())
        timer = machine.Timer(period=100, callback=tick_isr, hard=True)
        start = time.ticks_ms()
        time.sleep_ms(350)
        print([time.ticks_diff(x, start) for x in seen])
    """) == ["[100, 200, 300]"]


def test_late_calls_follow_back_to_back_after_interrupts_were_masked_and_nothing_drifts(
    run: Run,
) -> None:
    assert run("""
        import machine, time
        seen = []
        def tick_isr(t):
            seen.append(time.ticks_ms())
        start = time.ticks_ms()
        timer = machine.Timer(period=10, callback=tick_isr, hard=True)
        state = machine.disable_irq()
        time.sleep_ms(45)
        machine.enable_irq(state)
        time.sleep_ms(10)
        print([time.ticks_diff(x, start) for x in seen])
    """) == ["[45, 45, 45, 45, 50]"]


def test_soft_callbacks_beyond_eight_are_lost_in_silence(run: Run) -> None:
    assert run("""
        import machine, time
        count = 0
        def tick(t):
            global count
            count += 1
        timer = machine.Timer(period=10, callback=tick, hard=False)
        state = machine.disable_irq()
        time.sleep_ms(125)
        machine.enable_irq(state)
        timer.deinit()
        time.sleep_ms(1)
        print(count)
    """) == ["8"]


def test_a_hard_callback_that_raises_is_printed_once_and_the_timer_is_dead(run: Run) -> None:
    assert run("""
        import machine, time
        count = 0
        def tick_isr(t):
            global count
            count += 1
            if count == 3:
                raise ValueError("three")
        timer = machine.Timer(period=10, callback=tick_isr, hard=True)
        time.sleep_ms(100)
        print(count)
    """) == [
        "Uncaught exception in IRQ callback handler",
        "Traceback (most recent call last):",
        '  File "main.py", line 8, in tick_isr',
        "ValueError: three",
        "3",
    ]


def test_a_soft_callback_that_raises_is_printed_and_called_again(run: Run) -> None:
    printed = run("""
        import machine, time
        def tick(t):
            raise ValueError
        timer = machine.Timer(period=10, callback=tick)
        time.sleep_ms(25)
        timer.deinit()
    """)
    assert [line for line in printed if line.startswith("ValueError")] == ["ValueError: "] * 2


def test_a_one_shot_fires_once_and_deinit_stops_a_timer(run: Run) -> None:
    assert run("""
        import machine, time
        count = [0, 0]
        def once_isr(t):
            count[0] += 1
        def tick_isr(t):
            count[1] += 1
        one = machine.Timer(mode=machine.Timer.ONE_SHOT, period=10, callback=once_isr, hard=True)
        two = machine.Timer(-1, freq=100, callback=tick_isr, hard=True)
        time.sleep_ms(35)
        two.deinit()
        time.sleep_ms(100)
        print(count)
    """) == ["[1, 3]"]


def test_only_id_minus_one_exists_and_the_pool_holds_sixteen(run: Run) -> None:
    assert run("""
        import machine
        try:
            machine.Timer(0)
        except ValueError as e:
            print(e)
        timers = []
        try:
            while True:
                timers.append(machine.Timer(period=1000))
        except OSError as e:
            print(len(timers), e.args[0])
    """) == ["Timer doesn't exist", "16 12"]


def test_a_timer_nobody_refers_to_stops(run: Run) -> None:
    assert run("""
        import machine, time
        count = 0
        def tick_isr(t):
            global count
            count += 1
        machine.Timer(period=10, callback=tick_isr, hard=True)
        time.sleep_ms(100)
        print(count)
    """) == ["0"]


def test_timers_wait_for_each_other_and_never_interrupt_a_handler(run: Run) -> None:
    assert run("""
        import machine, time
        log = []
        def slow_isr(t):
            log.append("in")
            time.sleep_us(3000)
            log.append("out")
        def fast_isr(t):
            log.append("fast")
        a = machine.Timer(mode=0, period=10, callback=slow_isr, hard=True)
        b = machine.Timer(mode=0, period=11, callback=fast_isr, hard=True)
        time.sleep_ms(20)
        print(log)
    """) == ["['in', 'out', 'fast']"]


def test_schedule_raises_when_its_queue_is_full_and_runs_in_order(run: Run) -> None:
    assert run("""
        import machine, micropython, time
        seen = []
        state = machine.disable_irq()
        try:
            for k in range(9):
                micropython.schedule(seen.append, k)
        except RuntimeError as e:
            print(e)
        machine.enable_irq(state)
        time.sleep_ms(1)
        print(seen)
    """) == ["schedule queue full", "[0, 1, 2, 3, 4, 5, 6, 7]"]
