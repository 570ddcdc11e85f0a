"""The table of all commands, canonical form, and the vector file of bad lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import codes
from picodose.link import canon
from picodose.link.commands import COMMANDS
from picodose.therapy import prescription
from picodose.therapy.limits import Limits
from profiles import therapy_step as profile
from tests.unit.link_bench import Bench, Pairs, Pump, bad_lines, framed

BAD_LINES = bad_lines()


def test_these_are_all_commands_and_their_roles() -> None:
    """No second way to program exists: `load` is the only command that takes a prescription."""
    assert [(name, role, keys) for name, role, _, _, keys in COMMANDS] == [
        ("hello", "observer", ()),
        ("status", "observer", (("page", 0, 2, 1),)),
        ("stop", "patient", ()),
        ("start", "clinician", ()),
        ("clock", "clinician", (("wall_s", 820_540_800, 3_155_760_000, 1),)),
        (
            "load",
            "clinician",
            (
                ("part", 0, 5600, 1),
                ("data", None, 300, 1),
                ("length", 2, 5600, 0),
                ("crc", None, 8, 0),
            ),
        ),
        ("ack", "patient", (("code", 1, 255, 1),)),
        ("log", "observer", (("ring", 0, 1, 1), ("since", 0, 2**30 - 1, 1))),
        ("battery", "clinician", ()),
        ("audio_pause", "patient", (("span_s", 0, 600, 1),)),
        ("sound_test", "clinician", ()),
    ]


def test_what_acts_needs_a_new_id_and_what_reads_or_stops_does_not() -> None:
    acting = [row[0] for row in COMMANDS if row[2]]
    assert acting == ["start", "clock", "load", "ack", "battery", "audio_pause", "sound_test"]


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
    ]


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


class PumpWithParser(Pump):
    """Loads like the pump does: through the prescription's own checks, against a profile."""

    def load(self, raw: bytes) -> Pairs:
        limits = Limits(
            profile.RATE_MIN_NL_H,
            profile.RATE_MAX_NL_H,
            profile.BOLUS_MAX_NL,
            profile.BOLUS_RATE_MAX_NL_H,
            profile.CAPS,
        )
        prescription.parse(raw, limits)
        return super().load(raw)


@pytest.mark.req("LIM-7")
def test_the_vector_file_holds_at_least_sixty_different_bad_lines() -> None:
    assert len({line for _, _, line in BAD_LINES}) == len(BAD_LINES) >= 60


@pytest.mark.req("LIM-7", "LNK-1")
def test_every_bad_line_is_refused_with_its_code_and_reaches_nothing() -> None:
    bench = Bench(PumpWithParser())
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
    bench = Bench(PumpWithParser())
    bench.hello()
    raw = '{"v":2,"mode":"const","fluid":"water","conc_ug_ml":0,"rate_nl_h":8000}'
    data = raw.replace('"', '\\"')
    body = '{"id":9,"cmd":"load","part":0,"data":"%s","length":%d,"crc":"%s"}'
    crc = framed(raw).split(b" ")[-1].strip().decode()
    assert bench.ask(body % (data, len(raw), crc))["ok"] == 1
    assert bench.ask('{"id":10,"cmd":"status","page":0}')["ok"] == 1


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
