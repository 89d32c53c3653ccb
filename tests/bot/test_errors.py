"""Each way in which Slack says no, and what it means for us; what is played over the wire is in its own places."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import errors
from bot.errors import BlocksRefused, MessageGone, SlackAway, SlackRefused
from domain.kernel.jobs import TryLater


def refused(code: str, *, status: int = 200, headers: dict[str, Any] | None = None) -> SlackApiError:
    """Return the SDK's error as it is raised for an answer of Slack's."""
    answer = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="chat.postMessage",
        req_args={},
        data={"ok": False, "error": code} if code else {},
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("no", answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ratelimited", 429, TryLater),
        ("rate_limited", 200, TryLater),
        ("message_limit_exceeded", 200, TryLater),
        ("internal_error", 200, SlackAway),
        ("fatal_error", 200, SlackAway),
        ("service_unavailable", 503, SlackAway),
        ("request_timeout", 200, SlackAway),
        ("", 502, SlackAway),
        ("", 200, SlackAway),
        ("message_not_found", 200, MessageGone),
        ("cant_update_message", 200, MessageGone),
        ("edit_window_closed", 200, MessageGone),
        ("thread_not_found", 200, MessageGone),
        ("invalid_blocks", 200, BlocksRefused),
        ("invalid_blocks_format", 200, BlocksRefused),
        ("msg_too_long", 200, BlocksRefused),
        ("msg_blocks_too_long", 200, BlocksRefused),
        ("token_revoked", 200, SlackRefused),
        ("account_inactive", 200, SlackRefused),
        ("invalid_auth", 200, SlackRefused),
        ("missing_scope", 200, SlackRefused),
        ("is_archived", 200, SlackRefused),
        ("channel_not_found", 200, SlackRefused),
        ("not_in_channel", 200, SlackRefused),
        ("restricted_action", 200, SlackRefused),
        ("no_text", 200, SlackRefused),
        ("a_code_of_next_year", 200, SlackRefused),
    ],
)
def test_each_refusal_has_one_way_to_go_on(code: str, status: int, kind: type[Exception]) -> None:
    assert type(errors.meant(refused(code, status=status))) is kind


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"retry-after": "0"}, timedelta(0)),
        ({"Retry-After": "86400"}, errors.LONGEST_WAIT),
        ({"Retry-After": "soon"}, errors.UNSAID_WAIT),
        ({"Retry-After": "-1"}, errors.UNSAID_WAIT),
        ({}, errors.UNSAID_WAIT),
    ],
)
def test_a_pause_is_as_long_as_slack_says_within_reason(said: dict[str, str], waits: timedelta) -> None:
    meant = errors.meant(refused("ratelimited", status=429, headers=said))

    assert isinstance(meant, TryLater)
    assert meant.delay == waits


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "missing_scope", "invalid_auth"])
def test_what_keeps_all_channels_from_us_is_told_apart_and_has_a_remedy(code: str) -> None:
    meant = errors.meant(refused(code))

    assert isinstance(meant, SlackRefused)
    assert meant.is_whole
    assert errors.REMEDIES[code] in str(meant)
