"""``plixo mail``: reads files without storing them, tells what would be suppressed, and works with stored mail."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from domain.deliverability import inbound
from domain.deliverability.opening import Opened
from domain.deliverability.reading import Kind, Reading
from domain.kernel.core import Core
from plixo import runtime
from plixo.cli import app
from plixo.settings import Settings
from tests.conftest import KEYS, emptied
from tests.domain.deliverability.mailings_made import a_dsn, a_letter, a_mailing, bounce_path

R = TypeVar("R")

MAILS = Path(__file__).resolve().parents[1] / "mails"
KEY = f"1:{KEYS.newest.secret.hex()}"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which Plixo was never started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLIXO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("PLIXO_DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def deployed(nowhere: Path, monkeypatch: pytest.MonkeyPatch, database_address: str) -> Path:
    """A deployment with an empty database."""
    monkeypatch.setenv("PLIXO_DATABASE_URL", database_address)
    monkeypatch.setenv("PLIXO_SIGNING_KEYS", KEY)
    monkeypatch.setenv("PLIXO_MAIL_DOMAIN", "mail.northwind.example")
    emptied(database_address)
    return nowhere


def plixo(*words: str) -> Result:
    """Run ``plixo mail …``."""
    return CliRunner().invoke(app, ["mail", *words])


def told(result: Result) -> list[Any]:
    """Return the JSON values that were printed, one a line."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def on_a_core(work: Callable[[Core], Awaitable[R]]) -> R:
    """Do something in the deployment."""

    async def done() -> R:
        async with runtime.opened(Settings(), application="test") as product:
            return await work(product.core)

    return asyncio.run(done())


class OlderRules:
    """A reader that understands nothing."""

    async def read(self, raw: bytes, *, envelope_from: str, today: date) -> Opened:
        """Say so."""
        return Opened(Reading(Kind.OTHER, "older-rule"))


def test_a_folder_is_read_without_a_database_and_leaves_nothing_behind(nowhere: Path) -> None:
    lines = told(plixo("read", str(MAILS), "--json"))

    by_name = {Path(line["file"]).stem: line for line in lines}
    assert len(lines) == len(list(MAILS.glob("*.eml")))
    assert by_name["qmail-two-recipients"] | {"file": ""} == {
        "file": "",
        "kind": "bounce",
        "recipients": ["anna@acme.example", "bob@acme.example"],
        "hard": True,
        "feedback_type": None,
        "suppress": [],
        "rule": "failure-prose",
    }
    assert by_name["complaint"]["feedback_type"] == "abuse"
    assert by_name["newsletter"]["hard"] is None
    assert list(nowhere.iterdir()) == []


def test_what_speaks_for_a_reading_is_explained(nowhere: Path) -> None:
    [line] = told(plixo("read", str(MAILS / "code-says-dead-words-say-spam.eml"), "--json", "--explain"))

    assert line["verdicts"][0]["reason"] == "taken for spam"
    assert "taken for spam 5.1.1" in plixo(
        "read", str(MAILS / "code-says-dead-words-say-spam.eml"), "--explain").stdout  # fmt: skip


def test_a_recipient_whom_a_complaint_does_not_name_itself_is_told_as_derived(nowhere: Path) -> None:
    named, derived = (told(plixo("read", str(MAILS / name), "--json", "--explain"))[0]["verdicts"]
                      for name in ("complaint.eml", "complaint-recipient-in-the-mail-only.eml"))  # fmt: skip

    assert [each["derived"] for each in named] == [False]
    assert [each["derived"] for each in derived] == [True]
    shown = plixo("read", str(MAILS / "complaint-recipient-in-the-mail-only.eml"), "--explain").stdout
    assert ": abuse, derived\n" in shown
    assert "because: named by the header of the embedded mail only" in shown


def test_an_odd_file_does_not_end_the_reading_of_a_folder(nowhere: Path) -> None:
    (nowhere / "a.eml").write_bytes(b"\xff\x00" * 5000)
    (nowhere / "b.eml").write_bytes(b"")
    (nowhere / "c.eml").symlink_to(nowhere / "gone")
    (nowhere / "d.eml").mkdir()

    lines = told(plixo("read", str(nowhere), "--json"))

    assert [Path(line["file"]).name for line in lines] == ["a.eml", "b.eml", "c.eml", "d.eml"]
    assert [line["rule"] for line in lines][2:] == ["unreadable", "unreadable"]


def test_a_path_that_does_not_exist_is_wrong_use(nowhere: Path) -> None:
    assert plixo("read", "gone.eml").exit_code == 2


def test_without_a_database_a_token_proves_nothing(nowhere: Path) -> None:
    (nowhere / "x.eml").write_bytes(a_dsn("b+" + "a" * 47 + "@mail.northwind.example"))

    result = plixo("read", "x.eml", "--json")

    assert told(result)[0]["suppress"] == []
    assert "No database" in result.stderr
    assert not (nowhere / "data").exists()


def test_a_valid_token_tells_whom_the_product_would_suppress(deployed: Path) -> None:
    async def set_up(core: Core) -> str:
        return bounce_path(core, (await a_mailing(core)).id, day=core.clock.now().date())

    to = on_a_core(set_up)
    (deployed / "1-proven.eml").write_bytes(a_dsn(to))
    (deployed / "2-soft.eml").write_bytes(a_dsn(to, status="5.2.2", said="552 5.2.2 mailbox full"))
    (deployed / "3-other.eml").write_bytes(a_dsn(to, recipient="victim@acme.example"))
    (deployed / "4-forged.eml").write_bytes(a_dsn("b" + to[1:10] + "a" * 39 + "@mail.northwind.example"))
    (deployed / "5-delivered.eml").write_bytes(b"Delivered-To: " + to.upper().encode() + b"\n" + a_dsn("x@y.example"))

    lines = told(plixo("read", str(deployed), "--json"))

    assert [line["suppress"] for line in lines] == [["anna@acme.example"], [], [], [], ["anna@acme.example"]]


def test_stored_mail_is_listed_shown_replayed_and_dealt_with(deployed: Path) -> None:
    async def set_up(core: Core) -> str:
        to = ["abuse@mail.northwind.example"]
        return str(await inbound.store(core, envelope_from="anna@acme.example", sent_to=to, body=a_letter(to[0])))

    mail_id = on_a_core(set_up)

    replayed = told(plixo("replay", mail_id, "--json"))[0]
    listed = told(plixo("list", "--unread", "--json"))[0]
    shown = told(plixo("show", mail_id, "--json"))[0]
    dealt_with = plixo("seen", mail_id)

    assert [each["what"] for each in replayed] == ["human"]
    assert [each["id"] for each in listed] == [mail_id]
    assert shown["reading"]["kind"] == "human"
    assert "We pay on Friday." in shown["body"]
    assert dealt_with.stdout == "A mail that had come in was dealt with\n"
    assert told(plixo("list", "--unread", "--json")) == [[]]
    assert "We pay on Friday." in plixo("show", mail_id).stdout
    assert mail_id[:8] in plixo("list").stdout
    assert plixo("replay", "--quarantined").stdout == "Nothing is in quarantine.\n"


def test_a_mail_is_named_by_the_short_id_that_lists_show(deployed: Path) -> None:
    async def set_up(core: Core) -> str:
        to = ["abuse@mail.northwind.example"]
        return str(await inbound.store(core, envelope_from="anna@acme.example", sent_to=to, body=a_letter(to[0])))

    mail_id = on_a_core(set_up)
    short = plixo("list").stdout.split()[0]

    assert short == mail_id[:8]
    assert told(plixo("show", short, "--json"))[0]["id"] == mail_id
    assert mail_id in plixo("replay", short).stdout
    assert "was dealt with" in plixo("seen", short).stdout
    assert plixo("seen", short).stdout == "somebody had dealt with it before\n"
    assert plixo("show", "nonsense").exit_code == 1


WITH_FILES = b"""From: Anna <anna@acme.example>
To: billing@northwind.example
Subject: Our advice
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=cut

--cut
Content-Type: text/plain

Please see attached.
--cut
Content-Type: text/csv
Content-Disposition: attachment; filename="../../etc/advice.csv"

number;amount
--cut
Content-Type: application/pdf
Content-Disposition: attachment; filename="two.pdf"

%PDF
--cut--
"""


def test_an_attachment_is_saved_under_a_safe_name_and_over_nothing(deployed: Path) -> None:
    async def set_up(core: Core) -> str:
        to = ["billing@northwind.example"]
        return str(await inbound.store(core, envelope_from="anna@acme.example", sent_to=to, body=WITH_FILES))

    short = on_a_core(set_up)[:8]
    folder = deployed / "saved"
    folder.mkdir()
    shown = plixo("show", short).stdout

    first = plixo("attachment", short, "1", "--to", str(folder))
    again = plixo("attachment", short, "1", "--to", str(folder))
    (folder / "advice.csv").write_bytes(b"mine")
    kept = plixo("attachment", short, "2", "--to", str(folder / "advice.csv"))
    forced = plixo("attachment", short, "2", "--to", str(folder / "advice.csv"), "--force")

    assert "attachment 1: " in shown
    assert "advice.csv, text/csv" in shown
    assert (first.exit_code, first.stdout.startswith(f"{folder / 'advice.csv'}: 13 bytes")) == (0, True)
    assert [each.exit_code for each in (again, kept, forced)] == [1, 1, 0]
    assert "there already" in again.stderr
    assert (folder / "advice.csv").read_bytes() == b"%PDF"
    assert [each.name for each in folder.iterdir()] == ["advice.csv"]
    assert "has 2 attachments" in plixo("attachment", short, "3", "--to", str(folder)).stderr


def test_an_unknown_mail_is_refused(deployed: Path) -> None:
    result = plixo("show", "6f1d7a52-0000-4000-8000-0123456789ab")

    assert result.exit_code == 1
    assert "plixo mail list" in result.stderr


def test_replay_wants_one_mail_or_the_quarantine(nowhere: Path) -> None:
    assert plixo("replay").exit_code == 2
    assert plixo("replay", "x", "--quarantined").exit_code == 2
    assert plixo("replay", "x", "--since", "2026-03-01").exit_code == 2
    assert plixo("replay", "x", "--kind", "bounce").exit_code == 2
    assert plixo("replay", "--quarantined", "--dry-run").exit_code == 2


def test_what_newer_rules_would_change_is_shown_before_it_is_done(deployed: Path) -> None:
    async def set_up(core: Core) -> str:
        mailing = await a_mailing(core)
        to = bounce_path(core, mailing.id, day=core.clock.now().date())
        mail_id = str(await inbound.store(core, envelope_from="", sent_to=[to], body=a_dsn(to)))
        await inbound.read_stored(core, mail_id=mail_id, reader=OlderRules())
        return mail_id

    mail_id = on_a_core(set_up)

    shown = plixo("replay", mail_id, "--dry-run").stdout
    dry = told(plixo("replay", "--since", "2026-01-01", "--kind", "other", "--dry-run", "--json"))[0]
    done = plixo("replay", "--since", "2026-01-01").stdout

    assert "before: other  older-rule" in shown
    assert (dry["read"], dry["changed"], dry["by_change"], dry["suppressed"]) == (1, 1, {"other → bounce": 1}, 1)
    assert dry["changes"][0]["suppressed"] == ["a…@acme.example (hard bounce)"]
    assert "would be" not in done
    assert told(plixo("list", "--json"))[0][0]["kind"] == "bounce"
    assert plixo("replay", "--since", "2026-01-01").stdout == "1 read, 0 different, 1 as before\n"
