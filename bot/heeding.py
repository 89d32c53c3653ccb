"""Heeding: whether somebody wants to be told something by name, as their setting of noise says."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from uuid import UUID

from domain.casework.events import CaseHandedOver
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.outreach.stop_events import ReminderNudged
from domain.people import people, preferences
from domain.people.setting_words import Noise


class Weight(IntEnum):
    """How much a message matters to the one person whom it is for."""

    CONCERNS = 1
    """It is about the person, who need not do anything."""
    NEEDS = 2
    """It waits for the person, or answers what the person asked for."""
    ALARM = 3
    """It cannot wait."""


LEAST: Mapping[Noise, Weight] = {
    Noise.ALL: Weight.CONCERNS,
    Noise.MINE: Weight.NEEDS,
    Noise.ALARMS: Weight.ALARM,
}
"""What each setting lets through; the channel tells everything all the same."""


async def wants(core: Core, *, slack_id: str, weight: Weight) -> bool:
    """Tell whether a message of that weight is for this person; who has no role has set nothing, and hears all."""
    mine = await preferences.of_account(core, slack_id=slack_id)
    return mine is None or weight >= LEAST[mine.noise]


async def called(core: Core, events: Sequence[Event]) -> str:
    """Return the Slack account of who got the case, or of the customer's owner if another asked for a reminder.

    Empty where there is none, or the person wants to hear less by name.
    """
    whom = _meant(events)
    slack_id = await people.slack_id_of(core, person_id=whom[0]) if whom else None
    if whom is None or not slack_id or not await wants(core, slack_id=slack_id, weight=whom[1]):
        return ""
    return slack_id


def _meant(events: Sequence[Event]) -> tuple[UUID, Weight] | None:
    handed = [each for each in events if isinstance(each, CaseHandedOver)]
    if handed:
        return handed[-1].to_id, Weight.NEEDS
    nudges = [each for each in events if isinstance(each, ReminderNudged) and each.owner_id is not None]
    if not nudges or nudges[0].owner_id is None or nudges[0].owner_name == nudges[0].actor:
        return None
    return nudges[0].owner_id, Weight.CONCERNS
