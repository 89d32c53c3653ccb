"""Portal settings: where payers reach us, through which proxies, and how a portal stops and counts beside others."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from plixo.mail_settings import MailSettings


class PortalSettings(MailSettings):
    """The part of the settings that is about the payers' pages."""

    public_url: str = Field(
        default="http://127.0.0.1:8080",
        description="Address under which payers reach the portal; every link starts with it.",
    )
    portal_host: str = Field(
        default="127.0.0.1", description="Interface on which portal, webhooks and Slack over HTTP listen."
    )
    portal_port: int = Field(default=8080, ge=0, le=65535, description="Port of portal, webhooks and Slack over HTTP.")

    trusted_proxies: int = Field(
        default=0, ge=0, le=10, description="How many proxies of our own stand before the portal and say who asked."
    )
    proxy_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for", description="Header in which those proxies say it; the other one is not believed."
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis in which several portals count their limits together: `redis://host:6379/0`. "
        "Default: each process counts for itself.",
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        le=300,
        description="How long the portal takes requests after it was asked to stop, while `/readyz` says so: as long "
        "as a balancer needs to notice.",
    )

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError(f"{value!r} does not begin with https:// or http://")
        return value.rstrip("/")
