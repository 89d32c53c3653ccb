"""Bank lines in Slack: what waits, why, the buttons, the commands, and who is refused."""

import json
from typing import Any

import pytest

from bot.asks import Click
from bot.blocks import Message, problems
from bot.ids import Action
from domain.cash_application import posting
from domain.cash_application.models import BankLine
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice, Payment
from domain.operations import short_ids
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.bot.test_views import elements
from tests.builders import an_account, an_invoice
from tests.domain.cash_application.lines import a_bank_line

pytestmark = pytest.mark.usefixtures("staff")


async def typed(core: Core, text: str, *, by: str = ANNA) -> Message:
    """Type a command; the answer keeps Slack's limits."""
    message = await in_words.say(core, text, slack_id=by)
    assert problems(message) == ()
    return message


def whole(message: Message) -> str:
    """Return all that a message shows."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


async def click(core: Core, message: Message, action: Action, *, by: str = ANNA) -> Message:
    """Click the first button of that action."""
    found: list[Any] = [each for each in elements(message.blocks) if each.get("action_id") == action]
    assert found, f"no button {action} in {message.text}"
    return await in_words.press(core, Click(action, found[0]["value"], by))


async def proposed(core: Core, minor: int = 9000) -> tuple[BankLine, str]:
    """Store a line that waits with a proposal on INV-1042; return it with what people type for it."""
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "INV-1042", Money(minor, "EUR"), payer="Acme Ltd")
    await posting.apply_cash(core)
    return line, short_ids.short(line.id)


async def test_what_waits_is_listed_with_its_best_match(core: Core) -> None:
    _, short = await proposed(core)

    shown = whole(await typed(core, "cash", by=VERA))

    assert "1 bank line waits for a person (90,00 EUR), 1 with a proposal." in shown
    assert short in shown
    assert "60 %, unique: Customer of INV-1042 INV-1042" in shown


async def test_nothing_that_waits_is_said_plainly(core: Core) -> None:
    assert (await typed(core, "cash")).text == "No bank line waits for a person."


async def test_a_card_tells_the_reasons_and_posts_by_a_click(core: Core) -> None:
    line, short = await proposed(core)
    card = await typed(core, f"cash {short}")

    answer = await click(core, card, Action.CASH_POST)

    assert "35,00 EUR less than is open" in whole(card)
    assert "Bank line posted: 90,00 EUR" in answer.text
    assert (await BankLine.get(id=line.id)).state == "posted"


async def test_a_second_click_on_post_books_nothing(core: Core) -> None:
    _, short = await proposed(core)
    card = await typed(core, f"cash {short}")
    await click(core, card, Action.CASH_POST)

    answer = await click(core, card, Action.CASH_POST)

    assert "posted already, by Anna" in answer.text
    assert await Payment.all().count() == 1


async def test_who_may_only_look_cannot_post(core: Core) -> None:
    line, short = await proposed(core)
    card = await typed(core, f"cash {short}", by=VERA)

    answer = await click(core, card, Action.CASH_POST, by=VERA)

    assert "This needs the right to apply cash" in answer.text
    assert (await BankLine.get(id=line.id)).state == "proposed"


async def test_a_line_is_split_by_command(core: Core) -> None:
    account = await an_account(core)
    for number in ("INV-1", "INV-2"):
        await an_invoice(core, number, account=account, amount=Money(5000, "EUR"))
    line = await a_bank_line(core, "?", Money(7000, "EUR"))

    answer = await typed(core, f"cash apply {short_ids.short(line.id)} INV-1=20.00 INV-2")

    assert "70,00 EUR" in answer.text
    assert [each.open_minor for each in await Invoice.all().order_by("number")] == [3000, 0]


async def test_a_short_payment_can_be_promised_let_go_or_disputed(core: Core) -> None:
    _, short = await proposed(core, 12000)
    posted = await typed(core, f"cash post {short}")

    disputed = await typed(core, f"cash short {short} INV-1042 dispute other they say it was late")

    assert f"/plixo cash short {short} INV-1042" in whole(posted)
    assert "Dispute D-" in disputed.text
    assert "5,00 EUR" in disputed.text


async def test_a_difference_within_the_right_is_let_go(core: Core) -> None:
    _, short = await proposed(core, 12400)
    await typed(core, f"cash post {short}")

    await typed(core, f"cash short {short} INV-1042 variance bank fee")

    assert (await Invoice.get()).state == "settled"


async def test_a_difference_is_promised_by_a_day(core: Core) -> None:
    _, short = await proposed(core)
    await typed(core, f"cash post {short}")

    answer = await typed(core, f"cash short {short} INV-1042 promise 2026-03-20")

    assert "35,00 EUR" in answer.text


async def test_keep_ignore_and_reconsider_do_what_they_say(core: Core) -> None:
    await an_account(core, "Globex")
    first, second = [await a_bank_line(core, "?", Money(100 + each, "EUR")) for each in range(2)]

    kept = await typed(core, f'cash keep {short_ids.short(first.id)} "Globex" they will call')
    left_out = await typed(core, f"cash ignore {short_ids.short(second.id)} interest")
    again = await typed(core, f"cash reconsider {short_ids.short(second.id)}")

    assert "unapplied cash of Globex: they will call" in kept.text
    assert "left out: interest" in left_out.text
    assert "looked at again" in again.text


async def test_a_line_is_found_by_words(core: Core) -> None:
    line, short = await proposed(core)
    del line

    assert short in whole(await typed(core, "cash find acme 90.00", by=VERA))
    assert "No bank line has all of these" in (await typed(core, "cash find nowhere")).text


@pytest.mark.parametrize(
    "text",
    [
        "cash post", "cash apply", "cash apply 1a2b3c4d", "cash keep", "cash ignore", "cash short", "cash find",
        "cash reconsider", "cash short 1a2b3c4d INV-1042", "cash 1a2b3c4d", "cash post 1a2b3c4d two", "cash page x",
    ],
)  # fmt: skip
async def test_words_that_are_missing_are_asked_for(core: Core, text: str) -> None:
    answer = await typed(core, text)

    assert answer.text.strip()
    assert "Try again in a minute" not in answer.text


async def test_a_return_is_booked_by_a_click(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    await a_bank_line(core, "INV-1042", payer_key="digest")
    await posting.apply_cash(core)
    back = await a_bank_line(core, "RETURN INV-1042", Money(-12500, "EUR"), payer_key="digest")
    await posting.apply_cash(core)
    card = await typed(core, f"cash {short_ids.short(back.id)}")

    answer = await click(core, card, Action.CASH_POST)

    assert "Returned by the bank: 125,00 EUR" in answer.text
    assert (await Invoice.get()).state == "open"


async def test_a_run_is_told_once_with_a_button_that_lists_what_waits(core: Core) -> None:
    await proposed(core)
    row = await core.database.row("SELECT fact FROM timeline_entry WHERE kind = 'cash.proposed'")
    assert row is not None

    listed = await in_words.press(core, Click(Action.CASH_LIST, '{"v":1,"page":1}', ANNA))

    assert "1 bank line waits" in listed.text
