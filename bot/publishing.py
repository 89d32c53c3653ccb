"""Publishing: the jobs that put App Homes on people's screens, and anew when something has changed."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import badges, readers, surfaces
from bot.calls import Calls
from bot.errors import BlocksRefused, MessageGone, SlackRefused
from bot.surfaces import Home
from bot.views import home as views
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, TryLater
from domain.kernel.refusals import NotAllowed
from domain.kernel.speech import Reader
from domain.operations import desks, homes
from domain.operations.desks import Shared
from domain.operations.homes import HomeView
from domain.people import access_lists, people
from domain.people.events import RoleEnded, RoleRevoked
from domain.people.refusals import PersonUnknown

log = logging.getLogger(__name__)

GONE = frozenset({"user_not_found", "user_not_visible", "invalid_user_id", "users_not_found"})
"""Slack does not know the account any more, or shows it nothing of ours."""

PLACE = "home"
"""The place of these calls: a pause here keeps no channel waiting."""

STIRRING = ("tell_operators", "tell_person", "redraw_case", "redraw_chat")
"""Jobs that run when something has happened; after them the Homes are drawn anew."""


class Said:
    """What every desk shows alike, read once for all who read the same language."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._read: dict[Reader, Shared] = {}

    async def to(self, reader: Reader) -> Shared:
        """Return it as it is said to somebody."""
        if reader not in self._read:
            with readers.spoken_to(self._core, reader):
                self._read[reader] = await desks.shared(self._core)
        return self._read[reader]


class Homes:
    """Draws App Homes."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls) -> None:
        self._core, self._client, self._calls = core, client, calls

    def jobs(self, others: Mapping[str, JobFunction]) -> Mapping[str, JobFunction]:
        """Return the jobs that draw Homes, and those of the others after which they are drawn."""
        stirring = {name: self._stirring(others[name]) for name in STIRRING if name in others}
        return {**stirring, "publish_home": self.publish, "publish_homes": self.publish_all, "redraw_home": self.redraw}

    async def at_once(self, slack_id: str) -> None:
        """Draw the Home that somebody has just opened, who looks at an empty page until then."""
        try:
            await self.publish(slack_id)
        except TryLater as busy:
            log.info("a Home is left to its job: %s", busy)

    async def publish(self, slack_id: str) -> None:
        """Draw the Home that somebody looks at now, unless that was done. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        home = await homes.of(self._core, slack_id=slack_id)
        if home is not None and not home.current:
            await self._publish(home, Said(self._core), looked_at=True)

    async def redraw(self, entry_id: int) -> None:
        """Draw the Home of the one who lost a role, as an entry of the timeline tells: it may show too much. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        event = (await timeline.entry(self._core, entry_id)).event
        assert isinstance(event, RoleRevoked | RoleEnded), "the job follows from these"
        slack_id = await people.slack_id_of(self._core, person_id=event.person_id)
        home = await homes.of(self._core, slack_id=slack_id) if slack_id else None
        if home is not None:
            await self._publish(home, Said(self._core))

    async def publish_all(self, entry_id: int = 0) -> None:
        """Draw every Home that was looked at of late and has changed. A job.

        Raises:
            TryLater: Slack is busy or away; those that were drawn are as they must be.
        """
        del entry_id
        watched = await homes.watched(self._core)
        if not watched:
            return
        shared = Said(self._core)
        for each in watched:
            await self._publish(each, shared)

    async def _publish(self, before: HomeView, shared: Said, *, looked_at: bool = False) -> None:
        home = await self._drawn(before.slack_id, shared)
        if home.content_hash == before.content_hash and not looked_at:
            return
        if broken := surfaces.problems(home):
            log.error("a Home is not published: %s", "; ".join(broken))
            return
        try:
            told = await self._shown(before, home)
        except SlackRefused as refused:
            if refused.code in GONE:
                await homes.forget(self._core, slack_id=before.slack_id)
            else:
                log.error("a Home is not published, Slack refuses: %s", refused)
            return
        except (MessageGone, BlocksRefused) as refused:
            log.error("a Home is not published, Slack does not take it: %s", refused)
            return
        view = told.get("view")
        view_hash = str(view.get("hash") or "") if isinstance(view, dict) else ""
        await homes.published(self._core, slack_id=before.slack_id, content_hash=home.content_hash, view_hash=view_hash)

    async def _shown(self, before: HomeView, home: Home) -> Any:
        """Publish; where Slack has another Home than we know of, ours is the right one: it was drawn just now."""
        if before.view_hash:
            try:
                return await self._call(before.slack_id, home, hash=before.view_hash)
            except SlackRefused as refused:
                if refused.code != "hash_conflict":
                    raise
        return await self._call(before.slack_id, home)

    def _call(self, slack_id: str, home: Home, **parts: Any) -> Awaitable[Any]:
        return self._calls.make(
            lambda: self._client.views_publish(user_id=slack_id, view=home.view(), **parts), place=PLACE
        )

    async def _drawn(self, slack_id: str, shared: Said) -> Home:
        reader = await readers.person(self._core, slack_id=slack_id)
        try:
            actor = await people.actor(self._core, slack_id=slack_id)
            with readers.spoken_to(self._core, reader):
                desk = views.desk(await desks.of(self._core, actor=actor, shared=await shared.to(reader)))
                return badges.home(self._core, desk)
        except (PersonUnknown, NotAllowed):
            own = await access_lists.of_account(self._core, slack_id=slack_id)
            waits = own if own is not None and own.open else None
            with readers.spoken_to(self._core, reader):
                stranger = views.stranger(
                    slack_id,
                    controllers=await people.controllers(self._core),
                    asked=waits.wish if waits else "",
                    access_id=waits.access_id if waits else None,
                )
                return badges.home(self._core, stranger)

    def _stirring(self, function: JobFunction) -> Callable[..., Awaitable[None]]:
        async def run(**arguments: Any) -> None:
            try:
                with readers.spoken_to(self._core, readers.everybody(self._core)):  # what they read is for channels
                    await function(**arguments)
            finally:
                await homes.stir(self._core)

        return run
