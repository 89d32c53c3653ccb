"""Gathering: everything that is due for a contact goes into the one mail that waits for them, or into a new one.

Locks, in their order: the caller holds the enrolments and their invoices; then come pending mailings, which are never
waited for (a sender that holds one may want an enrolment next); then new mailings in the order of their contacts, so
that of two planners who write to the same contacts one simply waits for the other. Nobody waits in a circle.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from domain.deliverability import mailings
from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import providers
from domain.outreach.due import Recipient

MAX_ITEMS = 50
"""Invoices in one mail; a longer table is not read. The others wait for the next mail, and are counted until then."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One invoice that is to be asked for, from every one of its recipients or from none yet."""

    key: str
    """The item's unique key without its contact."""
    invoice_id: UUID
    account_id: UUID
    due_on: date
    letter: str
    tone: str
    severity: int
    reason: str
    recipients: tuple[Recipient, ...]
    needs: tuple[str, ...] = ()
    segment: str | None = None
    enrolment_id: UUID | None = None
    step: int | None = None
    step_before: int | None = None
    instalment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of what was wanted; what is in neither set waits for the next pass."""

    done: frozenset[str]
    """Keys that are in a mail now, or were before."""
    full: frozenset[str]
    """Keys for which the mail had no room."""
    made: int
    """How many mails are new."""


@dataclass(slots=True)
class _Room:
    """The pending mail of one contact."""

    mailing_id: UUID | None
    free: int
    queued: bool = False


async def gather(core: Core, tx: Transaction, *, wanted: Sequence[Wanted]) -> Gathered:
    """Put the wanted items into mails, the most pressing first; make mails where a contact has none pending."""
    if not wanted:
        return Gathered(frozenset(), frozenset(), 0)
    ordered = sorted(wanted, key=lambda each: (-each.severity, each.due_on, each.key))
    people = {each.id: each for item in ordered for each in item.recipients}
    rooms = await _rooms(tx, people)
    chosen, full = _chosen(ordered, rooms, people)
    made, lost = await _make(core, tx, chosen, rooms, people)
    if lost:  # another planner was faster: its mail is committed by now, and may be joined
        rooms = await _rooms(tx, people)
        chosen, full = _chosen(ordered, rooms, people=())
    await _attach(core, tx, chosen, rooms)
    empty = await tx.rows(
        "DELETE FROM mailing m WHERE m.id = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM mailing_item t WHERE t.mailing_id = m.id) RETURNING m.id",
        (list(made),),
    )
    for row in empty:
        del made[row["id"]]
    await _relabel(tx, chosen, rooms)
    await _review(chosen, rooms)
    leaving = [{"mailing_id": str(mailing_id)} for mailing_id, queued in made.items() if queued]
    await core.jobs.defer_many(tx, "send_mailing", leaving)
    return Gathered(frozenset(each.key for each in chosen), full, len(made))


async def _rooms(tx: Transaction, people: Collection[UUID]) -> dict[UUID, _Room]:
    """Lock the contacts' pending mails; one that is being sent or looked at by somebody else has no room for now."""
    held = await tx.rows(
        "SELECT m.id FROM mailing m WHERE m.contact_id = ANY(%s) AND m.asks AND m.state IN ('drafted', 'queued')"
        " ORDER BY m.contact_id FOR UPDATE SKIP LOCKED",
        (list(people),),
    )
    # Counted by a second statement, which sees what the one who held the lock a moment ago put in.
    rows = await tx.rows(
        "SELECT m.id, m.contact_id, m.state, m.id = ANY(%(held)s) AS held, (SELECT count(*) FROM mailing_item t"
        " WHERE t.mailing_id = m.id AND t.state = 'included') AS items"
        " FROM mailing m WHERE m.contact_id = ANY(%(people)s) AND m.asks AND m.state IN ('drafted', 'queued')",
        {"held": [row["id"] for row in held], "people": list(people)},
    )
    return {
        row["contact_id"]: _Room(row["id"], max(0, MAX_ITEMS - row["items"]), row["state"] == "queued")
        if row["held"]
        else _Room(None, -1)
        for row in rows
    }


def _chosen(
    ordered: Sequence[Wanted], rooms: dict[UUID, _Room], people: Collection[UUID]
) -> tuple[list[Wanted], frozenset[str]]:
    """Return what all of its recipients can be told now, and what finds their mails full; give *people* new rooms.

    An invoice goes to all of its recipients or to none yet: what one of them missed could not be caught up later.
    """
    chosen, full = [], set()
    for item in ordered:
        places = [rooms.get(each.id) for each in item.recipients]
        if any(
            place.free < 0 if place else each.id not in people
            for each, place in zip(item.recipients, places, strict=True)
        ):
            continue
        if any(place is not None and place.free == 0 for place in places):
            full.add(item.key)
            continue
        for each in item.recipients:
            rooms.setdefault(each.id, _Room(None, MAX_ITEMS)).free -= 1
        chosen.append(item)
    return chosen, frozenset(full)


async def _make(
    core: Core, tx: Transaction, chosen: Sequence[Wanted], rooms: Mapping[UUID, _Room], people: Mapping[UUID, Recipient]
) -> tuple[dict[UUID, bool], bool]:
    """Insert a mail for each contact without one; return the new ones, and whether somebody else made any first."""
    leading = {
        each.id: item for item in reversed(chosen) for each in item.recipients if rooms[each.id].mailing_id is None
    }
    needs = _needs(chosen)
    new = [(uuid4(), contact_id) for contact_id in sorted(leading)]
    now = core.clock.now()
    rows = await tx.rows(
        "INSERT INTO mailing (id, unique_key, letter, tone, invoice_id, account_id, contact_id, address, address_key,"
        " message_id, asks, step, segment, state, reason, provider, queued_at)"
        " SELECT n.id, 'reminder:' || n.id, n.letter, n.tone, n.invoice_id, n.account_id, n.contact_id, n.address,"
        " n.address_key, n.message_id, true, n.step, n.segment, n.state, n.reason, n.provider, %s"
        " FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[],"
        " %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " AS n (id, contact_id, letter, tone, invoice_id, account_id, address, address_key, message_id, step, segment,"
        " state, reason, provider) ORDER BY n.contact_id"
        " ON CONFLICT (contact_id) WHERE asks AND state IN ('drafted', 'queued') DO NOTHING"
        " RETURNING id, contact_id, state",
        (
            now,
            [mailing_id for mailing_id, _ in new],
            [contact_id for _, contact_id in new],
            [leading[each].letter for _, each in new],
            [leading[each].tone for _, each in new],
            [leading[each].invoice_id for _, each in new],
            [leading[each].account_id for _, each in new],
            [people[each].email for _, each in new],
            [people[each].email_key for _, each in new],
            [mailings.message_id(core, mailing_id) for mailing_id, _ in new],
            [leading[each].step for _, each in new],
            [leading[each].segment for _, each in new],
            [MailingState.DRAFTED.value if needs[each] else MailingState.QUEUED.value for _, each in new],
            [leading[each].reason for _, each in new],
            [providers.provider(people[each].email) for _, each in new],
        ),
    )
    for row in rows:
        rooms[row["contact_id"]].mailing_id = row["id"]
    return {row["id"]: row["state"] == MailingState.QUEUED for row in rows}, len(rows) < len(new)


def _needs(chosen: Iterable[Wanted]) -> Mapping[UUID, tuple[str, ...]]:
    """Return why each contact's mail needs approval, by what is put into it."""
    found: dict[UUID, dict[str, None]] = defaultdict(dict)
    for item in chosen:
        for each in item.recipients:
            found[each.id].update(dict.fromkeys(item.needs))
    return defaultdict(tuple, {contact_id: tuple(reasons) for contact_id, reasons in found.items()})


async def _attach(core: Core, tx: Transaction, chosen: Sequence[Wanted], rooms: Mapping[UUID, _Room]) -> None:
    """Insert the items; one whose key is taken reached that contact before."""
    pairs = [(item, each.id) for item in chosen for each in item.recipients]
    await tx.execute(
        "INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, enrolment_id, step, step_before,"
        " instalment_id, letter, tone, severity, state, reason, created_at)"
        " SELECT gen_random_uuid(), n.mailing_id, n.invoice_id, n.contact_id, n.key, n.enrolment_id, n.step,"
        " n.step_before, n.instalment_id, n.letter, n.tone, n.severity, 'included', n.reason, %s"
        " FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::int[], %s::int[], %s::uuid[],"
        " %s::text[], %s::text[], %s::smallint[], %s::text[])"
        " AS n (mailing_id, invoice_id, contact_id, key, enrolment_id, step, step_before, instalment_id, letter, tone,"
        " severity, reason) ON CONFLICT DO NOTHING",
        (
            core.clock.now(),
            [rooms[contact_id].mailing_id for _, contact_id in pairs],
            [item.invoice_id for item, _ in pairs],
            [contact_id for _, contact_id in pairs],
            [f"{item.key}:{contact_id}" for item, contact_id in pairs],
            [item.enrolment_id for item, _ in pairs],
            [item.step for item, _ in pairs],
            [item.step_before for item, _ in pairs],
            [item.instalment_id for item, _ in pairs],
            [item.letter for item, _ in pairs],
            [item.tone for item, _ in pairs],
            [item.severity for item, _ in pairs],
            [item.reason for item, _ in pairs],
        ),
    )


_RELABEL = """
    UPDATE mailing m SET letter = first.letter, tone = first.tone, invoice_id = first.invoice_id, step = first.step,
           segment = coalesce(first.segment, m.segment),
           reason = first.reason || CASE first.items WHEN 1 THEN '' WHEN 2 THEN '; and 1 more invoice'
                                    ELSE '; and ' || first.items - 1 || ' more invoices' END,
           needs = ARRAY(SELECT DISTINCT each FROM unnest(m.needs || ARRAY(
                       SELECT told.need FROM unnest(%(of)s::uuid[], %(needs)s::text[]) AS told (id, need)
                       WHERE told.id = m.id)) each ORDER BY each)
    FROM (
        SELECT DISTINCT ON (t.mailing_id) t.mailing_id, t.letter, t.tone, t.invoice_id, t.step, t.reason, e.segment,
               count(*) OVER (PARTITION BY t.mailing_id) AS items
        FROM mailing_item t JOIN invoice i ON i.id = t.invoice_id LEFT JOIN enrolment e ON e.id = t.enrolment_id
        WHERE t.mailing_id = ANY(%(touched)s) AND t.state = 'included'
        ORDER BY t.mailing_id, t.severity DESC, i.due_on, i.number
    ) first
    WHERE m.id = first.mailing_id
"""


async def _relabel(tx: Transaction, chosen: Sequence[Wanted], rooms: Mapping[UUID, _Room]) -> None:
    """Give each mail the letter of its most pressing item, and all reasons why a person has to see it."""
    needs = [(rooms[contact].mailing_id, need) for contact, each in _needs(chosen).items() for need in each]
    await tx.execute(
        _RELABEL,
        {
            "touched": list({rooms[each.id].mailing_id for item in chosen for each in item.recipients}),
            "of": [mailing_id for mailing_id, _ in needs],
            "needs": [need for _, need in needs],
        },
    )


async def _review(chosen: Sequence[Wanted], rooms: Mapping[UUID, _Room]) -> None:
    """Give back to a person what waited to leave and now holds something that must be approved."""
    needs = _needs(chosen)
    grown = [room.mailing_id for contact, room in rooms.items() if room.queued and room.mailing_id and needs[contact]]
    await Mailing.move_all(
        "hold for approval",
        ids=grown,
        before=MailingState.QUEUED,
        approved_by=None,
        approved_by_id=None,
        approved_at=None,
        not_before=None,
        waits="",
        waits_reason="",
    )
