"""Companion views: other open invoices, and whom this one was passed on to, in the payer's words; pure."""

from dataclasses import dataclass

from domain.kernel.core import Merchant
from domain.pay_links.companions import Passed
from domain.pay_links.queries import PayerPage
from portal import days, views
from portal.texts import Texts
from portal.views import BannerView


@dataclass(frozen=True, slots=True)
class OtherView:
    """One line of the list of other invoices."""

    number: str
    amount: str
    due: str
    button: str
    """What a screen reader says of the button, which looks the same in each line."""


@dataclass(frozen=True, slots=True)
class CompanionsView:
    """What stands beside the invoice."""

    others: tuple[OtherView, ...]
    further: str
    passed: tuple[BannerView, ...]
    may_pass: bool
    """Whether somebody else may still be named."""


def shown(page: PayerPage, *, merchant: Merchant, texts: Texts) -> CompanionsView:
    """Return the texts of what stands beside the invoice."""
    locale, companions = views.locale(page, merchant=merchant, texts=texts), page.companions
    others = tuple(
        OtherView(
            number=each.number,
            amount=each.balance.format(locale),
            due=texts("others_due", date=days.long(each.due_on, locale)),
            button=texts("others_button_label", number=each.number),
        )
        for each in companions.others
    )
    further = texts.count("others_further", companions.further) if companions.further else ""
    return CompanionsView(
        others, further, tuple(_passed(each, merchant, texts) for each in companions.passed), page.may_commit
    )


def _passed(passed: Passed, merchant: Merchant, t: Texts) -> BannerView:
    who = {"name": passed.name, "address": passed.address}
    match passed.answer:
        case "approved":
            return BannerView("good", t("passed_approved_title"), (t("passed_approved", **who),), "")
        case "denied":
            return BannerView(
                "wait", t("passed_denied_title"), (t("passed_denied", contact=merchant.contact, **who),), ""
            )
        case _:
            return BannerView(
                "wait", t("passed_title"), (t("passed_text", **who), t("passed_next", merchant=merchant.name)), ""
            )
