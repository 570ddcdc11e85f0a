"""GPIO lines: priority of drivers, pulls, listeners and trains."""

from __future__ import annotations

import pytest

from shim.clock import VirtualClock
from shim.lines import EdgeListener, Lines, expand_train


class Recorder:
    """Listener that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, ...]] = []

    def edge(self, t_ns: int, level: int) -> None:
        self.heard.append((t_ns, level))

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        self.heard.append((t0_ns, period_ns, high_ns, count))


def test_the_stronger_driver_decides_the_level() -> None:
    line = Lines(VirtualClock(), {6: 1})[6]
    assert line.level() == 1 and line.floating
    line.set_internal_pull(0)
    assert line.level() == 1, "the board's resistor is stronger than the pad's"
    line.drive(0)
    assert line.level() == 0 and not line.floating
    line.drive(1)
    line.set_pio(0, out=True, level=0)
    assert line.level() == 0
    line.set_cpu(True, 1)
    assert line.level() == 1
    line.release_cpu()
    line.release_pio()
    line.drive(None)
    line.set_internal_pull(None)
    assert line.level() == 1 and line.floating


def test_a_line_without_any_pull_reads_low() -> None:
    assert Lines(VirtualClock())[0].level() == 0


def test_listeners_hear_only_changes_with_their_instant() -> None:
    clock = VirtualClock()
    line = Lines(clock)[2]
    ear = Recorder()
    line.listen(ear)
    clock.run_until(5)
    line.set_cpu(True, 1)
    line.set_cpu(True, 1)
    line.set_pio(5, out=True, level=0)
    clock.run_until(9)
    line.set_cpu(True, 0)
    assert ear.heard == [(5, 1), (9, 0)]
    line.unlisten(ear)
    line.set_cpu(True, 1)
    assert len(ear.heard) == 2


def test_a_train_reaches_listeners_whole_and_edge_listeners_edge_by_edge() -> None:
    line = Lines(VirtualClock())[2]
    ear = Recorder()
    edges: list[tuple[int, int]] = []
    line.listen(ear)
    line.listen(EdgeListener(lambda t, level: edges.append((t, level))))
    line.set_pio(0, out=True, level=0)
    line.pio_train(100, 50, 10, 2)
    assert ear.heard == [(100, 50, 10, 2)]
    assert edges == [(100, 1), (110, 0), (150, 1), (160, 0)]
    assert edges == list(expand_train(100, 50, 10, 2))


def test_a_train_is_not_seen_while_the_cpu_holds_the_line_or_no_output_is_enabled() -> None:
    line = Lines(VirtualClock())[2]
    ear = Recorder()
    line.listen(ear)
    line.pio_train(0, 10, 5, 3)
    line.set_pio(0, out=True)
    line.set_cpu(True, 0)
    line.pio_train(0, 10, 5, 3)
    assert ear.heard == []


def test_a_train_on_a_high_line_is_refused() -> None:
    line = Lines(VirtualClock())[2]
    line.set_pio(0, out=True, level=1)
    with pytest.raises(ValueError, match="from low"):
        line.pio_train(0, 10, 5, 3)


def test_hooks_run_before_the_cpu_or_the_world_touches_a_line_and_never_nest() -> None:
    lines = Lines(VirtualClock())
    calls: list[int] = []

    def hook() -> None:
        calls.append(lines[3].level())
        lines[4].drive(1)

    lines.before_access.append(hook)
    lines[3].set_cpu(True, 1)
    lines[3].drive(0)
    assert lines.read(3) == 1
    assert calls == [0, 1, 1]


def test_a_chip_reset_lets_go_of_every_output_and_the_board_pull_decides() -> None:
    lines = Lines(VirtualClock(), {6: 1, 2: 0})
    ear = Recorder()
    lines[6].listen(ear)
    lines[6].set_cpu(True, 0)
    lines[2].set_pio(0, out=True, level=1)
    lines[10].set_internal_pull(1)
    lines.float_all()
    assert [lines[n].level() for n in (6, 2, 10)] == [1, 0, 0]
    assert ear.heard == [(0, 0), (0, 1)]
