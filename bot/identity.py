"""Identity: who acts when a Slack account types, clicks or submits, with the rights of this very moment."""

from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.people import people
from domain.people.refusals import PersonUnknown


async def who(core: Core, *, slack_id: str) -> tuple[Actor, PersonUnknown | None]:
    """Return who acts; a stranger acts without any right, and with the refusal that tells how to get one."""
    try:
        return await people.actor(core, slack_id=slack_id), None
    except PersonUnknown as unknown:
        return Actor(ActorKind.PERSON, "unknown", frozenset()), unknown
