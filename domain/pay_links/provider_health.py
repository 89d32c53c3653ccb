"""Provider health: whether payments can be taken and are heard of, and what stands in the way; told once on change."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import counted, say
from domain.kernel.transactions import Rows
from domain.pay_links import provider_marks
from domain.pay_links.provider_marks import Mark
from domain.pay_links.provider_news import ProviderNotReady, ProviderReady

POLLED, COMPARED = "polled", "compared"
"""Marks: when the list of events, and the lists of money, were last read to their end."""

BANK_DEBIT = "bank debit"
"""Mark: whether the provider's page offered bank debit when it was last ordered: ``offered`` or ``not offered``."""

ODD = "odd: "
"""Marks that begin so are things that should not be, such as events of another API version; the rest says what."""

ODD_FOR = timedelta(days=7)
"""How long something odd that did not happen again is still shown."""

UNDELIVERED_FOR = timedelta(days=1)
"""How long an event that had to be fetched is held against the webhook."""

SOON = timedelta(minutes=10)
"""An event that we found in the list so short a while ago may still be delivered."""

STUCK_AFTER = timedelta(minutes=30)
"""A stored event is worked within seconds; one that waits so long is stuck."""

POLL_LATE_AFTER = timedelta(hours=1)
"""The list of events is read every five minutes."""

STATE = "state"
"""Mark: what was told last, as the codes of the problems."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that needs a person."""

    code: str
    """What tells it from other problems, however its figures change."""
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """How things stand with the payment provider."""

    heard: bool
    """Whether a verified event of the right mode and version ever arrived by webhook: the readiness badge."""
    last_event_at: datetime | None
    """By webhook."""
    last_event_kind: str
    fetched: int
    """Events of the last day that no webhook brought."""
    unworked: int
    """Stored events that have waited for too long."""
    polled_at: datetime | None
    compared_at: datetime | None
    bank_debit: str
    """``offered``, ``not offered``, or empty while no bank debit was ever ordered."""
    strays: int
    """Movements of money that wait for a decision."""
    problems: tuple[Problem, ...]

    @property
    def ready(self) -> bool:
        """Whether payments can be relied upon."""
        return self.heard and not self.problems


READY = "ready"
"""What the state is while nothing stands in the way."""

_HEALTH = """
    SELECT (SELECT row_to_json(e) FROM (SELECT kind, received_at FROM provider_event WHERE came = 'webhook'
            ORDER BY received_at DESC LIMIT 1) e) AS last,
           EXISTS (SELECT FROM provider_event WHERE came = 'webhook' AND fits) AS heard,
           (SELECT count(*) FROM provider_event WHERE came = 'list' AND received_at > %(day)s
            AND received_at < %(soon)s) AS fetched,
           (SELECT count(*) FROM provider_event WHERE state = 'stored' AND received_at < %(stuck)s) AS unworked,
           (SELECT count(*) FROM stray_movement WHERE state = 'open') AS strays,
           (SELECT min(created_at) FROM checkout) AS first_checkout
"""


async def health(core: Core) -> ProviderHealth:
    """Return how things stand."""
    return await _health(core, core.database)


async def note_odd(core: Core, what: str, *, remedy: str) -> None:
    """Remember something odd about the provider; it is told when it is new, and shown for a week."""
    await provider_marks.put(core, core.database, f"{ODD}{sentences.as_text(what)}", sentences.as_text(remedy))


async def note_bank_debit(core: Core, *, offered: bool) -> None:
    """Remember whether the provider's page offered the bank debit that was ordered."""
    await provider_marks.changed(core, core.database, BANK_DEBIT, "offered" if offered else "not offered")


async def heard(core: Core) -> bool:
    """Tell whether a verified event of the right mode and version ever arrived by webhook."""
    row = await core.database.row("SELECT EXISTS (SELECT FROM provider_event WHERE came = 'webhook' AND fits) AS heard")
    return bool(row and row["heard"])


async def judge(core: Core, *, unless_ready: bool = False) -> None:
    """Tell the operators when payments became ready, or something came to stand in the way; each change once.

    *unless_ready* spares the look at everything while nothing stood in the way when it was last judged.
    """
    if unless_ready and (mark := await provider_marks.of(core.database, STATE)) and mark.value == READY:
        return
    async with core.transaction() as tx:
        found = await _health(core, tx)
        state = ", ".join(problem.code for problem in found.problems) or (READY if found.heard else "")
        if not await provider_marks.changed(core, tx, STATE, state):
            return
        told = by(SYSTEM, core.clock.now())
        if found.problems:
            problems = tuple(problem.what for problem in found.problems)
            await timeline.record(core, tx, ProviderNotReady(problems=problems, **told))
        elif found.ready:
            await timeline.record(core, tx, ProviderReady(**told))


async def _health(core: Core, rows: Rows) -> ProviderHealth:
    now = core.clock.now()
    row = await rows.row(_HEALTH, {"day": now - UNDELIVERED_FOR, "soon": now - SOON, "stuck": now - STUCK_AFTER})
    assert row is not None, "a query without FROM always has a row"
    polled, compared = await provider_marks.of(rows, POLLED), await provider_marks.of(rows, COMPARED)
    debit = await provider_marks.of(rows, BANK_DEBIT)
    odd = [each for each in await provider_marks.beginning(rows, ODD) if now - each.at < ODD_FOR]
    last = row["last"] or {}
    at = datetime.fromisoformat(last["received_at"]) if last else None
    found = ProviderHealth(
        heard=row["heard"],
        last_event_at=at,
        last_event_kind=last.get("kind", ""),
        fetched=row["fetched"],
        unworked=row["unworked"],
        polled_at=polled.at if polled else None,
        compared_at=compared.at if compared else None,
        bank_debit=debit.value if debit else "",
        strays=row["strays"],
        problems=(),
    )
    late = row["first_checkout"] is not None and now - (found.polled_at or row["first_checkout"]) > POLL_LATE_AFTER
    return _with_problems(found, odd, poll_late=late)


def _with_problems(found: ProviderHealth, odd: list[Mark], *, poll_late: bool) -> ProviderHealth:
    checks = (
        (found.fetched > 0, Problem(
            "undelivered",
            counted(
                "{n} event of the last day came by no webhook", "{n} events of the last day came by no webhook",
                found.fetched,
            ),
            say("Look at the endpoint's deliveries in Stripe: its address, and whether it is switched on."),
        )),
        (found.unworked > 0, Problem(
            "unworked",
            counted("{n} event waits to be worked", "{n} events wait to be worked", found.unworked),
            say("Is a worker running, and does Stripe answer? `plixo check` says."),
        )),
        (poll_late, Problem(
            "poll late", say("Stripe's list of events was not read for an hour"),
            say("Is a worker running? `plixo check` says."),
        )),
        (found.bank_debit == "not offered", Problem(
            "no bank debit",
            say("Stripe's page does not offer bank debit"),
            say("Switch on ACH Direct Debit in Stripe's dashboard, or set PLIXO_STRIPE_BANK_DEBIT=false."),
        )),
        *(
            (True, Problem(mark.name, sentences.said(mark.name.removeprefix(ODD)), sentences.said(mark.value)))
            for mark in odd
        ),
    )  # fmt: skip
    return replace(found, problems=tuple(problem for holds, problem in checks if holds))
