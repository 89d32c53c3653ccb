"""Readiness wishes: what people ask for about readiness that takes longer than an answer."""

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core


async def recheck(core: Core, *, actor: Actor) -> None:
    """Have every check judged anew, and the world outside asked, as soon as a worker is free.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "recheck_readiness")
