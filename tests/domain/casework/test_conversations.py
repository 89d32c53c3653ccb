"""What people wrote: shown with its guesses, put where it belongs, and one click that does what a guess means."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.casework import conversations
from domain.casework.events import MailAssigned, TaskOpened
from domain.casework.refusals import GuessOutdated, GuessUnclear, MailUnplaced
from domain.commitments.dispute_events import DisputeFiled
from domain.commitments.events import PromiseMade
from domain.deliverability import return_paths, suppressions
from domain.deliverability.events import AddressSuppressed, MailSeen
from domain.deliverability.models import InboundMail, Mailing
from domain.deliverability.refusals import MailNotFound
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.events import ContactAdded
from domain.ledger.refusals import InvoiceNotFound
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_dsn, a_letter, a_mailing, bounce_path
from tests.domain.deliverability.test_inbound import arrive


async def written(core: Core, mailing: Mailing, text: str) -> UUID:
    """Let Anna answer a mailing."""
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())
    return await arrive(core, to, a_letter(to, text=text), sender="anna@acme.example")


async def confirmed(core: Core, mail_id: UUID, place: int = 1) -> tuple[Event, ...]:
    """Confirm a guess as it is shown now."""
    card = await conversations.card(core, mail_id=mail_id)
    return await conversations.confirm(core, mail_id=mail_id, place=place, stamp=card.stamp, actor=SHELL)


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

    with pytest.raises(Exception, match="on file"):
        await confirmed(core, mail_id)

    assert (await core.database.row("SELECT count(*) AS count FROM promise")) == {"count": 1}


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
            await conversations.confirm(core, mail_id=mail_id, place=place, stamp=stamp, actor=SHELL)


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
        await conversations.confirm(core, mail_id=mail_id, place=1, stamp="", actor=viewer)
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
