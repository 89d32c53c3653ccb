"""E-mail addresses: one spelling to compare by, one masked form that may be shown and logged."""

from email_validator import EmailNotValidError, validate_email

from domain.kernel.refusals import Refusal
from domain.kernel.speech import say


class AddressMalformed(Refusal):
    """Say that a text is not an e-mail address."""

    def __init__(self, reason: str) -> None:
        super().__init__(say("Not an e-mail address: {reason}", reason=reason))


def parsed(text: str) -> str:
    """Return the address in its normal form.

    Raises:
        AddressMalformed: The text is not one address (RFC 5321 and 6531 syntax, no DNS look-up).
    """
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True, strict=True).normalized
    except EmailNotValidError as reason:
        raise AddressMalformed(str(reason)) from None


def key(address: str) -> str:
    """Return the form by which two spellings of one mailbox are compared.

    Local parts may be case-sensitive by RFC 5321, but no mailbox provider treats them so.
    """
    return address.strip().casefold()


def masked(address: str) -> str:
    """Return ``a…@acme.example``: enough to recognise, too little to write to."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else "…"
