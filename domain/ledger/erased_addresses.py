"""Erased addresses: how an address that was erased on request is known again, without being kept.

What is kept is a digest under a secret. The secret stands in the database in a sealed form, which only the signing keys
open, so a copy of the database alone tells nobody whether an address is among them. It is sealed anew under the newest
key each night, so keys may be retired as ever.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog

from domain.kernel import addresses
from domain.kernel.core import Core
from domain.kernel.keys import SigningKey
from domain.kernel.refusals import Refusal
from domain.kernel.speech import say
from domain.kernel.transactions import Rows, Transaction

log = structlog.get_logger(__name__)

BYTES = 32

MATCHES = """EXISTS (SELECT FROM erased_address x WHERE x.lifted_at IS NULL
    AND x.digest = encode(sha256(%(erased)s::bytea || convert_to({key}, 'UTF8')), 'hex'))"""
"""An SQL condition: the address key that an expression gives was erased; with the secret, or null, as ``erased``."""

_NEEDED = "SELECT FROM erased_address WHERE lifted_at IS NULL LIMIT 1"

_PURPOSE = "seal of erased addresses"


class AddressErased(Refusal):
    """Say that an address is not taken up again by itself."""

    def __init__(self, masked: str) -> None:
        super().__init__(
            say(
                "The data of {address} were erased on request, so it is not taken up again by itself. Who manages "
                "people may do that for a reason: `plixo privacy readmit ADDRESS` in the shell.",
                address=masked,
            )
        )


async def secret(core: Core, rows: Rows) -> bytes | None:
    """Return the secret of the digests; None when none is needed, or when the key that opens it is gone."""
    if await rows.row(_NEEDED) is None:
        return None
    return await _opened(core, rows)


async def made(core: Core, tx: Transaction) -> bytes:
    """Return the secret for new digests; one that cannot be opened any more is replaced, since it is of no use."""
    await tx.execute("LOCK TABLE erasure_secret IN SHARE ROW EXCLUSIVE MODE")
    found = await _opened(core, tx)
    if found is None:
        found = secrets.token_bytes(BYTES)
        await _seal(core, tx, found)
    return found


async def seal_anew(core: Core) -> bool:
    """Seal the secret under the newest signing key, if another one seals it; tell whether it was (a nightly job)."""
    async with core.transaction() as tx:
        row = await tx.row("SELECT key_id FROM erasure_secret FOR UPDATE")
        if row is None or row["key_id"] == core.keys.newest.id:
            return False
        found = await _opened(core, tx)
        if found is None:
            return False
        await _seal(core, tx, found)
    return True


def digest(secret: bytes, address_key: str) -> str:
    """Return the digest of an address."""
    return hashlib.sha256(secret + address_key.encode()).hexdigest()


async def found(core: Core, rows: Rows, *, keys: Sequence[str]) -> dict[str, datetime]:
    """Return which of the addresses were erased, and when; those that a person took up again are not among them."""
    opened = await secret(core, rows)
    if opened is None:
        return {}
    by_digest = {digest(opened, key): key for key in keys}
    known = await rows.rows(
        "SELECT digest, erased_at FROM erased_address WHERE lifted_at IS NULL AND digest = ANY(%s)", (list(by_digest),)
    )
    return {by_digest[row["digest"]]: row["erased_at"] for row in known}


async def is_erased(core: Core, rows: Rows, *, address: str) -> bool:
    """Tell whether an address was erased on request, and nobody took it up again."""
    return bool(await found(core, rows, keys=[addresses.key(address)]))


async def _opened(core: Core, rows: Rows) -> bytes | None:
    row = await rows.row("SELECT key_id, sealed, proof FROM erasure_secret")
    if row is None:
        return None
    key = next((each for each in core.keys.keys if each.id == row["key_id"]), None)
    opened = _turned(core, key, bytes(row["sealed"])) if key else b""
    if hmac.compare_digest(hashlib.sha256(opened).digest(), bytes(row["proof"])):
        return opened
    log.error("erased addresses are not recognised: their signing key is gone", key=row["key_id"])
    return None


async def _seal(core: Core, tx: Transaction, opened: bytes) -> None:
    key = core.keys.newest
    await tx.execute(
        "INSERT INTO erasure_secret (key_id, sealed, proof) VALUES (%(key)s, %(sealed)s, %(proof)s)"
        " ON CONFLICT (one) DO UPDATE SET key_id = %(key)s, sealed = %(sealed)s, proof = %(proof)s",
        {"key": key.id, "sealed": _turned(core, key, opened), "proof": hashlib.sha256(opened).digest()},
    )


def _turned(core: Core, key: SigningKey, text: bytes) -> bytes:
    """Seal or open: the secret is as long as the key's stream, which is used for nothing else."""
    stream = core.keys.signature(key, purpose=_PURPOSE, payload=b"", length=BYTES)
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))
