"""What people wrote: shown with its guesses, put where it belongs, and one click that does what a guess means."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.casework import conversations, mail_answers, wishes
from domain.casework.events import MailAssigned, TaskOpened
from domain.casework.mail_answer_events import WishNoted
from domain.casework.refusals import GuessNoted, GuessOutdated, GuessUnclear, MailAnswered, MailUnplaced, WriterUnproven
from domain.commitments.dispute_events import DisputeFiled
from domain.commitments.events import PromiseMade
from domain.deliverability import return_paths, suppressions
from domain.deliverability.events import AddressSuppressed, MailSeen
from domain.deliverability.models import InboundMail, Mailing, MailingItem
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.replies import IntentKind
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.events import ContactAdded, ContactRemoved
from domain.ledger.models import Account, Contact
from domain.ledger.refusals import InvoiceNotFound
from tests import builders
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_dsn, a_letter, a_mailing, bounce_path
from tests.domain.deliverability.test_inbound import arrive

TWO_WISHES = "We will pay 50.00 EUR on Friday. Which order is it for?"


async def written(core: Core, mailing: Mailing, text: str) -> UUID:
    """Let Anna answer a mailing."""
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())
    return await arrive(core, to, a_letter(to, text=text), sender="anna@acme.example")


async def a_mailing_about_two(core: Core) -> Mailing:
    """Store a reminder that asks for INV-1042 and INV-1043, 30 EUR."""
    mailing = await a_mailing(core)
    account = await Account.get(id=mailing.account_id)
    other = await builders.an_invoice(core, "INV-1043", account=account, amount=Money(3000, "EUR"))
    for invoice_id in (mailing.invoice_id, other.id):
        await MailingItem.create(
            id=uuid4(), mailing_id=mailing.id, invoice_id=invoice_id, contact_id=mailing.contact_id,
            unique_key=f"test:{invoice_id}", letter=mailing.letter, tone="Neutral", severity=1, state="included",
            reason="step 3", created_at=core.clock.now())  # fmt: skip
    return mailing


async def confirmed(core: Core, mail_id: UUID, place: int = 1) -> tuple[Event, ...]:
    """Confirm a guess as it is shown now."""
    card = await conversations.card(core, mail_id=mail_id)
    return await wishes.confirm(core, mail_id=mail_id, place=place, stamp=card.stamp, actor=SHELL)


async def test_an_answer_is_shown_with_its_new_text_and_whose_it_is(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We pay on Friday.\n\n> Please pay.\n> Soon.")

    card = await conversations.card(core, mail_id=mail_id)

    assert (card.text, card.invoice_number, card.thread, card.answered) == (
        "We pay on Friday.",
        "INV-1042",
        "token",
        False,
    )
    assert "Please pay" in card.rest
    assert card.sender == "a…@acme.example"
    assert [each.id for each in await conversations.waiting(core)] == [mail_id]


async def test_a_promise_is_made_by_one_click_and_the_mail_is_dealt_with(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay 50.00 EUR on Friday.")

    made, seen = await confirmed(core, mail_id)

    assert isinstance(made, PromiseMade)
    assert (made.amount, made.promised_on) == (Money(5000, "EUR"), date(2026, 3, 13))
    assert isinstance(seen, MailSeen)
    assert await conversations.waiting(core) == ()


async def test_a_promise_without_an_amount_is_for_all_that_is_open(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay on Friday.")

    made, _ = await confirmed(core, mail_id)

    assert isinstance(made, PromiseMade)
    assert made.amount == Money(12500, "EUR")


async def test_two_clicks_at_once_make_one_promise(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay on Friday.")
    await confirmed(core, mail_id)

    with pytest.raises(MailAnswered):
        await confirmed(core, mail_id)

    assert (await core.database.row("SELECT count(*) AS count FROM promise")) == {"count": 1}


async def test_ten_clicks_at_the_same_moment_make_one_task(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Please call me on +49 30 1234567.")

    done = await asyncio.gather(*(confirmed(core, mail_id) for _ in range(10)), return_exceptions=True)

    assert sum(isinstance(each, MailAnswered) for each in done) == 9
    assert (await core.database.row("SELECT count(*) AS count FROM task")) == {"count": 1}
    kinds = "SELECT count(*) AS count FROM timeline_entry WHERE kind = 'mail.seen'"
    assert (await core.database.row(kinds)) == {"count": 1}


async def test_a_mail_waits_until_each_of_its_wishes_is_noted(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), TWO_WISHES)

    made, on = await confirmed(core, mail_id)
    left = await conversations.card(core, mail_id=mail_id)
    with pytest.raises(GuessNoted):
        await confirmed(core, mail_id)
    (seen,) = await confirmed(core, mail_id, place=2)

    assert isinstance(made, PromiseMade)
    assert isinstance(on, WishNoted)
    assert "a promise" in on.told()
    assert (left.answered, set(left.noted), [each.kind for each in left.left]) == (False, {1}, [IntentKind.QUESTION])
    assert isinstance(seen, MailSeen)
    assert await conversations.waiting(core) == ()


async def test_two_people_who_note_the_two_wishes_of_a_mail_at_once_end_it(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), TWO_WISHES)

    done = await asyncio.gather(confirmed(core, mail_id), confirmed(core, mail_id, place=2))

    assert sorted(type(each[-1]).__name__ for each in done) == ["MailSeen", "WishNoted"]
    assert await conversations.waiting(core) == ()


async def test_what_was_noted_stays_so_when_the_mail_is_read_again(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), TWO_WISHES)
    await confirmed(core, mail_id)
    await core.database.execute("UPDATE inbound_mail SET reply = jsonb_set(reply, '{language}', '\"de\"')")

    with pytest.raises(GuessNoted):
        await confirmed(core, mail_id)


async def test_an_answer_settles_the_question_and_leaves_the_promise(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), TWO_WISHES)

    await mail_answers.answer(core, mail_id=mail_id, text="4711", actor=SHELL, ends=False)
    left = (await conversations.card(core, mail_id=mail_id)).left
    *_, seen = await confirmed(core, mail_id)

    assert [each.kind for each in left] == [IntentKind.PROMISE]
    assert isinstance(seen, MailSeen)


async def test_whoever_dies_between_the_act_and_the_mark_has_done_neither(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay on Friday.")
    await core.database.execute(
        "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'power is gone'; END $$"
    )
    await core.database.execute(
        "CREATE TRIGGER dies BEFORE UPDATE OF seen_at ON inbound_mail FOR EACH ROW EXECUTE FUNCTION dies()"
    )
    with pytest.raises(psycopg.Error, match="power is gone"):
        await confirmed(core, mail_id)
    promises = await core.database.row("SELECT count(*) AS count FROM promise")
    told = await core.database.row("SELECT count(*) AS count FROM timeline_entry WHERE kind LIKE 'promise.%'")
    await core.database.execute("DROP FUNCTION dies CASCADE")

    made, _ = await confirmed(core, mail_id)

    assert (promises, told) == ({"count": 0}, {"count": 0})
    assert isinstance(made, PromiseMade)
    assert await conversations.waiting(core) == ()


async def test_what_is_so_already_closes_the_mail_with_a_sentence(core: Core) -> None:
    mailing = await a_mailing(core)
    first = await written(core, mailing, "Please stop sending me these reminders.")
    second = await written(core, mailing, "I told you: please stop sending me these reminders.")
    await confirmed(core, first)

    (seen,) = await confirmed(core, second)

    assert isinstance(seen, MailSeen)
    assert "a…@acme.example gets no reminders any more" in seen.told()
    assert await conversations.waiting(core) == ()


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("The amount is wrong, we agreed on less.", DisputeFiled),
        ("We have already paid this invoice on 3 March, reference 881.", TaskOpened),
        ("Please stop sending me these reminders.", AddressSuppressed),
        ("Please call me on +49 30 1234567.", TaskOpened),
        ("I am not the right person, please write to carl@acme.example.", ContactAdded),
    ],
)
async def test_each_guess_does_what_it_means(core: Core, text: str, event: type[Event]) -> None:
    mail_id = await written(core, await a_mailing(core), text)

    done = await confirmed(core, mail_id)

    assert isinstance(done[0], event)
    assert (await InboundMail.get(id=mail_id)).seen_at is not None


async def test_whoever_wants_no_reminders_gets_none(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await written(core, mailing, "Please stop sending me these reminders.")

    await confirmed(core, mail_id)

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_what_can_be_read_in_two_ways_is_not_guessed(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay on 4/5.")

    with pytest.raises(GuessUnclear, match="day"):
        await confirmed(core, mail_id)

    assert await conversations.waiting(core) != ()


async def test_a_refusal_of_the_act_leaves_the_mail_waiting(core: Core, clock: StandingClock) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay on Friday.")
    clock.advance(days=30)

    with pytest.raises(Exception, match="past"):
        await confirmed(core, mail_id)

    assert await conversations.waiting(core) != ()


async def test_a_guess_of_an_older_reading_is_not_taken(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We will pay on Friday.")

    for stamp, place in (("other", 1), ((await conversations.card(core, mail_id=mail_id)).stamp, 9)):
        with pytest.raises(GuessOutdated):
            await wishes.confirm(core, mail_id=mail_id, place=place, stamp=stamp, actor=SHELL)


async def test_a_mail_of_nobody_known_is_placed_by_a_person_first(core: Core) -> None:
    await a_mailing(core)
    to = "postmaster@mail.northwind.example"
    body = a_letter(to, text="We will pay on Friday.").replace(b"<anna@", b"<carl@")
    mail_id = await arrive(core, to, body, sender="carl@acme.example")
    with pytest.raises(MailUnplaced):
        await confirmed(core, mail_id)

    event = await conversations.assign(core, mail_id=mail_id, invoice_number="inv-1042", actor=SHELL)

    assert isinstance(event, MailAssigned)
    assert (await conversations.card(core, mail_id=mail_id)).thread == "person"
    made, _ = await confirmed(core, mail_id)
    assert isinstance(made, PromiseMade)


async def test_the_sender_of_one_open_case_is_enough_to_place_a_mail_and_of_two_is_not(core: Core) -> None:
    mailing = await a_mailing(core)
    to = "postmaster@mail.northwind.example"

    first = await arrive(core, to, a_letter(to, text="hello"), sender="anna@acme.example")
    await core.database.execute(
        "INSERT INTO invoice SELECT gen_random_uuid(), 'INV-2', 'inv-2', account_id, currency, total_minor, open_minor,"
        " issued_on, due_on, state, settled_on, created_at FROM invoice WHERE id = %s",
        (mailing.invoice_id,),
    )
    second = await arrive(core, to, a_letter(to, text="hello again"), sender="anna@acme.example")

    cards = [await conversations.card(core, mail_id=each) for each in (first, second)]
    assert [(each.thread, each.invoice_number) for each in cards] == [("sender", "INV-1042"), ("", None)]


async def test_only_who_works_the_queue_decides_and_only_about_mail_of_people(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await written(core, mailing, "We will pay on Friday.")
    viewer = Actor(ActorKind.PERSON, "Vic", frozenset({Permission.VIEW}))
    to = bounce_path(core, mailing.id)
    report = await arrive(core, to, a_dsn(to))

    with pytest.raises(NotAllowed):
        await wishes.confirm(core, mail_id=mail_id, place=1, stamp="", actor=viewer)
    with pytest.raises(NotAllowed):
        await conversations.assign(core, mail_id=mail_id, invoice_number="INV-1042", actor=viewer)
    with pytest.raises(MailNotFound):
        await conversations.card(core, mail_id=report)
    with pytest.raises(InvoiceNotFound):
        await conversations.assign(core, mail_id=mail_id, invoice_number="INV-404", actor=SHELL)
    with pytest.raises(MailNotFound):
        await conversations.assign(core, mail_id=uuid4(), invoice_number="INV-1042", actor=SHELL)


async def test_a_call_that_is_wanted_is_a_task_for_a_person(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "Please call me on +49 30 1234567.")

    event, _ = await confirmed(core, mail_id)

    assert isinstance(event, TaskOpened)
    assert event.task == "call"


async def test_a_mail_may_be_about_any_invoice_that_its_message_asked_for(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "We will pay on Friday.")
    await builders.an_invoice(core, "INV-1044")

    card = await conversations.card(core, mail_id=mail_id)

    assert (card.invoice_number, card.beside) == ("INV-1042", (conversations.Beside("INV-1043", Money(3000, "EUR")),))


async def test_the_invoice_that_the_words_name_is_the_one_that_is_meant(core: Core) -> None:
    mail_id = await written(core, await a_mailing_about_two(core), "We will pay invoice INV-1043 on Friday.")

    made, _ = await confirmed(core, mail_id)

    assert isinstance(made, PromiseMade)
    assert (made.invoice_number, made.amount) == ("INV-1043", Money(3000, "EUR"))


async def test_nobody_chooses_among_several_invoices_that_the_words_name(core: Core) -> None:
    text = "We will pay invoices INV-1042 and INV-1043 on Friday."
    mail_id = await written(core, await a_mailing_about_two(core), text)
    with pytest.raises(GuessUnclear, match="mail assign"):
        await confirmed(core, mail_id)

    await conversations.assign(core, mail_id=mail_id, invoice_number="INV-1043", actor=SHELL)
    made, _ = await confirmed(core, mail_id)

    assert isinstance(made, PromiseMade)
    assert made.invoice_number == "INV-1043"


async def test_an_invoice_of_another_customer_is_not_meant(core: Core) -> None:
    await builders.an_invoice(core, "INV-2000", email="carl@other.example")
    mail_id = await written(core, await a_mailing_about_two(core), "We will pay invoice INV-2000 on Friday.")

    made, _ = await confirmed(core, mail_id)

    assert isinstance(made, PromiseMade)
    assert made.invoice_number == "INV-1042"


async def test_a_payment_without_an_amount_is_told_in_a_whole_sentence(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "We have already paid this invoice on 3 March.")

    task, _ = await confirmed(core, mail_id)

    assert isinstance(task, TaskOpened)
    assert "says that it was paid on 3 Mar 2026" in task.reason


async def test_a_sum_of_a_dispute_that_can_be_read_in_two_ways_is_asked_for_as_a_dispute(core: Core) -> None:
    mail_id = await written(core, await a_mailing(core), "The amount is wrong, we agreed on 1.500 EUR.")

    with pytest.raises(GuessUnclear, match="dispute INV-1042 wrong_amount"):
        await confirmed(core, mail_id)


async def reminded(core: Core) -> list[str]:
    """Return the contacts that reminders go to."""
    return [each.email for each in await Contact.filter(state="active").order_by("email")]


async def test_whoever_names_a_colleague_is_replaced_by_them(core: Core) -> None:
    text = "I am not the right person, please write to carl@acme.example."
    mail_id = await written(core, await a_mailing(core), text)

    added, removed, seen = await confirmed(core, mail_id)

    assert isinstance(added, ContactAdded)
    assert isinstance(removed, ContactRemoved)
    assert isinstance(seen, MailSeen)
    assert await reminded(core) == ["carl@acme.example"]


async def test_a_colleague_who_is_a_contact_already_replaces_the_writer(core: Core) -> None:
    mailing = await a_mailing(core)
    await builders.a_contact(core, await Account.get(id=mailing.account_id), "carl@acme.example")
    text = "I am not the right person, please write to carl@acme.example."

    removed, _ = await confirmed(core, await written(core, mailing, text))

    assert isinstance(removed, ContactRemoved)
    assert await reminded(core) == ["carl@acme.example"]


async def test_somebody_of_another_company_pushes_no_contact_out(core: Core) -> None:
    text = "I am not the right person, please write to carl@elsewhere.example."
    mail_id = await written(core, await a_mailing(core), text)

    await confirmed(core, mail_id)

    assert await reminded(core) == ["anna@acme.example", "carl@elsewhere.example"]


@pytest.mark.parametrize("text", [
    "Please stop sending me these reminders.", "I am not the right person, please write to mallory@acme.example.",
])  # fmt: skip
async def test_a_sender_alone_changes_nobody_whom_we_write_to(core: Core, text: str) -> None:
    mailing = await a_mailing(core)
    to = "postmaster@mail.northwind.example"
    mail_id = await arrive(core, to, a_letter(to, text=text), sender="anna@acme.example")
    assert (await conversations.card(core, mail_id=mail_id)).thread == "sender"

    with pytest.raises(WriterUnproven, match="anybody can write"):
        await confirmed(core, mail_id)

    contacts = await core.database.rows("SELECT email FROM contact WHERE state = 'active'")
    assert [each["email"] for each in contacts] == ["anna@acme.example"]
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
