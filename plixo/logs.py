"""Logs: structured lines on standard error, each with the request id, none with a secret, a body or a person's data.

Nobody can take words out of a log later: it is shipped, rotated, backed up. So what an erasure would have to take out
is not written: no name, no address but its domain, no word that somebody wrote or typed, no account in Slack. The
request id leads to the timeline, where an erasure reaches all of it.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from domain.kernel import request_ids
from plixo.settings import Settings

_ADDRESS = re.compile(
    r"""(?:"[^"\r\n]{1,64}"|[^\s<>"(),:;@\[\]\\]{1,256})(?:@|%40)([^\s<>"'(),:;@\[\]\\/?&#]{1,255})"""
)
"""Also in other scripts, quoted, and as a link has it; what is taken for one and is none costs a word of a line."""

_ARGUMENTS = re.compile(r"\[(\d+|None)\]\(.*\)", re.DOTALL)
"""What the queue says a job was told, behind the job's number."""

_SECRETS = re.compile(
    r"/l/[A-Za-z0-9_-]{20,}|xox[a-z]-[\w-]+|xapp-[\w-]+|[rs]k_(?:live|test)_\w+|whsec_\w+|postgres(?:ql)?://\S+"
)

NOISY = (
    "procrastinate",
    "apscheduler",
    "slack_bolt",
    "slack_sdk",
    "mail.log",
    "tortoise",
    "aiohttp.access",
    "stripe",
    "psycopg.pool",
    "asyncio",
    "aiosmtplib",
)
"""Libraries whose lines below a warning tell operators nothing, and some of which print whole requests."""


def scrubbed(text: str) -> str:
    """Return the text without secrets and link tokens, and of each address its domain."""
    return _ADDRESS.sub(r"…@\1", _SECRETS.sub("[hidden]", text))


def _curt(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of what libraries say which job it is about, not what it was told, and of an error not its text."""
    said = str(line.get("event", ""))
    match str(line.get("logger", "")).partition(".")[0]:
        case "procrastinate":
            line["event"] = _ARGUMENTS.sub(r"[\1](…)", said)
        case "asyncio":
            line["event"] = said.partition("\n")[0]
    return line


def _scrub(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    plain = (bool, int, float, type(None))
    return {name: value if isinstance(value, plain) else scrubbed(str(value)) for name, value in line.items()}


def _request_id(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if current := request_ids.current():
        line.setdefault("request_id", current)
    return line


def _error_class(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an exception's class and place; its text and its locals may hold what a payer wrote."""
    raised = line.pop("exc_info", None)
    error = (
        raised[1] if isinstance(raised, tuple) else raised if isinstance(raised, BaseException) else sys.exc_info()[1]
    )
    if raised and error is not None:
        line["error"] = type(error).__name__
        frames, here = [], error.__traceback__
        while here is not None:
            frames.append(f"{here.tb_frame.f_globals.get('__name__', '?')}:{here.tb_lineno}")
            here = here.tb_next
        line["at"] = " > ".join(frames[-6:])
    return line


def configure(settings: Settings) -> None:
    """Set up structlog, and lead the libraries' own logging through the same scrubbing."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _request_id,
        _error_class,
        _curt,
        _scrub,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=set()), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [to_stderr]
    root.setLevel(settings.log_level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
