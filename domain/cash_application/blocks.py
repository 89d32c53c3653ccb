"""Blocks: why a line is left to a person however sure its match is; read again under the locks before it is posted."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from domain.cash_application.candidates import Line, Way
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row, Rows

OLDEST = timedelta(days=90)
"""Older lines are history that somebody may have booked elsewhere."""

_FACTS = """
    SELECT i.id, i.number, i.account_id, a.name AS account_name, a.state = 'excluded' AS excluded,
           EXISTS (SELECT FROM dispute d WHERE d.invoice_id = i.id AND d.state = 'open' AND NOT d.is_test) AS disputed,
           EXISTS (SELECT FROM allocation al WHERE al.invoice_id = i.id AND al.takes_back_id IS NOT NULL) AS taken_back
    FROM invoice i JOIN account a ON a.id = i.account_id WHERE i.id = ANY(%(ids)s)
"""

INVOICE_RULES: Mapping[str, str] = {
    "excluded": phrase("{account_name} is excluded from collections"),
    "disputed": phrase("{number} is in dispute"),
    "taken_back": phrase("a payment on {number} was taken back before"),
}
"""Which fact about an invoice leaves the line to a person, and how that is said."""


async def facts(rows: Rows, invoices: Sequence[UUID]) -> dict[UUID, Row]:
    """Return what is to be known about invoices before money goes on them without a person."""
    found = await rows.rows(_FACTS, {"ids": list(invoices)}) if invoices else []
    return {row["id"]: row for row in found}


def against(core: Core, *, line: Line, way: Way, known: Mapping[UUID, Row]) -> tuple[str, ...]:
    """Return why the line waits for a person, in words; nothing when it does not have to."""
    found = [*doubt(line), _old(line.booked_on, local_date(core.clock, core.merchant.zone))]
    for part in way.parts:
        row = known.get(part.debt.id)
        if row is None:
            found.append(say("{number} is gone", number=part.debt.number))
            continue
        values = {"account_name": row["account_name"], "number": row["number"]}
        found += [say(said, **values) for fact, said in INVOICE_RULES.items() if row[fact]]
    return tuple(dict.fromkeys(each for each in found if each))


def doubt(line: Line) -> tuple[str, ...]:
    """Return what only a person can tell about the line, in words."""
    return (line.doubted,) if line.doubted else ()


def _old(booked_on: date, today: date) -> str:
    if today - booked_on <= OLDEST:
        return ""
    return say("the line is of {day}, over {count} days ago", day=booked_on, count=OLDEST.days)
