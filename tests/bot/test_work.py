"""The daily work, typed: what each command does, what it asks for when words are missing, and who is refused."""

import json
import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import pytest_asyncio

from bot import commands, modals
from bot.blocks import Message, problems
from bot.modals import Modal
from domain.casework import tasks
from domain.casework.tasks import TaskKind
from domain.commitments import dispute_queries, plan_queries, promises
from domain.commitments.states import PlanState
from domain.kernel.actor import SHELL, SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.ledger.models import Invoice
from domain.operations import short_ids
from domain.outreach import gates, holds, newcomers
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder

MIA, CARL, LENA = "U0MIA", "U0CARL", "U0LENA"


@pytest_asyncio.fixture(autouse=True)
async def bosses(core: Core, staff: None) -> None:
    """Mia manages, Carl controls, Lena is of Legal."""
    for slack_id, name, role in (
        (MIA, "Mia", Role.AR_MANAGER),
        (CARL, "Carl", Role.CONTROLLER),
        (LENA, "Lena", Role.LEGAL),
    ):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def said(core: Core, text: str, *, by: str = ANNA) -> str:
    """Return everything that the answer shows; it keeps Slack's limits."""
    return shown(await in_words.say(core, text, slack_id=by))


def shown(message: Message) -> str:
    """Return the text and all blocks as one text."""
    assert problems(message) == ()
    return message.text + json.dumps(message.blocks, ensure_ascii=False).replace('\\"', '"')


async def a_draft(core: Core, number: str = "INV-1042") -> tuple[Invoice, str]:
    """Store an invoice with a draft about it; return the invoice and what people type for the draft."""
    invoice = await an_invoice(core, number)
    mailing = await a_reminder(core, invoice, state="drafted", needs=["Shadow Mode"])
    return invoice, short_ids.short(mailing.id)


# The queue ----------------------------------------------------------------------------------------


async def test_next_takes_the_case_up_so_that_a_colleague_gets_another(core: Core) -> None:
    await an_invoice(core, "INV-1", days_past_due=100, email="a@a.example")
    await an_invoice(core, "INV-2", days_past_due=10, email="b@b.example")

    first = await said(core, "next", by=ANNA)
    second = await said(core, "next", by=MIA)

    assert first.startswith("Next: INV-1")
    assert second.startswith("Next: INV-2")
    assert all(word in first for word in ("Snooze…", "Promise…", "New link", "Why?", "Skip", "Release"))


async def test_an_empty_queue_says_so(core: Core) -> None:
    assert "The queue is empty" in await said(core, "next")
    assert "Your queue is empty" in await said(core, "queue mine")


async def test_focus_shows_the_top_three(core: Core) -> None:
    for number in range(4):
        await an_invoice(core, f"INV-{number}", days_past_due=number * 30, email=f"a{number}@a.example")

    focus = await said(core, "focus")

    assert "Today's focus: INV-3, INV-2, INV-1." in focus
    assert "INV-0" not in focus


async def test_a_case_is_claimed_released_and_skipped(core: Core) -> None:
    await an_invoice(core)

    claimed = await said(core, "claim inv-1042")
    taken = await said(core, "claim INV-1042", by=MIA)
    released = await said(core, "release INV-1042")
    again = await said(core, "release INV-1042")
    skipped = await said(core, "skip INV-1042")

    assert "Case taken up" in claimed
    assert "Anna has this customer in hand" in taken
    assert "INV-1042: " in released
    assert "Nobody has the customer of invoice INV-1042 in hand" in again
    assert "INV-1042: " in skipped


async def test_a_case_is_put_off_until_a_day_for_a_reason_and_woken_up(core: Core) -> None:
    await an_invoice(core)

    snoozed = await said(core, "snooze INV-1042 until friday they are at a fair")
    queue = await said(core, "queue")
    woken = await said(core, "unsnooze INV-1042")

    assert "they are at a fair" in snoozed
    assert "The queue is empty" in queue
    assert "INV-1042: " in woken
    row = await core.database.row("SELECT until FROM snooze")
    assert row == {"until": datetime(2026, 3, 13, 8, 0, tzinfo=UTC)}, "at nine in Berlin, when the office opens"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("snooze INV-1042 until", "is not a day or a time I know"),
        ("snooze INV-1042 until friday", "Why is it put off?"),
        ("snooze INV-1042 until 3/4 x", "can be read in two ways"),
        ("promise INV-1042 500", "By which day will they pay?"),
        ("promise INV-1042 500 USD on friday", "The invoice is in EUR"),
        ("promise withdraw INV-1042 x", "No promise about INV-1042 runs."),
        ("plan INV-1042 3 monthly", "From which day?"),
        ("plan INV-1042 3 monthly from 2026-04-01", "Why do they need a plan?"),
        ("plan INV-1042 sometime", "Which instalments?"),
        ("dispute INV-1042 wrong_amuont 50 x", "Did you mean `wrong_amount`?"),
        ("dispute INV-1042 wrong_amount 50", "What do they object to?"),
        ("dispute resolve INV-1042 accepted x", "No dispute about INV-1042 is open."),
        ("credit INV-1042 because", "How much?"),
        ("credit INV-1042 50", "Why is it given?"),
        ("hold INV-1042 until friday", "Why is it on hold?"),
        ("hold account Acme", "Put the name into quotation marks"),
        ("unhold", "Which one, and why?"),
        ("task INV-1042 dance", "What is to be done"),
        ("task done", "Which task, and what came of it?"),
        ("task done 12345678 x", "No task that waits has the id '12345678'"),
        ("contact add INV-1042", "Which customer, and which address?"),
        ("away deputy @mia", "Until when?"),
        ("away until friday", "Who stands in?"),
        ("away until friday deputy @nobody", "Nobody here is called 'nobody'"),
        ("veto INV-1042", "No step of INV-1042 is ahead."),
        ("account xyz", "There is no"),
    ],
)
async def test_what_is_missing_is_asked_for_in_words(core: Core, typed: str, hint: str) -> None:
    await an_invoice(core)

    answer = await said(core, typed)

    assert hint in answer
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE invoice_id IS NOT NULL") == []


# Drafts -------------------------------------------------------------------------------------------


async def test_a_draft_is_listed_shown_with_its_letter_approved_and_called_back(core: Core) -> None:
    _, short = await a_draft(core)

    listed = await said(core, "draft", by=MIA)
    card = await said(core, f"draft {short.upper()}", by=MIA)
    approved = await said(core, f"approve {short}", by=MIA)
    undone = await said(core, f"undo {short}", by=MIA)

    assert f"`{short}`" in listed
    assert "a…@acme.example" in card
    assert "Needs a person: Shadow Mode" in card
    assert "> " in card, "the letter itself is quoted"
    assert "anna@acme.example" not in card
    assert "/u/A" not in card, "nobody who looks can opt the payer out"
    assert "approved by you" in approved
    assert "is a draft again" in undone


async def test_a_draft_is_rejected_for_a_reason(core: Core) -> None:
    _, short = await a_draft(core)

    without = await said(core, f"reject {short}", by=MIA)
    rejected = await said(core, f"reject {short} they have just called", by=MIA)
    again = await said(core, f"reject {short} again", by=MIA)

    assert "Why is it not sent?" in without
    assert "they have just called" in rejected
    assert f"No draft that waits has the id {short!r}" in again


async def test_several_drafts_are_approved_each_by_itself(core: Core) -> None:
    _, one = await a_draft(core, "INV-1")
    account = await an_account(core, "Other")
    await a_contact(core, account, "ben@other.example")
    other = await an_invoice(core, "INV-2", account=account)
    two = short_ids.short((await a_reminder(core, other, state="drafted", needs=["Shadow Mode"])).id)

    answer = await said(core, f"approve {one} {two}", by=MIA)

    assert answer.startswith("2 approved.")
    assert f"`{one}` INV-1" in answer
    assert f"`{two}` INV-2" in answer


async def test_too_many_drafts_at_once_are_not_looked_at(core: Core) -> None:
    assert "At most 20 at a time" in await said(core, "approve " + "12345678 " * 21, by=MIA)


async def test_an_id_that_fits_two_is_not_guessed(core: Core) -> None:
    for number, last in (("INV-1", "1"), ("INV-2", "2")):
        invoice = await an_invoice(core, number, email=f"a{last}@acme.example")
        await a_reminder(core, invoice, id=UUID(f"aaaaaaaa-0000-4000-8000-00000000000{last}"), state="drafted")

    assert "Several drafts begin with 'aaaaaaaa'" in await said(core, "draft aaaaaaaa")


async def test_an_operator_may_look_at_a_draft_and_not_approve_it(core: Core) -> None:
    _, short = await a_draft(core)

    assert "you have A/R Operator" in await said(core, f"approve {short}")
    assert f"`{short}`" in await said(core, "draft")


async def test_preview_lists_a_day_and_a_veto_strikes_the_next_step_out(core: Core) -> None:
    await an_invoice(core, days_past_due=1)
    await newcomers.enrol(core)

    preview = await said(core, "preview")
    struck = await said(core, "veto INV-1042 we spoke on the phone")
    twice = await said(core, "veto INV-1042 1 we spoke on the phone")
    restored = await said(core, "unveto INV-1042")

    assert "on 11 Mar 2026" in preview
    assert "was struck out: we spoke on the phone" in struck
    assert "struck out" in twice or "passed over" in twice
    assert "is no longer struck out" in restored
    assert "A preview can be made for the days" in await said(core, "preview 2027-01-01")


# Promises and plans -------------------------------------------------------------------------------


async def test_a_promise_is_read_as_people_say_it(core: Core) -> None:
    invoice = await an_invoice(core)

    answer = await said(core, "promise INV-1042 50 on friday their boss said so")

    (promise,) = await promises.of_invoice(core, invoice_id=invoice.id)
    assert (promise.amount, promise.promised_on, promise.note) == (
        Money(5000, "EUR"),
        date(2026, 3, 13),
        "their boss said so",
    )
    assert "50,00 EUR by 13 Mar 2026" in answer


async def test_a_promise_without_an_amount_is_over_all_that_may_be_asked_for(core: Core) -> None:
    invoice = await an_invoice(core)
    await said(core, "promise INV-1042 50 on thursday")

    await said(core, "promise INV-1042 friday")

    amounts = {each.amount for each in await promises.of_invoice(core, invoice_id=invoice.id)}
    assert amounts == {Money(5000, "EUR"), Money(7500, "EUR")}
    assert "Nothing of INV-1042 is left to promise" in await said(core, "promise INV-1042")


async def test_the_same_promise_typed_twice_is_one(core: Core) -> None:
    await an_invoice(core)
    await said(core, "promise INV-1042 50 on friday")

    assert "on file already" in await said(core, "promise INV-1042 50 on friday")


async def test_of_several_promises_the_one_to_withdraw_is_named(core: Core) -> None:
    invoice = await an_invoice(core)
    await said(core, "promise INV-1042 50 on friday")
    await said(core, "promise INV-1042 20 on 2026-03-20")

    which = await said(core, "promise withdraw INV-1042 they cannot pay")
    done = await said(core, "promise withdraw INV-1042 20 on 2026-03-20 they cannot pay")

    assert "Name the day" in which
    assert "they cannot pay" in done
    states = {each.amount.minor: each.state for each in await promises.of_invoice(core, invoice_id=invoice.id)}
    assert states == {5000: "running", 2000: "withdrawn"}


async def test_a_plan_is_asked_for_by_one_and_approved_by_another(core: Core) -> None:
    invoice = await an_invoice(core)

    asked = await said(core, "plan INV-1042 3 monthly from 2026-04-01 their main customer went bankrupt", by=MIA)
    own = await said(core, "plan approve INV-1042", by=MIA)
    listed = await said(core, "plan list")
    approved = await said(core, "plan approve INV-1042", by=CARL)

    assert "It waits for somebody else who may approve" in asked
    assert "Mia made this" in own
    assert "125,00 EUR in 3" in listed
    assert "Plan approved" in approved
    plan = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert plan is not None
    assert [each.due_on for each in plan.instalments] == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]


async def test_a_plan_may_have_days_and_amounts_of_its_own(core: Core) -> None:
    invoice = await an_invoice(core)

    await said(core, "plan INV-1042 50 on 2026-04-01 and 75 on 2026-04-20 they sell a van")

    plan = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert plan is not None
    assert [(each.amount.minor, each.due_on.day) for each in plan.instalments] == [(5000, 1), (7500, 20)]
    assert plan.reason == "they sell a van"


async def test_a_plan_is_countered_accepted_and_given_up(core: Core) -> None:
    invoice = await an_invoice(core)
    await said(core, "plan INV-1042 6 monthly from 2026-04-01 no money")

    countered = await said(core, "plan counter INV-1042 2 monthly from 2026-04-01 six are too many", by=MIA)
    accepted = await said(core, "plan accept INV-1042")
    given_up = await said(core, "plan default INV-1042 nothing came", by=MIA)

    assert "offered these terms" in countered
    assert "Plan accepted" in accepted
    assert "Plan in default" in given_up
    plan = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert plan is not None
    assert plan.state is PlanState.DEFAULTED


async def test_a_plan_is_rejected_with_words_for_the_payer_or_cancelled(core: Core) -> None:
    await an_invoice(core)
    await said(core, "plan INV-1042 3 weekly from 2026-04-01 no money")
    rejected = await said(core, "plan reject INV-1042 it takes too long", by=MIA)
    await said(core, "plan INV-1042 2 weekly from 2026-04-01 no money")
    cancelled = await said(core, "plan cancel INV-1042 they pay at once")

    assert "Why? The customer reads it." in await said(core, "plan reject INV-1042", by=MIA)
    assert "Plan rejected: it takes too long" in rejected
    assert "Plan cancelled: they pay at once" in cancelled


async def test_the_radar_shows_what_needs_a_look_today(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    await said(core, "promise INV-1042 50 on friday")
    clock.advance(days=3)

    assert "1 on the radar of 13 Mar 2026: 1 promise due today." in await said(core, "radar")


# Disputes and credits -----------------------------------------------------------------------------


async def test_a_dispute_is_filed_taken_up_and_decided_with_a_credit_that_another_approves(core: Core) -> None:
    invoice = await an_invoice(core)

    filed = await said(core, "dispute INV-1042 wrong-amount 50 the agreed price was lower")
    (dispute,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)
    taken = await said(core, f"dispute take {dispute.reference}")
    listed = await said(core, "dispute list mine")
    decided = await said(core, "dispute resolve INV-1042 partly 30 half of it is right")
    (credit,) = await credits.waiting(core)
    own = await said(core, f"credit approve {short_ids.short(credit.credit_id)}")
    approved = await said(core, "credit approve INV-1042", by=LENA)

    assert dispute.reference in filed
    assert "Anna" in taken
    assert "1 dispute open" in listed
    assert "30,00 EUR" in decided
    assert "This needs the right to approve" in own or "Anna made this" in own or "approve" in own
    assert "30,00 EUR" in approved
    assert (await Invoice.get(id=invoice.id)).open_minor == 9500


async def test_a_dispute_is_given_to_somebody_and_withdrawn(core: Core) -> None:
    invoice = await an_invoice(core)
    await said(core, "dispute INV-1042 duplicate billed twice")
    (dispute,) = await dispute_queries.of_invoice(core, invoice_id=invoice.id)

    assigned = await said(core, f"dispute assign {dispute.reference.lower()} <@{MIA}|mia>")
    withdrawn = await said(core, "dispute withdraw INV-1042 their mistake")

    assert "Mia" in assigned
    assert "withdrawn" in withdrawn


async def test_a_credit_is_proposed_and_declined(core: Core) -> None:
    await an_invoice(core)

    proposed = await said(core, "credit INV-1042 20 goodwill for the delay")
    listed = await said(core, "credit list")
    declined = await said(core, "credit reject INV-1042 it came on time", by=MIA)

    assert "It waits for somebody else who may approve" in proposed
    assert "goodwill for the delay" in listed
    assert "it came on time" in declined
    assert "No credit waits" in await said(core, "credit list")


# Stops --------------------------------------------------------------------------------------------


async def test_an_invoice_is_held_until_a_day_and_let_go_on(core: Core) -> None:
    invoice = await an_invoice(core)

    held = await said(core, "hold INV-1042 until friday they move")
    listed = await said(core, "hold list")
    lifted = await said(core, "unhold INV-1042 they have moved")

    assert "2026-03-13 08:00 CET>: they move" in held
    assert "they move" in listed
    assert "they have moved" in lifted
    assert await holds.in_force(core, invoice_id=invoice.id) == ()


@pytest.mark.parametrize(
    "typed",
    [
        'hold account "Acme Ltd" until friday they move',
        "hold account “Acme Ltd” they move",
        "hold account Acme Ltd until friday they move",
        "hold account Acme Ltd: they move",
    ],
)
async def test_a_customer_is_held_however_the_name_is_set_off(core: Core, typed: str) -> None:
    await an_account(core, "Acme Ltd")

    await said(core, typed)

    (hold,) = await holds.in_force(core)
    assert (hold.account_name, hold.invoice_number, hold.reason) == ("Acme Ltd", None, "they move")


async def test_of_several_holds_the_reader_chooses(core: Core) -> None:
    await an_invoice(core)
    await said(core, "hold INV-1042 they move")
    await said(core, "hold review INV-1042 they complained")

    answer = await said(core, "unhold INV-1042 done")

    (first, second) = re.findall(r"`([0-9a-f]{8})`", answer)[:2]
    assert "Several holds" in answer
    assert "was lifted" in await said(core, f"unhold {first} done")
    assert "was lifted" in await said(core, f"unhold {second} done")


async def test_a_legal_hold_is_put_and_lifted_by_legal_alone(core: Core) -> None:
    await an_invoice(core)

    put = await said(core, "hold legal INV-1042 a suit is filed", by=LENA)
    refused = await said(core, "unhold INV-1042 settled")
    lifted = await said(core, "unhold INV-1042 settled", by=LENA)

    assert "on hold (legal)" in put
    assert "A legal hold is lifted by Legal or a Controller" in refused
    assert "was lifted" in lifted


async def test_a_customer_is_excluded_and_included(core: Core) -> None:
    await an_account(core, "Acme Ltd")

    excluded = await said(core, 'exclude "Acme Ltd" the CEO calls them')
    included = await said(core, "include Acme Ltd: the talks are over")

    assert "Acme Ltd is excluded from reminders: the CEO calls them" in excluded
    assert "Acme Ltd gets reminders again" in included


async def test_maintenance_holds_all_mail_until_a_time_for_a_reason(core: Core) -> None:
    without = await said(core, 'maintenance on "the bank moves"', by=MIA)
    on = await said(core, 'maintenance on "the bank moves" until 14:00', by=MIA)
    shown_ = await said(core, "maintenance")
    refused = await said(core, "maintenance off")
    (gate,) = await gates.closed(core)
    off = await said(core, "maintenance off", by=MIA)

    assert "Until when?" in without
    assert "2026-03-10 14:00 CET> (maintenance): the bank moves" in on
    assert "the bank moves" in shown_
    assert "you have A/R Operator" in refused
    assert gate.until == datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
    assert "Maintenance is over" in off


async def test_a_nudge_obeys_the_guardrails(core: Core) -> None:
    await an_invoice(core)

    asked = await said(core, "nudge INV-1042 I met their boss")
    again = await said(core, "nudge INV-1042")

    assert "A reminder to a…@acme.example was asked for" in asked
    assert "is on its way" in again


# Customers, tasks, people -------------------------------------------------------------------------


async def test_a_customer_is_shown_by_name_or_by_an_invoice(core: Core) -> None:
    account = await an_account(core, "Acme Ltd")
    await a_contact(core, account)
    await an_invoice(core, "INV-7", account=account)

    assert "Acme Ltd: 125,00 EUR open" in await said(core, "account acme")
    assert "Acme Ltd: 125,00 EUR open" in await said(core, "account INV-7")


async def test_a_name_that_fits_several_customers_is_never_guessed(core: Core) -> None:
    for name in ("Acme Ltd", "Acme GmbH"):
        await an_account(core, name)

    answer = await said(core, "account acme")

    assert "Several customers fit acme. Which one?" in answer
    assert "Acme Ltd" in answer
    assert "Acme GmbH" in answer


async def test_a_contact_is_added_and_removed_by_invoice_or_name(core: Core) -> None:
    account = await an_account(core, "Acme Ltd")
    await a_contact(core, account)
    await an_invoice(core, "INV-7", account=account)

    added = await said(core, "contact add INV-7 <mailto:ben@acme.example|ben@acme.example> escalation Ben Miller")
    removed = await said(core, "contact remove Acme Ltd anna@acme.example")

    rows = await core.database.rows("SELECT name, role, state FROM contact ORDER BY created_at, email DESC")
    assert {(row["name"], row["state"]) for row in rows} == {("Anna", "removed"), ("Ben Miller", "active")}
    assert "b…@acme.example" in added
    assert "a…@acme.example" in removed
    assert "ben@acme.example" not in added


async def test_a_task_is_opened_listed_and_closed_with_what_came_of_it(core: Core) -> None:
    await an_invoice(core)

    opened = await said(core, "task INV-1042 call ask for their new address")
    again = await said(core, "task INV-1042 call ask again")
    listed = await said(core, "tasks call")
    (short,) = re.findall(r"task done ([0-9a-f]{8})", opened)
    done = await said(core, f"task done {short} they moved to Bonn")

    assert "Nothing was done twice" in again
    assert "ask for their new address" in listed
    assert "they moved to Bonn" in done
    assert "No task is open" in await said(core, "tasks")


async def test_a_task_is_given_up_for_a_reason(core: Core) -> None:
    await an_invoice(core)
    event = await tasks.add(core, kind=TaskKind.REVIEW, invoice_number="INV-1042", reason="look", actor=SYSTEM)
    assert event is not None

    answer = await said(core, f"task drop {short_ids.short(event.task_id)} they have paid")

    assert "they have paid" in answer


async def test_somebody_stands_in_while_one_is_away(core: Core) -> None:
    planned = await said(core, "away from tomorrow until friday deputy @mia")
    listed = await said(core, "away list")
    ended = await said(core, "away end")

    assert "Mia" in planned
    assert "*Anna*" in listed
    assert "Mia stands in" in listed
    assert "Nobody is away" in await said(core, "away list")
    assert "Anna" in ended


async def test_customers_are_assigned_and_handed_over(core: Core) -> None:
    await an_account(core, "Acme Ltd")

    assigned = await said(core, "assign Acme Ltd to @anna", by=MIA)
    moved = await said(core, f"handover @anna to <@{MIA}>", by=CARL)
    load = await said(core, "workload")

    assert "Anna" in assigned
    assert "Mia" in moved
    assert "*Mia*" in load
    assert "you have A/R Operator" in await said(core, "assign Acme Ltd to @anna")


# Policies -----------------------------------------------------------------------------------------


async def test_a_mode_is_proposed_by_one_and_rejected_by_another(core: Core) -> None:
    segments = await said(core, "segment")
    (name,) = re.findall(r"\*([\w ]+)\*  (?:autopilot|shadow)", segments)
    mode = "shadow" if "autopilot" in segments.split("cadence")[0] else "autopilot"

    proposed = await said(core, f"segment {name} {mode}")
    (version,) = {int(each) for each in re.findall(r"Policy version (\d+) proposed", proposed)}
    card = await said(core, "policy")
    rejected = await said(core, f"policy reject {version} not yet", by=MIA)

    assert "Somebody else publishes it." in proposed
    assert "Publish, move running" in card
    assert "rejected: not yet" in rejected
    assert "No policy waits for a decision." in await said(core, "policy")
    assert "There is no segment 'nothing'" in await said(core, "segment nothing shadow")


async def test_who_proposed_a_policy_does_not_publish_it(core: Core) -> None:
    segments = await said(core, "segment")
    (name,) = re.findall(r"\*([\w ]+)\*  (?:autopilot|shadow)", segments)
    mode = "shadow" if "autopilot" in segments.split("cadence")[0] else "autopilot"
    proposed = await said(core, f"segment {name} {mode}", by=MIA)
    (version,) = set(re.findall(r"Policy version (\d+) proposed", proposed))

    how = await said(core, f"policy publish {version}", by=MIA)
    own = await said(core, f"policy publish {version} finish", by=MIA)
    taken_back = await said(core, f"policy reject {version} my mistake", by=MIA)

    assert "`move` to the new cadence, or `finish` in the old one" in how
    assert "Mia made this" in own
    assert "rejected: my mistake" in taken_back


# Help ---------------------------------------------------------------------------------------------


async def test_help_about_a_word_shows_examples(core: Core) -> None:
    help_ = await said(core, "help promise")

    assert "e.g. /plixo promise INV-1042 500 on friday" in help_
    assert "/plixo dispute" not in help_


@pytest.mark.parametrize("by", [ANNA, VERA, MIA, CARL, LENA])
async def test_every_example_is_answered_by_whoever_types_it(core: Core, by: str) -> None:
    await an_invoice(core)

    for command in commands.COMMANDS:
        answer = await commands.answer(core, command.example, slack_id=by)
        if isinstance(answer, Modal):
            assert commands.may_open(command.example), command.example
            assert modals.problems(answer) == (), command.example
            continue
        assert problems(answer) == (), command.example
        assert answer.text.strip(), command.example
        assert "Try again in a minute" not in answer.text, command.example
