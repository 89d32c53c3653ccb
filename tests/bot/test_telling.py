"""Telling: one living message per invoice, a line per event, everything once whatever breaks in between."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot import app as bot_app
from bot.app import Bot
from bot.telling import BURST
from bot.tellings import TELLINGS
from domain.commitments.events import PromiseBroken
from domain.deliverability.events import AddressSuppressed, LetterSent, LetterWithheld, MailArrived, MailQuarantined
from domain.deliverability.models import Mailing
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.events import EVENTS, Event, by
from domain.kernel.jobs import TryLater
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.events import LedgerImported, PaymentReceived
from domain.ledger.models import Invoice
from domain.operations import chat_messages, support
from domain.operations.support import Call
from domain.outreach import drafts, planner
from domain.outreach.events import CadenceClosed, DraftsMade
from domain.outreach.stop_events import ReminderNudged
from domain.pay_links.events import PaymentDeclined
from domain.policies.events import PolicyProposed
from plixo import wiring
from tests.bot.fake_slack import CHANNEL, FakeSlack, Fault
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.ledger.test_placing import loose_money
from tests.domain.outreach.mails_made import a_reminder


async def happened(core: Core, event: Event) -> int:
    """Record an event and return the number of its entry."""
    async with core.transaction() as tx:
        return await timeline.record(core, tx, event)


def about(core: Core, invoice: Invoice) -> dict[str, Any]:
    """Return what every event of an invoice holds."""
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "account_id": invoice.account_id,
        **by(SYSTEM, core.clock.now()),
    }


def a_decline(core: Core, invoice: Invoice, code: str = "card_declined") -> PaymentDeclined:
    """Return an event that opens a case and asks for nobody."""
    return PaymentDeclined(checkout_id=uuid4(), code=code, **about(core, invoice))


def a_letter(core: Core, invoice: Invoice) -> LetterSent:
    """Return the event of a reminder."""
    return LetterSent(
        mailing_id=uuid4(), letter="reminder-overdue", sent_to="a…@acme.example", step=3, why="7 days past due",
        **about(core, invoice),
    )  # fmt: skip


def a_suppression(core: Core, invoice: Invoice) -> AddressSuppressed:
    """Return an event that makes it worse."""
    return AddressSuppressed(
        suppression_id=uuid4(), contact_id=uuid4(), address="a…@acme.example", reason="hard bounce", rule="dsn",
        mail_id=None, **about(core, invoice),
    )  # fmt: skip


def a_quarantine(core: Core, reason: str = "too deep") -> MailQuarantined:
    """Return an event that belongs to no invoice."""
    return MailQuarantined(mail_id=uuid4(), reason=reason, **by(SYSTEM, core.clock.now()))


@pytest.fixture
def tell(bot: Bot) -> Callable[[int], Any]:
    """The job."""
    return lambda entry_id: bot.jobs()["tell_operators"](entry_id=entry_id)


async def test_the_first_event_makes_the_living_message_and_a_line_in_its_thread(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    entry = await happened(core, a_decline(core, await an_invoice(core)))

    await tell(entry)

    (case,) = slack.in_channel()
    (line,) = slack.in_thread(case["ts"])
    assert case["text"].startswith("INV-1042, Customer of INV-1042: 125,00 EUR open")
    assert "declined with the code card_declined" in line["text"]
    assert (case["unfurl_links"], case["unfurl_media"], case["parse"]) == (False, False, "none")
    assert "reply_broadcast" not in line
    assert case["channel"] == line["channel"] == CHANNEL


async def test_the_message_is_changed_in_place_by_whatever_happens_next(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_decline(core, invoice)))
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.receive(
            core, tx, invoice=locked, amount=Money(12500, "EUR"), source="stripe", object_id="ch_1",
            method="card ending 4242", received_on=core.clock.now().date(), actor=SYSTEM,
        )  # fmt: skip

    for row in await core.database.rows("SELECT id FROM timeline_entry WHERE id > 1 ORDER BY id"):
        await tell(row["id"])

    (case,) = slack.in_channel()
    assert "settled" in case["text"]
    assert "link.regenerate" not in json.dumps(case["blocks"])
    _, paid = slack.in_thread(case["ts"])
    assert "nothing left to pay" in json.dumps(paid["blocks"])
    assert "Invoice settled in full" in json.dumps(paid["blocks"])
    assert len(slack.called("chat.update")) == 1


async def test_telling_again_changes_nothing(core: Core, slack: FakeSlack, tell: Callable[[int], Any]) -> None:
    entry = await happened(core, a_decline(core, await an_invoice(core)))
    await tell(entry)
    before = list(slack.calls)

    await tell(entry)

    assert slack.calls == before


async def test_events_that_wait_share_one_line_and_one_change(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    entries = [await happened(core, a_decline(core, invoice, code=f"reason {n}")) for n in range(30)]

    for entry in entries:
        await tell(entry)

    (case,) = slack.in_channel()
    lines = slack.in_thread(case["ts"])
    assert len(lines) == 2
    assert all(f"reason {n}" in json.dumps([each["blocks"] for each in lines]) for n in range(30))
    assert len(slack.calls) == 3


async def test_a_mass_of_reminders_makes_one_quiet_message_each(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoices = [await an_invoice(core, f"INV-{n}", email=f"a{n}@acme.example") for n in range(20)]
    entries = [await happened(core, a_decline(core, invoice)) for invoice in invoices]

    for entry in entries:
        await tell(entry)

    assert len(slack.in_channel()) == 20
    assert not [each for each in slack.messages if each.get("reply_broadcast")]
    assert len(slack.calls) == 40


async def test_what_got_worse_shows_in_the_channel_too(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    await tell(await happened(core, a_suppression(core, await an_invoice(core))))

    (case,) = slack.in_channel()
    (line,) = slack.in_thread(case["ts"])
    assert line["reply_broadcast"] is True
    assert line["text"].startswith("INV-1042: a…@acme.example is suppressed")


async def test_what_makes_no_case_is_told_only_where_one_is(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    withheld = LetterWithheld(
        mailing_id=uuid4(), letter="reminder-due", sent_to="a…@a.example", step=1, why="held", **about(core, invoice)
    )
    first = await happened(core, withheld)
    await tell(first)
    nothing_yet = list(slack.calls)
    await tell(await happened(core, a_decline(core, invoice)))

    await tell(await happened(core, CadenceClosed(cadence="default", reason="paid", **about(core, invoice))))

    (case,) = slack.in_channel()
    assert nothing_yet == []
    assert [each["text"] for each in slack.in_thread(case["ts"])][-1] == "INV-1042: Reminders ended: paid"


@pytest.mark.parametrize("kind", ["mail", "quarantine", "import"])
async def test_what_belongs_to_no_invoice_is_a_message_of_its_own(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], kind: str
) -> None:
    who = by(SYSTEM, core.clock.now())
    event: Event = {
        "mail": MailArrived(mail_id=uuid4(), what="human", rule="reply", sender="a…@a.example", note="hi", **who),
        "quarantine": a_quarantine(core),
        "import": LedgerImported(
            batch_id=uuid4(), of="invoices", file_name="<!here>.csv", read=3, new=3, changed=0, unchanged=0,
            conflicting=0, rejected=0, **who,
        ),
    }[kind]  # fmt: skip
    entry = await happened(core, event)

    await tell(entry)
    await tell(entry)

    (message,) = slack.in_channel()
    assert "<!here>" not in json.dumps(message)
    assert message["metadata"]["event_payload"]["key"] == f"entry:{entry}"


@pytest.mark.parametrize("method", ["case", "line", "alone"])
async def test_a_crash_between_posted_and_noted_repeats_nothing(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], method: str
) -> None:
    event: Event = a_quarantine(core) if method == "alone" else a_decline(core, await an_invoice(core))
    entry = await happened(core, event)
    await tell(entry)
    kept = "case:%" if method == "case" else "entry:%"
    await core.database.execute("UPDATE chat_message SET ts = NULL WHERE key LIKE %s", (kept,))
    if method == "case":
        await core.database.execute("UPDATE chat_message SET ts = NULL")
    before = len(slack.messages)

    await tell(entry)

    assert len(slack.messages) == before
    assert await core.database.rows("SELECT 1 FROM chat_message WHERE ts IS NULL") == []


async def test_a_crash_between_noted_and_posted_loses_nothing(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    entry = await happened(core, a_decline(core, invoice))
    keys = [chat_messages.case_key(invoice.id), chat_messages.entry_key(entry)]
    await chat_messages.reserve(core, keys=keys, channel=CHANNEL, invoice_id=invoice.id)

    await tell(entry)

    assert len(slack.in_channel()) == 1
    assert len(slack.messages) == 2


async def test_an_answer_that_never_came_is_looked_for_before_it_is_posted_again(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], clock: StandingClock
) -> None:
    entry = await happened(core, a_decline(core, await an_invoice(core)))
    slack.fail("chat.postMessage", Fault(silent=True))

    with pytest.raises(TryLater):
        await tell(entry)
    slack.fail("chat.postMessage", Fault(silent=True))
    clock.advance(seconds=15)
    with pytest.raises(TryLater):
        await tell(entry)
    clock.advance(seconds=15)
    await tell(entry)

    assert len(slack.in_channel()) == 1
    assert len(slack.messages) == 2


async def test_a_message_is_found_on_a_later_page(core: Core, slack: FakeSlack, tell: Callable[[int], Any]) -> None:
    slack.page = 2
    entry = await happened(core, a_quarantine(core))
    await tell(entry)
    slack.messages.extend({"ts": f"1800000000.{n}", "text": "chat"} for n in range(5))
    await core.database.execute("UPDATE chat_message SET ts = NULL")

    await tell(entry)

    assert len(slack.called("chat.postMessage")) == 1
    assert len(slack.called("conversations.history")) == 3


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(status=429, error="ratelimited", retry_after=7), 7),
        (Fault(status=429, text="<html>slow down</html>", retry_after=3), 3),
        (Fault(error="ratelimited"), 30),
        (Fault(status=429, retry_after=86_400), 600),
        (Fault(status=503, error="service_unavailable"), 15),
        (Fault(status=502, text="<html>bad gateway</html>"), 15),
        (Fault(status=200, text="<html>log in to the hotel</html>"), 15),
        (Fault(error="internal_error"), 15),
    ],
)
async def test_when_slack_is_busy_or_away_the_job_comes_again(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], fault: Fault, seconds: int, clock: StandingClock
) -> None:
    entry = await happened(core, a_decline(core, await an_invoice(core)))
    slack.fail("chat.postMessage", fault)

    with pytest.raises(TryLater) as later:
        await tell(entry)
    clock.advance(seconds=seconds)
    await tell(entry)

    assert later.value.delay == timedelta(seconds=seconds)
    assert len(slack.messages) == 2


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_message_that_is_gone_is_posted_anew(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], error: str
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_decline(core, invoice)))
    slack.messages.clear()
    slack.fail("chat.update", Fault(error=error))

    await tell(await happened(core, a_suppression(core, invoice)))

    (case,) = slack.in_channel()
    assert [each["reply_broadcast"] for each in slack.in_thread(case["ts"])] == [True]


async def test_a_thread_that_is_gone_gets_a_new_case_message(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_decline(core, invoice)))
    entry = await happened(core, a_suppression(core, invoice))
    slack.fail("chat.postMessage", Fault(error="thread_not_found"))

    await tell(entry)

    assert len(slack.in_channel()) == 2
    assert len(slack.in_thread(slack.in_channel()[1]["ts"])) == 1


@pytest.mark.parametrize(
    "error", ["is_archived", "channel_not_found", "not_in_channel", "token_revoked", "missing_scope", "new_error"]
)
async def test_a_refusal_is_logged_with_its_remedy_and_told_once_it_is_put_right(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], error: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = await happened(core, a_quarantine(core, "first"))
    second = await happened(core, a_decline(core, await an_invoice(core)))
    slack.fail("chat.postMessage", Fault(error=error), Fault(error=error))

    with caplog.at_level(logging.ERROR, logger="bot"):
        await tell(first)
        await tell(second)
    while_refused = len(slack.messages)
    await tell(await happened(core, a_quarantine(core, "third")))

    assert error in caplog.text
    assert while_refused == 0
    told = json.dumps(slack.messages, ensure_ascii=False)
    assert all(each in told for each in ("first", "third", "declined with the code"))
    assert await core.database.rows("SELECT 1 FROM chat_message WHERE ts IS NULL") == []


async def test_what_was_refused_for_more_than_a_day_is_no_news(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], clock: Any
) -> None:
    first = await happened(core, a_quarantine(core, "first"))
    slack.fail("chat.postMessage", Fault(error="is_archived"))
    await tell(first)
    clock.advance(days=2)

    await tell(await happened(core, a_quarantine(core, "second")))

    assert len(slack.messages) == 1


async def test_a_case_moves_to_the_new_channel_when_the_old_one_is_closed(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_decline(core, invoice)))
    moved = bot_app.build(
        core, bot_token="xoxb-1", signing_secret=None, channel="C0NEW", api_url=slack.api_url, seconds_a_post=0
    )
    entry = await happened(core, a_suppression(core, invoice))
    slack.fail("chat.update", Fault(error="is_archived"))

    await moved.jobs()["tell_operators"](entry_id=entry)
    await moved.close()

    assert [each["channel"] for each in slack.messages] == [CHANNEL, CHANNEL, "C0NEW", "C0NEW"]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_blocks_that_slack_refuses_are_left_out_rather_than_the_message(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], method: str, caplog: pytest.LogCaptureFixture
) -> None:
    invoice = await an_invoice(core)
    if method == "chat.update":
        await tell(await happened(core, a_decline(core, invoice)))
    slack.fail(method, Fault(error="invalid_blocks", messages=("must be shorter [json-pointer:/blocks/0/text]",)))

    await tell(await happened(core, a_suppression(core, invoice)))

    (case,) = slack.in_channel()
    assert case["blocks"] == []
    assert case["text"].startswith("INV-1042")
    assert "json-pointer:/blocks/0/text" in caplog.text


async def test_an_unreadable_channel_may_bring_a_message_twice_but_never_none(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    entry = await happened(core, a_quarantine(core))
    await chat_messages.reserve(core, keys=[chat_messages.entry_key(entry)], channel=CHANNEL)
    slack.fail("conversations.history", Fault(error="missing_scope"))

    await tell(entry)

    assert len(slack.messages) == 1


async def test_posts_keep_the_pace_that_slack_bears(core: Core, slack: FakeSlack) -> None:
    paced = bot_app.build(
        core, bot_token="xoxb-1", signing_secret=None, channel=CHANNEL, api_url=slack.api_url, seconds_a_post=0.1
    )
    entries = [await happened(core, a_quarantine(core)) for _ in range(10)]
    loop = asyncio.get_running_loop()
    started = loop.time()

    for entry in entries:
        await paced.jobs()["tell_operators"](entry_id=entry)
    took = loop.time() - started
    await paced.close()

    assert took >= 0.55
    assert len(slack.messages) == 10


async def test_without_a_channel_nothing_is_told_and_nothing_fails(core: Core, slack: FakeSlack) -> None:
    mute = bot_app.build(core, bot_token="xoxb-1", signing_secret=None, channel="", api_url=slack.api_url)
    entry = await happened(core, a_quarantine(core))

    await mute.jobs()["tell_operators"](entry_id=entry)
    await mute.close()

    assert slack.calls == []


async def test_the_job_is_run_by_the_queue_in_the_order_of_what_happened(
    core: Core, slack: FakeSlack, bot: Bot
) -> None:
    core.jobs.bind(bot.jobs())
    for number in range(5):
        await happened(core, a_quarantine(core, f"reason {number}"))

    while len(slack.messages) < 5:
        await core.jobs.work(concurrency=4, stop=asyncio.Event(), until_idle=True)

    assert [each["text"][-8:] for each in slack.in_channel()] == [f"reason {number}" for number in range(5)]


def test_every_event_that_operators_are_told_of_has_a_line_in_the_table() -> None:
    told = {
        event
        for event in EVENTS.values()
        if any(each.job == "tell_operators" for each in wiring.NOTICES.get(event, ()))
    }

    assert told == set(TELLINGS)
    assert PaymentReceived in told


async def test_a_bank_file_full_of_money_that_fits_nothing_does_not_flood_the_channel(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    account = await an_account(core)
    for number in range(BURST + 5):
        await loose_money(core, 100 + number, account, object_id=f"bank_{number}")

    for row in await core.database.rows("SELECT id FROM timeline_entry ORDER BY id"):
        await tell(row["id"])

    assert len(slack.in_channel()) == BURST + 1
    assert f"{BURST + 5} payments that fit no invoice" in json.dumps(slack.in_channel()[-1]["blocks"])


async def test_strangers_who_call_for_help_by_the_dozen_do_not_flood_the_channel(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    for number in range(BURST + 5):
        await support.ask(core, call=Call(f"Help {number}"), actor=Actor(ActorKind.PAYER, "somebody", frozenset()))

    for row in await core.database.rows("SELECT id FROM timeline_entry ORDER BY id"):
        await tell(row["id"])

    assert len(slack.in_channel()) == BURST + 1
    assert f"{BURST + 5} calls for help" in json.dumps(slack.in_channel()[-1]["blocks"])


async def test_a_hundred_reminders_are_one_message_that_is_kept_current(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoices = [await an_invoice(core, f"INV-{n}", email=f"p{n}@acme.example") for n in range(12)]
    await planner.plan(core)
    for each in await Mailing.all():
        await (await each.move("send")).move("deliver", sent_at=core.clock.now())

    for invoice in invoices:
        await tell(await happened(core, a_letter(core, invoice)))

    assert len(slack.messages) == 1
    said = json.dumps(slack.messages[0], ensure_ascii=False)
    assert "12 reminders sent on 10 Mar 2026* to 12 customers" in said
    assert "1.500,00 EUR" in said


async def test_a_case_that_opens_later_tells_the_reminder_that_came_before(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    invoice = await an_invoice(core)
    await tell(await happened(core, a_letter(core, invoice)))

    await tell(await happened(core, a_decline(core, invoice)))

    told = json.dumps(slack.messages, ensure_ascii=False)
    assert told.index("Reminder (step 3)") < told.rindex("declined with the code")


# What comes by the hundred --------------------------------------------------------------------------


def a_broken_promise(core: Core, invoice: Invoice) -> PromiseBroken:
    """Return an event that a night may bring by the hundred."""
    return PromiseBroken(
        promise_id=uuid4(), contact_id=None, amount=Money(5000, "EUR"), promised_on=core.clock.now().date(),
        **about(core, invoice),
    )  # fmt: skip


async def test_a_mass_of_broken_promises_opens_a_few_cases_and_is_counted_in_one_message(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    for number in range(20):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example")
        await tell(await happened(core, a_broken_promise(core, invoice)))

    cases_ = [each for each in slack.in_channel() if each["text"].startswith("INV-")]
    (summary,) = [each for each in slack.in_channel() if "Much came at once" in each["text"]]
    assert len(cases_) == 8
    assert "20 promises broken" in summary["text"]


async def test_in_a_burst_a_case_that_is_there_is_kept_current_without_a_sound(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    known = await an_invoice(core, "INV-KNOWN", email="known@acme.example")
    await tell(await happened(core, a_decline(core, known)))
    (case,) = slack.in_channel()
    for number in range(8):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example")
        await happened(core, a_broken_promise(core, invoice))

    await tell(await happened(core, a_broken_promise(core, known)))

    line = slack.in_thread(case["ts"])[-1]
    assert "broken" in line["text"]
    assert "reply_broadcast" not in line


async def test_an_hour_later_a_broken_promise_is_told_by_itself_again(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], clock: StandingClock
) -> None:
    for number in range(10):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example")
        await happened(core, a_broken_promise(core, invoice))
    clock.advance(hours=2)

    await tell(await happened(core, a_broken_promise(core, await an_invoice(core, "INV-LATER", email="l@l.example"))))

    (case,) = slack.in_channel()[:1]
    assert case["text"].startswith("INV-LATER")


async def test_drafts_have_one_message_a_day_that_is_kept_current(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    first = await a_reminder(core, await an_invoice(core, "INV-1"), state="drafted", needs=["high value"])
    await tell(await happened(core, DraftsMade(drafts=1, **by(SYSTEM, core.clock.now()))))
    await a_reminder(core, await an_invoice(core, "INV-2", email="b@b.example"), state="drafted", needs=["Shadow Mode"])
    await tell(await happened(core, DraftsMade(drafts=1, **by(SYSTEM, core.clock.now()))))

    (message,) = slack.in_channel()
    assert message["text"] == "2 drafts wait for an approval, to 2 customers; open on them: 250,00 EUR"
    assert "draft.list" in json.dumps(message["blocks"])

    for row in await core.database.rows("SELECT id FROM mailing ORDER BY queued_at"):
        await drafts.reject(core, mailing_id=row["id"], reason="not now", actor=SYSTEM)
    for row in await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'letter.rejected' ORDER BY id"):
        await tell(row["id"])

    (message,) = slack.in_channel()
    assert first.state == "drafted"
    assert "No draft waits for an approval any more" in message["text"]


async def test_the_day_before_points_to_today_so_that_no_old_figure_stands_there(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], clock: StandingClock
) -> None:
    await a_reminder(core, await an_invoice(core), state="drafted", needs=["high value"])
    await tell(await happened(core, DraftsMade(drafts=1, **by(SYSTEM, core.clock.now()))))
    clock.advance(days=1)

    await tell(await happened(core, DraftsMade(drafts=1, **by(SYSTEM, core.clock.now()))))

    yesterday, today = slack.in_channel()
    assert yesterday["text"] == "Drafts that wait for an approval are counted in the message of 11 Mar 2026."
    assert today["text"].startswith("1 draft waits for an approval")


async def test_a_planning_pass_that_makes_drafts_says_so_once(core: Core) -> None:
    for number in range(3):
        account = await an_account(core, f"Customer {number}")
        await a_contact(core, account, f"a{number}@acme.example")
        await an_invoice(core, f"INV-{number}", account=account, amount=Money(2_000_000, "EUR"), days_past_due=1)

    await planner.plan(core)

    rows = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'drafts.made'")
    assert len(rows) == 1
    assert "3" in str(rows[0]["fact"])


async def test_a_proposed_policy_comes_with_a_button_to_look_at_it(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    event = PolicyProposed(version=77, base=1, notes="", changes=("segment x: mode",), **by(SYSTEM, core.clock.now()))

    await tell(await happened(core, event))

    (message,) = slack.in_channel()
    assert "policy.show" in json.dumps(message["blocks"])


async def test_what_gets_worse_names_its_invoice_in_the_channel(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any]
) -> None:
    await tell(await happened(core, a_broken_promise(core, await an_invoice(core))))

    (case,) = slack.in_channel()
    (line,) = slack.in_thread(case["ts"])
    assert line["reply_broadcast"] in {"1", "true", True}
    assert "*INV-1042*: " in json.dumps(line["blocks"])


async def test_whose_customer_it_is_hears_of_a_nudge_by_name(
    core: Core, slack: FakeSlack, tell: Callable[[int], Any], staff: None
) -> None:
    invoice = await an_invoice(core)
    (anna,) = await core.database.rows("SELECT id FROM person WHERE name = 'Anna'")
    nudge = ReminderNudged(
        mailing_ids=(), sent_to=("a…@acme.example",), owner_id=anna["id"], owner_name="Anna", note="",
        **about(core, invoice),
    )  # fmt: skip

    await tell(await happened(core, nudge))

    (case,) = slack.in_channel()
    (line,) = slack.in_thread(case["ts"])
    assert "<@U0ANNA> " in json.dumps(line["blocks"])
