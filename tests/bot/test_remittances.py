"""Remittance advices in Slack: what waits, one with its lines, and hostile words in it."""

import json

import pytest

from bot.blocks import Message, problems
from domain.cash_application import linking
from domain.cash_application.remittances import import_file
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.bot import in_words
from tests.bot.conftest import VERA
from tests.builders import an_invoice
from tests.domain.cash_application.lines import a_bank_line

pytestmark = pytest.mark.usefixtures("staff")

ADVICE = b"Invoice,Gross,Discount,Amount Paid,Reason,Currency\nINV-1042,125.00,2.50,122.50,2 % early,EUR\n"


async def typed(core: Core, text: str) -> Message:
    """Type a command; the answer keeps Slack's limits."""
    message = await in_words.say(core, text, slack_id=VERA)
    assert problems(message) == ()
    return message


def whole(message: Message) -> str:
    """Return all that a message shows."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


async def taken(core: Core, body: bytes = ADVICE, name: str = "march.csv") -> str:
    """Take an advice; return the beginning of its id."""
    done = await import_file(core, file_name=name, body=body, actor=SHELL)
    return str(done.remittance_id)[:8]


async def test_an_advice_shows_its_lines_beside_what_is_open(core: Core) -> None:
    await an_invoice(core)
    short = await taken(core)

    shown = whole(await typed(core, f"cash remittance {short}"))

    assert "INV-1042" in shown
    assert "122,50 EUR" in shown
    assert "less 2,50 EUR (2 % early)" in shown
    assert "125,00 EUR open here" in shown
    assert "no payment found yet" in shown


async def test_the_payment_that_it_belongs_to_is_named(core: Core) -> None:
    await an_invoice(core)
    short = await taken(core)
    line = await a_bank_line(core, "INV-1042", Money(12250, "EUR"), payer="Acme Ltd")
    await linking.link(core)

    assert str(line.id)[:8] in whole(await typed(core, f"cash remittance {short}"))


async def test_those_that_wait_are_listed(core: Core) -> None:
    await an_invoice(core)
    short = await taken(core)

    shown = whole(await typed(core, "cash remittance"))

    assert "1 remittance advice waits, the newest first." in shown
    assert short in shown


async def test_with_none_there_is_a_plain_answer(core: Core) -> None:
    assert (await typed(core, "cash remittance")).text == "No remittance advice waits for its payment."


@pytest.mark.parametrize("word", ["12345678", "x", "%%%%", "'; DROP"])
async def test_an_id_that_nothing_has_is_refused(core: Core, word: str) -> None:
    assert "No remittance advice has the id" in (await typed(core, f"cash remittance {word}")).text


async def test_what_a_sender_wrote_is_shown_and_not_obeyed(core: Core) -> None:
    await an_invoice(core)
    body = b"Invoice,Amount Paid,Deduction,Reason,Currency\nINV-1042,1.00,2.00,<!channel> *x*,EUR\n"
    short = await taken(core, body, "<https://evil.example|click>.csv")

    shown = whole(await typed(core, f"cash remittance {short}"))

    assert "<!channel>" not in shown
    assert "<https://evil" not in shown
