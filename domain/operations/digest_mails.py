"""Digest mails: a digest written for its reader's mailbox, with the rights, the address and the figures of that moment.

The outbox is ``deliverability/operator_mails.py``; here is decided whether a mail still has anything to tell.
"""

from dataclasses import dataclass
from uuid import UUID

from domain import letters
from domain.deliverability import operator_mails, return_paths, unsubscribes
from domain.deliverability.operator_mails import SUPPRESSED, Pending
from domain.kernel import speech
from domain.kernel.core import Core
from domain.kernel.speech import Reader
from domain.operations import digest_charts, digest_letters, digests
from domain.operations.digest_contents import Common, Digest
from domain.operations.digest_letters import CHART_ID
from domain.outreach import gates
from domain.outreach.composing import Attachment, OutgoingMail
from domain.outreach.gates import Holds
from domain.people import preferences
from domain.people.preferences import Preferences
from domain.people.refusals import PersonUnknown
from domain.people.setting_words import Digest as Way

OVER = "its day is over"
UNWANTED = "it is not wanted by mail any more"
EMPTY = "there is nothing to tell"


@dataclass(frozen=True, slots=True)
class Written:
    """A digest, ready for the wire, and where reports about it go."""

    mail: OutgoingMail
    return_path: str


async def is_held(core: Core) -> bool:
    """Tell whether a gate keeps all mail back."""
    return any(each.segment is None and each.holds == Holds.ALL_MAIL.value for each in await gates.closed(core))


async def written(core: Core, *, mail_id: UUID, common: Common | None = None) -> Written | None:
    """Write a digest that may leave now; None for what left, is empty, or is not wanted any more."""
    pending = await operator_mails.pending(core, mail_id=mail_id)
    if pending is None:
        return None
    found = await digests.planned(core, digest_id=pending.about_id)
    mine = await _wanted(core, pending)
    if found is None or found.is_over or mine is None or mine.mailed_to is None:
        await operator_mails.skip(core, mail_id=mail_id, why=UNWANTED if mine is None else OVER)
        return None
    if await operator_mails.is_dead(core, address=mine.mailed_to):
        await operator_mails.refused(core, mail_id=mail_id, answer=SUPPRESSED)
        return None
    told = await digests.content(core, found, common=common)
    if told is None:
        await operator_mails.skip(core, mail_id=mail_id, why=EMPTY)
        return None
    return await _written(core, pending, told, mine, mine.mailed_to)


async def begin(core: Core, written: Written) -> bool:
    """Commit that a digest is being handed over; tell whether it may be."""
    return await operator_mails.begin(core, mail_id=written.mail.mailing_id, address=written.mail.to)


async def delivered(core: Core, written: Written) -> None:
    """Record that the relay took a digest."""
    await operator_mails.delivered(core, mail_id=written.mail.mailing_id)


async def refused(core: Core, written: Written, *, answer: str) -> None:
    """Record that the relay will never take a digest; it comes in Slack then."""
    await operator_mails.refused(core, mail_id=written.mail.mailing_id, answer=answer)


async def postponed(core: Core, written: Written) -> None:
    """Put a digest back that the relay may take later."""
    await operator_mails.postponed(core, mail_id=written.mail.mailing_id)


async def _wanted(core: Core, pending: Pending) -> Preferences | None:
    """Return what the reader set for himself, if that still is to be mailed."""
    try:
        mine = await preferences.of(core, pending.person_id)
    except PersonUnknown:
        return None
    return mine if mine.mailed_to and mine.digest in (Way.MAIL, Way.BOTH) else None


async def _written(core: Core, pending: Pending, told: Digest, mine: Preferences, address: str) -> Written:
    day = core.clock.now().date()
    with speech.spoken_to(Reader.of(mine.language, mine.locale)):
        chart = await digest_charts.ageing(told, narrow=True)
        letter = digest_letters.letter(
            told,
            merchant=core.merchant,
            brand=letters.templates(core.merchant.letters_folder).brand,
            language=mine.language,
            described=chart.described if chart else "",
        )
    mail = OutgoingMail(
        mailing_id=pending.id,
        to=address,
        to_name=mine.name,
        letter=letter,
        message_id=pending.message_id,
        reply_to=core.merchant.sender,
        unsubscribe=return_paths.unsubscribe_address(core, mailing_id=pending.id, day=day),
        unsubscribe_page=unsubscribes.page(core, mailing_id=pending.id, day=day, of=unsubscribes.OF_DIGEST),
        attachments=(),
        pictures=(Attachment(CHART_ID, "image/png", chart.body),) if chart else (),
    )
    return Written(mail, return_paths.bounce_address(core, mailing_id=pending.id, day=day))
