"""A program as rows and as text: the same one both ways, and text where rows cannot say it."""

from __future__ import annotations

import pytest

from host_tools.console import draft, sounds
from host_tools.console.panels.parts import number
from host_tools.rx.read import limits_of, plan_of
from tests.conftest import ROOT

EXAMPLES = ROOT / "host_tools" / "examples"


def test_the_offered_rows_are_a_program_that_the_pump_s_reader_takes() -> None:
    plan = plan_of(draft.to_text(draft.EXAMPLE), "draft", limits_of())
    assert plan.title == "Day and night"
    assert plan.rx.boluses_per_day() == 2


def test_rows_become_text_and_text_the_same_rows() -> None:
    assert draft.from_text(draft.to_text(draft.EXAMPLE)) == draft.EXAMPLE
    bare = draft.Draft('a "b" \\', "", [draft.Step("00:00", "0.5")])
    assert draft.from_text(draft.to_text(bare)) == bare


def test_a_written_day_is_shown_as_rows_in_their_units() -> None:
    rows = draft.from_text((EXAMPLES / "day_night.toml").read_text())
    assert rows.steps[1] == draft.Step("06:30", "24", "4", "10")
    other = 'mode = "day"\n[[step]]\nat = "00:00"\nrate = "1 mL/day"\n'
    with pytest.raises(draft.NotRowsError, match="too many places"):
        draft.from_text(other)
    assert draft.from_text(other.replace("1 mL/day", "1.2 mL/day")).steps[0].rate == "50"


@pytest.mark.parametrize("name", ["week.toml", "trial.toml", "periodic.toml"])
def test_what_rows_cannot_say_stays_text(name: str) -> None:
    with pytest.raises(draft.NotRowsError):
        draft.from_text((EXAMPLES / name).read_text())


@pytest.mark.parametrize("text", ["", "mode = ", 'mode = "day"\nstep = 4', 'mode = "day"\nx = 1'])
def test_no_text_is_lost_on_its_way_to_being_a_program(text: str) -> None:
    try:
        draft.from_text(text)
    except draft.NotRowsError as error:
        assert str(error)


def test_what_is_typed_into_a_row_cannot_break_out_of_its_string() -> None:
    sly = draft.Draft('x"\nmode = "bolus', "", [draft.Step('00:00"', "8\nrate = 9")])
    text = draft.to_text(sly)
    assert text.count("mode =") == 2 and text.splitlines()[1] == 'mode = "day"'
    with pytest.raises(draft.NotRowsError):
        draft.from_text(text)


@pytest.mark.parametrize("typed", ["", "x", "nan", "inf", "1e999"])
def test_what_is_no_finite_number_is_refused_as_one_error(typed: str) -> None:
    assert number("4,5", 1000) == 4500
    with pytest.raises(ValueError):
        number(typed, 1000)


@pytest.mark.parametrize("name", sounds.NAMES)
def test_every_sound_of_the_pump_has_its_wave(name: str) -> None:
    assert sounds.wav(name)[:4] == b"RIFF"
    assert (sounds.every_ms(name) > 0) == (name in ("low", "medium", "high"))
