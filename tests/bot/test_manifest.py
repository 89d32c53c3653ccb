"""The manifest asks Slack for what the product uses, and for nothing else."""

import re
from pathlib import Path

from bot import commands, door

MANIFEST = (Path(__file__).parents[2] / "bot" / "manifest.yaml").read_text(encoding="utf-8")


def listed(name: str) -> set[str]:
    """Return the items of the list of that name."""
    block = re.search(rf"^( *){name}:\n((?:\1 +- .*\n)+)", MANIFEST, re.MULTILINE)
    assert block is not None, name
    return set(re.findall(r"- (\S+)", block[2]))


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
    posting = {"commands", "chat:write", "channels:history", "groups:history", "metadata.message:read", "files:write"}
    checking = {"channels:read", "groups:read"}

    assert listed("bot") == posting | checking


def test_only_events_that_are_handled_are_subscribed_to() -> None:
    assert listed("bot_events") == {"app_uninstalled", "tokens_revoked"}
