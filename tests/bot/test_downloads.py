"""Downloads: a file comes from Slack's own host with our token, and nobody else is ever shown it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls import Calls
from bot.downloads import Described, Downloads, Unfetchable
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater

TOKEN = "xoxb-test"


@dataclass
class Host:
    """A host of files that remembers who came with which token."""

    url: str = ""
    tokens: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer as the path says."""
        self.tokens.append(request.headers.get("Authorization", ""))
        match request.match_info["how"]:
            case "file":
                return web.Response(body=b"a,b\n1,2\n")
            case "elsewhere":
                raise web.HTTPFound(f"{self.url}file")
            case "page":
                return web.Response(text="<!DOCTYPE html><p>Sign in</p>", content_type="text/html")
            case "endless":
                answer = web.StreamResponse()
                await answer.prepare(request)
                for _ in range(1_000):
                    await answer.write(b"x" * 1_000)
                return answer
            case status:
                return web.Response(status=int(status))


@pytest_asyncio.fixture
async def host() -> AsyncIterator[Host]:
    """A host that listens."""
    here = Host()
    app = web.Application()
    app.router.add_get("/{how}", here.serve)
    server = TestServer(app)
    await server.start_server()
    here.url = str(server.make_url("/"))
    yield here
    await server.close()


@pytest_asyncio.fixture
async def downloads(core: Core, host: Host) -> AsyncIterator[Downloads]:
    """Downloads of a bot whose Web API is at the host."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=TOKEN, base_url=f"{host.url}api/", session=session)
        yield Downloads(client, Calls(core, seconds=0), api_url=f"{host.url}api/")


def a_file(address: str, *, size: int = 8) -> Described:
    """Return a file as Slack describes it."""
    return Described("F1", "a.csv", size, "U1", address)


async def test_a_file_is_fetched_with_the_token(downloads: Downloads, host: Host) -> None:
    assert await downloads.fetched(a_file(f"{host.url}file"), most=100) == b"a,b\n1,2\n"
    assert host.tokens == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/file", "http://files.slack.com/file", "https://files.slack.com.evil.example/f",
     "https://files.slack.com@evil.example/f", "ftp://files.slack.com/f", "file:///etc/passwd", ""],
)  # fmt: skip
async def test_no_other_host_is_asked(downloads: Downloads, address: str) -> None:
    with pytest.raises(Unfetchable, match="does not lie at Slack"):
        await downloads.fetched(a_file(address), most=100)


async def test_a_redirection_is_not_followed_with_the_token(downloads: Downloads, host: Host) -> None:
    with pytest.raises(Unfetchable, match="install it again"):
        await downloads.fetched(a_file(f"{host.url}elsewhere"), most=100)

    assert len(host.tokens) == 1


async def test_a_page_for_signing_in_is_not_taken_for_the_file(downloads: Downloads, host: Host) -> None:
    with pytest.raises(Unfetchable, match="a page instead of the file"):
        await downloads.fetched(a_file(f"{host.url}page"), most=100)


@pytest.mark.parametrize("size", [8, 1_000_000])
async def test_no_more_than_the_limit_is_read_whatever_slack_says_of_the_size(
    downloads: Downloads, host: Host, size: int
) -> None:
    with pytest.raises(Unfetchable, match="larger than"):
        await downloads.fetched(a_file(f"{host.url}endless", size=size), most=10_000)


@pytest.mark.parametrize(
    ("how", "expected"), [("404", Unfetchable), ("403", Unfetchable), ("429", TryLater), ("503", TryLater)]
)
async def test_what_slack_answers_decides_whether_it_is_tried_again(
    downloads: Downloads, host: Host, how: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        await downloads.fetched(a_file(f"{host.url}{how}"), most=100)
