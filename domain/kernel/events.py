"""Events: what happened, in the past tense, with all that an answer about it needs.

An event never holds a secret, a token, a mail body or a full e-mail address: it is stored for ever,
shown in Slack and written to logs.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, PlainValidator

from domain.kernel.actor import Actor
from domain.kernel.money import Money

EVENTS: dict[str, type["Event"]] = {}
"""Every kind of event by its name, so that a stored one can be read back."""


def _money(value: Any) -> Money:
    return value if isinstance(value, Money) else Money(value["minor"], value["currency"])


Amount = Annotated[
    Money,
    PlainValidator(_money),
    PlainSerializer(lambda money: {"minor": money.minor, "currency": money.currency}),
]
"""Money as an event carries it: minor units and currency, never a float."""


class Event(BaseModel):
    """One fact. ``told()`` says it in one plain English sentence, for timeline, Slack and command line."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
    """A kind's validator is built when its first event is made or read; a shell that has none starts sooner."""

    kind: ClassVar[str] = ""

    at: AwareDatetime
    actor: str
    """The actor's name as it may be shown."""
    actor_kind: str
    actor_id: UUID | None = None
    """Of a person or a payer; names may be alike."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("kind"):
            assert cls.kind not in EVENTS, f"two events are called {cls.kind}"
            EVENTS[cls.kind] = cls

    def told(self) -> str:
        """Return what happened as one sentence without names of people (the reader sees the actor beside it)."""
        raise NotImplementedError

    @property
    def invoice_ref(self) -> UUID | None:
        """The invoice in whose timeline this belongs, if any."""
        return None

    @property
    def account_ref(self) -> UUID | None:
        """The account in whose history this belongs, if any."""
        return None


class InvoiceEvent(Event):
    """A fact about one invoice."""

    invoice_id: UUID
    invoice_number: str
    account_id: UUID

    @property
    def invoice_ref(self) -> UUID | None:
        """Return the invoice."""
        return self.invoice_id

    @property
    def account_ref(self) -> UUID | None:
        """Return the invoice's account."""
        return self.account_id


class PlacedEvent(Event):
    """A fact that may be about an invoice, or about a customer, or about neither."""

    invoice_id: UUID | None = None
    invoice_number: str | None = None
    account_id: UUID | None = None

    @property
    def invoice_ref(self) -> UUID | None:
        """Return the invoice, where there is one."""
        return self.invoice_id

    @property
    def account_ref(self) -> UUID | None:
        """Return the account, where there is one."""
        return self.account_id


def by(actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the fields that say who did it and when, to be spread into an event's constructor."""
    return {"actor": actor.name, "actor_kind": actor.kind.value, "actor_id": actor.id, "at": at}
