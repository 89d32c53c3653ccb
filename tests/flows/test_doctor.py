"""What a deployment that has lived holds of secrets: the support bundle none, and the database none in clear."""

import re
import zipfile
from pathlib import Path

from plixo import doctor
from plixo.check_results import Result
from tests.flows.stage import Stage


async def test_neither_bundle_nor_database_holds_a_secret(on_stage: Stage, tmp_path: Path) -> None:
    assert on_stage.demo.product is not None
    settings, shared = on_stage.demo.product.settings, on_stage.demo._shared
    await on_stage.imports()
    link = on_stage.link_in(await on_stage.mail(subject="INV-1"))
    payer = on_stage.payer()
    await payer.enter(link)
    await payer.enter(link + "x")
    await on_stage.demo.sandbox.slack.say(user="U0ANNA", text="/plixo invoice INV-1")

    checked = [
        Result("balances", "fail", "INV-1 of Acme Ltd differs"),
        Result("mail relay", "fail", f"refuses anna@acme.example, {link} and {shared.stripe_api_key}"),
    ]

    held = await doctor.bundle(settings, tmp_path / "bundle.zip", checked=checked)

    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        text = "".join(archive.read(each).decode() for each in archive.namelist())
    secrets = [
        link.rpartition("/")[2],
        *(cookie.value for cookie in payer.browser.cookie_jar),
        shared.slack_bot_token,
        shared.slack_signing_secret,
        shared.stripe_api_key,
        shared.stripe_webhook_secret,
        *(key.secret.hex() for key in on_stage.core.keys.keys),
    ]
    personal = [
        str(row["text"])
        for row in await on_stage.core.database.rows(
            "SELECT email AS text FROM contact UNION SELECT name FROM account UNION SELECT name FROM contact"
            " WHERE name <> '' UNION SELECT name FROM person UNION SELECT number FROM invoice"
        )
    ]
    assert personal
    for each in (*secrets, *personal, settings.merchant_name):
        assert not re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text), f"the bundle holds {each[:6]}…"
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", text) == []
    assert {"about", "settings", "schema", "counts", "crons", "jobs", "errors", "checks"} <= set(held)

    assert await _clear_in_database(on_stage, secrets) == []


async def _clear_in_database(on_stage: Stage, secrets: list[str]) -> list[str]:
    """Return the tables in which one of the secrets stands as it is."""
    tables = await on_stage.core.database.rows(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    found = []
    for table in tables:
        rows = await on_stage.core.database.rows(f'SELECT t::text AS text FROM "{table["name"]}" t')
        if any(secret in row["text"] for row in rows for secret in secrets):
            found.append(table["name"])
    return found
