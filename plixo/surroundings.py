"""Surroundings: what the checks of readiness ask of name servers and payment provider, and how they are set up."""

import structlog

from domain.deliverability import sender_records
from domain.deliverability.sender_records import Records, Unanswered
from domain.kernel.ports import GatewayRefused, GatewayUnavailable
from domain.operations.readiness_ports import DomainAnswer, PaymentSetup, Unsaid
from plixo.resolver import Dns
from plixo.settings import Settings
from portal.stripe_gateway import StripeGateway
from sandbox.clock import saved
from scheduler.key_faults import KeyUnusable

log = structlog.get_logger(__name__)


class World:
    """The world outside, as the settings lead to it."""

    def __init__(
        self, settings: Settings, gateway: StripeGateway | None = None, *, records: Records | None = None
    ) -> None:
        self._settings, self._gateway = settings, gateway
        self._records = records or Dns(settings.dns_servers)

    @property
    def chat(self) -> bool:
        """Whether there is a channel in which operators are told."""
        return self._settings.slack_bot_token is not None and bool(self._settings.slack_channel)

    async def payments(self, *, ask: bool) -> PaymentSetup:
        """Return how payments are set up; Stripe is asked for bank debit only where *ask* says so."""
        wanted = self._settings.stripe_bank_debit
        if self._gateway is None or not self._settings.stripe_webhook_secrets:
            return PaymentSetup(configured=False)
        offers = await self._offers(self._gateway) if ask and wanted else None
        return PaymentSetup(configured=True, wants_bank_debit=wanted, offers_bank_debit=offers)

    async def sending_domain(self) -> DomainAnswer:
        """Ask the name servers about the sending domain."""
        if saved(self._settings.data_dir / "sandbox") is not None:
            return DomainAnswer(unsaid=Unsaid.STAND_IN)
        if "." not in self._settings.mail_from.rpartition("@")[2]:
            return DomainAnswer(unsaid=Unsaid.NO_DOMAIN)
        from plixo import sender_checks  # which needs the parts, and they need this

        asked = _Asked(self._records)
        try:
            found = await sender_records.judge(sender_checks.sender(self._settings), asked)
        except KeyUnusable:
            return DomainAnswer(unsaid=Unsaid.KEY)
        return DomainAnswer(unsaid=Unsaid.UNANSWERED) if asked.unanswered else DomainAnswer(found)

    async def _offers(self, gateway: StripeGateway) -> bool | None:
        try:
            return await gateway.offers_bank_debit()
        except (GatewayRefused, GatewayUnavailable) as no:
            log.warning("Stripe was not asked about bank debit", reason=type(no).__name__)
            return None


class _Asked:
    """Name servers that remember when none of them answered, which says nothing about the records."""

    def __init__(self, records: Records) -> None:
        self._records, self.unanswered = records, False

    async def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name.

        Raises:
            Unanswered: No name server answered.
        """
        try:
            return await self._records.texts(name)
        except Unanswered:
            self.unanswered = True
            raise
