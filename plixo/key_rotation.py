"""Key rotation: a new signing key is made known everywhere before it signs, and an old one goes by itself never."""

import fcntl
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from domain.kernel.keys import Keyring
from plixo import keys
from plixo.keys import KeysMalformed
from plixo.settings import Settings

MOST_NUMBER = 255
"""A key's number is one byte in every token."""


class Step(StrEnum):
    """What one command did."""

    PREPARED = "prepared"
    SIGNS = "signs"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Listed:
    """One key, without its secret."""

    number: int
    signs: bool


def listed(settings: Settings) -> tuple[Listed, ...]:
    """Return the keys, the one that signs first.

    Raises:
        KeysMalformed: They cannot be read.
    """
    ring = keys.keyring(settings)
    return tuple(Listed(each.id, each is ring.newest) for each in ring.keys)


def rotate(settings: Settings, *, at_once: bool = False) -> tuple[Step, int]:
    """Prepare a new key, or let the one that was prepared sign; with *at_once* do both.

    Raises:
        KeysMalformed: The keys cannot be read, or are not in the file of the data folder.
    """
    done: list[tuple[Step, int]] = []

    def turned(ring: Keyring) -> list[str]:
        lines = _lines(ring)
        highest = max(ring.keys, key=lambda each: each.id)
        if highest is not ring.newest:
            prepared = next(each for each in lines if each.startswith(f"{highest.id}:"))
            done.append((Step.SIGNS, highest.id))
            return [prepared, *(each for each in lines if each is not prepared)]
        number = highest.id + 1
        if number > MOST_NUMBER:
            raise KeysMalformed(f"The last number, {MOST_NUMBER}, is taken; keys cannot be rotated any more.")
        made = f"{number}:{secrets.token_hex(32)}"
        done.append((Step.SIGNS if at_once else Step.PREPARED, number))
        return [made, *lines] if at_once else [*lines, made]

    _change(settings, turned)
    return done[-1]


def retire(settings: Settings, *, number: int) -> Step:
    """Remove a key that does not sign.

    Raises:
        KeysMalformed: There is no such key, it signs, or the keys are not in the file of the data folder.
    """

    def without(ring: Keyring) -> list[str]:
        if ring.newest.id == number:
            raise KeysMalformed(f"Key {number} signs; rotate first.")
        if all(each.id != number for each in ring.keys):
            raise KeysMalformed(f"There is no key {number}.")
        return [each for each in _lines(ring) if not each.startswith(f"{number}:")]

    _change(settings, without)
    return Step.RETIRED


def _change(settings: Settings, how: Callable[[Keyring], list[str]]) -> None:
    """Write the file anew in one step, one process at a time."""
    if settings.signing_keys is not None:
        raise KeysMalformed(
            "The keys are in PLIXO_SIGNING_KEYS, which Plixo does not write. Put a new one behind the others "
            "(`NUMBER:` and the output of `openssl rand -hex 32`), restart every process, move it to the front, and "
            "restart again."
        )
    keys.keyring(settings)  # makes the file where there is none
    file = settings.data_dir / keys.FILE
    with (settings.data_dir / f"{keys.FILE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _replace(file, how(keys.keyring(settings)))


def _replace(file: Path, lines: list[str]) -> None:
    draft = file.with_suffix(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(lines, out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def _lines(ring: Keyring) -> list[str]:
    return [f"{each.id}:{each.secret.hex()}" for each in ring.keys]
