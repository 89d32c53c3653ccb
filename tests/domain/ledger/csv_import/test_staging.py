"""A file is read once by what its first rows tell, and once more when a later one tells otherwise."""

import os
from datetime import date
from pathlib import Path

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.ledger.csv_import import DateOrder, DecimalMark, ImportRequest
from domain.ledger.csv_import.refusals import DateOrderOpen, ImportRefused
from tests.domain.ledger.csv_import.files import HEADER, ONE, a_request, imported, invoices, rejects_of

MANY = 3_000
"""Rows that are more than one batch."""


def many(rows: int = MANY, *, due: str = "2026-03-31") -> str:
    """Return a file of plain rows."""
    return f"{HEADER}\n" + "".join(f"INV-{n},Customer {n % 9},{due},{n}.00,EUR\n" for n in range(1, rows + 1))


async def passes(core: Core, content: str) -> int:
    """Import a file and return how often it was read to its end."""
    told: list[tuple[int, int]] = []

    def progress(read: int, whole: int) -> None:
        told.append((read, whole))

    await csv_import.apply(core, a_request(content), actor=SHELL, progress=progress)
    return sum(read == whole for read, whole in set(told))


async def test_a_file_whose_first_rows_tell_how_it_is_read_is_read_once(core: Core) -> None:
    assert await passes(core, many()) == 1
    assert len(await invoices(core)) == MANY


async def test_a_date_at_the_end_decides_for_the_dates_before_it(core: Core) -> None:
    content = many() + "LATE-1,Acme,03/04/2026,10.00,EUR\nLATE-2,Acme,25/04/2026,10.00,EUR\n"

    assert await passes(core, content) == 2

    found = await invoices(core)
    assert len(found) == MANY + 2
    assert found["LATE-1"]["due_on"] == date(2026, 4, 3)


async def test_an_amount_at_the_end_decides_for_the_amounts_before_it(core: Core) -> None:
    content = many().replace(".00,", ",") + 'LATE-1,Acme,2026-03-31,"1.250",EUR\nLATE-2,Acme,2026-03-31,"12,50",EUR\n'

    event = await imported(core, content)

    assert event.new == MANY + 2
    assert (await invoices(core))["LATE-1"]["total_minor"] == 125_000


async def test_dates_that_no_row_of_the_first_ones_decides_are_decided_by_a_later_one(core: Core) -> None:
    content = many(due="03/04/2026") + "LATE-1,Acme,25/04/2026,10.00,EUR\n"

    await imported(core, content)

    assert (await invoices(core))["INV-1"]["due_on"] == date(2026, 4, 3)


async def test_a_date_at_the_end_that_contradicts_the_first_ones_is_asked_about(core: Core) -> None:
    content = many(due="04/25/2026") + "LATE-1,Acme,25/04/2026,10.00,EUR\n"

    with pytest.raises(DateOrderOpen):
        await imported(core, content)
    assert await invoices(core) == {}


async def test_a_row_that_waits_is_told_once_when_the_file_is_read_twice(core: Core) -> None:
    content = f"{HEADER}\nBAD-1,Acme,never,10.00,EUR\n" + many().partition("\n")[2] + "L,Acme,25/04/2026,1.00,EUR\n"

    found = await rejects_of(core, content)

    assert [(each["line"], each["code"]) for each in found] == [("2", "date_malformed")]


async def test_the_layout_is_told_as_the_whole_file_has_it(core: Core) -> None:
    told: list[csv_import.Layout] = []
    content = many().replace(".00,", ",") + 'LATE-1,Acme,25/04/2026,"12,50",EUR\n'

    await csv_import.preview(core, a_request(content), actor=SHELL, seen=told.append)

    assert [(each.date_order, each.decimal_mark, each.rows) for each in told] == [
        (DateOrder.DMY, DecimalMark.COMMA, MANY + 1)
    ]


async def test_a_file_that_is_written_to_while_it_is_read_is_refused(core: Core, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(ONE)

    def rewritten(*_: int) -> None:
        path.write_text(ONE.replace("125.00", "925.00"))
        os.utime(path, (1, 1))  # whatever the clock of the files can tell apart

    with pytest.raises(ImportRefused, match="changed while"):
        await csv_import.apply(
            core, ImportRequest(kind="invoices", file_name=path.name, path=path), actor=SHELL, progress=rewritten
        )
    assert await invoices(core) == {}


async def test_a_file_that_is_another_when_it_is_read_once_more_is_refused(core: Core) -> None:
    content = many() + "LATE-1,Acme,25/04/2026,10.00,EUR\n"
    request = a_request(content)

    def rewritten(read: int, whole: int) -> None:
        if read == whole and request.stream is not None:
            at = request.stream.tell()
            request.stream.seek(0)
            request.stream.write(content.replace("INV-1,", "INV-X,").encode())
            request.stream.seek(at)

    with pytest.raises(ImportRefused, match="changed while"):
        await csv_import.apply(core, request, actor=SHELL, progress=rewritten)
    assert await invoices(core) == {}


async def test_a_number_that_comes_again_in_a_long_file_is_found(core: Core) -> None:
    content = many() + "INV-7,Customer 7,2026-03-31,7.00,EUR\nINV-8,Customer 8,2026-03-31,9.00,EUR\n"

    found = {int(each["line"]): each["code"] for each in await rejects_of(core, content)}

    assert found == {MANY + 2: "duplicate_row", 9: "duplicate_number", MANY + 3: "duplicate_number"}


async def test_a_number_that_comes_again_at_the_end_of_an_ordered_file_is_found(core: Core) -> None:
    ordered = f"{HEADER}\n" + "".join(f"INV-{n:06},Acme,2026-03-31,{n}.00,EUR\n" for n in range(1, MANY + 1))
    again = f"INV-{MANY:06},Acme,2026-03-31,{MANY}.00,EUR\n"

    assert [(int(each["line"]), each["code"]) for each in await rejects_of(core, ordered + again)] == [
        (MANY + 2, "duplicate_row")
    ]


async def test_a_number_that_turns_out_to_be_another_of_the_file_is_found(core: Core) -> None:
    await imported(core, f"{HEADER}\n007,Acme,2026-03-31,7.00,EUR\n")

    found = await rejects_of(core, f"{HEADER}\n007,Acme,2026-03-31,7.00,EUR\n7,Acme,2026-03-31,7.00,EUR\n")

    assert [(each["line"], each["code"]) for each in found] == [("3", "duplicate_row")]


async def test_good_rows_behind_thousands_of_bad_ones_are_taken(core: Core) -> None:
    event = await imported(core, many(6 * MANY, due="never") + "INV-X,Acme,2026-03-31,1.00,EUR\n")

    assert (event.new, event.rejected) == (1, 6 * MANY)
