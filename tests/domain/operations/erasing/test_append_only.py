"""Words leave the timeline by one door only, and nothing but words goes through it."""

import json
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from plixo import database_role
from plixo.settings import Settings
from tests.plixo.test_database_role import a_role

FACT = {"note": "for Zora Quill", "day": "2026-03-01", "amount": {"minor": 12500, "currency": "EUR"},
        "state": "paid", "id": "00000000-0000-4000-8000-000000000001", "count": 3, "list": ["a", "b"]}  # fmt: skip

MARK = "erased contact #7"

REFUSED: tuple[dict[str, Any], ...] = (
    FACT | {"amount": {"minor": 1, "currency": "EUR"}},
    FACT | {"amount": {"minor": 12500, "currency": MARK}},
    FACT | {"count": 4},
    FACT | {"day": MARK},
    FACT | {"id": MARK},
    FACT | {"state": MARK},
    FACT | {"note": "for somebody else"},
    FACT | {"note": f"for {MARK}, who approved it"},
    FACT | {"note": f"against {MARK}"},
    FACT | {"note": f"for % {MARK}_"},
    FACT | {"list": [f"{MARK} and more", "b"]},
    FACT | {"note": None},
    FACT | {"list": ["a"]},
    FACT | {"more": MARK},
    {name: value for name, value in FACT.items() if name != "note"},
)
"""What is more, or other, than a word that gave way."""

DENIED = ("UPDATE timeline_entry SET actor = 'erased contact #7'", "DELETE FROM timeline_entry",
          "TRUNCATE timeline_entry", "ALTER TABLE timeline_entry DISABLE TRIGGER ALL")  # fmt: skip


def stored(owner: "psycopg.Connection[Any]", *, state: str = "running") -> UUID:
    """Store a line, and an erasure with its beginning."""
    erasure = uuid4()
    begun = owner.execute(
        "INSERT INTO timeline_entry (kind, actor, request_id, at, fact) VALUES ('erasure.begun', 'a', 'r', now(), %s)"
        " RETURNING id", (json.dumps({"erasure_id": str(erasure)}),),
    ).fetchone()  # fmt: skip
    assert begun is not None
    owner.execute(
        "INSERT INTO erasure (id, number, whom, subject, state, reason, asked_by, begun_entry, created_at)"
        " VALUES (%s, 7, 'contact', 's', %s, 'r', 'a', %s, now())", (erasure, state, begun[0]),
    )  # fmt: skip
    owner.execute(
        "INSERT INTO timeline_entry (kind, actor, request_id, at, fact) VALUES ('x', 'a', 'r', now(), %s)",
        (json.dumps(FACT),),
    )
    return erasure


def erase(connection: "psycopg.Connection[Any]", erasure: UUID, fact: dict[str, Any]) -> None:
    """Ask the one door."""
    connection.execute(
        "SELECT erase_from_timeline(%s, (SELECT array_agg(id) FROM timeline_entry WHERE kind = 'x'),"
        " ARRAY['a'], ARRAY[%s])",
        (erasure, json.dumps(fact)),
    )


async def test_the_products_role_takes_words_out_by_that_door_and_by_no_other() -> None:
    async with a_role() as (address, role):
        await database_role.grant(Settings(database_url=SecretStr(address)), role=role)
        with (
            psycopg.connect(address, autocommit=True) as owner,
            psycopg.connect(make_conninfo(address, user=role), autocommit=True) as product,
        ):
            erasure = stored(owner)
            product.execute("SELECT set_config('plixo.erasure', %s, false)", (str(erasure),))
            for statement in DENIED:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    product.execute(statement)
            for fact in REFUSED:
                with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                    erase(product, erasure, fact)
            erase(product, erasure, FACT | {"note": f"for {MARK}"})
            after = owner.execute("SELECT fact FROM timeline_entry WHERE kind = 'x'").fetchone()

    assert after == (FACT | {"note": f"for {MARK}"},)


@pytest.mark.parametrize("state", ["proposed", "done", "declined"])
async def test_only_a_running_erasure_opens_it(state: str) -> None:
    async with a_role() as (address, _):
        with psycopg.connect(address, autocommit=True) as owner:
            erasure = stored(owner, state=state)

            with pytest.raises(psycopg.errors.RaiseException, match="no such erasure"):
                erase(owner, erasure, FACT | {"note": MARK})
            owner.execute("UPDATE erasure SET state = 'running', begun_entry = begun_entry + 1")
            with pytest.raises(psycopg.errors.RaiseException, match="no such erasure"):
                erase(owner, erasure, FACT | {"note": MARK})


async def test_even_the_owner_changes_no_line_by_chance() -> None:
    async with a_role() as (address, _):
        with psycopg.connect(address, autocommit=True) as owner:
            stored(owner)

            for statement in ("UPDATE timeline_entry SET kind = 'y'", "UPDATE timeline_entry SET actor = 'b'",
                              "DELETE FROM timeline_entry", "TRUNCATE timeline_entry"):  # fmt: skip
                with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                    owner.execute(statement)


async def test_nobody_is_written_in_as_the_one_who_acted() -> None:
    async with a_role() as (address, _):
        with psycopg.connect(address, autocommit=True) as owner:
            erasure = stored(owner)
            line = "(SELECT array_agg(id) FROM timeline_entry WHERE kind = 'x')"
            asked = f"SELECT erase_from_timeline(%s, {line}, ARRAY[%s], ARRAY[%s])"

            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                owner.execute(asked, (erasure, f"Carl Major, {MARK}", json.dumps(FACT)))
            owner.execute(asked, (erasure, MARK, json.dumps(FACT)))
            after = owner.execute("SELECT actor FROM timeline_entry WHERE kind = 'x'").fetchone()

    assert after == (MARK,)
