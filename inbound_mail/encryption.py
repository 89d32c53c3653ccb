"""Encryption: the certificate with which sessions are encrypted, taken up anew when its files change."""

import logging
import ssl
from pathlib import Path

log = logging.getLogger(__name__)


class CertificateUnusable(Exception):
    """The certificate or its key cannot be used; the message says which file and why."""


class Encryption:
    """Hands out what STARTTLS needs: TLS 1.2 or later, with the certificate as it stands in its files now."""

    def __init__(self, certificate: Path, key: Path | None = None, *, required: bool = False) -> None:
        """Load the certificate.

        Raises:
            CertificateUnusable: It cannot be read, or the key is not its own.
        """
        self._certificate, self._key, self.required = certificate, key or certificate, required
        self._seen = self._marks()
        self._context = self._loaded()

    def context(self) -> ssl.SSLContext:
        """Return the context for a new session; renewed files that are not in order leave the old one in use."""
        marks = self._marks()
        if marks != self._seen:
            self._seen = marks
            try:
                self._context = self._loaded()
            except CertificateUnusable as no:  # half of a renewal, perhaps; the other half changes the marks again
                log.warning("renewed certificate of inbound mail not taken up: %s", no)
            else:
                log.info("renewed certificate of inbound mail taken up")
        return self._context

    @property
    def latest(self) -> ssl.SSLContext:
        """The context of the last session, as it is offered before anybody asks for encryption."""
        return self._context

    def _marks(self) -> tuple[tuple[int, ...], ...]:
        """Return what changes with the files, whether they are written anew, replaced, or links to others."""
        marks: list[tuple[int, ...]] = []
        for each in (self._certificate, self._key):
            try:
                found = each.stat()
            except OSError:
                marks.append(())
            else:
                marks.append((found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev))
        return tuple(marks)

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
        try:
            context.load_cert_chain(self._certificate, self._key, password=_nobody_is_here)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            raise CertificateUnusable(f"{self._certificate} with {self._key}: {reason}") from None
        return context


def _nobody_is_here() -> str:
    """Answer for a key that is encrypted: without this the system would ask on the terminal, and wait."""
    raise ValueError("the key is encrypted; store it without a password, readable for Plixo only")
