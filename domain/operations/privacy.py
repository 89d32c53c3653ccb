"""Privacy: everything that is known of one person outside the company, found by the address, for that person to have.

Whoever asks gets what was stored of them, in the words in which it is stored: rows of tables, the raw mails, the files.
Not among it are secrets (hashes of sessions, keys) and what is said of other people of the same customer.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.commitments import documents
from domain.kernel import addresses, sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.ports import FileMissing
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row
from domain.operations.export_events import FileExported
from domain.operations.refusals import NothingToExport
from domain.people import people

KIND = "personal data"
"""What such an export is called in the audit log."""

MOST_ROWS = 100_000
"""Rows of one section; nobody has that many, and whoever has is told so by the section itself."""

_MAILS = """
    SELECT id FROM inbound_mail
    WHERE lower(envelope_from) = %(key)s OR mailing_id IN (SELECT id FROM mailing WHERE address_key = %(key)s)
    ORDER BY received_at, id LIMIT %(most)s
"""

_DOCUMENTS = """
    SELECT d.id, d.name, d.kind, d.content_type, d.size_bytes, d.state, d.created_at FROM document d
    LEFT JOIN dispute s ON s.id = d.dispute_id LEFT JOIN plan p ON p.id = d.plan_id
    LEFT JOIN question q ON q.id = d.question_id LEFT JOIN support_request h ON h.id = d.support_request_id
    WHERE coalesce(s.contact_id, p.contact_id, q.contact_id, h.contact_id) = ANY(%(contacts)s)
       OR lower(h.reply_to) = %(key)s
    ORDER BY d.created_at, d.id LIMIT %(most)s
"""

_SECTIONS: Mapping[str, str] = {
    phrase("contacts"): """
        SELECT c.id, a.name AS customer, a.number AS customer_number, c.name, c.email, c.role, c.state, c.created_at
        FROM contact c JOIN account a ON a.id = c.account_id WHERE c.id = ANY(%(contacts)s) ORDER BY c.created_at""",
    phrase("mails sent"): """
        SELECT m.id, m.letter, m.state, m.reason, m.address, i.number AS invoice, m.message_id, m.edited_subject,
               m.edited_body, m.answer, m.queued_at, m.sent_at FROM mailing m JOIN invoice i ON i.id = m.invoice_id
        WHERE m.address_key = %(key)s OR m.contact_id = ANY(%(contacts)s) ORDER BY m.queued_at, m.id""",
    phrase("mails received"): """
        SELECT id, envelope_from, sent_to, peer, helo, state, reading, reply, authentication, received_at
        FROM inbound_mail WHERE id = ANY(%(mails)s) ORDER BY received_at, id""",
    phrase("answers to mails"): """
        SELECT mail_id, text, made_by, created_at FROM mail_answer WHERE contact_id = ANY(%(contacts)s)
        ORDER BY created_at""",
    phrase("questions about disputes"): """
        SELECT dispute_id, text, made_by, answered_at, created_at FROM dispute_question
        WHERE contact_id = ANY(%(contacts)s) ORDER BY created_at""",
    phrase("suppressions"): """
        SELECT address, reason, state, rule, diagnostic, note, until, created_at, lifted_at, lift_reason
        FROM suppression WHERE address_key = %(key)s ORDER BY created_at""",
    phrase("delivery reports"): """
        SELECT kind, proof, rule, reason, status, diagnostic, heard_at, withdrawn_at FROM delivery_evidence
        WHERE address_key = %(key)s ORDER BY heard_at""",
    phrase("promises"): """
        SELECT i.number AS invoice, p.currency, p.amount_minor, p.promised_on, p.source, p.note, p.state, p.created_at
        FROM promise p JOIN invoice i ON i.id = p.invoice_id WHERE p.contact_id = ANY(%(contacts)s)
        ORDER BY p.created_at""",
    phrase("plans"): """
        SELECT i.number AS invoice, p.currency, p.covers_minor, p.frequency, p.reason, p.note, p.state, p.created_at
        FROM plan p JOIN invoice i ON i.id = p.invoice_id WHERE p.contact_id = ANY(%(contacts)s)
        ORDER BY p.created_at""",
    phrase("disputes"): """
        SELECT i.number AS invoice, d.currency, d.amount_minor, d.reason_code, d.description, d.state, d.resolution,
               d.created_at FROM dispute d JOIN invoice i ON i.id = d.invoice_id
        WHERE d.contact_id = ANY(%(contacts)s) ORDER BY d.created_at""",
    phrase("questions"): """
        SELECT i.number AS invoice, q.text, q.answer, q.state, q.created_at, q.ended_at
        FROM question q JOIN invoice i ON i.id = q.invoice_id WHERE q.contact_id = ANY(%(contacts)s)
        ORDER BY q.created_at""",
    phrase("calls for help"): """
        SELECT text, request_id, reply_to, source, state, outcome, created_at, closed_at FROM support_request
        WHERE contact_id = ANY(%(contacts)s) OR lower(reply_to) = %(key)s ORDER BY created_at""",
    phrase("wishes to pass a link on"): """
        SELECT i.number AS invoice, CASE WHEN f.email_key = %(key)s THEN f.name ELSE '' END AS name,
               CASE WHEN f.email_key = %(key)s THEN f.email ELSE 'somebody else' END AS email, f.note, f.state,
               f.created_at FROM forwarding f JOIN invoice i ON i.id = f.invoice_id
        WHERE f.asked_by = ANY(%(contacts)s) OR f.email_key = %(key)s ORDER BY f.created_at""",
    phrase("payment links"): """
        SELECT l.id, i.number AS invoice, l.state, l.issued_at, l.last_active_at,
               (SELECT min(s.created_at) FROM portal_session s WHERE s.link_id = l.id) AS entered_at,
               (SELECT jsonb_object_agg(t.step, t.at) FROM portal_step t WHERE t.link_id = l.id) AS steps
        FROM pay_link l JOIN invoice i ON i.id = l.invoice_id WHERE l.contact_id = ANY(%(contacts)s)
        ORDER BY l.issued_at""",
    phrase("unsent forms"): """
        SELECT f.form, f.fields, f.kept_at FROM unsent_form f JOIN portal_session s ON s.id = f.session_id
        JOIN pay_link l ON l.id = s.link_id WHERE l.contact_id = ANY(%(contacts)s) ORDER BY f.kept_at""",
    phrase("failed requests"): """
        SELECT r.request_id, r.route, r.method, r.status, r.why, r.at FROM request_trail r
        JOIN pay_link l ON l.id = r.link_id WHERE l.contact_id = ANY(%(contacts)s) ORDER BY r.at""",
    phrase("own acts"): """
        SELECT id, kind, request_id, at, fact FROM timeline_entry
        WHERE fact->>'actor_id' = ANY(%(contacts)s::uuid[]::text[]) ORDER BY id""",
    phrase("files"): _DOCUMENTS,
}
"""What the export holds, by its headings; each reads only what is about this address."""

OF_OPERATORS: Mapping[str, str] = {
    phrase("person"): "SELECT id, slack_id, name, created_at FROM person WHERE id = %(person)s",
    phrase("settings"): "SELECT language, zone, digest_at, digest, address, address_confirmed_at, noise, slack_locale,"
                " slack_zone, learned_at FROM person_preference WHERE person_id = %(person)s",
    phrase("roles"): "SELECT role, state, granted_by, reason, until, created_at FROM role_grant"
             " WHERE person_id = %(person)s ORDER BY created_at",
    phrase("requests for access"): "SELECT role, reason, state, asked_by, decided_by, decided_at, outcome, created_at"
                           " FROM access_request WHERE slack_id = %(slack_id)s ORDER BY created_at",
    phrase("absences"): "SELECT from_at, until, note, state, created_at FROM absence WHERE person_id = %(person)s"
                " ORDER BY created_at",
    phrase("claims"): "SELECT account_id, state, until, created_at FROM claim"
             " WHERE person_id = %(person)s ORDER BY created_at",
    phrase("digests"): "SELECT kind, on_day, created_at FROM digest WHERE person_id = %(person)s ORDER BY created_at",
    phrase("mails sent"): "SELECT letter, address, state, answer, queued_at, sent_at FROM operator_mail"
                  " WHERE person_id = %(person)s ORDER BY queued_at",
    phrase("own acts"): "SELECT id, kind, request_id, at, fact FROM timeline_entry WHERE fact->>'actor_id' = %(id)s"
                " ORDER BY id",
    phrase("acts about them"): "SELECT id, kind, request_id, at, fact FROM timeline_entry"
                       " WHERE fact->>'person_id' = %(id)s ORDER BY id",
}  # fmt: skip
"""The same of an operator."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody outside, by the address, with the contacts that they are at one customer or several."""

    key: str
    contacts: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is stored of a person as rows, and which raw mails and files belong to it."""

    person: Person
    sections: Mapping[str, list[dict[str, Any]]]
    mails: tuple[UUID, ...]
    files: tuple[UUID, ...]
    rows: int = field(default=0)


@dataclass(frozen=True, slots=True)
class Kept:
    """A raw mail or a file of the person's, as it is stored."""

    name: str
    body: bytes = field(repr=False)


async def find(core: Core, *, whom: str) -> Person:
    """Return the person of that address, or of that contact's id.

    Raises:
        AddressMalformed: It is neither.
        NothingToExport: No contact has that id.
    """
    try:
        contact = await core.database.row("SELECT email_key FROM contact WHERE id = %s", (UUID(whom),))
    except ValueError:
        key = addresses.key(addresses.parsed(whom))
    else:
        if contact is None:
            raise NothingToExport(say("There is no such contact."))
        key = contact["email_key"]
    rows = await core.database.rows("SELECT id FROM contact WHERE email_key = %s ORDER BY created_at, id", (key,))
    return Person(key, tuple(row["id"] for row in rows))


async def export(core: Core, *, whom: str, file_name: str, actor: Actor) -> PersonalData:
    """Return all that is stored of a person; that it was taken along is written down first, without the address.

    Raises:
        NotAllowed: The actor may not manage people.
        AddressMalformed: Neither an address nor a contact's id.
        NothingToExport: Nothing is stored of that person.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    person = await find(core, whom=whom)
    about = {"key": person.key, "contacts": list(person.contacts), "most": MOST_ROWS}
    mails = [row["id"] for row in await core.database.rows(_MAILS, about)]
    sections = {
        name: [_told(row) for row in await core.database.rows(_bounded(query), {**about, "mails": mails})]
        for name, query in _SECTIONS.items()
    }
    rows = sum(map(len, sections.values()))
    if not rows:
        raise NothingToExport(say("Nothing is stored of that address."))
    await _noted(core, file_name=file_name, rows=rows, actor=actor)
    return PersonalData(person, sections, tuple(mails), tuple(row["id"] for row in sections["files"]), rows)


def _told(row: Row) -> dict[str, Any]:
    """Return a row with its reasons as text, as whoever asks for the data reads them."""
    reasons = {name: sentences.said(row[name]) for name in _REASONS if row.get(name)}
    return {**row, **reasons} | ({"fact": sentences.plain(row["fact"])} if "fact" in row else {})


_REASONS = ("reason", "note", "resolution", "lift_reason", "outcome")
"""Columns in which a sentence of ours may stand."""


async def counted(core: Core, *, key: str) -> dict[str, int]:
    """Return how much an export of that address would hold, by its headings."""
    person = await find(core, whom=key)
    about = {"key": person.key, "contacts": list(person.contacts), "most": MOST_ROWS}
    mails = [row["id"] for row in await core.database.rows(_MAILS, about)]
    return await _counts(core, _SECTIONS, {**about, "mails": mails})


async def counted_of_operator(core: Core, *, person_id: UUID) -> dict[str, int]:
    """Return how much an export of an operator would hold, by its headings."""
    return await _counts(core, OF_OPERATORS, await _operator(core, person_id))


async def export_operator(core: Core, *, whom: str, file_name: str, actor: Actor) -> PersonalData:
    """Return all that is stored of an operator, with what they did; that it was taken along is written down first.

    Raises:
        NotAllowed: The actor may not manage people.
        NobodyCalled: Nobody is called so, or several people are.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    known = await people.named(core, text=whom)
    about = await _operator(core, known.id)
    sections = {
        name: [_told(row) for row in await core.database.rows(_bounded(query), about)]
        for name, query in OF_OPERATORS.items()
    }
    rows = sum(map(len, sections.values()))
    await _noted(core, file_name=file_name, rows=rows, actor=actor)
    return PersonalData(Person(known.slack_id, (known.id,)), sections, (), (), rows)


async def _operator(core: Core, person_id: UUID) -> dict[str, Any]:
    row = await core.database.row("SELECT slack_id, name FROM person WHERE id = %s", (person_id,))
    assert row is not None, "people are never removed"
    return {"person": person_id, "id": str(person_id), "slack_id": row["slack_id"], "most": MOST_ROWS}


async def _counts(core: Core, sections: Mapping[str, str], about: dict[str, Any]) -> dict[str, int]:
    counts = {}
    for name, query in sections.items():
        row = await core.database.row(f"SELECT count(*) AS n FROM ({_bounded(query)}) found", about)
        counts[name] = int(row["n"]) if row is not None else 0
    return counts


async def _noted(core: Core, *, file_name: str, rows: int, actor: Actor) -> None:
    async with core.transaction() as tx:
        # events hold no addresses, but people call files by them
        named = file_name if "@" not in file_name else "data.zip"
        now = core.clock.now()
        await timeline.record(core, tx, FileExported(what=KIND, file_name=named, rows=rows, **by(actor, now)))


async def attachments(core: Core, data: PersonalData) -> AsyncIterator[Kept]:
    """Yield the raw mails and the files of an export one by one; one that was removed meanwhile is left out."""
    for mail_id in data.mails:
        row = await core.database.row("SELECT body FROM inbound_mail WHERE id = %s", (mail_id,))
        if row is not None and row["body"]:
            yield Kept(f"mails/{mail_id}.eml", bytes(row["body"]))
    for document_id in data.files:
        try:
            body = await core.files.get(documents.key_of(document_id))
        except FileMissing:
            continue
        yield Kept(f"files/{document_id}", body)


def _bounded(query: str) -> str:
    return query if "LIMIT" in query else f"{query} LIMIT %(most)s"
