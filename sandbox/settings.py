"""What the sandbox must be told: addresses, secrets and where it keeps its state."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path


class NotLoopback(ValueError):
    """Say that a stand-in without any login must not be reachable from elsewhere."""

    def __init__(self, host: str) -> None:
        super().__init__(f"The sandbox has no login, so it listens on loopback only, not on {host!r}.")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line that the composer offers while a command is typed."""

    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace whom the visitor can play."""

    slack_id: str
    handle: str
    name: str
    title: str
    email: str
    zone: str = "Europe/Berlin"
    locale: str = "en-GB"


PEOPLE = (
    Person("U0ANNA", "anna", "Anna Keller", "A/R Manager", "anna.keller@northwind.example"),
    Person("U0CARLA", "carla", "Carla Brandt", "Controller", "carla.brandt@northwind.example"),
    Person(
        "U0VIKTOR", "viktor", "Viktor Lindqvist", "Viewer", "viktor.lindqvist@northwind.example", "Europe/Stockholm"
    ),
)
"""Three people with different roles, so that refusals and second persons can be seen as well as answers."""

SUGGESTIONS = (
    Suggestion("/plixo help", "what you may do here"),
    Suggestion("/plixo queue", "what needs you today, and why"),
    Suggestion("/plixo next", "the one case that comes first"),
    Suggestion("/plixo invoice INV-2001", "one invoice with its history"),
    Suggestion("/plixo link INV-2001", "replace the payer's link"),
    Suggestion("/plixo why INV-2001", "why it stands where it stands"),
    Suggestion("/plixo unsuppress name@example.com reason", "let mail go to an address again"),
)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Everything is handed in; the sandbox reads no environment."""

    state_folder: Path
    slack_bot_token: str = field(repr=False)
    slack_signing_secret: str = field(repr=False)
    stripe_api_key: str = field(repr=False)
    stripe_webhook_secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8090
    """0 takes any free port."""
    product_url: str = "http://127.0.0.1:8080"
    slack_channel: str = "C0RECEIVABLES"
    smtp_sink_port: int = 0
    """Where the product's relay would be; 0 takes any free port."""
    inbound_host: str = "127.0.0.1"
    inbound_port: int = 8025
    merchant_name: str = "Northwind Supplies"
    slack_events: frozenset[str] = frozenset({"app_uninstalled", "tokens_revoked", "file_shared"})
    """Which events the app is subscribed to, by the names of its manifest; with ``app_home_opened`` there is a Home."""
    people: tuple[Person, ...] = PEOPLE
    suggestions: tuple[Suggestion, ...] = SUGGESTIONS

    def __post_init__(self) -> None:
        try:
            loopback = self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise NotLoopback(self.host)
