"""Every column that can hold words is gone through at an erasure, or stands here with what it holds instead."""

import psycopg
import pytest

from domain.operations.erasing.places import KEPT, PLACES

NO_WORDS = {
    "absence": "state",
    "access_request": "role state",
    "account": "country industry locale name name_key number risk state tags timezone",
    "account_twin": "state",
    "bank_line": "bank_account bank_reference currency doubt form key payer_hint payer_key payer_name "
    "reasons reference state",
    "breaker": "provider reason",
    "cadence": "name state",
    "cadence_step": "letter recipients tone",
    "cash_match": "parts reasons",
    "chat_message": "content_hash ts",
    "chat_mute": "channel kind",
    "chat_noise": "channel key kind outcome",
    "chat_trouble": "code place",
    "checkout": "currency decline_code declines session_id state",
    "claim": "state",
    "contact": "role state",
    "control_file": "verdict",
    "control_line": "currency number number_key",
    "control_total": "bucket currency",
    "credit": "cause currency origin state",
    "credit_note": "currency number number_key state",
    "cron_pause": "cron state",
    "cron_run": "cron",
    "delivery_evidence": "kind proof rule status",
    "digest": "kind",
    "dispute": "currency intended reason_code sla_told source state",
    "dispute_smoke": "state why",
    "dispute_upload": "source",
    "document": "content_type kind sha256 state",
    "enrolment": "segment state",
    "erased_address": "digest suppressions",
    "erasure": "counts place state step subject whom words",
    "erasure_secret": "proof sealed",
    "file_import": "channel kind sha256 source state thread",
    "forwarding": "state",
    "gate": "holds name segment state",
    "hold": "kind state",
    "import_batch": "counts kind sha256",
    "import_mapping": "answers header_key kind",
    "inbound_mail": "noted proxy sha256 state thread",
    "incident": "cause held_sums judged severity signals state",
    "incident_signal": "dismissed_as rule severity",
    "invoice": "currency number number_key state",
    "invoice_paper": "sha256",
    "lane_budget": "lane",
    "mailing": "letter message_id needs provider segment state tone unique_key waits waits_gate",
    "mailing_item": "letter state tone unique_key",
    "outside_call": "party",
    "pay_link": "kept_for state",
    "payer_alias": "key",
    "payer_word": "word",
    "payment": "currency kind method object_id source",
    "plan": "currency frequency source state",
    "policy": "document state",
    "portal_session": "secret_hash state",
    "portal_step": "step",
    "promise": "currency source state",
    "provider_event": "came event_id kind object_id state",
    "provider_mark": "name value",
    "question": "digest state",
    "readiness_override": "name state",
    "readiness_result": "code name verdict",
    "receipt": "locale number pdf",
    "remittance": "body content_type currency payer_name sha256 source state",
    "remittance_line": "number number_key reason",
    "request_trail": "method request_id route why",
    "role_grant": "role state",
    "segment": "cadence mode name rule state",
    "segment_health": "segment",
    "snooze": "state",
    "stray_movement": "charge_id currency kind method object_id state",
    "support_request": "digest request_id source state",
    "suppression": "reason rule state",
    "task": "kind state",
    "unapplied_cash": "currency",
    "unsent_form": "form",
    "warm_up": "domain note",
    "write_off": "currency kind state",
    "schema_migration": "name",
}
"""Codes, numbers, keys, digests and names of our own; and what is kept."""

OF_THEIR_OWN = {
    "timeline_entry": "its words go by the one function that may take them out",
    "person": "the placeholder comes at the beginning",
    "address_code": "gone at the beginning",
    "person_preference": "gone at the beginning",
    "home_view": "gone at the beginning",
    "chat_channel": "the placeholder comes at the beginning",
    "operator_mail": "the placeholder comes at the beginning",
    "seen_request": "gone at the beginning",
}
"""Tables that are seen to elsewhere."""


@pytest.fixture
def columns(database_address: str) -> dict[str, set[str]]:
    """Every column of texts, JSON, lists or bytes, by table."""
    found: dict[str, set[str]] = {}
    with psycopg.connect(database_address) as connection:
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name NOT LIKE 'procrastinate%%' AND data_type IN"
            " ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea')",
        ):
            found.setdefault(table, set()).add(column)
    return found


def test_no_column_was_forgotten(columns: dict[str, set[str]]) -> None:
    known = {table: set(names.split()) for table, names in NO_WORDS.items()}
    for place in PLACES:
        own = {name for each in place.own for name in each.become}
        known.setdefault(place.table, set()).update(place.texts, place.json, place.arrays, place.files, own)

    forgotten = {
        table: left
        for table, names in columns.items()
        if table not in OF_THEIR_OWN and (left := names - known.get(table, set()))
    }

    assert forgotten == {}


def test_no_place_names_what_there_is_not(columns: dict[str, set[str]]) -> None:
    named = {
        f"{place.table}.{name}"
        for place in PLACES
        for name in (*place.texts, *place.json, *place.arrays, *place.files, *(n for o in place.own for n in o.become))
        if name not in columns.get(place.table, set())
    }

    assert named == set()
    assert [table for table in KEPT if table not in columns] == []
