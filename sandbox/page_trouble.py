"""The page on which a person makes Slack fail: plain forms that work without a script."""

from aiohttp import web

from sandbox import pages, slack_channels, slack_faults
from sandbox.slack_faults import GRANTED, METHODS, Fault
from sandbox.slack_workspace import SlackRefusal
from sandbox.slack_world import SlackWorld

PATH = "/slack-trouble"

WORDS = {
    "is_private": "private (only who was invited)",
    "is_archived": "archived",
    "is_member": "the app is in it",
    "is_ext_shared": "shared with another company",
    "is_pending_ext_shared": "another company was invited",
    "is_read_only": "only admins may post",
}


class TroublePage:
    """Serve the forms."""

    def __init__(self, slack: SlackWorld) -> None:
        self._slack = slack

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get(PATH, self._show)
        app.router.add_post(f"{PATH}/fault", self._fault)
        app.router.add_post(f"{PATH}/state", self._state)
        app.router.add_post(f"{PATH}/channel", self._channel)
        app.router.add_post(f"{PATH}/clear", self._clear)

    async def _show(self, _: web.Request) -> web.StreamResponse:
        workspace, faults = self._slack.workspace, self._slack.api.faults
        rooms = [
            (channel, name, slack_channels.standing(workspace, channel)) for channel, name in workspace.rooms.items()
        ]
        return pages.page(
            "trouble.html",
            faults=list(Fault),
            methods=METHODS,
            planned=faults.planned,
            down=faults.down,
            token=faults.token,
            scopes=[(each, each not in faults.lacking) for each in GRANTED],
            rooms=rooms,
            words=WORDS,
        )

    async def _fault(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        try:
            fault = Fault(str(form.get("fault")))
            times, wait = int(str(form.get("times") or 1)), int(str(form.get("retry_after") or 5))
        except ValueError:
            raise web.HTTPBadRequest(text="This was not understood.\n") from None
        method = str(form.get("method") or slack_faults.ANY)
        self._slack.api.faults.plan(fault, method=method, times=times, retry_after=wait)
        raise web.HTTPSeeOther(PATH)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        """Set what lasts: whether Slack is away, whether the token works, which scopes there are."""
        form, faults = await request.post(), self._slack.api.faults
        token = str(form.get("token") or "")
        granted = {str(each) for each in form.getall("scope", [])}
        faults.down = "down" in form
        faults.token = token if token in {"token_revoked", "account_inactive"} else ""
        faults.lacking = set(GRANTED) - granted
        if faults.token and "told" in form:
            event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0PLIXO"]}}
            if faults.token == "account_inactive":  # noqa: S105 - a state of the token, and no token
                event = {"type": "app_uninstalled"}
            if event["type"] in self._slack.events:
                await self._slack.send_event(event)
        raise web.HTTPSeeOther(PATH)

    async def _channel(self, request: web.Request) -> web.StreamResponse:
        """Throw the switches of one channel; the app hears of those that Slack tells it of."""
        form, workspace = await request.post(), self._slack.workspace
        channel = str(form.get("channel") or "")
        try:
            for switch in slack_channels.SWITCHES:
                event = slack_channels.change(workspace, channel, switch, switch in form)
                if event is not None and event["type"] in self._slack.events:
                    await self._slack.send_event(event)
        except SlackRefusal:
            raise web.HTTPBadRequest(text="There is no such channel.\n") from None
        raise web.HTTPSeeOther(PATH)

    async def _clear(self, _: web.Request) -> web.StreamResponse:
        self._slack.api.faults.clear()
        raise web.HTTPSeeOther(PATH)
