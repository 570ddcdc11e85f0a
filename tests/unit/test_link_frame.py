"""Frames: what is a line, what is refused, and that any cut of the stream gives the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import codes
from picodose.link import frame
from tests.unit.link_bench import framed


def events(data: bytes, cut: int = 1000) -> list[tuple[int, str, int]]:
    """Every event of a stream fed in pieces of `cut` bytes."""
    decoder = frame.Decoder()
    found = []
    for at in range(0, len(data), cut):
        piece = data[at : at + cut]
        used = 0
        while used < len(piece):
            used = decoder.feed(piece, used, len(piece))
            if decoder.event != frame.NOTHING:
                found.append((decoder.event, decoder.body, decoder.code))
                decoder.body, decoder.code = "", 0
    return found


def test_a_line_is_the_body_a_space_its_crc_and_a_newline() -> None:
    # CRC-32 of "123456789" is the published check value cbf43926.
    assert frame.encode("123456789") == b"123456789 cbf43926\n"
    assert events(b"123456789 cbf43926\n") == [(frame.MESSAGE, "123456789", 0)]


@pytest.mark.req("LNK-1")
def test_the_longest_line_has_480_bytes_with_its_newline() -> None:
    assert len(frame.encode("x" * frame.BODY_MAX)) == 480
    assert events(frame.encode("x" * frame.BODY_MAX))[0][0] == frame.MESSAGE
    with pytest.raises(ValueError, match="480"):
        frame.encode("x" * (frame.BODY_MAX + 1))
    too_long = framed("x" * (frame.BODY_MAX + 1))
    assert events(too_long) == [(frame.REFUSED, "", codes.LINK_LONG)]


def test_carriage_return_before_the_newline_is_tolerated_and_nowhere_else() -> None:
    assert events(b"STOP\r\n") == [(frame.STOP, "", 0)]
    assert events(b"STOP\r \n") == [(frame.REFUSED, "", codes.LINK_FORM)]


def test_blank_lines_are_no_messages() -> None:
    assert events(b"\n\r\n\n") == []


@pytest.mark.req("LNK-1")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"123456789 CBF43926\n", codes.LINK_CRC),
        (b"123456789 cbf43927\n", codes.LINK_CRC),
        (b"123456789\tcbf43926\n", codes.LINK_FORM),
        (b"123456789\xc3\xa4 cbf43926\n", codes.LINK_FORM),
        (b"STOP \n", codes.LINK_FORM),
        (b"x" * 100_000 + b"\n", codes.LINK_LONG),
    ],
)
def test_a_bad_line_is_refused_by_number_and_the_next_one_is_read(line: bytes, code: int) -> None:
    assert events(line + b"STOP\n") == [(frame.REFUSED, "", code), (frame.STOP, "", 0)]


@pytest.mark.req("LNK-1")
@given(st.lists(st.one_of(st.binary(max_size=600), st.just(b"STOP\n"), st.just(framed("{}")))))
def test_any_cut_of_any_stream_gives_the_same_events(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)
    assert events(stream, 1) == events(stream, 7) == events(stream)


@pytest.mark.req("LNK-1")
@pytest.mark.parametrize(
    "tail", [b"\r\r\n", b"\r\x01\n", b"x" * 480 + b"\x01\n", b"\x01" + b"x" * 480 + b"\r\n"]
)
def test_what_is_wrong_twice_is_refused_alike_in_any_cut(tail: bytes) -> None:
    found = events(b"STOP" + tail)
    assert len(found) == 1 and all(events(b"STOP" + tail, cut) == found for cut in (1, 2, 5, 7))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=2, max_size=470))
def test_every_printable_body_comes_back(body: str) -> None:
    assert events(frame.encode(body)) == [(frame.MESSAGE, body, 0)]


def test_the_buffer_never_grows() -> None:
    decoder = frame.Decoder()
    buffer = decoder._line
    for _ in range(50):
        decoder.feed(b"y" * 1000, 0, 1000)
    assert decoder._line is buffer and len(buffer) == 479
