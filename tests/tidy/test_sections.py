"""Documents say what the data says."""

from __future__ import annotations

import pytest

from host_tools.alarms import ALARMS
from picodose.safety import alarm_table
from tests.tidy.sources import ROOT
from tools.sections import SECTIONS, drawings, renewed


@pytest.mark.req("ALM-1")
@pytest.mark.parametrize("name", SECTIONS)
def test_every_part_made_from_data_is_as_the_data_says(name: str) -> None:
    path, make = SECTIONS[name]
    text = (ROOT / path).read_text()
    assert renewed(text, name, make()) == text, "make docs puts that right"


def test_every_drawing_is_as_the_profiles_say() -> None:
    for path, svg in drawings().items():
        assert (ROOT / path).read_text() == svg, f"{path}: make docs puts that right"


@pytest.mark.req("ALM-1")
def test_the_host_knows_every_row_and_says_it_in_the_table_s_words() -> None:
    assert list(ALARMS) == [row[0] for row in alarm_table.ROWS]
    for row in alarm_table.ROWS:
        alarm = ALARMS[row[0]]
        assert (alarm.words, alarm.stops) == (row[5], row[2] == alarm_table.STOP)
        assert alarm.ends.endswith("acknowledged") == row[3]


def test_only_the_part_between_its_marks_is_made_anew() -> None:
    text = "a\n<!-- made: x -->\nold\n<!-- end: x -->\nb"
    assert renewed(text, "x", "new \\1") == "a\n<!-- made: x -->\nnew \\1\n<!-- end: x -->\nb"
    with pytest.raises(ValueError, match="no part y"):
        renewed(text, "y", "new")
