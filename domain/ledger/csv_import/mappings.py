"""Mappings: what a person answered about a layout, kept under a name and used for every file with the same headers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import.refusals import MappingNotFound, OptionUnusable
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, ImportRequest
from domain.ledger.import_events import MappingForgotten, MappingKept

LONGEST_NAME = 60

MAX_LISTED = 200
"""Mappings of one list; more sources than any company has."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said about a layout; nothing where the file told it by itself."""

    columns: tuple[tuple[str, str], ...] = ()
    currency: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class KnownLayout:
    """A layout that is known by its headers."""

    kind: str
    name: str
    header_key: str
    answers: Answers
    kept_by: str
    kept_at: datetime
    used_at: datetime


async def known(core: Core, kind: str, keys: Collection[str]) -> KnownLayout | None:
    """Return the layout that one of these lines is the header of."""
    row = await core.database.row(
        "SELECT * FROM import_mapping WHERE kind = %s AND header_key = ANY(%s) ORDER BY used_at DESC LIMIT 1",
        (kind, list(keys)),
    )
    return _read(row) if row else None


async def listed(core: Core, *, limit: int = MAX_LISTED) -> list[KnownLayout]:
    """Return the layouts that are kept, those first that were used last."""
    rows = await core.database.rows("SELECT * FROM import_mapping ORDER BY used_at DESC, id LIMIT %s", (limit,))
    return [_read(row) for row in rows]


def named(name: str) -> str:
    """Return a name as it is kept.

    Raises:
        OptionUnusable: It is empty, too long, or cannot be shown.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise OptionUnusable(say("A layout's name has 1 to {most} characters, such as netsuite.", most=LONGEST_NAME))
    return plain


async def keep(
    core: Core, tx: Transaction, *, kind: str, name: str, header_key: str, answers: Answers, actor: Actor
) -> None:
    """Keep the answers under the name; they take the place of those of the same name and of the same headers."""
    now = core.clock.now()
    found = await tx.row(
        "SELECT answers, name FROM import_mapping WHERE kind = %s AND header_key = %s FOR UPDATE", (kind, header_key)
    )
    written = _written(answers)
    if found is not None and found["name"] == name and _json(found["answers"]) == written:
        return
    await tx.execute(
        "DELETE FROM import_mapping WHERE kind = %s AND (header_key = %s OR name = %s)", (kind, header_key, name)
    )
    await tx.execute(
        "INSERT INTO import_mapping (id, kind, name, header_key, answers, actor, created_at, used_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (uuid4(), kind, name, header_key, json.dumps(written), actor.name, now, now),
    )
    await timeline.record(core, tx, MappingKept(of=kind, name=name, **by(actor, now)))


async def used(core: Core, tx: Transaction, layout: KnownLayout) -> None:
    """Note that a file with this layout was taken."""
    await tx.execute(
        "UPDATE import_mapping SET used_at = %s WHERE kind = %s AND header_key = %s",
        (core.clock.now(), layout.kind, layout.header_key),
    )


async def forget(core: Core, *, kind: str, name: str, actor: Actor) -> MappingForgotten:
    """Forget a layout: its next file is asked about again.

    Raises:
        NotAllowed: The actor may not import.
        MappingNotFound: No layout of that kind has that name.
    """
    async with core.transaction() as tx:
        actor.require(Permission.IMPORT)
        gone = await tx.execute(
            "DELETE FROM import_mapping WHERE kind = %s AND lower(name) = lower(%s)", (kind, " ".join(name.split()))
        )
        if not gone:
            raise MappingNotFound(kind, name)
        event = MappingForgotten(of=kind, name=name, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


def answered(request: ImportRequest, layout: KnownLayout | None) -> Answers:
    """Return what is to be kept: what the person said, and what was kept before and not said otherwise."""
    before = layout.answers if layout is not None else Answers()
    return Answers(
        columns=tuple({**dict(before.columns), **dict(request.columns)}.items()),
        currency=request.currency or before.currency,
        date_order=request.date_order or before.date_order,
        decimal_mark=request.decimal_mark or before.decimal_mark,
        encoding=request.encoding or before.encoding,
        delimiter=request.delimiter or before.delimiter,
    )


def filled_in(request: ImportRequest, layout: KnownLayout | None) -> ImportRequest:
    """Return the request with encoding, delimiter and currency of a known layout where it says nothing.

    Columns, date order and decimal mark are not filled in: the survey weighs them against the file.
    """
    if layout is None:
        return request
    kept = layout.answers
    return replace(
        request,
        encoding=request.encoding or kept.encoding,
        delimiter=request.delimiter or kept.delimiter,
        currency=request.currency or kept.currency,
    )


def _written(answers: Answers) -> dict[str, Any]:
    said = {
        "columns": [list(pair) for pair in answers.columns],
        "currency": answers.currency,
        "date_order": answers.date_order.value if answers.date_order else None,
        "decimal_mark": answers.decimal_mark.value if answers.decimal_mark else None,
        "encoding": answers.encoding,
        "delimiter": answers.delimiter,
    }
    return {name: value for name, value in said.items() if value}


def _json(value: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def _read(row: Row) -> KnownLayout:
    kept = _json(row["answers"])
    answers = Answers(
        columns=tuple((str(header), str(field)) for header, field in kept.get("columns", ())),
        currency=kept.get("currency"),
        date_order=DateOrder(kept["date_order"]) if "date_order" in kept else None,
        decimal_mark=DecimalMark(kept["decimal_mark"]) if "decimal_mark" in kept else None,
        encoding=kept.get("encoding"),
        delimiter=kept.get("delimiter"),
    )
    return KnownLayout(row["kind"], row["name"], row["header_key"], answers, row["actor"], row["created_at"],
                       row["used_at"])  # fmt: skip
