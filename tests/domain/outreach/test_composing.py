"""Composing: the letter says what the ledger says, to each reader in one language, and never what is not true."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.commitments.models import PlanInstalment
from domain.deliverability import mailings
from domain.deliverability.models import Mailing, MailingItem
from domain.deliverability.refusals import MailingNotFound
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import receipts
from domain.ledger.models import Account, Contact, Invoice, Payment
from domain.letters import KINDS, Letter
from domain.outreach import answers, composing, fact_sheets
from domain.outreach.composing import OutgoingMail
from domain.pay_links import links
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import START
from tests.domain.commitments.commitments_made import a_dispute, a_payment, a_plan, a_promise


async def a_reminder(
    core: Core,
    *invoices: Invoice,
    letters: tuple[str, ...] = ("reminder-overdue",),
    tone: str = "Neutral",
    instalment_id: UUID | None = None,
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
            severity=KINDS[letter].severity,
            instalment_id=instalment_id,
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


async def letter(core: Core, *invoices: Invoice, **how: Any) -> Letter:
    """Return the letter of a reminder about the invoices."""
    return (await sent(core, await a_reminder(core, *invoices, **how))).letter


async def an_answer(
    core: Core, invoice: Invoice, name: str, *, payment_id: UUID | None = None, about_id: UUID | None = None
) -> OutgoingMail:
    """Queue an answer and compose it."""
    contact = await Contact.get(account_id=invoice.account_id)
    async with core.transaction() as tx:
        mailing_id = await mailings.queue(
            core,
            tx,
            unique_key=f"test:{uuid4()}",
            letter=name,
            invoice_id=invoice.id,
            contact=contact,
            reason="test",
            payment_id=payment_id,
            about_id=about_id,
        )
    receipt = await receipts.issued(core, payment_id=payment_id) if payment_id else None
    async with core.transaction():
        return await composing.composed(core, await Mailing.get(id=mailing_id), (), receipt)


def flat(text: str) -> str:
    """Return a text on one line with plain blanks."""
    return " ".join(text.split())


async def test_a_reminder_asks_for_what_is_open_with_a_link_of_the_invoice(core: Core) -> None:
    invoice = await an_invoice(core)

    mail = await sent(core, await a_reminder(core, invoice))

    assert mail.letter.subject == "Invoice INV-1042: 125,00 € overdue since 3 March 2026"
    link = (await MailingItem.get()).link_id
    assert link is not None
    assert links.address(core, link) in mail.letter.text
    assert links.address(core, link) in mail.letter.html


async def test_what_asks_for_money_says_how_to_end_it_and_answers_do_not(core: Core) -> None:
    invoice = await an_invoice(core)
    reminder = await sent(core, await a_reminder(core, invoice))
    answer = await an_answer(core, invoice, "new-link")

    assert reminder.unsubscribe is not None
    assert reminder.unsubscribe.startswith("u+")
    assert reminder.unsubscribe_page is not None
    assert reminder.unsubscribe_page in reminder.letter.text
    assert (answer.unsubscribe, answer.unsubscribe_page) == (None, None)
    assert "/u/" not in answer.letter.text


async def test_complaint_8_only_the_undisputed_part_is_asked_for(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_dispute(core, invoice, 5000)

    made = await letter(core, invoice)

    assert "75,00 € is still open" in flat(made.text)
    assert "without 50,00 € that is promised, under review or in a plan" in flat(made.text)
    assert made.subject.startswith("Invoice INV-1042: 75,00 €")


async def test_complaint_19_an_instalment_is_asked_for_by_its_own_date(core: Core) -> None:
    invoice = await an_invoice(core, days_past_due=40)
    plan = await a_plan(core, invoice, (5000, 5000, 2500), first=-7)
    await a_payment(core, invoice, 5000)
    second = await PlanInstalment.get(plan_id=plan.id, position=2)

    made = await letter(core, invoice, letters=("instalment-due",), instalment_id=second.id)

    assert made.subject == "Instalment 2 of 3 for invoice INV-1042: 50,00 € is due today"
    assert "40 days" not in flat(made.text)
    assert "overdue" not in made.text


async def test_complaint_16_many_invoices_are_one_mail_with_a_link_each(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    first = await an_invoice(core, "INV-1", account=account)
    second = await an_invoice(core, "INV-2", account=account, days_past_due=9, amount=Money(1000, "EUR"))
    dollars = await an_invoice(core, "INV-3", account=account, amount=Money(9900, "USD"))

    made = await letter(core, first, second, dollars)

    assert made.subject == "Overdue invoices: 135,00 € and 99,00 US$ in total"
    addresses = [links.address(core, each.link_id) for each in await MailingItem.all() if each.link_id]
    assert len(set(addresses)) == 3
    assert all(made.text.count(each) == 1 for each in addresses)
    assert made.text.index("INV-2") < made.text.index("INV-1")


async def test_complaint_24_an_invoice_that_is_only_due_is_not_called_overdue_beside_one_that_is(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    late = await an_invoice(core, "INV-1", account=account)
    due = await an_invoice(core, "INV-2", account=account, days_past_due=-2)

    made = await letter(core, late, due, letters=("reminder-overdue", "reminder-due"))

    assert made.subject.startswith("Invoice INV-1: 125,00 € overdue")
    also = made.text[made.text.index("Also open, for your information:") :]
    assert "INV-2" in also
    assert "due on 12 March 2026" in also


async def test_complaint_24_an_invoice_whose_due_date_was_moved_is_not_called_overdue(core: Core) -> None:
    invoice = await an_invoice(core)
    mailing = await a_reminder(core, invoice, letters=("final-notice",))
    await Invoice.filter(id=invoice.id).update(due_on=START.date() + timedelta(days=5))

    made = (await sent(core, mailing)).letter

    assert "is due on 15 March 2026" in made.subject
    assert "inal notice" not in made.subject + made.text


@pytest.mark.parametrize(
    ("locale", "country", "subject"),
    [
        ("de", "AT", "Rechnung INV-1042: € 125,00 seit 3. März 2026 überfällig"),
        ("fr_FR", "FR", "Facture INV-1042 : 125,00 € en retard depuis le 3 mars 2026"),
        ("es", "MX", "Factura INV-1042: EUR 125.00, vencida desde el 3 de marzo de 2026"),
        ("en_US", "US", "Invoice INV-1042: €125.00 overdue since March 3, 2026"),
        ("it", "IT", "Invoice INV-1042: 125,00 € overdue since 3 March 2026"),
    ],
)
async def test_complaint_12_words_amounts_and_dates_are_the_readers(
    core: Core, locale: str, country: str, subject: str
) -> None:
    account = await an_account(core, country=country, locale=locale)
    await a_contact(core, account)
    invoice = await an_invoice(core, account=account)

    assert (await letter(core, invoice)).subject == subject


async def test_the_tone_is_that_of_the_step(core: Core) -> None:
    invoice = await an_invoice(core)

    made = await letter(core, invoice, tone="Formal")

    assert made.text.startswith("Dear Anna,")
    assert "Yours sincerely" in made.text


async def test_a_preview_shows_the_letter_before_its_links_are_made(core: Core) -> None:
    invoice = await an_invoice(core)
    mailing = await a_reminder(core, invoice)
    await MailingItem.filter(mailing_id=mailing.id).update(link_id=None)

    made = await composing.preview(core, mailing_id=mailing.id)

    assert "https://pay.northwind.example/l/…" in made.text
    assert made.words.startswith("Invoice INV-1042 was due")
    assert "https://" not in made.words


async def test_a_preview_of_no_mail_is_refused(core: Core) -> None:
    with pytest.raises(MailingNotFound):
        await composing.preview(core, mailing_id=uuid4())


async def test_edited_words_are_sent_with_the_ledgers_amounts_and_links(core: Core) -> None:
    invoice = await an_invoice(core)
    mailing = await a_reminder(core, invoice)
    mailing.edited_subject, mailing.edited_body = "As discussed", "Dear Anna,\n\nplease <pay>."

    made = (await sent(core, mailing)).letter

    link = (await MailingItem.get()).link_id
    assert link is not None
    assert made.subject == "As discussed"
    assert "please &lt;pay&gt;." in made.html
    assert links.address(core, link) in made.text
    assert "125,00" in made.text


async def test_a_receipt_comes_with_its_pdf_and_without_a_link(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_payment(core, invoice, 12500)
    payment = await Payment.get()

    mail = await an_answer(core, invoice, "receipt", payment_id=payment.id)

    assert [each.content_type for each in mail.attachments] == ["application/pdf"]
    assert "The invoice is settled in full." in flat(mail.letter.text)
    assert "/l/" not in mail.letter.text


async def test_a_promise_is_confirmed_with_amount_and_day(core: Core) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 5000, days=4)

    mail = await an_answer(core, invoice, "promise-noted", about_id=promise.id)

    assert mail.letter.subject == "Noted: 50,00 € for invoice INV-1042 by 14 March 2026"


async def test_a_plan_is_confirmed_with_all_its_instalments(core: Core) -> None:
    invoice = await an_invoice(core)
    plan = await a_plan(core, invoice, (5000, 5000, 2500), first=1)

    text = flat((await an_answer(core, invoice, "plan-approved", about_id=plan.id)).letter.text)

    assert "3 instalments, 125,00 € in total, the first on 11 March 2026" in text
    assert "Instalment 3, 25 March 2026: 25,00 €" in text


@pytest.mark.parametrize(
    ("letter", "table", "state", "why"),
    [
        ("promise-noted", "promise", "withdrawn", "the promise is withdrawn meanwhile"),
        ("plan-approved", "plan", "cancelled", "the plan is cancelled meanwhile"),
        ("promise-noted", "promise", "running", ""),
    ],
)
async def test_complaint_24_an_answer_that_is_not_true_any_more_says_so(
    core: Core, letter: str, table: str, state: str, why: str
) -> None:
    invoice = await an_invoice(core)
    about = await a_promise(core, invoice, 5000) if table == "promise" else await a_plan(core, invoice, (12500,))
    await core.database.execute(f"UPDATE {table} SET state = %s WHERE id = %s", (state, about.id))

    assert await answers.unfit(core, Mailing(letter=letter, about_id=about.id, invoice_id=invoice.id)) == why


@pytest.mark.parametrize("state", ["settled", "void"])
async def test_a_fresh_link_to_nothing_is_not_mailed(core: Core, state: str) -> None:
    invoice = await an_invoice(core)
    await core.database.execute("UPDATE invoice SET open_minor = 0, state = %s", (state,))

    assert "nothing is open" in await answers.unfit(core, Mailing(letter="new-link", invoice_id=invoice.id))
