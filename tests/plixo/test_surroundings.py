"""What the checks of readiness ask of the world outside, and the browser that files the test dispute."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from domain.deliverability.sender_records import Unanswered
from domain.operations.readiness_ports import Unsaid, VisitFailed
from plixo.portal_visitor import Browser
from plixo.settings import Settings
from plixo.surroundings import World


class Names:
    """Name servers with these records; none at all do not answer."""

    def __init__(self, records: dict[str, str] | None) -> None:
        self._records = records

    async def texts(self, name: str) -> tuple[str, ...]:
        """Return what is asked for."""
        if self._records is None:
            raise Unanswered
        return (self._records[name],) if name in self._records else ()


def settings(folder: Path, **chosen: object) -> Settings:
    """Return settings without the environment's."""
    return Settings(_env_file=None, data_dir=folder, mail_from="billing@acme.example", **chosen)  # type: ignore[arg-type]


async def test_missing_records_are_found_with_what_to_publish(tmp_path: Path) -> None:
    answer = await World(settings(tmp_path), records=Names({})).sending_domain()

    assert answer.unsaid is None
    assert {each.check: each.state for each in answer.findings} == {"SPF": "fail", "DKIM": "fail", "DMARC": "fail"}
    assert any(each.publish is not None for each in answer.findings)


@pytest.mark.parametrize(
    ("chosen", "unsaid"),
    [
        ({}, Unsaid.UNANSWERED),
        ({"mail_from": "billing@localhost"}, Unsaid.NO_DOMAIN),
        ({"dkim_key_file": Path("/nowhere/key.pem")}, Unsaid.KEY),
    ],
)
async def test_what_cannot_be_judged_says_why(tmp_path: Path, chosen: dict[str, object], unsaid: Unsaid) -> None:
    world = World(settings(tmp_path).model_copy(update=chosen), records=Names(None))

    assert (await world.sending_domain()).unsaid is unsaid


async def test_without_stripe_payments_are_not_set_up(tmp_path: Path) -> None:
    assert not (await World(settings(tmp_path)).payments(ask=True)).configured


async def test_there_is_a_chat_only_with_token_and_channel(tmp_path: Path) -> None:
    token = SecretStr("xoxb-1")

    assert not World(settings(tmp_path, slack_bot_token=token)).chat
    assert World(settings(tmp_path, slack_bot_token=token, slack_channel="C0OPS")).chat


async def test_pages_that_nobody_serves_are_unreachable() -> None:
    with pytest.raises(VisitFailed) as failed:
        await Browser("http://127.0.0.1:9").object_to("http://127.0.0.1:9/l/x", reason="other", words="a test")

    assert failed.value.code == "unreachable"


@pytest.mark.parametrize("status", [404, 429, 503])
async def test_pages_that_answer_otherwise_did_not_take_it(status: int) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, text="no")

    app = web.Application()
    app.router.add_get("/l/{token}", refuse)
    async with TestServer(app) as server:
        with pytest.raises(VisitFailed) as failed:
            await Browser(str(server.make_url("/"))).object_to(
                str(server.make_url("/l/x")), reason="other", words="a test"
            )

    assert (failed.value.code, failed.value.detail) == ("not taken", str(status))


async def test_a_page_without_the_button_s_answer_did_not_take_it() -> None:
    async def show(_: web.Request) -> web.Response:
        return web.Response(text="<form></form>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/l/{token}", show)
    app.router.add_post("/l/{token}", show)
    async with TestServer(app) as server:
        with pytest.raises(VisitFailed) as failed:
            await Browser(str(server.make_url("/"))).object_to(
                str(server.make_url("/l/x")), reason="other", words="a test"
            )

    assert failed.value.code == "not taken"
