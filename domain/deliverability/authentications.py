"""Authentications: what SPF, DKIM and DMARC say of whoever sent a mail, kept for the person who judges it.

Nothing is suppressed or changed because of it: that needs a token of ours, whoever the sender is. Only reminders wait
longer for a mail that its sender's domain vouches for than for one that could be anybody's.
"""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar
from uuid import UUID

from domain.deliverability import sender_policy, sender_records, signatures
from domain.deliverability.reading import found_addresses, mime
from domain.deliverability.sender_policy import Names
from domain.deliverability.sender_records import Unanswered
from domain.deliverability.signatures import Signed
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction

T = TypeVar("T")

SECONDS = 20.0
"""For all look-ups of one of the three (RFC 7208, 4.6.4)."""

AGAIN = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""When it is tried again while no name server answers; after that, that is what is kept."""

TEMPERROR = "temperror"


@dataclass(frozen=True, slots=True)
class Spf:
    """What SPF says."""

    result: str
    domain: str
    """Of the envelope's sender; of the name that the host gave itself, when the sender is empty."""
    peer: str


@dataclass(frozen=True, slots=True)
class Dmarc:
    """What DMARC says."""

    result: str
    domain: str
    """Of the From header."""
    policy: str = ""
    """What the domain asks receivers to do with what fails."""
    by: tuple[str, ...] = ()
    """Which of SPF and DKIM passed for that domain."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """All three, and when they were asked."""

    spf: Spf
    dkim: tuple[Signed, ...]
    dmarc: Dmarc
    checked_at: datetime

    @property
    def unsettled(self) -> bool:
        """Whether name servers that did not answer may make a difference."""
        return TEMPERROR in (self.spf.result, self.dmarc.result, *(each.result for each in self.dkim))

    @property
    def vouches(self) -> bool:
        """Whether the sender's own domain stands for the mail: DMARC passed."""
        return self.dmarc.result == "pass"

    def told(self) -> str:
        """Say it in one line."""
        dkim = ", ".join(f"DKIM {each.result} ({each.domain})" for each in self.dkim) or "DKIM none"
        policy = f", p={self.dmarc.policy}" if self.dmarc.policy else ""
        spf = f"SPF {self.spf.result} ({self.spf.domain or say('no domain')})"
        return f"{spf}, {dkim}, DMARC {self.dmarc.result} ({self.dmarc.domain or say('no domain')}{policy})"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**asdict(self), "checked_at": self.checked_at.isoformat()}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read back what ``as_json`` made, also from JSON text."""
        told = json.loads(value) if isinstance(value, str) else value
        dmarc = {**told["dmarc"], "by": tuple(told["dmarc"]["by"])}
        return cls(Spf(**told["spf"]), tuple(Signed(**each) for each in told["dkim"]), Dmarc(**dmarc),
                   datetime.fromisoformat(told["checked_at"]))  # fmt: skip


async def queue(core: Core, tx: Transaction, *, mail_id: UUID) -> None:
    """Have the sender of a mail looked at, in the caller's transaction."""
    await core.jobs.defer(tx, "check_sender", mail_id=str(mail_id))


async def check(core: Core, *, mail_id: str, names: Names, tries: int = 0) -> None:
    """Record what is known of a mail's sender (the job ``check_sender``); what was settled before stays."""
    row = await core.database.row(
        "SELECT substring(body FOR %s) AS body, peer, helo, envelope_from, authentication FROM inbound_mail"
        " WHERE id = %s",
        (signatures.MAX_BYTES + 1, UUID(mail_id)),
    )
    if row is None or (row["authentication"] and not Authentication.from_json(row["authentication"]).unsettled):
        return
    raw = bytes(row["body"])
    found = await judged(
        raw, peer=row["peer"], helo=row["helo"], envelope_from=row["envelope_from"], names=names, at=core.clock.now()
    )
    async with core.transaction() as tx:
        await tx.execute(
            "UPDATE inbound_mail SET authentication = %s::jsonb,"
            " waits_until = CASE WHEN %s THEN NULL ELSE waits_until END WHERE id = %s",
            (json.dumps(_clean(found.as_json())), found.vouches, UUID(mail_id)),
        )
        if found.unsettled and tries < len(AGAIN):
            await core.jobs.defer(tx, "check_sender", delay=AGAIN[tries], mail_id=mail_id, tries=tries + 1)


def _clean(value: Any) -> Any:
    """Return JSON values with strangers' texts as the database can hold them."""
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in value]
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


async def judged(raw: bytes, *, peer: str, helo: str, envelope_from: str, names: Names, at: datetime) -> Authentication:
    """Ask for all three; what name servers do not answer in time is a temporary error."""
    sender = envelope_from if "@" in envelope_from else f"postmaster@{helo}"
    domain = sender.rpartition("@")[2].lower()
    result = await _within(sender_policy.check(names, peer=peer, sender=sender, helo=helo))
    spf = Spf(str(result or TEMPERROR), domain, peer)
    dkim = await _within(signatures.verified(raw, names), SECONDS + signatures.SECONDS)
    if dkim is None:
        dkim = (Signed("", "", TEMPERROR, "no answer from the name servers in time"),)
    from_domain = _from_domain(raw)
    dmarc = await _within(_dmarc(from_domain, spf, dkim, names))
    return Authentication(spf, dkim, dmarc or Dmarc(TEMPERROR, from_domain), at)


async def _within(work: Awaitable[T], seconds: float = SECONDS) -> T | None:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except (TimeoutError, Unanswered):
        return None


def _from_domain(raw: bytes) -> str:
    """Return the domain of the one sender whom the headers name; empty when they name several or none."""
    headers, _ = mime.split(raw)
    named = [each for value in headers.all("from") for each in found_addresses.in_header(value)]
    return named[0].rpartition("@")[2] if len(named) == 1 else ""


async def _dmarc(domain: str, spf: Spf, dkim: tuple[Signed, ...], names: Names) -> Dmarc:
    """Judge by the policy of the From domain (RFC 7489, 6.6)."""
    if not domain:
        return Dmarc("permerror", "")
    place, record = await sender_records.policy_of(domain, names)
    if not record:
        return Dmarc("none", domain)  # several records are as good as none
    tags = sender_records.tags_of(record)
    policy = (tags.get("sp") if place != domain else None) or tags.get("p", "")
    by = []
    if spf.result == "pass" and await _aligned(domain, spf.domain, names, tags.get("aspf", "")):
        by.append("SPF")
    for each in dkim:
        if (
            each.result == "pass"
            and "DKIM" not in by
            and await _aligned(domain, each.domain, names, tags.get("adkim", ""))
        ):
            by.append("DKIM")
    unsure = TEMPERROR in (spf.result, *(each.result for each in dkim))
    result = "pass" if by else TEMPERROR if unsure else "fail"
    return Dmarc(result, domain, policy.lower()[:20], tuple(by))


async def _aligned(domain: str, other: str, names: Names, mode: str) -> bool:
    return await sender_records.aligned(domain, other, names, strict=mode.lower() == "s")
