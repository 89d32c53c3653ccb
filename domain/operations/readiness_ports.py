"""Readiness ports: what the checks ask of the world outside, and what they send through the payers' pages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.deliverability.sender_records import Finding


class Unsaid(StrEnum):
    """Why nothing can be said of the sending domain's records."""

    NO_DOMAIN = "no domain"
    """The sender's address has no real domain."""
    STAND_IN = "stand-in"
    """Mail leaves for mail boxes of the demo's own."""
    UNANSWERED = "unanswered"
    """No name server answered."""
    KEY = "key"
    """The key that signs mail cannot be used."""


@dataclass(frozen=True, slots=True)
class DomainAnswer:
    """What the name servers say of the sending domain, or why that is not known."""

    findings: tuple[Finding, ...] = ()
    unsaid: Unsaid | None = None


@dataclass(frozen=True, slots=True)
class PaymentSetup:
    """How the payment provider is set up."""

    configured: bool
    wants_bank_debit: bool = False
    offers_bank_debit: bool | None = None
    """None while the provider was not asked, or did not answer."""


class Surroundings(Protocol):
    """What the checks cannot read from the database."""

    @property
    def chat(self) -> bool:
        """Whether there is a channel in which operators are told."""

    async def sending_domain(self) -> DomainAnswer:
        """Ask the name servers about the sending domain."""

    async def payments(self, *, ask: bool) -> PaymentSetup:
        """Return how payments are set up; the provider is asked only where *ask* says so."""


class VisitFailed(Exception):
    """Raised by a visit that did not come to its end; *code* says where it stopped, *detail* what was answered."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail[:200]
        super().__init__(code)


class Visitor(Protocol):
    """Somebody who uses the payers' pages as a browser does."""

    async def object_to(self, address: str, *, reason: str, words: str) -> None:
        """Enter by a payment link, fill in the form of a dispute and send it.

        Raises:
            VisitFailed: The pages do not answer, or not as they should.
        """
