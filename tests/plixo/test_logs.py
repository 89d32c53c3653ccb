"""Logs hold no secret, no link, and nothing that an erasure would have to take out."""

import asyncio
import gc
import json

import pytest
import structlog

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from plixo import logs
from plixo.logs import scrubbed
from plixo.settings import Settings
from tests.domain.kernel.kinds import KINDS


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123-abc",
        "xapp-1-A-b",
        "rk_live_abc123",
        "sk_test_abc",
        "whsec_abc",
        "postgresql://plixo:password@db/plixo",
        "anna@acme.example",
        "/l/AQIDBAUGBwgJCgsMDQ4PEBESEw",
        "b+ge3dsmjsgazdcnrshe3tgnjtgmztqojq@mail.northwind.example",
        "zora.o'quill+ar@acme.example",
        "zöra@müller.example",
        "анна@почта.example",
        '"zora quill"@acme.example',
        "zora%40acme.example",
    ],
)
def test_a_secret_is_not_in_the_line(secret: str) -> None:
    line = scrubbed(f"while {secret} was handled")

    assert secret not in line
    assert all(each not in line.casefold() for each in ("zora", "zöra", "quill", "анна", "anna", "password"))


def test_the_domain_of_an_address_stays_readable() -> None:
    assert scrubbed("to anna@acme.example") == "to …@acme.example"


TALKATIVE = Settings(log_level="debug", log_format="json")


@pytest.mark.usefixtures("quiet_again")
async def test_a_job_that_gave_up_is_told_by_its_number_and_without_what_it_was_told(
    core: Core, empty_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(TALKATIVE)

    async def fails(**_: object) -> None:
        raise ValueError("Zora Quill could not be found")

    jobs = Jobs(empty_database, KINDS)
    jobs.bind({"note": fails})
    await jobs.open()
    try:
        async with core.transaction() as tx:
            await jobs.defer(tx, "note", word="Zora Quill, (call) zora@acme.example")
        for _ in range(3):
            await jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)
            await core.database.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    finally:
        await jobs.close()

    log = capsys.readouterr().err
    assert "job gave up: note after 3 attempts (ValueError)" in log
    assert "Job note[" in log
    assert not any(each in log for each in ("Zora", "Quill", "z…@", "zora", "call"))


@pytest.mark.usefixtures("quiet_again")
async def test_an_error_that_nobody_waited_for_is_told_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(TALKATIVE)

    async def fails() -> None:
        raise ValueError("Zora Quill")

    task: asyncio.Task[None] | None = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

    (line,) = [json.loads(each) for each in capsys.readouterr().err.splitlines() if "asyncio" in each]
    assert (line["event"], line["error"]) == ("Task exception was never retrieved", "ValueError")
    assert "Zora" not in str(line)


@pytest.mark.usefixtures("quiet_again")
def test_a_value_of_any_kind_is_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(TALKATIVE)

    structlog.get_logger("a").warning("it failed", whom=["zora@acme.example"], how={"to": "zora@acme.example"}, n=3)

    line = json.loads(capsys.readouterr().err)
    assert (line["n"], "zora" in str(line)) == (3, False)
