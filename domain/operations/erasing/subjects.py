"""Subjects: whose data are to be erased, what is stored of them, what stays, and what keeps it from going yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.kernel import addresses
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Rows
from domain.operations import privacy
from domain.operations.erasing import words
from domain.operations.erasing.words import CONTACT, OPERATOR, Words
from domain.people import people

_CUSTOMERS = "SELECT DISTINCT account_id AS id FROM contact WHERE id = ANY(%(ids)s)"

_NAMES = "SELECT DISTINCT name FROM contact WHERE id = ANY(%(ids)s)"
"""As the merchant has them; what a stranger typed as somebody's name is looked for nowhere else."""

_OTHERS = """
    SELECT name FROM account WHERE id = ANY(%(accounts)s) UNION SELECT name FROM person
    UNION SELECT name FROM contact WHERE account_id = ANY(%(accounts)s) AND NOT id = ANY(%(ids)s) AND state = 'active'
"""
"""Names of others, by which nothing is erased: a customer's, an operator's, a namesake's at the same customer."""

_COLLEAGUES = """
    SELECT DISTINCT email FROM contact WHERE account_id = ANY(%(accounts)s) AND NOT id = ANY(%(ids)s)
      AND NOT email_key = ANY(%(keys)s) LIMIT 100000
"""

_KEPT: Mapping[str, str] = {
    phrase("invoices"): "SELECT count(*) FROM invoice WHERE account_id = ANY(%(accounts)s)",
    phrase("payments"): "SELECT count(*) FROM payment WHERE account_id = ANY(%(accounts)s)",
    phrase("receipts"): "SELECT count(*) FROM receipt r JOIN invoice i ON i.id = r.invoice_id"
                        " WHERE i.account_id = ANY(%(accounts)s)",
    phrase("bank lines"): "SELECT count(*) FROM bank_line WHERE account_id = ANY(%(accounts)s)",
    phrase("advices of payment"): "SELECT count(*) FROM remittance WHERE account_id = ANY(%(accounts)s)",
}  # fmt: skip
"""What is kept, as the law and the books need it: none of it is the person's, it is their customer's."""

_NEEDED: Mapping[str, str] = {
    phrase("a legal hold"): "hold WHERE state = 'active' AND kind = 'legal' AND account_id = ANY(%(accounts)s)"
                            " AND (contact_id IS NULL OR contact_id = ANY(%(ids)s))",
    phrase("an address under legal hold"): "suppression WHERE state = 'active' AND reason = 'legal hold'"
                                           " AND address_key = ANY(%(keys)s)",
    phrase("an open dispute of theirs"): "dispute WHERE state = 'open' AND NOT is_test AND contact_id = ANY(%(ids)s)",
    phrase("a payment by them that is under way"): "checkout c JOIN pay_link l ON l.id = c.link_id"
        " WHERE l.contact_id = ANY(%(ids)s) AND c.state IN ('created', 'open', 'processing')",
    phrase("a plan that they ask for"): "plan WHERE state IN ('requested', 'countered') AND contact_id = ANY(%(ids)s)",
    phrase("a question of theirs"): "question WHERE state = 'asked' AND contact_id = ANY(%(ids)s)",
    phrase("a call for help of theirs"): "support_request WHERE state = 'open' AND (contact_id = ANY(%(ids)s)"
                                         " OR lower(reply_to) = ANY(%(keys)s))",
    phrase("a wish to pass a link on"): "forwarding WHERE state = 'asked' AND (asked_by = ANY(%(ids)s)"
                                        " OR email_key = ANY(%(keys)s))",
    phrase("a mail of theirs that nobody has dealt with"): "inbound_mail t WHERE t.seen_at IS NULL"
        " AND (t.state = 'quarantined' OR t.reply IS NOT NULL)"
        " AND (lower(t.envelope_from) = ANY(%(keys)s) OR t.mailing_id IN (SELECT id FROM mailing"
        " WHERE address_key = ANY(%(keys)s)))",
}  # fmt: skip
"""What has to be over first: each is somebody's right, or an answer that is still owed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody whose data are to be erased."""

    whom: str
    keys: tuple[str, ...]
    """Addresses; the first is the one that was named."""
    ids: tuple[UUID, ...]
    accounts: tuple[UUID, ...]
    names: tuple[str, ...]
    marks: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Return it as statements need it."""
        return {"keys": list(self.keys), "ids": list(self.ids), "accounts": list(self.accounts)}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would come to."""

    whom: str
    stored: Mapping[str, int]
    """Rows by the headings of the export."""
    kept: Mapping[str, int]
    held: tuple[str, ...]
    """Why it cannot be yet; empty: it can."""
    customers: int


async def contact(core: Core, *, whom: str, also: Sequence[str] = ()) -> Subject:
    """Return the person outside who has that address, or is that contact; *also* are other addresses of the same.

    Raises:
        AddressMalformed: It is neither.
        NothingToExport: No contact has that id.
    """
    person = await privacy.find(core, whom=whom)
    keys = [person.key, *(addresses.key(addresses.parsed(each)) for each in also)]
    return await at(core.database, keys=list(dict.fromkeys(keys)))


async def at(rows: Rows, *, keys: Sequence[str]) -> Subject:
    """Return the person who has these addresses."""
    found = await rows.rows("SELECT id FROM contact WHERE email_key = ANY(%s) ORDER BY id", (list(keys),))
    known: dict[str, Any] = {"ids": [row["id"] for row in found], "keys": list(keys)}
    customers = [row["id"] for row in await rows.rows(_CUSTOMERS, known)]
    names = [row["name"] for row in await rows.rows(_NAMES, known)]
    return Subject(CONTACT, tuple(keys), tuple(known["ids"]), tuple(customers), tuple(filter(str.strip, names)))


async def operator(core: Core, *, whom: str) -> Subject:
    """Return the operator of that Slack account or name.

    Raises:
        NobodyCalled: Nobody is, or several people are.
    """
    found = await people.named(core, text=whom)
    row = await core.database.row("SELECT lower(address) AS key FROM person_preference WHERE person_id = %s",
                                  (found.id,))  # fmt: skip
    keys = (row["key"],) if row is not None and row["key"] else ()
    return Subject(OPERATOR, keys, (found.id,), (), (found.name,), (found.slack_id,))


async def preview(core: Core, subject: Subject) -> Preview:
    """Return what is stored of somebody, what stays, and what keeps it from being erased."""
    stored = await (privacy.counted(core, key=subject.keys[0]) if subject.whom == CONTACT
                    else privacy.counted_of_operator(core, person_id=subject.ids[0]))  # fmt: skip
    return Preview(subject.whom, {name: n for name, n in stored.items() if n}, await kept(core.database, subject),
                   await needed(core.database, subject), len(subject.accounts))  # fmt: skip


async def kept(rows: Rows, subject: Subject) -> dict[str, int]:
    """Return how much of what stays."""
    if not subject.accounts:
        return {}
    found = {name: await rows.row(statement, subject.values()) for name, statement in _KEPT.items()}
    return {name: int(row["count"]) for name, row in found.items() if row is not None and row["count"]}


async def needed(rows: Rows, subject: Subject) -> tuple[str, ...]:
    """Return what has to be over before the data can go, in words."""
    if subject.whom != CONTACT:
        return ()
    parts = ", ".join(f"EXISTS (SELECT FROM {each}) AS n{nth}" for nth, each in enumerate(_NEEDED.values()))
    row = await rows.row(f"SELECT {parts}", subject.values())
    assert row is not None, "one row of answers"
    return tuple(say(name) for nth, name in enumerate(_NEEDED) if row[f"n{nth}"])


async def looked_for(rows: Rows, subject: Subject, *, number: int, also: Sequence[str] = ()) -> Words:
    """Return what is looked for of somebody; *also* are words that a person named, such as a telephone number."""
    said = [each.strip() for each in also if len(each.strip()) >= words.SHORTEST]
    alone = tuple(each for each in said if sum(map(str.isdigit, each)) >= words.SHORTEST)  # a telephone number, say
    extra = tuple(each for each in said if each not in alone)
    if subject.whom == OPERATOR:
        own = await rows.rows("SELECT name FROM person WHERE NOT id = ANY(%s)", (list(subject.ids),))
        others = {row["name"].casefold() for row in own}
        own_names = tuple(each for each in subject.names if each.casefold() not in others)
        return Words(
            OPERATOR, number, keys=subject.keys, marks=(*subject.marks, *alone), ids=subject.ids,
            names=(*words.sentence_names(own_names, reserved=RESERVED), *extra),
            whole=tuple(each for each in own_names if " " not in each and each not in RESERVED),
        )  # fmt: skip
    others_named = [row["name"] for row in await rows.rows(_OTHERS, subject.values())]
    colleagues = {addresses.masked(row["email"]).casefold() for row in await rows.rows(_COLLEAGUES, subject.values())}
    shown = tuple(dict.fromkeys(addresses.masked(each) for each in subject.keys))
    return Words(
        CONTACT, number, keys=subject.keys, marks=alone, ids=subject.ids, accounts=subject.accounts, shown=shown,
        names=(*words.sentence_names(subject.names, reserved=[*RESERVED, *others_named]), *extra),
        masks=tuple(each for each in shown if each.casefold() not in colleagues),
    )  # fmt: skip


RESERVED = ("Plixo", "command line")
"""Names of the product's own, which nobody else's act may lose."""
