"""An operator who left is a number from then on; what they did stays done by that number."""

import pytest

from domain.kernel import timeline
from domain.kernel.actor import ANYTHING, SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.models import TimelineEntry
from domain.ledger import contacts
from domain.operations import incidents, privacy
from domain.operations.audit_events import AuditExported
from domain.operations.erasing import asking, subjects, working
from domain.operations.erasing.refusals import RolesHeld
from domain.people import humans, people
from domain.people.refusals import LastController
from domain.people.roles import Role
from tests.builders import a_contact, an_account
from tests.domain.operations.erasing.left import left_of

SLACK_ID = "U0LEAVER1"


async def left(core: Core, name: str = "Lea Vermeer") -> None:
    """Let somebody come, work, and go."""
    account = await an_account(core)
    await a_contact(core, account)
    await people.grant(core, slack_id="U0STAYS", name="Otto Bleibt", role=Role.CONTROLLER, reason="t", actor=SHELL)
    await people.grant(core, slack_id=SLACK_ID, name=name, role=Role.AR_OPERATOR, reason="t", actor=SHELL)
    lea = await people.actor(core, slack_id=SLACK_ID)
    await contacts.add(core, account=account.name, email="new@acme.example", actor=lea)
    await core.database.execute(
        "INSERT INTO hold (id, account_id, kind, reason, state, made_by, created_at) VALUES"
        " (gen_random_uuid(), %s, 'pause', %s, 'lifted', %s, now())",
        (account.id, f"as {name} said to <@{SLACK_ID}>", name),
    )
    await core.database.execute(
        "INSERT INTO person_preference (person_id, address) SELECT id, 'lea.vermeer@northwind.example' FROM person"
        " WHERE slack_id = %s", (SLACK_ID,),
    )  # fmt: skip
    await core.database.execute(
        "INSERT INTO address_code (id, person_id, address_mark, created_at) SELECT gen_random_uuid(), id, 'x', now()"
        " FROM person WHERE slack_id = %s", (SLACK_ID,),
    )  # fmt: skip


async def gone(core: Core) -> None:
    """Take the role away and erase."""
    await people.revoke(core, slack_id=SLACK_ID, role=Role.AR_OPERATOR, reason="left", actor=SHELL)
    subject = await subjects.operator(core, whom=SLACK_ID)
    event = await asking.erase(core, subject=subject, reason="asked when leaving", actor=SHELL)
    await working.erase(core, event.erasure_id)


async def test_name_account_and_address_are_gone_and_the_acts_are_a_numbers(core: Core) -> None:
    await left(core)

    await gone(core)

    for word in ("Lea Vermeer", SLACK_ID, "lea.vermeer@northwind.example"):
        assert await left_of(core, word) == []
    added = await TimelineEntry.filter(kind="contact.added").get()
    assert (added.actor, added.fact["actor"]) == ("operator #1", "operator #1")
    assert added.fact["address"] == "n…@acme.example"
    granted = await TimelineEntry.filter(kind="role.granted").order_by("id")
    assert [each.fact["person_name"] for each in granted] == ["Otto Bleibt", "operator #1"]


@pytest.mark.parametrize("name", ["Lea Vermeer", "Leavermeer"])
async def test_the_name_is_gone_where_others_acts_tell_of_it(core: Core, name: str) -> None:
    await left(core, name)
    known = await people.actor(core, slack_id=SLACK_ID)
    lea = Actor(ActorKind.PERSON, name, ANYTHING, id=known.id)
    await humans.join(core, account="Otto Bleibt", other=SLACK_ID, reason="one mailbox", actor=SHELL)
    await incidents.open_by_hand(core, severity="P3", title=name, actor=SHELL)
    await incidents.take(core, number=1, actor=lea)
    await incidents.take(core, number=1, actor=SHELL)
    await an_erasure_of_a_contact(core, lea)
    async with core.transaction() as tx:
        exported = AuditExported(of=name, person_id=lea.id, since=None, until=None, entries=1, through=1, to_chat=False,
                                 **by(SHELL, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, exported)

    await gone(core)

    facts = await TimelineEntry.filter(kind__in=["accounts.joined", "incident.opened", "incident.taken", "erasure.done",
                                                 "erasure.begun", "audit.exported"])  # fmt: skip
    assert len(facts) == 9
    assert not any(name in str(each.fact) or name in each.actor for each in facts)
    assert [each for each in await left_of(core, name) if not each.startswith("hold.reason")] == []


async def an_erasure_of_a_contact(core: Core, actor: Actor) -> None:
    """Let the operator have a contact's data erased."""
    subject = await subjects.contact(core, whom="new@acme.example")
    event = await asking.erase(core, subject=subject, reason="asked", actor=actor)
    await working.erase(core, event.erasure_id)


async def test_a_name_of_one_word_goes_where_it_stands_alone(core: Core) -> None:
    await left(core, "Lea")
    await core.database.execute("UPDATE account SET name = 'Lea and Sons'")

    await gone(core)

    hold = await core.database.row("SELECT made_by, reason FROM hold")
    assert hold == {"made_by": "operator #1", "reason": "as Lea said to <@operator #1>"}
    assert await left_of(core, "Lea and Sons") != []


async def test_who_still_holds_a_role_is_not_erased_and_the_last_controller_keeps_it(core: Core) -> None:
    await left(core)
    stays = await subjects.operator(core, whom="U0STAYS")

    with pytest.raises(RolesHeld, match="Controller"):
        await asking.erase(core, subject=stays, reason="asked", actor=SHELL)
    with pytest.raises(LastController):
        await people.revoke(core, slack_id="U0STAYS", role=Role.CONTROLLER, reason="left", actor=SHELL)


async def test_who_was_erased_and_comes_back_is_somebody_new(core: Core) -> None:
    await left(core)
    await gone(core)

    await people.grant(core, slack_id=SLACK_ID, name="Lea Vermeer", role=Role.VIEWER, reason="back", actor=SHELL)

    back = await people.actor(core, slack_id=SLACK_ID)
    assert Permission.VIEW in back.may
    assert back.id not in {each.fact.get("actor_id") for each in await TimelineEntry.all()}


async def test_an_operators_data_are_handed_out(core: Core) -> None:
    await left(core)

    data = await privacy.export_operator(core, whom="Lea Vermeer", file_name="lea.zip", actor=SHELL)

    assert [len(data.sections[each]) for each in ("person", "settings", "roles", "own acts", "acts about them")] == [
        1, 1, 1, 1, 1,
    ]  # fmt: skip
    assert await TimelineEntry.filter(kind="export.made").count() == 1
