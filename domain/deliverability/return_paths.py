"""Return paths: signed addresses of ours that tell, without a look-up, to which message a mail comes back.

The local part is ``KIND+TOKEN``. The token holds the number of the signing key (1 byte), the mailing's id (16), the
day it was made (2, counted from 1970) and an HMAC over all of it (10), in base32 without padding: 47 letters, so the
local part has 49 of the 64 octets that RFC 5321 allows. Relays change case, so letters are folded before reading.
The kind is part of what is signed: who holds a reply address cannot make a return path of it.
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.kernel.core import Core

FRESH_FOR = timedelta(days=60)
"""How long a token proves something. Relays give up after five days and providers report complaints within weeks;
a report that comes later is not believed by itself, and a token that leaked stops being of use."""

EARLY = timedelta(days=1)
"""A token may be of tomorrow: clocks and zones of two machines differ."""

_EPOCH = date(1970, 1, 1)
_SIGNATURE_BYTES = 10
_ADDRESS = re.compile(r"(?:prvs=[0-9a-z]{4,16}=)?([bru])\+([a-z2-7]{47})@(\S{1,255})")
"""A relay that signs return paths itself (BATV) puts its tag in front."""


class Kind(StrEnum):
    """What an address is for; the letter is its first one."""

    BOUNCE = "b"
    REPLY = "r"
    UNSUBSCRIBE = "u"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a valid token proves: somebody had a mail of ours, and which."""

    kind: Kind
    mailing_id: UUID
    day: date
    fresh: bool
    """Whether it is young enough to act upon."""


def bounce_address(core: Core, *, mailing_id: UUID, day: date) -> str:
    """Return the envelope sender of a mailing: where reports about it go."""
    return _address(core, Kind.BOUNCE, mailing_id, day)


def reply_address(core: Core, *, mailing_id: UUID, day: date) -> str:
    """Return the Reply-To of a mailing."""
    return _address(core, Kind.REPLY, mailing_id, day)


def unsubscribe_address(core: Core, *, mailing_id: UUID, day: date) -> str:
    """Return the address to which a mail stops the reminders to a mailing's recipient."""
    return _address(core, Kind.UNSUBSCRIBE, mailing_id, day)


def verified(core: Core, address: str, *, at: datetime | None = None) -> Proof | None:
    """Return what an address proves; None for an address that is not ours, forged or damaged.

    Whether it is fresh counts from *at*, when the mail arrived, or else from now: a mail that had to wait for its
    reading proves as much as before.
    """
    found = _ADDRESS.fullmatch(address.strip().strip("<>").lower())
    if found is None or found[3].rstrip(".") != core.merchant.mail_domain.lower():
        return None
    kind = Kind(found[1])
    try:
        token = base64.b32decode(found[2].upper() + "=")
    except ValueError:
        return None
    payload, signature = token[:-_SIGNATURE_BYTES], token[-_SIGNATURE_BYTES:]
    if not core.keys.verified(payload[0], signature, purpose=_purpose(kind), payload=payload):
        return None
    day = _EPOCH + timedelta(days=int.from_bytes(payload[17:19]))
    today = (at or core.clock.now()).astimezone(UTC).date()
    return Proof(kind, UUID(bytes=payload[1:17]), day, fresh=-EARLY <= today - day <= FRESH_FOR)


def _address(core: Core, kind: Kind, mailing_id: UUID, day: date) -> str:
    key = core.keys.newest
    payload = bytes([key.id]) + mailing_id.bytes + (day - _EPOCH).days.to_bytes(2)
    signature = core.keys.signature(key, purpose=_purpose(kind), payload=payload, length=_SIGNATURE_BYTES)
    token = base64.b32encode(payload + signature).decode("ascii").rstrip("=").lower()
    return f"{kind.value}+{token}@{core.merchant.mail_domain}"


def _purpose(kind: Kind) -> str:
    return f"return path {kind.name.lower()}"
