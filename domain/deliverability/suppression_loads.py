"""Suppression loads: many addresses and domains from a CSV file at once, such as another system's suppression list.

Headers are matched by their usual names. Rows that are in order are taken, all in one transaction; the others are
returned with what is wrong with them. The same file twice changes nothing. A dry run does all the work and undoes it.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from domain.deliverability import suppression_ends, suppressions
from domain.deliverability.events import SuppressionsLoaded
from domain.deliverability.refusals import ReasonMissing
from domain.deliverability.states import SUPPRESSION
from domain.deliverability.suppressions import LIST, Target, Why
from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.addresses import AddressMalformed
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import date_texts, sources
from domain.ledger.csv_import.headers import folded
from domain.ledger.csv_import.refusals import FileHoldsNoRows, FileUnreadable

MAX_ROWS = 500_000

PAGE = 5_000
"""Rows that are written by one statement."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "address": ("address", "email", "email address", "e-mail", "recipient", "mail", "domain", "adresse", "correo"),
    "reason": ("reason", "type", "suppression type", "cause", "grund", "motif", "motivo"),
    "until": ("until", "reactivation date", "reactivate on", "expires", "expires at", "bis"),
    "note": ("note", "notes", "comment", "description", "diagnostic", "status", "bemerkung"),
}
"""The usual names over each column; only the address must be there."""

REASONS: Mapping[str, Why] = {
    **{folded(each.value): each for each in Why},
    **dict.fromkeys(("bounce", "bounces", "hardbounces", "permanent", "blocklisted", "dead"), Why.HARD_BOUNCE),
    **dict.fromkeys(("softbounce", "transient", "temporary"), Why.SOFT_BOUNCES),
    **dict.fromkeys(("complaints", "spam", "spamreport", "spamreports", "abuse", "spamcomplaint"), Why.COMPLAINT),
    **dict.fromkeys(("unsubscribe", "unsubscribed", "unsubscribes", "optout", "optedout", "manualunsubscribe"),
                    Why.OPTED_OUT),
    **dict.fromkeys(("invalidemail", "invalidaddress", "invalidemails"), Why.INVALID),
    **dict.fromkeys(("block", "blocked", "manualsuppression", "other"), Why.MANUAL),
    **dict.fromkeys(("legal", "gdpr"), Why.LEGAL_HOLD),
}  # fmt: skip
"""Reasons as other systems write them."""

FAULTS: Mapping[str, str] = {
    "address_malformed": "Write one address, or a domain as @acme.example.",
    "reason_unknown": f"Use one of: {', '.join(each.value for each in Why)}; or leave it empty.",
    "until_malformed": "Write a day such as 2026-12-31, or leave it empty.",
    "until_passed": "That day is over; take the row out, or leave the day empty.",
    "duplicate_row": "An earlier row names the same address for the same reason.",
    "legal_not_allowed": "A legal hold is put by Legal or a Controller.",
}
"""What may be wrong with a row, and what to do."""


@dataclass(frozen=True, slots=True)
class LoadFile:
    """A file to load, and what is said about it."""

    file_name: str
    path: Path | None = None
    stream: BinaryIO | None = None
    reason: Why = Why.MANUAL
    """Of rows that name none."""
    note: str = ""
    """Why, of rows that say nothing."""
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken."""

    line: int
    column: str
    """The header above the value, as the file writes it."""
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """The numbers of a load; ``new``, ``known`` and ``rejected`` add up to ``read``."""

    read: int
    new: int
    known: int
    rejected: int
    reasons: dict[str, int]
    rejects: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    whom: Target
    why: Why
    note: str
    until: datetime | None


class _DryRun(Exception):
    """Raised to undo everything."""

    def __init__(self, outcome: LoadOutcome) -> None:
        self.outcome = outcome


async def load(core: Core, said: LoadFile, *, actor: Actor, dry_run: bool = False) -> LoadOutcome:
    """Suppress what a file lists; with *dry_run* say what would change, and change nothing.

    Raises:
        NotAllowed: The actor may not handle suppressions.
        ReasonMissing: Neither the file nor the caller says why.
        ImportRefused: The file as a whole cannot be taken.
    """
    actor.require(Permission.HANDLE_SUPPRESSIONS)
    rows, rejects, read = _read(core, said, actor)
    if any(not each.note for each in rows):
        raise ReasonMissing
    try:
        async with core.transaction() as tx:
            new = sum([await _put(core, tx, rows[n : n + PAGE], actor) for n in range(0, len(rows), PAGE)])
            known = len(rows) - new
            reasons = dict(Counter(each.code for each in rejects))
            outcome = LoadOutcome(read, new, known, len(rejects), reasons, tuple(rejects))
            _undo_if(dry_run, outcome)
            if new:
                event = SuppressionsLoaded(
                    file_name=said.file_name[:200], read=read, new=new, known=known, rejected=len(rejects),
                    **by(actor, core.clock.now()))  # fmt: skip
                await timeline.record(core, tx, event)
    except _DryRun as end:
        return end.outcome
    return outcome


def _undo_if(dry_run: bool, outcome: LoadOutcome) -> None:
    if dry_run:
        raise _DryRun(outcome)


def _read(core: Core, said: LoadFile, actor: Actor) -> tuple[list[_Row], list[Rejected], int]:
    rows: list[_Row] = []
    rejects: list[Rejected] = []
    seen: set[tuple[str, Why]] = set()
    read = 0
    for line, cells, headers in _cells(said):
        read += 1
        if read > MAX_ROWS:
            raise FileUnreadable(f"{said.file_name} has more than {MAX_ROWS:,} rows; load it in parts.")
        found = _row(core, said, actor, line, cells, headers)
        if isinstance(found, _Row) and (found.whom.key, found.why) in seen:
            found = Rejected(line, headers["address"], cells.get("address", "")[:200], "duplicate_row")
        if isinstance(found, Rejected):
            rejects.append(found)
        else:
            seen.add((found.whom.key, found.why))
            rows.append(found)
    if not read:
        raise FileHoldsNoRows(f"{said.file_name} holds no rows below its header.")
    return rows, rejects, read


def _cells(said: LoadFile) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
    """Yield each row's line number, its cells by column, and the file's own headers by column."""
    with sources.opened(said) as file:
        encoding = sources.encoding_of(file, said.encoding)
        lines = (line for block in sources.blocks(sources.Bytes(file, lambda _: None), encoding) for line in block)
        first = next(lines, "")
        reader = csv.reader(_from(first, lines), delimiter=_delimiter(first, said.delimiter), strict=True)
        try:
            places = _places(first_row := next(reader, []), said.file_name)
            headers = {name: first_row[at].strip()[:200] for name, at in places.items()}
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield (
                        reader.line_num,
                        {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()},
                        headers,
                    )
        except csv.Error as error:  # a quote that nobody closes would swallow the addresses behind it
            where = f"{said.file_name}, line {reader.line_num}"
            raise FileUnreadable(f"{where}: {error}. Look at the quotes there; nothing was loaded.") from None


def _from(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(header: str, asked: str | None) -> str:
    """Return what separates the cells; a list of one column has nothing that does."""
    plain = asked is None and not any(sign in header for sign in sources.DELIMITERS.values())
    return "," if plain else sources.delimiter_of(header, asked)


def _places(headers: Sequence[str], file_name: str) -> dict[str, int]:
    names = [folded(each) for each in headers]
    places = {
        column: next(names.index(folded(each)) for each in words if folded(each) in names)
        for column, words in COLUMNS.items()
        if any(folded(each) in names for each in words)
    }
    if "address" not in places:
        raise FileUnreadable(f"{file_name} has no column for the address. Name it `address`, `email` or `domain`.")
    return places


def _row(
    core: Core, said: LoadFile, actor: Actor, line: int, cells: Mapping[str, str], headers: Mapping[str, str]
) -> _Row | Rejected:
    def rejected(column: str, code: str) -> Rejected:
        return Rejected(line, headers.get(column, ""), cells.get(column, "")[:200], code)

    named = cells["address"]
    try:
        whom = suppressions.target(named if "@" in named else f"@{named}")
    except AddressMalformed:
        return rejected("address", "address_malformed")
    why = REASONS.get(folded(cells.get("reason", ""))) if cells.get("reason") else said.reason
    if why is None:
        return rejected("reason", "reason_unknown")
    if why is Why.LEGAL_HOLD and Permission.APPROVE_CREDITS not in actor.may:
        return rejected("reason", "legal_not_allowed")
    until: datetime | None = None
    if cells.get("until"):
        day = _day(cells["until"])
        if day is None:
            return rejected("until", "until_malformed")
        until = suppression_ends.end_of(core, day)
        if until <= core.clock.now():
            return rejected("until", "until_passed")
    note = " ".join((cells.get("note") or said.note).replace("\0", "").split())[: suppressions.LONGEST_NOTE]
    return _Row(line, whom, why, note, until)


def _day(text: str) -> date | None:
    """Return a day that can be read in one way only."""
    if text[:4].isdigit():  # of a moment such as 2026-03-31T09:00 the day counts
        text = text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    found = {each for each in date_texts.readings(text) if each is not None}
    return found.pop() if len(found) == 1 else None


_SAID_AGAIN = """
    UPDATE suppression s SET until = NULL, rule = %s, diagnostic = '', note = r.note, made_by = %s, mail_id = NULL
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS r(key, reason, note)
    WHERE s.address_key = r.key AND s.reason = r.reason AND s.state = 'active'
"""


async def _put(core: Core, tx: Transaction, rows: Sequence[_Row], actor: Actor) -> int:
    """Insert a page of rows, or let what would end have no end any more; return how many are new in that sense.

    What a mail had led to, and the list says as well, stands whatever becomes of that mail.
    """
    lasting = [each for each in rows if each.until is None]
    known = (LIST, actor.name, [each.whom.key for each in lasting], [each.why.value for each in lasting],
             [sentences.as_text(each.note) for each in lasting])  # fmt: skip
    longer = await tx.rows(f"{_SAID_AGAIN} AND s.until IS NOT NULL RETURNING s.id", known)
    await tx.execute(f"{_SAID_AGAIN} AND s.until IS NULL AND s.mail_id IS NOT NULL", known)
    new = await tx.rows(
        "INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, note, made_by, until,"
        " created_at) SELECT r.id, r.address, r.key, r.reason, %s, %s, '', r.note, %s, r.until, %s"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])"
        " AS r(id, address, key, reason, note, until) ORDER BY r.key, r.reason"
        " ON CONFLICT (address_key, reason) WHERE state = 'active' DO NOTHING RETURNING id",
        (SUPPRESSION.start.value, LIST, actor.name, core.clock.now(), [uuid4() for _ in rows],
         [each.whom.address for each in rows], [each.whom.key for each in rows], [each.why.value for each in rows],
         [sentences.as_text(each.note) for each in rows], [each.until for each in rows]),
    )  # fmt: skip
    return len(longer) + len(new)
