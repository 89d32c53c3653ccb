"""Slack checks: the token, its scopes against the manifest, each channel and who reads along, and the app's token.

What the running product has noticed by itself, a refusal or an outage that is not over, is told as well.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors, manifest, rooms
from bot.rooms import Plan
from domain.operations import chat_troubles
from domain.operations.chat_channels import ChannelClass
from domain.operations.chat_troubles import Trouble
from plixo import database, migrations, runtime
from plixo.check_results import Result
from plixo.settings import Settings

NAME = "Slack"
TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)

READERS: Mapping[ChannelClass, str] = {
    ChannelClass.PRIVATE: "private",
    ChannelClass.PUBLIC: "public, so names and sums are shortened there",
    ChannelClass.UNKNOWN: "of an unknown kind, so names and sums are shortened there",
    ChannelClass.DIRECT: "a talk with one person",
}


class Wrong(Exception):
    """Carry what is wrong and what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


async def connection(settings: Settings) -> Result:
    """Check everything that the bot needs from Slack; the first thing that is wrong is told."""
    if settings.slack_bot_token is None:
        return Result(NAME, "warn", "switched off", "Create the app from bot/manifest.yaml; set PLIXO_SLACK_BOT_TOKEN.")
    try:
        async with _client(settings, settings.slack_bot_token.get_secret_value()) as client:
            who = await _identity(client)
            places = [await _channel(client, channel) for channel in _plan(settings).all()]
        await _hearing(settings)
    except Wrong as wrong:
        return Result(NAME, "fail", wrong.what, wrong.remedy)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Result(NAME, "fail", f"not reachable: {type(error).__name__}", "Network, proxy or PLIXO_SLACK_API_URL.")
    if not places:
        return Result(NAME, "warn", f"{who}, but tells nobody anything", "Set PLIXO_SLACK_CHANNEL to a channel's id.")
    return Result(NAME, "ok", f"{who}; {'; '.join(places)}")


async def delivery(settings: Settings) -> Result:
    """Tell what the running product could not deliver to Slack, since when and why."""
    name = "Slack delivery"
    if settings.slack_bot_token is None or not settings.slack_channel:
        return Result(name, "warn", "switched off", "Set PLIXO_SLACK_BOT_TOKEN and PLIXO_SLACK_CHANNEL.")
    try:
        async with runtime.opened(settings, application="check") as running:
            troubles = await chat_troubles.listed(running.core)
    except (database.DatabaseUnreachable, migrations.SchemaBehind):
        return Result(name, "fail", "cannot be read", "See what is said of the database.")
    if not troubles:
        return Result(name, "ok", "everything was delivered")
    return Result(name, "fail", "; ".join(_trouble(each) for each in troubles[:5]), _remedy(troubles[0].code))


async def _identity(client: AsyncWebClient) -> str:
    """Return as whom we act.

    Raises:
        Wrong: The token does not work, or scopes are missing.
    """
    try:
        who = await client.auth_test()
    except SlackApiError as error:
        raise _wrong(error) from None
    told = {name.lower(): value for name, value in dict(who.headers).items()}.get("x-oauth-scopes")
    if told is not None:
        granted = {each.strip() for each in str(told).split(",") if each.strip()}
        if missing := sorted(manifest.scopes() - granted):
            raise Wrong(
                f"scopes are missing: {', '.join(missing)}",
                "Put bot/manifest.yaml into the app's manifest, and install the app into the workspace again.",
            )
    return f"acts as {who.get('user')} in {who.get('team')}"


async def _channel(client: AsyncWebClient, channel: str) -> str:
    """Return a channel and who reads along there.

    Raises:
        Wrong: Nothing can, or may, be posted there.
    """
    try:
        described = (await client.conversations_info(channel=channel)).get("channel") or {}
    except SlackApiError as error:
        raise _wrong(error, where=channel) from None
    name = f"#{described.get('name') or channel}"
    found = rooms.class_of(described)
    if found is ChannelClass.EXTERNAL:
        raise Wrong(f"{name} is shared with another company, so nothing is posted there", _remedy(errors.EXTERNAL))
    if described.get("is_archived"):
        raise Wrong(f"{name} is archived", _remedy("is_archived"))
    if described.get("is_member") is False:
        raise Wrong(f"the app is not in {name}", f"Type `/invite @Plixo` in {name}.")
    return f"{name} is {READERS[found]}"


async def _hearing(settings: Settings) -> None:
    """Return when commands and clicks reach us.

    Raises:
        Wrong: Neither way is set up, or the app's token does not work.
    """
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            raise Wrong("can post but not hear", "Set PLIXO_SLACK_APP_TOKEN or PLIXO_SLACK_SIGNING_SECRET.")
        return
    token = settings.slack_app_token.get_secret_value()
    async with _client(settings, None) as client:
        try:
            await client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            code = str(error.response.get("error", "unknown"))
            raise Wrong(
                f"Socket Mode: Slack answers {code}",
                "PLIXO_SLACK_APP_TOKEN must be an app-level token (xapp-…) with the scope connections:write, and"
                " Socket Mode must be switched on in the app's settings.",
            ) from None


@asynccontextmanager
async def _client(settings: Settings, token: str | None) -> AsyncIterator[AsyncWebClient]:
    """Return a client whose connections end with it."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        yield AsyncWebClient(token=token, base_url=settings.slack_api_url, session=session, retry_handlers=[])


def _plan(settings: Settings) -> Plan:
    return Plan(
        settings.slack_channel, disputes=settings.slack_disputes_channel, approvals=settings.slack_approvals_channel
    )


def _wrong(error: SlackApiError, *, where: str = "") -> Wrong:
    response: Any = error.response
    code = str(response.get("error", "unknown"))
    needed = response.get("needed")
    also = f" (needed: {needed})" if needed else ""
    return Wrong(f"Slack answers {code}{f' for {where}' if where else ''}{also}", _remedy(code))


def _remedy(code: str) -> str:
    found = errors.REMEDIES.get(code, "see Slack's page on this code")
    return f"{found[0].upper()}{found[1:]}."


def _trouble(trouble: Trouble) -> str:
    where = "Slack as a whole" if trouble.is_whole else trouble.place
    return f"{where}: {trouble.code} since {trouble.since:%Y-%m-%d %H:%M} UTC"
