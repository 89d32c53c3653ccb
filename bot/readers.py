"""Readers: who reads what is said, so that it is said in their language, their numbers and the right zone.

A person's answers, windows, Home and own messages are theirs; what a channel reads is the merchant's. Slack writes
moments in each reader's zone; where it writes none, they are the merchant's, since the times that operators type are.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot import times
from domain.kernel import locales, speech
from domain.kernel.core import Core
from domain.kernel.speech import Reader
from domain.people import preferences

SOON_SECONDS = 0.5
"""A person waits for the answer, whatever language it is in."""


async def person(core: Core, *, slack_id: str) -> Reader:
    """Return how one person reads; a stranger reads as the merchant does."""
    mine = await preferences.of_account(core, slack_id=slack_id)
    return Reader.of(mine.language, mine.locale) if mine else everybody(core)


async def soon(core: Core, *, slack_id: str) -> Reader:
    """Return how one person reads, or the merchant does where that cannot be looked up at once; it never fails."""
    asking = asyncio.ensure_future(person(core, slack_id=slack_id))
    await asyncio.wait({asking}, timeout=SOON_SECONDS)
    if asking.done() and asking.exception() is None:
        return asking.result()
    asking.add_done_callback(lambda late: late.cancelled() or late.exception())  # nobody waits for it any more
    asking.cancel()
    return everybody(core)


def everybody(core: Core) -> Reader:
    """Return how those read who share a channel: as the merchant does."""
    language = locales.language(core.merchant.locale, speech.LANGUAGES)
    return Reader.of(language, locales.formats(core.merchant.locale, core.merchant.country, language))


@contextmanager
def spoken_to(core: Core, reader: Reader) -> Iterator[None]:
    """Say everything inside to this reader."""
    with times.told_in(core.merchant.zone), speech.spoken_to(reader):
        yield
