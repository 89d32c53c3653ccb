"""Buttons: done once, as the person who clicks, and never silently ignored."""

import asyncio
import json
from uuid import uuid4

import pytest

from bot import ids
from bot.ids import Action
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.models import Invoice
from domain.people import people
from domain.people.roles import Role
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack
from tests.builders import an_invoice
from tests.clocks import StandingClock


async def links(core: Core) -> int:
    """Return how many payment links were ever made."""
    return len(await core.database.rows("SELECT 1 FROM pay_link"))


async def test_regenerate_makes_a_link_and_says_for_whom_and_until_when(door: AtTheDoor, core: Core) -> None:
    invoice = await an_invoice(core)

    answer = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))

    assert "New payment link for INV-1042 (125,00 EUR) goes to a…@acme.example" in answer["text"]
    assert "2026-03-17 10:00 CET" in answer["text"]
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)
    assert await links(core) == 1


async def test_a_double_click_makes_one_link_and_both_clicks_are_answered(
    door: AtTheDoor, core: Core, slack: FakeSlack
) -> None:
    invoice = await an_invoice(core)
    value = ids.value(invoice_id=invoice.id)

    await asyncio.gather(*(door.post(door.click(Action.REGENERATE_LINK, value)) for _ in range(2)))
    answers = sorted([(await slack.answer())["text"], (await slack.answer())["text"]])

    assert await links(core) == 1
    assert "was asked for a moment ago. Nothing was done twice." in answers[0]
    assert "New payment link" in answers[1]


async def test_a_colleagues_command_right_after_the_click_makes_no_second_link(door: AtTheDoor, core: Core) -> None:
    invoice = await an_invoice(core)
    await people.grant(core, slack_id="U9", name="Bea", role=Role.AR_MANAGER, reason="test", actor=SHELL)
    await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))

    answer = await door.say("link inv-1042", by="U9")

    assert "Nothing was done twice" in answer["text"]
    assert await links(core) == 1


async def test_a_deliberate_second_click_later_makes_a_second_link(
    door: AtTheDoor, core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core)
    await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))
    clock.advance(minutes=1)

    answer = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))

    assert "The earlier one stopped working" in answer["text"]
    assert await links(core) == 2


async def test_a_refused_attempt_does_not_count_as_the_first_click(door: AtTheDoor, core: Core) -> None:
    invoice = await an_invoice(core)
    await core.database.execute("UPDATE contact SET state = 'removed'")
    refused = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))
    await core.database.execute("UPDATE contact SET state = 'active'")

    answer = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))

    assert "Add a contact first" in refused["text"]
    assert "New payment link" in answer["text"]


async def test_a_button_of_a_settled_invoice_is_refused_with_the_reason(door: AtTheDoor, core: Core) -> None:
    invoice = await an_invoice(core)
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.receive(
            core, tx, invoice=locked, amount=Money(12500, "EUR"), source="stripe", object_id="ch_1", method="card",
            received_on=core.clock.now().date(), actor=SHELL,
        )  # fmt: skip

    answer = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))

    assert "Invoice INV-1042 is settled; there is nothing to pay." in answer["text"]


async def test_why_and_show_answer_viewers_too(door: AtTheDoor, core: Core) -> None:
    value = ids.value(invoice_id=(await an_invoice(core)).id)

    why = await door.press(Action.WHY, value, by=VERA)
    show = await door.press(Action.SHOW, value, by=VERA)

    assert why["text"].startswith("INV-1042: ")
    assert show["text"].startswith("INV-1042, ")


@pytest.mark.parametrize(("by", "said"), [(VERA, "you have Viewer"), (STRANGER, "You have no role in Plixo yet")])
async def test_rights_are_those_of_whoever_clicks(door: AtTheDoor, core: Core, by: str, said: str) -> None:
    invoice = await an_invoice(core)

    answer = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id), by=by)

    assert said in answer["text"]
    assert await links(core) == 0


async def test_a_role_that_was_taken_away_counts_no_more_at_the_next_click(door: AtTheDoor, core: Core) -> None:
    invoice = await an_invoice(core)
    await people.revoke(core, slack_id=ANNA, role=Role.AR_OPERATOR, reason="left", actor=SHELL)

    answer = await door.press(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id))

    assert "You have no role in Plixo yet" in answer["text"]


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("link.abolish", "{}"),
        ("", ""),
        (Action.WHY, ""),
        (Action.WHY, '{"v":2,"invoice":"00000000-0000-4000-8000-000000000001"}'),
        (Action.REGENERATE_LINK, '{"v":1,"invoice":"INV-1042"}'),
        (Action.REGENERATE_LINK, "'; DROP TABLE invoice; --"),
    ],
)
async def test_a_button_that_nobody_knows_is_answered_all_the_same(door: AtTheDoor, action: str, value: str) -> None:
    answer = await door.press(action, value)

    assert "This button is out of date, and nothing was done" in answer["text"]


async def test_a_button_whose_invoice_is_gone_is_answered(door: AtTheDoor) -> None:
    answer = await door.press(Action.WHY, ids.value(invoice_id=uuid4()))

    assert "There is no invoice" in answer["text"]


async def test_a_replayed_click_does_nothing(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    invoice = await an_invoice(core)
    body = door.click(Action.REGENERATE_LINK, ids.value(invoice_id=invoice.id), trigger="t-click")
    await door.post(body)
    await slack.answer()

    status, _ = await door.post(body)

    await asyncio.sleep(0.05)
    assert status == 200
    assert slack.answers.empty()
    assert await links(core) == 1


async def test_a_lifted_suppression_is_confirmed_with_its_reason(door: AtTheDoor, core: Core) -> None:
    await core.database.execute(
        "INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, created_at)"
        " VALUES (%s, 'anna@acme.example', 'anna@acme.example', 'hard bounce', 'active', 'dsn', '', %s)",
        (uuid4(), core.clock.now()),
    )

    answer = await door.say("unsuppress <mailto:anna@acme.example|anna@acme.example> new mailbox")

    assert answer["text"] == "a…@acme.example may be mailed again: new mailbox"
    assert await core.database.rows("SELECT 1 FROM suppression WHERE state = 'active'") == []
    assert "anna@" not in json.dumps(answer)
