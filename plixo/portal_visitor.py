"""The portal's visitor: a browser that files a test dispute on the payers' pages, over HTTP as payers come."""

import asyncio
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import aiohttp
import structlog

from domain.operations.readiness_ports import VisitFailed

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 20.0
"""For the whole visit."""

MOST_BYTES = 1 << 20
"""Of one page."""


LOOK_SECONDS = 5.0
"""A page that takes longer to say that it is there is as good as away."""


async def answers(public_url: str) -> bool:
    """Tell whether the payers' pages answer at the address that payers use."""
    timeout = aiohttp.ClientTimeout(total=LOOK_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{public_url}/readyz") as answer:
            return answer.status < 500
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("the payers' pages do not answer", error=type(error).__name__)
        return False


class Browser:
    """Goes to the pages as a payer's browser does: with cookies, their own forms, and where they lead."""

    def __init__(self, public_url: str) -> None:
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(public_url))

    async def object_to(self, address: str, *, reason: str, words: str) -> None:
        """Enter by a payment link, fill in the form of a dispute and send it.

        Raises:
            VisitFailed: The pages do not answer, or not as they should.
        """
        # Addresses by number are where a demo's pages stand; other jars keep no cookies of those.
        jar = aiohttp.CookieJar(unsafe=True)
        try:
            async with (
                asyncio.timeout(PATIENCE_SECONDS),
                aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS)) as session,
            ):
                await _Visit(session, self._origin).object_to(address, reason=reason, words=words)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("the payers' pages do not answer", error=type(error).__name__)
            raise VisitFailed("unreachable", type(error).__name__) from None


class _Visit:
    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session, self._origin = session, origin

    async def object_to(self, address: str, *, reason: str, words: str) -> None:
        await self._look(address)
        inside = await self._send(address, aiohttp.FormData({"ask": "enter"}))
        await self._look(inside)
        form_at = urljoin(inside, "i/dispute")
        hidden = _hidden(await self._look(f"{form_at}?code={reason}&step=1"))
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in {**hidden, "code": reason, "how": "whole", "description": words}.items():
            form.add_field(name, value)
        await self._look(await self._send(form_at, form))

    async def _look(self, address: str) -> str:
        async with self._session.get(address, headers={"Sec-Fetch-Site": "none"}) as answer:
            if answer.status != 200:
                raise VisitFailed("not taken", f"{answer.status}")
            return (await answer.content.read(MOST_BYTES)).decode("utf-8", "replace")

    async def _send(self, address: str, form: aiohttp.FormData) -> str:
        """Send a form from our own page; return where it leads."""
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": self._origin}
        async with self._session.post(address, data=form, headers=headers, allow_redirects=False) as answer:
            leads_to = answer.headers.get("Location", "")
            if answer.status != 303 or not leads_to:
                raise VisitFailed("not taken", f"{answer.status}")
            return urljoin(address, leads_to)


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[str(given["name"])] = given.get("value") or ""


def _hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    inputs = _Inputs()
    inputs.feed(page)
    return inputs.hidden
