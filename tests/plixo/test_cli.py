"""The command line: what it prints, what it refuses, and its exit codes."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.kernel.core import Core
from sandbox.clock import MovableClock
from tests import nursery
from tests.builders import an_invoice
from tests.conftest import KEYS
from tests.flows.stage import free_port
from tests.nursery import Answer

PROGRAM = Path(sys.executable).parent / "plixo"


@dataclass
class Shell:
    """Run `plixo` as people do, on the test's database."""

    folder: Path
    address: str

    async def __call__(self, *words: str, **more: str) -> Answer:
        """Run a command to its end."""
        return await nursery.plixo(*words, env=self.environment(**more), cwd=self.folder)

    async def started(self, *words: str) -> Answer:
        """Do the same by the program's own file, in a Python that has loaded nothing yet."""
        process = await asyncio.create_subprocess_exec(
            str(PROGRAM), *words, env=self.environment(), cwd=self.folder, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return Answer(process.returncode, out.decode(), err.decode())

    def environment(self, **more: str) -> dict[str, str]:
        """Return what the command finds in its environment, and nothing of the developer's."""
        keys = ",".join(f"{key.id}:{key.secret.hex()}" for key in KEYS.keys)
        return {
            "PATH": "/usr/bin:/bin", "HOME": str(self.folder), "PLIXO_DATABASE_URL": self.address,
            "PLIXO_DATA_DIR": str(self.folder / "data"), "PLIXO_SIGNING_KEYS": keys, "COLUMNS": "200", **more,
        }  # fmt: skip


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    return Shell(tmp_path, empty_database)


async def test_the_queue_is_one_json_document(plixo: Shell, core: Core) -> None:
    await an_invoice(core)

    answer = await plixo.started("queue", "--json")

    assert answer.code == 0
    told = json.loads(answer.out)
    assert told["total"] == 1
    assert told["lines"][0]["invoice"] == "INV-1042"
    assert told["lines"][0]["balance"] == "125.00"


@pytest.mark.parametrize("words", [["invoice", "INV-1042"], ["why", "inv-1042"], ["queue"]])
async def test_what_lists_or_explains_is_also_readable(plixo: Shell, core: Core, words: list[str]) -> None:
    await an_invoice(core)

    plain, as_json = await plixo(*words), await plixo(*words, "--json")

    assert (plain.code, as_json.code) == (0, 0)
    assert "INV-1042" in plain.out
    assert "INV-1042" in json.dumps(json.loads(as_json.out))


async def test_a_refusal_is_one_sentence_on_standard_error_and_code_one(plixo: Shell) -> None:
    answer = await plixo.started("why", "INV-9")

    assert (answer.code, answer.out) == (1, "")
    assert "There is no invoice 'INV-9'" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("words", [["why"], ["no-such-command"], ["queue", "--limit", "many"]])
async def test_wrong_use_is_code_two(plixo: Shell, words: list[str]) -> None:
    assert (await plixo(*words)).code == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("PLIXO_MERCHANT_ZONE", "Mars/Phobos"), ("PLIXO_PORTAL_PORT", "port"), ("PLIXO_LOG_FORMAT", "x")],
)
async def test_a_wrong_setting_is_named_and_is_code_two(plixo: Shell, name: str, value: str) -> None:
    answer = await plixo("queue", **{name: value})

    assert answer.code == 2
    assert name in answer.err


async def test_a_database_without_tables_says_what_to_run(plixo: Shell, tmp_path: Path) -> None:
    answer = await plixo("queue", PLIXO_DATABASE_URL=plixo.address.replace("/test_", "/no_such_test_"))

    assert answer.code == 1
    assert "Traceback" not in answer.err


async def test_the_first_controller_is_made_here_and_only_once(plixo: Shell) -> None:
    words = ["role", "grant", "U1", "Controller", "--name", "Carla", "--reason", "first one"]

    first, second = await plixo(*words), await plixo(*words)

    assert "Carla is now Controller" in first.out
    assert (second.code, "Carla is Controller already" in second.err) == (1, True)


async def test_a_role_that_does_not_exist_is_refused_with_the_nine(plixo: Shell) -> None:
    answer = await plixo("role", "grant", "U1", "King", "--name", "Carla", "--reason", "x")

    assert answer.code == 1
    assert "A/R Operator" in answer.err


async def test_a_link_is_regenerated_and_shown_only_when_asked(plixo: Shell, core: Core) -> None:
    await an_invoice(core)

    hidden, shown = await plixo("link", "INV-1042"), await plixo("link", "INV-1042", "--show")

    assert "/l/" not in hidden.out
    assert "/l/" in shown.out


async def test_every_check_says_what_works_and_what_to_do(plixo: Shell) -> None:
    answer = await plixo(
        "check",
        "--json",
        PLIXO_SMTP_PORT=str(free_port()),
        PLIXO_SMTP_TLS="none",
        PLIXO_STRIPE_API_KEY="rk_test_x",
        PLIXO_STRIPE_API_URL=f"http://127.0.0.1:{free_port()}",
    )

    told = {each["name"]: each for each in json.loads(answer.out)}
    assert answer.code == 1
    assert told["database"]["state"] == "ok"
    assert told["mail relay"]["state"] == "fail"
    assert told["Stripe"]["state"] == "fail"
    assert told["Slack"]["state"] == "warn"
    assert all(each["remedy"] for each in told.values() if each["state"] != "ok")


async def test_a_port_that_is_taken_is_named(plixo: Shell) -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    answer = await plixo("run", "portal", PLIXO_PORTAL_PORT=str(port))
    server.close()

    assert answer.code == 1
    assert str(port) in answer.err


async def test_run_says_ready_and_ends_when_asked(plixo: Shell, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM), "run", cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "PLIXO_DATABASE_URL": plixo.address, "PLIXO_DATA_DIR": str(tmp_path),
             "PLIXO_PORTAL_PORT": str(free_port()), "PLIXO_INBOUND_PORT": str(free_port())})  # fmt: skip
    assert process.stdout is not None
    lines = [(await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip() for _ in range(3)]

    process.terminate()

    assert await asyncio.wait_for(process.wait(), 25) == 0
    assert lines[-1] == "ready"
    assert lines[0].startswith("portal, webhooks and Slack over HTTP: http://127.0.0.1:")


async def test_on_a_demos_folder_the_shell_goes_by_the_demos_clock_and_says_so(plixo: Shell, core: Core) -> None:
    clock = MovableClock(plixo.folder / "data" / "sandbox")
    await clock.move(timedelta(days=40, hours=2))

    moved = await plixo("preview", "--json", PLIXO_MERCHANT_ZONE="UTC")
    (clock_file,) = (plixo.folder / "data" / "sandbox").glob("clock.json")
    clock_file.unlink()
    still = await plixo("preview", "--json", PLIXO_MERCHANT_ZONE="UTC")

    days = (date.fromisoformat(json.loads(moved.out)["day"]) - date.fromisoformat(json.loads(still.out)["day"])).days
    assert days in (40, 41)
    assert "The clock of the demo in" in moved.err
    assert "40 days and 2 hours ahead of this machine's." in moved.err
    assert still.err == ""
