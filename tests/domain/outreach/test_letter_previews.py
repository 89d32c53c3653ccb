"""Letter previews: any letter on a real invoice, as it would be true today, with nothing left behind."""

from uuid import uuid4

import pytest

from domain.casework.models import Question
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Contact
from domain.ledger.refusals import InvoiceNotFound
from domain.letters import KINDS
from domain.outreach import letter_previews
from domain.outreach.letter_previews import LetterPreview
from domain.outreach.refusals import LetterUnknown, NothingToTell
from domain.pay_links.models import PayLink
from domain.pay_links.refusals import NoContact
from tests.builders import an_invoice
from tests.domain.commitments.commitments_made import a_dispute, a_payment, a_plan, a_promise


async def preview(core: Core, letter: str = "reminder-overdue", **how: str) -> LetterPreview:
    """Preview a letter on INV-1042."""
    return await letter_previews.on_invoice(core, invoice_number="inv-1042", actor=SHELL, letter=letter, **how)


async def a_mail_that_was_answered(core: Core) -> None:
    """Store that a contact of INV-1042 wrote and got an answer."""
    await core.database.execute(
        "WITH mail AS (INSERT INTO inbound_mail (id, envelope_from, sent_to, body, sha256, size_bytes, state,"
        " received_at) VALUES (gen_random_uuid(), '', '{}', '', '', 0, 'read', now()) RETURNING id)"
        " INSERT INTO mail_answer (id, mail_id, invoice_id, contact_id, text, in_reply_to, thread_ids, made_by,"
        " created_at) SELECT gen_random_uuid(), mail.id, i.id, c.id, '4711.', '', '{}', 'Anna', now()"
        " FROM mail, invoice i JOIN contact c ON c.account_id = i.account_id"
    )


_ASKED_ABOUT_A_DISPUTE = """
    INSERT INTO dispute_question (id, dispute_id, invoice_id, contact_id, text, in_reply_to, thread_ids, made_by,
                                  wait_until, due_before, risk_before, created_at)
    SELECT gen_random_uuid(), d.id, d.invoice_id, c.id, 'Which pallet?', '', '{}', 'Anna', now(), now(), now(), now()
    FROM dispute d JOIN contact c ON c.account_id = d.account_id
"""


async def test_a_letter_is_shown_with_the_invoices_own_facts_and_nothing_is_left_behind(core: Core) -> None:
    await an_invoice(core)

    made = await preview(core, tone="Formal", locale="de_AT")

    assert made.subject == "Rechnung INV-1042: € 125,00 offen seit 3. März 2026"
    assert "https://pay.northwind.example/l/…" in made.text
    assert await Mailing.all().count() == await PayLink.all().count() == 0


@pytest.mark.parametrize("letter", KINDS)
async def test_every_letter_can_be_looked_at_once_there_is_something_to_tell(core: Core, letter: str) -> None:
    invoice = await an_invoice(core)
    await a_plan(core, invoice, (5000, 5000, 2500), first=-7)
    await a_promise(core, invoice, 2000)
    await a_dispute(core, invoice, 1000)
    await a_payment(core, invoice, 5000)
    await Question.create(
        id=uuid4(), invoice_id=invoice.id, contact_id=(await Contact.get(account_id=invoice.account_id)).id,
        text="Which order?", answer="4711.", digest="d", state="answered", created_at=core.clock.now())  # fmt: skip
    await a_mail_that_was_answered(core)
    await core.database.execute(_ASKED_ABOUT_A_DISPUTE)
    if letter == "dispute-resolved":
        await core.database.execute("UPDATE dispute SET state = 'rejected'")

    made = await preview(core, letter)

    assert "INV-1042" in made.subject + made.text
    assert made.language == "en"


@pytest.mark.parametrize(
    "letter", ["receipt", "promise-noted", "plan-approved", "dispute-received", "plan-missed", "question-answered"]
)
async def test_an_answer_to_what_never_happened_is_refused(core: Core, letter: str) -> None:
    await an_invoice(core)

    with pytest.raises(NothingToTell, match="has had no"):
        await preview(core, letter)


async def test_what_is_not_true_today_is_shown_as_what_would_be(core: Core) -> None:
    await an_invoice(core, days_past_due=-3)

    assert (await preview(core, "final-notice")).letter == "reminder-due"


@pytest.mark.parametrize(
    ("how", "says"), [({"letter": "reminder"}, "no letter 'reminder'"), ({"tone": "x"}, "no tone")]
)
async def test_what_does_not_exist_is_refused_with_what_does(core: Core, how: dict[str, str], says: str) -> None:
    await an_invoice(core)

    with pytest.raises(LetterUnknown, match=says):
        await preview(core, **how)


async def test_an_unknown_invoice_and_one_without_contacts_are_refused(core: Core) -> None:
    with pytest.raises(InvoiceNotFound):
        await preview(core)
    await an_invoice(core)
    await (await Contact.get()).move("remove")

    with pytest.raises(NoContact):
        await preview(core)
