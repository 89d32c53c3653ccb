"""The app: slack-bolt's ``AsyncApp`` with everything around it, built by a function; there are no globals.

A request is checked, taken once and acknowledged; then the command runs by itself and its answer goes to the
person who asked. Nothing is decided here.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot import actions, asks, badges, commands, door, errors, modals, nouns, once, panes, readers, replies, vendor_log
from bot.answering import Answering
from bot.asks import ReplyTo
from bot.background import Background
from bot.blocks import Message
from bot.client import WatchedClient
from bot.delivery import Delivery
from bot.dispute_files import DisputeFiles
from bot.door import Door
from bot.export_jobs import ExportJobs
from bot.filled import Misfilled
from bot.import_jobs import ImportJobs
from bot.intake import Intake
from bot.publishing import Homes
from bot.replies import Replies
from bot.rooms import Plan
from bot.routes import Answer
from bot.sockets import Socket
from bot.unfurling import EVENT as LINK_SHARED
from bot.unfurling import Unfurler
from bot.views import answers
from bot.windows import Windows
from domain.kernel import request_ids
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from domain.kernel.speech import say
from domain.operations import chat_troubles

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)

DRAIN_SECONDS = 5.0

SOCKET_PING_SECONDS = 10.0

SUBMIT_SECONDS = 1.5
"""Within it a form is answered at once, or its window says that it is being worked on; Slack waits three seconds."""

REMOVED = {"app_uninstalled": "app_uninstalled", "tokens_revoked": "token_revoked"}
"""Events after which nothing can be told, and the code under which that is kept."""

HOME_OPENED = "app_home_opened"
"""The event after which a Home is drawn while somebody looks at it."""

Ack = Callable[..., Awaitable[Any]]

ANY = re.compile("")


class Bot:
    """The operators' side of the product, over HTTP or Socket Mode."""

    def __init__(
        self,
        core: Core,
        *,
        bot_token: str,
        signing_secret: str | None,
        channel: str,
        api_url: str,
        session: aiohttp.ClientSession | None = None,
        seconds_a_post: float = 1.0,
        seconds_an_update: float = 0.0,
        disputes_channel: str = "",
        approvals_channel: str = "",
    ) -> None:
        """Put the parts together; call it inside the running loop."""
        self._core = core
        self._has_secret = bool(signing_secret)
        self._own_session = session is None
        self._session = session or aiohttp.ClientSession(timeout=TIMEOUT)
        self._api_url = api_url
        client = self._client(bot_token)
        self._replies = Replies(self._session, client, badge=partial(badges.message, core))
        self._windows = Windows(client, badge=partial(badges.window, core))
        self._background = Background()
        self._intake = Intake(core, give_up=self._background.give_up)
        self._answering = Answering(
            self._replies, self._windows, press=partial(actions.press, core), calm=self._intake.over
        )
        self.delivery = Delivery(
            core,
            client,
            plan=Plan(channel, disputes=disputes_channel, approvals=approvals_channel),
            seconds_a_post=seconds_a_post,
            seconds_an_update=seconds_an_update,
        )
        self._exports = ExportJobs(core, client, self.delivery.calls, self.delivery.poster)
        self._imports = ImportJobs(core, client, self.delivery.calls, self.delivery.poster, api_url=api_url)
        self._dispute_files = DisputeFiles(core, client, self.delivery.calls, self.delivery.poster, api_url=api_url)
        self.homes = Homes(core, client, self.delivery.calls)
        self._unfurler = Unfurler(core, client, self.delivery.calls, rooms=self.delivery.rooms)
        self._panes = panes.Panes(core, client, self.delivery.calls)
        self.app = self._bolt(bot_token, signing_secret or "")

    def add_routes(self, server: web.Application) -> None:
        """Take Slack's requests at ``POST /slack/events`` of that server."""
        assert self._has_secret, "without a signing secret anyone could speak as Slack"
        server.router.add_post(door.PATH, Door(self.app, self._intake).receive)

    def socket_mode(self, app_token: str) -> Socket:
        """Return the connection by which Slack's requests come without a public address; an async context."""
        return Socket(
            self.app, app_token, logger=vendor_log.quiet(), web_client=self._client(), ping_interval=SOCKET_PING_SECONDS
        )

    def jobs(self) -> Mapping[str, JobFunction]:
        """Return the jobs that this edge does."""
        jobs = {**self.delivery.jobs(), **self._imports.jobs(), **self._exports.jobs(), **self._dispute_files.jobs()}
        return {**jobs, **self.homes.jobs(jobs)}

    async def close(self) -> None:
        """Finish the answers that are under way and let go of the connections."""
        self._answering.close()
        await self._background.drain(seconds=DRAIN_SECONDS)
        if self._own_session:
            await self._session.close()

    def _client(self, token: str | None = None) -> WatchedClient:
        """Return a client on the shared session; by itself the SDK repeats a post whose answer got lost."""
        return WatchedClient(
            token=token, base_url=self._api_url, session=self._session, logger=vendor_log.quiet(), retry_handlers=[]
        )

    def _bolt(self, bot_token: str, signing_secret: str) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            """Answer from the settings; Bolt's own way asks Slack before the first acknowledgement."""
            return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=bot_token)

        app = AsyncApp(
            name="plixo",
            client=self._client(),
            signing_secret=signing_secret,
            authorize=authorize,
            logger=vendor_log.quiet(),
        )
        app.error(self._failed)
        app.middleware(self._once)
        app.command(ANY)(self._command)
        app.action(ANY)(self._action)
        app.view_submission(ANY)(self._submission)
        app.options(ANY)(self._choices)
        app.event(ANY)(self._event)
        return app

    async def _once(self, body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
        """Let a request through the first time only."""
        key = once.key(body)
        if key is None or await self._intake.first_time(key):
            await next_()
            return None
        log.info("a repeated request is not done again: %s", key.partition(":")[0])
        with readers.spoken_to(self._core, readers.everybody(self._core)):
            return _shown(body, answers.done_already(say("This was taken already.")))

    async def _command(self, ack: Ack, body: dict[str, Any]) -> None:
        await ack()
        typed, to = str(body.get("text") or ""), asks.reply_to(body)
        work = commands.answer(self._core, typed, slack_id=to.slack_id, channel=to.channel, called=asks.called(body))
        inside = self.delivery.inside(to.channel, work)
        self._background.start(self._heard(to, self._answering.answer(to, inside, may_open=commands.may_open(typed))))

    async def _action(self, ack: Ack, body: dict[str, Any]) -> None:
        await ack()
        click, to = asks.click(body), asks.reply_to(body)
        pressed = self.delivery.pressed(body, to.channel, actions.press(self._core, click))
        self._background.start(self._heard(to, self._answering.answer(to, pressed, may_open=actions.may_open(click))))

    async def _heard(self, to: ReplyTo, work: Coroutine[Any, Any, None]) -> None:
        """Do the work so that whatever is said by the way, too, is said as this person reads."""
        await self._intake.over()
        with readers.spoken_to(self._core, await readers.soon(self._core, slack_id=to.slack_id)):
            await work

    async def _submission(self, ack: Ack, body: dict[str, Any]) -> None:
        """Answer a form in its own window: at once, or after a word that it is being worked on."""
        self._intake.taken()
        with readers.spoken_to(self._core, await readers.soon(self._core, slack_id=asks.slack_id(body))):
            await self._submitted(ack, body)

    async def _submitted(self, ack: Ack, body: dict[str, Any]) -> None:
        view = body["view"]
        work = actions.submit(self._core, view, slack_id=asks.slack_id(body), called=asks.called(body))
        task = asyncio.create_task(self._answering.done(work))
        done, _ = await asyncio.wait({task}, timeout=SUBMIT_SECONDS)
        if not done:
            await ack(response_action="update", view=modals.waiting().view())
            self._background.start(self._late(str(view.get("id", "")), task))
            return
        try:
            await ack(response_action="update", view=self._windows.view(modals.of(task.result())))
        except Misfilled as wrong:
            await ack(response_action="errors", errors=wrong.fields)

    async def _late(self, window: str, task: asyncio.Task[Answer]) -> None:
        """Show in the window what came of a form that took long."""
        try:
            answer = await task
        except Misfilled as wrong:
            answer = answers.not_taken(str(wrong))
        await self._answering.change(window, answer)

    async def _choices(self, ack: Ack, body: dict[str, Any]) -> None:
        found = await self._answering.found(
            actions.choices(
                self._core,
                str(body.get("action_id", "")),
                str(body.get("value") or "")[: asks.LONGEST],
                slack_id=asks.slack_id(body),
            )
        )
        await ack(options=[each.json() for each in found])

    async def _event(self, body: dict[str, Any]) -> None:
        event = body.get("event") or {}
        kind = str(event.get("type", ""))
        if kind in REMOVED:
            log.error("the app was removed from the workspace (%s); install it again and set the new token", kind)
            await chat_troubles.note(self._core, place=chat_troubles.WHOLE_CHAT, code=REMOVED[kind])
        if (listener := nouns.LISTENERS.get(kind)) is not None:
            await listener(self._core, event)
        if kind == HOME_OPENED:
            self._background.start(self.homes.at_once(str(event.get("user") or "")))
        if kind == LINK_SHARED:
            self._background.start(self._unfurler.shared(event))
        if kind == panes.EVENT:
            self._background.start(self._panes.asked(event))

    async def _failed(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer for Bolt when something raised before the acknowledgement; Slack always gets its 200."""
        request_id = request_ids.current() or request_ids.fresh()
        log.error("a request failed before it was taken, request %s: %s", request_id, errors.trail(error))
        with readers.spoken_to(self._core, readers.everybody(self._core)):
            message = answers.try_later(request_id)
        if body.get("type") == "view_submission" and (field := actions.first_field(body.get("view") or {})) is not None:
            return BoltResponse(  # the form stays open, with what was entered
                status=200, body={"response_action": "errors", "errors": {field: message.text}}
            )
        if not body.get("command") and body.get("response_url"):
            self._background.start(self._replies.send(asks.reply_to(body), message))
        return _shown(body, message)


def build(
    core: Core,
    *,
    bot_token: str,
    signing_secret: str | None,
    channel: str,
    api_url: str,
    session: aiohttp.ClientSession | None = None,
    seconds_a_post: float = 1.0,
    seconds_an_update: float = 0.0,
    disputes_channel: str = "",
    approvals_channel: str = "",
) -> Bot:
    """Return a bot; it speaks to no one before its routes are added, its socket connected or its jobs run.

    *seconds_a_post* is the pace in a channel: Slack bears about one message a second. *seconds_an_update* is how long
    a living message rests after a change. The other channels are for what belongs there, if they are set.
    """
    return Bot(
        core,
        bot_token=bot_token,
        signing_secret=signing_secret,
        channel=channel,
        api_url=api_url,
        session=session,
        seconds_a_post=seconds_a_post,
        seconds_an_update=seconds_an_update,
        disputes_channel=disputes_channel,
        approvals_channel=approvals_channel,
    )


def _shown(body: Mapping[str, Any], message: Message) -> BoltResponse:
    """Return the answer in the response itself, which Slack shows for commands only."""
    return BoltResponse(status=200, body=replies.payload(message) if body.get("command") else "")
