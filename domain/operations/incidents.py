"""Incidents: what people do about them: open one by hand, take it, note something, say how bad it is, end it."""

from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.operations import incident_records, incident_signals
from domain.operations.incident_events import (
    IncidentEased,
    IncidentNoted,
    IncidentOpened,
    IncidentOver,
    IncidentTaken,
    IncidentWorsened,
)
from domain.operations.incident_records import LIVE, Found
from domain.operations.incident_rules import PERSON, Severity
from domain.operations.models import Incident
from domain.operations.refusals import IncidentRefused, IncidentUnknown
from domain.operations.states import IncidentState

LONGEST_TITLE = 150
LONGEST_NOTE = 1_000
LONGEST_REASON = 300

MOST_BY_HAND = 50
"""So many that people opened may be open at once; more would hide one another."""


async def open_by_hand(core: Core, *, severity: str, title: str, actor: Actor) -> IncidentOpened:
    """Open an incident that no rule sees.

    Raises:
        NotAllowed: The actor may not operate the product.
        IncidentRefused: There is no such severity, no title, one with that title is open, or too many are.
    """
    actor.require(Permission.OPERATE)
    named, how = _said(title, LONGEST_TITLE), _severity(severity)
    if not named:
        raise IncidentRefused(say("Say what is wrong, in a few words: everybody who wonders reads it."))
    try:
        async with core.transaction() as tx:
            await incident_records.locked(tx)
            if await Incident.filter(cause=PERSON, state__in=LIVE).count() >= MOST_BY_HAND:
                raise IncidentRefused(
                    say("{most} incidents that people opened are open; end some before.", most=MOST_BY_HAND)
                )
            event = await incident_records.open_new(core, tx, Found(PERSON, how, title=named), actor=actor)
            await incident_records.move_gate(core, tx)
    except IntegrityError:  # a second click, or two people at once
        raise IncidentRefused(say("An incident of that title is open already; see `/plixo incident`.")) from None
    return event


async def take(core: Core, *, number: int, actor: Actor) -> IncidentTaken:
    """Take an incident, which acknowledges it: from now on the actor looks after it, and nobody is nagged.

    Raises:
        NotAllowed: The actor may not operate the product.
        IncidentUnknown: There is no such incident.
        IncidentRefused: It is over, or in the actor's hands already.
    """
    actor.require(Permission.OPERATE)
    now = core.clock.now()
    async with core.transaction() as tx:
        incident = await _alive(tx, number)
        if incident.owner == actor.name and incident.owner_id == actor.id:
            raise IncidentRefused(say("Incident {number} is in your hands already.", number=str(number)))
        before = incident.owner or ""
        await incident.move(
            "take", owner=actor.name, owner_id=actor.id, owned_at=now, **incident_records.changed(incident, now)
        )
        event = IncidentTaken(**incident_records.named(incident), owner=actor.name, instead_of=before, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def note(core: Core, *, number: int, text: str, actor: Actor) -> IncidentNoted:
    """Write down what was found or done; the thread of the incident's message has it.

    Raises:
        NotAllowed: The actor may not operate the product.
        IncidentUnknown: There is no such incident.
        IncidentRefused: Nothing is said.
    """
    actor.require(Permission.OPERATE)
    said = _said(text, LONGEST_NOTE)
    if not said:
        raise IncidentRefused(say("Say what is to be noted."))
    async with core.transaction() as tx:
        incident = await _found(tx, number)
        now = core.clock.now()
        await incident_records.update(incident, **incident_records.changed(incident, now))
        event = IncidentNoted(**incident_records.named(incident), note=said, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def rate(
    core: Core, *, number: int, severity: str, reason: str, actor: Actor
) -> IncidentWorsened | IncidentEased:
    """Say that an incident is worse, or less bad, than it was taken for.

    Raises:
        NotAllowed: The actor may not operate the product.
        IncidentUnknown: There is no such incident.
        IncidentRefused: It is over, it is so already, or no reason is said.
    """
    actor.require(Permission.OPERATE)
    how, why = _severity(severity), _reason(reason)
    async with core.transaction() as tx:
        incident = await _alive(tx, number)
        if incident.severity == how:
            raise IncidentRefused(say("Incident {number} is {severity} already.", number=str(number), severity=how))
        event: IncidentWorsened | IncidentEased
        if how < Severity(incident.severity):
            event = await incident_records.worsen(core, tx, incident, severity=how, reason=why, actor=actor)
        else:
            now, before = core.clock.now(), incident.severity
            await incident_records.update(incident, severity=how.value, **incident_records.changed(incident, now))
            event = IncidentEased(**incident_records.named(incident), before=before, reason=why, **by(actor, now))
            await timeline.record(core, tx, event)
        await incident_records.move_gate(core, tx)
    return event


async def worsen(core: Core, *, number: int, reason: str, actor: Actor) -> IncidentWorsened | IncidentEased:
    """Say that an incident is one step worse.

    Raises:
        NotAllowed, IncidentUnknown: As with ``rate``.
        IncidentRefused: It is as bad as can be, or over, or no reason is said.
    """
    actor.require(Permission.OPERATE)
    row = await core.database.row("SELECT severity FROM incident WHERE number = %s", (number,))
    if row is None:
        raise IncidentUnknown(number)
    worse = {Severity.P3: Severity.P2, Severity.P2: Severity.P1}.get(Severity(row["severity"]))
    if worse is None:
        raise IncidentRefused(say("Incident {number} is P1; nothing is worse.", number=str(number)))
    return await rate(core, number=number, severity=worse, reason=reason, actor=actor)


async def end(core: Core, *, number: int, reason: str, actor: Actor) -> IncidentOver:
    """Say that an incident is over; what its rules still see is heard again only after a while, or when it is worse.

    Raises:
        NotAllowed: The actor may not operate the product.
        IncidentUnknown: There is no such incident.
        IncidentRefused: It is over already, or no reason is said.
    """
    actor.require(Permission.OPERATE)
    why = _reason(reason)
    async with core.transaction() as tx:
        incident = await _alive(tx, number)
        event = await incident_records.end(core, tx, incident, reason=why, actor=actor)
        await incident_signals.dismiss(tx, cause=incident.cause, at=core.clock.now())
        await incident_records.move_gate(core, tx)
    return event


async def number_of(core: Core, *, incident_id: UUID) -> int:
    """Return the number of the incident that a button is about.

    Raises:
        IncidentUnknown: There is none any more.
    """
    row = await core.database.row("SELECT number FROM incident WHERE id = %s", (incident_id,))
    if row is None:
        raise IncidentUnknown(0)
    return int(row["number"])


async def _found(tx: Transaction, number: int) -> Incident:
    await incident_records.locked(tx)
    incident = await Incident.locked(number=number)
    if incident is None:
        raise IncidentUnknown(number)
    return incident


async def _alive(tx: Transaction, number: int) -> Incident:
    incident = await _found(tx, number)
    if incident.status is IncidentState.OVER:
        raise IncidentRefused(say("Incident {number} is over; open a new one if need be.", number=str(number)))
    return incident


def _severity(text: str) -> Severity:
    try:
        return Severity(text.strip().upper())
    except ValueError:
        raise IncidentRefused(
            say("How bad is it? P1 payments are blocked, P2 it works badly, P3 it is minor.")
        ) from None


def _reason(text: str) -> str:
    why = _said(text, LONGEST_REASON)
    if not why:
        raise IncidentRefused(say("Say why: everybody who wonders reads it."))
    return why


def _said(text: str, most: int) -> str:
    return sentences.trimmed(text.replace("\x00", " "), most=most)
