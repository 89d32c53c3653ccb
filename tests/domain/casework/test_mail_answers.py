"""Answers to mails: once, to the contact who wrote, in the thread of the very mail, and then it is dealt with."""

import asyncio
from uuid import UUID

import pytest

from domain.casework import conversations, mail_answers, wishes
from domain.casework.guesses import Meant
from domain.casework.refusals import AnsweredBefore, MailUnplaced, TextUnusable, WriterUnknown
from domain.commitments.dispute_events import DisputeFiled
from domain.commitments.events import PromiseMade
from domain.deliverability import return_paths
from domain.deliverability.models import Mailing
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.replies import IntentKind
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.outreach import sending
from domain.outreach.composing import OutgoingMail, Thread
from scheduler import mime
from tests.clocks import START
from tests.domain.casework.test_conversations import a_mailing_about_two, written
from tests.domain.deliverability.mailings_made import a_letter, a_mailing
from tests.domain.deliverability.test_inbound import arrive


async def answered(core: Core, mail_id: UUID, text: str = "It is for order 4711.") -> OutgoingMail:
    """Answer a mail and return what leaves."""
    await mail_answers.answer(core, mail_id=mail_id, text=text, actor=SHELL)
    mailing = await Mailing.get(letter=mail_answers.LETTER)
    leaving = await sending.begin(core, mailing_id=mailing.id)
    assert leaving is not None, "nothing holds it back"
    return leaving


async def test_an_answer_leaves_in_the_thread_of_the_mail_and_the_mail_is_dealt_with(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await with_id(core, mailing, "<abc@acme.example>", references="<first@acme.example> <abc@acme.example>")

    leaving = await answered(core, mail_id)

    assert leaving.thread == Thread("<abc@acme.example>", ("<first@acme.example>", "<abc@acme.example>"))
    assert leaving.letter.subject == "Re: Invoice"
    assert "It is for order 4711." in leaving.letter.text
    assert leaving.to == "anna@acme.example"
    assert leaving.reply_to.startswith("r+")
    card = await conversations.card(core, mail_id=mail_id)
    assert (card.answered, card.answer, card.answered_by) == (True, "It is for order 4711.", "command line")


async def test_the_headers_name_the_thread_and_say_that_a_person_wrote(core: Core) -> None:
    mail_id = await with_id(core, await a_mailing(core), "<abc@acme.example>")

    wire = mime.wire(core, await answered(core, mail_id)).decode()

    assert "In-Reply-To: <abc@acme.example>\r\n" in wire
    assert "References: <abc@acme.example>\r\n" in wire
    assert "Auto-Submitted" not in wire
    assert "List-Unsubscribe" not in wire


@pytest.mark.parametrize(
    "hostile", ["", "<a b@x>", "no id", "<ü@acme.example>", "<a@b>\r\n Bcc: x@y.example", "<x>" * 500]
)
async def test_a_mail_without_a_usable_name_is_answered_all_the_same(core: Core, hostile: str) -> None:
    mail_id = await with_id(core, await a_mailing(core), hostile)

    wire = mime.wire(core, await answered(core, mail_id)).decode()

    assert "Bcc:" not in wire.partition("\r\n\r\n")[0]
    assert "\r\nSubject: Re: Invoice\r\n" in wire


async def test_of_two_clicks_one_answers(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order is this?")

    both = await asyncio.gather(
        *(mail_answers.answer(core, mail_id=mail_id, text="4711", actor=SHELL) for _ in range(2)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in both) == ["AnsweredBefore", "MailReplied"]
    assert await Mailing.filter(letter=mail_answers.LETTER).count() == 1


async def test_what_a_click_dealt_with_can_still_be_answered_once(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We pay on Friday.")
    card = await conversations.card(core, mail_id=mail_id)
    await wishes.confirm(core, mail_id=mail_id, place=1, stamp=card.stamp, actor=SHELL)

    await mail_answers.answer(core, mail_id=mail_id, text="Thank you.", actor=SHELL)

    with pytest.raises(AnsweredBefore):
        await mail_answers.answer(core, mail_id=mail_id, text="Thank you.", actor=SHELL)


async def test_whoever_is_no_contact_is_not_answered(core: Core) -> None:
    mailing = await a_mailing(core)
    to = "postmaster@mail.northwind.example"
    mail_id = await arrive(core, to, a_letter(to).replace(b"<anna@", b"<carl@"), sender="carl@acme.example")
    with pytest.raises(MailUnplaced):
        await mail_answers.answer(core, mail_id=mail_id, text="Hello", actor=SHELL)
    await conversations.assign(core, mail_id=mail_id, invoice_number="INV-1042", actor=SHELL)

    with pytest.raises(WriterUnknown, match="contact add INV-1042"):
        await mail_answers.answer(core, mail_id=mail_id, text="Hello", actor=SHELL)

    assert await Mailing.filter(account_id=mailing.account_id).count() == 1


@pytest.mark.parametrize("text", ["", " \n", "\x00", "x" * 4_001])
async def test_an_answer_says_something(core: Core, text: str) -> None:
    mail_id = await written(core, await a_mailing(core), "Which order is this?")

    with pytest.raises(TextUnusable):
        await mail_answers.answer(core, mail_id=mail_id, text=text, actor=SHELL)


async def test_who_may_not_work_the_queue_answers_nothing(core: Core) -> None:
    viewer = Actor(ActorKind.PERSON, "Vera", frozenset())

    with pytest.raises(NotAllowed):
        await mail_answers.answer(core, mail_id=UUID(int=1), text="x", actor=viewer)


async def test_a_mail_that_is_none_is_not_answered(core: Core) -> None:
    with pytest.raises(MailNotFound):
        await mail_answers.answer(core, mail_id=UUID(int=1), text="x", actor=SHELL)


async def test_a_correction_does_what_a_person_read_about_another_invoice_too(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "The thing we spoke about.")
    meant = Meant(IntentKind.PROMISE, Money(1000, "EUR"), START.date(), invoice="inv-1043")

    events = await wishes.correct(core, mail_id=mail_id, meant=meant, actor=SHELL)

    (promise,) = [each for each in events if isinstance(each, PromiseMade)]
    assert (promise.invoice_number, promise.amount) == ("INV-1043", Money(1000, "EUR"))
    assert (await conversations.card(core, mail_id=mail_id)).answered


async def test_a_correction_files_a_dispute_over_a_sum(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We ordered at another price.")
    meant = Meant(IntentKind.DISPUTE, Money(2000, "EUR"), detail="wrong_tax")

    events = await wishes.correct(core, mail_id=mail_id, meant=meant, actor=SHELL)

    (filed,) = [each for each in events if isinstance(each, DisputeFiled)]
    assert (filed.amount, filed.reason_code) == (Money(2000, "EUR"), "wrong_tax")


async def test_a_correction_that_is_refused_leaves_the_mail_as_it_was(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "The thing we spoke about.")
    meant = Meant(IntentKind.PROMISE, Money(10**9, "EUR"), START.date(), invoice="INV-1043")

    with pytest.raises(Exception, match="EUR"):
        await wishes.correct(core, mail_id=mail_id, meant=meant, actor=SHELL)

    card = await conversations.card(core, mail_id=mail_id)
    assert (card.answered, card.invoice_number) == (False, "INV-1042")


async def with_id(core: Core, mailing: Mailing, message_id: str, *, references: str = "") -> UUID:
    """Let Anna answer a mailing with a mail of that name."""
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())
    headers = f"Message-ID: {message_id}\n" + (f"References: {references}\n" if references else "")
    letter = a_letter(to, text="Which order is this?")
    kept = b"\n".join(line for line in letter.split(b"\n") if not line.lower().startswith((b"message-id", b"subject")))
    return await arrive(core, to, headers.encode() + b"Subject: RE: Invoice\n" + kept, sender="anna@acme.example")
