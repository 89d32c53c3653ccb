"""Policies that tests need but are not about, and people who may decide about them."""

from typing import Any
from uuid import uuid4

from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.people.roles import Role, permissions
from domain.policies import policies
from domain.policies.document import Document
from domain.policies.policies import Running
from domain.policies.reading import checked


def a_person(name: str, *roles: Role) -> Actor:
    """Return somebody with those roles."""
    return Actor(ActorKind.PERSON, name, permissions(roles), id=uuid4(), roles=tuple(each.value for each in roles))


ANNA = a_person("Anna", Role.AR_MANAGER)
BERT = a_person("Bert", Role.CONTROLLER)
OPERATOR = a_person("Olga", Role.AR_OPERATOR)
SALES = a_person("Sam", Role.SALES)

assert Permission.PUBLISH not in OPERATOR.may

STEPS: list[dict[str, Any]] = [
    {"day": -3, "letter": "reminder-due", "tone": "Neutral"},
    {"day": 0, "letter": "reminder-due", "tone": "Neutral"},
    {"day": 7, "letter": "reminder-overdue", "tone": "Neutral"},
    {"day": 14, "letter": "reminder-overdue", "tone": "Confident"},
    {"day": 21, "escalate": True},
]
"""The cadence that ships with the product."""


def a_segment(
    name: str = "everyone", *, cadence: str = "default", mode: str = "autopilot", **rule: Any
) -> dict[str, Any]:
    """Return one segment as a file has it."""
    return {"name": name, "rule": rule, "cadence": cadence, "mode": mode}


def a_document(
    *segments: dict[str, Any], steps: list[dict[str, Any]] | None = None, **cadences: list[dict[str, Any]]
) -> Document:
    """Return a policy; without anything said, the one that ships with the product."""
    named = {"default": steps or STEPS, **cadences}
    return checked(
        {
            "segments": list(segments) or [a_segment()],
            "cadences": [{"name": name, "steps": each} for name, each in named.items()],
        }
    )


async def in_force(
    core: Core, document: Document, *, running: Running = Running.FINISH, maker: Actor = ANNA, by: Actor = BERT
) -> int:
    """Propose and publish a policy; return its version."""
    proposed = await policies.propose(core, document=document, notes="", actor=maker)
    await policies.publish(core, version=proposed.version, running=running, actor=by)
    return proposed.version
