"""Evidence: what each mail that came back says of an address, how well that is proven, and the days it counts for.

Rows are only ever added. When a mail is read again and says something else, what it said before is withdrawn. Bounce
days and resets are computed from the rows, so they are right whatever order the mails come in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from domain.deliverability.authentications import Authentication
from domain.deliverability.reading import Outcome
from domain.kernel import addresses
from domain.kernel.core import Core
from domain.kernel.transactions import Rows, Transaction

BOUNCE_DAYS = 3
"""On so many days within the window mail must come back before a mailbox in trouble is left alone."""

WINDOW_DAYS = 14

QUIET_MEANS_DELIVERED = timedelta(hours=72)
"""A mail that drew no bounce for so long has arrived: servers report failures within hours and delays within a day."""

MAX_FINDINGS = 20
"""Addresses of one unproven report that are kept; nobody mails more contacts of one customer."""

MAX_LISTED = 200


class Sort(StrEnum):
    """What a mail says of an address. The first five are the outcomes of a mail that came back."""

    DEAD = "dead address"
    TROUBLE = "mailbox trouble"
    OURS = "our fault"
    GAVE_UP = "gave up"
    UNCLEAR = "unclear"
    LATE = "still trying"
    COMPLAINT = "complaint"
    OPTED_OUT = "opted out"
    WITHDRAWN = "complaint withdrawn"
    LEFT = "left"
    AWAY = "away"
    ALIVE = "alive"


class Proof(StrEnum):
    """How well a mail proves what it says; only the first may change anything by itself."""

    PROVEN = "proven"
    STALE = "stale"
    MISSING = "missing"
    OTHER_ADDRESS = "other address"
    OTHER_TOKEN = "other token"  # noqa: S105  # no password
    NOT_MAILED = "not mailed"
    CONTRADICTED = "contradicted"


OF_OUTCOME = {
    Outcome.DEAD: Sort.DEAD,
    Outcome.MAILBOX: Sort.TROUBLE,
    Outcome.OURS: Sort.OURS,
    Outcome.GAVE_UP: Sort.GAVE_UP,
    Outcome.UNCLEAR: Sort.UNCLEAR,
}

COUNTED = frozenset({Sort.TROUBLE, Sort.GAVE_UP, Sort.UNCLEAR})
"""What makes a bounce day. Our own faults never do, and a mail that is still being tried has not come back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one mail says of one address."""

    address: str
    sort: Sort
    proof: Proof
    reason: str = ""
    status: str = ""
    diagnostic: str = ""

    @property
    def counts(self) -> bool:
        """Whether it makes its day a bounce day."""
        return self.proof is Proof.PROVEN and self.sort in COUNTED


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of an address's evidence."""

    mail_id: UUID
    heard_at: datetime
    day: date
    kind: str
    proof: str
    counts: bool
    rule: str
    reason: str
    status: str
    diagnostic: str
    """The words of the refusing server; may hold the address."""
    invoice_number: str | None
    withdrawn_at: datetime | None
    authentication: str = ""
    """What SPF, DKIM and DMARC say of the mail's sender, where that was asked."""


_DAYS = """
    WITH reset AS (
        SELECT greatest(
            (SELECT max(e.heard_at) FROM delivery_evidence e
             WHERE e.address_key = %(key)s AND e.kind = 'alive' AND e.withdrawn_at IS NULL
               AND e.heard_at <= %(now)s),
            (SELECT max(m.sent_at) FROM mailing m
             WHERE m.address_key = %(key)s AND m.state = 'sent' AND m.sent_at <= %(quiet)s
               AND NOT EXISTS (SELECT FROM delivery_evidence e WHERE e.mailing_id = m.id AND e.withdrawn_at IS NULL
                               AND e.kind = ANY(%(returned)s))),
            (SELECT max(s.lifted_at) FROM suppression s WHERE s.address_key = %(key)s AND s.state = 'lifted'
               AND s.lifted_at <= %(now)s)
        ) AS at
    )
    SELECT count(DISTINCT e.day) AS days
    FROM delivery_evidence e CROSS JOIN reset r LEFT JOIN mailing m ON m.id = e.mailing_id
    WHERE e.address_key = %(key)s AND e.counts AND e.withdrawn_at IS NULL AND e.day > %(since)s
      AND e.heard_at <= %(now)s AND (r.at IS NULL OR coalesce(m.sent_at, e.heard_at) > r.at)
"""

_RETURNED = [Sort.DEAD, Sort.TROUBLE, Sort.OURS, Sort.GAVE_UP, Sort.UNCLEAR, Sort.LATE]


async def record(
    core: Core,
    tx: Transaction,
    *,
    mail_id: UUID,
    mailing_id: UUID | None,
    findings: Sequence[Finding],
    rule: str,
    heard_at: datetime,
) -> tuple[str, ...]:
    """Keep what a mail says, in the caller's transaction; what it was understood to say before is withdrawn.

    To keep the same again changes nothing. Return the keys of the addresses that lost a point by it.
    """
    day = heard_at.astimezone(core.merchant.zone).date()
    rows = {
        addresses.key(each.address): (
            uuid4(), mail_id, mailing_id, addresses.key(each.address), each.sort.value, each.proof.value, each.counts,
            day, rule, each.reason, each.status, each.diagnostic, heard_at)
        for each in findings[:MAX_FINDINGS]
    }  # fmt: skip
    said = [[key, row[4], row[5], row[9]] for key, row in rows.items()]
    withdrawn = await tx.rows(
        "UPDATE delivery_evidence SET withdrawn_at = %s WHERE mail_id = %s AND withdrawn_at IS NULL"
        " AND NOT (address_key || chr(10) || kind || chr(10) || proof || chr(10) || reason) = ANY(%s)"
        " RETURNING address_key, counts",
        (core.clock.now(), mail_id, ["\n".join(each) for each in said]),
    )
    lost = tuple(sorted({each["address_key"] for each in withdrawn if each["counts"]}))
    if not rows:
        return lost
    values = ", ".join(["(" + ", ".join(["%s"] * 13) + ")"] * len(rows))
    await tx.execute(
        "INSERT INTO delivery_evidence (id, mail_id, mailing_id, address_key, kind, proof, counts, day, rule, reason,"
        f" status, diagnostic, heard_at) VALUES {values}"
        " ON CONFLICT (mail_id, address_key) WHERE withdrawn_at IS NULL DO NOTHING",
        [value for row in rows.values() for value in row],
    )
    return lost


async def bounce_days(core: Core, rows: Rows, *, address_key: str, at: datetime | None = None) -> int:
    """Return on how many days of the last fortnight mail to an address came back since it last worked.

    It worked when its owner wrote, when a mail drew no bounce for three days, and when a person said so by lifting a
    suppression; mails sent before that moment count no more, whenever their reports come. With *at*, return how many
    there were at that moment, by what still holds of the mails that had come by then.
    """
    now = at or core.clock.now()
    today = now.astimezone(core.merchant.zone).date()
    row = await rows.row(_DAYS, {
        "key": address_key, "quiet": now - QUIET_MEANS_DELIVERED, "since": today - timedelta(days=WINDOW_DAYS),
        "returned": [each.value for each in _RETURNED], "now": now,
    })  # fmt: skip
    return int(row["days"]) if row else 0


async def of_address(core: Core, *, address: str, limit: int = 50) -> tuple[EvidenceLine, ...]:
    """Return what mails said of an address, newest first, with what was withdrawn since."""
    found = await core.database.rows(
        "SELECT e.mail_id, e.heard_at, e.day, e.kind, e.proof, e.counts, e.rule, e.reason, e.status, e.diagnostic,"
        " i.number AS invoice_number, e.withdrawn_at, b.authentication FROM delivery_evidence e"
        " JOIN inbound_mail b ON b.id = e.mail_id"
        " LEFT JOIN mailing m ON m.id = e.mailing_id LEFT JOIN invoice i ON i.id = m.invoice_id"
        " WHERE e.address_key = %s ORDER BY e.heard_at DESC, e.id LIMIT %s",
        (addresses.key(address), min(limit, MAX_LISTED)),
    )
    return tuple(EvidenceLine(**{**row, "authentication": _sender(row["authentication"])}) for row in found)


def _sender(stored: object) -> str:
    return Authentication.from_json(stored).told() if stored else ""
