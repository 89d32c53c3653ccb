"""Queries: what waits comes first that needs only a look, and every line can be found by what is known of it."""

import pytest

from domain.cash_application import decisions, posting, queries
from domain.cash_application.decisions import NamedPart
from domain.cash_application.refusals import LineNotFound, LineUnclear
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import Reader, spoken_to
from tests.builders import an_account, an_invoice
from tests.domain.cash_application.lines import CLERK, a_bank_line


async def test_what_is_surest_comes_first_and_all_is_counted(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    nothing = await a_bank_line(core, "interest", Money(7, "USD"))
    short = await a_bank_line(core, "INV-1042", Money(9000, "EUR"))
    await posting.apply_cash(core)

    found = await queries.waiting(core)

    assert [each.line_id for each in found.lines] == [short.id, nothing.id]
    assert (found.total, found.proposed, found.sums) == (2, 1, (Money(9000, "EUR"), Money(7, "USD")))
    assert (found.lines[0].invoices, found.lines[0].account_name) == (("INV-1042",), "Customer of INV-1042")


async def test_a_card_tells_every_way_with_its_reasons_and_what_is_open_now(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "INV-1042", Money(9000, "EUR"))
    await posting.apply_cash(core)

    card = await queries.card(core, line_id=line.id)

    way = card.ways[0]
    assert (way.parts[0].balance, way.unapplied, way.uniqueness) == (Money(12500, "EUR"), Money(0, "EUR"), "unique")
    assert way.reasons == ("names INV-1042", "35.00 EUR less than is open")


async def test_reasons_are_said_to_whoever_looks_and_not_to_whoever_found_them(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(125000, "EUR"))
    line = await a_bank_line(core, "INV-1042", Money(9000, "EUR"))
    with spoken_to(Reader.of("fr", "fr_FR")):
        await posting.apply_cash(core)

    with spoken_to(Reader.of("de", "de_DE")):
        card = await queries.card(core, line_id=line.id)

    assert card.ways[0].reasons == ("nennt INV-1042", "1.160,00 EUR weniger als offen ist")


async def test_a_posted_line_tells_what_it_paid_and_why(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    line = await a_bank_line(core, "INV-1042")
    await posting.apply_cash(core)

    card = await queries.card(core, line_id=line.id)

    assert (card.waits, card.line.invoices, card.decided_by) == (False, ("INV-1042",), "Plixo")
    assert card.line.reasons == ("names INV-1042", "the amount is exactly the open balance")


@pytest.mark.parametrize("words", [["acme"], ["90.00"], ["90,00", "ACME"], ["1234"], ["thank"], ["inv-1042"]])
async def test_a_line_is_found_by_whatever_is_known_of_it(core: Core, words: list[str]) -> None:
    account = await an_account(core, "Globex")
    await an_invoice(core, "INV-1042", account=account, amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "thank you", Money(9000, "EUR"), payer="ACME Ltd", payer_key="digest1234")
    await a_bank_line(core, "something else", Money(555, "EUR"))
    await decisions.apply(core, line_id=line.id, parts=[NamedPart("INV-1042")], actor=CLERK)

    found = await queries.find(core, words=words)

    assert [each.line_id for each in found] == [line.id]


async def test_a_search_for_nothing_finds_nothing(core: Core) -> None:
    await a_bank_line(core, "x")

    assert await queries.find(core, words=["  "]) == ()
    assert await queries.find(core, words=["%", "_"]) == ()


async def test_a_line_is_named_by_the_beginning_of_its_id(core: Core) -> None:
    line = await a_bank_line(core)

    assert await queries.named(core, text=f"`{str(line.id)[:8]}`") == line.id


@pytest.mark.parametrize("text", ["", "zz", "1a2", "1a2b3c4d" * 9, "INV-1042", "'; DROP"])
async def test_what_is_no_id_names_no_line(core: Core, text: str) -> None:
    await a_bank_line(core)

    with pytest.raises(LineNotFound):
        await queries.named(core, text=text)


async def test_a_beginning_that_two_lines_share_is_asked_about(core: Core) -> None:
    for line in [await a_bank_line(core) for _ in range(2)]:
        shared = f"abcdabcd{line.id.hex[8:]}"
        await core.database.execute("UPDATE bank_line SET id = %s::uuid WHERE id = %s", (shared, line.id))

    with pytest.raises(LineUnclear):
        await queries.named(core, text="abcdabcd")
