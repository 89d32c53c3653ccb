"""Wiring: which job follows from which event, and which function does which job. The product's table of contents."""

from collections.abc import Iterable

from domain.deliverability import events as deliverability_events
from domain.kernel.core import Core
from domain.kernel.jobs import JobKind, Jobs
from domain.kernel.notices import Notices, merged
from domain.ledger import events as ledger_events
from domain.outreach import events as outreach_events
from domain.pay_links import events as pay_link_events
from domain.people import events as people_events

NOTICES: Notices = merged(
    people_events.NOTICES,
    ledger_events.NOTICES,
    pay_link_events.NOTICES,
    deliverability_events.NOTICES,
    outreach_events.NOTICES,
)


def domain_jobs(core: Core) -> Iterable[JobKind]:
    """Return the jobs that need nothing but the domain."""
    return ()


def elsewhere(jobs: Jobs) -> Iterable[JobKind]:
    """Return a line for each job that this process can queue but not run: another process has the part that does it."""
    known = {kind.name for kind in jobs.kinds}
    return tuple(JobKind(name, _not_here, "Run by another process.", lock=_LOCKS.get(name))
                 for name in sorted(NAMES - known))


async def _not_here(**_: object) -> None:
    raise AssertionError("a process without this part must not run workers")
