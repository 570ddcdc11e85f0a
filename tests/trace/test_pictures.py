"""Pictures: nothing clipped, nothing on top of each other, everything there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from shim.trace import Recorder, pins, plot, style
from shim.trace.day import AlarmSpan, Bolus, Day, Mark, Pins, Series, Span
from shim.trace.track import Track

Drawn = Callable[[Callable[[], Any]], Any]


HOUR = 3600


@pytest.fixture
def drawn() -> Iterator[Drawn]:
    """Draw with the pictures' style; figures are closed afterwards."""
    yield lambda draw: style.styled(draw)
    plt.close("all")


def words(figure: Figure) -> list[tuple[str, Any]]:
    """Every text that is really drawn, with its box in pixels."""
    seen: list[Text] = []
    draw = Text.draw

    def noting(self: Text, renderer: Any, *args: Any, **kwargs: Any) -> Any:
        if self.get_visible() and self.get_text().strip():
            seen.append(self)
        return draw(self, renderer, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", noting)
        figure.canvas.draw()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]  # Agg has it
    return [(text.get_text(), Text.get_window_extent(text, renderer)) for text in seen]


def assert_tidy(figure: Figure) -> None:
    boxes = words(figure)
    width, height = figure.canvas.get_width_height()
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0, f"{text!r} is clipped"
        assert box.x1 <= width and box.y1 <= height, f"{text!r} is clipped"
    for (one, a), (other, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1 or along <= 1, f"{one!r} lies on {other!r}"


def test_a_day_is_drawn_without_clipped_or_colliding_words(day: Day, drawn: Drawn) -> None:
    figure = drawn(lambda: plot._draw(day))
    assert_tidy(figure)
    said = " ".join(text for text, _ in words(figure))
    for part in ("programmed 400.0", "dispensed 396.2", "missed 4.0", "bolus 5 µL", "12:00"):
        assert part in said
    for part in ("power lost 10 min", "13:48  low reservoir", "18:10  clock lost", "clock set"):
        assert part in said


def test_many_alarms_and_events_close_together_still_fit(day: Day, drawn: Drawn) -> None:
    names = ("empty", "stall", "memory", "watchdog reset", "under-delivery", "cap reached")
    busy = replace(
        day,
        alarms=[AlarmSpan(n, "high", 200 * 60 * k, 200 * 60 * k + 5) for k, n in enumerate(names)],
        boluses=(Bolus(1 * HOUR, 60, 50_000), Bolus(23.5 * HOUR, 1200, 4_000)),
        power_losses=(Span(23.6 * HOUR, 23.7 * HOUR, "power lost 6 min"),
                      Span(0.1 * HOUR, 0.2 * HOUR, "power lost 6 min")),
        clock_sets=(Mark(0.3 * HOUR, "clock set"), Mark(23.8 * HOUR, "clock set")),
    )  # fmt: skip
    assert_tidy(drawn(lambda: plot._draw(busy)))


def test_an_hourly_bolus_is_named_once_and_a_failed_day_stays_legible(
    day: Day, drawn: Drawn
) -> None:
    flat = Series([0, 24 * HOUR], [0.0, 120_000.0])
    boluses = tuple(Bolus(k * HOUR, 300, 1_000) for k in range(24))
    figure = drawn(lambda: plot._draw(replace(day, boluses=boluses, dispensed_nl=flat)))
    assert_tidy(figure)
    said = [text for text, _ in words(figure)]
    assert [text for text in said if text[:5] == "bolus" or text[:2] == "24"] == ["24 boluses"]


def test_a_quiet_hour_without_anything_fits_too(day: Day, drawn: Drawn) -> None:
    quiet = replace(
        day, start_s=13 * HOUR, duration_s=HOUR, alarms=(), boluses=(), power_losses=(),
        clock_sets=(), battery_levels=(), reservoir_levels=(), missed_nl=0.0,
    )  # fmt: skip
    figure = drawn(lambda: plot._draw(quiet))
    said = [text for text, _ in words(figure)]
    assert "none" in said
    assert "13:30" in said


def test_the_curves_hold_the_numbers_of_the_day(day: Day, drawn: Drawn) -> None:
    figure = drawn(lambda: plot._draw(day))
    programmed, dispensed = figure.axes[0].lines[:2]
    assert programmed.get_ydata()[-1] == pytest.approx(400.0)
    assert dispensed.get_ydata()[-1] == pytest.approx(day.dispensed_nl.values[-1] / 1000)
    assert programmed.get_xdata()[-1] == 24
    assert figure.axes[3].lines[0].get_ydata()[0] == pytest.approx(2.24)


def test_the_file_is_300_dpi_landscape_and_always_the_same(day: Day, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        plot.day_picture(day, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (4800, 3390)
        assert round(picture.info["dpi"][0]) == 300


@pytest.fixture
def bolus_pins() -> Pins:
    recorder = Recorder()
    recorder.tracks = {"ENABLE": Track(1), "DIR": Track(), "STEP": Track()}
    recorder.tracks["ENABLE"].edge(100_000_000, 0)
    recorder.tracks["DIR"].edge(100_050_000, 1)
    recorder.tracks["STEP"].train(200_000_000, 10_000_000, 5_000, 50)
    lanes = pins.lanes_of(recorder, ["ENABLE", "DIR", "STEP"], 0, 1_000_000_000)
    return Pins("A bolus", "at the pins", 0.0, 1.0, lanes, (0.195, 0.225), "a note")


def test_the_pins_picture_is_tidy_and_shows_each_pulse_of_its_close_look(
    bolus_pins: Pins, drawn: Drawn
) -> None:
    figure = drawn(lambda: pins._draw(bolus_pins))
    assert_tidy(figure)
    assert len(figure.axes) == 2
    close_look = figure.axes[1].lines[2]
    rises = [
        b > a for a, b in zip(close_look.get_ydata(), close_look.get_ydata()[1:], strict=False)
    ]
    assert sum(rises) == 3  # at 200, 210 and 220 ms


def test_a_waveform_starts_with_the_level_found_and_keeps_its_corners(bolus_pins: Pins) -> None:
    enable, _, step = bolus_pins.lanes
    assert pins.waveform(enable, 0.0, 1.0) == ([0.0, 0.1, 0.1, 1.0], [1, 1, 0, 0])
    assert pins.waveform(enable, 0.5, 1.0) == ([0.5, 1.0], [0, 0])
    assert pins.waveform(step, 0.205, 0.2100010)[1] == [0, 0, 1, 1]


def test_the_pins_picture_is_written_as_a_file(bolus_pins: Pins, tmp_path: Path) -> None:
    pins.pins_picture(replace(bolus_pins, zoom_s=None), tmp_path / "pins.png")
    with Image.open(tmp_path / "pins.png") as picture:
        assert picture.size[0] == 4200


def test_the_recorder_alone_imports_no_drawing_library(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, shim.trace, shim.trace.plot, shim.trace.pins, shim.plant; " \
           "sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
