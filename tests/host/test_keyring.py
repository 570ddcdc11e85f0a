"""The host's keys: a file for nobody else's eyes, and what a damaged one says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host_tools.link import Key, Keyring, KeyringError
from host_tools.link.keyring import usual_path

KEY = Key(2, 3, b"s" * 32)


@pytest.mark.req("SEC-1")
def test_keys_are_kept_by_pump_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "deep" / "keys.json")
    assert ring.find("e66058") is None
    ring.add("e66058", KEY)
    ring.add("other", Key(1, 1, b"o" * 32))
    assert ring.path.stat().st_mode & 0o777 == 0o600
    assert Keyring(ring.path).find("e66058") == KEY
    ring.remove("other")
    ring.remove("nobody")
    assert Keyring(ring.path).all() == {"e66058": KEY}
    assert os.listdir(ring.path.parent) == ["keys.json"]


@pytest.mark.req("SEC-1")
def test_a_file_that_others_read_or_that_is_damaged_is_refused_with_a_remedy(
    tmp_path: Path,
) -> None:
    ring = Keyring(tmp_path / "keys.json")
    ring.add("e66058", KEY)
    ring.path.chmod(0o644)
    with pytest.raises(KeyringError) as told:
        ring.find("e66058")
    assert told.value.command == f"chmod 600 {ring.path}"
    ring.path.chmod(0o600)
    for text in ("{", '{"e66058":{"number":1}}', "[]", '{"e66058":3}'):
        ring.path.write_text(text)
        with pytest.raises(KeyringError):
            ring.find("e66058")


def test_the_file_is_where_this_system_keeps_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert usual_path() == tmp_path / "picodose" / "keys.json"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert usual_path() == Path.home() / ".config" / "picodose" / "keys.json"
