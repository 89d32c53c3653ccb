"""Receipts: the answer to an act names its number, by which anybody finds it in the audit log."""

from collections.abc import Awaitable

from bot import blocks
from bot.blocks import Message
from bot.routes import Answer
from domain.casework.events import CaseClaimed, CaseReleased, CaseSkipped
from domain.kernel import acts
from domain.kernel.actor import Actor
from domain.kernel.speech import say

LEAFING = frozenset({CaseClaimed.kind, CaseReleased.kind, CaseSkipped.kind})
"""What somebody does to get from case to case; nobody takes it back or argues about it."""


async def numbered(work: Awaitable[Answer], *, actor: Actor) -> Answer:
    """Do the work; add the number of what that person did to the answer, unless that is a form still to be filled in.

    Of several acts the first is named; the audit log shows it with all that the same request did.
    """
    with acts.noted() as done:
        answer = await work
    mine = [each.number for each in done if each.actor_id == actor.id and each.kind not in LEAFING]
    if not mine or actor.id is None or not isinstance(answer, Message):
        return answer
    return blocks.with_small_print(answer, say("Act #{number}: `/plixo audit #{number}`", number=str(mine[0])))
