"""The planner: find which invoices are due for which step, and give each contact one mail about all of theirs.

A missed step is caught up once, with the letter that fits today. What is paused or held is skipped, and keeps the
reason until it is looked at again. Any number of planners may run at once and as often as they like, and may be killed
between any two statements: a page is one transaction, with all that is due of its customers, and one step to one
contact is one row by a unique key.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row, Transaction
from domain.outreach import decisions, enrolments, gathering, instalments, newcomers
from domain.outreach.decisions import Decision, Does
from domain.outreach.due import Moment
from domain.outreach.enrolments import Ended
from domain.outreach.events import ContactMissing, InvoiceEscalated
from domain.outreach.gathered_mails import Wanted
from domain.outreach.gathering import Gathered
from domain.outreach.models import Enrolment
from domain.outreach.states import EnrolmentState

PAGE = 500
"""Enrolments planned in one transaction: small enough to be killed anywhere, large enough to be quick."""

WINDOW = 20_000
"""Enrolments read ahead, to bring together what is due of each customer; where more are due, it is looked for."""

MOST_OF_ONE = 4 * gathering.MAX_ITEMS
"""Enrolments of one customer in one transaction: more than a mail can hold."""

FULL = phrase("the contact's next mail has {count} invoices already")

APART = phrase(
    "another contact of the customer was written to just now; all of them are told together, by the next mail"
)

_START = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before every enrolment in the order of the pages."""

_NEXT = """
    SELECT e.id, e.next_action_at, i.account_id FROM enrolment e JOIN invoice i ON i.id = e.invoice_id
    WHERE e.state = 'running' AND e.next_action_at <= %(now)s
      AND (e.next_action_at, e.id) > (%(after_at)s, %(after_id)s)
    ORDER BY e.next_action_at, e.id LIMIT %(window)s
"""

_LOCK = """
    SELECT e.id FROM enrolment e JOIN invoice i ON i.id = e.invoice_id JOIN account a ON a.id = i.account_id
    WHERE e.id = ANY(ARRAY(
        SELECT unnest(%(ids)s::uuid[]) UNION
        SELECT its.id FROM unnest(%(accounts)s::uuid[]) AS next (id) CROSS JOIN LATERAL (
            SELECT d.id FROM (
                SELECT o.id, o.state FROM invoice o WHERE o.account_id = next.id AND o.settled_on IS NULL OFFSET 0) o
            CROSS JOIN LATERAL (
                SELECT x.id, x.state, x.next_action_at FROM enrolment x WHERE x.invoice_id = o.id OFFSET 0) d
            WHERE o.state = 'open' AND d.state = 'running' AND d.next_action_at <= %(now)s
            ORDER BY d.next_action_at, d.id LIMIT %(most)s) its))
      AND e.state || '' = 'running' AND e.next_action_at <= %(now)s
    ORDER BY a.id, e.next_action_at, e.id
    FOR NO KEY UPDATE OF a SKIP LOCKED FOR UPDATE OF e SKIP LOCKED FOR KEY SHARE OF i SKIP LOCKED
"""
"""All that is due of a customer, whichever page it would be on: were it planned later, the mail that it belongs to
might have left, and the next one waits for the contact's rest. So one customer is one planner's at a time.

The invoices too, as the items' foreign keys would: one that is being paid or sent at this moment is left alone,
and whoever waits for one of these waits for this page only.

Each row is found by a key, whatever the statistics say: right after an import they know of nothing that is due, and all
that is due would be walked through for each customer. So a subquery with OFFSET 0, which is never made a join, asks for
a key alone (an open invoice was settled on no day); an array is no table to be joined the other way round; and
`state || ''` matches no partial index."""

WALK_INDEXES = (
    "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_bitmapscan', 'enable_seqscan', 'jit']) AS name"
)
"""For the page only: right after an import there are no statistics yet, and each page would sort everything."""


async def plan(core: Core, *, page: int = PAGE, window: int = WINDOW) -> int:
    """Enrol what is new, and put what is due into mails; return how many mails were made.

    Args:
        core: The core.
        page: About so many enrolments are planned in one transaction.
        window: So many are read ahead.
    """
    await newcomers.enrol(core)
    await enrolments.reach(core)
    made = await instalments.plan(core, moment=_moment(core))
    looked, after = window, _START
    while looked == window:
        at = {"now": core.clock.now(), "after_at": after[0], "after_id": after[1], "window": window}
        due = await _read_ahead(core, at)
        looked = len(due)
        for customers in _pages(due, page):
            made += await _plan_page(core, customers, more=looked == window)
        if due:
            after = due[-1]["next_action_at"], due[-1]["id"]
    return made


async def _read_ahead(core: Core, at: Mapping[str, Any]) -> list[Row]:
    async with core.transaction() as tx:
        await tx.execute(WALK_INDEXES)
        return await tx.rows(_NEXT, at)


def _pages(due: Sequence[Row], page: int) -> Iterator[Mapping[UUID, Sequence[UUID]]]:
    """Yield whole customers with their enrolments, the longest due first, about *page* enrolments at a time."""
    customers: dict[UUID, list[UUID]] = defaultdict(list)
    for row in due:
        customers[row["account_id"]].append(row["id"])
    together: dict[UUID, Sequence[UUID]] = {}
    count = 0
    for account_id, ids in customers.items():
        for first in range(0, len(ids), MOST_OF_ONE):
            if account_id in together or count >= page:
                yield together
                together, count = {}, 0
            together[account_id] = ids[first : first + MOST_OF_ONE]
            count += len(together[account_id])
    if together:
        yield together


async def _plan_page(core: Core, customers: Mapping[UUID, Sequence[UUID]], *, more: bool) -> int:
    """Plan what is due of some customers; what was not read ahead, too, where there is *more* than that."""
    moment = _moment(core)
    ids = [each for its in customers.values() for each in its]
    theirs = {"ids": ids, "accounts": list(customers) if more else [], "most": MOST_OF_ONE}
    async with core.transaction() as tx:
        await tx.execute(WALK_INDEXES)
        held = await tx.rows(_LOCK, {**theirs, "now": moment.now})
        if not held:
            return 0
        decided = await decisions.of(core, tx, ids=[row["id"] for row in held], moment=moment)
        mailed = [each for each in decided if each.does is Does.MAIL]
        gathered = await gathering.gather(core, tx, wanted=[_wanted(each) for each in mailed])
        await _bump(core, tx, mailed, gathered)
        await _hold(core, tx, [each for each in decided if each.does is Does.HOLD], moment.now)
        await _pass(tx, [each for each in decided if each.does is Does.PASS])
        await _hand_over(core, tx, [each for each in decided if each.does is Does.HAND_OVER], moment)
        await enrolments.end(core, tx, ended=[_ended(each) for each in decided if each.does is Does.CLOSE])
    return gathered.made


def _moment(core: Core) -> Moment:
    return Moment(core.clock.now(), local_date(core.clock, core.merchant.zone))


def _key(decision: Decision) -> str:
    assert decision.step is not None, "a mail has a step"
    return f"step:{decision.case.id}:{decision.step.position}"


def _wanted(decision: Decision) -> Wanted:
    case, step = decision.case, decision.step
    assert step is not None and step.letter is not None, "a mail has a letter"  # noqa: PT018 - one fact
    return Wanted(
        key=_key(decision),
        invoice_id=case.invoice_id,
        number=case.number,
        account_id=case.account_id,
        due_on=case.due_on,
        letter=step.letter,
        tone=decision.tone,
        severity=step.severity,
        reason=decision.reason,
        recipients=decision.recipients,
        needs=decision.needs,
        segment=case.segment,
        enrolment_id=case.id,
        step=step.position,
        step_before=case.last_position,
    )


def _ended(decision: Decision) -> Ended:
    case = decision.case
    return Ended(case.id, case.invoice_id, case.number, case.account_id, decision.cadence, decision.reason)


async def _bump(core: Core, tx: Transaction, mailed: Sequence[Decision], gathered: Gathered) -> None:
    done = [each for each in mailed if _key(each) in gathered.done]
    await _pass(tx, done)
    again = core.clock.now() + decisions.LOOK_AGAIN
    full, apart = say(FULL, count=gathering.MAX_ITEMS), say(APART)
    reasons = dict.fromkeys(gathered.full, full) | dict.fromkeys(gathered.apart, apart)
    late = [each for each in mailed if _key(each) in reasons]
    await _held(tx, [replace(each, reason=reasons[_key(each)], until=again) for each in late])


async def _pass(tx: Transaction, passed: Sequence[Decision]) -> None:
    """Move on behind the step that is done, to the moment of the one after it."""
    if not passed:
        return
    await tx.execute(
        "UPDATE enrolment e SET last_position = n.position, last_severity = n.severity, next_action_at = n.until,"
        " held = '', wants_contact = false FROM unnest(%s::uuid[], %s::int[], %s::smallint[], %s::timestamptz[])"
        " AS n (id, position, severity, until) WHERE e.id = n.id",
        (
            [each.case.id for each in passed],
            [each.position for each in passed],
            [each.case.last_severity for each in passed],
            [each.until for each in passed],
        ),
    )


async def _held(tx: Transaction, held: Sequence[Decision]) -> None:
    if held:
        await tx.execute(
            "UPDATE enrolment e SET held = n.reason, wants_contact = n.wants_contact, next_action_at = n.until"
            " FROM unnest(%s::uuid[], %s::text[], %s::boolean[], %s::timestamptz[])"
            " AS n (id, reason, wants_contact, until) WHERE e.id = n.id",
            (
                [each.case.id for each in held],
                [sentences.as_text(each.reason) for each in held],
                [each.missing for each in held],
                [each.until for each in held],
            ),
        )


async def _hold(core: Core, tx: Transaction, held: Sequence[Decision], now: datetime) -> None:
    missing = {each.case.account_id: each for each in reversed(held) if each.missing}
    if missing:
        known = await tx.rows(
            "SELECT DISTINCT i.account_id FROM invoice i JOIN enrolment e ON e.invoice_id = i.id"
            " WHERE i.account_id = ANY(%s) AND e.state = 'running' AND e.wants_contact",
            (list(missing),),
        )
        for row in known:
            del missing[row["account_id"]]
    await _held(tx, held)
    said = by(SYSTEM, now)
    await timeline.record_many(
        core,
        tx,
        [
            ContactMissing(
                invoice_id=each.case.invoice_id,
                invoice_number=each.case.number,
                account_id=each.case.account_id,
                account_name=each.case.account_name,
                reason=each.reason,
                **said,
            )
            for each in missing.values()
        ],
    )


async def _hand_over(core: Core, tx: Transaction, over: Sequence[Decision], moment: Moment) -> None:
    await _pass(tx, over)
    await Enrolment.move_all("finish", ids=[each.case.id for each in over], before=EnrolmentState.RUNNING)
    said = by(SYSTEM, moment.now)
    await timeline.record_many(
        core,
        tx,
        [
            InvoiceEscalated(
                invoice_id=each.case.invoice_id,
                invoice_number=each.case.number,
                account_id=each.case.account_id,
                cadence=each.cadence,
                days_past_due=(moment.today - each.case.due_on).days,
                **said,
            )
            for each in over
        ],
    )
