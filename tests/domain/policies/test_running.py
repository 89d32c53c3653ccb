"""Invoices on their way finish where they are, or move to the new cadence without a repeated or a skipped letter."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.outreach import planner
from domain.policies import policies
from domain.policies.policies import Running
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.policies.policies_made import ANNA, BERT, STEPS, a_document, a_segment, in_force

FIRST_CADENCE = UUID("00000000-0000-4000-8000-000000000001")


async def an_enrolment(
    core: Core, number: str = "INV-1", *, done: int = 0, severity: int = -1, days_past_due: int = 8
) -> Invoice:
    """Store an invoice that came to a step of the shipped cadence."""
    invoice = await an_invoice(core, number, days_past_due=days_past_due, email=f"{number.lower()}@acme.example")
    await core.database.execute(
        "INSERT INTO enrolment (id, invoice_id, cadence_id, segment, state, last_position, last_severity,"
        " next_action_at, created_at) VALUES (gen_random_uuid(), %s, %s, 'everyone', 'running', %s, %s, %s, %s)",
        (invoice.id, FIRST_CADENCE, done, severity, core.clock.now(), core.clock.now()),
    )
    return invoice


async def an_item(core: Core, invoice: Invoice, *, step: int, before: int, state: str) -> None:
    """Store the reminder of a step in a mail of that state."""
    enrolment = await core.database.row("SELECT id FROM enrolment WHERE invoice_id = %s", (invoice.id,))
    contact = await core.database.row("SELECT id FROM contact WHERE account_id = %s", (invoice.account_id,))
    assert enrolment is not None
    assert contact is not None
    mailing = uuid4()
    await core.database.execute(
        "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
        " message_id, asks, state, queued_at)"
        " VALUES (%s, %s, 'reminder-overdue', %s, %s, %s, 'a', 'a', %s, true, %s, %s)",
        (mailing, str(mailing), invoice.id, invoice.account_id, contact["id"], str(mailing), state, core.clock.now()),
    )
    await core.database.execute(
        "INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, enrolment_id, step, step_before,"
        " letter, tone, severity, state, reason, created_at) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s,"
        " 'reminder-overdue', 'Neutral', 1, 'included', '', %s)",
        (mailing, invoice.id, contact["id"], f"step:{enrolment['id']}:{step}:{contact['id']}", enrolment["id"], step,
         before, core.clock.now()),
    )  # fmt: skip


async def stands(core: Core, number: str = "INV-1") -> tuple[Any, ...]:
    """Return the cadence of an invoice with its version, the last day done, and when it goes on."""
    row = await core.database.row(
        "SELECT c.name, c.version, e.last_position, s.offset_days, e.next_action_at FROM enrolment e"
        " JOIN invoice i ON i.id = e.invoice_id JOIN cadence c ON c.id = e.cadence_id"
        " LEFT JOIN cadence_step s ON s.cadence_id = c.id AND s.position = e.last_position WHERE i.number = %s",
        (number,),
    )
    assert row is not None
    return tuple(row.values())


OTHER_STEPS: list[dict[str, Any]] = [
    {"day": -7, "letter": "reminder-due"},
    {"day": -3, "letter": "reminder-due"},
    {"day": 5, "letter": "reminder-overdue"},
    {"day": 10, "letter": "reminder-overdue"},
    {"day": 30, "escalate": True},
]


async def test_what_runs_finishes_in_its_old_cadence(core: Core) -> None:
    await an_enrolment(core, done=3, severity=1)
    before = await stands(core)

    await in_force(core, a_document(steps=OTHER_STEPS), running=Running.FINISH)

    assert await stands(core) == before


async def test_what_runs_moves_to_where_it_had_come(core: Core) -> None:
    await an_enrolment(core, done=3, severity=1, days_past_due=8)

    version = await in_force(core, a_document(steps=OTHER_STEPS), running=Running.MOVE)

    assert version == 2
    assert await stands(core) == ("default", 2, 3, 5, datetime(2026, 3, 12, 8, tzinfo=UTC))


async def test_a_day_that_was_done_is_not_done_again(core: Core) -> None:
    await an_enrolment(core, done=2, severity=0, days_past_due=1)

    await in_force(core, a_document(steps=[{"day": -5, "letter": "reminder-due"}, *STEPS[1:]]), running=Running.MOVE)

    assert (await stands(core))[:4] == ("default", 2, 2, 0)


async def test_what_has_not_begun_begins_at_the_first_step(core: Core) -> None:
    await an_enrolment(core, days_past_due=-20)

    await in_force(core, a_document(steps=OTHER_STEPS), running=Running.MOVE)

    assert (await stands(core))[2:] == (0, None, datetime(2026, 3, 23, 8, tzinfo=UTC))


async def test_what_has_no_step_left_is_looked_at_now(core: Core) -> None:
    await an_enrolment(core, done=4, severity=1, days_past_due=15)

    await in_force(core, a_document(steps=OTHER_STEPS[:4]), running=Running.MOVE)

    assert (await stands(core))[2:] == (4, 10, core.clock.now())


async def test_whoever_got_a_letter_a_moment_ago_rests_before_the_next(core: Core) -> None:
    invoice = await an_enrolment(core, done=2, severity=0, days_past_due=6)
    await an_item(core, invoice, step=2, before=1, state="sent")
    await core.database.execute("UPDATE mailing SET sent_at = %s", (core.clock.now() - timedelta(days=1),))

    await in_force(core, a_document(steps=OTHER_STEPS), running=Running.MOVE)

    assert (await stands(core))[3:] == (-3, core.clock.now() + timedelta(days=2)), "day 5 is past, but not the rest"


async def test_a_moved_invoice_is_planned_on_in_its_new_cadence_and_nothing_twice(
    core: Core, clock: StandingClock
) -> None:
    await an_invoice(core, "INV-1", days_past_due=8)
    await planner.plan(core)
    await core.database.execute("UPDATE mailing SET state = 'sent', sent_at = %s", (core.clock.now(),))
    await core.database.execute("UPDATE enrolment SET last_severity = 1")
    steps: list[dict[str, Any]] = [*STEPS[:2], {"day": 5, "letter": "reminder-overdue"}, *OTHER_STEPS[3:]]
    await in_force(core, a_document(steps=steps), running=Running.MOVE)

    await planner.plan(core)
    at_once = await core.database.rows("SELECT step, letter FROM mailing_item ORDER BY created_at, step")
    clock.advance(days=4)
    await planner.plan(core)
    await planner.plan(core)

    assert [row["step"] for row in at_once] == [3], "what was sent for day 7 is not sent again for day 5"
    later = await core.database.rows("SELECT step FROM mailing_item ORDER BY created_at, step")
    assert [row["step"] for row in later] == [3, 4]


async def test_complaint_13_a_move_never_skips_to_a_harsher_letter(core: Core) -> None:
    await an_enrolment(core, "INV-1", done=2, severity=0, days_past_due=6)
    steps: list[dict[str, Any]] = [
        {"day": -20, "letter": "reminder-due"},
        {"day": -10, "letter": "reminder-overdue"},
        {"day": -5, "letter": "reminder-overdue"},
        {"day": 5, "letter": "final-notice"},
        {"day": 12, "escalate": True},
    ]

    await in_force(core, a_document(steps=steps), running=Running.MOVE)

    assert (await stands(core))[2:4] == (2, -10), "the overdue reminder at day -5 comes before the final notice"


async def test_who_had_the_overdue_reminder_goes_on_to_the_final_notice(core: Core) -> None:
    await an_enrolment(core, done=4, severity=1, days_past_due=20)
    steps: list[dict[str, Any]] = [*STEPS[:3], {"day": 18, "letter": "final-notice"}, {"day": 30, "escalate": True}]

    await in_force(core, a_document(steps=steps), running=Running.MOVE)

    assert (await stands(core))[2:4] == (3, 7)


async def test_an_invoice_moves_to_the_cadence_of_its_new_segment(core: Core) -> None:
    await an_enrolment(core, "INV-1", done=3, severity=1)
    await an_enrolment(core, "INV-2", done=3, severity=1)
    await core.database.execute("UPDATE invoice SET currency = 'USD' WHERE number = 'INV-2'")
    document = a_document(a_segment("dollars", cadence="american", currency="USD"), a_segment(), american=OTHER_STEPS)
    await policies.propose(core, document=document, notes="", actor=ANNA)

    event = await policies.publish(core, version=2, running=Running.MOVE, actor=BERT)

    assert event.moved == 1
    assert (await stands(core, "INV-1"))[:3] == ("default", 1, 3)
    assert (await stands(core, "INV-2"))[:3] == ("american", 1, 3)


async def test_what_no_segment_takes_any_more_keeps_its_cadence(core: Core) -> None:
    await an_enrolment(core, done=3, severity=1)

    await in_force(core, a_document(a_segment("dollars", currency="USD"), steps=OTHER_STEPS), running=Running.MOVE)

    assert (await stands(core))[:3] == ("default", 1, 3)


async def keys(core: Core) -> list[tuple[Any, ...]]:
    """Return step, step before, and which step the key names, of every item."""
    rows = await core.database.rows(
        "SELECT k.step, k.step_before, split_part(k.unique_key, ':', 3) AS named, strpos(k.unique_key, '@') > 0 AS past"
        " FROM mailing_item k JOIN mailing m ON m.id = k.mailing_id ORDER BY m.state"
    )
    return [tuple(row.values()) for row in rows]


async def test_a_step_of_the_new_cadence_is_not_taken_for_the_old_ones_that_had_its_number(core: Core) -> None:
    invoice = await an_enrolment(core, done=4, severity=1, days_past_due=15)
    await an_item(core, invoice, step=3, before=2, state="sent")

    await in_force(core, a_document(steps=OTHER_STEPS), running=Running.MOVE)

    assert await keys(core) == [(3, 2, "3", True)], "the key of step 3 is free again"


@pytest.mark.parametrize("state", ["drafted", "queued", "sending"])
async def test_what_is_pending_counts_as_done_and_can_be_given_back(core: Core, state: str) -> None:
    invoice = await an_enrolment(core, done=3, severity=0, days_past_due=8)
    await an_item(core, invoice, step=3, before=2, state=state)
    steps: list[dict[str, Any]] = [{"day": -20, "letter": "reminder-due"}, *OTHER_STEPS]

    await in_force(core, a_document(steps=steps), running=Running.MOVE)

    assert (await stands(core))[2:4] == (4, 5)
    assert await keys(core) == [(4, 3, "4", False)]


async def test_what_somebody_struck_out_stays_struck_out(core: Core) -> None:
    invoice = await an_enrolment(core, done=2, severity=0, days_past_due=1)
    await core.database.execute(
        "INSERT INTO veto (id, enrolment_id, step, reason, made_by, created_at)"
        " SELECT gen_random_uuid(), e.id, each, 'not now', 'Anna', %s FROM enrolment e, unnest(ARRAY[1, 3]) each"
        " WHERE e.invoice_id = %s",
        (core.clock.now(), invoice.id),
    )

    await in_force(core, a_document(steps=OTHER_STEPS), running=Running.MOVE)

    vetoes = await core.database.rows("SELECT step, reason FROM veto")
    assert vetoes == [{"step": 4, "reason": "not now"}], "day 7 was struck out; day 10 is the first not before it"


async def test_moving_twice_changes_nothing_more(core: Core) -> None:
    invoice = await an_enrolment(core, done=3, severity=1)
    await an_item(core, invoice, step=3, before=2, state="sent")
    await in_force(core, a_document(steps=OTHER_STEPS), running=Running.MOVE)
    before = await stands(core), await keys(core)

    await in_force(core, a_document(a_segment(mode="shadow"), steps=OTHER_STEPS), running=Running.MOVE)

    assert (await stands(core), await keys(core)) == before
