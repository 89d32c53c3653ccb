"""What mail that came back does to reminders: who is away waits, who complained is looked at first."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.deliverability import inbound, return_paths
from domain.deliverability.contact_events import ContactAway, ContactLeft
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.models import Mailing
from domain.deliverability.reading import Kind, Reading
from domain.deliverability.triage import LONGEST_ABSENCE
from domain.kernel import timeline
from domain.kernel.actor import SHELL, SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.outreach import hearings, holds
from domain.outreach.holds import HoldKind
from tests.clocks import START, StandingClock
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.deliverability.test_evidence import Told
from tests.domain.deliverability.test_inbound import arrive


async def recorded(core: Core, event: Event) -> int:
    """Record an event and return the number of its entry."""
    async with core.transaction() as tx:
        return await timeline.record(core, tx, event)


def about(mailing: Mailing) -> dict[str, Any]:
    """Return what an event says of the mailing that it is about."""
    return {"mail_id": uuid4(), "contact_id": mailing.contact_id, "invoice_id": mailing.invoice_id,
            "invoice_number": "INV-1042", "account_id": mailing.account_id, "address": "a…@acme.example"}  # fmt: skip


async def away(core: Core, mailing: Mailing, until: date) -> None:
    """Let Anna be away until a day."""
    event = ContactAway(until=until, **about(mailing), **by(SYSTEM, core.clock.now()))
    await hearings.wait_for_contact(core, entry_id=await recorded(core, event))


async def complained(core: Core, mailing: Mailing, reason: str = "complaint") -> int:
    """Let Anna's address be suppressed."""
    told = AddressSuppressed(
        suppression_id=uuid4(), reason=reason, rule="feedback-report", **about(mailing), **by(SYSTEM, core.clock.now())
    )
    entry_id = await recorded(core, told)
    await hearings.review_customer(core, entry_id=entry_id)
    return entry_id


async def lifted(core: Core, mailing: Mailing, was: str, actor: Actor) -> None:
    """Let the suppression be lifted."""
    event = SuppressionLifted(
        suppression_id=uuid4(), address="a…@acme.example", was=was, reason="x", account_id=mailing.account_id,
        **by(actor, core.clock.now()))  # fmt: skip
    await hearings.end_review(core, entry_id=await recorded(core, event))


async def test_reminders_to_whoever_is_away_wait_until_the_day_of_return(core: Core) -> None:
    mailing = await a_mailing(core)

    await away(core, mailing, date(2026, 3, 23))

    [hold] = await holds.in_force(core)
    assert (hold.kind, hold.contact, hold.made_by) == ("away", "a…@acme.example", "Plixo")
    assert hold.until == datetime(2026, 3, 22, 23, tzinfo=UTC), "the merchant's midnight"


async def test_a_second_answer_of_the_same_absence_changes_nothing_and_a_later_day_replaces_it(core: Core) -> None:
    mailing = await a_mailing(core)
    for day in (23, 23, 20, 25):
        await away(core, mailing, date(2026, 3, day))

    [hold] = await holds.in_force(core)
    assert hold.until == datetime(2026, 3, 24, 23, tzinfo=UTC)


async def says_away(core: Core, mailing: Mailing, until: date, mark: str) -> UUID:
    """Let a mail arrive by which Anna is away until a day, and do what follows."""
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=START.date())
    reading = Reading(Kind.AUTO_REPLY, "older-rule", back_on=until)
    mail_id = await arrive(core, to, f"Subject: {mark}\n\naway".encode(), reader=Told(reading))
    await heard(core)
    return mail_id


async def heard(core: Core) -> None:
    """Do the jobs about absences that wait, in the order in which they were queued."""
    jobs = {"wait_for_contact": hearings.wait_for_contact, "end_absence": hearings.end_absence}
    rows = await core.database.rows(
        "DELETE FROM procrastinate_jobs WHERE task_name = ANY(%s) RETURNING id, task_name, args", (list(jobs),)
    )
    for row in sorted(rows, key=lambda each: int(each["id"])):
        await jobs[row["task_name"]](core, entry_id=row["args"]["entry_id"])


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (Reading(Kind.HUMAN, "newer-rule"), None),
        (Reading(Kind.AUTO_REPLY, "newer-rule"), None),
        (Reading(Kind.AUTO_REPLY, "newer-rule", back_on=date(2026, 3, 16)), 16),
        (Reading(Kind.AUTO_REPLY, "newer-rule", back_on=date(2026, 3, 30)), 30),
    ],
)
async def test_an_absence_is_taken_back_or_changed_with_the_reading_of_its_mail(
    core: Core, after: Reading, left: int | None
) -> None:
    mailing = await a_mailing(core)
    mail_id = await says_away(core, mailing, date(2026, 3, 23), "one")

    await inbound.replay(core, mail_id=str(mail_id), reader=Told(after))
    await heard(core)

    ends = [each.until for each in await holds.in_force(core)]
    assert ends == ([datetime(2026, 3, left - 1, 22 if left == 30 else 23, tzinfo=UTC)] if left else [])


async def test_what_another_mail_says_of_the_absence_still_holds_until_its_day(core: Core) -> None:
    mailing = await a_mailing(core)
    await says_away(core, mailing, date(2026, 3, 16), "one")
    longer = await says_away(core, mailing, date(2026, 3, 23), "another")

    await inbound.replay(core, mail_id=str(longer), reader=Told(Reading(Kind.AUTO_REPLY, "newer-rule")))
    await heard(core)

    [hold] = await holds.in_force(core)
    assert hold.until == datetime(2026, 3, 15, 23, tzinfo=UTC)


async def test_a_hold_that_a_person_put_stays_when_an_absence_is_taken_back(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await says_away(core, mailing, date(2026, 3, 23), "one")
    until = datetime(2026, 4, 1, tzinfo=UTC)
    await holds.put(core, kind=HoldKind.AWAY, reason="she told me", actor=SHELL, invoice_number="INV-1042",
                    email="anna@acme.example", until=until)  # fmt: skip

    await inbound.replay(core, mail_id=str(mail_id), reader=Told(Reading(Kind.AUTO_REPLY, "newer-rule")))
    await heard(core)

    assert until in [each.until for each in await holds.in_force(core)]


async def test_an_absence_that_is_over_when_it_is_read_holds_nothing(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    clock.advance(days=20)

    await away(core, mailing, date(2026, 3, 23))

    assert await holds.in_force(core) == ()


async def test_a_complaint_holds_the_customer_until_a_person_has_looked(core: Core) -> None:
    mailing = await a_mailing(core)

    entry_id = await complained(core, mailing)
    await hearings.review_customer(core, entry_id=entry_id)

    [hold] = await holds.in_force(core)
    assert (hold.kind, hold.contact, hold.until) == ("review", None, None)
    assert "softer tone" in hold.reason


async def test_other_suppressions_hold_nobody(core: Core) -> None:
    mailing = await a_mailing(core)

    await complained(core, mailing, reason="hard bounce")

    assert await holds.in_force(core) == ()


@pytest.mark.parametrize(("was", "actor", "left"), [
    ("complaint", SYSTEM, 0), ("complaint", SHELL, 1), ("hard bounce", SYSTEM, 1), ("opted out, complaint", SYSTEM, 0),
])  # fmt: skip
async def test_only_the_complainers_own_word_ends_the_review_by_itself(
    core: Core, was: str, actor: Actor, left: int
) -> None:
    mailing = await a_mailing(core)
    await complained(core, mailing)

    await lifted(core, mailing, was, actor)

    assert len(await holds.in_force(core)) == left


async def test_a_review_that_a_person_wanted_stays(core: Core) -> None:
    mailing = await a_mailing(core)
    await holds.put(core, kind=HoldKind.REVIEW, reason="odd", actor=SHELL, invoice_number="INV-1042")

    await lifted(core, mailing, "complaint", SYSTEM)

    assert len(await holds.in_force(core)) == 1


async def test_a_contact_who_left_is_searched_for(core: Core) -> None:
    mailing = await a_mailing(core)

    entry_id = await recorded(
        core, ContactLeft(successor="b…@acme.example", **about(mailing), **by(SYSTEM, core.clock.now()))
    )

    queued = await core.database.rows(
        "SELECT task_name FROM procrastinate_jobs WHERE args->>'entry_id' = %s", (str(entry_id),)
    )
    assert "open_task" in {each["task_name"] for each in queued}


async def test_a_machine_that_says_so_again_and_again_holds_reminders_for_four_months_of_a_year_at_most(
    core: Core, clock: StandingClock
) -> None:
    mailing, began = await a_mailing(core), clock.now()
    while clock.now() < began + timedelta(days=300):
        await away(core, mailing, (clock.now() + timedelta(days=119)).date())
        held = await holds.in_force(core)
        if not held:
            break
        clock.advance(days=30)

    assert not held
    assert clock.now() - began <= LONGEST_ABSENCE + timedelta(days=30)
    clock.advance(days=365)
    await away(core, mailing, (clock.now() + timedelta(days=14)).date())
    assert len(await holds.in_force(core)) == 1, "a year later it is believed again"
