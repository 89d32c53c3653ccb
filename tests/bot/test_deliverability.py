"""Deliverability in Slack and in the shell: the week's mail in words and figures."""

import json

import pytest

from domain.kernel.core import Core
from tests.bot.test_commands import said
from tests.domain.outreach.test_mail_reports import mailed, suppressed

pytestmark = pytest.mark.usefixtures("staff")


async def test_the_weeks_mail_is_told_with_its_limits_and_no_whole_address(core: Core) -> None:
    mails = await mailed(core, 3, at="gmail.com")
    for mail in mails:
        await suppressed(core, mail, "hard bounce")

    answer = await said(core, "deliverability")

    assert "3 mails in seven days: over the limits" in answer
    assert "3 (100,0%)" in answer
    assert "hard bounces 2%" in answer
    assert "a…@gmail.com: 1 hard bounce of 1 sent" in answer
    assert "a0@" not in answer
    assert json.dumps("suppression.list")[1:-1] in answer


@pytest.mark.parametrize("typed", ["<http://acme.example|acme.example>", "@acme.example", "acme.example"])
async def test_one_domain_is_told_however_it_is_written(core: Core, typed: str) -> None:
    await mailed(core, 1, at="gmail.com")
    await mailed(core, 1, at="acme.example")

    assert "1 mail to acme.example in seven days: well received" in await said(core, f"deliverability {typed}")


async def test_what_is_no_domain_is_refused(core: Core) -> None:
    assert "neither a domain nor a provider" in await said(core, "deliverability everything")
