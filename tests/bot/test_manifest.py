"""The manifest asks Slack for what the product uses, and for nothing else."""

import re
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import app, commands, door, manifest, nouns, panes, unfurling

ROOT = Path(__file__).parents[2]
MANIFEST = manifest.FILE.read_text(encoding="utf-8")


def test_every_address_is_the_one_that_the_product_listens_on() -> None:
    addresses = re.findall(r"https://plixo\.example(\S*)", MANIFEST)

    assert set(addresses) - {""} <= {door.PATH}
    assert addresses.count(door.PATH) == 3


def test_the_usage_hint_names_the_commands_of_the_table() -> None:
    hint = re.search(r"usage_hint: (.*)", MANIFEST)

    assert hint is not None
    named = {each.split()[0] for each in hint[1].split(" | ")}
    assert named <= {each.words[0] for each in commands.COMMANDS}
    assert "help" in named, "the hint has room for a few; help has all"


def test_the_scopes_are_those_of_the_methods_that_are_called() -> None:
    code = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "bot").rglob("*.py"))
    called = {name for name in re.findall(r"client\.([a-z]+_[A-Za-z_]+)", code) if name in vars(AsyncWebClient)}

    assert called <= manifest.NEEDED.keys(), "each method has its scopes in bot/manifest.py"
    assert manifest.scopes() == {"commands"} | {scope for name in called for scope in manifest.NEEDED[name]}


def test_only_events_that_are_handled_are_subscribed_to() -> None:
    assert manifest.events() == nouns.LISTENERS.keys() | app.REMOVED.keys() | {unfurling.EVENT, panes.EVENT}


@pytest.mark.parametrize("address", [None, "https://pay.northwind.example"])
def test_links_to_the_portal_are_those_that_slack_tells_of(address: str | None) -> None:
    written = manifest.written(address, portal="https://pay.northwind.example")

    assert "unfurl_domains: # a payer's link that somebody pastes shows nothing but a warning" in written
    assert "\n    - pay.northwind.example\n" in written
    assert "plixo.example" not in written


@pytest.mark.parametrize("portal", ["", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:80"])
def test_a_portal_without_a_domain_is_not_told_to_slack(portal: str) -> None:
    written = manifest.written(None, portal=portal)

    assert "unfurl_domains" not in written
    assert "rich_previews" not in written
    assert "slack#/entities" not in written
    assert "\noauth_config:\n" in written
    assert "- plixo.example" not in written
