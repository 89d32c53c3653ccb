"""Files on the page: chosen for a message or a form, and sent into a channel."""

from aiohttp import web

from sandbox import slack_sharing
from sandbox.slack_files import MOST_BYTES
from sandbox.slack_pointing import NotOnScreen
from sandbox.slack_workspace import SlackRefusal
from sandbox.slack_world import SlackWorld


class FilesPage:
    """Take files from the page's composer and its forms."""

    def __init__(self, slack: SlackWorld) -> None:
        self._slack = slack

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_post("/page/slack/upload", self._upload)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Keep the bytes of one file, whose name and owner stand in the query."""
        content = bytearray()
        async for chunk in request.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) > MOST_BYTES:
                raise web.HTTPRequestEntityTooLarge(max_size=MOST_BYTES, actual_size=len(content))
        try:
            file = slack_sharing.upload(
                self._slack,
                user=request.query.get("user", ""),
                name=request.query.get("name", ""),
                content=bytes(content),
            )
        except NotOnScreen as gone:
            return web.json_response({"ok": False, "message": str(gone)})
        except SlackRefusal as no:
            return web.json_response({"ok": False, "message": f"The file is not taken: {no.error}."})
        return web.json_response({"ok": True, "id": file["id"], "name": file["name"], "size": file["size"]})
