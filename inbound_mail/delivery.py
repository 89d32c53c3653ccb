"""A delivery: one mail on its way, from 354 to its commit and the answer to it."""

import asyncio
import logging

from domain.deliverability.inbound import Arrival
from domain.kernel import watch
from inbound_mail import answers
from inbound_mail.inbox import Inbox
from inbound_mail.intake import Fate, Intake

log = logging.getLogger(__name__)


class Delivery:
    """Takes the bytes of a mail, past aiosmtpd, and stores it. The memory lent to it is always given back."""

    def __init__(self, intake: Intake, inbox: Inbox) -> None:
        self._intake, self._inbox = intake, inbox
        self._whole: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settles = False

    @property
    def is_whole(self) -> bool:
        """Whether its end has come."""
        return self._whole.done()

    @property
    def is_welcome(self) -> bool:
        """Whether it is to be stored, as far as is known."""
        return self._intake.fate is Fate.TAKEN

    def feed(self, data: bytes) -> bytes | None:
        """Take what arrived; return what stands behind the end of the mail, or None while it goes on.

        Raises:
            Flooded: The sender does not stop long after the mail was too large.
        """
        rest = self._intake.feed(data)
        if rest is not None:
            self._whole.set_result(None)
        return rest

    async def arrives(self) -> None:
        """Return when the mail is whole."""
        await self._whole

    def body(self) -> bytes:
        """Return the mail, once."""
        return self._intake.body()

    def refused(self) -> str:
        """Return the answer to a mail that is not to be stored."""
        watch.happened("inbound", "mail", self._intake.fate.name.lower())
        log.warning("inbound mail refused: %s", self._intake.fate.name.lower().replace("_", " "))
        return answers.OF_FATE[self._intake.fate]

    async def stored(self, arrival: Arrival, *, seconds: float) -> str:
        """Store the mail; return the answer to it, after these seconds at the latest.

        When nobody waits any more it is stored all the same, and keeps its share of memory until then.
        """
        storing = self._inbox.store(arrival)
        self._settles = True
        storing.add_done_callback(self._settled)
        await asyncio.wait([storing], timeout=seconds)
        if not storing.done():
            watch.happened("inbound", "mail", "not_stored")
            log.error("inbound mail not stored in time")
            return answers.NOT_STORED
        failed = storing.cancelled() or storing.exception() is not None
        watch.happened("inbound", "mail", "not_stored" if failed else "stored")
        return answers.NOT_STORED if failed else answers.STORED

    def close(self) -> None:
        """Give the memory back; a mail that is being stored does so by itself."""
        if not self._settles:
            self._intake.release()

    def _settled(self, storing: "asyncio.Future[None]") -> None:
        """Give the memory back; an exception is looked at here too, since the session may be gone."""
        self._intake.release()
        if not storing.cancelled():
            storing.exception()
