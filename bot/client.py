"""The client: Slack's SDK, each call of which is seen by whoever watches this process."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import errors
from domain.kernel import watch
from domain.kernel.jobs import TryLater


class WatchedClient(AsyncWebClient):
    """Calls as the SDK does. Method names are the SDK's own, and only those that our code calls."""

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        """Call one method; what Slack refuses is told from what did not arrive."""
        with watch.work("slack", api_method) as seen:
            try:
                return await super().api_call(api_method, **how)
            except SlackApiError as error:
                meant = errors.meant(error)
                away = isinstance(meant, errors.SlackAway)
                seen.outcome = "away" if away else "limited" if isinstance(meant, TryLater) else "refused"
                raise
