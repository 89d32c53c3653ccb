"""Composing: the letter says what the ledger says, to each reader in one language, and never what is not true."""

from uuid import uuid4

from domain.deliverability import mailings
from domain.deliverability.models import Mailing, MailingItem
from domain.kernel.core import Core
from domain.ledger.models import Account, Contact, Invoice
from domain.letters import Letter
from domain.outreach import composing, fact_sheets
from domain.outreach.composing import OutgoingMail
from domain.pay_links import links
from tests.builders import an_invoice


async def a_reminder(
    core: Core, *invoices: Invoice, letters: tuple[str, ...] = ("reminder-overdue",), tone: str = "Neutral"
) -> Mailing:
    """Store a queued reminder about the invoices, with a link for each."""
    account = await Account.get(id=invoices[0].account_id)
    contact = await Contact.get(account_id=account.id)
    mailing_id = uuid4()
    mailing = await Mailing.create(
        id=mailing_id,
        unique_key=f"test:{mailing_id}",
        letter=letters[0],
        tone=tone,
        invoice_id=invoices[0].id,
        account_id=account.id,
        contact_id=contact.id,
        address=contact.email,
        address_key=contact.email_key,
        message_id=mailings.message_id(core, mailing_id),
        asks=True,
        state="queued",
        reason="test",
        queued_at=core.clock.now(),
    )
    for place, invoice in enumerate(invoices):
        async with core.transaction() as tx:
            link = await links.for_mailing(core, tx, invoice=invoice, contact_id=contact.id)
        letter = letters[min(place, len(letters) - 1)]
        await MailingItem.create(
            id=uuid4(),
            mailing_id=mailing.id,
            invoice_id=invoice.id,
            contact_id=contact.id,
            unique_key=f"test:{uuid4()}",
            letter=letter,
            tone=tone,
            severity={"reminder-due": 0, "reminder-overdue": 1, "final-notice": 2}[letter],
            link_id=link.id,
            state="included",
            reason="test",
            created_at=core.clock.now(),
        )
    return mailing


async def sent(core: Core, mailing: Mailing) -> OutgoingMail:
    """Compose the mail as it is done right before it leaves."""
    async with core.transaction() as tx:
        facts = await fact_sheets.read(core, tx, mailing_ids=[mailing.id])
        return await composing.composed(core, mailing, facts[mailing.id].items, None)


async def letter(core: Core, *invoices: Invoice, **how: object) -> Letter:
    """Return the letter of a reminder about the invoices."""
    return (await sent(core, await a_reminder(core, *invoices, **how))).letter  # type: ignore[arg-type]


async def test_a_reminder_asks_for_what_is_open_with_a_link(core: Core) -> None:
    invoice = await an_invoice(core)

    mail = await sent(core, await a_reminder(core, invoice))

    assert mail.letter.subject == "Invoice INV-1042: 125,00\xa0€ overdue since 3 March 2026"
    link = (await MailingItem.get()).link_id
    assert link is not None
    assert links.address(core, link) in mail.letter.text
    assert mail.unsubscribe_page is not None
    assert mail.unsubscribe_page in mail.letter.text
