"""Logs: structured lines on standard error, each with the request id, none with a secret, a body or a full address."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from domain.kernel import request_ids
from domain.kernel.addresses import masked
from plixo.settings import Settings

_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{3,255}")
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
    """Return the text without secrets, link tokens and full addresses."""
    return _ADDRESS.sub(lambda found: masked(found.group()), _SECRETS.sub("[hidden]", text))


def _scrub(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: scrubbed(value) if isinstance(value, str) else value for name, value in line.items()}


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
