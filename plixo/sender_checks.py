"""Sender checks: SPF, DKIM and DMARC of the domain that we send from, with what the name servers say."""

from domain.deliverability import sender_records
from domain.deliverability.sender_records import Finding, Sender
from plixo import parts
from plixo.check_results import Result
from plixo.resolver import Dns
from plixo.settings import Settings
from scheduler import dkim_records


def sender(settings: Settings) -> Sender:
    """Return how we send, by the settings.

    Raises:
        KeyUnusable: The DKIM key cannot be used.
    """
    signer = parts.signer(settings)
    from_domain = settings.mail_from.rpartition("@")[2].lower()
    return Sender(
        from_domain=from_domain,
        return_domain=(settings.mail_domain or from_domain).lower(),
        relay=settings.smtp_host,
        selector=settings.dkim_selector,
        dkim_record=dkim_records.record(signer) if signer else None,
    )


async def findings(settings: Settings) -> tuple[Finding, ...]:
    """Judge the records of our sending domain.

    Raises:
        KeyUnusable: The DKIM key cannot be used.
    """
    return await sender_records.judge(sender(settings), Dns(settings.dns_servers))


async def records(settings: Settings) -> Result:
    """Tell what is wrong with the records, the worst first, with the record to publish."""
    domain = settings.mail_from.rpartition("@")[2]
    if "." not in domain:
        return Result("sending domain", "warn", f"{domain} is no real domain", "Set PLIXO_MAIL_FROM.")
    found = await findings(settings)
    worst = next((each for state in ("fail", "warn") for each in found if each.state == state), None)
    if worst is None:
        return Result("sending domain", "ok", "; ".join(f"{each.check}: {each.found}" for each in found))
    exact = f' {worst.publish.name} {worst.publish.type} "{worst.publish.value}"' if worst.publish else ""
    return Result("sending domain", "fail" if worst.state == "fail" else "warn", f"{worst.check}: {worst.found}",
                  f"{worst.remedy}{exact}")  # fmt: skip
