"""Gathering: everything that is due for a contact goes into the one mail that waits for them, or into a new one.

Locks, in their order: the caller holds the enrolments and their invoices; then come pending mailings, which are never
waited for (a sender that holds one may want an enrolment next); then new mailings in the order of their contacts, so
that of two planners who write to the same contacts one simply waits for the other. Nobody waits in a circle.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.outreach import gathered_mails
from domain.outreach.due import Recipient
from domain.outreach.events import DraftsMade
from domain.outreach.gathered_mails import Room, Wanted

MAX_ITEMS = 50
"""Invoices in one mail; a longer table is not read. The others wait for the next mail, and are counted until then."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of what was wanted; what is in neither set waits for the next pass."""

    done: frozenset[str]
    """Keys that are in a mail now, or were before."""
    full: frozenset[str]
    """Keys for which the mail had no room."""
    apart: frozenset[str]
    """Keys of which some recipients have just been written to, while the others' mail has yet to leave."""
    made: int
    """How many mails are new."""


async def gather(core: Core, tx: Transaction, *, wanted: Sequence[Wanted]) -> Gathered:
    """Put the wanted items into mails, the most pressing first; make mails where a contact has none pending."""
    if not wanted:
        return Gathered(frozenset(), frozenset(), frozenset(), 0)
    ordered = sorted(wanted, key=lambda each: each.pressing)
    people = {each.id for item in ordered for each in item.recipients}
    rooms = await _rooms(tx, people)
    apart = await _apart(core, tx, ordered, rooms)
    ordered = [each for each in ordered if each.key not in apart]
    chosen, full = _chosen(ordered, rooms, people)
    made, lost = await gathered_mails.make(core, tx, chosen, rooms)
    if lost:  # another planner was faster: its mail is committed by now, and may be joined
        rooms = await _rooms(tx, people)
        chosen, full = _chosen(ordered, rooms, people=())
    complete = await gathered_mails.attach(core, tx, chosen, rooms) and not lost
    absent: frozenset[str] = frozenset()
    if not complete:
        await _remove_empty(tx, made)
        absent = await gathered_mails.absent(tx, chosen)
    await gathered_mails.relabel(tx, chosen, rooms, but=made if complete else {})
    grown = await _review(chosen, rooms)
    await _told(core, tx, drafts=grown + sum(not queued for queued in made.values()))
    leaving = [{"mailing_id": str(mailing_id)} for mailing_id, queued in made.items() if queued]
    await core.jobs.defer_many(tx, "send_mailing", leaving)
    return Gathered(frozenset(each.key for each in chosen) - absent, full, apart, len(made))


async def _remove_empty(tx: Transaction, made: dict[UUID, bool]) -> None:
    """Take back the new mails for which nothing was left."""
    empty = await tx.rows(
        "DELETE FROM mailing m WHERE m.id = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM mailing_item t WHERE t.mailing_id = m.id AND t.state = 'included')"
        " RETURNING m.id",
        (list(made),),
    )
    for row in empty:
        del made[row["id"]]


async def _rooms(tx: Transaction, people: Collection[UUID]) -> dict[UUID, Room]:
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
        row["contact_id"]: Room(row["id"], max(0, MAX_ITEMS - row["items"]), row["state"] == "queued")
        if row["held"]
        else Room(None, -1)
        for row in rows
    }


_LEFT = """
    SELECT DISTINCT m.address_key FROM mailing m
    WHERE m.address_key = ANY(%(addresses)s) AND m.asks
      AND (m.state = 'sending' OR m.sent_at > %(since)s OR m.state = 'unknown' AND m.reserved_on >= %(since)s::date)
"""


async def _apart(core: Core, tx: Transaction, ordered: Sequence[Wanted], rooms: Mapping[UUID, Room]) -> frozenset[str]:
    """Return the keys that would reach some recipients by a mail that waits, and the others only after their rest.

    Of two mails to one customer one is with a sender, or has left, and the other is still here: whoever was faster
    would be told days after the other, and not at all when the invoice is paid meanwhile. All are told after both left.
    """
    mixed = [
        item
        for item in ordered
        if not item.at_once
        and any(_pending(rooms, each) for each in item.recipients)
        and not all(each.id in rooms for each in item.recipients)
    ]
    if not mixed:
        return frozenset()
    others = {each.email_key for item in mixed for each in item.recipients if each.id not in rooms}
    rows = await tx.rows(_LEFT, {"addresses": list(others), "since": core.clock.now() - core.limits.contact_rest})
    left = {row["address_key"] for row in rows}
    return frozenset(
        item.key for item in mixed if any(each.id not in rooms and each.email_key in left for each in item.recipients)
    )


def _pending(rooms: Mapping[UUID, Room], recipient: Recipient) -> bool:
    room = rooms.get(recipient.id)
    return room is not None and room.mailing_id is not None


def _chosen(
    ordered: Sequence[Wanted], rooms: dict[UUID, Room], people: Collection[UUID]
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
            rooms.setdefault(each.id, Room(None, MAX_ITEMS)).free -= 1
        chosen.append(item)
    return chosen, frozenset(full)


async def _told(core: Core, tx: Transaction, *, drafts: int) -> None:
    """Say once how many mails wait for a person from now on."""
    if drafts:
        await timeline.record(core, tx, DraftsMade(drafts=drafts, **by(SYSTEM, core.clock.now())))


async def _review(chosen: Sequence[Wanted], rooms: dict[UUID, Room]) -> int:
    """Give back to a person what waited to leave and now holds something that must be approved; return how many."""
    needs = gathered_mails.needs(chosen)
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
    return len(grown)
