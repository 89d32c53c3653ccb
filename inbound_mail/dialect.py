"""The dialect: which commands of aiosmtpd's we speak otherwise, or not at all. It knows no stage and no limit."""

import logging
import re

from aiosmtpd.smtp import SMTP

from inbound_mail import answers
from inbound_mail.commands import COMMAND_OCTETS

logging.getLogger("mail.log").setLevel(logging.ERROR)
"""aiosmtpd writes addresses and whole mails at its lower levels."""

NOBODY = "<>"
"""The null sender, as an envelope holds it: aiosmtpd takes an empty text for none at all."""

_PATH = re.compile(r'\s*<(?:@[^<>:]*:)?((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>\s*(.*)', re.DOTALL)
_BARE = re.compile(r"\s*([^\s<>]+)\s*(.*)", re.DOTALL)


class _OneForAll(dict[str, int]):
    """The size of every command, which aiosmtpd looks up by whatever word a sender says."""

    def __missing__(self, word: str) -> int:
        return COMMAND_OCTETS


class Dialect(SMTP):
    """aiosmtpd's session, with senders taken as mail systems write them and nothing told to the curious."""

    command_size_limit = COMMAND_OCTETS
    command_size_limits = _OneForAll()

    peer = ""
    """Who sends, as far as we know."""

    def part(self, last_words: str) -> None:
        """Say something last and hang up."""
        raise NotImplementedError

    async def smtp_VRFY(self, _arg: str | None) -> None:  # noqa: N802
        """Tell nothing."""
        await self.push("252 2.5.0 Send the mail and see")

    async def smtp_AUTH(self, _arg: str | None) -> None:  # noqa: N802
        """Take no logins."""
        await self.push(answers.NOT_DONE)

    async def smtp_GET(self, _arg: str | None) -> None:  # noqa: N802
        """End it: a browser that was talked into speaking to us, or somebody who plays our proxy."""
        self.part(answers.WRONG_DOOR)

    smtp_BDAT = smtp_TURN = smtp_AUTH  # noqa: N815
    smtp_POST = smtp_PUT = smtp_HEAD = smtp_OPTIONS = smtp_CONNECT = smtp_PROXY = smtp_GET  # noqa: N815

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read the path of MAIL and RCPT; aiosmtpd's parser refuses real senders."""
        found = _PATH.match(arg) or _BARE.match(arg)
        if found is None:
            return None, None
        return found[1].strip() or NOBODY, found[2]
