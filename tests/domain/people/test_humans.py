"""One human with two accounts is one pair of eyes, whoever says so: a Controller, or the address in Slack."""

import asyncio

import pytest

from domain.kernel.actor import SHELL, Actor
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger import write_offs
from domain.ledger.entry_events import WriteOffApproved
from domain.operations import desks
from domain.operations.desks import Pile
from domain.people import humans, people, preferences
from domain.people.refusals import (
    AccountAlone,
    AccountsJoinedAlready,
    NobodyCalled,
    OwnAccounts,
    OwnRoles,
    OwnWork,
    ReasonNeeded,
)
from domain.people.roles import Role
from tests.builders import an_invoice

CARL, CARLA, DORA, OPAL = "U0CARL", "U0CARLADMIN", "U0DORA", "U0OPAL"

SAME = "she uses both"


@pytest.fixture(autouse=True)
async def staff(core: Core) -> None:
    """Three accounts may move money, and one may not; two are one human's, which nobody said yet."""
    for slack_id, name, role in (
        (CARL, "Carl", Role.CONTROLLER),
        (CARLA, "Carl (admin)", Role.CONTROLLER),
        (DORA, "Dora", Role.CONTROLLER),
        (OPAL, "Opal", Role.AR_OPERATOR),
    ):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


async def actor(core: Core, slack_id: str) -> Actor:
    return await people.actor(core, slack_id=slack_id)


async def joined(core: Core, *, by: str = DORA) -> None:
    await humans.join(core, account=CARL, other=CARLA, reason=SAME, actor=await actor(core, by))


async def given_up(core: Core, *, by: str, approved_by: str) -> WriteOffApproved:
    """Propose to give an invoice up by one account, and approve it by another."""
    await an_invoice(core)
    proposal = await write_offs.propose(
        core, invoice_number="INV-1042", reason="insolvent", actor=await actor(core, by)
    )
    done = await write_offs.approve(core, write_off_id=proposal.write_off_id, actor=await actor(core, approved_by))
    assert isinstance(done, WriteOffApproved)
    return done


async def test_accounts_of_which_nobody_spoke_are_two_people(core: Core) -> None:
    assert (await given_up(core, by=CARL, approved_by=CARLA)).actor == "Carl (admin)"


@pytest.mark.parametrize(("by", "approved_by"), [(CARL, CARLA), (CARLA, CARL)])
async def test_one_human_does_not_approve_by_the_other_account_what_was_made_by_the_first(
    core: Core, by: str, approved_by: str
) -> None:
    await joined(core)

    with pytest.raises(OwnWork, match="somebody else"):
        await given_up(core, by=by, approved_by=approved_by)


async def test_somebody_else_still_approves_it(core: Core) -> None:
    await joined(core)

    assert (await given_up(core, by=CARLA, approved_by=DORA)).actor == "Dora"


async def test_what_one_account_made_does_not_wait_on_the_desk_of_the_other(core: Core) -> None:
    await an_invoice(core)
    await write_offs.propose(core, invoice_number="INV-1042", reason="insolvent", actor=await actor(core, CARL))
    before = await desks.piles(core, actor=await actor(core, CARLA), slack_id=CARLA)
    await joined(core)

    after = await desks.piles(core, actor=await actor(core, CARLA), slack_id=CARLA)

    assert (Pile.WRITE_OFFS in before, Pile.WRITE_OFFS in after) == (True, False)
    assert Pile.WRITE_OFFS in await desks.piles(core, actor=await actor(core, DORA), slack_id=DORA)


async def test_nobody_gives_a_role_to_the_other_account_of_theirs(core: Core) -> None:
    await joined(core)

    with pytest.raises(OwnRoles):
        await people.grant(core, slack_id=CARLA, name="x", role=Role.VIEWER, reason="t", actor=await actor(core, CARL))


async def test_an_address_in_common_gives_nobody_a_right_over_the_roles_of_the_other(core: Core) -> None:
    await humans.join(core, account=OPAL, other=DORA, reason="the same address", actor=SHELL)

    with pytest.raises(NotAllowed):
        await people.revoke(core, slack_id=DORA, role=Role.CONTROLLER, reason="t", actor=await actor(core, OPAL))


async def test_accounts_of_one_address_that_are_learned_at_once_are_one(core: Core) -> None:
    known, begun = {"name": "", "locale": "", "zone": "", "address": "carl@merchant.example"}, asyncio.Event()

    async def other() -> None:
        await begun.wait()
        await preferences.learn(core, slack_id=CARL, **known)

    learning = asyncio.create_task(other())
    await preferences.learn(core, slack_id=CARLA, **known)
    row = await core.database.row("SELECT slack_address_mark AS mark FROM person_preference")
    assert row is not None
    await core.database.execute("UPDATE person_preference SET slack_address_mark = NULL")
    async with core.transaction() as tx:  # as the one is learned that has not committed yet
        await humans.alone(tx, mark=row["mark"])
        await tx.execute("UPDATE person_preference SET slack_address_mark = %s", (row["mark"],))
        begun.set()
        await asyncio.wait({learning}, timeout=0.5)
    await learning

    assert len((await actor(core, CARL)).ids) == 2


async def test_three_accounts_that_are_joined_by_two_are_one(core: Core) -> None:
    await joined(core)
    await humans.join(core, account="Dora", other=CARLA, reason=SAME, actor=SHELL)

    (found,) = await humans.listed(core, actor=SHELL)

    assert {account for _, account in found.accounts} == {CARL, CARLA, DORA}
    assert len((await actor(core, CARL)).ids) == 3


async def test_accounts_that_are_parted_are_two_people_again(core: Core) -> None:
    await joined(core)

    await humans.part(core, account=CARLA, reason="two people", actor=await actor(core, DORA))

    assert await humans.listed(core, actor=SHELL) == ()
    assert (await actor(core, CARL)).also == frozenset()
    with pytest.raises(AccountAlone):
        await humans.part(core, account=CARLA, reason="again", actor=SHELL)


@pytest.mark.parametrize("by", [CARL, CARLA])
async def test_nobody_parts_their_own_accounts(core: Core, by: str) -> None:
    await joined(core)

    with pytest.raises(OwnAccounts):
        await humans.part(core, account=CARLA, reason="to approve my own", actor=await actor(core, by))


async def test_it_is_said_once_with_a_reason_by_who_may_and_of_people_who_are_known(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await joined(core, by=OPAL)
    with pytest.raises(ReasonNeeded):
        await humans.join(core, account=CARL, other=CARLA, reason=" ", actor=SHELL)
    with pytest.raises(NobodyCalled):
        await humans.join(core, account=CARL, other="U0NOBODY", reason=SAME, actor=SHELL)
    with pytest.raises(AccountsJoinedAlready):
        await humans.join(core, account=CARL, other=CARL, reason=SAME, actor=SHELL)
    await joined(core)
    with pytest.raises(AccountsJoinedAlready):
        await joined(core)


async def test_the_audit_log_has_who_said_it_and_why(core: Core) -> None:
    await joined(core)
    await humans.part(core, account=CARL, reason="two people", actor=SHELL)

    rows = await core.database.rows(
        "SELECT kind, fact->>'actor' AS by, fact->>'reason' AS why FROM timeline_entry"
        " WHERE kind LIKE 'accounts.%%' ORDER BY id"
    )
    assert rows == [
        {"kind": "accounts.joined", "by": "Dora", "why": SAME},
        {"kind": "accounts.parted", "by": "command line", "why": "two people"},
    ]


async def learned(core: Core, slack_id: str, address: str) -> None:
    await preferences.learn(core, slack_id=slack_id, name="", locale="", zone="", address=address)


@pytest.mark.parametrize("other", ["carl@northwind.example", "Carl@Northwind.example", "carl+admin@northwind.example"])
async def test_accounts_of_one_mail_box_are_one_humans_by_themselves(core: Core, other: str) -> None:
    await learned(core, CARL, "carl@northwind.example")
    await learned(core, DORA, "dora@northwind.example")
    for _ in range(2):
        await learned(core, CARLA, other)

    (found,) = await humans.listed(core, actor=SHELL)

    assert {account for _, account in found.accounts} == {CARL, CARLA}
    with pytest.raises(OwnWork):
        await given_up(core, by=CARL, approved_by=CARLA)
    assert await core.database.rows("SELECT FROM timeline_entry WHERE kind = 'accounts.joined'") == [{}]


@pytest.mark.parametrize("address", ["", "nonsense", "+x@northwind.example"])
async def test_no_address_joins_nobody(core: Core, address: str) -> None:
    for slack_id in (CARL, CARLA):
        await learned(core, slack_id, address)

    assert await humans.listed(core, actor=SHELL) == ()


async def test_whom_somebody_has_parted_no_address_joins_again(core: Core) -> None:
    for slack_id in (CARL, CARLA):
        await learned(core, slack_id, "ar@northwind.example")
    await humans.part(core, account=CARLA, reason="a shared mail box", actor=await actor(core, DORA))

    for slack_id in (CARL, CARLA):
        await learned(core, slack_id, "ar@northwind.example")

    assert await humans.listed(core, actor=SHELL) == ()


async def test_no_address_is_kept(core: Core) -> None:
    await learned(core, CARL, "carl@northwind.example")

    (row,) = await core.database.rows("SELECT * FROM person_preference")

    assert "carl" not in str(row)
