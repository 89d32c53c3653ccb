"""Nothing is left of a person whose data were erased, and all else is as it was."""

import json
from uuid import UUID, uuid4

import pytest

from domain.commitments import documents
from domain.deliverability import suppressions
from domain.deliverability.models import InboundMail, Mailing, Suppression
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import contacts
from domain.ledger.models import Contact
from domain.ledger.refusals import AddressErased
from domain.operations.erasing import asking, subjects, working
from domain.operations.erasing.models import Erasure
from tests.builders import a_contact, an_account
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.test_privacy import OTHER, ZORA, a_history


async def erased(core: Core, whom: str = ZORA, *also: str) -> Erasure:
    """Erase somebody, to the end."""
    subject = await subjects.contact(core, whom=whom)
    event = await asking.erase(core, subject=subject, reason="asked by letter", actor=SHELL, also=also)
    await working.erase(core, event.erasure_id)
    return await Erasure.get(id=event.erasure_id)


async def test_after_an_erasure_no_column_and_no_file_has_the_address(core: Core) -> None:
    await a_history(core)
    await core.database.execute("UPDATE dispute SET state = 'rejected'")
    await core.database.execute(
        "UPDATE document SET sha256 = '1'::bytea || int8send(size_bytes) || decode(md5(id::text), 'hex')"
    )
    await core.database.execute("UPDATE inbound_mail SET seen_at = now()")
    await core.database.execute("UPDATE contact SET name = 'Zora Quill' WHERE email_key = %s", (ZORA,))

    done = await erased(core)

    assert done.state == "done"
    assert await left_of(core, ZORA) == []
    assert await left_of(core, "Zora Quill") == []
    assert await left_of(core, OTHER) != []
