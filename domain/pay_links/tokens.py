"""Link tokens: a link's id and our signature under it; nothing that is stored opens a link."""

import base64
import re
from uuid import UUID

from domain.kernel.keys import Keyring

_PURPOSE = "pay link"
_ID_BYTES = 16
_SIGNATURE_BYTES = 16
"""128 bits cannot be guessed, and the address still fits on one line of a mail."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]{44}", re.ASCII)
"""33 bytes in base64url: no padding and no spare bits, so no two texts stand for one token."""


def issue(keys: Keyring, link_id: UUID) -> str:
    """Return the token of a link: the key's number, the link's id, the signature."""
    signature = keys.signature(keys.newest, purpose=_PURPOSE, payload=link_id.bytes, length=_SIGNATURE_BYTES)
    return base64.urlsafe_b64encode(bytes([keys.newest.id]) + link_id.bytes + signature).decode("ascii")


def read(keys: Keyring, token: str) -> UUID | None:
    """Return the link that a token of ours names, or None for anything that we did not sign."""
    if not _SHAPE.fullmatch(token):
        return None
    raw = base64.urlsafe_b64decode(token)
    link_id, signature = raw[1 : 1 + _ID_BYTES], raw[1 + _ID_BYTES :]
    if not keys.verified(raw[0], signature, purpose=_PURPOSE, payload=link_id):
        return None
    return UUID(bytes=link_id)
