"""Manifest: what the app is installed with, read from the file that people give to Slack."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

FILE = Path(__file__).with_name("manifest.yaml")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "chat_postEphemeral": ("chat:write",),
    "chat_postMessage": ("chat:write",),
    "chat_unfurl": ("links:read", "links:write"),
    "chat_update": ("chat:write",),
    "conversations_history": ("channels:history", "groups:history", "im:history", "metadata.message:read"),
    "conversations_info": ("channels:read", "groups:read"),
    "conversations_open": ("im:write",),
    "conversations_replies": ("channels:history", "groups:history", "im:history", "metadata.message:read"),
    "files_completeUploadExternal": ("files:write",),
    "files_getUploadURLExternal": ("files:write",),
    "files_info": ("files:read",),
    "pins_add": ("pins:write",),
    "pins_remove": ("pins:write",),
    "reactions_add": ("reactions:write",),
    "users_info": ("users:read",),
    "users_lookupByEmail": ("users:read.email", "users:read"),
    "auth_test": (),
    "apps_connections_open": (),
    "entity_presentDetails": (),
    "views_open": (),
    "views_publish": (),
    "views_push": (),
    "views_update": (),
}
"""Which scopes each method of the Web API needs that the product calls; a test looks that none is forgotten."""


@cache
def scopes() -> frozenset[str]:
    """Return the scopes of the bot token."""
    return _listed("bot")


@cache
def events() -> frozenset[str]:
    """Return the events that the app is subscribed to."""
    return _listed("bot_events")


def written(address: str | None, *, portal: str = "") -> str:
    """Return the manifest as it is pasted into Slack: for HTTP under an address, or for Socket Mode without one.

    *portal* is where payers reach the portal: links to it that people paste are shown without anything of the payer.
    Slack takes domains only, so nothing is said of a portal under a number or the name of a single machine.
    """
    text = re.sub(r"\A(?:#.*\n)+", "", FILE.read_text(encoding="utf-8"))
    host = urlsplit(portal).hostname or ""
    if re.fullmatch(r"[a-z0-9.-]*[a-z0-9-]\.[a-z][a-z0-9-]+", host):
        text = text.replace(f"- {_HOST}\n", f"- {host}\n")
    else:
        text = re.sub(rf"^ *unfurl_domains:.*\n *- {re.escape(_HOST)}\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"^( *)rich_previews:.*\n(?:\1 +.*\n)+", "", text, flags=re.MULTILINE)
    if address is not None:
        return text.replace(_PLACEHOLDER, address.rstrip("/"))
    without = re.sub(rf"^ *(?:request_)?url: {re.escape(_PLACEHOLDER)}.*\n", "", text, flags=re.MULTILINE)
    return without.replace("socket_mode_enabled: false", "socket_mode_enabled: true")


_HOST = "plixo.example"
_PLACEHOLDER = f"https://{_HOST}"


def _listed(name: str) -> frozenset[str]:
    """Return the items of the list of that name."""
    block = re.search(rf"^( *){name}:\n((?:\1 +- .*\n)+)", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert block is not None, f"the manifest has a list {name}"
    return frozenset(re.findall(r"- (\S+)", block[2]))
