"""The audit log: who did what, when, with what before and after, read from the timeline, which nobody can change.

What was done about an invoice or a customer is seen by everybody who may look at these, and by each person what that
person did or what was done about their rights. All else (who may do what, who looked at what, how Plixo is run) is seen
by those who manage people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from domain.kernel import sentences, speech
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import EVENTS
from domain.kernel.money import Money
from domain.kernel.speech import say, say_as
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound
from domain.operations.refusals import ActNotFound

PAGE = 15
"""Acts of one answer."""

LONGEST_VALUE = 300

_COLUMNS = (
    "t.id, t.kind, t.actor, t.request_id, t.at, t.fact,"
    " coalesce(t.fact->>'invoice_number', (SELECT i.number FROM invoice i WHERE i.id = t.invoice_id)) AS number"
)

_HIDDEN = frozenset({"at", "actor", "actor_kind", "actor_id", "invoice_number"})
"""Parts of a fact that stand elsewhere in its card."""

_BEFORE = "_before"
"""An event names so what something was; ``before`` and ``after`` stand for themselves."""


_SEEN = (
    "(%(all)s OR t.invoice_id IS NOT NULL OR t.account_id IS NOT NULL"
    " OR t.fact->>'actor_id' = %(me)s OR t.fact->>'person_id' = %(me)s)"
)
"""Whether an entry is seen by the one who looks."""


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the log."""

    id: int
    at: datetime
    actor: str
    actor_kind: str
    kind: str
    told: str
    request_id: str
    invoice_number: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that an act says, with what it was before where the act knows that."""

    name: str
    value: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class ActCard:
    """One act with everything that is kept of it."""

    act: Act
    parts: tuple[Part, ...]
    together: tuple[Act, ...]
    """What else the same request did."""


@dataclass(frozen=True, slots=True)
class Log:
    """A page of the log, the newest act first."""

    about: str
    acts: tuple[Act, ...]
    older: bool
    """Whether there are more before."""


async def act(core: Core, *, number: int, actor: Actor) -> ActCard:
    """Return one act with all that is kept of it.

    Raises:
        NotAllowed: The actor may not look, or it is about neither an invoice nor a customer nor the actor, who may not
            manage people.
        ActNotFound: No act has that number.
    """
    actor.require(Permission.VIEW)
    row = await core.database.row(
        f"SELECT {_COLUMNS}, {_SEEN} AS seen FROM timeline_entry t WHERE t.id = %(number)s",
        {"number": number, **_looks(actor)},
    )
    if row is None:
        raise ActNotFound(f"#{number}")
    if not row["seen"]:
        actor.require(Permission.MANAGE_PEOPLE)
    same = await core.database.rows(
        f"SELECT {_COLUMNS} FROM timeline_entry t WHERE t.request_id = %(request)s AND t.id <> %(number)s AND {_SEEN}"
        " ORDER BY t.id LIMIT %(most)s",
        {"request": row["request_id"] or None, "number": number, "most": PAGE, **_looks(actor)},
    )
    return ActCard(_act(row), tuple(_parts(row["fact"])), tuple(_act(each) for each in same))


async def of_request(core: Core, *, request_id: str, actor: Actor) -> Log:
    """Return what one request did, as far as the actor may see it.

    Raises:
        NotAllowed: The actor may not look.
        ActNotFound: Nothing was done under that id that the actor may see.
    """
    actor.require(Permission.VIEW)
    values = {"request": request_id, **_looks(actor)}
    log = await _log(core, say("request {id}", id=request_id), f"t.request_id = %(request)s AND {_SEEN}", values)
    if not log.acts:
        raise ActNotFound(request_id)
    return log


def _looks(actor: Actor) -> dict[str, Any]:
    """Return what decides about what an actor sees."""
    return {"all": Permission.MANAGE_PEOPLE in actor.may, "me": str(actor.id) if actor.id else None}


async def invoice_id(core: Core, *, number: str) -> UUID:
    """Return the invoice of that number.

    Raises:
        InvoiceNotFound: There is none.
    """
    row = await core.database.row("SELECT id FROM invoice WHERE number_key = %s", (invoices.number_key(number),))
    if row is None:
        raise InvoiceNotFound(number)
    found: UUID = row["id"]
    return found


async def of_invoice(
    core: Core, *, invoice_id: UUID, actor: Actor, since: datetime | None = None, before: int | None = None
) -> Log:
    """Return what happened to an invoice.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    about = await _called(core, "SELECT number AS called FROM invoice WHERE id = %s", invoice_id)
    return await _log(core, about, "t.invoice_id = %(invoice)s", {"invoice": invoice_id}, since, before)


async def of_person(
    core: Core, *, person_id: UUID, actor: Actor, since: datetime | None = None, before: int | None = None
) -> Log:
    """Return what a person did, and what was done about that person's rights.

    Raises:
        NotAllowed: It is somebody else, and the actor may not manage people.
    """
    actor.require(Permission.VIEW if actor.id == person_id else Permission.MANAGE_PEOPLE)
    values = {"person": str(person_id), **_span(since, before)}
    each = f"SELECT {_COLUMNS} FROM timeline_entry t WHERE t.fact->>'{{}}' = %(person)s {_SPAN}"
    rows = await core.database.rows(
        f"({each.format('actor_id')}) UNION ({each.format('person_id')}) ORDER BY id DESC LIMIT %(most)s", values
    )
    return _page(await _called(core, "SELECT name AS called FROM person WHERE id = %s", person_id), rows)


_SPAN = (
    "AND (%(since)s::timestamptz IS NULL OR t.at >= %(since)s) AND (%(before)s::bigint IS NULL OR t.id < %(before)s)"
    " ORDER BY t.id DESC LIMIT %(most)s"
)


async def _log(
    core: Core,
    about: str,
    which: str,
    values: Mapping[str, Any],
    since: datetime | None = None,
    before: int | None = None,
) -> Log:
    sql = f"SELECT {_COLUMNS} FROM timeline_entry t WHERE {which} {_SPAN}"
    return _page(about, await core.database.rows(sql, {**values, **_span(since, before)}))


async def _called(core: Core, sql: str, of: UUID) -> str:
    row = await core.database.row(sql, (of,))
    return str(row["called"]) if row else str(of)


def _span(since: datetime | None, before: int | None) -> dict[str, Any]:
    return {"since": since, "before": before, "most": PAGE + 1}


def _page(about: str, rows: Sequence[Mapping[str, Any]]) -> Log:
    return Log(about, tuple(_act(row) for row in rows[:PAGE]), older=len(rows) > PAGE)


def told(kind: str, fact: Mapping[str, Any]) -> str:
    """Return a stored fact as a sentence; one that this version cannot read any more, by its kind."""
    event = EVENTS.get(kind)
    try:
        return event.model_validate(fact).told() if event else kind
    except (ValidationError, ValueError):
        return kind


def _act(row: Mapping[str, Any]) -> Act:
    fact = row["fact"]
    return Act(
        id=row["id"],
        at=row["at"],
        actor=row["actor"],
        actor_kind=str(fact.get("actor_kind", "")),
        kind=row["kind"],
        told=told(row["kind"], fact),
        request_id=row["request_id"],
        invoice_number=row["number"],
    )


def _parts(fact: Mapping[str, Any]) -> Iterator[Part]:
    """Yield what a fact says in the order of its event, each value beside the one before it, where it has one."""
    for name, value in fact.items():
        of = name.removesuffix(_BEFORE)
        if name in _HIDDEN or value is None or value in ("", []) or (of != name and of in fact):
            continue
        before = fact.get(name + _BEFORE)
        yield Part(name.replace("_", " "), _words(value), None if before is None else _words(before))


def _words(value: Any) -> str:
    match value:
        case bool():
            said = say_as("value of a field", "yes") if value else say_as("value of a field", "no")
        case {"minor": int(minor), "currency": str(currency)}:
            said = speech.amount(Money(minor, currency))
        case dict() if sentences.is_packed(value):
            said = sentences.unpacked(value)
        case dict():
            said = ", ".join(f"{name} {_words(each)}" for name, each in value.items())
        case list():
            said = ", ".join(_words(each) for each in value)
        case _:
            said = str(value)
    return said if len(said) <= LONGEST_VALUE else f"{said[: LONGEST_VALUE - 1]}…"
