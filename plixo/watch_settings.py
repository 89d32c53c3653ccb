"""Watch settings: where figures are told, traces are sent and runbooks stand; all of it off unless it is set."""

from pydantic import Field

from plixo.secret_files import SecretSettings


class WatchSettings(SecretSettings):
    """The part of the settings that is about watching the product."""

    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port of `/metrics`, `/healthz` and `/readyz` of this process, whatever parts it runs. "
        "Default: nothing listens.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="Interface of that port. It asks for no password: let nobody but the watchers of your own network "
        "reach it.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s@]+$",
        description="Collector of OpenTelemetry to which traces are sent by HTTP, such as `http://127.0.0.1:4318`. "
        "Needs the extra `tracing`. Default: no traces.",
    )
    docs_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s@<>|]+)?$",
        description="Address under which your people find these docs, such as `https://docs.example/plixo`; messages "
        "about incidents link to its runbooks. Default: they name the file.",
    )
