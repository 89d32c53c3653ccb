"""Importing statements: every row is accounted for, and none is taken twice."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.cash_application import bank_import, file_templates
from domain.cash_application.bank_import import BankOutcome
from domain.cash_application.bank_layouts import BankFile
from domain.cash_application.bank_questions import BankAccountUnclear
from domain.cash_application.models import BankLine
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.keys import Keyring, SigningKey
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.csv_import.refusals import ColumnMissing, DateOrderOpen, FileHoldsNoRows, OptionUnusable
from domain.ledger.csv_import.requests import DateOrder, DecimalMark
from domain.ledger.models import ImportBatch

STATEMENTS = Path(__file__).parent / "statements"

HEADER = "Booking Date,Payer Name,Payer Account,Reference,Amount,Currency\n"


def a_statement(*rows: str, header: str = HEADER, **said: Any) -> BankFile:
    """Return a statement of these rows."""
    return BankFile("march.csv", stream=io.BytesIO((header + "\n".join(rows) + "\n").encode()), **said)


async def imported(core: Core, *rows: str, **said: Any) -> BankOutcome:
    """Import a statement of these rows."""
    return (await bank_import.apply(core, a_statement(*rows, **said), actor=SHELL))[0]


ACME = "2026-03-05,Acme GmbH,DE02120300000000202051,INV-1042,1250.50,EUR"


async def test_a_movement_becomes_a_line(core: Core) -> None:
    outcome, event = await bank_import.apply(core, a_statement(ACME, account="main"), actor=SHELL)

    line = await BankLine.get()
    assert (line.amount, line.booked_on, line.payer_name) == (Money(125050, "EUR"), date(2026, 3, 5), "Acme GmbH")
    assert (line.reference, line.bank_account, line.state, line.line) == ("INV-1042", "main", "new", 2)
    assert (outcome.read, outcome.new, outcome.came_in) == (1, 1, (Money(125050, "EUR"),))
    assert event is not None
    assert event.told() == "Bank statement of main imported (march.csv): 1 new line; came in: 1,250.50 EUR"
    assert (await ImportBatch.get()).kind == "bank"


async def test_the_payers_account_number_is_nowhere_stored(core: Core) -> None:
    await imported(core, ACME)

    [row] = await core.database.rows("SELECT bank_line::text AS line FROM bank_line")
    line = await BankLine.get()
    assert "0300000000202051" not in row["line"]
    assert line.payer_hint == "2051"
    assert line.payer_key.startswith("1:")


async def test_a_newer_key_takes_over_what_an_older_one_had_signed(core: Core) -> None:
    await imported(core, ACME)
    newer = Core(**{name: getattr(core, name) for name in core.__slots__} | {
        "keys": Keyring((SigningKey(2, b"another signing key of 32 bytes or more"), *core.keys.keys))})  # fmt: skip

    await imported(newer, "2026-03-06,Acme GmbH,DE02 1203 0000 0000 2020 51,INV-1043,10.00,EUR")

    lines = await BankLine.all()
    assert len({line.payer_key for line in lines}) == 1
    assert lines[0].payer_key.startswith("2:")


async def test_the_same_file_twice_brings_nothing(core: Core) -> None:
    await imported(core, ACME, ACME)

    again, event = await bank_import.apply(core, a_statement(ACME, ACME), actor=SHELL)

    assert (again.new, again.known, event) == (0, 2, None)
    assert await BankLine.all().count() == 2
    assert await ImportBatch.all().count() == 1


async def test_two_equal_lines_of_one_day_are_two_and_an_overlap_brings_only_what_is_new(core: Core) -> None:
    await imported(core, ACME)

    more = await imported(core, "2026-03-06,Beta,,INV-2,5.00,EUR", ACME, ACME)

    assert (more.new, more.known) == (2, 1)


async def test_a_line_is_known_again_however_its_text_is_wrapped(core: Core) -> None:
    await imported(core, ACME)

    again = await imported(core, "2026-03-05,ACME  GMBH,DE02120300000000202051,INV- 1042,1250.50,EUR")

    assert again.known == 1


async def test_a_banks_own_number_is_stronger_than_its_texts(core: Core) -> None:
    header = "Date,Name,Details,Amount,Currency,Transaction ID\n"
    await imported(core, "2026-03-05,Acme,INV-1042,5.00,EUR,T-1", header=header)

    again = await imported(core, "2026-03-05,ACME LIMITED,other words,5.00,EUR,T-1",
                           "2026-03-05,Acme,INV-1042,5.00,EUR,T-2", header=header)  # fmt: skip

    assert (again.known, again.new) == (1, 1)


async def test_naming_the_account_later_does_not_bring_its_lines_again(core: Core) -> None:
    await imported(core, ACME)

    again = await imported(core, ACME, account="main")

    assert (again.new, again.known) == (0, 1)


async def test_once_accounts_have_names_a_file_without_one_is_asked_about(core: Core) -> None:
    await imported(core, ACME, account="main")

    with pytest.raises(BankAccountUnclear) as asked:
        await imported(core, ACME)

    assert asked.value.option == "--account NAME"


async def test_equal_lines_of_two_accounts_are_two(core: Core) -> None:
    await imported(core, ACME, account="main")

    other = await imported(core, ACME, account="second")

    assert other.new == 1


async def test_a_dry_run_changes_nothing(core: Core) -> None:
    outcome = await bank_import.preview(core, a_statement(ACME), actor=SHELL)

    assert outcome.new == 1
    assert await BankLine.all().count() == 0


async def test_rows_with_faults_wait_and_the_others_are_taken(core: Core) -> None:
    log = io.BytesIO()
    said = a_statement(
        ACME,
        "32.13.2026,A,,x,1.00,EUR",
        "2026-03-05,B,,x,1.234,EUR",
        "2026-03-05,C,,x,,EUR",
        "2026-03-05,D,,x,1.00,XXX",
        "2026-08-05,E,,x,1.00,EUR",
        "2026-03-05,F,,x",
        '2026-03-05,=HYPERLINK("x"),,x,zero,EUR',
        "2026-03-05,G,,x,0.00,EUR",
    )

    outcome, _ = await bank_import.apply(core, said, actor=SHELL, rejected=log)

    assert outcome.reasons == {
        "date_malformed": 1,
        "too_many_decimals": 1,
        "movement_without_amount": 1,
        "currency_unknown": 1,
        "booked_in_future": 1,
        "ragged_row": 1,
        "amount_malformed": 1,
        "nothing_moved": 1,
    }
    assert (outcome.new, outcome.rejected, outcome.left_out) == (1, 7, 1)
    assert log.getvalue().decode("utf-8-sig").splitlines()[0] == "line,column,value,code,what to do"


async def test_a_file_of_faults_alone_tells_them_and_takes_nothing(core: Core) -> None:
    outcome = await imported(core, "2026-03-05,C,,x,one,EUR")

    assert (outcome.rejected, outcome.new) == (1, 0)
    assert await ImportBatch.all().count() == 0


async def test_a_layout_that_nobody_knows_is_asked_about_with_its_headers(core: Core) -> None:
    said = a_statement("2026-03-05,5.00,Acme", header="Wann,Wieviel,Wer\n")

    with pytest.raises(ColumnMissing) as asked:
        await bank_import.preview(core, said, actor=SHELL)

    assert set(asked.value.choices) == {"Wann", "Wieviel", "Wer"}


async def test_a_file_without_headers_is_read_by_the_numbers_of_its_columns(core: Core) -> None:
    rows = "05/03/2026,ACME INV-1042,5.00\n27/02/2026,OTHER,-1.00\n"
    named = (("column 1 (05/03/2026)", "booking-date"), ("column 3 (5.00)", "amount"),
             ("column 2 (ACME INV-1042)", "reference"))  # fmt: skip

    outcome = await imported(core, header=rows, columns=named, currency="GBP")

    assert (outcome.read, outcome.new, outcome.came_in) == (2, 2, (Money(500, "GBP"),))
    assert [each.line for each in await BankLine.all().order_by("line")] == [1, 2]


async def test_days_that_could_be_months_are_asked_about(core: Core) -> None:
    with pytest.raises(DateOrderOpen):
        await imported(core, "02/01/2026,A,,x,1.00,EUR", "01/02/2026,A,,x,1.00,EUR")

    outcome = await imported(
        core, "02/01/2026,A,,x,1.00,EUR", "01/02/2026,A,,x,1.00,EUR", date_order=DateOrder.DMY)  # fmt: skip
    assert outcome.new == 2


async def test_a_day_to_come_tells_the_order(core: Core) -> None:
    outcome = await imported(core, "02/12/2026,A,,x,1.00,EUR", "03/05/2026,A,,x,1.00,EUR")

    assert outcome.new == 2
    assert [each.booked_on for each in await BankLine.all().order_by("line")] == [date(2026, 2, 12), date(2026, 3, 5)]


async def test_a_header_alone_is_no_statement(core: Core) -> None:
    with pytest.raises(FileHoldsNoRows):
        await bank_import.preview(core, BankFile("x.csv", stream=io.BytesIO(HEADER.encode())), actor=SHELL)


async def test_who_may_not_import_is_refused(core: Core) -> None:
    nobody = Actor(ActorKind.PERSON, "Nina", frozenset())

    with pytest.raises(NotAllowed):
        await bank_import.apply(core, a_statement(ACME), actor=nobody)


@pytest.mark.parametrize("name", sorted(path.name for path in STATEMENTS.iterdir()))
async def test_real_statements_come_in_once(core: Core, name: str) -> None:
    encoding = "cp1252" if name in ("sparkasse-camt.csv", "deutsche-bank.csv") else None
    said = BankFile(name, path=STATEMENTS / name, encoding=encoding, currency="EUR")

    first, _ = await bank_import.apply(core, said, actor=SHELL)
    second, _ = await bank_import.apply(core, said, actor=SHELL)

    assert first.new >= 1
    assert (second.new, second.known) == (0, first.new)


_CELL = st.text(alphabet="aZ0 ,;\"'.-=\n\t€Ω\0", max_size=12)
_ROW = st.one_of(
    st.tuples(
        st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 3, 9)).map(date.isoformat),
        st.sampled_from(["Acme", "Beta", ""]),
        st.just(""),
        st.sampled_from(["INV-1", "INV-2", "Total", ""]),
        st.sampled_from(["5.00", "-5.00", "0.00", "x", "1250.50", "5.00 CR", "5.00-", ""]),
        st.sampled_from(["EUR", "USD", "", "???"]),
    ),
    st.lists(_CELL, max_size=8).map(tuple),
).map(lambda cells: ",".join(f'"{cell}"' if "," in cell else cell for cell in cells))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, min_size=1, max_size=25), overlap=st.integers(0, 25))
async def test_every_row_is_new_known_rejected_or_left_out(core: Core, rows: list[str], overlap: int) -> None:
    await core.database.execute("DELETE FROM bank_line")
    good = "2026-03-01,Acme,,INV-1042,1250.50,EUR"

    first = await imported(core, good, *rows)
    whole = await imported(core, *rows[:overlap], good, *rows)

    for each in (first, whole):
        assert each.new + each.known + each.rejected + each.left_out == each.read
        assert sum(each.reasons.values()) == each.rejected + each.left_out
    assert await BankLine.all().count() == first.new + whole.new


async def test_what_was_said_about_a_layout_is_used_for_the_next_file_of_the_bank(core: Core) -> None:
    header = "Wann;Wieviel;Wer\n"
    columns = (("Wann", "booking-date"), ("Wieviel", "amount"), ("Wer", "payer-name"))
    said = a_statement("05/03/2026;1.250;Acme", header=header, columns=columns, currency="EUR",
                       date_order=DateOrder.DMY, decimal_mark=DecimalMark.COMMA)  # fmt: skip
    await bank_import.apply(core, said, actor=SHELL, keep_as="House bank")

    outcome = await imported(core, "06/03/2026;2.000;Beta", header=header)

    assert outcome.came_in == (Money(200000, "EUR"),)
    assert (await BankLine.get(payer_name="Beta")).booked_on == date(2026, 3, 6)


async def test_a_file_without_headers_cannot_be_known_again(core: Core) -> None:
    named = (("column 1 (05/03/2026)", "booking-date"), ("column 2 (5.00)", "amount"))
    said = a_statement(header="05/03/2026,5.00\n", columns=named, currency="EUR")

    with pytest.raises(OptionUnusable):
        await bank_import.apply(core, said, actor=SHELL, keep_as="House bank")

    assert await BankLine.all().count() == 0


async def test_the_template_with_its_examples_can_be_imported(core: Core) -> None:
    text = file_templates.template("bank", examples=True)

    outcome, _ = await bank_import.apply(core, BankFile("t.csv", stream=io.BytesIO(text.encode())), actor=SHELL)

    assert (outcome.new, outcome.accounts) == (2, ("main",))
