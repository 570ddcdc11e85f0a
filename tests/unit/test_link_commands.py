"""The table of all commands, canonical form, and the vector file of bad lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.link.table import rows
from picodose import codes
from picodose.link import canon
from picodose.link.commands import PASSING
from picodose.link.upload import Upload
from tests.unit.link_bench import Bench, Pairs, Pump, bad_lines

BAD_LINES = bad_lines()


ALL = [
    ("hello", 0, ()),
    ("status", 0, (("page", 0, 3, 1),)),
    ("stop", 0, ()),
    ("start", 2, ()),
    ("clock", 2, (("wall_s", 820_540_800, 3_155_760_000, 1),)),
    (
        "stage_begin",
        2,
        (("kind", None, 12, 1), ("length", 2, 5600, 1), ("crc", None, 8, 1)),
    ),
    ("stage_part", 2, (("part", 0, 255, 1), ("data", None, 300, 1))),
    ("stage_end", 2, ()),
    ("commit", 2, (("digest", 0, 2**32 - 1, 1), ("override", None, 120, 1))),
    (
        "bolus",
        2,
        (
            ("amount_nl", 1, 2**30 - 1, 1),
            ("duration_ms", 1, 2**30 - 1, 1),
            ("override", None, 32, 0),
        ),
    ),
    ("decommission", 2, (("name", None, 16, 1),)),
    ("commission", 2, (("name", None, 16, 1),)),
    ("score", 2, (("score", 0, 10, 1), ("text", None, 48, 1))),
    ("patient_bolus", 1, ()),
    ("cancel", 1, ()),
    ("ack", 0, (("code", 1, 255, 1),)),
    ("log", 0, (("ring", 0, 1, 1), ("since", 0, 2**30 - 1, 1))),
    ("battery", 2, ()),
    ("audio_pause", 1, (("span_s", 0, 600, 1),)),
    ("sound_test", 2, ()),
    ("service_reset", 3, ()),
    (
        "refill",
        2,
        (
            ("measured_nl", 0, 2**30 - 1, 1),
            ("filled_nl", 1, 2**30 - 1, 1),
            ("fluid", None, 16, 1),
            ("conc_ug_ml", 0, 1_000_000, 1),
        ),
    ),
    ("explain", 2, ()),
    ("refill_log", 0, (("index", 0, 11, 1),)),
    ("prime", 2, (("amount_nl", 1, 2**30 - 1, 1),)),
    (
        "calibrate_run",
        3,
        (("amount_nl", 1, 2**30 - 1, 1), ("rate_nl_h", 1, 2**30 - 1, 1)),
    ),
    ("enrol", 0, (("role", 1, 3, 1), ("secret", None, 64, 1))),
    ("key_remove", 3, (("which", 1, 8, 1),)),
    ("maintenance", 3, ()),
]


def test_these_are_all_commands_and_their_roles() -> None:
    """No second way to program exists: only `stage_*` and `commit` take a prescription."""
    assert [(name, role, tuple(keys)) for name, role, _, _, keys in rows()] == ALL


def test_what_acts_needs_a_new_id_and_what_reads_or_stops_does_not() -> None:
    assert [row[0] for row in rows() if not row[2]] == [
        "hello",
        "status",
        "stop",
        "log",
        "refill_log",
    ]
    passing = ["stage_begin", "stage_part", "stage_end"]
    passing += ["audio_pause", "sound_test", "service_reset"]
    assert [row[0] for row in rows() if row[2] == PASSING] == passing, "no reset keeps these"


def test_each_command_calls_the_pump_once_with_its_values() -> None:
    bench = Bench()
    bench.hello()
    bench.ask('{"id":2,"cmd":"status","page":1}')
    bench.ask('{"id":3,"cmd":"start"}')
    bench.ask('{"id":4,"cmd":"clock","wall_s":900000000}')
    bench.ask('{"id":5,"cmd":"ack","code":110}')
    bench.ask('{"id":6,"cmd":"log","ring":1,"since":7}')
    bench.ask('{"id":7,"cmd":"battery"}')
    bench.ask('{"id":8,"cmd":"audio_pause","span_s":60}')
    bench.ask('{"id":9,"cmd":"sound_test"}')
    bench.ask('{"id":10,"cmd":"stop"}')
    bench.ask('{"id":11,"cmd":"stage_begin","kind":"rx","length":2,"crc":"00000000"}')
    bench.ask('{"id":12,"cmd":"stage_part","part":0,"data":"{}"}')
    bench.ask('{"id":13,"cmd":"stage_end"}')
    bench.ask('{"id":14,"cmd":"commit","digest":7,"override":"first"}')
    bench.ask('{"id":15,"cmd":"bolus","amount_nl":500,"duration_ms":60000}')
    bench.ask('{"id":16,"cmd":"decommission","name":"therapy-step"}')
    bench.ask('{"id":17,"cmd":"commission","name":"therapy-step"}')
    bench.ask('{"id":18,"cmd":"score","score":7,"text":"walked a mile"}')
    assert bench.pump.calls == [
        ("hello",),
        ("status", 1),
        ("start",),
        ("set_clock", 900_000_000),
        ("ack", 110),
        ("log_read", 1, 7),
        ("battery_new",),
        ("audio_pause", 60),
        ("sound_test",),
        ("stop", "link"),
        ("stage_begin", "rx", 2, "00000000"),
        ("stage_part", 0, "{}"),
        ("stage_end",),
        ("commit", 7, "first"),
        ("bolus", 500, 60_000, None),
        ("decommission", "therapy-step"),
        ("commission", "therapy-step"),
        ("score", 7, "walked a mile"),
    ]


def test_the_patients_commands_have_no_values() -> None:
    bench = Bench()
    bench.hello()
    bench.ask('{"id":2,"cmd":"patient_bolus"}')
    bench.ask('{"id":3,"cmd":"cancel"}')
    assert bench.pump.calls == [("hello",), ("patient_bolus",), ("cancel",)]


def test_text_is_written_as_json_writes_it() -> None:
    assert canon.flat([("a", 'say "x\\y"'), ("b", -3), ("c", None)]) == (
        '{"a":"say \\"x\\\\y\\"","b":-3,"c":null}'
    )
    assert canon.text("\u00b5L\n") == '"?L?"'


def test_a_refusal_names_value_limit_and_remedy_and_always_fits_in_a_line() -> None:
    refused = codes.Refused(codes.RANGE, "n" * 900, "v\\" * 900, 10**600, "h" * 900)
    assert len(canon.refusal(2**30 - 1, refused)) <= 470
    small = codes.Refused(codes.RX_RATE_HIGH, "rate_nl_h", 2_000_000, 1_000_000, "lower the rate")
    assert canon.refusal(5, small) == (
        '{"id":5,"ok":0,"code":8,"name":"rate_nl_h","value":2000000,"limit":1000000,'
        '"hint":"lower the rate"}'
    )


class Staging(Pump):
    """Takes parts as the pump does, and programs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.upload = Upload()

    def stage_part(self, part: int, data: str) -> Pairs:
        self.upload.part(0, part, data)
        return []

    def stage_end(self) -> Pairs:
        self.upload.end(0)
        return []

    def commit(self, digest: int, override: str) -> None:
        raise codes.Refused(codes.NOT_STAGED, "commit")


@pytest.mark.req("LIM-7")
def test_the_vector_file_holds_at_least_sixty_different_bad_lines() -> None:
    assert len({line for _, _, line in BAD_LINES}) == len(BAD_LINES) >= 60


@pytest.mark.req("LIM-7", "LNK-1")
def test_every_bad_line_is_refused_with_its_code_and_reaches_nothing() -> None:
    bench = Bench(Staging())
    bench.hello()
    bench.pump.calls.clear()
    wrong = []
    for code, why, line in BAD_LINES:
        replies = bench.send(line + b"\n")
        got = [codes.name_of(reply.get("code", 0)) for reply in replies]
        if got != [code]:
            wrong.append((why, code, got))
    assert wrong == []
    assert bench.pump.calls == []


@pytest.mark.req("LIM-7")
def test_the_same_lines_made_right_are_accepted() -> None:
    """Guards the vectors against being refused for another reason than the one they name."""
    bench = Bench()
    bench.hello()
    for number, body in enumerate(
        (
            '"cmd":"status","page":0}',
            '"cmd":"stage_begin","kind":"rx","length":2,"crc":"a3d9b8b4"}',
            '"cmd":"stage_part","part":0,"data":"{}"}',
            '"cmd":"stage_end"}',
            '"cmd":"commit","digest":4294967295,"override":"%s"}' % ("x" * 120),
            '"cmd":"bolus","amount_nl":1,"duration_ms":1}',
        ),
        2,
    ):
        assert bench.ask('{"id":%d,%s' % (number, body))["ok"] == 1, body


@pytest.mark.req("LIM-7")
@given(st.integers())
def test_a_number_passes_exactly_when_it_is_in_range(wall_s: int) -> None:
    body = '{"id":1,"cmd":"clock","wall_s":%d}' % wall_s
    if 820_540_800 <= wall_s <= 3_155_760_000:
        assert canon.parse(canon.load(body), body)[1] == [wall_s]
    else:
        with pytest.raises(codes.Refused) as refused:
            canon.parse(canon.load(body), body)
        assert (refused.value.code, refused.value.value) == (codes.RANGE, wall_s)
