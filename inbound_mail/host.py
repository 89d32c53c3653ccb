"""The host: what a dialogue has to know of the server, as one peer sees it."""

from domain.kernel.core import Core
from inbound_mail import recipients
from inbound_mail.encryption import Encryption
from inbound_mail.limits import Limits
from inbound_mail.rates import Rates


class Host:
    """The server's name, its limits, and what it offers to one peer."""

    __slots__ = ("_core", "_peer", "_rates", "limits", "name", "offers_encryption", "wants_encryption")

    def __init__(self, core: Core, limits: Limits, encryption: Encryption | None, *, rates: Rates, peer: str) -> None:
        self._core, self._rates, self._peer = core, rates, peer
        self.limits, self.name = limits, core.merchant.mail_domain
        self.offers_encryption = encryption is not None
        self.wants_encryption = encryption is not None and encryption.required

    def takes_for(self, address: str) -> bool:
        """Tell whether mail for an address is taken."""
        return recipients.is_ours(self._core, address)

    def seconds_to_wait(self) -> int:
        """Count one mail of the peer; return after how many seconds it may send it, 0 for now."""
        return self._rates.seconds_over("mail", self._peer, limit=self.limits.mails_a_minute)
