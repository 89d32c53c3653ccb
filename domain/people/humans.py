"""Humans: which accounts belong to one human, so that nobody is the second person to themselves.

An Admin or a Controller says so; accounts whose profiles in Slack have the same confirmed e-mail address are one
human's by themselves, until somebody says that they are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.people import grants, people
from domain.people.events import AccountsJoined, AccountsParted
from domain.people.refusals import AccountAlone, AccountsJoinedAlready, OwnAccounts

BY_ADDRESS = phrase("the same confirmed e-mail address in Slack")
"""Why accounts are joined of which nobody has spoken."""

LOCK = 7_154_311
"""Advisory lock of whoever learns an address; any number that nothing else uses."""

MOST_LISTED = 100

MOST_ALIKE = 20
"""Accounts of one address; more are an address that a whole company shares."""

_GROUP = """
    SELECT p.id, p.name, p.human_id FROM person p
    WHERE p.id = ANY(%(ids)s) OR p.human_id IN (SELECT human_id FROM person WHERE id = ANY(%(ids)s))
    ORDER BY p.id FOR UPDATE
"""

_ALIKE = """
    SELECT p.id FROM person p JOIN person_preference c ON c.person_id = p.id
    WHERE c.slack_address_mark = %(mark)s AND NOT p.kept_apart ORDER BY p.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody who has several accounts: their names and Slack accounts."""

    accounts: tuple[tuple[str, str], ...]


async def join(core: Core, *, account: str, other: str, reason: str, actor: Actor) -> AccountsJoined:
    """Say that two accounts, each by name or Slack account, are one human's: neither approves the other's work.

    Raises:
        NotAllowed: The actor may not manage people.
        NobodyCalled: Nobody is called so, or several are.
        AccountsJoinedAlready: They are one human's, or one account.
        ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    said = grants.reason(reason)
    first, second = await people.named(core, text=account), await people.named(core, text=other)
    async with core.transaction() as tx:
        event = await _join(core, tx, ids=(first.id, second.id), reason=said, actor=actor)
        if event is None:
            raise AccountsJoinedAlready(first.name, second.name)
    return event


async def part(core: Core, *, account: str, reason: str, actor: Actor) -> AccountsParted:
    """Say that an account is nobody else's; what Slack tells of its address does not join it again.

    Raises:
        NotAllowed: The actor may not manage people.
        OwnAccounts: It is the actor's, or one of the same human.
        NobodyCalled: Nobody is called so, or several are.
        AccountAlone: It is joined with none.
        ReasonNeeded, ReasonTooLong: What was said cannot be kept.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    said = grants.reason(reason)
    known = await people.named(core, text=account)
    async with core.transaction() as tx:
        group = await tx.rows(_GROUP, {"ids": [known.id]})
        if actor.id in {row["id"] for row in group}:
            raise OwnAccounts
        left = [row["id"] for row in group if row["id"] != known.id]
        if not left:
            raise AccountAlone(known.name)
        gone = [known.id] if len(left) > 1 else [known.id, *left]
        await tx.execute("UPDATE person SET human_id = NULL WHERE id = ANY(%s)", (gone,))
        await tx.execute("UPDATE person SET kept_apart = true WHERE id = %s", (known.id,))
        event = AccountsParted(person_id=known.id, person_name=known.name, reason=said, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def listed(core: Core, *, actor: Actor) -> tuple[Human, ...]:
    """Return who has several accounts.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(
        "SELECT array_agg(name ORDER BY name, id) AS names, array_agg(slack_id ORDER BY name, id) AS accounts"
        " FROM person WHERE human_id IS NOT NULL GROUP BY human_id ORDER BY min(name), human_id LIMIT %s",
        (MOST_LISTED,),
    )
    return tuple(Human(tuple(zip(row["names"], row["accounts"], strict=True))) for row in rows)


async def alone(tx: Transaction, *, mark: str) -> None:
    """Let nobody else learn of that address until the transaction ends: of two at once, each would miss the other."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (LOCK, mark))


async def join_alike(core: Core, tx: Transaction, *, person_id: UUID, mark: str) -> AccountsJoined | None:
    """Join a person with all others of the same address, but for those of whom somebody said that they are apart."""
    alike = [row["id"] for row in await tx.rows(_ALIKE, {"mark": mark, "most": MOST_ALIKE})]
    if person_id not in alike or len(alike) < 2:
        return None
    return await _join(
        core, tx, ids=(person_id, *(each for each in alike if each != person_id)), reason=say(BY_ADDRESS)
    )


async def _join(
    core: Core, tx: Transaction, *, ids: Sequence[UUID], reason: str, actor: Actor = SYSTEM
) -> AccountsJoined | None:
    """Make one human of the people, and of whoever is one with any of them; None where they are."""
    group = await tx.rows(_GROUP, {"ids": list(ids)})
    known = {row["human_id"] for row in group}
    if len(group) < 2 or (len(known) == 1 and None not in known):
        return None
    human = next((each for each in sorted(known - {None})), None) or uuid4()
    await tx.execute(
        "UPDATE person SET human_id = %s, kept_apart = false WHERE id = ANY(%s)", (human, [row["id"] for row in group])
    )
    names = {row["id"]: row["name"] for row in group}
    event = AccountsJoined(
        person_id=ids[0],
        person_name=names[ids[0]],
        others=tuple(names[each] for each in names if each != ids[0]),
        reason=reason,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event
