"""Address codes: a mail box is taken for an operator's own once a code that was mailed to it has been typed in.

Whatever the merchant's books say is mailed to no address before that: one letter that is wrong makes it a stranger's.
A code is kept nowhere: it is made of its id and the address under the signing keys whenever it is needed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID, uuid4

from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.keys import SigningKey
from domain.kernel.transactions import Row, Transaction
from domain.people.code_refusals import CodesAskedOften, CodeWrong, NoCodeWaits
from domain.people.events import AddressCodeAsked, AddressConfirmed
from domain.people.refusals import PersonUnknown

LASTS = timedelta(hours=24)
"""How long a code is good. NIST SP 800-63A gives codes that are mailed to an e-mail address so long."""

TRIES = 5
"""Wrong codes after which one is good no more: all that can be tried in a day hit one time in 40,000."""

MOST = 5
"""Codes within a day that one person may have mailed, and that one address gets, whoever asks."""

PAUSE = timedelta(minutes=1)
"""Between two codes to one address: mail takes its time, and a button is pressed twice."""

DIGITS = 6

_PURPOSE = "address code"

_LATEST = """
    SELECT k.id, k.tries, k.created_at, k.address_mark, p.name, c.address, c.address_confirmed_at
    FROM person p LEFT JOIN person_preference c ON c.person_id = p.id
    LEFT JOIN LATERAL (
        SELECT * FROM address_code WHERE person_id = p.id ORDER BY number DESC LIMIT 1
    ) k ON true
    WHERE p.id = %s
"""

_ASKED = """
    SELECT count(*) AS asked, min(created_at) AS first, max(created_at) FILTER (WHERE address_mark = %(mark)s) AS last
    FROM address_code WHERE (person_id = %(person)s OR address_mark = %(mark)s) AND created_at > %(since)s
"""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that may still be typed in."""

    id: UUID
    person_id: UUID
    address: str
    digits: str


async def ask(
    core: Core, tx: Transaction, *, person_id: UUID, person_name: str, address: str, actor: Actor
) -> AddressCodeAsked:
    """Have a new code mailed to an address, in the caller's transaction; an older one is good no more.

    Raises:
        CodesAskedOften: The person, or the address, had so many within a day, or one this minute.
    """
    now, mark = core.clock.now(), _mark(address)
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", (mark,))
    await tx.execute("DELETE FROM address_code WHERE created_at <= %s", (now - LASTS,))
    row = await tx.row(_ASKED, {"person": person_id, "mark": mark, "since": now - LASTS})
    assert row is not None, "a count has a row"
    if row["asked"] >= MOST:
        raise CodesAskedOften(addresses.masked(address), until=row["first"] + LASTS)
    if row["last"] is not None and now < row["last"] + PAUSE:
        raise CodesAskedOften(addresses.masked(address), until=row["last"] + PAUSE)
    code_id = uuid4()
    await tx.execute(
        "INSERT INTO address_code (id, person_id, address_mark, created_at) VALUES (%s, %s, %s, %s)",
        (code_id, person_id, mark, now),
    )
    event = AddressCodeAsked(
        person_id=person_id, person_name=person_name, code_id=code_id, address=addresses.masked(address),
        **by(actor, now),
    )  # fmt: skip
    await timeline.record(core, tx, event)
    return event


async def ask_anew(core: Core, *, person_id: UUID, actor: Actor) -> AddressCodeAsked:
    """Have another code mailed to the address that waits for one.

    Raises:
        NotAllowed: It is another's, and the actor may not manage people.
        PersonUnknown: There is no such person.
        NoCodeWaits: No address waits for a code.
        CodesAskedOften: There were so many, or one this minute.
    """
    _require(actor, person_id)
    async with core.transaction() as tx:
        row = await _held(tx, person_id)
        if row["address"] is None or row["address_confirmed_at"] is not None:
            raise NoCodeWaits(confirmed=row["address"] is not None)
        return await ask(
            core, tx, person_id=person_id, person_name=row["name"], address=row["address"], actor=actor
        )  # fmt: skip


async def confirm(core: Core, *, person_id: UUID, typed: str, actor: Actor) -> AddressConfirmed:
    """Take an address for the person's own: the code that was mailed to it is known.

    Raises:
        NotAllowed: It is another's, and the actor may not manage people.
        PersonUnknown: There is no such person.
        NoCodeWaits: There is no code, or it is too old, was tried too often, or went to another address.
        CodeWrong: It is another code; the try counts, also if many are made at once.
    """
    _require(actor, person_id)
    async with core.transaction() as tx:
        now = core.clock.now()
        row = await _held(tx, person_id)
        address = row["address"]
        if address is None or row["address_confirmed_at"] is not None:
            raise NoCodeWaits(confirmed=address is not None)
        if not _is_good(row, now):
            raise NoCodeWaits(confirmed=False)
        if right := _is(core, row["id"], address, typed):
            await tx.execute(
                "UPDATE person_preference SET address_confirmed_at = %s, unwanted = false WHERE person_id = %s",
                (now, person_id),
            )
            event = AddressConfirmed(
                person_id=person_id, person_name=row["name"], address=addresses.masked(address), **by(actor, now)
            )
            await timeline.record(core, tx, event)
        else:
            await tx.execute("UPDATE address_code SET tries = tries + 1 WHERE id = %s", (row["id"],))
    if not right:
        raise CodeWrong(TRIES - row["tries"] - 1)
    return event


async def code(core: Core, *, code_id: UUID) -> Code | None:
    """Return a code that is to be mailed; None for one that would confirm nothing any more."""
    row = await core.database.row("SELECT person_id FROM address_code WHERE id = %s", (code_id,))
    if row is None:
        return None
    found = await core.database.row(_LATEST, (row["person_id"],))
    assert found is not None, "a code's person is kept by its key"
    address = found["address"]
    if found["id"] != code_id or found["address_confirmed_at"] is not None or not _is_good(found, core.clock.now()):
        return None
    return Code(code_id, row["person_id"], address, _digits(core, core.keys.newest, code_id, address))


async def _held(tx: Transaction, person_id: UUID) -> Row:
    """Hold the person's lock, and return what is known by then; one statement would count the tries of before."""
    await tx.row("SELECT FROM person WHERE id = %s FOR UPDATE", (person_id,))
    row = await tx.row(_LATEST, (person_id,))
    if row is None:
        raise PersonUnknown(())
    return row


def _require(actor: Actor, person_id: UUID) -> None:
    if actor.id != person_id:
        actor.require(Permission.MANAGE_PEOPLE)


def _is_good(row: Row, now: datetime) -> bool:
    """Tell whether the latest code went to the address that is set, and may still be tried."""
    if row["id"] is None or row["address"] is None or row["address_mark"] != _mark(row["address"]):
        return False
    return bool(row["tries"] < TRIES and now < row["created_at"] + LASTS)


def _is(core: Core, code_id: UUID, address: str, typed: str) -> bool:
    """Tell whether that is the code, under any of the keys: one may have been put before the others meanwhile."""
    said = "".join(each for each in typed if each not in " -.\u00a0").encode(errors="replace")
    every = [_digits(core, key, code_id, address).encode() for key in core.keys.keys]
    return any([compare_digest(each, said) for each in every])  # noqa: C419 - all are compared, whichever it is


def _digits(core: Core, key: SigningKey, code_id: UUID, address: str) -> str:
    payload = code_id.bytes + addresses.key(address).encode()
    number = int.from_bytes(core.keys.signature(key, purpose=_PURPOSE, payload=payload, length=16))
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _mark(address: str) -> str:
    """Return what stands for an address in the count of codes; not the address."""
    return sha256(addresses.key(address).encode()).hexdigest()
