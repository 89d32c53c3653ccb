"""Operator reports: mail that came back about a mail to one of the merchant's own people, by the token that it carries.

Pure but for the look-up and what follows. A person's answer is none of these: it is shown like any other mail.
"""

from uuid import UUID

from domain.deliverability import operator_mails
from domain.deliverability.cases import Case
from domain.deliverability.reading import Kind, RecipientReading
from domain.deliverability.return_paths import Kind as PathKind
from domain.kernel import addresses
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction

BOUNCED = phrase("a digest could not be delivered")

DELAYED = phrase("a digest is still on its way")

AUTOMATIC = phrase("an automatic answer to a digest")

DECLINED = phrase("no more digests are wanted by mail")

COMPLAINED = phrase("a digest was reported as spam")

UNPROVEN = phrase("about a digest, but without a token that proves it")

_UNSUBSCRIBE = "unsubscribe"
"""The subject of a mail program that opts out for its user."""


async def heard(core: Core, tx: Transaction, case: Case) -> str | None:
    """Act upon a report about a mail to one of our own people, and return what it said; None where it is about none."""
    tokens = {each.mailing_id: each for each in (*case.inner, *case.tokens) if each.mailing_id not in case.mailed}
    if not tokens:
        return None
    row = await tx.row("SELECT id, address_key FROM operator_mail WHERE id = ANY(%s) LIMIT 1", (list(tokens),))
    if row is None:
        return None
    mail_id, reading = row["id"], case.reading
    if any(each.kind is PathKind.UNSUBSCRIBE for each in case.tokens) and reading.kind in _LEAVING:
        if reading.kind is Kind.HUMAN or reading.subject.strip().casefold() == _UNSUBSCRIBE:
            return await _declined(core, tx, case, mail_id, complained=False)
        return say(AUTOMATIC)
    match reading.kind:
        case Kind.BOUNCE:
            return await _bounced(core, tx, case, mail_id, row["address_key"])
        case Kind.COMPLAINT:
            return await _declined(core, tx, case, mail_id, complained=True)
        case Kind.DELAYED:
            return say(DELAYED)
        case Kind.AUTO_REPLY:
            return say(AUTOMATIC)
        case _:
            return None


_LEAVING = frozenset({Kind.AUTO_REPLY, Kind.HUMAN, Kind.OTHER})


async def _bounced(core: Core, tx: Transaction, case: Case, mail_id: UUID, key: str) -> str:
    fresh = any(each.mailing_id == mail_id and each.fresh and each.kind is PathKind.BOUNCE for each in case.tokens)
    told = _of(case, key)
    if not fresh or told is None:
        return say(UNPROVEN)
    await operator_mails.bounced(core, tx, mail_id=mail_id, answer=told.status, dead=told.hard)
    return say(BOUNCED)


async def _declined(core: Core, tx: Transaction, case: Case, mail_id: UUID, *, complained: bool) -> str:
    if not any(each.mailing_id == mail_id and each.fresh for each in (*case.tokens, *case.inner)):
        return say(UNPROVEN)
    await operator_mails.declined(core, tx, mail_id=mail_id, complained=complained)
    return say(COMPLAINED if complained else DECLINED)


def _of(case: Case, key: str) -> RecipientReading | None:
    """Return what the report says of the address that was mailed; one without any address speaks of ours."""
    if not case.reading.recipients:
        return case.reading.unnamed or RecipientReading("")
    return next((each for each in case.reading.recipients
                 if key in map(addresses.key, (each.address, *each.also))), None)  # fmt: skip
