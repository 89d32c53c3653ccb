"""Answering: work that hangs leaves nobody else without an answer."""

import asyncio

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering import MOST_AT_ONCE, Answering
from bot.replies import Replies
from bot.routes import Answer
from bot.views import answers
from bot.windows import Windows


async def test_behind_work_that_hangs_people_hear_that_it_is_to_be_tried_later() -> None:
    client, ends = AsyncWebClient(), asyncio.Event()
    begun: list[str] = []

    async def hanging() -> Answer:
        await ends.wait()
        return answers.said("It is done.")

    async def short() -> Answer:
        begun.append("short")
        return answers.said("Done as well.")

    async with aiohttp.ClientSession() as session:
        answering = Answering(Replies(session, client), Windows(client), patience=0.05)
        stuck = [asyncio.create_task(answering.done(hanging())) for _ in range(MOST_AT_ONCE)]
        await asyncio.sleep(0)
        refused = await answering.done(short())
        ends.set()
        finished = await asyncio.gather(*stuck)
        afterwards = await answering.done(short())

    assert "Try again in a minute" in str(refused)
    assert all("It is done." in str(each) for each in finished)
    assert "Done as well." in str(afterwards)
    assert begun == ["short"]
