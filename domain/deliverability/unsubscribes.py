"""Unsubscribes: a signed address on the web at which one click stops the reminders to a mailing's recipient (RFC 8058).

The mail to ``u+TOKEN@`` does the same; see ``return_paths``. Whoever opts out is asked for money by no machine any
more: the invoice stays due, answers to what they do still reach them, and a person follows up.
"""

import base64
import re
from datetime import UTC, date, timedelta
from uuid import UUID

from domain.deliverability import operator_mails, suppressions
from domain.deliverability.events import AddressSuppressed
from domain.deliverability.models import Mailing
from domain.deliverability.suppressions import Why
from domain.kernel.core import Core

LIFE = timedelta(days=400)
"""A mail is found again long after it came, and whoever wants to be left alone then must be able to say so."""

EARLY = timedelta(days=1)
"""A token may be of tomorrow: clocks and zones of two machines differ."""

_PURPOSE = "unsubscribe page"
_EPOCH = date(1970, 1, 1)
_SIGNATURE_BYTES = 17
_SHAPE = re.compile(r"[A-Za-z0-9_-]{48}", re.ASCII)
"""36 bytes in base64url: no padding and no spare bits, so no two texts stand for one token."""


OF_DIGEST = "of=digest"
"""Behind the address in a manager's digest, so that its page says what it stops; it proves nothing and decides nothing:
what is stopped, the token says."""


def page(core: Core, *, mailing_id: UUID, day: date, of: str = "") -> str:
    """Return the address of the page for the recipient of a mailing; it is stored nowhere."""
    key = core.keys.newest
    payload = bytes([key.id]) + mailing_id.bytes + (day - _EPOCH).days.to_bytes(2)
    signature = core.keys.signature(key, purpose=_PURPOSE, payload=payload, length=_SIGNATURE_BYTES)
    token = base64.urlsafe_b64encode(payload + signature).decode("ascii")
    return f"{core.merchant.public_url}/u/{token}{f'?{of}' if of else ''}"


def read(core: Core, token: str) -> UUID | None:
    """Return the mailing that a token of ours names; None for what we did not sign or is too old."""
    if not _SHAPE.fullmatch(token):
        return None
    raw = base64.urlsafe_b64decode(token)
    payload, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    if not core.keys.verified(payload[0], signature, purpose=_PURPOSE, payload=payload):
        return None
    day = _EPOCH + timedelta(days=int.from_bytes(payload[17:]))
    fresh = -EARLY <= core.clock.now().astimezone(UTC).date() - day <= LIFE
    return UUID(bytes=payload[1:17]) if fresh else None


async def stop(core: Core, *, token: str, rule: str) -> AddressSuppressed | None:
    """Stop the reminders, or the digests, to whom a token was mailed; None when no reminders were stopped.

    Says nothing about why: whoever asks may be a stranger who tries tokens. Safe to repeat.

    Args:
        core: The core.
        token: From the address of the page.
        rule: How it was asked for; kept with the suppression.
    """
    mailing_id = read(core, token)
    if mailing_id is None:
        return None
    async with core.transaction() as tx:
        mailing = await Mailing.get_or_none(id=mailing_id)
        if mailing is None:
            await operator_mails.declined(core, tx, mail_id=mailing_id)
            return None
        return await suppressions.suppress(
            core, tx, mailing=mailing, reason=Why.OPTED_OUT, rule=rule, diagnostic="", mail_id=None
        )
