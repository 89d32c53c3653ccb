"""The signing keys: made once, kept to their owner, rotated by putting a new one first."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from plixo import keys
from plixo.keys import KeysMalformed
from plixo.settings import Settings

HEX = "5a" * 32


def settings(folder: Path, signing_keys: str | None = None) -> Settings:
    """Return settings with that data folder."""
    return Settings(data_dir=folder, signing_keys=SecretStr(signing_keys) if signing_keys is not None else None)


def test_the_first_start_makes_a_key_and_the_next_one_finds_it(tmp_path: Path) -> None:
    first = keys.keyring(settings(tmp_path / "data"))
    second = keys.keyring(settings(tmp_path / "data"))

    assert first == second
    assert len(first.newest.secret) == 32


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    keys.keyring(settings(tmp_path))

    assert stat.S_IMODE((tmp_path / "signing-keys.json").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keys.keyring(settings(tmp_path)), range(8)))

    assert len({ring.newest.secret for ring in rings}) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["signing-keys.json"]


def test_a_start_that_died_half_way_does_not_hinder_the_next(tmp_path: Path) -> None:
    (tmp_path / "signing-keys.1").write_text("")  # in a container every start has the same process number
    (tmp_path / f"signing-keys.{os.getpid()}").write_text("")

    assert keys.keyring(settings(tmp_path)).newest.id == 1


def test_keys_from_the_settings_are_newest_first(tmp_path: Path) -> None:
    ring = keys.keyring(settings(tmp_path, f"2:{HEX}, 1:{'a5' * 32}"))

    assert [each.id for each in ring.keys] == [2, 1]
    assert not (tmp_path / "signing-keys.json").exists()


@pytest.mark.parametrize(
    "text",
    ["", "5a5a", f"x:{HEX}", f"1:{HEX[:-2]}", f"1:{'zz' * 32}", f"300:{HEX}", f"1:{HEX},1:{'a5' * 32}", f"1:{HEX},"],
)
def test_keys_that_cannot_be_used_are_refused_without_showing_them(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeysMalformed, match="PLIXO_SIGNING_KEYS") as refused:
        keys.keyring(settings(tmp_path, text))

    assert "5a5a" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", "[1, 2]", "null", json.dumps(["1:short"]), "\x00\x01"])
def test_a_file_that_was_tampered_with_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "signing-keys.json").write_text(content)

    with pytest.raises(KeysMalformed, match=r"signing-keys\.json"):
        keys.keyring(settings(tmp_path))
