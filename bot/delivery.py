"""Delivery: what is told without being asked, with all its parts: calls, rooms, poster, teller, redrawer, watcher."""

import logging
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.asking import DisputeAsker
from bot.audit_files import AuditSharer
from bot.calls import Calls
from bot.decided import Redrawer
from bot.incident_board import IncidentBoard
from bot.learning import Learner
from bot.maintenance_board import MaintenanceBoard
from bot.personal import Personal
from bot.poster import Poster
from bot.readiness_board import Board
from bot.rooms import Plan, Rooms
from bot.routes import Answer
from bot.shared_files import FileSharer
from bot.telling import Teller
from bot.views import channels as channel_views
from bot.watching import Watcher
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from domain.operations import noise

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
        self._core, self.plan = core, plan
        self.calls = Calls(core, seconds=seconds_a_post)
        self.rooms = Rooms(core, client, self.calls, plan=plan)
        rest = timedelta(seconds=seconds_an_update)
        self.poster = Poster(core, client, calls=self.calls, rooms=self.rooms, rest=rest)
        teller = Teller(core, self.poster)
        redrawer = Redrawer(core, self.poster, teller)
        watcher = Watcher(core, client, self.calls, poster=self.poster, teller=teller, redrawer=redrawer)
        learner = Learner(core, client, self.calls)
        auditor = AuditSharer(core, client, self.calls, self.poster)
        self._functions: dict[str, JobFunction] = {
            "tell_operators": teller.tell,
            "share_document": FileSharer(core, client, self.calls, rooms=self.rooms).share,
            "share_audit": auditor.share,
            "tell_audit_given_up": auditor.give_up,
            "tell_person": Personal(core, self.poster, learner).tell,
            "ask_dispute_owner": DisputeAsker(core, self.poster).ask,
            "learn_people": learner.learn_all,
            "redraw_case": redrawer.case,
            "redraw_chat": redrawer.redraw,
            "redraw_lines": redrawer.lines,
            "watch_chat": watcher.watch,
            "show_incidents": IncidentBoard(core, self.poster).show,
            "show_maintenance": MaintenanceBoard(core, self.poster).show,
            "show_readiness": Board(core, client, self.calls, poster=self.poster).show,
        }

    async def inside(self, channel: str, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do what somebody asked for in a channel, unless people of another company read along there."""
        if await self.rooms.is_external(channel):
            work.close()
            return channel_views.not_here()
        return await work

    async def pressed(self, body: Mapping[str, Any], channel: str, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do what a click asks for, and note that the message of its button led to something."""
        container = body.get("container")
        ts = str(container.get("message_ts") or "") if isinstance(container, dict) else ""
        if channel and ts:
            await noise.acted(self._core, channel=channel, ts=ts)
        return await self.inside(channel, work)

    def jobs(self) -> Mapping[str, JobFunction]:
        """Return the jobs that deliver."""
        if not self.plan.main:
            log.warning("no channel is set (PLIXO_SLACK_CHANNEL), so operators are told nothing by themselves")
            return dict.fromkeys(self._functions, _nothing)
        return self._functions


async def _nothing(**arguments: object) -> None:
    """Do nothing: no channel is set."""
    del arguments
