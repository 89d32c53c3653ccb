"""How a segment fares is counted in one statement, and says what keeps it from Autopilot."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.policies import health
from domain.policies.health import SegmentHealth
from domain.policies.values import Mode
from tests.builders import an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.policies.policies_made import a_document, a_segment, in_force
from tests.domain.policies.test_running import an_enrolment

FARES = SegmentHealth("s", Mode.AUTOPILOT, 100, 90, 10, 1, 20, 1, 0, 0, at=None)


async def a_mailing(core: Core, invoice: Invoice, *, bounced: bool, days_ago: int = 1) -> None:
    """Store a reminder that left, and came back or not."""
    contact = await core.database.row("SELECT id FROM contact WHERE account_id = %s", (invoice.account_id,))
    assert contact is not None
    mailing = uuid4()
    await core.database.execute(
        "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
        " message_id, asks, segment, state, queued_at, sent_at) VALUES (%s, %s, 'reminder-overdue', %s, %s, %s, 'a',"
        " 'a', %s, true, 'everyone', 'sent', %s, %s::timestamptz - make_interval(days => %s))",
        (mailing, str(mailing), invoice.id, invoice.account_id, contact["id"], str(mailing), core.clock.now(),
         core.clock.now(), days_ago),
    )  # fmt: skip
    if bounced:
        await core.database.execute(
            "INSERT INTO inbound_mail (id, envelope_from, sent_to, body, sha256, size_bytes, state, reading,"
            " mailing_id, received_at) VALUES (%s, '', '{}', '', %s, 0, 'read', '{\"kind\": \"bounce\"}', %s, %s)",
            (uuid4(), mailing.bytes, mailing, core.clock.now()),
        )


async def stored(core: Core) -> dict[str, tuple[Any, ...]]:
    """Return the counts by segment."""
    rows = await core.database.rows(
        "SELECT segment, open_count, mailable_count, sent_week, bounced_week, paid_week, reversed_week"
        " FROM segment_health ORDER BY segment"
    )
    return {row.pop("segment"): tuple(row.values()) for row in rows}


async def test_a_segment_is_judged_by_contacts_mails_and_money(core: Core) -> None:
    first = await an_enrolment(core, "INV-1", done=3)
    second = await an_enrolment(core, "INV-2", done=3)
    await an_invoice(core, "INV-3", account=await an_account(core, "Silent"))
    await a_mailing(core, first, bounced=True)
    await a_mailing(core, second, bounced=False)
    await a_mailing(core, second, bounced=False, days_ago=9)
    await paid(core, second)

    await health.judge_segments(core)

    assert await stored(core) == {"everyone": (2, 1, 2, 1, 1, 0)}


async def test_a_segment_that_is_gone_is_not_judged_any_more(core: Core, clock: StandingClock) -> None:
    await health.judge_segments(core)
    clock.advance(hours=1)

    await in_force(core, a_document(a_segment("euros", currency="EUR"), a_segment("rest")))

    assert sorted(await stored(core)) == ["euros", "rest"]


async def test_promises_on_its_invoices_tell_how_they_are_kept(core: Core) -> None:
    invoice = await an_enrolment(core)
    for state in ("kept", "kept", "broken", "running"):
        await core.database.execute(
            "INSERT INTO promise (id, invoice_id, account_id, currency, amount_minor, promised_on, grace_days, source,"
            " state, made_by, created_at, judged_at) VALUES (gen_random_uuid(), %s, %s, 'EUR', 100, '2026-03-01', 2,"
            " 'portal', %s, 'payer', %s, %s)",
            (invoice.id, invoice.account_id, state, core.clock.now(), core.clock.now()),
        )
    await health.judge_segments(core)

    (fares,) = await health.of_segments(core)

    assert (fares.kept, fares.judged, fares.adherence) == (2, 3, 2 / 3)
    assert (fares.coverage, health.blocking(fares, core.limits)) == (1.0, ())


async def test_before_it_was_judged_nothing_is_held_back(core: Core) -> None:
    (fares,) = await health.of_segments(core)

    assert (fares.at, health.blocking(fares, core.limits)) == (None, ())


async def test_too_few_contacts_and_too_many_reversals_keep_a_segment_from_autopilot(core: Core) -> None:
    judged = replace(FARES, at=core.clock.now())

    assert health.blocking(judged, core.limits) == ()
    assert health.blocking(replace(judged, mailable_count=89, reversed_week=2), core.limits) == (
        "only 89 of 100 open invoices have a contact that may be mailed; Autopilot needs 90 %",
        "2 of 20 payments of the week went back; Autopilot bears 5 %",
    )
