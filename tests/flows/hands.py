"""What operators' hands do in flows: commands typed, buttons pressed, forms filled in, and what they are shown."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from domain.kernel.actor import SHELL
from domain.ledger import csv_import
from sandbox import slack_pointing, slack_state, slack_views
from tests.flows.stage import Stage, until

ANNA, CARLA, VIKTOR = "U0ANNA", "U0CARLA", "U0VIKTOR"
"""A manager, a controller, and somebody who may look only."""

HEAD = "Invoice Number,Customer,Invoice Date,Due Date,Amount,Currency,Contact Email,Country\n"


async def two_customers(on_stage: Stage) -> None:
    """Import an invoice of each of two customers, INV-1001 the more urgent."""
    await ledger(
        on_stage,
        ("INV-1001", "Acme Ltd", 95, "900.00", "anna@acme.example"),
        ("INV-1002", "Bolt Ltd", 12, "300.00", "ben@bolt.example"),
    )


async def ledger(on_stage: Stage, *invoices: tuple[str, str, int, str, str]) -> None:
    """Import invoices: number, customer, days past due, amount in EUR, address."""
    today = on_stage.core.clock.now().date()
    lines = [
        f"{number},{name},{today - timedelta(days=late + 30)},{today - timedelta(days=late)},{amount},EUR,{who},DE\n"
        for number, name, late, amount, who in invoices
    ]
    request = csv_import.ImportRequest(
        kind="invoices", file_name="ledger.csv", stream=BytesIO((HEAD + "".join(lines)).encode())
    )
    await csv_import.apply(on_stage.core, request, actor=SHELL)


async def typed(on_stage: Stage, text: str, *, holds: str, user: str = ANNA) -> dict[str, Any]:
    """Type a command and wait for the answer with those words."""
    workspace = on_stage.demo.sandbox.slack.workspace
    before = {each["ts"] for each in workspace.whispers(workspace.channel, user)}
    await on_stage.demo.sandbox.slack.say(user=user, text=text)

    async def answered() -> dict[str, Any] | None:
        shown = workspace.whispers(workspace.channel, user)
        return next((each for each in shown if each["ts"] not in before), None)

    answer = await until(answered, missing=f"{text!r} was never answered")
    assert holds in str(answer), f"{text!r} was not answered by {holds!r} but by {answer['text']!r}"
    return answer


async def window(on_stage: Stage, holds: str, *, user: str = ANNA) -> dict[str, Any]:
    """Wait until a window with those words is on the screen."""

    async def shown() -> dict[str, Any] | None:
        stack = slack_views.shown_to(on_stage.demo.sandbox.slack.workspace, user)
        return stack[-1] if stack and holds in str(stack[-1]) else None

    return await until(shown, missing=f"no window with {holds!r} for {user}")


async def in_talk(on_stage: Stage, holds: str, *, user: str = ANNA) -> dict[str, Any]:
    """Wait until a message in a person's talk with the app shows the words."""
    workspace = on_stage.demo.sandbox.slack.workspace

    async def found() -> dict[str, Any] | None:
        shown = workspace.messages(workspace.direct(user))
        return next((each for each in shown if holds in str(each)), None)

    return await until(found, missing=f"the talk with {user} never showed {holds!r}")


async def at_home(on_stage: Stage, holds: str, *, user: str = ANNA) -> dict[str, Any]:
    """Wait until a person's Home shows the words."""

    async def found() -> dict[str, Any] | None:
        home = slack_views.home_of(on_stage.demo.sandbox.slack.workspace, user)
        return home if home and holds in str(home) else None

    return await until(found, missing=f"the Home of {user} never showed {holds!r}")


async def click(
    on_stage: Stage,
    shown: dict[str, Any],
    action: str,
    *,
    user: str = ANNA,
    raw: Any = None,
    channel: str | None = None,
) -> None:
    """Use a button or a menu in a message as it stands now, below a link in it, or in a window."""
    slack = on_stage.demo.sandbox.slack
    where = {"ts": shown["ts"]} if "ts" in shown else {"view_id": shown["id"]}
    now = slack.workspace.message(channel or slack.workspace.channel, where["ts"]) if "ts" in where else None
    found = slack_state.interactive(slack_pointing.blocks(now or shown))
    block = next((place for place, element in found if element["action_id"] == action), None)
    assert block is not None, f"no {action} in {now or shown}"
    await slack.press(user=user, block_id=block, action_id=action, raw=raw, channel=channel, **where)


async def submit(on_stage: Stage, *, user: str = ANNA, action: str = "value", **values: Any) -> Any:
    """Submit the window on top; *values* are what was entered, by field."""
    fields = {name: {action if name == "invoice" else "value": each} for name, each in values.items()}
    return await on_stage.demo.sandbox.slack.submit(user=user, values=fields)
