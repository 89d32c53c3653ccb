"""Merging accounts: a customer that turned out to be another one hands over everything it has, in one transaction.

Its number and name stay with it, so that files and payments which name it are understood as the other's from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row, Rows, Transaction
from domain.ledger import merging_mails
from domain.ledger.csv_import.importing import LOCK as IMPORT_LOCK
from domain.ledger.models import Account, AccountTwin, Contact
from domain.ledger.refusals import AccountNotFound, MergeImpossible
from domain.ledger.twin_events import AccountJoined, AccountsMerged

MOVED: Mapping[str, str] = {
    "invoice": phrase("invoices"),
    "payment": phrase("payments"),
    "credit_note": phrase("credit notes"),
    "unapplied_cash": phrase("unapplied payments"),
    "write_off": phrase("write-offs"),
    "credit": phrase("credits"),
    "promise": phrase("promises"),
    "plan": phrase("plans"),
    "dispute": phrase("disputes"),
    "mailing": phrase("mails"),
    "inbound_mail": phrase("mails that came in"),
    "hold": phrase("holds"),
    "bank_line": phrase("bank lines"),
    "cash_match": phrase("proposals"),
    "remittance": phrase("remittances"),
    "stray_movement": phrase("stray movements"),
    "support_request": phrase("calls for help"),
    "worklist": "",
    "newcomer": "",
}
"""Tables whose rows follow as they are, with what people call them; notes of the queue and the planner are not told."""

MOVED_WITH_CARE: Mapping[str, str] = {
    "contact": "two contacts with one address become one",
    "payer_alias": "a name both have paid by is counted together",
    "claim": "whoever has the kept customer in hand keeps it",
    "task": "the same task is done once",
}
"""Tables in which both may have what only one may have, and what becomes of it."""

STAYING: Mapping[str, str] = {
    "timeline_entry": "history is never changed",
    "stale_case": "notes of triggers, which are taken away within seconds",
    "unread_name": "the same",
    "payer_word": "the merged customer's name goes on leading to the kept one",
}
"""Tables that name a customer and keep doing so."""

CONTACTS_FOLLOW: tuple[str, ...] = (
    "promise", "plan", "dispute", "pay_link", "hold", "task", "question", "forwarding", "support_request",
    "mail_answer", "dispute_question",
)  # fmt: skip
"""Tables whose rows are about the contact that is left when two contacts become one."""

CONTACTS_CAREFULLY: Mapping[str, str] = {
    "mailing": "of two mails that wait for one contact one is left, with the invoices of both",
    "mailing_item": "follows its mail, or goes to the one that is left",
}
"""Tables in which both contacts may have what only one may have."""

_PAIRS = """
    SELECT o.id AS old, k.id AS new FROM contact o
    JOIN contact k ON k.account_id = %(kept)s AND k.email_key = o.email_key AND k.state = 'active'
    WHERE o.account_id = %(other)s AND o.state = 'active' ORDER BY o.id
"""

_ALIASES = (
    """
    INSERT INTO payer_alias (id, account_id, key, times, last_at)
    SELECT gen_random_uuid(), %(kept)s, key, times, last_at FROM payer_alias WHERE account_id = %(other)s
    ON CONFLICT (key, account_id) DO UPDATE
    SET times = payer_alias.times + excluded.times, last_at = greatest(payer_alias.last_at, excluded.last_at)
    """,
    "DELETE FROM payer_alias WHERE account_id = %(other)s",
)

_CLAIMS = (
    """
    UPDATE claim SET state = 'released' WHERE account_id = %(other)s AND state = 'active'
      AND EXISTS (SELECT FROM claim k WHERE k.account_id = %(kept)s AND k.state = 'active')
    """,
    "UPDATE claim SET account_id = %(kept)s WHERE account_id = %(other)s",
)

_TASKS = (
    """
    UPDATE task t SET state = 'dropped', outcome = %(same)s,
                      done_by = %(actor)s, done_at = %(now)s
    WHERE t.account_id = %(other)s AND t.state = 'open' AND EXISTS (
        SELECT FROM task k WHERE k.account_id = %(kept)s AND k.state = 'open' AND k.kind = t.kind
          AND k.invoice_id IS NOT DISTINCT FROM t.invoice_id AND k.contact_id IS NOT DISTINCT FROM t.contact_id
          AND k.about_id IS NOT DISTINCT FROM t.about_id)
    """,
    "UPDATE task SET account_id = %(kept)s WHERE account_id = %(other)s",
)

_KNOWN = """
    UPDATE account k SET owner_id = coalesce(k.owner_id, o.owner_id), country = coalesce(k.country, o.country),
        locale = coalesce(k.locale, o.locale), timezone = coalesce(k.timezone, o.timezone),
        industry = coalesce(k.industry, o.industry), risk = coalesce(k.risk, o.risk),
        tags = ARRAY(SELECT DISTINCT tag FROM unnest(k.tags || o.tags) tag ORDER BY tag)
    FROM account o WHERE k.id = %(kept)s AND o.id = %(other)s
"""
"""What is known of the one only is known of both."""


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging one customer into another would move."""

    kept_id: UUID
    kept_name: str
    other_id: UUID
    other_name: str
    moves: tuple[tuple[str, int], ...]
    """How many of what follow, where there are any."""
    contacts_joined: int
    """Contacts with an address that both have."""


async def preview(core: Core, *, kept_id: UUID, other_id: UUID, actor: Actor) -> MergePreview:
    """Tell what a merger would move, and change nothing.

    Raises:
        NotAllowed: The actor may not see it.
        AccountNotFound: One of the two is no customer.
        MergeImpossible: Both are one already, or one was merged into another.
    """
    actor.require(Permission.VIEW)
    names = {row["id"]: row for row in await core.database.rows(
        "SELECT id, name, state FROM account WHERE id = ANY(%s)", ([kept_id, other_id],))}  # fmt: skip
    for wanted in (kept_id, other_id):
        if wanted not in names:
            raise AccountNotFound(str(wanted))
    _require_two(names[kept_id], names[other_id])
    pairs = await core.database.rows(_PAIRS, {"kept": kept_id, "other": other_id})
    return MergePreview(
        kept_id, names[kept_id]["name"], other_id, names[other_id]["name"],
        tuple((await _counted(core.database, other_id)).items()), len(pairs),
    )  # fmt: skip


async def merge(core: Core, *, kept_id: UUID, other_id: UUID, actor: Actor) -> AccountsMerged:
    """Merge the other customer into the kept one; it is not undone, so who may approve says so.

    Raises:
        NotAllowed: The actor may not approve.
        AccountNotFound: One of the two is no customer.
        MergeImpossible: Both are one already, or one was merged into another.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPROVE)
        kept, other = await _locked(tx, kept_id, other_id)
        now = core.clock.now()
        values = {
            "kept": kept.id,
            "other": other.id,
            "actor": actor.name,
            "now": now,
            "same": sentences.as_text(say("the same is to do for the customer that it was merged into")),
        }
        counts = await _counted(tx, other.id)
        joined = await _join_contacts(tx, values)
        for table in MOVED:
            await tx.execute(f"UPDATE {table} SET account_id = %(kept)s WHERE account_id = %(other)s", values)
        for statement in (*_ALIASES, *_CLAIMS, *_TASKS, _KNOWN):
            await tx.execute(statement, values)
        await tx.execute("UPDATE account SET merged_into_id = %(kept)s WHERE merged_into_id = %(other)s", values)
        excluded = other.state == "excluded" and kept.state == "active"
        if excluded:
            await kept.move("exclude")
        await other.move("merge", merged_into_id=kept.id, owner_id=None)
        await _decide(kept.id, other.id, actor=actor, now=now)
        event = AccountsMerged(
            account_id=kept.id, account_name=kept.name, other_id=other.id, other_name=other.name,
            moved=counts, contacts_joined=joined, excluded=excluded, **by(actor, now),
        )  # fmt: skip
        away = AccountJoined(
            account_id=other.id, account_name=other.name, kept_id=kept.id, kept_name=kept.name, **by(actor, now)
        )
        await timeline.record(core, tx, away)
        await timeline.record(core, tx, event)
    return event


async def _locked(tx: Transaction, kept_id: UUID, other_id: UUID) -> tuple[Account, Account]:
    """Hold both customers: no import may run; then mails, as senders take them, invoices by their ids, themselves."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (IMPORT_LOCK,))
    await merging_mails.hold(tx, kept_id=kept_id, other_id=other_id)
    await tx.execute("SELECT FROM invoice WHERE account_id = ANY(%s) ORDER BY id FOR UPDATE", ([kept_id, other_id],))
    held = {each: await Account.locked(id=each) for each in sorted({kept_id, other_id})}
    kept, other = held[kept_id], held[other_id]
    if kept is None or other is None:
        raise AccountNotFound(str(kept_id if kept is None else other_id))
    _require_two(*({"id": each.id, "name": each.name, "state": each.state} for each in (kept, other)))
    return kept, other


def _require_two(kept: Row, other: Row) -> None:
    if kept["id"] == other["id"]:
        raise MergeImpossible(say("{customer} cannot be merged with itself.", customer=kept["name"]))
    for each in (kept, other):
        if each["state"] == "merged":
            raise MergeImpossible(say("{customer} was merged into another customer already.", customer=each["name"]))


async def _counted(rows: Rows, account_id: UUID) -> dict[str, int]:
    """Return how many rows of what an account has, leaving out what it has none of."""
    told = {
        table: words
        for table, words in (*MOVED.items(), ("contact", phrase("contacts")), ("task", phrase("tasks")))
        if words
    }
    each = " UNION ALL ".join(
        f"SELECT '{table}' AS name, count(*) AS count FROM {table} WHERE account_id = %(id)s" for table in told
    )
    found = {row["name"]: int(row["count"]) for row in await rows.rows(each, {"id": account_id})}
    return {words: found[table] for table, words in told.items() if found[table]}


async def _join_contacts(tx: Transaction, values: Mapping[str, Any]) -> int:
    """Let contacts with one address become one, and the others follow; return how many became one."""
    pairs = await tx.rows(_PAIRS, values)
    for pair in pairs:  # a customer has a handful
        contact = await Contact.locked(id=pair["old"])
        assert contact is not None, "a contact is never deleted"
        for table in CONTACTS_FOLLOW:
            await tx.execute(f"UPDATE {table} SET contact_id = %(new)s WHERE contact_id = %(old)s", pair)
        await tx.execute("UPDATE forwarding SET asked_by = %(new)s WHERE asked_by = %(old)s", pair)
        await merging_mails.follow(tx, old=pair["old"], new=pair["new"], now=values["now"])
        await contact.move("remove")
    await tx.execute("UPDATE contact SET account_id = %(kept)s WHERE account_id = %(other)s", values)
    return len(pairs)


async def _decide(kept_id: UUID, other_id: UUID, *, actor: Actor, now: Any) -> None:
    """Note that the pair was decided, if it was proposed."""
    for first, second in ((kept_id, other_id), (other_id, kept_id)):
        twin = await AccountTwin.locked(kept_id=first, other_id=second, state="proposed")
        if twin is not None:
            await twin.move("merge", decided_by=actor.name, decided_at=now)
