"""A new signing key takes over without a moment in which a live link is dead."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.kernel.keys import Keyring
from plixo import key_rotation, keys
from plixo.key_rotation import Step
from plixo.keys import KeysMalformed
from plixo.settings import Settings


def signed(ring: Keyring) -> tuple[int, bytes]:
    return ring.newest.id, ring.signature(ring.newest, purpose="link", payload=b"one", length=16)


def opens(ring: Keyring, token: tuple[int, bytes]) -> bool:
    return ring.verified(token[0], token[1], purpose="link", payload=b"one")


def test_old_and_new_links_open_in_processes_before_between_and_after_the_steps(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    before = keys.keyring(settings)
    old = signed(before)

    assert key_rotation.rotate(settings) == (Step.PREPARED, 2)
    between = keys.keyring(settings)
    assert key_rotation.rotate(settings) == (Step.SIGNS, 2)
    after = keys.keyring(settings)
    new = signed(after)

    assert (signed(between)[0], new[0]) == (1, 2)
    assert opens(between, old)
    assert opens(between, new), "a process that was restarted once knows the key before anybody signs with it"
    assert opens(after, old)
    assert not opens(before, new)


def test_one_process_may_rotate_at_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    old = signed(keys.keyring(settings))

    assert key_rotation.rotate(settings, at_once=True) == (Step.SIGNS, 2)

    ring = keys.keyring(settings)
    assert ring.newest.id == 2
    assert opens(ring, old)


def test_a_key_that_is_retired_opens_nothing_and_the_one_that_signs_stays(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    old = signed(keys.keyring(settings))
    key_rotation.rotate(settings, at_once=True)

    with pytest.raises(KeysMalformed, match="rotate first"):
        key_rotation.retire(settings, number=2)
    key_rotation.retire(settings, number=1)

    assert [each.number for each in key_rotation.listed(settings)] == [2]
    assert not opens(keys.keyring(settings), old)


def test_the_list_shows_no_secret_and_the_file_stays_its_owners(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    key_rotation.rotate(settings)
    secret = keys.keyring(settings).newest.secret.hex()

    told = repr(key_rotation.listed(settings))

    assert secret not in told
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [keys.FILE, f"{keys.FILE}.lock"]


def test_keys_of_the_environment_are_not_written(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, signing_keys=SecretStr("1:" + "5a" * 32))

    with pytest.raises(KeysMalformed, match="PLIXO_SIGNING_KEYS") as refused:
        key_rotation.rotate(settings)

    assert "5a5a" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
