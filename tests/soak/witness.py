"""The witness: triggers of the test's own, which keep every version of the rows that matter, in order of commit.

A deferred constraint trigger runs when its transaction commits, while the transaction still holds its locks. Of two
transactions that wait for one another the numbers below therefore tell which came first, without a tolerance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any

import psycopg
from psycopg.rows import dict_row

KEPT: Mapping[str, str] = {
    "account": "state",
    "contact": "state account_id role email",
    "invoice": "state number account_id open_minor due_on",
    "promise": "state invoice_id amount_minor promised_on grace_days",
    "plan": "state invoice_id covers_minor",
    "dispute": "state invoice_id amount_minor is_test",
    "suppression": "state address_key reason",
    "hold": "state kind account_id invoice_id contact_id until",
    "gate": "state name holds segment until",
    "segment": "state name daily_cap",
    "mailing": "state letter asks address account_id contact_id message_id segment reason needs approved_at not_before"
    " waits_reason queued_at sent_at",
    "mailing_item": "state mailing_id invoice_id enrolment_id contact_id step step_before severity letter unique_key"
    " reason created_at",
    "enrolment": "state invoice_id cadence_id segment last_position last_severity next_action_at held",
    "veto": "enrolment_id step",
}
"""What the checker asks about the past: which columns of which tables. A version in which none of them has changed is
not kept, nor one in which what is kept back is only put off once more, or a year would not fit into memory."""

_INSTALL = """
    CREATE SEQUENCE soak_order;
    CREATE TABLE soak_clock (at timestamptz NOT NULL);
    CREATE TABLE soak_witness (number bigint NOT NULL, tx bigint NOT NULL, at timestamptz NOT NULL, of text NOT NULL,
                               id uuid NOT NULL, was jsonb NOT NULL, begun float NOT NULL, done float NOT NULL);
    CREATE FUNCTION soak_kept(whole jsonb, names text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT jsonb_object_agg(name, whole->name) FROM unnest(array_append(names, 'id')) AS name
    $$;
    CREATE FUNCTION soak_lasting(kept jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT kept - CASE WHEN kept->>'held' <> '' THEN 'next_action_at'
                           WHEN kept->>'waits_reason' <> '' THEN 'not_before' ELSE '' END
    $$;
    CREATE FUNCTION soak_saw(tx bigint, name text, kept jsonb) RETURNS void LANGUAGE sql AS $$
        INSERT INTO soak_witness
        SELECT nextval('soak_order'), tx, soak_clock.at, name, (kept->>'id')::uuid, kept, extract(epoch FROM now()),
               extract(epoch FROM clock_timestamp())
        FROM soak_clock;
    $$;
    CREATE FUNCTION soak_sees() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        kept jsonb;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            kept := soak_kept(to_jsonb(OLD), TG_ARGV) || '{"state": "removed"}';
        ELSE
            kept := soak_kept(to_jsonb(NEW), TG_ARGV);
        END IF;
        IF TG_OP = 'UPDATE' THEN
            IF soak_lasting(kept) = soak_lasting(soak_kept(to_jsonb(OLD), TG_ARGV)) THEN
                RETURN NULL;
            END IF;
        END IF;
        PERFORM soak_saw(pg_current_xact_id()::text::bigint, TG_TABLE_NAME, kept);
        RETURN NULL;
    END $$;
"""

_WATCH = """
    CREATE CONSTRAINT TRIGGER soak_sees_{table} AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION soak_sees({columns});
    ALTER TABLE {table} ENABLE ALWAYS TRIGGER soak_sees_{table};
    SELECT soak_saw(0, '{table}', soak_kept(to_jsonb(t), ARRAY[{columns}])) FROM {table} t;
"""
"""Always: an import checks its foreign keys by sets, and while it does, the server's other triggers rest.
What is there already was seen, too."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One version of one row, from its commit on."""

    number: int
    tx: int
    """The transaction that wrote it."""
    at: datetime
    """The simulated present at the commit."""
    of: str
    id: str
    was: dict[str, Any]
    begun: float
    """When its transaction began, in seconds of the machine's time."""
    done: float
    """When it was committed, give or take the commit itself."""


@dataclass
class History:
    """Every version of every watched row, by table and id, oldest first."""

    moments: dict[str, dict[str, list[Moment]]] = field(default_factory=dict)

    @classmethod
    def of(cls, moments: list[Moment]) -> "History":
        """Sort moments into a history."""
        history = cls()
        for each in sorted(moments, key=lambda moment: moment.number):
            history.moments.setdefault(each.of, {}).setdefault(each.id, []).append(each)
        return history

    def number_after(self, at: datetime) -> int:
        """Return a number behind every commit up to that moment, and before every later one."""
        earlier = (
            each.number for rows in self.moments.values() for row in rows.values() for each in row if each.at <= at
        )
        return max(earlier, default=0) + 1

    def versions(self, table: str, id_: str) -> list[Moment]:
        """Return every version of a row."""
        return self.moments.get(table, {}).get(id_, [])

    def before(self, table: str, id_: str, number: int) -> dict[str, Any] | None:
        """Return the row as it was committed before that number, or None when it was not there yet."""
        found = None
        for each in self.versions(table, id_):
            if each.number >= number:
                break
            found = each.was
        return found

    def known(self, table: str, id_: str, moment: Moment) -> dict[str, Any] | None:
        """Return the row as it was committed before the transaction of *moment* began, or None.

        For what no lock orders: a hold that is put in the very milliseconds in which a mail leaves may miss it.
        """
        found = None
        for each in self.versions(table, id_):
            if each.done >= moment.begun:
                break
            found = each.was
        return found

    def seen_by(self, table: str, id_: str, moment: Moment) -> dict[str, Any] | None:
        """Return the row as the transaction that wrote *moment* left it."""
        found = None
        for each in self.versions(table, id_):
            if each.number > moment.number and each.tx != moment.tx:
                break
            found = each.was
        return found

    def latest(self, table: str) -> list[dict[str, Any]]:
        """Return the last version of every row of a table."""
        return [versions[-1].was for versions in self.moments.get(table, {}).values()]

    def about(self, table: str, column: str) -> dict[Any, list[str]]:
        """Return the ids of a table's rows by a column that never changes."""
        found: dict[Any, list[str]] = {}
        for id_, versions in self.moments.get(table, {}).items():
            found.setdefault(versions[0].was[column], []).append(id_)
        return found


_NO_WAIT = """
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$
"""
"""Clients are killed here and never the server, so nobody need wait for the disk."""


async def install(address: str, *, at: datetime) -> None:
    """Put the triggers on a migrated database in which nothing has happened yet."""
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute(_NO_WAIT)
        await connection.execute(_INSTALL)
        await connection.execute("INSERT INTO soak_clock VALUES (%s)", (at,))
        for table, columns in KEPT.items():
            names = ", ".join(f"'{each}'" for each in columns.split())
            await connection.execute(_WATCH.format(table=table, columns=names).encode())


async def history(address: str) -> History:
    """Read everything that was witnessed."""
    async with (
        await psycopg.AsyncConnection.connect(address, row_factory=dict_row) as connection,
        connection.cursor(name="soak") as cursor,
    ):
        await cursor.execute("SELECT number, tx, at, of, id::text, was, begun, done FROM soak_witness ORDER BY number")
        return History.of(
            [Moment(**{**row, "of": intern(row["of"]), "was": _lean(row["was"])}) async for row in cursor]
        )


_UNSEEN = """
    SELECT coalesce(t.id, w.id)::text AS id FROM {table} t
    FULL JOIN (SELECT DISTINCT ON (id) id, was FROM soak_witness WHERE of = '{table}' ORDER BY id, number DESC) w
           ON w.id = t.id
    WHERE NOT coalesce(CASE WHEN t.id IS NULL THEN w.was->>'state' = 'removed' ELSE
                            soak_lasting(w.was) = soak_lasting(soak_kept(to_jsonb(t), ARRAY[{columns}])) END, false)
    ORDER BY 1 LIMIT 20
"""


async def unseen(address: str) -> list[str]:
    """Return the rows that are not as the witness saw them last, some of each table; none unless it was blind."""
    found = []
    async with await psycopg.AsyncConnection.connect(address, row_factory=dict_row) as connection:
        for table, columns in KEPT.items():
            names = ", ".join(f"'{each}'" for each in columns.split())
            rows = await connection.execute(_UNSEEN.format(table=table, columns=names).encode())
            found += [f"{table} {row['id']}" async for row in rows]
    return found


def _lean(was: dict[str, Any]) -> dict[str, Any]:
    """Return the row with one string in memory where many are the same."""
    return {intern(name): intern(value) if isinstance(value, str) else value for name, value in was.items()}
