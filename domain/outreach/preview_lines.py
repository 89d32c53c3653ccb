"""Lines of a preview: what is in a mail already, what would get into one, and what a person struck out."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.commitments.instalments import Occasion
from domain.kernel import addresses, sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row
from domain.outreach import decisions, due, instalments
from domain.outreach.decisions import Decision
from domain.outreach.due import Case, Moment
from domain.outreach.instalments import Asked
from domain.policies.values import Tone

PAGE = 500
PAGES = 20
"""More pending items than this are not counted: whoever has ten thousand drafts reads none of them here."""


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice that would be asked for."""

    id: str
    """The same whenever the same step is previewed; a veto names invoice and step."""
    invoice_id: UUID
    invoice_number: str
    account_name: str
    sent_to: tuple[str, ...]
    """Masked."""
    letter: str
    tone: str
    asks: Money
    segment: str
    step: int | None
    """None: an instalment or a nudge, which is not struck out but cancelled where it comes from."""
    needs: tuple[str, ...]
    """Why a person would have to approve it; empty: it leaves by itself."""
    holds: str
    """What would keep it back on that day, or nothing."""
    struck: str = ""
    """Who struck it out and why, or nothing."""
    pending: bool = False
    """Whether it is in a mail already."""


@dataclass(frozen=True, slots=True)
class Veto:
    """A step that was struck out."""

    step: int
    letter: str
    tone: str
    reason: str
    made_by: str


_PENDING = """
    SELECT t.id, t.invoice_id, t.enrolment_id, t.step, t.letter, t.tone, a.name AS account_name, m.address, m.segment,
           m.state, m.needs, m.not_before, m.waits_reason, v.reason AS veto_reason, v.made_by AS veto_by
    FROM mailing m JOIN mailing_item t ON t.mailing_id = m.id AND t.state = 'included'
    JOIN account a ON a.id = m.account_id
    LEFT JOIN veto v ON v.enrolment_id = t.enrolment_id AND v.step = t.step
    WHERE m.asks AND m.state IN ('drafted', 'queued') AND t.id > %(after)s
    ORDER BY t.id LIMIT %(page)s
"""


async def pending(core: Core, *, moment: Moment) -> AsyncIterator[list[Line]]:
    """Yield what is in mails that have not left yet, a page at a time."""
    after = UUID(int=0)
    for _ in range(PAGES):
        rows = await core.database.rows(_PENDING, {"after": after, "page": PAGE})
        cases = await due.cases_of_invoices(core.database, ids=list({row["invoice_id"] for row in rows}), moment=moment)
        by_invoice = {case.invoice_id: case for case in cases}
        yield [_of_item(core, row, by_invoice[row["invoice_id"]], moment) for row in rows]
        if len(rows) < PAGE:
            return
        after = rows[-1]["id"]


def _of_item(core: Core, row: Row, case: Case, moment: Moment) -> Line:
    stopped = decisions.stopped_by(case, decisions.at(core, moment), but=("pending", "rest"))
    waits = row["waits_reason"] if row["not_before"] is not None and row["not_before"] > moment.now else ""
    return Line(
        id=f"{row['enrolment_id']}:{row['step']}" if row["enrolment_id"] else str(row["id"]),
        invoice_id=case.invoice_id,
        invoice_number=case.number,
        account_name=row["account_name"],
        sent_to=(addresses.masked(row["address"]),),
        letter=row["letter"],
        tone=row["tone"],
        asks=case.asked,
        segment=row["segment"] or "",
        step=row["step"] if row["enrolment_id"] else None,
        needs=sentences.all_said(row["needs"]) if row["state"] == "drafted" else (),
        holds=sentences.said(stopped[0] if stopped else waits),
        struck=_struck(row["veto_by"], row["veto_reason"]) if row["veto_by"] else "",
        pending=True,
    )


def of_step(decision: Decision, *, holds: str) -> Line:
    """Return the line of a step that would be sent, or would be if nothing held it."""
    step = decision.step
    assert step is not None, "a line is about a letter"
    return _line(decision, step.position, step.letter or "", decision.tone, holds=holds)


def of_instalment(core: Core, asked: Asked, *, holds: str) -> Line:
    """Return the line of an instalment that will be asked for; it is not struck out, its plan is changed."""
    case = asked.case
    return Line(
        id=asked.key,
        invoice_id=case.invoice_id,
        invoice_number=case.number,
        account_name=case.account_name,
        sent_to=tuple(addresses.masked(each.email) for each in asked.recipients),
        letter=instalments.LETTERS[Occasion(asked.row["occasion"])][0],
        tone=Tone.NEUTRAL.value,
        asks=Money(asked.minor, case.currency),
        segment=case.segment,
        step=None,
        needs=instalments.needs_of(core, asked),
        holds=holds,
    )


def of_struck(decision: Decision, veto: Veto) -> Line:
    """Return the line of a step that was struck out."""
    return _line(decision, veto.step, veto.letter, veto.tone, struck=_struck(veto.made_by, veto.reason))


def _line(decision: Decision, step: int, letter: str, tone: str, *, holds: str = "", struck: str = "") -> Line:
    case = decision.case
    return Line(
        id=f"{case.id}:{step}",
        invoice_id=case.invoice_id,
        invoice_number=case.number,
        account_name=case.account_name,
        sent_to=tuple(addresses.masked(each.email) for each in decision.recipients),
        letter=letter,
        tone=tone,
        asks=case.asked,
        segment=case.segment,
        step=step,
        needs=() if struck else decision.needs,
        holds=holds,
        struck=struck,
    )


def _struck(by: str, reason: str) -> str:
    return say("{who}: {why}", who=by, why=sentences.said(reason))


async def struck(core: Core, *, ids: Sequence[UUID], moment: Moment) -> Mapping[UUID, Sequence[Veto]]:
    """Return the vetoes on steps of those enrolments that would be due by then and are still ahead."""
    rows = await core.database.rows(
        "SELECT v.enrolment_id, v.step, v.reason, v.made_by, s.letter, s.tone FROM veto v"
        " JOIN enrolment e ON e.id = v.enrolment_id AND v.step > e.last_position JOIN invoice i ON i.id = e.invoice_id"
        " JOIN cadence_step s ON s.cadence_id = e.cadence_id AND s.position = v.step"
        " WHERE v.enrolment_id = ANY(%s) AND i.due_on + s.offset_days <= %s ORDER BY v.enrolment_id, v.step",
        (list(ids), moment.today),
    )
    found: dict[UUID, list[Veto]] = defaultdict(list)
    for row in rows:
        found[row.pop("enrolment_id")].append(Veto(**row))
    return found


async def written_to(core: Core, *, keys: Sequence[str], since: datetime) -> Mapping[str, datetime]:
    """Return to which of those addresses a reminder went since then, and when the last one did."""
    rows = await core.database.rows(
        "SELECT address_key, max(sent_at) AS at FROM mailing WHERE address_key = ANY(%s) AND asks AND sent_at > %s"
        " GROUP BY address_key",
        (list(set(keys)), since),
    )
    return {row["address_key"]: row["at"] for row in rows}
