"""Suppressions in Slack: stop an address or a domain, see what speaks for it, list, lift."""

from uuid import uuid4

import pytest

from bot.views import suppressions
from domain.deliverability import suppression_lists
from domain.deliverability.evidence import EvidenceLine
from domain.kernel.core import Core
from tests.bot.test_commands import said
from tests.clocks import START, StandingClock
from tests.domain.casework.test_conversations import written
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.deliverability.test_evidence import bounce

pytestmark = pytest.mark.usefixtures("staff")


async def test_an_address_is_stopped_until_a_day_for_a_reason(core: Core, clock: StandingClock) -> None:
    answer = await said(core, "suppress <mailto:anna@acme.example|anna@acme.example> until 20 march their system moves")

    assert "a…@acme.example" in answer
    assert "until 20 Mar 2026" in answer
    assert "their system moves" in await said(core, "suppressions acme")


async def test_a_domain_is_stopped_also_when_slack_made_a_link_of_it(core: Core) -> None:
    await said(core, "suppress @<http://acme.example|acme.example> insolvent")

    assert "@acme.example" in await said(core, "suppressions")
    assert "must not be mailed" in await said(core, "suppression anna@acme.example")
    assert "may be mailed again" in await said(core, "unsuppress @acme.example they are back")


async def test_what_speaks_for_it_is_shown_with_proof_and_without_whole_addresses(core: Core) -> None:
    await bounce(core, await a_mailing(core), action="failed")

    answer = await said(core, "suppression anna@acme.example")

    assert "hard bounce" in answer
    assert "proven by our token" in answer
    assert "Recipient address rejected" in answer
    assert "<a…@acme.example>" in answer.replace("&lt;", "<").replace("&gt;", ">")
    assert "anna@" not in answer


async def test_bounce_days_are_told(core: Core) -> None:
    await bounce(core, await a_mailing(core))

    answer = await said(core, "suppression anna@acme.example")

    assert "may be mailed" in answer
    assert "1 of 3 bounce days" in answer


@pytest.mark.parametrize(
    "typed", ["suppress", "suppress acme x", "suppress anna@acme.example", "suppression", "suppression acme"]
)
async def test_what_is_missing_is_asked_for_with_an_example(core: Core, typed: str) -> None:
    answer = await said(core, typed)

    assert "For example `/plixo suppress" in answer
    assert "…@" not in answer, "what is masked cannot be typed"


async def test_help_shows_an_address_that_can_be_typed(core: Core) -> None:
    assert "suppress anna@acme.example until friday" in await said(core, "help suppress")


async def test_until_a_day_means_until_it_is_over(core: Core, clock: StandingClock) -> None:
    await said(core, "suppress anna@acme.example until 20 march their system moves")

    [kept] = await suppression_lists.explain(core, address="anna@acme.example")
    assert str(kept.until) == "2026-03-20 22:59:59+00:00"


@pytest.mark.parametrize(("days", "told"), [(1, "1 of 3 bounce"), (3, "3 of 3 bounce"), (4, "4 (of 3 that suppress)")])
async def test_more_bounce_days_than_suppress_are_no_riddle(days: int, told: str) -> None:
    heard = EvidenceLine(
        mail_id=uuid4(), heard_at=START, day=START.date(), kind="mailbox trouble", proof="proven", counts=True,
        rule="delivery-report", reason="mailbox full", status="4.2.2", diagnostic="", invoice_number=None,
        withdrawn_at=None, authentication="spf=pass")  # fmt: skip

    shown = str(suppressions.explained("a…@acme.example", (), (heard,), days).blocks)

    assert told in shown
    assert "spf=pass" in shown


async def test_a_persons_mail_is_told_without_the_name_of_a_rule(core: Core) -> None:
    await written(core, await a_mailing(core), "We will pay on Friday.")

    answer = await said(core, "suppression anna@acme.example")

    assert "its owner wrote" in answer
    assert "human" not in answer
