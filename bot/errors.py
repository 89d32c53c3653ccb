"""Errors: what Slack's refusals mean for us, one class for each way to go on."""

import traceback
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from slack_sdk.errors import SlackApiError

from domain.kernel.jobs import TryLater

LONGEST_WAIT = timedelta(minutes=10)
"""However long Slack says; after an outage we ask again by ourselves."""

UNSAID_WAIT = timedelta(seconds=30)
"""When Slack says "too many" without saying for how long."""

OUTAGE_WAIT = timedelta(seconds=15)

EXTERNAL = "external_channel"
"""Our own code: other companies read along in the channel, so nothing is posted there."""

RATE_LIMITS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TEMPORARY = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found", "thread_not_found"})
BAD_BLOCKS = frozenset(
    {
        "block_mismatch",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "too_many_attachments",
    }
)
WHOLE_CHAT = frozenset(
    {
        "account_inactive",
        "app_uninstalled",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""What keeps every channel from us and not only this one."""

_AGAIN = "install the app again and set PLIXO_SLACK_BOT_TOKEN"
_INVITE = "invite the app into the channel"
_POSTING = "let the app post in the channel (its settings, posting permissions)"

REMEDIES: Mapping[str, str] = {
    "account_inactive": _AGAIN,
    "app_uninstalled": _AGAIN,
    "away": "Slack does not answer: look at status.slack.com, the network and PLIXO_SLACK_API_URL",
    "channel_not_found": "check PLIXO_SLACK_CHANNEL and invite the app into the channel",
    "ekm_access_denied": "ask the workspace's administrators: they hold the keys of messages back",
    EXTERNAL: "another company reads along: stop sharing the channel, or set PLIXO_SLACK_CHANNEL to another",
    "invalid_auth": "check PLIXO_SLACK_BOT_TOKEN",
    "is_archived": "unarchive the channel, or set PLIXO_SLACK_CHANNEL to another",
    "missing_scope": "install the app again from bot/manifest.yaml",
    "not_allowed_token_type": "PLIXO_SLACK_BOT_TOKEN must be the bot token, xoxb-…",
    "not_authed": "check PLIXO_SLACK_BOT_TOKEN",
    "not_in_channel": _INVITE,
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_only_channel": "let the app post outside threads, or set PLIXO_SLACK_CHANNEL to another",
    "restricted_action_thread_locked": "unlock the thread",
    "restricted_action_non_threadable_channel": "allow threads in the channel, or set PLIXO_SLACK_CHANNEL to another",
    "token_expired": _AGAIN,
    "token_revoked": _AGAIN,
}
"""What a person must do before Slack takes messages again."""


class SlackRefused(Exception):
    """Slack will not do it, however often it is asked, until a person changes something."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"{code}: {REMEDIES.get(code, 'see the error codes of the Web API')}")

    @property
    def is_whole(self) -> bool:
        """Whether no channel takes anything, rather than this one."""
        return self.code in WHOLE_CHAT


class SlackAway(TryLater):
    """Slack does not answer, or answers that it is ill; unlike "not so fast" this is a state that people hear of."""


class MessageGone(Exception):
    """The message that was to be changed, or answered in its thread, is not there any more."""


class BlocksRefused(Exception):
    """Slack does not take these blocks; something plainer goes."""


def meant(error: SlackApiError) -> Exception:
    """Return the error as one of ours."""
    code, status, headers = _read(error.response)
    if status == 429 or code in RATE_LIMITS:
        return TryLater(_wait(headers), "Slack asks for a pause")
    if (
        code in TEMPORARY or not code or status >= 500
    ):  # without a code it is not Slack that spoke, but what lies between
        return SlackAway(OUTAGE_WAIT, f"Slack has a problem ({code or status})")
    if code in GONE:
        return MessageGone(code)
    if code in BAD_BLOCKS:
        return BlocksRefused(f"{code} {_reasons(error.response)}".strip())
    return SlackRefused(code)


def trail(error: BaseException) -> str:
    """Return what an unexpected error is and where it came from, without its text, which may quote anything."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places or 'no place'}"


def _read(response: Any) -> tuple[str, int, Mapping[str, str]]:
    """Return code, HTTP status and headers of either kind of response that the SDK puts into its error."""
    data = getattr(response, "data", response)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    status = getattr(response, "status_code", getattr(response, "status", 200))
    return code, int(status or 200), getattr(response, "headers", None) or {}


def _wait(headers: Mapping[str, str]) -> timedelta:
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = str(said).strip()
    return min(timedelta(seconds=int(text)), LONGEST_WAIT) if text.isascii() and text.isdigit() else UNSAID_WAIT


def _reasons(response: Any) -> str:
    """Return Slack's reasons for each block: schema sentences and pointers, none of our text."""
    data = getattr(response, "data", None)
    metadata = data.get("response_metadata") if isinstance(data, dict) else None
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return "; ".join(str(each)[:120] for each in (messages or ())[:3])
