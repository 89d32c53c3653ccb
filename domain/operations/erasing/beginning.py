"""Beginning: the one transaction after which a person is no longer mailed, written to, or brought back by a file."""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger import erased_addresses
from domain.ledger.csv_import.importing import LOCK as IMPORT_LOCK
from domain.ledger.models import Contact
from domain.ledger.states import ContactState
from domain.operations.erasing import subjects
from domain.operations.erasing.events import ErasureBegun
from domain.operations.erasing.models import Erasure
from domain.operations.erasing.refusals import ErasureHeld, LedgerBusy, RolesHeld
from domain.operations.erasing.subjects import Subject
from domain.operations.erasing.words import CONTACT, DOMAIN, OPERATOR, Words, mark
from domain.pay_links.models import PayLink, PortalSession
from domain.pay_links.states import LinkState, SessionState
from domain.people.models import RoleGrant
from domain.people.states import GrantState

_SUPPRESSIONS = """
    SELECT address_key, json_agg(json_build_object('reason', reason, 'until', until, 'since', created_at)
                                 ORDER BY created_at) AS found
    FROM suppression WHERE state = 'active' AND address_key = ANY(%s) GROUP BY address_key
"""

_NEVER_MAILED = """
    INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, note, created_at)
    VALUES (%s, %s, %s, 'invalid', 'active', 'erasure', '', 'stands for people whose data were erased', %s)
    ON CONFLICT (address_key, reason) WHERE state = 'active' DO NOTHING
"""

_LINKS = """
    SELECT id, state FROM pay_link WHERE contact_id = ANY(%s) AND state IN ('active', 'used') ORDER BY id FOR UPDATE
"""

_SESSIONS = """
    SELECT s.id FROM portal_session s JOIN pay_link l ON l.id = s.link_id
    WHERE l.contact_id = ANY(%s) AND s.state = 'active' ORDER BY s.id FOR UPDATE OF s
"""

_OF_OPERATOR = (
    "DELETE FROM address_code WHERE person_id = ANY(%(ids)s)",
    "DELETE FROM person_preference WHERE person_id = ANY(%(ids)s)",
    "DELETE FROM home_view WHERE slack_id = ANY(%(marks)s)",
    "UPDATE chat_channel SET slack_id = NULL, name = %(mark)s WHERE slack_id = ANY(%(marks)s)",
    "DELETE FROM seen_request WHERE key LIKE ANY(%(alike)s)",
    "UPDATE operator_mail SET address = %(stand_in)s, address_key = %(stand_in)s WHERE person_id = ANY(%(ids)s)",
    "UPDATE person SET name = %(mark)s, slack_id = %(mark)s WHERE id = ANY(%(ids)s)",
)


async def begin(
    core: Core, tx: Transaction, erasure: Erasure, subject: Subject, *, also: Sequence[str], actor: Actor
) -> ErasureBegun:
    """Begin an erasure in the caller's transaction.

    Raises:
        LedgerBusy: A file is being imported, which may bring the person back.
        ErasureHeld: Something is not over yet.
        RolesHeld: The operator has not left.
    """
    now = core.clock.now()
    await _alone(tx)
    if subject.whom == CONTACT:
        subject = await _held(tx, subject)
    if needed := await subjects.needed(tx, subject):
        raise ErasureHeld(needed)
    await require_left(core, subject)
    wanted = await subjects.looked_for(tx, subject, number=erasure.number, also=also)
    event = ErasureBegun(
        erasure_id=erasure.id, number=erasure.number, whom=erasure.whom, reason=erasure.reason,
        asked_by=erasure.asked_by, contact_ids=subject.ids if subject.whom == CONTACT else (),
        person_id=subject.ids[0] if subject.whom == OPERATOR else None, **by(actor, now),
    )  # fmt: skip
    entry = await timeline.record(core, tx, event)
    await erasure.move(
        "approve", words=wanted.as_json(), decided_by=actor.name, decided_by_id=actor.id, begun_at=now,
        begun_entry=entry,
    )  # fmt: skip
    await (_contact(core, tx, erasure, wanted) if subject.whom == CONTACT else _operator(tx, wanted))
    await core.jobs.defer(tx, "erase_person", erasure_id=str(erasure.id))
    return event


async def require_left(core: Core, subject: Subject) -> None:
    """Let an operator pass who holds no role.

    Raises:
        RolesHeld: Roles are held; the last Controller's are not taken away either.
    """
    if subject.whom != OPERATOR:
        return
    active = await RoleGrant.filter(person_id=subject.ids[0], state=GrantState.ACTIVE.value).select_for_update()
    now = core.clock.now()
    if held := [each.role for each in active if each.until is None or each.until > now]:
        raise RolesHeld(subject.names[0], held)


async def subject_key(core: Core, tx: Transaction, subject: Subject) -> str:
    """Return by what two wishes about one person are known."""
    if subject.whom == OPERATOR:
        return str(subject.ids[0])
    return erased_addresses.digest(await erased_addresses.made(core, tx), subject.keys[0])


def without(text: str, theirs: Sequence[str], erasure: Erasure) -> str:
    """Return a text of whoever asks without the words of the person whom it is about."""
    known = [re.escape(each) for each in theirs if len(each) > 2]
    return re.sub("|".join(known), mark(erasure.whom, erasure.number), text, flags=re.IGNORECASE) if known else text


async def _alone(tx: Transaction) -> None:
    row = await tx.row("SELECT pg_try_advisory_xact_lock(%s) AS taken", (IMPORT_LOCK,))
    if row is None or not row["taken"]:
        raise LedgerBusy


async def _held(tx: Transaction, subject: Subject) -> Subject:
    """Hold the contacts' rows, so that nobody is added or renamed meanwhile, and look at them again."""
    await tx.rows("SELECT id FROM contact WHERE email_key = ANY(%s) ORDER BY id FOR UPDATE", (list(subject.keys),))
    return await subjects.at(tx, keys=subject.keys)


async def _contact(core: Core, tx: Transaction, erasure: Erasure, wanted: Words) -> None:
    now, ids = core.clock.now(), list(wanted.ids)
    await _remembered(core, tx, erasure, wanted)
    await tx.execute(_NEVER_MAILED, (uuid4(), f"@{DOMAIN}", f"@{DOMAIN}", now))
    await _end_links(tx, ids)
    active = [each.id for each in await Contact.all_locked(ids) if each.status is ContactState.ACTIVE]
    await Contact.move_all("remove", ids=active, before=ContactState.ACTIVE)
    await tx.execute(
        "UPDATE contact SET name = %(mark)s, email = s.stand_in, email_key = s.stand_in"
        " FROM unnest(%(keys)s::text[], %(stand_ins)s::text[]) AS s (key, stand_in)"
        " WHERE id = ANY(%(ids)s) AND email_key = s.key",
        {"mark": wanted.mark, "keys": list(wanted.keys), "stand_ins": list(wanted.stand_ins), "ids": ids},
    )


async def _remembered(core: Core, tx: Transaction, erasure: Erasure, wanted: Words) -> None:
    """Keep the digests of the addresses, with what kept them from being mailed."""
    opened = await erased_addresses.made(core, tx)
    found = {row["address_key"]: row["found"] for row in await tx.rows(_SUPPRESSIONS, (list(wanted.keys),))}
    for key in wanted.keys:  # a few at the most
        await tx.execute(
            "INSERT INTO erased_address (digest, erasure_id, suppressions, erased_at)"
            " VALUES (%(digest)s, %(erasure)s, %(kept)s::jsonb, %(now)s) ON CONFLICT (digest) DO UPDATE"
            " SET erasure_id = %(erasure)s, erased_at = %(now)s, lifted_at = NULL, lifted_by = NULL,"
            " lift_reason = NULL, suppressions = CASE WHEN erased_address.lifted_at IS NULL"
            " THEN erased_address.suppressions || %(kept)s::jsonb ELSE %(kept)s::jsonb END",
            {"digest": erased_addresses.digest(opened, key), "erasure": erasure.id, "now": core.clock.now(),
             "kept": _text(found.get(key, []))},
        )  # fmt: skip


async def _end_links(tx: Transaction, ids: list[UUID]) -> None:
    links = await tx.rows(_LINKS, (ids,))
    sessions = [row["id"] for row in await tx.rows(_SESSIONS, (ids,))]
    await PortalSession.move_all("end", ids=sessions, before=SessionState.ACTIVE)
    for before in (LinkState.ACTIVE, LinkState.USED):
        live = [row["id"] for row in links if row["state"] == before.value]
        await PayLink.move_all("close", ids=live, before=before)


async def _operator(tx: Transaction, wanted: Words) -> None:
    values = {
        "ids": list(wanted.ids), "marks": list(wanted.marks), "mark": wanted.mark,
        "stand_in": next(iter(wanted.stand_ins), wanted.mark), "alike": [f"%{_like(each)}%" for each in wanted.marks],
    }  # fmt: skip
    for statement in _OF_OPERATOR:
        await tx.execute(statement, values)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _text(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found)
