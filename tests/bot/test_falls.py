"""What lowered an invoice, told in Slack: listed for everybody, told by who may, asked for what is missing."""

from uuid import UUID

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Invoice, Payment
from domain.people import people
from domain.people.roles import Role
from tests.bot.conftest import VERA
from tests.bot.test_work import said
from tests.domain.ledger.test_falls import a_fall

CARL = "U0CARL"


@pytest.fixture(autouse=True)
async def carl(core: Core, staff: None) -> UUID:
    """Carl controls; Anna operates; a file lowered INV-1 by 40.00 EUR."""
    event = await people.grant(core, slack_id=CARL, name="Carl", role=Role.CONTROLLER, reason="test", actor=SHELL)
    await a_fall(core)
    return event.person_id


async def test_it_is_listed_and_told_as_a_payment_of_its_day(core: Core) -> None:
    listed = await said(core, "lowered list", by=VERA)
    done = await said(core, "lowered INV-1 payment 15 on 2026-03-01")
    left = await said(core, "lowered list", by=VERA)

    assert "40,00 EUR" in listed
    assert "was a payment; 60,00 EUR left to pay" in done
    assert "25,00 EUR" in left
    assert str((await Payment.get()).received_on) == "2026-03-01"


async def test_a_correction_is_for_who_may_move_money(core: Core) -> None:
    refused = await said(core, "lowered INV-1 correction typing mistake")
    done = await said(core, "lowered INV-1 correction typing mistake", by=CARL)
    again = await said(core, "lowered INV-1 correction typing mistake", by=CARL)

    assert "needs the right" in refused
    assert "is owed again (typing mistake); 100,00 EUR left to pay" in done
    assert "What lowered INV-1 is known" in again
    assert (await Invoice.get()).open_minor == 10_000


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("lowered", "Which invoice"),
        ("lowered INV-1", "What was it"),
        ("lowered INV-1 gift", "What was it"),
        ("lowered INV-1 payment on 2026-02-31", "no day of the calendar"),
        ("lowered INV-1 credit", "Say how you know"),
        ("lowered INV-1 payment 41", "name at most that"),
    ],
)
async def test_what_is_missing_is_asked_for(core: Core, typed: str, hint: str) -> None:
    assert hint in await said(core, typed, by=CARL)
