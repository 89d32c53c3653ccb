"""The models say what the migrated database says: tables, columns, what may be empty, which states there are."""

import re
from importlib import import_module
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import Field
from tortoise.models import Model

from domain.kernel.records import StatefulRecord
from plixo import database
from tests.sources import ROOT

TYPES: tuple[tuple[type[Field[Any]], str], ...] = (
    (fields.UUIDField, "uuid"),
    (fields.BigIntField, "bigint"),
    (fields.SmallIntField, "smallint"),
    (fields.IntField, "integer"),
    (fields.BooleanField, "boolean"),
    (fields.DatetimeField, "timestamp with time zone"),
    (fields.DateField, "date"),
    (fields.JSONField, "jsonb"),
    (fields.BinaryField, "bytea"),
    (fields.CharField, "text"),
    (fields.TextField, "text"),
    (ArrayField, "ARRAY"),
)
"""What PostgreSQL calls the column of each field."""

SQL_ONLY = {
    "address_code": "a code for a day, counted and tried by statements",
    "schema_migration": "the migration runner's own book",
    "worklist": "rows come and go by the hundred in one statement; nothing reads one as an object",
    "stale_case": "notes of triggers, taken away by the hundred",
    "newcomer": "the same",
    "unread_name": "the same",
    "payer_word": "words of names, put and looked for in sets",
    "lane_budget": "a counter that one conditional statement keeps",
    "warm_up": "one row for each sending domain, judged by one statement a day",
    "breaker": "one row for each provider, written and read by statements about all of them",
    "unapplied_cash": "what is left of each payment, kept by statements beside the entries that it is the sum of",
    "control_file": "the ERP's own ageing, copied from a file and compared by one statement",
    "control_total": "the same",
    "control_line": "the same",
    "delivery_evidence": "appended by one statement a mail, and read in sets",
    "confirmed_payment": "marks that two statements set and look for, by the page",
    "provider_mark": "a note by its name, written by one statement that says whether it changed",
    "dispute_upload": "noted and taken away by one statement each, and read as a list",
    "invoice_paper": "set by one statement for a page of files, and looked up by the invoice",
    "request_trail": "one line for a request that went wrong, written and read by its id, removed by age",
    "unsent_form": "what was typed and not sent, kept in one statement and read back as it is",
    "portal_step": "first looks, put by the hundred in one statement, and counted",
    "person_preference": "one line for each person, put and read by one statement",
    "mail_answer": "put once by one statement that its key decides, and read by its id",
    "home_view": "one line for each person, put and read by one statement",
    "chat_channel": "written as the chat describes it, read by its id; no code makes one otherwise",
    "outside_call": "counts that one statement adds to, and that are read in sums",
    "incident_signal": "one line for each rule that counts, put and read by one statement each",
    "chat_trouble": "one upsert notes it, one delete ends it",
    "dispute_question": "put when it is asked and ended by one statement each, read with its dispute",
    "digest": "put by one statement for everybody whose hour has passed, and read by its id",
    "readiness_result": "one line for each check, put by one statement",
    "chat_mute": "an index says that there is one; read as a list",
    "chat_noise": "one statement decides about a message; read as figures",
    "restoration": "one line for each restore, put and ended by one statement",
    "erased_address": "put by one statement, looked for by its digest in statements about sets",
    "erasure_secret": "one line, read and put by one statement each",
    "cron_run": "one insert decides who runs a slot; nothing reads it as an object",
}
"""Tables without a model, and why."""


def models() -> list[type[Model]]:
    """Return every model with a table."""
    found = {
        value
        for name in database.MODELS
        for value in vars(import_module(name)).values()
        if isinstance(value, type) and issubclass(value, Model) and not value._meta.abstract
    }
    return sorted(found, key=lambda model: model.__name__)


@pytest.fixture(scope="module")
def columns(database_address: str) -> dict[str, dict[str, tuple[str, bool]]]:
    """Every table's columns: the type, and whether it may be empty."""
    with psycopg.connect(database_address, row_factory=dict_row) as connection:
        rows = connection.execute(
            "SELECT c.table_name, c.column_name, c.data_type, c.is_nullable FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        ).fetchall()
    tables: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in rows:
        tables.setdefault(row["table_name"], {})[row["column_name"]] = (row["data_type"], row["is_nullable"] == "YES")
    return tables


def said(model: type[Model]) -> dict[str, tuple[str, bool]]:
    """Return what the model says its columns are."""
    result = {}
    for field in model._meta.fields_map.values():
        kind = next((name for each, name in TYPES if isinstance(field, each)), type(field).__name__)
        result[field.source_field or field.model_field_name] = (kind, bool(field.null))
    return result


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_model_has_its_tables_columns(model: type[Model], columns: dict[str, dict[str, tuple[str, bool]]]) -> None:
    assert said(model) == columns.get(model._meta.db_table)


def test_every_table_has_a_model_or_a_reason(columns: dict[str, dict[str, tuple[str, bool]]]) -> None:
    known = {model._meta.db_table for model in models()} | set(SQL_ONLY)

    unknown = {name for name in columns if name not in known and not name.startswith("procrastinate_")}

    assert unknown == set()


def test_tortoise_is_told_of_every_file_of_models() -> None:
    files = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in (ROOT / "domain").rglob("models.py")}

    assert files == set(database.MODELS)


@pytest.fixture(scope="module")
def stored_states(database_address: str) -> dict[str, set[str]]:
    """The states that each table's constraint lets in."""
    with psycopg.connect(database_address, row_factory=dict_row) as connection:
        rows = connection.execute(
            "SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS check FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conname LIKE '%_state_check'"
        ).fetchall()
    return {row["of"]: set(re.findall(r"'([^']+)'::text", row["check"])) for row in rows}


@pytest.mark.parametrize(
    "model", [each for each in models() if issubclass(each, StatefulRecord)], ids=lambda model: model.__name__
)
def test_the_table_lets_in_the_machines_states_and_no_others(
    model: type[StatefulRecord], stored_states: dict[str, set[str]]
) -> None:
    states = {state.value for state in type(model.MACHINE.start)}

    assert stored_states.get(model._meta.db_table) == states


def test_every_state_column_belongs_to_a_record_that_moves(columns: dict[str, dict[str, tuple[str, bool]]]) -> None:
    moving = {model._meta.db_table for model in models() if issubclass(model, StatefulRecord)}

    assert {name for name, of in columns.items() if "state" in of and not name.startswith("procrastinate_")} == moving
