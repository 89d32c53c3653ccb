"""The table of commands agrees with the commands, and is all that the help loads."""

import subprocess
import sys

import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

from plixo.cli import app, loaded
from plixo.command_table import ENTRIES, Entry

PRODUCT = ("domain", "bot", "portal", "tortoise", "psycopg", "procrastinate", "slack_bolt", "jinja2")

SERVERS = ("aiohttp", "aiosmtpd", "slack_bolt", "stripe", "apscheduler", "dkim", "dns.resolver", "matplotlib")


def left(program: str, modules: tuple[str, ...]) -> list[str]:
    """Run a program in a Python of its own; return which of the modules it has loaded at its end."""
    whole = f"import sys\ntry:\n    {program}\nfinally:\n    print('loaded:', *{set(modules)} & set(sys.modules))"
    process = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)
    found, *loaded = process.stdout.splitlines()[-1].split()
    assert found == "loaded:"
    return loaded


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.word)
def test_the_table_has_the_first_line_of_each_commands_help_and_every_word_can_be_called(entry: Entry) -> None:
    command = loaded(entry)

    assert (command.name, " ".join((command.help or "").split())) == (entry.word, entry.does)
    assert not entry.more or isinstance(command, TyperGroup)


def test_no_word_stands_in_the_table_twice() -> None:
    words = [entry.word for entry in ENTRIES]

    assert len(words) == len(set(words))


@pytest.mark.parametrize("words", [["--help"], ["quue"]])
def test_the_help_and_a_mistyped_word_load_nothing_of_the_product(words: list[str]) -> None:
    assert left(f"from plixo.cli import app; app({words})", PRODUCT) == []


def test_no_command_loads_the_libraries_that_only_a_server_needs_before_it_is_called() -> None:
    program = "from plixo import cli, command_table; [cli.loaded(each) for each in command_table.ENTRIES]"

    assert left(program, (*SERVERS, "plixo.wiring")) == []


def test_a_mistyped_word_is_answered_with_the_nearest() -> None:
    answer = CliRunner().invoke(app, ["quue"])

    assert answer.exit_code == 2
    assert "Did you mean 'queue'?" in answer.output
