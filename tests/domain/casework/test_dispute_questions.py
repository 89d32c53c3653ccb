"""A question about a dispute leaves in the thread of our mails about it, and until the answer its time stands still."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.casework import dispute_questions
from domain.casework.dispute_question_events import PayerAsked
from domain.casework.refusals import NobodyToAsk, PayerAskedBefore, TextUnusable
from domain.commitments import dispute_endings, dispute_queries, disputes
from domain.commitments.dispute_endings import Outcome
from domain.commitments.dispute_refusals import DisputeClosed
from domain.commitments.models import Dispute
from domain.deliverability import return_paths, suppressions
from domain.deliverability.models import Mailing
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL, payer
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Contact
from domain.outreach import sending
from domain.outreach.composing import OutgoingMail, Thread
from scheduler import mime
from tests.clocks import START, StandingClock
from tests.domain.commitments.disputes_filed import upload
from tests.domain.commitments.people import BEN
from tests.domain.commitments.test_dispute_deadlines import AT_RISK, LATE, filed
from tests.domain.deliverability.mailings_made import a_letter
from tests.domain.deliverability.test_inbound import arrive


async def asked(core: Core, dispute: Dispute, text: str = "Which delivery note?") -> PayerAsked:
    """Ask the payer."""
    return await dispute_questions.ask(core, dispute_id=dispute.id, text=text, actor=BEN)


async def leaving(core: Core) -> OutgoingMail:
    """Return the newest question as it leaves."""
    mailing = await Mailing.filter(letter=dispute_questions.LETTER).order_by("-queued_at").first()
    assert mailing is not None, "a question was queued"
    mail = await sending.begin(core, mailing_id=mailing.id)
    assert mail is not None, "nothing holds it back"
    return mail


async def heard(core: Core, kind: str) -> None:
    """Do the job that follows from the newest event of that kind."""
    (row,) = await core.database.rows("SELECT max(id) AS id FROM timeline_entry WHERE kind = %s", (kind,))
    await dispute_questions.hear(core, entry_id=row["id"])


async def answered(core: Core, text: str = "It is 4711.") -> UUID:
    """Let the payer answer the question's mail."""
    mailing = await Mailing.get(letter=dispute_questions.LETTER)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())
    mail_id = await arrive(core, to, a_letter(to, text=text), sender=mailing.address)
    await heard(core, "mail.arrived")
    return mail_id


async def test_it_leaves_with_the_words_as_they_are_and_can_be_answered(core: Core) -> None:
    await asked(core, await filed(core), "Which <b>delivery note</b>?")

    mail = await leaving(core)

    assert mail.to == "INV-1@acme.example"
    assert "Which <b>delivery note</b>?" in mail.letter.text
    assert "Which &lt;b&gt;delivery note&lt;/b&gt;?" in mail.letter.html
    assert mail.reply_to.startswith("r+")
    assert "Auto-Submitted" not in mime.wire(core, mail).decode()


async def test_it_belongs_to_the_thread_of_our_mails_about_the_dispute(core: Core) -> None:
    dispute = await filed(core)
    contact = await Contact.get(account_id=dispute.account_id)
    await Mailing.create(
        id=uuid4(), unique_key="test", letter="dispute-received", invoice_id=dispute.invoice_id,
        account_id=dispute.account_id, contact_id=contact.id, address=contact.email, address_key=contact.email_key,
        message_id="<first@north.example>", about_id=dispute.id, state="sent", reason="", queued_at=START,
        sent_at=START)  # fmt: skip

    await asked(core, dispute)

    assert (await leaving(core)).thread == Thread("<first@north.example>", ("<first@north.example>",))


async def test_the_time_stands_still_until_the_payer_answers(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core)
    event = await asked(core, dispute)
    waiting = await dispute_queries.dispute(core, dispute_id=dispute.id)
    clock.advance(days=1)

    mail_id = await answered(core)

    assert event.wait_until == START + timedelta(days=7)
    assert waiting.asked is not None
    assert waiting.asked.waits
    assert waiting.sla_due_at == LATE + timedelta(days=7)
    dispute = await Dispute.get(id=dispute.id)
    assert (dispute.sla_risk_at, dispute.sla_due_at) == (AT_RISK + timedelta(days=1), LATE + timedelta(days=1))
    (row,) = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'dispute.answered'")
    assert row["fact"]["mail_id"] == str(mail_id)
    assert row["fact"]["invoice_number"] == "INV-1"


async def test_without_an_answer_the_time_runs_on_by_itself(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core)
    await asked(core, dispute)
    clock.advance(days=7)

    view = await dispute_queries.dispute(core, dispute_id=dispute.id)
    again = await asked(core, dispute, "Please?")

    assert view.asked is not None
    assert not view.asked.waits
    assert again.sla_due_at == LATE + timedelta(days=14)


async def test_a_late_answer_moves_no_deadline(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core)
    event = await asked(core, dispute)
    clock.advance(days=8)

    await answered(core)

    assert (await Dispute.get(id=dispute.id)).sla_due_at == event.sla_due_at


async def test_a_deadline_that_is_over_stays_over(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core)
    clock.advance(days=2)

    await asked(core, dispute)

    assert (await Dispute.get(id=dispute.id)).sla_due_at == LATE


async def test_more_documents_of_the_payer_are_an_answer_and_an_operators_are_none(core: Core) -> None:
    dispute = await filed(core)
    contact = await Contact.get(account_id=dispute.account_id)
    await asked(core, dispute)

    await disputes.add_documents(core, dispute_id=dispute.id, uploads=(upload(),), actor=BEN)
    await heard(core, "dispute.evidence")
    before = await dispute_queries.dispute(core, dispute_id=dispute.id)
    theirs = upload(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n2 0 obj\n", name="order.pdf")
    await disputes.add_documents(
        core, dispute_id=dispute.id, uploads=(theirs,), actor=payer(contact.id, "a…@b.example")
    )
    for _ in range(2):
        await heard(core, "dispute.evidence")

    after = await dispute_queries.dispute(core, dispute_id=dispute.id)
    assert before.asked is not None
    assert after.asked is not None
    assert (before.asked.waits, after.asked.waits) == (True, False)
    assert after.sla_due_at == LATE
    rows = await core.database.rows("SELECT FROM timeline_entry WHERE kind = 'dispute.answered'")
    assert len(rows) == 1


async def test_of_two_clicks_one_asks(core: Core) -> None:
    dispute = await filed(core)

    both = await asyncio.gather(*(asked(core, dispute) for _ in range(2)), return_exceptions=True)

    assert sorted(type(each).__name__ for each in both) == ["PayerAsked", "PayerAskedBefore"]
    assert await Mailing.filter(letter=dispute_questions.LETTER).count() == 1


async def test_who_cannot_be_asked_is_not(core: Core) -> None:
    dispute = await filed(core)

    with pytest.raises(TextUnusable):
        await asked(core, dispute, " ")
    with pytest.raises(NotAllowed):
        await dispute_questions.ask(core, dispute_id=dispute.id, text="Why?", actor=payer(uuid4(), "a…@b.example"))
    with pytest.raises(NobodyToAsk):
        await dispute_questions.ask(core, dispute_id=dispute.id, text="Why?", actor=BEN, contact_id=uuid4())
    await suppressions.add(core, whom="INV-1@acme.example", reason=Why.MANUAL, note="asked for it", actor=SHELL)
    with pytest.raises(NobodyToAsk):
        await asked(core, dispute)
    assert await dispute_questions.recipients(core, dispute_id=dispute.id) == ()
    assert (await Dispute.get(id=dispute.id)).sla_due_at == LATE


async def test_nobody_is_asked_about_what_was_decided(core: Core) -> None:
    dispute = await filed(core)
    await asked(core, dispute)
    with pytest.raises(PayerAskedBefore, match="Ben has asked already"):
        await asked(core, dispute)
    await dispute_endings.resolve(
        core, dispute_id=dispute.id, outcome=Outcome.REJECTED, note="The price was right.", actor=BEN
    )

    with pytest.raises(DisputeClosed):
        await asked(core, dispute)
    await answered(core)

    assert await core.database.rows("SELECT FROM timeline_entry WHERE kind = 'dispute.answered'") == []


async def test_one_answer_answers_the_questions_before_it_as_well(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core)
    await asked(core, dispute)
    clock.advance(seconds=core.limits.dispute_wait.total_seconds() + 60)
    await asked(core, dispute, "Once more: which delivery note?")
    mailing = await Mailing.filter(letter=dispute_questions.LETTER).order_by("-queued_at").first()
    assert mailing is not None
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())

    for text in ("It is 4711.", "Thanks."):
        await arrive(core, to, a_letter(to, text=text), sender=mailing.address)
        await heard(core, "mail.arrived")
        await heard(core, "mail.arrived")

    rows = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'dispute.answered'")
    assert len(rows) == 1
