"""Incident mails: which managers are mailed which stage of an incident, each once, and what the letter tells.

The outbox is ``deliverability/operator_mails.py``. A mail's id is made of incident, stage and person, so however often
one is asked for, it is the same one.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

from domain.deliverability import operator_mails, return_paths
from domain.deliverability.operator_mails import INCIDENT, SUPPRESSED, Pending, Wanted
from domain.kernel import speech, timeline
from domain.kernel.core import Core
from domain.kernel.speech import Reader
from domain.kernel.transactions import Row, Rows
from domain.operations import incident_letters, incident_lists
from domain.operations.digest_mails import Written
from domain.operations.digests import READERS
from domain.operations.incident_events import IncidentEvent, IncidentOver, IncidentReopened, IncidentWorsened
from domain.operations.incident_letters import BACK, OPENED, OVER, STAGES
from domain.outreach.composing import OutgoingMail
from domain.people import preferences
from domain.people.preferences import Preferences

SUPERSEDED = "a newer letter about it follows"
UNWANTED = "it is not to be mailed to this person any more"

MOST = 200
"""Managers who are mailed about one stage."""

MOST_BACK = 3
"""Times that an incident is back of which managers are mailed; what comes and goes all day is told in Slack."""

_MANAGERS = """
    SELECT p.id, c.address FROM person p JOIN person_preference c ON c.person_id = p.id
    WHERE c.address IS NOT NULL AND c.address_confirmed_at IS NOT NULL AND NOT c.unwanted
      AND (%(only)s::uuid IS NULL OR p.id = %(only)s)
      AND EXISTS (SELECT FROM role_grant g WHERE g.person_id = p.id
        AND g.role = ANY(%(roles)s) AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s))
    ORDER BY p.id LIMIT %(most)s
"""

_TIMES = """
    SELECT count(*) AS times FROM timeline_entry
    WHERE kind = 'incident.reopened' AND id <= %s AND fact->>'incident_id' = %s
"""

_NEWER = """
    SELECT 1 FROM operator_mail WHERE letter = %s AND about_id = %s AND person_id = %s AND queued_at > %s
      AND state IN ('queued', 'sending', 'sent') LIMIT 1
"""


async def queue(core: Core, *, entry_id: int) -> int:
    """Queue a letter to each manager about what happened (the job ``mail_incident``); return how many are new."""
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, IncidentEvent), "the notices table asks for nothing else"
    async with core.transaction() as tx:
        times = await _times(tx, event, entry_id)
        if times > MOST_BACK:
            return 0
        stage = _named(_stage(event), times)
        rows = await _managers(core, tx)
        wanted = [
            Wanted(_id(event.incident_id, stage, row["id"]), row["id"], event.incident_id, row["address"])
            for row in rows
        ]
        return len(await operator_mails.queue(core, tx, wanted, letter=INCIDENT))


async def written(core: Core, *, mail_id: UUID) -> Written | None:
    """Write a letter that may leave now, as things stand now; None for what left, or what a newer one tells."""
    pending = await operator_mails.pending(core, mail_id=mail_id)
    if pending is None:
        return None
    mine = await _reader(core, pending)
    if mine is None or mine.mailed_to is None:
        await operator_mails.skip(core, mail_id=mail_id, why=UNWANTED)
        return None
    newer = (INCIDENT, pending.about_id, pending.person_id, pending.queued_at)
    if await core.database.row(_NEWER, newer) is not None:
        await operator_mails.skip(core, mail_id=mail_id, why=SUPERSEDED)
        return None
    if await operator_mails.is_dead(core, address=mine.mailed_to):
        await operator_mails.refused(core, mail_id=mail_id, answer=SUPPRESSED)
        return None
    return await _written(core, pending, mine, mine.mailed_to)


async def told(core: Core, *, mail_id: UUID) -> None:
    """Let the incident's message say that a letter about it left."""
    async with core.transaction() as tx:
        changed = await tx.execute(
            "UPDATE incident SET version = version + 1, changed_at = %s WHERE id = (SELECT about_id FROM operator_mail"
            " WHERE id = %s AND state = 'sent')",
            (core.clock.now(), mail_id),
        )
        if changed:
            await core.jobs.defer(tx, "show_incidents")


async def _managers(core: Core, rows: Rows, *, only: UUID | None = None) -> list[Row]:
    """Return the managers who are to be mailed, or that one of them, as things stand now."""
    roles = [each.value for each in READERS]
    return await rows.rows(_MANAGERS, {"roles": roles, "now": core.clock.now(), "most": MOST, "only": only})


async def _reader(core: Core, pending: Pending) -> Preferences | None:
    """Return what the reader set, if that one still is a manager who is to be mailed."""
    if not await _managers(core, core.database, only=pending.person_id):
        return None
    return await preferences.of(core, pending.person_id)


async def _written(core: Core, pending: Pending, mine: Preferences, address: str) -> Written:
    now = core.clock.now()
    shown = await incident_lists.by_id(core, incident_id=pending.about_id)
    with speech.spoken_to(Reader.of(mine.language, mine.locale)):
        letter = incident_letters.letter(
            core, shown, stage=_stage_of(pending), late=now - pending.queued_at >= incident_letters.LATE
        )
    mail = OutgoingMail(
        mailing_id=pending.id,
        to=address,
        to_name=mine.name,
        letter=letter,
        message_id=pending.message_id,
        reply_to=core.merchant.sender,
        unsubscribe=None,
        attachments=(),
    )
    return Written(mail, return_paths.bounce_address(core, mailing_id=pending.id, day=now.date()))


async def _times(rows: Rows, event: IncidentEvent, entry_id: int) -> int:
    """Return how often the incident had come back by then."""
    row = await rows.row(_TIMES, (entry_id, str(event.incident_id)))
    return int(row["times"]) if row else 0


def _named(stage: str, times: int) -> str:
    return f"{stage}, back {times}" if times else stage


def _stage(event: IncidentEvent) -> str:
    if isinstance(event, IncidentOver):
        return OVER
    if isinstance(event, IncidentReopened):
        return BACK
    return f"worse {event.severity}" if isinstance(event, IncidentWorsened) else OPENED


def _stage_of(pending: Pending) -> str:
    """Return the stage of which a mail's id is made."""
    named = {each: [_named(each, times) for times in range(MOST_BACK + 1)] for each in STAGES}
    stages: Sequence[str] = [
        stage
        for stage, names in named.items()
        if pending.id in {_id(pending.about_id, each, pending.person_id) for each in names}
    ]
    assert stages, "nothing else makes ids of this letter"
    return stages[0]


def _id(incident_id: UUID, stage: str, person_id: UUID) -> UUID:
    return uuid5(incident_id, f"{stage} {person_id}")
