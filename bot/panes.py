"""Panes: somebody opened the Work Object below a pasted pay link, and sees the invoice as far as they may.

Slack waits a few seconds with the trigger, once. The event carries the link that was pasted: it is read, compared and
forgotten, never stored nor logged.
"""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot import errors, identity, ids, readers
from bot.calls import Calls
from bot.errors import BlocksRefused, MessageGone, SlackRefused
from bot.views import panes as views
from domain.casework import why
from domain.kernel import patience, watch
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.refusals import NotFound, Refusal
from domain.operations import cases, reveals
from domain.pay_links import pasted

log = logging.getLogger(__name__)

EVENT = "entity_details_requested"

SECONDS = 3.0
"""A trigger is good for no longer."""


class Panes:
    """Answers those who open a pane."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls) -> None:
        self._core, self._client, self._calls = core, client, calls

    async def asked(self, event: Mapping[str, Any]) -> None:
        """Show the invoice of an object to whoever opened it, or why not; without a trigger nobody waits."""
        trigger, slack_id = str(event.get("trigger_id") or ""), str(event.get("user") or "")
        if not trigger or not slack_id:
            return
        log.info("pane asked for")
        answer = await self._answer(event, slack_id=slack_id)
        try:
            await self._calls.make(
                lambda: self._client.entity_presentDetails(trigger_id=trigger, **answer),
                place=slack_id,
                seconds=SECONDS,
            )
        except (SlackRefused, BlocksRefused, MessageGone, TryLater) as trouble:
            log.warning("a pane is not shown: %s", trouble)

    async def _answer(self, event: Mapping[str, Any], *, slack_id: str) -> dict[str, Any]:
        reader = await readers.soon(self._core, slack_id=slack_id)
        with patience.limited(), watch.work("slack-click", ids.Action.REVEAL), readers.spoken_to(self._core, reader):
            try:
                return {"metadata": await self._details(event, slack_id=slack_id)}
            except NotFound:
                watch.ends_as("refused")
                return {"error": views.missing()}
            except Refusal as no:
                watch.ends_as("refused")
                return {"error": views.restricted(str(no))}
            except Exception as error:  # whoever clicked waits: Slack says that it failed, and the log why
                watch.ends_as("failed")
                log.error("a pane could not be filled: %s", errors.trail(error))
                return {"error": views.broken()}

    async def _details(self, event: Mapping[str, Any], *, slack_id: str) -> views.Entity:
        """Return the invoice with the rights that the person has at this moment, and write down that it was shown.

        Raises:
            NotAllowed: They may not look at anything; nothing is looked up for them.
            NotFound: There is no such invoice, or its link is dead.
        """
        actor, unknown = await identity.who(self._core, slack_id=slack_id)
        if unknown is not None:
            raise unknown
        actor.require(Permission.VIEW)
        invoice_id = await self._invoice(event)
        await reveals.record(self._core, actor=actor, invoice_id=invoice_id)
        case = await cases.case(self._core, invoice_id=invoice_id)
        told = await why.explain(self._core, invoice_number=case.invoice_number, actor=actor)
        return views.details(case, told, home=self._core.merchant.public_url, zone=self._core.merchant.zone)

    async def _invoice(self, event: Mapping[str, Any]) -> UUID:
        """Return which invoice the object stands for; a link that came along must still be one to it.

        Raises:
            NotFound: It is none of ours.
        """
        named, address = event.get("external_ref"), str(event.get("app_unfurl_url") or "")
        reference = named if isinstance(named, dict) else {}
        try:
            invoice_id = UUID(str(reference.get("id") or ""))
        except ValueError:
            raise NotFound from None
        if reference.get("type") != views.KIND:
            raise NotFound
        if address and await pasted.invoice_of(self._core, address=address) != invoice_id:
            raise NotFound
        return invoice_id
