"""Mail settings: where our mail leaves and how it is signed, and how mail that comes back is taken."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings


class MailSettings(BaseSettings):
    """The part of the settings that is about mail."""

    mail_from: str = Field(default="billing@localhost", description="From address of every mail.")
    mail_domain: str = Field(
        default="", description="Domain of return-path and reply addresses. Default: that of `mail_from`."
    )
    smtp_host: str = Field(default="127.0.0.1", description="Relay that takes our mail.")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="The relay's port.")
    smtp_user: str | None = Field(default=None, description="Login at the relay.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the relay.")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls",
        description="Encryption to the relay: `starttls` (required), `tls` (from the start), `none`.",
    )
    mail_sandbox: bool = Field(
        default=False, description="The relay is a test server that delivers nothing; every message in Slack says so."
    )
    dkim_selector: str = Field(default="plixo", description="Selector under which the DKIM key is published.")
    dkim_key_file: Path | None = Field(
        default=None, description="Private key (PEM: RSA or Ed25519) with which mail is signed. Default: not signed."
    )
    dns_servers: list[str] = Field(
        default_factory=list,
        description="Name servers that are asked for the records of the sending domain and of whoever complains, as a "
        'JSON list such as `["9.9.9.9"]` or `["127.0.0.1:5353"]`. Default: those of the machine.',
    )
    inbound_host: str = Field(default="127.0.0.1", description="Interface on which inbound mail is taken.")
    inbound_port: int = Field(default=8025, ge=0, le=65535, description="Port on which inbound mail is taken.")
    inbound_max_bytes: int = Field(
        default=32 * 1024 * 1024, ge=65536, description="Largest mail that is taken, in bytes."
    )
    inbound_tls_cert_file: Path | None = Field(
        default=None,
        description="Certificate chain (PEM) with which inbound mail is encrypted (STARTTLS). Default: no encryption. "
        "A file that is renewed is taken up without a restart.",
    )
    inbound_tls_key_file: Path | None = Field(
        default=None, description="Its private key (PEM), not encrypted. Default: it stands in the same file."
    )
    inbound_tls_required: bool = Field(
        default=False,
        description="Take mail over encrypted connections only. A server that strangers send to must not ask for it "
        "(RFC 3207); one behind a relay of ours may.",
    )
    inbound_proxies: list[str] = Field(
        default_factory=list,
        description='Networks of our own proxies before the mail server, as a JSON list such as `["10.0.0.0/8"]`. '
        "They have to say who connects (PROXY protocol, version 1 or 2); nobody else may.",
    )
    inbound_connections: int = Field(
        default=1000, ge=1, le=20_000, description="Connections of inbound mail at a time; one more is told 421."
    )
    inbound_connections_of_peer: int = Field(
        default=100, ge=1, le=20_000, description="The same from one address (IPv6: from one /64 network)."
    )
    inbound_connections_a_minute: int = Field(
        default=1000, ge=1, description="New connections that one address may open in a minute; one more is told 421."
    )
    inbound_mails_a_minute: int = Field(
        default=3000, ge=1, description="Mails that one address may send in a minute; one more is told 450."
    )

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not re.fullmatch(r"[^@\s<>\",;]+@[^@\s<>\",;]+", value):
            raise ValueError(f"{value!r} is not a plain e-mail address")
        return value

    @field_validator("inbound_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for each in value:
            try:
                ip_network(each)
            except ValueError:
                raise ValueError(f"{each!r} is not a network such as 10.0.0.0/8 or 192.0.2.1") from None
        return value

    @model_validator(mode="after")
    def _mail_derived(self) -> "MailSettings":
        self.mail_domain = self.mail_domain or self.mail_from.rpartition("@")[2]
        if self.inbound_tls_cert_file is None and (self.inbound_tls_required or self.inbound_tls_key_file):
            raise ValueError("inbound_tls_required and inbound_tls_key_file need inbound_tls_cert_file")
        return self

    def rehearsal(self, stripe_key: SecretStr | None) -> dict[str, bool]:
        """Return what is not real, as the limits call it; a Stripe key of test mode says so itself."""
        key = stripe_key.get_secret_value() if stripe_key else ""
        return {"test_payments": key.startswith(("sk_test_", "rk_test_")), "test_mail": self.mail_sandbox}
