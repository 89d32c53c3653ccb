"""`/plixo report`: shown, filtered, and what is wrong with it said."""

from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.bot.conftest import STRANGER, VERA, AtTheDoor
from tests.builders import an_account, an_invoice
from tests.domain.operations.reports.books import euros


async def test_a_report_is_shown_of_the_days_and_the_currency_that_were_asked_for(core: Core, door: AtTheDoor) -> None:
    await an_invoice(core, "A", account=await an_account(core, "<!channel> Ltd"), amount=euros(100))
    await an_invoice(core, "B", account=await an_account(core, "Tokyo KK"), amount=Money(500, "JPY"))

    whole = str(await door.say("report exposures", by=VERA))
    yen = str(await door.say("report exposures jpy", by=VERA))
    week = str(await door.say("report", by=VERA))
    dso = str(await door.say("report dso 30", by=VERA))

    assert "&lt;!channel&gt; Ltd" in whole
    assert "Tokyo KK" in yen
    assert "channel" not in yen.replace("in_channel", "")
    assert "Largest exposures" in week
    assert "8 Feb 2026" in dso


async def test_what_is_no_report_is_said_and_strangers_see_none(door: AtTheDoor) -> None:
    wrong = str(await door.say("report everything", by=VERA))
    days = str(await door.say("report dso 0", by=VERA))
    stranger = str(await door.say("report", by=STRANGER))

    assert "says nothing about a report" in wrong
    assert "731" in days
    assert "Weekly report" not in stranger
