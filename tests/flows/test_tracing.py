"""One trace leads from the operator's word in Slack to the mail that follows from it, and tells nobody's business."""

import pytest

from domain.kernel import watch
from tests.flows.stage import Stage, until

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from plixo import tracing


async def test_a_command_in_slack_is_followed_to_the_mail(on_stage: Stage) -> None:
    await on_stage.imports()
    first = on_stage.link_in(await on_stage.mail(subject="INV-1"))
    kept = InMemorySpanExporter()

    with tracing.following(kept, parts="all", at_once=True):
        await on_stage.demo.sandbox.slack.say(user="U0ANNA", text="/plixo link INV-1")
        second = await on_stage.other_link(than=first)

        async def followed() -> list[ReadableSpan] | None:
            spans = list(kept.get_finished_spans())
            asked = next((each for each in spans if each.name == "slack-command link"), None)
            mine = [each for each in spans if asked and each.context.trace_id == asked.context.trace_id]
            return mine if {each.name for each in mine} >= {"mail mail", "job send_mailing"} else None

        spans = await until(followed, missing="no mail in the trace of the command")

    names = {each.name for each in spans}
    assert {"command link.regenerated", "job write_letter", "job send_mailing", "mail mail"} <= names
    assert len({(each.attributes or {})["plixo.request_id"] for each in spans}) == 1
    everything = " ".join(each.to_json() for each in kept.get_finished_spans())
    for secret in (second.rpartition("/")[2], "@", "INV-1", "Acme", "U0ANNA"):
        assert secret not in everything


def test_nothing_is_followed_and_no_job_takes_anything_along_when_it_is_off() -> None:
    with watch.work("request", "look"):
        told = watch.carried()

    assert not watch.watched()
    assert set(told) == {"request_id"}
