"""The core: what every command gets as its first argument. Built once, by the composition root."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.kernel import watch
from domain.kernel.clock import Clock
from domain.kernel.files import NoFiles
from domain.kernel.jobs import Jobs
from domain.kernel.keys import Keyring
from domain.kernel.limits import Limits
from domain.kernel.notices import Notices
from domain.kernel.ports import FileStore
from domain.kernel.transactions import Database, Joined, Transaction


@dataclass(frozen=True, slots=True)
class Merchant:
    """The company that this deployment serves."""

    name: str
    contact: str
    """Whom a payer may write to or call; shown on every page and in every mail."""
    sender: str
    """The From address of every mail."""
    mail_domain: str
    """Domain of the signed return-path and reply addresses."""
    public_url: str
    """Where payers reach the portal; every address that we hand out starts with it."""
    zone: ZoneInfo
    currency: str
    locale: str
    country: str | None = None
    letters_folder: Path | None = None
    """The merchant's own letters, which take the place of ours file by file; see docs/letters.md."""
    phone: str = ""
    """Shown on every page beside the contact."""
    address: str = ""
    """Postal, in one line or several; shown on every page."""


@dataclass(frozen=True, slots=True)
class Core:
    """Clock, database, jobs, signing keys, the merchant, the merged notices table, the merchant's limits and files."""

    clock: Clock
    database: Database
    jobs: Jobs
    keys: Keyring
    merchant: Merchant
    notices: Notices
    limits: Limits = field(default_factory=Limits)
    files: FileStore = field(default_factory=NoFiles)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the one transaction of a public command."""
        return self._watched() if watch.watched() else self.database.transaction()

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[Transaction]:
        with watch.work("command", "command"):
            async with self.database.transaction() as tx:
                yield tx

    def within(self, tx: Transaction) -> "Core":
        """Return a core whose commands are parts of the transaction that is open."""
        return replace(self, database=Joined(tx))
