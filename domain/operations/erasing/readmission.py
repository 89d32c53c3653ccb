"""Readmission: an address whose data were erased may be a contact again, because a person says why.

What had kept it from being mailed holds again from that moment: an opt-out outlives the erasure.
"""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import erased_addresses
from domain.operations.erasing.asking import LONGEST_REASON
from domain.operations.erasing.events import AddressReadmitted
from domain.operations.erasing.refusals import ErasureUnsaid, NotErased

_LIFTED = """
    UPDATE erased_address x SET lifted_at = %s, lifted_by = %s, lift_reason = %s FROM erasure e
    WHERE x.digest = %s AND x.lifted_at IS NULL AND e.id = x.erasure_id RETURNING e.number, x.suppressions
"""

_PUT_BACK = """
    INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, note, made_by, until,
                             created_at)
    VALUES (%s, %s, %s, %s, 'active', 'erasure', '', %s, %s, %s, %s)
    ON CONFLICT (address_key, reason) WHERE state = 'active' DO NOTHING
"""


async def readmit(core: Core, *, address: str, reason: str, actor: Actor) -> AddressReadmitted:
    """Let an erased address be used again.

    Raises:
        NotAllowed: The actor may not manage people.
        AddressMalformed: It is no address.
        ErasureUnsaid: No reason, or one that is too long.
        NotErased: It was not erased, or was taken up again.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    parsed, why = addresses.parsed(address), " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        raise ErasureUnsaid(say("Say why, in {most} characters: whoever wonders reads it.", most=LONGEST_REASON))
    now = core.clock.now()
    async with core.transaction() as tx:
        opened = await erased_addresses.secret(core, tx)
        digest = erased_addresses.digest(opened, addresses.key(parsed)) if opened else ""
        row = await tx.row(_LIFTED, (now, actor.name, why, digest))
        if row is None:
            raise NotErased(addresses.masked(parsed))
        found = row["suppressions"]
        kept = await _put_back(core, tx, parsed, json.loads(found) if isinstance(found, str) else found, row["number"])
        event = AddressReadmitted(number=row["number"], reason=why, suppressions=kept, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def _put_back(
    core: Core, tx: Transaction, address: str, found: list[dict[str, Any]], number: int
) -> tuple[str, ...]:
    now, kept = core.clock.now(), []
    for each in found:  # a few at the most
        until = datetime.fromisoformat(each["until"]) if each["until"] else None
        if until is not None and until <= now:
            continue
        note = f"as it was before erasure #{number}"
        await tx.execute(
            _PUT_BACK,
            (uuid4(), address, addresses.key(address), each["reason"], note, "Plixo", until, now),
        )
        kept.append(each["reason"])
    return tuple(dict.fromkeys(kept))
