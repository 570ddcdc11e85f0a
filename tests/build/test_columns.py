"""A board gets a table's columns for code; the words for people stay with the host (ALM-1)."""

from __future__ import annotations

import ast

import pytest

from host_tools.build import BuildError, as_compiled
from host_tools.build.columns import ON_BOARD, stripped
from host_tools.build.install import DEVICE
from picodose.safety import alarm_table

TABLE = "picodose.safety.alarm_table"


def board_rows() -> list[list[object]]:
    """The alarm table as the compiler gets it."""
    names = ("picodose/codes.py", "picodose/safety/alarm_table.py", "picodose/safety/alarms.py")
    texts = {name: (DEVICE / name).read_text() for name in names}
    compiled = as_compiled(texts, entry="")[names[1]]
    (rows,) = [n.value for n in ast.parse(compiled).body if isinstance(n, ast.Assign)]
    return [list(row) for row in ast.literal_eval(rows)]


@pytest.mark.req("ALM-1")
def test_the_board_s_alarm_rows_are_the_data_file_s_without_the_words() -> None:
    assert board_rows() == [list(row[:5]) for row in alarm_table.ROWS]


@pytest.mark.req("ALM-1")
def test_what_is_left_out_is_words_alone() -> None:
    count = ON_BOARD[TABLE, "ROWS"]
    for row in alarm_table.ROWS:
        assert all(isinstance(cell, int) for cell in row[:count])
        assert all(isinstance(cell, str) for cell in row[count:]) and len(row) == count + 1


def test_a_table_that_is_not_there_or_not_written_out_is_refused() -> None:
    for text in ("X = 1", "ROWS = make()", "ROWS = ((1, 2), other)", "ROWS = ()"):
        with pytest.raises(BuildError, match="not a tuple of rows"):
            stripped(TABLE, ast.parse(text))


def test_another_module_s_table_stays() -> None:
    assert ast.unparse(stripped("picodose.other", ast.parse("ROWS = ((1, 'a'),)"))) == (
        "ROWS = ((1, 'a'),)"
    )
