"""What a full export lacks is listed with what a person can do, and changed by nobody."""

import csv
import io
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger import csv_import
from domain.ledger.csv_import import absences
from domain.ledger.csv_import.refusals import ImportNotFound
from domain.ledger.events import LedgerImported
from tests.domain.ledger.csv_import.files import HEADER, a_request, everything, imported, invoices

BOOKS = "".join(f"INV-{n},Acme,2026-03-31,{n}.00,EUR\n" for n in range(1, 7))


async def compared(core: Core, rows: str, **said: Any) -> tuple[LedgerImported, list[dict[str, str]]]:
    """Apply a full export and return what it lacks."""
    sink = BytesIO()
    request = a_request(f"{HEADER}\n{rows}", full=True, **said)
    event = await csv_import.apply(core, request, actor=SHELL, absent=sink)
    return event, read(sink.getvalue())


def read(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a list."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_open_invoices_that_a_full_export_lacks_are_listed_and_left(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}")
    before = await everything(core)

    event, absent = await compared(core, "".join(BOOKS.splitlines(keepends=True)[:5]))

    assert event.absent == 1
    assert [(row["kind"], row["number"], row["customer"], row["open"], row["due date"]) for row in absent] == [
        ("invoice", "INV-6", "Acme", "6.00", "2026-03-31")
    ]
    assert "INV-6" in absent[0]["what to do"]
    assert await everything(core) == before


async def test_a_list_is_kept_with_an_import_that_changed_something(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}")
    event, absent = await compared(core, "INV-9,Acme,2026-03-31,9.00,EUR\n")

    kept = await absences.of_batch(core, batch_id=event.batch_id, actor=SHELL)

    assert read(kept) == absent
    assert read(await absences.of_batch(core, batch_id=None, actor=SHELL)) == absent
    assert len(absent) == 6


async def test_what_was_never_compared_is_refused(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}")

    for batch in (None, uuid4()):
        with pytest.raises(ImportNotFound):
            await absences.of_batch(core, batch_id=batch, actor=SHELL)
    with pytest.raises(NotAllowed):
        await absences.of_batch(core, batch_id=None, actor=Actor(ActorKind.PERSON, "Vera", frozenset()))


async def test_rows_that_are_rejected_or_left_out_are_in_the_file_nevertheless(core: Core) -> None:
    zeros = "0042,Acme,2026-03-31,42.00,EUR\n"
    await imported(core, f"{HEADER}\n{BOOKS}{zeros}")
    rows = (
        "INV-1,Acme,never,1.00,EUR\n"  # malformed
        "INV-2,Acme,2026-03-31,2.00,EUR\nINV-2,Acme,2026-03-31,3.00,EUR\n"  # twice
        "INV-3,Beta,2026-03-31,3.00,EUR\n"  # in conflict
        "INV-4,Acme,2026-03-31,,\n"  # without an amount
        "inv-5,Acme,2026-03-31,5.00,EUR\n"
        "42,Beta,2026-03-31,42.00,EUR\n"  # without its zeros
    )

    _, absent = await compared(core, rows)

    assert [row["number"] for row in absent] == ["INV-6"]


async def test_drafts_and_later_ones_are_in_the_file_nevertheless(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}")
    rows = "".join(line.rstrip("\n") + ",draft\n" for line in BOOKS.splitlines(keepends=True))
    sink = BytesIO()

    event = await csv_import.apply(core, a_request(f"{HEADER},Status\n{rows}", full=True), actor=SHELL, absent=sink)

    assert (event.absent, sink.getvalue()) == (0, b"")


async def test_a_file_that_lacks_most_is_asked_whether_it_is_full(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}")

    event, absent = await compared(core, "INV-1,Acme,2026-03-31,1.00,EUR\n")

    assert any("is it a full export" in note for note in event.notes)
    assert len(absent) == 5


async def test_open_credit_notes_are_compared_too(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}CN-1,Acme,,-5.00,EUR\n")

    _, absent = await compared(core, BOOKS)

    assert [(row["kind"], row["number"]) for row in absent] == [("credit note", "CN-1")]


async def test_a_file_that_is_no_full_export_only_counts(core: Core) -> None:
    await imported(core, f"{HEADER}\n{BOOKS}")
    sink = BytesIO()

    event = await csv_import.apply(
        core, a_request(f"{HEADER}\nINV-9,Acme,2026-03-31,9.00,EUR\n"), actor=SHELL, absent=sink
    )

    assert (event.absent, sink.getvalue()) == (6, b"")
    assert len(await invoices(core)) == 7


async def test_the_list_runs_nothing_in_a_spreadsheet(core: Core) -> None:
    await imported(core, f'{HEADER}\n"=cmd|calc","+Acme",2026-03-31,1.00,EUR\n')

    _, absent = await compared(core, "INV-1,Acme,2026-03-31,1.00,EUR\n")

    assert all(not value.startswith(("=", "+", "-", "@")) for row in absent for value in row.values())
    assert absent[0]["number"] == "'=cmd|calc"
