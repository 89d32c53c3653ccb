"""`plixo check slack`: the token, the scopes of the manifest, the channels and who reads along."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from plixo import slack_checks
from plixo.settings import Settings
from sandbox import slack_channels
from sandbox.app import Sandbox
from sandbox.settings import SandboxSettings

TOKEN, CHANNEL = "xoxb-check", "C0RECEIVABLES"


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A Slack to ask."""
    sandbox = Sandbox(
        SandboxSettings(
            state_folder=tmp_path, port=0, product_url="http://127.0.0.1:9", slack_bot_token=TOKEN,
            slack_signing_secret="s", stripe_api_key="rk_test_x", stripe_webhook_secret="whsec_x",
        )
    )  # fmt: skip
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def settings(town: Sandbox, **changed: object) -> Settings:
    """Return the settings of an installation that speaks with that Slack."""
    usual = {
        "slack_bot_token": SecretStr(TOKEN),
        "slack_signing_secret": SecretStr("s"),
        "slack_channel": CHANNEL,
        "slack_api_url": town.slack_api_url,
    }
    return Settings(**(usual | changed))  # type: ignore[arg-type]


async def test_all_well_says_as_whom_it_acts_and_who_reads_along(town: Sandbox) -> None:
    result = await slack_checks.connection(settings(town))

    assert (result.state, result.what) == ("ok", "acts as plixo in Northwind Supplies; #receivables is private")


async def test_a_public_channel_is_fine_and_said_to_be_one(town: Sandbox) -> None:
    slack_channels.change(town.slack.workspace, CHANNEL, "is_private", False)

    result = await slack_checks.connection(settings(town))

    assert result.state == "ok"
    assert "names and sums are shortened" in result.what


async def test_missing_scopes_are_named_exactly(town: Sandbox) -> None:
    town.slack.api.faults.lacking |= {"im:write", "files:read"}

    result = await slack_checks.connection(settings(town))

    assert (result.state, result.what) == ("fail", "scopes are missing: files:read, im:write")
    assert "manifest" in result.remedy


@pytest.mark.parametrize(
    ("switch", "value", "what"),
    [
        ("is_archived", True, "archived"),
        ("is_member", False, "channel_not_found"),
        ("is_ext_shared", True, "shared with another company"),
        ("is_pending_ext_shared", True, "shared with another company"),
    ],
)
async def test_a_channel_that_gets_nothing_is_said_to_be_so_and_what_to_do(
    town: Sandbox, switch: str, value: bool, what: str
) -> None:
    slack_channels.change(town.slack.workspace, CHANNEL, switch, value)

    result = await slack_checks.connection(settings(town))

    assert result.state == "fail"
    assert what in result.what
    assert result.remedy


async def test_a_public_channel_without_the_app_says_how_to_invite_it(town: Sandbox) -> None:
    slack_channels.change(town.slack.workspace, CHANNEL, "is_private", False)
    slack_channels.change(town.slack.workspace, CHANNEL, "is_member", False)

    result = await slack_checks.connection(settings(town))

    assert result.remedy == "Type `/invite @Plixo` in #receivables."


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_dead_token_says_how_to_get_another(town: Sandbox, code: str) -> None:
    town.slack.api.faults.token = code

    result = await slack_checks.connection(settings(town))

    assert (result.state, result.what) == ("fail", f"Slack answers {code}")
    assert "PLIXO_SLACK_BOT_TOKEN" in result.remedy


async def test_a_wrong_app_token_is_told_apart_from_a_wrong_bot_token(town: Sandbox) -> None:
    result = await slack_checks.connection(settings(town, slack_app_token=SecretStr("xapp-wrong")))

    assert result.state == "fail"
    assert "Socket Mode" in result.what
    assert "connections:write" in result.remedy


async def test_without_a_way_to_hear_it_fails_and_without_a_channel_it_warns(town: Sandbox) -> None:
    deaf = await slack_checks.connection(settings(town, slack_signing_secret=None))
    mute = await slack_checks.connection(settings(town, slack_channel=""))

    assert (deaf.state, deaf.what) == ("fail", "can post but not hear")
    assert (mute.state, "PLIXO_SLACK_CHANNEL" in mute.remedy) == ("warn", True)


async def test_a_slack_that_does_not_answer_is_told_as_that(town: Sandbox) -> None:
    result = await slack_checks.connection(settings(town, slack_api_url="http://127.0.0.1:9/api/"))

    assert (result.state, result.what.startswith("not reachable")) == ("fail", True)


async def test_switched_off_is_a_warning(town: Sandbox) -> None:
    result = await slack_checks.connection(settings(town, slack_bot_token=None))

    assert (result.state, result.what) == ("warn", "switched off")
