"""The exchange that docs/PROTOCOL.md shows is one that happened, and says what its words say."""

from __future__ import annotations

import json

import pytest

from picodose import codes
from tools.capture import exchanges


@pytest.mark.req("SEC-1", "LNK-1")
def test_the_capture_shows_a_key_that_is_enrolled_wanted_and_right() -> None:
    replies = [json.loads(one.answered[:-9]) for one in exchanges()]
    assert [reply.get("code", 0) for reply in replies] == [0, 0, 0, 0, codes.KEY_NEEDED, 0, 0, 0]
    assert replies[5] == replies[6] and exchanges()[5].asked == exchanges()[6].asked
    assert (replies[0]["keys"], replies[3]["keys"]) == ("", "1:3")
    assert replies[0]["challenge"] != replies[3]["challenge"]
    assert all(len(line) < 480 for one in exchanges() for line in (one.asked, one.answered))
