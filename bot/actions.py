"""Actions: what each button does, and the one way in which every click is checked and answered."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot import (
    accounts,
    cash,
    credit_notes,
    credits,  # noqa: A004 - named after what it is about, as every module
    disputes,
    drafts,
    forwardings,
    holds,
    ids,
    invoices,
    links,
    mails,
    payments,
    plans,
    policies,
    preview,
    promises,
    questions,
    queue,
    radar,
    snoozes,
    support,
    twins,
    why,
    write_offs,
)
from bot.asks import Click, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.views import answers
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.people import people

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """What a button does, what right it needs, and which parts its value must carry."""

    permission: Permission
    run: Callable[[Core, Press], Awaitable[Message]]
    carries: tuple[str, ...] = ()


P = Permission

ROUTES: Mapping[str, Route] = {
    Action.SHOW: Route(P.VIEW, invoices.press_show, ("invoice",)),
    Action.WHY: Route(P.VIEW, why.press, ("invoice",)),
    Action.REGENERATE_LINK: Route(P.HANDLE_LINKS, links.press, ("invoice",)),
    Action.SHOW_ACCOUNT: Route(P.VIEW, accounts.press_show, ("account",)),
    Action.NEXT: Route(P.WORK_QUEUE, queue.press_next),
    Action.RELEASE: Route(P.WORK_QUEUE, queue.press_release, ("invoice",)),
    Action.SKIP: Route(P.WORK_QUEUE, queue.press_skip, ("invoice",)),
    Action.SNOOZE: Route(P.WORK_QUEUE, snoozes.press, ("invoice",)),
    Action.WAKE: Route(P.WORK_QUEUE, snoozes.press_wake, ("invoice",)),
    Action.PROMISE: Route(P.WORK_QUEUE, promises.press, ("invoice",)),
    Action.LIST_DRAFTS: Route(P.VIEW, drafts.press_list),
    Action.SHOW_DRAFT: Route(P.VIEW, drafts.press_show, ("mailing",)),
    Action.APPROVE_DRAFT: Route(P.APPROVE, drafts.press_approve, ("mailing", "seen")),
    Action.REJECT_DRAFT: Route(P.APPROVE, drafts.press_reject, ("mailing",)),
    Action.UNDO_DRAFT: Route(P.APPROVE, drafts.press_undo, ("mailing",)),
    Action.VETO: Route(P.WORK_QUEUE, preview.press_veto, ("invoice", "step")),
    Action.UNVETO: Route(P.WORK_QUEUE, preview.press_unveto, ("invoice", "step")),
    Action.PREVIEW_BACK: Route(P.VIEW, preview.press_page, ("on", "page")),
    Action.PREVIEW_MORE: Route(P.VIEW, preview.press_page, ("on", "page")),
    Action.PREVIEW_HELD: Route(P.VIEW, preview.press_page, ("on", "page")),
    Action.SHOW_PLAN: Route(P.VIEW, plans.press_show, ("invoice",)),
    Action.APPROVE_PLAN: Route(P.APPROVE, plans.press_approve, ("invoice", "seen")),
    Action.REJECT_PLAN: Route(P.APPROVE, plans.press_reject, ("invoice",)),
    Action.SHOW_DISPUTE: Route(P.VIEW, disputes.press_show, ("dispute",)),
    Action.TAKE_DISPUTE: Route(P.WORK_QUEUE, disputes.press_take, ("dispute",)),
    Action.APPROVE_CREDIT: Route(P.VIEW, credits.press_approve, ("credit",)),  # who may depends on the amount
    Action.REJECT_CREDIT: Route(P.VIEW, credits.press_reject, ("credit",)),
    Action.APPROVE_WRITE_OFF: Route(P.MOVE_MONEY, write_offs.press_approve, ("write_off",)),
    Action.REJECT_WRITE_OFF: Route(P.VIEW, write_offs.press_reject, ("write_off",)),
    Action.APPLY_NOTE: Route(P.APPLY_CASH, credit_notes.press_apply, ("seen",)),
    Action.LIFT_HOLD: Route(P.VIEW, holds.press_lift, ("hold",)),  # a legal one is lifted by Legal
    Action.SHOW_POLICY: Route(P.VIEW, policies.press_show, ("policy",)),
    Action.PUBLISH_MOVE: Route(P.PUBLISH, policies.press_move, ("policy",)),
    Action.PUBLISH_FINISH: Route(P.PUBLISH, policies.press_finish, ("policy",)),
    Action.REJECT_POLICY: Route(P.VIEW, policies.press_reject, ("policy",)),  # its maker may take it back
    Action.RADAR: Route(P.VIEW, radar.press),
    Action.CASH_LIST: Route(P.VIEW, cash.press_list),
    Action.CASH_SHOW: Route(P.VIEW, cash.press_show, ("line",)),
    Action.CASH_POST: Route(P.APPLY_CASH, cash.press_post, ("line", "place", "seen")),
    Action.CASH_KEEP: Route(P.APPLY_CASH, cash.press_keep, ("line", "account")),
    Action.CASH_IGNORE: Route(P.APPLY_CASH, cash.press_ignore, ("line",)),
    Action.SHOW_PAYMENTS: Route(P.VIEW, payments.press_health),
    Action.LIST_STRAYS: Route(P.VIEW, payments.press_list),
    Action.BOOK_STRAY: Route(P.APPLY_CASH, payments.press_book, ("stray", "invoice")),
    Action.DISMISS_STRAY: Route(P.APPLY_CASH, payments.press_dismiss, ("stray",)),
    Action.MERGE_TWINS: Route(P.APPROVE, twins.press_merge, ("twin",)),
    Action.DISMISS_TWINS: Route(P.IMPORT, twins.press_dismiss, ("twin",)),
    Action.SHOW_MAIL: Route(P.VIEW, mails.press_show, ("mail",)),
    Action.CONFIRM_GUESS: Route(P.WORK_QUEUE, mails.press_confirm, ("mail", "place", "seen")),
    Action.SHOW_SUPPORT: Route(P.VIEW, support.press_show, ("support",)),
    Action.MAIL_DONE: Route(P.WORK_QUEUE, mails.press_done, ("mail",)),
    Action.SHOW_QUESTION: Route(P.VIEW, questions.press_show, ("question",)),
    Action.CLOSE_QUESTION: Route(P.WORK_QUEUE, questions.press_close, ("question",)),
    Action.SHOW_FORWARDINGS: Route(P.VIEW, forwardings.press_show, ("invoice",)),
    Action.APPROVE_FORWARDING: Route(P.HANDLE_LINKS, forwardings.press_approve, ("forwarding",)),
    Action.DENY_FORWARDING: Route(P.HANDLE_LINKS, forwardings.press_deny, ("forwarding",)),
}
"""Every button of every view; a test finds the one that is missing. What depends on more, the domain decides."""


async def press(core: Core, click: Click) -> Message:
    """Do what the button says, with the rights that the person has at this moment, and return what to say."""
    route = ROUTES.get(click.action)
    subject = ids.subject(click.value)
    log.info("click %s by %s", click.action if route else "unknown", click.slack_id)
    if route is None or subject is None or any(getattr(subject, part) is None for part in route.carries):
        return answers.out_of_date()
    try:
        actor = await people.actor(core, slack_id=click.slack_id)
        actor.require(route.permission)
        return await route.run(core, Press(subject, actor, click.slack_id))
    except Refusal as no:
        return answers.refused(str(no))
    except Misunderstood as hint:
        return answers.misunderstood(str(hint))
