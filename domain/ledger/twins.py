"""Twins: customers that may be one under two spellings, found after each import; a person decides about each pair."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

from rapidfuzz import fuzz

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.sentences import packed, unpacked
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row
from domain.ledger import merging_accounts
from domain.ledger.company_names import normal
from domain.ledger.models import Account, AccountTwin
from domain.ledger.refusals import TwinDecided, TwinNotFound
from domain.ledger.twin_events import AccountsMerged, TwinDismissed, TwinsProposed

LIKE = 90
"""Percent of likeness from which on two names alone make a pair."""

RESEMBLING = 60
"""The same where the e-mail domain or the number's digits are one as well."""

MOST_IN_BLOCK = 50
"""Customers that share a word, a domain or digits; more share it by chance."""

MOST_PROPOSED = 500
"""Pairs of one run, the most alike first; the others come when those are decided."""

MOST_TOLD = 3

MAX_LISTED = 100

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.co.uk",
    "yahoo.fr", "yahoo.de", "yahoo.es", "icloud.com", "me.com", "mac.com", "aol.com", "gmx.de", "gmx.net", "gmx.at",
    "web.de", "t-online.de", "freenet.de", "mail.com", "proton.me", "protonmail.com", "orange.fr", "free.fr",
    "wanadoo.fr", "laposte.net", "sfr.fr", "libero.it", "qq.com", "163.com", "mail.ru", "yandex.ru", "zoho.com",
    "fastmail.com", "comcast.net", "verizon.net", "att.net", "btinternet.com", "bluewin.ch", "telefonica.net",
})  # fmt: skip
"""Domains at which everybody has an address."""

_CUSTOMERS = """
    SELECT a.id, a.number, a.name, a.country, a.created_at,
           (SELECT count(*) FROM invoice i WHERE i.account_id = a.id) AS invoices,
           ARRAY(SELECT DISTINCT c.email_key FROM contact c WHERE c.account_id = a.id AND c.state = 'active') AS emails
    FROM account a WHERE a.merged_into_id IS NULL
"""

_DECIDED = """
    SELECT coalesce(k.merged_into_id, k.id) AS one, coalesce(o.merged_into_id, o.id) AS two
    FROM account_twin t JOIN account k ON k.id = t.kept_id JOIN account o ON o.id = t.other_id
"""
"""Pairs that were ever proposed, with what their customers were merged into since."""

_WAITING = """
    SELECT t.id, t.likeness, t.evidence, t.created_at, count(*) OVER () AS found,
           k.id AS kept_id, k.number AS kept_number, k.name AS kept_name,
           (SELECT count(*) FROM invoice i WHERE i.account_id = k.id AND i.state = 'open') AS kept_open,
           o.id AS other_id, o.number AS other_number, o.name AS other_name,
           (SELECT count(*) FROM invoice i WHERE i.account_id = o.id AND i.state = 'open') AS other_open
    FROM account_twin t JOIN account k ON k.id = t.kept_id JOIN account o ON o.id = t.other_id
    WHERE t.state = 'proposed' AND k.merged_into_id IS NULL AND o.merged_into_id IS NULL
    ORDER BY t.likeness DESC, t.created_at, t.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two customers that may be one."""

    account_id: UUID
    number: str | None
    name: str
    open_invoices: int


@dataclass(frozen=True, slots=True)
class Twin:
    """Two customers that may be one; the second would be merged into the first."""

    twin_id: UUID
    kept: Side
    other: Side
    likeness: int
    evidence: tuple[str, ...]
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class _Customer:
    id: UUID
    number: str
    name: str
    key: str
    country: str
    invoices: int
    created_at: datetime
    emails: frozenset[str]

    @property
    def rank(self) -> tuple[bool, int, float, str]:
        """By what the one of two is chosen that is kept: it has a number, more invoices, and is older."""
        return (not self.number, -self.invoices, self.created_at.timestamp(), str(self.id))


@dataclass
class _Pair:
    evidence: list[str] = field(default_factory=list)
    likeness: int = 0


async def find(core: Core) -> int:
    """Propose the pairs that were never proposed before; return how many."""
    rows = await core.database.rows(_CUSTOMERS)
    customers = {row["id"]: _customer(row) for row in rows}
    known = {frozenset((row["one"], row["two"])) for row in await core.database.rows(_DECIDED)}
    pairs = await asyncio.to_thread(_pairs, customers)
    fresh = [(ids, pair) for ids, pair in pairs if ids not in known][:MOST_PROPOSED]
    if not fresh:
        return 0
    now = core.clock.now()
    ordered = [(sorted((customers[each] for each in ids), key=lambda each: each.rank), pair) for ids, pair in fresh]
    async with core.transaction() as tx:
        added = await tx.rows(
            "INSERT INTO account_twin (id, kept_id, other_id, evidence, likeness, state, created_at)"
            " SELECT id, kept, other, evidence::jsonb, likeness, %s, %s"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::smallint[])"
            " AS each (id, kept, other, evidence, likeness) ON CONFLICT DO NOTHING RETURNING kept_id, other_id",
            (
                AccountTwin.MACHINE.start.value,
                now,
                [uuid4() for _ in ordered],
                [two[0].id for two, _ in ordered],
                [two[1].id for two, _ in ordered],
                [json.dumps([packed(each) for each in pair.evidence], ensure_ascii=False) for _, pair in ordered],
                [pair.likeness for _, pair in ordered],
            ),
        )
        if added:
            told = (
                say("{one} and {other}", one=customers[row["kept_id"]].name, other=customers[row["other_id"]].name)
                for row in added
            )
            examples = tuple(each for each, _ in zip(told, range(MOST_TOLD), strict=False))
            await timeline.record(core, tx, TwinsProposed(count=len(added), examples=examples, **by(SYSTEM, now)))
    return len(added)


async def waiting(core: Core, *, actor: Actor, limit: int = MAX_LISTED) -> tuple[tuple[Twin, ...], int]:
    """Return the pairs that wait for a person, the most alike first, and how many there are.

    Raises:
        NotAllowed: The actor may not see them.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(_WAITING, (min(limit, MAX_LISTED),))
    return tuple(map(_read, rows)), int(rows[0]["found"]) if rows else 0


async def dismiss(core: Core, *, twin_id: UUID, actor: Actor) -> TwinDismissed:
    """Say that two customers are not the same; the pair is not proposed again.

    Raises:
        NotAllowed: The actor may not import.
        TwinNotFound: There is no such pair.
        TwinDecided: Somebody decided about it first.
    """
    async with core.transaction() as tx:
        actor.require(Permission.IMPORT)
        twin = await AccountTwin.locked(id=twin_id)
        if twin is None:
            raise TwinNotFound(str(twin_id))
        if twin.state != "proposed":
            raise TwinDecided(twin.state, twin.decided_by or say("somebody"))
        now = core.clock.now()
        await twin.move("dismiss", decided_by=actor.name, decided_at=now)
        one, two = await Account.get(id=twin.kept_id), await Account.get(id=twin.other_id)
        event = TwinDismissed(
            twin_id=twin.id, account_id=one.id, account_name=one.name, other_id=two.id, other_name=two.name,
            **by(actor, now),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


async def merge(core: Core, *, twin_id: UUID, actor: Actor) -> AccountsMerged:
    """Merge a proposed pair, the second of it into the first.

    Raises:
        NotAllowed: The actor may not approve.
        TwinNotFound: There is no such pair.
        TwinDecided: Somebody decided about it first.
        MergeImpossible: One of the two was merged into another meanwhile.
    """
    actor.require(Permission.APPROVE)
    twin = await AccountTwin.get_or_none(id=twin_id)
    if twin is None:
        raise TwinNotFound(str(twin_id))
    if twin.state != "proposed":
        raise TwinDecided(twin.state, twin.decided_by or say("somebody"))
    return await merging_accounts.merge(core, kept_id=twin.kept_id, other_id=twin.other_id, actor=actor)


def _customer(row: Row) -> _Customer:
    return _Customer(row["id"], row["number"] or "", row["name"], normal(row["name"]), row["country"] or "",
                     int(row["invoices"]), row["created_at"], frozenset(row["emails"]))  # fmt: skip


def _read(row: Row) -> Twin:
    evidence: Any = json.loads(row["evidence"]) if isinstance(row["evidence"], str) else row["evidence"]
    kept, other = (
        Side(row[f"{side}_id"], row[f"{side}_number"], row[f"{side}_name"], int(row[f"{side}_open"]))
        for side in ("kept", "other")
    )
    return Twin(row["id"], kept, other, int(row["likeness"]), tuple(map(unpacked, evidence)), row["created_at"])


def _pairs(customers: dict[UUID, _Customer]) -> list[tuple[frozenset[UUID], _Pair]]:
    """Return the pairs that may be one customer, the most alike first."""
    found: dict[frozenset[UUID], _Pair] = defaultdict(_Pair)
    for one, two, why, least in _together(customers.values()):
        likeness = 100 if one.key and one.key == two.key else int(fuzz.token_sort_ratio(one.key, two.key))
        if likeness >= least:
            pair = found[frozenset((one.id, two.id))]
            pair.evidence += [why] if why and why not in pair.evidence else []
            pair.likeness = max(pair.likeness, _weighed(one, two, likeness, shared=bool(why)))
    for ids, pair in found.items():
        one, two = (customers[each] for each in ids)
        pair.evidence.insert(0, _name_told(one, two))
        if one.country and two.country and one.country != two.country:
            first, second = sorted((one.country, two.country))
            pair.evidence.append(say("but the countries differ: {one} and {other}", one=first, other=second))
    return sorted(found.items(), key=lambda each: (-each[1].likeness, sorted(map(str, each[0]))))


def _name_told(one: _Customer, two: _Customer) -> str:
    if one.key == two.key:
        return say("the same name, legal form and spelling aside")
    return say("names {percent} % alike", percent=int(fuzz.token_sort_ratio(one.key, two.key)))


def _weighed(one: _Customer, two: _Customer, likeness: int, *, shared: bool) -> int:
    """Return how likely two customers are one: their names, what else they share, and whether countries differ."""
    apart = bool(one.country and two.country and one.country != two.country)
    return max(min(likeness + (10 if shared else 0) - (20 if apart else 0), 99 if one.key != two.key else 100), 0)


def _together(customers: Iterable[_Customer]) -> Iterator[tuple[_Customer, _Customer, str, int]]:
    """Yield the customers that share something, what it is, and how much alike their names must be."""
    blocks: dict[tuple[str, str], list[_Customer]] = defaultdict(list)
    for each in customers:
        for block in _blocks(each):
            blocks[block].append(each)
    for (kind, value), members in blocks.items():
        if len(members) > (MOST_IN_BLOCK if kind != "name" else MOST_IN_BLOCK * 4):
            continue
        why, least = _SHARED[kind]
        for one, two in combinations(members, 2):
            yield one, two, say(why, domain=value) if why else "", least


_SHARED = {
    "name": ("", LIKE),
    "word": ("", LIKE),
    "address": (phrase("the same e-mail address"), 40),
    "domain": (phrase("the same e-mail domain {domain}"), RESEMBLING),
    "digits": (phrase("the same number but for its zeros"), RESEMBLING),
}
"""For each thing that customers may share: what people read about it, and how much alike their names must be."""


def _blocks(customer: _Customer) -> Sequence[tuple[str, str]]:
    words = customer.key.split()
    blocks = [("name", customer.key)] if customer.key else []
    blocks += [("word", start) for start in dict.fromkeys(word[:4] for word in words if len(word) > 3)]
    blocks += [("address", email) for email in customer.emails]
    domains = {email.rpartition("@")[2] for email in customer.emails} - FREE_MAIL
    blocks += [("domain", domain) for domain in sorted(domains) if domain]
    bare = customer.number.lstrip("0")
    return [*blocks, ("digits", bare)] if bare.isdigit() else blocks
