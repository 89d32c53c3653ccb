"""A sender that speaks SMTP over a socket exactly as it is told, so that it can also misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Talker:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self) -> str:
        """Return the next answer, its last line; an empty text when the server hung up."""
        try:
            while line := (await self.reader.readline()).decode():
                if line[3:4] != "-":
                    return line.strip()
        except ConnectionError:
            return ""
        return ""

    async def say(self, line: str) -> str:
        """Send one line and return the answer."""
        await self.put(line.encode() + b"\r\n")
        return await self.answer()

    async def put(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def mail(self, *to: str, body: bytes = b"Subject: x\r\n\r\nhello\r\n", sender: str = "") -> str:
        """Send one mail in this session; return the answer to it, or the first refusal."""
        answer = await self.say(f"MAIL FROM:<{sender}>")
        for address in to:
            answer = await self.say(f"RCPT TO:<{address}>") if answer.startswith("250") else answer
        if answer.startswith("250"):
            answer = await self.say("DATA")
        if not answer.startswith("354"):
            return answer
        await self.put(stuffed(body) + b"\r\n.\r\n")
        return await self.answer()


@asynccontextmanager
async def talking(port: int) -> AsyncIterator[Talker]:
    """Connect and greet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    talker = Talker(reader, writer)
    try:
        assert (await talker.answer()).startswith("220")
        assert (await talker.say("EHLO sender.example")).startswith("250")
        yield talker
    finally:
        writer.close()


async def begun(talker: Talker, to: str) -> None:
    """Go as far as the mail's text."""
    await talker.say("MAIL FROM:<>")
    await talker.say(f"RCPT TO:<{to}>")
    assert (await talker.say("DATA")).startswith("354")


async def send(port: int, *to: str, body: bytes = b"Subject: x\r\n\r\nhello\r\n", sender: str = "") -> str:
    """Send one mail over a connection of its own."""
    async with talking(port) as talker:
        return await talker.mail(*to, body=body, sender=sender)


def stuffed(body: bytes) -> bytes:
    """Return a body with the line ends and the dots that SMTP wants."""
    lines = body.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
