"""What mail that came back does to reminders: who is away waits, who complained is looked at first."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability.contact_events import ContactAway, ContactLeft
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.models import Mailing
from domain.deliverability.triage import LONGEST_ABSENCE
from domain.kernel import timeline
from domain.kernel.actor import SHELL, SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.outreach import hearings, holds
from domain.outreach.holds import HoldKind
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_mailing


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
