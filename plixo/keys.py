"""The signing keys: from the settings, or from a file in the data folder that is made at the first start."""

import json
import os
import secrets
from pathlib import Path

from domain.kernel.keys import Keyring, SigningKey
from plixo.settings import Settings

FILE = "signing-keys.json"
"""In the data folder."""


class KeysMalformed(Exception):
    """The keys cannot be read; the message says where from, never what they are."""


def keyring(settings: Settings) -> Keyring:
    """Return the deployment's keys, newest first.

    Raises:
        KeysMalformed: The setting or the file is not of the form that the documentation gives.
    """
    if settings.signing_keys is not None:
        return _parsed(settings.signing_keys.get_secret_value().split(","), "PLIXO_SIGNING_KEYS")
    file = settings.data_dir / FILE
    if not file.exists():
        _write_new(file)
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))
        assert isinstance(lines, list)
        assert all(isinstance(line, str) for line in lines)
    except (ValueError, AssertionError):
        raise KeysMalformed(f"{file} is not a list of keys.") from None
    return _parsed(lines, str(file))


def _parsed(lines: list[str], source: str) -> Keyring:
    try:
        pairs = [line.strip().split(":", 1) for line in lines]
        ring = Keyring(tuple(SigningKey(int(number), bytes.fromhex(secret)) for number, secret in pairs))
        assert ring.keys
        assert len({key.id for key in ring.keys}) == len(ring.keys)
    except (ValueError, AssertionError):
        raise KeysMalformed(
            f"{source}: expected NUMBER:HEX with 32 bytes of hex, each number once, newest first."
        ) from None
    return ring


def _write_new(file: Path) -> None:
    """Write one fresh key; of two processes that start at once, the first one's key stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump([f"1:{secrets.token_hex(32)}"], out)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
