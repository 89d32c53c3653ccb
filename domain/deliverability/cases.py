"""Cases: all that a decision about one mail is made from, gathered from the database by its tokens and Message-IDs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.deliverability import return_paths
from domain.deliverability.reading import Reading
from domain.deliverability.return_paths import Kind as PathKind
from domain.deliverability.return_paths import Proof as Token
from domain.kernel import addresses
from domain.kernel.core import Core
from domain.kernel.transactions import Rows


@dataclass(frozen=True, slots=True)
class Mailed:
    """A message of ours that a mail may be about."""

    id: UUID
    message_id: str
    address: str
    address_key: str
    contact_id: UUID
    invoice_id: UUID
    invoice_number: str
    account_id: UUID
    left: bool
    """Whether it ever left us, as far as we know."""
    contradicted: bool
    """Whether its recipient wrote, or a person let the address be mailed again, after it had left."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The one customer who has the sender of a mail as a contact, and the invoices that are open there."""

    account_id: UUID
    account_name: str
    open_invoices: int
    invoice_id: UUID | None
    """The open one, where there is exactly one."""
    invoice_number: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """All that a decision is made from."""

    reading: Reading
    tokens: tuple[Token, ...]
    """Of the addresses that the mail was sent to."""
    inner: tuple[Token, ...]
    """Of addresses inside the mail: only somebody who had our message can know them."""
    mailed: Mapping[UUID, Mailed]
    """The messages that the tokens name, and those whose Message-ID the mail refers to."""
    arrived: datetime
    writer: Writer | None = None
    """Who wrote it, by the sender that it names; anybody can write that, so it proves nothing."""

    def proven(self, *kinds: PathKind, inner: bool = False) -> Mailed | None:
        """Return the message that a fresh token of these kinds proves, if we know it."""
        tokens = self.tokens + (self.inner if inner else ())
        return next(
            (self.mailed[each.mailing_id] for each in tokens
             if each.kind in kinds and each.fresh and each.mailing_id in self.mailed), None)  # fmt: skip

    @property
    def by_token(self) -> Mailed | None:
        """Return the message that the address names to which the mail was sent, however old its token is."""
        return next((self.mailed[each.mailing_id] for each in self.tokens if each.mailing_id in self.mailed), None)

    @property
    def by_reference(self) -> Mailed | None:
        """Return the message whose Message-ID the mail refers to; the last one that it names is the nearest."""
        by_id = {each.message_id.strip("<>").lower(): each for each in self.mailed.values()}
        named = (by_id.get(each.strip("<>").lower()) for each in reversed(self.reading.message_ids))
        return next((each for each in named if each is not None), None)

    @property
    def by_quote(self) -> Mailed | None:
        """Return the message whose signed address is quoted in the mail."""
        return next((self.mailed[each.mailing_id] for each in self.inner if each.mailing_id in self.mailed), None)

    @property
    def about(self) -> Mailed | None:
        """Return the message that the mail most likely belongs to; stale tokens and Message-IDs are good enough."""
        return self.by_token or self.by_reference or self.by_quote


async def gathered(core: Core, rows: Rows, *, reading: Reading, sent_to: Sequence[str], arrived: datetime) -> Case:
    """Gather a case: what its tokens prove, the messages that they name, and who its sender may be."""
    tokens = tuple(token for each in sent_to if (token := return_paths.verified(core, each, at=arrived)))
    inner = tuple(token for each in reading.tokens if (token := return_paths.verified(core, each, at=arrived)))
    mailed = await mailed_by(rows, [each.mailing_id for each in tokens + inner], reading.message_ids)
    writer = await _writer(rows, reading.sender) if not mailed and reading.sender else None
    return Case(reading, tokens, inner, mailed, arrived, writer)


async def mailed_by(rows: Rows, ids: Sequence[UUID], message_ids: Sequence[str] = ()) -> dict[UUID, Mailed]:
    """Return the messages of ours with those ids or Message-IDs."""
    if not ids and not message_ids:
        return {}
    spellings = [form for each in message_ids for form in (each, each.strip("<>"))]
    found = await rows.rows(
        "SELECT m.id, m.message_id, m.address, m.address_key, m.contact_id, m.invoice_id, i.number AS invoice_number,"
        " m.account_id, m.state IN ('sending', 'sent', 'unknown', 'refused') AS left,"
        " m.sent_at IS NOT NULL AND ("
        "   EXISTS (SELECT FROM delivery_evidence e WHERE e.address_key = m.address_key AND e.kind = 'alive'"
        "           AND e.withdrawn_at IS NULL AND e.heard_at > m.sent_at)"
        "   OR EXISTS (SELECT FROM suppression s WHERE s.address_key = m.address_key AND s.state = 'lifted'"
        "              AND s.lifted_at > m.sent_at AND s.lifted_by <> 'Plixo')) AS contradicted"
        " FROM mailing m JOIN invoice i ON i.id = m.invoice_id WHERE m.id = ANY(%s) OR m.message_id = ANY(%s)",
        (list(ids), spellings),
    )
    return {row["id"]: Mailed(**row) for row in found}


async def _writer(rows: Rows, sender: str) -> Writer | None:
    found = await rows.rows(
        "SELECT a.id AS account_id, a.name AS account_name, count(i.id) AS open_invoices,"
        " (array_agg(i.id ORDER BY i.due_on))[1] AS invoice_id, (array_agg(i.number ORDER BY i.due_on))[1] AS number"
        " FROM (SELECT DISTINCT account_id FROM contact WHERE email_key = %s AND state = 'active') c"
        " JOIN account a ON a.id = c.account_id LEFT JOIN invoice i ON i.account_id = a.id AND i.state = 'open'"
        " AND i.settled_on IS NULL"  # so the index finds it, however long the customer's history is
        " GROUP BY a.id, a.name LIMIT 2",
        (addresses.key(sender),),
    )
    if len(found) != 1:
        return None
    row = found[0]
    only = row["open_invoices"] == 1
    return Writer(row["account_id"], row["account_name"], row["open_invoices"],
                  row["invoice_id"] if only else None, row["number"] if only else None)  # fmt: skip
