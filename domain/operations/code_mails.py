"""Code mails: the letter with the code by which an address is known to be an operator's own.

It may reach a stranger, whose address was typed by mistake: it names nobody, tells nothing of the books and asks for
nothing. The outbox is ``deliverability/operator_mails.py``; a mail has its code's id, so each code is mailed once.
"""

from uuid import UUID

from domain.deliverability import operator_mails, return_paths
from domain.deliverability.operator_mails import CODE, SUPPRESSED, Wanted
from domain.kernel import speech, timeline
from domain.kernel.core import Core
from domain.kernel.speech import Reader, counted, say
from domain.letters import Letter
from domain.operations import operator_pages
from domain.operations.digest_mails import Written
from domain.outreach.composing import OutgoingMail
from domain.people import address_codes, preferences
from domain.people.address_codes import LASTS, Code
from domain.people.events import AddressCodeAsked

OVER = "the code is over, or another one was asked for"


async def queue(core: Core, *, entry_id: int) -> None:
    """Put the letter with a code that was asked for into the outbox (the job ``mail_address_code``)."""
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, AddressCodeAsked), "the notices table asks for nothing else"
    code = await address_codes.code(core, code_id=event.code_id)
    if code is not None:
        async with core.transaction() as tx:
            await operator_mails.queue(core, tx, [Wanted(code.id, code.person_id, code.id, code.address)], letter=CODE)


async def written(core: Core, *, mail_id: UUID) -> Written | None:
    """Write a letter that may leave now; None for one that left, or whose code confirms nothing any more."""
    pending = await operator_mails.pending(core, mail_id=mail_id)
    if pending is None:
        return None
    code = await address_codes.code(core, code_id=pending.about_id)
    if code is None:
        await operator_mails.skip(core, mail_id=mail_id, why=OVER)
        return None
    if await operator_mails.is_dead(core, address=code.address):
        await operator_mails.refused(core, mail_id=mail_id, answer=SUPPRESSED)
        return None
    mine = await preferences.of(core, code.person_id)
    with speech.spoken_to(Reader.of(mine.language, mine.locale)):
        letter = _letter(core, code)
    mail = OutgoingMail(
        mailing_id=pending.id,
        to=code.address,
        to_name="",
        letter=letter,
        message_id=pending.message_id,
        reply_to=core.merchant.sender,
        unsubscribe=None,
        attachments=(),
    )
    day = core.clock.now().date()
    return Written(mail, return_paths.bounce_address(core, mailing_id=pending.id, day=day))


def _letter(core: Core, code: Code) -> Letter:
    subject = say("{merchant}: the code for your address", merchant=core.merchant.name)
    hours = int(LASTS.total_seconds() // 3600)
    lines = (
        say("Your code: {code}", code=code.digits),
        counted(
            "Type it in Slack: {command}. It is good for {n} hour, and an older code no longer is.",
            "Type it in Slack: {command}. It is good for {n} hours, and an older code no longer is.",
            hours,
            command=f"/plixo settings code {code.digits}",
        ),
        say(
            "Somebody gave this address for the reports that {merchant} mails to its own people. If that was not you,"
            " do nothing: without the code no other mail comes.",
            merchant=core.merchant.name,
        ),
    )
    return Letter(
        subject=subject[:150],
        text="\n\n".join([subject, *lines]),
        html=operator_pages.page(core.merchant.name, subject, lines),
    )
