"""Who else gets a link, in Slack: the case calls, the list tells what a click will do, and who may not is refused."""

import pytest_asyncio

from bot import ids
from bot.asks import Click
from bot.ids import Action
from domain.kernel.core import Core
from domain.ledger.models import Contact
from domain.operations import short_ids
from domain.pay_links import forwardings
from domain.pay_links.models import Forwarding
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.bot.test_work import said, shown
from tests.domain.pay_links.payers import a_visit, told


@pytest_asyncio.fixture(autouse=True)
async def wish(core: Core, staff: None) -> Forwarding:
    """A payer asks that Ben gets a link."""
    visit = await a_visit(core)
    await forwardings.ask(core, secret=visit.secret, name="Ben <Okri>", email="ben@evil.example", note="he pays")
    return await Forwarding.get()


def a_click(action: Action, wish: Forwarding, by: str) -> Click:
    return Click(action.value, ids.value(forwarding=wish.id), by)


async def test_the_case_asks_for_a_decision(core: Core, wish: Forwarding) -> None:
    answer = await said(core, "invoice INV-1042")

    assert "Ben &lt;Okri&gt;" in answer
    assert "Decide on link" in answer


async def test_the_list_tells_who_it_is_and_warns_of_a_strange_domain(core: Core, wish: Forwarding) -> None:
    answer = await said(core, "forward")

    for part in (
        short_ids.short(wish.id),
        "Ben &lt;Okri&gt;",
        "b…@evil.example",
        "no contact of this customer",
        "he pays",
    ):
        assert part in answer
    assert "ben@evil.example" not in answer


async def test_approving_makes_a_contact_and_mails_a_link_once(core: Core, wish: Forwarding) -> None:
    first = shown(await in_words.press(core, a_click(Action.APPROVE_FORWARDING, wish, ANNA)))
    second = shown(await in_words.press(core, a_click(Action.APPROVE_FORWARDING, wish, ANNA)))

    assert "no reminders" in first
    assert "already" in second
    assert (await Contact.get(email_key="ben@evil.example")).role == "other"
    assert len(await told(core, "link.regenerated")) == 1


async def test_the_list_is_drawn_anew_in_place_and_offers_only_what_still_waits(core: Core, wish: Forwarding) -> None:
    other = await a_visit(core, "INV-2")
    await forwardings.ask(core, secret=other.secret, name="Cleo", email="cleo@acme.example")
    of_all = Click(Action.DENY_FORWARDING.value, ids.value(forwarding=wish.id), ANNA)
    of_case = Click(Action.DENY_FORWARDING.value, ids.value(forwarding=wish.id, invoice_id=wish.invoice_id), ANNA)

    denied = await in_words.press(core, of_all)
    stale = await in_words.press(core, of_case)

    assert denied.replaces
    assert stale.replaces
    assert "Cleo" in shown(denied)
    assert shown(denied).count(Action.APPROVE_FORWARDING.value) == 1
    assert "already" in shown(stale)
    assert "No payer waits" in shown(stale)


async def test_denying_by_its_short_id_writes_to_nobody(core: Core, wish: Forwarding) -> None:
    answer = await said(core, f"forward deny {short_ids.short(wish.id)}")

    assert "gets no payment link" in answer
    assert await told(core, "link.regenerated") == []
    assert "No payer waits" in await said(core, "forward")


async def test_who_may_only_look_decides_nothing(core: Core, wish: Forwarding) -> None:
    clicked = shown(await in_words.press(core, a_click(Action.APPROVE_FORWARDING, wish, VERA)))
    typed = await said(core, f"forward approve {short_ids.short(wish.id)}", by=VERA)

    assert "needs the right" in clicked
    assert "needs the right" in typed
    assert (await Forwarding.get()).state == "asked"
