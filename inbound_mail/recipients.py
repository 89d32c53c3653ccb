"""Recipients: for whom mail is taken. Everything else is refused at RCPT, so nothing is relayed or bounced by us."""

from domain.deliverability import return_paths
from domain.kernel.core import Core

ROLES = frozenset({"postmaster", "abuse", "fbl"})
"""Mailboxes that every mail domain has (RFC 2142), and the one that providers send complaints to."""


def is_ours(core: Core, address: str) -> bool:
    """Tell whether mail for the address is taken: a role, or a signed address of ours, however old it is.

    An old token proves nothing any more, but the mail is worth reading; only triage looks at its age.
    """
    local, at, domain = address.lower().rpartition("@")
    if not at:
        return domain == "postmaster"  # RFC 5321 wants it taken without a domain
    if domain.rstrip(".") != core.merchant.mail_domain.lower():
        return False
    return local in ROLES or return_paths.verified(core, address) is not None
