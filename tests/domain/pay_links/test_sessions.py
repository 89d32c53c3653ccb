"""A link is bound to one browser, which may come back; nothing else opens the page."""

import asyncio

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.pay_links import links, orders, queries, sessions, tokens
from domain.pay_links.models import PayLink, PortalSession
from domain.pay_links.refusals import LinkNotFound
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import BROWSER, a_link, a_visit, entered, told


async def test_the_button_binds_the_link_to_this_browser(core: Core) -> None:
    link = await a_link(core, await an_invoice(core))

    secret = await entered(core, link)

    assert (await PayLink.get(id=link.id)).state == "used"
    assert (await queries.page(core, secret=secret)).invoice_number == "INV-1042"
    assert len(await told(core, "link.entered")) == 1


async def test_another_browser_is_told_nothing(core: Core) -> None:
    visit = await a_visit(core)

    with pytest.raises(LinkNotFound):
        await entered(core, visit.link, browser="another browser")


async def test_a_double_click_enters_once_and_gets_one_session(core: Core) -> None:
    link = await a_link(core, await an_invoice(core))

    first, second = await asyncio.gather(entered(core, link), entered(core, link))

    assert first == second
    assert len(await told(core, "link.entered")) == 1


async def test_of_two_browsers_at_the_same_moment_one_gets_in(core: Core) -> None:
    link = await a_link(core, await an_invoice(core))

    results = await asyncio.gather(
        *(entered(core, link, browser=f"browser {n}") for n in range(5)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in results) == ["LinkNotFound"] * 4 + ["str"]


async def test_the_browser_may_come_back_with_its_cookie_alone(core: Core) -> None:
    visit = await a_visit(core)
    token = tokens.issue(core.keys, visit.link.id)

    again = await sessions.enter(core, token=token, browser="cookies of the button were cleared", secret=visit.secret)

    assert again.secret == visit.secret


async def test_the_session_of_another_link_does_not_open_this_one(core: Core) -> None:
    visit = await a_visit(core)
    other = await a_visit(core, "INV-2")

    with pytest.raises(LinkNotFound):
        await sessions.enter(
            core, token=tokens.issue(core.keys, visit.link.id), browser="stranger", secret=other.secret
        )


async def test_only_a_hash_of_the_secret_is_stored(core: Core) -> None:
    visit = await a_visit(core)

    session = await PortalSession.get(link_id=visit.link.id)

    assert bytes(session.secret_hash) == sessions.secret_hash(visit.secret)
    assert len(bytes(session.secret_hash)) == 32
    assert len(visit.secret) == 43


async def test_the_secret_depends_on_link_and_browser(core: Core) -> None:
    one = await a_visit(core)
    other = await a_visit(core, "INV-2")

    assert one.secret != other.secret


async def test_entering_counts_as_activity_and_looking_does_not(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    clock.advance(days=6)
    await queries.page(core, secret=visit.secret)
    assert (await PayLink.get(id=visit.link.id)).last_active_at < clock.now()

    await entered(core, visit.link)

    assert (await PayLink.get(id=visit.link.id)).last_active_at == clock.now()
    clock.advance(days=6, hours=23)
    assert await queries.page(core, secret=visit.secret)


async def test_seven_idle_days_end_the_session(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    clock.advance(days=7)

    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=visit.secret)
    with pytest.raises(LinkNotFound):
        await orders.start(core, secret=visit.secret, bank_debit=False)
    with pytest.raises(LinkNotFound):
        await entered(core, visit.link)


async def test_thirty_days_end_even_a_busy_session(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    for _ in range(5):
        clock.advance(days=5)
        await orders.start(core, secret=visit.secret, bank_debit=False)
    clock.advance(days=5)

    with pytest.raises(LinkNotFound):
        await orders.start(core, secret=visit.secret, bank_debit=False)
    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=visit.secret)


async def test_an_unused_link_that_expired_does_not_enter(core: Core, clock: StandingClock) -> None:
    link = await a_link(core, await an_invoice(core))
    clock.advance(days=7)

    with pytest.raises(LinkNotFound):
        await entered(core, link)


@pytest.mark.parametrize("token", ["", "made-up", "A" * 44, "A" * 10_000, "\ud800", "\x00"])
async def test_a_made_up_token_enters_nothing(core: Core, token: str) -> None:
    with pytest.raises(LinkNotFound):
        await sessions.enter(core, token=token, browser=BROWSER, secret="x" * 10_000)


@pytest.mark.parametrize("secret", ["", "made-up", "x" * 10_000, "\ud800", "\x00"])
async def test_a_made_up_secret_opens_nothing(core: Core, secret: str) -> None:
    await a_visit(core)

    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=secret)


async def test_regenerating_and_entering_at_once_never_leave_a_living_session_of_a_dead_link(core: Core) -> None:
    for number in range(8):
        invoice = await an_invoice(core, f"INV-{number}")
        link = await a_link(core, invoice)

        results = await asyncio.gather(
            entered(core, link),
            links.regenerate(core, invoice_number=invoice.number, actor=SHELL),
            return_exceptions=True,
        )

        if isinstance(results[0], str):
            with pytest.raises(LinkNotFound):
                await queries.page(core, secret=results[0])
