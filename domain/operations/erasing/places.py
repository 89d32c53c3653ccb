"""Places: every column of the database in which words about people may stand, and which rows are a person's own.

Read top to bottom: first come rows that are recognised by others below. A test holds this table, with what it leaves
out, against the schema, so that a new column has to be thought about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ACCOUNT = "t.account_id = ANY(%(accounts)s)"

INVOICE = "t.invoice_id IN (SELECT i.id FROM invoice i WHERE i.account_id = ANY(%(accounts)s))"

CONTACT = "t.contact_id = ANY(%(ids)s)"

_STAND_IN = "(%(stand_ins)s::text[])[array_position(%(keys)s::text[], {})]"

_DEALT_WITH = "(t.seen_at IS NOT NULL OR t.state = 'read' AND t.reply IS NULL) AND t.received_at <= %(begun)s"

_THEIR_MAIL = (
    "(lower(t.envelope_from) = ANY(%(keys)s) OR lower(t.reading->>'sender') = ANY(%(keys)s) OR EXISTS (SELECT FROM"
    " mailing m WHERE m.id = t.mailing_id AND (m.contact_id = ANY(%(ids)s) OR m.address_key = ANY(%(keys)s))))"
)

STILL_WAITING = f"{_THEIR_MAIL} AND NOT ({_DEALT_WITH})"
"""Mails of theirs that somebody still has to look at, or that came after the beginning: none is lost unread."""

_NO_DIAGNOSTICS = (
    "CASE WHEN jsonb_typeof(t.reading->'recipients') = 'array' THEN jsonb_set(jsonb_set(t.reading, '{recipients}',"
    " (SELECT coalesce(jsonb_agg(CASE WHEN one ? 'diagnostic' THEN jsonb_set(one, '{diagnostic}', '\"\"') ELSE one END"
    " ORDER BY nth), '[]') FROM jsonb_array_elements(t.reading->'recipients') WITH ORDINALITY AS u (one, nth))),"
    " '{unnamed,diagnostic}', '\"\"', false) ELSE t.reading END"
)
"""What a refusing server said goes whole: it may name a mailbox by its local part, which nothing else tells."""

_THEIR_LINK = "t.link_id IN (SELECT l.id FROM pay_link l WHERE l.contact_id = ANY(%(ids)s))"


@dataclass(frozen=True, slots=True)
class Own:
    """Rows that are the person's own, and what becomes of their columns."""

    which: str
    become: Mapping[str, str]
    """New values by columns, as SQL."""


@dataclass(frozen=True, slots=True)
class Place:
    """A table in which words are looked for."""

    table: str
    texts: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    arrays: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Columns with the bytes of a CSV of ours."""
    near: str = ""
    """Which rows are about a customer of theirs, as SQL; empty: none."""
    own: tuple[Own, ...] = field(default=())
    only: str = "true"
    """Rows out of which words are taken."""
    key: str = "id"
    """By which the table is gone through page by page; empty where it never is long."""


def _mark(*columns: str, unless: str = "''") -> dict[str, str]:
    return {each: f"CASE WHEN {each} = {unless} THEN {each} ELSE %(mark)s END" for each in columns}


_WRITTEN = "t.source IN ('portal', 'mail') AND " + CONTACT
"""What they wrote themselves goes whole; of what an operator wrote about them, their words."""

PLACES: tuple[Place, ...] = (
    Place(
        "inbound_mail", ("envelope_from", "helo", "reason", "decided"), ("reading", "reply", "authentication"),
        ("sent_to",), near=ACCOUNT,
        only=f"({_DEALT_WITH})",
        own=(
            Own(
                f"{_THEIR_MAIL} AND {_DEALT_WITH}",
                {"envelope_from": f"coalesce({_STAND_IN.format('lower(t.envelope_from)')}, t.envelope_from)",
                 "body": "''", "helo": "''", "peer": "''",
                 "reading": _NO_DIAGNOSTICS,
                 "reply": "CASE WHEN t.reply IS NULL THEN NULL ELSE t.reply || jsonb_build_object("
                 "'text', %(mark)s::text, 'new', %(mark)s::text, 'quoted', '', 'signature', '',"
                 " 'intents', '[]'::jsonb, 'attachments', '[]'::jsonb) END"},
            ),
            Own(f"{ACCOUNT} AND {_DEALT_WITH} AND encode(t.body, 'escape') ~* %(bytes)s", {"body": "''"}),
        ),
    ),
    Place(
        "mailing", ("reason", "made_by", "edited_by", "edited_subject", "edited_body", "approved_by", "waits_reason",
                    "answer"), ("drafted_as",), ("editors",), near=ACCOUNT,
        own=(
            Own(
                f"t.address_key = ANY(%(keys)s) OR {ACCOUNT} AND {CONTACT}",
                {"address": f"coalesce({_STAND_IN.format('t.address_key')}, %(stand_in)s)",
                 "address_key": f"coalesce({_STAND_IN.format('t.address_key')}, %(stand_in)s)",
                 "edited_subject": "CASE WHEN t.edited_subject IS NULL THEN NULL ELSE %(mark)s END",
                 "edited_body": "CASE WHEN t.edited_body IS NULL THEN NULL ELSE %(mark)s END"},
            ),
        ),
    ),
    Place("mailing_item", ("reason",), near=INVOICE),
    Place(
        "mail_answer", ("text", "in_reply_to", "made_by"), arrays=("thread_ids",), near=INVOICE,
        own=(Own(CONTACT, {"text": "%(mark)s", "in_reply_to": "''", "thread_ids": "'{}'"}),),
    ),
    Place(
        "dispute_question",
        ("text", "in_reply_to", "made_by"),
        arrays=("thread_ids",),
        near=INVOICE,
        own=(Own(CONTACT, _mark("text")),),
    ),
    Place(
        "suppression", ("diagnostic", "note", "made_by", "lifted_by", "lift_reason"),
        own=(
            Own(
                "t.address_key = ANY(%(keys)s)",
                {"address": _STAND_IN.format("t.address_key"), "address_key": _STAND_IN.format("t.address_key"),
                 "diagnostic": "''", **_mark("note")},
            ),
        ),
    ),
    Place(
        "delivery_evidence", ("reason", "diagnostic"),
        own=(
            Own(
                "t.address_key = ANY(%(keys)s)",
                {"address_key": _STAND_IN.format("t.address_key"), "diagnostic": "''"},
            ),
        ),
    ),
    Place(
        "contact", ("name",), near=ACCOUNT,
        own=(
            Own(
                "t.id = ANY(%(ids)s)",
                {"name": "%(mark)s", "email": f"coalesce({_STAND_IN.format('t.email_key')}, %(stand_in)s)",
                 "email_key": f"coalesce({_STAND_IN.format('t.email_key')}, %(stand_in)s)"},
            ),
        ),
    ),
    Place(
        "forwarding", ("name", "note", "decided_by"), near=INVOICE,
        own=(
            Own(
                "t.email_key = ANY(%(keys)s)",
                {"name": "%(mark)s", "email": _STAND_IN.format("t.email_key"),
                 "email_key": _STAND_IN.format("t.email_key"), **_mark("note")},
            ),
            Own("t.asked_by = ANY(%(ids)s)", _mark("note")),
        ),
    ),
    Place("promise", ("note", "made_by"), near=ACCOUNT, own=(Own(_WRITTEN, _mark("note")),)),
    Place(
        "plan", ("reason", "made_by", "decided_by", "note"), near=ACCOUNT, own=(Own(_WRITTEN, _mark("reason")),),
    ),
    Place(
        "dispute", ("description", "filed_by", "resolution", "resolved_by"), near=ACCOUNT,
        own=(Own(_WRITTEN, _mark("description")),),
    ),
    Place("question", ("text", "answer", "ended_by"), near=INVOICE, own=(Own(CONTACT, _mark("text", "answer")),)),
    Place(
        "support_request", ("text", "reply_to", "made_by", "closed_by", "outcome"), near=ACCOUNT,
        own=(Own(f"{CONTACT} OR lower(t.reply_to) = ANY(%(keys)s)", {**_mark("text"), "reply_to": "''"}),),
    ),
    Place(
        "document", ("name",),
        own=(
            Own(
                "EXISTS (SELECT FROM dispute d WHERE d.id = t.dispute_id AND d.contact_id = ANY(%(ids)s))"
                " OR EXISTS (SELECT FROM plan p WHERE p.id = t.plan_id AND p.contact_id = ANY(%(ids)s))"
                " OR EXISTS (SELECT FROM question q WHERE q.id = t.question_id AND q.contact_id = ANY(%(ids)s))"
                " OR EXISTS (SELECT FROM support_request s WHERE s.id = t.support_request_id"
                " AND s.contact_id = ANY(%(ids)s))",
                {"name": "%(mark)s"},
            ),
        ),
    ),
    Place("unsent_form", json=("fields",), key="", own=(
        Own("t.session_id IN (SELECT s.id FROM portal_session s JOIN pay_link l ON l.id = s.link_id"
            " WHERE l.contact_id = ANY(%(ids)s))", {"fields": "'{}'"}),
    )),
    Place(
        "checkout", json=("order_terms",), near=INVOICE,
        own=(Own(_THEIR_LINK, {"url": "NULL", "verify_url": "NULL"}),),
    ),
    Place("provider_event", own=(
        Own("t.state <> 'stored' AND encode(t.body, 'escape') ~* %(bytes)s", {"body": "''"}),
    )),
    Place("import_batch", ("file_name", "actor"), files=("rejects", "absent")),
    Place("import_mapping", ("name", "actor")),
    Place("file_import", ("file_name", "reason", "handed_by", "handed_by_chat", "decided_by", "decided_by_chat"),
          ("said", "question", "findings")),
    Place("dispute_upload", ("name", "problem", "chat_id"), key=""),
    Place("remittance", ("file_name", "note"), near=ACCOUNT),
    Place("credit_note", ("reason",), near=ACCOUNT),
    Place("allocation", ("note",), near=INVOICE),
    Place("unapplied_cash", ("note",), near=ACCOUNT, key="payment_id"),
    Place("write_off", ("reason", "proposed_by", "decided_by"), near=ACCOUNT),
    Place("credit", ("reason", "proposed_by", "decided_by"), near=ACCOUNT),
    Place("invoice_paper", ("added_by",), key="invoice_id"),
    Place("account_twin", ("decided_by",), ("evidence",)),
    Place("stray_movement", ("about", "note", "decided_by", "decision"), near=ACCOUNT),
    Place("bank_line", ("decided_by",), near=ACCOUNT),
    Place("policy", ("notes", "made_by", "decided_by")),
    Place("segment", ("notes",)),
    Place("enrolment", ("held",), near=INVOICE),
    Place("veto", ("reason", "made_by")),
    Place("hold", ("reason", "made_by", "lifted_by"), near=ACCOUNT),
    Place("gate", ("reason", "made_by", "opened_by")),
    Place("snooze", ("reason", "made_by"), near=INVOICE),
    Place("absence", ("note",)),
    Place("task", ("reason", "outcome", "done_by"), near=ACCOUNT),
    Place("cron_pause", ("reason", "made_by", "ended_by")),
    Place("restoration", ("reason", "made_by", "ended_by")),
    Place("readiness_result", json=("figures",), key=""),
    Place("readiness_override", ("reason", "made_by", "decided_by")),
    Place("incident", ("title", "opened_by", "owner", "over_by", "outcome")),
    Place("dispute_smoke", ("asked_by",)),
    Place("role_grant", ("granted_by", "reason")),
    Place("access_request", ("slack_id", "name", "reason", "asked_by", "decided_by", "outcome")),
    Place("chat_message", ("key", "channel", "subject", "form")),
    Place("chat_mute", ("muted_by", "lifted_by")),
    Place("erasure", ("reason", "asked_by", "decided_by")),
    Place("erased_address", ("lifted_by", "lift_reason"), key=""),
)  # fmt: skip

KEPT: Mapping[str, str] = {
    "account": "the customer's own name is not the contact's, also where both are spelt alike",
    "bank_line": "lines of a bank statement are vouchers, as they came",
    "payer_alias": "digests and names by which the bank's payers are recognised, which are the customer's",
    "payer_word": "words of customers' names, as above",
    "remittance": "advices of payment are vouchers, as they came",
    "receipt": "receipts are vouchers; they name the customer",
    "invoice_paper": "invoices are vouchers",
    "person": "an operator's own line becomes the placeholder before all else",
    "person_preference": "an operator's own line goes before all else",
}
"""What stays, or is not gone through here, and why."""
