"""Learning: what Slack knows of our people, their names, languages and time zones, asked once a day."""

import logging
from datetime import timedelta
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot.calls import Calls
from bot.errors import BlocksRefused, MessageGone, SlackRefused
from domain.kernel.core import Core
from domain.people import people, preferences

log = logging.getLogger(__name__)

CURRENT = timedelta(hours=20)
"""What was learned within this time is not asked anew."""

MOST = 200
"""People that one run asks about; the rest follows the next day."""


class Learner:
    """Asks Slack about people."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls) -> None:
        self._core, self._client, self._calls = core, client, calls

    async def learn_all(self, entry_id: int = 0) -> None:
        """Ask about everyone of whom nothing is known, or nothing of late. A job.

        Raises:
            TryLater: Slack is busy or away; those who were asked about are not asked about again.
        """
        del entry_id
        before = self._core.clock.now() - CURRENT
        for slack_id in await preferences.to_learn(self._core, before=before, limit=MOST):
            await self._learn(slack_id)

    async def learn_one(self, person_id: UUID) -> None:
        """Ask about one person.

        Raises:
            TryLater: Slack is busy or away.
        """
        slack_id = await people.slack_id_of(self._core, person_id=person_id)
        if slack_id is not None:
            await self._learn(slack_id)

    async def _learn(self, slack_id: str) -> None:
        """Keep what Slack says; of an account that it does not describe we know what we knew."""
        name = locale = zone = address = ""
        try:
            told = await self._calls.make(lambda: self._client.users_info(user=slack_id, include_locale=True))
            user = told.get("user")
            found = user if isinstance(user, dict) else {}
            profile = found.get("profile") if isinstance(found.get("profile"), dict) else {}
            assert isinstance(profile, dict), "it was looked at"
            name = str(found.get("real_name") or profile.get("real_name") or profile.get("display_name") or "")
            locale, zone = str(found.get("locale") or ""), str(found.get("tz") or "")
            if found.get("is_email_confirmed") is True:
                address = str(profile.get("email") or "")
        except (SlackRefused, MessageGone, BlocksRefused) as refused:
            log.warning("Slack does not describe a person: %s", refused)
        await preferences.learn(self._core, slack_id=slack_id, name=name, locale=locale, zone=zone, address=address)
