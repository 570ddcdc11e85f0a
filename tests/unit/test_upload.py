"""Parts of long data: numbered, in one buffer, all or nothing."""

from __future__ import annotations

from binascii import crc32

import pytest

from picodose import codes
from picodose.link.commands import UPLOAD_MAX
from picodose.link.upload import Upload

PATIENCE_MS = 30_000


def begun(raw: bytes, now_ms: int = 0) -> Upload:
    """An upload that waits for the first part of these bytes."""
    upload = Upload()
    upload.begin(now_ms, len(raw), "%08x" % crc32(raw))
    return upload


def refusal(upload: Upload, *part: object) -> codes.Refused:
    """How the upload refuses a part (now_ms, number, data), or its end without one."""
    with pytest.raises(codes.Refused) as refused:
        upload.part(*part) if part else upload.end(0)  # type: ignore[arg-type]
    return refused.value


def test_a_heap_without_room_refuses_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(length: int) -> bytearray:
        if length:
            raise MemoryError
        return bytearray()

    upload = begun(b"{}")
    monkeypatch.setattr("picodose.link.upload.bytearray", full, raising=False)
    with pytest.raises(codes.Refused) as refused:
        upload.begin(0, 300, "00000000")
    assert (refused.value.code, refused.value.value) == (codes.LINK_LONG, 300)
    assert not upload.is_open(0) and upload.length == 0


@pytest.mark.parametrize("length", [2, 300, 301, UPLOAD_MAX])
def test_parts_put_together_are_the_whole(length: int) -> None:
    raw = bytes(33 + i % 90 for i in range(length))
    upload = begun(raw)
    for number, at in enumerate(range(0, length, 300)):
        upload.part(number, number, raw[at : at + 300].decode())
        assert upload.length == min(at + 300, length)
    assert upload.end(20) == raw
    assert upload.whole() == raw and not upload.is_open(20)
    assert refusal(upload).code == codes.LINK_PART, "it is handed over once"


def test_a_wrong_number_forgets_everything() -> None:
    upload = begun(b"7" * 900)
    upload.part(0, 0, "7" * 300)
    wrong = refusal(upload, 1, 2, "7" * 300)
    assert (wrong.code, wrong.value, wrong.limit) == (codes.LINK_PART, 2, 1)
    assert refusal(upload, 1, 1, "7" * 300).code == codes.LINK_PART
    assert refusal(upload).code == codes.LINK_PART


def test_more_than_was_announced_is_refused() -> None:
    upload = begun(b"7" * 500)
    upload.part(0, 0, "7" * 300)
    long = refusal(upload, 1, 1, "7" * 201)
    assert (long.code, long.value, long.limit) == (codes.LINK_LONG, 501, 500)
    assert not upload.is_open(1)


def test_less_than_was_announced_and_another_checksum_are_refused() -> None:
    upload = begun(b"7" * 500)
    upload.part(0, 0, "7" * 300)
    assert (refusal(upload).limit, upload.is_open(0)) == (500, False)
    upload.begin(0, 3, "%08x" % crc32(b"777"))
    upload.part(0, 0, "778")
    assert (refusal(upload).name, upload.is_open(0)) == ("crc", False)


@pytest.mark.req("THER-8")
def test_thirty_seconds_without_a_part_discard_it() -> None:
    for late in (False, True):
        upload = begun(b"7777", 1_000)
        upload.part(1_000 + PATIENCE_MS - 1, 0, "77")
        now_ms = 1_000 + 2 * PATIENCE_MS - 1 - (not late)
        if late:
            assert refusal(upload, now_ms, 1, "77").code == codes.LINK_PART
        else:
            upload.part(now_ms, 1, "77")
            assert upload.end(now_ms) == b"7777"


def test_a_new_beginning_forgets_the_old_parts() -> None:
    upload = begun(b"7777")
    upload.part(0, 0, "88")
    upload.begin(0, 4, "%08x" % crc32(b"7777"))
    upload.part(0, 0, "7777")
    assert upload.end(0) == b"7777"
