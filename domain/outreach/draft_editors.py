"""Editors of drafts: everybody who made a draft or changed its words or recipient; none of them approves it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.deliverability.models import Mailing
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.people import second_person
from domain.people.refusals import OwnWork


class Own(StrEnum):
    """Why a draft waits for another person than the one who looks at it."""

    NOT = ""
    MADE = "made"
    EDITED = "edited"


def mark(actor: Actor) -> str:
    """Return what stands for an editor: their id, or the name of one who has none (the command line)."""
    return str(actor.id) if actor.id is not None else actor.name


def _marks(actor: Actor) -> frozenset[str]:
    """Return all that may stand for the actor, whichever account of theirs was used."""
    return frozenset({mark(actor), *map(str, actor.also)})


def own(core: Core, draft: Mapping[str, Any], actor: Actor) -> Own:
    """Tell whether the actor made or edited a draft, and so may not approve it.

    Args:
        core: The core; where the merchant asks for no second person, nobody waits for one.
        draft: Its ``made_by``, ``made_by_id`` and ``editors``.
        actor: Who looks at it.
    """
    if not core.limits.second_person:
        return Own.NOT
    if _marks(actor).intersection(draft["editors"]):
        return Own.EDITED
    made = second_person.made_by(actor, maker_id=draft["made_by_id"], maker=draft["made_by"])
    return Own.MADE if made else Own.NOT


def different(core: Core, mailing: Mailing, actor: Actor) -> None:
    """Let somebody pass who neither made nor edited the draft.

    Raises:
        OwnWork: The actor did.
    """
    second_person.different(core, maker_id=mailing.made_by_id, maker=mailing.made_by, actor=actor)
    if core.limits.second_person and _marks(actor).intersection(mailing.editors):
        raise OwnWork(actor.name, at_shell=actor.id is None)
