"""Delivery: what is told without being asked, with all its parts: calls, rooms, poster, teller, redrawer, watcher."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.calls import Calls
from bot.decided import Redrawer
from bot.poster import Poster
from bot.rooms import Plan, Rooms
from bot.shared_files import FileSharer
from bot.telling import Teller
from bot.watching import Watcher
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction

log = logging.getLogger(__name__)


class Delivery:
    """The way of everything that leaves for Slack by itself."""

    def __init__(
        self,
        core: Core,
        client: AsyncWebClient,
        *,
        plan: Plan,
        seconds_a_post: float,
        seconds_an_update: float,
    ) -> None:
        self.plan = plan
        self.calls = Calls(core, seconds=seconds_a_post)
        self.rooms = Rooms(core, client, self.calls, plan=plan)
        rest = timedelta(seconds=seconds_an_update)
        self.poster = Poster(core, client, calls=self.calls, rooms=self.rooms, rest=rest)
        teller = Teller(core, self.poster)
        redrawer = Redrawer(core, self.poster, teller)
        watcher = Watcher(core, client, self.calls, poster=self.poster, teller=teller, redrawer=redrawer)
        self._functions: dict[str, JobFunction] = {
            "tell_operators": teller.tell,
            "share_document": FileSharer(core, client, self.calls, rooms=self.rooms).share,
            "redraw_chat": redrawer.redraw,
            "watch_chat": watcher.watch,
        }

    def jobs(self) -> Mapping[str, JobFunction]:
        """Return the jobs that deliver."""
        if not self.plan.main:
            log.warning("no channel is set (PLIXO_SLACK_CHANNEL), so operators are told nothing by themselves")
            return dict.fromkeys(self._functions, _nothing)
        return self._functions


async def _nothing(**arguments: object) -> None:
    """Do nothing: no channel is set."""
    del arguments
