"""The parts of the product: how each edge is built from the settings, and which jobs it brings."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import bot.app
from domain import letters
from domain.commitments import document_checks
from domain.deliverability import authentications
from domain.kernel import speech
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from domain.kernel.ports import PaymentGateway, VirusCheck
from domain.operations import incident_facts, incident_watching, outside_calls, readiness_judging, readiness_smoke
from inbound_mail.encryption import Encryption
from inbound_mail.limits import Limits
from plixo import portal_visitor, wiring
from plixo.portal_visitor import Browser
from plixo.resolver import Dns
from plixo.settings import Settings
from plixo.surroundings import World
from plixo.virus_check import Clamd
from portal import jobs as portal_jobs
from portal.no_gateway import NoGateway
from portal.stripe_gateway import StripeGateway
from scheduler import mailer
from scheduler.code_mailer import CodeMailer
from scheduler.digest_mailer import DigestMailer
from scheduler.incident_mailer import IncidentMailer
from scheduler.key_faults import KeyUnusable
from scheduler.mailer import Relay
from scheduler.mime import Signer


@dataclass(frozen=True)
class Edges:
    """The adapters to the world outside, shared by the parts of one process."""

    gateway: PaymentGateway
    bot: bot.app.Bot | None
    relay: Relay
    resolver: Dns
    virus_check: VirusCheck | None
    surroundings: World


async def edges(core: Core, settings: Settings, stack: AsyncExitStack) -> Edges:
    """Build the adapters; what is not configured is left out and its jobs do nothing.

    Raises:
        LettersBroken: The merchant's own letters are not in order.
        KeyUnusable: The key that signs mail cannot be used.
    """
    letters.templates(core.merchant.letters_folder)  # read now, and not when the first mail is due
    gateway: PaymentGateway = NoGateway()
    if settings.stripe_api_key is not None:
        stripe = StripeGateway(api_key=settings.stripe_api_key.get_secret_value(), api_base=settings.stripe_api_url)
        stack.push_async_callback(stripe.close)
        gateway = stripe
    chat = None
    if settings.slack_bot_token is not None:
        asyncio.get_running_loop().run_in_executor(None, speech.load)  # beside the start, which need not wait for it
        chat = bot.app.build(
            core,
            bot_token=settings.slack_bot_token.get_secret_value(),
            signing_secret=settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else "",
            channel=settings.slack_channel,
            api_url=settings.slack_api_url,
            seconds_a_post=settings.slack_post_seconds,
            seconds_an_update=settings.slack_update_seconds,
            disputes_channel=settings.slack_disputes_channel,
            approvals_channel=settings.slack_approvals_channel,
        )
        stack.push_async_callback(chat.close)
    return Edges(
        gateway=gateway,
        bot=chat,
        relay=relay(settings),
        resolver=Dns(settings.dns_servers),
        virus_check=Clamd(settings.clamd) if settings.clamd else None,
        surroundings=World(settings, gateway if isinstance(gateway, StripeGateway) else None),
    )


def relay(settings: Settings) -> Relay:
    """Return where our mail leaves."""
    return Relay(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        tls=settings.smtp_tls,
        signer=signer(settings),
    )


def mail_limits(settings: Settings) -> Limits:
    """Return what the mail server bears."""
    return Limits(
        max_bytes=settings.inbound_max_bytes,
        connections=settings.inbound_connections,
        connections_of_peer=settings.inbound_connections_of_peer,
        connections_a_minute=settings.inbound_connections_a_minute,
        mails_a_minute=settings.inbound_mails_a_minute,
    )


def encryption(settings: Settings) -> Encryption | None:
    """Return what inbound mail is encrypted with, or None where no certificate is set.

    Raises:
        CertificateUnusable: It cannot be read, or the key is not its own.
    """
    if settings.inbound_tls_cert_file is None:
        return None
    return Encryption(
        settings.inbound_tls_cert_file, settings.inbound_tls_key_file, required=settings.inbound_tls_required
    )


def signer(settings: Settings) -> Signer | None:
    """Return who signs our mail, or None where no key is set.

    Raises:
        KeyUnusable: The key cannot be read or is none.
    """
    if settings.dkim_key_file is None:
        return None
    try:
        key = settings.dkim_key_file.read_bytes()
    except OSError as error:
        raise KeyUnusable(f"DKIM: {settings.dkim_key_file} cannot be read ({error.strerror}).") from None
    return Signer(settings.mail_from.rpartition("@")[2], settings.dkim_selector, key)


def job_functions(core: Core, built: Edges) -> Mapping[str, JobFunction]:
    """Return a function for every line of the jobs table."""

    async def send_mailing(mailing_id: str) -> None:
        await mailer.send(core, built.relay, mailing_id=mailing_id)

    functions: dict[str, JobFunction] = {
        **wiring.domain_functions(core),
        **portal_jobs.functions(core, built.gateway),
        "send_mailing": send_mailing,
        "mail_digest": DigestMailer(core, built.relay).send,
        "send_incident_mail": IncidentMailer(core, built.relay).send,
        "send_address_code": CodeMailer(core, built.relay).send,
        "examine_document": partial(document_checks.examine, core, check=built.virus_check),
        "check_sender": partial(authentications.check, core, names=built.resolver),
        **_readiness(core, built.surroundings),
        "watch_incidents": partial(_watch_incidents, core),
        **dict.fromkeys(wiring.OF_CHAT, wiring.nothing),
        **(built.bot.jobs() if built.bot else {}),
    }
    missing = {kind.name for kind in wiring.JOBS} - set(functions)
    assert not missing, f"jobs without a function: {sorted(missing)}"
    return functions


def _readiness(core: Core, surroundings: World) -> dict[str, JobFunction]:
    visitor = Browser(core.merchant.public_url)

    async def judge(entry_id: int = 0) -> None:
        del entry_id
        await readiness_judging.judge_soon(core, surroundings=surroundings)

    async def recheck() -> None:
        await readiness_judging.judge(core, surroundings=surroundings, at_once=True)

    async def smoke(smoke_id: str) -> None:
        await readiness_smoke.run(core, smoke_id=smoke_id, visitor=visitor, surroundings=surroundings)

    return {"judge_readiness": judge, "recheck_readiness": recheck, "smoke_dispute": smoke}


async def _watch_incidents(core: Core) -> None:
    """Look at the payers' pages first, so that what is judged has them in it."""
    fine = await portal_visitor.answers(core.merchant.public_url)
    await outside_calls.note(core, party=incident_facts.PORTAL, fine=fine)
    await incident_watching.watch(core)
