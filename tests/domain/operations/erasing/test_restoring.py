"""After a restore of an older backup, what was erased since is erased again."""

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import contacts
from domain.ledger.erased_addresses import AddressErased
from domain.ledger.models import Contact
from domain.operations.erasing import restoring, working
from domain.operations.erasing.models import Erasure
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.erasing.test_erasing import erased, over
from tests.domain.operations.test_privacy import ZORA, a_history

FORGET = ("DELETE FROM erased_address", "DELETE FROM erasure")


async def test_an_erasure_that_the_backup_does_not_know_is_done_again(core: Core) -> None:
    zora = await a_history(core)
    await over(core)
    done = await erased(core)
    for statement in FORGET:
        await core.database.execute(statement)
    await core.database.execute(
        "UPDATE contact SET email = %(a)s, email_key = %(a)s, state = 'active' WHERE id = %(id)s",
        {"a": ZORA, "id": zora.id},
    )

    again, left = await restoring.again(core, actor=SHELL)
    await working.erase(core, done.id)

    assert (again, left) == ((done.number,), ())
    assert (await Erasure.get(id=done.id)).state == "done"
    assert (await Contact.get(id=zora.id)).state == "removed"
    assert await left_of(core, ZORA) == []
    assert await restoring.again(core, actor=SHELL) == ((), ())


async def test_who_came_after_the_backup_is_remembered_as_erased(core: Core) -> None:
    await a_history(core)
    await over(core)
    await erased(core)
    for statement in FORGET:
        await core.database.execute(statement)
    await core.database.execute("UPDATE contact SET id = gen_random_uuid() WHERE false")

    await restoring.again(core, actor=SHELL)

    account = await core.database.row("SELECT name FROM account LIMIT 1")
    assert account is not None
    with pytest.raises(AddressErased):
        await contacts.add(core, account=account["name"], email=ZORA, actor=SHELL)
