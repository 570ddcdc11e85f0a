"""A line's history and the questions judges ask of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.clock import VirtualClock
from shim.lines import Lines, expand_train
from shim.trace import Recorder
from shim.trace.track import Track

History = tuple[Track, list[tuple[int, int]]]


def test_ten_pulses_a_millisecond_apart_are_counted_in_half_open_windows() -> None:
    track = Track()
    track.train(1_000, 1_000, 400, 10)  # rises at 1000, 2000 ... 10000
    assert track.count_rises(0, 20_000) == 10
    assert track.count_rises(1_000, 2_000) == 1
    assert track.count_rises(1_001, 2_000) == 0
    assert track.count_rises(2_000, 5_001) == 4
    assert list(track.edges(2_000, 3_400)) == [(2_000, 1), (2_400, 0), (3_000, 1)]
    assert list(track.edges(2_400, 3_000)) == [(2_400, 0)]
    assert [track.level_at(t) for t in (999, 1_000, 1_399, 1_400, 10_500)] == [0, 1, 1, 0, 0]


def test_a_million_pulses_take_one_record_when_the_rhythm_goes_on() -> None:
    track = Track()
    for k in range(1000):
        track.train(k * 5_000_000, 5_000, 2_000, 1000)
    assert len(track) == 1
    assert track.count_rises(0, 10**12) == 1_000_000
    assert track.count_rises(2_500_000_000, 2_500_050_000) == 10


def test_saying_the_same_level_twice_adds_nothing() -> None:
    track = Track(first_level=1)
    track.edge(5, 1)
    track.edge(10, 0)
    track.edge(20, 0)
    assert list(track.records()) == [(10, 0, 0, 0)]
    assert track.level_at(9) == 1


def test_events_out_of_order_are_refused() -> None:
    track = Track()
    track.train(0, 1_000, 400, 10)
    with pytest.raises(ValueError, match="comes after"):
        track.edge(9_399, 1)


_burst = st.tuples(
    st.integers(0, 30), st.integers(2, 20), st.integers(1, 19), st.integers(1, 6), st.booleans()
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A track, and the same history as plain edges."""
    track, edges, t_ns = Track(), [], 0
    for gap_ns, period_ns, high_ns, count, as_train in draw(st.lists(_burst, max_size=12)):
        t_ns += gap_ns
        high_ns = min(high_ns, period_ns - 1)
        pulses = list(expand_train(t_ns, period_ns, high_ns, count))
        if as_train:
            track.train(t_ns, period_ns, high_ns, count)
        else:
            for at_ns, level in pulses:
                track.edge(at_ns, level)
        edges += pulses
        t_ns += count * period_ns
    return track, edges


@given(histories(), st.integers(0, 900), st.integers(0, 900))
def test_every_question_gets_the_answer_of_a_plain_list(
    history: History, a_ns: int, b_ns: int
) -> None:
    track, edges = history
    t0_ns, t1_ns = sorted((a_ns, b_ns))
    window = [e for e in edges if t0_ns <= e[0] < t1_ns]
    assert list(track.edges(t0_ns, t1_ns)) == window
    assert list(track.rises(t0_ns, t1_ns)) == [t for t, level in window if level]
    assert track.count_rises(t0_ns, t1_ns) == sum(level for _, level in window)
    before = [level for t, level in edges if t <= t0_ns]
    assert track.level_at(t0_ns) == (before[-1] if before else 0)


def recorded(extra: bool = False) -> Recorder:
    clock = VirtualClock()
    lines, recorder = Lines(clock, {6: 1}), Recorder()
    recorder.attach(lines, {"STEP": 2, "ENABLE": 6})
    lines[6].set_cpu(True, 0)
    clock.run_until(10_000_000)
    lines[2].set_pio(0, out=True, level=0)
    lines[2].pio_train(1_000_000, 1_000_000, 5_000, 5)
    recorder.sample("battery_mv", clock.now_ns, 5012.5)
    recorder.event(clock.now_ns, "console", "ready")
    if extra:
        lines[6].set_cpu(True, 1)
    return recorder


def test_the_recorder_listens_to_named_lines() -> None:
    recorder = recorded()
    assert recorder.count_rises("STEP", 0, 10_000_000) == 5
    assert list(recorder.edges("ENABLE", 0, 1)) == [(0, 0)]
    assert recorder.tracks["ENABLE"].level_at(-1) == 1
    assert recorder.series["battery_mv"] == [(10_000_000, 5012.5)]


def test_the_digest_is_the_same_for_the_same_run_and_another_for_another() -> None:
    assert recorded().digest() == recorded().digest()
    assert recorded().digest() != recorded(extra=True).digest()
    other = recorded()
    other.event(11_000_000, "console", "ready")
    assert other.digest() != recorded().digest()
    other = recorded()
    other.sample("battery_mv", 11_000_000, 5012.5)
    assert other.digest() != recorded().digest()


def test_a_series_does_not_go_back_in_time() -> None:
    recorder = recorded()
    with pytest.raises(ValueError, match="battery_mv"):
        recorder.sample("battery_mv", 1, 5000)
