"""Mail reports: the week's mail by provider and against the limits, with what may leave today and what to look at."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability.models import Mailing, Suppression
from domain.kernel.core import Core
from domain.outreach import mail_health, mail_reports, providers
from domain.outreach.mail_reports import Figures, Standing
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.deliverability.test_evidence import bounce
from tests.domain.outreach.mails_made import a_reminder


async def mailed(core: Core, count: int, *, at: str) -> list[Mailing]:
    """Store mails to different people there that left now."""
    first = await Mailing.all().count()
    return [
        await a_reminder(
            core, await an_invoice(core, f"INV-{number}", email=f"a{number}@{at}"), state="sent",
            provider=providers.provider(at), sent_at=core.clock.now(),
        )
        for number in range(first, first + count)
    ]  # fmt: skip


async def suppressed(core: Core, mailing: Mailing, reason: str, **but: Any) -> None:
    """Let a mail draw a suppression now."""
    await Suppression.create(
        id=uuid4(), address=mailing.address, address_key=mailing.address_key, reason=reason, state="active",
        mailing_id=mailing.id, rule="test", diagnostic="", created_at=core.clock.now(), **but,
    )  # fmt: skip


async def test_each_provider_has_its_figures_and_the_worst_come_first(core: Core) -> None:
    google = await mailed(core, 3, at="gmail.com")
    await mailed(core, 1, at="acme.example")
    await suppressed(core, google[0], "complaint")
    await suppressed(core, google[1], "hard bounce")

    found = await mail_reports.report(core)

    assert [(each.name, each.figures) for each in found.providers] == [
        ("google", Figures(3, 1, 1, 0)),
        ("acme.example", Figures(1, 0, 0, 0)),
    ]
    assert found.whole == Figures(4, 1, 1, 0)
    assert [each.name for each in found.worst_domains] == ["gmail.com"]
    assert [each.name for each in found.worst_contacts] == [google[0].address_key, google[1].address_key]
    assert found.suppressed == (("complaint", 1), ("hard bounce", 1))


async def test_what_is_older_than_a_week_does_not_count(core: Core, clock: StandingClock) -> None:
    (mail,) = await mailed(core, 1, at="gmail.com")
    await suppressed(core, mail, "hard bounce")
    clock.advance(days=7, seconds=1)

    found = await mail_reports.report(core)

    assert found.whole == Figures(0, 0, 0, 0)
    assert not found.providers
    assert not found.suppressed


async def test_a_report_of_mailbox_trouble_is_a_soft_bounce_of_its_mail(core: Core) -> None:
    await bounce(core, await a_mailing(core))

    found = await mail_reports.report(core)

    assert [(each.name, each.figures.soft) for each in found.providers] == [("acme.example", 1)]


async def test_one_domain_or_one_provider_can_be_asked_for(core: Core) -> None:
    google, other = (await mailed(core, 1, at="gmail.com")), (await mailed(core, 2, at="acme.example"))
    await suppressed(core, google[0], "hard bounce")
    await suppressed(core, other[0], "invalid")

    by_domain = await mail_reports.report(core, of="@Acme.example")
    by_provider = await mail_reports.report(core, of="google")
    ours = await mail_reports.report(core, of=core.merchant.sender.rpartition("@")[2])

    assert (by_domain.whole.sent, by_domain.suppressed) == (2, (("invalid", 1),))
    assert (by_provider.whole, by_provider.suppressed) == (Figures(1, 1, 0, 0), (("hard bounce", 1),))
    assert (ours.of, ours.whole.sent) == ("", 3)


async def test_an_open_breaker_and_the_warm_up_are_told(core: Core) -> None:
    for mail in await mailed(core, 2, at="gmail.com"):
        await suppressed(core, mail, "complaint")
    await mail_health.judge(core)

    found = await mail_reports.report(core)

    assert [(each.provider, each.probing) for each in found.breakers] == [("google", False)]
    assert found.breakers[0].until - core.clock.now() == timedelta(hours=6)
    assert found.warm_up.cap == core.limits.warm_up_first
    assert "first week" in found.warm_up.note


@pytest.mark.parametrize(
    ("figures", "standing"),
    [
        (Figures(1000, 19, 0, 900), Standing.FINE),
        (Figures(1000, 20, 0, 0), Standing.FAILING),
        (Figures(10, 2, 1, 0), Standing.FINE),
        (Figures(2000, 0, 2, 0), Standing.WARNING),
        (Figures(1000, 0, 3, 0), Standing.FAILING),
        (Figures(0, 0, 0, 0), Standing.FINE),
    ],
)
def test_the_limits_are_two_in_a_hundred_and_one_and_three_in_a_thousand(figures: Figures, standing: Standing) -> None:
    assert figures.standing is standing
