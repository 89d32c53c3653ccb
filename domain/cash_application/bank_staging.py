"""Bank staging: the rows of a statement beside the lines that are kept, each under the key by which it is known again.

The key is a digest of account, day, amount, currency and texts, and the how-manieth such line of the file it is: two
payers who wrote the same on one day are two lines, and a file that overlaps with an earlier one brings nothing twice.
A bank's own number of the movement takes the place of the texts, which some banks change later. Day and amount stay
in: some banks' numbers are not unique.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from domain.cash_application import bank_repeats, payer_texts, table_places
from domain.cash_application.bank_faults import BankFault
from domain.cash_application.bank_layouts import BankFile, BankLayout
from domain.cash_application.bank_rows import BankRow, BankRows
from domain.cash_application.bank_words import BankField
from domain.cash_application.camt_rows import CamtLayout, CamtPages
from domain.cash_application.models import BankLine
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import import sources
from domain.ledger.csv_import.records import Batch
from domain.ledger.csv_import.refusals import FileUnreadable
from domain.ledger.csv_import.rejects import RejectLog
from domain.ledger.csv_import.requests import Progress

MAX_MOVEMENTS = 1_000_000
"""Of one statement."""

_CREATED = """
    CREATE TEMP TABLE bank_row (n integer GENERATED ALWAYS AS IDENTITY, line integer, key text, unnamed_key text,
        account text, booked_on date, currency text, amount_minor bigint, payer_name text, payer_keys text[],
        payer_hint text, reference text, bank_reference text, doubt text)
    ON COMMIT DROP
"""

_FRESH = """
    CREATE TEMP TABLE bank_fresh ON COMMIT DROP AS SELECT r.*, NULL::uuid AS like_id FROM bank_row r
    WHERE NOT EXISTS (SELECT FROM bank_line b WHERE b.key = r.key)
      AND NOT EXISTS (SELECT FROM bank_line b WHERE b.key = r.unnamed_key)
"""

_NEW = """
    SELECT currency, count(*) AS lines, count(*) FILTER (WHERE doubt <> '') AS doubted,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS came_in,
           coalesce(sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS went_out
    FROM bank_fresh GROUP BY currency ORDER BY currency
"""

_KEPT = """
    INSERT INTO bank_line (id, batch_id, line, key, bank_account, booked_on, currency, amount_minor, payer_name,
                           payer_key, payer_hint, reference, bank_reference, form, doubt, like_id, state, created_at)
    SELECT gen_random_uuid(), %s, line, key, account, booked_on, currency, amount_minor, payer_name,
           coalesce(payer_keys[1], ''), payer_hint, reference, bank_reference, %s, doubt, like_id,
           %s, %s
    FROM bank_fresh ORDER BY line
"""

_RENEWED = (
    """
    CREATE TEMP TABLE payer_renewed ON COMMIT DROP AS
    SELECT DISTINCT old, payer_keys[1] AS new FROM bank_row, unnest(payer_keys[2:]) AS old
    """,
    """
    UPDATE payer_alias a SET key = r.new FROM payer_renewed r
    WHERE a.key = r.old AND NOT EXISTS (SELECT FROM payer_alias o WHERE o.key = r.new AND o.account_id = a.account_id)
    """,
    "UPDATE bank_line b SET payer_key = r.new FROM payer_renewed r WHERE b.payer_key = r.old",
)
"""Digests that were made with an earlier key give way to those of the newest, while both keys are known."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read."""

    read: int
    movements: int
    left_out: Counter[str]
    accounts: tuple[str, ...]


def names_account(layout: BankLayout | CamtLayout) -> bool:
    """Tell whether the rows name the merchant's account."""
    return isinstance(layout, BankLayout) and BankField.ACCOUNT in layout.columns.places


async def fill(
    core: Core,
    tx: Transaction,
    file: BinaryIO,
    *,
    said: BankFile,
    layout: BankLayout | CamtLayout,
    form: str,
    log: RejectLog,
    today: date,
    progress: Progress | None,
) -> Staged:
    """Read the statement again and stage its movements; rows with a fault go to the log."""
    await tx.execute(_CREATED)
    source: CamtPages | _TablePages
    if isinstance(layout, CamtLayout):
        source = CamtPages(file, layout, name=said.file_name, log=log, today=today, progress=progress)
    else:
        source = _TablePages(file, layout=layout, log=log, today=today, progress=progress)
    several = isinstance(layout, CamtLayout) and len(layout.accounts) > 1
    pages = _Pages(core, source, said=said, several=several)
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy("COPY bank_row (line, key, unnamed_key, account, booked_on, currency, amount_minor, payer_name,"
                    " payer_keys, payer_hint, reference, bank_reference, doubt) FROM STDIN") as copy,
    ):  # fmt: skip
        copy.set_types(
            ["int4", "text", "text", "text", "date", "text", "int8", "text", "text[]", "text", "text", "text", "text"]
        )
        while (page := await asyncio.to_thread(pages.next)) is not None:
            for row in page:
                await copy.write_row(row)
    await tx.execute(_FRESH)
    await bank_repeats.settle(tx, form=form)
    return Staged(source.read, pages.taken, source.left_out, pages.accounts)


class _TablePages:
    """The movements of a table, page by page."""

    def __init__(
        self, file: BinaryIO, *, layout: BankLayout, log: RejectLog, today: date, progress: Progress | None
    ) -> None:
        self._rows = BankRows(layout, today=today)
        self.read = 0
        self._layout, self._log = layout, log
        self._batches = batches(file, layout, progress)

    @property
    def left_out(self) -> Counter[str]:
        """Rows that are nothing for the books, by reason."""
        return self._rows.left_out

    def next(self) -> list[BankRow] | None:
        """Return the movements of the next rows, or None at the end."""
        batch = next(self._batches, None)
        if batch is None:
            return None
        self.read += len(batch.rows) + len(batch.broken)
        return list(movements(batch, self._rows, self._log, self._layout))


class _Pages:
    """The statement's movements as they are staged, page by page; read in a thread, so that nobody waits for it."""

    def __init__(self, core: Core, source: CamtPages | _TablePages, *, said: BankFile, several: bool) -> None:
        self.taken = 0
        self._several = several
        self._core, self._source, self._said = core, source, said
        self._keys = _Keys()
        self._accounts: dict[str, None] = {}

    @property
    def accounts(self) -> tuple[str, ...]:
        """The first of the merchant's accounts, as they are shown."""
        return tuple(each for each in self._accounts if each)[:20]

    def next(self) -> list[tuple[object, ...]] | None:
        """Return the next page, or None at the end.

        Raises:
            FileUnreadable: There are more movements than one file may have.
        """
        rows = self._source.next()
        if rows is None:
            return None
        page = [self._staged(row) for row in rows]
        self.taken += len(page)
        if self.taken > MAX_MOVEMENTS:
            raise FileUnreadable(
                say("The file has more than {most} movements. Import it in parts.", most=MAX_MOVEMENTS)
            )
        return page

    def _named(self, row: BankRow) -> str:
        """Return what the account is called; where the file holds several, one name does not mean them all."""
        if self._several and self._said.account and row.account:
            return f"{self._said.account} {_short(row.account)}"
        return self._said.account or _short(row.account)

    def _staged(self, row: BankRow) -> tuple[object, ...]:
        name = self._named(row)
        self._accounts.setdefault(name)
        key, unnamed = self._keys.of(row, row.account or self._said.account)
        return (row.line, key, unnamed, name, row.booked_on, row.currency, row.amount_minor, row.payer_name,
                list(payer_texts.account_keys(self._core, row.payer_account)),
                payer_texts.account_hint(row.payer_account), row.reference, row.transaction,
                row.doubt.value)  # fmt: skip


def batches(file: BinaryIO, layout: BankLayout, progress: Progress | None) -> Iterator[Batch]:
    """Yield the statement's rows, numbered as in the file."""
    raw = sources.Bytes(file, sources.Tally(progress, before=layout.size, whole=2 * layout.size).more)
    table, ahead = table_places.table(sources.blocks(raw, layout.encoding), layout.place)
    for batch in table:
        yield Batch(
            [line - ahead for line in batch.lines],
            batch.rows,
            [record._replace(line=record.line - ahead) for record in batch.broken],
        )


def movements(batch: Batch, rows: BankRows, log: RejectLog, layout: BankLayout) -> Iterator[BankRow]:
    """Yield the movements of some rows; what is wrong with the others goes to the log."""
    faults: dict[int, list[BankFault]] = {}
    for record in batch.broken:
        if (fault := rows.broken(record)) is not None:
            faults[record.line] = [fault]
    for line, cells in zip(batch.lines, batch.rows, strict=True):
        try:
            row = rows.read(line, cells)
        except BankFault as fault:
            faults[line] = [fault]
            continue
        if row is not None:
            yield row
    log.add(faults, layout.columns)


class _Keys:
    """Counts the equal lines of a file."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, row: BankRow, account: str) -> tuple[str, str]:
        """Return the row's key, and the key that it would have had as a line of no named account."""
        said = ("id", row.transaction) if row.transaction else ("texts", _bare(row.payer_name), _bare(row.reference))
        content = "\0".join((row.booked_on.isoformat(), str(row.amount_minor), row.currency, *said)).encode()
        named = f"{_bare(account)}\0".encode() + content
        digest = sha256(named).digest()[:12]
        self._seen[digest] += 1
        nth = f"\0{self._seen[digest]}".encode()
        return sha256(named + nth).hexdigest(), sha256(b"\0" + content + nth).hexdigest()


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()


def _short(account: str) -> str:
    """Return an account number by its end, and a name as it is."""
    bare = re.sub(r"[\s-]", "", account)
    return f"…{bare[-4:]}" if sum(each.isdigit() for each in bare) >= 8 else account


async def new_lines(tx: Transaction) -> list[Row]:
    """Return how many lines are new and what they move, by currency."""
    return await tx.rows(_NEW)


async def keep(tx: Transaction, *, batch: UUID, form: str, now: datetime) -> int:
    """Write the new lines; return how many."""
    for statement in _RENEWED:
        await tx.execute(statement)
    return await tx.execute(_KEPT, (batch, form, BankLine.MACHINE.start.value, now))
