"""A payer's browser: keeps cookies, sends what Chromium sends, follows nothing by itself."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
"""What Chromium sends with a form of a page that gives no referrer."""


@dataclass(frozen=True)
class Answer:
    """One answer, read whole."""

    status: int
    headers: "CIMultiDictProxy[str]"
    body: bytes
    path: str

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        """Where a redirect leads, as the browser resolves it."""
        return urljoin(self.path, self.headers["Location"])

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return found[1] if found else ""

    @property
    def banner(self) -> str:
        found = re.search(r'<section class="banner[^>]*>\s*<h2>(.*?)</h2>', self.text)
        return found[1] if found else ""


class Browser:
    """One browser with its own cookies."""

    def __init__(self, server: TestServer, session: aiohttp.ClientSession) -> None:
        self._server, self._session = server, session

    @property
    def cookies(self) -> dict[str, str]:
        return {each.key: each.value for each in self._session.cookie_jar}

    def forget(self) -> None:
        """Lose all cookies, as a browser that refuses them."""
        self._session.cookie_jar.clear()

    async def get(self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        return await self._ask(method, path, headers or {}, None)

    async def post(
        self, path: str, fields: dict[str, str] | None = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        button = {"ask": "enter"} if fields is None and path.startswith("/l/") else {}
        return await self._ask("POST", path, FROM_OUR_PAGE if headers is None else headers, fields or button)

    async def post_form(self, path: str, form: aiohttp.FormData) -> Answer:
        """Send a form with files, as a page of ours does."""
        return await self._ask("POST", path, FROM_OUR_PAGE, form)

    async def press(self, path: str) -> Answer:
        """Open a link and press its button."""
        await self.get(path)
        return await self.post(path)

    async def pay(self, **fields: str) -> Answer:
        """Press Pay on the invoice page; with an *amount*, the button below the field for an own amount."""
        token = re.search(r'name="token" value="(\w+)"', (await self.get("/i")).text)
        assert token, "there is a Pay button"
        return await self.post("/i/pay", {"token": token[1], **fields})

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | aiohttp.FormData | None
    ) -> Answer:
        address = URL(str(self._server.make_url("")).rstrip("/") + path, encoded=True)
        async with self._session.request(
            method, address, headers=CIMultiDict(headers), data=data, allow_redirects=False
        ) as answer:
            return Answer(answer.status, answer.headers, await answer.read(), path)


@asynccontextmanager
async def a_browser(server: TestServer) -> AsyncIterator[Browser]:
    """Start a browser without any cookies."""
    jar = aiohttp.CookieJar(unsafe=True)  # the test server has an IP address
    async with aiohttp.ClientSession(cookie_jar=jar, max_line_size=65536, max_field_size=65536) as session:
        yield Browser(server, session)
