"""The runtime: build the core of this process from its settings, and take it down again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain.kernel.clock import Clock, SystemClock
from domain.kernel.core import Core, Merchant
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from plixo import database, file_store, job_kinds, keys, notices
from plixo.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """A process's core and how it connects."""

    core: Core
    settings: Settings
    address: str
    """libpq connection text; holds a password, so it is never logged."""

    def __repr__(self) -> str:
        return "Runtime(…)"


def merchant(settings: Settings) -> Merchant:
    """Return the merchant as the settings describe it."""
    return Merchant(
        name=settings.merchant_name,
        contact=settings.merchant_contact,
        phone=settings.merchant_phone,
        address=settings.merchant_address,
        sender=settings.mail_from,
        mail_domain=settings.mail_domain,
        public_url=settings.public_url,
        zone=ZoneInfo(settings.merchant_zone),
        currency=settings.merchant_currency,
        locale=settings.merchant_locale,
        country=settings.merchant_country,
        letters_folder=settings.letters_folder,
    )


@asynccontextmanager
async def opened(
    settings: Settings, *, application: str, clock: Clock | None = None, migrate: bool = False
) -> AsyncIterator[Runtime]:
    """Open database and queue; whoever starts workers binds the jobs to their functions.

    Raises:
        DatabaseUnreachable: No connection.
        SchemaBehind: Migrations are missing.
        UrlUnusable: Files cannot be kept where the settings say.
    """
    if migrate:
        address, _ = await database.migrated(settings)
    else:
        address = database.conninfo(settings)
    async with database.opened(address, pool=settings.database_pool, application=f"plixo {application}"):
        jobs = Jobs(address, job_kinds.JOBS)
        core = Core(
            clock=clock or SystemClock(),
            database=Database(),
            jobs=jobs,
            keys=keys.keyring(settings),
            merchant=merchant(settings),
            notices=notices.NOTICES,
            limits=settings.limits(),
            files=file_store.files(settings.files_url, data_dir=settings.data_dir),
        )
        await jobs.open()
        try:
            yield Runtime(core=core, settings=settings, address=address)
        finally:
            await jobs.close()


@asynccontextmanager
async def for_one_command(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Core]:
    """Open a core for a command of the shell: it queues jobs and runs none."""
    async with opened(settings, application="shell", clock=clock) as runtime:
        yield runtime.core
