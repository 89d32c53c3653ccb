"""The vendors' log: what slack-bolt and the SDK write, without the bodies, addresses and tokens that they quote."""

import logging
import re

from bot import errors

_SECRETS = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=ticket=)[^&\s'\"]+|wss?://\S+")


class _Scrubbed(logging.Filter):
    """Takes secrets out of a record, and the text out of its exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, scrubbed."""
        record.msg, record.args = _SECRETS.sub("…", record.getMessage()), ()
        if record.exc_info and record.exc_info[1]:
            record.msg += f" ({errors.trail(record.exc_info[1])})"
        record.exc_info = record.exc_text = None
        return True


def quiet() -> logging.Logger:
    """Return the logger to hand to the vendors; below "warning" they write whole requests."""
    log = logging.getLogger("bot.slack")
    log.setLevel(logging.WARNING)
    if not any(isinstance(each, _Scrubbed) for each in log.filters):
        log.addFilter(_Scrubbed())
    return log
