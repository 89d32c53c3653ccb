"""Checks: one for each connection to the world outside, with what it found and what to do about it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from ipaddress import ip_address, ip_network

import aiohttp
import aiosmtplib
import dns.asyncresolver
import dns.exception
import psycopg

from domain import letters
from domain.kernel.clock import SystemClock
from inbound_mail.encryption import CertificateUnusable
from plixo import (
    book_check,
    database,
    font_check,
    keys,
    migrations,
    parts,
    sender_checks,
    setting_names,
    slack_checks,
    stripe_checks,
)
from plixo.check_results import Result
from plixo.settings import Settings
from scheduler.key_faults import KeyUnusable

PATIENCE_SECONDS = 12.0
"""One connection that hangs must not keep the others from being told."""

LEAST_FREE_BYTES = 500 * 1024 * 1024
"""Less than this and the database may stop within the day."""


async def all_of(settings: Settings, *, of: str = "") -> list[Result]:
    """Run every check, or those whose names begin so; a check that breaks is a failed check, never a crash."""
    return [
        await _guarded(name, check, settings)
        for name, check in CHECKS
        if name.casefold().startswith(of.strip().casefold())
    ]


async def _guarded(name: str, check: "Check", settings: Settings) -> Result:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check(settings)
    except TimeoutError:
        return Result(name, "fail", f"no answer within {PATIENCE_SECONDS:.0f} seconds", "Look at network and firewall.")
    except Exception as error:  # the rim: a check reports whatever happens as its finding
        return Result(name, "fail", f"unexpected {type(error).__name__}", "Report this with the output of the command.")


Check = Callable[[Settings], Awaitable[Result]]


async def _database(settings: Settings) -> Result:
    try:
        address = await asyncio.to_thread(database.conninfo, settings)
        await migrations.check(address)
    except database.DatabaseUnreachable as error:
        return Result("database", "fail", str(error), "Start PostgreSQL, or set PLIXO_DATABASE_URL or PLIXO_DATA_DIR.")
    except migrations.SchemaBehind as error:
        return Result("database", "fail", str(error), "plixo migrate")
    except psycopg.OperationalError:
        return Result("database", "fail", "no connection", "Look at PLIXO_DATABASE_URL: host, name, user, password.")
    where = "PLIXO_DATABASE_URL" if settings.database_url else f"embedded in {settings.data_dir}"
    return Result("database", "ok", f"{where}, tables are current")


async def _queue(settings: Settings) -> Result:
    try:
        address = await asyncio.to_thread(database.conninfo, settings)
        async with await psycopg.AsyncConnection.connect(address) as connection:
            row = await (await connection.execute(_LATE_JOBS, {"now": SystemClock().now()})).fetchone()
    except (psycopg.Error, database.DatabaseUnreachable):
        return Result("jobs", "fail", "the queue cannot be read", "See what is said of the database.")
    assert row is not None, "an aggregate always has a row"
    gave_up, waiting_seconds = int(row[0]), int(row[1])
    if gave_up:
        return Result(
            "jobs", "fail", f"{gave_up} jobs gave up: {row[2]}", "The log says why, under the name of the job."
        )
    if waiting_seconds > LONGEST_WAIT_SECONDS:
        return Result("jobs", "warn", f"a job has been waiting for {waiting_seconds} s", "Is a worker running?")
    return Result("jobs", "ok", "none gave up, none waits too long")


_LATE_JOBS = """
    SELECT count(*) FILTER (WHERE j.status = 'failed'),
           coalesce(max(extract(epoch FROM %(now)s - greatest(e.at, j.scheduled_at))) FILTER
               (WHERE j.status = 'todo' AND coalesce(j.scheduled_at, e.at) < %(now)s), 0),
           coalesce(string_agg(DISTINCT j.task_name, ', ') FILTER (WHERE j.status = 'failed'), '')
    FROM procrastinate_jobs j
    LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events e WHERE e.job_id = j.id) e ON true
"""

LONGEST_WAIT_SECONDS = 600
"""Jobs run within seconds; ten minutes mean that nobody works them."""


async def _keys(settings: Settings) -> Result:
    try:
        ring = keys.keyring(settings)
    except keys.KeysMalformed as error:
        return Result("signing keys", "fail", str(error), "See docs/configuration.md, PLIXO_SIGNING_KEYS.")
    return Result("signing keys", "ok", f"{len(ring.keys)} known, number {ring.newest.id} signs")


async def _letters(settings: Settings) -> Result:
    if problems := letters.check(settings.letters_folder):
        return Result(
            "letters", "fail", problems[0], "See docs/letters.md; `plixo letter check` names all that is wrong."
        )
    return Result("letters", "ok", f"{len(letters.KINDS)} letters in {', '.join(letters.LANGUAGES)}")


async def _fonts(settings: Settings) -> Result:
    del settings
    return await asyncio.to_thread(font_check.check)


async def _signature(settings: Settings) -> Result:
    remedy = "See docs/letters.md and PLIXO_DKIM_KEY_FILE; a relay may sign as well."
    try:
        signer = parts.signer(settings)
    except KeyUnusable as error:
        return Result("mail signature", "fail", str(error), remedy)
    if signer is None:
        return Result("mail signature", "warn", "no DKIM key is set", remedy)
    return Result("mail signature", "ok", f"{signer.selector}._domainkey.{signer.domain} signs")


async def _disk(settings: Settings) -> Result:
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return Result(
            "disk", "fail", f"{free // 2**20} MiB free in {folder}", "Make room; mail is refused when it is full."
        )
    return Result("disk", "ok", f"{free // 2**20} MiB free")


async def _relay(settings: Settings) -> Result:
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=PATIENCE_SECONDS / 2,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
    )
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        await client.connect()
        if settings.smtp_user is not None:
            password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
            await client.login(settings.smtp_user, password)
        await client.mail(settings.mail_from)
        await client.quit()
    except aiosmtplib.SMTPAuthenticationError:
        return Result("mail relay", "fail", f"{where} refuses the login", "PLIXO_SMTP_USER and PLIXO_SMTP_PASSWORD.")
    except aiosmtplib.SMTPResponseException as answer:
        return Result(
            "mail relay", "fail", f"{where} answers {answer.code}", "Is PLIXO_MAIL_FROM allowed to send there?"
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        return Result(
            "mail relay",
            "fail",
            f"{where}: {type(error).__name__}",
            "PLIXO_SMTP_HOST, PLIXO_SMTP_PORT and PLIXO_SMTP_TLS (a relay without TLS needs `none`).",
        )
    return Result("mail relay", "ok", f"{where} takes our mail")


async def _portal(settings: Settings) -> Result:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8)) as session,
            session.get(f"{settings.public_url}/healthz") as answer,
        ):
            if answer.status == 200:
                return Result("portal", "ok", f"{settings.public_url} answers")
            return Result(
                "portal", "fail", f"{settings.public_url} answers {answer.status}", "Look at the proxy in front."
            )
    except (aiohttp.ClientError, OSError) as error:
        return Result(
            "portal",
            "warn",
            f"{settings.public_url} does not answer from here: {type(error).__name__}",
            "Is `plixo run` up, and is PLIXO_PUBLIC_URL the address that payers use?",
        )


async def _inbound(settings: Settings) -> Result:
    try:
        parts.encryption(settings)
    except CertificateUnusable as error:
        return Result("inbound mail", "fail", str(error), "See docs/inbound-mail.md and PLIXO_INBOUND_TLS_CERT_FILE.")
    try:
        async with asyncio.timeout(5):
            greeting = await _greeting(settings)
    except (OSError, TimeoutError) as error:
        return Result(
            "inbound mail",
            "warn",
            f"port {settings.inbound_port} does not answer: {type(error).__name__}",
            "Is `plixo run` up?",
        )
    if not greeting.startswith(b"220"):
        told = greeting.decode("ascii", "replace").strip() or "nothing"
        return Result("inbound mail", "warn", f"port {settings.inbound_port} says: {told}", "Look at its log.")
    return Result("inbound mail", "ok", f"port {settings.inbound_port} answers")


async def _greeting(settings: Settings) -> bytes:
    """Return the first line that our mail server says; to a network of proxies it speaks after their header only."""
    reader, writer = await asyncio.open_connection(settings.inbound_host, settings.inbound_port)
    try:
        own = ip_address(writer.get_extra_info("sockname")[0])
        if any(own in ip_network(each) for each in settings.inbound_proxies):
            writer.write(b"PROXY UNKNOWN\r\n")
        line = await reader.readline()
        writer.write(b"QUIT\r\n")
        return line
    finally:
        writer.close()


async def _return_domain(settings: Settings) -> Result:
    domain = settings.mail_domain
    if domain == "localhost" or domain.endswith((".example", ".test", ".invalid", ".localhost")):
        return Result(
            "mail domain", "warn", f"{domain} is no real domain", "Set PLIXO_MAIL_FROM and PLIXO_MAIL_DOMAIN."
        )
    try:
        answer = await dns.asyncresolver.resolve(domain, "MX", lifetime=8)
    except dns.exception.DNSException as error:
        return Result(
            "mail domain",
            "fail",
            f"no MX record for {domain} ({type(error).__name__})",
            f"Publish an MX record for {domain} that leads to this machine's inbound mail.",
        )
    return Result("mail domain", "ok", f"{domain} has {len(answer)} MX records")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", setting_names.check),
    ("database", _database),
    ("jobs", _queue),
    ("signing keys", _keys),
    ("letters", _letters),
    ("fonts", _fonts),
    ("mail signature", _signature),
    ("disk", _disk),
    ("balances", book_check.balances),
    ("mail relay", _relay),
    ("Slack", slack_checks.connection),
    ("Slack delivery", slack_checks.delivery),
    ("Stripe", stripe_checks.connection),
    ("payments", stripe_checks.payments),
    ("portal", _portal),
    ("inbound mail", _inbound),
    ("mail domain", _return_domain),
    ("sending domain", sender_checks.records),
)
